// The judge: given what was submitted and what was promised, which states may a reopened store be
// in, and is it in one of them?
//
// Both bounds (contracts 1 and 2 of the design): the state is a prefix of the global order, batches
// are whole over all families; the prefix holds everything that was promised; nothing that was
// never submitted is there.
//
// The global order is that of the sequence numbers that Write returned. The outcome of a call that
// failed, or that was under way when the world stopped, is unknown: its marker, a key that each
// batch of a writer puts, tells whether it happened.

#ifndef AETHER_TESTS_SIM_ORACLE_H_
#define AETHER_TESTS_SIM_ORACLE_H_

#include <map>
#include <string>
#include <vector>

#include "tests/sim/model.h"

namespace aether::sim {

// Writes without a log: each is one put of a growing number to a key of its own.
struct UnloggedKey {
  uint64_t at_least = 0;  // what must have survived
  uint64_t at_most = 0;   // what was submitted, in all lives
  uint64_t written = 0;   // what was acknowledged in this life
};

struct Evidence {
  State base;                  // at the beginning of the life
  uint64_t base_sequence = 0;  // its last number
  std::vector<Batch> batches;  // of all writers; each writer's own in their order
  bool machine_died = false;   // else only the process
  bool any_unlogged = false;   // such writes use numbers too, which need not come back
  std::map<std::pair<uint64_t, std::string>, UnloggedKey> unlogged;  // by family and key
};

using Contents = std::map<uint64_t, std::vector<std::pair<std::string, std::string>>>;

std::string MarkerKey(int writer);
std::string UnloggedKeyOf(int writer);
std::string Number(uint64_t n);  // 20 digits
// The sets of these counts that add up to `sum`, as bits. REQUIRES: fewer than 32.
std::vector<uint32_t> ChoicesOf(const std::vector<uint64_t>& counts, uint64_t sum);

// Compares what was read with the evidence. Returns the violation, empty if there is none, and in
// *state what the store must hold from now on (unlogged keys excluded), in *unlogged the values
// found. `contents` has every family that exists now, in its order.
std::string JudgeRecovery(const Evidence& evidence, uint64_t recovered_sequence,
                          const Contents& contents, State* state,
                          std::map<std::pair<uint64_t, std::string>, uint64_t>* unlogged);

// The first difference between a scan and the model, empty if there is none. Unlogged keys are
// passed over.
std::string Difference(const FamilyModel& expected,
                       const std::vector<std::pair<std::string, std::string>>& found);

}  // namespace aether::sim

#endif  // AETHER_TESTS_SIM_ORACLE_H_
