// Little-endian fixed-width and LEB128 integers, length-prefixed byte strings.
//
// The Get... functions read from the front of *input, advance it, and return false (input
// unspecified) when it is too short or a varint is longer than its type allows. Of the fifth byte of
// a 32-bit varint only four bits count, as in RocksDB: applications hand us batches that both read.

#ifndef AETHER_ENGINE_BASE_CODING_H_
#define AETHER_ENGINE_BASE_CODING_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "engine/base/slice.h"

namespace aether {

static_assert(std::endian::native == std::endian::little, "on-disk integers are little-endian");

template <typename T>
inline T LoadFixed(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof(T));
  return value;
}
template <typename T>
inline void StoreFixed(char* p, T value) {
  std::memcpy(p, &value, sizeof(T));
}
template <typename T>
inline void PutFixed(std::string* out, T value) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}
template <typename T>
inline bool GetFixed(Slice* input, T* value) {
  if (input->size() < sizeof(T)) return false;
  *value = LoadFixed<T>(input->data());
  input->RemovePrefix(sizeof(T));
  return true;
}

inline constexpr int kMaxVarint32Bytes = 5;
inline constexpr int kMaxVarint64Bytes = 10;

inline int VarintLength(uint64_t value) {
  int n = 1;
  for (; value >= 128; value >>= 7) ++n;
  return n;
}

// Returns the byte after the encoding. REQUIRES: VarintLength(value) bytes at p.
inline char* EncodeVarint(char* p, uint64_t value) {
  while (value >= 128) {
    *p++ = static_cast<char>(value | 128);
    value >>= 7;
  }
  *p++ = static_cast<char>(value);
  return p;
}
inline void PutVarint(std::string* out, uint64_t value) {
  char buffer[kMaxVarint64Bytes];
  out->append(buffer, static_cast<size_t>(EncodeVarint(buffer, value) - buffer));
}

const char* DecodeVarint32Slow(const char* p, const char* limit, uint32_t* value);

// Returns the byte after the encoding, or null when the encoding is truncated or exceeds five bytes.
inline const char* DecodeVarint32(const char* p, const char* limit, uint32_t* value) {
  if (p < limit && static_cast<unsigned char>(*p) < 128) {
    *value = static_cast<unsigned char>(*p);
    return p + 1;
  }
  return DecodeVarint32Slow(p, limit, value);
}
const char* DecodeVarint64(const char* p, const char* limit, uint64_t* value);

inline bool GetVarint32(Slice* input, uint32_t* value) {
  const char* limit = input->data() + input->size();
  const char* p = DecodeVarint32(input->data(), limit, value);
  if (p == nullptr) return false;
  *input = Slice(p, static_cast<size_t>(limit - p));
  return true;
}
inline bool GetVarint64(Slice* input, uint64_t* value) {
  const char* limit = input->data() + input->size();
  const char* p = DecodeVarint64(input->data(), limit, value);
  if (p == nullptr) return false;
  *input = Slice(p, static_cast<size_t>(limit - p));
  return true;
}

inline void PutLengthPrefixed(std::string* out, Slice bytes) {
  PutVarint(out, bytes.size());
  out->append(bytes.data(), bytes.size());
}
inline bool GetLengthPrefixed(Slice* input, Slice* bytes) {
  uint32_t n;
  if (!GetVarint32(input, &n) || input->size() < n) return false;
  *bytes = Slice(input->data(), n);
  input->RemovePrefix(n);
  return true;
}

// --- facts: a tag, the length and the bytes of each, tags ascending, tag 0 at the end ---
//
// A fact that is 0 or empty is left out. A reader passes over tags that it does not know, unless
// they are odd.

inline void PutFact(std::string* out, uint32_t tag, uint64_t number) {
  if (number == 0) return;
  PutVarint(out, tag);
  PutVarint(out, static_cast<uint64_t>(VarintLength(number)));
  PutVarint(out, number);
}
inline void PutFact(std::string* out, uint32_t tag, Slice bytes) {
  if (bytes.empty()) return;
  PutVarint(out, tag);
  PutLengthPrefixed(out, bytes);
}
inline void PutEndOfFacts(std::string* out) { PutVarint(out, 0); }
// *tag is that of the fact before, 0 at first, and becomes that of this one, 0 at the end. False
// when there is no fact or its tag does not ascend.
inline bool GetFact(Slice* input, uint32_t* tag, Slice* bytes) {
  const uint32_t before = *tag;
  if (!GetVarint32(input, tag)) return false;
  return *tag == 0 || (*tag > before && GetLengthPrefixed(input, bytes));
}

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_CODING_H_
