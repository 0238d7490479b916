// What a table must do, for all kinds and two orders, against a sorted map.

#include "engine/memtable/memtable.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "engine/base/pages.h"
#include "engine/base/random.h"

namespace aether {
namespace {

struct Kind {
  const char* name;
  MemTableKind kind;
  const Comparator* order;
};

struct ModelKey {
  std::string key;
  SequenceNumber sequence;
};
struct ModelLess {
  const Comparator* order;
  bool operator()(const ModelKey& a, const ModelKey& b) const {
    return CompareEntries(order, a.key, a.sequence, b.key, b.sequence) < 0;
  }
};
struct ModelValue {
  EntryType type;
  std::string value;
};
using Model = std::map<ModelKey, ModelValue, ModelLess>;

// Keys of the shapes that break heads, fragments and prefixes.
std::string RandomKey(Random* random, int shape) {
  std::string key;
  switch (shape) {
    case 0: {  // 8-byte big-endian numbers
      const uint64_t n = random->Uniform(4000);
      for (int i = 7; i >= 0; --i) key.push_back(static_cast<char>(n >> (8 * i)));
      break;
    }
    case 1:  // short strings over few letters, NUL among them, the empty one too
      for (uint64_t i = random->Uniform(7); i > 0; --i) {
        key.push_back("\0a\xff"[random->Uniform(3)]);
      }
      break;
    case 2:  // a long common prefix, then a number
      key = std::string(40, 'p') + std::to_string(random->Uniform(5000));
      break;
    case 3: {  // prefixes of one another
      key = std::string(random->Uniform(60), '\0');
      if (random->OneIn(2)) key.push_back(static_cast<char>(random->Uniform(256)));
      break;
    }
    default:  // random bytes
      for (uint64_t i = random->Uniform(20); i > 0; --i) {
        key.push_back(static_cast<char>(random->Next()));
      }
  }
  return key;
}

class MemTableTest : public ::testing::TestWithParam<Kind> {
 protected:
  MemTableTest() : table_(NewMemTable(GetParam().kind, order())), model_(ModelLess{order()}) {}

  static const Comparator* order() { return GetParam().order; }

  void Put(const std::string& key, SequenceNumber sequence, EntryType type,
           const std::string& value, void** hint = nullptr) {
    table_->Insert(sequence, type, key, value, hint);
    model_.emplace(ModelKey{key, sequence}, ModelValue{type, value});
  }

  // Does the iterator stand on `it`?
  void ExpectAt(const EntryIterator& iterator, Model::const_iterator it) {
    if (it == model_.end()) {
      ASSERT_FALSE(iterator.Valid());
      return;
    }
    ASSERT_TRUE(iterator.Valid());
    ASSERT_EQ(iterator.key(), Slice(it->first.key));
    ASSERT_EQ(iterator.tag(), PackTag(it->first.sequence, it->second.type));
    ASSERT_EQ(iterator.value(), Slice(it->second.value));
  }

  std::vector<Entry> VisitAll(const std::string& key, SequenceNumber sequence, bool* found) {
    std::vector<Entry> entries;
    *found = table_->Visit(
        key, sequence,
        [](void* context, const Entry& entry) {
          static_cast<std::vector<Entry>*>(context)->push_back(entry);
          return true;
        },
        &entries);
    return entries;
  }

