// An application's mutexes and condition variables as monitors of the engine's lock manager.
//
// Thread safety: that of the application's objects. Failure: what they answer.

#ifndef AETHER_COMPAT_TRANSACTIONS_LOCK_MONITOR_ADAPTER_H_
#define AETHER_COMPAT_TRANSACTIONS_LOCK_MONITOR_ADAPTER_H_

#include <memory>

#include "engine/store/lock_manager.h"
#include "rocksdb/utilities/transaction_db_mutex.h"

namespace rocksdb {

// Empty without a factory: the engine takes its own then.
aether::LockMonitorFactory ToEngineMonitors(std::shared_ptr<TransactionDBMutexFactory> factory);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRANSACTIONS_LOCK_MONITOR_ADAPTER_H_
