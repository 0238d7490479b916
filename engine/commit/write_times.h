// Where the time of a write went, for whoever hands one over with his WriteOptions.
//
// Thread safety: belongs to the thread that writes. Added to, never cleared. Without one (a null
// pointer) no clock is read.

#ifndef AETHER_ENGINE_COMMIT_WRITE_TIMES_H_
#define AETHER_ENGINE_COMMIT_WRITE_TIMES_H_

#include <cstdint>

#include "engine/io/clock.h"

namespace aether {

struct WriteTimes {
  uint64_t log_nanos = 0;    // copying into the log, and syncing it
  uint64_t table_nanos = 0;  // inserting into memtables
  uint64_t wait_nanos = 0;   // for batches with smaller numbers
  uint64_t delay_nanos = 0;  // held back because flushes or merges are behind
};

// Adds the time of its life to one of them.
class WriteTime {
 public:
  WriteTime(WriteTimes* times, uint64_t WriteTimes::*part)
      : times_(times), part_(part), start_(times == nullptr ? 0 : RealClock()->NowNanos()) {}
  ~WriteTime() {
    if (times_ != nullptr) [[unlikely]]
      times_->*part_ += RealClock()->NowNanos() - start_;
  }
  WriteTime(const WriteTime&) = delete;
  WriteTime& operator=(const WriteTime&) = delete;

 private:
  WriteTimes* const times_;
  uint64_t WriteTimes::*const part_;
  const uint64_t start_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_COMMIT_WRITE_TIMES_H_
