// The legacy blob DB, as far as db_bench binds it: opening and destroying, both NotSupported.
//
// Layout: BlobDBOptions is 104 bytes, allocated by executables. Thread safety: stateless.

#ifndef AETHER_COMPAT_UTILITIES_BLOB_DB_H_
#define AETHER_COMPAT_UTILITIES_BLOB_DB_H_

#include <cstdint>
#include <string>

#include "rocksdb/options.h"
#include "rocksdb/utilities/stackable_db.h"

namespace rocksdb {
namespace blob_db {

struct BlobDBOptions {
  std::string blob_dir = "blob_dir";
  bool path_relative = true;
  bool is_fifo = false;
  uint64_t max_db_size = 0;
  uint64_t ttl_range_secs = 3600;
  uint64_t min_blob_size = 0;
  uint64_t bytes_per_sync = 512 * 1024;
  uint64_t blob_file_size = 256 * 1024 * 1024;
  CompressionType compression = kNoCompression;
  bool enable_garbage_collection = false;
  double garbage_collection_cutoff = 0.25;
  bool disable_background_tasks = false;
};
static_assert(sizeof(BlobDBOptions) == 104);

class BlobDB : public StackableDB {
 public:
  static Status Open(const Options& options, const BlobDBOptions& bdb_options,
                     const std::string& dbname, BlobDB** blob_db);
};

Status DestroyBlobDB(const std::string& dbname, const Options& options,
                     const BlobDBOptions& bdb_options);

}  // namespace blob_db
}  // namespace rocksdb

#endif  // AETHER_COMPAT_UTILITIES_BLOB_DB_H_
