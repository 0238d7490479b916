// The files of the store: opening and keeping them, what the manifest says of them, and changes to
// that.

#include <algorithm>

#include "engine/base/trace.h"
#include "engine/lsm/file_names.h"
#include "engine/store/env_impl.h"
#include "engine/store/trace_tree.h"

namespace aether {
namespace {

// A manifest is written anew when it has grown to this size.
constexpr uint64_t kManifestLimit = 16 << 20;

}  // namespace

Status EnvImpl::OpenRunFile(const FamilyStore& family, const FamilyState& state,
                            const FileMeta& meta, std::shared_ptr<OpenFile>* file) {
  RunFileOptions options;
  options.order = family.options_.order;
  options.owner = family.name_;
  {
    MutexLock lock(&mutex_);
    options.prefix = family.tree_.prefix;
  }
  options.direct_reads = options_.direct_reads;
  options.direct_streams = options_.direct_background;
  for (const BlobUse& use : meta.blobs) {
    const auto known = state.blobs.find(use.number);
    if (known == state.blobs.end()) {
      return Status::Corruption(RunFileName(path_, meta.number) + ": values of it stand in " +
                                BlobFileName(path_, use.number) +
                                ", which the manifest does not name");
    }
    std::shared_ptr<BlobFile> blob;
    AETHER_RETURN_IF_ERROR(OpenBlob(*known->second.meta, &blob));
    options.blobs.push_back(std::move(blob));
  }
  if (!meta.blobs.empty()) options.blob_cache = BlobCacheOf(family.options_.pool);
  std::unique_ptr<RunFile> run;
  Meter* const meter = options_.meter.get();
  const Stopwatch watch(meter != nullptr && meter->timed());
  Status s = RunFile::Open(fs_, RunFileName(path_, meta.number), &meta, family.options_.pool,
                           options, &run);
  if (watch.wanted()) Record(meter, Measure::kFileOpenMicros, watch.Nanos() / 1000);
  Add(meter, s.ok() ? Count::kFilesOpened : Count::kFileErrors);
  if (!s.ok()) return s;
  *file = std::make_shared<OpenFile>(
      std::move(run), [keeper = keeper_](uint64_t number) { keeper->RemoveFile(number); },
      family.open_file_memory_, options_.meter);
  return Status::OK();
}

Status EnvImpl::OpenBlob(const BlobMeta& meta, std::shared_ptr<BlobFile>* blob) {
  {
    MutexLock lock(&blob_mutex_);
    const auto known = blobs_.find(meta.number);
    if (known != blobs_.end()) *blob = known->second.lock();
    if (*blob != nullptr) return Status::OK();
  }
  auto opened = std::make_shared<BlobFile>(
      fs_, BlobFileName(path_, meta.number), meta, false,
      [keeper = keeper_](uint64_t number) { keeper->RemoveBlob(number); }, blob_handles_);
  AETHER_RETURN_IF_ERROR(opened->Check());
  MutexLock lock(&blob_mutex_);
  std::weak_ptr<BlobFile>& slot = blobs_[meta.number];
  *blob = slot.lock();  // another thread may have been faster
  if (*blob == nullptr) slot = *blob = std::move(opened);
  return Status::OK();
}

std::shared_ptr<BlobCache> EnvImpl::BlobCacheOf(const std::shared_ptr<Pool>& pool) {
  MutexLock lock(&blob_mutex_);
  std::shared_ptr<BlobCache>& cache = blob_caches_[pool.get()];
  if (cache == nullptr) cache = std::make_shared<BlobCache>(pool);
  return cache;
}

size_t EnvImpl::BlobCacheMemory(const std::shared_ptr<Pool>& pool) const {
  MutexLock lock(&blob_mutex_);
  const auto cache = blob_caches_.find(pool.get());
  return cache == blob_caches_.end() ? 0 : cache->second->MemoryBytes();
}

void EnvImpl::RetireBlobs(const std::vector<uint64_t>& numbers) {
  for (const uint64_t number : numbers) {
    const bool needed =
        std::any_of(state_.families.begin(), state_.families.end(),
                    [number](const auto& family) { return family.second.blobs.count(number) > 0; });
    if (needed) continue;
    std::shared_ptr<BlobFile> blob;
    {
      MutexLock lock(&blob_mutex_);
      if (const auto kept = kept_segments_.find(number); kept != kept_segments_.end()) {
        if (kept->second.reserved > 0) continue;
        kept->second.retired = true;
      }
      const auto known = blobs_.find(number);
      if (known != blobs_.end()) {
        blob = known->second.lock();
        blobs_.erase(known);
      }
    }
    if (blob == nullptr) {
      AddObsoleteBlob(number);
    } else {
      blob->MarkObsolete();
    }
  }
}

bool EnvImpl::KeepSegment(const std::string& path, uint64_t number) {
  {
    MutexLock lock(&blob_mutex_);
    const auto known = kept_segments_.find(number);
    if (known != kept_segments_.end()) {
      if (!known->second.retired) ++known->second.reserved;
      return !known->second.retired;
    }
  }
  // The segment cannot go meanwhile: the table that is flushed holds the floor of the log back.
  const std::string name = BlobFileName(path_, number);
  const Status linked = fs_->Link(path, name);
  if (linked.IsNotSupported()) links_fail_ = true;
  if (!linked.ok()) return false;
  if (!pipeline_->KeepSegment(number)) {
    fs_->Remove(name).Ignore();
    return false;
  }
  MutexLock lock(&blob_mutex_);
  kept_segments_[number].reserved = 1;
  return true;
}

std::unique_ptr<LogValues> EnvImpl::KeepLogValues(const FamilyStore& family,
                                                  const SealedTable& sealed,
                                                  const BlobOptions& blob) {
  // Pages of a log that failed may be gone, however well they can be read now.
  if (!blob.enabled || blob.starting_level > 0 || blob.codec != Codec::kNone || links_fail_ ||
      pipeline_->poisoned()) {
    return nullptr;
  }
  {
    // What is not in the log any more is not asked for again.
    std::vector<uint64_t> numbers;
    for (const auto& file : pipeline_->LogFiles()) numbers.push_back(file.number);
    std::sort(numbers.begin(), numbers.end());
    MutexLock lock(&blob_mutex_);
    std::erase_if(kept_segments_, [&](const auto& kept) {
      return kept.second.reserved == 0 &&
             !std::binary_search(numbers.begin(), numbers.end(), kept.first);
    });
  }
  const auto segments = pipeline_->SealedSegments(sealed.begin.ticket);
  LogValues::Wanted wanted;
  wanted.family = family.id_;
  wanted.order = family.options_.order;
  wanted.table = sealed.table.get();
  wanted.after_ticket = sealed.begin.ticket;
  wanted.up_to_ticket = sealed.cut.ticket;
  wanted.min_size = blob.min_size;
  wanted.creation_time = clock_->WallSeconds();
  wanted.kept = [this](uint64_t number) {
    MutexLock lock(&blob_mutex_);
    const auto known = kept_segments_.find(number);
    return known != kept_segments_.end() && !known->second.retired;
  };
  auto values = std::make_unique<LogValues>(fs_, segments, wanted);
  for (const wal::LiveSegment& segment : segments) {
    const uint64_t number = segment.identity.number;
    if (values->Has(number) && !KeepSegment(segment.path, number)) values->LeaveOut(number);
  }
  return values;
}

void EnvImpl::ReleaseSegments(const LogValues* values, bool unknown) {
  if (values == nullptr || unknown) return;
  std::vector<uint64_t> numbers;
  {
    MutexLock lock(&blob_mutex_);
    for (const auto& meta : values->files()) {
      const auto kept = kept_segments_.find(meta->number);
      if (!values->Has(meta->number) || kept == kept_segments_.end()) continue;
      --kept->second.reserved;
      numbers.push_back(meta->number);
    }
  }
  RetireBlobs(numbers);
}

JobContext EnvImpl::ContextFor(FamilyStore* family, int level, IoLimiter::Priority priority) {
  JobContext context;
  context.fs = fs_;
  context.clock = clock_;
  context.dir = path_;
  context.family = family->id_;
  context.family_name = family->name_;
  context.order = family->options_.order;
  context.merge_operator = family->options_.merge_operator.get();
  context.level = level;
  context.collectors = &family->options_.collectors;
  context.sums = options_.sums.get();
  {
    MutexLock lock(&mutex_);
    context.filter_bits_per_key = family->tree_.FilterBits(level);
    context.last_level_filter_bits = family->tree_.FilterBits(kLastLevel);
    context.prefix = family->tree_.prefix;
    context.whole_key_filter = family->tree_.whole_key_filter;
    context.target_file_size = family->tree_.target_file_size;
    context.compression = family->tree_.compression[static_cast<size_t>(level)];
    context.blob = family->tree_.blob;
  }
  if (options_.bytes_per_sync > 0) context.bytes_per_sync = options_.bytes_per_sync;
  context.direct_writes = options_.direct_background;
  context.limiter = options_.limiter.get();
  context.priority = priority;
  context.meter = options_.meter.get();
  context.new_number = [this] { return NewFileNumber(); };
  context.install = [this](FamilyEdit&& edit) {
    ManifestEdit whole;
    whole.families.push_back(std::move(edit));
    return Install(std::move(whole), nullptr);
  };
  // While writers are held back they wait for just this work.
  context.give_way = [this] {
    if (delay_rate_.load(std::memory_order_relaxed) == 0 &&
        !stop_writes_.load(std::memory_order_relaxed)) {
      std::this_thread::yield();
    }
  };
  context.file_created = [this, family](const std::string& path, const FileMeta& meta) {
    if (!options_.observer) return;
    options_.observer->OnFileCreated(
        {family->id_, family->name_, path, meta.number, meta.file_size, false});
  };
  return context;
}

// tla: HanoiMerge.SwapCreate to SwapUnlink.
Status EnvImpl::NewManifest() {
  const uint64_t number = NewFileNumber();
  state_.next_number = next_number_.load();
  std::unique_ptr<Manifest> fresh;
  Status s = Manifest::Create(fs_, path_, number, state_, &fresh);
  if (!s.ok()) {
    // CURRENT may name the new one or the old one: neither may take another edit.
    if (manifest_ != nullptr) manifest_->Fail(s);
    return s;
  }
  if (manifest_ != nullptr) RemoveManifest(manifest_->number());
  manifest_ = std::move(fresh);
  manifest_->set_meter(options_.meter.get());
  manifest_number_ = number;
  return Status::OK();
}

Status EnvImpl::Install(ManifestEdit&& edit, const std::function<void()>& apply) {
  MutexLock lock(&manifest_mutex_);
  return InstallLocked(std::move(edit), apply);
}

// tla: ParallelWal.FlushInstall, Visibility.InstallRun, HanoiMerge.Publish.
Status EnvImpl::InstallLocked(ManifestEdit&& edit, const std::function<void()>& apply) {
  // Everything that can fail is tried on a copy of what the edit touches before the manifest has
  // it: once appended, an edit is in force.
  ManifestState next;
  next.store_id = state_.store_id;
  next.log = state_.log;
  next.next_number = state_.next_number;
  next.next_family = state_.next_family;
  for (const FamilyEdit& f : edit.families) {
    const auto family = state_.families.find(f.family);
    // A family may have been dropped while a merge of it went on.
    if (family == state_.families.end()) return Status::ColumnFamilyDropped();
    next.families.insert(*family);
  }
  edit.next_number = next_number_.load();
  AETHER_RETURN_IF_ERROR(ApplyEdit(edit, &next));
  struct Change {
    FamilyStore* family;
    std::shared_ptr<const Version> before;
    std::shared_ptr<const Version> after;
  };
  std::vector<Change> changes;
  {
    MutexLock lock(&mutex_);
    for (const auto& family : families_) {
      for (const FamilyEdit& f : edit.families) {
        if (f.family == family->id_ && !f.drop) {
          changes.push_back({family.get(), family->version_, nullptr});
        }
      }
    }
  }
  for (Change& change : changes) {
    AETHER_RETURN_IF_ERROR(Version::Build(
        change.family->options_.order, next.families.at(change.family->id_), change.before.get(),
        [&](const FileMeta& meta, std::shared_ptr<OpenFile>* file) {
          return OpenRunFile(*change.family, next.families.at(change.family->id_), meta, file);
        },
        &change.after));
  }
  AETHER_TRACE("edit", "kind", TraceKind(edit.families[0]), "run", TraceRun(edit.families[0]),
               "tree", TraceTree(next.families.begin()->second));
  AETHER_RETURN_IF_ERROR(manifest_->Append(edit));
  std::vector<uint64_t> dropped_blobs;
  for (const FamilyEdit& f : edit.families) {
    const auto& kept = next.families.at(f.family).blobs;
    for (const auto& [blob_number, blob] : state_.families.at(f.family).blobs) {
      if (kept.count(blob_number) == 0) dropped_blobs.push_back(blob_number);
    }
    for (const auto& added : f.add_blobs) {
      if (kept.count(added->number) == 0) {
        dropped_blobs.push_back(added->number);
      } else if (options_.observer) {
        options_.observer->OnBlobFileAdded(BlobFileName(path_, added->number), added->file_size);
      }
    }
  }
  for (auto& [id, family] : next.families) state_.families[id] = std::move(family);
  state_.log = std::move(next.log);
  state_.next_number = next.next_number;
  state_.next_family = next.next_family;
  {
    MutexLock lock(&mutex_);
    for (const Change& change : changes) change.family->version_ = change.after;
    if (apply) apply();
    for (const Change& change : changes) change.family->RebuildView();
    UpdateStall();
    work_.NotifyAll();
    done_.NotifyAll();
  }
  for (const Change& change : changes) {
    std::vector<uint64_t> live;
    change.after->ForEachFile(
        [&](int, const Run&, const RunPart& part) { live.push_back(part.file->meta().number); });
    std::sort(live.begin(), live.end());
    if (change.before == nullptr) continue;
    change.before->ForEachFile([&](int, const Run&, const RunPart& part) {
      if (!std::binary_search(live.begin(), live.end(), part.file->meta().number)) {
        part.file->MarkObsolete();
      }
    });
  }
  RetireBlobs(dropped_blobs);
  // The edit is in force whatever becomes of this: a failure shows at the next one.
  if (manifest_->size() > kManifestLimit) NewManifest().Ignore();
  return Status::OK();
}

}  // namespace aether
