// A cache that also measures which hit rate another capacity would have had. Thread safety: all
// methods.
#ifndef AETHER_ROCKSDB_UTILITIES_SIM_CACHE_H_
#define AETHER_ROCKSDB_UTILITIES_SIM_CACHE_H_

#include <stdint.h>

#include <memory>
#include <string>

#include "rocksdb/cache.h"
#include "rocksdb/env.h"
#include "rocksdb/slice.h"
#include "rocksdb/statistics.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class SimCache;

// Null when num_shard_bits is too large.
extern std::shared_ptr<SimCache> NewSimCache(std::shared_ptr<Cache> cache, size_t sim_capacity,
                                             int num_shard_bits);

// Null when num_shard_bits is too large.
extern std::shared_ptr<SimCache> NewSimCache(std::shared_ptr<Cache> sim_cache,
                                             std::shared_ptr<Cache> cache, int num_shard_bits);

class SimCache : public Cache {
 public:
  SimCache() {}
  ~SimCache() override = default;
  const char* Name() const override { return "SimCache"; }
  virtual size_t GetSimCapacity() const = 0;
  virtual size_t GetSimUsage() const = 0;
  virtual void SetSimCapacity(size_t capacity) = 0;
  virtual uint64_t get_miss_counter() const = 0;
  virtual uint64_t get_hit_counter() const = 0;
  virtual void reset_counter() = 0;
  virtual std::string ToString() const = 0;
  virtual Status StartActivityLogging(const std::string& activity_log_file, Env* env,
                                      uint64_t max_logging_size = 0) = 0;
  virtual void StopActivityLogging() = 0;
  virtual Status GetActivityLoggingStatus() = 0;

 private:
  SimCache(const SimCache&);
  SimCache& operator=(const SimCache&);
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_SIM_CACHE_H_
