#include "compat/env/app_file_system.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "compat/env/engine_file_system.h"
#include "compat/env/status_convert.h"
#include "engine/io/io_events.h"
#include "rocksdb/env.h"

namespace rocksdb {

namespace {

using aether::Status;

Slice ToRocks(const aether::Slice& slice) { return Slice(slice.data(), slice.size()); }

// The engine tells a missing path by IOError/kPathNotFound.
Status Opened(const IOStatus& status) {
  Status converted = ToAether(status);
  return converted.IsNotFound() ? Status::PathNotFound(converted.message()) : converted;
}

// Reads until n bytes are there or a read gives none; `read` takes (how many, where, result).
template <typename Read>
Status ReadFully(size_t n, char* scratch, aether::Slice* result, Read read) {
  aether::IoSpan span(aether::IoKind::kRead);
  size_t have = 0;
  while (have < n) {
    Slice piece;
    Status status = ToAether(read(have, n - have, scratch + have, &piece));
    if (!status.ok()) {
      *result = aether::Slice();
      return status;
    }
    if (piece.empty()) break;
    span.set_bytes(have + piece.size());
    if (have == 0 && piece.size() == n) {
      *result = aether::Slice(piece.data(), n);  // maybe memory of the file itself
      return Status::OK();
    }
    if (piece.data() != scratch + have) memmove(scratch + have, piece.data(), piece.size());
    have += piece.size();
  }
  *result = aether::Slice(scratch, have);
  return Status::OK();
}

class AppSequentialFile : public aether::SequentialFile {
 public:
  explicit AppSequentialFile(std::unique_ptr<FSSequentialFile> file) : file_(std::move(file)) {}

  Status Read(size_t n, char* scratch, aether::Slice* result) override {
    return ReadFully(n, scratch, result, [this](size_t, size_t want, char* to, Slice* piece) {
      return file_->Read(want, IOOptions(), piece, to, nullptr);
    });
  }
  Status Skip(uint64_t n) override { return ToAether(file_->Skip(n)); }

 private:
  const std::unique_ptr<FSSequentialFile> file_;
};

IOOptions WithTimeout(uint64_t micros) {
  IOOptions options;
  options.timeout = std::chrono::microseconds(micros);
  return options;
}

struct FreeMemory {
  void operator()(char* p) const { free(p); }
};

class AppRandomReadFile : public aether::RandomReadFile {
 public:
  AppRandomReadFile(std::shared_ptr<FileSystem> fs, std::string path,
                    std::unique_ptr<FSRandomAccessFile> file)
      : fs_(std::move(fs)),
        path_(std::move(path)),
        file_(std::move(file)),
        alignment_(file_->use_direct_io() ? std::max<size_t>(file_->GetRequiredBufferAlignment(), 1)
                                          : 1) {}

  Status ReadAt(uint64_t offset, size_t n, char* scratch, aether::Slice* result) const override {
    return ReadWithin(0, offset, n, scratch, result);
  }
  // With a limit of time for each read, 0: none.
  Status ReadWithin(uint64_t timeout_micros, uint64_t offset, size_t n, char* scratch,
                    aether::Slice* result) const {
    if (!Aligned(offset, n, scratch)) {
      return ReadThroughBounce(timeout_micros, offset, n, scratch, result);
    }
    return ReadFully(n, scratch, result, [&](size_t have, size_t want, char* to, Slice* piece) {
      return file_->Read(offset + have, want, WithTimeout(timeout_micros), piece, to, nullptr);
    });
  }
  // All of these are for this file.
  void ReadMany(aether::ReadRequest* const* requests, size_t n) const {
    std::vector<FSReadRequest> list;
    std::vector<aether::ReadRequest*> asked;
    uint64_t timeout_micros = 0;
    for (size_t i = 0; i < n; ++i) {
      aether::ReadRequest* const r = requests[i];
      if (n == 1 || !Aligned(r->offset, r->size, r->scratch)) {
        Retry(r);
        continue;
      }
      FSReadRequest request;
      request.offset = r->offset;
      request.len = r->size;
      request.scratch = r->scratch;
      list.push_back(std::move(request));
      asked.push_back(r);
      timeout_micros = std::max(timeout_micros, r->timeout_micros);
    }
    if (list.empty()) return;
    aether::IoSpan span(aether::IoKind::kRead);
    uint64_t bytes = 0;
    const IOStatus whole =
        file_->MultiRead(list.data(), list.size(), WithTimeout(timeout_micros), nullptr);
    for (size_t i = 0; i < list.size(); ++i) {
      aether::ReadRequest* const r = asked[i];
      r->status = ToAether(whole.ok() ? list[i].status : whole);
      r->result = r->status.ok() ? aether::Slice(list[i].result.data(), list[i].result.size())
                                 : aether::Slice();
      bytes += r->result.size();
      span.set_bytes(bytes);
      // A short one may go on.
      if (r->status.ok() && r->result.size() < r->size) Retry(r);
    }
  }
  Status Size(uint64_t* size) const override {
    return Opened(fs_->GetFileSize(path_, IOOptions(), size, nullptr));
  }
  void Advise(aether::AccessPattern pattern) const override {
    file_->Hint(static_cast<FSRandomAccessFile::AccessPattern>(pattern));
  }
  void ReadAhead(uint64_t offset, size_t n) const override {
    file_->Prefetch(offset, n, IOOptions(), nullptr).PermitUncheckedError();
  }
  bool direct() const override { return file_->use_direct_io(); }

