// Full disks, failing disks, damaged and missing files: what the store says and how it comes back.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/base/pages.h"
#include "engine/lsm/file_names.h"
#include "engine/lsm/manifest_edit.h"
#include "engine/store/store_fixture.h"

namespace aether {
namespace {

class Events final : public Observer {
 public:
  void OnBackgroundError(ErrorReason reason, Status* status, bool* recover) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      reasons.push_back(reason);
      errors.push_back(*status);
    }
    while (hold) std::this_thread::yield();
    if (forbid_recovery) *recover = false;
    if (let_pass) *status = Status::OK();
  }
  void OnErrorRecovered(const Status& old_error) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    recovered.push_back(old_error);
  }
  size_t Errors() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return errors.size();
  }
  size_t Recovered() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return recovered.size();
  }

  std::atomic<bool> forbid_recovery{false};
  std::atomic<bool> let_pass{false};
  std::atomic<bool> hold{false};  // keeps whoever tells an error
  std::vector<ErrorReason> reasons;
  std::vector<Status> errors;
  std::vector<Status> recovered;

 private:
  std::mutex mutex_;
};

class TroubleTest : public StoreTest {
 protected:
  TroubleTest() : events_(std::make_shared<Events>()) { env_options_.observer = events_; }

  Status TryPut(Slice key, Slice value, bool sync = false) {
    std::string body;
    AppendPut(&body, 0, key, value);
    WriteOptions options;
    options.sync = sync;
    return env_->Write(options, body, 1, nullptr);
  }
  template <typename Condition>
  static bool Eventually(const Condition& condition) {
    for (int i = 0; i < 1500; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  // Puts until writes are refused; what was acknowledged goes to model_.
  Status PutUntilRefused(uint64_t most) {
    for (uint64_t i = 0; i < most; ++i) {
      const Status s = TryPut(Key(next_), std::string(200, 'v'));
      if (!s.ok()) return s;
      model_[Key(next_++)] = std::string(200, 'v');
    }
    return Status::OK();
  }
  std::vector<uint64_t> RunFiles() {
    std::vector<std::string> names;
    EXPECT_TRUE(fs_.List("/db", &names).ok());
    std::vector<uint64_t> numbers;
    for (const std::string& name : names) {
      uint64_t number = 0;
      if (ParseFileName(name, &number) == FileKind::kRun) numbers.push_back(number);
    }
    return numbers;
  }
  void RemoveManifests() {
    std::vector<std::string> names;
    ASSERT_TRUE(fs_.List("/db", &names).ok());
    for (const std::string& name : names) {
      uint64_t number = 0;
      const FileKind kind = ParseFileName(name, &number);
      if (kind == FileKind::kManifest || kind == FileKind::kCurrent) {
        ASSERT_TRUE(fs_.Remove("/db/" + name).ok());
      }
    }
  }
  Status Repair() {
    RepairOptions options;
    options.fs = &fs_;
    options.options_of = [this](const std::string&, StoreOptions* store) {
      *store = store_;
      return Status::OK();
    };
    return DbEnv::Repair(options, "/db");
  }

  const std::shared_ptr<Events> events_;
  std::map<std::string, std::string> model_;
  uint64_t next_ = 0;
};

TEST_F(TroubleTest, ResumesAfterAFailedSyncOfTheLog) {
  Open();
  std::map<std::string, std::string> model;
  for (int i = 0; i < 500; ++i) {
    Put(Key(static_cast<uint64_t>(i)), "v");
    model[Key(static_cast<uint64_t>(i))] = "v";
  }
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".log";
  fault.sticky = true;
  fs_.AddFault(fault);
  std::string body;
  AppendPut(&body, 0, "unknown", "outcome");
  WriteOptions sync;
  sync.sync = true;
  EXPECT_TRUE(env_->Write(sync, body, 1, nullptr).IsIOError());
  EXPECT_FALSE(env_->Write({}, body, 1, nullptr).ok());
  EXPECT_EQ(Get(Key(7)), "v");
  fs_.ClearFaults();
  const Status resumed = env_->Resume();
  ASSERT_TRUE(resumed.ok()) << resumed.ToString();
  Put("after", "resume");
  model["after"] = "resume";
  model["unknown"] = "outcome";
  Check(model);
  fs_.Crash(1);
  ASSERT_TRUE(TryOpen().ok());
  EXPECT_EQ(Get(Key(7)), "v");
  Put("after", "crash");
  EXPECT_EQ(Get("after"), "crash");
}

// The disk is full and later has space again: nothing acknowledged is lost, nobody has to call
// Resume.
TEST_F(TroubleTest, AFullDiskIsOvercomeOnceThereIsSpace) {
  Open();
  ASSERT_TRUE(PutUntilRefused(1000).ok());
  fs_.SetFreeSpace(2 << 20);
  const Status refused = PutUntilRefused(200000);
  ASSERT_TRUE(refused.IsNoSpace()) << refused.ToString();
  EXPECT_NE(refused.ToString().find("/db/"), std::string::npos) << refused.ToString();
  EXPECT_EQ(Get(Key(3)), model_[Key(3)]);
  fs_.SetFreeSpace(UINT64_MAX);
  ASSERT_TRUE(Eventually([&] { return TryPut("after", "full").ok(); }));
  model_["after"] = "full";
  ASSERT_TRUE(kv_->Flush(true).ok());
  Check(model_);
  Open();
  Check(model_);
}

TEST_F(TroubleTest, AFlushThatFindsTheDiskFullIsReportedOnceAndRecovers) {
  Open();
  PutUntilRefused(500).Ignore();
  SimFault fault;
  fault.io = kSimWrite;
  fault.effect = SimEffect::kNoSpace;
  fault.path_part = ".sst";
  fault.sticky = true;
  fs_.AddFault(fault);
  const Status s = kv_->Flush(true);
  EXPECT_TRUE(s.IsNoSpace()) << s.ToString();
  EXPECT_EQ(s.severity(), Status::kHardError);
  EXPECT_TRUE(TryPut("refused", "1").IsNoSpace());
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  EXPECT_EQ(events_->Errors(), 1u);
  EXPECT_EQ(events_->Recovered(), 0u);
  EXPECT_EQ(env_->Stats().background_errors, 1u);
  fs_.ClearFaults();
  ASSERT_TRUE(Eventually([&] { return events_->Recovered() == 1; }));
  EXPECT_EQ(events_->reasons[0], ErrorReason::kFlush);
  EXPECT_TRUE(events_->recovered[0].IsNoSpace());
  EXPECT_TRUE(TryPut("refused", "no more").ok());
  model_["refused"] = "no more";
  EXPECT_EQ(kv_->Stats().sealed_memtables, 0u);
  Check(model_);
}

// Other errors, and those whose recovery a listener forbids, wait for Resume.
TEST_F(TroubleTest, WithoutMemoryForAMemTableNothingIsLost) {
  Open();
  Put("a", "1");
  FailPageBlocksAfter(0);
  EXPECT_EQ(kv_->Flush(true).subcode(), Status::kMemoryLimit);
  KvStore* other = nullptr;
  EXPECT_EQ(env_->CreateStore("other", store_, &other).subcode(), Status::kMemoryLimit);
  EXPECT_EQ(Get("a"), "1");
  FailPageBlocksAfter(-1);
  Put("b", "2");
  ASSERT_TRUE(kv_->Flush(true).ok());
  ASSERT_TRUE(env_->CreateStore("other", store_, &other).ok());
  ASSERT_TRUE(env_->DropStore(other).ok());
  Put("c", "3");
  env_.reset();
  FailPageBlocksAfter(0);
  EXPECT_EQ(TryOpen().subcode(), Status::kMemoryLimit);
  FailPageBlocksAfter(-1);
  Open();
  Check({{"a", "1"}, {"b", "2"}, {"c", "3"}});
}

TEST_F(TroubleTest, ResumeWithoutMemoryMayBeTriedAgain) {
  Open();
  Put("a", "1");
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".log";
  fs_.AddFault(fault);
  ASSERT_TRUE(TryPut("b", "2", true).IsIOError());
  FailPageBlocksAfter(0);
  EXPECT_EQ(env_->Resume().subcode(), Status::kMemoryLimit);
  EXPECT_FALSE(TryPut("c", "3").ok());
  FailPageBlocksAfter(-1);
  ASSERT_TRUE(env_->Resume().ok());
  Put("c", "3");
  Check({{"a", "1"}, {"b", "2"}, {"c", "3"}});
}

// The log's own thread fills segments ahead and syncs them. Resume used to look only at errors that
// it had found already.
TEST_F(TroubleTest, ResumeWaitsForWhatTheLogHasUnderWay) {
  Open();
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false, go = false;
  const std::thread::id me = std::this_thread::get_id();
  fs_.SetHook([&](const SimIoEvent& event) {
    if (event.io != kSimSync || event.path.find(".log") == std::string::npos) return;
    std::unique_lock<std::mutex> lock(mutex);
    if (stopped || std::this_thread::get_id() == me) return;
    SimFault fault;
    fault.io = kSimSync;
    fault.path_part = event.path;
    stopped = true;
    changed.notify_all();
    changed.wait(lock, [&] { return go; });
    // Not before: the writer syncs the same file.
    fs_.AddFault(fault);
  });
  ASSERT_TRUE(TryPut("a", "1", true).ok());
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return stopped; });
  }
  Status resumed;
  std::thread resume([&] { resumed = env_->Resume(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  {
    const std::lock_guard<std::mutex> lock(mutex);
    go = true;
    changed.notify_all();
  }
  resume.join();
  fs_.SetHook(nullptr);
  ASSERT_TRUE(resumed.ok()) << resumed.ToString();
  for (int i = 0; i < 50; ++i) {
    const Status s = TryPut("b", "2", true);
    ASSERT_TRUE(s.ok()) << s.ToString();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  Check({{"a", "1"}, {"b", "2"}});
}

TEST_F(TroubleTest, AnErrorThatIsToldAfterTheRecoveryIsNoneAnyMore) {
  Open();
  Put("a", "1");
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".log";
  fs_.AddFault(fault);
  events_->hold = true;
  std::thread writer([this] { EXPECT_FALSE(TryPut("b", "2", true).ok()); });
  ASSERT_TRUE(Eventually([this] { return events_->Errors() == 1; }));
  const Status resumed = env_->Resume();
  EXPECT_TRUE(resumed.ok()) << resumed.ToString();
  events_->hold = false;
  writer.join();
  EXPECT_TRUE(TryPut("c", "3", true).ok());
}

TEST_F(TroubleTest, OtherErrorsWaitForResume) {
  Open();
  for (const bool full : {false, true}) {
    PutUntilRefused(500).Ignore();
    SimFault fault;
    fault.io = kSimSync;
    fault.effect = full ? SimEffect::kNoSpace : SimEffect::kError;
    fault.path_part = ".sst";
    events_->forbid_recovery = full;
    fs_.AddFault(fault);
    EXPECT_FALSE(kv_->Flush(true).ok());
    fs_.ClearFaults();
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    const Status refused = TryPut("x", "y");
    EXPECT_TRUE(refused.IsIOError()) << refused.ToString();
    EXPECT_EQ(refused.severity(), full ? Status::kHardError : Status::kFatalError);
    ASSERT_TRUE(env_->Resume().ok());
    Check(model_);
  }
  EXPECT_EQ(events_->Recovered(), 2u);
}

TEST_F(TroubleTest, AListenerMayLetAnErrorPass) {
  Open();
  PutUntilRefused(500).Ignore();
  events_->let_pass = true;
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".sst";
  fs_.AddFault(fault);
  ASSERT_TRUE(kv_->Flush(true).ok());  // by the second try
  EXPECT_EQ(events_->Errors(), 1u);
  EXPECT_TRUE(PutUntilRefused(10).ok());
  Check(model_);
}

TEST_F(TroubleTest, AManifestThatCannotBeWrittenIsReplaced) {
  Open();
  PutUntilRefused(500).Ignore();
  SimFault fault;
  fault.io = kSimWrite | kSimSync;
  fault.effect = SimEffect::kNoSpace;
  fault.path_part = "MANIFEST";
  fs_.AddFault(fault);
  KvStore* other = nullptr;
  EXPECT_TRUE(env_->CreateStore("other", store_, &other).IsNoSpace());
  ASSERT_GE(events_->Errors(), 1u);
  EXPECT_EQ(events_->reasons[0], ErrorReason::kManifest);
  ASSERT_TRUE(Eventually([&] { return TryPut("after", "1").ok(); }));
  model_["after"] = "1";
  ASSERT_TRUE(env_->CreateStore("other", store_, &other).ok());
  ASSERT_TRUE(kv_->Flush(true).ok());
  Check(model_);
}

TEST_F(TroubleTest, AFailedMergeIsReportedOnceAndTriedAgain) {
  store_.tree.auto_merge = false;
  Open();
  for (int run = 0; run < 4; ++run) {
    next_ = 0;
    PutUntilRefused(400).Ignore();
    ASSERT_TRUE(kv_->Flush(true).ok());
  }
  SimFault fault;
  fault.io = kSimSync;
  fault.effect = SimEffect::kNoSpace;
  fault.path_part = ".sst";
  fault.sticky = true;
  fs_.AddFault(fault);
  EXPECT_TRUE(kv_->CompactRange({}, nullptr, nullptr).IsNoSpace());
  EXPECT_TRUE(TryPut("writes", "go on").ok());
  model_["writes"] = "go on";
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  EXPECT_EQ(events_->Errors(), 1u);
  fs_.ClearFaults();
  ASSERT_TRUE(Eventually([&] { return kv_->Stats().levels[kLastLevel].runs == 1; }));
  EXPECT_TRUE(Eventually([&] { return env_->WaitForMerges(false).ok(); }));
  Check(model_);
}

TEST_F(TroubleTest, ADamagedPageIsNamedAndTheRestStaysReadable) {
  store_.tree.auto_merge = false;
  Open();
  PutUntilRefused(2000).Ignore();
  ASSERT_TRUE(kv_->Flush(true).ok());
  const std::string path = kv_->Files()[0].path;
  env_.reset();
  ASSERT_TRUE(fs_.FlipBit(path, 8 * (3 * 4096 + 100)).ok());
  Open();
  size_t damaged = 0;
  std::string message;
  for (const auto& [key, value] : model_) {
    const std::string got = Get(key);
    if (got == value) continue;
    ++damaged;
    message = got;
    // The page's own range is in the message.
    const size_t begin = got.find("keys [");
    ASSERT_NE(begin, std::string::npos) << got;
    EXPECT_LE(got.substr(begin + 6, key.size()), key);
    EXPECT_GE(got.substr(got.find(", ", begin) + 2, key.size()), key);
  }
  EXPECT_GT(damaged, 0u);
  EXPECT_LT(damaged, 100u);
  EXPECT_NE(message.find(path + ": offset 12288: "), std::string::npos) << message;
  EXPECT_NE(message.find("column family default"), std::string::npos) << message;
  EXPECT_TRUE(TryPut("writes", "go on").ok());
}

// A large value stands outside its page and is read last: an iterator says so when it cannot be.
TEST_F(TroubleTest, AnIteratorStopsAtALargeValueThatCannotBeRead) {
  Open();
  Put("a", "1");
  Put("b", std::string(20000, 'b'));
  Put("c", "3");
  ASSERT_TRUE(kv_->Flush(true).ok());
  const std::string path = kv_->Files()[0].path;
  env_.reset();
  ASSERT_TRUE(fs_.FlipBit(path, 8 * 1000).ok());
  for (const bool forward : {true, false}) {
    Open();
    auto it = kv_->NewIterator({});
    int seen = 0;
    for (forward ? it->SeekToFirst() : it->SeekToLast(); it->Valid();
         forward ? it->Next() : it->Prev()) {
      EXPECT_EQ(it->value().size(), 1u);
      ++seen;
    }
    EXPECT_EQ(seen, 1);
    EXPECT_TRUE(it->status().IsCorruption()) << it->status().ToString();
  }
}

TEST_F(TroubleTest, AFamilyWhoseDropFailedIsStillMerged) {
  Open();
  KvStore* other = nullptr;
  ASSERT_TRUE(env_->CreateStore("other", store_, &other).ok());
  SimFault fault;
  fault.io = kSimWrite;
  fault.path_part = "MANIFEST";
  fs_.AddFault(fault);
  EXPECT_TRUE(env_->DropStore(other).IsIOError());
  fs_.ClearFaults();
  ASSERT_TRUE(env_->Resume().ok());
  for (int run = 0; run < 4; ++run) {
    std::string body;
    AppendPut(&body, other->id(), "key", std::to_string(run));
    Write(body);
    ASSERT_TRUE(other->Flush(true).ok());
  }
  ASSERT_TRUE(env_->WaitForMerges(true).ok());
  EXPECT_EQ(other->Stats().levels[0].runs, 0);
}

TEST_F(TroubleTest, AMergeThatBeginsWhileItsFamilyIsDroppedIsNoError) {
  store_.tree.fanout = 2;
  Open();
  for (int round = 0; round < 1000; ++round) {
    KvStore* family = nullptr;
    ASSERT_TRUE(env_->CreateStore("f" + std::to_string(round), store_, &family).ok());
    for (int i = 0; i < 3; ++i) {
      std::string body;
      AppendPut(&body, family->id(), Key(static_cast<uint64_t>(i)), "v");
      Write(body);
      ASSERT_TRUE(family->Flush(true).ok());
    }
    ASSERT_TRUE(env_->DropStore(family).ok());
  }
  EXPECT_EQ(events_->Errors(), 0u);
  EXPECT_TRUE(env_->WaitForMerges(false).ok());
}

TEST_F(TroubleTest, ReadOnlyWritesNothing) {
  Open();
  PutUntilRefused(3000).Ignore();
  ASSERT_TRUE(kv_->Flush(true).ok());
  PutUntilRefused(300).Ignore();
  env_.reset();
  std::atomic<int> writes{0};
  fs_.SetHook([&](const SimIoEvent& event) {
    if ((event.io & (kSimWrite | kSimSync | kSimDirSync | kSimName)) != 0) ++writes;
  });
  env_options_.read_only = true;
  Open();
  Check(model_);
  EXPECT_FALSE(TryPut("a", "b").ok());
  env_->SetBackgroundJobs(4);  // there is none
  env_.reset();
  fs_.SetHook(nullptr);
  EXPECT_EQ(writes, 0);
}

TEST_F(TroubleTest, RepairKeepsEveryRunThatChecksOut) {
  store_.tree.auto_merge = false;
  Open();
  std::vector<std::map<std::string, std::string>> runs;
  for (int run = 0; run < 3; ++run) {
    model_.clear();
    PutUntilRefused(400).Ignore();
    ASSERT_TRUE(kv_->Flush(true).ok());
    runs.push_back(model_);
  }
  model_.clear();
  PutUntilRefused(100).Ignore();  // in the log only
  const std::map<std::string, std::string> logged = model_;
  std::string path;
  for (const FileInfo& file : kv_->Files()) {
    if (file.smallest_key == runs[1].begin()->first) path = file.path;
  }
  env_.reset();
  ASSERT_TRUE(fs_.FlipBit(path, 8 * 5000).ok());
  ASSERT_TRUE(Repair().ok());
  Open();
  model_ = runs[0];
  model_.insert(runs[2].begin(), runs[2].end());
  model_.insert(logged.begin(), logged.end());
  Check(model_);
  EXPECT_TRUE(fs_.Exists("/db/lost" + path.substr(3)).ok());
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
}

// Merge operands stand twice in the files while a merge goes on; a repair without a manifest must
// not apply them twice.
TEST_F(TroubleTest, RepairMakesALostManifestAgain) {
  store_.tree.target_file_size = 16 << 10;
  Open();
  KvStore* other = nullptr;
  ASSERT_TRUE(env_->CreateStore("other", store_, &other).ok());
  for (int round = 0; round < 4; ++round) {
    for (uint64_t i = 0; i < 600; ++i) {
      std::string body;
      AppendMerge(&body, 0, Key(i), "+" + std::to_string(round));
      model_[Key(i)] += "+" + std::to_string(round);
      AppendPut(&body, other->id(), Key(i), std::to_string(round));
      if (i % 50 == 7) {
        AppendRangeDelete(&body, 0, Key(i - 5), Key(i - 3));
        model_.erase(Key(i - 5));
        model_.erase(Key(i - 4));
      }
      Write(body);
    }
    ASSERT_TRUE(env_->FlushAll(true).ok());
  }
  // What is left over from merges is still there.
  ASSERT_TRUE(env_->DisableFileDeletions().ok());
  for (uint64_t i = 0; i < 100; ++i) {
    std::string body;
    AppendMerge(&body, 0, Key(i), "+log");
    model_[Key(i)] += "+log";
    Write(body);
  }
  const uint64_t sequence = env_->VisibleSequence();
  fs_.ProcessKill();
  env_.reset();
  RemoveManifests();
  const Status repaired = Repair();
  ASSERT_TRUE(repaired.ok()) << repaired.ToString();
  std::vector<std::string> names;
  ASSERT_TRUE(DbEnv::ListStores(&fs_, "/db", &names).ok());
  EXPECT_EQ(names, (std::vector<std::string>{"default", "other"}));
  std::vector<KvStore*> handles;
  const Status s =
      DbEnv::Open(env_options_, "/db", {{"default", store_}, {"other", store_}}, &env_, &handles);
  ASSERT_TRUE(s.ok()) << s.ToString();
  kv_ = handles[0];
  Check(model_);
  EXPECT_EQ(env_->VisibleSequence(), sequence);
  kv_ = handles[1];
  EXPECT_EQ(Get(Key(3)), "3");
  Put("new", "write");
}

TEST_F(TroubleTest, AMissingCurrentIsNoReasonToStartAnew) {
  for (const bool flushed : {true, false}) {
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    Open();
    Put("a", "1");
    if (flushed) {
      ASSERT_TRUE(kv_->Flush(true).ok());
    }
    env_.reset();
    ASSERT_TRUE(fs_.Remove("/db/CURRENT").ok());
    std::vector<std::string> before, after;
    ASSERT_TRUE(fs_.List("/db", &before).ok());
    for (const std::string& name : before) {
      uint64_t number = 0;
      if (flushed && ParseFileName(name, &number) == FileKind::kLog) {
        ASSERT_TRUE(fs_.Remove("/db/" + name).ok());
      }
    }
    ASSERT_TRUE(fs_.List("/db", &before).ok());
    const Status s = TryOpen();
    EXPECT_TRUE(s.IsCorruption()) << s.ToString();
    EXPECT_NE(s.message().find("/db/CURRENT is missing"), std::string::npos) << s.ToString();
    EXPECT_NE(s.message().find(flushed ? ".sst" : ".log"), std::string::npos) << s.ToString();
    ASSERT_TRUE(fs_.List("/db", &after).ok());
    EXPECT_EQ(before, after);
    ASSERT_TRUE(Repair().ok());
    Open();
    Check({{"a", "1"}});
  }
}

TEST_F(TroubleTest, ACreationThatWasCutShortCanBeRepeated) {
  for (uint64_t sync = 1;; ++sync) {
    fs_.CrashAtSync(sync);
    const Status s = TryOpen();
    if (s.ok()) {
      EXPECT_GT(sync, 3u);
      return;
    }
    fs_.Crash(sync);
    Open();
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
  }
}

// The log begins where the last segments were released, and only the manifest knew where.
TEST_F(TroubleTest, RepairWithoutAManifestFindsTheFloorOfTheLog) {
  env_options_.log_segment_bytes = 16 << 10;
  env_options_.log_chunk_bytes = 4 << 10;
  Open();
  std::map<std::string, std::string> model;
  for (uint64_t i = 0; i < 400; ++i) {
    if (i == 200 || i == 300) {
      ASSERT_TRUE(kv_->Flush(true).ok());
    }
    model[Key(i)] = std::to_string(i) + std::string(300, 'v');
    Put(Key(i), model[Key(i)]);
  }
  for (int wait = 0; wait < 500 && env_->LogFiles().size() > 6; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const std::string manifest = env_->manifest_path();
  env_.reset();
  ASSERT_TRUE(fs_.Remove(manifest).ok());
  ASSERT_TRUE(Repair().ok());
  Open();
  Check(model);
}

TEST_F(TroubleTest, RepairTouchesNothingInADirectoryThatIsNotOurs) {
  ASSERT_TRUE(fs_.CreateDir("/db").ok());
  for (const char* const name : {"/db/000012.sst", "/db/000015.sst"}) {
    std::unique_ptr<WritableFile> file;
    ASSERT_TRUE(fs_.NewWritableFile(name, WriteFileOptions(), &file).ok());
    ASSERT_TRUE(file->Append(std::string(10000, 'r')).ok());
    ASSERT_TRUE(file->Close().ok());
  }
  EXPECT_TRUE(Repair().IsCorruption());
  EXPECT_EQ(RunFiles(), (std::vector<uint64_t>{12, 15}));
  EXPECT_FALSE(fs_.Exists(CurrentFileName("/db")).ok());
}

// The same log, replayed by one thread and by several, gives the same store; tables that fill up on
// the way are flushed.
TEST_F(TroubleTest, ALongLogIsRecoveredWhole) {
  store_.write_buffer_size = 64 << 20;
  env_options_.avoid_flush_during_recovery = true;
  Open();
  for (uint64_t i = 0; i < 60000; ++i) {
    std::string body;
    AppendMerge(&body, 0, Key(i * 7919 % 5000), "+" + std::to_string(i % 10));
    model_[Key(i * 7919 % 5000)] += "+" + std::to_string(i % 10);
    if (i % 100 == 0) {
      AppendPut(&body, 0, "big", std::string(20000, static_cast<char>('a' + i / 100 % 26)));
      model_["big"] = std::string(20000, static_cast<char>('a' + i / 100 % 26));
    }
    Write(body);
  }
  EXPECT_EQ(kv_->Files().size(), 0u);
  fs_.ProcessKill();
  store_.write_buffer_size = 512 << 10;
  Open();
  EXPECT_GT(kv_->Files().size(), 1u);
  Check(model_);
  fs_.ProcessKill();
  store_.write_buffer_size = 64 << 20;
  Open();
  Check(model_);
}

// A table that is full by its memory and yet empty is not exchanged behind the back of its readers.
TEST_F(TroubleTest, AnEmptyTableSurvivesTheReplayOfAnother) {
  KvStore* idle = nullptr;
  StoreOptions tiny = store_;
  tiny.write_buffer_size = 1;
  Open();
  ASSERT_TRUE(env_->CreateStore("idle", tiny, &idle).ok());
  PutUntilRefused(100).Ignore();
  fs_.ProcessKill();
  env_.reset();
  std::vector<KvStore*> handles;
  env_options_.avoid_flush_during_recovery = true;
  ASSERT_TRUE(
      DbEnv::Open(env_options_, "/db", {{"default", store_}, {"idle", tiny}}, &env_, &handles)
          .ok());
  kv_ = handles[1];
  std::string body;
  AppendPut(&body, kv_->id(), "a", "1");
  Write(body);
  EXPECT_EQ(Get("a"), "1");
}

TEST_F(TroubleTest, WhatWasRecoveredIsFlushedInTheBackground) {
  Open();
  PutUntilRefused(100).Ignore();
  Open();
  EXPECT_TRUE(Eventually([&] { return kv_->Files().size() == 1; }));
  Check(model_);
  env_options_.avoid_flush_during_recovery = true;
  PutUntilRefused(100).Ignore();
  Open();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(kv_->Files().size(), 1u);
  Check(model_);
}

}  // namespace
}  // namespace aether
