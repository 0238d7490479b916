#include "compat/table/block_based_table_factory.h"

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>

#include "compat/options/customizable_util.h"
#include "rocksdb/cache.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/flush_block_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/utilities/options_type.h"

namespace rocksdb {

namespace {

using Options = BlockBasedTableOptions;
using OptionInfos = std::unordered_map<std::string, OptionTypeInfo>;
using Flags = OptionTypeFlags;
using Verify = OptionVerificationType;

OptionTypeInfo Plain(size_t offset, OptionType type, Flags flags = Flags::kNone) {
  return OptionTypeInfo(static_cast<int>(offset), type, Verify::kNormal, flags);
}

template <typename T>
using Names = std::unordered_map<std::string, T>;

// A cache is an object of this process: it can be made from text but has no text of its own.
OptionTypeInfo CacheOption(size_t offset) {
  OptionTypeInfo info(static_cast<int>(offset), OptionType::kUnknown, Verify::kNormal,
                      Flags::kCompareNever | Flags::kDontSerialize);
  return info.SetParseFunc(
      [](const ConfigOptions& config, const std::string&, const std::string& value, void* at) {
        return Cache::CreateFromString(config, value, static_cast<std::shared_ptr<Cache>*>(at));
      });
}

const OptionInfos& PinningInfos() {
  static const auto* const names =
      new Names<PinningTier>{{"kFallback", PinningTier::kFallback},
                             {"kNone", PinningTier::kNone},
                             {"kFlushedAndSimilar", PinningTier::kFlushedAndSimilar},
                             {"kAll", PinningTier::kAll}};
  static const auto* const infos = new OptionInfos{
      {"top_level_index_pinning",
       OptionTypeInfo::Enum(offsetof(MetadataCacheOptions, top_level_index_pinning), names)},
      {"partition_pinning",
       OptionTypeInfo::Enum(offsetof(MetadataCacheOptions, partition_pinning), names)},
      {"unpartitioned_pinning",
       OptionTypeInfo::Enum(offsetof(MetadataCacheOptions, unpartitioned_pinning), names)}};
  return *infos;
}

const OptionInfos& Infos() {
  static const auto* const index_types = new Names<Options::IndexType>{
      {"kBinarySearch", Options::kBinarySearch},
      {"kHashSearch", Options::kHashSearch},
      {"kTwoLevelIndexSearch", Options::kTwoLevelIndexSearch},
      {"kBinarySearchWithFirstKey", Options::kBinarySearchWithFirstKey}};
  static const auto* const data_index_types = new Names<Options::DataBlockIndexType>{
      {"kDataBlockBinarySearch", Options::kDataBlockBinarySearch},
      {"kDataBlockBinaryAndHash", Options::kDataBlockBinaryAndHash}};
  using Shortening = Options::IndexShorteningMode;
  static const auto* const shortenings = new Names<Shortening>{
      {"kNoShortening", Shortening::kNoShortening},
      {"kShortenSeparators", Shortening::kShortenSeparators},
      {"kShortenSeparatorsAndSuccessor", Shortening::kShortenSeparatorsAndSuccessor}};
  using Prepopulate = Options::PrepopulateBlockCache;
  static const auto* const prepopulates = new Names<Prepopulate>{
      {"kDisable", Prepopulate::kDisable}, {"kFlushOnly", Prepopulate::kFlushOnly}};
  static const auto* const infos = new OptionInfos{
      {"flush_block_policy_factory",
       OptionTypeInfo::AsCustomSharedPtr<FlushBlockPolicyFactory>(
           offsetof(Options, flush_block_policy_factory), Verify::kByName, Flags::kCompareNever)},
      {"cache_index_and_filter_blocks",
       Plain(offsetof(Options, cache_index_and_filter_blocks), OptionType::kBoolean)},
      {"cache_index_and_filter_blocks_with_high_priority",
       Plain(offsetof(Options, cache_index_and_filter_blocks_with_high_priority),
             OptionType::kBoolean)},
      {"pin_l0_filter_and_index_blocks_in_cache",
       Plain(offsetof(Options, pin_l0_filter_and_index_blocks_in_cache), OptionType::kBoolean)},
      {"pin_top_level_index_and_filter",
       Plain(offsetof(Options, pin_top_level_index_and_filter), OptionType::kBoolean)},
      {"metadata_cache_options", OptionTypeInfo::Struct("metadata_cache_options", &PinningInfos(),
                                                        offsetof(Options, metadata_cache_options),
                                                        Verify::kNormal, Flags::kNone)},
      {"index_type", OptionTypeInfo::Enum(offsetof(Options, index_type), index_types)},
      {"data_block_index_type",
       OptionTypeInfo::Enum(offsetof(Options, data_block_index_type), data_index_types)},
      {"index_shortening", OptionTypeInfo::Enum(offsetof(Options, index_shortening), shortenings)},
      {"data_block_hash_table_util_ratio",
       Plain(offsetof(Options, data_block_hash_table_util_ratio), OptionType::kDouble)},
      {"hash_index_allow_collision",
       OptionTypeInfo(0, OptionType::kBoolean, Verify::kDeprecated, Flags::kNone)},
      {"checksum", Plain(offsetof(Options, checksum), OptionType::kChecksumType)},
      {"no_block_cache", Plain(offsetof(Options, no_block_cache), OptionType::kBoolean)},
      {"block_size", Plain(offsetof(Options, block_size), OptionType::kUInt64T, Flags::kMutable)},
      {"block_size_deviation", Plain(offsetof(Options, block_size_deviation), OptionType::kInt)},
      {"block_restart_interval",
       Plain(offsetof(Options, block_restart_interval), OptionType::kInt, Flags::kMutable)},
      {"index_block_restart_interval",
       Plain(offsetof(Options, index_block_restart_interval), OptionType::kInt)},
      {"metadata_block_size", Plain(offsetof(Options, metadata_block_size), OptionType::kUInt64T)},
      {"partition_filters", Plain(offsetof(Options, partition_filters), OptionType::kBoolean)},
      {"optimize_filters_for_memory",
       Plain(offsetof(Options, optimize_filters_for_memory), OptionType::kBoolean)},
      {"filter_policy",
       OptionTypeInfo::AsCustomSharedPtr<const FilterPolicy>(
           offsetof(Options, filter_policy), Verify::kByNameAllowFromNull, Flags::kNone)},
      {"whole_key_filtering", Plain(offsetof(Options, whole_key_filtering), OptionType::kBoolean)},
      {"detect_filter_construct_corruption",
       Plain(offsetof(Options, detect_filter_construct_corruption), OptionType::kBoolean,
             Flags::kMutable)},
      {"verify_compression", Plain(offsetof(Options, verify_compression), OptionType::kBoolean)},
      {"read_amp_bytes_per_bit",
       Plain(offsetof(Options, read_amp_bytes_per_bit), OptionType::kUInt32T)},
      {"format_version", Plain(offsetof(Options, format_version), OptionType::kUInt32T)},
      {"enable_index_compression",
       Plain(offsetof(Options, enable_index_compression), OptionType::kBoolean)},
      {"block_align", Plain(offsetof(Options, block_align), OptionType::kBoolean)},
      {"block_cache", CacheOption(offsetof(Options, block_cache))},
      {"block_cache_compressed", CacheOption(offsetof(Options, block_cache_compressed))},
      {"max_auto_readahead_size",
       Plain(offsetof(Options, max_auto_readahead_size), OptionType::kSizeT, Flags::kMutable)},
      {"prepopulate_block_cache", OptionTypeInfo::Enum(offsetof(Options, prepopulate_block_cache),
                                                       prepopulates, Flags::kMutable)},
      {"initial_auto_readahead_size",
       Plain(offsetof(Options, initial_auto_readahead_size), OptionType::kSizeT, Flags::kMutable)},
      {"num_file_reads_for_auto_readahead",
       Plain(offsetof(Options, num_file_reads_for_auto_readahead), OptionType::kUInt64T,
             Flags::kMutable)}};
  return *infos;
}

// One line of GetPrintableOptions.
__attribute__((format(printf, 2, 3))) void AppendLine(std::string* text, const char* format, ...) {
  char line[512];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof(line), format, args);
  va_end(args);
  *text += "  ";
  *text += line;
  *text += '\n';
}

void AppendCache(std::string* text, const char* name, const std::shared_ptr<Cache>& cache) {
  AppendLine(text, "%s: %p", name, static_cast<const void*>(cache.get()));
  if (cache == nullptr) return;
  if (cache->Name() != nullptr) AppendLine(text, "%s_name: %s", name, cache->Name());
  AppendLine(text, "%s_options:", name);
  *text += cache->GetPrintableOptions();
}

}  // namespace

