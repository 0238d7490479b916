// Helpers for batches in the C interface.
//
// Thread safety: none. The bytes that are named stay the caller's.

#ifndef AETHER_COMPAT_C_API_C_BATCH_H_
#define AETHER_COMPAT_C_API_C_BATCH_H_

#include <vector>

#include "rocksdb/slice.h"
#include "rocksdb/write_batch.h"

namespace rocksdb_c {

// A key or value that comes in several pieces.
class Pieces {
 public:
  Pieces(int count, const char* const* data, const size_t* sizes) {
    for (int i = 0; i < count; ++i) slices_.emplace_back(data[i], sizes[i]);
  }
  rocksdb::SliceParts parts() const {
    return rocksdb::SliceParts(slices_.data(), static_cast<int>(slices_.size()));
  }

 private:
  std::vector<rocksdb::Slice> slices_;
};

class IterateHandler : public rocksdb::WriteBatch::Handler {
 public:
  using PutFunction = void (*)(void*, const char*, size_t, const char*, size_t);
  using DeleteFunction = void (*)(void*, const char*, size_t);
  IterateHandler(void* state, PutFunction put, DeleteFunction deleted)
      : state_(state), put_(put), deleted_(deleted) {}
  void Put(const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    put_(state_, key.data(), key.size(), value.data(), value.size());
  }
  void Delete(const rocksdb::Slice& key) override { deleted_(state_, key.data(), key.size()); }

 private:
  void* const state_;
  const PutFunction put_;
  const DeleteFunction deleted_;
};

}  // namespace rocksdb_c

#endif  // AETHER_COMPAT_C_API_C_BATCH_H_
