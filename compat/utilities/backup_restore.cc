#include "compat/utilities/backup_restore.h"

namespace rocksdb {

namespace {

constexpr char kArchive[] = "/archive";

IOStatus RemoveCurrent(FileSystem* fs, const std::string& directory) {
  const std::string path = directory + "/CURRENT";
  IOStatus s = fs->FileExists(path, IOOptions(), nullptr);
  if (s.IsNotFound()) return IOStatus::OK();
  if (s.ok()) s = fs->DeleteFile(path, IOOptions(), nullptr);
  return s.ok() ? SyncDirectory(fs, directory) : s;
}

// Removes the files of a database but for those of its log, or only these.
IOStatus RemoveDbFiles(FileSystem* fs, const std::string& directory, bool logs) {
  std::vector<std::string> names;
  IOStatus s = fs->GetChildren(directory, IOOptions(), &names, nullptr);
  if (s.IsNotFound() || s.IsPathNotFound()) return IOStatus::OK();
  for (const std::string& name : names) {
    uint64_t number = 0;
    FileType type = kTempFile;
    if (!ParseDbFileName(name, &number, &type) || (type == kWalFile) != logs) continue;
    if (s.ok()) s = fs->DeleteFile(directory + "/" + name, IOOptions(), nullptr);
  }
  return s;
}

IOStatus TakeArchivedLogs(FileSystem* fs, const std::string& wal_dir) {
  std::vector<std::string> names;
  if (!fs->GetChildren(wal_dir + kArchive, IOOptions(), &names, nullptr).ok()) {
    return IOStatus::OK();
  }
  IOStatus s;
  for (const std::string& name : names) {
    uint64_t number = 0;
    FileType type = kTempFile;
    if (!ParseDbFileName(name, &number, &type) || type != kWalFile) continue;
    if (s.ok()) {
      s = fs->RenameFile(wal_dir + kArchive + "/" + name, wal_dir + "/" + name, IOOptions(),
                         nullptr);
    }
  }
  return s;
}

}  // namespace

IOStatus RestoreBackup(const BackupDirectory& directory, const BackupMeta& meta,
                       const RestoreOptions& options, FileSystem* db_fs, const std::string& db_dir,
                       const std::string& wal_dir, BackupCopies* copies) {
  const BackupFile* current = nullptr;
  for (const BackupFile& file : meta.files) {
    const IOStatus s = directory.CheckFile(file, nullptr);
    if (!s.ok()) return s;
    if (file.type == kCurrentFile) current = &file;
  }
  if (current == nullptr) {
    return IOStatus::Corruption(directory.PrivatePath(meta.id) + ": the backup has no CURRENT");
  }
  IOStatus s = db_fs->CreateDirIfMissing(db_dir, IOOptions(), nullptr);
  if (s.ok()) s = db_fs->CreateDirIfMissing(wal_dir, IOOptions(), nullptr);
  if (s.ok()) s = RemoveCurrent(db_fs, db_dir);
  if (s.ok()) s = RemoveDbFiles(db_fs, db_dir, false);
  if (s.ok() && options.keep_log_files) s = TakeArchivedLogs(db_fs, wal_dir);
  if (s.ok() && !options.keep_log_files) {
    for (const std::string& place : {db_dir, wal_dir, wal_dir + kArchive}) {
      if (s.ok()) s = RemoveDbFiles(db_fs, place, true);
    }
  }
  if (!s.ok()) return s;

  const std::string current_target = db_dir + "/" + current->name + ".dbtmp";
  std::vector<BackupCopies::Job> jobs;
  for (const BackupFile& file : meta.files) {
    const std::string target = &file == current
                                   ? current_target
                                   : (file.type == kWalFile ? wal_dir : db_dir) + "/" + file.name;
    jobs.push_back([&directory, &file, db_fs, target](const CopyPacing& pacing) {
      CopySource source;
      source.fs = directory.fs().get();
      source.path = directory.Absolute(file.path);
      source.size = file.size;
      uint32_t crc = 0;
      IOStatus copied = CopyBytes(source, {db_fs, target, true}, pacing, &crc);
      if (!copied.ok() || crc == file.crc32c) return copied;
      return IOStatus::Corruption("While restoring " + source.path + " -> " + target +
                                  ": expected checksum is " + std::to_string(file.crc32c) +
                                  " while computed checksum is " + std::to_string(crc));
    });
  }
  s = copies->Run(jobs);
  if (s.ok() && wal_dir != db_dir) {
    s = SyncDirectory(db_fs, wal_dir);
    if (s.ok()) s = SyncDirectory(db_fs, ParentDirectory(wal_dir));
  }
  if (s.ok()) s = SyncDirectory(db_fs, db_dir);
  if (s.ok()) {
    s = db_fs->RenameFile(current_target, db_dir + "/" + current->name, IOOptions(), nullptr);
  }
  if (s.ok()) s = SyncDirectory(db_fs, db_dir);
  return s.ok() ? SyncDirectory(db_fs, ParentDirectory(db_dir)) : s;
}

IOStatus VerifyBackupChecksums(const BackupDirectory& directory, const BackupMeta& meta,
                               BackupCopies* copies) {
  std::vector<BackupCopies::Job> jobs;
  for (const BackupFile& file : meta.files) {
    jobs.push_back([&directory, &file](const CopyPacing& pacing) {
      CopySource source;
      source.fs = directory.fs().get();
      source.path = directory.Absolute(file.path);
      source.size = file.size;
      uint32_t crc = 0;
      IOStatus s = CopyBytes(source, CopyTarget(), pacing, &crc);
      if (!s.ok() || crc == file.crc32c) return s;
      return IOStatus::Corruption("File corrupted: Checksum mismatch for " + source.path +
                                  ": Expected checksum is " + std::to_string(file.crc32c) +
                                  " while computed checksum is " + std::to_string(crc));
    });
  }
  return copies->Run(jobs);
}

}  // namespace rocksdb
