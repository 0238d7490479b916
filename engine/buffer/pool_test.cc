#include "engine/buffer/pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/random.h"

namespace aether {
namespace {

// Pages that know which swip they belong to.
class Pages {
 public:
  Pages(std::shared_ptr<Pool> pool, size_t n, size_t extent_bytes = 0)
      : pool_(std::move(pool)), n_(n), extent_bytes_(extent_bytes), swips_(new Swip[n]) {}
  ~Pages() { pool_->Forget(swips_.get(), n_, extent_bytes_ != 0); }

  // REQUIRES: an EpochGuard.
  Status Get(size_t index, PageRef* ref) {
    const uint64_t word = swips_[index].Load();
    if (word != Swip::kEvicted && extent_bytes_ == 0) {
      if (Swip::IsCool(word)) swips_[index].Warm(word);
      ref->data = Swip::Address(word);
      return Status::OK();
    }
    if (word != Swip::kEvicted) {
      ref->pin = Pool::PinExtent(&swips_[index], word);
      if (ref->pin.held()) {
        if (Swip::IsCool(word)) swips_[index].Warm(word);
        ref->data = Pool::Data(ref->pin.frame());
        return Status::OK();
      }
    }
    loads.fetch_add(1);
    Frame* frame;
    bool publishable;
    AETHER_RETURN_IF_ERROR(pool_->Take(extent_bytes_, &frame, &publishable));
    char* data = Pool::Data(frame);
    Fill(index, data);
    if (publishable && extent_bytes_ == 0) {
      ref->data = pool_->Publish(&swips_[index], frame);
    } else {
      ref->pin = Pin::Adopt(frame);
      ref->data = data;
      if (publishable) pool_->PublishExtent(&swips_[index], ref->pin);
    }
    return Status::OK();
  }
  // Every word of the page says whose it is.
  bool Check(size_t index, const char* data) const {
    for (size_t i = 0; i + 8 <= Size(); i += 8) {
      size_t word;
      std::memcpy(&word, data + i, 8);
      if (word != index + 1) return false;
    }
    return true;
  }
  const Swip* SwipOf(size_t index) const { return &swips_[index]; }
  bool Resident(size_t index) const { return swips_[index].Load() != Swip::kEvicted; }
  size_t size() const { return n_; }

  std::atomic<uint64_t> loads{0};

 private:
  size_t Size() const { return extent_bytes_ == 0 ? kPageSize : extent_bytes_; }
  void Fill(size_t index, char* data) const {
    for (size_t i = 0; i + 8 <= Size(); i += 8) {
      const size_t word = index + 1;
      std::memcpy(data + i, &word, 8);
    }
  }

  const std::shared_ptr<Pool> pool_;
  const size_t n_;
  const size_t extent_bytes_;
  std::unique_ptr<Swip[]> swips_;
};

void Touch(Pages* pages, size_t index) {
  EpochGuard guard;
  PageRef ref;
  ASSERT_TRUE(pages->Get(index, &ref).ok());
  ASSERT_TRUE(pages->Check(index, ref.data));
}

TEST(Pool, KeepsWhatFitsAndStaysWithinItsCapacity) {
  auto pool = Pool::New(8 << 20);
  Pages pages(pool, 10000);
  for (size_t i = 0; i < 1000; ++i) Touch(&pages, i);
  for (size_t i = 0; i < 1000; ++i) Touch(&pages, i);
  EXPECT_EQ(pages.loads.load(), 1000u);
  EXPECT_EQ(pool->Usage(), 1000 * kPageSize);
  for (size_t i = 0; i < 10000; ++i) {
    Touch(&pages, i);
    ASSERT_LE(pool->MemoryBytes(), (size_t{8} << 20) + 8 * kChunkHeadPages * kPageSize);
  }
  EXPECT_GT(pool->Usage(), size_t{7} << 20);
  EXPECT_EQ(pool->Counters().private_loads, 0u);
}

TEST(Pool, ALargePoolGrowsAheadAndStaysWithinItsCapacity) {
  auto pool = Pool::New(64 << 20);
  Pages pages(pool, 20000);
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < 20000; ++i) Touch(&pages, i);
    ASSERT_LE(pool->MemoryBytes(), (size_t{64} << 20) + 34 * kChunkHeadPages * kPageSize);
    ASSERT_GT(pool->Usage(), size_t{60} << 20);
  }
  pool->SetCapacity(1 << 20);
  EXPECT_LE(pool->Usage(), size_t{1} << 20);
}

