// The C interface: transactions of both kinds.
#include "compat/c_api/c_types.h"

using rocksdb::ColumnFamilyHandle;
using rocksdb::PinnableSlice;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb_c::Copy;
using rocksdb_c::Found;
using rocksdb_c::GetCopy;
using rocksdb_c::GetPinned;
using rocksdb_c::Handles;
using rocksdb_c::MultiGet;
using rocksdb_c::Opened;
using rocksdb_c::PropertyNumber;
using rocksdb_c::PropertyText;
using rocksdb_c::ReadCopy;
using rocksdb_c::ReadPinned;
using rocksdb_c::SaveError;

namespace {

// What malloc gave, as the caller may free it.
template <typename Wrapper, typename Rep>
Wrapper* Lent(Rep* rep) {
  auto* const wrapper = static_cast<Wrapper*>(malloc(sizeof(Wrapper)));
  wrapper->rep = rep;
  return wrapper;
}

// `old` (may be null) is used again.
rocksdb_transaction_t* Begun(rocksdb::Transaction* txn, rocksdb_transaction_t* old) {
  if (old == nullptr) return Lent<rocksdb_transaction_t>(txn);
  old->rep = txn;
  return old;
}

}  // namespace

extern "C" {

// --- one transaction ---

rocksdb_transaction_t* rocksdb_transaction_begin(rocksdb_transactiondb_t* txn_db,
                                                 const rocksdb_writeoptions_t* write_options,
                                                 const rocksdb_transaction_options_t* txn_options,
                                                 rocksdb_transaction_t* old_txn) {
  return Begun(txn_db->rep->BeginTransaction(write_options->rep, txn_options->rep,
                                             old_txn == nullptr ? nullptr : old_txn->rep),
               old_txn);
}
rocksdb_transaction_t* rocksdb_optimistictransaction_begin(
    rocksdb_optimistictransactiondb_t* otxn_db, const rocksdb_writeoptions_t* write_options,
    const rocksdb_optimistictransaction_options_t* otxn_options, rocksdb_transaction_t* old_txn) {
  return Begun(otxn_db->rep->BeginTransaction(write_options->rep, otxn_options->rep,
                                              old_txn == nullptr ? nullptr : old_txn->rep),
               old_txn);
}
void rocksdb_transaction_destroy(rocksdb_transaction_t* txn) {
  delete txn->rep;
  free(txn);
}
void rocksdb_transaction_set_name(rocksdb_transaction_t* txn, const char* name, size_t name_len,
                                  char** errptr) {
  SaveError(errptr, txn->rep->SetName(std::string(name, name_len)));
}
char* rocksdb_transaction_get_name(rocksdb_transaction_t* txn, size_t* name_len) {
  const std::string name = txn->rep->GetName();
  *name_len = name.size();
  return Copy(name);
}
void rocksdb_transaction_prepare(rocksdb_transaction_t* txn, char** errptr) {
  SaveError(errptr, txn->rep->Prepare());
}
void rocksdb_transaction_commit(rocksdb_transaction_t* txn, char** errptr) {
  SaveError(errptr, txn->rep->Commit());
}
void rocksdb_transaction_rollback(rocksdb_transaction_t* txn, char** errptr) {
  SaveError(errptr, txn->rep->Rollback());
}
void rocksdb_transaction_set_savepoint(rocksdb_transaction_t* txn) { txn->rep->SetSavePoint(); }
void rocksdb_transaction_rollback_to_savepoint(rocksdb_transaction_t* txn, char** errptr) {
  SaveError(errptr, txn->rep->RollbackToSavePoint());
}
const rocksdb_snapshot_t* rocksdb_transaction_get_snapshot(rocksdb_transaction_t* txn) {
  return Lent<rocksdb_snapshot_t>(txn->rep->GetSnapshot());
}
rocksdb_writebatch_wi_t* rocksdb_transaction_get_writebatch_wi(rocksdb_transaction_t* txn) {
  return Lent<rocksdb_writebatch_wi_t>(txn->rep->GetWriteBatch());
}
void rocksdb_transaction_rebuild_from_writebatch(rocksdb_transaction_t* txn,
                                                 rocksdb_writebatch_t* writebatch, char** errptr) {
  SaveError(errptr, txn->rep->RebuildFromWriteBatch(&writebatch->rep));
}
void rocksdb_transaction_rebuild_from_writebatch_wi(rocksdb_transaction_t* txn,
                                                    rocksdb_writebatch_wi_t* wi, char** errptr) {
  SaveError(errptr, txn->rep->RebuildFromWriteBatch(wi->rep->GetWriteBatch()));
}
void rocksdb_transaction_set_commit_timestamp(rocksdb_transaction_t* txn,
                                              uint64_t commit_timestamp) {
  txn->rep->SetCommitTimestamp(commit_timestamp).PermitUncheckedError();
}
void rocksdb_transaction_set_read_timestamp_for_validation(rocksdb_transaction_t* txn,
                                                           uint64_t read_timestamp) {
  txn->rep->SetReadTimestampForValidation(read_timestamp).PermitUncheckedError();
}

char* rocksdb_transaction_get(rocksdb_transaction_t* txn, const rocksdb_readoptions_t* options,
                              const char* key, size_t klen, size_t* vlen, char** errptr) {
  return ReadCopy(vlen, errptr, [&](PinnableSlice* value) {
    return txn->rep->Get(options->rep, Slice(key, klen), value);
  });
}
char* rocksdb_transaction_get_cf(rocksdb_transaction_t* txn, const rocksdb_readoptions_t* options,
                                 rocksdb_column_family_handle_t* column_family, const char* key,
                                 size_t klen, size_t* vlen, char** errptr) {
  return ReadCopy(vlen, errptr, [&](PinnableSlice* value) {
    return txn->rep->Get(options->rep, column_family->rep, Slice(key, klen), value);
  });
}
char* rocksdb_transaction_get_for_update(rocksdb_transaction_t* txn,
                                         const rocksdb_readoptions_t* options, const char* key,
                                         size_t klen, size_t* vlen, unsigned char exclusive,
                                         char** errptr) {
  std::string value;
  const Status status =
      txn->rep->GetForUpdate(options->rep, Slice(key, klen), &value, exclusive != 0);
  return Found(status, value, vlen, errptr);
}
char* rocksdb_transaction_get_for_update_cf(rocksdb_transaction_t* txn,
                                            const rocksdb_readoptions_t* options,
                                            rocksdb_column_family_handle_t* column_family,
                                            const char* key, size_t klen, size_t* vlen,
                                            unsigned char exclusive, char** errptr) {
  std::string value;
  const Status status = txn->rep->GetForUpdate(options->rep, column_family->rep, Slice(key, klen),
                                               &value, exclusive != 0);
  return Found(status, value, vlen, errptr);
}
rocksdb_pinnableslice_t* rocksdb_transaction_get_pinned(rocksdb_transaction_t* txn,
                                                        const rocksdb_readoptions_t* options,
                                                        const char* key, size_t klen,
                                                        char** errptr) {
  return ReadPinned(errptr, [&](PinnableSlice* value) {
    return txn->rep->Get(options->rep, Slice(key, klen), value);
  });
}
rocksdb_pinnableslice_t* rocksdb_transaction_get_pinned_cf(
    rocksdb_transaction_t* txn, const rocksdb_readoptions_t* options,
    rocksdb_column_family_handle_t* column_family, const char* key, size_t klen, char** errptr) {
  return ReadPinned(errptr, [&](PinnableSlice* value) {
    return txn->rep->Get(options->rep, column_family->rep, Slice(key, klen), value);
  });
}
rocksdb_pinnableslice_t* rocksdb_transaction_get_pinned_for_update(
    rocksdb_transaction_t* txn, const rocksdb_readoptions_t* options, const char* key, size_t klen,
    unsigned char exclusive, char** errptr) {
  return ReadPinned(errptr, [&](PinnableSlice* value) {
    return txn->rep->GetForUpdate(options->rep, nullptr, Slice(key, klen), value, exclusive != 0);
  });
}
rocksdb_pinnableslice_t* rocksdb_transaction_get_pinned_for_update_cf(
    rocksdb_transaction_t* txn, const rocksdb_readoptions_t* options,
    rocksdb_column_family_handle_t* column_family, const char* key, size_t klen,
    unsigned char exclusive, char** errptr) {
  return ReadPinned(errptr, [&](PinnableSlice* value) {
    return txn->rep->GetForUpdate(options->rep, column_family->rep, Slice(key, klen), value,
                                  exclusive != 0);
  });
}
void rocksdb_transaction_multi_get(rocksdb_transaction_t* txn, const rocksdb_readoptions_t* options,
                                   size_t num_keys, const char* const* keys_list,
                                   const size_t* keys_list_sizes, char** values_list,
                                   size_t* values_list_sizes, char** errs) {
  MultiGet(txn->rep, options, num_keys, keys_list, keys_list_sizes, values_list, values_list_sizes,
           errs);
}
void rocksdb_transaction_multi_get_cf(rocksdb_transaction_t* txn,
                                      const rocksdb_readoptions_t* options,
                                      const rocksdb_column_family_handle_t* const* column_families,
                                      size_t num_keys, const char* const* keys_list,
                                      const size_t* keys_list_sizes, char** values_list,
                                      size_t* values_list_sizes, char** errs) {
  MultiGet(txn->rep, options, num_keys, keys_list, keys_list_sizes, values_list, values_list_sizes,
           errs, Handles(num_keys, column_families));
}
rocksdb_iterator_t* rocksdb_transaction_create_iterator(rocksdb_transaction_t* txn,
                                                        const rocksdb_readoptions_t* options) {
  return new rocksdb_iterator_t{txn->rep->GetIterator(options->rep)};
}
rocksdb_iterator_t* rocksdb_transaction_create_iterator_cf(
    rocksdb_transaction_t* txn, const rocksdb_readoptions_t* options,
    rocksdb_column_family_handle_t* column_family) {
  return new rocksdb_iterator_t{txn->rep->GetIterator(options->rep, column_family->rep)};
}

void rocksdb_transaction_put(rocksdb_transaction_t* txn, const char* key, size_t klen,
                             const char* val, size_t vlen, char** errptr) {
  SaveError(errptr, txn->rep->Put(Slice(key, klen), Slice(val, vlen)));
}
void rocksdb_transaction_put_cf(rocksdb_transaction_t* txn,
                                rocksdb_column_family_handle_t* column_family, const char* key,
                                size_t klen, const char* val, size_t vlen, char** errptr) {
  SaveError(errptr, txn->rep->Put(column_family->rep, Slice(key, klen), Slice(val, vlen)));
}
void rocksdb_transaction_merge(rocksdb_transaction_t* txn, const char* key, size_t klen,
                               const char* val, size_t vlen, char** errptr) {
  SaveError(errptr, txn->rep->Merge(Slice(key, klen), Slice(val, vlen)));
}
void rocksdb_transaction_merge_cf(rocksdb_transaction_t* txn,
                                  rocksdb_column_family_handle_t* column_family, const char* key,
                                  size_t klen, const char* val, size_t vlen, char** errptr) {
  SaveError(errptr, txn->rep->Merge(column_family->rep, Slice(key, klen), Slice(val, vlen)));
}
void rocksdb_transaction_delete(rocksdb_transaction_t* txn, const char* key, size_t klen,
                                char** errptr) {
  SaveError(errptr, txn->rep->Delete(Slice(key, klen)));
}
void rocksdb_transaction_delete_cf(rocksdb_transaction_t* txn,
                                   rocksdb_column_family_handle_t* column_family, const char* key,
                                   size_t klen, char** errptr) {
  SaveError(errptr, txn->rep->Delete(column_family->rep, Slice(key, klen)));
}

// --- a DB with locks ---

rocksdb_transactiondb_t* rocksdb_transactiondb_open(
    const rocksdb_options_t* options, const rocksdb_transactiondb_options_t* txn_db_options,
    const char* name, char** errptr) {
  rocksdb::TransactionDB* db = nullptr;
  const Status status = rocksdb::TransactionDB::Open(options->rep, txn_db_options->rep, name, &db);
  return Opened<rocksdb_transactiondb_t>(status, db, {}, nullptr, errptr);
}
rocksdb_transactiondb_t* rocksdb_transactiondb_open_column_families(
    const rocksdb_options_t* options, const rocksdb_transactiondb_options_t* txn_db_options,
    const char* name, int num_column_families, const char* const* column_family_names,
    const rocksdb_options_t* const* column_family_options,
    rocksdb_column_family_handle_t** column_family_handles, char** errptr) {
  rocksdb::TransactionDB* db = nullptr;
  std::vector<ColumnFamilyHandle*> handles;
  const Status status = rocksdb::TransactionDB::Open(
      rocksdb::DBOptions(options->rep), txn_db_options->rep, name,
      rocksdb_c::Descriptors(num_column_families, column_family_names, column_family_options),
      &handles, &db);
  return Opened<rocksdb_transactiondb_t>(status, db, handles, column_family_handles, errptr);
}
void rocksdb_transactiondb_close(rocksdb_transactiondb_t* txn_db) {
  delete txn_db->rep;
  delete txn_db;
}
rocksdb_column_family_handle_t* rocksdb_transactiondb_create_column_family(
    rocksdb_transactiondb_t* txn_db, const rocksdb_options_t* column_family_options,
    const char* column_family_name, char** errptr) {
  ColumnFamilyHandle* handle = nullptr;
  const Status status = txn_db->rep->CreateColumnFamily(
      rocksdb::ColumnFamilyOptions(column_family_options->rep), column_family_name, &handle);
  return rocksdb_c::Created(status, handle, errptr);
}
rocksdb_checkpoint_t* rocksdb_transactiondb_checkpoint_object_create(
    rocksdb_transactiondb_t* txn_db, char** errptr) {
  return rocksdb_c::NewCheckpoint(txn_db->rep, errptr);
}
rocksdb_transaction_t** rocksdb_transactiondb_get_prepared_transactions(
    rocksdb_transactiondb_t* txn_db, size_t* cnt) {
  std::vector<rocksdb::Transaction*> prepared;
  txn_db->rep->GetAllPreparedTransactions(&prepared);
  *cnt = prepared.size();
  if (prepared.empty()) return nullptr;
  auto** const list = static_cast<rocksdb_transaction_t**>(
      malloc(prepared.size() * sizeof(rocksdb_transaction_t*)));
  for (size_t i = 0; i < prepared.size(); ++i) list[i] = Lent<rocksdb_transaction_t>(prepared[i]);
  return list;
}
const rocksdb_snapshot_t* rocksdb_transactiondb_create_snapshot(rocksdb_transactiondb_t* txn_db) {
  return new rocksdb_snapshot_t{txn_db->rep->GetSnapshot()};
}
void rocksdb_transactiondb_release_snapshot(rocksdb_transactiondb_t* txn_db,
                                            const rocksdb_snapshot_t* snapshot) {
  txn_db->rep->ReleaseSnapshot(snapshot->rep);
  delete snapshot;
}
char* rocksdb_transactiondb_property_value(rocksdb_transactiondb_t* db, const char* propname) {
  return PropertyText(db->rep, db->rep->DefaultColumnFamily(), propname);
}
int rocksdb_transactiondb_property_int(rocksdb_transactiondb_t* db, const char* propname,
                                       uint64_t* out_val) {
  return PropertyNumber(db->rep, db->rep->DefaultColumnFamily(), propname, out_val);
}

void rocksdb_transactiondb_put(rocksdb_transactiondb_t* txn_db,
                               const rocksdb_writeoptions_t* options, const char* key, size_t klen,
                               const char* val, size_t vlen, char** errptr) {
  SaveError(errptr, txn_db->rep->Put(options->rep, Slice(key, klen), Slice(val, vlen)));
}
void rocksdb_transactiondb_put_cf(rocksdb_transactiondb_t* txn_db,
                                  const rocksdb_writeoptions_t* options,
                                  rocksdb_column_family_handle_t* column_family, const char* key,
                                  size_t keylen, const char* val, size_t vallen, char** errptr) {
  SaveError(errptr, txn_db->rep->Put(options->rep, column_family->rep, Slice(key, keylen),
                                     Slice(val, vallen)));
}
void rocksdb_transactiondb_merge(rocksdb_transactiondb_t* txn_db,
                                 const rocksdb_writeoptions_t* options, const char* key,
                                 size_t klen, const char* val, size_t vlen, char** errptr) {
  SaveError(errptr, txn_db->rep->Merge(options->rep, Slice(key, klen), Slice(val, vlen)));
}
void rocksdb_transactiondb_merge_cf(rocksdb_transactiondb_t* txn_db,
                                    const rocksdb_writeoptions_t* options,
                                    rocksdb_column_family_handle_t* column_family, const char* key,
                                    size_t klen, const char* val, size_t vlen, char** errptr) {
  SaveError(errptr, txn_db->rep->Merge(options->rep, column_family->rep, Slice(key, klen),
                                       Slice(val, vlen)));
}
void rocksdb_transactiondb_delete(rocksdb_transactiondb_t* txn_db,
                                  const rocksdb_writeoptions_t* options, const char* key,
                                  size_t klen, char** errptr) {
  SaveError(errptr, txn_db->rep->Delete(options->rep, Slice(key, klen)));
}
void rocksdb_transactiondb_delete_cf(rocksdb_transactiondb_t* txn_db,
                                     const rocksdb_writeoptions_t* options,
                                     rocksdb_column_family_handle_t* column_family, const char* key,
                                     size_t keylen, char** errptr) {
  SaveError(errptr, txn_db->rep->Delete(options->rep, column_family->rep, Slice(key, keylen)));
}
void rocksdb_transactiondb_write(rocksdb_transactiondb_t* txn_db,
                                 const rocksdb_writeoptions_t* options, rocksdb_writebatch_t* batch,
                                 char** errptr) {
  SaveError(errptr, txn_db->rep->Write(options->rep, &batch->rep));
}

char* rocksdb_transactiondb_get(rocksdb_transactiondb_t* txn_db,
                                const rocksdb_readoptions_t* options, const char* key, size_t klen,
                                size_t* vlen, char** errptr) {
  return GetCopy(txn_db->rep, options, txn_db->rep->DefaultColumnFamily(), Slice(key, klen), vlen,
                 errptr);
}
char* rocksdb_transactiondb_get_cf(rocksdb_transactiondb_t* txn_db,
                                   const rocksdb_readoptions_t* options,
                                   rocksdb_column_family_handle_t* column_family, const char* key,
                                   size_t keylen, size_t* vallen, char** errptr) {
  return GetCopy(txn_db->rep, options, column_family->rep, Slice(key, keylen), vallen, errptr);
}
rocksdb_pinnableslice_t* rocksdb_transactiondb_get_pinned(rocksdb_transactiondb_t* txn_db,
                                                          const rocksdb_readoptions_t* options,
                                                          const char* key, size_t klen,
                                                          char** errptr) {
  return GetPinned(txn_db->rep, options, txn_db->rep->DefaultColumnFamily(), Slice(key, klen),
                   errptr);
}
rocksdb_pinnableslice_t* rocksdb_transactiondb_get_pinned_cf(
    rocksdb_transactiondb_t* txn_db, const rocksdb_readoptions_t* options,
    rocksdb_column_family_handle_t* column_family, const char* key, size_t keylen, char** errptr) {
  return GetPinned(txn_db->rep, options, column_family->rep, Slice(key, keylen), errptr);
}
void rocksdb_transactiondb_multi_get(rocksdb_transactiondb_t* txn_db,
                                     const rocksdb_readoptions_t* options, size_t num_keys,
                                     const char* const* keys_list, const size_t* keys_list_sizes,
                                     char** values_list, size_t* values_list_sizes, char** errs) {
  MultiGet(txn_db->rep, options, num_keys, keys_list, keys_list_sizes, values_list,
           values_list_sizes, errs);
}
void rocksdb_transactiondb_multi_get_cf(
    rocksdb_transactiondb_t* txn_db, const rocksdb_readoptions_t* options,
    const rocksdb_column_family_handle_t* const* column_families, size_t num_keys,
    const char* const* keys_list, const size_t* keys_list_sizes, char** values_list,
    size_t* values_list_sizes, char** errs) {
  MultiGet(txn_db->rep, options, num_keys, keys_list, keys_list_sizes, values_list,
           values_list_sizes, errs, Handles(num_keys, column_families));
}
rocksdb_iterator_t* rocksdb_transactiondb_create_iterator(rocksdb_transactiondb_t* txn_db,
                                                          const rocksdb_readoptions_t* options) {
  return new rocksdb_iterator_t{txn_db->rep->NewIterator(options->rep)};
}
rocksdb_iterator_t* rocksdb_transactiondb_create_iterator_cf(
    rocksdb_transactiondb_t* txn_db, const rocksdb_readoptions_t* options,
    rocksdb_column_family_handle_t* column_family) {
  return new rocksdb_iterator_t{txn_db->rep->NewIterator(options->rep, column_family->rep)};
}
void rocksdb_transactiondb_flush(rocksdb_transactiondb_t* txn_db,
                                 const rocksdb_flushoptions_t* options, char** errptr) {
  SaveError(errptr, txn_db->rep->Flush(options->rep));
}
void rocksdb_transactiondb_flush_cf(rocksdb_transactiondb_t* txn_db,
                                    const rocksdb_flushoptions_t* options,
                                    rocksdb_column_family_handle_t* column_family, char** errptr) {
  SaveError(errptr, txn_db->rep->Flush(options->rep, column_family->rep));
}
void rocksdb_transactiondb_flush_wal(rocksdb_transactiondb_t* txn_db, unsigned char sync,
                                     char** errptr) {
  SaveError(errptr, txn_db->rep->FlushWAL(sync != 0));
}

// --- a DB without ---

rocksdb_optimistictransactiondb_t* rocksdb_optimistictransactiondb_open(
    const rocksdb_options_t* options, const char* name, char** errptr) {
  rocksdb::OptimisticTransactionDB* db = nullptr;
  const Status status = rocksdb::OptimisticTransactionDB::Open(options->rep, name, &db);
  return Opened<rocksdb_optimistictransactiondb_t>(status, db, {}, nullptr, errptr);
}
rocksdb_optimistictransactiondb_t* rocksdb_optimistictransactiondb_open_column_families(
    const rocksdb_options_t* options, const char* name, int num_column_families,
    const char* const* column_family_names, const rocksdb_options_t* const* column_family_options,
    rocksdb_column_family_handle_t** column_family_handles, char** errptr) {
  rocksdb::OptimisticTransactionDB* db = nullptr;
  std::vector<ColumnFamilyHandle*> handles;
  const Status status = rocksdb::OptimisticTransactionDB::Open(
      rocksdb::DBOptions(options->rep), name,
      rocksdb_c::Descriptors(num_column_families, column_family_names, column_family_options),
      &handles, &db);
  return Opened<rocksdb_optimistictransactiondb_t>(status, db, handles, column_family_handles,
                                                   errptr);
}
void rocksdb_optimistictransactiondb_close(rocksdb_optimistictransactiondb_t* otxn_db) {
  delete otxn_db->rep;
  delete otxn_db;
}
rocksdb_t* rocksdb_optimistictransactiondb_get_base_db(rocksdb_optimistictransactiondb_t* otxn_db) {
  rocksdb::DB* const base = otxn_db->rep->GetBaseDB();
  return base == nullptr ? nullptr : new rocksdb_t{base};
}
void rocksdb_optimistictransactiondb_close_base_db(rocksdb_t* base_db) { delete base_db; }
void rocksdb_optimistictransactiondb_write(rocksdb_optimistictransactiondb_t* otxn_db,
                                           const rocksdb_writeoptions_t* options,
                                           rocksdb_writebatch_t* batch, char** errptr) {
  SaveError(errptr, otxn_db->rep->Write(options->rep, &batch->rep));
}
rocksdb_checkpoint_t* rocksdb_optimistictransactiondb_checkpoint_object_create(
    rocksdb_optimistictransactiondb_t* otxn_db, char** errptr) {
  return rocksdb_c::NewCheckpoint(otxn_db->rep, errptr);
}
char* rocksdb_optimistictransactiondb_property_value(rocksdb_optimistictransactiondb_t* db,
                                                     const char* propname) {
  return PropertyText(db->rep, db->rep->DefaultColumnFamily(), propname);
}
int rocksdb_optimistictransactiondb_property_int(rocksdb_optimistictransactiondb_t* db,
                                                 const char* propname, uint64_t* out_val) {
  return PropertyNumber(db->rep, db->rep->DefaultColumnFamily(), propname, out_val);
}

}  // extern "C"
