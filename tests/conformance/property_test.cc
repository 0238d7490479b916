// Properties of a database: each is asked where it has something to say, and told as text and as a
// number alike.

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>

#include <ctime>
#include <map>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {

using rocksdb::DB;
using rocksdb::FlushOptions;
using rocksdb::ReadOptions;
using rocksdb::WriteOptions;
using Properties = rocksdb::DB::Properties;

// The number, after it was compared with the text, and with the sum over all families.
uint64_t Number(const Db& db, const std::string& name) {
  uint64_t number = 0;
  YES(db->GetIntProperty(name, &number));
  std::string text;
  YES(db->GetProperty(name, &text));
  EQ(text, std::to_string(number));
  uint64_t sum = 0;
  YES(db->GetAggregatedIntProperty(name, &sum));
  EQ(sum, number);
  return number;
}

CASE(properties_of_memtables) {
  Db db;
  const uint64_t empty = Number(db, Properties::kCurSizeAllMemTables);
  for (int i = 1000; i < 1100; ++i) db.Put(std::to_string(i), std::string(1000, 'v'));
  GOOD(db->Delete(WriteOptions(), "1000"));
  GOOD(db->SingleDelete(WriteOptions(), "1001"));
  EQ(Number(db, Properties::kNumEntriesActiveMemTable), 102u);
  DIFFERS("single-deletes-are-deletes", Text(Number(db, Properties::kNumDeletesActiveMemTable)),
          "1", "2");
  EQ(Number(db, Properties::kNumEntriesImmMemTables), 0u);
  EQ(Number(db, Properties::kNumDeletesImmMemTables), 0u);
  EQ(Number(db, Properties::kNumImmutableMemTable), 0u);
  EQ(Number(db, Properties::kNumImmutableMemTableFlushed), 0u);
  const uint64_t full = Number(db, Properties::kCurSizeAllMemTables);
  YES(full > empty + 90000);
  EQ(Number(db, Properties::kCurSizeActiveMemTable), full);
  EQ(Number(db, Properties::kSizeAllMemTables), full);
  GOOD(db->Flush(FlushOptions()));
  EQ(Number(db, Properties::kNumEntriesActiveMemTable), 0u);
  EQ(Number(db, Properties::kNumDeletesActiveMemTable), 0u);
  YES(Number(db, Properties::kCurSizeAllMemTables) < full);
}

CASE(properties_of_memtables_that_wait) {
  rocksdb::Options options = Db::DefaultOptions();
  options.write_buffer_size = 64 << 10;
  options.max_write_buffer_number = 8;
  Db db(options);
  GOOD(db->PauseBackgroundWork());
  GOOD(db->Delete(WriteOptions(), "0"));
  for (int i = 1000; i < 1100; ++i) db.Put(std::to_string(i), std::string(1000, 'v'));
  const uint64_t waiting = Number(db, Properties::kNumImmutableMemTable);
  YES(waiting > 0);
  const uint64_t entries = Number(db, Properties::kNumEntriesImmMemTables);
  YES(entries > 0);
  EQ(entries + Number(db, Properties::kNumEntriesActiveMemTable), 101u);
  EQ(Number(db, Properties::kNumDeletesImmMemTables), 1u);
  EQ(Number(db, Properties::kNumDeletesActiveMemTable), 0u);
  EQ(Number(db, Properties::kMemTableFlushPending), 1u);
  EQ(Number(db, Properties::kNumRunningFlushes), 0u);
  YES(Number(db, Properties::kCurSizeAllMemTables) >
      Number(db, Properties::kCurSizeActiveMemTable));
  GOOD(db->ContinueBackgroundWork());
  GOOD(db->Flush(FlushOptions()));
  EQ(Number(db, Properties::kNumImmutableMemTable), 0u);
  EQ(Number(db, Properties::kMemTableFlushPending), 0u);
}

