// Reads of StoreDb, and what every call looks at first. The common ones allocate nothing here.

#include "compat/db/store_db.h"

#include <utility>

#include "compat/db/read_options.h"
#include "compat/db/slices.h"
#include "compat/db/telemetry.h"
#include "compat/env/status_convert.h"
#include "compat/iterator/store_iterator.h"

namespace rocksdb {

namespace {

// Keys of one MultiGet are looked up in groups of this size.
constexpr size_t kMultiGetGroup = 32;

Status ConvertRead(const ReadOptions& options, const aether::Status& status) {
  if (options.read_tier == kBlockCacheTier && status.code() == aether::Status::kIncomplete) {
    return Status::Incomplete("no blocking io");
  }
  return ToRocks(status);
}

void ReleasePinned(void* argument, void* function) {
  reinterpret_cast<void (*)(void*)>(function)(argument);
}

// Hands a value of the engine over. The buffer of *to was lent to *from before the read.
void HandOver(aether::PinnedValue* from, PinnableSlice* to) {
  if (from->pinned()) {
    const Slice bytes = FromEngine(from->value());
    const auto [release, argument] = from->TakeRelease();
    to->GetSelf()->swap(*from->buffer());
    to->PinSlice(bytes, ReleasePinned, argument, reinterpret_cast<void*>(release));
    return;
  }
  to->GetSelf()->swap(*from->buffer());
  to->PinSelf();
}

}  // namespace

Status StoreDb::RefuseReadOnly() const {
  return Status::NotSupported(mode_ == Mode::kSecondary
                                  ? "Not supported operation in secondary mode."
                                  : "Not supported operation in read only mode.");
}

Status StoreDb::NotOurs() {
  return Status::InvalidArgument("the column family handle belongs to another DB");
}

Status StoreDb::NoTimestamps(ColumnFamilyHandle* handle) {
  return Status::InvalidArgument("cannot call this method on column family " + handle->GetName() +
                                 " that does not enable timestamp");
}

Status StoreDb::CheckOpen() const {
  return closed() ? Status::Aborted("the DB is closed") : Status::OK();
}

Status StoreDb::CheckOpen(ColumnFamilyHandle* handle) const {
  return Owns(handle) ? CheckOpen() : NotOurs();
}

Status StoreDb::CheckWritable() const {
  return mode_ != Mode::kReadWrite ? RefuseReadOnly() : CheckOpen();
}

Status StoreDb::CheckWritable(ColumnFamilyHandle* handle) const {
  return Owns(handle) ? CheckWritable() : NotOurs();
}

Status StoreDb::CheckRead(const ReadOptions& options, ColumnFamilyHandle* handle) const {
  if (!Owns(handle)) return NotOurs();
  if (!Owns(options.snapshot)) return Status::InvalidArgument("the snapshot belongs to another DB");
  if (options.timestamp != nullptr) return NoTimestamps(Own(handle));
  return CheckOpen();
}

// --- reads ---

Status StoreDb::Get(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                    PinnableSlice* value) {
  if (tracer_.on() && Owns(handle)) tracer_.Get(Own(handle)->id, key);
  return GetBytes(options, handle, key, value, nullptr);
}

Status StoreDb::GetFrom(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                        PinnableSlice* value, bool* entity, aether::ReadCounters* counters) {
  value->Reset();
  aether::PinnedValue found;
  found.buffer()->swap(*value->GetSelf());
  aether::ReadOptions engine_options = ToEngineRead(options, env_);
  engine_options.whole_entities = entity != nullptr;
  engine_options.counters = counters;
  const aether::Status status = Store(handle)->Get(engine_options, ToEngine(key), &found);
  if (!status.ok()) {
    // The caller's string comes back as it was.
    value->GetSelf()->swap(*found.buffer());
    return ConvertRead(options, status);
  }
  if (entity != nullptr) *entity = found.entity();
  HandOver(&found, value);
  return Status::OK();
}

Status StoreDb::GetBytes(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                         PinnableSlice* value, bool* entity) {
  if (!Owns(handle) || !Owns(options.snapshot) || options.timestamp != nullptr || closed())
      [[unlikely]] {
    return CheckRead(options, handle);
  }
  if (value == nullptr || value->GetSelf() == nullptr) [[unlikely]] {
    return Status::InvalidArgument("Cannot call Get without a value to fill");
  }
  const HistogramTimer timer(statistics_, DB_GET);
  if (ReadsCounted(statistics_)) return CountedGet(options, handle, key, value, entity);
  return GetFrom(options, handle, key, value, entity, nullptr);
}

Status StoreDb::CountedGet(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                           PinnableSlice* value, bool* entity) {
  const PerfLevel level = perf_level;
  aether::Clock* const clock = aether::RealClock();
  const bool cpu = level >= kEnableTimeAndCPUTimeExceptForMutex;
  const uint64_t cpu_start = cpu ? clock->CpuNanos() : 0;
  ReadReport report;
  report.Begin(meter_.get(), level);
  const Status s = GetFrom(options, handle, key, value, entity, report.counters());
  const uint64_t read_end = level > kEnableCount ? clock->NowNanos() : 0;
  report.HandOver(statistics_);
  if (s.ok() && report.perf() != nullptr) report.perf()->get_read_bytes += value->size();
  if (statistics_ != nullptr) {
    Tick(statistics_, NUMBER_KEYS_READ);
    const uint64_t bytes = s.ok() ? value->size() : 0;
    Tick(statistics_, BYTES_READ, bytes);
    statistics_->recordInHistogram(BYTES_PER_READ, bytes);
  }
  if (read_end != 0) report.perf()->get_post_process_time += clock->NowNanos() - read_end;
  if (cpu) report.perf()->get_cpu_nanos += clock->CpuNanos() - cpu_start;
  return s;
}

Status StoreDb::Get(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                    PinnableSlice* value, std::string* timestamp) {
  if (timestamp != nullptr) timestamp->clear();
  return Get(options, handle, key, value);
}

Status StoreDb::GetEntity(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                          PinnableWideColumns* columns) {
  if (handle == nullptr) {
    return Status::InvalidArgument("Cannot call GetEntity without a column family handle");
  }
  if (columns == nullptr) {
    return Status::InvalidArgument("Cannot call GetEntity without a PinnableWideColumns object");
  }
  columns->Reset();
  if (tracer_.on() && Owns(handle)) tracer_.Get(Own(handle)->id, key);
  PinnableSlice value;
  bool entity = false;
  Status s = GetBytes(options, handle, key, &value, &entity);
  if (!s.ok()) return s;
  Cleanable* const pinned = value.IsPinned() ? &value : nullptr;
  if (entity) return columns->SetWideColumnValue(value, pinned);
  columns->SetPlainValue(value, pinned);
  return s;
}

Status StoreDb::GetVersions(ColumnFamilyHandle* handle, const aether::Slice* begin,
                            const aether::Slice* end, size_t limit,
                            std::vector<aether::EntryVersion>* versions) {
  Status s = CheckRead(ReadOptions(), handle);
  return s.ok() ? ToRocks(Store(handle)->Versions(begin, end, limit, versions)) : s;
}

Status StoreDb::GetMergeOperands(const ReadOptions& options, ColumnFamilyHandle* handle,
                                 const Slice& key, PinnableSlice* merge_operands,
                                 GetMergeOperandsOptions* get_merge_operands_options,
                                 int* number_of_operands) {
  Status s = CheckRead(options, handle);
  if (!s.ok()) return s;
  if (merge_operands == nullptr || get_merge_operands_options == nullptr ||
      number_of_operands == nullptr ||
      get_merge_operands_options->expected_max_number_of_operands < 0) {
    return Status::InvalidArgument("GetMergeOperands needs operands, options and a count");
  }
  const auto limit =
      static_cast<size_t>(get_merge_operands_options->expected_max_number_of_operands);
  std::vector<std::string> operands;
  s = ConvertRead(options, Store(handle)->GetMergeOperands(ToEngineRead(options, env_),
                                                           ToEngine(key), limit, &operands));
  *number_of_operands = static_cast<int>(operands.size());
  if (s.IsIncomplete() || (s.ok() && operands.size() > limit)) {
    // Status has no way to combine this sub-code with a text of ours; the code and sub-code are
    // what callers look at.
    return Status(Status::kIncomplete, Status::KMergeOperandsInsufficientCapacity, Status::kNoError,
                  "Insufficient capacity for merge operands");
  }
  if (!s.ok()) return s;
  for (size_t i = 0; i < operands.size(); ++i) {
    merge_operands[i].Reset();
    merge_operands[i].PinSelf(operands[i]);
  }
  return s;
}

void StoreDb::TraceMultiGet(const std::vector<ColumnFamilyHandle*>& handles,
                            const std::vector<Slice>& keys) {
  std::vector<uint32_t> families;
  for (ColumnFamilyHandle* handle : handles) {
    if (!Owns(handle)) return;
    families.push_back(Own(handle)->id);
  }
  tracer_.MultiGet(families, keys);
}

bool StoreDb::CheckMultiGet(size_t num_keys, const Slice* keys, const PinnableSlice* values,
                            Status* statuses) {
  if (num_keys == 0 || (keys != nullptr && values != nullptr && statuses != nullptr)) return true;
  for (size_t i = 0; statuses != nullptr && i < num_keys; ++i) {
    statuses[i] = Status::InvalidArgument("MultiGet needs families, keys and values to fill");
  }
  return false;
}

void StoreDb::MultiGet(const ReadOptions& options, ColumnFamilyHandle* handle,
                       const size_t num_keys, const Slice* keys, PinnableSlice* values,
                       Status* statuses, const bool) {
  if (!CheckMultiGet(num_keys, keys, values, statuses)) return;
  if (tracer_.on()) {
    TraceMultiGet(std::vector<ColumnFamilyHandle*>(num_keys, handle),
                  std::vector<Slice>(keys, keys + num_keys));
  }
  MultiGetInFamily(options, handle, num_keys, keys, values, statuses);
}

void StoreDb::MultiGetInFamily(const ReadOptions& options, ColumnFamilyHandle* handle,
                               size_t num_keys, const Slice* keys, PinnableSlice* values,
                               Status* statuses) {
  const Status usable = CheckRead(options, handle);
  if (!usable.ok()) {
    for (size_t i = 0; i < num_keys; ++i) statuses[i] = usable;
    return;
  }
  const HistogramTimer timer(statistics_, DB_MULTIGET);
  aether::ReadOptions engine_options = ToEngineRead(options, env_);
  // All groups must show one moment.
  const aether::Snapshot* own = nullptr;
  if (num_keys > kMultiGetGroup && engine_options.snapshot == nullptr) {
    own = engine_->GetSnapshot();
    engine_options.snapshot = own;
  }
  ReadReport report;
  const bool counted = ReadsCounted(statistics_);
  if (counted) {
    report.Begin(meter_.get(), perf_level);
    engine_options.counters = report.counters();
  }
  aether::KvStore* const store = Store(handle);
  aether::Slice group[kMultiGetGroup];
  uint64_t bytes = 0;
  uint64_t found_keys = 0;
  for (size_t first = 0; first < num_keys; first += kMultiGetGroup) {
    const size_t n = std::min(kMultiGetGroup, num_keys - first);
    aether::PinnedValue found[kMultiGetGroup];
    aether::Status outcome[kMultiGetGroup];
    for (size_t i = 0; i < n; ++i) {
      group[i] = ToEngine(keys[first + i]);
      values[first + i].Reset();
      found[i].buffer()->swap(*values[first + i].GetSelf());
    }
    store->MultiGet(engine_options, n, group, found, outcome);
    for (size_t i = 0; i < n; ++i) {
      PinnableSlice& value = values[first + i];
      const bool over = bytes > options.value_size_soft_limit;
      if (over || !outcome[i].ok()) {
        value.GetSelf()->swap(*found[i].buffer());
        statuses[first + i] = over ? Status::Aborted() : ConvertRead(options, outcome[i]);
        continue;
      }
      HandOver(&found[i], &value);
      statuses[first + i] = Status::OK();
      bytes += value.size();
      ++found_keys;
    }
  }
  if (own != nullptr) engine_->ReleaseSnapshot(own);
  if (counted) report.HandOver(statistics_);
  PerfAdd(&PerfContext::multiget_read_bytes, bytes);
  if (statistics_ != nullptr) {
    Tick(statistics_, NUMBER_MULTIGET_CALLS);
    Tick(statistics_, NUMBER_MULTIGET_KEYS_READ, num_keys);
    Tick(statistics_, NUMBER_MULTIGET_KEYS_FOUND, found_keys);
    Tick(statistics_, NUMBER_MULTIGET_BYTES_READ, bytes);
    statistics_->recordInHistogram(BYTES_PER_MULTIGET, bytes);
  }
}

void StoreDb::MultiGet(const ReadOptions& options, const size_t num_keys,
                       ColumnFamilyHandle** handles, const Slice* keys, PinnableSlice* values,
                       Status* statuses, const bool) {
  if (!CheckMultiGet(num_keys, handles == nullptr ? nullptr : keys, values, statuses)) return;
  if (tracer_.on()) {
    TraceMultiGet(std::vector<ColumnFamilyHandle*>(handles, handles + num_keys),
                  std::vector<Slice>(keys, keys + num_keys));
  }
  MultiGetInFamilies(options, num_keys, handles, keys, values, statuses);
}

void StoreDb::MultiGetInFamilies(const ReadOptions& options, size_t num_keys,
                                 ColumnFamilyHandle** handles, const Slice* keys,
                                 PinnableSlice* values, Status* statuses) {
  // All families must show one moment.
  ReadOptions at_once = options;
  const Snapshot* own = nullptr;
  for (size_t i = 1; i < num_keys && own == nullptr && options.snapshot == nullptr; ++i) {
    if (handles[i] != handles[0]) own = GetSnapshot();
  }
  if (own != nullptr) at_once.snapshot = own;
  for (size_t first = 0; first < num_keys;) {
    size_t end = first + 1;
    while (end < num_keys && handles[end] == handles[first]) ++end;
    MultiGetInFamily(at_once, handles[first], end - first, keys + first, values + first,
                     statuses + first);
    first = end;
  }
  if (own != nullptr) ReleaseSnapshot(own);
}

std::vector<Status> StoreDb::MultiGet(const ReadOptions& options,
                                      const std::vector<ColumnFamilyHandle*>& handles,
                                      const std::vector<Slice>& keys,
                                      std::vector<std::string>* values) {
  const size_t n = keys.size();
  if (values == nullptr || handles.size() != n) {
    return std::vector<Status>(
        n, Status::InvalidArgument("MultiGet needs a family for each key, and values to fill"));
  }
  std::vector<Status> statuses(n);
  std::vector<PinnableSlice> found(n);
  std::vector<ColumnFamilyHandle*> families(handles);
  values->assign(n, std::string());
  if (tracer_.on()) TraceMultiGet(handles, keys);
  // This form looks at the deadline after each key, so the first one always has its answer.
  const size_t alone = options.deadline.count() > 0 && n > 1 ? 1 : 0;
  if (alone != 0) statuses[0] = GetBytes(options, handles[0], keys[0], &found[0], nullptr);
  MultiGetInFamilies(options, n - alone, families.data() + alone, keys.data() + alone,
                     found.data() + alone, statuses.data() + alone);
  for (size_t i = 0; i < n; ++i) {
    if (statuses[i].ok()) (*values)[i].assign(found[i].data(), found[i].size());
  }
  return statuses;
}

bool StoreDb::KeyMayExist(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                          std::string* value, std::string* timestamp, bool* value_found) {
  if (timestamp != nullptr) timestamp->clear();
  ReadOptions without_io = options;
  without_io.read_tier = kBlockCacheTier;
  PinnableSlice found;
  const Status s = Get(without_io, handle, key, &found);
  if (value != nullptr) value->assign(found.data(), s.ok() ? found.size() : 0);
  // That a key is not there is known, too.
  if (value_found != nullptr) *value_found = s.IsNotFound() || (s.ok() && value != nullptr);
  return s.ok() || s.IsIncomplete();
}

Status StoreDb::CheckIterator(const ReadOptions& options) const {
  // A read-only instance of RocksDB looks at neither.
  if (mode_ == Mode::kReadOnly) return Status::OK();
  if (options.managed) {
    return Status::NotSupported("Managed iterator is not supported anymore.");
  }
  if (options.read_tier == kPersistedTier) {
    return Status::NotSupported("ReadTier::kPersistedData is not yet supported in iterators.");
  }
  if (mode_ == Mode::kSecondary) {
    if (options.tailing) {
      return Status::NotSupported("tailing iterator not supported in secondary mode");
    }
    // The primary knows nothing of it, so its merges keep nothing for it.
    if (options.snapshot != nullptr) {
      return Status::NotSupported("snapshot not supported in secondary mode");
    }
  }
  return Status::OK();
}

Iterator* StoreDb::NewIterator(const ReadOptions& options, ColumnFamilyHandle* handle) {
  const Status possible = CheckIterator(options);
  if (!possible.ok()) return NewErrorIterator(possible);
  if (options.iter_start_ts != nullptr) {
    return NewErrorIterator(Status::NotSupported("ReadOptions::iter_start_ts"));
  }
  const Status usable = CheckRead(options, handle);
  if (!usable.ok()) return NewErrorIterator(usable);

  StoreHandle* const family = Own(handle);
  aether::ReadOptions engine_options = ToEngineRead(options, env_);
  aether::Slice lower;
  aether::Slice upper;
  if (options.iterate_lower_bound != nullptr) {
    lower = ToEngine(*options.iterate_lower_bound);
    engine_options.lower_bound = &lower;
  }
  if (options.iterate_upper_bound != nullptr) {
    upper = ToEngine(*options.iterate_upper_bound);
    engine_options.upper_bound = &upper;
  }
  engine_options.max_skippable_entries = options.max_skippable_internal_keys;
  if (options.tailing) engine_options.snapshot = nullptr;

  StoreIteratorOptions wrapper;
  aether::ScanPrefix prefix;
  if (family->family->has_prefix.load(std::memory_order_acquire)) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (options.prefix_same_as_start) wrapper.prefix = family->family->options.prefix_extractor;
    if (!options.total_order_seek) prefix.extractor = family->family->prefix;
    prefix.same_as_start = options.prefix_same_as_start;
  }
  wrapper.cache_only = options.read_tier == kBlockCacheTier;
  wrapper.pin_data = options.pin_data;
  wrapper.has_snapshot = options.snapshot != nullptr;
  wrapper.statistics = statistics_;
  wrapper.tracer = &tracer_;
  wrapper.family = family->id;
  wrapper.alive = alive_;
  if (ReadsCounted(statistics_)) {
    wrapper.reads = std::make_unique<ReadReport>();
    wrapper.meter = meter_.get();
    engine_options.counters = wrapper.reads->counters();
  }
  std::unique_ptr<aether::Iterator> engine = family->store->NewIterator(
      engine_options, std::move(prefix),
      options.table_filter ? FileFilterOf(options, handle) : aether::KvStore::FileFilter());
  if (options.tailing) {
    return NewTailingIterator(std::move(engine), engine_.get(), family->family->order,
                              std::move(wrapper));
  }
  return NewStoreIterator(std::move(engine), std::move(wrapper));
}