  void CheckAll(Random* random, const std::vector<std::string>& probes) {
    auto iterator = table_->NewIterator();
    iterator->SeekToFirst();
    for (auto it = model_.begin(); it != model_.end(); ++it) {
      ASSERT_NO_FATAL_FAILURE(ExpectAt(*iterator, it));
      iterator->Next();
    }
    ASSERT_FALSE(iterator->Valid());
    iterator->SeekToLast();
    for (auto it = model_.rbegin(); it != model_.rend(); ++it) {
      ASSERT_NO_FATAL_FAILURE(ExpectAt(*iterator, std::prev(it.base())));
      iterator->Prev();
    }
    ASSERT_FALSE(iterator->Valid());

    for (const std::string& key : probes) {
      const SequenceNumber sequence =
          random->OneIn(4) ? (random->OneIn(2) ? 0 : kMaxSequence) : random->Uniform(20000);
      auto at = model_.lower_bound(ModelKey{key, sequence});
      iterator->Seek(key, sequence);
      ASSERT_NO_FATAL_FAILURE(ExpectAt(*iterator, at));
      // A few steps to and fro.
      auto walk = at;
      for (int i = 0; i < 3 && walk != model_.end(); ++i) {
        ++walk;
        iterator->Next();
        ASSERT_NO_FATAL_FAILURE(ExpectAt(*iterator, walk));
      }
      if (walk != model_.end() && walk != model_.begin()) {
        iterator->Prev();
        ASSERT_NO_FATAL_FAILURE(ExpectAt(*iterator, std::prev(walk)));
      }
      auto before = model_.upper_bound(ModelKey{key, sequence});
      before = before == model_.begin() ? model_.end() : std::prev(before);
      iterator->SeekForPrev(key, sequence);
      ASSERT_NO_FATAL_FAILURE(ExpectAt(*iterator, before));

      bool found;
      const std::vector<Entry> entries = VisitAll(key, sequence, &found);
      size_t n = 0;
      for (auto it = at; it != model_.end() && CompareKeys(order(), it->first.key, key) == 0;
           ++it, ++n) {
        ASSERT_LT(n, entries.size());
        ASSERT_EQ(entries[n].sequence(), it->first.sequence);
        ASSERT_EQ(entries[n].type(), it->second.type);
        ASSERT_EQ(entries[n].value, Slice(it->second.value));
      }
      ASSERT_EQ(n, entries.size());
      ASSERT_EQ(found, n > 0);
    }
  }

