#include "engine/base/epoch.h"

#include <thread>
#include <vector>

#include "engine/base/thread_annotations.h"

namespace aether {
namespace internal {

std::atomic<uint64_t> global_epoch{1};

namespace {

std::atomic<EpochSlot*> slots{nullptr};

EpochSlot* ClaimSlot() {
  for (EpochSlot* slot = slots.load(std::memory_order_acquire); slot; slot = slot->next) {
    bool expected = false;
    if (!slot->used.load(std::memory_order_relaxed) &&
        slot->used.compare_exchange_strong(expected, true, std::memory_order_acquire)) {
      return slot;
    }
  }
  // Slots live for ever: a thread that ends gives its slot to the next one.
  auto* slot = new EpochSlot;
  slot->used.store(true, std::memory_order_relaxed);
  slot->next = slots.load(std::memory_order_relaxed);
  while (!slots.compare_exchange_weak(slot->next, slot, std::memory_order_release)) {
  }
  return slot;
}

struct SlotOwner {
  EpochSlot* slot = ClaimSlot();
  ~SlotOwner() { slot->used.store(false, std::memory_order_release); }
};

struct Retired {
  void* object;
  void (*free)(void*);
  uint64_t epoch;
};

Mutex retired_mutex;
std::vector<Retired>& RetiredList() REQUIRES(retired_mutex) {
  static auto* const list = new std::vector<Retired>;
  return *list;
}

uint64_t OldestActiveEpoch() {
  uint64_t oldest = global_epoch.load(std::memory_order_seq_cst);
  for (EpochSlot* slot = slots.load(std::memory_order_acquire); slot; slot = slot->next) {
    const uint64_t epoch = slot->epoch.load(std::memory_order_seq_cst);
    if (epoch != 0 && epoch < oldest) oldest = epoch;
  }
  return oldest;
}

}  // namespace

EpochSlot* ThisThreadEpochSlot() {
  static thread_local SlotOwner owner;
  return owner.slot;
}

}  // namespace internal

void EpochRetire(void* object, void (*free)(void*)) {
  using namespace internal;
  {
    MutexLock lock(&retired_mutex);
    const uint64_t epoch = global_epoch.fetch_add(1, std::memory_order_seq_cst);
    RetiredList().push_back({object, free, epoch});
  }
  EpochReclaim();
}

uint64_t EpochStamp() { return internal::global_epoch.fetch_add(1, std::memory_order_seq_cst); }

uint64_t EpochOldest() { return internal::OldestActiveEpoch(); }

size_t EpochReclaim() {
  using namespace internal;
  std::vector<Retired> ready;
  size_t left = 0;
  {
    MutexLock lock(&retired_mutex);
    auto& list = RetiredList();
    const uint64_t oldest = OldestActiveEpoch();
    size_t kept = 0;
    for (Retired& r : list) {
      if (r.epoch < oldest) {
        ready.push_back(r);
      } else {
        list[kept++] = r;
      }
    }
    list.resize(kept);
    left = kept;
  }
  for (const Retired& r : ready) r.free(r.object);
  return left;
}

void EpochDrain() {
  using namespace internal;
  const uint64_t until = global_epoch.load(std::memory_order_seq_cst);
  for (;;) {
    EpochReclaim();
    bool pending = false;
    {
      MutexLock lock(&retired_mutex);
      for (const Retired& r : RetiredList()) pending |= r.epoch < until;
    }
    if (!pending) return;
    std::this_thread::yield();
  }
}

}  // namespace aether
