// Who wants to know of each call that reads or writes files: one listener for the process.
//
// Thread safety: SetIoListener may be called at any time; a listener is never taken away and has to
// live as long as the process. It is called by the thread that did the I/O, after the call.
// Without one a call costs the test of a pointer more.

#ifndef AETHER_ENGINE_IO_IO_EVENTS_H_
#define AETHER_ENGINE_IO_IO_EVENTS_H_

#include <atomic>
#include <cstdint>

#include "engine/io/clock.h"

namespace aether {

enum class IoKind : uint8_t { kRead, kWrite, kSync, kRangeSync, kAllocate, kOpen };

class IoListener {
 public:
  virtual ~IoListener() = default;
  // Whether the calling thread wants times.
  virtual bool Timed() = 0;
  // `nanos` is 0 where times are not wanted; `bytes` where there are none.
  virtual void OnIo(IoKind kind, uint64_t bytes, uint64_t nanos) = 0;
};

inline std::atomic<IoListener*> io_listener{nullptr};
inline void SetIoListener(IoListener* listener) {
  io_listener.store(listener, std::memory_order_release);
}

// A call that goes on as long as the object.
class IoSpan {
 public:
  explicit IoSpan(IoKind kind)
      : listener_(io_listener.load(std::memory_order_acquire)),
        kind_(kind),
        start_(listener_ != nullptr && listener_->Timed() ? RealClock()->NowNanos() : 0) {}
  ~IoSpan() {
    if (listener_ == nullptr) return;
    listener_->OnIo(kind_, bytes_, start_ != 0 ? RealClock()->NowNanos() - start_ : 0);
  }
  IoSpan(const IoSpan&) = delete;
  IoSpan& operator=(const IoSpan&) = delete;

  void set_bytes(uint64_t bytes) { bytes_ = bytes; }

 private:
  IoListener* const listener_;
  const IoKind kind_;
  const uint64_t start_;
  uint64_t bytes_ = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_IO_IO_EVENTS_H_
