// Epoch-based reclamation: readers announce themselves, writers free what they unlinked once no
// reader can hold it.
//
// Thread safety: everything here may be called from any thread.
// Invariant: an object passed to EpochRetire after it became unreachable is freed only when every
// EpochGuard that was alive at that moment has gone. Guards nest, cost two stores, and never block;
// they must not be held across I/O that may take long, since nothing retired after them is freed
// meanwhile.

#ifndef AETHER_ENGINE_BASE_EPOCH_H_
#define AETHER_ENGINE_BASE_EPOCH_H_

#include <atomic>
#include <cstdint>

namespace aether {

namespace internal {
struct alignas(64) EpochSlot {
  std::atomic<uint64_t> epoch{0};  // 0: no guard alive
  uint32_t depth = 0;              // touched by the owning thread only
  std::atomic<bool> used{false};
  EpochSlot* next = nullptr;  // written before the slot is published, then constant
};
extern std::atomic<uint64_t> global_epoch;
EpochSlot* ThisThreadEpochSlot();
}  // namespace internal

class EpochGuard {
 public:
  EpochGuard() : slot_(internal::ThisThreadEpochSlot()) {
    if (slot_->depth++ == 0) {
      // seq_cst on both sides, so that either the reclaimer sees this epoch or this thread's later
      // loads see the unlinking. Loads of pointers that are retired are seq_cst for that reason.
      slot_->epoch.exchange(internal::global_epoch.load(std::memory_order_acquire),
                            std::memory_order_seq_cst);
    }
  }
  ~EpochGuard() {
    if (--slot_->depth == 0) slot_->epoch.store(0, std::memory_order_release);
  }
  EpochGuard(const EpochGuard&) = delete;
  EpochGuard& operator=(const EpochGuard&) = delete;

 private:
  internal::EpochSlot* const slot_;
};

// Calls free(object) once no guard of now is left, on this thread or a later caller's.
// REQUIRES: `object` cannot be reached any more by a guard that starts from now on.
void EpochRetire(void* object, void (*free)(void*));

// Frees what can be freed now. Returns how many retired objects are left.
size_t EpochReclaim();

// For owners that keep a list of their own: a stamp for what became unreachable before the call. It
// may be used again or freed once EpochOldest() is above the stamp.
uint64_t EpochStamp();
uint64_t EpochOldest();

// Waits until everything retired before the call has been freed. REQUIRES: the caller holds no
// guard.
void EpochDrain();

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_EPOCH_H_