TEST(Pool, SecondChanceKeepsAHotSetThroughAScan) {
  auto pool = Pool::New(8 << 20);  // 2048 frames
  Pages hot(pool, 500);
  Pages cold(pool, 100000);
  size_t scanned = 0;
  for (int round = 0; round < 100; ++round) {
    for (size_t i = 0; i < 500; ++i) Touch(&hot, i);
    for (size_t i = 0; i < 500; ++i) Touch(&cold, scanned++);
  }
  // A first-in-first-out pool would reload each of the 500 about every fourth round.
  EXPECT_LT(hot.loads.load(), 1500u);
}

TEST(Pool, APinnedPageStaysWhereItIs) {
  auto pool = Pool::New(1 << 20);
  auto pages = std::make_unique<Pages>(pool, 5000);
  std::vector<std::pair<const char*, Pin>> pins;
  for (size_t i = 0; i < 10; ++i) {
    EpochGuard guard;
    PageRef ref;
    ASSERT_TRUE(pages->Get(i, &ref).ok());
    pins.emplace_back(ref.data, Pin(FrameOfPage(ref.data)));
  }
  EXPECT_EQ(pool->PinnedUsage(), 10 * kPageSize);
  for (size_t i = 100; i < 5000; ++i) Touch(pages.get(), i);
  for (size_t i = 0; i < 10; ++i) EXPECT_TRUE(pages->Check(i, pins[i].first));
  pool->EvictAll();
  pool->SetCapacity(0);
  for (size_t i = 0; i < 10; ++i) EXPECT_TRUE(pages->Check(i, pins[i].first));
  EXPECT_EQ(pool->Usage(), 10 * kPageSize);
  // Dropped as soon as unpinned.
  pins.resize(5);
  EXPECT_EQ(pool->Usage(), 5 * kPageSize);
  // Pins outlive the pages' owner.
  const Pages other(pool, 1);
  pages.reset();
  for (size_t i = 0; i < 5; ++i) EXPECT_TRUE(other.Check(i, pins[i].first));
  pins.clear();
  EXPECT_EQ(pool->Usage(), 0u);
}

TEST(Pool, PinsOutliveThePool) {
  auto pool = Pool::New(1 << 20);
  Pin pin;
  const char* data;
  {
    Pages pages(pool, 4);
    EpochGuard guard;
    PageRef ref;
    ASSERT_TRUE(pages.Get(3, &ref).ok());
    data = ref.data;
    pin = Pin(FrameOfPage(data));
  }
  pool.reset();
  EpochReclaim();
  size_t word;
  std::memcpy(&word, data, 8);
  EXPECT_EQ(word, 4u);
  pin.Release();  // frees the pool; the address sanitizer would tell of a leak or a use after it
}

TEST(Pool, AGuardKeepsAPageThatWasEvictedUnderIt) {
  auto pool = Pool::New(256 << 10);
  Pages pages(pool, 2000);
  EpochGuard guard;
  PageRef ref;
  ASSERT_TRUE(pages.Get(7, &ref).ok());
  std::thread([&] {
    for (size_t i = 100; i < 2000; ++i) Touch(&pages, i);
    pool->EvictAll();
  }).join();
  EXPECT_FALSE(pages.Resident(7));
  EXPECT_TRUE(pages.Check(7, ref.data));
}

