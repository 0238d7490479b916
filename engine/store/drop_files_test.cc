// Files that go without being merged: by range, by number, and the oldest by themselves.

#include <set>
#include <thread>

#include "engine/store/store_fixture.h"

namespace aether {
namespace {

class DropFilesTest : public StoreTest {
 protected:
  void PutKeys(uint64_t from, uint64_t to, const std::string& value) {
    for (uint64_t i = from; i < to; ++i) Put(Key(i), value);
  }
  void FlushAll() {
    const Status s = kv_->Flush(true);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  void Compact() {
    CompactRangeOptions options;
    options.force_last_level = true;  // what was moved is cut into files, too
    const Status s = kv_->CompactRange(options, nullptr, nullptr);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  Status Drop(uint64_t from, uint64_t to, bool end_included = true) {
    const std::string begin = Key(from);
    const std::string end = Key(to);
    const Slice first(begin);
    const Slice last(end);
    return kv_->DropFiles({{&first, &last, end_included}});
  }
  size_t CountKeys() {
    size_t n = 0;
    const auto it = kv_->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++n;
    EXPECT_TRUE(it->status().ok());
    return n;
  }
};

// Values that several files are needed for.
const std::string kValue(1000, 'v');  // NOLINT

TEST_F(DropFilesTest, WholeFilesOfARangeGo) {
  Open();
  PutKeys(0, 1000, kValue);
  Compact();
  const auto files = kv_->Files();
  ASSERT_GT(files.size(), 5u);
  // All but the first and the last, whose keys do not all lie in the range.
  ASSERT_TRUE(Drop(1, 998).ok());
  EXPECT_EQ(kv_->Files().size(), 2u);
  EXPECT_EQ(Get(Key(0)), kValue);
  EXPECT_EQ(Get(Key(999)), kValue);
  EXPECT_EQ(Get(Key(500)), "(none)");
  EXPECT_EQ(CountKeys(), kv_->Files()[0].entries + kv_->Files()[1].entries);
  Open();
  EXPECT_EQ(kv_->Files().size(), 2u);
  // What was written since is there, and can be dropped in turn.
  PutKeys(400, 600, kValue);
  EXPECT_EQ(Get(Key(500)), kValue);
  Compact();
  ASSERT_TRUE(kv_->DropFiles({{nullptr, nullptr, true}}).ok());
  EXPECT_EQ(kv_->Files().size(), 0u);
  EXPECT_EQ(CountKeys(), 0u);
  Put("k", "v");
  Compact();
  EXPECT_EQ(Get("k"), "v");
}

TEST_F(DropFilesTest, TheEndMayBeLeftOut) {
  Open();
  PutKeys(0, 10, "v");
  Compact();
  ASSERT_TRUE(Drop(0, 9, false).ok());
  EXPECT_EQ(CountKeys(), 10u);
  ASSERT_TRUE(Drop(0, 8).ok());
  EXPECT_EQ(CountKeys(), 10u);
  ASSERT_TRUE(Drop(0, 9).ok());
  EXPECT_EQ(CountKeys(), 0u);
}

TEST_F(DropFilesTest, WhatWasFlushedLastStays) {
  store_.tree.auto_merge = false;
  Open();
  PutKeys(0, 10, "old");
  Compact();
  PutKeys(0, 10, "new");
  FlushAll();
  Put(Key(3), "newest");
  ASSERT_TRUE(kv_->DropFiles({{nullptr, nullptr, true}}).ok());
  EXPECT_EQ(Get(Key(3)), "newest");
  EXPECT_EQ(Get(Key(4)), "new");
  EXPECT_EQ(kv_->Files().size(), 1u);
  EXPECT_EQ(kv_->Files()[0].level, 0);
}

// A tombstone in a run above would have gone and left the value that it hides.
TEST_F(DropFilesTest, NothingHiddenComesBack) {
  store_.tree.auto_merge = false;
  Open();
  PutKeys(0, 1000, kValue);
  Compact();
  for (int i = 0; i < 2; ++i) {
    Delete(Key(500));
    Put(Key(501), "newer");
    FlushAll();
  }
  // Both flushes become one run of level 1.
  std::vector<uint64_t> upper;
  for (const FileInfo& file : kv_->Files()) {
    if (file.level == 0) upper.push_back(file.number);
  }
  ASSERT_EQ(upper.size(), 2u);
  std::vector<std::string> outputs;
  ASSERT_TRUE(kv_->MergeFiles(upper, 1, &outputs).ok());
  EXPECT_EQ(outputs.size(), 1u);
  const std::string begin = Key(500);
  const std::string end = Key(501);
  const Slice first(begin);
  const Slice last(end);
  ASSERT_TRUE(kv_->DropFiles({{&first, &last, true}}).ok());
  EXPECT_EQ(Get(Key(500)), "(none)");
  EXPECT_EQ(Get(Key(501)), "newer");
  // Where the older file goes, too, nothing is hidden any more.
  ASSERT_TRUE(kv_->DropFiles({{nullptr, nullptr, true}}).ok());
  EXPECT_EQ(kv_->Files().size(), 0u);
}

TEST_F(DropFilesTest, ReadersKeepWhatTheySee) {
  Open();
  PutKeys(0, 1000, kValue);
  Compact();
  const auto it = kv_->NewIterator(ReadOptions());
  ASSERT_TRUE(kv_->DropFiles({{nullptr, nullptr, true}}).ok());
  size_t n = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next()) ++n;
  EXPECT_TRUE(it->status().ok());
  EXPECT_EQ(n, 1000u);
  EXPECT_EQ(CountKeys(), 0u);
}

TEST_F(DropFilesTest, BlobFilesGoWithTheLastReference) {
  store_.tree.blob.enabled = true;
  Open();
  PutKeys(0, 100, kValue);
  Compact();
  ASSERT_GT(kv_->BlobFiles().size(), 0u);
  ASSERT_TRUE(kv_->DropFiles({{nullptr, nullptr, true}}).ok());
  EXPECT_EQ(kv_->BlobFiles().size(), 0u);
  Open();
  EXPECT_EQ(CountKeys(), 0u);
}

TEST_F(DropFilesTest, OneFileOfTheOldestRun) {
  store_.tree.auto_merge = false;
  Open();
  PutKeys(0, 10, "1");
  FlushAll();
  PutKeys(0, 10, "2");
  FlushAll();
  const auto files = kv_->Files();
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(kv_->DropFile(files[0].number).ToString(),
            "Invalid argument: File in level 0, but not oldest");
  EXPECT_EQ(kv_->DropFile(99999).ToString(), "Invalid argument: File not found");
  ASSERT_TRUE(kv_->DropFile(files[1].number).ok());
  EXPECT_EQ(kv_->Files().size(), 1u);
  EXPECT_EQ(Get(Key(1)), "2");
  Compact();
  PutKeys(0, 10, "3");
  FlushAll();
  EXPECT_EQ(kv_->DropFile(kv_->Files()[0].number).ToString(),
            "Invalid argument: File not in last level");
}

TEST_F(DropFilesTest, NamedFilesAreMerged) {
  store_.tree.auto_merge = false;
  Open();
  for (int round = 0; round < 4; ++round) {
    PutKeys(0, 10, std::to_string(round));
    FlushAll();
  }
  auto files = kv_->Files();
  ASSERT_EQ(files.size(), 4u);
  std::vector<std::string> outputs;
  // The two in the middle; the oldest stands above the level that they go to.
  ASSERT_TRUE(kv_->MergeFiles({files[1].number, files[2].number}, 1, &outputs).ok());
  ASSERT_EQ(outputs.size(), 1u);
  files = kv_->Files();
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].level, 0);
  EXPECT_EQ(files[1].level, 1);
  EXPECT_EQ(files[1].path, outputs[0]);
  EXPECT_EQ(Get(Key(5)), "3");
  ASSERT_TRUE(kv_->MergeFiles({files[0].number}, kLastLevel, &outputs).ok());
  files = kv_->Files();
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].level, kLastLevel);
  EXPECT_EQ(Get(Key(5)), "3");
  EXPECT_TRUE(kv_->MergeFiles({12345}, kLastLevel, &outputs).IsInvalidArgument());
}

