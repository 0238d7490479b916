// What the strategies pick, and that no pick changes the order of runs by age.

#include "engine/lsm/strategy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "engine/base/random.h"
#include "engine/lsm/version.h"

namespace aether {
namespace {

// Runs without files: the strategies look at levels, merges and sizes only.
std::shared_ptr<const Version> VersionOf(const FamilyState& state) {
  std::shared_ptr<const Version> version;
  EXPECT_TRUE(Version::Build(
                  BytewiseComparator(), state, nullptr,
                  [](const FileMeta&, std::shared_ptr<OpenFile>*) { return Status::Corruption(); },
                  &version)
                  .ok());
  return version;
}

// A tree whose runs know their age, and whose merges end in any order.
class Tree {
 public:
  explicit Tree(uint64_t seed) : random_(seed) {}

  void Flush() { state_.levels[0].insert(state_.levels[0].begin(), NewRun({++age_})); }

  bool Begin(const TreeOptions& options) {
    const auto version = VersionOf(state_);
    const auto pick = StrategyFor(options)->Pick(*version, options, random_.OneIn(3));
    if (!pick) return false;
    std::vector<uint64_t> ages;
    for (const uint64_t run : pick->runs) {
      ages.insert(ages.end(), ages_[run].begin(), ages_[run].end());
    }
    const RunState output = NewRun(ages);
    auto& level = state_.levels[pick->output_level];
    level.insert(level.begin(), output);
    MergeState merge;
    merge.output_run = output.id;
    merge.output_level = pick->output_level;
    merge.input_runs = pick->runs;
    state_.merges.push_back(merge);
    return true;
  }

  void EndSome() {
    if (state_.merges.empty()) return;
    const auto merge =
        state_.merges.begin() + static_cast<ptrdiff_t>(random_.Uniform(state_.merges.size()));
    // The deeper, the longer.
    if (random_.Uniform(uint64_t{1} << merge->output_level) != 0) return;
    for (auto& level : state_.levels) {
      std::erase_if(level, [&](const RunState& run) {
        return std::find(merge->input_runs.begin(), merge->input_runs.end(), run.id) !=
               merge->input_runs.end();
      });
    }
    state_.merges.erase(merge);
  }

  // Newest first. The ages of an output that is growing lie where its inputs are, too.
  bool Ordered() const {
    uint64_t oldest_above = UINT64_MAX;
    for (const auto& level : state_.levels) {
      for (const RunState& run : level) {
        const bool growing =
            std::any_of(state_.merges.begin(), state_.merges.end(),
                        [&](const MergeState& merge) { return merge.output_run == run.id; });
        if (growing) continue;
        const auto& ages = ages_.at(run.id);
        if (*std::max_element(ages.begin(), ages.end()) >= oldest_above) return false;
        oldest_above = *std::min_element(ages.begin(), ages.end());
      }
    }
    return true;
  }

 private:
  RunState NewRun(std::vector<uint64_t> ages) {
    RunState run;
    run.id = ++runs_;
    ages_[run.id] = std::move(ages);
    return run;
  }

  Random random_;
  FamilyState state_;
  std::map<uint64_t, std::vector<uint64_t>> ages_;
  uint64_t runs_ = 0;
  uint64_t age_ = 0;
};

// Tiered merges into the last level, which take from it too, once put an output before a younger
// run of it that another merge had not finished.
TEST(Strategy, RunsStayInOrderOfAgeWhileSeveralMergesGoOn) {
  for (const Strategy strategy : {Strategy::kHanoi, Strategy::kTiered}) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      Random random(seed);
      TreeOptions options;
      options.strategy = strategy;
      options.fanout = static_cast<int>(2 + random.Uniform(3));
      options.slowdown_runs = random.OneIn(2) ? 4 : 1000;
      Tree tree(seed);
      for (int step = 0; step < 6000; ++step) {
        const uint64_t what = random.Uniform(16);
        if (what < 4) tree.Flush();
        if (what >= 4 && what < 8) tree.Begin(options);
        if (what >= 8) tree.EndSome();
        ASSERT_TRUE(tree.Ordered()) << "seed " << seed << ", step " << step;
      }
    }
  }
}

// One last run and some that are a tenth of it above, as random writes leave them: as much memory,
// fewer runs that are searched in vain.
TEST(FilterBits, RunsSizedByAgeAreSearchedInVainLessOften) {
  constexpr size_t kLast = 100000, kAbove = 10000, kProbes = 60000;
  Random random(5);
  const auto hashes = [&random](size_t n) {
    HashList list;
    while (list.size() < n) list.Add(random.Next());
    return list;
  };
  TreeOptions sized;
  sized.filter_bits_per_key = 10;
  TreeOptions even = sized;
  even.strategy = Strategy::kTiered;
  for (const int runs_above : {2, 4, 6}) {
    double in_vain[2] = {};
    double above_in_vain[2] = {};
    double bytes[2] = {};
    for (const bool by_age : {false, true}) {
      const TreeOptions& tree = by_age ? sized : even;
      for (int run = 0; run <= runs_above; ++run) {
        const int level = run == 0 ? kLastLevel : 0;
        const BloomFilter filter =
            BloomFilter::Build(hashes(run == 0 ? kLast : kAbove), tree.FilterBits(level));
        bytes[by_age] += static_cast<double>(filter.MemoryBytes());
        size_t found = 0;
        for (size_t i = 0; i < kProbes; ++i) found += filter.MayContain(random.Next()) ? 1 : 0;
        in_vain[by_age] += static_cast<double>(found) / kProbes;
        if (run > 0) above_in_vain[by_age] += static_cast<double>(found) / kProbes;
      }
    }
    EXPECT_NEAR(bytes[1] / bytes[0], 1.0, 0.06) << runs_above;
    // A key that is nowhere, and one that is in the last run.
    EXPECT_LT(in_vain[1], in_vain[0] * 0.8) << runs_above;
    EXPECT_LT(above_in_vain[1], above_in_vain[0] * 0.4) << runs_above;
  }
  // A few bits are not worth sharing out.
  sized.filter_bits_per_key = 4;
  EXPECT_EQ(sized.FilterBits(0), 4);
  EXPECT_EQ(sized.FilterBits(kLastLevel), 4);
}

// What Fifo drops depends on sizes and times of files: engine/store/drop_files_test.cc.
TEST(Strategy, OnlyFifoDrops) {
  TreeOptions options;
  options.fifo.max_bytes = 0;
  FamilyState state;
  state.levels[0].push_back(RunState{1, {}});
  const auto version = VersionOf(state);
  for (const Strategy strategy : {Strategy::kHanoi, Strategy::kTiered}) {
    options.strategy = strategy;
    EXPECT_TRUE(StrategyFor(options)->Drop(*version, options, 1).empty());
  }
}

}  // namespace
}  // namespace aether
