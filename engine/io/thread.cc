#include "engine/io/thread.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>

namespace aether {
namespace {

// From linux/ioprio.h, which not every kernel header package carries.
constexpr int kIoprioWhoProcess = 1;
constexpr int kIoprioClassShift = 13;
constexpr int kIoprioBestEffort = 2;
constexpr int kIoprioIdle = 3;

bool SetIoPriority(int io_class, int level) {
  return syscall(SYS_ioprio_set, kIoprioWhoProcess, 0, (io_class << kIoprioClassShift) | level) ==
         0;
}

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t), "a futex is a plain word");

}  // namespace

void SetThreadName(const char* name) {
  char kept[16];
  std::strncpy(kept, name, sizeof(kept) - 1);
  kept[sizeof(kept) - 1] = '\0';
  pthread_setname_np(pthread_self(), kept);
}

int CurrentThreadId() { return static_cast<int>(syscall(SYS_gettid)); }

bool SetThreadNice(int tid, int nice) {
  return setpriority(PRIO_PROCESS, static_cast<id_t>(tid), nice) == 0;
}

bool SetThreadIoPriority(int level) { return SetIoPriority(kIoprioBestEffort, level); }
bool SetThreadIoIdle() { return SetIoPriority(kIoprioIdle, 7); }

int NumberOfCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
  const long online = sysconf(_SC_NPROCESSORS_ONLN);  // NOLINT: the type of sysconf
  return online > 0 ? static_cast<int>(online) : 1;
}

bool FutexWait(const std::atomic<uint32_t>* word, uint32_t expected, uint64_t timeout_nanos) {
  timespec limit;
  timespec* limit_or_null = nullptr;
  if (timeout_nanos != 0) {
    limit.tv_sec = static_cast<time_t>(timeout_nanos / 1000000000u);
    limit.tv_nsec = static_cast<long>(timeout_nanos % 1000000000u);  // NOLINT: the type of tv_nsec
    limit_or_null = &limit;
  }
  const long rc =  // NOLINT: the type of syscall
      syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, limit_or_null, nullptr, 0);
  return rc == 0 || errno != ETIMEDOUT;
}

int FutexWake(const std::atomic<uint32_t>* word, int count) {
  const long rc =  // NOLINT: the type of syscall
      syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
  return rc < 0 ? 0 : static_cast<int>(rc);
}

int FutexWakeAll(const std::atomic<uint32_t>* word) { return FutexWake(word, INT_MAX); }

}  // namespace aether
