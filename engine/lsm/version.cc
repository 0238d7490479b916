#include "engine/lsm/version.h"

#include <algorithm>
#include <map>

#include "engine/run/run_iterator.h"

namespace aether {

const RunPart* Run::Find(const Comparator* order, Slice key, uint64_t head) const {
  size_t low = 0;
  size_t high = parts.size();
  const bool bytewise = order->bytewise();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const RunPart& part = parts[middle];
    const bool below = bytewise && part.largest_head != head
                           ? part.largest_head < head
                           : CompareKeys(order, part.file->meta().largest, key) < 0;
    if (below) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == parts.size()) return nullptr;
  const RunPart& part = parts[low];
  if (CompareKeys(order, key, part.file->meta().smallest) < 0) return nullptr;
  if (part.trim && CompareKeys(order, key, *part.trim) <= 0) return nullptr;
  return &part;
}

bool Run::MayOverlap(const Comparator* order, Slice smallest, Slice largest) const {
  for (const auto* list : {&parts, &range_deletes}) {
    for (const RunPart& part : *list) {
      if (CompareKeys(order, part.file->meta().largest, smallest) >= 0 &&
          CompareKeys(order, part.file->meta().smallest, largest) <= 0) {
        return true;
      }
    }
  }
  return false;
}

Status Version::Build(const Comparator* order, const FamilyState& state, const Version* previous,
                      const FileOpener& open, std::shared_ptr<const Version>* version) {
  std::map<uint64_t, std::shared_ptr<OpenFile>> known;
  if (previous != nullptr) {
    previous->ForEachFile(
        [&](int, const Run&, const RunPart& part) { known[part.file->meta().number] = part.file; });
  }
  std::shared_ptr<Version> built(new Version);
  built->order_ = order;
  built->filters_apply_ = !order->equal_keys_may_differ();
  built->state_ = state;
  std::vector<RangeDelete> deletes;
  for (int level = 0; level < kLevels; ++level) {
    for (const RunState& r : state.levels[level]) {
      auto run = std::make_shared<Run>();
      run->id = r.id;
      for (const MergeState& m : state.merges) {
        run->growing |= m.output_run == r.id;
        run->merging |= std::count(m.input_runs.begin(), m.input_runs.end(), r.id) > 0;
      }
      for (const FileState& f : r.files) {
        RunPart part;
        part.trim = f.trim;
        const auto it = known.find(f.meta->number);
        if (it != known.end()) {
          part.file = it->second;
        } else {
          AETHER_RETURN_IF_ERROR(open(*f.meta, &part.file));
        }
        part.largest_head = KeyHead(f.meta->largest);
        const auto& list = part.file->file().RangeDeletes();
        deletes.insert(deletes.end(), list.begin(), list.end());
        run->bytes += f.meta->file_size;
        run->entries += f.meta->entries;
        (f.meta->entries > 0 ? run->parts : run->range_deletes).push_back(std::move(part));
      }
      built->runs_.push_back(run.get());
      built->levels_[level].push_back(std::move(run));
    }
  }
  built->range_deletes_ = std::make_shared<const RangeDeleteSet>(order, std::move(deletes));
  *version = std::move(built);
  return Status::OK();
}

