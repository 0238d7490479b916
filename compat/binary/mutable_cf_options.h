// The flattened options of a column family that tools of 7.8 build on their own stack.
//
// Layout: 504 bytes. Thread safety: none.

#ifndef AETHER_COMPAT_BINARY_MUTABLE_CF_OPTIONS_H_
#define AETHER_COMPAT_BINARY_MUTABLE_CF_OPTIONS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "rocksdb/options.h"

namespace rocksdb {

struct MutableCFOptions {
  explicit MutableCFOptions(const Options& options);

  size_t write_buffer_size;
  int max_write_buffer_number;
  size_t arena_block_size;
  double memtable_prefix_bloom_size_ratio;
  bool memtable_whole_key_filtering;
  size_t memtable_huge_page_size;
  size_t max_successive_merges;
  size_t inplace_update_num_locks;
  std::shared_ptr<const SliceTransform> prefix_extractor;
  double experimental_mempurge_threshold;
  bool disable_auto_compactions;
  uint64_t soft_pending_compaction_bytes_limit;
  uint64_t hard_pending_compaction_bytes_limit;
  int level0_file_num_compaction_trigger;
  int level0_slowdown_writes_trigger;
  int level0_stop_writes_trigger;
  uint64_t max_compaction_bytes;
  bool ignore_max_compaction_bytes_for_input;
  uint64_t target_file_size_base;
  int target_file_size_multiplier;
  uint64_t max_bytes_for_level_base;
  double max_bytes_for_level_multiplier;
  uint64_t ttl;
  uint64_t periodic_compaction_seconds;
  std::vector<int> max_bytes_for_level_multiplier_additional;
  CompactionOptionsFIFO compaction_options_fifo;
  CompactionOptionsUniversal compaction_options_universal;
  bool enable_blob_files;
  uint64_t min_blob_size;
  uint64_t blob_file_size;
  CompressionType blob_compression_type;
  bool enable_blob_garbage_collection;
  double blob_garbage_collection_age_cutoff;
  double blob_garbage_collection_force_threshold;
  uint64_t blob_compaction_readahead_size;
  int blob_file_starting_level;
  PrepopulateBlobCache prepopulate_blob_cache;
  uint64_t max_sequential_skip_in_iterations;
  bool check_flush_compaction_key_order;
  bool paranoid_file_checks;
  bool report_bg_io_stats;
  CompressionType compression;
  CompressionType bottommost_compression;
  CompressionOptions compression_opts;
  CompressionOptions bottommost_compression_opts;
  Temperature last_level_temperature;
  uint32_t memtable_protection_bytes_per_key;
  uint64_t sample_for_compression;
  std::vector<CompressionType> compression_per_level;

  std::vector<uint64_t> max_file_size;  // one per level
};
static_assert(sizeof(MutableCFOptions) == 504);

// The size limit of a file in a level. With dynamic level sizes the levels count from base_level.
uint64_t MaxFileSizeForLevel(const MutableCFOptions& cf_options, int level,
                             CompactionStyle compaction_style, int base_level = 1,
                             bool level_compaction_dynamic_level_bytes = false);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_MUTABLE_CF_OPTIONS_H_
