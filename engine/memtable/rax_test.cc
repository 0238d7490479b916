// What the table's interface does not show of the radix tree: nodes at the edges of their sizes,
// and threads that stopped half way, which only a test can hold there.

#include "engine/memtable/rax.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

namespace aether {
namespace {

class Records {
 public:
  const char* Make(const std::string& key, SequenceNumber sequence) {
    std::string& record = records_.emplace_back(RecordSize(key, ""), '\0');
    WriteRecord(record.data(), PackTag(sequence, EntryType::kPut), key, "");
    return record.data();
  }

 private:
  std::deque<std::string> records_;
};

std::string KeyOf(int symbol) {
  return symbol == 0 ? std::string("key") : "key" + std::string(1, static_cast<char>(symbol - 1));
}

class RaxNodeTest : public ::testing::Test {
 protected:
  template <typename Node>
  RaxNode* Make() {
    return new (memory_) Node(false, 3, RaxNode::HeadBefore("key", 3), records_.Make("key", 1));
  }
  RaxNode* Make(RaxNode::Size size) {
    switch (size) {
      case RaxNode::Size::k5:
        return Make<RaxNode5>();
      case RaxNode::Size::k13:
        return Make<RaxNode13>();
      case RaxNode::Size::k29:
        return Make<RaxNode29>();
      case RaxNode::Size::k52:
        return Make<RaxNode52>();
      case RaxNode::Size::k257:
        break;
    }
    return Make<RaxNode257>();
  }
  RaxChild Child(int symbol) { return RaxChild(records_.Make(KeyOf(symbol), 1), symbol); }

  static constexpr RaxNode::Size kSizes[] = {RaxNode::Size::k5, RaxNode::Size::k13,
                                             RaxNode::Size::k29, RaxNode::Size::k52,
                                             RaxNode::Size::k257};
  Records records_;
  alignas(64) char memory_[sizeof(RaxNode257)];
};

TEST_F(RaxNodeTest, TakesAsManyAsItHasSlotsAndEachSymbolOnce) {
  for (const RaxNode::Size size : kSizes) {
    RaxNode* const node = Make(size);
    std::atomic<uint64_t>* slot;
    for (int i = 0; i < node->Slots(); ++i) {
      const int symbol = (i * 100) % 257;
      EXPECT_EQ(node->Find(symbol), nullptr);
      EXPECT_TRUE(node->Get(symbol).empty());
      const RaxChild child = Child(symbol);
      ASSERT_EQ(node->Add(child, &slot), RaxNode::Added::kYes);
      EXPECT_EQ(node->Get(symbol).word(), child.word());
      EXPECT_EQ(node->Children(), i + 1);
      // A thread that had not seen it yet.
      ASSERT_EQ(node->Add(Child(symbol), &slot), RaxNode::Added::kThere);
      EXPECT_EQ(slot->load(), child.word());
      EXPECT_EQ(node->Children(), i + 1);
    }
    if (size == RaxNode::Size::k257) continue;
    ASSERT_EQ(node->Add(Child((node->Slots() * 100) % 257), &slot), RaxNode::Added::kFull);
    node->Freeze();
    for (int i = 0; i < node->Slots(); ++i) {
      const RaxChild child = node->Get((i * 100) % 257);
      EXPECT_TRUE(child.frozen());
      EXPECT_EQ(RecordKey(child.record()), Slice(KeyOf((i * 100) % 257)));
    }
  }
}

// The thread that filled the slot has not come to the index yet.
TEST_F(RaxNodeTest, ChildrenThatAreNotInTheIndexAreFoundAndPutThere) {
  for (const int newcomer : {7, 8, 9}) {
    RaxNode* const node = Make(RaxNode::Size::k52);
    node->Fill(Child(1));
    node->Fill(Child(2));
    for (const int stopped : {7, 8}) node->SlotArray()[stopped - 5].store(Child(stopped).word());
    EXPECT_TRUE(node->Get(8).empty());
    std::atomic<uint64_t>* slot;
    EXPECT_EQ(node->Add(Child(newcomer), &slot),
              newcomer == 9 ? RaxNode::Added::kYes : RaxNode::Added::kThere);
    EXPECT_EQ(slot, &node->SlotArray()[newcomer - 5]);
    for (int symbol = 7; symbol <= newcomer; ++symbol) {
      EXPECT_EQ(RecordKey(node->Get(symbol).record()), Slice(KeyOf(symbol)));
    }
    EXPECT_EQ(node->Children(), newcomer - 4);
  }
}

class RaxTest : public ::testing::Test {
 protected:
  void Insert(const std::string& key, SequenceNumber sequence, void** hint = nullptr) {
    ASSERT_TRUE(rax_.Insert(0, PackTag(sequence, EntryType::kPut), key, "", hint));
    ++entries_;
  }
  void ExpectAll() const {
    auto iterator = rax_.NewIterator();
    iterator->SeekToFirst();
    size_t n = 0;
    std::string last;
    for (; iterator->Valid(); iterator->Next(), ++n) {
      EXPECT_TRUE(n == 0 || Slice(last).Compare(iterator->key()) < 0);
      last = iterator->key().ToString();
      EXPECT_TRUE(rax_.Visit(
          last, kMaxSequence, [](void*, const Entry&) { return false; }, nullptr));
    }
    EXPECT_EQ(n, entries_);
  }

