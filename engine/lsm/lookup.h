// The state of one point read while it goes through memtables and runs, newest first.
//
// Thread safety: one thread at a time. Feed it the entries of its key in descending order of
// sequence; it asks for no more once it is finished. REQUIRES: everything fed stays in place until
// Finish, or is copied here.

#ifndef AETHER_ENGINE_LSM_LOOKUP_H_
#define AETHER_ENGINE_LSM_LOOKUP_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/base/entry.h"
#include "engine/base/operators.h"
#include "engine/lsm/pinned_value.h"

namespace aether {

class PinSource;

class Lookup {
 public:
  // Values this short are copied, longer ones pinned where that is possible.
  static constexpr size_t kCopyUpTo = 4096;

  Lookup(Slice key, SequenceNumber sequence, const MergeOperator* merge_operator,
         PinnedValue* value)
      : key_(key), sequence_(sequence), merge_operator_(merge_operator), value_(value) {}

  Slice key() const { return key_; }
  SequenceNumber sequence() const { return sequence_; }
  bool finished() const { return finished_; }
  // Whether a value has been met, if only below operands, and how many of those.
  bool found() const { return found_ || has_base_; }
  size_t operands() const { return operands_.size(); }

  // A range deletion at `sequence` covers the key: older entries are gone.
  void AddRangeDelete(SequenceNumber sequence) {
    if (sequence > covered_ && !ignore_range_deletes_) covered_ = sequence;
  }
  void IgnoreRangeDeletes() { ignore_range_deletes_ = true; }
  // Returns true when it wants older entries. `pin` may be null.
  bool Add(const Entry& entry, const PinSource* pin);

  // Call when all sources have been asked or it is finished. NotFound when the key has no value,
  // NotSupported for operands on top of an entity.
  Status Finish();

  // Entities are answered whole (PinnedValue::entity) instead of by their default column.
  void WantEntity() { want_entity_ = true; }

  // Instead of a value: base and operands, oldest first.
  void CollectOperands(std::vector<std::string>* operands) { collected_ = operands; }

 private:
  void Take(Slice bytes, size_t entry_size, const PinSource* pin);
  void AddEntity(const Entry& entry, const PinSource* pin);

  const Slice key_;
  const SequenceNumber sequence_;
  const MergeOperator* const merge_operator_;
  PinnedValue* const value_;
  std::vector<std::string>* collected_ = nullptr;
  SequenceNumber covered_ = 0;
  bool ignore_range_deletes_ = false;
  bool finished_ = false;
  bool found_ = false;
  bool has_base_ = false;
  bool want_entity_ = false;
  bool entity_in_the_way_ = false;  // of operands
  const char* bad_entity_ = nullptr;
  std::string base_;
  std::vector<std::string> operands_;  // newest first
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_LOOKUP_H_
