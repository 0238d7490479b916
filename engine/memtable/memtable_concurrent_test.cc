// Tables under several writers and readers at once. Meant to run under the thread sanitizer too.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "engine/memtable/memtable.h"

namespace aether {
namespace {

struct Kind {
  const char* name;
  MemTableKind kind;
};

// What a key of a run looks like decides where threads meet.
enum class Shape {
  kScattered,
  kCrowded,
  kAscendingEach,
  kAscendingTogether,
  kOneKey,
  kPrefixed,
  kNested
};

struct Item {
  std::string key;
  SequenceNumber sequence;
};

std::string Number(uint64_t n) {
  std::string key(8, '\0');
  for (int i = 0; i < 8; ++i) key[static_cast<size_t>(i)] = static_cast<char>(n >> (56 - 8 * i));
  return key;
}

std::string ValueOf(const Item& item) { return item.key + "=" + std::to_string(item.sequence); }

std::vector<std::vector<Item>> MakeItems(Shape shape, int threads, int each) {
  Random random(99);
  std::vector<std::vector<Item>> items(static_cast<size_t>(threads));
  SequenceNumber sequence = 0;
  for (int i = 0; i < each; ++i) {
    for (int t = 0; t < threads; ++t) {
      const auto n = static_cast<uint64_t>(i);
      std::string key;
      switch (shape) {
        case Shape::kScattered:
          key = Number(random.Next());
          break;
        case Shape::kCrowded:
          key = Number(random.Uniform(200));
          break;
        case Shape::kAscendingEach:
          key = std::to_string(t) + "/" + Number(n);
          break;
        case Shape::kAscendingTogether:
          key = Number(n * static_cast<uint64_t>(threads) + static_cast<uint64_t>(t));
          break;
        case Shape::kOneKey:
          key = "the key";
          break;
        case Shape::kPrefixed:
          key = std::string(33, 'p') + std::to_string(random.Uniform(100000));
          break;
        case Shape::kNested:  // prefixes of one another, and what leaves them somewhere
          key = std::string(random.Uniform(200), 'n');
          if (random.OneIn(2)) key.push_back(static_cast<char>(random.Uniform(256)));
          break;
      }
      items[static_cast<size_t>(t)].push_back({key, ++sequence});
    }
  }
  return items;
}

bool Less(const Item& a, const Item& b) {
  return CompareEntries(BytewiseComparator(), a.key, a.sequence, b.key, b.sequence) < 0;
}

class MemTableConcurrentTest : public ::testing::TestWithParam<std::tuple<Kind, Shape>> {
 protected:
  MemTableConcurrentTest() : table_(NewMemTable(kind(), BytewiseComparator())) {}
  static MemTableKind kind() { return std::get<0>(GetParam()).kind; }
  static Shape shape() { return std::get<1>(GetParam()); }

  void Insert(const Item& item, void** hint) {
    const std::string value = ValueOf(item);
    ASSERT_TRUE(table_->Prepare(1, item.key.size() + value.size()));
    table_->Insert(item.sequence, EntryType::kPut, item.key, value, hint);
  }

  bool Holds(const Item& item) const {
    SequenceNumber sequence = 0;
    table_->Visit(
        item.key, item.sequence,
        [](void* context, const Entry& entry) {
          *static_cast<SequenceNumber*>(context) = entry.sequence();
          return false;
        },
        &sequence);
    return sequence == item.sequence;
  }

  // Forwards or backwards, strictly in order and with the right values; returns the number of
  // entries with a sequence of at most `bound`.
  uint64_t Walk(bool forwards, SequenceNumber bound) const {
    auto iterator = table_->NewIterator();
    uint64_t seen = 0;
    Item last;
    bool first = true;
    for (forwards ? iterator->SeekToFirst() : iterator->SeekToLast(); iterator->Valid();
         forwards ? iterator->Next() : iterator->Prev()) {
      const Item item{iterator->key().ToString(), TagSequence(iterator->tag())};
      if (!first) {
        EXPECT_TRUE(forwards ? Less(last, item) : Less(item, last));
      }
      EXPECT_EQ(iterator->value().ToString(), ValueOf(item));
      seen += item.sequence <= bound;
      last = item;
      first = false;
    }
    return seen;
  }

