// What reads, flushes and merges count, where it follows from what was done.

#include "engine/base/meter.h"

#include <array>
#include <atomic>

#include "engine/store/store_fixture.h"

namespace aether {
namespace {

class TestMeter final : public Meter {
 public:
  void Add(Count count, uint64_t n) override { counts_[static_cast<size_t>(count)] += n; }
  void Record(Measure measure, uint64_t) override { ++samples_[static_cast<size_t>(measure)]; }
  bool timed() const override { return timed_; }
  bool detailed() const override { return timed_; }

  uint64_t operator[](Count count) const { return counts_[static_cast<size_t>(count)]; }
  uint64_t operator[](Measure measure) const { return samples_[static_cast<size_t>(measure)]; }
  std::atomic<bool> timed_{true};

 private:
  std::array<std::atomic<uint64_t>, static_cast<size_t>(Count::kCount)> counts_{};
  std::array<std::atomic<uint64_t>, static_cast<size_t>(Measure::kCount)> samples_{};
};

class MeterTest : public StoreTest {
 protected:
  MeterTest() {
    env_options_.meter = meter_;
    store_.tree.auto_merge = false;
    Open();
  }
  void Fill(uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; ++i) Put(Key(i), std::string(50, 'v'));
    ASSERT_TRUE(kv_->Flush(true).ok());
  }
  Status CountedGet(Slice key, ReadCounters* counters) {
    ReadOptions options;
    options.counters = counters;
    PinnedValue value;
    return kv_->Get(options, key, &value);
  }

