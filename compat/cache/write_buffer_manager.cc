// WriteBufferManager: counts memtable memory of several databases, charges it to a cache, and
// stalls writers.

#include "rocksdb/write_buffer_manager.h"

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rocksdb {

// Keeps memory reserved in a cache by entries without content, a quarter of a megabyte each. Memory
// that becomes free is given back only when a quarter of what is reserved has become useless, so
// that it does not go back and forth. Thread safety: needs outside locking (cache_res_mgr_mu_).
class CacheReservationManager {
 public:
  static constexpr size_t kStep = size_t{256} << 10;

  explicit CacheReservationManager(std::shared_ptr<Cache> cache)
      : cache_(std::move(cache)), id_(cache_->NewId()) {}
  ~CacheReservationManager() {
    for (Cache::Handle* handle : handles_) cache_->Release(handle, true);
  }
  CacheReservationManager(const CacheReservationManager&) = delete;
  CacheReservationManager& operator=(const CacheReservationManager&) = delete;

  void Update(size_t used) {
    while (Reserved() < used) {
      char key[32] = {};
      const uint64_t number = next_++;
      memcpy(key, "wbm", 3);
      memcpy(key + 8, &id_, sizeof(id_));
      memcpy(key + 16, &number, sizeof(number));
      Cache::Handle* handle = nullptr;
      // A full cache with a strict limit cannot be charged more; the next change tries again.
      if (!cache_->Insert(Slice(key, 24), nullptr, kStep, nullptr, &handle).ok()) break;
      handles_.push_back(handle);
      reserved_.store(handles_.size() * kStep, std::memory_order_relaxed);
    }
    if (used >= Reserved() / 4 * 3) return;
    while (!handles_.empty() && Reserved() - kStep >= used) {
      cache_->Release(handles_.back(), true);
      handles_.pop_back();
      reserved_.store(handles_.size() * kStep, std::memory_order_relaxed);
    }
  }

  size_t Reserved() const { return reserved_.load(std::memory_order_relaxed); }

 private:
  const std::shared_ptr<Cache> cache_;
  const uint64_t id_;
  uint64_t next_ = 0;
  std::vector<Cache::Handle*> handles_;
  std::atomic<size_t> reserved_{0};
};

WriteBufferManager::WriteBufferManager(size_t _buffer_size, std::shared_ptr<Cache> cache,
                                       bool allow_stall)
    : buffer_size_(_buffer_size),
      mutable_limit_(_buffer_size * 7 / 8),
      memory_used_(0),
      memory_active_(0),
      allow_stall_(allow_stall),
      stall_active_(false) {
  if (cache) cache_res_mgr_ = std::make_shared<CacheReservationManager>(std::move(cache));
}

WriteBufferManager::~WriteBufferManager() = default;

size_t WriteBufferManager::dummy_entries_in_cache_usage() const {
  return cache_res_mgr_ != nullptr ? cache_res_mgr_->Reserved() : 0;
}

void WriteBufferManager::ReserveMem(size_t mem) {
  if (cache_res_mgr_ != nullptr) {
    ReserveMemWithCache(mem);
  } else {
    memory_used_.fetch_add(mem, std::memory_order_relaxed);
  }
  memory_active_.fetch_add(mem, std::memory_order_relaxed);
}

void WriteBufferManager::ReserveMemWithCache(size_t mem) {
  const std::lock_guard<std::mutex> lock(cache_res_mgr_mu_);
  cache_res_mgr_->Update(memory_used_.fetch_add(mem, std::memory_order_relaxed) + mem);
}

void WriteBufferManager::ScheduleFreeMem(size_t mem) {
  memory_active_.fetch_sub(mem, std::memory_order_relaxed);
}

void WriteBufferManager::FreeMem(size_t mem) {
  if (cache_res_mgr_ != nullptr) {
    FreeMemWithCache(mem);
  } else {
    memory_used_.fetch_sub(mem, std::memory_order_relaxed);
  }
  MaybeEndWriteStall();
}

void WriteBufferManager::FreeMemWithCache(size_t mem) {
  const std::lock_guard<std::mutex> lock(cache_res_mgr_mu_);
  cache_res_mgr_->Update(memory_used_.fetch_sub(mem, std::memory_order_relaxed) - mem);
}

void WriteBufferManager::BeginWriteStall(StallInterface* wbm_stall) {
  if (wbm_stall == nullptr) return;
  {
    const std::lock_guard<std::mutex> lock(mu_);
    // Asked again under the lock: memory may have become free since the caller looked.
    if (ShouldStall()) {
      stall_active_.store(true, std::memory_order_relaxed);
      queue_.push_back(wbm_stall);
      return;
    }
  }
  wbm_stall->Signal();
}

void WriteBufferManager::MaybeEndWriteStall() {
  if (!allow_stall_ || !stall_active_.load(std::memory_order_relaxed)) return;
  const std::lock_guard<std::mutex> lock(mu_);
  if (enabled() && IsStallThresholdExceeded()) return;
  stall_active_.store(false, std::memory_order_relaxed);
  for (StallInterface* waiting : queue_) waiting->Signal();
  queue_.clear();
}

void WriteBufferManager::RemoveDBFromQueue(StallInterface* wbm_stall) {
  if (wbm_stall == nullptr) return;
  if (allow_stall_) {
    const std::lock_guard<std::mutex> lock(mu_);
    queue_.remove(wbm_stall);
  }
  wbm_stall->Signal();
}

}  // namespace rocksdb
