// Copies of the directory while it is in use: keeping its files, and saying which of them, how far,
// make a state that some serial order has passed through. docs/copies.md has the argument.

#include <algorithm>
#include <set>

#include "engine/lsm/file_names.h"
#include "engine/store/env_impl.h"

namespace aether {
namespace {

// A Resume in between flushes everything, also what a copy holds back; then it starts anew.
constexpr int kTries = 10;

}  // namespace

// --- files stay ---

Status EnvImpl::DisableFileDeletions() {
  MutexLock lock(&mutex_);
  if (++deletions_disabled_ == 1 && pipeline_ != nullptr) pipeline_->HoldLog(true);
  return Status::OK();
}

Status EnvImpl::EnableFileDeletions(bool force) {
  MutexLock lock(&mutex_);
  deletions_disabled_ = force ? 0 : std::max(0, deletions_disabled_ - 1);
  if (deletions_disabled_ == 0 && pipeline_ != nullptr) pipeline_->HoldLog(false);
  work_.NotifyAll();
  return Status::OK();
}

bool EnvImpl::FileDeletionsEnabled() const {
  MutexLock lock(&mutex_);
  return deletions_disabled_ == 0;
}

void EnvImpl::RemoveManifest(uint64_t number) {
  bool keep;
  {
    MutexLock lock(&mutex_);
    keep = deletions_disabled_ > 0;
  }
  if (!keep) {
    fs_->Remove(ManifestFileName(path_, number)).Ignore();
    return;
  }
  MutexLock lock(&obsolete_mutex_);
  obsolete_manifests_.push_back(number);
}

// --- what to copy ---

Status EnvImpl::FilesForCopy(bool flush, CopySet* files) {
  if (options_.secondary) return RefuseWrite();
  if (options_.read_only) {
    // What recovery found is what this instance shows: its outcome is the state of the copy.
    MutexLock manifest_lock(&manifest_mutex_);
    ManifestState state = state_;
    state.log = recovered_.next_state;
    state.next_number = std::max(next_number_.load(), recovered_.max_file_number + 1);
    ListState(state, files);
    files->sequence = read_only_sequence_;
    AETHER_RETURN_IF_ERROR(fs_->FileSize(manifest_path(), &files->manifest_bytes));
    std::vector<wal::UsedFile> log;
    for (const wal::OldSegment& old : recovered_.segments) {
      if (old.last_ticket > state.log.floor.ticket)
        log.push_back({old.number, old.path, old.bytes});
    }
    return ListLog(log, files);
  }
  if (!flush) {
    bool logged = false;
    Status s = LoggedState(files, &logged);
    if (!s.ok() || logged) return s;
  }
  MutexLock copy(&copy_mutex_);
  for (int i = 0; i < kTries; ++i) {
    LogPosition cut;
    bool passed = false;
    Status s = FlushUpTo(&cut);
    if (s.ok()) s = FlushedState(cut, files, &passed);
    LetFlushesGo();
    if (!s.ok()) return CheckManifest(std::move(s));
    if (!passed) return s;
  }
  return Status::Aborted(path_ + ": the store recovered from errors while it was copied");
}

// One switch of all families gives one cut. Tables that are sealed later wait for the older ones of
// all families; one thread flushes, so that this changes the order of its work and not the amount.
Status EnvImpl::FlushUpTo(LogPosition* cut) {
  MutexLock lock(&mutex_);
  if (!background_error_.ok()) return background_error_;
  std::vector<FamilyStore*> all;
  for (const auto& family : families_) {
    if (!family->dropped()) all.push_back(family.get());
  }
  AETHER_RETURN_IF_ERROR(SwitchTables(all, cut));
  flush_up_to_ = cut->ticket;
  for (FamilyStore* family : all) {
    while (!family->dropped() && !family->sealed_.empty() &&
           family->sealed_.front().begin.ticket < cut->ticket) {
      if (!background_error_.ok()) return background_error_;
      if (stopping_) return Status::ShutdownInProgress();
      done_.WaitFor(&mutex_, std::chrono::milliseconds(100));
    }
  }
  return Status::OK();
}

void EnvImpl::LetFlushesGo() {
  MutexLock lock(&mutex_);
  flush_up_to_ = UINT64_MAX;
  work_.NotifyAll();
}

Status EnvImpl::FlushedState(const LogPosition& cut, CopySet* files, bool* passed) {
  MutexLock manifest_lock(&manifest_mutex_);
  for (const auto& [id, family] : state_.families)
    *passed |= family.flushed_sequence > cut.sequence;
  if (*passed) return Status::OK();
  // Where there was nothing to flush the floor of the log may still be lower.
  if (state_.log.floor.ticket < cut.ticket) {
    ManifestEdit edit;
    LogState log = state_.log;
    log.AdvanceFloor(cut, pipeline_->OldestLogEpoch());
    edit.log = log;
    edit.next_number = next_number_.load();
    AETHER_RETURN_IF_ERROR(manifest_->Append(edit));
    state_.log = std::move(log);
    pipeline_->ReleaseLog(cut);
  }
  ManifestState state = state_;
  state.next_number = next_number_.load();
  ListState(state, files);
  files->manifest_bytes = manifest_->size();
  files->sequence = cut.sequence;
  return Status::OK();
}

// The files of the log are copied after this, while writers go on: beside every record up to the
// end of the copy they then hold some behind it, whole or torn. The manifest of the copy counts
// the epoch as ended there, as recovery does with what it discards.
Status EnvImpl::LoggedState(CopySet* files, bool* logged) {
  MutexLock manifest_lock(&manifest_mutex_);
  LogPosition end;
  *logged = pipeline_->LoggedUpTo(&end);
  if (!*logged) return Status::OK();
  // Pages of a log that failed may be gone, however well they can be read now.
  if (pipeline_->poisoned()) return pipeline_->PoisonStatus();
  ManifestState state = state_;
  LogState& log = state.log;
  if (end.ticket > log.floor.ticket) log.cuts.push_back({log.epoch, end.ticket});
  ++log.epoch;
  log.last_sequence = std::max(log.last_sequence, end.sequence);
  state.next_number = next_number_.load();
  ListState(state, files);
  files->manifest_bytes = manifest_->size();
  files->sequence = end.sequence;
  return ListLog(pipeline_->LogFilesBehind(log.floor.ticket), files);
}

void EnvImpl::ListState(const ManifestState& state, CopySet* files) const {
  *files = CopySet();
  std::set<uint64_t> known;  // a blob file may belong to several families
  for (const auto& [id, family] : state.families) {
    for (const auto& level : family.levels) {
      for (const RunState& run : level) {
        for (const FileState& file : run.files) {
          const uint64_t number = file.meta->number;
          if (!known.insert(number).second) continue;
          files->files.push_back(
              {FileToCopy::kRun, number, RunFileName(path_, number), file.meta->file_size});
        }
      }
    }
  }
  for (const auto& [id, family] : state.families) {
    for (const auto& [number, blob] : family.blobs) {
      if (!known.insert(number).second) continue;
      files->files.push_back(
          {FileToCopy::kBlob, number, BlobFileName(path_, number), blob.meta->file_size});
    }
  }
  const std::string path = ManifestFileName(path_, manifest_number_);
  files->manifest_name = path.substr(path_.size() + 1);
  files->manifest = Manifest::Contents(state);
  files->current = Manifest::CurrentContents(manifest_number_);
}

Status EnvImpl::ListLog(const std::vector<wal::UsedFile>& log, CopySet* files) const {
  for (const wal::UsedFile& file : log) {
    uint64_t size = 0;
    AETHER_RETURN_IF_ERROR(fs_->FileSize(file.path, &size));
    files->files.push_back({FileToCopy::kLog, file.number, file.path, std::min(size, file.bytes)});
  }
  return Status::OK();
}

}  // namespace aether
