// Backups, restores and checkpoints on a disk that loses power at every sync of theirs.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/utilities/backup_engine.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/utilities/simulated_disk.h"

namespace rocksdb {
namespace {

class CopyCrashTest : public ::testing::Test {
 protected:
  CopyCrashTest() : disk_(SimulatedDisk::New(23)), env_(NewCompositeEnv(disk_->file_system())) {
    options_.create_if_missing = true;
    options_.env = env_.get();
  }

  std::unique_ptr<DB> OpenAt(const std::string& path) {
    DB* db = nullptr;
    const Status s = DB::Open(options_, path, &db);
    EXPECT_TRUE(s.ok()) << path << ": " << s.ToString();
    return std::unique_ptr<DB>(db);
  }
  std::unique_ptr<BackupEngine> OpenBackups() {
    BackupEngine* engine = nullptr;
    const IOStatus s = BackupEngine::Open(BackupEngineOptions("/backups"), env_.get(), &engine);
    EXPECT_TRUE(s.ok()) << s.ToString();
    return std::unique_ptr<BackupEngine>(engine);
  }
  void Put(const std::string& key, const std::string& value) {
    WriteOptions sync;
    sync.sync = true;
    const Status s = db_->Put(sync, key, value);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  std::string Scan(DB* db) {
    std::string text;
    const std::unique_ptr<Iterator> it(db->NewIterator(ReadOptions()));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      text += it->key().ToString() + "=" + it->value().ToString() + " ";
    }
    EXPECT_TRUE(it->status().ok()) << it->status().ToString();
    return text;
  }
  std::string Restored(BackupEngine* engine, BackupID id) {
    const IOStatus s = engine->RestoreDBFromBackup(id, "/restored", "/restored");
    return s.ok() ? Scan(OpenAt("/restored").get()) : s.ToString();
  }

