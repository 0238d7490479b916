// The copying of a backup or a restore: several files at once, paced, reported, stopped.
//
// Thread safety: one Run at a time; Stop may be called by any thread at any time.

#ifndef AETHER_COMPAT_UTILITIES_BACKUP_COPIES_H_
#define AETHER_COMPAT_UTILITIES_BACKUP_COPIES_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "compat/utilities/copy_file.h"
#include "rocksdb/env.h"
#include "rocksdb/io_status.h"

namespace rocksdb {

class BackupCopies {
 public:
  // Does one file; calls CopyBytes with `pacing`.
  using Job = std::function<IOStatus(const CopyPacing& pacing)>;

  struct Settings {
    int threads = 1;
    RateLimiter* limiter = nullptr;
    CpuPriority priority = CpuPriority::kNormal;  // of the threads
    // Called after every `interval` bytes, by one thread at a time. May be empty.
    std::function<void()> progress;
    uint64_t interval = 0;
    const std::atomic<bool>* stop = nullptr;
  };

  explicit BackupCopies(Settings settings) : settings_(std::move(settings)) {}

  // The first error, in the order of the jobs; jobs that were not begun by then are left out.
  // Incomplete once `stop` is set, Aborted when `progress` throws. Fewer threads when the system
  // has no more, down to the caller's.
  IOStatus Run(const std::vector<Job>& jobs);

  // By all jobs so far.
  uint64_t bytes_read() const { return bytes_read_.load(std::memory_order_relaxed); }
  uint64_t bytes_written() const { return bytes_written_.load(std::memory_order_relaxed); }

 private:
  IOStatus AfterPiece(size_t bytes_read, size_t bytes_written);

  const Settings settings_;
  std::atomic<uint64_t> bytes_read_{0};
  std::atomic<uint64_t> bytes_written_{0};
  std::mutex mutex_;
  uint64_t unreported_ = 0;  // under mutex_
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_UTILITIES_BACKUP_COPIES_H_
