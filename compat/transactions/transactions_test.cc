// What transactions promise here beyond RocksDB: lifetimes, history, families that go. The rest is
// in tests/conformance.

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <thread>

#include "compat/db/slices.h"
#include "compat/db/store_db.h"
#include "compat/db/store_db_fixture.h"
#include "rocksdb/convenience.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"
#include "rocksdb/utilities/transaction_db.h"
#include "rocksdb/utilities/write_batch_with_index.h"

namespace rocksdb {
namespace {

using TransactionPointer = std::unique_ptr<Transaction>;

class TransactionsTest : public StoreDbTest {
 protected:
  OptimisticTransactionDB* OpenOptimistic() {
    OptimisticTransactionDB* db = nullptr;
    const Status s = OptimisticTransactionDB::Open(options_, path_, &db);
    EXPECT_TRUE(s.ok()) << s.ToString();
    db_ = db;
    return db;
  }
  TransactionDB* OpenLocking(const TransactionDBOptions& more = TransactionDBOptions()) {
    TransactionDB* db = nullptr;
    const Status s = TransactionDB::Open(options_, more, path_, &db);
    EXPECT_TRUE(s.ok()) << s.ToString();
    db_ = db;
    return db;
  }
  template <typename Database>
  static TransactionPointer Begin(Database* db) {
    return TransactionPointer(db->BeginTransaction(WriteOptions()));
  }
};

// RocksDB needs the writes of the meantime in memory, and answers TryAgain when they are not.
TEST_F(TransactionsTest, OptimisticCommitsAfterFlushesAndMerges) {
  OptimisticTransactionDB* const db = OpenOptimistic();
  Put("a", "1");
  Put("b", "1");
  Put("gone", "1");
  const TransactionPointer good = Begin(db);
  ASSERT_TRUE(good->Put("a", "2").ok());
  const TransactionPointer bad = Begin(db);
  ASSERT_TRUE(bad->Put("b", "2").ok());
  const TransactionPointer deleted = Begin(db);
  ASSERT_TRUE(deleted->Put("gone", "2").ok());
  Put("b", "3");
  ASSERT_TRUE(db->Delete(WriteOptions(), "gone").ok());
  for (int i = 0; i < 3; ++i) {
    Put("c", std::to_string(i));
    ASSERT_TRUE(db->Flush(FlushOptions()).ok());
  }
  CompactRangeOptions all;
  all.bottommost_level_compaction = BottommostLevelCompaction::kForce;
  ASSERT_TRUE(db->CompactRange(all, nullptr, nullptr).ok());
  EXPECT_TRUE(good->Commit().ok());
  EXPECT_TRUE(bad->Commit().IsBusy());
  EXPECT_TRUE(deleted->Commit().IsBusy());
  EXPECT_EQ(Get("a"), "2");
  EXPECT_EQ(Get("b"), "3");
}

TEST_F(TransactionsTest, WhatATransactionPinsIsNoSnapshot) {
  OptimisticTransactionDB* const db = OpenOptimistic();
  const TransactionPointer txn = Begin(db);
  ASSERT_TRUE(txn->Put("a", "1").ok());
  EXPECT_EQ(Property("rocksdb.num-snapshots"), "0");
  EXPECT_TRUE(db->Close().ok());
  EXPECT_TRUE(txn->Commit().IsAborted());
}

TEST_F(TransactionsTest, TransactionsMayOutliveTheirDb) {
  TransactionPointer optimistic = Begin(OpenOptimistic());
  ASSERT_TRUE(optimistic->Put("a", "1").ok());
  std::unique_ptr<Iterator> it(
      optimistic->GetWriteBatch()->NewIteratorWithBase(NewEmptyIterator()));
  CloseDb();
  EXPECT_TRUE(optimistic->Put("a", "2").IsAborted());
  EXPECT_TRUE(optimistic->Commit().IsAborted());
  std::string value;
  EXPECT_TRUE(optimistic->Get(ReadOptions(), "a", &value).IsAborted());
  const std::unique_ptr<Iterator> none(optimistic->GetIterator(ReadOptions()));
  EXPECT_TRUE(none->status().IsAborted());
  optimistic->SetSnapshot();
  EXPECT_EQ(optimistic->GetSnapshot(), nullptr);
  EXPECT_TRUE(optimistic->Rollback().ok());
  optimistic.reset();
  // An iterator over the batch alone keeps the batch.
  it->SeekToFirst();
  EXPECT_TRUE(it->status().ok());

  TransactionPointer locking = Begin(OpenLocking());
  ASSERT_TRUE(locking->Put("a", "1").ok());
  CloseDb();
  EXPECT_TRUE(locking->Put("b", "2").IsAborted());
  EXPECT_TRUE(locking->Commit().IsAborted());
}

TEST_F(TransactionsTest, AnIteratorOfTheBatchSaysWhenItsPlaceIsGone) {
  WriteBatchWithIndex batch;
  ASSERT_TRUE(batch.Put("a", "1").ok());
  const std::unique_ptr<WBWIIterator> alone(batch.NewIterator());
  const std::unique_ptr<Iterator> merged(batch.NewIteratorWithBase(NewEmptyIterator()));
  alone->SeekToFirst();
  merged->SeekToFirst();
  ASSERT_TRUE(alone->Valid());
  ASSERT_TRUE(merged->Valid());
  batch.Clear();
  EXPECT_FALSE(alone->Valid());
  EXPECT_TRUE(alone->status().IsAborted());
  EXPECT_FALSE(merged->Valid());
  EXPECT_TRUE(merged->status().IsAborted());
  alone->Next();
  merged->Next();
  EXPECT_TRUE(merged->key().empty());
  ASSERT_TRUE(batch.Put("b", "1").ok());
  alone->SeekToFirst();
  merged->SeekToFirst();
  EXPECT_EQ(alone->Entry().key, "b");
  EXPECT_EQ(merged->key(), "b");
  EXPECT_TRUE(merged->status().ok());
}

TEST_F(TransactionsTest, MergesThatFailAreTold) {
  OpenOptimistic();  // without a merge operator
  Put("a", "1");
  WriteBatchWithIndex batch(BytewiseComparator(), 0, true);
  ASSERT_TRUE(batch.Merge("a", "x").ok());
  const std::unique_ptr<Iterator> it(
      batch.NewIteratorWithBase(db_->DefaultColumnFamily(), db_->NewIterator(ReadOptions())));
  it->SeekToFirst();
  ASSERT_TRUE(it->Valid());
  EXPECT_TRUE(it->value().empty());
  EXPECT_FALSE(it->Valid());
  EXPECT_TRUE(it->status().IsInvalidArgument());
}

TEST_F(TransactionsTest, ManyEntriesAgainstAMap) {
  WriteBatchWithIndex batch(BytewiseComparator(), 0, true);
  std::map<std::string, std::string> model;
  uint32_t state = 1;
  for (int i = 0; i < 5000; ++i) {
    state = state * 1664525u + 1013904223u;
    const std::string key = std::to_string((state >> 16) % 700);
    if (state % 5 == 0) {
      ASSERT_TRUE(batch.Delete(key).ok());
      model.erase(key);
    } else {
      ASSERT_TRUE(batch.Put(key, std::to_string(i)).ok());
      model[key] = std::to_string(i);
    }
  }
  const std::unique_ptr<Iterator> it(batch.NewIteratorWithBase(NewEmptyIterator()));
  auto expected = model.begin();
  for (it->SeekToFirst(); it->Valid(); it->Next(), ++expected) {
    ASSERT_NE(expected, model.end());
    ASSERT_EQ(it->key(), expected->first);
    ASSERT_EQ(it->value(), expected->second);
  }
  EXPECT_EQ(expected, model.end());
  auto back = model.rbegin();
  for (it->SeekToLast(); it->Valid(); it->Prev(), ++back) {
    ASSERT_NE(back, model.rend());
    ASSERT_EQ(it->key(), back->first);
  }
  EXPECT_EQ(back, model.rend());
  for (const auto& [key, value] : model) {
    std::string found;
    ASSERT_TRUE(batch.GetFromBatch(DBOptions(), key, &found).ok());
    ASSERT_EQ(found, value);
  }
}

TEST_F(TransactionsTest, RefusedByName) {
  TransactionDBOptions prepared;
  prepared.write_policy = WRITE_PREPARED;
  TransactionDB* db = nullptr;
  EXPECT_TRUE(TransactionDB::Open(options_, prepared, path_, &db).IsNotSupported());
  EXPECT_EQ(db, nullptr);
  TransactionDBOptions ranges;
  ranges.lock_mgr_handle.reset(NewRangeLockManager(nullptr));
  ASSERT_NE(ranges.lock_mgr_handle, nullptr);
  EXPECT_TRUE(TransactionDB::Open(options_, ranges, path_, &db).IsNotSupported());
  EXPECT_TRUE(TransactionDB::WrapDB(nullptr, {}, {}, {}, &db).IsInvalidArgument());
}

TEST_F(TransactionsTest, PreparedRecordsAreNobodysFamily) {
  TransactionDB* db = OpenLocking();
  ColumnFamilyHandle* handle = nullptr;
  const std::string reserved = "aether.prepared-transactions";
  EXPECT_TRUE(db->CreateColumnFamily(options_, reserved, &handle).IsInvalidArgument());
  Transaction* const txn = db->BeginTransaction(WriteOptions());
  ASSERT_TRUE(txn->SetName("one").ok());
  ASSERT_TRUE(txn->Put("a", "1").ok());
  ASSERT_TRUE(txn->Prepare().ok());
  EXPECT_TRUE(db->CreateColumnFamily(options_, reserved, &handle).IsInvalidArgument());
  std::vector<ColumnFamilyMetaData> metadata;
  db->GetRootDB()->GetAllColumnFamilyMetaData(&metadata);
  EXPECT_EQ(metadata.size(), 1u);
  CloseDb();
  EXPECT_TRUE(OpenFamilies({"default", reserved}).IsInvalidArgument());
  EXPECT_TRUE(TryOpen().IsNotSupported());
  options_.allow_2pc = true;
  EXPECT_TRUE(TryOpen().ok());
  CloseDb();
  ASSERT_TRUE(RepairDB(path_, options_).ok());
  db = OpenLocking();
  EXPECT_NE(db->GetTransactionByName("one"), nullptr);
}

TEST_F(TransactionsTest, BytesOfAPreparedRecord) {
  TransactionDB* const db = OpenLocking();
  Transaction* const txn = db->BeginTransaction(WriteOptions());
  ASSERT_TRUE(txn->SetName("one").ok());
  ASSERT_TRUE(txn->Put("k", "v").ok());
  ASSERT_TRUE(txn->Prepare().ok());
  aether::KvStore* const store = static_cast<StoreDb*>(db->GetRootDB())->engine()->FindStore(1);
  ASSERT_NE(store, nullptr);
  aether::PinnedValue value;
  ASSERT_TRUE(store->Get(aether::ReadOptions(), "one", &value).ok());
  // Version, then the batch: sequence, count, put(k, v).
  EXPECT_EQ(FromEngine(value.value()).ToString(true), "0100000000000000000100000001016B0176");
  EXPECT_TRUE(txn->Rollback().ok());
  EXPECT_TRUE(store->Get(aether::ReadOptions(), "one", &value).IsNotFound());
  delete txn;
}

// Without concurrency control two transactions can have prepared the same key.
TEST_F(TransactionsTest, PreparedTransactionsOfOneKeyAreMadeAgain) {
  TransactionDBOptions more;
  more.default_lock_timeout = 1;
  TransactionDB* db = OpenLocking(more);
  TransactionOptions options;
  options.skip_concurrency_control = true;
  for (const char* name : {"one", "two"}) {
    Transaction* const txn = db->BeginTransaction(WriteOptions(), options);
    ASSERT_TRUE(txn->SetName(name).ok());
    ASSERT_TRUE(txn->Put("a", name).ok());
    ASSERT_TRUE(txn->Prepare().ok());
  }
  CloseDb();
  db = OpenLocking(more);
  std::vector<Transaction*> prepared;
  db->GetAllPreparedTransactions(&prepared);
  ASSERT_EQ(prepared.size(), 2u);
  EXPECT_TRUE(db->Put(WriteOptions(), "a", "0").IsTimedOut());
  for (const char* name : {"one", "two"}) {
    const TransactionPointer txn(db->GetTransactionByName(name));
    EXPECT_TRUE(txn->Commit().ok());
    EXPECT_EQ(Get("a"), name);
  }
  EXPECT_TRUE(db->Put(WriteOptions(), "a", "0").ok());
}

TEST_F(TransactionsTest, ADroppedFamilyLeavesThePreparedRest) {
  TransactionDB* db = OpenLocking();
  ColumnFamilyHandle* handle = nullptr;
  ASSERT_TRUE(db->CreateColumnFamily(options_, "other", &handle).ok());
  Transaction* txn = db->BeginTransaction(WriteOptions());
  ASSERT_TRUE(txn->SetName("one").ok());
  ASSERT_TRUE(txn->Put("a", "1").ok());
  ASSERT_TRUE(txn->Put(handle, "a", "2").ok());
  ASSERT_TRUE(txn->Prepare().ok());
  ASSERT_TRUE(db->DropColumnFamily(handle).ok());
  delete handle;
  CloseDb();
  db = OpenLocking();
  txn = db->GetTransactionByName("one");
  ASSERT_NE(txn, nullptr);
  EXPECT_TRUE(txn->Commit().ok());
  delete txn;
  EXPECT_EQ(Get("a"), "1");
}

TEST_F(TransactionsTest, WhatIsPreparedDoesNotExpire) {
  TransactionDBOptions more;
  more.default_lock_timeout = 1;
  TransactionDB* const db = OpenLocking(more);
  TransactionOptions options;
  TransactionPointer txn;
  Status prepared = Status::Expired();
  // Twice the time after each that was too slow.
  for (options.expiration = 20; prepared.IsExpired(); options.expiration *= 2) {
    txn.reset(db->BeginTransaction(WriteOptions(), options));
    ASSERT_TRUE(txn->SetName("one").ok());
    ASSERT_TRUE(txn->Put("a", "1").ok());
    prepared = txn->Prepare();
  }
  ASSERT_TRUE(prepared.ok()) << prepared.ToString();
  Env::Default()->SleepForMicroseconds(static_cast<int>(options.expiration * 1000));
  EXPECT_TRUE(db->Put(WriteOptions(), "a", "2").IsTimedOut());
  EXPECT_TRUE(txn->Commit().ok());
  EXPECT_EQ(Get("a"), "1");
}

TEST_F(TransactionsTest, TimesWithoutEndAreLong) {
  TransactionDBOptions more;
  more.default_lock_timeout = INT64_MAX;
  more.transaction_lock_timeout = INT64_MAX;
  TransactionDB* const db = OpenLocking(more);
  TransactionOptions options;
  options.expiration = INT64_MAX;
  options.lock_timeout = INT64_MAX;
  for (int way = 0; way < 4; ++way) {
    const TransactionPointer holder(db->BeginTransaction(WriteOptions(), options));
    ASSERT_TRUE(holder->Put("a", "1").ok());
    Status outcome = Status::Busy();
    std::thread waiter([&] {
      if (way == 3) {
        outcome = db->Put(WriteOptions(), "a", "2");
        return;
      }
      TransactionOptions of_waiter;
      if (way == 1) of_waiter.lock_timeout = INT64_MAX;
      const TransactionPointer txn(db->BeginTransaction(WriteOptions(), of_waiter));
      if (way == 2) txn->SetLockTimeout(INT64_MAX);
      outcome = txn->Put("a", "2");
    });
    Env::Default()->SleepForMicroseconds(5000);
    EXPECT_TRUE(holder->Commit().ok()) << way;
    waiter.join();
    EXPECT_TRUE(outcome.ok()) << way << outcome.ToString();
  }
}

// A commit that cannot be written can be tried again, with its locks.
TEST_F(TransactionsTest, AFailedCommitKeepsTheTransaction) {
  TransactionDBOptions more;
  more.default_lock_timeout = 1;
  TransactionDB* const db = OpenLocking(more);
  const TransactionPointer txn = Begin(db);
  ASSERT_TRUE(txn->Merge("a", "x").ok());  // without a merge operator
  EXPECT_TRUE(txn->Commit().IsInvalidArgument());
  EXPECT_TRUE(db->Put(WriteOptions(), "a", "1").IsTimedOut());
  EXPECT_TRUE(txn->Rollback().ok());
  EXPECT_TRUE(db->Put(WriteOptions(), "a", "1").ok());
}

// Others append an x to a key that transactions read and write anew with a y behind: a commit that
// did not see an x would lose it.
class LostUpdateTest : public TransactionsTest,
                       public testing::WithParamInterface<OccValidationPolicy> {};

TEST_P(LostUpdateTest, NoneBesideWritesWithoutATransaction) {
  ASSERT_TRUE(
      MergeOperator::CreateFromString(ConfigOptions(), "stringappend", &options_.merge_operator)
          .ok());
  OptimisticTransactionDBOptions policy;
  policy.validate_policy = GetParam();
  OptimisticTransactionDB* db = nullptr;
  ASSERT_TRUE(OptimisticTransactionDB::Open(options_, policy, path_, {{"default", options_}},
                                            &handles_, &db)
                  .ok());
  db_ = db;
  // One commit at a time is one at a time for the base DB, too.
  DB* const writer = GetParam() == OccValidationPolicy::kValidateSerial ? db->GetBaseDB() : db;
  Put("n", "");
  std::atomic<bool> stop{false};
  int added = 0;
  std::thread outside([&] {
    for (; !stop; ++added) {
      EXPECT_TRUE(writer->Merge(WriteOptions(), "n", "x").ok());
      Env::Default()->SleepForMicroseconds(200);
    }
  });
  int committed = 0;
  for (int i = 0; i < 3000; ++i) {
    const TransactionPointer txn = Begin(db);
    std::string n;
    // Others to validate make it long, so that much can happen behind its back.
    for (int other = 0; other < 100; ++other) {
      const std::string key = "other" + std::to_string(other);
      ASSERT_TRUE(txn->GetForUpdate(ReadOptions(), key, static_cast<std::string*>(nullptr)).ok());
    }
    ASSERT_TRUE(txn->GetForUpdate(ReadOptions(), "n", &n).ok());
    ASSERT_TRUE(txn->Put("n", n + "y").ok());
    committed += txn->Commit().ok() ? 1 : 0;
  }
  stop = true;
  outside.join();
  const std::string n = Get("n");
  EXPECT_GT(committed, 0);
  EXPECT_EQ(std::count(n.begin(), n.end(), 'x'), added);
  EXPECT_EQ(std::count(n.begin(), n.end(), 'y'), committed);
}

INSTANTIATE_TEST_SUITE_P(Policies, LostUpdateTest,
                         testing::Values(OccValidationPolicy::kValidateSerial,
                                         OccValidationPolicy::kValidateParallel));

}  // namespace
}  // namespace rocksdb
