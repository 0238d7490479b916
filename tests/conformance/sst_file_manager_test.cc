// SstFileManager: what it counts, when it stops writes, how it removes; and the history of
// statistics, which is taken in the background, too.
#include <rocksdb/env.h>
#include <rocksdb/sst_file_manager.h>
#include <rocksdb/statistics.h>
#include <rocksdb/stats_history.h>

#include <chrono>
#include <thread>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::FlushOptions;
using rocksdb::Options;

Options Managed(std::shared_ptr<rocksdb::SstFileManager>* manager, int64_t rate = 0) {
  Options options = Db::DefaultOptions();
  options.compression = rocksdb::kNoCompression;
  rocksdb::Status s;
  manager->reset(
      rocksdb::NewSstFileManager(rocksdb::Env::Default(), nullptr, "", rate, true, &s, 1.0));
  GOOD(s);
  options.sst_file_manager = *manager;
  return options;
}

void Fill(Db* db, int from, int to) {
  for (int i = from; i < to; ++i) db->Put("k" + std::to_string(10000 + i), std::string(1000, 'v'));
}

template <typename Condition>
bool Becomes(Condition condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

uint64_t LiveBytes(const Db& db) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  uint64_t bytes = 0;
  for (const auto& file : files) bytes += file.size;
  return bytes;
}

CASE(sst_files_are_tracked) {
  std::shared_ptr<rocksdb::SstFileManager> manager;
  const Options options = Managed(&manager);
  EQ(manager->GetTotalSize(), 0u);
  Db db(options);
  Fill(&db, 0, 100);
  GOOD(db->Flush(FlushOptions()));
  EQ(manager->GetTotalSize(), LiveBytes(db));
  EQ(manager->GetTrackedFiles().size(), 1u);
  EQ(FilesWith(db.path(), ".sst").size(), 1u);
  EQ(manager->GetTrackedFiles().begin()->first.substr(0, db.path().size()), db.path());
  Fill(&db, 50, 150);
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  YES(Becomes([&] { return manager->GetTotalSize() == LiveBytes(db); }));
  EQ(FilesWith(db.path(), ".trash").size(), 0u);
  // A new manager learns of what is there.
  db.Close();
  std::shared_ptr<rocksdb::SstFileManager> second;
  GOOD(db.Reopen(Managed(&second)));
  EQ(second->GetTotalSize(), LiveBytes(db));
}

CASE(sst_files_up_to_a_limit) {
  std::shared_ptr<rocksdb::SstFileManager> manager;
  const Options options = Managed(&manager);
  Db db(options);
  NO(manager->IsMaxAllowedSpaceReached());
  manager->SetMaxAllowedSpaceUsage(150 << 10);
  Fill(&db, 0, 100);
  GOOD(db->Flush(FlushOptions()));
  NO(manager->IsMaxAllowedSpaceReached());
  Fill(&db, 100, 200);
  db->Flush(FlushOptions()).PermitUncheckedError();
  YES(manager->IsMaxAllowedSpaceReached());
  YES(manager->IsMaxAllowedSpaceReachedIncludingCompactions());
  YES(Becomes([&] { return db.Put("x", "y") != "OK" && db.Put("x", "y") != ""; }));
  CODE(db->Put(rocksdb::WriteOptions(), "x", "y"), "5/8");
  EQ(db.Get("k10150").size(), 1000u);
}

CASE(sst_files_are_removed_at_a_rate) {
  std::shared_ptr<rocksdb::SstFileManager> manager;
  const Options options = Managed(&manager, 50 << 10);
  EQ(manager->GetDeleteRateBytesPerSecond(), 50 << 10);
  EQ(manager->GetMaxTrashDBRatio(), 1.0);
  manager->SetMaxTrashDBRatio(100);
  Db db(options);
  for (int round = 0; round < 15; ++round) {
    Fill(&db, 0, 100);
    GOOD(db->Flush(FlushOptions()));
  }
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  // Fifteen files of a hundred kilobytes take half a minute.
  YES(Becomes([&] { return manager->GetTotalTrashSize() > 0; }));
  YES(FilesWith(db.path(), ".trash").size() > 0);
  manager->SetDeleteRateBytesPerSecond(100 << 20);
  YES(Becomes([&] { return manager->GetTotalTrashSize() == 0; }));
  YES(Becomes([&] { return FilesWith(db.path(), ".trash").empty(); }));
  YES(Becomes([&] { return manager->GetTotalSize() == LiveBytes(db); }));
}

CASE(trash_of_an_earlier_process_goes) {
  Db db;
  db.Put("k", "v");
  db.Close();
  WriteFile(db.path() + "/000123.sst.trash", "left");
  GOOD(db.Reopen(Db::DefaultOptions()));
  YES(Becomes([&] { return FilesWith(db.path(), ".trash").empty(); }));
  EQ(db.Get("k"), "v");
}

CASE(history_of_statistics) {
  Options options = Db::DefaultOptions();
  options.statistics = rocksdb::CreateDBStatistics();
  options.stats_persist_period_sec = 1;
  Db db(options);
  std::unique_ptr<rocksdb::StatsHistoryIterator> it;
  EQ(db->GetStatsHistory(0, UINT64_MAX, nullptr),
     "4/0 Invalid argument: stats_iterator not preallocated.");
  uint64_t written = 0;
  int periods = 0;
  YES(Becomes([&] {
    db.Put("k", "v");
    written = 0;
    periods = 0;
    GOOD(db->GetStatsHistory(0, UINT64_MAX, &it));
    for (; it->Valid(); it->Next()) {
      ++periods;
      const auto found = it->GetStatsMap().find("rocksdb.number.keys.written");
      if (found != it->GetStatsMap().end()) written += found->second;
    }
    return periods >= 2;
  }));
  YES(written > 0);
  GOOD(it->status());
  // Nothing lies in the past.
  GOOD(db->GetStatsHistory(0, 1000, &it));
  NO(it->Valid());
  GOOD(db->SetDBOptions({{"stats_persist_period_sec", "0"}}));
  EQ(db->GetDBOptions().stats_persist_period_sec, 0u);
}
}  // namespace
}  // namespace conformance