  std::unique_ptr<MemTable> table_;
  Model model_;
};

TEST_P(MemTableTest, EmptyTable) {
  auto iterator = table_->NewIterator();
  EXPECT_FALSE(iterator->Valid());
  iterator->SeekToFirst();
  EXPECT_FALSE(iterator->Valid());
  iterator->SeekToLast();
  EXPECT_FALSE(iterator->Valid());
  iterator->Seek("a", kMaxSequence);
  EXPECT_FALSE(iterator->Valid());
  iterator->SeekForPrev("a", 0);
  EXPECT_FALSE(iterator->Valid());
  bool found;
  EXPECT_TRUE(VisitAll("a", kMaxSequence, &found).empty());
  EXPECT_FALSE(found);
  EXPECT_TRUE(table_->Empty());
  EXPECT_EQ(table_->CoveringRangeDelete("a", kMaxSequence).sequence, 0u);
  EXPECT_EQ(table_->ApproximateShare("a", "z"), 0.0);
}

TEST_P(MemTableTest, SameAsSortedMap) {
  for (int shape = 0; shape < 5; ++shape) {
    for (const int entries : {1, 13, 14, 15, 100, 6000}) {
      SCOPED_TRACE(testing::Message() << "shape " << shape << " entries " << entries);
      Random random(static_cast<uint64_t>(shape * 100000 + entries));
      table_ = NewMemTable(GetParam().kind, order());
      model_ = Model(ModelLess{order()});
      void* hint = nullptr;
      uint64_t data_bytes = 0;
      uint64_t deletes = 0;
      std::vector<std::string> probes;
      for (int i = 1; i <= entries; ++i) {
        const std::string key = RandomKey(&random, shape);
        const EntryType type = random.OneIn(5)   ? EntryType::kDelete
                               : random.OneIn(9) ? EntryType::kMerge
                                                 : EntryType::kPut;
        const std::string value(type == EntryType::kDelete ? 0 : random.Uniform(200), 'v');
        Put(key, static_cast<SequenceNumber>(i), type, value, random.OneIn(2) ? &hint : nullptr);
        data_bytes += key.size() + value.size();
        deletes += type == EntryType::kDelete;
        if (probes.size() < 500) probes.push_back(key);
      }
      for (int i = 0; i < 200; ++i) probes.push_back(RandomKey(&random, shape));
      ASSERT_NO_FATAL_FAILURE(CheckAll(&random, probes));
      EXPECT_EQ(table_->Entries(), static_cast<uint64_t>(entries));
      EXPECT_EQ(table_->DataBytes(), data_bytes);
      EXPECT_EQ(table_->Deletes(), deletes);
    }
  }
}

// Runs of ascending and of descending keys, from one place and from several at once.
TEST_P(MemTableTest, RunsOfKeys) {
  for (const int streams : {1, 3}) {
    for (const int step : {1, -1}) {
      for (const bool use_hints : {false, true}) {
        SCOPED_TRACE(testing::Message() << streams << " streams, step " << step);
        table_ = NewMemTable(GetParam().kind, order());
        model_ = Model(ModelLess{order()});
        std::vector<void*> hints(static_cast<size_t>(streams), nullptr);
        SequenceNumber sequence = 0;
        std::vector<std::string> probes;
        for (int i = 0; i < 4000; ++i) {
          for (int s = 0; s < streams; ++s) {
            char key[32];
            snprintf(key, sizeof(key), "%d/%08d", s, 50000 + i * step);
            Put(key, ++sequence, EntryType::kPut, "value",
                use_hints ? &hints[static_cast<size_t>(s)] : nullptr);
            if (i % 37 == 0) probes.push_back(key);
            if (i % 41 == 0) probes.push_back(std::string(key) + "x");
          }
        }
        Random random(7);
        ASSERT_NO_FATAL_FAILURE(CheckAll(&random, probes));
        // And into the packed leaves afterwards.
        for (int i = 0; i < 3000; ++i) {
          char key[32];
          snprintf(key, sizeof(key), "%d/%08d-%d", static_cast<int>(random.Uniform(3)),
                   50000 + static_cast<int>(random.Uniform(4000)) * step, i);
          Put(key, ++sequence, EntryType::kPut, "more", use_hints ? &hints[0] : nullptr);
        }
        ASSERT_NO_FATAL_FAILURE(CheckAll(&random, probes));
      }
    }
  }
}

TEST_P(MemTableTest, ManyVersionsOfOneKey) {
  for (const std::string& key : {std::string("k"), std::string(), std::string(300, 'k')}) {
    table_ = NewMemTable(GetParam().kind, order());
    model_ = Model(ModelLess{order()});
    Put("a", 1, EntryType::kPut, "first");
    Put("z", 2, EntryType::kPut, "last");
    // Even sequences upwards, then odd ones, so that versions also go between others.
    for (SequenceNumber s = 10; s < 3000; s += 2) Put(key, s, EntryType::kMerge, std::to_string(s));
    for (SequenceNumber s = 11; s < 3000; s += 2) Put(key, s, EntryType::kPut, std::to_string(s));
    Random random(3);
    ASSERT_NO_FATAL_FAILURE(CheckAll(&random, {key, "a", "z", "b", ""}));
    for (SequenceNumber s : {9u, 10u, 11u, 500u, 2999u, 9999u}) {
      bool found;
      const auto entries = VisitAll(key, s, &found);
      ASSERT_EQ(entries.size(), s < 10 ? 0u : std::min<SequenceNumber>(s, 2999) - 9);
      if (found) {
        ASSERT_EQ(entries[0].sequence(), std::min<SequenceNumber>(s, 2999));
      }
    }
  }
}

// One place where keys part, from one child to as many as there can be: each byte and the end of
// the key.
TEST_P(MemTableTest, EveryNumberOfKeysThatPartAtOneByte) {
  for (const size_t before : {0, 3, 8, 30}) {
    for (const char* arrival : {"ascending", "descending", "mixed"}) {
      SCOPED_TRACE(testing::Message() << before << " bytes before, " << arrival);
      table_ = NewMemTable(GetParam().kind, order());
      model_ = Model(ModelLess{order()});
      Random random(before);
      std::vector<int> symbols(257);
      for (int i = 0; i < 257; ++i) symbols[static_cast<size_t>(i)] = i - 1;
      if (arrival[0] == 'd') std::reverse(symbols.begin(), symbols.end());
      if (arrival[0] == 'm') {
        for (size_t i = 256; i > 0; --i) std::swap(symbols[i], symbols[random.Uniform(i + 1)]);
      }
      const auto key_of = [&](int symbol) {
        std::string key(before, 'b');
        if (symbol >= 0) key.push_back(static_cast<char>(symbol));
        // Behind the byte: nothing, or more.
        if (symbol % 3 == 1) key += "tail";
        return key;
      };
      std::vector<std::string> probes = {"",
                                         "a",
                                         "b",
                                         "c",
                                         std::string(before, 'b'),
                                         std::string(before + 9, 'b'),
                                         std::string(before, 'b') + "\xff\xff"};
      for (int symbol = -1; symbol < 256; symbol += 5) probes.push_back(key_of(symbol) + "x");
      SequenceNumber sequence = 0;
      for (const int symbol : symbols) {
        Put(key_of(symbol), ++sequence, EntryType::kPut, std::to_string(symbol));
        probes.push_back(key_of(symbol));
        // Where nodes of the radix tree are full, and one further.
        for (const SequenceNumber full : {1, 5, 13, 29, 52, 256}) {
          if (sequence != full && sequence != full + 1) continue;
          ASSERT_NO_FATAL_FAILURE(CheckAll(&random, probes));
        }
      }
      // And a second level below each.
      for (const int symbol : symbols) {
        Put(key_of(symbol) + "0", ++sequence, EntryType::kPut, "0");
        Put(key_of(symbol), ++sequence, EntryType::kDelete, "");
      }
      ASSERT_NO_FATAL_FAILURE(CheckAll(&random, probes));
    }
  }
}

// Keys that leave a long one at each of its bytes, or end there.
TEST_P(MemTableTest, KeysThatLeaveAPathAnywhere) {
  const std::string path(300, 'p');
  for (int order_of_lengths = 0; order_of_lengths < 3; ++order_of_lengths) {
    table_ = NewMemTable(GetParam().kind, order());
    model_ = Model(ModelLess{order()});
    Random random(static_cast<uint64_t>(order_of_lengths));
    std::vector<size_t> lengths(300);
    for (size_t i = 0; i < 300; ++i) lengths[i] = order_of_lengths == 1 ? 299 - i : i;
    if (order_of_lengths == 2) {
      for (size_t i = 299; i > 0; --i) std::swap(lengths[i], lengths[random.Uniform(i + 1)]);
    }
    Put(path, 1, EntryType::kPut, "path");
    Put(path, 2, EntryType::kMerge, "newer");
    SequenceNumber sequence = 2;
    std::vector<std::string> probes = {path, path + "p"};
    for (const size_t length : lengths) {
      const std::string start = path.substr(0, length);
      for (const std::string& key : {start, start + "o", start + "q" + std::string(length, 'r')}) {
        if (random.OneIn(2)) Put(key, ++sequence, EntryType::kPut, "leaves");
        probes.push_back(key);
      }
      if (length % 29 == 0) {
        ASSERT_NO_FATAL_FAILURE(CheckAll(&random, probes));
      }
    }
    ASSERT_NO_FATAL_FAILURE(CheckAll(&random, probes));
  }
}

TEST_P(MemTableTest, KeysOfMegabytes) {
  const std::string large(3 << 20, 'm');
  std::vector<std::string> probes = {"", "m", large + "x", large.substr(1)};
  SequenceNumber sequence = 0;
  for (const size_t at : {size_t{0}, size_t{1}, large.size() / 2, large.size() - 1}) {
    for (const char other : {'a', 'z'}) {
      std::string key = large;
      key[at] = other;
      Put(key, ++sequence, EntryType::kPut, "differs");
      probes.push_back(key);
    }
    Put(large, ++sequence, EntryType::kPut, "version");
    Put(large.substr(0, at), ++sequence, EntryType::kPut, "ends");
    probes.push_back(large.substr(0, at));
  }
  probes.push_back(large);
  Random random(9);
  ASSERT_NO_FATAL_FAILURE(CheckAll(&random, probes));
}

TEST_P(MemTableTest, VisitorStopsWhenToldTo) {
  for (SequenceNumber s = 1; s <= 50; ++s) Put("k", s, EntryType::kMerge, "m");
  int calls = 0;
  EXPECT_TRUE(table_->Visit(
      "k", 40, [](void* context, const Entry&) { return ++*static_cast<int*>(context) < 20; },
      &calls));
  EXPECT_EQ(calls, 20);
}

TEST_P(MemTableTest, SecondInsertOfAnEntryChangesNothing) {
  Random random(11);
  for (SequenceNumber s = 1; s <= 2000; ++s) {
    Put(RandomKey(&random, static_cast<int>(s % 5)), s, EntryType::kPut, std::to_string(s));
  }
  const uint64_t entries = table_->Entries();
  const uint64_t data_bytes = table_->DataBytes();
  for (const auto& [key, value] : model_) {
    table_->Insert(key.sequence, value.type, key.key, value.value, nullptr);
  }
  EXPECT_EQ(table_->Entries(), entries);
  EXPECT_EQ(table_->DataBytes(), data_bytes);
  ASSERT_NO_FATAL_FAILURE(CheckAll(&random, {"a"}));

  table_->Insert(9000, EntryType::kRangeDelete, "a", "b", nullptr);
  table_->Insert(9000, EntryType::kRangeDelete, "a", "b", nullptr);
  EXPECT_EQ(table_->RangeDeletes(), 1u);
  auto iterator = table_->NewRangeDeleteIterator();
  iterator->SeekToFirst();
  ASSERT_TRUE(iterator->Valid());
  iterator->Next();
  EXPECT_FALSE(iterator->Valid());
}

TEST_P(MemTableTest, SlicesOutliveTheIteratorsMoves) {
  for (int i = 0; i < 500; ++i) {
    Put("key" + std::to_string(i), static_cast<SequenceNumber>(i + 1), EntryType::kPut,
        std::to_string(i));
  }
  std::vector<std::pair<Slice, Slice>> seen;
  {
    auto iterator = table_->NewIterator();
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
      seen.emplace_back(iterator->key(), iterator->value());
    }
  }
  Random random(1);
  for (int i = 0; i < 5000; ++i) {
    table_->Insert(static_cast<SequenceNumber>(i + 1000), EntryType::kPut, RandomKey(&random, 4),
                   "x", nullptr);
  }
  ASSERT_EQ(seen.size(), model_.size());
  size_t n = 0;
  for (const auto& [key, value] : model_) {
    EXPECT_EQ(seen[n].first, Slice(key.key));
    EXPECT_EQ(seen[n++].second, Slice(value.value));
  }
}

TEST_P(MemTableTest, LargeKeysAndValues) {
  Random random(5);
  for (int i = 0; i < 60; ++i) {
    const std::string prefix(9000, 'x');  // beyond what a leaf's bit offset can express
    Put(prefix + std::to_string(random.Uniform(1000)), static_cast<SequenceNumber>(i + 1),
        EntryType::kPut, std::string(random.Uniform(100000), 'v'));
  }
  Put("big", 100, EntryType::kPut, std::string(5 << 20, 'b'));
  ASSERT_NO_FATAL_FAILURE(CheckAll(&random, {"big", std::string(9000, 'x') + "5"}));
  EXPECT_GE(table_->MemoryUsage(), table_->DataBytes());
}

TEST_P(MemTableTest, ApproximateShare) {
  for (int i = 0; i < 20000; ++i) {
    char key[16];
    snprintf(key, sizeof(key), "%06d", (i * 7919) % 20000);
    Put(key, static_cast<SequenceNumber>(i + 1), EntryType::kPut, "v");
  }
  const bool forward = CompareKeys(order(), "1", "2") < 0;
  const auto share = [&](const char* a, const char* b) {
    return forward ? table_->ApproximateShare(a, b) : table_->ApproximateShare(b, a);
  };
  EXPECT_NEAR(share("005000", "015000"), 0.5, 0.2);
  EXPECT_NEAR(share("000000", "020000"), 1.0, 0.15);
  EXPECT_NEAR(share("010000", "010001"), 0.0, 0.05);
  EXPECT_EQ(share("015000", "005000"), 0.0);
}

TEST_P(MemTableTest, RangeDeletions) {
  struct Range {
    std::string begin, end;
    SequenceNumber sequence;
  };
  Random random(17);
  std::vector<Range> ranges;
  for (SequenceNumber s = 1; s <= 700; ++s) {
    Range range{RandomKey(&random, 2), RandomKey(&random, 2), s};
    if (random.OneIn(10)) range.end = RandomKey(&random, 1);
    table_->Insert(s, EntryType::kRangeDelete, range.begin, range.end, nullptr);
    ranges.push_back(range);
    if (s % 7 != 0) continue;
    for (int i = 0; i < 20; ++i) {
      const std::string key = i == 0   ? range.begin
                              : i == 1 ? range.end
                                       : RandomKey(&random, static_cast<int>(random.Uniform(5)));
      const SequenceNumber bound = random.OneIn(3) ? kMaxSequence : random.Uniform(s + 1);
      Range expected{"", "", 0};
      for (const Range& r : ranges) {
        if (r.sequence <= bound && r.sequence > expected.sequence &&
            CompareKeys(order(), r.begin, key) <= 0 && CompareKeys(order(), key, r.end) < 0) {
          expected = r;
        }
      }
      const CoveringRange got = table_->CoveringRangeDelete(key, bound);
      ASSERT_EQ(got.sequence, expected.sequence) << "after " << s;
      ASSERT_EQ(got.begin.ToString(), expected.begin);
      ASSERT_EQ(got.end.ToString(), expected.end);
    }
  }
  EXPECT_EQ(table_->RangeDeletes(), 700u);
  EXPECT_EQ(table_->Entries(), 0u);
  EXPECT_FALSE(table_->Empty());
  EXPECT_FALSE([&] {
    auto points = table_->NewIterator();
    points->SeekToFirst();
    return points->Valid();
  }());

  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return CompareEntries(order(), a.begin, a.sequence, b.begin, b.sequence) < 0;
  });
  auto iterator = table_->NewRangeDeleteIterator();
  iterator->SeekToFirst();
  for (const Range& r : ranges) {
    ASSERT_TRUE(iterator->Valid());
    EXPECT_EQ(iterator->key(), Slice(r.begin));
    EXPECT_EQ(iterator->value(), Slice(r.end));
    EXPECT_EQ(iterator->tag(), PackTag(r.sequence, EntryType::kRangeDelete));
    iterator->Next();
  }
  EXPECT_FALSE(iterator->Valid());
}

