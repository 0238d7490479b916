// Backups are not there yet: opening an engine says so. The option and statistics classes are
// complete.

#include "rocksdb/utilities/backup_engine.h"

namespace rocksdb {

void BackupEngineOptions::Dump(Logger* logger) const {
  const auto flag = [logger](const char* name, bool value) {
    Header(logger, "  Options.%s: %d", name, value ? 1 : 0);
  };
  Header(logger, "  Options.backup_dir: %s", backup_dir.c_str());
  flag("share_table_files", share_table_files);
  flag("share_files_with_checksum", share_files_with_checksum);
  flag("sync", sync);
  flag("destroy_old_data", destroy_old_data);
  flag("backup_log_files", backup_log_files);
  Header(logger, "  Options.backup_rate_limit: %llu",
         static_cast<unsigned long long>(backup_rate_limit));
  Header(logger, "  Options.restore_rate_limit: %llu",
         static_cast<unsigned long long>(restore_rate_limit));
  Header(logger, "  Options.max_background_operations: %d", max_background_operations);
}

void BackupStatistics::IncrementNumberSuccessBackup() { ++number_success_backup; }
void BackupStatistics::IncrementNumberFailBackup() { ++number_fail_backup; }
uint32_t BackupStatistics::GetNumberSuccessBackup() const { return number_success_backup; }
uint32_t BackupStatistics::GetNumberFailBackup() const { return number_fail_backup; }
std::string BackupStatistics::ToString() const {
  return "# success backup: " + std::to_string(number_success_backup) +
         ", # fail backup: " + std::to_string(number_fail_backup);
}

IOStatus BackupEngine::Open(const BackupEngineOptions& /*options*/, Env* /*db_env*/,
                            BackupEngine** backup_engine_ptr) {
  *backup_engine_ptr = nullptr;
  return IOStatus::NotSupported("BackupEngine::Open");
}

IOStatus BackupEngineReadOnly::Open(const BackupEngineOptions& /*options*/, Env* /*db_env*/,
                                    BackupEngineReadOnly** backup_engine_ptr) {
  *backup_engine_ptr = nullptr;
  return IOStatus::NotSupported("BackupEngineReadOnly::Open");
}

}  // namespace rocksdb
