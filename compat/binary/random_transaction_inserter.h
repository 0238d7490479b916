// The workload of db_bench's randomtransaction: each call adds one random number to one key of each
// of several key sets, so that the sums of all sets stay equal if transactions are atomic and
// isolated.
//
// Layout: 264 bytes; executables allocate the object and read its counters. Thread safety: none,
// one object a thread. Failure: conflicts (Busy, TimedOut, TryAgain, Expired) are expected and
// counted; anything else is printed to stderr and makes the call return false.

#ifndef AETHER_COMPAT_BINARY_RANDOM_TRANSACTION_INSERTER_H_
#define AETHER_COMPAT_BINARY_RANDOM_TRANSACTION_INSERTER_H_

#include <cstdint>
#include <string>

#include "compat/binary/random.h"
#include "rocksdb/options.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"
#include "rocksdb/utilities/transaction_db.h"

namespace rocksdb {

class RandomTransactionInserter {
 public:
  // num_keys: keys in a set. cmt_delay_ms: a pause before each commit.
  explicit RandomTransactionInserter(Random64* rand,
                                     const WriteOptions& write_options = WriteOptions(),
                                     const ReadOptions& read_options = ReadOptions(),
                                     uint64_t num_keys = 1000, uint16_t num_sets = 3,
                                     const uint64_t cmt_delay_ms = 0, const uint64_t first_id = 0);
  RandomTransactionInserter(const RandomTransactionInserter&) = delete;
  RandomTransactionInserter& operator=(const RandomTransactionInserter&) = delete;
  ~RandomTransactionInserter();

  bool TransactionDBInsert(TransactionDB* db,
                           const TransactionOptions& txn_options = TransactionOptions());
  bool OptimisticTransactionDBInsert(
      OptimisticTransactionDB* db,
      const OptimisticTransactionOptions& txn_options = OptimisticTransactionOptions());
  bool DBInsert(DB* db);

  // Corruption when the sums of the sets differ. With rand and num_keys_per_set a tenth of the
  // calls looks keys up one by one instead of iterating.
  static Status Verify(DB* db, uint16_t num_sets, uint64_t num_keys_per_set = 0,
                       bool take_snapshot = false, Random64* rand = nullptr, uint64_t delay_ms = 0);

  Status GetLastStatus() { return last_status_; }
  uint64_t GetSuccessCount() { return success_count_; }
  uint64_t GetFailureCount() { return failure_count_; }
  size_t GetBytesInserted() { return bytes_inserted_; }

 private:
  bool DoInsert(DB* db, Transaction* txn, bool is_optimistic);

  Random64* rand_;
  const WriteOptions write_options_;
  ReadOptions read_options_;
  const uint64_t num_keys_;
  const uint16_t num_sets_;
  uint64_t success_count_ = 0;
  uint64_t failure_count_ = 0;
  size_t bytes_inserted_ = 0;
  Status last_status_;
  Transaction* txn_ = nullptr;             // reused from call to call
  Transaction* optimistic_txn_ = nullptr;  // reused from call to call
  uint64_t txn_id_;
  const uint64_t cmt_delay_ms_;
};
static_assert(sizeof(RandomTransactionInserter) == 264);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_RANDOM_TRANSACTION_INSERTER_H_
