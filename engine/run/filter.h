// A cache-line-blocked Bloom filter: all bits of a key lie in one block of 64 bytes, so a probe
// costs one cache miss, which Prefetch can start for many files at once.
//
// Thread safety: immutable once built. An empty filter contains everything.
// Format: blocks of 512 bits. For a hash h: block = (high 32 bits of h * blocks) >> 32; probe i
// takes the top nine bits of (low 32 bits of h) * 0x9e3779b9^(i+1) modulo 2^32; bit b of a block is
// bit b % 64 of its word b / 64.

#ifndef AETHER_ENGINE_RUN_FILTER_H_
#define AETHER_ENGINE_RUN_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/checksum.h"
#include "engine/base/pages.h"
#include "engine/base/slice.h"

namespace aether {

inline uint64_t BloomHash(Slice key) { return Hash64(key.data(), key.size()); }
// Prefixes stand in the same filter as keys; a key is not taken for a prefix of the same bytes.
inline constexpr uint64_t kPrefixSeed = 0x9e3779b97f4a7c15;
inline uint64_t PrefixBloomHash(Slice prefix) {
  return Hash64(prefix.data(), prefix.size(), kPrefixSeed);
}

// The hashes of a file's keys, until there are all of them.
class HashList {
 public:
  // False when there is no memory.
  bool Add(uint64_t hash) {
    if (size_ % kPerBlock == 0 && !Grow()) return false;
    last_[size_++ % kPerBlock] = hash;
    return true;
  }
  size_t size() const { return size_; }
  uint64_t operator[](size_t i) const {
    return reinterpret_cast<const uint64_t*>(blocks_[i / kPerBlock].data())[i % kPerBlock];
  }

 private:
  static constexpr size_t kPerBlock = 8192;

  bool Grow();

  std::vector<ScratchBuffer> blocks_;
  uint64_t* last_ = nullptr;
  size_t size_ = 0;
};

class BloomFilter {
 public:
  static constexpr size_t kBlockBytes = 64;
  static constexpr int kMaxProbes = 16;

  BloomFilter() = default;
  // Of the hashes of distinct keys.
  static BloomFilter Build(const HashList& hashes, double bits_per_key);
  // Memory for `bytes` read from a file, to be filled through data(). REQUIRES: bytes % kBlockBytes
  // == 0.
  static BloomFilter Allocate(size_t bytes, int probes);
  static size_t SizeFor(size_t keys, double bits_per_key);
  static int ProbesFor(double bits_per_key);

  bool empty() const { return blocks_ == 0; }
  int probes() const { return probes_; }
  size_t MemoryBytes() const { return size_t{blocks_} * kBlockBytes; }
  char* data() { return reinterpret_cast<char*>(words_.data()); }
  const char* data() const { return reinterpret_cast<const char*>(words_.data()); }

  void Prefetch(uint64_t hash) const {
    if (blocks_ != 0) __builtin_prefetch(Block(hash));
  }
  bool MayContain(uint64_t hash) const {
    if (blocks_ == 0) return true;
    // All probes without leaving early: which of them fails first is a coin toss that the processor
    // would guess wrong, while the answer as a whole is guessed well, and then the work behind it
    // overlaps with the memory access.
    const uint64_t* block = Block(hash);
    auto h = static_cast<uint32_t>(hash);
    uint64_t all = 1;
    for (int i = 0; i < probes_; ++i) {
      h *= kStep;
      const uint32_t bit = h >> 23;
      all &= block[bit >> 6] >> (bit & 63);
    }
    return (all & 1) != 0;
  }

 private:
  static constexpr uint32_t kStep = 0x9e3779b9u;

  const uint64_t* Block(uint64_t hash) const {
    return words_.data() + ((hash >> 32) * blocks_ >> 32) * (kBlockBytes / 8);
  }
  void Insert(uint64_t hash);

  PageVector<uint64_t> words_;
  uint32_t blocks_ = 0;
  int probes_ = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_FILTER_H_
