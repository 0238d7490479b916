// Copies taken from a store that is in use: each holds the writes up to one point and no others.

#include <atomic>
#include <set>
#include <thread>

#include "engine/lsm/file_names.h"
#include "engine/store/store_fixture.h"

namespace aether {
namespace {

enum class Log : uint8_t { kMapped, kAppended, kHoldsValues, kElsewhere };
struct Mode {
  Log log;
  bool flush;
};

class CopyTest : public StoreTest {
 protected:
  static constexpr char kCopy[] = "/copy";

  void OpenFamilies() {
    env_.reset();
    std::vector<KvStore*> handles;
    const Status s =
        DbEnv::Open(env_options_, "/db", {{"default", store_}, {"other", store_}}, &env_, &handles);
    ASSERT_TRUE(s.ok()) << s.ToString();
    kv_ = handles[0];
    other_ = handles[1];
  }

  // The files of `set`, in a directory of their own.
  void Copy(const CopySet& set) {
    ASSERT_TRUE(fs_.CreateDirIfMissing(kCopy).ok());
    for (const FileToCopy& file : set.files) {
      const std::string target = kCopy + file.path.substr(file.path.rfind('/'));
      const Status s = file.kind == FileToCopy::kLog
                           ? aether::CopyFile(&fs_, file.path, target, file.bytes)
                           : fs_.Link(file.path, target);
      ASSERT_TRUE(s.ok()) << s.ToString();
    }
    WriteFile(set.manifest_name, set.manifest);
    WriteFile("CURRENT", set.current);
  }
  void WriteFile(const std::string& name, const std::string& contents) {
    ASSERT_TRUE(WriteStringToFileAtomically(&fs_, std::string(kCopy) + "/" + name, contents).ok());
  }
  void DropCopy() {
    copy_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, kCopy, "").ok());
  }

  void OpenCopy(bool read_only = false) {
    copy_.reset();
    EnvOptions options = env_options_;
    options.wal_dir.clear();
    options.create_if_missing = false;
    options.read_only = read_only;
    std::vector<std::string> names;
    Status s = DbEnv::ListStores(&fs_, kCopy, &names);
    ASSERT_TRUE(s.ok()) << s.ToString();
    std::vector<StoreDescriptor> stores;
    for (const std::string& name : names) stores.push_back({name, store_});
    s = DbEnv::Open(options, kCopy, stores, &copy_, &copied_);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  std::map<std::string, std::string> Contents(KvStore* store) {
    std::map<std::string, std::string> contents;
    const auto it = store->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      contents[it->key().ToString()] = it->value().ToString();
    }
    EXPECT_TRUE(it->status().ok()) << it->status().ToString();
    return contents;
  }
  CopySet List(bool flush) {
    CopySet set;
    EXPECT_TRUE(env_->DisableFileDeletions().ok());
    const Status s = env_->FilesForCopy(flush, &set);
    EXPECT_TRUE(s.ok()) << s.ToString();
    return set;
  }
  void CopyNow(bool flush) {
    const CopySet set = List(flush);
    Copy(set);
    EXPECT_TRUE(env_->EnableFileDeletions(false).ok());
  }

  KvStore* other_ = nullptr;
  std::unique_ptr<DbEnv> copy_;
  std::vector<KvStore*> copied_;
};

TEST_F(CopyTest, WithAFlushNoLogIsNeeded) {
  Open();
  std::map<std::string, std::string> model;
  for (uint64_t i = 0; i < 5000; ++i) {
    Put(Key(i), std::string(50, 'v'));
    model[Key(i)] = std::string(50, 'v');
  }
  const CopySet set = List(true);
  for (const FileToCopy& file : set.files) EXPECT_EQ(file.kind, FileToCopy::kRun);
  EXPECT_EQ(set.sequence, env_->VisibleSequence());
  Copy(set);
  OpenCopy();
  EXPECT_EQ(Contents(copied_[0]), model);
  EXPECT_EQ(copy_->VisibleSequence(), set.sequence);
}

