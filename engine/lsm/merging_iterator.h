// Merges sorted sources of entries into one, in both directions.
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

class RunCursor;

class MergingIterator final : public EntryIterator {
 public:
  MergingIterator(const Comparator* order, std::vector<std::unique_ptr<EntryIterator>> sources);

  bool Valid() const override { return !heap_.empty(); }
  void SeekToFirst() override;
  void SeekToLast() override;
  void Seek(Slice key, SequenceNumber sequence) override;
  void SeekForPrev(Slice key, SequenceNumber sequence) override;
  void Next() override;
  void Prev() override;
  Slice key() const override { return heap_[0]->key; }
  uint64_t tag() const override { return heap_[0]->tag; }
  Slice value() const override { return heap_[0]->source->value(); }
  Status status() const override;

 private:
  struct Child {
    std::unique_ptr<EntryIterator> source;
    RunCursor* run = nullptr;  // the source when it is one
    Slice key;
    uint64_t tag = 0;
    uint64_t head =
        0;  // first eight bytes of the key, big-endian; decides most comparisons of bytewise orders
  };

  // Reads the child's position. False when it has run out or failed.
  bool Load(Child* child);
  bool Before(const Child& a, const Child& b) const;
  void SiftDown(size_t i);
  void Rebuild();
  // Puts all children but `except` at a position. The pages that runs need for it are on their way
  // to the processor together, and those that are not in memory are read together.
  void SeekAll(Slice key, SequenceNumber sequence, bool forward, const Child* except);
  void ReplaceOrPopTop(bool valid);
  // Puts all children but the top on the other side of the top's position.
  void Turn(bool forward);

  const Comparator* const order_;
  const bool bytewise_;
  bool forward_ = true;
  bool failed_ = false;
  std::vector<Child> children_;
  std::vector<Child*> heap_;  // the child that comes first in the current direction is at 0
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_MERGING_ITERATOR_H_