  void ExpectExactly(const std::vector<std::vector<Item>>& items) const {
    std::map<Item, bool, bool (*)(const Item&, const Item&)> model(&Less);
    for (const auto& list : items) {
      for (const Item& item : list) model[item] = true;
    }
    EXPECT_EQ(table_->Entries(), model.size());
    auto iterator = table_->NewIterator();
    iterator->SeekToFirst();
    for (const auto& [item, unused] : model) {
      ASSERT_TRUE(iterator->Valid());
      ASSERT_EQ(iterator->key(), Slice(item.key));
      ASSERT_EQ(TagSequence(iterator->tag()), item.sequence);
      iterator->Next();
      ASSERT_TRUE(Holds(item));
    }
    EXPECT_FALSE(iterator->Valid());
    EXPECT_EQ(Walk(false, kMaxSequence), model.size());
  }

  std::unique_ptr<MemTable> table_;
};

// What an insert that has returned put there is found, by lookups and by walks in both directions.
TEST_P(MemTableConcurrentTest, ReadersSeeWhatWasInserted) {
  constexpr int kWriters = 3;
  const auto items = MakeItems(shape(), kWriters, 4000);
  std::atomic<uint64_t> done[kWriters] = {};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kWriters; ++t) {
    threads.emplace_back([&, t] {
      void* hint = nullptr;
      for (const Item& item : items[t]) {
        Insert(item, t == 0 ? nullptr : &hint);
        done[t].fetch_add(1, std::memory_order_release);
      }
    });
  }
  std::thread lookups([&] {
    Random random(5);
    while (!stop.load()) {
      const size_t t = random.Uniform(kWriters);
      const uint64_t n = done[t].load(std::memory_order_acquire);
      if (n == 0) continue;
      const Item& newest = items[t][n - 1];
      ASSERT_TRUE(Holds(newest));
      const Item& item = items[t][random.Uniform(n)];
      ASSERT_TRUE(Holds(item));
      auto iterator = table_->NewIterator();
      iterator->Seek(item.key, item.sequence);
      ASSERT_TRUE(iterator->Valid());
      ASSERT_EQ(TagSequence(iterator->tag()), item.sequence);
      iterator->SeekForPrev(item.key, item.sequence);
      ASSERT_TRUE(iterator->Valid());
      ASSERT_EQ(TagSequence(iterator->tag()), item.sequence);
    }
  });
  std::thread walks([&] {
    for (bool forwards = true; !stop.load(); forwards = !forwards) {
      // Sequences are dealt out in turns, so the slowest writer bounds a prefix.
      uint64_t rounds = UINT64_MAX;
      for (const auto& d : done) rounds = std::min(rounds, d.load(std::memory_order_acquire));
      ASSERT_EQ(Walk(forwards, rounds * kWriters), rounds * kWriters);
    }
  });
  for (auto& thread : threads) thread.join();
  stop.store(true);
  lookups.join();
  walks.join();
  ExpectExactly(items);
}

// Owner and helpers insert the same entries, at the same time and in different orders.
TEST_P(MemTableConcurrentTest, HelpedInsertsEqualOne) {
  auto items = MakeItems(shape(), 1, 6000);
  uint64_t data_bytes = 0;
  for (const Item& item : items[0]) data_bytes += item.key.size() + ValueOf(item).size();
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      void* hint = nullptr;
      const size_t n = items[0].size();
      for (size_t i = 0; i < n; ++i) {
        // Two run in step, one in blocks turned around, one backwards.
        const size_t at = t < 2 ? i : t == 2 ? (i ^ 7) % n : n - 1 - i;
        Insert(items[0][at], t == 0 ? nullptr : &hint);
        ASSERT_TRUE(Holds(items[0][at]));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ExpectExactly(items);
  EXPECT_EQ(table_->DataBytes(), data_bytes);
}

// More threads than shards, in waves, so that shards pass from thread to thread.
TEST_P(MemTableConcurrentTest, MoreThreadsThanShards) {
  constexpr size_t kThreads = 20;
  const auto items = MakeItems(shape(), kThreads, 300);
  for (size_t wave = 0; wave < 2; ++wave) {
    std::vector<std::thread> threads;
    for (size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (size_t i = wave * 150; i < (wave + 1) * 150; ++i) Insert(items[t][i], nullptr);
      });
    }
    for (auto& thread : threads) thread.join();
  }
  ExpectExactly(items);
}

