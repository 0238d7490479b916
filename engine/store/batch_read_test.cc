// Reads that fetch several things at once, read past the page cache, have a deadline or are paced:
// what they give is what single, patient reads give.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <vector>

#include "engine/base/random.h"
#include "engine/store/store_fixture.h"

namespace aether {
namespace {

// Notes the sizes of the batches it gets.
class WatchedFileSystem final : public SimFileSystem {
 public:
  using SimFileSystem::SimFileSystem;
  void ReadBatch(ReadRequest* requests, size_t n) override {
    batches.push_back(n);
    for (size_t i = 0; i < n; ++i) timeouts.push_back(requests[i].timeout_micros);
    SimFileSystem::ReadBatch(requests, n);
  }
  std::unique_ptr<PendingReads> StartReads(ReadRequest* requests, size_t n) override {
    started.push_back(n);
    return SimFileSystem::StartReads(requests, n);
  }

  std::vector<size_t> batches;
  std::vector<size_t> started;
  std::vector<uint64_t> timeouts;
};

class BatchReadTest : public StoreTest {
 protected:
  BatchReadTest() : watched_(302) {
    env_options_.fs = &watched_;
    pool_ = Pool::New(64 << 20);
    store_.pool = pool_;
  }
  ~BatchReadTest() override { env_.reset(); }

  // Runs that overlap, none of them merged, and some of it still in the memtable.
  void FillRuns(int runs, uint64_t keys, uint64_t seed) {
    store_.tree.auto_merge = false;
    store_.tree.slowdown_runs = 1000;
    store_.tree.stop_runs = 2000;
    store_.write_buffer_size = 16 << 20;  // no flush but those that are asked for
    Open();
    Random random(seed);
    for (int run = 0; run <= runs; ++run) {
      for (uint64_t i = 0; i < keys; ++i) {
        const std::string key = Key(random.Uniform(keys));
        const std::string value =
            std::string(random.OneIn(20) ? 1025 + random.Uniform(6000) : random.Uniform(200),
                        static_cast<char>('a' + random.Uniform(26))) +
            std::to_string(run);
        std::string body;
        if (random.OneIn(10)) {
          AppendDelete(&body, 0, key);
        } else if (random.OneIn(8)) {
          AppendMerge(&body, 0, key, "+" + value);
        } else if (random.OneIn(400)) {
          AppendRangeDelete(&body, 0, key, Key(random.Uniform(keys)) + "~");
        } else {
          AppendPut(&body, 0, key, value);
        }
        if (!env_->Write(WriteOptions(), body, kAnyCount, nullptr).ok()) continue;
      }
      if (run == runs) break;
      ASSERT_TRUE(kv_->Flush(true).ok());
    }
  }

  static std::string Text(const Status& s, const PinnedValue& value) {
    return s.ok() ? "=" + value.value().ToString() : s.ToString();
  }
  std::vector<std::string> GetEach(const ReadOptions& options,
                                   const std::vector<std::string>& keys) {
    std::vector<std::string> answers;
    for (const std::string& key : keys) {
      PinnedValue value;
      const Status s = kv_->Get(options, key, &value);
      answers.push_back(Text(s, value));
    }
    return answers;
  }
  std::vector<std::string> GetTogether(const ReadOptions& options,
                                       const std::vector<std::string>& keys) {
    std::vector<Slice> slices(keys.begin(), keys.end());
    std::vector<PinnedValue> values(keys.size());
    std::vector<Status> statuses(keys.size());
    kv_->MultiGet(options, keys.size(), slices.data(), values.data(), statuses.data());
    std::vector<std::string> answers;
    for (size_t i = 0; i < keys.size(); ++i) answers.push_back(Text(statuses[i], values[i]));
    return answers;
  }
  std::vector<std::string> SomeKeys(Random* random, uint64_t keys) {
    std::vector<std::string> list(1 + random->Uniform(100));
    for (std::string& key : list) key = Key(random->Uniform(keys + keys / 10));
    if (random->OneIn(2)) std::sort(list.begin(), list.end());
    return list;
  }

