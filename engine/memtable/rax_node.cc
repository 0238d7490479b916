#include "engine/memtable/rax_node.h"

namespace aether {

RaxNode::Added RaxNode::Add(RaxChild child, std::atomic<uint64_t>** slot) {
  std::atomic<uint64_t>* const slots = SlotArray();
  const int symbol = child.symbol();
  if (size == Size::k257) {
    *slot = &slots[symbol];
    uint64_t none = 0;
    if (!slots[symbol].compare_exchange_strong(none, child.word(), std::memory_order_release,
                                               std::memory_order_relaxed)) {
      return Added::kThere;
    }
    count.fetch_add(1, std::memory_order_relaxed);
    return Added::kYes;
  }
  int i = 0;
  if (size == Size::k52) {
    i = count.load(std::memory_order_acquire);
    // Until the count was read, the child may have come into the index.
    *slot = Find(symbol);
    if (*slot != nullptr) return Added::kThere;
  }
  for (; i < Slots(); ++i) {
    *slot = &slots[i];
    uint64_t there = slots[i].load(std::memory_order_acquire);
    const bool added = there == 0 && slots[i].compare_exchange_strong(there, child.word(),
                                                                      std::memory_order_acq_rel,
                                                                      std::memory_order_acquire);
    const int symbol_there = added ? symbol : RaxChild(there).symbol();
    if (size == Size::k52) Publish(i, symbol_there);
    if (added) return Added::kYes;
    if (symbol_there == symbol) return Added::kThere;
  }
  return Added::kFull;
}

// Owner and helpers of a slot store the same in the index. They have seen to the slots before it,
// so the count may be any of theirs.
void RaxNode::Publish(int slot, int symbol) {
  static_cast<RaxIndexedNode*>(this)->index[symbol].store(static_cast<uint8_t>(slot + 1),
                                                          std::memory_order_release);
  count.store(static_cast<uint16_t>(slot + 1), std::memory_order_release);
}

int RaxNode::Children() const {
  if (size >= Size::k52) return count.load(std::memory_order_relaxed);
  int n = 0;
  while (n < Slots() && !At(n).empty()) ++n;
  return n;
}

void RaxNode::Freeze() {
  std::atomic<uint64_t>* const slots = SlotArray();
  for (int i = 0; i < Slots(); ++i) {
    slots[i].fetch_or(RaxChild::kFrozen, std::memory_order_acq_rel);
  }
}

void RaxNode::Fill(RaxChild child) {
  std::atomic<uint64_t>* const slots = SlotArray();
  int i = child.symbol();
  if (size == Size::k257) {
    count.store(static_cast<uint16_t>(count.load(std::memory_order_relaxed) + 1),
                std::memory_order_relaxed);
  } else {
    for (i = 0; slots[i].load(std::memory_order_relaxed) != 0;) ++i;
  }
  slots[i].store(child.word(), std::memory_order_relaxed);
  if (size == Size::k52) Publish(i, child.symbol());
}

}  // namespace aether
