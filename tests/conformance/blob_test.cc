// Large values in blob files: the same calls, the same answers, whatever the files look like.
#include <rocksdb/compaction_filter.h>
#include <rocksdb/convenience.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/metadata.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::BlobGarbageCollectionPolicy;
using rocksdb::BottommostLevelCompaction;
using rocksdb::CompactRangeOptions;
using rocksdb::FlushOptions;
using rocksdb::Options;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::WriteOptions;

Options BlobOptions() {
  Options options = Db::DefaultOptions();
  options.enable_blob_files = true;
  options.min_blob_size = 10;
  options.compression = rocksdb::kNoCompression;
  options.disable_auto_compactions = true;
  return options;
}

std::string Large(char c) { return std::string(200, c); }

size_t BlobFiles(const Db& db) { return FilesWith(db.path(), ".blob").size(); }

Status ForceCollection(const Db& db, double cutoff) {
  CompactRangeOptions options;
  options.bottommost_level_compaction = BottommostLevelCompaction::kForce;
  options.blob_garbage_collection_policy = BlobGarbageCollectionPolicy::kForce;
  options.blob_garbage_collection_age_cutoff = cutoff;
  return db->CompactRange(options, nullptr, nullptr);
}

CASE(blob_values_are_read_like_others) {
  Db db(BlobOptions());
  db.Put("a", Large('a'));
  db.Put("b", "small");
  db.Put("c", "0123456789");
  db.Put("d", "");
  EQ(BlobFiles(db), size_t{0});
  GOOD(db->Flush(FlushOptions()));
  EQ(BlobFiles(db), size_t{1});
  EQ(db.Property("rocksdb.num-blob-files"), "1");
  for (int life = 0; life < 2; ++life) {
    EQ(db.Get("a"), Large('a'));
    EQ(db.Get("c"), "0123456789");
    const std::string all = "a=" + Large('a') + " b=small c=0123456789 d= ";
    EQ(db.Scan(), all);
    EQ(db.ScanBack(), "d= c=0123456789 b=small a=" + Large('a') + " ");
    std::vector<std::string> values;
    const std::vector<Status> statuses = db->MultiGet(ReadOptions(), {"a", "b", "c", "x"}, &values);
    GOOD(statuses[0]);
    EQ(values[0], Large('a'));
    EQ(values[2], "0123456789");
    CODE(statuses[3], "1/0");
    // The option says what is written, not what is read.
    if (life == 0) GOOD(db.Reopen(Db::DefaultOptions()));
  }
}

CASE(blob_files_are_listed) {
  Db db(BlobOptions());
  db.Put("a", Large('a'));
  db.Put("b", Large('b'));
  GOOD(db->Flush(FlushOptions()));
  rocksdb::ColumnFamilyMetaData family;
  db->GetColumnFamilyMetaData(&family);
  EQ(family.blob_file_count, size_t{1});
  EQ(family.blob_files.size(), size_t{1});
  const rocksdb::BlobMetaData& blob = family.blob_files[0];
  EQ(blob.total_blob_count, uint64_t{2});
  EQ(blob.garbage_blob_count, uint64_t{0});
  EQ(blob.blob_file_size, family.blob_file_size);
  YES(blob.total_blob_bytes >= 400);
  YES(blob.blob_file_size >= blob.total_blob_bytes);
  const std::vector<std::string> files = FilesWith(db.path(), ".blob");
  EQ(files.size(), size_t{1});
  YES(blob.blob_file_name.find(files[0]) != std::string::npos);
  EQ(std::stoull(files[0]), blob.blob_file_number);
  std::vector<rocksdb::LiveFileMetaData> tables;
  db->GetLiveFilesMetaData(&tables);
  EQ(tables.size(), size_t{1});
  EQ(tables[0].oldest_blob_file_number, blob.blob_file_number);
  std::vector<std::string> live;
  uint64_t manifest = 0;
  GOOD(db->GetLiveFiles(live, &manifest));
  YES(std::count(live.begin(), live.end(), "/" + files[0]) == 1);
  EQ(db.Property("rocksdb.total-blob-file-size"), Text(family.blob_file_size));
  EQ(db.Property("rocksdb.live-blob-file-size"), Text(family.blob_file_size));
  EQ(db.Property("rocksdb.live-blob-file-garbage-size"), "0");
  YES(db.Property("rocksdb.blob-stats").find("Number of blob files: 1\n") == 0);
}

