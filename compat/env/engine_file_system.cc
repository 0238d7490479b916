#include "compat/env/engine_file_system.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>
#include <vector>

#include "compat/env/status_convert.h"
#include "rocksdb/options.h"

namespace rocksdb {

namespace {

Slice ToRocks(const aether::Slice& slice) { return Slice(slice.data(), slice.size()); }
aether::Slice ToEngine(const Slice& slice) { return aether::Slice(slice.data(), slice.size()); }

class EngineSequentialFile : public FSSequentialFile {
 public:
  explicit EngineSequentialFile(std::unique_ptr<aether::SequentialFile> file)
      : file_(std::move(file)) {}
  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    aether::Slice data;
    IOStatus status = ToRocksIO(file_->Read(n, scratch, &data));
    *result = ToRocks(data);
    return status;
  }
  IOStatus Skip(uint64_t n) override { return ToRocksIO(file_->Skip(n)); }
  IOStatus InvalidateCache(size_t, size_t) override { return IOStatus::OK(); }

 private:
  const std::unique_ptr<aether::SequentialFile> file_;
};

class EngineRandomAccessFile : public FSRandomAccessFile {
 public:
  EngineRandomAccessFile(aether::FileSystem* engine, std::unique_ptr<aether::RandomReadFile> file)
      : engine_(engine), file_(std::move(file)) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    aether::Slice data;
    IOStatus status = ToRocksIO(file_->ReadAt(offset, n, scratch, &data));
    *result = ToRocks(data);
    return status;
  }
  IOStatus MultiRead(FSReadRequest* reqs, size_t num_reqs, const IOOptions&,
                     IODebugContext*) override {
    std::vector<aether::ReadRequest> requests(num_reqs);
    for (size_t i = 0; i < num_reqs; ++i) {
      requests[i].file = file_.get();
      requests[i].offset = reqs[i].offset;
      requests[i].size = reqs[i].len;
      requests[i].scratch = reqs[i].scratch;
    }
    engine_->ReadBatch(requests.data(), num_reqs);
    for (size_t i = 0; i < num_reqs; ++i) {
      reqs[i].result = ToRocks(requests[i].result);
      reqs[i].status = ToRocksIO(requests[i].status);
    }
    return IOStatus::OK();
  }
  IOStatus Prefetch(uint64_t offset, size_t n, const IOOptions&, IODebugContext*) override {
    file_->ReadAhead(offset, n);
    return IOStatus::OK();
  }
  void Hint(AccessPattern pattern) override {
    file_->Advise(static_cast<aether::AccessPattern>(pattern));
  }
  bool use_direct_io() const override { return file_->direct(); }
  size_t GetRequiredBufferAlignment() const override { return aether::kDirectAlignment; }
  IOStatus InvalidateCache(size_t, size_t) override { return IOStatus::OK(); }

 private:
  aether::FileSystem* const engine_;
  const std::unique_ptr<aether::RandomReadFile> file_;
};
static_assert(static_cast<int>(aether::AccessPattern::kDontNeed) ==
              static_cast<int>(FSRandomAccessFile::kWontNeed));

class EngineWritableFile : public FSWritableFile {
 public:
  EngineWritableFile(std::unique_ptr<aether::WritableFile> file, const FileOptions& options)
      : FSWritableFile(options), file_(std::move(file)), direct_(options.use_direct_writes) {}
  using FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    return ToRocksIO(file_->Append(ToEngine(data)));
  }
  using FSWritableFile::PositionedAppend;
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions&,
                            IODebugContext*) override {
    return ToRocksIO(file_->WriteAt(offset, ToEngine(data)));
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    return ToRocksIO(file_->Truncate(size));
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return ToRocksIO(file_->Close()); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return ToRocksIO(file_->Sync()); }
  bool IsSyncThreadSafe() const override { return true; }
  bool use_direct_io() const override { return direct_; }
  size_t GetRequiredBufferAlignment() const override { return aether::kDirectAlignment; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return file_->Size(); }
  IOStatus InvalidateCache(size_t, size_t) override { return IOStatus::OK(); }
  IOStatus RangeSync(uint64_t offset, uint64_t nbytes, const IOOptions&, IODebugContext*) override {
    return ToRocksIO(file_->RangeSync(offset, nbytes));
  }
  IOStatus Allocate(uint64_t offset, uint64_t len, const IOOptions&, IODebugContext*) override {
    return ToRocksIO(file_->Allocate(offset, len));
  }

 private:
  const std::unique_ptr<aether::WritableFile> file_;
  const bool direct_;
};

// Two handles on one file: the engine has no single one that both reads and writes.
class EngineRandomRWFile : public FSRandomRWFile {
 public:
  EngineRandomRWFile(std::unique_ptr<aether::RandomReadFile> reader,
                     std::unique_ptr<aether::WritableFile> writer)
      : reader_(std::move(reader)), writer_(std::move(writer)) {}
  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions&, IODebugContext*) override {
    return ToRocksIO(writer_->WriteAt(offset, ToEngine(data)));
  }
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    aether::Slice data;
    IOStatus status = ToRocksIO(reader_->ReadAt(offset, n, scratch, &data));
    *result = ToRocks(data);
    return status;
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return ToRocksIO(writer_->Sync()); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return ToRocksIO(writer_->Close()); }

 private:
  const std::unique_ptr<aether::RandomReadFile> reader_;
  const std::unique_ptr<aether::WritableFile> writer_;
};

