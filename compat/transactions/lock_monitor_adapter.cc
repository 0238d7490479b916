#include "compat/transactions/lock_monitor_adapter.h"

#include <utility>

#include "compat/env/status_convert.h"

namespace rocksdb {

namespace {

class MonitorAdapter final : public aether::LockMonitor {
 public:
  explicit MonitorAdapter(TransactionDBMutexFactory* factory)
      : mutex_(factory->AllocateMutex()), changed_(factory->AllocateCondVar()) {}

  aether::Status Lock(int64_t micros) override {
    return ToAether(micros < 0 ? mutex_->Lock() : mutex_->TryLockFor(micros));
  }
  void Unlock() override { mutex_->UnLock(); }
  aether::Status Wait(int64_t micros) override {
    return ToAether(micros < 0 ? changed_->Wait(mutex_) : changed_->WaitFor(mutex_, micros));
  }
  void NotifyAll() override { changed_->NotifyAll(); }

 private:
  const std::shared_ptr<TransactionDBMutex> mutex_;
  const std::shared_ptr<TransactionDBCondVar> changed_;
};

}  // namespace

aether::LockMonitorFactory ToEngineMonitors(std::shared_ptr<TransactionDBMutexFactory> factory) {
  if (factory == nullptr) return {};
  return [factory = std::move(factory)] { return std::make_unique<MonitorAdapter>(factory.get()); };
}

}  // namespace rocksdb
