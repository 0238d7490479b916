// The nodes of the memtable's B+tree. See btree.h for the protocol between them.

#ifndef AETHER_ENGINE_MEMTABLE_BTREE_NODE_H_
#define AETHER_ENGINE_MEMTABLE_BTREE_NODE_H_

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <thread>

#include "engine/memtable/key_head.h"
#include "engine/memtable/record.h"

namespace aether {

// How many leading bits all keys of [low, high] have in common. REQUIRES: low <= high.
inline size_t SharedBits(Slice low, Slice high) {
  const size_t both = std::min(low.size(), high.size());
  size_t i = 0;
  while (i < both && low[i] == high[i]) ++i;
  if (i == both) return 8 * i;
  const auto differ = static_cast<unsigned char>(low[i] ^ high[i]);
  return 8 * i + static_cast<size_t>(std::countl_zero(differ));
}

// A leaf: up to 14 entries of a constant range of keys in two cache lines.
//
//   order = count and state, and the numbers of the filled slots in the order of their entries
//           bits 0..55: 14 x 4 bits, slot of entry 0, 1, ... ; bits 56..59: count ; bit 60: frozen
//   slot  = 0 (free) | fragment (16 bits) , record address (48 bits)
//   bound = bit offset (16 bits) , address of the record at which the next leaf begins (48 bits, or
//           0)
//
// A fragment is the 16 bits of the key that follow the bits which all keys of the leaf's range
// share: entries with different fragments are told apart without touching their records.
//
// A slot is taken once, by a compare-and-swap from 0, and an entry exists once `order` names its
// slot. A frozen leaf never changes again.
struct alignas(128) Leaf {
  static constexpr int kSlots = 14;
  static constexpr uint64_t kFrozen = uint64_t{1} << 60;
  static constexpr uint64_t kAddress = (uint64_t{1} << 48) - 1;
  static constexpr size_t kBitOffsetMax = 0xffff;

  std::atomic<uint64_t> order{0};
  uint64_t bound = 0;
  std::atomic<uint64_t> slots[kSlots] = {};

  static int Count(uint64_t o) { return static_cast<int>((o >> 56) & 15); }
  static int SlotAt(uint64_t o, int i) { return static_cast<int>((o >> (4 * i)) & 15); }
  // `o` with slot `slot` as entry `position`. REQUIRES: Count(o) < kSlots.
  static uint64_t Inserted(uint64_t o, int position, int slot) {
    constexpr uint64_t kEntries = (uint64_t{1} << 56) - 1;
    const uint64_t below = (uint64_t{1} << (4 * position)) - 1;
    const uint64_t above = ((o & kEntries & ~below) << 4) & kEntries;
    return (o & below) | (static_cast<uint64_t>(slot) << (4 * position)) | above |
           ((o & ~kEntries) + (uint64_t{1} << 56));
  }
  static uint64_t Pack(uint64_t fragment, const char* record) {
    return (fragment << 48) | static_cast<uint64_t>(reinterpret_cast<uintptr_t>(record));
  }
  static const char* Address(uint64_t word) {
    return reinterpret_cast<const char*>(static_cast<uintptr_t>(word & kAddress));
  }

  size_t BitOffset() const { return bound >> 48; }
  const char* High() const { return Address(bound); }
  uint64_t Fragment(Slice key) const {
    const size_t offset = BitOffset();
    return (KeyHead(key, offset >> 3) << (offset & 7)) >> 48;
  }
  uint64_t Word(uint64_t o, int i) const {
    return slots[SlotAt(o, i)].load(std::memory_order_relaxed);
  }
  const char* Record(uint64_t o, int i) const { return Address(Word(o, i)); }

