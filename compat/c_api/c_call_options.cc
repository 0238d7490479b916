// Setters and getters of the C interface: options of single calls, tables, compactions and
// transactions.
#include "compat/c_api/c_types.h"

using rocksdb_c::Assign;

rocksdb_readoptions_t* rocksdb_readoptions_create(void) { return new rocksdb_readoptions_t; }
void rocksdb_readoptions_destroy(rocksdb_readoptions_t* options) { delete options; }
unsigned char rocksdb_readoptions_get_background_purge_on_iterator_cleanup(
    rocksdb_readoptions_t* options) {
  return static_cast<unsigned char>(options->rep.background_purge_on_iterator_cleanup);
}
uint64_t rocksdb_readoptions_get_deadline(rocksdb_readoptions_t* options) {
  return static_cast<uint64_t>(options->rep.deadline.count());
}
unsigned char rocksdb_readoptions_get_fill_cache(rocksdb_readoptions_t* options) {
  return static_cast<unsigned char>(options->rep.fill_cache);
}
unsigned char rocksdb_readoptions_get_ignore_range_deletions(rocksdb_readoptions_t* options) {
  return static_cast<unsigned char>(options->rep.ignore_range_deletions);
}
uint64_t rocksdb_readoptions_get_io_timeout(rocksdb_readoptions_t* options) {
  return static_cast<uint64_t>(options->rep.io_timeout.count());
}
uint64_t rocksdb_readoptions_get_max_skippable_internal_keys(rocksdb_readoptions_t* options) {
  return static_cast<uint64_t>(options->rep.max_skippable_internal_keys);
}
unsigned char rocksdb_readoptions_get_pin_data(rocksdb_readoptions_t* options) {
  return static_cast<unsigned char>(options->rep.pin_data);
}
unsigned char rocksdb_readoptions_get_prefix_same_as_start(rocksdb_readoptions_t* options) {
  return static_cast<unsigned char>(options->rep.prefix_same_as_start);
}
int rocksdb_readoptions_get_read_tier(rocksdb_readoptions_t* options) {
  return static_cast<int>(options->rep.read_tier);
}
size_t rocksdb_readoptions_get_readahead_size(rocksdb_readoptions_t* options) {
  return static_cast<size_t>(options->rep.readahead_size);
}
unsigned char rocksdb_readoptions_get_tailing(rocksdb_readoptions_t* options) {
  return static_cast<unsigned char>(options->rep.tailing);
}
unsigned char rocksdb_readoptions_get_total_order_seek(rocksdb_readoptions_t* options) {
  return static_cast<unsigned char>(options->rep.total_order_seek);
}
unsigned char rocksdb_readoptions_get_verify_checksums(rocksdb_readoptions_t* options) {
  return static_cast<unsigned char>(options->rep.verify_checksums);
}
void rocksdb_readoptions_set_background_purge_on_iterator_cleanup(rocksdb_readoptions_t* options,
                                                                  unsigned char value) {
  Assign(&options->rep.background_purge_on_iterator_cleanup, value);
}
void rocksdb_readoptions_set_deadline(rocksdb_readoptions_t* options, uint64_t value) {
  Assign(&options->rep.deadline, value);
}
void rocksdb_readoptions_set_fill_cache(rocksdb_readoptions_t* options, unsigned char value) {
  Assign(&options->rep.fill_cache, value);
}
void rocksdb_readoptions_set_ignore_range_deletions(rocksdb_readoptions_t* options,
                                                    unsigned char value) {
  Assign(&options->rep.ignore_range_deletions, value);
}
void rocksdb_readoptions_set_io_timeout(rocksdb_readoptions_t* options, uint64_t value) {
  Assign(&options->rep.io_timeout, value);
}
void rocksdb_readoptions_set_managed(rocksdb_readoptions_t* options, unsigned char value) {
  Assign(&options->rep.managed, value);
}
void rocksdb_readoptions_set_max_skippable_internal_keys(rocksdb_readoptions_t* options,
                                                         uint64_t value) {
  Assign(&options->rep.max_skippable_internal_keys, value);
}
void rocksdb_readoptions_set_pin_data(rocksdb_readoptions_t* options, unsigned char value) {
  Assign(&options->rep.pin_data, value);
}
void rocksdb_readoptions_set_prefix_same_as_start(rocksdb_readoptions_t* options,
                                                  unsigned char value) {
  Assign(&options->rep.prefix_same_as_start, value);
}
void rocksdb_readoptions_set_read_tier(rocksdb_readoptions_t* options, int value) {
  Assign(&options->rep.read_tier, value);
}
void rocksdb_readoptions_set_readahead_size(rocksdb_readoptions_t* options, size_t value) {
  Assign(&options->rep.readahead_size, value);
}
void rocksdb_readoptions_set_tailing(rocksdb_readoptions_t* options, unsigned char value) {
  Assign(&options->rep.tailing, value);
}
void rocksdb_readoptions_set_total_order_seek(rocksdb_readoptions_t* options, unsigned char value) {
  Assign(&options->rep.total_order_seek, value);
}
void rocksdb_readoptions_set_verify_checksums(rocksdb_readoptions_t* options, unsigned char value) {
  Assign(&options->rep.verify_checksums, value);
}

