// The test hook that Debian's tools call because they were built with assertions. It is always off.
//
// Layout: one pointer. Thread safety: all functions.

#ifndef AETHER_COMPAT_BINARY_SYNC_POINT_H_
#define AETHER_COMPAT_BINARY_SYNC_POINT_H_

#include "rocksdb/slice.h"

namespace rocksdb {

class SyncPoint {
 public:
  static SyncPoint* GetInstance();
  SyncPoint(const SyncPoint&) = delete;
  SyncPoint& operator=(const SyncPoint&) = delete;

  void Process(const Slice& point, void* cb_arg = nullptr);

 private:
  SyncPoint() = default;
  struct Data;
  Data* impl_ = nullptr;
};
static_assert(sizeof(SyncPoint) == 8);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_SYNC_POINT_H_
