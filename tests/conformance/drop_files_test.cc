// Files that an application names: deleted as they are, or merged.
#include <rocksdb/convenience.h>
#include <rocksdb/experimental.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::CompactRangeOptions;
using rocksdb::FlushOptions;
using rocksdb::Options;
using rocksdb::Slice;

std::string Key(int i) { return "k" + std::to_string(10000 + i); }

// Files of about a hundred kilobytes.
Options SmallFiles() {
  Options options = Db::DefaultOptions();
  options.target_file_size_base = 100 << 10;
  options.compression = rocksdb::kNoCompression;
  options.disable_auto_compactions = true;
  return options;
}

void Fill(Db* db, int keys) {
  for (int i = 0; i < keys; ++i) db->Put(Key(i), std::string(1000, 'v'));
}

std::vector<rocksdb::LiveFileMetaData> Files(const Db& db) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  return files;
}

void Compact(const Db& db) {
  // Also what a moved file would leave as it is.
  CompactRangeOptions force;
  force.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  GOOD(db->CompactRange(force, nullptr, nullptr));
}

CASE(files_in_a_range_are_deleted) {
  Db db(SmallFiles());
  Fill(&db, 1000);
  Compact(db);
  YES(Files(db).size() > 4);
  const Slice begin("k10001");
  const Slice end("k10998");
  GOOD(rocksdb::DeleteFilesInRange(db.get(), db->DefaultColumnFamily(), &begin, &end));
  EQ(Files(db).size(), 2u);
  EQ(db.Get(Key(0)).size(), 1000u);
  EQ(db.Get(Key(999)).size(), 1000u);
  EQ(db.Get(Key(500)), "NotFound: ");
  GOOD(db.Reopen(SmallFiles()));
  EQ(db.Get(Key(500)), "NotFound: ");
  GOOD(rocksdb::DeleteFilesInRange(db.get(), db->DefaultColumnFamily(), nullptr, nullptr));
  EQ(Files(db).size(), 0u);
  EQ(db.Scan(), "");
}

CASE(files_in_several_ranges_are_deleted) {
  Db db(SmallFiles());
  Fill(&db, 1000);
  Compact(db);
  const Slice first("k10300");
  const Slice last("k10700");
  const rocksdb::RangePtr ranges[] = {{nullptr, &first}, {&last, nullptr}};
  GOOD(rocksdb::DeleteFilesInRanges(db.get(), db->DefaultColumnFamily(), ranges, 2));
  EQ(db.Get(Key(0)), "NotFound: ");
  EQ(db.Get(Key(999)), "NotFound: ");
  EQ(db.Get(Key(500)).size(), 1000u);
}

CASE(deleting_files_leaves_memtables_and_level_0) {
  Db db(SmallFiles());
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  db.Put("b", "2");
  GOOD(rocksdb::DeleteFilesInRange(db.get(), db->DefaultColumnFamily(), nullptr, nullptr));
  EQ(db.Scan(), "a=1 b=2 ");
}

CASE(deleting_files_may_leave_the_end_out) {
  Db db(SmallFiles());
  db.Put("a", "1");
  db.Put("b", "2");
  Compact(db);
  const Slice begin("a");
  const Slice end("b");
  GOOD(rocksdb::DeleteFilesInRange(db.get(), db->DefaultColumnFamily(), &begin, &end, false));
  EQ(db.Scan(), "a=1 b=2 ");
  GOOD(rocksdb::DeleteFilesInRange(db.get(), db->DefaultColumnFamily(), &begin, &end));
  EQ(db.Scan(), "");
}

CASE(one_file_is_deleted) {
  Db db(SmallFiles());
  EQ(db->DeleteFile("000999.sst"), "4/0 Invalid argument: File not found");
  EQ(db->DeleteFile("no such name"), "4/0 Invalid argument: Invalid file name");
  EQ(db->DeleteFile("000003.log"), "3/0 Not implemented: Delete only supported for archived logs");
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  const std::string older = Files(db)[0].name;
  db.Put("a", "2");
  GOOD(db->Flush(FlushOptions()));
  std::string newer;
  for (const auto& file : Files(db)) {
    if (file.name != older) newer = file.name;
  }
  EQ(db->DeleteFile(newer), "4/0 Invalid argument: File in level 0, but not oldest");
  GOOD(db->DeleteFile(older));
  EQ(db.Get("a"), "2");
  Compact(db);
  db.Put("a", "3");
  GOOD(db->Flush(FlushOptions()));
  for (const auto& file : Files(db)) {
    if (file.level != 0) continue;
    EQ(db->DeleteFile(file.name), "4/0 Invalid argument: File not in last level");
  }
  for (const auto& file : Files(db)) {
    if (file.level != 0) GOOD(db->DeleteFile(file.name));
  }
  EQ(db.Get("a"), "3");
}

