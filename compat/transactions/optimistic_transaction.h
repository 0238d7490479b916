// OptimisticTransaction: takes no locks. It remembers of each key since when it has to be unchanged
// and asks at commit whether it is.
//
// From the first key on it holds a pin (or the snapshot), so that the engine can always tell: there
// is no TryAgain for want of history. A key that was absent, was written and is absent again counts
// as unchanged, or not, as merges have it; both are serializable.
//
// Thread safety: one thread at a time. Failure: Busy from Commit when a key has changed; the
// transaction is as before then and can be rolled back.

#ifndef AETHER_COMPAT_TRANSACTIONS_OPTIMISTIC_TRANSACTION_H_
#define AETHER_COMPAT_TRANSACTIONS_OPTIMISTIC_TRANSACTION_H_

#include "compat/transactions/optimistic_transaction_db.h"
#include "compat/transactions/transaction_base.h"

namespace rocksdb {

class OptimisticTransaction final : public TransactionBase {
 public:
  OptimisticTransaction(OptimisticTransactionDBImpl* txn_db, const WriteOptions& write_options,
                        const OptimisticTransactionOptions& options);
  ~OptimisticTransaction() override;

  void Reinitialize(const WriteOptions& write_options, const OptimisticTransactionOptions& options);

  Status Prepare() override;
  Status Commit() override;
  Status Rollback() override;
  Status SetName(const TransactionName& name) override;
  void SetLockTimeout(int64_t /*timeout*/) override {}  // there are no locks

 protected:
  Status TryLock(ColumnFamilyHandle* family, const Slice& key, bool read_only, bool exclusive,
                 bool do_validate, bool assume_tracked) override;
  void Clear() override;

 private:
  // Busy when a tracked key has changed.
  Status Validate() const;
  void Unpin();

  OptimisticTransactionDBImpl* const txn_db_;
  // What keeps history from the oldest sequence on that is tracked: one of the two.
  const aether::Snapshot* pin_ = nullptr;
  std::shared_ptr<const Snapshot> kept_snapshot_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRANSACTIONS_OPTIMISTIC_TRANSACTION_H_
