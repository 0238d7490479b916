// What the memtables of a family take, those included that only iterators keep and those that are
// just being given back, which takes a while.
//
// Thread safety: everything here may be called from any thread. Invariant: a table counts from
// Hold until its memory has gone.

#ifndef AETHER_ENGINE_STORE_TABLE_LEDGER_H_
#define AETHER_ENGINE_STORE_TABLE_LEDGER_H_

#include <cstdint>
#include <list>
#include <memory>

#include "engine/base/thread_annotations.h"
#include "engine/memtable/memtable.h"

namespace aether {

class TableLedger : public std::enable_shared_from_this<TableLedger> {
 public:
  // The ledger lives as long as the table.
  std::shared_ptr<MemTable> Hold(std::unique_ptr<MemTable> table);
  uint64_t Bytes() const;

 private:
  struct Entry {
    const MemTable* table;  // null: on its way out
    uint64_t bytes = 0;     // then
  };

  mutable Mutex mutex_;
  std::list<Entry> entries_ GUARDED_BY(mutex_);
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_TABLE_LEDGER_H_