CASE(named_files_are_compacted) {
  Db db(SmallFiles());
  std::vector<std::string> names;
  for (int i = 0; i < 4; ++i) {
    db.Put("a", std::to_string(i));
    db.Put(Key(i), "v");
    GOOD(db->Flush(FlushOptions()));
  }
  for (const auto& file : Files(db)) names.push_back(file.name);
  EQ(names.size(), 4u);
  std::vector<std::string> outputs;
  rocksdb::CompactionJobInfo info;
  GOOD(db->CompactFiles(rocksdb::CompactionOptions(), names, 6, -1, &outputs, &info));
  EQ(outputs.size(), 1u);
  EQ(info.input_files.size(), 4u);
  EQ(info.output_level, 6);
  const auto files = Files(db);
  EQ(files.size(), 1u);
  EQ(files[0].level, 6);
  EQ(outputs[0], files[0].directory + files[0].name);
  EQ(db.Get("a"), "3");
  EQ(db->CompactFiles(rocksdb::CompactionOptions(), {files[0].name}, 1),
     "4/0 Invalid argument: Cannot compact file to up level, input file: " + files[0].name +
         " level 6 > output level 1");
}

CASE(compacting_files_needs_files) {
  Db db(SmallFiles());
  const rocksdb::CompactionOptions options;
  EQ(db->CompactFiles(options, {"/000999.sst"}, 1),
     "4/0 Invalid argument: Specified compaction input file /000999.sst does not exist in column "
     "family default.");
  EQ(db->CompactFiles(options, std::vector<std::string>(), 1),
     "4/0 Invalid argument: A compaction must contain at least one file.");
  EQ(db->CompactFiles(options, {"/000999.sst"}, 7),
     "4/0 Invalid argument: Output level for column family default must between [0, 6].");
  EQ(db->CompactFiles(options, {"/000999.sst"}, -1),
     "4/0 Invalid argument: Output level cannot be negative.");
}

CASE(suggestions_to_compact) {
  Db db;
  EQ(rocksdb::experimental::SuggestCompactRange(nullptr, db->DefaultColumnFamily(), nullptr,
                                                nullptr),
     "4/0 Invalid argument: DB is empty");
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  GOOD(rocksdb::experimental::SuggestCompactRange(db.get(), nullptr, nullptr));
  EQ(db.Get("a"), "1");
}

Options Fifo() {
  Options options = Db::DefaultOptions();
  options.compaction_style = rocksdb::kCompactionStyleFIFO;
  options.compression = rocksdb::kNoCompression;
  options.compaction_options_fifo.max_table_files_size = 500 << 10;
  return options;
}

// Files go in the background.
bool Becomes(const Db& db, const std::string& key, const std::string& value) {
  std::string now;
  for (int i = 0; i < 1000; ++i) {
    const rocksdb::Status s = db->Get(rocksdb::ReadOptions(), key, &now);
    if ((s.ok() ? now : s.ToString()) == value) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

CASE(fifo_forgets_the_oldest) {
  Db db(Fifo());
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 100; ++i) db.Put(Key(100 * round + i), std::string(1000, 'v'));
    GOOD(db->Flush(FlushOptions()));
  }
  YES(Becomes(db, Key(0), "NotFound: "));
  YES(Becomes(db, Key(550), "NotFound: "));
  EQ(db.Get(Key(700)).size(), 1000u);
  EQ(db.Get(Key(999)).size(), 1000u);
  uint64_t bytes = 0;
  for (const auto& file : Files(db)) bytes += file.size;
  YES(bytes <= 500 << 10);
  GOOD(db.Reopen(Fifo()));
  EQ(db.Get(Key(0)), "NotFound: ");
  EQ(db.Get(Key(999)).size(), 1000u);
}

CASE(fifo_shows_its_options) {
  Db db(Fifo());
  const Options shown = db->GetOptions();
  EQ(shown.level0_stop_writes_trigger, std::numeric_limits<int>::max());
  EQ(shown.ttl, uint64_t{30} * 24 * 60 * 60);
  GOOD(db->SetOptions({{"compaction_options_fifo", "{max_table_files_size=1000;}"}}));
  EQ(db->GetOptions().compaction_options_fifo.max_table_files_size, 1000u);
  for (int i = 0; i < 100; ++i) db.Put(Key(i), std::string(1000, 'v'));
  GOOD(db->Flush(FlushOptions()));
  YES(Becomes(db, Key(0), "NotFound: "));
}

CASE(fifo_with_a_ttl_needs_all_files_open) {
  Options options = Fifo();
  options.max_open_files = 100;
  rocksdb::DB* db = nullptr;
  EQ(rocksdb::DB::Open(options, Directory() + "/db", &db),
     "3/0 Not implemented: FIFO compaction only supported with max_open_files = -1.");
}

CASE(fifo_compact_range_keeps_what_may_stay) {
  Db db(Fifo());
  for (int round = 0; round < 3; ++round) {
    db.Put(Key(round), "v");
    GOOD(db->Flush(FlushOptions()));
  }
  Compact(db);
  EQ(Files(db).size(), 3u);
  EQ(db.Get(Key(0)), "v");
}

CASE(universal_keeps_everything) {
  Options options = Db::DefaultOptions();
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compression = rocksdb::kNoCompression;
  options.compaction_options_universal.max_size_amplification_percent = 100;
  Db db(options);
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 50; ++i) db.Put(Key(i), std::to_string(round));
    db.Put("round" + std::to_string(round), "v");
    GOOD(db->Flush(FlushOptions()));
  }
  EQ(db.Get(Key(7)), "11");
  EQ(db.Get("round3"), "v");
  Compact(db);
  EQ(Files(db).size(), 1u);
  EQ(db.Get(Key(7)), "11");
  EQ(db.Get("round11"), "v");
}
}  // namespace
}  // namespace conformance
