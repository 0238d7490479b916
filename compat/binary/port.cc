#include "compat/binary/port.h"

#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace rocksdb {
namespace port {

namespace {

// Returns the outcome when it is 0 or `expected`, else ends the process.
int Check(const char* call, int outcome, int expected = 0) {
  if (outcome != 0 && outcome != expected) {
    fprintf(stderr, "pthread %s: %s\n", call, strerror(outcome));
    abort();
  }
  return outcome;
}

}  // namespace

Mutex::Mutex(bool adaptive) {
  if (!adaptive) {
    Check("mutex_init", pthread_mutex_init(&mu_, nullptr));
    return;
  }
  pthread_mutexattr_t attributes;
  Check("mutexattr_init", pthread_mutexattr_init(&attributes));
  Check("mutexattr_settype", pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP));
  Check("mutex_init", pthread_mutex_init(&mu_, &attributes));
  Check("mutexattr_destroy", pthread_mutexattr_destroy(&attributes));
}

Mutex::~Mutex() { Check("mutex_destroy", pthread_mutex_destroy(&mu_)); }

void Mutex::Lock() {
  Check("mutex_lock", pthread_mutex_lock(&mu_));
  locked_ = true;
}

void Mutex::Unlock() {
  locked_ = false;
  Check("mutex_unlock", pthread_mutex_unlock(&mu_));
}

bool Mutex::TryLock() {
  if (Check("mutex_trylock", pthread_mutex_trylock(&mu_), EBUSY) != 0) return false;
  locked_ = true;
  return true;
}

void Mutex::AssertHeld() { assert(locked_); }

RWMutex::RWMutex() { Check("rwlock_init", pthread_rwlock_init(&mu_, nullptr)); }
RWMutex::~RWMutex() { Check("rwlock_destroy", pthread_rwlock_destroy(&mu_)); }
void RWMutex::ReadLock() { Check("rwlock_rdlock", pthread_rwlock_rdlock(&mu_)); }
void RWMutex::WriteLock() { Check("rwlock_wrlock", pthread_rwlock_wrlock(&mu_)); }
void RWMutex::ReadUnlock() { Check("rwlock_unlock", pthread_rwlock_unlock(&mu_)); }
void RWMutex::WriteUnlock() { Check("rwlock_unlock", pthread_rwlock_unlock(&mu_)); }

CondVar::CondVar(Mutex* mu) : mu_(mu) { Check("cond_init", pthread_cond_init(&cv_, nullptr)); }
CondVar::~CondVar() { Check("cond_destroy", pthread_cond_destroy(&cv_)); }

void CondVar::Wait() {
  mu_->locked_ = false;
  Check("cond_wait", pthread_cond_wait(&cv_, &mu_->mu_));
  mu_->locked_ = true;
}

bool CondVar::TimedWait(uint64_t abs_time_us) {
  timespec deadline;
  deadline.tv_sec = static_cast<time_t>(abs_time_us / 1000000);
  deadline.tv_nsec = static_cast<long>(abs_time_us % 1000000) * 1000;
  mu_->locked_ = false;
  const int outcome =
      Check("cond_timedwait", pthread_cond_timedwait(&cv_, &mu_->mu_, &deadline), ETIMEDOUT);
  mu_->locked_ = true;
  return outcome == ETIMEDOUT;
}

void CondVar::Signal() { Check("cond_signal", pthread_cond_signal(&cv_)); }
void CondVar::SignalAll() { Check("cond_broadcast", pthread_cond_broadcast(&cv_)); }

void InstallStackTraceHandler() {}

}  // namespace port
}  // namespace rocksdb
