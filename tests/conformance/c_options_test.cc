// The C interface to options: each is set to what it was not, and read back.

#include <rocksdb/c.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {

#define SET_AND_GET(set, get, value)                                   \
  NO(static_cast<double>(get(options)) == static_cast<double>(value)); \
  set(options, value);                                                 \
  EQ(static_cast<double>(get(options)), static_cast<double>(value))

CASE(c_backup_options_are_kept) {
  rocksdb_backup_engine_options_t* options = rocksdb_backup_engine_options_create("/nowhere");
  SET_AND_GET(rocksdb_backup_engine_options_set_share_table_files,
              rocksdb_backup_engine_options_get_share_table_files, 0);
  SET_AND_GET(rocksdb_backup_engine_options_set_sync, rocksdb_backup_engine_options_get_sync, 0);
  SET_AND_GET(rocksdb_backup_engine_options_set_destroy_old_data,
              rocksdb_backup_engine_options_get_destroy_old_data, 1);
  SET_AND_GET(rocksdb_backup_engine_options_set_backup_log_files,
              rocksdb_backup_engine_options_get_backup_log_files, 0);
  SET_AND_GET(rocksdb_backup_engine_options_set_backup_rate_limit,
              rocksdb_backup_engine_options_get_backup_rate_limit, 3);
  SET_AND_GET(rocksdb_backup_engine_options_set_restore_rate_limit,
              rocksdb_backup_engine_options_get_restore_rate_limit, 4);
  SET_AND_GET(rocksdb_backup_engine_options_set_max_background_operations,
              rocksdb_backup_engine_options_get_max_background_operations, 5);
  SET_AND_GET(rocksdb_backup_engine_options_set_callback_trigger_interval_size,
              rocksdb_backup_engine_options_get_callback_trigger_interval_size, 6);
  SET_AND_GET(rocksdb_backup_engine_options_set_max_valid_backups_to_open,
              rocksdb_backup_engine_options_get_max_valid_backups_to_open, 7);
  SET_AND_GET(rocksdb_backup_engine_options_set_share_files_with_checksum_naming,
              rocksdb_backup_engine_options_get_share_files_with_checksum_naming, 1);
  rocksdb_backup_engine_options_destroy(options);
}

