// Error sweep: the N-th call of a kind fails, for N = 1, 2, 3, ... until a workload ends without
// having met the fault; each N once as a single fault and once for good until "repair". Two
// workloads whose log segments take the simulator long to make (a mapped log, a very large batch)
// meet every 16th N, the seed says which, and all with --full.
//
// What must hold, whatever N is:
//   - every step succeeds or answers a Status that says what happened to which file; never a crash,
//     a hang or an exception;
//   - a step that fails without a fault is a violation;
//   - when the cause has gone, Resume succeeds, without reopening, and so does the same step again;
//   - what readers see is what was submitted, and after the end (a close, the death of the process
//     or of the machine) the oracle's two bounds hold.
// Kinds of fault: errors and a full disk on opening, reading, writing, syncing, syncing
// directories, names (create, rename, remove, truncate); writes that stop half way; a disk with
// only so many bytes free; allocations that fail (allocation_faults.h). A store into a mapped log
// cannot fail in the simulator; creating, mapping and touching its pages ahead can.

#ifndef AETHER_TESTS_CAMPAIGNS_ERROR_SWEEP_H_
#define AETHER_TESTS_CAMPAIGNS_ERROR_SWEEP_H_

#include <memory>

#include "tests/campaigns/campaign.h"

namespace aether::campaigns {

// A planted bug: writes that are not done and say that they were, as if their errors were dropped.
inline constexpr char kPlantedLostWrite[] = "lost-write";

std::unique_ptr<Campaign> NewErrorSweep(const Flags& flags);

}  // namespace aether::campaigns

#endif  // AETHER_TESTS_CAMPAIGNS_ERROR_SWEEP_H_
