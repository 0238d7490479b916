// What the strategies pick, and that no pick changes the order of runs by age.

#include "engine/lsm/strategy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "engine/base/random.h"
#include "engine/io/sim_file_system.h"
#include "engine/lsm/version.h"
#include "engine/run/file_builder.h"

namespace aether {
namespace {

constexpr uint64_t kMega = 1 << 20;

// How large a file is stands in the state; the file that is opened for it is always the same one.
std::shared_ptr<OpenFile> AnyFile() {
  static const auto* const any = [] {
    auto* const fs = new SimFileSystem(1);
    EXPECT_TRUE(fs->CreateDir("/d").ok());
    std::unique_ptr<WritableFile> writable;
    EXPECT_TRUE(fs->NewWritableFile("/d/run", {}, &writable).ok());
    FileBuilder builder({}, std::move(writable), "/d/run");
    EXPECT_TRUE(builder.Add("k", PackTag(1, EntryType::kPut), "v").ok());
    FileMeta meta;
    EXPECT_TRUE(builder.Finish(true, &meta).ok());
    std::unique_ptr<RunFile> run;
    EXPECT_TRUE(RunFile::Open(fs, "/d/run", &meta, Pool::New(64 << 10), {}, &run).ok());
    return new std::shared_ptr<OpenFile>(new OpenFile(std::move(run), [](uint64_t) {}));
  }();
  return *any;
}

std::shared_ptr<const Version> VersionOf(const FamilyState& state) {
  std::shared_ptr<const Version> version;
  const auto open = [](const FileMeta&, std::shared_ptr<OpenFile>* file) {
    *file = AnyFile();
    return Status::OK();
  };
  EXPECT_TRUE(Version::Build(BytewiseComparator(), state, nullptr, open, &version).ok());
  return version;
}

RunState RunOf(uint64_t id, uint64_t bytes) {
  auto meta = std::make_shared<FileMeta>();
  meta->number = id;
  meta->file_size = bytes;
  meta->entries = 1;
  return RunState{id, {{std::move(meta), nullptr}}};
}

uint64_t BytesOf(const RunState& run) {
  uint64_t bytes = 0;
  for (const FileState& file : run.files) bytes += file.meta->file_size;
  return bytes;
}

// What strategy.h promises of a pick; empty: all of it.
std::string Broken(const Version& version, const MergePick& pick) {
  if (pick.runs.empty()) return "nothing is picked";
  size_t taken = 0;
  int oldest_level = 0;
  for (int level = 0; level < kLevels; ++level) {
    for (const auto& run : version.level(level)) {
      const bool input = std::find(pick.runs.begin(), pick.runs.end(), run->id) != pick.runs.end();
      if (input && (taken == pick.runs.size() || pick.runs[taken] != run->id)) {
        return "out of the order of age";
      }
      if (input && (run->merging || run->growing)) return "a run that is not free";
      if (input && taken == 0 && pick.input_level != level) return "another input level";
      if (input) {
        ++taken;
        oldest_level = level;
      } else if (taken == 0 && level >= pick.output_level) {
        return "something younger is not above the output";
      } else if (taken == pick.runs.size() && level < pick.output_level) {
        return "something older is above the output";
      } else if (taken > 0 && taken < pick.runs.size()) {
        return "not neighbours in age";
      }
    }
  }
  if (taken != pick.runs.size()) return "a run that is not there";
  if (oldest_level > pick.output_level) return "upwards";
  if (taken == 1 && oldest_level == pick.output_level) return "no progress";
  return "";
}

// A tree whose runs know their age, and whose merges end in any order.
class Tree {
 public:
  explicit Tree(uint64_t seed) : random_(seed) {}

  void Flush(uint64_t bytes) {
    auto& level = state_.levels[0];
    level.insert(level.begin(), NewRun({++age_}, bytes));
  }

