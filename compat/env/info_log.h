// Names of information logs, and the limit on how many old ones stay.
//
// Thread safety: stateless.

#ifndef AETHER_COMPAT_ENV_INFO_LOG_H_
#define AETHER_COMPAT_ENV_INFO_LOG_H_

#include <string>
#include <vector>

#include "rocksdb/env.h"

namespace rocksdb {

// The current log of a DB. With a log directory the name holds the absolute path of the DB, slashes
// replaced, so that several DBs can share the directory.
std::string InfoLogFileName(const std::string& dbname, const std::string& db_path = "",
                            const std::string& log_dir = "");
// The name under which a log is kept when a new one starts; ts is in microseconds since 1970.
std::string OldInfoLogFileName(const std::string& dbname, uint64_t ts,
                               const std::string& db_path = "", const std::string& log_dir = "");

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_INFO_LOG_H_
