// WaitGraph: which transaction waits for which, and the deadlocks that were found in it.
//
// Every wait is registered, so a search also sees edges of transactions that do not search
// themselves. The search goes breadth first and gives up after `depth` transactions; what is larger
// is taken for a deadlock, as a wait that nobody may ever end is worse than a needless retry.
//
// Thread safety: any thread; one mutex, taken only by transactions that have to wait.

#ifndef AETHER_ENGINE_TXN_DEADLOCK_H_
#define AETHER_ENGINE_TXN_DEADLOCK_H_

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/thread_annotations.h"

namespace aether {

using TxnId = uint64_t;

// What a transaction waits for.
struct LockWait {
  std::vector<TxnId> holders;
  uint32_t family = 0;
  std::string key;
  bool exclusive = false;
};

struct DeadlockEntry {
  TxnId txn = 0;
  uint32_t family = 0;
  std::string key;
  bool exclusive = false;
};

struct Deadlock {
  std::vector<DeadlockEntry> cycle;  // each waits for the next, the last for the first
  bool limit_exceeded = false;       // the cycle is unknown then
  uint64_t wall_seconds = 0;
};

class WaitGraph {
 public:
  explicit WaitGraph(size_t kept) : kept_(kept) {}

  // False, and nothing is registered, when `search` is set and the wait would close a cycle.
  bool Add(TxnId txn, LockWait wait, bool search, size_t depth, uint64_t wall_seconds);
  void Remove(TxnId txn);

  // False when it does not wait.
  bool Find(TxnId txn, LockWait* wait) const;

  // The latest first.
  std::vector<Deadlock> Deadlocks() const;
  void KeepDeadlocks(size_t count);

 private:
  bool ClosesCycle(TxnId txn, size_t depth, Deadlock* found) const REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::unordered_map<TxnId, LockWait> waits_ GUARDED_BY(mutex_);
  std::deque<Deadlock> deadlocks_ GUARDED_BY(mutex_);  // the latest first
  size_t kept_ GUARDED_BY(mutex_);
};

}  // namespace aether

#endif  // AETHER_ENGINE_TXN_DEADLOCK_H_
