#include "compat/utilities/backup_writer.h"

#include <memory>

#include "engine/base/checksum.h"

namespace rocksdb {

namespace {

// The end of a run holds a salt of its own, made from the microsecond when it was begun, and
// checksums of what the run says about its contents.
constexpr size_t kIdentityBytes = 48;

std::string Base36(uint64_t value, size_t digits) {
  std::string text(digits, '0');
  for (size_t i = digits; i-- > 0; value /= 36) {
    text[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % 36];
  }
  return text;
}

// 20 characters as those of a session id. Empty for a file that is too short to have one.
IOStatus ReadIdentity(FileSystem* fs, const std::string& path, uint64_t size,
                      std::string* identity) {
  identity->clear();
  if (size < kIdentityBytes) return IOStatus::OK();
  std::unique_ptr<FSRandomAccessFile> file;
  IOStatus s = fs->NewRandomAccessFile(path, FileOptions(), &file, nullptr);
  char scratch[kIdentityBytes];
  Slice end;
  if (s.ok()) {
    s = file->Read(size - kIdentityBytes, kIdentityBytes, IOOptions(), &end, scratch, nullptr);
  }
  if (!s.ok()) return s;
  if (end.size() != kIdentityBytes) {
    return IOStatus::Corruption(path + ": the file is shorter than " + std::to_string(size) +
                                " bytes");
  }
  *identity = Base36(aether::Hash64(end.data(), end.size(), 1), 8) +
              Base36(aether::Hash64(end.data(), end.size(), 2), 12);
  return s;
}

IOStatus AnotherFile(const std::string& path) {
  return IOStatus::Corruption(path +
                              ": a backup has another file of that name (share_files_with_checksum"
                              " keeps them apart)");
}

}  // namespace

BackupWriter::BackupWriter(const BackupEngineOptions& options, FileSystem* db_fs,
                           BackupDirectory* directory, BackupMeta* meta)
    : options_(options),
      db_fs_(db_fs),
      directory_(directory),
      meta_(meta),
      shared_(directory->SharedFiles()) {}

IOStatus BackupWriter::Write(const std::vector<LiveFileStorageInfo>& files, BackupCopies* copies) {
  IOStatus s =
      directory_->fs()->CreateDir(directory_->PrivatePath(meta_->id), IOOptions(), nullptr);
  meta_->files.reserve(files.size());  // jobs hold on to their entries
  for (const LiveFileStorageInfo& live : files) {
    if (s.ok()) s = Plan(live);
  }
  if (s.ok()) s = copies->Run(jobs_);
  return s.ok() && options_.sync ? SyncNames() : s;
}

IOStatus BackupWriter::Plan(const LiveFileStorageInfo& live) {
  if (live.file_type == kWalFile && !options_.backup_log_files) return IOStatus::OK();
  BackupFile& file = meta_->files.emplace_back();
  file.name = live.relative_filename;
  file.type = live.file_type;
  file.size = live.size;
  if (options_.schema_version >= 2) file.temperature = live.temperature;
  uint64_t number = 0;
  FileType type = kTempFile;
  if (!ParseDbFileName(file.name, &number, &type) || type != file.type) {
    return IOStatus::NotSupported("BackupEngine: cannot back up the file " + live.directory + "/" +
                                  live.relative_filename);
  }
  const bool shared =
      options_.share_table_files && (file.type == kTableFile || file.type == kBlobFile);
  jobs_.push_back([this, &live, &file, shared](const CopyPacing& pacing) {
    return shared ? CopyShared(live, &file, pacing) : CopyPrivate(live, &file, pacing);
  });
  return IOStatus::OK();
}

CopySource BackupWriter::SourceOf(const LiveFileStorageInfo& live) const {
  CopySource source;
  source.path = live.directory + "/" + live.relative_filename;
  source.size = live.size;
  if (live.replacement_contents.empty()) {
    source.fs = db_fs_;
  } else {
    source.contents = live.replacement_contents;
  }
  return source;
}

IOStatus BackupWriter::CopyPrivate(const LiveFileStorageInfo& live, BackupFile* file,
                                   const CopyPacing& pacing) const {
  file->path = std::string(kPrivateDirectory) + "/" + std::to_string(meta_->id) + "/" + file->name;
  return CopyBytes(SourceOf(live),
                   {directory_->fs().get(), directory_->Absolute(file->path), options_.sync},
                   pacing, &file->crc32c);
}

IOStatus BackupWriter::NameShared(const LiveFileStorageInfo& live, const CopyPacing& pacing,
                                  std::string* path) const {
  const std::string& name = live.relative_filename;
  if (!options_.share_files_with_checksum) {
    *path = std::string(kSharedDirectory) + "/" + name;
    return IOStatus::OK();
  }
  const auto naming = options_.share_files_with_checksum_naming;
  const size_t dot = name.rfind('.');
  const auto in_name = [&](const std::string& inner) {
    *path = std::string(kSharedChecksumDirectory) + "/" + name.substr(0, dot) + inner +
            name.substr(dot);
    return IOStatus::OK();
  };
  const std::string size = "_" + std::to_string(live.size);
  std::string identity;
  if ((naming & BackupEngineOptions::kMaskNoNamingFlags) == BackupEngineOptions::kUseDbSessionId &&
      live.file_type == kTableFile) {
    IOStatus s = ReadIdentity(db_fs_, live.directory + "/" + name, live.size, &identity);
    if (!s.ok()) return s;
  }
  if (!identity.empty()) {
    const bool sized = (naming & BackupEngineOptions::kFlagIncludeFileSize) != 0;
    return in_name("_s" + identity + (sized ? size : ""));
  }
  uint32_t crc = 0;
  IOStatus s = CopyBytes(SourceOf(live), CopyTarget(), pacing, &crc);
  return s.ok() ? in_name("_" + std::to_string(crc) + size) : s;
}

IOStatus BackupWriter::CopyShared(const LiveFileStorageInfo& live, BackupFile* file,
                                  const CopyPacing& pacing) const {
  IOStatus s = NameShared(live, pacing, &file->path);
  if (!s.ok()) return s;
  const auto known = shared_.find(file->path);
  const std::string path = directory_->Absolute(file->path);
  FileSystem* const fs = directory_->fs().get();
  if (known == shared_.end()) {
    // What stayed in spite of the garbage collection belongs to a backup that is damaged.
    if (!options_.share_files_with_checksum && fs->FileExists(path, IOOptions(), nullptr).ok()) {
      return TakeOver(live, file, pacing);
    }
    const size_t slash = file->path.rfind('/');
    const std::string temporary = directory_->Absolute(file->path.substr(0, slash + 1) + "." +
                                                       file->path.substr(slash + 1) + ".tmp");
    fs->DeleteFile(temporary, IOOptions(), nullptr).PermitUncheckedError();
    s = CopyBytes(SourceOf(live), {fs, temporary, options_.sync}, pacing, &file->crc32c);
    if (!s.ok()) return s;
    return fs->RenameFile(temporary, path, IOOptions(), nullptr);
  }
  if (known->second.size != live.size) {
    return IOStatus::Corruption("Size mismatch for existing backup file: " + file->path +
                                " Size in backup is " + std::to_string(known->second.size) +
                                " while size in DB is " + std::to_string(live.size) +
                                " If this DB file checks as not corrupt, try deleting old backups"
                                " or backing up to a different backup directory.");
  }
  file->crc32c = known->second.crc32c;
  if (options_.share_files_with_checksum) return s;
  // The name says nothing but the number, which a restored database gives to other files too.
  uint32_t crc = 0;
  s = CopyBytes(SourceOf(live), CopyTarget(), pacing, &crc);
  return s.ok() && crc != file->crc32c ? AnotherFile(path) : s;
}

IOStatus BackupWriter::TakeOver(const LiveFileStorageInfo& live, BackupFile* file,
                                const CopyPacing& pacing) const {
  CopySource there;
  there.fs = directory_->fs().get();
  there.path = directory_->Absolute(file->path);
  IOStatus s = there.fs->GetFileSize(there.path, IOOptions(), &there.size, nullptr);
  if (s.ok() && there.size != live.size) return AnotherFile(there.path);
  uint32_t crc = 0;
  if (s.ok()) s = CopyBytes(there, CopyTarget(), pacing, &crc);
  if (s.ok()) s = CopyBytes(SourceOf(live), CopyTarget(), pacing, &file->crc32c);
  return s.ok() && crc != file->crc32c ? AnotherFile(there.path) : s;
}

IOStatus BackupWriter::SyncNames() const {
  FileSystem* const fs = directory_->fs().get();
  IOStatus s = SyncDirectory(fs, directory_->PrivatePath(meta_->id));
  if (s.ok()) s = SyncDirectory(fs, directory_->Absolute(kPrivateDirectory));
  if (!s.ok() || !options_.share_table_files) return s;
  return SyncDirectory(
      fs, directory_->Absolute(options_.share_files_with_checksum ? kSharedChecksumDirectory
                                                                  : kSharedDirectory));
}

}  // namespace rocksdb