TEST_F(DropFilesTest, SuggestionsAreCarriedOut) {
  Open();
  PutKeys(0, 10, "1");
  FlushAll();
  PutKeys(0, 10, "2");
  FlushAll();
  ASSERT_TRUE(kv_->SuggestMerge(nullptr, nullptr).ok());
  ASSERT_TRUE(env_->WaitForMerges(false).ok());
  EXPECT_EQ(kv_->Files().size(), 1u);
  EXPECT_EQ(Get(Key(1)), "2");
}

TEST_F(DropFilesTest, FifoKeepsTheNewest) {
  store_.tree.strategy = Strategy::kFifo;
  store_.tree.fifo.max_bytes = 300 << 10;
  Open();
  for (uint64_t round = 0; round < 10; ++round) {
    PutKeys(100 * round, 100 * (round + 1), kValue);
    FlushAll();
  }
  ASSERT_TRUE(env_->WaitForMerges(false).ok());
  uint64_t bytes = 0;
  for (const FileInfo& file : kv_->Files()) bytes += file.bytes;
  EXPECT_LE(bytes, store_.tree.fifo.max_bytes);
  EXPECT_GT(bytes, store_.tree.fifo.max_bytes / 2);
  EXPECT_EQ(Get(Key(999)), kValue);
  EXPECT_EQ(Get(Key(0)), "(none)");
  EXPECT_EQ(Get(Key(500)), "(none)");
  Open();
  EXPECT_EQ(Get(Key(999)), kValue);
  EXPECT_EQ(Get(Key(0)), "(none)");
}

