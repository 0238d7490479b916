// Two-phase commit: what is prepared is there after a crash, undecided.
#include <signal.h>

#include <algorithm>
#include <functional>

#include "tests/conformance/outcome.h"
#include "tests/conformance/transaction_harness.h"

namespace conformance {
namespace {
using rocksdb::ColumnFamilyHandle;
using rocksdb::ReadOptions;
using rocksdb::Transaction;
using rocksdb::TransactionDB;
using rocksdb::TransactionDBOptions;
using rocksdb::WriteOptions;
using Locking = TxnDb<TransactionDB>;

TransactionDBOptions ShortWaits() {
  TransactionDBOptions options;
  options.transaction_lock_timeout = 1;
  options.default_lock_timeout = 1;
  return options;
}

std::string Names(const Locking& db) {
  std::vector<Transaction*> prepared;
  db->GetAllPreparedTransactions(&prepared);
  std::vector<std::string> names;
  for (const Transaction* txn : prepared) names.push_back(txn->GetName());
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += name + " ";
  return text;
}

int State(const Transaction& txn) { return static_cast<int>(txn.GetState()); }

CASE(prepared_commits) {
  const Locking db(OptionsWithMerge(), ShortWaits());
  const auto txn = db.Begin();
  GOOD(txn->SetName("one"));
  GOOD(txn->Put("a", "1"));
  GOOD(txn->Prepare());
  EQ(State(*txn), static_cast<int>(Transaction::PREPARED));
  EQ(Names(db), "one ");
  EQ(db.Get("a"), "NotFound: ");
  CODE(db.Put("a", "2"), "9/2");
  EQ(txn->Prepare(), "4/0 Invalid argument: Transaction has already been prepared.");
  CODE(txn->SetName("two"), "4/0");
  GOOD(txn->GetCommitTimeWriteBatch()->Put("c", "late"));
  GOOD(txn->Commit());
  EQ(State(*txn), static_cast<int>(Transaction::COMMITTED));
  EQ(Names(db), "");
  EQ(db.Get("a"), "1");
  EQ(db.Get("c"), "late");
  GOOD(db.Put("a", "2"));
  EQ(txn->Prepare(), "4/0 Invalid argument: Transaction has already been committed.");
}

CASE(prepared_rolls_back) {
  const Locking db(OptionsWithMerge(), ShortWaits());
  const auto txn = db.Begin();
  GOOD(txn->SetName("one"));
  GOOD(txn->Put("a", "1"));
  GOOD(txn->Prepare());
  GOOD(txn->Rollback());
  EQ(State(*txn), static_cast<int>(Transaction::ROLLEDBACK));
  EQ(Names(db), "");
  EQ(db.Get("a"), "NotFound: ");
  GOOD(db.Put("a", "2"));
  EQ(txn->Commit(), "4/0 Invalid argument: Transaction has already been rolledback.");
}

// A process that prepares transactions, and is killed.
void Crash(const std::function<void()>& work) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    work();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  YES(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

void PrepareThree() {
  TransactionDB* db = nullptr;
  if (!Open(OptionsWithMerge(), &db).ok()) return;
  db->Put(WriteOptions(), "m", "0").PermitUncheckedError();
  for (const char* name : {"one", "two", "done"}) {
    Transaction* const txn = db->BeginTransaction(WriteOptions());
    if (!txn->SetName(name).ok() || !txn->Put(name, "1").ok() || !txn->Prepare().ok()) return;
    if (txn->GetName() == "done" && !txn->Commit().ok()) return;
  }
  Transaction* const merged = db->BeginTransaction(WriteOptions());
  if (!merged->SetName("merged").ok() || !merged->Merge("m", "1").ok()) return;
  if (!merged->Delete("done").ok() || !merged->Prepare().ok()) return;
  Transaction* const open = db->BeginTransaction(WriteOptions());
  if (!open->SetName("open").ok()) return;
  open->Put("open", "1").PermitUncheckedError();
}

CASE(prepared_survives_a_crash) {
  Crash(PrepareThree);
  DIFFERS("misuse-does-not-abort", Outcome([] {
            rocksdb::DB* db = nullptr;
            return Text(rocksdb::DB::Open(OptionsWithMerge(), Directory() + "/db", &db));
          }),
          "aborts",
          "survives: 3/0 Not implemented: WAL contains prepared transactions. Open with "
          "TransactionDB::Open().");
  std::vector<std::string> families;
  GOOD(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), Directory() + "/db", &families));
  EQ(families.size(), size_t{1});
  {
    const Locking db(OptionsWithMerge(), ShortWaits());
    EQ(Names(db), "merged one two ");
    EQ(db.Get("one"), "NotFound: ");
    EQ(db.Get("done"), "1");
    EQ(db.Get("open"), "NotFound: ");
    const std::string over = Text(db.Put("one", "2"));
    DIFFERS("recovered-transactions-keep-their-locks", over.substr(0, over.find(' ')), "0/0",
            "9/2");
    GOOD(db.Put("open", "2"));
    Transaction* const one = db->GetTransactionByName("one");
    EQ(State(*one), static_cast<int>(Transaction::PREPARED));
    GOOD(one->Commit());
    delete one;
    EQ(db.Get("one"), "1");
  }
  {
    // Closed and opened in peace, the others are still there.
    const Locking db(OptionsWithMerge(), ShortWaits());
    EQ(Names(db), "merged two ");
    Transaction* const two = db->GetTransactionByName("two");
    GOOD(two->Rollback());
    delete two;
    EQ(db.Get("two"), "NotFound: ");
    GOOD(db->Flush(rocksdb::FlushOptions()));
    Transaction* const merged = db->GetTransactionByName("merged");
    GOOD(merged->Commit());
    delete merged;
    EQ(db.Get("m"), "0,1");
    EQ(db.Get("done"), "NotFound: ");
    EQ(Names(db), "");
  }
  rocksdb::DB* plain = nullptr;
  GOOD(rocksdb::DB::Open(OptionsWithMerge(), Directory() + "/db", &plain));
  delete plain;
}

CASE(prepared_survives_flushes) {
  {
    const Locking db;
    Transaction* const txn = db->BeginTransaction(WriteOptions());
    GOOD(txn->SetName("one"));
    GOOD(txn->Put("a", std::string(100, 'x')));
    GOOD(txn->Prepare());
    for (int i = 0; i < 3; ++i) {
      GOOD(db.Put("b", std::to_string(i)));
      GOOD(db->Flush(rocksdb::FlushOptions()));
    }
    GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  }
  const Locking db;
  EQ(Names(db), "one ");
  Transaction* const txn = db->GetTransactionByName("one");
  GOOD(txn->Commit());
  delete txn;
  EQ(db.Get("a"), std::string(100, 'x'));
}

CASE(prepared_in_families) {
  {
    const Locking db;
    ColumnFamilyHandle* other = nullptr;
    GOOD(db->CreateColumnFamily(OptionsWithMerge(), "other", &other));
    Transaction* const txn = db->BeginTransaction(WriteOptions());
    GOOD(txn->SetName("one"));
    GOOD(txn->Put("a", "1"));
    GOOD(txn->Put(other, "a", "2"));
    GOOD(txn->Prepare());
    GOOD(db->DestroyColumnFamilyHandle(other));
  }
  std::vector<ColumnFamilyHandle*> handles;
  TransactionDB* db = nullptr;
  GOOD(TransactionDB::Open(
      OptionsWithMerge(), TransactionDBOptions(), Directory() + "/db",
      {{rocksdb::kDefaultColumnFamilyName, OptionsWithMerge()}, {"other", OptionsWithMerge()}},
      &handles, &db));
  Transaction* const txn = db->GetTransactionByName("one");
  GOOD(txn->Commit());
  delete txn;
  std::string value;
  GOOD(db->Get(ReadOptions(), "a", &value));
  EQ(value, "1");
  GOOD(db->Get(ReadOptions(), handles[1], "a", &value));
  EQ(value, "2");
  for (ColumnFamilyHandle* handle : handles) GOOD(db->DestroyColumnFamilyHandle(handle));
  delete db;
}

}  // namespace
}  // namespace conformance
