// Table factories: which format runs have, and its options. The engine has one format of its own;
// the factories here carry the options that it honours (cache, filters, checksums, block size).

#ifndef AETHER_INCLUDE_ROCKSDB_TABLE_H_
#define AETHER_INCLUDE_ROCKSDB_TABLE_H_

#include <memory>
#include <string>
#include <unordered_map>

#include "rocksdb/cache.h"
#include "rocksdb/customizable.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class Cache;
class FilterPolicy;
class FlushBlockPolicyFactory;
class PersistentCache;
class RandomAccessFile;
struct TableReaderOptions;
struct TableBuilderOptions;
class TableBuilder;
class TableFactory;
class TableReader;
class WritableFileWriter;
struct ConfigOptions;
struct EnvOptions;
enum ChecksumType : char {
  kNoChecksum = 0x0,
  kCRC32c = 0x1,
  kxxHash = 0x2,
  kxxHash64 = 0x3,
  kXXH3 = 0x4,
};

enum class PinningTier {
  kFallback,
  kNone,
  kFlushedAndSimilar,
  kAll,
};

struct MetadataCacheOptions {
  PinningTier top_level_index_pinning = PinningTier::kFallback;
  PinningTier partition_pinning = PinningTier::kFallback;
  PinningTier unpartitioned_pinning = PinningTier::kFallback;
};

struct CacheEntryRoleOptions {
  enum class Decision {
    kEnabled,
    kDisabled,
    kFallback,
  };

  Decision charged = Decision::kFallback;
  bool operator==(const CacheEntryRoleOptions& other) const { return charged == other.charged; }
};

struct CacheUsageOptions {
  CacheEntryRoleOptions options;
  std::map<CacheEntryRole, CacheEntryRoleOptions> options_overrides;
};

struct BlockBasedTableOptions {
  static const char* kName() { return "BlockTableOptions"; }
  std::shared_ptr<FlushBlockPolicyFactory> flush_block_policy_factory;
  bool cache_index_and_filter_blocks = false;
  bool cache_index_and_filter_blocks_with_high_priority = true;
  bool pin_l0_filter_and_index_blocks_in_cache = false;
  bool pin_top_level_index_and_filter = true;
  MetadataCacheOptions metadata_cache_options;
  enum IndexType : char {
    kBinarySearch = 0x00,
    kHashSearch = 0x01,
    kTwoLevelIndexSearch = 0x02,
    kBinarySearchWithFirstKey = 0x03,
  };

  IndexType index_type = kBinarySearch;
  enum DataBlockIndexType : char {
    kDataBlockBinarySearch = 0,
    kDataBlockBinaryAndHash = 1,
  };

  DataBlockIndexType data_block_index_type = kDataBlockBinarySearch;
  double data_block_hash_table_util_ratio = 0.75;
  ChecksumType checksum = kXXH3;
  bool no_block_cache = false;
  // Null makes a cache of its own; no_block_cache asks for none.
  std::shared_ptr<Cache> block_cache = nullptr;
  std::shared_ptr<PersistentCache> persistent_cache = nullptr;
  std::shared_ptr<Cache> block_cache_compressed = nullptr;
  // Bytes; the engine's pages are 4 KiB whatever stands here.
  uint64_t block_size = 4 * 1024;
  int block_size_deviation = 10;
  int block_restart_interval = 16;
  int index_block_restart_interval = 1;
  uint64_t metadata_block_size = 4096;
  CacheUsageOptions cache_usage_options;
  bool partition_filters = false;
  bool optimize_filters_for_memory = false;
  bool use_delta_encoding = true;
  // Null means no filters.
  std::shared_ptr<const FilterPolicy> filter_policy = nullptr;
  bool whole_key_filtering = true;
  bool detect_filter_construct_corruption = false;
  bool verify_compression = false;
  uint32_t read_amp_bytes_per_bit = 0;
  uint32_t format_version = 5;
  bool enable_index_compression = true;
  bool block_align = false;
  enum class IndexShorteningMode : char {
    kNoShortening,
    kShortenSeparators,
    kShortenSeparatorsAndSuccessor,
  };

  IndexShorteningMode index_shortening = IndexShorteningMode::kShortenSeparators;
  size_t max_auto_readahead_size = 256 * 1024;
  enum class PrepopulateBlockCache : char {
    kDisable,
    kFlushOnly,
  };