BlockBasedTableFactory::BlockBasedTableFactory(const BlockBasedTableOptions& options)
    : options_(options) {
  Initialize();
  RegisterOptions(&options_, &Infos());
}

void BlockBasedTableFactory::Initialize() {
  if (options_.flush_block_policy_factory == nullptr) {
    options_.flush_block_policy_factory = std::make_shared<FlushBlockBySizePolicyFactory>();
  }
  if (options_.no_block_cache) {
    options_.block_cache.reset();
  } else if (options_.block_cache == nullptr) {
    LRUCacheOptions cache;
    cache.capacity = size_t{8} << 20;
    cache.high_pri_pool_ratio = 0.0;
    options_.block_cache = NewLRUCache(cache);
  }
  if (options_.block_size_deviation < 0 || options_.block_size_deviation > 100) {
    options_.block_size_deviation = 0;
  }
  if (options_.block_restart_interval < 1) options_.block_restart_interval = 1;
  if (options_.index_block_restart_interval < 1 ||
      options_.index_type == BlockBasedTableOptions::kHashSearch) {
    options_.index_block_restart_interval = 1;
  }
  if (options_.index_type != BlockBasedTableOptions::kTwoLevelIndexSearch) {
    options_.partition_filters = false;
  }
}

Status BlockBasedTableFactory::PrepareOptions(const ConfigOptions& config_options) {
  Initialize();
  return TableFactory::PrepareOptions(config_options);
}

