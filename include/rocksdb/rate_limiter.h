// RateLimiter: caps the bytes a second of background I/O.
//
// Thread safety: all methods may be called by several threads at once.

#ifndef AETHER_INCLUDE_ROCKSDB_RATE_LIMITER_H_
#define AETHER_INCLUDE_ROCKSDB_RATE_LIMITER_H_

#include "rocksdb/env.h"
#include "rocksdb/statistics.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class RateLimiter {
 public:
  enum class OpType {
    kRead,
    kWrite,
  };

  enum class Mode {
    kReadsOnly,
    kWritesOnly,
    kAllIo,
  };

  explicit RateLimiter(Mode mode = Mode::kWritesOnly) : mode_(mode) {}
  virtual ~RateLimiter() {}
  virtual void SetBytesPerSecond(int64_t bytes_per_second) = 0;
  // Blocks until bytes may be transferred. REQUIRES: bytes <= GetSingleBurstBytes()
  virtual void Request(const int64_t, const Env::IOPriority) { assert(false); }
  virtual void Request(const int64_t bytes, const Env::IOPriority pri, Statistics*) {
    Request(bytes, pri);
  }
  virtual void Request(const int64_t bytes, const Env::IOPriority pri, Statistics* stats,
                       OpType op_type) {
    if (IsRateLimited(op_type)) Request(bytes, pri, stats);
  }
  // Requests at most one burst, a multiple of alignment; returns the bytes granted.
  virtual size_t RequestToken(size_t bytes, size_t alignment, Env::IOPriority io_priority,
                              Statistics* stats, RateLimiter::OpType op_type);
  virtual int64_t GetSingleBurstBytes() const = 0;
  virtual int64_t GetTotalBytesThrough(const Env::IOPriority pri = Env::IO_TOTAL) const = 0;
  virtual int64_t GetTotalRequests(const Env::IOPriority pri = Env::IO_TOTAL) const = 0;
  virtual Status GetTotalPendingRequests(int64_t* total_pending_requests,
                                         const Env::IOPriority pri = Env::IO_TOTAL) const {
    assert(total_pending_requests != nullptr);
    (void)total_pending_requests;
    (void)pri;
    return Status::NotSupported();
  }
  virtual int64_t GetBytesPerSecond() const = 0;
  virtual bool IsRateLimited(OpType op_type) {
    return mode_ == Mode::kAllIo || (mode_ == Mode::kReadsOnly) == (op_type == OpType::kRead);
  }

 protected:
  Mode GetMode() { return mode_; }

 private:
  const Mode mode_;
};

extern RateLimiter* NewGenericRateLimiter(int64_t rate_bytes_per_sec,
                                          int64_t refill_period_us = 100 * 1000,
                                          int32_t fairness = 10,
                                          RateLimiter::Mode mode = RateLimiter::Mode::kWritesOnly,
                                          bool auto_tuned = false);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_RATE_LIMITER_H_
