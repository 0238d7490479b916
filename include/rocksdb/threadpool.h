// ThreadPool: a set of threads that run jobs in order of submission.

#ifndef AETHER_INCLUDE_ROCKSDB_THREADPOOL_H_
#define AETHER_INCLUDE_ROCKSDB_THREADPOOL_H_

#include <functional>

#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class ThreadPool {
 public:
  virtual ~ThreadPool() {}
  virtual void JoinAllThreads() = 0;
  virtual void SetBackgroundThreads(int num) = 0;
  virtual int GetBackgroundThreads() = 0;
  virtual unsigned int GetQueueLen() const = 0;
  virtual void WaitForJobsAndJoinAllThreads() = 0;
  virtual void SubmitJob(const std::function<void()>&) = 0;
  virtual void SubmitJob(std::function<void()>&&) = 0;
  virtual int ReserveThreads(int) { return 0; }
  virtual int ReleaseThreads(int) { return 0; }
};

extern ThreadPool* NewThreadPool(int num_threads);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_THREADPOOL_H_