TEST(Pool, CapacityZeroWorks) {
  auto pool = Pool::New(0);
  Pages pages(pool, 100);
  Pages large(pool, 10, 100000);
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < 100; ++i) Touch(&pages, i);
    for (size_t i = 0; i < 10; ++i) Touch(&large, i);
  }
  EXPECT_EQ(pages.loads.load(), 300u);
  EXPECT_EQ(pool->Usage(), 0u);
  EXPECT_LE(pool->MemoryBytes(), Pool::kReserveFrames * kPageSize + kChunkHeadPages * kPageSize);
}

TEST(Pool, SetCapacityWorksAtOnceInBothDirections) {
  auto pool = Pool::New(16 << 20);
  Pages pages(pool, 4000);
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < 4000; ++i) Touch(&pages, i);
  }
  EXPECT_EQ(pool->Usage(), 4000 * kPageSize);
  pool->SetCapacity(2 << 20);
  EXPECT_LE(pool->Usage(), size_t{2} << 20);
  EXPECT_LE(pool->MemoryBytes(), (size_t{2} << 20) + 8 * kChunkHeadPages * kPageSize);
  pool->SetCapacity(32 << 20);
  for (size_t i = 0; i < 4000; ++i) Touch(&pages, i);
  EXPECT_EQ(pool->Usage(), 4000 * kPageSize);
}

TEST(Pool, ChargesTakeRoomFromPages) {
  auto pool = Pool::New(8 << 20);
  Pages pages(pool, 2000);
  for (size_t i = 0; i < 2000; ++i) Touch(&pages, i);
  ASSERT_TRUE(pool->Charge(6 << 20).ok());
  EXPECT_LE(pool->Usage(), size_t{8} << 20);
  EXPECT_FALSE(pool->Charge(3 << 20, true).ok());
  EXPECT_EQ(pool->Charge(3 << 20, true).subcode(), Status::kMemoryLimit);
  ASSERT_TRUE(pool->Charge(3 << 20).ok());  // not strict: counted all the same
  EXPECT_GE(pool->Usage(), size_t{9} << 20);
  pool->Uncharge(9 << 20);
  for (size_t i = 0; i < 2000; ++i) Touch(&pages, i);
  EXPECT_GT(pool->Usage(), size_t{7} << 20);
}

TEST(Pool, StrictRefusesWhatOnlyPinsCouldMakeRoomFor) {
  auto pool = Pool::New(64 * kPageSize, true);
  Pages pages(pool, 200);
  std::vector<Pin> pins;
  Status s;
  for (size_t i = 0; i < 200 && s.ok(); ++i) {
    EpochGuard guard;
    PageRef ref;
    s = pages.Get(i, &ref);
    if (s.ok()) pins.push_back(ref.pin.held() ? std::move(ref.pin) : Pin(FrameOfPage(ref.data)));
  }
  EXPECT_EQ(s.subcode(), Status::kMemoryLimit);
  EXPECT_GE(pins.size(), 60u);
  EXPECT_LE(pins.size(), 70u);
  pins.clear();
  Touch(&pages, 150);
}

TEST(Pool, ExtentsAreEvictedToo) {
  auto pool = Pool::New(4 << 20);
  Pages large(pool, 1000, 50000);
  Pages pages(pool, 4000);
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    if (random.OneIn(3)) {
      Touch(&large, random.Uniform(1000));
    } else {
      Touch(&pages, random.Uniform(4000));
    }
    ASSERT_LE(pool->Usage(), (size_t{4} << 20) + 50064 + Pool::kReserveFrames * kPageSize);
  }
  EXPECT_GT(pool->Usage(), size_t{3} << 20);
}