 private:
  // Only a file that bypasses the page cache minds.
  bool Aligned(uint64_t offset, size_t n, const char* scratch) const {
    return offset % alignment_ == 0 && n % alignment_ == 0 &&
           reinterpret_cast<uintptr_t>(scratch) % alignment_ == 0;
  }
  void Retry(aether::ReadRequest* r) const {
    r->status = ReadWithin(r->timeout_micros, r->offset, r->size, r->scratch, &r->result);
  }
  Status ReadThroughBounce(uint64_t timeout_micros, uint64_t offset, size_t n, char* scratch,
                           aether::Slice* result) const {
    const uint64_t begin = offset / alignment_ * alignment_;
    const uint64_t end = (offset + n + alignment_ - 1) / alignment_ * alignment_;
    const size_t length = static_cast<size_t>(end - begin);
    const std::unique_ptr<char, FreeMemory> bounce(
        static_cast<char*>(aligned_alloc(alignment_, length)));
    if (bounce == nullptr) {
      return Status::IOError("no memory for a direct read of " + path_, Status::kMemoryLimit);
    }
    aether::Slice got;
    Status status = ReadWithin(timeout_micros, begin, length, bounce.get(), &got);
    if (!status.ok()) return status;
    const size_t skip = static_cast<size_t>(offset - begin);
    const size_t have = got.size() > skip ? std::min(n, got.size() - skip) : 0;
    memcpy(scratch, got.data() + skip, have);
    *result = aether::Slice(scratch, have);
    return Status::OK();
  }

  const std::shared_ptr<FileSystem> fs_;
  const std::string path_;
  const std::unique_ptr<FSRandomAccessFile> file_;
  const size_t alignment_;
};

class AppWritableFile : public aether::WritableFile {
 public:
  AppWritableFile(std::unique_ptr<FSWritableFile> file, uint64_t size)
      : file_(std::move(file)), size_(size) {}
  ~AppWritableFile() override { Close().Ignore(); }

  Status Append(aether::Slice data) override {
    aether::IoSpan span(aether::IoKind::kWrite);
    span.set_bytes(data.size());
    return Do([&] {
      IOStatus status = file_->Append(ToRocks(data), IOOptions(), nullptr);
      if (status.ok()) {
        size_ += data.size();
        status = file_->Flush(IOOptions(), nullptr);
      }
      return status;
    });
  }
  Status WriteAt(uint64_t /*offset*/, aether::Slice /*data*/) override {
    return Status::NotSupported("WriteAt: the application's file system appends only");
  }
  Status Sync() override {
    const aether::IoSpan span(aether::IoKind::kSync);
    return Do([&] { return file_->Sync(IOOptions(), nullptr); });
  }
  Status RangeSync(uint64_t offset, uint64_t n) override {
    const aether::IoSpan span(aether::IoKind::kRangeSync);
    return Do([&] { return file_->RangeSync(offset, n, IOOptions(), nullptr); });
  }
  Status Allocate(uint64_t offset, uint64_t n) override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (file_ != nullptr) {
      file_->Allocate(offset, n, IOOptions(), nullptr).PermitUncheckedError();
    }
    return Status::OK();
  }
  Status Truncate(uint64_t size) override {
    return Do([&] {
      IOStatus status = file_->Truncate(size, IOOptions(), nullptr);
      if (status.ok()) size_ = size;
      return status;
    });
  }
  uint64_t Size() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    return size_;
  }
  Status Close() override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (file_ == nullptr) return Status::OK();
    Status status = ToAether(file_->Close(IOOptions(), nullptr));
    file_.reset();
    return status;
  }

 private:
  template <typename Call>
  Status Do(Call call) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!error_.ok()) return error_;
    if (file_ == nullptr) return Status::IOError("the file is closed");
    error_ = ToAether(call());
    return error_;
  }

  mutable std::mutex mutex_;
  std::unique_ptr<FSWritableFile> file_;  // guarded by mutex_; null when closed
  uint64_t size_;                         // guarded by mutex_
  Status error_;                          // guarded by mutex_; the first one stays
};

