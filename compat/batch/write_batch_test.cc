#include "rocksdb/write_batch.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compat/batch/wire_format.h"
#include "compat/batch/write_batch_internal.h"
#include "rocksdb/db.h"

namespace rocksdb {
namespace {

// A handle that only knows its number.
class NumberedFamily final : public ColumnFamilyHandle {
 public:
  explicit NumberedFamily(uint32_t id) : id_(id) {}
  const std::string& GetName() const override { return name_; }
  uint32_t GetID() const override { return id_; }
  Status GetDescriptor(ColumnFamilyDescriptor*) override { return Status::NotSupported("test"); }
  const Comparator* GetComparator() const override { return BytewiseComparator(); }

 private:
  const uint32_t id_;
  const std::string name_ = "cf";
};

std::string Hex(const std::string& bytes) { return Slice(bytes).ToString(true); }

class Recorder final : public WriteBatch::Handler {
 public:
  Status PutCF(uint32_t cf, const Slice& k, const Slice& v) override {
    return Note("put", cf, k, v);
  }
  Status DeleteCF(uint32_t cf, const Slice& k) override { return Note("del", cf, k, ""); }
  Status SingleDeleteCF(uint32_t cf, const Slice& k) override { return Note("sdel", cf, k, ""); }
  Status MergeCF(uint32_t cf, const Slice& k, const Slice& v) override {
    return Note("merge", cf, k, v);
  }
  Status DeleteRangeCF(uint32_t cf, const Slice& k, const Slice& v) override {
    return Note("range", cf, k, v);
  }
  Status PutEntityCF(uint32_t cf, const Slice& k, const Slice&) override {
    return Note("entity", cf, k, "");
  }
  Status PutBlobIndexCF(uint32_t cf, const Slice& k, const Slice& v) override {
    return Note("blob", cf, k, v);
  }
  void LogData(const Slice& blob) override { Note("log", 0, blob, "").PermitUncheckedError(); }
  Status MarkBeginPrepare(bool unprepared) override {
    return Note(unprepared ? "begin-unprepared" : "begin", 0, "", "");
  }
  Status MarkEndPrepare(const Slice& name) override { return Note("end", 0, name, ""); }
  Status MarkNoop(bool empty) override { return Note(empty ? "noop-empty" : "noop", 0, "", ""); }
  Status MarkCommit(const Slice& name) override { return Note("commit", 0, name, ""); }
  Status MarkRollback(const Slice& name) override { return Note("rollback", 0, name, ""); }
  Status MarkCommitWithTimestamp(const Slice& name, const Slice& ts) override {
    return Note("commit-ts", 0, name, ts);
  }

  std::vector<std::string> seen;

