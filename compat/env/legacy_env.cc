#include "compat/env/legacy_env.h"

#include <string>
#include <utility>
#include <vector>

#include "compat/env/file_adapters.h"
#include "rocksdb/convenience.h"

namespace rocksdb {

namespace {

IOStatus IO(Status status) { return status_to_io_status(std::move(status)); }

// Opens with the Env and hands the file on in the newer interface.
template <typename EnvFile, typename FSFile, typename Open>
IOStatus OpenAsFSFile(std::unique_ptr<FSFile>* result, Open open) {
  std::unique_ptr<EnvFile> file;
  Status status = open(&file);
  if (status.ok()) *result = AsFSFile(std::move(file));
  return IO(std::move(status));
}

class LegacyFileSystem : public FileSystem {
 public:
  explicit LegacyFileSystem(Env* env) : env_(env) {}

  const char* Name() const override { return "LegacyFileSystem"; }
  const Customizable* Inner() const override { return env_; }
  std::string SerializeOptions(const ConfigOptions&, const std::string&) const override {
    return std::string();  // the Env writes its own
  }
  Status PrepareOptions(const ConfigOptions&) override { return Status::OK(); }

  Status RegisterDbPaths(const std::vector<std::string>& paths) override {
    return env_->RegisterDbPaths(paths);
  }
  Status UnregisterDbPaths(const std::vector<std::string>& paths) override {
    return env_->UnregisterDbPaths(paths);
  }

  IOStatus NewSequentialFile(const std::string& f, const FileOptions& options,
                             std::unique_ptr<FSSequentialFile>* result, IODebugContext*) override {
    return OpenAsFSFile<SequentialFile>(
        result, [&](auto* file) { return env_->NewSequentialFile(f, file, options); });
  }
  IOStatus NewRandomAccessFile(const std::string& f, const FileOptions& options,
                               std::unique_ptr<FSRandomAccessFile>* result,
                               IODebugContext*) override {
    return OpenAsFSFile<RandomAccessFile>(
        result, [&](auto* file) { return env_->NewRandomAccessFile(f, file, options); });
  }
  IOStatus NewWritableFile(const std::string& f, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result, IODebugContext*) override {
    return OpenAsFSFile<WritableFile>(
        result, [&](auto* file) { return env_->NewWritableFile(f, file, options); });
  }
  IOStatus ReopenWritableFile(const std::string& f, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* result, IODebugContext*) override {
    return OpenAsFSFile<WritableFile>(
        result, [&](auto* file) { return env_->ReopenWritableFile(f, file, options); });
  }
  IOStatus ReuseWritableFile(const std::string& f, const std::string& old_name,
                             const FileOptions& options, std::unique_ptr<FSWritableFile>* result,
                             IODebugContext*) override {
    return OpenAsFSFile<WritableFile>(
        result, [&](auto* file) { return env_->ReuseWritableFile(f, old_name, file, options); });
  }
  IOStatus NewRandomRWFile(const std::string& f, const FileOptions& options,
                           std::unique_ptr<FSRandomRWFile>* result, IODebugContext*) override {
    return OpenAsFSFile<RandomRWFile>(
        result, [&](auto* file) { return env_->NewRandomRWFile(f, file, options); });
  }
  IOStatus NewMemoryMappedFileBuffer(const std::string& f,
                                     std::unique_ptr<MemoryMappedFileBuffer>* result) override {
    return IO(env_->NewMemoryMappedFileBuffer(f, result));
  }
  IOStatus NewDirectory(const std::string& name, const IOOptions&,
                        std::unique_ptr<FSDirectory>* result, IODebugContext*) override {
    return OpenAsFSFile<Directory>(
        result, [&](auto* directory) { return env_->NewDirectory(name, directory); });
  }

