// A histogram with buckets that grow by half, as the command-line tools of 7.8 embed it in their
// own objects.
//
// Layout: HistogramStat is 920 bytes, HistogramImpl 968; executables allocate both and inline some
// of the functions, so neither fields nor virtual functions may move. Thread safety: Add has one
// writer at a time per object and may run beside readers, which then see a slightly older state.
// Clear and Merge take the mutex. They do not fail.

#ifndef AETHER_COMPAT_BINARY_HISTOGRAM_H_
#define AETHER_COMPAT_BINARY_HISTOGRAM_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "rocksdb/statistics.h"

namespace rocksdb {

struct HistogramStat {
  static constexpr size_t kBuckets = 109;

  HistogramStat();
  HistogramStat(const HistogramStat&) = delete;
  HistogramStat& operator=(const HistogramStat&) = delete;

  void Clear();
  bool Empty() const;
  void Add(uint64_t value);
  void Merge(const HistogramStat& other);

  uint64_t min() const { return min_.load(std::memory_order_relaxed); }
  uint64_t max() const { return max_.load(std::memory_order_relaxed); }
  uint64_t num() const { return num_.load(std::memory_order_relaxed); }
  uint64_t sum() const { return sum_.load(std::memory_order_relaxed); }
  uint64_t sum_squares() const { return sum_squares_.load(std::memory_order_relaxed); }
  uint64_t bucket_at(size_t b) const { return buckets_[b].load(std::memory_order_relaxed); }

  double Median() const;
  double Percentile(double p) const;
  double Average() const;
  double StandardDeviation() const;
  void Data(HistogramData* data) const;
  std::string ToString() const;

  std::atomic_uint_fast64_t min_;
  std::atomic_uint_fast64_t max_;
  std::atomic_uint_fast64_t num_;
  std::atomic_uint_fast64_t sum_;
  std::atomic_uint_fast64_t sum_squares_;
  std::atomic_uint_fast64_t buckets_[kBuckets];
  const uint64_t num_buckets_;
};
static_assert(sizeof(HistogramStat) == 920);

class Histogram {
 public:
  Histogram() {}
  virtual ~Histogram() {}

  virtual void Clear() = 0;
  virtual bool Empty() const = 0;
  virtual void Add(uint64_t value) = 0;
  virtual void Merge(const Histogram& other) = 0;

  virtual std::string ToString() const = 0;
  virtual const char* Name() const = 0;
  virtual uint64_t min() const = 0;
  virtual uint64_t max() const = 0;
  virtual uint64_t num() const = 0;
  virtual double Median() const = 0;
  virtual double Percentile(double p) const = 0;
  virtual double Average() const = 0;
  virtual double StandardDeviation() const = 0;
  virtual void Data(HistogramData* data) const = 0;
};

class HistogramImpl : public Histogram {
 public:
  HistogramImpl() { Clear(); }
  HistogramImpl(const HistogramImpl&) = delete;
  HistogramImpl& operator=(const HistogramImpl&) = delete;
  ~HistogramImpl() override {}

  void Clear() override;
  bool Empty() const override;
  void Add(uint64_t value) override;
  void Merge(const Histogram& other) override;
  void Merge(const HistogramImpl& other);

  std::string ToString() const override;
  const char* Name() const override { return "HistogramImpl"; }
  uint64_t min() const override { return stats_.min(); }
  uint64_t max() const override { return stats_.max(); }
  uint64_t num() const override { return stats_.num(); }
  double Median() const override;
  double Percentile(double p) const override;
  double Average() const override;
  double StandardDeviation() const override;
  void Data(HistogramData* data) const override;

 private:
  HistogramStat stats_;
  std::mutex mutex_;
};
static_assert(sizeof(HistogramImpl) == 968);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_HISTOGRAM_H_