CASE(properties_of_snapshots) {
  Db db;
  EQ(Number(db, Properties::kNumSnapshots), 0u);
  EQ(Number(db, Properties::kOldestSnapshotTime), 0u);
  EQ(Number(db, Properties::kOldestSnapshotSequence), 0u);
  db.Put("a", "1");
  const uint64_t before = static_cast<uint64_t>(time(nullptr));
  const rocksdb::Snapshot* const first = db->GetSnapshot();
  db.Put("a", "2");
  const rocksdb::Snapshot* const second = db->GetSnapshot();
  EQ(Number(db, Properties::kNumSnapshots), 2u);
  EQ(Number(db, Properties::kOldestSnapshotSequence), 1u);
  const uint64_t taken = Number(db, Properties::kOldestSnapshotTime);
  YES(taken >= before && taken <= before + 60);
  db->ReleaseSnapshot(first);
  EQ(Number(db, Properties::kOldestSnapshotSequence), 2u);
  db->ReleaseSnapshot(second);
  EQ(Number(db, Properties::kOldestSnapshotSequence), 0u);
}

CASE(properties_of_files) {
  rocksdb::Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  Db db(options);
  EQ(db.Property(Properties::kNumFilesAtLevelPrefix + "0"), "0");
  EQ(db.Property(Properties::kCompressionRatioAtLevelPrefix + "0"), "-1.000000");
  EQ(Number(db, Properties::kLiveSstFilesSize), 0u);
  EQ(Number(db, Properties::kEstimateLiveDataSize), 0u);
  for (int file = 0; file < 2; ++file) {
    for (int i = 1000; i < 1100; ++i) {
      db.Put(std::to_string(i + 100 * file), std::string(1000, 'v'));
    }
    GOOD(db->Flush(FlushOptions()));
  }
  EQ(db.Property(Properties::kNumFilesAtLevelPrefix + "0"), "2");
  const uint64_t live = Number(db, Properties::kLiveSstFilesSize);
  YES(live > 200000);
  EQ(Number(db, Properties::kTotalSstFilesSize), live);
  EQ(db.Property(Properties::kLiveSstFilesSizeAtTemperature + "0"), std::to_string(live));
  EQ(db.Property(Properties::kLiveSstFilesSizeAtTemperature + "4"), "0");
  const uint64_t data = Number(db, Properties::kEstimateLiveDataSize);
  YES(data > 100000 && data <= live);
  const double ratio = std::stod(db.Property(Properties::kCompressionRatioAtLevelPrefix + "0"));
  YES(ratio > 0.9 && ratio < 1.1);
  EQ(db.Get("1000"), std::string(1000, 'v'));
  YES(Number(db, Properties::kEstimateTableReadersMem) > 0);
  const std::string tables = db.Property(Properties::kSSTables);
  YES(tables.find("--- level 0 --- version# ") != std::string::npos);
  // The first and the last key of each, in hexadecimal: '1000' and '1199'.
  YES(tables.find("'31303030'") != std::string::npos);
  YES(tables.find("'31313939'") != std::string::npos);
}

CASE(properties_of_tables_together) {
  Db db;
  for (int i = 1000; i < 1100; ++i) db.Put(std::to_string(i), "value");
  GOOD(db->Delete(WriteOptions(), "1000"));
  GOOD(db->Flush(FlushOptions()));
  std::map<std::string, std::string> all, level;
  YES(db->GetMapProperty(Properties::kAggregatedTableProperties, &all));
  EQ(all["num_entries"], "100");
  EQ(all["num_deletions"], "1");
  YES(std::stoi(all["raw_key_size"]) >= 400);
  EQ(all["raw_value_size"], "495");
  YES(db->GetMapProperty(Properties::kAggregatedTablePropertiesAtLevel + "0", &level));
  YES(all == level);
  YES(db->GetMapProperty(Properties::kAggregatedTablePropertiesAtLevel + "1", &level));
  EQ(level["num_entries"], "0");
  const std::string text = db.Property(Properties::kAggregatedTableProperties);
  YES(text.find("# entries=" + all["num_entries"] + ";") != std::string::npos);
  EQ(db.Property(Properties::kAggregatedTablePropertiesAtLevel + "0"), text);
  EQ(db.Property(Properties::kAggregatedTablePropertiesAtLevel + "99"), "(none)");
}

