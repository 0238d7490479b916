// OptimisticTransactionDBImpl: validates and writes what its transactions commit.
//
// Serial policy: one commit at a time, and no other write of the DB beside it. Parallel policy:
// commits lock the buckets of their keys, in ascending order, from validation until the write is
// visible; so do single writes and batches that come through this object. Writes that come through
// the base DB are seen by validation, but one that falls between validation and write is not
// noticed under the parallel policy.
//
// Thread safety: any thread. Failure: NotSupported for ranges to delete, which no bucket covers;
// Busy from validation.

#ifndef AETHER_COMPAT_TRANSACTIONS_OPTIMISTIC_TRANSACTION_DB_H_
#define AETHER_COMPAT_TRANSACTIONS_OPTIMISTIC_TRANSACTION_DB_H_

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "compat/db/store_db.h"
#include "compat/transactions/tracked_keys.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"

namespace rocksdb {

class OptimisticTransactionDBImpl final : public OptimisticTransactionDB {
 public:
  // Owns `db`, at whose root `store` is.
  OptimisticTransactionDBImpl(DB* db, StoreDb* store,
                              const OptimisticTransactionDBOptions& options);

  Transaction* BeginTransaction(const WriteOptions& write_options,
                                const OptimisticTransactionOptions& txn_options,
                                Transaction* old_txn) override;

  using OptimisticTransactionDB::Delete;
  using OptimisticTransactionDB::DeleteRange;
  using OptimisticTransactionDB::Merge;
  using OptimisticTransactionDB::Put;
  using OptimisticTransactionDB::SingleDelete;
  Status Put(const WriteOptions& options, ColumnFamilyHandle* family, const Slice& key,
             const Slice& value) override;
  Status Delete(const WriteOptions& options, ColumnFamilyHandle* family, const Slice& key) override;
  Status SingleDelete(const WriteOptions& options, ColumnFamilyHandle* family,
                      const Slice& key) override;
  Status Merge(const WriteOptions& options, ColumnFamilyHandle* family, const Slice& key,
               const Slice& value) override;
  Status DeleteRange(const WriteOptions& options, ColumnFamilyHandle* family, const Slice& begin,
                     const Slice& end) override;
  Status Write(const WriteOptions& options, WriteBatch* updates) override;

  // Writes `batch` if `validate` still says OK once nobody else changes the keys.
  Status CommitValidated(const WriteOptions& options, WriteBatch* batch, const TrackedKeys& keys,
                         const std::function<Status()>& validate);

  StoreDb* store() const { return store_; }

 private:
  // Locks of buckets, let go at the end.
  class Buckets;

  size_t BucketOf(uint32_t family, const Slice& key) const;

  StoreDb* const store_;
  const OccValidationPolicy policy_;
  std::vector<std::mutex> buckets_;  // none under the serial policy
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRANSACTIONS_OPTIMISTIC_TRANSACTION_DB_H_
