// A concurrent history: what each thread did, when it called and when it got its answer.
//
// Everything that is recorded is atomic by the promises of the interface, so one form is enough: an
// operation takes effect at one instant within its interval and there writes some cells, or finds
// them with certain values. A batch writes several cells. What is read under a snapshot, however
// late, is one read at an instant within the call that took the snapshot; the same holds for an
// iterator and the call that made it.
//
// Times come from one counter that every call and every answer increments: when one operation had
// answered before another was called, its times are smaller, whatever processors they ran on.

#ifndef AETHER_TESTS_LINEARIZABILITY_HISTORY_H_
#define AETHER_TESTS_LINEARIZABILITY_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

namespace linearizability {

constexpr int kKeysMax = 12;

// Every write has a value of its own; this one means that the key is absent.
constexpr uint32_t kAbsent = 0;

struct Cell {
  int key = 0;
  uint32_t value = kAbsent;
};

struct Operation {
  bool writes = false;
  const char* call = "";
  int thread = 0;
  uint64_t called = 0;
  uint64_t answered = 0;
  std::vector<Cell> cells;
};

using History = std::vector<Operation>;

std::string Describe(const Operation& operation);

}  // namespace linearizability

#endif  // AETHER_TESTS_LINEARIZABILITY_HISTORY_H_
