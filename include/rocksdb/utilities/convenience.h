// Kept for programs that include the old path.
#ifndef AETHER_ROCKSDB_UTILITIES_CONVENIENCE_H_
#define AETHER_ROCKSDB_UTILITIES_CONVENIENCE_H_

#include "rocksdb/convenience.h"

#endif  // AETHER_ROCKSDB_UTILITIES_CONVENIENCE_H_