CASE(c_options_are_kept) {
  rocksdb_options_t* options = rocksdb_options_create();
  SET_AND_GET(rocksdb_options_set_allow_ingest_behind, rocksdb_options_get_allow_ingest_behind, 1);
  SET_AND_GET(rocksdb_options_set_create_if_missing, rocksdb_options_get_create_if_missing, 1);
  SET_AND_GET(rocksdb_options_set_create_missing_column_families,
              rocksdb_options_get_create_missing_column_families, 1);
  SET_AND_GET(rocksdb_options_set_error_if_exists, rocksdb_options_get_error_if_exists, 1);
  SET_AND_GET(rocksdb_options_set_paranoid_checks, rocksdb_options_get_paranoid_checks, 0);
  SET_AND_GET(rocksdb_options_set_info_log_level, rocksdb_options_get_info_log_level, 2);
  SET_AND_GET(rocksdb_options_set_write_buffer_size, rocksdb_options_get_write_buffer_size, 8);
  SET_AND_GET(rocksdb_options_set_db_write_buffer_size, rocksdb_options_get_db_write_buffer_size,
              9);
  SET_AND_GET(rocksdb_options_set_max_open_files, rocksdb_options_get_max_open_files, 10);
  SET_AND_GET(rocksdb_options_set_max_file_opening_threads,
              rocksdb_options_get_max_file_opening_threads, 11);
  SET_AND_GET(rocksdb_options_set_max_total_wal_size, rocksdb_options_get_max_total_wal_size, 12);
  SET_AND_GET(rocksdb_options_set_compression_options_zstd_max_train_bytes,
              rocksdb_options_get_compression_options_zstd_max_train_bytes, 13);
  SET_AND_GET(rocksdb_options_set_compression_options_use_zstd_dict_trainer,
              rocksdb_options_get_compression_options_use_zstd_dict_trainer, 0);
  SET_AND_GET(rocksdb_options_set_compression_options_parallel_threads,
              rocksdb_options_get_compression_options_parallel_threads, 14);
  SET_AND_GET(rocksdb_options_set_compression_options_max_dict_buffer_bytes,
              rocksdb_options_get_compression_options_max_dict_buffer_bytes, 15);
  SET_AND_GET(rocksdb_options_set_num_levels, rocksdb_options_get_num_levels, 16);
  SET_AND_GET(rocksdb_options_set_level0_file_num_compaction_trigger,
              rocksdb_options_get_level0_file_num_compaction_trigger, 17);
  SET_AND_GET(rocksdb_options_set_level0_slowdown_writes_trigger,
              rocksdb_options_get_level0_slowdown_writes_trigger, 18);
  SET_AND_GET(rocksdb_options_set_level0_stop_writes_trigger,
              rocksdb_options_get_level0_stop_writes_trigger, 19);
  SET_AND_GET(rocksdb_options_set_target_file_size_base, rocksdb_options_get_target_file_size_base,
              20);
  SET_AND_GET(rocksdb_options_set_target_file_size_multiplier,
              rocksdb_options_get_target_file_size_multiplier, 21);
  SET_AND_GET(rocksdb_options_set_max_bytes_for_level_base,
              rocksdb_options_get_max_bytes_for_level_base, 22);
  SET_AND_GET(rocksdb_options_set_level_compaction_dynamic_level_bytes,
              rocksdb_options_get_level_compaction_dynamic_level_bytes, 1);
  SET_AND_GET(rocksdb_options_set_max_bytes_for_level_multiplier,
              rocksdb_options_get_max_bytes_for_level_multiplier, 0.25);
  SET_AND_GET(rocksdb_options_set_skip_stats_update_on_db_open,
              rocksdb_options_get_skip_stats_update_on_db_open, 1);
  SET_AND_GET(rocksdb_options_set_skip_checking_sst_file_sizes_on_db_open,
              rocksdb_options_get_skip_checking_sst_file_sizes_on_db_open, 1);
  SET_AND_GET(rocksdb_options_set_enable_blob_files, rocksdb_options_get_enable_blob_files, 1);
  SET_AND_GET(rocksdb_options_set_min_blob_size, rocksdb_options_get_min_blob_size, 23);
  SET_AND_GET(rocksdb_options_set_blob_file_size, rocksdb_options_get_blob_file_size, 24);
  SET_AND_GET(rocksdb_options_set_blob_compression_type, rocksdb_options_get_blob_compression_type,
              4);
  SET_AND_GET(rocksdb_options_set_enable_blob_gc, rocksdb_options_get_enable_blob_gc, 1);
  SET_AND_GET(rocksdb_options_set_blob_gc_age_cutoff, rocksdb_options_get_blob_gc_age_cutoff, 0.75);
  SET_AND_GET(rocksdb_options_set_blob_gc_force_threshold,
              rocksdb_options_get_blob_gc_force_threshold, 0.25);
  SET_AND_GET(rocksdb_options_set_blob_compaction_readahead_size,
              rocksdb_options_get_blob_compaction_readahead_size, 25);
  SET_AND_GET(rocksdb_options_set_blob_file_starting_level,
              rocksdb_options_get_blob_file_starting_level, 26);
  SET_AND_GET(rocksdb_options_set_prepopulate_blob_cache,
              rocksdb_options_get_prepopulate_blob_cache, 1);
  SET_AND_GET(rocksdb_options_set_max_write_buffer_number,
              rocksdb_options_get_max_write_buffer_number, 27);
  SET_AND_GET(rocksdb_options_set_min_write_buffer_number_to_merge,
              rocksdb_options_get_min_write_buffer_number_to_merge, 28);
  SET_AND_GET(rocksdb_options_set_max_write_buffer_number_to_maintain,
              rocksdb_options_get_max_write_buffer_number_to_maintain, 29);
  SET_AND_GET(rocksdb_options_set_max_write_buffer_size_to_maintain,
              rocksdb_options_get_max_write_buffer_size_to_maintain, 30);
  SET_AND_GET(rocksdb_options_set_enable_pipelined_write,
              rocksdb_options_get_enable_pipelined_write, 1);
  SET_AND_GET(rocksdb_options_set_unordered_write, rocksdb_options_get_unordered_write, 1);
  SET_AND_GET(rocksdb_options_set_max_subcompactions, rocksdb_options_get_max_subcompactions, 31);
  SET_AND_GET(rocksdb_options_set_max_background_jobs, rocksdb_options_get_max_background_jobs, 32);
  SET_AND_GET(rocksdb_options_set_max_background_compactions,
              rocksdb_options_get_max_background_compactions, 33);
  SET_AND_GET(rocksdb_options_set_max_background_flushes,
              rocksdb_options_get_max_background_flushes, 34);
  SET_AND_GET(rocksdb_options_set_max_log_file_size, rocksdb_options_get_max_log_file_size, 35);
  SET_AND_GET(rocksdb_options_set_log_file_time_to_roll, rocksdb_options_get_log_file_time_to_roll,
              36);
  SET_AND_GET(rocksdb_options_set_keep_log_file_num, rocksdb_options_get_keep_log_file_num, 37);
  SET_AND_GET(rocksdb_options_set_recycle_log_file_num, rocksdb_options_get_recycle_log_file_num,
              38);
  SET_AND_GET(rocksdb_options_set_soft_pending_compaction_bytes_limit,
              rocksdb_options_get_soft_pending_compaction_bytes_limit, 39);
  SET_AND_GET(rocksdb_options_set_hard_pending_compaction_bytes_limit,
              rocksdb_options_get_hard_pending_compaction_bytes_limit, 40);
  SET_AND_GET(rocksdb_options_set_max_manifest_file_size,
              rocksdb_options_get_max_manifest_file_size, 41);
  SET_AND_GET(rocksdb_options_set_table_cache_numshardbits,
              rocksdb_options_get_table_cache_numshardbits, 42);
  SET_AND_GET(rocksdb_options_set_arena_block_size, rocksdb_options_get_arena_block_size, 43);
  SET_AND_GET(rocksdb_options_set_use_fsync, rocksdb_options_get_use_fsync, 1);
  SET_AND_GET(rocksdb_options_set_WAL_ttl_seconds, rocksdb_options_get_WAL_ttl_seconds, 44);
  SET_AND_GET(rocksdb_options_set_WAL_size_limit_MB, rocksdb_options_get_WAL_size_limit_MB, 45);
  SET_AND_GET(rocksdb_options_set_manifest_preallocation_size,
              rocksdb_options_get_manifest_preallocation_size, 46);
  SET_AND_GET(rocksdb_options_set_allow_mmap_reads, rocksdb_options_get_allow_mmap_reads, 1);
  SET_AND_GET(rocksdb_options_set_allow_mmap_writes, rocksdb_options_get_allow_mmap_writes, 1);
  SET_AND_GET(rocksdb_options_set_use_direct_reads, rocksdb_options_get_use_direct_reads, 1);
  SET_AND_GET(rocksdb_options_set_use_direct_io_for_flush_and_compaction,
              rocksdb_options_get_use_direct_io_for_flush_and_compaction, 1);
  SET_AND_GET(rocksdb_options_set_is_fd_close_on_exec, rocksdb_options_get_is_fd_close_on_exec, 0);
  SET_AND_GET(rocksdb_options_set_stats_dump_period_sec, rocksdb_options_get_stats_dump_period_sec,
              47);
  SET_AND_GET(rocksdb_options_set_stats_persist_period_sec,
              rocksdb_options_get_stats_persist_period_sec, 48);
  SET_AND_GET(rocksdb_options_set_advise_random_on_open, rocksdb_options_get_advise_random_on_open,
              0);
  SET_AND_GET(rocksdb_options_set_access_hint_on_compaction_start,
              rocksdb_options_get_access_hint_on_compaction_start, 2);
  SET_AND_GET(rocksdb_options_set_use_adaptive_mutex, rocksdb_options_get_use_adaptive_mutex, 1);
  SET_AND_GET(rocksdb_options_set_bytes_per_sync, rocksdb_options_get_bytes_per_sync, 49);
  SET_AND_GET(rocksdb_options_set_wal_bytes_per_sync, rocksdb_options_get_wal_bytes_per_sync, 50);
  SET_AND_GET(rocksdb_options_set_writable_file_max_buffer_size,
              rocksdb_options_get_writable_file_max_buffer_size, 51);
  SET_AND_GET(rocksdb_options_set_allow_concurrent_memtable_write,
              rocksdb_options_get_allow_concurrent_memtable_write, 0);
  SET_AND_GET(rocksdb_options_set_enable_write_thread_adaptive_yield,
              rocksdb_options_get_enable_write_thread_adaptive_yield, 0);
  SET_AND_GET(rocksdb_options_set_max_sequential_skip_in_iterations,
              rocksdb_options_get_max_sequential_skip_in_iterations, 9);
  SET_AND_GET(rocksdb_options_set_disable_auto_compactions,
              rocksdb_options_get_disable_auto_compactions, 1);
  SET_AND_GET(rocksdb_options_set_optimize_filters_for_hits,
              rocksdb_options_get_optimize_filters_for_hits, 1);
  SET_AND_GET(rocksdb_options_set_delete_obsolete_files_period_micros,
              rocksdb_options_get_delete_obsolete_files_period_micros, 52);
  SET_AND_GET(rocksdb_options_set_memtable_prefix_bloom_size_ratio,
              rocksdb_options_get_memtable_prefix_bloom_size_ratio, 0.25);
  SET_AND_GET(rocksdb_options_set_max_compaction_bytes, rocksdb_options_get_max_compaction_bytes,
              53);
  SET_AND_GET(rocksdb_options_set_memtable_huge_page_size,
              rocksdb_options_get_memtable_huge_page_size, 54);
  SET_AND_GET(rocksdb_options_set_max_successive_merges, rocksdb_options_get_max_successive_merges,
              55);
  SET_AND_GET(rocksdb_options_set_bloom_locality, rocksdb_options_get_bloom_locality, 56);
  SET_AND_GET(rocksdb_options_set_inplace_update_support,
              rocksdb_options_get_inplace_update_support, 1);
  SET_AND_GET(rocksdb_options_set_inplace_update_num_locks,
              rocksdb_options_get_inplace_update_num_locks, 57);
  SET_AND_GET(rocksdb_options_set_report_bg_io_stats, rocksdb_options_get_report_bg_io_stats, 1);
  SET_AND_GET(rocksdb_options_set_avoid_unnecessary_blocking_io,
              rocksdb_options_get_avoid_unnecessary_blocking_io, 1);
  SET_AND_GET(rocksdb_options_set_experimental_mempurge_threshold,
              rocksdb_options_get_experimental_mempurge_threshold, 0.25);
  SET_AND_GET(rocksdb_options_set_wal_recovery_mode, rocksdb_options_get_wal_recovery_mode, 1);
  SET_AND_GET(rocksdb_options_set_compression, rocksdb_options_get_compression, 4);
  SET_AND_GET(rocksdb_options_set_bottommost_compression,
              rocksdb_options_get_bottommost_compression, 7);
  SET_AND_GET(rocksdb_options_set_compaction_style, rocksdb_options_get_compaction_style, 1);
  SET_AND_GET(rocksdb_options_set_atomic_flush, rocksdb_options_get_atomic_flush, 1);
  SET_AND_GET(rocksdb_options_set_manual_wal_flush, rocksdb_options_get_manual_wal_flush, 1);
  SET_AND_GET(rocksdb_options_set_wal_compression, rocksdb_options_get_wal_compression, 7);
  rocksdb_options_t* copy = rocksdb_options_create_copy(options);
  EQ(rocksdb_options_get_max_open_files(copy), rocksdb_options_get_max_open_files(options));
  rocksdb_options_destroy(copy);
  rocksdb_options_destroy(options);
}

