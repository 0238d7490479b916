// PoolCache: the cache objects that applications make with NewLRUCache and HyperClockCacheOptions.
//
// One capacity serves two users: the pages of the store live in the engine's buffer pool of that
// size, and the entries that the application inserts itself are kept here, least recently used
// first out, and charged to the same pool, which evicts pages to make room for them.
//
// Thread safety: everything. Entries are spread over shards by the hash of their key, each shard
// has one mutex; an entry's reference count is guarded by it. Deleters run outside the mutexes.
// Invariants: an entry is in its shard's table, or it is referenced, or it is gone; it is in the
// eviction list exactly when it is in the table and not referenced. What is charged to the pool is
// the sum over all entries that are not gone. Failure: Insert answers Aborted/kMemoryLimit when a
// strict limit leaves no room and the caller wants a reference; without one it deletes the value,
// as if it had been evicted at once.

#ifndef AETHER_COMPAT_CACHE_POOL_CACHE_H_
#define AETHER_COMPAT_CACHE_POOL_CACHE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/buffer/pool.h"
#include "rocksdb/cache.h"

namespace rocksdb {

class PoolCache final : public Cache {
 public:
  enum class Kind : uint8_t { kLru, kHyperClock };

  PoolCache(Kind kind, const LRUCacheOptions& options);
  ~PoolCache() override;

  const char* Name() const override;
  using Cache::Insert;
  using Cache::Lookup;
  using Cache::Release;
  Status Insert(const Slice& key, void* value, size_t charge, DeleterFn deleter, Handle** handle,
                Priority priority) override;
  Handle* Lookup(const Slice& key, Statistics* stats) override;
  bool Ref(Handle* handle) override;
  bool Release(Handle* handle, bool erase_if_last_ref) override;
  void* Value(Handle* handle) override;
  void Erase(const Slice& key) override;
  uint64_t NewId() override;
  void SetCapacity(size_t capacity) override;
  void SetStrictCapacityLimit(bool strict_capacity_limit) override;
  bool HasStrictCapacityLimit() const override;
  size_t GetCapacity() const override;
  size_t GetUsage() const override;
  size_t GetOccupancyCount() const override;
  size_t GetTableAddressCount() const override;
  size_t GetUsage(Handle* handle) const override;
  size_t GetPinnedUsage() const override;
  size_t GetCharge(Handle* handle) const override;
  DeleterFn GetDeleter(Handle* handle) const override;
  void ApplyToAllEntries(const std::function<void(const Slice& key, void* value, size_t charge,
                                                  DeleterFn deleter)>& callback,
                         const ApplyToAllEntriesOptions& opts) override;
  void EraseUnRefEntries() override;
  std::string GetPrintableOptions() const override;

  // The memory of the store's pages; lives at least as long as this cache.
  const std::shared_ptr<aether::Pool>& pool() const { return pool_; }

 private:
  struct Entry;
  struct Shard;
  using Condemned = std::vector<Entry*>;

  Shard& ShardOf(const std::string& key) const;
  // Moves unreferenced entries out of the shard until it has room for `charge` more or nothing is
  // left to evict.
  void MakeRoom(Shard& shard, size_t charge, Condemned* condemned);
  void Free(const Condemned& condemned);
  size_t ShardCapacity() const;

  const Kind kind_;
  LRUCacheOptions options_;
  int shard_bits_;
  std::unique_ptr<Shard[]> shards_;
  std::shared_ptr<aether::Pool> pool_;
  std::atomic<uint64_t> next_id_{1};
  std::atomic<size_t> charged_{0};
};

// The pool of a cache made by this library, also behind wrappers that it knows; null for a cache of
// the application's own, whose capacity a store then gives to a private pool.
std::shared_ptr<aether::Pool> PoolOfCache(Cache* cache);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_CACHE_POOL_CACHE_H_
