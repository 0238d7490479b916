// Incremental backups of a DB in a backup directory, and restoring from them.
// Thread safety: calls on one engine are serialized by the caller, except StopBackup.
#ifndef AETHER_ROCKSDB_UTILITIES_BACKUP_ENGINE_H_
#define AETHER_ROCKSDB_UTILITIES_BACKUP_ENGINE_H_

#include <climits>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "rocksdb/env.h"
#include "rocksdb/io_status.h"
#include "rocksdb/metadata.h"
#include "rocksdb/options.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

constexpr char kDbFileChecksumFuncName[] = "FileChecksumCrc32c";
constexpr char kBackupFileChecksumFuncName[] = "crc32c";

// Rates are in bytes per second, 0 means no limit; sizes are in bytes.
struct BackupEngineOptions {
  std::string backup_dir;
  Env* backup_env;
  bool share_table_files;
  Logger* info_log;
  bool sync;
  bool destroy_old_data;
  bool backup_log_files;
  uint64_t backup_rate_limit;
  std::shared_ptr<RateLimiter> backup_rate_limiter{nullptr};
  uint64_t restore_rate_limit;
  std::shared_ptr<RateLimiter> restore_rate_limiter{nullptr};
  bool share_files_with_checksum;
  int max_background_operations;
  uint64_t callback_trigger_interval_size;
  int max_valid_backups_to_open;
  enum ShareFilesNaming : uint32_t {
    kLegacyCrc32cAndFileSize = 1U,
    kUseDbSessionId = 2U,
    kMaskNoNamingFlags = 0xffffU,
    kFlagIncludeFileSize = 1U << 31,
    kMaskNamingFlags = ~kMaskNoNamingFlags,
  };
  ShareFilesNaming share_files_with_checksum_naming;
  int schema_version = 1;
  bool current_temperatures_override_manifest = false;
  void Dump(Logger* logger) const;
  explicit BackupEngineOptions(const std::string& _backup_dir, Env* _backup_env = nullptr,
                               bool _share_table_files = true, Logger* _info_log = nullptr,
                               bool _sync = true, bool _destroy_old_data = false,
                               bool _backup_log_files = true, uint64_t _backup_rate_limit = 0,
                               uint64_t _restore_rate_limit = 0, int _max_background_operations = 1,
                               uint64_t _callback_trigger_interval_size = 4 * 1024 * 1024,
                               int _max_valid_backups_to_open = INT_MAX,
                               ShareFilesNaming _share_files_with_checksum_naming =
                                   static_cast<ShareFilesNaming>(kUseDbSessionId |
                                                                 kFlagIncludeFileSize))
      : backup_dir(_backup_dir),
        backup_env(_backup_env),
        share_table_files(_share_table_files),
        info_log(_info_log),
        sync(_sync),
        destroy_old_data(_destroy_old_data),
        backup_log_files(_backup_log_files),
        backup_rate_limit(_backup_rate_limit),
        restore_rate_limit(_restore_rate_limit),
        share_files_with_checksum(true),
        max_background_operations(_max_background_operations),
        callback_trigger_interval_size(_callback_trigger_interval_size),
        max_valid_backups_to_open(_max_valid_backups_to_open),
        share_files_with_checksum_naming(_share_files_with_checksum_naming) {}
};

inline BackupEngineOptions::ShareFilesNaming operator&(BackupEngineOptions::ShareFilesNaming lhs,
                                                       BackupEngineOptions::ShareFilesNaming rhs) {
  return BackupEngineOptions::ShareFilesNaming{static_cast<uint32_t>(lhs) &
                                               static_cast<uint32_t>(rhs)};
}

inline BackupEngineOptions::ShareFilesNaming operator|(BackupEngineOptions::ShareFilesNaming lhs,
                                                       BackupEngineOptions::ShareFilesNaming rhs) {
  return BackupEngineOptions::ShareFilesNaming{static_cast<uint32_t>(lhs) |
                                               static_cast<uint32_t>(rhs)};
}

struct CreateBackupOptions {
  bool flush_before_backup = false;
  std::function<void()> progress_callback = []() {};
  bool decrease_background_thread_cpu_priority = false;
  CpuPriority background_thread_cpu_priority = CpuPriority::kNormal;
};

struct RestoreOptions {
  bool keep_log_files;
  explicit RestoreOptions(bool _keep_log_files = false) : keep_log_files(_keep_log_files) {}
};

using BackupID = uint32_t;

using BackupFileInfo = FileStorageInfo;

// One backup; timestamp is in seconds since 1970.
struct BackupInfo {
  BackupID backup_id = 0U;
  int64_t timestamp = 0;
  uint64_t size = 0U;
  uint32_t number_files = 0U;
  std::string app_metadata;
  std::vector<BackupFileInfo> file_details;
  std::string name_for_open;
  std::shared_ptr<Env> env_for_open;
  BackupInfo() {}
  BackupInfo(BackupID _backup_id, int64_t _timestamp, uint64_t _size, uint32_t _number_files,
             const std::string& _app_metadata)
      : backup_id(_backup_id),
        timestamp(_timestamp),
        size(_size),
        number_files(_number_files),
        app_metadata(_app_metadata) {}
};

