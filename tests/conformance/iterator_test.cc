// Iterators: positions, bounds, prefixes, refresh.
#include <rocksdb/filter_policy.h>
#include <rocksdb/iterator.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::FlushOptions;
using rocksdb::Iterator;
using rocksdb::ReadOptions;
using rocksdb::Slice;

// "b", "d", "f", half of them in a file.
class Three : public Db {
 public:
  Three() {
    Put("b", "1");
    Put("f", "3");
    GOOD((*this)->Flush(FlushOptions()));
    Put("d", "2");
  }
  std::unique_ptr<Iterator> New(const ReadOptions& read = ReadOptions()) {
    return std::unique_ptr<Iterator>((*this)->NewIterator(read));
  }
};

CASE(iterator_begins_nowhere) {
  Three db;
  const auto it = db.New();
  NO(it->Valid());
  GOOD(it->status());
}

CASE(iterator_seeks) {
  Three db;
  const auto it = db.New();
  it->Seek("c");
  EQ(At(*it), "d=2");
  it->Seek("d");
  EQ(At(*it), "d=2");
  it->Seek("z");
  EQ(At(*it), "end");
  it->SeekForPrev("e");
  EQ(At(*it), "d=2");
  it->SeekForPrev("d");
  EQ(At(*it), "d=2");
  it->SeekForPrev("a");
  EQ(At(*it), "end");
  it->SeekToFirst();
  EQ(At(*it), "b=1");
  it->SeekToLast();
  EQ(At(*it), "f=3");
}

CASE(iterator_changes_direction) {
  Three db;
  const auto it = db.New();
  it->SeekToFirst();
  it->Next();
  it->Next();
  EQ(At(*it), "f=3");
  it->Prev();
  EQ(At(*it), "d=2");
  it->Next();
  EQ(At(*it), "f=3");
  it->Prev();
  it->Prev();
  EQ(At(*it), "b=1");
  it->Prev();
  EQ(At(*it), "end");
}

CASE(iterator_shows_its_moment) {
  Three db;
  const auto it = db.New();
  db.Put("c", "new");
  GOOD(db->Delete(rocksdb::WriteOptions(), "b"));
  it->SeekToFirst();
  EQ(At(*it), "b=1");
  it->Next();
  EQ(At(*it), "d=2");
  GOOD(it->Refresh());
  NO(it->Valid());
  it->SeekToFirst();
  EQ(At(*it), "c=new");
}

CASE(iterator_upper_bound) {
  Three db;
  const Slice bound("f");
  ReadOptions read;
  read.iterate_upper_bound = &bound;
  const auto it = db.New(read);
  it->SeekToLast();
  EQ(At(*it), "d=2");
  it->Next();
  EQ(At(*it), "end");
  it->Seek("f");
  EQ(At(*it), "end");
  it->Seek("x");
  EQ(At(*it), "end");
  it->SeekForPrev("x");
  EQ(At(*it), "d=2");
  it->SeekForPrev("f");
  EQ(At(*it), "d=2");
}

CASE(iterator_lower_bound) {
  Three db;
  const Slice bound("c");
  ReadOptions read;
  read.iterate_lower_bound = &bound;
  const auto it = db.New(read);
  it->SeekToFirst();
  EQ(At(*it), "d=2");
  it->Prev();
  EQ(At(*it), "end");
  it->Seek("a");
  EQ(At(*it), "d=2");
  it->SeekForPrev("b");
  EQ(At(*it), "end");
  const Slice lower("e");
  const Slice upper("c");
  read.iterate_lower_bound = &lower;
  read.iterate_upper_bound = &upper;
  const auto none = db.New(read);
  none->SeekToFirst();
  EQ(At(*none), "end");
}

CASE(iterator_properties) {
  Three db;
  const auto it = db.New();
  it->SeekToFirst();
  std::string value;
  GOOD(it->GetProperty("rocksdb.iterator.is-key-pinned", &value));
  EQ(value, "0");
  GOOD(it->GetProperty("rocksdb.iterator.super-version-number", &value));
  YES(!value.empty());
  EQ(it->GetProperty("no.such", &value), "4/0 Invalid argument: Unidentified property.");
}