  Rax rax_{BytewiseComparator()};
  size_t entries_ = 0;
};

// A thread froze a full node and was never seen again: others read it and replace it.
TEST_F(RaxTest, AThreadThatStoppedWhileItReplacedANodeHoldsUpNobody) {
  for (const int children : {5, 13, 29, 52}) {
    for (const bool whole : {true, false}) {
      const std::string start = std::to_string(children) + (whole ? "whole" : "part");
      void* hint = nullptr;
      SequenceNumber sequence = 1;
      for (int i = 0; i < children; ++i) {
        Insert(start + static_cast<char>(i), sequence, &hint);
      }
      auto* const node = static_cast<RaxNode*>(hint);
      ASSERT_EQ(node->Children(), children);
      ASSERT_EQ(node->Slots(), children);
      if (whole) {
        node->Freeze();
      } else {
        for (int i = 0; i < 3; ++i) node->SlotArray()[i].fetch_or(RaxChild::kFrozen);
      }
      ExpectAll();
      // Below a frozen slot, and a new child.
      Insert(start + static_cast<char>(1) + "below", sequence, nullptr);
      ExpectAll();
      Insert(start + static_cast<char>(200), sequence, &hint);
      ExpectAll();
      Insert(start + static_cast<char>(children - 1) + "below", sequence, &hint);
      ExpectAll();
      EXPECT_FALSE(rax_.Insert(0, PackTag(sequence, EntryType::kPut), start + static_cast<char>(2),
                               "", &hint));
    }
  }
}

// The upper node and the one below it are both waiting to be replaced.
TEST_F(RaxTest, TwoFrozenLevelsAreReplacedFromTheTop) {
  void* hint = nullptr;
  for (int i = 0; i < 4; ++i) Insert("a" + std::string(1, static_cast<char>(i)), 1, &hint);
  Insert("a\x04x", 1, &hint);
  auto* const upper = static_cast<RaxNode*>(hint);
  void* lower_hint = nullptr;
  for (int i = 0; i < 4; ++i)
    Insert("a\x04" + std::string(1, static_cast<char>(i)), 1, &lower_hint);
  auto* const lower = static_cast<RaxNode*>(lower_hint);
  ASSERT_NE(upper, lower);
  ASSERT_EQ(upper->Children(), 5);
  ASSERT_EQ(lower->Children(), 5);
  upper->Freeze();
  lower->Freeze();
  Insert("a\x04y", 1, &lower_hint);
  Insert("a\x04xy", 1, &lower_hint);
  Insert("b", 1, &hint);
  ExpectAll();
}

// A hint may lead to a node that has been replaced since.
TEST_F(RaxTest, AHintOutlivesItsNode) {
  void* stale = nullptr;
  for (int i = 0; i < 5; ++i) Insert("k" + std::string(1, static_cast<char>(i)), 1, &stale);
  for (int i = 5; i < 256; ++i) {
    void* copy = stale;
    Insert("k" + std::string(1, static_cast<char>(i)), 1, i % 2 == 0 ? &copy : nullptr);
  }
  void* copy = stale;
  Insert("k", 1, &copy);
  copy = stale;
  Insert("k\x03 below", 1, &copy);
  copy = stale;
  EXPECT_FALSE(rax_.Insert(0, PackTag(1, EntryType::kPut), "k\x07", "", &copy));
  ExpectAll();
}

// All nodes that a batch inserts into grow at once, to each size.
TEST_F(RaxTest, AReservationCoversTheGrowthOfAllNodes) {
  constexpr int kPlaces = 100;
  for (int round = 0; round < 60; ++round) {
    ASSERT_TRUE(rax_.Reserve(0, kPlaces, kPlaces * 10));
    const size_t reserved = rax_.MemoryUsage();
    for (int i = 0; i < kPlaces; ++i) {
      Insert("p" + std::to_string(i) + "/" + std::string(1, static_cast<char>(round)), 1);
      ASSERT_EQ(rax_.MemoryUsage(), reserved);
    }
  }
}

}  // namespace
}  // namespace aether