TEST_F(CopyTest, WithoutAFlushTheLogIsPartOfIt) {
  Open();
  Put("a", "1");
  Put("b", "2");
  const CopySet set = List(false);
  ASSERT_EQ(set.files.size(), 1u);
  EXPECT_EQ(set.files[0].kind, FileToCopy::kLog);
  // Not the whole segment, of which little is in use.
  EXPECT_LE(set.files[0].bytes, 256u << 10);
  // What comes after the list and before the copy is not in it.
  Put("c", "3");
  Copy(set);
  OpenCopy();
  EXPECT_EQ(Contents(copied_[0]), (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}}));
  // And it does not come back either, when the copy goes on with the same numbers.
  std::string body;
  AppendPut(&body, 0, "d", "4");
  ASSERT_TRUE(copy_->Write(WriteOptions(), body, kAnyCount, nullptr).ok());
  OpenCopy();
  EXPECT_EQ(Contents(copied_[0]),
            (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}, {"d", "4"}}));
}

TEST_F(CopyTest, OfAnEmptyStore) {
  Open();
  for (const bool flush : {true, false}) {
    CopyNow(flush);
    OpenCopy();
    EXPECT_TRUE(Contents(copied_[0]).empty());
    DropCopy();
  }
}

// Nothing explains their numbers, so the copy flushes.
TEST_F(CopyTest, OfWritesThatWereNotLogged) {
  Open();
  std::string body;
  AppendPut(&body, 0, "a", "1");
  WriteOptions unlogged;
  unlogged.disable_wal = true;
  ASSERT_TRUE(env_->Write(unlogged, body, kAnyCount, nullptr).ok());
  CopyNow(false);
  OpenCopy();
  EXPECT_EQ(Contents(copied_[0]), (std::map<std::string, std::string>{{"a", "1"}}));
  DropCopy();
  // From here on each batch leaves a record; the copy lacks what was written without.
  Put("b", "2");
  body.clear();
  AppendPut(&body, 0, "c", "3");
  ASSERT_TRUE(env_->Write(unlogged, body, kAnyCount, nullptr).ok());
  Put("d", "4");
  CopyNow(false);
  OpenCopy();
  EXPECT_EQ(Contents(copied_[0]),
            (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}, {"d", "4"}}));
  DropCopy();
  CopyNow(true);
  OpenCopy();
  EXPECT_EQ(Contents(copied_[0]).size(), 4u);
}

TEST_F(CopyTest, FilesStayUntilDeletionsAreEnabled) {
  env_options_.log_segment_bytes = 64 << 10;
  env_options_.log_chunk_bytes = 4 << 10;
  Open();
  std::map<std::string, std::string> then;
  const std::string filling(100, 'f');
  for (uint64_t i = 0; i < 2000; ++i) {
    Put(Key(i), "then" + filling);
    then[Key(i)] = "then" + filling;
  }
  const CopySet set = List(false);
  EXPECT_FALSE(env_->FileDeletionsEnabled());
  ASSERT_TRUE(env_->DisableFileDeletions().ok());
  ASSERT_TRUE(env_->EnableFileDeletions(false).ok());
  EXPECT_FALSE(env_->FileDeletionsEnabled());
  for (int round = 0; round < 5; ++round) {
    for (uint64_t i = 0; i < 2000; ++i) Put(Key(i), filling + std::to_string(round));
    ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  }
  Copy(set);
  EXPECT_GT(env_->LogFiles().size(), 10u);
  ASSERT_TRUE(env_->EnableFileDeletions(false).ok());
  EXPECT_TRUE(env_->FileDeletionsEnabled());
  OpenCopy();
  EXPECT_EQ(Contents(copied_[0]), then);
  for (int i = 0; i < 3000 && env_->LogFiles().size() > 3; ++i) {
    RealClock()->SleepMicros(10000);
  }
  EXPECT_LE(env_->LogFiles().size(), 3u);
}

