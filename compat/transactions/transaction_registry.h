// TransactionRegistry: the transactions of a TransactionDB that others have to find: by name, or
// because their locks may be taken over once they have expired.
//
// Shared by the DB, its lock manager and its transactions, so that none has to outlive another.
// Thread safety: any thread; one mutex, the last to be taken.

#ifndef AETHER_COMPAT_TRANSACTIONS_TRANSACTION_REGISTRY_H_
#define AETHER_COMPAT_TRANSACTIONS_TRANSACTION_REGISTRY_H_

#include <atomic>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "rocksdb/utilities/transaction.h"

namespace rocksdb {

class PessimisticTransaction;

class TransactionRegistry {
 public:
  TransactionID NewId() { return next_id_.fetch_add(1, std::memory_order_relaxed); }

  // False when the name is taken.
  bool AddNamed(const TransactionName& name, Transaction* txn);
  void RemoveNamed(const TransactionName& name, const Transaction* txn);
  // Null when there is none.
  Transaction* Find(const TransactionName& name) const;
  std::vector<Transaction*> Named() const;

  void AddExpirable(TransactionID id, PessimisticTransaction* txn);
  void RemoveExpirable(TransactionID id);
  // True when the locks of this transaction, which have expired, may go to somebody else.
  bool Rob(TransactionID id);

 private:
  std::atomic<TransactionID> next_id_{1};
  mutable std::mutex mutex_;
  std::unordered_map<TransactionName, Transaction*> named_;
  std::unordered_map<TransactionID, PessimisticTransaction*> expirable_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRANSACTIONS_TRANSACTION_REGISTRY_H_
