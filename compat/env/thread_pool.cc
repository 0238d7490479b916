#include "compat/env/thread_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/io/thread.h"

namespace rocksdb {

namespace {

int NiceLevel(CpuPriority priority) {
  switch (priority) {
    case CpuPriority::kIdle:
      return 19;
    case CpuPriority::kLow:
      return 10;
    case CpuPriority::kNormal:
    case CpuPriority::kHigh:
      break;
  }
  return 0;
}

}  // namespace

JobPool::JobPool(std::string name, int limit) : name_(std::move(name)), limit_(limit) {}

JobPool::~JobPool() { Join(false); }

void JobPool::JoinAllThreads() { Join(false); }
void JobPool::WaitForJobsAndJoinAllThreads() { Join(true); }

void JobPool::Join(bool finish_jobs) {
  std::vector<std::thread> threads;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    finish_jobs_ = finish_jobs;
    if (finish_jobs) StartThreads();
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads) thread.join();
  std::lock_guard<std::mutex> lock(mutex_);
  stopping_ = false;
  queue_.clear();
}

void JobPool::SetBackgroundThreads(int num) {
  std::lock_guard<std::mutex> lock(mutex_);
  limit_ = std::max(num, 0);
  StartThreads();
  wake_.notify_all();
}

void JobPool::IncBackgroundThreadsIfNeeded(int num) {
  std::lock_guard<std::mutex> lock(mutex_);
  limit_ = std::max(num, limit_);
  StartThreads();
}

int JobPool::GetBackgroundThreads() {
  std::lock_guard<std::mutex> lock(mutex_);
  return limit_;
}

unsigned int JobPool::GetQueueLen() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<unsigned int>(queue_.size());
}

int JobPool::ReserveThreads(int threads_to_be_reserved) {
  std::lock_guard<std::mutex> lock(mutex_);
  const int free = std::max(0, idle_ - reserved_);
  const int taken = std::min(free, threads_to_be_reserved);
  reserved_ += taken;
  return taken;
}

int JobPool::ReleaseThreads(int threads_to_be_released) {
  std::lock_guard<std::mutex> lock(mutex_);
  const int given = std::min(reserved_, threads_to_be_released);
  reserved_ -= given;
  wake_.notify_all();
  return given;
}

void JobPool::SubmitJob(const std::function<void()>& job) { Submit({job, nullptr, nullptr}); }
void JobPool::SubmitJob(std::function<void()>&& job) { Submit({std::move(job), nullptr, nullptr}); }

void JobPool::Schedule(void (*function)(void* arg), void* arg, void* tag,
                       void (*unschedule)(void* arg)) {
  Job job;
  job.run = [function, arg] { function(arg); };
  if (unschedule != nullptr) job.unschedule = [unschedule, arg] { unschedule(arg); };
  job.tag = tag;
  Submit(std::move(job));
}

int JobPool::UnSchedule(void* tag) {
  std::vector<Job> removed;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto kept = std::stable_partition(queue_.begin(), queue_.end(),
                                            [tag](const Job& job) { return job.tag != tag; });
    removed.assign(std::make_move_iterator(kept), std::make_move_iterator(queue_.end()));
    queue_.erase(kept, queue_.end());
  }
  for (Job& job : removed) {
    if (job.unschedule) job.unschedule();
  }
  return static_cast<int>(removed.size());
}

void JobPool::LowerIOPriority() {
  std::lock_guard<std::mutex> lock(mutex_);
  low_io_ = true;
}

void JobPool::LowerCPUPriority(CpuPriority priority) {
  std::lock_guard<std::mutex> lock(mutex_);
  cpu_ = priority;
}

std::vector<uint64_t> JobPool::ThreadIds() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return thread_ids_;
}

void JobPool::Submit(Job job) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_) return;
  queue_.push_back(std::move(job));
  StartThreads();
  wake_.notify_one();
}

// REQUIRES: mutex_ is held.
void JobPool::StartThreads() {
  while (static_cast<int>(threads_.size()) < limit_ &&
         static_cast<int>(queue_.size()) > idle_ - reserved_) {
    threads_.emplace_back([this] { Work(); });
    ++idle_;  // counts from its birth, so that one job starts one thread
  }
}

void JobPool::Work() {
  aether::SetThreadName(name_.c_str());
  const uint64_t id = static_cast<uint64_t>(aether::CurrentThreadId());
  CpuPriority cpu = CpuPriority::kNormal;
  bool low_io = false;

  std::unique_lock<std::mutex> lock(mutex_);
  thread_ids_.push_back(id);
  while (true) {
    const auto excessive = [this] { return static_cast<int>(threads_.size()) > limit_; };
    wake_.wait(lock,
               [&] { return stopping_ || excessive() || (!queue_.empty() && idle_ > reserved_); });
    if (stopping_ && (!finish_jobs_ || queue_.empty())) break;
    if (!stopping_ && excessive()) {
      // Nobody joins a thread that goes on its own account.
      const auto self = std::find_if(threads_.begin(), threads_.end(), [](const std::thread& t) {
        return t.get_id() == std::this_thread::get_id();
      });
      self->detach();
      threads_.erase(self);
      break;
    }
    Job job = std::move(queue_.front());
    queue_.pop_front();
    --idle_;
    if (cpu != cpu_) {
      cpu = cpu_;
      aether::SetThreadNice(0, NiceLevel(cpu));
    }
    if (low_io_ && !low_io) {
      low_io = true;
      aether::SetThreadIoIdle();
    }
    lock.unlock();
    job.run();
    job = Job();
    lock.lock();
    ++idle_;
  }
  --idle_;
  thread_ids_.erase(std::find(thread_ids_.begin(), thread_ids_.end(), id));
}

ThreadPool* NewThreadPool(int num_threads) {
  auto* pool = new JobPool("rocksdb:pool", num_threads);
  return pool;
}

}  // namespace rocksdb
