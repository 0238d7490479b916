// Backups: the public classes. Where backups lie: backup_directory.h; how one is made:
// backup_writer.h; the way back: backup_restore.h.
//
// Thread safety: calls that only look run beside each other, each other call runs alone; StopBackup
// may come at any time.

#include "rocksdb/utilities/backup_engine.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "compat/utilities/backup_copies.h"
#include "compat/utilities/backup_directory.h"
#include "compat/utilities/backup_restore.h"
#include "compat/utilities/backup_view.h"
#include "compat/utilities/backup_writer.h"
#include "rocksdb/db.h"
#include "rocksdb/rate_limiter.h"
#include "rocksdb/system_clock.h"

namespace rocksdb {

namespace {

constexpr size_t kLargestAppMetadata = 1024 * 1024;

class Engine final : public BackupEngine {
 public:
  Engine(const BackupEngineOptions& options, Env* db_env, bool read_only)
      : options_(options),
        db_env_(db_env != nullptr ? db_env : Env::Default()),
        read_only_(read_only),
        directory_(options.backup_env != nullptr ? options.backup_env : db_env_,
                   WithoutSlash(options.backup_dir)) {
    if (options_.backup_rate_limiter == nullptr && options_.backup_rate_limit > 0) {
      options_.backup_rate_limiter.reset(
          NewGenericRateLimiter(static_cast<int64_t>(options_.backup_rate_limit)));
    }
    if (options_.restore_rate_limiter == nullptr && options_.restore_rate_limit > 0) {
      options_.restore_rate_limiter.reset(
          NewGenericRateLimiter(static_cast<int64_t>(options_.restore_rate_limit)));
    }
  }

  IOStatus Initialize() {
    options_.Dump(options_.info_log);
    if (!read_only_) {
      const std::string shared =
          options_.share_files_with_checksum ? kSharedChecksumDirectory : kSharedDirectory;
      IOStatus s = directory_.Create(options_.share_table_files ? shared : std::string());
      if (!s.ok()) return s;
    }
    // An engine that writes has to know every file that is in use.
    IOStatus s = directory_.Load(read_only_ ? options_.max_valid_backups_to_open : INT_MAX,
                                 options_.info_log);
    if (!s.ok() || read_only_ || !options_.destroy_old_data) return s;
    while (s.ok() && !directory_.damaged().empty()) {
      s = directory_.Remove(directory_.damaged().begin()->first);
    }
    return s.ok() ? Purge(0) : s;
  }

  // --- what looks ---

  Status GetLatestBackupInfo(BackupInfo* backup_info, bool include_file_details) const override {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    if (directory_.backups().empty()) return Status::NotFound("Backup not found");
    Describe(directory_.backups().rbegin()->second, include_file_details, backup_info);
    return Status::OK();
  }

  Status GetBackupInfo(BackupID backup_id, BackupInfo* backup_info,
                       bool include_file_details) const override {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    const BackupMeta* meta = nullptr;
    IOStatus s = directory_.Find(backup_id, &meta);
    if (s.ok()) Describe(*meta, include_file_details, backup_info);
    return s;
  }

  void GetBackupInfo(std::vector<BackupInfo>* backup_infos,
                     bool include_file_details) const override {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    backup_infos->clear();
    for (const auto& [id, meta] : directory_.backups()) {
      Describe(meta, include_file_details, &backup_infos->emplace_back());
    }
  }

  void GetCorruptedBackups(std::vector<BackupID>* corrupt_backup_ids) const override {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    for (const auto& [id, damaged] : directory_.damaged()) corrupt_backup_ids->push_back(id);
  }

  IOStatus VerifyBackup(BackupID backup_id, bool verify_with_checksum) const override {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    const BackupMeta* meta = nullptr;
    IOStatus s = directory_.Find(backup_id, &meta);
    if (!s.ok()) return s;
    for (const BackupFile& file : meta->files) {
      if (s.ok()) s = directory_.CheckFile(file, nullptr);
    }
    if (!s.ok() || !verify_with_checksum) return s;
    BackupCopies copies(CopySettings(nullptr));
    return VerifyBackupChecksums(directory_, *meta, &copies);
  }

  using BackupEngine::RestoreDBFromBackup;
  IOStatus RestoreDBFromBackup(const RestoreOptions& options, BackupID backup_id,
                               const std::string& db_dir,
                               const std::string& wal_dir) const override {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    return Restore(options, backup_id, db_dir, wal_dir);
  }