rocksdb_writeoptions_t* rocksdb_writeoptions_create(void) { return new rocksdb_writeoptions_t; }
void rocksdb_writeoptions_destroy(rocksdb_writeoptions_t* options) { delete options; }
unsigned char rocksdb_writeoptions_get_ignore_missing_column_families(
    rocksdb_writeoptions_t* options) {
  return static_cast<unsigned char>(options->rep.ignore_missing_column_families);
}
unsigned char rocksdb_writeoptions_get_low_pri(rocksdb_writeoptions_t* options) {
  return static_cast<unsigned char>(options->rep.low_pri);
}
unsigned char rocksdb_writeoptions_get_memtable_insert_hint_per_batch(
    rocksdb_writeoptions_t* options) {
  return static_cast<unsigned char>(options->rep.memtable_insert_hint_per_batch);
}
unsigned char rocksdb_writeoptions_get_no_slowdown(rocksdb_writeoptions_t* options) {
  return static_cast<unsigned char>(options->rep.no_slowdown);
}
unsigned char rocksdb_writeoptions_get_sync(rocksdb_writeoptions_t* options) {
  return static_cast<unsigned char>(options->rep.sync);
}
void rocksdb_writeoptions_set_ignore_missing_column_families(rocksdb_writeoptions_t* options,
                                                             unsigned char value) {
  Assign(&options->rep.ignore_missing_column_families, value);
}
void rocksdb_writeoptions_set_low_pri(rocksdb_writeoptions_t* options, unsigned char value) {
  Assign(&options->rep.low_pri, value);
}
void rocksdb_writeoptions_set_memtable_insert_hint_per_batch(rocksdb_writeoptions_t* options,
                                                             unsigned char value) {
  Assign(&options->rep.memtable_insert_hint_per_batch, value);
}
void rocksdb_writeoptions_set_no_slowdown(rocksdb_writeoptions_t* options, unsigned char value) {
  Assign(&options->rep.no_slowdown, value);
}
void rocksdb_writeoptions_set_sync(rocksdb_writeoptions_t* options, unsigned char value) {
  Assign(&options->rep.sync, value);
}

rocksdb_flushoptions_t* rocksdb_flushoptions_create(void) { return new rocksdb_flushoptions_t; }
void rocksdb_flushoptions_destroy(rocksdb_flushoptions_t* options) { delete options; }
unsigned char rocksdb_flushoptions_get_wait(rocksdb_flushoptions_t* options) {
  return static_cast<unsigned char>(options->rep.wait);
}
void rocksdb_flushoptions_set_wait(rocksdb_flushoptions_t* options, unsigned char value) {
  Assign(&options->rep.wait, value);
}

rocksdb_compactoptions_t* rocksdb_compactoptions_create(void) {
  return new rocksdb_compactoptions_t;
}
void rocksdb_compactoptions_destroy(rocksdb_compactoptions_t* options) { delete options; }
unsigned char rocksdb_compactoptions_get_bottommost_level_compaction(
    rocksdb_compactoptions_t* options) {
  return static_cast<unsigned char>(options->rep.bottommost_level_compaction);
}
unsigned char rocksdb_compactoptions_get_change_level(rocksdb_compactoptions_t* options) {
  return static_cast<unsigned char>(options->rep.change_level);
}
unsigned char rocksdb_compactoptions_get_exclusive_manual_compaction(
    rocksdb_compactoptions_t* options) {
  return static_cast<unsigned char>(options->rep.exclusive_manual_compaction);
}
int rocksdb_compactoptions_get_target_level(rocksdb_compactoptions_t* options) {
  return static_cast<int>(options->rep.target_level);
}
void rocksdb_compactoptions_set_bottommost_level_compaction(rocksdb_compactoptions_t* options,
                                                            unsigned char value) {
  Assign(&options->rep.bottommost_level_compaction, value);
}
void rocksdb_compactoptions_set_change_level(rocksdb_compactoptions_t* options,
                                             unsigned char value) {
  Assign(&options->rep.change_level, value);
}
void rocksdb_compactoptions_set_exclusive_manual_compaction(rocksdb_compactoptions_t* options,
                                                            unsigned char value) {
  Assign(&options->rep.exclusive_manual_compaction, value);
}
void rocksdb_compactoptions_set_target_level(rocksdb_compactoptions_t* options, int value) {
  Assign(&options->rep.target_level, value);
}