CASE(iterator_of_a_snapshot) {
  Three db;
  ReadOptions read;
  read.snapshot = db->GetSnapshot();
  db.Put("c", "new");
  {
    const auto it = db.New(read);
    it->SeekToFirst();
    it->Next();
    EQ(At(*it), "d=2");
    EQ(it->Refresh(), "3/0 Not implemented: Creating renew iterator is not allowed.");
    it->SeekToFirst();
    EQ(At(*it), "b=1");
  }
  db->ReleaseSnapshot(read.snapshot);
}

CASE(iterator_gives_up_on_tombstones) {
  Db db;
  for (int i = 10; i < 30; ++i) db.Put("k" + std::to_string(i), "1");
  db.Put("z", "1");
  for (int i = 10; i < 30; ++i) {
    GOOD(db->Delete(rocksdb::WriteOptions(), "k" + std::to_string(i)));
  }
  ReadOptions read;
  read.max_skippable_internal_keys = 2;
  const std::unique_ptr<Iterator> it(db->NewIterator(read));
  it->SeekToFirst();
  EQ(At(*it), "7/0 Result incomplete: Too many internal keys skipped.");
}

CASE(iterator_prefix_same_as_start) {
  rocksdb::Options options = Db::DefaultOptions();
  options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(2));
  Db db(options);
  for (const char* key : {"aa1", "aa3", "ab1", "ac1", "ac2"}) db.Put(key, "v");
  for (int round = 0; round < 2; ++round) {
    ReadOptions read;
    read.prefix_same_as_start = true;
    const std::unique_ptr<Iterator> it(db->NewIterator(read));
    it->Seek("aa");
    EQ(At(*it), "aa1=v");
    it->Next();
    EQ(At(*it), "aa3=v");
    it->Next();
    EQ(At(*it), "end");
    it->SeekForPrev("ab9");
    EQ(At(*it), "ab1=v");
    it->SeekForPrev("ab0");
    EQ(At(*it), "end");
    const std::unique_ptr<Iterator> all(db->NewIterator(ReadOptions()));
    all->Seek("aa3");
    all->Next();
    EQ(At(*all), "ab1=v");
    GOOD(db->Flush(FlushOptions()));
  }
}

// Each prefix in some of the files only, and a key that has none.
CASE(iterator_asks_filters_of_prefixes) {
  for (const bool whole_keys : {true, false}) {
    rocksdb::BlockBasedTableOptions table;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.whole_key_filtering = whole_keys;
    rocksdb::Options options = Db::DefaultOptions();
    options.disable_auto_compactions = true;
    options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(2));
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    Db db(options, whole_keys ? "whole" : "prefixes");
    const auto file = [&db](std::initializer_list<const char*> keys) {
      for (const char* key : keys) db.Put(key, key);
      GOOD(db->Flush(FlushOptions()));
    };
    file({"aa1", "aa5", "ad1"});
    file({"aa3", "ab1", "b"});
    file({"ab3", "ac1"});
    GOOD(db->Delete(rocksdb::WriteOptions(), "aa3"));
    GOOD(db->Flush(FlushOptions()));
    for (int round = 0; round < 3; ++round) {
      EQ(db.Get("aa5"), "aa5");
      EQ(db.Get("ab3"), "ab3");
      EQ(db.Get("b"), "b");
      EQ(db.Get("aa3"), "NotFound: ");
      EQ(db.Get("ab2"), "NotFound: ");
      ReadOptions within;
      within.prefix_same_as_start = true;
      std::unique_ptr<Iterator> it(db->NewIterator(within));
      it->Seek("aa");
      EQ(At(*it), "aa1=aa1");
      it->Next();
      EQ(At(*it), "aa5=aa5");
      it->Prev();
      EQ(At(*it), "aa1=aa1");
      it->Seek("ab");
      EQ(At(*it), "ab1=ab1");
      it->Next();
      EQ(At(*it), "ab3=ab3");
      it->Next();
      EQ(At(*it), "end");
      it->Seek("ae");
      EQ(At(*it), "end");
      it.reset();
      ReadOptions all;
      all.total_order_seek = true;
      EQ(db.Scan(all), "aa1=aa1 aa5=aa5 ab1=ab1 ab3=ab3 ac1=ac1 ad1=ad1 b=b ");
      // The bound decides whether filters may be asked; the answer is the same.
      for (const char* bound : {"ab", "ab2", "ac", "az", "b"}) {
        ReadOptions automatic;
        automatic.auto_prefix_mode = true;
        const Slice upper(bound);
        automatic.iterate_upper_bound = &upper;
        const std::unique_ptr<Iterator> bounded(db->NewIterator(automatic));
        std::string seen;
        for (bounded->Seek("aa2"); bounded->Valid(); bounded->Next()) {
          seen += bounded->key().ToString() + " ";
        }
        std::string expected;
        for (const char* key : {"aa5", "ab1", "ab3", "ac1", "ad1"}) {
          if (Slice(key).compare(upper) < 0) expected += std::string(key) + " ";
        }
        EQ(seen, expected);
        bounded->Seek("aa5");
        bounded->Prev();
        EQ(At(*bounded), "aa1=aa1");
      }
      if (round == 1) {
        GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
      } else {
        GOOD(db.Reopen(options));
      }
    }
  }
}

