// Base cache keys of table files, which cache_bench asks for when it stresses them. The engine's
// own pages have other keys.
//
// Layout: an OffsetableCacheKey is two words. Thread safety: stateless.

#ifndef AETHER_COMPAT_BINARY_CACHE_KEY_H_
#define AETHER_COMPAT_BINARY_CACHE_KEY_H_

#include <cstdint>
#include <string>

namespace rocksdb {

struct TableProperties;

class CacheKey {
 public:
  CacheKey() : file_num_etc64_(0), offset_etc64_(0) {}
  CacheKey(uint64_t file_num_etc64, uint64_t offset_etc64)
      : file_num_etc64_(file_num_etc64), offset_etc64_(offset_etc64) {}

 protected:
  uint64_t file_num_etc64_;
  uint64_t offset_etc64_;
};

class OffsetableCacheKey : public CacheKey {
 public:
  using CacheKey::CacheKey;
};
static_assert(sizeof(OffsetableCacheKey) == 16);

class BlockBasedTable {
 public:
  // properties may be null; then session id and number given by the caller identify the file.
  // *out_is_stable (may be null) tells whether the key is the same in every process.
  static void SetupBaseCacheKey(const TableProperties* properties,
                                const std::string& cur_db_session_id, uint64_t cur_file_num,
                                OffsetableCacheKey* out_base_cache_key,
                                bool* out_is_stable = nullptr);
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_CACHE_KEY_H_
