// ReadOptions as the engine wants them.
//
// Thread safety: a function of its arguments.

#ifndef AETHER_COMPAT_DB_READ_OPTIONS_H_
#define AETHER_COMPAT_DB_READ_OPTIONS_H_

#include "engine/store/options.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"

namespace rocksdb {

// Without bounds and limits of iterators.
aether::ReadOptions ToEngineRead(const ReadOptions& options, Env* env);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_READ_OPTIONS_H_
