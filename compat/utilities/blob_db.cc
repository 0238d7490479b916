#include "compat/utilities/blob_db.h"

namespace rocksdb {
namespace blob_db {

Status BlobDB::Open(const Options& /*options*/, const BlobDBOptions& /*bdb_options*/,
                    const std::string& /*dbname*/, BlobDB** blob_db) {
  *blob_db = nullptr;
  return Status::NotSupported("blob_db::BlobDB::Open");
}

Status DestroyBlobDB(const std::string& /*dbname*/, const Options& /*options*/,
                     const BlobDBOptions& /*bdb_options*/) {
  return Status::NotSupported("blob_db::DestroyBlobDB");
}

}  // namespace blob_db
}  // namespace rocksdb
