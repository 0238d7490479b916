// Options of universal (tiered) compaction.

#ifndef AETHER_INCLUDE_ROCKSDB_UNIVERSAL_COMPACTION_H_
#define AETHER_INCLUDE_ROCKSDB_UNIVERSAL_COMPACTION_H_

#include <climits>
#include <cstdint>
#include <vector>

#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

enum CompactionStopStyle {
  kCompactionStopStyleSimilarSize,
  kCompactionStopStyleTotalSize,
};

class CompactionOptionsUniversal {
 public:
  // Percentage by which the next run may be larger and still join the merge.
  unsigned int size_ratio;
  unsigned int min_merge_width;
  unsigned int max_merge_width;
  // Extra space over the live data, in percent, at which everything is merged.
  unsigned int max_size_amplification_percent;
  // Share of the data, oldest first, to compress; -1 means all of it.
  int compression_size_percent;
  CompactionStopStyle stop_style;
  bool allow_trivial_move;
  bool incremental;
  CompactionOptionsUniversal()
      : size_ratio(1),
        min_merge_width(2),
        max_merge_width(UINT_MAX),
        max_size_amplification_percent(200),
        compression_size_percent(-1),
        stop_style(kCompactionStopStyleTotalSize),
        allow_trivial_move(false),
        incremental(false) {}
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_UNIVERSAL_COMPACTION_H_
