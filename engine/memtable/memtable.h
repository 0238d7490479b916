// The ordered in-memory index that takes writes until it is flushed into a run.
//
// Thread safety: Prepare and Insert from any number of threads at once with any number of readers;
// readers take no lock. Invariants:
//  1. Insert is idempotent on (key, sequence): a batch that a second thread finishes on behalf of a
//     descheduled owner leaves the same table as one insert.
//  2. An entry is never moved or freed while the table lives, so slices handed out stay valid as
//     long as the table, those of iterators included.
//  3. A reader that starts after an Insert has returned sees that entry.
// Failure: memory is obtained in Prepare, before a write has a number. Insert goes to the system
// only when a helper finishes a batch it has not prepared, when another user of a shared shard took
// what was prepared, or when a batch splits far more nodes than its size lets expect; should the
// system refuse then, it throws std::bad_alloc, and the same Insert may be tried again.

#ifndef AETHER_ENGINE_MEMTABLE_MEMTABLE_H_
#define AETHER_ENGINE_MEMTABLE_MEMTABLE_H_

#include <cstdint>
#include <memory>

#include "engine/base/entry.h"

namespace aether {

enum class MemTableKind : uint8_t {
  kRax,       // a radix tree; needs a comparator with bytewise() order
  kBtree,     // a B+tree; needs bytewise() order too
  kSkipList,  // needs nothing but Compare
};

class MemTable {
 public:
  virtual ~MemTable() = default;

  // Makes sure that the calling thread can insert `entries` entries, range deletions included,
  // whose keys and values add up to `bytes` without asking the system for memory. Returns false
  // when there is none to be had.
  virtual bool Prepare(size_t entries, size_t bytes, size_t range_deletes = 0) = 0;

  // Adds an entry; for kRangeDelete [key, value) is the deleted range. `hint` is a thread's own
  // memory of where it last inserted into this table (opaque, start with null), which makes
  // ascending keys cheap. Null where there is none: the two trees then use a memory of their own.
  virtual void Insert(SequenceNumber sequence, EntryType type, Slice key, Slice value,
                      void** hint) = 0;

  // Calls visit(context, entry) for the point entries of `key` with a sequence of at most
  // `sequence`, newest first, until it returns false or they end. Returns false when there was
  // none.
  using Visitor = bool (*)(void* context, const Entry& entry);
  virtual bool Visit(Slice key, SequenceNumber sequence, Visitor visit, void* context) const = 0;

  // The newest range deletion over `key` with a sequence of at most `sequence`.
  virtual CoveringRange CoveringRangeDelete(Slice key, SequenceNumber sequence) const = 0;

  // Point entries. The iterator must not outlive the table.
  virtual std::unique_ptr<EntryIterator> NewIterator() const = 0;
  // Range deletions in order of their begin keys.
  virtual std::unique_ptr<EntryIterator> NewRangeDeleteIterator() const = 0;

  // Bytes taken from the system on behalf of this table, indexes included.
  virtual size_t MemoryUsage() const = 0;
  // The counts may be too large by entries that are being inserted, never too small by one that an
  // Insert has returned for.
  virtual uint64_t Entries() const = 0;
  virtual uint64_t Deletes() const = 0;
  virtual uint64_t RangeDeletes() const = 0;
  virtual uint64_t DataBytes() const = 0;
  bool Empty() const { return Entries() + RangeDeletes() == 0; }

  // A rough share of the entries in [begin, end), 0..1.
  virtual double ApproximateShare(Slice begin, Slice end) const = 0;
};

// kRax and kBtree fall back to kSkipList when `order` is not bytewise. `order` must outlive the
// table. Null when there is no memory.
std::unique_ptr<MemTable> NewMemTable(MemTableKind kind, const Comparator* order);

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_MEMTABLE_H_
