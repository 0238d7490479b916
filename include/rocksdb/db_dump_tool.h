// Writing a whole DB to one file and reading it back. Thread safety: one call at a time on one DB.

#ifndef AETHER_INCLUDE_ROCKSDB_DB_DUMP_TOOL_H_
#define AETHER_INCLUDE_ROCKSDB_DB_DUMP_TOOL_H_

#include <string>

#include "rocksdb/db.h"

namespace ROCKSDB_NAMESPACE {

struct DumpOptions {
  std::string db_path;
  std::string dump_location;
  bool anonymous = false;  // leave host and path out
};

class DbDumpTool {
 public:
  bool Run(const DumpOptions& dump_options,
           ROCKSDB_NAMESPACE::Options options = ROCKSDB_NAMESPACE::Options());
};

struct UndumpOptions {
  std::string db_path;
  std::string dump_location;
  bool compact_db = false;
};

class DbUndumpTool {
 public:
  bool Run(const UndumpOptions& undump_options,
           ROCKSDB_NAMESPACE::Options options = ROCKSDB_NAMESPACE::Options());
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_DB_DUMP_TOOL_H_
