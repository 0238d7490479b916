// A cursor over the keys and values of a store that a reader may see.
//
// Thread safety: one thread at a time. Invariant: the view is that of the moment of creation (or of
// the snapshot given) until Refresh. key() and value() stay valid until the cursor moves. Failure:
// after an error Valid() is false and status() is not OK; off either end Valid() is false and
// status() OK.

#ifndef AETHER_ENGINE_LSM_DB_ITERATOR_H_
#define AETHER_ENGINE_LSM_DB_ITERATOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/entry.h"
#include "engine/base/operators.h"
#include "engine/base/pages.h"
#include "engine/lsm/merging_iterator.h"
#include "engine/lsm/read_view.h"

namespace aether {

// What an Iterator reads: entries of a pinned view up to a sequence.
struct IteratorSource {
  std::shared_ptr<const ReadView> view;
  std::unique_ptr<EntryIterator> entries;  // reads the view, so it goes first
  SequenceNumber sequence = 0;
};

// What filters of prefixes may be asked for.
struct ScanPrefix {
  std::shared_ptr<const PrefixExtractor> extractor;  // null: nothing
  // After a Seek to a key with a prefix nobody looks at keys without it. Otherwise the bounds have
  // to say so, and every key is shown.
  bool same_as_start = false;
};

struct IteratorOptions {
  std::optional<std::string> lower_bound;  // inclusive
  std::optional<std::string> upper_bound;  // exclusive
  bool ignore_range_deletes = false;
  uint64_t max_skippable_entries = 0;  // 0: no limit
  ScanPrefix prefix;
  RunReadCounters* counters = nullptr;  // outlive the cursor; null: nothing is counted
};

class Iterator {
 public:
  // `renew` makes the source anew for Refresh.
  Iterator(const Comparator* order, std::shared_ptr<const MergeOperator> merge_operator,
           IteratorOptions options, IteratorSource source,
           std::function<Status(IteratorSource*)> renew);
  ~Iterator();

  bool Valid() const { return valid_; }
  void SeekToFirst();
  void SeekToLast();
  void Seek(Slice target);
  void SeekForPrev(Slice target);
  // REQUIRES: Valid().
  void Next();
  void Prev();
  Slice key() const { return key_; }
  // Of an entity: that of its default column.
  Slice value() const { return value_; }
  bool is_entity() const { return is_entity_; }
  // The whole entity (base/entity.h). REQUIRES: is_entity().
  Slice entity() const { return entity_; }
  const Status& status() const { return status_; }
  // The state of now; the cursor is invalid until it is positioned again.
  Status Refresh();

  SequenceNumber sequence() const { return source_.sequence; }
  // Empty: none.
  Slice lower_bound() const {
    return options_.lower_bound ? Slice(*options_.lower_bound) : Slice();
  }
  Slice upper_bound() const {
    return options_.upper_bound ? Slice(*options_.upper_bound) : Slice();
  }
  uint64_t view_number() const;

 private:
  enum class Direction : uint8_t { kForward, kReverse };

  // entries_, without virtual calls where it merges.
  bool EntriesValid() const { return merging_ != nullptr ? merging_->Valid() : entries_->Valid(); }
  Slice EntryKey() const { return merging_ != nullptr ? merging_->key() : entries_->key(); }
  uint64_t EntryTag() const { return merging_ != nullptr ? merging_->tag() : entries_->tag(); }
  Slice EntryValue() const { return merging_ != nullptr ? merging_->value() : entries_->value(); }
  void NextEntry() { merging_ != nullptr ? merging_->Next() : entries_->Next(); }
  void PrevEntry() { merging_ != nullptr ? merging_->Prev() : entries_->Prev(); }

  // Both leave valid_ set when they find a key.
  // Forward: entries_ stands at the first candidate; entries of *skip (may be null) are passed
  // over.
  void FindForward(const std::string* skip);
  // Reverse: entries_ stands at the last candidate.
  void FindReverse();
  bool CopyValue();  // false when it has failed
  // Forward: entries_ stands at the newest visible merge operand of `key_buffer_`.
  void MergeForward();
  // Lets sources leave out what a scan from `target` cannot meet; null: nothing.
  void Confine(const Slice* target);
  bool EndsInPrefix(Slice prefix) const;
  void SeekFrom(Slice target);
  void SeekToEnd();
  CoveringRange Covering(Slice key) const {
    return has_range_deletes_ ? source_.view->CoveringRangeDelete(key, source_.sequence)
                              : CoveringRange();
  }
  bool Covered(Slice key, SequenceNumber sequence) const {
    return has_range_deletes_ && Covering(key).sequence > sequence;
  }
  // Takes the bytes of a put, or of an entity. False after a failure.
  bool TakeValue(Slice bytes, bool entity) {
    value_ = bytes;
    is_entity_ = entity;
    return !entity || TakeEntity(bytes);
  }
  bool TakeEntity(Slice bytes);
  // A cursor that has moved on does not keep the memory of a large value.
  void DropLargeCopy();
  bool CountSkipped(uint64_t* skipped);
  void Tally(uint64_t RunReadCounters::*counter) {
    if (options_.counters != nullptr) ++(options_.counters->*counter);
  }
  void Fail(Status s);
  void LoadView();

  const Comparator* const order_;
  const std::shared_ptr<const MergeOperator> merge_operator_;
  const IteratorOptions options_;
  const std::function<Status(IteratorSource*)> renew_;
  IteratorSource source_;
  EntryIterator* entries_ = nullptr;
  MergingIterator* merging_ = nullptr;  // entries_ when it is one, to save virtual calls
  bool has_range_deletes_ = false;
  bool confined_ = false;

  Direction direction_ = Direction::kForward;
  bool valid_ = false;
  // Forward only: entries_ has already moved past all that made the current value.
  bool ahead_ = false;
  Slice key_;
  Slice value_;
  Slice entity_;
  bool is_entity_ = false;
  std::string key_buffer_;
  std::string value_buffer_;  // what merging made
  PageString copied_value_;   // of an entry that was left, in reverse
  Status status_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_DB_ITERATOR_H_