 private:
  Status Note(const char* what, uint32_t cf, const Slice& k, const Slice& v) {
    seen.push_back(std::string(what) + "(" + std::to_string(cf) + "," + k.ToString() + "," +
                   v.ToString() + ")");
    return Status::OK();
  }
};

std::string WithCount(uint32_t count, const std::string& body) {
  std::string rep(kBatchHeaderSize, '\0');
  memcpy(rep.data() + kBatchCountOffset, &count, sizeof(count));
  return rep + body;
}

TEST(WriteBatchBytes, AreThoseOfRocksDB) {
  NumberedFamily one(1);
  const struct {
    const char* bytes;
    void (*fill)(WriteBatch*, ColumnFamilyHandle*);
  } cases[] = {
      {"0000000000000000010000000101"
       "6B0176",
       [](WriteBatch* b, ColumnFamilyHandle*) { EXPECT_TRUE(b->Put("k", "v").ok()); }},
      {"000000000000000001000000050101"
       "6B0176",
       [](WriteBatch* b, ColumnFamilyHandle* cf) { EXPECT_TRUE(b->Put(cf, "k", "v").ok()); }},
      {"0000000000000000010000000001"
       "6B",
       [](WriteBatch* b, ColumnFamilyHandle*) { EXPECT_TRUE(b->Delete("k").ok()); }},
      {"000000000000000001000000040101"
       "6B",
       [](WriteBatch* b, ColumnFamilyHandle* cf) { EXPECT_TRUE(b->Delete(cf, "k").ok()); }},
      {"0000000000000000010000000701"
       "6B",
       [](WriteBatch* b, ColumnFamilyHandle*) { EXPECT_TRUE(b->SingleDelete("k").ok()); }},
      {"000000000000000001000000080101"
       "6B",
       [](WriteBatch* b, ColumnFamilyHandle* cf) { EXPECT_TRUE(b->SingleDelete(cf, "k").ok()); }},
      {"0000000000000000010000000201"
       "6B0176",
       [](WriteBatch* b, ColumnFamilyHandle*) { EXPECT_TRUE(b->Merge("k", "v").ok()); }},
      {"000000000000000001000000060101"
       "6B0176",
       [](WriteBatch* b, ColumnFamilyHandle* cf) { EXPECT_TRUE(b->Merge(cf, "k", "v").ok()); }},
      {"0000000000000000010000000F01"
       "61017A",
       [](WriteBatch* b, ColumnFamilyHandle*) { EXPECT_TRUE(b->DeleteRange("a", "z").ok()); }},
      {"0000000000000000010000000E0101"
       "61017A",
       [](WriteBatch* b, ColumnFamilyHandle* cf) {
         EXPECT_TRUE(b->DeleteRange(cf, "a", "z").ok());
       }},
      {"0000000000000000000000000304626C6F62",
       [](WriteBatch* b, ColumnFamilyHandle*) { EXPECT_TRUE(b->PutLogData("blob").ok()); }},
      {"0000000000000000010000001601"
       "6B0B0102000102633102647879",
       [](WriteBatch* b, ColumnFamilyHandle*) {
         EXPECT_TRUE(b->PutEntity(nullptr, "k", {{"c1", "xy"}, {"", "d"}}).ok());
       }},
      {"000000000000000001000000170101"
       "6B06010101630131",
       [](WriteBatch* b, ColumnFamilyHandle* cf) {
         EXPECT_TRUE(b->PutEntity(cf, "k", {{"c", "1"}}).ok());
       }},
      {"000000000000000001000000010461626364"
       "03313233",
       [](WriteBatch* b, ColumnFamilyHandle*) {
         const Slice key[] = {"ab", "cd"};
         const Slice value[] = {"1", "23"};
         EXPECT_TRUE(b->Put(SliceParts(key, 2), SliceParts(value, 2)).ok());
       }},
  };
  for (const auto& c : cases) {
    WriteBatch batch;
    c.fill(&batch, &one);
    EXPECT_EQ(Hex(batch.Data()), c.bytes);
  }
  WriteBatch stamped(0, 0, 0, 8);
  ASSERT_TRUE(stamped.Put("k", "v").ok());
  EXPECT_EQ(Hex(stamped.Data()), "00000000000000000100000001096B00000000000000000176");
}

TEST(WriteBatchBytes, AnEmptyBatchIsTwelveZeroBytes) {
  WriteBatch batch;
  EXPECT_EQ(batch.Data(), std::string(12, '\0'));
  ASSERT_TRUE(batch.Put("a", "b").ok());
  batch.Clear();
  EXPECT_EQ(batch.Data(), std::string(12, '\0'));
  EXPECT_EQ(batch.Count(), 0u);
  EXPECT_FALSE(batch.HasPut());
}

TEST(WriteBatchSavePoints, RollBackBytesCountAndContent) {
  WriteBatch batch;
  EXPECT_TRUE(batch.RollbackToSavePoint().IsNotFound());
  EXPECT_TRUE(batch.PopSavePoint().IsNotFound());
  ASSERT_TRUE(batch.Put("key1", "value1").ok());
  const std::string before = batch.Data();
  batch.SetSavePoint();
  ASSERT_TRUE(batch.Delete("gone").ok());
  ASSERT_TRUE(batch.Merge("gone", "x").ok());
  EXPECT_TRUE(batch.HasMerge());
  ASSERT_TRUE(batch.RollbackToSavePoint().ok());
  EXPECT_EQ(batch.Data(), before);
  EXPECT_FALSE(batch.HasMerge());
  EXPECT_FALSE(batch.HasDelete());
  EXPECT_TRUE(batch.HasPut());
  EXPECT_TRUE(batch.RollbackToSavePoint().IsNotFound());

  batch.SetSavePoint();
  batch.SetSavePoint();
  ASSERT_TRUE(batch.Put("x", "y").ok());
  ASSERT_TRUE(batch.PopSavePoint().ok());
  ASSERT_TRUE(batch.RollbackToSavePoint().ok());
  EXPECT_EQ(batch.Data(), before);
}

TEST(WriteBatchIterate, ShowsEveryKindOfRecord) {
  std::string body;
  const auto record = [&](std::initializer_list<int> bytes) {
    for (const int byte : bytes) body.push_back(static_cast<char>(byte));
  };
  record({0x0d});
  record({0x09});
  record({0x01, 1, 'k', 1, 'v'});
  record({0x05, 2, 1, 'k', 1, 'v'});
  record({0x00, 1, 'd'});
  record({0x07, 1, 's'});
  record({0x02, 1, 'm', 1, 'o'});
  record({0x0f, 1, 'a', 1, 'z'});
  record({0x0e, 3, 1, 'a', 1, 'z'});
  record({0x11, 1, 'b', 1, 'i'});
  record({0x16, 1, 'e', 0});
  record({0x03, 1, 'l'});
  record({0x0a, 1, 'x'});
  record({0x0b, 1, 'x'});
  record({0x0c, 1, 'x'});
  record({0x12});
  record({0x13});
  record({0x15, 1, 't', 1, 'x'});
  WriteBatch batch(WithCount(9, body));
  Recorder recorder;
  ASSERT_TRUE(batch.Iterate(&recorder).ok());
  const std::vector<std::string> expected = {"noop-empty(0,,)",
                                             "begin(0,,)",
                                             "put(0,k,v)",
                                             "put(2,k,v)",
                                             "del(0,d,)",
                                             "sdel(0,s,)",
                                             "merge(0,m,o)",
                                             "range(0,a,z)",
                                             "range(3,a,z)",
                                             "blob(0,b,i)",
                                             "entity(0,e,)",
                                             "log(0,l,)",
                                             "end(0,x,)",
                                             "commit(0,x,)",
                                             "rollback(0,x,)",
                                             "begin(0,,)",
                                             "begin-unprepared(0,,)",
                                             "commit-ts(0,x,t)"};
  EXPECT_EQ(recorder.seen, expected);
  EXPECT_TRUE(batch.HasBeginPrepare());
  EXPECT_TRUE(batch.HasPutEntity());
  EXPECT_TRUE(batch.HasDeleteRange());
}

TEST(WriteBatchIterate, NamesWhatIsDamaged) {
  const auto text = [](const std::string& rep) {
    Recorder recorder;
    return WriteBatch(rep).Iterate(&recorder).ToString();
  };
  EXPECT_EQ(text(std::string(11, '\0')), "Corruption: malformed WriteBatch (too small)");
  EXPECT_EQ(text(WithCount(2, std::string("\x01\x01k\x01v", 5))),
            "Corruption: WriteBatch has wrong count");
  EXPECT_EQ(text(WithCount(1, std::string("\x01\x01k\x05v", 5))), "Corruption: bad WriteBatch Put");
  EXPECT_EQ(text(WithCount(1, std::string("\x00\x05k", 3))), "Corruption: bad WriteBatch Delete");
  EXPECT_EQ(text(WithCount(1, std::string("\x02\x01k", 3))), "Corruption: bad WriteBatch Merge");
  EXPECT_EQ(text(WithCount(1, std::string("\x0f\x01k", 3))),
            "Corruption: bad WriteBatch DeleteRange");
  EXPECT_EQ(text(WithCount(1, std::string("\x03\x09", 2))), "Corruption: bad WriteBatch Blob");
  for (const int tag : {0x14, 0x18, 0x7f, 0xff}) {
    EXPECT_EQ(text(WithCount(0, std::string(1, static_cast<char>(tag)))),
              "Corruption: unknown WriteBatch tag");
  }
  // Every prefix of a good batch is refused, none crashes.
  WriteBatch good;
  ASSERT_TRUE(good.Put("key", std::string(200, 'v')).ok());
  ASSERT_TRUE(good.DeleteRange("a", "b").ok());
  for (size_t n = 0; n < good.Data().size(); ++n) {
    EXPECT_NE(text(good.Data().substr(0, n)), "OK") << n;
  }
}

TEST(WriteBatchLimits, AFullBatchStaysAsItWas) {
  WriteBatch batch(0, 20);
  ASSERT_TRUE(batch.Put("k", "v").ok());
  const std::string before = batch.Data();
  const Status s = batch.Put("k", "a longer value");
  EXPECT_TRUE(s.IsMemoryLimit());
  EXPECT_EQ(batch.Data(), before);
}

TEST(WriteBatchProtection, NoticesAChangedByte) {
  WriteBatch batch(0, 0, 8, 0);
  EXPECT_EQ(batch.GetProtectionBytesPerKey(), 8u);
  ASSERT_TRUE(batch.Put("k", "v").ok());
  ASSERT_TRUE(batch.Delete("d").ok());
  EXPECT_TRUE(batch.VerifyChecksum().ok());
  const_cast<char&>(batch.Data()[16]) ^= 1;
  EXPECT_TRUE(batch.VerifyChecksum().IsCorruption());
}

TEST(WriteBatchTimestamps, FillTheirPlaces) {
  WriteBatch batch(0, 0, 0, 2);
  ASSERT_TRUE(batch.Put("k", "v").ok());
  ASSERT_TRUE(batch.UpdateTimestamps("ts", [](uint32_t) { return size_t{2}; }).ok());
  Recorder recorder;
  ASSERT_TRUE(batch.Iterate(&recorder).ok());
  EXPECT_EQ(recorder.seen, std::vector<std::string>{"put(0,kts,v)"});
  EXPECT_TRUE(
      batch.UpdateTimestamps("toolong", [](uint32_t) { return size_t{2}; }).IsInvalidArgument());
  WriteBatch without;
  EXPECT_TRUE(without.Put(nullptr, "k", "ts", "v").IsInvalidArgument());
}

TEST(WriteBatchEntity, RefusesTwoColumnsOfOneName) {
  WriteBatch batch;
  const Status s = batch.PutEntity(nullptr, "k", {{"a", "1"}, {"a", "2"}});
  EXPECT_EQ(s.ToString(), "Corruption: Wide columns out of order");
  EXPECT_EQ(batch.Count(), 0u);
}

TEST(WriteBatchCopies, KeepSavePointsAndContents) {
  WriteBatch batch;
  ASSERT_TRUE(batch.Put("a", "1").ok());
  batch.SetSavePoint();
  ASSERT_TRUE(batch.Put("b", "2").ok());
  WriteBatch copy(batch);
  ASSERT_TRUE(copy.RollbackToSavePoint().ok());
  EXPECT_EQ(copy.Count(), 1u);
  EXPECT_EQ(batch.Count(), 2u);
  WriteBatch moved(std::move(batch));
  EXPECT_EQ(moved.Count(), 2u);
  WriteBatch both;
  ASSERT_TRUE(WriteBatchInternal::Append(&both, &copy).ok());
  ASSERT_TRUE(WriteBatchInternal::Append(&both, &moved).ok());
  EXPECT_EQ(both.Count(), 3u);
  Recorder recorder;
  EXPECT_TRUE(both.Iterate(&recorder).ok());
}

}  // namespace
}  // namespace rocksdb
