// Tickers, histograms and thread-local contexts: values and their text.

#include "rocksdb/statistics.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "compat/binary/histogram.h"
#include "compat/statistics/perf_state.h"

namespace rocksdb {
namespace {

TEST(Statistics, NamesFollowTheEnumerations) {
  ASSERT_EQ(TickersNameMap.size(), size_t{TICKER_ENUM_MAX});
  for (size_t i = 0; i < TickersNameMap.size(); ++i) EXPECT_EQ(TickersNameMap[i].first, i);
  ASSERT_EQ(HistogramsNameMap.size(), size_t{HISTOGRAM_ENUM_MAX});
  for (size_t i = 0; i < HistogramsNameMap.size(); ++i) EXPECT_EQ(HistogramsNameMap[i].first, i);
}

TEST(Statistics, TickersOfManyThreadsAddUp) {
  auto statistics = CreateDBStatistics();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&statistics] {
      for (int i = 0; i < 10000; ++i) statistics->recordTick(BYTES_WRITTEN, 3);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(statistics->getTickerCount(BYTES_WRITTEN), 240000u);
  EXPECT_EQ(statistics->getAndResetTickerCount(BYTES_WRITTEN), 240000u);
  EXPECT_EQ(statistics->getTickerCount(BYTES_WRITTEN), 0u);
  statistics->setTickerCount(BYTES_WRITTEN, 5);
  std::map<std::string, uint64_t> map;
  ASSERT_TRUE(statistics->getTickerMap(&map));
  EXPECT_EQ(map["rocksdb.bytes.written"], 5u);
  EXPECT_TRUE(statistics->Reset().ok());
  EXPECT_EQ(statistics->getTickerCount(BYTES_WRITTEN), 0u);
}

TEST(Statistics, WhatEndedThreadsCountedStays) {
  auto statistics = CreateDBStatistics();
  for (int t = 0; t < 50; ++t) {
    std::thread([&statistics] {
      statistics->recordTick(BYTES_READ, 2);
      statistics->recordInHistogram(BYTES_PER_READ, 2);
    }).join();
  }
  EXPECT_EQ(statistics->getTickerCount(BYTES_READ), 100u);
  HistogramData data;
  statistics->histogramData(BYTES_PER_READ, &data);
  EXPECT_EQ(data.count, 50u);
  EXPECT_EQ(data.sum, 100u);
  EXPECT_EQ(data.max, 2.0);
}

TEST(Statistics, ThreadsMayOutliveThem) {
  std::vector<std::shared_ptr<Statistics>> several;
  for (int i = 0; i < 20; ++i) {
    several.push_back(CreateDBStatistics());
    for (auto& statistics : several) statistics->recordTick(BYTES_READ, 1);
    if (i % 3 == 0) several.erase(several.begin());
  }
  uint64_t total = 0;
  for (auto& statistics : several) total += statistics->getTickerCount(BYTES_READ);
  // Of the twenty, those with the numbers 0, 3, ... made the oldest go.
  EXPECT_EQ(several.size(), 13u);
  EXPECT_EQ(total, 13u * 14u / 2u);
}

TEST(Statistics, ResetsLoseNothingThatIsCountedMeanwhile) {
  auto statistics = CreateDBStatistics();
  std::atomic<bool> stop{false};
  std::thread counter([&] {
    for (int i = 0; i < 200000; ++i) statistics->recordTick(BYTES_READ, 1);
    stop = true;
  });
  uint64_t taken = 0;
  while (!stop) taken += statistics->getAndResetTickerCount(BYTES_READ);
  counter.join();
  taken += statistics->getAndResetTickerCount(BYTES_READ);
  EXPECT_EQ(taken, 200000u);
  statistics->recordInHistogram(DB_GET, 5);
  EXPECT_TRUE(statistics->Reset().ok());
  HistogramData data;
  statistics->histogramData(DB_GET, &data);
  EXPECT_EQ(data.count, 0u);
  statistics->recordInHistogram(DB_GET, 9);
  statistics->histogramData(DB_GET, &data);
  EXPECT_EQ(data.count, 1u);
  EXPECT_EQ(data.max, 9.0);
}

// Counts from the destructor of a variable of its own, maybe after those of the statistics.
struct CountsLate {
  ~CountsLate() {
    if (statistics != nullptr) statistics->recordTick(BYTES_READ, 7);
  }
  Statistics* statistics = nullptr;
};
thread_local CountsLate counts_late;

TEST(Statistics, AThreadThatEndsStillCounts) {
  auto statistics = CreateDBStatistics();
  std::thread([&] {
    counts_late.statistics = statistics.get();  // made before what counting makes
    statistics->recordTick(BYTES_READ, 1);
  }).join();
  EXPECT_EQ(statistics->getTickerCount(BYTES_READ), 8u);
}

TEST(Histogram, BucketsAreFoundForEveryValue) {
  HistogramStat stat;
  for (const uint64_t value : {0ull, 1ull, 2ull, 3ull, 4ull, 5ull, 1000ull, 1ull << 40, ~0ull}) {
    stat.Add(value);
  }
  EXPECT_EQ(stat.num(), 9u);
  uint64_t sum = 0;
  for (size_t b = 0; b < HistogramStat::kBuckets; ++b) sum += stat.bucket_at(b);
  EXPECT_EQ(sum, 9u);
  EXPECT_EQ(stat.bucket_at(0), 2u);  // 0 and 1
  EXPECT_EQ(stat.bucket_at(1), 1u);
  EXPECT_EQ(stat.bucket_at(HistogramStat::kBuckets - 1), 1u);
}

TEST(Statistics, LevelsSwitchKindsOff) {
  auto statistics = CreateDBStatistics();
  HistogramData data;
  statistics->set_stats_level(kExceptHistogramOrTimers);
  statistics->recordInHistogram(DB_GET, 7);
  statistics->histogramData(DB_GET, &data);
  EXPECT_EQ(data.count, 0u);
  statistics->set_stats_level(kExceptTimers);
  statistics->reportTimeToHistogram(DB_GET, 7);
  statistics->recordInHistogram(DB_GET, 7);
  statistics->histogramData(DB_GET, &data);
  EXPECT_EQ(data.count, 1u);
  statistics->set_stats_level(kDisableAll);
  statistics->recordTick(BYTES_READ, 1);
  EXPECT_EQ(statistics->getTickerCount(BYTES_READ), 0u);
}

TEST(Statistics, TextIsWhatToolsParse) {
  auto statistics = CreateDBStatistics();
  statistics->recordTick(BLOCK_CACHE_MISS, 5);
  statistics->recordInHistogram(DB_GET, 7);
  statistics->recordInHistogram(DB_GET, 70000);
  const std::string text = statistics->ToString();
  EXPECT_EQ(text.rfind("rocksdb.block.cache.miss COUNT : 5\n", 0), 0u);
  EXPECT_NE(text.find("rocksdb.db.get.micros P50 : 10.000000 P95 : 70000.000000 P99 : 70000.000000 "
                      "P100 : 70000.000000 COUNT : 2 SUM : 70007\n"),
            std::string::npos);
}

TEST(PerfContext, TextSkipsZerosOnRequestAndCopiesDeeply) {
  PerfContext* context = get_perf_context();
  context->Reset();
  EXPECT_EQ(context->ToString(true), "");
  context->block_read_count = 3;
  EXPECT_EQ(context->ToString(true), "block_read_count = 3");
  EXPECT_EQ(
      context->ToString().rfind("user_key_comparison_count = 0, block_cache_hit_count = 0, ", 0),
      0u);
  context->EnablePerLevelPerfContext();
  (*context->level_to_perf_context)[2].bloom_filter_useful = 4;
  PerfContext copy(*context);
  context->ClearPerLevelPerfContext();
  EXPECT_EQ((*copy.level_to_perf_context)[2].bloom_filter_useful, 4u);
  EXPECT_NE(copy.ToString(true).find("bloom_filter_useful = 4@level2, "), std::string::npos);
  context->Reset();
}

TEST(PerfLevel, BelongsToTheThread) {
  EXPECT_EQ(GetPerfLevel(), kEnableCount);
  SetPerfLevel(kDisable);
  PerfAdd(&PerfContext::get_read_bytes, 10);
  EXPECT_EQ(perf_context.get_read_bytes, 0u);
  std::thread([] { EXPECT_EQ(GetPerfLevel(), kEnableCount); }).join();
  SetPerfLevel(kEnableCount);
  PerfAdd(&PerfContext::get_read_bytes, 10);
  EXPECT_EQ(perf_context.get_read_bytes, 10u);
  perf_context.Reset();
}

}  // namespace
}  // namespace rocksdb