class AppDirectory : public aether::Directory {
 public:
  explicit AppDirectory(std::unique_ptr<FSDirectory> dir) : dir_(std::move(dir)) {}
  Status Sync() override { return ToAether(dir_->Fsync(IOOptions(), nullptr)); }

 private:
  const std::unique_ptr<FSDirectory> dir_;
};

class AppFileLock : public aether::FileLock {
 public:
  AppFileLock(std::shared_ptr<FileSystem> fs, rocksdb::FileLock* lock)
      : fs_(std::move(fs)), lock_(lock) {}
  ~AppFileLock() override { Unlock().Ignore(); }
  Status Unlock() {
    rocksdb::FileLock* const lock = std::exchange(lock_, nullptr);
    return lock != nullptr ? ToAether(fs_->UnlockFile(lock, IOOptions(), nullptr)) : Status::OK();
  }

 private:
  const std::shared_ptr<FileSystem> fs_;
  rocksdb::FileLock* lock_;
};

class AppFileSystem : public aether::FileSystem {
 public:
  explicit AppFileSystem(std::shared_ptr<rocksdb::FileSystem> fs) : fs_(std::move(fs)) {}

  const char* Name() const override { return fs_->Name(); }

  Status CreateDir(const std::string& path) override {
    return Opened(fs_->CreateDir(path, IOOptions(), nullptr));
  }
  Status CreateDirIfMissing(const std::string& path) override {
    return Opened(fs_->CreateDirIfMissing(path, IOOptions(), nullptr));
  }
  Status RemoveDir(const std::string& path) override {
    return Opened(fs_->DeleteDir(path, IOOptions(), nullptr));
  }
  Status List(const std::string& path, std::vector<std::string>* names) override {
    std::vector<std::string> all;
    Status status = Opened(fs_->GetChildren(path, IOOptions(), &all, nullptr));
    names->clear();
    for (std::string& name : all) {
      if (name != "." && name != "..") names->push_back(std::move(name));
    }
    return status;
  }
  Status Exists(const std::string& path) override {
    return ToAether(fs_->FileExists(path, IOOptions(), nullptr));
  }
  Status IsDirectory(const std::string& path, bool* result) override {
    return Opened(fs_->IsDirectory(path, IOOptions(), result, nullptr));
  }
  Status FileSize(const std::string& path, uint64_t* size) override {
    return Opened(fs_->GetFileSize(path, IOOptions(), size, nullptr));
  }
  Status ModificationTime(const std::string& path, uint64_t* unix_seconds) override {
    return Opened(fs_->GetFileModificationTime(path, IOOptions(), unix_seconds, nullptr));
  }
  Status Remove(const std::string& path) override {
    return Opened(fs_->DeleteFile(path, IOOptions(), nullptr));
  }
  Status Rename(const std::string& source, const std::string& target) override {
    return Opened(fs_->RenameFile(source, target, IOOptions(), nullptr));
  }
  Status Link(const std::string& source, const std::string& target) override {
    return Opened(fs_->LinkFile(source, target, IOOptions(), nullptr));
  }
  Status Truncate(const std::string& path, uint64_t size) override {
    return Opened(fs_->Truncate(path, size, IOOptions(), nullptr));
  }
  Status OpenDirectory(const std::string& path,
                       std::unique_ptr<aether::Directory>* result) override {
    std::unique_ptr<FSDirectory> dir;
    Status status = Opened(fs_->NewDirectory(path, IOOptions(), &dir, nullptr));
    if (status.ok()) *result = std::make_unique<AppDirectory>(std::move(dir));
    return status;
  }
  Status AbsolutePath(const std::string& path, std::string* result) override {
    return Opened(fs_->GetAbsolutePath(path, IOOptions(), result, nullptr));
  }
  Status SameFile(const std::string& a, const std::string& b, bool* same) override {
    Status status = Opened(fs_->AreFilesSame(a, b, IOOptions(), same, nullptr));
    if (!status.IsNotSupported()) return status;
    *same = a == b;
    return Status::OK();
  }
  Status FreeSpace(const std::string& path, uint64_t* bytes) override {
    return Opened(fs_->GetFreeSpace(path, IOOptions(), bytes, nullptr));
  }

