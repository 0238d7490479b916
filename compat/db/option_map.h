// Options of RocksDB as options of the engine: which are refused, which are put into range, what
// the engine is given. compat/options/option_fates.h lists what becomes of each.
//
// Thread safety: pure functions. Failure: the Status that RocksDB gives for the combination, or
// NotSupported with the name of the feature.

#ifndef AETHER_COMPAT_DB_OPTION_MAP_H_
#define AETHER_COMPAT_DB_OPTION_MAP_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/store/options.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/options.h"

namespace rocksdb {

struct Family;

// Refuses what Open has to refuse. CheckFamilyOptions also serves CreateColumnFamily and
// SetOptions.
Status CheckDbOptions(const DBOptions& options, const std::string& name,
                      const std::vector<ColumnFamilyDescriptor>& families);
Status CheckFamilyOptions(const DBOptions& db_options, const ColumnFamilyOptions& options);

// Files are in the directory of the DB: another in db_paths or cf_paths is NotSupported.
Status CheckPaths(const std::vector<DbPath>& paths, const std::string& name);

// The options as the DB uses and shows them.
DBOptions SanitizeDb(const DBOptions& options);
ColumnFamilyOptions SanitizeFamily(const ColumnFamilyOptions& options);

// `family.options` must be sanitized. The adapters inside family must outlive the store.
Status ToEngineStore(const Family& family, const DBOptions& db_options,
                     aether::StoreOptions* result);
// The index that the memtable factory asks for. Where the order is not that of bytes the engine
// takes the skip list instead.
aether::MemTableKind ToEngineMemTable(const ColumnFamilyOptions& options);
aether::TreeOptions ToEngineTree(const ColumnFamilyOptions& options);
aether::EnvOptions ToEngineEnv(const DBOptions& options);

CompressionType FromEngine(aether::Codec codec);

// The block cache that the options name, null when there is none.
std::shared_ptr<Cache> BlockCacheOf(const ColumnFamilyOptions& options);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_OPTION_MAP_H_
