// An Env made of parts: files from a FileSystem, time from a SystemClock, and (CompositeEnvWrapper)
// threads and the rest from another Env.
//
// Layout: 72 and 96 bytes; executables allocate CompositeEnvWrapper. Thread safety: that of the
// parts.

#ifndef AETHER_COMPAT_ENV_COMPOSITE_ENV_H_
#define AETHER_COMPAT_ENV_COMPOSITE_ENV_H_

#include <memory>
#include <string>
#include <vector>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/system_clock.h"

namespace rocksdb {

class CompositeEnv : public Env {
 public:
  explicit CompositeEnv(const std::shared_ptr<FileSystem>& fs,
                        const std::shared_ptr<SystemClock>& clock)
      : Env(fs, clock) {}

  Status RegisterDbPaths(const std::vector<std::string>& paths) override;
  Status UnregisterDbPaths(const std::vector<std::string>& paths) override;

  Status NewSequentialFile(const std::string& fname, std::unique_ptr<SequentialFile>* result,
                           const EnvOptions& options) override;
  Status NewRandomAccessFile(const std::string& fname, std::unique_ptr<RandomAccessFile>* result,
                             const EnvOptions& options) override;
  Status NewWritableFile(const std::string& fname, std::unique_ptr<WritableFile>* result,
                         const EnvOptions& options) override;
  Status ReopenWritableFile(const std::string& fname, std::unique_ptr<WritableFile>* result,
                            const EnvOptions& options) override;
  Status ReuseWritableFile(const std::string& fname, const std::string& old_fname,
                           std::unique_ptr<WritableFile>* result,
                           const EnvOptions& options) override;
  Status NewRandomRWFile(const std::string& fname, std::unique_ptr<RandomRWFile>* result,
                         const EnvOptions& options) override;
  Status NewMemoryMappedFileBuffer(const std::string& fname,
                                   std::unique_ptr<MemoryMappedFileBuffer>* result) override;
  Status NewDirectory(const std::string& name, std::unique_ptr<Directory>* result) override;

  Status FileExists(const std::string& f) override;
  Status GetChildren(const std::string& dir, std::vector<std::string>* r) override;
  Status GetChildrenFileAttributes(const std::string& dir,
                                   std::vector<FileAttributes>* result) override;
  Status DeleteFile(const std::string& f) override;
  Status Truncate(const std::string& fname, size_t size) override;
  Status CreateDir(const std::string& d) override;
  Status CreateDirIfMissing(const std::string& d) override;
  Status DeleteDir(const std::string& d) override;
  Status GetFileSize(const std::string& f, uint64_t* s) override;
  Status GetFileModificationTime(const std::string& fname, uint64_t* file_mtime) override;
  Status RenameFile(const std::string& s, const std::string& t) override;
  Status LinkFile(const std::string& s, const std::string& t) override;
  Status NumFileLinks(const std::string& fname, uint64_t* count) override;
  Status AreFilesSame(const std::string& first, const std::string& second, bool* res) override;
  Status LockFile(const std::string& f, FileLock** l) override;
  Status UnlockFile(FileLock* l) override;
  Status GetAbsolutePath(const std::string& db_path, std::string* output_path) override;
  Status NewLogger(const std::string& fname, std::shared_ptr<Logger>* result) override;
  Status IsDirectory(const std::string& path, bool* is_dir) override;
  Status GetTestDirectory(std::string* path) override;
  Status GetFreeSpace(const std::string& path, uint64_t* diskfree) override;

  EnvOptions OptimizeForLogRead(const EnvOptions& env_options) const override;
  EnvOptions OptimizeForManifestRead(const EnvOptions& env_options) const override;
  EnvOptions OptimizeForLogWrite(const EnvOptions& env_options,
                                 const DBOptions& db_options) const override;
  EnvOptions OptimizeForManifestWrite(const EnvOptions& env_options) const override;
  EnvOptions OptimizeForCompactionTableWrite(
      const EnvOptions& env_options, const ImmutableDBOptions& immutable_ops) const override;
  EnvOptions OptimizeForCompactionTableRead(const EnvOptions& env_options,
                                            const ImmutableDBOptions& db_options) const override;
  EnvOptions OptimizeForBlobFileRead(const EnvOptions& env_options,
                                     const ImmutableDBOptions& db_options) const override;

  uint64_t NowMicros() override;
  uint64_t NowNanos() override;
  uint64_t NowCPUNanos() override;
  void SleepForMicroseconds(int micros) override;
  Status GetCurrentTime(int64_t* unix_time) override;
  std::string TimeToString(uint64_t time) override;
};
static_assert(sizeof(CompositeEnv) == 72);

class CompositeEnvWrapper : public CompositeEnv {
 public:
  explicit CompositeEnvWrapper(Env* env) : CompositeEnvWrapper(env, env->GetFileSystem()) {}
  CompositeEnvWrapper(Env* env, const std::shared_ptr<FileSystem>& fs)
      : CompositeEnvWrapper(env, fs, env->GetSystemClock()) {}
  CompositeEnvWrapper(Env* env, const std::shared_ptr<SystemClock>& clock)
      : CompositeEnvWrapper(env, env->GetFileSystem(), clock) {}
  // The first does not take ownership of the Env, the second shares it.
  explicit CompositeEnvWrapper(Env* env, const std::shared_ptr<FileSystem>& fs,
                               const std::shared_ptr<SystemClock>& clock);
  explicit CompositeEnvWrapper(const std::shared_ptr<Env>& env,
                               const std::shared_ptr<FileSystem>& fs,
                               const std::shared_ptr<SystemClock>& clock);

  static const char* kClassName() { return "CompositeEnv"; }
  const char* Name() const override { return kClassName(); }
  bool IsInstanceOf(const std::string& name) const override {
    return name == kClassName() || CompositeEnv::IsInstanceOf(name);
  }
  const Customizable* Inner() const override { return target_.env; }
  Status PrepareOptions(const ConfigOptions& options) override;
  std::string SerializeOptions(const ConfigOptions& config_options,
                               const std::string& header) const override;

  Env* env_target() const { return target_.env; }

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
  int ReserveThreads(int threads, Priority pri) override {
    return target_.env->ReserveThreads(threads, pri);
  }
  int ReleaseThreads(int threads, Priority pri) override {
    return target_.env->ReleaseThreads(threads, pri);
  }
  Status GetHostName(char* name, uint64_t len) override {
    return target_.env->GetHostName(name, len);
  }
  void SetBackgroundThreads(int num, Priority pri) override {
    target_.env->SetBackgroundThreads(num, pri);
  }
  int GetBackgroundThreads(Priority pri) override { return target_.env->GetBackgroundThreads(pri); }
  Status SetAllowNonOwnerAccess(bool allow) override {
    return target_.env->SetAllowNonOwnerAccess(allow);
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
  Status GetThreadList(std::vector<ThreadStatus>* list) override {
    return target_.env->GetThreadList(list);
  }
  ThreadStatusUpdater* GetThreadStatusUpdater() const override {
    return target_.env->GetThreadStatusUpdater();
  }
  uint64_t GetThreadID() const override { return target_.env->GetThreadID(); }
  std::string GenerateUniqueId() override { return target_.env->GenerateUniqueId(); }

 private:
  EnvWrapper::Target target_;
};
static_assert(sizeof(CompositeEnvWrapper) == 96);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_COMPOSITE_ENV_H_