  IOStatus FileExists(const std::string& f, const IOOptions&, IODebugContext*) override {
    return IO(env_->FileExists(f));
  }
  IOStatus GetChildren(const std::string& dir, const IOOptions&, std::vector<std::string>* result,
                       IODebugContext*) override {
    return IO(env_->GetChildren(dir, result));
  }
  IOStatus GetChildrenFileAttributes(const std::string& dir, const IOOptions&,
                                     std::vector<FileAttributes>* result,
                                     IODebugContext*) override {
    return IO(env_->GetChildrenFileAttributes(dir, result));
  }
  IOStatus DeleteFile(const std::string& f, const IOOptions&, IODebugContext*) override {
    return IO(env_->DeleteFile(f));
  }
  IOStatus Truncate(const std::string& f, size_t size, const IOOptions&, IODebugContext*) override {
    return IO(env_->Truncate(f, size));
  }
  IOStatus CreateDir(const std::string& d, const IOOptions&, IODebugContext*) override {
    return IO(env_->CreateDir(d));
  }
  IOStatus CreateDirIfMissing(const std::string& d, const IOOptions&, IODebugContext*) override {
    return IO(env_->CreateDirIfMissing(d));
  }
  IOStatus DeleteDir(const std::string& d, const IOOptions&, IODebugContext*) override {
    return IO(env_->DeleteDir(d));
  }
  IOStatus GetFileSize(const std::string& f, const IOOptions&, uint64_t* size,
                       IODebugContext*) override {
    return IO(env_->GetFileSize(f, size));
  }
  IOStatus GetFileModificationTime(const std::string& f, const IOOptions&, uint64_t* time,
                                   IODebugContext*) override {
    return IO(env_->GetFileModificationTime(f, time));
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* result,
                           IODebugContext*) override {
    return IO(env_->GetAbsolutePath(path, result));
  }
  IOStatus RenameFile(const std::string& s, const std::string& t, const IOOptions&,
                      IODebugContext*) override {
    return IO(env_->RenameFile(s, t));
  }
  IOStatus LinkFile(const std::string& s, const std::string& t, const IOOptions&,
                    IODebugContext*) override {
    return IO(env_->LinkFile(s, t));
  }
  IOStatus NumFileLinks(const std::string& f, const IOOptions&, uint64_t* count,
                        IODebugContext*) override {
    return IO(env_->NumFileLinks(f, count));
  }
  IOStatus AreFilesSame(const std::string& a, const std::string& b, const IOOptions&, bool* same,
                        IODebugContext*) override {
    return IO(env_->AreFilesSame(a, b, same));
  }
  IOStatus LockFile(const std::string& f, const IOOptions&, FileLock** lock,
                    IODebugContext*) override {
    return IO(env_->LockFile(f, lock));
  }
  IOStatus UnlockFile(FileLock* lock, const IOOptions&, IODebugContext*) override {
    return IO(env_->UnlockFile(lock));
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    return IO(env_->GetTestDirectory(path));
  }
  IOStatus NewLogger(const std::string& f, const IOOptions&, std::shared_ptr<Logger>* result,
                     IODebugContext*) override {
    return IO(env_->NewLogger(f, result));
  }
  void SanitizeFileOptions(FileOptions* options) const override {
    env_->SanitizeEnvOptions(options);
  }
  FileOptions OptimizeForLogRead(const FileOptions& o) const override {
    return env_->OptimizeForLogRead(o);
  }
  FileOptions OptimizeForManifestRead(const FileOptions& o) const override {
    return env_->OptimizeForManifestRead(o);
  }
  FileOptions OptimizeForLogWrite(const FileOptions& o, const DBOptions& db) const override {
    return env_->OptimizeForLogWrite(o, db);
  }
  FileOptions OptimizeForManifestWrite(const FileOptions& o) const override {
    return env_->OptimizeForManifestWrite(o);
  }
  FileOptions OptimizeForCompactionTableWrite(const FileOptions& o,
                                              const ImmutableDBOptions& db) const override {
    return env_->OptimizeForCompactionTableWrite(o, db);
  }
  FileOptions OptimizeForCompactionTableRead(const FileOptions& o,
                                             const ImmutableDBOptions& db) const override {
    return env_->OptimizeForCompactionTableRead(o, db);
  }
  FileOptions OptimizeForBlobFileRead(const FileOptions& o,
                                      const ImmutableDBOptions& db) const override {
    return env_->OptimizeForBlobFileRead(o, db);
  }
  IOStatus GetFreeSpace(const std::string& path, const IOOptions&, uint64_t* bytes,
                        IODebugContext*) override {
    return IO(env_->GetFreeSpace(path, bytes));
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is_dir,
                       IODebugContext*) override {
    return IO(env_->IsDirectory(path, is_dir));
  }

 private:
  Env* const env_;
};

class LegacySystemClock : public SystemClock {
 public:
  explicit LegacySystemClock(Env* env) : env_(env) {}
  const char* Name() const override { return "LegacySystemClock"; }
  const Customizable* Inner() const override { return env_; }
  std::string SerializeOptions(const ConfigOptions&, const std::string&) const override {
    return std::string();
  }
  uint64_t NowMicros() override { return env_->NowMicros(); }
  uint64_t NowNanos() override { return env_->NowNanos(); }
  uint64_t CPUMicros() override { return CPUNanos() / 1000; }
  uint64_t CPUNanos() override { return env_->NowCPUNanos(); }
  void SleepForMicroseconds(int micros) override { env_->SleepForMicroseconds(micros); }
  Status GetCurrentTime(int64_t* unix_time) override { return env_->GetCurrentTime(unix_time); }
  std::string TimeToString(uint64_t time) override { return env_->TimeToString(time); }

 private:
  Env* const env_;
};

}  // namespace

std::shared_ptr<FileSystem> NewLegacyFileSystem(Env* env) {
  return std::make_shared<LegacyFileSystem>(env);
}
std::shared_ptr<SystemClock> NewLegacySystemClock(Env* env) {
  return std::make_shared<LegacySystemClock>(env);
}

}  // namespace rocksdb
