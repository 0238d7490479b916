#include "compat/env/composite_env.h"

#include "compat/env/file_adapters.h"
#include "rocksdb/convenience.h"

namespace rocksdb {

namespace {

// Opens with the FileSystem and hands the file on in the older interface.
template <typename FSFile, typename EnvFile, typename Open>
Status OpenAsEnvFile(std::unique_ptr<EnvFile>* result, Open open) {
  std::unique_ptr<FSFile> file;
  Status status = open(&file);
  if (status.ok()) *result = AsEnvFile(std::move(file));
  return status;
}

}  // namespace

Status CompositeEnv::RegisterDbPaths(const std::vector<std::string>& paths) {
  return file_system_->RegisterDbPaths(paths);
}
Status CompositeEnv::UnregisterDbPaths(const std::vector<std::string>& paths) {
  return file_system_->UnregisterDbPaths(paths);
}

Status CompositeEnv::NewSequentialFile(const std::string& fname,
                                       std::unique_ptr<SequentialFile>* result,
                                       const EnvOptions& options) {
  return OpenAsEnvFile<FSSequentialFile>(result, [&](auto* file) {
    return file_system_->NewSequentialFile(fname, FileOptions(options), file, nullptr);
  });
}
Status CompositeEnv::NewRandomAccessFile(const std::string& fname,
                                         std::unique_ptr<RandomAccessFile>* result,
                                         const EnvOptions& options) {
  return OpenAsEnvFile<FSRandomAccessFile>(result, [&](auto* file) {
    return file_system_->NewRandomAccessFile(fname, FileOptions(options), file, nullptr);
  });
}
Status CompositeEnv::NewWritableFile(const std::string& fname,
                                     std::unique_ptr<WritableFile>* result,
                                     const EnvOptions& options) {
  return OpenAsEnvFile<FSWritableFile>(result, [&](auto* file) {
    return file_system_->NewWritableFile(fname, FileOptions(options), file, nullptr);
  });
}
Status CompositeEnv::ReopenWritableFile(const std::string& fname,
                                        std::unique_ptr<WritableFile>* result,
                                        const EnvOptions& options) {
  return OpenAsEnvFile<FSWritableFile>(result, [&](auto* file) {
    return file_system_->ReopenWritableFile(fname, FileOptions(options), file, nullptr);
  });
}
Status CompositeEnv::ReuseWritableFile(const std::string& fname, const std::string& old_fname,
                                       std::unique_ptr<WritableFile>* result,
                                       const EnvOptions& options) {
  return OpenAsEnvFile<FSWritableFile>(result, [&](auto* file) {
    return file_system_->ReuseWritableFile(fname, old_fname, FileOptions(options), file, nullptr);
  });
}
Status CompositeEnv::NewRandomRWFile(const std::string& fname,
                                     std::unique_ptr<RandomRWFile>* result,
                                     const EnvOptions& options) {
  return OpenAsEnvFile<FSRandomRWFile>(result, [&](auto* file) {
    return file_system_->NewRandomRWFile(fname, FileOptions(options), file, nullptr);
  });
}
Status CompositeEnv::NewMemoryMappedFileBuffer(const std::string& fname,
                                               std::unique_ptr<MemoryMappedFileBuffer>* result) {
  return file_system_->NewMemoryMappedFileBuffer(fname, result);
}
Status CompositeEnv::NewDirectory(const std::string& name, std::unique_ptr<Directory>* result) {
  return OpenAsEnvFile<FSDirectory>(result, [&](auto* directory) {
    return file_system_->NewDirectory(name, IOOptions(), directory, nullptr);
  });
}

Status CompositeEnv::FileExists(const std::string& f) {
  return file_system_->FileExists(f, IOOptions(), nullptr);
}
Status CompositeEnv::GetChildren(const std::string& dir, std::vector<std::string>* r) {
  return file_system_->GetChildren(dir, IOOptions(), r, nullptr);
}
Status CompositeEnv::GetChildrenFileAttributes(const std::string& dir,
                                               std::vector<FileAttributes>* result) {
  return file_system_->GetChildrenFileAttributes(dir, IOOptions(), result, nullptr);
}
Status CompositeEnv::DeleteFile(const std::string& f) {
  return file_system_->DeleteFile(f, IOOptions(), nullptr);
}
Status CompositeEnv::Truncate(const std::string& fname, size_t size) {
  return file_system_->Truncate(fname, size, IOOptions(), nullptr);
}
Status CompositeEnv::CreateDir(const std::string& d) {
  return file_system_->CreateDir(d, IOOptions(), nullptr);
}
Status CompositeEnv::CreateDirIfMissing(const std::string& d) {
  return file_system_->CreateDirIfMissing(d, IOOptions(), nullptr);
}
Status CompositeEnv::DeleteDir(const std::string& d) {
  return file_system_->DeleteDir(d, IOOptions(), nullptr);
}
Status CompositeEnv::GetFileSize(const std::string& f, uint64_t* s) {
  return file_system_->GetFileSize(f, IOOptions(), s, nullptr);
}
Status CompositeEnv::GetFileModificationTime(const std::string& fname, uint64_t* file_mtime) {
  return file_system_->GetFileModificationTime(fname, IOOptions(), file_mtime, nullptr);
}
Status CompositeEnv::RenameFile(const std::string& s, const std::string& t) {
  return file_system_->RenameFile(s, t, IOOptions(), nullptr);
}
Status CompositeEnv::LinkFile(const std::string& s, const std::string& t) {
  return file_system_->LinkFile(s, t, IOOptions(), nullptr);
}
Status CompositeEnv::NumFileLinks(const std::string& fname, uint64_t* count) {
  return file_system_->NumFileLinks(fname, IOOptions(), count, nullptr);
}
Status CompositeEnv::AreFilesSame(const std::string& first, const std::string& second, bool* res) {
  return file_system_->AreFilesSame(first, second, IOOptions(), res, nullptr);
}
Status CompositeEnv::LockFile(const std::string& f, FileLock** l) {
  return file_system_->LockFile(f, IOOptions(), l, nullptr);
}
Status CompositeEnv::UnlockFile(FileLock* l) {
  return file_system_->UnlockFile(l, IOOptions(), nullptr);
}
Status CompositeEnv::GetAbsolutePath(const std::string& db_path, std::string* output_path) {
  return file_system_->GetAbsolutePath(db_path, IOOptions(), output_path, nullptr);
}
Status CompositeEnv::NewLogger(const std::string& fname, std::shared_ptr<Logger>* result) {
  return file_system_->NewLogger(fname, IOOptions(), result, nullptr);
}
Status CompositeEnv::IsDirectory(const std::string& path, bool* is_dir) {
  return file_system_->IsDirectory(path, IOOptions(), is_dir, nullptr);
}
Status CompositeEnv::GetTestDirectory(std::string* path) {
  return file_system_->GetTestDirectory(IOOptions(), path, nullptr);
}
Status CompositeEnv::GetFreeSpace(const std::string& path, uint64_t* diskfree) {
  return file_system_->GetFreeSpace(path, IOOptions(), diskfree, nullptr);
}

EnvOptions CompositeEnv::OptimizeForLogRead(const EnvOptions& env_options) const {
  return file_system_->OptimizeForLogRead(FileOptions(env_options));
}
EnvOptions CompositeEnv::OptimizeForManifestRead(const EnvOptions& env_options) const {
  return file_system_->OptimizeForManifestRead(FileOptions(env_options));
}
EnvOptions CompositeEnv::OptimizeForLogWrite(const EnvOptions& env_options,
                                             const DBOptions& db_options) const {
  return file_system_->OptimizeForLogWrite(FileOptions(env_options), db_options);
}
EnvOptions CompositeEnv::OptimizeForManifestWrite(const EnvOptions& env_options) const {
  return file_system_->OptimizeForManifestWrite(FileOptions(env_options));
}
EnvOptions CompositeEnv::OptimizeForCompactionTableWrite(
    const EnvOptions& env_options, const ImmutableDBOptions& immutable_ops) const {
  return file_system_->OptimizeForCompactionTableWrite(FileOptions(env_options), immutable_ops);
}
EnvOptions CompositeEnv::OptimizeForCompactionTableRead(
    const EnvOptions& env_options, const ImmutableDBOptions& db_options) const {
  return file_system_->OptimizeForCompactionTableRead(FileOptions(env_options), db_options);
}
EnvOptions CompositeEnv::OptimizeForBlobFileRead(const EnvOptions& env_options,
                                                 const ImmutableDBOptions& db_options) const {
  return file_system_->OptimizeForBlobFileRead(FileOptions(env_options), db_options);
}

uint64_t CompositeEnv::NowMicros() { return system_clock_->NowMicros(); }
uint64_t CompositeEnv::NowNanos() { return system_clock_->NowNanos(); }
uint64_t CompositeEnv::NowCPUNanos() { return system_clock_->CPUNanos(); }
void CompositeEnv::SleepForMicroseconds(int micros) { system_clock_->SleepForMicroseconds(micros); }
Status CompositeEnv::GetCurrentTime(int64_t* unix_time) {
  return system_clock_->GetCurrentTime(unix_time);
}
std::string CompositeEnv::TimeToString(uint64_t time) { return system_clock_->TimeToString(time); }

CompositeEnvWrapper::CompositeEnvWrapper(Env* env, const std::shared_ptr<FileSystem>& fs,
                                         const std::shared_ptr<SystemClock>& clock)
    : CompositeEnv(fs, clock), target_(env) {}

CompositeEnvWrapper::CompositeEnvWrapper(const std::shared_ptr<Env>& env,
                                         const std::shared_ptr<FileSystem>& fs,
                                         const std::shared_ptr<SystemClock>& clock)
    : CompositeEnv(fs, clock), target_(env) {}

Status CompositeEnvWrapper::PrepareOptions(const ConfigOptions& options) {
  target_.Prepare();
  if (file_system_ == nullptr) file_system_ = target_.env->GetFileSystem();
  if (system_clock_ == nullptr) system_clock_ = target_.env->GetSystemClock();
  if (!options.invoke_prepare_options) return Status::OK();
  Status status = file_system_->PrepareOptions(options);
  if (status.ok()) status = system_clock_->PrepareOptions(options);
  return status.ok() ? CompositeEnv::PrepareOptions(options) : status;
}

std::string CompositeEnvWrapper::SerializeOptions(const ConfigOptions& config_options,
                                                  const std::string& header) const {
  std::string options = CompositeEnv::SerializeOptions(config_options, header);
  const auto add = [&](const char* name, const Customizable* part) {
    if (part == nullptr || config_options.IsShallow()) return;
    options.append(name).append("=").append(part->ToString(config_options));
    options.append(config_options.delimiter);
  };
  if (file_system_ && file_system_ != target_.env->GetFileSystem()) {
    add("file_system", file_system_.get());
  }
  if (system_clock_ && system_clock_ != target_.env->GetSystemClock()) {
    add("clock", system_clock_.get());
  }
  if (target_.env != Env::Default()) add("target", target_.env);
  return options;
}

std::unique_ptr<Env> NewCompositeEnv(const std::shared_ptr<FileSystem>& fs) {
  return std::make_unique<CompositeEnvWrapper>(Env::Default(), fs);
}

}  // namespace rocksdb
