// A swip: one 64-bit word that says where a page of a run is.
//
//   EVICTED  0              not in memory; its place in the file follows from the swip's index
//   HOT      address        in memory, used since the clock hand last came by
//   COOL     address | 1    in memory, the next visit of the clock hand takes it away
//
//             Publish (loader)              Cool (clock hand)
//   EVICTED ------------------> COOL  <------------------------- HOT
//      ^                         | |                              ^
//      |      Evict (clock hand) | |        Warm (reader)         |
//      +-------------------------+ +------------------------------+
//
// A page enters COOL: it has to be asked for a second time to be worth keeping, so a scan does not
// push out what is hot.
//
// Thread safety: every transition is one compare-and-swap from the exact word that was seen.
// Memory order: Publish releases the bytes of the page, Load acquires them. Evict is followed by an
// epoch stamp (pool.h), so a reader that loaded the address under an EpochGuard may use it until
// that guard ends. Cool and Warm move no data and are relaxed.

#ifndef AETHER_ENGINE_BUFFER_SWIP_H_
#define AETHER_ENGINE_BUFFER_SWIP_H_

#include <atomic>
#include <cstdint>

#include "engine/base/trace.h"

namespace aether {

class Swip {
 public:
  static constexpr uint64_t kEvicted = 0;
  static constexpr uint64_t kCool = 1;
  static constexpr uint64_t kAddress = ~uint64_t{63};  // pages are aligned to 64 bytes at least

  uint64_t Load() const { return word_.load(std::memory_order_acquire); }
  // Load for a reader that uses the page.
  uint64_t Resolve() const {
    AETHER_TRACE_PAGE_STEP();
    const uint64_t word = Load();
    AETHER_TRACE_PAGE("resolve", "page", this, "frame", word & kAddress, "cool", IsCool(word));
    return word;
  }
  static char* Address(uint64_t word) { return reinterpret_cast<char*>(word & kAddress); }
  static bool IsCool(uint64_t word) { return (word & kCool) != 0; }

  // Null on success, else the word that was there first.
  uint64_t Publish(char* page) {
    uint64_t expected = kEvicted;
    const uint64_t cool = reinterpret_cast<uint64_t>(page) | kCool;
    return word_.compare_exchange_strong(expected, cool, std::memory_order_release,
                                         std::memory_order_acquire)
               ? kEvicted
               : expected;
  }
  void Warm(uint64_t cool) {
    AETHER_TRACE_PAGE_STEP();
    Change(cool, cool & ~kCool);
    AETHER_TRACE_PAGE("warm", "page", this);
  }
  bool Cool(uint64_t hot) { return Change(hot, hot | kCool); }
  bool Evict(uint64_t seen) {
    return word_.compare_exchange_strong(seen, kEvicted, std::memory_order_acq_rel,
                                         std::memory_order_relaxed);
  }

 private:
  bool Change(uint64_t from, uint64_t to) {
    return word_.compare_exchange_strong(from, to, std::memory_order_relaxed);
  }

  std::atomic<uint64_t> word_{kEvicted};
};

static_assert(sizeof(Swip) == 8, "side arrays of swips cost eight bytes a page");
static_assert(std::atomic<uint64_t>::is_always_lock_free);
static_assert((Swip::kAddress & Swip::kCool) == 0, "the flag lies below the address");

}  // namespace aether

#endif  // AETHER_ENGINE_BUFFER_SWIP_H_
