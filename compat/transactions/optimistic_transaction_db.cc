#include "compat/transactions/optimistic_transaction_db.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "compat/batch/write_batch_internal.h"
#include "compat/transactions/optimistic_transaction.h"

namespace rocksdb {

namespace {

// More would only cost memory: two commits meet in a bucket by chance once in so many keys.
constexpr size_t kMostBuckets = 16384;

}  // namespace

class OptimisticTransactionDBImpl::Buckets {
 public:
  explicit Buckets(OptimisticTransactionDBImpl* db) : db_(db) {}
  ~Buckets() {
    for (const size_t bucket : locked_) db_->buckets_[bucket].unlock();
  }
  Buckets(const Buckets&) = delete;
  Buckets& operator=(const Buckets&) = delete;

  void Add(uint32_t family, const Slice& key) {
    if (!db_->buckets_.empty()) wanted_.push_back(db_->BucketOf(family, key));
  }
  void Lock() {
    std::sort(wanted_.begin(), wanted_.end());
    wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
    for (const size_t bucket : wanted_) db_->buckets_[bucket].lock();
    locked_ = std::move(wanted_);
  }

 private:
  OptimisticTransactionDBImpl* const db_;
  std::vector<size_t> wanted_;
  std::vector<size_t> locked_;
};

OptimisticTransactionDBImpl::OptimisticTransactionDBImpl(
    DB* db, StoreDb* store, const OptimisticTransactionDBOptions& options)
    : OptimisticTransactionDB(db),
      store_(store),
      policy_(options.validate_policy),
      buckets_(policy_ == OccValidationPolicy::kValidateSerial
                   ? 0
                   : std::clamp<size_t>(options.occ_lock_buckets, 1, kMostBuckets)) {
  if (policy_ == OccValidationPolicy::kValidateSerial) store_->PrepareToWriteAlone();
}

size_t OptimisticTransactionDBImpl::BucketOf(uint32_t family, const Slice& key) const {
  const uint64_t hash = std::hash<std::string_view>()(key.ToStringView()) + family;
  return (hash * uint64_t{0x9e3779b97f4a7c15} >> 32) % buckets_.size();
}

Transaction* OptimisticTransactionDBImpl::BeginTransaction(
    const WriteOptions& write_options, const OptimisticTransactionOptions& txn_options,
    Transaction* old_txn) {
  if (old_txn == nullptr) return new OptimisticTransaction(this, write_options, txn_options);
  static_cast<OptimisticTransaction*>(old_txn)->Reinitialize(write_options, txn_options);
  return old_txn;
}

Status OptimisticTransactionDBImpl::CommitValidated(const WriteOptions& options, WriteBatch* batch,
                                                    const TrackedKeys& keys,
                                                    const std::function<Status()>& validate) {
  if (policy_ == OccValidationPolicy::kValidateSerial) {
    return store_->WriteAlone(options, batch, validate);
  }
  Buckets buckets(this);
  keys.ForEach([&](uint32_t family, const std::string& key) { buckets.Add(family, key); });
  buckets.Lock();
  Status s = validate();
  return s.ok() ? store_->Write(options, batch) : s;
}

Status OptimisticTransactionDBImpl::Put(const WriteOptions& options, ColumnFamilyHandle* family,
                                        const Slice& key, const Slice& value) {
  Buckets buckets(this);
  buckets.Add(IdOf(family), key);
  buckets.Lock();
  return db_->Put(options, family, key, value);
}

Status OptimisticTransactionDBImpl::Delete(const WriteOptions& options, ColumnFamilyHandle* family,
                                           const Slice& key) {
  Buckets buckets(this);
  buckets.Add(IdOf(family), key);
  buckets.Lock();
  return db_->Delete(options, family, key);
}

Status OptimisticTransactionDBImpl::SingleDelete(const WriteOptions& options,
                                                 ColumnFamilyHandle* family, const Slice& key) {
  Buckets buckets(this);
  buckets.Add(IdOf(family), key);
  buckets.Lock();
  return db_->SingleDelete(options, family, key);
}

Status OptimisticTransactionDBImpl::Merge(const WriteOptions& options, ColumnFamilyHandle* family,
                                          const Slice& key, const Slice& value) {
  Buckets buckets(this);
  buckets.Add(IdOf(family), key);
  buckets.Lock();
  return db_->Merge(options, family, key, value);
}

Status OptimisticTransactionDBImpl::DeleteRange(const WriteOptions&, ColumnFamilyHandle*,
                                                const Slice&, const Slice&) {
  return Status::NotSupported("OptimisticTransactionDB::DeleteRange");
}

Status OptimisticTransactionDBImpl::Write(const WriteOptions& options, WriteBatch* updates) {
  if (updates == nullptr) return db_->Write(options, updates);
  if (updates->HasDeleteRange()) {
    return Status::NotSupported("OptimisticTransactionDB::Write of a range to delete");
  }
  Buckets buckets(this);
  if (WriteBatchInternal::ByteSize(updates) >= kBatchHeaderSize) {
    Slice input = WriteBatchInternal::Body(updates);
    WireRecord record;
    while (!input.empty() && ReadWireRecord(&input, &record).ok()) {
      if (record.Counts()) buckets.Add(record.family, record.key);
    }
  }
  buckets.Lock();
  return db_->Write(options, updates);
}

Status OptimisticTransactionDB::Open(const Options& options, const std::string& dbname,
                                     OptimisticTransactionDB** dbptr) {
  const std::vector<ColumnFamilyDescriptor> families{
      ColumnFamilyDescriptor(kDefaultColumnFamilyName, ColumnFamilyOptions(options))};
  std::vector<ColumnFamilyHandle*> handles;
  Status s = Open(DBOptions(options), dbname, families, &handles, dbptr);
  // The DB keeps a handle of the default family itself.
  for (ColumnFamilyHandle* handle : handles) delete handle;
  return s;
}

Status OptimisticTransactionDB::Open(const DBOptions& db_options, const std::string& dbname,
                                     const std::vector<ColumnFamilyDescriptor>& column_families,
                                     std::vector<ColumnFamilyHandle*>* handles,
                                     OptimisticTransactionDB** dbptr) {
  return Open(db_options, OptimisticTransactionDBOptions(), dbname, column_families, handles,
              dbptr);
}

Status OptimisticTransactionDB::Open(const DBOptions& db_options,
                                     const OptimisticTransactionDBOptions& occ_options,
                                     const std::string& dbname,
                                     const std::vector<ColumnFamilyDescriptor>& column_families,
                                     std::vector<ColumnFamilyHandle*>* handles,
                                     OptimisticTransactionDB** dbptr) {
  if (dbptr == nullptr) return Status::InvalidArgument("Opening needs a place for the DB");
  *dbptr = nullptr;
  DB* db = nullptr;
  Status s = DB::Open(db_options, dbname, column_families, handles, &db);
  if (!s.ok()) return s;
  *dbptr = new OptimisticTransactionDBImpl(db, static_cast<StoreDb*>(db->GetRootDB()), occ_options);
  return s;
}

}  // namespace rocksdb
