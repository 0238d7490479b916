// LDBTool: the ldb command line as a library call.

#ifndef AETHER_INCLUDE_ROCKSDB_LDB_TOOL_H_
#define AETHER_INCLUDE_ROCKSDB_LDB_TOOL_H_

#include <string>
#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/options.h"
#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class SliceFormatter {
 public:
  virtual ~SliceFormatter() {}
  virtual std::string Format(const Slice& s) const = 0;
};

struct LDBOptions {
  LDBOptions();
  std::shared_ptr<SliceFormatter> key_formatter;
  std::string print_help_header = "ldb - RocksDB Tool";
};

class LDBTool {
 public:
  void Run(int argc, char** argv, Options db_options = Options(),
           const LDBOptions& ldb_options = LDBOptions(),
           const std::vector<ColumnFamilyDescriptor>* column_families = nullptr);
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_LDB_TOOL_H_
