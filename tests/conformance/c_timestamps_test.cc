// Calls with timestamps on families that have none: each is refused and leaves nothing behind.

#include <rocksdb/comparator.h>

#include "tests/conformance/c_harness.h"

namespace conformance {
namespace {

constexpr char kNone[] =
    "Invalid argument: cannot call this method on column family default that does not enable "
    "timestamp";
constexpr char kNoneInMore[] =
    "Invalid argument: cannot call this method on column family more that does not enable "
    "timestamp";
constexpr char kNotEnabled[] = "Invalid argument: Timestamp is not enabled in this column family";
char kTime[] = "12345678";
const char* const kKeys[] = {"a", "b"};
const size_t kOnes[] = {1, 1};

CASE(c_writes_with_timestamps) {
  CDb with;
  rocksdb_column_family_handle_t* const family =
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out());
  rocksdb_put_with_ts(with.db, with.write, "a", 1, kTime, 8, "1", 1, with.error.out());
  EQ(with.error.text(), kNone);
  rocksdb_delete_with_ts(with.db, with.write, "a", 1, kTime, 8, with.error.out());
  EQ(with.error.text(), kNone);
  rocksdb_singledelete_with_ts(with.db, with.write, "a", 1, kTime, 8, with.error.out());
  EQ(with.error.text(), kNone);
  rocksdb_put_cf_with_ts(with.db, with.write, family, "a", 1, kTime, 8, "1", 1, with.error.out());
  EQ(with.error.text(), kNoneInMore);
  rocksdb_delete_cf_with_ts(with.db, with.write, family, "a", 1, kTime, 8, with.error.out());
  EQ(with.error.text(), kNoneInMore);
  rocksdb_singledelete_cf_with_ts(with.db, with.write, family, "a", 1, kTime, 8, with.error.out());
  EQ(with.error.text(), kNoneInMore);
  rocksdb_writebatch_t* const batch = rocksdb_writebatch_create();
  rocksdb_writebatch_put_cf_with_ts(batch, family, "a", 1, kTime, 8, "1", 1);
  rocksdb_writebatch_delete_cf_with_ts(batch, family, "a", 1, kTime, 8);
  rocksdb_writebatch_singledelete_cf_with_ts(batch, family, "a", 1, kTime, 8);
  EQ(rocksdb_writebatch_count(batch), 0);
  rocksdb_writebatch_destroy(batch);
  EQ(with.All(), "");
  EQ(rocksdb_get_latest_sequence_number(with.db), 0u);
  rocksdb_column_family_handle_destroy(family);
}

CASE(c_reads_with_timestamps) {
  CDb with;
  rocksdb_column_family_handle_t* const family =
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out());
  with.Put("a", "1");
  rocksdb_put_cf(with.db, with.write, family, "a", 1, "2", 1, with.error.out());
  EQ(with.error.text(), "");
  char* time = nullptr;
  size_t time_size = 99;
  // Without a timestamp in the options they read as the plain calls do.
  EQ(Taken([&](size_t* n) {
       return rocksdb_get_with_ts(with.db, with.read, "a", 1, n, &time, &time_size,
                                  with.error.out());
     }),
     "1");
  EQ(Taken(time, time_size), "");
  EQ(Taken([&](size_t* n) {
       return rocksdb_get_cf_with_ts(with.db, with.read, family, "a", 1, n, &time, &time_size,
                                     with.error.out());
     }),
     "2");
  EQ(Taken(time, time_size), "");
  EQ(Taken([&](size_t* n) {
       return rocksdb_get_with_ts(with.db, with.read, "b", 1, n, &time, &time_size,
                                  with.error.out());
     }),
     "(none)");
  EQ(with.error.text(), "");

