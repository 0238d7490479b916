// Files through C: those that the application writes and the database takes in, those that are
// taken away, and ranges that are compacted.

#include "tests/conformance/c_harness.h"

namespace conformance {
namespace {

std::string Path(const std::string& name) { return Directory() + "/" + name; }

// A writer of table files.
struct Writer {
  Writer(rocksdb_options_t* options, const std::string& name)
      : path(Path(name)), rep(rocksdb_sstfilewriter_create(env, options)) {
    rocksdb_sstfilewriter_open(rep, path.c_str(), error.out());
    EQ(error.text(), "");
  }
  ~Writer() {
    rocksdb_sstfilewriter_destroy(rep);
    rocksdb_envoptions_destroy(env);
  }
  void Finish() {
    EQ(error.text(), "");
    rocksdb_sstfilewriter_finish(rep, error.out());
    EQ(error.text(), "");
  }
  const std::string path;
  rocksdb_envoptions_t* const env = rocksdb_envoptions_create();
  rocksdb_sstfilewriter_t* const rep;
  Error error;
};

int Files(rocksdb_t* db) {
  const rocksdb_livefiles_t* const files = rocksdb_livefiles(db);
  const int count = rocksdb_livefiles_count(files);
  rocksdb_livefiles_destroy(files);
  return count;
}

CASE(c_files_are_ingested_into_a_family) {
  CDb with([](rocksdb_options_t* o) { rocksdb_options_set_uint64add_merge_operator(o); });
  rocksdb_column_family_handle_t* const family =
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out());
  rocksdb_put_cf(with.db, with.write, family, "x", 1, "1", 1, with.error.out());
  const std::string one("\1\0\0\0\0\0\0\0", 8);
  Writer writer(with.options, "file");
  rocksdb_sstfilewriter_merge(writer.rep, "a", 1, one.data(), 8, writer.error.out());
  rocksdb_sstfilewriter_put(writer.rep, "b", 1, "2", 1, writer.error.out());
  EQ(writer.error.text(), "");
  rocksdb_sstfilewriter_put(writer.rep, "b", 1, "2", 1, writer.error.out());
  EQ(writer.error.text(), "Invalid argument: Keys must be added in strict ascending order.");
  rocksdb_sstfilewriter_delete_range(writer.rep, "w", 1, "z", 1, writer.error.out());
  writer.Finish();
  rocksdb_ingestexternalfileoptions_t* const options = rocksdb_ingestexternalfileoptions_create();
  const char* const files[] = {writer.path.c_str()};
  rocksdb_ingest_external_file_cf(with.db, family, files, 1, options, with.error.out());
  EQ(with.error.text(), "");
  EQ(Keys(rocksdb_create_iterator_cf(with.db, with.read, family)), "a b ");
  EQ(with.All(), "");
  const char* const missing[] = {"/nowhere"};
  rocksdb_ingest_external_file_cf(with.db, family, missing, 1, options, with.error.out());
  const std::string told = with.error.text();
  EQ(told.substr(0, 37), "IO error: No such file or directory: ");
  YES(told.find("/nowhere: No such file or directory") != std::string::npos);
  rocksdb_ingestexternalfileoptions_destroy(options);
  rocksdb_column_family_handle_destroy(family);
}

CASE(c_writers_with_a_comparator) {
  Settings with;
  Error error;
  rocksdb_envoptions_t* const env = rocksdb_envoptions_create();
  rocksdb_sstfilewriter_t* const writer =
      rocksdb_sstfilewriter_create_with_comparator(env, with.options, nullptr);
  rocksdb_sstfilewriter_put(writer, "a", 1, "1", 1, error.out());
  EQ(error.text(), "Invalid argument: File is not opened");
  rocksdb_sstfilewriter_open(writer, Path("file").c_str(), error.out());
  EQ(error.text(), "");
  rocksdb_sstfilewriter_finish(writer, error.out());
  EQ(error.text(), "Invalid argument: Cannot create sst file with no entries");
  rocksdb_sstfilewriter_destroy(writer);
  rocksdb_envoptions_destroy(env);
}

CASE(c_files_are_deleted) {
  CDb with([](rocksdb_options_t* o) { rocksdb_options_set_disable_auto_compactions(o, 1); });
  rocksdb_column_family_handle_t* const family =
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out());
  for (const char* key : {"a", "b", "c"}) {
    with.Put(key, "v");
    with.Flush();
  }
  EQ(Files(with.db), 3);
  const rocksdb_livefiles_t* const files = rocksdb_livefiles(with.db);
  std::string name;
  for (int i = 0; i < 3; ++i) {
    size_t size = 0;
    const char* const key = rocksdb_livefiles_smallestkey(files, i, &size);
    if (std::string(key, size) == "a") name = rocksdb_livefiles_name(files, i);
  }
  rocksdb_livefiles_destroy(files);
  rocksdb_delete_file(with.db, "/999999.sst");
  EQ(Files(with.db), 3);
  rocksdb_delete_file(with.db, name.c_str());
  EQ(with.All(), "b c ");
  // Files of the first level go in the order of their age only.

