#include "compat/binary/cache_key.h"

#include "engine/base/checksum.h"
#include "rocksdb/table_properties.h"

namespace rocksdb {

void BlockBasedTable::SetupBaseCacheKey(const TableProperties* properties,
                                        const std::string& cur_db_session_id, uint64_t cur_file_num,
                                        OffsetableCacheKey* out_base_cache_key,
                                        bool* out_is_stable) {
  const bool stable = properties != nullptr && !properties->db_session_id.empty() &&
                      properties->orig_file_number != 0;
  const std::string& session = stable ? properties->db_session_id : cur_db_session_id;
  const uint64_t number = stable ? properties->orig_file_number : cur_file_num;
  // Files of one session differ in the number, sessions in 128 hashed bits. A multiple of 2^24
  // leaves room below it for the offset of a block.
  const uint64_t a = aether::Hash64(session.data(), session.size(), 1);
  const uint64_t b = aether::Hash64(session.data(), session.size(), 2);
  *out_base_cache_key = OffsetableCacheKey(a ^ (number << 24), b | 1);
  if (out_is_stable != nullptr) *out_is_stable = stable;
}

}  // namespace rocksdb