  char* values[2] = {};
  size_t sizes[2] = {};
  char* times[2] = {};
  size_t time_sizes[2] = {};
  char* errors[2] = {};
  const auto all = [&] {
    std::string text;
    for (int i = 0; i < 2; ++i) {
      text += Taken(values[i], sizes[i]) + " ";
      if (times[i] != nullptr) rocksdb_free(times[i]);
      EQ(time_sizes[i], 0u);
      if (errors[i] != nullptr) text += errors[i];
      free(errors[i]);
    }
    return text;
  };
  rocksdb_multi_get_with_ts(with.db, with.read, 2, kKeys, kOnes, values, sizes, times, time_sizes,
                            errors);
  EQ(all(), "1 (none) ");
  const rocksdb_column_family_handle_t* const families[] = {family, family};
  rocksdb_multi_get_cf_with_ts(with.db, with.read, families, 2, kKeys, kOnes, values, sizes, times,
                               time_sizes, errors);
  EQ(all(), "2 (none) ");

  rocksdb_readoptions_set_timestamp(with.read, kTime, 8);
  EQ(Taken([&](size_t* n) {
       return rocksdb_get_with_ts(with.db, with.read, "a", 1, n, &time, &time_size,
                                  with.error.out());
     }),
     "(none)");
  EQ(with.error.text(), kNone);
  rocksdb_multi_get_with_ts(with.db, with.read, 2, kKeys, kOnes, values, sizes, times, time_sizes,
                            errors);
  EQ(all(), std::string("(none) ") + kNone + "(none) " + kNone);
  rocksdb_iterator_t* it = rocksdb_create_iterator(with.db, with.read);
  rocksdb_iter_get_error(it, with.error.out());
  EQ(with.error.text(), kNone);
  rocksdb_iter_destroy(it);
  rocksdb_readoptions_set_timestamp(with.read, nullptr, 0);
  EQ(with.Get("a"), "1");

  it = rocksdb_create_iterator(with.db, with.read);
  rocksdb_iter_seek_to_first(it);
  if (kOnAether) {  // RocksDB asserts that there is one
    size_t size = 99;
    rocksdb_iter_timestamp(it, &size);
    EQ(size, 0u);
  }
  rocksdb_iter_destroy(it);
  rocksdb_readoptions_set_iter_start_ts(with.read, kTime, 8);
  YES(Behind<rocksdb::ReadOptions>(with.read).iter_start_ts != nullptr);
  EQ(Behind<rocksdb::ReadOptions>(with.read).iter_start_ts->ToString(), kTime);
  rocksdb_readoptions_set_iter_start_ts(with.read, nullptr, 0);
  YES(Behind<rocksdb::ReadOptions>(with.read).iter_start_ts == nullptr);
  rocksdb_column_family_handle_destroy(family);
}

CASE(c_history_without_timestamps) {
  CDb with;
  rocksdb_column_family_handle_t* const family =
      rocksdb_create_column_family(with.db, with.options, "more", with.error.out());
  rocksdb_increase_full_history_ts_low(with.db, family, kTime, 8, with.error.out());
  EQ(with.error.text(), kNotEnabled);
  size_t size = 0;
  YES(rocksdb_get_full_history_ts_low(with.db, family, &size, with.error.out()) == nullptr);
  EQ(with.error.text(), kNotEnabled);
  rocksdb_compactoptions_t* const compact = rocksdb_compactoptions_create();
  rocksdb_compactoptions_set_full_history_ts_low(compact, kTime, 8);
  const auto& options = Behind<rocksdb::CompactRangeOptions>(compact);
  EQ(options.full_history_ts_low->ToString(), kTime);
  rocksdb_compactoptions_set_full_history_ts_low(compact, nullptr, 0);
  YES(options.full_history_ts_low == nullptr);
  rocksdb_compactoptions_destroy(compact);
  rocksdb_column_family_handle_destroy(family);
  with.Put("a", "1");
  with.Close();

  const char* const names[] = {"default", "more"};
  const rocksdb_options_t* const options_of[] = {with.options, with.options};
  rocksdb_column_family_handle_t* handles[2] = {};
  rocksdb_t* const trimmed =
      rocksdb_open_and_trim_history(with.options, (Directory() + "/db").c_str(), 2, names,
                                    options_of, handles, kTime, 8, with.error.out());
  EQ(with.error.text(), "");
  EQ(Keys(rocksdb_create_iterator_cf(trimmed, with.read, handles[0])), "a ");
  for (rocksdb_column_family_handle_t* h : handles) rocksdb_column_family_handle_destroy(h);
  rocksdb_close(trimmed);
}

