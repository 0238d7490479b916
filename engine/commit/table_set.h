// The memtables that take the writes of one generation, by family.
//
// Thread safety: immutable once handed to the Pipeline.
// Lifetime: a writer or helper reaches a TableSet through the generation of its number, under an
// EpochGuard. The Pipeline retires a set when the watermark has passed its last batch; the set's
// references keep the memtables alive until then, whatever the flusher does.

#ifndef AETHER_ENGINE_COMMIT_TABLE_SET_H_
#define AETHER_ENGINE_COMMIT_TABLE_SET_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/commit/batch.h"
#include "engine/memtable/memtable.h"

namespace aether {

struct TableSet {
  // Indexed by family id; null where there is no such family (any more).
  std::vector<std::shared_ptr<MemTable>> tables;
  // Set by the Pipeline; distinguishes sets for ever, also when memory is reused.
  uint64_t id = 0;

  MemTable* table(uint32_t family) const {
    return family < tables.size() ? tables[family].get() : nullptr;
  }
};

// Where a writer last inserted, so that ascending keys are cheap. Belongs to whoever holds the
// stream.
struct InsertHints {
  static constexpr size_t kHints = 4;
  struct Hint {
    uint64_t set_id = 0;
    uint32_t family = 0;
    void* hint = nullptr;
  };
  Hint hints[kHints];

  void** For(const TableSet& set, uint32_t family) {
    Hint& h = hints[family % kHints];
    if (h.set_id != set.id || h.family != family) h = {set.id, family, nullptr};
    return &h.hint;
  }
};

// Reserves what the calling thread needs to apply a batch to the tables of its families. Fails with
// Aborted/kMemoryLimit.
Status PrepareTables(const BatchFacts& facts, const TableSet& set);

// Inserts the records of a batch into the tables of their families, numbering them from
// first_sequence. Idempotent. Records of families that the set does not hold are skipped, but use
// their numbers. *count (may be null) becomes the sequence numbers used. Fails, with nothing or a
// part of the batch inserted, only when the body is not what ValidateBatch accepts. Throws
// std::bad_alloc as MemTable::Insert does; then it may be called again.
Status ApplyBatch(Slice body, SequenceNumber first_sequence, const TableSet& set,
                  InsertHints* hints, uint32_t* count);

// The same for a batch that recovery found: validates it, and leaves out what the runs hold
// already, the records of family f with numbers up to flushed[f].
Status ReplayBatch(Slice body, SequenceNumber first_sequence, const TableSet& set,
                   const std::vector<SequenceNumber>& flushed, uint32_t* count);

}  // namespace aether

#endif  // AETHER_ENGINE_COMMIT_TABLE_SET_H_
