// A cache in front of another, with a second one beside it that holds keys only and has another
// capacity: its hits say what hit rate that capacity would give.
//
// Pages of a store live in the pool of the inner cache and are not looked up here, so only entries
// that an application looks up itself are counted.

#include "rocksdb/utilities/sim_cache.h"

#include <atomic>
#include <cstdio>
#include <utility>

namespace rocksdb {

namespace {

class SimCacheImpl : public SimCache {
 public:
  SimCacheImpl(std::shared_ptr<Cache> sim_cache, std::shared_ptr<Cache> cache)
      : keys_(std::move(sim_cache)), cache_(std::move(cache)) {}

  using Cache::Insert;
  using Cache::Lookup;
  using Cache::Release;
  Status Insert(const Slice& key, void* value, size_t charge, DeleterFn deleter, Handle** handle,
                Priority priority) override {
    Handle* const known = keys_->Lookup(key);
    if (known != nullptr) {
      keys_->Release(known);
    } else {
      keys_
          ->Insert(
              key, nullptr, charge, [](const Slice&, void*) {}, nullptr, priority)
          .PermitUncheckedError();
    }
    return cache_->Insert(key, value, charge, deleter, handle, priority);
  }
  Handle* Lookup(const Slice& key, Statistics* stats) override {
    Handle* const known = keys_->Lookup(key);
    if (known != nullptr) {
      keys_->Release(known);
      hits_.fetch_add(1, std::memory_order_relaxed);
      RecordTick(stats, SIM_BLOCK_CACHE_HIT);
    } else {
      misses_.fetch_add(1, std::memory_order_relaxed);
      RecordTick(stats, SIM_BLOCK_CACHE_MISS);
    }
    return cache_->Lookup(key, stats);
  }
  bool Ref(Handle* handle) override { return cache_->Ref(handle); }
  bool Release(Handle* handle, bool erase_if_last_ref) override {
    return cache_->Release(handle, erase_if_last_ref);
  }
  void* Value(Handle* handle) override { return cache_->Value(handle); }
  void Erase(const Slice& key) override {
    cache_->Erase(key);
    keys_->Erase(key);
  }
  uint64_t NewId() override { return cache_->NewId(); }
  void SetCapacity(size_t capacity) override { cache_->SetCapacity(capacity); }
  void SetStrictCapacityLimit(bool strict) override { cache_->SetStrictCapacityLimit(strict); }
  bool HasStrictCapacityLimit() const override { return cache_->HasStrictCapacityLimit(); }
  size_t GetCapacity() const override { return cache_->GetCapacity(); }
  size_t GetUsage() const override { return cache_->GetUsage(); }
  size_t GetOccupancyCount() const override { return cache_->GetOccupancyCount(); }
  size_t GetUsage(Handle* handle) const override { return cache_->GetUsage(handle); }
  size_t GetPinnedUsage() const override { return cache_->GetPinnedUsage(); }
  size_t GetCharge(Handle* handle) const override { return cache_->GetCharge(handle); }
  DeleterFn GetDeleter(Handle* handle) const override { return cache_->GetDeleter(handle); }
  void DisownData() override {
    cache_->DisownData();
    keys_->DisownData();
  }
  void ApplyToAllEntries(const std::function<void(const Slice& key, void* value, size_t charge,
                                                  DeleterFn deleter)>& callback,
                         const ApplyToAllEntriesOptions& opts) override {
    cache_->ApplyToAllEntries(callback, opts);
  }
  void EraseUnRefEntries() override {
    cache_->EraseUnRefEntries();
    keys_->EraseUnRefEntries();
  }

  size_t GetSimCapacity() const override { return keys_->GetCapacity(); }
  size_t GetSimUsage() const override { return keys_->GetUsage(); }
  void SetSimCapacity(size_t capacity) override { keys_->SetCapacity(capacity); }
  uint64_t get_miss_counter() const override { return misses_.load(std::memory_order_relaxed); }
  uint64_t get_hit_counter() const override { return hits_.load(std::memory_order_relaxed); }
  void reset_counter() override {
    misses_.store(0, std::memory_order_relaxed);
    hits_.store(0, std::memory_order_relaxed);
  }

  std::string ToString() const override {
    const uint64_t hits = get_hit_counter();
    const uint64_t lookups = hits + get_miss_counter();
    char rate[32];
    snprintf(rate, sizeof(rate), "%.2f",
             lookups == 0 ? 0.0 : 100.0 * static_cast<double>(hits) / static_cast<double>(lookups));
    return "SimCache MISSes:  " + std::to_string(get_miss_counter()) +
           "\nSimCache HITs:    " + std::to_string(hits) + "\nSimCache HITRATE: " + rate + "%\n";
  }
  std::string GetPrintableOptions() const override {
    return "    cache_options:\n" + cache_->GetPrintableOptions() + "    sim_cache_options:\n" +
           keys_->GetPrintableOptions();
  }

  Status StartActivityLogging(const std::string& /*file*/, Env* /*env*/,
                              uint64_t /*max_logging_size*/) override {
    return Status::NotSupported("SimCache::StartActivityLogging");
  }
  void StopActivityLogging() override {}
  Status GetActivityLoggingStatus() override {
    return Status::NotSupported("SimCache::GetActivityLoggingStatus");
  }

 private:
  static void RecordTick(Statistics* stats, uint32_t ticker) {
    if (stats != nullptr) stats->recordTick(ticker, 1);
  }

  const std::shared_ptr<Cache> keys_;
  const std::shared_ptr<Cache> cache_;
  std::atomic<uint64_t> misses_{0};
  std::atomic<uint64_t> hits_{0};
};

}  // namespace

std::shared_ptr<SimCache> NewSimCache(std::shared_ptr<Cache> sim_cache,
                                      std::shared_ptr<Cache> cache, int num_shard_bits) {
  if (num_shard_bits >= 20) return nullptr;
  return std::make_shared<SimCacheImpl>(std::move(sim_cache), std::move(cache));
}

std::shared_ptr<SimCache> NewSimCache(std::shared_ptr<Cache> cache, size_t sim_capacity,
                                      int num_shard_bits) {
  LRUCacheOptions options;
  options.capacity = sim_capacity;
  options.num_shard_bits = num_shard_bits;
  options.metadata_charge_policy = kDontChargeCacheMetadata;
  return NewSimCache(NewLRUCache(options), std::move(cache), num_shard_bits);
}

}  // namespace rocksdb