  WatchedFileSystem watched_;
  std::shared_ptr<Pool> pool_;
};

TEST_F(BatchReadTest, MultiGetIsGet) {
  FillRuns(20, 1500, 1);
  Random random(2);
  const Snapshot* const snapshot = env_->GetSnapshot();
  Put(Key(1), "later");
  for (const size_t capacity : {size_t{128} << 10, size_t{1} << 20, size_t{64} << 20}) {
    pool_->SetCapacity(capacity);
    for (int round = 0; round < 60; ++round) {
      pool_->SetStrict(round >= 40);
      if (random.OneIn(3)) pool_->EvictAll();
      ReadOptions options;
      options.fill_cache = !random.OneIn(3);
      if (random.OneIn(3)) options.snapshot = snapshot;
      const std::vector<std::string> keys = SomeKeys(&random, 1500);
      const std::vector<std::string> together = GetTogether(options, keys);
      const std::vector<std::string> each = GetEach(options, keys);
      for (size_t i = 0; i < keys.size(); ++i) {
        ASSERT_EQ(each[i].substr(0, 100), together[i].substr(0, 100)) << keys[i] << " " << round;
        ASSERT_EQ(each[i], together[i]);
      }
    }
  }
  env_->ReleaseSnapshot(snapshot);
}

TEST_F(BatchReadTest, MultiGetThroughFaultsIsGetOrAnError) {
  FillRuns(12, 1500, 3);
  uint64_t failed = 0, good = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    const std::vector<std::string> keys = SomeKeys(&random, 1500);
    const std::vector<std::string> expected = GetEach(ReadOptions(), keys);
    pool_->EvictAll();
    SimFault fault;
    fault.io = kSimRead;
    fault.probability = 0.05;
    fault.effect = static_cast<SimEffect>(
        std::vector<SimEffect>{SimEffect::kError, SimEffect::kShort, SimEffect::kBitFlip,
                               SimEffect::kMisdirect}[seed % 4]);
    watched_.AddFault(fault);
    const std::vector<std::string> got = GetTogether(ReadOptions(), keys);
    watched_.ClearFaults();
    for (size_t i = 0; i < keys.size(); ++i) {
      if (got[i] == expected[i]) {
        ++good;
        continue;
      }
      ++failed;
      const bool told = got[i].rfind("IO error", 0) == 0 || got[i].rfind("Corruption", 0) == 0;
      EXPECT_TRUE(told) << keys[i] << " " << got[i].substr(0, 80);
      EXPECT_NE(std::string::npos, got[i].find(".sst"));
      EXPECT_NE(std::string::npos, got[i].find("offset"));
    }
    ASSERT_EQ(expected, GetTogether(ReadOptions(), keys));
  }
  EXPECT_GT(failed, 50u);
  EXPECT_GT(good, 1000u);
}

TEST_F(BatchReadTest, MultiGetFromTheCacheOnlySaysWhatItCannotKnow) {
  FillRuns(6, 1000, 4);
  Random random(5);
  ReadOptions cached;
  cached.tier = ReadTier::kCacheOnly;
  uint64_t unknown = 0, known = 0;
  for (int round = 0; round < 30; ++round) {
    pool_->EvictAll();
    const std::vector<std::string> warm = SomeKeys(&random, 1000);
    GetTogether(ReadOptions(), warm);
    const std::vector<std::string> keys = SomeKeys(&random, 1000);
    watched_.batches.clear();
    const std::vector<std::string> got = GetTogether(cached, keys);
    EXPECT_TRUE(watched_.batches.empty());
    EXPECT_EQ(GetEach(cached, keys), got);
    for (const std::string& answer : got) ++(answer.rfind("Incomplete", 0) == 0 ? unknown : known);
    EXPECT_EQ(GetEach(cached, warm), GetEach(ReadOptions(), warm));
  }
  EXPECT_GT(unknown, 100u);
  EXPECT_GT(known, 100u);
}

// The misses of one call are in flight together: as many batches as a key has steps, not as there
// are keys.
TEST_F(BatchReadTest, ColdMultiGetReadsItsMissesTogether) {
  FillRuns(1, 4000, 6);
  ASSERT_TRUE(kv_->Flush(true).ok());
  pool_->EvictAll();
  std::vector<std::string> keys;
  for (uint64_t i = 0; i < 32; ++i) keys.push_back(Key(i * 125));
  watched_.batches.clear();
  GetTogether(ReadOptions(), keys);
  ASSERT_FALSE(watched_.batches.empty());
  EXPECT_GT(watched_.batches[0], 10u);
  // Leaf and large value in one run, and again for a merge that goes on in the other.
  EXPECT_LE(watched_.batches.size(), 4u);
  watched_.batches.clear();
  GetTogether(ReadOptions(), keys);
  EXPECT_TRUE(watched_.batches.empty());
}

TEST_F(BatchReadTest, AColdSeekReadsFromAllRunsTogether) {
  FillRuns(9, 1000, 7);
  for (const bool forward : {true, false}) {
    pool_->EvictAll();
    auto it = kv_->NewIterator(ReadOptions());
    watched_.batches.clear();
    if (forward) {
      it->Seek(Key(500));
    } else {
      it->SeekForPrev(Key(500));
    }
    ASSERT_TRUE(it->Valid());
    std::set<uint64_t> runs;
    for (const FileInfo& file : kv_->Files()) {
      if (file.entries > 0) runs.insert(file.run);
    }
    EXPECT_GE(runs.size(), 9u);
    ASSERT_FALSE(watched_.batches.empty());
    EXPECT_EQ(runs.size(), watched_.batches[0]);
  }
}

TEST_F(BatchReadTest, ScansAreTheSameHoweverTheyReadAhead) {
  FillRuns(5, 3000, 8);
  const auto scan = [this](const ReadOptions& options) {
    std::string all;
    pool_->EvictAll();
    auto it = kv_->NewIterator(options);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      all += it->key().ToString() + it->value().ToString();
    }
    EXPECT_TRUE(it->status().ok()) << it->status().ToString();
    for (it->Seek(Key(1000)); it->Valid(); it->Next()) all += it->key().ToString();
    for (it->SeekToLast(); it->Valid(); it->Prev()) all += it->key().ToString();
    return all;
  };
  const std::string expected = scan(ReadOptions());
  EXPECT_FALSE(watched_.batches.empty());
  EXPECT_TRUE(watched_.started.empty());
  for (const size_t readahead : {size_t{0}, size_t{16} << 10, size_t{1} << 20}) {
    for (const bool async_io : {false, true}) {
      for (const bool fill_cache : {false, true}) {
        ReadOptions options;
        options.readahead = readahead;
        options.async_io = async_io;
        options.fill_cache = fill_cache;
        watched_.started.clear();
        EXPECT_EQ(expected, scan(options));
        // A stretch of a megabyte is a whole file.
        EXPECT_EQ(async_io && readahead < 1 << 20, !watched_.started.empty());
      }
    }
  }
}

