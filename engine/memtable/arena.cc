#include "engine/memtable/arena.h"

#include <algorithm>
#include <bit>
#include <new>

#include "engine/base/pages.h"

namespace aether {
namespace {

constexpr size_t kArenaBlockMax = size_t{1} << 20;

// Bit i: shard i has an owner. Taking is an acquire, giving back a release, so that the next owner
// sees the plain stores of the one before it.
std::atomic<uint32_t> owned_shards{0};
thread_local int this_thread_shard = -1;

struct ShardOwner {
  ~ShardOwner() {
    const int shard = this_thread_shard;
    this_thread_shard = kMemTableShards - 1;
    if (!ShardIsShared(shard)) {
      owned_shards.fetch_and(~(uint32_t{1} << shard), std::memory_order_release);
    }
  }
};

int ClaimShard() {
  uint32_t owned = owned_shards.load(std::memory_order_relaxed);
  for (;;) {
    const int shard = std::countr_one(owned);
    if (shard >= kMemTableShards - 1) return kMemTableShards - 1;
    if (owned_shards.compare_exchange_weak(owned, owned | (uint32_t{1} << shard),
                                           std::memory_order_acquire, std::memory_order_relaxed)) {
      return shard;
    }
  }
}

}  // namespace

int ThisThreadShard() {
  if (this_thread_shard < 0) [[unlikely]] {
    this_thread_shard = ClaimShard();
    static thread_local ShardOwner owner;
    (void)owner;
  }
  return this_thread_shard;
}

Arena::~Arena() {
  for (Block* block = blocks_.load(std::memory_order_acquire); block != nullptr;) {
    Block* const next = block->next;
    const size_t size = block->size;
    block->~Block();
    FreePageBlock(block, size);
    block = next;
  }
}

// Blocks grow with the arena, so that a small table stays small and a shard that falls idle strands
// at most a small share of it.
Arena::Block* Arena::NewBlock(size_t bytes) {
  const size_t wanted = std::min(kArenaBlockMax, MemoryUsage() / 8);
  const size_t size = PageBlockSize(std::max(wanted, bytes + sizeof(Block)));
  void* const memory = AllocatePageBlock(size);
  if (memory == nullptr) return nullptr;
  auto* block = new (memory) Block;
  block->size = size;
  block->next = blocks_.load(std::memory_order_relaxed);
  while (!blocks_.compare_exchange_weak(block->next, block, std::memory_order_release,
                                        std::memory_order_relaxed)) {
  }
  memory_usage_.fetch_add(size, std::memory_order_relaxed);
  return block;
}

bool Arena::Reserve(int shard, size_t bytes) {
  Shard& s = shards_[shard];
  Block* const current = s.current.load(std::memory_order_acquire);
  if (current != nullptr && current->Room() >= bytes) return true;
  Block* const spare = s.spare.load(std::memory_order_acquire);
  if (spare != nullptr && spare->Room() >= bytes) return true;
  Block* const fresh = NewBlock(bytes);
  if (fresh == nullptr) return false;
  // A smaller spare that is displaced here stays unused until the arena goes; only a batch larger
  // than any before it does that.
  s.spare.store(fresh, std::memory_order_release);
  return true;
}

char* Arena::AllocateSlow(int shard, size_t bytes) {
  Shard& s = shards_[shard];
  for (;;) {
    Block* current = s.current.load(std::memory_order_acquire);
    if (current != nullptr) {
      if (char* p = current->Take(shard, bytes)) return p;
    }
    Block* fresh = s.spare.exchange(nullptr, std::memory_order_acq_rel);
    if (fresh == nullptr || fresh->Room() < bytes) {
      // What is large is not worth giving up the rest of the current block for.
      const bool alone = current != nullptr && bytes > kArenaBlockMax / 4;
      if (fresh != nullptr) s.spare.store(fresh, std::memory_order_release);
      fresh = NewBlock(bytes);
      if (fresh == nullptr) throw std::bad_alloc();
      if (alone) return fresh->Take(shard, bytes);
    }
    // When another thread of the shared shard was faster, the block it put there is tried first
    // and this one is kept for later.
    if (!s.current.compare_exchange_strong(current, fresh, std::memory_order_acq_rel,
                                           std::memory_order_relaxed)) {
      s.spare.store(fresh, std::memory_order_release);
    }
  }
}

}  // namespace aether
