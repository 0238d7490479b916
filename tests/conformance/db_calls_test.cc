// Calls of DB that no other file is about: several families at once, iterators over several,
// figures of memtables, times of files, traces that do not end.

#include <rocksdb/db.h>
#include <rocksdb/statistics.h>
#include <rocksdb/trace_reader_writer.h>
#include <rocksdb/utilities/transaction_db.h>

#include <chrono>
#include <ctime>
#include <map>
#include <thread>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {

using rocksdb::ColumnFamilyHandle;
using rocksdb::FlushOptions;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::WriteOptions;

CASE(families_are_dropped_together) {
  Db db;
  ColumnFamilyHandle* const one = db.Create("one");
  ColumnFamilyHandle* const two = db.Create("two");
  GOOD(db->Put(WriteOptions(), one, "a", "1"));
  GOOD(db->DropColumnFamilies({}));
  EQ(db->DropColumnFamilies({one, db->DefaultColumnFamily()}),
     "4/0 Invalid argument: Can't drop default column family");
  // What stood before the one that cannot be dropped is gone.
  EQ(db.Get("a", one), "1");
  EQ(db->DropColumnFamilies({one}), "4/0 Invalid argument: Column family already dropped!\n");
  GOOD(db->DropColumnFamilies({two}));
  std::vector<std::string> names;
  GOOD(rocksdb::DB::ListColumnFamilies(Db::DefaultOptions(), db.path(), &names));
  EQ(names.size(), 1u);
  EQ(names[0], "default");
}

CASE(iterators_over_families_show_one_moment) {
  Db db;
  ColumnFamilyHandle* const more = db.Create("more");
  db.Put("a", "1");
  GOOD(db->Put(WriteOptions(), more, "b", "2"));
  std::vector<rocksdb::Iterator*> iterators = {nullptr};
  GOOD(db->NewIterators(ReadOptions(), {db->DefaultColumnFamily(), more}, &iterators));
  EQ(iterators.size(), 2u);
  db.Put("c", "3");
  GOOD(db->Put(WriteOptions(), more, "c", "3"));
  std::string text;
  for (rocksdb::Iterator* it : iterators) {
    for (it->SeekToFirst(); it->Valid(); it->Next()) text += it->key().ToString() + " ";
    GOOD(it->status());
    delete it;
  }
  EQ(text, "a b ");
  GOOD(db->NewIterators(ReadOptions(), {}, &iterators));
  EQ(iterators.size(), 0u);
  ReadOptions managed;
  managed.managed = true;
  EQ(db->NewIterators(managed, {more}, &iterators),
     "3/0 Not implemented: Managed iterator is not supported anymore.");
  ReadOptions persisted;
  persisted.read_tier = rocksdb::kPersistedTier;
  EQ(db->NewIterators(persisted, {more}, &iterators),
     "3/0 Not implemented: ReadTier::kPersistedData is not yet supported in iterators.");
}

CASE(automatic_compactions_are_enabled_again) {
  rocksdb::Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  options.level0_file_num_compaction_trigger = 2;
  Db db(options);
  for (int i = 0; i < 6; ++i) {
    db.Put("a", std::to_string(i));
    GOOD(db->Flush(FlushOptions()));
  }
  EQ(db.Property("rocksdb.num-files-at-level0"), "6");
  GOOD(db->EnableAutoCompaction({}));
  YES(db->GetOptions().disable_auto_compactions);
  GOOD(db->EnableAutoCompaction({db->DefaultColumnFamily()}));
  NO(db->GetOptions().disable_auto_compactions);
  for (int waits = 0; db.Property("rocksdb.num-files-at-level0") == "6" && waits < 1000; ++waits) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  NO(db.Property("rocksdb.num-files-at-level0") == "6");
}

CASE(ranges_are_suggested_for_compaction) {
  rocksdb::Options options = Db::DefaultOptions();
  Db db(options);
  const Slice begin("a"), end("z");
  GOOD(db->SuggestCompactRange(db->DefaultColumnFamily(), &begin, &end));
  db.Put("m", "1");
  GOOD(db->Flush(FlushOptions()));
  GOOD(db->SuggestCompactRange(db->DefaultColumnFamily(), &begin, &end));
  GOOD(db->SuggestCompactRange(db->DefaultColumnFamily(), nullptr, nullptr));
  EQ(db.Scan(), "m=1 ");
}

