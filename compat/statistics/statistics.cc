// The counters behind CreateDBStatistics.
//
// Tickers and histograms are kept once per core and added up when somebody reads: a counter that
// all cores write would cost more than the operation it counts. Thread safety: everything. A ticker
// update is an atomic add on the core's own line. A thread that is moved between reading its core
// and updating a histogram may race with another one there; both stay well defined, one of the two
// samples may be lost.
// Memory order: relaxed throughout; readers want totals, not an order between counters.

#include "rocksdb/statistics.h"

#include <sched.h>

#include <atomic>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "compat/binary/histogram.h"
#include "compat/options/customizable_util.h"

namespace rocksdb {

namespace {

struct alignas(64) CoreCounters {
  std::atomic<uint64_t> tickers[TICKER_ENUM_MAX] = {};
  HistogramImpl histograms[HISTOGRAM_ENUM_MAX];
};

class CoreStatistics final : public Statistics {
 public:
  CoreStatistics() {
    const unsigned processors = std::thread::hardware_concurrency();
    size_t count = 1;
    while (count < processors && count < 256) count *= 2;
    mask_ = count - 1;
    cores_ = std::make_unique<CoreCounters[]>(count);
  }

  static const char* kClassName() { return "BasicStatistics"; }
  const char* Name() const override { return kClassName(); }

  uint64_t getTickerCount(uint32_t ticker) const override {
    if (ticker >= TICKER_ENUM_MAX) return 0;
    const std::lock_guard<std::mutex> lock(totals_mutex_);
    return TickerTotal(ticker);
  }

  void histogramData(uint32_t type, HistogramData* const data) const override {
    if (type >= HISTOGRAM_ENUM_MAX) return;
    HistogramImpl total;
    SumHistogram(type, &total);
    total.Data(data);
  }

  std::string getHistogramString(uint32_t type) const override {
    if (type >= HISTOGRAM_ENUM_MAX) return std::string();
    HistogramImpl total;
    SumHistogram(type, &total);
    return total.ToString();
  }

  void recordTick(uint32_t ticker, uint64_t count) override {
    if (get_stats_level() <= StatsLevel::kExceptTickers || ticker >= TICKER_ENUM_MAX) return;
    ThisCore().tickers[ticker].fetch_add(count, std::memory_order_relaxed);
  }

  void setTickerCount(uint32_t ticker, uint64_t count) override {
    if (ticker >= TICKER_ENUM_MAX) return;
    const std::lock_guard<std::mutex> lock(totals_mutex_);
    for (size_t i = 0; i <= mask_; ++i) {
      cores_[i].tickers[ticker].store(i == 0 ? count : 0, std::memory_order_relaxed);
    }
  }

  uint64_t getAndResetTickerCount(uint32_t ticker) override {
    if (ticker >= TICKER_ENUM_MAX) return 0;
    const std::lock_guard<std::mutex> lock(totals_mutex_);
    uint64_t total = 0;
    for (size_t i = 0; i <= mask_; ++i) {
      total += cores_[i].tickers[ticker].exchange(0, std::memory_order_relaxed);
    }
    return total;
  }

  void recordInHistogram(uint32_t type, uint64_t value) override {
    if (get_stats_level() <= StatsLevel::kExceptHistogramOrTimers || type >= HISTOGRAM_ENUM_MAX) {
      return;
    }
    ThisCore().histograms[type].Add(value);
  }

  Status Reset() override {
    const std::lock_guard<std::mutex> lock(totals_mutex_);
    for (size_t i = 0; i <= mask_; ++i) {
      for (auto& ticker : cores_[i].tickers) ticker.store(0, std::memory_order_relaxed);
      for (auto& histogram : cores_[i].histograms) histogram.Clear();
    }
    return Status::OK();
  }

  using Statistics::ToString;
  std::string ToString() const override {
    std::string text;
    text.reserve(TICKER_ENUM_MAX * 40 + HISTOGRAM_ENUM_MAX * 130);
    char line[512];
    const std::lock_guard<std::mutex> lock(totals_mutex_);
    for (const auto& [ticker, name] : TickersNameMap) {
      snprintf(line, sizeof(line), "%s COUNT : %llu\n", name.c_str(),
               static_cast<unsigned long long>(TickerTotal(ticker)));
      text += line;
    }
    for (const auto& [type, name] : HistogramsNameMap) {
      HistogramImpl total;
      SumHistogram(type, &total);
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
    const std::lock_guard<std::mutex> lock(totals_mutex_);
    for (const auto& [ticker, name] : TickersNameMap) (*map)[name] = TickerTotal(ticker);
    return true;
  }

  bool HistEnabledForType(uint32_t type) const override { return type < HISTOGRAM_ENUM_MAX; }

 private:
  CoreCounters& ThisCore() {
    const int core = sched_getcpu();
    return cores_[core < 0 ? 0 : static_cast<size_t>(core) & mask_];
  }

  uint64_t TickerTotal(uint32_t ticker) const {
    uint64_t total = 0;
    for (size_t i = 0; i <= mask_; ++i) {
      total += cores_[i].tickers[ticker].load(std::memory_order_relaxed);
    }
    return total;
  }

  void SumHistogram(uint32_t type, HistogramImpl* total) const {
    for (size_t i = 0; i <= mask_; ++i) total->Merge(cores_[i].histograms[type]);
  }

  // Keeps set, reset and sums of several cores apart from each other; updates do not take it.
  mutable std::mutex totals_mutex_;
  size_t mask_ = 0;
  std::unique_ptr<CoreCounters[]> cores_;
};

}  // namespace

std::shared_ptr<Statistics> CreateDBStatistics() { return std::make_shared<CoreStatistics>(); }

void RegisterStatistics(ObjectLibrary& library) {
  library.AddFactory<Statistics>(
      CoreStatistics::kClassName(),
      [](const std::string&, std::unique_ptr<Statistics>* guard, std::string*) {
        guard->reset(new CoreStatistics);
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