// What the system has given stays within the capacity, however the sizes of values change.
TEST(Pool, MemoryOfExtentsStaysWithinTheCapacity) {
  constexpr size_t kCapacity = size_t{8} << 20;
  auto pool = Pool::New(kCapacity);
  Pages pages(pool, 4000);
  Pages shorter(pool, 8000, 1100);
  Pages middling(pool, 400, 60000);
  Pages large(pool, 40, 1500000);
  Pages* const kinds[] = {&pages, &shorter, &middling, &large};
  Random random(1);
  for (int phase = 0; phase < 12; ++phase) {
    // One kind after the other, then all of them.
    for (int i = 0; i < (phase % 6 == 3 ? 30 : 1000); ++i) {
      Pages& kind = *kinds[static_cast<size_t>(phase % 6 < 4 ? phase % 6
                                               : i % 50 == 0 ? 3
                                                             : i % 3)];
      Touch(&kind, random.Uniform(kind.size()));
      ASSERT_LE(pool->MemoryBytes(), kCapacity + kCapacity / 8 + kCapacity / 64);
    }
  }
  EXPECT_GT(pool->Usage(), kCapacity / 2);
}

// A reader that loses its processor in the middle of something does not keep every large value that
// is evicted meanwhile.
TEST(Pool, ExtentsDoNotWaitForASlowReader) {
  constexpr size_t kCapacity = size_t{8} << 20;
  constexpr size_t kBytes = 500000;
  auto pool = Pool::New(kCapacity);
  Pages pages(pool, 4000);
  Pages large(pool, 200, kBytes);
  for (size_t i = 0; i < 4000; ++i) Touch(&pages, i);
  for (size_t i = 0; i < 50; ++i) Touch(&large, i);
  EpochGuard slow;
  std::deque<PageRef> held;
  for (size_t i = 50; i < 200; ++i) {
    PageRef ref;
    ASSERT_TRUE(large.Get(i, &ref).ok());
    held.push_back(std::move(ref));
    if (held.size() > 4) held.pop_front();
    Touch(&pages, i * 17);
    // Pages do wait for it, up to an eighth in a pool of this size.
    ASSERT_LE(pool->MemoryBytes(), kCapacity + kCapacity / 4);
  }
  for (const PageRef& ref : held) EXPECT_EQ(ref.pin.frame()->pins.load() & ~Frame::kOrphan, 1u);
}

// Between a reader's look at a swip and his pin the value may go and another one take its place.
TEST(Pool, APinThatComesTooLateIsTakenBack) {
  auto pool = Pool::New(1 << 20);
  Pages values(pool, 2, 20000);
  Touch(&values, 0);
  EpochGuard guard;
  const uint64_t seen = values.SwipOf(0)->Load();
  pool->EvictAll();
  EXPECT_FALSE(Pool::PinExtent(values.SwipOf(0), seen).held());
  Touch(&values, 1);
  ASSERT_EQ(Swip::Address(values.SwipOf(1)->Load()), Swip::Address(seen));
  EXPECT_FALSE(Pool::PinExtent(values.SwipOf(0), seen).held());
  EXPECT_EQ(pool->PinnedUsage(), 0u);
  const Pin pin = Pool::PinExtent(values.SwipOf(1), values.SwipOf(1)->Load());
  ASSERT_TRUE(pin.held());
  EXPECT_TRUE(values.Check(1, Pool::Data(pin.frame())));
  EXPECT_EQ(pool->PinnedUsage(), pool->Usage());
}

// Descriptors of extents go from value to value while readers hold on to what they found in a swip.
TEST(Pool, AnExtentThatWentIsNotMistakenForAnother) {
  auto pool = Pool::New(256 << 10);
  Pages values(pool, 24, 20000);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> wrong{0}, reads{0};
  const auto worker = [&](uint64_t seed) {
    Random random(seed);
    std::deque<std::pair<size_t, PageRef>> held;
    while (!stop.load(std::memory_order_relaxed)) {
      const size_t index = random.Uniform(values.size());
      PageRef ref;
      {
        EpochGuard guard;
        if (!values.Get(index, &ref).ok()) ++wrong;
      }
      if (!values.Check(index, ref.data)) ++wrong;
      if (random.OneIn(3)) held.emplace_back(index, std::move(ref));
      if (held.size() > 4) {
        if (!values.Check(held.front().first, held.front().second.data)) ++wrong;
        held.pop_front();
      }
      ++reads;
    }
  };
  std::vector<std::thread> threads;
  for (uint64_t seed = 1; seed <= 4; ++seed) threads.emplace_back(worker, seed);
  for (int i = 0; i < 300 || reads.load() < 20000; ++i) {
    pool->EvictAll();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0u);
  EXPECT_EQ(pool->PinnedUsage(), 0u);
  pool->SetCapacity(0);
  EXPECT_EQ(pool->Usage(), 0u);
}