  using BackupEngine::RestoreDBFromLatestBackup;
  IOStatus RestoreDBFromLatestBackup(const RestoreOptions& options, const std::string& db_dir,
                                     const std::string& wal_dir) const override {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    if (directory_.backups().empty()) return IOStatus::NotFound("Backup not found");
    return Restore(options, directory_.backups().rbegin()->first, db_dir, wal_dir);
  }

  // --- what changes backups ---

  using BackupEngine::CreateNewBackup;
  using BackupEngine::CreateNewBackupWithMetadata;
  IOStatus CreateNewBackupWithMetadata(const CreateBackupOptions& options, DB* db,
                                       const std::string& app_metadata,
                                       BackupID* new_backup_id) override {
    const std::unique_lock<std::shared_mutex> lock(mutex_);
    if (db == nullptr) return IOStatus::InvalidArgument("CreateNewBackup: there is no DB");
    IOStatus s = CheckOptions(app_metadata);
    if (!s.ok()) return s;
    if (directory_.newest() == UINT32_MAX) {
      return IOStatus::InvalidArgument("CreateNewBackup: there is no backup id left");
    }
    BackupMeta meta;
    meta.id = directory_.newest() + 1;
    meta.app_metadata = app_metadata;
    // One that stopped half way has left the directory of this number.
    if (directory_.fs()->FileExists(directory_.PrivatePath(meta.id), IOOptions(), nullptr).ok()) {
      directory_.ExpectGarbage();
    }
    s = RemoveGarbage();
    if (!s.ok()) return s;
    s = Write(options, db, &meta);
    if (!s.ok()) {
      statistics_.IncrementNumberFailBackup();
      directory_.ExpectGarbage();
      Warn(options_.info_log, "Backup %u failed: %s", meta.id, s.ToString().c_str());
      return s;
    }
    statistics_.IncrementNumberSuccessBackup();
    Info(options_.info_log, "Backup %u done: %zu files, %llu bytes; %s", meta.id, meta.files.size(),
         static_cast<unsigned long long>(meta.Size()), statistics_.ToString().c_str());
    if (new_backup_id != nullptr) *new_backup_id = meta.id;
    return s;
  }

  void StopBackup() override { stop_.store(true, std::memory_order_release); }

  IOStatus GarbageCollect() override {
    const std::unique_lock<std::shared_mutex> lock(mutex_);
    directory_.ExpectGarbage();
    return RemoveGarbage();
  }

  IOStatus PurgeOldBackups(uint32_t num_backups_to_keep) override {
    const std::unique_lock<std::shared_mutex> lock(mutex_);
    return Purge(num_backups_to_keep);
  }

  IOStatus DeleteBackup(BackupID backup_id) override {
    const std::unique_lock<std::shared_mutex> lock(mutex_);
    const IOStatus removed = directory_.Remove(backup_id);
    const IOStatus cleaned = RemoveGarbage();
    return removed.ok() ? cleaned : removed;
  }

 private:
  static std::string WithoutSlash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
  }

  BackupCopies::Settings CopySettings(RateLimiter* limiter) const {
    BackupCopies::Settings settings;
    settings.threads = options_.max_background_operations;
    settings.limiter = limiter;
    return settings;
  }

  IOStatus CheckOptions(const std::string& app_metadata) const {
    if (app_metadata.size() > kLargestAppMetadata) {
      return IOStatus::Corruption("App metadata too large");
    }
    if (options_.schema_version < 1) {
      return IOStatus::InvalidArgument("BackupEngineOptions::schema_version must be >= 1");
    }
    if (options_.schema_version > kNewestBackupSchema) {
      return IOStatus::NotSupported("Only BackupEngineOptions::schema_version <= " +
                                    std::to_string(kNewestBackupSchema) + " is supported");
    }
    const auto naming = static_cast<uint32_t>(options_.share_files_with_checksum_naming &
                                              BackupEngineOptions::kMaskNoNamingFlags);
    if (naming != BackupEngineOptions::kLegacyCrc32cAndFileSize &&
        naming != BackupEngineOptions::kUseDbSessionId) {
      return IOStatus::NotSupported(
          "BackupEngineOptions::share_files_with_checksum_naming has no such value");
    }
    return IOStatus::OK();
  }

