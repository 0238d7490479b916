#include "engine/store/env_impl.h"

#include <algorithm>

#include "engine/base/epoch.h"
#include "engine/lsm/file_names.h"

namespace aether {
namespace {

// How fast writers may be while too many runs wait: at the soft bound and at the hard one.
constexpr double kDelayedBytesPerSecond = 64e6;
constexpr double kSlowestBytesPerSecond = 1e6;

class BatchCheck final : public FamilyPredicate {
 public:
  BatchCheck(const std::vector<FamilyStore*>& families, bool ignore_missing)
      : families_(families), ignore_missing_(ignore_missing) {}

  Status CheckFamily(uint32_t family) const override {
    if (family < families_.size() && families_[family] != nullptr) return Status::OK();
    if (ignore_missing_) return Status::OK();
    return Status::InvalidArgument("Invalid column family specified in write batch");
  }
  Status CheckRecord(const BatchRecord& record) const override {
    if (record.family >= families_.size() || families_[record.family] == nullptr) {
      return Status::OK();
    }
    const StoreOptions& options = families_[record.family]->options();
    if (record.kind == BatchTag::kMerge && options.merge_operator == nullptr) {
      return Status::InvalidArgument(
          "Merge requires `ColumnFamilyOptions::merge_operator != nullptr`");
    }
    if (record.kind == BatchTag::kRangeDelete &&
        CompareKeys(options.order, record.key, record.value) > 0) {
      return Status::InvalidArgument("end key comes before start key");
    }
    return Status::OK();
  }

