// TransactionDB: locks, time-outs, deadlocks, snapshots.
#include <rocksdb/utilities/transaction_db_mutex.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/conformance/transaction_harness.h"

namespace conformance {
namespace {
using rocksdb::ColumnFamilyHandle;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::Transaction;
using rocksdb::TransactionDB;
using rocksdb::TransactionDBOptions;
using rocksdb::TransactionID;
using rocksdb::TransactionOptions;
using rocksdb::WriteOptions;
using Locking = TxnDb<TransactionDB>;

constexpr char kTimedOut[] = "9/2 Operation timed out: Timeout waiting to lock key";
constexpr char kBusy[] = "11/0 Resource busy: ";

TransactionDBOptions ShortWaits() {
  TransactionDBOptions options;
  options.transaction_lock_timeout = 1;
  options.default_lock_timeout = 1;
  return options;
}

// Returns once the transaction waits for a lock.
void AwaitWait(const Transaction& txn) {
  uint32_t family = 0;
  std::string key;
  while (txn.GetWaitingTxns(&family, &key).empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

CASE(locking_reads_its_writes) {
  const Locking db;
  GOOD(db.Put("a", "1"));
  const auto txn = db.Begin();
  GOOD(txn->Put("a", "2"));
  GOOD(txn->Put("b", "1"));
  GOOD(txn->Merge("a", "3"));
  GOOD(txn->Delete("b"));
  EQ(Get(txn.get(), "a"), "2,3");
  EQ(Scan(txn.get()), "a=2,3 ");
  EQ(db.Get("a"), "1");
  EQ(txn->GetNumKeys(), uint64_t{2});
  EQ(static_cast<int>(txn->GetState()), static_cast<int>(Transaction::STARTED));
  GOOD(txn->Commit());
  EQ(static_cast<int>(txn->GetState()), static_cast<int>(Transaction::COMMITTED));
  EQ(db.Get("a"), "2,3");
  EQ(txn->Commit(), "4/0 Invalid argument: Transaction has already been committed.");
  EQ(txn->Rollback(), "4/0 Invalid argument: This transaction has already been committed.");
}

CASE(locking_keeps_others_out) {
  const Locking db(OptionsWithMerge(), ShortWaits());
  const auto holder = db.Begin();
  const auto other = db.Begin();
  GOOD(holder->Put("a", "1"));
  EQ(other->Put("a", "2"), kTimedOut);
  EQ(GetForUpdate(other.get(), "a"), kTimedOut);
  EQ(GetForUpdate(other.get(), "a", false), kTimedOut);
  EQ(other->PutUntracked("a", "2"), kTimedOut);
  EQ(other->Delete("a"), kTimedOut);
  EQ(Get(other.get(), "a"), "NotFound: ");
  EQ(other->GetNumKeys(), uint64_t{0});
  // Writes without a transaction wait, too.
  EQ(db.Put("a", "3"), kTimedOut);
  EQ(db->Delete(WriteOptions(), "a"), kTimedOut);
  EQ(db->Merge(WriteOptions(), "a", "3"), kTimedOut);
  rocksdb::WriteBatch batch;
  GOOD(batch.Put("b", "1"));
  GOOD(batch.Put("a", "1"));
  EQ(db->Write(WriteOptions(), &batch), kTimedOut);
  EQ(db.Get("b"), "NotFound: ");
  rocksdb::TransactionDBWriteOptimizations without;
  without.skip_concurrency_control = true;
  GOOD(db->Write(WriteOptions(), without, &batch));
  EQ(db.Get("a"), "1");
  GOOD(holder->Rollback());
  GOOD(other->Put("a", "2"));
  GOOD(other->Commit());
  EQ(db.Get("a"), "2");
}

CASE(locking_shared) {
  const Locking db(OptionsWithMerge(), ShortWaits());
  GOOD(db.Put("a", "1"));
  const auto first = db.Begin();
  const auto second = db.Begin();
  EQ(GetForUpdate(first.get(), "a", false), "1");
  EQ(GetForUpdate(second.get(), "a", false), "1");
  EQ(first->Put("a", "2"), kTimedOut);
  EQ(db.Put("a", "2"), kTimedOut);
  GOOD(second->Rollback());
  GOOD(first->Put("a", "2"));
  EQ(GetForUpdate(second.get(), "a", false), kTimedOut);
  GOOD(first->Commit());
  EQ(GetForUpdate(second.get(), "a", false), "2");
}

CASE(locking_waits_until_the_holder_commits) {
  const Locking db;
  const auto holder = db.Begin();
  const auto waiter = db.Begin();
  GOOD(holder->Put("a", "1"));
  Status outcome;
  std::thread thread([&] { outcome = waiter->Put("a", "2"); });
  AwaitWait(*waiter);
  uint32_t family = 77;
  std::string key;
  const std::vector<TransactionID> ids = waiter->GetWaitingTxns(&family, &key);
  EQ(ids.size(), size_t{1});
  YES(ids[0] == holder->GetID());
  EQ(family, uint32_t{0});
  EQ(key, "a");
  GOOD(holder->Commit());
  thread.join();
  GOOD(outcome);
  GOOD(waiter->Commit());
  EQ(db.Get("a"), "2");
}

CASE(locking_snapshots_conflict) {
  const Locking db;
  GOOD(db.Put("a", "1"));
  GOOD(db.Put("b", "1"));
  TransactionOptions options;
  options.set_snapshot = true;
  const auto txn = db.Begin(options);
  GOOD(db.Put("a", "2"));
  EQ(GetForUpdate(txn.get(), "a"), kBusy);
  EQ(txn->Put("a", "3"), kBusy);
  // No lock is left behind.
  GOOD(db.Put("a", "4"));
  EQ(txn->GetNumKeys(), uint64_t{0});
  GOOD(txn->PutUntracked("a", "5"));
  GOOD(txn->Put("b", "2"));
  GOOD(txn->Commit());
  EQ(db.Get("a"), "5");

  // Also when the other write has reached a file.
  const auto late = db.Begin(options);
  GOOD(db.Put("b", "3"));
  GOOD(db->Delete(WriteOptions(), "a"));
  GOOD(db->Flush(rocksdb::FlushOptions()));
  EQ(late->Put("b", "4"), kBusy);
  EQ(late->Put("a", "4"), kBusy);
  GOOD(late->Put("c", "4"));
  std::string value;
  GOOD(late->GetForUpdate(ReadOptions(), db->DefaultColumnFamily(), "b", &value, true, false));
  EQ(value, "3");
  GOOD(late->Commit());
}

CASE(locking_validates_once) {
  const Locking db;
  GOOD(db.Put("a", "1"));
  const auto txn = db.Begin();
  EQ(GetForUpdate(txn.get(), "a"), "1");
  // The lock has kept the key from changing, so a later snapshot does not matter.
  txn->SetSnapshot();
  GOOD(db.Put("b", "1"));
  GOOD(txn->Put("a", "2"));
  EQ(txn->Put("b", "2"), kBusy);
  GOOD(txn->Commit());
}

CASE(locking_save_points) {
  const Locking db(OptionsWithMerge(), ShortWaits());
  const auto txn = db.Begin();
  const auto other = db.Begin();
  GOOD(txn->Put("a", "1"));
  txn->SetSavePoint();
  GOOD(txn->Put("a", "2"));
  GOOD(txn->Put("b", "2"));
  EQ(other->Put("b", "3"), kTimedOut);
  GOOD(txn->RollbackToSavePoint());
  EQ(txn->GetNumKeys(), uint64_t{1});
  GOOD(other->Put("b", "3"));
  EQ(other->Put("a", "3"), kTimedOut);
  CODE(txn->RollbackToSavePoint(), "1/0");
  GOOD(txn->Commit());
  GOOD(other->Commit());
  EQ(db.Get("a"), "1");
  EQ(db.Get("b"), "3");
}

CASE(locking_undo_get_for_update) {
  const Locking db(OptionsWithMerge(), ShortWaits());
  GOOD(db.Put("a", "1"));
  const auto txn = db.Begin();
  EQ(GetForUpdate(txn.get(), "a"), "1");
  EQ(db.Put("a", "2"), kTimedOut);
  txn->UndoGetForUpdate("a");
  GOOD(db.Put("a", "2"));
  GOOD(txn->Put("b", "1"));
  txn->UndoGetForUpdate("b");
  EQ(db.Put("b", "2"), kTimedOut);
  EQ(GetForUpdate(txn.get(), "c"), "1/0 NotFound: ");
  txn->SetSavePoint();
  txn->UndoGetForUpdate("c");
  EQ(db.Put("c", "2"), kTimedOut);
  EQ(GetForUpdate(txn.get(), "c"), "1/0 NotFound: ");
  txn->UndoGetForUpdate("c");
  EQ(db.Put("c", "2"), kTimedOut);
}

CASE(locking_assume_tracked) {
  const Locking db;
  GOOD(db.Put("a", "1"));
  const auto txn = db.Begin();
  EQ(GetForUpdate(txn.get(), "a"), "1");
  ColumnFamilyHandle* const family = db->DefaultColumnFamily();
  GOOD(txn->Put(family, "a", "2", true));
  CODE(txn->Put(family, "b", "2", true), "4/0");
  CODE(txn->Delete(family, "b", true), "4/0");
  GOOD(txn->Commit());
  EQ(db.Get("a"), "2");
}

CASE(locking_expires) {
  const Locking db(OptionsWithMerge(), ShortWaits());
  TransactionOptions options;
  options.expiration = 10;
  TransactionOptions lasting;
  lasting.expiration = 600000;
  const auto txn = db.Begin(options);
  const auto bystander = db.Begin(options);
  const auto other = db.Begin(lasting);
  GOOD(txn->Put("a", "1"));
  GOOD(bystander->Put("b", "1"));
  GOOD(other->Put("c", "1"));
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EQ(db.Put("c", "2"), kTimedOut);
  // The lock may be taken now.
  GOOD(db.Put("a", "2"));
  EQ(txn->Commit(), "12/0 Operation expired: ");
  EQ(bystander->Commit(), "12/0 Operation expired: ");
  EQ(db.Get("a"), "2");
  GOOD(bystander->Rollback());
  GOOD(other->Commit());
}

// Two transactions that each want what the other has.
CASE(locking_deadlock_of_two) {
  const Locking db;
  TransactionOptions options;
  options.deadlock_detect = true;
  options.lock_timeout = 20000;
  const auto first = db.Begin(options);
  const auto second = db.Begin(options);
  YES(first->IsDeadlockDetect());
  GOOD(first->Put("a", "1"));
  GOOD(second->Put("b", "1"));
  Status outcome;
  std::thread thread([&] { outcome = first->Put("b", "2"); });
  AwaitWait(*first);
  EQ(second->Put("a", "2"), "11/5 Resource busy: Deadlock");
  GOOD(second->Rollback());
  thread.join();
  GOOD(outcome);
  GOOD(first->Commit());
  const std::vector<rocksdb::DeadlockPath> paths = db->GetDeadlockInfoBuffer();
  EQ(paths.size(), size_t{1});
  NO(paths[0].limit_exceeded);
  YES(paths[0].deadlock_time > 0);
  std::string text;
  for (const rocksdb::DeadlockInfo& info : paths[0].path) {
    text += std::string(info.m_txn_id == first->GetID() ? "first" : "second") + " waits for " +
            info.m_waiting_key + (info.m_exclusive ? " alone. " : " with others. ");
  }
  EQ(text, "first waits for b alone. second waits for a alone. ");
  db->SetDeadlockInfoBufferSize(0);
  YES(db->GetDeadlockInfoBuffer().empty());
}

CASE(locking_deadlock_of_three) {
  const Locking db;
  TransactionOptions options;
  options.deadlock_detect = true;
  options.lock_timeout = 20000;
  std::unique_ptr<Transaction> txns[3];
  const std::string keys[] = {"a", "b", "c"};
  for (int i = 0; i < 3; ++i) {
    txns[i] = db.Begin(options);
    GOOD(txns[i]->Put(keys[i], "1"));
  }
  Status outcomes[2];
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      outcomes[i] = txns[i]->Put(keys[i + 1], "2");
      if (outcomes[i].ok()) outcomes[i] = txns[i]->Commit();
    });
    AwaitWait(*txns[i]);
  }
  EQ(txns[2]->Put(keys[0], "2"), "11/5 Resource busy: Deadlock");
  GOOD(txns[2]->Rollback());
  for (std::thread& thread : threads) thread.join();
  GOOD(outcomes[0]);
  GOOD(outcomes[1]);
  EQ(db->GetDeadlockInfoBuffer().size(), size_t{1});
  EQ(db->GetDeadlockInfoBuffer()[0].path.size(), size_t{3});
  EQ(db.Get("c"), "2");
  EQ(db.Get("b"), "2");
}

CASE(locking_limits) {
  TransactionDBOptions limited = ShortWaits();
  limited.max_num_locks = 2;
  const Locking db(OptionsWithMerge(), limited);
  const auto txn = db.Begin();
  GOOD(txn->Put("a", "1"));
  GOOD(txn->Put("b", "1"));
  CODE(txn->Put("c", "1"), "11/3");
  GOOD(txn->Put("a", "2"));
  CODE(db.Put("c", "1"), "11/3");
  GOOD(txn->Commit());
  GOOD(db.Put("c", "1"));
}

CASE(locking_max_write_batch_size) {
  const Locking db;
  TransactionOptions options;
  options.max_write_batch_size = 20;
  const auto txn = db.Begin(options);
  GOOD(txn->Put("a", "1"));
  CODE(txn->Put("b", "1"), "10/7");
  GOOD(txn->Commit());
}

CASE(locking_status_data) {
  const Locking db;
  ColumnFamilyHandle* other = nullptr;
  GOOD(db->CreateColumnFamily(OptionsWithMerge(), "other", &other));
  {
    const auto first = db.Begin();
    const auto second = db.Begin();
    GOOD(first->Put("a", "1"));
    EQ(GetForUpdate(first.get(), "s", false), "1/0 NotFound: ");
    EQ(GetForUpdate(second.get(), "s", false), "1/0 NotFound: ");
    GOOD(second->Put(other, "o", "1"));
    std::vector<std::string> lines;
    for (const auto& [family, lock] : db->GetLockStatusData()) {
      std::string line = std::to_string(family) + " " + lock.key + (lock.exclusive ? " x" : " s");
      for (const auto& txn : {first.get(), second.get()}) {
        if (std::count(lock.ids.begin(), lock.ids.end(), txn->GetID()) > 0) {
          line += txn == first.get() ? " first" : " second";
        }
      }
      lines.push_back(line);
    }
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const std::string& line : lines) text += line + "; ";
    EQ(text, "0 a x first; 0 s s first second; 1 o x second; ");
  }
  YES(db->GetLockStatusData().empty());
  GOOD(db->DropColumnFamily(other));
  const auto txn = db.Begin();
  CODE(txn->Put(other, "o", "1"), "4/0");
  GOOD(db->DestroyColumnFamilyHandle(other));
}

