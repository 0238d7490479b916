// Two DBs of ours, and calls of every entry that takes a column family: for the tests of misuse.

#ifndef AETHER_COMPAT_DB_MISUSE_FIXTURE_H_
#define AETHER_COMPAT_DB_MISUSE_FIXTURE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compat/db/store_db_fixture.h"
#include "rocksdb/convenience.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/utilities/debug.h"
#include "rocksdb/wide_columns.h"

namespace rocksdb {

class MisuseAppender final : public AssociativeMergeOperator {
 public:
  bool Merge(const Slice&, const Slice* existing, const Slice& value, std::string* result,
             Logger*) const override {
    *result = (existing == nullptr ? "" : existing->ToString()) + value.ToString();
    return true;
  }
  const char* Name() const override { return "test.Appender"; }
};

// Whatever tells that a call was refused.
using Refusal = std::function<Status()>;
using Refusals = std::vector<std::pair<std::string, Refusal>>;

inline Status Refused(bool answer) { return answer ? Status::OK() : Status::InvalidArgument(); }

inline Status StatusOf(Iterator* made) {
  const std::unique_ptr<Iterator> it(made);
  it->SeekToFirst();
  if (it->Valid()) return Status::OK();
  it->Seek("a");
  it->Next();
  return it->Valid() ? Status::OK() : it->status();
}

class MisuseTest : public StoreDbTest {
 protected:
  MisuseTest() { options_.merge_operator = std::make_shared<MisuseAppender>(); }
  ~MisuseTest() override {
    for (ColumnFamilyHandle* handle : theirs_) delete handle;
    delete other_;
  }

  // Two DBs whose families have the same numbers.
  void OpenTwo() {
    Open();
    Fill(db_, &handles_);
    ASSERT_TRUE(DB::Open(options_, root_ + "/other", &other_).ok());
    Fill(other_, &theirs_);
  }
  void Fill(DB* db, std::vector<ColumnFamilyHandle*>* handles) const {
    handles->push_back(nullptr);
    ASSERT_TRUE(db->CreateColumnFamily(options_, "one", &handles->back()).ok());
    ASSERT_EQ(handles->back()->GetID(), 1u);
    ASSERT_TRUE(db->Put(WriteOptions(), "key", db->GetName()).ok());
    ASSERT_TRUE(db->Put(WriteOptions(), handles->back(), "key", db->GetName()).ok());
  }
  void CloseOther() {
    delete other_;
    other_ = nullptr;
  }
  static std::string Contents(DB* db, ColumnFamilyHandle* family) {
    std::string text;
    const std::unique_ptr<Iterator> it(db->NewIterator(ReadOptions(), family));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      text += it->key().ToString() + "=" + it->value().ToString() + " ";
    }
    EXPECT_TRUE(it->status().ok()) << it->status().ToString();
    return text;
  }
  void ExpectUnchanged(DB* db, ColumnFamilyHandle* family) const {
    EXPECT_EQ(Contents(db, nullptr), "key=" + db->GetName() + " ");
    EXPECT_EQ(Contents(db, family), "key=" + db->GetName() + " ");
    EXPECT_EQ(db->GetLatestSequenceNumber(), 2u);
  }
  std::string TableFile() const {
    const std::string path = root_ + "/file.sst";
    SstFileWriter writer(EnvOptions(), options_);
    Status s = writer.Open(path);
    if (s.ok()) s = writer.Put("key", "from a file");
    if (s.ok()) s = writer.Finish();
    EXPECT_TRUE(s.ok()) << s.ToString();
    return path;
  }

