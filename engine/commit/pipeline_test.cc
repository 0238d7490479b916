#include "engine/commit/pipeline.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "engine/base/random.h"
#include "engine/commit/test_store.h"
#include "engine/io/sim_file_system.h"
#include "engine/wal/format.h"

namespace aether {
namespace {

// Only appends, as an application's own file system may.
class AppendOnlySim : public SimFileSystem {
 public:
  using SimFileSystem::SimFileSystem;
  bool MappedLogIsSafe(const std::string&) override { return false; }
  Status NewLogSegment(const std::string& path, const LogSegmentOptions& options,
                       std::unique_ptr<LogSegment>* result) override {
    return FileSystem::NewLogSegment(path, options, result);
  }
};

enum class Kind { kMapped, kWriteAt, kGrowing, kPosix, kPosixThread };

class PipelineTest : public testing::TestWithParam<Kind> {
 protected:
  PipelineTest() {
    switch (GetParam()) {
      case Kind::kMapped:
      case Kind::kWriteAt:
        sim_ = std::make_unique<SimFileSystem>(7);
        break;
      case Kind::kGrowing:
        sim_ = std::make_unique<AppendOnlySim>(7);
        break;
      default:
        options_.fs = PosixFileSystem();
        options_.directory = testing::TempDir() + "/aether_pipeline";
        RemoveAll();
        break;
    }
    if (sim_ != nullptr) options_.fs = sim_.get();
    options_.allow_mapped = GetParam() != Kind::kWriteAt;
    options_.background_thread = GetParam() == Kind::kPosixThread;
    Open();
  }
  ~PipelineTest() override {
    store_.reset();
    if (sim_ == nullptr) RemoveAll();
  }
  void RemoveAll() {
    std::vector<std::string> names;
    options_.fs->List(options_.directory, &names).Ignore();
    for (const std::string& name : names) {
      options_.fs->Remove(options_.directory + "/" + name).Ignore();
    }
  }
  void Open() {
    Status s = TestStore::Open(options_, &store_);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  // Closes without a flush or a sync: what the process leaves behind.
  void Reopen() {
    store_.reset();
    Open();
  }
  TestStore::Contents Read() {
    TestStore::Contents contents;
    Status s = store_->Read(&contents);
    EXPECT_TRUE(s.ok()) << s.ToString();
    return contents;
  }

  TestStoreOptions options_;
  std::unique_ptr<SimFileSystem> sim_;
  std::unique_ptr<TestStore> store_;
};

TEST_P(PipelineTest, NumbersAreDenseAndVisibleAtOnce) {
  for (uint64_t i = 1; i <= 100; ++i) {
    WriteResult result;
    ASSERT_TRUE(store_->Put(0, "k" + std::to_string(i), "v", false, false, &result).ok());
    EXPECT_EQ(result.first_sequence, i);
    EXPECT_EQ(result.last_sequence, i);
    EXPECT_EQ(store_->pipeline()->VisibleSequence(), i);
    EXPECT_EQ(store_->pipeline()->LastSequence(), i);
    EXPECT_EQ(store_->pipeline()->PublishedTicket(), result.ticket);
  }
  EXPECT_EQ(Read().size(), 100u);
}

TEST_P(PipelineTest, EverythingAcknowledgedIsThereAfterReopening) {
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 300; ++i) {
      const std::string key = std::to_string(round) + "/" + std::to_string(i);
      ASSERT_TRUE(store_->Put(static_cast<uint32_t>(i) % 2, key, std::string(i % 200, 'x')).ok());
    }
    Reopen();
    EXPECT_EQ(Read().size(), static_cast<size_t>(300 * (round + 1)));
    EXPECT_EQ(store_->pipeline()->VisibleSequence(), static_cast<uint64_t>(300 * (round + 1)));
    EXPECT_EQ(store_->log_state().epoch, static_cast<uint32_t>(round + 2));
  }
}

TEST_P(PipelineTest, BatchOverFamiliesUsesConsecutiveNumbers) {
  std::string body;
  AppendPut(&body, 0, "a", "1");
  AppendLogData(&body, "a note");
  AppendPut(&body, 1, "b", "2");
  AppendMerge(&body, 1, "c", "3");
  AppendPut(&body, 9, "of no family", "4");
  AppendDelete(&body, 0, "d");
  WriteResult result;
  ASSERT_TRUE(store_->Write(body, false, false, &result).ok());
  EXPECT_EQ(result.first_sequence, 1u);
  EXPECT_EQ(result.last_sequence, 5u);
  for (int pass = 0; pass < 2; ++pass) {
    TestStore::Contents contents = Read();
    EXPECT_EQ(contents.size(), 4u);
    EXPECT_EQ((contents[{0, "a"}].sequence), 1u);
    EXPECT_EQ((contents[{1, "b"}].sequence), 2u);
    EXPECT_EQ((contents[{1, "c"}].sequence), 3u);
    EXPECT_EQ((contents[{0, "d"}].sequence), 5u);
    EXPECT_EQ(store_->pipeline()->VisibleSequence(), 5u);
    Reopen();
  }
}

TEST_P(PipelineTest, LogDataAloneTakesATicketButNoSequence) {
  std::string body;
  AppendLogData(&body, "only a note");
  WriteResult result;
  ASSERT_TRUE(store_->Put(0, "k", "v").ok());
  const uint64_t before = store_->pipeline()->PublishedTicket();
  ASSERT_TRUE(store_->Write(body, false, false, &result).ok());
  EXPECT_EQ(result.ticket, before + 1);
  EXPECT_EQ(result.last_sequence + 1, result.first_sequence);
  EXPECT_EQ(store_->pipeline()->VisibleSequence(), 1u);
  Reopen();
  EXPECT_EQ(store_->recovered().last.ticket, before + 1);
}

TEST_P(PipelineTest, RefusedBatchLeavesNoTrace) {
  WriteResult result;
  EXPECT_TRUE(store_->Write("\x01\x05xy", false, false, &result).IsCorruption());
  std::string body;
  AppendPut(&body, 0, "k", "v");
  WriteRequest request;
  request.body = body;
  request.count = 2;
  EXPECT_EQ(store_->pipeline()->Write(request, &result).message(), "WriteBatch has wrong count");
  EXPECT_TRUE(store_->Write(body, true, true, &result).IsInvalidArgument());
  EXPECT_EQ(store_->pipeline()->PublishedTicket(), 0u);
  EXPECT_TRUE(Read().empty());
}

TEST_P(PipelineTest, LargeBatchesOfAllSizesComeBack) {
  const size_t sizes[] = {3000, 4096, 5000, 20000, 40000, 70000, 300000, 2000000};
  for (size_t size : sizes) {
    ASSERT_TRUE(store_->Put(0, std::to_string(size), std::string(size, 'z')).ok());
    ASSERT_TRUE(store_->Put(0, "small" + std::to_string(size), "s").ok());
  }
  Reopen();
  TestStore::Contents contents = Read();
  for (size_t size : sizes) {
    EXPECT_EQ((contents[{0, std::to_string(size)}].value), std::string(size, 'z'));
  }
  EXPECT_EQ(contents.size(), 2 * std::size(sizes));
}

TEST_P(PipelineTest, WritersOnManyThreadsGetDenseNumbers) {
  constexpr int kThreads = 4;
  constexpr int kWrites = 2000;
  std::vector<std::thread> threads;
  std::vector<std::vector<uint64_t>> sequences(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kWrites; ++i) {
        std::string body;
        const std::string key = std::to_string(t) + "/" + std::to_string(i);
        AppendPut(&body, 0, key, "v");
        AppendPut(&body, 1, key, "w");
        WriteResult result;
        ASSERT_TRUE(store_->Write(body, false, false, &result).ok());
        // Read your writes.
        ASSERT_GE(store_->pipeline()->VisibleSequence(), result.last_sequence);
        sequences[t].push_back(result.first_sequence);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<uint64_t> all;
  for (const auto& s : sequences) {
    EXPECT_TRUE(std::is_sorted(s.begin(), s.end()));
    all.insert(s.begin(), s.end());
  }
  EXPECT_EQ(all.size(), static_cast<size_t>(kThreads * kWrites));
  EXPECT_EQ(*all.rbegin(), 2u * kThreads * kWrites - 1);
  Reopen();
  EXPECT_EQ(Read().size(), 2u * kThreads * kWrites);
}

TEST_P(PipelineTest, FlushMovesTheFloorAndReusesSegments) {
  for (int round = 0; round < 30; ++round) {
    for (int i = 0; i < 200; ++i) {
      const std::string key = std::to_string(round) + "/" + std::to_string(i);
      ASSERT_TRUE(store_->Put(static_cast<uint32_t>(i) % 2, key, std::string(100, 'x')).ok());
    }
    Status s = store_->Flush(static_cast<uint32_t>(round) % 2);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  EXPECT_LT(store_->pipeline()->LogBytes(), 400000u);
  if (GetParam() == Kind::kMapped) {
    EXPECT_GT(store_->pipeline()->Counters().segments_recycled, 0u);
  }
  EXPECT_EQ(Read().size(), 6000u);
  Reopen();
  EXPECT_EQ(Read().size(), 6000u);
  EXPECT_EQ(store_->pipeline()->VisibleSequence(), 6000u);
}

TEST_P(PipelineTest, SyncRaisesTheDurableTicket) {
  WriteResult result;
  ASSERT_TRUE(store_->Put(0, "a", "1").ok());
  EXPECT_EQ(store_->pipeline()->DurableTicket(), 0u);
  ASSERT_TRUE(store_->Put(0, "b", "2", true, false, &result).ok());
  EXPECT_GE(store_->pipeline()->DurableTicket(), result.ticket);
  ASSERT_TRUE(store_->Put(0, "c", "3", false, false, &result).ok());
  ASSERT_TRUE(store_->pipeline()->FlushWal(false).ok());
  EXPECT_LT(store_->pipeline()->DurableTicket(), result.ticket);
  ASSERT_TRUE(store_->pipeline()->SyncWal().ok());
  EXPECT_EQ(store_->pipeline()->DurableTicket(), result.ticket);
  // An empty batch with sync is a barrier.
  ASSERT_TRUE(store_->Put(0, "d", "4", false, false, &result).ok());
  WriteResult empty;
  ASSERT_TRUE(store_->Write("", true, false, &empty).ok());
  EXPECT_EQ(store_->pipeline()->DurableTicket(), result.ticket);
}

TEST_P(PipelineTest, SyncWritersOnManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        WriteResult result;
        ASSERT_TRUE(store_->Put(0, std::to_string(t * 100 + i), "v", true, false, &result).ok());
        ASSERT_GE(store_->pipeline()->DurableTicket(), result.ticket);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Read().size(), 200u);
}

TEST_P(PipelineTest, UnloggedStoreWritesNoRecords) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(store_->Put(0, std::to_string(i), "v", false, true).ok());
  }
  EXPECT_EQ(store_->pipeline()->Counters().logged_bytes, 0u);
  EXPECT_EQ(Read().size(), 100u);
  ASSERT_TRUE(store_->Flush(0).ok());
  Reopen();
  EXPECT_EQ(Read().size(), 100u);
  EXPECT_EQ(store_->pipeline()->VisibleSequence(), 100u);
}

