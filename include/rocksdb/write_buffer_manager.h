// WriteBufferManager: one memory limit for the memtables of several databases.
//
// Thread safety: all methods may be called by several threads at once.

#ifndef AETHER_INCLUDE_ROCKSDB_WRITE_BUFFER_MANAGER_H_
#define AETHER_INCLUDE_ROCKSDB_WRITE_BUFFER_MANAGER_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>

#include "rocksdb/cache.h"

namespace ROCKSDB_NAMESPACE {

class CacheReservationManager;
// How a database is told to stop and to go on writing.
class StallInterface {
 public:
  virtual ~StallInterface() {}
  virtual void Block() = 0;
  virtual void Signal() = 0;
};

class WriteBufferManager final {
 public:
  // A limit of zero bytes counts but never asks for a flush. With a cache, memtable memory is
  // charged to it. allow_stall makes writers wait while the limit is exceeded.
  explicit WriteBufferManager(size_t _buffer_size, std::shared_ptr<Cache> cache = {},
                              bool allow_stall = false);
  WriteBufferManager(const WriteBufferManager&) = delete;
  WriteBufferManager& operator=(const WriteBufferManager&) = delete;
  ~WriteBufferManager();
  bool enabled() const { return buffer_size() != 0; }
  bool cost_to_cache() const { return cache_res_mgr_ != nullptr; }
  size_t memory_usage() const { return memory_used_.load(std::memory_order_relaxed); }
  // Bytes in memtables that still take writes.
  size_t mutable_memtable_memory_usage() const {
    return memory_active_.load(std::memory_order_relaxed);
  }
  size_t dummy_entries_in_cache_usage() const;
  size_t buffer_size() const { return buffer_size_.load(std::memory_order_relaxed); }
  // REQUIRES: new_size > 0
  void SetBufferSize(size_t new_size) {
    buffer_size_.store(new_size, std::memory_order_relaxed);
    mutable_limit_.store(new_size * 7 / 8, std::memory_order_relaxed);
    MaybeEndWriteStall();
  }
  // Active memtables above seven eighths of the limit, or all memory above the limit with at least
  // half of it in active memtables.
  bool ShouldFlush() const {
    if (!enabled()) return false;
    const size_t active = mutable_memtable_memory_usage();
    if (active > mutable_limit_.load(std::memory_order_relaxed)) return true;
    const size_t limit = buffer_size();
    return memory_usage() >= limit && active >= limit / 2;
  }
  bool ShouldStall() const {
    return allow_stall_ && enabled() && (IsStallActive() || IsStallThresholdExceeded());
  }
  bool IsStallActive() const { return stall_active_.load(std::memory_order_relaxed); }
  bool IsStallThresholdExceeded() const { return memory_usage() >= buffer_size(); }
  // Memory in active memtables; ScheduleFreeMem: it is frozen; FreeMem: it is gone.
  void ReserveMem(size_t mem);
  void ScheduleFreeMem(size_t mem);
  void FreeMem(size_t mem);
  void BeginWriteStall(StallInterface* wbm_stall);
  void MaybeEndWriteStall();
  void RemoveDBFromQueue(StallInterface* wbm_stall);

 private:
  std::atomic<size_t> buffer_size_;
  std::atomic<size_t> mutable_limit_;
  std::atomic<size_t> memory_used_;
  std::atomic<size_t> memory_active_;
  std::shared_ptr<CacheReservationManager> cache_res_mgr_;
  std::mutex cache_res_mgr_mu_;
  std::list<StallInterface*> queue_;
  std::mutex mu_;
  bool allow_stall_;
  std::atomic<bool> stall_active_;
  void ReserveMemWithCache(size_t mem);
  void FreeMemWithCache(size_t mem);
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_WRITE_BUFFER_MANAGER_H_
