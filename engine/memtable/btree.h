// The default ordered index: a B+tree for the order of bytes, with small leaves that are inserted
// into without a latch.
//
// - Inserting into a leaf takes a free slot and publishes it, both by compare-and-swap. Nobody ever
//   waits for a thread that stopped in between: its slot is lost, no more.
// - A full leaf is frozen and replaced by copies of its halves, or, when keys ascend or descend,
//   by a full copy and a neighbour with the new entry alone. Frozen leaves stay readable, so
//   readers never wait for a split; a leaf's range of keys is constant until it is frozen. Whoever
//   meets a frozen leaf may finish the split.
// - Inner nodes change in place under a version latch, held for some tens of nanoseconds; readers
//   use them optimistically (optimistic lock coupling: Leis et al., "The ART of practical
//   synchronization", 2016).
// - Nodes and records live as long as the tree, so a reader needs no epoch and iterators hold
//   nothing. Replaced leaves cost 128 bytes per split, about 13 bytes an entry for random keys and
//   9 for ascending ones.
//
// Thread safety: Insert from any number of threads at once with any number of readers.
// Invariants:
//  1. An entry is in the tree from the moment the order word of a leaf names it, or the split that
//     carries it is installed in the parent.
//  2. Every entry of a frozen, replaced leaf is in its replacements. An insert into a leaf fails
//     once it is frozen, so what a reader finds through the tree after an insert has returned
//     holds it.
//  3. No leaf holds a (key, sequence) twice, and the ranges of leaves do not overlap.
//  4. Separators are records of entries and are never removed. The separator left of a leaf is the
//     leaf's first entry, the one right of it is the leaf's High().
// Failure: as Arena's.

#ifndef AETHER_ENGINE_MEMTABLE_BTREE_H_
#define AETHER_ENGINE_MEMTABLE_BTREE_H_

#include <atomic>
#include <memory>

#include "engine/memtable/arena.h"
#include "engine/memtable/btree_node.h"

namespace aether {

class Btree {
 public:
  // REQUIRES: order->bytewise().
  explicit Btree(const Comparator* order);
  Btree(const Btree&) = delete;
  Btree& operator=(const Btree&) = delete;

  bool Reserve(int shard, size_t entries, size_t bytes);

  // Returns false when an entry with this key and sequence is there already.
  bool Insert(int shard, uint64_t tag, Slice key, Slice value, void** hint);

  using Visitor = bool (*)(void* context, const Entry& entry);
  bool Visit(Slice key, SequenceNumber sequence, Visitor visit, void* context) const;

  std::unique_ptr<EntryIterator> NewIterator() const;

  size_t MemoryUsage() const { return records_.MemoryUsage() + nodes_.MemoryUsage(); }

  // A rough share of the entries below `key`, 0..1.
  double ApproximateRank(Slice key) const;

 private:
  friend class BtreeIterator;

  // Which leaf a descent ends in, relative to the entry (key, sequence).
  enum class Aim {
    kHolding,  // the one whose range holds it
    kBefore,   // the one whose range holds what comes right before it
    kLast,     // the last one
  };
  struct Path {
    Leaf* leaf;
    Inner* parent;
    uint64_t version;  // of the parent
    int index;         // of the leaf in it
    bool leftmost;     // of all leaves
  };
  enum class Outcome { kDone, kDuplicate, kFull };
  struct Insertion {
    int shard;
    uint64_t tag;
    Slice key;
    Slice value;
    SequenceNumber sequence;
    const char* record;  // null until written
    Leaf* place;         // where the entry went, if it was the last of its leaf
  };

  // The number of separators at or before (kHolding), or before (kBefore), the entry; -1 when
  // `node` is being changed.
  int ChildIndex(const Inner& node, int keys, Slice key, SequenceNumber sequence, Aim aim) const;
  Path Descend(Slice key, SequenceNumber sequence, Aim aim) const;
  bool TryDescend(Slice key, SequenceNumber sequence, Aim aim, Path* path) const;

  void WriteOnce(Insertion* in);
  bool TryAppend(Leaf* leaf, Insertion* in, Outcome* outcome);
  Outcome InsertIntoLeaf(Leaf* leaf, Insertion* in);
  // `order` was loaded from the leaf, `position` is the entry's place in it.
  Outcome InsertAt(Leaf* leaf, uint64_t order, int position, uint64_t fragment, Insertion* in);
  // kFull: not done, descend again.
  Outcome SplitAndInsert(const Path& path, Insertion* in);
  // Splits full inner nodes on the way to the entry.
  void MakeRoom(int shard, Slice key, SequenceNumber sequence);
  bool TryMakeRoom(int shard, Slice key, SequenceNumber sequence);
  static const char* SplitInner(Inner* node, Inner* right, bool appending, const char* low,
                                const char* high);

  Leaf* NewLeaf(int shard, const uint64_t* words, int count, size_t offset, const char* low,
                const char* high);
  Inner* NewInner(int shard, int level);

  struct alignas(64) LastLeaf {
    std::atomic<Leaf*> leaf{nullptr};
  };

  const Comparator* const order_;
  Arena records_;
  Arena nodes_;
  std::atomic<Inner*> root_;
  LastLeaf last_leaves_[kMemTableShards];
};

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_BTREE_H_
