#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "engine/lsm/manifest_edit.h"
#include "engine/store/store_fixture.h"

namespace aether {
namespace {

TEST_F(StoreTest, PutGetDeleteReopen) {
  Open();
  Put("a", "1");
  Put("b", "2");
  Delete("a");
  EXPECT_EQ(Get("a"), "(none)");
  EXPECT_EQ(Get("b"), "2");
  Open();
  EXPECT_EQ(Get("a"), "(none)");
  EXPECT_EQ(Get("b"), "2");
}

// What conflict checks ask, wherever the write has gone meanwhile.
TEST_F(StoreTest, NewestSequenceOfAKey) {
  Open();
  const auto newest = [&](Slice key, uint64_t above) {
    uint64_t sequence = 0;
    const Status s = kv_->NewestSequence(key, above, &sequence);
    EXPECT_TRUE(s.ok()) << s.ToString();
    return sequence;
  };
  Put("a", "1");      // 1
  Put("gone", "1");   // 2
  Put("range", "1");  // 3
  const Snapshot* const pin = env_->Pin();
  EXPECT_EQ(pin->sequence(), 3u);
  Put("b", "1");   // 4
  Delete("gone");  // 5
  std::string body;
  AppendRangeDelete(&body, 0, "r", "s");  // 6
  AppendMerge(&body, 0, "m", "x");        // 7
  Write(body);
  const auto check = [&](const char* where) {
    SCOPED_TRACE(where);
    EXPECT_EQ(newest("a", 3), 0u);
    EXPECT_EQ(newest("b", 3), 4u);
    EXPECT_EQ(newest("b", 4), 0u);
    EXPECT_EQ(newest("gone", 3), 5u);
    EXPECT_EQ(newest("range", 3), 6u);
    EXPECT_EQ(newest("m", 3), 7u);
    EXPECT_EQ(newest("m", 7), 0u);
    EXPECT_EQ(newest("absent", 0), 0u);
  };
  check("in the memtable");
  ASSERT_TRUE(kv_->Flush(true).ok());
  check("in a run");
  CompactRangeOptions all;
  all.force_last_level = true;
  ASSERT_TRUE(kv_->CompactRange(all, nullptr, nullptr).ok());
  check("merged, under the pin");
  Put("b", "2");  // 8
  EXPECT_EQ(newest("b", 4), 8u);

  // A pin is nobody's snapshot.
  EXPECT_EQ(env_->Stats().snapshots, 0u);
  env_->ReleaseSnapshot(pin);
  const Snapshot* const left = env_->Pin();
  EXPECT_TRUE(env_->Close().ok());
  env_->ReleaseSnapshot(left);
}

TEST_F(StoreTest, RandomOperationsAgainstAMap) {
  Open();
  std::map<std::string, std::string> model;
  Random random(7);
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 8000; ++i) {
      const std::string key = Key(random.Uniform(3000));
      std::string body;
      switch (random.Uniform(20)) {
        case 0:
        case 1:
        case 2:
          AppendDelete(&body, 0, key);
          model.erase(key);
          break;
        case 3: {
          AppendMerge(&body, 0, key, "+x");
          model[key] += "+x";
          break;
        }
        case 4:
          if (random.OneIn(50)) {
            const std::string end = Key(random.Uniform(3000));
            if (key < end) {
              AppendRangeDelete(&body, 0, key, end);
              model.erase(model.lower_bound(key), model.lower_bound(end));
            }
          }
          if (body.empty()) AppendLogData(&body, "note");
          break;
        default: {
          std::string value(20 + random.Uniform(100), static_cast<char>('a' + random.Uniform(26)));
          if (random.OneIn(200)) value.resize(6000 + random.Uniform(5000), 'z');
          AppendPut(&body, 0, key, value);
          model[key] = value;
          break;
        }
      }
      Write(body);
    }
    Check(model);
    if (round == 2) {
      ASSERT_TRUE(kv_->Flush(true).ok());
    }
    if (round == 3) {
      const Status s = kv_->CompactRange({}, nullptr, nullptr);
      ASSERT_TRUE(s.ok()) << s.ToString();
      Check(model);
    }
    if (round == 4) {
      const Status s = env_->WaitForMerges(true);
      ASSERT_TRUE(s.ok()) << s.ToString();
      Check(model);
    }
    Open();
    Check(model);
  }
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
}

