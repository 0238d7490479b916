// CompactionJobStats: counters of one compaction. Plain data, no locking.

#ifndef AETHER_INCLUDE_ROCKSDB_COMPACTION_JOB_STATS_H_
#define AETHER_INCLUDE_ROCKSDB_COMPACTION_JOB_STATS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

struct CompactionJobStats {
  CompactionJobStats() { Reset(); }
  void Reset();
  void Add(const CompactionJobStats& stats);
  uint64_t elapsed_micros;
  uint64_t cpu_micros;
  uint64_t num_input_records;
  uint64_t num_blobs_read;
  size_t num_input_files;
  size_t num_input_files_at_output_level;
  uint64_t num_output_records;
  size_t num_output_files;
  size_t num_output_files_blob;
  bool is_full_compaction;
  bool is_manual_compaction;
  uint64_t total_input_bytes;
  uint64_t total_blob_bytes_read;
  uint64_t total_output_bytes;
  uint64_t total_output_bytes_blob;
  uint64_t num_records_replaced;
  uint64_t total_input_raw_key_bytes;
  uint64_t total_input_raw_value_bytes;
  uint64_t num_input_deletion_records;
  uint64_t num_expired_deletion_records;
  uint64_t num_corrupt_keys;
  uint64_t file_write_nanos;
  uint64_t file_range_sync_nanos;
  uint64_t file_fsync_nanos;
  uint64_t file_prepare_write_nanos;
  static const size_t kMaxPrefixLength = 8;
  std::string smallest_output_key_prefix;
  std::string largest_output_key_prefix;
  uint64_t num_single_del_fallthru;
  uint64_t num_single_del_mismatch;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_COMPACTION_JOB_STATS_H_