class BackupStatistics {
 public:
  BackupStatistics() : BackupStatistics(0, 0) {}
  BackupStatistics(uint32_t _number_success_backup, uint32_t _number_fail_backup)
      : number_success_backup(_number_success_backup), number_fail_backup(_number_fail_backup) {}
  ~BackupStatistics() {}
  void IncrementNumberSuccessBackup();
  void IncrementNumberFailBackup();
  uint32_t GetNumberSuccessBackup() const;
  uint32_t GetNumberFailBackup() const;
  std::string ToString() const;

 private:
  uint32_t number_success_backup;
  uint32_t number_fail_backup;
};

class BackupEngineReadOnlyBase {
 public:
  virtual ~BackupEngineReadOnlyBase() = default;
  virtual Status GetLatestBackupInfo(BackupInfo* backup_info,
                                     bool include_file_details = false) const = 0;
  virtual Status GetBackupInfo(BackupID backup_id, BackupInfo* backup_info,
                               bool include_file_details = false) const = 0;
  virtual void GetBackupInfo(std::vector<BackupInfo>* backup_infos,
                             bool include_file_details = false) const = 0;
  virtual void GetCorruptedBackups(std::vector<BackupID>* corrupt_backup_ids) const = 0;
  virtual IOStatus RestoreDBFromBackup(const RestoreOptions& options, BackupID backup_id,
                                       const std::string& db_dir,
                                       const std::string& wal_dir) const = 0;
  virtual IOStatus RestoreDBFromBackup(BackupID backup_id, const std::string& db_dir,
                                       const std::string& wal_dir,
                                       const RestoreOptions& options = RestoreOptions()) const {
    return RestoreDBFromBackup(options, backup_id, db_dir, wal_dir);
  }
  virtual IOStatus RestoreDBFromLatestBackup(const RestoreOptions& options,
                                             const std::string& db_dir,
                                             const std::string& wal_dir) const = 0;
  virtual IOStatus RestoreDBFromLatestBackup(
      const std::string& db_dir, const std::string& wal_dir,
      const RestoreOptions& options = RestoreOptions()) const {
    return RestoreDBFromLatestBackup(options, db_dir, wal_dir);
  }
  virtual IOStatus VerifyBackup(BackupID backup_id, bool verify_with_checksum = false) const = 0;
};

class BackupEngineAppendOnlyBase {
 public:
  virtual ~BackupEngineAppendOnlyBase() = default;
  virtual IOStatus CreateNewBackupWithMetadata(const CreateBackupOptions& options, DB* db,
                                               const std::string& app_metadata,
                                               BackupID* new_backup_id = nullptr) = 0;
  virtual IOStatus CreateNewBackupWithMetadata(
      DB* db, const std::string& app_metadata, bool flush_before_backup = false,
      std::function<void()> progress_callback = []() {}) {
    CreateBackupOptions how;
    how.flush_before_backup = flush_before_backup;
    how.progress_callback = std::move(progress_callback);
    return CreateNewBackupWithMetadata(how, db, app_metadata);
  }
  virtual IOStatus CreateNewBackup(const CreateBackupOptions& options, DB* db,
                                   BackupID* new_backup_id = nullptr) {
    return CreateNewBackupWithMetadata(options, db, std::string(), new_backup_id);
  }
  virtual IOStatus CreateNewBackup(
      DB* db, bool flush_before_backup = false, std::function<void()> progress_callback = []() {}) {
    CreateBackupOptions how;
    how.flush_before_backup = flush_before_backup;
    how.progress_callback = std::move(progress_callback);
    return CreateNewBackup(how, db);
  }
  virtual void StopBackup() = 0;
  virtual IOStatus GarbageCollect() = 0;
};

class BackupEngine : public BackupEngineReadOnlyBase, public BackupEngineAppendOnlyBase {
 public:
  virtual ~BackupEngine() = default;
  static IOStatus Open(const BackupEngineOptions& options, Env* db_env,
                       BackupEngine** backup_engine_ptr);
  static IOStatus Open(Env* db_env, const BackupEngineOptions& options,
                       BackupEngine** backup_engine_ptr) {
    return Open(options, db_env, backup_engine_ptr);
  }
  virtual IOStatus PurgeOldBackups(uint32_t num_backups_to_keep) = 0;
  virtual IOStatus DeleteBackup(BackupID backup_id) = 0;
};

// The part of the interface that changes no backup.
class BackupEngineReadOnly : public BackupEngineReadOnlyBase {
 public:
  virtual ~BackupEngineReadOnly() = default;
  static IOStatus Open(const BackupEngineOptions& options, Env* db_env,
                       BackupEngineReadOnly** backup_engine_ptr);
  static IOStatus Open(Env* db_env, const BackupEngineOptions& options,
                       BackupEngineReadOnly** backup_engine_ptr) {
    return Open(options, db_env, backup_engine_ptr);
  }
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_BACKUP_ENGINE_H_
