// A mutex and a condition variable that carry a place for wait statistics. The statistics are not
// fed here.
//
// Layout: 72 and 80 bytes; executables inline the constructors and Unlock. Thread safety: all
// functions.

#ifndef AETHER_COMPAT_BINARY_INSTRUMENTED_MUTEX_H_
#define AETHER_COMPAT_BINARY_INSTRUMENTED_MUTEX_H_

#include "compat/binary/port.h"

namespace rocksdb {

class Statistics;
class SystemClock;

class InstrumentedMutex {
 public:
  explicit InstrumentedMutex(bool adaptive = false) : mutex_(adaptive) {}
  void Lock();
  void Unlock() { mutex_.Unlock(); }
  void AssertHeld() { mutex_.AssertHeld(); }

 private:
  friend class InstrumentedCondVar;
  port::Mutex mutex_;
  [[maybe_unused]] Statistics* stats_ = nullptr;
  [[maybe_unused]] SystemClock* clock_ = nullptr;
  [[maybe_unused]] int stats_code_ = 0;
};
static_assert(sizeof(InstrumentedMutex) == 72);

class InstrumentedCondVar {
 public:
  explicit InstrumentedCondVar(InstrumentedMutex* mutex) : cond_(&mutex->mutex_) {}
  void Wait();
  // As port::CondVar::TimedWait.
  bool TimedWait(uint64_t abs_time_us);
  void Signal() { cond_.Signal(); }
  void SignalAll() { cond_.SignalAll(); }

 private:
  port::CondVar cond_;
  [[maybe_unused]] Statistics* stats_ = nullptr;
  [[maybe_unused]] SystemClock* clock_ = nullptr;
  [[maybe_unused]] int stats_code_ = 0;
};
static_assert(sizeof(InstrumentedCondVar) == 80);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_INSTRUMENTED_MUTEX_H_
