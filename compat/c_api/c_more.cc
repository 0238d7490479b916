// The C interface: timestamps, further ways to open, metadata, files written by the application,
// the log.
#include "compat/c_api/c_types.h"
#include "rocksdb/convenience.h"
#include "rocksdb/perf_context.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/transaction_log.h"
#include "rocksdb/utilities/db_ttl.h"
#include "rocksdb/utilities/options_util.h"
#include "rocksdb/utilities/table_properties_collectors.h"

using rocksdb::ColumnFamilyHandle;
using rocksdb::ColumnFamilyOptions;
using rocksdb::DBOptions;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb_c::Bound;
using rocksdb_c::Copy;
using rocksdb_c::CopyText;
using rocksdb_c::Descriptors;
using rocksdb_c::Opened;
using rocksdb_c::SaveError;

struct rocksdb_wal_iterator_t {
  std::unique_ptr<rocksdb::TransactionLogIterator> rep;
};
struct rocksdb_sstfilewriter_t {
  std::unique_ptr<rocksdb::SstFileWriter> rep;
};
// Levels and files point into the metadata of their family, which must outlive them.
struct rocksdb_column_family_metadata_t {
  rocksdb::ColumnFamilyMetaData rep;
};
struct rocksdb_level_metadata_t {
  const rocksdb::LevelMetaData* rep;
};
struct rocksdb_sst_file_metadata_t {
  const rocksdb::SstFileMetaData* rep;
};

namespace {

void MultiGetWithTimestamps(rocksdb_t* db, const rocksdb_readoptions_t* options,
                            const std::vector<ColumnFamilyHandle*>& families, size_t num_keys,
                            const char* const* keys_list, const size_t* keys_list_sizes,
                            char** values_list, size_t* values_list_sizes, char** timestamps_list,
                            size_t* timestamps_list_sizes, char** errs) {
  std::vector<std::string> values(num_keys);
  std::vector<std::string> timestamps(num_keys);
  const std::vector<Status> statuses = db->rep->MultiGet(
      options->rep, families, rocksdb_c::Slices(num_keys, keys_list, keys_list_sizes), &values,
      &timestamps);
  for (size_t i = 0; i < num_keys; ++i) {
    errs[i] = nullptr;
    values_list[i] = nullptr;
    values_list_sizes[i] = 0;
    timestamps_list[i] = nullptr;
    timestamps_list_sizes[i] = 0;
    if (statuses[i].IsNotFound() || SaveError(&errs[i], statuses[i])) continue;
    values_list[i] = Copy(values[i]);
    values_list_sizes[i] = values[i].size();
    timestamps_list[i] = Copy(timestamps[i]);
    timestamps_list_sizes[i] = timestamps[i].size();
  }
}

char* GetWithTimestamp(rocksdb_t* db, const rocksdb_readoptions_t* options,
                       ColumnFamilyHandle* family, const Slice& key, size_t* size, char** timestamp,
                       size_t* timestamp_size, char** errptr) {
  std::string value;
  std::string time;
  *size = 0;
  *timestamp_size = 0;
  *timestamp = nullptr;
  const Status status = db->rep->Get(options->rep, family, key, &value, &time);
  if (status.IsNotFound() || SaveError(errptr, status)) return nullptr;
  *size = value.size();
  *timestamp_size = time.size();
  *timestamp = Copy(time);
  return Copy(value);
}

void SuggestCompaction(rocksdb_t* db, ColumnFamilyHandle* family, const Bound& start,
                       const Bound& limit, char** errptr) {
  SaveError(errptr, db->rep->SuggestCompactRange(family, start.get(), limit.get()));
}

void DeleteFiles(rocksdb_t* db, ColumnFamilyHandle* family, const Bound& start, const Bound& limit,
                 char** errptr) {
  SaveError(errptr, rocksdb::DeleteFilesInRange(db->rep, family, start.get(), limit.get()));
}

}  // namespace

