// PosixFileSystem(): names, locks and the doors to the file objects of posix_files and
// posix_log_segment.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>
#include <vector>

#include "engine/base/thread_annotations.h"
#include "engine/io/clock.h"
#include "engine/io/file_system.h"
#include "engine/io/posix_files.h"
#include "engine/io/posix_log_segment.h"
#include "engine/io/read_ring.h"
#include "engine/io/thread.h"

namespace aether {
namespace {

// Locks that this process holds. fcntl locks do not exclude their own process, and closing *any*
// descriptor of a file drops them: so a held file is recognised by name and by inode before it is
// opened a second time. A forked child inherits the table, and with it the answer that the lock is
// taken.
struct HeldLock {
  std::string path;
  dev_t device;
  ino_t inode;
  uint64_t acquired_seconds;
  int thread;
};

class LockTable {
 public:
  Status Acquire(const std::string& path, int* fd) EXCLUDES(mutex_) {
    MutexLock lock(&mutex_);
    struct stat st;
    const bool exists = stat(path.c_str(), &st) == 0;
    for (const HeldLock& held : held_) {
      if (held.path == path || (exists && held.device == st.st_dev && held.inode == st.st_ino)) {
        return Status::IOError("lock hold by current process, acquire time " +
                               std::to_string(held.acquired_seconds) + " acquiring thread " +
                               std::to_string(held.thread) + ": " + path + ": No locks available");
      }
    }
    *fd = OpenNoIntr(path.c_str(), O_RDWR | O_CREAT);
    if (*fd < 0) return ErrnoStatus("open a file for lock", path, errno);
    struct flock range = WholeFile(F_WRLCK);
    if (fcntl(*fd, F_SETLK, &range) != 0) return CloseWith(fd, "lock file", path);
    if (fstat(*fd, &st) != 0) return CloseWith(fd, "stat of a lock file", path);
    held_.push_back({path, st.st_dev, st.st_ino, RealClock()->WallSeconds(), CurrentThreadId()});
    return Status::OK();
  }

  Status Release(const std::string& path, int fd) EXCLUDES(mutex_) {
    MutexLock lock(&mutex_);
    for (size_t i = 0; i < held_.size(); i++) {
      if (held_[i].path != path) continue;
      held_[i] = held_.back();
      held_.pop_back();
      break;
    }
    struct flock range = WholeFile(F_UNLCK);
    Status s;
    if (fcntl(fd, F_SETLK, &range) != 0) s = ErrnoStatus("unlock file", path, errno);
    close(fd);
    return s;
  }

 private:
  static struct flock WholeFile(short type) {  // NOLINT: the type of l_type
    struct flock range = {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    return range;
  }
  static Status CloseWith(int* fd, const std::string& what, const std::string& path) {
    Status s = ErrnoStatus(what, path, errno);
    close(*fd);
    *fd = -1;
    return s;
  }

  Mutex mutex_;
  std::vector<HeldLock> held_ GUARDED_BY(mutex_);
};

LockTable* Locks() {
  static LockTable* const table = new LockTable;
  return table;
}

class PosixFileLock : public FileLock {
 public:
  PosixFileLock(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~PosixFileLock() override { Release().Ignore(); }
  Status Release() {
    if (fd_ < 0) return Status::OK();
    return Locks()->Release(path_, std::exchange(fd_, -1));
  }

 private:
  const std::string path_;
  int fd_;
};

class DiskFileSystem : public FileSystem {
 public:
  const char* Name() const override { return "PosixFileSystem"; }

