// How the tickers of a DB have grown, period by period: what DB::GetStatsHistory shows.
//
// Thread safety: all methods may be called from any thread. One thread of its own wakes once a
// period; the history is bounded by a number of bytes, the oldest periods go first. Nothing fails.

#ifndef AETHER_COMPAT_STATISTICS_STATS_HISTORY_H_
#define AETHER_COMPAT_STATISTICS_STATS_HISTORY_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "rocksdb/env.h"
#include "rocksdb/statistics.h"
#include "rocksdb/stats_history.h"

namespace rocksdb {

class StatsHistory {
 public:
  // `env` tells the time; it and the statistics are kept in use until Stop.
  StatsHistory(Env* env, std::shared_ptr<Statistics> statistics, uint64_t period_seconds,
               size_t max_bytes);
  ~StatsHistory() { Stop(); }

  // Nothing is added afterwards.
  void Stop();
  // A period of 0 adds nothing until it is changed.
  void Change(uint64_t period_seconds, size_t max_bytes);

  // The first period that ended in [start, end), by seconds since 1970. False: there is none.
  bool Find(uint64_t start, uint64_t end, uint64_t* time,
            std::map<std::string, uint64_t>* growth) const;

 private:
  using Tickers = std::map<std::string, uint64_t>;

  void Loop();
  void Add();  // REQUIRES: mutex_ is held

  Env* const env_;
  const std::shared_ptr<Statistics> statistics_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  uint64_t period_seconds_;
  size_t max_bytes_;
  bool stopping_ = false;
  bool begun_ = false;
  Tickers last_;
  std::map<uint64_t, Tickers> history_;  // by the second in which the period ended
  size_t bytes_ = 0;                     // of history_

  std::thread thread_;
};

// Over the periods that Find finds, also such as are added meanwhile. `history` may be null.
std::unique_ptr<StatsHistoryIterator> NewStatsHistoryIterator(std::shared_ptr<StatsHistory> history,
                                                              uint64_t start, uint64_t end);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_STATISTICS_STATS_HISTORY_H_
