// SecondaryCache: a slower, larger cache behind a Cache.

#ifndef AETHER_INCLUDE_ROCKSDB_SECONDARY_CACHE_H_
#define AETHER_INCLUDE_ROCKSDB_SECONDARY_CACHE_H_

#include <stdint.h>

#include <memory>
#include <string>

#include "rocksdb/cache.h"
#include "rocksdb/customizable.h"
#include "rocksdb/slice.h"
#include "rocksdb/statistics.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class SecondaryCacheResultHandle {
 public:
  virtual ~SecondaryCacheResultHandle() = default;
  virtual bool IsReady() = 0;
  virtual void Wait() = 0;
  virtual void* Value() = 0;
  virtual size_t Size() = 0;
};

class SecondaryCache : public Customizable {
 public:
  ~SecondaryCache() override = default;
  static const char* Type() { return "SecondaryCache"; }
  static Status CreateFromString(const ConfigOptions& config_options, const std::string& id,
                                 std::shared_ptr<SecondaryCache>* result);
  virtual Status Insert(const Slice& key, void* value, const Cache::CacheItemHelper* helper) = 0;
  virtual std::unique_ptr<SecondaryCacheResultHandle> Lookup(const Slice& key,
                                                             const Cache::CreateCallback& create_cb,
                                                             bool wait, bool advise_erase,
                                                             bool& is_in_sec_cache) = 0;
  virtual bool SupportForceErase() const = 0;
  virtual void Erase(const Slice& key) = 0;
  virtual void WaitAll(std::vector<SecondaryCacheResultHandle*> handles) = 0;
  virtual Status SetCapacity(size_t) { return Status::NotSupported(); }
  virtual Status GetCapacity(size_t&) { return Status::NotSupported(); }
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_SECONDARY_CACHE_H_
