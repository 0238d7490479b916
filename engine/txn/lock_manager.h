// LockManager: shared and exclusive locks on keys, held by transactions.
//
// A lock belongs to a transaction, not to a thread. Keys are spread over stripes by hash; each
// stripe has a monitor, and whoever waits for a key waits on that of its stripe. A transaction that
// is the only holder of a shared lock can make it exclusive. A lock that has expired may be taken
// over, if the owner of the manager agrees that its holder may be robbed.
//
// Thread safety: any thread; one transaction is used by one thread at a time. Invariants: a key has
// one exclusive holder or any number of shared ones; a transaction waits for at most one key; no
// two monitors are held at once. Failure: TimedOut (kLockTimeout) when the time has run out, Busy
// (kDeadlock) when the wait would close a cycle, Busy (kLockLimit) when the family holds as many
// locks as it may, InvalidArgument for a family that is not there, and what a monitor of the
// application's says. Nothing is held after a failure that was not held before.

#ifndef AETHER_ENGINE_TXN_LOCK_MANAGER_H_
#define AETHER_ENGINE_TXN_LOCK_MANAGER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/base/thread_annotations.h"
#include "engine/io/clock.h"
#include "engine/txn/deadlock.h"
#include "engine/txn/lock_monitor.h"

namespace aether {

struct LockManagerOptions {
  Clock* clock = RealClock();
  size_t stripes = 16;         // of each family
  int64_t max_locks = -1;      // of each family; not positive: no limit
  size_t deadlocks_kept = 5;   // for Deadlocks()
  LockMonitorFactory monitor;  // empty: NewLockMonitor
  // Asked for each holder of an expired lock, under the monitor of its stripe: may it be robbed?
  std::function<bool(TxnId)> rob;
};

struct LockRequest {
  TxnId txn = 0;
  uint32_t family = 0;
  Slice key;
  bool exclusive = true;
  int64_t timeout_micros = 0;   // 0: does not wait; negative: without end
  uint64_t expires_micros = 0;  // on the manager's clock; 0: never
  bool detect_deadlock = false;
  size_t deadlock_depth = 50;
};

struct LockHolders {
  uint32_t family = 0;
  std::string key;
  std::vector<TxnId> txns;
  bool exclusive = false;
};

class LockManager {
 public:
  explicit LockManager(LockManagerOptions options);
  ~LockManager();
  LockManager(const LockManager&) = delete;
  LockManager& operator=(const LockManager&) = delete;

  void AddFamily(uint32_t family);
  // No new locks; those that are held go when they are unlocked.
  void RemoveFamily(uint32_t family);

  // A holder may ask again: nothing changes, or its shared lock becomes exclusive.
  Status Lock(const LockRequest& request);
  // Nothing happens when the transaction does not hold the key (any more).
  void Unlock(TxnId txn, uint32_t family, Slice key);
  // Makes an exclusive lock shared.
  void Downgrade(TxnId txn, uint32_t family, Slice key);

  // All locks; those of one stripe are of one moment.
  std::vector<LockHolders> Locks() const;
  // False when the transaction does not wait.
  bool Waiting(TxnId txn, LockWait* wait) const { return waits_.Find(txn, wait); }
  std::vector<Deadlock> Deadlocks() const { return waits_.Deadlocks(); }
  void KeepDeadlocks(size_t count) { waits_.KeepDeadlocks(count); }

 private:
  struct LockState {
    std::vector<TxnId> holders;
    bool exclusive = false;
    uint64_t expires_micros = 0;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  struct Stripe {
    std::unique_ptr<LockMonitor> monitor;
    // Under the monitor:
    std::unordered_map<std::string, LockState, Hash, std::equal_to<>> keys;
    size_t waiting = 0;
  };
  struct Family {
    std::vector<Stripe> stripes;
    std::atomic<int64_t> locks{0};
    std::atomic<bool> removed{false};
  };
  // By id; null where there is none. Replaced as a whole, read under an EpochGuard; the families
  // themselves live as long as the manager.
  using Directory = std::vector<Family*>;

  Family* Find(uint32_t family) const;
  Stripe* StripeOf(Family* family, Slice key) const;
  // Under the stripe's monitor. Not OK: *wait tells for whom (nobody at the limit of locks), and
  // *expires_micros when one of their locks may be taken over (0: never).
  Status TryAcquire(Family* family, Stripe* stripe, const LockRequest& request, LockWait* wait,
                    uint64_t* expires_micros);
  // Whether everybody but `txn` can be robbed of the lock.
  bool Rob(const LockState& state, TxnId txn, uint64_t* expires_micros);
  Status WaitFor(Family* family, Stripe* stripe, const LockRequest& request, LockWait wait,
                 uint64_t expires_micros, Status refused);

  const LockManagerOptions options_;
  WaitGraph waits_;
  std::atomic<const Directory*> directory_;
  Mutex families_mutex_;
  std::vector<std::unique_ptr<Family>> families_ GUARDED_BY(families_mutex_);
};

}  // namespace aether

#endif  // AETHER_ENGINE_TXN_LOCK_MANAGER_H_
