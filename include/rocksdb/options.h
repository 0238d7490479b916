// The options of a database, its column families and single calls. Members are plain data; the
// meaning of each is given by its name, unit and default, and docs/ says which ones the engine
// honours, maps to something of its own, or ignores.
//
// Thread safety: plain structs; a database copies what it is opened with.

#ifndef AETHER_INCLUDE_ROCKSDB_OPTIONS_H_
#define AETHER_INCLUDE_ROCKSDB_OPTIONS_H_

#include <stddef.h>
#include <stdint.h>

#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "rocksdb/advanced_options.h"
#include "rocksdb/comparator.h"
#include "rocksdb/compression_type.h"
#include "rocksdb/customizable.h"
#include "rocksdb/data_structure.h"
#include "rocksdb/env.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/listener.h"
#include "rocksdb/sst_partitioner.h"
#include "rocksdb/types.h"
#include "rocksdb/universal_compaction.h"
#include "rocksdb/version.h"
#include "rocksdb/write_buffer_manager.h"

namespace ROCKSDB_NAMESPACE {

class Cache;
class CompactionFilter;
class CompactionFilterFactory;
class Comparator;
class ConcurrentTaskLimiter;
class Env;
enum InfoLogLevel : unsigned char;
class SstFileManager;
class FilterPolicy;
class Logger;
class MergeOperator;
class Snapshot;
class MemTableRepFactory;
class RateLimiter;
class Slice;
class Statistics;
class InternalKeyComparator;
class WalFilter;
class FileSystem;
// Both parts in one: for databases with a single configuration.
struct Options;
// A directory and how many bytes should go there.
struct DbPath;
using FileTypeSet = SmallEnumSet<FileType, FileType::kBlobFile>;
// What one column family is configured with.
struct ColumnFamilyOptions : public AdvancedColumnFamilyOptions {
  // Replaces defaults by those of an older release.
  ColumnFamilyOptions* OldDefaults(int rocksdb_major_version = 4, int rocksdb_minor_version = 6);
  // Little memory: small write buffers and a small (optionally shared) cache.
  ColumnFamilyOptions* OptimizeForSmallDb(std::shared_ptr<Cache>* cache = nullptr);
  // For Get rather than iterators: filters and a block cache of the given number of MiB.
  ColumnFamilyOptions* OptimizeForPointLookup(uint64_t block_cache_size_mb);
  ColumnFamilyOptions* OptimizeLevelStyleCompaction(uint64_t memtable_memory_budget = 512 * 1024 *
                                                                                      1024);
  ColumnFamilyOptions* OptimizeUniversalStyleCompaction(uint64_t memtable_memory_budget = 512 *
                                                                                          1024 *
                                                                                          1024);
  // The order of keys; must outlive the database.
  const Comparator* comparator = BytewiseComparator();
  // Required for Merge.
  std::shared_ptr<MergeOperator> merge_operator = nullptr;
  // One filter for all merges of runs (not owned), or a factory that makes one per merge.
  const CompactionFilter* compaction_filter = nullptr;
  std::shared_ptr<CompactionFilterFactory> compaction_filter_factory = nullptr;
  // Bytes in one memtable before it is frozen and written out.
  size_t write_buffer_size = 64 << 20;
  // Compression of all levels but the last, unless compression_per_level says more.
  CompressionType compression;
  CompressionType bottommost_compression = kDisableCompressionOption;
  CompressionOptions bottommost_compression_opts;
  CompressionOptions compression_opts;
  // Runs at the top before they are merged.
  int level0_file_num_compaction_trigger = 4;
  // Maps keys to prefixes for filters and prefix scans.
  std::shared_ptr<const SliceTransform> prefix_extractor = nullptr;
  // Target bytes of the first sorted level.
  uint64_t max_bytes_for_level_base = 256 * 1048576;
  uint64_t snap_refresh_nanos = 0;
  bool disable_auto_compactions = false;
  // Format of runs and its options, the block cache among them.
  std::shared_ptr<TableFactory> table_factory;
  // Directories for this family's files; empty means DBOptions::db_paths.
  std::vector<DbPath> cf_paths;
  std::shared_ptr<ConcurrentTaskLimiter> compaction_thread_limiter = nullptr;
  std::shared_ptr<SstPartitionerFactory> sst_partitioner_factory = nullptr;
  ColumnFamilyOptions();
  explicit ColumnFamilyOptions(const Options& options);
  void Dump(Logger* log) const;
};

// How much damage in the log Open accepts.
enum class WALRecoveryMode : char {
  kTolerateCorruptedTailRecords = 0x00,
  kAbsoluteConsistency = 0x01,
  kPointInTimeRecovery = 0x02,
  kSkipAnyCorruptedRecords = 0x03,
};

struct DbPath {
  std::string path;
  uint64_t target_size;
  DbPath() : target_size(0) {}
  DbPath(const std::string& p, uint64_t t) : path(p), target_size(t) {}
};

// Stands for "the name of this machine" in DBOptions::db_host_id.
extern const char* kHostnameForDbHostId;
enum class CompactionServiceJobStatus : char {
  kSuccess,
  kFailure,
  kUseLocal,
};

struct CompactionServiceJobInfo {
  std::string db_name;
  std::string db_id;
  std::string db_session_id;
  uint64_t job_id;
  Env::Priority priority;
  CompactionServiceJobInfo(std::string db_name_, std::string db_id_, std::string db_session_id_,
                           uint64_t job_id_, Env::Priority priority_)
      : db_name(std::move(db_name_)),
        db_id(std::move(db_id_)),
        db_session_id(std::move(db_session_id_)),
        job_id(job_id_),
        priority(priority_) {}
};

// Runs merges somewhere else.
class CompactionService : public Customizable {
 public:
  static const char* Type() { return "CompactionService"; }
  const char* Name() const override = 0;
  virtual CompactionServiceJobStatus StartV2(const CompactionServiceJobInfo&, const std::string&) {
    return CompactionServiceJobStatus::kUseLocal;
  }
  virtual CompactionServiceJobStatus WaitForCompleteV2(const CompactionServiceJobInfo&,
                                                       std::string*) {
    return CompactionServiceJobStatus::kUseLocal;
  }
  ~CompactionService() override = default;
};

// What a whole database is configured with.
struct DBOptions {
  DBOptions* OldDefaults(int rocksdb_major_version = 4, int rocksdb_minor_version = 6);
  DBOptions* OptimizeForSmallDb(std::shared_ptr<Cache>* cache = nullptr);
  // Sets background jobs and thread pools for this many cores.
  DBOptions* IncreaseParallelism(int total_threads = 16);
  bool create_if_missing = false;
  bool create_missing_column_families = false;
  bool error_if_exists = false;
  // Check data aggressively and stop writing when damage is found.
  bool paranoid_checks = true;
  bool flush_verify_memtable_count = true;
  bool track_and_verify_wals_in_manifest = false;
  bool verify_sst_unique_id_in_manifest = true;
  // Files, threads and time (not owned).
  Env* env = Env::Default();
  std::shared_ptr<RateLimiter> rate_limiter = nullptr;
  std::shared_ptr<SstFileManager> sst_file_manager = nullptr;
  // Where messages go; null means a file LOG in the directory.
  std::shared_ptr<Logger> info_log = nullptr;
  InfoLogLevel info_log_level = DEBUG_LEVEL;
  // -1 keeps every file open.
  int max_open_files = -1;
  int max_file_opening_threads = 16;
  // Bytes of log at which old memtables are flushed so that it can shrink; 0 derives it.
  uint64_t max_total_wal_size = 0;
  std::shared_ptr<Statistics> statistics = nullptr;
  // fsync instead of fdatasync.
  bool use_fsync = false;
  std::vector<DbPath> db_paths;
  std::string db_log_dir = "";
  std::string wal_dir = "";
  // Microseconds between searches for files nobody needs.
  uint64_t delete_obsolete_files_period_micros = 6ULL * 60 * 60 * 1000000;
  int max_background_jobs = 2;
  int max_background_compactions = -1;
  uint32_t max_subcompactions = 1;
  int max_background_flushes = -1;
  size_t max_log_file_size = 0;
  size_t log_file_time_to_roll = 0;
  size_t keep_log_file_num = 1000;
  size_t recycle_log_file_num = 0;
  uint64_t max_manifest_file_size = 1024 * 1024 * 1024;
  int table_cache_numshardbits = 6;
  // How long, and up to which size, finished logs are kept for replication.
  uint64_t WAL_ttl_seconds = 0;
  uint64_t WAL_size_limit_MB = 0;
  size_t manifest_preallocation_size = 4 * 1024 * 1024;
  bool allow_mmap_reads = false;
  bool allow_mmap_writes = false;
  bool use_direct_reads = false;
  bool use_direct_io_for_flush_and_compaction = false;
  bool allow_fallocate = true;
  bool is_fd_close_on_exec = true;
  unsigned int stats_dump_period_sec = 600;
  unsigned int stats_persist_period_sec = 600;
  bool persist_stats_to_disk = false;
  size_t stats_history_buffer_size = 1024 * 1024;
  bool advise_random_on_open = true;
  // Bytes of all memtables of all families together; 0 is no limit.
  size_t db_write_buffer_size = 0;
  std::shared_ptr<WriteBufferManager> write_buffer_manager = nullptr;
  enum AccessHint {
    NONE,
    NORMAL,
    SEQUENTIAL,
    WILLNEED,
  };

