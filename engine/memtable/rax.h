// An ordered index for the order of bytes: a radix tree (Morrison's PATRICIA, 1968) with nodes that
// adapt to the number of their children (Leis et al., "The adaptive radix tree", 2013), inserted
// into without latches.
//
// - Entries are strings over 257 symbols (rax_node.h): the bytes of the key, an end, the bytes of
// the
//   sequence. So versions of a key are a tree of their own, of seven levels at most, and keys that
//   are prefixes of one another need no special case.
// - A node stands for the one place where the strings below it part and holds no copy of the
// symbols
//   before it. Thus an insert changes one slot by one compare-and-swap: it fills an empty slot, or
//   puts a new node of two children above a record or above a node whose path the new string leaves
//   early.
// - A full node is frozen slot by slot and replaced by a larger copy, with the new entry in it.
// Frozen
//   nodes stay readable for ever. Whoever needs to change a frozen slot replaces its node first, so
//   nobody waits for a thread that stopped half way. (The ART's concurrent variant, Leis et al.,
//   "The ART of practical synchronization", 2016, latches the node and its parent here.)
// - Readers take no latch, write nothing and never start over.
// - Nodes and records live as long as the tree.
//
// Thread safety: Insert from any number of threads at once with any number of readers; lock-free
// for the ones, wait-free for the others. A hint belongs to one thread. Invariants:
//  1. An entry is in the tree from the moment a slot on the path of its string leads to it; in a
//  node
//     with an index, from the moment the index names that slot. Insert returns after that.
//  2. All strings below a node have the symbols before the node's place in common, and each child's
//     strings have its symbol there. Places grow from parent to child.
//  3. No slot of a frozen node changes. Its replacement holds all its children, so what a reader
//  finds
//     through the tree after an insert has returned holds the entry.
//  4. Every node has two children at least, and none twice under one symbol.
// Failure: as Arena's.

#ifndef AETHER_ENGINE_MEMTABLE_RAX_H_
#define AETHER_ENGINE_MEMTABLE_RAX_H_

#include <atomic>
#include <memory>

#include "engine/memtable/arena.h"
#include "engine/memtable/rax_node.h"

namespace aether {

class Rax {
 public:
  // REQUIRES: order->bytewise().
  explicit Rax(const Comparator* order);
  Rax(const Rax&) = delete;
  Rax& operator=(const Rax&) = delete;

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
  friend class RaxIterator;

  enum class Outcome { kDone, kDuplicate, kAgain };
  // A slot and what it held when it was looked at. Without a slot where the way to a node is not
  // known.
  struct Step {
    std::atomic<uint64_t>* slot;
    RaxChild child;
  };
  struct Insertion {
    int shard;
    uint64_t tag;
    RaxString string;
    Slice value;
    const char* record;  // null until written
    RaxNode* place;      // the node in which the entry went
    void* spare[5];      // by size: memory of a node that was not published
  };

  RaxChild Root() const { return RaxChild(root_.load(std::memory_order_acquire)); }
  const char* WriteOnce(Insertion* in);
  // Begins at `node`, which holds the string, or at the root. kAgain: begin at the root.
  Outcome TryInsert(RaxNode* node, Insertion* in);
  // Puts a node for the place `differs` above `here`, with the new entry.
  bool Branch(Step* here, size_t differs, Insertion* in);
  // Replaces the full node that `here` holds by a larger one, with `extra` unless that is empty.
  bool Grow(Step* here, RaxChild extra, Insertion* in);
  // `fresh` is the new node, if any. False when the slot has changed: here->child is what it holds
  // then, and the memory of the node is kept for the next one.
  static bool Swap(Step* here, RaxChild child, RaxNode* fresh, Insertion* in);

  RaxNode* NewNode(RaxNode::Size size, bool versions, size_t depth, uint64_t head,
                   const char* sample, Insertion* in);

  struct alignas(64) LastNode {
    std::atomic<RaxNode*> node{nullptr};
  };

  Arena records_;
  Arena nodes_;
  std::atomic<uint64_t> root_{0};  // never frozen
  LastNode last_nodes_[kMemTableShards];
};

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_RAX_H_
