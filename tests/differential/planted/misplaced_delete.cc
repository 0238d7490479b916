// A wrong library, loaded before Aether's: a Delete is written as a SingleDelete. Reads are right
// until a flush or a merge meets it with one put of several; then an older value comes back.
#include <rocksdb/write_batch.h>

namespace rocksdb {
Status WriteBatch::Delete(ColumnFamilyHandle* family, const Slice& key) {
  return SingleDelete(family, key);
}
}  // namespace rocksdb