std::string NameOf(const ::testing::TestParamInfo<std::tuple<Kind, Shape>>& instance) {
  static const char* const kShapes[] = {
      "Scattered", "Crowded", "AscendingEach", "AscendingTogether", "OneKey", "Prefixed", "Nested"};
  const auto& [kind, shape] = instance.param;
  return std::string(kind.name) + kShapes[static_cast<int>(shape)];
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, MemTableConcurrentTest,
    ::testing::Combine(::testing::Values(Kind{"Btree", MemTableKind::kBtree},
                                         Kind{"SkipList", MemTableKind::kSkipList},
                                         Kind{"Rax", MemTableKind::kRax}),
                       ::testing::Values(Shape::kScattered, Shape::kCrowded, Shape::kAscendingEach,
                                         Shape::kAscendingTogether, Shape::kOneKey,
                                         Shape::kPrefixed, Shape::kNested)),
    NameOf);

class MemTableRaceTest : public ::testing::TestWithParam<Kind> {
 protected:
  static std::unique_ptr<MemTable> NewTable() {
    return NewMemTable(GetParam().kind, BytewiseComparator());
  }
};

INSTANTIATE_TEST_SUITE_P(Kinds, MemTableRaceTest,
                         ::testing::Values(Kind{"Btree", MemTableKind::kBtree},
                                           Kind{"SkipList", MemTableKind::kSkipList},
                                           Kind{"Rax", MemTableKind::kRax}),
                         [](const auto& param_info) { return std::string(param_info.param.name); });

