#include "engine/lsm/version.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/inline_vector.h"
#include "engine/run/run_iterator.h"

namespace aether {
namespace {

// What the filter of a file says about a key. REQUIRES: filters apply to the order.
[[gnu::always_inline]] inline bool MayHold(const RunFile& file, Slice key, uint64_t hash) {
  if (file.HasFilter()) [[likely]]
    return file.MayContain(hash);
  return file.MayContainByPrefix(key);
}

RunReadOptions AtLevel(const RunReadOptions& options, int level) {
  RunReadOptions here = options;
  here.level = level;
  return here;
}

// Counts what a file has brought for a lookup that had so many operands before. `filtered`: its
// filter had let the key pass.
void CountVisit(const Lookup& lookup, size_t operands, bool filtered, int level,
                RunReadCounters* counters) {
  if (!lookup.finished() && lookup.operands() == operands) return;
  if (filtered) counters->TruePositive(level);
  if (lookup.finished() && lookup.found()) ++counters->found[std::min(level, 2)];
}

}  // namespace

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
      run->level = level;
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
        if (f.meta->entries > 0) run->newest = std::max(run->newest, f.meta->largest_sequence);
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

std::shared_ptr<const Version> Version::Only(const FileChoice& keep) const {
  std::shared_ptr<Version> built(new Version);
  built->order_ = order_;
  built->filters_apply_ = filters_apply_;
  built->state_ = state_;
  built->range_deletes_ = range_deletes_;
  for (int level = 0; level < kLevels; ++level) {
    for (const auto& whole : levels_[level]) {
      auto run = std::make_shared<Run>(*whole);
      std::erase_if(run->parts, [&](const RunPart& part) { return !keep(level, *whole, part); });
      built->runs_.push_back(run.get());
      built->levels_[level].push_back(std::move(run));
    }
  }
  return built;
}

Status Version::Get(Lookup* lookup, const RunReadOptions& options) const {
  return options.counters == nullptr ? GetFromRuns<false>(lookup, options)
                                     : GetFromRuns<true>(lookup, options);
}

template <bool counted>
Status Version::GetFromRuns(Lookup* lookup, const RunReadOptions& options) const {
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
  int levels[kBatch];  // when counted
  for (size_t begin = 0; begin < runs_.size(); begin += kBatch) {
    size_t n = 0;
    for (size_t i = begin; i < std::min(begin + kBatch, runs_.size()); ++i) {
      const RunPart* part = runs_[i]->Find(order_, key, head);
      if (part == nullptr) continue;
      files[n] = &part->file->file();
      if (filters_apply_ && files[n]->HasFilter()) files[n]->PrefetchFilter(hash);
      if constexpr (counted) levels[n] = runs_[i]->level;
      ++n;
    }
    for (size_t i = 0; i < n; ++i) {
      const bool may_hold = !filters_apply_ || MayHold(*files[i], key, hash);
      if constexpr (counted) {
        const bool filtered = filters_apply_ && files[i]->HasAnyFilter();
        if (filtered) options.counters->Filtered(levels[i], may_hold);
        if (!may_hold) continue;
        const RunReadOptions here = AtLevel(options, levels[i]);
        const size_t operands = lookup->operands();
        AETHER_RETURN_IF_ERROR(files[i]->Visit(key, lookup->sequence(), here, visit, lookup));
        CountVisit(*lookup, operands, filtered, levels[i], options.counters);
      } else {
        if (!may_hold) continue;
        AETHER_RETURN_IF_ERROR(files[i]->Visit(key, lookup->sequence(), options, visit, lookup));
      }
      if (lookup->finished()) return Status::OK();
    }
  }
  return Status::OK();
}

Status Version::NewestSequence(Slice key, SequenceNumber visible, SequenceNumber above,
                               const RunReadOptions& options, SequenceNumber* newest) const {
  *newest = 0;
  const uint64_t head = KeyHead(key);
  const uint64_t hash = filters_apply_ ? RunFile::KeyHash(key) : 0;
  const auto visit = [](void* context, const Entry& entry, const PinSource&) {
    *static_cast<SequenceNumber*>(context) = entry.sequence();
    return false;
  };
  for (const Run* run : runs_) {
    if (run->newest <= above) continue;
    const RunPart* part = run->Find(order_, key, head);
    if (part == nullptr || part->file->meta().largest_sequence <= above) continue;
    const RunFile& file = part->file->file();
    if (filters_apply_ && !MayHold(file, key, hash)) continue;
    SequenceNumber found = 0;
    AETHER_RETURN_IF_ERROR(file.Visit(key, visible, options, visit, &found));
    if (found == 0) continue;
    if (found > above) *newest = found;
    return Status::OK();
  }
  return Status::OK();
}

struct Version::KeyOfBatch {
  static constexpr size_t kRuns = 16;  // looked at together

