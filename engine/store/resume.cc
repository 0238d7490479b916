// Errors of background work, and coming back from them without reopening.

#include "engine/lsm/file_names.h"
#include "engine/store/env_impl.h"

namespace aether {

// --- errors ---

uint64_t EnvImpl::Recoveries() const {
  MutexLock lock(&mutex_);
  return recoveries_;
}

void EnvImpl::SetBackgroundError(ErrorReason reason, const Status& status, uint64_t recoveries) {
  Log("background error: " + status.ToString());
  // Space comes back without anybody's doing; other errors wait for Resume.
  bool recover = status.IsNoSpace();
  Status error = status.WithSeverity(recover                 ? Status::kHardError
                                     : status.IsCorruption() ? Status::kUnrecoverableError
                                                             : Status::kFatalError);
  if (options_.observer) options_.observer->OnBackgroundError(reason, &error, &recover);
  MutexLock lock(&mutex_);
  ++background_errors_;
  if (error.ok() || !background_error_.ok() || recoveries != recoveries_) return;
  background_error_ = std::move(error);
  recovers_by_itself_ = recover;
  if (pipeline_ != nullptr) pipeline_->SetThrottle(true);
  work_.NotifyAll();
  done_.NotifyAll();
}

Status EnvImpl::CheckManifest(Status s) {
  if (s.ok()) return s;
  const uint64_t recoveries = Recoveries();
  bool failed;
  {
    MutexLock manifest_lock(&manifest_mutex_);
    failed = manifest_->failed();
  }
  bool known;
  {
    MutexLock lock(&mutex_);
    known = !background_error_.ok();
  }
  if (failed && !known) SetBackgroundError(ErrorReason::kManifest, s, recoveries);
  return s;
}

void EnvImpl::SetMergeError(const Status& status, const ActiveMerge* merge) {
  bool fresh;
  {
    MutexLock lock(&mutex_);
    fresh = merge_error_.ok();
    merge_error_ = status;
    failed_merge_ = merge;
    // A damaged input stays damaged: do not read it again and again.
    merge_retry_micros_ = clock_->NowMicros() + (kRetryMicros << std::min(merge_failures_, 6));
    ++merge_failures_;
    background_errors_ += fresh;
    done_.NotifyAll();
  }
  if (fresh) {
    Log("merge failed: " + status.ToString());
    bool recover = status.IsNoSpace();
    Status error = status.WithSeverity(Status::kSoftError);
    if (options_.observer) {
      options_.observer->OnBackgroundError(ErrorReason::kMerge, &error, &recover);
    }
  }
  CheckManifest(status).Ignore();
}

void EnvImpl::ClearErrors() {
  Status old;
  {
    MutexLock lock(&mutex_);
    ++recoveries_;
    old = std::move(background_error_);
    background_error_ = Status::OK();
    merge_error_ = Status::OK();
    merge_failures_ = 0;
    UpdateStall();
    work_.NotifyAll();
    done_.NotifyAll();
  }
  if (old.ok()) return;
  Log("recovered from: " + old.ToString());
  if (options_.observer) options_.observer->OnErrorRecovered(old);
}

// --- the way back ---

Status EnvImpl::Resume() {
  if (options_.read_only) return Status::OK();
  MutexLock resume(&resume_mutex_);
  // What is running still fails with the old error; none of it may be told after the recovery.
  AETHER_RETURN_IF_ERROR(PauseBackgroundWork());
  const Status restored = Restore();
  if (restored.ok()) {
    ClearErrors();
    MutexLock lock(&mutex_);
    resumed_ = true;
  }
  ContinueBackgroundWork().Ignore();
  return restored.ok() ? FlushAll(true) : restored;
}

Status EnvImpl::Restore() {
  // The log's own thread, or another sync, may be about to find that it has failed.
  pipeline_->Settle();
  if (pipeline_->poisoned()) {
    AETHER_RETURN_IF_ERROR(PauseBackgroundWork());
    Status resumed = ResumeLog();
    ContinueBackgroundWork().Ignore();
    return resumed;
  }
  MutexLock manifest_lock(&manifest_mutex_);
  // Whether the last edit reached the old manifest is unknown; a new one settles it.
  return manifest_->failed() ? NewManifest() : Status::OK();
}

// Writers are let in again only when everything that waited has been flushed: before that nothing
// shows that there is space.
void EnvImpl::RecoverFromError() {
  if (!resume_mutex_.TryLock()) return;
  Status s = Restore();
  bool all_flushed = false;
  while (s.ok() && !all_flushed) {
    FamilyStore* family = nullptr;
    {
      MutexLock lock(&mutex_);
      if (stopping_ || paused_ > 0) break;
      family = PickFlush();
      all_flushed = family == nullptr;
      if (all_flushed) continue;
      family->flushing_ = true;
      ++flushes_running_;
    }
    s = FlushPicked(family, false);
  }
  if (all_flushed) ClearErrors();
  resume_mutex_.Unlock();
}

// tla: ParallelWal.Resume. A log that has failed to sync is never trusted again. Everything that
// was acknowledged is in the memtables: they become runs, and one new manifest names those runs
// together with a new epoch whose floor is past everything.
Status EnvImpl::ResumeLog() {
  LogState next;
  AETHER_RETURN_IF_ERROR(pipeline_->DrainForResume(&next));
  MutexLock manifest_lock(&manifest_mutex_);
  struct Part {
    FamilyStore* family;
    std::vector<std::shared_ptr<MemTable>> tables;  // oldest first
    std::shared_ptr<const Version> version;
    std::shared_ptr<MemTable> fresh;
  };
  std::vector<Part> parts;
  {
    MutexLock lock(&mutex_);
    for (const auto& family : families_) {
      if (family->dropped()) continue;
      Part part{family.get(), {}, family->version_, nullptr};
      for (const SealedTable& sealed : family->sealed_) part.tables.push_back(sealed.table);
      part.tables.push_back(family->active_);
      parts.push_back(std::move(part));
    }
  }
  const ManifestState before = state_;
  std::vector<uint64_t> written;
  std::vector<uint64_t> written_blobs;
  Status s;
  for (Part& part : parts) {
    const JobContext context = ContextFor(part.family, 0, IoLimiter::Priority::kHigh);
    if (s.ok()) s = part.family->NewTable(&part.fresh);
    for (const auto& table : part.tables) {
      FlushResult result;
      if (s.ok())
        s = RunFlush(context, part.family->id_, *table, part.version, snapshots_.Collect(),
                     &result);
      if (!s.ok()) break;
      for (const auto& meta : result.files) written.push_back(meta->number);
      for (const auto& blob : result.edit.add_blobs) written_blobs.push_back(blob->number);
      result.edit.flushed_sequence = next.floor.sequence;
      ManifestEdit edit;
      edit.families.push_back(std::move(result.edit));
      s = ApplyEdit(edit, &state_);
    }
    if (s.ok()) {
      const FamilyState& state = state_.families.at(part.family->id_);
      s = Version::Build(
          part.family->options_.order, state, part.version.get(),
          [&](const FileMeta& meta, std::shared_ptr<OpenFile>* file) {
            return OpenRunFile(*part.family, state, meta, file);
          },
          &part.version);
    }
  }
  const bool tried = s.ok();
  if (tried) {
    state_.log = next;
    s = NewManifest();
  }
  if (!s.ok()) {
    state_ = before;
    // A manifest that could not be finished may still be the one that the next opening finds.
    if (!tried) {
      for (const uint64_t number : written) fs_->Remove(RunFileName(path_, number)).Ignore();
      for (const uint64_t number : written_blobs) {
        fs_->Remove(BlobFileName(path_, number)).Ignore();
      }
    }
    return s;
  }
  {
    MutexLock lock(&mutex_);
    for (const Part& part : parts) {
      FamilyStore* const family = part.family;
      family->version_ = part.version;
      family->flushed_tables_ += family->sealed_.size();
      family->sealed_.clear();
      family->active_ = part.fresh;
      family->active_begin_ = next.floor;
    }
    AETHER_RETURN_IF_ERROR(pipeline_->Switch(
        CopyTables(),
        [&] {
          for (const Part& part : parts) part.family->RebuildView();
        },
        nullptr));
  }
  return pipeline_->FinishResume(next);
}

}  // namespace aether
