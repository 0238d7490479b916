// The batches that a writer submits, as a function of seed, writer and index, so that nothing but
// two counters per writer has to survive a kill.
//
// Each writer has keys of its own in every family:
//   slots     the first operation of batch i goes to slot (i mod kSlots) of family
//             (i / kSlots mod kFamilies): within kWindow batches every slot is set anew, so the
//             last kWindow batches alone say what the slots hold
//   counters  batch i merges one into the counter of family i mod kFamilies: together the counters
//             tell how many batches there are, and whether each is whole over the families
//
// Thread safety: plain functions.

#ifndef AETHER_TESTS_CRASH_WORKLOAD_H_
#define AETHER_TESTS_CRASH_WORKLOAD_H_

#include <rocksdb/merge_operator.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace crash {

constexpr int kFamilies = 4;
constexpr uint64_t kSlots = 60;
constexpr uint64_t kWindow = kSlots * kFamilies;

struct Operation {
  enum Kind : uint8_t { kPut, kDelete, kMerge, kDeleteRange };
  Kind kind;
  int family;
  std::string key;
  std::string value;
};

std::vector<Operation> BatchOf(uint64_t seed, int writer, uint64_t index);
bool IsSync(uint64_t seed, int writer, uint64_t index);

std::string CounterKey(int writer);
// How many of the batches 1..count went to the counter of `family`.
uint64_t CounterValue(uint64_t count, int family);

// What the slots of a writer hold after `count` batches, by family and key.
using Slots = std::map<std::pair<int, std::string>, std::string>;
Slots SlotsAfter(uint64_t seed, int writer, uint64_t count);

// Adds decimal numbers under counter keys, joins operands with commas elsewhere.
std::shared_ptr<rocksdb::MergeOperator> NewOperator();

}  // namespace crash

#endif  // AETHER_TESTS_CRASH_WORKLOAD_H_
