// The options of ColumnFamilyOptions as text.

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "compat/options/option_infos.h"
#include "compat/options/option_text.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/comparator.h"
#include "rocksdb/memtablerep.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/options.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/sst_partitioner.h"
#include "rocksdb/table.h"

namespace rocksdb {

namespace {

using Flags = OptionTypeFlags;
using Verify = OptionVerificationType;

template <typename T>
using Names = std::unordered_map<std::string, T>;

OptionTypeInfo Fixed(size_t offset, OptionType type) {
  return OptionTypeInfo(static_cast<int>(offset), type);
}

OptionTypeInfo Mutable(size_t offset, OptionType type) {
  return OptionTypeInfo(static_cast<int>(offset), type, Verify::kNormal, Flags::kMutable);
}

// Accepted for the sake of old files, without effect.
OptionTypeInfo Deprecated(Flags flags = Flags::kNone) {
  return OptionTypeInfo(0, OptionType::kUnknown, Verify::kDeprecated, flags);
}

using Cf = ColumnFamilyOptions;

const OptionInfos& CompressionInfos() {
  using C = CompressionOptions;
  static const auto* const infos = new OptionInfos{
      {"window_bits", Mutable(offsetof(C, window_bits), OptionType::kInt)},
      {"level", Mutable(offsetof(C, level), OptionType::kInt)},
      {"strategy", Mutable(offsetof(C, strategy), OptionType::kInt)},
      {"max_dict_bytes", Mutable(offsetof(C, max_dict_bytes), OptionType::kUInt32T)},
      {"zstd_max_train_bytes", Mutable(offsetof(C, zstd_max_train_bytes), OptionType::kUInt32T)},
      {"parallel_threads", Mutable(offsetof(C, parallel_threads), OptionType::kUInt32T)},
      {"enabled", Mutable(offsetof(C, enabled), OptionType::kBoolean)},
      {"max_dict_buffer_bytes", Mutable(offsetof(C, max_dict_buffer_bytes), OptionType::kUInt64T)},
      {"use_zstd_dict_trainer", Mutable(offsetof(C, use_zstd_dict_trainer), OptionType::kBoolean)}};
  return *infos;
}

// The older form: window_bits:level:strategy, then optionally, in this order, max_dict_bytes,
// zstd_max_train_bytes, parallel_threads (only together with what follows), enabled,
// max_dict_buffer_bytes, use_zstd_dict_trainer.
Status ParseColonCompression(const std::string& name, const std::string& value,
                             CompressionOptions* options) {
  const Status bad = Status::InvalidArgument("unable to parse the specified CF option " + name);
  std::vector<std::string> fields;
  for (size_t start = 0;;) {
    const size_t end = value.find(':', start);
    fields.push_back(value.substr(start, end == std::string::npos ? end : end - start));
    if (end == std::string::npos) break;
    start = end + 1;
  }
  static const char* const kOrder[] = {"window_bits",
                                       "level",
                                       "strategy",
                                       "max_dict_bytes",
                                       "zstd_max_train_bytes",
                                       "parallel_threads",
                                       "enabled",
                                       "max_dict_buffer_bytes",
                                       "use_zstd_dict_trainer"};
  if (fields.size() < 3 || fields.size() > std::size(kOrder)) return bad;
  CompressionOptions parsed = *options;
  const ConfigOptions config;
  for (size_t i = 0; i < fields.size(); ++i) {
    const char* const field = fields.size() == 6 && i == 5 ? "enabled" : kOrder[i];
    if (!CompressionInfos().at(field).Parse(config, field, fields[i], &parsed).ok()) return bad;
  }
  *options = parsed;
  return Status::OK();
}

OptionTypeInfo CompressionOption(const char* name, size_t offset) {
  return OptionTypeInfo::Struct(
      name, &CompressionInfos(), static_cast<int>(offset), Verify::kNormal, Flags::kMutable,
      [name](const ConfigOptions& config, const std::string& option, const std::string& value,
             void* at) {
        if (option == name && value.find('=') == std::string::npos) {
          return ParseColonCompression(name, value, static_cast<CompressionOptions*>(at));
        }
        return OptionTypeInfo::ParseStruct(config, name, &CompressionInfos(), option, value, at);
      });
}

const OptionInfos& FifoInfos() {
  using F = CompactionOptionsFIFO;
  static const auto* const infos = new OptionInfos{
      {"max_table_files_size", Mutable(offsetof(F, max_table_files_size), OptionType::kUInt64T)},
      {"age_for_warm", Mutable(offsetof(F, age_for_warm), OptionType::kUInt64T)},
      {"allow_compaction", Mutable(offsetof(F, allow_compaction), OptionType::kBoolean)},
      {"ttl", Deprecated(Flags::kMutable)}};
  return *infos;
}

// A bare number is the size limit, as it was when there was no other option.
OptionTypeInfo FifoOption(size_t offset) {
  constexpr char kName[] = "compaction_options_fifo";
  return OptionTypeInfo::Struct(
      kName, &FifoInfos(), static_cast<int>(offset), Verify::kNormal, Flags::kMutable,
      [](const ConfigOptions& config, const std::string& option, const std::string& value,
         void* at) {
        if (option == "compaction_options_fifo" && value.find('=') == std::string::npos) {
          return FifoInfos()
              .at("max_table_files_size")
              .Parse(config, "max_table_files_size", value, at);
        }
        return OptionTypeInfo::ParseStruct(config, "compaction_options_fifo", &FifoInfos(), option,
                                           value, at);
      });
}

const OptionInfos& UniversalInfos() {
  using U = CompactionOptionsUniversal;
  static const auto* const infos = new OptionInfos{
      {"size_ratio", Mutable(offsetof(U, size_ratio), OptionType::kUInt)},
      {"min_merge_width", Mutable(offsetof(U, min_merge_width), OptionType::kUInt)},
      {"max_merge_width", Mutable(offsetof(U, max_merge_width), OptionType::kUInt)},
      {"max_size_amplification_percent",
       Mutable(offsetof(U, max_size_amplification_percent), OptionType::kUInt)},
      {"compression_size_percent",
       Mutable(offsetof(U, compression_size_percent), OptionType::kInt)},
      {"stop_style", Mutable(offsetof(U, stop_style), OptionType::kCompactionStopStyle)},
      {"incremental", Mutable(offsetof(U, incremental), OptionType::kBoolean)},
      {"allow_trivial_move", Mutable(offsetof(U, allow_trivial_move), OptionType::kBoolean)}};
  return *infos;
}

OptionTypeInfo BlobCacheOption(size_t offset) {
  OptionTypeInfo info(static_cast<int>(offset), OptionType::kUnknown, Verify::kNormal,
                      Flags::kCompareNever | Flags::kDontSerialize);
  return info.SetParseFunc(
      [](const ConfigOptions& config, const std::string&, const std::string& value, void* at) {
        return Cache::CreateFromString(config, value, static_cast<std::shared_ptr<Cache>*>(at));
      });
}

// Options of one kind of table, given without its name; they replace the table factory.
template <typename TableOptions>
OptionTypeInfo TableAlias(const char* id, size_t offset) {
  OptionTypeInfo info(static_cast<int>(offset), OptionType::kConfigurable, Verify::kAlias,
                      Flags::kShared);
  return info.SetParseFunc([id](const ConfigOptions& config, const std::string& name,
                                const std::string& value, void* at) {
    auto* const factory = static_cast<std::shared_ptr<TableFactory>*>(at);
    const TableOptions* old =
        *factory != nullptr ? (*factory)->template GetOptions<TableOptions>() : nullptr;
    if (name != "block_based_table_factory" && name != "plain_table_factory") {
      if (old == nullptr) return Status::NotSupported("Cannot reset table options ", name);
      return (*factory)->ConfigureOption(config, name, value);
    }
    std::shared_ptr<TableFactory> made;
    Status s = TableFactory::CreateFromString(config, id, &made);
    if (!s.ok()) return s;
    if (old != nullptr) *made->template GetOptions<TableOptions>() = *old;
    s = made->ConfigureFromString(config, value);
    if (s.ok()) s = made->PrepareOptions(config);
    if (s.ok()) *factory = std::move(made);
    return s;
  });
}

}  // namespace

const OptionInfos& ColumnFamilyOptionInfos() {
  static const auto* const prepopulates =
      new Names<PrepopulateBlobCache>{{"kDisable", PrepopulateBlobCache::kDisable},
                                      {"kFlushOnly", PrepopulateBlobCache::kFlushOnly}};
  static const auto* const infos = new OptionInfos{
      {"arena_block_size", Mutable(offsetof(Cf, arena_block_size), OptionType::kUInt64T)},
      {"blob_compaction_readahead_size",
       Mutable(offsetof(Cf, blob_compaction_readahead_size), OptionType::kUInt64T)},
      {"blob_compression_type",
       Mutable(offsetof(Cf, blob_compression_type), OptionType::kCompressionType)},
      {"blob_file_size", Mutable(offsetof(Cf, blob_file_size), OptionType::kUInt64T)},
      {"blob_file_starting_level",
       Mutable(offsetof(Cf, blob_file_starting_level), OptionType::kInt)},
      {"blob_garbage_collection_age_cutoff",
       Mutable(offsetof(Cf, blob_garbage_collection_age_cutoff), OptionType::kDouble)},
      {"blob_garbage_collection_force_threshold",
       Mutable(offsetof(Cf, blob_garbage_collection_force_threshold), OptionType::kDouble)},
      {"bloom_locality", Fixed(offsetof(Cf, bloom_locality), OptionType::kUInt32T)},
      {"bottommost_compression",
       Mutable(offsetof(Cf, bottommost_compression), OptionType::kCompressionType)},
      {"bottommost_temperature", Deprecated(Flags::kMutable)},
      {"check_flush_compaction_key_order",
       Mutable(offsetof(Cf, check_flush_compaction_key_order), OptionType::kBoolean)},
      {"compaction_pri", Fixed(offsetof(Cf, compaction_pri), OptionType::kCompactionPri)},
      {"compaction_style", Fixed(offsetof(Cf, compaction_style), OptionType::kCompactionStyle)},
      {"compression", Mutable(offsetof(Cf, compression), OptionType::kCompressionType)},
      {"disable_auto_compactions",
       Mutable(offsetof(Cf, disable_auto_compactions), OptionType::kBoolean)},
      {"enable_blob_files", Mutable(offsetof(Cf, enable_blob_files), OptionType::kBoolean)},
      {"enable_blob_garbage_collection",
       Mutable(offsetof(Cf, enable_blob_garbage_collection), OptionType::kBoolean)},
      {"experimental_mempurge_threshold",
       Mutable(offsetof(Cf, experimental_mempurge_threshold), OptionType::kDouble)},
      {"force_consistency_checks",
       Fixed(offsetof(Cf, force_consistency_checks), OptionType::kBoolean)},
      {"hard_pending_compaction_bytes_limit",
       Mutable(offsetof(Cf, hard_pending_compaction_bytes_limit), OptionType::kUInt64T)},
      {"ignore_max_compaction_bytes_for_input",
       Mutable(offsetof(Cf, ignore_max_compaction_bytes_for_input), OptionType::kBoolean)},
      {"inplace_update_num_locks",
       Mutable(offsetof(Cf, inplace_update_num_locks), OptionType::kUInt64T)},
      {"inplace_update_support", Fixed(offsetof(Cf, inplace_update_support), OptionType::kBoolean)},
      {"last_level_temperature",
       Mutable(offsetof(Cf, last_level_temperature), OptionType::kTemperature)},
      {"level0_file_num_compaction_trigger",
       Mutable(offsetof(Cf, level0_file_num_compaction_trigger), OptionType::kInt)},
      {"level0_slowdown_writes_trigger",
       Mutable(offsetof(Cf, level0_slowdown_writes_trigger), OptionType::kInt)},
      {"level0_stop_writes_trigger",
       Mutable(offsetof(Cf, level0_stop_writes_trigger), OptionType::kInt)},
      {"level_compaction_dynamic_file_size",
       Fixed(offsetof(Cf, level_compaction_dynamic_file_size), OptionType::kBoolean)},
      {"level_compaction_dynamic_level_bytes",
       Fixed(offsetof(Cf, level_compaction_dynamic_level_bytes), OptionType::kBoolean)},
      {"max_bytes_for_level_base",
       Mutable(offsetof(Cf, max_bytes_for_level_base), OptionType::kUInt64T)},
      {"max_bytes_for_level_multiplier",
       Mutable(offsetof(Cf, max_bytes_for_level_multiplier), OptionType::kDouble)},
      {"max_compaction_bytes", Mutable(offsetof(Cf, max_compaction_bytes), OptionType::kUInt64T)},
      {"max_sequential_skip_in_iterations",
       Mutable(offsetof(Cf, max_sequential_skip_in_iterations), OptionType::kUInt64T)},
      {"max_successive_merges", Mutable(offsetof(Cf, max_successive_merges), OptionType::kUInt64T)},
      {"max_write_buffer_number", Mutable(offsetof(Cf, max_write_buffer_number), OptionType::kInt)},
      {"max_write_buffer_number_to_maintain",
       Fixed(offsetof(Cf, max_write_buffer_number_to_maintain), OptionType::kInt)},
      {"max_write_buffer_size_to_maintain",
       Fixed(offsetof(Cf, max_write_buffer_size_to_maintain), OptionType::kInt64T)},
      {"memtable_huge_page_size",
       Mutable(offsetof(Cf, memtable_huge_page_size), OptionType::kUInt64T)},
      {"memtable_prefix_bloom_size_ratio",
       Mutable(offsetof(Cf, memtable_prefix_bloom_size_ratio), OptionType::kDouble)},
      {"memtable_protection_bytes_per_key",
       Mutable(offsetof(Cf, memtable_protection_bytes_per_key), OptionType::kUInt32T)},
      {"memtable_whole_key_filtering",
       Mutable(offsetof(Cf, memtable_whole_key_filtering), OptionType::kBoolean)},
      {"min_blob_size", Mutable(offsetof(Cf, min_blob_size), OptionType::kUInt64T)},
      {"min_write_buffer_number_to_merge",
       Fixed(offsetof(Cf, min_write_buffer_number_to_merge), OptionType::kInt)},
      {"num_levels", Fixed(offsetof(Cf, num_levels), OptionType::kInt)},
      {"optimize_filters_for_hits",
       Fixed(offsetof(Cf, optimize_filters_for_hits), OptionType::kBoolean)},
      {"paranoid_file_checks", Mutable(offsetof(Cf, paranoid_file_checks), OptionType::kBoolean)},
      {"periodic_compaction_seconds",
       Mutable(offsetof(Cf, periodic_compaction_seconds), OptionType::kUInt64T)},
      {"preclude_last_level_data_seconds",
       Fixed(offsetof(Cf, preclude_last_level_data_seconds), OptionType::kUInt64T)},
      {"preserve_internal_time_seconds",
       Fixed(offsetof(Cf, preserve_internal_time_seconds), OptionType::kUInt64T)},
      {"report_bg_io_stats", Mutable(offsetof(Cf, report_bg_io_stats), OptionType::kBoolean)},
      {"sample_for_compression",
       Mutable(offsetof(Cf, sample_for_compression), OptionType::kUInt64T)},
      {"soft_pending_compaction_bytes_limit",
       Mutable(offsetof(Cf, soft_pending_compaction_bytes_limit), OptionType::kUInt64T)},
      {"target_file_size_base", Mutable(offsetof(Cf, target_file_size_base), OptionType::kUInt64T)},
      {"target_file_size_multiplier",
       Mutable(offsetof(Cf, target_file_size_multiplier), OptionType::kInt)},
      {"ttl", Mutable(offsetof(Cf, ttl), OptionType::kUInt64T)},
      {"write_buffer_size", Mutable(offsetof(Cf, write_buffer_size), OptionType::kUInt64T)},
      {"compression_per_level",
       OptionTypeInfo::Vector<CompressionType>(offsetof(Cf, compression_per_level), Verify::kNormal,
                                               Flags::kMutable,
                                               OptionTypeInfo(0, OptionType::kCompressionType))},
      {"max_bytes_for_level_multiplier_additional",
       OptionTypeInfo::Vector<int>(offsetof(Cf, max_bytes_for_level_multiplier_additional),
                                   Verify::kNormal, Flags::kMutable,
                                   OptionTypeInfo(0, OptionType::kInt))},
      {"compression_opts", CompressionOption("compression_opts", offsetof(Cf, compression_opts))},
      {"bottommost_compression_opts",
       CompressionOption("bottommost_compression_opts", offsetof(Cf, bottommost_compression_opts))},
      {"compaction_options_fifo", FifoOption(offsetof(Cf, compaction_options_fifo))},
      {"compaction_options_universal",
       OptionTypeInfo::Struct("compaction_options_universal", &UniversalInfos(),
                              offsetof(Cf, compaction_options_universal), Verify::kNormal,
                              Flags::kMutable)},
      {"prepopulate_blob_cache",
       OptionTypeInfo::Enum(offsetof(Cf, prepopulate_blob_cache), prepopulates, Flags::kMutable)},
      {"blob_cache", BlobCacheOption(offsetof(Cf, blob_cache))},
      {"prefix_extractor",
       OptionTypeInfo::AsCustomSharedPtr<const SliceTransform>(
           offsetof(Cf, prefix_extractor), Verify::kByNameAllowNull, Flags::kMutable)},
      {"memtable_insert_with_hint_prefix_extractor",
       OptionTypeInfo::AsCustomSharedPtr<const SliceTransform>(
           offsetof(Cf, memtable_insert_with_hint_prefix_extractor), Verify::kByNameAllowNull,
           Flags::kNone)},
      {"comparator", OptionTypeInfo::AsCustomRawPtr<const Comparator>(
                         offsetof(Cf, comparator), Verify::kByName, Flags::kCompareLoose)},
      {"merge_operator", OptionTypeInfo::AsCustomSharedPtr<MergeOperator>(
                             offsetof(Cf, merge_operator), Verify::kByNameAllowFromNull,
                             Flags::kCompareLoose | Flags::kAllowNull)},
      {"compaction_filter",
       OptionTypeInfo::AsCustomRawPtr<const CompactionFilter>(offsetof(Cf, compaction_filter),
                                                              Verify::kByName, Flags::kAllowNull)},
      {"compaction_filter_factory",
       OptionTypeInfo::AsCustomSharedPtr<CompactionFilterFactory>(
           offsetof(Cf, compaction_filter_factory), Verify::kByName, Flags::kAllowNull)},
      {"sst_partitioner_factory",
       OptionTypeInfo::AsCustomSharedPtr<SstPartitionerFactory>(
           offsetof(Cf, sst_partitioner_factory), Verify::kByName, Flags::kAllowNull)},
      {"memtable_factory", OptionTypeInfo::AsCustomSharedPtr<MemTableRepFactory>(
                               offsetof(Cf, memtable_factory), Verify::kByName, Flags::kNone)},
      {"memtable", OptionTypeInfo::AsCustomSharedPtr<MemTableRepFactory>(
                       offsetof(Cf, memtable_factory), Verify::kAlias, Flags::kNone)},
      {"table_factory", OptionTypeInfo::AsCustomSharedPtr<TableFactory>(
                            offsetof(Cf, table_factory), Verify::kByName,
                            Flags::kCompareLoose | Flags::kStringNameOnly | Flags::kDontPrepare)},
      {"block_based_table_factory",
       TableAlias<BlockBasedTableOptions>(TableFactory::kBlockBasedTableName(),
                                          offsetof(Cf, table_factory))},
      {"plain_table_factory",
       TableAlias<PlainTableOptions>(TableFactory::kPlainTableName(), offsetof(Cf, table_factory))},
      {"expanded_compaction_factor", Deprecated(Flags::kMutable)},
      {"filter_deletes", Deprecated(Flags::kMutable)},
      {"hard_rate_limit", Deprecated(Flags::kMutable)},
      {"max_grandparent_overlap_factor", Deprecated(Flags::kMutable)},
      {"max_mem_compaction_level", Deprecated()},
      {"memtable_prefix_bloom_bits", Deprecated(Flags::kMutable)},
      {"memtable_prefix_bloom_huge_page_tlb_size", Deprecated(Flags::kMutable)},
      {"memtable_prefix_bloom_probes", Deprecated(Flags::kMutable)},
      {"min_partial_merge_operands", Deprecated(Flags::kMutable)},
      {"purge_redundant_kvs_while_flush", Deprecated()},
      {"rate_limit_delay_max_milliseconds", Deprecated()},
      {"soft_rate_limit", Deprecated(Flags::kMutable)},
      {"source_compaction_factor", Deprecated(Flags::kMutable)},
      {"verify_checksums_in_compaction", Deprecated(Flags::kMutable)},
      {"snap_refresh_nanos", Deprecated(Flags::kMutable)}};
  return *infos;
}

}  // namespace rocksdb
