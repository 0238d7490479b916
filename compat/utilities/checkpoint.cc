// Checkpoints: a directory that holds the state of an open database, or the files of one family, by
// links where possible.
//
// Steps: keep the files, list them, fill DIR.tmp, sync what was written and the names, rename to
// DIR, sync its parent. Until the rename there is no DIR; a DIR.tmp that a crash has left is
// removed by the next checkpoint of that name.

#include "rocksdb/utilities/checkpoint.h"

#include <memory>

#include "compat/db/store_db.h"
#include "compat/utilities/copy_file.h"
#include "rocksdb/comparator.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace rocksdb {

namespace {

class CheckpointImpl final : public Checkpoint {
 public:
  explicit CheckpointImpl(DB* db) : db_(db), fs_(db->GetFileSystem()) {}

  Status CreateCheckpoint(const std::string& checkpoint_dir, uint64_t log_size_for_flush,
                          uint64_t* sequence_number_ptr) override {
    Status s = fs_->FileExists(checkpoint_dir, io_, nullptr);
    if (s.ok()) return Status::InvalidArgument("Directory exists");
    if (!s.IsNotFound()) return s;
    const size_t last = checkpoint_dir.find_last_not_of('/');
    if (last == std::string::npos) {
      return Status::InvalidArgument("invalid checkpoint directory name");
    }
    const std::string target = checkpoint_dir.substr(0, last + 1);
    const std::string staging = target + ".tmp";
    s = RemoveStaging(staging);
    if (!s.ok()) return s;
    // An instance that is read-only removes nothing.
    const Status kept = db_->DisableFileDeletions();
    if (!kept.ok() && !kept.IsNotSupported()) return kept;
    if (sequence_number_ptr != nullptr) *sequence_number_ptr = db_->GetLatestSequenceNumber();
    s = fs_->CreateDir(staging, io_, nullptr);
    if (s.ok()) {
      s = Fill(staging, log_size_for_flush);
      if (s.ok()) s = fs_->RenameFile(staging, target, io_, nullptr);
      if (!s.ok()) RemoveStaging(staging).PermitUncheckedError();
      if (s.ok()) s = SyncDirectory(fs_, ParentDirectory(target));
    }
    if (kept.ok()) {
      const Status released = db_->EnableFileDeletions(false);
      if (s.ok()) s = released;
    }
    return s;
  }

  Status ExportColumnFamily(ColumnFamilyHandle* handle, const std::string& export_dir,
                            ExportImportFilesMetaData** metadata) override {
    auto* const store = dynamic_cast<StoreDb*>(db_->GetRootDB());
    if (handle == nullptr || metadata == nullptr || store == nullptr) {
      return Status::InvalidArgument("ExportColumnFamily: there is nothing to export or no place");
    }
    Status s = store->CheckHandle(handle);
    if (!s.ok()) return s;
    s = fs_->FileExists(export_dir, io_, nullptr);
    if (s.ok()) return Status::InvalidArgument("Specified export_dir exists");
    if (!s.IsNotFound()) return s;
    const size_t last = export_dir.find_last_not_of('/');
    if (last == std::string::npos) return Status::InvalidArgument("Specified export_dir invalid");
    const std::string target = export_dir.substr(0, last + 1);
    const std::string staging = target + ".tmp";
    s = RemoveStaging(staging);
    if (s.ok()) s = fs_->CreateDir(staging, io_, nullptr);
    if (!s.ok()) return s;
    auto made = std::make_unique<ExportImportFilesMetaData>();
    made->db_comparator_name = handle->GetComparator()->Name();
    s = store->ExportFiles(
        handle, [&](const std::vector<SstFileMetaData>& files, const std::vector<int>& levels) {
          bool links = true;
          Status taken;
          for (size_t i = 0; i < files.size() && taken.ok(); ++i) {
            LiveFileStorageInfo file;
            static_cast<FileStorageInfo&>(file) = files[i];
            taken = Take(file, staging + "/" + file.relative_filename, &links);
            LiveFileMetaData& told = made->files.emplace_back();
            static_cast<SstFileMetaData&>(told) = files[i];
            told.directory = told.db_path = target;
            told.level = levels[i];
            told.column_family_name = handle->GetName();
          }
          return taken;
        });
    if (s.ok()) s = SyncDirectory(fs_, staging);
    if (s.ok()) s = fs_->RenameFile(staging, target, io_, nullptr);
    if (s.ok()) s = SyncDirectory(fs_, ParentDirectory(target));
    if (!s.ok()) {
      RemoveStaging(staging).PermitUncheckedError();
      return s;
    }
    *metadata = made.release();
    return s;
  }