TEST_P(PipelineTest, LoggedWritesBehindUnloggedOnesSurvive) {
  for (int round = 0; round < 3; ++round) {
    const std::string r = std::to_string(round) + "/";
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(store_->Put(0, r + "lost" + std::to_string(i), "v", false, true).ok());
    }
    ASSERT_TRUE(store_->Put(0, r + "kept", "v").ok());
    ASSERT_TRUE(store_->Put(1, r + "lost", "v", false, true).ok());
    ASSERT_TRUE(store_->Put(1, r + "kept", "v").ok());
    const uint64_t last = store_->pipeline()->LastSequence();
    Reopen();
    TestStore::Contents contents = Read();
    EXPECT_EQ(contents.size(), 2u * (static_cast<size_t>(round) + 1));
    EXPECT_TRUE(contents.count({0, r + "kept"}));
    EXPECT_TRUE(contents.count({1, r + "kept"}));
    // The numbers of lost writes are not given out again below what survived.
    EXPECT_EQ(store_->pipeline()->LastSequence(), last);
  }
}

TEST_P(PipelineTest, FlushOfUnloggedFamilyBesideAPinningOne) {
  ASSERT_TRUE(store_->Put(1, "pins", "v", false, true).ok());
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(store_->Put(0, std::to_string(i), "v", false, true).ok());
  }
  // The runs of family 0 are now ahead of every logged record, and family 1 holds the floor back.
  Status s = store_->Flush(0);
  ASSERT_TRUE(s.ok()) << s.ToString();
  Reopen();
  EXPECT_EQ(Read().size(), 50u);
  EXPECT_GE(store_->pipeline()->LastSequence(), 51u);
  ASSERT_TRUE(store_->Put(1, "logged", "v").ok());
  Reopen();
  EXPECT_EQ(Read().size(), 51u);
}

