#include "engine/io/posix_log_segment.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/base/thread_annotations.h"
#include "engine/io/io_events.h"
#include "engine/io/posix_files.h"
#include "engine/io/sigbus.h"

namespace aether {
namespace {

constexpr uint64_t kPage = 4096;
// From asm-generic/mman-common.h of Linux 5.14; older kernels answer EINVAL.
constexpr int kMadvPopulateWrite = 23;

constexpr unsigned long kExtMagic = 0xEF53;        // NOLINT: the type of f_type
constexpr unsigned long kTmpfsMagic = 0x01021994;  // NOLINT
constexpr unsigned long kXfsMagic = 0x58465342;    // NOLINT

class PosixLogSegment : public LogSegment {
 public:
  PosixLogSegment(std::string path, const LogSegmentOptions& options)
      : size_(options.size), want_mapping_(options.map), path_(std::move(path)) {
    shared_poison_ = options.poison;
  }
  ~PosixLogSegment() override { Close().Ignore(); }

  Status Open(bool existing) {
    const std::string path = this->path();
    if (size_ == 0 || size_ % kPage != 0) {
      return Status::InvalidArgument("log segment " + path + ": its size " + std::to_string(size_) +
                                     " is no multiple of 4096");
    }
    int flags = O_RDWR | (existing ? 0 : O_CREAT | O_EXCL);
    for (int& fd : fds_) {
      fd = OpenNoIntr(path.c_str(), flags);
      if (fd < 0) {
        const bool created = !existing && flags == O_RDWR;
        return Discard(!created, ErrnoStatus("open a log segment", path, errno));
      }
      flags = O_RDWR;
      // Folios as small as they come: a large one is written back whole for one dirty record.
      posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    }
    Status s = Preallocate(path);
    if (s.ok() && want_mapping_) s = Map(path);
    return s.ok() ? s : Discard(existing, std::move(s));
  }

  std::string path() const override {
    MutexLock lock(&path_mutex_);
    return path_;
  }
  uint64_t size() const override { return size_; }
  char* base() const override { return base_.load(std::memory_order_acquire); }
  bool can_write_at() const override { return true; }

  Status Append(Slice data, uint64_t* offset) override {
    AETHER_RETURN_IF_ERROR(Usable());
    *offset = append_offset_;
    size_t done = 0;
    // Without advancing on failure: the next record overwrites the torn one.
    AETHER_RETURN_IF_ERROR(
        WriteFully(fds_[0], path(), append_offset_, data.data(), data.size(), &done));
    append_offset_ += data.size();
    return Status::OK();
  }
  Status WriteAt(uint64_t offset, Slice data) override {
    AETHER_RETURN_IF_ERROR(Usable());
    if (offset > size_ || data.size() > size_ - offset) {
      return Status::InvalidArgument("log segment " + path() + ": " + std::to_string(data.size()) +
                                     " bytes at offset " + std::to_string(offset) +
                                     " do not fit into " + std::to_string(size_));
    }
    size_t done = 0;
    return WriteFully(fds_[0], path(), offset, data.data(), data.size(), &done);
  }
  Status ReadAt(uint64_t offset, size_t n, char* scratch, Slice* result) const override {
    size_t done = 0;
    Status s = ReadFully(fds_[0], path(), offset, n, scratch, &done);
    *result = Slice(scratch, s.ok() ? done : 0);
    return s;
  }

  Status Sync(int token) override {
    AETHER_RETURN_IF_ERROR(Usable());
    return SyncDescriptor(fds_[token]);
  }
  Status RangeSync(uint64_t offset, uint64_t n) override {
    AETHER_RETURN_IF_ERROR(Usable());
    if (sync_file_range(fds_[kPacing], static_cast<off_t>(offset), static_cast<off_t>(n),
                        SYNC_FILE_RANGE_WRITE) == 0 ||
        errno == ENOSYS) {
      return Status::OK();
    }
    return Fail(ErrnoStatus("sync_file_range at offset " + std::to_string(offset), path(), errno));
  }

