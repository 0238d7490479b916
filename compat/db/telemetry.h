// Tickers, histograms and the perf context, as the shim's hot paths use them: one branch when
// nobody looks.
//
// Thread safety: all functions; the perf context belongs to the calling thread.

#ifndef AETHER_COMPAT_DB_TELEMETRY_H_
#define AETHER_COMPAT_DB_TELEMETRY_H_

#include <chrono>
#include <cstdint>

#include "compat/statistics/perf_state.h"
#include "engine/store/options.h"
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

// True when somebody looks at what a read did.
inline bool ReadsCounted(const Statistics* statistics) {
  return statistics != nullptr || perf_level >= kEnableCount;
}

// Hands over what reads did since `before`. Pages stand for RocksDB's data blocks.
inline void ReportReads(Statistics* statistics, const aether::ReadCounters& now,
                        const aether::ReadCounters& before = {}) {
  const uint64_t hits = now.page_hits - before.page_hits;
  const uint64_t loads = now.page_loads - before.page_loads;
  const uint64_t bytes = now.load_bytes - before.load_bytes;
  if (perf_level >= kEnableCount) {
    perf_context.block_cache_hit_count += hits;
    perf_context.block_read_count += loads;
    perf_context.block_read_byte += bytes;
  }
  if (statistics == nullptr) return;
  if (hits != 0) {
    Tick(statistics, BLOCK_CACHE_HIT, hits);
    Tick(statistics, BLOCK_CACHE_DATA_HIT, hits);
  }
  if (loads != 0) {
    Tick(statistics, BLOCK_CACHE_MISS, loads);
    Tick(statistics, BLOCK_CACHE_DATA_MISS, loads);
    Tick(statistics, BLOCK_CACHE_ADD, loads);
    Tick(statistics, BLOCK_CACHE_DATA_ADD, loads);
    Tick(statistics, BLOCK_CACHE_BYTES_WRITE, bytes);
    Tick(statistics, BLOCK_CACHE_DATA_BYTES_INSERT, bytes);
  }
  const uint64_t found = now.memtable_hits - before.memtable_hits;
  const uint64_t missed = now.memtable_misses - before.memtable_misses;
  if (found != 0) Tick(statistics, MEMTABLE_HIT, found);
  if (missed != 0) Tick(statistics, MEMTABLE_MISS, missed);
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
