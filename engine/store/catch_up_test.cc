// A second instance beside the one that writes.

#include "engine/store/catch_up.h"

#include <atomic>
#include <thread>

#include "engine/store/follow_fixture.h"

namespace aether {
namespace {

class SteppedClock final : public Clock {
 public:
  uint64_t NowNanos() override { return nanos_; }
  uint64_t CpuNanos() override { return nanos_; }
  uint64_t WallMicros() override { return nanos_ / 1000; }
  void SleepMicros(uint64_t micros) override { nanos_ += micros * 1000; }

 private:
  uint64_t nanos_ = 1'000'000;
};

class LiveTriesTest : public ::testing::Test {
 protected:
  uint64_t Millis() { return clock_.NowNanos() / 1'000'000 - 1; }

  const Status missing_ = Status::PathNotFound("7.sst: No such file");
  SteppedClock clock_;
  LiveTries tries_{&clock_, "/db"};
};

TEST_F(LiveTriesTest, WhatStaysMissingIsMissing) {
  int tries = 1;
  while (tries_.Again(missing_, 5) && tries < 1000) ++tries;
  EXPECT_EQ(tries, 50);
  EXPECT_LT(Millis(), 300u);
  EXPECT_EQ(tries_.Verdict(missing_).ToString(), missing_.ToString());
}

TEST_F(LiveTriesTest, WhileTheManifestMovesThereIsTime) {
  uint64_t manifest = 1;
  while (tries_.Again(missing_, ++manifest) && manifest < 1'000'000) {
    EXPECT_EQ(tries_.may_lag(), Millis() >= 5000);
    clock_.SleepMicros(20'000);  // a slow try
  }
  EXPECT_GE(Millis(), 10'000u);
  EXPECT_LT(Millis(), 10'100u);
  const Status verdict = tries_.Verdict(missing_);
  EXPECT_EQ(verdict.code(), Status::kTryAgain);
  EXPECT_NE(verdict.ToString().find("7.sst"), std::string::npos) << verdict.ToString();
}

TEST_F(LiveTriesTest, OtherErrorsAreBelieved) {
  const Status s = Status::IOError("7.sst: Input/output error");
  EXPECT_FALSE(tries_.Again(s, 1));
  EXPECT_EQ(tries_.Verdict(s).ToString(), s.ToString());
}

class SecondaryTest : public FollowTest {
 protected:
  void OpenSecondary(bool follows = true) {
    second_.reset();
    EnvOptions options;
    options.fs = &fs_;
    options.read_only = true;
    options.secondary = follows;
    std::vector<KvStore*> handles;
    const Status s = DbEnv::Open(options, "/db", {{"default", store_}}, &second_, &handles);
    ASSERT_TRUE(s.ok()) << s.ToString();
    seen_ = handles[0];
  }
  std::string See(const std::string& key) {
    PinnedValue value;
    const Status s = seen_->Get(ReadOptions(), key, &value);
    if (s.IsNotFound()) return "(none)";
    return s.ok() ? value.value().ToString() : s.ToString();
  }
  void CatchUp() {
    const Status s = second_->CatchUp();
    ASSERT_TRUE(s.ok()) << s.ToString();
  }

  std::unique_ptr<DbEnv> second_;
  KvStore* seen_ = nullptr;
};

TEST_F(SecondaryTest, ShowsWhatItHasCaughtUpWith) {
  Open();
  Put("a", "1");
  OpenSecondary();
  EXPECT_EQ(See("a"), "1");
  Put("a", "2");
  Put("b", "1");
  const auto before = seen_->NewIterator(ReadOptions());
  EXPECT_EQ(See("a"), "1");
  CatchUp();
  EXPECT_EQ(See("a"), "2");
  EXPECT_EQ(See("b"), "1");
  EXPECT_EQ(second_->VisibleSequence(), 3u);
  ASSERT_TRUE(kv_->Flush(true).ok());
  Delete("a");
  CatchUp();
  EXPECT_EQ(See("a"), "(none)");
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  CatchUp();
  EXPECT_EQ(See("a"), "(none)");
  EXPECT_EQ(See("b"), "1");
  before->SeekToFirst();
  ASSERT_TRUE(before->Valid());
  EXPECT_EQ(before->value().ToString(), "1");
  before->Next();
  EXPECT_FALSE(before->Valid());
}

// An operand that is in a run now must not be in a memtable too.
TEST_F(SecondaryTest, OperandsCountOnce) {
  Open();
  const auto append = [&](const char* operand) {
    std::string body;
    AppendMerge(&body, 0, "k", operand);
    Write(body);
  };
  append("a");
  OpenSecondary();
  append("b");
  CatchUp();
  EXPECT_EQ(See("k"), "ab");
  ASSERT_TRUE(kv_->Flush(true).ok());
  append("c");
  CatchUp();
  EXPECT_EQ(See("k"), "abc");
  append("d");
  CatchUp();
  CatchUp();
  EXPECT_EQ(See("k"), "abcd");
}

TEST_F(SecondaryTest, RefusesWritesAndLeavesTheDirectoryAlone) {
  Open();
  Put("a", "1");
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_EQ(env_->CatchUp().ToString(), "Not supported: Supported only by secondary instance");
  // It would make segments of its log in the background.
  env_.reset();
  std::vector<std::string> before;
  ASSERT_TRUE(fs_.List("/db", &before).ok());
  OpenSecondary();
  std::string body;
  AppendPut(&body, 0, "b", "1");
  const std::string refusal = "Not supported: Not supported operation in secondary mode.";
  EXPECT_EQ(second_->Write(WriteOptions(), body, kAnyCount, nullptr).ToString(), refusal);
  EXPECT_EQ(seen_->Flush(true).ToString(), refusal);
  EXPECT_EQ(seen_->CompactRange({}, nullptr, nullptr).ToString(), refusal);
  CopySet files;
  EXPECT_EQ(second_->FilesForCopy(false, &files).ToString(), refusal);
  CatchUp();
  second_.reset();
  std::vector<std::string> after;
  ASSERT_TRUE(fs_.List("/db", &after).ok());
  EXPECT_EQ(before, after);
}

TEST_F(SecondaryTest, FollowsAPrimaryThatIsReopened) {
  Open();
  Put("a", "1");
  OpenSecondary();
  for (int i = 0; i < 5; ++i) {
    env_.reset();
    Open();
    Put("a", std::to_string(i));
    CatchUp();
    EXPECT_EQ(See("a"), std::to_string(i));
  }
  env_.reset();
  ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
  EXPECT_FALSE(second_->CatchUp().ok());
  Open();
  EXPECT_TRUE(second_->CatchUp().IsInvalidArgument());
}

TEST_F(SecondaryTest, ShowsFilesFromOutside) {
  Open();
  Put("a", "1");
  Put("b", "1");
  OpenSecondary();
  Ingest("/one", "a", "2");
  EXPECT_EQ(See("a"), "1");
  CatchUp();
  EXPECT_EQ(See("a"), "2");
  EXPECT_EQ(See("b"), "1");
  EXPECT_EQ(second_->VisibleSequence(), 3u);
  Ingest("/two", "c", "3");
  Put("c", "4");
  CatchUp();
  EXPECT_EQ(See("c"), "4");
  Ingest("/three", "c", "5");
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  CatchUp();
  EXPECT_EQ(See("c"), "5");
  EXPECT_EQ(second_->VisibleSequence(), env_->VisibleSequence());
}

// What was written after a file came in is not seen without the file.
TEST_F(SecondaryTest, NeverShowsWhatCameAfterAFileWithoutIt) {
  Open();
  Put("a", "0");
  Put("b", "0");
  OpenSecondary();
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    while (!stop) {
      const auto it = seen_->NewIterator(ReadOptions());
      uint64_t numbers[2] = {};
      int keys = 0;
      for (it->SeekToFirst(); it->Valid() && keys < 2; it->Next(), ++keys) {
        numbers[keys] = std::strtoull(it->value().ToString().c_str(), nullptr, 10);
      }
      ASSERT_EQ(keys, 2);
      ASSERT_GE(numbers[0], numbers[1]);
    }
  });
  for (int round = 1; round <= 200 && !HasFailure(); ++round) {
    Ingest("/" + std::to_string(round), "a", std::to_string(round));
    Put("b", std::to_string(round));
    CatchUp();
    EXPECT_EQ(See("b"), std::to_string(round));
  }
  stop = true;
  reader.join();
}

// What a call reads of the log is what is new, and of each chunk that might go on as much as it
// takes to see that it does not.
TEST_F(SecondaryTest, CatchingUpReadsWhatIsNew) {
  store_.write_buffer_size = 64 << 20;
  env_options_.log_segment_bytes = 1 << 20;
  env_options_.log_chunk_bytes = 128 << 10;
  Open();
  const std::string filling(1000, 'x');
  const auto bytes_to_catch_up = [&] {
    const uint64_t before = fs_.counters().bytes_read;
    CatchUp();
    return fs_.counters().bytes_read - before;
  };
  uint64_t written = 0;
  const auto fill = [&](uint64_t to) {
    for (; written < to; ++written) Put(Key(written), filling);
  };
  fill(500);
  OpenSecondary();
  CatchUp();
  std::vector<uint64_t> bytes;
  for (const uint64_t behind : {1000, 8000}) {
    fill(behind);
    EXPECT_GT(bytes_to_catch_up(), 500 * filling.size());
    Put("new", std::to_string(behind));
    bytes.push_back(bytes_to_catch_up());
    EXPECT_EQ(See("new"), std::to_string(behind));
    EXPECT_EQ(second_->VisibleSequence(), env_->VisibleSequence());
  }
  EXPECT_LT(bytes[0], 64u << 10);
  // Seven megabytes more behind it.
  EXPECT_LT(bytes[1], bytes[0] + (70 << 10));
}

// What goes on in families that are not open here moves the floor of the log, too.
TEST_F(SecondaryTest, OfOneFamilyAmongSeveral) {
  env_options_.create_missing_stores = true;
  env_options_.wal_ttl_seconds = 0;
  OpenFamilies();
  Put("a", "0");
  ASSERT_TRUE(kv_->Flush(true).ok());
  OpenSecondary();
  for (int round = 1; round <= 30; ++round) {
    for (uint64_t i = 0; i < 50; ++i) {
      std::string body;
      AppendPut(&body, 1, Key(i), std::string(1000, 'x'));
      Write(body);
    }
    ASSERT_TRUE(other_->Flush(true).ok());
    CatchUp();
    std::string body;
    AppendMerge(&body, 0, "m", "x");
    Write(body);
    CatchUp();
    EXPECT_EQ(See("m"), std::string(static_cast<size_t>(round), 'x'));
    EXPECT_EQ(second_->VisibleSequence(), env_->VisibleSequence());
    if (round % 10 == 0) {
      ASSERT_TRUE(kv_->Flush(true).ok());
    }
  }
}

TEST_F(SecondaryTest, CanBeFollowed) {
  Open();
  for (uint64_t i = 0; i < 300; ++i) Put(Key(i), std::string(1000, 'x'));
  OpenSecondary();
  std::unique_ptr<LogFollower> follower;
  EXPECT_TRUE(second_->FollowLog(301, &follower).IsNotFound());
  ASSERT_TRUE(second_->FollowLog(299, &follower).ok());
  EXPECT_EQ(Numbers(follower.get()), "299+1 300+1 ");
  Put("a", "1");
  EXPECT_EQ(Numbers(follower.get()), "");
  CatchUp();
  EXPECT_EQ(Numbers(follower.get()), "301+1 ");
  ASSERT_TRUE(second_->FollowLog(1, &follower).ok());
  const std::string all = Numbers(follower.get());
  EXPECT_EQ(all.rfind("1+1 2+1 3+1 ", 0), 0u) << all;
  EXPECT_NE(all.find(" 300+1 301+1 "), std::string::npos) << all;
  EXPECT_GT(second_->LogFiles().size(), 3u);
  // What is archived is history, too.
  ASSERT_TRUE(kv_->Flush(true).ok());
  Put("a", "2");
  for (int i = 0; i < 300 && !env_->LogFiles().front().archived; ++i) {
    RealClock()->SleepMicros(10000);
  }
  CatchUp();
  ASSERT_TRUE(second_->FollowLog(1, &follower).ok());
  EXPECT_EQ(Numbers(follower.get()), all + "302+1 ");
}

// What is released and not in the archive yet is history as much as what is there.
TEST_F(SecondaryTest, FollowsWhatIsOnItsWayToTheArchive) {
  Open();
  ASSERT_TRUE(env_->DisableFileDeletions().ok());
  for (uint64_t i = 0; i < 300; ++i) Put(Key(i), std::string(1000, 'x'));
  ASSERT_TRUE(kv_->Flush(true).ok());
  OpenSecondary();
  std::unique_ptr<LogFollower> follower;
  ASSERT_TRUE(second_->FollowLog(1, &follower).ok());
  EXPECT_EQ(Numbers(follower.get()).rfind("1+1 2+1 3+1 ", 0), 0u);
  const std::vector<WalFileInfo> files = second_->LogFiles();
  ASSERT_FALSE(files.empty());
  EXPECT_EQ(files.front().first_sequence, 1u);
  EXPECT_FALSE(files.front().archived);
}

// The primary flushes, and the log that was to be recovered goes, between the manifest and the log.
TEST_F(SecondaryTest, OpensWhileTheLogGoes) {
  store_.write_buffer_size = 16 << 20;
  Open();
  uint64_t written = 0;
  for (const bool follows : {true, false}) {
    for (uint64_t i = 0; i < 300; ++i) Put(Key(written++), std::string(1000, 'x'));
    std::atomic<bool> flushed{false};
    const auto main = std::this_thread::get_id();
    fs_.SetHook([&](const SimIoEvent& event) {
      if (std::this_thread::get_id() != main || event.path != "/db/IDENTITY") return;
      if (flushed.exchange(true)) return;
      ASSERT_TRUE(kv_->Flush(true).ok());
      for (int i = 0; i < 300 && !env_->LogFiles().back().archived; ++i) {
        RealClock()->SleepMicros(10000);
      }
    });
    OpenSecondary(follows);
    fs_.SetHook(nullptr);
    ASSERT_TRUE(flushed);
    EXPECT_EQ(second_->VisibleSequence(), written);
    EXPECT_EQ(See(Key(written - 1)), std::string(1000, 'x'));
  }
}

TEST_F(SecondaryTest, BesideAWriterThatFlushesAndMerges) {
  constexpr int kKeys = 20;
  Open();
  const auto write_all = [&](uint64_t round) {
    std::string body;
    for (int k = 0; k < kKeys; ++k) {
      AppendPut(&body, 0, Key(static_cast<uint64_t>(k)),
                std::to_string(round) + "." + std::string(200, 'x'));
    }
    Write(body, round % 64 == 0);
  };
  write_all(1);
  OpenSecondary();
  std::atomic<uint64_t> acknowledged{1};
  std::atomic<int> flushes{0};  // since it was last caught up
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (uint64_t round = 2; !stop; ++round) {
      write_all(round);
      acknowledged.store(round);
      if (round % 100 == 0) {
        ASSERT_TRUE(kv_->Flush(true).ok());
        ++flushes;
        while (flushes > 10 && !stop) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
      }
    }
  });
  std::thread reader([&] {
    while (!stop) {
      const auto it = seen_->NewIterator(ReadOptions());
      std::string first;
      int keys = 0;
      for (it->SeekToFirst(); it->Valid(); it->Next(), ++keys) {
        if (first.empty()) first = it->value().ToString();
        ASSERT_EQ(it->value().ToString(), first);
      }
      ASSERT_TRUE(it->status().ok()) << it->status().ToString();
      ASSERT_EQ(keys, kKeys);
    }
  });
  int flushed = 0;
  for (int i = 0; (i < 30 || flushed < 20) && !HasFailure(); ++i) {
    const uint64_t least = acknowledged.load();
    CatchUp();
    flushed += flushes.exchange(0);
    const std::string value = See(Key(0));
    EXPECT_GE(std::strtoull(value.c_str(), nullptr, 10), least);
  }
  stop = true;
  writer.join();
  reader.join();
}

}  // namespace
}  // namespace aether
