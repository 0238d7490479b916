// A consistent copy of an open DB in a directory of its own. Thread safety: calls may run beside
// reads and writes.
#ifndef AETHER_ROCKSDB_UTILITIES_CHECKPOINT_H_
#define AETHER_ROCKSDB_UTILITIES_CHECKPOINT_H_

#include <string>
#include <vector>

#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class DB;
class ColumnFamilyHandle;
struct LiveFileMetaData;
struct ExportImportFilesMetaData;

// A checkpoint directory must not exist before the call.
class Checkpoint {
 public:
  static Status Create(DB* db, Checkpoint** checkpoint_ptr);
  virtual Status CreateCheckpoint(const std::string& checkpoint_dir,
                                  uint64_t log_size_for_flush = 0,
                                  uint64_t* sequence_number_ptr = nullptr);
  virtual Status ExportColumnFamily(ColumnFamilyHandle* handle, const std::string& export_dir,
                                    ExportImportFilesMetaData** metadata);
  virtual ~Checkpoint() = default;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_CHECKPOINT_H_
