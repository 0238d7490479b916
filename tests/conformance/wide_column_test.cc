// Wide columns: entities beside plain values, and GetAllKeyVersions, which shows both.
#include <rocksdb/compaction_filter.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/utilities/debug.h>
#include <rocksdb/wide_columns.h>
#include <rocksdb/write_batch.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::PinnableWideColumns;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::WideColumns;
using rocksdb::WriteOptions;

std::string Show(const WideColumns& columns) {
  std::string text;
  for (const auto& column : columns) {
    text += column.name().ToString() + ":" + column.value().ToString() + " ";
  }
  return text;
}

std::string Entity(const Db& db, const std::string& key) {
  PinnableWideColumns columns;
  const rocksdb::Status s = db->GetEntity(ReadOptions(), db->DefaultColumnFamily(), key, &columns);
  return s.ok() ? Show(columns.columns()) : s.ToString();
}

rocksdb::Status PutEntity(const Db& db, const std::string& key, const WideColumns& columns) {
  return db->PutEntity(WriteOptions(), db->DefaultColumnFamily(), key, columns);
}

const WideColumns kTwo{{"b", "2"}, {"a", "1"}};
const WideColumns kWithDefault{{rocksdb::kDefaultWideColumnName, "plain"}, {"x", "y"}};

CASE(entities_are_read_both_ways) {
  Db db;
  GOOD(PutEntity(db, "e1", kTwo));
  GOOD(PutEntity(db, "e2", kWithDefault));
  GOOD(PutEntity(db, "e3", {}));
  db.Put("p", "value");
  for (int round = 0; round < 4; ++round) {
    EQ(Entity(db, "e1"), "a:1 b:2 ");
    EQ(Entity(db, "e2"), ":plain x:y ");
    EQ(Entity(db, "e3"), "");
    EQ(Entity(db, "p"), ":value ");
    EQ(Entity(db, "none"), "NotFound: ");
    EQ(db.Get("e1"), "");
    EQ(db.Get("e2"), "plain");
    EQ(db.Get("e3"), "");
    EQ(db.Scan(), "e1= e2=plain e3= p=value ");
    EQ(db.ScanBack(), "p=value e3= e2=plain e1= ");
    if (round == 0) GOOD(db->Flush(rocksdb::FlushOptions()));
    if (round == 1) GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
    if (round == 2) GOOD(db.Reopen(Db::DefaultOptions()));
  }
}

CASE(entities_in_iterators) {
  Db db;
  GOOD(PutEntity(db, "e1", kTwo));
  GOOD(PutEntity(db, "e2", kWithDefault));
  db.Put("p", "value");
  for (int round = 0; round < 2; ++round) {
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
    it->SeekToFirst();
    EQ(Show(it->columns()), "a:1 b:2 ");
    EQ(it->value().ToString(), "");
    it->Next();
    EQ(Show(it->columns()), ":plain x:y ");
    EQ(it->value().ToString(), "plain");
    it->Next();
    EQ(Show(it->columns()), ":value ");
    it->Prev();
    EQ(Show(it->columns()), ":plain x:y ");
    it->SeekForPrev("e1");
    EQ(Show(it->columns()), "a:1 b:2 ");
    GOOD(db->Flush(rocksdb::FlushOptions()));
  }
}

CASE(entities_and_other_writes_of_their_keys) {
  Db db;
  GOOD(PutEntity(db, "a", kTwo));
  const rocksdb::Snapshot* const before = db->GetSnapshot();
  db.Put("a", "plain");
  EQ(Entity(db, "a"), ":plain ");
  GOOD(PutEntity(db, "a", kWithDefault));
  EQ(Entity(db, "a"), ":plain x:y ");
  EQ(db.Get("a", nullptr, before), "");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  ReadOptions then;
  then.snapshot = before;
  PinnableWideColumns columns;
  GOOD(db->GetEntity(then, db->DefaultColumnFamily(), "a", &columns));
  EQ(Show(columns.columns()), "a:1 b:2 ");
  db->ReleaseSnapshot(before);
  GOOD(db->Delete(WriteOptions(), "a"));
  EQ(Entity(db, "a"), "NotFound: ");
}