 private:
  Status Fill(const std::string& staging, uint64_t log_size_for_flush) {
    LiveFilesStorageInfoOptions options;
    options.wal_size_for_flush = log_size_for_flush;
    std::vector<LiveFileStorageInfo> files;
    Status s = db_->GetLiveFilesStorageInfo(options, &files);
    bool links = true;
    for (const LiveFileStorageInfo& file : files) {
      if (s.ok()) s = Take(file, staging + "/" + file.relative_filename, &links);
    }
    return s.ok() ? SyncDirectory(fs_, staging) : s;
  }

  // Runs and blob files are never written to again, so that a second name is as good as a copy.
  Status Take(const LiveFileStorageInfo& file, const std::string& target, bool* links) {
    CopySource source;
    source.path = file.directory + "/" + file.relative_filename;
    source.size = file.size;
    const bool immutable = file.file_type == kTableFile || file.file_type == kBlobFile;
    if (*links && immutable && file.replacement_contents.empty() && !file.trim_to_size) {
      const IOStatus linked = fs_->LinkFile(source.path, target, io_, nullptr);
      if (!linked.IsNotSupported()) return linked;
      *links = false;  // another file system
    }
    if (file.replacement_contents.empty()) {
      source.fs = fs_;
    } else {
      source.contents = file.replacement_contents;
    }
    uint32_t crc = 0;
    return CopyBytes(source, {fs_, target, true}, CopyPacing(), &crc);
  }

  Status RemoveStaging(const std::string& staging) {
    IOStatus s = fs_->FileExists(staging, io_, nullptr);
    if (s.IsNotFound()) return Status::OK();
    std::vector<std::string> names;
    if (s.ok()) s = fs_->GetChildren(staging, io_, &names, nullptr);
    for (const std::string& name : names) {
      if (name == "." || name == "..") continue;
      if (s.ok()) s = fs_->DeleteFile(staging + "/" + name, io_, nullptr);
    }
    return s.ok() ? fs_->DeleteDir(staging, io_, nullptr) : s;
  }

  DB* const db_;
  FileSystem* const fs_;
  const IOOptions io_;
};

}  // namespace

Status Checkpoint::Create(DB* db, Checkpoint** checkpoint_ptr) {
  if (checkpoint_ptr == nullptr) {
    return Status::InvalidArgument("Checkpoint::Create: there is no place for it");
  }
  *checkpoint_ptr = nullptr;
  if (db == nullptr) return Status::InvalidArgument("Checkpoint::Create: there is no DB");
  *checkpoint_ptr = new CheckpointImpl(db);
  return Status::OK();
}

Status Checkpoint::CreateCheckpoint(const std::string& /*checkpoint_dir*/,
                                    uint64_t /*log_size_for_flush*/,
                                    uint64_t* /*sequence_number_ptr*/) {
  return Status::NotSupported("Checkpoint::CreateCheckpoint");
}

Status Checkpoint::ExportColumnFamily(ColumnFamilyHandle* /*handle*/,
                                      const std::string& /*export_dir*/,
                                      ExportImportFilesMetaData** /*metadata*/) {
  return Status::NotSupported("Checkpoint::ExportColumnFamily");
}

}  // namespace rocksdb
