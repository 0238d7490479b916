// Iterator: a cursor over a consistent view of one column family, in both directions.
// A new iterator is not valid until it is positioned. Slices live until the next move. After the
// end, and after an error, Valid() is false; status() tells them apart. Thread safety: one thread
// at a time.

#ifndef AETHER_INCLUDE_ROCKSDB_ITERATOR_H_
#define AETHER_INCLUDE_ROCKSDB_ITERATOR_H_

#include <string>

#include "rocksdb/cleanable.h"
#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/slice.h"
#include "rocksdb/status.h"
#include "rocksdb/wide_columns.h"

namespace ROCKSDB_NAMESPACE {

class Iterator : public Cleanable {
 public:
  Iterator() {}
  Iterator(const Iterator&) = delete;
  void operator=(const Iterator&) = delete;
  virtual ~Iterator() {}
  virtual bool Valid() const = 0;
  virtual void SeekToFirst() = 0;
  virtual void SeekToLast() = 0;
  virtual void Seek(const Slice& target) = 0;
  virtual void SeekForPrev(const Slice& target) = 0;
  virtual void Next() = 0;
  virtual void Prev() = 0;
  virtual Slice key() const = 0;
  virtual Slice value() const = 0;
  virtual const WideColumns& columns() const {
    // An iterator without wide columns has none to show.
    return kNoWideColumns;
  }
  virtual Status status() const = 0;
  virtual Status Refresh() { return Status::NotSupported("Iterator::Refresh"); }
  virtual Status GetProperty(std::string prop_name, std::string* prop);
  virtual Slice timestamp() const { return Slice(); }
};

extern Iterator* NewEmptyIterator();

extern Iterator* NewErrorIterator(const Status& status);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_ITERATOR_H_
