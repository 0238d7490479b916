// What an insert, a lookup and a step of a scan cost, for the kinds of table, random and ascending
// keys, one and several threads. Keys are 16 bytes, values 100. The table of docs/memtable.md:
//
//   memtable_bench --benchmark_repetitions=5 --benchmark_report_aggregates_only=true

#include <benchmark/benchmark.h>

#include <atomic>
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

enum Order : int64_t { kRandom, kAscending };

struct Key {
  explicit Key(uint64_t n) {
    n = __builtin_bswap64(n);
    std::memcpy(bytes, &n, sizeof(n));
    std::memset(bytes + sizeof(n), '0', sizeof(bytes) - sizeof(n));
  }
  operator Slice() const { return Slice(bytes, sizeof(bytes)); }
  char bytes[16];
};

// Shared by the threads of one benchmark; the first one makes and drops it.
std::unique_ptr<MemTable> table;
std::atomic<uint64_t> next_sequence;

void NewTable(const benchmark::State& state) {
  SetPageBlocksRetained(size_t{512} << 20);
  table = NewMemTable(static_cast<MemTableKind>(state.range(0)), BytewiseComparator());
  next_sequence = 1;
}

void InsertOne(bool ascending, Random* random, const std::string& value) {
  const uint64_t sequence = next_sequence.fetch_add(1, std::memory_order_relaxed);
  const Key key(ascending ? sequence : random->Uniform(kKeySpace));
  table->Prepare(1, sizeof(key.bytes) + value.size());
  table->Insert(sequence, EntryType::kPut, key, value, nullptr);
}

void Fill(const benchmark::State& state) {
  NewTable(state);
  Random random(42);
  const std::string value(100, 'v');
  for (int64_t i = 0; i < kEntries; ++i) InsertOne(state.range(1) == kAscending, &random, value);
}

void Insert(benchmark::State& state) {
  if (state.thread_index() == 0) NewTable(state);
  Random random(static_cast<uint64_t>(state.thread_index()));
  const std::string value(100, 'v');
  for (auto _ : state) InsertOne(state.range(1) == kAscending, &random, value);
  if (state.thread_index() != 0) return;
  const auto entries = static_cast<double>(table->Entries());
  state.counters["overhead_bytes"] =
      (static_cast<double>(table->MemoryUsage()) - static_cast<double>(table->DataBytes())) /
      entries;
  table.reset();
}

void Get(benchmark::State& state) {
  if (state.thread_index() == 0) Fill(state);
  Random random(42);  // replays the fill's keys, so all are found
  uint64_t found = 0;
  for (auto _ : state) {
    const Key key(state.range(1) == kAscending ? 1 + random.Uniform(kEntries)
                                               : random.Uniform(kKeySpace));
    found += table->Visit(
        key, kMaxSequence, [](void*, const Entry&) { return false; }, nullptr);
  }
  benchmark::DoNotOptimize(found);
  if (state.thread_index() == 0) table.reset();
}

void Scan(benchmark::State& state) {
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

void Seek(benchmark::State& state) {
  Fill(state);
  Random random(7);
  auto iterator = table->NewIterator();
  for (auto _ : state) {
    iterator->Seek(Key(random.Uniform(kKeySpace)), kMaxSequence);
    benchmark::DoNotOptimize(iterator->Valid());
  }
  iterator.reset();
  table.reset();
}

void Kinds(benchmark::internal::Benchmark* b) {
  b->ArgNames({"kind", "ascending"});
  for (const auto kind : {MemTableKind::kDefault, MemTableKind::kSkipList, MemTableKind::kRax}) {
    for (const int64_t order : {kRandom, kAscending}) b->Args({static_cast<int64_t>(kind), order});
  }
}

BENCHMARK(Insert)->Apply(Kinds)->Iterations(kEntries)->Threads(1);
BENCHMARK(Insert)->Apply(Kinds)->Iterations(kEntries / 2)->Threads(2);
BENCHMARK(Insert)->Apply(Kinds)->Iterations(kEntries / 4)->Threads(4);
BENCHMARK(Get)->Apply(Kinds)->Iterations(kEntries)->Threads(1);
BENCHMARK(Get)->Apply(Kinds)->Iterations(kEntries / 2)->Threads(2);
BENCHMARK(Scan)->Apply(Kinds)->Iterations(2 * kEntries);
BENCHMARK(Seek)->Apply(Kinds)->Iterations(100000);

}  // namespace
}  // namespace aether

BENCHMARK_MAIN();
