// StoreDb through the public interface: texts and codes that applications of RocksDB 7.8 see.

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

#include "compat/db/option_map.h"
#include "compat/db/store_db_fixture.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/convenience.h"
#include "rocksdb/listener.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/perf_context.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/statistics.h"
#include "rocksdb/write_batch.h"

namespace rocksdb {
namespace {

TEST_F(StoreDbTest, KeepsWhatWasWrittenOverReopen) {
  Open();
  Put("a", "1");
  Put("b", "2");
  ASSERT_TRUE(db_->Delete(WriteOptions(), "a").ok());
  Put("", "empty key");
  EXPECT_EQ(Get("a"), "NotFound: ");
  EXPECT_EQ(db_->GetLatestSequenceNumber(), 4u);
  Open();
  EXPECT_EQ(Scan(), "=empty key b=2 ");
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  Open();
  EXPECT_EQ(Scan(), "=empty key b=2 ");
}

TEST_F(StoreDbTest, OpeningErrorsHaveTheirTexts) {
  options_.create_if_missing = false;
  EXPECT_EQ(TryOpen().ToString(),
            "Invalid argument: " + path_ + "/CURRENT: does not exist (create_if_missing is false)");
  EXPECT_EQ(db_, nullptr);
  options_.create_if_missing = true;
  Open();
  options_.error_if_exists = true;
  EXPECT_EQ(TryOpen().ToString(),
            "Invalid argument: " + path_ + ": exists (error_if_exists is true)");
  options_.error_if_exists = false;
  options_.comparator = ReverseBytewiseComparator();
  EXPECT_TRUE(TryOpen().IsInvalidArgument());
}

TEST_F(StoreDbTest, TheSecondOpenIsLockedOut) {
  Open();
  DB* other = nullptr;
  const Status s = DB::Open(options_, path_, &other);
  EXPECT_TRUE(s.IsIOError()) << s.ToString();
  EXPECT_NE(s.ToString().find("LOCK"), std::string::npos) << s.ToString();
  EXPECT_EQ(other, nullptr);
  Put("still", "open");
  EXPECT_EQ(Get("still"), "open");
}

TEST_F(StoreDbTest, BadOptionsAreRefused) {
  options_.unordered_write = true;
  options_.enable_pipelined_write = true;
  EXPECT_EQ(TryOpen().ToString(),
            "Invalid argument: unordered_write is incompatible with enable_pipelined_write");
  options_ = Options();
  options_.create_if_missing = true;
  options_.keep_log_file_num = 0;
  EXPECT_EQ(TryOpen().ToString(), "Invalid argument: keep_log_file_num must be greater than 0");
  options_.keep_log_file_num = 1000;
  options_.compaction_style = kCompactionStyleFIFO;
  options_.max_open_files = 100;
  EXPECT_TRUE(TryOpen().IsNotSupported());
  options_.compaction_style = kCompactionStyleLevel;
  options_.max_open_files = -1;
  options_.compression_per_level = {kNoCompression, kXpressCompression};
  EXPECT_EQ(TryOpen().ToString(),
            "Invalid argument: Compression type Xpress is not linked with the binary.");
}

TEST_F(StoreDbTest, ABatchIsAtomicAndKeepsItsNumber) {
  Open();
  WriteBatch batch;
  ASSERT_TRUE(batch.Put("k", "1").ok());
  ASSERT_TRUE(batch.Put("k", "2").ok());
  ASSERT_TRUE(batch.Delete("k").ok());
  ASSERT_TRUE(batch.Put("k", "3").ok());
  ASSERT_TRUE(batch.PutLogData("not data").ok());
  ASSERT_TRUE(db_->Write(WriteOptions(), &batch).ok());
  EXPECT_EQ(Get("k"), "3");
  EXPECT_EQ(db_->GetLatestSequenceNumber(), 4u);
  EXPECT_EQ(batch.Data()[0], 1);

  WriteBatch garbage(std::string("\0\0\0\0\0\0\0\0\1\0\0\0\x14", 13));
  EXPECT_EQ(db_->Write(WriteOptions(), &garbage).ToString(), "Corruption: unknown WriteBatch tag");
  WriteBatch miscounted(std::string("\0\0\0\0\0\0\0\0\2\0\0\0\1\1k\1v", 17));
  EXPECT_EQ(db_->Write(WriteOptions(), &miscounted).ToString(),
            "Corruption: WriteBatch has wrong count");
  WriteBatch tiny(std::string("\0", 1));
  EXPECT_EQ(db_->Write(WriteOptions(), &tiny).ToString(),
            "Corruption: malformed WriteBatch (too small)");
  EXPECT_EQ(db_->Write(WriteOptions(), nullptr).ToString(), "Invalid argument: Batch is nullptr!");
  EXPECT_EQ(Get("k"), "3");
  Put("after", "x");
  EXPECT_EQ(Get("after"), "x");
}

TEST_F(StoreDbTest, WriteOptionsThatContradictAreRefused) {
  Open();
  WriteOptions sync_without_log;
  sync_without_log.sync = true;
  sync_without_log.disableWAL = true;
  EXPECT_EQ(db_->Put(sync_without_log, "k", "v").ToString(),
            "Invalid argument: Sync writes has to enable WAL.");
  EXPECT_EQ(db_->Merge(WriteOptions(), "k", "v").ToString(),
            "Not implemented: Provide a merge_operator when opening DB");
  const Slice stamp("ts");
  EXPECT_EQ(db_->Put(WriteOptions(), "k", stamp, "v").ToString(),
            "Invalid argument: cannot call this method on column family default that does not "
            "enable timestamp");
}

TEST_F(StoreDbTest, SnapshotsDoNotChange) {
  Open();
  Put("k", "old");
  const Snapshot* snapshot = db_->GetSnapshot();
  const Snapshot* twin = db_->GetSnapshot();
  EXPECT_EQ(snapshot->GetSequenceNumber(), twin->GetSequenceNumber());
  db_->ReleaseSnapshot(twin);
  db_->ReleaseSnapshot(nullptr);
  Put("k", "new");
  ASSERT_TRUE(db_->Delete(WriteOptions(), "gone").ok());
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  ASSERT_TRUE(db_->CompactRange(CompactRangeOptions(), nullptr, nullptr).ok());
  EXPECT_EQ(Get("k", snapshot), "old");
  EXPECT_EQ(Get("k"), "new");
  EXPECT_EQ(Property("rocksdb.num-snapshots"), "1");
  EXPECT_TRUE(db_->Close().IsAborted());
  db_->ReleaseSnapshot(snapshot);
  EXPECT_EQ(Property("rocksdb.num-snapshots"), "0");
}

TEST_F(StoreDbTest, FamiliesComeAndGo) {
  Open();
  ColumnFamilyHandle* one = nullptr;
  ASSERT_TRUE(db_->CreateColumnFamily(options_, "one", &one).ok());
  EXPECT_EQ(one->GetName(), "one");
  EXPECT_EQ(one->GetID(), 1u);
  ColumnFamilyHandle* again = one;
  EXPECT_EQ(db_->CreateColumnFamily(options_, "one", &again).ToString(),
            "Invalid argument: Column family already exists");
  EXPECT_EQ(again, nullptr);
  ASSERT_TRUE(db_->Put(WriteOptions(), one, "k", "in one").ok());
  Put("k", "in default");
  WriteBatch both;
  ASSERT_TRUE(both.Put("both", "d").ok());
  ASSERT_TRUE(both.Put(one, "both", "o").ok());
  ASSERT_TRUE(db_->Write(WriteOptions(), &both).ok());
  delete one;
  EXPECT_EQ(TryOpen().ToString(), "Invalid argument: Column families not opened: one");
  std::vector<std::string> names;
  ASSERT_TRUE(DB::ListColumnFamilies(options_, path_, &names).ok());
  EXPECT_EQ(names, (std::vector<std::string>{"default", "one"}));
  EXPECT_EQ(OpenFamilies({"one"}).ToString(),
            "Invalid argument: Default column family not specified");
  EXPECT_EQ(OpenFamilies({"default", "one", "two"}).ToString(),
            "Invalid argument: Column family not found: two");
  EXPECT_TRUE(handles_.empty());
  ASSERT_TRUE(OpenFamilies({"default", "one"}).ok());
  std::string value;
  ASSERT_TRUE(db_->Get(ReadOptions(), handles_[1], "both", &value).ok());
  EXPECT_EQ(value, "o");
  EXPECT_EQ(db_->DropColumnFamily(handles_[0]).ToString(),
            "Invalid argument: Can't drop default column family");
  ASSERT_TRUE(db_->DropColumnFamily(handles_[1]).ok());
  EXPECT_TRUE(db_->DropColumnFamily(handles_[1]).IsInvalidArgument());
  // What it held stays readable until the handle goes; writes fail.
  EXPECT_TRUE(db_->Get(ReadOptions(), handles_[1], "k", &value).ok());
  EXPECT_FALSE(db_->Put(WriteOptions(), handles_[1], "k", "v").ok());
  Put("default", "goes on");
  Open();
  EXPECT_EQ(Get("k"), "in default");
}

class Appender final : public AssociativeMergeOperator {
 public:
  bool Merge(const Slice&, const Slice* existing, const Slice& value, std::string* result,
             Logger*) const override {
    *result =
        existing == nullptr ? value.ToString() : existing->ToString() + "," + value.ToString();
    return value != Slice("poison");
  }
  const char* Name() const override { return "test.Appender"; }
};

TEST_F(StoreDbTest, MergesApplyOldestFirst) {
  options_.merge_operator = std::make_shared<Appender>();
  Open();
  Put("list", "first");
  ASSERT_TRUE(db_->Merge(WriteOptions(), "list", "second").ok());
  ASSERT_TRUE(db_->Merge(WriteOptions(), "list", "third").ok());
  PinnableSlice operands[4];
  GetMergeOperandsOptions wanted;
  wanted.expected_max_number_of_operands = 4;
  int count = 0;
  ASSERT_TRUE(db_->GetMergeOperands(ReadOptions(), db_->DefaultColumnFamily(), "list", operands,
                                    &wanted, &count)
                  .ok());
  ASSERT_EQ(count, 3);
  EXPECT_EQ(operands[0].ToString(), "first");
  EXPECT_EQ(operands[2].ToString(), "third");
  wanted.expected_max_number_of_operands = 2;
  const Status small = db_->GetMergeOperands(ReadOptions(), db_->DefaultColumnFamily(), "list",
                                             operands, &wanted, &count);
  EXPECT_TRUE(small.IsIncomplete());
  EXPECT_EQ(count, 3);
  ASSERT_TRUE(db_->Delete(WriteOptions(), "list").ok());
  Put("k", "base");
  ASSERT_TRUE(db_->Merge(WriteOptions(), "k", "1").ok());
  const Snapshot* snapshot = db_->GetSnapshot();
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  ASSERT_TRUE(db_->Merge(WriteOptions(), "k", "2").ok());
  ASSERT_TRUE(db_->Merge(WriteOptions(), "fresh", "x").ok());
  EXPECT_EQ(Get("k"), "base,1,2");
  EXPECT_EQ(Get("k", snapshot), "base,1");
  EXPECT_EQ(Get("fresh"), "x");
  EXPECT_EQ(Scan(), "fresh=x k=base,1,2 ");
  db_->ReleaseSnapshot(snapshot);
  ASSERT_TRUE(db_->CompactRange(CompactRangeOptions(), nullptr, nullptr).ok());
  EXPECT_EQ(Get("k"), "base,1,2");
  ASSERT_TRUE(db_->Merge(WriteOptions(), "bad", "poison").ok());
  ASSERT_TRUE(db_->Merge(WriteOptions(), "bad", "poison").ok());
  EXPECT_EQ(Get("bad"), "Corruption: Error: Could not perform merge.");
}

TEST_F(StoreDbTest, RangeDeletesHideOlderEntriesOnly) {
  Open();
  for (const char* key : {"a", "b", "c", "d"}) Put(key, "1");
  ASSERT_TRUE(db_->DeleteRange(WriteOptions(), db_->DefaultColumnFamily(), "b", "d").ok());
  Put("c", "2");
  EXPECT_EQ(Scan(), "a=1 c=2 d=1 ");
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  EXPECT_EQ(Scan(), "a=1 c=2 d=1 ");
  EXPECT_EQ(Get("b"), "NotFound: ");
  EXPECT_TRUE(db_->DeleteRange(WriteOptions(), db_->DefaultColumnFamily(), "x", "x").ok());
  EXPECT_TRUE(
      db_->DeleteRange(WriteOptions(), db_->DefaultColumnFamily(), "z", "a").IsInvalidArgument());
  Put("still", "writable");
}

class DropOdd final : public CompactionFilter {
 public:
  bool Filter(int, const Slice& key, const Slice&, std::string* new_value,
              bool* changed) const override {
    if (key == Slice("change")) {
      *new_value = "changed";
      *changed = true;
      return false;
    }
    return key.starts_with("odd");
  }
  const char* Name() const override { return "test.DropOdd"; }
};

TEST_F(StoreDbTest, CompactionFiltersActInCompactionsNotInFlushes) {
  DropOdd filter;
  options_.compaction_filter = &filter;
  Open();
  Put("odd1", "x");
  Put("even", "y");
  Put("change", "z");
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  EXPECT_EQ(Get("odd1"), "x");
  ASSERT_TRUE(db_->CompactRange(CompactRangeOptions(), nullptr, nullptr).ok());
  EXPECT_EQ(Scan(), "change=changed even=y ");
  CloseDb();
}

class BackwardOrder final : public Comparator {
 public:
  int Compare(const Slice& a, const Slice& b) const override { return b.compare(a); }
  const char* Name() const override { return "test.Backward"; }
  void FindShortestSeparator(std::string*, const Slice&) const override {}
  void FindShortSuccessor(std::string*) const override {}
};

TEST_F(StoreDbTest, AnOrderOfTheApplicationsOwnIsKept) {
  BackwardOrder order;
  options_.comparator = &order;
  Open();
  for (const char* key : {"a", "c", "b"}) Put(key, "1");
  EXPECT_EQ(Scan(), "c=1 b=1 a=1 ");
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  Open();
  EXPECT_EQ(Scan(), "c=1 b=1 a=1 ");
  options_.comparator = BytewiseComparator();
  EXPECT_EQ(TryOpen().ToString(),
            "Invalid argument: leveldb.BytewiseComparator: does not match existing comparator "
            "test.Backward");
}

TEST_F(StoreDbTest, TheMemTableFactoryChoosesTheIndex) {
  using aether::MemTableKind;
  const std::pair<const char*, MemTableKind> kKinds[] = {
      {"rax", MemTableKind::kRax},
      {"RaxRepFactory", MemTableKind::kRax},
      {"prefix_hash:1000", MemTableKind::kRax},
      {"hash_linkedlist", MemTableKind::kRax},
      {"skip_list", MemTableKind::kRax},
      {"vector", MemTableKind::kRax},
      {"btree", MemTableKind::kBtree},
      {"BtreeRepFactory", MemTableKind::kBtree},
  };
  for (const auto& [name, kind] : kKinds) {
    SCOPED_TRACE(name);
    ColumnFamilyOptions family;
    ASSERT_TRUE(GetColumnFamilyOptionsFromString(ConfigOptions(), ColumnFamilyOptions(),
                                                 std::string("memtable_factory=") + name, &family)
                    .ok());
    EXPECT_EQ(ToEngineMemTable(family), kind);
    // And back from the text of an OPTIONS file.
    std::string text;
    ASSERT_TRUE(GetStringFromColumnFamilyOptions(ConfigOptions(), family, &text).ok());
    ColumnFamilyOptions again;
    ASSERT_TRUE(
        GetColumnFamilyOptionsFromString(ConfigOptions(), ColumnFamilyOptions(), text, &again)
            .ok());
    EXPECT_EQ(ToEngineMemTable(again), kind);
  }
  EXPECT_EQ(ToEngineMemTable(ColumnFamilyOptions()), MemTableKind::kRax);
}

TEST_F(StoreDbTest, AFamilyInABtree) {
  ASSERT_TRUE(
      GetOptionsFromString(ConfigOptions(), options_, "memtable_factory=btree", &options_).ok());
  for (const Comparator* order : {BytewiseComparator(), ReverseBytewiseComparator()}) {
    const bool forwards = order == BytewiseComparator();
    options_.comparator = order;
    path_ += forwards ? "f" : "r";
    Open();
    Put("b", "1");
    Put("", "0");
    Put("bb", "2");
    Put("b", "3");
    const std::string all = forwards ? "=0 b=3 bb=2 " : "bb=2 b=3 =0 ";
    EXPECT_EQ(Scan(), all);
    Open();  // from the log
    EXPECT_EQ(Scan(), all);
    ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
    EXPECT_EQ(Scan(), all);
  }
  CloseDb();
  std::ostringstream log;
  log << std::ifstream(path_ + "/LOG").rdbuf();
  EXPECT_NE(log.str().find("memtable_factory = BtreeRepFactory"), std::string::npos);
}

TEST_F(StoreDbTest, TheCompactionStyleChoosesTheStrategy) {
  using aether::Strategy;
  const std::pair<const char*, Strategy> kStyles[] = {
      {"kCompactionStyleLevel", Strategy::kHanoi},
      {"kCompactionStyleUniversal", Strategy::kTiered},
      {"kCompactionStyleFIFO", Strategy::kFifo},
      {"kCompactionStyleNone", Strategy::kHanoi},
      {"leveled", Strategy::kLeveled},
  };
  const auto parse = [](const std::string& text) {
    ColumnFamilyOptions family;
    const ConfigOptions how;
    EXPECT_TRUE(GetColumnFamilyOptionsFromString(how, ColumnFamilyOptions(), text, &family).ok());
    return family;
  };
  for (const auto& [name, strategy] : kStyles) {
    const ColumnFamilyOptions family = parse(std::string("compaction_style=") + name);
    EXPECT_EQ(ToEngineTree(family).strategy, strategy) << name;
    // And back from the text of an OPTIONS file.
    std::string text;
    ASSERT_TRUE(GetStringFromColumnFamilyOptions(ConfigOptions(), family, &text).ok());
    EXPECT_EQ(ToEngineTree(parse(text)).strategy, strategy) << text;
  }
  const aether::TieredOptions tiered =
      ToEngineTree(parse("compaction_style=kCompactionStyleUniversal;"
                         "level0_file_num_compaction_trigger=7;compaction_options_universal={"
                         "size_ratio=5;min_merge_width=3;max_merge_width=8;"
                         "max_size_amplification_percent=60;compression_size_percent=90;"
                         "stop_style=kCompactionStopStyleSimilarSize;}"))
          .tiered;
  EXPECT_EQ(tiered.trigger, 7);
  EXPECT_EQ(tiered.size_ratio, 5u);
  EXPECT_EQ(tiered.min_width, 3u);
  EXPECT_EQ(tiered.max_width, 8u);
  EXPECT_EQ(tiered.space_amplification_percent, 60u);
  EXPECT_EQ(tiered.compression_percent, 90);
  EXPECT_TRUE(tiered.similar_size);
  const aether::LeveledOptions leveled =
      ToEngineTree(parse("compaction_style=leveled;level0_file_num_compaction_trigger=3;"
                         "max_bytes_for_level_base=1000000;max_bytes_for_level_multiplier=8"))
          .leveled;
  EXPECT_EQ(leveled.trigger, 3);
  EXPECT_EQ(leveled.base_bytes, 1000000u);
  EXPECT_EQ(leveled.multiplier, 8);
}

TEST_F(StoreDbTest, LevelsTakeWhatTheirOptionsSay) {
  ASSERT_TRUE(GetOptionsFromString(ConfigOptions(), options_,
                                   "compaction_style=leveled;level0_file_num_compaction_trigger=9;"
                                   "compression=kNoCompression",
                                   &options_)
                  .ok());
  Open();
  const auto flush = [this] {
    for (int i = 0; i < 300; ++i) Put("key" + std::to_string(i), std::string(1000, 'v'));
    ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  };
  const auto files_become = [this](const std::string& level, const std::string& wanted) {
    std::string files;
    for (int i = 0; i < 1000 && files != wanted; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      files = Property("rocksdb.num-files-at-level" + level);
    }
    return files == wanted;
  };
  for (int i = 0; i < 4; ++i) flush();
  EXPECT_TRUE(files_become("0", "4"));
  ASSERT_TRUE(db_->SetOptions({{"level0_file_num_compaction_trigger", "2"}}).ok());
  EXPECT_TRUE(files_become("0", "0"));
  EXPECT_TRUE(files_become("6", "1"));
  // Now there is a level above the last one, and two small flushes get no further.
  ASSERT_TRUE(db_->SetOptions({{"max_bytes_for_level_base", "250000"},
                               {"max_bytes_for_level_multiplier", "4"}})
                  .ok());
  for (int i = 0; i < 2; ++i) {
    Put("small", "1");
    ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  }
  EXPECT_TRUE(files_become("0", "0"));
  EXPECT_TRUE(files_become("5", "1"));
  EXPECT_EQ(Property("rocksdb.num-files-at-level6"), "1");
  EXPECT_EQ(Get("small"), "1");
  CloseDb();
  std::ostringstream log;
  log << std::ifstream(path_ + "/LOG").rdbuf();
  EXPECT_NE(log.str().find("compaction_style = 4 (Aether's own"), std::string::npos);
}

TEST_F(StoreDbTest, ReadOnlyRefusesWrites) {
  Open();
  Put("k", "only in the log");
  CloseDb();
  ASSERT_TRUE(DB::OpenForReadOnly(options_, path_, &db_).ok());
  EXPECT_EQ(Get("k"), "only in the log");
  const std::string refusal = "Not implemented: Not supported operation in read only mode.";
  EXPECT_EQ(db_->Put(WriteOptions(), "k", "v").ToString(), refusal);
  EXPECT_EQ(db_->Flush(FlushOptions()).ToString(), refusal);
  EXPECT_EQ(db_->CompactRange(CompactRangeOptions(), nullptr, nullptr).ToString(), refusal);
  EXPECT_EQ(db_->SyncWAL().ToString(), refusal);
  ColumnFamilyHandle* handle = nullptr;
  EXPECT_EQ(db_->CreateColumnFamily(options_, "new", &handle).ToString(), refusal);
  EXPECT_FALSE(std::filesystem::exists(path_ + "/LOG.old"));
}

TEST_F(StoreDbTest, DestroyDBTakesEverythingOfOurs) {
  EXPECT_TRUE(DestroyDB(path_, options_).ok());
  Open();
  Put("k", "v");
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  EXPECT_TRUE(DestroyDB(path_, options_).IsIOError());
  EXPECT_EQ(Get("k"), "v");
  CloseDb();
  ASSERT_TRUE(DestroyDB(path_, options_).ok());
  EXPECT_FALSE(std::filesystem::exists(path_));
  Open();
  EXPECT_EQ(Get("k"), "NotFound: ");
}

TEST_F(StoreDbTest, PropertiesComeFromTheEngine) {
  options_.statistics = CreateDBStatistics();
  Open();
  for (int i = 0; i < 100; ++i) Put("key" + std::to_string(i), "v");
  EXPECT_EQ(Property("rocksdb.num-entries-active-mem-table"), "100");
  EXPECT_EQ(Property("rocksdb.estimate-num-keys"), "100");
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  EXPECT_EQ(Property("rocksdb.num-entries-active-mem-table"), "0");
  EXPECT_EQ(Property("rocksdb.estimate-num-keys"), "100");
  EXPECT_NE(Property("rocksdb.total-sst-files-size"), "0");
  EXPECT_EQ(Property("rocksdb.num-files-at-level9"), "(none)");
  EXPECT_EQ(Property("rocksdb.nonsense"), "(none)");
  uint64_t number = 0;
  EXPECT_FALSE(db_->GetIntProperty("rocksdb.stats", &number));
  EXPECT_FALSE(db_->GetIntProperty("rocksdb.num-files-at-level0", &number));
  EXPECT_TRUE(db_->GetAggregatedIntProperty("rocksdb.estimate-num-keys", &number));
  EXPECT_EQ(number, 100u);
  EXPECT_EQ(Property("rocksdb.levelstats").substr(0, 45),
            "Level Files Size(MB)\n--------------------\n  0");
  EXPECT_NE(Property("rocksdb.stats").find("** DB Stats **"), std::string::npos);
  EXPECT_NE(Property("rocksdb.options-statistics").find("rocksdb.number.keys.written COUNT : 100"),
            std::string::npos);
  EXPECT_EQ(options_.statistics->getTickerCount(NUMBER_KEYS_WRITTEN), 100u);
  std::string identity;
  ASSERT_TRUE(db_->GetDbIdentity(identity).ok());
  EXPECT_EQ(identity.size(), 36u);
  ASSERT_TRUE(db_->GetDbSessionId(identity).ok());
  EXPECT_EQ(identity.size(), 20u);
}

TEST_F(StoreDbTest, OptionsChangeWhileOpen) {
  Open();
  EXPECT_EQ(db_->SetOptions({{"no_such_option", "1"}}).ToString(),
            "Invalid argument: Could not find option: : no_such_option");
  EXPECT_EQ(db_->SetOptions({{"num_levels", "3"}}).ToString(),
            "Invalid argument: Option not changeable: num_levels");
  EXPECT_EQ(db_->SetOptions(std::unordered_map<std::string, std::string>()).ToString(),
            "Invalid argument: empty input");
  ASSERT_TRUE(db_->SetOptions({{"write_buffer_size", "1048576"}}).ok());
  EXPECT_EQ(db_->GetOptions().write_buffer_size, 1048576u);
  EXPECT_EQ(db_->SetDBOptions({{"zzz", "1"}}).ToString(), "NotFound: Unrecognized option: zzz");
  ASSERT_TRUE(db_->SetDBOptions({{"max_background_jobs", "3"}}).ok());
  EXPECT_EQ(db_->GetDBOptions().max_background_jobs, 3);
}

TEST_F(StoreDbTest, TablesAreCompressedAsTheOptionsSay) {
  options_.disable_auto_compactions = true;
  const auto fill = [this] {
    for (int i = 0; i < 500; ++i) Put("key" + std::to_string(i), std::string(400, 'v'));
    ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  };
  const auto names = [this] {
    TablePropertiesCollection tables;
    EXPECT_TRUE(db_->GetPropertiesOfAllTables(&tables).ok());
    std::multiset<std::string> found;
    for (const auto& [path, table] : tables) found.insert(table->compression_name);
    return found;
  };
  using Names = std::multiset<std::string>;
  Open();  // RocksDB's default is ours
  fill();
  EXPECT_EQ(names(), Names{"Snappy"});
  ASSERT_TRUE(db_->SetOptions({{"compression", "kNoCompression"}}).ok());
  fill();
  EXPECT_EQ(names(), (Names{"NoCompression", "Snappy"}));
  ASSERT_TRUE(db_->SetOptions({{"compression", "kBZip2Compression"}}).ok());
  fill();
  EXPECT_EQ(names(), (Names{"NoCompression", "Snappy", "Zlib"}));
  ASSERT_TRUE(db_->SetOptions({{"bottommost_compression", "kZSTD"},
                               {"bottommost_compression_opts", "{enabled=true;level=1}"}})
                  .ok());
  ASSERT_TRUE(db_->CompactRange(CompactRangeOptions(), nullptr, nullptr).ok());
  EXPECT_EQ(names(), Names{"ZSTD"});
  EXPECT_EQ(Get("key7"), std::string(400, 'v'));

  options_.compression_per_level = {kLZ4HCCompression, kZlibCompression};
  options_.compression_opts.max_dict_bytes = 4096;
  Open();
  fill();
  EXPECT_EQ(names(), (Names{"LZ4HC", "ZSTD"}));
  CompactRangeOptions all;
  all.bottommost_level_compaction = BottommostLevelCompaction::kForce;
  ASSERT_TRUE(db_->CompactRange(all, nullptr, nullptr).ok());
  EXPECT_EQ(names(), Names{"Zlib"});
  EXPECT_EQ(Get("key7"), std::string(400, 'v'));
  std::ifstream log(path_ + "/LOG");
  const std::string text{std::istreambuf_iterator<char>(log), {}};
  EXPECT_NE(text.find("ignored: compression_opts.max_dict_bytes = 4096"), std::string::npos);
}

TEST_F(StoreDbTest, SizesCoverFilesAndMemtables) {
  options_.compression = kNoCompression;
  Open();
  for (int i = 0; i < 2000; ++i) {
    Put("key" + std::to_string(10000 + i), std::string(500, static_cast<char>('a' + i % 26)));
  }
  const Range all("key", "kez");
  uint64_t size = 0;
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  ASSERT_TRUE(db_->GetApproximateSizes(&all, 1, &size).ok());
  EXPECT_GT(size, 500u * 1000);
  const Range none("x", "y");
  ASSERT_TRUE(db_->GetApproximateSizes(&none, 1, &size).ok());
  EXPECT_LT(size, 10000u);
  EXPECT_EQ(db_->GetApproximateSizes(&all, 1, &size, DB::SizeApproximationFlags::NONE).ToString(),
            "Invalid argument: Invalid options");
  ColumnFamilyMetaData metadata;
  db_->GetColumnFamilyMetaData(&metadata);
  EXPECT_EQ(metadata.name, "default");
  EXPECT_GE(metadata.file_count, 1u);
  std::vector<LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  ASSERT_EQ(files.size(), metadata.file_count);
  EXPECT_EQ(files[0].name[0], '/');
  EXPECT_EQ(files[0].smallestkey.substr(0, 3), "key");
  std::vector<std::string> names;
  uint64_t manifest_size = 0;
  ASSERT_TRUE(db_->GetLiveFiles(names, &manifest_size).ok());
  EXPECT_GT(manifest_size, 0u);
  EXPECT_TRUE(db_->VerifyChecksum().ok());
}

class CountingListener final : public EventListener {
 public:
  void OnFlushCompleted(DB*, const FlushJobInfo& info) override {
    ++flushes;
    family = info.cf_name;
  }
  std::atomic<int> flushes{0};
  std::string family;
};

TEST_F(StoreDbTest, ListenersHearOfFlushes) {
  auto listener = std::make_shared<CountingListener>();
  options_.listeners.push_back(listener);
  Open();
  Put("k", "v");
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  CloseDb();
  EXPECT_EQ(listener->flushes.load(), 1);
  EXPECT_EQ(listener->family, "default");
}

TEST_F(StoreDbTest, UnsupportedCallsNameThemselves) {
  Open();
  EXPECT_EQ(db_->PromoteL0(db_->DefaultColumnFamily(), 1).ToString(),
            "Not implemented: DB::PromoteL0");
  ReadOptions managed;
  managed.managed = true;
  std::unique_ptr<Iterator> it(db_->NewIterator(managed));
  EXPECT_TRUE(it->status().IsNotSupported());
}

TEST_F(StoreDbTest, AStoreLivesOnTheApplicationsOwnFileSystem) {
  std::unique_ptr<Env> memory(NewMemEnv(Env::Default()));
  options_.env = memory.get();
  path_ = "/nowhere/db";
  ASSERT_TRUE(memory->CreateDirIfMissing("/nowhere").ok());
  Open();
  Put("flushed", "1");
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  Put("logged", "2");
  Open();
  EXPECT_EQ(Scan(), "flushed=1 logged=2 ");
  EXPECT_FALSE(std::filesystem::exists("/nowhere"));
  CloseDb();
  EXPECT_TRUE(DestroyDB(path_, options_).ok());
  EXPECT_TRUE(memory->FileExists(path_ + "/CURRENT").IsNotFound());
}

TEST_F(StoreDbTest, WhatWasWrittenWithoutALogIsFlushedAtClose) {
  Open();
  WriteOptions no_log;
  no_log.disableWAL = true;
  ASSERT_TRUE(db_->Put(no_log, "k", "v").ok());
  ReadOptions persisted;
  persisted.read_tier = kPersistedTier;
  std::string value;
  EXPECT_TRUE(db_->Get(persisted, "k", &value).IsNotFound());
  EXPECT_EQ(Get("k"), "v");
  Open();
  EXPECT_EQ(Get("k"), "v");
}

TEST_F(StoreDbTest, PerfContextCountsBytes) {
  Open();
  Put("key", "value");
  get_perf_context()->Reset();
  EXPECT_EQ(Get("key"), "value");
  EXPECT_EQ(get_perf_context()->get_read_bytes, 5u);
  EXPECT_EQ(Scan(), "key=value ");
  EXPECT_EQ(get_perf_context()->iter_read_bytes, 8u);
}

TEST_F(StoreDbTest, ManyThreadsWriteAndRead) {
  options_.write_buffer_size = 1 << 20;
  Open();
  constexpr int kThreads = 4;
  constexpr int kPerThread = 5000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kPerThread; ++i) {
        const std::string key = std::to_string(t) + "/" + std::to_string(i);
        EXPECT_TRUE(db_->Put(WriteOptions(), key, key + std::string(100, 'v')).ok());
        std::string value;
        EXPECT_TRUE(db_->Get(ReadOptions(), key, &value).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(db_->GetLatestSequenceNumber(), uint64_t{kThreads} * kPerThread);
  Open();
  int found = 0;
  std::unique_ptr<Iterator> it(db_->NewIterator(ReadOptions()));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    EXPECT_EQ(it->value().ToString(), it->key().ToString() + std::string(100, 'v'));
    ++found;
  }
  EXPECT_EQ(found, kThreads * kPerThread);
}

}  // namespace
}  // namespace rocksdb
