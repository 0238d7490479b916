// Backups: what they hold, share and tell, and the way back.
#include <rocksdb/c.h>
#include <rocksdb/ldb_tool.h>
#include <rocksdb/statistics.h>
#include <rocksdb/utilities/backup_engine.h>
#include <rocksdb/utilities/ldb_cmd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::BackupEngine;
using rocksdb::BackupEngineOptions;
using rocksdb::BackupEngineReadOnly;
using rocksdb::BackupID;
using rocksdb::BackupInfo;
using rocksdb::CreateBackupOptions;
using rocksdb::Env;
using rocksdb::FlushOptions;
using rocksdb::Options;
using rocksdb::RestoreOptions;
using rocksdb::Status;
using rocksdb::WriteOptions;

std::string Place() { return Directory() + "/backups"; }

BackupEngineOptions BackupOptions() { return BackupEngineOptions(Place()); }

std::unique_ptr<BackupEngine> Open(const BackupEngineOptions& options = BackupOptions()) {
  BackupEngine* engine = nullptr;
  GOOD(BackupEngine::Open(options, Env::Default(), &engine));
  return std::unique_ptr<BackupEngine>(engine);
}

// What the database looks like that a backup is restored to.
std::string Restored(BackupEngine* engine, BackupID id, const Options& options = Options()) {
  const std::string path = Directory() + "/restored";
  const Status s = engine->RestoreDBFromBackup(id, path, path);
  if (!s.ok()) return Text(s);
  Db db(options, "restored");
  return db.Scan();
}

void Damage(const std::string& path) {
  std::string contents = ReadFile(path);
  contents[contents.size() / 2] = static_cast<char>(contents[contents.size() / 2] ^ 1);
  WriteFile(path, contents);
}

CASE(backup_and_restore) {
  Db db;
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  db.Put("b", "2");
  const auto engine = Open();
  GOOD(engine->CreateNewBackup(db.get()));
  db.Put("c", "3");
  GOOD(engine->CreateNewBackup(db.get(), true));
  GOOD(db->Delete(WriteOptions(), "a"));
  EQ(Restored(engine.get(), 1), "a=1 b=2 ");
  EQ(Restored(engine.get(), 2), "a=1 b=2 c=3 ");
  EQ(Restored(engine.get(), 1), "a=1 b=2 ");
  const std::string path = Directory() + "/latest";
  GOOD(engine->RestoreDBFromLatestBackup(path, path));
  {
    Db latest(Options(), "latest");
    EQ(latest.Scan(), "a=1 b=2 c=3 ");
    latest.Put("d", "4");
  }
  EQ(engine->RestoreDBFromBackup(7, path, path), "1/0 NotFound: Backup not found");
  EQ(db.Scan(), "b=2 c=3 ");
  // Over the database itself.
  db.Close();
  WriteFile(db.path() + "/other", "x");
  GOOD(engine->RestoreDBFromBackup(1, db.path(), db.path()));
  DIFFERS("restores-leave-other-files", Text(Exists(db.path() + "/other")), "false", "true");
  GOOD(db.Reopen(Options()));
  EQ(db.Scan(), "a=1 b=2 ");
  GOOD(engine->CreateNewBackup(db.get()));
  EQ(Restored(engine.get(), 3), "a=1 b=2 ");
}

CASE(backups_share_files) {
  Db db;
  const auto engine = Open();
  for (int i = 0; i < 4; ++i) {
    db.Put("k" + std::to_string(i), "v");
    db.Put("z", std::to_string(i));  // so that the files overlap and are merged
    GOOD(engine->CreateNewBackup(db.get(), true));
    EQ(FilesWith(Place() + "/shared_checksum", ".sst").size(), static_cast<size_t>(i + 1));
  }
  const std::string name = FilesWith(Place() + "/shared_checksum", ".sst")[0];
  // 000008_s0123456789ABCDEFGHIJ_980.sst
  EQ(name.substr(6, 2), "_s");
  EQ(name[28], '_');
  EQ(name.substr(29, name.size() - 33),
     Text(std::filesystem::file_size(Place() + "/shared_checksum/" + name)));
  GOOD(engine->DeleteBackup(1));
  EQ(FilesWith(Place() + "/shared_checksum", ".sst").size(), size_t{4});
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  GOOD(engine->CreateNewBackup(db.get()));
  GOOD(engine->PurgeOldBackups(1));
  EQ(FilesWith(Place() + "/shared_checksum", ".sst").size(), size_t{1});
  EQ(FilesWith(Place() + "/private", "").size(), size_t{1});
  EQ(FilesWith(Place() + "/meta", "").size(), size_t{1});
  EQ(Restored(engine.get(), 5), "k0=v k1=v k2=v k3=v z=3 ");
}