CASE(blob_options_are_checked) {
  Options options = BlobOptions();
  options.enable_blob_garbage_collection = true;
  options.blob_garbage_collection_age_cutoff = 1.5;
  rocksdb::DB* db = nullptr;
  const std::string path = Directory() + "/refused";
  EQ(rocksdb::DB::Open(options, path, &db),
     "4/0 Invalid argument: The age cutoff for blob garbage collection should be in the range "
     "[0.0, 1.0].");
  options.blob_garbage_collection_age_cutoff = 0.5;
  options.blob_garbage_collection_force_threshold = -0.1;
  EQ(rocksdb::DB::Open(options, path, &db),
     "4/0 Invalid argument: The garbage ratio threshold for forcing blob garbage collection should "
     "be in the range [0.0, 1.0].");
  options.blob_garbage_collection_force_threshold = 1;
  options.blob_compression_type = rocksdb::kXpressCompression;
  EQ(rocksdb::DB::Open(options, path, &db),
     "4/0 Invalid argument: The specified blob compression type Xpress is not available.");
  // Where garbage is not collected nobody looks at these.
  options = BlobOptions();
  options.blob_garbage_collection_age_cutoff = 1.5;
  GOOD(rocksdb::DB::Open(options, path, &db));
  CODE(db->SetOptions({{"enable_blob_garbage_collection", "true"}}), "4/0");
  delete db;
}

CASE(blob_garbage_is_collected) {
  Db db(BlobOptions());
  for (const char c : {'a', 'b', 'c', 'd'}) {
    db.Put(std::string(1, c), Large(c));
    GOOD(db->Flush(FlushOptions()));
  }
  EQ(db.Property("rocksdb.num-blob-files"), "4");
  CompactRangeOptions plain;
  plain.bottommost_level_compaction = BottommostLevelCompaction::kForce;
  GOOD(db->CompactRange(plain, nullptr, nullptr));
  EQ(db.Property("rocksdb.num-blob-files"), "4");
  GOOD(ForceCollection(db, 0.5));
  EQ(db.Property("rocksdb.num-blob-files"), "3");
  GOOD(ForceCollection(db, 1.0));
  EQ(db.Property("rocksdb.num-blob-files"), "1");
  EQ(db.Get("a"), Large('a'));
  EQ(db.Get("d"), Large('d'));
  // With separation off, values come back into the tables.
  GOOD(db->SetOptions({{"enable_blob_files", "false"}}));
  GOOD(ForceCollection(db, 1.0));
  EQ(db.Property("rocksdb.num-blob-files"), "0");
  EQ(db.Get("a"), Large('a'));
  EQ(db.Get("d"), Large('d'));
}

CASE(blob_values_are_read_from_a_read_only_instance) {
  Db db(BlobOptions());
  db.Put("a", Large('a'));
  GOOD(db->Flush(FlushOptions()));
  GOOD(db.ReopenReadOnly(BlobOptions()));
  EQ(db.Scan(), "a=" + Large('a') + " ");
  DIFFERS("read-only-gets-blobs", db.Get("a"), "NotFound: ", Large('a'));
  std::vector<std::string> values;
  const std::vector<Status> statuses = db->MultiGet(ReadOptions(), {"a"}, &values);
  DIFFERS("read-only-gets-blobs", statuses[0].ToString() + values[0],
          "NotFound: ", "OK" + Large('a'));
}

