// Handles and snapshots of another DB, open or gone: every entry refuses them and nothing is
// written. RocksDB takes the family that has the same number, or reads from the other DB.

#include "compat/db/misuse_fixture.h"
#include "compat/db/store_db.h"
#include "rocksdb/c.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"
#include "rocksdb/utilities/transaction_db.h"
#include "rocksdb/utilities/write_batch_with_index.h"

namespace rocksdb {
namespace {

constexpr char kNotOurs[] = "Invalid argument: the column family handle belongs to another DB";

TEST_F(MisuseTest, HandlesOfAnotherDbAreRefused) {
  OpenTwo();
  ExpectForeignHandlesAreRefused(db_);
  EXPECT_EQ(db_->Put(WriteOptions(), theirs_[0], "key", "x").ToString(), kNotOurs);
  EXPECT_EQ(db_->NumberLevels(theirs_[0]), 0);
  EXPECT_EQ(db_->Level0StopWriteTrigger(theirs_[0]), 0);
  EXPECT_EQ(db_->GetOptions(theirs_[0]).merge_operator, nullptr);
  ExpectUnchanged(db_, handles_[0]);
  ExpectUnchanged(other_, theirs_[0]);
  // One bad handle among good ones.
  std::vector<Iterator*> iterators;
  EXPECT_EQ(db_->NewIterators(ReadOptions(), {handles_[0], theirs_[0]}, &iterators).ToString(),
            kNotOurs);
  EXPECT_TRUE(iterators.empty());
  ColumnFamilyHandle* families[] = {handles_[0], theirs_[0], nullptr};
  const Slice keys[] = {"key", "key", "key"};
  PinnableSlice values[3];
  Status statuses[3];
  db_->MultiGet(ReadOptions(), 3, families, keys, values, statuses);
  EXPECT_TRUE(statuses[0].ok());
  EXPECT_EQ(statuses[1].ToString(), kNotOurs);
  EXPECT_TRUE(statuses[2].ok());
  EXPECT_EQ(db_->Flush(FlushOptions(), {handles_[0], theirs_[0]}).ToString(), kNotOurs);
  EXPECT_EQ(db_->DropColumnFamilies({theirs_[0]}).ToString(), kNotOurs);
}

TEST_F(MisuseTest, HandlesOfADbThatIsGoneAreRefused) {
  OpenTwo();
  CloseOther();
  // The next DB may stand where the other one stood.
  ASSERT_TRUE(DB::Open(options_, root_ + "/third", &other_).ok());
  ExpectRefused(Writes(db_, theirs_[0]));
  ExpectRefused(Reads(db_, theirs_[0], ReadOptions()));
  ExpectRefused(Maintenance(db_, theirs_[0]));
  ExpectRefused(Writes(other_, theirs_[0]));
  ExpectRefused(Reads(other_, theirs_[0], ReadOptions()));
  ExpectRefused(Maintenance(other_, theirs_[0]));
  EXPECT_EQ(Contents(other_, nullptr), "");
  ExpectUnchanged(db_, handles_[0]);
  // It still says who it was.
  EXPECT_EQ(theirs_[0]->GetName(), "one");
  EXPECT_EQ(theirs_[0]->GetID(), 1u);
  EXPECT_EQ(theirs_[0]->GetComparator(), BytewiseComparator());
  ColumnFamilyDescriptor descriptor;
  EXPECT_TRUE(theirs_[0]->GetDescriptor(&descriptor).IsAborted());
  EXPECT_TRUE(handles_[0]->GetDescriptor(nullptr).IsInvalidArgument());
  WriteBatchWithIndex batch;
  ASSERT_TRUE(batch.Merge(theirs_[0], "key", "x").ok());
  std::string value;
  EXPECT_TRUE(
      batch.GetFromBatchAndDB(db_, ReadOptions(), theirs_[0], "key", &value).IsInvalidArgument());
  EXPECT_TRUE(other_->DestroyColumnFamilyHandle(theirs_[0]).ok());
  theirs_.clear();
}

TEST_F(MisuseTest, HandlesThatTheDbKeepsAreNotDestroyed) {
  OpenTwo();
  EXPECT_TRUE(db_->DestroyColumnFamilyHandle(db_->DefaultColumnFamily()).IsInvalidArgument());
  EXPECT_TRUE(db_->DestroyColumnFamilyHandle(other_->DefaultColumnFamily()).IsInvalidArgument());
  EXPECT_TRUE(db_->DestroyColumnFamilyHandle(nullptr).ok());
  ExpectUnchanged(other_, theirs_[0]);
}

TEST_F(MisuseTest, SnapshotsOfAnotherDbAreRefused) {
  OpenTwo();
  ReadOptions options;
  options.snapshot = other_->GetSnapshot();
  Refusals reads = Reads(db_, nullptr, options);
  ExpectRefused(reads);
  EXPECT_EQ(StatusOf(db_->NewIterator(options)).ToString(),
            "Invalid argument: the snapshot belongs to another DB");
  // A release by the wrong one leaves it where it is.
  db_->ReleaseSnapshot(options.snapshot);
  std::string value;
  EXPECT_TRUE(other_->Get(options, "key", &value).ok());
  EXPECT_EQ(value, other_->GetName());
  other_->ReleaseSnapshot(options.snapshot);
  EXPECT_TRUE(other_->Close().ok());
  CloseOther();
  ASSERT_TRUE(DB::Open(options_, root_ + "/third", &other_).ok());
  options.snapshot = other_->GetSnapshot();
  CloseOther();
  ExpectRefused(Reads(db_, nullptr, options));
  EXPECT_EQ(options.snapshot->GetSequenceNumber(), 0u);
  db_->ReleaseSnapshot(options.snapshot);
  delete static_cast<const SnapshotImpl*>(options.snapshot);
}

TEST_F(MisuseTest, TransactionsRefuseHandlesOfAnotherDb) {
  OpenTwo();
  CloseDb();
  const auto check = [&](Transaction* made) {
    const std::unique_ptr<Transaction> txn(made);
    ASSERT_TRUE(txn->Put("key", "mine").ok());
    for (ColumnFamilyHandle* family : {theirs_[0], other_->DefaultColumnFamily()}) {
      std::string value;
      PinnableSlice pinned;
      std::vector<std::string> values;
      Refusals all;
      all.emplace_back("Put", [&] { return txn->Put(family, "key", "x"); });
      all.emplace_back("Merge", [&] { return txn->Merge(family, "key", "x"); });
      all.emplace_back("Delete", [&] { return txn->Delete(family, "key"); });
      all.emplace_back("SingleDelete", [&] { return txn->SingleDelete(family, "key"); });
      all.emplace_back("PutUntracked", [&] { return txn->PutUntracked(family, "key", "x"); });
      all.emplace_back("MergeUntracked", [&] { return txn->MergeUntracked(family, "key", "x"); });
      all.emplace_back("DeleteUntracked", [&] { return txn->DeleteUntracked(family, "key"); });
      all.emplace_back("SingleDeleteUntracked",
                       [&] { return txn->SingleDeleteUntracked(family, "key"); });
      all.emplace_back("Get", [&] { return txn->Get(ReadOptions(), family, "key", &value); });
      all.emplace_back("Get pinned",
                       [&] { return txn->Get(ReadOptions(), family, "key", &pinned); });
      all.emplace_back("GetForUpdate",
                       [&] { return txn->GetForUpdate(ReadOptions(), family, "key", &value); });
      all.emplace_back("GetForUpdate pinned",
                       [&] { return txn->GetForUpdate(ReadOptions(), family, "key", &pinned); });
      all.emplace_back("MultiGet",
                       [&] { return txn->MultiGet(ReadOptions(), {family}, {"key"}, &values)[0]; });
      all.emplace_back("MultiGet pinned", [&] {
        const Slice key("key");
        Status status;
        txn->MultiGet(ReadOptions(), family, 1, &key, &pinned, &status);
        return status;
      });
      all.emplace_back("MultiGetForUpdate", [&] {
        return txn->MultiGetForUpdate(ReadOptions(), {family}, {"key"}, &values)[0];
      });
      all.emplace_back("GetIterator",
                       [&] { return StatusOf(txn->GetIterator(ReadOptions(), family)); });
      ExpectRefused(all);
      txn->UndoGetForUpdate(family, "key");
    }
    EXPECT_EQ(txn->GetNumPuts(), 1u);
    EXPECT_TRUE(txn->Commit().ok());
  };
  {
    TransactionDB* locking = nullptr;
    ASSERT_TRUE(
        TransactionDB::Open(options_, TransactionDBOptions(), root_ + "/locking", &locking).ok());
    const std::unique_ptr<TransactionDB> owned(locking);
    ASSERT_TRUE(locking->Put(WriteOptions(), "key", "x").ok());
    for (ColumnFamilyHandle* family : {theirs_[0], other_->DefaultColumnFamily()}) {
      ExpectSomeRefusal(Writes(locking, family));
      ExpectSomeRefusal(Reads(locking, family, ReadOptions()));
      ExpectSomeRefusal(Maintenance(locking, family));
    }
    check(locking->BeginTransaction(WriteOptions()));
    EXPECT_EQ(Contents(locking, nullptr), "key=mine ");
  }
  {
    OptimisticTransactionDB* optimistic = nullptr;
    ASSERT_TRUE(OptimisticTransactionDB::Open(options_, root_ + "/optimistic", &optimistic).ok());
    const std::unique_ptr<OptimisticTransactionDB> owned(optimistic);
    ASSERT_TRUE(optimistic->Put(WriteOptions(), "key", "x").ok());
    ExpectSomeRefusal(Writes(optimistic, theirs_[0]));
    ExpectSomeRefusal(Reads(optimistic, theirs_[0], ReadOptions()));
    ExpectSomeRefusal(Maintenance(optimistic, theirs_[0]));
    check(optimistic->BeginTransaction(WriteOptions()));
    EXPECT_EQ(Contents(optimistic, nullptr), "key=mine ");
  }
  ExpectUnchanged(other_, theirs_[0]);
}

TEST_F(MisuseTest, IndexedBatchesRefuseHandlesOfAnotherDb) {
  OpenTwo();
  WriteBatchWithIndex batch;
  ASSERT_TRUE(batch.Put(handles_[0], "key", "of the batch").ok());
  std::string value;
  PinnableSlice pinned;
  const ReadOptions options;
  EXPECT_TRUE(batch.GetFromBatchAndDB(db_, options, handles_[0], "key", &value).ok());
  EXPECT_EQ(batch.GetFromBatchAndDB(db_, options, theirs_[0], "key", &value).ToString(), kNotOurs);
  EXPECT_EQ(batch.GetFromBatchAndDB(db_, options, theirs_[0], "key", &pinned).ToString(), kNotOurs);
  const Slice key("key");
  Status status;
  batch.MultiGetFromBatchAndDB(db_, options, theirs_[0], 1, &key, &pinned, &status, false);
  EXPECT_EQ(status.ToString(), kNotOurs);
  EXPECT_EQ(StatusOf(batch.NewIteratorWithBase(theirs_[0], db_->NewIterator(options, theirs_[0])))
                .ToString(),
            kNotOurs);
  EXPECT_TRUE(batch.GetFromBatchAndDB(nullptr, options, "key", &value).IsInvalidArgument());
  EXPECT_TRUE(batch.GetFromBatch(DBOptions(), "key", nullptr).IsInvalidArgument());
}

TEST_F(MisuseTest, TheCInterfaceRefusesHandlesOfAnotherDb) {
  rocksdb_options_t* const options = rocksdb_options_create();
  rocksdb_options_set_create_if_missing(options, 1);
  rocksdb_t* db[2];
  rocksdb_column_family_handle_t* families[2];
  char* error = nullptr;
  for (int i = 0; i < 2; ++i) {
    db[i] = rocksdb_open(options, (root_ + "/c" + std::to_string(i)).c_str(), &error);
    ASSERT_EQ(error, nullptr);
    families[i] = rocksdb_create_column_family(db[i], options, "one", &error);
    ASSERT_EQ(error, nullptr);
  }
  rocksdb_writeoptions_t* const writing = rocksdb_writeoptions_create();
  rocksdb_readoptions_t* const reading = rocksdb_readoptions_create();
  const auto refused = [&](const char* what) {
    EXPECT_NE(error, nullptr) << what;
    if (error != nullptr) {
      EXPECT_STREQ(error, kNotOurs) << what;
    }
    rocksdb_free(error);
    error = nullptr;
  };
  rocksdb_put_cf(db[0], writing, families[1], "k", 1, "v", 1, &error);
  refused("put");
  rocksdb_delete_cf(db[0], writing, families[1], "k", 1, &error);
  refused("delete");
  size_t size = 0;
  EXPECT_EQ(rocksdb_get_cf(db[0], reading, families[1], "k", 1, &size, &error), nullptr);
  refused("get");
  rocksdb_flushoptions_t* const flushing = rocksdb_flushoptions_create();
  rocksdb_flush_cf(db[0], flushing, families[1], &error);
  refused("flush");
  rocksdb_iterator_t* const it = rocksdb_create_iterator_cf(db[0], reading, families[1]);
  rocksdb_iter_seek_to_first(it);
  EXPECT_EQ(rocksdb_iter_valid(it), 0);
  rocksdb_iter_get_error(it, &error);
  refused("iterator");
  rocksdb_iter_destroy(it);
  EXPECT_EQ(rocksdb_property_value_cf(db[0], families[1], "rocksdb.stats"), nullptr);
  rocksdb_drop_column_family(db[0], families[1], &error);
  refused("drop");
  rocksdb_put_cf(db[0], writing, families[1], "k", 1, "v", 1, nullptr);  // nobody wants to know
  rocksdb_put_cf(db[1], writing, families[1], "k", 1, "v", 1, &error);
  EXPECT_EQ(error, nullptr);
  rocksdb_flushoptions_destroy(flushing);
  rocksdb_readoptions_destroy(reading);
  rocksdb_writeoptions_destroy(writing);
  for (int i = 0; i < 2; ++i) {
    rocksdb_column_family_handle_destroy(families[i]);
    rocksdb_close(db[i]);
  }
  rocksdb_options_destroy(options);
}

}  // namespace
}  // namespace rocksdb
