#include "engine/base/status.h"

namespace aether {
namespace {

const char* CodeText(Status::Code code) {
  switch (code) {
    case Status::kOk:
      return "OK";
    case Status::kNotFound:
      return "NotFound";
    case Status::kCorruption:
      return "Corruption";
    case Status::kNotSupported:
      return "Not supported";
    case Status::kInvalidArgument:
      return "Invalid argument";
    case Status::kIOError:
      return "IO error";
    case Status::kMergeInProgress:
      return "Merge in progress";
    case Status::kIncomplete:
      return "Incomplete";
    case Status::kShutdownInProgress:
      return "Shutdown in progress";
    case Status::kTimedOut:
      return "Timed out";
    case Status::kAborted:
      return "Aborted";
    case Status::kBusy:
      return "Busy";
    case Status::kExpired:
      return "Expired";
    case Status::kTryAgain:
      return "Try again";
    case Status::kCompactionTooLarge:
      return "Compaction too large";
    case Status::kColumnFamilyDropped:
      return "Column family dropped";
  }
  return "Unknown";
}

}  // namespace

const std::string& Status::message() const {
  static const std::string empty;
  return state_ ? state_->message : empty;
}

Status Status::WithContext(Slice where) const {
  Status copy = *this;
  if (copy.state_) copy.state_->message = where.ToString() + ": " + copy.state_->message;
  return copy;
}

std::string Status::ToString() const {
  std::string text = CodeText(code());
  if (subcode() == kNoSpace) text += ": No space left on device";
  if (subcode() == kPathNotFound) text += ": No such file or directory";
  if (!message().empty()) text += ": " + message();
  return text;
}

}  // namespace aether