CASE(locking_names) {
  const Locking db;
  const auto txn = db.Begin();
  EQ(txn->SetName(""),
     "4/0 Invalid argument: Transaction name length must be between 1 and 512 chars.");
  CODE(txn->SetName(std::string(513, 'x')), "4/0");
  GOOD(txn->SetName("one"));
  EQ(txn->GetName(), "one");
  CODE(txn->SetName("two"), "4/0");
  const auto other = db.Begin();
  EQ(other->SetName("one"), "4/0 Invalid argument: Transaction name must be unique.");
  YES(db->GetTransactionByName("one") == txn.get());
  YES(db->GetTransactionByName("two") == nullptr);
  GOOD(txn->Commit());
  YES(db->GetTransactionByName("one") == nullptr);
  GOOD(other->SetName("one"));
  EQ(txn->SetName("three"), "4/0 Invalid argument: Transaction is beyond state for naming.");
}

CASE(locking_refuses) {
  const Locking db;
  CODE(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "a", "b"), "3/0");
  rocksdb::WriteBatch batch;
  GOOD(batch.DeleteRange("a", "b"));
  CODE(db->Write(WriteOptions(), &batch), "4/0");
  const auto txn = db.Begin();
  EQ(txn->Prepare(), "4/0 Invalid argument: Cannot prepare a transaction that has not been named.");
  CODE(txn->GetRangeLock(db->DefaultColumnFamily(), rocksdb::Endpoint("a"), rocksdb::Endpoint("b")),
       "3/0");
  TransactionOptions options;
  options.skip_prepare = false;
  const auto two_phases = db.Begin(options);
  GOOD(two_phases->Put("a", "1"));
  EQ(two_phases->Commit(), "4/13 Invalid argument: Txn not prepared");
}