TEST_F(CopyTest, ManifestsStayToo) {
  Open();
  Put("a", "1");
  List(true);
  const std::string manifest = env_->manifest_path();
  // A resume after a failed edit starts a new manifest.
  SimFault fault;
  fault.path_part = "MANIFEST";
  fault.sticky = true;
  fs_.AddFault(fault);
  Put("b", "2");
  kv_->Flush(true).Ignore();
  fs_.ClearFaults();
  ASSERT_TRUE(env_->Resume().ok());
  EXPECT_NE(env_->manifest_path(), manifest);
  EXPECT_TRUE(fs_.Exists(manifest).ok());
  ASSERT_TRUE(env_->EnableFileDeletions(false).ok());
  for (int i = 0; i < 3000 && fs_.Exists(manifest).ok(); ++i) RealClock()->SleepMicros(10000);
  EXPECT_TRUE(fs_.Exists(manifest).IsNotFound());
}

TEST_F(CopyTest, OfAReadOnlyInstance) {
  Open();
  Put("a", "1");
  ASSERT_TRUE(kv_->Flush(true).ok());
  Put("b", "2");
  env_.reset();
  env_options_.read_only = true;
  Open();
  CopySet set;
  ASSERT_TRUE(env_->FilesForCopy(true, &set).ok());
  Copy(set);
  env_options_.read_only = false;
  OpenCopy();
  EXPECT_EQ(Contents(copied_[0]), (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}}));
}

TEST_F(CopyTest, FailsWithTheStore) {
  Open();
  Put("a", "1");
  SimFault fault;
  fault.path_part = ".sst";
  fault.sticky = true;
  fs_.AddFault(fault);
  CopySet set;
  EXPECT_TRUE(env_->FilesForCopy(true, &set).IsIOError());
  fs_.ClearFaults();
  ASSERT_TRUE(env_->Resume().ok());
  EXPECT_TRUE(env_->FilesForCopy(true, &set).ok());
}

class CopyWhileWriting : public CopyTest, public ::testing::WithParamInterface<Mode> {
 protected:
  static constexpr int kWriters = 4;
  struct Done {
    uint64_t sequence;
    uint64_t key;
  };

  CopyWhileWriting() {
    store_.write_buffer_size = 64 << 10;
    env_options_.log_segment_bytes = 64 << 10;
    env_options_.log_chunk_bytes = 4 << 10;
    switch (GetParam().log) {
      case Log::kMapped:
        break;
      case Log::kAppended:
        env_options_.allow_mapped_log = false;
        break;
      case Log::kElsewhere:
        env_options_.wal_dir = "/wal";
        break;
      case Log::kHoldsValues:
        store_.tree.blob.enabled = true;
        store_.tree.blob.min_size = 100;
        break;
    }
    env_options_.create_missing_stores = true;
  }

  static std::string Value(uint64_t i) {
    return std::to_string(i) + std::string(100 + i % 100, static_cast<char>('a' + i % 26));
  }
  // Every batch has a key of its own, in both families.
  void WriteAll(int writer) {
    while (!stop_.load()) {
      const uint64_t i = next_[writer]++;
      const uint64_t key = i * kWriters + static_cast<uint64_t>(writer);
      std::string body;
      AppendPut(&body, kv_->id(), Key(key), Value(key));
      AppendPut(&body, other_->id(), Key(key), Value(key));
      uint64_t sequence = 0;
      WriteOptions options;
      options.sync = i % 16 == 0;
      const Status s = env_->Write(options, body, kAnyCount, &sequence);
      ASSERT_TRUE(s.ok()) << s.ToString();
      done_[writer].push_back({sequence, key});
      uint64_t seen = acknowledged_.load();
      while (seen < sequence && !acknowledged_.compare_exchange_weak(seen, sequence)) {
      }
    }
  }
  void Start() {
    stop_ = false;
    for (int w = 0; w < kWriters; ++w) threads_.emplace_back([this, w] { WriteAll(w); });
  }
  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  // Exactly the batches up to `last` are there.
  void ExpectPrefix(uint64_t last) {
    std::map<std::string, std::string> expected;
    for (const auto& done : done_) {
      for (const Done& batch : done) {
        if (batch.sequence <= last) expected[Key(batch.key)] = Value(batch.key);
      }
    }
    ASSERT_EQ(copied_.size(), 2u);
    EXPECT_EQ(Contents(copied_[0]), expected);
    EXPECT_EQ(Contents(copied_[1]), expected);
  }

  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> acknowledged_{0};
  std::vector<std::thread> threads_;
  std::vector<Done> done_[kWriters];
  uint64_t next_[kWriters] = {};
};

