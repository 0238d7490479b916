// The C interface: iterators and write batches.
#include "compat/c_api/c_batch.h"
#include "compat/c_api/c_types.h"

using rocksdb::Slice;
using rocksdb_c::IterateHandler;
using rocksdb_c::Pieces;
using rocksdb_c::SaveError;

extern "C" {

void rocksdb_writebatch_iterate(rocksdb_writebatch_t* b, void* state,
                                void (*put)(void*, const char* k, size_t klen, const char* v,
                                            size_t vlen),
                                void (*deleted)(void*, const char* k, size_t klen)) {
  IterateHandler handler(state, put, deleted);
  b->rep.Iterate(&handler).PermitUncheckedError();
}

void rocksdb_create_iterators(rocksdb_t* db, rocksdb_readoptions_t* opts,
                              rocksdb_column_family_handle_t** column_families,
                              rocksdb_iterator_t** iterators, size_t size, char** errptr) {
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  for (size_t i = 0; i < size; ++i) families.push_back(column_families[i]->rep);
  std::vector<rocksdb::Iterator*> made;
  if (SaveError(errptr, db->rep->NewIterators(opts->rep, families, &made))) return;
  for (size_t i = 0; i < size; ++i) iterators[i] = new rocksdb_iterator_t{made[i]};
}

void rocksdb_writebatch_put(rocksdb_writebatch_t* b, const char* key, size_t klen, const char* val,
                            size_t vlen) {
  b->rep.Put(Slice(key, klen), Slice(val, vlen)).PermitUncheckedError();
}
void rocksdb_writebatch_merge(rocksdb_writebatch_t* b, const char* key, size_t klen,
                              const char* val, size_t vlen) {
  b->rep.Merge(Slice(key, klen), Slice(val, vlen)).PermitUncheckedError();
}
void rocksdb_writebatch_delete(rocksdb_writebatch_t* b, const char* key, size_t klen) {
  b->rep.Delete(Slice(key, klen)).PermitUncheckedError();
}
void rocksdb_writebatch_singledelete(rocksdb_writebatch_t* b, const char* key, size_t klen) {
  b->rep.SingleDelete(Slice(key, klen)).PermitUncheckedError();
}
void rocksdb_writebatch_delete_range(rocksdb_writebatch_t* b, const char* start_key,
                                     size_t start_key_len, const char* end_key,
                                     size_t end_key_len) {
  b->rep.DeleteRange(Slice(start_key, start_key_len), Slice(end_key, end_key_len))
      .PermitUncheckedError();
}
void rocksdb_writebatch_putv(rocksdb_writebatch_t* b, int num_keys, const char* const* keys_list,
                             const size_t* keys_list_sizes, int num_values,
                             const char* const* values_list, const size_t* values_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  const Pieces values(num_values, values_list, values_list_sizes);
  b->rep.Put(keys.parts(), values.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_mergev(rocksdb_writebatch_t* b, int num_keys, const char* const* keys_list,
                               const size_t* keys_list_sizes, int num_values,
                               const char* const* values_list, const size_t* values_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  const Pieces values(num_values, values_list, values_list_sizes);
  b->rep.Merge(keys.parts(), values.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_deletev(rocksdb_writebatch_t* b, int num_keys, const char* const* keys_list,
                                const size_t* keys_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  b->rep.Delete(keys.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_delete_rangev(rocksdb_writebatch_t* b, int num_keys,
                                      const char* const* start_keys_list,
                                      const size_t* start_keys_list_sizes,
                                      const char* const* end_keys_list,
                                      const size_t* end_keys_list_sizes) {
  const Pieces begin(num_keys, start_keys_list, start_keys_list_sizes);
  const Pieces end(num_keys, end_keys_list, end_keys_list_sizes);
  b->rep.DeleteRange(begin.parts(), end.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_put_cf(rocksdb_writebatch_t* b,
                               rocksdb_column_family_handle_t* column_family, const char* key,
                               size_t klen, const char* val, size_t vlen) {
  b->rep.Put(column_family->rep, Slice(key, klen), Slice(val, vlen)).PermitUncheckedError();
}
void rocksdb_writebatch_merge_cf(rocksdb_writebatch_t* b,
                                 rocksdb_column_family_handle_t* column_family, const char* key,
                                 size_t klen, const char* val, size_t vlen) {
  b->rep.Merge(column_family->rep, Slice(key, klen), Slice(val, vlen)).PermitUncheckedError();
}
void rocksdb_writebatch_delete_cf(rocksdb_writebatch_t* b,
                                  rocksdb_column_family_handle_t* column_family, const char* key,
                                  size_t klen) {
  b->rep.Delete(column_family->rep, Slice(key, klen)).PermitUncheckedError();
}
void rocksdb_writebatch_singledelete_cf(rocksdb_writebatch_t* b,
                                        rocksdb_column_family_handle_t* column_family,
                                        const char* key, size_t klen) {
  b->rep.SingleDelete(column_family->rep, Slice(key, klen)).PermitUncheckedError();
}
void rocksdb_writebatch_delete_range_cf(rocksdb_writebatch_t* b,
                                        rocksdb_column_family_handle_t* column_family,
                                        const char* start_key, size_t start_key_len,
                                        const char* end_key, size_t end_key_len) {
  b->rep
      .DeleteRange(column_family->rep, Slice(start_key, start_key_len), Slice(end_key, end_key_len))
      .PermitUncheckedError();
}
void rocksdb_writebatch_putv_cf(rocksdb_writebatch_t* b,
                                rocksdb_column_family_handle_t* column_family, int num_keys,
                                const char* const* keys_list, const size_t* keys_list_sizes,
                                int num_values, const char* const* values_list,
                                const size_t* values_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  const Pieces values(num_values, values_list, values_list_sizes);
  b->rep.Put(column_family->rep, keys.parts(), values.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_mergev_cf(rocksdb_writebatch_t* b,
                                  rocksdb_column_family_handle_t* column_family, int num_keys,
                                  const char* const* keys_list, const size_t* keys_list_sizes,
                                  int num_values, const char* const* values_list,
                                  const size_t* values_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  const Pieces values(num_values, values_list, values_list_sizes);
  b->rep.Merge(column_family->rep, keys.parts(), values.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_deletev_cf(rocksdb_writebatch_t* b,
                                   rocksdb_column_family_handle_t* column_family, int num_keys,
                                   const char* const* keys_list, const size_t* keys_list_sizes) {
  const Pieces keys(num_keys, keys_list, keys_list_sizes);
  b->rep.Delete(column_family->rep, keys.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_delete_rangev_cf(rocksdb_writebatch_t* b,
                                         rocksdb_column_family_handle_t* column_family,
                                         int num_keys, const char* const* start_keys_list,
                                         const size_t* start_keys_list_sizes,
                                         const char* const* end_keys_list,
                                         const size_t* end_keys_list_sizes) {
  const Pieces begin(num_keys, start_keys_list, start_keys_list_sizes);
  const Pieces end(num_keys, end_keys_list, end_keys_list_sizes);
  b->rep.DeleteRange(column_family->rep, begin.parts(), end.parts()).PermitUncheckedError();
}
void rocksdb_writebatch_put_cf_with_ts(rocksdb_writebatch_t* b,
                                       rocksdb_column_family_handle_t* column_family,
                                       const char* key, size_t klen, const char* ts, size_t tslen,
                                       const char* val, size_t vlen) {
  b->rep.Put(column_family->rep, Slice(key, klen), Slice(ts, tslen), Slice(val, vlen))
      .PermitUncheckedError();
}
void rocksdb_writebatch_delete_cf_with_ts(rocksdb_writebatch_t* b,
                                          rocksdb_column_family_handle_t* column_family,
                                          const char* key, size_t klen, const char* ts,
                                          size_t tslen) {
  b->rep.Delete(column_family->rep, Slice(key, klen), Slice(ts, tslen)).PermitUncheckedError();
}
void rocksdb_writebatch_singledelete_cf_with_ts(rocksdb_writebatch_t* b,
                                                rocksdb_column_family_handle_t* column_family,
                                                const char* key, size_t klen, const char* ts,
                                                size_t tslen) {
  b->rep.SingleDelete(column_family->rep, Slice(key, klen), Slice(ts, tslen))
      .PermitUncheckedError();
}
void rocksdb_writebatch_put_log_data(rocksdb_writebatch_t* b, const char* blob, size_t len) {
  b->rep.PutLogData(Slice(blob, len)).PermitUncheckedError();
}
void rocksdb_writebatch_clear(rocksdb_writebatch_t* b) { b->rep.Clear(); }
int rocksdb_writebatch_count(rocksdb_writebatch_t* b) { return static_cast<int>(b->rep.Count()); }
void rocksdb_writebatch_destroy(rocksdb_writebatch_t* b) { delete b; }
void rocksdb_writebatch_set_save_point(rocksdb_writebatch_t* b) { b->rep.SetSavePoint(); }
void rocksdb_writebatch_rollback_to_save_point(rocksdb_writebatch_t* b, char** errptr) {
  SaveError(errptr, b->rep.RollbackToSavePoint());
}
void rocksdb_writebatch_pop_save_point(rocksdb_writebatch_t* b, char** errptr) {
  SaveError(errptr, b->rep.PopSavePoint());
}
const char* rocksdb_writebatch_data(rocksdb_writebatch_t* b, size_t* size) {
  *size = b->rep.GetDataSize();
  return b->rep.Data().c_str();
}
rocksdb_writebatch_t* rocksdb_writebatch_create(void) { return new rocksdb_writebatch_t; }
rocksdb_writebatch_t* rocksdb_writebatch_create_from(const char* rep, size_t size) {
  return new rocksdb_writebatch_t{rocksdb::WriteBatch(std::string(rep, size))};
}
void rocksdb_iter_destroy(rocksdb_iterator_t* iter) {
  delete iter->rep;
  delete iter;
}
unsigned char rocksdb_iter_valid(const rocksdb_iterator_t* iter) { return iter->rep->Valid(); }
void rocksdb_iter_next(rocksdb_iterator_t* iter) { iter->rep->Next(); }
void rocksdb_iter_prev(rocksdb_iterator_t* iter) { iter->rep->Prev(); }
void rocksdb_iter_seek_to_first(rocksdb_iterator_t* iter) { iter->rep->SeekToFirst(); }
void rocksdb_iter_seek_to_last(rocksdb_iterator_t* iter) { iter->rep->SeekToLast(); }
void rocksdb_iter_seek(rocksdb_iterator_t* iter, const char* k, size_t klen) {
  iter->rep->Seek(Slice(k, klen));
}
void rocksdb_iter_seek_for_prev(rocksdb_iterator_t* iter, const char* k, size_t klen) {
  iter->rep->SeekForPrev(Slice(k, klen));
}
const char* rocksdb_iter_key(const rocksdb_iterator_t* iter, size_t* klen) {
  const Slice s = iter->rep->key();
  *klen = s.size();
  return s.data();
}
const char* rocksdb_iter_value(const rocksdb_iterator_t* iter, size_t* vlen) {
  const Slice s = iter->rep->value();
  *vlen = s.size();
  return s.data();
}
const char* rocksdb_iter_timestamp(const rocksdb_iterator_t* iter, size_t* tslen) {
  const Slice s = iter->rep->timestamp();
  *tslen = s.size();
  return s.data();
}
void rocksdb_iter_get_error(const rocksdb_iterator_t* iter, char** errptr) {
  SaveError(errptr, iter->rep->status());
}
rocksdb_iterator_t* rocksdb_create_iterator(rocksdb_t* db, const rocksdb_readoptions_t* options) {
  return new rocksdb_iterator_t{db->rep->NewIterator(options->rep)};
}
rocksdb_iterator_t* rocksdb_create_iterator_cf(rocksdb_t* db, const rocksdb_readoptions_t* options,
                                               rocksdb_column_family_handle_t* column_family) {
  return new rocksdb_iterator_t{db->rep->NewIterator(options->rep, column_family->rep)};
}

}  // extern "C"
