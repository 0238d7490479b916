// Compression of pages and large values: one interface over snappy, lz4, zstd and zlib.
//
// Thread safety: a Compressor has one user at a time; Decompress is for any number of threads.
// Memory: a Compressor keeps its tables and one output buffer. Decompress keeps one context a
// thread (zstd, zlib) and allocates nothing after the first call of that thread.
// Failure: Decompress neither reads nor writes outside what it was given, whatever the input says;
// it tells when the input is not exactly `size` bytes in compressed form (or when a thread's first
// call finds no memory for its context).

#ifndef AETHER_ENGINE_RUN_CODEC_H_
#define AETHER_ENGINE_RUN_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "engine/base/slice.h"

namespace aether {

// Stands in files; never reuse a number.
enum class Codec : uint8_t {
  kNone = 0,
  kSnappy = 1,
  kLz4 = 2,
  kLz4Hc = 3,  // lz4's format; a compressor that searches longer
  kZstd = 4,
  kZlib = 5,  // a bare deflate stream
};
inline constexpr uint64_t kCodecs = 6;

struct Compression {
  static constexpr int kDefaultLevel = std::numeric_limits<int>::max();

  Codec codec = Codec::kNone;
  // In the codec's own terms; snappy and lz4 have none.
  int level = kDefaultLevel;
};

class Compressor {
 public:
  // REQUIRES: a codec other than kNone.
  explicit Compressor(Compression compression);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // The compressed form, in memory of this object until the next call; empty when that would save
  // less than an eighth, or when there is no memory for it.
  Slice Compress(Slice input);

 private:
  class Rep;
  std::unique_ptr<Rep> rep_;
};

// Makes exactly `size` bytes at `to`. False when the input is anything else; then what is at `to`
// is undefined.
bool Decompress(Codec codec, Slice input, char* to, size_t size);

// The most that `size` bytes of this codec can stand for: what claims more is refused before
// memory is taken for it.
uint64_t MaxDecompressed(Codec codec, uint64_t size);

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_CODEC_H_
