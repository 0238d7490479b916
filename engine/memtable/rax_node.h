// The nodes of the memtable's radix tree. See rax.h for the protocol between them.

#ifndef AETHER_ENGINE_MEMTABLE_RAX_NODE_H_
#define AETHER_ENGINE_MEMTABLE_RAX_NODE_H_

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>

#include "engine/memtable/key_head.h"
#include "engine/memtable/record.h"

namespace aether {

// An entry as the tree sees it, a string over 257 symbols:
//
//   string = 1 + byte, for each byte of the key , 0 , 1 + byte, for 7 bytes of the sequence's
//            complement, the most significant first
//
// The order of these strings is that of entries, and none is a prefix of another.
struct RaxString {
  static constexpr int kSymbols = 257;
  static constexpr size_t kNowhere = SIZE_MAX;

  RaxString(Slice k, SequenceNumber sequence) : key(k), version(~sequence << 8) {}
  explicit RaxString(const char* record)
      : RaxString(RecordKey(record), TagSequence(RecordTag(record))) {}

  int VersionSymbol(size_t i) const {
    return 1 + static_cast<int>((version >> (56 - 8 * i)) & 255);
  }
  int KeySymbol(size_t i) const {
    return i < key.size() ? 1 + static_cast<unsigned char>(key[i]) : 0;
  }
  int Symbol(size_t i) const {
    return i <= key.size() ? KeySymbol(i) : VersionSymbol(i - key.size() - 1);
  }
  // The first position where two strings that agree before `from` differ; kNowhere when they are
  // equal.
  size_t Mismatch(const RaxString& other, size_t from) const {
    const size_t both = std::min(key.size(), other.key.size());
    size_t i = from;
    for (; i + 8 <= both; i += 8) {
      const uint64_t differ =
          LoadFixed<uint64_t>(key.data() + i) ^ LoadFixed<uint64_t>(other.key.data() + i);
      if (differ != 0) return i + static_cast<size_t>(std::countr_zero(differ)) / 8;
    }
    while (i < both && key[i] == other.key[i]) ++i;
    if (i < both || key.size() != other.key.size()) return i;
    const uint64_t differ = version ^ other.version;
    if (differ == 0) return kNowhere;
    return key.size() + 1 + static_cast<size_t>(std::countl_zero(differ)) / 8;
  }

  Slice key;
  uint64_t version;
};

// A record or a node, and the symbol under which its parent holds it, in one word:
//
//   bits 0..47 address ; bits 48..56 symbol ; bit 57: a node ; bit 58: frozen
//
// 0 where there is no child.
class RaxChild {
 public:
  static constexpr uint64_t kFrozen = uint64_t{1} << 58;

  explicit RaxChild(uint64_t word) : word_(word) {}
  RaxChild(const char* record, int symbol) : word_(Address(record) | Place(symbol)) {}
  RaxChild(const struct RaxNode* node, int symbol) : word_(Address(node) | Place(symbol) | kNode) {}

  uint64_t word() const { return word_; }
  bool empty() const { return word_ == 0; }
  bool frozen() const { return (word_ & kFrozen) != 0; }
  bool IsNode() const { return (word_ & kNode) != 0; }
  int symbol() const { return static_cast<int>((word_ >> 48) & 511); }
  const char* record() const { return static_cast<const char*>(address()); }
  struct RaxNode* node() const {
    return static_cast<struct RaxNode*>(address());
  }
  void* address() const { return reinterpret_cast<void*>(word_ & kAddress); }
  RaxChild Under(int symbol) const {
    return RaxChild((word_ & (kAddress | kNode)) | Place(symbol));
  }
  RaxChild Thawed() const { return RaxChild(word_ & ~kFrozen); }

 private:
  static constexpr uint64_t kAddress = (uint64_t{1} << 48) - 1;
  static constexpr uint64_t kNode = uint64_t{1} << 57;

  static uint64_t Address(const void* p) { return reinterpret_cast<uintptr_t>(p); }
  static uint64_t Place(int symbol) { return static_cast<uint64_t>(symbol) << 48; }