CASE(blob_values_may_be_empty) {
  Options options = BlobOptions();
  options.min_blob_size = 0;
  Db db(options);
  db.Put("a", "");
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Get("a"), "");
  EQ(db.Scan(), "a= ");
  ReadOptions read;
  read.verify_checksums = false;
  const Slice key("a");
  rocksdb::PinnableSlice value;
  Status status;
  db->MultiGet(read, db->DefaultColumnFamily(), 1, &key, &value, &status);
  DIFFERS("multi-get-reads-empty-blobs", Text(static_cast<int>(status.code())), "5", "0");
}

CASE(blob_files_go_with_their_last_value) {
  Db db(BlobOptions());
  db.Put("a", Large('a'));
  db.Put("b", "");  // the files overlap: neither may be moved as it is
  GOOD(db->Flush(FlushOptions()));
  db.Put("a", Large('b'));
  db.Put("b", "");
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Property("rocksdb.num-blob-files"), "2");
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Property("rocksdb.num-blob-files"), "1");
  EQ(db.Get("a"), Large('b'));
  const rocksdb::Snapshot* const snapshot = db->GetSnapshot();
  GOOD(db->Delete(WriteOptions(), "a"));
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Property("rocksdb.num-blob-files"), "1");
  EQ(db.Get("a", nullptr, snapshot), Large('b'));
  db->ReleaseSnapshot(snapshot);
  CompactRangeOptions force;
  force.bottommost_level_compaction = BottommostLevelCompaction::kForce;
  GOOD(db->CompactRange(force, nullptr, nullptr));
  EQ(db.Property("rocksdb.num-blob-files"), "0");
  std::string value;
  CODE(db->Get(ReadOptions(), "a", &value), "1/0");
}

CASE(blob_options_change_while_open) {
  Options options = BlobOptions();
  options.enable_blob_files = false;
  Db db(options);
  db.Put("a", Large('a'));
  GOOD(db->Flush(FlushOptions()));
  EQ(BlobFiles(db), size_t{0});
  GOOD(db->SetOptions({{"enable_blob_files", "true"}, {"min_blob_size", "100"}}));
  db.Put("b", Large('b'));
  db.Put("c", std::string(99, 'c'));
  GOOD(db->Flush(FlushOptions()));
  EQ(BlobFiles(db), size_t{1});
  rocksdb::ColumnFamilyMetaData family;
  db->GetColumnFamilyMetaData(&family);
  EQ(family.blob_files[0].total_blob_count, uint64_t{1});
  GOOD(db->SetOptions({{"min_blob_size", "0"}, {"blob_compression_type", "kLZ4Compression"}}));
  db.Put("d", Large('d'));
  db.Put("e", "e");
  GOOD(db->Flush(FlushOptions()));
  EQ(BlobFiles(db), size_t{2});
  EQ(db.Get("a"), Large('a'));
  EQ(db.Get("b"), Large('b'));
  EQ(db.Get("c"), std::string(99, 'c'));
  EQ(db.Get("d"), Large('d'));
  EQ(db.Get("e"), "e");
}

CASE(blob_values_are_compressed_by_every_codec) {
  Db db(BlobOptions());
  for (const char* const codec :
       {"kNoCompression", "kSnappyCompression", "kZlibCompression", "kBZip2Compression",
        "kLZ4Compression", "kLZ4HCCompression", "kZSTD"}) {
    GOOD(db->SetOptions({{"blob_compression_type", codec}}));
    db.Put(codec, Large('x'));
    GOOD(db->Flush(FlushOptions()));
  }
  EQ(BlobFiles(db), size_t{7});
  GOOD(db.Reopen(BlobOptions()));
  for (const char* const codec :
       {"kNoCompression", "kSnappyCompression", "kZlibCompression", "kBZip2Compression",
        "kLZ4Compression", "kLZ4HCCompression", "kZSTD"}) {
    EQ(db.Get(codec), Large('x'));
  }
}

