// What becomes of each option: the table that LOG and AETHER_VERBOSE=1 show.

#include <sstream>
#include <type_traits>

#include "compat/db/option_map.h"
#include "rocksdb/comparator.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/table.h"

namespace rocksdb {

namespace {

template <typename T>
std::string Show(const T& value) {
  std::ostringstream out;
  if constexpr (std::is_same_v<T, bool>) {
    out << (value ? "true" : "false");
  } else if constexpr (std::is_enum_v<T>) {
    out << static_cast<long long>(value);
  } else {
    out << value;
  }
  return out.str();
}
template <typename T>
std::string Show(const std::shared_ptr<T>& value) {
  return value == nullptr ? "none" : "set";
}
template <typename T>
std::string Show(const std::vector<T>& value) {
  return std::to_string(value.size()) + " entries";
}

class Report {
 public:
  template <typename T>
  void Add(const char* fate, const char* name, const T& value, const T& usual,
           const char* remark = "") {
    if (value == usual) return;
    Line(fate, name, Show(value), remark);
  }
  void Line(const char* fate, const char* name, const std::string& value, const char* remark) {
    lines_.push_back(std::string(fate) + ": " + name + " = " + value +
                     (*remark == '\0' ? "" : std::string(" (") + remark + ")"));
  }
  // bzip2 is the one codec that is replaced.
  void Codec(const char* name, CompressionType value, CompressionType usual) {
    if (value == kBZip2Compression) {
      Line("mapped", name, Show(value), "zlib");
    } else {
      Add("honoured", name, value, usual);
    }
  }
  std::vector<std::string> Take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

constexpr char kHonoured[] = "honoured";
constexpr char kMapped[] = "mapped";
constexpr char kIgnored[] = "ignored";

void AddCompressionOptions(Report* report, const std::string& name,
                           const CompressionOptions& options) {
  const CompressionOptions usual;
  const auto add = [&](const char* fate, const char* field, const auto& value, const auto& standard,
                       const char* remark = "") {
    report->Add(fate, (name + "." + field).c_str(), value, standard, remark);
  };
  add(kHonoured, "enabled", options.enabled, usual.enabled);
  add(kHonoured, "level", options.level, usual.level);
  add(kIgnored, "max_dict_bytes", options.max_dict_bytes, usual.max_dict_bytes,
      "each page is compressed by itself");
  add(kIgnored, "zstd_max_train_bytes", options.zstd_max_train_bytes, usual.zstd_max_train_bytes,
      "there are no dictionaries");
  add(kIgnored, "max_dict_buffer_bytes", options.max_dict_buffer_bytes, usual.max_dict_buffer_bytes,
      "there are no dictionaries");
  add(kIgnored, "use_zstd_dict_trainer", options.use_zstd_dict_trainer, usual.use_zstd_dict_trainer,
      "there are no dictionaries");
  add(kIgnored, "window_bits", options.window_bits, usual.window_bits, "");
  add(kIgnored, "strategy", options.strategy, usual.strategy, "");
  add(kIgnored, "parallel_threads", options.parallel_threads, usual.parallel_threads,
      "merges of one family may run side by side, the pages of one go in order");
}

void DescribeUniversal(Report* report, const ColumnFamilyOptions& options) {
  const CompactionOptionsUniversal usual;
  const CompactionOptionsUniversal& set = options.compaction_options_universal;
  const auto add = [&](const char* fate, const char* field, const auto& value, const auto& standard,
                       const char* remark) {
    report->Add(fate, (std::string("compaction_options_universal.") + field).c_str(), value,
                standard, remark);
  };
  add(kHonoured, "max_size_amplification_percent", set.max_size_amplification_percent,
      usual.max_size_amplification_percent, "");
  add(kMapped, "min_merge_width", set.min_merge_width, usual.min_merge_width,
      "with level0_file_num_compaction_trigger: runs of a level that are merged together");
  add(kIgnored, "max_merge_width", set.max_merge_width, usual.max_merge_width, "");
  add(kIgnored, "size_ratio", set.size_ratio, usual.size_ratio, "runs are merged by level");
  add(kIgnored, "compression_size_percent", set.compression_size_percent,
      usual.compression_size_percent, "compression is per level");
  add(kIgnored, "stop_style", set.stop_style, usual.stop_style, "");
  add(kIgnored, "allow_trivial_move", set.allow_trivial_move, usual.allow_trivial_move,
      "files that overlap nothing are always moved");
}

}  // namespace

#define HONOURED(field) report.Add(kHonoured, #field, options.field, usual.field)
#define MAPPED(field, remark) report.Add(kMapped, #field, options.field, usual.field, remark)
#define IGNORED(field, remark) report.Add(kIgnored, #field, options.field, usual.field, remark)

std::vector<std::string> DescribeDbOptions(const DBOptions& options) {
  const DBOptions usual;
  Report report;
  HONOURED(create_if_missing);
  HONOURED(create_missing_column_families);
  HONOURED(error_if_exists);
  IGNORED(paranoid_checks, "checks are always on; RepairDB leaves out what is damaged");
  HONOURED(wal_dir);
  HONOURED(db_log_dir);
  HONOURED(max_total_wal_size);
  HONOURED(statistics);
  HONOURED(max_background_jobs);
  HONOURED(keep_log_file_num);
  HONOURED(max_log_file_size);
  HONOURED(log_file_time_to_roll);
  HONOURED(db_write_buffer_size);
  HONOURED(bytes_per_sync);
  HONOURED(rate_limiter);
  HONOURED(use_direct_reads);
  HONOURED(use_direct_io_for_flush_and_compaction);
  HONOURED(wal_bytes_per_sync);
  HONOURED(wal_recovery_mode);
  HONOURED(avoid_flush_during_recovery);
  HONOURED(avoid_flush_during_shutdown);
  MAPPED(manual_wal_flush, "each write reaches the kernel; FlushWAL has only to sync");
  HONOURED(fail_if_options_file_error);
  HONOURED(info_log_level);
  report.Add(kHonoured, "listeners", options.listeners.size(), usual.listeners.size());
  MAPPED(max_background_compactions, "added to the background jobs");
  MAPPED(max_background_flushes, "added to the background jobs");
  MAPPED(use_fsync, "files are synced with fdatasync, which also makes their size durable");
  MAPPED(enable_pipelined_write, "writers never queue behind one another");
  MAPPED(unordered_write, "writers never queue; order and snapshots stay exact");
  MAPPED(allow_concurrent_memtable_write, "memtables always take concurrent writers");
  MAPPED(two_write_queues, "the log has as many streams as writers");
  MAPPED(atomic_flush, "one log over all families keeps batches whole");
  MAPPED(recycle_log_file_num, "log segments are always recycled");
  HONOURED(sst_file_manager);
  IGNORED(max_open_files, "files of live runs stay open");
  IGNORED(max_file_opening_threads, "");
  IGNORED(delete_obsolete_files_period_micros, "obsolete files go at once");
  IGNORED(max_subcompactions, "");
  IGNORED(max_manifest_file_size, "");
  IGNORED(manifest_preallocation_size, "");
  IGNORED(table_cache_numshardbits, "");
  IGNORED(WAL_ttl_seconds, "logs are not archived");
  IGNORED(WAL_size_limit_MB, "logs are not archived");
  IGNORED(allow_mmap_reads, "runs are read through the buffer pool");
  IGNORED(allow_mmap_writes, "");
  IGNORED(allow_fallocate, "");
  IGNORED(is_fd_close_on_exec, "descriptors are always closed");
  IGNORED(stats_dump_period_sec, "statistics are not dumped to LOG periodically");
  HONOURED(stats_persist_period_sec);
  HONOURED(stats_history_buffer_size);
  IGNORED(persist_stats_to_disk, "the history of statistics is kept in memory");
  IGNORED(advise_random_on_open, "");
  IGNORED(access_hint_on_compaction_start, "");
  IGNORED(compaction_readahead_size, "merges read ahead by themselves");
  IGNORED(random_access_max_buffer_size, "");
  IGNORED(writable_file_max_buffer_size, "");
  IGNORED(use_adaptive_mutex, "");
  IGNORED(strict_bytes_per_sync, "");
  IGNORED(enable_thread_tracking, "");
  IGNORED(delayed_write_rate, "writers pay for merging in proportion instead");
  IGNORED(enable_write_thread_adaptive_yield, "");
  IGNORED(max_write_batch_group_size_bytes, "there are no write groups");
  IGNORED(row_cache, "");
  IGNORED(wal_compression, "");
  IGNORED(dump_malloc_stats, "");
  IGNORED(track_and_verify_wals_in_manifest, "recovery always checks the log for gaps");
  HONOURED(file_checksum_gen_factory);
  IGNORED(compaction_service, "");
  IGNORED(write_dbid_to_manifest, "");
  IGNORED(log_readahead_size, "");
  return report.Take();
}

std::vector<std::string> DescribeFamilyOptions(const ColumnFamilyOptions& options) {
  const ColumnFamilyOptions usual;
  Report report;
  if (options.comparator != usual.comparator) {
    report.Line(kHonoured, "comparator", options.comparator->Name(), "");
  }
  if (options.merge_operator != nullptr) {
    report.Line(kHonoured, "merge_operator", options.merge_operator->Name(), "");
  }
  if (options.compaction_filter != nullptr || options.compaction_filter_factory != nullptr) {
    report.Line(kHonoured, "compaction_filter", "set", "");
  }
  HONOURED(write_buffer_size);
  HONOURED(max_write_buffer_number);
  HONOURED(disable_auto_compactions);
  HONOURED(target_file_size_base);
  HONOURED(num_levels);
  HONOURED(enable_blob_files);
  HONOURED(min_blob_size);
  HONOURED(blob_file_size);
  report.Codec("blob_compression_type", options.blob_compression_type, usual.blob_compression_type);
  HONOURED(blob_file_starting_level);
  HONOURED(enable_blob_garbage_collection);
  HONOURED(blob_garbage_collection_age_cutoff);
  HONOURED(blob_garbage_collection_force_threshold);
  HONOURED(blob_compaction_readahead_size);
  IGNORED(blob_cache, "values of blob files share the buffer pool with pages");
  IGNORED(prepopulate_blob_cache, "values come into memory when they are read");
  MAPPED(level0_slowdown_writes_trigger, "runs above the last level at which writers are delayed");
  MAPPED(level0_stop_writes_trigger, "runs above the last level at which writers wait");
  if (options.compaction_style != usual.compaction_style) {
    const bool universal = options.compaction_style == kCompactionStyleUniversal;
    const bool fifo = options.compaction_style == kCompactionStyleFIFO;
    report.Line(fifo ? kHonoured : kMapped, "compaction_style", Show(options.compaction_style),
                universal ? "tiered" : (fifo ? "the oldest runs are dropped" : "no merging"));
    if (universal) DescribeUniversal(&report, options);
  }
  report.Add(kHonoured, "prefix_extractor", options.prefix_extractor, usual.prefix_extractor);
  if (options.memtable_factory != nullptr &&
      std::string(options.memtable_factory->Name()) != usual.memtable_factory->Name()) {
    const bool rax = ToEngineMemTable(options) == aether::MemTableKind::kRax;
    report.Line(kMapped, "memtable_factory", options.memtable_factory->Name(),
                rax ? "the engine's radix tree, where keys are in the order of bytes"
                    : "the engine's B+tree, where keys are in the order of bytes");
  }
  report.Codec("compression", options.compression, usual.compression);
  report.Codec("bottommost_compression", options.bottommost_compression,
               usual.bottommost_compression);
  MAPPED(compression_per_level, "the engine's levels; the last entry serves the rest");
  AddCompressionOptions(&report, "compression_opts", options.compression_opts);
  AddCompressionOptions(&report, "bottommost_compression_opts",
                        options.bottommost_compression_opts);
  if (options.compaction_style == kCompactionStyleLevel) {
    IGNORED(level0_file_num_compaction_trigger, "the strategy decides when to merge");
  } else {
    MAPPED(level0_file_num_compaction_trigger, "runs that are merged together");
  }
  IGNORED(max_bytes_for_level_base, "levels grow by the fan-out");
  IGNORED(max_bytes_for_level_multiplier, "levels grow by the fan-out");
  IGNORED(level_compaction_dynamic_level_bytes, "the last level always sets the shape");
  IGNORED(target_file_size_multiplier, "");
  IGNORED(max_compaction_bytes, "merges advance in small quanta");
  IGNORED(soft_pending_compaction_bytes_limit, "the debt is bounded by runs");
  IGNORED(hard_pending_compaction_bytes_limit, "the debt is bounded by runs");
  IGNORED(compaction_pri, "");
  IGNORED(min_write_buffer_number_to_merge, "each memtable is flushed by itself");
  IGNORED(max_write_buffer_number_to_maintain, "");
  IGNORED(max_write_buffer_size_to_maintain, "");
  IGNORED(arena_block_size, "");
  IGNORED(memtable_prefix_bloom_size_ratio, "");
  IGNORED(memtable_whole_key_filtering, "");
  IGNORED(memtable_huge_page_size, "");
  IGNORED(bloom_locality, "");
  IGNORED(max_successive_merges, "");
  IGNORED(optimize_filters_for_hits, "every run has a filter");
  IGNORED(paranoid_file_checks, "");
  if (options.compaction_style == kCompactionStyleFIFO) {
    HONOURED(ttl);
    HONOURED(periodic_compaction_seconds);
  } else {
    IGNORED(ttl, "");
    IGNORED(periodic_compaction_seconds, "");
  }
  IGNORED(bottommost_temperature, "");
  IGNORED(last_level_temperature, "");
  IGNORED(sst_partitioner_factory, "");
  IGNORED(compaction_thread_limiter, "");
  IGNORED(memtable_protection_bytes_per_key, "");
  report.Add(kHonoured, "table_properties_collector_factories",
             options.table_properties_collector_factories.size(),
             usual.table_properties_collector_factories.size(), "NeedCompact asks for nothing");

  if (options.table_factory == nullptr) return report.Take();
  const auto* table = options.table_factory->GetOptions<BlockBasedTableOptions>();
  if (table == nullptr) {
    report.Line(kMapped, "table_factory", options.table_factory->Name(), "runs of 4 KiB pages");
    return report.Take();
  }
  const BlockBasedTableOptions plain;
  if (table->block_cache != nullptr) {
    report.Line(kHonoured, "block_cache", std::to_string(table->block_cache->GetCapacity()),
                "bytes of the buffer pool");
  }
  if (table->no_block_cache) {
    report.Line(kMapped, "no_block_cache", "true", "a private pool of 8 MiB");
  }
  if (table->filter_policy == nullptr) {
    report.Line(kMapped, "filter_policy", "none", "filters of 10 bits for each key are on");
  } else {
    report.Line(kHonoured, "filter_policy", table->filter_policy->GetId(), "");
  }
  if (!table->whole_key_filtering) {
    report.Line(options.prefix_extractor == nullptr ? kIgnored : kHonoured, "whole_key_filtering",
                "false",
                options.prefix_extractor == nullptr ? "there are no prefixes to hold instead" : "");
  }
  if (table->block_size != plain.block_size) {
    report.Line(kIgnored, "block_size", std::to_string(table->block_size), "pages are 4 KiB");
  }
  if (table->index_type != plain.index_type) {
    report.Line(kIgnored, "index_type", Show(table->index_type), "runs are B+trees");
  }
  if (table->partition_filters) report.Line(kIgnored, "partition_filters", "true", "");
  if (table->cache_index_and_filter_blocks) {
    report.Line(kIgnored, "cache_index_and_filter_blocks", "true",
                "filters and fence keys stay in memory of their own");
  }
  if (table->persistent_cache != nullptr) {
    report.Line(kIgnored, "persistent_cache", "set", "");
  }
  if (table->checksum != plain.checksum) {
    report.Line(kIgnored, "checksum", Show(static_cast<int>(table->checksum)),
                "pages have the engine's checksum");
  }
  return report.Take();
}

#undef HONOURED
#undef MAPPED
#undef IGNORED

}  // namespace rocksdb
