#include "engine/io/posix_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "engine/io/io_events.h"

namespace aether {

int OpenNoIntr(const char* path, int flags, unsigned mode) {
  const IoSpan span(IoKind::kOpen);
  int fd;
  do {
    fd = open(path, flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

Status WriteFully(int fd, const std::string& path, uint64_t offset, const char* data, size_t n,
                  size_t* done) {
  IoSpan span(IoKind::kWrite);
  span.set_bytes(n);
  *done = 0;
  while (*done < n) {
    // The kernel caps one call at about 2 GiB; smaller pieces keep a short write meaningful.
    const size_t piece = std::min<size_t>(n - *done, 1u << 30);
    const ssize_t written = pwrite(fd, data + *done, piece, static_cast<off_t>(offset + *done));
    if (written < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus("writing " + std::to_string(n - *done) + " bytes at offset " +
                             std::to_string(offset + *done),
                         path, errno);
    }
    if (written == 0) {
      return Status::IOError("While writing at offset " + std::to_string(offset + *done) + ": " +
                             path + ": the system accepted no bytes");
    }
    *done += static_cast<size_t>(written);
  }
  return Status::OK();
}

Status ReadFully(int fd, const std::string& path, uint64_t offset, size_t n, char* scratch,
                 size_t* done) {
  IoSpan span(IoKind::kRead);
  *done = 0;
  while (*done < n) {
    const size_t piece = std::min<size_t>(n - *done, 1u << 30);
    const ssize_t got = pread(fd, scratch + *done, piece, static_cast<off_t>(offset + *done));
    if (got < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus("reading " + std::to_string(n - *done) + " bytes at offset " +
                             std::to_string(offset + *done),
                         path, errno);
    }
    if (got == 0) break;
    *done += static_cast<size_t>(got);
    span.set_bytes(*done);
  }
  return Status::OK();
}

namespace {

bool Aligned(uint64_t value) { return value % kDirectAlignment == 0; }
bool Aligned(const char* p) { return Aligned(reinterpret_cast<uintptr_t>(p)); }

int DescriptorAdvice(AccessPattern pattern) {
  switch (pattern) {
    case AccessPattern::kNormal:
      return POSIX_FADV_NORMAL;
    case AccessPattern::kRandom:
      return POSIX_FADV_RANDOM;
    case AccessPattern::kSequential:
      return POSIX_FADV_SEQUENTIAL;
    case AccessPattern::kWillNeed:
      return POSIX_FADV_WILLNEED;
    case AccessPattern::kDontNeed:
      return POSIX_FADV_DONTNEED;
  }
  return POSIX_FADV_NORMAL;
}

class PosixSequentialFile : public SequentialFile {
 public:
  PosixSequentialFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixSequentialFile() override { close(fd_); }

  Status Read(size_t n, char* scratch, Slice* result) override {
    size_t done = 0;
    Status s = ReadFully(fd_, path_, offset_, n, scratch, &done);
    offset_ += done;
    *result = Slice(scratch, s.ok() ? done : 0);
    return s;
  }
  Status Skip(uint64_t n) override {
    offset_ += n;
    return Status::OK();
  }

 private:
  const int fd_;
  const std::string path_;
  uint64_t offset_ = 0;
};

class PosixRandomReadFile : public RandomReadFile {
 public:
  PosixRandomReadFile(int fd, std::string path, bool direct)
      : fd_(fd), direct_(direct), path_(std::move(path)) {}
  ~PosixRandomReadFile() override { close(fd_); }

  Status ReadAt(uint64_t offset, size_t n, char* scratch, Slice* result) const override {
    size_t done = 0;
    Status s;
    if (direct_ && !(Aligned(offset) && Aligned(n) && Aligned(scratch))) {
      s = ReadThroughBounce(offset, n, scratch, &done);
    } else {
      s = ReadFully(fd_, path_, offset, n, scratch, &done);
    }
    *result = Slice(scratch, s.ok() ? done : 0);
    return s;
  }
  Status Size(uint64_t* size) const override {
    struct stat st;
    if (fstat(fd_, &st) != 0) return ErrnoStatus("while stat a file for size", path_, errno);
    *size = static_cast<uint64_t>(st.st_size);
    return Status::OK();
  }
  void Advise(AccessPattern pattern) const override {
    posix_fadvise(fd_, 0, 0, DescriptorAdvice(pattern));
  }
  void ReadAhead(uint64_t offset, size_t n) const override {
    if (!direct_) readahead(fd_, static_cast<off_t>(offset), n);
  }
  bool direct() const override { return direct_; }
  int descriptor() const override { return fd_; }

 private:
  Status ReadThroughBounce(uint64_t offset, size_t n, char* scratch, size_t* done) const {
    const uint64_t begin = offset / kDirectAlignment * kDirectAlignment;
    const uint64_t end = (offset + n + kDirectAlignment - 1) / kDirectAlignment * kDirectAlignment;
    const size_t length = static_cast<size_t>(end - begin);
    std::unique_ptr<char, decltype(&std::free)> bounce(
        static_cast<char*>(std::aligned_alloc(kDirectAlignment, length)), &std::free);
    if (bounce == nullptr) {
      return Status::IOError(
          "no memory for a direct read of " + std::to_string(length) + " bytes of " + path_,
          Status::kMemoryLimit);
    }
    size_t got = 0;
    AETHER_RETURN_IF_ERROR(ReadFully(fd_, path_, begin, length, bounce.get(), &got));
    const size_t skip = static_cast<size_t>(offset - begin);
    *done = got > skip ? std::min(n, got - skip) : 0;
    std::memcpy(scratch, bounce.get() + skip, *done);
    return Status::OK();
  }

  const int fd_;
  const bool direct_;
  const std::string path_;
};

class PosixWritableFile : public WritableFile {
 public:
  // direct_fd is -1 unless the file was opened to bypass the page cache.
  PosixWritableFile(int fd, int direct_fd, std::string path, uint64_t size)
      : fd_(fd), direct_fd_(direct_fd), path_(std::move(path)), size_(size) {}
  ~PosixWritableFile() override { Close().Ignore(); }

  Status Append(Slice data) override {
    AETHER_RETURN_IF_ERROR(Usable());
    const char* p = data.data();
    size_t left = data.size();
    uint64_t size = size_.load(std::memory_order_relaxed);
    Status s;
    if (direct_fd_ >= 0 && Aligned(size) && Aligned(p)) {
      const size_t whole = left / kDirectAlignment * kDirectAlignment;
      size_t done = 0;
      s = WriteFully(direct_fd_, path_, size, p, whole, &done);
      p += done;
      left -= done;
      size += done;
    }
    if (s.ok() && left > 0) {
      size_t done = 0;
      s = WriteFully(fd_, path_, size, p, left, &done);
      size += done;
    }
    size_.store(size, std::memory_order_relaxed);
    return s;
  }
  Status WriteAt(uint64_t offset, Slice data) override {
    AETHER_RETURN_IF_ERROR(Usable());
    size_t done = 0;
    Status s = WriteFully(fd_, path_, offset, data.data(), data.size(), &done);
    if (offset + done > size_.load(std::memory_order_relaxed)) {
      size_.store(offset + done, std::memory_order_relaxed);
    }
    return s;
  }
  Status Sync() override {
    AETHER_RETURN_IF_ERROR(Usable());
    const IoSpan span(IoKind::kSync);
    int rc;
    do {
      rc = fdatasync(fd_);
    } while (rc != 0 && errno == EINTR);
    return rc == 0 ? Status::OK() : Fail(ErrnoStatus("fdatasync", path_, errno));
  }
  Status RangeSync(uint64_t offset, uint64_t n) override {
    AETHER_RETURN_IF_ERROR(Usable());
    const IoSpan span(IoKind::kRangeSync);
    if (sync_file_range(fd_, static_cast<off_t>(offset), static_cast<off_t>(n),
                        SYNC_FILE_RANGE_WRITE) == 0 ||
        errno == ENOSYS) {
      return Status::OK();
    }
    return Fail(ErrnoStatus("sync_file_range at offset " + std::to_string(offset), path_, errno));
  }
  Status Allocate(uint64_t offset, uint64_t n) override {
    AETHER_RETURN_IF_ERROR(Usable());
    const IoSpan span(IoKind::kAllocate);
    int rc;
    do {
      rc = fallocate(fd_, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(n));
    } while (rc != 0 && errno == EINTR);
    if (rc == 0) {
      allocated_ = std::max(allocated_, offset + n);
      return Status::OK();
    }
    if (errno == EOPNOTSUPP || errno == ENOSYS) return Status::OK();
    return ErrnoStatus(
        "allocating " + std::to_string(n) + " bytes at offset " + std::to_string(offset), path_,
        errno);
  }
  Status Truncate(uint64_t size) override {
    AETHER_RETURN_IF_ERROR(Usable());
    if (ftruncate(fd_, static_cast<off_t>(size)) != 0) {
      return ErrnoStatus("truncating to " + std::to_string(size) + " bytes", path_, errno);
    }
    size_.store(size, std::memory_order_relaxed);
    allocated_ = 0;
    return Status::OK();
  }
  uint64_t Size() const override { return size_.load(std::memory_order_relaxed); }
  Status Close() override {
    if (closed_) return Status::OK();
    closed_ = true;
    Status s;
    const uint64_t size = size_.load(std::memory_order_relaxed);
    if (allocated_ > size && ftruncate(fd_, static_cast<off_t>(size)) != 0) {
      s = ErrnoStatus("giving back allocated space", path_, errno);
    }
    if (direct_fd_ >= 0 && close(direct_fd_) != 0 && errno != EINTR && s.ok()) {
      s = ErrnoStatus("closing", path_, errno);
    }
    // After EINTR Linux has closed the descriptor all the same.
    if (close(fd_) != 0 && errno != EINTR && s.ok()) s = ErrnoStatus("closing", path_, errno);
    return s;
  }

 private:
  Status Usable() const {
    if (closed_) return Status::IOError("While writing: " + path_ + ": the file is closed");
    if (failed_.load(std::memory_order_acquire)) {
      return Status::IOError("While writing: " + path_ + ": an earlier sync failed");
    }
    return Status::OK();
  }
  // The kernel reports lost pages once; this object goes on reporting them.
  Status Fail(Status s) {
    failed_.store(true, std::memory_order_release);
    return s;
  }

  const int fd_;
  const int direct_fd_;
  const std::string path_;
  std::atomic<uint64_t> size_;
  uint64_t allocated_ = 0;
  std::atomic<bool> failed_{false};
  bool closed_ = false;
};

class PosixDirectory : public Directory {
 public:
  PosixDirectory(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixDirectory() override { close(fd_); }

  Status Sync() override {
    const IoSpan span(IoKind::kSync);
    int rc;
    do {
      rc = fsync(fd_);
    } while (rc != 0 && errno == EINTR);
    return rc == 0 ? Status::OK() : ErrnoStatus("fsync of a directory", path_, errno);
  }

 private:
  const int fd_;
  const std::string path_;
};

}  // namespace

Status OpenPosixSequential(const std::string& path, std::unique_ptr<SequentialFile>* result) {
  const int fd = OpenNoIntr(path.c_str(), O_RDONLY);
  if (fd < 0) return ErrnoStatus("opening a file for sequentially reading", path, errno);
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  *result = std::make_unique<PosixSequentialFile>(fd, path);
  return Status::OK();
}

Status OpenPosixRandomRead(const std::string& path, const ReadFileOptions& options,
                           std::unique_ptr<RandomReadFile>* result) {
  const int fd = OpenNoIntr(path.c_str(), O_RDONLY | (options.direct ? O_DIRECT : 0));
  if (fd < 0) return ErrnoStatus("open a file for random read", path, errno);
  auto file = std::make_unique<PosixRandomReadFile>(fd, path, options.direct);
  if (!options.direct && options.pattern != AccessPattern::kNormal) file->Advise(options.pattern);
  *result = std::move(file);
  return Status::OK();
}

Status OpenPosixWritable(const std::string& path, const WriteFileOptions& options,
                         std::unique_ptr<WritableFile>* result) {
  int flags = O_RDWR | O_CREAT;
  if (options.mode == WriteFileOptions::kTruncate) flags |= O_TRUNC;
  if (options.mode == WriteFileOptions::kCreateNew) flags |= O_EXCL;
  const int fd = OpenNoIntr(path.c_str(), flags);
  if (fd < 0) return ErrnoStatus("open a file for writing", path, errno);
  struct stat st;
  if (fstat(fd, &st) != 0) {
    Status s = ErrnoStatus("while stat a file for size", path, errno);
    close(fd);
    return s;
  }
  const int direct_fd = options.direct ? OpenNoIntr(path.c_str(), O_WRONLY | O_DIRECT) : -1;
  if (options.direct && direct_fd < 0) {
    Status s = ErrnoStatus("open a file for direct writing", path, errno);
    close(fd);
    return s;
  }
  *result =
      std::make_unique<PosixWritableFile>(fd, direct_fd, path, static_cast<uint64_t>(st.st_size));
  return Status::OK();
}

Status OpenPosixDirectory(const std::string& path, std::unique_ptr<Directory>* result) {
  const int fd = OpenNoIntr(path.c_str(), O_RDONLY | O_DIRECTORY);
  if (fd < 0) return ErrnoStatus("open directory", path, errno);
  *result = std::make_unique<PosixDirectory>(fd, path);
  return Status::OK();
}

}  // namespace aether
