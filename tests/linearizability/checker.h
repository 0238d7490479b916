// Decides whether a history is linearizable: whether there is an order of all operations that keeps
// the order in time of those that do not overlap, and in which every read finds what the last write
// before it left.
//
// The search is that of Wing and Gong, "Testing and Verifying Concurrent Objects" (1993), with
// Lowe's memory of configurations, "Testing for Linearizability" (2017): a set of operations that
// are already in order, together with the state that they left, is tried once. Single-key reads and
// writes are checked key by key first, since linearizability is local (Herlihy and Wing, 1990): it
// is quick and a failure concerns few operations. The whole history, with batches and snapshots
// over several keys, is checked after that.
//
// Thread safety: pure functions.

#ifndef AETHER_TESTS_LINEARIZABILITY_CHECKER_H_
#define AETHER_TESTS_LINEARIZABILITY_CHECKER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/linearizability/history.h"

namespace linearizability {

using State = std::vector<uint32_t>;  // the value of each key

struct Verdict {
  enum Kind { kLinearizable, kViolated, kUndecided };
  Kind kind = kLinearizable;
  std::string explanation;
  uint64_t configurations = 0;
};

// Reads that are torn in a way that needs no search: cells [0, group) are only ever written
// together, with one value, so a read that finds two values among them is wrong by itself.
Verdict CheckGroup(const History& history, int group);

// The search. `configurations_max` bounds it; beyond that it is undecided.
Verdict CheckWhole(const History& history, const State& initial, uint64_t configurations_max);

// CheckGroup, then CheckWhole for each key, then for all of them; the first that is not
// linearizable.
Verdict Check(const History& history, const State& initial, int group, uint64_t configurations_max);

}  // namespace linearizability

#endif  // AETHER_TESTS_LINEARIZABILITY_CHECKER_H_
