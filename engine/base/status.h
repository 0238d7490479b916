// The outcome of an operation: a code, a sub-code, a severity and a message.
//
// Thread safety: a Status is a value. OK costs one word and no allocation.
// Codes and sub-codes carry the numbers that applications of RocksDB 7.8 know, so that the shim
// translates by a cast.

#ifndef AETHER_ENGINE_BASE_STATUS_H_
#define AETHER_ENGINE_BASE_STATUS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/slice.h"

namespace aether {

class [[nodiscard]] Status {
 public:
  enum Code : uint8_t {
    kOk = 0,
    kNotFound = 1,
    kCorruption = 2,
    kNotSupported = 3,
    kInvalidArgument = 4,
    kIOError = 5,
    kMergeInProgress = 6,
    kIncomplete = 7,
    kShutdownInProgress = 8,
    kTimedOut = 9,
    kAborted = 10,
    kBusy = 11,
    kExpired = 12,
    kTryAgain = 13,
    kCompactionTooLarge = 14,
    kColumnFamilyDropped = 15,
  };
  enum SubCode : uint8_t {
    kNone = 0,
    kMutexTimeout = 1,
    kLockTimeout = 2,
    kLockLimit = 3,
    kNoSpace = 4,
    kDeadlock = 5,
    kStaleFile = 6,
    kMemoryLimit = 7,
    kSpaceLimit = 8,
    kPathNotFound = 9,
    kMergeOperandsInsufficientCapacity = 10,
    kManualCompactionPaused = 11,
    kOverwritten = 12,
    kTxnNotPrepared = 13,
    kIOFenced = 14,
  };
  enum Severity : uint8_t {
    kNoError = 0,
    kSoftError = 1,
    kHardError = 2,
    kFatalError = 3,
    kUnrecoverableError = 4,
  };

  Status() = default;
  Status(Code code, SubCode subcode, Slice message)
      : state_(std::make_unique<State>(State{code, subcode, kNoError, message.ToString()})) {}
  Status(const Status& other)
      : state_(other.state_ ? std::make_unique<State>(*other.state_) : nullptr) {}
  Status& operator=(const Status& other) {
    if (this != &other) state_ = other.state_ ? std::make_unique<State>(*other.state_) : nullptr;
    return *this;
  }
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;

  static Status OK() { return Status(); }
  static Status NotFound(Slice m = Slice(), SubCode s = kNone) { return {kNotFound, s, m}; }
  static Status Corruption(Slice m = Slice(), SubCode s = kNone) { return {kCorruption, s, m}; }
  static Status NotSupported(Slice m = Slice(), SubCode s = kNone) { return {kNotSupported, s, m}; }
  static Status InvalidArgument(Slice m = Slice(), SubCode s = kNone) {
    return {kInvalidArgument, s, m};
  }
  static Status IOError(Slice m = Slice(), SubCode s = kNone) { return {kIOError, s, m}; }
  static Status NoSpace(Slice m = Slice()) { return {kIOError, kNoSpace, m}; }
  static Status PathNotFound(Slice m = Slice()) { return {kIOError, kPathNotFound, m}; }
  static Status Incomplete(Slice m = Slice(), SubCode s = kNone) { return {kIncomplete, s, m}; }
  static Status ShutdownInProgress(Slice m = Slice()) { return {kShutdownInProgress, kNone, m}; }
  static Status TimedOut(Slice m = Slice(), SubCode s = kNone) { return {kTimedOut, s, m}; }
  static Status Aborted(Slice m = Slice(), SubCode s = kNone) { return {kAborted, s, m}; }
  static Status Busy(Slice m = Slice(), SubCode s = kNone) { return {kBusy, s, m}; }
  static Status TryAgain(Slice m = Slice()) { return {kTryAgain, kNone, m}; }
  static Status ColumnFamilyDropped(Slice m = Slice()) { return {kColumnFamilyDropped, kNone, m}; }

  bool ok() const { return state_ == nullptr; }
  Code code() const { return state_ ? state_->code : kOk; }
  SubCode subcode() const { return state_ ? state_->subcode : kNone; }
  Severity severity() const { return state_ ? state_->severity : kNoError; }
  const std::string& message() const;
  bool IsNotFound() const { return code() == kNotFound; }
  bool IsCorruption() const { return code() == kCorruption; }
  bool IsIOError() const { return code() == kIOError; }
  bool IsNoSpace() const { return code() == kIOError && subcode() == kNoSpace; }
  bool IsPathNotFound() const { return code() == kIOError && subcode() == kPathNotFound; }
  bool IsNotSupported() const { return code() == kNotSupported; }
  bool IsInvalidArgument() const { return code() == kInvalidArgument; }

  Status WithSeverity(Severity severity) const {
    Status copy = *this;
    if (copy.state_) copy.state_->severity = severity;
    return copy;
  }
  // The same error with `where` (a file, a column family, a key range) put before its message.
  Status WithContext(Slice where) const;

  // "IO error: No space left on device: message"
  std::string ToString() const;

  // States that an error is of no consequence here.
  void Ignore() const {}

 private:
  struct State {
    Code code;
    SubCode subcode;
    Severity severity;
    std::string message;
  };
  std::unique_ptr<State> state_;
};

#define AETHER_CONCAT_INNER(a, b) a##b
#define AETHER_CONCAT(a, b) AETHER_CONCAT_INNER(a, b)
// Returns from the enclosing function when `expression` is not OK.
#define AETHER_RETURN_IF_ERROR(expression)                              \
  if (::aether::Status AETHER_CONCAT(status_, __LINE__) = (expression); \
      !AETHER_CONCAT(status_, __LINE__).ok())                           \
  return AETHER_CONCAT(status_, __LINE__)

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_STATUS_H_
