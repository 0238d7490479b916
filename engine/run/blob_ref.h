// What a run stores instead of a value that stands in a blob file: where it is and how to check it.
//
// Thread safety: a value.
//
//   reference := file:varint offset:varint stored:varint codec:u8 size:varint? checksum:u64
//     file      number of the blob file
//     offset    of the first of `stored` bytes in it
//     codec     see codec.h; `size`, the length of the value, is there unless it is 0
//     checksum  XXH3-64 of the stored bytes, seeded with Seed(salt of the file, offset)

#ifndef AETHER_ENGINE_RUN_BLOB_REF_H_
#define AETHER_ENGINE_RUN_BLOB_REF_H_

#include <cstdint>
#include <string>

#include "engine/base/coding.h"
#include "engine/base/slice.h"
#include "engine/run/codec.h"

namespace aether {

struct BlobRef {
  uint64_t file = 0;
  uint64_t offset = 0;
  uint64_t stored = 0;  // bytes in the file, at least 1
  uint64_t size = 0;    // of the value
  uint64_t checksum = 0;
  Codec codec = Codec::kNone;

  void EncodeTo(std::string* out) const {
    PutVarint(out, file);
    PutVarint(out, offset);
    PutVarint(out, stored);
    out->push_back(static_cast<char>(codec));
    if (codec != Codec::kNone) PutVarint(out, size);
    PutFixed(out, checksum);
  }

  // False when `in` is not exactly one reference that makes sense; then *this is unspecified.
  bool DecodeFrom(Slice in) {
    if (!GetVarint64(&in, &file) || !GetVarint64(&in, &offset) || !GetVarint64(&in, &stored) ||
        in.empty() || static_cast<uint8_t>(in[0]) >= kCodecs) {
      return false;
    }
    codec = static_cast<Codec>(in[0]);
    in.RemovePrefix(1);
    size = stored;
    if (codec != Codec::kNone && !GetVarint64(&in, &size)) return false;
    return in.size() == sizeof(checksum) && GetFixed(&in, &checksum) && file != 0 && stored != 0 &&
           stored <= UINT64_MAX - offset && size != 0 && size <= MaxDecompressed(codec, stored);
  }
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_BLOB_REF_H_
