// Collects the entries of one leaf page and lays them out (format.h has the layout).
//
// Thread safety: one user at a time. No allocation per entry once the buffers have grown.

#ifndef AETHER_ENGINE_RUN_LEAF_BUILDER_H_
#define AETHER_ENGINE_RUN_LEAF_BUILDER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/entry.h"
#include "engine/base/slice.h"
#include "engine/run/leaf.h"

namespace aether {

class LeafBuilder {
 public:
  // `fill_bytes`: pages are closed at this size.
  LeafBuilder(bool bytewise, size_t fill_bytes);

  bool empty() const { return count_ == 0; }
  size_t count() const { return count_; }
  // Bytes of the page so far.
  size_t size() const { return count_ == 0 ? 0 : SizeWith(prefix_size_, tails_, rest_, count_); }
  // False, and nothing is added, when the page is full; an empty page takes any entry. Large keys
  // and values are given by their extents, and then only `key` has to be there (for heads and
  // prefix).
  bool Add(Slice key, uint64_t tag, Slice value, const Extent* large_key,
           const Extent* large_value);
  // Whether Add would take it.
  bool Fits(Slice key, uint64_t tag, size_t value_size, bool large_key, bool large_value);

  // Writes the page (without its checksum) and starts an empty one.
  void Finish(char* page);

 private:
  struct Item {
    uint32_t key_offset;  // into bytes_
    uint32_t key_size;    // of the whole key
    uint32_t key_kept;    // bytes of it in bytes_: all, or the front of a large one
    uint32_t value_offset;
    uint64_t tag;
    uint64_t value_size;
    int32_t large_key;  // index into extents_, -1 for none
    int32_t large_value;
  };
  // What the page would be with one more entry.
  struct Plan {
    size_t prefix_size;
    size_t tails;
    size_t rest;
    uint64_t min_sequence;
    uint64_t max_sequence;
    size_t size;
  };

  size_t SizeWith(size_t prefix, size_t tails, size_t rest, size_t count) const;
  size_t TailSize(size_t key_size, size_t prefix) const {
    const size_t cut = prefix + (bytewise_ ? 8 : 0);
    return key_size > cut ? key_size - cut : 0;
  }
  Plan PlanFor(Slice key, uint64_t tag, size_t value_size, bool large_key, bool large_value) const;
  const Extent* ExtentAt(int32_t index) const {
    return index < 0 ? nullptr : &extents_[static_cast<size_t>(index)];
  }
  char* Room(size_t n);

  const bool bytewise_;
  const size_t fill_bytes_;
  std::vector<Item> items_;
  std::vector<Extent> extents_;
  std::unique_ptr<char[]> bytes_;
  size_t bytes_size_ = 0;
  size_t bytes_capacity_ = 0;
  size_t count_ = 0;
  size_t prefix_size_ = 0;
  size_t tails_ = 0;  // bytes of inline keys after prefix and head
  size_t rest_ = 0;   // bytes of records besides tails and sequence deltas
  uint64_t min_sequence_ = 0;
  uint64_t max_sequence_ = 0;
  Plan plan_{};  // of the last Fits
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_LEAF_BUILDER_H_