// A file whose filter does not know the prefix of the range's end goes on behind it.
CASE(iterator_behind_a_deleted_range) {
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  Db db(options);
  db.Put("b5", "1");
  db.Put("x1", "2");
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->DeleteRange(rocksdb::WriteOptions(), db->DefaultColumnFamily(), "b3", "s1"));
  ReadOptions total;
  total.total_order_seek = true;
  for (int flushed = 0; flushed < 2; ++flushed) {
    EQ(db.Scan(total), "x1=2 ");
    DIFFERS("iterators-go-on-behind-deleted-ranges", db.Scan(), "", "x1=2 ");
    GOOD(db->Flush(FlushOptions()));
  }
}

// A file is asked only by the extractor that it was written with.
CASE(iterator_after_the_extractor_has_changed) {
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(3));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  Db db(options);
  db.Put("aaa1", "1");
  db.Put("aab1", "2");
  GOOD(db->Flush(FlushOptions()));
  const auto scan = [&db] {
    ReadOptions within;
    within.prefix_same_as_start = true;
    const std::unique_ptr<Iterator> it(db->NewIterator(within));
    std::string seen;
    for (it->Seek("aa"); it->Valid(); it->Next()) seen += it->key().ToString() + " ";
    return seen;
  };
  options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(2));
  GOOD(db.Reopen(options));
  EQ(scan(), "aaa1 aab1 ");
  db.Put("aac1", "3");
  GOOD(db->Flush(FlushOptions()));
  EQ(scan(), "aaa1 aab1 aac1 ");
}

CASE(iterator_over_many_runs) {
  rocksdb::Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  Db db(options);
  for (int run = 0; run < 5; ++run) {
    for (int i = run; i < 100; i += 5) {
      db.Put("k" + std::to_string(100 + i), std::to_string(run));
    }
    db.Put("shared", std::to_string(run));
    GOOD(db->Flush(FlushOptions()));
  }
  std::string forward;
  const std::unique_ptr<Iterator> it(db->NewIterator(ReadOptions()));
  for (it->SeekToFirst(); it->Valid(); it->Next()) forward += it->key().ToString();
  std::string backward;
  for (it->SeekToLast(); it->Valid(); it->Prev()) backward = it->key().ToString() + backward;
  YES(forward == backward);
  EQ(forward.size(), size_t{100 * 4 + 6});
  it->Seek("shared");
  EQ(At(*it), "shared=4");
}
}  // namespace
}  // namespace conformance
