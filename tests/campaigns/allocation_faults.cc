#include "tests/campaigns/allocation_faults.h"

#include <atomic>
#include <cstddef>
#include <new>

namespace aether::campaigns {
namespace {

std::atomic<uint32_t> armed_kinds{0};
std::atomic<uint64_t> seen{0};
std::atomic<uint64_t> failed{0};
std::atomic<uint64_t> first_to_fail{0};
std::atomic<bool> all_after{false};

// The mappings of the simulated disk are whole log segments.
constexpr size_t kSmallestSegment = size_t{4} << 20;
constexpr size_t kSmallestArray = size_t{100} << 10;

bool MustFail(AllocationKind kind) {
  if ((armed_kinds.load() & kind) == 0) return false;
  const uint64_t n = seen.fetch_add(1) + 1;
  const uint64_t first = first_to_fail.load();
  if (n != first && !(all_after.load() && n > first)) return false;
  failed.fetch_add(1);
  return true;
}

}  // namespace

void FailAllocation(uint32_t kinds, uint64_t nth, bool sticky) {
  seen = 0;
  failed = 0;
  first_to_fail = nth;
  all_after = sticky;
  armed_kinds = kinds;
}

void AllowAllocations() { armed_kinds = 0; }

uint64_t FailedAllocations() { return failed.load(); }

extern "C" {

// Names that the linker gives to the two sides of a wrapped symbol.
// NOLINTBEGIN
void* __real_aligned_alloc(size_t alignment, size_t size);
void* __wrap_aligned_alloc(size_t alignment, size_t size);
void* __real__Znam(size_t bytes);  // operator new[]
void* __wrap__Znam(size_t bytes);
void* __real__ZnamRKSt9nothrow_t(size_t bytes, const std::nothrow_t& tag);
void* __wrap__ZnamRKSt9nothrow_t(size_t bytes, const std::nothrow_t& tag);
void* __real__ZN6aether17AllocatePageBlockEm(size_t bytes);
void* __wrap__ZN6aether17AllocatePageBlockEm(size_t bytes);

void* __real__ZN6aether9MapMemoryEmm(size_t bytes, size_t alignment);
void* __wrap__ZN6aether9MapMemoryEmm(size_t bytes, size_t alignment);
void* __real__ZN6aether10ExtentHeap8AllocateEm(void* heap, size_t bytes);
void* __wrap__ZN6aether10ExtentHeap8AllocateEm(void* heap, size_t bytes);
bool __real__ZN6aether13ScratchBuffer7ReserveEm(void* buffer, size_t bytes);
bool __wrap__ZN6aether13ScratchBuffer7ReserveEm(void* buffer, size_t bytes);

void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  if (size < kSmallestSegment && MustFail(kAlignedBuffers)) return nullptr;
  return __real_aligned_alloc(alignment, size);
}

void* __wrap__Znam(size_t bytes) {
  if (bytes >= kSmallestArray && MustFail(kLargeArrays)) throw std::bad_alloc();
  return __real__Znam(bytes);
}

void* __wrap__ZnamRKSt9nothrow_t(size_t bytes, const std::nothrow_t& tag) {
  if (bytes >= kSmallestArray && MustFail(kLargeArrays)) return nullptr;
  return __real__ZnamRKSt9nothrow_t(bytes, tag);
}

void* __wrap__ZN6aether17AllocatePageBlockEm(size_t bytes) {
  return MustFail(kArenaBlocks) ? nullptr : __real__ZN6aether17AllocatePageBlockEm(bytes);
}

void* __wrap__ZN6aether9MapMemoryEmm(size_t bytes, size_t alignment) {
  return MustFail(kAlignedBuffers) ? nullptr : __real__ZN6aether9MapMemoryEmm(bytes, alignment);
}

void* __wrap__ZN6aether10ExtentHeap8AllocateEm(void* heap, size_t bytes) {
  return MustFail(kAlignedBuffers) ? nullptr
                                   : __real__ZN6aether10ExtentHeap8AllocateEm(heap, bytes);
}

bool __wrap__ZN6aether13ScratchBuffer7ReserveEm(void* buffer, size_t bytes) {
  return !MustFail(kAlignedBuffers) && __real__ZN6aether13ScratchBuffer7ReserveEm(buffer, bytes);
}
// NOLINTEND
}

}  // namespace aether::campaigns
