// IOStatus: the Status of file-system calls, with two more answers: may the call be retried, and
// how much of the file is affected. It adds no fields to Status, so that one may be assigned to the
// other. Thread safety: as Status, const calls only.

#ifndef AETHER_INCLUDE_ROCKSDB_IO_STATUS_H_
#define AETHER_INCLUDE_ROCKSDB_IO_STATUS_H_

#include <cassert>
#include <cstring>
#include <string>
#include <utility>

#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/slice.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

// See Status for the meaning of codes and sub-codes.
class IOStatus : public Status {
 public:
  using Code = Status::Code;
  using SubCode = Status::SubCode;
  enum IOErrorScope : unsigned char {
    kIOErrorScopeFileSystem,
    kIOErrorScopeFile,
    kIOErrorScopeRange,
    kIOErrorScopeMax,
  };
  IOStatus() : IOStatus(kOk, kNone) {}
  ~IOStatus() {}
  IOStatus(const IOStatus& s);
  IOStatus& operator=(const IOStatus& s);
  IOStatus(IOStatus&& s) noexcept;
  IOStatus& operator=(IOStatus&& s) noexcept;
  bool operator==(const IOStatus& rhs) const;
  bool operator!=(const IOStatus& rhs) const;
  void SetRetryable(bool retryable) { retryable_ = retryable; }
  void SetDataLoss(bool data_loss) { data_loss_ = data_loss; }
  void SetScope(IOErrorScope scope) { scope_ = static_cast<unsigned char>(scope); }
  bool GetRetryable() const { return retryable_; }
  bool GetDataLoss() const { return data_loss_; }
  IOErrorScope GetScope() const { return static_cast<IOErrorScope>(scope_); }
  static IOStatus OK() { return IOStatus(); }
  static IOStatus NotSupported(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kNotSupported, msg, msg2);
  }
  static IOStatus NotSupported(SubCode msg = kNone) { return IOStatus(kNotSupported, msg); }
  static IOStatus NotFound(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kNotFound, msg, msg2);
  }
  static IOStatus NotFound(SubCode msg = kNone) { return IOStatus(kNotFound, msg); }
  static IOStatus Corruption(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kCorruption, msg, msg2);
  }
  static IOStatus Corruption(SubCode msg = kNone) { return IOStatus(kCorruption, msg); }
  static IOStatus InvalidArgument(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kInvalidArgument, msg, msg2);
  }
  static IOStatus InvalidArgument(SubCode msg = kNone) { return IOStatus(kInvalidArgument, msg); }
  static IOStatus IOError(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kIOError, msg, msg2);
  }
  static IOStatus IOError(SubCode msg = kNone) { return IOStatus(kIOError, msg); }
  static IOStatus Busy(SubCode msg = kNone) { return IOStatus(kBusy, msg); }
  static IOStatus Busy(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kBusy, msg, msg2);
  }
  static IOStatus TimedOut(SubCode msg = kNone) { return IOStatus(kTimedOut, msg); }
  static IOStatus TimedOut(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kTimedOut, msg, msg2);
  }
  static IOStatus NoSpace() { return IOStatus(kIOError, kNoSpace); }
  static IOStatus NoSpace(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kIOError, kNoSpace, msg, msg2);
  }
  static IOStatus PathNotFound() { return IOStatus(kIOError, kPathNotFound); }
  static IOStatus PathNotFound(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kIOError, kPathNotFound, msg, msg2);
  }
  static IOStatus IOFenced() { return IOStatus(kIOError, kIOFenced); }
  static IOStatus IOFenced(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kIOError, kIOFenced, msg, msg2);
  }
  static IOStatus Aborted(SubCode msg = kNone) { return IOStatus(kAborted, msg); }
  static IOStatus Aborted(const Slice& msg, const Slice& msg2 = Slice()) {
    return IOStatus(kAborted, msg, msg2);
  }

 private:
  friend IOStatus status_to_io_status(Status&&);
  explicit IOStatus(Code _code, SubCode _subcode = kNone)
      : Status(_code, _subcode, false, false, kIOErrorScopeFileSystem) {}
  IOStatus(Code _code, SubCode _subcode, const Slice& msg, const Slice& msg2);
  IOStatus(Code _code, const Slice& msg, const Slice& msg2) : IOStatus(_code, kNone, msg, msg2) {}
};

// See Status for the meaning of codes and sub-codes.
inline IOStatus::IOStatus(Code _code, SubCode _subcode, const Slice& msg, const Slice& msg2)
    : Status(_code, _subcode, false, false, kIOErrorScopeFileSystem) {
  // Both parts are joined as Status joins them; the text ends with a zero byte.
  std::string text(msg.data(), msg.size());
  if (!msg2.empty()) text.append(": ").append(msg2.data(), msg2.size());
  char* const copy = new char[text.size() + 1];
  memcpy(copy, text.c_str(), text.size() + 1);
  state_.reset(copy);
}

inline IOStatus::IOStatus(const IOStatus& s) : Status(s.code_, s.subcode_) { *this = s; }

inline IOStatus& IOStatus::operator=(const IOStatus& s) {
  if (this == &s) return *this;
  code_ = s.code_;
  subcode_ = s.subcode_;
  retryable_ = s.retryable_;
  data_loss_ = s.data_loss_;
  scope_ = s.scope_;
  state_ = s.state_ == nullptr ? nullptr : CopyState(s.state_.get());
  return *this;
}

inline IOStatus::IOStatus(IOStatus&& s) noexcept : IOStatus() { *this = std::move(s); }

inline IOStatus& IOStatus::operator=(IOStatus&& s) noexcept {
  if (this == &s) return *this;
  code_ = std::exchange(s.code_, kOk);
  subcode_ = std::exchange(s.subcode_, kNone);
  retryable_ = s.retryable_;
  data_loss_ = s.data_loss_;
  scope_ = std::exchange(s.scope_, static_cast<unsigned char>(kIOErrorScopeFileSystem));
  state_ = std::move(s.state_);
  return *this;
}

inline bool IOStatus::operator==(const IOStatus& rhs) const { return code_ == rhs.code_; }

inline bool IOStatus::operator!=(const IOStatus& rhs) const { return code_ != rhs.code_; }

inline IOStatus status_to_io_status(Status&& status) {
  IOStatus result;
  static_cast<Status&>(result) = std::move(status);
  return result;
}

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_IO_STATUS_H_
