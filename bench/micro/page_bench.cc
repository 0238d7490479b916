// What it costs to get at a hot page, and to find a key in it.
//
// A page is reached through a swip, under a guard of its own or under one that is held for many
// accesses, or through RocksDB's hash-table caches. The next page depends on a word of the last
// one, as in a tree: what is measured is latency. 1 MiB of pages stay in the processor's cache, 512
// MiB do not.

#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "bench/micro/cache_of_rocksdb.h"
#include "engine/base/epoch.h"
#include "engine/base/random.h"
#include "engine/buffer/pool.h"
#include "engine/io/sim_file_system.h"
#include "engine/run/file_builder.h"
#include "engine/run/run_file.h"

namespace aether {
namespace {

// Each page holds, somewhere, the number of the next one; all pages form one ring in random order.
class Ring {
 public:
  explicit Ring(size_t pages) : offsets_(pages), next_(pages), pages_(pages) {
    Random random(7);
    std::vector<uint32_t> order(pages);
    std::iota(order.begin(), order.end(), 0);
    for (size_t i = pages; i > 1; --i) std::swap(order[i - 1], order[random.Uniform(i)]);
    for (size_t i = 0; i < pages; ++i) {
      next_[order[i]] = order[(i + 1) % pages];
      offsets_[i] = static_cast<uint16_t>(8 * random.Uniform(kPageSize / 8));
    }
  }
  size_t pages() const { return pages_; }
  // The word at Offset() of page `i` is 4096 * the next page + its offset.
  void Fill(size_t i, char* page) const {
    std::memset(page, 0, kPageSize);
    const uint64_t word = uint64_t{next_[i]} * kPageSize + offsets_[next_[i]];
    std::memcpy(page + offsets_[i], &word, sizeof(word));
  }
  uint64_t First() const { return offsets_[0]; }

 private:
  std::vector<uint16_t> offsets_;
  std::vector<uint32_t> next_;
  const size_t pages_;
};

size_t PagesOf(const benchmark::State& state) {
  return static_cast<size_t>(state.range(0)) * ((1 << 20) / kPageSize);
}

class SwippedPages {
 public:
  explicit SwippedPages(const Ring& ring)
      : pool_(Pool::New((ring.pages() + 4096) * kPageSize)),
        swips_(std::make_unique<Swip[]>(ring.pages())),
        n_(ring.pages()) {
    EpochGuard guard;
    for (size_t i = 0; i < n_; ++i) {
      Frame* frame = nullptr;
      bool publishable = false;
      if (!pool_->Take(0, &frame, &publishable).ok()) std::abort();
      ring.Fill(i, Pool::Data(frame));
      pool_->Publish(&swips_[i], frame);
      swips_[i].Warm(swips_[i].Load());
    }
  }
  ~SwippedPages() { pool_->Forget(swips_.get(), n_, false); }

  // REQUIRES: an EpochGuard.
  uint64_t Read(uint64_t page, size_t offset) const {
    const uint64_t word = swips_[page].Load();
    if (word == Swip::kEvicted) return 0;
    if (Swip::IsCool(word)) swips_[page].Warm(word);
    uint64_t result;
    std::memcpy(&result, Swip::Address(word) + offset, sizeof(result));
    return result;
  }

