// What class DB does for implementations that override only Write: one record as a batch.

#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"

namespace rocksdb {

#define AETHER_AS_BATCH(record)  \
  WriteBatch batch;              \
  const Status s = batch.record; \
  return s.ok() ? Write(options, &batch) : s

Status DB::Put(const WriteOptions& options, ColumnFamilyHandle* column_family, const Slice& key,
               const Slice& value) {
  AETHER_AS_BATCH(Put(column_family, key, value));
}
Status DB::Put(const WriteOptions& options, ColumnFamilyHandle* column_family, const Slice& key,
               const Slice& ts, const Slice& value) {
  AETHER_AS_BATCH(Put(column_family, key, ts, value));
}
Status DB::Delete(const WriteOptions& options, ColumnFamilyHandle* column_family,
                  const Slice& key) {
  AETHER_AS_BATCH(Delete(column_family, key));
}
Status DB::Delete(const WriteOptions& options, ColumnFamilyHandle* column_family, const Slice& key,
                  const Slice& ts) {
  AETHER_AS_BATCH(Delete(column_family, key, ts));
}
Status DB::SingleDelete(const WriteOptions& options, ColumnFamilyHandle* column_family,
                        const Slice& key) {
  AETHER_AS_BATCH(SingleDelete(column_family, key));
}
Status DB::SingleDelete(const WriteOptions& options, ColumnFamilyHandle* column_family,
                        const Slice& key, const Slice& ts) {
  AETHER_AS_BATCH(SingleDelete(column_family, key, ts));
}
Status DB::Merge(const WriteOptions& options, ColumnFamilyHandle* column_family, const Slice& key,
                 const Slice& value) {
  AETHER_AS_BATCH(Merge(column_family, key, value));
}
Status DB::PutEntity(const WriteOptions& options, ColumnFamilyHandle* column_family,
                     const Slice& key, const WideColumns& columns) {
  AETHER_AS_BATCH(PutEntity(column_family, key, columns));
}
Status DB::DeleteRange(const WriteOptions& options, ColumnFamilyHandle* column_family,
                       const Slice& begin_key, const Slice& end_key) {
  AETHER_AS_BATCH(DeleteRange(column_family, begin_key, end_key));
}
Status DB::DeleteRange(const WriteOptions& options, ColumnFamilyHandle* column_family,
                       const Slice& begin_key, const Slice& end_key, const Slice& ts) {
  AETHER_AS_BATCH(DeleteRange(column_family, begin_key, end_key, ts));
}

#undef AETHER_AS_BATCH

}  // namespace rocksdb