  Status LockFile(const std::string& path, std::unique_ptr<aether::FileLock>* lock) override {
    rocksdb::FileLock* held = nullptr;
    Status status = Opened(fs_->LockFile(path, IOOptions(), &held, nullptr));
    if (status.ok()) *lock = std::make_unique<AppFileLock>(fs_, held);
    return status;
  }
  Status UnlockFile(std::unique_ptr<aether::FileLock> lock) override {
    return static_cast<AppFileLock*>(lock.get())->Unlock();
  }

  Status NewSequentialFile(const std::string& path,
                           std::unique_ptr<aether::SequentialFile>* result) override {
    std::unique_ptr<FSSequentialFile> file;
    Status status = Opened(fs_->NewSequentialFile(path, FileOptions(), &file, nullptr));
    if (status.ok()) *result = std::make_unique<AppSequentialFile>(std::move(file));
    return status;
  }
  Status NewRandomReadFile(const std::string& path, const aether::ReadFileOptions& options,
                           std::unique_ptr<aether::RandomReadFile>* result) override {
    FileOptions file_options;
    file_options.use_direct_reads = options.direct;
    std::unique_ptr<FSRandomAccessFile> file;
    Status status = Opened(fs_->NewRandomAccessFile(path, file_options, &file, nullptr));
    if (status.ok()) *result = std::make_unique<AppRandomReadFile>(fs_, path, std::move(file));
    return status;
  }
  Status NewWritableFile(const std::string& path, const aether::WriteFileOptions& options,
                         std::unique_ptr<aether::WritableFile>* result) override {
    using Mode = aether::WriteFileOptions;
    uint64_t size = 0;
    const bool exists = options.mode != Mode::kTruncate && Exists(path).ok();
    if (exists && options.mode == Mode::kCreateNew) {
      return Status::IOError("While creating a new file: " + path + ": File exists");
    }
    if (exists) {
      Status status = FileSize(path, &size);
      if (!status.ok()) return status;
    }
    std::unique_ptr<FSWritableFile> file;
    Status status = Opened(exists ? fs_->ReopenWritableFile(path, FileOptions(), &file, nullptr)
                                  : fs_->NewWritableFile(path, FileOptions(), &file, nullptr));
    if (status.ok()) *result = std::make_unique<AppWritableFile>(std::move(file), size);
    return status;
  }

  // The application's MultiRead for each file.
  void ReadBatch(aether::ReadRequest* requests, size_t n) override {
    std::vector<aether::ReadRequest*> list(n);
    for (size_t i = 0; i < n; ++i) list[i] = &requests[i];
    std::stable_sort(list.begin(), list.end(),
                     [](const auto* a, const auto* b) { return std::less<>()(a->file, b->file); });
    for (size_t first = 0; first < n;) {
      size_t end = first + 1;
      while (end < n && list[end]->file == list[first]->file) ++end;
      static_cast<const AppRandomReadFile*>(list[first]->file)->ReadMany(&list[first], end - first);
      first = end;
    }
  }
  std::string ReadBatchMethod() override {
    return std::string("MultiRead of the file system ") + Name();
  }

 private:
  const std::shared_ptr<rocksdb::FileSystem> fs_;
};

}  // namespace

std::unique_ptr<aether::FileSystem> NewAppFileSystem(std::shared_ptr<FileSystem> fs) {
  return std::make_unique<AppFileSystem>(std::move(fs));
}

aether::FileSystem* EngineFileSystemFor(Env* env, std::unique_ptr<aether::FileSystem>* owned) {
  if (env == nullptr) env = Env::Default();
  aether::FileSystem* const disk = EngineFileSystemOf(env->GetFileSystem().get());
  if (disk != nullptr) return disk;
  *owned = NewAppFileSystem(env->GetFileSystem());
  return owned->get();
}

}  // namespace rocksdb
