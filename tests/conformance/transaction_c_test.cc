// Transactions and indexed batches through the C interface.
#include "tests/conformance/c_harness.h"

namespace conformance {
namespace {

CASE(c_indexed_batch) {
  const Settings with;
  Error error;
  rocksdb_t* const db = rocksdb_open(with.options, (Directory() + "/db").c_str(), error.out());
  EQ(error.text(), "");
  rocksdb_put(db, with.write, "b", 1, "old", 3, error.out());
  rocksdb_writebatch_wi_t* const batch = rocksdb_writebatch_wi_create(0, 1);
  rocksdb_writebatch_wi_put(batch, "a", 1, "new", 3);
  rocksdb_writebatch_wi_set_save_point(batch);
  rocksdb_writebatch_wi_delete(batch, "b", 1);
  const char* const keys[] = {"c", "c"};
  const size_t sizes[] = {1, 1};
  rocksdb_writebatch_wi_putv(batch, 2, keys, sizes, 1, keys, sizes);
  EQ(rocksdb_writebatch_wi_count(batch), 3);
  size_t size = 0;
  EQ(Taken([&](size_t* n) {
       return rocksdb_writebatch_wi_get_from_batch(batch, with.options, "a", 1, n, error.out());
     }),
     "new");
  EQ(Taken([&](size_t* n) {
       return rocksdb_writebatch_wi_get_from_batch_and_db(batch, db, with.read, "b", 1, n,
                                                          error.out());
     }),
     "(none)");
  EQ(error.text(), "");
  EQ(Keys(rocksdb_writebatch_wi_create_iterator_with_base(batch,
                                                          rocksdb_create_iterator(db, with.read))),
     "a cc ");
  rocksdb_writebatch_wi_rollback_to_save_point(batch, error.out());
  EQ(error.text(), "");
  EQ(Taken([&](size_t* n) {
       return rocksdb_writebatch_wi_get_from_batch_and_db(batch, db, with.read, "b", 1, n,
                                                          error.out());
     }),
     "old");
  rocksdb_write_writebatch_wi(db, with.write, batch, error.out());
  EQ(error.text(), "");
  EQ(Taken([&](size_t* n) { return rocksdb_get(db, with.read, "a", 1, n, error.out()); }), "new");
  rocksdb_writebatch_wi_clear(batch);
  EQ(rocksdb_writebatch_wi_count(batch), 0);
  rocksdb_writebatch_wi_destroy(batch);
  rocksdb_close(db);
}

CASE(c_locking) {
  const Settings with;
  Error error;
  rocksdb_transactiondb_options_t* const db_options = rocksdb_transactiondb_options_create();
  rocksdb_transactiondb_options_set_default_lock_timeout(db_options, 1);
  rocksdb_transaction_options_t* const options = rocksdb_transaction_options_create();
  rocksdb_transactiondb_t* const db = rocksdb_transactiondb_open(
      with.options, db_options, (Directory() + "/db").c_str(), error.out());
  EQ(error.text(), "");
  rocksdb_transactiondb_put(db, with.write, "a", 1, "1", 1, error.out());
  rocksdb_transaction_t* txn = rocksdb_transaction_begin(db, with.write, options, nullptr);
  rocksdb_transaction_set_name(txn, "name", 4, error.out());
  size_t size = 0;
  EQ(Taken([&](size_t* n) { return rocksdb_transaction_get_name(txn, n); }), "name");
  EQ(Taken([&](size_t* n) {
       return rocksdb_transaction_get_for_update(txn, with.read, "a", 1, n, 1, error.out());
     }),
     "1");
  rocksdb_transaction_put(txn, "b", 1, "2", 1, error.out());
  EQ(error.text(), "");
  rocksdb_transactiondb_put(db, with.write, "a", 1, "2", 1, error.out());
  EQ(error.text(), "Operation timed out: Timeout waiting to lock key");
  EQ(Keys(rocksdb_transaction_create_iterator(txn, with.read)), "a b ");
  EQ(Keys(rocksdb_transactiondb_create_iterator(db, with.read)), "a ");
  const char* const keys[] = {"a", "b", "c"};
  const size_t sizes[] = {1, 1, 1};
  char* values[3];
  size_t value_sizes[3];
  char* errors[3];
  rocksdb_transaction_multi_get(txn, with.read, 3, keys, sizes, values, value_sizes, errors);
  EQ(Taken(values[0], value_sizes[0]) + Taken(values[1], value_sizes[1]) +
         Taken(values[2], value_sizes[2]),
     "12(none)");
  rocksdb_writebatch_wi_t* const batch = rocksdb_transaction_get_writebatch_wi(txn);
  EQ(rocksdb_writebatch_wi_count(batch), 1);
  rocksdb_free(batch);
  rocksdb_transaction_prepare(txn, error.out());
  EQ(error.text(), "");
  size_t count = 0;
  rocksdb_transaction_t** const prepared =
      rocksdb_transactiondb_get_prepared_transactions(db, &count);
  EQ(count, size_t{1});
  for (size_t i = 0; i < count; ++i) rocksdb_free(prepared[i]);
  rocksdb_free(prepared);
  rocksdb_transaction_commit(txn, error.out());
  EQ(error.text(), "");
  EQ(Taken([&](size_t* n) {
       return rocksdb_transactiondb_get(db, with.read, "b", 1, n, error.out());
     }),
     "2");
  txn = rocksdb_transaction_begin(db, with.write, options, txn);
  rocksdb_transaction_set_savepoint(txn);
  rocksdb_transaction_delete(txn, "b", 1, error.out());
  rocksdb_transaction_rollback_to_savepoint(txn, error.out());
  EQ(error.text(), "");
  rocksdb_pinnableslice_t* const pinned =
      rocksdb_transaction_get_pinned(txn, with.read, "b", 1, error.out());
  EQ(std::string(rocksdb_pinnableslice_value(pinned, &size), 1), "2");
  rocksdb_pinnableslice_destroy(pinned);
  rocksdb_transaction_rollback(txn, error.out());
  EQ(error.text(), "");
  rocksdb_transaction_destroy(txn);
  rocksdb_transactiondb_close(db);
  rocksdb_transaction_options_destroy(options);
  rocksdb_transactiondb_options_destroy(db_options);
}

CASE(c_optimistic) {
  const Settings with;
  Error error;
  rocksdb_optimistictransaction_options_t* const options =
      rocksdb_optimistictransaction_options_create();
  rocksdb_optimistictransaction_options_set_set_snapshot(options, 1);
  rocksdb_optimistictransactiondb_t* const db = rocksdb_optimistictransactiondb_open(
      with.options, (Directory() + "/db").c_str(), error.out());
  EQ(error.text(), "");
  rocksdb_t* const base = rocksdb_optimistictransactiondb_get_base_db(db);
  rocksdb_transaction_t* const txn =
      rocksdb_optimistictransaction_begin(db, with.write, options, nullptr);
  const rocksdb_snapshot_t* const snapshot = rocksdb_transaction_get_snapshot(txn);
  YES(snapshot != nullptr);
  rocksdb_free(const_cast<rocksdb_snapshot_t*>(snapshot));
  rocksdb_transaction_put(txn, "a", 1, "1", 1, error.out());
  rocksdb_put(base, with.write, "a", 1, "2", 1, error.out());
  rocksdb_transaction_commit(txn, error.out());
  EQ(error.text(), "Resource busy: ");
  rocksdb_transaction_rollback(txn, error.out());
  EQ(error.text(), "");
  rocksdb_transaction_destroy(txn);
  rocksdb_optimistictransactiondb_close_base_db(base);
  rocksdb_optimistictransactiondb_close(db);
  rocksdb_optimistictransaction_options_destroy(options);
}

}  // namespace
}  // namespace conformance