  // False: nothing is due.
  bool Begin(const TreeOptions& options, bool idle) {
    const auto version = VersionOf(state_);
    const auto pick = StrategyFor(options)->Pick(*version, options, idle);
    if (!pick) return false;
    EXPECT_EQ(Broken(*version, *pick), "");
    if (random_.OneIn(4)) Flush(kMega);  // before the merge has begun
    std::vector<uint64_t> ages;
    for (const uint64_t run : pick->runs) {
      ages.insert(ages.end(), ages_[run].begin(), ages_[run].end());
    }
    const RunState output = NewRun(ages, 0);
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
    const size_t merge = random_.Uniform(state_.merges.size());
    // The deeper, the longer.
    if (random_.Uniform(uint64_t{1} << state_.merges[merge].output_level) == 0) End(merge);
  }

  // Merges, one at a time, until nothing is due. False when that takes too long.
  bool Settle(const TreeOptions& options) {
    for (int steps = 0; steps < 1000; ++steps) {
      while (!state_.merges.empty()) End(0);
      if (!Begin(options, true)) return true;
    }
    return false;
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

  size_t Runs(int first, int last) const {
    size_t runs = 0;
    for (int level = first; level <= last; ++level) runs += state_.levels[level].size();
    return runs;
  }
  double Bytes(int first, int last) const {
    double bytes = 0;
    for (int level = first; level <= last; ++level) {
      for (const RunState& run : state_.levels[level]) bytes += static_cast<double>(BytesOf(run));
    }
    return bytes;
  }
  double OldestBytes() const {
    for (int level = kLastLevel; level >= 0; --level) {
      const auto& runs = state_.levels[level];
      if (!runs.empty()) return static_cast<double>(BytesOf(runs.back()));
    }
    return 0;
  }

 private:
  RunState NewRun(std::vector<uint64_t> ages, uint64_t bytes) {
    const RunState run = RunOf(++runs_, bytes);
    ages_[run.id] = std::move(ages);
    return run;
  }

  // Some of the entries took the place of others.
  void End(size_t index) {
    const MergeState merge = state_.merges[index];
    uint64_t bytes = 0;
    for (auto& level : state_.levels) {
      std::erase_if(level, [&](const RunState& run) {
        const bool input = std::find(merge.input_runs.begin(), merge.input_runs.end(), run.id) !=
                           merge.input_runs.end();
        if (input) bytes += BytesOf(run);
        return input;
      });
    }
    if (random_.OneIn(2)) bytes = bytes * (5 + random_.Uniform(6)) / 10;
    for (RunState& run : state_.levels[merge.output_level]) {
      if (run.id == merge.output_run) run = RunOf(run.id, std::max<uint64_t>(bytes, 1));
    }
    state_.merges.erase(state_.merges.begin() + static_cast<ptrdiff_t>(index));
  }

  Random random_;
  FamilyState state_;
  std::map<uint64_t, std::vector<uint64_t>> ages_;
  uint64_t runs_ = 0;
  uint64_t age_ = 0;
};

constexpr Strategy kMerging[] = {Strategy::kHanoi, Strategy::kTiered, Strategy::kLeveled};

TreeOptions RandomOptions(Strategy strategy, Random* random) {
  TreeOptions options;
  options.strategy = strategy;
  options.fanout = static_cast<int>(2 + random->Uniform(3));
  options.tiered.trigger = static_cast<int>(1 + random->Uniform(6));
  options.tiered.size_ratio = static_cast<uint32_t>(random->Uniform(100));
  options.tiered.similar_size = random->OneIn(3);
  options.tiered.min_width = static_cast<uint32_t>(random->Uniform(5));
  if (random->OneIn(2)) options.tiered.max_width = static_cast<uint32_t>(random->Uniform(8));
  options.tiered.space_amplification_percent =
      random->OneIn(8) ? 0 : static_cast<uint32_t>(10 + random->Uniform(300));
  options.leveled.trigger = static_cast<int>(1 + random->Uniform(6));
  options.leveled.base_bytes = random->Uniform(20) * kMega;
  options.leveled.multiplier = static_cast<double>(random->Uniform(12));
  options.slowdown_runs = random->OneIn(2) ? 4 : 1000;
  return options;
}

// Tiered merges into the last level, which take from it too, once put an output before a younger
// run of it that another merge had not finished.
TEST(Strategy, RunsStayInOrderOfAgeWhileSeveralMergesGoOn) {
  for (const Strategy strategy : kMerging) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      Random random(seed);
      TreeOptions options = RandomOptions(strategy, &random);
      Tree tree(seed);
      for (int step = 0; step < 4000; ++step) {
        const uint64_t what = random.Uniform(16);
        if (what < 4) tree.Flush(1 + random.Uniform(4 * kMega));
        if (what >= 4 && what < 8) tree.Begin(options, random.OneIn(3));
        if (what >= 8) tree.EndSome();
        // A store may be opened with another strategy, or get other options.
        if (random.OneIn(1000)) options = RandomOptions(kMerging[random.Uniform(3)], &random);
        ASSERT_TRUE(tree.Ordered()) << "seed " << seed << ", step " << step;
        ASSERT_FALSE(HasFailure()) << "seed " << seed << ", step " << step;
      }
    }
  }
}

// What lies above may not take more of it, whatever the last level holds.
void ExpectLevels(const Tree& tree, const LeveledOptions& options) {
  const double multiplier = std::max(1.0, options.multiplier);
  EXPECT_LT(tree.Runs(0, 0), static_cast<size_t>(options.trigger));
  double bound = tree.Bytes(kLastLevel, kLastLevel);
  for (int level = kLastLevel - 1; level > 0; --level) {
    EXPECT_LE(tree.Runs(level, level), 1u);
    const bool any = bound > static_cast<double>(options.base_bytes);
    bound = any ? bound / multiplier : 0;
    EXPECT_LE(tree.Bytes(level, level), bound) << "level " << level;
  }
  EXPECT_LE(tree.Runs(kLastLevel, kLastLevel), 1u);
}

void ExpectTiers(const Tree& tree, const TieredOptions& options) {
  const size_t runs = tree.Runs(0, kLastLevel);
  const auto trigger = static_cast<size_t>(options.trigger);
  EXPECT_LE(runs, std::max<size_t>(trigger, std::max(2u, options.min_width) - 1));
  if (runs < trigger || runs < 2) return;
  const double oldest = tree.OldestBytes();
  EXPECT_LT((tree.Bytes(0, kLastLevel) - oldest) * 100,
            oldest * options.space_amplification_percent);
}

TEST(Strategy, EverySequenceOfFlushesComesToRestWithinItsBounds) {
  for (const Strategy strategy : kMerging) {
    for (uint64_t seed = 1; seed <= 60; ++seed) {
      Random random(seed);
      Tree tree(seed);
      TreeOptions options = RandomOptions(kMerging[random.Uniform(3)], &random);
      for (uint64_t burst = 0; burst < 12; ++burst) {
        // The first ones may have left their shape.
        if (burst == 3) options = RandomOptions(strategy, &random);
        const uint64_t flushes = random.Uniform(20);
        const uint64_t bytes = 1 + random.Uniform(8 * kMega);
        for (uint64_t i = 0; i < flushes; ++i) {
          tree.Flush(random.OneIn(4) ? 1 + random.Uniform(64 * kMega) : bytes);
          if (random.OneIn(3)) tree.Begin(options, false);
          if (random.OneIn(3)) tree.EndSome();
        }
        ASSERT_TRUE(tree.Settle(options)) << "seed " << seed << ", burst " << burst;
        ASSERT_TRUE(tree.Ordered()) << "seed " << seed << ", burst " << burst;
        if (burst < 3) continue;
        if (strategy == Strategy::kTiered) ExpectTiers(tree, options.tiered);
        if (strategy == Strategy::kLeveled) ExpectLevels(tree, options.leveled);
        if (strategy == Strategy::kHanoi) {
          EXPECT_LT(tree.Runs(0, 0), static_cast<size_t>(options.fanout));
        }
        ASSERT_FALSE(HasFailure()) << "seed " << seed << ", burst " << burst;
      }
    }
  }
}

// Runs from young to old, with the levels where they stand.
std::optional<MergePick> PickOf(const TreeOptions& options,
                                const std::vector<std::pair<int, uint64_t>>& runs,
                                const std::vector<MergeState>& merges = {}) {
  FamilyState state;
  uint64_t id = 0;
  for (const auto& [level, megabytes] : runs) {
    state.levels[level].push_back(RunOf(++id, megabytes * kMega));
  }
  state.merges = merges;
  const auto version = VersionOf(state);
  auto pick = StrategyFor(options)->Pick(*version, options, true);
  EXPECT_EQ(pick ? Broken(*version, *pick) : "", "");
  return pick;
}

std::string Text(const std::optional<MergePick>& pick) {
  if (!pick) return "nothing";
  std::string text;
  for (const uint64_t run : pick->runs) text += std::to_string(run) + " ";
  return text + "into " + std::to_string(pick->output_level);
}

TreeOptions TieredWith(const std::function<void(TieredOptions*)>& change = {}) {
  TreeOptions options;
  options.strategy = Strategy::kTiered;
  options.tiered.space_amplification_percent = UINT32_MAX;
  if (change) change(&options.tiered);
  return options;
}

TEST(Tiered, WaitsForTheTrigger) {
  EXPECT_EQ(Text(PickOf(TieredWith(), {{0, 1}, {0, 1}, {0, 1}})), "nothing");
  EXPECT_EQ(Text(PickOf(TieredWith(), {{0, 1}, {0, 1}, {0, 1}, {0, 1}})), "1 2 3 4 into 6");
}

TEST(Tiered, TakesRunsOfAboutOneSize) {
  const auto pick = PickOf(TieredWith(), {{0, 1}, {0, 1}, {0, 1}, {6, 4}});
  EXPECT_EQ(Text(pick), "1 2 3 into 5");
  EXPECT_EQ(pick->reason, MergeReason::kSizeRatio);
  const auto wider = TieredWith([](TieredOptions* o) { o->size_ratio = 34; });
  EXPECT_EQ(Text(PickOf(wider, {{0, 1}, {0, 1}, {0, 1}, {6, 4}})), "1 2 3 4 into 6");
  // Two runs of 3 are as much as the next, but not of its size.
  const std::vector<std::pair<int, uint64_t>> growing = {{0, 3}, {3, 3}, {4, 6}, {5, 60}};
  EXPECT_EQ(Text(PickOf(TieredWith(), growing)), "1 2 3 into 4");
  const auto similar = TieredWith([](TieredOptions* o) { o->similar_size = true; });
  EXPECT_EQ(Text(PickOf(similar, growing)), "1 2 into 3");
}

TEST(Tiered, KeepsToTheWidths) {
  const std::vector<std::pair<int, uint64_t>> even = {{0, 9}, {1, 9}, {2, 9}, {3, 9}, {5, 99}};
  const auto few = TieredWith([](TieredOptions* o) { o->max_width = 2; });
  EXPECT_EQ(Text(PickOf(few, even)), "1 2 into 1");
  const auto many = TieredWith([](TieredOptions* o) { o->min_width = 5; });
  EXPECT_EQ(Text(PickOf(many, even)), "1 2 3 4 5 into 6") << "more than the trigger";
  const auto none = TieredWith([](TieredOptions* o) { o->min_width = o->trigger = 5; });
  EXPECT_EQ(Text(PickOf(none, even)), "nothing");
}

// Behind a merge of the youngest flushes alone the older ones would look younger.
TEST(Tiered, FlushesAreTakenFromTheOldOnes) {
  const auto few = TieredWith([](TieredOptions* o) { o->max_width = 2; });
  EXPECT_EQ(Text(PickOf(few, {{0, 1}, {0, 1}, {0, 1}, {0, 1}})), "3 4 into 6");
  EXPECT_EQ(Text(PickOf(TieredWith(), {{0, 1}, {0, 1}, {0, 5}, {6, 90}})), "1 2 3 into 5");
}

TEST(Tiered, MergesEverythingForSpace) {
  const auto options = TieredWith([](TieredOptions* o) { o->space_amplification_percent = 100; });
  const auto pick = PickOf(options, {{0, 1}, {0, 2}, {4, 7}, {6, 10}});
  EXPECT_EQ(Text(pick), "1 2 3 4 into 6");
  EXPECT_EQ(pick->reason, MergeReason::kSpace);
  EXPECT_EQ(Text(PickOf(options, {{0, 1}, {0, 2}, {5, 6}, {6, 10}})), "nothing");
}

TEST(Tiered, BoundsTheNumberOfRuns) {
  const auto pick = PickOf(TieredWith(), {{0, 1}, {1, 4}, {2, 20}, {3, 90}, {4, 400}, {6, 9999}});
  EXPECT_EQ(Text(pick), "1 2 3 into 2");
  EXPECT_EQ(pick->reason, MergeReason::kRunCount);
}

TEST(Tiered, LeavesTheSmallPartUncompressed) {
  const std::vector<std::pair<int, uint64_t>> runs = {{0, 9}, {4, 9}, {5, 19}, {6, 63}};
  for (const auto& [percent, compress] :
       std::vector<std::pair<int, bool>>{{-1, true}, {0, false}, {82, false}, {83, true}}) {
    const auto options = TieredWith([percent = percent](TieredOptions* o) {
      o->compression_percent = percent;
      o->max_width = 2;
    });
    const auto pick = PickOf(options, runs);
    EXPECT_EQ(Text(pick), "1 2 into 4");
    EXPECT_EQ(pick->compress, compress) << percent;
  }
  // Nothing is older than everything.
  const auto options = TieredWith([](TieredOptions* o) { o->compression_percent = 0; });
  EXPECT_TRUE(PickOf(options, {{0, 1}, {0, 1}, {0, 1}, {0, 1}})->compress);
}

TreeOptions LeveledWith(uint64_t base_megabytes) {
  TreeOptions options;
  options.strategy = Strategy::kLeveled;
  options.leveled.base_bytes = base_megabytes * kMega;
  return options;
}

TEST(Leveled, FlushesGoAsFarDownAsTheyHaveTo) {
  const std::vector<std::pair<int, uint64_t>> flushes = {{0, 2}, {0, 2}, {0, 2}, {0, 2}};
  const auto pick_with = [&](std::vector<std::pair<int, uint64_t>> below, uint64_t base) {
    below.insert(below.begin(), flushes.begin(), flushes.end());
    return Text(PickOf(LeveledWith(base), below));
  };
  EXPECT_EQ(pick_with({}, 256), "1 2 3 4 into 6");
  // Bounds of 100 and 10.
  EXPECT_EQ(pick_with({{6, 1000}}, 20), "1 2 3 4 into 4");
  EXPECT_EQ(pick_with({{4, 2}, {6, 1000}}, 20), "1 2 3 4 5 into 4");
  EXPECT_EQ(pick_with({{4, 3}, {6, 1000}}, 20), "1 2 3 4 5 into 5");
  EXPECT_EQ(pick_with({{4, 3}, {5, 95}, {6, 1000}}, 20), "1 2 3 4 5 6 7 into 6");
  EXPECT_EQ(pick_with({{6, 1000}}, 1000), "1 2 3 4 5 into 6");
}

TEST(Leveled, LevelsBeyondTheirBoundGoDown) {
  EXPECT_EQ(Text(PickOf(LeveledWith(20), {{4, 10}, {5, 100}, {6, 1000}})), "nothing");
  EXPECT_EQ(Text(PickOf(LeveledWith(20), {{4, 11}, {5, 80}, {6, 1000}})), "1 2 into 5");
  EXPECT_EQ(Text(PickOf(LeveledWith(20), {{4, 10}, {5, 101}, {6, 1000}})), "2 3 into 6");
  // Where no level is wanted, and where one run is.
  EXPECT_EQ(Text(PickOf(LeveledWith(20), {{2, 1}, {6, 1000}})), "1 into 4");
  EXPECT_EQ(Text(PickOf(LeveledWith(20), {{5, 1}, {5, 1}, {6, 1000}})), "1 2 into 5");
}

TEST(Leveled, GoesAsFarAsNothingElseIsAtWork) {
  MergeState merge;
  merge.output_run = 6;
  merge.output_level = 6;
  merge.input_runs = {5, 7};
  const std::vector<std::pair<int, uint64_t>> runs = {{0, 9},  {0, 9}, {0, 9},   {0, 9},
                                                      {5, 50}, {6, 0}, {6, 1000}};
  EXPECT_EQ(Text(PickOf(LeveledWith(20), runs, {merge})), "1 2 3 4 into 4");
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
  for (const Strategy strategy : kMerging) {
    options.strategy = strategy;
    EXPECT_TRUE(StrategyFor(options)->Drop(*version, options, 1).empty());
  }
}

}  // namespace
}  // namespace aether
