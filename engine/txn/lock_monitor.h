// LockMonitor: what guards one stripe of a lock table: a mutex, and a way to wait for a change
// under it.
//
// An application may supply its own, for example one that knows its threads. Thread safety: any
// thread. Failure: an application's monitor may refuse with any Status; the lock is not taken then.

#ifndef AETHER_ENGINE_TXN_LOCK_MONITOR_H_
#define AETHER_ENGINE_TXN_LOCK_MONITOR_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/base/status.h"

namespace aether {

class LockMonitor {
 public:
  virtual ~LockMonitor() = default;

  // Times are in microseconds; negative: without end. TimedOut when the time has run out.
  virtual Status Lock(int64_t micros) = 0;
  virtual void Unlock() = 0;
  // Gives the mutex up until NotifyAll or the time; holds it again afterwards. May return early.
  // REQUIRES: the caller holds it.
  virtual Status Wait(int64_t micros) = 0;
  virtual void NotifyAll() = 0;
};

using LockMonitorFactory = std::function<std::unique_ptr<LockMonitor>()>;

// The built-in one. Its mutex is held for microseconds, so Lock never gives up.
std::unique_ptr<LockMonitor> NewLockMonitor();

}  // namespace aether

#endif  // AETHER_ENGINE_TXN_LOCK_MONITOR_H_
