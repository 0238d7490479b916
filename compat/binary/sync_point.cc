#include "compat/binary/sync_point.h"

namespace rocksdb {

SyncPoint* SyncPoint::GetInstance() {
  static SyncPoint instance;
  return &instance;
}

void SyncPoint::Process(const Slice& /*point*/, void* /*cb_arg*/) { (void)impl_; }

}  // namespace rocksdb
