#include "tests/sim/schedule.h"

#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "engine/base/random.h"

#ifndef AETHER_NO_SCHEDULE

// The library's declarations carry attributes that the types of pointers to them cannot.
#pragma GCC diagnostic ignored "-Wignored-attributes"

namespace aether::sim {
namespace {

constexpr uint64_t kNever = UINT64_MAX;
constexpr uint64_t kSwitchNanos = 1000;
constexpr uint64_t kClockNanos = 100;
constexpr uint64_t kBoot = 1000ull * 1000000000;         // of CLOCK_MONOTONIC
constexpr uint64_t kEpoch = 1700000000ull * 1000000000;  // of CLOCK_REALTIME

long RawSyscall(long n, long a, long b, long c, long d, long e, long f) {  // NOLINT: as syscall
  long result;                                                             // NOLINT
  register long r10 asm("r10") = d;                                        // NOLINT
  register long r8 asm("r8") = e;                                          // NOLINT
  register long r9 asm("r9") = f;                                          // NOLINT
  asm volatile("syscall"
               : "=a"(result)
               : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

template <typename Function>
Function Real(const char* name, const char* version = nullptr) {
  void* const found =
      version == nullptr ? dlsym(RTLD_NEXT, name) : dlvsym(RTLD_NEXT, name, version);
  if (found == nullptr) {
    std::fprintf(stderr, "schedule: no %s in the C library\n", name);
    std::abort();
  }
  return reinterpret_cast<Function>(found);
}

// The next definition behind ours, looked up once.
#define REAL(name)                                \
  ([] {                                           \
    static std::atomic<decltype(&::name)> kept{}; \
    auto function = kept.load();                  \
    if (function == nullptr) {                    \
      function = Real<decltype(&::name)>(#name);  \
      kept.store(function);                       \
    }                                             \
    return function;                              \
  }())
// The C library still carries the condition variables of 2002 under the same names.
#define REAL_COND(name)                                         \
  ([] {                                                         \
    static std::atomic<decltype(&::name)> kept{};               \
    auto function = kept.load();                                \
    if (function == nullptr) {                                  \
      function = Real<decltype(&::name)>(#name, "GLIBC_2.3.2"); \
      kept.store(function);                                     \
    }                                                           \
    return function;                                            \
  }())

enum class State : uint8_t { kReady, kWaiting, kEnded };

struct Thread {
  int id = 0;
  State state = State::kReady;
  const void* waits_for = nullptr;
  uint64_t deadline = kNever;
  bool timed_out = false;
  std::atomic<uint32_t> turn{0};
  pthread_t handle{};
  void* (*start)(void*) = nullptr;
  void* argument = nullptr;
};

// Everything here belongs to the thread whose turn it is.
struct World {
  explicit World(uint64_t seed) : random(seed) {}

  Random random;
  std::vector<std::unique_ptr<Thread>> threads;
  uint64_t now = 0;
  uint64_t one_in = 1;  // a switch point changes threads
  uint64_t digest = 0;
  uint64_t switches = 0;
};

World* world = nullptr;
thread_local Thread* self = nullptr;

void Mix(uint64_t what) {
  world->digest = (world->digest ^ what) * 0x9e3779b97f4a7c15u;
  world->digest ^= world->digest >> 29;
}

void Give(Thread* thread) {
  thread->turn.store(1, std::memory_order_seq_cst);
  RawSyscall(SYS_futex, reinterpret_cast<long>(&thread->turn), FUTEX_WAKE_PRIVATE, 1, 0,
             0,  // NOLINT
             0);
}

void AwaitTurn(Thread* thread) {
  while (thread->turn.load(std::memory_order_seq_cst) == 0) {
    RawSyscall(SYS_futex, reinterpret_cast<long>(&thread->turn), FUTEX_WAIT_PRIVATE, 0, 0,
               0,  // NOLINT
               0);
  }
  thread->turn.store(0, std::memory_order_seq_cst);
}

void EndWaits() {
  for (const auto& thread : world->threads) {
    if (thread->state == State::kWaiting && thread->deadline <= world->now) {
      thread->state = State::kReady;
      thread->timed_out = true;
    }
  }
}

[[noreturn]] void Stuck() {
  std::printf("VIOLATION every thread waits:");
  for (const auto& thread : world->threads) {
    if (thread->state == State::kEnded) continue;
    std::printf(" %d for %p;", thread->id, thread->waits_for);
  }
  std::printf("\n");
  std::fflush(stdout);
  std::abort();
}

Thread* Pick(const Thread* not_this) {
  for (;;) {
    EndWaits();
    Thread* chosen = nullptr;
    uint64_t ready = 0;
    for (const auto& thread : world->threads) {
      if (thread->state != State::kReady || thread.get() == not_this) continue;
      ++ready;
      if (world->random.OneIn(ready)) chosen = thread.get();
    }
    if (chosen != nullptr) return chosen;
    if (not_this != nullptr && not_this->state == State::kReady) return nullptr;
    uint64_t next = kNever;
    for (const auto& thread : world->threads) {
      if (thread->state == State::kWaiting) next = std::min(next, thread->deadline);
    }
    if (next == kNever) Stuck();
    world->now = next;
  }
}

void GoOn(Thread* next) {
  Mix(static_cast<uint64_t>(next->id) + 1);
  if (next == self) return;
  Thread* const me = self;
  Give(next);
  AwaitTurn(me);
}

void SwitchPoint(bool give_way) {
  ++world->switches;
  world->now += kSwitchNanos;
  if (!give_way && !world->random.OneIn(world->one_in)) return;
  if (Thread* const next = Pick(give_way ? self : nullptr)) GoOn(next);
}

// False when the deadline came first.
bool WaitFor(const void* what, uint64_t deadline) {
  ++world->switches;
  self->state = State::kWaiting;
  self->waits_for = what;
  self->deadline = deadline;
  self->timed_out = false;
  GoOn(Pick(nullptr));
  self->waits_for = nullptr;
  return !self->timed_out;
}

int Wake(const void* what, int most) {
  int woken = 0;
  while (woken < most) {
    Thread* chosen = nullptr;
    uint64_t candidates = 0;
    for (const auto& thread : world->threads) {
      if (thread->state != State::kWaiting || thread->waits_for != what) continue;
      ++candidates;
      if (world->random.OneIn(candidates)) chosen = thread.get();
    }
    if (chosen == nullptr) break;
    chosen->state = State::kReady;
    chosen->timed_out = false;
    ++woken;
  }
  return woken;
}

bool Controlled() { return self != nullptr; }

uint64_t Nanos(const timespec& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1000000000u + static_cast<uint64_t>(time.tv_nsec);
}

uint64_t DeadlineOf(clockid_t clock, const timespec& time) {
  const uint64_t origin = clock == CLOCK_REALTIME ? kEpoch : kBoot;
  const uint64_t nanos = Nanos(time);
  return nanos > origin ? nanos - origin : 0;
}

void Acquire(pthread_mutex_t* mutex) {
  while (REAL(pthread_mutex_trylock)(mutex) == EBUSY) WaitFor(mutex, kNever);
}

int WaitOnCondition(pthread_cond_t* condition, pthread_mutex_t* mutex, uint64_t deadline) {
  REAL(pthread_mutex_unlock)(mutex);
  Wake(mutex, INT_MAX);
  const bool woken = WaitFor(condition, deadline);
  Acquire(mutex);
  return woken ? 0 : ETIMEDOUT;
}

// The last of a thread's own objects to go: those of the code under test are made after it.
struct Ending {
  Thread* thread = nullptr;
  ~Ending() {
    if (thread == nullptr) return;
    thread->state = State::kEnded;
    Wake(thread, INT_MAX);
    Thread* const next = Pick(nullptr);
    Mix(static_cast<uint64_t>(next->id) + 1);
    self = nullptr;
    Give(next);
  }
};

void* RunThread(void* argument) {
  static thread_local Ending ending;
  auto* const thread = static_cast<Thread*>(argument);
  ending.thread = thread;
  AwaitTurn(thread);
  self = thread;
  return thread->start(thread->argument);
}

Thread* NewThread() {
  world->threads.push_back(std::make_unique<Thread>());
  world->threads.back()->id = static_cast<int>(world->threads.size());
  return world->threads.back().get();
}

}  // namespace

void Schedule::Start(uint64_t seed) {
  world = new World(seed);
  const uint64_t rates[] = {1, 2, 4, 16, 64, 256};
  world->one_in = rates[world->random.Uniform(6)];
  Thread* const main = NewThread();
  main->handle = pthread_self();
  self = main;
}

void Schedule::Stop() {
  for (const auto& thread : world->threads) {
    if (thread.get() == self || thread->state == State::kEnded) continue;
    std::fprintf(stderr, "schedule: thread %d was not joined\n", thread->id);
    std::abort();
  }
  self = nullptr;
  delete world;
  world = nullptr;
}

bool Schedule::active() { return Controlled(); }
void Schedule::Switch() {
  if (Controlled()) SwitchPoint(false);
}
void Schedule::Note(uint64_t what) {
  if (Controlled()) Mix(what);
}
uint64_t Schedule::Digest() { return world->digest; }
uint64_t Schedule::switches() { return world->switches; }

}  // namespace aether::sim

// --- what takes the place of the C library's functions ---

using namespace aether::sim;

#pragma GCC visibility push(default)
extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  if (!Controlled()) return REAL(pthread_mutex_lock)(mutex);
  SwitchPoint(false);
  int result;
  while ((result = REAL(pthread_mutex_trylock)(mutex)) == EBUSY) WaitFor(mutex, kNever);
  return result;
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  const int result = REAL(pthread_mutex_unlock)(mutex);
  if (!Controlled()) return result;
  Wake(mutex, INT_MAX);
  SwitchPoint(false);
  return result;
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  if (!Controlled()) return REAL_COND(pthread_cond_wait)(condition, mutex);
  return WaitOnCondition(condition, mutex, kNever);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* time) {
  if (!Controlled()) return REAL_COND(pthread_cond_timedwait)(condition, mutex, time);
  return WaitOnCondition(condition, mutex, DeadlineOf(CLOCK_REALTIME, *time));
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* time) {
  if (!Controlled()) return REAL(pthread_cond_clockwait)(condition, mutex, clock, time);
  return WaitOnCondition(condition, mutex, DeadlineOf(clock, *time));
}

int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  if (!Controlled()) return REAL_COND(pthread_cond_signal)(condition);
  Wake(condition, 1);
  return 0;
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  if (!Controlled()) return REAL_COND(pthread_cond_broadcast)(condition);
  Wake(condition, INT_MAX);
  return 0;
}

int pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
  if (!Controlled()) return REAL(pthread_create)(handle, attributes, start, argument);
  Thread* const thread = NewThread();
  thread->start = start;
  thread->argument = argument;
  const int result = REAL(pthread_create)(handle, attributes, RunThread, thread);
  if (result != 0) {
    thread->state = State::kEnded;
    return result;
  }
  thread->handle = *handle;
  SwitchPoint(false);
  return 0;
}

int pthread_join(pthread_t handle, void** value) {
  if (Controlled()) {
    for (size_t i = world->threads.size(); i > 0; --i) {
      Thread* const thread = world->threads[i - 1].get();
      if (!pthread_equal(thread->handle, handle)) continue;
      while (thread->state != State::kEnded) WaitFor(thread, kNever);
      break;
    }
  }
  return REAL(pthread_join)(handle, value);
}

int sched_yield() noexcept {
  if (!Controlled()) return REAL(sched_yield)();
  SwitchPoint(true);
  return 0;
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (!Controlled()) return REAL(clock_gettime)(clock, time);
  world->now += kClockNanos;
  const uint64_t nanos = world->now + (clock == CLOCK_REALTIME ? kEpoch : kBoot);
  time->tv_sec = static_cast<time_t>(nanos / 1000000000u);
  time->tv_nsec = static_cast<long>(nanos % 1000000000u);  // NOLINT: the type of tv_nsec
  return 0;
}

int nanosleep(const timespec* time, timespec* left) {
  if (!Controlled()) return REAL(nanosleep)(time, left);
  WaitFor(nullptr, world->now + Nanos(*time));
  return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  if (!Controlled()) return REAL(clock_nanosleep)(clock, flags, time, left);
  WaitFor(nullptr,
          (flags & TIMER_ABSTIME) != 0 ? DeadlineOf(clock, *time) : world->now + Nanos(*time));
  return 0;
}

long syscall(long n, ...) noexcept {  // NOLINT: the type of syscall
  va_list list;
  va_start(list, n);
  long a[6];                                               // NOLINT
  for (long& argument : a) argument = va_arg(list, long);  // NOLINT
  va_end(list);
  if (n == SYS_futex && Controlled()) {
    const auto* const word = reinterpret_cast<const std::atomic<uint32_t>*>(a[0]);
    const long operation = a[1] & FUTEX_CMD_MASK;  // NOLINT
    if (operation == FUTEX_WAKE) {
      SwitchPoint(false);
      return Wake(word, static_cast<int>(a[2]));
    }
    if (operation == FUTEX_WAIT) {
      SwitchPoint(false);
      if (word->load(std::memory_order_seq_cst) != static_cast<uint32_t>(a[2])) {
        errno = EAGAIN;
        return -1;
      }
      const auto* const limit = reinterpret_cast<const timespec*>(a[3]);
      if (WaitFor(word, limit == nullptr ? kNever : world->now + Nanos(*limit))) return 0;
      errno = ETIMEDOUT;
      return -1;
    }
    std::fprintf(stderr, "schedule: futex operation %ld is not known\n", operation);
    std::abort();
  }
  const long result = RawSyscall(n, a[0], a[1], a[2], a[3], a[4], a[5]);  // NOLINT
  if (result >= 0 || result < -4095) return result;
  errno = static_cast<int>(-result);
  return -1;
}

}  // extern "C"
#pragma GCC visibility pop

#else

// The sanitizers have functions of these names of their own.
namespace aether::sim {

void Schedule::Start(uint64_t) { std::abort(); }
void Schedule::Stop() {}
bool Schedule::active() { return false; }
void Schedule::Switch() {}
void Schedule::Note(uint64_t) {}
uint64_t Schedule::Digest() { return 0; }
uint64_t Schedule::switches() { return 0; }

}  // namespace aether::sim

#endif