// The same number and the same size, but another file: after a restore numbers are given again.
CASE(backups_do_not_confuse_files) {
  Db db;
  db.Put("a", "1");
  const auto engine = Open();
  GOOD(engine->CreateNewBackup(db.get(), true));
  for (const char* value : {"2", "3", "4"}) {
    db.Close();
    GOOD(engine->RestoreDBFromBackup(1, db.path(), db.path()));
    GOOD(db.Reopen(Options()));
    db.Put("b", value);
    GOOD(engine->CreateNewBackup(db.get(), true));
  }
  EQ(Restored(engine.get(), 2), "a=1 b=2 ");
  EQ(Restored(engine.get(), 3), "a=1 b=3 ");
  EQ(Restored(engine.get(), 4), "a=1 b=4 ");
}

CASE(backup_info) {
  Db db;
  db.Put("a", "1");
  const auto engine = Open();
  BackupInfo info;
  CODE(engine->GetLatestBackupInfo(&info), "1/0");
  BackupID id = 0;
  GOOD(engine->CreateNewBackupWithMetadata(CreateBackupOptions(), db.get(), "about", &id));
  EQ(id, BackupID{1});
  GOOD(engine->CreateNewBackup(db.get(), true));
  std::vector<BackupInfo> infos;
  engine->GetBackupInfo(&infos);
  EQ(infos.size(), size_t{2});
  EQ(infos[0].backup_id, BackupID{1});
  EQ(infos[0].app_metadata, "about");
  YES(infos[0].timestamp > 1600000000);
  YES(infos[0].size > 0);
  EQ(infos[0].file_details.size(), size_t{0});
  EQ(infos[1].app_metadata, "");
  CODE(engine->GetBackupInfo(9, &info), "1/0");
  GOOD(engine->GetLatestBackupInfo(&info, true));
  EQ(info.backup_id, BackupID{2});
  EQ(info.file_details.size(), static_cast<size_t>(info.number_files));
  EQ(info.name_for_open, Place() + "/private/2");
  uint64_t size = 0;
  for (const rocksdb::BackupFileInfo& file : info.file_details) {
    YES(file.relative_filename.compare(0, 10, "private/2/") == 0 ||
        file.relative_filename.compare(0, 16, "shared_checksum/") == 0);
    EQ(file.directory, info.name_for_open);
    EQ(std::filesystem::file_size(Place() + "/" + file.relative_filename), file.size);
    size += file.size;
  }
  EQ(size, info.size);
  // What a new engine reads is the same.
  const auto again = Open();
  again->GetBackupInfo(&infos);
  EQ(infos.size(), size_t{2});
  EQ(infos[0].app_metadata, "about");
  EQ(infos[1].size, size);
}

CASE(backup_description) {
  Db db;
  db.Put("a", "1");
  BackupEngineOptions options = BackupOptions();
  GOOD(Open(options)->CreateNewBackupWithMetadata(db.get(), "ab", true));
  std::ifstream meta(Place() + "/meta/1");
  std::string line;
  std::getline(meta, line);
  YES(std::stoll(line) > 1600000000);
  std::getline(meta, line);
  EQ(line, "1");
  std::getline(meta, line);
  EQ(line, "metadata 6162");
  std::getline(meta, line);
  EQ(line, "4");
  std::getline(meta, line);
  EQ(line.substr(0, 16), "shared_checksum/");
  YES(line.find(".sst crc32 ") != std::string::npos);
  std::getline(meta, line);
  EQ(line.substr(0, 19), "private/1/MANIFEST-");
  // The later version begins with its number.
  options.schema_version = 2;
  GOOD(Open(options)->CreateNewBackup(db.get()));
  EQ(ReadFile(Place() + "/meta/2").substr(0, 19), "schema_version 2.0\n");
  const auto engine = Open();
  EQ(Restored(engine.get(), 2), "a=1 ");
  options.schema_version = 3;
  CODE(Open(options)->CreateNewBackup(db.get()), "3/0");
  options.schema_version = 0;
  CODE(Open(options)->CreateNewBackup(db.get()), "4/0");
}