TEST_F(StoreTest, SnapshotsStayWhatTheyWere) {
  Open();
  std::map<std::string, std::string> model;
  std::vector<std::pair<const Snapshot*, std::map<std::string, std::string>>> held;
  Random random(11);
  for (int i = 0; i < 30000; ++i) {
    const std::string key = Key(random.Uniform(500));
    const std::string value = std::to_string(i) + std::string(50, 'v');
    if (random.OneIn(5)) {
      Delete(key);
      model.erase(key);
    } else {
      Put(key, value);
      model[key] = value;
    }
    if (i % 5000 == 2500) held.push_back({env_->GetSnapshot(), model});
  }
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  for (const auto& [snapshot, then] : held) {
    for (int k = 0; k < 500; ++k) {
      const auto it = then.find(Key(k));
      EXPECT_EQ(Get(Key(k), snapshot), it == then.end() ? "(none)" : it->second);
    }
  }
  for (const auto& [snapshot, then] : held) env_->ReleaseSnapshot(snapshot);
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  Check(model);
}

TEST_F(StoreTest, WritersAndReadersAtOnce) {
  Open();
  std::vector<std::thread> threads;
  std::atomic<bool> stop{false};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 20000; ++i) {
        std::string body;
        const std::string key = std::to_string(t) + Key(static_cast<uint64_t>(i * 7919 % 20011));
        AppendPut(&body, 0, key, key + std::string(60, 'p'));
        ASSERT_TRUE(env_->Write({}, body, 1, nullptr).ok());
        if (i % 100 == 0) {
          ASSERT_EQ(Get(key), key + std::string(60, 'p'));
        }
      }
    });
  }
  std::thread reader([&] {
    while (!stop) {
      auto it = kv_->NewIterator({});
      std::string last;
      for (it->SeekToFirst(); it->Valid(); it->Next()) {
        ASSERT_LT(last, it->key().ToString());
        last = it->key().ToString();
      }
      ASSERT_TRUE(it->status().ok());
    }
  });
  for (auto& thread : threads) thread.join();
  stop = true;
  reader.join();
  std::map<std::string, std::string> model;
  for (int t = 0; t < 3; ++t) {
    for (int i = 0; i < 20000; ++i) {
      const std::string key = std::to_string(t) + Key(static_cast<uint64_t>(i * 7919 % 20011));
      model[key] = key + std::string(60, 'p');
    }
  }
  Check(model);
  Open();
  Check(model);
}

// A run that will be merged with older ones is cut, so that the merge can give space back early;
// one that will only be moved is not.
TEST_F(StoreTest, OnlyOverlappingFlushesAreCutIntoPieces) {
  store_.tree.auto_merge = false;
  Open();
  const auto fill = [&](int first) {
    const size_t before = kv_->Files().size();
    for (int i = 0; i < 1500; ++i)
      Put(Key(static_cast<uint64_t>(first + i)), std::string(100, 'v'));
    EXPECT_TRUE(kv_->Flush(true).ok());
    return kv_->Files().size() - before;
  };
  EXPECT_EQ(fill(0), 1u);
  EXPECT_EQ(fill(1500), 1u);
  EXPECT_GT(fill(700), 2u);
}

TEST_F(StoreTest, FilesHaveTheCompressionOfTheLevelTheyAreWrittenInto) {
  store_.tree.auto_merge = false;
  store_.tree.compression.fill({Codec::kLz4});
  store_.tree.compression.front() = Compression();
  store_.tree.compression.back() = {Codec::kZstd, 1};
  store_.tree.target_file_size = 16 << 10;
  Open();
  std::map<std::string, std::string> model;
  const auto fill = [&](uint64_t first, const char* with) {
    for (uint64_t i = first; i < first + 1000; ++i) {
      model[Key(i)] = with + std::string(100, 'v') + std::to_string(i);
      Put(Key(i), model[Key(i)]);
    }
    ASSERT_TRUE(kv_->Flush(true).ok());
  };
  const auto codecs = [&](int level) {
    std::set<Codec> found;
    for (const FileInfo& file : kv_->Files()) {
      if (file.level == level) found.insert(file.codec);
    }
    return found;
  };
  using Codecs = std::set<Codec>;
  const auto compact = [&](bool force) {
    CompactRangeOptions options;
    options.force_last_level = force;
    ASSERT_TRUE(kv_->CompactRange(options, nullptr, nullptr).ok());
  };
  fill(0, "a");
  EXPECT_EQ(codecs(0), Codecs{Codec::kNone});
  // Nothing overlaps this file, but it would be the wrong one where it goes.
  compact(false);
  EXPECT_EQ(codecs(kLastLevel), Codecs{Codec::kZstd});
  Check(model);
  fill(500, "b");
  compact(false);
  EXPECT_EQ(codecs(kLastLevel), Codecs{Codec::kZstd});
  Check(model);

  // What is set later is for the files that are written later.
  store_.tree.compression.fill({Codec::kSnappy});
  ASSERT_TRUE(kv_->SetTreeOptions(store_.tree).ok());
  EXPECT_EQ(codecs(kLastLevel), Codecs{Codec::kZstd});
  fill(700, "c");
  EXPECT_EQ(codecs(0), Codecs{Codec::kSnappy});
  compact(true);
  EXPECT_EQ(codecs(kLastLevel), Codecs{Codec::kSnappy});
  Check(model);
  // With one codec everywhere, what overlaps nothing is moved as it is.
  fill(5000, "d");
  std::set<uint64_t> moved;
  for (const FileInfo& file : kv_->Files()) {
    if (file.level == 0) moved.insert(file.number);
  }
  compact(false);
  for (const FileInfo& file : kv_->Files()) moved.erase(file.number);
  EXPECT_TRUE(moved.empty());
  Open();
  Check(model);
}

