// Each field of ReadOptions that changes what a read sees or how long it stays valid. Bounds,
// prefixes, snapshots and tiers are in iterator_test.cc, read_test.cc and read_limits_test.cc.
#include <rocksdb/cache.h>
#include <rocksdb/table.h>

#include <cstring>
#include <utility>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::FlushOptions;
using rocksdb::Iterator;
using rocksdb::Options;
using rocksdb::PinnableSlice;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::WriteOptions;

std::string Key(int i) { return "key" + std::to_string(1000 + i); }

std::string Pinned(Iterator* it) {
  std::string value;
  GOOD(it->GetProperty("rocksdb.iterator.is-key-pinned", &value));
  return value;
}

Options WithoutDeltas() {
  rocksdb::BlockBasedTableOptions table;
  table.use_delta_encoding = false;
  table.block_cache = rocksdb::NewLRUCache(1 << 20);
  Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

CASE(pin_data_keeps_every_key_in_place) {
  Db db(WithoutDeltas());
  for (int part = 0; part < 3; ++part) {
    for (int i = part; i < 600; i += 3) db.Put(Key(i), std::string(200, 'v'));
    if (part < 2) GOOD(db->Flush(FlushOptions()));
  }
  ReadOptions read;
  read.pin_data = true;
  const std::unique_ptr<Iterator> it(db->NewIterator(read));
  std::vector<std::pair<int, Slice>> seen;
  int pinned = 0;
  int i = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next(), ++i) {
    pinned += Pinned(it.get()) == "1" ? 1 : 0;
    seen.emplace_back(i, it->key());
  }
  EQ(pinned, 600);
  EQ(Pinned(it.get()), "Iterator is not valid.");
  for (it->SeekToLast(), i = 599; it->Valid(); it->Prev(), --i) {
    pinned += Pinned(it.get()) == "1" ? 1 : 0;
    seen.emplace_back(i, it->key());
  }
  EQ(pinned, 1200);
  it->Seek(Key(300));
  EQ(Pinned(it.get()), "1");
  seen.emplace_back(300, it->key());
  it->SeekForPrev(Key(200) + "x");
  EQ(Pinned(it.get()), "1");
  seen.emplace_back(200, it->key());
  it->SeekToFirst();
  int wrong = 0;
  for (const auto& [number, key] : seen) wrong += key == Slice(Key(number)) ? 0 : 1;
  EQ(seen.size(), size_t{1202});
  EQ(wrong, 0);
  GOOD(it->Refresh());
  it->Seek(Key(5));
  EQ(it->key().ToString(), Key(5));
  EQ(Pinned(it.get()), "1");
}

CASE(keys_are_not_pinned_unless_asked) {
  Db db(WithoutDeltas());
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  const std::unique_ptr<Iterator> it(db->NewIterator(ReadOptions()));
  it->SeekToFirst();
  EQ(Pinned(it.get()), "0");
  it->Next();
  EQ(Pinned(it.get()), "Iterator is not valid.");
}

CASE(pin_data_within_bounds_and_prefixes) {
  Db db(WithoutDeltas());
  for (int i = 0; i < 100; ++i) db.Put(Key(i), "v");
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), Key(30), Key(40)));
  const std::string lower = Key(20);
  const std::string upper = Key(50);
  const Slice from(lower);
  const Slice to(upper);
  ReadOptions read;
  read.pin_data = true;
  read.iterate_lower_bound = &from;
  read.iterate_upper_bound = &to;
  const std::unique_ptr<Iterator> it(db->NewIterator(read));
  std::vector<Slice> keys;
  for (it->SeekToFirst(); it->Valid(); it->Next()) keys.push_back(it->key());
  EQ(keys.size(), size_t{20});
  std::string all;
  for (const Slice& key : keys) all += key.ToString() + " ";
  std::string expected;
  for (int i = 20; i < 50; ++i) {
    if (i < 30 || i >= 40) expected += Key(i) + " ";
  }
  EQ(all, expected);
}