  // Every entry of DB that takes a handle.
  Refusals Writes(DB* db, ColumnFamilyHandle* family) const {
    const WriteOptions options;
    Refusals all;
    all.emplace_back("Put", [=] { return db->Put(options, family, "key", "x"); });
    all.emplace_back("Put at a time", [=] { return db->Put(options, family, "key", "ts", "x"); });
    all.emplace_back("PutEntity", [=] { return db->PutEntity(options, family, "key", {}); });
    all.emplace_back("Delete", [=] { return db->Delete(options, family, "key"); });
    all.emplace_back("Delete at a time", [=] { return db->Delete(options, family, "key", "ts"); });
    all.emplace_back("SingleDelete", [=] { return db->SingleDelete(options, family, "key"); });
    all.emplace_back("SingleDelete at a time",
                     [=] { return db->SingleDelete(options, family, "key", "ts"); });
    all.emplace_back("DeleteRange", [=] { return db->DeleteRange(options, family, "a", "z"); });
    all.emplace_back("Merge", [=] { return db->Merge(options, family, "key", "x"); });
    return all;
  }
  Refusals Reads(DB* db, ColumnFamilyHandle* family, const ReadOptions& options) const {
    Refusals all;
    all.emplace_back("Get", [=] {
      std::string value;
      return db->Get(options, family, "key", &value);
    });
    all.emplace_back("Get pinned", [=] {
      PinnableSlice value;
      return db->Get(options, family, "key", &value);
    });
    all.emplace_back("Get at a time", [=] {
      std::string value;
      std::string time;
      return db->Get(options, family, "key", &value, &time);
    });
    all.emplace_back("GetEntity", [=] {
      PinnableWideColumns columns;
      return db->GetEntity(options, family, "key", &columns);
    });
    all.emplace_back("GetMergeOperands", [=] {
      PinnableSlice operands[2];
      GetMergeOperandsOptions limit;
      limit.expected_max_number_of_operands = 2;
      int found = 0;
      return db->GetMergeOperands(options, family, "key", operands, &limit, &found);
    });
    all.emplace_back("MultiGet of strings", [=] {
      std::vector<std::string> values;
      return db->MultiGet(options, {family}, {"key"}, &values)[0];
    });
    all.emplace_back("MultiGet of one family", [=] {
      const Slice keys[] = {"key", "none"};
      PinnableSlice values[2];
      Status statuses[2];
      db->MultiGet(options, family, 2, keys, values, statuses);
      return statuses[1].IsNotFound() ? Status::OK() : statuses[0];
    });
    all.emplace_back("MultiGet of families", [=] {
      ColumnFamilyHandle* families[] = {family};
      const Slice key("key");
      PinnableSlice value;
      Status status;
      db->MultiGet(options, 1, families, &key, &value, &status);
      return status;
    });
    all.emplace_back("KeyMayExist", [=] {
      std::string value;
      return Refused(db->KeyMayExist(options, family, "key", &value));
    });
    all.emplace_back("NewIterator", [=] { return StatusOf(db->NewIterator(options, family)); });
    all.emplace_back("NewIterator pinning", [=] {
      ReadOptions pinning = options;
      pinning.pin_data = true;
      return StatusOf(db->NewIterator(pinning, family));
    });
    all.emplace_back("NewIterator tailing", [=] {
      ReadOptions tailing = options;
      tailing.tailing = true;
      return StatusOf(db->NewIterator(tailing, family));
    });
    all.emplace_back("NewIterators", [=] {
      std::vector<Iterator*> iterators;
      const Status s = db->NewIterators(options, {family}, &iterators);
      if (iterators.empty()) return s;
      return StatusOf(iterators[0]);
    });
    return all;
  }
  Refusals Maintenance(DB* db, ColumnFamilyHandle* family) const {
    Refusals all;
    all.emplace_back("Flush", [=] { return db->Flush(FlushOptions(), family); });
    all.emplace_back("Flush of several", [=] {
      return db->Flush(FlushOptions(), std::vector<ColumnFamilyHandle*>{family});
    });
    all.emplace_back("CompactRange", [=] {
      return db->CompactRange(CompactRangeOptions(), family, nullptr, nullptr);
    });
    all.emplace_back("CompactFiles", [=] {
      return db->CompactFiles(CompactionOptions(), family, {"/000001.sst"}, 1);
    });
    all.emplace_back("SuggestCompactRange",
                     [=] { return db->SuggestCompactRange(family, nullptr, nullptr); });
    all.emplace_back("EnableAutoCompaction", [=] { return db->EnableAutoCompaction({family}); });
    all.emplace_back("DeleteFilesInRange",
                     [=] { return DeleteFilesInRange(db, family, nullptr, nullptr); });
    all.emplace_back("SetOptions", [=] {
      return db->SetOptions(family, {{"disable_auto_compactions", "true"}});
    });
    all.emplace_back("GetProperty", [=] {
      std::string value;
      return Refused(db->GetProperty(family, "rocksdb.stats", &value));
    });
    all.emplace_back("GetIntProperty", [=] {
      uint64_t value;
      return Refused(db->GetIntProperty(family, "rocksdb.estimate-num-keys", &value));
    });
    all.emplace_back("GetMapProperty", [=] {
      std::map<std::string, std::string> value;
      return Refused(db->GetMapProperty(family, "rocksdb.cfstats", &value));
    });
    all.emplace_back("GetApproximateSizes", [=] {
      const Range range("a", "z");
      uint64_t size;
      return db->GetApproximateSizes(SizeApproximationOptions(), family, &range, 1, &size);
    });
    all.emplace_back("GetApproximateMemTableStats", [=] {
      uint64_t count = 1;
      uint64_t size = 1;
      db->GetApproximateMemTableStats(family, Range("a", "z"), &count, &size);
      return Refused(count != 0 || size != 0);
    });
    all.emplace_back("GetPropertiesOfAllTables", [=] {
      TablePropertiesCollection properties;
      return db->GetPropertiesOfAllTables(family, &properties);
    });
    all.emplace_back("GetPropertiesOfTablesInRange", [=] {
      const Range range("a", "z");
      TablePropertiesCollection properties;
      return db->GetPropertiesOfTablesInRange(family, &range, 1, &properties);
    });
    all.emplace_back("GetColumnFamilyMetaData", [=] {
      ColumnFamilyMetaData metadata;
      metadata.name = "before";
      db->GetColumnFamilyMetaData(family, &metadata);
      return Refused(!metadata.name.empty());
    });
    all.emplace_back("IngestExternalFile", [=, this] {
      return db->IngestExternalFile(family, {TableFile()}, IngestExternalFileOptions());
    });
    all.emplace_back("IngestExternalFiles", [=, this] {
      IngestExternalFileArg arg;
      arg.column_family = family;
      arg.external_files = {TableFile()};
      return db->IngestExternalFiles({arg});
    });
    all.emplace_back("ExportColumnFamily", [=, this] {
      Checkpoint* checkpoint = nullptr;
      Status s = Checkpoint::Create(db, &checkpoint);
      const std::unique_ptr<Checkpoint> owned(checkpoint);
      ExportImportFilesMetaData* metadata = nullptr;
      if (s.ok()) s = checkpoint->ExportColumnFamily(family, root_ + "/exported", &metadata);
      delete metadata;
      return s;
    });
    all.emplace_back("GetAllKeyVersions", [=] {
      std::vector<KeyVersion> versions;
      return GetAllKeyVersions(db, family, "", "", 10, &versions);
    });
    all.emplace_back("DropColumnFamily", [=] { return db->DropColumnFamily(family); });
    all.emplace_back("DropColumnFamilies", [=] { return db->DropColumnFamilies({family}); });
    return all;
  }
  // What a wrapper does not offer it may refuse in its own way.
  static void ExpectSomeRefusal(const Refusals& all) {
    for (const auto& [name, call] : all) EXPECT_FALSE(call().ok()) << name;
  }
  static void ExpectRefused(const Refusals& all, Status::Code code = Status::kInvalidArgument) {
    for (const auto& [name, call] : all) {
      const Status s = call();
      EXPECT_EQ(s.code(), code) << name << ": " << s.ToString();
    }
  }
  // Those of other_: of a family, and of the default one.
  void ExpectForeignHandlesAreRefused(DB* db) {
    for (ColumnFamilyHandle* family : {theirs_[0], other_->DefaultColumnFamily()}) {
      SCOPED_TRACE(family->GetName());
      ExpectRefused(Writes(db, family));
      ExpectRefused(Reads(db, family, ReadOptions()));
      ExpectRefused(Maintenance(db, family));
    }
  }

  DB* other_ = nullptr;
  std::vector<ColumnFamilyHandle*> theirs_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_MISUSE_FIXTURE_H_
