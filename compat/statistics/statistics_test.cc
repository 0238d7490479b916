// Tickers, histograms and thread-local contexts: values and their text.

#include "rocksdb/statistics.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

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