TEST_F(BatchReadTest, AfterItsDeadlineAReadNeedsNoDiskOrTimesOut) {
  FillRuns(2, 1000, 9);
  ASSERT_TRUE(kv_->Flush(true).ok());
  Put("resident", "v");
  pool_->EvictAll();
  ReadOptions late;
  late.deadline_micros = RealClock()->NowMicros();
  std::vector<std::string> keys;
  for (uint64_t i = 0; i < 40; ++i) keys.push_back(Key(i * 25));
  const std::string timed_out = "Timed out: Deadline exceeded";
  uint64_t hit = 0;
  for (const std::string& answer : GetEach(late, keys)) hit += answer == timed_out ? 1 : 0;
  EXPECT_GT(hit, 20u);
  EXPECT_EQ("=v", GetEach(late, {"resident"})[0]);
  // A batch looks before each group of keys, too.
  for (const std::string& answer : GetTogether(late, keys)) {
    EXPECT_EQ(0u, answer.rfind("Timed out", 0)) << answer.substr(0, 60);
  }
  auto it = kv_->NewIterator(late);
  it->Seek(Key(100));
  EXPECT_FALSE(it->Valid());
  EXPECT_EQ(timed_out, it->status().ToString());
  it->SeekToFirst();
  EXPECT_EQ(timed_out, it->status().ToString());

  // In memory it is no matter.
  const std::vector<std::string> expected = GetEach(ReadOptions(), keys);
  EXPECT_EQ(expected, GetEach(late, keys));

  ReadOptions patient;
  patient.deadline_micros = RealClock()->NowMicros() + 60000000;
  patient.io_timeout_micros = 7000;
  pool_->EvictAll();
  watched_.timeouts.clear();
  EXPECT_EQ(expected, GetEach(patient, keys));
  EXPECT_EQ(expected, GetTogether(patient, keys));
  ASSERT_FALSE(watched_.timeouts.empty());
  for (const uint64_t timeout : watched_.timeouts) EXPECT_EQ(7000u, timeout);
}

