// Env: the older interface to files, threads and time, and the base class for loggers.
// An Env wraps a FileSystem and a SystemClock; classes below with the suffix Wrapper forward every
// call to a target, for applications that want to change a few of them. Thread safety: an Env may
// be used from any number of threads; files as each class says. Errors are Status; what an Env does
// not offer returns NotSupported with the name of the call.

#ifndef AETHER_INCLUDE_ROCKSDB_ENV_H_
#define AETHER_INCLUDE_ROCKSDB_ENV_H_

#include <cstdarg>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rocksdb/customizable.h"
#include "rocksdb/functor_wrapper.h"
#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/status.h"
#include "rocksdb/thread_status.h"

namespace ROCKSDB_NAMESPACE {

class DynamicLibrary;
class FileLock;
class Logger;
class RandomAccessFile;
class SequentialFile;
class Slice;
struct DataVerificationInfo;
class WritableFile;
class RandomRWFile;
class MemoryMappedFileBuffer;
class Directory;
struct DBOptions;
struct ImmutableDBOptions;
struct MutableDBOptions;
class RateLimiter;
class ThreadStatusUpdater;
struct ThreadStatus;
class FileSystem;
class SystemClock;
struct ConfigOptions;

const size_t kDefaultPageSize = 4 * 1024;

enum class CpuPriority {
  kIdle = 0,
  kLow = 1,
  kNormal = 2,
  kHigh = 3,
};

// How files are opened and written; usually derived from DBOptions.
struct EnvOptions {
  EnvOptions();
  explicit EnvOptions(const DBOptions& options);
  bool use_mmap_reads = false;
  bool use_mmap_writes = true;
  bool use_direct_reads = false;
  bool use_direct_writes = false;
  bool allow_fallocate = true;
  bool set_fd_cloexec = true;
  uint64_t bytes_per_sync = 0;
  bool strict_bytes_per_sync = false;
  bool fallocate_with_keep_size = true;
  size_t compaction_readahead_size = 0;
  size_t random_access_max_buffer_size = 0;
  size_t writable_file_max_buffer_size = 1024 * 1024;
  RateLimiter* rate_limiter = nullptr;
};

class Env : public Customizable {
 public:
  static const char* kDefaultName() { return "DefaultEnv"; }
  struct FileAttributes {
    std::string name;
    uint64_t size_bytes;
  };
  Env();
  explicit Env(const std::shared_ptr<FileSystem>& fs);
  Env(const std::shared_ptr<FileSystem>& fs, const std::shared_ptr<SystemClock>& clock);
  Env(const Env&) = delete;
  void operator=(const Env&) = delete;
  ~Env() override;
  static const char* Type() { return "Environment"; }
  const char* Name() const override { return ""; }
  static Status LoadEnv(const std::string& value, Env** result);
  static Status LoadEnv(const std::string& value, Env** result, std::shared_ptr<Env>* guard);
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& value,
                                 Env** result);
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& value,
                                 Env** result, std::shared_ptr<Env>* guard);
  static Status CreateFromUri(const ConfigOptions& options, const std::string& env_uri,
                              const std::string& fs_uri, Env** result, std::shared_ptr<Env>* guard);
  static Env* Default();
  virtual Status RegisterDbPaths(const std::vector<std::string>&) { return Status::OK(); }
  virtual Status UnregisterDbPaths(const std::vector<std::string>&) { return Status::OK(); }
  virtual Status NewSequentialFile(const std::string& fname,
                                   std::unique_ptr<SequentialFile>* result,
                                   const EnvOptions& options) = 0;
  virtual Status NewRandomAccessFile(const std::string& fname,
                                     std::unique_ptr<RandomAccessFile>* result,
                                     const EnvOptions& options) = 0;
  enum WriteLifeTimeHint {
    WLTH_NOT_SET = 0,
    WLTH_NONE,
    WLTH_SHORT,
    WLTH_MEDIUM,
    WLTH_LONG,
    WLTH_EXTREME,
  };
  virtual Status NewWritableFile(const std::string& fname, std::unique_ptr<WritableFile>* result,
                                 const EnvOptions& options) = 0;
  virtual Status ReopenWritableFile(const std::string&, std::unique_ptr<WritableFile>*,
                                    const EnvOptions&) {
    return Status::NotSupported("Env::ReopenWritableFile");
  }
  virtual Status ReuseWritableFile(const std::string& fname, const std::string& old_fname,
                                   std::unique_ptr<WritableFile>* result,
                                   const EnvOptions& options);
  virtual Status NewRandomRWFile(const std::string&, std::unique_ptr<RandomRWFile>*,
                                 const EnvOptions&) {
    return Status::NotSupported("Env::NewRandomRWFile");
  }
  virtual Status NewMemoryMappedFileBuffer(const std::string&,
                                           std::unique_ptr<MemoryMappedFileBuffer>*) {
    return Status::NotSupported("Env::NewMemoryMappedFileBuffer");
  }
  virtual Status NewDirectory(const std::string& name, std::unique_ptr<Directory>* result) = 0;
  virtual Status FileExists(const std::string& fname) = 0;
  virtual Status GetChildren(const std::string& dir, std::vector<std::string>* result) = 0;
  virtual Status GetChildrenFileAttributes(const std::string& dir,
                                           std::vector<FileAttributes>* result);
  virtual Status DeleteFile(const std::string& fname) = 0;
  virtual Status Truncate(const std::string&, size_t) {
    return Status::NotSupported("Env::Truncate");
  }
  virtual Status CreateDir(const std::string& dirname) = 0;
  virtual Status CreateDirIfMissing(const std::string& dirname) = 0;
  virtual Status DeleteDir(const std::string& dirname) = 0;
  virtual Status GetFileSize(const std::string& fname, uint64_t* file_size) = 0;
  virtual Status GetFileModificationTime(const std::string& fname, uint64_t* file_mtime) = 0;
  virtual Status RenameFile(const std::string& src, const std::string& target) = 0;
  virtual Status LinkFile(const std::string&, const std::string&) {
    return Status::NotSupported("Env::LinkFile");
  }
  virtual Status NumFileLinks(const std::string&, uint64_t*) {
    return Status::NotSupported("Env::NumFileLinks");
  }
  virtual Status AreFilesSame(const std::string&, const std::string&, bool*) {
    return Status::NotSupported("Env::AreFilesSame");
  }
  virtual Status LockFile(const std::string& fname, FileLock** lock) = 0;
  virtual Status UnlockFile(FileLock* lock) = 0;
  virtual Status LoadLibrary(const std::string&, const std::string&,
                             std::shared_ptr<DynamicLibrary>*) {
    return Status::NotSupported("Env::LoadLibrary");
  }
  enum Priority { BOTTOM, LOW, HIGH, USER, TOTAL };
  static std::string PriorityToString(Priority priority);
  enum IOPriority { IO_LOW = 0, IO_MID = 1, IO_HIGH = 2, IO_USER = 3, IO_TOTAL = 4 };
  // Runs function(arg) once in a pool thread. UnSchedule removes jobs by tag that have not started.
  virtual void Schedule(void (*function)(void* arg), void* arg, Priority pri = LOW,
                        void* tag = nullptr, void (*unschedFunction)(void* arg) = nullptr) = 0;
  virtual int UnSchedule(void*, Priority) { return 0; }
  // Runs function(arg) in a thread of its own; WaitForJoin joins all of those.
  virtual void StartThread(void (*function)(void* arg), void* arg) = 0;
  template <typename FunctionT, typename... Args>
  void StartThreadTyped(FunctionT function, Args&&... args) {
    using Call = FunctorWrapper<Args...>;
    auto* call = new Call(std::function<void(Args...)>(function), std::forward<Args>(args)...);
    StartThread(
        [](void* arg) {
          std::unique_ptr<Call> owned(static_cast<Call*>(arg));
          owned->invoke();
        },
        call);
  }
  virtual void WaitForJoin() {}
  virtual int ReserveThreads(int, Priority) { return 0; }
  virtual int ReleaseThreads(int, Priority) { return 0; }
  virtual unsigned int GetThreadPoolQueueLen(Priority = LOW) const { return 0; }
  virtual Status GetTestDirectory(std::string* path) = 0;
  virtual Status NewLogger(const std::string& fname, std::shared_ptr<Logger>* result);
  virtual uint64_t NowMicros() = 0;
  virtual uint64_t NowNanos() { return NowMicros() * 1000; }
  virtual uint64_t NowCPUNanos() { return 0; }
  virtual void SleepForMicroseconds(int micros) = 0;
  virtual Status GetHostName(char* name, uint64_t len) = 0;
  virtual Status GetHostNameString(std::string* result);
  virtual Status GetCurrentTime(int64_t* unix_time) = 0;
  virtual Status GetAbsolutePath(const std::string& db_path, std::string* output_path) = 0;
  virtual void SetBackgroundThreads(int number, Priority pri = LOW) = 0;
  virtual int GetBackgroundThreads(Priority pri = LOW) = 0;
  virtual Status SetAllowNonOwnerAccess(bool) {
    return Status::NotSupported("Env::SetAllowNonOwnerAccess");
  }
  virtual void IncBackgroundThreadsIfNeeded(int number, Priority pri) = 0;
  virtual void LowerThreadPoolIOPriority(Priority = LOW) {}
  virtual Status LowerThreadPoolCPUPriority(Priority, CpuPriority) {
    return Status::NotSupported("Env::LowerThreadPoolCPUPriority");
  }
  virtual void LowerThreadPoolCPUPriority(Priority = LOW) {}
  virtual std::string TimeToString(uint64_t time) = 0;
  virtual std::string GenerateUniqueId();
  virtual EnvOptions OptimizeForLogRead(const EnvOptions& env_options) const;
  virtual EnvOptions OptimizeForManifestRead(const EnvOptions& env_options) const;
  virtual EnvOptions OptimizeForLogWrite(const EnvOptions& env_options,
                                         const DBOptions& db_options) const;
  virtual EnvOptions OptimizeForManifestWrite(const EnvOptions& env_options) const;
  virtual EnvOptions OptimizeForCompactionTableWrite(const EnvOptions& env_options,
                                                     const ImmutableDBOptions& immutable_ops) const;
  virtual EnvOptions OptimizeForCompactionTableRead(const EnvOptions& env_options,
                                                    const ImmutableDBOptions& db_options) const;
  virtual EnvOptions OptimizeForBlobFileRead(const EnvOptions& env_options,
                                             const ImmutableDBOptions& db_options) const;
  virtual Status GetThreadList(std::vector<ThreadStatus>*) {
    return Status::NotSupported("Env::GetThreadList");
  }
  virtual ThreadStatusUpdater* GetThreadStatusUpdater() const { return thread_status_updater_; }
  virtual uint64_t GetThreadID() const;
  virtual Status GetFreeSpace(const std::string&, uint64_t*) {
    return Status::NotSupported("Env::GetFreeSpace");
  }
  virtual Status IsDirectory(const std::string&, bool*) {
    return Status::NotSupported("Env::IsDirectory");
  }
  virtual void SanitizeEnvOptions(EnvOptions*) const {}
  const std::shared_ptr<FileSystem>& GetFileSystem() const;
  const std::shared_ptr<SystemClock>& GetSystemClock() const;

 protected:
  ThreadStatusUpdater* thread_status_updater_;
  std::shared_ptr<FileSystem> file_system_;
  std::shared_ptr<SystemClock> system_clock_;

 private:
  static const size_t kMaxHostNameLen = 256;
};

