#include <algorithm>

#include "engine/lsm/strategy.h"
#include "engine/lsm/tail.h"

namespace aether {
namespace {

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

}  // namespace

const MergeStrategy* HanoiStrategy() {
  static const auto* const strategy = new Hanoi;
  return strategy;
}

}  // namespace aether