CASE(c_read_options_are_kept) {
  rocksdb_readoptions_t* options = rocksdb_readoptions_create();
  SET_AND_GET(rocksdb_readoptions_set_verify_checksums, rocksdb_readoptions_get_verify_checksums,
              0);
  SET_AND_GET(rocksdb_readoptions_set_fill_cache, rocksdb_readoptions_get_fill_cache, 0);
  SET_AND_GET(rocksdb_readoptions_set_read_tier, rocksdb_readoptions_get_read_tier, 1);
  SET_AND_GET(rocksdb_readoptions_set_tailing, rocksdb_readoptions_get_tailing, 1);
  SET_AND_GET(rocksdb_readoptions_set_readahead_size, rocksdb_readoptions_get_readahead_size, 58);
  SET_AND_GET(rocksdb_readoptions_set_prefix_same_as_start,
              rocksdb_readoptions_get_prefix_same_as_start, 1);
  SET_AND_GET(rocksdb_readoptions_set_pin_data, rocksdb_readoptions_get_pin_data, 1);
  SET_AND_GET(rocksdb_readoptions_set_total_order_seek, rocksdb_readoptions_get_total_order_seek,
              1);
  SET_AND_GET(rocksdb_readoptions_set_max_skippable_internal_keys,
              rocksdb_readoptions_get_max_skippable_internal_keys, 59);
  SET_AND_GET(rocksdb_readoptions_set_background_purge_on_iterator_cleanup,
              rocksdb_readoptions_get_background_purge_on_iterator_cleanup, 1);
  SET_AND_GET(rocksdb_readoptions_set_ignore_range_deletions,
              rocksdb_readoptions_get_ignore_range_deletions, 1);
  SET_AND_GET(rocksdb_readoptions_set_deadline, rocksdb_readoptions_get_deadline, 60);
  SET_AND_GET(rocksdb_readoptions_set_io_timeout, rocksdb_readoptions_get_io_timeout, 61);
  rocksdb_readoptions_destroy(options);
}

