// A file system that writes down what is done to names and what becomes durable, as events of
// engine/base/trace.h; everything else it passes on.
//
//   unlink, rename, syncDir, sync (of a file that is written at one go)
//
// An event and the call that it tells of are one step, and calls that failed leave none.
// Thread safety: that of the file system behind it, which has to outlive it.

#ifndef AETHER_TESTS_TRACE_TRACED_DISK_H_
#define AETHER_TESTS_TRACE_TRACED_DISK_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/trace.h"
#include "engine/io/file_system.h"

namespace aether {

class TracedDisk final : public FileSystem {
 public:
  explicit TracedDisk(FileSystem* fs) : fs_(fs) {}

  const char* Name() const override { return fs_->Name(); }
  Status CreateDir(const std::string& path) override { return fs_->CreateDir(path); }
  Status CreateDirIfMissing(const std::string& path) override {
    return fs_->CreateDirIfMissing(path);
  }
  Status RemoveDir(const std::string& path) override { return fs_->RemoveDir(path); }
  Status List(const std::string& path, std::vector<std::string>* names) override {
    return fs_->List(path, names);
  }
  Status Exists(const std::string& path) override { return fs_->Exists(path); }
  Status IsDirectory(const std::string& path, bool* result) override {
    return fs_->IsDirectory(path, result);
  }
  Status FileSize(const std::string& path, uint64_t* size) override {
    return fs_->FileSize(path, size);
  }
  Status ModificationTime(const std::string& path, uint64_t* unix_seconds) override {
    return fs_->ModificationTime(path, unix_seconds);
  }
  Status Remove(const std::string& path) override {
    AETHER_TRACE_STEP();
    AETHER_RETURN_IF_ERROR(fs_->Remove(path));
    AETHER_TRACE("unlink", "name", BaseName(path));
    return Status::OK();
  }
  Status Rename(const std::string& source, const std::string& target) override {
    AETHER_TRACE_STEP();
    AETHER_RETURN_IF_ERROR(fs_->Rename(source, target));
    AETHER_TRACE("rename", "name", BaseName(target));
    return Status::OK();
  }
  Status Link(const std::string& source, const std::string& target) override {
    return fs_->Link(source, target);
  }
  Status Truncate(const std::string& path, uint64_t size) override {
    return fs_->Truncate(path, size);
  }
  Status OpenDirectory(const std::string& path, std::unique_ptr<Directory>* result) override {
    std::unique_ptr<Directory> opened;
    AETHER_RETURN_IF_ERROR(fs_->OpenDirectory(path, &opened));
    *result = std::make_unique<TracedDirectory>(std::move(opened), BaseName(path));
    return Status::OK();
  }
  Status AbsolutePath(const std::string& path, std::string* result) override {
    return fs_->AbsolutePath(path, result);
  }
  Status SameFile(const std::string& a, const std::string& b, bool* same) override {
    return fs_->SameFile(a, b, same);
  }
  Status FreeSpace(const std::string& path, uint64_t* bytes) override {
    return fs_->FreeSpace(path, bytes);
  }
  Status LockFile(const std::string& path, std::unique_ptr<FileLock>* lock) override {
    return fs_->LockFile(path, lock);
  }
  Status UnlockFile(std::unique_ptr<FileLock> lock) override {
    return fs_->UnlockFile(std::move(lock));
  }
  Status NewSequentialFile(const std::string& path,
                           std::unique_ptr<SequentialFile>* result) override {
    return fs_->NewSequentialFile(path, result);
  }
  Status NewRandomReadFile(const std::string& path, const ReadFileOptions& options,
                           std::unique_ptr<RandomReadFile>* result) override {
    return fs_->NewRandomReadFile(path, options, result);
  }
  Status NewWritableFile(const std::string& path, const WriteFileOptions& options,
                         std::unique_ptr<WritableFile>* result) override {
    std::unique_ptr<WritableFile> opened;
    AETHER_RETURN_IF_ERROR(fs_->NewWritableFile(path, options, &opened));
    *result = std::make_unique<TracedFile>(std::move(opened), BaseName(path));
    return Status::OK();
  }
  bool MappedLogIsSafe(const std::string& directory) override {
    return fs_->MappedLogIsSafe(directory);
  }
  Status NewLogSegment(const std::string& path, const LogSegmentOptions& options,
                       std::unique_ptr<LogSegment>* result) override {
    return fs_->NewLogSegment(path, options, result);
  }

 private:
  static std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

  class TracedDirectory final : public Directory {
   public:
    TracedDirectory(std::unique_ptr<Directory> directory, std::string name)
        : directory_(std::move(directory)), name_(std::move(name)) {}
    Status Sync() override {
      AETHER_TRACE_STEP();
      AETHER_RETURN_IF_ERROR(directory_->Sync());
      AETHER_TRACE("syncDir", "name", name_);
      return Status::OK();
    }

   private:
    const std::unique_ptr<Directory> directory_;
    const std::string name_;
  };

  class TracedFile final : public WritableFile {
   public:
    TracedFile(std::unique_ptr<WritableFile> file, std::string name)
        : file_(std::move(file)), name_(std::move(name)) {}
    Status Append(Slice data) override { return file_->Append(data); }
    Status WriteAt(uint64_t offset, Slice data) override { return file_->WriteAt(offset, data); }
    Status Sync() override {
      AETHER_TRACE_STEP();
      AETHER_RETURN_IF_ERROR(file_->Sync());
      AETHER_TRACE("sync", "name", name_, "bytes", file_->Size());
      return Status::OK();
    }
    Status RangeSync(uint64_t offset, uint64_t n) override { return file_->RangeSync(offset, n); }
    Status Allocate(uint64_t offset, uint64_t n) override { return file_->Allocate(offset, n); }
    Status Truncate(uint64_t size) override { return file_->Truncate(size); }
    uint64_t Size() const override { return file_->Size(); }
    Status Close() override { return file_->Close(); }

   private:
    const std::unique_ptr<WritableFile> file_;
    const std::string name_;
  };

  FileSystem* const fs_;
};

}  // namespace aether

#endif  // AETHER_TESTS_TRACE_TRACED_DISK_H_
