#include "compat/utilities/backup_directory.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "compat/utilities/copy_file.h"

namespace rocksdb {

namespace {

// What nobody needs to write by hand, and what would take a lot of memory to read.
constexpr uint64_t kLargestMeta = uint64_t{1} << 30;

bool IsId(const std::string& name, BackupID* id) {
  if (name.empty() || name.size() > 10 || name[0] == '0') return false;
  if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  const uint64_t value = std::stoull(name);
  *id = static_cast<BackupID>(value);
  return value <= UINT32_MAX;
}

bool IsTemporary(const std::string& name) {
  return name.size() > 5 && name[0] == '.' && name.compare(name.size() - 4, 4, ".tmp") == 0;
}

// A FileSystem cannot say so. Where it is not the disk there is no such path, and no link.
bool IsLink(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_symlink(path, error);
}

}  // namespace

IOStatus BackupDirectory::Create(const std::string& shared) {
  std::vector<std::string> directories{path_};
  if (!shared.empty()) directories.push_back(Absolute(shared));
  directories.push_back(Absolute(kPrivateDirectory));
  directories.push_back(Absolute(kMetaDirectory));
  for (const std::string& directory : directories) {
    IOStatus s = fs_->CreateDirIfMissing(directory, io_, nullptr);
    if (!s.ok()) return s;
  }
  IOStatus s = SyncDirectory(fs_.get(), path_);
  return s.ok() ? SyncDirectory(fs_.get(), ParentDirectory(path_)) : s;
}

IOStatus BackupDirectory::Load(int limit, Logger* log) {
  const std::string meta_directory = Absolute(kMetaDirectory);
  IOStatus s = fs_->FileExists(meta_directory, io_, nullptr);
  if (s.IsNotFound()) return IOStatus::NotFound(meta_directory + " is missing");
  std::vector<std::string> names;
  if (s.ok()) s = fs_->GetChildren(meta_directory, io_, &names, nullptr);
  if (!s.ok()) return s;
  std::set<BackupID> ids;
  for (const std::string& name : names) {
    BackupID id = 0;
    if (IsId(name, &id)) ids.insert(id);
  }
  newest_ = ids.empty() ? 0 : *ids.rbegin();
  for (auto id = ids.rbegin(); id != ids.rend() && limit > 0; ++id) {
    BackupMeta meta;
    bool readable = false;
    s = LoadOne(*id, &meta, &readable);
    if (s.ok()) {
      backups_[*id] = std::move(meta);
      --limit;
      continue;
    }
    Warn(log, "Backup %u cannot be used: %s", *id, s.ToString().c_str());
    damaged_[*id] = {s, readable, std::move(meta)};
  }
  return IOStatus::OK();
}

IOStatus BackupDirectory::LoadOne(BackupID id, BackupMeta* meta, bool* readable) const {
  const std::string path = MetaPath(id);
  uint64_t size = 0;
  IOStatus s = fs_->GetFileSize(path, io_, &size, nullptr);
  if (s.ok() && (size > kLargestMeta || IsLink(path))) {
    s = IOStatus::Corruption(path + ": this is not the description of a backup");
  }
  std::string text;
  if (s.ok()) s = ReadFileToString(fs_.get(), path, &text);
  if (s.ok()) s = DecodeBackupMeta(path, text, id, meta);
  if (!s.ok()) return s;
  *readable = true;
  for (BackupFile& file : meta->files) {
    s = CheckFile(file, &file.size);
    if (!s.ok()) return s;
  }
  return s;
}

IOStatus BackupDirectory::CheckFile(const BackupFile& file, uint64_t* size) const {
  const std::string path = Absolute(file.path);
  uint64_t found = 0;
  IOStatus s = fs_->FileExists(path, io_, nullptr);
  if (s.IsNotFound()) {
    return IOStatus::Corruption("Pathname in meta file not found on disk: " + path);
  }
  if (s.ok() && IsLink(path)) {
    return IOStatus::Corruption(path + ": a symbolic link, not a file of a backup");
  }
  bool directory = false;
  if (s.ok()) fs_->IsDirectory(path, io_, &directory, nullptr).PermitUncheckedError();
  if (directory) return IOStatus::Corruption(path + ": a directory, not a file of a backup");
  if (s.ok()) s = fs_->GetFileSize(path, io_, &found, nullptr);
  if (!s.ok()) return s;
  uint64_t wanted = file.size;
  if (wanted == kUnknownBackupSize && file.shared()) SizeInName(file.path, &wanted);
  if (wanted != kUnknownBackupSize && wanted != found) {
    return IOStatus::Corruption("File corrupted: File size mismatch for " + path +
                                ": Expected file size is " + std::to_string(wanted) +
                                " while found file size is " + std::to_string(found));
  }
  if (size != nullptr) *size = found;
  return s;
}

IOStatus BackupDirectory::Find(BackupID id, const BackupMeta** meta) const {
  const auto bad = damaged_.find(id);
  if (bad != damaged_.end()) return bad->second.status;
  const auto good = backups_.find(id);
  if (good == backups_.end()) return IOStatus::NotFound("Backup not found");
  *meta = &good->second;
  return IOStatus::OK();
}

std::map<std::string, BackupFile> BackupDirectory::SharedFiles() const {
  std::map<std::string, BackupFile> files;
  for (const auto& [id, meta] : backups_) {
    for (const BackupFile& file : meta.files) {
      if (file.shared()) files[file.path] = file;
    }
  }
  return files;
}

IOStatus BackupDirectory::Add(const BackupMeta& meta, int schema_version, bool sync) {
  const std::string text = EncodeBackupMeta(meta, schema_version);
  const std::string temporary =
      Absolute(std::string(kMetaDirectory) + "/." + std::to_string(meta.id) + ".tmp");
  fs_->DeleteFile(temporary, io_, nullptr).PermitUncheckedError();
  IOStatus s = WriteStringToFile(fs_.get(), text, temporary, sync);
  if (s.ok()) s = fs_->RenameFile(temporary, MetaPath(meta.id), io_, nullptr);
  if (s.ok() && sync) {
    s = SyncDirectory(fs_.get(), Absolute(kMetaDirectory));
    // A backup that was not acknowledged does not come back: its number is given out again.
    if (!s.ok()) fs_->DeleteFile(MetaPath(meta.id), io_, nullptr).PermitUncheckedError();
  }
  if (!s.ok()) return s;
  backups_[meta.id] = meta;
  newest_ = std::max(newest_, meta.id);
  return s;
}

IOStatus BackupDirectory::Remove(BackupID id) {
  if (backups_.count(id) == 0 && damaged_.count(id) == 0) {
    return IOStatus::NotFound("Backup not found");
  }
  IOStatus s = fs_->DeleteFile(MetaPath(id), io_, nullptr);
  if (s.ok()) s = SyncDirectory(fs_.get(), Absolute(kMetaDirectory));
  if (!s.ok()) return s;
  backups_.erase(id);
  damaged_.erase(id);
  has_garbage_ = true;
  return s;
}

IOStatus BackupDirectory::RemoveGarbage() {
  std::map<std::string, BackupFile> wanted = SharedFiles();
  bool all_known = true;
  for (const auto& [id, damaged] : damaged_) {
    all_known &= damaged.readable;
    for (const BackupFile& file : damaged.meta.files) wanted[file.path] = file;
  }
  IOStatus result;
  const auto keep_error = [&result](const IOStatus& s) {
    if (result.ok()) result = s;
  };
  if (all_known) {
    keep_error(RemoveSharedGarbage(kSharedDirectory, wanted));
    keep_error(RemoveSharedGarbage(kSharedChecksumDirectory, wanted));
  }
  std::vector<std::string> names;
  keep_error(fs_->GetChildren(Absolute(kPrivateDirectory), io_, &names, nullptr));
  for (const std::string& name : names) {
    BackupID id = 0;
    if (!IsId(name, &id) || backups_.count(id) > 0 || damaged_.count(id) > 0) continue;
    keep_error(RemovePrivate(name));
  }
  names.clear();
  keep_error(fs_->GetChildren(Absolute(kMetaDirectory), io_, &names, nullptr));
  for (const std::string& name : names) {
    if (!IsTemporary(name)) continue;
    keep_error(fs_->DeleteFile(Absolute(std::string(kMetaDirectory) + "/" + name), io_, nullptr));
  }
  has_garbage_ = !result.ok();
  return result;
}

IOStatus BackupDirectory::RemoveSharedGarbage(const char* directory,
                                              const std::map<std::string, BackupFile>& wanted) {
  std::vector<std::string> names;
  IOStatus result = fs_->FileExists(Absolute(directory), io_, nullptr);
  if (result.IsNotFound()) return IOStatus::OK();
  if (result.ok()) result = fs_->GetChildren(Absolute(directory), io_, &names, nullptr);
  for (const std::string& name : names) {
    BackupFile file;
    file.path = std::string(directory) + "/" + name;
    // What has no name of ours was not put there by an engine.
    if (wanted.count(file.path) > 0 || (!IsTemporary(name) && !ParseBackupPath(0, &file))) continue;
    const IOStatus s = fs_->DeleteFile(Absolute(file.path), io_, nullptr);
    if (result.ok()) result = s;
  }
  return result;
}

IOStatus BackupDirectory::RemovePrivate(const std::string& name) {
  const std::string directory = Absolute(std::string(kPrivateDirectory) + "/" + name);
  // What a link leads to was not put there by an engine.
  if (IsLink(directory)) return fs_->DeleteFile(directory, io_, nullptr);
  std::vector<std::string> names;
  IOStatus s = fs_->GetChildren(directory, io_, &names, nullptr);
  for (const std::string& file : names) {
    if (file == "." || file == "..") continue;
    if (s.ok()) s = fs_->DeleteFile(directory + "/" + file, io_, nullptr);
  }
  return s.ok() ? fs_->DeleteDir(directory, io_, nullptr) : s;
}

}  // namespace rocksdb
