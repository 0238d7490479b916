// Reading the past: snapshots under writes and merges of files, iterators in both directions with
// bounds, prefixes.
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

static void Must(const rocksdb::Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  exit(1);
}

static std::string Key(int i) {
  char text[16];
  snprintf(text, sizeof(text), "%c%04d", 'a' + i % 4, i);
  return text;
}

static unsigned long Sum(rocksdb::DB* db, const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  read.total_order_seek = true;
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(read));
  unsigned long sum = 5381;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    for (const char c : it->key().ToString() + "=" + it->value().ToString())
      sum = sum * 33 + (unsigned char)c;
  }
  Must(it->status());
  return sum;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = 64 << 10;
  options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* opened = nullptr;
  Must(rocksdb::DB::Open(options, argv[1], &opened));
  std::unique_ptr<rocksdb::DB> db(opened);

  const rocksdb::Snapshot* snapshots[4];
  unsigned long sums[4];
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 2000; ++i) {
      const std::string value =
          "round" + std::to_string(round) + "/" + std::to_string(i * 7 % 1000);
      Must(db->Put(rocksdb::WriteOptions(), Key(i), value));
      if (i % (round + 3) == 0) Must(db->Delete(rocksdb::WriteOptions(), Key(i)));
    }
    snapshots[round] = db->GetSnapshot();
    sums[round] = Sum(db.get(), snapshots[round]);
    printf("round %d: %lu\n", round, sums[round]);
    Must(db->Flush(rocksdb::FlushOptions()));
  }
  Must(db->DeleteRange(rocksdb::WriteOptions(), db->DefaultColumnFamily(), "b", "c"));
  Must(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  for (int round = 0; round < 4; ++round) {
    printf("round %d is %s\n", round,
           Sum(db.get(), snapshots[round]) == sums[round] ? "as it was" : "changed");
  }
  rocksdb::ReadOptions past;
  past.snapshot = snapshots[1];
  std::string value;
  Must(db->Get(past, "b0001", &value));
  printf("then %s, now %s\n", value.c_str(),
         db->Get(rocksdb::ReadOptions(), "b0001", &value).IsNotFound() ? "gone" : "there");

  rocksdb::ReadOptions bounded;
  const rocksdb::Slice lower("c0010");
  const rocksdb::Slice upper("c0030");
  bounded.iterate_lower_bound = &lower;
  bounded.iterate_upper_bound = &upper;
  bounded.total_order_seek = true;
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(bounded));
  printf("backwards:");
  for (it->SeekToLast(); it->Valid(); it->Prev()) printf(" %s", it->key().ToString().c_str());
  it->SeekForPrev("c0020");
  printf("\nat or before c0020: %s\n", it->Valid() ? it->key().ToString().c_str() : "none");
  rocksdb::ReadOptions prefix;
  prefix.prefix_same_as_start = true;
  it.reset(db->NewIterator(prefix));
  int count = 0;
  for (it->Seek("d"); it->Valid(); it->Next()) ++count;
  printf("with prefix d: %d\n", count);
  it.reset();
  for (const rocksdb::Snapshot* snapshot : snapshots) db->ReleaseSnapshot(snapshot);
  Must(db->Close());
  return 0;
}
