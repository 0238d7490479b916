#include "engine/txn/lock_monitor.h"

#include "engine/base/thread_annotations.h"

namespace aether {
namespace {

class PlainMonitor final : public LockMonitor {
 public:
  Status Lock(int64_t) override NO_THREAD_SAFETY_ANALYSIS {
    mutex_.Lock();
    return Status::OK();
  }
  void Unlock() override NO_THREAD_SAFETY_ANALYSIS { mutex_.Unlock(); }
  Status Wait(int64_t micros) override NO_THREAD_SAFETY_ANALYSIS {
    if (micros < 0) {
      changed_.Wait(&mutex_);
      return Status::OK();
    }
    return changed_.WaitFor(&mutex_, std::chrono::microseconds(micros)) ? Status::OK()
                                                                        : Status::TimedOut();
  }
  void NotifyAll() override { changed_.NotifyAll(); }

 private:
  Mutex mutex_;
  CondVar changed_;
};

}  // namespace

std::unique_ptr<LockMonitor> NewLockMonitor() { return std::make_unique<PlainMonitor>(); }

}  // namespace aether
