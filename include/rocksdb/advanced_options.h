// The less usual half of the options of a column family.

#ifndef AETHER_INCLUDE_ROCKSDB_ADVANCED_OPTIONS_H_
#define AETHER_INCLUDE_ROCKSDB_ADVANCED_OPTIONS_H_

#include <memory>

#include "rocksdb/cache.h"
#include "rocksdb/compression_type.h"
#include "rocksdb/memtablerep.h"
#include "rocksdb/universal_compaction.h"

namespace ROCKSDB_NAMESPACE {

class Slice;
class SliceTransform;
class TablePropertiesCollectorFactory;
class TableFactory;
struct Options;
enum CompactionStyle : char {
  kCompactionStyleLevel = 0x0,
  kCompactionStyleUniversal = 0x1,
  kCompactionStyleFIFO = 0x2,
  kCompactionStyleNone = 0x3,
};

enum CompactionPri : char {
  kByCompensatedSize = 0x0,
  kOldestLargestSeqFirst = 0x1,
  kOldestSmallestSeqFirst = 0x2,
  kMinOverlappingRatio = 0x3,
  kRoundRobin = 0x4,
};

// FIFO compaction: whole files are dropped, oldest first.
struct CompactionOptionsFIFO {
  uint64_t max_table_files_size;
  bool allow_compaction = false;
  uint64_t age_for_warm = 0;
  CompactionOptionsFIFO() : max_table_files_size(1 * 1024 * 1024 * 1024) {}
  CompactionOptionsFIFO(uint64_t _max_table_files_size, bool _allow_compaction)
      : max_table_files_size(_max_table_files_size), allow_compaction(_allow_compaction) {}
};

struct CompressionOptions {
  // Stands for the default level of whichever algorithm is used.
  const static int kDefaultCompressionLevel = 32767;
  int window_bits;
  int level;
  int strategy;
  uint32_t max_dict_bytes;
  uint32_t zstd_max_train_bytes;
  uint32_t parallel_threads;
  bool enabled;
  uint64_t max_dict_buffer_bytes;
  bool use_zstd_dict_trainer;
  CompressionOptions()
      : window_bits(-14),
        level(kDefaultCompressionLevel),
        strategy(0),
        max_dict_bytes(0),
        zstd_max_train_bytes(0),
        parallel_threads(1),
        enabled(false),
        max_dict_buffer_bytes(0),
        use_zstd_dict_trainer(true) {}
  CompressionOptions(int wbits, int _lev, int _strategy, uint32_t _max_dict_bytes,
                     uint32_t _zstd_max_train_bytes, uint32_t _parallel_threads, bool _enabled,
                     uint64_t _max_dict_buffer_bytes, bool _use_zstd_dict_trainer)
      : window_bits(wbits),
        level(_lev),
        strategy(_strategy),
        max_dict_bytes(_max_dict_bytes),
        zstd_max_train_bytes(_zstd_max_train_bytes),
        parallel_threads(_parallel_threads),
        enabled(_enabled),
        max_dict_buffer_bytes(_max_dict_buffer_bytes),
        use_zstd_dict_trainer(_use_zstd_dict_trainer) {}
};

// How often data is expected to be read; passed on to file systems.
enum class Temperature : uint8_t {
  kUnknown = 0,
  kHot = 0x04,
  kWarm = 0x08,
  kCold = 0x0C,
  kLastTemperature,
};

// The lowest cache that blocks may be kept in.
enum class CacheTier : uint8_t {
  kVolatileTier = 0,
  kNonVolatileBlockTier = 0x01,
};

// What an inplace_callback did.
enum UpdateStatus {
  UPDATE_FAILED = 0,
  UPDATED_INPLACE = 1,
  UPDATED = 2,
};

enum class PrepopulateBlobCache : uint8_t {
  kDisable = 0x0,
  kFlushOnly = 0x1,
};

struct AdvancedColumnFamilyOptions {
  // Memtables, the active one included, before writers wait for a flush.
  int max_write_buffer_number = 2;
  int min_write_buffer_number_to_merge = 1;
  int max_write_buffer_number_to_maintain = 0;
  int64_t max_write_buffer_size_to_maintain = 0;
  bool inplace_update_support = false;
  size_t inplace_update_num_locks = 10000;
  double experimental_mempurge_threshold = 0.0;
  UpdateStatus (*inplace_callback)(char* existing_value, uint32_t* existing_value_size,
                                   Slice delta_value, std::string* merged_value) = nullptr;
  // Share of write_buffer_size spent on a filter for the memtable.
  double memtable_prefix_bloom_size_ratio = 0.0;
  bool memtable_whole_key_filtering = false;
  size_t memtable_huge_page_size = 0;
  std::shared_ptr<const SliceTransform> memtable_insert_with_hint_prefix_extractor = nullptr;
  uint32_t bloom_locality = 0;
  size_t arena_block_size = 0;
  std::vector<CompressionType> compression_per_level;
  int num_levels = 7;
  // Runs at the top at which writers are slowed down, and at which they wait.
  int level0_slowdown_writes_trigger = 20;
  int level0_stop_writes_trigger = 36;
  // Bytes of one file of a run.
  uint64_t target_file_size_base = 64 * 1048576;
  int target_file_size_multiplier = 1;
  bool level_compaction_dynamic_level_bytes = false;
  bool level_compaction_dynamic_file_size = true;
  double max_bytes_for_level_multiplier = 10;
  std::vector<int> max_bytes_for_level_multiplier_additional = std::vector<int>(num_levels, 1);
  uint64_t max_compaction_bytes = 0;
  bool ignore_max_compaction_bytes_for_input = true;
  // Merge debt in bytes at which writers are slowed down, and at which they wait.
  uint64_t soft_pending_compaction_bytes_limit = 64 * 1073741824ull;
  uint64_t hard_pending_compaction_bytes_limit = 256 * 1073741824ull;
  CompactionStyle compaction_style = kCompactionStyleLevel;
  CompactionPri compaction_pri = kMinOverlappingRatio;
  CompactionOptionsUniversal compaction_options_universal;
  CompactionOptionsFIFO compaction_options_fifo;
  uint64_t max_sequential_skip_in_iterations = 8;
  std::shared_ptr<MemTableRepFactory> memtable_factory =
      std::shared_ptr<SkipListFactory>(new SkipListFactory);
  using TablePropertiesCollectorFactories =
      std::vector<std::shared_ptr<TablePropertiesCollectorFactory>>;
  TablePropertiesCollectorFactories table_properties_collector_factories;
  size_t max_successive_merges = 0;
  bool optimize_filters_for_hits = false;
  bool check_flush_compaction_key_order = true;
  bool paranoid_file_checks = false;
  bool force_consistency_checks = true;
  bool report_bg_io_stats = false;
  // Seconds; the default lets the compaction style decide, 0 is off.
  uint64_t ttl = 0xfffffffffffffffe;
  uint64_t periodic_compaction_seconds = 0xfffffffffffffffe;
  uint64_t sample_for_compression = 0;
  Temperature bottommost_temperature = Temperature::kUnknown;
  Temperature last_level_temperature = Temperature::kUnknown;
  uint64_t preclude_last_level_data_seconds = 0;
  uint64_t preserve_internal_time_seconds = 0;
  // Large values in files of their own, and how these are cleaned.
  bool enable_blob_files = false;
  uint64_t min_blob_size = 0;
  uint64_t blob_file_size = 1ULL << 28;
  CompressionType blob_compression_type = kNoCompression;
  bool enable_blob_garbage_collection = false;
  double blob_garbage_collection_age_cutoff = 0.25;
  double blob_garbage_collection_force_threshold = 1.0;
  uint64_t blob_compaction_readahead_size = 0;
  int blob_file_starting_level = 0;
  std::shared_ptr<Cache> blob_cache = nullptr;
  PrepopulateBlobCache prepopulate_blob_cache = PrepopulateBlobCache::kDisable;
  uint32_t memtable_protection_bytes_per_key = 0;
  AdvancedColumnFamilyOptions();
  explicit AdvancedColumnFamilyOptions(const Options& options);
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_ADVANCED_OPTIONS_H_