  Status Prefault(uint64_t offset, uint64_t n) override {
    char* const base = this->base();
    if (base == nullptr || n == 0) return Status::OK();
    AETHER_RETURN_IF_ERROR(Usable());
    const uint64_t begin = offset / kPage * kPage;
    const uint64_t end = std::min(size_, (offset + n + kPage - 1) / kPage * kPage);
    if (begin >= end) return Status::OK();
    if (madvise(base + begin, end - begin, kMadvPopulateWrite) == 0) return Status::OK();
    if (errno == EINVAL) return WriteZeros(begin, end - begin, path());
    // EFAULT stands for the SIGBUS that a store would have met, EHWPOISON for bad memory.
    return ErrnoStatus("taking page faults at offset " + std::to_string(begin), path(), errno);
  }
  Status ZeroFill(uint64_t offset, uint64_t n) override {
    AETHER_RETURN_IF_ERROR(Usable());
    AETHER_RETURN_IF_ERROR(WriteZeros(offset, n, path()));
    AETHER_RETURN_IF_ERROR(SyncDescriptor(fds_[kPacing]));
    posix_fadvise(fds_[kPacing], static_cast<off_t>(offset), static_cast<off_t>(n),
                  POSIX_FADV_DONTNEED);
    return Status::OK();
  }

  Status Unmap() override {
    char* const base = this->base();
    if (base == nullptr) return Status::OK();
    base_.store(nullptr, std::memory_order_release);
    SigbusGuard::Unregister(guard_);
    guard_ = -1;
    if (munmap(base, size_) != 0) return ErrnoStatus("unmapping", path(), errno);
    return Status::OK();
  }

  Status Recycle(const std::string& new_path) override {
    AETHER_RETURN_IF_ERROR(Usable());
    const std::string old_path = path();
    int rc = renameat2(AT_FDCWD, old_path.c_str(), AT_FDCWD, new_path.c_str(), RENAME_NOREPLACE);
    if (rc != 0 && (errno == EINVAL || errno == ENOSYS)) {
      rc = rename(old_path.c_str(), new_path.c_str());
    }
    if (rc != 0) return ErrnoStatus("renaming to " + new_path, old_path, errno);
    {
      MutexLock lock(&path_mutex_);
      path_ = new_path;
    }
    append_offset_ = 0;
    if (want_mapping_ && base() == nullptr) return Map(new_path);
    return Status::OK();
  }

  Status Close() override {
    Status s = Unmap();
    for (int& fd : fds_) {
      if (fd >= 0 && close(fd) != 0 && errno != EINTR && s.ok()) {
        s = ErrnoStatus("closing", path(), errno);
      }
      fd = -1;
    }
    return s;
  }

 private:
  // One description a sync token, one more for pacing and filling: each keeps its own cursor into
  // the file's errors.
  static constexpr int kPacing = kSyncTokens;

  Status Usable() const {
    if (poisoned()) return Status::IOError("log segment " + path() + " failed earlier");
    if (fds_[0] < 0) return Status::IOError("log segment " + path() + " is closed");
    return Status::OK();
  }
  Status Fail(Status s) {
    Poison();
    return s;
  }
  Status SyncDescriptor(int fd) {
    const IoSpan span(IoKind::kSync);
    int rc;
    do {
      rc = fdatasync(fd);
    } while (rc != 0 && errno == EINTR);
    return rc == 0 ? Status::OK() : Fail(ErrnoStatus("fdatasync", path(), errno));
  }

  // Closes, and removes the file again if this call created it.
  Status Discard(bool keep_file, Status s) {
    Close().Ignore();
    if (!keep_file) unlink(path().c_str());
    return s;
  }

