// Write batches: format, counting, order, atomicity, save points.
#include <rocksdb/write_batch.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::WriteBatch;
using rocksdb::WriteOptions;

std::string Hex(const std::string& bytes) { return Slice(bytes).ToString(true); }

class Teller final : public WriteBatch::Handler {
 public:
  Status PutCF(uint32_t family, const Slice& key, const Slice& value) override {
    return Tell("put", family, key, value);
  }
  Status DeleteCF(uint32_t family, const Slice& key) override {
    return Tell("delete", family, key, "");
  }
  Status SingleDeleteCF(uint32_t family, const Slice& key) override {
    return Tell("single", family, key, "");
  }
  Status MergeCF(uint32_t family, const Slice& key, const Slice& value) override {
    return Tell("merge", family, key, value);
  }
  Status DeleteRangeCF(uint32_t family, const Slice& begin, const Slice& end) override {
    return Tell("range", family, begin, end);
  }
  void LogData(const Slice& blob) override { text += "log(" + blob.ToString() + ")"; }

  std::string text;

 private:
  Status Tell(const char* what, uint32_t family, const Slice& key, const Slice& value) {
    text += std::string(what) + "(" + std::to_string(family) + "," + key.ToString() + "," +
            value.ToString() + ")";
    return Status::OK();
  }
};

CASE(batch_bytes) {
  WriteBatch batch;
  EQ(Hex(batch.Data()), "000000000000000000000000");
  GOOD(batch.Put("k", "v"));
  EQ(Hex(batch.Data()), "00000000000000000100000001016B0176");
  GOOD(batch.Delete("d"));
  GOOD(batch.SingleDelete("s"));
  GOOD(batch.Merge("m", "1"));
  GOOD(batch.DeleteRange("a", "b"));
  GOOD(batch.PutLogData("blob"));
  EQ(Hex(batch.Data()),
     "00000000000000000500000001016B01760001640701730201"
     "6D01310F016101620304626C6F62");
  EQ(batch.Count(), uint32_t{5});
  EQ(batch.GetDataSize(), batch.Data().size());
  YES(batch.HasPut());
  YES(batch.HasDelete());
  YES(batch.HasSingleDelete());
  YES(batch.HasMerge());
  YES(batch.HasDeleteRange());
  NO(batch.HasCommit());
  batch.Clear();
  EQ(batch.Count(), uint32_t{0});
}

CASE(batch_iterates) {
  Db db;
  rocksdb::ColumnFamilyHandle* const one = db.Create("one");
  WriteBatch batch;
  GOOD(batch.Put("k", "v"));
  GOOD(batch.Put(one, "k1", "v1"));
  GOOD(batch.Delete(one, "d"));
  GOOD(batch.SingleDelete("s"));
  GOOD(batch.Merge(one, "m", "1"));
  GOOD(batch.DeleteRange(one, "a", "b"));
  GOOD(batch.PutLogData("blob"));
  Teller teller;
  GOOD(batch.Iterate(&teller));
  EQ(teller.text,
     "put(0,k,v)put(1,k1,v1)delete(1,d,)single(0,s,)merge(1,m,1)range(1,a,b)log(blob)");
}

CASE(batch_from_bytes) {
  WriteBatch batch;
  GOOD(batch.Put("k", "v"));
  WriteBatch rebuilt(batch.Data());
  Db db;
  GOOD(db->Write(WriteOptions(), &rebuilt));
  EQ(db.Get("k"), "v");
  WriteBatch small(std::string("short"));
  EQ(db->Write(WriteOptions(), &small), "2/0 Corruption: malformed WriteBatch (too small)");
}

CASE(batch_with_wrong_count) {
  Db db;
  std::string bytes = [] {
    WriteBatch batch;
    batch.Put("k", "v").PermitUncheckedError();
    return batch.Data();
  }();
  bytes[8] = 2;
  WriteBatch wrong(bytes);
  EQ(db->Write(WriteOptions(), &wrong), "2/0 Corruption: WriteBatch has wrong count");
}

CASE(batch_last_record_wins) {
  Db db;
  WriteBatch batch;
  GOOD(batch.Put("k", "1"));
  GOOD(batch.Put("k", "2"));
  GOOD(batch.Delete("k"));
  GOOD(batch.Put("k", "3"));
  GOOD(db->Write(WriteOptions(), &batch));
  EQ(db.Get("k"), "3");
  WriteBatch range;
  GOOD(range.Put("a", "1"));
  GOOD(range.DeleteRange("a", "z"));
  GOOD(range.Put("b", "2"));
  GOOD(db->Write(WriteOptions(), &range));
  EQ(db.Scan(), "b=2 ");
  GOOD(db->Flush(rocksdb::FlushOptions()));
  EQ(db.Scan(), "b=2 ");
}

CASE(batch_save_points) {
  WriteBatch batch;
  CODE(batch.RollbackToSavePoint(), "1/0");
  CODE(batch.PopSavePoint(), "1/0");
  GOOD(batch.Put("a", "1"));
  batch.SetSavePoint();
  GOOD(batch.Put("b", "2"));
  EQ(batch.Count(), uint32_t{2});
  GOOD(batch.RollbackToSavePoint());
  EQ(batch.Count(), uint32_t{1});
  batch.SetSavePoint();
  GOOD(batch.PopSavePoint());
  EQ(batch.Count(), uint32_t{1});
}

CASE(batch_max_bytes) {
  WriteBatch batch(0, 30);
  GOOD(batch.Put("k", "v"));
  CODE(batch.Put("key", std::string(100, 'x')), "10/7");
  EQ(batch.Count(), uint32_t{1});
}

CASE(batch_over_families_is_whole) {
  Db db;
  rocksdb::ColumnFamilyHandle* const one = db.Create("one");
  WriteBatch batch;
  GOOD(batch.Put("k", "0"));
  GOOD(batch.Put(one, "k", "1"));
  GOOD(db->Write(WriteOptions(), &batch));
  EQ(db.Get("k"), "0");
  EQ(db.Get("k", one), "1");
  EQ(db->GetLatestSequenceNumber(), uint64_t{2});
  GOOD(db.Reopen(Db::DefaultOptions(), {"default", "one"}));
  EQ(db.Get("k"), "0");
  EQ(db.Get("k", db.families()[1]), "1");
}

CASE(batch_null) {
  Db db;
  EQ(db->Write(WriteOptions(), nullptr), "4/0 Invalid argument: Batch is nullptr!");
  WriteBatch empty;
  GOOD(db->Write(WriteOptions(), &empty));
  EQ(db->GetLatestSequenceNumber(), uint64_t{0});
}
}  // namespace
}  // namespace conformance