CASE(backup_is_verified) {
  Db db;
  db.Put("a", std::string(1000, 'x'));
  auto engine = Open();
  GOOD(engine->CreateNewBackup(db.get(), true));
  GOOD(engine->VerifyBackup(1));
  GOOD(engine->VerifyBackup(1, true));
  CODE(engine->VerifyBackup(2), "1/0");
  const std::string file =
      Place() + "/shared_checksum/" + FilesWith(Place() + "/shared_checksum", ".sst")[0];
  Damage(file);
  GOOD(engine->VerifyBackup(1));
  const Status damaged = engine->VerifyBackup(1, true);
  CODE(damaged, "2/0");
  YES(damaged.ToString().find(file) != std::string::npos);
  CODE(engine->RestoreDBFromBackup(1, Directory() + "/r", Directory() + "/r"), "2/0");
  Damage(file);
  GOOD(engine->VerifyBackup(1, true));
  std::filesystem::resize_file(file, 10);
  CODE(engine->VerifyBackup(1), "2/0");
  std::filesystem::remove(file);
  engine = Open();
  std::vector<BackupID> corrupted;
  engine->GetCorruptedBackups(&corrupted);
  EQ(corrupted.size(), size_t{1});
  EQ(corrupted[0], BackupID{1});
  CODE(engine->VerifyBackup(1), "2/0");
  CODE(engine->RestoreDBFromBackup(1, Directory() + "/r", Directory() + "/r"), "2/0");
  BackupInfo info;
  CODE(engine->GetLatestBackupInfo(&info), "1/0");
  // Its number is not given again, and it can be removed.
  GOOD(engine->CreateNewBackup(db.get()));
  GOOD(engine->GetLatestBackupInfo(&info));
  EQ(info.backup_id, BackupID{2});
  GOOD(engine->DeleteBackup(1));
  engine->GetCorruptedBackups(&corrupted);  // adds to what is there
  EQ(corrupted.size(), size_t{1});
  CODE(engine->DeleteBackup(1), "1/0");
  EQ(Restored(engine.get(), 2), "a=" + std::string(1000, 'x') + " ");
}

CASE(backup_with_a_damaged_description) {
  Db db;
  db.Put("a", "1");
  GOOD(Open()->CreateNewBackup(db.get(), true));
  db.Put("b", "2");
  GOOD(Open()->CreateNewBackup(db.get(), true));
  for (const char* text : {"", "x", "1\n", "1\n1\n", "1\n1\n5\n", "1\n1\n-1\n",
                           "1\n1\n1\nprivate/2/CURRENT\n", "1\n1\n1\nprivate/2/CURRENT crc32 x\n",
                           "1\n1\n1\nprivate/2/CURRENT crc 1\n", "1\n1\n1\nno/such crc32 1\n"}) {
    WriteFile(Place() + "/meta/2", text);
    const auto engine = Open();
    std::vector<BackupID> corrupted;
    engine->GetCorruptedBackups(&corrupted);
    EQ(corrupted.size(), size_t{1});
    GOOD(engine->VerifyBackup(1, true));
    CODE(engine->VerifyBackup(2), "2/0");
  }
  const auto engine = Open();
  GOOD(engine->GarbageCollect());
  DIFFERS("backups-keep-what-damaged-ones-need",
          Text(FilesWith(Place() + "/shared_checksum", ".sst").size()), "1", "2");
  EQ(Restored(engine.get(), 1), "a=1 ");
  GOOD(engine->DeleteBackup(2));
  EQ(FilesWith(Place() + "/shared_checksum", ".sst").size(), size_t{1});
}

CASE(backup_without_sharing) {
  Db db;
  db.Put("a", "1");
  BackupEngineOptions options = BackupOptions();
  options.share_files_with_checksum = false;
  {
    const auto engine = Open(options);
    GOOD(engine->CreateNewBackup(db.get(), true));
    EQ(FilesWith(Place() + "/shared", ".sst").size(), size_t{1});
    EQ(FilesWith(Place() + "/shared", ".sst")[0], FilesWith(db.path(), ".sst")[0]);
    GOOD(engine->CreateNewBackup(db.get(), true));
    EQ(FilesWith(Place() + "/shared", ".sst").size(), size_t{1});
  }
  options.share_table_files = false;
  const auto engine = Open(options);
  GOOD(engine->CreateNewBackup(db.get()));
  EQ(FilesWith(Place() + "/private/3", ".sst").size(), size_t{1});
  GOOD(engine->PurgeOldBackups(1));
  EQ(FilesWith(Place() + "/shared", ".sst").size(), size_t{0});
  EQ(Restored(engine.get(), 3), "a=1 ");
}