TEST(Pool, ForgottenOwnersAreNotTouchedAgain) {
  auto pool = Pool::New(1 << 20);
  Pages other(pool, 3000);
  for (int round = 0; round < 50; ++round) {
    {
      Pages pages(pool, 100);
      for (size_t i = 0; i < 100; ++i) Touch(&pages, i);
    }
    // The clock hand passes everything; a stale owner would be a use after free.
    for (size_t i = 0; i < 300; ++i) Touch(&other, (static_cast<size_t>(round) * 300 + i) % 3000);
  }
  EXPECT_LE(pool->Usage(), size_t{1} << 20);
}

template <typename Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 5000 && !condition(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

void FillWithMisses(Pages* pages, size_t from, size_t n) {
  for (size_t i = from; i < from + n; ++i) Touch(pages, i % pages->size());
}

TEST(Pool, TheProviderKeepsFramesFreeAheadOfNeed) {
  auto pool = Pool::New(16 << 20);  // 4096 frames
  Pages pages(pool, 100000);
  FillWithMisses(&pages, 0, 5000);
  // One frame in 32 is free, and nothing has been asked for meanwhile.
  const size_t ahead = (size_t{16} << 20) / 32;
  ASSERT_TRUE(Eventually([&] { return pool->Usage() + ahead <= (size_t{16} << 20); }));
  EXPECT_GE(pool->Usage(), (size_t{16} << 20) / 10 * 9);
  const PoolCounters before = pool->Counters();
  EXPECT_GT(before.provided, 0u);
  // As many misses as there are frames ready: no reader has to evict anything.
  FillWithMisses(&pages, 5000, 100);
  const PoolCounters after = pool->Counters();
  EXPECT_EQ(after.evictions - after.provided, before.evictions - before.provided);
  EXPECT_EQ(after.private_loads, 0u);
}

TEST(Pool, TheProviderSleepsWhenNothingIsWanted) {
  auto pool = Pool::New(16 << 20);
  Pages pages(pool, 100000);
  FillWithMisses(&pages, 0, 5000);
  ASSERT_TRUE(Eventually([&] { return pool->Counters().provided > 0; }));
  const auto switches_in_a_while = [] {
    rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    getrusage(RUSAGE_SELF, &after);
    return after.ru_nvcsw - before.ru_nvcsw + after.ru_nivcsw - before.ru_nivcsw;
  };
  // This thread's own sleep and little else: two looks in a millisecond would be 600. It looks in
  // vain for a while first, which takes long on a busy machine.
  bool asleep = false;
  for (int i = 0; i < 50 && !asleep; ++i) asleep = switches_in_a_while() <= 20;
  EXPECT_TRUE(asleep);
  // It comes back.
  const uint64_t provided = pool->Counters().provided;
  FillWithMisses(&pages, 5000, 5000);
  EXPECT_TRUE(Eventually([&] { return pool->Counters().provided > provided; }));
}

TEST(Pool, SmallPoolsHaveNoThread) {
  auto pool = Pool::New(Pool::kProviderPool - 1);
  Pages pages(pool, 100000);
  FillWithMisses(&pages, 0, 20000);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(pool->Counters().provided, 0u);
}

TEST(Pool, AForkedChildReadsAndExitsWithoutTheProvider) {
  auto pool = Pool::New(8 << 20);
  auto pages = std::make_unique<Pages>(pool, 100000);
  FillWithMisses(pages.get(), 0, 5000);
  ASSERT_TRUE(Eventually([&] { return pool->Counters().provided > 0; }));
  // The provider sleeps, so no mutex is held.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    FillWithMisses(pages.get(), 5000, 10000);
    pages.reset();
    pool.reset();
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// The provider looks at frames while their owners go.
TEST(Pool, OwnersGoWhileTheProviderWorks) {
  auto pool = Pool::New(4 << 20);
  std::atomic<bool> stop{false};
  const auto worker = [&] {
    Random random(7);
    while (!stop.load(std::memory_order_relaxed)) {
      Pages pages(pool, 600);
      FillWithMisses(&pages, random.Uniform(600), 600);
    }
  };
  std::thread first(worker), second(worker);
  Pages steady(pool, 3000);
  for (int round = 0; round < 20; ++round) FillWithMisses(&steady, 0, 3000);
  stop = true;
  first.join();
  second.join();
  EXPECT_GT(pool->Counters().provided, 0u);
  pool->SetCapacity(0);
  EXPECT_EQ(pool->Usage(), 0u);
}

// Readers, pinners, a capacity that goes up and down, owners that come and go: every page read must
// be the one that was asked for.
void ManyThreads(size_t unit) {
  auto pool = Pool::New(2 * unit);
  const size_t pages = unit / 512;
  Pages shared(pool, pages);
  Pages large(pool, 100, 20000);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> wrong{0}, reads{0};
  const auto worker = [&](uint64_t seed) {
    Random random(seed);
    std::vector<std::pair<std::pair<size_t, const char*>, Pin>> held;
    auto own = std::make_unique<Pages>(pool, 50);
    while (!stop.load(std::memory_order_relaxed)) {
      const size_t index = random.Uniform(random.OneIn(2) ? pages : 50);
      {
        EpochGuard guard;
        PageRef ref;
        if (!shared.Get(index, &ref).ok() || !shared.Check(index, ref.data)) wrong.fetch_add(1);
        if (random.OneIn(8)) {
          Pin pin = ref.pin.held() ? std::move(ref.pin) : Pin(FrameOfPage(ref.data));
          held.emplace_back(std::make_pair(index, ref.data), std::move(pin));
        }
      }
      if (random.OneIn(16)) {
        EpochGuard guard;
        PageRef ref;
        const size_t i = random.Uniform(100);
        if (!large.Get(i, &ref).ok() || !large.Check(i, ref.data)) wrong.fetch_add(1);
      }
      if (random.OneIn(4)) {
        EpochGuard guard;
        PageRef ref;
        const size_t i = random.Uniform(50);
        if (!own->Get(i, &ref).ok() || !own->Check(i, ref.data)) wrong.fetch_add(1);
      }
      if (held.size() > 20) {
        for (auto& [where, pin] : held) {
          if (!shared.Check(where.first, where.second)) wrong.fetch_add(1);
        }
        held.clear();
      }
      if (random.OneIn(500)) own = std::make_unique<Pages>(pool, 50);
      reads.fetch_add(1, std::memory_order_relaxed);
    }
  };
  std::vector<std::thread> threads;
  for (uint64_t i = 1; i <= 4; ++i) threads.emplace_back(worker, i);
  Random random(99);
  while (reads.load() < 60000) {
    pool->SetCapacity(random.Uniform(3) * unit);
    if (pool->Charge(100000).ok()) pool->Uncharge(100000);
    std::this_thread::yield();
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0u);
  pool->SetCapacity(0);
  EXPECT_EQ(pool->Usage(), 0u);
}
TEST(Pool, ManyThreads) { ManyThreads(512 << 10); }
TEST(Pool, ManyThreadsAndTheProvider) { ManyThreads(4 << 20); }

}  // namespace
}  // namespace aether
