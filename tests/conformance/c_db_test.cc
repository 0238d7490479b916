// Databases through the C interface: writes, batches, reads, families, upkeep, what it tells.

#include <vector>

#include "tests/conformance/c_harness.h"

namespace conformance {
namespace {

const char* const kKeys[] = {"c", "d"};
const char* const kLater[] = {"cc", "dd"};
const size_t kOnes[] = {1, 1};
const size_t kTwos[] = {2, 2};

CASE(c_writes_and_reads) {
  CDb with;
  with.Put("a", "1");
  with.Put("b", "2");
  EQ(with.Get("a"), "1");
  EQ(with.Get("nothing"), "(none)");
  rocksdb_delete(with.db, with.write, "a", 1, with.error.out());
  EQ(with.error.text(), "");
  EQ(with.Get("a"), "(none)");
  rocksdb_singledelete(with.db, with.write, "b", 1, with.error.out());
  EQ(with.error.text(), "");
  EQ(with.All(), "");

  rocksdb_pinnableslice_t* pinned =
      rocksdb_get_pinned(with.db, with.read, "a", 1, with.error.out());
  YES(pinned == nullptr);
  with.Put("a", "three");
  pinned = rocksdb_get_pinned(with.db, with.read, "a", 1, with.error.out());
  size_t size = 0;
  const char* const value = rocksdb_pinnableslice_value(pinned, &size);
  EQ(std::string(value, size), "three");
  rocksdb_pinnableslice_destroy(pinned);

  const char* const keys[] = {"a", "x"};
  char* values[2] = {};
  size_t sizes[2] = {};
  char* errors[2] = {};
  rocksdb_multi_get(with.db, with.read, 2, keys, kOnes, values, sizes, errors);
  EQ(Taken(values[0], sizes[0]), "three");
  YES(values[1] == nullptr);
  YES(errors[0] == nullptr && errors[1] == nullptr);
  char* found = nullptr;
  size_t found_size = 0;
  unsigned char value_found = 0;
  EQ(static_cast<int>(rocksdb_key_may_exist(with.db, with.read, "a", 1, &found, &found_size,
                                            nullptr, 0, &value_found)),
     1);
  EQ(static_cast<int>(value_found), 1);
  EQ(Taken(found, found_size), "three");
}

CASE(c_batches) {
  CDb with;
  rocksdb_writebatch_t* const batch = rocksdb_writebatch_create();
  rocksdb_writebatch_put(batch, "a", 1, "1", 1);
  rocksdb_writebatch_delete(batch, "b", 1);
  rocksdb_writebatch_singledelete(batch, "b", 1);
  rocksdb_writebatch_put_log_data(batch, "note", 4);
  EQ(rocksdb_writebatch_count(batch), 3);
  rocksdb_writebatch_putv(batch, 2, kKeys, kOnes, 2, kLater, kTwos);
  rocksdb_writebatch_deletev(batch, 2, kLater, kTwos);
  EQ(Contents(batch), "a=1 -b cd=ccdd -ccdd ");
  rocksdb_writebatch_set_save_point(batch);
  rocksdb_writebatch_put(batch, "z", 1, "9", 1);
  rocksdb_writebatch_rollback_to_save_point(batch, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_writebatch_pop_save_point(batch, with.error.out());
  EQ(with.error.text(), "NotFound: ");
  size_t size = 0;
  const char* const bytes = rocksdb_writebatch_data(batch, &size);
  rocksdb_writebatch_t* const copy = rocksdb_writebatch_create_from(bytes, size);
  EQ(Contents(copy), Contents(batch));
  rocksdb_write(with.db, with.write, copy, with.error.out());
  EQ(with.error.text(), "");
  EQ(with.All(), "a cd ");
  rocksdb_writebatch_clear(batch);
  EQ(rocksdb_writebatch_count(batch), 0);
  rocksdb_writebatch_delete_range(batch, "a", 1, "b", 1);
  const char* const ends[] = {"d", "d"};
  rocksdb_writebatch_delete_rangev(batch, 2, kKeys, kOnes, ends, kOnes);
  rocksdb_write(with.db, with.write, batch, with.error.out());
  EQ(with.error.text(), "");
  EQ(with.All(), "");
  rocksdb_writebatch_destroy(batch);
  rocksdb_writebatch_destroy(copy);
}

CASE(c_iterators) {
  CDb with;
  for (const char* key : {"a", "b", "c", "d"}) with.Put(key, key);
  rocksdb_readoptions_set_iterate_lower_bound(with.read, "b", 1);
  rocksdb_readoptions_set_iterate_upper_bound(with.read, "d", 1);
  rocksdb_iterator_t* const it = rocksdb_create_iterator(with.db, with.read);
  std::string text;
  const auto at = [&] {
    if (!rocksdb_iter_valid(it)) return std::string("end ");
    size_t size = 0;
    const char* const key = rocksdb_iter_key(it, &size);
    std::string pair(key, size);
    const char* const value = rocksdb_iter_value(it, &size);
    return pair + "=" + std::string(value, size) + " ";
  };
  rocksdb_iter_seek(it, "a", 1);
  text += at();
  rocksdb_iter_next(it);
  text += at();
  rocksdb_iter_prev(it);
  text += at();
  rocksdb_iter_seek_to_last(it);
  text += at();
  rocksdb_iter_seek_for_prev(it, "bb", 2);
  text += at();
  rocksdb_iter_prev(it);
  text += at();
  EQ(text, "b=b c=c b=b c=c b=b end ");
  rocksdb_iter_get_error(it, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_iter_destroy(it);
}

CASE(c_snapshots) {
  CDb with;
  with.Put("a", "old");
  const rocksdb_snapshot_t* const snapshot = rocksdb_create_snapshot(with.db);
  with.Put("a", "new");
  EQ(rocksdb_get_latest_sequence_number(with.db), 2u);
  rocksdb_readoptions_set_snapshot(with.read, snapshot);
  EQ(with.Get("a"), "old");
  rocksdb_readoptions_set_snapshot(with.read, nullptr);
  EQ(with.Get("a"), "new");
  rocksdb_release_snapshot(with.db, snapshot);
}

CASE(c_families) {
  CDb with;
  rocksdb_column_family_handle_t* family =
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out());
  EQ(with.error.text(), "");
  size_t size = 0;
  char* const name = rocksdb_column_family_handle_get_name(family, &size);
  EQ(Taken(name, size), "more");
  EQ(rocksdb_column_family_handle_get_id(family), 1u);
  rocksdb_put_cf(with.db, with.write, family, "a", 1, "1", 1, with.error.out());
  rocksdb_put_cf(with.db, with.write, family, "b", 1, "2", 1, with.error.out());
  rocksdb_put_cf(with.db, with.write, family, "c", 1, "3", 1, with.error.out());
  rocksdb_put_cf(with.db, with.write, family, "e", 1, "5", 1, with.error.out());
  EQ(with.error.text(), "");
  EQ(Taken([&](size_t* n) {
       return rocksdb_get_cf(with.db, with.read, family, "a", 1, n, with.error.out());
     }),
     "1");
  rocksdb_delete_cf(with.db, with.write, family, "a", 1, with.error.out());
  rocksdb_singledelete_cf(with.db, with.write, family, "b", 1, with.error.out());
  rocksdb_delete_range_cf(with.db, with.write, family, "c", 1, "d", 1, with.error.out());
  EQ(with.error.text(), "");
  EQ(Keys(rocksdb_create_iterator_cf(with.db, with.read, family)), "e ");
  rocksdb_pinnableslice_t* const pinned =
      rocksdb_get_pinned_cf(with.db, with.read, family, "e", 1, with.error.out());
  const char* const value = rocksdb_pinnableslice_value(pinned, &size);
  EQ(std::string(value, size), "5");
  rocksdb_pinnableslice_destroy(pinned);

  rocksdb_writebatch_t* const batch = rocksdb_writebatch_create();
  rocksdb_writebatch_put_cf(batch, family, "x", 1, "7", 1);
  rocksdb_writebatch_putv_cf(batch, family, 2, kKeys, kOnes, 2, kKeys, kOnes);
  rocksdb_writebatch_delete_cf(batch, family, "e", 1);
  rocksdb_writebatch_singledelete_cf(batch, family, "f", 1);
  rocksdb_writebatch_deletev_cf(batch, family, 2, kLater, kTwos);
  rocksdb_writebatch_delete_range_cf(batch, family, "y", 1, "z", 1);
  rocksdb_writebatch_delete_rangev_cf(batch, family, 2, kLater, kTwos, kLater, kTwos);
  rocksdb_write(with.db, with.write, batch, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_writebatch_destroy(batch);
  EQ(Keys(rocksdb_create_iterator_cf(with.db, with.read, family)), "cd x ");

  const rocksdb_column_family_handle_t* const families[] = {family, family};
  char* values[2] = {};
  size_t sizes[2] = {};
  char* errors[2] = {};
  rocksdb_multi_get_cf(with.db, with.read, families, 2, kKeys, kOnes, values, sizes, errors);
  YES(values[0] == nullptr && values[1] == nullptr);
  rocksdb_pinnableslice_t* slices[2] = {};
  const char* const wanted[] = {"x", "y"};
  rocksdb_batched_multi_get_cf(with.db, with.read, family, 2, wanted, kOnes, slices, errors, false);
  const char* const seven = rocksdb_pinnableslice_value(slices[0], &size);
  EQ(std::string(seven, size), "7");
  YES(slices[1] == nullptr);
  rocksdb_pinnableslice_destroy(slices[0]);

  rocksdb_column_family_handle_t* handles[] = {family};
  rocksdb_iterator_t* iterators[1] = {};
  rocksdb_create_iterators(with.db, with.read, handles, iterators, 1, with.error.out());
  EQ(Keys(iterators[0]), "cd x ");
  rocksdb_flushoptions_t* const flush = rocksdb_flushoptions_create();
  rocksdb_flush_cf(with.db, flush, family, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_flushoptions_destroy(flush);
  rocksdb_compact_range_cf(with.db, family, nullptr, 0, nullptr, 0);
  char* const text =
      rocksdb_property_value_cf(with.db, family, "rocksdb.num-entries-active-mem-table");
  EQ(Taken(text, text == nullptr ? 0 : strlen(text)), "0");
  uint64_t number = 0;
  EQ(rocksdb_property_int_cf(with.db, family, "rocksdb.num-snapshots", &number), 0);
  EQ(number, 0u);
  rocksdb_column_family_metadata_t* const about =
      rocksdb_get_column_family_metadata_cf(with.db, family);
  EQ(rocksdb_column_family_metadata_get_file_count(about), 1u);
  YES(rocksdb_column_family_metadata_get_size(about) > 0);
  rocksdb_column_family_metadata_destroy(about);

  rocksdb_column_family_handle_destroy(family);
  with.Close();
  const std::string path = Directory() + "/db";
  size_t count = 0;
  char** const listed =
      rocksdb_list_column_families(with.options, path.c_str(), &count, with.error.out());
  EQ(with.error.text(), "");
  EQ(count, 2u);
  EQ(std::string(listed[0]) + " " + listed[1], "default more");
  rocksdb_list_column_families_destroy(listed, count);

  const char* const names[] = {"default", "more"};
  const rocksdb_options_t* const both[] = {with.options, with.options};
  rocksdb_column_family_handle_t* opened[2] = {};
  with.db = rocksdb_open_column_families(with.options, path.c_str(), 2, names, both, opened,
                                         with.error.out());
  EQ(with.error.text(), "");
  rocksdb_drop_column_family(with.db, opened[1], with.error.out());
  EQ(with.error.text(), "");
  for (rocksdb_column_family_handle_t* handle : opened)
    rocksdb_column_family_handle_destroy(handle);
}

CASE(c_upkeep) {
  CDb with;
  for (const char* key : {"a", "b", "c"}) with.Put(key, std::string(1000, 'v'));
  rocksdb_flushoptions_t* const flush = rocksdb_flushoptions_create();
  rocksdb_flush(with.db, flush, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_flushoptions_destroy(flush);
  rocksdb_flush_wal(with.db, 1, with.error.out());
  EQ(with.error.text(), "");
  const rocksdb_livefiles_t* const files = rocksdb_livefiles(with.db);
  EQ(rocksdb_livefiles_count(files), 1);
  EQ(rocksdb_livefiles_level(files, 0), 0);
  EQ(rocksdb_livefiles_entries(files, 0), 3u);
  EQ(rocksdb_livefiles_deletions(files, 0), 0u);
  YES(rocksdb_livefiles_size(files, 0) > 0);
  EQ(std::string(rocksdb_livefiles_column_family_name(files, 0)), "default");
  EQ(std::string(rocksdb_livefiles_name(files, 0)).substr(0, 1), "/");
  size_t size = 0;
  const char* const smallest = rocksdb_livefiles_smallestkey(files, 0, &size);
  EQ(std::string(smallest, size), "a");
  const char* const largest = rocksdb_livefiles_largestkey(files, 0, &size);
  EQ(std::string(largest, size), "c");
  rocksdb_livefiles_destroy(files);

  rocksdb_disable_file_deletions(with.db, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_enable_file_deletions(with.db, 0, with.error.out());
  EQ(with.error.text(), "");
  const char* const begin[] = {"a"};
  const char* const end[] = {"z"};
  uint64_t sizes[1] = {};
  rocksdb_approximate_sizes(with.db, 1, begin, kOnes, end, kOnes, sizes, with.error.out());
  EQ(with.error.text(), "");
  YES(sizes[0] > 0);
  const char* const names[] = {"disable_auto_compactions"};
  const char* const values[] = {"true"};
  rocksdb_set_options(with.db, 1, names, values, with.error.out());
  EQ(with.error.text(), "");
  const char* const unknown[] = {"no_such_option"};
  rocksdb_set_options(with.db, 1, unknown, values, with.error.out());
  NO(with.error.text().empty());
  rocksdb_suggest_compact_range(with.db, "a", 1, "z", 1, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_compactoptions_t* const compact = rocksdb_compactoptions_create();
  rocksdb_compact_range_opt(with.db, compact, nullptr, 0, nullptr, 0);
  rocksdb_compactoptions_destroy(compact);
  rocksdb_compact_range(with.db, "a", 1, "z", 1);
  EQ(with.All(), "a b c ");
  rocksdb_cancel_all_background_work(with.db, 1);
}

CASE(c_levels_of_a_family) {
  CDb with;
  with.Put("a", "1");
  rocksdb_flushoptions_t* const flush = rocksdb_flushoptions_create();
  rocksdb_flush(with.db, flush, with.error.out());
  rocksdb_flushoptions_destroy(flush);
  rocksdb_column_family_metadata_t* const family = rocksdb_get_column_family_metadata(with.db);
  char* const name = rocksdb_column_family_metadata_get_name(family);
  EQ(Taken(name, strlen(name)), "default");
  YES(rocksdb_column_family_metadata_get_level_count(family) > 0);
  rocksdb_level_metadata_t* const level =
      rocksdb_column_family_metadata_get_level_metadata(family, 0);
  EQ(rocksdb_level_metadata_get_level(level), 0);
  EQ(rocksdb_level_metadata_get_file_count(level), 1u);
  YES(rocksdb_level_metadata_get_size(level) > 0);
  rocksdb_sst_file_metadata_t* const file = rocksdb_level_metadata_get_sst_file_metadata(level, 0);
  char* const relative = rocksdb_sst_file_metadata_get_relative_filename(file);
  NO(Taken(relative, strlen(relative)).empty());
  YES(rocksdb_sst_file_metadata_get_size(file) > 0);
  EQ(Taken([&](size_t* n) { return rocksdb_sst_file_metadata_get_smallestkey(file, n); }), "a");
  EQ(Taken([&](size_t* n) { return rocksdb_sst_file_metadata_get_largestkey(file, n); }), "a");
  rocksdb_sst_file_metadata_destroy(file);
  rocksdb_level_metadata_destroy(level);
  rocksdb_column_family_metadata_destroy(family);
}

CASE(c_figures) {
  Settings with;
  Error error;
  rocksdb_options_enable_statistics(with.options);
  rocksdb_t* const db = rocksdb_open(with.options, (Directory() + "/db").c_str(), error.out());
  EQ(error.text(), "");
  rocksdb_set_perf_level(2);
  rocksdb_perfcontext_t* const context = rocksdb_perfcontext_create();
  rocksdb_perfcontext_reset(context);
  rocksdb_put(db, with.write, "a", 1, "1", 1, error.out());
  char* const statistics = rocksdb_options_statistics_get_string(with.options);
  YES(Taken(statistics, strlen(statistics)).find("rocksdb.number.keys.written COUNT : 1") !=
      std::string::npos);
  EQ(rocksdb_perfcontext_metric(context, 1), 0u);
  char* const report = rocksdb_perfcontext_report(context, 1);
  free(report);
  rocksdb_perfcontext_destroy(context);
  char* const value = rocksdb_property_value(db, "rocksdb.num-entries-active-mem-table");
  EQ(Taken(value, value == nullptr ? 0 : strlen(value)), "1");
  YES(rocksdb_property_value(db, "rocksdb.no-such-property") == nullptr);
  uint64_t number = 0;
  EQ(rocksdb_property_int(db, "rocksdb.num-entries-active-mem-table", &number), 0);
  EQ(number, 1u);
  rocksdb_memory_consumers_t* const consumers = rocksdb_memory_consumers_create();
  rocksdb_memory_consumers_add_db(consumers, db);
  rocksdb_memory_usage_t* const usage =
      rocksdb_approximate_memory_usage_create(consumers, error.out());
  EQ(error.text(), "");
  YES(rocksdb_approximate_memory_usage_get_mem_table_total(usage) > 0);
  YES(rocksdb_approximate_memory_usage_get_mem_table_unflushed(usage) > 0);
  EQ(rocksdb_approximate_memory_usage_get_cache_total(usage), 0u);
  rocksdb_approximate_memory_usage_destroy(usage);
  rocksdb_memory_consumers_destroy(consumers);
  rocksdb_close(db);
}

// --- plug-ins ---

const char* Name(void*) { return "a name"; }
void Nothing(void*) {}
int Backwards(void*, const char* a, size_t a_size, const char* b, size_t b_size) {
  const int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
  if (order != 0) return -order;
  return a_size == b_size ? 0 : (a_size < b_size ? 1 : -1);
}
char* Join(void*, const char*, size_t, const char* existing, size_t existing_size,
           const char* const* operands, const size_t* sizes, int count, unsigned char* success,
           size_t* size) {
  std::string text(existing == nullptr ? "" : existing, existing == nullptr ? 0 : existing_size);
  for (int i = 0; i < count; ++i) text += "+" + std::string(operands[i], sizes[i]);
  *success = 1;
  *size = text.size();
  char* const result = static_cast<char*>(malloc(text.size()));
  memcpy(result, text.data(), text.size());
  return result;
}
char* JoinPart(void*, const char*, size_t, const char* const*, const size_t*, int,
               unsigned char* success, size_t* size) {
  *success = 0;
  *size = 0;
  return nullptr;
}
unsigned char DropsB(void*, int, const char* key, size_t size, const char*, size_t, char**, size_t*,
                     unsigned char* changed) {
  *changed = 0;
  return size == 1 && *key == 'b';
}

CASE(c_plug_ins) {
  Settings with;
  Error error;
  rocksdb_comparator_t* const comparator =
      rocksdb_comparator_create(nullptr, Nothing, Backwards, Name);
  rocksdb_options_set_comparator(with.options, comparator);
  rocksdb_options_set_merge_operator(
      with.options, rocksdb_mergeoperator_create(nullptr, Nothing, Join, JoinPart, nullptr, Name));
  rocksdb_compactionfilter_t* const filter =
      rocksdb_compactionfilter_create(nullptr, Nothing, DropsB, Name);
  rocksdb_options_set_compaction_filter(with.options, filter);
  rocksdb_t* const db = rocksdb_open(with.options, (Directory() + "/db").c_str(), error.out());
  EQ(error.text(), "");
  for (const char* key : {"a", "b", "c"}) {
    rocksdb_put(db, with.write, key, 1, "v", 1, error.out());
  }
  EQ(Keys(rocksdb_create_iterator(db, with.read)), "c b a ");
  rocksdb_merge(db, with.write, "a", 1, "x", 1, error.out());
  EQ(error.text(), "");
  rocksdb_writebatch_t* const batch = rocksdb_writebatch_create();
  rocksdb_writebatch_merge(batch, "a", 1, "y", 1);
  rocksdb_writebatch_mergev(batch, 2, kKeys, kOnes, 2, kKeys, kOnes);
  rocksdb_write(db, with.write, batch, error.out());
  EQ(error.text(), "");
  rocksdb_writebatch_destroy(batch);
  EQ(Taken([&](size_t* n) { return rocksdb_get(db, with.read, "a", 1, n, error.out()); }), "v+x+y");
  rocksdb_compact_range(db, nullptr, 0, nullptr, 0);
  EQ(Keys(rocksdb_create_iterator(db, with.read)), "cd c a ");
  rocksdb_close(db);
  rocksdb_compactionfilter_destroy(filter);
  rocksdb_comparator_destroy(comparator);
}

CASE(c_tables_and_caches) {
  Settings with;
  Error error;
  rocksdb_cache_t* const cache = rocksdb_cache_create_lru(1 << 20);
  EQ(rocksdb_cache_get_capacity(cache), size_t{1} << 20);
  rocksdb_cache_set_capacity(cache, 2 << 20);
  EQ(rocksdb_cache_get_capacity(cache), size_t{2} << 20);
  rocksdb_block_based_table_options_t* const table = rocksdb_block_based_options_create();
  rocksdb_block_based_options_set_block_cache(table, cache);
  rocksdb_block_based_options_set_block_size(table, 8192);
  rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom(10));
  rocksdb_block_based_options_set_whole_key_filtering(table, 1);
  rocksdb_block_based_options_set_format_version(table, 5);
  rocksdb_options_set_block_based_table_factory(with.options, table);
  rocksdb_options_set_prefix_extractor(with.options, rocksdb_slicetransform_create_fixed_prefix(1));
  const int levels[] = {0, 4};
  rocksdb_options_set_compression_per_level(with.options, levels, 2);
  rocksdb_ratelimiter_t* const limiter = rocksdb_ratelimiter_create(100 << 20, 100000, 10);
  rocksdb_options_set_ratelimiter(with.options, limiter);
  rocksdb_t* const db = rocksdb_open(with.options, (Directory() + "/db").c_str(), error.out());
  EQ(error.text(), "");
  for (const char* key : {"a1", "a2", "b1"}) {
    rocksdb_put(db, with.write, key, 2, "v", 1, error.out());
  }
  rocksdb_compact_range(db, nullptr, 0, nullptr, 0);
  rocksdb_readoptions_set_prefix_same_as_start(with.read, 1);
  rocksdb_iterator_t* const it = rocksdb_create_iterator(db, with.read);
  int count = 0;
  for (rocksdb_iter_seek(it, "a", 1); rocksdb_iter_valid(it); rocksdb_iter_next(it)) ++count;
  EQ(count, 2);
  rocksdb_iter_destroy(it);
  YES(rocksdb_cache_get_usage(cache) > 0);
  rocksdb_close(db);
  rocksdb_ratelimiter_destroy(limiter);
  rocksdb_block_based_options_destroy(table);
  rocksdb_cache_destroy(cache);
}

CASE(c_read_only_repair_and_removal) {
  const std::string path = Directory() + "/db";
  Settings with;
  Error error;
  {
    CDb db;
    db.Put("a", "1");
  }
  rocksdb_t* const db = rocksdb_open_for_read_only(with.options, path.c_str(), 0, error.out());
  EQ(error.text(), "");
  EQ(Keys(rocksdb_create_iterator(db, with.read)), "a ");
  rocksdb_put(db, with.write, "b", 1, "2", 1, error.out());
  EQ(error.text(), "Not implemented: Not supported operation in read only mode.");
  rocksdb_close(db);
  rocksdb_repair_db(with.options, path.c_str(), error.out());
  EQ(error.text(), "");
  rocksdb_destroy_db(with.options, path.c_str(), error.out());
  EQ(error.text(), "");
  NO(Exists(path + "/CURRENT"));
}

CASE(c_options_from_text) {
  Settings with;
  Error error;
  rocksdb_options_t* const made = rocksdb_options_create();
  rocksdb_get_options_from_string(with.options, "write_buffer_size=1234567;num_levels=5", made,
                                  error.out());
  EQ(error.text(), "");
  EQ(rocksdb_options_get_write_buffer_size(made), 1234567u);
  EQ(rocksdb_options_get_num_levels(made), 5);
  rocksdb_get_options_from_string(with.options, "no_such_option=1", made, error.out());
  NO(error.text().empty());
  rocksdb_options_destroy(made);
}

}  // namespace
}  // namespace conformance
