// TransactionBase: what both kinds of transaction have in common: an indexed batch of writes that
// the transaction reads through, a snapshot, save points, and the keys it tracks. What tracking
// means (a lock, or a check at commit) is up to the class above.
//
// Thread safety: one thread at a time, as Transaction. Lifetime: a transaction may be destroyed
// after its DB; everything else it is asked then answers Aborted. Failure: a Status of the lock or
// of the batch; the transaction is then as before the call, except that a lock may have been taken.

#ifndef AETHER_COMPAT_TRANSACTIONS_TRANSACTION_BASE_H_
#define AETHER_COMPAT_TRANSACTIONS_TRANSACTION_BASE_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "compat/db/store_db.h"
#include "compat/transactions/tracked_keys.h"
#include "rocksdb/utilities/transaction.h"
#include "rocksdb/utilities/write_batch_with_index.h"

namespace rocksdb {

class TransactionBase : public Transaction {
 public:
  TransactionBase(StoreDb* db, const WriteOptions& write_options, const Comparator* order);
  ~TransactionBase() override;

  void SetSnapshot() override;
  void SetSnapshotOnNextOperation(std::shared_ptr<TransactionNotifier> notifier) override;
  const Snapshot* GetSnapshot() const override { return snapshot_.get(); }
  std::shared_ptr<const Snapshot> GetTimestampedSnapshot() const override { return nullptr; }
  void ClearSnapshot() override;

  void SetSavePoint() override;
  Status RollbackToSavePoint() override;
  Status PopSavePoint() override;

  using Transaction::Get;
  using Transaction::GetForUpdate;
  using Transaction::MultiGet;
  Status Get(const ReadOptions& options, ColumnFamilyHandle* family, const Slice& key,
             std::string* value) override;
  Status Get(const ReadOptions& options, ColumnFamilyHandle* family, const Slice& key,
             PinnableSlice* value) override;
  Status Get(const ReadOptions& options, const Slice& key, std::string* value) override {
    return Get(options, nullptr, key, value);
  }
  Status Get(const ReadOptions& options, const Slice& key, PinnableSlice* value) override {
    return Get(options, nullptr, key, value);
  }
  std::vector<Status> MultiGet(const ReadOptions& options,
                               const std::vector<ColumnFamilyHandle*>& families,
                               const std::vector<Slice>& keys,
                               std::vector<std::string>* values) override;
  std::vector<Status> MultiGet(const ReadOptions& options, const std::vector<Slice>& keys,
                               std::vector<std::string>* values) override;
  void MultiGet(const ReadOptions& options, ColumnFamilyHandle* family, const size_t num_keys,
                const Slice* keys, PinnableSlice* values, Status* statuses,
                const bool sorted_input) override;
  Status GetForUpdate(const ReadOptions& options, ColumnFamilyHandle* family, const Slice& key,
                      std::string* value, bool exclusive, const bool do_validate) override;
  Status GetForUpdate(const ReadOptions& options, ColumnFamilyHandle* family, const Slice& key,
                      PinnableSlice* value, bool exclusive, const bool do_validate) override;
  Status GetForUpdate(const ReadOptions& options, const Slice& key, std::string* value,
                      bool exclusive, const bool do_validate) override {
    return GetForUpdate(options, nullptr, key, value, exclusive, do_validate);
  }
  std::vector<Status> MultiGetForUpdate(const ReadOptions& options,
                                        const std::vector<ColumnFamilyHandle*>& families,
                                        const std::vector<Slice>& keys,
                                        std::vector<std::string>* values) override;
  std::vector<Status> MultiGetForUpdate(const ReadOptions& options, const std::vector<Slice>& keys,
                                        std::vector<std::string>* values) override;
  Iterator* GetIterator(const ReadOptions& options) override;
  Iterator* GetIterator(const ReadOptions& options, ColumnFamilyHandle* family) override;