CASE(entities_in_batches) {
  Db db;
  rocksdb::ColumnFamilyHandle* const other = db.Create("other");
  rocksdb::WriteBatch batch;
  GOOD(batch.PutEntity(db->DefaultColumnFamily(), "k", kTwo));
  GOOD(batch.PutEntity(other, "k", kWithDefault));
  GOOD(batch.Put("p", "1"));
  EQ(batch.Count(), 3);
  YES(batch.HasPutEntity());
  // A batch that was shipped.
  rocksdb::WriteBatch copy(batch.Data());
  GOOD(db->Write(WriteOptions(), &copy));
  EQ(Entity(db, "k"), "a:1 b:2 ");
  EQ(db.Get("k", other), "plain");
  EQ(db->GetLatestSequenceNumber(), 3u);
  EQ(batch.PutEntity(other, "k", {{"a", "1"}, {"a", "2"}}),
     "2/0 Corruption: Wide columns out of order");
}

CASE(entities_of_many_keys) {
  Db db;
  GOOD(PutEntity(db, "e", kWithDefault));
  db.Put("p", "value");
  const Slice keys[] = {"e", "p", "x"};
  rocksdb::PinnableSlice values[3];
  rocksdb::Status statuses[3];
  db->MultiGet(ReadOptions(), db->DefaultColumnFamily(), 3, keys, values, statuses);
  GOOD(statuses[0]);
  EQ(values[0].ToString(), "plain");
  EQ(values[1].ToString(), "value");
  CODE(statuses[2], "1/0");
  bool found = false;
  std::string value;
  YES(db->KeyMayExist(ReadOptions(), "e", &value, &found));
  EQ(value, "plain");
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

CASE(entities_take_no_operands) {
  rocksdb::Options options = Db::DefaultOptions();
  options.merge_operator = std::make_shared<Join>();
  Db db(options);
  GOOD(PutEntity(db, "e", kWithDefault));
  GOOD(db->Merge(WriteOptions(), "e", "operand"));
  std::string value;
  EQ(db->Get(ReadOptions(), "e", &value),
     "3/0 Not implemented: Merge not supported for wide-column entities");
  CODE(rocksdb::Status::NotSupported(), "3/0");
  PinnableWideColumns columns;
  CODE(db->GetEntity(ReadOptions(), db->DefaultColumnFamily(), "e", &columns), "3/0");
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
  it->SeekToFirst();
  NO(it->Valid());
  CODE(it->status(), "3/0");
  it->SeekToLast();
  NO(it->Valid());
  CODE(it->status(), "3/0");
  // A new value ends the trouble.
  db.Put("e", "1");
  GOOD(db->Merge(WriteOptions(), "e", "2"));
  EQ(db.Get("e"), "1,2");
}

CASE(entities_have_no_operands_to_list) {
  rocksdb::Options options = Db::DefaultOptions();
  options.merge_operator = std::make_shared<Join>();
  Db db(options);
  GOOD(PutEntity(db, "e", kWithDefault));
  rocksdb::GetMergeOperandsOptions few;
  few.expected_max_number_of_operands = 2;
  rocksdb::PinnableSlice operands[2];
  int count = 0;
  EQ(db->GetMergeOperands(ReadOptions(), db->DefaultColumnFamily(), "e", operands, &few, &count),
     "3/0 Not implemented: GetMergeOperands not supported for wide-column entities");
}

class DropAll final : public rocksdb::CompactionFilter {
 public:
  const char* Name() const override { return "DropAll"; }
  bool Filter(int, const Slice&, const Slice&, std::string*, bool*) const override { return true; }
};

CASE(entities_pass_compaction_filters) {
  rocksdb::Options options = Db::DefaultOptions();
  static const auto* const filter = new DropAll;
  options.compaction_filter = filter;
  Db db(options);
  GOOD(PutEntity(db, "e", kTwo));
  db.Put("p", "value");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(Entity(db, "e"), "a:1 b:2 ");
  EQ(db.Get("p"), "NotFound: ");
}

CASE(entities_are_not_put_into_blob_files) {
  rocksdb::Options options = Db::DefaultOptions();
  options.enable_blob_files = true;
  options.min_blob_size = 0;
  Db db(options);
  const std::string large(5000, 'v');
  GOOD(PutEntity(db, "e", {{"", large}, {"a", large}}));
  GOOD(db->Flush(rocksdb::FlushOptions()));
  EQ(FilesWith(db.path(), ".blob").size(), 0u);
  EQ(db.Get("e").size(), 5000u);
  EQ(Entity(db, "e").size(), 2 * 5000u + 5);
}

CASE(entities_need_a_place_to_go) {
  Db db;
  db.Put("k", "v");
  EQ(db->GetEntity(ReadOptions(), db->DefaultColumnFamily(), "k", nullptr),
     "4/0 Invalid argument: Cannot call GetEntity without a PinnableWideColumns object");
  PinnableWideColumns columns;
  EQ(db->GetEntity(ReadOptions(), nullptr, "k", &columns),
     "4/0 Invalid argument: Cannot call GetEntity without a column family handle");
}

CASE(entities_read_only) {
  Db db;
  GOOD(PutEntity(db, "e", kWithDefault));
  GOOD(db.ReopenReadOnly(Db::DefaultOptions()));
  EQ(db.Get("e"), "plain");
  CODE(PutEntity(db, "f", kTwo), "3/0");
}

std::string Versions(const Db& db, const std::string& begin, const std::string& end,
                     size_t limit = 100) {
  std::vector<rocksdb::KeyVersion> versions;
  const rocksdb::Status s = rocksdb::GetAllKeyVersions(db.get(), begin, end, limit, &versions);
  std::string text = s.ok() ? "" : s.ToString();
  for (const auto& version : versions) {
    text += version.user_key + "=" + Slice(version.value).ToString(version.type == 0x16) + "@" +
            std::to_string(version.sequence) + "/" + std::to_string(version.type) + "/" +
            version.GetTypeName() + " ";
  }
  return text;
}

CASE(versions_of_keys) {
  rocksdb::Options options = Db::DefaultOptions();
  options.merge_operator = std::make_shared<Join>();
  Db db(options);
  db.Put("a", "1");
  db.Put("a", "2");
  GOOD(db->Delete(WriteOptions(), "b"));
  GOOD(db->SingleDelete(WriteOptions(), "c"));
  GOOD(db->Merge(WriteOptions(), "d", "x"));
  GOOD(PutEntity(db, "e", {{"n", "v"}}));
  const std::string all =
      "a=2@2/1/TypeValue a=1@1/1/TypeValue b=@3/0/TypeDeletion c=@4/7/TypeSingleDeletion "
      "d=x@5/2/TypeMerge e=0101016E0176@6/22/TypeWideColumnEntity ";
  EQ(Versions(db, "", ""), all);
  EQ(Versions(db, "a", "e"), all);
  EQ(Versions(db, "b", "c"), "b=@3/0/TypeDeletion c=@4/7/TypeSingleDeletion ");
  EQ(Versions(db, "", "", 1), "a=2@2/1/TypeValue ");
  EQ(Versions(db, "", "", 0), "a=2@2/1/TypeValue ");
  EQ(Versions(db, "x", ""), "");
  const rocksdb::Snapshot* const snapshot = db->GetSnapshot();
  db.Put("d", "y");
  GOOD(db->Flush(rocksdb::FlushOptions()));
  EQ(Versions(db, "d", "d"), "d=y@7/1/TypeValue d=x@5/2/TypeMerge ");
  db->ReleaseSnapshot(snapshot);
  EQ(rocksdb::KeyVersion("", "", 0, 15).GetTypeName(), "TypeRangeDeletion");
  EQ(rocksdb::KeyVersion("", "", 0, 99).GetTypeName(), "Invalid");
}

CASE(versions_under_a_range_deletion) {
  Db db;
  db.Put("a", "1");
  db.Put("b", "2");
  db.Put("c", "3");
  GOOD(db->Flush(rocksdb::FlushOptions()));
  GOOD(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "b", "c"));
  db.Put("b", "4");
  EQ(Versions(db, "", ""), "a=1@1/1/TypeValue b=4@5/1/TypeValue c=3@3/1/TypeValue ");
}

CASE(versions_need_their_arguments) {
  Db db;
  std::vector<rocksdb::KeyVersion> versions;
  EQ(rocksdb::GetAllKeyVersions(nullptr, "", "", 1, &versions),
     "4/0 Invalid argument: db cannot be null.");
  EQ(rocksdb::GetAllKeyVersions(db.get(), nullptr, "", "", 1, &versions),
     "4/0 Invalid argument: Column family handle cannot be null.");
  EQ(rocksdb::GetAllKeyVersions(db.get(), "", "", 1, nullptr),
     "4/0 Invalid argument: key_versions cannot be null.");
}
}  // namespace
}  // namespace conformance
