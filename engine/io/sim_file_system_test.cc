// What the simulator promises about crashes and faults. Seeds are in the failure messages.

#include "engine/io/sim_file_system.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <thread>

namespace aether {
namespace {

constexpr uint64_t kBlock = SimFileSystem::kBlock;

void MustBeOk(const Status& s) { ASSERT_TRUE(s.ok()) << s.ToString(); }

std::unique_ptr<WritableFile> Create(SimFileSystem* fs, const std::string& path) {
  std::unique_ptr<WritableFile> file;
  MustBeOk(fs->NewWritableFile(path, WriteFileOptions(), &file));
  return file;
}
void PutDurably(SimFileSystem* fs, const std::string& path, const std::string& contents) {
  auto file = Create(fs, path);
  MustBeOk(file->Append(contents));
  MustBeOk(file->Sync());
  MustBeOk(fs->SyncDir(DirectoryOf(path)));
}
std::string Get(SimFileSystem* fs, const std::string& path) {
  std::string contents;
  const Status s = ReadFileToString(fs, path, &contents);
  return s.ok() ? contents : "(" + s.ToString() + ")";
}
bool Has(SimFileSystem* fs, const std::string& path) { return fs->Exists(path).ok(); }

// Runs `prepare`, loses power, hands the file system to `classify`; returns every class that came
// up.
std::set<std::string> Outcomes(const std::function<void(SimFileSystem*)>& prepare,
                               const std::function<std::string(SimFileSystem*)>& classify,
                               uint64_t seeds = 200) {
  std::set<std::string> seen;
  for (uint64_t seed = 1; seed <= seeds; seed++) {
    SimFileSystem fs(seed);
    prepare(&fs);
    fs.Crash(seed);
    seen.insert(classify(&fs));
  }
  return seen;
}

TEST(SimCrash, SyncedBytesAndNamesStay) {
  const auto seen = Outcomes([](SimFileSystem* fs) { PutDurably(fs, "/f", "contents"); },
                             [](SimFileSystem* fs) { return Get(fs, "/f"); });
  EXPECT_EQ(std::set<std::string>{"contents"}, seen);
}

TEST(SimCrash, ANameNeedsASyncOfItsDirectory) {
  const auto seen =
      Outcomes([](SimFileSystem* fs) { MustBeOk(Create(fs, "/f")->Sync()); },
               [](SimFileSystem* fs) { return std::string(Has(fs, "/f") ? "there" : "gone"); });
  EXPECT_EQ((std::set<std::string>{"there", "gone"}), seen);
}

TEST(SimCrash, NamesHappenInOrder) {
  const auto seen = Outcomes(
      [](SimFileSystem* fs) {
        for (const char* name : {"/1", "/2", "/3"}) Create(fs, name);
        MustBeOk(fs->Remove("/1"));
      },
      [](SimFileSystem* fs) {
        std::string names;
        for (const char* name : {"/1", "/2", "/3"}) names += Has(fs, name) ? name : "";
        return names;
      });
  EXPECT_EQ((std::set<std::string>{"", "/1", "/1/2", "/1/2/3", "/2/3"}), seen);
}

TEST(SimCrash, ReplacingIsAtomic) {
  const auto seen = Outcomes(
      [](SimFileSystem* fs) {
        PutDurably(fs, "/CURRENT", "old");
        PutDurably(fs, "/tmp", "new");
        MustBeOk(fs->Rename("/tmp", "/CURRENT"));
      },
      [](SimFileSystem* fs) { return Get(fs, "/CURRENT") + (Has(fs, "/tmp") ? "+tmp" : ""); });
  EXPECT_EQ((std::set<std::string>{"old+tmp", "new"}), seen);
}

TEST(SimCrash, ReplacingAtomicallyLastsOrDoesNotHappen) {
  // The crash strikes at each sync of the helper in turn.
  for (uint64_t at = 1; at <= 3; at++) {
    for (uint64_t seed = 1; seed <= 50; seed++) {
      SimFileSystem fs(seed);
      PutDurably(&fs, "/CURRENT", "old");
      fs.CrashAtSync(at);
      const bool acknowledged = WriteStringToFileAtomically(&fs, "/CURRENT", "new").ok();
      EXPECT_EQ(at == 3, acknowledged);
      fs.Crash(seed);
      const std::string now = Get(&fs, "/CURRENT");
      EXPECT_TRUE(now == "new" || (!acknowledged && now == "old")) << now << " seed " << seed;
      if (at == 1) {
        EXPECT_EQ("old", now) << "seed " << seed;
      }
    }
  }
}

TEST(SimCrash, MovingBetweenDirectoriesIsAtomic) {
  const auto seen = Outcomes(
      [](SimFileSystem* fs) {
        MustBeOk(fs->CreateDir("/a"));
        MustBeOk(fs->CreateDir("/b"));
        MustBeOk(fs->SyncDir("/"));
        PutDurably(fs, "/a/f", "1");
        MustBeOk(fs->Rename("/a/f", "/b/f"));
      },
      [](SimFileSystem* fs) {
        return std::string(Has(fs, "/a/f") ? "a" : "") + (Has(fs, "/b/f") ? "b" : "");
      });
  EXPECT_EQ((std::set<std::string>{"a", "b"}), seen);
}

TEST(SimCrash, ADirectoryNeedsASyncOfItsParent) {
  const auto seen = Outcomes(
      [](SimFileSystem* fs) {
        MustBeOk(fs->CreateDir("/d"));
        PutDurably(fs, "/d/f", "x");
      },
      [](SimFileSystem* fs) { return std::string(Has(fs, "/d/f") ? "there" : "gone"); });
  EXPECT_EQ((std::set<std::string>{"there", "gone"}), seen);
  const auto durable = Outcomes(
      [](SimFileSystem* fs) {
        MustBeOk(CreateDirDurably(fs, "/d"));
        PutDurably(fs, "/d/f", "x");
      },
      [](SimFileSystem* fs) { return Get(fs, "/d/f"); });
  EXPECT_EQ(std::set<std::string>{"x"}, durable);
}

TEST(SimCrash, UnsyncedBlocksAreKeptDroppedOrTornEachByItself) {
  bool second_without_first = false;
  bool torn = false;
  uint64_t dropped = 0;
  uint64_t kept = 0;
  for (uint64_t seed = 1; seed <= 300; seed++) {
    SimFileSystem fs(seed);
    PutDurably(&fs, "/f", std::string(3 * kBlock, 'o'));
    WriteFileOptions go_on;
    go_on.mode = WriteFileOptions::kAppend;
    std::unique_ptr<WritableFile> file;
    MustBeOk(fs.NewWritableFile("/f", go_on, &file));
    MustBeOk(file->WriteAt(0, std::string(2 * kBlock, 'n')));
    fs.Crash(seed);
    const std::string now = Get(&fs, "/f");
    ASSERT_EQ(3 * kBlock, now.size());
    EXPECT_EQ(std::string(kBlock, 'o'), now.substr(2 * kBlock)) << "seed " << seed;
    for (uint64_t at = 0; at < 2 * kBlock; at += 512) {
      const std::string sector = now.substr(at, 512);
      EXPECT_EQ(std::string(512, sector[0]), sector) << "torn inside a sector, seed " << seed;
      if (at % kBlock != 0 && sector[0] != now[at - 1]) torn = true;
    }
    if (now[0] == 'o' && now[kBlock] == 'n') second_without_first = true;
    (now[0] == 'o' ? dropped : kept)++;
  }
  EXPECT_TRUE(second_without_first);
  EXPECT_TRUE(torn);
  EXPECT_GT(dropped, 50u);
  EXPECT_GT(kept, 50u);
}

TEST(SimCrash, TheSizeEndsBetweenOldAndNew) {
  std::set<uint64_t> sizes;
  for (uint64_t seed = 1; seed <= 200; seed++) {
    SimFileSystem fs(seed);
    PutDurably(&fs, "/f", std::string(1000, 'a'));
    WriteFileOptions go_on;
    go_on.mode = WriteFileOptions::kAppend;
    std::unique_ptr<WritableFile> file;
    MustBeOk(fs.NewWritableFile("/f", go_on, &file));
    MustBeOk(file->Append(std::string(9000, 'b')));
    fs.Crash(seed);
    const std::string now = Get(&fs, "/f");
    EXPECT_EQ(std::string(1000, 'a'), now.substr(0, 1000));
    for (size_t i = 1000; i < now.size(); i++) EXPECT_TRUE(now[i] == 'b' || now[i] == '\0');
    sizes.insert(now.size());
  }
  EXPECT_EQ(1000u, *sizes.begin());
  EXPECT_EQ(10000u, *sizes.rbegin());
  EXPECT_GT(sizes.size(), 10u);
}

TEST(SimCrash, AnUnsyncedTruncationMayNotHappen) {
  const auto seen = Outcomes(
      [](SimFileSystem* fs) {
        PutDurably(fs, "/f", std::string(10000, 'a'));
        MustBeOk(fs->Truncate("/f", 10));
      },
      [](SimFileSystem* fs) { return Get(fs, "/f"); });
  EXPECT_EQ((std::set<std::string>{std::string(10000, 'a'), std::string(10, 'a')}), seen);
}

TEST(SimCrash, TheSameSeedGivesTheSameBytes) {
  const auto run = [](uint64_t seed) {
    SimFileSystem fs(seed);
    auto file = Create(&fs, "/f");
    for (int i = 0; i < 50; i++) {
      MustBeOk(file->Append(std::string(1500, static_cast<char>('a' + i % 26))));
      if (i == 20) MustBeOk(file->Sync());
    }
    MustBeOk(fs.SyncDir("/"));
    fs.Crash(seed);
    return Get(&fs, "/f");
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(SimProcessKill, KeepsEverythingButNotDurably) {
  std::set<std::string> seen;
  for (uint64_t seed = 1; seed <= 100; seed++) {
    SimFileSystem fs(seed);
    LogSegmentOptions options;
    options.size = 4 * kBlock;
    std::unique_ptr<LogSegment> segment;
    MustBeOk(fs.NewLogSegment("/1.log", options, &segment));
    MustBeOk(segment->Sync(0));
    MustBeOk(fs.SyncDir("/"));
    std::memcpy(segment->base() + kBlock, "stored", 6);
    MustBeOk(Create(&fs, "/f")->Append("written"));
    fs.ProcessKill();
    EXPECT_EQ("written", Get(&fs, "/f"));
    EXPECT_EQ("stored", Get(&fs, "/1.log").substr(kBlock, 6));
    segment->base()[0] = 'x';  // a thread of the dead process: leads nowhere
    EXPECT_EQ('\0', Get(&fs, "/1.log")[0]);
    fs.Crash(seed);
    seen.insert(Get(&fs, "/1.log").substr(kBlock, 6) == "stored" ? "kept" : "lost");
  }
  EXPECT_EQ((std::set<std::string>{"kept", "lost"}), seen);
}

TEST(SimProcessKill, HandlesOfTheOldLifeAreDead) {
  SimFileSystem fs(1);
  auto file = Create(&fs, "/f");
  MustBeOk(file->Append("x"));
  std::unique_ptr<RandomReadFile> reader;
  MustBeOk(fs.NewRandomReadFile("/f", ReadFileOptions(), &reader));
  std::unique_ptr<Directory> directory;
  MustBeOk(fs.OpenDirectory("/", &directory));
  std::unique_ptr<FileLock> lock;
  MustBeOk(fs.LockFile("/LOCK", &lock));
  LogSegmentOptions options;
  options.size = kBlock;
  std::unique_ptr<LogSegment> segment;
  MustBeOk(fs.NewLogSegment("/1.log", options, &segment));
  fs.ProcessKill();
  char scratch[8];
  Slice got;
  uint64_t offset;
  EXPECT_TRUE(file->Append("y").IsIOError());
  EXPECT_TRUE(file->Sync().IsIOError());
  EXPECT_TRUE(reader->ReadAt(0, 1, scratch, &got).IsIOError());
  EXPECT_TRUE(directory->Sync().IsIOError());
  EXPECT_TRUE(segment->Append("z", &offset).IsIOError());
  EXPECT_TRUE(segment->Sync(0).IsIOError());
  EXPECT_TRUE(segment->Recycle("/2.log").IsIOError());
  EXPECT_TRUE(fs.UnlockFile(std::move(lock)).IsIOError());
  MustBeOk(fs.LockFile("/LOCK", &lock));
  EXPECT_EQ("x", Get(&fs, "/f"));
}

TEST(SimMapping, ASyncMakesStoresDurableAndNothingElseDoes) {
  std::set<std::string> unsynced;
  for (uint64_t seed = 1; seed <= 100; seed++) {
    SimFileSystem fs(seed);
    LogSegmentOptions options;
    options.size = 8 * kBlock;
    std::unique_ptr<LogSegment> segment;
    MustBeOk(fs.NewLogSegment("/1.log", options, &segment));
    MustBeOk(fs.SyncDir("/"));
    std::memcpy(segment->base(), "synced", 6);
    MustBeOk(segment->Sync(static_cast<int>(seed % 2)));
    std::memcpy(segment->base() + 2 * kBlock, "volatile", 8);
    fs.Crash(seed);
    const std::string now = Get(&fs, "/1.log");
    EXPECT_EQ(8 * kBlock, now.size());
    EXPECT_EQ("synced", now.substr(0, 6)) << "seed " << seed;
    unsynced.insert(now.substr(2 * kBlock, 8));
  }
  EXPECT_EQ((std::set<std::string>{"volatile", std::string(8, '\0')}), unsynced);
}

TEST(SimMapping, DirtyPagesMayBecomeDurableHalfFilled) {
  bool half = false;
  for (uint64_t seed = 1; seed <= 300 && !half; seed++) {
    SimFileSystem fs(seed);
    fs.SetWriteBackOneIn(2);
    LogSegmentOptions options;
    options.size = kBlock;
    std::unique_ptr<LogSegment> segment;
    MustBeOk(fs.NewLogSegment("/1.log", options, &segment));
    MustBeOk(segment->Sync(0));
    MustBeOk(fs.SyncDir("/"));
    segment->base()[0] = '1';
    for (int i = 0; i < 3; i++) Has(&fs, "/");  // any I/O
    segment->base()[1] = '2';
    fs.Crash(seed);
    const std::string now = Get(&fs, "/1.log");
    half = now[0] == '1' && now[1] == '\0';
  }
  EXPECT_TRUE(half);
}

TEST(SimMapping, WhatWasAcknowledgedBeforeAFreezeIsInIt) {
  for (uint64_t seed = 1; seed <= 20; seed++) {
    SimFileSystem fs(seed);
    LogSegmentOptions options;
    options.size = 16 * kBlock;
    std::unique_ptr<LogSegment> segment;
    MustBeOk(fs.NewLogSegment("/1.log", options, &segment));
    auto* const words = reinterpret_cast<std::atomic<uint64_t>*>(segment->base());
    std::atomic<uint64_t> acknowledged{0};
    std::thread writer([&] {
      for (uint64_t i = 1; i <= options.size / 8; i++) {
        words[i - 1].store(i, std::memory_order_release);
        if (fs.frozen()) return;
        acknowledged.store(i);
      }
    });
    while (acknowledged.load() < 100 * seed) std::this_thread::yield();
    fs.Freeze();
    writer.join();
    fs.ProcessKill();
    const std::string now = Get(&fs, "/1.log");
    for (uint64_t i = 1; i <= acknowledged.load(); i++) {
      uint64_t word;
      std::memcpy(&word, now.data() + (i - 1) * 8, 8);
      ASSERT_EQ(i, word) << "seed " << seed;
    }
  }
}

TEST(SimFaults, AFailedSyncIsToldOnceAndItsPagesAreLost) {
  std::set<std::string> seen;
  for (uint64_t seed = 1; seed <= 100; seed++) {
    SimFileSystem fs(seed);
    PutDurably(&fs, "/f", "old");
    WriteFileOptions go_on;
    go_on.mode = WriteFileOptions::kAppend;
    std::unique_ptr<WritableFile> writer;
    std::unique_ptr<WritableFile> witness;
    std::unique_ptr<WritableFile> late;
    MustBeOk(fs.NewWritableFile("/f", go_on, &writer));
    MustBeOk(fs.NewWritableFile("/f", go_on, &witness));
    MustBeOk(writer->WriteAt(0, "new"));
    SimFault fault;
    fault.io = kSimSync;
    fs.AddFault(fault);
    EXPECT_TRUE(writer->Sync().IsIOError());
    EXPECT_TRUE(writer->Sync().IsIOError());  // this object keeps saying so
    MustBeOk(fs.NewWritableFile("/f", go_on, &late));
    MustBeOk(late->Sync());                    // the lie of a descriptor opened later
    EXPECT_TRUE(witness->Sync().IsIOError());  // opened before: it is told too
    EXPECT_EQ("new", Get(&fs, "/f"));          // still in memory
    EXPECT_EQ(1u, fs.counters().faults);
    fs.Crash(seed);
    seen.insert(Get(&fs, "/f"));
  }
  EXPECT_EQ((std::set<std::string>{"old", "new"}), seen);
}

TEST(SimFaults, AFailedSyncPoisonsASegment) {
  SimFileSystem fs(1);
  std::atomic<bool> poison{false};
  LogSegmentOptions options;
  options.size = kBlock;
  options.poison = &poison;
  std::unique_ptr<LogSegment> segment;
  MustBeOk(fs.NewLogSegment("/1.log", options, &segment));
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = "1.log";
  fault.nth = 2;
  fs.AddFault(fault);
  MustBeOk(segment->Sync(1));
  EXPECT_FALSE(poison.load());
  EXPECT_TRUE(segment->Sync(0).IsIOError());
  EXPECT_TRUE(segment->poisoned());
  EXPECT_TRUE(poison.load());
  EXPECT_TRUE(segment->Sync(1).IsIOError());
}

TEST(SimFaults, TheNthCallFailsOnceOrFromThenOn) {
  for (const bool sticky : {false, true}) {
    SimFileSystem fs(1);
    auto file = Create(&fs, "/f");
    SimFault fault;
    fault.io = kSimWrite;
    fault.nth = 3;
    fault.sticky = sticky;
    fs.AddFault(fault);
    std::string outcome;
    for (int i = 0; i < 5; i++) outcome += file->Append("x").ok() ? '+' : '-';
    EXPECT_EQ(sticky ? "++---" : "++-++", outcome);
    fs.ClearFaults();
    MustBeOk(file->Append("x"));
  }
}

TEST(SimFaults, ReadsCanBeShortFlippedMisdirectedAndStale) {
  SimFileSystem fs(5);
  PutDurably(&fs, "/f", std::string(kBlock, 'a') + std::string(kBlock, 'b'));
  WriteFileOptions go_on;
  go_on.mode = WriteFileOptions::kAppend;
  std::unique_ptr<WritableFile> file;
  MustBeOk(fs.NewWritableFile("/f", go_on, &file));
  MustBeOk(file->WriteAt(0, "fresh"));
  std::unique_ptr<RandomReadFile> reader;
  MustBeOk(fs.NewRandomReadFile("/f", ReadFileOptions(), &reader));
  const auto read_with = [&](SimEffect effect) {
    SimFault fault;
    fault.io = kSimRead;
    fault.effect = effect;
    fs.ClearFaults();
    fs.AddFault(fault);
    char scratch[100];
    Slice got;
    MustBeOk(reader->ReadAt(0, 100, scratch, &got));
    return got.ToString();
  };
  const std::string right = "fresh" + std::string(95, 'a');
  EXPECT_LT(read_with(SimEffect::kShort).size(), 100u);
  EXPECT_EQ(std::string(100, 'b'), read_with(SimEffect::kMisdirect));
  EXPECT_EQ(std::string(100, 'a'), read_with(SimEffect::kStale));
  const std::string flipped = read_with(SimEffect::kBitFlip);
  int different = 0;
  for (size_t i = 0; i < 100; i++) {
    different += __builtin_popcount(static_cast<unsigned char>(flipped[i] ^ right[i]));
  }
  EXPECT_EQ(1, different);
}

TEST(SimFaults, AShortWriteStoresAPartAndFails) {
  SimFileSystem fs(9);
  auto file = Create(&fs, "/f");
  SimFault fault;
  fault.io = kSimWrite;
  fault.effect = SimEffect::kShort;
  fs.AddFault(fault);
  EXPECT_TRUE(file->Append(std::string(1000, 'x')).IsIOError());
  EXPECT_EQ(file->Size(), Get(&fs, "/f").size());
  EXPECT_LE(file->Size(), 1000u);
}

TEST(SimFaults, TheDiskFillsUpAndIsFreedAgain) {
  SimFileSystem fs(1);
  fs.SetFreeSpace(4 * kBlock);
  auto file = Create(&fs, "/f");
  MustBeOk(file->Append(std::string(3 * kBlock, 'x')));
  LogSegmentOptions options;
  options.size = 2 * kBlock;
  std::unique_ptr<LogSegment> segment;
  const Status no_segment = fs.NewLogSegment("/1.log", options, &segment);
  EXPECT_TRUE(no_segment.IsNoSpace()) << no_segment.ToString();
  EXPECT_FALSE(Has(&fs, "/1.log"));
  const Status s = file->Append(std::string(2 * kBlock, 'y'));
  EXPECT_TRUE(s.IsNoSpace()) << s.ToString();
  EXPECT_NE(std::string::npos, s.message().find("at offset 12288"));
  EXPECT_EQ(4 * kBlock, file->Size());
  uint64_t space = 1;
  MustBeOk(fs.FreeSpace("/", &space));
  EXPECT_EQ(0u, space);
  file.reset();
  MustBeOk(fs.Remove("/f"));
  MustBeOk(fs.SyncDir("/"));
  MustBeOk(fs.FreeSpace("/", &space));
  EXPECT_EQ(4 * kBlock, space);
  MustBeOk(fs.NewLogSegment("/1.log", options, &segment));
}

TEST(SimFaults, BitsCanBeFlippedAtRest) {
  SimFileSystem fs(1);
  PutDurably(&fs, "/f", "aaaa");
  MustBeOk(fs.FlipBit("/f", 8));
  EXPECT_EQ("a`aa", Get(&fs, "/f"));
  fs.Crash(1);
  EXPECT_EQ("a`aa", Get(&fs, "/f"));
}

TEST(SimCrashPoints, TheHookSeesEverySyncAndMayFreeze) {
  SimFileSystem fs(1);
  auto file = Create(&fs, "/f");
  std::vector<uint64_t> syncs;
  fs.SetHook([&](const SimIoEvent& event) {
    if ((event.io & (kSimSync | kSimDirSync)) == 0) return;
    syncs.push_back(event.sync_number);
    if (event.sync_number == 3) fs.Freeze();
  });
  MustBeOk(file->Append("1"));
  MustBeOk(file->Sync());
  MustBeOk(fs.SyncDir("/"));
  MustBeOk(file->Append("2"));
  EXPECT_TRUE(file->Sync().IsIOError());
  EXPECT_TRUE(fs.frozen());
  EXPECT_TRUE(fs.Exists("/f").IsIOError());
  EXPECT_EQ((std::vector<uint64_t>{1, 2, 3}), syncs);
  fs.SetHook(nullptr);
  fs.ProcessKill();
  EXPECT_EQ("12", Get(&fs, "/f"));
  EXPECT_EQ(1u, fs.counters().crashes);
}

TEST(SimCrashPoints, CrashAtIoCountsFromNow) {
  SimFileSystem fs(1);
  auto file = Create(&fs, "/f");
  fs.CrashAtIo(3);
  MustBeOk(file->Append("1"));
  MustBeOk(file->Append("2"));
  EXPECT_TRUE(file->Append("3").IsIOError());
  fs.ProcessKill();
  EXPECT_EQ("12", Get(&fs, "/f"));
}

TEST(SimThreads, ManyThreadsAtOnce) {
  SimFileSystem fs(1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++) {
    threads.emplace_back([&fs, t] {
      const std::string path = "/" + std::to_string(t);
      LogSegmentOptions options;
      options.size = 4 * kBlock;
      for (int i = 0; i < 50; i++) {
        PutDurably(&fs, path, std::string(static_cast<size_t>(i), 'x'));
        std::unique_ptr<LogSegment> segment;
        const std::string log = path + "." + std::to_string(i);
        if (!fs.NewLogSegment(log, options, &segment).ok()) return;
        for (uint64_t at = 0; at < options.size; at += 8) {
          reinterpret_cast<std::atomic<uint64_t>*>(segment->base())[at / 8].store(at);
        }
        segment->Sync(i % 2).Ignore();
        fs.Remove(log).Ignore();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int t = 0; t < 4; t++) {
    EXPECT_EQ(std::string(49, 'x'), Get(&fs, "/" + std::to_string(t)));
  }
}

}  // namespace
}  // namespace aether
