#include "compat/utilities/backup_view.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace rocksdb {

namespace {

class BackupView final : public FileSystemWrapper {
 public:
  BackupView(const BackupDirectory& directory, const BackupMeta& meta)
      : FileSystemWrapper(directory.fs()), directory_(directory.PrivatePath(meta.id)) {
    for (const BackupFile& file : meta.files) {
      if (file.shared()) shared_[file.name] = directory.Absolute(file.path);
    }
  }

  const char* Name() const override { return "BackupView"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<FSSequentialFile>* file,
                             IODebugContext* dbg) override {
    return target()->NewSequentialFile(Real(path), options, file, dbg);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& options,
                               std::unique_ptr<FSRandomAccessFile>* file,
                               IODebugContext* dbg) override {
    return target()->NewRandomAccessFile(Real(path), options, file, dbg);
  }
  IOStatus FileExists(const std::string& path, const IOOptions& options,
                      IODebugContext* dbg) override {
    return target()->FileExists(Real(path), options, dbg);
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions& options, uint64_t* size,
                       IODebugContext* dbg) override {
    return target()->GetFileSize(Real(path), options, size, dbg);
  }
  IOStatus GetFileModificationTime(const std::string& path, const IOOptions& options,
                                   uint64_t* time, IODebugContext* dbg) override {
    return target()->GetFileModificationTime(Real(path), options, time, dbg);
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions& options, bool* is_directory,
                       IODebugContext* dbg) override {
    return target()->IsDirectory(Real(path), options, is_directory, dbg);
  }
  IOStatus AreFilesSame(const std::string& first, const std::string& second,
                        const IOOptions& options, bool* same, IODebugContext* dbg) override {
    return target()->AreFilesSame(Real(first), Real(second), options, same, dbg);
  }
  IOStatus GetChildren(const std::string& path, const IOOptions& options,
                       std::vector<std::string>* names, IODebugContext* dbg) override {
    IOStatus s = target()->GetChildren(path, options, names, dbg);
    if (!s.ok() || path != directory_) return s;
    for (const auto& [name, real] : shared_) {
      if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
    }
    return s;
  }
  IOStatus GetChildrenFileAttributes(const std::string& path, const IOOptions& options,
                                     std::vector<FileAttributes>* result,
                                     IODebugContext* dbg) override {
    IOStatus s = target()->GetChildrenFileAttributes(path, options, result, dbg);
    if (!s.ok() || path != directory_) return s;
    for (const auto& [name, real] : shared_) {
      FileAttributes attributes;
      attributes.name = name;
      s = target()->GetFileSize(real, options, &attributes.size_bytes, dbg);
      if (!s.ok()) return s;
      result->push_back(std::move(attributes));
    }
    return s;
  }

  IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<FSWritableFile>*, IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions&,
                              std::unique_ptr<FSWritableFile>*, IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus ReuseWritableFile(const std::string& path, const std::string&, const FileOptions&,
                             std::unique_ptr<FSWritableFile>*, IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus NewRandomRWFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<FSRandomRWFile>*, IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus NewLogger(const std::string& path, const IOOptions&, std::shared_ptr<Logger>*,
                     IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus Truncate(const std::string& path, size_t, const IOOptions&, IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options,
                              IODebugContext* dbg) override {
    bool is_directory = false;
    IOStatus s = IsDirectory(path, options, &is_directory, dbg);
    return s.ok() && is_directory ? s : Refuse(path);
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus RenameFile(const std::string& path, const std::string&, const IOOptions&,
                      IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus LinkFile(const std::string&, const std::string& path, const IOOptions&,
                    IODebugContext*) override {
    return Refuse(path);
  }
  IOStatus LockFile(const std::string& path, const IOOptions&, FileLock**,
                    IODebugContext*) override {
    return Refuse(path);
  }

 private:
  static IOStatus Refuse(const std::string& path) {
    return IOStatus::IOError(path, "Attempted write to ReadOnlyFileSystem");
  }

  std::string Real(const std::string& path) const {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos || path.compare(0, slash, directory_) != 0) return path;
    const auto found = shared_.find(path.substr(slash + 1));
    return found == shared_.end() ? path : found->second;
  }

  const std::string directory_;
  std::map<std::string, std::string> shared_;  // by name in the database
};

}  // namespace

std::shared_ptr<Env> NewBackupView(const BackupDirectory& directory, const BackupMeta& meta) {
  return NewCompositeEnv(std::make_shared<BackupView>(directory, meta));
}

}  // namespace rocksdb
