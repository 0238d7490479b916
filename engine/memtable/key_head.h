// Bytes of keys as numbers that compare as the keys do.

#ifndef AETHER_ENGINE_MEMTABLE_KEY_HEAD_H_
#define AETHER_ENGINE_MEMTABLE_KEY_HEAD_H_

#include <cstdint>

#include "engine/base/coding.h"
#include "engine/base/slice.h"

namespace aether {

// The next (at most) 8 bytes of `key` from byte `skip` on, most significant first, padded with
// zeros: of two keys that agree before `skip`, the smaller never has the larger head.
inline uint64_t KeyHead(Slice key, size_t skip) {
  if (key.size() >= skip + 8) [[likely]] {
    return __builtin_bswap64(LoadFixed<uint64_t>(key.data() + skip));
  }
  if (key.size() <= skip) return 0;
  const size_t rest = key.size() - skip;
  if (key.size() >= 8) {
    return __builtin_bswap64(LoadFixed<uint64_t>(key.data() + key.size() - 8)) << (8 * (8 - rest));
  }
  uint64_t head = 0;
  for (size_t i = 0; i < rest; ++i) {
    head |= uint64_t{static_cast<unsigned char>(key[skip + i])} << (56 - 8 * i);
  }
  return head;
}

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_KEY_HEAD_H_