CASE(locking_begins_again_with_an_old_one) {
  const Locking db(OptionsWithMerge(), ShortWaits());
  Transaction* txn = db->BeginTransaction(WriteOptions());
  GOOD(txn->SetName("one"));
  GOOD(txn->Put("a", "1"));
  const TransactionID before = txn->GetID();
  txn = db->BeginTransaction(WriteOptions(), TransactionOptions(), txn);
  YES(txn->GetID() != before);
  EQ(txn->GetName(), "");
  YES(db->GetTransactionByName("one") == nullptr);
  GOOD(db.Put("a", "2"));
  GOOD(txn->Put("a", "3"));
  GOOD(txn->Commit());
  txn = db->BeginTransaction(WriteOptions(), TransactionOptions(), txn);
  EQ(static_cast<int>(txn->GetState()), static_cast<int>(Transaction::STARTED));
  GOOD(txn->Put("a", "4"));
  GOOD(txn->Commit());
  delete txn;
  EQ(db.Get("a"), "4");
}

CASE(locking_skips_control) {
  TransactionOptions without;
  without.skip_concurrency_control = true;
  TransactionDBOptions options = ShortWaits();
  options.skip_concurrency_control = true;
  const Locking db(OptionsWithMerge(), options);
  const auto first = db.Begin();
  const auto second = db.Begin(without);
  GOOD(first->Put("a", "1"));
  GOOD(second->Put("a", "2"));
  // What the DB skips is the locks of batches, nothing else.
  EQ(db.Put("a", "3"), kTimedOut);
  rocksdb::WriteBatch batch;
  GOOD(batch.Put("a", "4"));
  GOOD(db->Write(WriteOptions(), &batch));
  GOOD(second->Commit());
  EQ(db.Get("a"), "2");
  GOOD(first->Commit());
  EQ(db.Get("a"), "1");
}

