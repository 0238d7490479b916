#include "compat/transactions/transaction_base.h"

#include <utility>

#include "compat/batch/wire_format.h"
#include "compat/batch/write_batch_internal.h"
#include "compat/db/telemetry.h"

namespace rocksdb {

namespace {

// Reads of a snapshot that is given back, unless its DB has gone first.
struct SnapshotRelease {
  StoreDb* db;
  std::shared_ptr<const std::atomic<bool>> alive;
  void operator()(const Snapshot* snapshot) const {
    if (alive->load(std::memory_order_acquire)) db->ReleaseSnapshot(snapshot);
  }
};

}  // namespace

TransactionBase::TransactionBase(StoreDb* db, const WriteOptions& write_options,
                                 const Comparator* order)
    : db_(db),
      alive_(db->alive()),
      write_options_(write_options),
      batch_(order, 0, true, 0),
      start_micros_(SteadyMicros()) {}

TransactionBase::~TransactionBase() = default;

void TransactionBase::Clear() {
  save_points_.clear();
  batch_.Clear();
  commit_time_batch_.Clear();
  tracked_.Clear();
  counts_ = Counts();
}

void TransactionBase::Reinitialize(const WriteOptions& write_options) {
  Clear();
  ClearSnapshot();
  id_ = 0;
  name_.clear();
  log_number_ = 0;
  write_options_ = write_options;
  indexing_ = true;
  batch_.SetMaxBytes(0);
  start_micros_ = SteadyMicros();
}

uint64_t TransactionBase::GetElapsedTime() const { return (SteadyMicros() - start_micros_) / 1000; }

// --- snapshots ---

void TransactionBase::SetSnapshot() {
  snapshot_needed_ = false;
  notifier_.reset();
  if (!alive()) return;
  const Snapshot* const taken = db_->GetSnapshot();
  if (taken != nullptr) snapshot_.reset(taken, SnapshotRelease{db_, alive_});
}

void TransactionBase::SetSnapshotOnNextOperation(std::shared_ptr<TransactionNotifier> notifier) {
  snapshot_needed_ = true;
  notifier_ = std::move(notifier);
}

void TransactionBase::TakeDelayedSnapshot() {
  if (!snapshot_needed_) return;
  const std::shared_ptr<TransactionNotifier> notifier = notifier_;
  SetSnapshot();
  if (notifier != nullptr) notifier->SnapshotCreated(GetSnapshot());
}

void TransactionBase::ClearSnapshot() {
  snapshot_.reset();
  snapshot_needed_ = false;
  notifier_.reset();
}

// --- save points ---

void TransactionBase::SetSavePoint() {
  SavedState state;
  state.snapshot = snapshot_;
  state.snapshot_needed = snapshot_needed_;
  state.notifier = notifier_;
  state.counts = counts_;
  save_points_.push_back(std::move(state));
  batch_.SetSavePoint();
}

Status TransactionBase::RollbackToSavePoint() {
  if (save_points_.empty()) return Status::NotFound();
  SavedState state = std::move(save_points_.back());
  save_points_.pop_back();
  snapshot_ = std::move(state.snapshot);
  snapshot_needed_ = state.snapshot_needed;
  notifier_ = std::move(state.notifier);
  counts_ = state.counts;
  Status s = batch_.RollbackToSavePoint();
  tracked_.Subtract(state.tracked,
                    [this](uint32_t family, const std::string& key) { Unlock(family, key); });
  return s;
}

Status TransactionBase::PopSavePoint() {
  if (save_points_.empty()) return Status::NotFound();
  if (save_points_.size() > 1) {
    save_points_[save_points_.size() - 2].tracked.Add(save_points_.back().tracked);
  }
  save_points_.pop_back();
  return batch_.PopSavePoint();
}

// --- keys ---

void TransactionBase::Track(uint32_t family, const Slice& key, uint64_t sequence, bool read_only,
                            bool exclusive) {
  tracked_.Track(family, key, sequence, read_only, exclusive);
  if (!save_points_.empty()) {
    save_points_.back().tracked.Track(family, key, sequence, read_only, exclusive);
  }
}

void TransactionBase::UndoGetForUpdate(ColumnFamilyHandle* family, const Slice& key) {
  if (!alive() || !db_->CheckHandle(family).ok()) return;
  const uint32_t id = IdOf(family);
  // A read before the save point is not taken back behind it.
  if (!save_points_.empty() &&
      save_points_.back().tracked.UntrackRead(id, key) == TrackedKeys::Untracked::kWasNot) {
    return;
  }
  if (tracked_.UntrackRead(id, key) == TrackedKeys::Untracked::kGone) Unlock(id, key);
}

// --- reads ---

Status TransactionBase::Get(const ReadOptions& options, ColumnFamilyHandle* family,
                            const Slice& key, PinnableSlice* value) {
  Status s = Check(family);
  return s.ok() ? batch_.GetFromBatchAndDB(db_, options, Or(family), key, value) : s;
}

Status TransactionBase::Get(const ReadOptions& options, ColumnFamilyHandle* family,
                            const Slice& key, std::string* value) {
  Status s = Check(family);
  return s.ok() ? batch_.GetFromBatchAndDB(db_, options, Or(family), key, value) : s;
}

std::vector<Status> TransactionBase::MultiGet(const ReadOptions& options,
                                              const std::vector<ColumnFamilyHandle*>& families,
                                              const std::vector<Slice>& keys,
                                              std::vector<std::string>* values) {
  if (values == nullptr) {
    return std::vector<Status>(keys.size(),
                               Status::InvalidArgument("MultiGet needs values to fill"));
  }
  values->resize(keys.size());
  std::vector<Status> statuses(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    statuses[i] = Get(options, i < families.size() ? families[i] : nullptr, keys[i], &(*values)[i]);
  }
  return statuses;
}

std::vector<Status> TransactionBase::MultiGet(const ReadOptions& options,
                                              const std::vector<Slice>& keys,
                                              std::vector<std::string>* values) {
  return MultiGet(options, {}, keys, values);
}

void TransactionBase::MultiGet(const ReadOptions& options, ColumnFamilyHandle* family,
                               const size_t num_keys, const Slice* keys, PinnableSlice* values,
                               Status* statuses, const bool sorted_input) {
  Status s = Check(family);
  if (s.ok() && num_keys > 0 && (keys == nullptr || values == nullptr)) {
    s = Status::InvalidArgument("MultiGet needs keys, and values to fill");
  }
  if (statuses == nullptr || !s.ok()) {
    for (size_t i = 0; statuses != nullptr && i < num_keys; ++i) statuses[i] = s;
    return;
  }
  batch_.MultiGetFromBatchAndDB(db_, options, Or(family), num_keys, keys, values, statuses,
                                sorted_input);
}

namespace {

Status CheckUnvalidatedRead(const ReadOptions& options, bool do_validate) {
  if (do_validate || options.snapshot == nullptr) return Status::OK();
  return Status::InvalidArgument(
      "If do_validate is false then GetForUpdate with snapshot is not defined.");
}

}  // namespace

Status TransactionBase::GetForUpdate(const ReadOptions& options, ColumnFamilyHandle* family,
                                     const Slice& key, std::string* value, bool exclusive,
                                     const bool do_validate) {
  Status s = Check(family);
  if (s.ok()) s = CheckUnvalidatedRead(options, do_validate);
  if (s.ok()) s = TryLock(Or(family), key, true, exclusive, do_validate, false);
  if (s.ok() && value != nullptr) s = Get(options, family, key, value);
  return s;
}

Status TransactionBase::GetForUpdate(const ReadOptions& options, ColumnFamilyHandle* family,
                                     const Slice& key, PinnableSlice* value, bool exclusive,
                                     const bool do_validate) {
  Status s = Check(family);
  if (s.ok()) s = CheckUnvalidatedRead(options, do_validate);
  if (s.ok()) s = TryLock(Or(family), key, true, exclusive, do_validate, false);
  if (s.ok() && value != nullptr) s = Get(options, family, key, value);
  return s;
}

std::vector<Status> TransactionBase::MultiGetForUpdate(
    const ReadOptions& options, const std::vector<ColumnFamilyHandle*>& families,
    const std::vector<Slice>& keys, std::vector<std::string>* values) {
  if (values == nullptr) return MultiGet(options, families, keys, values);
  values->resize(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    ColumnFamilyHandle* const family = i < families.size() ? families[i] : nullptr;
    const Status s =
        GetForUpdate(options, family, keys[i], static_cast<std::string*>(nullptr), true, true);
    // Without all locks nothing was read.
    if (!s.ok()) return std::vector<Status>(keys.size(), s);
  }
  return MultiGet(options, families, keys, values);
}

std::vector<Status> TransactionBase::MultiGetForUpdate(const ReadOptions& options,
                                                       const std::vector<Slice>& keys,
                                                       std::vector<std::string>* values) {
  return MultiGetForUpdate(options, {}, keys, values);
}

Iterator* TransactionBase::GetIterator(const ReadOptions& options) {
  return GetIterator(options, nullptr);
}

Iterator* TransactionBase::GetIterator(const ReadOptions& options, ColumnFamilyHandle* family) {
  Status s = Check(family);
  if (!s.ok()) return NewErrorIterator(s);
  ColumnFamilyHandle* const handle = Or(family);
  return batch_.NewIteratorWithBase(handle, db_->NewIterator(options, handle), &options);
}

// --- writes ---

WriteBatchBase* TransactionBase::BatchForWrite() {
  if (indexing_) return &batch_;
  return batch_.GetWriteBatch();
}

template <typename Add>
Status TransactionBase::Write(ColumnFamilyHandle* family, const Slice& key, bool do_validate,
                              bool assume_tracked, uint64_t Counts::*count, const Add& add) {
  Status s = Check(family);
  if (!s.ok()) return s;
  ColumnFamilyHandle* const handle = Or(family);
  s = TryLock(handle, key, false, true, do_validate, assume_tracked);
  if (s.ok()) s = add(BatchForWrite(), handle);
  if (s.ok()) ++(counts_.*count);
  return s;
}

#define AETHER_TXN_ADD(do_validate, assume_tracked, count, call)  \
  Write(family, key, do_validate, assume_tracked, &Counts::count, \
        [&](WriteBatchBase* batch, ColumnFamilyHandle* handle) -> Status { return batch->call; })

Status TransactionBase::Put(ColumnFamilyHandle* family, const Slice& key, const Slice& value,
                            const bool assume_tracked) {
  return AETHER_TXN_ADD(!assume_tracked, assume_tracked, puts, Put(handle, key, value));
}
Status TransactionBase::PutUntracked(ColumnFamilyHandle* family, const Slice& key,
                                     const Slice& value) {
  return AETHER_TXN_ADD(false, false, puts, Put(handle, key, value));
}
Status TransactionBase::Merge(ColumnFamilyHandle* family, const Slice& key, const Slice& value,
                              const bool assume_tracked) {
  return AETHER_TXN_ADD(!assume_tracked, assume_tracked, merges, Merge(handle, key, value));
}
Status TransactionBase::MergeUntracked(ColumnFamilyHandle* family, const Slice& key,
                                       const Slice& value) {
  return AETHER_TXN_ADD(false, false, merges, Merge(handle, key, value));
}
Status TransactionBase::Delete(ColumnFamilyHandle* family, const Slice& key,
                               const bool assume_tracked) {
  return AETHER_TXN_ADD(!assume_tracked, assume_tracked, deletes, Delete(handle, key));
}
Status TransactionBase::DeleteUntracked(ColumnFamilyHandle* family, const Slice& key) {
  return AETHER_TXN_ADD(false, false, deletes, Delete(handle, key));
}
Status TransactionBase::SingleDelete(ColumnFamilyHandle* family, const Slice& key,
                                     const bool assume_tracked) {
  return AETHER_TXN_ADD(!assume_tracked, assume_tracked, deletes, SingleDelete(handle, key));
}
Status TransactionBase::SingleDeleteUntracked(ColumnFamilyHandle* family, const Slice& key) {
  return AETHER_TXN_ADD(false, false, deletes, SingleDelete(handle, key));
}

#undef AETHER_TXN_ADD

Status TransactionBase::Put(const Slice& key, const Slice& value) {
  return Put(nullptr, key, value, false);
}
Status TransactionBase::Put(ColumnFamilyHandle* family, const SliceParts& key,
                            const SliceParts& value, const bool assume_tracked) {
  std::string key_bytes, value_bytes;
  return Put(family, Slice(key, &key_bytes), Slice(value, &value_bytes), assume_tracked);
}
Status TransactionBase::Put(const SliceParts& key, const SliceParts& value) {
  return Put(nullptr, key, value, false);
}
Status TransactionBase::Merge(const Slice& key, const Slice& value) {
  return Merge(nullptr, key, value, false);
}
Status TransactionBase::Delete(const Slice& key) { return Delete(nullptr, key, false); }
Status TransactionBase::Delete(ColumnFamilyHandle* family, const SliceParts& key,
                               const bool assume_tracked) {
  std::string bytes;
  return Delete(family, Slice(key, &bytes), assume_tracked);
}
Status TransactionBase::Delete(const SliceParts& key) { return Delete(nullptr, key, false); }
Status TransactionBase::SingleDelete(const Slice& key) { return SingleDelete(nullptr, key, false); }
Status TransactionBase::SingleDelete(ColumnFamilyHandle* family, const SliceParts& key,
                                     const bool assume_tracked) {
  std::string bytes;
  return SingleDelete(family, Slice(key, &bytes), assume_tracked);
}
Status TransactionBase::SingleDelete(const SliceParts& key) {
  return SingleDelete(nullptr, key, false);
}
Status TransactionBase::PutUntracked(const Slice& key, const Slice& value) {
  return PutUntracked(nullptr, key, value);
}
Status TransactionBase::PutUntracked(ColumnFamilyHandle* family, const SliceParts& key,
                                     const SliceParts& value) {
  std::string key_bytes, value_bytes;
  return PutUntracked(family, Slice(key, &key_bytes), Slice(value, &value_bytes));
}
Status TransactionBase::PutUntracked(const SliceParts& key, const SliceParts& value) {
  return PutUntracked(nullptr, key, value);
}
Status TransactionBase::MergeUntracked(const Slice& key, const Slice& value) {
  return MergeUntracked(nullptr, key, value);
}
Status TransactionBase::DeleteUntracked(const Slice& key) { return DeleteUntracked(nullptr, key); }
Status TransactionBase::DeleteUntracked(ColumnFamilyHandle* family, const SliceParts& key) {
  std::string bytes;
  return DeleteUntracked(family, Slice(key, &bytes));
}
Status TransactionBase::DeleteUntracked(const SliceParts& key) {
  return DeleteUntracked(nullptr, key);
}
Status TransactionBase::SingleDeleteUntracked(const Slice& key) {
  return SingleDeleteUntracked(nullptr, key);
}

void TransactionBase::PutLogData(const Slice& blob) {
  batch_.PutLogData(blob).PermitUncheckedError();
}

Status TransactionBase::RebuildFromWriteBatch(WriteBatch* src_batch) {
  if (!alive()) return Gone();
  if (src_batch == nullptr) return Status::InvalidArgument("Batch is nullptr!");
  if (WriteBatchInternal::ByteSize(src_batch) < kBatchHeaderSize) {
    return Status::Corruption("malformed WriteBatch (too small)");
  }
  return Rebuild(src_batch, false);
}

Status TransactionBase::Rebuild(WriteBatch* batch, bool without_dropped) {
  Slice input = WriteBatchInternal::Body(batch);
  WireRecord record;
  while (!input.empty()) {
    Status s = ReadWireRecord(&input, &record);
    if (!s.ok()) return s;
    if (record.kind == WireTag::kNoop) continue;
    if (record.kind == WireTag::kLogData) {
      PutLogData(record.key);
      continue;
    }
    if (!record.Counts()) return Status::InvalidArgument("a marker of a two-phase commit");
    ColumnFamilyHandle* const family = db_->HandleOf(record.family);
    if (family == nullptr && without_dropped) continue;
    if (family == nullptr) {
      return Status::InvalidArgument("Invalid column family specified in write batch");
    }
    switch (record.kind) {
      case WireTag::kPut:
        s = Put(family, record.key, record.value, false);
        break;
      case WireTag::kMerge:
        s = Merge(family, record.key, record.value, false);
        break;
      case WireTag::kDelete:
        s = Delete(family, record.key, false);
        break;
      case WireTag::kSingleDelete:
        s = SingleDelete(family, record.key, false);
        break;
      default:
        s = Status::InvalidArgument("a record that transactions do not hold");
        break;
    }
    if (!s.ok()) return s;
  }
  return Status::OK();
}

}  // namespace rocksdb