// --- pacing ---

class CountingLimiter final : public IoLimiter {
 public:
  size_t Request(size_t bytes, size_t alignment, Priority priority, Operation operation) override {
    const size_t most = alignment != 0 ? 3 * alignment : 10000;
    const size_t granted = std::min(bytes, most);
    bytes_[operation == Operation::kWrite][priority == Priority::kHigh].fetch_add(granted);
    return granted;
  }
  uint64_t Written(Priority priority) const { return bytes_[1][priority == Priority::kHigh]; }
  uint64_t Read() const { return bytes_[0][0] + bytes_[0][1]; }

 private:
  std::atomic<uint64_t> bytes_[2][2] = {};
};

TEST_F(BatchReadTest, TheLimiterSeesEachByteOfFlushesAndMerges) {
  using Priority = IoLimiter::Priority;
  const auto limiter = std::make_shared<CountingLimiter>();
  env_options_.limiter = limiter;
  FillRuns(4, 1000, 10);
  ASSERT_TRUE(kv_->Flush(true).ok());
  const uint64_t flushed = kv_->Stats().file_bytes;
  EXPECT_EQ(flushed, limiter->Written(Priority::kHigh));
  EXPECT_EQ(0u, limiter->Written(Priority::kLow));
  EXPECT_EQ(0u, limiter->Read());
  CompactRangeOptions compact;
  ASSERT_TRUE(kv_->CompactRange(compact, nullptr, nullptr).ok());
  EXPECT_EQ(flushed, limiter->Written(Priority::kHigh));
  EXPECT_EQ(kv_->Stats().file_bytes, limiter->Written(Priority::kLow));
  EXPECT_GT(limiter->Read(), flushed / 2);  // the bodies of the files
}

TEST_F(BatchReadTest, RunsAreWrittenBackInStepsOfBytesPerSync) {
  const auto syncs = [this](uint64_t bytes_per_sync) {
    std::atomic<uint64_t> count{0};
    env_options_.bytes_per_sync = bytes_per_sync;
    store_.write_buffer_size = 16 << 20;
    store_.tree.auto_merge = false;
    store_.tree.target_file_size = 64 << 20;
    EXPECT_TRUE(TryOpen().ok());
    for (int i = 0; i < 4000; ++i) Put(Key(static_cast<uint64_t>(i)), std::string(1000, 'x'));
    watched_.SetHook([&](const SimIoEvent& event) {
      if (event.io == kSimSync && event.path.find(".sst") != std::string::npos) ++count;
    });
    EXPECT_TRUE(kv_->Flush(true).ok());
    watched_.SetHook(nullptr);
    return count.load();
  };
  const uint64_t coarse = syncs(64 << 20);
  const uint64_t fine = syncs(1 << 20);
  const uint64_t megabytes = kv_->Stats().file_bytes / 2 >> 20;  // of one of the two flushes
  EXPECT_GE(megabytes, 4u);
  EXPECT_GE(fine, coarse + megabytes - 1);
  EXPECT_LE(fine, coarse + megabytes + 1);
}

// --- direct I/O ---

