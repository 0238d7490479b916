// Tickers, histograms and the perf context, where what they say follows from what was done.

#include <rocksdb/compaction_filter.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/iostats_context.h>
#include <rocksdb/listener.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>
#include <rocksdb/thread_status.h>
#include <rocksdb/write_batch.h>

#include "tests/conformance/harness.h"

using conformance::Db;
using rocksdb::Options;
using rocksdb::ReadOptions;
using rocksdb::Statistics;
using rocksdb::WriteOptions;

namespace {

Options Counted() {
  Options options = Db::DefaultOptions();
  options.statistics = rocksdb::CreateDBStatistics();
  options.disable_auto_compactions = true;
  return options;
}

class Counts {
 public:
  explicit Counts(const Options& options) : statistics_(options.statistics) {}
  uint64_t operator()(uint32_t ticker) const { return statistics_->getTickerCount(ticker); }
  uint64_t Samples(uint32_t histogram) const { return Data(histogram).count; }
  uint64_t Sum(uint32_t histogram) const { return Data(histogram).sum; }
  Statistics* operator->() const { return statistics_.get(); }

 private:
  rocksdb::HistogramData Data(uint32_t histogram) const {
    rocksdb::HistogramData data;
    statistics_->histogramData(histogram, &data);
    return data;
  }
  const std::shared_ptr<Statistics> statistics_;
};

void CompactAll(Db* db) {
  rocksdb::CompactRangeOptions compact;
  compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  GOOD((*db)->CompactRange(compact, nullptr, nullptr));
}

class Joining final : public rocksdb::AssociativeMergeOperator {
 public:
  const char* Name() const override { return "Joining"; }
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& value,
             std::string* result, rocksdb::Logger*) const override {
    if (value == "bad") return false;
    result->clear();
    if (existing != nullptr) *result = existing->ToString();
    *result += value.ToString();
    return true;
  }
};

class DropsB final : public rocksdb::CompactionFilter {
 public:
  const char* Name() const override { return "DropsB"; }
  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice&, std::string*,
              bool*) const override {
    return key.starts_with("b");
  }
};

}  // namespace

CASE(tickers_of_writes) {
  const Options options = Counted();
  Db db(options);
  const Counts count(options);
  db.Put("a", "1");
  rocksdb::WriteBatch batch;
  GOOD(batch.Put("b", "22"));
  GOOD(batch.Delete("a"));
  GOOD(batch.Put("c", "333"));
  GOOD(db->Write(WriteOptions(), &batch));
  const uint64_t batch_bytes = batch.GetDataSize();
  EQ(count(rocksdb::NUMBER_KEYS_WRITTEN), uint64_t{4});
  EQ(count(rocksdb::BYTES_WRITTEN), 17 + batch_bytes);
  EQ(count(rocksdb::WRITE_DONE_BY_SELF), uint64_t{2});
  EQ(count(rocksdb::WRITE_DONE_BY_OTHER), uint64_t{0});
  EQ(count(rocksdb::WRITE_WITH_WAL), uint64_t{2});
  EQ(count(rocksdb::WAL_FILE_BYTES), 17 + batch_bytes);
  EQ(count(rocksdb::WAL_FILE_SYNCED), uint64_t{0});
  EQ(count.Samples(rocksdb::DB_WRITE), uint64_t{2});
  EQ(count.Samples(rocksdb::BYTES_PER_WRITE), uint64_t{2});
  EQ(count.Sum(rocksdb::BYTES_PER_WRITE), 17 + batch_bytes);

  WriteOptions unlogged;
  unlogged.disableWAL = true;
  GOOD(db->Put(unlogged, "d", "4"));
  EQ(count(rocksdb::WRITE_WITH_WAL), uint64_t{2});
  EQ(count(rocksdb::WRITE_DONE_BY_SELF), uint64_t{3});
  EQ(count(rocksdb::WAL_FILE_BYTES), 17 + batch_bytes);
  EQ(count(rocksdb::NUMBER_KEYS_WRITTEN), uint64_t{5});

  WriteOptions synced;
  synced.sync = true;
  GOOD(db->Put(synced, "e", "5"));
  GOOD(db->Put(synced, "f", "6"));
  EQ(count(rocksdb::WAL_FILE_SYNCED), uint64_t{2});
  EQ(count.Samples(rocksdb::WAL_FILE_SYNC_MICROS), uint64_t{2});
}

