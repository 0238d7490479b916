// Figures a store and its environment give about themselves. Plain values, taken at one moment.

#ifndef AETHER_ENGINE_STORE_STATS_H_
#define AETHER_ENGINE_STORE_STATS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/codec.h"

namespace aether {

struct LevelStats {
  int runs = 0;
  int files = 0;
  uint64_t bytes = 0;
  uint64_t raw_bytes = 0;  // keys and values before pages
  uint64_t entries = 0;
  // Since Open:
  uint64_t merge_bytes_read = 0;
  uint64_t merge_bytes_written = 0;
  uint64_t merge_micros = 0;
  uint64_t merges = 0;
};

struct StoreStats {
  uint64_t active_memtable_bytes = 0;
  uint64_t active_memtable_entries = 0;
  uint64_t active_memtable_deletes = 0;
  uint64_t sealed_memtables = 0;
  uint64_t sealed_memtable_bytes = 0;
  uint64_t sealed_memtable_entries = 0;
  uint64_t sealed_memtable_deletes = 0;
  uint64_t memtable_bytes = 0;  // of all memtables in memory, flushed ones that are in use too
  uint64_t flushes_running = 0;
  bool flush_pending = false;
  uint64_t merges_running = 0;
  bool merge_pending = false;  // also when only idle merging is left to do
  uint64_t merge_debt_bytes = 0;
  uint64_t file_bytes = 0;
  uint64_t live_file_bytes = 0;      // of the newest version
  uint64_t live_data_bytes = 0;      // an estimate: what would be left after merging everything
  uint64_t table_reader_memory = 0;  // of all files in use, old ones too
  uint64_t live_versions = 0;
  uint64_t view_number = 0;
  uint64_t blob_files = 0;
  uint64_t blob_file_bytes = 0;
  uint64_t blob_value_bytes = 0;    // as stored
  uint64_t blob_garbage_bytes = 0;  // of them
  uint64_t entries = 0;             // in files
  uint64_t tombstones = 0;          // in files
  uint64_t flush_bytes_written = 0;
  uint64_t flush_micros = 0;
  uint64_t flushes = 0;
  uint64_t stall_delays = 0;
  uint64_t stall_stops = 0;
  uint64_t stall_micros = 0;
  bool stopped = false;
  uint64_t sealed_memtables_flushed = 0;
  std::vector<LevelStats> levels;
};

struct FileInfo {
  uint64_t number = 0;
  std::string path;
  int level = 0;
  uint64_t run = 0;
  uint64_t bytes = 0;
  std::string smallest_key;
  std::string largest_key;
  uint64_t smallest_sequence = 0;
  uint64_t largest_sequence = 0;
  uint64_t entries = 0;
  uint64_t deletes = 0;
  uint64_t range_deletes = 0;
  uint64_t merges = 0;
  uint64_t raw_key_bytes = 0;
  uint64_t raw_value_bytes = 0;
  uint64_t filter_bytes = 0;
  uint64_t index_bytes = 0;
  uint64_t creation_time = 0;  // unix seconds
  bool merging = false;
  Codec codec = Codec::kNone;
  std::string prefix_extractor;                   // whose prefixes the filter holds
  std::map<std::string, std::string> properties;  // what collectors said
  std::string sum;                                // over the file; empty without one
  std::string sum_name;
  uint64_t oldest_blob_file = 0;  // that an entry refers to; 0: none does
  bool external = false;          // made outside of a store
  std::string session;            // of the maker of an external file
  // Of an external file: whose entries it is for, if that was said.
  std::optional<uint32_t> family;
  std::string family_name;
};

struct BlobFileInfo {
  uint64_t number = 0;
  std::string path;
  uint64_t bytes = 0;        // of the file
  uint64_t value_count = 0;  // in the file
  uint64_t value_bytes = 0;  // as stored
  uint64_t garbage_count = 0;
  uint64_t garbage_bytes = 0;
};

struct WalFileInfo {
  uint64_t number = 0;
  std::string path;
  uint64_t bytes = 0;
  uint64_t first_sequence = 0;  // of its batches
  bool archived = false;        // the store itself needs it no more
};

// One file of a copy: the first `bytes` of `path`.
struct FileToCopy {
  enum Kind : uint8_t { kRun, kBlob, kLog };
  Kind kind = kRun;
  uint64_t number = 0;
  std::string path;
  uint64_t bytes = 0;
};

struct CopySet {
  // Runs, blob files, files of the log. The first two never change, so a copy may be a link.
  std::vector<FileToCopy> files;
  // The manifest of the copy is not the file that the store goes on with: it says where the log
  // ends.
  std::string manifest_name;
  std::string manifest;
  std::string current;  // contents of CURRENT
  // Where there are no files of the log, so many bytes of the store's own manifest do as well.
  uint64_t manifest_bytes = 0;
  uint64_t sequence = 0;  // of the last write in the copy
};

struct EnvStats {
  uint64_t visible_sequence = 0;
  uint64_t writes = 0;
  uint64_t log_bytes = 0;         // appended since Open
  bool log_mapped = false;        // records reach the log without a system call
  uint64_t log_bytes_mapped = 0;  // the part of them that no system call carried
  uint64_t log_syncs = 0;
  uint64_t live_log_bytes = 0;
  uint64_t snapshots = 0;
  uint64_t oldest_snapshot_sequence = 0;
  uint64_t oldest_snapshot_time = 0;  // unix seconds, 0 without snapshots
  uint64_t background_errors = 0;
  uint64_t manifest_number = 0;
  uint64_t min_log_number = 0;
  uint64_t memtable_bytes = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_STATS_H_
