// Blob files that are missing or damaged, calls that fail, lost power, repair.

#include "engine/lsm/file_names.h"
#include "engine/store/blob_store_fixture.h"

namespace aether {
namespace {

TEST_F(BlobStoreTest, AMissingBlobFileIsFoundWhenTheStoreIsOpened) {
  Open();
  PutLarge(0, 20);
  ASSERT_TRUE(kv_->Flush(true).ok());
  const std::string path = kv_->BlobFiles()[0].path;
  env_.reset();
  ASSERT_TRUE(fs_.Remove(path).ok());
  const Status s = TryOpen();
  EXPECT_TRUE(s.IsCorruption()) << s.ToString();
  EXPECT_NE(s.message().find(path), std::string::npos) << s.ToString();
}

TEST_F(BlobStoreTest, ADamagedValueIsNamedAndTheRestStaysReadable) {
  Open();
  PutLarge(0, 20);
  ASSERT_TRUE(kv_->Flush(true).ok());
  const BlobFileInfo file = kv_->BlobFiles()[0];
  env_.reset();
  const uint64_t offset = 64 + 5 * 1000;  // of the sixth value: flushed in the order of keys
  ASSERT_TRUE(fs_.FlipBit(file.path, (offset + 500) * 8).ok());
  Open();
  const std::string error = Get(Key(5));
  EXPECT_EQ(error.rfind("Corruption: ", 0), 0u) << error;
  EXPECT_NE(error.find(file.path + ": offset " + std::to_string(offset)), std::string::npos)
      << error;
  EXPECT_NE(error.find("column family default"), std::string::npos) << error;
  EXPECT_EQ(Get(Key(4)), model_[Key(4)]);
  EXPECT_EQ(Get(Key(6)), model_[Key(6)]);
  EXPECT_TRUE(kv_->VerifyChecksums().IsCorruption());
  auto it = kv_->NewIterator({});
  int n = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next()) ++n;
  EXPECT_EQ(n, 5);
  EXPECT_TRUE(it->status().IsCorruption());
}

TEST_F(BlobStoreTest, FilesOfAFlushThatFailsDoNotStay) {
  Open();
  PutLarge(0, 100);
  ASSERT_TRUE(kv_->Flush(true).ok());
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".blob";
  fs_.AddFault(fault);
  PutLarge(0, 100, 500);
  EXPECT_FALSE(kv_->Flush(true).ok());
  ASSERT_TRUE(env_->Resume().ok());
  Check(model_);
  ExpectOnlyNeededBlobs();
  Open();
  Check(model_);
}

TEST_F(BlobStoreTest, OrphansGoWhenTheStoreIsOpened) {
  Open();
  PutLarge(0, 20);
  ASSERT_TRUE(kv_->Flush(true).ok());
  env_.reset();
  ASSERT_TRUE(CopyFile(&fs_, BlobFileName("/db", BlobsOnDisk()[0]), "/db/000900.blob").ok());
  Open();
  ExpectOnlyNeededBlobs();
  Check(model_);
  Put("new", Large(77));
  ASSERT_TRUE(kv_->Flush(true).ok());
  for (const uint64_t number : BlobsOfStore()) EXPECT_NE(number, 900u);
}

TEST_P(BlobStoreModes, PowerLossKeepsWhatWasFlushed) {
  for (uint64_t crash = 1; crash < 60; ++crash) {
    StartAnew();
    store_.tree.blob.collect_garbage = true;
    store_.tree.blob.age_cutoff = 1;
    store_.tree.auto_merge = false;
    Open();
    PutLarge(0, 30);
    ASSERT_TRUE(kv_->Flush(true).ok());
    PutLarge(10, 40, 100);
    ASSERT_TRUE(env_->FlushWal(true).ok());
    fs_.CrashAtSync(crash);
    kv_->Flush(true).Ignore();
    kv_->CompactRange({}, nullptr, nullptr).Ignore();
    const bool over = !fs_.frozen();
    fs_.CrashAtSync(0);
    fs_.Freeze();
    env_.reset();
    fs_.Crash(crash);
    Open();
    Check(model_);
    ASSERT_TRUE(kv_->VerifyChecksums().ok());
    ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
    Check(model_);
    ExpectOnlyNeededBlobs();
    if (HasFailure()) FAIL() << "power lost at sync " << crash;
    if (over) return;
  }
  FAIL() << "the work does not end";
}

TEST_P(BlobStoreModes, RepairFindsBlobFiles) {
  RepairOptions repair;
  repair.fs = &fs_;
  repair.wal_dir = env_options_.wal_dir;
  repair.options_of = [this](const std::string&, StoreOptions* options) {
    *options = store_;
    return Status::OK();
  };
  for (const bool manifest_lost : {false, true}) {
    StartAnew();
    Open();
    PutLarge(0, 60);
    ASSERT_TRUE(kv_->Flush(true).ok());
    PutLarge(30, 90, 100);
    ASSERT_TRUE(kv_->Flush(true).ok());
    const std::string manifest = env_->manifest_path();
    env_.reset();
    if (manifest_lost) {
      ASSERT_TRUE(fs_.Remove(manifest).ok());
    }
    const Status s = DbEnv::Repair(repair, "/db");
    ASSERT_TRUE(s.ok()) << s.ToString();
    Open();
    Check(model_);
    EXPECT_GT(kv_->Stats().blob_files, 0u);
    EXPECT_TRUE(kv_->VerifyChecksums().ok());
    Collect(1);
    Check(model_);
    ExpectOnlyNeededBlobs();
    env_.reset();
  }
}

TEST_F(BlobStoreTest, RepairLeavesOutValuesThatAreGone) {
  store_.tree.auto_merge = false;
  Open();
  PutLarge(0, 30);
  ASSERT_TRUE(kv_->Flush(true).ok());
  PutLarge(30, 60);
  Put("small", "stays");
  ASSERT_TRUE(kv_->Flush(true).ok());
  const std::string damaged = kv_->BlobFiles().front().path;
  const std::string removed = kv_->BlobFiles().back().path;
  ASSERT_NE(damaged, removed);
  env_.reset();
  ASSERT_TRUE(fs_.FlipBit(damaged, (64 + 5 * 1000 + 7) * 8).ok());
  ASSERT_TRUE(fs_.Remove(removed).ok());
  RepairOptions repair;
  repair.fs = &fs_;
  repair.options_of = [this](const std::string&, StoreOptions* options) {
    *options = store_;
    return Status::OK();
  };
  std::string notes;
  repair.log = [&](const std::string& line) { notes += line + "\n"; };
  ASSERT_TRUE(DbEnv::Repair(repair, "/db").ok());
  EXPECT_NE(notes.find(damaged), std::string::npos) << notes;
  for (int i = 30; i < 60; ++i) model_.erase(Key(static_cast<uint64_t>(i)));
  model_.erase(Key(5));
  model_["small"] = "stays";
  Open();
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
}

}  // namespace
}  // namespace aether
