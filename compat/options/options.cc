// Construction of option structs, and the presets that change many options at once.

#include "rocksdb/options.h"

#include <limits>
#include <memory>

#include "compat/table/block_based_table_factory.h"
#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/utilities/object_registry.h"
#include "rocksdb/write_buffer_manager.h"

namespace rocksdb {

const char* kHostnameForDbHostId = "__hostname__";

namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

// True for releases before major.minor.
bool IsBefore(int major, int minor, int limit_major, int limit_minor) {
  return major < limit_major || (major == limit_major && minor < limit_minor);
}

}  // namespace

AdvancedColumnFamilyOptions::AdvancedColumnFamilyOptions() = default;

AdvancedColumnFamilyOptions::AdvancedColumnFamilyOptions(const Options& options)
    : AdvancedColumnFamilyOptions(static_cast<const AdvancedColumnFamilyOptions&>(options)) {}

ColumnFamilyOptions::ColumnFamilyOptions()
    : compression(kSnappyCompression), table_factory(std::make_shared<BlockBasedTableFactory>()) {}

ColumnFamilyOptions::ColumnFamilyOptions(const Options& options)
    : ColumnFamilyOptions(static_cast<const ColumnFamilyOptions&>(options)) {}

DBOptions::DBOptions() = default;

DBOptions::DBOptions(const Options& options) : DBOptions(static_cast<const DBOptions&>(options)) {}

ReadOptions::ReadOptions() : ReadOptions(true, true) {}

ReadOptions::ReadOptions(bool cksum, bool cache)
    : snapshot(nullptr),
      iterate_lower_bound(nullptr),
      iterate_upper_bound(nullptr),
      readahead_size(0),
      max_skippable_internal_keys(0),
      read_tier(kReadAllTier),
      verify_checksums(cksum),
      fill_cache(cache),
      tailing(false),
      managed(false),
      total_order_seek(false),
      auto_prefix_mode(false),
      prefix_same_as_start(false),
      pin_data(false),
      background_purge_on_iterator_cleanup(false),
      ignore_range_deletions(false),
      timestamp(nullptr),
      iter_start_ts(nullptr),
      deadline(std::chrono::microseconds::zero()),
      io_timeout(std::chrono::microseconds::zero()),
      value_size_soft_limit(std::numeric_limits<uint64_t>::max()),
      adaptive_readahead(false),
      async_io(false),
      optimize_multiget_for_io(true) {}

ConfigOptions::ConfigOptions() : registry(ObjectRegistry::NewInstance()) {}

ConfigOptions::ConfigOptions(const DBOptions& db_opts) : ConfigOptions() { env = db_opts.env; }

DBOptions* DBOptions::OldDefaults(int rocksdb_major_version, int rocksdb_minor_version) {
  const auto before = [=](int major, int minor) {
    return IsBefore(rocksdb_major_version, rocksdb_minor_version, major, minor);
  };
  if (before(4, 7)) {
    max_file_opening_threads = 1;
    table_cache_numshardbits = 4;
  }
  if (before(5, 2)) {
    delayed_write_rate = 2 * kMiB;
  } else if (before(5, 6)) {
    delayed_write_rate = 16 * kMiB;
  }
  max_open_files = 5000;
  wal_recovery_mode = WALRecoveryMode::kTolerateCorruptedTailRecords;
  return this;
}

ColumnFamilyOptions* ColumnFamilyOptions::OldDefaults(int rocksdb_major_version,
                                                      int rocksdb_minor_version) {
  const auto before = [=](int major, int minor) {
    return IsBefore(rocksdb_major_version, rocksdb_minor_version, major, minor);
  };
  if (before(5, 18)) compaction_pri = kByCompensatedSize;
  if (before(4, 7)) {
    write_buffer_size = 4 * kMiB;
    target_file_size_base = 2 * kMiB;
    max_bytes_for_level_base = 10 * kMiB;
    soft_pending_compaction_bytes_limit = 0;
    hard_pending_compaction_bytes_limit = 0;
    level0_stop_writes_trigger = 24;
  } else if (before(5, 2)) {
    level0_stop_writes_trigger = 30;
  }
  return this;
}

Options* Options::OldDefaults(int rocksdb_major_version, int rocksdb_minor_version) {
  ColumnFamilyOptions::OldDefaults(rocksdb_major_version, rocksdb_minor_version);
  DBOptions::OldDefaults(rocksdb_major_version, rocksdb_minor_version);
  return this;
}

