#include "engine/io/append_log_segment.h"

#include <utility>

#include "engine/base/thread_annotations.h"

namespace aether {
namespace {

class AppendLogSegment : public LogSegment {
 public:
  AppendLogSegment(FileSystem* fs, std::string path, const LogSegmentOptions& options)
      : fs_(fs), size_(options.size), path_(std::move(path)) {
    shared_poison_ = options.poison;
  }

  Status Open(WriteFileOptions::Mode mode) {
    MutexLock lock(&mutex_);
    return OpenLocked(mode);
  }

  std::string path() const override {
    MutexLock lock(&mutex_);
    return path_;
  }
  uint64_t size() const override { return size_; }
  char* base() const override { return nullptr; }
  bool can_write_at() const override { return false; }

  Status Append(Slice data, uint64_t* offset) override {
    MutexLock lock(&mutex_);
    AETHER_RETURN_IF_ERROR(Usable());
    *offset = file_->Size();
    Status s = file_->Append(data);
    // A part of the record may be in the file now, and the next one would follow it.
    if (!s.ok() && file_->Size() != *offset) Poison();
    return s;
  }
  Status WriteAt(uint64_t /*offset*/, Slice /*data*/) override {
    return Status::NotSupported("log segment " + path() + " can only be appended to");
  }
  Status ReadAt(uint64_t offset, size_t n, char* scratch, Slice* result) const override {
    std::unique_ptr<RandomReadFile> file;
    AETHER_RETURN_IF_ERROR(fs_->NewRandomReadFile(path(), ReadFileOptions(), &file));
    Slice got;
    AETHER_RETURN_IF_ERROR(file->ReadAt(offset, n, scratch, &got));
    if (!got.empty() && got.data() != scratch) std::memmove(scratch, got.data(), got.size());
    *result = Slice(scratch, got.size());
    return Status::OK();
  }

  Status Sync(int /*token*/) override {
    MutexLock lock(&mutex_);
    AETHER_RETURN_IF_ERROR(Usable());
    Status s = file_->Sync();
    if (!s.ok()) Poison();
    return s;
  }
  Status RangeSync(uint64_t offset, uint64_t n) override {
    MutexLock lock(&mutex_);
    AETHER_RETURN_IF_ERROR(Usable());
    Status s = file_->RangeSync(offset, n);
    if (!s.ok()) Poison();
    return s;
  }
  Status Prefault(uint64_t /*offset*/, uint64_t /*n*/) override { return Status::OK(); }
  Status ZeroFill(uint64_t /*offset*/, uint64_t /*n*/) override { return Status::OK(); }
  Status Unmap() override { return Status::OK(); }

  Status Recycle(const std::string& new_path) override {
    MutexLock lock(&mutex_);
    AETHER_RETURN_IF_ERROR(Usable());
    AETHER_RETURN_IF_ERROR(file_->Close());
    file_.reset();
    AETHER_RETURN_IF_ERROR(fs_->Rename(path_, new_path));
    path_ = new_path;
    return OpenLocked(WriteFileOptions::kTruncate);
  }
  Status Close() override {
    MutexLock lock(&mutex_);
    if (file_ == nullptr) return Status::OK();
    Status s = file_->Close();
    file_.reset();
    return s;
  }

 private:
  Status OpenLocked(WriteFileOptions::Mode mode) REQUIRES(mutex_) {
    WriteFileOptions file_options;
    file_options.mode = mode;
    return fs_->NewWritableFile(path_, file_options, &file_);
  }
  Status Usable() const REQUIRES(mutex_) {
    if (poisoned()) return Status::IOError("log segment " + path_ + " failed earlier");
    if (file_ == nullptr) return Status::IOError("log segment " + path_ + " is closed");
    return Status::OK();
  }

  FileSystem* const fs_;
  const uint64_t size_;
  mutable Mutex mutex_;
  std::string path_ GUARDED_BY(mutex_);
  std::unique_ptr<WritableFile> file_ GUARDED_BY(mutex_);
};

}  // namespace

Status NewAppendLogSegment(FileSystem* fs, const std::string& path,
                           const LogSegmentOptions& options, std::unique_ptr<LogSegment>* result) {
  auto segment = std::make_unique<AppendLogSegment>(fs, path, options);
  AETHER_RETURN_IF_ERROR(
      segment->Open(options.existing ? WriteFileOptions::kTruncate : WriteFileOptions::kCreateNew));
  *result = std::move(segment);
  return Status::OK();
}

}  // namespace aether
