// Several threads use a store at once and note what they did.
//
// A round is one history: all threads start together, carry out a few dozen operations each, and
// end. Between rounds nothing runs but flushes and merges, which go on all the time. The seed
// decides what each thread does; how the threads meet is up to the machine, so a failure may need
// several attempts with the same seed.
//
// Thread safety: RunRound is called by one thread. Failure: see Store.

#ifndef AETHER_TESTS_LINEARIZABILITY_WORKLOAD_H_
#define AETHER_TESTS_LINEARIZABILITY_WORKLOAD_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "tests/linearizability/checker.h"
#include "tests/linearizability/history.h"
#include "tests/linearizability/store.h"

namespace linearizability {

struct Plan {
  int threads = 4;
  int operations = 30;  // of each thread
};

class Workload {
 public:
  // Values written are numbered from `first_value`; none may be in the store already.
  Workload(Store* store, uint32_t first_value) : store_(store), next_value_(first_value) {}

  // What the keys hold while nothing runs.
  State Quiet();
  History RunRound(const Plan& plan, uint64_t seed);

 private:
  class Client;

  Store* const store_;
  std::atomic<uint64_t> time_{0};
  std::atomic<uint32_t> next_value_;
};

// Flushes and compacts until it is destroyed.
class Upkeep {
 public:
  Upkeep(Store* store, uint64_t seed);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace linearizability

#endif  // AETHER_TESTS_LINEARIZABILITY_WORKLOAD_H_
