// Writing: sequence numbers, refusals, deletions.
#include <rocksdb/merge_operator.h>
#include <rocksdb/write_batch.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::FlushOptions;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::WriteBatch;
using rocksdb::WriteOptions;

CASE(sequence_numbers) {
  Db db;
  EQ(db->GetLatestSequenceNumber(), uint64_t{0});
  db.Put("a", "1");
  EQ(db->GetLatestSequenceNumber(), uint64_t{1});
  GOOD(db->Delete(WriteOptions(), "absent"));
  EQ(db->GetLatestSequenceNumber(), uint64_t{2});
  WriteBatch batch;
  GOOD(batch.Put("b", "1"));
  GOOD(batch.Delete("c"));
  GOOD(batch.Put("d", "1"));
  GOOD(batch.PutLogData("note"));
  GOOD(db->Write(WriteOptions(), &batch));
  EQ(db->GetLatestSequenceNumber(), uint64_t{5});
  GOOD(db->SingleDelete(WriteOptions(), "b"));
  GOOD(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "x", "y"));
  EQ(db->GetLatestSequenceNumber(), uint64_t{7});
  GOOD(db->Flush(FlushOptions()));
  db.Create("one");
  EQ(db->GetLatestSequenceNumber(), uint64_t{7});
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db->GetLatestSequenceNumber(), uint64_t{7});
}

CASE(empty_keys_and_values) {
  Db db;
  GOOD(db->Put(WriteOptions(), "", "empty key"));
  GOOD(db->Put(WriteOptions(), "a", ""));
  GOOD(db->Put(WriteOptions(), Slice("a\0b", 3), "nul"));
  EQ(db.Get(""), "empty key");
  EQ(db.Get("a"), "");
  EQ(db.Get(std::string("a\0b", 3)), "nul");
  const auto check = [&] {
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions()));
    it->Seek("");
    EQ(At(*it), "=empty key");
    it->Next();
    EQ(At(*it), "a=");
    it->Next();
    EQ(it->key().size(), size_t{3});
  };
  check();
  GOOD(db->Flush(FlushOptions()));
  check();
  GOOD(db->Delete(WriteOptions(), ""));
  EQ(db.Get(""), "NotFound: ");
}

CASE(big_keys_and_values) {
  Db db;
  const std::string key(300000, 'k');
  const std::string value(9 << 20, 'v');
  GOOD(db->Put(WriteOptions(), key, "big key"));
  GOOD(db->Put(WriteOptions(), "v", value));
  EQ(db.Get(key), "big key");
  YES(db.Get("v") == value);
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Get(key), "big key");
  YES(db.Get("v") == value);
  GOOD(db.Reopen(Db::DefaultOptions()));
  YES(db.Get("v") == value);
  EQ(db.Get(key), "big key");
}

CASE(sync_without_log) {
  Db db;
  WriteOptions options;
  options.sync = true;
  options.disableWAL = true;
  EQ(db->Put(options, "a", "1"), "4/0 Invalid argument: Sync writes has to enable WAL.");
  EQ(db.Get("a"), "NotFound: ");
  options.disableWAL = false;
  GOOD(db->Put(options, "a", "1"));
  EQ(db.Get("a"), "1");
}

CASE(merge_without_operator) {
  Db db;
  db.Put("a", "1");
  EQ(db->Merge(WriteOptions(), "a", "2"),
     "3/0 Not implemented: Provide a merge_operator when opening DB");
  EQ(db.Get("a"), "1");
  GOOD(db->Put(WriteOptions(), "b", "1"));
  WriteBatch batch;
  GOOD(batch.Merge("a", "2"));
  EQ(db->Write(WriteOptions(), &batch),
     "4/0 Invalid argument: Merge requires `ColumnFamilyOptions::merge_operator != nullptr`");
  DIFFERS("refused-batches-do-not-poison", Text(db->Put(WriteOptions(), "c", "1")),
          "4/0 Invalid argument: Merge requires `ColumnFamilyOptions::merge_operator != nullptr`",
          "0/0 OK");
  EQ(db.Get("a"), "1");
}

CASE(range_end_before_start) {
  Db db;
  db.Put("a", "1");
  const Status s = db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "z", "a");
  EQ(s, "4/0 Invalid argument: end key comes before start key");
  EQ(db.Get("a"), "1");
  DIFFERS("refused-batches-do-not-poison", Text(db->Put(WriteOptions(), "c", "1")),
          "4/0 Invalid argument: end key comes before start key", "0/0 OK");
}

