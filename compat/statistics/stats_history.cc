#include "compat/statistics/stats_history.h"

#include <chrono>
#include <utility>

namespace rocksdb {

namespace {

size_t BytesOf(const std::map<std::string, uint64_t>& tickers) {
  size_t bytes = sizeof(uint64_t) + sizeof(tickers);
  for (const auto& ticker : tickers) bytes += sizeof(ticker) + ticker.first.capacity();
  return bytes;
}

class HistoryIterator final : public StatsHistoryIterator {
 public:
  HistoryIterator(std::shared_ptr<StatsHistory> history, uint64_t start, uint64_t end)
      : history_(std::move(history)), end_(end) {
    valid_ = history_ != nullptr && history_->Find(start, end_, &time_, &growth_);
  }
  bool Valid() const override { return valid_; }
  void Next() override {
    if (valid_) valid_ = history_->Find(time_ + 1, end_, &time_, &growth_);
  }
  uint64_t GetStatsTime() const override { return time_; }
  const std::map<std::string, uint64_t>& GetStatsMap() const override { return growth_; }
  Status status() const override { return Status::OK(); }

 private:
  const std::shared_ptr<StatsHistory> history_;
  const uint64_t end_;
  bool valid_ = false;
  uint64_t time_ = 0;
  std::map<std::string, uint64_t> growth_;
};

}  // namespace

StatsHistory::StatsHistory(Env* env, std::shared_ptr<Statistics> statistics,
                           uint64_t period_seconds, size_t max_bytes)
    : env_(env),
      statistics_(std::move(statistics)),
      period_seconds_(period_seconds),
      max_bytes_(max_bytes) {
  thread_ = std::thread([this] { Loop(); });
}

void StatsHistory::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void StatsHistory::Change(uint64_t period_seconds, size_t max_bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  period_seconds_ = period_seconds;
  max_bytes_ = max_bytes;
  changed_.notify_all();
}

void StatsHistory::Loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    const uint64_t period = period_seconds_;
    const auto changed = [&] { return stopping_ || period_seconds_ != period; };
    if (period == 0) {
      changed_.wait(lock, changed);
    } else if (!changed_.wait_for(lock, std::chrono::seconds(period), changed)) {
      Add();
    }
  }
}

void StatsHistory::Add() {
  Tickers now;
  int64_t seconds = 0;
  if (!statistics_->getTickerMap(&now) || !env_->GetCurrentTime(&seconds).ok()) return;
  if (begun_) {
    Tickers growth;
    for (const auto& [name, value] : now) {
      const auto before = last_.find(name);
      if (before != last_.end()) growth[name] = value - before->second;
    }
    Tickers& place = history_[static_cast<uint64_t>(seconds)];
    if (!place.empty()) bytes_ -= BytesOf(place);
    place = std::move(growth);
    bytes_ += BytesOf(place);
  }
  begun_ = true;
  last_ = std::move(now);
  while (bytes_ > max_bytes_ && !history_.empty()) {
    bytes_ -= BytesOf(history_.begin()->second);
    history_.erase(history_.begin());
  }
}

bool StatsHistory::Find(uint64_t start, uint64_t end, uint64_t* time,
                        std::map<std::string, uint64_t>* growth) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = history_.lower_bound(start);
  if (found == history_.end() || found->first >= end) return false;
  *time = found->first;
  *growth = found->second;
  return true;
}

std::unique_ptr<StatsHistoryIterator> NewStatsHistoryIterator(std::shared_ptr<StatsHistory> history,
                                                              uint64_t start, uint64_t end) {
  return std::make_unique<HistoryIterator>(std::move(history), start, end);
}

}  // namespace rocksdb
