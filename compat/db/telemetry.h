// Tickers, histograms and the perf context, as the shim's hot paths use them: one branch when
// nobody looks.
//
// Thread safety: all functions; the perf context belongs to the calling thread. Nothing fails.

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

// The engine's counters for reads of this thread, and what they are handed over to.
class ReadReport {
 public:
  ReadReport() {}
  ReadReport(const ReadReport&) = delete;
  ReadReport& operator=(const ReadReport&) = delete;

  // What `meter` (null without statistics) and a thread at that level want to know from here on.
  void Begin(aether::Meter* meter, PerfLevel level) {
    counters_.meter = meter;
    counters_.timed = level >= kEnableTimeExceptForMutex;
    counters_.levels = nullptr;
    SetThread(level);
    if (perf_ != nullptr && perf_->per_level_perf_context_enabled) counters_.levels = Levels();
  }
  // The calling thread, at that level, is who counts are handed over to.
  void SetThread(PerfLevel level) { perf_ = level < kEnableCount ? nullptr : &perf_context; }
  aether::ReadCounters* counters() { return &counters_; }
  // Hands over what was counted. REQUIRES: the thread is that of Begin or SetThread. Pages stand
  // for RocksDB's data blocks.
  void HandOver(Statistics* statistics) {
    if (perf_ != nullptr) AddToPerfContext();
    if (statistics != nullptr) TickAll(statistics);
  }
  // Of the thread; null when it wants nothing.
  PerfContext* perf() const { return perf_; }
  // Whether a move of a cursor has counted anything since Clear.
  bool pending() const {
    const aether::ReadCounters& c = counters_;
    return (c.page_hits | c.page_loads | c.blob_hits | c.blob_loads | c.entries_skipped |
            c.tombstones_skipped | c.newer_skipped) != 0;
  }
  // Counts from 0 again.
  void Clear();

 private:
  aether::LevelReadCounters* Levels();
  void TickAll(Statistics* statistics) const;
  void AddToPerfContext();

  aether::ReadCounters counters_;
  PerfContext* perf_ = nullptr;
  // Of no value until a thread wants them: most reads should not pay for setting them to 0.
  union {
    aether::LevelReadCounters levels_[aether::kLevels];
  };
};

// What the calling thread's perf level says about times.
inline bool TimesWanted() { return perf_level >= kEnableTimeExceptForMutex; }
inline bool CpuTimesWanted() { return perf_level >= kEnableTimeAndCPUTimeExceptForMutex; }

// Adds the nanoseconds of its life to a member of the perf context, and those of the processor to
// another (null: to none), if the level says so.
class PerfTimer {
 public:
  explicit PerfTimer(uint64_t PerfContext::*wall, uint64_t PerfContext::*cpu = nullptr)
      : wall_(wall),
        cpu_(cpu),
        start_(wall != nullptr && TimesWanted() ? aether::RealClock()->NowNanos() : 0),
        cpu_start_(cpu != nullptr && CpuTimesWanted() ? aether::RealClock()->CpuNanos() : 0) {}
  ~PerfTimer() {
    if (start_ != 0) perf_context.*wall_ += aether::RealClock()->NowNanos() - start_;
    if (cpu_start_ != 0) perf_context.*cpu_ += aether::RealClock()->CpuNanos() - cpu_start_;
  }
  PerfTimer(const PerfTimer&) = delete;
  PerfTimer& operator=(const PerfTimer&) = delete;

 private:
  uint64_t PerfContext::*const wall_;
  uint64_t PerfContext::*const cpu_;
  const uint64_t start_;
  const uint64_t cpu_start_;
};

// Adds where the time of a write went to the perf context.
void AddToPerfContext(const aether::WriteTimes& times, uint64_t all_nanos);

// Adds the nanoseconds of its life to a ticker, if there are statistics that want times in detail.
class TickerTimer {
 public:
  TickerTimer(Statistics* statistics, Tickers ticker)
      : statistics_(statistics),
        ticker_(ticker),
        start_(statistics != nullptr && statistics->get_stats_level() > kExceptDetailedTimers
                   ? aether::RealClock()->NowNanos()
                   : 0) {}
  ~TickerTimer() {
    if (start_ != 0) statistics_->recordTick(ticker_, aether::RealClock()->NowNanos() - start_);
  }
  TickerTimer(const TickerTimer&) = delete;
  TickerTimer& operator=(const TickerTimer&) = delete;

 private:
  Statistics* const statistics_;
  const Tickers ticker_;
  const uint64_t start_;
};

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
