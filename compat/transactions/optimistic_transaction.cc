#include "compat/transactions/optimistic_transaction.h"

#include <string>

namespace rocksdb {

OptimisticTransaction::OptimisticTransaction(OptimisticTransactionDBImpl* txn_db,
                                             const WriteOptions& write_options,
                                             const OptimisticTransactionOptions& options)
    : TransactionBase(txn_db->store(), write_options, options.cmp), txn_db_(txn_db) {
  if (options.set_snapshot) SetSnapshot();
}

OptimisticTransaction::~OptimisticTransaction() { Unpin(); }

void OptimisticTransaction::Reinitialize(const WriteOptions& write_options,
                                         const OptimisticTransactionOptions& options) {
  TransactionBase::Reinitialize(write_options);
  if (options.set_snapshot) SetSnapshot();
}

void OptimisticTransaction::Unpin() {
  if (pin_ != nullptr && alive()) db_->engine()->ReleaseSnapshot(pin_);
  pin_ = nullptr;
  kept_snapshot_.reset();
}

void OptimisticTransaction::Clear() {
  TransactionBase::Clear();
  Unpin();
}

Status OptimisticTransaction::TryLock(ColumnFamilyHandle* family, const Slice& key, bool read_only,
                                      bool exclusive, bool do_validate, bool /*assume_tracked*/) {
  if (!do_validate) return Status::OK();
  TakeDelayedSnapshot();
  uint64_t sequence;
  if (snapshot_ != nullptr) {
    sequence = snapshot_->GetSequenceNumber();
    const bool older = kept_snapshot_ != nullptr ? sequence < kept_snapshot_->GetSequenceNumber()
                                                 : pin_ == nullptr || sequence < pin_->sequence();
    if (older) {
      Unpin();
      kept_snapshot_ = snapshot_;
    }
  } else {
    if (pin_ == nullptr && kept_snapshot_ == nullptr) pin_ = db_->engine()->Pin();
    sequence = db_->GetLatestSequenceNumber();
  }
  Track(IdOf(family), key, sequence, read_only, exclusive);
  return Status::OK();
}

Status OptimisticTransaction::Validate() const {
  for (const auto& [id, keys] : tracked_.families()) {
    ColumnFamilyHandle* const family = db_->HandleOf(id);
    if (family == nullptr) {
      return Status::InvalidArgument("Could not access column family " + std::to_string(id));
    }
    for (const auto& [key, tracked] : keys) {
      uint64_t newer = 0;
      Status s = db_->NewestSequence(family, key, tracked.sequence, &newer);
      if (!s.ok()) return s;
      if (newer != 0) return Status::Busy();
    }
  }
  return Status::OK();
}

Status OptimisticTransaction::Commit() {
  if (!alive()) return Gone();
  Status s = txn_db_->CommitValidated(write_options_, GetWriteBatch()->GetWriteBatch(), tracked_,
                                      [this] { return Validate(); });
  if (s.ok()) Clear();
  return s;
}

Status OptimisticTransaction::Rollback() {
  Clear();
  return Status::OK();
}

Status OptimisticTransaction::Prepare() {
  return Status::InvalidArgument("Two phase commit not supported for optimistic transactions.");
}

Status OptimisticTransaction::SetName(const TransactionName&) {
  return Status::InvalidArgument("Optimistic transactions cannot be named.");
}

}  // namespace rocksdb
