#include "rocksdb/utilities/memory_util.h"

namespace rocksdb {

Status MemoryUtil::GetApproximateMemoryUsageByType(
    const std::vector<DB*>& dbs, const std::unordered_set<const Cache*> cache_set,
    std::map<MemoryUtil::UsageType, uint64_t>* usage_by_type) {
  usage_by_type->clear();
  const auto sum = [&dbs](const std::string& property) {
    uint64_t total = 0;
    for (DB* db : dbs) {
      uint64_t bytes = 0;
      if (db->GetAggregatedIntProperty(property, &bytes)) total += bytes;
    }
    return total;
  };
  (*usage_by_type)[kMemTableTotal] = sum(DB::Properties::kSizeAllMemTables);
  (*usage_by_type)[kMemTableUnFlushed] = sum(DB::Properties::kCurSizeAllMemTables);
  (*usage_by_type)[kTableReadersTotal] = sum(DB::Properties::kEstimateTableReadersMem);
  uint64_t cached = 0;
  for (const Cache* cache : cache_set) {
    if (cache != nullptr) cached += cache->GetUsage();
  }
  (*usage_by_type)[kCacheTotal] = cached;
  return Status::OK();
}

}  // namespace rocksdb
