// Flush, compaction, filters, properties, the log, damage.
#include <rocksdb/compaction_filter.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/metadata.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/options_util.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::CompactRangeOptions;
using rocksdb::FlushOptions;
using rocksdb::Options;
using rocksdb::Status;
using rocksdb::WriteOptions;

CASE(flush_and_compact) {
  Db db;
  GOOD(db->Flush(FlushOptions()));
  EQ(FilesWith(db.path(), ".sst").size(), size_t{0});
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  db.Put("b", "2");
  GOOD(db->Flush(FlushOptions()));
  EQ(FilesWith(db.path(), ".sst").size(), size_t{2});
  EQ(db.Property("rocksdb.num-files-at-level0"), "2");
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Property("rocksdb.num-files-at-level0"), "0");
  EQ(db.Scan(), "a=1 b=2 ");
  GOOD(db->Delete(WriteOptions(), "a"));
  GOOD(db->Delete(WriteOptions(), "b"));
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Scan(), "");
  EQ(db.Property("rocksdb.estimate-num-keys"), "0");
}

CASE(compaction_can_be_paused) {
  Db db;
  for (int i = 0; i < 3; ++i) {
    db.Put("a" + std::to_string(i), "1");
    GOOD(db->Flush(FlushOptions()));
  }
  db->DisableManualCompaction();
  EQ(db->CompactRange(CompactRangeOptions(), nullptr, nullptr),
     "7/11 Result incomplete: Manual compaction paused");
  db->EnableManualCompaction();
  std::atomic<bool> canceled{true};
  CompactRangeOptions options;
  options.canceled = &canceled;
  EQ(db->CompactRange(options, nullptr, nullptr),
     "7/11 Result incomplete: Manual compaction paused");
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
}

class DropX final : public rocksdb::CompactionFilter {
 public:
  const char* Name() const override { return "DropX"; }
  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice&, std::string* new_value,
              bool* changed) const override {
    if (key == "change") {
      *new_value = "changed";
      *changed = true;
    }
    return key == "x";
  }
};

CASE(compaction_filter) {
  static DropX filter;
  Options options = Db::DefaultOptions();
  options.compaction_filter = &filter;
  Db db(options);
  db.Put("a", "1");
  db.Put("x", "1");
  db.Put("change", "1");
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Get("x"), "1");
  GOOD(db->CompactRange(CompactRangeOptions(), nullptr, nullptr));
  EQ(db.Get("x"), "NotFound: ");
  EQ(db.Get("change"), "changed");
  EQ(db.Get("a"), "1");
}

CASE(background_work_calls) {
  Db db;
  GOOD(db->PauseBackgroundWork());
  GOOD(db->ContinueBackgroundWork());
  EQ(db->ContinueBackgroundWork(), "4/0 Invalid argument: ");
  EQ(db.Property("rocksdb.is-file-deletions-enabled"), "1");
  GOOD(db->DisableFileDeletions());
  GOOD(db->DisableFileDeletions());
  EQ(db.Property("rocksdb.is-file-deletions-enabled"), "0");
  GOOD(db->EnableFileDeletions(true));
  EQ(db.Property("rocksdb.is-file-deletions-enabled"), "1");
  GOOD(db->EnableFileDeletions(false));
  GOOD(db->Resume());
}

CASE(properties) {
  Db db;
  EQ(db.Property("no.such.property"), "(none)");
  EQ(db.Property("rocksdb.num-files-at-level9"), "(none)");
  EQ(db.Property("rocksdb.num-files-at-level0"), "0");
  uint64_t number = 77;
  NO(db->GetIntProperty("rocksdb.stats", &number));
  YES(db->GetIntProperty("rocksdb.estimate-num-keys", &number));
  EQ(number, uint64_t{0});
  db.Put("a", "1");
  db.Put("b", "1");
  YES(db->GetIntProperty("rocksdb.num-entries-active-mem-table", &number));
  EQ(number, uint64_t{2});
  EQ(db.Property("rocksdb.num-immutable-mem-table"), "0");
  YES(db->GetIntProperty("rocksdb.cur-size-active-mem-table", &number));
  YES(number > 0);
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Property("rocksdb.num-entries-active-mem-table"), "0");
  EQ(db.Property("rocksdb.estimate-num-keys"), "2");
  EQ(db.Property("rocksdb.background-errors"), "0");
  EQ(db.Property("rocksdb.is-write-stopped"), "0");
  YES(db->GetIntProperty("rocksdb.total-sst-files-size", &number));
  YES(number > 0);
  const std::string levels = db.Property("rocksdb.levelstats");
  EQ(levels.substr(0, 45), "Level Files Size(MB)\n--------------------\n  0");
  YES(db.Property("rocksdb.stats").size() > 100);
  std::map<std::string, std::string> map;
  YES(db->GetMapProperty("rocksdb.cfstats", &map));
  uint64_t total = 0;
  YES(db->GetAggregatedIntProperty("rocksdb.estimate-num-keys", &total));
  EQ(total, uint64_t{2});
}

