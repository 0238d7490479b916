// Memory allocators by name. The caches here take memory from the process's allocator through the
// buffer pool; an allocator given to a cache is kept for memory_allocator() and not used for pages.

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>

#include "compat/options/customizable_util.h"
#include "rocksdb/memory_allocator.h"
#include "rocksdb/secondary_cache.h"

namespace rocksdb {

namespace {

class DefaultAllocator final : public MemoryAllocator {
 public:
  static const char* kClassName() { return "DefaultMemoryAllocator"; }
  const char* Name() const override { return kClassName(); }
  void* Allocate(size_t size) override { return ::operator new(size); }
  void Deallocate(void* p) override { ::operator delete(p); }
  size_t UsableSize(void* p, size_t) const override { return malloc_usable_size(p); }
};

void AddUnavailable(ObjectLibrary& library, const char* name, const char* reason) {
  library.AddFactory<MemoryAllocator>(
      name, [reason](const std::string&, std::unique_ptr<MemoryAllocator>*, std::string* error) {
        *error = reason;
        return static_cast<MemoryAllocator*>(nullptr);
      });
}

}  // namespace

void RegisterCaches(ObjectLibrary& library) {
  library.AddFactory<MemoryAllocator>(
      DefaultAllocator::kClassName(),
      [](const std::string&, std::unique_ptr<MemoryAllocator>* guard, std::string*) {
        guard->reset(new DefaultAllocator);
        return guard->get();
      });
  AddUnavailable(library, "JemallocNodumpAllocator", "Not compiled with ROCKSDB_JEMALLOC");
  AddUnavailable(library, "MemkindKmemAllocator", "Not compiled with MemKind");
}

Status MemoryAllocator::CreateFromString(const ConfigOptions& options, const std::string& value,
                                         std::shared_ptr<MemoryAllocator>* result) {
  return CreateShared(options, value, result);
}

Status NewJemallocNodumpAllocator(JemallocAllocatorOptions&,
                                  std::shared_ptr<MemoryAllocator>* memory_allocator) {
  if (memory_allocator != nullptr) memory_allocator->reset();
  return Status::NotSupported("Not compiled with JEMALLOC");
}

Status SecondaryCache::CreateFromString(const ConfigOptions& config_options, const std::string& id,
                                        std::shared_ptr<SecondaryCache>* result) {
  if (id.rfind("compressed_secondary_cache://", 0) == 0) {
    return Status::NotSupported("SecondaryCache", "compressed_secondary_cache");
  }
  return CreateShared(config_options, id, result);
}

// Null: there is no second tier behind the buffer pool.
std::shared_ptr<SecondaryCache> NewCompressedSecondaryCache(
    const CompressedSecondaryCacheOptions&) {
  return nullptr;
}

std::shared_ptr<SecondaryCache> NewCompressedSecondaryCache(size_t, int, bool, double, double,
                                                            std::shared_ptr<MemoryAllocator>, bool,
                                                            CacheMetadataChargePolicy,
                                                            CompressionType, uint32_t, bool) {
  return nullptr;
}

}  // namespace rocksdb
