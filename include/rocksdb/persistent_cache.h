// PersistentCache: blocks kept on a fast device in front of a slow one.

#ifndef AETHER_INCLUDE_ROCKSDB_PERSISTENT_CACHE_H_
#define AETHER_INCLUDE_ROCKSDB_PERSISTENT_CACHE_H_

#include <stdint.h>

#include <memory>
#include <string>

#include "rocksdb/env.h"
#include "rocksdb/slice.h"
#include "rocksdb/statistics.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class PersistentCache {
 public:
  using StatsType = std::vector<std::map<std::string, double>>;
  virtual ~PersistentCache() {}
  virtual Status Insert(const Slice& key, const char* data, const size_t size) = 0;
  virtual Status Lookup(const Slice& key, std::unique_ptr<char[]>* data, size_t* size) = 0;
  virtual bool IsCompressed() = 0;
  virtual StatsType Stats() = 0;
  virtual std::string GetPrintableOptions() const = 0;
  virtual uint64_t NewId() = 0;
};

Status NewPersistentCache(Env* const env, const std::string& path, const uint64_t size,
                          const std::shared_ptr<Logger>& log, const bool optimized_for_nvm,
                          std::shared_ptr<PersistentCache>* cache);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_PERSISTENT_CACHE_H_
