// Flushes and merges leave alone what readers have in memory: they read and write past the pool.

#include "engine/store/store_fixture.h"

namespace aether {
namespace {

constexpr uint64_t kHotKeys = 8000;
constexpr size_t kCapacity = size_t{3} << 20;

class WorkingSetTest : public StoreTest {
 protected:
  WorkingSetTest() : pool_(Pool::New(kCapacity)) {
    store_.pool = pool_;
    Open();
    for (uint64_t i = 0; i < kHotKeys; ++i) Put(Key(i), std::string(200, 'h'));
    EXPECT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
    std::vector<KvStore*> handles;
    EXPECT_TRUE(
        DbEnv::Open(env_options_, "/cold", {{"default", store_}}, &cold_env_, &handles).ok());
    cold_ = handles[0];
  }

  // Pages that a read of all hot keys had to load.
  uint64_t LoadsOfHotKeys() {
    ReadCounters counters;
    ReadOptions options;
    options.counters = &counters;
    PinnedValue value;
    for (uint64_t i = 0; i < kHotKeys; ++i) {
      EXPECT_TRUE(kv_->Get(options, Key(i), &value).ok());
    }
    return counters.page_loads;
  }
  void PutCold(uint64_t i, char letter) {
    std::string body;
    AppendPut(&body, 0, Key(i * 7919 % 100000), std::string(500, letter));
    ASSERT_TRUE(cold_env_->Write({}, body, 1, nullptr).ok());
  }

  const std::shared_ptr<Pool> pool_;
  std::unique_ptr<DbEnv> cold_env_;
  KvStore* cold_ = nullptr;
};

TEST_F(WorkingSetTest, MergesOfAnotherStoreEvictNothing) {
  EXPECT_GT(LoadsOfHotKeys(), 300u);
  EXPECT_EQ(LoadsOfHotKeys(), 0u);
  const size_t usage = pool_->Usage();
  EXPECT_GT(usage, kCapacity / 2);
  const PoolCounters before = pool_->Counters();
  // Ten times the pool, in flushes of a quarter of a megabyte and the merges that follow.
  for (uint64_t i = 0; i < 60000; ++i) PutCold(i, static_cast<char>('a' + i / 10000));
  ASSERT_TRUE(cold_->Flush(true).ok());
  CompactRangeOptions everything;
  everything.force_last_level = true;
  ASSERT_TRUE(cold_->CompactRange(everything, nullptr, nullptr).ok());
  const StoreStats stats = cold_->Stats();
  uint64_t merges = 0;
  for (const LevelStats& level : stats.levels) merges += level.merges;
  EXPECT_GE(stats.flushes, 10u);
  EXPECT_GE(merges, 3u);

  const PoolCounters after = pool_->Counters();
  EXPECT_EQ(after.loads, before.loads);
  EXPECT_EQ(after.evictions, before.evictions);
  EXPECT_EQ(pool_->Usage(), usage);
  EXPECT_EQ(LoadsOfHotKeys(), 0u);
}

// The pages of the files that a merge replaces go with them; the others stay.
TEST_F(WorkingSetTest, AMergeOfTheStoreItselfTakesOnlyWhatItReplaces) {
  for (uint64_t i = 0; i < 20000; ++i) PutCold(i, 'a');
  CompactRangeOptions everything;
  everything.force_last_level = true;
  ASSERT_TRUE(cold_->CompactRange(everything, nullptr, nullptr).ok());
  EXPECT_GT(LoadsOfHotKeys(), 300u);
  const size_t hot = pool_->Usage();
  ReadOptions options;
  PinnedValue value;
  for (uint64_t i = 0; i < 200; ++i) {
    ASSERT_TRUE(cold_->Get(options, Key(i * 7919 % 100000), &value).ok());
  }
  EXPECT_GT(pool_->Usage(), hot);
  ASSERT_TRUE(cold_->CompactRange(everything, nullptr, nullptr).ok());
  EXPECT_EQ(pool_->Usage(), hot);
  EXPECT_EQ(LoadsOfHotKeys(), 0u);
}

}  // namespace
}  // namespace aether
