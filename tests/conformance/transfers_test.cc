// Many threads that transfer between accounts, under both kinds of transactions.
#include <atomic>
#include <thread>

#include "tests/conformance/transaction_harness.h"

namespace conformance {
namespace {
using rocksdb::OptimisticTransactionDB;
using rocksdb::OptimisticTransactionDBOptions;
using rocksdb::ReadOptions;
using rocksdb::Status;
using rocksdb::Transaction;
using rocksdb::TransactionDB;
using rocksdb::WriteOptions;

constexpr int kAccounts = 10;
constexpr int kEach = 1000;

std::string Account(int i) { return "account" + std::to_string(i); }

bool Conflict(const Status& s) {
  return s.IsBusy() || s.IsTimedOut() || s.IsTryAgain() || s.IsExpired();
}

// Reads both accounts for update and writes them. Not OK: it has been rolled back.
Status Transfer(Transaction* txn, int from, int to) {
  std::string text;
  Status s = txn->GetForUpdate(ReadOptions(), Account(from), &text);
  const int from_has = s.ok() ? std::stoi(text) : 0;
  if (s.ok()) s = txn->GetForUpdate(ReadOptions(), Account(to), &text);
  const int to_has = s.ok() ? std::stoi(text) : 0;
  if (s.ok()) s = txn->Put(Account(from), std::to_string(from_has - 1));
  if (s.ok()) s = txn->Put(Account(to), std::to_string(to_has + 1));
  if (s.ok()) s = txn->Commit();
  if (!s.ok()) txn->Rollback().PermitUncheckedError();
  return s;
}

template <typename Kind>
int Sum(const TxnDb<Kind>& db) {
  const rocksdb::Snapshot* const snapshot = db->GetSnapshot();
  ReadOptions read;
  read.snapshot = snapshot;
  int sum = 0;
  for (int i = 0; i < kAccounts; ++i) {
    std::string text;
    if (db->Get(read, Account(i), &text).ok()) sum += std::stoi(text);
  }
  db->ReleaseSnapshot(snapshot);
  return sum;
}

// Threads move one unit at a time between the accounts, each in a transaction that may conflict,
// and try others where one did. The sum never changes, and is never seen to.
template <typename Kind>
void TransferBetweenAccounts(const TxnDb<Kind>& db, int threads, int transfers) {
  for (int i = 0; i < kAccounts; ++i) GOOD(db.Put(Account(i), std::to_string(kEach)));
  std::atomic<int> done{0};
  std::atomic<int> unexpected{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      uint32_t state = static_cast<uint32_t>(t) * 2654435761u + 1;
      const auto next = [&state](int n) {
        state = state * 1664525u + 1013904223u;
        return static_cast<int>((state >> 16) % static_cast<uint32_t>(n));
      };
      Transaction* txn = nullptr;
      for (int i = 0; i < transfers;) {
        const int from = next(kAccounts);
        const int to = (from + 1 + next(kAccounts - 1)) % kAccounts;
        txn = db->BeginTransaction(WriteOptions(), {}, txn);
        const Status s = Transfer(txn, from, to);
        if (s.ok()) {
          ++i;
          ++done;
        } else if (!Conflict(s)) {
          ++unexpected;
          break;
        }
      }
      delete txn;
    });
  }
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    while (!stop) {
      if (Sum(db) != kAccounts * kEach) ++wrong;
    }
  });
  for (std::thread& worker : workers) worker.join();
  stop = true;
  reader.join();
  EQ(done.load(), threads * transfers);
  EQ(unexpected.load(), 0);
  EQ(wrong.load(), 0);
  EQ(Sum(db), kAccounts * kEach);
}

CASE(transfers_with_locks) {
  rocksdb::TransactionDBOptions options;
  options.transaction_lock_timeout = 5;
  const TxnDb<TransactionDB> db(OptionsWithMerge(), options);
  TransferBetweenAccounts(db, 4, 1000);
  YES(db->GetLockStatusData().empty());
}

CASE(transfers_validated_in_parallel) {
  const TxnDb<OptimisticTransactionDB> db(OptionsWithMerge());
  TransferBetweenAccounts(db, 4, 1000);
}

CASE(transfers_validated_one_by_one) {
  OptimisticTransactionDBOptions options;
  options.validate_policy = rocksdb::OccValidationPolicy::kValidateSerial;
  const TxnDb<OptimisticTransactionDB> db(OptionsWithMerge(), options);
  TransferBetweenAccounts(db, 4, 1000);
}

}  // namespace
}  // namespace conformance
