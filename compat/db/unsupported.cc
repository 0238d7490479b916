// Public calls that this engine does not offer. Each returns NotSupported and names itself.

#include <memory>
#include <string>
#include <utility>

#include "rocksdb/block_cache_trace_writer.h"
#include "rocksdb/db.h"
#include "rocksdb/experimental.h"
#include "rocksdb/trace_reader_writer.h"

namespace rocksdb {

const uint64_t BlockCacheTraceRecord::kReservedGetId = 0;

std::unique_ptr<BlockCacheTraceWriter> NewBlockCacheTraceWriter(SystemClock*,
                                                                const BlockCacheTraceWriterOptions&,
                                                                std::unique_ptr<TraceWriter>&&) {
  return nullptr;
}

namespace experimental {

Status SuggestCompactRange(DB* db, ColumnFamilyHandle* column_family, const Slice* begin,
                           const Slice* end) {
  if (db == nullptr) return Status::InvalidArgument("DB is empty");
  return db->SuggestCompactRange(column_family, begin, end);
}

Status SuggestCompactRange(DB* db, const Slice* begin, const Slice* end) {
  if (db == nullptr) return Status::InvalidArgument("DB is empty");
  return db->SuggestCompactRange(db->DefaultColumnFamily(), begin, end);
}

Status PromoteL0(DB* db, ColumnFamilyHandle* column_family, int target_level) {
  if (db == nullptr) return Status::InvalidArgument("Didn't recognize DB object");
  return db->PromoteL0(column_family, target_level);
}

Status UpdateManifestForFilesState(const DBOptions&, const std::string&,
                                   const std::vector<ColumnFamilyDescriptor>&,
                                   const UpdateManifestForFilesStateOptions&) {
  return Status::NotSupported("experimental::UpdateManifestForFilesState");
}

}  // namespace experimental

}  // namespace rocksdb
