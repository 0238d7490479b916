// Cache objects: entries, references, capacity; write buffer manager; rate limiter.

#include "compat/cache/pool_cache.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "rocksdb/convenience.h"
#include "rocksdb/rate_limiter.h"
#include "rocksdb/write_buffer_manager.h"

namespace rocksdb {
namespace {

int deleted = 0;
void Delete(const Slice&, void* value) {
  ++deleted;
  delete static_cast<int*>(value);
}

std::shared_ptr<Cache> SmallCache(size_t capacity, bool strict = false) {
  LRUCacheOptions options;
  options.capacity = capacity;
  options.num_shard_bits = 0;
  options.strict_capacity_limit = strict;
  options.metadata_charge_policy = kDontChargeCacheMetadata;
  return NewLRUCache(options);
}

TEST(PoolCache, EntriesLiveAsLongAsSomebodyNeedsThem) {
  deleted = 0;
  auto cache = SmallCache(1000);
  Cache::Handle* handle = nullptr;
  ASSERT_TRUE(cache->Insert("k", new int(7), 100, &Delete, &handle).ok());
  EXPECT_EQ(*static_cast<int*>(cache->Value(handle)), 7);
  EXPECT_EQ(cache->GetUsage(), 100u);
  EXPECT_EQ(cache->GetPinnedUsage(), 100u);
  cache->Erase("k");
  EXPECT_EQ(deleted, 0) << "referenced";
  EXPECT_EQ(cache->Lookup("k"), nullptr);
  EXPECT_TRUE(cache->Release(handle));
  EXPECT_EQ(deleted, 1);
  EXPECT_EQ(cache->GetUsage(), 0u);
}

TEST(PoolCache, LeastRecentlyUsedGoesFirst) {
  deleted = 0;
  auto cache = SmallCache(300);
  for (const char* key : {"a", "b", "c"}) {
    ASSERT_TRUE(cache->Insert(key, new int, 100, &Delete).ok());
  }
  Cache::Handle* a = cache->Lookup("a");
  ASSERT_NE(a, nullptr);
  cache->Release(a);
  ASSERT_TRUE(cache->Insert("d", new int, 100, &Delete).ok());
  EXPECT_EQ(deleted, 1);
  EXPECT_EQ(cache->Lookup("b"), nullptr);
  a = cache->Lookup("a");
  EXPECT_NE(a, nullptr);
  cache->Release(a);
  EXPECT_LE(cache->GetUsage(), 300u);
}

TEST(PoolCache, ReplacingAnEntryKeepsReadersOfTheOld) {
  deleted = 0;
  auto cache = SmallCache(1000);
  Cache::Handle* old = nullptr;
  ASSERT_TRUE(cache->Insert("k", new int(1), 10, &Delete, &old).ok());
  EXPECT_TRUE(cache->Insert("k", new int(2), 10, &Delete).IsOkOverwritten());
  EXPECT_EQ(*static_cast<int*>(cache->Value(old)), 1);
  Cache::Handle* fresh = cache->Lookup("k");
  EXPECT_EQ(*static_cast<int*>(cache->Value(fresh)), 2);
  cache->Release(fresh);
  cache->Release(old);
  EXPECT_EQ(deleted, 1);
  EXPECT_EQ(cache->GetOccupancyCount(), 1u);
}

TEST(PoolCache, AStrictLimitRefusesReferencesAndDropsTheRest) {
  deleted = 0;
  auto cache = SmallCache(10, true);
  Cache::Handle* handle = nullptr;
  int value = 0;
  const Status s = cache->Insert("k", &value, 100, &Delete, &handle);
  EXPECT_EQ(s.ToString(),
            "Operation aborted: Memory limit reached: Insert failed due to LRU cache being full.");
  EXPECT_TRUE(s.IsMemoryLimit());
  EXPECT_EQ(handle, nullptr);
  EXPECT_EQ(deleted, 0) << "the caller keeps the value";
  EXPECT_TRUE(cache->Insert("k", new int, 100, &Delete).ok());
  EXPECT_EQ(deleted, 1) << "as if evicted at once";
  EXPECT_EQ(cache->GetUsage(), 0u);
}

TEST(PoolCache, ShrinkingEvicts) {
  deleted = 0;
  auto cache = SmallCache(1000);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(cache->Insert(std::to_string(i), new int, 100, &Delete).ok());
  }
  cache->SetCapacity(250);
  EXPECT_EQ(deleted, 8);
  EXPECT_EQ(cache->GetCapacity(), 250u);
  cache->EraseUnRefEntries();
  EXPECT_EQ(deleted, 10);
  cache.reset();
}

TEST(PoolCache, DestructionFreesWhatIsLeft) {
  deleted = 0;
  {
    auto cache = NewLRUCache(1 << 20);
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(cache->Insert(std::to_string(i), new int, 10, &Delete).ok());
    }
    EXPECT_EQ(PoolOfCache(cache.get())->Capacity(), size_t{1} << 20);
  }
  EXPECT_EQ(deleted, 100);
}

