// The commands of ldb that copy a store: checkpoint, backup, restore.
//
// Thread safety: functions of their arguments. Failure: the Status of what they call.

#ifndef AETHER_COMPAT_TOOLS_LDB_COPIES_H_
#define AETHER_COMPAT_TOOLS_LDB_COPIES_H_

#include <string>

#include "rocksdb/db.h"

namespace rocksdb {

struct LdbBackupPlace {
  std::string directory;
  std::string env_uri;  // empty: the disk
  std::string fs_uri;
  int threads = 1;
  int log_level = WARN_LEVEL;  // of what goes to stderr
};

Status LdbCheckpoint(DB* db, const std::string& directory);
Status LdbBackup(DB* db, const LdbBackupPlace& place);
Status LdbRestore(const LdbBackupPlace& place, Env* env, const std::string& directory);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TOOLS_LDB_COPIES_H_
