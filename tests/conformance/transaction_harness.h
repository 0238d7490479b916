// DBs with transactions in the directory of a case.

#ifndef AETHER_TESTS_CONFORMANCE_TRANSACTION_HARNESS_H_
#define AETHER_TESTS_CONFORMANCE_TRANSACTION_HARNESS_H_

#include <rocksdb/convenience.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/utilities/optimistic_transaction_db.h>
#include <rocksdb/utilities/transaction.h>
#include <rocksdb/utilities/transaction_db.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include <memory>
#include <string>

#include "tests/conformance/harness.h"

namespace conformance {

inline rocksdb::Options OptionsWithMerge() {
  rocksdb::Options options = Db::DefaultOptions();
  GOOD(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "stringappend",
                                                &options.merge_operator));
  return options;
}

inline rocksdb::Status Open(const rocksdb::Options& options, rocksdb::TransactionDB** db,
                            const rocksdb::TransactionDBOptions& more = {}) {
  return rocksdb::TransactionDB::Open(options, more, Directory() + "/db", db);
}
inline rocksdb::Status Open(const rocksdb::Options& options, rocksdb::OptimisticTransactionDB** db,
                            const rocksdb::OptimisticTransactionDBOptions& more = {}) {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status s = rocksdb::OptimisticTransactionDB::Open(
      options, more, Directory() + "/db", {{rocksdb::kDefaultColumnFamilyName, options}}, &handles,
      db);
  for (rocksdb::ColumnFamilyHandle* handle : handles) delete handle;
  return s;
}

// Kind: TransactionDB or OptimisticTransactionDB.
template <typename Kind>
class TxnDb {
 public:
  template <typename... More>
  explicit TxnDb(const rocksdb::Options& options = OptionsWithMerge(), const More&... more) {
    Kind* db = nullptr;
    GOOD(Open(options, &db, more...));
    db_.reset(db);
  }

  Kind* operator->() const { return db_.get(); }
  Kind* get() const { return db_.get(); }
  void Close() { db_.reset(); }

  template <typename... Options>
  std::unique_ptr<rocksdb::Transaction> Begin(const Options&... options) const {
    return std::unique_ptr<rocksdb::Transaction>(
        db_->BeginTransaction(rocksdb::WriteOptions(), options...));
  }
  std::string Get(const std::string& key) const {
    std::string value;
    const rocksdb::Status s = db_->Get(rocksdb::ReadOptions(), key, &value);
    return s.ok() ? value : s.ToString();
  }
  rocksdb::Status Put(const std::string& key, const std::string& value) const {
    return db_->Put(rocksdb::WriteOptions(), key, value);
  }

 private:
  std::unique_ptr<Kind> db_;
};

inline std::string Get(rocksdb::Transaction* txn, const std::string& key,
                       const rocksdb::Snapshot* snapshot = nullptr) {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  std::string value;
  const rocksdb::Status s = txn->Get(read, key, &value);
  return s.ok() ? value : s.ToString();
}

inline std::string GetForUpdate(rocksdb::Transaction* txn, const std::string& key,
                                bool exclusive = true) {
  std::string value;
  const rocksdb::Status s = txn->GetForUpdate(rocksdb::ReadOptions(), key, &value, exclusive);
  return s.ok() ? value : Text(s);
}

inline std::string Scan(rocksdb::Transaction* txn) {
  const std::unique_ptr<rocksdb::Iterator> it(txn->GetIterator(rocksdb::ReadOptions()));
  std::string text;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    text += it->key().ToString() + "=" + it->value().ToString() + " ";
  }
  return it->status().ok() ? text : it->status().ToString();
}

}  // namespace conformance

#endif  // AETHER_TESTS_CONFORMANCE_TRANSACTION_HARNESS_H_
