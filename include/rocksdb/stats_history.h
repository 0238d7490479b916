// StatsHistoryIterator: walks over periodic copies of the statistics.

#ifndef AETHER_INCLUDE_ROCKSDB_STATS_HISTORY_H_
#define AETHER_INCLUDE_ROCKSDB_STATS_HISTORY_H_

#include <map>
#include <string>

#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/statistics.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class DBImpl;

class StatsHistoryIterator {
 public:
  StatsHistoryIterator() {}
  virtual ~StatsHistoryIterator() {}
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  virtual uint64_t GetStatsTime() const = 0;
  virtual int GetFormatVersion() const { return -1; }
  virtual const std::map<std::string, uint64_t>& GetStatsMap() const = 0;
  virtual Status status() const = 0;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_STATS_HISTORY_H_