CASE(backup_names_of_old) {
  Db db;
  db.Put("a", "1");
  BackupEngineOptions options = BackupOptions();
  options.share_files_with_checksum_naming = BackupEngineOptions::kLegacyCrc32cAndFileSize;
  const auto engine = Open(options);
  GOOD(engine->CreateNewBackup(db.get(), true));
  GOOD(engine->CreateNewBackup(db.get(), true));
  const std::vector<std::string> names = FilesWith(Place() + "/shared_checksum", ".sst");
  EQ(names.size(), size_t{1});
  // 000008_1234567_980.sst
  EQ(names[0][6], '_');
  const size_t second = names[0].find('_', 7);
  YES(second != std::string::npos);
  const std::string meta = ReadFile(Place() + "/meta/1");
  YES(meta.find(names[0] + " crc32 " + names[0].substr(7, second - 7) + "\n") != std::string::npos);
  options.share_files_with_checksum_naming = BackupEngineOptions::kUseDbSessionId;
  GOOD(Open(options)->CreateNewBackup(db.get(), true));
  EQ(FilesWith(Place() + "/shared_checksum", ".sst").size(), size_t{2});
  EQ(Restored(Open().get(), 3), "a=1 ");
}

CASE(backup_of_families_and_blobs) {
  Options options = Db::DefaultOptions();
  options.enable_blob_files = true;
  options.min_blob_size = 10;
  Db db(options);
  rocksdb::ColumnFamilyHandle* const one = db.Create("one", options);
  const auto engine = Open();
  for (int i = 0; i < 2; ++i) {
    db.Put("a" + std::to_string(i), std::string(100, 'a'));
    GOOD(db->Put(WriteOptions(), one, "b", std::string(100, 'b')));
    GOOD(engine->CreateNewBackup(db.get(), true));
  }
  EQ(FilesWith(Place() + "/shared_checksum", ".blob").size(), size_t{4});
  GOOD(engine->VerifyBackup(2, true));
  const std::string path = Directory() + "/restored";
  GOOD(engine->RestoreDBFromBackup(1, path, path));
  Db restored(options, "restored", {"default", "one"});
  EQ(restored.Scan(), "a0=" + std::string(100, 'a') + " ");
  EQ(restored.Get("b", restored.families()[1]), std::string(100, 'b'));
}

CASE(backup_with_a_log_elsewhere) {
  Options options = Db::DefaultOptions();
  options.wal_dir = Directory() + "/wal";
  Db db(options);
  db.Put("a", "1");
  const auto engine = Open();
  GOOD(engine->CreateNewBackup(db.get()));
  YES(!FilesWith(Place() + "/private/1", ".log").empty());
  db.Close();
  GOOD(engine->RestoreDBFromBackup(1, Directory() + "/to", Directory() + "/towal"));
  YES(FilesWith(Directory() + "/to", ".log").empty());
  YES(!FilesWith(Directory() + "/towal", ".log").empty());
  options.wal_dir = Directory() + "/towal";
  Db restored(options, "to");
  EQ(restored.Scan(), "a=1 ");
}

// The log stays where it was; only the rest comes from the backup.
CASE(backup_without_the_log) {
  Db db;
  BackupEngineOptions options = BackupOptions();
  options.backup_log_files = false;
  const auto engine = Open(options);
  db.Put("a", "1");
  GOOD(engine->CreateNewBackup(db.get(), true));
  EQ(FilesWith(Place() + "/private/1", ".log").size(), size_t{0});
  db.Put("b", "2");
  db.Close();
  GOOD(engine->RestoreDBFromBackup(1, db.path(), db.path(), RestoreOptions(true)));
  GOOD(db.Reopen(Options()));
  EQ(db.Scan(), "a=1 b=2 ");
  db.Close();
  GOOD(engine->RestoreDBFromBackup(1, db.path(), db.path()));
  GOOD(db.Reopen(Options()));
  EQ(db.Scan(), "a=1 ");
}

