// Tickers, histograms and the perf context, as the shim's hot paths use them: one branch when nobody looks.
//
// Thread safety: all functions; the perf context belongs to the calling thread.

#ifndef AETHER_COMPAT_DB_TELEMETRY_H_
#define AETHER_COMPAT_DB_TELEMETRY_H_

#include <chrono>
#include <cstdint>

#include "compat/statistics/perf_state.h"
#include "rocksdb/statistics.h"

namespace rocksdb {

inline void Tick(Statistics* statistics, Tickers ticker, uint64_t count = 1) {
  if (statistics != nullptr) statistics->recordTick(ticker, count);
}

inline uint64_t SteadyMicros() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

// Reports the microseconds of its life to a histogram, if there are statistics that want times.
class HistogramTimer {
 public:
  HistogramTimer(Statistics* statistics, Histograms histogram)
      : statistics_(statistics != nullptr && statistics->get_stats_level() > kExceptTimers &&
                            statistics->HistEnabledForType(histogram)
                        ? statistics
                        : nullptr),
        histogram_(histogram),
        start_(statistics_ == nullptr ? 0 : SteadyMicros()) {}
  ~HistogramTimer() {
    if (statistics_ != nullptr) {
      statistics_->reportTimeToHistogram(histogram_, SteadyMicros() - start_);
    }
  }
  HistogramTimer(const HistogramTimer&) = delete;
  HistogramTimer& operator=(const HistogramTimer&) = delete;

 private:
  Statistics* const statistics_;
  const Histograms histogram_;
  const uint64_t start_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_TELEMETRY_H_