TEST_P(PipelineTest, MixOfLoggedAndUnloggedThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        ASSERT_TRUE(store_->Put(0, std::to_string(t * 1000 + i), "v", false, t % 2 == 0).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Read().size(), 2000u);
  Reopen();
  TestStore::Contents contents = Read();
  EXPECT_EQ(contents.size(), 1000u);
}

TEST_P(PipelineTest, SwitchCutsExactlyInTicketOrder) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  std::atomic<uint64_t> written{0};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; !stop.load() && i < 20000; ++i) {
        ASSERT_TRUE(store_->Put(0, std::to_string(t) + "/" + std::to_string(i), "v").ok());
        written++;
      }
    });
  }
  std::vector<std::shared_ptr<MemTable>> tables;
  std::vector<LogPosition> cuts;
  for (int i = 0; i < 300; ++i) {
    auto next = std::make_unique<TableSet>();
    std::shared_ptr<MemTable> table = NewMemTable(MemTableKind::kRax, BytewiseComparator());
    next->tables = {table, table};
    tables.push_back(table);
    SwitchResult result;
    ASSERT_TRUE(store_->pipeline()->Switch(std::move(next), nullptr, &result).ok());
    store_->pipeline()->WaitPublished(result.cut.ticket);
    EXPECT_GE(store_->pipeline()->VisibleSequence(), result.cut.sequence);
    cuts.push_back(result.cut);
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  cuts.push_back(store_->pipeline()->Published());
  uint64_t found = 0;
  for (size_t i = 0; i < tables.size(); ++i) {
    auto it = tables[i]->NewIterator();
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++found) {
      EXPECT_GT(TagSequence(it->tag()), cuts[i].sequence);
      EXPECT_LE(TagSequence(it->tag()), cuts[i + 1].sequence);
    }
    EXPECT_EQ(tables[i]->Entries(), cuts[i + 1].sequence - cuts[i].sequence);
  }
  EXPECT_EQ(found + cuts[0].sequence, written.load());
}

