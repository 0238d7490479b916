// The C interface: opening stores, column families, reading and writing, maintenance.
#include "compat/c_api/c_types.h"
#include "rocksdb/convenience.h"

using rocksdb::ColumnFamilyDescriptor;
using rocksdb::ColumnFamilyHandle;
using rocksdb::ColumnFamilyOptions;
using rocksdb::DB;
using rocksdb::DBOptions;
using rocksdb::PinnableSlice;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb_c::Bound;
using rocksdb_c::CopyText;
using rocksdb_c::Descriptors;
using rocksdb_c::GetCopy;
using rocksdb_c::GetPinned;
using rocksdb_c::Handles;
using rocksdb_c::MultiGet;
using rocksdb_c::Opened;
using rocksdb_c::PropertyNumber;
using rocksdb_c::PropertyText;
using rocksdb_c::SaveError;
using rocksdb_c::Slices;

namespace {

void Sizes(rocksdb_t* db, ColumnFamilyHandle* family, int count, const char* const* starts,
           const size_t* start_sizes, const char* const* limits, const size_t* limit_sizes,
           uint64_t* sizes, char** errptr) {
  std::vector<rocksdb::Range> ranges;
  for (int i = 0; i < count; ++i) {
    ranges.emplace_back(Slice(starts[i], start_sizes[i]), Slice(limits[i], limit_sizes[i]));
  }
  SaveError(errptr, db->rep->GetApproximateSizes(family, ranges.data(), count, sizes));
}

void FreeNames(char** names, size_t count) {
  for (size_t i = 0; i < count; ++i) free(names[i]);
  free(names);
}

}  // namespace

