#include "engine/base/pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cassert>
#include <new>

#include "engine/base/extent_heap.h"
#include "engine/base/thread_annotations.h"

namespace aether {
namespace {

constexpr size_t kPage = 4096;
constexpr int kClasses =
    std::countr_zero(kLargestPageBlock) - std::countr_zero(kSmallestPageBlock) + 1;

// Arrays from this size on are mapped: what is left of the last page is little beside them.
constexpr size_t kMappedArray = size_t{32} << 10;
// What the heap of the small ones may keep for reuse.
constexpr size_t kArraysIdle = size_t{256} << 10;

size_t WholePages(size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

int ClassOf(size_t bytes) {
  if (!std::has_single_bit(bytes) || bytes < kSmallestPageBlock || bytes > kLargestPageBlock) {
    return -1;
  }
  return std::countr_zero(bytes) - std::countr_zero(kSmallestPageBlock);
}

void* Map(size_t bytes) {
  void* block = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return block == MAP_FAILED ? nullptr : block;
}

// Idle blocks hold the list in their first word.
struct Idle {
  Idle* next;
};

// Kept even without a budget.
constexpr size_t kReserve = size_t{1} << 20;

struct Pool {
  Mutex mutex;
  Idle* idle[kClasses] GUARDED_BY(mutex) = {};
  size_t idle_bytes GUARDED_BY(mutex) = 0;
  size_t idle_bytes_max GUARDED_BY(mutex) = size_t{64} << 20;
  size_t used_bytes GUARDED_BY(mutex) = 0;
  size_t budget GUARDED_BY(mutex) = 0;
  std::atomic<int64_t> allocations_left{-1};

  static Pool* Get() {
    static Pool* const pool = new Pool;
    return pool;
  }

  void* Pop(int c, size_t bytes) REQUIRES(mutex) {
    Idle* block = idle[c];
    if (block == nullptr) return nullptr;
    idle[c] = block->next;
    idle_bytes -= bytes;
    return block;
  }

  size_t MayBeIdle() const REQUIRES(mutex) {
    const size_t left = budget > used_bytes ? budget - used_bytes : 0;
    return std::min(idle_bytes_max, std::max(left / 2, kReserve));
  }

  // Gives back what is idle beyond the limits, large blocks first.
  void Trim() EXCLUDES(mutex) {
    for (;;) {
      void* block = nullptr;
      size_t bytes = 0;
      {
        MutexLock lock(&mutex);
        if (idle_bytes <= MayBeIdle()) return;
        for (int c = kClasses - 1; c >= 0 && block == nullptr; --c) {
          bytes = kSmallestPageBlock << c;
          block = Pop(c, bytes);
        }
      }
      munmap(block, bytes);
    }
  }
};

struct SmallArrays {
  Mutex mutex;
  ExtentHeap heap GUARDED_BY(mutex);

  static SmallArrays* Get() {
    static SmallArrays* const arrays = new SmallArrays;
    return arrays;
  }
};

bool MayAllocate(Pool* pool) {
  int64_t left = pool->allocations_left.load(std::memory_order_relaxed);
  while (left >= 0) {
    if (left == 0) return false;
    if (pool->allocations_left.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) {
      return true;
    }
  }
  return true;
}

}  // namespace

size_t PageBlockSize(size_t bytes) {
  if (bytes <= kSmallestPageBlock) return kSmallestPageBlock;
  if (bytes <= kLargestPageBlock) return std::bit_ceil(bytes);
  return WholePages(bytes);
}

void* AllocatePageBlock(size_t bytes) {
  assert(bytes == PageBlockSize(bytes));
  Pool* const pool = Pool::Get();
  if (!MayAllocate(pool)) return nullptr;
  const int c = ClassOf(bytes);
  bool over = false;
  {
    MutexLock lock(&pool->mutex);
    pool->used_bytes += bytes;
    if (void* block = c >= 0 ? pool->Pop(c, bytes) : nullptr) return block;
    over = pool->idle_bytes > pool->MayBeIdle();
  }
  if (over) pool->Trim();
  void* const block = Map(bytes);
  if (block == nullptr) {
    MutexLock lock(&pool->mutex);
    pool->used_bytes -= bytes;
  }
  return block;
}

void FreePageBlock(void* block, size_t bytes) {
  Pool* const pool = Pool::Get();
  const int c = ClassOf(bytes);
  {
    MutexLock lock(&pool->mutex);
    pool->used_bytes -= bytes;
    if (c >= 0 && pool->idle_bytes + bytes <= pool->MayBeIdle()) {
      pool->idle[c] = new (block) Idle{pool->idle[c]};
      pool->idle_bytes += bytes;
      return;
    }
  }
  munmap(block, bytes);
}

void SetPageBlocksRetained(size_t bytes_max) {
  Pool* const pool = Pool::Get();
  {
    MutexLock lock(&pool->mutex);
    pool->idle_bytes_max = bytes_max;
  }
  pool->Trim();
}

void PageBlockBudget::Set(size_t bytes) {
  Pool* const pool = Pool::Get();
  {
    MutexLock lock(&pool->mutex);
    pool->budget = pool->budget - bytes_ + bytes;
    bytes_ = bytes;
  }
  pool->Trim();
}

size_t PageBlocksIdle() {
  Pool* const pool = Pool::Get();
  MutexLock lock(&pool->mutex);
  return pool->idle_bytes;
}

void* MapMemory(size_t bytes, size_t alignment) {
  const size_t slack = alignment > kPage ? alignment : 0;
  auto* const memory = static_cast<char*>(Map(bytes + slack));
  if (memory == nullptr || slack == 0) return memory;
  const auto address = reinterpret_cast<uintptr_t>(memory);
  const size_t front = (alignment - address % alignment) % alignment;
  if (front > 0) munmap(memory, front);
  if (front < slack) munmap(memory + front + bytes, slack - front);
  return memory + front;
}

void UnmapMemory(void* memory, size_t bytes) { munmap(memory, bytes); }

bool ScratchBuffer::Reserve(size_t bytes) {
  if (bytes <= size_) return true;
  Release(0);
  const size_t size = bytes <= kLargest ? PageBlockSize(bytes) : WholePages(bytes);
  data_ = static_cast<char*>(size <= kLargest ? AllocatePageBlock(size) : Map(size));
  if (data_ != nullptr) size_ = size;
  return data_ != nullptr;
}

void ScratchBuffer::Release(size_t keep) {
  if (size_ <= keep) return;
  if (size_ > kLargest) {
    UnmapMemory(data_, size_);
  } else {
    FreePageBlock(data_, size_);
  }
  data_ = nullptr;
  size_ = 0;
}

void* AllocateArray(size_t bytes) {
  void* array = nullptr;
  if (!MayAllocate(Pool::Get())) throw std::bad_alloc();
  if (bytes < kMappedArray) {
    SmallArrays* const arrays = SmallArrays::Get();
    MutexLock lock(&arrays->mutex);
    array = arrays->heap.Allocate(std::max<size_t>(bytes, 1));
  } else {
    array = Map(WholePages(bytes));
  }
  if (array == nullptr) throw std::bad_alloc();
  return array;
}

void FreeArray(void* array, size_t bytes) {
  if (bytes < kMappedArray) {
    SmallArrays* const arrays = SmallArrays::Get();
    MutexLock lock(&arrays->mutex);
    arrays->heap.Free(array, std::max<size_t>(bytes, 1));
    const size_t idle = arrays->heap.IdleBytes();
    if (idle > kArraysIdle) arrays->heap.Trim(idle - kArraysIdle / 2);
  } else {
    munmap(array, WholePages(bytes));
  }
}

void FailPageBlocksAfter(int64_t count) {
  Pool::Get()->allocations_left.store(count, std::memory_order_relaxed);
}

}  // namespace aether