  KeyOfBatch(Lookup* l, Status* s) : lookup(l), status(s), head(KeyHead(l->key())) {}

  Lookup* const lookup;
  Status* const status;
  const uint64_t head;
  uint64_t hash = 0;
  // Files that may hold it, newest first; `at` is the one that the cursor stands in.
  const RunFile* files[kRuns];
  int levels[kRuns];  // of them, when the reads are counted
  uint8_t n = 0;
  uint8_t at = 0;
  VisitCursor cursor;
  bool alone = false;  // a strict pool has no room for what the batch needs together

  bool live() const { return status->ok() && !lookup->finished(); }
};

void Version::Advance(KeyOfBatch* key, const RunReadOptions& options, const PageBatch& found,
                      PageBatch* misses) const {
  const auto visit = [](void* context, const Entry& entry, const PinSource& pin) {
    return static_cast<Lookup*>(context)->Add(entry, &pin);
  };
  VisitCursor& cursor = key->cursor;
  const Lookup& lookup = *key->lookup;
  if (cursor.wants != VisitCursor::Wants::kNothing) {
    PageRef* const place = cursor.wants == VisitCursor::Wants::kLeaf ? &cursor.page : &cursor.value;
    *key->status = found.Get(cursor.ticket, place);
    cursor.wants = VisitCursor::Wants::kNothing;
    if (key->status->subcode() == Status::kMemoryLimit) {
      *key->status = Status::OK();
      key->alone = true;
      return;
    }
  }
  while (key->live() && key->at < key->n) {
    const RunFile& file = *key->files[key->at];
    if (options.counters == nullptr) [[likely]] {
      *key->status = file.VisitSome(lookup.key(), lookup.sequence(), options, visit, key->lookup,
                                    misses, &cursor);
    } else {
      const RunReadOptions here = AtLevel(options, key->levels[key->at]);
      const size_t operands = lookup.operands();
      *key->status = file.VisitSome(lookup.key(), lookup.sequence(), here, visit, key->lookup,
                                    misses, &cursor);
      CountVisit(lookup, operands, filters_apply_ && file.HasAnyFilter(), here.level,
                 options.counters);
    }
    if (cursor.wants != VisitCursor::Wants::kNothing) return;
    cursor = VisitCursor();
    if (++key->at < key->n) {
      cursor.leaf = key->files[key->at]->FindLeaf(lookup.key(), lookup.sequence());
    }
  }
}

void Version::MultiGet(Lookup* lookups, Status* statuses, size_t n,
                       const RunReadOptions& options) const {
  InlineVector<KeyOfBatch, kKeysAtOnce> keys;
  for (size_t i = 0; i < n; ++i) {
    if (!statuses[i].ok() || lookups[i].finished()) continue;
    KeyOfBatch& key = keys.Add(&lookups[i], &statuses[i]);
    if (filters_apply_) key.hash = RunFile::KeyHash(key.lookup->key());
    if (!range_deletes_->empty()) {
      lookups[i].AddRangeDelete(
          range_deletes_->Covering(lookups[i].key(), lookups[i].sequence()).sequence);
    }
  }
  for (size_t begin = 0; begin < runs_.size(); begin += KeyOfBatch::kRuns) {
    for (KeyOfBatch& key : keys) {
      key.n = 0;
      key.at = 0;
      if (!key.live()) continue;
      for (size_t i = begin; i < std::min(begin + KeyOfBatch::kRuns, runs_.size()); ++i) {
        const RunPart* part = runs_[i]->Find(order_, key.lookup->key(), key.head);
        if (part == nullptr) continue;
        const RunFile* const file = &part->file->file();
        if (filters_apply_ && file->HasFilter()) file->PrefetchFilter(key.hash);
        key.levels[key.n] = runs_[i]->level;
        key.files[key.n++] = file;
      }
    }
    for (KeyOfBatch& key : keys) {
      uint8_t kept = 0;
      for (uint8_t i = 0; i < key.n; ++i) {
        const RunFile& file = *key.files[i];
        if (file.LeafCount() == 0) continue;
        const bool may_hold = !filters_apply_ || MayHold(file, key.lookup->key(), key.hash);
        if (options.counters != nullptr && filters_apply_ && file.HasAnyFilter()) {
          options.counters->Filtered(key.levels[i], may_hold);
        }
        if (!may_hold) continue;
        key.levels[kept] = key.levels[i];
        key.files[kept++] = &file;
      }
      key.n = kept;
      if (key.n == 0) continue;
      key.cursor = VisitCursor();
      key.cursor.leaf = key.files[0]->FindLeaf(key.lookup->key(), key.lookup->sequence());
    }
    // Rounds: what one adds to `misses` the next finds in `found`.
    PageBatch batches[2] = {PageBatch(options), PageBatch(options)};
    for (size_t round = 0;; ++round) {
      const PageBatch& found = batches[round % 2];
      PageBatch& misses = batches[(round + 1) % 2];
      misses.Clear();
      for (KeyOfBatch& key : keys) {
        const bool waits = key.cursor.wants != VisitCursor::Wants::kNothing;
        if (round == 0 ? key.n > 0 : waits) Advance(&key, options, found, &misses);
      }
      if (misses.empty()) break;
      misses.Read();
    }
    for (PageBatch& batch : batches) batch.Clear();
    for (KeyOfBatch& key : keys) {
      if (std::exchange(key.alone, false)) Advance(&key, options, batches[0], nullptr);
    }
  }
}

void Version::AddIterators(const RunReadOptions& options, std::vector<MergeSource>* sources) const {
  for (const Run* run : runs_) {
    if (run->parts.empty()) continue;
    sources->push_back({std::make_unique<RunCursor>(order_, run, options), run->newest});
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
    : order_(order), run_(run), options_(AtLevel(options, run->level)) {}
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
  if (scan != nullptr && options_.counters != nullptr) {
    ++options_.counters->prefix_checked;
    options_.counters->prefix_useful += excluded_ ? 1 : 0;
  }
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

size_t RunCursor::PartAtOrAfter(Slice key) const {
  const auto it = std::partition_point(
      run_->parts.begin(), run_->parts.end(),
      [&](const RunPart& part) { return CompareKeys(order_, part.file->meta().largest, key) < 0; });
  return it == run_->parts.end() ? SIZE_MAX : static_cast<size_t>(it - run_->parts.begin());
}

size_t RunCursor::PartAtOrBefore(Slice key) const {
  const auto it =
      std::partition_point(run_->parts.begin(), run_->parts.end(), [&](const RunPart& part) {
        return CompareKeys(order_, part.file->meta().smallest, key) <= 0;
      });
  return static_cast<size_t>(it - run_->parts.begin()) - 1;
}

void RunCursor::StartAt(size_t part, Slice key, SequenceNumber sequence) {
  sought_part_ = part;
  if (part == SIZE_MAX) return;
  Open(part);
  current_->StartSeek(key, sequence);
}

void RunCursor::Approach(PageBatch* misses) {
  if (sought_part_ != SIZE_MAX) current_->Approach(misses);
}

void RunCursor::Search() {
  if (sought_part_ != SIZE_MAX) current_->Search();
}

void RunCursor::StartSeek(Slice key, SequenceNumber sequence) {
  sought_part_ = SIZE_MAX;
  if (excluded_) return;
  const size_t part = PartAtOrAfter(key);
  if (part == SIZE_MAX) return;
  const auto& trim = run_->parts[part].trim;
  if (trim && CompareKeys(order_, key, *trim) <= 0) {
    StartAt(part, *trim, 0);
  } else {
    StartAt(part, key, sequence);
  }
}

void RunCursor::StartSeekForPrev(Slice key, SequenceNumber sequence) {
  sought_part_ = SIZE_MAX;
  if (excluded_) return;
  StartAt(PartAtOrBefore(key), key, sequence);
}

void RunCursor::Seek(Slice key, SequenceNumber sequence) {
  if (excluded_) return;
  const size_t started = std::exchange(sought_part_, SIZE_MAX);
  const size_t part = started != SIZE_MAX ? started : PartAtOrAfter(key);
  if (part == SIZE_MAX) {
    valid_ = false;
    return;
  }
  Open(part);
  const auto& trim = run_->parts[part].trim;
  if (trim && CompareKeys(order_, key, *trim) <= 0) {
    current_->Seek(*trim, 0);
    while (current_->Valid() && Trimmed()) current_->Next();
  } else {
    current_->Seek(key, sequence);
  }
  SkipForward();
}

void RunCursor::SeekForPrev(Slice key, SequenceNumber sequence) {
  if (excluded_) return;
  const size_t started = std::exchange(sought_part_, SIZE_MAX);
  const size_t part = started != SIZE_MAX ? started : PartAtOrBefore(key);
  if (part == SIZE_MAX) {
    valid_ = false;
    return;
  }
  Open(part);
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