CASE(c_write_options_are_kept) {
  rocksdb_writeoptions_t* options = rocksdb_writeoptions_create();
  SET_AND_GET(rocksdb_writeoptions_set_sync, rocksdb_writeoptions_get_sync, 1);
  SET_AND_GET(rocksdb_writeoptions_set_ignore_missing_column_families,
              rocksdb_writeoptions_get_ignore_missing_column_families, 1);
  SET_AND_GET(rocksdb_writeoptions_set_no_slowdown, rocksdb_writeoptions_get_no_slowdown, 1);
  SET_AND_GET(rocksdb_writeoptions_set_low_pri, rocksdb_writeoptions_get_low_pri, 1);
  SET_AND_GET(rocksdb_writeoptions_set_memtable_insert_hint_per_batch,
              rocksdb_writeoptions_get_memtable_insert_hint_per_batch, 1);
  EQ(static_cast<int>(rocksdb_writeoptions_get_disable_WAL(options)), 0);
  rocksdb_writeoptions_disable_WAL(options, 1);
  EQ(static_cast<int>(rocksdb_writeoptions_get_disable_WAL(options)), 1);
  rocksdb_writeoptions_destroy(options);
}

CASE(c_compact_options_are_kept) {
  rocksdb_compactoptions_t* options = rocksdb_compactoptions_create();
  SET_AND_GET(rocksdb_compactoptions_set_exclusive_manual_compaction,
              rocksdb_compactoptions_get_exclusive_manual_compaction, 1);
  SET_AND_GET(rocksdb_compactoptions_set_bottommost_level_compaction,
              rocksdb_compactoptions_get_bottommost_level_compaction, 2);
  SET_AND_GET(rocksdb_compactoptions_set_change_level, rocksdb_compactoptions_get_change_level, 1);
  SET_AND_GET(rocksdb_compactoptions_set_target_level, rocksdb_compactoptions_get_target_level, 62);
  rocksdb_compactoptions_destroy(options);
}

