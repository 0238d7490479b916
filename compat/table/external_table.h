// What SstFileWriter and SstFileReader work with: options of a DB as the engine wants them, without
// a DB.
//
// Thread safety: immutable once made. The application's Env and plug-ins are borrowed or shared as
// Options does.

#ifndef AETHER_COMPAT_TABLE_EXTERNAL_TABLE_H_
#define AETHER_COMPAT_TABLE_EXTERNAL_TABLE_H_

#include <memory>

#include "compat/db/store_db.h"
#include "engine/store/external_file.h"
#include "rocksdb/options.h"

namespace rocksdb {

struct ExternalTable {
  ExternalTable(const Options& given, const Comparator* comparator);

  Options options;
  // InvalidArgument or NotSupported: the options cannot be honoured.
  Status status;
  std::unique_ptr<Family> family;  // keeps the order of keys
  std::unique_ptr<aether::FileSystem> owned_fs;
  aether::FileSystem* fs = nullptr;
  aether::StoreOptions store;
};

// Stand in the properties of each file that SstFileWriter makes, as in RocksDB.
inline constexpr char kExternalVersionProperty[] = "rocksdb.external_sst_file.version";
inline constexpr char kExternalSequenceProperty[] = "rocksdb.external_sst_file.global_seqno";
inline constexpr int32_t kExternalFileVersion = 2;

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TABLE_EXTERNAL_TABLE_H_
