// The fence keys of a file in memory: which leaf is responsible for a key.
//
// Thread safety: immutable after Decode.
// With bytewise order, 8-byte heads (after the prefix that all fences share) are searched first, as
// a tree of blocks of 16: two cache lines a level, fetched together, and the upper levels stay in
// the processor's cache. Whole keys are compared only where heads tie.

#ifndef AETHER_ENGINE_RUN_FENCE_H_
#define AETHER_ENGINE_RUN_FENCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/comparator.h"
#include "engine/base/entry.h"
#include "engine/base/pages.h"
#include "engine/base/slice.h"
#include "engine/buffer/frame.h"

namespace aether {

// Writes the fences section while leaves are written.
class FenceWriter {
 public:
  // `packed`: of a file with a codec.
  explicit FenceWriter(bool packed) : packed_(packed) {}

  // REQUIRES: offset is beyond the end of the last one; without a codec it is a multiple of the
  // page size, and stored is that size.
  void Add(Slice key, bool continues, SequenceNumber sequence, uint64_t offset, size_t stored);
  Slice block() const { return Slice(block_.data(), block_.size()); }
  uint64_t leaves() const { return leaves_; }
  uint64_t key_bytes() const { return key_bytes_; }

 private:
  PageString block_;
  std::string fence_;  // being written
  std::string last_;
  uint64_t leaves_ = 0;
  uint64_t key_bytes_ = 0;
  uint64_t end_ = 0;  // of the last leaf
  const bool packed_;
};

class FenceIndex {
 public:
  FenceIndex() = default;
  // False when the section is malformed: `leaves` fences that end exactly with it, in order, inside
  // body_size bytes. `packed`: of a file with a codec.
  bool Decode(Slice section, const Comparator* order, uint64_t leaves, uint64_t body_size,
              bool packed);

  size_t size() const { return size_; }
  // The leaf in which the first entry at or after (key, sequence) lies, if not at the start of the
  // next one. REQUIRES: size() > 0.
  size_t Find(const Comparator* order, Slice key, SequenceNumber sequence) const {
    return Find(order, key, sequence, nullptr, nullptr);
  }
  // The same, and helps the caller's next memory accesses along: `side` is an array of 8 bytes a
  // leaf whose entry will be wanted, and *share (0..1) a guess how far into the leaf the key is.
  size_t Find(const Comparator* order, Slice key, SequenceNumber sequence, const void* side,
              float* share) const;
  Slice Key(size_t index) const {
    return Slice(keys_.data() + offsets_[index], offsets_[index + 1] - offsets_[index]);
  }
  uint64_t LeafOffset(size_t index) const {
    if (!places_.empty()) return places_[index] >> kStoredBits;
    return uint64_t{pages_.empty() ? index : pages_[index]} * kPageSize;
  }
  // What the leaf takes in the file; kPageSize when it is not compressed.
  size_t StoredSize(size_t index) const {
    return places_.empty() ? kPageSize : places_[index] & ((uint64_t{1} << kStoredBits) - 1);
  }
  size_t MemoryBytes() const;

 private:
  static constexpr size_t kBlock = 16;
  static constexpr int kStoredBits = 13;
  static_assert(kPageSize < size_t{1} << kStoredBits);

  SequenceNumber Sequence(size_t index) const {
    return sequences_.empty() ? kMaxSequence : sequences_[index];
  }
  size_t FindCompare(const Comparator* order, Slice key, SequenceNumber sequence, size_t low,
                     size_t high) const;
  // Reads where leaf `index` is; *end is the end of the leaf before, and becomes that of this one.
  bool DecodePlace(Slice* section, uint64_t body_size, bool packed, uint64_t* end);
  void BuildHeads();

  size_t size_ = 0;
  PageString keys_;
  PageVector<uint32_t> offsets_;          // size_ + 1, into keys_
  PageVector<SequenceNumber> sequences_;  // empty when no leaf continues a key
  PageVector<uint32_t> pages_;            // empty when the leaves stand one behind the other
  PageVector<uint64_t> places_;           // with a codec only: offset and size in the file
  // Bytewise order only: of fences 1.., heads_[i] belongs to fence i + 1.
  std::string prefix_;
  PageVector<uint64_t> heads_;
  // upper_[0] holds the first head of every block of heads_, upper_[i + 1] of every block of
  // upper_[i]; the last one has at most one block.
  std::vector<PageVector<uint64_t>> upper_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_FENCE_H_