extern "C" {

void rocksdb_multi_get_with_ts(rocksdb_t* db, const rocksdb_readoptions_t* options, size_t num_keys,
                               const char* const* keys_list, const size_t* keys_list_sizes,
                               char** values_list, size_t* values_list_sizes, char** timestamp_list,
                               size_t* timestamp_list_sizes, char** errs) {
  MultiGetWithTimestamps(db, options,
                         std::vector<ColumnFamilyHandle*>(num_keys, db->rep->DefaultColumnFamily()),
                         num_keys, keys_list, keys_list_sizes, values_list, values_list_sizes,
                         timestamp_list, timestamp_list_sizes, errs);
}

void rocksdb_multi_get_cf_with_ts(rocksdb_t* db, const rocksdb_readoptions_t* options,
                                  const rocksdb_column_family_handle_t* const* column_families,
                                  size_t num_keys, const char* const* keys_list,
                                  const size_t* keys_list_sizes, char** values_list,
                                  size_t* values_list_sizes, char** timestamps_list,
                                  size_t* timestamps_list_sizes, char** errs) {
  MultiGetWithTimestamps(db, options, rocksdb_c::Handles(num_keys, column_families), num_keys,
                         keys_list, keys_list_sizes, values_list, values_list_sizes,
                         timestamps_list, timestamps_list_sizes, errs);
}

// --- with timestamps ---

void rocksdb_put_with_ts(rocksdb_t* db, const rocksdb_writeoptions_t* options, const char* key,
                         size_t keylen, const char* ts, size_t tslen, const char* val,
                         size_t vallen, char** errptr) {
  SaveError(errptr, db->rep->Put(options->rep, db->rep->DefaultColumnFamily(), Slice(key, keylen),
                                 Slice(ts, tslen), Slice(val, vallen)));
}
void rocksdb_delete_with_ts(rocksdb_t* db, const rocksdb_writeoptions_t* options, const char* key,
                            size_t keylen, const char* ts, size_t tslen, char** errptr) {
  SaveError(errptr, db->rep->Delete(options->rep, db->rep->DefaultColumnFamily(),
                                    Slice(key, keylen), Slice(ts, tslen)));
}
void rocksdb_singledelete_with_ts(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                                  const char* key, size_t keylen, const char* ts, size_t tslen,
                                  char** errptr) {
  SaveError(errptr, db->rep->SingleDelete(options->rep, db->rep->DefaultColumnFamily(),
                                          Slice(key, keylen), Slice(ts, tslen)));
}
char* rocksdb_get_with_ts(rocksdb_t* db, const rocksdb_readoptions_t* options, const char* key,
                          size_t keylen, size_t* vallen, char** ts, size_t* tslen, char** errptr) {
  return GetWithTimestamp(db, options, db->rep->DefaultColumnFamily(), Slice(key, keylen), vallen,
                          ts, tslen, errptr);
}
void rocksdb_put_cf_with_ts(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                            rocksdb_column_family_handle_t* column_family, const char* key,
                            size_t keylen, const char* ts, size_t tslen, const char* val,
                            size_t vallen, char** errptr) {
  SaveError(errptr, db->rep->Put(options->rep, column_family->rep, Slice(key, keylen),
                                 Slice(ts, tslen), Slice(val, vallen)));
}
void rocksdb_delete_cf_with_ts(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                               rocksdb_column_family_handle_t* column_family, const char* key,
                               size_t keylen, const char* ts, size_t tslen, char** errptr) {
  SaveError(errptr, db->rep->Delete(options->rep, column_family->rep, Slice(key, keylen),
                                    Slice(ts, tslen)));
}
void rocksdb_singledelete_cf_with_ts(rocksdb_t* db, const rocksdb_writeoptions_t* options,
                                     rocksdb_column_family_handle_t* column_family, const char* key,
                                     size_t keylen, const char* ts, size_t tslen, char** errptr) {
  SaveError(errptr, db->rep->SingleDelete(options->rep, column_family->rep, Slice(key, keylen),
                                          Slice(ts, tslen)));
}
char* rocksdb_get_cf_with_ts(rocksdb_t* db, const rocksdb_readoptions_t* options,
                             rocksdb_column_family_handle_t* column_family, const char* key,
                             size_t keylen, size_t* vallen, char** ts, size_t* tslen,
                             char** errptr) {
  return GetWithTimestamp(db, options, column_family->rep, Slice(key, keylen), vallen, ts, tslen,
                          errptr);
}
void rocksdb_increase_full_history_ts_low(rocksdb_t* db,
                                          rocksdb_column_family_handle_t* column_family,
                                          const char* ts_low, size_t ts_lowlen, char** errptr) {
  SaveError(errptr,
            db->rep->IncreaseFullHistoryTsLow(column_family->rep, std::string(ts_low, ts_lowlen)));
}
char* rocksdb_get_full_history_ts_low(rocksdb_t* db, rocksdb_column_family_handle_t* column_family,
                                      size_t* ts_lowlen, char** errptr) {
  std::string ts;
  *ts_lowlen = 0;
  if (SaveError(errptr, db->rep->GetFullHistoryTsLow(column_family->rep, &ts))) return nullptr;
  *ts_lowlen = ts.size();
  return Copy(ts);
}

// --- other ways to open ---

rocksdb_t* rocksdb_open_with_ttl(const rocksdb_options_t* options, const char* name, int ttl,
                                 char** errptr) {
  rocksdb::DBWithTTL* db = nullptr;
  const Status status = rocksdb::DBWithTTL::Open(options->rep, name, &db, ttl);
  return Opened(status, db, {}, nullptr, errptr);
}
rocksdb_t* rocksdb_open_column_families_with_ttl(
    const rocksdb_options_t* options, const char* name, int num_column_families,
    const char* const* column_family_names, const rocksdb_options_t* const* column_family_options,
    rocksdb_column_family_handle_t** column_family_handles, const int* ttls, char** errptr) {
  rocksdb::DBWithTTL* db = nullptr;
  std::vector<ColumnFamilyHandle*> handles;
  const Status status = rocksdb::DBWithTTL::Open(
      DBOptions(options->rep), name,
      Descriptors(num_column_families, column_family_names, column_family_options), &handles, &db,
      std::vector<int32_t>(ttls, ttls + num_column_families));
  return Opened(status, db, handles, column_family_handles, errptr);
}
rocksdb_column_family_handle_t* rocksdb_create_column_family_with_ttl(
    rocksdb_t* db, const rocksdb_options_t* column_family_options, const char* column_family_name,
    int ttl, char** errptr) {
  ColumnFamilyHandle* handle = nullptr;
  const Status status = static_cast<rocksdb::DBWithTTL*>(db->rep)->CreateColumnFamilyWithTtl(
      ColumnFamilyOptions(column_family_options->rep), column_family_name, &handle, ttl);
  return rocksdb_c::Created(status, handle, errptr);
}
rocksdb_t* rocksdb_open_as_secondary_column_families(
    const rocksdb_options_t* options, const char* name, const char* secondary_path,
    int num_column_families, const char* const* column_family_names,
    const rocksdb_options_t* const* column_family_options,
    rocksdb_column_family_handle_t** column_family_handles, char** errptr) {
  rocksdb::DB* db = nullptr;
  std::vector<ColumnFamilyHandle*> handles;
  const Status status = rocksdb::DB::OpenAsSecondary(
      DBOptions(options->rep), name, secondary_path,
      Descriptors(num_column_families, column_family_names, column_family_options), &handles, &db);
  return Opened(status, db, handles, column_family_handles, errptr);
}
rocksdb_t* rocksdb_open_and_trim_history(const rocksdb_options_t* options, const char* name,
                                         int num_column_families,
                                         const char* const* column_family_names,
                                         const rocksdb_options_t* const* column_family_options,
                                         rocksdb_column_family_handle_t** column_family_handles,
                                         char* trim_ts, size_t trim_tslen, char** errptr) {
  rocksdb::DB* db = nullptr;
  std::vector<ColumnFamilyHandle*> handles;
  const Status status = rocksdb::DB::OpenAndTrimHistory(
      DBOptions(options->rep), name,
      Descriptors(num_column_families, column_family_names, column_family_options), &handles, &db,
      std::string(trim_ts, trim_tslen));
  return Opened(status, db, handles, column_family_handles, errptr);
}
void rocksdb_load_latest_options_destroy(rocksdb_options_t* db_options,
                                         char** list_column_family_names,
                                         rocksdb_options_t** list_column_family_options,
                                         size_t len) {
  for (size_t i = 0; i < len; ++i) {
    free(list_column_family_names[i]);
    delete list_column_family_options[i];
  }
  free(list_column_family_names);
  free(list_column_family_options);
  delete db_options;
}
void rocksdb_load_latest_options(const char* db_path, rocksdb_env_t* env,
                                 bool ignore_unknown_options, rocksdb_cache_t* cache,
                                 rocksdb_options_t** db_options, size_t* num_column_families,
                                 char*** column_family_names,
                                 rocksdb_options_t*** column_family_options, char** errptr) {
  rocksdb::ConfigOptions config;
  config.env = env->rep;
  config.ignore_unknown_options = ignore_unknown_options;
  rocksdb::DBOptions loaded;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  std::shared_ptr<rocksdb::Cache> block_cache = cache != nullptr ? cache->rep : nullptr;
  if (SaveError(errptr,
                rocksdb::LoadLatestOptions(config, db_path, &loaded, &families, &block_cache))) {
    *num_column_families = 0;
    *db_options = nullptr;
    *column_family_names = nullptr;
    *column_family_options = nullptr;
    return;
  }
  const size_t count = families.size();
  *num_column_families = count;
  *column_family_names = static_cast<char**>(malloc(count * sizeof(char*)));
  *column_family_options =
      static_cast<rocksdb_options_t**>(malloc(count * sizeof(rocksdb_options_t*)));
  for (size_t i = 0; i < count; ++i) {
    (*column_family_names)[i] = CopyText(families[i].name);
    (*column_family_options)[i] =
        new rocksdb_options_t{rocksdb::Options(rocksdb::DBOptions(), families[i].options)};
  }
  *db_options = new rocksdb_options_t{rocksdb::Options(loaded, ColumnFamilyOptions())};
}

// --- checkpoints ---

rocksdb_checkpoint_t* rocksdb_checkpoint_object_create(rocksdb_t* db, char** errptr) {
  return rocksdb_c::NewCheckpoint(db->rep, errptr);
}
void rocksdb_checkpoint_create(rocksdb_checkpoint_t* checkpoint, const char* checkpoint_dir,
                               uint64_t log_size_for_flush, char** errptr) {
  SaveError(errptr, checkpoint->rep->CreateCheckpoint(checkpoint_dir, log_size_for_flush));
}
void rocksdb_checkpoint_object_destroy(rocksdb_checkpoint_t* checkpoint) {
  delete checkpoint->rep;
  delete checkpoint;
}

// --- files and compaction ---

void rocksdb_delete_file(rocksdb_t* db, const char* name) {
  db->rep->DeleteFile(name).PermitUncheckedError();
}
void rocksdb_suggest_compact_range(rocksdb_t* db, const char* start_key, size_t start_key_len,
                                   const char* limit_key, size_t limit_key_len, char** errptr) {
  SuggestCompaction(db, db->rep->DefaultColumnFamily(), Bound(start_key, start_key_len),
                    Bound(limit_key, limit_key_len), errptr);
}
void rocksdb_delete_file_in_range(rocksdb_t* db, const char* start_key, size_t start_key_len,
                                  const char* limit_key, size_t limit_key_len, char** errptr) {
  DeleteFiles(db, db->rep->DefaultColumnFamily(), Bound(start_key, start_key_len),
              Bound(limit_key, limit_key_len), errptr);
}
void rocksdb_suggest_compact_range_cf(rocksdb_t* db, rocksdb_column_family_handle_t* column_family,
                                      const char* start_key, size_t start_key_len,
                                      const char* limit_key, size_t limit_key_len, char** errptr) {
  SuggestCompaction(db, column_family->rep, Bound(start_key, start_key_len),
                    Bound(limit_key, limit_key_len), errptr);
}
void rocksdb_delete_file_in_range_cf(rocksdb_t* db, rocksdb_column_family_handle_t* column_family,
                                     const char* start_key, size_t start_key_len,
                                     const char* limit_key, size_t limit_key_len, char** errptr) {
  DeleteFiles(db, column_family->rep, Bound(start_key, start_key_len),
              Bound(limit_key, limit_key_len), errptr);
}
unsigned char rocksdb_key_may_exist_cf(rocksdb_t* db, const rocksdb_readoptions_t* options,
                                       rocksdb_column_family_handle_t* column_family,
                                       const char* key, size_t key_len, char** value,
                                       size_t* val_len, const char* /*timestamp*/,
                                       size_t /*timestamp_len*/, unsigned char* value_found) {
  return rocksdb_c::MayExist(db->rep, options->rep, column_family->rep, Slice(key, key_len), value,
                             val_len, value_found);
}

// --- the log ---

rocksdb_wal_iterator_t* rocksdb_get_updates_since(rocksdb_t* db, uint64_t seq_number,
                                                  const rocksdb_wal_readoptions_t* options,
                                                  char** errptr) {
  auto result = std::make_unique<rocksdb_wal_iterator_t>();
  (void)options;
  if (SaveError(errptr, db->rep->GetUpdatesSince(seq_number, &result->rep))) return nullptr;
  return result.release();
}
void rocksdb_wal_iter_next(rocksdb_wal_iterator_t* iter) { iter->rep->Next(); }
unsigned char rocksdb_wal_iter_valid(const rocksdb_wal_iterator_t* iter) {
  return iter->rep->Valid();
}
void rocksdb_wal_iter_status(const rocksdb_wal_iterator_t* iter, char** errptr) {
  SaveError(errptr, iter->rep->status());
}
void rocksdb_wal_iter_destroy(const rocksdb_wal_iterator_t* iter) { delete iter; }
rocksdb_writebatch_t* rocksdb_wal_iter_get_batch(const rocksdb_wal_iterator_t* iter,
                                                 uint64_t* seq) {
  rocksdb::BatchResult batch = iter->rep->GetBatch();
  *seq = batch.sequence;
  return new rocksdb_writebatch_t{std::move(*batch.writeBatchPtr)};
}

// --- what a family consists of ---

rocksdb_column_family_metadata_t* rocksdb_get_column_family_metadata(rocksdb_t* db) {
  auto* meta = new rocksdb_column_family_metadata_t;
  db->rep->GetColumnFamilyMetaData(&meta->rep);
  return meta;
}
rocksdb_column_family_metadata_t* rocksdb_get_column_family_metadata_cf(
    rocksdb_t* db, rocksdb_column_family_handle_t* column_family) {
  auto* meta = new rocksdb_column_family_metadata_t;
  db->rep->GetColumnFamilyMetaData(column_family->rep, &meta->rep);
  return meta;
}
void rocksdb_column_family_metadata_destroy(rocksdb_column_family_metadata_t* cf_meta) {
  delete cf_meta;
}
uint64_t rocksdb_column_family_metadata_get_size(rocksdb_column_family_metadata_t* cf_meta) {
  return cf_meta->rep.size;
}
size_t rocksdb_column_family_metadata_get_file_count(rocksdb_column_family_metadata_t* cf_meta) {
  return cf_meta->rep.file_count;
}
char* rocksdb_column_family_metadata_get_name(rocksdb_column_family_metadata_t* cf_meta) {
  return CopyText(cf_meta->rep.name);
}
size_t rocksdb_column_family_metadata_get_level_count(rocksdb_column_family_metadata_t* cf_meta) {
  return cf_meta->rep.levels.size();
}
rocksdb_level_metadata_t* rocksdb_column_family_metadata_get_level_metadata(
    rocksdb_column_family_metadata_t* cf_meta, size_t i) {
  return i < cf_meta->rep.levels.size() ? new rocksdb_level_metadata_t{&cf_meta->rep.levels[i]}
                                        : nullptr;
}
void rocksdb_level_metadata_destroy(rocksdb_level_metadata_t* level_meta) { delete level_meta; }
int rocksdb_level_metadata_get_level(rocksdb_level_metadata_t* level_meta) {
  return level_meta->rep->level;
}
uint64_t rocksdb_level_metadata_get_size(rocksdb_level_metadata_t* level_meta) {
  return level_meta->rep->size;
}
size_t rocksdb_level_metadata_get_file_count(rocksdb_level_metadata_t* level_meta) {
  return level_meta->rep->files.size();
}
rocksdb_sst_file_metadata_t* rocksdb_level_metadata_get_sst_file_metadata(
    rocksdb_level_metadata_t* level_meta, size_t i) {
  return i < level_meta->rep->files.size()
             ? new rocksdb_sst_file_metadata_t{&level_meta->rep->files[i]}
             : nullptr;
}
void rocksdb_sst_file_metadata_destroy(rocksdb_sst_file_metadata_t* file_meta) { delete file_meta; }
char* rocksdb_sst_file_metadata_get_relative_filename(rocksdb_sst_file_metadata_t* file_meta) {
  return CopyText(file_meta->rep->relative_filename);
}
uint64_t rocksdb_sst_file_metadata_get_size(rocksdb_sst_file_metadata_t* file_meta) {
  return file_meta->rep->size;
}
char* rocksdb_sst_file_metadata_get_smallestkey(rocksdb_sst_file_metadata_t* file_meta,
                                                size_t* len) {
  *len = file_meta->rep->smallestkey.size();
  return Copy(file_meta->rep->smallestkey);
}
char* rocksdb_sst_file_metadata_get_largestkey(rocksdb_sst_file_metadata_t* file_meta,
                                               size_t* len) {
  *len = file_meta->rep->largestkey.size();
  return Copy(file_meta->rep->largestkey);
}

// --- files written by the application ---

rocksdb_sstfilewriter_t* rocksdb_sstfilewriter_create(const rocksdb_envoptions_t* env,
                                                      const rocksdb_options_t* io_options) {
  return new rocksdb_sstfilewriter_t{
      std::make_unique<rocksdb::SstFileWriter>(env->rep, io_options->rep)};
}
rocksdb_sstfilewriter_t* rocksdb_sstfilewriter_create_with_comparator(
    const rocksdb_envoptions_t* env, const rocksdb_options_t* io_options,
    const rocksdb_comparator_t* comparator) {
  (void)comparator;
  return new rocksdb_sstfilewriter_t{
      std::make_unique<rocksdb::SstFileWriter>(env->rep, io_options->rep)};
}
void rocksdb_sstfilewriter_open(rocksdb_sstfilewriter_t* writer, const char* name, char** errptr) {
  SaveError(errptr, writer->rep->Open(name));
}
void rocksdb_sstfilewriter_add(rocksdb_sstfilewriter_t* writer, const char* key, size_t keylen,
                               const char* val, size_t vallen, char** errptr) {
  SaveError(errptr, writer->rep->Put(Slice(key, keylen), Slice(val, vallen)));
}
void rocksdb_sstfilewriter_put(rocksdb_sstfilewriter_t* writer, const char* key, size_t keylen,
                               const char* val, size_t vallen, char** errptr) {
  SaveError(errptr, writer->rep->Put(Slice(key, keylen), Slice(val, vallen)));
}
void rocksdb_sstfilewriter_put_with_ts(rocksdb_sstfilewriter_t* writer, const char* key,
                                       size_t keylen, const char* ts, size_t tslen, const char* val,
                                       size_t vallen, char** errptr) {
  SaveError(errptr, writer->rep->Put(Slice(key, keylen), Slice(ts, tslen), Slice(val, vallen)));
}
void rocksdb_sstfilewriter_merge(rocksdb_sstfilewriter_t* writer, const char* key, size_t keylen,
                                 const char* val, size_t vallen, char** errptr) {
  SaveError(errptr, writer->rep->Merge(Slice(key, keylen), Slice(val, vallen)));
}
void rocksdb_sstfilewriter_delete(rocksdb_sstfilewriter_t* writer, const char* key, size_t keylen,
                                  char** errptr) {
  SaveError(errptr, writer->rep->Delete(Slice(key, keylen)));
}
void rocksdb_sstfilewriter_delete_with_ts(rocksdb_sstfilewriter_t* writer, const char* key,
                                          size_t keylen, const char* ts, size_t tslen,
                                          char** errptr) {
  SaveError(errptr, writer->rep->Delete(Slice(key, keylen), Slice(ts, tslen)));
}
void rocksdb_sstfilewriter_delete_range(rocksdb_sstfilewriter_t* writer, const char* begin_key,
                                        size_t begin_keylen, const char* end_key, size_t end_keylen,
                                        char** errptr) {
  SaveError(errptr,
            writer->rep->DeleteRange(Slice(begin_key, begin_keylen), Slice(end_key, end_keylen)));
}
void rocksdb_sstfilewriter_finish(rocksdb_sstfilewriter_t* writer, char** errptr) {
  SaveError(errptr, writer->rep->Finish(nullptr));
}
void rocksdb_sstfilewriter_file_size(rocksdb_sstfilewriter_t* writer, uint64_t* file_size) {
  *file_size = writer->rep->FileSize();
}
void rocksdb_sstfilewriter_destroy(rocksdb_sstfilewriter_t* writer) { delete writer; }

// --- options ---

void rocksdb_lru_cache_options_set_capacity(rocksdb_lru_cache_options_t* opt, size_t capacity) {
  opt->rep.capacity = capacity;
}
void rocksdb_lru_cache_options_set_num_shard_bits(rocksdb_lru_cache_options_t* opt, int bits) {
  opt->rep.num_shard_bits = bits;
}
void rocksdb_cuckoo_options_set_hash_ratio(rocksdb_cuckoo_table_options_t* options, double v) {
  options->rep.hash_table_ratio = v;
}
void rocksdb_options_add_compact_on_deletion_collector_factory(rocksdb_options_t* opt,
                                                               size_t window_size,
                                                               size_t num_dels_trigger) {
  opt->rep.table_properties_collector_factories.emplace_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(window_size, num_dels_trigger));
}

}  // extern "C"