TEST_F(DropFilesTest, FifoForgetsWhatIsOld) {
  store_.tree.strategy = Strategy::kFifo;
  store_.tree.fifo.ttl_seconds = 3600;
  Open();
  Put("old", "1");
  FlushAll();
  EXPECT_EQ(Get("old"), "1");
  store_.tree.fifo.ttl_seconds = 1;
  Open();
  for (int i = 0; i < 600 && !kv_->Files().empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(Get("old"), "(none)");
  Put("new", "2");
  EXPECT_EQ(Get("new"), "2");
}

TEST_F(DropFilesTest, FifoMayPutFlushesTogether) {
  store_.tree.strategy = Strategy::kFifo;
  store_.tree.fifo.merge = true;
  store_.tree.fifo.merge_runs = 3;
  Open();
  for (int round = 0; round < 7; ++round) {
    Put("k", std::to_string(round));
    FlushAll();
    ASSERT_TRUE(env_->WaitForMerges(false).ok());
  }
  std::set<uint64_t> runs;
  for (const FileInfo& file : kv_->Files()) runs.insert(file.run);
  EXPECT_EQ(runs.size(), 3u);
  EXPECT_EQ(Get("k"), "6");
}

TEST_F(DropFilesTest, TieredMergesWhatTakesTooMuchSpace) {
  store_.tree.strategy = Strategy::kTiered;
  store_.tree.tiered.space_amplification_percent = 200;
  Open();
  PutKeys(0, 100, kValue);
  FlushAll();
  for (int round = 0; round < 3; ++round) {
    PutKeys(0, 80, kValue);
    FlushAll();
  }
  ASSERT_TRUE(env_->WaitForMerges(false).ok());
  std::set<uint64_t> runs;
  for (const FileInfo& file : kv_->Files()) {
    runs.insert(file.run);
    EXPECT_EQ(file.level, kLastLevel);
  }
  EXPECT_EQ(runs.size(), 1u);
  EXPECT_EQ(CountKeys(), 100u);
}

}  // namespace
}  // namespace aether
