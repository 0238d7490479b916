#include "engine/txn/lock_manager.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "engine/base/random.h"

namespace aether {
namespace {

constexpr int64_t kLong = 20'000'000;
constexpr int64_t kShort = 2'000;

class LockManagerTest : public ::testing::Test {
 protected:
  explicit LockManagerTest(LockManagerOptions options = {}) : locks_(std::move(options)) {
    locks_.AddFamily(0);
  }

  static LockRequest Request(TxnId txn, Slice key, bool exclusive = true, int64_t timeout = 0) {
    LockRequest request;
    request.txn = txn;
    request.key = key;
    request.exclusive = exclusive;
    request.timeout_micros = timeout;
    return request;
  }
  Status Lock(TxnId txn, Slice key, bool exclusive = true, int64_t timeout = 0) {
    return locks_.Lock(Request(txn, key, exclusive, timeout));
  }
  // Waits until the transaction waits.
  LockWait AwaitWait(TxnId txn) {
    LockWait wait;
    while (!locks_.Waiting(txn, &wait)) std::this_thread::yield();
    return wait;
  }
  size_t Held() const { return locks_.Locks().size(); }

  LockManager locks_;
};

bool TimedOut(const Status& s) {
  return s.code() == Status::kTimedOut && s.subcode() == Status::kLockTimeout;
}
bool IsDeadlock(const Status& s) {
  return s.code() == Status::kBusy && s.subcode() == Status::kDeadlock;
}

TEST_F(LockManagerTest, ExclusiveKeepsOthersOut) {
  EXPECT_TRUE(Lock(1, "a").ok());
  EXPECT_TRUE(TimedOut(Lock(2, "a")));
  EXPECT_TRUE(TimedOut(Lock(2, "a", false)));
  EXPECT_TRUE(TimedOut(Lock(2, "a", true, kShort)));
  EXPECT_TRUE(Lock(2, "b").ok());
  EXPECT_TRUE(Lock(1, "a").ok()) << "again";
  locks_.Unlock(1, 0, "a");
  EXPECT_TRUE(Lock(2, "a").ok());
  EXPECT_EQ(Held(), 2u);
}

TEST_F(LockManagerTest, SharedLocksShareAndUpgrade) {
  EXPECT_TRUE(Lock(1, "a", false).ok());
  EXPECT_TRUE(Lock(2, "a", false).ok());
  EXPECT_TRUE(TimedOut(Lock(3, "a")));
  EXPECT_TRUE(TimedOut(Lock(1, "a"))) << "another reader is there";
  locks_.Unlock(2, 0, "a");
  EXPECT_TRUE(Lock(1, "a").ok()) << "the only reader becomes the writer";
  EXPECT_TRUE(TimedOut(Lock(2, "a", false)));
  locks_.Downgrade(1, 0, "a");
  EXPECT_TRUE(Lock(2, "a", false).ok());
}

TEST_F(LockManagerTest, OnlyTheHolderUnlocks) {
  EXPECT_TRUE(Lock(1, "a").ok());
  locks_.Unlock(2, 0, "a");
  locks_.Unlock(1, 0, "b");
  locks_.Unlock(1, 7, "a");
  EXPECT_TRUE(TimedOut(Lock(2, "a")));
  locks_.Unlock(1, 0, "a");
  locks_.Unlock(1, 0, "a");
  EXPECT_EQ(Held(), 0u);
}

TEST_F(LockManagerTest, FamiliesAreApart) {
  LockRequest request = Request(1, "a");
  request.family = 9;
  EXPECT_TRUE(locks_.Lock(request).IsInvalidArgument());
  locks_.AddFamily(9);
  EXPECT_TRUE(locks_.Lock(request).ok());
  EXPECT_TRUE(Lock(2, "a").ok());
  locks_.RemoveFamily(9);
  request.txn = 3;
  request.key = "b";
  EXPECT_TRUE(locks_.Lock(request).IsInvalidArgument());
  locks_.Unlock(1, 9, "a");
  EXPECT_EQ(Held(), 1u);
}

TEST_F(LockManagerTest, AWaiterGetsTheLockWhenItIsLetGo) {
  EXPECT_TRUE(Lock(1, "a").ok());
  Status outcome = Status::Busy();
  std::thread waiter([&] { outcome = Lock(2, "a", true, kLong); });
  const LockWait wait = AwaitWait(2);
  EXPECT_EQ(wait.holders, std::vector<TxnId>{1});
  EXPECT_EQ(wait.key, "a");
  locks_.Unlock(1, 0, "a");
  waiter.join();
  EXPECT_TRUE(outcome.ok()) << outcome.ToString();
  LockWait none;
  EXPECT_FALSE(locks_.Waiting(2, &none));
}

TEST_F(LockManagerTest, TwoThatWaitForEachOtherAreADeadlock) {
  EXPECT_TRUE(Lock(1, "a").ok());
  EXPECT_TRUE(Lock(2, "b").ok());
  Status first;
  // It does not search itself, but its wait is seen.
  std::thread waiter([&] { first = Lock(1, "b", true, kLong); });
  AwaitWait(1);
  LockRequest request = Request(2, "a", true, kLong);
  request.detect_deadlock = true;
  EXPECT_TRUE(IsDeadlock(locks_.Lock(request)));
  locks_.Unlock(2, 0, "b");
  waiter.join();
  EXPECT_TRUE(first.ok());

  const std::vector<Deadlock> found = locks_.Deadlocks();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0].limit_exceeded);
  ASSERT_EQ(found[0].cycle.size(), 2u);
  EXPECT_EQ(found[0].cycle[0].txn, 1u);
  EXPECT_EQ(found[0].cycle[0].key, "b");
  EXPECT_EQ(found[0].cycle[1].txn, 2u);
  EXPECT_EQ(found[0].cycle[1].key, "a");
}

