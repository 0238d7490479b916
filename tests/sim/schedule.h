// A scheduler that a seed decides: one thread of the process runs at a time, and another may go on
// only where this one locks, unlocks, waits, wakes, yields, sleeps, starts or joins a thread, asks
// for the time, or calls Switch. The same seed and the same program give the same run.
//
// How: the program that links this defines pthread_mutex_lock, pthread_cond_wait, pthread_create,
// sched_yield, clock_gettime, nanosleep, syscall (for futexes) and their relatives itself, which
// takes them from the C library for every library of the process; the code under test stays as it
// is. While no schedule is active they pass everything on. Time is virtual: it moves a little with
// every switch, and to the next deadline when nobody can run.
//
// Thread safety: Start and Stop are for the main thread; all threads started between them must have
// been joined before Stop. Limits: locks and waits that the C library takes inside itself
// (pthread_once, rwlocks, semaphores) are not switch points, and a thread that waits there for one
// that is not running waits for ever. Failure: when every thread waits and no time will end it, the
// state of all is printed and the process aborts.

#ifndef AETHER_TESTS_SIM_SCHEDULE_H_
#define AETHER_TESTS_SIM_SCHEDULE_H_

#include <cstdint>

namespace aether::sim {

class Schedule {
 public:
  // Takes control. The seed also decides how often threads change.
  static void Start(uint64_t seed);
  static void Stop();
  static bool active();

  // A point where another thread may go on.
  static void Switch();
  // Mixes something that happened into the digest.
  static void Note(uint64_t what);
  // Of all decisions and notes since Start: equal for equal runs.
  static uint64_t Digest();
  static uint64_t switches();
};

}  // namespace aether::sim

#endif  // AETHER_TESTS_SIM_SCHEDULE_H_