class AppendOperator final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const Slice&, const Slice* existing, const Slice& value, std::string* result,
             rocksdb::Logger*) const override {
    *result = (existing != nullptr ? existing->ToString() : "") + value.ToString();
    return true;
  }
  const char* Name() const override { return "append"; }
};

CASE(blob_values_meet_merge_operands) {
  Options options = BlobOptions();
  options.merge_operator = std::make_shared<AppendOperator>();
  Db db(options);
  db.Put("a", Large('a'));
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->Merge(WriteOptions(), "a", "+1"));
  EQ(db.Get("a"), Large('a') + "+1");
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->Merge(WriteOptions(), "a", "+2"));
  EQ(db.Scan(), "a=" + Large('a') + "+1+2 ");
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Get("a"), Large('a') + "+1+2");
  EQ(db.Property("rocksdb.num-blob-files"), "1");
}

std::atomic<int> values_shown{0};

class FilterByKey final : public rocksdb::CompactionFilter {
 public:
  Decision FilterV2(int, const Slice&, ValueType type, const Slice& value, std::string* new_value,
                    std::string*) const override {
    ++values_shown;
    if (type != ValueType::kValue || value.ToString() != Large('v')) return Decision::kKeep;
    *new_value = "changed";
    return Decision::kChangeValue;
  }
  Decision FilterBlobByKey(int, const Slice& key, std::string* new_value,
                           std::string*) const override {
    if (key == "gone") return Decision::kRemove;
    if (key == "kept") return Decision::kKeep;
    if (key == "new") {
      *new_value = "by key";
      return Decision::kChangeValue;
    }
    return Decision::kUndetermined;
  }
  const char* Name() const override { return "by key"; }
};

CASE(blob_filters_may_decide_by_key) {
  FilterByKey filter;
  Options options = BlobOptions();
  options.compaction_filter = &filter;
  Db db(options);
  for (const char* const key : {"gone", "kept", "new", "value"}) db.Put(key, Large('v'));
  GOOD(db->Flush(FlushOptions()));
  values_shown = 0;
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  EQ(values_shown.load(), 1);
  EQ(db.Scan(), "kept=" + Large('v') + " new=by key value=changed ");
}

CASE(blob_damage_is_told_and_contained) {
  Db db(BlobOptions());
  db.Put("a", Large('a'));
  db.Put("b", Large('b'));
  db.Put("c", Large('c'));
  GOOD(db->Flush(FlushOptions()));
  db.Close();
  const std::string path = db.path() + "/" + FilesWith(db.path(), ".blob")[0];
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const size_t at = bytes.find(Large('b'));
  YES(at != std::string::npos);
  file.seekp(static_cast<std::streamoff>(at + 50));
  file.put('!');
  file.close();
  GOOD(db.Reopen(BlobOptions()));
  EQ(db.Get("a"), Large('a'));
  EQ(db.Get("c"), Large('c'));
  std::string value;
  CODE(db->Get(ReadOptions(), "b", &value), "2/0");
}

CASE(blob_iterators_outlive_their_files) {
  Db db(BlobOptions());
  for (int i = 0; i < 20; ++i) db.Put(std::string(1, static_cast<char>('a' + i)), Large('1'));
  GOOD(db->Flush(FlushOptions()));
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
  it->SeekToFirst();
  for (int i = 0; i < 20; ++i) db.Put(std::string(1, static_cast<char>('a' + i)), Large('2'));
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  GOOD(ForceCollection(db, 1.0));
  int n = 0;
  for (; it->Valid(); it->Next()) {
    EQ(it->value().ToString(), Large('1'));
    ++n;
  }
  GOOD(it->status());
  EQ(n, 20);
  it.reset();
  EQ(db.Get("a"), Large('2'));
  // When the last reader has gone, a thread of the engine's own may remove the file.
  for (int i = 0; i < 3000 && BlobFiles(db) > 1; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EQ(BlobFiles(db), size_t{1});
}

}  // namespace
}  // namespace conformance
