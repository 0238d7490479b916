#include "compat/binary/mutable_cf_options.h"

#include <algorithm>
#include <limits>

namespace rocksdb {

MutableCFOptions::MutableCFOptions(const Options& options)
    : write_buffer_size(options.write_buffer_size),
      max_write_buffer_number(options.max_write_buffer_number),
      arena_block_size(options.arena_block_size),
      memtable_prefix_bloom_size_ratio(options.memtable_prefix_bloom_size_ratio),
      memtable_whole_key_filtering(options.memtable_whole_key_filtering),
      memtable_huge_page_size(options.memtable_huge_page_size),
      max_successive_merges(options.max_successive_merges),
      inplace_update_num_locks(options.inplace_update_num_locks),
      prefix_extractor(options.prefix_extractor),
      experimental_mempurge_threshold(options.experimental_mempurge_threshold),
      disable_auto_compactions(options.disable_auto_compactions),
      soft_pending_compaction_bytes_limit(options.soft_pending_compaction_bytes_limit),
      hard_pending_compaction_bytes_limit(options.hard_pending_compaction_bytes_limit),
      level0_file_num_compaction_trigger(options.level0_file_num_compaction_trigger),
      level0_slowdown_writes_trigger(options.level0_slowdown_writes_trigger),
      level0_stop_writes_trigger(options.level0_stop_writes_trigger),
      max_compaction_bytes(options.max_compaction_bytes),
      ignore_max_compaction_bytes_for_input(options.ignore_max_compaction_bytes_for_input),
      target_file_size_base(options.target_file_size_base),
      target_file_size_multiplier(options.target_file_size_multiplier),
      max_bytes_for_level_base(options.max_bytes_for_level_base),
      max_bytes_for_level_multiplier(options.max_bytes_for_level_multiplier),
      ttl(options.ttl),
      periodic_compaction_seconds(options.periodic_compaction_seconds),
      max_bytes_for_level_multiplier_additional(options.max_bytes_for_level_multiplier_additional),
      compaction_options_fifo(options.compaction_options_fifo),
      compaction_options_universal(options.compaction_options_universal),
      enable_blob_files(options.enable_blob_files),
      min_blob_size(options.min_blob_size),
      blob_file_size(options.blob_file_size),
      blob_compression_type(options.blob_compression_type),
      enable_blob_garbage_collection(options.enable_blob_garbage_collection),
      blob_garbage_collection_age_cutoff(options.blob_garbage_collection_age_cutoff),
      blob_garbage_collection_force_threshold(options.blob_garbage_collection_force_threshold),
      blob_compaction_readahead_size(options.blob_compaction_readahead_size),
      blob_file_starting_level(options.blob_file_starting_level),
      prepopulate_blob_cache(options.prepopulate_blob_cache),
      max_sequential_skip_in_iterations(options.max_sequential_skip_in_iterations),
      check_flush_compaction_key_order(options.check_flush_compaction_key_order),
      paranoid_file_checks(options.paranoid_file_checks),
      report_bg_io_stats(options.report_bg_io_stats),
      compression(options.compression),
      bottommost_compression(options.bottommost_compression),
      compression_opts(options.compression_opts),
      bottommost_compression_opts(options.bottommost_compression_opts),
      last_level_temperature(options.last_level_temperature),
      memtable_protection_bytes_per_key(options.memtable_protection_bytes_per_key),
      sample_for_compression(options.sample_for_compression),
      compression_per_level(options.compression_per_level) {
  const size_t levels = static_cast<size_t>(std::max(options.num_levels, 1));
  max_file_size.assign(levels, target_file_size_base);
  for (size_t level = 2; level < levels; ++level) {
    const double next = static_cast<double>(max_file_size[level - 1]) * target_file_size_multiplier;
    constexpr uint64_t kLargest = std::numeric_limits<uint64_t>::max();
    max_file_size[level] =
        next < static_cast<double>(kLargest) ? static_cast<uint64_t>(next) : kLargest;
  }
  if (options.compaction_style == kCompactionStyleUniversal) {
    max_file_size[0] = std::numeric_limits<uint64_t>::max();
  }
}

uint64_t MaxFileSizeForLevel(const MutableCFOptions& cf_options, int level,
                             CompactionStyle compaction_style, int base_level,
                             bool level_compaction_dynamic_level_bytes) {
  const bool shifted = level_compaction_dynamic_level_bytes && level >= base_level &&
                       compaction_style == kCompactionStyleLevel;
  return cf_options.max_file_size.at(static_cast<size_t>(shifted ? level - base_level : level));
}

}  // namespace rocksdb