CASE(tickers_of_gets) {
  Options options = Counted();
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  Db db(options);
  const Counts count(options);
  for (int i = 0; i < 100; ++i) db.Put("k" + std::to_string(1000 + 2 * i), "value");
  EQ(db.Get("k1000"), "value");
  EQ(db.Get("k1001"), "NotFound: ");
  EQ(count(rocksdb::MEMTABLE_HIT), uint64_t{1});
  EQ(count(rocksdb::MEMTABLE_MISS), uint64_t{1});
  EQ(count(rocksdb::GET_HIT_L0), uint64_t{0});
  EQ(count(rocksdb::BLOOM_FILTER_USEFUL), uint64_t{0});
  GOOD(db->Flush(rocksdb::FlushOptions()));
  for (int i = 0; i < 100; ++i) EQ(db.Get("k" + std::to_string(1000 + 2 * i)), "value");
  for (int i = 0; i < 50; ++i) db.Get("k" + std::to_string(1001 + 2 * i));
  db.Get("z");  // outside of the file
  EQ(count(rocksdb::MEMTABLE_HIT), uint64_t{1});
  EQ(count(rocksdb::MEMTABLE_MISS), uint64_t{152});
  EQ(count(rocksdb::NUMBER_KEYS_READ), uint64_t{153});
  EQ(count(rocksdb::BYTES_READ), uint64_t{505});
  EQ(count(rocksdb::GET_HIT_L0), uint64_t{100});
  EQ(count(rocksdb::GET_HIT_L1) + count(rocksdb::GET_HIT_L2_AND_UP), uint64_t{0});
  EQ(count(rocksdb::BLOOM_FILTER_FULL_TRUE_POSITIVE), uint64_t{100});
  YES(count(rocksdb::BLOOM_FILTER_FULL_POSITIVE) + count(rocksdb::BLOOM_FILTER_USEFUL) >= 150);
  YES(count(rocksdb::BLOOM_FILTER_USEFUL) > 40);
  YES(count(rocksdb::BLOCK_CACHE_DATA_HIT) > 90);
  YES(count(rocksdb::BLOCK_CACHE_DATA_MISS) > 0);
  EQ(count(rocksdb::BLOCK_CACHE_ADD), count(rocksdb::BLOCK_CACHE_MISS));
  YES(count(rocksdb::BLOCK_CACHE_BYTES_READ) > 0);
  YES(count(rocksdb::BLOCK_CACHE_BYTES_WRITE) > 0);
  EQ(count.Samples(rocksdb::DB_GET), uint64_t{153});
  EQ(count.Samples(rocksdb::BYTES_PER_READ), uint64_t{153});
  EQ(count.Sum(rocksdb::BYTES_PER_READ), uint64_t{505});
  YES(count.Samples(rocksdb::SST_READ_MICROS) > 0);
  YES(count.Samples(rocksdb::READ_BLOCK_GET_MICROS) > 0);
  YES(count(rocksdb::BLOCK_CHECKSUM_COMPUTE_COUNT) > 0);
  YES(count(rocksdb::NON_LAST_LEVEL_READ_COUNT) > 0);
  CompactAll(&db);
  EQ(db.Get("k1000"), "value");
  EQ(count(rocksdb::GET_HIT_L0), uint64_t{100});
  EQ(count(rocksdb::GET_HIT_L1) + count(rocksdb::GET_HIT_L2_AND_UP), uint64_t{1});
}

CASE(tickers_of_multigets) {
  const Options options = Counted();
  Db db(options);
  const Counts count(options);
  db.Put("a", "1");
  GOOD(db->Flush(rocksdb::FlushOptions()));
  db.Put("b", "22");
  const rocksdb::Slice keys[] = {"a", "b", "c"};
  rocksdb::PinnableSlice values[3];
  rocksdb::Status statuses[3];
  db->MultiGet(ReadOptions(), db->DefaultColumnFamily(), 3, keys, values, statuses);
  EQ(count(rocksdb::NUMBER_MULTIGET_CALLS), uint64_t{1});
  EQ(count(rocksdb::NUMBER_MULTIGET_KEYS_READ), uint64_t{3});
  EQ(count(rocksdb::NUMBER_MULTIGET_KEYS_FOUND), uint64_t{2});
  EQ(count(rocksdb::NUMBER_MULTIGET_BYTES_READ), uint64_t{3});
  EQ(count(rocksdb::NUMBER_KEYS_READ), uint64_t{0});
  EQ(count(rocksdb::MEMTABLE_HIT), uint64_t{1});
  EQ(count(rocksdb::MEMTABLE_MISS), uint64_t{2});
  EQ(count(rocksdb::GET_HIT_L0), uint64_t{1});
  EQ(count.Samples(rocksdb::DB_MULTIGET), uint64_t{1});
  EQ(count.Sum(rocksdb::BYTES_PER_MULTIGET), uint64_t{3});
}