CASE(c_flush_options_are_kept) {
  rocksdb_flushoptions_t* options = rocksdb_flushoptions_create();
  SET_AND_GET(rocksdb_flushoptions_set_wait, rocksdb_flushoptions_get_wait, 0);
  rocksdb_flushoptions_destroy(options);
}

CASE(c_universal_options_are_kept) {
  rocksdb_universal_compaction_options_t* options = rocksdb_universal_compaction_options_create();
  SET_AND_GET(rocksdb_universal_compaction_options_set_size_ratio,
              rocksdb_universal_compaction_options_get_size_ratio, 63);
  SET_AND_GET(rocksdb_universal_compaction_options_set_min_merge_width,
              rocksdb_universal_compaction_options_get_min_merge_width, 64);
  SET_AND_GET(rocksdb_universal_compaction_options_set_max_merge_width,
              rocksdb_universal_compaction_options_get_max_merge_width, 65);
  SET_AND_GET(rocksdb_universal_compaction_options_set_max_size_amplification_percent,
              rocksdb_universal_compaction_options_get_max_size_amplification_percent, 66);
  SET_AND_GET(rocksdb_universal_compaction_options_set_compression_size_percent,
              rocksdb_universal_compaction_options_get_compression_size_percent, 67);
  SET_AND_GET(rocksdb_universal_compaction_options_set_stop_style,
              rocksdb_universal_compaction_options_get_stop_style, 0);
  rocksdb_universal_compaction_options_destroy(options);
}

CASE(c_fifo_options_are_kept) {
  rocksdb_fifo_compaction_options_t* options = rocksdb_fifo_compaction_options_create();
  SET_AND_GET(rocksdb_fifo_compaction_options_set_max_table_files_size,
              rocksdb_fifo_compaction_options_get_max_table_files_size, 68);
  rocksdb_fifo_compaction_options_destroy(options);
}

}  // namespace
}  // namespace conformance