ThreadStatusUpdater* CreateThreadStatusUpdater();

// A file read from front to back by one thread.
class SequentialFile {
 public:
  SequentialFile() {}
  virtual ~SequentialFile();
  virtual Status Read(size_t n, Slice* result, char* scratch) = 0;
  virtual Status Skip(uint64_t n) = 0;
  virtual bool use_direct_io() const { return false; }
  virtual size_t GetRequiredBufferAlignment() const { return kDefaultPageSize; }
  virtual Status InvalidateCache(size_t, size_t) {
    return Status::NotSupported("SequentialFile::InvalidateCache");
  }
  virtual Status PositionedRead(uint64_t, size_t, Slice*, char*) {
    return Status::NotSupported("SequentialFile::PositionedRead");
  }
};

struct ReadRequest {
  uint64_t offset;
  size_t len;
  char* scratch;
  Slice result;
  Status status;
};

// A file read at any offset by any number of threads.
class RandomAccessFile {
 public:
  RandomAccessFile() {}
  virtual ~RandomAccessFile();
  virtual Status Read(uint64_t offset, size_t n, Slice* result, char* scratch) const = 0;
  virtual Status Prefetch(uint64_t, size_t) {
    return Status::NotSupported("RandomAccessFile::Prefetch");
  }
  virtual Status MultiRead(ReadRequest* reqs, size_t num_reqs) {
    for (size_t i = 0; i < num_reqs; ++i) {
      reqs[i].status = Read(reqs[i].offset, reqs[i].len, &reqs[i].result, reqs[i].scratch);
    }
    return Status::OK();
  }
  virtual size_t GetUniqueId(char*, size_t) const { return 0; }
  enum AccessPattern { NORMAL, RANDOM, SEQUENTIAL, WILLNEED, DONTNEED };
  virtual void Hint(AccessPattern) {}
  virtual bool use_direct_io() const { return false; }
  virtual size_t GetRequiredBufferAlignment() const { return kDefaultPageSize; }
  virtual Status InvalidateCache(size_t, size_t) {
    return Status::NotSupported("RandomAccessFile::InvalidateCache");
  }
};