  uint64_t word_;
};

// An inner node: a place in the strings where those below it part. The symbols before that place
// are the same for all of them and can be read from any; the node remembers one, `sample`. So when
// a new string parts from the others before this place, a new node goes above this one, which stays
// as it is.
//
// The children are words in slots. Nodes of up to 52 slots fill them from the first to the last, in
// the order of arrival: two inserters of one symbol meet at the first empty slot, and the later one
// finds the other's child. The node with an index names the slots by symbol as well; an inserter
// returns once the index has its slot, and helps the ones before it. In the node of 257 the symbol
// is the slot.
//
// A slot goes from 0 to a record, from a record to a node, from a node to another one with the same
// entries and more, always by a compare-and-swap, until it is frozen. Slots are frozen only when
// all of them are full and the node is about to be replaced by a larger copy.
//
// Memory order: a swap is a release and follows the writing of the record or node whose address it
// stores; readers load slots with acquire. Freezing is an atomic or, so it continues the release
// sequence of the swap.
struct RaxNode {
  enum class Size : uint8_t { k5, k13, k29, k52, k257 };
  enum class Added { kYes, kThere, kFull };
  static constexpr int kSlots[] = {5, 13, 29, 52, 257};

  RaxNode(Size node_size, bool in_version, uint32_t node_depth, uint64_t node_head,
          const char* node_sample)
      : sample(node_sample),
        head(node_head),
        depth(node_depth),
        size(node_size),
        versions(in_version) {}

  const char* const sample;  // a record below the node
  const uint64_t head;       // versions: the sample's; else HeadBefore() of all keys below
  const uint32_t depth;      // versions: which of the 7 bytes; else which symbol
  const Size size;
  const bool versions;             // the strings below part behind their keys' ends
  std::atomic<uint16_t> count{0};  // k52: slots before it are in the index; k257: children

  // The 8 bytes (or less) of a key in front of its symbol `depth`, from the most significant byte
  // on. REQUIRES: depth <= key.size().
  static uint64_t HeadBefore(Slice key, size_t depth) {
    if (depth >= 8) return __builtin_bswap64(LoadFixed<uint64_t>(key.data() + depth - 8));
    return KeyHead(key, 0) & ~(~uint64_t{0} >> (8 * depth));
  }

  int Slots() const { return kSlots[static_cast<int>(size)]; }
  std::atomic<uint64_t>* SlotArray();
  const std::atomic<uint64_t>* SlotArray() const { return const_cast<RaxNode*>(this)->SlotArray(); }
  RaxChild At(int slot) const {
    return RaxChild(SlotArray()[slot].load(std::memory_order_acquire));
  }

  // The place where the strings below the node part, in a string that agrees with them before.
  size_t Place(const RaxString& s) const {
    return versions ? s.key.size() + 1 + depth : size_t{depth};
  }
  int SymbolOf(const RaxString& s) const {
    return versions ? s.VersionSymbol(depth) : s.KeySymbol(depth);
  }
  // The first position where `s`, which agrees before `from`, differs from all strings below the
  // node; Place(s) when there is none before that.
  size_t Mismatch(const RaxString& s, size_t from) const;
  // Whether the strings below the node agree with `s` up to the place where they part.
  bool Holds(const RaxString& s) const;

  // Null when no child has the symbol.
  std::atomic<uint64_t>* Find(int symbol);
  RaxChild Get(int symbol) const {
    const auto* const slot = const_cast<RaxNode*>(this)->Find(symbol);
    return RaxChild(slot == nullptr ? 0 : slot->load(std::memory_order_acquire));
  }
  // kThere: another thread was faster; *slot is its child's.
  Added Add(RaxChild child, std::atomic<uint64_t>** slot);
  // The number of children, perhaps one less for each that is being added.
  int Children() const;

  // Without knowing the size: what a node of up to 29 has.
  void Prefetch() const {
    for (size_t at = 0; at < 256; at += 64) {
      __builtin_prefetch(reinterpret_cast<const char*>(this) + at);
    }
  }

