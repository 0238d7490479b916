// TransactionDBImpl: a TransactionDB with the write-committed policy.
//
// Writes that come through this object without a transaction take the locks of their keys as a
// transaction of their own would. Writes through the base DB do not, and break the promises of
// transactions that run meanwhile, as with RocksDB.
//
// Thread safety: any thread. Lifetime: named transactions that are left belong to the DB and go
// with it. Failure: as LockManager, then as the base DB.

#ifndef AETHER_COMPAT_TRANSACTIONS_TRANSACTION_DB_H_
#define AETHER_COMPAT_TRANSACTIONS_TRANSACTION_DB_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compat/db/store_db.h"
#include "compat/transactions/transaction_registry.h"
#include "engine/store/lock_manager.h"
#include "rocksdb/utilities/transaction_db.h"

namespace rocksdb {

// The milliseconds of an option: a hundred years at most, so that no sum overflows; negative ones
// stay so.
inline int64_t TimeoutMicros(int64_t milliseconds) {
  constexpr int64_t kMost = int64_t{100} * 365 * 24 * 3600 * 1000;
  return milliseconds < 0 ? -1 : std::min(milliseconds, kMost) * 1000;
}

class TransactionDBImpl final : public TransactionDB {
 public:
  // Owns `db`, at whose root `store` is. All live families must be among `handles`.
  TransactionDBImpl(DB* db, StoreDb* store, const TransactionDBOptions& options,
                    const std::vector<ColumnFamilyHandle*>& handles);
  ~TransactionDBImpl() override;

  // Makes the transactions again that were prepared before the DB was opened; with their locks.
  Status RestorePrepared();

  // The base DB is the caller's again.
  void Abandon() { db_ = nullptr; }

  // NotSupported, by name, for what there is only one answer to.
  static Status CheckOptions(const TransactionDBOptions& options);

  Transaction* BeginTransaction(const WriteOptions& write_options,
                                const TransactionOptions& txn_options,
                                Transaction* old_txn) override;
  Transaction* GetTransactionByName(const TransactionName& name) override;
  void GetAllPreparedTransactions(std::vector<Transaction*>* transactions) override;
  std::unordered_multimap<uint32_t, KeyLockInfo> GetLockStatusData() override;
  std::vector<DeadlockPath> GetDeadlockInfoBuffer() override;
  void SetDeadlockInfoBufferSize(uint32_t target_size) override;

  std::pair<Status, std::shared_ptr<const Snapshot>> CreateTimestampedSnapshot(
      TxnTimestamp ts) override;
  std::shared_ptr<const Snapshot> GetTimestampedSnapshot(TxnTimestamp ts) const override;
  void ReleaseTimestampedSnapshotsOlderThan(TxnTimestamp ts) override;
  Status GetTimestampedSnapshots(
      TxnTimestamp ts_lb, TxnTimestamp ts_ub,
      std::vector<std::shared_ptr<const Snapshot>>& timestamped_snapshots) const override;

  Status CreateColumnFamily(const ColumnFamilyOptions& options, const std::string& name,
                            ColumnFamilyHandle** handle) override;
  Status CreateColumnFamilies(const ColumnFamilyOptions& options,
                              const std::vector<std::string>& names,
                              std::vector<ColumnFamilyHandle*>* handles) override;
  Status CreateColumnFamilies(const std::vector<ColumnFamilyDescriptor>& families,
                              std::vector<ColumnFamilyHandle*>* handles) override;
  Status DropColumnFamily(ColumnFamilyHandle* family) override;
  Status DropColumnFamilies(const std::vector<ColumnFamilyHandle*>& families) override;

  using TransactionDB::Delete;
  using TransactionDB::Merge;
  using TransactionDB::Put;
  using TransactionDB::SingleDelete;
  Status Put(const WriteOptions& options, ColumnFamilyHandle* family, const Slice& key,
             const Slice& value) override;
  Status Delete(const WriteOptions& options, ColumnFamilyHandle* family, const Slice& key) override;
  Status SingleDelete(const WriteOptions& options, ColumnFamilyHandle* family,
                      const Slice& key) override;
  Status Merge(const WriteOptions& options, ColumnFamilyHandle* family, const Slice& key,
               const Slice& value) override;
  Status Write(const WriteOptions& options, WriteBatch* updates) override;
  Status Write(const WriteOptions& options, const TransactionDBWriteOptimizations& optimizations,
               WriteBatch* updates) override;

  StoreDb* store() const { return store_; }
  const TransactionDBOptions& options() const { return options_; }
  const std::shared_ptr<aether::LockManager>& locks() const { return locks_; }
  const std::shared_ptr<TransactionRegistry>& registry() const { return registry_; }

 private:
  using Key = std::pair<uint32_t, Slice>;

  // Locks `count` keys in this order, writes, and lets go of them.
  template <typename Writing>
  Status WriteLocked(const Key* keys, size_t count, const Writing& write);

  StoreDb* const store_;
  const TransactionDBOptions options_;
  const std::shared_ptr<TransactionRegistry> registry_;
  const std::shared_ptr<aether::LockManager> locks_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRANSACTIONS_TRANSACTION_DB_H_
