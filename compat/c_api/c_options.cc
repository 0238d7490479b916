// Setters and getters of the C interface: options of a store and of its column families.
#include "compat/c_api/c_types.h"

using rocksdb_c::Assign;

rocksdb_options_t* rocksdb_options_create(void) { return new rocksdb_options_t; }
void rocksdb_options_destroy(rocksdb_options_t* options) { delete options; }
uint64_t rocksdb_options_get_WAL_size_limit_MB(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.WAL_size_limit_MB);
}
uint64_t rocksdb_options_get_WAL_ttl_seconds(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.WAL_ttl_seconds);
}
int rocksdb_options_get_access_hint_on_compaction_start(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.access_hint_on_compaction_start);
}
unsigned char rocksdb_options_get_advise_random_on_open(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.advise_random_on_open);
}
unsigned char rocksdb_options_get_allow_concurrent_memtable_write(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.allow_concurrent_memtable_write);
}
unsigned char rocksdb_options_get_allow_ingest_behind(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.allow_ingest_behind);
}
unsigned char rocksdb_options_get_allow_mmap_reads(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.allow_mmap_reads);
}
unsigned char rocksdb_options_get_allow_mmap_writes(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.allow_mmap_writes);
}
size_t rocksdb_options_get_arena_block_size(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.arena_block_size);
}
unsigned char rocksdb_options_get_atomic_flush(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.atomic_flush);
}
unsigned char rocksdb_options_get_avoid_unnecessary_blocking_io(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.avoid_unnecessary_blocking_io);
}
uint64_t rocksdb_options_get_blob_compaction_readahead_size(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.blob_compaction_readahead_size);
}
int rocksdb_options_get_blob_compression_type(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.blob_compression_type);
}
uint64_t rocksdb_options_get_blob_file_size(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.blob_file_size);
}
int rocksdb_options_get_blob_file_starting_level(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.blob_file_starting_level);
}
uint32_t rocksdb_options_get_bloom_locality(rocksdb_options_t* options) {
  return static_cast<uint32_t>(options->rep.bloom_locality);
}
int rocksdb_options_get_bottommost_compression(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.bottommost_compression);
}
uint64_t rocksdb_options_get_bytes_per_sync(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.bytes_per_sync);
}
size_t rocksdb_options_get_compaction_readahead_size(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.compaction_readahead_size);
}
int rocksdb_options_get_compaction_style(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.compaction_style);
}
int rocksdb_options_get_compression(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.compression);
}
unsigned char rocksdb_options_get_create_if_missing(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.create_if_missing);
}
unsigned char rocksdb_options_get_create_missing_column_families(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.create_missing_column_families);
}
size_t rocksdb_options_get_db_write_buffer_size(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.db_write_buffer_size);
}
uint64_t rocksdb_options_get_delete_obsolete_files_period_micros(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.delete_obsolete_files_period_micros);
}
unsigned char rocksdb_options_get_disable_auto_compactions(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.disable_auto_compactions);
}
unsigned char rocksdb_options_get_enable_blob_files(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.enable_blob_files);
}
unsigned char rocksdb_options_get_enable_pipelined_write(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.enable_pipelined_write);
}
unsigned char rocksdb_options_get_enable_write_thread_adaptive_yield(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.enable_write_thread_adaptive_yield);
}
unsigned char rocksdb_options_get_error_if_exists(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.error_if_exists);
}
double rocksdb_options_get_experimental_mempurge_threshold(rocksdb_options_t* options) {
  return static_cast<double>(options->rep.experimental_mempurge_threshold);
}
size_t rocksdb_options_get_hard_pending_compaction_bytes_limit(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.hard_pending_compaction_bytes_limit);
}
int rocksdb_options_get_info_log_level(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.info_log_level);
}
size_t rocksdb_options_get_inplace_update_num_locks(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.inplace_update_num_locks);
}
unsigned char rocksdb_options_get_inplace_update_support(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.inplace_update_support);
}
unsigned char rocksdb_options_get_is_fd_close_on_exec(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.is_fd_close_on_exec);
}
size_t rocksdb_options_get_keep_log_file_num(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.keep_log_file_num);
}
int rocksdb_options_get_level0_file_num_compaction_trigger(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.level0_file_num_compaction_trigger);
}
int rocksdb_options_get_level0_slowdown_writes_trigger(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.level0_slowdown_writes_trigger);
}
int rocksdb_options_get_level0_stop_writes_trigger(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.level0_stop_writes_trigger);
}
unsigned char rocksdb_options_get_level_compaction_dynamic_level_bytes(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.level_compaction_dynamic_level_bytes);
}
size_t rocksdb_options_get_log_file_time_to_roll(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.log_file_time_to_roll);
}
size_t rocksdb_options_get_manifest_preallocation_size(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.manifest_preallocation_size);
}
unsigned char rocksdb_options_get_manual_wal_flush(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.manual_wal_flush);
}
int rocksdb_options_get_max_background_compactions(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.max_background_compactions);
}
int rocksdb_options_get_max_background_flushes(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.max_background_flushes);
}
int rocksdb_options_get_max_background_jobs(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.max_background_jobs);
}
uint64_t rocksdb_options_get_max_bytes_for_level_base(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.max_bytes_for_level_base);
}
double rocksdb_options_get_max_bytes_for_level_multiplier(rocksdb_options_t* options) {
  return static_cast<double>(options->rep.max_bytes_for_level_multiplier);
}
uint64_t rocksdb_options_get_max_compaction_bytes(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.max_compaction_bytes);
}
int rocksdb_options_get_max_file_opening_threads(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.max_file_opening_threads);
}
size_t rocksdb_options_get_max_log_file_size(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.max_log_file_size);
}
size_t rocksdb_options_get_max_manifest_file_size(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.max_manifest_file_size);
}
int rocksdb_options_get_max_open_files(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.max_open_files);
}
uint64_t rocksdb_options_get_max_sequential_skip_in_iterations(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.max_sequential_skip_in_iterations);
}
uint32_t rocksdb_options_get_max_subcompactions(rocksdb_options_t* options) {
  return static_cast<uint32_t>(options->rep.max_subcompactions);
}
size_t rocksdb_options_get_max_successive_merges(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.max_successive_merges);
}
uint64_t rocksdb_options_get_max_total_wal_size(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.max_total_wal_size);
}
int rocksdb_options_get_max_write_buffer_number(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.max_write_buffer_number);
}
int rocksdb_options_get_max_write_buffer_number_to_maintain(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.max_write_buffer_number_to_maintain);
}
int64_t rocksdb_options_get_max_write_buffer_size_to_maintain(rocksdb_options_t* options) {
  return static_cast<int64_t>(options->rep.max_write_buffer_size_to_maintain);
}
size_t rocksdb_options_get_memtable_huge_page_size(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.memtable_huge_page_size);
}
double rocksdb_options_get_memtable_prefix_bloom_size_ratio(rocksdb_options_t* options) {
  return static_cast<double>(options->rep.memtable_prefix_bloom_size_ratio);
}
uint64_t rocksdb_options_get_min_blob_size(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.min_blob_size);
}
int rocksdb_options_get_min_write_buffer_number_to_merge(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.min_write_buffer_number_to_merge);
}
int rocksdb_options_get_num_levels(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.num_levels);
}
unsigned char rocksdb_options_get_optimize_filters_for_hits(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.optimize_filters_for_hits);
}
unsigned char rocksdb_options_get_paranoid_checks(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.paranoid_checks);
}
int rocksdb_options_get_prepopulate_blob_cache(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.prepopulate_blob_cache);
}
size_t rocksdb_options_get_recycle_log_file_num(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.recycle_log_file_num);
}
unsigned char rocksdb_options_get_report_bg_io_stats(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.report_bg_io_stats);
}
unsigned char rocksdb_options_get_skip_checking_sst_file_sizes_on_db_open(
    rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.skip_checking_sst_file_sizes_on_db_open);
}
unsigned char rocksdb_options_get_skip_stats_update_on_db_open(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.skip_stats_update_on_db_open);
}
size_t rocksdb_options_get_soft_pending_compaction_bytes_limit(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.soft_pending_compaction_bytes_limit);
}
unsigned int rocksdb_options_get_stats_dump_period_sec(rocksdb_options_t* options) {
  return static_cast<unsigned int>(options->rep.stats_dump_period_sec);
}
unsigned int rocksdb_options_get_stats_persist_period_sec(rocksdb_options_t* options) {
  return static_cast<unsigned int>(options->rep.stats_persist_period_sec);
}
int rocksdb_options_get_table_cache_numshardbits(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.table_cache_numshardbits);
}
uint64_t rocksdb_options_get_target_file_size_base(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.target_file_size_base);
}
int rocksdb_options_get_target_file_size_multiplier(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.target_file_size_multiplier);
}
unsigned char rocksdb_options_get_unordered_write(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.unordered_write);
}
unsigned char rocksdb_options_get_use_adaptive_mutex(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.use_adaptive_mutex);
}
unsigned char rocksdb_options_get_use_direct_io_for_flush_and_compaction(
    rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.use_direct_io_for_flush_and_compaction);
}
unsigned char rocksdb_options_get_use_direct_reads(rocksdb_options_t* options) {
  return static_cast<unsigned char>(options->rep.use_direct_reads);
}
int rocksdb_options_get_use_fsync(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.use_fsync);
}
uint64_t rocksdb_options_get_wal_bytes_per_sync(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.wal_bytes_per_sync);
}
int rocksdb_options_get_wal_compression(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.wal_compression);
}
int rocksdb_options_get_wal_recovery_mode(rocksdb_options_t* options) {
  return static_cast<int>(options->rep.wal_recovery_mode);
}
uint64_t rocksdb_options_get_writable_file_max_buffer_size(rocksdb_options_t* options) {
  return static_cast<uint64_t>(options->rep.writable_file_max_buffer_size);
}
size_t rocksdb_options_get_write_buffer_size(rocksdb_options_t* options) {
  return static_cast<size_t>(options->rep.write_buffer_size);
}
void rocksdb_options_set_WAL_size_limit_MB(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.WAL_size_limit_MB, value);
}
void rocksdb_options_set_WAL_ttl_seconds(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.WAL_ttl_seconds, value);
}
void rocksdb_options_set_access_hint_on_compaction_start(rocksdb_options_t* options, int value) {
  Assign(&options->rep.access_hint_on_compaction_start, value);
}
void rocksdb_options_set_advise_random_on_open(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.advise_random_on_open, value);
}
void rocksdb_options_set_allow_concurrent_memtable_write(rocksdb_options_t* options,
                                                         unsigned char value) {
  Assign(&options->rep.allow_concurrent_memtable_write, value);
}
void rocksdb_options_set_allow_ingest_behind(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.allow_ingest_behind, value);
}
void rocksdb_options_set_allow_mmap_reads(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.allow_mmap_reads, value);
}
void rocksdb_options_set_allow_mmap_writes(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.allow_mmap_writes, value);
}
void rocksdb_options_set_arena_block_size(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.arena_block_size, value);
}
void rocksdb_options_set_atomic_flush(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.atomic_flush, value);
}
void rocksdb_options_set_avoid_unnecessary_blocking_io(rocksdb_options_t* options,
                                                       unsigned char value) {
  Assign(&options->rep.avoid_unnecessary_blocking_io, value);
}
void rocksdb_options_set_blob_compaction_readahead_size(rocksdb_options_t* options,
                                                        uint64_t value) {
  Assign(&options->rep.blob_compaction_readahead_size, value);
}
void rocksdb_options_set_blob_compression_type(rocksdb_options_t* options, int value) {
  Assign(&options->rep.blob_compression_type, value);
}
void rocksdb_options_set_blob_file_size(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.blob_file_size, value);
}
void rocksdb_options_set_blob_file_starting_level(rocksdb_options_t* options, int value) {
  Assign(&options->rep.blob_file_starting_level, value);
}
void rocksdb_options_set_bloom_locality(rocksdb_options_t* options, uint32_t value) {
  Assign(&options->rep.bloom_locality, value);
}
void rocksdb_options_set_bottommost_compression(rocksdb_options_t* options, int value) {
  Assign(&options->rep.bottommost_compression, value);
}
void rocksdb_options_set_bytes_per_sync(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.bytes_per_sync, value);
}
void rocksdb_options_set_compaction_style(rocksdb_options_t* options, int value) {
  Assign(&options->rep.compaction_style, value);
}
void rocksdb_options_set_compression(rocksdb_options_t* options, int value) {
  Assign(&options->rep.compression, value);
}
void rocksdb_options_set_create_if_missing(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.create_if_missing, value);
}
void rocksdb_options_set_create_missing_column_families(rocksdb_options_t* options,
                                                        unsigned char value) {
  Assign(&options->rep.create_missing_column_families, value);
}
void rocksdb_options_set_db_write_buffer_size(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.db_write_buffer_size, value);
}
void rocksdb_options_set_delete_obsolete_files_period_micros(rocksdb_options_t* options,
                                                             uint64_t value) {
  Assign(&options->rep.delete_obsolete_files_period_micros, value);
}
void rocksdb_options_set_disable_auto_compactions(rocksdb_options_t* options, int value) {
  Assign(&options->rep.disable_auto_compactions, value);
}
void rocksdb_options_set_dump_malloc_stats(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.dump_malloc_stats, value);
}
void rocksdb_options_set_enable_blob_files(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.enable_blob_files, value);
}
void rocksdb_options_set_enable_pipelined_write(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.enable_pipelined_write, value);
}
void rocksdb_options_set_enable_write_thread_adaptive_yield(rocksdb_options_t* options,
                                                            unsigned char value) {
  Assign(&options->rep.enable_write_thread_adaptive_yield, value);
}
void rocksdb_options_set_error_if_exists(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.error_if_exists, value);
}
void rocksdb_options_set_experimental_mempurge_threshold(rocksdb_options_t* options, double value) {
  Assign(&options->rep.experimental_mempurge_threshold, value);
}
void rocksdb_options_set_hard_pending_compaction_bytes_limit(rocksdb_options_t* options,
                                                             size_t value) {
  Assign(&options->rep.hard_pending_compaction_bytes_limit, value);
}
void rocksdb_options_set_info_log_level(rocksdb_options_t* options, int value) {
  Assign(&options->rep.info_log_level, value);
}
void rocksdb_options_set_inplace_update_num_locks(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.inplace_update_num_locks, value);
}
void rocksdb_options_set_inplace_update_support(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.inplace_update_support, value);
}
void rocksdb_options_set_is_fd_close_on_exec(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.is_fd_close_on_exec, value);
}
void rocksdb_options_set_keep_log_file_num(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.keep_log_file_num, value);
}
void rocksdb_options_set_level0_file_num_compaction_trigger(rocksdb_options_t* options, int value) {
  Assign(&options->rep.level0_file_num_compaction_trigger, value);
}
void rocksdb_options_set_level0_slowdown_writes_trigger(rocksdb_options_t* options, int value) {
  Assign(&options->rep.level0_slowdown_writes_trigger, value);
}
void rocksdb_options_set_level0_stop_writes_trigger(rocksdb_options_t* options, int value) {
  Assign(&options->rep.level0_stop_writes_trigger, value);
}
void rocksdb_options_set_level_compaction_dynamic_level_bytes(rocksdb_options_t* options,
                                                              unsigned char value) {
  Assign(&options->rep.level_compaction_dynamic_level_bytes, value);
}
void rocksdb_options_set_log_file_time_to_roll(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.log_file_time_to_roll, value);
}
void rocksdb_options_set_manifest_preallocation_size(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.manifest_preallocation_size, value);
}
void rocksdb_options_set_manual_wal_flush(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.manual_wal_flush, value);
}
void rocksdb_options_set_max_background_compactions(rocksdb_options_t* options, int value) {
  Assign(&options->rep.max_background_compactions, value);
}
void rocksdb_options_set_max_background_flushes(rocksdb_options_t* options, int value) {
  Assign(&options->rep.max_background_flushes, value);
}
void rocksdb_options_set_max_background_jobs(rocksdb_options_t* options, int value) {
  Assign(&options->rep.max_background_jobs, value);
}
void rocksdb_options_set_max_bytes_for_level_base(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.max_bytes_for_level_base, value);
}
void rocksdb_options_set_max_bytes_for_level_multiplier(rocksdb_options_t* options, double value) {
  Assign(&options->rep.max_bytes_for_level_multiplier, value);
}
void rocksdb_options_set_max_compaction_bytes(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.max_compaction_bytes, value);
}
void rocksdb_options_set_max_file_opening_threads(rocksdb_options_t* options, int value) {
  Assign(&options->rep.max_file_opening_threads, value);
}
void rocksdb_options_set_max_log_file_size(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.max_log_file_size, value);
}
void rocksdb_options_set_max_manifest_file_size(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.max_manifest_file_size, value);
}
void rocksdb_options_set_max_open_files(rocksdb_options_t* options, int value) {
  Assign(&options->rep.max_open_files, value);
}
void rocksdb_options_set_max_sequential_skip_in_iterations(rocksdb_options_t* options,
                                                           uint64_t value) {
  Assign(&options->rep.max_sequential_skip_in_iterations, value);
}
void rocksdb_options_set_max_subcompactions(rocksdb_options_t* options, uint32_t value) {
  Assign(&options->rep.max_subcompactions, value);
}
void rocksdb_options_set_max_successive_merges(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.max_successive_merges, value);
}
void rocksdb_options_set_max_total_wal_size(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.max_total_wal_size, value);
}
void rocksdb_options_set_max_write_buffer_number(rocksdb_options_t* options, int value) {
  Assign(&options->rep.max_write_buffer_number, value);
}
void rocksdb_options_set_max_write_buffer_number_to_maintain(rocksdb_options_t* options,
                                                             int value) {
  Assign(&options->rep.max_write_buffer_number_to_maintain, value);
}
void rocksdb_options_set_max_write_buffer_size_to_maintain(rocksdb_options_t* options,
                                                           int64_t value) {
  Assign(&options->rep.max_write_buffer_size_to_maintain, value);
}
void rocksdb_options_set_memtable_huge_page_size(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.memtable_huge_page_size, value);
}
void rocksdb_options_set_memtable_prefix_bloom_size_ratio(rocksdb_options_t* options,
                                                          double value) {
  Assign(&options->rep.memtable_prefix_bloom_size_ratio, value);
}
void rocksdb_options_set_memtable_whole_key_filtering(rocksdb_options_t* options,
                                                      unsigned char value) {
  Assign(&options->rep.memtable_whole_key_filtering, value);
}
void rocksdb_options_set_min_blob_size(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.min_blob_size, value);
}
void rocksdb_options_set_min_write_buffer_number_to_merge(rocksdb_options_t* options, int value) {
  Assign(&options->rep.min_write_buffer_number_to_merge, value);
}
void rocksdb_options_set_num_levels(rocksdb_options_t* options, int value) {
  Assign(&options->rep.num_levels, value);
}
void rocksdb_options_set_optimize_filters_for_hits(rocksdb_options_t* options, int value) {
  Assign(&options->rep.optimize_filters_for_hits, value);
}
void rocksdb_options_set_paranoid_checks(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.paranoid_checks, value);
}
void rocksdb_options_set_prepopulate_blob_cache(rocksdb_options_t* options, int value) {
  Assign(&options->rep.prepopulate_blob_cache, value);
}
void rocksdb_options_set_recycle_log_file_num(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.recycle_log_file_num, value);
}
void rocksdb_options_set_report_bg_io_stats(rocksdb_options_t* options, int value) {
  Assign(&options->rep.report_bg_io_stats, value);
}
void rocksdb_options_set_skip_checking_sst_file_sizes_on_db_open(rocksdb_options_t* options,
                                                                 unsigned char value) {
  Assign(&options->rep.skip_checking_sst_file_sizes_on_db_open, value);
}
void rocksdb_options_set_skip_stats_update_on_db_open(rocksdb_options_t* options,
                                                      unsigned char value) {
  Assign(&options->rep.skip_stats_update_on_db_open, value);
}
void rocksdb_options_set_soft_pending_compaction_bytes_limit(rocksdb_options_t* options,
                                                             size_t value) {
  Assign(&options->rep.soft_pending_compaction_bytes_limit, value);
}
void rocksdb_options_set_table_cache_numshardbits(rocksdb_options_t* options, int value) {
  Assign(&options->rep.table_cache_numshardbits, value);
}
void rocksdb_options_set_target_file_size_base(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.target_file_size_base, value);
}
void rocksdb_options_set_target_file_size_multiplier(rocksdb_options_t* options, int value) {
  Assign(&options->rep.target_file_size_multiplier, value);
}
void rocksdb_options_set_unordered_write(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.unordered_write, value);
}
void rocksdb_options_set_use_adaptive_mutex(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.use_adaptive_mutex, value);
}
void rocksdb_options_set_use_direct_io_for_flush_and_compaction(rocksdb_options_t* options,
                                                                unsigned char value) {
  Assign(&options->rep.use_direct_io_for_flush_and_compaction, value);
}
void rocksdb_options_set_use_direct_reads(rocksdb_options_t* options, unsigned char value) {
  Assign(&options->rep.use_direct_reads, value);
}
void rocksdb_options_set_use_fsync(rocksdb_options_t* options, int value) {
  Assign(&options->rep.use_fsync, value);
}
void rocksdb_options_set_wal_bytes_per_sync(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.wal_bytes_per_sync, value);
}
void rocksdb_options_set_wal_compression(rocksdb_options_t* options, int value) {
  Assign(&options->rep.wal_compression, value);
}
void rocksdb_options_set_wal_recovery_mode(rocksdb_options_t* options, int value) {
  Assign(&options->rep.wal_recovery_mode, value);
}
void rocksdb_options_set_writable_file_max_buffer_size(rocksdb_options_t* options, uint64_t value) {
  Assign(&options->rep.writable_file_max_buffer_size, value);
}
void rocksdb_options_set_write_buffer_size(rocksdb_options_t* options, size_t value) {
  Assign(&options->rep.write_buffer_size, value);
}
