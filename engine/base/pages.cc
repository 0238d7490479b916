#include "engine/base/pages.h"

#include <sys/mman.h>

#include <atomic>
#include <bit>
#include <cassert>
#include <new>

#include "engine/base/thread_annotations.h"

namespace aether {
namespace {

constexpr size_t kPage = 4096;
constexpr int kClasses =
    std::countr_zero(kLargestPageBlock) - std::countr_zero(kSmallestPageBlock) + 1;

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

struct Pool {
  Mutex mutex;
  Idle* idle[kClasses] GUARDED_BY(mutex) = {};
  size_t idle_bytes GUARDED_BY(mutex) = 0;
  size_t idle_bytes_max GUARDED_BY(mutex) = size_t{64} << 20;
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
  return (bytes + kPage - 1) & ~(kPage - 1);
}

void* AllocatePageBlock(size_t bytes) {
  assert(bytes == PageBlockSize(bytes));
  Pool* const pool = Pool::Get();
  if (!MayAllocate(pool)) return nullptr;
  const int c = ClassOf(bytes);
  if (c >= 0) {
    MutexLock lock(&pool->mutex);
    if (void* block = pool->Pop(c, bytes)) return block;
  }
  return Map(bytes);
}

void FreePageBlock(void* block, size_t bytes) {
  Pool* const pool = Pool::Get();
  const int c = ClassOf(bytes);
  if (c >= 0) {
    MutexLock lock(&pool->mutex);
    if (pool->idle_bytes + bytes <= pool->idle_bytes_max) {
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
  for (int c = kClasses - 1; c >= 0; --c) {
    const size_t bytes = kSmallestPageBlock << c;
    for (;;) {
      void* block = nullptr;
      {
        MutexLock lock(&pool->mutex);
        if (pool->idle_bytes > pool->idle_bytes_max) block = pool->Pop(c, bytes);
      }
      if (block == nullptr) break;
      munmap(block, bytes);
    }
  }
}

size_t PageBlocksIdle() {
  Pool* const pool = Pool::Get();
  MutexLock lock(&pool->mutex);
  return pool->idle_bytes;
}

void FailPageBlocksAfter(int64_t count) {
  Pool::Get()->allocations_left.store(count, std::memory_order_relaxed);
}

}  // namespace aether