TEST_P(MemTableTest, PreparedInsertsTakeNoMemory) {
  Random random(23);
  SequenceNumber sequence = 0;
  // Beyond the start: leaves and blocks are in all states of fullness.
  for (int batch = 0; batch < 400; ++batch) {
    const size_t entries = 1 + random.Uniform(batch % 20 == 0 ? 300 : 10);
    std::vector<std::pair<std::string, std::string>> pairs;
    size_t bytes = 0;
    for (size_t i = 0; i < entries; ++i) {
      pairs.emplace_back(RandomKey(&random, 4), std::string(random.Uniform(500), 'v'));
      bytes += pairs.back().first.size() + pairs.back().second.size();
    }
    ASSERT_TRUE(table_->Prepare(entries + 1, bytes + 4, 1));
    FailPageBlocksAfter(0);
    for (const auto& [key, value] : pairs) {
      table_->Insert(++sequence, EntryType::kPut, key, value, nullptr);
    }
    table_->Insert(++sequence, EntryType::kRangeDelete, "a", "bcd", nullptr);
    FailPageBlocksAfter(-1);
  }
  EXPECT_EQ(table_->Entries() + table_->RangeDeletes(), sequence);
}

TEST_P(MemTableTest, PrepareTellsWhenThereIsNoMemory) {
  FailPageBlocksAfter(0);
  EXPECT_FALSE(table_->Prepare(1, size_t{8} << 20));
  FailPageBlocksAfter(-1);
  EXPECT_TRUE(table_->Prepare(1, size_t{8} << 20));
}