  AccessHint access_hint_on_compaction_start = NORMAL;
  size_t compaction_readahead_size = 0;
  size_t random_access_max_buffer_size = 1024 * 1024;
  size_t writable_file_max_buffer_size = 1024 * 1024;
  bool use_adaptive_mutex = false;
  DBOptions();
  explicit DBOptions(const Options& options);
  void Dump(Logger* log) const;
  // Bytes after which a file being written is pushed to the device; 0 never.
  uint64_t bytes_per_sync = 0;
  uint64_t wal_bytes_per_sync = 0;
  bool strict_bytes_per_sync = false;
  std::vector<std::shared_ptr<EventListener>> listeners;
  bool enable_thread_tracking = false;
  // Bytes a second granted to writers that must be slowed down; 0 derives it.
  uint64_t delayed_write_rate = 0;
  bool enable_pipelined_write = false;
  bool unordered_write = false;
  bool allow_concurrent_memtable_write = true;
  bool enable_write_thread_adaptive_yield = true;
  uint64_t max_write_batch_group_size_bytes = 1 << 20;
  uint64_t write_thread_max_yield_usec = 100;
  uint64_t write_thread_slow_yield_usec = 3;
  bool skip_stats_update_on_db_open = false;
  bool skip_checking_sst_file_sizes_on_db_open = false;
  WALRecoveryMode wal_recovery_mode = WALRecoveryMode::kPointInTimeRecovery;
  bool allow_2pc = false;
  std::shared_ptr<Cache> row_cache = nullptr;
  WalFilter* wal_filter = nullptr;
  bool fail_if_options_file_error = false;
  bool dump_malloc_stats = false;
  bool avoid_flush_during_recovery = false;
  bool avoid_flush_during_shutdown = false;
  bool allow_ingest_behind = false;
  bool two_write_queues = false;
  bool manual_wal_flush = false;
  CompressionType wal_compression = kNoCompression;
  bool atomic_flush = false;
  bool avoid_unnecessary_blocking_io = false;
  bool write_dbid_to_manifest = false;
  size_t log_readahead_size = 0;
  std::shared_ptr<FileChecksumGenFactory> file_checksum_gen_factory = nullptr;
  bool best_efforts_recovery = false;
  int max_bgerror_resume_count = INT_MAX;
  uint64_t bgerror_resume_retry_interval = 1000000;
  bool allow_data_in_errors = false;
  std::string db_host_id = kHostnameForDbHostId;
  FileTypeSet checksum_handoff_file_types;
  std::shared_ptr<CompactionService> compaction_service = nullptr;
  CacheTier lowest_used_cache_tier = CacheTier::kNonVolatileBlockTier;
  bool enforce_single_del_contracts = true;
};

struct Options : public DBOptions, public ColumnFamilyOptions {
  Options() : DBOptions(), ColumnFamilyOptions() {}
  Options(const DBOptions& db_options, const ColumnFamilyOptions& column_family_options)
      : DBOptions(db_options), ColumnFamilyOptions(column_family_options) {}
  Options* OldDefaults(int rocksdb_major_version = 4, int rocksdb_minor_version = 6);
  void Dump(Logger* log) const;
  void DumpCFOptions(Logger* log) const;
  // No automatic merging, large buffers, everything into the first level.
  Options* PrepareForBulkLoad();
  Options* OptimizeForSmallDb();
  Options* DisableExtraChecks();
};

// Which data a read may look at.
enum ReadTier {
  kReadAllTier = 0x0,
  kBlockCacheTier = 0x1,
  kPersistedTier = 0x2,
  kMemtableTier = 0x3,
};

// How one read or iterator behaves.
struct ReadOptions {
  // Null reads the latest state.
  const Snapshot* snapshot;
  // First key an iterator may show; upper bound: first key it may not. Not owned.
  const Slice* iterate_lower_bound;
  const Slice* iterate_upper_bound;
  size_t readahead_size;
  uint64_t max_skippable_internal_keys;
  ReadTier read_tier;
  bool verify_checksums;
  bool fill_cache;
  bool tailing;
  bool managed;
  bool total_order_seek;
  bool auto_prefix_mode;
  bool prefix_same_as_start;
  bool pin_data;
  bool background_purge_on_iterator_cleanup;
  bool ignore_range_deletions;
  // Runs for which this returns false are skipped.
  std::function<bool(const TableProperties&)> table_filter;
  const Slice* timestamp;
  const Slice* iter_start_ts;
  // Microseconds since the epoch of the clock; 0 is none.
  std::chrono::microseconds deadline;
  std::chrono::microseconds io_timeout;
  uint64_t value_size_soft_limit;
  bool adaptive_readahead;
  Env::IOPriority rate_limiter_priority = Env::IO_TOTAL;
  bool async_io;
  bool optimize_multiget_for_io;
  ReadOptions();
  ReadOptions(bool cksum, bool cache);
};

// How one write behaves.
struct WriteOptions {
  // Return only when the log is on the device.
  bool sync;
  // Keep this write in memory only until the next flush.
  bool disableWAL;
  bool ignore_missing_column_families;
  bool no_slowdown;
  bool low_pri;
  bool memtable_insert_hint_per_batch;
  Env::IOPriority rate_limiter_priority;
  // 0 or 8 checksum bytes for each entry while it is in memory.
  size_t protection_bytes_per_key;
  WriteOptions()
      : sync(false),
        disableWAL(false),
        ignore_missing_column_families(false),
        no_slowdown(false),
        low_pri(false),
        memtable_insert_hint_per_batch(false),
        rate_limiter_priority(Env::IO_TOTAL),
        protection_bytes_per_key(0) {}
};

struct FlushOptions {
  bool wait;
  bool allow_write_stall;
  FlushOptions() : wait(true), allow_write_stall(false) {}
};

// Opens the LOG that these options ask for, renaming an older one.
extern Status CreateLoggerFromOptions(const std::string& dbname, const DBOptions& options,
                                      std::shared_ptr<Logger>* logger);
// For CompactFiles.
struct CompactionOptions {
  CompressionType compression;
  uint64_t output_file_size_limit;
  uint32_t max_subcompactions;
  CompactionOptions()
      : compression(kSnappyCompression),
        output_file_size_limit(std::numeric_limits<uint64_t>::max()),
        max_subcompactions(0) {}
};

enum class BottommostLevelCompaction {
  kSkip,
  kIfHaveCompactionFilter,
  kForce,
  kForceOptimized,
};

enum class BlobGarbageCollectionPolicy {
  kForce,
  kDisable,
  kUseDefault,
};

// For CompactRange.
struct CompactRangeOptions {
  bool exclusive_manual_compaction = false;
  bool change_level = false;
  int target_level = -1;
  uint32_t target_path_id = 0;
  BottommostLevelCompaction bottommost_level_compaction =
      BottommostLevelCompaction::kIfHaveCompactionFilter;
  bool allow_write_stall = false;
  uint32_t max_subcompactions = 0;
  const Slice* full_history_ts_low = nullptr;
  std::atomic<bool>* canceled = nullptr;
  BlobGarbageCollectionPolicy blob_garbage_collection_policy =
      BlobGarbageCollectionPolicy::kUseDefault;
  double blob_garbage_collection_age_cutoff = -1;
};

// For IngestExternalFile.
struct IngestExternalFileOptions {
  bool move_files = false;
  bool failed_move_fall_back_to_copy = true;
  bool snapshot_consistency = true;
  bool allow_global_seqno = true;
  bool allow_blocking_flush = true;
  bool ingest_behind = false;
  bool write_global_seqno = true;
  bool verify_checksums_before_ingest = false;
  size_t verify_checksums_readahead_size = 0;
  bool verify_file_checksum = true;
  bool fail_if_not_bottommost_level = false;
};

// Bits of TraceOptions::filter: what a trace leaves out.
enum TraceFilterType : uint64_t {
  kTraceFilterNone = 0x0,
  kTraceFilterGet = 0x1 << 0,
  kTraceFilterWrite = 0x1 << 1,
  kTraceFilterIteratorSeek = 0x1 << 2,
  kTraceFilterIteratorSeekForPrev = 0x1 << 3,
  kTraceFilterMultiGet = 0x1 << 4,
};

struct TraceOptions {
  uint64_t max_trace_file_size = uint64_t{64} * 1024 * 1024 * 1024;
  uint64_t sampling_frequency = 1;
  uint64_t filter = kTraceFilterNone;
  bool preserve_write_order = false;
};

struct ImportColumnFamilyOptions {
  bool move_files = false;
};

// For GetApproximateSizes.
struct SizeApproximationOptions {
  bool include_memtables = false;
  bool include_files = true;
  // Accepted error as a fraction; negative asks for the most precise answer.
  double files_size_error_margin = -1.0;
};

// What a remote worker cannot read from an OPTIONS file.
struct CompactionServiceOptionsOverride {
  Env* env = Env::Default();
  std::shared_ptr<FileChecksumGenFactory> file_checksum_gen_factory = nullptr;
  const Comparator* comparator = BytewiseComparator();
  std::shared_ptr<MergeOperator> merge_operator = nullptr;
  const CompactionFilter* compaction_filter = nullptr;
  std::shared_ptr<CompactionFilterFactory> compaction_filter_factory = nullptr;
  std::shared_ptr<const SliceTransform> prefix_extractor = nullptr;
  std::shared_ptr<TableFactory> table_factory;
  std::shared_ptr<SstPartitionerFactory> sst_partitioner_factory = nullptr;
  std::vector<std::shared_ptr<EventListener>> listeners;
  std::shared_ptr<Statistics> statistics = nullptr;
  std::vector<std::shared_ptr<TablePropertiesCollectorFactory>>
      table_properties_collector_factories;
};

struct OpenAndCompactOptions {
  std::atomic<bool>* canceled = nullptr;
};

struct LiveFilesStorageInfoOptions {
  bool include_checksum_info = false;
  uint64_t wal_size_for_flush = 0;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_OPTIONS_H_
