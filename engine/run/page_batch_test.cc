// Pages read together: batches of misses, visits that stop and go on, seeks in two steps, reading
// ahead. What they give must be what single reads give, with faults too.

#include "engine/run/page_batch.h"

#include <map>

#include "engine/base/epoch.h"
#include "engine/io/clock.h"
#include "engine/run/read_ahead.h"
#include "engine/run/run_test_util.h"

namespace aether {
namespace {

std::string KeyOf(uint64_t i) {
  char key[32];
  snprintf(key, sizeof(key), "key%08d", static_cast<int>(i));
  return key;
}

class PageBatchTest : public RunTest {
 protected:
  static constexpr uint64_t kKeys = 6000;

  // Several versions of some keys, some of them large.
  void Fill(uint64_t seed) {
    Random random(seed);
    entries_.clear();
    for (uint64_t i = 0; i < kKeys; ++i) {
      const uint64_t versions = random.OneIn(20) ? 2 + random.Uniform(60) : 1;
      for (uint64_t v = versions; v > 0; --v) {
        const size_t size = random.OneIn(30) ? 1025 + random.Uniform(20000) : random.Uniform(120);
        entries_.push_back(
            {KeyOf(i), PackTag(i * 100 + v, EntryType::kPut), RandomBytes(&random, size, 256)});
      }
    }
    FileBuilderOptions options;
    options.number = 1;
    ASSERT_OK(Build("/d/1", entries_, options, &meta_));
  }
  void OpenFile(size_t capacity) {
    file_.reset();
    pool_ = Pool::New(capacity);
    ASSERT_OK(Open("/d/1", &meta_, pool_, &file_));
  }

  // The entries of a key, read by visits that stop where something is not in memory.
  struct Slow {
    std::string key;
    VisitCursor cursor;
    Visited visited;
    Status status;
    bool done = false;
  };
  void VisitTogether(std::vector<Slow>* keys, const RunReadOptions& options) {
    EpochGuard guard;
    for (Slow& key : *keys) key.cursor.leaf = file_->FindLeaf(key.key, kMaxSequence);
    PageBatch batches[2] = {PageBatch(options), PageBatch(options)};
    for (size_t round = 0;; ++round) {
      ASSERT_LT(round, 100u);
      PageBatch& found = batches[round % 2];
      PageBatch& misses = batches[(round + 1) % 2];
      misses.Clear();
      for (Slow& key : *keys) {
        VisitCursor& cursor = key.cursor;
        if (key.done) continue;
        if (cursor.wants != VisitCursor::Wants::kNothing) {
          key.status =
              found.Get(cursor.ticket,
                        cursor.wants == VisitCursor::Wants::kLeaf ? &cursor.page : &cursor.value);
          cursor.wants = VisitCursor::Wants::kNothing;
        }
        if (key.status.ok()) {
          key.status = file_->VisitSome(key.key, kMaxSequence, options, &Visited::Visitor,
                                        &key.visited, &misses, &cursor);
        }
        key.done = !key.status.ok() || cursor.wants == VisitCursor::Wants::kNothing;
      }
      if (misses.empty()) return;
      misses.Read();
    }
  }
  void ExpectAsVisit(const Slow& key) {
    std::vector<TestEntry> expected;
    for (const TestEntry& e : entries_) {
      if (e.key == key.key) expected.push_back(e);
    }
    ASSERT_EQ(expected.size(), key.visited.entries.size()) << key.key;
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(expected[i].tag, key.visited.entries[i].tag);
      ASSERT_EQ(expected[i].value, key.visited.entries[i].value);
    }
  }