TEST_F(LockManagerTest, ThreeInACircleAreADeadlock) {
  const char* const keys[] = {"a", "b", "c"};
  for (TxnId txn = 1; txn <= 3; ++txn) ASSERT_TRUE(Lock(txn, keys[txn - 1]).ok());
  std::vector<std::thread> waiters;
  std::atomic<int> got{0};
  for (TxnId txn = 1; txn <= 2; ++txn) {
    waiters.emplace_back([&, txn] {
      if (!Lock(txn, keys[txn], true, kLong).ok()) return;
      ++got;
      locks_.Unlock(txn, 0, keys[txn]);
      locks_.Unlock(txn, 0, keys[txn - 1]);
    });
    AwaitWait(txn);
  }
  LockRequest request = Request(3, "a", true, kLong);
  request.detect_deadlock = true;
  EXPECT_TRUE(IsDeadlock(locks_.Lock(request)));
  locks_.Unlock(3, 0, "c");
  for (std::thread& waiter : waiters) waiter.join();
  EXPECT_EQ(got, 2);
  EXPECT_EQ(Held(), 0u);
  ASSERT_EQ(locks_.Deadlocks().size(), 1u);
  EXPECT_EQ(locks_.Deadlocks()[0].cycle.size(), 3u);
}

TEST_F(LockManagerTest, BeyondTheDepthADeadlockIsAssumed) {
  for (TxnId txn = 1; txn <= 3; ++txn) ASSERT_TRUE(Lock(txn, std::to_string(txn)).ok());
  std::vector<std::thread> waiters;
  for (TxnId txn = 1; txn <= 2; ++txn) {
    waiters.emplace_back([&, txn] {
      EXPECT_TRUE(Lock(txn, std::to_string(txn + 1), true, kLong).ok());
      locks_.Unlock(txn, 0, std::to_string(txn + 1));
      locks_.Unlock(txn, 0, std::to_string(txn));
    });
    AwaitWait(txn);
  }
  LockRequest request = Request(4, "1", true, kLong);  // a chain, not a circle
  request.detect_deadlock = true;
  request.deadlock_depth = 1;
  EXPECT_TRUE(IsDeadlock(locks_.Lock(request)));
  ASSERT_EQ(locks_.Deadlocks().size(), 1u);
  EXPECT_TRUE(locks_.Deadlocks()[0].limit_exceeded);
  locks_.KeepDeadlocks(0);
  EXPECT_TRUE(locks_.Deadlocks().empty());
  locks_.Unlock(3, 0, "3");
  for (std::thread& waiter : waiters) waiter.join();
}

TEST_F(LockManagerTest, TwoReadersThatBothWantToWriteAreADeadlock) {
  ASSERT_TRUE(Lock(1, "a", false).ok());
  ASSERT_TRUE(Lock(2, "a", false).ok());
  Status first;
  std::thread waiter([&] {
    LockRequest request = Request(1, "a", true, kLong);
    request.detect_deadlock = true;
    first = locks_.Lock(request);
  });
  AwaitWait(1);
  LockRequest request = Request(2, "a", true, kLong);
  request.detect_deadlock = true;
  EXPECT_TRUE(IsDeadlock(locks_.Lock(request)));
  locks_.Unlock(2, 0, "a");
  waiter.join();
  EXPECT_TRUE(first.ok());
}

class LimitedLocksTest : public LockManagerTest {
 protected:
  static LockManagerOptions Limited() {
    LockManagerOptions options;
    options.max_locks = 2;
    options.stripes = 1;
    return options;
  }
  LimitedLocksTest() : LockManagerTest(Limited()) {}
};

