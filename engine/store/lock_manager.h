// Locks on keys, for transactions above the stores. They know nothing of a DbEnv: see
// engine/txn/lock_manager.h.

#ifndef AETHER_ENGINE_STORE_LOCK_MANAGER_H_
#define AETHER_ENGINE_STORE_LOCK_MANAGER_H_

#include "engine/txn/lock_manager.h"

#endif  // AETHER_ENGINE_STORE_LOCK_MANAGER_H_