CASE(locking_wraps_a_db) {
  rocksdb::Options options = OptionsWithMerge();
  std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, options}};
  rocksdb::DBOptions db_options(options);
  std::vector<size_t> compacting;
  TransactionDB::PrepareWrap(&db_options, &families, &compacting);
  rocksdb::DB* plain = nullptr;
  std::vector<ColumnFamilyHandle*> handles;
  GOOD(rocksdb::DB::Open(db_options, Directory() + "/db", families, &handles, &plain));
  TransactionDB* db = nullptr;
  GOOD(TransactionDB::WrapDB(plain, ShortWaits(), compacting, handles, &db));
  YES(db->GetBaseDB() == plain);
  YES(db->GetRootDB() == plain);
  {
    const std::unique_ptr<Transaction> txn(db->BeginTransaction(WriteOptions()));
    GOOD(txn->Put("a", "1"));
    EQ(db->Put(WriteOptions(), "a", "2"), kTimedOut);
    // The DB below knows of no locks.
    GOOD(plain->Put(WriteOptions(), "a", "2"));
    GOOD(txn->Commit());
  }
  for (ColumnFamilyHandle* handle : handles) GOOD(db->DestroyColumnFamilyHandle(handle));
  delete db;
}

// An application's mutexes, counted.
std::atomic<int> mutexes{0};
std::atomic<int> locked{0};