CASE(backups_are_opened_where_they_are) {
  Db db;
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  db.Put("b", "2");
  const auto engine = Open();
  GOOD(engine->CreateNewBackup(db.get()));
  db.Put("c", "3");
  BackupInfo info;
  GOOD(engine->GetBackupInfo(1, &info, true));
  Options options;
  options.env = info.env_for_open.get();
  rocksdb::DB* opened = nullptr;
  GOOD(rocksdb::DB::OpenForReadOnly(options, info.name_for_open, &opened));
  const std::unique_ptr<rocksdb::DB> owned(opened);
  std::string value;
  if (opened != nullptr) {
    GOOD(opened->Get(rocksdb::ReadOptions(), "a", &value));
    EQ(value, "1");
    GOOD(opened->Get(rocksdb::ReadOptions(), "b", &value));
    EQ(value, "2");
    CODE(opened->Get(rocksdb::ReadOptions(), "c", &value), "1/0");
  }
  GOOD(engine->VerifyBackup(1, true));
  CODE(info.env_for_open->DeleteFile(info.name_for_open + "/CURRENT"), "5/0");
}

CASE(backup_engine_that_only_reads) {
  BackupEngineReadOnly* opened = nullptr;
  CODE(BackupEngineReadOnly::Open(BackupOptions(), Env::Default(), &opened), "1/0");
  Db db;
  db.Put("a", "1");
  for (int i = 0; i < 3; ++i) GOOD(Open()->CreateNewBackup(db.get()));
  BackupEngineOptions options = BackupOptions();
  options.max_valid_backups_to_open = 2;
  GOOD(BackupEngineReadOnly::Open(options, Env::Default(), &opened));
  const std::unique_ptr<BackupEngineReadOnly> engine(opened);
  std::vector<BackupInfo> infos;
  engine->GetBackupInfo(&infos);
  EQ(infos.size(), size_t{2});
  EQ(infos[0].backup_id, BackupID{2});
  GOOD(engine->VerifyBackup(3, true));
  GOOD(engine->RestoreDBFromLatestBackup(Directory() + "/r", Directory() + "/r"));
  options.destroy_old_data = true;
  CODE(BackupEngineReadOnly::Open(options, Env::Default(), &opened), "4/0");
  options.max_valid_backups_to_open = INT_MAX;
  const auto fresh = Open(options);
  fresh->GetBackupInfo(&infos);
  EQ(infos.size(), size_t{0});
  EQ(FilesWith(Place() + "/meta", "").size(), size_t{0});
}

CASE(backup_garbage) {
  Db db;
  db.Put("a", "1");
  auto engine = Open();
  GOOD(engine->CreateNewBackup(db.get(), true));
  // What an engine that died half way leaves.
  const std::string shared = Place() + "/shared_checksum/";
  const std::string name = FilesWith(shared, ".sst")[0];
  WriteFile(shared + "000099_1_1.sst", "x");
  WriteFile(shared + "." + name + ".tmp", "x");
  std::filesystem::create_directory(Place() + "/private/2");
  WriteFile(Place() + "/private/2/CURRENT", "x");
  WriteFile(Place() + "/meta/.2.tmp", "x");
  engine = Open();
  GOOD(engine->GarbageCollect());
  EQ(FilesWith(shared, "").size(), size_t{1});
  EQ(FilesWith(Place() + "/private", "").size(), size_t{1});
  GOOD(engine->VerifyBackup(1, true));
  std::filesystem::create_directory(Place() + "/private/2");
  WriteFile(Place() + "/private/2/000099.sst", "x");
  WriteFile(Place() + "/meta/.2.tmp", "x");
  engine = Open();
  GOOD(engine->CreateNewBackup(db.get()));
  EQ(Restored(engine.get(), 2), "a=1 ");
}

