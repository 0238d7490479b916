// Time, as the engine sees it: an interface, so that the simulator can own it.
//
// Thread safety: all functions may be called by any thread. They do not fail.

#ifndef AETHER_ENGINE_IO_CLOCK_H_
#define AETHER_ENGINE_IO_CLOCK_H_

#include <cstdint>

namespace aether {

class Clock {
 public:
  virtual ~Clock() = default;

  // Monotonic, from an arbitrary origin.
  virtual uint64_t NowNanos() = 0;
  uint64_t NowMicros() { return NowNanos() / 1000; }
  // Of the calling thread, 0 where it is not known.
  virtual uint64_t CpuNanos() = 0;
  // Since 1970; may jump when the machine's clock is set.
  virtual uint64_t WallMicros() = 0;
  uint64_t WallSeconds() { return WallMicros() / 1000000; }
  virtual void SleepMicros(uint64_t micros) = 0;
};

// The machine's clock. One object for the whole process, never destroyed.
Clock* RealClock();

}  // namespace aether

#endif  // AETHER_ENGINE_IO_CLOCK_H_