CASE(c_managed_iterators) {
  CDb with;
  rocksdb_readoptions_set_managed(with.read, 1);
  rocksdb_iterator_t* const it = rocksdb_create_iterator(with.db, with.read);
  rocksdb_iter_get_error(it, with.error.out());
  EQ(with.error.text(), "Not implemented: Managed iterator is not supported anymore.");
  rocksdb_iter_destroy(it);
}

CASE(c_files_with_timestamps) {
  Settings with;
  Error error;
  rocksdb_envoptions_t* const env = rocksdb_envoptions_create();
  rocksdb_sstfilewriter_t* const writer = rocksdb_sstfilewriter_create(env, with.options);
  rocksdb_sstfilewriter_open(writer, (Directory() + "/file").c_str(), error.out());
  EQ(error.text(), "");
  rocksdb_sstfilewriter_put_with_ts(writer, "a", 1, kTime, 8, "1", 1, error.out());
  EQ(error.text(), "Invalid argument: Timestamp size mismatch");
  rocksdb_sstfilewriter_delete_with_ts(writer, "a", 1, kTime, 8, error.out());
  EQ(error.text(), "Invalid argument: Timestamp size mismatch");
  rocksdb_sstfilewriter_destroy(writer);
  rocksdb_envoptions_destroy(env);
}

// --- a comparator with timestamps ---

const char* Name(void*) { return "with times"; }
void CountDestroyed(void* count) { ++*static_cast<int*>(count); }
int Compare(const char* a, size_t a_size, const char* b, size_t b_size) {
  const int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
  return order != 0 ? order : (a_size < b_size ? -1 : a_size > b_size);
}
int CompareTimes(void*, const char* a, size_t a_size, const char* b, size_t b_size) {
  return Compare(a, a_size, b, b_size);
}
int CompareWithout(void*, const char* a, size_t a_size, unsigned char a_has, const char* b,
                   size_t b_size, unsigned char b_has) {
  return Compare(a, a_has ? a_size - 8 : a_size, b, b_has ? b_size - 8 : b_size);
}
int CompareBoth(void* state, const char* a, size_t a_size, const char* b, size_t b_size) {
  const int order = CompareWithout(state, a, a_size, 1, b, b_size, 1);
  return order != 0 ? order : -CompareTimes(state, a + a_size - 8, 8, b + b_size - 8, 8);
}

CASE(c_comparators_with_timestamps) {
  int destroyed = 0;
  rocksdb_comparator_t* const comparator = rocksdb_comparator_with_ts_create(
      &destroyed, CountDestroyed, CompareBoth, CompareTimes, CompareWithout, Name, 8);
  {
    Settings with;
    Error error;
    rocksdb_options_set_comparator(with.options, comparator);
    EQ(Behind<rocksdb::Options>(with.options).comparator->timestamp_size(), 8u);
    rocksdb_t* const db = rocksdb_open(with.options, (Directory() + "/db").c_str(), error.out());
    DIFFERS("no-user-timestamps", error.text(), "",
            "Not implemented: User-defined timestamps (comparator with times)");
    if (db != nullptr) rocksdb_close(db);
  }
  EQ(destroyed, 0);
  rocksdb_comparator_destroy(comparator);
  EQ(destroyed, 1);
}

}  // namespace
}  // namespace conformance