  for (const char* key : {"a", "b", "c"}) {
    rocksdb_put_cf(with.db, with.write, family, key, 1, "v", 1, with.error.out());
  }
  rocksdb_compactoptions_t* const force = rocksdb_compactoptions_create();
  rocksdb_compactoptions_set_bottommost_level_compaction(force, 2);
  rocksdb_compact_range_cf_opt(with.db, family, force, nullptr, 0, nullptr, 0);
  rocksdb_compact_range_opt(with.db, force, nullptr, 0, nullptr, 0);
  rocksdb_compactoptions_destroy(force);
  uint64_t size = 0;
  EQ(rocksdb_property_int_cf(with.db, family, "rocksdb.num-entries-active-mem-table", &size), 0);
  EQ(size, 0u);
  uint64_t sizes[1] = {};
  const char* const begin[] = {"a"};
  const char* const end[] = {"z"};
  const size_t ones[] = {1};
  rocksdb_approximate_sizes_cf(with.db, family, 1, begin, ones, end, ones, sizes, with.error.out());
  EQ(with.error.text(), "");
  YES(sizes[0] > 0);
  rocksdb_delete_file_in_range(with.db, "c", 1, "z", 1, with.error.out());
  EQ(with.error.text(), "");
  EQ(with.All(), "b c ");
  rocksdb_delete_file_in_range(with.db, nullptr, 0, nullptr, 0, with.error.out());
  EQ(with.error.text(), "");
  EQ(with.All(), "");
  EQ(Keys(rocksdb_create_iterator_cf(with.db, with.read, family)), "a b c ");
  rocksdb_delete_file_in_range_cf(with.db, family, "a", 1, "z", 1, with.error.out());
  EQ(with.error.text(), "");
  EQ(Keys(rocksdb_create_iterator_cf(with.db, with.read, family)), "");
  rocksdb_column_family_handle_destroy(family);
}

CASE(c_compactions_by_hand) {
  CDb with;
  rocksdb_column_family_handle_t* const family =
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out());
  // There is a handle to destroy after an error, too.
  rocksdb_column_family_handle_destroy(
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out()));
  EQ(with.error.text(), "Invalid argument: Column family already exists");
  const char* const names[] = {"disable_auto_compactions"};
  const char* const values[] = {"true"};
  rocksdb_set_options_cf(with.db, family, 1, names, values, with.error.out());
  EQ(with.error.text(), "");
  const char* const unknown[] = {"no_such_option"};
  rocksdb_set_options_cf(with.db, family, 1, unknown, values, with.error.out());
  EQ(with.error.text(), "Invalid argument: Could not find option: : no_such_option");
  rocksdb_flushoptions_t* const flush = rocksdb_flushoptions_create();
  for (int i = 0; i < 2; ++i) {
    for (const char* key : {"a", "b"}) {
      rocksdb_put_cf(with.db, with.write, family, key, 1, "v", 1, with.error.out());
    }
    rocksdb_flush_cf(with.db, flush, family, with.error.out());
  }
  rocksdb_flushoptions_destroy(flush);
  EQ(Files(with.db), 2);
  // While they are disabled, nothing is compacted.
  rocksdb_disable_manual_compaction(with.db);
  rocksdb_compact_range_cf(with.db, family, nullptr, 0, nullptr, 0);
  EQ(Files(with.db), 2);
  rocksdb_enable_manual_compaction(with.db);
  rocksdb_compact_range_cf(with.db, family, nullptr, 0, nullptr, 0);
  EQ(Files(with.db), 1);
  rocksdb_suggest_compact_range_cf(with.db, family, "a", 1, "z", 1, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_suggest_compact_range_cf(with.db, family, nullptr, 0, nullptr, 0, with.error.out());
  EQ(with.error.text(), "");
  EQ(Keys(rocksdb_create_iterator_cf(with.db, with.read, family)), "a b ");
  rocksdb_column_family_handle_destroy(family);
}

