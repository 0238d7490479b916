// What a store must hold: the oracle's own picture of families, batches and their effects.
//
// Thread safety: none; each writer has its own. A family is known by an incarnation, a number that
// is never used twice, so that a dropped and recreated name is another family.

#ifndef AETHER_TESTS_SIM_MODEL_H_
#define AETHER_TESTS_SIM_MODEL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/operators.h"

namespace aether::sim {

struct Op {
  enum Kind : uint8_t { kPut, kDelete, kSingleDelete, kMerge, kDeleteRange };
  Kind kind;
  uint64_t family;  // incarnation
  std::string key;
  std::string value;  // operand; end of a range
};

struct Batch {
  int writer = 0;
  uint64_t index = 0;  // of its writer, from 1; the value of its marker
  std::vector<Op> ops;
  uint64_t first_sequence = 0;  // 0: the call failed, nobody knows whether it happened
  bool acknowledged = false;
  bool durable = false;  // promised to survive the machine

  uint64_t count() const { return ops.size(); }
  uint64_t last_sequence() const { return first_sequence + count() - 1; }
};

using FamilyData = std::map<std::string, std::string>;

struct FamilyModel {
  bool reversed = false;
  FamilyData data;
};

struct State {
  std::map<uint64_t, FamilyModel> families;  // by incarnation

  // Operations on families that are not there have no effect.
  void Apply(const Op& op);
  void Apply(const Batch& batch);
};

// Joins operands with commas; associative, so that partial merges happen too.
std::shared_ptr<const MergeOperator> JoinOperator();

// What an iterator over the family shows, in its order.
std::vector<std::pair<std::string, std::string>> InOrder(const FamilyModel& family);

// "0x00 'abc' (123 bytes)", for messages.
std::string Show(const std::string& bytes);

}  // namespace aether::sim

#endif  // AETHER_TESTS_SIM_MODEL_H_
