// The database under test, seen as a few keys that hold numbers.
//
// Keys [0, group) are written together only, by batches and by a range that covers them; the others
// also one at a time. The group is spread over two column families. Values are padded, so that
// memtables of 64 KiB fill up within a few rounds.
//
// Thread safety: all methods of Store may be called by any thread at once. Failure: the first
// status that is not expected is kept and told by Error(); the campaign stops there.

#ifndef AETHER_TESTS_LINEARIZABILITY_STORE_H_
#define AETHER_TESTS_LINEARIZABILITY_STORE_H_

#include <rocksdb/db.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/linearizability/history.h"

namespace linearizability {

// Deliberate faults of the store, to show that the check finds them.
enum class Fault {
  kNone,
  kTornBatch,     // a batch is written record by record
  kLateSnapshot,  // a snapshot is taken anew for each key
  kStaleRead,     // some reads go to a snapshot that was taken earlier
};

class Store {
 public:
  struct Shape {
    int group = 3;
    int singles = 3;
    size_t padding_max = 1000;
    Fault fault = Fault::kNone;
    int keys() const { return group + singles; }
  };

  // `seed` decides the options. `directory` is empty or made by an earlier Store of the same shape.
  Store(const std::string& directory, const Shape& shape, uint64_t seed);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const Shape& shape() const { return shape_; }
  std::string Error() const;

  void Put(int key, uint32_t value);
  void Delete(int key);
  void Write(const std::vector<Cell>& cells);
  void DeleteGroup();

  uint32_t Get(int key, const rocksdb::Snapshot* snapshot = nullptr);
  // Fills in the values of the cells.
  void MultiGet(std::vector<Cell>* cells, const rocksdb::Snapshot* snapshot = nullptr);
  const rocksdb::Snapshot* Take();
  void Release(const rocksdb::Snapshot* snapshot);
  // Both families, at one instant.
  using Iterators = std::vector<std::unique_ptr<rocksdb::Iterator>>;
  Iterators NewIterators();
  std::vector<Cell> Scan(const Iterators& iterators, bool forward);

  void Flush();
  void Compact();

 private:
  rocksdb::ColumnFamilyHandle* FamilyOf(int key) const;
  static std::string Name(int key);
  std::string Bytes(uint32_t value) const;
  void Keep(const rocksdb::Status& status);
  uint32_t Found(const rocksdb::Status& status, const rocksdb::Slice& bytes);
  const rocksdb::Snapshot* Faulty(const rocksdb::Snapshot* snapshot);

  const Shape shape_;
  rocksdb::DB* db_ = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  const rocksdb::Snapshot* stale_ = nullptr;
  std::atomic<uint64_t> reads_{0};
  mutable std::mutex mutex_;
  std::string error_;  // guarded by mutex_
};

}  // namespace linearizability

#endif  // AETHER_TESTS_LINEARIZABILITY_STORE_H_
