// The snapshots that are held, in the order they were taken.
//
// Thread safety: any thread. Invariant: taking one loads the visible sequence under the lock under
// which mergers collect the list, so a merger that does not see a snapshot read its inputs' newest
// sequence before that snapshot's.

#ifndef AETHER_ENGINE_LSM_SNAPSHOT_LIST_H_
#define AETHER_ENGINE_LSM_SNAPSHOT_LIST_H_

#include <functional>
#include <list>
#include <vector>

#include "engine/base/entry.h"
#include "engine/base/thread_annotations.h"
#include "engine/base/trace.h"

namespace aether {

class SnapshotList {
 public:
  struct Item {
    SequenceNumber sequence;
    uint64_t unix_time;
    bool pin;  // kept from merges like all, but not one that anybody asked for
  };
  using Handle = std::list<Item>::iterator;

  // tla: Visibility.TakeSnapshot, HanoiMerge.TakeSnapshot.
  Handle Take(const std::function<SequenceNumber()>& visible, uint64_t unix_time,
              bool pin = false) {
    AETHER_TRACE_STEP();
    MutexLock lock(&mutex_);
    const Handle taken = items_.insert(items_.end(), Item{visible(), unix_time, pin});
    AETHER_TRACE("takeSnapshot", "sequence", taken->sequence);
    return taken;
  }
  void Release(Handle handle) {
    AETHER_TRACE_STEP();
    MutexLock lock(&mutex_);
    AETHER_TRACE("releaseSnapshot", "sequence", handle->sequence);
    items_.erase(handle);
  }
  // Ascending, without repetitions.
  std::vector<SequenceNumber> Collect() const {
    MutexLock lock(&mutex_);
    std::vector<SequenceNumber> result;
    for (const Item& item : items_) {
      if (result.empty() || result.back() != item.sequence) result.push_back(item.sequence);
    }
    return result;
  }
  // Without pins.
  size_t Count() const {
    MutexLock lock(&mutex_);
    size_t count = 0;
    for (const Item& item : items_) count += item.pin ? 0 : 1;
    return count;
  }
  // Without pins; {0, 0} when there is none.
  Item Oldest() const {
    MutexLock lock(&mutex_);
    for (const Item& item : items_) {
      if (!item.pin) return item;
    }
    return {0, 0, false};
  }

 private:
  mutable Mutex mutex_;
  std::list<Item> items_ GUARDED_BY(mutex_);
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_SNAPSHOT_LIST_H_
