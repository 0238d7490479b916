// Merge operators of the application and of the library.
#include <rocksdb/convenience.h>
#include <rocksdb/merge_operator.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::FlushOptions;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::WriteOptions;

class Join final : public rocksdb::AssociativeMergeOperator {
 public:
  const char* Name() const override { return "Join"; }
  bool Merge(const Slice&, const Slice* existing, const Slice& value, std::string* result,
             rocksdb::Logger*) const override {
    if (value == "fail") return false;
    *result = existing != nullptr ? existing->ToString() + "," : "";
    result->append(value.data(), value.size());
    return true;
  }
};

rocksdb::Options Joining() {
  rocksdb::Options options = Db::DefaultOptions();
  options.merge_operator = std::make_shared<Join>();
  return options;
}

CASE(merge_oldest_first) {
  Db db(Joining());
  GOOD(db->Merge(WriteOptions(), "a", "1"));
  GOOD(db->Merge(WriteOptions(), "a", "2"));
  EQ(db.Get("a"), "1,2");
  db.Put("b", "base");
  GOOD(db->Merge(WriteOptions(), "b", "x"));
  EQ(db.Get("b"), "base,x");
  GOOD(db->Delete(WriteOptions(), "b"));
  GOOD(db->Merge(WriteOptions(), "b", "y"));
  EQ(db.Get("b"), "y");
  EQ(db.Scan(), "a=1,2 b=y ");
  EQ(db.ScanBack(), "b=y a=1,2 ");
}

CASE(merge_over_flushes) {
  Db db(Joining());
  db.Put("a", "0");
  for (int i = 1; i < 5; ++i) {
    GOOD(db->Merge(WriteOptions(), "a", std::to_string(i)));
    GOOD(db->Flush(FlushOptions()));
  }
  EQ(db.Get("a"), "0,1,2,3,4");
  EQ(db.Scan(), "a=0,1,2,3,4 ");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Get("a"), "0,1,2,3,4");
  GOOD(db->Merge(WriteOptions(), "a", "5"));
  GOOD(db.Reopen(Joining()));
  EQ(db.Get("a"), "0,1,2,3,4,5");
}

CASE(merge_and_snapshots) {
  Db db(Joining());
  GOOD(db->Merge(WriteOptions(), "a", "1"));
  const rocksdb::Snapshot* const snapshot = db->GetSnapshot();
  GOOD(db->Merge(WriteOptions(), "a", "2"));
  EQ(db.Get("a", nullptr, snapshot), "1");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Get("a", nullptr, snapshot), "1");
  EQ(db.Get("a"), "1,2");
  db->ReleaseSnapshot(snapshot);
}

CASE(merge_operands) {
  Db db(Joining());
  db.Put("a", "base");
  GOOD(db->Merge(WriteOptions(), "a", "1"));
  GOOD(db->Merge(WriteOptions(), "a", "2"));
  rocksdb::GetMergeOperandsOptions options;
  options.expected_max_number_of_operands = 4;
  rocksdb::PinnableSlice operands[4];
  int count = 0;
  GOOD(db->GetMergeOperands(rocksdb::ReadOptions(), db->DefaultColumnFamily(), "a", operands,
                            &options, &count));
  EQ(count, 3);
  EQ(operands[0].ToString() + operands[1].ToString() + operands[2].ToString(), "base12");
  options.expected_max_number_of_operands = 1;
  const Status s = db->GetMergeOperands(rocksdb::ReadOptions(), db->DefaultColumnFamily(), "a",
                                        operands, &options, &count);
  CODE(s, "7/10");
  EQ(count, 3);
}

CASE(merge_that_fails) {
  Db db(Joining());
  db.Put("a", "0");
  GOOD(db->Merge(WriteOptions(), "a", "fail"));
  std::string value;
  EQ(db->Get(rocksdb::ReadOptions(), "a", &value),
     "2/0 Corruption: Error: Could not perform merge.");
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions()));
  it->SeekToFirst();
  NO(it->Valid());
  CODE(it->status(), "2/0");
}

CASE(merge_operators_by_name) {
  for (const char* name : {"uint64add", "stringappend", "put", "max", "bytesxor"}) {
    std::shared_ptr<rocksdb::MergeOperator> made;
    GOOD(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), name, &made));
    YES(made != nullptr);
  }
  rocksdb::Options options = Db::DefaultOptions();
  GOOD(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "uint64add",
                                                &options.merge_operator));
  Db db(options);
  const std::string one("\1\0\0\0\0\0\0\0", 8);
  for (int i = 0; i < 3; ++i) GOOD(db->Merge(WriteOptions(), "n", one));
  EQ(Slice(db.Get("n")).ToString(true), "0300000000000000");
}
}  // namespace
}  // namespace conformance
