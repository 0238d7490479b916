#include "compat/binary/histogram.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace rocksdb {

namespace {

// Upper limits of the buckets, inclusive.
struct BucketLimits {
  std::array<uint64_t, HistogramStat::kBuckets> at;
  std::array<uint8_t, 65> first;  // bucket of the smallest value with so many bits

  // Grows by half from 2 and keeps the leading two or three digits of each step.
  BucketLimits() {
    at[0] = 1;
    at[1] = 2;
    double exact = 2.0;
    for (size_t b = 2; b < at.size(); ++b) {
      exact *= 1.5;
      uint64_t digits = static_cast<uint64_t>(exact);
      uint64_t scale = 1;
      while (digits / 10 > 10) {
        digits /= 10;
        scale *= 10;
      }
      at[b] = digits * scale;
    }
    for (size_t width = 0; width < first.size(); ++width) {
      const uint64_t smallest = width == 0 ? 0 : uint64_t{1} << (width - 1);
      const auto place = std::lower_bound(at.begin(), at.end() - 1, smallest);
      first[width] = static_cast<uint8_t>(place - at.begin());
    }
  }

  // A limit is half as much again as the one before, so there are two or three of a width.
  size_t Find(uint64_t value) const {
    if (value >= at.back()) return at.size() - 1;
    size_t b = first[static_cast<size_t>(std::bit_width(value))];
    while (at[b] < value) ++b;
    return b;
  }
};

// Never destroyed: threads may still count while the process ends.
const BucketLimits& Limits() {
  static const BucketLimits* const limits = new BucketLimits();
  return *limits;
}

// One writer: a plain load and store instead of a locked addition.
void Bump(std::atomic_uint_fast64_t* counter, uint64_t by) {
  counter->store(counter->load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

[[gnu::format(printf, 2, 3)]] void AppendF(std::string* out, const char* format, ...) {
  char buffer[256];
  va_list ap;
  va_start(ap, format);
  const int n = vsnprintf(buffer, sizeof(buffer), format, ap);
  va_end(ap);
  out->append(buffer, std::min<size_t>(n < 0 ? 0 : static_cast<size_t>(n), sizeof(buffer) - 1));
}

}  // namespace

HistogramStat::HistogramStat() : num_buckets_(kBuckets) { Clear(); }

void HistogramStat::Clear() {
  min_.store(Limits().at.back(), std::memory_order_relaxed);
  for (auto* counter : {&max_, &num_, &sum_, &sum_squares_}) {
    counter->store(0, std::memory_order_relaxed);
  }
  for (auto& bucket : buckets_) bucket.store(0, std::memory_order_relaxed);
}

bool HistogramStat::Empty() const { return num() == 0; }

void HistogramStat::Add(uint64_t value) {
  Bump(&buckets_[Limits().Find(value)], 1);
  if (value < min()) min_.store(value, std::memory_order_relaxed);
  if (value > max()) max_.store(value, std::memory_order_relaxed);
  Bump(&num_, 1);
  Bump(&sum_, value);
  Bump(&sum_squares_, value * value);
}

void HistogramStat::Merge(const HistogramStat& other) {
  if (other.min() < min()) min_.store(other.min(), std::memory_order_relaxed);
  if (other.max() > max()) max_.store(other.max(), std::memory_order_relaxed);
  num_.fetch_add(other.num(), std::memory_order_relaxed);
  sum_.fetch_add(other.sum(), std::memory_order_relaxed);
  sum_squares_.fetch_add(other.sum_squares(), std::memory_order_relaxed);
  for (size_t b = 0; b < kBuckets; ++b) {
    buckets_[b].fetch_add(other.bucket_at(b), std::memory_order_relaxed);
  }
}

double HistogramStat::Median() const { return Percentile(50.0); }

double HistogramStat::Percentile(double p) const {
  const auto& limits = Limits().at;
  const double threshold = static_cast<double>(num()) * (p / 100.0);
  const double lowest = static_cast<double>(min());
  const double highest = static_cast<double>(max());
  uint64_t before = 0;
  for (size_t b = 0; b < kBuckets; ++b) {
    const uint64_t here = bucket_at(b);
    if (static_cast<double>(before + here) >= threshold) {
      const double left = b == 0 ? 0.0 : static_cast<double>(limits[b - 1]);
      const double right = static_cast<double>(limits[b]);
      const double share =
          here == 0 ? 0.0 : (threshold - static_cast<double>(before)) / static_cast<double>(here);
      double value = left + (right - left) * share;
      if (value < lowest) value = lowest;
      if (value > highest) value = highest;
      return value;
    }
    before += here;
  }
  return highest;
}

double HistogramStat::Average() const {
  const uint64_t n = num();
  return n == 0 ? 0.0 : static_cast<double>(sum()) / static_cast<double>(n);
}

double HistogramStat::StandardDeviation() const {
  const double n = static_cast<double>(num());
  if (n == 0) return 0.0;
  const double total = static_cast<double>(sum());
  const double squares = static_cast<double>(sum_squares());
  const double variance = (squares * n - total * total) / (n * n);
  return std::sqrt(std::max(variance, 0.0));
}

void HistogramStat::Data(HistogramData* data) const {
  data->median = Median();
  data->percentile95 = Percentile(95);
  data->percentile99 = Percentile(99);
  data->max = static_cast<double>(max());
  data->average = Average();
  data->standard_deviation = StandardDeviation();
  data->count = num();
  data->sum = sum();
  data->min = static_cast<double>(min());
}

std::string HistogramStat::ToString() const {
  const uint64_t n = num();
  std::string out;
  AppendF(&out, "Count: %lu Average: %.4f  StdDev: %.2f\n", n, Average(), StandardDeviation());
  AppendF(&out, "Min: %lu  Median: %.4f  Max: %lu\n", n == 0 ? 0 : min(), Median(),
          n == 0 ? 0 : max());
  AppendF(&out, "Percentiles: P50: %.2f P75: %.2f P99: %.2f P99.9: %.2f P99.99: %.2f\n",
          Percentile(50), Percentile(75), Percentile(99), Percentile(99.9), Percentile(99.99));
  out.append(54, '-').push_back('\n');
  if (n == 0) return out;

  const auto& limits = Limits().at;
  const double per_entry = 100.0 / static_cast<double>(n);
  uint64_t running = 0;
  for (size_t b = 0; b < kBuckets; ++b) {
    const uint64_t here = bucket_at(b);
    if (here == 0) continue;
    running += here;
    const double percent = per_entry * static_cast<double>(here);
    AppendF(&out, "%c %7lu, %7lu ] %8lu %7.3f%% %7.3f%% ", b == 0 ? '[' : '(',
            b == 0 ? 0 : limits[b - 1], limits[b], here, percent,
            per_entry * static_cast<double>(running));
    out.append(static_cast<size_t>(percent / 5 + 0.5), '#').push_back('\n');
  }
  return out;
}

void HistogramImpl::Clear() {
  std::lock_guard<std::mutex> lock(mutex_);
  stats_.Clear();
}

bool HistogramImpl::Empty() const { return stats_.Empty(); }

void HistogramImpl::Add(uint64_t value) { stats_.Add(value); }

void HistogramImpl::Merge(const Histogram& other) {
  if (strcmp(Name(), other.Name()) == 0) Merge(static_cast<const HistogramImpl&>(other));
}

void HistogramImpl::Merge(const HistogramImpl& other) {
  std::lock_guard<std::mutex> lock(mutex_);
  stats_.Merge(other.stats_);
}

std::string HistogramImpl::ToString() const { return stats_.ToString(); }
double HistogramImpl::Median() const { return stats_.Median(); }
double HistogramImpl::Percentile(double p) const { return stats_.Percentile(p); }
double HistogramImpl::Average() const { return stats_.Average(); }
double HistogramImpl::StandardDeviation() const { return stats_.StandardDeviation(); }
void HistogramImpl::Data(HistogramData* data) const { stats_.Data(data); }

}  // namespace rocksdb
