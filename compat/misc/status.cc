// The texts of Status.

#include "rocksdb/status.h"

#include <cstring>

namespace rocksdb {

namespace {

const char* CodeText(Status::Code code) {
  switch (code) {
    case Status::kOk:
      return "OK";
    case Status::kNotFound:
      return "NotFound: ";
    case Status::kCorruption:
      return "Corruption: ";
    case Status::kNotSupported:
      return "Not implemented: ";
    case Status::kInvalidArgument:
      return "Invalid argument: ";
    case Status::kIOError:
      return "IO error: ";
    case Status::kMergeInProgress:
      return "Merge in progress: ";
    case Status::kIncomplete:
      return "Result incomplete: ";
    case Status::kShutdownInProgress:
      return "Shutdown in progress: ";
    case Status::kTimedOut:
      return "Operation timed out: ";
    case Status::kAborted:
      return "Operation aborted: ";
    case Status::kBusy:
      return "Resource busy: ";
    case Status::kExpired:
      return "Operation expired: ";
    case Status::kTryAgain:
      return "Operation failed. Try again.: ";
    case Status::kCompactionTooLarge:
      return "Compaction too large: ";
    case Status::kColumnFamilyDropped:
      return "Column family dropped: ";
    case Status::kMaxCode:
      break;
  }
  return nullptr;
}

const char* SubCodeText(Status::SubCode subcode) {
  switch (subcode) {
    case Status::kMutexTimeout:
      return "Timeout Acquiring Mutex";
    case Status::kLockTimeout:
      return "Timeout waiting to lock key";
    case Status::kLockLimit:
      return "Failed to acquire lock due to max_num_locks limit";
    case Status::kNoSpace:
      return "No space left on device";
    case Status::kDeadlock:
      return "Deadlock";
    case Status::kStaleFile:
      return "Stale file handle";
    case Status::kMemoryLimit:
      return "Memory limit reached";
    case Status::kSpaceLimit:
      return "Space limit reached";
    case Status::kPathNotFound:
      return "No such file or directory";
    case Status::KMergeOperandsInsufficientCapacity:
      return "Insufficient capacity for merge operands";
    case Status::kManualCompactionPaused:
      return "Manual compaction paused";
    case Status::kOverwritten:
      return " (overwritten)";
    case Status::kTxnNotPrepared:
      return "Txn not prepared";
    case Status::kIOFenced:
      return "IO fenced off";
    case Status::kNone:
    case Status::kMaxSubCode:
      break;
  }
  return "";
}

}  // namespace

std::unique_ptr<const char[]> Status::CopyState(const char* s) {
  const size_t bytes = strlen(s) + 1;
  std::unique_ptr<char[]> copy(new char[bytes]);
  memcpy(copy.get(), s, bytes);
  return copy;
}

Status::Status(Code _code, SubCode _subcode, const Slice& msg, const Slice& msg2, Severity sev)
    : Status(_code, _subcode) {
  sev_ = sev;
  static constexpr char kJoin[] = ": ";
  const size_t join = msg2.empty() ? 0 : sizeof(kJoin) - 1;
  std::unique_ptr<char[]> text(new char[msg.size() + join + msg2.size() + 1]);
  char* end = text.get();
  memcpy(end, msg.data(), msg.size());
  end += msg.size();
  memcpy(end, kJoin, join);
  end += join;
  memcpy(end, msg2.data(), msg2.size());
  end[msg2.size()] = '\0';
  state_ = std::move(text);
}

std::string Status::ToString() const {
  if (code_ == kOk) return "OK";
  std::string text;
  if (const char* prefix = CodeText(code_)) {
    text = prefix;
  } else {
    text = "Unknown code(" + std::to_string(code_) + "): ";
  }
  if (subcode_ != kNone) {
    text += SubCodeText(subcode_);
    if (state_ != nullptr) text += ": ";
  }
  if (state_ != nullptr) text += state_.get();
  return text;
}

}  // namespace rocksdb
