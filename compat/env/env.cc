// What Env and its file classes define outside their header: construction, defaults of virtual
// functions, wrappers.

#include "rocksdb/env.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "compat/env/legacy_env.h"
#include "compat/env/wrapper_options.h"
#include "engine/io/thread.h"
#include "rocksdb/file_system.h"
#include "rocksdb/options.h"
#include "rocksdb/rate_limiter.h"
#include "rocksdb/system_clock.h"

namespace rocksdb {

Env::Env() : thread_status_updater_(nullptr) {
  file_system_ = NewLegacyFileSystem(this);
  system_clock_ = NewLegacySystemClock(this);
}

Env::Env(const std::shared_ptr<FileSystem>& fs)
    : thread_status_updater_(nullptr), file_system_(fs) {
  system_clock_ = NewLegacySystemClock(this);
}

Env::Env(const std::shared_ptr<FileSystem>& fs, const std::shared_ptr<SystemClock>& clock)
    : thread_status_updater_(nullptr), file_system_(fs), system_clock_(clock) {}

Env::~Env() {}

const std::shared_ptr<FileSystem>& Env::GetFileSystem() const { return file_system_; }
const std::shared_ptr<SystemClock>& Env::GetSystemClock() const { return system_clock_; }

std::string Env::PriorityToString(Env::Priority priority) {
  switch (priority) {
    case BOTTOM:
      return "Bottom";
    case LOW:
      return "Low";
    case HIGH:
      return "High";
    case USER:
      return "User";
    case TOTAL:
      break;
  }
  return "Invalid";
}

uint64_t Env::GetThreadID() const { return static_cast<uint64_t>(aether::CurrentThreadId()); }

Status Env::ReuseWritableFile(const std::string& fname, const std::string& old_fname,
                              std::unique_ptr<WritableFile>* result, const EnvOptions& options) {
  Status status = RenameFile(old_fname, fname);
  return status.ok() ? NewWritableFile(fname, result, options) : status;
}

Status Env::GetChildrenFileAttributes(const std::string& dir, std::vector<FileAttributes>* result) {
  std::vector<std::string> names;
  Status status = GetChildren(dir, &names);
  if (!status.ok()) return status;
  result->clear();
  for (std::string& name : names) {
    const std::string path = dir + "/" + name;
    uint64_t size = 0;
    status = GetFileSize(path, &size);
    if (status.ok()) {
      result->push_back({std::move(name), size});
    } else if (!FileExists(path).IsNotFound()) {
      return status;
    }
  }
  return Status::OK();
}

Status Env::GetHostNameString(std::string* result) {
  char name[kMaxHostNameLen + 1] = {};
  Status status = GetHostName(name, kMaxHostNameLen);
  if (status.ok()) *result = name;
  return status;
}

std::string Env::GenerateUniqueId() {
  std::string id;
  std::shared_ptr<FileSystem> fs = FileSystem::Default();
  if (ReadFileToString(fs.get(), "/proc/sys/kernel/random/uuid", &id).ok()) {
    while (!id.empty() && id.back() == '\n') id.pop_back();
  }
  if (id.size() == 36) return id;
  // No kernel source of identities: time, thread and address space layout have to do.
  char text[64];
  snprintf(text, sizeof(text), "%016llx-%016llx-%llx", static_cast<unsigned long long>(NowNanos()),
           static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(&id)),
           static_cast<unsigned long long>(GetThreadID()));
  return text;
}

Status Env::NewLogger(const std::string& fname, std::shared_ptr<Logger>* result) {
  return NewEnvLogger(fname, this, result);
}

EnvOptions Env::OptimizeForLogRead(const EnvOptions& env_options) const {
  EnvOptions options(env_options);
  options.use_direct_reads = false;
  return options;
}
EnvOptions Env::OptimizeForManifestRead(const EnvOptions& env_options) const {
  return Env::OptimizeForLogRead(env_options);
}
EnvOptions Env::OptimizeForLogWrite(const EnvOptions& env_options,
                                    const DBOptions& db_options) const {
  EnvOptions options(env_options);
  options.bytes_per_sync = db_options.wal_bytes_per_sync;
  options.writable_file_max_buffer_size = db_options.writable_file_max_buffer_size;
  return options;
}
EnvOptions Env::OptimizeForManifestWrite(const EnvOptions& env_options) const {
  return env_options;
}
EnvOptions Env::OptimizeForCompactionTableWrite(const EnvOptions& env_options,
                                                const ImmutableDBOptions& /*immutable_ops*/) const {
  return env_options;
}
EnvOptions Env::OptimizeForCompactionTableRead(const EnvOptions& env_options,
                                               const ImmutableDBOptions& /*db_options*/) const {
  return env_options;
}
EnvOptions Env::OptimizeForBlobFileRead(const EnvOptions& env_options,
                                        const ImmutableDBOptions& /*db_options*/) const {
  return env_options;
}

EnvOptions::EnvOptions() : EnvOptions(DBOptions()) {}

EnvOptions::EnvOptions(const DBOptions& options)
    : use_mmap_reads(options.allow_mmap_reads),
      use_mmap_writes(options.allow_mmap_writes),
      use_direct_reads(options.use_direct_reads),
      allow_fallocate(options.allow_fallocate),
      set_fd_cloexec(options.is_fd_close_on_exec),
      bytes_per_sync(options.bytes_per_sync),
      strict_bytes_per_sync(options.strict_bytes_per_sync),
      compaction_readahead_size(options.compaction_readahead_size),
      random_access_max_buffer_size(options.random_access_max_buffer_size),
      writable_file_max_buffer_size(options.writable_file_max_buffer_size),
      rate_limiter(options.rate_limiter.get()) {}

SequentialFile::~SequentialFile() {}
RandomAccessFile::~RandomAccessFile() {}
WritableFile::~WritableFile() {}
MemoryMappedFileBuffer::~MemoryMappedFileBuffer() {}
FileLock::~FileLock() {}

// The file system of a wrapper is made of its own virtual functions, so that what a derived class
// overrides takes part.
EnvWrapper::EnvWrapper(Env* t) : target_(t) {}
EnvWrapper::EnvWrapper(std::unique_ptr<Env>&& t) : target_(std::move(t)) {}
EnvWrapper::EnvWrapper(const std::shared_ptr<Env>& t) : target_(t) {}
EnvWrapper::~EnvWrapper() {}

Status EnvWrapper::PrepareOptions(const ConfigOptions& options) {
  target_.Prepare();
  return Env::PrepareOptions(options);
}

std::string EnvWrapper::SerializeOptions(const ConfigOptions& config_options,
                                         const std::string& header) const {
  return SerializeWrapper(config_options, header, Env::SerializeOptions(config_options, ""),
                          target_.env, Env::kDefaultName());
}

Status ReadFileToString(Env* env, const std::string& fname, std::string* data) {
  return ReadFileToString(env->GetFileSystem().get(), fname, data);
}

Status WriteStringToFile(Env* env, const Slice& data, const std::string& fname, bool should_sync) {
  return WriteStringToFile(env->GetFileSystem().get(), data, fname, should_sync);
}

}  // namespace rocksdb
