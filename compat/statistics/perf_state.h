// The thread-local variables behind get_perf_context and SetPerfLevel, for code that counts on
// every operation.
//
// Executables of 7.8 bind perf_level (one byte) and perf_context (784 bytes) directly: names, kinds
// and sizes are fixed. Thread safety: each belongs to its thread.

#ifndef AETHER_COMPAT_STATISTICS_PERF_STATE_H_
#define AETHER_COMPAT_STATISTICS_PERF_STATE_H_

#include "rocksdb/iostats_context.h"
#include "rocksdb/perf_context.h"
#include "rocksdb/perf_level.h"

namespace rocksdb {

// constinit: reading them takes no check whether they have been initialised.
extern constinit thread_local PerfLevel perf_level;
extern thread_local PerfContext perf_context;
extern constinit thread_local IOStatsContext iostats_context;

static_assert(sizeof(PerfLevel) == 1);
static_assert(sizeof(PerfContext) == 784);

// Adds to a counter when this thread counts at all.
inline void PerfAdd(uint64_t PerfContext::*counter, uint64_t n = 1) {
  if (perf_level >= kEnableCount) perf_context.*counter += n;
}

// The calling thread is one that flushes and merges.
extern constinit thread_local bool in_background;

// Has I/O counted into the IOStatsContext of the thread that does it, from the first call on.
void CountIo();

}  // namespace rocksdb

#endif  // AETHER_COMPAT_STATISTICS_PERF_STATE_H_