CASE(range_deletions_are_ignored_on_request) {
  for (const bool flushed : {false, true}) {
    Db db(Db::DefaultOptions(), flushed ? "flushed" : "memtable");
    for (const char* key : {"a", "b", "c", "d"}) db.Put(key, key);
    if (flushed) GOOD(db->Flush(FlushOptions()));
    GOOD(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "b", "d"));
    if (flushed) GOOD(db->Flush(FlushOptions()));
    GOOD(db->Delete(WriteOptions(), "a"));
    ReadOptions read;
    read.ignore_range_deletions = true;
    EQ(db.Scan(), "d=d ");
    EQ(db.Scan(read), "b=b c=c d=d ");
    EQ(db.ScanBack(read), "d=d c=c b=b ");
    std::string value;
    CODE(db->Get(ReadOptions(), "b", &value), "1/0");
    GOOD(db->Get(read, "b", &value));
    EQ(value, "b");
    const Slice keys[] = {"a", "b", "c"};
    PinnableSlice slices[3];
    Status each[3];
    db->MultiGet(read, db->DefaultColumnFamily(), 3, keys, slices, each);
    CODE(each[0], "1/0");
    GOOD(each[1]);
    GOOD(each[2]);
  }
}

CASE(skipped_entries_are_counted_in_both_directions) {
  Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  Db db(options);
  for (int i = 0; i < 20; ++i) db.Put(Key(i), "v");
  for (int i = 5; i < 15; ++i) GOOD(db->Delete(WriteOptions(), Key(i)));
  const char kTooMany[] = "7/0 Result incomplete: Too many internal keys skipped.";
  ReadOptions read;
  read.max_skippable_internal_keys = 4;
  const std::unique_ptr<Iterator> few(db->NewIterator(read));
  few->Seek(Key(3));
  EQ(At(*few), Key(3) + "=v");
  few->Next();
  EQ(At(*few), Key(4) + "=v");
  few->Next();
  NO(few->Valid());
  EQ(few->status(), kTooMany);
  // The next seek begins anew.
  few->Seek(Key(16));
  EQ(At(*few), Key(16) + "=v");
  GOOD(few->status());
  few->Prev();
  EQ(At(*few), Key(15) + "=v");
  few->Prev();
  NO(few->Valid());
  EQ(few->status(), kTooMany);
  few->SeekForPrev(Key(12));
  NO(few->Valid());
  EQ(few->status(), kTooMany);
  few->SeekToLast();
  EQ(At(*few), Key(19) + "=v");
  read.max_skippable_internal_keys = 100;
  const std::unique_ptr<Iterator> many(db->NewIterator(read));
  many->Seek(Key(4));
  many->Next();
  EQ(At(*many), Key(15) + "=v");
  many->Prev();
  EQ(At(*many), Key(4) + "=v");
}

// A value is changed in the file: whoever verifies says so, whoever does not sees it.
CASE(checksums_are_verified_or_not) {
  Options options = Db::DefaultOptions();
  options.compression = rocksdb::kNoCompression;
  Db db(options);
  const std::string value = "this is the value that will be changed in its file";
  db.Put("a", "unchanged");
  db.Put("b", value);
  GOOD(db->Flush(FlushOptions()));
  db.Close();
  const std::vector<std::string> files = FilesWith(db.path(), ".sst");
  EQ(files.size(), size_t{1});
  const std::string name = db.path() + "/" + files[0];
  std::string bytes = ReadFile(name);
  const size_t at = bytes.find(value);
  YES(at != std::string::npos);
  if (at == std::string::npos) return;
  bytes[at] = 'T';
  WriteFile(name, bytes);
  GOOD(db.Reopen(options));
  ReadOptions careless;
  careless.verify_checksums = false;
  careless.fill_cache = false;
  std::string got;
  CODE(db->Get(ReadOptions(), "b", &got), "2/0");
  GOOD(db->Get(careless, "b", &got));
  EQ(got, "T" + value.substr(1));
  CODE(db->Get(ReadOptions(), "b", &got), "2/0");
  const std::unique_ptr<Iterator> strict(db->NewIterator(ReadOptions()));
  strict->SeekToFirst();
  NO(strict->Valid());
  CODE(strict->status(), "2/0");
  const std::unique_ptr<Iterator> lax(db->NewIterator(careless));
  lax->Seek("b");
  EQ(At(*lax), "b=T" + value.substr(1));
  CODE(db->VerifyChecksum(), "2/0");
}

