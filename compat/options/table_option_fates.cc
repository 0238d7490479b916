// What becomes of the options of table formats and of caches.

#include "compat/options/option_rows.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/flush_block_policy.h"
#include "rocksdb/memory_allocator.h"
#include "rocksdb/persistent_cache.h"
#include "rocksdb/secondary_cache.h"
#include "rocksdb/table.h"

namespace rocksdb {

namespace {

const BlockBasedTableOptions& Table(const void* options) {
  return *static_cast<const BlockBasedTableOptions*>(options);
}
bool HasFilterPolicy(const void* options) { return Table(options).filter_policy != nullptr; }
bool HasNoFilterPolicy(const void* options) { return !HasFilterPolicy(options); }
std::string ShowFilterPolicy(const void* options) {
  return HasFilterPolicy(options) ? Table(options).filter_policy->GetId() : "none";
}
// Each table has a cache of its own unless it is told otherwise, so that the default is shown, too.
std::string ShowBlockCache(const void* options) {
  const std::shared_ptr<Cache>& cache = Table(options).block_cache;
  return cache == nullptr ? std::string() : std::to_string(cache->GetCapacity());
}

std::vector<OptionFate> BlockBased() {
  using Owner = BlockBasedTableOptions;
  constexpr const char* owner = "BlockBasedTableOptions";
  return {
      IGNORED(flush_block_policy_factory, "pages are 4 KiB"),
      IGNORED(cache_index_and_filter_blocks, "filters and fence keys stay in memory of their own"),
      IGNORED(cache_index_and_filter_blocks_with_high_priority, "they are not in the cache"),
      IGNORED(pin_l0_filter_and_index_blocks_in_cache, "they are always in memory"),
      IGNORED(pin_top_level_index_and_filter, "they are always in memory"),
      IGNORED(metadata_cache_options, "see MetadataCacheOptions"),
      IGNORED(index_type, "runs are B+trees"),
      IGNORED(data_block_index_type, "leaves are searched by the heads of keys"),
      IGNORED(data_block_hash_table_util_ratio, "leaves are searched by the heads of keys"),
      IGNORED(checksum, "pages have the engine's checksum"),
      MAPPED(no_block_cache, "a private pool of 8 MiB"),
      OptionFate{owner, "block_cache", Fate::kHonoured, "", "bytes of the buffer pool", nullptr,
                 &ShowBlockCache},
      IGNORED(persistent_cache, "pages are kept in memory or read from their file"),
      IGNORED(block_cache_compressed, "pages in memory are always plain"),
      IGNORED(block_size, "pages are 4 KiB"),
      IGNORED(block_size_deviation, "pages are 4 KiB"),
      IGNORED(block_restart_interval, "leaves share one prefix and have no restart points"),
      IGNORED(index_block_restart_interval, "runs are B+trees"),
      IGNORED(metadata_block_size, "there are no partitions"),
      IGNORED(cache_usage_options, "filters and fences are always reported as table readers"),
      IGNORED(partition_filters, "filters stay in memory"),
      IGNORED(optimize_filters_for_memory, "filters are as large as their keys need"),
      IGNORED(use_delta_encoding, "leaves share one prefix"),
      OptionFate{owner, "filter_policy", Fate::kMapped, "none",
                 "filters of 10 bits for each key are on", &HasNoFilterPolicy, &ShowFilterPolicy},
      OptionFate{owner, "filter_policy", Fate::kHonoured, "set",
                 "bits for each key, where equal keys have equal bytes", &HasFilterPolicy,
                 &ShowFilterPolicy},
      HONOURED_AS(whole_key_filtering,
                  "without a prefix_extractor the filter holds the keys all the same"),
      IGNORED(detect_filter_construct_corruption, "filters have checksums"),
      IGNORED(verify_compression, "pages have checksums"),
      IGNORED(read_amp_bytes_per_bit, "read amplification is not estimated"),
      IGNORED(format_version, "runs have the engine's format"),
      IGNORED(enable_index_compression, "fences are plain"),
      IGNORED(block_align, "pages are 4 KiB"),
      IGNORED(index_shortening, "fences are as short as they can be"),
      HONOURED(max_auto_readahead_size),
      IGNORED(prepopulate_block_cache, "pages come into memory when they are read"),
      HONOURED(initial_auto_readahead_size),
      HONOURED(num_file_reads_for_auto_readahead),
  };
}

std::vector<OptionFate> Metadata() {
  using Owner = MetadataCacheOptions;
  constexpr const char* owner = "MetadataCacheOptions";
  return {
      IGNORED(top_level_index_pinning, "filters and fences are always in memory"),
      IGNORED(partition_pinning, "filters and fences are always in memory"),
      IGNORED(unpartitioned_pinning, "filters and fences are always in memory"),
  };
}

std::vector<OptionFate> CacheUsage() {
  std::vector<OptionFate> rows;
  {
    using Owner = CacheEntryRoleOptions;
    constexpr const char* owner = "CacheEntryRoleOptions";
    rows = {IGNORED(charged, "what is charged to the cache is fixed")};
  }
  using Owner = CacheUsageOptions;
  constexpr const char* owner = "CacheUsageOptions";
  rows.push_back(IGNORED(options, "what is charged to the cache is fixed"));
  rows.push_back(IGNORED(options_overrides, "what is charged to the cache is fixed"));
  return rows;
}

std::vector<OptionFate> Plain() {
  using Owner = PlainTableOptions;
  constexpr const char* owner = "PlainTableOptions";
  constexpr const char* instead = "runs have the engine's format";
  return {
      IGNORED(user_key_len, instead),       IGNORED(bloom_bits_per_key, instead),
      IGNORED(hash_table_ratio, instead),   IGNORED(index_sparseness, instead),
      IGNORED(huge_page_tlb_size, instead), IGNORED(encoding_type, instead),
      IGNORED(full_scan_mode, instead),     IGNORED(store_index_in_file, instead),
  };
}

std::vector<OptionFate> Cuckoo() {
  using Owner = CuckooTableOptions;
  constexpr const char* owner = "CuckooTableOptions";
  constexpr const char* instead = "runs have the engine's format";
  return {
      IGNORED(hash_table_ratio, instead),  IGNORED(max_search_depth, instead),
      IGNORED(cuckoo_block_size, instead), IGNORED(identity_as_first_hash, instead),
      IGNORED(use_module_hash, instead),
  };
}

std::vector<OptionFate> Sharded() {
  using Owner = ShardedCacheOptions;
  constexpr const char* owner = "ShardedCacheOptions";
  return {
      HONOURED(capacity),
      MAPPED(num_shard_bits,
             "told back; the pool is one, entries of the application's have shards"),
      HONOURED(strict_capacity_limit),
      IGNORED(memory_allocator, "told back; the pool takes its memory from the kernel"),
      IGNORED(metadata_charge_policy, "frames are always counted"),
  };
}

std::vector<OptionFate> Caches() {
  std::vector<OptionFate> rows = Sharded();
  {
    using Owner = LRUCacheOptions;
    constexpr const char* owner = "LRUCacheOptions";
    rows.push_back(IGNORED(high_pri_pool_ratio, "told back; pages have one priority"));
    rows.push_back(IGNORED(low_pri_pool_ratio, "told back; pages have one priority"));
    rows.push_back(IGNORED(use_adaptive_mutex, "pages are found without a lock"));
    rows.push_back(IGNORED(secondary_cache, "what leaves the pool is read from its file"));
  }
  {
    using Owner = CompressedSecondaryCacheOptions;
    constexpr const char* owner = "CompressedSecondaryCacheOptions";
    constexpr const char* with = "there is no secondary cache";
    rows.push_back(REFUSED(compression_type, with));
    rows.push_back(REFUSED(compress_format_version, with));
    rows.push_back(REFUSED(enable_custom_split_merge, with));
  }
  {
    using Owner = HyperClockCacheOptions;
    constexpr const char* owner = "HyperClockCacheOptions";
    rows.push_back(IGNORED(estimated_entry_charge, "frames have known sizes"));
  }
  {
    using Owner = Cache::ApplyToAllEntriesOptions;
    constexpr const char* owner = "Cache::ApplyToAllEntriesOptions";
    rows.push_back(IGNORED(average_entries_per_lock, "a shard is visited under its lock"));
  }
  {
    using Owner = JemallocAllocatorOptions;
    constexpr const char* owner = "JemallocAllocatorOptions";
    constexpr const char* with = "this build has no jemalloc, as Debian's";
    rows.push_back(REFUSED(limit_tcache_size, with));
    rows.push_back(REFUSED(tcache_size_lower_bound, with));
    rows.push_back(REFUSED(tcache_size_upper_bound, with));
  }
  return rows;
}

}  // namespace

std::vector<OptionFate> TableOptionFates() {
  std::vector<OptionFate> rows;
  for (const auto& group : {BlockBased(), Metadata(), CacheUsage(), Plain(), Cuckoo(), Caches()}) {
    rows.insert(rows.end(), group.begin(), group.end());
  }
  return rows;
}

}  // namespace rocksdb