CASE(live_files) {
  Db db;
  db.Put("a", "1");
  db.Put("m", "1");
  GOOD(db->Flush(FlushOptions()));
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  EQ(files.size(), size_t{1});
  EQ(files[0].smallestkey + files[0].largestkey, "am");
  EQ(files[0].level, 0);
  EQ(files[0].name.substr(0, 1), "/");
  EQ(files[0].relative_filename.size(), size_t{10});
  EQ(files[0].column_family_name, "default");
  EQ(files[0].num_entries, uint64_t{2});
  std::vector<std::string> names;
  uint64_t manifest_size = 0;
  GOOD(db->GetLiveFiles(names, &manifest_size));
  YES(manifest_size > 0);
  YES(std::find(names.begin(), names.end(), "/CURRENT") != names.end());
}

CASE(approximate_sizes) {
  Db db;
  for (int i = 100; i < 300; ++i) db.Put("k" + std::to_string(i), std::string(1000, 'v'));
  GOOD(db->Flush(FlushOptions()));
  const rocksdb::Range range("k100", "k300");
  const rocksdb::Range nothing("x", "z");
  uint64_t size = 0;
  rocksdb::SizeApproximationOptions options;
  options.include_files = true;
  GOOD(db->GetApproximateSizes(options, db->DefaultColumnFamily(), &range, 1, &size));
  YES(size > 100000 && size < 1000000);
  GOOD(db->GetApproximateSizes(options, db->DefaultColumnFamily(), &nothing, 1, &size));
  EQ(size, uint64_t{0});
  options.include_files = false;
  options.include_memtables = false;
  EQ(db->GetApproximateSizes(options, db->DefaultColumnFamily(), &range, 1, &size),
     "4/0 Invalid argument: Invalid options");
}

CASE(set_options) {
  Db db;
  CODE(db->SetOptions({{"no_such_option", "1"}}), "4/0");
  CODE(db->SetOptions({{"num_levels", "3"}}), "4/0");
  CODE(db->SetOptions({}), "4/0");
  GOOD(db->SetOptions({{"write_buffer_size", "131072"}}));
  EQ(db->GetOptions().write_buffer_size, size_t{131072});
  CODE(db->SetDBOptions({{"zzz", "1"}}), "1/0");
}

CASE(set_options_of_a_dropped_family) {
  Db db;
  rocksdb::ColumnFamilyHandle* const one = db.Create("one");
  GOOD(db->DropColumnFamily(one));
  CODE(db->SetOptions(one, {{"write_buffer_size", "131072"}}), "15/0");
  CODE(db->SetOptions(one, {{"write_buffer_size", "many"}}), "4/0");
}

CASE(unordered_writes_and_successive_merges) {
  Options options = Db::DefaultOptions();
  options.unordered_write = true;
  Db db(options);
  CODE(db->SetOptions({{"max_successive_merges", "5"}}), "4/0");
  Options merging = options;
  merging.max_successive_merges = 5;
  rocksdb::ColumnFamilyHandle* made = nullptr;
  CODE(db->CreateColumnFamily(merging, "one", &made), "4/0");
  CODE(db.Reopen(merging), "4/0");
  GOOD(db.Reopen(options));
}

CASE(option_strings) {
  rocksdb::ConfigOptions config;
  rocksdb::ColumnFamilyOptions family;
  GOOD(rocksdb::GetColumnFamilyOptionsFromString(
      config, family,
      "write_buffer_size=1048576;max_write_buffer_number=5;compression=kLZ4Compression", &family));
  EQ(family.write_buffer_size, size_t{1048576});
  EQ(family.max_write_buffer_number, 5);
  EQ(static_cast<int>(family.compression), static_cast<int>(rocksdb::kLZ4Compression));
  rocksdb::DBOptions db;
  GOOD(
      rocksdb::GetDBOptionsFromString(config, db, "max_open_files=77;bytes_per_sync=1048576", &db));
  EQ(db.max_open_files, 77);
  EQ(db.bytes_per_sync, uint64_t{1048576});
  CODE(rocksdb::GetDBOptionsFromString(config, db, "no_such=1", &db), "4/0");
  std::unordered_map<std::string, std::string> map;
  GOOD(rocksdb::StringToMap("a=1;b={c=2;d=3}", &map));
  EQ(map["a"] + "|" + map["b"], "1|c=2;d=3");
}

CASE(options_file) {
  Options options = Db::DefaultOptions();
  options.write_buffer_size = 3 << 20;
  Db db(options);
  db.Close();
  rocksdb::DBOptions loaded;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  GOOD(rocksdb::LoadLatestOptions(rocksdb::ConfigOptions(), db.path(), &loaded, &families));
  EQ(families.size(), size_t{1});
  EQ(families[0].options.write_buffer_size, size_t{3 << 20});
  const Status none = rocksdb::LoadLatestOptions(rocksdb::ConfigOptions(), Directory() + "/none",
                                                 &loaded, &families);
  CODE(none, "1/9");
}

