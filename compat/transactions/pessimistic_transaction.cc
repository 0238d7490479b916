#include "compat/transactions/pessimistic_transaction.h"

#include <algorithm>
#include <utility>

#include "compat/batch/write_batch_internal.h"
#include "compat/db/slices.h"
#include "compat/env/status_convert.h"

namespace rocksdb {

PessimisticTransaction::PessimisticTransaction(TransactionDBImpl* txn_db,
                                               const WriteOptions& write_options,
                                               const TransactionOptions& options)
    : TransactionBase(txn_db->store(), write_options,
                      txn_db->store()->DefaultColumnFamily()->GetComparator()),
      txn_db_(txn_db),
      locks_(txn_db->locks()),
      registry_(txn_db->registry()) {
  Configure(options);
}

PessimisticTransaction::~PessimisticTransaction() {
  Deregister();
  tracked_.ForEach([this](uint32_t family, const std::string& key) { Unlock(family, key); });
}

void PessimisticTransaction::Configure(const TransactionOptions& options) {
  const TransactionDBOptions& db_options = txn_db_->options();
  txn_id_ = registry_->NewId();
  txn_state_ = STARTED;
  deadlock_detect_ = options.deadlock_detect;
  deadlock_depth_ = static_cast<size_t>(std::max<int64_t>(options.deadlock_detect_depth, 0));
  takes_locks_ = !options.skip_concurrency_control;
  skip_prepare_ = options.skip_prepare;
  lock_timeout_micros_ = TimeoutMicros(
      options.lock_timeout < 0 ? db_options.transaction_lock_timeout : options.lock_timeout);
  expires_micros_ = 0;
  if (options.expiration >= 0) {
    expires_micros_ =
        aether::RealClock()->NowMicros() + static_cast<uint64_t>(TimeoutMicros(options.expiration));
    registry_->AddExpirable(txn_id_, this);
  }
  batch_.SetMaxBytes(options.max_write_batch_size);
  if (options.set_snapshot) SetSnapshot();
}

void PessimisticTransaction::Deregister() {
  if (expires_micros_ != 0) registry_->RemoveExpirable(txn_id_);
  if (!name_.empty()) registry_->RemoveNamed(name_, this);
}

void PessimisticTransaction::Reinitialize(const WriteOptions& write_options,
                                          const TransactionOptions& options) {
  Deregister();
  TransactionBase::Reinitialize(write_options);
  Configure(options);
}

void PessimisticTransaction::Clear() {
  tracked_.ForEach([this](uint32_t family, const std::string& key) { Unlock(family, key); });
  TransactionBase::Clear();
}

void PessimisticTransaction::Unlock(uint32_t family, const Slice& key) {
  locks_->Unlock(txn_id_, family, ToEngine(key));
}

bool PessimisticTransaction::LoseLocks() {
  TransactionState expected = STARTED;
  return txn_state_.compare_exchange_strong(expected, LOCKS_STOLEN) || expected == LOCKS_STOLEN;
}

bool PessimisticTransaction::Expired() const {
  // One that is prepared does not expire any more.
  if (txn_state_ != STARTED && txn_state_ != LOCKS_STOLEN) return false;
  return expires_micros_ != 0 && aether::RealClock()->NowMicros() >= expires_micros_;
}

std::vector<TransactionID> PessimisticTransaction::GetWaitingTxns(uint32_t* column_family_id,
                                                                  std::string* key) const {
  aether::LockWait wait;
  locks_->Waiting(txn_id_, &wait);
  if (column_family_id != nullptr) *column_family_id = wait.family;
  if (key != nullptr) *key = wait.key;
  return wait.holders;
}

Status PessimisticTransaction::ValidateSince(ColumnFamilyHandle* family, const Slice& key,
                                             uint64_t* since) const {
  const uint64_t snapshot = snapshot_->GetSequenceNumber();
  if (*since <= snapshot) return Status::OK();
  *since = snapshot;
  uint64_t newer = 0;
  Status s = db_->NewestSequence(family, key, snapshot, &newer);
  return s.ok() && newer != 0 ? Status::Busy() : s;
}

Status PessimisticTransaction::TryLock(ColumnFamilyHandle* family, const Slice& key, bool read_only,
                                       bool exclusive, bool do_validate, bool assume_tracked) {
  if (!takes_locks_) return Status::OK();
  const uint32_t id = IdOf(family);
  const TrackedKey* const tracked = tracked_.Find(id, key);
  if (assume_tracked && tracked == nullptr) {
    return Status::InvalidArgument("assume_tracked is set but it is not tracked yet");
  }
  const bool upgrade = tracked != nullptr && exclusive && !tracked->exclusive;
  if (tracked == nullptr || upgrade) {
    aether::LockRequest request;
    request.txn = txn_id_;
    request.family = id;
    request.key = ToEngine(key);
    request.exclusive = exclusive;
    request.timeout_micros = lock_timeout_micros_;
    request.expires_micros = expires_micros_;
    request.detect_deadlock = deadlock_detect_;
    request.deadlock_depth = deadlock_depth_;
    Status s = ToRocks(locks_->Lock(request));
    if (!s.ok() && restoring_) return Status::OK();
    if (!s.ok()) return s;
  }
  TakeDelayedSnapshot();
  uint64_t since = tracked != nullptr ? tracked->sequence : UINT64_MAX;
  if (do_validate && snapshot_ != nullptr) {
    Status s = ValidateSince(family, key, &since);
    if (!s.ok()) {
      if (upgrade) {
        locks_->Downgrade(txn_id_, id, ToEngine(key));
      } else if (tracked == nullptr) {
        Unlock(id, key);
      }
      return s;
    }
  } else if (since == UINT64_MAX) {
    since = db_->GetLatestSequenceNumber();
  }
  Track(id, key, since, read_only, exclusive);
  return Status::OK();
}

void PessimisticTransaction::Finish(TransactionState state) {
  if (!name_.empty()) registry_->RemoveNamed(name_, this);
  Clear();
  txn_state_ = state;
}

Status PessimisticTransaction::Prepare() {
  if (!alive()) return Gone();
  if (name_.empty()) {
    return Status::InvalidArgument("Cannot prepare a transaction that has not been named.");
  }
  if (Expired()) return Status::Expired();
  TransactionState state = STARTED;
  if (!txn_state_.compare_exchange_strong(state, AWAITING_PREPARE)) {
    switch (state) {
      case LOCKS_STOLEN:
        return Status::Expired();
      case PREPARED:
        return Status::InvalidArgument("Transaction has already been prepared.");
      case COMMITTED:
        return Status::InvalidArgument("Transaction has already been committed.");
      case ROLLEDBACK:
        return Status::InvalidArgument("Transaction has already been rolledback.");
      default:
        return Status::InvalidArgument("Transaction is not in state for commit.");
    }
  }
  Status s = db_->WritePrepared(write_options_, name_, *batch_.GetWriteBatch());
  txn_state_ = s.ok() ? PREPARED : STARTED;
  return s;
}

Status PessimisticTransaction::CommitPrepared() {
  WriteBatch all = commit_time_batch_;
  Status s = WriteBatchInternal::Append(&all, batch_.GetWriteBatch());
  if (s.ok()) s = db_->DecidePrepared(write_options_, name_, &all);
  if (!s.ok()) return s;
  SetId(WriteBatchInternal::Sequence(&all));
  Finish(COMMITTED);
  return s;
}

Status PessimisticTransaction::Commit() {
  if (!alive()) return Gone();
  if (txn_state_ == PREPARED) return CommitPrepared();
  if (Expired()) return Status::Expired();
  if (txn_state_ == STARTED && !skip_prepare_) return Status::TxnNotPrepared();
  TransactionState state = STARTED;
  // From here on nobody takes the locks over.
  if (!txn_state_.compare_exchange_strong(state, AWAITING_COMMIT)) {
    switch (state) {
      case LOCKS_STOLEN:
        return Status::Expired();
      case COMMITTED:
        return Status::InvalidArgument("Transaction has already been committed.");
      case ROLLEDBACK:
        return Status::InvalidArgument("Transaction has already been rolledback.");
      default:
        return Status::InvalidArgument("Transaction is not in state for commit.");
    }
  }
  WriteBatch* const batch = batch_.GetWriteBatch();
  Status s = db_->Write(write_options_, batch);
  if (!s.ok()) {
    txn_state_ = STARTED;
    return s;
  }
  SetId(WriteBatchInternal::Sequence(batch));
  Finish(COMMITTED);
  return s;
}

Status PessimisticTransaction::Rollback() {
  if (!alive()) return Gone();
  switch (txn_state_) {
    case PREPARED: {
      Status s = db_->DecidePrepared(write_options_, name_, nullptr);
      if (s.ok()) Finish(ROLLEDBACK);
      return s;
    }
    case STARTED:
    case LOCKS_STOLEN:
      Clear();
      return Status::OK();
    case COMMITTED:
      return Status::InvalidArgument("This transaction has already been committed.");
    default:
      return Status::InvalidArgument("Two phase transaction is not in state for rollback.");
  }
}

Status PessimisticTransaction::Restore(const TransactionName& name, WriteBatch* batch) {
  Status s = SetName(name);
  if (!s.ok()) return s;
  const int64_t timeout = std::exchange(lock_timeout_micros_, 0);
  restoring_ = true;
  s = Rebuild(batch, true);
  restoring_ = false;
  lock_timeout_micros_ = timeout;
  if (s.ok()) txn_state_ = PREPARED;
  return s;
}

Status PessimisticTransaction::GetRangeLock(ColumnFamilyHandle*, const Endpoint&, const Endpoint&) {
  return Status::NotSupported("Transaction::GetRangeLock");
}

Status PessimisticTransaction::SetName(const TransactionName& name) {
  if (txn_state_ != STARTED) {
    return Status::InvalidArgument("Transaction is beyond state for naming.");
  }
  if (!name_.empty()) return Status::InvalidArgument("Transaction has already been named.");
  if (name.empty() || name.size() > 512) {
    return Status::InvalidArgument("Transaction name length must be between 1 and 512 chars.");
  }
  if (!registry_->AddNamed(name, this)) {
    return Status::InvalidArgument("Transaction name must be unique.");
  }
  name_ = name;
  return Status::OK();
}

}  // namespace rocksdb
