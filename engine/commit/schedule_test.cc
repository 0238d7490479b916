// Deterministic schedules: a writer is stopped at a chosen point of the protocol while others go
// on.

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "engine/base/pages.h"
#include "engine/commit/test_store.h"
#include "engine/io/sim_file_system.h"
#include "engine/wal/planted_bugs.h"

namespace aether {
namespace {

// Stops the first thread that asked for it at a point, until it is let go.
class Stopper {
 public:
  explicit Stopper(CommitPoint point) : point_(point) {
    outer_ = current.exchange(this);
    commit_hook = [](CommitPoint at, uint64_t ticket) {
      for (Stopper* s = current; s != nullptr; s = s->outer_) s->At(at, ticket);
    };
  }
  ~Stopper() {
    Go();
    current = outer_;
    if (outer_ == nullptr) commit_hook = nullptr;
  }
  // The calling thread is the one to stop.
  static void Mark() { marked = true; }
  void WaitUntilStopped() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return stopped_; });
  }
  void Go() {
    std::lock_guard<std::mutex> lock(mutex_);
    go_ = true;
    changed_.notify_all();
  }

 private:
  void At(CommitPoint at, uint64_t /*ticket*/) {
    if (at != point_ || !marked) return;
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopped_) return;
    marked = false;
    stopped_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return go_; });
  }

  static inline std::atomic<Stopper*> current{nullptr};
  static inline thread_local bool marked = false;
  const CommitPoint point_;
  Stopper* outer_ = nullptr;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  bool go_ = false;
};

