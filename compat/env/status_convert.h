// Statuses of the engine as statuses of the public interface, and back. Codes and sub-codes have
// the same numbers.
//
// Thread safety: stateless. An OK status costs nothing.

#ifndef AETHER_COMPAT_ENV_STATUS_CONVERT_H_
#define AETHER_COMPAT_ENV_STATUS_CONVERT_H_

#include <utility>

#include "engine/base/status.h"
#include "rocksdb/io_status.h"
#include "rocksdb/status.h"

namespace rocksdb {

inline Status ToRocks(const aether::Status& status) {
  if (status.ok()) return Status::OK();
  const auto code = static_cast<Status::Code>(status.code());
  const auto subcode = static_cast<Status::SubCode>(status.subcode());
  const auto severity = static_cast<Status::Severity>(status.severity());
  if (!status.message().empty()) return Status(code, subcode, severity, status.message());
  // No message is not the same as an empty one: only the latter shows a colon behind a sub-code.
  struct Wordless : Status {
    Wordless(Code c, SubCode s) : Status(c, s) {}
  };
  return Status(Wordless(code, subcode), severity);
}

inline IOStatus ToRocksIO(const aether::Status& status) {
  return status_to_io_status(ToRocks(status));
}

inline aether::Status ToAether(const Status& status) {
  if (status.ok()) return aether::Status::OK();
  const char* message = status.getState();
  return aether::Status(static_cast<aether::Status::Code>(status.code()),
                        static_cast<aether::Status::SubCode>(status.subcode()),
                        message != nullptr ? message : "")
      .WithSeverity(static_cast<aether::Status::Severity>(status.severity()));
}

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_STATUS_CONVERT_H_
