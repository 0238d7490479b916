// What a follower sees of transactions with two phases: their records stand in a store that is no
// family of the application's, and use sequence numbers all the same.

#include "compat/db/log_iterator.h"

#include <map>
#include <memory>

#include "compat/db/store_db_fixture.h"
#include "rocksdb/utilities/transaction_db.h"

namespace rocksdb {
namespace {

class LogIteratorTest : public StoreDbTest {
 protected:
  static std::string Scan(DB* db) {
    const std::unique_ptr<Iterator> it(db->NewIterator(ReadOptions()));
    std::string text;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      text += it->key().ToString() + "=" + it->value().ToString() + " ";
    }
    return it->status().ok() ? text : it->status().ToString();
  }
};

TEST_F(LogIteratorTest, PreparedTransactionsReachAFollowerWhenTheyCommit) {
  TransactionDB* db = nullptr;
  ASSERT_TRUE(TransactionDB::Open(options_, TransactionDBOptions(), path_, &db).ok());
  db_ = db;
  Put("a", "1");
  DB* follower = nullptr;
  ASSERT_TRUE(DB::Open(options_, path_ + ".follower", &follower).ok());
  std::unique_ptr<TransactionLogIterator> log;
  ASSERT_TRUE(db_->GetUpdatesSince(1, &log).ok());
  const auto apply = [&] {
    if (!log->Valid()) log->Next();
    for (; log->Valid(); log->Next()) {
      BatchResult batch = log->GetBatch();
      ASSERT_EQ(batch.sequence, follower->GetLatestSequenceNumber() + 1);
      const Status s = follower->Write(WriteOptions(), batch.writeBatchPtr.get());
      ASSERT_TRUE(s.ok()) << s.ToString();
    }
    ASSERT_TRUE(log->status().ok()) << log->status().ToString();
    ASSERT_EQ(follower->GetLatestSequenceNumber(), db->GetLatestSequenceNumber());
    ASSERT_EQ(Scan(follower), Scan(db));
  };
  apply();
  const std::unique_ptr<Transaction> one(db->BeginTransaction(WriteOptions()));
  ASSERT_TRUE(one->SetName("one").ok());
  ASSERT_TRUE(one->Put("a", "2").ok());
  ASSERT_TRUE(one->Put("b", "2").ok());
  ASSERT_TRUE(one->Prepare().ok());
  apply();
  EXPECT_EQ(Scan(follower), "a=1 ");
  ASSERT_TRUE(one->Commit().ok());
  apply();
  EXPECT_EQ(Scan(follower), "a=2 b=2 ");
  const std::unique_ptr<Transaction> two(db->BeginTransaction(WriteOptions()));
  ASSERT_TRUE(two->SetName("two").ok());
  ASSERT_TRUE(two->Put("c", "3").ok());
  ASSERT_TRUE(two->Prepare().ok());
  ASSERT_TRUE(two->Rollback().ok());
  Put("d", "4");
  apply();
  EXPECT_EQ(Scan(follower), "a=2 b=2 d=4 ");
  log.reset();
  delete follower;
}

// The store for prepared transactions is made with the first of them, which the secondary has not
// opened.
TEST_F(LogIteratorTest, PreparedTransactionsAreHiddenFromFollowersOfASecondary) {
  TransactionDB* db = nullptr;
  ASSERT_TRUE(TransactionDB::Open(options_, TransactionDBOptions(), path_, &db).ok());
  db_ = db;
  Put("a", "1");
  DB* opened = nullptr;
  ASSERT_TRUE(DB::OpenAsSecondary(options_, path_, path_ + ".secondary", &opened).ok());
  const std::unique_ptr<DB> secondary(opened);
  ASSERT_TRUE(DB::Open(options_, path_ + ".copy", &opened).ok());
  const std::unique_ptr<DB> copy(opened);
  std::unique_ptr<TransactionLogIterator> log;
  ASSERT_TRUE(secondary->GetUpdatesSince(1, &log).ok());
  const auto apply = [&] {
    ASSERT_TRUE(secondary->TryCatchUpWithPrimary().ok());
    if (!log->Valid()) log->Next();
    for (; log->Valid(); log->Next()) {
      const Status s = copy->Write(WriteOptions(), log->GetBatch().writeBatchPtr.get());
      ASSERT_TRUE(s.ok()) << s.ToString();
    }
    ASSERT_TRUE(log->status().ok()) << log->status().ToString();
    ASSERT_EQ(copy->GetLatestSequenceNumber(), db->GetLatestSequenceNumber());
    ASSERT_EQ(Scan(copy.get()), Scan(db));
  };
  apply();
  const std::unique_ptr<Transaction> txn(db->BeginTransaction(WriteOptions()));
  ASSERT_TRUE(txn->SetName("txn").ok());
  ASSERT_TRUE(txn->Put("a", "2").ok());
  ASSERT_TRUE(txn->Put("b", "2").ok());
  ASSERT_TRUE(txn->Prepare().ok());
  apply();
  ASSERT_TRUE(txn->Commit().ok());
  apply();
  EXPECT_EQ(Scan(copy.get()), "a=2 b=2 ");
  log.reset();
}

TEST_F(LogIteratorTest, MisuseIsAnswered) {
  Open();
  EXPECT_TRUE(db_->GetUpdatesSince(0, nullptr).IsInvalidArgument());
  std::unique_ptr<TransactionLogIterator> log;
  ASSERT_TRUE(db_->GetUpdatesSince(0, &log).ok());
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(log->Valid());
    const BatchResult none = log->GetBatch();
    EXPECT_EQ(none.sequence, 0u);
    ASSERT_NE(none.writeBatchPtr, nullptr);
    EXPECT_EQ(none.writeBatchPtr->Count(), 0u);
    log->Next();
  }
  Put("a", "1");
  log->Next();
  ASSERT_TRUE(log->Valid());
  EXPECT_EQ(log->GetBatch().writeBatchPtr->Count(), 1u);
  EXPECT_EQ(log->GetBatch().writeBatchPtr->Count(), 0u);
}

}  // namespace
}  // namespace rocksdb
