// The merging iterator against a sorted list: any number of sources, steps and seeks in both
// directions, sources that end, fail, or are empty.

#include "engine/lsm/merging_iterator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/comparator.h"
#include "engine/base/random.h"

namespace aether {
namespace {

struct Item {
  std::string key;
  uint64_t tag;
};

class ListIterator final : public EntryIterator {
 public:
  ListIterator(const Comparator* order, std::vector<Item> items, size_t fails_at = SIZE_MAX)
      : order_(order), items_(std::move(items)), fails_at_(fails_at) {}

  bool Valid() const override { return at_ < items_.size() && at_ != fails_at_; }
  void SeekToFirst() override { at_ = 0; }
  void SeekToLast() override { at_ = items_.size() - 1; }
  void Seek(Slice key, SequenceNumber sequence) override {
    at_ = 0;
    while (at_ < items_.size() && Compare(at_, key, sequence) < 0) ++at_;
  }
  void SeekForPrev(Slice key, SequenceNumber sequence) override {
    at_ = items_.size() - 1;
    while (at_ < items_.size() && Compare(at_, key, sequence) > 0) --at_;
  }
  void Next() override { ++at_; }
  void Prev() override { --at_; }
  Slice key() const override { return items_[at_].key; }
  uint64_t tag() const override { return items_[at_].tag; }
  Slice value() const override { return items_[at_].key; }
  Status status() const override {
    return at_ != SIZE_MAX && at_ == fails_at_ ? Status::IOError("planned") : Status::OK();
  }

 private:
  int Compare(size_t i, Slice key, SequenceNumber sequence) const {
    return CompareEntries(order_, items_[i].key, TagSequence(items_[i].tag), key, sequence);
  }

  const Comparator* const order_;
  const std::vector<Item> items_;
  const size_t fails_at_;
  size_t at_ = SIZE_MAX;
};

class BackwardOrder final : public Comparator {
 public:
  BackwardOrder() : Comparator(false, false) {}
  int Compare(Slice a, Slice b) const override { return b.Compare(a); }
  const char* Name() const override { return "test.Backward"; }
};

class MergingIteratorTest : public ::testing::TestWithParam<bool> {
 protected:
  const Comparator* order() const { return GetParam() ? BytewiseComparator() : &backward_; }
  bool Less(const Item& a, const Item& b) const {
    return CompareEntries(order(), a.key, TagSequence(a.tag), b.key, TagSequence(b.tag)) < 0;
  }
  // Some sources get most of the entries, some none; keys share their first eight bytes now and
  // then.
  std::unique_ptr<MergingIterator> Fill(size_t sources, size_t entries, Random* random) {
    all_.clear();
    std::vector<std::vector<Item>> lists(sources);
    for (size_t i = 0; i < entries; ++i) {
      std::string key(random->OneIn(3) ? "same eight bytes " : "");
      for (uint64_t n = random->Uniform(4); n > 0; --n) {
        key.push_back(static_cast<char>('a' + random->Uniform(4)));
      }
      const Item item{std::move(key), PackTag(i + 1, EntryType::kPut)};
      all_.push_back(item);
      lists[random->OneIn(4) ? random->Uniform(sources) : sources / 2].push_back(item);
    }
    const auto less = [this](const Item& a, const Item& b) { return Less(a, b); };
    std::sort(all_.begin(), all_.end(), less);
    std::vector<MergeSource> iterators;
    for (auto& list : lists) {
      std::sort(list.begin(), list.end(), less);
      iterators.push_back({std::make_unique<ListIterator>(order(), list), kMaxSequence});
    }
    return std::make_unique<MergingIterator>(order(), std::move(iterators));
  }
  void ExpectAt(const MergingIterator& merge, size_t at) {
    ASSERT_EQ(merge.Valid(), at < all_.size());
    if (at >= all_.size()) return;
    EXPECT_EQ(merge.key().ToString(), all_[at].key);
    EXPECT_EQ(merge.tag(), all_[at].tag);
    EXPECT_EQ(merge.value().ToString(), all_[at].key);
  }

  BackwardOrder backward_;
  std::vector<Item> all_;
};

TEST_P(MergingIteratorTest, AgreesWithASortedList) {
  for (size_t sources = 1; sources <= 17; ++sources) {
    SCOPED_TRACE(sources);
    Random random(sources);
    const size_t entries = random.Uniform(200);
    const auto merge = Fill(sources, entries, &random);
    size_t at = SIZE_MAX;
    for (int step = 0; step < 3000; ++step) {
      const uint64_t what = random.Uniform(at < all_.size() ? 40 : 4);
      if (what == 0) {
        merge->SeekToFirst();
        at = 0;
      } else if (what == 1) {
        merge->SeekToLast();
        at = all_.size() - 1;
      } else if (what < 4) {
        Item target{all_.empty() || random.OneIn(4) ? "b" : all_[random.Uniform(all_.size())].key,
                    PackTag(random.Uniform(entries + 2), EntryType::kPut)};
        const auto less = [this](const Item& a, const Item& b) { return Less(a, b); };
        if (what == 2) {
          merge->Seek(target.key, TagSequence(target.tag));
          at = static_cast<size_t>(std::lower_bound(all_.begin(), all_.end(), target, less) -
                                   all_.begin());
        } else {
          merge->SeekForPrev(target.key, TagSequence(target.tag));
          at = static_cast<size_t>(std::upper_bound(all_.begin(), all_.end(), target, less) -
                                   all_.begin()) -
               1;
        }
      } else if (what < 24) {
        merge->Next();
        ++at;
      } else {
        merge->Prev();
        --at;
      }
      ASSERT_NO_FATAL_FAILURE(ExpectAt(*merge, at)) << "step " << step;
    }
  }
}

TEST_P(MergingIteratorTest, NoSourcesAtAll) {
  MergingIterator merge(order(), {});
  merge.SeekToFirst();
  EXPECT_FALSE(merge.Valid());
  merge.SeekForPrev("x", 0);
  EXPECT_FALSE(merge.Valid());
  EXPECT_TRUE(merge.status().ok());
}

TEST_P(MergingIteratorTest, ASourceThatFailsEndsAll) {
  for (size_t fails_at : {0, 1, 5}) {
    SCOPED_TRACE(fails_at);
    std::vector<Item> good, bad;
    for (int i = 0; i < 10; ++i) {
      const std::string key(1, static_cast<char>(GetParam() ? 'a' + i : 'z' - i));
      (i % 2 == 0 ? good : bad).push_back({key, PackTag(7, EntryType::kPut)});
    }
    std::vector<MergeSource> sources;
    sources.push_back({std::make_unique<ListIterator>(order(), good), kMaxSequence});
    sources.push_back({std::make_unique<ListIterator>(order(), bad, fails_at), kMaxSequence});
    MergingIterator merge(order(), std::move(sources));
    size_t seen = 0;
    for (merge.SeekToFirst(); merge.Valid(); merge.Next()) ++seen;
    EXPECT_EQ(seen, 2 * fails_at);
    EXPECT_TRUE(merge.status().IsIOError());
    // A new seek starts afresh.
    merge.SeekForPrev(good[0].key, 0);
    EXPECT_TRUE(merge.Valid());
  }
}

INSTANTIATE_TEST_SUITE_P(Orders, MergingIteratorTest, ::testing::Bool(),
                         [](const auto& param) { return param.param ? "bytewise" : "compared"; });

}  // namespace
}  // namespace aether
