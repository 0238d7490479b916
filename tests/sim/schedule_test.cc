#include "tests/sim/schedule.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace aether::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Three threads that each write their letter ten times under a lock.
std::string Letters(uint64_t seed, uint64_t* digest) {
  Schedule::Start(seed);
  std::string text;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (const char letter : {'a', 'b', 'c'}) {
    threads.emplace_back([&, letter] {
      for (int i = 0; i < 10; ++i) {
        const std::lock_guard<std::mutex> lock(mutex);
        text += letter;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  *digest = Schedule::Digest();
  Schedule::Stop();
  return text;
}

TEST(ScheduleTest, ASeedReplaysAndSeedsDiffer) {
  std::set<std::string> different;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    uint64_t first = 0;
    uint64_t second = 0;
    const std::string text = Letters(seed, &first);
    EXPECT_EQ(text.size(), 30u);
    EXPECT_EQ(Letters(seed, &second), text);
    EXPECT_EQ(first, second);
    different.insert(text);
  }
  EXPECT_GT(different.size(), 25u);
}

// A lost update between two locked sections: the machine may never show it, some seed does.
TEST(ScheduleTest, FindsARace) {
  int lost = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Schedule::Start(seed);
    std::mutex mutex;
    int value = 0;
    const auto add = [&] {
      int seen;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        seen = value;
      }
      const std::lock_guard<std::mutex> lock(mutex);
      value = seen + 1;
    };
    std::thread a(add);
    std::thread b(add);
    a.join();
    b.join();
    lost += value == 1;
    Schedule::Stop();
  }
  EXPECT_GT(lost, 5);
  EXPECT_LT(lost, 50);
}

TEST(ScheduleTest, WaitsEndInTheOrderOfTheirDeadlines) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Schedule::Start(seed);
    const auto begin = steady_clock::now();
    std::mutex mutex;
    std::condition_variable never;
    std::string order;
    std::vector<std::thread> threads;
    for (const int ms : {300, 100, 200}) {
      threads.emplace_back([&, ms] {
        std::unique_lock<std::mutex> lock(mutex);
        EXPECT_EQ(never.wait_for(lock, milliseconds(ms)), std::cv_status::timeout);
        order += std::to_string(ms / 100);
      });
    }
    std::this_thread::sleep_for(milliseconds(1000));
    for (std::thread& thread : threads) thread.join();
    const auto passed = steady_clock::now() - begin;
    Schedule::Stop();
    EXPECT_EQ(order, "123");
    EXPECT_GE(passed, milliseconds(1000));
    EXPECT_LT(passed, milliseconds(1100));
  }
}

TEST(ScheduleTest, NotifiedWaitersGoOn) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Schedule::Start(seed);
    std::mutex mutex;
    std::condition_variable changed;
    int turn = 0;
    const auto play = [&](int me) {
      for (int i = 0; i < 20; ++i) {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return turn % 2 == me; });
        ++turn;
        changed.notify_one();
      }
    };
    std::thread a(play, 0);
    std::thread b(play, 1);
    a.join();
    b.join();
    EXPECT_EQ(turn, 40);
    Schedule::Stop();
  }
}

TEST(ScheduleTest, SpinningWithYieldEnds) {
  Schedule::Start(7);
  std::atomic<bool> go{false};
  std::thread waiting([&] {
    while (!go) std::this_thread::yield();
  });
  std::thread setting([&] { go = true; });
  waiting.join();
  setting.join();
  Schedule::Stop();
}

TEST(ScheduleDeathTest, ADeadlockIsReported) {
  EXPECT_EXIT(
      {
        for (uint64_t seed = 1; seed <= 100; ++seed) {
          Schedule::Start(seed);
          std::mutex one;
          std::mutex two;
          std::thread a([&] {
            const std::lock_guard<std::mutex> first(one);
            const std::lock_guard<std::mutex> second(two);
          });
          std::thread b([&] {
            const std::lock_guard<std::mutex> first(two);
            const std::lock_guard<std::mutex> second(one);
          });
          a.join();
          b.join();
          Schedule::Stop();
        }
        _exit(0);
      },
      ::testing::KilledBySignal(SIGABRT), "");
}

TEST(ScheduleTest, OutsideOfAScheduleNothingChanges) {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::thread thread([&] {
    std::this_thread::sleep_for(milliseconds(5));
    const std::lock_guard<std::mutex> lock(mutex);
    done = true;
    changed.notify_all();
  });
  std::unique_lock<std::mutex> lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return done; }));
  lock.unlock();
  thread.join();
}

}  // namespace
}  // namespace aether::sim