TEST(PoolCache, ManyThreadsAgreeOnUsage) {
  auto cache = NewLRUCache(64 << 10, 2);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 5000; ++i) {
        const std::string key = std::to_string((i * 7 + t) % 200);
        Cache::Handle* handle = cache->Lookup(key);
        if (handle == nullptr) {
          cache->Insert(key, nullptr, 300, nullptr, &handle).PermitUncheckedError();
        }
        if (i % 11 == 0) cache->Erase(key);
        cache->Release(handle);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(cache->GetPinnedUsage(), 0u);
  EXPECT_LE(cache->GetUsage(), size_t{64} << 10);
  cache->EraseUnRefEntries();
  EXPECT_EQ(cache->GetUsage(), 0u);
}

TEST(Cache, FromTextAndOutOfRange) {
  std::shared_ptr<Cache> cache;
  ASSERT_TRUE(Cache::CreateFromString(ConfigOptions(), "1M", &cache).ok());
  EXPECT_EQ(cache->GetCapacity(), size_t{1} << 20);
  EXPECT_EQ(Cache::CreateFromString(ConfigOptions(), "foo=1", &cache).ToString(),
            "Invalid argument: Unrecognized option: .foo");
  EXPECT_TRUE(Cache::CreateFromString(ConfigOptions(), "LRUCache", &cache).IsInvalidArgument());
  EXPECT_EQ(NewLRUCache(1, 20), nullptr);
  EXPECT_EQ(NewLRUCache(1, 2, false, 2.0), nullptr);
}

TEST(WriteBufferManager, ChargesTheCacheInSteps) {
  auto cache = NewLRUCache(16 << 20);
  WriteBufferManager manager(8 << 20, cache);
  EXPECT_TRUE(manager.cost_to_cache());
  manager.ReserveMem(1 << 20);
  EXPECT_EQ(manager.memory_usage(), size_t{1} << 20);
  EXPECT_GE(cache->GetPinnedUsage(), size_t{1} << 20);
  EXPECT_EQ(manager.dummy_entries_in_cache_usage(), size_t{1} << 20);
  EXPECT_FALSE(manager.ShouldFlush());
  manager.ReserveMem(7 << 20);
  EXPECT_TRUE(manager.ShouldFlush()) << "more than seven eighths of it are in active memtables";
  manager.ScheduleFreeMem(8 << 20);
  EXPECT_FALSE(manager.ShouldFlush());
  manager.FreeMem(8 << 20);
  EXPECT_EQ(manager.dummy_entries_in_cache_usage(), 0u);
  EXPECT_EQ(cache->GetPinnedUsage(), 0u);
}

class CountingStall : public StallInterface {
 public:
  void Block() override {}
  void Signal() override { ++signals; }
  int signals = 0;
};

TEST(WriteBufferManager, StalledWritersAreCalledWhenMemoryIsFree) {
  WriteBufferManager manager(1000, nullptr, true);
  CountingStall stall;
  manager.BeginWriteStall(&stall);
  EXPECT_EQ(stall.signals, 1) << "nothing to wait for";
  manager.ReserveMem(1000);
  EXPECT_TRUE(manager.ShouldStall());
  manager.BeginWriteStall(&stall);
  EXPECT_EQ(stall.signals, 1);
  EXPECT_TRUE(manager.IsStallActive());
  manager.FreeMem(500);
  EXPECT_EQ(stall.signals, 2);
  EXPECT_FALSE(manager.ShouldStall());
}

TEST(RateLimiter, KeepsTheRateOverSeveralPeriods) {
  // 1 MB/s in periods of 10 ms: 200 KB take about 0.2 s.
  std::unique_ptr<RateLimiter> limiter(NewGenericRateLimiter(1000000, 10000));
  EXPECT_EQ(limiter->GetSingleBurstBytes(), 10000);
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&limiter, t] {
      for (int i = 0; i < 10; ++i) {
        limiter->Request(5000, t % 2 == 0 ? Env::IO_LOW : Env::IO_HIGH, nullptr,
                         RateLimiter::OpType::kWrite);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_GE(seconds, 0.15);
  EXPECT_EQ(limiter->GetTotalBytesThrough(Env::IO_TOTAL), 200000);
  EXPECT_EQ(limiter->GetTotalRequests(Env::IO_HIGH), 20);
  EXPECT_EQ(limiter->RequestToken(1 << 20, 4096, Env::IO_LOW, nullptr, RateLimiter::OpType::kRead),
            size_t{1} << 20)
      << "reads are not limited";
}

}  // namespace
}  // namespace rocksdb