  PrepopulateBlockCache prepopulate_block_cache = PrepopulateBlockCache::kDisable;
  size_t initial_auto_readahead_size = 8 * 1024;
  uint64_t num_file_reads_for_auto_readahead = 2;
};

struct BlockBasedTablePropertyNames {
  static const std::string kIndexType;
  static const std::string kWholeKeyFiltering;
  static const std::string kPrefixFiltering;
};

extern TableFactory* NewBlockBasedTableFactory(
    const BlockBasedTableOptions& table_options = BlockBasedTableOptions());
enum EncodingType : char {
  kPlain,
  kPrefix,
};

struct PlainTablePropertyNames {
  static const std::string kEncodingType;
  static const std::string kBloomVersion;
  static const std::string kNumBloomBlocks;
};

const uint32_t kPlainTableVariableLength = 0;
struct PlainTableOptions {
  static const char* kName() { return "PlainTableOptions"; }
  uint32_t user_key_len = kPlainTableVariableLength;
  int bloom_bits_per_key = 10;
  double hash_table_ratio = 0.75;
  size_t index_sparseness = 16;
  size_t huge_page_tlb_size = 0;
  EncodingType encoding_type = kPlain;
  bool full_scan_mode = false;
  bool store_index_in_file = false;
};

extern TableFactory* NewPlainTableFactory(const PlainTableOptions& options = PlainTableOptions());
struct CuckooTablePropertyNames {
  static const std::string kEmptyKey;
  static const std::string kValueLength;
  static const std::string kNumHashFunc;
  static const std::string kCuckooBlockSize;
  static const std::string kHashTableSize;
  static const std::string kIsLastLevel;
  static const std::string kIdentityAsFirstHash;
  static const std::string kUseModuleHash;
  static const std::string kUserKeyLength;
};

struct CuckooTableOptions {
  static const char* kName() { return "CuckooTableOptions"; }
  double hash_table_ratio = 0.9;
  uint32_t max_search_depth = 100;
  uint32_t cuckoo_block_size = 5;
  bool identity_as_first_hash = false;
  bool use_module_hash = true;
};

extern TableFactory* NewCuckooTableFactory(
    const CuckooTableOptions& table_options = CuckooTableOptions());
class RandomAccessFileReader;
class TableFactory : public Customizable {
 public:
  virtual ~TableFactory() override {}
  static const char* kBlockCacheOpts() { return "BlockCache"; }
  static const char* kBlockBasedTableName() { return "BlockBasedTable"; }
  static const char* kPlainTableName() { return "PlainTable"; }
  static const char* kCuckooTableName() { return "CuckooTable"; }
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& id,
                                 std::shared_ptr<TableFactory>* factory);
  static const char* Type() { return "TableFactory"; }
  virtual Status NewTableReader(const TableReaderOptions& table_reader_options,
                                std::unique_ptr<RandomAccessFileReader>&& file, uint64_t file_size,
                                std::unique_ptr<TableReader>* table_reader,
                                bool prefetch_index_and_filter_in_cache = true) const {
    return NewTableReader(ReadOptions(), table_reader_options, std::move(file), file_size,
                          table_reader, prefetch_index_and_filter_in_cache);
  }
  virtual Status NewTableReader(const ReadOptions& ro,
                                const TableReaderOptions& table_reader_options,
                                std::unique_ptr<RandomAccessFileReader>&& file, uint64_t file_size,
                                std::unique_ptr<TableReader>* table_reader,
                                bool prefetch_index_and_filter_in_cache) const = 0;
  virtual TableBuilder* NewTableBuilder(const TableBuilderOptions& table_builder_options,
                                        WritableFileWriter* file) const = 0;
  virtual bool IsDeleteRangeSupported() const { return false; }
};

extern TableFactory* NewAdaptiveTableFactory(
    std::shared_ptr<TableFactory> table_factory_to_write = nullptr,
    std::shared_ptr<TableFactory> block_based_table_factory = nullptr,
    std::shared_ptr<TableFactory> plain_table_factory = nullptr,
    std::shared_ptr<TableFactory> cuckoo_table_factory = nullptr);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_TABLE_H_
