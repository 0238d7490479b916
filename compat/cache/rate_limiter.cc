// The rate limiter behind NewGenericRateLimiter: a bucket of tokens, refilled every period, handed
// out by priority.
//
// Thread safety: one mutex; waiters sleep on a condition variable of their own, and one of them,
// the keeper, sleeps until the next refill and then serves the queues. Fairness: low priorities go
// first once in `fairness` refills, so that they cannot starve. Auto tuning: every hundred periods
// the rate moves down while the bucket seldom runs dry and up while it nearly always does, between
// a twentieth of the maximum and the maximum.

#include "rocksdb/rate_limiter.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace rocksdb {

namespace {

using Clock = std::chrono::steady_clock;

class TokenBucket final : public RateLimiter {
 public:
  TokenBucket(int64_t rate, int64_t period_us, int32_t fairness, Mode mode, bool auto_tuned)
      : RateLimiter(mode),
        period_(std::chrono::microseconds(std::max<int64_t>(period_us, 1))),
        fairness_(std::clamp(fairness, 1, 100)),
        auto_tuned_(auto_tuned),
        max_rate_(rate),
        rate_(auto_tuned ? std::max<int64_t>(rate / 2, 1) : rate),
        burst_(BurstOf(rate_)),
        available_(burst_),
        next_refill_(Clock::now() + period_) {}

  ~TokenBucket() override {
    std::unique_lock<std::mutex> lock(mutex_);
    stopping_ = true;
    for (auto& queue : queues_) {
      for (Waiter* waiter : queue) waiter->wake.notify_one();
    }
    all_gone_.wait(lock, [this] { return inside_ == 0; });
  }

  void SetBytesPerSecond(int64_t bytes_per_second) override {
    if (bytes_per_second <= 0) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    max_rate_ = bytes_per_second;
    SetRateLocked(bytes_per_second);
  }

  using RateLimiter::Request;
  void Request(const int64_t bytes, const Env::IOPriority pri, Statistics* stats) override {
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopping_) return;
    const size_t level = std::min<size_t>(pri, Env::IO_TOTAL - 1);
    ++requests_[level];
    Waiter self{std::clamp<int64_t>(bytes, 0, burst_), {}, false};
    if (NobodyWaitsLocked() && self.bytes <= available_) {
      available_ -= self.bytes;
      through_[level] += self.bytes;
      return;
    }
    if (stats != nullptr) stats->recordTick(NUMBER_RATE_LIMITER_DRAINS);
    ++inside_;
    queues_[level].push_back(&self);
    while (!self.granted && !stopping_) {
      if (has_keeper_) {
        self.wake.wait(lock);
        continue;
      }
      has_keeper_ = true;
      self.wake.wait_until(lock, next_refill_);
      has_keeper_ = false;
      if (Clock::now() >= next_refill_) RefillLocked();
    }
    if (!self.granted) {
      auto& queue = queues_[level];
      queue.erase(std::find(queue.begin(), queue.end(), &self));
    }
    // A keeper that leaves hands its duty to somebody who still waits.
    if (!has_keeper_) WakeOneLocked();
    if (--inside_ == 0) all_gone_.notify_all();
  }