class CountedMutex final : public rocksdb::TransactionDBMutex {
 public:
  Status Lock() override {
    mutex_.lock();
    ++locked;
    return Status::OK();
  }
  Status TryLockFor(int64_t timeout) override {
    if (!mutex_.try_lock_for(std::chrono::microseconds(timeout))) {
      return Status::TimedOut(Status::SubCode::kMutexTimeout);
    }
    ++locked;
    return Status::OK();
  }
  void UnLock() override { mutex_.unlock(); }
  std::timed_mutex mutex_;
};

class CountedCondVar final : public rocksdb::TransactionDBCondVar {
 public:
  Status Wait(std::shared_ptr<rocksdb::TransactionDBMutex> mutex) override {
    auto* const counted = static_cast<CountedMutex*>(mutex.get());
    changed_.wait(counted->mutex_);
    return Status::OK();
  }
  Status WaitFor(std::shared_ptr<rocksdb::TransactionDBMutex> mutex, int64_t timeout) override {
    auto* const counted = static_cast<CountedMutex*>(mutex.get());
    return changed_.wait_for(counted->mutex_, std::chrono::microseconds(timeout)) ==
                   std::cv_status::timeout
               ? Status::TimedOut(Status::SubCode::kMutexTimeout)
               : Status::OK();
  }
  void Notify() override { changed_.notify_one(); }
  void NotifyAll() override { changed_.notify_all(); }

 private:
  std::condition_variable_any changed_;
};

class CountedFactory final : public rocksdb::TransactionDBMutexFactory {
 public:
  std::shared_ptr<rocksdb::TransactionDBMutex> AllocateMutex() override {
    ++mutexes;
    return std::make_shared<CountedMutex>();
  }
  std::shared_ptr<rocksdb::TransactionDBCondVar> AllocateCondVar() override {
    return std::make_shared<CountedCondVar>();
  }
};

CASE(locking_with_mutexes_of_the_application) {
  TransactionDBOptions options = ShortWaits();
  options.num_stripes = 3;
  options.custom_mutex_factory = std::make_shared<CountedFactory>();
  const Locking db(OptionsWithMerge(), options);
  YES(mutexes >= 3);
  const auto holder = db.Begin();
  const auto waiter = db.Begin();
  const int before = locked;
  GOOD(holder->Put("a", "1"));
  YES(locked > before);
  EQ(waiter->Put("a", "2"), kTimedOut);
  waiter->SetLockTimeout(20000);
  Status outcome;
  std::thread thread([&] { outcome = waiter->Put("a", "2"); });
  AwaitWait(*waiter);
  GOOD(holder->Commit());
  thread.join();
  GOOD(outcome);
}

}  // namespace
}  // namespace conformance
