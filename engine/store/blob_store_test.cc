// Stores whose large values stand in blob files.

#include <atomic>
#include <deque>

#include "engine/base/random.h"
#include "engine/store/blob_store_fixture.h"

namespace aether {
namespace {

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

}  // namespace
}  // namespace aether