  std::vector<TestEntry> entries_;
  FileMeta meta_;
  std::shared_ptr<Pool> pool_;
  std::unique_ptr<RunFile> file_;
};

TEST_F(PageBatchTest, OnePageAskedForTwiceIsReadOnce) {
  Fill(1);
  OpenFile(8 << 20);
  RunReadCounters counters;
  RunReadOptions options;
  options.counters = &counters;
  PageBatch batch(options);
  EXPECT_EQ(0u, batch.AddLeaf(file_.get(), 3));
  EXPECT_EQ(1u, batch.AddLeaf(file_.get(), 7));
  EXPECT_EQ(0u, batch.AddLeaf(file_.get(), 3));
  EXPECT_EQ(2u, batch.size());
  batch.Read();
  EXPECT_EQ(2u, counters.page_loads);
  PageRef page;
  ASSERT_OK(batch.Get(1, &page));
  EXPECT_TRUE(page.pin.held());
  EXPECT_TRUE(file_->LeafInMemory(7));
  PageRef again;
  EpochGuard guard;
  ASSERT_OK(file_->Leaf(7, options, &again));
  EXPECT_EQ(page.data, again.data);
  EXPECT_EQ(2u, counters.page_loads);
}

TEST_F(PageBatchTest, PagesAreKeptOutOfThePoolOnRequestAndSumsAreChecked) {
  Fill(2);
  OpenFile(8 << 20);
  RunReadOptions options;
  options.fill_cache = false;
  PageBatch batch(options);
  batch.AddLeaf(file_.get(), 0);
  batch.Read();
  PageRef page;
  ASSERT_OK(batch.Get(0, &page));
  EXPECT_FALSE(file_->LeafInMemory(0));
  page.pin.Release();
  batch.Clear();
  EXPECT_EQ(0u, pool_->Usage());

  ASSERT_OK(fs_.FlipBit("/d/1", (file_->LeafOffset(5) + 4000) * 8));
  PageBatch damaged{RunReadOptions()};
  damaged.AddLeaf(file_.get(), 4);
  damaged.AddLeaf(file_.get(), 5);
  damaged.Read();
  EXPECT_TRUE(damaged.Get(0, &page).ok());
  const Status s = damaged.Get(1, &page);
  EXPECT_TRUE(s.IsCorruption());
  EXPECT_NE(std::string::npos, s.message().find("offset " + std::to_string(file_->LeafOffset(5))));
  EXPECT_FALSE(file_->LeafInMemory(5));

  RunReadOptions cached;
  cached.cache_only = true;
  PageBatch none(cached);
  none.AddLeaf(file_.get(), 9);
  none.Read();
  EXPECT_EQ(Status::kIncomplete, none.Get(0, &page).code());

  RunReadOptions late;
  late.deadline_micros = RealClock()->NowMicros();
  PageBatch timed_out(late);
  timed_out.AddLeaf(file_.get(), 9);
  timed_out.Read();
  EXPECT_EQ(Status::kTimedOut, timed_out.Get(0, &page).code());
  EXPECT_EQ("Deadline exceeded", timed_out.Get(0, &page).message());
}

TEST_F(PageBatchTest, VisitsThatStopGiveWhatVisitsGive) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Fill(seed);
    for (const size_t capacity : {size_t{64} << 10, size_t{1} << 20, size_t{64} << 20}) {
      OpenFile(capacity);
      Random random(seed);
      for (int round = 0; round < 30; ++round) {
        RunReadOptions options;
        options.fill_cache = !random.OneIn(3);
        std::vector<Slow> keys(1 + random.Uniform(40));
        for (Slow& key : keys) key.key = KeyOf(random.Uniform(kKeys + 10));
        VisitTogether(&keys, options);
        for (const Slow& key : keys) {
          ASSERT_OK(key.status);
          ExpectAsVisit(key);
        }
      }
    }
  }
}

