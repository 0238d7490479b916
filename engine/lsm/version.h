// A version: the runs of one family at one moment, with their files open.
//
// Thread safety: immutable once built; shared by shared_ptr. Building happens under the lock of
// whoever holds the manifest. Invariants: those of ManifestState; every file stays open and on disk
// as long as a version holds it. Failure: reads return the Status of the file that failed, with its
// name and offset.

#ifndef AETHER_ENGINE_LSM_VERSION_H_
#define AETHER_ENGINE_LSM_VERSION_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/entry.h"
#include "engine/lsm/lookup.h"
#include "engine/lsm/manifest_edit.h"
#include "engine/lsm/merging_iterator.h"
#include "engine/run/page_batch.h"
#include "engine/run/run_file.h"
#include "engine/wal/planted_bugs.h"

namespace aether {

// One open file, shared by all versions that hold it. When it has been marked obsolete, the last
// holder passes its number to `on_obsolete`; nothing is unlinked by a reader.
class OpenFile {
 public:
  // May go after the store it was opened by.
  // `memory`: where the file's filters and indexes are counted as long as it is open; may be null,
  // and so may `meter`.
  OpenFile(std::unique_ptr<RunFile> file, std::function<void(uint64_t)> on_obsolete,
           std::shared_ptr<std::atomic<uint64_t>> memory = nullptr,
           std::shared_ptr<Meter> meter = nullptr)
      : file_(std::move(file)),
        on_obsolete_(std::move(on_obsolete)),
        memory_(std::move(memory)),
        meter_(std::move(meter)) {
    if (memory_ != nullptr) memory_->fetch_add(file_->MemoryBytes(), std::memory_order_relaxed);
  }
  ~OpenFile() {
    const uint64_t number = file_->Meta().number;
    const uint64_t bytes = file_->MemoryBytes();
    file_.reset();
    Add(meter_.get(), Count::kFilesClosed);
    if (memory_ != nullptr) memory_->fetch_sub(bytes, std::memory_order_relaxed);
    if (obsolete_.load(std::memory_order_acquire)) on_obsolete_(number);
  }

  const RunFile& file() const { return *file_; }
  const FileMeta& meta() const { return file_->Meta(); }
  void MarkObsolete() {
    obsolete_.store(true, std::memory_order_release);
    if (Planted(PlantedBug::kUnlinkPinned)) on_obsolete_(meta().number);
  }

 private:
  std::unique_ptr<RunFile> file_;
  const std::function<void(uint64_t)> on_obsolete_;
  const std::shared_ptr<std::atomic<uint64_t>> memory_;
  const std::shared_ptr<Meter> meter_;
  std::atomic<bool> obsolete_{false};
};

struct RunPart {
  std::shared_ptr<OpenFile> file;
  std::shared_ptr<const std::string> trim;  // see FileState::trim

  uint64_t largest_head = 0;  // of the file's largest key, for bytewise orders
};

class Run {
 public:
  uint64_t id = 0;
  int level = 0;
  bool growing = false;                // output of a merge that goes on
  bool merging = false;                // input of one
  std::vector<RunPart> parts;          // files with entries, ascending
  std::vector<RunPart> range_deletes;  // files without
  uint64_t bytes = 0;
  uint64_t entries = 0;
  SequenceNumber newest = 0;  // of all entries

  // The part that may hold `key`; null when none does. Trims are respected.
  const RunPart* Find(const Comparator* order, Slice key, uint64_t head) const;
  bool MayOverlap(const Comparator* order, Slice smallest, Slice largest) const;
};

class Version {
 public:
  using FileOpener = std::function<Status(const FileMeta&, std::shared_ptr<OpenFile>*)>;

  // Files that `previous` (may be null) holds are taken from there, others are opened.
  static Status Build(const Comparator* order, const FamilyState& state, const Version* previous,
                      const FileOpener& open, std::shared_ptr<const Version>* version);

  // Without the entries of the files that `keep` says no to. Ranges that they delete stay deleted.
  using FileChoice = std::function<bool(int level, const Run&, const RunPart&)>;
  std::shared_ptr<const Version> Only(const FileChoice& keep) const;