CASE(memtables_are_estimated) {
  Db db;
  uint64_t count = 99, size = 99;
  db->GetApproximateMemTableStats(rocksdb::Range("k", "l"), &count, &size);
  EQ(count, 0u);
  EQ(size, 0u);
  for (int i = 1000; i < 2000; ++i) db.Put("k" + std::to_string(i), "value");
  db->GetApproximateMemTableStats(rocksdb::Range("k", "l"), &count, &size);
  YES(count > 100 && count < 10000);
  YES(size > 1000 && size < 1000000);
  db->GetApproximateMemTableStats(db->DefaultColumnFamily(), rocksdb::Range("x", "z"), &count,
                                  &size);
  EQ(count, 0u);
  EQ(size, 0u);
  GOOD(db->Flush(FlushOptions()));
  db->GetApproximateMemTableStats(rocksdb::Range("k", "l"), &count, &size);
  EQ(count, 0u);
}

CASE(files_know_their_time) {
  Db db;
  db.Put("a", "1");
  const uint64_t before = static_cast<uint64_t>(time(nullptr));
  GOOD(db->Flush(FlushOptions()));
  uint64_t created = 0;
  GOOD(db->GetCreationTimeOfOldestFile(&created));
  YES(created >= before && created <= before + 60);
  rocksdb::Options options = Db::DefaultOptions();
  options.max_open_files = 100;
  GOOD(db.Reopen(options));
  created = 99;
  DIFFERS("files-have-times-however-they-are-opened", db->GetCreationTimeOfOldestFile(&created),
          "3/0 Not implemented: This API only works if max_open_files = -1", "0/0 OK");
}

CASE(no_file_has_a_time_of_its_own) {
  Db db;
  uint64_t created = 99;
  GOOD(db->GetCreationTimeOfOldestFile(&created));
  EQ(created, uint64_t{18446744073709551615u});
}

CASE(history_without_timestamps) {
  Db db;
  std::string low = "kept";
  EQ(db->IncreaseFullHistoryTsLow(db->DefaultColumnFamily(), "12345678"),
     "4/0 Invalid argument: Timestamp is not enabled in this column family");
  EQ(db->GetFullHistoryTsLow(db->DefaultColumnFamily(), &low),
     "4/0 Invalid argument: Timestamp is not enabled in this column family");
  EQ(low, "kept");
}

CASE(statistics_begin_anew) {
  rocksdb::Options options = Db::DefaultOptions();
  options.statistics = rocksdb::CreateDBStatistics();
  Db db(options);
  db.Put("a", "1");
  GOOD(db->Flush(FlushOptions()));
  YES(options.statistics->getTickerCount(rocksdb::FLUSH_WRITE_BYTES) > 0);
  GOOD(db->ResetStats());
  DIFFERS("reset-stats-resets-statistics",
          Text(options.statistics->getTickerCount(rocksdb::FLUSH_WRITE_BYTES) > 0), "true",
          "false");
}

CASE(traces_of_blocks_and_calls_of_the_system) {
  Db db;
  std::unique_ptr<rocksdb::TraceWriter> writer;
  GOOD(rocksdb::NewFileTraceWriter(rocksdb::Env::Default(), rocksdb::EnvOptions(),
                                   Directory() + "/trace", &writer));
  const Status io = db->StartIOTrace(rocksdb::TraceOptions(), std::move(writer));
  DIFFERS("no-traces-of-blocks-and-io", io, "0/0 OK", "3/0 Not implemented: DB::StartIOTrace");
  DIFFERS("no-traces-of-blocks-and-io", db->EndIOTrace(), "0/0 OK",
          "3/0 Not implemented: DB::EndIOTrace");
  GOOD(rocksdb::NewFileTraceWriter(rocksdb::Env::Default(), rocksdb::EnvOptions(),
                                   Directory() + "/blocks", &writer));
  const Status blocks = db->StartBlockCacheTrace(rocksdb::TraceOptions(), std::move(writer));
  DIFFERS("no-traces-of-blocks-and-io", blocks, "0/0 OK",
          "3/0 Not implemented: DB::StartBlockCacheTrace");
  DIFFERS("no-traces-of-blocks-and-io", db->EndBlockCacheTrace(), "0/0 OK",
          "3/0 Not implemented: DB::EndBlockCacheTrace");
}

}  // namespace
}  // namespace conformance
