// What several strategies share: the free runs at the old end of some levels, and the merges that
// keep writers going.
//
// Thread safety: pure functions. Invariants: those of strategy.h.

#ifndef AETHER_ENGINE_LSM_TAIL_H_
#define AETHER_ENGINE_LSM_TAIL_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/lsm/strategy.h"

namespace aether {

// Neither growing nor being merged.
bool IsFree(const Run& run);

// The free runs of some levels that are neighbours in age, ending at the oldest of them.
struct Tail {
  MergePick pick;            // into the deepest of the levels
  uint64_t upper_bytes = 0;  // of runs above the last level
  size_t upper_runs = 0;
  uint64_t last_bytes = 0;
  bool complete = true;  // nothing in the levels was left out
};
Tail CollectTail(const Version& version, int first, int last);

// The output goes in front of the runs of its level. When a tail takes from that level itself, all
// runs of it have to be inputs: another one, say the growing output of a second merge, may be
// younger.
bool OrderStays(const Version& version, const MergePick& pick);

// The tail of a level, if it has so many runs.
std::optional<MergePick> PickLevel(const Version& version, int level, int output, size_t least);

// Too many runs for the bound at which writers are held back, although nothing is due: small ones
// are merged early, the shallowest level first.
std::optional<MergePick> PickRelief(const Version& version, const TreeOptions& options);

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_TAIL_H_
