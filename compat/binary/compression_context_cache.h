// Where inlined decompression code of 7.8 borrows its ZSTD contexts. Nothing is cached here: each
// caller owns what it gets, which the index -1 tells it.
//
// Layout: a context cache is one pointer, a borrowed context a pointer and an index. Thread safety:
// all functions.

#ifndef AETHER_COMPAT_BINARY_COMPRESSION_CONTEXT_CACHE_H_
#define AETHER_COMPAT_BINARY_COMPRESSION_CONTEXT_CACHE_H_

#include <zstd.h>

#include <cstdint>

namespace rocksdb {

// Not trivially copyable, so that it is returned through memory, as executables expect.
class ZSTDUncompressCachedData {
 public:
  using ZSTDNativeContext = ZSTD_DCtx*;

  ZSTDUncompressCachedData() = default;
  ZSTDUncompressCachedData(const ZSTDUncompressCachedData&) = delete;
  ZSTDUncompressCachedData& operator=(const ZSTDUncompressCachedData&) = delete;
  ZSTDUncompressCachedData(ZSTDUncompressCachedData&& other) noexcept;
  ~ZSTDUncompressCachedData();

  void CreateIfNeeded();

 private:
  ZSTDNativeContext zstd_ctx_ = nullptr;
  int64_t cache_idx_ = -1;
};
static_assert(sizeof(ZSTDUncompressCachedData) == 16);

class CompressionContextCache {
 public:
  static CompressionContextCache* Instance();
  CompressionContextCache(const CompressionContextCache&) = delete;
  CompressionContextCache& operator=(const CompressionContextCache&) = delete;

  ZSTDUncompressCachedData GetCachedZSTDUncompressData();
  void ReturnCachedZSTDUncompressData(int64_t idx);

 private:
  CompressionContextCache() = default;
  class Rep;
  Rep* rep_ = nullptr;
};
static_assert(sizeof(CompressionContextCache) == 8);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_COMPRESSION_CONTEXT_CACHE_H_
