// Deleted ranges of keys and the question which of them cover a key.
//
// Thread safety: immutable after construction. Cost of a query: logarithmic plus the number of
// ranges over the key that are newer than the best one found before them.

#ifndef AETHER_ENGINE_RUN_RANGE_DELETE_H_
#define AETHER_ENGINE_RUN_RANGE_DELETE_H_

#include <string>
#include <vector>

#include "engine/base/comparator.h"
#include "engine/base/entry.h"
#include "engine/base/slice.h"

namespace aether {

struct RangeDelete {
  std::string begin;  // inclusive
  std::string end;    // exclusive
  SequenceNumber sequence = 0;
};

class RangeDeleteSet {
 public:
  RangeDeleteSet() = default;
  // Sorts the list by begin, then newest first. `order` outlives the set.
  RangeDeleteSet(const Comparator* order, std::vector<RangeDelete> list);

  bool empty() const { return list_.empty(); }
  const std::vector<RangeDelete>& list() const { return list_; }
  // The newest range over `key` with a sequence of at most `sequence`.
  CoveringRange Covering(Slice key, SequenceNumber sequence) const;
  size_t MemoryBytes() const;

 private:
  struct Node {
    size_t latest_end;        // index into list_ of the largest end in the subtree
    SequenceNumber min, max;  // of the sequences in the subtree
  };
  size_t Build(size_t low, size_t high);
  void Search(size_t low, size_t high, Slice key, SequenceNumber sequence,
              const RangeDelete** best) const;

  const Comparator* order_ = nullptr;
  std::vector<RangeDelete> list_;
  // The implicit balanced tree over list_: the root of [low, high) is its middle.
  std::vector<Node> nodes_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_RANGE_DELETE_H_