CASE(refresh_of_every_kind_of_iterator) {
  Db db;
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  const Slice upper("c");
  ReadOptions bounded;
  bounded.iterate_upper_bound = &upper;
  const std::unique_ptr<Iterator> it(db->NewIterator(bounded));
  it->SeekToFirst();
  EQ(At(*it), "a=1");
  db.Put("b", "2");
  db.Put("d", "3");
  GOOD(db->Delete(WriteOptions(), "a"));
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(At(*it), "a=1");
  GOOD(it->Refresh());
  it->SeekToFirst();
  EQ(At(*it), "b=2");
  it->Next();
  EQ(At(*it), "end");
}

CASE(options_that_change_no_result) {
  Db db;
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    db.Put(Key(i), std::to_string(i));
    expected += Key(i) + "=" + std::to_string(i) + " ";
    if (i % 100 == 50) GOOD(db->Flush(FlushOptions()));
  }
  for (int mode = 0; mode < 32; ++mode) {
    ReadOptions read;
    read.background_purge_on_iterator_cleanup = (mode & 1) != 0;
    read.adaptive_readahead = (mode & 2) != 0;
    read.verify_checksums = (mode & 4) == 0;
    read.pin_data = (mode & 8) != 0;
    read.rate_limiter_priority = (mode & 16) != 0 ? rocksdb::Env::IO_USER : rocksdb::Env::IO_TOTAL;
    YES(db.Scan(read) == expected);
  }
}

CASE(a_table_filter_leaves_out_whole_files) {
  Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  Db db(options);
  const auto file = [&db](std::initializer_list<const char*> keys) {
    for (const char* key : keys) db.Put(key, key);
    GOOD(db->Flush(FlushOptions()));
  };
  file({"a", "b", "c"});
  file({"d", "e"});
  GOOD(db->Delete(WriteOptions(), "d"));
  GOOD(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "a", "b"));
  file({"f", "g", "h"});
  db.Put("m", "m");
  EQ(db.Scan(), "b=b c=c e=e f=f g=g h=h m=m ");
  int asked = 0;
  ReadOptions read;
  read.table_filter = [&asked](const rocksdb::TableProperties& table) {
    ++asked;
    return table.num_entries < 4;
  };
  // The entries of the file are not there, its deletion of "d" among them; the range still is.
  EQ(db.Scan(read), "b=b c=c d=d e=e m=m ");
  EQ(asked, 3);
  EQ(db.ScanBack(read), "m=m e=e d=d c=c b=b ");
  EQ(asked, 6);
  std::string value;
  CODE(db->Get(read, "d", &value), "1/0");
  GOOD(db->Get(read, "f", &value));
  EQ(asked, 6);
  const std::unique_ptr<Iterator> it(db->NewIterator(read));
  file({"i", "j"});
  GOOD(it->Refresh());
  it->Seek("e");
  EQ(At(*it), "e=e");
  it->Next();
  EQ(At(*it), "i=i");
}

CASE(the_soft_limit_of_multi_get) {
  Db db;
  for (int i = 0; i < 10; ++i) db.Put(Key(i), std::string(100, 'v'));
  GOOD(db->Flush(FlushOptions()));
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back(Key(i));
  const std::vector<Slice> keys(names.begin(), names.end());
  ReadOptions read;
  read.value_size_soft_limit = 250;
  PinnableSlice slices[10];
  Status each[10];
  db->MultiGet(read, db->DefaultColumnFamily(), 10, keys.data(), slices, each);
  std::string codes;
  for (const Status& s : each) codes += std::to_string(static_cast<int>(s.code())) + " ";
  EQ(codes.substr(0, 4), "0 0 ");
  EQ(codes.substr(codes.size() - 3), "10 ");
}

}  // namespace
}  // namespace conformance