INSTANTIATE_TEST_SUITE_P(Backends, PipelineTest,
                         testing::Values(Kind::kMapped, Kind::kWriteAt, Kind::kGrowing,
                                         Kind::kPosix, Kind::kPosixThread));

// --- wraps ---

class WrapTest : public testing::TestWithParam<TestStoreOptions> {};

TEST_P(WrapTest, NumbersGoOnAcrossTheWrap) {
  SimFileSystem fs(3);
  TestStoreOptions options = GetParam();
  options.fs = &fs;
  std::unique_ptr<TestStore> store;
  Status s = TestStore::Open(options, &store);
  ASSERT_TRUE(s.ok()) << s.ToString();
  const LogPosition start = options.fresh_start;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 400; ++i) {
        ASSERT_TRUE(store->Put(0, std::to_string(t) + "/" + std::to_string(i), "v").ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store->pipeline()->PublishedTicket(), start.ticket + 1200);
  EXPECT_EQ(store->pipeline()->VisibleSequence(), start.sequence + 1200);
  ASSERT_TRUE(store->Flush(0).ok());
  ASSERT_TRUE(store->Put(1, "after", "v", true).ok());
  store.reset();
  fs.Crash(1);
  s = TestStore::Open(options, &store);
  ASSERT_TRUE(s.ok()) << s.ToString();
  TestStore::Contents contents;
  ASSERT_TRUE(store->Read(&contents).ok());
  EXPECT_EQ(contents.size(), 1201u);
  EXPECT_EQ(store->pipeline()->VisibleSequence(), start.sequence + 1201);
}

