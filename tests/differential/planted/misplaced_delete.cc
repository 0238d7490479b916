// A wrong library, loaded before Aether's: one Delete of eight leaves its key and takes a neighbour.
// The batch looks as it should; the older value comes back to reads, however often it is merged.
#include <rocksdb/write_batch.h>

#include <atomic>
#include <string>

namespace rocksdb {
Status WriteBatch::Delete(ColumnFamilyHandle* family, const Slice& key) {
  static std::atomic<unsigned> calls{0};
  std::string wrong = key.ToString();
  if (calls.fetch_add(1) % 8 == 7 && !wrong.empty()) wrong.back() ^= 1;
  // Delete would come back here; to Aether this is the same.
  return SingleDelete(family, wrong);
}
}  // namespace rocksdb