  Status Put(ColumnFamilyHandle* family, const Slice& key, const Slice& value,
             const bool assume_tracked) override;
  Status Put(const Slice& key, const Slice& value) override;
  Status Put(ColumnFamilyHandle* family, const SliceParts& key, const SliceParts& value,
             const bool assume_tracked) override;
  Status Put(const SliceParts& key, const SliceParts& value) override;
  Status Merge(ColumnFamilyHandle* family, const Slice& key, const Slice& value,
               const bool assume_tracked) override;
  Status Merge(const Slice& key, const Slice& value) override;
  Status Delete(ColumnFamilyHandle* family, const Slice& key, const bool assume_tracked) override;
  Status Delete(const Slice& key) override;
  Status Delete(ColumnFamilyHandle* family, const SliceParts& key,
                const bool assume_tracked) override;
  Status Delete(const SliceParts& key) override;
  Status SingleDelete(ColumnFamilyHandle* family, const Slice& key,
                      const bool assume_tracked) override;
  Status SingleDelete(const Slice& key) override;
  Status SingleDelete(ColumnFamilyHandle* family, const SliceParts& key,
                      const bool assume_tracked) override;
  Status SingleDelete(const SliceParts& key) override;
  Status PutUntracked(ColumnFamilyHandle* family, const Slice& key, const Slice& value) override;
  Status PutUntracked(const Slice& key, const Slice& value) override;
  Status PutUntracked(ColumnFamilyHandle* family, const SliceParts& key,
                      const SliceParts& value) override;
  Status PutUntracked(const SliceParts& key, const SliceParts& value) override;
  Status MergeUntracked(ColumnFamilyHandle* family, const Slice& key, const Slice& value) override;
  Status MergeUntracked(const Slice& key, const Slice& value) override;
  Status DeleteUntracked(ColumnFamilyHandle* family, const Slice& key) override;
  Status DeleteUntracked(const Slice& key) override;
  Status DeleteUntracked(ColumnFamilyHandle* family, const SliceParts& key) override;
  Status DeleteUntracked(const SliceParts& key) override;
  Status SingleDeleteUntracked(ColumnFamilyHandle* family, const Slice& key) override;
  Status SingleDeleteUntracked(const Slice& key) override;
  void PutLogData(const Slice& blob) override;

  void DisableIndexing() override { indexing_ = false; }
  void EnableIndexing() override { indexing_ = true; }
  uint64_t GetNumKeys() const override { return tracked_.Count(); }
  uint64_t GetNumPuts() const override { return counts_.puts; }
  uint64_t GetNumDeletes() const override { return counts_.deletes; }
  uint64_t GetNumMerges() const override { return counts_.merges; }
  uint64_t GetElapsedTime() const override;
  WriteBatchWithIndex* GetWriteBatch() override { return &batch_; }
  WriteOptions* GetWriteOptions() override { return &write_options_; }
  void SetWriteOptions(const WriteOptions& options) override { write_options_ = options; }
  void UndoGetForUpdate(ColumnFamilyHandle* family, const Slice& key) override;
  void UndoGetForUpdate(const Slice& key) override { UndoGetForUpdate(nullptr, key); }
  Status RebuildFromWriteBatch(WriteBatch* src_batch) override;
  WriteBatch* GetCommitTimeWriteBatch() override { return &commit_time_batch_; }

 protected:
  struct Counts {
    uint64_t puts = 0;
    uint64_t deletes = 0;
    uint64_t merges = 0;
  };

  // Makes sure of a key before it is read for update or written, and tracks it. `family` is not
  // null.
  virtual Status TryLock(ColumnFamilyHandle* family, const Slice& key, bool read_only,
                         bool exclusive, bool do_validate, bool assume_tracked) = 0;
  // The transaction does not track the key any more.
  virtual void Unlock(uint32_t /*family*/, const Slice& /*key*/) {}

  // Forgets everything that was read and written; locks are not let go of here.
  virtual void Clear();
  void Reinitialize(const WriteOptions& write_options);
  void Track(uint32_t family, const Slice& key, uint64_t sequence, bool read_only, bool exclusive);
  void TakeDelayedSnapshot();
  // Locks and adds each record. Those of families that are not there are an error or left out.
  Status Rebuild(WriteBatch* batch, bool without_dropped);

  ColumnFamilyHandle* Or(ColumnFamilyHandle* family) const {
    return family != nullptr ? family : db_->DefaultColumnFamily();
  }
  bool alive() const { return alive_->load(std::memory_order_acquire); }
  static Status Gone() { return Status::Aborted("the DB of the transaction is gone"); }
  // Whether there is a DB that the family belongs to.
  Status Check(ColumnFamilyHandle* family) const {
    return alive() ? db_->CheckHandle(family) : Gone();
  }

  StoreDb* const db_;
  const std::shared_ptr<const std::atomic<bool>> alive_;
  WriteOptions write_options_;
  WriteBatchWithIndex batch_;
  WriteBatch commit_time_batch_;
  std::shared_ptr<const Snapshot> snapshot_;
  TrackedKeys tracked_;

 private:
  struct SavedState {
    std::shared_ptr<const Snapshot> snapshot;
    bool snapshot_needed = false;
    std::shared_ptr<TransactionNotifier> notifier;
    Counts counts;
    TrackedKeys tracked;  // since the save point
  };

  WriteBatchBase* BatchForWrite();
  Status PinnedGet(const ReadOptions& options, ColumnFamilyHandle* family, const Slice& key,
                   std::string* value);
  // Locks the key, and when that succeeds lets `add` write to the batch.
  template <typename Add>
  Status Write(ColumnFamilyHandle* family, const Slice& key, bool do_validate, bool assume_tracked,
               uint64_t Counts::*count, const Add& add);

  bool indexing_ = true;
  bool snapshot_needed_ = false;
  std::shared_ptr<TransactionNotifier> notifier_;
  Counts counts_;
  std::vector<SavedState> save_points_;
  uint64_t start_micros_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRANSACTIONS_TRANSACTION_BASE_H_
