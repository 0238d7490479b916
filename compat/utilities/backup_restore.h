// From a backup to a database.
//
// CURRENT goes first, for good before anything else changes, and comes last, when everything else
// is durable: a restore that was interrupted leaves a directory that does not open.

#ifndef AETHER_COMPAT_UTILITIES_BACKUP_RESTORE_H_
#define AETHER_COMPAT_UTILITIES_BACKUP_RESTORE_H_

#include <string>

#include "compat/utilities/backup_copies.h"
#include "compat/utilities/backup_directory.h"

namespace rocksdb {

// Files of a database that are in `db_dir` and `wal_dir` are removed first, with keep_log_files
// those of its log are not; other files stay. Corruption when a file of the backup is not what it
// was, by size or checksum.
IOStatus RestoreBackup(const BackupDirectory& directory, const BackupMeta& meta,
                       const RestoreOptions& options, FileSystem* db_fs, const std::string& db_dir,
                       const std::string& wal_dir, BackupCopies* copies);

// Reads every file. The first that is not what it was is the answer.
IOStatus VerifyBackupChecksums(const BackupDirectory& directory, const BackupMeta& meta,
                               BackupCopies* copies);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_UTILITIES_BACKUP_RESTORE_H_
