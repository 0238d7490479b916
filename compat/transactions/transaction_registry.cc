#include "compat/transactions/transaction_registry.h"

#include "compat/transactions/pessimistic_transaction.h"

namespace rocksdb {

bool TransactionRegistry::AddNamed(const TransactionName& name, Transaction* txn) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return named_.emplace(name, txn).second;
}

void TransactionRegistry::RemoveNamed(const TransactionName& name, const Transaction* txn) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = named_.find(name);
  if (found != named_.end() && found->second == txn) named_.erase(found);
}

Transaction* TransactionRegistry::Find(const TransactionName& name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = named_.find(name);
  return found == named_.end() ? nullptr : found->second;
}

std::vector<Transaction*> TransactionRegistry::Named() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Transaction*> all;
  for (const auto& [name, txn] : named_) all.push_back(txn);
  return all;
}

void TransactionRegistry::AddExpirable(TransactionID id, PessimisticTransaction* txn) {
  const std::lock_guard<std::mutex> lock(mutex_);
  expirable_[id] = txn;
}

void TransactionRegistry::RemoveExpirable(TransactionID id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  expirable_.erase(id);
}

bool TransactionRegistry::Rob(TransactionID id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = expirable_.find(id);
  // One that is not there any more has no use for its locks.
  return found == expirable_.end() || found->second->LoseLocks();
}

}  // namespace rocksdb
