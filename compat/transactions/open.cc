// The ways to a TransactionDB, and what is refused there.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compat/transactions/transaction_db.h"

namespace rocksdb {

namespace {

// Can be asked for and set up, but no DB opens with it: the refusal comes with a Status.
class NoRangeLocks final : public RangeLockManagerHandle {
 public:
  LockManager* getLockManager() override { return nullptr; }
  int SetMaxLockMemory(size_t max_lock_memory) override {
    max_lock_memory_ = max_lock_memory;
    return 0;
  }
  size_t GetMaxLockMemory() override { return max_lock_memory_; }
  void SetEscalationBarrierFunc(EscalationBarrierFunc) override {}
  RangeLockStatus GetRangeLockStatusData() override { return {}; }
  Counters GetStatus() override { return Counters{0, 0, 0}; }
  std::vector<RangeDeadlockPath> GetRangeDeadlockInfoBuffer() override { return {}; }
  void SetRangeDeadlockInfoBufferSize(uint32_t) override {}

 private:
  size_t max_lock_memory_ = 0;
};

Status Wrap(DB* db, const TransactionDBOptions& options,
            const std::vector<ColumnFamilyHandle*>& handles, TransactionDB** dbptr) {
  if (dbptr == nullptr) return Status::InvalidArgument("Opening needs a place for the DB");
  *dbptr = nullptr;
  Status s = TransactionDBImpl::CheckOptions(options);
  if (!s.ok()) return s;
  auto* const store = db == nullptr ? nullptr : dynamic_cast<StoreDb*>(db->GetRootDB());
  if (store == nullptr) {
    return Status::InvalidArgument("a TransactionDB needs a DB that this library has opened");
  }
  auto txn_db = std::make_unique<TransactionDBImpl>(db, store, options, handles);
  s = txn_db->RestorePrepared();
  if (s.ok()) {
    *dbptr = txn_db.release();
  } else {
    txn_db->Abandon();
  }
  return s;
}

}  // namespace

RangeLockManagerHandle* NewRangeLockManager(std::shared_ptr<TransactionDBMutexFactory>) {
  return new NoRangeLocks;
}

Status TransactionDB::Open(const Options& options, const TransactionDBOptions& txn_db_options,
                           const std::string& dbname, TransactionDB** dbptr) {
  const std::vector<ColumnFamilyDescriptor> families{
      ColumnFamilyDescriptor(kDefaultColumnFamilyName, ColumnFamilyOptions(options))};
  std::vector<ColumnFamilyHandle*> handles;
  Status s = Open(DBOptions(options), txn_db_options, dbname, families, &handles, dbptr);
  // The DB keeps a handle of the default family itself.
  for (ColumnFamilyHandle* handle : handles) delete handle;
  return s;
}

Status TransactionDB::Open(const DBOptions& db_options, const TransactionDBOptions& txn_db_options,
                           const std::string& dbname,
                           const std::vector<ColumnFamilyDescriptor>& column_families,
                           std::vector<ColumnFamilyHandle*>* handles, TransactionDB** dbptr) {
  if (dbptr == nullptr) return Status::InvalidArgument("Opening needs a place for the DB");
  *dbptr = nullptr;
  Status s = TransactionDBImpl::CheckOptions(txn_db_options);
  if (!s.ok()) return s;
  DBOptions used = db_options;
  used.allow_2pc = true;
  DB* db = nullptr;
  s = DB::Open(used, dbname, column_families, handles, &db);
  if (!s.ok()) return s;
  s = Wrap(db, txn_db_options, *handles, dbptr);
  if (s.ok()) return s;
  for (ColumnFamilyHandle* handle : *handles) delete handle;
  handles->clear();
  delete db;
  return s;
}

void TransactionDB::PrepareWrap(DBOptions* db_options,
                                std::vector<ColumnFamilyDescriptor>* /*column_families*/,
                                std::vector<size_t>* compaction_enabled_cf_indices) {
  db_options->allow_2pc = true;
  compaction_enabled_cf_indices->clear();
}

Status TransactionDB::WrapDB(DB* db, const TransactionDBOptions& txn_db_options,
                             const std::vector<size_t>& /*compaction_enabled_cf_indices*/,
                             const std::vector<ColumnFamilyHandle*>& handles,
                             TransactionDB** dbptr) {
  return Wrap(db, txn_db_options, handles, dbptr);
}

Status TransactionDB::WrapStackableDB(StackableDB* db, const TransactionDBOptions& txn_db_options,
                                      const std::vector<size_t>& /*compaction_enabled_cf_indices*/,
                                      const std::vector<ColumnFamilyHandle*>& handles,
                                      TransactionDB** dbptr) {
  return Wrap(db, txn_db_options, handles, dbptr);
}

Status Transaction::CommitAndTryCreateSnapshot(std::shared_ptr<TransactionNotifier>, TxnTimestamp,
                                               std::shared_ptr<const Snapshot>* snapshot) {
  if (snapshot != nullptr) snapshot->reset();
  return Status::NotSupported("Transaction::CommitAndTryCreateSnapshot");
}

}  // namespace rocksdb
