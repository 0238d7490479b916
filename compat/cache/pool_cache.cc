#include "compat/cache/pool_cache.h"

#include <cstdio>
#include <functional>
#include <string>
#include <utility>

#include "compat/options/customizable_util.h"
#include "engine/base/checksum.h"
#include "rocksdb/utilities/options_type.h"

namespace rocksdb {

extern const bool kDefaultToAdaptiveMutex = false;

struct PoolCache::Entry {
  std::string key;
  void* value;
  DeleterFn deleter;
  size_t charge;        // as the caller gave it
  size_t total_charge;  // with what the entry itself takes, when that is counted
  uint32_t refs = 0;
  bool in_table = true;
  std::list<Entry*>::iterator place;  // in the eviction list while refs == 0 and in_table
};

struct alignas(64) PoolCache::Shard {
  mutable std::mutex mutex;
  std::unordered_map<std::string, Entry*> table;
  std::list<Entry*> evictable;  // least recently used first
  size_t usage = 0;
  size_t pinned = 0;
};

namespace {

constexpr int kMaxShardBits = 19;

// Shards of at least half a megabyte, 64 at most: fewer lose less of a small capacity to imbalance.
// The clock cache keeps shards of 32 MiB.
int DefaultShardBits(size_t capacity, PoolCache::Kind kind) {
  const size_t min_shard = kind == PoolCache::Kind::kLru ? size_t{512} << 10 : size_t{32} << 20;
  int bits = 0;
  while (bits < 6 && capacity / min_shard >> (bits + 1) > 0) ++bits;
  return bits;
}

}  // namespace

PoolCache::PoolCache(Kind kind, const LRUCacheOptions& options)
    : Cache(options.memory_allocator),
      kind_(kind),
      options_(options),
      shard_bits_(options.num_shard_bits >= 0 ? options.num_shard_bits
                                              : DefaultShardBits(options.capacity, kind)),
      shards_(new Shard[size_t{1} << shard_bits_]),
      pool_(aether::Pool::New(options.capacity, options.strict_capacity_limit)) {}

PoolCache::~PoolCache() {
  for (size_t i = 0; i < size_t{1} << shard_bits_; ++i) {
    Condemned all;
    for (auto& [key, entry] : shards_[i].table) all.push_back(entry);
    shards_[i].table.clear();
    Free(all);
  }
}

const char* PoolCache::Name() const { return kind_ == Kind::kLru ? "LRUCache" : "HyperClockCache"; }

PoolCache::Shard& PoolCache::ShardOf(const std::string& key) const {
  const uint64_t hash = aether::Hash64(key.data(), key.size());
  return shards_[shard_bits_ == 0 ? 0 : hash >> (64 - shard_bits_)];
}

size_t PoolCache::ShardCapacity() const {
  return (pool_->Capacity() + (size_t{1} << shard_bits_) - 1) >> shard_bits_;
}

void PoolCache::MakeRoom(Shard& shard, size_t charge, Condemned* condemned) {
  const size_t capacity = ShardCapacity();
  while (shard.usage + charge > capacity && !shard.evictable.empty()) {
    Entry* const victim = shard.evictable.front();
    shard.evictable.pop_front();
    shard.table.erase(victim->key);
    victim->in_table = false;
    shard.usage -= victim->total_charge;
    condemned->push_back(victim);
  }
}

// REQUIRES: nobody can reach the entries any more, no mutex is held.
void PoolCache::Free(const Condemned& condemned) {
  size_t bytes = 0;
  for (Entry* entry : condemned) {
    bytes += entry->total_charge;
    if (entry->deleter != nullptr) entry->deleter(entry->key, entry->value);
    delete entry;
  }
  if (bytes == 0) return;
  charged_.fetch_sub(bytes, std::memory_order_relaxed);
  pool_->Uncharge(bytes);
}

Status PoolCache::Insert(const Slice& key, void* value, size_t charge, DeleterFn deleter,
                         Handle** handle, Priority) {
  auto entry = std::make_unique<Entry>();
  entry->key = key.ToString();
  entry->value = value;
  entry->deleter = deleter;
  entry->charge = charge;
  entry->total_charge = charge;
  if (options_.metadata_charge_policy == kFullChargeCacheMetadata) {
    entry->total_charge += sizeof(Entry) + key.size();
  }
  Shard& shard = ShardOf(entry->key);
  const size_t total = entry->total_charge;
  Condemned condemned;
  bool fits;
  {
    const std::lock_guard<std::mutex> lock(shard.mutex);
    MakeRoom(shard, total, &condemned);
    fits = shard.usage + total <= ShardCapacity();
  }
  Free(condemned);
  condemned.clear();
  if (fits || (handle != nullptr && !HasStrictCapacityLimit())) {
    fits = pool_->Charge(total, HasStrictCapacityLimit()).ok();
  } else {
    fits = false;
  }
  if (!fits) {
    if (handle != nullptr) {
      *handle = nullptr;
      return Status::MemoryLimit("Insert failed due to LRU cache being full.");
    }
    if (deleter != nullptr) deleter(key, value);
    return Status::OK();
  }
  charged_.fetch_add(total, std::memory_order_relaxed);
  Entry* const added = entry.release();
  bool replaced = false;
  {
    const std::lock_guard<std::mutex> lock(shard.mutex);
    Entry*& slot = shard.table[added->key];
    if (slot != nullptr) {
      replaced = true;
      Entry* const old = slot;
      old->in_table = false;
      if (old->refs == 0) {
        shard.evictable.erase(old->place);
        shard.usage -= old->total_charge;
        condemned.push_back(old);
      }
    }
    slot = added;
    shard.usage += total;
    if (handle != nullptr) {
      added->refs = 1;
      shard.pinned += total;
      *handle = reinterpret_cast<Handle*>(added);
    } else {
      added->place = shard.evictable.insert(shard.evictable.end(), added);
    }
  }
  Free(condemned);
  return replaced ? Status::OkOverwritten() : Status::OK();
}

Cache::Handle* PoolCache::Lookup(const Slice& key, Statistics*) {
  const std::string name = key.ToString();
  Shard& shard = ShardOf(name);
  const std::lock_guard<std::mutex> lock(shard.mutex);
  const auto found = shard.table.find(name);
  if (found == shard.table.end()) return nullptr;
  Entry* const entry = found->second;
  if (entry->refs++ == 0) {
    shard.evictable.erase(entry->place);
    shard.pinned += entry->total_charge;
  }
  return reinterpret_cast<Handle*>(entry);
}

bool PoolCache::Ref(Handle* handle) {
  auto* const entry = reinterpret_cast<Entry*>(handle);
  const std::lock_guard<std::mutex> lock(ShardOf(entry->key).mutex);
  ++entry->refs;
  return true;
}

bool PoolCache::Release(Handle* handle, bool erase_if_last_ref) {
  if (handle == nullptr) return false;
  auto* const entry = reinterpret_cast<Entry*>(handle);
  Shard& shard = ShardOf(entry->key);
  Condemned condemned;
  {
    const std::lock_guard<std::mutex> lock(shard.mutex);
    if (--entry->refs != 0) return false;
    shard.pinned -= entry->total_charge;
    if (entry->in_table && !erase_if_last_ref && shard.usage <= ShardCapacity()) {
      entry->place = shard.evictable.insert(shard.evictable.end(), entry);
      return false;
    }
    if (entry->in_table) {
      shard.table.erase(entry->key);
      entry->in_table = false;
    }
    shard.usage -= entry->total_charge;
    condemned.push_back(entry);
  }
  Free(condemned);
  return true;
}

void* PoolCache::Value(Handle* handle) { return reinterpret_cast<Entry*>(handle)->value; }

void PoolCache::Erase(const Slice& key) {
  const std::string name = key.ToString();
  Shard& shard = ShardOf(name);
  Condemned condemned;
  {
    const std::lock_guard<std::mutex> lock(shard.mutex);
    const auto found = shard.table.find(name);
    if (found == shard.table.end()) return;
    Entry* const entry = found->second;
    shard.table.erase(found);
    entry->in_table = false;
    if (entry->refs == 0) {
      shard.evictable.erase(entry->place);
      shard.usage -= entry->total_charge;
      condemned.push_back(entry);
    }
  }
  Free(condemned);
}

uint64_t PoolCache::NewId() { return next_id_.fetch_add(1, std::memory_order_relaxed); }

void PoolCache::SetCapacity(size_t capacity) {
  pool_->SetCapacity(capacity);
  for (size_t i = 0; i < size_t{1} << shard_bits_; ++i) {
    Condemned condemned;
    {
      const std::lock_guard<std::mutex> lock(shards_[i].mutex);
      MakeRoom(shards_[i], 0, &condemned);
    }
    Free(condemned);
  }
}

void PoolCache::SetStrictCapacityLimit(bool strict_capacity_limit) {
  pool_->SetStrict(strict_capacity_limit);
}

bool PoolCache::HasStrictCapacityLimit() const { return pool_->Strict(); }
size_t PoolCache::GetCapacity() const { return pool_->Capacity(); }
size_t PoolCache::GetUsage() const { return pool_->Usage(); }

size_t PoolCache::GetOccupancyCount() const {
  size_t count = 0;
  for (size_t i = 0; i < size_t{1} << shard_bits_; ++i) {
    const std::lock_guard<std::mutex> lock(shards_[i].mutex);
    count += shards_[i].table.size();
  }
  return count;
}

size_t PoolCache::GetTableAddressCount() const {
  size_t count = 0;
  for (size_t i = 0; i < size_t{1} << shard_bits_; ++i) {
    const std::lock_guard<std::mutex> lock(shards_[i].mutex);
    count += shards_[i].table.bucket_count();
  }
  return count;
}

size_t PoolCache::GetUsage(Handle* handle) const {
  return reinterpret_cast<Entry*>(handle)->total_charge;
}

// The pool counts every charge as pinned; entries that nobody references are not.
size_t PoolCache::GetPinnedUsage() const {
  size_t pinned = 0;
  for (size_t i = 0; i < size_t{1} << shard_bits_; ++i) {
    const std::lock_guard<std::mutex> lock(shards_[i].mutex);
    pinned += shards_[i].pinned;
  }
  const size_t charged = charged_.load(std::memory_order_relaxed);
  const size_t in_pool = pool_->PinnedUsage();
  return pinned + (in_pool > charged ? in_pool - charged : 0);
}

size_t PoolCache::GetCharge(Handle* handle) const {
  return reinterpret_cast<Entry*>(handle)->charge;
}

Cache::DeleterFn PoolCache::GetDeleter(Handle* handle) const {
  return reinterpret_cast<Entry*>(handle)->deleter;
}

void PoolCache::ApplyToAllEntries(
    const std::function<void(const Slice& key, void* value, size_t charge, DeleterFn deleter)>&
        callback,
    const ApplyToAllEntriesOptions&) {
  for (size_t i = 0; i < size_t{1} << shard_bits_; ++i) {
    const std::lock_guard<std::mutex> lock(shards_[i].mutex);
    for (const auto& [key, entry] : shards_[i].table) {
      callback(key, entry->value, entry->charge, entry->deleter);
    }
  }
}

void PoolCache::EraseUnRefEntries() {
  for (size_t i = 0; i < size_t{1} << shard_bits_; ++i) {
    Shard& shard = shards_[i];
    Condemned condemned;
    {
      const std::lock_guard<std::mutex> lock(shard.mutex);
      for (Entry* entry : shard.evictable) {
        shard.table.erase(entry->key);
        entry->in_table = false;
        shard.usage -= entry->total_charge;
        condemned.push_back(entry);
      }
      shard.evictable.clear();
    }
    Free(condemned);
  }
  pool_->EvictAll();
}

std::string PoolCache::GetPrintableOptions() const {
  char text[256];
  snprintf(text, sizeof(text),
           "    capacity : %zu\n    num_shard_bits : %d\n    strict_capacity_limit : %d\n"
           "    memory_allocator : %s\n",
           GetCapacity(), shard_bits_, HasStrictCapacityLimit() ? 1 : 0,
           memory_allocator() != nullptr ? memory_allocator()->Name() : "None");
  std::string result = text;
  if (kind_ == Kind::kLru) {
    snprintf(text, sizeof(text), "    high_pri_pool_ratio: %.3f\n    low_pri_pool_ratio: %.3f\n",
             options_.high_pri_pool_ratio, options_.low_pri_pool_ratio);
    result += text;
  }
  return result;
}

std::shared_ptr<aether::Pool> PoolOfCache(Cache* cache) {
  const auto* own = dynamic_cast<PoolCache*>(cache);
  return own != nullptr ? own->pool() : nullptr;
}

std::shared_ptr<Cache> NewLRUCache(const LRUCacheOptions& cache_opts) {
  const double high = cache_opts.high_pri_pool_ratio;
  const double low = cache_opts.low_pri_pool_ratio;
  if (cache_opts.num_shard_bits > kMaxShardBits || high < 0.0 || high > 1.0 || low < 0.0 ||
      low > 1.0 || high + low > 1.0) {
    return nullptr;
  }
  return std::make_shared<PoolCache>(PoolCache::Kind::kLru, cache_opts);
}

std::shared_ptr<Cache> NewLRUCache(size_t capacity, int num_shard_bits, bool strict_capacity_limit,
                                   double high_pri_pool_ratio,
                                   std::shared_ptr<MemoryAllocator> memory_allocator,
                                   bool use_adaptive_mutex,
                                   CacheMetadataChargePolicy metadata_charge_policy,
                                   double low_pri_pool_ratio) {
  return NewLRUCache(LRUCacheOptions(
      capacity, num_shard_bits, strict_capacity_limit, high_pri_pool_ratio,
      std::move(memory_allocator), use_adaptive_mutex, metadata_charge_policy, low_pri_pool_ratio));
}

// Exported by Debian's library, declared in no header: programs of RocksDB's own bind it.
std::shared_ptr<Cache> NewLRUCache(size_t capacity, int num_shard_bits, bool strict_capacity_limit,
                                   double high_pri_pool_ratio,
                                   std::shared_ptr<MemoryAllocator> memory_allocator,
                                   bool use_adaptive_mutex,
                                   CacheMetadataChargePolicy metadata_charge_policy,
                                   const std::shared_ptr<SecondaryCache>& secondary_cache,
                                   double low_pri_pool_ratio) {
  LRUCacheOptions options(capacity, num_shard_bits, strict_capacity_limit, high_pri_pool_ratio,
                          std::move(memory_allocator), use_adaptive_mutex, metadata_charge_policy,
                          low_pri_pool_ratio);
  options.secondary_cache = secondary_cache;
  return NewLRUCache(options);
}

std::shared_ptr<Cache> HyperClockCacheOptions::MakeSharedCache() const {
  if (num_shard_bits > kMaxShardBits) return nullptr;
  return std::make_shared<PoolCache>(
      PoolCache::Kind::kHyperClock,
      LRUCacheOptions(capacity, num_shard_bits, strict_capacity_limit, 0.0, memory_allocator,
                      kDefaultToAdaptiveMutex, metadata_charge_policy));
}

// The clock cache of old left the interface's behaviour to the LRU cache, and so do we.
std::shared_ptr<Cache> NewClockCache(size_t capacity, int num_shard_bits,
                                     bool strict_capacity_limit,
                                     CacheMetadataChargePolicy metadata_charge_policy) {
  return NewLRUCache(capacity, num_shard_bits, strict_capacity_limit, 0.5, nullptr,
                     kDefaultToAdaptiveMutex, metadata_charge_policy);
}

Status Cache::CreateFromString(const ConfigOptions& config_options, const std::string& value,
                               std::shared_ptr<Cache>* result) {
  static const auto* const infos = new std::unordered_map<std::string, OptionTypeInfo>{
      {"capacity", {offsetof(LRUCacheOptions, capacity), OptionType::kSizeT}},
      {"num_shard_bits", {offsetof(LRUCacheOptions, num_shard_bits), OptionType::kInt}},
      {"strict_capacity_limit",
       {offsetof(LRUCacheOptions, strict_capacity_limit), OptionType::kBoolean}},
      {"high_pri_pool_ratio",
       {offsetof(LRUCacheOptions, high_pri_pool_ratio), OptionType::kDouble}},
      {"low_pri_pool_ratio", {offsetof(LRUCacheOptions, low_pri_pool_ratio), OptionType::kDouble}}};
  if (value == "nullptr") {
    result->reset();
    return Status::OK();
  }
  LRUCacheOptions options;
  Status s;
  if (value.find('=') == std::string::npos) {
    s = infos->at("capacity").Parse(config_options, "capacity", value, &options);
  } else {
    s = OptionTypeInfo::ParseStruct(config_options, "", infos, "", value, &options);
  }
  if (!s.ok()) return s;
  std::shared_ptr<Cache> made = NewLRUCache(options);
  if (made == nullptr) return Status::InvalidArgument("Cache options are out of range", value);
  *result = std::move(made);
  return s;
}

const std::string& GetCacheEntryRoleName(CacheEntryRole role) {
  static const auto* const names =
      new std::vector<std::string>{"data-block",          "filter-block",
                                   "filter-meta-block",   "deprecated-filter-block",
                                   "index-block",         "other-block",
                                   "write-buffer",        "compression-dictionary-building-buffer",
                                   "filter-construction", "block-based-table-reader",
                                   "file-metadata",       "blob-value",
                                   "blob-cache",          "misc"};
  return (*names)[static_cast<size_t>(role)];
}

const std::string& BlockCacheEntryStatsMapKeys::CacheId() {
  static const auto* const key = new std::string("id");
  return *key;
}

const std::string& BlockCacheEntryStatsMapKeys::CacheCapacityBytes() {
  static const auto* const key = new std::string("capacity");
  return *key;
}

const std::string& BlockCacheEntryStatsMapKeys::LastCollectionDurationSeconds() {
  static const auto* const key = new std::string("secs_for_last_collection");
  return *key;
}

const std::string& BlockCacheEntryStatsMapKeys::LastCollectionAgeSeconds() {
  static const auto* const key = new std::string("secs_since_last_collection");
  return *key;
}

std::string BlockCacheEntryStatsMapKeys::EntryCount(CacheEntryRole role) {
  return "count." + GetCacheEntryRoleName(role);
}

std::string BlockCacheEntryStatsMapKeys::UsedBytes(CacheEntryRole role) {
  return "bytes." + GetCacheEntryRoleName(role);
}

std::string BlockCacheEntryStatsMapKeys::UsedPercent(CacheEntryRole role) {
  return "percent." + GetCacheEntryRoleName(role);
}

}  // namespace rocksdb