// A file that grows at its end. Buffered by the implementation; Sync makes it durable.
class WritableFile {
 public:
  WritableFile()
      : last_preallocated_block_(0),
        preallocation_block_size_(0),
        io_priority_(Env::IO_TOTAL),
        write_hint_(Env::WLTH_NOT_SET),
        strict_bytes_per_sync_(false) {}
  explicit WritableFile(const EnvOptions& options)
      : last_preallocated_block_(0),
        preallocation_block_size_(0),
        io_priority_(Env::IO_TOTAL),
        write_hint_(Env::WLTH_NOT_SET),
        strict_bytes_per_sync_(options.strict_bytes_per_sync) {}
  WritableFile(const WritableFile&) = delete;
  void operator=(const WritableFile&) = delete;
  virtual ~WritableFile();
  virtual Status Append(const Slice& data) = 0;
  virtual Status Append(const Slice& data, const DataVerificationInfo&) { return Append(data); }
  virtual Status PositionedAppend(const Slice&, uint64_t) {
    return Status::NotSupported("WritableFile::PositionedAppend");
  }
  virtual Status PositionedAppend(const Slice&, uint64_t, const DataVerificationInfo&) {
    return Status::NotSupported("WritableFile::PositionedAppend");
  }
  virtual Status Truncate(uint64_t) { return Status::OK(); }
  virtual Status Close() = 0;
  virtual Status Flush() = 0;
  virtual Status Sync() = 0;
  virtual Status Fsync() { return Sync(); }
  virtual bool IsSyncThreadSafe() const { return false; }
  virtual bool use_direct_io() const { return false; }
  virtual size_t GetRequiredBufferAlignment() const { return kDefaultPageSize; }
  virtual void SetIOPriority(Env::IOPriority pri) { io_priority_ = pri; }
  virtual Env::IOPriority GetIOPriority() { return io_priority_; }
  virtual void SetWriteLifeTimeHint(Env::WriteLifeTimeHint hint) { write_hint_ = hint; }
  virtual Env::WriteLifeTimeHint GetWriteLifeTimeHint() { return write_hint_; }
  virtual uint64_t GetFileSize() { return 0; }
  virtual void SetPreallocationBlockSize(size_t size) { preallocation_block_size_ = size; }
  virtual void GetPreallocationStatus(size_t* block_size, size_t* last_allocated_block) {
    *block_size = preallocation_block_size_;
    *last_allocated_block = last_preallocated_block_;
  }
  virtual size_t GetUniqueId(char*, size_t) const { return 0; }
  virtual Status InvalidateCache(size_t, size_t) {
    return Status::NotSupported("WritableFile::InvalidateCache");
  }
  virtual Status RangeSync(uint64_t, uint64_t) {
    return strict_bytes_per_sync_ ? Sync() : Status::OK();
  }
  virtual void PrepareWrite(size_t offset, size_t len) {
    // Reserve whole blocks ahead of the write, each of them once.
    if (preallocation_block_size_ == 0) return;
    const size_t blocks_needed =
        (offset + len + preallocation_block_size_ - 1) / preallocation_block_size_;
    if (blocks_needed <= last_preallocated_block_) return;
    const size_t first = last_preallocated_block_;
    last_preallocated_block_ = blocks_needed;
    Allocate(preallocation_block_size_ * first, preallocation_block_size_ * (blocks_needed - first))
        .PermitUncheckedError();
  }
  virtual Status Allocate(uint64_t, uint64_t) { return Status::OK(); }