CASE(properties_of_versions) {
  Db db;
  EQ(Number(db, Properties::kNumLiveVersions), 1u);
  const uint64_t view = Number(db, Properties::kCurrentSuperVersionNumber);
  const uint64_t log = Number(db, Properties::kMinLogNumberToKeep);
  db.Put("a", "1");
  {
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
    it->SeekToFirst();
    GOOD(db->Flush(FlushOptions()));
    YES(Number(db, Properties::kCurrentSuperVersionNumber) > view);
    DIFFERS("only-the-current-version-counts", Text(Number(db, Properties::kNumLiveVersions)), "2",
            "1");
  }
  EQ(Number(db, Properties::kNumLiveVersions), 1u);
  YES(Number(db, Properties::kMinLogNumberToKeep) >= log);
  YES(Number(db, Properties::kMinLogNumberToKeep) > 0);
}

CASE(properties_of_what_waits) {
  rocksdb::Options options = Db::DefaultOptions();
  options.level0_file_num_compaction_trigger = 2;
  options.disable_auto_compactions = true;
  Db db(options);
  EQ(Number(db, Properties::kCompactionPending), 0u);
  EQ(Number(db, Properties::kNumRunningCompactions), 0u);
  EQ(Number(db, Properties::kNumRunningFlushes), 0u);
  EQ(Number(db, Properties::kMemTableFlushPending), 0u);
  EQ(Number(db, Properties::kEstimatePendingCompactionBytes), 0u);
  EQ(Number(db, Properties::kActualDelayedWriteRate), 0u);
  EQ(Number(db, Properties::kIsWriteStopped), 0u);
  for (int file = 0; file < 4; ++file) {
    for (int i = 1000; i < 1100; ++i) db.Put(std::to_string(i), std::string(1000, 'v'));
    GOOD(db->Flush(FlushOptions()));
  }
  GOOD(db->PauseBackgroundWork());
  GOOD(db->SetOptions({{"disable_auto_compactions", "false"}}));
  EQ(Number(db, Properties::kCompactionPending), 1u);
  GOOD(db->ContinueBackgroundWork());
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(Number(db, Properties::kCompactionPending), 0u);
  EQ(Number(db, Properties::kEstimatePendingCompactionBytes), 0u);
}

CASE(properties_of_the_block_cache) {
  rocksdb::Options options = Db::DefaultOptions();
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(3 << 20);
  options.table_factory.reset(NewBlockBasedTableFactory(table));
  Db db(options);
  EQ(Number(db, Properties::kBlockCacheCapacity), uint64_t{3} << 20);
  for (int i = 1000; i < 1100; ++i) db.Put(std::to_string(i), std::string(1000, 'v'));
  GOOD(db->Flush(FlushOptions()));
  const uint64_t before = Number(db, Properties::kBlockCacheUsage);
  EQ(db.Get("1000"), std::string(1000, 'v'));
  YES(Number(db, Properties::kBlockCacheUsage) >= before);
  YES(Number(db, Properties::kBlockCacheUsage) > 0);
  EQ(Number(db, Properties::kBlockCacheUsage), table.block_cache->GetUsage());
  const uint64_t unpinned = Number(db, Properties::kBlockCachePinnedUsage);
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
  it->SeekToFirst();
  const uint64_t pinned = Number(db, Properties::kBlockCachePinnedUsage);
  YES(pinned > unpinned);
  EQ(pinned, table.block_cache->GetPinnedUsage());
}

CASE(properties_that_are_reports) {
  rocksdb::Options options = Db::DefaultOptions();
  options.statistics = rocksdb::CreateDBStatistics();
  Db db(options);
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  const std::string whole = db.Property(Properties::kStats);
  const std::string family = db.Property(Properties::kCFStatsNoFileHistogram);
  const std::string all = db.Property(Properties::kDBStats);
  YES(family.find("** Compaction Stats [default] **") != std::string::npos);
  NO(family.find("** File Read Latency Histogram By Level") != std::string::npos);
  YES(all.find("** DB Stats **") != std::string::npos);
  YES(all.find("Cumulative writes: 1 writes") != std::string::npos);
  YES(whole.find("** Compaction Stats [default] **") != std::string::npos);
  YES(whole.find("** DB Stats **") != std::string::npos);
  std::map<std::string, std::string> map;
  YES(db->GetMapProperty(Properties::kDBStats, &map));
  EQ(map["db.user_writes_by_self"], "1");
  NO(db->GetMapProperty(Properties::kCFStatsNoFileHistogram, &map));
}

}  // namespace
}  // namespace conformance