TEST_P(MemTableTest, AnInsertThatFoundNoMemoryMayBeTriedAgain) {
  FailPageBlocksAfter(0);
  SequenceNumber sequence = 0;
  const std::string value(1000, 'v');
  const auto insert = [&] {
    table_->Insert(sequence, EntryType::kPut, std::to_string(sequence), value, nullptr);
  };
  try {
    for (;;) {
      ++sequence;
      insert();
    }
  } catch (const std::bad_alloc&) {
  }
  EXPECT_THROW(table_->Insert(sequence, EntryType::kRangeDelete, "a", "b", nullptr),
               std::bad_alloc);
  EXPECT_EQ(table_->Entries(), sequence - 1);
  EXPECT_EQ(table_->RangeDeletes(), 0u);
  FailPageBlocksAfter(-1);
  insert();
  EXPECT_EQ(table_->Entries(), sequence);
  uint64_t found = 0;
  const auto entries = table_->NewIterator();
  for (entries->SeekToFirst(); entries->Valid(); entries->Next()) ++found;
  EXPECT_EQ(found, sequence);
}

TEST_P(MemTableTest, WithoutMemoryThereIsNoTable) {
  FailPageBlocksAfter(0);
  EXPECT_EQ(NewMemTable(GetParam().kind, order()), nullptr);
  FailPageBlocksAfter(-1);
}

