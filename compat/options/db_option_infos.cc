// The options of DBOptions as text.

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "compat/options/option_infos.h"
#include "compat/options/option_text.h"
#include "rocksdb/env.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/listener.h"
#include "rocksdb/options.h"
#include "rocksdb/rate_limiter.h"
#include "rocksdb/statistics.h"
#include "rocksdb/wal_filter.h"

namespace rocksdb {

namespace {

using Flags = OptionTypeFlags;
using Verify = OptionVerificationType;

template <typename T>
using Names = std::unordered_map<std::string, T>;

OptionTypeInfo Fixed(size_t offset, OptionType type) {
  return OptionTypeInfo(static_cast<int>(offset), type);
}

OptionTypeInfo Mutable(size_t offset, OptionType type) {
  return OptionTypeInfo(static_cast<int>(offset), type, Verify::kNormal, Flags::kMutable);
}

// Accepted for the sake of old files, without effect.
OptionTypeInfo Deprecated(Flags flags = Flags::kNone) {
  return OptionTypeInfo(0, OptionType::kUnknown, Verify::kDeprecated, flags);
}

// Objects of this process: made from text, but without a text of their own, and never compared.
const Flags kProcessObject = Flags::kDontSerialize | Flags::kCompareNever;

OptionTypeInfo EnvOption(size_t offset) {
  OptionTypeInfo info(static_cast<int>(offset), OptionType::kUnknown, Verify::kNormal,
                      kProcessObject);
  return info.SetParseFunc(
      [](const ConfigOptions& config, const std::string&, const std::string& value, void* at) {
        return Env::CreateFromString(config, value, static_cast<Env**>(at));
      });
}

OptionTypeInfo RateOption(size_t offset) {
  OptionTypeInfo info(static_cast<int>(offset), OptionType::kUnknown, Verify::kAlias,
                      kProcessObject);
  return info.SetParseFunc(
      [](const ConfigOptions&, const std::string& name, const std::string& value, void* at) {
        uint64_t rate = 0;
        if (!ParseUnsigned(value, INT64_MAX, &rate) || rate == 0) {
          return Status::InvalidArgument("Error parsing:", name);
        }
        static_cast<std::shared_ptr<RateLimiter>*>(at)->reset(
            NewGenericRateLimiter(static_cast<int64_t>(rate)));
        return Status::OK();
      });
}

OptionTypeInfo ListenersOption(size_t offset) {
  OptionTypeInfo info(static_cast<int>(offset), OptionType::kVector, Verify::kByNameAllowNull,
                      kProcessObject);
  return info.SetParseFunc(
      [](const ConfigOptions& config, const std::string& name, const std::string& value, void* at) {
        const OptionTypeInfo element =
            OptionTypeInfo::AsCustomSharedPtr<EventListener>(0, Verify::kByName, Flags::kNone);
        return ParseVector(config, element, ':', name, value,
                           static_cast<std::vector<std::shared_ptr<EventListener>>*>(at));
      });
}

}  // namespace

const OptionInfos& DBOptionInfos() {
  using AccessHint = DBOptions::AccessHint;
  static const auto* const access_hints =
      new Names<AccessHint>{{"NONE", AccessHint::NONE},
                            {"NORMAL", AccessHint::NORMAL},
                            {"SEQUENTIAL", AccessHint::SEQUENTIAL},
                            {"WILLNEED", AccessHint::WILLNEED}};
  static const auto* const log_levels = new Names<InfoLogLevel>{
      {"DEBUG_LEVEL", DEBUG_LEVEL}, {"INFO_LEVEL", INFO_LEVEL},   {"WARN_LEVEL", WARN_LEVEL},
      {"ERROR_LEVEL", ERROR_LEVEL}, {"FATAL_LEVEL", FATAL_LEVEL}, {"HEADER_LEVEL", HEADER_LEVEL}};
  static const auto* const recovery_modes = new Names<WALRecoveryMode>{
      {"kTolerateCorruptedTailRecords", WALRecoveryMode::kTolerateCorruptedTailRecords},
      {"kAbsoluteConsistency", WALRecoveryMode::kAbsoluteConsistency},
      {"kPointInTimeRecovery", WALRecoveryMode::kPointInTimeRecovery},
      {"kSkipAnyCorruptedRecords", WALRecoveryMode::kSkipAnyCorruptedRecords}};
  static const auto* const cache_tiers =
      new Names<CacheTier>{{"kVolatileTier", CacheTier::kVolatileTier},
                           {"kNonVolatileBlockTier", CacheTier::kNonVolatileBlockTier}};
  static const auto* const infos = new OptionInfos{
      {"WAL_size_limit_MB", Fixed(offsetof(DBOptions, WAL_size_limit_MB), OptionType::kUInt64T)},
      {"WAL_ttl_seconds", Fixed(offsetof(DBOptions, WAL_ttl_seconds), OptionType::kUInt64T)},
      {"advise_random_on_open",
       Fixed(offsetof(DBOptions, advise_random_on_open), OptionType::kBoolean)},
      {"allow_2pc", Fixed(offsetof(DBOptions, allow_2pc), OptionType::kBoolean)},
      {"allow_concurrent_memtable_write",
       Fixed(offsetof(DBOptions, allow_concurrent_memtable_write), OptionType::kBoolean)},
      {"allow_data_in_errors",
       Fixed(offsetof(DBOptions, allow_data_in_errors), OptionType::kBoolean)},
      {"allow_fallocate", Fixed(offsetof(DBOptions, allow_fallocate), OptionType::kBoolean)},
      {"allow_ingest_behind",
       Fixed(offsetof(DBOptions, allow_ingest_behind), OptionType::kBoolean)},
      {"allow_mmap_reads", Fixed(offsetof(DBOptions, allow_mmap_reads), OptionType::kBoolean)},
      {"allow_mmap_writes", Fixed(offsetof(DBOptions, allow_mmap_writes), OptionType::kBoolean)},
      {"atomic_flush", Fixed(offsetof(DBOptions, atomic_flush), OptionType::kBoolean)},
      {"avoid_flush_during_recovery",
       Fixed(offsetof(DBOptions, avoid_flush_during_recovery), OptionType::kBoolean)},
      {"avoid_flush_during_shutdown",
       Mutable(offsetof(DBOptions, avoid_flush_during_shutdown), OptionType::kBoolean)},
      {"avoid_unnecessary_blocking_io",
       Fixed(offsetof(DBOptions, avoid_unnecessary_blocking_io), OptionType::kBoolean)},
      {"best_efforts_recovery",
       Fixed(offsetof(DBOptions, best_efforts_recovery), OptionType::kBoolean)},
      {"bgerror_resume_retry_interval",
       Fixed(offsetof(DBOptions, bgerror_resume_retry_interval), OptionType::kUInt64T)},
      {"bytes_per_sync", Mutable(offsetof(DBOptions, bytes_per_sync), OptionType::kUInt64T)},
      {"compaction_readahead_size",
       Mutable(offsetof(DBOptions, compaction_readahead_size), OptionType::kUInt64T)},
      {"create_if_missing", Fixed(offsetof(DBOptions, create_if_missing), OptionType::kBoolean)},
      {"create_missing_column_families",
       Fixed(offsetof(DBOptions, create_missing_column_families), OptionType::kBoolean)},
      {"db_host_id", Fixed(offsetof(DBOptions, db_host_id), OptionType::kString)},
      {"db_log_dir", Fixed(offsetof(DBOptions, db_log_dir), OptionType::kString)},
      {"db_write_buffer_size",
       Fixed(offsetof(DBOptions, db_write_buffer_size), OptionType::kUInt64T)},
      {"delayed_write_rate",
       Mutable(offsetof(DBOptions, delayed_write_rate), OptionType::kUInt64T)},
      {"delete_obsolete_files_period_micros",
       Mutable(offsetof(DBOptions, delete_obsolete_files_period_micros), OptionType::kUInt64T)},
      {"dump_malloc_stats", Fixed(offsetof(DBOptions, dump_malloc_stats), OptionType::kBoolean)},
      {"enable_pipelined_write",
       Fixed(offsetof(DBOptions, enable_pipelined_write), OptionType::kBoolean)},
      {"enable_thread_tracking",
       Fixed(offsetof(DBOptions, enable_thread_tracking), OptionType::kBoolean)},
      {"enable_write_thread_adaptive_yield",
       Fixed(offsetof(DBOptions, enable_write_thread_adaptive_yield), OptionType::kBoolean)},
      {"enforce_single_del_contracts",
       Fixed(offsetof(DBOptions, enforce_single_del_contracts), OptionType::kBoolean)},
      {"error_if_exists", Fixed(offsetof(DBOptions, error_if_exists), OptionType::kBoolean)},
      {"fail_if_options_file_error",
       Fixed(offsetof(DBOptions, fail_if_options_file_error), OptionType::kBoolean)},
      {"flush_verify_memtable_count",
       Fixed(offsetof(DBOptions, flush_verify_memtable_count), OptionType::kBoolean)},
      {"is_fd_close_on_exec",
       Fixed(offsetof(DBOptions, is_fd_close_on_exec), OptionType::kBoolean)},
      {"keep_log_file_num", Fixed(offsetof(DBOptions, keep_log_file_num), OptionType::kUInt64T)},
      {"log_file_time_to_roll",
       Fixed(offsetof(DBOptions, log_file_time_to_roll), OptionType::kUInt64T)},
      {"log_readahead_size", Fixed(offsetof(DBOptions, log_readahead_size), OptionType::kUInt64T)},
      {"manifest_preallocation_size",
       Fixed(offsetof(DBOptions, manifest_preallocation_size), OptionType::kUInt64T)},
      {"manual_wal_flush", Fixed(offsetof(DBOptions, manual_wal_flush), OptionType::kBoolean)},
      {"max_background_compactions",
       Mutable(offsetof(DBOptions, max_background_compactions), OptionType::kInt)},
      {"max_background_flushes",
       Mutable(offsetof(DBOptions, max_background_flushes), OptionType::kInt)},
      {"max_background_jobs", Mutable(offsetof(DBOptions, max_background_jobs), OptionType::kInt)},
      {"max_bgerror_resume_count",
       Fixed(offsetof(DBOptions, max_bgerror_resume_count), OptionType::kInt)},
      {"max_file_opening_threads",
       Fixed(offsetof(DBOptions, max_file_opening_threads), OptionType::kInt)},
      {"max_log_file_size", Fixed(offsetof(DBOptions, max_log_file_size), OptionType::kUInt64T)},
      {"max_manifest_file_size",
       Fixed(offsetof(DBOptions, max_manifest_file_size), OptionType::kUInt64T)},
      {"max_open_files", Mutable(offsetof(DBOptions, max_open_files), OptionType::kInt)},
      {"max_subcompactions",
       Mutable(offsetof(DBOptions, max_subcompactions), OptionType::kUInt32T)},
      {"max_total_wal_size",
       Mutable(offsetof(DBOptions, max_total_wal_size), OptionType::kUInt64T)},
      {"max_write_batch_group_size_bytes",
       Fixed(offsetof(DBOptions, max_write_batch_group_size_bytes), OptionType::kUInt64T)},
      {"paranoid_checks", Fixed(offsetof(DBOptions, paranoid_checks), OptionType::kBoolean)},
      {"persist_stats_to_disk",
       Fixed(offsetof(DBOptions, persist_stats_to_disk), OptionType::kBoolean)},
      {"random_access_max_buffer_size",
       Fixed(offsetof(DBOptions, random_access_max_buffer_size), OptionType::kUInt64T)},
      {"recycle_log_file_num",
       Fixed(offsetof(DBOptions, recycle_log_file_num), OptionType::kUInt64T)},
      {"skip_checking_sst_file_sizes_on_db_open",
       Fixed(offsetof(DBOptions, skip_checking_sst_file_sizes_on_db_open), OptionType::kBoolean)},
      {"skip_stats_update_on_db_open",
       Fixed(offsetof(DBOptions, skip_stats_update_on_db_open), OptionType::kBoolean)},
      {"stats_dump_period_sec",
       Mutable(offsetof(DBOptions, stats_dump_period_sec), OptionType::kUInt32T)},
      {"stats_history_buffer_size",
       Mutable(offsetof(DBOptions, stats_history_buffer_size), OptionType::kUInt64T)},
      {"stats_persist_period_sec",
       Mutable(offsetof(DBOptions, stats_persist_period_sec), OptionType::kUInt32T)},
      {"strict_bytes_per_sync",
       Mutable(offsetof(DBOptions, strict_bytes_per_sync), OptionType::kBoolean)},
      {"table_cache_numshardbits",
       Fixed(offsetof(DBOptions, table_cache_numshardbits), OptionType::kInt)},
      {"track_and_verify_wals_in_manifest",
       Fixed(offsetof(DBOptions, track_and_verify_wals_in_manifest), OptionType::kBoolean)},
      {"two_write_queues", Fixed(offsetof(DBOptions, two_write_queues), OptionType::kBoolean)},
      {"unordered_write", Fixed(offsetof(DBOptions, unordered_write), OptionType::kBoolean)},
      {"use_adaptive_mutex", Fixed(offsetof(DBOptions, use_adaptive_mutex), OptionType::kBoolean)},
      {"use_direct_io_for_flush_and_compaction",
       Fixed(offsetof(DBOptions, use_direct_io_for_flush_and_compaction), OptionType::kBoolean)},
      {"use_direct_reads", Fixed(offsetof(DBOptions, use_direct_reads), OptionType::kBoolean)},
      {"use_fsync", Fixed(offsetof(DBOptions, use_fsync), OptionType::kBoolean)},
      {"verify_sst_unique_id_in_manifest",
       Fixed(offsetof(DBOptions, verify_sst_unique_id_in_manifest), OptionType::kBoolean)},
      {"wal_bytes_per_sync",
       Mutable(offsetof(DBOptions, wal_bytes_per_sync), OptionType::kUInt64T)},
      {"wal_compression",
       Fixed(offsetof(DBOptions, wal_compression), OptionType::kCompressionType)},
      {"wal_dir", Fixed(offsetof(DBOptions, wal_dir), OptionType::kString)},
      {"writable_file_max_buffer_size",
       Mutable(offsetof(DBOptions, writable_file_max_buffer_size), OptionType::kUInt64T)},
      {"write_dbid_to_manifest",
       Fixed(offsetof(DBOptions, write_dbid_to_manifest), OptionType::kBoolean)},
      {"write_thread_max_yield_usec",
       Fixed(offsetof(DBOptions, write_thread_max_yield_usec), OptionType::kUInt64T)},
      {"write_thread_slow_yield_usec",
       Fixed(offsetof(DBOptions, write_thread_slow_yield_usec), OptionType::kUInt64T)},
      {"access_hint_on_compaction_start",
       OptionTypeInfo::Enum(offsetof(DBOptions, access_hint_on_compaction_start), access_hints)},
      {"info_log_level", OptionTypeInfo::Enum(offsetof(DBOptions, info_log_level), log_levels)},
      {"wal_recovery_mode",
       OptionTypeInfo::Enum(offsetof(DBOptions, wal_recovery_mode), recovery_modes)},
      {"lowest_used_cache_tier",
       OptionTypeInfo::Enum(offsetof(DBOptions, lowest_used_cache_tier), cache_tiers)},
      {"file_checksum_gen_factory", OptionTypeInfo::AsCustomSharedPtr<FileChecksumGenFactory>(
                                        offsetof(DBOptions, file_checksum_gen_factory),
                                        Verify::kByNameAllowFromNull, Flags::kAllowNull)},
      {"wal_filter",
       OptionTypeInfo::AsCustomRawPtr<WalFilter>(offsetof(DBOptions, wal_filter), Verify::kByName,
                                                 Flags::kAllowNull | Flags::kCompareNever)},
      {"statistics",
       OptionTypeInfo::AsCustomSharedPtr<Statistics>(
           offsetof(DBOptions, statistics), Verify::kByName, kProcessObject | Flags::kAllowNull)},
      {"env", EnvOption(offsetof(DBOptions, env))},
      {"listeners", ListenersOption(offsetof(DBOptions, listeners))},
      {"rate_limiter_bytes_per_sec", RateOption(offsetof(DBOptions, rate_limiter))},
      {"rate_limiter", Deprecated()},
      {"allow_os_buffer", Deprecated(Flags::kMutable)},
      {"base_background_compactions", Deprecated(Flags::kMutable)},
      {"concurrent_prepare", Deprecated()},
      {"disableDataSync", Deprecated()},
      {"disable_data_sync", Deprecated()},
      {"experimental_mempurge_threshold", Deprecated()},
      {"new_table_reader_for_compaction_inputs", Deprecated()},
      {"preserve_deletes", Deprecated()},
      {"skip_log_error_on_recovery", Deprecated()}};
  return *infos;
}

}  // namespace rocksdb
