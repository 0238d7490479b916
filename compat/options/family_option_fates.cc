// What becomes of the options of a column family, those of compression and of compaction styles
// among them.

#include "compat/options/compaction_styles.h"
#include "compat/options/option_rows.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/comparator.h"
#include "rocksdb/concurrent_task_limiter.h"
#include "rocksdb/memtablerep.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/sst_partitioner.h"
#include "rocksdb/table.h"

namespace rocksdb {

namespace {

template <CompactionStyle Style>
bool HasStyle(const void* options) {
  return static_cast<const AdvancedColumnFamilyOptions*>(options)->compaction_style == Style;
}
template <CompactionStyle Style>
bool HasOtherStyle(const void* options) {
  return !HasStyle<Style>(options);
}

// The same for the struct that has the options of RocksDB's first years.
template <CompactionStyle Style>
bool FamilyHasStyle(const void* options) {
  return static_cast<const ColumnFamilyOptions*>(options)->compaction_style == Style;
}
template <CompactionStyle Style>
bool FamilyHasOtherStyle(const void* options) {
  return !FamilyHasStyle<Style>(options);
}

template <typename Owner, CompressionType Owner::*Member>
bool IsBzip2(const void* options) {
  return static_cast<const Owner*>(options)->*Member == kBZip2Compression;
}
template <typename Owner, CompressionType Owner::*Member>
bool IsNotBzip2(const void* options) {
  return !IsBzip2<Owner, Member>(options);
}

bool HasBtree(const void* options) {
  const auto* family = static_cast<const AdvancedColumnFamilyOptions*>(options);
  return family->memtable_factory != nullptr && family->memtable_factory->IsInstanceOf("btree");
}
bool HasNoBtree(const void* options) { return !HasBtree(options); }

#define AETHER_CODEC(field)                                                                 \
  AETHER_ROW(Fate::kHonoured, field, "but bzip2", (&IsNotBzip2<Owner, &Owner::field>), ""), \
      AETHER_ROW(Fate::kMapped, field, "bzip2", (&IsBzip2<Owner, &Owner::field>), "zlib")

std::vector<OptionFate> Basic() {
  using Owner = ColumnFamilyOptions;
  constexpr const char* owner = "ColumnFamilyOptions";
  return {
      HONOURED_AS(comparator, "one with timestamps is refused at Open with NotSupported"),
      HONOURED(merge_operator),
      HONOURED(compaction_filter),
      HONOURED(compaction_filter_factory),
      HONOURED(write_buffer_size),
      AETHER_CODEC(compression),
      AETHER_CODEC(bottommost_compression),
      HONOURED_AS(bottommost_compression_opts, "see CompressionOptions"),
      HONOURED_AS(compression_opts, "see CompressionOptions"),
      AETHER_ROW(Fate::kIgnored, level0_file_num_compaction_trigger, "level style",
                 &FamilyHasStyle<kCompactionStyleLevel>, "the strategy decides when to merge"),
      AETHER_ROW(Fate::kHonoured, level0_file_num_compaction_trigger, "other styles",
                 &FamilyHasOtherStyle<kCompactionStyleLevel>, "where there is merging"),
      HONOURED(prefix_extractor),
      AETHER_ROW(Fate::kMapped, max_bytes_for_level_base, "leveled",
                 &FamilyHasStyle<kCompactionStyleLeveled>,
                 "the bound of the first level, whose size follows from the last one"),
      AETHER_ROW(Fate::kIgnored, max_bytes_for_level_base, "but leveled",
                 &FamilyHasOtherStyle<kCompactionStyleLeveled>, "levels have no bound in bytes"),
      IGNORED(snap_refresh_nanos, "no version of RocksDB looks at it"),
      HONOURED(disable_auto_compactions),
      MAPPED(table_factory, "runs of 4 KiB pages whatever the format; see BlockBasedTableOptions"),
      AETHER_ROW(Fate::kHonoured, cf_paths, "the DB's own directory", nullptr,
                 "others are refused with NotSupported"),
      IGNORED(compaction_thread_limiter, "max_background_jobs limits merges"),
      IGNORED(sst_partitioner_factory, "files end by their size"),
  };
}

std::vector<OptionFate> Advanced() {
  using Owner = AdvancedColumnFamilyOptions;
  constexpr const char* owner = "AdvancedColumnFamilyOptions";
  return {
      HONOURED(max_write_buffer_number),
      IGNORED(min_write_buffer_number_to_merge, "each memtable is flushed by itself"),
      IGNORED(max_write_buffer_number_to_maintain, "transactions keep what they have to check"),
      IGNORED(max_write_buffer_size_to_maintain, "transactions keep what they have to check"),
      REFUSED(inplace_update_support, "at Open"),
      IGNORED(inplace_update_num_locks, "inplace_update_support is refused"),
      IGNORED(inplace_callback, "inplace_update_support is refused"),
      IGNORED(experimental_mempurge_threshold, "memtables are flushed, not rewritten"),
      IGNORED(memtable_prefix_bloom_size_ratio, "memtables have no filters"),
      IGNORED(memtable_whole_key_filtering, "memtables have no filters"),
      IGNORED(memtable_huge_page_size, "the kernel chooses the pages of memtables"),
      IGNORED(memtable_insert_with_hint_prefix_extractor, "memtables take no hints"),
      IGNORED(bloom_locality, "memtables have no filters"),
      IGNORED(arena_block_size, "the arenas of memtables choose their own"),
      MAPPED(compression_per_level, "the engine's levels; the last entry serves the rest"),
      HONOURED(num_levels),
      MAPPED(level0_slowdown_writes_trigger,
             "runs above the last level at which writers are delayed"),
      MAPPED(level0_stop_writes_trigger, "runs above the last level at which writers wait"),
      HONOURED(target_file_size_base),
      IGNORED(target_file_size_multiplier, "files have one size on all levels"),
      IGNORED(level_compaction_dynamic_level_bytes, "the last level always sets the shape"),
      IGNORED(level_compaction_dynamic_file_size, "files end by their size"),
      AETHER_ROW(Fate::kHonoured, max_bytes_for_level_multiplier, "leveled",
                 &HasStyle<kCompactionStyleLeveled>, ""),
      AETHER_ROW(Fate::kIgnored, max_bytes_for_level_multiplier, "but leveled",
                 &HasOtherStyle<kCompactionStyleLeveled>, "levels have no bound in bytes"),
      IGNORED(max_bytes_for_level_multiplier_additional, "all levels grow alike"),
      IGNORED(max_compaction_bytes, "merges advance in small quanta"),
      IGNORED(ignore_max_compaction_bytes_for_input, "merges advance in small quanta"),
      IGNORED(soft_pending_compaction_bytes_limit, "the debt is bounded by runs"),
      IGNORED(hard_pending_compaction_bytes_limit, "the debt is bounded by runs"),
      AETHER_ROW(Fate::kMapped, compaction_style, "level", &HasStyle<kCompactionStyleLevel>,
                 "Hanoi merging with a lazy last level"),
      AETHER_ROW(Fate::kHonoured, compaction_style, "universal",
                 &HasStyle<kCompactionStyleUniversal>, "tiered merging"),
      AETHER_ROW(Fate::kHonoured, compaction_style, "FIFO", &HasStyle<kCompactionStyleFIFO>,
                 "the oldest runs are dropped"),
      AETHER_ROW(Fate::kMapped, compaction_style, "none", &HasStyle<kCompactionStyleNone>,
                 "no merging"),
      AETHER_ROW(Fate::kHonoured, compaction_style, "leveled", &HasStyle<kCompactionStyleLeveled>,
                 "Aether's own: one run in each level"),
      IGNORED(compaction_pri, "files are merged in the order of their keys"),
      HONOURED_AS(compaction_options_universal, "see CompactionOptionsUniversal"),
      HONOURED_AS(compaction_options_fifo, "see CompactionOptionsFIFO"),
      IGNORED(max_sequential_skip_in_iterations, "iterators seek where it pays"),
      AETHER_ROW(Fate::kMapped, memtable_factory, "btree", &HasBtree,
                 "the engine's B+tree, where keys are in the order of bytes, else its skip list"),
      AETHER_ROW(
          Fate::kMapped, memtable_factory, "others", &HasNoBtree,
          "the engine's radix tree, where keys are in the order of bytes, else its skip list"),
      HONOURED_AS(table_properties_collector_factories, "NeedCompact asks for nothing"),
      IGNORED(max_successive_merges, "operands are merged by reads, flushes and merges"),
      IGNORED(optimize_filters_for_hits, "every run has a filter"),
      IGNORED(check_flush_compaction_key_order, "the order of keys is always checked"),
      IGNORED(paranoid_file_checks, "each page is checked when it is read"),
      IGNORED(force_consistency_checks, "versions are always checked"),
      IGNORED(report_bg_io_stats, "background I/O is always counted"),
      AETHER_ROW(Fate::kIgnored, ttl, "but FIFO", &HasOtherStyle<kCompactionStyleFIFO>,
                 "nothing is merged because of its age"),
      AETHER_ROW(Fate::kHonoured, ttl, "FIFO", &HasStyle<kCompactionStyleFIFO>, ""),
      AETHER_ROW(Fate::kIgnored, periodic_compaction_seconds, "but FIFO",
                 &HasOtherStyle<kCompactionStyleFIFO>, "nothing is merged because of its age"),
      AETHER_ROW(Fate::kHonoured, periodic_compaction_seconds, "FIFO",
                 &HasStyle<kCompactionStyleFIFO>, "as ttl"),
      IGNORED(sample_for_compression, "the sizes of codecs that are not used are not estimated"),
      IGNORED(bottommost_temperature, "there is one temperature"),
      IGNORED(last_level_temperature, "there is one temperature"),
      IGNORED(preclude_last_level_data_seconds, "there is one temperature"),
      IGNORED(preserve_internal_time_seconds, "the times of sequence numbers are not kept"),
      HONOURED(enable_blob_files),
      HONOURED(min_blob_size),
      HONOURED(blob_file_size),
      AETHER_CODEC(blob_compression_type),
      HONOURED(enable_blob_garbage_collection),
      HONOURED(blob_garbage_collection_age_cutoff),
      HONOURED(blob_garbage_collection_force_threshold),
      HONOURED(blob_compaction_readahead_size),
      HONOURED(blob_file_starting_level),
      IGNORED(blob_cache, "values of blob files share the block cache's memory"),
      IGNORED(prepopulate_blob_cache, "values come into memory when they are read"),
      IGNORED(memtable_protection_bytes_per_key, "entries of memtables have no checksums"),
  };
}

std::vector<OptionFate> Compression() {
  using Owner = CompressionOptions;
  constexpr const char* owner = "CompressionOptions";
  return {
      IGNORED(window_bits, "the codec's own"),
      HONOURED(level),
      IGNORED(strategy, "the codec's own"),
      IGNORED(max_dict_bytes, "each page is compressed by itself"),
      IGNORED(zstd_max_train_bytes, "there are no dictionaries"),
      IGNORED(parallel_threads,
              "merges of one family may run side by side, the pages of one go in order"),
      HONOURED(enabled),
      IGNORED(max_dict_buffer_bytes, "there are no dictionaries"),
      IGNORED(use_zstd_dict_trainer, "there are no dictionaries"),
  };
}

std::vector<OptionFate> Universal() {
  using Owner = CompactionOptionsUniversal;
  constexpr const char* owner = "CompactionOptionsUniversal";
  return {
      HONOURED(size_ratio),
      HONOURED(min_merge_width),
      HONOURED_AS(max_merge_width, "where less than min_merge_width, that"),
      HONOURED(max_size_amplification_percent),
      HONOURED(compression_size_percent),
      HONOURED(stop_style),
      IGNORED(allow_trivial_move, "files that overlap nothing are always moved"),
      IGNORED(incremental, "merges always give their inputs up piece by piece"),
  };
}

std::vector<OptionFate> Fifo() {
  using Owner = CompactionOptionsFIFO;
  constexpr const char* owner = "CompactionOptionsFIFO";
  return {
      HONOURED(max_table_files_size),
      HONOURED(allow_compaction),
      IGNORED(age_for_warm, "there is one temperature"),
  };
}

}  // namespace

std::vector<OptionFate> FamilyOptionFates() {
  std::vector<OptionFate> rows;
  for (const auto& group : {Basic(), Advanced(), Compression(), Universal(), Fifo()}) {
    rows.insert(rows.end(), group.begin(), group.end());
  }
  return rows;
}

}  // namespace rocksdb
