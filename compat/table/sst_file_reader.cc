// SstFileReader: one table file of this engine, read without a DB.

#include "rocksdb/sst_file_reader.h"

#include "compat/db/read_options.h"
#include "compat/db/slices.h"
#include "compat/env/status_convert.h"
#include "compat/iterator/store_iterator.h"
#include "compat/table/external_table.h"
#include "compat/table/file_properties.h"
#include "rocksdb/convenience.h"

namespace rocksdb {

namespace {

struct OpenTable {
  std::unique_ptr<aether::ExternalFileReader> reader;
  std::shared_ptr<const TableProperties> properties;
};

}  // namespace

struct SstFileReader::Rep {
  explicit Rep(const Options& options) : table(options, options.comparator) {}

  ExternalTable table;
  std::unique_ptr<OpenTable> open;
};

SstFileReader::SstFileReader(const Options& options) : rep_(new Rep(options)) {}
SstFileReader::~SstFileReader() = default;

Status SstFileReader::Open(const std::string& file_path) {
  ExternalTable& table = rep_->table;
  if (!table.status.ok()) return table.status;
  auto open = std::make_unique<OpenTable>();
  const Status s =
      ToRocks(aether::ExternalFileReader::Open(table.fs, file_path, table.store, &open->reader));
  if (!s.ok()) return s;
  const aether::FileInfo& info = open->reader->info();
  const uint32_t family =
      info.family.value_or(TablePropertiesCollectorFactory::Context::kUnknownColumnFamily);
  open->properties = ToTableProperties(info, family, info.family_name, table.options);
  rep_->open = std::move(open);
  return s;
}

Iterator* SstFileReader::NewIterator(const ReadOptions& options) {
  if (rep_->open == nullptr) {
    return NewErrorIterator(Status::InvalidArgument("File is not opened"));
  }
  aether::ReadOptions read = ToEngineRead(options, rep_->table.options.env);
  aether::Slice lower;
  aether::Slice upper;
  if (options.iterate_lower_bound != nullptr) {
    lower = ToEngine(*options.iterate_lower_bound);
    read.lower_bound = &lower;
  }
  if (options.iterate_upper_bound != nullptr) {
    upper = ToEngine(*options.iterate_upper_bound);
    read.upper_bound = &upper;
  }
  read.max_skippable_entries = options.max_skippable_internal_keys;
  StoreIteratorOptions wrapper;
  wrapper.has_snapshot = options.snapshot != nullptr;
  wrapper.pin_data = options.pin_data;
  wrapper.cache_only = options.read_tier == kBlockCacheTier;
  wrapper.statistics = rep_->table.options.statistics.get();
  if (options.prefix_same_as_start) wrapper.prefix = rep_->table.options.prefix_extractor;
  return NewStoreIterator(rep_->open->reader->NewIterator(read), std::move(wrapper));
}

std::shared_ptr<const TableProperties> SstFileReader::GetTableProperties() const {
  return rep_->open == nullptr ? nullptr : rep_->open->properties;
}

Status SstFileReader::VerifyChecksum(const ReadOptions&) {
  return rep_->open == nullptr ? Status::InvalidArgument("File is not opened")
                               : ToRocks(rep_->open->reader->VerifyChecksums());
}

Status VerifySstFileChecksum(const Options& options, const EnvOptions& env_options,
                             const std::string& file_path) {
  return VerifySstFileChecksum(options, env_options, ReadOptions(), file_path, 0);
}

Status VerifySstFileChecksum(const Options& options, const EnvOptions&, const ReadOptions& read,
                             const std::string& file_path, const SequenceNumber&) {
  SstFileReader reader(options);
  const Status s = reader.Open(file_path);
  return s.ok() ? reader.VerifyChecksum(read) : s;
}

}  // namespace rocksdb
