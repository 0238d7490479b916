// Transactions: locks that conflict, a rollback to a savepoint, optimistic ones that find out at
// commit, and a prepared one that is decided after the store was opened again.
#include <rocksdb/db.h>
#include <rocksdb/utilities/optimistic_transaction_db.h>
#include <rocksdb/utilities/transaction.h>
#include <rocksdb/utilities/transaction_db.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

using rocksdb::Transaction;

static void Must(const rocksdb::Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  exit(1);
}

static std::string Value(rocksdb::DB* db, const std::string& key) {
  std::string value;
  const rocksdb::Status status = db->Get(rocksdb::ReadOptions(), key, &value);
  return status.ok() ? value : status.ToString();
}

static void Pessimistic(const std::string& path) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::TransactionDBOptions lock_options;
  lock_options.transaction_lock_timeout = 10;
  rocksdb::TransactionDB* opened = nullptr;
  Must(rocksdb::TransactionDB::Open(options, lock_options, path, &opened));
  std::unique_ptr<rocksdb::TransactionDB> db(opened);
  const rocksdb::WriteOptions write;
  Must(db->Put(write, "balance/a", "100"));
  Must(db->Put(write, "balance/b", "50"));
  {
    const std::unique_ptr<Transaction> first(db->BeginTransaction(write));
    const std::unique_ptr<Transaction> second(db->BeginTransaction(write));
    std::string value;
    Must(first->GetForUpdate(rocksdb::ReadOptions(), "balance/a", &value));
    printf("second waits: %s\n", second->Put("balance/a", "0").ToString().c_str());
    Must(first->Put("balance/a", "70"));
    first->SetSavePoint();
    Must(first->Put("balance/b", "wrong"));
    Must(first->RollbackToSavePoint());
    Must(first->Put("balance/b", "80"));
    printf("outside: %s, inside: ", Value(db.get(), "balance/b").c_str());
    Must(first->Get(rocksdb::ReadOptions(), "balance/b", &value));
    printf("%s\n", value.c_str());
    Must(first->Commit());
    Must(second->Put("balance/a", "60"));
    Must(second->Rollback());
  }
  printf("a %s, b %s\n", Value(db.get(), "balance/a").c_str(),
         Value(db.get(), "balance/b").c_str());
  for (const char* name : {"kept", "dropped"}) {
    const std::unique_ptr<Transaction> prepared(db->BeginTransaction(write));
    Must(prepared->SetName(name));
    Must(prepared->Put(std::string("prepared/") + name, "1"));
    Must(prepared->Prepare());
  }
  Must(db->Close());
  db.reset();
  Must(rocksdb::TransactionDB::Open(options, lock_options, path, &opened));
  db.reset(opened);
  std::vector<Transaction*> prepared;
  db->GetAllPreparedTransactions(&prepared);
  printf("prepared: %zu\n", prepared.size());
  for (Transaction* transaction : prepared) {
    Must(transaction->GetName() == "kept" ? transaction->Commit() : transaction->Rollback());
    delete transaction;
  }
  printf("kept %s, dropped %s\n", Value(db.get(), "prepared/kept").c_str(),
         Value(db.get(), "prepared/dropped").c_str());
  Must(db->Close());
}

static void Optimistic(const std::string& path) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::OptimisticTransactionDB* opened = nullptr;
  Must(rocksdb::OptimisticTransactionDB::Open(options, path, &opened));
  const std::unique_ptr<rocksdb::OptimisticTransactionDB> db(opened);
  Must(db->Put(rocksdb::WriteOptions(), "stock", "3"));
  rocksdb::OptimisticTransactionOptions with_snapshot;
  with_snapshot.set_snapshot = true;
  for (const bool disturbed : {false, true}) {
    const std::unique_ptr<Transaction> sale(
        db->BeginTransaction(rocksdb::WriteOptions(), with_snapshot));
    std::string stock;
    Must(sale->GetForUpdate(rocksdb::ReadOptions(), "stock", &stock));
    Must(sale->Put("stock", std::to_string(atoi(stock.c_str()) - 1)));
    if (disturbed) Must(db->Put(rocksdb::WriteOptions(), "stock", "10"));
    printf("sale: %s, stock %s\n", sale->Commit().ToString().c_str(),
           Value(db.get(), "stock").c_str());
  }
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  Pessimistic(std::string(argv[1]) + "/locks");
  Optimistic(std::string(argv[1]) + "/optimistic");
  return 0;
}