 protected:
  size_t preallocation_block_size() { return preallocation_block_size_; }

 private:
  size_t last_preallocated_block_;
  size_t preallocation_block_size_;

 protected:
  Env::IOPriority io_priority_;
  Env::WriteLifeTimeHint write_hint_;
  const bool strict_bytes_per_sync_;
};

// A file read and written at any offset.
class RandomRWFile {
 public:
  RandomRWFile() {}
  RandomRWFile(const RandomRWFile&) = delete;
  RandomRWFile& operator=(const RandomRWFile&) = delete;
  virtual ~RandomRWFile() {}
  virtual bool use_direct_io() const { return false; }
  virtual size_t GetRequiredBufferAlignment() const { return kDefaultPageSize; }
  virtual Status Write(uint64_t offset, const Slice& data) = 0;
  virtual Status Read(uint64_t offset, size_t n, Slice* result, char* scratch) const = 0;
  virtual Status Flush() = 0;
  virtual Status Sync() = 0;
  virtual Status Fsync() { return Sync(); }
  virtual Status Close() = 0;
};

// A mapped file; unmapped by the destructor.
class MemoryMappedFileBuffer {
 public:
  MemoryMappedFileBuffer(void* _base, size_t _length) : base_(_base), length_(_length) {}
  virtual ~MemoryMappedFileBuffer() = 0;
  MemoryMappedFileBuffer(const MemoryMappedFileBuffer&) = delete;
  MemoryMappedFileBuffer& operator=(const MemoryMappedFileBuffer&) = delete;
  void* GetBase() const { return base_; }
  size_t GetLen() const { return length_; }

 protected:
  void* base_;
  const size_t length_;
};

// A handle on a directory, to make its entries durable.
class Directory {
 public:
  virtual ~Directory() {}
  virtual Status Fsync() = 0;
  virtual Status Close() { return Status::NotSupported("Directory::Close"); }
  virtual size_t GetUniqueId(char*, size_t) const { return 0; }
};

enum InfoLogLevel : unsigned char {
  DEBUG_LEVEL = 0,
  INFO_LEVEL,
  WARN_LEVEL,
  ERROR_LEVEL,
  FATAL_LEVEL,
  HEADER_LEVEL,
  NUM_INFO_LOG_LEVELS,
};

