#include "compat/db/option_map.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "compat/cache/pool_cache.h"
#include "compat/db/adapters.h"
#include "compat/db/store_db.h"
#include "compat/options/compaction_styles.h"
#include "compat/table/file_plug_ins.h"
#include "rocksdb/comparator.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/memtablerep.h"
#include "rocksdb/table.h"
#include "rocksdb/write_buffer_manager.h"

namespace rocksdb {

namespace {

constexpr double kDefaultFilterBits = 10;
constexpr size_t kSmallestWriteBuffer = 64 << 10;
constexpr uint64_t kLargestWriteBuffer = uint64_t{64} << 30;
constexpr int kFewestOpenFiles = 20;

const BlockBasedTableOptions* TableOptionsOf(const ColumnFamilyOptions& options) {
  return options.table_factory == nullptr
             ? nullptr
             : options.table_factory->GetOptions<BlockBasedTableOptions>();
}

bool IsLinked(CompressionType type) {
  switch (type) {
    case kNoCompression:
    case kSnappyCompression:
    case kZlibCompression:
    case kBZip2Compression:
    case kLZ4Compression:
    case kLZ4HCCompression:
    case kZSTD:
    case kZSTDNotFinalCompression:
    case kDisableCompressionOption:
      return true;
    default:
      return false;
  }
}

aether::Codec ToCodec(CompressionType type) {
  switch (type) {
    case kSnappyCompression:
      return aether::Codec::kSnappy;
    case kLZ4Compression:
      return aether::Codec::kLz4;
    case kLZ4HCCompression:
      return aether::Codec::kLz4Hc;
    case kZSTD:
    case kZSTDNotFinalCompression:
      return aether::Codec::kZstd;
    case kZlibCompression:
    case kBZip2Compression:
      return aether::Codec::kZlib;
    default:
      return aether::Codec::kNone;
  }
}

aether::Compression ToCompression(CompressionType type, const CompressionOptions& options) {
  aether::Compression compression;
  compression.codec = ToCodec(type);
  if (options.level != CompressionOptions::kDefaultCompressionLevel) {
    compression.level = options.level;
  }
  return compression;
}

// Level i of the engine is entry i of compression_per_level, the last entry serves those beyond it.
// The last level is the bottommost one.
void MapCompression(const ColumnFamilyOptions& options, aether::TreeOptions* tree) {
  for (int level = 0; level < aether::kLevels; ++level) {
    const bool last = level == aether::kLastLevel;
    CompressionType type = options.compression;
    if (last && options.bottommost_compression != kDisableCompressionOption) {
      type = options.bottommost_compression;
    } else if (!options.compression_per_level.empty()) {
      const size_t entries = options.compression_per_level.size();
      type =
          options.compression_per_level[last ? entries - 1 : std::min<size_t>(level, entries - 1)];
    }
    const bool own = last && options.bottommost_compression_opts.enabled;
    tree->compression[static_cast<size_t>(level)] =
        ToCompression(type, own ? options.bottommost_compression_opts : options.compression_opts);
  }
}

// The number behind the first colon of an id such as "bloomfilter:9.9:false".
double FilterBits(const FilterPolicy* policy) {
  if (policy == nullptr) return kDefaultFilterBits;
  const std::string id = policy->GetId();
  const size_t colon = id.find(':');
  if (colon == std::string::npos) return kDefaultFilterBits;
  const double bits = strtod(id.c_str() + colon + 1, nullptr);
  return bits > 0 ? bits : kDefaultFilterBits;
}

}  // namespace

CompressionType FromEngine(aether::Codec codec) {
  switch (codec) {
    case aether::Codec::kNone:
      return kNoCompression;
    case aether::Codec::kSnappy:
      return kSnappyCompression;
    case aether::Codec::kLz4:
      return kLZ4Compression;
    case aether::Codec::kLz4Hc:
      return kLZ4HCCompression;
    case aether::Codec::kZstd:
      return kZSTD;
    case aether::Codec::kZlib:
      return kZlibCompression;
  }
  return kNoCompression;
}

std::shared_ptr<Cache> BlockCacheOf(const ColumnFamilyOptions& options) {
  const BlockBasedTableOptions* table = TableOptionsOf(options);
  if (table == nullptr || table->no_block_cache) return nullptr;
  return table->block_cache;
}

Status CheckFamilyOptions(const DBOptions& db_options, const ColumnFamilyOptions& options) {
  const auto missing = [](const char* name) {
    return Status::NotFound("Missing configurable object", name);
  };
  if (options.comparator == nullptr) return missing("comparator");
  if (options.table_factory == nullptr) return missing("table_factory");
  if (options.memtable_factory == nullptr) return missing("memtable_factory");
  if (options.comparator->timestamp_size() != 0) {
    return Status::NotSupported("User-defined timestamps (comparator " +
                                std::string(options.comparator->Name()) + ")");
  }
  std::vector<CompressionType> types = options.compression_per_level;
  types.push_back(options.compression);
  types.push_back(options.bottommost_compression);
  for (const CompressionType type : types) {
    if (!IsLinked(type)) {
      return Status::InvalidArgument(
          "Compression type " + std::string(type == kXpressCompression ? "Xpress" : "unknown") +
          " is not linked with the binary.");
    }
  }
  if (const BlockBasedTableOptions* table = TableOptionsOf(options)) {
    if (table->cache_index_and_filter_blocks && table->no_block_cache) {
      return Status::InvalidArgument(
          "Enable cache_index_and_filter_blocks, , but block cache is disabled");
    }
  }
  if (db_options.unordered_write && options.max_successive_merges > 0) {
    return Status::InvalidArgument("unordered_write is incompatible with max_successive_merges");
  }
  if (options.compaction_style == kCompactionStyleFIFO && db_options.max_open_files != -1 &&
      options.ttl > 0) {
    return Status::NotSupported("FIFO compaction only supported with max_open_files = -1.");
  }
  if (options.inplace_update_support) return Status::NotSupported("inplace_update_support");
  if (!IsLinked(options.blob_compression_type)) {
    return Status::InvalidArgument(
        "The specified blob compression type " +
        std::string(options.blob_compression_type == kXpressCompression ? "Xpress" : "") +
        " is not available.");
  }
  if (options.enable_blob_garbage_collection) {
    const auto share = [](double value) { return value >= 0 && value <= 1; };
    if (!share(options.blob_garbage_collection_age_cutoff)) {
      return Status::InvalidArgument(
          "The age cutoff for blob garbage collection should be in the range [0.0, 1.0].");
    }
    if (!share(options.blob_garbage_collection_force_threshold)) {
      return Status::InvalidArgument(
          "The garbage ratio threshold for forcing blob garbage collection should be in the range "
          "[0.0, 1.0].");
    }
  }
  if (options.cf_paths.size() > 1) {
    return Status::NotSupported("more than one path for the files of a column family");
  }
  return Status::OK();
}

Status CheckPaths(const std::vector<DbPath>& paths, const std::string& name) {
  // With a slash behind both, "a" and "a/" are the same.
  const auto directory = [](const std::string& path) {
    return (std::filesystem::path(path) / "").lexically_normal();
  };
  for (const DbPath& path : paths) {
    if (directory(path.path) != directory(name)) {
      return Status::NotSupported("files in another directory than that of the DB", path.path);
    }
  }
  return Status::OK();
}

Status CheckDbOptions(const DBOptions& options, const std::string& name,
                      const std::vector<ColumnFamilyDescriptor>& families) {
  if (options.db_paths.size() > 4) {
    return Status::NotSupported("More than four DB paths are not supported yet. ");
  }
  if (options.db_paths.size() > 1) {
    return Status::NotSupported("more than one path for the files of a DB");
  }
  Status s = CheckPaths(options.db_paths, name);
  for (const ColumnFamilyDescriptor& family : families) {
    if (s.ok()) s = CheckPaths(family.options.cf_paths, name);
  }
  if (!s.ok()) return s;
  if (options.allow_mmap_reads && options.use_direct_reads) {
    return Status::NotSupported(
        "If memory mapped reads (allow_mmap_reads) are enabled then direct "
        "I/O reads (use_direct_reads) must be disabled. ");
  }
  if (options.allow_mmap_writes && options.use_direct_io_for_flush_and_compaction) {
    return Status::NotSupported(
        "If memory mapped writes (allow_mmap_writes) are enabled then "
        "direct I/O writes must be disabled. ");
  }
  if (options.keep_log_file_num == 0) {
    return Status::InvalidArgument("keep_log_file_num must be greater than 0");
  }
  if (options.unordered_write && !options.allow_concurrent_memtable_write) {
    return Status::InvalidArgument(
        "unordered_write is incompatible with !allow_concurrent_memtable_write");
  }
  if (options.unordered_write && options.enable_pipelined_write) {
    return Status::InvalidArgument("unordered_write is incompatible with enable_pipelined_write");
  }
  if (options.atomic_flush && options.enable_pipelined_write) {
    return Status::InvalidArgument("atomic_flush is incompatible with enable_pipelined_write");
  }
  if (options.wal_filter != nullptr) return Status::NotSupported("wal_filter");
  if (options.allow_ingest_behind) return Status::NotSupported("allow_ingest_behind");
  if (options.best_efforts_recovery) return Status::NotSupported("best_efforts_recovery");
  for (const ColumnFamilyDescriptor& family : families) {
    s = CheckFamilyOptions(options, family.options);
    if (!s.ok()) return s;
  }
  return Status::OK();
}

DBOptions SanitizeDb(const DBOptions& options) {
  DBOptions out = options;
  if (out.max_open_files != -1) out.max_open_files = std::max(out.max_open_files, kFewestOpenFiles);
  if (out.write_buffer_manager == nullptr) {
    out.write_buffer_manager = std::make_shared<WriteBufferManager>(out.db_write_buffer_size);
  }
  if (out.max_background_jobs < 1) out.max_background_jobs = 1;
  if (out.rate_limiter != nullptr && out.bytes_per_sync == 0) out.bytes_per_sync = 1 << 20;
  if (out.use_direct_reads && out.compaction_readahead_size == 0) {
    out.compaction_readahead_size = 2 << 20;
  }
  while (out.wal_dir.size() > 1 && out.wal_dir.back() == '/') out.wal_dir.pop_back();
  return out;
}

namespace {

// Without a word about it data lives for 30 days; periodic_compaction_seconds means the same here.
uint64_t FifoTtl(const ColumnFamilyOptions& options) {
  constexpr uint64_t kNotSet = 0xfffffffffffffffe;
  constexpr uint64_t kThirtyDays = uint64_t{30} * 24 * 60 * 60;
  const uint64_t ttl = options.ttl == kNotSet ? 0 : options.ttl;
  const uint64_t period = options.periodic_compaction_seconds;
  if (ttl == 0) return period == kNotSet ? kThirtyDays : period;
  return period == 0 || period == kNotSet ? ttl : std::min(ttl, period);
}

}  // namespace

ColumnFamilyOptions SanitizeFamily(const ColumnFamilyOptions& options) {
  ColumnFamilyOptions out = options;
  out.write_buffer_size =
      std::clamp<uint64_t>(out.write_buffer_size, kSmallestWriteBuffer, kLargestWriteBuffer);
  out.max_write_buffer_number = std::max(out.max_write_buffer_number, 2);
  out.min_write_buffer_number_to_merge =
      std::clamp(out.min_write_buffer_number_to_merge, 1, out.max_write_buffer_number - 1);
  const bool has_levels = out.compaction_style == kCompactionStyleLevel ||
                          out.compaction_style == kCompactionStyleLeveled;
  if (has_levels && out.num_levels < 2) out.num_levels = 2;
  out.num_levels = std::clamp(out.num_levels, 1, 99);
  if (out.arena_block_size == 0)
    out.arena_block_size = std::min<size_t>(1 << 20, out.write_buffer_size / 8);
  if (out.level0_file_num_compaction_trigger == 0) out.level0_file_num_compaction_trigger = 1;
  out.level0_slowdown_writes_trigger =
      std::max(out.level0_slowdown_writes_trigger, out.level0_file_num_compaction_trigger);
  out.level0_stop_writes_trigger =
      std::max(out.level0_stop_writes_trigger, out.level0_slowdown_writes_trigger);
  if (out.compaction_style == kCompactionStyleFIFO) {
    // The oldest runs go, so that writers need not wait for merges.
    out.level0_slowdown_writes_trigger = std::numeric_limits<int>::max();
    out.level0_stop_writes_trigger = std::numeric_limits<int>::max();
    out.ttl = FifoTtl(out);
  }
  if (out.max_compaction_bytes == 0) out.max_compaction_bytes = out.target_file_size_base * 25;
  return out;
}

namespace {

aether::BlobOptions ToEngineBlob(const ColumnFamilyOptions& options) {
  aether::BlobOptions blob;
  blob.enabled = options.enable_blob_files;
  blob.min_size = options.min_blob_size;
  blob.file_size = options.blob_file_size;
  blob.codec = ToCodec(options.blob_compression_type);
  blob.starting_level = options.blob_file_starting_level;
  blob.collect_garbage = options.enable_blob_garbage_collection;
  blob.age_cutoff = options.blob_garbage_collection_age_cutoff;
  blob.force_threshold = options.blob_garbage_collection_force_threshold;
  blob.readahead = options.blob_compaction_readahead_size;
  return blob;
}

aether::TieredOptions ToEngineTiered(const ColumnFamilyOptions& options) {
  const CompactionOptionsUniversal& universal = options.compaction_options_universal;
  aether::TieredOptions tiered;
  tiered.trigger = options.level0_file_num_compaction_trigger;
  tiered.size_ratio = universal.size_ratio;
  tiered.similar_size = universal.stop_style == kCompactionStopStyleSimilarSize;
  tiered.min_width = universal.min_merge_width;
  tiered.max_width = universal.max_merge_width;
  tiered.space_amplification_percent = universal.max_size_amplification_percent;
  tiered.compression_percent = universal.compression_size_percent;
  return tiered;
}

}  // namespace

aether::TreeOptions ToEngineTree(const ColumnFamilyOptions& options) {
  aether::TreeOptions tree;
  MapCompression(options, &tree);
  switch (options.compaction_style) {
    case kCompactionStyleUniversal:
      tree.strategy = aether::Strategy::kTiered;
      tree.tiered = ToEngineTiered(options);
      // Flushes are the small part that is not worth compressing.
      if (tree.tiered.compression_percent >= 0) tree.compression[0] = aether::Compression();
      break;
    case kCompactionStyleFIFO:
      tree.strategy = aether::Strategy::kFifo;
      tree.fifo.max_bytes = options.compaction_options_fifo.max_table_files_size;
      tree.fifo.ttl_seconds = options.ttl;
      tree.fifo.merge = options.compaction_options_fifo.allow_compaction;
      tree.fifo.merge_runs = options.level0_file_num_compaction_trigger;
      break;
    default:
      tree.strategy = aether::Strategy::kHanoi;
  }
  if (options.compaction_style == kCompactionStyleLeveled) {
    tree.strategy = aether::Strategy::kLeveled;
    tree.leveled.trigger = options.level0_file_num_compaction_trigger;
    tree.leveled.base_bytes = options.max_bytes_for_level_base;
    tree.leveled.multiplier = options.max_bytes_for_level_multiplier;
  }
  tree.target_file_size = std::max<uint64_t>(options.target_file_size_base, 64 << 10);
  tree.num_levels = options.num_levels;
  const BlockBasedTableOptions* table = TableOptionsOf(options);
  // Filters cost little and several runs are read without them, so they are on whatever the options
  // say, except where equal keys may differ in bytes.
  tree.filter_bits_per_key =
      options.comparator->CanKeysWithDifferentByteContentsBeEqual()
          ? 0
          : FilterBits(table == nullptr ? nullptr : table->filter_policy.get());
  tree.prefix = ToEnginePrefix(options.prefix_extractor);
  tree.whole_key_filter = table == nullptr || table->whole_key_filtering;
  tree.auto_merge =
      !options.disable_auto_compactions && options.compaction_style != kCompactionStyleNone;
  tree.slowdown_runs = options.level0_slowdown_writes_trigger;
  tree.stop_runs = options.level0_stop_writes_trigger;
  tree.blob = ToEngineBlob(options);
  return tree;
}

aether::MemTableKind ToEngineMemTable(const ColumnFamilyOptions& options) {
  const MemTableRepFactory* const factory = options.memtable_factory.get();
  const bool btree = factory != nullptr && factory->IsInstanceOf("btree");
  return btree ? aether::MemTableKind::kBtree : aether::MemTableKind::kRax;
}

Status ToEngineStore(const Family& family, const DBOptions& db_options,
                     aether::StoreOptions* result) {
  const ColumnFamilyOptions& options = family.options;
  aether::StoreOptions out;
  out.order = family.order;
  out.merge_operator = ToEngineMerge(options, db_options.info_log, db_options.statistics);
  out.filter_factory = ToEngineFilter(options, db_options.statistics);
  out.memtable = ToEngineMemTable(options);
  out.write_buffer_size = options.write_buffer_size;
  out.max_write_buffers = options.max_write_buffer_number;
  if (const std::shared_ptr<Cache> cache = BlockCacheOf(options)) {
    out.pool = PoolOfCache(cache.get());
    if (out.pool == nullptr) out.pool = aether::Pool::New(cache->GetCapacity());
  }
  if (const BlockBasedTableOptions* table = TableOptionsOf(options)) {
    out.first_readahead = table->initial_auto_readahead_size;
    out.max_readahead =
        table->initial_auto_readahead_size == 0 ? 0 : table->max_auto_readahead_size;
    out.readahead_after_reads = static_cast<uint32_t>(
        std::min<uint64_t>(table->num_file_reads_for_auto_readahead, UINT32_MAX - 1));
  }
  out.tree = ToEngineTree(options);
  out.collectors = ToEngineCollectors(options, db_options.info_log);
  *result = std::move(out);
  return Status::OK();
}

aether::EnvOptions ToEngineEnv(const DBOptions& options) {
  aether::EnvOptions out;
  out.create_if_missing = options.create_if_missing;
  out.error_if_exists = options.error_if_exists;
  out.create_missing_stores = options.create_missing_column_families;
  out.wal_dir = options.wal_dir;
  out.max_total_wal_size = options.max_total_wal_size;
  out.recovery_mode = static_cast<aether::RecoveryMode>(options.wal_recovery_mode);
  out.avoid_flush_during_recovery = options.avoid_flush_during_recovery;
  out.avoid_flush_during_shutdown = options.avoid_flush_during_shutdown;
  out.wal_bytes_per_sync = options.wal_bytes_per_sync;
  out.wal_ttl_seconds = options.WAL_ttl_seconds;
  out.wal_archive_bytes = std::min(options.WAL_size_limit_MB, UINT64_MAX >> 20) << 20;
  out.background_jobs =
      std::max(options.max_background_jobs, std::max(options.max_background_compactions, 0) +
                                                std::max(options.max_background_flushes, 0));
  out.db_write_buffer_size = options.db_write_buffer_size;
  // Without a limit there is nothing to share, and each insert would pay for the bookkeeping.
  if (options.write_buffer_manager != nullptr && options.write_buffer_manager->enabled()) {
    out.write_memory = ToEngineWriteMemory(options.write_buffer_manager);
  }
  out.bytes_per_sync = options.bytes_per_sync;
  out.direct_reads = options.use_direct_reads;
  out.direct_background = options.use_direct_io_for_flush_and_compaction;
  out.sums = ToEngineSums(options.file_checksum_gen_factory);
  out.limiter = ToEngineLimiter(options.rate_limiter, options.statistics);
  return out;
}

}  // namespace rocksdb
