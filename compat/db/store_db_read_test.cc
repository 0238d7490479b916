// Reading through the public interface of StoreDb: iterators, Get, MultiGet.

#include <algorithm>
#include <atomic>
#include <thread>

#include "compat/db/store_db_fixture.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/statistics.h"
#include "rocksdb/write_batch.h"

namespace rocksdb {
namespace {

class StoreDbReadTest : public StoreDbTest {};

TEST_F(StoreDbReadTest, IteratorsWalkBothWaysWithinBounds) {
  Open();
  for (const char* key : {"a", "b", "c", "d", "e"}) Put(key, std::string("v") + key);
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  ASSERT_TRUE(db_->Delete(WriteOptions(), "c").ok());
  std::unique_ptr<Iterator> it(db_->NewIterator(ReadOptions()));
  EXPECT_FALSE(it->Valid());
  EXPECT_TRUE(it->status().ok());
  it->Next();
  EXPECT_FALSE(it->Valid());
  it->Seek("b");
  ASSERT_TRUE(it->Valid());
  it->Next();
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key().ToString(), "d");
  it->Prev();
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key().ToString(), "b");
  it->SeekForPrev("c");
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key().ToString(), "b");
  EXPECT_EQ(it->columns().size(), 1u);

  const Slice lower("b");
  const Slice upper("e");
  ReadOptions bounded;
  bounded.iterate_lower_bound = &lower;
  bounded.iterate_upper_bound = &upper;
  EXPECT_EQ(Scan(bounded), "b=vb d=vd ");
  it.reset(db_->NewIterator(bounded));
  it->SeekToLast();
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key().ToString(), "d");
  it->SeekForPrev("z");
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key().ToString(), "d");
  it->SeekForPrev("a");
  EXPECT_FALSE(it->Valid());
  EXPECT_TRUE(it->status().ok());
  std::string property;
  EXPECT_TRUE(it->GetProperty("rocksdb.iterator.is-key-pinned", &property).ok());
  EXPECT_EQ(property, "Iterator is not valid.");
  EXPECT_EQ(it->GetProperty("nonsense", &property).ToString(),
            "Invalid argument: Unidentified property.");
}

TEST_F(StoreDbReadTest, ADeletedRangeIsPassedInOneStep) {
  const auto key = [](int i) { return "k" + std::to_string(100000 + i); };
  Open();
  const auto family = db_->DefaultColumnFamily();
  for (int i = 0; i < 5000; ++i) Put(key(i), "old");
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  const Snapshot* const before = db_->GetSnapshot();
  ASSERT_TRUE(db_->DeleteRange(WriteOptions(), family, key(10), key(4990)).ok());
  Put(key(2000), "new");
  for (const bool flushed : {false, true}) {
    SCOPED_TRACE(flushed);
    if (flushed) {
      ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
    }
    ReadOptions options;
    // Were the hidden entries passed one by one, the scan would give up.
    options.max_skippable_internal_keys = 8;
    std::unique_ptr<Iterator> it(db_->NewIterator(options));
    std::vector<std::string> forward, backward;
    for (it->SeekToFirst(); it->Valid(); it->Next()) forward.push_back(it->key().ToString());
    ASSERT_TRUE(it->status().ok()) << it->status().ToString();
    for (it->SeekToLast(); it->Valid(); it->Prev()) backward.push_back(it->key().ToString());
    ASSERT_TRUE(it->status().ok()) << it->status().ToString();
    std::vector<std::string> expected;
    for (int i = 0; i < 10; ++i) expected.push_back(key(i));
    expected.push_back(key(2000));
    for (int i = 4990; i < 5000; ++i) expected.push_back(key(i));
    EXPECT_EQ(forward, expected);
    std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(backward, expected);
    it->Seek(key(2001));
    ASSERT_TRUE(it->Valid());
    EXPECT_EQ(it->key().ToString(), key(4990));
    it->SeekForPrev(key(1999));
    ASSERT_TRUE(it->Valid());
    EXPECT_EQ(it->key().ToString(), key(9));
    // Who looks from before sees all.
    options.snapshot = before;
    it.reset(db_->NewIterator(options));
    int count = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++count;
    EXPECT_EQ(count, 5000);
  }
  db_->ReleaseSnapshot(before);
}

TEST_F(StoreDbReadTest, RefreshShowsTheStateOfNow) {
  Open();
  Put("a", "1");
  std::unique_ptr<Iterator> it(db_->NewIterator(ReadOptions()));
  Put("b", "2");
  it->Seek("b");
  EXPECT_FALSE(it->Valid());
  ASSERT_TRUE(it->Refresh().ok());
  EXPECT_FALSE(it->Valid());
  it->Seek("b");
  EXPECT_TRUE(it->Valid());
  ReadOptions tailing;
  tailing.tailing = true;
  std::unique_ptr<Iterator> tail(db_->NewIterator(tailing));
  tail->SeekToFirst();
  ASSERT_TRUE(tail->Valid());
  Put("aa", "between");
  tail->Next();
  ASSERT_TRUE(tail->Valid());
  EXPECT_EQ(tail->key().ToString(), "aa");
  tail->SeekToLast();
  EXPECT_TRUE(tail->status().IsNotSupported());
}

