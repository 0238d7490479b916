// What becomes of the options of transactions, backups, traces and tools.

#include "compat/options/option_rows.h"
#include "rocksdb/block_cache_trace_writer.h"
#include "rocksdb/db_dump_tool.h"
#include "rocksdb/experimental.h"
#include "rocksdb/ldb_tool.h"
#include "rocksdb/utilities/backup_engine.h"
#include "rocksdb/utilities/cache_dump_load.h"
#include "rocksdb/utilities/leveldb_options.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"
#include "rocksdb/utilities/replayer.h"
#include "rocksdb/utilities/transaction_db.h"

namespace rocksdb {

namespace {

constexpr char kNoSuchPolicy[] = "the policy that it is for is refused at Open";

std::vector<OptionFate> Transactions() {
  std::vector<OptionFate> rows;
  {
    using Owner = TransactionDBOptions;
    constexpr const char* owner = "TransactionDBOptions";
    rows = {
        HONOURED(max_num_locks),
        HONOURED(max_num_deadlocks),
        HONOURED(num_stripes),
        HONOURED(transaction_lock_timeout),
        HONOURED(default_lock_timeout),
        HONOURED(custom_mutex_factory),
        HONOURED_AS(write_policy, "WRITE_COMMITTED; the others are refused at Open"),
        IGNORED(rollback_merge_operands, kNoSuchPolicy),
        REFUSED(lock_mgr_handle, "range locks, at Open"),
        HONOURED(skip_concurrency_control),
        IGNORED(default_write_batch_flush_threshold, kNoSuchPolicy),
        IGNORED(rollback_deletion_type_callback, kNoSuchPolicy),
    };
  }
  {
    using Owner = TransactionOptions;
    constexpr const char* owner = "TransactionOptions";
    const std::vector<OptionFate> more = {
        HONOURED(set_snapshot),
        HONOURED(deadlock_detect),
        IGNORED(use_only_the_last_commit_time_batch_for_recovery,
                "what is written at commit is always there after recovery"),
        HONOURED(lock_timeout),
        HONOURED(expiration),
        HONOURED(deadlock_detect_depth),
        HONOURED(max_write_batch_size),
        HONOURED(skip_concurrency_control),
        HONOURED(skip_prepare),
        IGNORED(write_batch_flush_threshold, kNoSuchPolicy),
    };
    rows.insert(rows.end(), more.begin(), more.end());
  }
  {
    using Owner = OptimisticTransactionDBOptions;
    constexpr const char* owner = "OptimisticTransactionDBOptions";
    rows.push_back(HONOURED(validate_policy));
    rows.push_back(HONOURED_AS(occ_lock_buckets, "at most 16,384"));
  }
  using Owner = OptimisticTransactionOptions;
  constexpr const char* owner = "OptimisticTransactionOptions";
  rows.push_back(HONOURED(set_snapshot));
  rows.push_back(HONOURED(cmp));
  return rows;
}

std::vector<OptionFate> Backups() {
  std::vector<OptionFate> rows;
  {
    using Owner = BackupEngineOptions;
    constexpr const char* owner = "BackupEngineOptions";
    rows = {
        HONOURED(backup_dir),
        HONOURED(backup_env),
        HONOURED(share_table_files),
        HONOURED(info_log),
        HONOURED(sync),
        HONOURED(destroy_old_data),
        HONOURED(backup_log_files),
        HONOURED(backup_rate_limit),
        HONOURED(backup_rate_limiter),
        HONOURED(restore_rate_limit),
        HONOURED(restore_rate_limiter),
        HONOURED(share_files_with_checksum),
        HONOURED(max_background_operations),
        HONOURED(callback_trigger_interval_size),
        HONOURED(max_valid_backups_to_open),
        HONOURED(share_files_with_checksum_naming),
        HONOURED(schema_version),
        IGNORED(current_temperatures_override_manifest, "there is one temperature"),
    };
  }
  {
    using Owner = CreateBackupOptions;
    constexpr const char* owner = "CreateBackupOptions";
    rows.push_back(HONOURED(flush_before_backup));
    rows.push_back(HONOURED(progress_callback));
    rows.push_back(HONOURED(decrease_background_thread_cpu_priority));
    rows.push_back(HONOURED(background_thread_cpu_priority));
  }
  using Owner = RestoreOptions;
  constexpr const char* owner = "RestoreOptions";
  rows.push_back(HONOURED(keep_log_files));
  return rows;
}

std::vector<OptionFate> Tools() {
  std::vector<OptionFate> rows;
  {
    using Owner = ReplayOptions;
    constexpr const char* owner = "ReplayOptions";
    rows = {HONOURED(num_threads), HONOURED(fast_forward)};
  }
  {
    using Owner = BlockCacheTraceOptions;
    constexpr const char* owner = "BlockCacheTraceOptions";
    rows.push_back(REFUSED(sampling_frequency, "by StartBlockCacheTrace"));
  }
  {
    using Owner = BlockCacheTraceWriterOptions;
    constexpr const char* owner = "BlockCacheTraceWriterOptions";
    rows.push_back(REFUSED(max_trace_file_size, "by StartBlockCacheTrace"));
  }
  {
    using Owner = CacheDumpOptions;
    constexpr const char* owner = "CacheDumpOptions";
    rows.push_back(REFUSED(clock, "by NewDefaultCacheDumper"));
  }
  {
    using Owner = DumpOptions;
    constexpr const char* owner = "DumpOptions";
    rows.push_back(HONOURED(db_path));
    rows.push_back(HONOURED(dump_location));
    rows.push_back(HONOURED(anonymous));
  }
  {
    using Owner = UndumpOptions;
    constexpr const char* owner = "UndumpOptions";
    rows.push_back(HONOURED(db_path));
    rows.push_back(HONOURED(dump_location));
    rows.push_back(HONOURED(compact_db));
  }
  {
    using Owner = LDBOptions;
    constexpr const char* owner = "LDBOptions";
    rows.push_back(HONOURED(key_formatter));
    rows.push_back(HONOURED(print_help_header));
  }
  using Owner = experimental::UpdateManifestForFilesStateOptions;
  constexpr const char* owner = "experimental::UpdateManifestForFilesStateOptions";
  rows.push_back(REFUSED(update_temperatures, "by UpdateManifestForFilesState"));
  return rows;
}

std::vector<OptionFate> LevelDb() {
  using Owner = LevelDBOptions;
  constexpr const char* owner = "LevelDBOptions";
  constexpr const char* as = "becomes the option of this name";
  return {
      MAPPED(comparator, as),
      MAPPED(create_if_missing, as),
      MAPPED(error_if_exists, as),
      MAPPED(paranoid_checks, as),
      MAPPED(env, as),
      MAPPED(info_log, as),
      MAPPED(write_buffer_size, as),
      MAPPED(max_open_files, as),
      MAPPED(block_cache, as),
      MAPPED(block_size, as),
      MAPPED(block_restart_interval, as),
      MAPPED(compression, as),
      MAPPED(filter_policy, as),
  };
}

}  // namespace

std::vector<OptionFate> UtilityOptionFates() {
  std::vector<OptionFate> rows;
  for (const auto& group : {Transactions(), Backups(), Tools(), LevelDb()}) {
    rows.insert(rows.end(), group.begin(), group.end());
  }
  return rows;
}

}  // namespace rocksdb
