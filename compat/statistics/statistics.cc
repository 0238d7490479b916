// The counters behind CreateDBStatistics: what the levels let through goes to the shard of the
// thread that counts (counter_shards.h).

#include "rocksdb/statistics.h"

#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "compat/options/customizable_util.h"
#include "compat/statistics/counter_shards.h"

namespace rocksdb {

namespace {

class ShardedStatistics final : public Statistics {
 public:
  static const char* kClassName() { return "BasicStatistics"; }
  const char* Name() const override { return kClassName(); }

  uint64_t getTickerCount(uint32_t ticker) const override {
    return ticker < TICKER_ENUM_MAX ? shards_.Ticker(ticker) : 0;
  }

  void histogramData(uint32_t type, HistogramData* const data) const override {
    if (type >= HISTOGRAM_ENUM_MAX || data == nullptr) return;
    HistogramStat total;
    shards_.Sum(type, &total);
    total.Data(data);
  }

  std::string getHistogramString(uint32_t type) const override {
    if (type >= HISTOGRAM_ENUM_MAX) return std::string();
    HistogramStat total;
    shards_.Sum(type, &total);
    return total.ToString();
  }

  void recordTick(uint32_t ticker, uint64_t count) override {
    if (get_stats_level() <= StatsLevel::kExceptTickers || ticker >= TICKER_ENUM_MAX) return;
    shards_.Add(ticker, count);
  }

  void setTickerCount(uint32_t ticker, uint64_t count) override {
    if (ticker < TICKER_ENUM_MAX) shards_.SetTicker(ticker, count);
  }

  uint64_t getAndResetTickerCount(uint32_t ticker) override {
    return ticker < TICKER_ENUM_MAX ? shards_.TakeTicker(ticker) : 0;
  }

  void recordInHistogram(uint32_t type, uint64_t value) override {
    if (get_stats_level() <= StatsLevel::kExceptHistogramOrTimers || type >= HISTOGRAM_ENUM_MAX) {
      return;
    }
    shards_.Record(type, value);
  }

  Status Reset() override {
    shards_.Reset();
    return Status::OK();
  }

  using Statistics::ToString;
  std::string ToString() const override {
    std::string text;
    text.reserve(TICKER_ENUM_MAX * 40 + HISTOGRAM_ENUM_MAX * 130);
    char line[512];
    for (const auto& [ticker, name] : TickersNameMap) {
      snprintf(line, sizeof(line), "%s COUNT : %llu\n", name.c_str(),
               static_cast<unsigned long long>(shards_.Ticker(ticker)));
      text += line;
    }
    for (const auto& [type, name] : HistogramsNameMap) {
      HistogramStat total;
      shards_.Sum(type, &total);
      HistogramData data;
      total.Data(&data);
      snprintf(
          line, sizeof(line), "%s P50 : %f P95 : %f P99 : %f P100 : %f COUNT : %llu SUM : %llu\n",
          name.c_str(), data.median, data.percentile95, data.percentile99, data.max,
          static_cast<unsigned long long>(data.count), static_cast<unsigned long long>(data.sum));
      text += line;
    }
    return text;
  }

  bool getTickerMap(std::map<std::string, uint64_t>* map) const override {
    if (map == nullptr) return false;
    map->clear();
    for (const auto& [ticker, name] : TickersNameMap) (*map)[name] = shards_.Ticker(ticker);
    return true;
  }

  bool HistEnabledForType(uint32_t type) const override { return type < HISTOGRAM_ENUM_MAX; }

 private:
  CounterShards shards_;
};

}  // namespace

std::shared_ptr<Statistics> CreateDBStatistics() { return std::make_shared<ShardedStatistics>(); }

void RegisterStatistics(ObjectLibrary& library) {
  library.AddFactory<Statistics>(
      ShardedStatistics::kClassName(),
      [](const std::string&, std::unique_ptr<Statistics>* guard, std::string*) {
        guard->reset(new ShardedStatistics);
        return guard->get();
      });
}

// An empty text asks for the default, not for none.
Status Statistics::CreateFromString(const ConfigOptions& opts, const std::string& value,
                                    std::shared_ptr<Statistics>* result) {
  if (value.empty()) {
    *result = CreateDBStatistics();
    return Status::OK();
  }
  if (value == "nullptr") {
    result->reset();
    return Status::OK();
  }
  return CreateShared(opts, value, result);
}

}  // namespace rocksdb
