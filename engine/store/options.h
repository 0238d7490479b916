// Options of the engine's own API (DbEnv and KvStore).
//
// All sizes are bytes. Plain values: copied at Open, never read again through the caller's object.

#ifndef AETHER_ENGINE_STORE_OPTIONS_H_
#define AETHER_ENGINE_STORE_OPTIONS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/comparator.h"
#include "engine/base/meter.h"
#include "engine/base/operators.h"
#include "engine/buffer/pool.h"
#include "engine/commit/write_times.h"
#include "engine/io/clock.h"
#include "engine/io/file_system.h"
#include "engine/io/limiter.h"
#include "engine/lsm/options.h"
#include "engine/memtable/memtable.h"
#include "engine/run/run_file.h"
#include "engine/store/observer.h"

namespace aether {

struct StoreOptions {
  const Comparator* order = BytewiseComparator();
  std::shared_ptr<const MergeOperator> merge_operator;
  std::shared_ptr<CompactionFilterFactory> filter_factory;
  MemTableKind memtable = MemTableKind::kRax;
  // The active memtable is sealed when it has taken this much memory.
  uint64_t write_buffer_size = 64 << 20;
  // Sealed and active memtables together; writers wait when a flush cannot keep up with them.
  int max_write_buffers = 2;
  // The cache of pages; null takes a private one of 8 MiB.
  std::shared_ptr<Pool> pool;
  // Reading ahead of iterators that were not told how much: see RunReadOptions.
  size_t first_readahead = 8 << 10;
  size_t max_readahead = 256 << 10;
  uint32_t readahead_after_reads = 2;
  TreeOptions tree;
  // Ask each file that is written.
  std::vector<std::shared_ptr<FileCollectorFactory>> collectors;
};

enum class RecoveryMode : uint8_t {
  kTolerateCorruptedTail = 0,
  kAbsoluteConsistency = 1,
  kPointInTime = 2,
  kSkipAnyCorrupted = 3,
};

// A budget for the memory of memtables that several DbEnvs share. Called from any thread.
class WriteMemory {
 public:
  virtual ~WriteMemory() = default;
  virtual void Reserve(size_t bytes) = 0;
  virtual void Free(size_t bytes) = 0;
  // True when the holder of the largest memtable should flush it.
  virtual bool ShouldFlush() const = 0;
};

struct EnvOptions {
  FileSystem* fs = nullptr;  // null: the disk
  // False forces the append backend of the log, also where mapping is safe.
  bool allow_mapped_log = true;
  bool create_if_missing = false;
  bool error_if_exists = false;
  bool create_missing_stores = false;
  bool read_only = false;
  // With read_only: another process may be writing to the store; see DbEnv::CatchUp.
  bool secondary = false;
  std::string wal_dir;              // empty: the directory of the store
  uint64_t max_total_wal_size = 0;  // 0: four times the sum of all write buffers
  RecoveryMode recovery_mode = RecoveryMode::kPointInTime;
  // False: what the log gave back is flushed in the background once the store is open.
  bool avoid_flush_during_recovery = false;
  bool avoid_flush_during_shutdown = false;
  uint64_t log_segment_bytes = 0;  // size of a file of the log; 0: see PipelineOptions
  uint64_t log_chunk_bytes = 0;    // what a writer takes of it at once; 0: likewise
  int background_jobs = 2;
  uint64_t db_write_buffer_size = 0;  // 0: no bound over all stores
  std::shared_ptr<WriteMemory> write_memory;
  // Write-back of runs as they are written, in such steps; 0: of a megabyte.
  uint64_t bytes_per_sync = 0;
  // Runs are read, and by flushes and merges written and read, past the page cache. Opening fails
  // where the file system cannot.
  bool direct_reads = false;
  bool direct_background = false;
  // Paces flushes (high priority) and merges (low).
  std::shared_ptr<IoLimiter> limiter;
  // Segments of the log that the store needs no more are kept for followers, until they are so old
  // or take so much together. Both 0: they go.
  uint64_t wal_ttl_seconds = 0;
  uint64_t wal_archive_bytes = 0;
  uint64_t wal_bytes_per_sync = 0;  // write-back of the log in such steps; 0: left to the kernel
  std::shared_ptr<Observer> observer;
  std::shared_ptr<Meter> meter;  // null: nothing is counted
  // Removes a file that nobody needs any more; empty: the file system does.
  std::function<Status(const std::string& path)> remove_file;
  // Of files of runs; may be null.
  std::shared_ptr<FileSumFactory> sums;
  // Receives one line of text for the information log; may be empty.
  std::function<void(const std::string& line)> log;
};

struct StoreDescriptor {
  std::string name;
  StoreOptions options;
  // Opened if it is there; its handle is left out otherwise.
  bool optional = false;
};

struct RepairOptions {
  FileSystem* fs = nullptr;  // null: the disk
  std::string wal_dir;       // empty: the directory of the store
  // What a store of that name was opened with; an error ends the repair.
  std::function<Status(const std::string& name, StoreOptions* options)> options_of;
  std::function<void(const std::string& line)> log;  // may be empty
};

class Snapshot;

// What a read did: see engine/run/read_counters.h. Those of an iterator have to outlive it.
struct ReadCounters : RunReadCounters {
  ReadCounters() { last_level = kLastLevel; }

  uint64_t memtable_hits = 0;
  uint64_t memtable_misses = 0;
};

enum class ReadTier : uint8_t {
  kAll,
  kCacheOnly,      // Incomplete instead of I/O
  kPersistedOnly,  // leaves out what was written without a log and has not been flushed
  kMemTableOnly,
};

struct ReadOptions {
  const Snapshot* snapshot = nullptr;  // null: what is visible now
  ReadTier tier = ReadTier::kAll;
  bool verify_checksums = true;
  bool fill_cache = true;
  ReadCounters* counters = nullptr;  // null: nothing is counted
  bool ignore_range_deletes = false;
  // Get answers a whole entity instead of its default column, and says so in the PinnedValue.
  bool whole_entities = false;
  // On RealClock(): TimedOut instead of I/O from then on; 0: never.
  uint64_t deadline_micros = 0;
  // What the file system is told that a single read may take; 0: nothing.
  uint64_t io_timeout_micros = 0;
  // Iterators only: bytes to read at once; 0: by what the pass looks like.
  size_t readahead = 0;
  // Iterators read ahead in the background.
  bool async_io = false;
  // Iterators only; null: no bound. The keys must outlive the iterator.
  const Slice* lower_bound = nullptr;  // inclusive
  const Slice* upper_bound = nullptr;  // exclusive
  // Iterators only: how many hidden entries to pass over before giving up with Incomplete; 0: no
  // limit.
  uint64_t max_skippable_entries = 0;
};

struct WriteOptions {
  bool sync = false;
  bool disable_wal = false;
  // Records of families that do not exist are left out instead of failing the batch.
  bool ignore_missing_stores = false;
  // Fails with Incomplete instead of waiting when writers are held back.
  bool no_slowdown = false;
  WriteTimes* times = nullptr;  // null: no clock is read
};

struct CompactRangeOptions {
  // Also rewrites the last level when nothing above overlaps it (drops tombstones, applies
  // filters).
  bool force_last_level = false;
  // Overrides BlobOptions: values in this share of the blob files, the oldest, are written anew; 0:
  // none are.
  std::optional<double> collect_age_cutoff;
  const std::atomic<bool>* canceled = nullptr;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_OPTIONS_H_