Status Version::Get(Lookup* lookup, const RunReadOptions& options) const {
  const Slice key = lookup->key();
  if (!range_deletes_->empty()) {
    lookup->AddRangeDelete(range_deletes_->Covering(key, lookup->sequence()).sequence);
  }
  const auto visit = [](void* context, const Entry& entry, const PinSource& pin) {
    return static_cast<Lookup*>(context)->Add(entry, &pin);
  };
  const uint64_t head = KeyHead(key);
  const uint64_t hash = filters_apply_ ? RunFile::KeyHash(key) : 0;
  // Filters of several runs are fetched together, so that their cache misses overlap.
  constexpr size_t kBatch = 16;
  const RunFile* files[kBatch];
  for (size_t begin = 0; begin < runs_.size(); begin += kBatch) {
    size_t n = 0;
    for (size_t i = begin; i < std::min(begin + kBatch, runs_.size()); ++i) {
      const RunPart* part = runs_[i]->Find(order_, key, head);
      if (part == nullptr) continue;
      files[n] = &part->file->file();
      if (filters_apply_ && files[n]->HasFilter()) files[n]->PrefetchFilter(hash);
      ++n;
    }
    for (size_t i = 0; i < n; ++i) {
      if (filters_apply_) {
        if (files[i]->HasFilter()) [[likely]] {
          if (!files[i]->MayContain(hash)) continue;
        } else if (!files[i]->MayContainByPrefix(key)) {
          continue;
        }
      }
      AETHER_RETURN_IF_ERROR(files[i]->Visit(key, lookup->sequence(), options, visit, lookup));
      if (lookup->finished()) return Status::OK();
    }
  }
  return Status::OK();
}

void Version::AddIterators(const RunReadOptions& options, std::vector<MergeSource>* sources) const {
  for (const Run* run : runs_) {
    if (run->parts.empty()) continue;
    SequenceNumber newest = 0;
    for (const RunPart& part : run->parts) {
      newest = std::max(newest, part.file->meta().largest_sequence);
    }
    sources->push_back({std::make_unique<RunCursor>(order_, run, options), newest});
  }
}

uint64_t Version::LevelBytes(int i) const {
  uint64_t bytes = 0;
  for (const auto& run : levels_[i]) bytes += run->bytes;
  return bytes;
}

uint64_t Version::TotalBytes() const {
  uint64_t bytes = 0;
  for (int i = 0; i < kLevels; ++i) bytes += LevelBytes(i);
  return bytes;
}

uint64_t Version::ApproximateBytes(Slice begin, Slice end) const {
  uint64_t bytes = 0;
  for (const Run* run : runs_) {
    for (const RunPart& part : run->parts) {
      const FileMeta& meta = part.file->meta();
      if (CompareKeys(order_, meta.largest, begin) < 0 ||
          CompareKeys(order_, meta.smallest, end) >= 0) {
        continue;
      }
      const uint64_t from = CompareKeys(order_, meta.smallest, begin) >= 0
                                ? 0
                                : part.file->file().ApproximateOffset(begin);
      const uint64_t to = CompareKeys(order_, meta.largest, end) < 0
                              ? meta.file_size
                              : part.file->file().ApproximateOffset(end);
      if (to > from) bytes += to - from;
    }
  }
  return bytes;
}

void Version::ForEachFile(
    const std::function<void(int level, const Run&, const RunPart&)>& visit) const {
  for (int level = 0; level < kLevels; ++level) {
    for (const auto& run : levels_[level]) {
      for (const RunPart& part : run->parts) visit(level, *run, part);
      for (const RunPart& part : run->range_deletes) visit(level, *run, part);
    }
  }
}

RunCursor::RunCursor(const Comparator* order, const Run* run, const RunReadOptions& options)
    : order_(order), run_(run), options_(options) {}
RunCursor::~RunCursor() = default;

void RunCursor::Open(size_t part) {
  if (part == part_) return;
  part_ = part;
  current_ =
      part < run_->parts.size() ? run_->parts[part].file->file().NewIterator(options_) : nullptr;
}

bool RunCursor::Trimmed() const {
  const auto& trim = run_->parts[part_].trim;
  return trim && CompareKeys(order_, current_->key(), *trim) <= 0;
}

// Goes on at the front of later parts until an entry stands under the cursor or something failed.
void RunCursor::SkipForward() {
  for (;;) {
    valid_ = current_ != nullptr && current_->Valid();
    if (valid_ || current_ == nullptr || !current_->status().ok()) return;
    if (part_ + 1 >= run_->parts.size()) {
      // A merge gives up files behind its cursors; hold none of them once the end is reached.
      if (options_.stream) current_.reset();
      return;
    }
    Open(part_ + 1);
    const auto& trim = run_->parts[part_].trim;
    if (trim) {
      current_->Seek(*trim, 0);
      while (current_->Valid() && Trimmed()) current_->Next();
    } else {
      current_->SeekToFirst();
    }
  }
}