CASE(tickers_of_iterators) {
  const Options options = Counted();
  Db db(options);
  const Counts count(options);
  for (const char* key : {"a", "b", "c", "d"}) db.Put(key, "1");
  db.Put("b", "2");
  GOOD(db->Delete(WriteOptions(), "c"));
  {
    std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
    EQ(count(rocksdb::NO_ITERATOR_CREATED), uint64_t{1});
    it->SeekToFirst();
    it->Next();  // b
    it->Next();  // passes the older b, and c
    EQ(conformance::At(*it), "d=1");
    it->Next();
    NO(it->Valid());
    it->Seek("x");
    NO(it->Valid());
    it->SeekToLast();
    it->Prev();
    EQ(conformance::At(*it), "b=2");
  }
  EQ(count(rocksdb::NO_ITERATOR_DELETED), uint64_t{1});
  EQ(count(rocksdb::NUMBER_DB_SEEK), uint64_t{3});
  EQ(count(rocksdb::NUMBER_DB_SEEK_FOUND), uint64_t{2});
  EQ(count(rocksdb::NUMBER_DB_NEXT), uint64_t{3});
  EQ(count(rocksdb::NUMBER_DB_NEXT_FOUND), uint64_t{2});
  EQ(count(rocksdb::NUMBER_DB_PREV), uint64_t{1});
  EQ(count(rocksdb::NUMBER_DB_PREV_FOUND), uint64_t{1});
  EQ(count(rocksdb::ITER_BYTES_READ), uint64_t{10});
  EQ(count.Samples(rocksdb::DB_SEEK), uint64_t{1});
  YES(count(rocksdb::NUMBER_ITER_SKIP) >= 3);
}

CASE(tickers_of_flushes_and_compactions) {
  const Options options = Counted();
  Db db(options);
  const Counts count(options);
  for (int i = 0; i < 100; ++i) db.Put("k" + std::to_string(100 + i), "first");
  GOOD(db->Flush(rocksdb::FlushOptions()));
  EQ(count.Samples(rocksdb::FLUSH_TIME), uint64_t{1});
  EQ(count.Samples(rocksdb::TABLE_SYNC_MICROS), uint64_t{1});
  YES(count(rocksdb::FLUSH_WRITE_BYTES) > 500);
  YES(count(rocksdb::NO_FILE_OPENS) > 0);
  YES(count(rocksdb::MEMTABLE_PAYLOAD_BYTES_AT_FLUSH) > 0);
  YES(count.Samples(rocksdb::MANIFEST_FILE_SYNC_MICROS) > 0);
  for (int i = 0; i < 10; ++i) db.Put("k" + std::to_string(100 + i), "again");
  for (int i = 0; i < 5; ++i) {
    GOOD(db->Delete(WriteOptions(), "k" + std::to_string(150 + i)));
  }
  GOOD(db->DeleteRange(WriteOptions(), db->DefaultColumnFamily(), "k190", "k193"));
  GOOD(db->Flush(rocksdb::FlushOptions()));
  EQ(count.Samples(rocksdb::FLUSH_TIME), uint64_t{2});
  EQ(count.Samples(rocksdb::COMPACTION_TIME), uint64_t{0});
  CompactAll(&db);
  YES(count(rocksdb::COMPACTION_KEY_DROP_NEWER_ENTRY) >= 15);
  YES(count(rocksdb::COMPACTION_KEY_DROP_OBSOLETE) >= 5);
  EQ(count(rocksdb::COMPACTION_KEY_DROP_RANGE_DEL), uint64_t{3});
  EQ(count(rocksdb::COMPACTION_RANGE_DEL_DROP_OBSOLETE), uint64_t{1});
  EQ(count(rocksdb::COMPACTION_KEY_DROP_USER), uint64_t{0});
  YES(count.Samples(rocksdb::COMPACTION_TIME) > 0);
  YES(count.Samples(rocksdb::COMPACTION_CPU_TIME) > 0);
  YES(count.Samples(rocksdb::COMPACTION_OUTFILE_SYNC_MICROS) > 0);
  YES(count(rocksdb::COMPACT_READ_BYTES) > 500);
  YES(count(rocksdb::COMPACT_WRITE_BYTES) > 500);
}