  int64_t GetSingleBurstBytes() const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return burst_;
  }

  int64_t GetTotalBytesThrough(const Env::IOPriority pri) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return SumLocked(through_, pri);
  }

  int64_t GetTotalRequests(const Env::IOPriority pri) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return SumLocked(requests_, pri);
  }

  Status GetTotalPendingRequests(int64_t* total_pending_requests,
                                 const Env::IOPriority pri) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    *total_pending_requests = 0;
    for (int level = 0; level < Env::IO_TOTAL; ++level) {
      if (pri == Env::IO_TOTAL || pri == level) {
        *total_pending_requests += static_cast<int64_t>(queues_[level].size());
      }
    }
    return Status::OK();
  }

  int64_t GetBytesPerSecond() const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return rate_;
  }

 private:
  struct Waiter {
    const int64_t bytes;
    std::condition_variable wake;
    bool granted;
  };

  int64_t BurstOf(int64_t rate) const {
    const double seconds = std::chrono::duration<double>(period_).count();
    return std::max<int64_t>(static_cast<int64_t>(static_cast<double>(rate) * seconds), 1);
  }

  void SetRateLocked(int64_t rate) {
    rate_ = rate;
    burst_ = BurstOf(rate);
  }

  bool NobodyWaitsLocked() const {
    return std::all_of(std::begin(queues_), std::end(queues_),
                       [](const auto& queue) { return queue.empty(); });
  }

  static int64_t SumLocked(const int64_t (&counts)[Env::IO_TOTAL], Env::IOPriority pri) {
    if (pri != Env::IO_TOTAL) return counts[pri];
    int64_t sum = 0;
    for (const int64_t count : counts) sum += count;
    return sum;
  }

  void WakeOneLocked() {
    for (int level = Env::IO_TOTAL; level-- > 0;) {
      if (queues_[level].empty()) continue;
      queues_[level].front()->wake.notify_one();
      return;
    }
  }

  // REQUIRES: the time of the refill has come.
  void RefillLocked() {
    next_refill_ = Clock::now() + period_;
    if (available_ < burst_ / 20) ++drained_;
    if (auto_tuned_ && ++periods_ == 100) TuneLocked();
    // A request that was clamped to a larger burst than today's must still fit into a full bucket.
    available_ = std::min(available_, int64_t{0}) + burst_;
    const bool low_first = ++refills_ % static_cast<uint64_t>(fairness_) == 0;
    for (int i = 0; i < Env::IO_TOTAL; ++i) {
      // User requests always go first; the order below them turns around now and then.
      int level = Env::IO_TOTAL - 1 - i;
      if (low_first && i > 0) level = i - 1;
      auto& queue = queues_[level];
      while (!queue.empty() && available_ > 0) {
        Waiter* const waiter = queue.front();
        if (waiter->bytes > available_ && waiter->bytes <= burst_) return;
        queue.pop_front();
        available_ -= waiter->bytes;
        through_[level] += waiter->bytes;
        waiter->granted = true;
        waiter->wake.notify_one();
      }
    }
  }

  void TuneLocked() {
    const int64_t low = std::max<int64_t>(max_rate_ / 20, 1);
    if (drained_ == 0) {
      SetRateLocked(low);
    } else if (drained_ < 50) {
      SetRateLocked(std::max(low, rate_ * 100 / 105));
    } else if (drained_ > 90) {
      SetRateLocked(std::min(max_rate_, rate_ + std::max<int64_t>(rate_ / 20, 1)));
    }
    periods_ = 0;
    drained_ = 0;
  }

  const Clock::duration period_;
  const int32_t fairness_;
  const bool auto_tuned_;
  mutable std::mutex mutex_;
  std::condition_variable all_gone_;
  // All below: guarded by mutex_.
  int64_t max_rate_;
  int64_t rate_;
  int64_t burst_;
  int64_t available_;
  Clock::time_point next_refill_;
  std::deque<Waiter*> queues_[Env::IO_TOTAL];
  int64_t requests_[Env::IO_TOTAL] = {};
  int64_t through_[Env::IO_TOTAL] = {};
  uint64_t refills_ = 0;
  int periods_ = 0;
  int drained_ = 0;
  int inside_ = 0;
  bool has_keeper_ = false;
  bool stopping_ = false;
};

}  // namespace

size_t RateLimiter::RequestToken(size_t bytes, size_t alignment, Env::IOPriority io_priority,
                                 Statistics* stats, RateLimiter::OpType op_type) {
  if (io_priority >= Env::IO_TOTAL || !IsRateLimited(op_type)) return bytes;
  bytes = std::min(bytes, static_cast<size_t>(GetSingleBurstBytes()));
  if (alignment > 0) bytes = std::max(alignment, bytes / alignment * alignment);
  Request(static_cast<int64_t>(bytes), io_priority, stats, op_type);
  return bytes;
}

RateLimiter* NewGenericRateLimiter(int64_t rate_bytes_per_sec, int64_t refill_period_us,
                                   int32_t fairness, RateLimiter::Mode mode, bool auto_tuned) {
  return new TokenBucket(std::max<int64_t>(rate_bytes_per_sec, 1), refill_period_us, fairness, mode,
                         auto_tuned);
}

}  // namespace rocksdb
