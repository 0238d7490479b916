// The dump of options that opens every LOG: names, padding and order as tools expect them.

#include <string>
#include <unordered_map>

#include "compat/options/option_text.h"
#include "rocksdb/cache.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/comparator.h"
#include "rocksdb/env.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/file_system.h"
#include "rocksdb/memtablerep.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/options.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/sst_file_manager.h"
#include "rocksdb/sst_partitioner.h"
#include "rocksdb/statistics.h"
#include "rocksdb/table.h"
#include "rocksdb/table_properties.h"
#include "rocksdb/utilities/options_type.h"
#include "rocksdb/wal_filter.h"

namespace rocksdb {

namespace {

const char* NameOf(const Customizable* object, const char* none) {
  return object != nullptr ? object->Name() : none;
}

template <typename T>
std::string EnumText(const std::unordered_map<std::string, T>& names, T value) {
  std::string text = "Unknown " + std::to_string(static_cast<int>(value));
  SerializeEnum(names, value, &text);
  return text;
}

}  // namespace

void DBOptions::Dump(Logger* log) const {
  Header(log, "                        Options.error_if_exists: %d", error_if_exists);
  Header(log, "                      Options.create_if_missing: %d", create_if_missing);
  Header(log, "                        Options.paranoid_checks: %d", paranoid_checks);
  Header(log, "            Options.flush_verify_memtable_count: %d", flush_verify_memtable_count);
  Header(log, "                              Options.track_and_verify_wals_in_manifest: %d",
         track_and_verify_wals_in_manifest);
  Header(log, "       Options.verify_sst_unique_id_in_manifest: %d",
         verify_sst_unique_id_in_manifest);
  Header(log, "                                    Options.env: %p", static_cast<const void*>(env));
  Header(log, "                                     Options.fs: %s", env->GetFileSystem()->Name());
  Header(log, "                               Options.info_log: %p",
         static_cast<const void*>(info_log.get()));
  Header(log, "               Options.max_file_opening_threads: %d", max_file_opening_threads);
  Header(log, "                             Options.statistics: %p",
         static_cast<const void*>(statistics.get()));
  Header(log, "                              Options.use_fsync: %d", use_fsync);
  Header(log, "                      Options.max_log_file_size: %llu",
         static_cast<unsigned long long>(max_log_file_size));
  Header(log, "                 Options.max_manifest_file_size: %llu",
         static_cast<unsigned long long>(max_manifest_file_size));
  Header(log, "                  Options.log_file_time_to_roll: %llu",
         static_cast<unsigned long long>(log_file_time_to_roll));
  Header(log, "                      Options.keep_log_file_num: %llu",
         static_cast<unsigned long long>(keep_log_file_num));
  Header(log, "                   Options.recycle_log_file_num: %llu",
         static_cast<unsigned long long>(recycle_log_file_num));
  Header(log, "                        Options.allow_fallocate: %d", allow_fallocate);
  Header(log, "                       Options.allow_mmap_reads: %d", allow_mmap_reads);
  Header(log, "                      Options.allow_mmap_writes: %d", allow_mmap_writes);
  Header(log, "                       Options.use_direct_reads: %d", use_direct_reads);
  Header(log, "                       Options.use_direct_io_for_flush_and_compaction: %d",
         use_direct_io_for_flush_and_compaction);
  Header(log, "         Options.create_missing_column_families: %d",
         create_missing_column_families);
  Header(log, "                             Options.db_log_dir: %s", db_log_dir.c_str());
  Header(log, "                                Options.wal_dir: %s", wal_dir.c_str());
  Header(log, "               Options.table_cache_numshardbits: %d", table_cache_numshardbits);
  Header(log, "                        Options.WAL_ttl_seconds: %llu",
         static_cast<unsigned long long>(WAL_ttl_seconds));
  Header(log, "                      Options.WAL_size_limit_MB: %llu",
         static_cast<unsigned long long>(WAL_size_limit_MB));
  Header(log, "                       Options.max_write_batch_group_size_bytes: %llu",
         static_cast<unsigned long long>(max_write_batch_group_size_bytes));
  Header(log, "            Options.manifest_preallocation_size: %llu",
         static_cast<unsigned long long>(manifest_preallocation_size));
  Header(log, "                    Options.is_fd_close_on_exec: %d", is_fd_close_on_exec);
  Header(log, "                  Options.advise_random_on_open: %d", advise_random_on_open);
  Header(log, "                   Options.db_write_buffer_size: %llu",
         static_cast<unsigned long long>(db_write_buffer_size));
  Header(log, "                   Options.write_buffer_manager: %p",
         static_cast<const void*>(write_buffer_manager.get()));
  Header(log, "        Options.access_hint_on_compaction_start: %d",
         static_cast<int>(access_hint_on_compaction_start));
  Header(log, "          Options.random_access_max_buffer_size: %llu",
         static_cast<unsigned long long>(random_access_max_buffer_size));
  Header(log, "                     Options.use_adaptive_mutex: %d", use_adaptive_mutex);
  Header(log, "                           Options.rate_limiter: %p",
         static_cast<const void*>(rate_limiter.get()));
  Header(log, "    Options.sst_file_manager.rate_bytes_per_sec: %lld",
         static_cast<long long>(
             sst_file_manager != nullptr ? sst_file_manager->GetDeleteRateBytesPerSecond() : 0));
  Header(log, "                      Options.wal_recovery_mode: %d",
         static_cast<int>(wal_recovery_mode));
  Header(log, "                 Options.enable_thread_tracking: %d", enable_thread_tracking);
  Header(log, "                 Options.enable_pipelined_write: %d", enable_pipelined_write);
  Header(log, "                 Options.unordered_write: %d", unordered_write);
  Header(log, "        Options.allow_concurrent_memtable_write: %d",
         allow_concurrent_memtable_write);
  Header(log, "     Options.enable_write_thread_adaptive_yield: %d",
         enable_write_thread_adaptive_yield);
  Header(log, "            Options.write_thread_max_yield_usec: %llu",
         static_cast<unsigned long long>(write_thread_max_yield_usec));
  Header(log, "           Options.write_thread_slow_yield_usec: %llu",
         static_cast<unsigned long long>(write_thread_slow_yield_usec));
  Header(log, "                              Options.row_cache: %s",
         row_cache != nullptr ? row_cache->GetPrintableOptions().c_str() : "None");
  Header(log, "                             Options.wal_filter: %s",
         wal_filter != nullptr ? wal_filter->Name() : "None");
  Header(log, "            Options.avoid_flush_during_recovery: %d", avoid_flush_during_recovery);
  Header(log, "            Options.allow_ingest_behind: %d", allow_ingest_behind);
  Header(log, "            Options.two_write_queues: %d", two_write_queues);
  Header(log, "            Options.manual_wal_flush: %d", manual_wal_flush);
  Header(log, "            Options.wal_compression: %d", static_cast<int>(wal_compression));
  Header(log, "            Options.atomic_flush: %d", atomic_flush);
  Header(log, "            Options.avoid_unnecessary_blocking_io: %d",
         avoid_unnecessary_blocking_io);
  Header(log, "                Options.persist_stats_to_disk: %d", persist_stats_to_disk);
  Header(log, "                Options.write_dbid_to_manifest: %d", write_dbid_to_manifest);
  Header(log, "                Options.log_readahead_size: %llu",
         static_cast<unsigned long long>(log_readahead_size));
  Header(log, "                Options.file_checksum_gen_factory: %s",
         file_checksum_gen_factory != nullptr ? file_checksum_gen_factory->Name()
                                              : kUnknownFileChecksumFuncName);
  Header(log, "                Options.best_efforts_recovery: %d", best_efforts_recovery);
  Header(log, "               Options.max_bgerror_resume_count: %d", max_bgerror_resume_count);
  Header(log, "           Options.bgerror_resume_retry_interval: %llu",
         static_cast<unsigned long long>(bgerror_resume_retry_interval));
  Header(log, "            Options.allow_data_in_errors: %d", allow_data_in_errors);
  Header(log, "            Options.db_host_id: %s", db_host_id.c_str());
  Header(log, "            Options.enforce_single_del_contracts: %s",
         enforce_single_del_contracts ? "true" : "false");
  Header(log, "            Options.max_background_jobs: %d", max_background_jobs);
  Header(log, "            Options.max_background_compactions: %d", max_background_compactions);
  Header(log, "            Options.max_subcompactions: %u", max_subcompactions);
  Header(log, "            Options.avoid_flush_during_shutdown: %d", avoid_flush_during_shutdown);
  Header(log, "          Options.writable_file_max_buffer_size: %llu",
         static_cast<unsigned long long>(writable_file_max_buffer_size));
  Header(log, "            Options.delayed_write_rate : %llu",
         static_cast<unsigned long long>(delayed_write_rate));
  Header(log, "            Options.max_total_wal_size: %llu",
         static_cast<unsigned long long>(max_total_wal_size));
  Header(log, "            Options.delete_obsolete_files_period_micros: %llu",
         static_cast<unsigned long long>(delete_obsolete_files_period_micros));
  Header(log, "                  Options.stats_dump_period_sec: %u", stats_dump_period_sec);
  Header(log, "                Options.stats_persist_period_sec: %u", stats_persist_period_sec);
  Header(log, "                Options.stats_history_buffer_size: %llu",
         static_cast<unsigned long long>(stats_history_buffer_size));
  Header(log, "                         Options.max_open_files: %d", max_open_files);
  Header(log, "                         Options.bytes_per_sync: %llu",
         static_cast<unsigned long long>(bytes_per_sync));
  Header(log, "                     Options.wal_bytes_per_sync: %llu",
         static_cast<unsigned long long>(wal_bytes_per_sync));
  Header(log, "                  Options.strict_bytes_per_sync: %d", strict_bytes_per_sync);
  Header(log, "      Options.compaction_readahead_size: %llu",
         static_cast<unsigned long long>(compaction_readahead_size));
  Header(log, "                 Options.max_background_flushes: %d", max_background_flushes);
}

void ColumnFamilyOptions::Dump(Logger* log) const {
  Header(log, "              Options.comparator: %s", comparator->Name());
  Header(log, "          Options.merge_operator: %s", NameOf(merge_operator.get(), "None"));
  Header(log, "       Options.compaction_filter: %s", NameOf(compaction_filter, "None"));
  Header(log, "       Options.compaction_filter_factory: %s",
         NameOf(compaction_filter_factory.get(), "None"));
  Header(log, " Options.sst_partitioner_factory: %s",
         NameOf(sst_partitioner_factory.get(), "None"));
  Header(log, "        Options.memtable_factory: %s", memtable_factory->Name());
  Header(log, "           Options.table_factory: %s", table_factory->Name());
  Header(log, "           table_factory options: %s", table_factory->GetPrintableOptions().c_str());
  Header(log, "       Options.write_buffer_size: %llu",
         static_cast<unsigned long long>(write_buffer_size));
  Header(log, " Options.max_write_buffer_number: %d", max_write_buffer_number);
  if (compression_per_level.empty()) {
    Header(log, "         Options.compression: %s", CompressionDisplayName(compression));
  }
  for (size_t i = 0; i < compression_per_level.size(); ++i) {
    Header(log, "       Options.compression[%zu]: %s", i,
           CompressionDisplayName(compression_per_level[i]));
  }
  Header(log, "                 Options.bottommost_compression: %s",
         bottommost_compression == kDisableCompressionOption
             ? "Disabled"
             : CompressionDisplayName(bottommost_compression));
  Header(log, "      Options.prefix_extractor: %s", NameOf(prefix_extractor.get(), "nullptr"));
  Header(log, "  Options.memtable_insert_with_hint_prefix_extractor: %s",
         NameOf(memtable_insert_with_hint_prefix_extractor.get(), "nullptr"));
  Header(log, "            Options.num_levels: %d", num_levels);
  Header(log, "       Options.min_write_buffer_number_to_merge: %d",
         min_write_buffer_number_to_merge);
  Header(log, "    Options.max_write_buffer_number_to_maintain: %d",
         max_write_buffer_number_to_maintain);
  Header(log, "    Options.max_write_buffer_size_to_maintain: %lld",
         static_cast<long long>(max_write_buffer_size_to_maintain));
  Header(log, "           Options.bottommost_compression_opts.window_bits: %d",
         bottommost_compression_opts.window_bits);
  Header(log, "                 Options.bottommost_compression_opts.level: %d",
         bottommost_compression_opts.level);
  Header(log, "              Options.bottommost_compression_opts.strategy: %d",
         bottommost_compression_opts.strategy);
  Header(log, "        Options.bottommost_compression_opts.max_dict_bytes: %u",
         bottommost_compression_opts.max_dict_bytes);
  Header(log, "        Options.bottommost_compression_opts.zstd_max_train_bytes: %u",
         bottommost_compression_opts.zstd_max_train_bytes);
  Header(log, "        Options.bottommost_compression_opts.parallel_threads: %u",
         bottommost_compression_opts.parallel_threads);
  Header(log, "                 Options.bottommost_compression_opts.enabled: %s",
         bottommost_compression_opts.enabled ? "true" : "false");
  Header(log, "        Options.bottommost_compression_opts.max_dict_buffer_bytes: %llu",
         static_cast<unsigned long long>(bottommost_compression_opts.max_dict_buffer_bytes));
  Header(log, "        Options.bottommost_compression_opts.use_zstd_dict_trainer: %s",
         bottommost_compression_opts.use_zstd_dict_trainer ? "true" : "false");
  Header(log, "           Options.compression_opts.window_bits: %d", compression_opts.window_bits);
  Header(log, "                 Options.compression_opts.level: %d", compression_opts.level);
  Header(log, "              Options.compression_opts.strategy: %d", compression_opts.strategy);
  Header(log, "        Options.compression_opts.max_dict_bytes: %u",
         compression_opts.max_dict_bytes);
  Header(log, "        Options.compression_opts.zstd_max_train_bytes: %u",
         compression_opts.zstd_max_train_bytes);
  Header(log, "        Options.compression_opts.use_zstd_dict_trainer: %s",
         compression_opts.use_zstd_dict_trainer ? "true" : "false");
  Header(log, "        Options.compression_opts.parallel_threads: %u",
         compression_opts.parallel_threads);
  Header(log, "                 Options.compression_opts.enabled: %s",
         compression_opts.enabled ? "true" : "false");
  Header(log, "        Options.compression_opts.max_dict_buffer_bytes: %llu",
         static_cast<unsigned long long>(compression_opts.max_dict_buffer_bytes));
  Header(log, "     Options.level0_file_num_compaction_trigger: %d",
         level0_file_num_compaction_trigger);
  Header(log, "         Options.level0_slowdown_writes_trigger: %d",
         level0_slowdown_writes_trigger);
  Header(log, "             Options.level0_stop_writes_trigger: %d", level0_stop_writes_trigger);
  Header(log, "                  Options.target_file_size_base: %llu",
         static_cast<unsigned long long>(target_file_size_base));
  Header(log, "            Options.target_file_size_multiplier: %d", target_file_size_multiplier);
  Header(log, "               Options.max_bytes_for_level_base: %llu",
         static_cast<unsigned long long>(max_bytes_for_level_base));
  Header(log, "Options.level_compaction_dynamic_level_bytes: %d",
         level_compaction_dynamic_level_bytes);
  Header(log, "         Options.max_bytes_for_level_multiplier: %f",
         max_bytes_for_level_multiplier);
  for (size_t i = 0; i < max_bytes_for_level_multiplier_additional.size(); ++i) {
    Header(log, "Options.max_bytes_for_level_multiplier_addtl[%zu]: %d", i,
           max_bytes_for_level_multiplier_additional[i]);
  }
  Header(log, "      Options.max_sequential_skip_in_iterations: %llu",
         static_cast<unsigned long long>(max_sequential_skip_in_iterations));
  Header(log, "                   Options.max_compaction_bytes: %llu",
         static_cast<unsigned long long>(max_compaction_bytes));
  Header(log, "  Options.ignore_max_compaction_bytes_for_input: %s",
         ignore_max_compaction_bytes_for_input ? "true" : "false");
  Header(log, "                       Options.arena_block_size: %llu",
         static_cast<unsigned long long>(arena_block_size));
  Header(log, "  Options.soft_pending_compaction_bytes_limit: %llu",
         static_cast<unsigned long long>(soft_pending_compaction_bytes_limit));
  Header(log, "  Options.hard_pending_compaction_bytes_limit: %llu",
         static_cast<unsigned long long>(hard_pending_compaction_bytes_limit));
  Header(log, "               Options.disable_auto_compactions: %d", disable_auto_compactions);
  Header(log, "                       Options.compaction_style: %s",
         EnumText(CompactionStyleNames(), compaction_style).c_str());
  Header(log, "                         Options.compaction_pri: %s",
         EnumText(CompactionPriNames(), compaction_pri).c_str());
  Header(log, "Options.compaction_options_universal.size_ratio: %u",
         compaction_options_universal.size_ratio);
  Header(log, "Options.compaction_options_universal.min_merge_width: %u",
         compaction_options_universal.min_merge_width);
  Header(log, "Options.compaction_options_universal.max_merge_width: %u",
         compaction_options_universal.max_merge_width);
  Header(log, "Options.compaction_options_universal.max_size_amplification_percent: %u",
         compaction_options_universal.max_size_amplification_percent);
  Header(log, "Options.compaction_options_universal.compression_size_percent: %d",
         compaction_options_universal.compression_size_percent);
  Header(log, "Options.compaction_options_universal.stop_style: %s",
         EnumText(CompactionStopStyleNames(), compaction_options_universal.stop_style).c_str());
  Header(log, "Options.compaction_options_fifo.max_table_files_size: %llu",
         static_cast<unsigned long long>(compaction_options_fifo.max_table_files_size));
  Header(log, "Options.compaction_options_fifo.allow_compaction: %d",
         compaction_options_fifo.allow_compaction);
  std::string collectors;
  for (const auto& factory : table_properties_collector_factories) {
    if (!collectors.empty()) collectors += "; ";
    collectors += factory->ToString();
  }
  Header(log, "                  Options.table_properties_collectors: %s", collectors.c_str());
  Header(log, "                  Options.inplace_update_support: %d", inplace_update_support);
  Header(log, "                Options.inplace_update_num_locks: %llu",
         static_cast<unsigned long long>(inplace_update_num_locks));
  Header(log, "              Options.memtable_prefix_bloom_size_ratio: %f",
         memtable_prefix_bloom_size_ratio);
  Header(log, "              Options.memtable_whole_key_filtering: %d",
         memtable_whole_key_filtering);
  Header(log, "  Options.memtable_huge_page_size: %llu",
         static_cast<unsigned long long>(memtable_huge_page_size));
  Header(log, "                          Options.bloom_locality: %u", bloom_locality);
  Header(log, "                   Options.max_successive_merges: %llu",
         static_cast<unsigned long long>(max_successive_merges));
  Header(log, "               Options.optimize_filters_for_hits: %d", optimize_filters_for_hits);
  Header(log, "               Options.paranoid_file_checks: %d", paranoid_file_checks);
  Header(log, "               Options.force_consistency_checks: %d", force_consistency_checks);
  Header(log, "               Options.report_bg_io_stats: %d", report_bg_io_stats);
  Header(log, "                              Options.ttl: %llu",
         static_cast<unsigned long long>(ttl));
  Header(log, "         Options.periodic_compaction_seconds: %llu",
         static_cast<unsigned long long>(periodic_compaction_seconds));
  Header(log, " Options.preclude_last_level_data_seconds: %llu",
         static_cast<unsigned long long>(preclude_last_level_data_seconds));
  Header(log, "   Options.preserve_internal_time_seconds: %llu",
         static_cast<unsigned long long>(preserve_internal_time_seconds));
  Header(log, "                      Options.enable_blob_files: %s",
         enable_blob_files ? "true" : "false");
  Header(log, "                          Options.min_blob_size: %llu",
         static_cast<unsigned long long>(min_blob_size));
  Header(log, "                         Options.blob_file_size: %llu",
         static_cast<unsigned long long>(blob_file_size));
  Header(log, "                  Options.blob_compression_type: %s",
         CompressionDisplayName(blob_compression_type));
  Header(log, "         Options.enable_blob_garbage_collection: %s",
         enable_blob_garbage_collection ? "true" : "false");
  Header(log, "     Options.blob_garbage_collection_age_cutoff: %f",
         blob_garbage_collection_age_cutoff);
  Header(log, "Options.blob_garbage_collection_force_threshold: %f",
         blob_garbage_collection_force_threshold);
  Header(log, "         Options.blob_compaction_readahead_size: %llu",
         static_cast<unsigned long long>(blob_compaction_readahead_size));
  Header(log, "               Options.blob_file_starting_level: %d", blob_file_starting_level);
  Header(log, "Options.experimental_mempurge_threshold: %f", experimental_mempurge_threshold);
}

void Options::Dump(Logger* log) const {
  DBOptions::Dump(log);
  ColumnFamilyOptions::Dump(log);
}

void Options::DumpCFOptions(Logger* log) const { ColumnFamilyOptions::Dump(log); }

}  // namespace rocksdb
