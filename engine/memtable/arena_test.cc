#include "engine/memtable/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

#include "engine/base/pages.h"

namespace aether {
namespace {

TEST(ArenaTest, BlocksOfOneSizeAreAligned) {
  Arena arena;
  for (int i = 0; i < 1000; ++i) {
    const auto address = reinterpret_cast<uintptr_t>(arena.Allocate(ThisThreadShard(), 384));
    EXPECT_EQ(address % Arena::kBlockAlign, 0u);
  }
}

TEST(ArenaTest, NoTwoAllocationsOverlap) {
  // More threads than shards: the last shard is shared by several.
  constexpr size_t kThreads = 24;
  constexpr size_t kEach = 30000;
  Arena arena;
  std::vector<std::vector<std::pair<char*, size_t>>> got(kThreads);
  std::atomic<size_t> started{0};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const int shard = ThisThreadShard();
      ++started;
      while (started.load() < kThreads) std::this_thread::yield();
      for (size_t i = 0; i < kEach; ++i) {
        const size_t bytes = 1 + (i * 7 + t) % 60;
        char* const p = arena.Allocate(shard, bytes);
        std::memset(p, static_cast<int>(t + 1), bytes);
        got[t].emplace_back(p, bytes);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  size_t total = 0;
  for (size_t t = 0; t < kThreads; ++t) {
    for (const auto& [p, bytes] : got[t]) {
      total += bytes;
      ASSERT_TRUE(std::all_of(p, p + bytes, [t](char c) { return c == static_cast<char>(t + 1); }));
    }
  }
  EXPECT_GE(arena.MemoryUsage(), total);
}

TEST(ArenaTest, ReserveCoversAllocationsOfAnySize) {
  Arena arena;
  const int shard = ThisThreadShard();
  for (size_t round = 1; round < 200; ++round) {
    const size_t bytes = (round * 7919) % 300000 + 100;
    ASSERT_TRUE(arena.Reserve(shard, bytes));
    FailPageBlocksAfter(0);
    for (size_t left = bytes; left > 0;) {
      const size_t n = std::min(left, 1 + (left * 31) % 5000);
      std::memset(arena.Allocate(shard, n), 1, n);
      left -= n;
    }
    FailPageBlocksAfter(-1);
  }
}

TEST(ArenaTest, NoMemory) {
  Arena arena;
  FailPageBlocksAfter(0);
  EXPECT_FALSE(arena.Reserve(ThisThreadShard(), 100));
  EXPECT_THROW(arena.Allocate(ThisThreadShard(), 100), std::bad_alloc);
  FailPageBlocksAfter(-1);
  EXPECT_TRUE(arena.Reserve(ThisThreadShard(), 100));
}

TEST(ArenaTest, LargeAllocationsLeaveTheCurrentBlockInUse) {
  Arena arena;
  const int shard = ThisThreadShard();
  char* const before = arena.Allocate(shard, 100);
  arena.Allocate(shard, size_t{3} << 20);
  EXPECT_EQ(arena.Allocate(shard, 100), before + 100);
}

}  // namespace
}  // namespace aether
