// DBWithTTL: what is stored, what is shown, what expires.
#include <rocksdb/c.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/env.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/utilities/db_ttl.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <cstring>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::ColumnFamilyHandle;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::WriteOptions;

// Its time stands still unless it is moved.
class Clock final : public rocksdb::EnvWrapper {
 public:
  Clock() : EnvWrapper(rocksdb::Env::Default()) {}
  rocksdb::Status GetCurrentTime(int64_t* time) override {
    *time = now;
    return rocksdb::Status::OK();
  }
  std::atomic<int64_t> now{1600000000};
};

// Leaked: it outlives every database.
Clock* TheClock() {
  static auto* const clock = new Clock;
  return clock;
}

rocksdb::Options TtlOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.env = TheClock();
  return options;
}

struct TtlDb {
  explicit TtlDb(int32_t ttl, rocksdb::Options options = TtlOptions(), bool read_only = false) {
    GOOD(rocksdb::DBWithTTL::Open(options, Directory() + "/db", &db, ttl, read_only));
  }
  ~TtlDb() { delete db; }
  rocksdb::DBWithTTL* operator->() const { return db; }
  std::string Get(const std::string& key, ColumnFamilyHandle* family = nullptr) const {
    std::string value;
    const rocksdb::Status s =
        db->Get(ReadOptions(), family == nullptr ? db->DefaultColumnFamily() : family, key, &value);
    return s.ok() ? value : s.ToString();
  }
  void Compact(ColumnFamilyHandle* family = nullptr) const {
    GOOD(db->CompactRange(rocksdb::CompactRangeOptions(),
                          family == nullptr ? db->DefaultColumnFamily() : family, nullptr,
                          nullptr));
  }
  rocksdb::DBWithTTL* db = nullptr;
};

uint32_t StampOf(const std::string& stored) {
  uint32_t stamp = 0;
  if (stored.size() >= 4) memcpy(&stamp, stored.data() + stored.size() - 4, 4);
  return stamp;
}

CASE(ttl_values_are_stamped) {
  {
    TtlDb db(0);
    GOOD(db->Put(WriteOptions(), "a", "value"));
    TheClock()->now += 10;
    rocksdb::WriteBatch batch;
    GOOD(batch.Put("b", ""));
    GOOD(batch.Put("c", "gone"));
    GOOD(batch.Delete("c"));
    GOOD(batch.PutLogData("log"));
    GOOD(db->Write(WriteOptions(), &batch));
    EQ(db.Get("a"), "value");
    EQ(db.Get("b"), "");
    EQ(db.Get("c"), "NotFound: ");
  }
  Db plain(TtlOptions(), "db");
  const std::string a = plain.Get("a");
  EQ(a.size(), 9u);
  EQ(a.substr(0, 5), "value");
  EQ(StampOf(a), 1600000000u);
  EQ(plain.Get("b").size(), 4u);
  EQ(StampOf(plain.Get("b")), 1600000010u);
}

CASE(ttl_expires_when_it_is_merged) {
  TtlDb db(100);
  GOOD(db->Put(WriteOptions(), "old", "1"));
  TheClock()->now += 60;
  GOOD(db->Put(WriteOptions(), "new", "2"));
  TheClock()->now += 60;
  GOOD(db->Flush(rocksdb::FlushOptions()));
  EQ(db.Get("old"), "1");
  db.Compact();
  EQ(db.Get("old"), "NotFound: ");
  EQ(db.Get("new"), "2");
  // Exactly as old as it may be.
  TheClock()->now = 1600000160;
  db.Compact();
  EQ(db.Get("new"), "2");
  db->SetTtl(99);
  db.Compact();
  EQ(db.Get("new"), "NotFound: ");
}

CASE(ttl_of_zero_and_below_never_expires) {
  for (const int32_t ttl : {0, -1}) {
    TtlDb db(ttl);
    GOOD(db->Put(WriteOptions(), "k", "v"));
    GOOD(db->Flush(rocksdb::FlushOptions()));
    TheClock()->now += 100000000;
    db.Compact();
    EQ(db.Get("k"), "v");
  }
}