rocksdb_block_based_table_options_t* rocksdb_block_based_options_create(void) {
  return new rocksdb_block_based_table_options_t;
}
void rocksdb_block_based_options_destroy(rocksdb_block_based_table_options_t* options) {
  delete options;
}
void rocksdb_block_based_options_set_block_restart_interval(
    rocksdb_block_based_table_options_t* options, int value) {
  Assign(&options->rep.block_restart_interval, value);
}
void rocksdb_block_based_options_set_block_size(rocksdb_block_based_table_options_t* options,
                                                size_t value) {
  Assign(&options->rep.block_size, value);
}
void rocksdb_block_based_options_set_block_size_deviation(
    rocksdb_block_based_table_options_t* options, int value) {
  Assign(&options->rep.block_size_deviation, value);
}
void rocksdb_block_based_options_set_cache_index_and_filter_blocks(
    rocksdb_block_based_table_options_t* options, unsigned char value) {
  Assign(&options->rep.cache_index_and_filter_blocks, value);
}
void rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(
    rocksdb_block_based_table_options_t* options, unsigned char value) {
  Assign(&options->rep.cache_index_and_filter_blocks_with_high_priority, value);
}
void rocksdb_block_based_options_set_data_block_index_type(
    rocksdb_block_based_table_options_t* options, int value) {
  Assign(&options->rep.data_block_index_type, value);
}
void rocksdb_block_based_options_set_format_version(rocksdb_block_based_table_options_t* options,
                                                    int value) {
  Assign(&options->rep.format_version, value);
}
void rocksdb_block_based_options_set_index_block_restart_interval(
    rocksdb_block_based_table_options_t* options, int value) {
  Assign(&options->rep.index_block_restart_interval, value);
}
void rocksdb_block_based_options_set_index_type(rocksdb_block_based_table_options_t* options,
                                                int value) {
  Assign(&options->rep.index_type, value);
}
void rocksdb_block_based_options_set_metadata_block_size(
    rocksdb_block_based_table_options_t* options, uint64_t value) {
  Assign(&options->rep.metadata_block_size, value);
}
void rocksdb_block_based_options_set_no_block_cache(rocksdb_block_based_table_options_t* options,
                                                    unsigned char value) {
  Assign(&options->rep.no_block_cache, value);
}
void rocksdb_block_based_options_set_partition_filters(rocksdb_block_based_table_options_t* options,
                                                       unsigned char value) {
  Assign(&options->rep.partition_filters, value);
}
void rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(
    rocksdb_block_based_table_options_t* options, unsigned char value) {
  Assign(&options->rep.pin_l0_filter_and_index_blocks_in_cache, value);
}
void rocksdb_block_based_options_set_pin_top_level_index_and_filter(
    rocksdb_block_based_table_options_t* options, unsigned char value) {
  Assign(&options->rep.pin_top_level_index_and_filter, value);
}
void rocksdb_block_based_options_set_use_delta_encoding(
    rocksdb_block_based_table_options_t* options, unsigned char value) {
  Assign(&options->rep.use_delta_encoding, value);
}
void rocksdb_block_based_options_set_whole_key_filtering(
    rocksdb_block_based_table_options_t* options, unsigned char value) {
  Assign(&options->rep.whole_key_filtering, value);
}