  // Looks for entries of lookup->key in all runs, newest first, until the lookup is finished.
  // REQUIRES: the caller holds an EpochGuard.
  Status Get(Lookup* lookup, const RunReadOptions& options) const;

  // The same for up to kKeysAtOnce keys together: the filters and pages of all of them are on their
  // way to the processor at once, and what is not in memory is read several at a time. Statuses
  // that are not OK, and lookups that are finished, are left alone. REQUIRES: as Get.
  static constexpr size_t kKeysAtOnce = 32;
  void MultiGet(Lookup* lookups, Status* statuses, size_t n, const RunReadOptions& options) const;

  // The sequence of the newest entry of the key that is visible and above `above`; 0: there is
  // none. Range deletions are not looked at. REQUIRES: as Get.
  Status NewestSequence(Slice key, SequenceNumber visible, SequenceNumber above,
                        const RunReadOptions& options, SequenceNumber* newest) const;

  // One source for each run, for a merging iterator.
  void AddIterators(const RunReadOptions& options, std::vector<MergeSource>* sources) const;

  const RangeDeleteSet& range_deletes() const { return *range_deletes_; }
  const Comparator* order() const { return order_; }
  const std::vector<std::shared_ptr<const Run>>& level(int i) const { return levels_[i]; }
  // Newest first over all levels.
  const std::vector<const Run*>& runs() const { return runs_; }
  const FamilyState& state() const { return state_; }
  uint64_t LevelBytes(int i) const;
  uint64_t TotalBytes() const;
  uint64_t ApproximateBytes(Slice begin, Slice end) const;
  void ForEachFile(const std::function<void(int level, const Run&, const RunPart&)>& visit) const;

 private:
  // One key of MultiGet on its way through the runs.
  struct KeyOfBatch;

  Version() = default;
  template <bool counted>
  Status GetFromRuns(Lookup* lookup, const RunReadOptions& options) const;
  // Goes on with a key as far as it gets without reading what is not in memory.
  void Advance(KeyOfBatch* key, const RunReadOptions& options, const PageBatch& found,
               PageBatch* misses) const;

  const Comparator* order_ = nullptr;
  bool filters_apply_ = false;
  FamilyState state_;
  std::vector<std::shared_ptr<const Run>> levels_[kLevels];
  std::vector<const Run*> runs_;
  std::shared_ptr<const RangeDeleteSet> range_deletes_;
};

// A cursor over the entries of one run, trims respected.
class RunCursor final : public EntryIterator {
 public:
  RunCursor(const Comparator* order, const Run* run, const RunReadOptions& options);
  ~RunCursor() override;

  bool Valid() const override { return current_ != nullptr && valid_; }
  void SeekToFirst() override;
  void SeekToLast() override;
  void Seek(Slice key, SequenceNumber sequence) override;
  void SeekForPrev(Slice key, SequenceNumber sequence) override;
  // The first steps of Seek and SeekForPrev: as those of RunIterator.
  void StartSeek(Slice key, SequenceNumber sequence);
  void StartSeekForPrev(Slice key, SequenceNumber sequence);
  void Approach(PageBatch* misses);
  void Search();
  void Next() override;
  void Prev() override;
  Slice key() const override;
  uint64_t tag() const override;
  Slice value() const override;
  Status status() const override;
  // Asks the filters; a run without the prefix has no entries then, and costs no I/O.
  void Confine(const PrefixScan* scan) override;

  const RunReadOptions& options() const { return options_; }

 private:
  bool MayHold(const PrefixScan& scan) const;
  // The part where the seek begins; SIZE_MAX when there is none.
  size_t PartAtOrAfter(Slice key) const;
  size_t PartAtOrBefore(Slice key) const;
  void StartAt(size_t part, Slice key, SequenceNumber sequence);
  void Open(size_t part);
  void SkipForward();
  void SkipBackward();
  bool Trimmed() const;

  const Comparator* const order_;
  const Run* const run_;
  const RunReadOptions options_;
  size_t part_ = SIZE_MAX;
  size_t sought_part_ = SIZE_MAX;  // between the first step of a seek and the seek
  std::unique_ptr<RunIterator> current_;
  bool valid_ = false;
  bool excluded_ = false;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_VERSION_H_
