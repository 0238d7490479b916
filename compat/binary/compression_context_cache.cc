#include "compat/binary/compression_context_cache.h"

#include <utility>

namespace rocksdb {

ZSTDUncompressCachedData::ZSTDUncompressCachedData(ZSTDUncompressCachedData&& other) noexcept
    : zstd_ctx_(std::exchange(other.zstd_ctx_, nullptr)),
      cache_idx_(std::exchange(other.cache_idx_, -1)) {}

ZSTDUncompressCachedData::~ZSTDUncompressCachedData() {
  if (zstd_ctx_ != nullptr && cache_idx_ == -1) ZSTD_freeDCtx(zstd_ctx_);
}

void ZSTDUncompressCachedData::CreateIfNeeded() {
  if (zstd_ctx_ == nullptr) zstd_ctx_ = ZSTD_createDCtx();
}

CompressionContextCache* CompressionContextCache::Instance() {
  static CompressionContextCache instance;
  return &instance;
}

ZSTDUncompressCachedData CompressionContextCache::GetCachedZSTDUncompressData() {
  ZSTDUncompressCachedData data;
  data.CreateIfNeeded();
  return data;
}

void CompressionContextCache::ReturnCachedZSTDUncompressData(int64_t /*idx*/) { (void)rep_; }

}  // namespace rocksdb