  // Takes the space now, so that neither a store nor a later append can find the disk full.
  Status Preallocate(const std::string& path) {
    struct stat st;
    if (fstat(fds_[0], &st) != 0) return ErrnoStatus("stat of a log segment", path, errno);
    const uint64_t present = static_cast<uint64_t>(st.st_size);
    // The append backend keeps the size at what was appended: it tells recovery where to stop.
    const int mode = want_mapping_ ? 0 : FALLOC_FL_KEEP_SIZE;
    int rc;
    do {
      rc = fallocate(fds_[0], mode, 0, static_cast<off_t>(size_));
    } while (rc != 0 && errno == EINTR);
    if (rc == 0) return Status::OK();
    if (errno != EOPNOTSUPP && errno != ENOSYS) {
      return ErrnoStatus("allocating " + std::to_string(size_) + " bytes", path, errno);
    }
    if (!want_mapping_ || present >= size_) return Status::OK();
    return WriteZeros(present, size_ - present, path);
  }

  Status WriteZeros(uint64_t offset, uint64_t n, const std::string& path) {
    static const char zeros[64 << 10] = {};
    const int fd = fds_[kPacing];
    while (n > 0) {
      const size_t piece = static_cast<size_t>(std::min<uint64_t>(n, sizeof(zeros)));
      size_t done = 0;
      AETHER_RETURN_IF_ERROR(WriteFully(fd, path, offset, zeros, piece, &done));
      offset += piece;
      n -= piece;
    }
    return Status::OK();
  }

  Status Map(const std::string& path) {
    void* const address = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fds_[0], 0);
    if (address == MAP_FAILED) return ErrnoStatus("mapping a log segment", path, errno);
    char* const base = static_cast<char*>(address);
    madvise(base, size_, MADV_RANDOM);
    madvise(base, size_, MADV_DONTFORK);  // a child that writes on would write into our log
    guard_ = SigbusGuard::Register(base, size_, &poisoned_, shared_poison_);
    if (guard_ < 0) {
      munmap(base, size_);
      return Status::IOError("mapping a log segment: " + path + ": too many mapped segments");
    }
    base_.store(base, std::memory_order_release);
    return Status::OK();
  }

  const uint64_t size_;
  const bool want_mapping_;
  int fds_[kSyncTokens + 1] = {-1, -1, -1};
  int guard_ = -1;
  std::atomic<char*> base_{nullptr};
  uint64_t append_offset_ = 0;
  mutable Mutex path_mutex_;
  std::string path_ GUARDED_BY(path_mutex_);
};

// True when two fresh files of the directory can share blocks, or when that cannot be found out.
bool MayShareBlocks(const std::string& directory) {
  const int source = OpenNoIntr(directory.c_str(), O_TMPFILE | O_RDWR, 0600);
  const int target = OpenNoIntr(directory.c_str(), O_TMPFILE | O_RDWR, 0600);
  bool may = true;
  if (source >= 0 && target >= 0) {
    const char block[kPage] = {1};
    size_t done = 0;
    if (WriteFully(source, directory, 0, block, sizeof(block), &done).ok()) {
      may = ioctl(target, FICLONE, source) == 0 || errno != EOPNOTSUPP;
    }
  }
  if (source >= 0) close(source);
  if (target >= 0) close(target);
  return may;
}

}  // namespace

bool PosixMappedLogIsSafe(const std::string& directory) {
  struct statfs fs;
  if (statfs(directory.c_str(), &fs) != 0) return false;
  const auto type = static_cast<unsigned long>(fs.f_type);  // NOLINT: the type of f_type
  if (type == kExtMagic || type == kTmpfsMagic) return true;
  return type == kXfsMagic && !MayShareBlocks(directory);
}

Status OpenPosixLogSegment(const std::string& path, const LogSegmentOptions& options,
                           std::unique_ptr<LogSegment>* result) {
  auto segment = std::make_unique<PosixLogSegment>(path, options);
  AETHER_RETURN_IF_ERROR(segment->Open(options.existing));
  *result = std::move(segment);
  return Status::OK();
}

}  // namespace aether
