// What it costs to ask the filters of several runs about a key that none of them has: one after the
// other, and with all of their cache lines asked for first, as a point read does.

#include <benchmark/benchmark.h>

#include <vector>

#include "engine/base/random.h"
#include "engine/run/filter.h"

namespace aether {
namespace {

constexpr uint64_t kKeys = 5000000;  // in each run; 6 MB of filter

std::vector<BloomFilter> Filters(size_t runs) {
  std::vector<BloomFilter> filters;
  for (size_t run = 0; run < runs; ++run) {
    Random random(run);
    HashList hashes;
    while (hashes.size() < kKeys) hashes.Add(random.Next());
    filters.push_back(BloomFilter::Build(hashes, 10));
  }
  return filters;
}

void ProbeFilters(benchmark::State& state, bool prefetch) {
  const auto filters = Filters(static_cast<size_t>(state.range(0)));
  Random random(99);
  uint64_t positives = 0;
  for (auto _ : state) {
    // The next key depends on the answers: what is measured is latency.
    const uint64_t hash = random.Next() ^ (positives & 1);
    if (prefetch) {
      for (const BloomFilter& filter : filters) filter.Prefetch(hash);
    }
    for (const BloomFilter& filter : filters) positives += filter.MayContain(hash) ? 1 : 0;
  }
  state.counters["false_positives"] =
      benchmark::Counter(static_cast<double>(positives), benchmark::Counter::kAvgIterations);
}

BENCHMARK_CAPTURE(ProbeFilters, together, true)->ArgName("runs")->Arg(1)->Arg(4)->Arg(12);
BENCHMARK_CAPTURE(ProbeFilters, one_by_one, false)->ArgName("runs")->Arg(1)->Arg(4)->Arg(12);

}  // namespace
}  // namespace aether