Status BlockBasedTableFactory::ValidateOptions(const DBOptions& db_opts,
                                               const ColumnFamilyOptions& cf_opts) const {
  const auto invalid = [](const char* text) { return Status::InvalidArgument(text); };
  const BlockBasedTableOptions& o = options_;
  if (o.index_type == BlockBasedTableOptions::kHashSearch && cf_opts.prefix_extractor == nullptr) {
    return invalid(
        "Hash index is specified for block-based table, but prefix_extractor is not given");
  }
  if (o.cache_index_and_filter_blocks && o.no_block_cache) {
    return invalid("Enable cache_index_and_filter_blocks, , but block cache is disabled");
  }
  if (o.pin_l0_filter_and_index_blocks_in_cache && o.no_block_cache) {
    return invalid("Enable pin_l0_filter_and_index_blocks_in_cache, , but block cache is disabled");
  }
  if (o.format_version > 5) {
    return invalid(
        "Unsupported BlockBasedTable format_version. Please check include/rocksdb/table.h for more "
        "info");
  }
  if (o.block_align && cf_opts.compression != kNoCompression) {
    return invalid("Enable block_align, but compression enabled");
  }
  if (o.block_align && (o.block_size & (o.block_size - 1)) != 0) {
    return invalid("Block alignment requested but block size is not a power of 2");
  }
  if (o.block_size > std::numeric_limits<uint32_t>::max()) {
    return invalid("block size exceeds maximum number (4GiB) allowed");
  }
  if (o.data_block_index_type == BlockBasedTableOptions::kDataBlockBinaryAndHash &&
      o.data_block_hash_table_util_ratio <= 0) {
    return invalid(
        "data_block_hash_table_util_ratio should be greater than 0 when data_block_index_type is "
        "set to kDataBlockBinaryAndHash");
  }
  if (db_opts.unordered_write && cf_opts.max_successive_merges > 0) {
    return invalid(
        "max_successive_merges larger than 0 is currently inconsistent with unordered_write");
  }
  return TableFactory::ValidateOptions(db_opts, cf_opts);
}

Status BlockBasedTableFactory::ParseOption(const ConfigOptions& config_options,
                                           const OptionTypeInfo& opt_info,
                                           const std::string& opt_name,
                                           const std::string& opt_value, void* opt_ptr) {
  Status s = TableFactory::ParseOption(config_options, opt_info, opt_name, opt_value, opt_ptr);
  if (s.ok() && options_.block_restart_interval < 1) options_.block_restart_interval = 1;
  if (s.ok() && options_.index_block_restart_interval < 1) {
    options_.index_block_restart_interval = 1;
  }
  return s;
}

