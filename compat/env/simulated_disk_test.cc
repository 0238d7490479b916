#include "rocksdb/utilities/simulated_disk.h"

#include <gtest/gtest.h>

#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/listener.h"

namespace rocksdb {
namespace {

class Recoveries final : public EventListener {
 public:
  void OnBackgroundError(BackgroundErrorReason, Status* error) override {
    errors.push_back(*error);
  }
  void OnErrorRecoveryBegin(BackgroundErrorReason, Status, bool*) override { ++begun; }
  void OnErrorRecoveryEnd(const BackgroundErrorRecoveryInfo& info) override {
    EXPECT_TRUE(info.new_bg_error.ok());
    ++ended;
  }
  std::vector<Status> errors;
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
};

class SimulatedDiskTest : public ::testing::Test {
 protected:
  SimulatedDiskTest() : disk_(SimulatedDisk::New(11)), env_(NewCompositeEnv(disk_->file_system())) {
    options_.create_if_missing = true;
    options_.env = env_.get();
  }
  void Open() {
    db_.reset();
    DB* db = nullptr;
    const Status s = DB::Open(options_, "/db", &db);
    ASSERT_TRUE(s.ok()) << s.ToString();
    db_.reset(db);
  }
  void PowerLoss(uint64_t seed) {
    disk_->Freeze();
    db_.reset();
    disk_->PowerLoss(seed);
  }
  std::string Get(const std::string& key) {
    std::string value;
    const Status s = db_->Get(ReadOptions(), key, &value);
    return s.ok() ? value : s.IsNotFound() ? "(none)" : s.ToString();
  }

  const std::shared_ptr<SimulatedDisk> disk_;
  const std::unique_ptr<Env> env_;
  Options options_;
  std::unique_ptr<DB> db_;
};

TEST_F(SimulatedDiskTest, WhatWasSyncedSurvivesPowerLoss) {
  WriteOptions sync;
  sync.sync = true;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Open();
    const std::string value = std::to_string(seed);
    ASSERT_TRUE(db_->Put(sync, "synced", value).ok());
    ASSERT_TRUE(db_->Put(WriteOptions(), "perhaps", value).ok());
    PowerLoss(seed);
    Open();
    EXPECT_EQ(Get("synced"), value);
  }
}

TEST_F(SimulatedDiskTest, AFullDiskRecoversAndListenersHearOfIt) {
  const auto listener = std::make_shared<Recoveries>();
  options_.listeners.push_back(listener);
  Open();
  ASSERT_TRUE(db_->Put(WriteOptions(), "a", "1").ok());
  SimulatedDisk::Fault full;
  full.operations = SimulatedDisk::kWrite;
  full.effect = SimulatedDisk::Effect::kNoSpace;
  full.path_part = ".sst";
  full.sticky = true;
  disk_->AddFault(full);
  const Status s = db_->Flush(FlushOptions());
  EXPECT_TRUE(s.IsNoSpace()) << s.ToString();
  EXPECT_EQ(s.severity(), Status::Severity::kHardError);
  EXPECT_TRUE(db_->Put(WriteOptions(), "b", "2").IsNoSpace());
  std::string count;
  EXPECT_TRUE(db_->GetProperty("rocksdb.background-errors", &count));
  EXPECT_EQ(count, "1");
  disk_->ClearFaults();
  for (int i = 0; i < 1000 && listener->ended == 0; ++i) env_->SleepForMicroseconds(10000);
  EXPECT_EQ(listener->ended, 1);
  EXPECT_EQ(listener->begun, 1);
  ASSERT_EQ(listener->errors.size(), 1u);
  ASSERT_TRUE(db_->Put(WriteOptions(), "b", "2").ok());
  EXPECT_EQ(Get("a"), "1");
  PowerLoss(3);
  Open();
  EXPECT_EQ(Get("a"), "1");
}

TEST_F(SimulatedDiskTest, OtherErrorsWaitForResume) {
  Open();
  ASSERT_TRUE(db_->Put(WriteOptions(), "a", "1").ok());
  SimulatedDisk::Fault failing;
  failing.operations = SimulatedDisk::kSync;
  failing.path_part = ".log";
  disk_->AddFault(failing);
  WriteOptions sync;
  sync.sync = true;
  EXPECT_TRUE(db_->Put(sync, "b", "2").IsIOError());
  EXPECT_TRUE(db_->Put(sync, "c", "3").IsIOError());
  disk_->ClearFaults();
  ASSERT_TRUE(db_->Resume().ok());
  ASSERT_TRUE(db_->Put(sync, "c", "3").ok());
  PowerLoss(5);
  Open();
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(Get("c"), "3");
}

TEST_F(SimulatedDiskTest, DamageIsReported) {
  Open();
  ASSERT_TRUE(db_->Put(WriteOptions(), "a", std::string(100, 'x')).ok());
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  std::vector<LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  ASSERT_EQ(files.size(), 1u);
  db_.reset();
  const std::string path = "/db" + files[0].name;
  ASSERT_TRUE(disk_->FlipBit(path, 800).ok());
  Open();
  const std::string answer = Get("a");
  EXPECT_NE(answer.find("Corruption: " + path + ": offset 0"), std::string::npos) << answer;
}

}  // namespace
}  // namespace rocksdb
