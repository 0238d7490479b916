// Locks and condition variables over pthreads, as the command-line tools of 7.8 embed them.
//
// Layout: a Mutex is 48 bytes (one flag behind the pthread object), a CondVar 56, an RWMutex 56.
// Thread safety: all functions. Failure: an error of a pthread call ends the process, because its
// caller relies on mutual exclusion that it did not get.

#ifndef AETHER_COMPAT_BINARY_PORT_H_
#define AETHER_COMPAT_BINARY_PORT_H_

#include <pthread.h>

#include <cstdint>

namespace rocksdb {
namespace port {

class CondVar;

class Mutex {
 public:
  explicit Mutex(bool adaptive = false);
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  ~Mutex();

  void Lock();
  void Unlock();
  bool TryLock();
  void AssertHeld();

 private:
  friend class CondVar;
  pthread_mutex_t mu_;
  bool locked_ = false;  // guarded by mu_
};
static_assert(sizeof(Mutex) == 48);

class RWMutex {
 public:
  RWMutex();
  RWMutex(const RWMutex&) = delete;
  RWMutex& operator=(const RWMutex&) = delete;
  ~RWMutex();

  void ReadLock();
  void WriteLock();
  void ReadUnlock();
  void WriteUnlock();
  void AssertHeld() {}

 private:
  pthread_rwlock_t mu_;
};
static_assert(sizeof(RWMutex) == 56);

class CondVar {
 public:
  explicit CondVar(Mutex* mu);
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;
  ~CondVar();

  // REQUIRES: the mutex is held, in Wait and TimedWait.
  void Wait();
  // abs_time_us: the deadline in microseconds since 1970. Returns true when it has passed.
  bool TimedWait(uint64_t abs_time_us);
  void Signal();
  void SignalAll();

 private:
  pthread_cond_t cv_;
  Mutex* mu_;
};
static_assert(sizeof(CondVar) == 56);

// Fatal signals keep their default action, a core dump, which says more than a printed stack.
void InstallStackTraceHandler();

}  // namespace port
}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_PORT_H_
