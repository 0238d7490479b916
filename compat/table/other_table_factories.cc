// Plain, cuckoo and adaptive table factories: accepted, named and printed. The engine has one
// format of runs and maps all of them to it; they carry options so that OPTIONS files and reports
// stay what they were.
//
// Thread safety: configured before use, then read by many threads.

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "compat/options/customizable_util.h"
#include "compat/table/block_based_table_factory.h"
#include "rocksdb/flush_block_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/options_type.h"

namespace rocksdb {

const std::string BlockBasedTablePropertyNames::kIndexType = "rocksdb.block.based.table.index.type";
const std::string BlockBasedTablePropertyNames::kWholeKeyFiltering =
    "rocksdb.block.based.table.whole.key.filtering";
const std::string BlockBasedTablePropertyNames::kPrefixFiltering =
    "rocksdb.block.based.table.prefix.filtering";

const std::string PlainTablePropertyNames::kEncodingType = "rocksdb.plain.table.encoding.type";
const std::string PlainTablePropertyNames::kBloomVersion = "rocksdb.plain.table.bloom.version";
const std::string PlainTablePropertyNames::kNumBloomBlocks = "rocksdb.plain.table.bloom.numblocks";

const std::string CuckooTablePropertyNames::kEmptyKey = "rocksdb.cuckoo.bucket.empty.key";
const std::string CuckooTablePropertyNames::kValueLength = "rocksdb.cuckoo.value.length";
const std::string CuckooTablePropertyNames::kNumHashFunc = "rocksdb.cuckoo.hash.num";
const std::string CuckooTablePropertyNames::kCuckooBlockSize =
    "rocksdb.cuckoo.hash.cuckooblocksize";
const std::string CuckooTablePropertyNames::kHashTableSize = "rocksdb.cuckoo.hash.size";
const std::string CuckooTablePropertyNames::kIsLastLevel = "rocksdb.cuckoo.file.islastlevel";
const std::string CuckooTablePropertyNames::kIdentityAsFirstHash =
    "rocksdb.cuckoo.hash.identityfirst";
const std::string CuckooTablePropertyNames::kUseModuleHash = "rocksdb.cuckoo.hash.usemodule";
const std::string CuckooTablePropertyNames::kUserKeyLength = "rocksdb.cuckoo.hash.userkeylength";

namespace {

using OptionInfos = std::unordered_map<std::string, OptionTypeInfo>;

// What all formats share that are not written here.
class CarrierFactory : public TableFactory {
 public:
  using TableFactory::NewTableReader;
  Status NewTableReader(const ReadOptions&, const TableReaderOptions&,
                        std::unique_ptr<RandomAccessFileReader>&&, uint64_t,
                        std::unique_ptr<TableReader>*, bool) const override {
    return Status::NotSupported("TableFactory::NewTableReader", Name());
  }
  TableBuilder* NewTableBuilder(const TableBuilderOptions&, WritableFileWriter*) const override {
    return nullptr;
  }
};

__attribute__((format(printf, 1, 2))) std::string Print(const char* format, ...) {
  char text[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  return text;
}

class PlainTableFactory final : public CarrierFactory {
 public:
  explicit PlainTableFactory(const PlainTableOptions& options = PlainTableOptions())
      : options_(options) {
    RegisterOptions(&options_, &Infos());
  }
  static const char* kClassName() { return kPlainTableName(); }
  const char* Name() const override { return kClassName(); }
  std::string GetPrintableOptions() const override {
    return Print(
        "  user_key_len: %u\n  bloom_bits_per_key: %d\n  hash_table_ratio: %f\n"
        "  index_sparseness: %zu\n  huge_page_tlb_size: %zu\n  encoding_type: %d\n"
        "  full_scan_mode: %d\n  store_index_in_file: %d\n",
        options_.user_key_len, options_.bloom_bits_per_key, options_.hash_table_ratio,
        options_.index_sparseness, options_.huge_page_tlb_size, options_.encoding_type,
        options_.full_scan_mode, options_.store_index_in_file);
  }

 private:
  static const OptionInfos& Infos() {
    static const auto* const infos = new OptionInfos{
        {"user_key_len", {offsetof(PlainTableOptions, user_key_len), OptionType::kUInt32T}},
        {"bloom_bits_per_key", {offsetof(PlainTableOptions, bloom_bits_per_key), OptionType::kInt}},
        {"hash_table_ratio", {offsetof(PlainTableOptions, hash_table_ratio), OptionType::kDouble}},
        {"index_sparseness", {offsetof(PlainTableOptions, index_sparseness), OptionType::kSizeT}},
        {"huge_page_tlb_size",
         {offsetof(PlainTableOptions, huge_page_tlb_size), OptionType::kSizeT}},
        {"encoding_type", {offsetof(PlainTableOptions, encoding_type), OptionType::kEncodingType}},
        {"full_scan_mode", {offsetof(PlainTableOptions, full_scan_mode), OptionType::kBoolean}},
        {"store_index_in_file",
         {offsetof(PlainTableOptions, store_index_in_file), OptionType::kBoolean}}};
    return *infos;
  }

  PlainTableOptions options_;
};

class CuckooTableFactory final : public CarrierFactory {
 public:
  explicit CuckooTableFactory(const CuckooTableOptions& options = CuckooTableOptions())
      : options_(options) {
    RegisterOptions(&options_, &Infos());
  }
  static const char* kClassName() { return kCuckooTableName(); }
  const char* Name() const override { return kClassName(); }
  std::string GetPrintableOptions() const override {
    return Print(
        "  hash_table_ratio: %f\n  max_search_depth: %u\n  cuckoo_block_size: %u\n"
        "  identity_as_first_hash: %d\n",
        options_.hash_table_ratio, options_.max_search_depth, options_.cuckoo_block_size,
        options_.identity_as_first_hash);
  }

 private:
  static const OptionInfos& Infos() {
    static const auto* const infos = new OptionInfos{
        {"hash_table_ratio", {offsetof(CuckooTableOptions, hash_table_ratio), OptionType::kDouble}},
        {"max_search_depth",
         {offsetof(CuckooTableOptions, max_search_depth), OptionType::kUInt32T}},
        {"cuckoo_block_size",
         {offsetof(CuckooTableOptions, cuckoo_block_size), OptionType::kUInt32T}},
        {"identity_as_first_hash",
         {offsetof(CuckooTableOptions, identity_as_first_hash), OptionType::kBoolean}},
        {"use_module_hash", {offsetof(CuckooTableOptions, use_module_hash), OptionType::kBoolean}}};
    return *infos;
  }

  CuckooTableOptions options_;
};

// Writes with one of three factories; which one is asked for options of a given name.
class AdaptiveTableFactory final : public CarrierFactory {
 public:
  AdaptiveTableFactory(std::shared_ptr<TableFactory> to_write, std::shared_ptr<TableFactory> block,
                       std::shared_ptr<TableFactory> plain, std::shared_ptr<TableFactory> cuckoo)
      : to_write_(std::move(to_write)),
        block_(std::move(block)),
        plain_(std::move(plain)),
        cuckoo_(std::move(cuckoo)) {
    if (block_ == nullptr) block_.reset(NewBlockBasedTableFactory());
    if (plain_ == nullptr) plain_.reset(NewPlainTableFactory());
    if (cuckoo_ == nullptr) cuckoo_.reset(NewCuckooTableFactory());
    if (to_write_ == nullptr) to_write_ = block_;
  }
  const char* Name() const override { return "AdaptiveTableFactory"; }
  const Customizable* Inner() const override { return to_write_.get(); }
  std::string GetPrintableOptions() const override {
    std::string text = "  write factory (" + std::string(to_write_->Name()) + ") options:\n" +
                       to_write_->GetPrintableOptions();
    for (const auto& factory : {plain_, block_, cuckoo_}) {
      text += "  " + std::string(factory->Name()) + " options:\n" + factory->GetPrintableOptions();
    }
    return text;
  }

 private:
  std::shared_ptr<TableFactory> to_write_;
  std::shared_ptr<TableFactory> block_;
  std::shared_ptr<TableFactory> plain_;
  std::shared_ptr<TableFactory> cuckoo_;
};

template <typename Factory>
void AddTableFactory(ObjectLibrary& library) {
  library.AddFactory<TableFactory>(
      Factory::kClassName(),
      [](const std::string&, std::unique_ptr<TableFactory>* guard, std::string*) {
        guard->reset(new Factory);
        return guard->get();
      });
}

}  // namespace

TableFactory* NewPlainTableFactory(const PlainTableOptions& options) {
  return new PlainTableFactory(options);
}

TableFactory* NewCuckooTableFactory(const CuckooTableOptions& table_options) {
  return new CuckooTableFactory(table_options);
}

TableFactory* NewAdaptiveTableFactory(std::shared_ptr<TableFactory> table_factory_to_write,
                                      std::shared_ptr<TableFactory> block_based_table_factory,
                                      std::shared_ptr<TableFactory> plain_table_factory,
                                      std::shared_ptr<TableFactory> cuckoo_table_factory) {
  return new AdaptiveTableFactory(std::move(table_factory_to_write),
                                  std::move(block_based_table_factory),
                                  std::move(plain_table_factory), std::move(cuckoo_table_factory));
}

void RegisterTableFactories(ObjectLibrary& library) {
  AddTableFactory<BlockBasedTableFactory>(library);
  AddTableFactory<PlainTableFactory>(library);
  AddTableFactory<CuckooTableFactory>(library);
  library.AddFactory<FlushBlockPolicyFactory>(
      FlushBlockBySizePolicyFactory::kClassName(),
      [](const std::string&, std::unique_ptr<FlushBlockPolicyFactory>* guard, std::string*) {
        guard->reset(new FlushBlockBySizePolicyFactory);
        return guard->get();
      });
}

Status TableFactory::CreateFromString(const ConfigOptions& config_options, const std::string& id,
                                      std::shared_ptr<TableFactory>* factory) {
  std::shared_ptr<TableFactory> made = *factory;
  Status s = CreateShared(config_options, id, &made);
  // Here and not only at Open: what is made from text is also asked for its cache before.
  if (s.ok() && made != nullptr) s = made->PrepareOptions(config_options);
  if (s.ok()) *factory = std::move(made);
  return s;
}

FlushBlockBySizePolicyFactory::FlushBlockBySizePolicyFactory() = default;

// Null: pages of the engine have one size, nothing asks where a block should end.
FlushBlockPolicy* FlushBlockBySizePolicyFactory::NewFlushBlockPolicy(const BlockBasedTableOptions&,
                                                                     const BlockBuilder&) const {
  return nullptr;
}

FlushBlockPolicy* FlushBlockBySizePolicyFactory::NewFlushBlockPolicy(const uint64_t, const int,
                                                                     const BlockBuilder&) {
  return nullptr;
}

Status FlushBlockPolicyFactory::CreateFromString(const ConfigOptions& config_options,
                                                 const std::string& value,
                                                 std::shared_ptr<FlushBlockPolicyFactory>* result) {
  return CreateShared(config_options, value, result);
}

}  // namespace rocksdb
