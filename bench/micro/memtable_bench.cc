// What an insert, a lookup and a step of a scan cost, for the kinds of table, several shapes of
// keys, one and several threads. Keys are 16 bytes, values 100. The table of docs/memtable.md:
//
//   micro --benchmark_filter=^MemTable --benchmark_repetitions=5
//   --benchmark_report_aggregates_only=true

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "engine/base/pages.h"
#include "engine/base/random.h"
#include "engine/memtable/memtable.h"

namespace aether {
namespace {

constexpr int64_t kEntries = 500000;
constexpr uint64_t kKeySpace = 5000000;
constexpr uint64_t kFewKeys = 50000;

enum Keys : int64_t {
  kRandom,     // 8-byte numbers out of 5 million, then padding
  kAscending,  // the same, one after the other
  kSparse,     // 16 random bytes
  kDecimal,    // numbers out of 5 million in text
  kFew,        // kRandom out of 50 thousand: ten versions of each
};

struct Key {
  Key(Keys keys, uint64_t n) {
    if (keys == kDecimal) {
      char text[sizeof(bytes) + 1];
      snprintf(text, sizeof(text), "user%012llu", static_cast<unsigned long long>(n));
      std::memcpy(bytes, text, sizeof(bytes));
      return;
    }
    uint64_t first = __builtin_bswap64(n);
    uint64_t second = 0x3030303030303030u;
    if (keys == kSparse) {
      Random random(n);
      first = random.Next();
      second = random.Next();
    }
    std::memcpy(bytes, &first, sizeof(first));
    std::memcpy(bytes + sizeof(first), &second, sizeof(second));
  }
  operator Slice() const { return Slice(bytes, sizeof(bytes)); }
  char bytes[16];
};

Key RandomKey(Keys keys, Random* random) {
  const uint64_t n = random->Next();
  return Key(keys,
             keys == kAscending ? 1 + n % kEntries : n % (keys == kFew ? kFewKeys : kKeySpace));
}

Keys KeysOf(const benchmark::State& state) { return static_cast<Keys>(state.range(1)); }

// Shared by the threads of one benchmark; the first one makes and drops it.
std::unique_ptr<MemTable> table;
std::atomic<uint64_t> next_sequence;

void NewTable(const benchmark::State& state) {
  SetPageBlocksRetained(size_t{512} << 20);
  static PageBlockBudget budget;
  budget.Set(size_t{512} << 20);
  table = NewMemTable(static_cast<MemTableKind>(state.range(0)), BytewiseComparator());
  next_sequence = 1;
}

void InsertOne(Keys keys, Random* random, const std::string& value) {
  const uint64_t sequence = next_sequence.fetch_add(1, std::memory_order_relaxed);
  const Key key = keys == kAscending ? Key(keys, sequence) : RandomKey(keys, random);
  table->Prepare(1, sizeof(key.bytes) + value.size());
  table->Insert(sequence, EntryType::kPut, key, value, nullptr);
}

void Fill(const benchmark::State& state) {
  NewTable(state);
  Random random(42);
  const std::string value(100, 'v');
  for (int64_t i = 0; i < kEntries; ++i) InsertOne(KeysOf(state), &random, value);
}

void MemTableInsert(benchmark::State& state) {
  if (state.thread_index() == 0) NewTable(state);
  Random random(static_cast<uint64_t>(state.thread_index()));
  const std::string value(100, 'v');
  for (auto _ : state) InsertOne(KeysOf(state), &random, value);
  if (state.thread_index() != 0) return;
  const auto entries = static_cast<double>(table->Entries());
  state.counters["overhead_bytes"] =
      (static_cast<double>(table->MemoryUsage()) - static_cast<double>(table->DataBytes())) /
      entries;
  table.reset();
}

void MemTableGet(benchmark::State& state) {
  if (state.thread_index() == 0) Fill(state);
  Random random(42);  // replays the fill's keys, so all are found
  uint64_t found = 0;
  for (auto _ : state) {
    const Key key = RandomKey(KeysOf(state), &random);
    found += table->Visit(
        key, kMaxSequence, [](void*, const Entry&) { return false; }, nullptr);
  }
  benchmark::DoNotOptimize(found);
  if (state.thread_index() == 0) table.reset();
}

void MemTableScan(benchmark::State& state) {
  Fill(state);
  uint64_t bytes = 0;
  auto iterator = table->NewIterator();
  iterator->SeekToFirst();
  for (auto _ : state) {
    bytes += iterator->value().size();
    iterator->Next();
    if (!iterator->Valid()) iterator->SeekToFirst();
  }
  benchmark::DoNotOptimize(bytes);
  iterator.reset();
  table.reset();
}

void MemTableSeek(benchmark::State& state) {
  Fill(state);
  Random random(7);
  auto iterator = table->NewIterator();
  for (auto _ : state) {
    iterator->Seek(RandomKey(KeysOf(state), &random), kMaxSequence);
    benchmark::DoNotOptimize(iterator->Valid());
  }
  iterator.reset();
  table.reset();
}

void Kinds(benchmark::internal::Benchmark* b) {
  b->ArgNames({"kind", "keys"});
  for (const auto kind : {MemTableKind::kBtree, MemTableKind::kSkipList, MemTableKind::kRax}) {
    for (const int64_t keys : {kRandom, kAscending, kSparse, kDecimal, kFew}) {
      b->Args({static_cast<int64_t>(kind), keys});
    }
  }
}

BENCHMARK(MemTableInsert)->Apply(Kinds)->Iterations(kEntries)->Threads(1);
BENCHMARK(MemTableInsert)->Apply(Kinds)->Iterations(kEntries / 2)->Threads(2);
BENCHMARK(MemTableInsert)->Apply(Kinds)->Iterations(kEntries / 4)->Threads(4);
BENCHMARK(MemTableGet)->Apply(Kinds)->Iterations(kEntries)->Threads(1);
BENCHMARK(MemTableGet)->Apply(Kinds)->Iterations(kEntries / 2)->Threads(2);
BENCHMARK(MemTableScan)->Apply(Kinds)->Iterations(2 * kEntries);
BENCHMARK(MemTableSeek)->Apply(Kinds)->Iterations(100000);

}  // namespace
}  // namespace aether