  IOStatus Write(const CreateBackupOptions& options, DB* db, BackupMeta* meta) {
    const Status kept = db->DisableFileDeletions();
    // An instance that is read-only removes nothing.
    if (!kept.ok() && !kept.IsNotSupported()) return status_to_io_status(Status(kept));
    int64_t now = 0;
    db_env_->GetCurrentTime(&now).PermitUncheckedError();
    meta->timestamp = now;
    meta->sequence = db->GetLatestSequenceNumber();
    // Without its log a database that is not flushed is no state at all.
    LiveFilesStorageInfoOptions which;
    which.wal_size_for_flush =
        options.flush_before_backup || !options_.backup_log_files ? 0 : UINT64_MAX;
    std::vector<LiveFileStorageInfo> files;
    IOStatus s = status_to_io_status(db->GetLiveFilesStorageInfo(which, &files));
    if (s.ok()) {
      BackupCopies::Settings settings = CopySettings(options_.backup_rate_limiter.get());
      if (options.decrease_background_thread_cpu_priority) {
        settings.priority = options.background_thread_cpu_priority;
      }
      settings.progress = options.progress_callback;
      settings.interval = options_.callback_trigger_interval_size;
      settings.stop = &stop_;
      BackupCopies copies(std::move(settings));
      s = BackupWriter(options_, db->GetFileSystem(), &directory_, meta).Write(files, &copies);
      if (Statistics* const statistics = db->GetDBOptions().statistics.get()) {
        statistics->recordTick(BACKUP_READ_BYTES, copies.bytes_read());
        statistics->recordTick(BACKUP_WRITE_BYTES, copies.bytes_written());
      }
    }
    if (kept.ok()) {
      const Status released = db->EnableFileDeletions(false);
      if (s.ok()) s = status_to_io_status(Status(released));
    }
    return s.ok() ? directory_.Add(*meta, options_.schema_version, options_.sync) : s;
  }

  IOStatus Restore(const RestoreOptions& options, BackupID id, const std::string& db_dir,
                   const std::string& wal_dir) const {
    const BackupMeta* meta = nullptr;
    IOStatus s = directory_.Find(id, &meta);
    if (!s.ok()) return s;
    const std::string target = WithoutSlash(db_dir);
    BackupCopies copies(CopySettings(options_.restore_rate_limiter.get()));
    return RestoreBackup(directory_, *meta, options, db_env_->GetFileSystem().get(), target,
                         wal_dir.empty() ? target : WithoutSlash(wal_dir), &copies);
  }

  IOStatus Purge(uint32_t keep) {
    IOStatus s;
    while (s.ok() && directory_.backups().size() > keep) {
      s = directory_.Remove(directory_.backups().begin()->first);
    }
    const IOStatus cleaned = RemoveGarbage();
    return s.ok() ? cleaned : s;
  }

  IOStatus RemoveGarbage() {
    return directory_.has_garbage() ? directory_.RemoveGarbage() : IOStatus::OK();
  }

  void Describe(const BackupMeta& meta, bool details, BackupInfo* info) const {
    *info = BackupInfo(meta.id, meta.timestamp, meta.Size(),
                       static_cast<uint32_t>(meta.files.size()), meta.app_metadata);
    if (!details) return;
    for (const BackupFile& file : meta.files) {
      BackupFileInfo& out = info->file_details.emplace_back();
      out.relative_filename = file.path;
      out.directory = directory_.PrivatePath(meta.id);  // where it seems to be: name_for_open
      out.size = file.size;
      out.temperature = file.temperature;
      ParseDbFileName(file.name, &out.file_number, &out.file_type);
    }
    info->name_for_open = directory_.PrivatePath(meta.id);
    info->env_for_open = NewBackupView(directory_, meta);
  }

