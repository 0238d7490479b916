#include <algorithm>

#include "engine/lsm/strategy.h"

namespace aether {
namespace {

bool Free(const Run& run) { return !run.merging && !run.growing; }

// The free runs of [first, last] that are neighbours in age, ending at the oldest of them.
struct Tail {
  MergePick pick;
  uint64_t upper_bytes = 0;  // of runs above the last level
  size_t upper_runs = 0;
  uint64_t last_bytes = 0;
  bool complete = true;  // nothing in the levels was left out
};

Tail CollectTail(const Version& version, int first, int last) {
  Tail tail;
  bool broken = false;
  for (int level = last; level >= first; --level) {
    const auto& runs = version.level(level);
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
      broken |= !Free(**run);
      if (broken) {
        tail.complete = false;
        continue;
      }
      tail.pick.runs.insert(tail.pick.runs.begin(), (*run)->id);
      tail.pick.input_level = level;
      if (level == kLastLevel) {
        tail.last_bytes += (*run)->bytes;
      } else {
        tail.upper_bytes += (*run)->bytes;
        ++tail.upper_runs;
      }
    }
  }
  tail.pick.output_level = last;
  return tail;
}

// The output goes in front of the runs of its level. When it takes from that level itself, all runs
// of it have to be inputs: another one, say the growing output of a second merge, may be younger.
bool OrderStays(const Version& version, const MergePick& pick) {
  const auto& level = version.level(pick.output_level);
  const auto own = std::count_if(level.begin(), level.end(), [&](const auto& run) {
    return std::find(pick.runs.begin(), pick.runs.end(), run->id) != pick.runs.end();
  });
  return own == 0 || own == static_cast<ptrdiff_t>(level.size());
}

std::optional<MergePick> PickLevel(const Version& version, int level, int output, size_t fanout) {
  Tail tail = CollectTail(version, level, level);
  if (tail.pick.runs.size() < fanout) return std::nullopt;
  tail.pick.output_level = output;
  if (!OrderStays(version, tail.pick)) return std::nullopt;
  return tail.pick;
}

// Too many runs for the bound at which writers are held back, although no level is full: small ones
// are merged early, the shallowest level first.
std::optional<MergePick> PickRelief(const Version& version, const TreeOptions& options) {
  const Tail all = CollectTail(version, 0, kLastLevel);
  size_t upper_runs = 0;
  for (int level = 0; level < kLastLevel; ++level) upper_runs += version.level(level).size();
  if (upper_runs < static_cast<size_t>(std::max(2, options.slowdown_runs))) return std::nullopt;
  for (int level = 0; level + 1 < kLastLevel; ++level) {
    if (auto pick = PickLevel(version, level, level + 1, 2)) return pick;
  }
  if (all.pick.runs.size() > 1 && OrderStays(version, all.pick)) return all.pick;
  return std::nullopt;
}

class Hanoi final : public MergeStrategy {
 public:
  std::optional<MergePick> Pick(const Version& version, const TreeOptions& options,
                                bool idle) const override {
    const auto fanout = static_cast<size_t>(std::max(2, options.fanout));
    Tail all = CollectTail(version, 0, kLastLevel);
    const bool last_is_free = OrderStays(version, all.pick) &&
                              (!all.pick.runs.empty() || version.level(kLastLevel).empty());
    if (last_is_free && all.upper_runs > 0) {
      const auto last_bytes = static_cast<double>(all.last_bytes);
      const auto upper_bytes = static_cast<double>(all.upper_bytes);
      if (all.upper_runs >= fanout && upper_bytes >= options.last_level_ratio * last_bytes) {
        return all.pick;
      }
      const double garbage = upper_bytes * version.state().superseding / 1000;
      if (idle && all.complete && all.pick.runs.size() > 1 &&
          garbage > options.idle_ratio * last_bytes) {
        return all.pick;
      }
    }
    for (int level = 0; level < kLastLevel; ++level) {
      // The level before the last has nowhere else to go.
      if (level + 1 == kLastLevel) {
        if (last_is_free && version.level(level).size() >= fanout) return all.pick;
      } else if (auto pick = PickLevel(version, level, level + 1, fanout)) {
        return pick;
      }
    }
    return PickRelief(version, options);
  }
};

std::optional<MergePick> PickForSpace(const Version& version, const TreeOptions& options,
                                      size_t fanout) {
  const auto& runs = version.runs();
  if (options.space_amplification_percent <= 0 || runs.size() < fanout) return std::nullopt;
  const auto oldest = static_cast<double>(runs.back()->bytes);
  const double newer = static_cast<double>(version.TotalBytes()) - oldest;
  if (newer * 100 < oldest * options.space_amplification_percent) return std::nullopt;
  return PickAll(version);
}

class Tiered final : public MergeStrategy {
 public:
  std::optional<MergePick> Pick(const Version& version, const TreeOptions& options,
                                bool idle) const override {
    const auto fanout = static_cast<size_t>(std::max(2, options.fanout));
    if (auto pick = PickForSpace(version, options, fanout)) return pick;
    for (int level = 0; level <= kLastLevel; ++level) {
      if (auto pick = PickLevel(version, level, std::min(level + 1, kLastLevel), fanout)) {
        return pick;
      }
    }
    (void)idle;
    return PickRelief(version, options);
  }
};

}  // namespace