std::vector<TestStoreOptions> Wraps() {
  std::vector<TestStoreOptions> all;
  for (uint64_t ticket : {0ull, 65000ull, 65530ull, 65535ull, 65536ull, 4294967290ull}) {
    TestStoreOptions options;
    options.fresh_start = {ticket, ticket == 0 ? 0ull : 1000ull};
    all.push_back(options);
  }
  for (uint32_t generation : {250u, 255u}) {
    TestStoreOptions options;
    options.first_generation = generation;
    options.switch_at_relative = 1;  // a generation for almost every batch
    all.push_back(options);
    options.switch_at_relative = 7;
    options.fresh_start = {65500, (uint64_t{1} << 40) - 5};
    all.push_back(options);
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Fields, WrapTest, testing::ValuesIn(Wraps()));

// --- errors ---

class ErrorTest : public testing::Test {
 protected:
  ErrorTest() { options_.fs = &fs_; }
  void Open() {
    Status s = TestStore::Open(options_, &store_);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  SimFileSystem fs_{11};
  TestStoreOptions options_;
  std::unique_ptr<TestStore> store_;
};

TEST_F(ErrorTest, FailedSyncPoisonsUntilResume) {
  Open();
  ASSERT_TRUE(store_->Put(0, "a", "1", true).ok());
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".log";
  fs_.AddFault(fault);
  EXPECT_TRUE(store_->Put(0, "b", "2", true).IsIOError());
  fs_.ClearFaults();
  // The next sync of the same file would succeed, and lie.
  EXPECT_TRUE(store_->Put(0, "c", "3", true).IsIOError());
  EXPECT_TRUE(store_->Put(0, "c", "3", false).IsIOError());
  EXPECT_TRUE(store_->pipeline()->FlushWal(false).IsIOError());
  EXPECT_TRUE(store_->pipeline()->SyncWal().IsIOError());
  EXPECT_EQ(store_->poisons(), 1);
  Status s = store_->Resume();
  ASSERT_TRUE(s.ok()) << s.ToString();
  ASSERT_TRUE(store_->Put(0, "d", "4", true).ok());
  store_.reset();
  fs_.Crash(5);
  Open();
  TestStore::Contents contents;
  ASSERT_TRUE(store_->Read(&contents).ok());
  EXPECT_TRUE(contents.count({0, "a"}));
  EXPECT_TRUE(contents.count({0, "b"}));  // its outcome was unknown; Resume has flushed it
  EXPECT_FALSE(contents.count({0, "c"}));
  EXPECT_TRUE(contents.count({0, "d"}));
}

TEST_F(ErrorTest, FullDiskRefusesBeforeANumberAndHealsByItself) {
  Open();
  ASSERT_TRUE(store_->Put(0, "first", "v").ok());
  fs_.SetFreeSpace(0);
  Status s;
  int written = 0;
  for (; written < 10000; ++written) {
    s = store_->Put(0, std::to_string(written), std::string(100, 'x'));
    if (!s.ok()) break;
  }
  ASSERT_TRUE(s.IsNoSpace()) << s.ToString();
  const uint64_t ticket = store_->pipeline()->PublishedTicket();
  EXPECT_TRUE(store_->Put(0, "more", std::string(100, 'x')).IsNoSpace());
  EXPECT_EQ(store_->pipeline()->PublishedTicket(), ticket);
  EXPECT_FALSE(store_->pipeline()->poisoned());
  fs_.SetFreeSpace(UINT64_MAX);
  ASSERT_TRUE(store_->Put(0, "more", "v").ok());
  store_.reset();
  Open();
  TestStore::Contents contents;
  ASSERT_TRUE(store_->Read(&contents).ok());
  EXPECT_EQ(contents.size(), static_cast<size_t>(written) + 2);
}

TEST_F(ErrorTest, FailedWriteOfAnAppendBackendPoisons) {
  options_.allow_mapped = false;
  Open();
  ASSERT_TRUE(store_->Put(0, "a", "1").ok());
  SimFault fault;
  fault.io = kSimWrite;
  fault.path_part = ".log";
  fs_.AddFault(fault);
  EXPECT_TRUE(store_->Put(0, "b", "2").IsIOError());
  fs_.ClearFaults();
  EXPECT_TRUE(store_->Put(0, "c", "3").IsIOError());
  ASSERT_TRUE(store_->Resume().ok());
  ASSERT_TRUE(store_->Put(0, "d", "4").ok());
  store_.reset();
  Open();
  TestStore::Contents contents;
  ASSERT_TRUE(store_->Read(&contents).ok());
  EXPECT_TRUE(contents.count({0, "a"}));
  EXPECT_FALSE(contents.count({0, "c"}));
  EXPECT_TRUE(contents.count({0, "d"}));
}

TEST_F(ErrorTest, FailedSyncInRecoveryFailsOpen) {
  Open();
  ASSERT_TRUE(store_->Put(0, "a", "1").ok());
  store_.reset();
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".log";
  fs_.AddFault(fault);
  EXPECT_TRUE(TestStore::Open(options_, &store_).IsIOError());
}

TEST_F(ErrorTest, SyncedBytesThatAreDamagedAreCorruptionNotSilence) {
  Open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(store_->Put(0, std::to_string(i), "v", true).ok());
  std::string path;
  for (const LogFileInfo& file : store_->pipeline()->LogFiles()) {
    if (file.live && path.empty()) path = wal::SegmentPath(options_.directory, file.number);
  }
  store_.reset();
  ASSERT_TRUE(fs_.FlipBit(path, 8 * (64 + 32 + 40) + 3).ok());
  Status s = TestStore::Open(options_, &store_);
  ASSERT_TRUE(s.IsCorruption()) << s.ToString();
  EXPECT_NE(s.message().find(path + ": offset "), std::string::npos) << s.ToString();
  options_.mode = wal::RecoveryMode::kSkipDamaged;
  Open();
}

}  // namespace
}  // namespace aether