  BackupEngineOptions options_;
  Env* const db_env_;
  const bool read_only_;
  std::atomic<bool> stop_{false};
  mutable std::shared_mutex mutex_;
  BackupDirectory directory_;    // under mutex_
  BackupStatistics statistics_;  // under mutex_
};

// What of the engine only looks.
class ReadOnlyEngine final : public BackupEngineReadOnly {
 public:
  explicit ReadOnlyEngine(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

  Status GetLatestBackupInfo(BackupInfo* backup_info, bool include_file_details) const override {
    return engine_->GetLatestBackupInfo(backup_info, include_file_details);
  }
  Status GetBackupInfo(BackupID backup_id, BackupInfo* backup_info,
                       bool include_file_details) const override {
    return engine_->GetBackupInfo(backup_id, backup_info, include_file_details);
  }
  void GetBackupInfo(std::vector<BackupInfo>* backup_infos,
                     bool include_file_details) const override {
    engine_->GetBackupInfo(backup_infos, include_file_details);
  }
  void GetCorruptedBackups(std::vector<BackupID>* corrupt_backup_ids) const override {
    engine_->GetCorruptedBackups(corrupt_backup_ids);
  }
  using BackupEngineReadOnly::RestoreDBFromBackup;
  IOStatus RestoreDBFromBackup(const RestoreOptions& options, BackupID backup_id,
                               const std::string& db_dir,
                               const std::string& wal_dir) const override {
    return engine_->RestoreDBFromBackup(options, backup_id, db_dir, wal_dir);
  }
  using BackupEngineReadOnly::RestoreDBFromLatestBackup;
  IOStatus RestoreDBFromLatestBackup(const RestoreOptions& options, const std::string& db_dir,
                                     const std::string& wal_dir) const override {
    return engine_->RestoreDBFromLatestBackup(options, db_dir, wal_dir);
  }
  IOStatus VerifyBackup(BackupID backup_id, bool verify_with_checksum) const override {
    return engine_->VerifyBackup(backup_id, verify_with_checksum);
  }

 private:
  const std::unique_ptr<Engine> engine_;
};

}  // namespace

void BackupEngineOptions::Dump(Logger* logger) const {
  const auto flag = [logger](const char* name, bool value) {
    Info(logger, "  Options.%s: %d", name, value ? 1 : 0);
  };
  Info(logger, "  Options.backup_dir: %s", backup_dir.c_str());
  flag("share_table_files", share_table_files);
  flag("share_files_with_checksum", share_files_with_checksum);
  flag("sync", sync);
  flag("destroy_old_data", destroy_old_data);
  flag("backup_log_files", backup_log_files);
  Info(logger, "  Options.backup_rate_limit: %llu",
       static_cast<unsigned long long>(backup_rate_limit));
  Info(logger, "  Options.restore_rate_limit: %llu",
       static_cast<unsigned long long>(restore_rate_limit));
  Info(logger, "  Options.max_background_operations: %d", max_background_operations);
}

void BackupStatistics::IncrementNumberSuccessBackup() { ++number_success_backup; }
void BackupStatistics::IncrementNumberFailBackup() { ++number_fail_backup; }
uint32_t BackupStatistics::GetNumberSuccessBackup() const { return number_success_backup; }
uint32_t BackupStatistics::GetNumberFailBackup() const { return number_fail_backup; }
std::string BackupStatistics::ToString() const {
  return "# success backup: " + std::to_string(number_success_backup) +
         ", # fail backup: " + std::to_string(number_fail_backup);
}

IOStatus BackupEngine::Open(const BackupEngineOptions& options, Env* db_env,
                            BackupEngine** backup_engine_ptr) {
  if (backup_engine_ptr == nullptr) {
    return IOStatus::InvalidArgument("BackupEngine::Open: there is no place for it");
  }
  *backup_engine_ptr = nullptr;
  auto engine = std::make_unique<Engine>(options, db_env, false);
  IOStatus s = engine->Initialize();
  if (s.ok()) *backup_engine_ptr = engine.release();
  return s;
}

IOStatus BackupEngineReadOnly::Open(const BackupEngineOptions& options, Env* db_env,
                                    BackupEngineReadOnly** backup_engine_ptr) {
  if (backup_engine_ptr == nullptr) {
    return IOStatus::InvalidArgument("BackupEngineReadOnly::Open: there is no place for it");
  }
  *backup_engine_ptr = nullptr;
  if (options.destroy_old_data) {
    return IOStatus::InvalidArgument("Can't destroy old data with ReadOnly BackupEngine");
  }
  auto engine = std::make_unique<Engine>(options, db_env, true);
  IOStatus s = engine->Initialize();
  if (s.ok()) *backup_engine_ptr = new ReadOnlyEngine(std::move(engine));
  return s;
}

}  // namespace rocksdb
