// A DB with pessimistic (locking) transactions. Thread safety: all methods may be called
// concurrently.
#ifndef AETHER_ROCKSDB_UTILITIES_TRANSACTION_DB_H_
#define AETHER_ROCKSDB_UTILITIES_TRANSACTION_DB_H_

#include <string>
#include <utility>
#include <vector>

#include "rocksdb/comparator.h"
#include "rocksdb/db.h"
#include "rocksdb/utilities/stackable_db.h"
#include "rocksdb/utilities/transaction.h"

namespace ROCKSDB_NAMESPACE {

class TransactionDBMutexFactory;

// When the data of a transaction reaches the DB.
enum TxnDBWritePolicy { WRITE_COMMITTED = 0, WRITE_PREPARED, WRITE_UNPREPARED };
constexpr uint32_t kInitialMaxDeadlocks = 5;
class LockManager;
struct RangeLockInfo;

// A handle on the lock manager, shared by the DBs that use it.
class LockManagerHandle {
 public:
  virtual LockManager* getLockManager() = 0;
  virtual ~LockManagerHandle() = default;
};

struct EndpointWithString {
  std::string slice;
  bool inf_suffix;
};

struct RangeDeadlockInfo {
  TransactionID m_txn_id;
  uint32_t m_cf_id;
  bool m_exclusive;
  EndpointWithString m_start;
  EndpointWithString m_end;
};

struct RangeDeadlockPath {
  std::vector<RangeDeadlockInfo> path;
  bool limit_exceeded;
  int64_t deadlock_time;
  explicit RangeDeadlockPath(std::vector<RangeDeadlockInfo> path_entry, const int64_t& dl_time)
      : path(std::move(path_entry)), limit_exceeded(false), deadlock_time(dl_time) {}
  explicit RangeDeadlockPath(const int64_t& dl_time = 0, bool limit = false)
      : limit_exceeded(limit), deadlock_time(dl_time) {}
  bool empty() { return !limit_exceeded && path.empty(); }
};

// Control of a lock manager that locks ranges.
class RangeLockManagerHandle : public LockManagerHandle {
 public:
  virtual int SetMaxLockMemory(size_t max_lock_memory) = 0;
  virtual size_t GetMaxLockMemory() = 0;
  using RangeLockStatus = std::unordered_multimap<ColumnFamilyId, RangeLockInfo>;
  using EscalationBarrierFunc = std::function<bool(const Endpoint& a, const Endpoint& b)>;
  virtual void SetEscalationBarrierFunc(EscalationBarrierFunc func) = 0;
  virtual RangeLockStatus GetRangeLockStatusData() = 0;

  class Counters {
   public:
    uint64_t escalation_count;
    uint64_t lock_wait_count;
    uint64_t current_lock_memory;
  };
  virtual Counters GetStatus() = 0;
  virtual std::vector<RangeDeadlockPath> GetRangeDeadlockInfoBuffer() = 0;
  virtual void SetRangeDeadlockInfoBufferSize(uint32_t target_size) = 0;
  virtual ~RangeLockManagerHandle() = default;
};

RangeLockManagerHandle* NewRangeLockManager(
    std::shared_ptr<TransactionDBMutexFactory> mutex_factory);

// Timeouts are in milliseconds; a negative timeout waits for ever.
struct TransactionDBOptions {
  int64_t max_num_locks = -1;
  uint32_t max_num_deadlocks = kInitialMaxDeadlocks;
  size_t num_stripes = 16;
  int64_t transaction_lock_timeout = 1000;
  int64_t default_lock_timeout = 1000;
  std::shared_ptr<TransactionDBMutexFactory> custom_mutex_factory;
  TxnDBWritePolicy write_policy = TxnDBWritePolicy::WRITE_COMMITTED;
  bool rollback_merge_operands = false;
  std::shared_ptr<LockManagerHandle> lock_mgr_handle;
  bool skip_concurrency_control = false;
  int64_t default_write_batch_flush_threshold = 0;
  std::function<bool(TransactionDB*, ColumnFamilyHandle*, const Slice&)>
      rollback_deletion_type_callback;

