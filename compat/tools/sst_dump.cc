// sst_dump reads table files of RocksDB; files of this engine have another format, and their own
// tool.

#include <cstdio>

#include "rocksdb/sst_dump_tool.h"
#include "rocksdb/status.h"

namespace rocksdb {

int SSTDumpTool::Run(int /*argc*/, char const* const* /*argv*/, Options /*options*/) {
  fprintf(stderr, "%s\n", Status::NotSupported("SSTDumpTool::Run").ToString().c_str());
  return 1;
}

}  // namespace rocksdb