  // The first entry at or after (key, sequence) among those of `o`. *equal tells whether it is that
  // entry. REQUIRES: `o` was loaded from `order` with acquire.
  int Find(uint64_t o, const Comparator* compare, Slice key, uint64_t fragment,
           SequenceNumber sequence, bool* equal) const {
    const int n = Count(o);
    int smaller = 0;
    int ties = 0;
    for (int i = 0; i < n; ++i) {
      const uint64_t f = Word(o, i) >> 48;
      smaller += f < fragment;
      ties += f == fragment;
    }
    *equal = false;
    int first = smaller;
    int last = smaller + ties;
    while (first < last) {
      const int middle = (first + last) / 2;
      const int c = CompareToRecord(compare, key, sequence, Record(o, middle));
      if (c == 0) {
        *equal = true;
        return middle;
      }
      if (c < 0) {
        last = middle;
      } else {
        first = middle + 1;
      }
    }
    return first;
  }
};
static_assert(sizeof(Leaf) == 128);

inline void CpuRelax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

// An inner node: `count` separators (an entry's key and sequence, by the address of its record) and
// count + 1 children; separator i is at or below every entry of child i + 1 and above every entry
// of child i. All fields but `level` are read optimistically: a reader takes the version, reads,
// and starts over unless the version is even and still the same.
//
// Memory order: a writer makes the version odd, stores fields with release, makes it even with
// release. A reader that loads (acquire) a field stored by the writer therefore sees the odd
// version or a later one when it checks. Addresses are stored with release also because readers
// follow them to records and nodes.
struct alignas(128) Inner {
  static constexpr int kKeys = 62;

  explicit Inner(int node_level) : level(static_cast<uint32_t>(node_level)) {}

  std::atomic<uint64_t> version{0};
  const uint32_t level;  // 1: children are leaves
  std::atomic<int32_t> count{0};
  std::atomic<uint64_t> skip{0};  // heads start at this byte of the keys
  std::atomic<uint64_t> heads[kKeys] = {};
  std::atomic<void*> children[kKeys + 1] = {};
  std::atomic<const char*> separators[kKeys] = {};

  int Keys() const { return std::clamp(count.load(std::memory_order_acquire), 0, kKeys); }
  uint64_t Head(int i) const { return heads[i].load(std::memory_order_acquire); }
  void* Child(int i) const { return children[i].load(std::memory_order_acquire); }
  const char* Separator(int i) const { return separators[i].load(std::memory_order_acquire); }

  // Waits for a writer to finish, which takes tens of nanoseconds unless it was descheduled.
  uint64_t StableVersion() const {
    for (int spins = 0;; ++spins) {
      const uint64_t v = version.load(std::memory_order_acquire);
      if ((v & 1) == 0) return v;
      if (spins < 64) {
        CpuRelax();
      } else {
        std::this_thread::yield();
      }
    }
  }
  bool Unchanged(uint64_t v) const { return version.load(std::memory_order_acquire) == v; }

  // Makes the caller the only writer, if nothing has changed since StableVersion() returned `v`.
  bool TryLock(uint64_t v) {
    return version.compare_exchange_strong(v, v + 1, std::memory_order_acq_rel,
                                           std::memory_order_relaxed);
  }
  void Unlock() {
    version.store(version.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  // The rest REQUIRES the lock, or that the node has not been published.
  void SetEntry(int i, uint64_t head, const char* separator, void* right) {
    heads[i].store(head, std::memory_order_release);
    separators[i].store(separator, std::memory_order_release);
    children[i + 1].store(right, std::memory_order_release);
  }
  void CopyEntry(int to, const Inner& from, int i) {
    SetEntry(to, from.Head(i), from.Separator(i), from.Child(i + 1));
  }
  // Child `i` becomes `left` and, behind it, from `separator` on, `right`. REQUIRES: Keys() <
  // kKeys.
  void Divide(int i, void* left, const char* separator, void* right) {
    const int n = Keys();
    for (int j = n; j > i; --j) CopyEntry(j, *this, j - 1);
    children[i].store(left, std::memory_order_release);
    SetEntry(i, KeyHead(RecordKey(separator), skip.load(std::memory_order_relaxed)), separator,
             right);
    count.store(n + 1, std::memory_order_release);
  }
  // Adapts the heads to a node whose keys lie between two records (null: no bound), when the old
  // ones are worn by a long common prefix. Moves `skip` by half a head at least, since it touches
  // every separator's record.
  void Refresh(const char* low, const char* high) {
    if (low == nullptr || high == nullptr) return;
    const size_t shared = SharedBits(RecordKey(low), RecordKey(high)) / 8;
    if (shared < skip.load(std::memory_order_relaxed) + 4) return;
    skip.store(shared, std::memory_order_release);
    for (int i = 0; i < Keys(); ++i) {
      heads[i].store(KeyHead(RecordKey(Separator(i)), shared), std::memory_order_release);
    }
  }
};
static_assert(sizeof(Inner) == 1536);

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_BTREE_NODE_H_