  const std::shared_ptr<TestMeter> meter_ = std::make_shared<TestMeter>();
};

TEST_F(MeterTest, PointReadsAreCountedByLevel) {
  Fill(0, 1000);
  CompactRangeOptions compact;
  ASSERT_TRUE(kv_->CompactRange(compact, nullptr, nullptr).ok());
  Fill(500, 1500);
  std::array<LevelReadCounters, kLevels> levels{};
  ReadCounters counters;
  counters.levels = levels.data();
  ASSERT_TRUE(CountedGet(Key(700), &counters).ok());
  EXPECT_EQ(counters.found[0], 1u);
  EXPECT_EQ(levels[0].filter_true_positive, 1u);
  EXPECT_EQ(levels[0].page_loads, 1u);
  ASSERT_TRUE(CountedGet(Key(700), &counters).ok());
  EXPECT_EQ(levels[0].page_hits, 1u);
  EXPECT_EQ(counters.memtable_misses, 2u);
  ASSERT_TRUE(CountedGet(Key(100), &counters).ok());
  EXPECT_EQ(counters.found[2], 1u);
  EXPECT_EQ(levels[kLastLevel].filter_true_positive, 1u);
  EXPECT_EQ(counters.last_level_loads, 1u);
  EXPECT_EQ(counters.page_loads, 2u);
  EXPECT_EQ(counters.load_nanos, 0u);
  EXPECT_TRUE(CountedGet(Key(700) + "x", &counters).IsNotFound());
  EXPECT_EQ(counters.filter_useful + counters.filter_positive - counters.filter_true_positive, 2u);
}

TEST_F(MeterTest, ManyKeysAreCountedLikeOne) {
  Fill(0, 1000);
  CompactRangeOptions compact;
  ASSERT_TRUE(kv_->CompactRange(compact, nullptr, nullptr).ok());
  Fill(500, 1500);
  Put(Key(3000), "new");
  const std::string names[] = {Key(100), Key(700), Key(1400), Key(3000)};
  const Slice keys[] = {names[0], names[1], names[2], names[3]};
  PinnedValue values[4];
  Status statuses[4];
  std::array<LevelReadCounters, kLevels> levels{};
  ReadCounters counters;
  counters.levels = levels.data();
  counters.meter = meter_.get();
  ReadOptions options;
  options.counters = &counters;
  kv_->MultiGet(options, 4, keys, values, statuses);
  for (const Status& s : statuses) EXPECT_TRUE(s.ok());
  EXPECT_EQ(counters.memtable_hits, 1u);
  EXPECT_EQ(counters.memtable_misses, 3u);
  EXPECT_EQ(counters.found[0], 2u);
  EXPECT_EQ(counters.found[2], 1u);
  EXPECT_EQ(levels[0].page_loads, 2u);
  EXPECT_EQ(levels[kLastLevel].page_loads, 1u);
  EXPECT_EQ((*meter_)[Measure::kReadsAtOnce], 1u);
}

TEST_F(MeterTest, CursorsCountWhatTheyPassOver) {
  Fill(0, 10);
  Put(Key(3), "again");
  Delete(Key(4));
  ReadCounters counters;
  ReadOptions options;
  options.counters = &counters;
  {
    const auto it = kv_->NewIterator(options);
    uint64_t seen = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++seen;
    EXPECT_EQ(seen, 9u);
    ASSERT_TRUE(it->Refresh().ok());
    it->Seek(Key(5));
  }
  EXPECT_EQ(counters.entries_skipped, 2u);
  EXPECT_EQ(counters.tombstones_skipped, 1u);
  EXPECT_EQ(counters.newer_skipped, 0u);
  EXPECT_EQ(counters.memtable_seeks, 2u);
  EXPECT_EQ(counters.run_seeks, 2u);
  EXPECT_EQ(counters.page_loads, 1u);
  EXPECT_EQ(counters.seek_nanos, 0u);
}

TEST_F(MeterTest, MergesSayWhatBecameOfEntries) {
  Fill(0, 1000);
  EXPECT_EQ((*meter_)[Measure::kTableSyncMicros], 1u);
  EXPECT_EQ((*meter_)[Count::kFilesOpened], 1u);
  EXPECT_EQ((*meter_)[Count::kTableGarbageBytes], 0u);
  for (uint64_t i = 0; i < 20; ++i) Delete(Key(i));
  for (uint64_t i = 500; i < 510; ++i) Put(Key(i), "new");
  std::string ranges;
  AppendRangeDelete(&ranges, 0, Key(900), Key(905));
  Write(ranges);
  ASSERT_TRUE(kv_->Flush(true).ok());
  CompactRangeOptions compact;
  ASSERT_TRUE(kv_->CompactRange(compact, nullptr, nullptr).ok());
  EXPECT_EQ((*meter_)[Count::kEntriesReplaced], 30u);
  EXPECT_EQ((*meter_)[Count::kTombstonesDropped], 20u);
  EXPECT_EQ((*meter_)[Count::kEntriesInRanges], 5u);
  EXPECT_EQ((*meter_)[Count::kRangeDeletesDropped], 1u);
  EXPECT_GT((*meter_)[Count::kTableBytes], 50000u);
  EXPECT_GT((*meter_)[Measure::kMergeSyncMicros], 0u);
  EXPECT_GT((*meter_)[Measure::kReadForMergeMicros], 0u);
  // Readers may hold the old ones for a while.
  for (int i = 0; i < 500 && (*meter_)[Count::kFilesClosed] < 3; ++i) {
    RealClock()->SleepMicros(10000);
  }
  EXPECT_EQ((*meter_)[Count::kFilesClosed], 3u);
  ASSERT_TRUE(kv_->VerifyChecksums().ok());
  EXPECT_GT((*meter_)[Count::kVerifiedBytes], 50000u);
}

TEST_F(MeterTest, WithoutTimesNothingIsTimed) {
  const uint64_t manifest_syncs = (*meter_)[Measure::kManifestSyncMicros];
  meter_->timed_ = false;
  Fill(0, 1000);
  const uint64_t log_syncs = (*meter_)[Count::kLogSyncs];
  std::string body;
  AppendPut(&body, 0, "key", "value");
  Write(body, true);
  EXPECT_EQ((*meter_)[Count::kLogSyncs], log_syncs + 1);
  EXPECT_EQ((*meter_)[Measure::kLogSyncMicros], 0u);
  EXPECT_EQ((*meter_)[Measure::kTableSyncMicros], 0u);
  EXPECT_EQ((*meter_)[Measure::kManifestSyncMicros], manifest_syncs);
}

TEST_F(MeterTest, TheTimeOfAWriteIsDivided) {
  WriteTimes times;
  WriteOptions options;
  options.times = &times;
  options.sync = true;
  std::string body;
  AppendPut(&body, 0, "key", std::string(100000, 'v'));
  ASSERT_TRUE(env_->Write(options, body, kAnyCount, nullptr).ok());
  EXPECT_GT(times.log_nanos, 0u);
  EXPECT_GT(times.table_nanos, 0u);
  EXPECT_EQ(times.delay_nanos, 0u);
}

}  // namespace
}  // namespace aether
