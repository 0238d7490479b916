// PessimisticTransaction: locks each key before it reads it for update or writes it, and keeps the
// locks until it ends. With a snapshot it also makes sure that the key has not changed since.
//
// The batch is written in one piece at commit (write-committed), so a crash leaves all or nothing
// of it. A prepared transaction is in the DB under its name (StoreDb::WritePrepared); the write
// that commits it or the rollback takes the name away in the same piece, so after a crash it is
// prepared, committed or rolled back, and nothing else. Expiration: others may take over the locks
// of a transaction that has expired, unless it has begun to commit; it is then told Expired at
// commit.
//
// Thread safety: one thread at a time; GetWaitingTxns, GetID and LoseLocks from any. Failure: see
// LockManager; Busy when a key has changed since the snapshot, Expired. A commit that fails leaves
// the transaction with its writes and locks, to be committed again or rolled back.

#ifndef AETHER_COMPAT_TRANSACTIONS_PESSIMISTIC_TRANSACTION_H_
#define AETHER_COMPAT_TRANSACTIONS_PESSIMISTIC_TRANSACTION_H_

#include <memory>
#include <string>
#include <vector>

#include "compat/transactions/transaction_base.h"
#include "compat/transactions/transaction_db.h"

namespace rocksdb {

class PessimisticTransaction final : public TransactionBase {
 public:
  PessimisticTransaction(TransactionDBImpl* txn_db, const WriteOptions& write_options,
                         const TransactionOptions& options);
  ~PessimisticTransaction() override;

  void Reinitialize(const WriteOptions& write_options, const TransactionOptions& options);

  Status Prepare() override;
  Status Commit() override;
  Status Rollback() override;
  Status SetName(const TransactionName& name) override;
  Status GetRangeLock(ColumnFamilyHandle* family, const Endpoint& begin,
                      const Endpoint& end) override;
  void SetLockTimeout(int64_t timeout) override { lock_timeout_micros_ = TimeoutMicros(timeout); }
  TransactionID GetID() const override { return txn_id_; }
  bool IsDeadlockDetect() const override { return deadlock_detect_; }
  std::vector<TransactionID> GetWaitingTxns(uint32_t* column_family_id,
                                            std::string* key) const override;

  // From the registry: false when the transaction is beyond losing its locks.
  bool LoseLocks();
  // Makes this the transaction that was prepared under a name before the DB was opened. Records of
  // families that have been dropped are left out.
  Status Restore(const TransactionName& name, WriteBatch* batch);

 protected:
  Status TryLock(ColumnFamilyHandle* family, const Slice& key, bool read_only, bool exclusive,
                 bool do_validate, bool assume_tracked) override;
  void Unlock(uint32_t family, const Slice& key) override;
  void Clear() override;

 private:
  void Configure(const TransactionOptions& options);
  void Deregister();
  Status CommitPrepared();
  void Finish(TransactionState state);
  bool Expired() const;
  // *since is how far back the key has been made sure of already.
  Status ValidateSince(ColumnFamilyHandle* family, const Slice& key, uint64_t* since) const;

  TransactionDBImpl* const txn_db_;
  const std::shared_ptr<aether::LockManager> locks_;
  const std::shared_ptr<TransactionRegistry> registry_;
  TransactionID txn_id_ = 0;
  int64_t lock_timeout_micros_ = 0;
  uint64_t expires_micros_ = 0;  // on aether::RealClock(); 0: never
  bool deadlock_detect_ = false;
  size_t deadlock_depth_ = 0;
  bool takes_locks_ = true;
  bool skip_prepare_ = true;
  // Keys that somebody else has locked are taken without: two transactions that skip concurrency
  // control may have prepared one key.
  bool restoring_ = false;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRANSACTIONS_PESSIMISTIC_TRANSACTION_H_
