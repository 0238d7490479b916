// Flushing, merging, removing files: what the threads of an EnvImpl do, and how others wait for it.

#include <algorithm>
#include <set>

#include "engine/base/epoch.h"
#include "engine/base/trace.h"
#include "engine/io/thread.h"
#include "engine/lsm/blob_garbage.h"
#include "engine/lsm/file_names.h"
#include "engine/store/env_impl.h"
#include "engine/wal/planted_bugs.h"

namespace aether {
namespace {

// A merge gives way to a more urgent one after so many bytes of input.
constexpr uint64_t kQuantumBytes = 1 << 20;
// Writers count as idle when nothing was written for so long.
constexpr uint64_t kIdleMicros = 200000;
constexpr int kMergeNice = 10;

// The segments that the flushed files refer to. One that the family has already gets more values.
std::vector<std::shared_ptr<const BlobMeta>> UsedSegments(const LogValues& values,
                                                          const FlushResult& result,
                                                          const FamilyState& family) {
  std::set<uint64_t> used;
  for (const auto& file : result.files) {
    for (const BlobUse& use : file->blobs) used.insert(use.number);
  }
  std::vector<std::shared_ptr<const BlobMeta>> segments;
  for (const auto& meta : values.files()) {
    if (used.count(meta->number) == 0) continue;
    auto whole = std::make_shared<BlobMeta>(*meta);
    if (const auto known = family.blobs.find(meta->number); known != family.blobs.end()) {
      whole->count += known->second.meta->count;
    }
    segments.push_back(std::move(whole));
  }
  return segments;
}

}  // namespace

// --- flushing ---

FamilyStore* EnvImpl::PickFlush() {
  for (const auto& family : families_) {
    if (family->dropped() || family->sealed_.empty() || family->flushing_) continue;
    if (family->sealed_.front().begin.ticket < flush_up_to_) return family.get();
  }
  return nullptr;
}

// tla: ParallelWal.FlushBuild to FlushRelease, Visibility.BuildRun, HanoiMerge.FlushBegin.
Status EnvImpl::FlushOne(FamilyStore* family) {
  SealedTable sealed;
  std::shared_ptr<const Version> version;
  {
    MutexLock lock(&mutex_);
    sealed = family->sealed_.front();
    version = family->version_;
  }
  const uint64_t start = clock_->NowMicros();
  pipeline_->WaitPublished(sealed.cut.ticket);
  if (sealed.table->Empty()) {  // sealed for its cut alone
    MutexLock lock(&mutex_);
    family->sealed_.pop_front();
    ++family->flushed_tables_;
    family->RebuildView();
    return Status::OK();
  }
  FlushEvent event;
  event.family = family->id_;
  event.family_name = family->name_;
  TellFlush(*family, *sealed.table);
  if (options_.observer) options_.observer->OnFlushBegin(event);
  FlushResult result;
  JobContext context = ContextFor(family, 0, IoLimiter::Priority::kHigh);
  std::vector<SequenceNumber> snapshots;
  {
    AETHER_TRACE_STEP();
    snapshots = snapshots_.Collect();
    AETHER_TRACE("build", "family", family->id_, "cut", sealed.cut.ticket, "snapshots",
                 trace::List(snapshots, [](uint64_t sequence) { return sequence; }));
  }
  const std::unique_ptr<LogValues> log_values = KeepLogValues(*family, sealed, context.blob);
  context.log_values = log_values.get();
  Status s = RunFlush(context, family->id_, *sealed.table, std::move(version), std::move(snapshots),
                      &result);
  MutexLock manifest_lock(&manifest_mutex_);
  if (!s.ok()) {
    ReleaseSegments(log_values.get(), false);
    return s;
  }
  bool dropped = false;
  LogPosition published;
  const auto load_watermark = [&] {
    AETHER_TRACE_STEP();
    published = pipeline_->Published();
    AETHER_TRACE("loadV", "v", published.ticket);
  };
  LogPosition floor;
  if (Planted(PlantedBug::kFloorBeforeWatermark)) {
    {
      MutexLock lock(&mutex_);
      floor = ComputeFloor({UINT64_MAX, kMaxSequence}, family);
    }
    AtPoint(CommitPoint::kFloor, 0);
    load_watermark();
    if (published.ticket < floor.ticket) floor = published;
    AETHER_TRACE("floor", "floor", floor.ticket);
  } else {
    load_watermark();
    MutexLock lock(&mutex_);
    if (family->dropped()) {
      for (const auto& meta : result.files) AddObsoleteFile(meta->number);
      for (const auto& blob : result.edit.add_blobs) AddObsoleteBlob(blob->number);
      dropped = true;
    }
    AETHER_TRACE_STEP();  // or a table that was empty is not when the event is written
    floor = ComputeFloor(published, family);
    AETHER_TRACE("floor", "floor", floor.ticket);
  }
  if (dropped) {
    ReleaseSegments(log_values.get(), false);
    return Status::OK();
  }
  const std::vector<std::shared_ptr<const BlobMeta>> in_log =
      log_values == nullptr ? std::vector<std::shared_ptr<const BlobMeta>>()
                            : UsedSegments(*log_values, result, state_.families.at(family->id_));
  // The log goes first, and what runs refer to goes before them.
  if ((floor.ticket < sealed.cut.ticket || !in_log.empty()) &&
      !Planted(PlantedBug::kManifestBeforeLog)) {
    s = pipeline_->SyncTo(sealed.cut.ticket);
  }
  bool unknown = false;  // whether the edit is in force
  if (s.ok()) {
    result.edit.add_blobs.insert(result.edit.add_blobs.end(), in_log.begin(), in_log.end());
    ManifestEdit edit;
    result.edit.flushed_sequence = sealed.cut.sequence;
    edit.families.push_back(std::move(result.edit));
    LogState log = state_.log;
    if (floor.ticket > log.floor.ticket) {
      log.AdvanceFloor(floor, pipeline_->OldestLogEpoch());
    }
    log.last_sequence = std::max(log.last_sequence, sealed.cut.sequence);
    edit.log = std::move(log);
    AETHER_TRACE("installing", "family", family->id_);
    s = InstallLocked(std::move(edit), [&]() NO_THREAD_SAFETY_ANALYSIS {
      AETHER_TRACE("install", "family", family->id_);
      family->sealed_.pop_front();
      ++family->flushed_tables_;
    });
    unknown = !s.ok();
  } else {
    DiscardFlush(context, result);
  }
  // An edit that failed may be in the manifest all the same.
  ReleaseSegments(log_values.get(), unknown);
  AETHER_RETURN_IF_ERROR(s);
  AETHER_TRACE("release", "floor", floor.ticket);
  pipeline_->ReleaseLog(floor);
  const uint64_t micros = clock_->NowMicros() - start;
  family->counters_.flushes += 1;
  family->counters_.flush_bytes += result.bytes;
  family->counters_.flush_micros += micros;
  {
    MutexLock lock(&mutex_);
    const uint64_t rate = sealed.table->MemoryUsage() * 1000000 / std::max<uint64_t>(micros, 1);
    family->flush_rate_ = family->flush_rate_ == 0 ? rate : (family->flush_rate_ + rate) / 2;
  }
  event.micros = micros;
  ReportFlush(*family, *sealed.table, result, in_log.size(), &event);
  return Status::OK();
}

void EnvImpl::AddObsoleteFile(uint64_t number) {
  {
    MutexLock lock(&obsolete_mutex_);
    obsolete_files_.push_back(number);
  }
  work_.NotifyAll();
}

void EnvImpl::AddObsoleteBlob(uint64_t number) {
  {
    MutexLock lock(&obsolete_mutex_);
    obsolete_blobs_.push_back(number);
  }
  work_.NotifyAll();
}

bool EnvImpl::HasObsoleteFiles() const {
  MutexLock lock(&obsolete_mutex_);
  return !obsolete_files_.empty() || !obsolete_blobs_.empty() || !obsolete_manifests_.empty();
}

// tla: HanoiMerge.Unlink.
void EnvImpl::RemoveObsoleteFiles() {
  std::vector<uint64_t> numbers;
  std::vector<uint64_t> blobs;
  std::vector<uint64_t> manifests;
  {
    MutexLock lock(&mutex_);
    if (deletions_disabled_ > 0) return;
    MutexLock obsolete_lock(&obsolete_mutex_);
    numbers.swap(obsolete_files_);
    blobs.swap(obsolete_blobs_);
    manifests.swap(obsolete_manifests_);
  }
  const auto remove = [this](const std::string& path) {
    (options_.remove_file ? options_.remove_file(path) : fs_->Remove(path)).Ignore();
  };
  for (const uint64_t number : manifests) fs_->Remove(ManifestFileName(path_, number)).Ignore();
  for (const uint64_t number : blobs) remove(BlobFileName(path_, number));
  for (const uint64_t number : numbers) {
    const std::string path = RunFileName(path_, number);
    remove(path);
    if (options_.observer) options_.observer->OnFileDeleted({0, "", path, number, 0, false});
  }
}

Status EnvImpl::FlushPicked(FamilyStore* family, bool report) {
  const uint64_t recoveries = Recoveries();
  Status s = FlushOne(family);
  TellNoWork();
  if (s.ok() && options_.observer) s = options_.observer->CheckSpace();
  // Before the flush counts as over: Resume waits for that and then clears the error.
  if (!s.ok() && report) SetBackgroundError(ErrorReason::kFlush, s, recoveries);
  MutexLock lock(&mutex_);
  family->flushing_ = false;
  --flushes_running_;
  UpdateStall();
  done_.NotifyAll();
  return s;
}

void EnvImpl::FlushLoop() {
  SetThreadName("aether-flush");
  const ThreadNotice notice(options_.observer.get(), false);
  uint64_t not_before_micros = 0;  // after an error
  for (;;) {
    FamilyStore* family = nullptr;
    bool recover = false;
    {
      MutexLock lock(&mutex_);
      for (;;) {
        if (stopping_) return;
        if (resumed_) not_before_micros = 0;
        resumed_ = false;
        if (paused_ == 0 && clock_->NowMicros() >= not_before_micros) {
          if (background_error_.ok()) family = PickFlush();
          recover = !background_error_.ok() && recovers_by_itself_;
        }
        const bool removable = HasObsoleteFiles() && deletions_disabled_ == 0;
        if (family != nullptr || recover || removable) break;
        AccountMemory();
        work_.WaitFor(&mutex_, std::chrono::milliseconds(100));
        EpochReclaim();
      }
      if (family != nullptr) {
        family->flushing_ = true;
        ++flushes_running_;
      }
    }
    RemoveObsoleteFiles();
    if (recover) {
      RecoverFromError();
      not_before_micros = clock_->NowMicros() + kRetryMicros;
    }
    if (family == nullptr) continue;
    if (!FlushPicked(family, true).ok()) {
      not_before_micros = clock_->NowMicros() + kRetryMicros;
    }
  }
}

Status EnvImpl::FlushFamilies(const std::vector<FamilyStore*>& families, bool wait) {
  if (options_.read_only) return RefuseWrite();
  MutexLock lock(&mutex_);
  if (!background_error_.ok()) return background_error_;
  AETHER_RETURN_IF_ERROR(SwitchTables(families));
  if (!wait) return Status::OK();
  std::vector<std::pair<FamilyStore*, uint64_t>> until;
  for (FamilyStore* family : families) {
    until.push_back({family, family->flushed_tables_ + family->sealed_.size()});
  }
  for (const auto& [family, count] : until) {
    // Until the flush is over altogether: nothing of it is to be seen afterwards.
    while (!family->dropped() &&
           (family->flushed_tables_ < count || (family->flushing_ && family->sealed_.empty()))) {
      if (!background_error_.ok()) return background_error_;
      if (stopping_) return Status::ShutdownInProgress();
      done_.WaitFor(&mutex_, std::chrono::milliseconds(100));
    }
  }
  return Status::OK();
}

Status EnvImpl::FlushAll(bool wait) {
  std::vector<FamilyStore*> all;
  {
    MutexLock lock(&mutex_);
    for (const auto& family : families_) {
      if (!family->dropped()) all.push_back(family.get());
    }
  }
  return FlushFamilies(all, wait);
}

// --- merging ---

// tla: HanoiMerge.MakeJob.
Status EnvImpl::MakeJob(FamilyStore* family, ActiveMerge* merge, bool resumed, bool rewrite) {
  MergeJob::Options options;
  options.resumed = resumed;
  options.rewrite = rewrite;
  JobContext job_context = ContextFor(family, merge->state.output_level, IoLimiter::Priority::kLow);
  if (!merge->compress) job_context.compression = Compression();
  const BlobOptions& blob = job_context.blob;
  const double collect =
      merge->collect_age_cutoff.value_or(blob.collect_garbage ? blob.age_cutoff : 0);
  std::shared_ptr<const Version> version;
  bool full = false;
  {
    MutexLock lock(&mutex_);
    version = family->version_;
    full = merge->state.input_runs.size() + 1 == version->runs().size();
    options.collect_below = CollectBelow(version->state(), collect);
    AETHER_TRACE_STEP();
    // After the version: a snapshot that is not in the list is newer than all of its entries.
    options.snapshots = snapshots_.Collect();
    AETHER_TRACE("makeJob", "run", merge->state.output_run, "snapshots",
                 trace::List(options.snapshots, [](uint64_t sequence) { return sequence; }));
  }
  if (family->options_.filter_factory != nullptr) {
    CompactionFilterFactory::Context context;
    context.full = full;
    context.manual = merge->manual;
    context.family = family->id_;
    options.filter = family->options_.filter_factory->Create(context);
  }
  merge->job = std::make_unique<MergeJob>(std::move(job_context), family->id_, merge->state,
                                          std::move(version), std::move(options));
  return Status::OK();
}

// tla: HanoiMerge.BeginMerge.
Status EnvImpl::BeginMerge(FamilyStore* family, const MergePick& pick, bool manual, bool rewrite,
                           std::optional<double> collect, std::shared_ptr<ActiveMerge>* merge) {
  auto begun = std::make_shared<ActiveMerge>();
  begun->manual = manual;
  begun->collect_age_cutoff = collect;
  begun->input_level = pick.input_level;
  begun->compress = pick.compress;
  begun->reason = pick.reason;
  begun->state.output_run = NewFileNumber();
  begun->state.output_level = pick.output_level;
  begun->state.input_runs = pick.runs;
  begun->running = true;
  FamilyEdit edit;
  edit.family = family->id_;
  edit.new_runs.push_back({pick.output_level, begun->state.output_run});
  edit.begin_merges.push_back(begun->state);
  ManifestEdit whole;
  whole.families.push_back(std::move(edit));
  AETHER_RETURN_IF_ERROR(Install(std::move(whole), nullptr));
  if (options_.observer) {
    MergeEvent event;
    event.family = family->id_;
    event.family_name = family->name_;
    event.input_level = pick.input_level;
    event.output_level = pick.output_level;
    event.manual = manual;
    event.reason = pick.reason;
    options_.observer->OnMergeBegin(event);
  }
  AETHER_RETURN_IF_ERROR(MakeJob(family, begun.get(), false, rewrite));
  MutexLock lock(&mutex_);
  if (pick.output_level == kLastLevel) family->suggested_ = false;
  family->merges_.push_back(begun);
  *merge = std::move(begun);
  return Status::OK();
}

std::optional<MergePick> EnvImpl::PickFor(const FamilyStore& family, bool idle,
                                          bool* rewrite) const {
  *rewrite = false;
  auto pick = StrategyFor(family.tree_)->Pick(*family.version_, family.tree_, idle);
  if (pick || family.tree_.strategy == Strategy::kFifo) return pick;
  if (family.suggested_) {
    pick = PickAll(*family.version_);
    if (pick && pick->runs.size() > 1) {
      pick->reason = MergeReason::kSuggested;
      return pick;
    }
  }
  if (!GarbageForcesMerge(family.version_->state(), family.tree_.blob)) return std::nullopt;
  *rewrite = true;
  pick = PickAll(*family.version_);
  if (pick) pick->reason = MergeReason::kBlobGarbage;
  return pick;
}

bool EnvImpl::MergePending(const FamilyStore& family, bool idle) const {
  if (!family.merges_.empty() || family.beginning_) return true;
  if (family.dropped() || !family.tree_.auto_merge) return false;
  if (!DueForDrop(family).empty()) return true;
  bool rewrite = false;
  return PickFor(family, idle, &rewrite).has_value();
}

bool EnvImpl::WritersIdle() {
  if (merges_waited_for_ > 0) return true;
  const uint64_t now = clock_->NowMicros();
  const uint64_t writes = pipeline_->PublishedTicket();
  // Writers that wait for background work are not idle.
  if (writes != idle_writes_ || stop_writes_.load(std::memory_order_relaxed)) {
    idle_writes_ = writes;
    idle_since_micros_ = now;
  }
  return now - idle_since_micros_ >= kIdleMicros;
}

void EnvImpl::StepMerge(FamilyStore* family, const std::shared_ptr<ActiveMerge>& merge,
                        uint64_t quantum) {
  bool complete = false;
  const bool measured = options_.meter != nullptr && options_.meter->timed();
  const uint64_t cpu_start = measured ? clock_->CpuNanos() : 0;
  const uint64_t start = clock_->NowMicros();
  const uint64_t read_before = merge->job->progress().bytes_read;
  const uint64_t written_before = merge->job->progress().bytes_written;
  Status s =
      family->dropped() ? Status::ColumnFamilyDropped() : merge->job->Step(quantum, &complete);
  const MergeProgress& progress = merge->job->progress();
  merge->micros += clock_->NowMicros() - start;
  if (measured) merge->cpu_nanos += clock_->CpuNanos() - cpu_start;
  const int level = merge->state.output_level;
  family->counters_.merge_read[level] += progress.bytes_read - read_before;
  family->counters_.merge_written[level] += progress.bytes_written - written_before;
  if (complete) {
    family->counters_.merges[level] += 1;
    family->counters_.merge_micros[level] += merge->micros;
    ReportMerge(*family, *merge);
  }
  // Readers of the old files may be the last holders; the job must not be destroyed under the lock.
  std::unique_ptr<MergeJob> finished;
  bool failed = false;
  {
    MutexLock lock(&mutex_);
    merge->running = false;
    if (complete) merge->output_files = progress.output_files;
    if (complete || family->dropped()) {
      std::erase(family->merges_, merge);
      finished = std::move(merge->job);
    } else if (!s.ok()) {
      // What was installed stays; a fresh job goes on from there once the error has been looked at.
      finished = std::move(merge->job);
      failed = true;
    }
    const bool mended =
        (s.ok() && failed_merge_ == nullptr) || (!failed && failed_merge_ == merge.get());
    if (mended) {
      merge_error_ = Status::OK();
      failed_merge_ = nullptr;
      merge_failures_ = 0;
    }
    UpdateStall();
    work_.NotifyAll();
    done_.NotifyAll();
  }
  finished.reset();
  if (failed) SetMergeError(s, merge.get());
  if (complete && options_.observer) {
    const uint64_t recoveries = Recoveries();
    const Status space = options_.observer->CheckSpace();
    if (!space.ok()) SetBackgroundError(ErrorReason::kMerge, space, recoveries);
  }
}

void EnvImpl::MergeLoop(int index) {
  SetThreadName("aether-merge");
  SetThreadNice(0, kMergeNice);
  const ThreadNotice notice(options_.observer.get(), true);
  for (;;) {
    FamilyStore* family = nullptr;
    std::shared_ptr<ActiveMerge> merge;
    std::optional<MergePick> pick;
    std::vector<uint64_t> drop;
    bool rewrite = false;
    {
      MutexLock lock(&mutex_);
      for (;;) {
        if (stopping_) return;
        if (index >= merge_threads_) return;
        const bool may_try = merge_error_.ok() || clock_->NowMicros() >= merge_retry_micros_;
        if (paused_ == 0 && may_try && background_error_.ok()) {
          // Shallow merges first: they are short, and writers wait for them.
          for (const auto& candidate : families_) {
            if (candidate->dropped()) continue;
            for (const auto& active : candidate->merges_) {
              if (active->running) continue;
              if (merge == nullptr || active->state.output_level < merge->state.output_level) {
                merge = active;
                family = candidate.get();
              }
            }
          }
          const bool idle = WritersIdle();
          for (const auto& candidate : families_) {
            if (candidate->dropped() || !candidate->tree_.auto_merge ||
                candidate->manual_waiting_ > 0 || candidate->beginning_) {
              continue;
            }
            drop = DueForDrop(*candidate);
            if (!drop.empty()) {
              family = candidate.get();
              merge.reset();
              pick.reset();
              break;
            }
            auto found = PickFor(*candidate, idle, &rewrite);
            if (found && (merge == nullptr || found->output_level < merge->state.output_level)) {
              pick = std::move(found);
              family = candidate.get();
              merge.reset();
              break;
            }
          }
          if (merge != nullptr || pick || !drop.empty()) break;
        }
        work_.WaitFor(&mutex_, std::chrono::microseconds(kIdleMicros / 2));
      }
      if (merge != nullptr) merge->running = true;
      ++busy_threads_;
      if (pick || !drop.empty()) family->beginning_ = true;
    }
    if (!drop.empty()) DropDue(family, drop);
    if (pick) {
      const Status s = BeginMerge(family, *pick, false, rewrite, std::nullopt, &merge);
      {
        MutexLock lock(&mutex_);
        family->beginning_ = false;
      }
      if (!s.ok()) {
        merge.reset();
        // A family that was dropped meanwhile has nothing left to merge.
        if (s.code() != Status::kColumnFamilyDropped) SetMergeError(s, nullptr);
      }
    }
    if (merge != nullptr) {
      if (merge->job == nullptr) MakeJob(family, merge.get(), true, false).Ignore();
      TellMerge(*family, *merge);
      StepMerge(family, merge, kQuantumBytes);
      TellNoWork();
    }
    MutexLock lock(&mutex_);
    --busy_threads_;
    done_.NotifyAll();
  }
}

Status EnvImpl::WaitForMerges(bool flush_first) {
  if (options_.read_only) return Status::OK();
  if (flush_first) AETHER_RETURN_IF_ERROR(FlushAll(true));
  MutexLock lock(&mutex_);
  ++merges_waited_for_;
  work_.NotifyAll();
  Status s;
  for (;;) {
    bool pending = false;
    for (const auto& family : families_) {
      pending |= !family->dropped() && (!family->sealed_.empty() || MergePending(*family, true));
    }
    if (!background_error_.ok()) s = background_error_;
    if (!merge_error_.ok()) s = merge_error_;
    if (stopping_) s = Status::ShutdownInProgress();
    if (paused_ > 0) s = Status::Aborted();
    if (!pending || !s.ok()) break;
    done_.WaitFor(&mutex_, std::chrono::milliseconds(50));
  }
  --merges_waited_for_;
  return s;
}

void EnvImpl::SetBackgroundJobs(int jobs) {
  if (options_.read_only) return;
  const int wanted = std::max(1, jobs - 1);
  {
    MutexLock lock(&mutex_);
    merge_threads_ = wanted;
    work_.NotifyAll();
  }
  while (static_cast<int>(merge_thread_objects_.size()) > wanted) {
    merge_thread_objects_.back().join();
    merge_thread_objects_.pop_back();
  }
  while (static_cast<int>(merge_thread_objects_.size()) < wanted) {
    const int index = static_cast<int>(merge_thread_objects_.size());
    merge_thread_objects_.emplace_back([this, index] { MergeLoop(index); });
  }
}

Status EnvImpl::PauseBackgroundWork() {
  MutexLock lock(&mutex_);
  ++paused_;
  while (busy_threads_ > 0 || flushes_running_ > 0) {
    done_.WaitFor(&mutex_, std::chrono::milliseconds(50));
  }
  return Status::OK();
}

Status EnvImpl::ContinueBackgroundWork() {
  MutexLock lock(&mutex_);
  if (paused_ == 0) return Status::InvalidArgument();
  --paused_;
  work_.NotifyAll();
  return Status::OK();
}

Status EnvImpl::Close() {
  if (snapshots_.Count() > 0) {
    return Status::Aborted("Cannot close DB with unreleased snapshot.");
  }
  return Shutdown();
}

Status EnvImpl::Shutdown() {
  {
    MutexLock lock(&mutex_);
    if (closed_) return Status::OK();
    closed_ = true;
  }
  Status result;
  if (pipeline_ != nullptr) {
    if (unlogged_writes_ && !options_.avoid_flush_during_shutdown) result = FlushAll(true);
    {
      MutexLock lock(&mutex_);
      stopping_ = true;
      stop_writes_ = false;
      work_.NotifyAll();
      done_.NotifyAll();
    }
    if (flush_thread_.joinable()) flush_thread_.join();
    for (std::thread& thread : merge_thread_objects_) thread.join();
    merge_thread_objects_.clear();
    // Nothing may reach the log once another process can hold the lock.
    pipeline_->Poison(Status::ShutdownInProgress());
  }
  std::vector<std::unique_ptr<MergeJob>> jobs;
  {
    MutexLock lock(&mutex_);
    for (const auto& family : families_) {
      for (const auto& merge : family->merges_) jobs.push_back(std::move(merge->job));
      family->merges_.clear();
    }
  }
  jobs.clear();
  EpochReclaim();
  RemoveObsoleteFiles();
  if (options_.write_memory != nullptr) {
    MutexLock lock(&mutex_);
    options_.write_memory->Free(accounted_memory_);
    accounted_memory_ = 0;
  }
  if (lock_ != nullptr) {
    Status unlocked = fs_->UnlockFile(std::move(lock_));
    if (result.ok()) result = unlocked;
  }
  return result;
}

}  // namespace aether