Status StoreDb::NewIterators(const ReadOptions& options,
                             const std::vector<ColumnFamilyHandle*>& handles,
                             std::vector<Iterator*>* iterators) {
  if (iterators == nullptr) {
    return Status::InvalidArgument("NewIterators needs a place for the iterators");
  }
  iterators->clear();
  Status possible = CheckIterator(options);
  for (ColumnFamilyHandle* handle : handles) {
    if (possible.ok() && (closed() || !Owns(handle))) possible = CheckOpen(handle);
  }
  if (!possible.ok()) return possible;
  // Without a snapshot of the caller's, all iterators still start from one moment.
  ReadOptions at_once = options;
  const Snapshot* own = nullptr;
  if (options.snapshot == nullptr && !options.tailing && handles.size() > 1 &&
      mode_ != Mode::kSecondary) {
    own = GetSnapshot();
    at_once.snapshot = own;
  }
  for (ColumnFamilyHandle* handle : handles) iterators->push_back(NewIterator(at_once, handle));
  // An iterator keeps its own view; the snapshot is needed only while they are made.
  if (own != nullptr) ReleaseSnapshot(own);
  return Status::OK();
}

const Snapshot* StoreDb::GetSnapshot() {
  if (closed()) return nullptr;
  return new SnapshotImpl(engine_->GetSnapshot(), instance_);
}

void StoreDb::ReleaseSnapshot(const Snapshot* snapshot) {
  if (snapshot == nullptr) return;
  if (!Owns(snapshot)) {
    Error(info_log(), "ReleaseSnapshot: the snapshot belongs to another DB");
    return;
  }
  const auto* taken = static_cast<const SnapshotImpl*>(snapshot);
  if (!closed()) engine_->ReleaseSnapshot(taken->engine);
  delete taken;
}

SequenceNumber StoreDb::GetLatestSequenceNumber() const {
  return closed() ? 0 : engine_->VisibleSequence();
}

}  // namespace rocksdb
