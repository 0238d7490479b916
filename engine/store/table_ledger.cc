#include "engine/store/table_ledger.h"

#include <utility>

namespace aether {

std::shared_ptr<MemTable> TableLedger::Hold(std::unique_ptr<MemTable> table) {
  std::list<Entry>::iterator entry;
  {
    MutexLock lock(&mutex_);
    entry = entries_.insert(entries_.end(), Entry{table.get()});
  }
  const auto give_back = [ledger = shared_from_this(), entry](MemTable* old) {
    {
      MutexLock lock(&ledger->mutex_);
      *entry = Entry{nullptr, old->MemoryUsage()};
    }
    delete old;
    MutexLock lock(&ledger->mutex_);
    ledger->entries_.erase(entry);
  };
  return std::shared_ptr<MemTable>(table.release(), give_back);
}

uint64_t TableLedger::Bytes() const {
  MutexLock lock(&mutex_);
  uint64_t bytes = 0;
  for (const Entry& entry : entries_) {
    bytes += entry.table != nullptr ? entry.table->MemoryUsage() : entry.bytes;
  }
  return bytes;
}

}  // namespace aether