CASE(c_families_that_are_only_read) {
  const std::string path = Path("db");
  CDb with;
  rocksdb_column_family_handle_destroy(
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out()));
  with.Put("a", "1");
  with.Close();
  const char* const names[] = {"default", "more"};
  const rocksdb_options_t* const both[] = {with.options, with.options};
  rocksdb_column_family_handle_t* handles[2] = {};
  with.db = rocksdb_open_for_read_only_column_families(with.options, path.c_str(), 2, names, both,
                                                       handles, 0, with.error.out());
  EQ(with.error.text(), "");
  EQ(Keys(rocksdb_create_iterator_cf(with.db, with.read, handles[0])), "a ");
  rocksdb_put_cf(with.db, with.write, handles[1], "b", 1, "2", 1, with.error.out());
  EQ(with.error.text(), "Not implemented: Not supported operation in read only mode.");
  for (rocksdb_column_family_handle_t* h : handles) rocksdb_column_family_handle_destroy(h);
  with.Close();
  const char* const wrong[] = {"default", "other"};
  with.db = rocksdb_open_for_read_only_column_families(with.options, path.c_str(), 2, wrong, both,
                                                       handles, 0, with.error.out());
  EQ(with.error.text(), "Invalid argument: Column family not found: other");
  YES(with.db == nullptr);
}

CASE(c_families_that_expire) {
  const std::string path = Path("db");
  Settings with;
  Error error;
  rocksdb_options_set_create_missing_column_families(with.options, 1);
  const char* const names[] = {"default", "more"};
  const rocksdb_options_t* const both[] = {with.options, with.options};
  const int ttls[] = {0, 1};
  rocksdb_column_family_handle_t* handles[2] = {};
  rocksdb_t* const db = rocksdb_open_column_families_with_ttl(with.options, path.c_str(), 2, names,
                                                              both, handles, ttls, error.out());
  EQ(error.text(), "");
  rocksdb_put_cf(db, with.write, handles[1], "a", 1, "1", 1, error.out());
  EQ(Taken([&](size_t* n) {
       return rocksdb_get_cf(db, with.read, handles[1], "a", 1, n, error.out());
     }),
     "1");
  EQ(error.text(), "");
  for (rocksdb_column_family_handle_t* h : handles) rocksdb_column_family_handle_destroy(h);
  rocksdb_close(db);
  // The values of a store that expires end with a time.
  const rocksdb_options_t* const plain[] = {with.options, with.options};
  rocksdb_t* const seen = rocksdb_open_column_families(with.options, path.c_str(), 2, names, plain,
                                                       handles, error.out());
  EQ(Taken([&](size_t* n) {
       return rocksdb_get_cf(seen, with.read, handles[1], "a", 1, n, error.out());
     }).size(),
     5u);
  for (rocksdb_column_family_handle_t* h : handles) rocksdb_column_family_handle_destroy(h);
  rocksdb_close(seen);
}

CASE(c_keys_may_exist_in_families) {
  CDb with;
  rocksdb_column_family_handle_t* const family =
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out());
  rocksdb_put_cf(with.db, with.write, family, "a", 1, "three", 5, with.error.out());
  char* value = nullptr;
  size_t size = 0;
  unsigned char found = 0;
  const auto may = [&](const char* key) {
    return static_cast<int>(rocksdb_key_may_exist_cf(with.db, with.read, family, key, 1, &value,
                                                     &size, nullptr, 0, &found));
  };
  EQ(may("a"), 1);
  EQ(static_cast<int>(found), 1);
  EQ(Taken(value, size), "three");
  // A key that is not there: its value is known, and empty.
  EQ(may("b"), 0);
  EQ(static_cast<int>(found), 1);
  EQ(Taken(value, size), "");
  // Nobody has to ask for the value.
  EQ(static_cast<int>(rocksdb_key_may_exist_cf(with.db, with.read, family, "a", 1, nullptr, nullptr,
                                               nullptr, 0, nullptr)),
     1);
  rocksdb_column_family_handle_destroy(family);
}

}  // namespace
}  // namespace conformance