extern "C" {

void rocksdb_free(void* ptr) { free(ptr); }

rocksdb_t* rocksdb_open(const rocksdb_options_t* options, const char* name, char** errptr) {
  DB* db = nullptr;
  const Status status = DB::Open(options->rep, name, &db);
  return Opened(status, db, {}, nullptr, errptr);
}

rocksdb_t* rocksdb_open_for_read_only(const rocksdb_options_t* options, const char* name,
                                      unsigned char error_if_wal_file_exists, char** errptr) {
  DB* db = nullptr;
  const Status status = DB::OpenForReadOnly(options->rep, name, &db, error_if_wal_file_exists != 0);
  return Opened(status, db, {}, nullptr, errptr);
}

rocksdb_t* rocksdb_open_as_secondary(const rocksdb_options_t* options, const char* name,
                                     const char* secondary_path, char** errptr) {
  DB* db = nullptr;
  const Status status = DB::OpenAsSecondary(options->rep, name, secondary_path, &db);
  return Opened(status, db, {}, nullptr, errptr);
}

rocksdb_t* rocksdb_open_column_families(const rocksdb_options_t* options, const char* name,
                                        int num_column_families,
                                        const char* const* column_family_names,
                                        const rocksdb_options_t* const* column_family_options,
                                        rocksdb_column_family_handle_t** column_family_handles,
                                        char** errptr) {
  DB* db = nullptr;
  std::vector<ColumnFamilyHandle*> handles;
  const Status status = DB::Open(
      DBOptions(options->rep), name,
      Descriptors(num_column_families, column_family_names, column_family_options), &handles, &db);
  return Opened(status, db, handles, column_family_handles, errptr);
}

rocksdb_t* rocksdb_open_for_read_only_column_families(
    const rocksdb_options_t* options, const char* name, int num_column_families,
    const char* const* column_family_names, const rocksdb_options_t* const* column_family_options,
    rocksdb_column_family_handle_t** column_family_handles, unsigned char error_if_wal_file_exists,
    char** errptr) {
  DB* db = nullptr;
  std::vector<ColumnFamilyHandle*> handles;
  const Status status = DB::OpenForReadOnly(
      DBOptions(options->rep), name,
      Descriptors(num_column_families, column_family_names, column_family_options), &handles, &db,
      error_if_wal_file_exists != 0);
  return Opened(status, db, handles, column_family_handles, errptr);
}

void rocksdb_close(rocksdb_t* db) {
  delete db->rep;
  delete db;
}

void rocksdb_destroy_db(const rocksdb_options_t* options, const char* name, char** errptr) {
  SaveError(errptr, rocksdb::DestroyDB(name, options->rep));
}

void rocksdb_repair_db(const rocksdb_options_t* options, const char* name, char** errptr) {
  SaveError(errptr, rocksdb::RepairDB(name, options->rep));
}

void rocksdb_try_catch_up_with_primary(rocksdb_t* db, char** errptr) {
  SaveError(errptr, db->rep->TryCatchUpWithPrimary());
}

char** rocksdb_list_column_families(const rocksdb_options_t* options, const char* name,
                                    size_t* lencf, char** errptr) {
  std::vector<std::string> names;
  *lencf = 0;
  if (SaveError(errptr, DB::ListColumnFamilies(DBOptions(options->rep), name, &names))) {
    return nullptr;
  }
  *lencf = names.size();
  char** const list = static_cast<char**>(malloc(sizeof(char*) * (names.size() + 1)));
  for (size_t i = 0; i < names.size(); ++i) list[i] = CopyText(names[i]);
  return list;
}

void rocksdb_list_column_families_destroy(char** list, size_t len) { FreeNames(list, len); }

rocksdb_column_family_handle_t* rocksdb_create_column_family(
    rocksdb_t* db, const rocksdb_options_t* column_family_options, const char* column_family_name,
    char** errptr) {
  ColumnFamilyHandle* handle = nullptr;
  const Status status = db->rep->CreateColumnFamily(ColumnFamilyOptions(column_family_options->rep),
                                                    column_family_name, &handle);
  return rocksdb_c::Created(status, handle, errptr);
}

void rocksdb_drop_column_family(rocksdb_t* db, rocksdb_column_family_handle_t* handle,
                                char** errptr) {
  SaveError(errptr, db->rep->DropColumnFamily(handle->rep));
}

rocksdb_column_family_handle_t* rocksdb_get_default_column_family_handle(rocksdb_t* db) {
  return new rocksdb_column_family_handle_t{db->rep->DefaultColumnFamily(), true};
}

uint32_t rocksdb_column_family_handle_get_id(rocksdb_column_family_handle_t* handle) {
  return handle->rep->GetID();
}

char* rocksdb_column_family_handle_get_name(rocksdb_column_family_handle_t* handle,
                                            size_t* name_len) {
  const std::string& name = handle->rep->GetName();
  *name_len = name.size();
  return CopyText(name);
}

void rocksdb_column_family_handle_destroy(rocksdb_column_family_handle_t* handle) {
  if (!handle->immortal) delete handle->rep;
  delete handle;
}

void rocksdb_put(rocksdb_t* db, const rocksdb_writeoptions_t* options, const char* key,
                 size_t keylen, const char* val, size_t vallen, char** errptr) {
  SaveError(errptr, db->rep->Put(options->rep, Slice(key, keylen), Slice(val, vallen)));
}

void rocksdb_put_cf(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                    rocksdb_column_family_handle_t* column_family, const char* key, size_t keylen,
                    const char* val, size_t vallen, char** errptr) {
  SaveError(errptr,
            db->rep->Put(options->rep, column_family->rep, Slice(key, keylen), Slice(val, vallen)));
}

void rocksdb_delete(rocksdb_t* db, const rocksdb_writeoptions_t* options, const char* key,
                    size_t keylen, char** errptr) {
  SaveError(errptr, db->rep->Delete(options->rep, Slice(key, keylen)));
}

void rocksdb_delete_cf(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                       rocksdb_column_family_handle_t* column_family, const char* key,
                       size_t keylen, char** errptr) {
  SaveError(errptr, db->rep->Delete(options->rep, column_family->rep, Slice(key, keylen)));
}

void rocksdb_singledelete(rocksdb_t* db, const rocksdb_writeoptions_t* options, const char* key,
                          size_t keylen, char** errptr) {
  SaveError(errptr, db->rep->SingleDelete(options->rep, Slice(key, keylen)));
}

void rocksdb_singledelete_cf(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                             rocksdb_column_family_handle_t* column_family, const char* key,
                             size_t keylen, char** errptr) {
  SaveError(errptr, db->rep->SingleDelete(options->rep, column_family->rep, Slice(key, keylen)));
}

void rocksdb_delete_range_cf(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                             rocksdb_column_family_handle_t* column_family, const char* start_key,
                             size_t start_key_len, const char* end_key, size_t end_key_len,
                             char** errptr) {
  SaveError(errptr,
            db->rep->DeleteRange(options->rep, column_family->rep, Slice(start_key, start_key_len),
                                 Slice(end_key, end_key_len)));
}

void rocksdb_merge(rocksdb_t* db, const rocksdb_writeoptions_t* options, const char* key,
                   size_t keylen, const char* val, size_t vallen, char** errptr) {
  SaveError(errptr, db->rep->Merge(options->rep, Slice(key, keylen), Slice(val, vallen)));
}

void rocksdb_merge_cf(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                      rocksdb_column_family_handle_t* column_family, const char* key, size_t keylen,
                      const char* val, size_t vallen, char** errptr) {
  SaveError(errptr, db->rep->Merge(options->rep, column_family->rep, Slice(key, keylen),
                                   Slice(val, vallen)));
}

void rocksdb_write(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                   rocksdb_writebatch_t* batch, char** errptr) {
  SaveError(errptr, db->rep->Write(options->rep, &batch->rep));
}

char* rocksdb_get(rocksdb_t* db, const rocksdb_readoptions_t* options, const char* key,
                  size_t keylen, size_t* vallen, char** errptr) {
  return GetCopy(db->rep, options, db->rep->DefaultColumnFamily(), Slice(key, keylen), vallen,
                 errptr);
}

char* rocksdb_get_cf(rocksdb_t* db, const rocksdb_readoptions_t* options,
                     rocksdb_column_family_handle_t* column_family, const char* key, size_t keylen,
                     size_t* vallen, char** errptr) {
  return GetCopy(db->rep, options, column_family->rep, Slice(key, keylen), vallen, errptr);
}

rocksdb_pinnableslice_t* rocksdb_get_pinned(rocksdb_t* db, const rocksdb_readoptions_t* options,
                                            const char* key, size_t keylen, char** errptr) {
  return GetPinned(db->rep, options, db->rep->DefaultColumnFamily(), Slice(key, keylen), errptr);
}

rocksdb_pinnableslice_t* rocksdb_get_pinned_cf(rocksdb_t* db, const rocksdb_readoptions_t* options,
                                               rocksdb_column_family_handle_t* column_family,
                                               const char* key, size_t keylen, char** errptr) {
  return GetPinned(db->rep, options, column_family->rep, Slice(key, keylen), errptr);
}

void rocksdb_pinnableslice_destroy(rocksdb_pinnableslice_t* v) { delete v; }

const char* rocksdb_pinnableslice_value(const rocksdb_pinnableslice_t* t, size_t* vlen) {
  *vlen = t != nullptr ? t->rep.size() : 0;
  return t != nullptr ? t->rep.data() : nullptr;
}

void rocksdb_multi_get(rocksdb_t* db, const rocksdb_readoptions_t* options, size_t num_keys,
                       const char* const* keys_list, const size_t* keys_list_sizes,
                       char** values_list, size_t* values_list_sizes, char** errs) {
  MultiGet(db->rep, options, num_keys, keys_list, keys_list_sizes, values_list, values_list_sizes,
           errs);
}

void rocksdb_multi_get_cf(rocksdb_t* db, const rocksdb_readoptions_t* options,
                          const rocksdb_column_family_handle_t* const* column_families,
                          size_t num_keys, const char* const* keys_list,
                          const size_t* keys_list_sizes, char** values_list,
                          size_t* values_list_sizes, char** errs) {
  MultiGet(db->rep, options, num_keys, keys_list, keys_list_sizes, values_list, values_list_sizes,
           errs, Handles(num_keys, column_families));
}

void rocksdb_batched_multi_get_cf(rocksdb_t* db, const rocksdb_readoptions_t* options,
                                  rocksdb_column_family_handle_t* column_family, size_t num_keys,
                                  const char* const* keys_list, const size_t* keys_list_sizes,
                                  rocksdb_pinnableslice_t** values, char** errs,
                                  const bool sorted_input) {
  const std::vector<Slice> keys = Slices(num_keys, keys_list, keys_list_sizes);
  std::vector<PinnableSlice> found(num_keys);
  std::vector<Status> statuses(num_keys);
  db->rep->MultiGet(options->rep, column_family->rep, num_keys, keys.data(), found.data(),
                    statuses.data(), sorted_input);
  for (size_t i = 0; i < num_keys; ++i) {
    errs[i] = nullptr;
    values[i] = nullptr;
    if (statuses[i].IsNotFound() || SaveError(&errs[i], statuses[i])) continue;
    values[i] = new rocksdb_pinnableslice_t{std::move(found[i])};
  }
}

unsigned char rocksdb_key_may_exist(rocksdb_t* db, const rocksdb_readoptions_t* options,
                                    const char* key, size_t key_len, char** value, size_t* val_len,
                                    const char* /*timestamp*/, size_t /*timestamp_len*/,
                                    unsigned char* value_found) {
  return rocksdb_c::MayExist(db->rep, options->rep, db->rep->DefaultColumnFamily(),
                             Slice(key, key_len), value, val_len, value_found);
}

const rocksdb_snapshot_t* rocksdb_create_snapshot(rocksdb_t* db) {
  return new rocksdb_snapshot_t{db->rep->GetSnapshot()};
}

void rocksdb_release_snapshot(rocksdb_t* db, const rocksdb_snapshot_t* snapshot) {
  db->rep->ReleaseSnapshot(snapshot->rep);
  delete snapshot;
}

char* rocksdb_property_value(rocksdb_t* db, const char* propname) {
  return PropertyText(db->rep, db->rep->DefaultColumnFamily(), propname);
}

char* rocksdb_property_value_cf(rocksdb_t* db, rocksdb_column_family_handle_t* column_family,
                                const char* propname) {
  return PropertyText(db->rep, column_family->rep, propname);
}

int rocksdb_property_int(rocksdb_t* db, const char* propname, uint64_t* out_val) {
  return PropertyNumber(db->rep, db->rep->DefaultColumnFamily(), propname, out_val);
}

int rocksdb_property_int_cf(rocksdb_t* db, rocksdb_column_family_handle_t* column_family,
                            const char* propname, uint64_t* out_val) {
  return PropertyNumber(db->rep, column_family->rep, propname, out_val);
}

void rocksdb_approximate_sizes(rocksdb_t* db, int num_ranges, const char* const* range_start_key,
                               const size_t* range_start_key_len,
                               const char* const* range_limit_key,
                               const size_t* range_limit_key_len, uint64_t* sizes, char** errptr) {
  Sizes(db, db->rep->DefaultColumnFamily(), num_ranges, range_start_key, range_start_key_len,
        range_limit_key, range_limit_key_len, sizes, errptr);
}

void rocksdb_approximate_sizes_cf(rocksdb_t* db, rocksdb_column_family_handle_t* column_family,
                                  int num_ranges, const char* const* range_start_key,
                                  const size_t* range_start_key_len,
                                  const char* const* range_limit_key,
                                  const size_t* range_limit_key_len, uint64_t* sizes,
                                  char** errptr) {
  Sizes(db, column_family->rep, num_ranges, range_start_key, range_start_key_len, range_limit_key,
        range_limit_key_len, sizes, errptr);
}

void rocksdb_compact_range(rocksdb_t* db, const char* start_key, size_t start_key_len,
                           const char* limit_key, size_t limit_key_len) {
  db->rep
      ->CompactRange(rocksdb::CompactRangeOptions(), Bound(start_key, start_key_len).get(),
                     Bound(limit_key, limit_key_len).get())
      .PermitUncheckedError();
}

void rocksdb_compact_range_cf(rocksdb_t* db, rocksdb_column_family_handle_t* column_family,
                              const char* start_key, size_t start_key_len, const char* limit_key,
                              size_t limit_key_len) {
  db->rep
      ->CompactRange(rocksdb::CompactRangeOptions(), column_family->rep,
                     Bound(start_key, start_key_len).get(), Bound(limit_key, limit_key_len).get())
      .PermitUncheckedError();
}

void rocksdb_compact_range_opt(rocksdb_t* db, rocksdb_compactoptions_t* opt, const char* start_key,
                               size_t start_key_len, const char* limit_key, size_t limit_key_len) {
  db->rep
      ->CompactRange(opt->rep, Bound(start_key, start_key_len).get(),
                     Bound(limit_key, limit_key_len).get())
      .PermitUncheckedError();
}

void rocksdb_compact_range_cf_opt(rocksdb_t* db, rocksdb_column_family_handle_t* column_family,
                                  rocksdb_compactoptions_t* opt, const char* start_key,
                                  size_t start_key_len, const char* limit_key,
                                  size_t limit_key_len) {
  db->rep
      ->CompactRange(opt->rep, column_family->rep, Bound(start_key, start_key_len).get(),
                     Bound(limit_key, limit_key_len).get())
      .PermitUncheckedError();
}

void rocksdb_flush(rocksdb_t* db, const rocksdb_flushoptions_t* options, char** errptr) {
  SaveError(errptr, db->rep->Flush(options->rep));
}

void rocksdb_flush_cf(rocksdb_t* db, const rocksdb_flushoptions_t* options,
                      rocksdb_column_family_handle_t* column_family, char** errptr) {
  SaveError(errptr, db->rep->Flush(options->rep, column_family->rep));
}

void rocksdb_flush_wal(rocksdb_t* db, unsigned char sync, char** errptr) {
  SaveError(errptr, db->rep->FlushWAL(sync != 0));
}

void rocksdb_disable_file_deletions(rocksdb_t* db, char** errptr) {
  SaveError(errptr, db->rep->DisableFileDeletions());
}

void rocksdb_enable_file_deletions(rocksdb_t* db, unsigned char force, char** errptr) {
  SaveError(errptr, db->rep->EnableFileDeletions(force != 0));
}

void rocksdb_cancel_all_background_work(rocksdb_t* db, unsigned char wait) {
  rocksdb::CancelAllBackgroundWork(db->rep, wait != 0);
}

void rocksdb_disable_manual_compaction(rocksdb_t* db) { db->rep->DisableManualCompaction(); }
void rocksdb_enable_manual_compaction(rocksdb_t* db) { db->rep->EnableManualCompaction(); }

uint64_t rocksdb_get_latest_sequence_number(rocksdb_t* db) {
  return db->rep->GetLatestSequenceNumber();
}

void rocksdb_ingest_external_file(rocksdb_t* db, const char* const* file_list,
                                  const size_t list_len,
                                  const rocksdb_ingestexternalfileoptions_t* opt, char** errptr) {
  SaveError(errptr, db->rep->IngestExternalFile(
                        std::vector<std::string>(file_list, file_list + list_len), opt->rep));
}

void rocksdb_ingest_external_file_cf(rocksdb_t* db, rocksdb_column_family_handle_t* handle,
                                     const char* const* file_list, const size_t list_len,
                                     const rocksdb_ingestexternalfileoptions_t* opt,
                                     char** errptr) {
  SaveError(errptr,
            db->rep->IngestExternalFile(
                handle->rep, std::vector<std::string>(file_list, file_list + list_len), opt->rep));
}

}  // extern "C"
