// Transactions are not there yet: every way to open such a DB says so and names itself.

#include "rocksdb/utilities/optimistic_transaction_db.h"
#include "rocksdb/utilities/transaction.h"
#include "rocksdb/utilities/transaction_db.h"

namespace rocksdb {

namespace {

template <typename Handle>
Status Refuse(const char* feature, Handle** result) {
  if (result != nullptr) *result = nullptr;
  return Status::NotSupported(feature);
}

}  // namespace

Status TransactionDB::Open(const Options& /*options*/,
                           const TransactionDBOptions& /*txn_db_options*/,
                           const std::string& /*dbname*/, TransactionDB** dbptr) {
  return Refuse("TransactionDB::Open", dbptr);
}

Status TransactionDB::Open(const DBOptions& /*db_options*/,
                           const TransactionDBOptions& /*txn_db_options*/,
                           const std::string& /*dbname*/,
                           const std::vector<ColumnFamilyDescriptor>& /*column_families*/,
                           std::vector<ColumnFamilyHandle*>* /*handles*/, TransactionDB** dbptr) {
  return Refuse("TransactionDB::Open", dbptr);
}

void TransactionDB::PrepareWrap(DBOptions* /*db_options*/,
                                std::vector<ColumnFamilyDescriptor>* /*column_families*/,
                                std::vector<size_t>* compaction_enabled_cf_indices) {
  compaction_enabled_cf_indices->clear();
}

Status TransactionDB::WrapDB(DB* /*db*/, const TransactionDBOptions& /*txn_db_options*/,
                             const std::vector<size_t>& /*compaction_enabled_cf_indices*/,
                             const std::vector<ColumnFamilyHandle*>& /*handles*/,
                             TransactionDB** dbptr) {
  return Refuse("TransactionDB::WrapDB", dbptr);
}

Status TransactionDB::WrapStackableDB(StackableDB* /*db*/,
                                      const TransactionDBOptions& /*txn_db_options*/,
                                      const std::vector<size_t>& /*compaction_enabled_cf_indices*/,
                                      const std::vector<ColumnFamilyHandle*>& /*handles*/,
                                      TransactionDB** dbptr) {
  return Refuse("TransactionDB::WrapStackableDB", dbptr);
}

RangeLockManagerHandle* NewRangeLockManager(
    std::shared_ptr<TransactionDBMutexFactory> /*mutex_factory*/) {
  return nullptr;
}

Status Transaction::CommitAndTryCreateSnapshot(std::shared_ptr<TransactionNotifier> /*notifier*/,
                                               TxnTimestamp /*ts*/,
                                               std::shared_ptr<const Snapshot>* snapshot) {
  if (snapshot != nullptr) snapshot->reset();
  return Status::NotSupported("Transaction::CommitAndTryCreateSnapshot");
}

Status OptimisticTransactionDB::Open(const Options& /*options*/, const std::string& /*dbname*/,
                                     OptimisticTransactionDB** dbptr) {
  return Refuse("OptimisticTransactionDB::Open", dbptr);
}

Status OptimisticTransactionDB::Open(const DBOptions& /*db_options*/, const std::string& /*dbname*/,
                                     const std::vector<ColumnFamilyDescriptor>& /*column_families*/,
                                     std::vector<ColumnFamilyHandle*>* /*handles*/,
                                     OptimisticTransactionDB** dbptr) {
  return Refuse("OptimisticTransactionDB::Open", dbptr);
}

Status OptimisticTransactionDB::Open(const DBOptions& /*db_options*/,
                                     const OptimisticTransactionDBOptions& /*occ_options*/,
                                     const std::string& /*dbname*/,
                                     const std::vector<ColumnFamilyDescriptor>& /*column_families*/,
                                     std::vector<ColumnFamilyHandle*>* /*handles*/,
                                     OptimisticTransactionDB** dbptr) {
  return Refuse("OptimisticTransactionDB::Open", dbptr);
}

}  // namespace rocksdb