const void* BlockBasedTableFactory::GetOptionsPtr(const std::string& name) const {
  if (name == kBlockCacheOpts()) {
    return options_.no_block_cache ? nullptr : options_.block_cache.get();
  }
  return TableFactory::GetOptionsPtr(name);
}

Status BlockBasedTableFactory::NewTableReader(const ReadOptions&, const TableReaderOptions&,
                                              std::unique_ptr<RandomAccessFileReader>&&, uint64_t,
                                              std::unique_ptr<TableReader>*, bool) const {
  return Status::NotSupported("BlockBasedTableFactory::NewTableReader");
}

TableBuilder* BlockBasedTableFactory::NewTableBuilder(const TableBuilderOptions&,
                                                      WritableFileWriter*) const {
  return nullptr;
}

std::string BlockBasedTableFactory::GetPrintableOptions() const {
  const BlockBasedTableOptions& o = options_;
  std::string text;
  AppendLine(&text, "flush_block_policy_factory: %s (%p)", o.flush_block_policy_factory->Name(),
             static_cast<const void*>(o.flush_block_policy_factory.get()));
  AppendLine(&text, "cache_index_and_filter_blocks: %d", o.cache_index_and_filter_blocks);
  AppendLine(&text, "cache_index_and_filter_blocks_with_high_priority: %d",
             o.cache_index_and_filter_blocks_with_high_priority);
  AppendLine(&text, "pin_l0_filter_and_index_blocks_in_cache: %d",
             o.pin_l0_filter_and_index_blocks_in_cache);
  AppendLine(&text, "pin_top_level_index_and_filter: %d", o.pin_top_level_index_and_filter);
  AppendLine(&text, "index_type: %d", o.index_type);
  AppendLine(&text, "data_block_index_type: %d", o.data_block_index_type);
  AppendLine(&text, "index_shortening: %d", static_cast<int>(o.index_shortening));
  AppendLine(&text, "data_block_hash_table_util_ratio: %f", o.data_block_hash_table_util_ratio);
  AppendLine(&text, "checksum: %d", o.checksum);
  AppendLine(&text, "no_block_cache: %d", o.no_block_cache);
  AppendCache(&text, "block_cache", o.block_cache);
  AppendCache(&text, "block_cache_compressed", o.block_cache_compressed);
  AppendLine(&text, "persistent_cache: %p", static_cast<const void*>(o.persistent_cache.get()));
  AppendLine(&text, "block_size: %llu", static_cast<unsigned long long>(o.block_size));
  AppendLine(&text, "block_size_deviation: %d", o.block_size_deviation);
  AppendLine(&text, "block_restart_interval: %d", o.block_restart_interval);
  AppendLine(&text, "index_block_restart_interval: %d", o.index_block_restart_interval);
  AppendLine(&text, "metadata_block_size: %llu",
             static_cast<unsigned long long>(o.metadata_block_size));
  AppendLine(&text, "partition_filters: %d", o.partition_filters);
  AppendLine(&text, "use_delta_encoding: %d", o.use_delta_encoding);
  AppendLine(&text, "filter_policy: %s",
             o.filter_policy == nullptr ? "nullptr" : o.filter_policy->Name());
  AppendLine(&text, "whole_key_filtering: %d", o.whole_key_filtering);
  AppendLine(&text, "verify_compression: %d", o.verify_compression);
  AppendLine(&text, "read_amp_bytes_per_bit: %u", o.read_amp_bytes_per_bit);
  AppendLine(&text, "format_version: %u", o.format_version);
  AppendLine(&text, "enable_index_compression: %d", o.enable_index_compression);
  AppendLine(&text, "block_align: %d", o.block_align);
  AppendLine(&text, "max_auto_readahead_size: %zu", o.max_auto_readahead_size);
  AppendLine(&text, "prepopulate_block_cache: %d", static_cast<int>(o.prepopulate_block_cache));
  AppendLine(&text, "initial_auto_readahead_size: %zu", o.initial_auto_readahead_size);
  AppendLine(&text, "num_file_reads_for_auto_readahead: %llu",
             static_cast<unsigned long long>(o.num_file_reads_for_auto_readahead));
  return text;
}

TableFactory* NewBlockBasedTableFactory(const BlockBasedTableOptions& table_options) {
  return new BlockBasedTableFactory(table_options);
}

}  // namespace rocksdb