CASE(backup_progress_and_stop) {
  Options db_options = Db::DefaultOptions();
  db_options.disable_auto_compactions = true;
  Db db(db_options);
  for (int i = 0; i < 100; ++i) db.Put("k" + std::to_string(i), std::string(10000, 'v'));
  BackupEngineOptions options = BackupOptions();
  options.callback_trigger_interval_size = 100000;
  options.max_background_operations = 3;
  const auto engine = Open(options);
  std::atomic<int> called{0};
  GOOD(engine->CreateNewBackup(db.get(), true, [&called] { ++called; }));
  YES(called >= 10);
  YES(called <= 25);
  // One file after the other, so that there are more to come when the first is reported.
  for (int i = 0; i < 3; ++i) {
    db.Put("more" + std::to_string(i), std::string(300000, 'v'));
    GOOD(db->Flush(FlushOptions()));
  }
  options.max_background_operations = 1;
  const auto stopped = Open(options);
  const Status s = stopped->CreateNewBackup(db.get(), true, [&stopped] { stopped->StopBackup(); });
  EQ(s, "7/0 Result incomplete: Backup stopped");
  CODE(stopped->CreateNewBackup(db.get()), "7/0");
  const auto again = Open();
  GOOD(again->VerifyBackup(1, true));
  GOOD(again->CreateNewBackup(db.get()));
  std::vector<BackupInfo> infos;
  again->GetBackupInfo(&infos);
  EQ(infos.size(), size_t{2});
  GOOD(again->VerifyBackup(infos[1].backup_id, true));
}

CASE(backup_rate) {
  Db db;
  for (int i = 0; i < 50; ++i) db.Put("k" + std::to_string(i), std::string(10000, 'v'));
  BackupEngineOptions options = BackupOptions();
  options.backup_rate_limit = 1 << 20;
  options.restore_rate_limit = 1 << 20;
  const auto engine = Open(options);
  const auto start = std::chrono::steady_clock::now();
  GOOD(engine->CreateNewBackup(db.get(), true));
  const auto made = std::chrono::steady_clock::now();
  GOOD(engine->RestoreDBFromLatestBackup(Directory() + "/r", Directory() + "/r"));
  const auto restored = std::chrono::steady_clock::now();
  YES(made - start >= std::chrono::milliseconds(200));
  YES(restored - made >= std::chrono::milliseconds(200));
}

CASE(backup_tickers) {
  Options options = Db::DefaultOptions();
  options.statistics = rocksdb::CreateDBStatistics();
  Db db(options);
  db.Put("a", std::string(100000, 'v'));
  const auto engine = Open();
  GOOD(engine->CreateNewBackup(db.get(), true));
  YES(options.statistics->getTickerCount(rocksdb::BACKUP_READ_BYTES) > 100000);
  YES(options.statistics->getTickerCount(rocksdb::BACKUP_WRITE_BYTES) > 100000);
  const uint64_t written = options.statistics->getTickerCount(rocksdb::BACKUP_WRITE_BYTES);
  GOOD(engine->CreateNewBackup(db.get(), true));
  YES(options.statistics->getTickerCount(rocksdb::BACKUP_WRITE_BYTES) < written + 100000);
}

CASE(backups_under_writers) {
  Db db;
  std::atomic<bool> stop{false};
  std::atomic<int> acknowledged[3] = {};
  std::vector<std::thread> writers;
  for (int w = 0; w < 3; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; !stop; ++i) {
        char key[32];
        snprintf(key, sizeof(key), "%d-%07d", w, i);
        WriteOptions options;
        options.sync = i % 50 == 0;
        if (!db->Put(options, key, std::string(200, 'v')).ok()) return;
        acknowledged[w] = i + 1;
      }
    });
  }
  BackupEngineOptions options = BackupOptions();
  options.max_background_operations = 2;
  const auto engine = Open(options);
  int before[4][3];
  for (int i = 0; i < 4; ++i) {
    const int until = acknowledged[0] + 1000;
    while (acknowledged[0] < until) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    for (int w = 0; w < 3; ++w) before[i][w] = acknowledged[w];
    GOOD(engine->CreateNewBackup(db.get(), i % 2 == 1));
  }
  stop = true;
  for (std::thread& writer : writers) writer.join();
  for (int i = 0; i < 4; ++i) {
    const std::string path = Directory() + "/restored" + std::to_string(i);
    GOOD(engine->RestoreDBFromBackup(static_cast<BackupID>(i + 1), path, path));
    Db restored(Options(), "restored" + std::to_string(i));
    int found[3] = {};
    const std::unique_ptr<rocksdb::Iterator> it(restored->NewIterator(rocksdb::ReadOptions()));
    bool whole = true;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      const std::string key = it->key().ToString();
      int* const next = &found[key[0] - '0'];
      whole = whole && std::stoi(key.substr(2)) == *next;
      ++*next;
    }
    GOOD(it->status());
    YES(whole);
    for (int w = 0; w < 3; ++w) YES(found[w] >= before[i][w]);
  }
}

