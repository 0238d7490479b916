// Transactions of C in families, their options, and what the databases that make them offer.

#include <rocksdb/utilities/transaction.h>
#include <rocksdb/utilities/transaction_db.h>

#include <chrono>
#include <thread>

#include "tests/conformance/c_harness.h"

namespace conformance {
namespace {

const char* const kKeys[] = {"a", "b"};
const size_t kOnes[] = {1, 1};
const std::string kOne("\1\0\0\0\0\0\0\0", 8);
const std::string kTwo("\2\0\0\0\0\0\0\0", 8);

std::string Pinned(rocksdb_pinnableslice_t* slice) {
  if (slice == nullptr) return "(none)";
  size_t size = 0;
  const char* const value = rocksdb_pinnableslice_value(slice, &size);
  const std::string text(value, size);
  rocksdb_pinnableslice_destroy(slice);
  return text;
}

// A database with locks and two families that can merge.
struct LockingDb : Settings {
  LockingDb() {
    rocksdb_options_set_uint64add_merge_operator(options);
    rocksdb_options_set_create_missing_column_families(options, 1);
    Open();
  }
  ~LockingDb() {
    Close();
    rocksdb_transaction_options_destroy(txn_options);
    rocksdb_transactiondb_options_destroy(db_options);
  }
  void Open() {
    const char* const names[] = {"default", "more"};
    const rocksdb_options_t* const both[] = {options, options};
    db = rocksdb_transactiondb_open_column_families(
        options, db_options, (Directory() + "/db").c_str(), 2, names, both, handles, error.out());
    EQ(error.text(), "");
    family = handles[1];
  }
  void Close() {
    for (rocksdb_column_family_handle_t* h : handles) rocksdb_column_family_handle_destroy(h);
    rocksdb_transactiondb_close(db);
  }
  rocksdb_transaction_t* Begin() {
    return rocksdb_transaction_begin(db, write, txn_options, nullptr);
  }
  rocksdb_transactiondb_options_t* const db_options = rocksdb_transactiondb_options_create();
  rocksdb_transaction_options_t* const txn_options = rocksdb_transaction_options_create();
  rocksdb_transactiondb_t* db = nullptr;
  rocksdb_column_family_handle_t* handles[2] = {};
  rocksdb_column_family_handle_t* family = nullptr;
  Error error;
};

void End(rocksdb_transaction_t* txn) {
  Error error;
  rocksdb_transaction_rollback(txn, error.out());
  EQ(error.text(), "");
  rocksdb_transaction_destroy(txn);
}

CASE(c_transactions_in_families) {
  LockingDb with;
  rocksdb_transactiondb_put_cf(with.db, with.write, with.family, "a", 1, "1", 1, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_transaction_t* const txn = with.Begin();
  rocksdb_transaction_put_cf(txn, with.family, "b", 1, "2", 1, with.error.out());
  rocksdb_transaction_merge(txn, "m", 1, kOne.data(), 8, with.error.out());
  rocksdb_transaction_merge_cf(txn, with.family, "m", 1, kOne.data(), 8, with.error.out());
  rocksdb_transaction_merge_cf(txn, with.family, "m", 1, kOne.data(), 8, with.error.out());
  EQ(with.error.text(), "");
  const auto get = [&](const char* key) {
    return Taken([&](size_t* n) {
      return rocksdb_transaction_get_cf(txn, with.read, with.family, key, 1, n, with.error.out());
    });
  };
  EQ(get("a"), "1");
  EQ(get("b"), "2");
  EQ(get("m"), kTwo);
  EQ(Taken([&](size_t* n) {
       return rocksdb_transaction_get(txn, with.read, "m", 1, n, with.error.out());
     }),
     kOne);
  EQ(Taken([&](size_t* n) {
       return rocksdb_transaction_get(txn, with.read, "a", 1, n, with.error.out());
     }),
     "(none)");
  EQ(Pinned(
         rocksdb_transaction_get_pinned_cf(txn, with.read, with.family, "b", 1, with.error.out())),
     "2");
  EQ(Pinned(
         rocksdb_transaction_get_pinned_cf(txn, with.read, with.family, "x", 1, with.error.out())),
     "(none)");
  const rocksdb_column_family_handle_t* const families[] = {with.family, with.family};
  char* values[2] = {};
  size_t sizes[2] = {};
  char* errors[2] = {};
  rocksdb_transaction_multi_get_cf(txn, with.read, families, 2, kKeys, kOnes, values, sizes,
                                   errors);
  EQ(Taken(values[0], sizes[0]) + Taken(values[1], sizes[1]), "12");
  YES(errors[0] == nullptr && errors[1] == nullptr);
  EQ(Keys(rocksdb_transaction_create_iterator_cf(txn, with.read, with.family)), "a b m ");
  rocksdb_transaction_delete_cf(txn, with.family, "a", 1, with.error.out());
  EQ(get("a"), "(none)");
  EQ(with.error.text(), "");
  rocksdb_transaction_commit(txn, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_transaction_destroy(txn);
  EQ(Keys(rocksdb_transactiondb_create_iterator_cf(with.db, with.read, with.family)), "b m ");
  EQ(Keys(rocksdb_transactiondb_create_iterator(with.db, with.read)), "m ");
}

CASE(c_reads_for_update_lock) {
  LockingDb with;
  rocksdb_transaction_options_set_lock_timeout(with.txn_options, 1);
  rocksdb_transactiondb_put(with.db, with.write, "a", 1, "1", 1, with.error.out());
  rocksdb_transactiondb_put_cf(with.db, with.write, with.family, "a", 1, "2", 1, with.error.out());
  EQ(with.error.text(), "");
  constexpr char kLocked[] = "Operation timed out: Timeout waiting to lock key";
  // Each way of reading for update locks its key in its family until the end.
  const auto conflict = [&](bool in_family) {
    rocksdb_transaction_t* const other = with.Begin();
    if (in_family) {
      rocksdb_transaction_put_cf(other, with.family, "a", 1, "9", 1, with.error.out());
    } else {
      rocksdb_transaction_put(other, "a", 1, "9", 1, with.error.out());
    }
    const std::string text = with.error.text();
    End(other);
    return text;
  };
  rocksdb_transaction_t* txn = with.Begin();
  EQ(Taken([&](size_t* n) {
       return rocksdb_transaction_get_for_update_cf(txn, with.read, with.family, "a", 1, n, 1,
                                                    with.error.out());
     }),
     "2");
  EQ(conflict(true), kLocked);
  EQ(conflict(false), "");
  End(txn);
  EQ(conflict(true), "");
  txn = with.Begin();
  EQ(Pinned(rocksdb_transaction_get_pinned_for_update(txn, with.read, "a", 1, 1, with.error.out())),
     "1");
  EQ(conflict(false), kLocked);
  EQ(conflict(true), "");
  EQ(Pinned(rocksdb_transaction_get_pinned_for_update_cf(txn, with.read, with.family, "a", 1, 1,
                                                         with.error.out())),
     "2");
  EQ(conflict(true), kLocked);
  // One that is not there is locked too.
  EQ(Pinned(rocksdb_transaction_get_pinned_for_update_cf(txn, with.read, with.family, "x", 1, 1,
                                                         with.error.out())),
     "(none)");
  End(txn);
  // Shared locks go together.
  txn = with.Begin();
  rocksdb_transaction_t* const second = with.Begin();
  for (rocksdb_transaction_t* one : {txn, second}) {
    EQ(Pinned(rocksdb_transaction_get_pinned_for_update_cf(one, with.read, with.family, "a", 1, 0,
                                                           with.error.out())),
       "2");
    EQ(with.error.text(), "");
  }
  EQ(conflict(true), kLocked);
  End(second);
  End(txn);
}

CASE(c_transaction_options) {
  LockingDb with;
  rocksdb_transactiondb_put(with.db, with.write, "a", 1, "1", 1, with.error.out());
  rocksdb_transaction_options_t* const options = with.txn_options;
  // A snapshot from the beginning: a later write is a conflict.
  rocksdb_transaction_options_set_set_snapshot(options, 1);
  rocksdb_transaction_t* txn = with.Begin();
  rocksdb_transactiondb_put(with.db, with.write, "a", 1, "2", 1, with.error.out());
  rocksdb_transaction_put(txn, "a", 1, "3", 1, with.error.out());
  EQ(with.error.text(), "Resource busy: ");
  End(txn);
  rocksdb_transaction_options_set_set_snapshot(options, 0);
  txn = with.Begin();
  rocksdb_transactiondb_put(with.db, with.write, "a", 1, "2", 1, with.error.out());
  rocksdb_transaction_put(txn, "a", 1, "3", 1, with.error.out());
  EQ(with.error.text(), "");
  End(txn);

  rocksdb_transaction_options_set_max_write_batch_size(options, 30);
  txn = with.Begin();
  rocksdb_transaction_put(txn, "a", 1, std::string(100, 'v').data(), 100, with.error.out());
  EQ(with.error.text(), "Operation aborted: Memory limit reached");
  End(txn);
  rocksdb_transaction_options_set_max_write_batch_size(options, 0);

  // An expired transaction cannot be committed.
  rocksdb_transaction_options_set_expiration(options, 1);
  txn = with.Begin();
  rocksdb_transaction_put(txn, "a", 1, "4", 1, with.error.out());
  EQ(with.error.text(), "");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  rocksdb_transaction_commit(txn, with.error.out());
  EQ(with.error.text(), "Operation expired: ");
  End(txn);
  rocksdb_transaction_options_set_expiration(options, -1);

  rocksdb_transaction_options_set_skip_prepare(options, 0);
  txn = with.Begin();
  rocksdb_transaction_put(txn, "a", 1, "5", 1, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_transaction_commit(txn, with.error.out());
  EQ(with.error.text(), "Invalid argument: Txn not prepared");
  End(txn);

  auto& behind = Behind<rocksdb::TransactionOptions>(options);
  EQ(behind.deadlock_detect_depth, 50);
  rocksdb_transaction_options_set_deadlock_detect_depth(options, 51);
  EQ(behind.deadlock_detect_depth, 51);
}

CASE(c_deadlocks_are_found) {
  LockingDb with;
  rocksdb_transaction_options_set_deadlock_detect(with.txn_options, 1);
  rocksdb_transaction_options_set_lock_timeout(with.txn_options, 60000);
  rocksdb_transaction_t* const first = with.Begin();
  rocksdb_transaction_t* const second = with.Begin();
  rocksdb_transaction_put(first, "a", 1, "1", 1, with.error.out());
  rocksdb_transaction_put(second, "b", 1, "2", 1, with.error.out());
  EQ(with.error.text(), "");
  std::thread waits([&] {
    Error error;
    rocksdb_transaction_put(first, "b", 1, "1", 1, error.out());
    EQ(error.text(), "");
  });
  uint32_t family = 0;
  std::string key;
  while (Behind<rocksdb::Transaction*>(first)->GetWaitingTxns(&family, &key).empty()) {
    std::this_thread::yield();
  }
  rocksdb_transaction_put(second, "a", 1, "2", 1, with.error.out());
  EQ(with.error.text(), "Resource busy: Deadlock");
  End(second);
  waits.join();
  End(first);
}

CASE(c_times_of_transactions) {
  LockingDb with;
  rocksdb_transaction_t* const txn = with.Begin();
  rocksdb_transaction_set_read_timestamp_for_validation(txn, 7);
  rocksdb_transaction_set_commit_timestamp(txn, 8);
  rocksdb_transaction_put(txn, "a", 1, "1", 1, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_transaction_commit(txn, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_transaction_destroy(txn);
  EQ(Keys(rocksdb_transactiondb_create_iterator(with.db, with.read)), "a ");
}

CASE(c_locking_options) {
  LockingDb with;
  with.Close();
  auto& behind = Behind<rocksdb::TransactionDBOptions>(with.db_options);
  EQ(behind.num_stripes, 16u);
  rocksdb_transactiondb_options_set_num_stripes(with.db_options, 3);
  EQ(behind.num_stripes, 3u);
  EQ(behind.transaction_lock_timeout, 1000);
  rocksdb_transactiondb_options_set_transaction_lock_timeout(with.db_options, 1);
  EQ(behind.transaction_lock_timeout, 1);
  rocksdb_transactiondb_options_set_max_num_locks(with.db_options, 2);
  with.Open();
  rocksdb_transaction_t* const txn = with.Begin();
  for (const char* key : {"a", "b"}) {
    rocksdb_transaction_put(txn, key, 1, "1", 1, with.error.out());
    EQ(with.error.text(), "");
  }
  rocksdb_transaction_put(txn, "c", 1, "1", 1, with.error.out());
  EQ(with.error.text(), "Resource busy: Failed to acquire lock due to max_num_locks limit");
  rocksdb_transaction_t* const other = with.Begin();
  rocksdb_transaction_put(other, "a", 1, "1", 1, with.error.out());
  EQ(with.error.text(), "Operation timed out: Timeout waiting to lock key");
  End(other);
  End(txn);
}

CASE(c_transactions_from_batches) {
  LockingDb with;
  rocksdb_transaction_t* const txn = with.Begin();
  rocksdb_writebatch_t* const batch = rocksdb_writebatch_create();
  rocksdb_writebatch_put(batch, "a", 1, "1", 1);
  rocksdb_writebatch_delete(batch, "b", 1);
  rocksdb_transaction_rebuild_from_writebatch(txn, batch, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_writebatch_destroy(batch);
  rocksdb_writebatch_wi_t* const indexed = rocksdb_writebatch_wi_create(0, 1);
  rocksdb_writebatch_wi_put_cf(indexed, with.family, "c", 1, "3", 1);
  rocksdb_transaction_rebuild_from_writebatch_wi(txn, indexed, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_writebatch_wi_destroy(indexed);
  // It holds their locks, and writes what they had.
  rocksdb_transaction_t* const other = with.Begin();
  Behind<rocksdb::Transaction*>(other)->SetLockTimeout(1);
  rocksdb_transaction_put(other, "b", 1, "9", 1, with.error.out());
  EQ(with.error.text(), "Operation timed out: Timeout waiting to lock key");
  End(other);
  rocksdb_transaction_commit(txn, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_transaction_destroy(txn);
  EQ(Keys(rocksdb_transactiondb_create_iterator(with.db, with.read)), "a ");
  EQ(Keys(rocksdb_transactiondb_create_iterator_cf(with.db, with.read, with.family)), "c ");
}

CASE(c_locking_databases_write_and_read) {
  LockingDb with;
  rocksdb_transactiondb_put(with.db, with.write, "a", 1, "1", 1, with.error.out());
  rocksdb_transactiondb_put(with.db, with.write, "b", 1, "2", 1, with.error.out());
  rocksdb_transactiondb_put_cf(with.db, with.write, with.family, "a", 1, "3", 1, with.error.out());
  rocksdb_transactiondb_merge(with.db, with.write, "m", 1, kTwo.data(), 8, with.error.out());
  for (int i = 0; i < 2; ++i) {
    rocksdb_transactiondb_merge_cf(with.db, with.write, with.family, "m", 1, kOne.data(), 8,
                                   with.error.out());
  }
  EQ(with.error.text(), "");
  const rocksdb_snapshot_t* const snapshot = rocksdb_transactiondb_create_snapshot(with.db);
  rocksdb_transactiondb_delete(with.db, with.write, "a", 1, with.error.out());
  rocksdb_transactiondb_delete_cf(with.db, with.write, with.family, "a", 1, with.error.out());
  EQ(with.error.text(), "");
  const auto get_cf = [&](const char* key) {
    return Taken([&](size_t* n) {
      return rocksdb_transactiondb_get_cf(with.db, with.read, with.family, key, 1, n,
                                          with.error.out());
    });
  };
  EQ(get_cf("a"), "(none)");
  EQ(get_cf("m"), kTwo);
  EQ(Pinned(rocksdb_transactiondb_get_pinned(with.db, with.read, "a", 1, with.error.out())),
     "(none)");
  rocksdb_readoptions_set_snapshot(with.read, snapshot);
  EQ(get_cf("a"), "3");
  EQ(Pinned(rocksdb_transactiondb_get_pinned(with.db, with.read, "a", 1, with.error.out())), "1");
  EQ(Pinned(rocksdb_transactiondb_get_pinned_cf(with.db, with.read, with.family, "a", 1,
                                                with.error.out())),
     "3");
  char* values[2] = {};
  size_t sizes[2] = {};
  char* errors[2] = {};
  rocksdb_transactiondb_multi_get(with.db, with.read, 2, kKeys, kOnes, values, sizes, errors);
  EQ(Taken(values[0], sizes[0]) + Taken(values[1], sizes[1]), "12");
  const rocksdb_column_family_handle_t* const families[] = {with.family, with.handles[0]};
  rocksdb_transactiondb_multi_get_cf(with.db, with.read, families, 2, kKeys, kOnes, values, sizes,
                                     errors);
  EQ(Taken(values[0], sizes[0]) + Taken(values[1], sizes[1]), "32");
  rocksdb_readoptions_set_snapshot(with.read, nullptr);
  rocksdb_transactiondb_release_snapshot(with.db, snapshot);
  EQ(with.error.text(), "");

  rocksdb_writebatch_t* const batch = rocksdb_writebatch_create();
  rocksdb_writebatch_put_cf(batch, with.family, "w", 1, "4", 1);
  rocksdb_transactiondb_write(with.db, with.write, batch, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_writebatch_destroy(batch);
  EQ(get_cf("w"), "4");
}

CASE(c_locking_databases_are_kept) {
  LockingDb with;
  rocksdb_transactiondb_put(with.db, with.write, "a", 1, "1", 1, with.error.out());
  rocksdb_transactiondb_put_cf(with.db, with.write, with.family, "a", 1, "1", 1, with.error.out());
  rocksdb_transactiondb_flush_wal(with.db, 1, with.error.out());
  EQ(with.error.text(), "");
  constexpr char kUnflushed[] = "rocksdb.num-entries-active-mem-table";
  const auto files = [&] { return FilesWith(Directory() + "/db", ".sst").size(); };
  uint64_t number = 0;
  EQ(rocksdb_transactiondb_property_int(with.db, kUnflushed, &number), 0);
  EQ(number, 1u);
  EQ(rocksdb_transactiondb_property_int(with.db, "rocksdb.no-such-property", &number), -1);
  rocksdb_flushoptions_t* const flush = rocksdb_flushoptions_create();
  rocksdb_transactiondb_flush(with.db, flush, with.error.out());
  EQ(with.error.text(), "");
  EQ(files(), 1u);
  rocksdb_transactiondb_flush_cf(with.db, flush, with.family, with.error.out());
  EQ(with.error.text(), "");
  EQ(files(), 2u);
  rocksdb_flushoptions_destroy(flush);
  char* const text = rocksdb_transactiondb_property_value(with.db, kUnflushed);
  EQ(Taken(text, text == nullptr ? 0 : strlen(text)), "0");
  YES(rocksdb_transactiondb_property_value(with.db, "rocksdb.no-such-property") == nullptr);

  rocksdb_column_family_handle_t* const made =
      rocksdb_transactiondb_create_column_family(with.db, with.options, "third", with.error.out());
  EQ(with.error.text(), "");
  EQ(rocksdb_column_family_handle_get_id(made), 2u);
  // There is a handle to destroy after an error, too.
  rocksdb_column_family_handle_destroy(
      rocksdb_transactiondb_create_column_family(with.db, with.options, "third", with.error.out()));
  EQ(with.error.text(), "Invalid argument: Column family already exists");
  rocksdb_column_family_handle_destroy(made);

  rocksdb_checkpoint_t* const checkpoint =
      rocksdb_transactiondb_checkpoint_object_create(with.db, with.error.out());
  EQ(with.error.text(), "");
  const std::string copy = Directory() + "/copy";
  rocksdb_checkpoint_create(checkpoint, copy.c_str(), 0, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_checkpoint_create(checkpoint, copy.c_str(), 0, with.error.out());
  EQ(with.error.text(), "Invalid argument: Directory exists");
  rocksdb_checkpoint_object_destroy(checkpoint);
  const char* const names[] = {"default", "more", "third"};
  const rocksdb_options_t* const all[] = {with.options, with.options, with.options};
  rocksdb_column_family_handle_t* handles[3] = {};
  rocksdb_t* const db = rocksdb_open_column_families(with.options, copy.c_str(), 3, names, all,
                                                     handles, with.error.out());
  EQ(with.error.text(), "");
  EQ(Keys(rocksdb_create_iterator_cf(db, with.read, handles[1])), "a ");
  for (rocksdb_column_family_handle_t* h : handles) rocksdb_column_family_handle_destroy(h);
  rocksdb_close(db);

  const char* const wrong[] = {"default"};
  YES(rocksdb_transactiondb_open_column_families(with.options, with.db_options, copy.c_str(), 1,
                                                 wrong, all, handles, with.error.out()) == nullptr);
  EQ(with.error.text().substr(0, 46), "Invalid argument: Column families not opened: ");
}

CASE(c_optimistic_databases) {
  Settings with;
  Error error;
  const std::string path = Directory() + "/db";
  rocksdb_options_set_create_missing_column_families(with.options, 1);
  const char* const names[] = {"default", "more"};
  const rocksdb_options_t* const both[] = {with.options, with.options};
  rocksdb_column_family_handle_t* handles[2] = {};
  rocksdb_optimistictransactiondb_t* const db =
      rocksdb_optimistictransactiondb_open_column_families(with.options, path.c_str(), 2, names,
                                                           both, handles, error.out());
  EQ(error.text(), "");
  rocksdb_writebatch_t* const batch = rocksdb_writebatch_create();
  rocksdb_writebatch_put(batch, "a", 1, "1", 1);
  rocksdb_writebatch_put_cf(batch, handles[1], "b", 1, "2", 1);
  rocksdb_optimistictransactiondb_write(db, with.write, batch, error.out());
  EQ(error.text(), "");
  rocksdb_writebatch_destroy(batch);
  constexpr char kUnflushed[] = "rocksdb.num-entries-active-mem-table";
  uint64_t number = 0;
  EQ(rocksdb_optimistictransactiondb_property_int(db, kUnflushed, &number), 0);
  EQ(number, 1u);
  EQ(rocksdb_optimistictransactiondb_property_int(db, "rocksdb.no-such-property", &number), -1);
  char* const text = rocksdb_optimistictransactiondb_property_value(db, kUnflushed);
  EQ(Taken(text, text == nullptr ? 0 : strlen(text)), "1");
  YES(rocksdb_optimistictransactiondb_property_value(db, "rocksdb.no-such-property") == nullptr);
  rocksdb_checkpoint_t* const checkpoint =
      rocksdb_optimistictransactiondb_checkpoint_object_create(db, error.out());
  EQ(error.text(), "");
  const std::string copy = Directory() + "/copy";
  rocksdb_checkpoint_create(checkpoint, copy.c_str(), 0, error.out());
  EQ(error.text(), "");
  rocksdb_checkpoint_object_destroy(checkpoint);
  for (rocksdb_column_family_handle_t* h : handles) rocksdb_column_family_handle_destroy(h);
  rocksdb_optimistictransactiondb_close(db);
  rocksdb_t* const opened = rocksdb_open_column_families(with.options, copy.c_str(), 2, names, both,
                                                         handles, error.out());
  EQ(error.text(), "");
  EQ(Keys(rocksdb_create_iterator_cf(opened, with.read, handles[1])), "b ");
  for (rocksdb_column_family_handle_t* h : handles) rocksdb_column_family_handle_destroy(h);
  rocksdb_close(opened);
}

}  // namespace
}  // namespace conformance