// Each key either has all its entries or says what is wrong.
TEST_F(PageBatchTest, FaultsReachOnlyTheKeysTheyHit) {
  Fill(4);
  uint64_t failed = 0, good = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    OpenFile(1 << 20);
    SimFault fault;
    fault.io = kSimRead;
    fault.probability = 0.1;
    fault.effect = seed % 3 == 0 ? SimEffect::kShort
                                 : (seed % 3 == 1 ? SimEffect::kError : SimEffect::kBitFlip);
    fs_.AddFault(fault);
    Random random(seed);
    std::vector<Slow> keys(32);
    for (Slow& key : keys) key.key = KeyOf(random.Uniform(kKeys));
    VisitTogether(&keys, RunReadOptions());
    fs_.ClearFaults();
    for (const Slow& key : keys) {
      if (key.status.ok()) {
        ExpectAsVisit(key);
        ++good;
      } else {
        EXPECT_TRUE(key.status.IsIOError() || key.status.IsCorruption()) << key.status.ToString();
        EXPECT_NE(std::string::npos, key.status.message().find("/d/1"));
        ++failed;
      }
    }
  }
  EXPECT_GT(failed, 50u);
  EXPECT_GT(good, 500u);
}

TEST_F(PageBatchTest, ASeekInTwoStepsIsASeek) {
  Fill(5);
  for (const size_t capacity : {size_t{64} << 10, size_t{16} << 20}) {
    OpenFile(capacity);
    Random random(9);
    RunReadOptions options;
    options.readahead_bytes = 64 << 10;
    auto one = file_->NewIterator(options);
    auto two = file_->NewIterator(RunReadOptions());
    for (int i = 0; i < 300; ++i) {
      const std::string key = KeyOf(random.Uniform(kKeys + 5));
      const SequenceNumber sequence = random.OneIn(2) ? kMaxSequence : random.Uniform(kKeys * 100);
      const bool forward = random.OneIn(2);
      PageBatch misses(options);
      one->StartSeek(key, sequence);
      one->Approach(&misses);
      if (!misses.empty()) misses.Read();
      if (random.OneIn(2)) one->Search();
      if (forward) {
        one->Seek(key, sequence);
        two->Seek(key, sequence);
      } else {
        one->SeekForPrev(key, sequence);
        two->SeekForPrev(key, sequence);
      }
      for (uint64_t steps = random.Uniform(100);; --steps) {
        ASSERT_OK(one->status());
        ASSERT_EQ(two->Valid(), one->Valid());
        if (!two->Valid() || steps == 0) break;
        ASSERT_EQ(two->key().ToString(), one->key().ToString());
        ASSERT_EQ(two->value().ToString(), one->value().ToString());
        if (forward) {
          one->Next();
          two->Next();
        } else {
          one->Prev();
          two->Prev();
        }
      }
    }
  }
}

struct ReadAheadCase {
  size_t fixed = 0;
  size_t max = 0;
  bool background = false;
  bool fill_cache = true;
  size_t capacity = 64 << 20;
  bool background_possible = true;
};

class ReadAheadTest : public PageBatchTest, public testing::WithParamInterface<ReadAheadCase> {};

TEST_P(ReadAheadTest, AScanSeesEveryEntryAlsoThroughFaults) {
  Fill(6);
  const ReadAheadCase& c = GetParam();
  fs_.SetBackgroundReads(c.background_possible);
  RunReadOptions options;
  options.readahead_bytes = c.fixed;
  options.max_readahead_bytes = c.max;
  options.readahead_in_background = c.background;
  options.fill_cache = c.fill_cache;
  uint64_t interrupted = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    OpenFile(c.capacity);
    if (seed > 2) {
      SimFault fault;
      fault.io = kSimRead;
      fault.probability = 0.002;
      fault.effect = seed % 2 == 0 ? SimEffect::kError : SimEffect::kBitFlip;
      fs_.AddFault(fault);
    }
    auto it = file_->NewIterator(options);
    size_t seen = 0;
    it->SeekToFirst();
    for (; it->Valid(); it->Next(), ++seen) {
      ASSERT_LT(seen, entries_.size());
      ASSERT_EQ(entries_[seen].key, it->key().ToString());
      const Slice value = it->value();
      if (!it->Valid()) break;
      ASSERT_EQ(entries_[seen].value, value.ToString());
    }
    fs_.ClearFaults();
    if (seed <= 2) {
      ASSERT_OK(it->status());
    }
    if (it->status().ok()) {
      ASSERT_EQ(entries_.size(), seen);
    } else {
      ++interrupted;
      // The same cursor goes on once the disk is well again.
      it->Seek(entries_[seen].key, TagSequence(entries_[seen].tag));
      for (; it->Valid(); it->Next(), ++seen) {
        ASSERT_EQ(entries_[seen].value, it->value().ToString());
      }
      ASSERT_OK(it->status());
      ASSERT_EQ(entries_.size(), seen);
    }
    it.reset();
    pool_->EvictAll();
    EXPECT_EQ(0u, pool_->PinnedUsage());
  }
  EXPECT_GT(interrupted, 0u);
}