 private:
  const std::vector<FamilyStore*>& families_;
  const bool ignore_missing_;
};

}  // namespace

EnvImpl::EnvImpl(const EnvOptions& options, std::string path)
    : options_(options),
      fs_(options.fs != nullptr ? options.fs : PosixFileSystem()),
      clock_(RealClock()),
      path_(std::move(path)),
      log_dir_(options.wal_dir.empty() ? path_ : options.wal_dir),
      max_total_wal_size_(options.max_total_wal_size) {}

EnvImpl::~EnvImpl() {
  Shutdown().Ignore();
  pipeline_.reset();
  EpochDrain();
  {
    MutexLock lock(&mutex_);
    families_.clear();
  }
  keeper_->Leave();
  delete directory_.exchange(nullptr);
}

void EnvImpl::Log(const std::string& line) const {
  if (options_.log) options_.log(line);
}

// --- writing ---

Status EnvImpl::Write(const WriteOptions& options, Slice body, std::optional<uint32_t> count,
                      uint64_t* first_sequence) {
  if (options_.read_only) {
    return RefuseWrite();
  }
  WriteRequest request;
  request.body = body;
  request.count = count;
  BatchFacts facts;
  {
    EpochGuard guard;
    const Directory* const directory = directory_.load(std::memory_order_seq_cst);
    const BatchCheck check(directory->families, options.ignore_missing_stores);
    AETHER_RETURN_IF_ERROR(ValidateBatch(body, count, &check, &facts));
  }
  request.facts = &facts;
  request.disable_wal = options.disable_wal;
  request.sync = options.sync;
  request.no_slowdown = options.no_slowdown;
  request.times = options.times;
  if (options.disable_wal) unlogged_writes_.store(true, std::memory_order_release);
  WriteResult result;
  AETHER_RETURN_IF_ERROR(pipeline_->Write(request, &result));
  if (first_sequence != nullptr) *first_sequence = result.first_sequence;
  return Status::OK();
}

Status EnvImpl::BeforeWrite(size_t bytes, const WriteRequest& request) {
  {
    MutexLock lock(&mutex_);
    if (!background_error_.ok()) return background_error_;
  }
  if (stop_writes_.load(std::memory_order_acquire)) {
    if (request.no_slowdown) return Status::Incomplete("Write stall");
    const uint64_t start = clock_->NowMicros();
    stall_stops_.fetch_add(1, std::memory_order_relaxed);
    MutexLock lock(&mutex_);
    while (stop_writes_.load(std::memory_order_acquire) && !stopping_ && background_error_.ok() &&
           merge_error_.ok()) {
      UpdateStall();
      if (!stop_writes_.load(std::memory_order_acquire)) break;
      done_.WaitFor(&mutex_, std::chrono::milliseconds(10));
    }
    const uint64_t waited = clock_->NowMicros() - start;
    stall_micros_.fetch_add(waited, std::memory_order_relaxed);
    if (options_.observer) options_.observer->OnStallTime(waited);
    // While merges fail, nothing says when writers could go on.
    return background_error_.ok() && stop_writes_ ? merge_error_ : background_error_;
  }
  const uint64_t rate = delay_rate_.load(std::memory_order_relaxed);
  if (rate == 0) return Status::OK();
  if (request.no_slowdown) return Status::Incomplete("Write stall");
  // A token bucket over all writers; sleeps of a millisecond keep the wakeups rare.
  const uint64_t cost = bytes * uint64_t{1000000000} / rate;
  const uint64_t now = clock_->NowNanos();
  uint64_t next = next_write_nanos_.load(std::memory_order_relaxed);
  uint64_t mine;
  do {
    mine = std::max(next, now) + cost;
  } while (!next_write_nanos_.compare_exchange_weak(next, mine, std::memory_order_relaxed));
  constexpr uint64_t kQuantumNanos = 1000000;
  if (mine > now + kQuantumNanos) {
    const uint64_t micros = std::min<uint64_t>((mine - now) / 1000, 10000);
    stall_delays_.fetch_add(1, std::memory_order_relaxed);
    stall_micros_.fetch_add(micros, std::memory_order_relaxed);
    clock_->SleepMicros(micros);
    if (options_.observer) options_.observer->OnStallTime(micros);
  }
  return Status::OK();
}

void EnvImpl::OnProgress() {
  // Whoever holds the lock is looking already, or will be followed by another writer soon.
  if (!mutex_.TryLock()) return;
  CheckBudgets();
  mutex_.Unlock();
}

void EnvImpl::OnPoison(const Status& status) {
  uint64_t recoveries;
  {
    MutexLock lock(&mutex_);
    if (stopping_) return;
    recoveries = recoveries_;
  }
  if (pipeline_->poisoned()) SetBackgroundError(ErrorReason::kWrite, status, recoveries);
}

uint64_t EnvImpl::VisibleSequence() const {
  return pipeline_ != nullptr ? pipeline_->VisibleSequence() : read_only_sequence_.load();
}

const Snapshot* EnvImpl::GetSnapshot() {
  auto* snapshot = new SnapshotImpl;
  snapshot->handle = snapshots_.Take([this] { return VisibleSequence(); }, clock_->WallSeconds());
  return snapshot;
}

const Snapshot* EnvImpl::Pin() {
  auto* snapshot = new SnapshotImpl;
  snapshot->handle = snapshots_.Take([this] { return VisibleSequence(); }, 0, true);
  return snapshot;
}

void EnvImpl::ReleaseSnapshot(const Snapshot* snapshot) {
  if (snapshot == nullptr) return;
  const auto* mine = static_cast<const SnapshotImpl*>(snapshot);
  snapshots_.Release(mine->handle);
  delete mine;
}

Status EnvImpl::HoldWrites() {
  if (pipeline_ == nullptr || options_.read_only) {
    return RefuseWrite();
  }
  MutexLock lock(&hold_mutex_);
  if (holds_++ == 0) pipeline_->Hold();
  return Status::OK();
}

Status EnvImpl::ReleaseWrites() {
  MutexLock lock(&hold_mutex_);
  if (holds_ == 0) return Status::InvalidArgument("writes are not held back");
  if (--holds_ == 0) pipeline_->LetGo();
  return Status::OK();
}

Status EnvImpl::FlushWal(bool sync) {
  if (options_.read_only) return Status::OK();
  return pipeline_->FlushWal(sync);
}

// --- memtables ---

std::unique_ptr<TableSet> EnvImpl::CopyTables() const {
  auto set = std::make_unique<TableSet>();
  for (const auto& family : families_) {
    if (family->dropped()) continue;
    if (set->tables.size() <= family->id_) set->tables.resize(family->id_ + 1);
    set->tables[family->id_] = family->active_;
  }
  return set;
}

void EnvImpl::PublishDirectory() {
  auto* fresh = new Directory;
  for (const auto& family : families_) {
    if (family->dropped()) continue;
    if (fresh->families.size() <= family->id_) fresh->families.resize(family->id_ + 1);
    fresh->families[family->id_] = family.get();
  }
  const Directory* const old = directory_.exchange(fresh, std::memory_order_seq_cst);
  if (old != nullptr) {
    EpochRetire(const_cast<Directory*>(old), [](void* p) { delete static_cast<Directory*>(p); });
  }
}

// tla: ParallelWal.Switch, Visibility.PublishTable and CutTables.
Status EnvImpl::SwitchTables(const std::vector<FamilyStore*>& families, LogPosition* cut) {
  std::vector<FamilyStore*> full;
  for (FamilyStore* family : families) {
    // A table that is empty may be about to get a batch from before the cut.
    if (!family->dropped() && (cut != nullptr || !family->active_->Empty())) full.push_back(family);
  }
  if (full.empty()) return Status::OK();
  std::vector<std::shared_ptr<MemTable>> fresh(full.size());
  for (size_t i = 0; i < full.size(); ++i) AETHER_RETURN_IF_ERROR(full[i]->NewTable(&fresh[i]));
  return SwitchTo(full, std::move(fresh), cut);
}

Status EnvImpl::SwitchTo(const std::vector<FamilyStore*>& full,
                         std::vector<std::shared_ptr<MemTable>> fresh, LogPosition* cut) {
  std::vector<SealedTable> sealed;
  for (size_t i = 0; i < full.size(); ++i) {
    sealed.push_back({full[i]->active_, full[i]->active_begin_, {}});
    full[i]->active_ = std::move(fresh[i]);
  }
  auto next = CopyTables();
  // The view must hold the new table before a write can land in it; the old one stays visible as a
  // sealed table.
  const auto publish = [&] {
    for (size_t i = 0; i < full.size(); ++i) {
      full[i]->sealed_.push_back(sealed[i]);
      full[i]->RebuildView();
    }
  };
  SwitchResult result;
  Status s = pipeline_->Switch(std::move(next), publish, &result);
  if (!s.ok()) {
    // The switch did not happen: writes still go to the old tables.
    for (size_t i = 0; i < full.size(); ++i) {
      if (!full[i]->sealed_.empty() && full[i]->sealed_.back().table == sealed[i].table) {
        full[i]->sealed_.pop_back();
      }
      full[i]->active_ = sealed[i].table;
      full[i]->RebuildView();
    }
    return s;
  }
  for (FamilyStore* family : full) {
    family->sealed_.back().cut = result.cut;
    family->active_begin_ = result.cut;
    const uint64_t entries = family->sealed_.back().table->Entries();
    if (options_.observer && (cut == nullptr || entries > 0)) {
      options_.observer->OnMemTableSealed(family->id_, entries);
    }
  }
  if (cut != nullptr) *cut = result.cut;
  work_.NotifyAll();
  return Status::OK();
}

uint64_t EnvImpl::MemTableBytes() const {
  uint64_t bytes = 0;
  for (const auto& family : families_) {
    bytes += family->active_->MemoryUsage();
    for (const SealedTable& sealed : family->sealed_) bytes += sealed.table->MemoryUsage();
  }
  return bytes;
}

void EnvImpl::AccountMemory() {
  if (options_.write_memory == nullptr) return;
  const uint64_t bytes = MemTableBytes();
  if (bytes > accounted_memory_) {
    options_.write_memory->Reserve(bytes - accounted_memory_);
  } else if (bytes < accounted_memory_) {
    options_.write_memory->Free(accounted_memory_ - bytes);
  }
  accounted_memory_ = bytes;
}

void EnvImpl::CheckBudgets() {
  AccountMemory();
  std::vector<FamilyStore*> full;
  FamilyStore* largest = nullptr;
  FamilyStore* oldest = nullptr;
  uint64_t active_bytes = 0;
  uint64_t buffers = 0;
  for (const auto& family : families_) {
    if (family->dropped()) continue;
    const uint64_t bytes = family->active_->MemoryUsage();
    active_bytes += bytes;
    buffers += family->write_buffer_size() * static_cast<uint64_t>(family->max_write_buffers());
    if (bytes >= family->write_buffer_size() &&
        static_cast<int>(family->sealed_.size()) + 1 < family->max_write_buffers()) {
      full.push_back(family.get());
    }
    if (family->active_->Empty()) continue;
    if (largest == nullptr || bytes > largest->active_->MemoryUsage()) largest = family.get();
    if (oldest == nullptr || family->active_begin_.ticket < oldest->active_begin_.ticket) {
      oldest = family.get();
    }
  }
  const bool over_shared_budget =
      (options_.db_write_buffer_size > 0 && active_bytes >= options_.db_write_buffer_size) ||
      (options_.write_memory != nullptr && options_.write_memory->ShouldFlush());
  if (full.empty() && over_shared_budget && largest != nullptr && largest->sealed_.empty()) {
    full.push_back(largest);
  }
  const uint64_t wal_limit = max_total_wal_size_ > 0 ? max_total_wal_size_.load()
                                                     : std::max<uint64_t>(4 * buffers, 64 << 20);
  if (full.empty() && oldest != nullptr && oldest->sealed_.empty() &&
      pipeline_->LogBytes() > wal_limit) {
    full.push_back(oldest);
  }
  if (!full.empty()) SwitchTables(full).Ignore();
  UpdateStall();
}

// Two bounds: memory of memtables that wait for a flush, and runs that wait to be merged. Between
// the soft and the hard one writers are delayed a little at a time, beyond the hard one they wait
// until background work has caught up.
void EnvImpl::UpdateStall() {
  bool stop = false;
  uint64_t rate = 0;
  for (const auto& family : families_) {
    if (family->dropped()) continue;
    StallState state = StallState::kNormal;
    const bool no_buffer_left =
        static_cast<int>(family->sealed_.size()) + 1 >= family->max_write_buffers();
    const uint64_t used = family->active_->MemoryUsage();
    const uint64_t size = family->write_buffer_size();
    const uint64_t soft_bytes = size - size / 4;
    const uint64_t hard_bytes = size + size / 4;
    const auto delay = [&](double wanted) {
      state = StallState::kDelayed;
      rate =
          rate == 0 ? static_cast<uint64_t>(wanted) : std::min(rate, static_cast<uint64_t>(wanted));
    };
    if (no_buffer_left && used >= hard_bytes) {
      state = StallState::kStopped;
    } else if (no_buffer_left && used > soft_bytes) {
      // Half-way between the bounds writers are as fast as the flush that they would wait for.
      const double left =
          static_cast<double>(hard_bytes - used) / static_cast<double>(hard_bytes - soft_bytes);
      const double flush = family->flush_rate_ == 0 ? kDelayedBytesPerSecond
                                                    : static_cast<double>(family->flush_rate_);
      delay(2 * flush * left + kSlowestBytesPerSecond);
    }
    size_t upper_runs = 0;
    for (int level = 0; level < kLastLevel; ++level) {
      upper_runs += family->version_->level(level).size();
    }
    const auto slow = static_cast<size_t>(family->tree_.slowdown_runs);
    // A single run is nothing that a merge could make fewer.
    const auto hard = static_cast<size_t>(std::max(2, family->tree_.stop_runs));
    if (family->tree_.auto_merge && upper_runs >= hard) state = StallState::kStopped;
    if (state != StallState::kStopped && family->tree_.auto_merge && upper_runs >= slow) {
      const double left = static_cast<double>(hard - upper_runs) /
                          static_cast<double>(std::max<size_t>(1, hard - slow));
      delay(kDelayedBytesPerSecond * left + kSlowestBytesPerSecond);
    }
    if (state != family->stall_) {
      if (options_.observer) options_.observer->OnStall(family->id_, family->stall_, state);
      family->stall_ = state;
    }
    stop |= state == StallState::kStopped;
  }
  delay_rate_.store(rate, std::memory_order_relaxed);
  stop_writes_.store(stop, std::memory_order_release);
  pipeline_->SetThrottle(stop || rate > 0 || !background_error_.ok());
}

// tla: ParallelWal.FlushFloor.
LogPosition EnvImpl::ComputeFloor(const LogPosition& published, const FamilyStore* flushed) const {
  LogPosition floor = published;
  for (const auto& family : families_) {
    if (family->dropped()) continue;
    LogPosition oldest = published;
    // The flush being installed takes the oldest sealed table of its family.
    const size_t first = family.get() == flushed ? 1 : 0;
    if (family->sealed_.size() > first) {
      oldest = family->sealed_[first].begin;
    } else if (!family->active_->Empty()) {
      oldest = family->active_begin_;
    }
    if (oldest.ticket < floor.ticket) floor = oldest;
  }
  return floor;
}

// --- families ---

KvStore* EnvImpl::FindStore(uint32_t id) {
  MutexLock lock(&mutex_);
  for (const auto& family : families_) {
    if (family->id_ == id && !family->dropped()) return family.get();
  }
  return nullptr;
}

Status EnvImpl::CreateStore(const std::string& name, const StoreOptions& options, KvStore** store) {
  *store = nullptr;
  if (options_.read_only) return RefuseWrite();
  Status s;
  {
    MutexLock manifest_lock(&manifest_mutex_);
    s = CreateStoreLocked(name, options, FamilyEdit(), 0, store);
  }
  return CheckManifest(std::move(s));
}

Status EnvImpl::CreateStoreLocked(const std::string& name, const StoreOptions& options,
                                  FamilyEdit contents, SequenceNumber newest, KvStore** store) {
  {
    MutexLock lock(&mutex_);
    if (!background_error_.ok()) return background_error_;
    for (const auto& family : families_) {
      if (family->name_ == name && !family->dropped()) {
        return Status::InvalidArgument("Column family already exists");
      }
    }
  }
  StoreOptions filled = options;
  if (filled.pool == nullptr) filled.pool = private_pool_;
  const uint32_t id = contents.family != 0 ? contents.family : state_.next_family;
  auto family = std::make_unique<FamilyStore>(this, id, name, filled);
  contents.family = id;
  contents.create = FamilyEdit::Create{name, options.order->Name()};
  ManifestEdit whole;
  whole.next_family = std::max(state_.next_family, id + 1);
  whole.families.push_back(std::move(contents));
  if (newest > state_.log.last_sequence) {
    whole.log = state_.log;
    whole.log->last_sequence = newest;
  }
  FamilyStore* const created = family.get();
  AETHER_RETURN_IF_ERROR(created->NewTable(&created->active_));
  ManifestState alone;
  AETHER_RETURN_IF_ERROR(ApplyEdit(whole, &alone));
  const FamilyState& begun = alone.families.at(id);
  AETHER_RETURN_IF_ERROR(Version::Build(
      filled.order, begun, nullptr,
      [&](const FileMeta& meta, std::shared_ptr<OpenFile>* file) {
        return OpenRunFile(*created, begun, meta, file);
      },
      &created->version_));
  created->RebuildView();
  {
    MutexLock lock(&mutex_);
    families_.push_back(std::move(family));
    created->dropped_ = true;  // out of sight until the manifest has it
  }
  whole.next_number = next_number_.load();
  Status s = manifest_->Append(whole);
  if (s.ok()) s = ApplyEdit(whole, &state_);
  if (!s.ok()) return s;
  MutexLock lock(&mutex_);
  created->dropped_ = false;
  SwitchResult result;
  s = pipeline_->Switch(CopyTables(), nullptr, &result);
  if (!s.ok()) return s;
  created->active_begin_ = result.cut;
  PublishDirectory();
  *store = created;
  return Status::OK();
}

Status EnvImpl::DropStore(KvStore* store) {
  if (options_.read_only) return RefuseWrite();
  auto* const family = static_cast<FamilyStore*>(store);
  if (family->id_ == 0) return Status::InvalidArgument("Can't drop default column family");
  Status s;
  {
    MutexLock manifest_lock(&manifest_mutex_);
    s = DropStoreLocked(family);
  }
  return CheckManifest(std::move(s));
}

Status EnvImpl::DropStoreLocked(FamilyStore* family) {
  {
    MutexLock lock(&mutex_);
    if (family->dropped()) return Status::InvalidArgument("Column family already dropped!\n");
    // No flush or merge of it may install afterwards.
    ++family->manual_waiting_;
  }
  ManifestEdit whole;
  FamilyEdit edit;
  edit.family = family->id_;
  edit.drop = true;
  whole.families.push_back(std::move(edit));
  whole.next_number = next_number_.load();
  std::vector<uint64_t> blobs;
  for (const auto& [number, blob] : state_.families.at(family->id_).blobs) blobs.push_back(number);
  Status s = manifest_->Append(whole);
  if (s.ok()) s = ApplyEdit(whole, &state_);
  if (s.ok()) RetireBlobs(blobs);
  MutexLock lock(&mutex_);
  if (!s.ok()) {
    --family->manual_waiting_;
    return s;
  }
  family->dropped_.store(true, std::memory_order_release);
  PublishDirectory();
  SwitchResult result;
  s = pipeline_->Switch(CopyTables(), nullptr, &result);
  family->version_->ForEachFile(
      [](int, const Run&, const RunPart& part) { part.file->MarkObsolete(); });
  family->sealed_.clear();
  work_.NotifyAll();
  return s;
}

// --- figures ---

EnvStats EnvImpl::Stats() const {
  EnvStats stats;
  stats.visible_sequence = VisibleSequence();
  if (pipeline_ != nullptr) {
    const PipelineCounters counters = pipeline_->Counters();
    stats.writes = counters.writes;
    stats.log_bytes = counters.logged_bytes;
    stats.log_mapped = counters.mapped;
    stats.log_bytes_mapped = counters.mapped_bytes;
    stats.log_syncs = counters.syncs;
    stats.live_log_bytes = pipeline_->LogBytes();
    for (const auto& file : pipeline_->LogFiles()) {
      if (file.live && (stats.min_log_number == 0 || file.number < stats.min_log_number)) {
        stats.min_log_number = file.number;
      }
    }
  }
  stats.snapshots = snapshots_.Count();
  const SnapshotList::Item oldest = snapshots_.Oldest();
  stats.oldest_snapshot_sequence = oldest.sequence;
  stats.oldest_snapshot_time = oldest.unix_time;
  stats.manifest_number = manifest_number_;
  MutexLock lock(&mutex_);
  stats.background_errors = background_errors_;
  stats.memtable_bytes = MemTableBytes();
  return stats;
}

std::string EnvImpl::manifest_path() const {
  return ManifestFileName(path_, manifest_number_.load());
}

}  // namespace aether
