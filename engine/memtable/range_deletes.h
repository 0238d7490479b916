// The range deletions of one table: an ordered list of them, and the answer to "which is the newest
// that covers this key, as of this sequence".
//
// Every deletion is first put on a log (a linked list, newest first) and then into an ordered
// index. Queries read stabs - static interval trees over stretches of the log - and scan the part
// of the log that no stab covers yet. When that part gets long the querying thread folds it into a
// stab and merges stabs of like size, so that n deletions are in about log n stabs and each
// deletion is copied about log n times in all. Writers never build anything.
//
// Thread safety: everything but construction and destruction may be called from any thread.
// Lock-free; folding is skipped by whoever finds another thread at it.
// Invariants: a deletion is on the log before its Insert returns; the log may hold a deletion twice
// (two threads finishing one batch), which changes no answer; the ordered index never does.
// With no deletions a query costs one load.

#ifndef AETHER_ENGINE_MEMTABLE_RANGE_DELETES_H_
#define AETHER_ENGINE_MEMTABLE_RANGE_DELETES_H_

#include <atomic>
#include <memory>

#include "engine/memtable/arena.h"
#include "engine/memtable/skiplist.h"

namespace aether {

class RangeDeletes {
 public:
  explicit RangeDeletes(const Comparator* order) : order_(order) {}
  ~RangeDeletes();
  RangeDeletes(const RangeDeletes&) = delete;
  RangeDeletes& operator=(const RangeDeletes&) = delete;

  bool Reserve(int shard, size_t entries, size_t bytes);

  // Returns false when it is there already.
  bool Insert(int shard, SequenceNumber sequence, Slice begin, Slice end);

  // See MemTable::CoveringRangeDelete.
  CoveringRange Covering(Slice key, SequenceNumber sequence) const {
    const State* const state = state_.load(std::memory_order_acquire);
    return state == nullptr ? CoveringRange() : Search(state, key, sequence);
  }

  std::unique_ptr<EntryIterator> NewIterator() const;
  size_t MemoryUsage() const;

 private:
  struct Deletion;
  class Stab;
  struct View;
  struct State;

  static const Deletion* Newer(const Deletion* a, const Deletion* b);
  State* GetState();
  CoveringRange Search(const State* state, Slice key, SequenceNumber sequence) const;
  void Fold(State* state) const;

  const Comparator* const order_;
  std::atomic<State*> state_{nullptr};
};

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_RANGE_DELETES_H_
