// Point reads and snapshots.
#include <rocksdb/snapshot.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::FlushOptions;
using rocksdb::PinnableSlice;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Status;

CASE(get_leaves_the_string) {
  Db db;
  std::string value = "keep";
  CODE(db->Get(ReadOptions(), "absent", &value), "1/0");
  EQ(value, "keep");
  db.Put("a", "1");
  GOOD(db->Get(ReadOptions(), "a", &value));
  EQ(value, "1");
}

CASE(get_pinned) {
  Db db;
  db.Put("a", "one");
  PinnableSlice pinned;
  GOOD(db->Get(ReadOptions(), db->DefaultColumnFamily(), "a", &pinned));
  EQ(pinned.ToString(), "one");
  pinned.Reset();
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->Get(ReadOptions(), db->DefaultColumnFamily(), "a", &pinned));
  EQ(pinned.ToString(), "one");
  db.Put("a", "two");
  EQ(pinned.ToString(), "one");
}

CASE(multi_get) {
  Db db;
  db.Put("a", "1");
  db.Put("b", "2");
  GOOD(db->Flush(FlushOptions()));
  db.Put("c", "3");
  const std::vector<Slice> keys = {"c", "x", "a", "b"};
  std::vector<std::string> values;
  const std::vector<Status> statuses = db->MultiGet(ReadOptions(), keys, &values);
  EQ(statuses.size(), size_t{4});
  GOOD(statuses[0]);
  CODE(statuses[1], "1/0");
  EQ(values[0] + values[2] + values[3], "312");
  EQ(values[1], "");
  PinnableSlice slices[4];
  Status each[4];
  db->MultiGet(ReadOptions(), db->DefaultColumnFamily(), 4, keys.data(), slices, each);
  GOOD(each[2]);
  EQ(slices[2].ToString(), "1");
  CODE(each[1], "1/0");
}

CASE(snapshots) {
  Db db;
  db.Put("a", "1");
  const rocksdb::Snapshot* const first = db->GetSnapshot();
  const rocksdb::Snapshot* const second = db->GetSnapshot();
  EQ(first->GetSequenceNumber(), uint64_t{1});
  EQ(second->GetSequenceNumber(), uint64_t{1});
  YES(first != second);
  EQ(db.Property("rocksdb.num-snapshots"), "2");
  db.Put("a", "2");
  db.Put("b", "2");
  EQ(db.Get("a", nullptr, first), "1");
  EQ(db.Get("b", nullptr, first), "NotFound: ");
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Get("a", nullptr, first), "1");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Get("a", nullptr, first), "1");
  ReadOptions read;
  read.snapshot = second;
  EQ(db.Scan(read), "a=1 ");
  EQ(db.Scan(), "a=2 b=2 ");
  db->ReleaseSnapshot(first);
  EQ(db.Property("rocksdb.num-snapshots"), "1");
  db->ReleaseSnapshot(second);
  db->ReleaseSnapshot(nullptr);
  EQ(db.Property("rocksdb.num-snapshots"), "0");
}

CASE(read_tiers) {
  Db db;
  db.Put("a", "1");
  ReadOptions cache_only;
  cache_only.read_tier = rocksdb::kBlockCacheTier;
  std::string value;
  GOOD(db->Get(cache_only, "a", &value));
  ReadOptions persisted;
  persisted.read_tier = rocksdb::kPersistedTier;
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  GOOD(db->Put(unlogged, "u", "1"));
  CODE(db->Get(persisted, "u", &value), "1/0");
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->Get(persisted, "u", &value));
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(persisted));
  it->SeekToFirst();
  EQ(At(*it), "3/0 Not implemented: ReadTier::kPersistedData is not yet supported in iterators.");
  ReadOptions managed;
  managed.managed = true;
  const std::unique_ptr<rocksdb::Iterator> other(db->NewIterator(managed));
  EQ(At(*other), "3/0 Not implemented: Managed iterator is not supported anymore.");
}

CASE(key_may_exist) {
  Db db;
  db.Put("a", "1");
  std::string value;
  bool found = false;
  YES(db->KeyMayExist(ReadOptions(), "a", &value, &found));
  YES(found);
  EQ(value, "1");
  found = false;
  NO(db->KeyMayExist(ReadOptions(), "b", &value, &found));
  YES(found);
  EQ(value, "");
  GOOD(db->Flush(FlushOptions()));
  YES(db->KeyMayExist(ReadOptions(), "a", &value));
}

CASE(reads_over_flushes_and_merges) {
  rocksdb::Options options = Db::DefaultOptions();
  options.write_buffer_size = 64 << 10;
  options.level0_file_num_compaction_trigger = 2;
  Db db(options);
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 300; ++i) {
      const std::string key = "key" + std::to_string(i * 7 % 300);
      if ((i + round) % 5 == 0) {
        db->Delete(rocksdb::WriteOptions(), key).PermitUncheckedError();
      } else {
        db.Put(key, std::to_string(round) + std::string(300, 'x'));
      }
    }
    if (round % 2 == 0) GOOD(db->Flush(FlushOptions()));
  }
  int wrong = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string value = db.Get("key" + std::to_string(i * 7 % 300));
    wrong += value != ((i + 5) % 5 == 0 ? "NotFound: " : "5" + std::string(300, 'x'));
  }
  EQ(wrong, 0);
  GOOD(db.Reopen(options));
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
  int count = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next()) ++count;
  EQ(count, 240);
  GOOD(it->status());
}
}  // namespace
}  // namespace conformance
