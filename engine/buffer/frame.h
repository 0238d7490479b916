// Frames: the memory that pages live in, and pins, which keep a frame where it is.
//
// A page frame is 4 KiB inside a chunk of 2 MiB; its descriptor stands at the front of the chunk,
// so that a page's address leads to it by arithmetic. An extent frame is a descriptor that leads to
// a block of the pool's heap.
//
// Pins, the protocol: `pins` counts holders; the top bit kOrphan says that no swip leads to the
// frame any more and, for a page, that every epoch guard that could have found it is gone. The
// frame is freed by the reclaimer that would set the bit and finds nobody, or by the holder who
// is the last one and finds the bit. Of a page that holder subtracts, since nobody can come after
// him; of an extent he takes bit and count to 0 in one compare-and-swap. The decrements are
// acq_rel: what a holder read happens before the memory is used again.
//
// New pins of a page come from a guard that found it through its swip or from another pin, and
// neither exists once the bit is set. Extents do not wait for guards: a large value that was
// evicted would keep megabytes for as long as the slowest reader is at it. Their descriptors stay
// descriptors as long as the pool lives, so whoever found one in a swip pins it first and looks at
// the swip again; if it leads elsewhere by then the pin goes back (Pool::PinExtent, tla/Extent).
// Such a pin may hit a descriptor that is free or serves another value: counts are therefore
// changed by addition only, never set.
//
// Thread safety: pinning and unpinning from any thread; a Pin object itself belongs to one thread
// at a time.

#ifndef AETHER_ENGINE_BUFFER_FRAME_H_
#define AETHER_ENGINE_BUFFER_FRAME_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "engine/base/trace.h"
#include "engine/buffer/swip.h"

namespace aether {

class Pool;

inline constexpr size_t kPageSize = 4096;
inline constexpr size_t kChunkSize = size_t{2} << 20;
inline constexpr size_t kChunkHeadPages = 4;
inline constexpr size_t kFramesPerChunk = kChunkSize / kPageSize - kChunkHeadPages;

struct Frame {
  static constexpr uint32_t kOrphan = uint32_t{1} << 31;

  // The swip that leads here; null while the frame is free, waits for an epoch, or is private to
  // its pins. Written under the pool's mutex or by the one thread that fills the frame.
  std::atomic<Swip*> owner{nullptr};
  Frame* next = nullptr;  // free list and limbo; guarded by the pool's mutex
  std::atomic<uint32_t> pins{0};
  bool extent = false;
  bool backed = false;  // has memory behind it; guarded by the pool's mutex
};
static_assert(sizeof(Frame) <= 32);

struct alignas(64) ExtentFrame {
  Frame frame;
  Pool* pool = nullptr;
  char* data = nullptr;  // this and `bytes`: written before the swip leads here
  size_t bytes = 0;
  size_t position = 0;  // in the pool's list of extents
};
static_assert(sizeof(ExtentFrame) == 64);

struct alignas(64) ChunkHead {
  Pool* pool = nullptr;
  bool huge = false;  // may be one huge page; guarded by the pool's mutex
};
static_assert(sizeof(ChunkHead) == 64);
static_assert(sizeof(ChunkHead) + kFramesPerChunk * sizeof(Frame) <= kChunkHeadPages * kPageSize);

inline Frame* FramesOfChunk(char* chunk) {
  return reinterpret_cast<Frame*>(chunk + sizeof(ChunkHead));
}

inline Frame* FrameOfPage(const char* page) {
  const auto address = reinterpret_cast<uintptr_t>(page);
  const uintptr_t chunk = address & ~(kChunkSize - 1);
  const size_t index = ((address - chunk) / kPageSize) - kChunkHeadPages;
  return reinterpret_cast<Frame*>(chunk + sizeof(ChunkHead)) + index;
}
inline char* PageOfFrame(Frame* frame) {
  const auto address = reinterpret_cast<uintptr_t>(frame);
  const uintptr_t chunk = address & ~(kChunkSize - 1);
  const size_t index = (address - chunk - sizeof(ChunkHead)) / sizeof(Frame);
  return reinterpret_cast<char*>(chunk + (kChunkHeadPages + index) * kPageSize);
}
inline ExtentFrame* AsExtent(Frame* frame) { return reinterpret_cast<ExtentFrame*>(frame); }

// What the swip of a frame holds: the bytes of a page, the descriptor of an extent.
inline char* TargetOf(Frame* frame) {
  return frame->extent ? reinterpret_cast<char*>(frame) : PageOfFrame(frame);
}

#ifdef AETHER_TRACING
inline uint64_t TracedFrame(Frame* frame) { return reinterpret_cast<uintptr_t>(TargetOf(frame)); }
#endif

// Keeps one frame in place. Empty when default-constructed or moved from.
class Pin {
 public:
  Pin() = default;
  // REQUIRES: an EpochGuard under which the page was found, or another pin on the frame.
  explicit Pin(Frame* frame) : frame_(frame) {
    if (frame_ == nullptr) return;
    AETHER_TRACE_PAGE_STEP();
    frame_->pins.fetch_add(1, std::memory_order_relaxed);
    AETHER_TRACE_PAGE("pin", "frame", TracedFrame(frame_));
  }
  Pin(Pin&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Pin& operator=(Pin&& other) noexcept {
    if (this != &other) {
      Release();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  ~Pin() { Release(); }

  // Takes over a pin that is already counted.
  static Pin Adopt(Frame* frame) {
    Pin pin;
    pin.frame_ = frame;
    return pin;
  }
  Pin Clone() const { return Pin(frame_); }
  bool held() const { return frame_ != nullptr; }
  Frame* frame() const { return frame_; }
  void Release() {
    if (frame_ != nullptr) Unpin(std::exchange(frame_, nullptr));
  }
  // For owners that only know function pointers: Detach, and later Unpin on what it returned.
  [[nodiscard]] Frame* Detach() { return std::exchange(frame_, nullptr); }
  static void Unpin(Frame* frame);  // pool.cc

 private:
  Frame* frame_ = nullptr;
};

}  // namespace aether

#endif  // AETHER_ENGINE_BUFFER_FRAME_H_