CASE(tickers_of_merges_and_filters) {
  Options options = Counted();
  options.merge_operator = std::make_shared<Joining>();
  const DropsB filter;
  options.compaction_filter = &filter;
  options.statistics->set_stats_level(rocksdb::kAll);
  Db db(options);
  const Counts count(options);
  GOOD(db->Merge(WriteOptions(), "m", "1"));
  GOOD(db->Merge(WriteOptions(), "m", "2"));
  EQ(db.Get("m"), "12");
  YES(count(rocksdb::MERGE_OPERATION_TOTAL_TIME) > 0);
  EQ(count(rocksdb::NUMBER_MERGE_FAILURES), uint64_t{0});
  EQ(count.Samples(rocksdb::READ_NUM_MERGE_OPERANDS), uint64_t{1});
  EQ(count.Sum(rocksdb::READ_NUM_MERGE_OPERANDS), uint64_t{2});
  GOOD(db->Merge(WriteOptions(), "n", "bad"));
  db.Get("n");
  EQ(count(rocksdb::NUMBER_MERGE_FAILURES), uint64_t{1});
  GOOD(db->Delete(WriteOptions(), "n"));
  for (const char* key : {"a", "b1", "b2", "c"}) db.Put(key, "1");
  GOOD(db->Flush(rocksdb::FlushOptions()));
  CompactAll(&db);
  EQ(db.Get("b1"), "NotFound: ");
  EQ(count(rocksdb::COMPACTION_KEY_DROP_USER), uint64_t{2});
  YES(count(rocksdb::FILTER_OPERATION_TOTAL_TIME) > 0);
}

CASE(tickers_of_compression) {
  Options options = Counted();
  options.compression = rocksdb::kSnappyCompression;
  options.statistics->set_stats_level(rocksdb::kAll);
  Db db(options);
  const Counts count(options);
  for (int i = 0; i < 1000; ++i) db.Put("k" + std::to_string(i), std::string(100, 'x'));
  GOOD(db->Flush(rocksdb::FlushOptions()));
  YES(count(rocksdb::NUMBER_BLOCK_COMPRESSED) > 0);
  EQ(count.Samples(rocksdb::BYTES_COMPRESSED), count(rocksdb::NUMBER_BLOCK_COMPRESSED));
  YES(count.Samples(rocksdb::COMPRESSION_TIMES_NANOS) > 0);
  for (int i = 0; i < 1000; ++i) db.Get("k" + std::to_string(i));
  YES(count(rocksdb::NUMBER_BLOCK_DECOMPRESSED) > 0);
  YES(count.Samples(rocksdb::BYTES_DECOMPRESSED) > 0);
  YES(count.Samples(rocksdb::DECOMPRESSION_TIMES_NANOS) > 0);
}

CASE(tickers_of_blob_files) {
  Options options = Counted();
  options.enable_blob_files = true;
  options.min_blob_size = 1000;
  Db db(options);
  const Counts count(options);
  WriteOptions unlogged;  // or the log may keep the values
  unlogged.disableWAL = true;
  for (int i = 0; i < 10; ++i) {
    GOOD(db->Put(unlogged, "k" + std::to_string(i), std::string(2000, 'x')));
  }
  GOOD(db->Flush(rocksdb::FlushOptions()));
  YES(count(rocksdb::BLOB_DB_BLOB_FILE_BYTES_WRITTEN) > 20000);
  EQ(count(rocksdb::BLOB_DB_BLOB_FILE_SYNCED), uint64_t{1});
  YES(count.Samples(rocksdb::BLOB_DB_BLOB_FILE_WRITE_MICROS) > 0);
  for (int i = 0; i < 10; ++i) db.Get("k" + std::to_string(i));
  YES(count(rocksdb::BLOB_DB_BLOB_FILE_BYTES_READ) >= 20000);
  YES(count.Samples(rocksdb::BLOB_DB_BLOB_FILE_READ_MICROS) > 0);
}

