#include "engine/io/clock.h"

#include <time.h>

#include <cerrno>

namespace aether {
namespace {

uint64_t Read(clockid_t id) {
  timespec now;
  if (clock_gettime(id, &now) != 0) return 0;
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

class MachineClock : public Clock {
 public:
  uint64_t NowNanos() override { return Read(CLOCK_MONOTONIC); }
  uint64_t CpuNanos() override { return Read(CLOCK_THREAD_CPUTIME_ID); }
  uint64_t WallMicros() override { return Read(CLOCK_REALTIME) / 1000; }
  void SleepMicros(uint64_t micros) override {
    timespec rest{static_cast<time_t>(micros / 1000000),
                  static_cast<long>(micros % 1000000 * 1000)};  // NOLINT: the type of tv_nsec
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {
    }
  }
};

}  // namespace

Clock* RealClock() {
  static MachineClock* const clock = new MachineClock;  // outlives every thread
  return clock;
}

}  // namespace aether