TEST_F(StoreDbReadTest, PrefixIteratorsStopAtTheirPrefix) {
  options_.prefix_extractor.reset(NewFixedPrefixTransform(2));
  Open();
  for (const char* key : {"aa1", "aa3", "ab1", "ac1", "ac2"}) Put(key, "v");
  for (int round = 0; round < 2; ++round) {
    ReadOptions same;
    same.prefix_same_as_start = true;
    std::unique_ptr<Iterator> it(db_->NewIterator(same));
    std::string seen;
    for (it->Seek("aa"); it->Valid(); it->Next()) seen += it->key().ToString() + " ";
    EXPECT_EQ(seen, "aa1 aa3 ");
    it->SeekForPrev("ab9");
    ASSERT_TRUE(it->Valid());
    EXPECT_EQ(it->key().ToString(), "ab1");
    it->SeekForPrev("ab0");
    EXPECT_FALSE(it->Valid());
    ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  }
}

TEST_F(StoreDbReadTest, GetLeavesTheStringAloneWhenThereIsNothing) {
  Open();
  std::string value = "keep";
  EXPECT_TRUE(db_->Get(ReadOptions(), "absent", &value).IsNotFound());
  EXPECT_EQ(value, "keep");
  Put("large", std::string(100000, 'x'));
  Put("small", "s");
  for (int round = 0; round < 2; ++round) {
    PinnableSlice pinned;
    ASSERT_TRUE(db_->Get(ReadOptions(), db_->DefaultColumnFamily(), "large", &pinned).ok());
    EXPECT_EQ(pinned.size(), 100000u);
    EXPECT_EQ(pinned[99999], 'x');
    ASSERT_TRUE(db_->Get(ReadOptions(), db_->DefaultColumnFamily(), "small", &pinned).ok());
    EXPECT_EQ(pinned.ToString(), "s");
    EXPECT_EQ(Get("large").size(), 100000u);
    ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  }
}

// More keys than are looked up at a time: a batch that comes in between shows whole or not at all.
TEST_F(StoreDbReadTest, MultiGetOfManyKeysShowsOneMoment) {
  Open();
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("key" + std::to_string(i));
  const std::vector<Slice> keys(names.begin(), names.end());
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int n = 0; !stop; ++n) {
      WriteBatch batch;
      EXPECT_TRUE(batch.Put(names.front(), std::to_string(n)).ok());
      EXPECT_TRUE(batch.Put(names.back(), std::to_string(n)).ok());
      EXPECT_TRUE(db_->Write(WriteOptions(), &batch).ok());
    }
  });
  for (int i = 0; i < 5000; ++i) {
    std::vector<std::string> values;
    db_->MultiGet(ReadOptions(), keys, &values);
    ASSERT_EQ(values.front(), values.back());
  }
  stop = true;
  writer.join();
}

TEST_F(StoreDbReadTest, MultiGetAnswersEachKey) {
  Open();
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back("key" + std::to_string(i));
    if (i % 3 != 0) Put(names.back(), "value" + std::to_string(i));
    if (i == 50) {
      ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
    }
  }
  const std::vector<Slice> keys(names.begin(), names.end());
  std::vector<std::string> values;
  const std::vector<Status> statuses = db_->MultiGet(ReadOptions(), keys, &values);
  std::vector<PinnableSlice> slices(keys.size());
  std::vector<Status> batched(keys.size());
  db_->MultiGet(ReadOptions(), db_->DefaultColumnFamily(), keys.size(), keys.data(), slices.data(),
                batched.data());
  for (size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(statuses[i].ok(), i % 3 != 0);
    EXPECT_EQ(batched[i].ok(), i % 3 != 0);
    if (i % 3 == 0) {
      EXPECT_TRUE(batched[i].IsNotFound());
      EXPECT_EQ(values[i], "");
      continue;
    }
    EXPECT_EQ(values[i], "value" + std::to_string(i));
    EXPECT_EQ(slices[i].ToString(), "value" + std::to_string(i));
  }
}

TEST_F(StoreDbReadTest, ReadsWithoutTheDiskSayIncomplete) {
  Open();
  for (int i = 0; i < 3000; ++i) Put("key" + std::to_string(i), std::string(200, 'x'));
  ASSERT_TRUE(db_->Flush(FlushOptions()).ok());
  Open();
  ReadOptions cached;
  cached.read_tier = kBlockCacheTier;
  std::string value;
  EXPECT_EQ(db_->Get(cached, "key500", &value).ToString(), "Result incomplete: no blocking io");
  std::unique_ptr<Iterator> it(db_->NewIterator(cached));
  it->Seek("key7");
  EXPECT_FALSE(it->Valid());
  EXPECT_EQ(it->status().ToString(), "Result incomplete: no blocking io");
  EXPECT_EQ(Get("key500"), std::string(200, 'x'));
  EXPECT_TRUE(db_->Get(cached, "key500", &value).ok());
}

TEST_F(StoreDbReadTest, MultiGetStopsAtItsSizeLimit) {
  Open();
  Put("a", "value");
  Put("b", "value");
  const Slice keys[] = {"a", "b", "absent"};
  PinnableSlice values[3];
  Status statuses[3];
  ReadOptions limited;
  limited.value_size_soft_limit = 0;
  db_->MultiGet(limited, db_->DefaultColumnFamily(), 3, keys, values, statuses);
  EXPECT_TRUE(statuses[0].ok());
  EXPECT_TRUE(statuses[1].IsAborted());
  EXPECT_TRUE(statuses[2].IsAborted());
}

}  // namespace
}  // namespace rocksdb