CASE(stats_levels) {
  const Options options = Counted();
  Db db(options);
  const Counts count(options);
  count->set_stats_level(rocksdb::kDisableAll);
  db.Put("a", "1");
  db.Get("a");
  EQ(count(rocksdb::NUMBER_KEYS_WRITTEN) + count(rocksdb::NUMBER_KEYS_READ), uint64_t{0});
  count->set_stats_level(rocksdb::kExceptHistogramOrTimers);
  db.Put("a", "1");
  db.Get("a");
  EQ(count(rocksdb::NUMBER_KEYS_WRITTEN) + count(rocksdb::NUMBER_KEYS_READ), uint64_t{2});
  EQ(count.Samples(rocksdb::BYTES_PER_WRITE) + count.Samples(rocksdb::DB_WRITE), uint64_t{0});
  EQ(count.Samples(rocksdb::BYTES_PER_READ) + count.Samples(rocksdb::DB_GET), uint64_t{0});
  count->set_stats_level(rocksdb::kExceptTimers);
  db.Put("a", "1");
  db.Get("a");
  EQ(count.Samples(rocksdb::BYTES_PER_WRITE) + count.Samples(rocksdb::BYTES_PER_READ), uint64_t{2});
  EQ(count.Samples(rocksdb::DB_WRITE) + count.Samples(rocksdb::DB_GET), uint64_t{0});
  count->set_stats_level(rocksdb::kExceptDetailedTimers);
  db.Put("a", "1");
  db.Get("a");
  EQ(count.Samples(rocksdb::DB_WRITE) + count.Samples(rocksdb::DB_GET), uint64_t{2});
  GOOD(count->Reset());
  EQ(count(rocksdb::NUMBER_KEYS_WRITTEN), uint64_t{0});
  EQ(count.Samples(rocksdb::DB_WRITE), uint64_t{0});
  db.Put("a", "1");
  EQ(count->getAndResetTickerCount(rocksdb::NUMBER_KEYS_WRITTEN), uint64_t{1});
  EQ(count(rocksdb::NUMBER_KEYS_WRITTEN), uint64_t{0});
  EQ(count.Samples(rocksdb::DB_WRITE), uint64_t{1});
}

CASE(perf_context_counts) {
  Options options = Db::DefaultOptions();
  options.disable_auto_compactions = true;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  Db db(options);
  rocksdb::PerfContext* const perf = rocksdb::get_perf_context();
  rocksdb::SetPerfLevel(rocksdb::kEnableCount);
  for (const char* key : {"a", "b", "c", "d"}) db.Put(key, "12345");
  db.Put("b", "2");
  GOOD(db->Delete(WriteOptions(), "c"));
  perf->Reset();
  EQ(db.Get("a"), "12345");
  EQ(perf->get_from_memtable_count, uint64_t{1});
  EQ(perf->get_read_bytes, uint64_t{5});
  EQ(perf->get_from_memtable_time, uint64_t{0});
  EQ(perf->block_read_count, uint64_t{0});
  {
    std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
    it->SeekToFirst();
    perf->Reset();
    it->Next();
    it->Next();
    EQ(conformance::At(*it), "d=12345");
    EQ(perf->internal_key_skipped_count, uint64_t{4});
    EQ(perf->internal_delete_skipped_count, uint64_t{1});
  }
  GOOD(db->Flush(rocksdb::FlushOptions()));
  perf->Reset();
  perf->EnablePerLevelPerfContext();
  EQ(db.Get("a"), "12345");
  EQ(perf->bloom_sst_hit_count, uint64_t{1});
  EQ(perf->block_read_count, uint64_t{1});
  YES(perf->block_read_byte > 0);
  EQ(db.Get("d"), "12345");
  YES(perf->block_cache_hit_count >= 1);
  EQ(perf->block_read_count, uint64_t{1});
  EQ((*perf->level_to_perf_context)[0].bloom_filter_full_true_positive, uint64_t{2});
  EQ((*perf->level_to_perf_context)[0].block_cache_miss_count, uint64_t{1});
  perf->ClearPerLevelPerfContext();
  perf->Reset();
  for (const char* key : {"b1", "b2", "b3", "b4", "b5", "b6"}) db.Get(key);
  EQ(perf->bloom_sst_hit_count + perf->bloom_sst_miss_count, uint64_t{6});
  YES(perf->bloom_sst_miss_count > 0);
  rocksdb::SetPerfLevel(rocksdb::kDisable);
  perf->Reset();
  db.Get("a");
  EQ(perf->ToString(true), "");
}

