// Dump files of RocksDB are neither written nor read; `ldb dump` and `ldb load` move data as text.

#include "rocksdb/db_dump_tool.h"

#include <cstdio>

namespace rocksdb {

namespace {

bool Refuse(const char* tool) {
  fprintf(stderr, "%s\n", Status::NotSupported(tool).ToString().c_str());
  return false;
}

}  // namespace

bool DbDumpTool::Run(const DumpOptions& /*dump_options*/, Options /*options*/) {
  return Refuse("DbDumpTool::Run");
}

bool DbUndumpTool::Run(const UndumpOptions& /*undump_options*/, Options /*options*/) {
  return Refuse("DbUndumpTool::Run");
}

}  // namespace rocksdb