CASE(unknown_family_in_batch) {
  Db db;
  rocksdb::ColumnFamilyHandle* const one = db.Create("one");
  WriteBatch batch;
  GOOD(batch.Put("a", "1"));
  GOOD(batch.Put(one, "a", "1"));
  GOOD(db->DropColumnFamily(one));
  WriteOptions ignore;
  ignore.ignore_missing_column_families = true;
  GOOD(db->Write(ignore, &batch));
  EQ(db.Get("a"), "1");
  EQ(db->GetLatestSequenceNumber(), uint64_t{2});
  WriteBatch again;
  GOOD(again.Put("b", "1"));
  GOOD(again.Put(one, "b", "1"));
  EQ(db->Write(WriteOptions(), &again),
     "4/0 Invalid argument: Invalid column family specified in write batch");
  DIFFERS("refused-batches-do-not-poison", Text(db->Put(WriteOptions(), "c", "1")),
          "4/0 Invalid argument: Invalid column family specified in write batch", "0/0 OK");
  // What a refused batch leaves behind: RocksDB applies the records before the bad one.
  DIFFERS("refused-batches-leave-no-trace", db.Get("b"), "1", "NotFound: ");
}

CASE(unknown_tag_in_batch) {
  Db db;
  db.Put("a", "1");
  std::string bytes(12, '\0');
  bytes[8] = 1;
  bytes += std::string("\x3f\x01k\x01v", 5);
  WriteBatch garbage(bytes);
  EQ(db->Write(WriteOptions(), &garbage), "2/0 Corruption: unknown WriteBatch tag");
  EQ(db.Get("a"), "1");
}

CASE(delete_range) {
  Db db;
  for (const char* key : {"a", "b", "c", "d", "e"}) db.Put(key, "1");
  GOOD(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "b", "d"));
  EQ(db.Scan(), "a=1 d=1 e=1 ");
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Scan(), "a=1 d=1 e=1 ");
  EQ(db.ScanBack(), "e=1 d=1 a=1 ");
  db.Put("c", "2");
  EQ(db.Get("c"), "2");
  EQ(db.Get("b"), "NotFound: ");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Scan(), "a=1 c=2 d=1 e=1 ");
  GOOD(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "a", "a"));
  EQ(db.Get("a"), "1");
  GOOD(db.Reopen(Db::DefaultOptions()));
  EQ(db.Scan(), "a=1 c=2 d=1 e=1 ");
}

CASE(delete_range_and_snapshot) {
  Db db;
  db.Put("a", "1");
  db.Put("b", "1");
  const rocksdb::Snapshot* const before = db->GetSnapshot();
  GOOD(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "a", "z"));
  EQ(db.Get("a"), "NotFound: ");
  EQ(db.Get("a", nullptr, before), "1");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Get("b", nullptr, before), "1");
  EQ(db.Scan(), "");
  db->ReleaseSnapshot(before);
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Scan(), "");
}

CASE(single_delete) {
  Db db;
  db.Put("a", "1");
  GOOD(db->SingleDelete(WriteOptions(), "a"));
  EQ(db.Get("a"), "NotFound: ");
  db.Put("b", "1");
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->SingleDelete(WriteOptions(), "b"));
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Get("b"), "NotFound: ");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Scan(), "");
  db.Put("b", "2");
  EQ(db.Get("b"), "2");
}

CASE(write_without_log) {
  WriteOptions unlogged;
  unlogged.disableWAL = true;
  Db db;
  GOOD(db->Put(unlogged, "a", "1"));
  EQ(db.Get("a"), "1");
  GOOD(db.Reopen(Db::DefaultOptions()));
  EQ(db.Get("a"), "1");
  rocksdb::Options avoid = Db::DefaultOptions();
  avoid.avoid_flush_during_shutdown = true;
  GOOD(db.Reopen(avoid));
  GOOD(db->Put(unlogged, "b", "1"));
  db.Put("c", "1");
  GOOD(db.Reopen(Db::DefaultOptions()));
  EQ(db.Get("b"), "NotFound: ");
  EQ(db.Get("c"), "1");
}

CASE(timestamps_are_refused) {
  Db db;
  EQ(db->Put(WriteOptions(), "a", "12345678", "1"),
     "4/0 Invalid argument: cannot call this method on column family default that does not enable "
     "timestamp");
  EQ(db.Get("a"), "NotFound: ");
}
}  // namespace
}  // namespace conformance
