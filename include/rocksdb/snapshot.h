// Snapshot: a name for one state of a DB. Released through the DB that made it. Immutable, so any
// thread may read it.

#ifndef AETHER_INCLUDE_ROCKSDB_SNAPSHOT_H_
#define AETHER_INCLUDE_ROCKSDB_SNAPSHOT_H_

#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/types.h"

namespace ROCKSDB_NAMESPACE {

class DB;

class Snapshot {
 public:
  virtual SequenceNumber GetSequenceNumber() const = 0;
  virtual int64_t GetUnixTime() const = 0;
  virtual uint64_t GetTimestamp() const = 0;

 protected:
  virtual ~Snapshot();
};

class ManagedSnapshot {
 public:
  explicit ManagedSnapshot(DB* db);
  ManagedSnapshot(DB* db, const Snapshot* _snapshot);
  ~ManagedSnapshot();
  const Snapshot* snapshot();

 private:
  DB* db_;
  const Snapshot* snapshot_;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_SNAPSHOT_H_
