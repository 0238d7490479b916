// Following the log of a store, and a second instance beside the one that writes.

#include <atomic>
#include <thread>

#include "engine/base/random.h"
#include "engine/store/external_file.h"
#include "engine/store/store_fixture.h"

namespace aether {
namespace {

class FollowTest : public StoreTest {
 protected:
  FollowTest() {
    env_options_.wal_ttl_seconds = 3600;
    env_options_.log_segment_bytes = 64 << 10;
    env_options_.log_chunk_bytes = 4 << 10;
  }

  void OpenFamilies() {
    env_.reset();
    std::vector<KvStore*> handles;
    const Status s =
        DbEnv::Open(env_options_, "/db", {{"default", store_}, {"other", store_}}, &env_, &handles);
    ASSERT_TRUE(s.ok()) << s.ToString();
    kv_ = handles[0];
    other_ = handles[1];
  }
  // A second store, that gets what the followers find.
  void OpenTarget() {
    target_.reset();
    EnvOptions options;
    options.fs = &fs_;
    options.create_if_missing = true;
    options.create_missing_stores = true;
    std::vector<KvStore*> handles;
    const Status s = DbEnv::Open(options, "/target", {{"default", store_}, {"other", store_}},
                                 &target_, &handles);
    ASSERT_TRUE(s.ok()) << s.ToString();
    copied_[0] = handles[0];
    copied_[1] = handles[1];
  }
  std::unique_ptr<LogFollower> Follow(uint64_t sequence = 1) {
    std::unique_ptr<LogFollower> follower;
    const Status s = env_->FollowLog(sequence, &follower);
    EXPECT_TRUE(s.ok()) << s.ToString();
    return follower;
  }
  // Sequence and count of all that is there: "1+2 3+1 ".
  static std::string Numbers(LogFollower* follower) {
    std::string text;
    LoggedBatch batch;
    bool found = true;
    for (;;) {
      const Status s = follower->Next(&batch, &found);
      if (!s.ok()) return text + s.ToString();
      if (!found) return text;
      text += std::to_string(batch.first_sequence) + "+" + std::to_string(batch.count) + " ";
    }
  }
  // Writes what comes to the target, which must be numbered alike.
  Status Copy(LogFollower* follower, uint64_t* batches) {
    LoggedBatch batch;
    bool found = true;
    for (;;) {
      AETHER_RETURN_IF_ERROR(follower->Next(&batch, &found));
      if (!found) return Status::OK();
      uint64_t sequence = 0;
      AETHER_RETURN_IF_ERROR(target_->Write(WriteOptions(), batch.body, batch.count, &sequence));
      EXPECT_EQ(sequence, batch.first_sequence);
      ++*batches;
    }
  }
  static std::map<std::string, std::string> Contents(KvStore* store) {
    std::map<std::string, std::string> contents;
    const auto it = store->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      contents[it->key().ToString()] = it->value().ToString();
    }
    EXPECT_TRUE(it->status().ok()) << it->status().ToString();
    return contents;
  }
  Status WriteUnlogged(const std::string& key) {
    std::string body;
    AppendPut(&body, 0, key, "unlogged");
    WriteOptions options;
    options.disable_wal = true;
    return env_->Write(options, body, kAnyCount, nullptr);
  }

  // One key comes in by a file from outside.
  void Ingest(const std::string& path, const std::string& key, const std::string& value) {
    ExternalFileOptions options;
    options.fs = &fs_;
    options.store = store_;
    options.session = path;
    std::unique_ptr<ExternalFileWriter> writer;
    ExternalFileWriter::Result result;
    Status s = ExternalFileWriter::Create(options, path, &writer);
    if (s.ok()) s = writer->Add(EntryType::kPut, key, value);
    if (s.ok()) s = writer->Finish(&result);
    IngestRequest request;
    request.store = kv_;
    request.files.push_back({path, "", ""});
    std::vector<std::vector<IngestedFile>> ingested;
    if (s.ok()) s = env_->Ingest({request}, &ingested);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }

  KvStore* other_ = nullptr;
  std::unique_ptr<DbEnv> target_;
  KvStore* copied_[2] = {};
};

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

class SecondaryTest : public FollowTest {
 protected:
  void OpenSecondary() {
    second_.reset();
    EnvOptions options;
    options.fs = &fs_;
    options.read_only = true;
    options.secondary = true;
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
  EXPECT_EQ(env_->CatchUp().ToString(), "Not supported: Supported only by secondary instance");
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
// must see of the whole, and never less than was acknowledged before it caught up.
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
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (uint64_t round = 2; !stop; ++round) {
      write_all(round);
      acknowledged.store(round);
      if (round % 100 == 0) {
        ASSERT_TRUE(kv_->Flush(true).ok());
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
  for (int i = 0; i < 60 && !HasFailure(); ++i) {
    const uint64_t least = acknowledged.load();
    CatchUp();
    const std::string value = See(Key(0));
    EXPECT_GE(std::strtoull(value.c_str(), nullptr, 10), least);
  }
  stop = true;
  writer.join();
  reader.join();
}

}  // namespace
}  // namespace aether
