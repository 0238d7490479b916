// Memory in use by a set of DBs and caches, in bytes.
#ifndef AETHER_ROCKSDB_UTILITIES_MEMORY_UTIL_H_
#define AETHER_ROCKSDB_UTILITIES_MEMORY_UTIL_H_

#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "rocksdb/cache.h"
#include "rocksdb/db.h"

namespace ROCKSDB_NAMESPACE {

class MemoryUtil {
 public:
  enum UsageType : int {
    kMemTableTotal = 0,
    kMemTableUnFlushed = 1,
    kTableReadersTotal = 2,
    kCacheTotal = 3,
    kNumUsageTypes = 4
  };
  static Status GetApproximateMemoryUsageByType(
      const std::vector<DB*>& dbs, const std::unordered_set<const Cache*> cache_set,
      std::map<MemoryUtil::UsageType, uint64_t>* usage_by_type);
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_MEMORY_UTIL_H_