class EngineDirectory : public FSDirectory {
 public:
  explicit EngineDirectory(std::unique_ptr<aether::Directory> dir) : dir_(std::move(dir)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return ToRocksIO(dir_->Sync()); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  const std::unique_ptr<aether::Directory> dir_;
};

class EngineFileLock : public FileLock {
 public:
  explicit EngineFileLock(std::unique_ptr<aether::FileLock> held) : lock(std::move(held)) {}
  std::unique_ptr<aether::FileLock> lock;
};

class EngineFileSystem : public FileSystem {
 public:
  EngineFileSystem(aether::FileSystem* engine, const char* name) : engine_(engine), name_(name) {}

  aether::FileSystem* engine() const { return engine_; }

  const char* Name() const override { return name_; }
  const char* NickName() const override { return FileSystem::kDefaultName(); }
  bool IsInstanceOf(const std::string& name) const override {
    return name == "posix" || FileSystem::IsInstanceOf(name);
  }

  IOStatus NewSequentialFile(const std::string& f, const FileOptions&,
                             std::unique_ptr<FSSequentialFile>* result, IODebugContext*) override {
    std::unique_ptr<aether::SequentialFile> file;
    IOStatus status = ToRocksIO(engine_->NewSequentialFile(f, &file));
    if (status.ok()) *result = std::make_unique<EngineSequentialFile>(std::move(file));
    return status;
  }

  IOStatus NewRandomAccessFile(const std::string& f, const FileOptions& options,
                               std::unique_ptr<FSRandomAccessFile>* result,
                               IODebugContext*) override {
    aether::ReadFileOptions read;
    read.direct = options.use_direct_reads;
    std::unique_ptr<aether::RandomReadFile> file;
    IOStatus status = ToRocksIO(engine_->NewRandomReadFile(f, read, &file));
    if (status.ok()) {
      *result = std::make_unique<EngineRandomAccessFile>(engine_, std::move(file));
    }
    return status;
  }

  IOStatus NewWritableFile(const std::string& f, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result, IODebugContext*) override {
    return Open(f, options, aether::WriteFileOptions::kTruncate, result);
  }

  IOStatus ReopenWritableFile(const std::string& f, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* result, IODebugContext*) override {
    return Open(f, options, aether::WriteFileOptions::kAppend, result);
  }

  IOStatus NewRandomRWFile(const std::string& f, const FileOptions&,
                           std::unique_ptr<FSRandomRWFile>* result, IODebugContext*) override {
    std::unique_ptr<aether::RandomReadFile> reader;
    IOStatus status = ToRocksIO(engine_->NewRandomReadFile(f, aether::ReadFileOptions(), &reader));
    if (!status.ok()) return status;
    aether::WriteFileOptions write;
    write.mode = aether::WriteFileOptions::kAppend;
    std::unique_ptr<aether::WritableFile> writer;
    status = ToRocksIO(engine_->NewWritableFile(f, write, &writer));
    if (status.ok()) {
      *result = std::make_unique<EngineRandomRWFile>(std::move(reader), std::move(writer));
    }
    return status;
  }

  IOStatus NewDirectory(const std::string& name, const IOOptions&,
                        std::unique_ptr<FSDirectory>* result, IODebugContext*) override {
    std::unique_ptr<aether::Directory> dir;
    IOStatus status = ToRocksIO(engine_->OpenDirectory(name, &dir));
    if (status.ok()) *result = std::make_unique<EngineDirectory>(std::move(dir));
    return status;
  }

  IOStatus FileExists(const std::string& f, const IOOptions&, IODebugContext*) override {
    return ToRocksIO(engine_->Exists(f));
  }

  // Callers tell a missing directory by NotFound.
  IOStatus GetChildren(const std::string& dir, const IOOptions&, std::vector<std::string>* result,
                       IODebugContext*) override {
    result->clear();
    const aether::Status status = engine_->List(dir, result);
    if (status.IsPathNotFound()) return IOStatus::NotFound(status.message());
    return ToRocksIO(status);
  }

