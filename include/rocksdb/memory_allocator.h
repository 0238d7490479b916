// MemoryAllocator: where cached entries get their memory from.
//
// Thread safety: implementations must allow concurrent calls.

#ifndef AETHER_INCLUDE_ROCKSDB_MEMORY_ALLOCATOR_H_
#define AETHER_INCLUDE_ROCKSDB_MEMORY_ALLOCATOR_H_

#include <memory>

#include "rocksdb/customizable.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class MemoryAllocator : public Customizable {
 public:
  static const char* Type() { return "MemoryAllocator"; }
  static Status CreateFromString(const ConfigOptions& options, const std::string& value,
                                 std::shared_ptr<MemoryAllocator>* result);
  // At least size bytes.
  virtual void* Allocate(size_t size) = 0;
  virtual void Deallocate(void* p) = 0;
  // Bytes that really belong to p, for an allocation of the given size.
  virtual size_t UsableSize(void*, size_t allocation_size) const { return allocation_size; }
  std::string GetId() const override { return GenerateIndividualId(); }
};

struct JemallocAllocatorOptions {
  static const char* kName() { return "JemallocAllocatorOptions"; }
  bool limit_tcache_size = false;
  size_t tcache_size_lower_bound = 1024;
  size_t tcache_size_upper_bound = 16 * 1024;
};

extern Status NewJemallocNodumpAllocator(JemallocAllocatorOptions& options,
                                         std::shared_ptr<MemoryAllocator>* memory_allocator);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_MEMORY_ALLOCATOR_H_
