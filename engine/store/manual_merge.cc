// Merges that somebody asked for and waits for.

#include <algorithm>
#include <chrono>

#include "engine/store/env_impl.h"

namespace aether {

Status EnvImpl::RunManualMerge(FamilyStore* family, const ManualMerge& manual,
                               std::vector<uint64_t>* output_files) {
  const auto canceled = [&] {
    return manual_disabled_.load() > 0 ||
           (manual.canceled != nullptr && manual.canceled->load(std::memory_order_acquire));
  };
  const Status paused = Status::Incomplete("", Status::kManualCompactionPaused);
  std::optional<MergePick> pick;
  {
    MutexLock lock(&mutex_);
    ++family->manual_waiting_;
    Status s;
    // Merges that go on are waited for, new ones are not begun meanwhile.
    while (s.ok() && (!family->merges_.empty() || family->beginning_)) {
      if (canceled()) s = paused;
      if (stopping_) s = Status::ShutdownInProgress();
      if (!merge_error_.ok()) s = merge_error_;
      if (!background_error_.ok()) s = background_error_;
      if (s.ok()) done_.WaitFor(&mutex_, std::chrono::milliseconds(50));
    }
    if (s.ok() && canceled()) s = paused;
    if (s.ok()) s = manual.pick(*family->version_, &pick);
    if (!s.ok() || !pick) {
      --family->manual_waiting_;
      return s;
    }
    family->beginning_ = true;
  }
  std::shared_ptr<ActiveMerge> merge;
  Status s = BeginMerge(family, *pick, true, manual.rewrite, manual.collect, &merge);
  if (!s.ok()) CheckManifest(s).Ignore();
  MutexLock lock(&mutex_);
  --family->manual_waiting_;
  family->beginning_ = false;
  if (!s.ok()) return s;
  // Background threads carry it out, so that it shares their pacing.
  merge->running = false;
  work_.NotifyAll();
  while (std::find(family->merges_.begin(), family->merges_.end(), merge) !=
         family->merges_.end()) {
    if (stopping_) return Status::ShutdownInProgress();
    if (!merge_error_.ok()) return merge_error_;
    if (!background_error_.ok()) return background_error_;
    if (canceled()) return paused;
    done_.WaitFor(&mutex_, std::chrono::milliseconds(50));
  }
  if (output_files != nullptr) *output_files = merge->output_files;
  return Status::OK();
}

}  // namespace aether
