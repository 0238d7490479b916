#include "compat/tools/ldb_copies.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "compat/binary/stderr_logger.h"
#include "rocksdb/convenience.h"
#include "rocksdb/utilities/backup_engine.h"
#include "rocksdb/utilities/checkpoint.h"

namespace rocksdb {

namespace {

struct Place {
  std::shared_ptr<Env> guard;
  std::unique_ptr<Logger> log;
  std::unique_ptr<BackupEngineOptions> options;
};

Status Configure(const LdbBackupPlace& place, Place* configured) {
  if (place.directory.empty()) {
    return Status::InvalidArgument("--backup_dir", "missing backup directory");
  }
  Env* env = nullptr;
  if (!place.env_uri.empty() || !place.fs_uri.empty()) {
    Status s =
        Env::CreateFromUri(ConfigOptions(), place.env_uri, place.fs_uri, &env, &configured->guard);
    if (!s.ok()) return s;
  }
  configured->options = std::make_unique<BackupEngineOptions>(place.directory, env);
  configured->options->max_background_operations = place.threads;
  const int level = std::clamp<int>(place.log_level, DEBUG_LEVEL, HEADER_LEVEL);
  configured->log = std::make_unique<StderrLogger>(static_cast<InfoLogLevel>(level));
  configured->options->info_log = configured->log.get();
  return Status::OK();
}

}  // namespace

Status LdbCheckpoint(DB* db, const std::string& directory) {
  Checkpoint* made = nullptr;
  Status s = Checkpoint::Create(db, &made);
  const std::unique_ptr<Checkpoint> checkpoint(made);
  if (s.ok()) s = checkpoint->CreateCheckpoint(directory);
  if (s.ok()) printf("OK\n");
  return s;
}

Status LdbBackup(DB* db, const LdbBackupPlace& place) {
  Place configured;
  Status s = Configure(place, &configured);
  if (!s.ok()) return s;
  printf("open db OK\n");
  BackupEngine* opened = nullptr;
  s = BackupEngine::Open(*configured.options, db->GetEnv(), &opened);
  const std::unique_ptr<BackupEngine> engine(opened);
  if (!s.ok()) return s;
  printf("open backup engine OK\n");
  s = engine->CreateNewBackup(db);
  if (s.ok()) printf("create new backup OK\n");
  return s;
}

Status LdbRestore(const LdbBackupPlace& place, Env* env, const std::string& directory) {
  Place configured;
  Status s = Configure(place, &configured);
  if (!s.ok()) return s;
  BackupEngineReadOnly* opened = nullptr;
  s = BackupEngineReadOnly::Open(*configured.options, env, &opened);
  const std::unique_ptr<BackupEngineReadOnly> engine(opened);
  if (!s.ok()) return s;
  printf("open restore engine OK\n");
  s = engine->RestoreDBFromLatestBackup(directory, directory);
  if (s.ok()) printf("restore from backup OK\n");
  return s;
}

}  // namespace rocksdb
