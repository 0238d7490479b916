// Calls whose interface may change.

#ifndef AETHER_INCLUDE_ROCKSDB_EXPERIMENTAL_H_
#define AETHER_INCLUDE_ROCKSDB_EXPERIMENTAL_H_

#include "rocksdb/db.h"
#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

namespace experimental {
Status SuggestCompactRange(DB* db, ColumnFamilyHandle* column_family, const Slice* begin,
                           const Slice* end);

Status SuggestCompactRange(DB* db, const Slice* begin, const Slice* end);

Status PromoteL0(DB* db, ColumnFamilyHandle* column_family, int target_level = 1);

struct UpdateManifestForFilesStateOptions {
  bool update_temperatures = true;
};

Status UpdateManifestForFilesState(const DBOptions& db_opts, const std::string& db_name,
                                   const std::vector<ColumnFamilyDescriptor>& column_families,
                                   const UpdateManifestForFilesStateOptions& opts = {});

}  // namespace experimental
}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_EXPERIMENTAL_H_
