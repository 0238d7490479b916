// What the engine stores: entries (user key, tag, value), ordered by key ascending, then by
// sequence descending.
//
// A tag packs the sequence number of the write (56 bits) over the type of the entry (8 bits). Two
// entries of one key never share a sequence, so (key, sequence) identifies an entry.

#ifndef AETHER_ENGINE_BASE_ENTRY_H_
#define AETHER_ENGINE_BASE_ENTRY_H_

#include <cstdint>

#include "engine/base/comparator.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"

namespace aether {

using SequenceNumber = uint64_t;
inline constexpr SequenceNumber kMaxSequence = (uint64_t{1} << 56) - 1;

enum class EntryType : uint8_t {
  kDelete = 0,
  kPut = 1,
  kMerge = 2,
  // A put whose value stands in a blob file; the value of the entry is the reference to it. Only
  // runs and merges see this type.
  kPutReference = 3,
  // A put of an entity (base/entity.h).
  kEntity = 4,
  kSingleDelete = 7,
  // Key is the begin (inclusive), value the end (exclusive) of a deleted range. Kept apart from
  // point entries.
  kRangeDelete = 15,
};

inline constexpr uint64_t PackTag(SequenceNumber sequence, EntryType type) {
  return (sequence << 8) | static_cast<uint8_t>(type);
}
inline constexpr SequenceNumber TagSequence(uint64_t tag) { return tag >> 8; }
inline constexpr EntryType TagType(uint64_t tag) { return static_cast<EntryType>(tag & 255); }

struct Entry {
  Slice key;
  uint64_t tag = 0;
  Slice value;

  SequenceNumber sequence() const { return TagSequence(tag); }
  EntryType type() const { return TagType(tag); }
};

// The newest deleted range over a key, as a reader at some sequence sees it. The bytes live as long
// as what was asked.
struct CoveringRange {
  SequenceNumber sequence = 0;  // 0: none
  Slice begin;
  Slice end;  // exclusive
};

// Negative when (a_key, a_sequence) comes first.
inline int CompareEntries(const Comparator* order, Slice a_key, SequenceNumber a_sequence,
                          Slice b_key, SequenceNumber b_sequence) {
  const int by_key = CompareKeys(order, a_key, b_key);
  if (by_key != 0) return by_key;
  return a_sequence > b_sequence ? -1 : (a_sequence < b_sequence ? 1 : 0);
}

class PrefixExtractor;

// What a scan is limited to: the keys with one prefix.
struct PrefixScan {
  const PrefixExtractor* extractor = nullptr;
  Slice target;  // some key with it
  Slice prefix;
  uint64_t hash = 0;  // as filters know it
};

// A cursor over entries in their order. Used by one thread at a time.
// key() and value() stay valid until the cursor moves, unless the implementation promises more.
// After an error Valid() is false and status() tells why.
class EntryIterator {
 public:
  virtual ~EntryIterator() = default;
  virtual bool Valid() const = 0;
  virtual void SeekToFirst() = 0;
  virtual void SeekToLast() = 0;
  // The first entry at or after (key, sequence): with kMaxSequence the newest entry of `key`.
  virtual void Seek(Slice key, SequenceNumber sequence) = 0;
  // The last entry at or before (key, sequence): with sequence 0 the oldest entry of `key` at the
  // latest.
  virtual void SeekForPrev(Slice key, SequenceNumber sequence) = 0;
  // REQUIRES: Valid().
  virtual void Next() = 0;
  virtual void Prev() = 0;
  virtual Slice key() const = 0;
  virtual uint64_t tag() const = 0;
  virtual Slice value() const = 0;
  virtual Status status() const = 0;
  // From now on only entries whose keys have this prefix are asked for, until the next call; others
  // may be left out. Null: all are. Takes effect with the next Seek.
  virtual void Confine(const PrefixScan* /*scan*/) {}
};

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_ENTRY_H_
