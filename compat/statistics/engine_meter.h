// What the engine counts off its fast paths, as tickers and histograms.
//
// Thread safety: any thread, as Statistics. Does not fail.

#ifndef AETHER_COMPAT_STATISTICS_ENGINE_METER_H_
#define AETHER_COMPAT_STATISTICS_ENGINE_METER_H_

#include <memory>

#include "engine/base/meter.h"
#include "rocksdb/statistics.h"

namespace rocksdb {

// Null without statistics.
std::shared_ptr<aether::Meter> ToEngineMeter(std::shared_ptr<Statistics> statistics);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_STATISTICS_ENGINE_METER_H_
