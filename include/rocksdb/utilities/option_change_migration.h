// Rewrites a closed DB so that it can be opened with other compaction options.
#ifndef AETHER_ROCKSDB_UTILITIES_OPTION_CHANGE_MIGRATION_H_
#define AETHER_ROCKSDB_UTILITIES_OPTION_CHANGE_MIGRATION_H_

#include <string>

#include "rocksdb/options.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

// REQUIRES: the DB is closed.
Status OptionChangeMigration(std::string dbname, const Options& old_opts, const Options& new_opts);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_OPTION_CHANGE_MIGRATION_H_