TEST_F(LimitedLocksTest, BeyondTheLimitIsBusy) {
  EXPECT_TRUE(Lock(1, "a").ok());
  EXPECT_TRUE(Lock(1, "b").ok());
  EXPECT_TRUE(Lock(1, "a").ok()) << "no new one";
  for (const int64_t timeout : {int64_t{0}, kShort}) {
    const Status s = Lock(1, "c", true, timeout);
    EXPECT_EQ(s.code(), Status::kBusy);
    EXPECT_EQ(s.subcode(), Status::kLockLimit);
  }
  locks_.Unlock(1, 0, "b");
  EXPECT_TRUE(Lock(1, "c").ok());
}

class ExpiringLocksTest : public LockManagerTest {
 protected:
  static LockManagerOptions WithVictims(ExpiringLocksTest* test) {
    LockManagerOptions options;
    options.rob = [test](TxnId txn) {
      test->asked_.insert(txn);
      return txn != kSafe;
    };
    return options;
  }
  ExpiringLocksTest() : LockManagerTest(WithVictims(this)) {}

  static constexpr TxnId kSafe = 99;
  std::set<TxnId> asked_;
};

TEST_F(ExpiringLocksTest, AnExpiredLockIsTakenOver) {
  LockRequest request = Request(1, "a");
  request.expires_micros = RealClock()->NowMicros() + 5'000;
  ASSERT_TRUE(locks_.Lock(request).ok());
  request.key = "b";
  request.expires_micros += 3'600'000'000;
  ASSERT_TRUE(locks_.Lock(request).ok());
  EXPECT_TRUE(TimedOut(Lock(2, "b", true, kShort))) << "not yet";
  EXPECT_TRUE(Lock(2, "a", true, kLong).ok()) << "the wait ends when the lock expires";
  EXPECT_EQ(asked_, std::set<TxnId>{1});
  locks_.Unlock(1, 0, "a");  // has nothing to unlock
  EXPECT_TRUE(TimedOut(Lock(3, "a")));
}

TEST_F(ExpiringLocksTest, OneThatCommitsKeepsItsLocks) {
  LockRequest request = Request(kSafe, "a");
  request.expires_micros = 1;
  ASSERT_TRUE(locks_.Lock(request).ok());
  EXPECT_TRUE(TimedOut(Lock(2, "a", true, kShort)));
}

// A monitor of the application's that says no.
class StubbornMonitor final : public LockMonitor {
 public:
  explicit StubbornMonitor(const std::atomic<bool>* refuses) : refuses_(refuses) {}
  Status Lock(int64_t micros) override {
    return *refuses_ ? Status::IOError("no mutex") : inner_->Lock(micros);
  }
  void Unlock() override { inner_->Unlock(); }
  Status Wait(int64_t micros) override { return inner_->Wait(micros); }
  void NotifyAll() override { inner_->NotifyAll(); }

 private:
  const std::atomic<bool>* const refuses_;
  const std::unique_ptr<LockMonitor> inner_ = NewLockMonitor();
};

TEST(LockMonitorTest, TheApplicationsMonitorHasItsSay) {
  std::atomic<bool> refuses{false};
  LockManagerOptions options;
  options.stripes = 1;
  options.monitor = [&] { return std::make_unique<StubbornMonitor>(&refuses); };
  LockManager locks(options);
  locks.AddFamily(0);
  LockRequest request;
  request.txn = 1;
  request.key = "a";
  ASSERT_TRUE(locks.Lock(request).ok());
  refuses = true;
  request.key = "b";
  EXPECT_TRUE(locks.Lock(request).IsIOError());
  refuses = false;
  EXPECT_EQ(locks.Locks().size(), 1u);
}

// Threads move units between cells under locks; a cell is touched by one thread at a time.
TEST_F(LockManagerTest, ManyThreadsNeverHoldOneKeyTogether) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 3000;
  constexpr uint64_t kKeys = 8;
  int64_t cells[kKeys] = {};
  std::atomic<TxnId> next{1};
  std::atomic<int> deadlocks{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Random random(static_cast<uint64_t>(t) + 1);
      for (int round = 0; round < kRounds; ++round) {
        const TxnId txn = next.fetch_add(1);
        const uint64_t from = random.Uniform(kKeys);
        const uint64_t to = random.Uniform(kKeys);
        const std::string keys[] = {std::to_string(from), std::to_string(to)};
        bool held = true;
        for (const std::string& key : keys) {
          LockRequest request = Request(txn, key, true, kLong);
          request.detect_deadlock = true;
          const Status s = locks_.Lock(request);
          if (s.ok()) continue;
          ASSERT_TRUE(IsDeadlock(s)) << s.ToString();
          ++deadlocks;
          held = false;
          break;
        }
        if (held) {
          --cells[from];
          ++cells[to];
        }
        for (const std::string& key : keys) locks_.Unlock(txn, 0, key);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int64_t sum = 0;
  for (const int64_t cell : cells) sum += cell;
  EXPECT_EQ(sum, 0);
  EXPECT_EQ(Held(), 0u);
}

}  // namespace
}  // namespace aether