// Receives the information log. Formats are those of printf.
class Logger {
 public:
  size_t kDoNotSupportGetLogFileSize = (std::numeric_limits<size_t>::max)();
  explicit Logger(const InfoLogLevel log_level = InfoLogLevel::INFO_LEVEL)
      : closed_(false), log_level_(log_level) {}
  Logger(const Logger&) = delete;
  void operator=(const Logger&) = delete;
  virtual ~Logger();
  virtual Status Close();
  virtual void LogHeader(const char* format, va_list ap) {
    Logv(InfoLogLevel::INFO_LEVEL, format, ap);
  }
  virtual void Logv(const char*, va_list) {}
  virtual void Logv(const InfoLogLevel log_level, const char* format, va_list ap);
  virtual size_t GetLogFileSize() const { return kDoNotSupportGetLogFileSize; }
  virtual void Flush() {}
  virtual InfoLogLevel GetInfoLogLevel() const { return log_level_; }
  virtual void SetInfoLogLevel(const InfoLogLevel log_level) { log_level_ = log_level; }

 protected:
  virtual Status CloseImpl();
  bool closed_;

 private:
  InfoLogLevel log_level_;
};

// Names a lock between Env::LockFile and UnlockFile.
class FileLock {
 public:
  FileLock() {}
  virtual ~FileLock();

 private:
  FileLock(const FileLock&) = delete;
  void operator=(const FileLock&) = delete;
};

// A loaded shared object.
class DynamicLibrary {
 public:
  virtual ~DynamicLibrary() {}
  virtual const char* Name() const = 0;
  template <typename T>
  Status LoadFunction(const std::string& sym_name, std::function<T>* function) {
    if (function == nullptr) return Status::InvalidArgument("no function to fill", sym_name);
    void* found = nullptr;
    const Status s = LoadSymbol(sym_name, &found);
    *function = reinterpret_cast<T*>(found);
    return s;
  }
  virtual Status LoadSymbol(const std::string& sym_name, void** func) = 0;
};

extern void LogFlush(const std::shared_ptr<Logger>& info_log);

extern void Log(const InfoLogLevel log_level, const std::shared_ptr<Logger>& info_log,
                const char* format, ...) __attribute__((__format__(__printf__, 3, 4)));