DBOptions* DBOptions::OptimizeForSmallDb(std::shared_ptr<Cache>* cache) {
  max_file_opening_threads = 1;
  max_open_files = 5000;
  if (cache != nullptr) {
    write_buffer_manager = std::make_shared<WriteBufferManager>(0, *cache);
  }
  return this;
}

ColumnFamilyOptions* ColumnFamilyOptions::OptimizeForSmallDb(std::shared_ptr<Cache>* cache) {
  write_buffer_size = 2 * kMiB;
  target_file_size_base = 2 * kMiB;
  max_bytes_for_level_base = 10 * kMiB;
  soft_pending_compaction_bytes_limit = 256 * kMiB;
  hard_pending_compaction_bytes_limit = 1024 * kMiB;
  BlockBasedTableOptions table_options;
  if (cache != nullptr) table_options.block_cache = *cache;
  table_options.cache_index_and_filter_blocks = true;
  table_options.index_type = BlockBasedTableOptions::kTwoLevelIndexSearch;
  table_factory.reset(NewBlockBasedTableFactory(table_options));
  return this;
}

Options* Options::OptimizeForSmallDb() {
  std::shared_ptr<Cache> cache = NewLRUCache(16 * kMiB);
  ColumnFamilyOptions::OptimizeForSmallDb(&cache);
  DBOptions::OptimizeForSmallDb(&cache);
  return this;
}

DBOptions* DBOptions::IncreaseParallelism(int total_threads) {
  max_background_jobs = total_threads;
  env->SetBackgroundThreads(total_threads, Env::LOW);
  env->SetBackgroundThreads(1, Env::HIGH);
  return this;
}

ColumnFamilyOptions* ColumnFamilyOptions::OptimizeForPointLookup(uint64_t block_cache_size_mb) {
  BlockBasedTableOptions table_options;
  table_options.data_block_index_type = BlockBasedTableOptions::kDataBlockBinaryAndHash;
  table_options.data_block_hash_table_util_ratio = 0.75;
  table_options.filter_policy.reset(NewBloomFilterPolicy(10));
  table_options.block_cache = NewLRUCache(static_cast<size_t>(block_cache_size_mb * kMiB));
  table_factory.reset(NewBlockBasedTableFactory(table_options));
  memtable_prefix_bloom_size_ratio = 0.02;
  memtable_whole_key_filtering = true;
  return this;
}

ColumnFamilyOptions* ColumnFamilyOptions::OptimizeLevelStyleCompaction(
    uint64_t memtable_memory_budget) {
  write_buffer_size = static_cast<size_t>(memtable_memory_budget / 4);
  min_write_buffer_number_to_merge = 2;
  max_write_buffer_number = 6;
  level0_file_num_compaction_trigger = 2;
  target_file_size_base = memtable_memory_budget / 8;
  max_bytes_for_level_base = memtable_memory_budget;
  compaction_style = kCompactionStyleLevel;
  // The first two levels are rewritten too often to be worth compressing.
  compression_per_level.resize(num_levels);
  for (int level = 0; level < num_levels; ++level) {
    compression_per_level[level] = level < 2 ? kNoCompression : kLZ4Compression;
  }
  return this;
}

ColumnFamilyOptions* ColumnFamilyOptions::OptimizeUniversalStyleCompaction(
    uint64_t memtable_memory_budget) {
  write_buffer_size = static_cast<size_t>(memtable_memory_budget / 4);
  min_write_buffer_number_to_merge = 2;
  max_write_buffer_number = 6;
  compaction_style = kCompactionStyleUniversal;
  compaction_options_universal.compression_size_percent = 80;
  return this;
}

Options* Options::PrepareForBulkLoad() {
  level0_file_num_compaction_trigger = 1 << 30;
  level0_slowdown_writes_trigger = 1 << 30;
  level0_stop_writes_trigger = 1 << 30;
  soft_pending_compaction_bytes_limit = 0;
  hard_pending_compaction_bytes_limit = 0;
  disable_auto_compactions = true;
  max_compaction_bytes = uint64_t{1} << 60;
  num_levels = 2;
  max_write_buffer_number = 6;
  min_write_buffer_number_to_merge = 1;
  max_background_flushes = 4;
  max_background_compactions = 2;
  target_file_size_base = 256 * kMiB;
  return this;
}

Options* Options::DisableExtraChecks() {
  force_consistency_checks = false;
  return this;
}

}  // namespace rocksdb
