#include "engine/run/codec.h"

#include <lz4.h>
#include <lz4hc.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>

#include "engine/base/pages.h"

namespace aether {
namespace {

// Deflate without header and checksum, with its largest window.
constexpr int kZlibWindow = -15;
constexpr int kZlibMemory = 8;

struct Free {
  void operator()(char* p) const { std::free(p); }
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

struct Inflater {
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
  bool Reset() {
    if (ready) return inflateReset(&stream) == Z_OK;
    ready = inflateInit2(&stream, kZlibWindow) == Z_OK;
    return ready;
  }
  z_stream stream{};
  bool ready = false;
};

Bytef* ZlibBytes(const char* p) { return reinterpret_cast<Bytef*>(const_cast<char*>(p)); }

bool Inflate(Slice input, char* to, size_t size) {
  thread_local Inflater inflater;
  if (input.size() > UINT32_MAX || size > UINT32_MAX || !inflater.Reset()) return false;
  z_stream& stream = inflater.stream;
  stream.next_in = ZlibBytes(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = ZlibBytes(to);
  stream.avail_out = static_cast<uInt>(size);
  return inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0 &&
         stream.avail_out == 0;
}

bool DecompressZstd(Slice input, char* to, size_t size) {
  thread_local std::unique_ptr<ZSTD_DCtx, Free> context;
  if (context == nullptr) context.reset(ZSTD_createDCtx());
  if (context == nullptr) return false;
  const size_t got = ZSTD_decompressDCtx(context.get(), to, size, input.data(), input.size());
  return !ZSTD_isError(got) && got == size;
}

}  // namespace

class Compressor::Rep {
 public:
  explicit Rep(Compression compression) : codec_(compression.codec) {
    const bool standard = compression.level == Compression::kDefaultLevel;
    switch (codec_) {
      case Codec::kNone:
        assert(false);
        break;
      case Codec::kSnappy:
        break;
      case Codec::kLz4:
        state_.reset(static_cast<char*>(std::malloc(static_cast<size_t>(LZ4_sizeofState()))));
        break;
      case Codec::kLz4Hc:
        level_ = standard ? LZ4HC_CLEVEL_DEFAULT : compression.level;
        state_.reset(static_cast<char*>(std::malloc(static_cast<size_t>(LZ4_sizeofStateHC()))));
        break;
      case Codec::kZstd:
        zstd_.reset(ZSTD_createCCtx());
        if (zstd_ == nullptr) break;
        level_ = standard ? ZSTD_CLEVEL_DEFAULT : compression.level;
        ZSTD_CCtx_setParameter(zstd_.get(), ZSTD_c_compressionLevel,
                               std::clamp(level_, ZSTD_minCLevel(), ZSTD_maxCLevel()));
        break;
      case Codec::kZlib:
        level_ = standard ? Z_DEFAULT_COMPRESSION
                          : std::clamp(compression.level, Z_NO_COMPRESSION, Z_BEST_COMPRESSION);
        deflating_ = deflateInit2(&deflate_, level_, Z_DEFLATED, kZlibWindow, kZlibMemory,
                                  Z_DEFAULT_STRATEGY) == Z_OK;
        break;
    }
  }
  ~Rep() {
    if (deflating_) deflateEnd(&deflate_);
  }

  Slice Compress(Slice input) {
    const size_t limit = input.size() - (input.size() + 7) / 8;
    if (limit == 0 || input.size() > LZ4_MAX_INPUT_SIZE) return Slice();
    // Snappy checks no limit.
    if (!Room(codec_ == Codec::kSnappy ? snappy::MaxCompressedLength(input.size()) : limit)) {
      return Slice();
    }
    const size_t size = Run(input, limit);
    return size > limit ? Slice() : Slice(buffer_.data(), size);
  }

 private:
  bool Room(size_t bytes) {
    if (bytes <= ScratchBuffer::kLargest) buffer_.Release();
    return buffer_.Reserve(bytes);
  }

  // The size of the output, SIZE_MAX when it does not fit into `limit`.
  size_t Run(Slice input, size_t limit) {
    const int from = static_cast<int>(input.size());
    const int to = static_cast<int>(limit);
    char* const out = buffer_.data();
    size_t size = 0;
    switch (codec_) {
      case Codec::kNone:
        break;
      case Codec::kSnappy:
        snappy::RawCompress(input.data(), input.size(), out, &size);
        break;
      case Codec::kLz4:
        if (state_ == nullptr) break;
        size = static_cast<size_t>(
            LZ4_compress_fast_extState(state_.get(), input.data(), out, from, to, 1));
        break;
      case Codec::kLz4Hc:
        if (state_ == nullptr) break;
        size = static_cast<size_t>(
            LZ4_compress_HC_extStateHC(state_.get(), input.data(), out, from, to, level_));
        break;
      case Codec::kZstd:
        if (zstd_ == nullptr) break;
        size = ZSTD_compress2(zstd_.get(), out, limit, input.data(), input.size());
        if (ZSTD_isError(size)) size = 0;
        break;
      case Codec::kZlib:
        if (!deflating_ || deflateReset(&deflate_) != Z_OK) break;
        deflate_.next_in = ZlibBytes(input.data());
        deflate_.avail_in = static_cast<uInt>(from);
        deflate_.next_out = ZlibBytes(out);
        deflate_.avail_out = static_cast<uInt>(to);
        if (deflate(&deflate_, Z_FINISH) == Z_STREAM_END) size = deflate_.total_out;
        break;
    }
    return size == 0 ? SIZE_MAX : size;
  }

  const Codec codec_;
  int level_ = 0;
  std::unique_ptr<char, Free> state_;  // of lz4
  std::unique_ptr<ZSTD_CCtx, Free> zstd_;
  z_stream deflate_{};
  bool deflating_ = false;
  ScratchBuffer buffer_;
};

Compressor::Compressor(Compression compression) : rep_(std::make_unique<Rep>(compression)) {}
Compressor::~Compressor() = default;
Slice Compressor::Compress(Slice input) { return rep_->Compress(input); }

bool Decompress(Codec codec, Slice input, char* to, size_t size) {
  switch (codec) {
    case Codec::kNone:
      return false;
    case Codec::kSnappy: {
      size_t claimed = 0;
      return snappy::GetUncompressedLength(input.data(), input.size(), &claimed) &&
             claimed == size && snappy::RawUncompress(input.data(), input.size(), to);
    }
    case Codec::kLz4:
    case Codec::kLz4Hc:
      return input.size() <= LZ4_MAX_INPUT_SIZE && size <= LZ4_MAX_INPUT_SIZE &&
             LZ4_decompress_safe(input.data(), to, static_cast<int>(input.size()),
                                 static_cast<int>(size)) == static_cast<int>(size);
    case Codec::kZstd:
      return DecompressZstd(input, to, size);
    case Codec::kZlib:
      return Inflate(input, to, size);
  }
  return false;
}

uint64_t MaxDecompressed(Codec codec, uint64_t size) {
  // A copy of snappy's takes two bytes at least and gives 64 at most, a byte of lz4 lengthens a
  // copy by 255, two bits of deflate are 258, and a block of zstd's needs four bytes for 128 KiB.
  switch (codec) {
    case Codec::kNone:
      return size;
    case Codec::kSnappy:
      return size * 32;
    case Codec::kLz4:
    case Codec::kLz4Hc:
      return size * 255 + 64;
    case Codec::kZstd:
      return size * (32 << 10);
    case Codec::kZlib:
      return size * 1032 + 64;
  }
  return 0;
}

}  // namespace aether