  const std::shared_ptr<SimulatedDisk> disk_;
  const std::unique_ptr<Env> env_;
  Options options_;
  std::unique_ptr<DB> db_;
};

TEST_F(CopyCrashTest, OlderBackupsAreGoodWhereverTheNextOneStops) {
  db_ = OpenAt("/db");
  Put("a", "1");
  ASSERT_TRUE(OpenBackups()->CreateNewBackup(db_.get(), true).ok());
  int unfinished = 0;
  int finished = 0;
  for (uint64_t n = 1; n <= 40; ++n) {
    Put("b", std::to_string(n));
    auto engine = OpenBackups();
    disk_->FreezeAtSync(n);
    BackupID made = 0;
    CreateBackupOptions how;
    how.flush_before_backup = n % 2 == 0;
    const IOStatus s = engine->CreateNewBackup(how, db_.get(), &made);
    const bool acknowledged = s.ok() && !disk_->frozen();
    disk_->Freeze();
    engine.reset();
    db_.reset();
    disk_->PowerLoss(n);
    engine = OpenBackups();
    ASSERT_TRUE(engine->VerifyBackup(1, true).ok());
    EXPECT_EQ(Restored(engine.get(), 1), "a=1 ");
    std::vector<BackupID> damaged;
    engine->GetCorruptedBackups(&damaged);
    EXPECT_TRUE(damaged.empty()) << n;
    BackupInfo info;
    ASSERT_TRUE(engine->GetLatestBackupInfo(&info).ok());
    if (acknowledged) {
      EXPECT_EQ(info.backup_id, made);
    }
    if (info.backup_id > 1) {
      ++finished;
      EXPECT_EQ(Restored(engine.get(), info.backup_id), "a=1 b=" + std::to_string(n) + " ");
      ASSERT_TRUE(engine->DeleteBackup(info.backup_id).ok());
    } else {
      ++unfinished;
    }
    db_ = OpenAt("/db");
    EXPECT_EQ(Scan(db_.get()), "a=1 b=" + std::to_string(n) + " ");
  }
  EXPECT_GT(unfinished, 5);
  EXPECT_GT(finished, 5);
}

TEST_F(CopyCrashTest, ADeletedBackupTakesNothingOfOthers) {
  db_ = OpenAt("/db");
  Put("a", "1");
  {
    const auto engine = OpenBackups();
    ASSERT_TRUE(engine->CreateNewBackup(db_.get(), true).ok());
    Put("b", "2");
    ASSERT_TRUE(engine->CreateNewBackup(db_.get(), true).ok());
  }
  for (uint64_t n = 1; n <= 6; ++n) {
    auto engine = OpenBackups();
    ASSERT_TRUE(engine->CreateNewBackup(db_.get(), true).ok());
    disk_->FreezeAtSync(n);
    engine->DeleteBackup(1).PermitUncheckedError();
    disk_->Freeze();
    engine.reset();
    db_.reset();
    disk_->PowerLoss(n);
    engine = OpenBackups();
    ASSERT_TRUE(engine->GarbageCollect().ok());
    std::vector<BackupInfo> infos;
    engine->GetBackupInfo(&infos);
    ASSERT_GE(infos.size(), 2u);
    EXPECT_EQ(Restored(engine.get(), infos.back().backup_id), "a=1 b=2 ");
    EXPECT_TRUE(engine->VerifyBackup(2, true).ok());
    db_ = OpenAt("/db");
  }
}

TEST_F(CopyCrashTest, ARestoreThatStoppedDoesNotOpenOrIsWhole) {
  db_ = OpenAt("/db");
  Put("a", "1");
  ASSERT_TRUE(OpenBackups()->CreateNewBackup(db_.get(), true).ok());
  db_.reset();
  options_.create_if_missing = false;
  int whole = 0;
  for (uint64_t n = 1; n <= 12; ++n) {
    auto engine = OpenBackups();
    disk_->FreezeAtSync(n);
    engine->RestoreDBFromBackup(1, "/restored", "/restored").PermitUncheckedError();
    disk_->Freeze();
    engine.reset();
    disk_->PowerLoss(n);
    DB* db = nullptr;
    const Status s = DB::Open(options_, "/restored", &db);
    const std::unique_ptr<DB> owned(db);
    if (!s.ok()) continue;
    ++whole;
    EXPECT_EQ(Scan(db), "a=1 ");
  }
  EXPECT_GT(whole, 0);
  EXPECT_LT(whole, 12);
}

// Its files have names that the database there has, too.
TEST_F(CopyCrashTest, ARestoreOverADatabaseLeavesNoMixture) {
  db_ = OpenAt("/db");
  Put("a", "1");
  ASSERT_TRUE(OpenBackups()->CreateNewBackup(db_.get()).ok());
  db_.reset();
  int whole = 0;
  int opened = 0;
  for (uint64_t n = 1; n <= 60; ++n) {
    const std::string path = "/target" + std::to_string(n);
    db_ = OpenAt(path);
    Put("old", "9");
    db_.reset();
    auto engine = OpenBackups();
    disk_->FreezeAtSync(1 + n % 15);
    engine->RestoreDBFromBackup(1, path, path).PermitUncheckedError();
    disk_->Freeze();
    engine.reset();
    disk_->PowerLoss(n);
    Options options = options_;
    options.create_if_missing = false;
    DB* db = nullptr;
    const Status s = DB::Open(options, path, &db);
    const std::unique_ptr<DB> owned(db);
    if (!s.ok()) continue;
    ++opened;
    const std::string found = Scan(db);
    EXPECT_TRUE(found == "a=1 " || found == "old=9 ") << n << ": " << found;
    whole += found == "a=1 " ? 1 : 0;
  }
  EXPECT_GT(whole, 0);
  EXPECT_LT(opened, 60);
}

TEST_F(CopyCrashTest, ARestoreThatIsAcknowledgedHasItsLogElsewhere) {
  db_ = OpenAt("/db");
  Put("a", "1");
  ASSERT_TRUE(OpenBackups()->CreateNewBackup(db_.get()).ok());
  db_.reset();
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const std::string above = "/above" + std::to_string(seed);
    ASSERT_TRUE(env_->CreateDir(above).ok());
    {
      std::unique_ptr<FSDirectory> root;
      ASSERT_TRUE(disk_->file_system()->NewDirectory("/", IOOptions(), &root, nullptr).ok());
      ASSERT_TRUE(root->Fsync(IOOptions(), nullptr).ok());
    }
    const std::string path = "/restored" + std::to_string(seed);
    ASSERT_TRUE(OpenBackups()->RestoreDBFromBackup(1, path, above + "/log").ok());
    disk_->Freeze();
    disk_->PowerLoss(seed);
    Options options = options_;
    options.create_if_missing = false;
    options.wal_dir = above + "/log";
    DB* db = nullptr;
    const Status s = DB::Open(options, path, &db);
    const std::unique_ptr<DB> owned(db);
    ASSERT_TRUE(s.ok()) << s.ToString();
    EXPECT_EQ(Scan(db), "a=1 ");
  }
}

TEST_F(CopyCrashTest, ABackupWhoseDescriptionIsNotDurableIsNone) {
  db_ = OpenAt("/db");
  Put("a", "1");
  auto engine = OpenBackups();
  ASSERT_TRUE(engine->CreateNewBackup(db_.get(), true).ok());
  SimulatedDisk::Fault fault;
  fault.operations = SimulatedDisk::kDirSync;
  fault.path_part = "/backups/meta";
  disk_->AddFault(fault);
  Put("b", "2");
  EXPECT_TRUE(engine->CreateNewBackup(db_.get(), true).IsIOError());
  disk_->ClearFaults();
  EXPECT_TRUE(env_->FileExists("/backups/meta/2").IsNotFound());
  ASSERT_TRUE(engine->CreateNewBackup(db_.get(), true).ok());
  EXPECT_EQ(Restored(engine.get(), 2), "a=1 b=2 ");
}

TEST_F(CopyCrashTest, WhatADeletionLeftGoesWithTheNextChange) {
  db_ = OpenAt("/db");
  Put("a", "1");
  {
    const auto engine = OpenBackups();
    ASSERT_TRUE(engine->CreateNewBackup(db_.get(), true).ok());
    ASSERT_TRUE(engine->CreateNewBackup(db_.get(), true).ok());
  }
  // Where a crash may interrupt it.
  ASSERT_TRUE(env_->DeleteFile("/backups/meta/1").ok());
  ASSERT_TRUE(env_->FileExists("/backups/private/1").ok());
  const auto engine = OpenBackups();
  ASSERT_TRUE(engine->CreateNewBackup(db_.get(), true).ok());
  EXPECT_TRUE(env_->FileExists("/backups/private/1").IsNotFound());
  EXPECT_EQ(Restored(engine.get(), 2), "a=1 ");
  EXPECT_EQ(Restored(engine.get(), 3), "a=1 ");
}

// Without checksums in the names a file of another database has the same name.
TEST_F(CopyCrashTest, FilesOfADamagedBackupAreNotReplaced) {
  BackupEngineOptions options("/backups");
  options.share_files_with_checksum = false;
  const auto open = [&] {
    BackupEngine* engine = nullptr;
    EXPECT_TRUE(BackupEngine::Open(options, env_.get(), &engine).ok());
    return std::unique_ptr<BackupEngine>(engine);
  };
  const auto flushed_file = [&] {
    EXPECT_TRUE(db_->Flush(FlushOptions()).ok());
    std::vector<LiveFileMetaData> files;
    db_->GetLiveFilesMetaData(&files);
    return files.empty() ? std::string() : files[0].name;
  };
  db_ = OpenAt("/db");
  Put("a", "1");
  const std::string shared = flushed_file();
  ASSERT_TRUE(open()->CreateNewBackup(db_.get(), true).ok());
  std::string current;
  ASSERT_TRUE(ReadFileToString(env_.get(), "/backups/private/1/CURRENT", &current).ok());
  ASSERT_TRUE(env_->DeleteFile("/backups/private/1/CURRENT").ok());
  // The same database finds its own file there.
  ASSERT_TRUE(open()->CreateNewBackup(db_.get(), true).ok());
  ASSERT_TRUE(open()->DeleteBackup(2).ok());
  // Segments of the log that are made ahead take numbers as well, sooner or later than the flush.
  std::string file;
  for (int n = 0; file != shared; ++n) {
    ASSERT_LT(n, 300);
    db_ = OpenAt("/another" + std::to_string(n));
    Put("b", "2");
    file = flushed_file();
  }
  EXPECT_TRUE(open()->CreateNewBackup(db_.get(), true).IsCorruption());
  ASSERT_TRUE(WriteStringToFile(env_.get(), current, "/backups/private/1/CURRENT", true).ok());
  EXPECT_EQ(Restored(open().get(), 1), "a=1 ");
}

TEST_F(CopyCrashTest, ACheckpointIsThereWholeOrNotAtAll) {
  db_ = OpenAt("/db");
  Put("a", "1");
  int whole = 0;
  for (uint64_t n = 1; n <= 30; ++n) {
    Put("b", std::to_string(n));
    const std::string path = "/copy" + std::to_string(n);
    Checkpoint* made = nullptr;
    ASSERT_TRUE(Checkpoint::Create(db_.get(), &made).ok());
    std::unique_ptr<Checkpoint> checkpoint(made);
    disk_->FreezeAtSync(n);
    const Status s = checkpoint->CreateCheckpoint(path, n % 2 == 0 ? 0 : UINT64_MAX);
    const bool acknowledged = s.ok() && !disk_->frozen();
    disk_->Freeze();
    checkpoint.reset();
    db_.reset();
    disk_->PowerLoss(n);
    const bool there = env_->FileExists(path).ok();
    if (acknowledged) {
      EXPECT_TRUE(there);
    }
    if (there) {
      ++whole;
      EXPECT_EQ(Scan(OpenAt(path).get()), "a=1 b=" + std::to_string(n) + " ");
    }
    db_ = OpenAt("/db");
  }
  EXPECT_GT(whole, 5);
  EXPECT_LT(whole, 30);
}

TEST_F(CopyCrashTest, AFullDiskFailsTheBackupAndNothingElse) {
  db_ = OpenAt("/db");
  Put("a", "1");
  const auto engine = OpenBackups();
  ASSERT_TRUE(engine->CreateNewBackup(db_.get(), true).ok());
  SimulatedDisk::Fault full;
  full.operations = SimulatedDisk::kWrite;
  full.effect = SimulatedDisk::Effect::kNoSpace;
  full.path_part = "/backups/";
  full.sticky = true;
  disk_->AddFault(full);
  Put("b", "2");
  EXPECT_TRUE(engine->CreateNewBackup(db_.get(), true).IsNoSpace());
  disk_->ClearFaults();
  EXPECT_TRUE(engine->VerifyBackup(1, true).ok());
  ASSERT_TRUE(engine->CreateNewBackup(db_.get(), true).ok());
  EXPECT_EQ(Restored(engine.get(), 2), "a=1 b=2 ");
  std::string enabled;
  EXPECT_TRUE(db_->GetProperty("rocksdb.is-file-deletions-enabled", &enabled));
  EXPECT_EQ(enabled, "1");
}

}  // namespace
}  // namespace rocksdb
