// What a Status says.
#include <rocksdb/status.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::Slice;
using rocksdb::Status;

CASE(status_texts_without_message) {
  EQ(Status::OK().ToString(), "OK");
  EQ(Status::NotFound().ToString(), "NotFound: ");
  EQ(Status::NotSupported().ToString(), "Not implemented: ");
  EQ(Status::MergeInProgress().ToString(), "Merge in progress: ");
  EQ(Status::Incomplete().ToString(), "Result incomplete: ");
  EQ(Status::ShutdownInProgress().ToString(), "Shutdown in progress: ");
  EQ(Status::TimedOut().ToString(), "Operation timed out: ");
  EQ(Status::Aborted().ToString(), "Operation aborted: ");
  EQ(Status::Busy().ToString(), "Resource busy: ");
  EQ(Status::Expired().ToString(), "Operation expired: ");
  EQ(Status::TryAgain().ToString(), "Operation failed. Try again.: ");
  EQ(Status::CompactionTooLarge().ToString(), "Compaction too large: ");
  EQ(Status::ColumnFamilyDropped().ToString(), "Column family dropped: ");
}

CASE(status_texts_with_messages) {
  EQ(Status::NotFound("a", "b").ToString(), "NotFound: a: b");
  EQ(Status::IOError("f", "m").ToString(), "IO error: f: m");
  EQ(Status::Corruption("c").ToString(), "Corruption: c");
  EQ(Status::InvalidArgument("x").ToString(), "Invalid argument: x");
  EQ(Status::NoSpace("f", "d").ToString(), "IO error: No space left on device: f: d");
}

CASE(status_texts_of_subcodes) {
  EQ(Status::NoSpace().ToString(), "IO error: No space left on device");
  EQ(Status::MemoryLimit().ToString(), "Operation aborted: Memory limit reached");
  EQ(Status::SpaceLimit().ToString(), "IO error: Space limit reached");
  EQ(Status::PathNotFound().ToString(), "IO error: No such file or directory");
  EQ(Status::TimedOut(Status::kMutexTimeout).ToString(),
     "Operation timed out: Timeout Acquiring Mutex");
  EQ(Status::TimedOut(Status::kLockTimeout).ToString(),
     "Operation timed out: Timeout waiting to lock key");
  EQ(Status::Busy(Status::kDeadlock).ToString(), "Resource busy: Deadlock");
  EQ(Status::Aborted(Status::kLockLimit).ToString(),
     "Operation aborted: Failed to acquire lock due to max_num_locks limit");
}

CASE(status_compares_codes_only) {
  YES(Status::NotFound() == Status::NotFound("x"));
  NO(Status::NotFound() == Status::Corruption());
  EQ(Status::OkOverwritten().ToString(), "OK");
  YES(Status::OkOverwritten().IsOkOverwritten());
  EQ(static_cast<int>(Status::IOError().code()), 5);
  EQ(static_cast<int>(Status::NoSpace().subcode()), 4);
  const Status with_severity(Status::IOError("x"), Status::kFatalError);
  EQ(static_cast<int>(with_severity.severity()), 3);
  Status copied = Status::Corruption("copy");
  Status moved = std::move(copied);
  EQ(moved.ToString(), "Corruption: copy");
}
}  // namespace
}  // namespace conformance