CASE(ttl_iterators_show_plain_values) {
  TtlDb db(0);
  for (const char* key : {"a", "b", "c"})
    GOOD(db->Put(WriteOptions(), key, std::string(key) + "1"));
  GOOD(db->Flush(rocksdb::FlushOptions()));
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
  it->SeekToFirst();
  EQ(At(*it), "a=a1");
  it->Next();
  EQ(At(*it), "b=b1");
  it->SeekToLast();
  EQ(At(*it), "c=c1");
  it->Prev();
  EQ(At(*it), "b=b1");
  it->Seek("bb");
  EQ(At(*it), "c=c1");
  it->SeekForPrev("bb");
  EQ(At(*it), "b=b1");
  it->Seek("x");
  NO(it->Valid());
  GOOD(it->status());
}

CASE(ttl_many_keys_at_once) {
  TtlDb db(0);
  GOOD(db->Put(WriteOptions(), "a", "1"));
  GOOD(db->Put(WriteOptions(), "b", "22"));
  std::vector<std::string> values;
  const auto statuses = db->MultiGet(ReadOptions(), {"a", "x", "b"}, &values);
  GOOD(statuses[0]);
  CODE(statuses[1], "1/0");
  GOOD(statuses[2]);
  EQ(values[0] + values[2], "122");
  const Slice keys[] = {"a", "b"};
  rocksdb::PinnableSlice found[2];
  rocksdb::Status outcome[2];
  db->MultiGet(ReadOptions(), db->DefaultColumnFamily(), 2, keys, found, outcome);
  GOOD(outcome[0]);
  DIFFERS("ttl-multi-get-shows-values", Text(found[1].size()), "6", "2");
  std::string value;
  bool known = false;
  YES(db->KeyMayExist(ReadOptions(), "b", &value, &known));
  YES(known);
  EQ(value, "22");
}

CASE(ttl_refuses_values_without_a_time) {
  {
    Db plain(TtlOptions(), "db");
    plain.Put("short", "abc");
    plain.Put("zero", std::string("value\0\0\0\0", 9));
  }
  TtlDb db(0);
  EQ(db.Get("short"), "Corruption: Error: value's length less than timestamp's\n");
  EQ(db.Get("zero"), "Corruption: Error: Timestamp < ttl feature release time!\n");
}

class Join final : public rocksdb::AssociativeMergeOperator {
 public:
  const char* Name() const override { return "Join"; }
  bool Merge(const Slice&, const Slice* existing, const Slice& value, std::string* result,
             rocksdb::Logger*) const override {
    *result = existing != nullptr ? existing->ToString() + "," : "";
    result->append(value.data(), value.size());
    return true;
  }
};

CASE(ttl_merges_see_plain_operands) {
  rocksdb::Options options = TtlOptions();
  options.merge_operator = std::make_shared<Join>();
  TtlDb db(100, options);
  GOOD(db->Put(WriteOptions(), "k", "1"));
  GOOD(db->Merge(WriteOptions(), "k", "2"));
  GOOD(db->Merge(WriteOptions(), "only", "x"));
  EQ(db.Get("k"), "1,2");
  GOOD(db->Flush(rocksdb::FlushOptions()));
  TheClock()->now += 90;
  GOOD(db->Merge(WriteOptions(), "k", "3"));
  EQ(db.Get("k"), "1,2,3");
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
  it->SeekToFirst();
  EQ(At(*it), "k=1,2,3");
  db.Compact();
  // What was merged was made now.
  TheClock()->now += 90;
  db.Compact();
  EQ(db.Get("k"), "1,2,3");
}

class Upper final : public rocksdb::CompactionFilter {
 public:
  const char* Name() const override { return "Upper"; }
  bool Filter(int, const Slice& key, const Slice& value, std::string* new_value,
              bool* changed) const override {
    if (key == "drop") return true;
    if (value == "v") {
      *new_value = "V";
      *changed = true;
    }
    return false;
  }
};

class UpperFactory final : public rocksdb::CompactionFilterFactory {
 public:
  const char* Name() const override { return "UpperFactory"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<Upper>();
  }
};

void TryFilter(const rocksdb::Options& options) {
  TtlDb db(100, options);
  for (const char* key : {"drop", "keep"}) GOOD(db->Put(WriteOptions(), key, "v"));
  GOOD(db->Flush(rocksdb::FlushOptions()));
  TheClock()->now += 60;
  db.Compact();
  EQ(db.Get("drop"), "NotFound: ");
  EQ(db.Get("keep"), "V");
  // The change has not made it younger.
  TheClock()->now += 60;
  db.Compact();
  EQ(db.Get("keep"), "NotFound: ");
}

