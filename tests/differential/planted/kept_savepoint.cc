// A wrong library, loaded before Aether's: rolling back keeps the records and forgets the save
// point.
#include <rocksdb/write_batch.h>

namespace rocksdb {
Status WriteBatch::RollbackToSavePoint() { return PopSavePoint(); }
}  // namespace rocksdb
