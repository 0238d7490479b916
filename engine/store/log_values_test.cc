// Values that stay in the log: segments of the log that become blob files.

#include "engine/store/blob_store_fixture.h"

namespace aether {
namespace {

class LogValueTest : public BlobStoreTest {
 protected:
  LogValueTest() {
    env_options_.allow_mapped_log = true;
    env_options_.log_segment_bytes = 16 << 10;
    env_options_.log_chunk_bytes = 4 << 10;
    store_.tree.auto_merge = false;
    store_.write_buffer_size = 1 << 20;
  }
  // Numbers of those blob files of a store that are segments of the log.
  std::vector<uint64_t> InLog(const KvStore* store) {
    std::vector<uint64_t> numbers;
    for (const BlobFileInfo& file : store->BlobFiles()) {
      std::string bytes;
      EXPECT_TRUE(ReadFileToString(&fs_, file.path, &bytes).ok());
      if (bytes.rfind("AETHRLOG", 0) == 0) numbers.push_back(file.number);
    }
    return numbers;
  }
};

// Of the last segment, which is not full, values are copied.
TEST_F(LogValueTest, AFlushWritesNoValueThatTheLogHolds) {
  Open();
  PutLarge(0, 300);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_GE(InLog(kv_).size(), 20u);
  EXPECT_LT(kv_->Stats().flush_bytes_written, 16000u + 300 * 80);
  EXPECT_GT(kv_->Stats().live_data_bytes, 300u * 1000);
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
  for (int life = 0; life < 3; ++life) {
    Open();
    Check(model_);
    EXPECT_TRUE(kv_->VerifyChecksums().ok());
    PutLarge(1000 + 50 * life, 1050 + 50 * life);
    ASSERT_TRUE(kv_->Flush(true).ok());
    ExpectOnlyNeededBlobs();
  }
  EXPECT_GE(InLog(kv_).size(), 26u);
  Collect(1);
  EXPECT_TRUE(InLog(kv_).empty());
  Check(model_);
  ExpectOnlyNeededBlobs();
}

// What a segment holds beside the values is garbage that collections see.
TEST_F(LogValueTest, KeysAndHeadersCountAsGarbage) {
  Open();
  PutLarge(0, 100);
  ASSERT_TRUE(kv_->Flush(true).ok());
  uint64_t segments = 0;
  for (const BlobFileInfo& file : kv_->BlobFiles()) {
    const bool in_log = file.bytes == 16 << 10;
    segments += in_log;
    if (!in_log) continue;
    EXPECT_EQ(file.value_bytes, file.bytes);
    EXPECT_EQ(file.garbage_bytes, file.bytes - file.value_count * 1000);
    EXPECT_EQ(file.garbage_count, 0u);
  }
  EXPECT_GE(segments, 6u);
}

TEST_F(LogValueTest, TablesAndFamiliesShareASegment) {
  Open();
  KvStore* other = nullptr;
  ASSERT_TRUE(env_->CreateStore("other", store_, &other).ok());
  ASSERT_TRUE(env_->PauseBackgroundWork().ok());
  std::map<std::string, std::string> others;
  for (int i = 0; i < 100; ++i) {
    if (i == 49) {
      ASSERT_TRUE(kv_->Flush(false).ok());
    }
    const auto k = static_cast<uint64_t>(i);
    PutLarge(i, i + 1);
    std::string body;
    AppendPut(&body, other->id(), Key(k), Large(k + 7));
    Write(body);
    others[Key(k)] = Large(k + 7);
  }
  ASSERT_TRUE(env_->ContinueBackgroundWork().ok());
  ASSERT_TRUE(env_->FlushAll(true).ok());
  const std::vector<uint64_t> mine = InLog(kv_);
  EXPECT_GE(mine.size(), 12u);
  // Its values were put beside those of the others, one by one.
  EXPECT_EQ(InLog(other), mine);
  // The segment in which one table ended and the next one began holds values of both.
  uint64_t values = 0;
  for (const BlobFileInfo& file : kv_->BlobFiles()) values += file.value_count;
  EXPECT_EQ(values, 100u);
  Check(model_);
  for (const auto& [key, value] : others) {
    PinnedValue found;
    ASSERT_TRUE(other->Get({}, key, &found).ok());
    ASSERT_EQ(found.value().ToString(), value);
  }
  ASSERT_TRUE(env_->DropStore(other).ok());
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
  EXPECT_EQ(InLog(kv_), mine);
  Open();
  Check(model_);
  ExpectOnlyNeededBlobs();
  for (int i = 0; i < 100; ++i) Delete(Key(static_cast<uint64_t>(i)));
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  EXPECT_TRUE(BlobsOfStore().empty());
  ExpectOnlyNeededBlobs();
}

// A segment that nothing refers to any more may lose its second name at any time: what another
// family has in it is copied.
TEST_F(LogValueTest, ASegmentThatWasGivenUpIsNotTakenAgain) {
  Open();
  KvStore* other = nullptr;
  ASSERT_TRUE(env_->CreateStore("other", store_, &other).ok());
  for (uint64_t i = 0; i < 50; ++i) {
    Put(Key(i), Large(i));
    std::string body;
    AppendPut(&body, other->id(), Key(i), Large(i + 7));
    Write(body);
  }
  ASSERT_TRUE(kv_->Flush(true).ok());
  ASSERT_FALSE(InLog(kv_).empty());
  for (uint64_t i = 0; i < 50; ++i) Delete(Key(i));
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  ASSERT_TRUE(BlobsOfStore().empty());
  ASSERT_TRUE(env_->FlushAll(true).ok());
  EXPECT_TRUE(InLog(other).empty());
  EXPECT_FALSE(other->BlobFiles().empty());
  EXPECT_TRUE(other->VerifyChecksums().ok());
}

TEST_F(LogValueTest, WhatIsNotWorthKeepingIsCopied) {
  Open();
  // Mostly small values.
  for (uint64_t i = 0; i < 2000; ++i) {
    const std::string value = i % 20 == 0 ? Large(i, 200) : "small";
    Put(Key(i), value);
    model_[Key(i)] = value;
  }
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_TRUE(InLog(kv_).empty());
  // Mostly overwritten before they were flushed.
  for (uint64_t i = 0; i < 200; ++i) PutLarge(3000 + static_cast<int>(i % 10), 3010, i);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_LE(InLog(kv_).size(), 1u);
  // Without a log.
  WriteOptions unlogged;
  unlogged.disable_wal = true;
  std::string body;
  for (uint64_t i = 4000; i < 4050; ++i) {
    AppendPut(&body, 0, Key(i), Large(i));
    model_[Key(i)] = Large(i);
  }
  const size_t before = InLog(kv_).size();
  ASSERT_TRUE(env_->Write(unlogged, body, kAnyCount, nullptr).ok());
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_EQ(InLog(kv_).size(), before);
  // To be compressed.
  BlobOptions compressed = store_.tree.blob;
  compressed.codec = Codec::kZstd;
  SetBlobOptions(compressed);
  PutLarge(5000, 5100);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_EQ(InLog(kv_).size(), before);
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
}

TEST_F(LogValueTest, ALogThatCannotBeLinkedIsCopied) {
  Open();
  SimFault fault;
  fault.io = kSimName;
  fault.path_part = ".log";
  fault.sticky = true;
  fs_.AddFault(fault);
  PutLarge(0, 100);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_TRUE(InLog(kv_).empty());
  Check(model_);
  ExpectOnlyNeededBlobs();
}

// The log is recovered from segments that are blob files already, and from such as became one and
// were never named by the manifest.
TEST_F(LogValueTest, DeathAtAnyCallLosesNothing) {
  uint64_t kept = 0;
  for (uint64_t io = 1; io < 600; io += 3) {
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    model_.clear();
    Open();
    PutLarge(0, 30);
    ASSERT_TRUE(kv_->Flush(true).ok());
    PutLarge(20, 80, 100);
    fs_.CrashAtIo(io);
    kv_->Flush(true).Ignore();
    const bool over = !fs_.frozen();
    fs_.CrashAtIo(0);
    fs_.Freeze();
    env_.reset();
    fs_.ProcessKill();
    Open();
    Check(model_);
    kept += InLog(kv_).size();
    ASSERT_TRUE(kv_->Flush(true).ok());
    const Status s = kv_->VerifyChecksums();
    ASSERT_TRUE(s.ok()) << io << ": " << s.ToString();
    Open();
    Check(model_);
    ExpectOnlyNeededBlobs();
    if (HasFailure()) FAIL() << "the process died at call " << io;
    if (over) {
      EXPECT_GT(kept, 0u);
      return;
    }
  }
  FAIL() << "the work does not end";
}

// Of a flush without blob files nothing of the log is needed: here its values stand there.
TEST_F(LogValueTest, WhatAFlushLeavesInTheLogIsDurable) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    model_.clear();
    Open();
    PutLarge(0, 60);
    ASSERT_TRUE(kv_->Flush(true).ok());
    ASSERT_FALSE(InLog(kv_).empty());
    fs_.Freeze();
    env_.reset();
    fs_.Crash(seed);
    Open();
    Check(model_);
    EXPECT_TRUE(kv_->VerifyChecksums().ok());
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST_F(LogValueTest, AfterAPoisonedLogValuesAreCopied) {
  Open();
  PutLarge(0, 60);
  ASSERT_TRUE(kv_->Flush(true).ok());
  const std::vector<uint64_t> before = InLog(kv_);
  EXPECT_FALSE(before.empty());
  PutLarge(30, 90, 100);
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".log";
  fs_.AddFault(fault);
  EXPECT_FALSE(env_->FlushWal(true).ok());
  ASSERT_TRUE(env_->Resume().ok());
  EXPECT_EQ(InLog(kv_), before);
  Check(model_);
  PutLarge(80, 120, 200);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_GT(InLog(kv_).size(), before.size());
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
  Open();
  Check(model_);
  ExpectOnlyNeededBlobs();
}

}  // namespace
}  // namespace aether