// Idle time rewrites the last level for the sake of what that frees, not for the number of runs.
TEST_F(StoreTest, IdleMergesLookAtWhatTheyWouldFree) {
  store_.write_buffer_size = 4 << 20;
  store_.tree.fanout = 10;
  Open();
  const auto put = [&](int first, int end, int step) {
    for (int i = first; i < end; i += step) {
      Put(Key(static_cast<uint64_t>(i)), std::string(100, 'v'));
    }
    ASSERT_TRUE(env_->WaitForMerges(true).ok());
  };
  const auto upper_files = [&] {
    size_t n = 0;
    for (const FileInfo& file : kv_->Files()) n += file.level != kLastLevel;
    return n;
  };
  put(0, 4000, 2);
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  ASSERT_EQ(upper_files(), 0u);
  put(1, 2000, 2);  // half as many new keys in between
  EXPECT_GT(upper_files(), 0u);
  Open();
  ASSERT_TRUE(env_->WaitForMerges(false).ok());
  EXPECT_GT(upper_files(), 0u) << "what is known of earlier merges was lost";
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  put(0, 2000, 2);
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  put(0, 2000, 2);  // the last merge found that all of these were there already
  EXPECT_EQ(upper_files(), 0u);
}

// With the flush held up, writers are slowed down while the last memtable still has room.
TEST_F(StoreTest, WritersSlowDownBeforeTheyHaveToStop) {
  store_.write_buffer_size = 4 << 20;
  Open();
  ASSERT_TRUE(env_->PauseBackgroundWork().ok());
  WriteOptions options;
  options.no_slowdown = true;
  Status s;
  for (int i = 0; s.ok() && i < 20000; ++i) {
    std::string body;
    AppendPut(&body, 0, Key(static_cast<uint64_t>(i)), std::string(1000, 'v'));
    s = env_->Write(options, body, 1, nullptr);
  }
  EXPECT_EQ(s.code(), Status::kIncomplete) << s.ToString();
  const uint64_t used = kv_->Stats().active_memtable_bytes;
  EXPECT_GT(used, store_.write_buffer_size / 2);
  EXPECT_LT(used, store_.write_buffer_size);
  ASSERT_TRUE(env_->ContinueBackgroundWork().ok());
  ASSERT_TRUE(kv_->Flush(true).ok());
  Put("after", "the flush");
}

TEST_F(StoreTest, BatchesAreCheckedBeforeTheyAreNumbered) {
  Open();
  std::string body;
  AppendPut(&body, 0, "a", "1");
  AppendPut(&body, 9, "b", "2");
  EXPECT_TRUE(env_->Write({}, body, kAnyCount, nullptr).IsInvalidArgument());
  EXPECT_EQ(Get("a"), "(none)");
  EXPECT_EQ(env_->VisibleSequence(), 0u);
  EXPECT_TRUE(env_->Write({}, std::string("\x01\x05zz", 4), kAnyCount, nullptr).IsCorruption());
}