  Status CreateDir(const std::string& path) override {
    if (mkdir(path.c_str(), 0755) != 0) return ErrnoStatus("mkdir", path, errno);
    return Status::OK();
  }
  Status CreateDirIfMissing(const std::string& path) override {
    if (mkdir(path.c_str(), 0755) == 0) return Status::OK();
    const int error = errno;
    if (error != EEXIST) return ErrnoStatus("mkdir if missing", path, error);
    bool is_directory = false;
    AETHER_RETURN_IF_ERROR(IsDirectory(path, &is_directory));
    if (!is_directory) return ErrnoStatus("mkdir if missing", path, ENOTDIR);
    return Status::OK();
  }
  Status RemoveDir(const std::string& path) override {
    if (rmdir(path.c_str()) != 0) return ErrnoStatus("removing a directory", path, errno);
    return Status::OK();
  }
  Status List(const std::string& path, std::vector<std::string>* names) override {
    names->clear();
    DIR* const directory = opendir(path.c_str());
    if (directory == nullptr) return ErrnoStatus("opendir", path, errno);
    Status s;
    for (;;) {
      errno = 0;
      const dirent* const entry = readdir(directory);
      if (entry == nullptr) {
        if (errno != 0) s = ErrnoStatus("reading a directory", path, errno);
        break;
      }
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names->push_back(name);
    }
    closedir(directory);
    return s;
  }
  Status Exists(const std::string& path) override {
    if (access(path.c_str(), F_OK) == 0) return Status::OK();
    switch (errno) {
      case ENOENT:
      case ENOTDIR:
      case EACCES:
      case ELOOP:
      case ENAMETOOLONG:
        return Status::NotFound(path);
      default:
        return ErrnoStatus("looking for a file", path, errno);
    }
  }
  Status IsDirectory(const std::string& path, bool* result) override {
    struct stat st;
    AETHER_RETURN_IF_ERROR(Stat("looking at a path", path, &st));
    *result = S_ISDIR(st.st_mode);
    return Status::OK();
  }
  Status FileSize(const std::string& path, uint64_t* size) override {
    struct stat st;
    AETHER_RETURN_IF_ERROR(Stat("while stat a file for size", path, &st));
    *size = static_cast<uint64_t>(st.st_size);
    return Status::OK();
  }
  Status ModificationTime(const std::string& path, uint64_t* unix_seconds) override {
    struct stat st;
    AETHER_RETURN_IF_ERROR(Stat("while stat a file for modification time", path, &st));
    *unix_seconds = static_cast<uint64_t>(st.st_mtime);
    return Status::OK();
  }
  Status Remove(const std::string& path) override {
    if (unlink(path.c_str()) != 0) return ErrnoStatus("unlink() file", path, errno);
    return Status::OK();
  }
  Status Rename(const std::string& source, const std::string& target) override {
    if (rename(source.c_str(), target.c_str()) != 0) {
      return ErrnoStatus("renaming a file to " + target, source, errno);
    }
    return Status::OK();
  }
  Status Link(const std::string& source, const std::string& target) override {
    if (link(source.c_str(), target.c_str()) == 0) return Status::OK();
    const int error = errno;
    if (error == EXDEV || error == EPERM || error == EOPNOTSUPP || error == EMLINK) {
      return Status::NotSupported(ErrnoStatus("linking to " + target, source, error).message());
    }
    return ErrnoStatus("linking to " + target, source, error);
  }
  Status Truncate(const std::string& path, uint64_t size) override {
    if (truncate(path.c_str(), static_cast<off_t>(size)) != 0) {
      return ErrnoStatus("truncating to " + std::to_string(size) + " bytes", path, errno);
    }
    return Status::OK();
  }
  Status OpenDirectory(const std::string& path, std::unique_ptr<Directory>* result) override {
    return OpenPosixDirectory(path, result);
  }
  Status AbsolutePath(const std::string& path, std::string* result) override {
    if (!path.empty() && path[0] == '/') {
      *result = path;
      return Status::OK();
    }
    char buffer[PATH_MAX];
    if (getcwd(buffer, sizeof(buffer)) == nullptr) {
      return ErrnoStatus("asking for the working directory", path, errno);
    }
    *result = std::string(buffer) + "/" + path;
    return Status::OK();
  }
  Status SameFile(const std::string& a, const std::string& b, bool* same) override {
    struct stat first;
    struct stat second;
    AETHER_RETURN_IF_ERROR(Stat("looking at a path", a, &first));
    AETHER_RETURN_IF_ERROR(Stat("looking at a path", b, &second));
    *same = first.st_dev == second.st_dev && first.st_ino == second.st_ino;
    return Status::OK();
  }
  Status FreeSpace(const std::string& path, uint64_t* bytes) override {
    struct statvfs fs;
    if (statvfs(path.c_str(), &fs) != 0) return ErrnoStatus("asking for free space", path, errno);
    // What root keeps in reserve is free for root only.
    const uint64_t blocks = geteuid() == 0 ? fs.f_bfree : fs.f_bavail;
    *bytes = blocks * fs.f_frsize;
    return Status::OK();
  }

  Status LockFile(const std::string& path, std::unique_ptr<FileLock>* lock) override {
    int fd = -1;
    AETHER_RETURN_IF_ERROR(Locks()->Acquire(path, &fd));
    *lock = std::make_unique<PosixFileLock>(path, fd);
    return Status::OK();
  }
  Status UnlockFile(std::unique_ptr<FileLock> lock) override {
    return static_cast<PosixFileLock*>(lock.get())->Release();
  }

  Status NewSequentialFile(const std::string& path,
                           std::unique_ptr<SequentialFile>* result) override {
    return OpenPosixSequential(path, result);
  }
  Status NewRandomReadFile(const std::string& path, const ReadFileOptions& options,
                           std::unique_ptr<RandomReadFile>* result) override {
    return OpenPosixRandomRead(path, options, result);
  }
  Status NewWritableFile(const std::string& path, const WriteFileOptions& options,
                         std::unique_ptr<WritableFile>* result) override {
    return OpenPosixWritable(path, options, result);
  }
  void ReadBatch(ReadRequest* requests, size_t n) override { ReadBatchFromDisk(requests, n); }
  std::unique_ptr<PendingReads> StartReads(ReadRequest* requests, size_t n) override {
    return StartReadsFromDisk(requests, n);
  }
  std::string ReadBatchMethod() override { return DiskReadBatchMethod(); }
  bool MappedLogIsSafe(const std::string& directory) override {
    return PosixMappedLogIsSafe(directory);
  }
  Status NewLogSegment(const std::string& path, const LogSegmentOptions& options,
                       std::unique_ptr<LogSegment>* result) override {
    return OpenPosixLogSegment(path, options, result);
  }

 private:
  static Status Stat(const char* what, const std::string& path, struct stat* st) {
    return stat(path.c_str(), st) == 0 ? Status::OK() : ErrnoStatus(what, path, errno);
  }
};

}  // namespace

FileSystem* PosixFileSystem() {
  static DiskFileSystem* const fs = new DiskFileSystem;
  return fs;
}

}  // namespace aether
