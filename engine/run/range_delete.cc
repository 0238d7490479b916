#include "engine/run/range_delete.h"

#include <algorithm>
#include <utility>

namespace aether {

RangeDeleteSet::RangeDeleteSet(const Comparator* order, std::vector<RangeDelete> list)
    : order_(order), list_(std::move(list)) {
  std::sort(list_.begin(), list_.end(), [order](const RangeDelete& a, const RangeDelete& b) {
    return CompareEntries(order, a.begin, a.sequence, b.begin, b.sequence) < 0;
  });
  nodes_.resize(list_.size());
  if (!list_.empty()) Build(0, list_.size());
}

size_t RangeDeleteSet::Build(size_t low, size_t high) {
  const size_t middle = low + (high - low) / 2;
  Node node{middle, list_[middle].sequence, list_[middle].sequence};
  const auto merge = [&](size_t child) {
    const Node& other = nodes_[child];
    if (CompareKeys(order_, list_[node.latest_end].end, list_[other.latest_end].end) < 0) {
      node.latest_end = other.latest_end;
    }
    node.min = std::min(node.min, other.min);
    node.max = std::max(node.max, other.max);
  };
  if (low < middle) merge(Build(low, middle));
  if (middle + 1 < high) merge(Build(middle + 1, high));
  nodes_[middle] = node;
  return middle;
}

void RangeDeleteSet::Search(size_t low, size_t high, Slice key, SequenceNumber sequence,
                            const RangeDelete** best) const {
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const Node& node = nodes_[middle];
    const SequenceNumber newest = *best == nullptr ? 0 : (*best)->sequence;
    if (node.max <= newest || node.min > sequence ||
        CompareKeys(order_, key, list_[node.latest_end].end) >= 0) {
      return;  // nothing newer, nothing visible, or all of it ends before the key
    }
    const RangeDelete& range = list_[middle];
    if (CompareKeys(order_, range.begin, key) <= 0) {
      if (range.sequence <= sequence && range.sequence > newest &&
          CompareKeys(order_, key, range.end) < 0) {
        *best = &range;
      }
      Search(middle + 1, high, key, sequence, best);
    }
    high = middle;
  }
}

CoveringRange RangeDeleteSet::Covering(Slice key, SequenceNumber sequence) const {
  const RangeDelete* best = nullptr;
  Search(0, list_.size(), key, sequence, &best);
  if (best == nullptr) return {};
  return {best->sequence, best->begin, best->end};
}

size_t RangeDeleteSet::MemoryBytes() const {
  size_t bytes = list_.capacity() * sizeof(RangeDelete) + nodes_.capacity() * sizeof(Node);
  for (const RangeDelete& range : list_) bytes += range.begin.capacity() + range.end.capacity();
  return bytes;
}

}  // namespace aether
