// Merges sorted sources of entries into one, in both directions.
//
// A tree of losers (Knuth, The Art of Computer Programming 3, 5.4.1): a step plays one match a
// level, half of what a heap compares. As long as one source goes on winning, it plays against the
// best of the others alone: a large run under small ones costs one comparison a step.
//
// Thread safety: one thread at a time. Invariants: the sources never hold the same (key, sequence)
// twice, except that a source and a later one may while a flush is being installed; then both are
// returned and readers skip the second. Failure: a source that fails makes the whole invalid;
// status() is the first failure.

#ifndef AETHER_ENGINE_LSM_MERGING_ITERATOR_H_
#define AETHER_ENGINE_LSM_MERGING_ITERATOR_H_

#include <memory>
#include <vector>

#include "engine/base/entry.h"

namespace aether {

struct MergeSource {
  std::unique_ptr<EntryIterator> entries;
  SequenceNumber newest = kMaxSequence;  // of all entries it has or will have
};

class RunCursor;
struct RunReadCounters;

class MergingIterator final : public EntryIterator {
 public:
  // `counters` of seeks may be null.
  MergingIterator(const Comparator* order, std::vector<MergeSource> sources,
                  RunReadCounters* counters = nullptr);

  bool Valid() const override { return top_ != nullptr; }
  void SeekToFirst() override;
  void SeekToLast() override;
  void Seek(Slice key, SequenceNumber sequence) override;
  void SeekForPrev(Slice key, SequenceNumber sequence) override;
  void Next() override;
  void Prev() override;
  Slice key() const override { return top_->key; }
  uint64_t tag() const override { return top_->tag; }
  Slice value() const override { return top_->source->value(); }
  Status status() const override;
  void Confine(const PrefixScan* scan) override;

  // The newest sequence that the source of the current entry can have. REQUIRES: Valid().
  SequenceNumber NewestOfSource() const { return top_->newest; }
  // Leave out the current source's entries before `end` (after it has gone forward), or at and
  // after `begin` (backward). REQUIRES: Valid().
  void SkipInSourceTo(Slice end);
  void SkipInSourceBefore(Slice begin);

 private:
  struct Child {
    std::unique_ptr<EntryIterator> source;
    SequenceNumber newest = kMaxSequence;
    RunCursor* run = nullptr;  // the source when it is one
    Slice key;
    uint64_t tag = 0;
    // The first eight bytes of the key, big-endian; decides most comparisons of bytewise orders.
    uint64_t head = 0;
    bool ended = false;  // comes after all others
  };

  // Reads the child's position.
  void Load(Child* child);
  bool Before(const Child& a, const Child& b) const {
    if (a.ended || b.ended) [[unlikely]]
      return b.ended && !a.ended;
    if (bytewise_ && a.head != b.head) [[likely]]
      return forward_ == (a.head < b.head);
    return KeyBefore(a, b);
  }
  bool KeyBefore(const Child& a, const Child& b) const;
  // Loads all children and plays all matches.
  void Rebuild();
  // The top has moved: plays its matches again.
  void Replay();
  void SetTop(Child* winner) { top_ = failed_ || winner->ended ? nullptr : winner; }
  // Puts all children but `except` at a position. The pages that runs need for it are on their way
  // to the processor together, and those that are not in memory are read together.
  void SeekAll(Slice key, SequenceNumber sequence, bool forward, const Child* except);
  // Counts a seek of each child.
  void CountSeeks();
  // Puts all children but the top on the other side of the top's position.
  void Turn(bool forward);

  const Comparator* const order_;
  const bool bytewise_;
  RunReadCounters* const counters_;
  bool forward_ = true;
  bool failed_ = false;
  std::vector<Child> children_;
  // Child i plays its first match at node (n + i) / 2, the winner of node i goes on to node i / 2,
  // up to node 1. A node keeps the loser.
  std::vector<Child*> losers_;
  Child* top_ = nullptr;   // the winner of all; null when nothing is left or something failed
  Child* next_ = nullptr;  // the best of the others, when that is known
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_MERGING_ITERATOR_H_