 private:
  size_t wp_snapshot_cache_bits = static_cast<size_t>(7);
  size_t wp_commit_cache_bits = static_cast<size_t>(23);
  bool autogenerate_name = false;
  friend class WritePreparedTxnDB;
  friend class WriteUnpreparedTxn;
  friend class WritePreparedTransactionTestBase;
  friend class TransactionTestBase;
  friend class MySQLStyleTransactionTest;
  friend class StressTest;
};

// lock_timeout and expiration are in milliseconds; -1 takes the default of the DB or never expires.
struct TransactionOptions {
  bool set_snapshot = false;
  bool deadlock_detect = false;
  bool use_only_the_last_commit_time_batch_for_recovery = false;
  int64_t lock_timeout = -1;
  int64_t expiration = -1;
  int64_t deadlock_detect_depth = 50;
  size_t max_write_batch_size = 0;
  bool skip_concurrency_control = false;
  bool skip_prepare = true;
  int64_t write_batch_flush_threshold = -1;
};

struct TransactionDBWriteOptimizations {
  bool skip_concurrency_control = false;
  bool skip_duplicate_key_check = false;
};

// Who holds a lock on a key.
struct KeyLockInfo {
  std::string key;
  std::vector<TransactionID> ids;
  bool exclusive;
};

struct RangeLockInfo {
  EndpointWithString start;
  EndpointWithString end;
  std::vector<TransactionID> ids;
  bool exclusive;
};

struct DeadlockInfo {
  TransactionID m_txn_id;
  uint32_t m_cf_id;
  bool m_exclusive;
  std::string m_waiting_key;
};

// One deadlock: the cycle of transactions that waited for each other.
struct DeadlockPath {
  std::vector<DeadlockInfo> path;
  bool limit_exceeded;
  int64_t deadlock_time;
  explicit DeadlockPath(std::vector<DeadlockInfo> path_entry, const int64_t& dl_time)
      : path(std::move(path_entry)), limit_exceeded(false), deadlock_time(dl_time) {}
  explicit DeadlockPath(const int64_t& dl_time = 0, bool limit = false)
      : limit_exceeded(limit), deadlock_time(dl_time) {}
  bool empty() { return !limit_exceeded && path.empty(); }
};

class TransactionDB : public StackableDB {
 public:
  using StackableDB::Write;
  virtual Status Write(const WriteOptions& opts, const TransactionDBWriteOptimizations&,
                       WriteBatch* updates) {
    return Write(opts, updates);
  }
  using StackableDB::DeleteRange;
  Status DeleteRange(const WriteOptions&, ColumnFamilyHandle*, const Slice&,
                     const Slice&) override {
    return Status::NotSupported();
  }
  static Status Open(const Options& options, const TransactionDBOptions& txn_db_options,
                     const std::string& dbname, TransactionDB** dbptr);
  static Status Open(const DBOptions& db_options, const TransactionDBOptions& txn_db_options,
                     const std::string& dbname,
                     const std::vector<ColumnFamilyDescriptor>& column_families,
                     std::vector<ColumnFamilyHandle*>* handles, TransactionDB** dbptr);
  static void PrepareWrap(DBOptions* db_options,
                          std::vector<ColumnFamilyDescriptor>* column_families,
                          std::vector<size_t>* compaction_enabled_cf_indices);
  static Status WrapDB(DB* db, const TransactionDBOptions& txn_db_options,
                       const std::vector<size_t>& compaction_enabled_cf_indices,
                       const std::vector<ColumnFamilyHandle*>& handles, TransactionDB** dbptr);
  static Status WrapStackableDB(StackableDB* db, const TransactionDBOptions& txn_db_options,
                                const std::vector<size_t>& compaction_enabled_cf_indices,
                                const std::vector<ColumnFamilyHandle*>& handles,
                                TransactionDB** dbptr);
  ~TransactionDB() override = default;
  virtual Transaction* BeginTransaction(
      const WriteOptions& write_options,
      const TransactionOptions& txn_options = TransactionOptions(),
      Transaction* old_txn = nullptr) = 0;
  virtual Transaction* GetTransactionByName(const TransactionName& name) = 0;
  virtual void GetAllPreparedTransactions(std::vector<Transaction*>* trans) = 0;
  virtual std::unordered_multimap<uint32_t, KeyLockInfo> GetLockStatusData() = 0;
  virtual std::vector<DeadlockPath> GetDeadlockInfoBuffer() = 0;
  virtual void SetDeadlockInfoBufferSize(uint32_t target_size) = 0;
  virtual std::pair<Status, std::shared_ptr<const Snapshot>> CreateTimestampedSnapshot(
      TxnTimestamp ts) = 0;
  std::shared_ptr<const Snapshot> GetLatestTimestampedSnapshot() const {
    return GetTimestampedSnapshot(kMaxTxnTimestamp);
  }
  virtual std::shared_ptr<const Snapshot> GetTimestampedSnapshot(TxnTimestamp ts) const = 0;
  virtual void ReleaseTimestampedSnapshotsOlderThan(TxnTimestamp ts) = 0;
  Status GetAllTimestampedSnapshots(
      std::vector<std::shared_ptr<const Snapshot>>& timestamped_snapshots) const {
    return GetTimestampedSnapshots(0, kMaxTxnTimestamp, timestamped_snapshots);
  }
  virtual Status GetTimestampedSnapshots(
      TxnTimestamp ts_lb, TxnTimestamp ts_ub,
      std::vector<std::shared_ptr<const Snapshot>>& timestamped_snapshots) const = 0;

 protected:
  explicit TransactionDB(DB* db) : StackableDB(db) {}
  TransactionDB(const TransactionDB&) = delete;
  void operator=(const TransactionDB&) = delete;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_TRANSACTION_DB_H_
