#include "compat/statistics/counter_shards.h"

#include <algorithm>
#include <utility>

namespace rocksdb {

constinit thread_local CounterShards::Cached CounterShards::cached_[kCached] = {};

// What a thread holds. Goes with the thread, its shards stay with their owners.
struct ShardsOfThread {
  struct Held {
    uint64_t owner;
    std::shared_ptr<CounterShard> shard;
  };

  ~ShardsOfThread() {
    for (CounterShards::Cached& cached : CounterShards::cached_) cached = {};
    LetGo();
    ended = true;
  }
  void LetGo() {
    for (const Held& h : held) h.shard->held.store(false, std::memory_order_release);
    held.clear();
  }

  static constinit thread_local bool ended;  // the destructor has run: others may run after it
  std::vector<Held> held;
};

constinit thread_local bool ShardsOfThread::ended = false;

namespace {

thread_local ShardsOfThread shards_of_thread;

uint64_t NextId() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

CounterShard::~CounterShard() {
  for (auto& histogram : histograms) delete histogram.load(std::memory_order_relaxed);
}

CounterShards::CounterShards() : id_(NextId()) {}

std::shared_ptr<CounterShard> CounterShards::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& shard : shards_) {
    if (!shard->held.load(std::memory_order_relaxed) &&
        !shard->held.exchange(true, std::memory_order_acquire)) {
      return shard;
    }
  }
  shards_.push_back(std::make_shared<CounterShard>());
  return shards_.back();
}

CounterShard* CounterShards::FindMine() {
  // A thread that counts while it ends, from the destructor of another variable of its own, gets
  // one that nobody else will have.
  if (ShardsOfThread::ended) {
    cached_[id_ % kCached] = {id_, Take().get()};
    return cached_[id_ % kCached].shard;
  }
  auto& held = shards_of_thread.held;
  auto mine = std::find_if(held.begin(), held.end(),
                           [this](const auto& candidate) { return candidate.owner == id_; });
  if (mine == held.end()) {
    // Shards whose owners are gone.
    std::erase_if(held, [](const auto& candidate) { return candidate.shard.use_count() == 1; });
    held.push_back({id_, Take()});
    mine = held.end() - 1;
  }
  cached_[id_ % kCached] = {id_, mine->shard.get()};
  return mine->shard.get();
}

void CounterShards::Record(uint32_t histogram, uint64_t value) {
  auto& slot = Mine()->histograms[histogram];
  HistogramShard* mine = slot.load(std::memory_order_relaxed);
  const uint64_t generation = generation_.load(std::memory_order_relaxed);
  if (mine == nullptr) [[unlikely]] {
    mine = new HistogramShard;
    mine->generation.store(generation, std::memory_order_relaxed);
    slot.store(mine, std::memory_order_release);
  } else if (mine->generation.load(std::memory_order_relaxed) != generation) [[unlikely]] {
    mine->samples.Clear();
    mine->generation.store(generation, std::memory_order_relaxed);
  }
  mine->samples.Add(value);
}

uint64_t CounterShards::Total(uint32_t ticker) const {
  uint64_t total = 0;
  for (const auto& shard : shards_) {
    total += shard->tickers[ticker].load(std::memory_order_relaxed);
  }
  return total;
}

uint64_t CounterShards::Ticker(uint32_t ticker) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return Total(ticker) + offsets_[ticker];
}

void CounterShards::SetTicker(uint32_t ticker, uint64_t value) {
  const std::lock_guard<std::mutex> lock(mutex_);
  offsets_[ticker] = value - Total(ticker);
}

uint64_t CounterShards::TakeTicker(uint32_t ticker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t total = Total(ticker);
  const uint64_t taken = total + offsets_[ticker];
  offsets_[ticker] = 0 - total;
  return taken;
}

void CounterShards::Sum(uint32_t histogram, HistogramStat* sum) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t generation = generation_.load(std::memory_order_relaxed);
  for (const auto& shard : shards_) {
    const HistogramShard* const h = shard->histograms[histogram].load(std::memory_order_acquire);
    if (h != nullptr && h->generation.load(std::memory_order_relaxed) == generation) {
      sum->Merge(h->samples);
    }
  }
}

void CounterShards::Reset() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (uint32_t t = 0; t < TICKER_ENUM_MAX; ++t) offsets_[t] = 0 - Total(t);
  generation_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace rocksdb
