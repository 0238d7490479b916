#include "engine/commit/watermark.h"

#include <gtest/gtest.h>

#include <thread>

#include "engine/io/clock.h"
#include "engine/wal/planted_bugs.h"

namespace aether {
namespace {

TEST(WriteWord, FieldsDoNotTouchEachOther) {
  const WriteWord w = WriteWord::Of(0xffff, 0xff, WriteWord::kRelativeMask);
  EXPECT_EQ(w.bits, UINT64_MAX);
  EXPECT_EQ(WriteWord{w.bits + WriteWord::kOneTicket}.ticket(), 0u);
  EXPECT_EQ(WriteWord{w.bits + WriteWord::kOneTicket}.generation(), 0xffu);
  const WriteWord next = WriteWord::Of(65536, 256, 0);
  EXPECT_EQ(next.bits, 0u);
  EXPECT_EQ(WriteWord::Of(3, 2, 1).relative(), 1u);
  EXPECT_EQ(WriteWord::Of(3, 2, 1).generation(), 2u);
  EXPECT_EQ(WriteWord::Of(3, 2, 1).ticket(), 3u);
}

TEST(Watermark, TicketsAreExpandedAcrossTheWrap) {
  Watermark mark({65534, 10}, 0);
  for (uint64_t t = 65535; t < 65540; ++t) {
    const WriteWord w = mark.Take(1);
    EXPECT_EQ(mark.Expand(static_cast<uint16_t>(w.ticket() + 1)), t);
  }
  EXPECT_EQ(mark.issued(), 65539u);
  EXPECT_EQ(mark.published(), 65534u);
}

TEST(Watermark, PublishesInOrderOnly) {
  Watermark mark({0, 0}, 0);
  for (uint64_t t = 1; t <= 3; ++t) {
    mark.Take(2);
    mark.Bind(t, 2 * t - 1, 2 * t, 0, nullptr, nullptr);
  }
  mark.Publish(3, 6);
  EXPECT_EQ(mark.published(), 0u);
  mark.Publish(2, 4);
  EXPECT_EQ(mark.published(), 0u);
  EXPECT_EQ(mark.visible(), 0u);
  mark.Publish(1, 2);
  EXPECT_EQ(mark.published(), 3u);
  EXPECT_EQ(mark.visible(), 6u);
  EXPECT_EQ(mark.Published(), (LogPosition{3, 6}));
}

TEST(Watermark, RoomEndsAtAQuarterOfTheRing) {
  Watermark mark({100, 0}, 0);
  for (uint64_t i = 0; i < Watermark::kInFlight; ++i) {
    EXPECT_TRUE(mark.HasRoom());
    mark.Take(0);
  }
  EXPECT_FALSE(mark.HasRoom());
}

// Two neighbours become done at the same moment, over and over. Returns true when V came to rest
// below a batch that is done, false when that did not happen until `nanos` are over.
bool ProgressIsLost(uint64_t nanos) {
  Watermark mark({0, 0}, 0);
  std::atomic<uint64_t> round{0};
  std::atomic<int> finished{0};
  std::atomic<bool> stop{false};
  auto neighbour = [&](uint64_t which) {
    for (uint64_t r = 1;; ++r) {
      for (int spins = 0; round.load(std::memory_order_acquire) < r; ++spins) {
        if (stop.load(std::memory_order_relaxed)) return;
        if (spins > 2000) std::this_thread::yield();
      }
      const uint64_t ticket = 2 * r - 1 + which;
      mark.Publish(ticket, ticket);
      finished.fetch_add(1, std::memory_order_acq_rel);
    }
  };
  std::thread a(neighbour, 0), b(neighbour, 1);
  bool lost = false;
  const uint64_t end = RealClock()->NowNanos() + nanos;
  for (uint64_t r = 1; !lost && RealClock()->NowNanos() < end; ++r) {
    for (uint64_t t = 2 * r - 1; t <= 2 * r; ++t) mark.Bind(t, t, t, 0, nullptr, nullptr);
    finished.store(0, std::memory_order_relaxed);
    round.store(r, std::memory_order_release);
    for (int spins = 0; finished.load(std::memory_order_acquire) < 2; ++spins) {
      if (spins > 2000) std::this_thread::yield();
    }
    lost = mark.published() != 2 * r;
  }
  stop = true;
  a.join();
  b.join();
  return lost;
}

TEST(Watermark, NeighboursNeverLoseProgress) { EXPECT_FALSE(ProgressIsLost(1000000000)); }

TEST(Watermark, DoneByAReleaseStoreIsCaught) {
  planted_bug = static_cast<int>(PlantedBug::kDoneWithRelease);
  const bool lost = ProgressIsLost(2000000000);
  planted_bug = 0;
  EXPECT_TRUE(lost);
}

}  // namespace
}  // namespace aether
