// IOStatsContext: what the calling thread's I/O spent, one instance per thread.
//
// Thread safety: a context belongs to its thread.

#ifndef AETHER_INCLUDE_ROCKSDB_IOSTATS_CONTEXT_H_
#define AETHER_INCLUDE_ROCKSDB_IOSTATS_CONTEXT_H_

#include <stdint.h>

#include <string>

#include "rocksdb/perf_level.h"

namespace ROCKSDB_NAMESPACE {

struct FileIOByTemperature {
  uint64_t hot_file_bytes_read;
  uint64_t warm_file_bytes_read;
  uint64_t cold_file_bytes_read;
  uint64_t hot_file_read_count;
  uint64_t warm_file_read_count;
  uint64_t cold_file_read_count;
  void Reset() { *this = FileIOByTemperature{}; }
};

struct IOStatsContext {
  void Reset();
  std::string ToString(bool exclude_zero_counters = false) const;
  uint64_t thread_pool_id;
  uint64_t bytes_written;
  uint64_t bytes_read;
  uint64_t open_nanos;
  uint64_t allocate_nanos;
  uint64_t write_nanos;
  uint64_t read_nanos;
  uint64_t range_sync_nanos;
  uint64_t fsync_nanos;
  uint64_t prepare_write_nanos;
  uint64_t logger_nanos;
  uint64_t cpu_write_nanos;
  uint64_t cpu_read_nanos;
  FileIOByTemperature file_io_stats_by_temperature;
  bool disable_iostats = false;
};

IOStatsContext* get_iostats_context();

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_IOSTATS_CONTEXT_H_
