// What FileSystem, its wrapper and SystemClock's wrapper define outside their headers.

#include "rocksdb/file_system.h"

#include <utility>

#include "compat/env/file_logger.h"
#include "compat/env/wrapper_options.h"
#include "rocksdb/options.h"
#include "rocksdb/system_clock.h"

namespace rocksdb {

FileSystem::FileSystem() {}
FileSystem::~FileSystem() {}

IOStatus FileSystem::ReuseWritableFile(const std::string& fname, const std::string& old_fname,
                                       const FileOptions& file_opts,
                                       std::unique_ptr<FSWritableFile>* result,
                                       IODebugContext* dbg) {
  IOStatus status = RenameFile(old_fname, fname, file_opts.io_options, dbg);
  return status.ok() ? NewWritableFile(fname, file_opts, result, dbg) : status;
}

IOStatus FileSystem::NewLogger(const std::string& fname, const IOOptions& /*io_opts*/,
                               std::shared_ptr<Logger>* result, IODebugContext* dbg) {
  FileOptions options;
  options.writable_file_max_buffer_size = 1024 * 1024;
  std::unique_ptr<FSWritableFile> file;
  IOStatus status = NewWritableFile(fname, options, &file, dbg);
  if (status.ok()) *result = NewFileLogger(std::move(file), InfoLogLevel::INFO_LEVEL);
  return status;
}

FileOptions FileSystem::OptimizeForLogRead(const FileOptions& file_options) const {
  FileOptions options(file_options);
  options.use_direct_reads = false;
  return options;
}
FileOptions FileSystem::OptimizeForManifestRead(const FileOptions& file_options) const {
  return FileSystem::OptimizeForLogRead(file_options);
}
FileOptions FileSystem::OptimizeForLogWrite(const FileOptions& file_options,
                                            const DBOptions& db_options) const {
  FileOptions options(file_options);
  options.bytes_per_sync = db_options.wal_bytes_per_sync;
  options.writable_file_max_buffer_size = db_options.writable_file_max_buffer_size;
  return options;
}
FileOptions FileSystem::OptimizeForManifestWrite(const FileOptions& file_options) const {
  return file_options;
}
FileOptions FileSystem::OptimizeForCompactionTableWrite(const FileOptions& file_options,
                                                        const ImmutableDBOptions&) const {
  return file_options;
}
FileOptions FileSystem::OptimizeForCompactionTableRead(const FileOptions& file_options,
                                                       const ImmutableDBOptions&) const {
  return file_options;
}
FileOptions FileSystem::OptimizeForBlobFileRead(const FileOptions& file_options,
                                                const ImmutableDBOptions&) const {
  return file_options;
}

DirFsyncOptions::DirFsyncOptions() : reason(kDefault) {}
DirFsyncOptions::DirFsyncOptions(std::string file_renamed_new_name)
    : reason(kFileRenamed), renamed_new_name(std::move(file_renamed_new_name)) {}
DirFsyncOptions::DirFsyncOptions(FsyncReason fsync_reason) : reason(fsync_reason) {}

FileSystemWrapper::FileSystemWrapper(const std::shared_ptr<FileSystem>& t) : target_(t) {}

Status FileSystemWrapper::PrepareOptions(const ConfigOptions& options) {
  if (target_ == nullptr) target_ = FileSystem::Default();
  return FileSystem::PrepareOptions(options);
}

std::string FileSystemWrapper::SerializeOptions(const ConfigOptions& config_options,
                                                const std::string& header) const {
  return SerializeWrapper(config_options, header, FileSystem::SerializeOptions(config_options, ""),
                          target_.get(), FileSystem::kDefaultName());
}

SystemClockWrapper::SystemClockWrapper(const std::shared_ptr<SystemClock>& t) : target_(t) {}

Status SystemClockWrapper::PrepareOptions(const ConfigOptions& options) {
  if (target_ == nullptr) target_ = SystemClock::Default();
  return SystemClock::PrepareOptions(options);
}

std::string SystemClockWrapper::SerializeOptions(const ConfigOptions& config_options,
                                                 const std::string& header) const {
  return SerializeWrapper(config_options, header, SystemClock::SerializeOptions(config_options, ""),
                          target_.get(), SystemClock::kDefaultName());
}

IOStatus WriteStringToFile(FileSystem* fs, const Slice& data, const std::string& fname,
                           bool should_sync) {
  std::unique_ptr<FSWritableFile> file;
  IOStatus status = fs->NewWritableFile(fname, FileOptions(EnvOptions()), &file, nullptr);
  if (!status.ok()) return status;
  status = file->Append(data, IOOptions(), nullptr);
  if (status.ok() && should_sync) status = file->Sync(IOOptions(), nullptr);
  const IOStatus closed = file->Close(IOOptions(), nullptr);
  if (status.ok()) status = closed;
  file.reset();
  if (!status.ok()) fs->DeleteFile(fname, IOOptions(), nullptr).PermitUncheckedError();
  return status;
}

IOStatus ReadFileToString(FileSystem* fs, const std::string& fname, std::string* data) {
  data->clear();
  std::unique_ptr<FSSequentialFile> file;
  IOStatus status = fs->NewSequentialFile(fname, FileOptions(EnvOptions()), &file, nullptr);
  constexpr size_t kStep = 8192;
  const auto scratch = std::make_unique<char[]>(kStep);
  while (status.ok()) {
    Slice piece;
    status = file->Read(kStep, IOOptions(), &piece, scratch.get(), nullptr);
    if (!status.ok() || piece.empty()) break;
    data->append(piece.data(), piece.size());
  }
  return status;
}

}  // namespace rocksdb