TEST_P(ReadAheadTest, RandomMovesGiveWhatTheyGiveWithout) {
  Fill(7);
  const ReadAheadCase& c = GetParam();
  fs_.SetBackgroundReads(c.background_possible);
  RunReadOptions options;
  options.readahead_bytes = c.fixed;
  options.max_readahead_bytes = c.max;
  options.readahead_in_background = c.background;
  options.fill_cache = c.fill_cache;
  OpenFile(c.capacity);
  Random random(3);
  auto it = file_->NewIterator(options);
  for (int i = 0; i < 60; ++i) {
    size_t at = random.Uniform(entries_.size());
    it->Seek(entries_[at].key, TagSequence(entries_[at].tag));
    bool forward = true;
    for (uint64_t steps = random.Uniform(2000); steps > 0; --steps) {
      ASSERT_TRUE(it->Valid()) << it->status().ToString();
      ASSERT_EQ(entries_[at].key, it->key().ToString());
      ASSERT_EQ(entries_[at].value, it->value().ToString());
      if (random.OneIn(200)) forward = !forward;
      if (random.OneIn(500)) pool_->EvictAll();
      if (forward ? at + 1 == entries_.size() : at == 0) break;
      at = forward ? at + 1 : at - 1;
      if (forward) {
        it->Next();
      } else {
        it->Prev();
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, ReadAheadTest,
                         testing::Values(ReadAheadCase{}, ReadAheadCase{64 << 10},
                                         ReadAheadCase{0, 256 << 10},
                                         ReadAheadCase{0, 256 << 10, true},
                                         ReadAheadCase{128 << 10, 0, true, false},
                                         ReadAheadCase{0, 256 << 10, false, false},
                                         ReadAheadCase{2 << 20, 0, true, true, 256 << 10},
                                         ReadAheadCase{0, 256 << 10, true, true, 64 << 10},
                                         ReadAheadCase{0, 64 << 10, true, true, 64 << 20, false}));

// How many leaves each call brings: two single ones, then two, four and so on.
TEST_F(PageBatchTest, AutomaticReadAheadGrowsWithThePass) {
  Fill(8);
  OpenFile(64 << 20);
  RunReadOptions options;
  options.max_readahead_bytes = 64 << 10;
  auto it = file_->NewIterator(options);
  std::vector<size_t> steps;
  size_t loaded = 0;
  const auto in_memory = [&] {
    size_t n = 0;
    for (size_t i = 0; i < file_->LeafCount(); ++i) n += file_->LeafInMemory(i) ? 1 : 0;
    return n;
  };
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const size_t now = in_memory();
    if (now != loaded) steps.push_back(now - loaded);
    loaded = now;
  }
  ASSERT_GT(steps.size(), 8u);
  EXPECT_EQ((std::vector<size_t>{1, 1, 2, 4, 8, 16, 16, 16}),
            std::vector<size_t>(steps.begin(), steps.begin() + 8));
  // A seek elsewhere starts anew.
  pool_->EvictAll();
  loaded = in_memory();
  it->Seek(KeyOf(100), kMaxSequence);
  EXPECT_EQ(loaded + 1, in_memory());
}

}  // namespace
}  // namespace aether
