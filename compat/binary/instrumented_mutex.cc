#include "compat/binary/instrumented_mutex.h"

namespace rocksdb {

void InstrumentedMutex::Lock() { mutex_.Lock(); }
void InstrumentedCondVar::Wait() { cond_.Wait(); }
bool InstrumentedCondVar::TimedWait(uint64_t abs_time_us) { return cond_.TimedWait(abs_time_us); }

}  // namespace rocksdb
