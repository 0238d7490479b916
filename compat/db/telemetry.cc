#include "compat/db/telemetry.h"

#include <map>
#include <memory>
#include <utility>

namespace rocksdb {

aether::LevelReadCounters* ReadReport::Levels() {
  std::uninitialized_value_construct_n(levels_, aether::kLevels);
  return levels_;
}

void ReadReport::Clear() {
  const aether::ReadCounters now = std::exchange(counters_, aether::ReadCounters());
  counters_.meter = now.meter;
  counters_.timed = now.timed;
  counters_.levels = now.levels;
}

void ReadReport::TickAll(Statistics* statistics) const {
  const auto tick = [statistics](Tickers ticker, uint64_t count) {
    if (count != 0) statistics->recordTick(ticker, count);
  };
  const aether::ReadCounters& c = counters_;
  tick(MEMTABLE_HIT, c.memtable_hits);
  tick(MEMTABLE_MISS, c.memtable_misses);
  tick(BLOCK_CACHE_HIT, c.page_hits);
  tick(BLOCK_CACHE_DATA_HIT, c.page_hits);
  tick(BLOCK_CACHE_BYTES_READ, c.page_hits * aether::kPageSize);
  tick(BLOOM_FILTER_USEFUL, c.filter_useful);
  tick(BLOOM_FILTER_FULL_POSITIVE, c.filter_positive);
  tick(BLOOM_FILTER_FULL_TRUE_POSITIVE, c.filter_true_positive);
  tick(GET_HIT_L0, c.found[0]);
  tick(GET_HIT_L1, c.found[1]);
  tick(GET_HIT_L2_AND_UP, c.found[2]);
  if (c.page_loads != 0) {
    tick(BLOCK_CACHE_MISS, c.page_loads);
    tick(BLOCK_CACHE_DATA_MISS, c.page_loads);
    tick(BLOCK_CACHE_ADD, c.page_loads);
    tick(BLOCK_CACHE_DATA_ADD, c.page_loads);
    tick(BLOCK_CACHE_BYTES_WRITE, c.load_bytes);
    tick(BLOCK_CACHE_DATA_BYTES_INSERT, c.load_bytes);
    tick(LAST_LEVEL_READ_COUNT, c.last_level_loads);
    tick(LAST_LEVEL_READ_BYTES, c.last_level_load_bytes);
    tick(NON_LAST_LEVEL_READ_COUNT, c.page_loads - c.last_level_loads);
    tick(NON_LAST_LEVEL_READ_BYTES, c.load_bytes - c.last_level_load_bytes);
  }
  tick(BLOB_DB_CACHE_HIT, c.blob_hits);
  tick(BLOB_DB_CACHE_BYTES_READ, c.blob_hit_bytes);
  tick(BLOB_DB_CACHE_MISS, c.blob_loads);
  tick(BLOB_DB_CACHE_ADD, c.blob_loads);
  tick(BLOB_DB_CACHE_BYTES_WRITE, c.blob_load_bytes);
  tick(BLOOM_FILTER_PREFIX_CHECKED, c.prefix_checked);
  tick(BLOOM_FILTER_PREFIX_USEFUL, c.prefix_useful);
  tick(NUMBER_ITER_SKIP, c.entries_skipped + c.tombstones_skipped + c.newer_skipped);
  tick(NUMBER_OF_RESEEKS_IN_ITERATION, c.reseeks);
}

void ReadReport::AddToPerfContext() {
  const aether::ReadCounters& c = counters_;
  PerfContext& p = *perf_;
  p.block_cache_hit_count += c.page_hits;
  p.block_read_count += c.page_loads;
  p.block_read_byte += c.load_bytes;
  p.get_from_memtable_count += c.memtables_searched;
  p.bloom_sst_hit_count += c.filter_positive;
  p.bloom_sst_miss_count += c.filter_useful;
  p.internal_key_skipped_count += c.entries_skipped;
  p.internal_delete_skipped_count += c.tombstones_skipped;
  p.internal_recent_skipped_count += c.newer_skipped;
  p.seek_on_memtable_count += c.memtable_seeks;
  p.seek_child_seek_count += c.memtable_seeks + c.run_seeks;
  p.blob_cache_hit_count += c.blob_hits;
  p.blob_read_count += c.blob_loads;
  p.blob_read_byte += c.blob_load_bytes;
  if (c.timed) {
    p.block_read_time += c.load_nanos;
    p.block_checksum_time += c.check_nanos;
    p.block_decompress_time += c.unpack_nanos;
    p.blob_read_time += c.blob_load_nanos;
    p.get_from_memtable_time += c.memtable_nanos;
    p.get_from_output_files_time += c.runs_nanos;
    p.seek_internal_seek_time += c.seek_nanos;
  }
  if (c.levels == nullptr || p.level_to_perf_context == nullptr) return;
  for (uint32_t level = 0; level < aether::kLevels; ++level) {
    const auto now = std::exchange(levels_[level], aether::LevelReadCounters());
    if (now.page_hits + now.page_loads + now.filter_useful + now.filter_positive == 0) continue;
    PerfContextByLevel& sum = (*p.level_to_perf_context)[level];
    sum.block_cache_hit_count += now.page_hits;
    sum.block_cache_miss_count += now.page_loads;
    sum.bloom_filter_useful += now.filter_useful;
    sum.bloom_filter_full_positive += now.filter_positive;
    sum.bloom_filter_full_true_positive += now.filter_true_positive;
  }
}

void AddToPerfContext(const aether::WriteTimes& times, uint64_t all_nanos) {
  const uint64_t parts = times.log_nanos + times.table_nanos + times.wait_nanos + times.delay_nanos;
  perf_context.write_wal_time += times.log_nanos;
  perf_context.write_memtable_time += times.table_nanos;
  perf_context.write_thread_wait_nanos += times.wait_nanos;
  perf_context.write_delay_time += times.delay_nanos;
  perf_context.write_pre_and_post_process_time +=
      all_nanos - (parts < all_nanos ? parts : all_nanos);
}

}  // namespace rocksdb
