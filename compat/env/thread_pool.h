// A pool of threads that run jobs in order of arrival.
//
// Threads start when there is work for them, up to the limit, and go when the limit sinks.
// Thread safety: all functions. JoinAllThreads drops jobs that have not begun,
// WaitForJobsAndJoinAllThreads runs them.

#ifndef AETHER_COMPAT_ENV_THREAD_POOL_H_
#define AETHER_COMPAT_ENV_THREAD_POOL_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "rocksdb/env.h"
#include "rocksdb/threadpool.h"

namespace rocksdb {

class JobPool : public ThreadPool {
 public:
  // The name shows in top.
  JobPool(std::string name, int limit);
  ~JobPool() override;

  void JoinAllThreads() override;
  void SetBackgroundThreads(int num) override;
  int GetBackgroundThreads() override;
  unsigned int GetQueueLen() const override;
  void WaitForJobsAndJoinAllThreads() override;
  void SubmitJob(const std::function<void()>& job) override;
  void SubmitJob(std::function<void()>&& job) override;
  int ReserveThreads(int threads_to_be_reserved) override;
  int ReleaseThreads(int threads_to_be_released) override;

  void IncBackgroundThreadsIfNeeded(int num);
  void Schedule(void (*function)(void* arg), void* arg, void* tag, void (*unschedule)(void* arg));
  // Takes jobs with that tag out of the queue, calls their unschedule functions, returns how many
  // there were.
  int UnSchedule(void* tag);
  // Wishes: the system may refuse.
  void LowerIOPriority();
  void LowerCPUPriority(CpuPriority priority);
  // Kernel ids of the threads there are.
  std::vector<uint64_t> ThreadIds() const;

 private:
  struct Job {
    std::function<void()> run;
    std::function<void()> unschedule;
    void* tag = nullptr;
  };

  void Submit(Job job);
  void StartThreads();
  void Work();
  void Join(bool finish_jobs);

  const std::string name_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // All below guarded by mutex_.
  std::deque<Job> queue_;
  std::vector<std::thread> threads_;
  std::vector<uint64_t> thread_ids_;
  int limit_;
  int idle_ = 0;
  int reserved_ = 0;
  bool stopping_ = false;
  bool finish_jobs_ = false;
  bool low_io_ = false;
  CpuPriority cpu_ = CpuPriority::kNormal;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_THREAD_POOL_H_
