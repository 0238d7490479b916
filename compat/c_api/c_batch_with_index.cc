// The C interface: write batches with an index.
#include "compat/c_api/c_batch.h"
#include "compat/c_api/c_types.h"

using rocksdb::Slice;
using rocksdb::Status;
using rocksdb_c::Found;
using rocksdb_c::IterateHandler;
using rocksdb_c::Pieces;
using rocksdb_c::SaveError;

extern "C" {

rocksdb_writebatch_wi_t* rocksdb_writebatch_wi_create(size_t reserved_bytes,
                                                      unsigned char overwrite_keys) {
  return new rocksdb_writebatch_wi_t{new rocksdb::WriteBatchWithIndex(
      rocksdb::BytewiseComparator(), reserved_bytes, overwrite_keys != 0)};
}
void rocksdb_writebatch_wi_destroy(rocksdb_writebatch_wi_t* b) {
  delete b->rep;
  delete b;
}
void rocksdb_writebatch_wi_clear(rocksdb_writebatch_wi_t* b) { b->rep->Clear(); }
int rocksdb_writebatch_wi_count(rocksdb_writebatch_wi_t* b) {
  return static_cast<int>(b->rep->GetWriteBatch()->Count());
}
const char* rocksdb_writebatch_wi_data(rocksdb_writebatch_wi_t* b, size_t* size) {
  const std::string& data = b->rep->GetWriteBatch()->Data();
  *size = data.size();
  return data.c_str();
}

void rocksdb_writebatch_wi_put(rocksdb_writebatch_wi_t* b, const char* key, size_t klen,
                               const char* val, size_t vlen) {
  b->rep->Put(Slice(key, klen), Slice(val, vlen)).PermitUncheckedError();
}
void rocksdb_writebatch_wi_put_cf(rocksdb_writebatch_wi_t* b,
                                  rocksdb_column_family_handle_t* column_family, const char* key,
                                  size_t klen, const char* val, size_t vlen) {
  b->rep->Put(column_family->rep, Slice(key, klen), Slice(val, vlen)).PermitUncheckedError();
}
void rocksdb_writebatch_wi_merge(rocksdb_writebatch_wi_t* b, const char* key, size_t klen,
                                 const char* val, size_t vlen) {
  b->rep->Merge(Slice(key, klen), Slice(val, vlen)).PermitUncheckedError();
}
void rocksdb_writebatch_wi_merge_cf(rocksdb_writebatch_wi_t* b,
                                    rocksdb_column_family_handle_t* column_family, const char* key,
                                    size_t klen, const char* val, size_t vlen) {
  b->rep->Merge(column_family->rep, Slice(key, klen), Slice(val, vlen)).PermitUncheckedError();
}
void rocksdb_writebatch_wi_delete(rocksdb_writebatch_wi_t* b, const char* key, size_t klen) {
  b->rep->Delete(Slice(key, klen)).PermitUncheckedError();
}
void rocksdb_writebatch_wi_delete_cf(rocksdb_writebatch_wi_t* b,
                                     rocksdb_column_family_handle_t* column_family, const char* key,
                                     size_t klen) {
  b->rep->Delete(column_family->rep, Slice(key, klen)).PermitUncheckedError();
}
void rocksdb_writebatch_wi_singledelete(rocksdb_writebatch_wi_t* b, const char* key, size_t klen) {
  b->rep->SingleDelete(Slice(key, klen)).PermitUncheckedError();
}
void rocksdb_writebatch_wi_singledelete_cf(rocksdb_writebatch_wi_t* b,
                                           rocksdb_column_family_handle_t* column_family,
                                           const char* key, size_t klen) {
  b->rep->SingleDelete(column_family->rep, Slice(key, klen)).PermitUncheckedError();
}
void rocksdb_writebatch_wi_delete_range(rocksdb_writebatch_wi_t* b, const char* start_key,
                                        size_t start_key_len, const char* end_key,
                                        size_t end_key_len) {
  b->rep->DeleteRange(Slice(start_key, start_key_len), Slice(end_key, end_key_len))
      .PermitUncheckedError();
}
void rocksdb_writebatch_wi_delete_range_cf(rocksdb_writebatch_wi_t* b,
                                           rocksdb_column_family_handle_t* column_family,
                                           const char* start_key, size_t start_key_len,
                                           const char* end_key, size_t end_key_len) {
  b->rep
      ->DeleteRange(column_family->rep, Slice(start_key, start_key_len),
                    Slice(end_key, end_key_len))
      .PermitUncheckedError();
}
void rocksdb_writebatch_wi_putv(rocksdb_writebatch_wi_t* b, int num_keys,
                                const char* const* keys_list, const size_t* keys_list_sizes,
                                int num_values, const char* const* values_list,
                                const size_t* values_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  const Pieces values(num_values, values_list, values_list_sizes);
  b->rep->Put(keys.parts(), values.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_wi_putv_cf(rocksdb_writebatch_wi_t* b,
                                   rocksdb_column_family_handle_t* column_family, int num_keys,
                                   const char* const* keys_list, const size_t* keys_list_sizes,
                                   int num_values, const char* const* values_list,
                                   const size_t* values_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  const Pieces values(num_values, values_list, values_list_sizes);
  b->rep->Put(column_family->rep, keys.parts(), values.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_wi_mergev(rocksdb_writebatch_wi_t* b, int num_keys,
                                  const char* const* keys_list, const size_t* keys_list_sizes,
                                  int num_values, const char* const* values_list,
                                  const size_t* values_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  const Pieces values(num_values, values_list, values_list_sizes);
  b->rep->Merge(keys.parts(), values.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_wi_mergev_cf(rocksdb_writebatch_wi_t* b,
                                     rocksdb_column_family_handle_t* column_family, int num_keys,
                                     const char* const* keys_list, const size_t* keys_list_sizes,
                                     int num_values, const char* const* values_list,
                                     const size_t* values_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  const Pieces values(num_values, values_list, values_list_sizes);
  b->rep->Merge(column_family->rep, keys.parts(), values.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_wi_deletev(rocksdb_writebatch_wi_t* b, int num_keys,
                                   const char* const* keys_list, const size_t* keys_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  b->rep->Delete(keys.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_wi_deletev_cf(rocksdb_writebatch_wi_t* b,
                                      rocksdb_column_family_handle_t* column_family, int num_keys,
                                      const char* const* keys_list, const size_t* keys_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  b->rep->Delete(column_family->rep, keys.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_wi_delete_rangev(rocksdb_writebatch_wi_t* b, int num_keys,
                                         const char* const* start_keys_list,
                                         const size_t* start_keys_list_sizes,
                                         const char* const* end_keys_list,
                                         const size_t* end_keys_list_sizes) {
  const Pieces begin(num_keys, start_keys_list, start_keys_list_sizes);
  const Pieces end(num_keys, end_keys_list, end_keys_list_sizes);
  b->rep->DeleteRange(begin.parts(), end.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_wi_delete_rangev_cf(rocksdb_writebatch_wi_t* b,
                                            rocksdb_column_family_handle_t* column_family,
                                            int num_keys, const char* const* start_keys_list,
                                            const size_t* start_keys_list_sizes,
                                            const char* const* end_keys_list,
                                            const size_t* end_keys_list_sizes) {
  const Pieces begin(num_keys, start_keys_list, start_keys_list_sizes);
  const Pieces end(num_keys, end_keys_list, end_keys_list_sizes);
  b->rep->DeleteRange(column_family->rep, begin.parts(), end.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_wi_put_log_data(rocksdb_writebatch_wi_t* b, const char* blob, size_t len) {
  b->rep->PutLogData(Slice(blob, len)).PermitUncheckedError();
}

void rocksdb_writebatch_wi_iterate(rocksdb_writebatch_wi_t* b, void* state,
                                   void (*put)(void*, const char* k, size_t klen, const char* v,
                                               size_t vlen),
                                   void (*deleted)(void*, const char* k, size_t klen)) {
  IterateHandler handler(state, put, deleted);
  b->rep->GetWriteBatch()->Iterate(&handler).PermitUncheckedError();
}
void rocksdb_writebatch_wi_set_save_point(rocksdb_writebatch_wi_t* b) { b->rep->SetSavePoint(); }
void rocksdb_writebatch_wi_rollback_to_save_point(rocksdb_writebatch_wi_t* b, char** errptr) {
  SaveError(errptr, b->rep->RollbackToSavePoint());
}

// The base iterator goes over to the new one.
rocksdb_iterator_t* rocksdb_writebatch_wi_create_iterator_with_base(
    rocksdb_writebatch_wi_t* wbwi, rocksdb_iterator_t* base_iterator) {
  auto* const result = new rocksdb_iterator_t{wbwi->rep->NewIteratorWithBase(base_iterator->rep)};
  delete base_iterator;
  return result;
}
rocksdb_iterator_t* rocksdb_writebatch_wi_create_iterator_with_base_cf(
    rocksdb_writebatch_wi_t* wbwi, rocksdb_iterator_t* base_iterator,
    rocksdb_column_family_handle_t* cf) {
  auto* const result =
      new rocksdb_iterator_t{wbwi->rep->NewIteratorWithBase(cf->rep, base_iterator->rep)};
  delete base_iterator;
  return result;
}

char* rocksdb_writebatch_wi_get_from_batch(rocksdb_writebatch_wi_t* wbwi,
                                           const rocksdb_options_t* options, const char* key,
                                           size_t keylen, size_t* vallen, char** errptr) {
  std::string value;
  const Status status = wbwi->rep->GetFromBatch(options->rep, Slice(key, keylen), &value);
  return Found(status, value, vallen, errptr);
}
char* rocksdb_writebatch_wi_get_from_batch_cf(rocksdb_writebatch_wi_t* wbwi,
                                              const rocksdb_options_t* options,
                                              rocksdb_column_family_handle_t* column_family,
                                              const char* key, size_t keylen, size_t* vallen,
                                              char** errptr) {
  std::string value;
  const Status status =
      wbwi->rep->GetFromBatch(column_family->rep, options->rep, Slice(key, keylen), &value);
  return Found(status, value, vallen, errptr);
}
char* rocksdb_writebatch_wi_get_from_batch_and_db(rocksdb_writebatch_wi_t* wbwi, rocksdb_t* db,
                                                  const rocksdb_readoptions_t* options,
                                                  const char* key, size_t keylen, size_t* vallen,
                                                  char** errptr) {
  std::string value;
  const Status status =
      wbwi->rep->GetFromBatchAndDB(db->rep, options->rep, Slice(key, keylen), &value);
  return Found(status, value, vallen, errptr);
}
char* rocksdb_writebatch_wi_get_from_batch_and_db_cf(rocksdb_writebatch_wi_t* wbwi, rocksdb_t* db,
                                                     const rocksdb_readoptions_t* options,
                                                     rocksdb_column_family_handle_t* column_family,
                                                     const char* key, size_t keylen, size_t* vallen,
                                                     char** errptr) {
  std::string value;
  const Status status = wbwi->rep->GetFromBatchAndDB(db->rep, options->rep, column_family->rep,
                                                     Slice(key, keylen), &value);
  return Found(status, value, vallen, errptr);
}

void rocksdb_write_writebatch_wi(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                                 rocksdb_writebatch_wi_t* wbwi, char** errptr) {
  SaveError(errptr, db->rep->Write(options->rep, wbwi->rep->GetWriteBatch()));
}

}  // extern "C"
