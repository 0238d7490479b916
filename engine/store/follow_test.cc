// Following the log of a store.

#include <atomic>
#include <thread>

#include "engine/base/random.h"
#include "engine/store/follow_fixture.h"

namespace aether {
namespace {

TEST_F(FollowTest, BatchesHaveTheNumbersThatReadersSee) {
  Open();
  EXPECT_EQ(Numbers(Follow(0).get()), "");
  std::unique_ptr<LogFollower> none;
  EXPECT_EQ(env_->FollowLog(1, &none).ToString(),
            "NotFound: Requested sequence not yet written in the db");
  Put("a", "1");
  const auto follower = Follow();
  EXPECT_EQ(Numbers(follower.get()), "1+1 ");
  std::string body;
  AppendPut(&body, 0, "b", "1");
  AppendLogData(&body, "no number");
  AppendDelete(&body, 0, "a");
  AppendRangeDelete(&body, 0, "x", "y");
  Write(body);
  body.clear();
  AppendLogData(&body, "no number at all");
  Write(body);
  Put("c", "1");
  EXPECT_EQ(Numbers(follower.get()), "2+3 5+0 5+1 ");
  EXPECT_EQ(env_->VisibleSequence(), 5u);
  for (int sequence = 2; sequence <= 4; ++sequence) {
    EXPECT_EQ(Numbers(Follow(static_cast<uint64_t>(sequence)).get()), "2+3 5+0 5+1 ");
  }
  EXPECT_EQ(Numbers(Follow(5).get()), "5+1 ");
  EXPECT_TRUE(env_->FollowLog(6, &none).IsNotFound());
}

TEST_F(FollowTest, WritesWithoutALogAreAGap) {
  Open();
  Put("a", "1");
  const auto follower = Follow();
  EXPECT_EQ(Numbers(follower.get()), "1+1 ");
  ASSERT_TRUE(WriteUnlogged("b").ok());
  EXPECT_EQ(Numbers(follower.get()), "");
  Put("c", "1");
  EXPECT_EQ(Numbers(follower.get()), "NotFound: Gap in sequence numbers");
  EXPECT_EQ(Numbers(follower.get()), "NotFound: Gap in sequence numbers");
  EXPECT_EQ(Numbers(Follow(2).get()), "3+1 ");
  Put("d", "1");
  EXPECT_EQ(Numbers(Follow(3).get()), "3+1 4+1 ");
}

TEST_F(FollowTest, FilesFromOutsideAreAGap) {
  Open();
  Put("a", "1");
  const auto follower = Follow();
  EXPECT_EQ(Numbers(follower.get()), "1+1 ");
  Ingest("/from_outside", "b", "1");
  EXPECT_EQ(env_->VisibleSequence(), 2u);
  EXPECT_EQ(Numbers(follower.get()), "");
  Put("c", "1");
  EXPECT_EQ(Numbers(follower.get()), "NotFound: Gap in sequence numbers");
  EXPECT_EQ(Numbers(Follow(2).get()), "3+1 ");
  Open();
  EXPECT_EQ(Numbers(Follow(1).get()), "1+1 NotFound: Gap in sequence numbers");
  EXPECT_EQ(Numbers(Follow(3).get()), "3+1 ");
}

TEST_F(FollowTest, NothingIsLoggedBeforeTheFirstLoggedWrite) {
  Open();
  Put("a", "1");
  env_.reset();
  Open();
  ASSERT_TRUE(WriteUnlogged("b").ok());
  const auto follower = Follow();
  EXPECT_EQ(Numbers(follower.get()), "1+1 ");
  Put("c", "1");
  EXPECT_EQ(Numbers(follower.get()), "NotFound: Gap in sequence numbers");
}

// Or it would be ahead of a store that lost power before the sync was over.
TEST_F(FollowTest, SyncedWritesAreNotShownBeforeTheyAreDurable) {
  Open();
  Put("a", "1");
  const auto follower = Follow();
  EXPECT_EQ(Numbers(follower.get()), "1+1 ");
  int looks = 0;
  std::string shown;
  fs_.SetHook([&](const SimIoEvent& event) {
    if (event.io != kSimSync || event.path.find(".log") == std::string::npos || looks > 0) return;
    ++looks;
    EXPECT_EQ(Get("b"), "1");
    shown = Numbers(follower.get());
  });
  std::string body;
  AppendPut(&body, 0, "b", "1");
  Write(body, true);
  fs_.SetHook(nullptr);
  EXPECT_GT(looks, 0);
  EXPECT_EQ(shown, "");
  EXPECT_EQ(Numbers(follower.get()), "2+1 ");
}

TEST_F(FollowTest, WhatCouldNotBeSyncedIsNotShown) {
  Open();
  Put("a", "1");
  const auto follower = Follow();
  EXPECT_EQ(Numbers(follower.get()), "1+1 ");
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".log";
  fault.sticky = true;
  fs_.AddFault(fault);
  std::string body;
  AppendPut(&body, 0, "b", "1");
  WriteOptions sync;
  sync.sync = true;
  EXPECT_FALSE(env_->Write(sync, body, kAnyCount, nullptr).ok());
  EXPECT_EQ(Numbers(follower.get()), "");
  fs_.ClearFaults();
  ASSERT_TRUE(env_->Resume().ok());
  // Resume has brought it into runs, so it may be shown by whoever has the old log open still.
  Put("c", "1");
  const std::string numbers = Numbers(follower.get());
  EXPECT_TRUE(numbers == "NotFound: Gap in sequence numbers" || numbers == "2+1 3+1 ") << numbers;
  EXPECT_EQ(Numbers(Follow(2).get()), "3+1 ");
  EXPECT_EQ(Numbers(Follow(3).get()), "3+1 ");
}

TEST_F(FollowTest, WithoutAnArchiveHistoryGoesWithTheFlush) {
  env_options_.wal_ttl_seconds = 0;
  Open();
  const std::string filling(1000, 'x');
  for (uint64_t i = 0; i < 500; ++i) Put(Key(i), filling);
  ASSERT_TRUE(kv_->Flush(true).ok());
  for (uint64_t i = 0; i < 100; ++i) Put(Key(i), filling);
  for (int i = 0; i < 300 && env_->LogFiles().size() > 4; ++i) RealClock()->SleepMicros(10000);
  LoggedBatch batch;
  bool found = false;
  ASSERT_TRUE(Follow()->Next(&batch, &found).ok());
  ASSERT_TRUE(found);
  EXPECT_GT(batch.first_sequence, 300u);
  EXPECT_LE(batch.first_sequence, 501u);
  const std::string numbers = Numbers(Follow().get());
  EXPECT_NE(numbers.find(" 600+1 "), std::string::npos);
  EXPECT_EQ(numbers.find("Gap"), std::string::npos);
}

TEST_F(FollowTest, FilesOfTheLogSayWhatTheyAre) {
  Open();
  EXPECT_TRUE(env_->LogFiles().empty());
  WalFileInfo current;
  EXPECT_TRUE(env_->CurrentLogFile(&current).IsNotFound());
  const std::string filling(1000, 'x');
  for (uint64_t i = 0; i < 300; ++i) Put(Key(i), filling);
  ASSERT_TRUE(env_->CurrentLogFile(&current).ok());
  ASSERT_TRUE(kv_->Flush(true).ok());
  std::vector<WalFileInfo> files;
  for (int i = 0; i < 300; ++i) {
    files = env_->LogFiles();
    if (!files.empty() && files.back().archived) break;
    RealClock()->SleepMicros(10000);
  }
  ASSERT_GE(files.size(), 3u);
  EXPECT_EQ(files[0].first_sequence, 1u);
  for (size_t i = 1; i < files.size(); ++i) {
    EXPECT_TRUE(files[i].archived) << files[i].path;
    EXPECT_EQ(files[i].path.rfind("/db/archive/", 0), 0u) << files[i].path;
    EXPECT_TRUE(fs_.Exists(files[i].path).ok());
    EXPECT_GT(files[i].first_sequence, files[i - 1].first_sequence);
  }
  Put("new", "1");
  files = env_->LogFiles();
  EXPECT_FALSE(files.back().archived);
  env_.reset();
  ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
  EXPECT_FALSE(fs_.Exists("/db/archive").ok());
}

// Writers, flushes, merges, and a store that is reopened or dies: the copy is the same in the end,
// with the same numbers.
TEST_F(FollowTest, ACopyKeepsUpOverReopenings) {
  OpenTarget();
  env_options_.create_missing_stores = true;
  uint64_t batches = 0;
  for (int round = 0; round < 6; ++round) {
    OpenFamilies();
    std::atomic<bool> stop{false};
    std::vector<std::thread> writers;
    for (int w = 0; w < 3; ++w) {
      writers.emplace_back([&, w] {
        Random random(static_cast<uint64_t>(round * 10 + w));
        for (int i = 0; i < 600; ++i) {
          std::string body;
          for (uint64_t n = random.Uniform(4) + 1; n > 0; --n) {
            const auto family = static_cast<uint32_t>(random.Uniform(2));
            const std::string key = Key(random.Uniform(500));
            switch (random.Uniform(5)) {
              case 0:
                AppendDelete(&body, family, key);
                break;
              case 1:
                AppendMerge(&body, family, key, "m");
                break;
              case 2:
                AppendRangeDelete(&body, family, key, key + "5");
                break;
              default:
                AppendPut(&body, family, key, std::string(random.Uniform(800), 'v'));
            }
          }
          WriteOptions options;
          options.sync = random.OneIn(50);
          ASSERT_TRUE(env_->Write(options, body, kAnyCount, nullptr).ok());
          if (random.OneIn(200)) {
            ASSERT_TRUE(env_->FlushAll(false).ok());
          }
        }
      });
    }
    std::thread follower([&] {
      auto following = Follow(target_->VisibleSequence());
      if (target_->VisibleSequence() > 0) {
        LoggedBatch last;
        bool found = false;
        ASSERT_TRUE(following->Next(&last, &found).ok());  // it is there already
        ASSERT_TRUE(found);
        ASSERT_EQ(last.first_sequence + last.count - 1, target_->VisibleSequence());
      }
      while (!stop) {
        const Status s = Copy(following.get(), &batches);
        ASSERT_TRUE(s.ok()) << s.ToString();
        std::this_thread::yield();
      }
      ASSERT_TRUE(Copy(following.get(), &batches).ok());
    });
    for (std::thread& writer : writers) writer.join();
    stop = true;
    follower.join();
    ASSERT_EQ(target_->VisibleSequence(), env_->VisibleSequence());
    ASSERT_EQ(Contents(copied_[0]), Contents(kv_));
    ASSERT_EQ(Contents(copied_[1]), Contents(other_));
    if (round % 2 == 1) {
      target_.reset();
      fs_.ProcessKill();
      env_.reset();
      OpenTarget();
    }
  }
  EXPECT_GE(batches, 6u * 3 * 600);
}

TEST_F(FollowTest, ReadOnlyInstancesCanBeFollowed) {
  env_options_.wal_ttl_seconds = 0;
  Open();
  for (uint64_t i = 0; i < 200; ++i) Put(Key(i), std::string(1000, 'x'));
  ASSERT_TRUE(kv_->Flush(true).ok());
  Put("a", "1");
  std::string two;
  AppendPut(&two, 0, "b", "1");
  AppendDelete(&two, 0, "a");
  Write(two);
  std::vector<KvStore*> handles;
  EnvOptions options;
  options.fs = &fs_;
  options.read_only = true;
  std::unique_ptr<DbEnv> second;
  ASSERT_TRUE(DbEnv::Open(options, "/db", {{"default", store_}}, &second, &handles).ok());
  Put("later", "1");
  std::unique_ptr<LogFollower> follower;
  // Without an archive what was flushed is no history.
  ASSERT_TRUE(second->FollowLog(1, &follower).ok());
  EXPECT_EQ(Numbers(follower.get()), "201+1 202+2 ");
  EXPECT_EQ(Numbers(follower.get()), "");
  ASSERT_TRUE(second->FollowLog(203, &follower).ok());
  EXPECT_EQ(Numbers(follower.get()), "202+2 ");
  EXPECT_EQ(second->FollowLog(204, &follower).ToString(),
            "NotFound: Requested sequence not yet written in the db");
}

// Each round of the writer moves all keys to one number: whatever a reader sees of one batch it

}  // namespace
}  // namespace aether
