#include "engine/run/filter.h"

#include <algorithm>
#include <cmath>
#include <new>

namespace aether {

int BloomFilter::ProbesFor(double bits_per_key) {
  // ln 2 * bits is best for a plain Bloom filter; blocks fill unevenly, which favours a little
  // less.
  return std::clamp(static_cast<int>(std::lround(bits_per_key * 0.62)), 1, kMaxProbes);
}

size_t BloomFilter::SizeFor(size_t keys, double bits_per_key) {
  if (keys == 0 || bits_per_key <= 0) return 0;
  const double bits = static_cast<double>(keys) * std::min(bits_per_key, 100.0);
  const auto blocks = static_cast<uint64_t>(std::ceil(bits / (kBlockBytes * 8)));
  return static_cast<size_t>(std::clamp<uint64_t>(blocks, 1, UINT32_MAX)) * kBlockBytes;
}

BloomFilter BloomFilter::Allocate(size_t bytes, int probes) {
  BloomFilter filter;
  if (bytes == 0) return filter;
  try {
    filter.words_.resize(bytes / sizeof(uint64_t));
  } catch (const std::bad_alloc&) {
    return filter;
  }
  filter.blocks_ = static_cast<uint32_t>(bytes / kBlockBytes);
  filter.probes_ = std::clamp(probes, 1, kMaxProbes);
  return filter;
}

bool HashList::Grow() {
  ScratchBuffer block;
  if (!block.Reserve(kPerBlock * sizeof(uint64_t))) return false;
  last_ = reinterpret_cast<uint64_t*>(block.data());
  blocks_.push_back(std::move(block));
  return true;
}

BloomFilter BloomFilter::Build(const HashList& hashes, double bits_per_key) {
  BloomFilter filter = Allocate(SizeFor(hashes.size(), bits_per_key), ProbesFor(bits_per_key));
  if (filter.empty()) return filter;
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < hashes.size(); ++i) {
    if (i + kAhead < hashes.size()) __builtin_prefetch(filter.Block(hashes[i + kAhead]), 1);
    filter.Insert(hashes[i]);
  }
  return filter;
}

void BloomFilter::Insert(uint64_t hash) {
  uint64_t* const block = const_cast<uint64_t*>(Block(hash));
  auto h = static_cast<uint32_t>(hash);
  for (int i = 0; i < probes_; ++i) {
    h *= kStep;
    const uint32_t bit = h >> 23;
    block[bit >> 6] |= uint64_t{1} << (bit & 63);
  }
}

}  // namespace aether
