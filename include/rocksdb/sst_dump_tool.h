// SSTDumpTool: the sst_dump command line as a library call.

#ifndef AETHER_INCLUDE_ROCKSDB_SST_DUMP_TOOL_H_
#define AETHER_INCLUDE_ROCKSDB_SST_DUMP_TOOL_H_

#include "rocksdb/options.h"
#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class SSTDumpTool {
 public:
  int Run(int argc, char const* const* argv, Options options = Options());
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_SST_DUMP_TOOL_H_