// What an iterator keeps is still memory, and the figures say so.
TEST_F(StoreTest, MemoryThatAnIteratorKeepsIsReported) {
  Open();
  for (int i = 0; i < 500; ++i) Put(Key(i), std::string(100, 'a'));
  auto old_table = kv_->NewIterator({});
  ASSERT_TRUE(kv_->Flush(true).ok());
  const auto live = [](const StoreStats& stats) {
    return stats.active_memtable_bytes + stats.sealed_memtable_bytes;
  };
  StoreStats stats = kv_->Stats();
  EXPECT_GE(stats.memtable_bytes, live(stats) + 500 * 100);
  auto old_run = kv_->NewIterator({});
  const uint64_t one_run = stats.table_reader_memory;
  EXPECT_GT(one_run, 0u);
  for (int i = 0; i < 500; ++i) Put(Key(i), std::string(100, 'b'));
  CompactRangeOptions options;
  ASSERT_TRUE(kv_->CompactRange(options, nullptr, nullptr).ok());
  stats = kv_->Stats();
  EXPECT_EQ(stats.levels[6].runs, 1);
  EXPECT_GE(stats.table_reader_memory, 2 * one_run - one_run / 4);
  old_run.reset();
  old_table.reset();
  stats = kv_->Stats();
  EXPECT_EQ(stats.memtable_bytes, live(stats));
  EXPECT_LE(stats.table_reader_memory, one_run + one_run / 4);
}

TEST_F(StoreTest, VersionsAreAllThatIsStored) {
  Open();
  const auto versions = [&](const char* begin, const char* end, size_t limit) {
    const Slice first(begin);
    const Slice last(end);
    std::vector<EntryVersion> found;
    const Status s = kv_->Versions(*begin == '\0' ? nullptr : &first,
                                   *end == '\0' ? nullptr : &last, limit, &found);
    std::string text = s.ok() ? "" : s.ToString();
    for (const EntryVersion& v : found) {
      text += v.key + "=" + v.value + "@" + std::to_string(v.sequence) + "/" +
              std::to_string(static_cast<int>(v.type)) + " ";
    }
    return text;
  };
  Put("a", "1");
  Put("b", "2");
  const Snapshot* const snapshot = env_->GetSnapshot();
  Put("a", "3");
  ASSERT_TRUE(kv_->Flush(true).ok());
  Delete("b");
  std::string body;
  AppendMerge(&body, 0, "c", "x");
  Write(body);
  EXPECT_EQ(versions("", "", 99), "a=3@3/1 a=1@1/1 b=@4/0 b=2@2/1 c=x@5/2 ");
  EXPECT_EQ(versions("b", "b", 99), "b=@4/0 b=2@2/1 ");
  EXPECT_EQ(versions("aa", "", 2), "b=@4/0 b=2@2/1 ");
  EXPECT_EQ(versions("", "", 0), "a=3@3/1 ");
  EXPECT_EQ(versions("d", "", 9), "");
  body.clear();
  AppendRangeDelete(&body, 0, "b", "c");
  Write(body);
  EXPECT_EQ(versions("", "", 99), "a=3@3/1 a=1@1/1 c=x@5/2 ");
  env_->ReleaseSnapshot(snapshot);
}

TEST_F(StoreTest, WritesAreHeldBack) {
  Open();
  Put("a", "1");
  EXPECT_TRUE(env_->ReleaseWrites().IsInvalidArgument());
  for (int round = 0; round < 20; ++round) {
    std::atomic<uint64_t> written{0};
    std::atomic<bool> stop{false};
    std::vector<std::thread> writers;
    for (int w = 0; w < 3; ++w) {
      writers.emplace_back([&, w] {
        while (!stop) {
          Put("w" + std::to_string(w), "x");
          ++written;
        }
      });
    }
    ASSERT_TRUE(env_->HoldWrites().ok());
    ASSERT_TRUE(env_->HoldWrites().ok());
    const uint64_t sequence = env_->VisibleSequence();
    ASSERT_TRUE(kv_->Flush(true).ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(env_->VisibleSequence(), sequence);
    ASSERT_TRUE(env_->ReleaseWrites().ok());
    EXPECT_EQ(env_->VisibleSequence(), sequence);
    const uint64_t before = written;
    ASSERT_TRUE(env_->ReleaseWrites().ok());
    while (written < before + 10) std::this_thread::yield();
    stop = true;
    for (auto& writer : writers) writer.join();
    EXPECT_GT(env_->VisibleSequence(), sequence);
  }
  EXPECT_EQ(Get("a"), "1");
}

}  // namespace
}  // namespace aether