void RunCursor::SkipBackward() {
  for (;;) {
    valid_ = current_ != nullptr && current_->Valid() && !Trimmed();
    if (valid_ || current_ == nullptr || !current_->status().ok()) return;
    if (part_ == 0) return;
    Open(part_ - 1);
    current_->SeekToLast();
  }
}

void RunCursor::SeekToFirst() {
  if (excluded_) return;
  part_ = SIZE_MAX;
  Open(0);
  const auto& trim = run_->parts[0].trim;
  if (trim) {
    current_->Seek(*trim, 0);
    while (current_->Valid() && Trimmed()) current_->Next();
  } else {
    current_->SeekToFirst();
  }
  SkipForward();
}

void RunCursor::SeekToLast() {
  if (excluded_) return;
  Open(run_->parts.size() - 1);
  current_->SeekToLast();
  SkipBackward();
}

void RunCursor::Confine(const PrefixScan* scan) {
  excluded_ = scan != nullptr && !MayHold(*scan);
  if (!excluded_) return;
  valid_ = false;
  part_ = SIZE_MAX;
  current_.reset();
}

// The keys of a prefix are neighbours, so they stand in the part where the target would, and in
// those next to it that end or begin with the same prefix.
bool RunCursor::MayHold(const PrefixScan& scan) const {
  const auto has_prefix = [&scan](Slice key) {
    return scan.extractor->InDomain(key) && scan.extractor->Transform(key) == scan.prefix;
  };
  const auto begin = run_->parts.begin();
  const auto end = run_->parts.end();
  const auto first = std::partition_point(begin, end, [&](const RunPart& part) {
    return CompareKeys(order_, part.file->meta().largest, scan.target) < 0;
  });
  for (auto it = first; it != end; ++it) {
    if (it != first && !has_prefix(it->file->meta().smallest)) break;
    if (it->file->file().MayContainPrefix(scan)) return true;
  }
  for (auto it = first; it != begin && has_prefix((it - 1)->file->meta().largest); --it) {
    if ((it - 1)->file->file().MayContainPrefix(scan)) return true;
  }
  return false;
}

void RunCursor::Seek(Slice key, SequenceNumber sequence) {
  if (excluded_) return;
  const auto it = std::partition_point(
      run_->parts.begin(), run_->parts.end(),
      [&](const RunPart& part) { return CompareKeys(order_, part.file->meta().largest, key) < 0; });
  if (it == run_->parts.end()) {
    valid_ = false;
    return;
  }
  Open(static_cast<size_t>(it - run_->parts.begin()));
  if (it->trim && CompareKeys(order_, key, *it->trim) <= 0) {
    current_->Seek(*it->trim, 0);
    while (current_->Valid() && Trimmed()) current_->Next();
  } else {
    current_->Seek(key, sequence);
  }
  SkipForward();
}

void RunCursor::SeekForPrev(Slice key, SequenceNumber sequence) {
  if (excluded_) return;
  // The last part that starts at or before the key.
  const auto it =
      std::partition_point(run_->parts.begin(), run_->parts.end(), [&](const RunPart& part) {
        return CompareKeys(order_, part.file->meta().smallest, key) <= 0;
      });
  if (it == run_->parts.begin()) {
    valid_ = false;
    return;
  }
  Open(static_cast<size_t>(it - run_->parts.begin()) - 1);
  current_->SeekForPrev(key, sequence);
  SkipBackward();
}

void RunCursor::Next() {
  current_->Next();
  if (!current_->Valid()) [[unlikely]] {
    SkipForward();
  }
}

void RunCursor::Prev() {
  current_->Prev();
  SkipBackward();
}

Slice RunCursor::key() const { return current_->key(); }
uint64_t RunCursor::tag() const { return current_->tag(); }
Slice RunCursor::value() const { return current_->value(); }

Status RunCursor::status() const { return current_ != nullptr ? current_->status() : Status::OK(); }

}  // namespace aether
