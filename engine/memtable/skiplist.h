// An ordered index of entries that needs nothing but Compare: a skip list (Pugh, 1990) whose nodes
// are linked bottom-up with compare-and-swap and never removed.
//
// Thread safety: Insert from any number of threads at once with any number of readers; lock-free
// on both sides. A hint belongs to one thread.
// Invariants:
//  1. A node's key, value and tag are constant from before it is linked.
//  2. The list of level 0 holds every entry, strictly ascending in (key, sequence descending); a
//     node is in the table from the moment its predecessor's level-0 link points to it.
//  3. The list of level i+1 is a subset of that of level i, in the same order; a missing upper link
//     costs time only.
// Memory order: a link is stored with release after the node is complete and loaded with acquire,
// so whoever reaches a node sees its contents.
// Failure: as Arena's.

#ifndef AETHER_ENGINE_MEMTABLE_SKIPLIST_H_
#define AETHER_ENGINE_MEMTABLE_SKIPLIST_H_

#include <atomic>
#include <memory>

#include "engine/memtable/arena.h"
#include "engine/memtable/record.h"

namespace aether {

class SkipList {
 public:
  // Neither argument is owned.
  SkipList(const Comparator* order, Arena* arena);
  SkipList(const SkipList&) = delete;
  SkipList& operator=(const SkipList&) = delete;

  // Bytes to reserve in the arena for `entries` entries of `bytes` bytes of keys and values.
  static size_t ReserveBytes(size_t entries, size_t bytes);

  // Returns false when an entry with this key and sequence is there already.
  bool Insert(int shard, uint64_t tag, Slice key, Slice value, void** hint);

  using Visitor = bool (*)(void* context, const Entry& entry);
  bool Visit(Slice key, SequenceNumber sequence, Visitor visit, void* context) const;

  std::unique_ptr<EntryIterator> NewIterator() const;

  // A rough share of the entries below `key`, 0..1.
  double ApproximateRank(Slice key) const;

 private:
  friend class SkipListIterator;

  static constexpr int kMaxHeight = 12;
  static constexpr uint64_t kBranching = 4;

  struct Node;
  // Where a thread last inserted: per level the last node before that place (always < the key).
  struct Finger;

  Node* NewNode(int shard, int height, uint64_t tag, Slice key, Slice value);
  int RandomHeight();
  // Negative when (key, sequence) comes before the node.
  int Compare(Slice key, SequenceNumber sequence, const Node* node) const;
  // From `before` on `level`, the last node before (key, sequence), and the node after it.
  void FindSpot(Slice key, SequenceNumber sequence, int level, Node* before, Node** previous,
                Node** next) const;
  Node* FirstAtOrAfter(Slice key, SequenceNumber sequence) const;
  // The head when there is none.
  Node* LastBefore(Slice key, SequenceNumber sequence) const;
  Node* Last() const;

  const Comparator* const order_;
  Arena* const arena_;
  Node* const head_;
  std::atomic<int> height_{1};
};

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_SKIPLIST_H_