CASE(statistics) {
  Options options = Db::DefaultOptions();
  options.statistics = rocksdb::CreateDBStatistics();
  Db db(options);
  db.Put("a", "1");
  db.Get("a");
  db.Get("b");
  const auto count = [&](uint32_t ticker) { return options.statistics->getTickerCount(ticker); };
  EQ(count(rocksdb::NUMBER_KEYS_WRITTEN), uint64_t{1});
  EQ(count(rocksdb::NUMBER_KEYS_READ), uint64_t{2});
  EQ(count(rocksdb::MEMTABLE_HIT), uint64_t{1});
  EQ(count(rocksdb::MEMTABLE_MISS), uint64_t{1});
  EQ(count(rocksdb::BYTES_READ), uint64_t{1});
  EQ(count(rocksdb::BYTES_WRITTEN), uint64_t{17});
}

CASE(log_calls) {
  Db db;
  db.Put("a", "1");
  GOOD(db->FlushWAL(false));
  GOOD(db->FlushWAL(true));
  GOOD(db->SyncWAL());
  EQ(db.Get("a"), "1");
}

CASE(reopen_replays_the_log) {
  Db db;
  for (int i = 0; i < 100; ++i) db.Put("k" + std::to_string(i), std::to_string(i));
  GOOD(db->Delete(WriteOptions(), "k50"));
  GOOD(db.Reopen(Options()));
  EQ(db.Get("k99"), "99");
  EQ(db.Get("k50"), "NotFound: ");
  EQ(db->GetLatestSequenceNumber(), uint64_t{101});
  db.Put("k50", "again");
  EQ(db->GetLatestSequenceNumber(), uint64_t{102});
  GOOD(db.Reopen(Options()));
  EQ(db.Get("k50"), "again");
}

CASE(log_in_a_directory_of_its_own) {
  Options options = Db::DefaultOptions();
  options.wal_dir = Directory() + "/logs";
  Db db(options);
  db.Put("a", "1");
  YES(!FilesWith(Directory() + "/logs", ".log").empty());
  EQ(FilesWith(db.path(), ".log").size(), size_t{0});
  GOOD(db.Reopen(options));
  EQ(db.Get("a"), "1");
}

CASE(damaged_run) {
  Db db;
  for (int i = 0; i < 2000; ++i) db.Put("key" + std::to_string(i), std::string(50, 'v'));
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->VerifyChecksum());
  const std::string file = db.path() + "/" + FilesWith(db.path(), ".sst")[0];
  db.Close();
  std::string bytes = ReadFile(file);
  for (size_t at = 2000; at < 60000; at += 4096) bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
  WriteFile(file, bytes);
  const Status opened = db.Reopen(Options());
  if (!opened.ok()) {
    CODE(opened, "2/0");
    return;
  }
  const Status verified = db->VerifyChecksum();
  CODE(verified, "2/0");
  YES(verified.ToString().find(".sst") != std::string::npos);
  YES(verified.ToString().find("offset") != std::string::npos);
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions()));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
  }
  CODE(it->status(), "2/0");
}

CASE(filters_and_caches_are_accepted) {
  Options options = Db::DefaultOptions();
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(4 << 20);
  table.block_size = 16 << 10;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  Db db(options);
  for (int i = 0; i < 1000; ++i) db.Put("key" + std::to_string(i), std::string(100, 'v'));
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Get("key500"), std::string(100, 'v'));
  EQ(db.Get("absent"), "NotFound: ");
  EQ(table.block_cache->GetCapacity(), size_t{4 << 20});
  EQ(std::string(options.table_factory->Name()), "BlockBasedTable");
}

CASE(reverse_comparator) {
  Options options = Db::DefaultOptions();
  options.comparator = rocksdb::ReverseBytewiseComparator();
  Db db(options);
  for (const char* key : {"a", "b", "c"}) db.Put(key, "1");
  EQ(db.Scan(), "c=1 b=1 a=1 ");
  GOOD(db->Flush(FlushOptions()));
  EQ(db.Scan(), "c=1 b=1 a=1 ");
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions()));
  it->Seek("bb");
  EQ(At(*it), "b=1");
  it.reset();
  GOOD(db.Reopen(options));
  EQ(db.Scan(), "c=1 b=1 a=1 ");
}
CASE(a_locked_log_takes_no_writes) {
  Db db;
  db.Put("a", "1");
  GOOD(db->LockWAL());
  std::atomic<bool> done{false};
  std::thread writer([&] {
    db.Put("a", "2");
    done = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  NO(done.load());
  EQ(db.Get("a"), "1");
  GOOD(db->UnlockWAL());
  writer.join();
  EQ(db.Get("a"), "2");
}
}  // namespace
}  // namespace conformance