TEST_F(BatchReadTest, WhereTheFileSystemHasNoDirectIoOpenSaysSo) {
  watched_.SetDirectIsRefused(true);
  for (const bool reads : {true, false}) {
    env_options_.direct_reads = reads;
    env_options_.direct_background = !reads;
    const Status s = TryOpen();
    EXPECT_EQ("Invalid argument: Direct I/O is not supported by the specified DB.", s.ToString());
  }
  env_options_.direct_background = false;
  Open();
  Put("k", "v");
  env_.reset();
  env_options_.direct_reads = true;
  EXPECT_TRUE(TryOpen().IsInvalidArgument());  // also for a store that is there
  watched_.SetDirectIsRefused(false);
  Open();
  EXPECT_EQ("v", Get("k"));
}

TEST_F(BatchReadTest, TheLogTellsHowBatchesAreRead) {
  std::string lines;
  env_options_.log = [&](const std::string& line) { lines += line + "\n"; };
  Open();
  EXPECT_NE(std::string::npos, lines.find("Batches of reads: the file system SimFileSystem"));
  env_.reset();
}

// On the disk: what is written and read does not stay in the page cache.
class DirectIoTest : public BatchReadTest {
 protected:
  DirectIoTest() {
    dir_ = "direct_io_" + std::to_string(getpid());
    env_options_.fs = PosixFileSystem();
  }
  ~DirectIoTest() override {
    env_.reset();
    DbEnv::Destroy(PosixFileSystem(), dir_, "").Ignore();
  }
  Status TryOpenHere() {
    env_.reset();
    std::vector<KvStore*> handles;
    Status s = DbEnv::Open(env_options_, dir_, {{"default", store_}}, &env_, &handles);
    if (s.ok()) kv_ = handles[0];
    return s;
  }
  // Pages of runs that the page cache holds, and how many runs there are.
  uint64_t CachedPages(uint64_t* files) {
    uint64_t cached = 0;
    *files = 0;
    for (const FileInfo& info : kv_->Files()) {
      ++*files;
      const int fd = open(info.path.c_str(), O_RDONLY);
      void* const map = mmap(nullptr, info.bytes, PROT_READ, MAP_SHARED, fd, 0);
      std::vector<unsigned char> pages((info.bytes + 4095) / 4096);
      EXPECT_EQ(0, mincore(map, info.bytes, pages.data()));
      cached += static_cast<uint64_t>(
          std::count_if(pages.begin(), pages.end(), [](unsigned char page) { return page & 1; }));
      munmap(map, info.bytes);
      close(fd);
    }
    return cached;
  }

  std::string dir_;
};

TEST_F(DirectIoTest, EverythingIsThereAfterDirectFlushesAndMerges) {
  env_options_.direct_reads = true;
  env_options_.direct_background = true;
  env_options_.limiter = std::make_shared<CountingLimiter>();
  const Status s = TryOpenHere();
  if (s.IsInvalidArgument()) GTEST_SKIP() << s.ToString();
  ASSERT_TRUE(s.ok()) << s.ToString();
  Random random(11);
  std::map<std::string, std::string> expected;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 1500; ++i) {
      const std::string key = Key(random.Uniform(3000));
      const size_t size = i == 700           ? 700000
                          : random.OneIn(30) ? 1025 + random.Uniform(60000)
                                             : random.Uniform(300);
      expected[key] = std::string(size, static_cast<char>('a' + random.Uniform(26)));
      Put(key, expected[key]);
    }
    ASSERT_TRUE(kv_->Flush(true).ok());
  }
  ASSERT_TRUE(env_->WaitForMerges(true).ok());
  ASSERT_TRUE(TryOpenHere().ok());
  Check(expected);
  pool_->EvictAll();
  std::vector<std::string> keys;
  for (const auto& [key, value] : expected) keys.push_back(key);
  const std::vector<std::string> got = GetTogether(ReadOptions(), keys);
  for (size_t i = 0; i < keys.size(); ++i) ASSERT_EQ("=" + expected[keys[i]], got[i]);
  ASSERT_TRUE(kv_->VerifyChecksums().ok());
  uint64_t files = 0;
  EXPECT_LE(CachedPages(&files), files);  // the last block of each
  EXPECT_GT(files, 0u);
}

}  // namespace
}  // namespace aether
