// Stores whose large values stand in blob files.

#include <algorithm>
#include <deque>

#include "engine/base/random.h"
#include "engine/lsm/file_names.h"
#include "engine/lsm/manifest_edit.h"
#include "engine/store/store_fixture.h"

namespace aether {
namespace {

using Model = std::map<std::string, std::string>;

class BlobStoreTest : public StoreTest {
 protected:
  BlobStoreTest() {
    store_.tree.blob.enabled = true;
    store_.tree.blob.min_size = 100;
    store_.tree.blob.file_size = 64 << 10;
    // Every flush copies its values; LogValueTest leaves them in the log.
    env_options_.allow_mapped_log = false;
  }

  // Numbers of the files in the directory that hold values.
  std::vector<uint64_t> BlobsOnDisk() {
    std::vector<std::string> names;
    EXPECT_TRUE(fs_.List("/db", &names).ok());
    std::vector<uint64_t> numbers;
    for (const std::string& name : names) {
      uint64_t number = 0;
      if (ParseFileName(name, &number) == FileKind::kBlob) numbers.push_back(number);
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
  std::vector<uint64_t> BlobsOfStore() {
    std::vector<uint64_t> numbers;
    for (const BlobFileInfo& file : kv_->BlobFiles()) numbers.push_back(file.number);
    return numbers;
  }
  // Files go in the background, once nobody needs them.
  void ExpectOnlyNeededBlobs() {
    for (int i = 0; i < 300 && BlobsOnDisk() != BlobsOfStore(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(BlobsOnDisk(), BlobsOfStore());
  }
  static std::string Large(uint64_t i, size_t size = 1000) {
    std::string value = "value " + std::to_string(i) + " ";
    while (value.size() < size) value += static_cast<char>('a' + (i * 7 + value.size()) % 26);
    return value;
  }
  void PutLarge(int first, int end, uint64_t salt = 0) {
    for (int i = first; i < end; ++i) {
      const auto k = static_cast<uint64_t>(i);
      Put(Key(k), Large(k + salt));
      model_[Key(k)] = Large(k + salt);
    }
  }
  void Collect(double age_cutoff) {
    CompactRangeOptions options;
    options.collect_age_cutoff = age_cutoff;
    const Status s = kv_->CompactRange(options, nullptr, nullptr);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  void SetBlobOptions(const BlobOptions& blob) {
    store_.tree.blob = blob;
    ASSERT_TRUE(kv_->SetTreeOptions(store_.tree).ok());
  }

  Model model_;
};

TEST_F(BlobStoreTest, OnlyLargeValuesOfPutsAreSeparated) {
  Open();
  Put("large", Large(1));
  Put("exactly", std::string(100, 'e'));
  Put("small", std::string(99, 's'));
  Put("empty", "");
  std::string body;
  AppendMerge(&body, 0, "merged", Large(2));
  Write(body);
  ASSERT_TRUE(kv_->Flush(true).ok());
  const auto blobs = kv_->BlobFiles();
  ASSERT_EQ(blobs.size(), 1u);
  EXPECT_EQ(blobs[0].value_count, 2u);
  EXPECT_EQ(blobs[0].value_bytes, 1100u);
  EXPECT_EQ(blobs[0].garbage_bytes, 0u);
  EXPECT_EQ(kv_->Files()[0].oldest_blob_file, blobs[0].number);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Get("large"), Large(1));
    EXPECT_EQ(Get("exactly"), std::string(100, 'e'));
    EXPECT_EQ(Get("small"), std::string(99, 's'));
    EXPECT_EQ(Get("empty"), "");
    EXPECT_EQ(Get("merged"), Large(2));
    Open();
  }
  const StoreStats stats = kv_->Stats();
  EXPECT_EQ(stats.blob_files, 1u);
  EXPECT_EQ(stats.blob_value_bytes, 1100u);
  EXPECT_EQ(stats.blob_file_bytes, blobs[0].bytes);
}

TEST_F(BlobStoreTest, MergesMoveKeysOnly) {
  store_.tree.auto_merge = false;
  Open();
  for (int round = 0; round < 4; ++round) {
    for (int i = round; i < 400; i += 4) PutLarge(i, i + 1);
    ASSERT_TRUE(kv_->Flush(true).ok());
  }
  const auto before = BlobsOfStore();
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  EXPECT_EQ(BlobsOfStore(), before);
  EXPECT_LT(kv_->Stats().levels[kLastLevel].merge_bytes_written, 400u * 100);
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
}

// A merge operator gets the value itself, and what it makes of it is separated again.
TEST_F(BlobStoreTest, OperandsMeetTheirValues) {
  Open();
  for (uint64_t i = 0; i < 50; ++i) Put(Key(i), Large(i));
  ASSERT_TRUE(kv_->Flush(true).ok());
  for (uint64_t i = 0; i < 50; ++i) {
    std::string body;
    AppendMerge(&body, 0, Key(i), "+more");
    Write(body);
    model_[Key(i)] = Large(i) + "+more";
  }
  Check(model_);
  ASSERT_TRUE(kv_->Flush(true).ok());
  Check(model_);
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  Check(model_);
  const auto blobs = kv_->BlobFiles();
  ASSERT_EQ(blobs.size(), 1u);  // the one before went with its last reference
  EXPECT_EQ(blobs[0].value_count, 50u);
  std::vector<std::string> operands;
  ASSERT_TRUE(kv_->GetMergeOperands({}, Key(3), 10, &operands).ok());
  EXPECT_EQ(operands, std::vector<std::string>{Large(3) + "+more"});
}

// Decides by the key where it can; counts the values that it was shown.
class EvenKeysStay final : public CompactionFilter {
 public:
  explicit EvenKeysStay(std::atomic<int>* shown) : shown_(shown) {}
  Decision Filter(int, Slice key, EntryType type, Slice value, std::string*,
                  std::string*) override {
    EXPECT_EQ(type, EntryType::kPut);
    EXPECT_EQ(value.ToString().rfind("value ", 0), 0u) << key.ToString();
    ++*shown_;
    return Decision::kKeep;
  }
  bool FilterKey(int, Slice key, Decision* decision, std::string*, std::string*) override {
    const char last = key[key.size() - 1];
    if (last == '9') return false;
    *decision = (last - '0') % 2 == 0 ? Decision::kKeep : Decision::kRemove;
    return true;
  }

 private:
  std::atomic<int>* const shown_;
};

class EvenKeysStayFactory final : public CompactionFilterFactory {
 public:
  std::unique_ptr<CompactionFilter> Create(const Context&) override {
    return std::make_unique<EvenKeysStay>(&shown);
  }
  std::atomic<int> shown{0};
};

TEST_F(BlobStoreTest, AFilterThatDecidesOnKeysReadsNoValue) {
  const auto factory = std::make_shared<EvenKeysStayFactory>();
  store_.filter_factory = factory;
  store_.tree.auto_merge = false;
  Open();
  PutLarge(0, 100);
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  EXPECT_EQ(factory->shown, 10);
  for (int i = 1; i < 100; i += 2) {
    if (i % 10 != 9) model_.erase(Key(static_cast<uint64_t>(i)));
  }
  Check(model_);
}

TEST_F(BlobStoreTest, WhatNothingRefersToGoes) {
  Open();
  PutLarge(0, 100);
  ASSERT_TRUE(kv_->Flush(true).ok());
  const auto first = BlobsOfStore();
  ASSERT_FALSE(first.empty());
  PutLarge(0, 100, 1000);
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  for (const uint64_t number : BlobsOfStore()) EXPECT_GT(number, first.back());
  ExpectOnlyNeededBlobs();
  Check(model_);
  for (int i = 0; i < 100; ++i) Delete(Key(static_cast<uint64_t>(i)));
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  EXPECT_TRUE(kv_->BlobFiles().empty());
  ExpectOnlyNeededBlobs();
}

TEST_F(BlobStoreTest, GarbageIsCountedWhereMergesDropReferences) {
  Open();
  PutLarge(0, 60);
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  for (int i = 0; i < 15; ++i) Delete(Key(static_cast<uint64_t>(i)));
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  uint64_t garbage = 0;
  for (const BlobFileInfo& file : kv_->BlobFiles()) garbage += file.garbage_count;
  EXPECT_EQ(garbage, 15u);
  const StoreStats stats = kv_->Stats();
  EXPECT_EQ(stats.blob_garbage_bytes, 15u * 1000);
  Open();
  EXPECT_EQ(kv_->Stats().blob_garbage_bytes, stats.blob_garbage_bytes);
  EXPECT_EQ(kv_->Stats().blob_value_bytes, stats.blob_value_bytes);
}

TEST_F(BlobStoreTest, TheOldestFilesAreCollected) {
  store_.tree.auto_merge = false;
  Open();
  for (int round = 0; round < 8; ++round) {
    PutLarge(round * 10, round * 10 + 10);
    ASSERT_TRUE(kv_->Flush(true).ok());
  }
  const auto before = BlobsOfStore();
  ASSERT_EQ(before.size(), 8u);
  Collect(0);
  EXPECT_EQ(BlobsOfStore(), before);
  Collect(0.5);
  auto after = BlobsOfStore();
  ASSERT_GT(after.size(), 4u);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(after[static_cast<size_t>(i)], before[static_cast<size_t>(i) + 4]);
  }
  Check(model_);
  // With separation off, what is collected comes back into the runs.
  BlobOptions off = store_.tree.blob;
  off.enabled = false;
  SetBlobOptions(off);
  Collect(1);
  EXPECT_TRUE(kv_->BlobFiles().empty());
  Check(model_);
  ExpectOnlyNeededBlobs();
  // And with it on again merges take the values out of the runs.
  SetBlobOptions(off);
  off.enabled = true;
  off.codec = Codec::kLz4;
  SetBlobOptions(off);
  Collect(1);
  const StoreStats stats = kv_->Stats();
  EXPECT_GT(stats.blob_files, 0u);
  EXPECT_LT(stats.blob_value_bytes, 80u * 500);
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
}

TEST_F(BlobStoreTest, FlushesStayAboveTheStartingLevel) {
  store_.tree.blob.starting_level = 1;
  store_.tree.auto_merge = false;
  Open();
  PutLarge(0, 50);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_TRUE(kv_->BlobFiles().empty());
  CompactRangeOptions options;
  options.force_last_level = true;
  ASSERT_TRUE(kv_->CompactRange(options, nullptr, nullptr).ok());
  EXPECT_FALSE(kv_->BlobFiles().empty());
  Check(model_);
}

TEST_F(BlobStoreTest, MuchGarbageForcesAMerge) {
  store_.tree.blob.collect_garbage = true;
  store_.tree.blob.age_cutoff = 1.0;
  store_.tree.blob.force_threshold = 0.4;
  Open();
  PutLarge(0, 200);
  ASSERT_TRUE(env_->WaitForMerges(true).ok());
  for (int round = 1; round < 4; ++round) {
    PutLarge(0, 120, static_cast<uint64_t>(round) * 1000);
    ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
    ASSERT_TRUE(env_->WaitForMerges(false).ok());
    const StoreStats stats = kv_->Stats();
    EXPECT_LT(static_cast<double>(stats.blob_garbage_bytes),
              0.4 * static_cast<double>(stats.blob_value_bytes));
  }
  Check(model_);
  ExpectOnlyNeededBlobs();
}

TEST_F(BlobStoreTest, ReadersKeepWhatTheyMayRead) {
  Open();
  PutLarge(0, 100);
  ASSERT_TRUE(kv_->Flush(true).ok());
  const auto first = BlobsOnDisk();
  const Model then = model_;
  const Snapshot* const snapshot = env_->GetSnapshot();
  ReadOptions uncached;
  uncached.fill_cache = false;
  auto it = kv_->NewIterator(uncached);
  it->SeekToFirst();
  PinnedValue pinned;
  ASSERT_TRUE(kv_->Get({}, Key(7), &pinned).ok());
  PutLarge(0, 100, 500);
  Collect(1);
  // The snapshot needs the old values, which have moved; the iterator still reads the old files.
  for (const auto& [key, value] : then) ASSERT_EQ(Get(key, snapshot), value);
  Collect(1);
  env_->ReleaseSnapshot(snapshot);
  Collect(1);
  const auto on_disk = BlobsOnDisk();
  for (const uint64_t number : first) {
    EXPECT_EQ(std::count(on_disk.begin(), on_disk.end(), number), 1);
  }
  auto want = then.begin();
  for (; it->Valid(); it->Next(), ++want) {
    ASSERT_EQ(it->key().ToString(), want->first);
    ASSERT_EQ(it->value().ToString(), want->second);
  }
  ASSERT_TRUE(it->status().ok()) << it->status().ToString();
  EXPECT_EQ(want, then.end());
  EXPECT_EQ(pinned.value().ToString(), then.at(Key(7)));
  it.reset();
  ExpectOnlyNeededBlobs();
  for (const uint64_t number : BlobsOnDisk()) EXPECT_GT(number, first.back());
  Check(model_);
}

TEST_F(BlobStoreTest, ADroppedFamilyTakesItsBlobFilesAlong) {
  Open();
  PutLarge(0, 20);
  KvStore* other = nullptr;
  ASSERT_TRUE(env_->CreateStore("other", store_, &other).ok());
  std::string body;
  for (uint64_t i = 0; i < 50; ++i) AppendPut(&body, other->id(), Key(i), Large(i));
  Write(body);
  ASSERT_TRUE(env_->FlushAll(true).ok());
  EXPECT_GT(BlobsOnDisk().size(), BlobsOfStore().size());
  auto it = other->NewIterator({});
  ASSERT_TRUE(env_->DropStore(other).ok());
  uint64_t n = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next(), ++n) {
    ASSERT_EQ(it->value().ToString(), Large(n));
  }
  EXPECT_EQ(n, 50u);
  it.reset();
  Open();  // until then the handle may be read
  ExpectOnlyNeededBlobs();
  Check(model_);
}

enum class Values : uint8_t { kCopied, kInLog, kInLogElsewhere };

class BlobStoreModes : public BlobStoreTest, public ::testing::WithParamInterface<Values> {
 protected:
  BlobStoreModes() {
    env_options_.allow_mapped_log = GetParam() != Values::kCopied;
    env_options_.log_segment_bytes = 16 << 10;
    env_options_.log_chunk_bytes = 4 << 10;
    if (GetParam() == Values::kInLogElsewhere) env_options_.wal_dir = "/wal";
  }
  void StartAnew() {
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", env_options_.wal_dir).ok());
    model_.clear();
  }
};

INSTANTIATE_TEST_SUITE_P(All, BlobStoreModes,
                         ::testing::Values(Values::kCopied, Values::kInLog,
                                           Values::kInLogElsewhere));

// The test that has everything at once: operations, options that change, snapshots and iterators
// across merges and collections, reopening.
TEST_P(BlobStoreModes, RandomOperationsAgainstAModel) {
  struct HeldSnapshot {
    const Snapshot* snapshot;
    Model model;
  };
  struct HeldIterator {
    std::unique_ptr<Iterator> iterator;
    Model model;
  };
  for (const uint64_t seed : {1, 2, 3}) {
    Random random(seed);
    StartAnew();
    store_.pool = Pool::New(size_t{64 << 10} << random.Uniform(6));
    Open();
    std::deque<HeldSnapshot> snapshots;
    std::deque<HeldIterator> iterators;
    const auto check_oldest = [&] {
      if (!snapshots.empty() && random.OneIn(2)) {
        for (const auto& [key, value] : snapshots.front().model) {
          if (random.OneIn(3)) {
            ASSERT_EQ(Get(key, snapshots.front().snapshot), value);
          }
        }
        env_->ReleaseSnapshot(snapshots.front().snapshot);
        snapshots.pop_front();
      }
      if (!iterators.empty() && random.OneIn(2)) {
        HeldIterator& held = iterators.front();
        auto want = held.model.begin();
        for (held.iterator->SeekToFirst(); held.iterator->Valid(); held.iterator->Next(), ++want) {
          ASSERT_EQ(held.iterator->key().ToString(), want->first);
          ASSERT_EQ(held.iterator->value().ToString(), want->second);
        }
        ASSERT_TRUE(held.iterator->status().ok()) << held.iterator->status().ToString();
        ASSERT_EQ(want, held.model.end());
        iterators.pop_front();
      }
    };
    for (int i = 0; i < 12000; ++i) {
      const std::string key = Key(random.Uniform(400));
      std::string body;
      switch (random.Uniform(20)) {
        case 0:
        case 1:
          AppendDelete(&body, 0, key);
          model_.erase(key);
          break;
        case 2:
          AppendMerge(&body, 0, key, "+x");
          model_[key] += "+x";
          break;
        case 3:
          if (random.OneIn(30)) {
            const std::string end = Key(random.Uniform(400));
            if (key < end) {
              AppendRangeDelete(&body, 0, key, end);
              model_.erase(model_.lower_bound(key), model_.lower_bound(end));
            }
          }
          if (body.empty()) AppendLogData(&body, "note");
          break;
        default:
          model_[key] =
              Large(static_cast<uint64_t>(i), random.Uniform(random.OneIn(50) ? 9000 : 600));
          AppendPut(&body, 0, key, model_[key]);
          break;
      }
      Write(body);
      if (random.OneIn(800)) snapshots.push_back({env_->GetSnapshot(), model_});
      if (random.OneIn(800)) iterators.push_back({kv_->NewIterator({}), model_});
      if (random.OneIn(400)) check_oldest();
      if (HasFatalFailure()) return;
      if (random.OneIn(500)) {
        BlobOptions blob;
        blob.enabled = !random.OneIn(4);
        blob.min_size = random.OneIn(3) ? 0 : random.Uniform(700);
        blob.file_size = uint64_t{4096} << random.Uniform(8);
        blob.codec = random.OneIn(2) ? Codec::kNone : static_cast<Codec>(1 + random.Uniform(5));
        blob.starting_level = random.OneIn(4) ? static_cast<int>(random.Uniform(7)) : 0;
        blob.collect_garbage = random.OneIn(2);
        blob.age_cutoff = static_cast<double>(random.Uniform(11)) / 10;
        blob.force_threshold = static_cast<double>(1 + random.Uniform(10)) / 10;
        blob.readahead = random.OneIn(2) ? 0 : 64 << 10;
        SetBlobOptions(blob);
      }
      if (random.OneIn(1500)) {
        CompactRangeOptions options;
        options.force_last_level = random.OneIn(2);
        if (random.OneIn(2))
          options.collect_age_cutoff = static_cast<double>(random.Uniform(3)) / 2;
        const Status s = kv_->CompactRange(options, nullptr, nullptr);
        ASSERT_TRUE(s.ok()) << s.ToString();
      }
      if (random.OneIn(4000)) {
        for (const HeldSnapshot& held : snapshots) env_->ReleaseSnapshot(held.snapshot);
        snapshots.clear();
        iterators.clear();
        Open();
      }
    }
    Check(model_);
    for (const HeldSnapshot& held : snapshots) env_->ReleaseSnapshot(held.snapshot);
    iterators.clear();
    const Status verified = kv_->VerifyChecksums();
    ASSERT_TRUE(verified.ok()) << verified.ToString();
    Collect(1);
    EXPECT_EQ(kv_->Stats().blob_garbage_bytes, 0u);
    ExpectOnlyNeededBlobs();
    Open();
    Check(model_);
    ExpectOnlyNeededBlobs();
    env_.reset();
  }
}

// --- trouble ---

TEST_F(BlobStoreTest, AMissingBlobFileIsFoundWhenTheStoreIsOpened) {
  Open();
  PutLarge(0, 20);
  ASSERT_TRUE(kv_->Flush(true).ok());
  const std::string path = kv_->BlobFiles()[0].path;
  env_.reset();
  ASSERT_TRUE(fs_.Remove(path).ok());
  const Status s = TryOpen();
  EXPECT_TRUE(s.IsCorruption()) << s.ToString();
  EXPECT_NE(s.message().find(path), std::string::npos) << s.ToString();
}

TEST_F(BlobStoreTest, ADamagedValueIsNamedAndTheRestStaysReadable) {
  Open();
  PutLarge(0, 20);
  ASSERT_TRUE(kv_->Flush(true).ok());
  const BlobFileInfo file = kv_->BlobFiles()[0];
  env_.reset();
  const uint64_t offset = 64 + 5 * 1000;  // of the sixth value: flushed in the order of keys
  ASSERT_TRUE(fs_.FlipBit(file.path, (offset + 500) * 8).ok());
  Open();
  const std::string error = Get(Key(5));
  EXPECT_EQ(error.rfind("Corruption: ", 0), 0u) << error;
  EXPECT_NE(error.find(file.path + ": offset " + std::to_string(offset)), std::string::npos)
      << error;
  EXPECT_NE(error.find("column family default"), std::string::npos) << error;
  EXPECT_EQ(Get(Key(4)), model_[Key(4)]);
  EXPECT_EQ(Get(Key(6)), model_[Key(6)]);
  EXPECT_TRUE(kv_->VerifyChecksums().IsCorruption());
  auto it = kv_->NewIterator({});
  int n = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next()) ++n;
  EXPECT_EQ(n, 5);
  EXPECT_TRUE(it->status().IsCorruption());
}

TEST_F(BlobStoreTest, FilesOfAFlushThatFailsDoNotStay) {
  Open();
  PutLarge(0, 100);
  ASSERT_TRUE(kv_->Flush(true).ok());
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".blob";
  fs_.AddFault(fault);
  PutLarge(0, 100, 500);
  EXPECT_FALSE(kv_->Flush(true).ok());
  ASSERT_TRUE(env_->Resume().ok());
  Check(model_);
  ExpectOnlyNeededBlobs();
  Open();
  Check(model_);
}

TEST_F(BlobStoreTest, OrphansGoWhenTheStoreIsOpened) {
  Open();
  PutLarge(0, 20);
  ASSERT_TRUE(kv_->Flush(true).ok());
  env_.reset();
  ASSERT_TRUE(CopyFile(&fs_, BlobFileName("/db", BlobsOnDisk()[0]), "/db/000900.blob").ok());
  Open();
  ExpectOnlyNeededBlobs();
  Check(model_);
  Put("new", Large(77));
  ASSERT_TRUE(kv_->Flush(true).ok());
  for (const uint64_t number : BlobsOfStore()) EXPECT_NE(number, 900u);
}

TEST_P(BlobStoreModes, PowerLossKeepsWhatWasFlushed) {
  for (uint64_t crash = 1; crash < 60; ++crash) {
    StartAnew();
    store_.tree.blob.collect_garbage = true;
    store_.tree.blob.age_cutoff = 1;
    store_.tree.auto_merge = false;
    Open();
    PutLarge(0, 30);
    ASSERT_TRUE(kv_->Flush(true).ok());
    PutLarge(10, 40, 100);
    ASSERT_TRUE(env_->FlushWal(true).ok());
    fs_.CrashAtSync(crash);
    kv_->Flush(true).Ignore();
    kv_->CompactRange({}, nullptr, nullptr).Ignore();
    const bool over = !fs_.frozen();
    fs_.CrashAtSync(0);
    fs_.Freeze();
    env_.reset();
    fs_.Crash(crash);
    Open();
    Check(model_);
    ASSERT_TRUE(kv_->VerifyChecksums().ok());
    ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
    Check(model_);
    ExpectOnlyNeededBlobs();
    if (HasFailure()) FAIL() << "power lost at sync " << crash;
    if (over) return;
  }
  FAIL() << "the work does not end";
}

TEST_P(BlobStoreModes, RepairFindsBlobFiles) {
  RepairOptions repair;
  repair.fs = &fs_;
  repair.wal_dir = env_options_.wal_dir;
  repair.options_of = [this](const std::string&, StoreOptions* options) {
    *options = store_;
    return Status::OK();
  };
  for (const bool manifest_lost : {false, true}) {
    StartAnew();
    Open();
    PutLarge(0, 60);
    ASSERT_TRUE(kv_->Flush(true).ok());
    PutLarge(30, 90, 100);
    ASSERT_TRUE(kv_->Flush(true).ok());
    const std::string manifest = env_->manifest_path();
    env_.reset();
    if (manifest_lost) {
      ASSERT_TRUE(fs_.Remove(manifest).ok());
    }
    const Status s = DbEnv::Repair(repair, "/db");
    ASSERT_TRUE(s.ok()) << s.ToString();
    Open();
    Check(model_);
    EXPECT_GT(kv_->Stats().blob_files, 0u);
    EXPECT_TRUE(kv_->VerifyChecksums().ok());
    Collect(1);
    Check(model_);
    ExpectOnlyNeededBlobs();
    env_.reset();
  }
}

TEST_F(BlobStoreTest, RepairLeavesOutValuesThatAreGone) {
  store_.tree.auto_merge = false;
  Open();
  PutLarge(0, 30);
  ASSERT_TRUE(kv_->Flush(true).ok());
  PutLarge(30, 60);
  Put("small", "stays");
  ASSERT_TRUE(kv_->Flush(true).ok());
  const std::string damaged = kv_->BlobFiles().front().path;
  const std::string removed = kv_->BlobFiles().back().path;
  ASSERT_NE(damaged, removed);
  env_.reset();
  ASSERT_TRUE(fs_.FlipBit(damaged, (64 + 5 * 1000 + 7) * 8).ok());
  ASSERT_TRUE(fs_.Remove(removed).ok());
  RepairOptions repair;
  repair.fs = &fs_;
  repair.options_of = [this](const std::string&, StoreOptions* options) {
    *options = store_;
    return Status::OK();
  };
  std::string notes;
  repair.log = [&](const std::string& line) { notes += line + "\n"; };
  ASSERT_TRUE(DbEnv::Repair(repair, "/db").ok());
  EXPECT_NE(notes.find(damaged), std::string::npos) << notes;
  for (int i = 30; i < 60; ++i) model_.erase(Key(static_cast<uint64_t>(i)));
  model_.erase(Key(5));
  model_["small"] = "stays";
  Open();
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
}

// --- values that stay in the log ---

class LogValueTest : public BlobStoreTest {
 protected:
  LogValueTest() {
    env_options_.allow_mapped_log = true;
    env_options_.log_segment_bytes = 16 << 10;
    env_options_.log_chunk_bytes = 4 << 10;
    store_.tree.auto_merge = false;
    store_.write_buffer_size = 1 << 20;
  }
  // Numbers of those blob files of a store that are segments of the log.
  std::vector<uint64_t> InLog(const KvStore* store) {
    std::vector<uint64_t> numbers;
    for (const BlobFileInfo& file : store->BlobFiles()) {
      std::string bytes;
      EXPECT_TRUE(ReadFileToString(&fs_, file.path, &bytes).ok());
      if (bytes.rfind("AETHRLOG", 0) == 0) numbers.push_back(file.number);
    }
    return numbers;
  }
};

// Of the last segment, which is not full, values are copied.
TEST_F(LogValueTest, AFlushWritesNoValueThatTheLogHolds) {
  Open();
  PutLarge(0, 300);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_GE(InLog(kv_).size(), 20u);
  EXPECT_LT(kv_->Stats().flush_bytes_written, 16000u + 300 * 80);
  EXPECT_GT(kv_->Stats().live_data_bytes, 300u * 1000);
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
  for (int life = 0; life < 3; ++life) {
    Open();
    Check(model_);
    EXPECT_TRUE(kv_->VerifyChecksums().ok());
    PutLarge(1000 + 50 * life, 1050 + 50 * life);
    ASSERT_TRUE(kv_->Flush(true).ok());
    ExpectOnlyNeededBlobs();
  }
  EXPECT_GE(InLog(kv_).size(), 26u);
  Collect(1);
  EXPECT_TRUE(InLog(kv_).empty());
  Check(model_);
  ExpectOnlyNeededBlobs();
}

// What a segment holds beside the values is garbage that collections see.
TEST_F(LogValueTest, KeysAndHeadersCountAsGarbage) {
  Open();
  PutLarge(0, 100);
  ASSERT_TRUE(kv_->Flush(true).ok());
  uint64_t segments = 0;
  for (const BlobFileInfo& file : kv_->BlobFiles()) {
    const bool in_log = file.bytes == 16 << 10;
    segments += in_log;
    if (!in_log) continue;
    EXPECT_EQ(file.value_bytes, file.bytes);
    EXPECT_EQ(file.garbage_bytes, file.bytes - file.value_count * 1000);
    EXPECT_EQ(file.garbage_count, 0u);
  }
  EXPECT_GE(segments, 6u);
}

TEST_F(LogValueTest, TablesAndFamiliesShareASegment) {
  Open();
  KvStore* other = nullptr;
  ASSERT_TRUE(env_->CreateStore("other", store_, &other).ok());
  ASSERT_TRUE(env_->PauseBackgroundWork().ok());
  std::map<std::string, std::string> others;
  for (int i = 0; i < 100; ++i) {
    if (i == 49) {
      ASSERT_TRUE(kv_->Flush(false).ok());
    }
    const auto k = static_cast<uint64_t>(i);
    PutLarge(i, i + 1);
    std::string body;
    AppendPut(&body, other->id(), Key(k), Large(k + 7));
    Write(body);
    others[Key(k)] = Large(k + 7);
  }
  ASSERT_TRUE(env_->ContinueBackgroundWork().ok());
  ASSERT_TRUE(env_->FlushAll(true).ok());
  const std::vector<uint64_t> mine = InLog(kv_);
  EXPECT_GE(mine.size(), 12u);
  // Its values were put beside those of the others, one by one.
  EXPECT_EQ(InLog(other), mine);
  // The segment in which one table ended and the next one began holds values of both.
  uint64_t values = 0;
  for (const BlobFileInfo& file : kv_->BlobFiles()) values += file.value_count;
  EXPECT_EQ(values, 100u);
  Check(model_);
  for (const auto& [key, value] : others) {
    PinnedValue found;
    ASSERT_TRUE(other->Get({}, key, &found).ok());
    ASSERT_EQ(found.value().ToString(), value);
  }
  ASSERT_TRUE(env_->DropStore(other).ok());
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
  EXPECT_EQ(InLog(kv_), mine);
  Open();
  Check(model_);
  ExpectOnlyNeededBlobs();
  for (int i = 0; i < 100; ++i) Delete(Key(static_cast<uint64_t>(i)));
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  EXPECT_TRUE(BlobsOfStore().empty());
  ExpectOnlyNeededBlobs();
}

// A segment that nothing refers to any more may lose its second name at any time: what another
// family has in it is copied.
TEST_F(LogValueTest, ASegmentThatWasGivenUpIsNotTakenAgain) {
  Open();
  KvStore* other = nullptr;
  ASSERT_TRUE(env_->CreateStore("other", store_, &other).ok());
  for (uint64_t i = 0; i < 50; ++i) {
    Put(Key(i), Large(i));
    std::string body;
    AppendPut(&body, other->id(), Key(i), Large(i + 7));
    Write(body);
  }
  ASSERT_TRUE(kv_->Flush(true).ok());
  ASSERT_FALSE(InLog(kv_).empty());
  for (uint64_t i = 0; i < 50; ++i) Delete(Key(i));
  ASSERT_TRUE(kv_->CompactRange({}, nullptr, nullptr).ok());
  ASSERT_TRUE(BlobsOfStore().empty());
  ASSERT_TRUE(env_->FlushAll(true).ok());
  EXPECT_TRUE(InLog(other).empty());
  EXPECT_FALSE(other->BlobFiles().empty());
  EXPECT_TRUE(other->VerifyChecksums().ok());
}

TEST_F(LogValueTest, WhatIsNotWorthKeepingIsCopied) {
  Open();
  // Mostly small values.
  for (uint64_t i = 0; i < 2000; ++i) {
    const std::string value = i % 20 == 0 ? Large(i, 200) : "small";
    Put(Key(i), value);
    model_[Key(i)] = value;
  }
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_TRUE(InLog(kv_).empty());
  // Mostly overwritten before they were flushed.
  for (uint64_t i = 0; i < 200; ++i) PutLarge(3000 + static_cast<int>(i % 10), 3010, i);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_LE(InLog(kv_).size(), 1u);
  // Without a log.
  WriteOptions unlogged;
  unlogged.disable_wal = true;
  std::string body;
  for (uint64_t i = 4000; i < 4050; ++i) {
    AppendPut(&body, 0, Key(i), Large(i));
    model_[Key(i)] = Large(i);
  }
  const size_t before = InLog(kv_).size();
  ASSERT_TRUE(env_->Write(unlogged, body, kAnyCount, nullptr).ok());
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_EQ(InLog(kv_).size(), before);
  // To be compressed.
  BlobOptions compressed = store_.tree.blob;
  compressed.codec = Codec::kZstd;
  SetBlobOptions(compressed);
  PutLarge(5000, 5100);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_EQ(InLog(kv_).size(), before);
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
}

TEST_F(LogValueTest, ALogThatCannotBeLinkedIsCopied) {
  Open();
  SimFault fault;
  fault.io = kSimName;
  fault.path_part = ".log";
  fault.sticky = true;
  fs_.AddFault(fault);
  PutLarge(0, 100);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_TRUE(InLog(kv_).empty());
  Check(model_);
  ExpectOnlyNeededBlobs();
}

// The log is recovered from segments that are blob files already, and from such as became one and
// were never named by the manifest.
TEST_F(LogValueTest, DeathAtAnyCallLosesNothing) {
  uint64_t kept = 0;
  for (uint64_t io = 1; io < 600; io += 3) {
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    model_.clear();
    Open();
    PutLarge(0, 30);
    ASSERT_TRUE(kv_->Flush(true).ok());
    PutLarge(20, 80, 100);
    fs_.CrashAtIo(io);
    kv_->Flush(true).Ignore();
    const bool over = !fs_.frozen();
    fs_.CrashAtIo(0);
    fs_.Freeze();
    env_.reset();
    fs_.ProcessKill();
    Open();
    Check(model_);
    kept += InLog(kv_).size();
    ASSERT_TRUE(kv_->Flush(true).ok());
    const Status s = kv_->VerifyChecksums();
    ASSERT_TRUE(s.ok()) << io << ": " << s.ToString();
    Open();
    Check(model_);
    ExpectOnlyNeededBlobs();
    if (HasFailure()) FAIL() << "the process died at call " << io;
    if (over) {
      EXPECT_GT(kept, 0u);
      return;
    }
  }
  FAIL() << "the work does not end";
}

// Of a flush without blob files nothing of the log is needed: here its values stand there.
TEST_F(LogValueTest, WhatAFlushLeavesInTheLogIsDurable) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    env_.reset();
    ASSERT_TRUE(DbEnv::Destroy(&fs_, "/db", "").ok());
    model_.clear();
    Open();
    PutLarge(0, 60);
    ASSERT_TRUE(kv_->Flush(true).ok());
    ASSERT_FALSE(InLog(kv_).empty());
    fs_.Freeze();
    env_.reset();
    fs_.Crash(seed);
    Open();
    Check(model_);
    EXPECT_TRUE(kv_->VerifyChecksums().ok());
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST_F(LogValueTest, AfterAPoisonedLogValuesAreCopied) {
  Open();
  PutLarge(0, 60);
  ASSERT_TRUE(kv_->Flush(true).ok());
  const std::vector<uint64_t> before = InLog(kv_);
  EXPECT_FALSE(before.empty());
  PutLarge(30, 90, 100);
  SimFault fault;
  fault.io = kSimSync;
  fault.path_part = ".log";
  fs_.AddFault(fault);
  EXPECT_FALSE(env_->FlushWal(true).ok());
  ASSERT_TRUE(env_->Resume().ok());
  EXPECT_EQ(InLog(kv_), before);
  Check(model_);
  PutLarge(80, 120, 200);
  ASSERT_TRUE(kv_->Flush(true).ok());
  EXPECT_GT(InLog(kv_).size(), before.size());
  Check(model_);
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
  Open();
  Check(model_);
  ExpectOnlyNeededBlobs();
}

}  // namespace
}  // namespace aether
