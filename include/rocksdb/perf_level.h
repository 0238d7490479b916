// How much the calling thread measures into its PerfContext and IOStatsContext.

#ifndef AETHER_INCLUDE_ROCKSDB_PERF_LEVEL_H_
#define AETHER_INCLUDE_ROCKSDB_PERF_LEVEL_H_

#include <stdint.h>

#include <string>

#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

enum PerfLevel : unsigned char {
  kUninitialized = 0,
  kDisable = 1,
  kEnableCount = 2,
  kEnableTimeExceptForMutex = 3,
  kEnableTimeAndCPUTimeExceptForMutex = 4,
  kEnableTime = 5,
  kOutOfBounds = 6,
};

void SetPerfLevel(PerfLevel level);
PerfLevel GetPerfLevel();

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_PERF_LEVEL_H_
