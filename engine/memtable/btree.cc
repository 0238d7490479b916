#include "engine/memtable/btree.h"

#include <new>

namespace aether {
namespace {

// Above this many bytes of nodes a batch relies on the allocator for the rest.
constexpr size_t kNodeReserveMax = size_t{256} << 10;
constexpr size_t kNodeBytesPerEntry = 48;
// Fragments are renewed when this many of their bits, of 16, are the same for all entries.
constexpr int kWornBits = 6;

void PrefetchLeaf(const void* leaf) {
  __builtin_prefetch(leaf);
  __builtin_prefetch(static_cast<const char*>(leaf) + 64);
}

void PrefetchHeads(const void* inner) {
  for (size_t at = 0; at < offsetof(Inner, children); at += 64) {
    __builtin_prefetch(static_cast<const char*>(inner) + at);
  }
}

// Whether the last three slots filled, of all, were those of the entries at one end: the keys
// ascend or descend there.
bool Ascending(uint64_t order) {
  const int n = Leaf::Count(order);
  return n == Leaf::kSlots && Leaf::SlotAt(order, n - 1) == n - 1 &&
         Leaf::SlotAt(order, n - 2) == n - 2 && Leaf::SlotAt(order, n - 3) == n - 3;
}
bool Descending(uint64_t order) {
  const int n = Leaf::Count(order);
  return n == Leaf::kSlots && Leaf::SlotAt(order, 0) == n - 1 && Leaf::SlotAt(order, 1) == n - 2 &&
         Leaf::SlotAt(order, 2) == n - 3;
}

}  // namespace

Btree::Btree(const Comparator* order) : order_(order) {
  const int shard = ThisThreadShard();
  Inner* const root = NewInner(shard, 1);
  root->children[0].store(NewLeaf(shard, nullptr, 0, 0, nullptr, nullptr),
                          std::memory_order_relaxed);
  root_.store(root, std::memory_order_release);
}

bool Btree::Reserve(int shard, size_t entries, size_t bytes) {
  const size_t nodes = std::min(entries * kNodeBytesPerEntry, kNodeReserveMax);
  return records_.Reserve(shard, bytes + entries * kRecordHeaderMax) &&
         nodes_.Reserve(shard, (nodes + sizeof(Leaf) - 1) / sizeof(Leaf) * sizeof(Leaf) +
                                   2 * sizeof(Leaf) + 2 * sizeof(Inner));
}

// The words carry fragments for `offset`. They are made anew, which touches every record, only when
// the range has shrunk so much that they say little: once in several splits.
Leaf* Btree::NewLeaf(int shard, const uint64_t* words, int count, size_t offset, const char* low,
                     const char* high) {
  Leaf* const leaf = new (nodes_.Allocate(shard, sizeof(Leaf))) Leaf;
  constexpr uint64_t kWorn = uint64_t{1} << (64 - kWornBits);
  bool renew = false;
  if (low != nullptr && high != nullptr && count > 0 && (words[0] ^ words[count - 1]) < kWorn) {
    const size_t shared =
        std::min(SharedBits(RecordKey(low), RecordKey(high)), Leaf::kBitOffsetMax);
    renew = shared >= offset + kWornBits;
    if (renew) offset = shared;
  }
  leaf->bound = Leaf::Pack(offset, high);
  uint64_t order = 0;
  for (int i = 0; i < count; ++i) {
    uint64_t word = words[i];
    if (renew) {
      const char* const record = Leaf::Address(word);
      word = Leaf::Pack(leaf->Fragment(RecordKey(record)), record);
    }
    leaf->slots[i].store(word, std::memory_order_relaxed);
    order = Leaf::Inserted(order, i, i);
  }
  // The caller publishes the leaf with a release store of its address.
  leaf->order.store(order, std::memory_order_relaxed);
  return leaf;
}

Inner* Btree::NewInner(int shard, int level) {
  return new (nodes_.Allocate(shard, sizeof(Inner))) Inner(level);
}

int Btree::ChildIndex(const Inner& node, int keys, Slice key, SequenceNumber sequence,
                      Aim aim) const {
  if (aim == Aim::kLast) return keys;
  const uint64_t head = KeyHead(key, node.skip.load(std::memory_order_acquire));
  int first = 0;
  for (int rest = keys; rest > 0;) {
    const int half = (rest + 1) / 2;
    first += node.Head(first + half - 1) < head ? half : 0;
    rest -= half;
  }
  int last = first;
  while (last < keys && node.Head(last) == head) ++last;
  while (first < last) {
    const int middle = (first + last) / 2;
    const char* const separator = node.Separator(middle);
    if (separator == nullptr) return -1;
    const int c = CompareToRecord(order_, key, sequence, separator);
    if (c > 0 || (c == 0 && aim == Aim::kHolding)) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

bool Btree::TryDescend(Slice key, SequenceNumber sequence, Aim aim, Path* path) const {
  Inner* node = root_.load(std::memory_order_acquire);
  uint64_t version = node->StableVersion();
  // A root that has been split keeps its left half under the same address.
  if (root_.load(std::memory_order_acquire) != node) return false;
  path->leftmost = true;
  for (;;) {
    const int keys = node->Keys();
    const int i = ChildIndex(*node, keys, key, sequence, aim);
    if (i < 0) return false;
    void* const child = node->Child(i);
    if (node->level == 1) {
      PrefetchLeaf(child);
    } else {
      PrefetchHeads(child);
    }
    if (!node->Unchanged(version)) return false;
    path->leftmost &= i == 0;
    if (node->level == 1) {
      path->leaf = static_cast<Leaf*>(child);
      path->parent = node;
      path->version = version;
      path->index = i;
      return true;
    }
    auto* const next = static_cast<Inner*>(child);
    const uint64_t next_version = next->StableVersion();
    // Between the two reads the child may have been split and its right half moved away.
    if (!node->Unchanged(version)) return false;
    node = next;
    version = next_version;
  }
}

Btree::Path Btree::Descend(Slice key, SequenceNumber sequence, Aim aim) const {
  Path path;
  while (!TryDescend(key, sequence, aim, &path)) CpuRelax();
  return path;
}

void Btree::WriteOnce(Insertion* in) {
  if (in->record != nullptr) return;
  char* const record = records_.Allocate(in->shard, RecordSize(in->key, in->value));
  WriteRecord(record, in->tag, in->key, in->value);
  in->record = record;
}

Btree::Outcome Btree::InsertIntoLeaf(Leaf* leaf, Insertion* in) {
  const uint64_t fragment = leaf->Fragment(in->key);
  const uint64_t order = leaf->order.load(std::memory_order_acquire);
  bool equal;
  const int position = leaf->Find(order, order_, in->key, fragment, in->sequence, &equal);
  if (equal) return Outcome::kDuplicate;
  return InsertAt(leaf, order, position, fragment, in);
}

// Memory order: the swap that names the slot in `order` is a release and follows the writing of
// record and slot; readers load `order` with acquire. Later swaps continue its release sequence, so
// a reader that sees a later order word sees all entries it names.
Btree::Outcome Btree::InsertAt(Leaf* leaf, uint64_t order, int position, uint64_t fragment,
                               Insertion* in) {
  if ((order & Leaf::kFrozen) != 0) return Outcome::kFull;
  WriteOnce(in);
  const uint64_t word = Leaf::Pack(fragment, in->record);
  int slot = Leaf::Count(order);
  for (;; ++slot) {
    if (slot == Leaf::kSlots) return Outcome::kFull;
    uint64_t free = 0;
    if (leaf->slots[slot].load(std::memory_order_relaxed) == 0 &&
        leaf->slots[slot].compare_exchange_strong(free, word, std::memory_order_relaxed)) {
      break;
    }
  }
  while (!leaf->order.compare_exchange_weak(order, Leaf::Inserted(order, position, slot),
                                            std::memory_order_acq_rel, std::memory_order_acquire)) {
    bool equal;
    position = leaf->Find(order, order_, in->key, fragment, in->sequence, &equal);
    if (equal) return Outcome::kDuplicate;
    if ((order & Leaf::kFrozen) != 0) return Outcome::kFull;
  }
  in->place = position == Leaf::Count(order) ? leaf : nullptr;
  return Outcome::kDone;
}

// A leaf that is not frozen has the range it was made with, so no descent is needed when the entry
// comes after the last one and before the leaf's end.
bool Btree::TryAppend(Leaf* leaf, Insertion* in, Outcome* outcome) {
  const uint64_t order = leaf->order.load(std::memory_order_acquire);
  const int n = Leaf::Count(order);
  if ((order & Leaf::kFrozen) != 0 || n == 0 || n == Leaf::kSlots) return false;
  if (CompareToRecord(order_, in->key, in->sequence, leaf->Record(order, n - 1)) <= 0) return false;
  const char* const high = leaf->High();
  if (high != nullptr && CompareToRecord(order_, in->key, in->sequence, high) >= 0) return false;
  *outcome = InsertAt(leaf, order, n, leaf->Fragment(in->key), in);
  return *outcome != Outcome::kFull;
}

Btree::Outcome Btree::SplitAndInsert(const Path& path, Insertion* in) {
  Leaf* const leaf = path.leaf;
  const uint64_t order =
      leaf->order.fetch_or(Leaf::kFrozen, std::memory_order_acq_rel) | Leaf::kFrozen;
  const uint64_t fragment = leaf->Fragment(in->key);
  bool equal;
  const int position = leaf->Find(order, order_, in->key, fragment, in->sequence, &equal);
  if (equal) return Outcome::kDuplicate;
  if (path.parent->Keys() == Inner::kKeys) {
    MakeRoom(in->shard, in->key, in->sequence);
    return Outcome::kFull;
  }
  WriteOnce(in);

  const int n = Leaf::Count(order);
  const int all = n + 1;
  uint64_t words[Leaf::kSlots + 1];
  for (int i = 0; i < n; ++i) words[i < position ? i : i + 1] = leaf->Word(order, i);
  words[position] = Leaf::Pack(fragment, in->record);
  // How many entries stay left.
  int half = all / 2;
  if (position == n && Ascending(order)) half = n;
  if (position == 0 && Descending(order)) half = 1;
  // Most slots may have been taken by threads that have not come back to publish them.
  if (all <= Leaf::kSlots / 2) half = all;
  const size_t offset = leaf->BitOffset();
  const char* const low = path.leftmost ? nullptr : Leaf::Address(words[0]);
  const char* const high = leaf->High();
  const char* const separator = half < all ? Leaf::Address(words[half]) : high;
  Leaf* const left = NewLeaf(in->shard, words, half, offset, low, separator);
  Leaf* const right =
      half < all ? NewLeaf(in->shard, words + half, all - half, offset, separator, high) : nullptr;
  if (!path.parent->TryLock(path.version)) return Outcome::kFull;
  if (right != nullptr) {
    path.parent->Divide(path.index, left, separator, right);
  } else {
    path.parent->children[path.index].store(left, std::memory_order_release);
  }
  path.parent->Unlock();
  in->place = position == n ? right : nullptr;
  return Outcome::kDone;
}

bool Btree::Insert(int shard, uint64_t tag, Slice key, Slice value, void** hint) {
  Insertion in{shard, tag, key, value, TagSequence(tag), nullptr, nullptr};
  std::atomic<Leaf*>& last = last_leaves_[shard].leaf;
  Leaf* const guess =
      hint != nullptr ? static_cast<Leaf*>(*hint) : last.load(std::memory_order_acquire);
  Outcome outcome;
  if (guess == nullptr || !TryAppend(guess, &in, &outcome)) {
    do {
      const Path path = Descend(key, in.sequence, Aim::kHolding);
      // The copy is made while the leaf is on its way into the cache.
      WriteOnce(&in);
      outcome = InsertIntoLeaf(path.leaf, &in);
      if (outcome == Outcome::kFull) outcome = SplitAndInsert(path, &in);
    } while (outcome == Outcome::kFull);
  }
  // Remembered only while keys ascend; elsewhere looking at it would be in vain.
  if (in.place != guess) {
    if (hint != nullptr) {
      *hint = in.place;
    } else {
      last.store(in.place, std::memory_order_release);
    }
  }
  return outcome == Outcome::kDone;
}

void Btree::MakeRoom(int shard, Slice key, SequenceNumber sequence) {
  while (!TryMakeRoom(shard, key, sequence)) CpuRelax();
}

// Returns true when no node on the way is full.
bool Btree::TryMakeRoom(int shard, Slice key, SequenceNumber sequence) {
  Inner* parent = nullptr;
  uint64_t parent_version = 0;
  int index = 0;
  const char* low = nullptr;
  const char* high = nullptr;
  Inner* node = root_.load(std::memory_order_acquire);
  uint64_t version = node->StableVersion();
  if (root_.load(std::memory_order_acquire) != node) return false;
  for (;;) {
    const int keys = node->Keys();
    const int i = ChildIndex(*node, keys, key, sequence, Aim::kHolding);
    if (i < 0 || !node->Unchanged(version)) return false;
    if (keys == Inner::kKeys) {
      const bool appending = high == nullptr && i == keys;
      // Memory first: nothing may fail under a latch.
      Inner* const right = NewInner(shard, static_cast<int>(node->level));
      Inner* const root =
          parent == nullptr ? NewInner(shard, static_cast<int>(node->level) + 1) : nullptr;
      if (parent != nullptr && !parent->TryLock(parent_version)) return false;
      if (node->TryLock(version)) {
        const char* const separator = SplitInner(node, right, appending, low, high);
        if (parent != nullptr) {
          parent->Divide(index, node, separator, right);
        } else {
          root->Divide(0, node, separator, right);
          // While the old root is locked: whoever reads its next version finds the new one in
          // place.
          root_.store(root, std::memory_order_release);
        }
        node->Unlock();
      }
      if (parent != nullptr) parent->Unlock();
      return false;
    }
    if (node->level == 1) return true;
    auto* const child = static_cast<Inner*>(node->Child(i));
    const char* const child_low = i > 0 ? node->Separator(i - 1) : low;
    const char* const child_high = i < keys ? node->Separator(i) : high;
    if (!node->Unchanged(version)) return false;
    const uint64_t child_version = child->StableVersion();
    if (!node->Unchanged(version)) return false;
    parent = node;
    parent_version = version;
    index = i;
    node = child;
    version = child_version;
    low = child_low;
    high = child_high;
  }
}

// REQUIRES: `node` is locked and `right` empty. Moves the upper part of the one to the other and
// returns the separator between them.
const char* Btree::SplitInner(Inner* node, Inner* right, bool appending, const char* low,
                              const char* high) {
  const int keys = node->Keys();
  const int middle = appending ? keys - 1 : keys / 2;
  const char* const separator = node->Separator(middle);
  right->skip.store(node->skip.load(std::memory_order_relaxed), std::memory_order_relaxed);
  right->children[0].store(node->Child(middle + 1), std::memory_order_relaxed);
  for (int i = middle + 1; i < keys; ++i) right->CopyEntry(i - middle - 1, *node, i);
  right->count.store(keys - middle - 1, std::memory_order_relaxed);
  right->Refresh(separator, high);
  node->count.store(middle, std::memory_order_release);
  node->Refresh(low, separator);
  return separator;
}

bool Btree::Visit(Slice key, SequenceNumber sequence, Visitor visit, void* context) const {
  bool found = false;
  for (;;) {
    const Leaf& leaf = *Descend(key, sequence, Aim::kHolding).leaf;
    const uint64_t order = leaf.order.load(std::memory_order_acquire);
    bool equal;
    int i = leaf.Find(order, order_, key, leaf.Fragment(key), sequence, &equal);
    for (; i < Leaf::Count(order); ++i) {
      const Entry entry = DecodeRecord(leaf.Record(order, i));
      if (entry.key != key) return found;
      found = true;
      if (!visit(context, entry)) return true;
    }
    const char* const next = leaf.High();
    if (next == nullptr || RecordKey(next) != key) return found;
    sequence = TagSequence(RecordTag(next));
  }
}

double Btree::ApproximateRank(Slice key) const {
  double rank;
  for (bool done = false; !done;) {
    rank = 0;
    double width = 1;
    const Inner* node = root_.load(std::memory_order_acquire);
    for (;;) {
      const uint64_t version = node->StableVersion();
      const int keys = node->Keys();
      const int i = ChildIndex(*node, keys, key, kMaxSequence, Aim::kHolding);
      if (i < 0) break;
      void* const child = node->Child(i);
      if (!node->Unchanged(version)) break;
      width /= keys + 1;
      rank += width * i;
      if (node->level == 1) {
        const auto* const leaf = static_cast<const Leaf*>(child);
        const uint64_t order = leaf->order.load(std::memory_order_acquire);
        bool equal;
        const int at = leaf->Find(order, order_, key, leaf->Fragment(key), kMaxSequence, &equal);
        if (Leaf::Count(order) > 0) rank += width * at / Leaf::Count(order);
        done = true;
        break;
      }
      node = static_cast<const Inner*>(child);
    }
  }
  return rank;
}

}  // namespace aether
