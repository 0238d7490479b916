// Coming back from errors without reopening.

#include "engine/lsm/file_names.h"
#include "engine/store/env_impl.h"

namespace aether {

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

// A log that has failed to sync is never trusted again. Everything that was acknowledged is in the
// memtables: they become runs, and one new manifest names those runs together with a new epoch
// whose floor is past everything.
Status EnvImpl::ResumeLog() {
  LogState next;
  AETHER_RETURN_IF_ERROR(pipeline_->DrainForResume(&next));
  MutexLock manifest_lock(&manifest_mutex_);
  struct Part {
    FamilyStore* family;
    std::vector<std::shared_ptr<MemTable>> tables;  // oldest first
    std::shared_ptr<const Version> version;
  };
  std::vector<Part> parts;
  {
    MutexLock lock(&mutex_);
    for (const auto& family : families_) {
      if (family->dropped()) continue;
      Part part{family.get(), {}, family->version_};
      for (const SealedTable& sealed : family->sealed_) part.tables.push_back(sealed.table);
      part.tables.push_back(family->active_);
      parts.push_back(std::move(part));
    }
  }
  const ManifestState before = state_;
  std::vector<uint64_t> written;
  Status s;
  for (Part& part : parts) {
    const JobContext context = ContextFor(part.family);
    for (const auto& table : part.tables) {
      FlushResult result;
      if (s.ok())
        s = RunFlush(context, part.family->id_, *table, part.version, snapshots_.Collect(),
                     &result);
      if (!s.ok()) break;
      for (const auto& meta : result.files) written.push_back(meta->number);
      result.edit.flushed_sequence = next.floor.sequence;
      ManifestEdit edit;
      edit.families.push_back(std::move(result.edit));
      s = ApplyEdit(edit, &state_);
    }
    if (s.ok()) {
      s = Version::Build(
          part.family->options_.order, state_.families.at(part.family->id_), part.version.get(),
          [&](const FileMeta& meta, std::shared_ptr<OpenFile>* file) {
            return OpenRunFile(*part.family, meta, file);
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
      family->active_ = NewMemTable(family->options_.memtable, family->options_.order);
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
