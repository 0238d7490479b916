// A backup as the directory of a database, for opening it read-only where it lies: under the name
// of private/<id> the shared files are seen too.
//
// Thread safety: that of the file system below. What changes files answers IOError.

#ifndef AETHER_COMPAT_UTILITIES_BACKUP_VIEW_H_
#define AETHER_COMPAT_UTILITIES_BACKUP_VIEW_H_

#include <memory>

#include "compat/utilities/backup_directory.h"
#include "rocksdb/env.h"

namespace rocksdb {

std::shared_ptr<Env> NewBackupView(const BackupDirectory& directory, const BackupMeta& meta);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_UTILITIES_BACKUP_VIEW_H_
