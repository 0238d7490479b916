#include "engine/base/extent_heap.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <iterator>
#include <map>
#include <vector>

#include "engine/base/random.h"

namespace aether {
namespace {

// Pages of [begin, begin + bytes) that have memory.
size_t Resident(const char* begin, size_t bytes) {
  constexpr size_t kPage = 4096;
  const size_t offset = reinterpret_cast<uintptr_t>(begin) % kPage;
  std::vector<unsigned char> pages((offset + bytes + kPage - 1) / kPage);
  EXPECT_EQ(mincore(const_cast<char*>(begin) - offset, offset + bytes, pages.data()), 0);
  size_t n = 0;
  for (const unsigned char page : pages) n += page & 1;
  return n;
}

TEST(ExtentHeap, BlocksDoNotOverlapAndKeepTheirBytes) {
  ExtentHeap heap;
  Random random(1);
  std::map<char*, std::pair<size_t, char>> blocks;
  size_t live = 0;
  for (int i = 0; i < 20000; ++i) {
    if (blocks.empty() || (live < (size_t{40} << 20) && random.OneIn(2))) {
      const size_t bytes =
          random.OneIn(50) ? 1 + random.Uniform(2 << 20) : 65 + random.Uniform(9000);
      auto* const block = static_cast<char*>(heap.Allocate(bytes));
      ASSERT_NE(block, nullptr);
      ASSERT_EQ(reinterpret_cast<uintptr_t>(block) % ExtentHeap::kAlign, 0u);
      const auto next = blocks.lower_bound(block);
      if (next != blocks.end()) {
        ASSERT_LE(block + bytes, next->first);
      }
      if (next != blocks.begin()) {
        const auto before = std::prev(next);
        ASSERT_LE(before->first + before->second.first, block);
      }
      const char letter = static_cast<char>('a' + i % 26);
      std::memset(block, letter, bytes);
      blocks[block] = {bytes, letter};
      live += bytes;
    } else {
      auto victim = blocks.lower_bound(blocks.begin()->first + random.Uniform(64 << 20));
      if (victim == blocks.end()) victim = blocks.begin();
      const auto [bytes, letter] = victim->second;
      for (size_t at = 0; at < bytes; at += 61) ASSERT_EQ(victim->first[at], letter);
      ASSERT_EQ(victim->first[bytes - 1], letter);
      heap.Free(victim->first, bytes);
      live -= bytes;
      blocks.erase(victim);
      if (random.OneIn(4)) heap.Trim(random.Uniform(1 << 20));
    }
    ASSERT_GE(heap.CommittedBytes(), live + heap.IdleBytes());
  }
  for (const auto& [block, what] : blocks) heap.Free(block, what.first);
  EXPECT_EQ(heap.CommittedBytes(), heap.IdleBytes());
  heap.Trim(SIZE_MAX / 2);
  EXPECT_EQ(heap.CommittedBytes(), 0u);
}

TEST(ExtentHeap, TrimmedPagesHaveNoMemory) {
  ExtentHeap heap;
  constexpr size_t kBytes = 1 << 20;
  auto* const first = static_cast<char*>(heap.Allocate(kBytes));
  auto* const small = static_cast<char*>(heap.Allocate(100));
  auto* const second = static_cast<char*>(heap.Allocate(kBytes));
  std::memset(first, 1, kBytes);
  std::memset(small, 2, 100);
  std::memset(second, 3, kBytes);
  EXPECT_EQ(heap.CommittedBytes(),
            Resident(first, static_cast<size_t>(second - first) + kBytes) * 4096);
  heap.Free(first, kBytes);
  heap.Free(second, kBytes);
  EXPECT_GE(heap.IdleBytes(), 2 * kBytes - 2 * 4096);
  heap.Trim(kBytes / 2);
  EXPECT_LE(heap.CommittedBytes(), kBytes * 3 / 2 + 4096);
  heap.Trim(2 * kBytes);
  EXPECT_EQ(heap.IdleBytes(), 0u);
  EXPECT_EQ(heap.CommittedBytes(), 4096u);
  EXPECT_EQ(Resident(first, static_cast<size_t>(second - first) + kBytes), 1u);
  EXPECT_EQ(small[99], 2);
  heap.Free(small, 100);
}

TEST(ExtentHeap, WhatIsFreedIsUsedAgain) {
  ExtentHeap heap;
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i) blocks.push_back(heap.Allocate(5000));
  const size_t committed = heap.CommittedBytes();
  for (int round = 0; round < 10; ++round) {
    for (void* block : blocks) heap.Free(block, 5000);
    for (void*& block : blocks) block = heap.Allocate(5000);
    EXPECT_EQ(heap.CommittedBytes(), committed);
  }
  for (void* block : blocks) heap.Free(block, 5000);
}

TEST(ExtentHeap, ALargeBlockGoesBackAtOnce) {
  ExtentHeap heap;
  constexpr size_t kBytes = ExtentHeap::kLargestShared + 1;
  auto* const block = static_cast<char*>(heap.Allocate(kBytes));
  ASSERT_NE(block, nullptr);
  block[kBytes - 1] = 1;
  EXPECT_GE(heap.CommittedBytes(), kBytes);
  heap.Free(block, kBytes);
  EXPECT_EQ(heap.CommittedBytes(), 0u);
}

}  // namespace
}  // namespace aether
