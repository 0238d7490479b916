#include "compat/transactions/transaction_db.h"

#include <algorithm>

#include "compat/batch/write_batch_internal.h"
#include "compat/db/slices.h"
#include "compat/env/status_convert.h"
#include "compat/transactions/lock_monitor_adapter.h"
#include "compat/transactions/pessimistic_transaction.h"

namespace rocksdb {

namespace {

std::shared_ptr<aether::LockManager> NewLocks(const TransactionDBOptions& options,
                                              std::shared_ptr<TransactionRegistry> registry) {
  aether::LockManagerOptions out;
  out.stripes = options.num_stripes;
  out.max_locks = options.max_num_locks;
  out.deadlocks_kept = options.max_num_deadlocks;
  out.monitor = ToEngineMonitors(options.custom_mutex_factory);
  out.rob = [registry = std::move(registry)](aether::TxnId id) { return registry->Rob(id); };
  return std::make_shared<aether::LockManager>(std::move(out));
}

}  // namespace

TransactionDBImpl::TransactionDBImpl(DB* db, StoreDb* store, const TransactionDBOptions& options,
                                     const std::vector<ColumnFamilyHandle*>& handles)
    : TransactionDB(db),
      store_(store),
      options_(options),
      registry_(std::make_shared<TransactionRegistry>()),
      locks_(NewLocks(options, registry_)) {
  locks_->AddFamily(0);
  for (ColumnFamilyHandle* handle : handles) locks_->AddFamily(handle->GetID());
}

TransactionDBImpl::~TransactionDBImpl() {
  for (Transaction* txn : registry_->Named()) delete txn;
}

Status TransactionDBImpl::RestorePrepared() {
  std::vector<StoreDb::PreparedRecord> records;
  Status s = store_->ReadPrepared(&records);
  for (StoreDb::PreparedRecord& record : records) {
    if (!s.ok()) break;
    WriteBatch batch(std::move(record.batch));
    auto txn = std::make_unique<PessimisticTransaction>(this, WriteOptions(), TransactionOptions());
    s = txn->Restore(record.name, &batch);
    // From here on it belongs to its name.
    if (s.ok()) txn.release();
  }
  return s;
}

Status TransactionDBImpl::CheckOptions(const TransactionDBOptions& options) {
  if (options.write_policy != WRITE_COMMITTED) {
    return Status::NotSupported("TransactionDBOptions::write_policy other than WRITE_COMMITTED");
  }
  if (options.lock_mgr_handle != nullptr) {
    return Status::NotSupported("TransactionDBOptions::lock_mgr_handle (range locks)");
  }
  return Status::OK();
}

Transaction* TransactionDBImpl::BeginTransaction(const WriteOptions& write_options,
                                                 const TransactionOptions& txn_options,
                                                 Transaction* old_txn) {
  if (old_txn == nullptr) return new PessimisticTransaction(this, write_options, txn_options);
  static_cast<PessimisticTransaction*>(old_txn)->Reinitialize(write_options, txn_options);
  return old_txn;
}

Transaction* TransactionDBImpl::GetTransactionByName(const TransactionName& name) {
  return registry_->Find(name);
}

void TransactionDBImpl::GetAllPreparedTransactions(std::vector<Transaction*>* transactions) {
  transactions->clear();
  for (Transaction* txn : registry_->Named()) {
    if (txn->GetState() == Transaction::PREPARED) transactions->push_back(txn);
  }
}

std::unordered_multimap<uint32_t, KeyLockInfo> TransactionDBImpl::GetLockStatusData() {
  std::unordered_multimap<uint32_t, KeyLockInfo> data;
  for (aether::LockHolders& lock : locks_->Locks()) {
    data.emplace(lock.family,
                 KeyLockInfo{std::move(lock.key), std::move(lock.txns), lock.exclusive});
  }
  return data;
}

std::vector<DeadlockPath> TransactionDBImpl::GetDeadlockInfoBuffer() {
  std::vector<DeadlockPath> paths;
  for (const aether::Deadlock& deadlock : locks_->Deadlocks()) {
    const auto time = static_cast<int64_t>(deadlock.wall_seconds);
    if (deadlock.limit_exceeded) {
      paths.emplace_back(time, true);
      continue;
    }
    std::vector<DeadlockInfo> path;
    for (const aether::DeadlockEntry& entry : deadlock.cycle) {
      path.push_back({entry.txn, entry.family, entry.exclusive, entry.key});
    }
    paths.emplace_back(std::move(path), time);
  }
  return paths;
}

void TransactionDBImpl::SetDeadlockInfoBufferSize(uint32_t target_size) {
  locks_->KeepDeadlocks(target_size);
}

// --- snapshots with timestamps: there are none ---

std::pair<Status, std::shared_ptr<const Snapshot>> TransactionDBImpl::CreateTimestampedSnapshot(
    TxnTimestamp) {
  return {Status::NotSupported("TransactionDB::CreateTimestampedSnapshot"), nullptr};
}
std::shared_ptr<const Snapshot> TransactionDBImpl::GetTimestampedSnapshot(TxnTimestamp) const {
  return nullptr;
}
void TransactionDBImpl::ReleaseTimestampedSnapshotsOlderThan(TxnTimestamp) {}
Status TransactionDBImpl::GetTimestampedSnapshots(
    TxnTimestamp, TxnTimestamp, std::vector<std::shared_ptr<const Snapshot>>& snapshots) const {
  snapshots.clear();
  return Status::NotSupported("TransactionDB::GetTimestampedSnapshots");
}

// --- families ---

Status TransactionDBImpl::CreateColumnFamily(const ColumnFamilyOptions& options,
                                             const std::string& name, ColumnFamilyHandle** handle) {
  Status s = db_->CreateColumnFamily(options, name, handle);
  if (s.ok()) locks_->AddFamily((*handle)->GetID());
  return s;
}

Status TransactionDBImpl::CreateColumnFamilies(const ColumnFamilyOptions& options,
                                               const std::vector<std::string>& names,
                                               std::vector<ColumnFamilyHandle*>* handles) {
  Status s = db_->CreateColumnFamilies(options, names, handles);
  if (handles == nullptr) return s;
  for (ColumnFamilyHandle* handle : *handles) locks_->AddFamily(handle->GetID());
  return s;
}

Status TransactionDBImpl::CreateColumnFamilies(const std::vector<ColumnFamilyDescriptor>& families,
                                               std::vector<ColumnFamilyHandle*>* handles) {
  Status s = db_->CreateColumnFamilies(families, handles);
  if (handles == nullptr) return s;
  for (ColumnFamilyHandle* handle : *handles) locks_->AddFamily(handle->GetID());
  return s;
}

Status TransactionDBImpl::DropColumnFamily(ColumnFamilyHandle* family) {
  Status s = db_->DropColumnFamily(family);
  if (s.ok()) locks_->RemoveFamily(family->GetID());
  return s;
}

Status TransactionDBImpl::DropColumnFamilies(const std::vector<ColumnFamilyHandle*>& families) {
  for (ColumnFamilyHandle* family : families) {
    Status s = DropColumnFamily(family);
    if (!s.ok()) return s;
  }
  return Status::OK();
}

// --- writes without a transaction ---

template <typename Writing>
Status TransactionDBImpl::WriteLocked(const Key* keys, size_t count, const Writing& write) {
  aether::LockRequest request;
  request.txn = registry_->NewId();
  request.timeout_micros = TimeoutMicros(options_.default_lock_timeout);
  Status s;
  size_t locked = 0;
  for (; s.ok() && locked < count; ++locked) {
    request.family = keys[locked].first;
    request.key = ToEngine(keys[locked].second);
    s = ToRocks(locks_->Lock(request));
  }
  if (s.ok()) s = write();
  // The last one was not had if it failed; Unlock knows.
  for (size_t i = 0; i < locked; ++i) {
    locks_->Unlock(request.txn, keys[i].first, ToEngine(keys[i].second));
  }
  return s;
}

Status TransactionDBImpl::Put(const WriteOptions& options, ColumnFamilyHandle* family,
                              const Slice& key, const Slice& value) {
  const Key locked(IdOf(family), key);
  return WriteLocked(&locked, 1, [&] { return db_->Put(options, family, key, value); });
}

Status TransactionDBImpl::Delete(const WriteOptions& options, ColumnFamilyHandle* family,
                                 const Slice& key) {
  const Key locked(IdOf(family), key);
  return WriteLocked(&locked, 1, [&] { return db_->Delete(options, family, key); });
}

Status TransactionDBImpl::SingleDelete(const WriteOptions& options, ColumnFamilyHandle* family,
                                       const Slice& key) {
  const Key locked(IdOf(family), key);
  return WriteLocked(&locked, 1, [&] { return db_->SingleDelete(options, family, key); });
}

Status TransactionDBImpl::Merge(const WriteOptions& options, ColumnFamilyHandle* family,
                                const Slice& key, const Slice& value) {
  const Key locked(IdOf(family), key);
  return WriteLocked(&locked, 1, [&] { return db_->Merge(options, family, key, value); });
}

Status TransactionDBImpl::Write(const WriteOptions& options, WriteBatch* updates) {
  if (updates == nullptr || options_.skip_concurrency_control) return db_->Write(options, updates);
  if (updates->HasDeleteRange()) {
    return Status::InvalidArgument("TransactionDB::Write of a range to delete");
  }
  std::vector<Key> keys;
  if (WriteBatchInternal::ByteSize(updates) >= kBatchHeaderSize) {
    Slice input = WriteBatchInternal::Body(updates);
    WireRecord record;
    while (!input.empty() && ReadWireRecord(&input, &record).ok()) {
      if (record.Counts()) keys.emplace_back(record.family, record.key);
    }
  }
  // In one order for all batches, so that two of them never wait for each other.
  const auto before = [](const Key& a, const Key& b) {
    return a.first != b.first ? a.first < b.first : a.second.compare(b.second) < 0;
  };
  std::sort(keys.begin(), keys.end(), before);
  keys.erase(std::unique(keys.begin(), keys.end(),
                         [](const Key& a, const Key& b) {
                           return a.first == b.first && a.second == b.second;
                         }),
             keys.end());
  return WriteLocked(keys.data(), keys.size(), [&] { return db_->Write(options, updates); });
}

Status TransactionDBImpl::Write(const WriteOptions& options,
                                const TransactionDBWriteOptimizations& optimizations,
                                WriteBatch* updates) {
  return optimizations.skip_concurrency_control ? db_->Write(options, updates)
                                                : Write(options, updates);
}

}  // namespace rocksdb