const MergeStrategy* HanoiStrategy() {
  static const auto* const strategy = new Hanoi;
  return strategy;
}
const MergeStrategy* TieredStrategy() {
  static const auto* const strategy = new Tiered;
  return strategy;
}
const MergeStrategy* StrategyFor(const TreeOptions& options) {
  switch (options.strategy) {
    case Strategy::kTiered:
      return TieredStrategy();
    case Strategy::kFifo:
      return FifoStrategy();
    case Strategy::kHanoi:
      break;
  }
  return HanoiStrategy();
}

std::optional<MergePick> PickAll(const Version& version) {
  Tail all = CollectTail(version, 0, kLastLevel);
  if (!all.complete || all.pick.runs.empty()) return std::nullopt;
  return all.pick;
}

Status PickFiles(const Version& version, const std::vector<uint64_t>& files, int level,
                 std::optional<MergePick>* pick) {
  pick->reset();
  std::vector<uint64_t> found;
  std::vector<const Run*> named;
  version.ForEachFile([&](int, const Run& run, const RunPart& part) {
    const uint64_t number = part.file->meta().number;
    if (std::find(files.begin(), files.end(), number) == files.end()) return;
    found.push_back(number);
    if (named.empty() || named.back() != &run) named.push_back(&run);
  });
  for (const uint64_t number : files) {
    if (std::find(found.begin(), found.end(), number) == found.end()) {
      return Status::InvalidArgument("there is no file " + std::to_string(number));
    }
  }
  if (named.empty()) return Status::OK();
  const auto is_named = [&](const std::shared_ptr<const Run>& run) {
    return std::find(named.begin(), named.end(), run.get()) != named.end();
  };
  const auto has_named = [&](int i) {
    const auto& runs = version.level(i);
    return std::any_of(runs.begin(), runs.end(), is_named);
  };
  MergePick made;
  made.output_level = level;
  for (int i = level + 1; i < kLevels; ++i) {
    if (has_named(i)) made.output_level = i;
  }
  // The output stands in front of its level, so everything above it that is older than the newest
  // input has to go into it, and all of the level itself when something of it does.
  bool free = true;
  for (int i = 0; i <= made.output_level; ++i) {
    const bool own = i == made.output_level;
    if (own && i != kLastLevel && !has_named(i)) break;
    for (const auto& run : version.level(i)) {
      if (made.runs.empty() && !own && !is_named(run)) continue;
      if (made.runs.empty()) made.input_level = i;
      made.runs.push_back(run->id);
      free &= Free(*run);
    }
  }
  if (!free) return Status::Aborted("a run of these files is being merged");
  *pick = std::move(made);
  return Status::OK();
}

}  // namespace aether
