// One new backup: which files, what of them is there already, and copying the rest.
//
// A file that backups share has a name that stands for its contents: its number with its checksum
// and size, or, so that it need not be read each time, with an identity that runs carry
// (kUseDbSessionId). It is written under another name and renamed, so that a name in
// shared_checksum/ always stands for all of the file.
//
// Thread safety: one thread. Failure: nothing of what was written belongs to a backup.

#ifndef AETHER_COMPAT_UTILITIES_BACKUP_WRITER_H_
#define AETHER_COMPAT_UTILITIES_BACKUP_WRITER_H_

#include <map>
#include <string>
#include <vector>

#include "compat/utilities/backup_copies.h"
#include "compat/utilities/backup_directory.h"
#include "rocksdb/metadata.h"
#include "rocksdb/utilities/backup_engine.h"

namespace rocksdb {

class BackupWriter {
 public:
  // `meta` has its id; files are added. All arguments outlive the writer.
  BackupWriter(const BackupEngineOptions& options, FileSystem* db_fs, BackupDirectory* directory,
               BackupMeta* meta);

  // Copies the live files `files` of a database and makes their names durable.
  IOStatus Write(const std::vector<LiveFileStorageInfo>& files, BackupCopies* copies);

 private:
  IOStatus Plan(const LiveFileStorageInfo& live);
  IOStatus CopyPrivate(const LiveFileStorageInfo& live, BackupFile* file,
                       const CopyPacing& pacing) const;
  IOStatus CopyShared(const LiveFileStorageInfo& live, BackupFile* file,
                      const CopyPacing& pacing) const;
  // Uses the file that has this path already if it is the same.
  IOStatus TakeOver(const LiveFileStorageInfo& live, BackupFile* file,
                    const CopyPacing& pacing) const;
  // The path of a shared file; reads it when its name has its checksum in it.
  IOStatus NameShared(const LiveFileStorageInfo& live, const CopyPacing& pacing,
                      std::string* path) const;
  CopySource SourceOf(const LiveFileStorageInfo& live) const;
  IOStatus SyncNames() const;

  const BackupEngineOptions& options_;
  FileSystem* const db_fs_;
  BackupDirectory* const directory_;
  BackupMeta* const meta_;
  const std::map<std::string, BackupFile> shared_;  // of all backups
  std::vector<BackupCopies::Job> jobs_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_UTILITIES_BACKUP_WRITER_H_
