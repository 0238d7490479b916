#include "engine/lsm/strategy.h"

#include <algorithm>

#include "engine/lsm/tail.h"

namespace aether {

bool IsFree(const Run& run) { return !run.merging && !run.growing; }

Tail CollectTail(const Version& version, int first, int last) {
  Tail tail;
  bool broken = false;
  for (int level = last; level >= first; --level) {
    const auto& runs = version.level(level);
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
      broken |= !IsFree(**run);
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

bool OrderStays(const Version& version, const MergePick& pick) {
  const auto& level = version.level(pick.output_level);
  const auto own = std::count_if(level.begin(), level.end(), [&](const auto& run) {
    return std::find(pick.runs.begin(), pick.runs.end(), run->id) != pick.runs.end();
  });
  return own == 0 || own == static_cast<ptrdiff_t>(level.size());
}

std::optional<MergePick> PickLevel(const Version& version, int level, int output, size_t least) {
  Tail tail = CollectTail(version, level, level);
  if (tail.pick.runs.size() < least) return std::nullopt;
  tail.pick.output_level = output;
  if (!OrderStays(version, tail.pick)) return std::nullopt;
  return tail.pick;
}

std::optional<MergePick> PickRelief(const Version& version, const TreeOptions& options) {
  Tail all = CollectTail(version, 0, kLastLevel);
  size_t upper_runs = 0;
  for (int level = 0; level < kLastLevel; ++level) upper_runs += version.level(level).size();
  if (upper_runs < static_cast<size_t>(std::max(2, options.slowdown_runs))) return std::nullopt;
  const MergeReason reason =
      options.strategy == Strategy::kTiered ? MergeReason::kRunCount : MergeReason::kNewRuns;
  for (int level = 0; level + 1 < kLastLevel; ++level) {
    if (auto pick = PickLevel(version, level, level + 1, 2)) {
      pick->reason = reason;
      return pick;
    }
  }
  if (all.pick.runs.size() < 2 || !OrderStays(version, all.pick)) return std::nullopt;
  all.pick.reason = reason;
  return all.pick;
}

const MergeStrategy* StrategyFor(const TreeOptions& options) {
  switch (options.strategy) {
    case Strategy::kTiered:
      return TieredStrategy();
    case Strategy::kFifo:
      return FifoStrategy();
    case Strategy::kLeveled:
      return LeveledStrategy();
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
      free &= IsFree(*run);
    }
  }
  if (!free) return Status::Aborted("a run of these files is being merged");
  *pick = std::move(made);
  return Status::OK();
}

}  // namespace aether
