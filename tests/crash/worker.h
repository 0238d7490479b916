// The process that is killed: opens the store, checks it against what the processes before it were
// promised, then lets several writers and a reader loose until it dies.
//
// Shared is mapped from a file, so that what a writer noted the instant before the kill is there.

#ifndef AETHER_TESTS_CRASH_WORKER_H_
#define AETHER_TESTS_CRASH_WORKER_H_

#include <atomic>
#include <cstdint>
#include <string>

namespace crash {

constexpr int kWriters = 4;

struct Shared {
  struct alignas(64) WriterNote {
    std::atomic<uint64_t> submitted{0};     // stored before the call of Write
    std::atomic<uint64_t> acknowledged{0};  // stored after Write returned OK
    // Sequence numbers that the first n batches use, for n = acknowledged and the batch after it:
    // at n mod 2, so that one store of `acknowledged` switches over.
    std::atomic<uint64_t> sequences[2] = {};
  };
  WriterNote writers[kWriters];
  std::atomic<uint64_t> verified{0};  // the last cycle whose check has passed
  std::atomic<uint64_t> snapshots_checked{0};
  std::atomic<uint64_t> keys_checked{0};
  std::atomic<uint32_t> violated{0};
  char violation[2000] = {};
};

struct WorkerOptions {
  std::string directory;
  uint64_t seed = 0;
  uint64_t cycle = 0;
  // Ends by itself after so many milliseconds with a proper Close; 0: is killed.
  uint64_t close_after_ms = 0;
};

// Returns when it was told to close, or after a violation (then noted in shared).
void RunWorker(const WorkerOptions& options, Shared* shared);

}  // namespace crash

#endif  // AETHER_TESTS_CRASH_WORKER_H_
