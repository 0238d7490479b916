// One run in each level, each level a multiple of the one above.
//
// How: bounds are counted from the last level up, so that what is above it stays a fixed share of
// it whatever its size. A merge takes whole runs; it goes on downwards as long as what it has taken
// is more than the level may hold, instead of writing a level that would be merged again at once.
//  1. A level other than 0 with several runs, as another strategy may have left it: they become
//  one.
//  2. Level 0 has `trigger` runs that are free: they go down.
//  3. The shallowest level that is beyond its bound goes down.

#include <algorithm>
#include <array>
#include <limits>

#include "engine/lsm/strategy.h"
#include "engine/lsm/tail.h"

namespace aether {
namespace {

class LeveledPicker {
 public:
  LeveledPicker(const Version& version, const LeveledOptions& options)
      : version_(version), options_(options) {
    for (int level = 0; level < kLevels; ++level) {
      bytes_[level] = static_cast<double>(version.LevelBytes(level));
    }
    bounds_.fill(0);
    bounds_[kLastLevel] = std::numeric_limits<double>::infinity();
    const double multiplier = std::max(1.0, options.multiplier);
    const auto base = static_cast<double>(options.base_bytes);
    double bound = bytes_[kLastLevel];
    while (bound > base && base_level_ > 1) {
      bound /= multiplier;
      bounds_[--base_level_] = bound;
    }
  }

  std::optional<MergePick> Pick() const {
    for (int level = 1; level < kLevels; ++level) {
      if (version_.level(level).size() < 2) continue;
      const Tail tail = CollectTail(version_, level, level);
      if (tail.complete) return tail.pick;
    }
    const auto trigger = static_cast<size_t>(std::max(1, options_.trigger));
    if (CollectTail(version_, 0, 0).pick.runs.size() >= trigger) {
      if (auto pick = Down(0)) return pick;
    }
    for (int level = 1; level < kLastLevel; ++level) {
      if (bytes_[level] <= bounds_[level]) continue;
      if (auto pick = Down(level)) return pick;
    }
    return std::nullopt;
  }

 private:
  // The free tail of level 0, or all of another level, with all of the levels below it as far down
  // as it takes; less far when a level on the way is being merged. Nothing: it is the first. What
  // reaches up to `level` has all runs of the levels below it, so that the order stays.
  std::optional<MergePick> Down(int level) const {
    std::optional<MergePick> found;
    double taken = bytes_[level];
    for (int output = level + 1; output < kLevels; ++output) {
      taken += bytes_[output];
      Tail tail = CollectTail(version_, level, output);
      const bool reaches = level == 0 ? tail.pick.input_level == 0 : tail.complete;
      if (!reaches || tail.pick.runs.empty()) break;
      if (output < base_level_) continue;
      found = std::move(tail.pick);
      if (taken <= bounds_[output]) break;
    }
    if (found && level == 0) found->reason = MergeReason::kNewRuns;
    return found;
  }

  const Version& version_;
  const LeveledOptions& options_;
  std::array<double, kLevels> bytes_;
  std::array<double, kLevels> bounds_;
  int base_level_ = kLastLevel;  // the first that may hold something
};

class Leveled final : public MergeStrategy {
 public:
  std::optional<MergePick> Pick(const Version& version, const TreeOptions& options,
                                bool /*idle*/) const override {
    if (auto pick = LeveledPicker(version, options.leveled).Pick()) return pick;
    return PickRelief(version, options);
  }
};

}  // namespace

const MergeStrategy* LeveledStrategy() {
  static const auto* const strategy = new Leveled;
  return strategy;
}

}  // namespace aether