  // REQUIRES: all slots are full, size is not k257.
  void Freeze();
  // REQUIRES: the node has not been published and has room.
  void Fill(RaxChild child);

 private:
  void Publish(int slot, int symbol);
};

template <RaxNode::Size kSize>
struct alignas(64) RaxListNode : RaxNode {
  RaxListNode(bool in_version, uint32_t node_depth, uint64_t node_head, const char* node_sample)
      : RaxNode(kSize, in_version, node_depth, node_head, node_sample) {}
  std::atomic<uint64_t> slots[kSlots[static_cast<int>(kSize)]] = {};
};

struct alignas(64) RaxIndexedNode : RaxNode {
  RaxIndexedNode(bool in_version, uint32_t node_depth, uint64_t node_head, const char* node_sample)
      : RaxNode(Size::k52, in_version, node_depth, node_head, node_sample) {}
  std::atomic<uint8_t> index[264] = {};  // of a symbol: 1 + slot, or 0
  std::atomic<uint64_t> slots[52] = {};
};

using RaxNode5 = RaxListNode<RaxNode::Size::k5>;
using RaxNode13 = RaxListNode<RaxNode::Size::k13>;
using RaxNode29 = RaxListNode<RaxNode::Size::k29>;
using RaxNode52 = RaxIndexedNode;
using RaxNode257 = RaxListNode<RaxNode::Size::k257>;
static_assert(sizeof(RaxNode5) == 64);
static_assert(sizeof(RaxNode13) == 128);
static_assert(sizeof(RaxNode29) == 256);
static_assert(sizeof(RaxNode52) == 704);
static_assert(sizeof(RaxNode257) == 2112);
static_assert(sizeof(RaxNode) == 24);

inline std::atomic<uint64_t>* RaxNode::SlotArray() {
  if (size == Size::k52) return static_cast<RaxIndexedNode*>(this)->slots;
  return reinterpret_cast<std::atomic<uint64_t>*>(this + 1);  // whatever their number
}

inline std::atomic<uint64_t>* RaxNode::Find(int symbol) {
  if (size < Size::k52) {
    std::atomic<uint64_t>* const slots = SlotArray();
    for (int i = 0; i < Slots(); ++i) {
      const RaxChild child(slots[i].load(std::memory_order_acquire));
      if (child.empty()) return nullptr;
      if (child.symbol() == symbol) return &slots[i];
    }
    return nullptr;
  }
  if (size == Size::k52) {
    auto* const indexed = static_cast<RaxIndexedNode*>(this);
    const int i = indexed->index[symbol].load(std::memory_order_acquire);
    return i == 0 ? nullptr : &indexed->slots[i - 1];
  }
  std::atomic<uint64_t>* const slot = SlotArray() + symbol;
  return slot->load(std::memory_order_acquire) == 0 ? nullptr : slot;
}

inline size_t RaxNode::Mismatch(const RaxString& s, size_t from) const {
  const size_t place = Place(s);
  if (versions && from > s.key.size()) {
    const uint64_t differ = (s.version ^ head) & ~(~uint64_t{0} >> (8 * depth));
    if (differ == 0) return place;
    return s.key.size() + 1 + static_cast<size_t>(std::countl_zero(differ)) / 8;
  }
  if (!versions && s.key.size() >= place && place - from <= 8) {
    if (place == from) return place;
    const size_t first = place < 8 ? 0 : place - 8;  // the byte at which heads begin
    const uint64_t differ = (HeadBefore(s.key, place) ^ head) << (8 * (from - first));
    return differ == 0 ? place : from + static_cast<size_t>(std::countl_zero(differ)) / 8;
  }
  return std::min(s.Mismatch(RaxString(sample), from), place);
}

inline bool RaxNode::Holds(const RaxString& s) const {
  // Most strings are told apart without a look at the sample.
  if (versions ? ((s.version ^ head) & ~(~uint64_t{0} >> (8 * depth))) != 0
               : s.key.size() < depth || HeadBefore(s.key, depth) != head) {
    return false;
  }
  return Mismatch(s, 0) == Place(s);
}

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_RAX_NODE_H_