TEST_P(MemTableTest, SmallTablesAreSmall) {
  ASSERT_TRUE(table_->Prepare(1, 100));
  Put("key", 1, EntryType::kPut, "value");
  EXPECT_LE(table_->MemoryUsage(), size_t{64} << 10);
}

TEST_P(MemTableTest, MemoryGoesBackToThePool) {
  PageBlockBudget budget;
  budget.Set(size_t{64} << 20);
  const size_t idle = PageBlocksIdle();
  for (int i = 0; i < 20000; ++i) {
    Put(std::to_string(i), static_cast<SequenceNumber>(i + 1), EntryType::kPut,
        std::string(100, 'v'));
  }
  table_.reset();
  EXPECT_GE(PageBlocksIdle(), idle);
  EXPECT_GE(PageBlocksIdle(), size_t{2} << 20);
  SetPageBlocksRetained(size_t{1} << 20);
  EXPECT_LE(PageBlocksIdle(), size_t{1} << 20);
  SetPageBlocksRetained(size_t{64} << 20);
}

// What is idle and what is in use stay within the budget together.
TEST_P(MemTableTest, IdleMemoryLeavesRoomForTablesThatAreKept) {
  constexpr size_t kBudget = size_t{8} << 20;
  PageBlockBudget budget;
  budget.Set(kBudget);
  const auto fill = [this] {
    for (int i = 0; i < 40000; ++i) {
      Put(std::to_string(i), static_cast<SequenceNumber>(i + 1), EntryType::kPut,
          std::string(100, 'v'));
    }
  };
  fill();
  const std::unique_ptr<MemTable> kept = std::move(table_);
  table_ = NewMemTable(GetParam().kind, GetParam().order);
  fill();
  table_.reset();
  EXPECT_GE(kept->MemoryUsage(), size_t{4} << 20);
  EXPECT_GE(PageBlocksIdle(), size_t{1} << 20);
  // Half of what is left, or the reserve; the blocks are all of a table but some bytes.
  const size_t left = kBudget - std::min(kBudget, kept->MemoryUsage() - (size_t{64} << 10));
  EXPECT_LE(PageBlocksIdle(), std::max(left / 2, size_t{1} << 20));
  budget.Set(0);
  EXPECT_LE(PageBlocksIdle(), size_t{1} << 20);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, MemTableTest,
    ::testing::Values(Kind{"Btree", MemTableKind::kBtree, BytewiseComparator()},
                      Kind{"SkipList", MemTableKind::kSkipList, BytewiseComparator()},
                      Kind{"Rax", MemTableKind::kRax, BytewiseComparator()},
                      Kind{"Reverse", MemTableKind::kBtree, ReverseBytewiseComparator()}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

}  // namespace
}  // namespace aether
