// Which runs to merge or to drop next: the interface of compaction strategies.
//
// Thread safety: strategies hold no state. Invariants: only the oldest runs are dropped; a pick
// names free runs that are neighbours in age, from its newest to its oldest, and a level that is
// not above any of them, where the output, as the newest run of that level, stands behind all that
// is younger and before all that is older. Each pick leaves fewer runs, or one run deeper, so a
// store that is not written to comes to rest.

#ifndef AETHER_ENGINE_LSM_STRATEGY_H_
#define AETHER_ENGINE_LSM_STRATEGY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/lsm/options.h"
#include "engine/lsm/version.h"

namespace aether {

struct MergePick {
  std::vector<uint64_t> runs;  // newest first
  int input_level = 0;         // of the newest
  int output_level = 0;
  bool compress = true;  // false: the output is stored as it is
  MergeReason reason = MergeReason::kLevelSize;
};

class MergeStrategy {
 public:
  virtual ~MergeStrategy() = default;
  // What has to be merged now; with `idle` also what is only worth doing when nothing else is.
  virtual std::optional<MergePick> Pick(const Version& version, const TreeOptions& options,
                                        bool idle) const = 0;
  // Free runs that go with all their data, oldest first.
  virtual std::vector<uint64_t> Drop(const Version& /*version*/, const TreeOptions& /*options*/,
                                     uint64_t /*now_seconds*/) const {
    return {};
  }
};

// HanoiDB (K. Thorup, 2012): runs of one level become one run of the next. Two departures: the
// fan-out is a parameter (2 is the original's doubling), and the last level is lazy: it holds one
// run and is rewritten only when what lies above has grown to a share of it, which bounds space and
// costs one rewriting where doubling would cost several.
const MergeStrategy* HanoiStrategy();
// RocksDB's universal style: runs of about one size are merged, wherever they stand, and all of
// them when they take too much space beside the oldest; see TieredOptions.
const MergeStrategy* TieredStrategy();
// One run in each level, each level a multiple of the one above (O'Neil et al., The Log-Structured
// Merge-Tree, 1996); see LeveledOptions.
const MergeStrategy* LeveledStrategy();
// Drops what is too old or too much; see FifoOptions.
const MergeStrategy* FifoStrategy();
const MergeStrategy* StrategyFor(const TreeOptions& options);

// Everything that can be merged into one run of the last level; none while parts of it are being
// merged.
std::optional<MergePick> PickAll(const Version& version);

// The runs of these files, with those between them, into `level` or, where older runs stand above
// that, a deeper one. InvalidArgument for a file that is not there, Aborted while a run is merged.
Status PickFiles(const Version& version, const std::vector<uint64_t>& files, int level,
                 std::optional<MergePick>* pick);

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_STRATEGY_H_