CASE(backup_through_c) {
  char* error = nullptr;
  const auto good = [&error] {
    EQ(std::string(error == nullptr ? "" : error), "");
    free(error);
    error = nullptr;
  };
  rocksdb_options_t* const options = rocksdb_options_create();
  rocksdb_options_set_create_if_missing(options, 1);
  rocksdb_t* db = rocksdb_open(options, (Directory() + "/db").c_str(), &error);
  good();
  rocksdb_writeoptions_t* const write = rocksdb_writeoptions_create();
  rocksdb_put(db, write, "a", 1, "1", 1, &error);
  good();
  rocksdb_backup_engine_t* const engine =
      rocksdb_backup_engine_open(options, Place().c_str(), &error);
  good();
  rocksdb_backup_engine_create_new_backup(engine, db, &error);
  good();
  rocksdb_backup_engine_create_new_backup_flush(engine, db, 1, &error);
  good();
  const rocksdb_backup_engine_info_t* const info = rocksdb_backup_engine_get_backup_info(engine);
  EQ(rocksdb_backup_engine_info_count(info), 2);
  EQ(rocksdb_backup_engine_info_backup_id(info, 1), uint32_t{2});
  YES(rocksdb_backup_engine_info_size(info, 0) > 0);
  YES(rocksdb_backup_engine_info_number_files(info, 0) >= 4);
  YES(rocksdb_backup_engine_info_timestamp(info, 0) > 1600000000);
  rocksdb_backup_engine_info_destroy(info);
  rocksdb_backup_engine_verify_backup(engine, 1, &error);
  good();
  rocksdb_restore_options_t* const restore = rocksdb_restore_options_create();
  const std::string to = Directory() + "/restored";
  rocksdb_backup_engine_restore_db_from_backup(engine, to.c_str(), to.c_str(), restore, 1, &error);
  good();
  rocksdb_backup_engine_purge_old_backups(engine, 1, &error);
  good();
  rocksdb_backup_engine_restore_db_from_latest_backup(engine, to.c_str(), to.c_str(), restore,
                                                      &error);
  good();
  rocksdb_checkpoint_t* const checkpoint = rocksdb_checkpoint_object_create(db, &error);
  good();
  rocksdb_checkpoint_create(checkpoint, (Directory() + "/copy").c_str(), 0, &error);
  good();
  rocksdb_checkpoint_create(checkpoint, (Directory() + "/copy").c_str(), 0, &error);
  EQ(std::string(error == nullptr ? "" : error), "Invalid argument: Directory exists");
  free(error);
  rocksdb_checkpoint_object_destroy(checkpoint);
  rocksdb_restore_options_destroy(restore);
  rocksdb_backup_engine_close(engine);
  rocksdb_writeoptions_destroy(write);
  rocksdb_close(db);
  rocksdb_options_destroy(options);
  for (const char* name : {"restored", "copy"}) {
    Db opened(Options(), name);
    EQ(opened.Scan(), "a=1 ");
  }
}

int Ldb(const std::vector<std::string>& words) {
  std::vector<const char*> arguments{"ldb"};
  for (const std::string& word : words) arguments.push_back(word.c_str());
  return rocksdb::LDBCommandRunner::RunCommand(static_cast<int>(arguments.size()), arguments.data(),
                                               Options(), rocksdb::LDBOptions(), nullptr);
}

CASE(copies_by_ldb) {
  {
    Db db;
    db.Put("a", "1");
  }
  const std::string from = "--db=" + Directory() + "/db";
  const std::string to = "--db=" + Directory() + "/restored";
  const std::string backups = "--backup_dir=" + Place();
  const std::string copy = "--checkpoint_dir=" + Directory() + "/copy";
  EQ(Ldb({from, "checkpoint", copy}), 0);
  EQ(Ldb({from, "checkpoint", copy}), 1);
  EQ(Ldb({from, "checkpoint"}), 1);
  EQ(Ldb({to, "restore", backups}), 1);
  EQ(Ldb({from, "backup", backups, "--num_threads=2"}), 0);
  EQ(Ldb({from, "backup"}), 1);
  EQ(Ldb({to, "restore", backups}), 0);
  for (const char* name : {"restored", "copy"}) {
    Db opened(Options(), name);
    EQ(opened.Scan(), "a=1 ");
  }
}

}  // namespace
}  // namespace conformance