rocksdb_universal_compaction_options_t* rocksdb_universal_compaction_options_create(void) {
  return new rocksdb_universal_compaction_options_t;
}
void rocksdb_universal_compaction_options_destroy(rocksdb_universal_compaction_options_t* options) {
  delete options;
}
int rocksdb_universal_compaction_options_get_compression_size_percent(
    rocksdb_universal_compaction_options_t* options) {
  return static_cast<int>(options->rep.compression_size_percent);
}
int rocksdb_universal_compaction_options_get_max_merge_width(
    rocksdb_universal_compaction_options_t* options) {
  return static_cast<int>(options->rep.max_merge_width);
}
int rocksdb_universal_compaction_options_get_max_size_amplification_percent(
    rocksdb_universal_compaction_options_t* options) {
  return static_cast<int>(options->rep.max_size_amplification_percent);
}
int rocksdb_universal_compaction_options_get_min_merge_width(
    rocksdb_universal_compaction_options_t* options) {
  return static_cast<int>(options->rep.min_merge_width);
}
int rocksdb_universal_compaction_options_get_size_ratio(
    rocksdb_universal_compaction_options_t* options) {
  return static_cast<int>(options->rep.size_ratio);
}
int rocksdb_universal_compaction_options_get_stop_style(
    rocksdb_universal_compaction_options_t* options) {
  return static_cast<int>(options->rep.stop_style);
}
void rocksdb_universal_compaction_options_set_compression_size_percent(
    rocksdb_universal_compaction_options_t* options, int value) {
  Assign(&options->rep.compression_size_percent, value);
}
void rocksdb_universal_compaction_options_set_max_merge_width(
    rocksdb_universal_compaction_options_t* options, int value) {
  Assign(&options->rep.max_merge_width, value);
}
void rocksdb_universal_compaction_options_set_max_size_amplification_percent(
    rocksdb_universal_compaction_options_t* options, int value) {
  Assign(&options->rep.max_size_amplification_percent, value);
}
void rocksdb_universal_compaction_options_set_min_merge_width(
    rocksdb_universal_compaction_options_t* options, int value) {
  Assign(&options->rep.min_merge_width, value);
}
void rocksdb_universal_compaction_options_set_size_ratio(
    rocksdb_universal_compaction_options_t* options, int value) {
  Assign(&options->rep.size_ratio, value);
}
void rocksdb_universal_compaction_options_set_stop_style(
    rocksdb_universal_compaction_options_t* options, int value) {
  Assign(&options->rep.stop_style, value);
}

rocksdb_fifo_compaction_options_t* rocksdb_fifo_compaction_options_create(void) {
  return new rocksdb_fifo_compaction_options_t;
}
void rocksdb_fifo_compaction_options_destroy(rocksdb_fifo_compaction_options_t* options) {
  delete options;
}
uint64_t rocksdb_fifo_compaction_options_get_max_table_files_size(
    rocksdb_fifo_compaction_options_t* options) {
  return static_cast<uint64_t>(options->rep.max_table_files_size);
}
void rocksdb_fifo_compaction_options_set_max_table_files_size(
    rocksdb_fifo_compaction_options_t* options, uint64_t value) {
  Assign(&options->rep.max_table_files_size, value);
}

rocksdb_ingestexternalfileoptions_t* rocksdb_ingestexternalfileoptions_create(void) {
  return new rocksdb_ingestexternalfileoptions_t;
}
void rocksdb_ingestexternalfileoptions_destroy(rocksdb_ingestexternalfileoptions_t* options) {
  delete options;
}
void rocksdb_ingestexternalfileoptions_set_allow_blocking_flush(
    rocksdb_ingestexternalfileoptions_t* options, unsigned char value) {
  Assign(&options->rep.allow_blocking_flush, value);
}
void rocksdb_ingestexternalfileoptions_set_allow_global_seqno(
    rocksdb_ingestexternalfileoptions_t* options, unsigned char value) {
  Assign(&options->rep.allow_global_seqno, value);
}
void rocksdb_ingestexternalfileoptions_set_ingest_behind(
    rocksdb_ingestexternalfileoptions_t* options, unsigned char value) {
  Assign(&options->rep.ingest_behind, value);
}
void rocksdb_ingestexternalfileoptions_set_move_files(rocksdb_ingestexternalfileoptions_t* options,
                                                      unsigned char value) {
  Assign(&options->rep.move_files, value);
}
void rocksdb_ingestexternalfileoptions_set_snapshot_consistency(
    rocksdb_ingestexternalfileoptions_t* options, unsigned char value) {
  Assign(&options->rep.snapshot_consistency, value);
}

rocksdb_lru_cache_options_t* rocksdb_lru_cache_options_create(void) {
  return new rocksdb_lru_cache_options_t;
}
void rocksdb_lru_cache_options_destroy(rocksdb_lru_cache_options_t* options) { delete options; }

