// OptimisticTransactionDB: conflicts are found at commit.
#include "tests/conformance/transaction_harness.h"

namespace conformance {
namespace {
using rocksdb::ColumnFamilyHandle;
using rocksdb::OptimisticTransactionDB;
using rocksdb::OptimisticTransactionDBOptions;
using rocksdb::OptimisticTransactionOptions;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::Transaction;
using rocksdb::WriteOptions;
using Occ = TxnDb<OptimisticTransactionDB>;

// Both ways to validate.
template <typename Case>
void UnderBothPolicies(const Case& run) {
  for (const auto policy : {rocksdb::OccValidationPolicy::kValidateSerial,
                            rocksdb::OccValidationPolicy::kValidateParallel}) {
    OptimisticTransactionDBOptions options;
    options.validate_policy = policy;
    {
      Occ db(OptionsWithMerge(), options);
      run(db);
    }
    GOOD(rocksdb::DestroyDB(Directory() + "/db", OptionsWithMerge()));
  }
}

CASE(optimistic_reads_its_writes) {
  UnderBothPolicies([](const Occ& db) {
    GOOD(db.Put("a", "1"));
    GOOD(db.Put("d", "1"));
    const auto txn = db.Begin();
    EQ(Get(txn.get(), "a"), "1");
    GOOD(txn->Put("a", "2"));
    GOOD(txn->Delete("d"));
    GOOD(txn->Merge("m", "x"));
    GOOD(txn->Put("b", "3"));
    GOOD(txn->SingleDelete("b"));
    EQ(Get(txn.get(), "a"), "2");
    EQ(Get(txn.get(), "d"), "NotFound: ");
    EQ(Get(txn.get(), "m"), "x");
    EQ(Scan(txn.get()), "a=2 m=x ");
    EQ(db.Get("a"), "1");
    EQ(txn->GetNumKeys(), uint64_t{4});
    EQ(txn->GetNumPuts(), uint64_t{2});
    EQ(txn->GetNumDeletes(), uint64_t{2});
    EQ(txn->GetNumMerges(), uint64_t{1});
    GOOD(txn->Commit());
    EQ(db.Get("a"), "2");
    EQ(db.Get("d"), "NotFound: ");
    EQ(db.Get("m"), "x");
    EQ(txn->GetNumKeys(), uint64_t{0});
    EQ(txn->GetNumPuts(), uint64_t{0});
  });
}

CASE(optimistic_conflicts) {
  UnderBothPolicies([](const Occ& db) {
    GOOD(db.Put("a", "1"));
    const auto first = db.Begin();
    const auto second = db.Begin();
    GOOD(first->Put("a", "first"));
    GOOD(second->Put("a", "second"));
    GOOD(first->Commit());
    EQ(second->Commit(), "11/0 Resource busy: ");
    EQ(db.Get("a"), "first");
    // What was refused is still there, and still refused.
    EQ(Get(second.get(), "a"), "second");
    CODE(second->Commit(), "11/0");
    GOOD(second->Rollback());
    EQ(Get(second.get(), "a"), "first");
    GOOD(second->Put("a", "again"));
    GOOD(second->Commit());
    EQ(db.Get("a"), "again");

    // A read for update counts, one without does not.
    const auto reader = db.Begin();
    EQ(GetForUpdate(reader.get(), "a"), "again");
    EQ(GetForUpdate(reader.get(), "absent"), "1/0 NotFound: ");
    GOOD(reader->Put("r", "1"));
    const auto bystander = db.Begin();
    EQ(Get(bystander.get(), "a"), "again");
    GOOD(bystander->Put("s", "1"));
    GOOD(db.Put("a", "from outside"));
    CODE(reader->Commit(), "11/0");
    GOOD(bystander->Commit());
    EQ(db.Get("r"), "NotFound: ");
    EQ(db.Get("s"), "1");
  });
}

CASE(optimistic_conflicts_of_every_kind) {
  UnderBothPolicies([](const Occ& db) {
    const auto check = [&](const char* what, const auto& write) {
      const auto txn = db.Begin();
      EQ(GetForUpdate(txn.get(), "k").empty(), false);
      GOOD(txn->Put("other", what));
      GOOD(write());
      EQ(std::string(what) + " " + Text(txn->Commit()),
         std::string(what) + " 11/0 Resource busy: ");
    };
    rocksdb::DB* const base = db->GetBaseDB();
    check("put", [&] { return base->Put(WriteOptions(), "k", "1"); });
    check("same value", [&] { return base->Put(WriteOptions(), "k", "1"); });
    check("merge", [&] { return base->Merge(WriteOptions(), "k", "1"); });
    check("delete", [&] { return base->Delete(WriteOptions(), "k"); });
    check("put again", [&] { return db.Put("k", "1"); });
    check("single delete", [&] { return base->SingleDelete(WriteOptions(), "k"); });
    rocksdb::WriteBatch batch;
    GOOD(batch.Put("k", "2"));
    check("batch", [&] { return db->Write(WriteOptions(), &batch); });
  });
}

CASE(optimistic_snapshots) {
  UnderBothPolicies([](const Occ& db) {
    GOOD(db.Put("a", "1"));
    OptimisticTransactionOptions options;
    options.set_snapshot = true;
    const auto txn = db.Begin(options);
    GOOD(db.Put("a", "2"));
    YES(txn->GetSnapshot() != nullptr);
    EQ(Get(txn.get(), "a", txn->GetSnapshot()), "1");
    EQ(Get(txn.get(), "a"), "2");
    GOOD(txn->Put("a", "3"));
    // The key was written since the snapshot, though not since it was tracked.
    CODE(txn->Commit(), "11/0");
    GOOD(txn->Rollback());
    YES(txn->GetSnapshot() != nullptr);
    txn->ClearSnapshot();
    YES(txn->GetSnapshot() == nullptr);
    GOOD(txn->Put("a", "3"));
    GOOD(txn->Commit());

    txn->SetSnapshotOnNextOperation();
    YES(txn->GetSnapshot() == nullptr);
    GOOD(db.Put("b", "1"));
    GOOD(txn->Put("b", "2"));
    YES(txn->GetSnapshot() != nullptr);
    GOOD(txn->Commit());
    EQ(db.Get("b"), "2");
  });
}

struct Notifier final : rocksdb::TransactionNotifier {
  void SnapshotCreated(const rocksdb::Snapshot* snapshot) override {
    ++calls;
    sequence = snapshot->GetSequenceNumber();
  }
  int calls = 0;
  uint64_t sequence = 0;
};

CASE(optimistic_notifies_of_a_delayed_snapshot) {
  const Occ db;
  GOOD(db.Put("a", "1"));
  const auto txn = db.Begin();
  const auto notifier = std::make_shared<Notifier>();
  txn->SetSnapshotOnNextOperation(notifier);
  EQ(Get(txn.get(), "a"), "1");
  EQ(notifier->calls, 0);
  GOOD(txn->Put("a", "2"));
  EQ(notifier->calls, 1);
  EQ(notifier->sequence, db->GetLatestSequenceNumber());
  GOOD(txn->Put("b", "2"));
  EQ(notifier->calls, 1);
}

CASE(optimistic_untracked_writes) {
  UnderBothPolicies([](const Occ& db) {
    const auto txn = db.Begin();
    GOOD(txn->PutUntracked("a", "txn"));
    GOOD(txn->MergeUntracked("m", "txn"));
    GOOD(txn->DeleteUntracked("d"));
    GOOD(txn->SingleDeleteUntracked("s"));
    EQ(txn->GetNumKeys(), uint64_t{0});
    EQ(txn->GetNumPuts(), uint64_t{1});
    GOOD(db.Put("a", "outside"));
    GOOD(db.Put("d", "outside"));
    GOOD(txn->Commit());
    EQ(db.Get("a"), "txn");
    EQ(db.Get("d"), "NotFound: ");
    EQ(db.Get("m"), "txn");
  });
}

CASE(optimistic_save_points) {
  UnderBothPolicies([](const Occ& db) {
    const auto txn = db.Begin();
    CODE(txn->RollbackToSavePoint(), "1/0");
    CODE(txn->PopSavePoint(), "1/0");
    GOOD(txn->Put("a", "1"));
    txn->SetSavePoint();
    GOOD(txn->Put("a", "2"));
    GOOD(txn->Put("b", "2"));
    EQ(txn->GetNumKeys(), uint64_t{2});
    GOOD(txn->RollbackToSavePoint());
    EQ(txn->GetNumKeys(), uint64_t{1});
    EQ(txn->GetNumPuts(), uint64_t{1});
    EQ(Scan(txn.get()), "a=1 ");
    // The key that was rolled back is not validated any more.
    GOOD(db.Put("b", "outside"));
    txn->SetSavePoint();
    GOOD(txn->Put("c", "3"));
    txn->SetSavePoint();
    GOOD(txn->Put("d", "4"));
    GOOD(txn->PopSavePoint());
    EQ(Scan(txn.get()), "a=1 b=outside c=3 d=4 ");
    GOOD(txn->RollbackToSavePoint());
    EQ(Scan(txn.get()), "a=1 b=outside ");
    GOOD(txn->Commit());
    EQ(db.Get("a"), "1");
    CODE(txn->RollbackToSavePoint(), "1/0");
  });
}

CASE(optimistic_undo_get_for_update) {
  const Occ db;
  GOOD(db.Put("a", "1"));
  GOOD(db.Put("b", "1"));
  const auto txn = db.Begin();
  EQ(GetForUpdate(txn.get(), "a"), "1");
  txn->UndoGetForUpdate("a");
  EQ(txn->GetNumKeys(), uint64_t{0});
  EQ(GetForUpdate(txn.get(), "b"), "1");
  EQ(GetForUpdate(txn.get(), "b"), "1");
  txn->UndoGetForUpdate("b");
  EQ(txn->GetNumKeys(), uint64_t{1});
  GOOD(db.Put("a", "2"));
  GOOD(txn->Put("c", "1"));
  GOOD(txn->Commit());
  EQ(GetForUpdate(txn.get(), "b"), "1");
  GOOD(txn->Put("b", "2"));
  txn->UndoGetForUpdate("b");
  EQ(txn->GetNumKeys(), uint64_t{1});
}

CASE(optimistic_gets_many) {
  const Occ db;
  GOOD(db.Put("a", "1"));
  GOOD(db.Put("b", "1"));
  const auto txn = db.Begin();
  GOOD(txn->Put("b", "2"));
  GOOD(txn->Delete("c"));
  std::vector<std::string> values;
  std::vector<Status> statuses = txn->MultiGet(ReadOptions(), {"a", "b", "c"}, &values);
  EQ(values[0] + values[1], "12");
  CODE(statuses[2], "1/0");
  const Slice keys[] = {"a", "b", "c"};
  rocksdb::PinnableSlice found[3];
  Status outcome[3];
  txn->MultiGet(ReadOptions(), db->DefaultColumnFamily(), 3, keys, found, outcome);
  EQ(found[0].ToString() + found[1].ToString(), "12");
  CODE(outcome[2], "1/0");
  statuses = txn->MultiGetForUpdate(ReadOptions(), {"a", "x"}, &values);
  EQ(values[0], "1");
  CODE(statuses[1], "1/0");
  EQ(txn->GetNumKeys(), uint64_t{4});
  GOOD(db.Put("x", "outside"));
  CODE(txn->Commit(), "11/0");
}

CASE(optimistic_refuses) {
  const Occ db;
  const auto txn = db.Begin();
  EQ(txn->Prepare(),
     "4/0 Invalid argument: Two phase commit not supported for optimistic transactions.");
  CODE(txn->SetName("name"), "4/0");
  std::string value;
  ReadOptions read;
  read.snapshot = db->GetSnapshot();
  CODE(txn->GetForUpdate(read, db->DefaultColumnFamily(), "a", &value, true, false), "4/0");
  db->ReleaseSnapshot(read.snapshot);
  CODE(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "a", "b"), "3/0");
  rocksdb::WriteBatch batch;
  GOOD(batch.DeleteRange("a", "b"));
  CODE(db->Write(WriteOptions(), &batch), "3/0");
}

// RocksDB needs the writes since then in memory. Here a commit is decided by what happened.
CASE(optimistic_after_a_flush) {
  rocksdb::Options options = OptionsWithMerge();
  options.max_write_buffer_size_to_maintain = 1;
  const Occ db(options);
  GOOD(db.Put("a", "1"));
  GOOD(db.Put("b", "1"));
  const auto alone = db.Begin();
  GOOD(alone->Put("a", "2"));
  const auto conflicting = db.Begin();
  GOOD(conflicting->Put("b", "2"));
  GOOD(db.Put("b", "3"));
  for (int i = 0; i < 3; ++i) {
    GOOD(db.Put("c", std::to_string(i)));
    GOOD(db->Flush(rocksdb::FlushOptions()));
  }
  const auto code = [](const Status& s) { return Text(s).substr(0, Text(s).find(' ')); };
  DIFFERS("optimistic-commits-are-decided", code(alone->Commit()), "13/0", "0/0");
  DIFFERS("optimistic-commits-are-decided", code(conflicting->Commit()), "13/0", "11/0");
}

CASE(optimistic_begins_again_with_an_old_one) {
  const Occ db;
  Transaction* txn = db->BeginTransaction(WriteOptions());
  GOOD(txn->Put("a", "1"));
  txn->SetSavePoint();
  txn = db->BeginTransaction(WriteOptions(), OptimisticTransactionOptions(), txn);
  EQ(txn->GetNumKeys(), uint64_t{0});
  CODE(txn->RollbackToSavePoint(), "1/0");
  EQ(Get(txn, "a"), "NotFound: ");
  GOOD(txn->Put("b", "1"));
  GOOD(txn->Commit());
  delete txn;
  EQ(db.Get("a"), "NotFound: ");
  EQ(db.Get("b"), "1");
}

CASE(optimistic_families) {
  const Occ db;
  ColumnFamilyHandle* other = nullptr;
  GOOD(db->CreateColumnFamily(OptionsWithMerge(), "other", &other));
  {
    const auto txn = db.Begin();
    GOOD(txn->Put("a", "1"));
    GOOD(txn->Put(other, "a", "2"));
    GOOD(txn->Commit());
    std::string value;
    GOOD(db->Get(ReadOptions(), other, "a", &value));
    EQ(value, "2");
    // The same key of another family is another key.
    GOOD(txn->Put(other, "a", "3"));
    GOOD(db.Put("a", "4"));
    GOOD(txn->Commit());
    GOOD(txn->Put(other, "a", "5"));
    GOOD(db->Put(WriteOptions(), other, "a", "6"));
    CODE(txn->Commit(), "11/0");
    EQ(db.Get("a"), "4");
  }
  GOOD(db->DestroyColumnFamilyHandle(other));
}

CASE(optimistic_batch_and_indexing) {
  const Occ db;
  const auto txn = db.Begin();
  GOOD(txn->Put("a", "1"));
  txn->DisableIndexing();
  GOOD(txn->Put("b", "2"));
  EQ(Scan(txn.get()), "a=1 ");
  EQ(Get(txn.get(), "b"), "NotFound: ");
  txn->EnableIndexing();
  txn->PutLogData("note");
  EQ(txn->GetWriteBatch()->GetWriteBatch()->Count(), uint32_t{2});
  rocksdb::WriteBatch batch;
  GOOD(batch.Put("c", "3"));
  GOOD(batch.Delete("a"));
  GOOD(txn->RebuildFromWriteBatch(&batch));
  EQ(Scan(txn.get()), "c=3 ");
  GOOD(txn->Commit());
  EQ(db.Get("b"), "2");
  EQ(db.Get("c"), "3");
  EQ(db.Get("a"), "NotFound: ");
}

}  // namespace
}  // namespace conformance