class ScheduleTest : public testing::Test {
 protected:
  ScheduleTest() {
    options_.fs = &fs_;
    Open();
  }
  void Open() {
    Status s = TestStore::Open(options_, &store_);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  Pipeline* pipeline() { return store_->pipeline(); }
  // A writer that stops where `stopper` says.
  std::thread StoppedWriter(Stopper* stopper, const std::string& key, bool disable_wal = false) {
    std::thread thread([this, key, disable_wal] {
      Stopper::Mark();
      EXPECT_TRUE(store_->Put(0, key, "stopped", false, disable_wal).ok());
    });
    stopper->WaitUntilStopped();
    return thread;
  }
  std::set<std::string> Keys() {
    TestStore::Contents contents;
    EXPECT_TRUE(store_->Read(&contents).ok());
    std::set<std::string> keys;
    for (const auto& [where, value] : contents) keys.insert(where.second);
    return keys;
  }

  SimFileSystem fs_{21};
  TestStoreOptions options_;
  std::unique_ptr<TestStore> store_;
};

TEST_F(ScheduleTest, AWriterWithANumberWaitsForMemory) {
  ASSERT_TRUE(store_->Put(0, "first", "v").ok());
  Stopper stopper(CommitPoint::kPrepared);
  std::thread writer = StoppedWriter(&stopper, "stopped");
  // Fresh tables, for which nothing is prepared.
  ASSERT_TRUE(store_->Flush(0).ok());
  const uint64_t before = pipeline()->PublishedTicket();
  FailPageBlocksAfter(0);
  stopper.Go();
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_EQ(pipeline()->PublishedTicket(), before);
  FailPageBlocksAfter(-1);
  writer.join();
  EXPECT_EQ(pipeline()->PublishedTicket(), before + 1);
  EXPECT_TRUE(Keys().count("stopped"));
}

class HelpTest : public ScheduleTest, public testing::WithParamInterface<CommitPoint> {};

TEST_P(HelpTest, OthersFinishTheBatchOfAStoppedOwner) {
  ASSERT_TRUE(store_->Put(0, "first", "v").ok());
  Stopper stopper(GetParam());
  std::thread stopped = StoppedWriter(&stopper, "stopped");
  // Without help these would wait for ever.
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(store_->Put(0, std::to_string(i), "v").ok());
  EXPECT_EQ(pipeline()->VisibleSequence(), 102u);
  EXPECT_EQ(pipeline()->Counters().helped, GetParam() == CommitPoint::kDone ? 0u : 1u);
  EXPECT_EQ(Keys().size(), 102u);
  EXPECT_TRUE(Keys().count("stopped"));
  // The process dies while the owner is still there: nothing acknowledged is lost.
  fs_.Freeze();
  stopper.Go();
  stopped.join();
  store_.reset();
  fs_.ProcessKill();
  Open();
  EXPECT_EQ(Keys().size(), 102u);
}

TEST_P(HelpTest, InsertByOwnerAndHelperEqualsOne) {
  Stopper stopper(GetParam());
  std::thread stopped = StoppedWriter(&stopper, "stopped");
  ASSERT_TRUE(store_->Put(0, "next", "v").ok());
  stopper.Go();
  stopped.join();
  EXPECT_EQ(Keys(), (std::set<std::string>{"stopped", "next"}));
  EXPECT_EQ(pipeline()->VisibleSequence(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Points, HelpTest,
                         testing::Values(CommitPoint::kBound, CommitPoint::kStamped,
                                         CommitPoint::kApplied));

TEST_F(ScheduleTest, AnOwnerBeforeItsNumberHoldsUpNobody) {
  Stopper stopper(CommitPoint::kCopied);
  std::thread stopped = StoppedWriter(&stopper, "stopped");
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(store_->Put(0, std::to_string(i), "v").ok());
  EXPECT_EQ(pipeline()->Counters().helped, 0u);
  ASSERT_TRUE(store_->Flush(0).ok());
  stopper.Go();
  stopped.join();
  EXPECT_EQ(Keys().size(), 51u);
}

TEST_F(ScheduleTest, UnboundAndUnloggedOwnersAreWaitedFor) {
  struct Case {
    CommitPoint point;
    bool disable_wal;
  };
  for (Case c : {Case{CommitPoint::kNumbered, false}, Case{CommitPoint::kBound, true}}) {
    const uint64_t before = pipeline()->PublishedTicket();
    Stopper stopper(c.point);
    std::thread stopped = StoppedWriter(&stopper, "stopped", c.disable_wal);
    std::thread next([this] { EXPECT_TRUE(store_->Put(0, "next", "v", false, true).ok()); });
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    EXPECT_EQ(pipeline()->PublishedTicket(), before);
    stopper.Go();
    stopped.join();
    next.join();
    EXPECT_GE(pipeline()->PublishedTicket(), before + 2);
  }
}

TEST_F(ScheduleTest, FloorWaitsForAnUnfinishedBatchOfAnotherFamily) {
  ASSERT_TRUE(store_->Put(0, "a", "v").ok());
  Stopper stopper(CommitPoint::kNumbered);
  std::thread stopped([this] {
    Stopper::Mark();
    EXPECT_TRUE(store_->Put(1, "stopped", "v").ok());
  });
  stopper.WaitUntilStopped();
  // The flush of family 0 must not take the unfinished batch of family 1 for something in a run.
  std::thread flusher([this] { EXPECT_TRUE(store_->Flush(0).ok()); });
  for (int i = 0; i < 50; ++i) std::this_thread::yield();
  stopper.Go();
  stopped.join();
  flusher.join();
  EXPECT_LT(store_->log_state().floor.ticket, 2u);
  store_.reset();
  fs_.ProcessKill();
  Open();
  EXPECT_EQ(Keys(), (std::set<std::string>{"a", "stopped"}));
}

// A helper that has read its slot is stopped; the owner finishes, everything is flushed, and the
// segment would be ready for a second life.
TEST_F(ScheduleTest, SegmentsAreNotRecycledUnderALateHelper) {
  options_.segment_bytes = 16 << 10;
  store_.reset();
  Open();
  auto fill = [this](const std::string& name) {
    for (int round = 0; round < 12; ++round) {
      for (int i = 0; i < 100; ++i) {
        const std::string key = name + std::to_string(round) + "/" + std::to_string(i);
        EXPECT_TRUE(store_->Put(0, key, std::string(200, 'x')).ok());
      }
      EXPECT_TRUE(store_->Flush(0).ok());
    }
  };
  Stopper owner_stop(CommitPoint::kBound);
  std::thread owner = StoppedWriter(&owner_stop, "owner");
  {
    Stopper helper_stop(CommitPoint::kHelping);
    std::thread helper = StoppedWriter(&helper_stop, "helper");
    owner_stop.Go();
    owner.join();
    fill("a");
    EXPECT_EQ(pipeline()->Counters().segments_recycled, 0u);
    helper_stop.Go();
    helper.join();
  }
  fill("b");
  EXPECT_GT(pipeline()->Counters().segments_recycled, 0u);
  store_.reset();
  fs_.ProcessKill();
  Open();
  EXPECT_EQ(Keys().size(), 2402u);
}

}  // namespace
}  // namespace aether