rocksdb_transaction_options_t* rocksdb_transaction_options_create(void) {
  return new rocksdb_transaction_options_t;
}
void rocksdb_transaction_options_destroy(rocksdb_transaction_options_t* options) { delete options; }
void rocksdb_transaction_options_set_deadlock_detect(rocksdb_transaction_options_t* options,
                                                     unsigned char value) {
  Assign(&options->rep.deadlock_detect, value);
}
void rocksdb_transaction_options_set_deadlock_detect_depth(rocksdb_transaction_options_t* options,
                                                           int64_t value) {
  Assign(&options->rep.deadlock_detect_depth, value);
}
void rocksdb_transaction_options_set_expiration(rocksdb_transaction_options_t* options,
                                                int64_t value) {
  Assign(&options->rep.expiration, value);
}
void rocksdb_transaction_options_set_lock_timeout(rocksdb_transaction_options_t* options,
                                                  int64_t value) {
  Assign(&options->rep.lock_timeout, value);
}
void rocksdb_transaction_options_set_max_write_batch_size(rocksdb_transaction_options_t* options,
                                                          size_t value) {
  Assign(&options->rep.max_write_batch_size, value);
}
void rocksdb_transaction_options_set_set_snapshot(rocksdb_transaction_options_t* options,
                                                  unsigned char value) {
  Assign(&options->rep.set_snapshot, value);
}
void rocksdb_transaction_options_set_skip_prepare(rocksdb_transaction_options_t* options,
                                                  unsigned char value) {
  Assign(&options->rep.skip_prepare, value);
}

rocksdb_transactiondb_options_t* rocksdb_transactiondb_options_create(void) {
  return new rocksdb_transactiondb_options_t;
}
void rocksdb_transactiondb_options_destroy(rocksdb_transactiondb_options_t* options) {
  delete options;
}
void rocksdb_transactiondb_options_set_default_lock_timeout(
    rocksdb_transactiondb_options_t* options, int64_t value) {
  Assign(&options->rep.default_lock_timeout, value);
}
void rocksdb_transactiondb_options_set_max_num_locks(rocksdb_transactiondb_options_t* options,
                                                     int64_t value) {
  Assign(&options->rep.max_num_locks, value);
}
void rocksdb_transactiondb_options_set_num_stripes(rocksdb_transactiondb_options_t* options,
                                                   size_t value) {
  Assign(&options->rep.num_stripes, value);
}
void rocksdb_transactiondb_options_set_transaction_lock_timeout(
    rocksdb_transactiondb_options_t* options, int64_t value) {
  Assign(&options->rep.transaction_lock_timeout, value);
}

rocksdb_optimistictransaction_options_t* rocksdb_optimistictransaction_options_create(void) {
  return new rocksdb_optimistictransaction_options_t;
}
void rocksdb_optimistictransaction_options_destroy(
    rocksdb_optimistictransaction_options_t* options) {
  delete options;
}
void rocksdb_optimistictransaction_options_set_set_snapshot(
    rocksdb_optimistictransaction_options_t* options, unsigned char value) {
  Assign(&options->rep.set_snapshot, value);
}

rocksdb_restore_options_t* rocksdb_restore_options_create(void) {
  return new rocksdb_restore_options_t;
}
void rocksdb_restore_options_destroy(rocksdb_restore_options_t* options) { delete options; }
void rocksdb_restore_options_set_keep_log_files(rocksdb_restore_options_t* options, int value) {
  Assign(&options->rep.keep_log_files, value);
}

