// A directory of backups: meta/<id> describes each, private/<id>/ holds what is its own,
// shared_checksum/ and shared/ what several may have in common.
//
//   A backup exists when meta/<id> does, and that comes last: its files and their names are durable
//   before. It ceases to exist when meta/<id> goes, and that comes first. Whatever else a crash
//   leaves is garbage that no description mentions.
//
// Thread safety: none; the engine serialises. Failure: a backup that is damaged does not keep the
// others from being used; it is kept apart with the Status that says what is wrong with it. Nothing
// that a description which cannot be read may mention is removed as garbage.

#ifndef AETHER_COMPAT_UTILITIES_BACKUP_DIRECTORY_H_
#define AETHER_COMPAT_UTILITIES_BACKUP_DIRECTORY_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compat/utilities/backup_meta.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace rocksdb {

class BackupDirectory {
 public:
  struct Damaged {
    IOStatus status;
    bool readable = false;  // then `meta` says what belongs to it
    BackupMeta meta;
  };

  BackupDirectory(Env* env, std::string path) : fs_(env->GetFileSystem()), path_(std::move(path)) {}

  // Makes the directories that are missing. `shared` is one of the two names, or empty.
  IOStatus Create(const std::string& shared);
  // Reads what is there, of the readable backups at most the `limit` newest. NotFound when there is
  // no directory of backups.
  IOStatus Load(int limit, Logger* log);

  const std::shared_ptr<FileSystem>& fs() const { return fs_; }
  const std::string& path() const { return path_; }
  std::string Absolute(const std::string& relative) const { return path_ + "/" + relative; }
  std::string PrivatePath(BackupID id) const {
    return Absolute(std::string(kPrivateDirectory) + "/" + std::to_string(id));
  }

  const std::map<BackupID, BackupMeta>& backups() const { return backups_; }
  const std::map<BackupID, Damaged>& damaged() const { return damaged_; }
  // The largest id there is, readable or not; 0 without any.
  BackupID newest() const { return newest_; }
  // OK and the backup, or what is wrong.
  IOStatus Find(BackupID id, const BackupMeta** meta) const;

  // The shared files of all backups by path.
  std::map<std::string, BackupFile> SharedFiles() const;

  // Makes the backup exist. Its files and their names are durable already when `sync` is set.
  IOStatus Add(const BackupMeta& meta, int schema_version, bool sync);
  // Makes it cease to exist; what it alone had is garbage then. NotFound when there is none.
  IOStatus Remove(BackupID id);
  // Removes what belongs to no backup.
  IOStatus RemoveGarbage();
  bool has_garbage() const { return has_garbage_; }
  void ExpectGarbage() { has_garbage_ = true; }

  // Corruption when the file is not there, is no file but a link, or has another size than `meta`
  // says. *size (may be null) becomes what it has.
  IOStatus CheckFile(const BackupFile& file, uint64_t* size) const;

 private:
  IOStatus LoadOne(BackupID id, BackupMeta* meta, bool* readable) const;
  std::string MetaPath(BackupID id) const {
    return Absolute(std::string(kMetaDirectory) + "/" + std::to_string(id));
  }
  IOStatus RemoveSharedGarbage(const char* directory,
                               const std::map<std::string, BackupFile>& wanted);
  IOStatus RemovePrivate(const std::string& name);

  const std::shared_ptr<FileSystem> fs_;
  const std::string path_;
  const IOOptions io_;
  std::map<BackupID, BackupMeta> backups_;
  std::map<BackupID, Damaged> damaged_;
  BackupID newest_ = 0;
  bool has_garbage_ = true;  // a crash may have left some
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_UTILITIES_BACKUP_DIRECTORY_H_
