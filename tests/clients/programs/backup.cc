// Backups: three of them, one deleted, all checked, the last and an older one restored to other
// places.
#include <rocksdb/db.h>
#include <rocksdb/utilities/backup_engine.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

static void Must(const rocksdb::Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  exit(1);
}

static void Show(const std::string& path) {
  rocksdb::DB* opened = nullptr;
  Must(rocksdb::DB::OpenForReadOnly(rocksdb::Options(), path, &opened));
  std::unique_ptr<rocksdb::DB> db(opened);
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions()));
  unsigned long sum = 0;
  int count = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next(), ++count) {
    for (const char c : it->key().ToString() + it->value().ToString())
      sum = sum * 31 + (unsigned char)c;
  }
  Must(it->status());
  printf("%d keys, sum %lu\n", count, sum);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string base = argv[1];
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  Must(rocksdb::DB::Open(options, base + "/db", &opened));
  std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::BackupEngine* made = nullptr;
  rocksdb::BackupEngineOptions backup_options(base + "/backups");
  Must(rocksdb::BackupEngine::Open(backup_options, rocksdb::Env::Default(), &made));
  std::unique_ptr<rocksdb::BackupEngine> backups(made);
  for (int round = 1; round <= 3; ++round) {
    for (int i = 0; i < 1000; ++i) {
      Must(db->Put(rocksdb::WriteOptions(), "key" + std::to_string(i * round),
                   "round " + std::to_string(round)));
    }
    Must(backups->CreateNewBackupWithMetadata(rocksdb::CreateBackupOptions(), db.get(),
                                              "after round " + std::to_string(round)));
  }
  Must(db->Put(rocksdb::WriteOptions(), "later", "in no backup"));
  Must(db->Close());
  db.reset();
  Must(backups->DeleteBackup(1));
  std::vector<rocksdb::BackupInfo> infos;
  backups->GetBackupInfo(&infos);
  for (const rocksdb::BackupInfo& info : infos) {
    printf("backup %u: %s, %s\n", info.backup_id, info.app_metadata.c_str(),
           info.size > 0 && info.number_files > 0 ? "not empty" : "empty");
    Must(backups->VerifyBackup(info.backup_id, true));
  }
  printf("the deleted one: %s\n", backups->VerifyBackup(1).IsNotFound() ? "NotFound" : "there");
  backups.reset();

  rocksdb::BackupEngineReadOnly* reader = nullptr;
  Must(rocksdb::BackupEngineReadOnly::Open(backup_options, rocksdb::Env::Default(), &reader));
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> restores(reader);
  Must(restores->RestoreDBFromLatestBackup(base + "/latest", base + "/latest"));
  Must(restores->RestoreDBFromBackup(2, base + "/second", base + "/second"));
  Show(base + "/latest");
  Show(base + "/second");
  Show(base + "/db");
  return 0;
}
