// What becomes of the options of single calls, and of those of environments and files.

#include "compat/options/option_rows.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/transaction_log.h"

namespace rocksdb {

namespace {

constexpr char kTimestamps[] = "user-defined timestamps";

std::vector<OptionFate> Reads() {
  using Owner = ReadOptions;
  constexpr const char* owner = "ReadOptions";
  return {
      HONOURED(snapshot),
      HONOURED(iterate_lower_bound),
      HONOURED(iterate_upper_bound),
      HONOURED(readahead_size),
      HONOURED(max_skippable_internal_keys),
      HONOURED(read_tier),
      HONOURED(verify_checksums),
      HONOURED(fill_cache),
      HONOURED(tailing),
      REFUSED(managed, "as by RocksDB"),
      HONOURED(total_order_seek),
      HONOURED(auto_prefix_mode),
      HONOURED(prefix_same_as_start),
      HONOURED(pin_data),
      IGNORED(background_purge_on_iterator_cleanup, "files are removed by a background thread"),
      HONOURED(ignore_range_deletions),
      HONOURED(table_filter),
      REFUSED(timestamp, "InvalidArgument, as on a family without timestamps"),
      REFUSED(iter_start_ts, kTimestamps),
      HONOURED(deadline),
      HONOURED(io_timeout),
      HONOURED(value_size_soft_limit),
      IGNORED(adaptive_readahead, "readahead always adapts"),
      IGNORED(rate_limiter_priority, "only flushes and merges ask the rate limiter"),
      HONOURED(async_io),
      IGNORED(optimize_multiget_for_io, "MultiGet always reads what it misses together"),
  };
}

std::vector<OptionFate> Writes() {
  using Owner = WriteOptions;
  constexpr const char* owner = "WriteOptions";
  return {
      HONOURED(sync),
      HONOURED(disableWAL),
      HONOURED(ignore_missing_column_families),
      HONOURED(no_slowdown),
      IGNORED(low_pri, "delays are the same for all writers"),
      IGNORED(memtable_insert_hint_per_batch, "memtables take no hints"),
      IGNORED(rate_limiter_priority,
              "checked as RocksDB checks it; only flushes and merges ask the rate limiter"),
      IGNORED(protection_bytes_per_key, "checked as RocksDB checks it; records have checksums"),
  };
}

std::vector<OptionFate> Upkeep() {
  std::vector<OptionFate> rows;
  {
    using Owner = FlushOptions;
    constexpr const char* owner = "FlushOptions";
    rows = {HONOURED(wait), IGNORED(allow_write_stall, "a flush makes no writer wait")};
  }
  {
    using Owner = CompactionOptions;
    constexpr const char* owner = "CompactionOptions";
    rows.push_back(IGNORED(compression, "the family's codec"));
    rows.push_back(IGNORED(output_file_size_limit, "the family's file size"));
    rows.push_back(IGNORED(max_subcompactions, "a merge is one thread's"));
  }
  {
    using Owner = CompactRangeOptions;
    constexpr const char* owner = "CompactRangeOptions";
    const std::vector<OptionFate> more = {
        IGNORED(exclusive_manual_compaction, "manual merges of a family go one after the other"),
        MAPPED(change_level, "the level is checked; runs go where the strategy puts them"),
        MAPPED(target_level, "the level is checked; runs go where the strategy puts them"),
        MAPPED(target_path_id, "there is one path; others are InvalidArgument"),
        HONOURED(bottommost_level_compaction),
        IGNORED(allow_write_stall, "a manual merge makes no writer wait"),
        IGNORED(max_subcompactions, "a merge is one thread's"),
        IGNORED(full_history_ts_low, kTimestamps),
        HONOURED(canceled),
        HONOURED(blob_garbage_collection_policy),
        HONOURED(blob_garbage_collection_age_cutoff),
    };
    rows.insert(rows.end(), more.begin(), more.end());
  }
  {
    using Owner = SizeApproximationOptions;
    constexpr const char* owner = "SizeApproximationOptions";
    rows.push_back(HONOURED(include_memtables));
    rows.push_back(HONOURED(include_files));
    rows.push_back(IGNORED(files_size_error_margin, "the fences in memory answer"));
  }
  {
    using Owner = GetMergeOperandsOptions;
    constexpr const char* owner = "GetMergeOperandsOptions";
    rows.push_back(HONOURED(expected_max_number_of_operands));
  }
  {
    using Owner = LiveFilesStorageInfoOptions;
    constexpr const char* owner = "LiveFilesStorageInfoOptions";
    rows.push_back(HONOURED(include_checksum_info));
    rows.push_back(HONOURED(wal_size_for_flush));
  }
  {
    using Owner = TraceOptions;
    constexpr const char* owner = "TraceOptions";
    rows.push_back(HONOURED(max_trace_file_size));
    rows.push_back(HONOURED(sampling_frequency));
    rows.push_back(HONOURED(filter));
    rows.push_back(HONOURED(preserve_write_order));
  }
  return rows;
}

std::vector<OptionFate> Refused() {
  std::vector<OptionFate> rows;
  {
    using Owner = CompactionServiceOptionsOverride;
    constexpr const char* owner = "CompactionServiceOptionsOverride";
    constexpr const char* call = "by DB::OpenAndCompact";
    rows = {REFUSED(env, call),
            REFUSED(file_checksum_gen_factory, call),
            REFUSED(comparator, call),
            REFUSED(merge_operator, call),
            REFUSED(compaction_filter, call),
            REFUSED(compaction_filter_factory, call),
            REFUSED(prefix_extractor, call),
            REFUSED(table_factory, call),
            REFUSED(sst_partitioner_factory, call),
            REFUSED(listeners, call),
            REFUSED(statistics, call),
            REFUSED(table_properties_collector_factories, call)};
  }
  using Owner = OpenAndCompactOptions;
  constexpr const char* owner = "OpenAndCompactOptions";
  rows.push_back(REFUSED(canceled, "by DB::OpenAndCompact"));
  return rows;
}

std::vector<OptionFate> ExternalFiles() {
  std::vector<OptionFate> rows;
  {
    using Owner = IngestExternalFileOptions;
    constexpr const char* owner = "IngestExternalFileOptions";
    rows = {HONOURED(move_files),
            HONOURED(failed_move_fall_back_to_copy),
            HONOURED(snapshot_consistency),
            HONOURED(allow_global_seqno),
            HONOURED(allow_blocking_flush),
            REFUSED(ingest_behind, "InvalidArgument, as on a DB without allow_ingest_behind"),
            IGNORED(write_global_seqno, "the manifest has the sequence of an ingested file"),
            HONOURED(verify_checksums_before_ingest),
            IGNORED(verify_checksums_readahead_size, "files are read 256 KiB at a time"),
            HONOURED(verify_file_checksum),
            HONOURED(fail_if_not_bottommost_level)};
  }
  {
    using Owner = ImportColumnFamilyOptions;
    constexpr const char* owner = "ImportColumnFamilyOptions";
    rows.push_back(HONOURED(move_files));
  }
  using Owner = TransactionLogIterator::ReadOptions;
  constexpr const char* owner = "TransactionLogIterator::ReadOptions";
  rows.push_back(IGNORED(verify_checksums_, "checksums of the log are always verified"));
  return rows;
}

std::vector<OptionFate> Files() {
  std::vector<OptionFate> rows;
  {
    using Owner = EnvOptions;
    constexpr const char* owner = "EnvOptions";
    constexpr const char* mine =
        "handed to file systems of the application's; the disk's own has no use for it";
    rows = {IGNORED(use_mmap_reads, mine),
            IGNORED(use_mmap_writes, mine),
            HONOURED(use_direct_reads),
            HONOURED(use_direct_writes),
            IGNORED(allow_fallocate, mine),
            IGNORED(set_fd_cloexec, "descriptors are always closed"),
            IGNORED(bytes_per_sync, mine),
            IGNORED(strict_bytes_per_sync, mine),
            IGNORED(fallocate_with_keep_size, mine),
            IGNORED(compaction_readahead_size, mine),
            IGNORED(random_access_max_buffer_size, mine),
            IGNORED(writable_file_max_buffer_size, mine),
            IGNORED(rate_limiter, mine)};
  }
  {
    using Owner = FileOptions;
    constexpr const char* owner = "FileOptions";
    rows.push_back(HONOURED_AS(io_options, "see IOOptions"));
    rows.push_back(IGNORED(temperature, "there is one temperature"));
    rows.push_back(IGNORED(handoff_checksum_type, "files are checked by the engine's checksums"));
  }
  {
    using Owner = IOOptions;
    constexpr const char* owner = "IOOptions";
    constexpr const char* mine = "handed to file systems of the application's";
    rows.push_back(HONOURED_AS(timeout, "io_timeout of reads reaches the application's files"));
    rows.push_back(IGNORED(prio, mine));
    rows.push_back(IGNORED(rate_limiter_priority, mine));
    rows.push_back(IGNORED(type, mine));
    rows.push_back(IGNORED(property_bag, mine));
    rows.push_back(IGNORED(force_dir_fsync, "directories are always synced"));
    rows.push_back(IGNORED(do_not_recurse, mine));
  }
  using Owner = DirFsyncOptions;
  constexpr const char* owner = "DirFsyncOptions";
  rows.push_back(IGNORED(reason, "directories are always synced"));
  rows.push_back(IGNORED(renamed_new_name, "directories are always synced"));
  return rows;
}

std::vector<OptionFate> Config() {
  using Owner = ConfigOptions;
  constexpr const char* owner = "ConfigOptions";
  return {
      HONOURED(ignore_unknown_options),
      HONOURED(ignore_unsupported_options),
      HONOURED(input_strings_escaped),
      HONOURED(invoke_prepare_options),
      HONOURED(mutable_options_only),
      HONOURED(delimiter),
      IGNORED(depth, "objects are always written whole"),
      HONOURED(sanity_level),
      IGNORED(file_readahead_size, "options files are read at once"),
      HONOURED(env),
      HONOURED(registry),
  };
}

}  // namespace

std::vector<OptionFate> CallOptionFates() {
  std::vector<OptionFate> rows;
  for (const auto& group :
       {Reads(), Writes(), Upkeep(), Refused(), ExternalFiles(), Files(), Config()}) {
    rows.insert(rows.end(), group.begin(), group.end());
  }
  return rows;
}

}  // namespace rocksdb