CASE(perf_context_times) {
  Options options = Db::DefaultOptions();
  options.merge_operator = std::make_shared<Joining>();
  Db db(options);
  rocksdb::PerfContext* const perf = rocksdb::get_perf_context();
  rocksdb::SetPerfLevel(rocksdb::kEnableTimeAndCPUTimeExceptForMutex);
  perf->Reset();
  for (int i = 0; i < 100; ++i) db.Put("k" + std::to_string(i), "value");
  YES(perf->write_wal_time > 0);
  YES(perf->write_memtable_time > 0);
  YES(perf->write_pre_and_post_process_time > 0);
  EQ(perf->write_delay_time, uint64_t{0});
  for (int i = 0; i < 100; ++i) db.Get("k" + std::to_string(i));
  YES(perf->get_from_memtable_time > 0);
  YES(perf->get_cpu_nanos > 0);
  EQ(perf->get_from_output_files_time, uint64_t{0});
  GOOD(db->Merge(WriteOptions(), "m", "1"));
  db.Get("m");
  YES(perf->merge_operator_time_nanos > 0);
  GOOD(db->Flush(rocksdb::FlushOptions()));
  perf->Reset();
  for (int i = 0; i < 100; ++i) db.Get("k" + std::to_string(i));
  YES(perf->get_from_output_files_time > 0);
  YES(perf->block_read_time > 0);
  YES(perf->block_checksum_time > 0);
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(ReadOptions()));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
  }
  YES(perf->seek_internal_seek_time > 0);
  YES(perf->find_next_user_entry_time > 0);
  YES(perf->iter_next_cpu_nanos > 0);
  rocksdb::SetPerfLevel(rocksdb::kDisable);
}

CASE(io_of_a_thread) {
  Options options = Db::DefaultOptions();
  Db db(options);
  rocksdb::SetPerfLevel(rocksdb::kEnableTimeExceptForMutex);
  rocksdb::IOStatsContext* const io = rocksdb::get_iostats_context();
  for (int i = 0; i < 100; ++i) db.Put("k" + std::to_string(i), "value");
  GOOD(db->Flush(rocksdb::FlushOptions()));
  io->Reset();
  for (int i = 0; i < 100; ++i) EQ(db.Get("k" + std::to_string(i)), "value");
  YES(io->bytes_read > 0);
  YES(io->read_nanos > 0);
  const uint64_t read = io->bytes_read;
  for (int i = 0; i < 100; ++i) EQ(db.Get("k" + std::to_string(i)), "value");
  EQ(io->bytes_read, read);
  io->Reset();
  WriteOptions synced;
  synced.sync = true;
  GOOD(db->Put(synced, "a", std::string(10000, 'x')));
  YES(io->bytes_written >= 10000);
  YES(io->fsync_nanos > 0);
  rocksdb::SetPerfLevel(rocksdb::kDisable);
}

namespace {

// Lists the threads while a flush begins.
class ListsThreads final : public rocksdb::EventListener {
 public:
  void OnFlushBegin(rocksdb::DB* db, const rocksdb::FlushJobInfo&) override {
    std::vector<rocksdb::ThreadStatus> threads;
    if (!db->GetEnv()->GetThreadList(&threads).ok()) return;
    for (const rocksdb::ThreadStatus& thread : threads) {
      if (thread.operation_type == rocksdb::ThreadStatus::OP_UNKNOWN) continue;
      const auto properties = rocksdb::ThreadStatus::InterpretOperationProperties(
          thread.operation_type, thread.op_properties);
      seen += rocksdb::ThreadStatus::GetThreadTypeName(thread.thread_type) + " " +
              rocksdb::ThreadStatus::GetOperationName(thread.operation_type) + " " +
              thread.cf_name + " " + (thread.db_name == db->GetName() ? "here" : "elsewhere") +
              (properties.at("BytesMemtables") > 0 ? " with bytes" : "") + "; ";
    }
    listed += threads.size();
  }
  std::string seen;
  size_t listed = 0;
};

}  // namespace

CASE(threads_are_listed) {
  for (const bool tracked : {true, false}) {
    Options options = Db::DefaultOptions();
    options.enable_thread_tracking = tracked;
    const auto listener = std::make_shared<ListsThreads>();
    options.listeners.push_back(listener);
    Db db(options, tracked ? "tracked" : "plain");
    for (int i = 0; i < 1000; ++i) db.Put("k" + std::to_string(i), "value");
    GOOD(db->Flush(rocksdb::FlushOptions()));
    YES(listener->listed > 0);
    EQ(listener->seen, tracked ? "High Pri Flush default here with bytes; " : "");
  }
}