 private:
  const std::shared_ptr<Pool> pool_;
  const std::unique_ptr<Swip[]> swips_;
  const size_t n_;
};

void HotPageSwipGuardHeld(benchmark::State& state) {
  const Ring ring(PagesOf(state));
  const SwippedPages pages(ring);
  uint64_t at = ring.First();
  EpochGuard guard;
  for (auto _ : state) at = pages.Read(at / kPageSize, at % kPageSize);
  benchmark::DoNotOptimize(at);
}

void HotPageSwip(benchmark::State& state) {
  const Ring ring(PagesOf(state));
  const SwippedPages pages(ring);
  uint64_t at = ring.First();
  for (auto _ : state) {
    EpochGuard guard;
    at = pages.Read(at / kPageSize, at % kPageSize);
  }
  benchmark::DoNotOptimize(at);
}

void HotPageHashTable(benchmark::State& state, CacheOfRocksdb::Kind kind) {
  const Ring ring(PagesOf(state));
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  const std::unique_ptr<char, Free> memory(static_cast<char*>(std::aligned_alloc(
      kChunkSize, (ring.pages() * kPageSize + kChunkSize - 1) / kChunkSize * kChunkSize)));
  const auto cache = CacheOfRocksdb::New(kind, ring.pages());
  for (size_t i = 0; i < ring.pages(); ++i) {
    char* const page = memory.get() + i * kPageSize;
    ring.Fill(i, page);
    cache->Insert(i, page);
  }
  uint64_t at = ring.First();
  for (auto _ : state) at = cache->Read(at / kPageSize, at % kPageSize);
  benchmark::DoNotOptimize(at);
}

void MiB(benchmark::internal::Benchmark* b) { b->ArgName("MiB")->Arg(1)->Arg(512); }

BENCHMARK(HotPageSwipGuardHeld)->Apply(MiB);
BENCHMARK(HotPageSwip)->Apply(MiB);
BENCHMARK_CAPTURE(HotPageHashTable, LRU, CacheOfRocksdb::kLru)->Apply(MiB);
BENCHMARK_CAPTURE(HotPageHashTable, HyperClock, CacheOfRocksdb::kHyperClock)->Apply(MiB);

// --- a key in a page ---

struct Key {
  explicit Key(uint64_t n) {
    n = __builtin_bswap64(n);
    std::memcpy(bytes, &n, sizeof(n));
    std::memset(bytes + sizeof(n), '0', sizeof(bytes) - sizeof(n));
  }
  operator Slice() const { return Slice(bytes, sizeof(bytes)); }
  char bytes[16];
};

// A file of `entries` records of 16 + 100 bytes, on a file system in memory, all of its pages in
// the pool once they have been read.
class OneRun {
 public:
  explicit OneRun(uint64_t entries, const Comparator* order = BytewiseComparator())
      : pool_(Pool::New(size_t{2} << 30)) {
    FileBuilderOptions builder_options;
    builder_options.order = order;
    builder_options.salt = 1;
    std::unique_ptr<WritableFile> file;
    if (!fs_.CreateDir("/d").ok() || !fs_.NewWritableFile("/d/1", {}, &file).ok()) std::abort();
    FileBuilder builder(builder_options, std::move(file), "/d/1");
    const std::string value(100, 'v');
    for (uint64_t i = 0; i < entries; ++i) {
      if (!builder.Add(Key(i * 2), PackTag(i + 1, EntryType::kPut), value).ok()) std::abort();
    }
    RunFileOptions options;
    options.order = order;
    if (!builder.Finish(false, &meta_).ok() ||
        !RunFile::Open(&fs_, "/d/1", &meta_, pool_, options, &run_).ok()) {
      std::abort();
    }
  }
  const RunFile& run() const { return *run_; }

 private:
  SimFileSystem fs_{1};
  const std::shared_ptr<Pool> pool_;
  FileMeta meta_;
  std::unique_ptr<RunFile> run_;
};

void SearchOnePage(benchmark::State& state, bool heads) {
  class SameOrder final : public Comparator {
   public:
    SameOrder() : Comparator(false, false) {}
    int Compare(Slice a, Slice b) const override { return a.Compare(b); }
    const char* Name() const override { return "bench.SameOrder"; }
  } by_comparison;
  const Comparator* const order = heads ? BytewiseComparator() : &by_comparison;
  constexpr uint64_t kRecords = 20;
  const OneRun one(kRecords, order);
  EpochGuard guard;
  PageRef page;
  if (!one.run().Leaf(0, {}, &page).ok()) std::abort();
  const LeafView view(page.data);
  Random random(3);
  std::vector<Key> keys;
  for (int i = 0; i < 1024; ++i) keys.emplace_back(random.Uniform(2 * kRecords));
  size_t i = 0;
  for (auto _ : state) {
    size_t slot = 0;
    if (!view.LowerBound(order, keys[i++ % 1024], kMaxSequence, nullptr, &slot).ok()) std::abort();
    benchmark::DoNotOptimize(slot);
  }
}

void GetFromRun(benchmark::State& state) {
  const auto entries = static_cast<uint64_t>(state.range(0));
  const OneRun one(entries);
  const auto visit = [](void* found, const Entry&, const PinSource&) {
    ++*static_cast<uint64_t*>(found);
    return false;
  };
  uint64_t found = 0;
  for (uint64_t i = 0; i < entries; ++i) {
    if (!one.run().Visit(Key(i * 2), kMaxSequence, {}, visit, &found).ok()) std::abort();
  }
  Random random(5);
  for (auto _ : state) {
    if (!one.run().Visit(Key(2 * random.Uniform(entries)), kMaxSequence, {}, visit, &found).ok()) {
      std::abort();
    }
  }
  benchmark::DoNotOptimize(found);
}

BENCHMARK_CAPTURE(SearchOnePage, heads, true);
BENCHMARK_CAPTURE(SearchOnePage, comparisons, false);
BENCHMARK(GetFromRun)->ArgName("entries")->Arg(10000)->Arg(4000000);

}  // namespace
}  // namespace aether
