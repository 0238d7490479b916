// Tickers and histograms, one set for each thread that counts, added up when somebody reads: a
// counter that all threads write would cost more than the operation it counts.
//
// Thread safety: everything. Ownership: a shard is written by the thread that holds it alone, so an
// update is a plain load and store; a thread that ends lets go of its shard, and the next one that
// begins to count goes on with it. Nothing is lost: what shards hold is never reset, a reset is an
// offset to their sum, and for histograms a generation from which on samples count.
// Memory order: relaxed throughout but for handing shards over; readers want totals, not an order
// between counters. Failure: none, but that an update may throw std::bad_alloc, the first of a
// thread.

#ifndef AETHER_COMPAT_STATISTICS_COUNTER_SHARDS_H_
#define AETHER_COMPAT_STATISTICS_COUNTER_SHARDS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "compat/binary/histogram.h"
#include "rocksdb/statistics.h"

namespace rocksdb {

// A histogram of one thread.
struct HistogramShard {
  HistogramStat samples;
  std::atomic<uint64_t> generation{0};
};

struct CounterShard {
  ~CounterShard();

  std::atomic<uint64_t> tickers[TICKER_ENUM_MAX] = {};
  std::atomic<HistogramShard*> histograms[HISTOGRAM_ENUM_MAX] = {};  // null: nothing was recorded
  std::atomic<bool> held{true};
};

class CounterShards {
 public:
  CounterShards();
  ~CounterShards() = default;
  CounterShards(const CounterShards&) = delete;
  CounterShards& operator=(const CounterShards&) = delete;

  void Add(uint32_t ticker, uint64_t n) {
    std::atomic<uint64_t>* const counter = &Mine()->tickers[ticker];
    counter->store(counter->load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void Record(uint32_t histogram, uint64_t value);

  uint64_t Ticker(uint32_t ticker) const;
  void SetTicker(uint32_t ticker, uint64_t value);
  uint64_t TakeTicker(uint32_t ticker);
  // Adds the samples to *sum.
  void Sum(uint32_t histogram, HistogramStat* sum) const;
  void Reset();

 private:
  struct Cached {
    uint64_t owner;
    CounterShard* shard;
  };
  // Statistics that one thread counts into in turn. Never looked into unless the owner is right,
  // and no two owners have the same number.
  static constexpr size_t kCached = 4;
  static constinit thread_local Cached cached_[kCached];

  friend struct ShardsOfThread;

  CounterShard* Mine() {
    const Cached& cached = cached_[id_ % kCached];
    return cached.owner == id_ ? cached.shard : FindMine();
  }
  CounterShard* FindMine();
  // Takes one that nobody holds, or a new one.
  std::shared_ptr<CounterShard> Take();
  uint64_t Total(uint32_t ticker) const;

  const uint64_t id_;
  std::atomic<uint64_t> generation_{0};
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::vector<std::shared_ptr<CounterShard>> shards_;
  uint64_t offsets_[TICKER_ENUM_MAX] = {};  // to the sums of the shards
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_STATISTICS_COUNTER_SHARDS_H_