void rocksdb_backup_engine_options_destroy(rocksdb_backup_engine_options_t* options) {
  delete options;
}
unsigned char rocksdb_backup_engine_options_get_backup_log_files(
    rocksdb_backup_engine_options_t* options) {
  return static_cast<unsigned char>(options->rep.backup_log_files);
}
uint64_t rocksdb_backup_engine_options_get_backup_rate_limit(
    rocksdb_backup_engine_options_t* options) {
  return static_cast<uint64_t>(options->rep.backup_rate_limit);
}
uint64_t rocksdb_backup_engine_options_get_callback_trigger_interval_size(
    rocksdb_backup_engine_options_t* options) {
  return static_cast<uint64_t>(options->rep.callback_trigger_interval_size);
}
unsigned char rocksdb_backup_engine_options_get_destroy_old_data(
    rocksdb_backup_engine_options_t* options) {
  return static_cast<unsigned char>(options->rep.destroy_old_data);
}
int rocksdb_backup_engine_options_get_max_background_operations(
    rocksdb_backup_engine_options_t* options) {
  return static_cast<int>(options->rep.max_background_operations);
}
int rocksdb_backup_engine_options_get_max_valid_backups_to_open(
    rocksdb_backup_engine_options_t* options) {
  return static_cast<int>(options->rep.max_valid_backups_to_open);
}
uint64_t rocksdb_backup_engine_options_get_restore_rate_limit(
    rocksdb_backup_engine_options_t* options) {
  return static_cast<uint64_t>(options->rep.restore_rate_limit);
}
int rocksdb_backup_engine_options_get_share_files_with_checksum_naming(
    rocksdb_backup_engine_options_t* options) {
  return static_cast<int>(options->rep.share_files_with_checksum_naming);
}
unsigned char rocksdb_backup_engine_options_get_share_table_files(
    rocksdb_backup_engine_options_t* options) {
  return static_cast<unsigned char>(options->rep.share_table_files);
}
unsigned char rocksdb_backup_engine_options_get_sync(rocksdb_backup_engine_options_t* options) {
  return static_cast<unsigned char>(options->rep.sync);
}
void rocksdb_backup_engine_options_set_backup_log_files(rocksdb_backup_engine_options_t* options,
                                                        unsigned char value) {
  Assign(&options->rep.backup_log_files, value);
}
void rocksdb_backup_engine_options_set_backup_rate_limit(rocksdb_backup_engine_options_t* options,
                                                         uint64_t value) {
  Assign(&options->rep.backup_rate_limit, value);
}
void rocksdb_backup_engine_options_set_callback_trigger_interval_size(
    rocksdb_backup_engine_options_t* options, uint64_t value) {
  Assign(&options->rep.callback_trigger_interval_size, value);
}
void rocksdb_backup_engine_options_set_destroy_old_data(rocksdb_backup_engine_options_t* options,
                                                        unsigned char value) {
  Assign(&options->rep.destroy_old_data, value);
}
void rocksdb_backup_engine_options_set_max_background_operations(
    rocksdb_backup_engine_options_t* options, int value) {
  Assign(&options->rep.max_background_operations, value);
}
void rocksdb_backup_engine_options_set_max_valid_backups_to_open(
    rocksdb_backup_engine_options_t* options, int value) {
  Assign(&options->rep.max_valid_backups_to_open, value);
}
void rocksdb_backup_engine_options_set_restore_rate_limit(rocksdb_backup_engine_options_t* options,
                                                          uint64_t value) {
  Assign(&options->rep.restore_rate_limit, value);
}
void rocksdb_backup_engine_options_set_share_files_with_checksum_naming(
    rocksdb_backup_engine_options_t* options, int value) {
  Assign(&options->rep.share_files_with_checksum_naming, value);
}
void rocksdb_backup_engine_options_set_share_table_files(rocksdb_backup_engine_options_t* options,
                                                         unsigned char value) {
  Assign(&options->rep.share_table_files, value);
}
void rocksdb_backup_engine_options_set_sync(rocksdb_backup_engine_options_t* options,
                                            unsigned char value) {
  Assign(&options->rep.sync, value);
}

rocksdb_cuckoo_table_options_t* rocksdb_cuckoo_options_create(void) {
  return new rocksdb_cuckoo_table_options_t;
}
void rocksdb_cuckoo_options_destroy(rocksdb_cuckoo_table_options_t* options) { delete options; }
void rocksdb_cuckoo_options_set_cuckoo_block_size(rocksdb_cuckoo_table_options_t* options,
                                                  uint32_t value) {
  Assign(&options->rep.cuckoo_block_size, value);
}
void rocksdb_cuckoo_options_set_identity_as_first_hash(rocksdb_cuckoo_table_options_t* options,
                                                       unsigned char value) {
  Assign(&options->rep.identity_as_first_hash, value);
}
void rocksdb_cuckoo_options_set_max_search_depth(rocksdb_cuckoo_table_options_t* options,
                                                 uint32_t value) {
  Assign(&options->rep.max_search_depth, value);
}
void rocksdb_cuckoo_options_set_use_module_hash(rocksdb_cuckoo_table_options_t* options,
                                                unsigned char value) {
  Assign(&options->rep.use_module_hash, value);
}

rocksdb_envoptions_t* rocksdb_envoptions_create(void) { return new rocksdb_envoptions_t; }
void rocksdb_envoptions_destroy(rocksdb_envoptions_t* options) { delete options; }
