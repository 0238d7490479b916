#include "engine/txn/deadlock.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace aether {

bool WaitGraph::ClosesCycle(TxnId txn, size_t depth, Deadlock* found) const {
  struct Step {
    TxnId txn;
    size_t parent;
  };
  constexpr size_t kNoParent = SIZE_MAX;
  std::vector<Step> queue;
  std::unordered_set<TxnId> seen;
  const auto follow = [&](TxnId from, size_t parent) REQUIRES(mutex_) {
    const auto wait = waits_.find(from);
    if (wait == waits_.end()) return;
    for (const TxnId holder : wait->second.holders) {
      if (seen.insert(holder).second) queue.push_back({holder, parent});
    }
  };
  follow(txn, kNoParent);
  for (size_t head = 0; head < queue.size(); ++head) {
    if (head >= depth) {
      found->limit_exceeded = true;
      return true;
    }
    if (queue[head].txn == txn) {
      for (size_t at = head; at != kNoParent; at = queue[at].parent) {
        const LockWait& wait = waits_.at(queue[at].txn);
        found->cycle.push_back({queue[at].txn, wait.family, wait.key, wait.exclusive});
      }
      std::reverse(found->cycle.begin(), found->cycle.end());
      return true;
    }
    follow(queue[head].txn, head);
  }
  return false;
}

bool WaitGraph::Add(TxnId txn, LockWait wait, bool search, size_t depth, uint64_t wall_seconds) {
  MutexLock lock(&mutex_);
  waits_[txn] = std::move(wait);
  Deadlock found;
  if (!search || !ClosesCycle(txn, depth, &found)) return true;
  waits_.erase(txn);
  found.wall_seconds = wall_seconds;
  deadlocks_.push_front(std::move(found));
  if (deadlocks_.size() > kept_) deadlocks_.resize(kept_);
  return false;
}

void WaitGraph::Remove(TxnId txn) {
  MutexLock lock(&mutex_);
  waits_.erase(txn);
}

bool WaitGraph::Find(TxnId txn, LockWait* wait) const {
  MutexLock lock(&mutex_);
  const auto found = waits_.find(txn);
  if (found == waits_.end()) return false;
  *wait = found->second;
  return true;
}

std::vector<Deadlock> WaitGraph::Deadlocks() const {
  MutexLock lock(&mutex_);
  return {deadlocks_.begin(), deadlocks_.end()};
}

void WaitGraph::KeepDeadlocks(size_t count) {
  MutexLock lock(&mutex_);
  kept_ = count;
  if (deadlocks_.size() > kept_) deadlocks_.resize(kept_);
}

}  // namespace aether
