// What flushes and merges keep of the entries they read: the rules by which versions, tombstones
// and operands go.
//
// Snapshots cut the sequence numbers into stripes; a reader can tell two entries of a key apart
// only if they lie in different stripes. Rules, for the entries of one key from new to old:
//  1. An entry behind a newer put or tombstone of its own stripe goes.
//  2. An entry under a range deletion of its own stripe goes.
//  3. A tombstone goes when no snapshot is older than it and no older data of the key lies outside
//  the input.
//  4. Operands of one stripe are folded into the put or tombstone below them, or, when nothing
//  older can exist, into a put;
//     otherwise the merge operator may combine them.
//
// A kPutReference is a put: its value is read only where a merge operator or a filter asks for it.
// A kEntity is a put, too, but filters are not asked about it and operands are not folded into it.
//
// Thread safety: one thread at a time. Failure: a merge operator that fails leaves its operands as
// they are.

#ifndef AETHER_ENGINE_LSM_REDUCER_H_
#define AETHER_ENGINE_LSM_REDUCER_H_

#include <functional>
#include <string>
#include <vector>

#include "engine/base/entry.h"
#include "engine/base/operators.h"
#include "engine/run/range_delete.h"

namespace aether {

struct ReducerOptions {
  const Comparator* order = nullptr;
  std::vector<SequenceNumber> snapshots;  // ascending
  const MergeOperator* merge_operator = nullptr;
  CompactionFilter* filter = nullptr;
  int level = 0;  // told to the filter
  // Those that may cover entries of the input. May be null.
  const RangeDeleteSet* range_deletes = nullptr;
  // True when older data of the key may lie outside the input.
  std::function<bool(Slice key)> older_data_exists;
  // Reads what a kPutReference refers to. May be empty when the input has none.
  std::function<Status(Slice reference, std::string* value)> read_reference;
};

class Reducer {
 public:
  using Sink = std::function<Status(Slice key, uint64_t tag, Slice value)>;

  explicit Reducer(ReducerOptions options) : options_(std::move(options)) {}

  // Consumes all entries of the key under the cursor and sends what is left of them to the sink.
  // REQUIRES: input->Valid(), at the newest entry of its key. Adds the entries and bytes read to
  // the counters.
  Status ReduceKey(EntryIterator* input, const Sink& sink);

  // The key that was reduced last.
  const std::string& last_key() const { return key_; }
  uint64_t entries_read() const { return entries_read_; }
  uint64_t entries_written() const { return entries_written_; }
  uint64_t bytes_read() const { return bytes_read_; }
  // Entries read that were not written, by what became of them.
  struct Drops {
    uint64_t replaced = 0;  // by a newer one of the key
    uint64_t in_ranges = 0;
    uint64_t tombstones = 0;
    uint64_t filtered = 0;
  };
  const Drops& drops() const { return drops_; }

 private:
  // Index of the first snapshot that sees an entry of this sequence; snapshots.size() for the
  // newest stripe.
  size_t Stripe(SequenceNumber sequence) const;
  SequenceNumber StripeEnd(size_t stripe) const;
  bool Covered(Slice key, SequenceNumber sequence, size_t stripe) const;
  Status Emit(const Sink& sink, uint64_t tag, Slice value);
  // Sends the operands collected so far, combined if possible; `nothing_older` allows a put.
  Status FlushOperands(const Sink& sink, bool nothing_older);
  bool Fold(const Slice* existing, std::string* result);
  // Asks the filter about a put and sends what it decides to the sink.
  Status FilterPut(const Sink& sink, uint64_t tag, Slice value);
  // The tombstone of a removed put, where one is needed.
  Status EmitRemoval(const Sink& sink, SequenceNumber sequence);

  const ReducerOptions options_;
  std::string key_;
  std::vector<std::string> operands_;  // newest first, all of one stripe
  std::vector<uint64_t> operand_tags_;
  std::string skip_until_;
  std::string value_read_;  // of a reference
  bool skipping_ = false;
  uint64_t entries_read_ = 0;
  uint64_t entries_written_ = 0;
  uint64_t bytes_read_ = 0;
  Drops drops_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_REDUCER_H_
