// ConcurrentTaskLimiter: caps how many merges of several families run at the same time.

#ifndef AETHER_INCLUDE_ROCKSDB_CONCURRENT_TASK_LIMITER_H_
#define AETHER_INCLUDE_ROCKSDB_CONCURRENT_TASK_LIMITER_H_

#include <stdint.h>

#include <string>

#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class ConcurrentTaskLimiter {
 public:
  virtual ~ConcurrentTaskLimiter() {}
  virtual const std::string& GetName() const = 0;
  // Negative is no limit, zero stops all.
  virtual void SetMaxOutstandingTask(int32_t limit) = 0;
  virtual void ResetMaxOutstandingTask() = 0;
  virtual int32_t GetOutstandingTask() const = 0;
};

extern ConcurrentTaskLimiter* NewConcurrentTaskLimiter(const std::string& name, int32_t limit);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_CONCURRENT_TASK_LIMITER_H_
