#include "compat/utilities/backup_copies.h"

#include <algorithm>
#include <system_error>
#include <thread>

#include "engine/io/thread.h"

namespace rocksdb {

namespace {

void LowerPriority(CpuPriority priority) {
  constexpr int kLowNice = 10;
  constexpr int kIdleNice = 19;
  // A wish: without it the copies are as fast as everything else.
  if (priority == CpuPriority::kLow) aether::SetThreadNice(0, kLowNice);
  if (priority == CpuPriority::kIdle) aether::SetThreadNice(0, kIdleNice);
}

}  // namespace

IOStatus BackupCopies::AfterPiece(size_t bytes_read, size_t bytes_written) {
  bytes_read_.fetch_add(bytes_read, std::memory_order_relaxed);
  bytes_written_.fetch_add(bytes_written, std::memory_order_relaxed);
  if (settings_.stop != nullptr && settings_.stop->load(std::memory_order_acquire)) {
    return status_to_io_status(Status::Incomplete("Backup stopped"));
  }
  if (!settings_.progress || settings_.interval == 0) return IOStatus::OK();
  const std::lock_guard<std::mutex> lock(mutex_);
  unreported_ += std::max(bytes_read, bytes_written);
  try {
    for (; unreported_ >= settings_.interval; unreported_ -= settings_.interval) {
      settings_.progress();
    }
  } catch (...) {
    return IOStatus::Aborted("the progress callback threw an exception");
  }
  return IOStatus::OK();
}

IOStatus BackupCopies::Run(const std::vector<Job>& jobs) {
  CopyPacing pacing;
  pacing.limiter = settings_.limiter;
  pacing.after_piece = [this](size_t read, size_t written) { return AfterPiece(read, written); };
  std::vector<IOStatus> outcomes(jobs.size());
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  const auto work = [&] {
    for (;;) {
      const size_t i = next.fetch_add(1, std::memory_order_relaxed);
      if (i >= jobs.size() || failed.load(std::memory_order_relaxed)) return;
      outcomes[i] = AfterPiece(0, 0);
      if (outcomes[i].ok()) outcomes[i] = jobs[i](pacing);
      if (!outcomes[i].ok()) failed.store(true, std::memory_order_relaxed);
    }
  };
  std::vector<std::thread> threads;
  const size_t wanted =
      std::min(static_cast<size_t>(std::clamp(settings_.threads, 1, 256)), jobs.size());
  threads.reserve(wanted);
  try {
    for (size_t i = 0; i < wanted; ++i) {
      threads.emplace_back([&] {
        aether::SetThreadName("aether-backup");
        LowerPriority(settings_.priority);
        work();
      });
    }
  } catch (const std::system_error&) {
    // The system has no more threads; those that there are do all of it, or the caller.
    if (threads.empty()) work();
  }
  for (std::thread& thread : threads) thread.join();
  for (const IOStatus& outcome : outcomes) {
    if (!outcome.ok()) return outcome;
  }
  return IOStatus::OK();
}

}  // namespace rocksdb
