#include "engine/store/family.h"

#include <algorithm>
#include <map>

#include "engine/base/epoch.h"
#include "engine/base/inline_vector.h"
#include "engine/base/trace.h"
#include "engine/lsm/file_names.h"
#include "engine/store/env_impl.h"
#include "engine/store/file_info.h"
#include "engine/wal/planted_bugs.h"

namespace aether {

FamilyStore::FamilyStore(EnvImpl* env, uint32_t id, std::string name, StoreOptions options)
    : env_(env),
      id_(id),
      name_(std::move(name)),
      options_(std::move(options)),
      write_buffer_size_(options_.write_buffer_size),
      max_write_buffers_(options_.max_write_buffers),
      tree_(options_.tree) {
  UpdateTableBudget();
}

FamilyStore::~FamilyStore() { delete view_.load(std::memory_order_acquire); }

Status FamilyStore::NewTable(std::shared_ptr<MemTable>* table) {
  std::unique_ptr<MemTable> fresh = NewMemTable(options_.memtable, options_.order);
  if (fresh == nullptr) {
    return Status::Aborted("no memory for the memtable", Status::kMemoryLimit);
  }
  *table = tables_->Hold(std::move(fresh));
  return Status::OK();
}

void FamilyStore::UpdateTableBudget() {
  MutexLock lock(&budget_mutex_);
  table_budget_.Set(write_buffer_size() * static_cast<uint64_t>(max_write_buffers()));
}

std::shared_ptr<const ReadView> FamilyStore::PinView() const {
  EpochGuard guard;
  AETHER_TRACE_STEP();
  const ViewHolder* const holder = view_.load(std::memory_order_seq_cst);
  AETHER_TRACE("pin", "family", id_, "view", holder->view->number());
  return holder->view;
}

const ReadView* FamilyStore::CurrentView() const {
  AETHER_TRACE_STEP();
  const ReadView* const view = view_.load(std::memory_order_seq_cst)->view.get();
  AETHER_TRACE("pin", "family", id_, "view", view->number());
  return view;
}

SequenceNumber FamilyStore::ReadSequence(const ReadOptions& options) const {
  AETHER_TRACE_STEP();
  const SequenceNumber sequence =
      options.snapshot != nullptr ? options.snapshot->sequence() : env_->VisibleSequence();
  AETHER_TRACE("load", "sequence", sequence);
  return sequence;
}

void FamilyStore::PublishView(std::shared_ptr<const ReadView> view) {
  AETHER_TRACE_STEP();
  AETHER_TRACE("view", "family", id_, "view", view->number(), "tables",
               trace::List(view->tables(), [](const auto& table) { return table.get(); }));
  const ViewHolder* const old =
      view_.exchange(new ViewHolder{std::move(view)}, std::memory_order_seq_cst);
  if (old != nullptr) {
    EpochRetire(const_cast<ViewHolder*>(old), [](void* p) { delete static_cast<ViewHolder*>(p); });
  }
}

void FamilyStore::RebuildView() {
  std::vector<std::shared_ptr<MemTable>> tables{active_};
  for (auto sealed = sealed_.rbegin(); sealed != sealed_.rend(); ++sealed) {
    tables.push_back(sealed->table);
  }
  PublishView(
      std::make_shared<const ReadView>(env_->next_view_.fetch_add(1), std::move(tables), version_));
}

RunReadOptions FamilyStore::RunOptions(const ReadOptions& options) const {
  RunReadOptions result;
  result.cache_only = options.tier == ReadTier::kCacheOnly;
  result.fill_cache = options.fill_cache;
  result.verify = options.verify_checksums;
  result.deadline_micros = options.deadline_micros;
  result.io_timeout_micros = options.io_timeout_micros;
  result.readahead_bytes = options.readahead;
  result.first_readahead_bytes = options_.first_readahead;
  result.max_readahead_bytes = options_.max_readahead;
  result.readahead_after_reads = options_.readahead_after_reads;
  result.readahead_in_background = options.async_io;
  result.counters = options.counters;
  return result;
}

bool FamilyStore::UseMemTables(const ReadOptions& options) const {
  return options.tier != ReadTier::kPersistedOnly ||
         !env_->unlogged_writes_.load(std::memory_order_acquire);
}

Status FamilyStore::Get(const ReadOptions& options, Slice key, PinnedValue* value) {
  EpochGuard guard;
  const bool too_early = Planted(PlantedBug::kSequenceBeforeView);
  SequenceNumber sequence = too_early ? ReadSequence(options) : 0;
  const ReadView* const view = CurrentView();
  if (!too_early) sequence = ReadSequence(options);
  Lookup lookup(key, sequence, options_.merge_operator.get(), value);
  if (options.ignore_range_deletes) lookup.IgnoreRangeDeletes();
  if (options.whole_entities) lookup.WantEntity();
  const bool memtables = UseMemTables(options);
  if (options.counters == nullptr) [[likely]] {
    AETHER_RETURN_IF_ERROR(view->Get(&lookup, RunOptions(options), memtables, true));
    return lookup.Finish();
  }
  return CountedGet(*view, options, memtables, &lookup);
}

Status FamilyStore::CountedGet(const ReadView& view, const ReadOptions& options, bool memtables,
                               Lookup* lookup) const {
  ReadCounters& counters = *options.counters;
  const RunReadOptions run_options = RunOptions(options);
  if (memtables) {
    const Stopwatch watch(counters.timed);
    AETHER_RETURN_IF_ERROR(view.Get(lookup, run_options, true, false));
    counters.memtable_nanos += watch.Nanos();
    ++(lookup->finished() ? counters.memtable_hits : counters.memtable_misses);
  }
  if (!lookup->finished()) {
    const Stopwatch watch(counters.timed);
    AETHER_RETURN_IF_ERROR(view.Get(lookup, run_options, false, true));
    counters.runs_nanos += watch.Nanos();
  }
  return lookup->Finish();
}

void FamilyStore::MultiGet(const ReadOptions& options, size_t n, const Slice* keys,
                           PinnedValue* values, Status* statuses) {
  EpochGuard guard;
  const ReadView* const view = view_.load(std::memory_order_seq_cst)->view.get();
  const SequenceNumber sequence =
      options.snapshot != nullptr ? options.snapshot->sequence() : env_->VisibleSequence();
  const bool memtables = UseMemTables(options);
  for (size_t i = 0; i < n; i += Version::kKeysAtOnce) {
    const size_t some = std::min(Version::kKeysAtOnce, n - i);
    if (options.deadline_micros != 0 && env_->clock_->NowMicros() > options.deadline_micros) {
      for (; i < n; ++i) statuses[i] = Status::TimedOut();
      return;
    }
    MultiGetSome(*view, sequence, options, memtables, some, keys + i, values + i, statuses + i);
  }
}

void FamilyStore::MultiGetSome(const ReadView& view, SequenceNumber sequence,
                               const ReadOptions& options, bool memtables, size_t n,
                               const Slice* keys, PinnedValue* values, Status* statuses) const {
  InlineVector<Lookup, Version::kKeysAtOnce> lookups;
  for (size_t i = 0; i < n; ++i) {
    Lookup& lookup = lookups.Add(keys[i], sequence, options_.merge_operator.get(), &values[i]);
    if (options.ignore_range_deletes) lookup.IgnoreRangeDeletes();
    statuses[i] = Status::OK();
  }
  if (options.counters == nullptr) [[likely]] {
    view.MultiGet(lookups.data(), statuses, n, RunOptions(options), memtables, true);
  } else {
    CountedMultiGet(view, options, memtables, n, lookups.data(), statuses);
  }
  for (size_t i = 0; i < n; ++i) {
    if (statuses[i].ok()) statuses[i] = lookups[i].Finish();
  }
}

void FamilyStore::CountedMultiGet(const ReadView& view, const ReadOptions& options, bool memtables,
                                  size_t n, Lookup* lookups, Status* statuses) const {
  ReadCounters& counters = *options.counters;
  const RunReadOptions run_options = RunOptions(options);
  if (memtables) {
    const Stopwatch watch(counters.timed);
    view.MultiGet(lookups, statuses, n, run_options, true, false);
    counters.memtable_nanos += watch.Nanos();
    for (size_t i = 0; i < n; ++i) {
      ++(lookups[i].finished() ? counters.memtable_hits : counters.memtable_misses);
    }
  }
  const Stopwatch watch(counters.timed);
  view.MultiGet(lookups, statuses, n, run_options, false, true);
  counters.runs_nanos += watch.Nanos();
}

Status FamilyStore::GetMergeOperands(const ReadOptions& options, Slice key, size_t limit,
                                     std::vector<std::string>* operands) {
  operands->clear();
  EpochGuard guard;
  const ReadView* const view = view_.load(std::memory_order_seq_cst)->view.get();
  const SequenceNumber sequence =
      options.snapshot != nullptr ? options.snapshot->sequence() : env_->VisibleSequence();
  Lookup lookup(key, sequence, options_.merge_operator.get(), nullptr);
  if (options.ignore_range_deletes) lookup.IgnoreRangeDeletes();
  lookup.CollectOperands(operands);
  AETHER_RETURN_IF_ERROR(view->Get(&lookup, RunOptions(options), UseMemTables(options), true));
  AETHER_RETURN_IF_ERROR(lookup.Finish());
  if (operands->size() > limit) {
    return Status::Incomplete("", Status::kMergeOperandsInsufficientCapacity);
  }
  return Status::OK();
}

Status FamilyStore::Versions(const Slice* begin, const Slice* end, size_t limit,
                             std::vector<EntryVersion>* versions) {
  versions->clear();
  const auto view = PinView();
  const SequenceNumber visible = env_->VisibleSequence();
  const auto entries = view->NewEntryIterator(RunReadOptions(), true, true);
  if (begin != nullptr) {
    entries->Seek(*begin, kMaxSequence);
  } else {
    entries->SeekToFirst();
  }
  for (; entries->Valid(); entries->Next()) {
    const Slice key = entries->key();
    if (end != nullptr && CompareKeys(options_.order, key, *end) > 0) break;
    const SequenceNumber sequence = TagSequence(entries->tag());
    if (sequence > visible || view->CoveringRangeDelete(key, visible).sequence > sequence) continue;
    EntryVersion version;
    version.key = key.ToString();
    version.value = entries->value().ToString();
    version.sequence = sequence;
    version.type = TagType(entries->tag());
    versions->push_back(std::move(version));
    if (versions->size() >= limit) break;
  }
  return entries->status();
}

Status FamilyStore::NewestSequence(Slice key, uint64_t above, uint64_t* sequence) {
  *sequence = 0;
  EpochGuard guard;
  const ReadView* const view = view_.load(std::memory_order_seq_cst)->view.get();
  const SequenceNumber visible = env_->VisibleSequence();
  if (visible <= above) return Status::OK();
  SequenceNumber newest = view->CoveringRangeDelete(key, visible).sequence;
  const auto visit = [](void* context, const Entry& entry) {
    *static_cast<SequenceNumber*>(context) = entry.sequence();
    return false;
  };
  SequenceNumber entry = 0;
  for (const auto& table : view->tables()) {
    if (table->Visit(key, visible, visit, &entry)) break;
  }
  if (entry == 0) {
    AETHER_RETURN_IF_ERROR(view->version().NewestSequence(key, visible, std::max(above, newest),
                                                          RunOptions(ReadOptions()), &entry));
  }
  newest = std::max(newest, entry);
  if (newest > above) *sequence = newest;
  return Status::OK();
}

Status FamilyStore::MakeSource(const ReadOptions& options, const FileFilter& files,
                               IteratorSource* source) const {
  const bool too_early = Planted(PlantedBug::kSequenceBeforeView);
  if (too_early) source->sequence = ReadSequence(options);
  source->view = PinView();
  if (!too_early) source->sequence = ReadSequence(options);
  if (files) {
    const ReadView& whole = *source->view;
    source->view = std::make_shared<const ReadView>(
        whole.number(), whole.tables(),
        whole.version().Only([&](int level, const Run& run, const RunPart& part) {
          return files(InfoOf(level, run, part));
        }));
  }
  source->entries = source->view->NewEntryIterator(RunOptions(options), UseMemTables(options),
                                                   options.tier != ReadTier::kMemTableOnly);
  return Status::OK();
}

std::unique_ptr<Iterator> FamilyStore::NewIterator(const ReadOptions& options, ScanPrefix prefix,
                                                   FileFilter files) {
  IteratorOptions iterator_options;
  if (options.lower_bound) iterator_options.lower_bound = options.lower_bound->ToString();
  if (options.upper_bound) iterator_options.upper_bound = options.upper_bound->ToString();
  iterator_options.ignore_range_deletes = options.ignore_range_deletes;
  iterator_options.max_skippable_entries = options.max_skippable_entries;
  iterator_options.prefix = std::move(prefix);
  iterator_options.counters = options.counters;
  IteratorSource source;
  MakeSource(options, files, &source).Ignore();
  ReadOptions again = options;
  again.lower_bound = nullptr;
  again.upper_bound = nullptr;
  return std::make_unique<Iterator>(
      options_.order, options_.merge_operator, std::move(iterator_options), std::move(source),
      [this, again, files = std::move(files)](IteratorSource* fresh) {
        if (again.snapshot != nullptr) {
          return Status::NotSupported("Refresh of an iterator on a snapshot");
        }
        return MakeSource(again, files, fresh);
      });
}

uint64_t FamilyStore::ApproximateSize(Slice begin, Slice end, bool files, bool memtables) {
  const auto view = PinView();
  uint64_t bytes = 0;
  if (files) bytes += view->version().ApproximateBytes(begin, end);
  if (memtables) {
    for (const auto& table : view->tables()) {
      bytes += static_cast<uint64_t>(table->ApproximateShare(begin, end) *
                                     static_cast<double>(table->DataBytes()));
    }
  }
  return bytes;
}

void FamilyStore::ApproximateMemTable(Slice begin, Slice end, uint64_t* count, uint64_t* bytes) {
  *count = 0;
  *bytes = 0;
  const auto view = PinView();
  for (const auto& table : view->tables()) {
    const double share = table->ApproximateShare(begin, end);
    *count += static_cast<uint64_t>(share * static_cast<double>(table->Entries()));
    *bytes += static_cast<uint64_t>(share * static_cast<double>(table->DataBytes()));
  }
}

Status FamilyStore::VerifyChecksums() {
  const auto view = PinView();
  Status result;
  std::map<uint64_t, std::shared_ptr<BlobFile>> blobs;
  view->version().ForEachFile([&](int, const Run&, const RunPart& part) {
    if (!result.ok()) return;
    result = part.file->file().VerifyChecksums();
    Add(env_->options_.meter.get(), Count::kVerifiedBytes, part.file->meta().file_size);
    for (const auto& blob : part.file->file().Blobs()) blobs[blob->meta().number] = blob;
  });
  for (const auto& [number, blob] : blobs) {
    if (result.ok()) result = blob->Verify();
  }
  return result;
}

FileInfo FamilyStore::InfoOf(int level, const Run& run, const RunPart& part) {
  FileInfo info = DescribeFile(part.file->meta());
  info.path = part.file->file().path();
  info.level = level;
  info.run = run.id;
  info.merging = run.merging || run.growing;
  return info;
}

std::vector<FileInfo> FamilyStore::Files() const {
  const auto view = PinView();
  std::vector<FileInfo> files;
  view->version().ForEachFile([&](int level, const Run& run, const RunPart& part) {
    files.push_back(InfoOf(level, run, part));
  });
  return files;
}

std::vector<BlobFileInfo> FamilyStore::BlobFiles() const {
  const auto view = PinView();
  std::vector<BlobFileInfo> files;
  for (const auto& [number, blob] : view->version().state().blobs) {
    BlobFileInfo info;
    info.number = number;
    info.path = BlobFileName(env_->path_, number);
    info.bytes = blob.meta->file_size;
    info.value_count = blob.meta->count;
    info.value_bytes = blob.meta->bytes;
    info.garbage_count = blob.meta->count - std::min(blob.meta->count, blob.live_count);
    info.garbage_bytes = blob.garbage_bytes();
    files.push_back(std::move(info));
  }
  return files;
}

StoreStats FamilyStore::Stats() const {
  StoreStats stats;
  std::shared_ptr<const ReadView> view;
  {
    MutexLock lock(&env_->mutex_);
    view = PinView();
    stats.active_memtable_bytes = active_->MemoryUsage();
    stats.active_memtable_entries = active_->Entries() + active_->RangeDeletes();
    stats.active_memtable_deletes = active_->Deletes();
    stats.sealed_memtables = sealed_.size();
    for (const SealedTable& sealed : sealed_) {
      stats.sealed_memtable_bytes += sealed.table->MemoryUsage();
      stats.sealed_memtable_entries += sealed.table->Entries() + sealed.table->RangeDeletes();
      stats.sealed_memtable_deletes += sealed.table->Deletes();
    }
    stats.flushes_running = flushing_ ? 1 : 0;
    stats.flush_pending = !sealed_.empty() && !flushing_;
    for (const auto& merge : merges_) stats.merges_running += merge->running ? 1 : 0;
    stats.merge_pending = env_->MergePending(*this, true);
    stats.stopped = stall_ == StallState::kStopped;
    stats.sealed_memtables_flushed = flushed_tables_;
    for (const auto& merge : merges_)
      stats.merge_debt_bytes += merge->job ? merge->job->input_bytes() : 0;
  }
  stats.memtable_bytes =
      std::max(tables_->Bytes(), stats.active_memtable_bytes + stats.sealed_memtable_bytes);
  stats.view_number = view->number();
  stats.levels.resize(kLevels);
  view->version().ForEachFile([&](int level, const Run&, const RunPart& part) {
    const FileMeta& meta = part.file->meta();
    LevelStats& l = stats.levels[static_cast<size_t>(level)];
    ++l.files;
    l.bytes += meta.file_size;
    l.raw_bytes += meta.raw_key_bytes + meta.raw_value_bytes;
    l.entries += meta.entries;
    stats.file_bytes += meta.file_size;
    stats.entries += meta.entries;
    stats.tombstones += meta.deletes;
  });
  stats.table_reader_memory = open_file_memory_->load(std::memory_order_relaxed);
  stats.table_reader_memory += env_->BlobCacheMemory(options_.pool);
  stats.live_file_bytes = stats.file_bytes;
  for (int i = 0; i < kLevels; ++i) {
    LevelStats& l = stats.levels[static_cast<size_t>(i)];
    l.runs = static_cast<int>(view->version().level(i).size());
    l.merge_bytes_read = counters_.merge_read[i];
    l.merge_bytes_written = counters_.merge_written[i];
    l.merge_micros = counters_.merge_micros[i];
    l.merges = counters_.merges[i];
  }
  const uint64_t last = stats.levels[kLastLevel].bytes;
  stats.live_data_bytes = last > 0 ? last : stats.file_bytes;
  for (const auto& [number, blob] : view->version().state().blobs) {
    ++stats.blob_files;
    stats.blob_file_bytes += blob.meta->file_size;
    stats.blob_value_bytes += blob.meta->bytes;
    stats.blob_garbage_bytes += blob.garbage_bytes();
  }
  stats.live_data_bytes += stats.blob_value_bytes - stats.blob_garbage_bytes;
  stats.live_versions = 1;
  stats.flushes = counters_.flushes;
  stats.flush_bytes_written = counters_.flush_bytes;
  stats.flush_micros = counters_.flush_micros;
  stats.stall_delays = env_->stall_delays_;
  stats.stall_stops = env_->stall_stops_;
  stats.stall_micros = env_->stall_micros_;
  return stats;
}

Status FamilyStore::SetWriteBufferSize(uint64_t bytes) {
  write_buffer_size_.store(bytes, std::memory_order_relaxed);
  UpdateTableBudget();
  return Status::OK();
}
Status FamilyStore::SetMaxWriteBuffers(int count) {
  max_write_buffers_.store(std::max(2, count), std::memory_order_relaxed);
  UpdateTableBudget();
  return Status::OK();
}
Status FamilyStore::SetTreeOptions(const TreeOptions& tree) {
  MutexLock lock(&env_->mutex_);
  tree_ = tree;
  env_->work_.NotifyAll();
  return Status::OK();
}

Status FamilyStore::Flush(bool wait) {
  std::vector<FamilyStore*> self{this};
  return env_->FlushFamilies(self, wait);
}

bool FamilyStore::MayHoldKeysOf(const FileMeta& meta, const Slice* begin, const Slice* end) const {
  return (begin == nullptr || CompareKeys(options_.order, meta.largest, *begin) >= 0) &&
         (end == nullptr || CompareKeys(options_.order, meta.smallest, *end) <= 0);
}

Status FamilyStore::CompactRange(const CompactRangeOptions& options, const Slice* begin,
                                 const Slice* end) {
  if (env_->options_.read_only) return env_->RefuseWrite();
  AETHER_RETURN_IF_ERROR(Flush(true));
  bool fifo = false;
  {
    MutexLock lock(&env_->mutex_);
    fifo = tree_.strategy == Strategy::kFifo;
  }
  if (fifo) return env_->DropOld(this);
  const auto view = PinView();
  bool overlaps = false;
  view->version().ForEachFile([&](int, const Run&, const RunPart& part) {
    overlaps |= MayHoldKeysOf(part.file->meta(), begin, end);
  });
  if (!overlaps) return Status::OK();
  const bool collect = options.collect_age_cutoff.value_or(0) > 0;
  EnvImpl::ManualMerge manual;
  manual.pick = [&](const Version& version, std::optional<MergePick>* pick) {
    *pick = PickAll(version);
    const bool settled = version.runs().size() == 1 && version.level(kLastLevel).size() == 1;
    if (settled && !options.force_last_level && !collect && options_.filter_factory == nullptr) {
      pick->reset();
    }
    return Status::OK();
  };
  manual.rewrite = options.force_last_level || collect;
  manual.collect = options.collect_age_cutoff;
  manual.canceled = options.canceled;
  return env_->RunManualMerge(this, manual, nullptr);
}

Status FamilyStore::SuggestMerge(const Slice* begin, const Slice* end) {
  if (env_->options_.read_only) {
    return env_->RefuseWrite();
  }
  MutexLock lock(&env_->mutex_);
  if (dropped()) return Status::ColumnFamilyDropped();
  size_t overlapping = 0;
  const Run* last = nullptr;
  version_->ForEachFile([&](int, const Run& run, const RunPart& part) {
    if (!MayHoldKeysOf(part.file->meta(), begin, end) || last == &run) return;
    last = &run;
    ++overlapping;
  });
  suggested_ = suggested_ || overlapping > 1;
  env_->work_.NotifyAll();
  return Status::OK();
}

Status FamilyStore::MergeFiles(const std::vector<uint64_t>& files, int level,
                               std::vector<std::string>* outputs) {
  if (env_->options_.read_only) {
    return env_->RefuseWrite();
  }
  EnvImpl::ManualMerge manual;
  manual.pick = [&](const Version& version, std::optional<MergePick>* pick) {
    return PickFiles(version, files, level, pick);
  };
  manual.rewrite = true;
  std::vector<uint64_t> numbers;
  Status s = env_->RunManualMerge(this, manual, &numbers);
  outputs->clear();
  for (const uint64_t number : numbers) outputs->push_back(RunFileName(env_->path_, number));
  return s;
}

}  // namespace aether
