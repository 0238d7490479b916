// Finds the information logs of a DB.
#ifndef AETHER_ROCKSDB_UTILITIES_INFO_LOG_FINDER_H_
#define AETHER_ROCKSDB_UTILITIES_INFO_LOG_FINDER_H_

#include <string>
#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/options.h"

namespace ROCKSDB_NAMESPACE {

// Lists the LOG files of the DB, without paths.
Status GetInfoLogList(DB* db, std::vector<std::string>* info_log_list);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_INFO_LOG_FINDER_H_
