// A bump allocator that many threads fill at once and that is dropped as a whole.
//
// Each thread has a shard, a process-wide small number that it keeps until it ends. All shards but
// the last belong to one thread at a time, which then allocates without a locked instruction; the
// threads beyond them share the last one. A shard is a current block and perhaps a spare one that
// Reserve has put there.
//
// Thread safety: everything but construction and destruction may be called from any thread.
// Lock-free. Invariant: what was handed out is never moved nor freed while the arena lives.
// Failure: Reserve returns false when there is no memory; Allocate then throws std::bad_alloc,
// which cannot happen after a Reserve that covers it.

#ifndef AETHER_ENGINE_MEMTABLE_ARENA_H_
#define AETHER_ENGINE_MEMTABLE_ARENA_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace aether {

inline constexpr int kMemTableShards = 16;

// The calling thread's shard; exclusive to it unless it is the last one.
int ThisThreadShard();
inline bool ShardIsShared(int shard) { return shard == kMemTableShards - 1; }

// Adds to a counter of a shard: a plain add where the shard has one owner. Owners follow one
// another with release and acquire (see ThisThreadShard), so no addition is lost.
inline void ShardAdd(int shard, std::atomic<uint64_t>* counter, uint64_t n) {
  if (ShardIsShared(shard)) {
    counter->fetch_add(n, std::memory_order_relaxed);
  } else {
    counter->store(counter->load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
}

class Arena {
 public:
  // Memory handed out is aligned to kBlockAlign as long as all sizes are multiples of it.
  static constexpr size_t kBlockAlign = 128;

  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Makes room for `bytes` more bytes, in allocations of any size, in the shard.
  bool Reserve(int shard, size_t bytes);

  char* Allocate(int shard, size_t bytes) {
    Block* block = shards_[shard].current.load(std::memory_order_acquire);
    if (block != nullptr) {
      if (char* p = block->Take(shard, bytes)) return p;
    }
    return AllocateSlow(shard, bytes);
  }

  // Bytes of all blocks.
  size_t MemoryUsage() const { return memory_usage_.load(std::memory_order_relaxed); }

 private:
  struct alignas(kBlockAlign) Block {
    std::atomic<uint64_t> used{sizeof(Block)};
    size_t size = 0;
    Block* next = nullptr;

    char* Take(int shard, size_t bytes) {
      uint64_t at;
      if (ShardIsShared(shard)) {
        // Overshooting is harmless: a block that failed once is full for everybody.
        if (used.load(std::memory_order_relaxed) + bytes > size) return nullptr;
        at = used.fetch_add(bytes, std::memory_order_relaxed);
        if (at + bytes > size) return nullptr;
      } else {
        at = used.load(std::memory_order_relaxed);
        if (at + bytes > size) return nullptr;
        used.store(at + bytes, std::memory_order_relaxed);
      }
      return reinterpret_cast<char*>(this) + at;
    }
    size_t Room() const {
      const uint64_t u = used.load(std::memory_order_relaxed);
      return u < size ? size - u : 0;
    }
  };

  struct Shard {
    std::atomic<Block*> current{nullptr};
    std::atomic<Block*> spare{nullptr};
  };

  char* AllocateSlow(int shard, size_t bytes);
  Block* NewBlock(size_t bytes);

  std::atomic<Block*> blocks_{nullptr};
  std::atomic<size_t> memory_usage_{0};
  Shard shards_[kMemTableShards];
};

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_ARENA_H_
