#include "engine/base/coding.h"

namespace aether {

const char* DecodeVarint64(const char* p, const char* limit, uint64_t* value) {
  uint64_t result = 0;
  for (int shift = 0; shift <= 63 && p < limit; shift += 7) {
    const auto byte = static_cast<unsigned char>(*p++);
    if (shift == 63 && byte > 1) return nullptr;
    result |= static_cast<uint64_t>(byte & 127) << shift;
    if (byte < 128) {
      *value = result;
      return p;
    }
  }
  return nullptr;
}

const char* DecodeVarint32Slow(const char* p, const char* limit, uint32_t* value) {
  uint32_t result = 0;
  for (int shift = 0; shift < 7 * kMaxVarint32Bytes && p < limit; shift += 7) {
    const auto byte = static_cast<unsigned char>(*p++);
    result |= static_cast<uint32_t>(byte & 127) << shift;
    if (byte < 128) {
      *value = result;
      return p;
    }
  }
  return nullptr;
}

}  // namespace aether
