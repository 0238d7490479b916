// The search against histories whose verdict is known, and against trying every order.
#include "tests/linearizability/checker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace linearizability {
namespace {

constexpr uint64_t kEnough = 1000000;

Operation Writes(uint64_t called, uint64_t answered, std::vector<Cell> cells) {
  return {true, "write", 0, called, answered, std::move(cells)};
}
Operation Reads(uint64_t called, uint64_t answered, std::vector<Cell> cells) {
  return {false, "read", 0, called, answered, std::move(cells)};
}

Verdict::Kind KindOf(const History& history, const State& initial) {
  return CheckWhole(history, initial, kEnough).kind;
}

TEST(CheckerTest, AReadDuringAWriteFindsEitherValue) {
  const State empty = {kAbsent};
  EXPECT_EQ(KindOf({Writes(0, 5, {{0, 1}}), Reads(1, 2, {{0, kAbsent}})}, empty),
            Verdict::kLinearizable);
  EXPECT_EQ(KindOf({Writes(0, 5, {{0, 1}}), Reads(1, 2, {{0, 1}})}, empty), Verdict::kLinearizable);
}

TEST(CheckerTest, AReadAfterAWriteFindsIt) {
  EXPECT_EQ(KindOf({Writes(0, 1, {{0, 1}}), Reads(2, 3, {{0, kAbsent}})}, {kAbsent}),
            Verdict::kViolated);
  EXPECT_EQ(KindOf({Writes(0, 1, {{0, 1}}), Reads(2, 3, {{0, 1}})}, {kAbsent}),
            Verdict::kLinearizable);
}

TEST(CheckerTest, TwoReadsInSuccessionDoNotGoBack) {
  EXPECT_EQ(KindOf({Writes(0, 9, {{0, 1}}), Reads(1, 2, {{0, 1}}), Reads(3, 4, {{0, kAbsent}})},
                   {kAbsent}),
            Verdict::kViolated);
}

TEST(CheckerTest, TwoReadersAgreeOnTheOrderOfWrites) {
  // Each key by itself is fine: only both together show that the readers saw two orders.
  const History history = {Writes(0, 9, {{0, 1}}), Writes(1, 10, {{1, 2}}),
                           Reads(2, 3, {{0, 1}, {1, kAbsent}}),
                           Reads(4, 5, {{0, kAbsent}, {1, 2}})};
  EXPECT_EQ(Check(history, {kAbsent, kAbsent}, 0, kEnough).kind, Verdict::kViolated);
}

TEST(CheckerTest, AGroupIsNeverFoundInParts) {
  const History history = {Writes(0, 9, {{0, 1}, {1, 1}}), Reads(1, 2, {{0, 1}, {1, kAbsent}})};
  EXPECT_EQ(CheckGroup(history, 2).kind, Verdict::kViolated);
  EXPECT_EQ(KindOf(history, {kAbsent, kAbsent}), Verdict::kViolated);
}

TEST(CheckerTest, WithoutEnoughRoomThereIsNoVerdict) {
  History history;
  for (uint32_t i = 0; i < 20; ++i) history.push_back(Writes(i, 100 + i, {{0, i + 1}}));
  history.push_back(Reads(200, 201, {{0, 999}}));
  EXPECT_EQ(CheckWhole(history, {kAbsent}, 1000).kind, Verdict::kUndecided);
}

bool SomeOrderExplains(const History& history, const State& initial) {
  std::vector<size_t> order(history.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    State state = initial;
    bool good = true;
    for (size_t i = 0; i < order.size() && good; ++i) {
      for (size_t j = i + 1; j < order.size(); ++j) {
        good = good && history[order[j]].answered > history[order[i]].called;
      }
      for (const Cell& cell : history[order[i]].cells) {
        uint32_t& value = state[static_cast<size_t>(cell.key)];
        if (history[order[i]].writes) {
          value = cell.value;
        } else {
          good = good && value == cell.value;
        }
      }
    }
    if (good) return true;
  } while (std::next_permutation(order.begin(), order.end()));
  return false;
}

TEST(CheckerTest, AgreesWithTryingEveryOrder) {
  std::mt19937_64 random(7);
  int violated = 0;
  constexpr int kHistories = 3000;
  for (int n = 0; n < kHistories; ++n) {
    std::vector<uint64_t> times(12);
    std::iota(times.begin(), times.end(), 0);
    std::shuffle(times.begin(), times.end(), random);
    History history;
    for (size_t i = 0; i < 6; ++i) {
      const uint64_t called = std::min(times[2 * i], times[2 * i + 1]);
      const uint64_t answered = std::max(times[2 * i], times[2 * i + 1]);
      std::vector<Cell> cells = {
          {static_cast<int>(random() % 2), static_cast<uint32_t>(random() % 3)}};
      if (random() % 3 == 0)
        cells.push_back({1 - cells[0].key, static_cast<uint32_t>(random() % 3)});
      history.push_back(random() % 2 == 0 ? Writes(called, answered, cells)
                                          : Reads(called, answered, cells));
    }
    const State initial = {kAbsent, kAbsent};
    const bool explained = SomeOrderExplains(history, initial);
    ASSERT_EQ(KindOf(history, initial) == Verdict::kLinearizable, explained) << n;
    violated += explained ? 0 : 1;
  }
  // The comparison would say little if all had the same verdict.
  EXPECT_GT(violated, kHistories / 10);
  EXPECT_LT(violated, kHistories * 9 / 10);
}

}  // namespace
}  // namespace linearizability