  IOStatus DeleteFile(const std::string& f, const IOOptions&, IODebugContext*) override {
    return ToRocksIO(engine_->Remove(f));
  }
  IOStatus Truncate(const std::string& f, size_t size, const IOOptions&, IODebugContext*) override {
    return ToRocksIO(engine_->Truncate(f, size));
  }
  IOStatus CreateDir(const std::string& d, const IOOptions&, IODebugContext*) override {
    return ToRocksIO(engine_->CreateDir(d));
  }
  IOStatus CreateDirIfMissing(const std::string& d, const IOOptions&, IODebugContext*) override {
    const aether::Status s = engine_->CreateDirIfMissing(d);
    bool is_directory = false;
    if (!s.ok() && engine_->IsDirectory(d, &is_directory).ok() && !is_directory) {
      return IOStatus::IOError("`" + d + "' exists but is not a directory");
    }
    return ToRocksIO(s);
  }
  IOStatus DeleteDir(const std::string& d, const IOOptions&, IODebugContext*) override {
    return ToRocksIO(engine_->RemoveDir(d));
  }
  IOStatus GetFileSize(const std::string& f, const IOOptions&, uint64_t* size,
                       IODebugContext*) override {
    return ToRocksIO(engine_->FileSize(f, size));
  }
  IOStatus GetFileModificationTime(const std::string& f, const IOOptions&, uint64_t* time,
                                   IODebugContext*) override {
    return ToRocksIO(engine_->ModificationTime(f, time));
  }
  IOStatus RenameFile(const std::string& s, const std::string& t, const IOOptions&,
                      IODebugContext*) override {
    return ToRocksIO(engine_->Rename(s, t));
  }
  IOStatus LinkFile(const std::string& s, const std::string& t, const IOOptions&,
                    IODebugContext*) override {
    return ToRocksIO(engine_->Link(s, t));
  }
  IOStatus NumFileLinks(const std::string& f, const IOOptions&, uint64_t* count,
                        IODebugContext*) override {
    struct stat info;
    if (stat(f.c_str(), &info) != 0) {
      return ToRocksIO(aether::ErrnoStatus("stat a file for its links", f, errno));
    }
    *count = static_cast<uint64_t>(info.st_nlink);
    return IOStatus::OK();
  }
  IOStatus AreFilesSame(const std::string& a, const std::string& b, const IOOptions&, bool* same,
                        IODebugContext*) override {
    return ToRocksIO(engine_->SameFile(a, b, same));
  }

  IOStatus LockFile(const std::string& f, const IOOptions&, FileLock** lock,
                    IODebugContext*) override {
    *lock = nullptr;
    std::unique_ptr<aether::FileLock> held;
    IOStatus status = ToRocksIO(engine_->LockFile(f, &held));
    if (status.ok()) *lock = new EngineFileLock(std::move(held));
    return status;
  }
  IOStatus UnlockFile(FileLock* lock, const IOOptions&, IODebugContext*) override {
    std::unique_ptr<EngineFileLock> mine(static_cast<EngineFileLock*>(lock));
    return ToRocksIO(engine_->UnlockFile(std::move(mine->lock)));
  }

  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    const char* chosen = getenv("TEST_TMPDIR");
    *path = chosen != nullptr && *chosen != '\0' ? std::string(chosen)
                                                 : "/tmp/rocksdbtest-" + std::to_string(geteuid());
    return ToRocksIO(engine_->CreateDirIfMissing(*path));
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* result,
                           IODebugContext*) override {
    return ToRocksIO(engine_->AbsolutePath(path, result));
  }
  IOStatus GetFreeSpace(const std::string& path, const IOOptions&, uint64_t* bytes,
                        IODebugContext*) override {
    return ToRocksIO(engine_->FreeSpace(path, bytes));
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is_dir,
                       IODebugContext*) override {
    return ToRocksIO(engine_->IsDirectory(path, is_dir));
  }

  FileOptions OptimizeForLogWrite(const FileOptions& file_options,
                                  const DBOptions& db_options) const override {
    FileOptions options = FileSystem::OptimizeForLogWrite(file_options, db_options);
    options.use_mmap_writes = false;
    options.use_direct_writes = false;
    options.fallocate_with_keep_size = true;
    return options;
  }
  FileOptions OptimizeForManifestWrite(const FileOptions& file_options) const override {
    FileOptions options(file_options);
    options.use_mmap_writes = false;
    options.use_direct_writes = false;
    options.fallocate_with_keep_size = true;
    return options;
  }

 private:
  IOStatus Open(const std::string& f, const FileOptions& options,
                aether::WriteFileOptions::Mode mode, std::unique_ptr<FSWritableFile>* result) {
    aether::WriteFileOptions write;
    write.direct = options.use_direct_writes;
    write.mode = mode;
    std::unique_ptr<aether::WritableFile> file;
    IOStatus status = ToRocksIO(engine_->NewWritableFile(f, write, &file));
    if (status.ok()) *result = std::make_unique<EngineWritableFile>(std::move(file), options);
    return status;
  }

  aether::FileSystem* const engine_;
  const char* const name_;
};

}  // namespace

std::shared_ptr<FileSystem> NewEngineFileSystem(aether::FileSystem* engine, const char* name) {
  return std::make_shared<EngineFileSystem>(engine, name);
}

aether::FileSystem* EngineFileSystemOf(const FileSystem* fs) {
  const auto* wrapper = dynamic_cast<const EngineFileSystem*>(fs);
  return wrapper != nullptr ? wrapper->engine() : nullptr;
}

// Never destroyed: the default Env and whatever uses it may outlive static objects.
std::shared_ptr<FileSystem> FileSystem::Default() {
  static const auto* const instance = new std::shared_ptr<FileSystem>(
      NewEngineFileSystem(aether::PosixFileSystem(), "PosixFileSystem"));
  return *instance;
}

}  // namespace rocksdb
