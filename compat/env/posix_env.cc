// Env::Default: the disk, the machine's clock, and one pool of threads for each priority.

#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "compat/env/composite_env.h"
#include "compat/env/thread_pool.h"
#include "compat/env/thread_registry.h"
#include "engine/io/clock.h"
#include "rocksdb/thread_status.h"

namespace rocksdb {

namespace {

class PosixClock : public SystemClock {
 public:
  const char* Name() const override { return SystemClock::kDefaultName(); }
  const char* NickName() const override { return "PosixClock"; }

  uint64_t NowMicros() override { return clock_->WallMicros(); }
  uint64_t NowNanos() override { return clock_->NowNanos(); }
  uint64_t CPUMicros() override { return clock_->CpuNanos() / 1000; }
  uint64_t CPUNanos() override { return clock_->CpuNanos(); }
  void SleepForMicroseconds(int micros) override {
    if (micros > 0) clock_->SleepMicros(static_cast<uint64_t>(micros));
  }
  Status GetCurrentTime(int64_t* unix_time) override {
    *unix_time = static_cast<int64_t>(clock_->WallSeconds());
    return Status::OK();
  }
  std::string TimeToString(uint64_t time) override {
    const time_t moment = static_cast<time_t>(time);
    tm local;
    localtime_r(&moment, &local);
    char text[80];
    const int n =
        snprintf(text, sizeof(text), "%04d/%02d/%02d-%02d:%02d:%02d ", local.tm_year + 1900,
                 local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
    return std::string(text, static_cast<size_t>(n));
  }

 private:
  aether::Clock* const clock_ = aether::RealClock();
};

class PosixEnv : public CompositeEnv {
 public:
  PosixEnv() : CompositeEnv(FileSystem::Default(), SystemClock::Default()) {}

  const char* Name() const override { return "PosixEnv"; }
  const char* NickName() const override { return Env::kDefaultName(); }

  void Schedule(void (*function)(void* arg), void* arg, Priority pri, void* tag,
                void (*unschedule)(void* arg)) override {
    Pool(pri).Schedule(function, arg, tag, unschedule);
  }
  int UnSchedule(void* tag, Priority pri) override { return Pool(pri).UnSchedule(tag); }

  void StartThread(void (*function)(void* arg), void* arg) override {
    std::lock_guard<std::mutex> lock(mutex_);
    started_.emplace_back(function, arg);
  }
  void WaitForJoin() override {
    std::vector<std::thread> threads;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      threads.swap(started_);
    }
    for (std::thread& thread : threads) thread.join();
  }

  int ReserveThreads(int threads, Priority pri) override {
    return Pool(pri).ReserveThreads(threads);
  }
  int ReleaseThreads(int threads, Priority pri) override {
    return Pool(pri).ReleaseThreads(threads);
  }
  unsigned int GetThreadPoolQueueLen(Priority pri) const override {
    return Pool(pri).GetQueueLen();
  }
  void SetBackgroundThreads(int num, Priority pri) override { Pool(pri).SetBackgroundThreads(num); }
  int GetBackgroundThreads(Priority pri) override { return Pool(pri).GetBackgroundThreads(); }
  void IncBackgroundThreadsIfNeeded(int num, Priority pri) override {
    Pool(pri).IncBackgroundThreadsIfNeeded(num);
  }
  void LowerThreadPoolIOPriority(Priority pool) override { Pool(pool).LowerIOPriority(); }
  void LowerThreadPoolCPUPriority(Priority pool) override {
    Pool(pool).LowerCPUPriority(CpuPriority::kLow);
  }
  Status LowerThreadPoolCPUPriority(Priority pool, CpuPriority pri) override {
    Pool(pool).LowerCPUPriority(pri);
    return Status::OK();
  }

  // New files keep the permissions that the umask leaves them.
  Status SetAllowNonOwnerAccess(bool allow) override {
    return allow ? Status::OK() : Status::NotSupported("Env: SetAllowNonOwnerAccess(false)");
  }

  Status GetHostName(char* name, uint64_t len) override {
    if (gethostname(name, len) == 0) return Status::OK();
    const int error = errno;
    if (error == EFAULT || error == EINVAL) return Status::InvalidArgument(strerror(error));
    return Status::IOError("GetHostName", strerror(error));
  }

  Status GetThreadList(std::vector<ThreadStatus>* list) override {
    list->clear();
    const uint64_t properties[ThreadStatus::kNumOperationProperties] = {};
    for (size_t p = 0; p < pools_.size(); ++p) {
      static constexpr ThreadStatus::ThreadType kTypes[] = {
          ThreadStatus::BOTTOM_PRIORITY, ThreadStatus::LOW_PRIORITY, ThreadStatus::HIGH_PRIORITY,
          ThreadStatus::USER};
      for (uint64_t id : pools_[p]->ThreadIds()) {
        list->emplace_back(id, kTypes[p], "", "", ThreadStatus::OP_UNKNOWN, 0,
                           ThreadStatus::STAGE_UNKNOWN, properties, ThreadStatus::STATE_UNKNOWN);
      }
    }
    ThreadRegistry::List(list);
    return Status::OK();
  }

 private:
  // Priorities without a pool of their own (TOTAL) are an error of the caller; they go to the
  // lowest.
  JobPool& Pool(Priority pri) const {
    const size_t p = static_cast<size_t>(pri);
    return *pools_[p < pools_.size() ? p : 0];
  }

  // One thread where RocksDB begins with none and lets each DB that opens add some: stores of this
  // library have threads of their own, so these serve the application only.
  static std::unique_ptr<JobPool> NewPool(const char* name) {
    return std::make_unique<JobPool>(name, 1);
  }

  const std::array<std::unique_ptr<JobPool>, Env::TOTAL> pools_ = {
      NewPool("rocksdb:bottom"), NewPool("rocksdb:low"), NewPool("rocksdb:high"),
      NewPool("rocksdb:user")};
  std::mutex mutex_;
  std::vector<std::thread> started_;  // guarded by mutex_
};

}  // namespace

const std::shared_ptr<SystemClock>& SystemClock::Default() {
  static const auto* const instance =
      new std::shared_ptr<SystemClock>(std::make_shared<PosixClock>());
  return *instance;
}

// Never destroyed: its threads may still run while the process ends.
Env* Env::Default() {
  static PosixEnv* const instance = new PosixEnv();
  return instance;
}

}  // namespace rocksdb
