// Batches of C, plain and with an index, in families: what is written, and what is read through the
// index.

#include "tests/conformance/c_harness.h"

namespace conformance {
namespace {

const char* const kKeys[] = {"c", "d"};
const char* const kLater[] = {"e", "f"};
const size_t kOnes[] = {1, 1};

// A database that can merge, with a family of each kind.
struct BatchDb : CDb {
  BatchDb()
      : CDb([](rocksdb_options_t* o) { rocksdb_options_set_uint64add_merge_operator(o); }),
        family(rocksdb_create_column_family(db, options, "more", error.out())) {
    EQ(error.text(), "");
  }
  ~BatchDb() { rocksdb_column_family_handle_destroy(family); }
  // All keys and values of the family, or of the default one.
  std::string Pairs(rocksdb_column_family_handle_t* of) {
    return PairsOf(of == nullptr ? rocksdb_create_iterator(db, read)
                                 : rocksdb_create_iterator_cf(db, read, of));
  }
  static std::string PairsOf(rocksdb_iterator_t* it) {
    std::string text;
    for (rocksdb_iter_seek_to_first(it); rocksdb_iter_valid(it); rocksdb_iter_next(it)) {
      size_t size = 0;
      const char* const key = rocksdb_iter_key(it, &size);
      text += std::string(key, size) + "=";
      const char* const value = rocksdb_iter_value(it, &size);
      text += std::string(value, size) + " ";
    }
    Error error;
    rocksdb_iter_get_error(it, error.out());
    EQ(error.text(), "");
    rocksdb_iter_destroy(it);
    return text;
  }
  rocksdb_column_family_handle_t* const family;
};

const char kOne[] = "\1\0\0\0\0\0\0\0";
const char kTwo[] = "\2\0\0\0\0\0\0\0";
std::string Sum(const std::string& key) { return key + "=" + std::string(kTwo, 8) + " "; }

CASE(c_batches_merge_in_families) {
  BatchDb with;
  rocksdb_writebatch_t* const batch = rocksdb_writebatch_create();
  rocksdb_writebatch_merge_cf(batch, with.family, "cd", 2, kOne, 8);
  const char* const halves[] = {kOne, kOne + 4};
  const size_t fours[] = {4, 4};
  rocksdb_writebatch_mergev_cf(batch, with.family, 2, kKeys, kOnes, 2, halves, fours);
  rocksdb_write(with.db, with.write, batch, with.error.out());
  EQ(with.error.text(), "");
  rocksdb_writebatch_destroy(batch);
  EQ(with.Pairs(with.family), Sum("cd"));
  EQ(with.Pairs(nullptr), "");
}

CASE(c_indexed_batches_write_all_kinds) {
  BatchDb with;
  rocksdb_writebatch_wi_t* const batch = rocksdb_writebatch_wi_create(0, 1);
  rocksdb_writebatch_wi_put(batch, "a", 1, "1", 1);
  rocksdb_writebatch_wi_put_cf(batch, with.family, "a", 1, "2", 1);
  rocksdb_writebatch_wi_putv_cf(batch, with.family, 2, kKeys, kOnes, 2, kKeys, kOnes);
  rocksdb_writebatch_wi_merge(batch, "cd", 2, kOne, 8);
  const char* const halves[] = {kOne, kOne + 4};
  const size_t fours[] = {4, 4};
  rocksdb_writebatch_wi_mergev(batch, 2, kKeys, kOnes, 2, halves, fours);
  rocksdb_writebatch_wi_merge_cf(batch, with.family, "ef", 2, kOne, 8);
  rocksdb_writebatch_wi_mergev_cf(batch, with.family, 2, kLater, kOnes, 2, halves, fours);
  EQ(rocksdb_writebatch_wi_count(batch), 7);
  rocksdb_writebatch_wi_put_log_data(batch, "note", 4);
  EQ(rocksdb_writebatch_wi_count(batch), 7);
  size_t size = 0;
  const char* const data = rocksdb_writebatch_wi_data(batch, &size);
  YES(std::string(data, size).find("note") != std::string::npos);
  rocksdb_write_writebatch_wi(with.db, with.write, batch, with.error.out());
  EQ(with.error.text(), "");
  EQ(with.Pairs(nullptr), "a=1 " + Sum("cd"));
  EQ(with.Pairs(with.family), "a=2 cd=cd " + Sum("ef"));

  rocksdb_writebatch_wi_clear(batch);
  rocksdb_writebatch_wi_singledelete(batch, "a", 1);
  rocksdb_writebatch_wi_deletev(batch, 2, kKeys, kOnes);
  rocksdb_writebatch_wi_singledelete_cf(batch, with.family, "a", 1);
  rocksdb_writebatch_wi_delete_cf(batch, with.family, "cd", 2);
  rocksdb_writebatch_wi_deletev_cf(batch, with.family, 2, kLater, kOnes);
  EQ(rocksdb_writebatch_wi_count(batch), 5);
  rocksdb_write_writebatch_wi(with.db, with.write, batch, with.error.out());
  EQ(with.error.text(), "");
  EQ(with.Pairs(nullptr), "");
  EQ(with.Pairs(with.family), "");
  rocksdb_writebatch_wi_destroy(batch);
}

CASE(c_indexed_batches_are_iterated) {
  rocksdb_writebatch_wi_t* const batch = rocksdb_writebatch_wi_create(0, 1);
  rocksdb_writebatch_wi_put(batch, "b", 1, "2", 1);
  rocksdb_writebatch_wi_delete(batch, "a", 1);
  std::string text;
  rocksdb_writebatch_wi_iterate(batch, &text, SeePut, SeeDelete);
  EQ(text, "b=2 -a ");
  rocksdb_writebatch_wi_destroy(batch);
}

CASE(c_indexed_batches_take_no_ranges) {
  BatchDb with;
  rocksdb_writebatch_wi_t* const batch = rocksdb_writebatch_wi_create(0, 1);
  rocksdb_writebatch_wi_delete_range(batch, "a", 1, "z", 1);
  rocksdb_writebatch_wi_delete_range_cf(batch, with.family, "a", 1, "z", 1);
  rocksdb_writebatch_wi_delete_rangev(batch, 2, kKeys, kOnes, kLater, kOnes);
  rocksdb_writebatch_wi_delete_rangev_cf(batch, with.family, 2, kKeys, kOnes, kLater, kOnes);
  // There is no way to tell the error: the batch is as it was.
  EQ(rocksdb_writebatch_wi_count(batch), 0);
  rocksdb_writebatch_wi_destroy(batch);
}

CASE(c_indexed_batches_are_read_in_families) {
  BatchDb with;
  rocksdb_put_cf(with.db, with.write, with.family, "b", 1, "old", 3, with.error.out());
  rocksdb_writebatch_wi_t* const batch = rocksdb_writebatch_wi_create(0, 1);
  rocksdb_writebatch_wi_put_cf(batch, with.family, "a", 1, "new", 3);
  rocksdb_writebatch_wi_put(batch, "b", 1, "elsewhere", 9);
  const auto from_batch = [&](const char* key) {
    return Taken([&](size_t* n) {
      return rocksdb_writebatch_wi_get_from_batch_cf(batch, with.options, with.family, key, 1, n,
                                                     with.error.out());
    });
  };
  const auto from_both = [&](const char* key) {
    return Taken([&](size_t* n) {
      return rocksdb_writebatch_wi_get_from_batch_and_db_cf(batch, with.db, with.read, with.family,
                                                            key, 1, n, with.error.out());
    });
  };
  EQ(from_batch("a"), "new");
  EQ(from_batch("b"), "(none)");
  EQ(from_both("a"), "new");
  EQ(from_both("b"), "old");
  EQ(with.error.text(), "");
  EQ(BatchDb::PairsOf(rocksdb_writebatch_wi_create_iterator_with_base_cf(
         batch, rocksdb_create_iterator_cf(with.db, with.read, with.family), with.family)),
     "a=new b=old ");
  rocksdb_writebatch_wi_destroy(batch);
}

}  // namespace
}  // namespace conformance