extern void Header(const std::shared_ptr<Logger>& info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Debug(const std::shared_ptr<Logger>& info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Info(const std::shared_ptr<Logger>& info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Warn(const std::shared_ptr<Logger>& info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Error(const std::shared_ptr<Logger>& info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Fatal(const std::shared_ptr<Logger>& info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Log(const std::shared_ptr<Logger>& info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void LogFlush(Logger* info_log);

extern void Log(const InfoLogLevel log_level, Logger* info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 3, 4)));

extern void Log(Logger* info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Header(Logger* info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Debug(Logger* info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Info(Logger* info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Warn(Logger* info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Error(Logger* info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern void Fatal(Logger* info_log, const char* format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

extern Status WriteStringToFile(Env* env, const Slice& data, const std::string& fname,
                                bool should_sync = false);

extern Status ReadFileToString(Env* env, const std::string& fname, std::string* data);

// Forwards every call to another Env, which must outlive it unless it is shared.
class EnvWrapper : public Env {
 public:
  struct Target {
    Env* env;
    std::shared_ptr<Env> guard;
    explicit Target(Env* t) : env(t) {}
    explicit Target(std::unique_ptr<Env>&& t) : env(t.get()), guard(std::move(t)) {}
    explicit Target(const std::shared_ptr<Env>& t) : env(t.get()), guard(t) {}
    void Prepare() {
      if (guard != nullptr) env = guard.get();
    }
  };
  explicit EnvWrapper(Env* t);
  explicit EnvWrapper(std::unique_ptr<Env>&& t);
  explicit EnvWrapper(const std::shared_ptr<Env>& t);
  ~EnvWrapper() override;
  Env* target() const { return target_.env; }
  const char* Name() const override { return target_.env->Name(); }
  Status RegisterDbPaths(const std::vector<std::string>& paths) override {
    return target_.env->RegisterDbPaths(paths);
  }
  Status UnregisterDbPaths(const std::vector<std::string>& paths) override {
    return target_.env->UnregisterDbPaths(paths);
  }
  Status NewSequentialFile(const std::string& f, std::unique_ptr<SequentialFile>* r,
                           const EnvOptions& options) override {
    return target_.env->NewSequentialFile(f, r, options);
  }
  Status NewRandomAccessFile(const std::string& f, std::unique_ptr<RandomAccessFile>* r,
                             const EnvOptions& options) override {
    return target_.env->NewRandomAccessFile(f, r, options);
  }
  Status NewWritableFile(const std::string& f, std::unique_ptr<WritableFile>* r,
                         const EnvOptions& options) override {
    return target_.env->NewWritableFile(f, r, options);
  }
  Status ReopenWritableFile(const std::string& fname, std::unique_ptr<WritableFile>* result,
                            const EnvOptions& options) override {
    return target_.env->ReopenWritableFile(fname, result, options);
  }
  Status ReuseWritableFile(const std::string& fname, const std::string& old_fname,
                           std::unique_ptr<WritableFile>* r, const EnvOptions& options) override {
    return target_.env->ReuseWritableFile(fname, old_fname, r, options);
  }
  Status NewRandomRWFile(const std::string& fname, std::unique_ptr<RandomRWFile>* result,
                         const EnvOptions& options) override {
    return target_.env->NewRandomRWFile(fname, result, options);
  }
  Status NewMemoryMappedFileBuffer(const std::string& fname,
                                   std::unique_ptr<MemoryMappedFileBuffer>* result) override {
    return target_.env->NewMemoryMappedFileBuffer(fname, result);
  }
  Status NewDirectory(const std::string& name, std::unique_ptr<Directory>* result) override {
    return target_.env->NewDirectory(name, result);
  }
  Status FileExists(const std::string& f) override { return target_.env->FileExists(f); }
  Status GetChildren(const std::string& dir, std::vector<std::string>* r) override {
    return target_.env->GetChildren(dir, r);
  }
  Status GetChildrenFileAttributes(const std::string& dir,
                                   std::vector<FileAttributes>* result) override {
    return target_.env->GetChildrenFileAttributes(dir, result);
  }
  Status DeleteFile(const std::string& f) override { return target_.env->DeleteFile(f); }
  Status Truncate(const std::string& fname, size_t size) override {
    return target_.env->Truncate(fname, size);
  }
  Status CreateDir(const std::string& d) override { return target_.env->CreateDir(d); }
  Status CreateDirIfMissing(const std::string& d) override {
    return target_.env->CreateDirIfMissing(d);
  }
  Status DeleteDir(const std::string& d) override { return target_.env->DeleteDir(d); }
  Status GetFileSize(const std::string& f, uint64_t* s) override {
    return target_.env->GetFileSize(f, s);
  }
  Status GetFileModificationTime(const std::string& fname, uint64_t* file_mtime) override {
    return target_.env->GetFileModificationTime(fname, file_mtime);
  }
  Status RenameFile(const std::string& s, const std::string& t) override {
    return target_.env->RenameFile(s, t);
  }
  Status LinkFile(const std::string& s, const std::string& t) override {
    return target_.env->LinkFile(s, t);
  }
  Status NumFileLinks(const std::string& fname, uint64_t* count) override {
    return target_.env->NumFileLinks(fname, count);
  }
  Status AreFilesSame(const std::string& first, const std::string& second, bool* res) override {
    return target_.env->AreFilesSame(first, second, res);
  }
  Status LockFile(const std::string& f, FileLock** l) override {
    return target_.env->LockFile(f, l);
  }
  Status UnlockFile(FileLock* l) override { return target_.env->UnlockFile(l); }
  Status IsDirectory(const std::string& path, bool* is_dir) override {
    return target_.env->IsDirectory(path, is_dir);
  }
  Status LoadLibrary(const std::string& lib_name, const std::string& search_path,
                     std::shared_ptr<DynamicLibrary>* result) override {
    return target_.env->LoadLibrary(lib_name, search_path, result);
  }
  void Schedule(void (*f)(void* arg), void* a, Priority pri, void* tag = nullptr,
                void (*u)(void* arg) = nullptr) override {
    target_.env->Schedule(f, a, pri, tag, u);
  }
  int UnSchedule(void* tag, Priority pri) override { return target_.env->UnSchedule(tag, pri); }
  void StartThread(void (*f)(void*), void* a) override { target_.env->StartThread(f, a); }
  void WaitForJoin() override { target_.env->WaitForJoin(); }
  unsigned int GetThreadPoolQueueLen(Priority pri = LOW) const override {
    return target_.env->GetThreadPoolQueueLen(pri);
  }
  int ReserveThreads(int threads_to_be_reserved, Priority pri) override {
    return target_.env->ReserveThreads(threads_to_be_reserved, pri);
  }
  int ReleaseThreads(int threads_to_be_released, Priority pri) override {
    return target_.env->ReleaseThreads(threads_to_be_released, pri);
  }
  Status GetTestDirectory(std::string* path) override {
    return target_.env->GetTestDirectory(path);
  }
  Status NewLogger(const std::string& fname, std::shared_ptr<Logger>* result) override {
    return target_.env->NewLogger(fname, result);
  }
  uint64_t NowMicros() override { return target_.env->NowMicros(); }
  uint64_t NowNanos() override { return target_.env->NowNanos(); }
  uint64_t NowCPUNanos() override { return target_.env->NowCPUNanos(); }
  void SleepForMicroseconds(int micros) override { target_.env->SleepForMicroseconds(micros); }
  Status GetHostName(char* name, uint64_t len) override {
    return target_.env->GetHostName(name, len);
  }
  Status GetCurrentTime(int64_t* unix_time) override {
    return target_.env->GetCurrentTime(unix_time);
  }
  Status GetAbsolutePath(const std::string& db_path, std::string* output_path) override {
    return target_.env->GetAbsolutePath(db_path, output_path);
  }
  void SetBackgroundThreads(int num, Priority pri) override {
    target_.env->SetBackgroundThreads(num, pri);
  }
  int GetBackgroundThreads(Priority pri) override { return target_.env->GetBackgroundThreads(pri); }
  Status SetAllowNonOwnerAccess(bool allow_non_owner_access) override {
    return target_.env->SetAllowNonOwnerAccess(allow_non_owner_access);
  }
  void IncBackgroundThreadsIfNeeded(int num, Priority pri) override {
    target_.env->IncBackgroundThreadsIfNeeded(num, pri);
  }
  void LowerThreadPoolIOPriority(Priority pool) override {
    target_.env->LowerThreadPoolIOPriority(pool);
  }
  void LowerThreadPoolCPUPriority(Priority pool) override {
    target_.env->LowerThreadPoolCPUPriority(pool);
  }
  Status LowerThreadPoolCPUPriority(Priority pool, CpuPriority pri) override {
    return target_.env->LowerThreadPoolCPUPriority(pool, pri);
  }
  std::string TimeToString(uint64_t time) override { return target_.env->TimeToString(time); }
  Status GetThreadList(std::vector<ThreadStatus>* thread_list) override {
    return target_.env->GetThreadList(thread_list);
  }
  ThreadStatusUpdater* GetThreadStatusUpdater() const override {
    return target_.env->GetThreadStatusUpdater();
  }
  uint64_t GetThreadID() const override { return target_.env->GetThreadID(); }
  std::string GenerateUniqueId() override { return target_.env->GenerateUniqueId(); }
  EnvOptions OptimizeForLogRead(const EnvOptions& env_options) const override {
    return target_.env->OptimizeForLogRead(env_options);
  }
  EnvOptions OptimizeForManifestRead(const EnvOptions& env_options) const override {
    return target_.env->OptimizeForManifestRead(env_options);
  }
  EnvOptions OptimizeForLogWrite(const EnvOptions& env_options,
                                 const DBOptions& db_options) const override {
    return target_.env->OptimizeForLogWrite(env_options, db_options);
  }
  EnvOptions OptimizeForManifestWrite(const EnvOptions& env_options) const override {
    return target_.env->OptimizeForManifestWrite(env_options);
  }
  EnvOptions OptimizeForCompactionTableWrite(
      const EnvOptions& env_options, const ImmutableDBOptions& immutable_ops) const override {
    return target_.env->OptimizeForCompactionTableWrite(env_options, immutable_ops);
  }
  EnvOptions OptimizeForCompactionTableRead(const EnvOptions& env_options,
                                            const ImmutableDBOptions& db_options) const override {
    return target_.env->OptimizeForCompactionTableRead(env_options, db_options);
  }
  EnvOptions OptimizeForBlobFileRead(const EnvOptions& env_options,
                                     const ImmutableDBOptions& db_options) const override {
    return target_.env->OptimizeForBlobFileRead(env_options, db_options);
  }
  Status GetFreeSpace(const std::string& path, uint64_t* diskfree) override {
    return target_.env->GetFreeSpace(path, diskfree);
  }
  void SanitizeEnvOptions(EnvOptions* env_opts) const override {
    target_.env->SanitizeEnvOptions(env_opts);
  }
  Status PrepareOptions(const ConfigOptions& options) override;
  std::string SerializeOptions(const ConfigOptions& config_options,
                               const std::string& header) const override;

 private:
  Target target_;
};

// The wrappers below do not own their target.
class SequentialFileWrapper : public SequentialFile {
 public:
  explicit SequentialFileWrapper(SequentialFile* target) : target_(target) {}
  Status Read(size_t n, Slice* result, char* scratch) override {
    return target_->Read(n, result, scratch);
  }
  Status Skip(uint64_t n) override { return target_->Skip(n); }
  bool use_direct_io() const override { return target_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override {
    return target_->GetRequiredBufferAlignment();
  }
  Status InvalidateCache(size_t offset, size_t length) override {
    return target_->InvalidateCache(offset, length);
  }
  Status PositionedRead(uint64_t offset, size_t n, Slice* result, char* scratch) override {
    return target_->PositionedRead(offset, n, result, scratch);
  }

 private:
  SequentialFile* target_;
};

class RandomAccessFileWrapper : public RandomAccessFile {
 public:
  explicit RandomAccessFileWrapper(RandomAccessFile* target) : target_(target) {}
  Status Read(uint64_t offset, size_t n, Slice* result, char* scratch) const override {
    return target_->Read(offset, n, result, scratch);
  }
  Status MultiRead(ReadRequest* reqs, size_t num_reqs) override {
    return target_->MultiRead(reqs, num_reqs);
  }
  Status Prefetch(uint64_t offset, size_t n) override { return target_->Prefetch(offset, n); }
  size_t GetUniqueId(char* id, size_t max_size) const override {
    return target_->GetUniqueId(id, max_size);
  }
  void Hint(AccessPattern pattern) override { target_->Hint(pattern); }
  bool use_direct_io() const override { return target_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override {
    return target_->GetRequiredBufferAlignment();
  }
  Status InvalidateCache(size_t offset, size_t length) override {
    return target_->InvalidateCache(offset, length);
  }

 private:
  RandomAccessFile* target_;
};

class WritableFileWrapper : public WritableFile {
 public:
  explicit WritableFileWrapper(WritableFile* t) : target_(t) {}
  Status Append(const Slice& data) override { return target_->Append(data); }
  Status Append(const Slice& data, const DataVerificationInfo& verification_info) override {
    return target_->Append(data, verification_info);
  }
  Status PositionedAppend(const Slice& data, uint64_t offset) override {
    return target_->PositionedAppend(data, offset);
  }
  Status PositionedAppend(const Slice& data, uint64_t offset,
                          const DataVerificationInfo& verification_info) override {
    return target_->PositionedAppend(data, offset, verification_info);
  }
  Status Truncate(uint64_t size) override { return target_->Truncate(size); }
  Status Close() override { return target_->Close(); }
  Status Flush() override { return target_->Flush(); }
  Status Sync() override { return target_->Sync(); }
  Status Fsync() override { return target_->Fsync(); }
  bool IsSyncThreadSafe() const override { return target_->IsSyncThreadSafe(); }
  bool use_direct_io() const override { return target_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override {
    return target_->GetRequiredBufferAlignment();
  }
  void SetIOPriority(Env::IOPriority pri) override { target_->SetIOPriority(pri); }
  Env::IOPriority GetIOPriority() override { return target_->GetIOPriority(); }
  void SetWriteLifeTimeHint(Env::WriteLifeTimeHint hint) override {
    target_->SetWriteLifeTimeHint(hint);
  }
  Env::WriteLifeTimeHint GetWriteLifeTimeHint() override { return target_->GetWriteLifeTimeHint(); }
  uint64_t GetFileSize() override { return target_->GetFileSize(); }
  void SetPreallocationBlockSize(size_t size) override { target_->SetPreallocationBlockSize(size); }
  void GetPreallocationStatus(size_t* block_size, size_t* last_allocated_block) override {
    target_->GetPreallocationStatus(block_size, last_allocated_block);
  }
  size_t GetUniqueId(char* id, size_t max_size) const override {
    return target_->GetUniqueId(id, max_size);
  }
  Status InvalidateCache(size_t offset, size_t length) override {
    return target_->InvalidateCache(offset, length);
  }
  Status RangeSync(uint64_t offset, uint64_t nbytes) override {
    return target_->RangeSync(offset, nbytes);
  }
  void PrepareWrite(size_t offset, size_t len) override { target_->PrepareWrite(offset, len); }
  Status Allocate(uint64_t offset, uint64_t len) override { return target_->Allocate(offset, len); }

 private:
  WritableFile* target_;
};

class RandomRWFileWrapper : public RandomRWFile {
 public:
  explicit RandomRWFileWrapper(RandomRWFile* target) : target_(target) {}
  bool use_direct_io() const override { return target_->use_direct_io(); }
  size_t GetRequiredBufferAlignment() const override {
    return target_->GetRequiredBufferAlignment();
  }
  Status Write(uint64_t offset, const Slice& data) override { return target_->Write(offset, data); }
  Status Read(uint64_t offset, size_t n, Slice* result, char* scratch) const override {
    return target_->Read(offset, n, result, scratch);
  }
  Status Flush() override { return target_->Flush(); }
  Status Sync() override { return target_->Sync(); }
  Status Fsync() override { return target_->Fsync(); }
  Status Close() override { return target_->Close(); }

 private:
  RandomRWFile* target_;
};

class DirectoryWrapper : public Directory {
 public:
  explicit DirectoryWrapper(Directory* target) : target_(target) {}
  Status Fsync() override { return target_->Fsync(); }
  Status Close() override { return target_->Close(); }
  size_t GetUniqueId(char* id, size_t max_size) const override {
    return target_->GetUniqueId(id, max_size);
  }

 private:
  Directory* target_;
};

class LoggerWrapper : public Logger {
 public:
  explicit LoggerWrapper(Logger* target) : target_(target) {}
  Status Close() override { return target_->Close(); }
  void LogHeader(const char* format, va_list ap) override { target_->LogHeader(format, ap); }
  void Logv(const char* format, va_list ap) override { target_->Logv(format, ap); }
  void Logv(const InfoLogLevel log_level, const char* format, va_list ap) override {
    target_->Logv(log_level, format, ap);
  }
  size_t GetLogFileSize() const override { return target_->GetLogFileSize(); }
  void Flush() override { target_->Flush(); }
  InfoLogLevel GetInfoLogLevel() const override { return target_->GetInfoLogLevel(); }
  void SetInfoLogLevel(const InfoLogLevel log_level) override {
    target_->SetInfoLogLevel(log_level);
  }

 private:
  Logger* target_;
};

Env* NewMemEnv(Env* base_env);

Env* NewTimedEnv(Env* base_env);

Status NewEnvLogger(const std::string& fname, Env* env, std::shared_ptr<Logger>* result);

std::unique_ptr<Env> NewCompositeEnv(const std::shared_ptr<FileSystem>& fs);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_ENV_H_