// Threads that keep to the same leaf, so that splits and inserts, and the ends of arena blocks,
// meet.
TEST_P(MemTableRaceTest, NothingIsLostWhereThreadsMeet) {
  constexpr uint64_t kKeys = 30000;
  constexpr uint64_t kWindow = 8;  // how far apart the threads get
  for (const size_t threads_count : {2u, 18u}) {
    auto table = NewTable();
    const uint64_t each = kKeys / threads_count;
    std::vector<std::atomic<uint64_t>> at(threads_count);
    std::vector<std::thread> threads;
    for (size_t t = 0; t < threads_count; ++t) {
      threads.emplace_back([&, t] {
        for (uint64_t i = 0; i < each; ++i) {
          const uint64_t n = i * threads_count + t;
          // Mostly side by side, upwards; every fourth goes elsewhere, where leaves split in
          // halves.
          const std::string key = Number(n % 4 == 3 ? (n * 0x9e3779b97f4a7c15u) >> 20 : n);
          table->Insert(n + 1, EntryType::kPut, key, key, nullptr);
          at[t].store(i, std::memory_order_relaxed);
          const auto& neighbour = at[(t + 1) % threads_count];
          while (i > neighbour.load(std::memory_order_relaxed) + kWindow) std::this_thread::yield();
        }
        at[t].store(UINT64_MAX / 2, std::memory_order_relaxed);
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(table->Entries(), each * threads_count);
    uint64_t seen = 0;
    auto iterator = table->NewIterator();
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next(), ++seen) {
      ASSERT_EQ(iterator->key(), iterator->value());
    }
    EXPECT_EQ(seen, each * threads_count);
  }
}

// A batch and its helper insert the same entry. The second one finds it there and its caller
// publishes the batch, whatever the first one has still to do: no flush may find the table empty
// then.
TEST_P(MemTableRaceTest, WhoeverHasInsertedFindsTheTableNotEmpty) {
  for (const EntryType type : {EntryType::kPut, EntryType::kRangeDelete}) {
    constexpr int kRounds = 20000;
    std::atomic<int> round{0};
    std::atomic<int> finished{0};
    std::unique_ptr<MemTable> table;
    std::atomic<int> empty{0};
    const auto work = [&] {
      for (int r = 1; r <= kRounds; ++r) {
        for (int spins = 0; round.load(std::memory_order_acquire) < r; ++spins) {
          if (spins > 1000) std::this_thread::yield();
        }
        table->Insert(7, type, "key", "value", nullptr);
        if (table->Empty()) empty.fetch_add(1);
        finished.fetch_add(1, std::memory_order_acq_rel);
      }
    };
    std::thread owner(work);
    std::thread helper(work);
    for (int r = 1; r <= kRounds; ++r) {
      table = NewTable();
      round.store(r, std::memory_order_release);
      while (finished.load(std::memory_order_acquire) < 2 * r) std::this_thread::yield();
    }
    owner.join();
    helper.join();
    EXPECT_EQ(empty.load(), 0) << "of " << kRounds;
  }
}

// Keys that part at one place arrive from all threads at once, some from two of them, and others
// below them: the place grows from one child to 257 while its children change and others read it.
TEST_P(MemTableRaceTest, NothingIsLostWhereOnePlaceGrows) {
  constexpr size_t kThreads = 4;
  constexpr uint64_t kPlaces = 150;
  auto table = NewTable();
  const auto key_of = [](uint64_t place, uint64_t symbol) {
    std::string key = Number(place * 0x9e3779b97f4a7c15u);
    if (symbol < 256) key.push_back(static_cast<char>(symbol));
    return key;
  };
  const auto sequence_of = [](uint64_t place, uint64_t symbol) { return place * 257 + symbol + 1; };
  const auto holds = [&](const std::string& key) {
    auto iterator = table->NewIterator();
    iterator->Seek(key, kMaxSequence);
    return iterator->Valid() && iterator->key() == Slice(key) &&
           table->Visit(
               key, kMaxSequence, [](void*, const Entry&) { return false; }, nullptr);
  };
  std::atomic<size_t> arrived{0};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Random random(t);
      for (uint64_t place = 0; place < kPlaces; ++place) {
        arrived.fetch_add(1);
        while (arrived.load() < (place + 1) * kThreads) std::this_thread::yield();
        for (uint64_t i = 0; i < 257; ++i) {
          // 257 is a prime: each thread has an order of its own.
          const uint64_t symbol = (i * (29 + t) + place) % 257;
          if (symbol % kThreads == t || symbol % kThreads == (t + place) % kThreads) {
            const std::string key = key_of(place, symbol);
            table->Insert(sequence_of(place, symbol), EntryType::kPut, key, key, nullptr);
          }
          // Perhaps another thread's, perhaps not there yet.
          const uint64_t above = random.Uniform(256);
          const std::string below = key_of(place, above) + static_cast<char>('0' + t);
          table->Insert(sequence_of(place, above), EntryType::kPut, below, below, nullptr);
          ASSERT_TRUE(holds(below));
          const uint64_t earlier = (random.Uniform(i + 1) * (29 + t) + place) % 257;
          if (earlier % kThreads == t) {
            ASSERT_TRUE(holds(key_of(place, earlier)));
          }
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::map<std::string, SequenceNumber> model;
  for (uint64_t place = 0; place < kPlaces; ++place) {
    for (uint64_t s = 0; s < 257; ++s) model[key_of(place, s)] = sequence_of(place, s);
  }
  for (size_t t = 0; t < kThreads; ++t) {
    Random random(t);
    for (uint64_t place = 0; place < kPlaces; ++place) {
      for (uint64_t i = 0; i < 257; ++i) {
        const uint64_t above = random.Uniform(256);
        model[key_of(place, above) + static_cast<char>('0' + t)] = sequence_of(place, above);
        random.Next();
      }
    }
  }
  EXPECT_EQ(table->Entries(), model.size());
  auto iterator = table->NewIterator();
  iterator->SeekToFirst();
  for (const auto& [key, sequence] : model) {
    ASSERT_TRUE(iterator->Valid());
    ASSERT_EQ(iterator->key(), Slice(key));
    ASSERT_EQ(TagSequence(iterator->tag()), sequence);
    iterator->Next();
  }
  EXPECT_FALSE(iterator->Valid());
}

// One long path that all threads leave at every place, from both ends and in between.
TEST_P(MemTableRaceTest, NothingIsLostWhereAPathIsLeft) {
  constexpr size_t kThreads = 4;
  constexpr size_t kRounds = 60;
  constexpr size_t kLength = 120;
  auto table = NewTable();
  std::map<std::string, SequenceNumber> model;
  std::vector<std::vector<Item>> items(kThreads);
  Random random(31);
  SequenceNumber sequence = 0;
  for (size_t round = 0; round < kRounds; ++round) {
    const std::string path = Number(random.Next()) + std::string(kLength, 'p');
    for (size_t t = 0; t < kThreads; ++t) {
      items[t].push_back({path, sequence + 1});  // by all: only one may put it there
    }
    model[path] = ++sequence;
    for (size_t i = 0; i < kLength; ++i) {
      for (size_t t = 0; t < kThreads; ++t) {
        const size_t at = t == 0   ? i
                          : t == 1 ? kLength - 1 - i
                                   : (i * (t == 2 ? 37 : 49)) % kLength;
        const std::string key = path.substr(0, 8 + at) + static_cast<char>('a' + t);
        items[t].push_back({key, ++sequence});
        model[key] = sequence;
      }
    }
  }
  std::atomic<size_t> arrived{0};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < items[t].size(); ++i) {
        if (i % (kLength + 1) == 0) {
          arrived.fetch_add(1);
          while (arrived.load() < (i / (kLength + 1) + 1) * kThreads) std::this_thread::yield();
        }
        const Item& item = items[t][i];
        table->Insert(item.sequence, EntryType::kPut, item.key, ValueOf(item), nullptr);
        ASSERT_TRUE(table->Visit(
            item.key, item.sequence, [](void*, const Entry&) { return false; }, nullptr));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(table->Entries(), model.size());
  auto iterator = table->NewIterator();
  iterator->SeekToLast();
  for (auto it = model.rbegin(); it != model.rend(); ++it) {
    ASSERT_TRUE(iterator->Valid());
    ASSERT_EQ(iterator->key(), Slice(it->first));
    ASSERT_EQ(TagSequence(iterator->tag()), it->second);
    iterator->Prev();
  }
  EXPECT_FALSE(iterator->Valid());
}

// Every range deletion that was acknowledged, and perhaps newer ones, answers.
TEST(RangeDeletesConcurrentTest, QueriesSeeWhatWasInserted) {
  auto table = NewMemTable(MemTableKind::kBtree, BytewiseComparator());
  constexpr uint64_t kDeletions = 3000;
  struct Range {
    std::string begin, end;
  };
  Random random(3);
  std::vector<Range> ranges;
  for (uint64_t i = 0; i < kDeletions; ++i) {
    const uint64_t begin = random.Uniform(1000);
    ranges.push_back({Number(begin), Number(begin + random.Uniform(40))});
  }
  const auto expected = [&](const std::string& key, SequenceNumber from, SequenceNumber to) {
    for (SequenceNumber s = to; s > from; --s) {
      if (ranges[s - 1].begin <= key && key < ranges[s - 1].end) return s;
    }
    return SequenceNumber{0};
  };
  std::atomic<uint64_t> done[2] = {};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 2; ++t) {
    // Both insert all of them: one helps the other.
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; i < kDeletions; ++i) {
        table->Insert(i + 1, EntryType::kRangeDelete, ranges[i].begin, ranges[i].end, nullptr);
        done[t].store(i + 1, std::memory_order_release);
      }
    });
  }
  std::atomic<bool> stop{false};
  for (uint64_t t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      Random mine(t);
      while (!stop.load()) {
        const uint64_t visible = std::max(done[0].load(std::memory_order_acquire),
                                          done[1].load(std::memory_order_acquire));
        const std::string key = Number(mine.Uniform(1050));
        const SequenceNumber bound = mine.OneIn(2) ? visible : mine.Uniform(visible + 1);
        ASSERT_EQ(table->CoveringRangeDelete(key, bound).sequence, expected(key, 0, bound));
      }
    });
  }
  threads[0].join();
  threads[1].join();
  stop.store(true);
  threads[2].join();
  threads[3].join();
  EXPECT_EQ(table->RangeDeletes(), kDeletions);
  EXPECT_EQ(table->Entries(), 0u);
}

}  // namespace
}  // namespace aether