TEST_P(CopyWhileWriting, IsAPrefixWithAllThatWasAcknowledgedBefore) {
  OpenFamilies();
  for (int round = 0; round < 4; ++round) {
    Start();
    const uint64_t begin = acknowledged_.load();
    while (acknowledged_.load() < begin + 2000) RealClock()->SleepMicros(1000);
    const uint64_t before = acknowledged_.load();
    const CopySet set = List(GetParam().flush);
    EXPECT_GE(set.sequence, before);
    // The log goes on under the copy.
    while (acknowledged_.load() < set.sequence + 1000) RealClock()->SleepMicros(1000);
    Copy(set);
    Stop();
    ASSERT_TRUE(env_->EnableFileDeletions(false).ok());
    OpenCopy(round % 2 == 1);
    ExpectPrefix(set.sequence);
    if (round % 2 == 0) {
      OpenCopy();
      ExpectPrefix(set.sequence);
    }
    DropCopy();
  }
}

class CopyAfterFlush : public CopyWhileWriting {};

// The manifest of the store itself, as far as the list says, with the runs: what the list of live
// files of old was good for.
TEST_P(CopyAfterFlush, TheManifestItselfWillDo) {
  OpenFamilies();
  Start();
  while (acknowledged_.load() < 2000) RealClock()->SleepMicros(1000);
  CopySet set = List(true);
  while (acknowledged_.load() < set.sequence + 3000) RealClock()->SleepMicros(1000);
  ASSERT_TRUE(ReadFileToString(&fs_, "/db/" + set.manifest_name, &set.manifest).ok());
  ASSERT_GE(set.manifest.size(), set.manifest_bytes);
  set.manifest.resize(set.manifest_bytes);
  Copy(set);
  Stop();
  OpenCopy();
  ExpectPrefix(set.sequence);
}

// What power leaves of a copy that was synced is the copy.
TEST_P(CopyWhileWriting, LastsWhenItWasSynced) {
  OpenFamilies();
  Start();
  while (acknowledged_.load() < 2000) RealClock()->SleepMicros(1000);
  const CopySet set = List(GetParam().flush);
  Copy(set);
  ASSERT_TRUE(fs_.SyncDir(kCopy).ok());
  ASSERT_TRUE(fs_.SyncDir("/").ok());
  Stop();
  env_.reset();
  fs_.Crash(7);
  OpenCopy();
  ExpectPrefix(set.sequence);
}

INSTANTIATE_TEST_SUITE_P(Logs, CopyWhileWriting,
                         ::testing::Values(Mode{Log::kMapped, true}, Mode{Log::kMapped, false},
                                           Mode{Log::kAppended, true}, Mode{Log::kAppended, false},
                                           Mode{Log::kElsewhere, false},
                                           Mode{Log::kHoldsValues, true},
                                           Mode{Log::kHoldsValues, false}));
INSTANTIATE_TEST_SUITE_P(Logs, CopyAfterFlush,
                         ::testing::Values(Mode{Log::kMapped, true}, Mode{Log::kAppended, true},
                                           Mode{Log::kHoldsValues, true}));

}  // namespace
}  // namespace aether
