// The factory of block-based tables: the carrier of BlockBasedTableOptions. The engine writes runs
// in a format of its own and takes from here the cache, the filter, the checksum and compression
// choices.
//
// Thread safety: configured before use, then read by many threads.

#ifndef AETHER_COMPAT_TABLE_BLOCK_BASED_TABLE_FACTORY_H_
#define AETHER_COMPAT_TABLE_BLOCK_BASED_TABLE_FACTORY_H_

#include <memory>
#include <string>

#include "rocksdb/table.h"

namespace rocksdb {

class BlockBasedTableFactory final : public TableFactory {
 public:
  explicit BlockBasedTableFactory(const BlockBasedTableOptions& options = BlockBasedTableOptions());

  static const char* kClassName() { return kBlockBasedTableName(); }
  const char* Name() const override { return kBlockBasedTableName(); }
  const BlockBasedTableOptions& options() const { return options_; }

  using TableFactory::NewTableReader;
  // NotSupported: runs are read by the engine alone.
  Status NewTableReader(const ReadOptions& ro, const TableReaderOptions& table_reader_options,
                        std::unique_ptr<RandomAccessFileReader>&& file, uint64_t file_size,
                        std::unique_ptr<TableReader>* table_reader,
                        bool prefetch_index_and_filter_in_cache) const override;
  TableBuilder* NewTableBuilder(const TableBuilderOptions& table_builder_options,
                                WritableFileWriter* file) const override;
  bool IsDeleteRangeSupported() const override { return true; }

  Status PrepareOptions(const ConfigOptions& config_options) override;
  Status ValidateOptions(const DBOptions& db_opts,
                         const ColumnFamilyOptions& cf_opts) const override;
  std::string GetPrintableOptions() const override;

 protected:
  const void* GetOptionsPtr(const std::string& name) const override;
  // Numbers out of range are brought into it instead of failing, as text from OPTIONS files of any
  // age may hold them.
  Status ParseOption(const ConfigOptions& config_options, const OptionTypeInfo& opt_info,
                     const std::string& opt_name, const std::string& opt_value,
                     void* opt_ptr) override;

 private:
  void Initialize();

  BlockBasedTableOptions options_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TABLE_BLOCK_BASED_TABLE_FACTORY_H_