CASE(ttl_asks_the_filter_of_the_application) {
  rocksdb::Options options = TtlOptions();
  static const auto* const filter = new Upper;
  options.compaction_filter = filter;
  TryFilter(options);
}

CASE(ttl_asks_the_filters_of_a_factory) {
  rocksdb::Options options = TtlOptions();
  options.compaction_filter_factory = std::make_shared<UpperFactory>();
  TryFilter(options);
}

CASE(ttl_of_families) {
  const std::string path = Directory() + "/db";
  const rocksdb::ColumnFamilyOptions plain;
  {
    TtlDb db(0);
    ColumnFamilyHandle* brief = nullptr;
    ColumnFamilyHandle* lasting = nullptr;
    GOOD(db->CreateColumnFamilyWithTtl(plain, "brief", &brief, 10));
    GOOD(db->CreateColumnFamily(plain, "lasting", &lasting));
    for (ColumnFamilyHandle* family : {brief, lasting}) {
      GOOD(db->Put(WriteOptions(), family, "k", "v"));
      GOOD(db->Flush(rocksdb::FlushOptions(), family));
    }
    TheClock()->now += 20;
    db.Compact(brief);
    db.Compact(lasting);
    EQ(db.Get("k", brief), "NotFound: ");
    EQ(db.Get("k", lasting), "v");
    GOOD(db->DestroyColumnFamilyHandle(brief));
    GOOD(db->DestroyColumnFamilyHandle(lasting));
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : {"default", "brief", "lasting"}) families.emplace_back(name, plain);
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::DBWithTTL* db = nullptr;
  EQ(rocksdb::DBWithTTL::Open(TtlOptions(), path, families, &handles, &db, {1, 2}),
     "4/0 Invalid argument: ttls size has to be the same as number of column families");
  GOOD(rocksdb::DBWithTTL::Open(TtlOptions(), path, families, &handles, &db, {0, 0, 10}));
  std::string value;
  GOOD(db->Get(ReadOptions(), handles[2], "k", &value));
  EQ(value, "v");
  db->SetTtl(handles[2], 1000);
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), handles[2], nullptr, nullptr));
  GOOD(db->Get(ReadOptions(), handles[2], "k", &value));
  db->SetTtl(handles[2], 10);
  rocksdb::CompactRangeOptions force;
  force.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  GOOD(db->CompactRange(force, handles[2], nullptr, nullptr));
  CODE(db->Get(ReadOptions(), handles[2], "k", &value), "1/0");
  for (ColumnFamilyHandle* handle : handles) GOOD(db->DestroyColumnFamilyHandle(handle));
  delete db;
}

CASE(ttl_read_only) {
  {
    TtlDb db(0);
    GOOD(db->Put(WriteOptions(), "k", "v"));
  }
  TtlDb db(0, TtlOptions(), true);
  EQ(db.Get("k"), "v");
  CODE(db->Put(WriteOptions(), "k", "w"), "3/0");
}

CASE(ttl_in_c) {
  const std::string path = Directory() + "/db";
  rocksdb_options_t* const options = rocksdb_options_create();
  rocksdb_options_set_create_if_missing(options, 1);
  char* error = nullptr;
  rocksdb_t* const db = rocksdb_open_with_ttl(options, path.c_str(), 1000, &error);
  YES(error == nullptr);
  rocksdb_column_family_handle_t* const family =
      rocksdb_create_column_family_with_ttl(db, options, "f", 1000, &error);
  YES(error == nullptr);
  rocksdb_writeoptions_t* const write = rocksdb_writeoptions_create();
  rocksdb_readoptions_t* const read = rocksdb_readoptions_create();
  rocksdb_put_cf(db, write, family, "k", 1, "value", 5, &error);
  YES(error == nullptr);
  size_t size = 0;
  char* const value = rocksdb_get_cf(db, read, family, "k", 1, &size, &error);
  EQ(std::string(value, size), "value");
  rocksdb_free(value);
  rocksdb_column_family_handle_destroy(family);
  rocksdb_close(db);
  rocksdb_writeoptions_destroy(write);
  rocksdb_readoptions_destroy(read);
  rocksdb_options_destroy(options);
}
}  // namespace
}  // namespace conformance
