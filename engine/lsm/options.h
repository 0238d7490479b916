// Options of one LSM tree.

#ifndef AETHER_ENGINE_LSM_OPTIONS_H_
#define AETHER_ENGINE_LSM_OPTIONS_H_

#include <array>
#include <cstdint>
#include <memory>

#include "engine/base/operators.h"
#include "engine/run/codec.h"

namespace aether {

// Levels inside the engine. The last one holds one run.
inline constexpr int kLevels = 7;
inline constexpr int kLastLevel = kLevels - 1;

enum class Strategy : uint8_t {
  kHanoi,    // runs double (or grow by the fan-out) from level to level, one run in the last level
  kTiered,   // runs of about one size are merged, whatever their level
  kFifo,     // the oldest runs are dropped
  kLeveled,  // one run in each level
};

// Nothing is merged as long as there are fewer than `trigger` runs. Then, the first that applies:
// everything, when it takes too much space beside the oldest run; neighbours in age of about one
// size, beginning with the youngest; with more than `trigger` runs, the youngest ones whatever
// their size. Flushes of level 0 have no place between other flushes for the output of a merge, so
// the older ones of that level are taken along.
struct TieredOptions {
  int trigger = 4;
  // The next older run is taken as well when it is at most this many hundredths larger than what
  // has been taken so far.
  uint32_t size_ratio = 1;
  // Or than the one taken last; then it must not be smaller by more than that either.
  bool similar_size = false;
  // Runs of one merge. At least two, and the larger of both is the upper bound.
  uint32_t min_width = 2;
  uint32_t max_width = UINT32_MAX;
  // Everything is merged when what is newer than the oldest run takes this many hundredths of it.
  uint32_t space_amplification_percent = 200;
  // The output of a merge for size is compressed as long as the runs older than it make up less
  // than this many hundredths of all; below 0: always.
  int compression_percent = -1;
};

// The last level has no bound, the one above it a `multiplier`th of what is in the last one, and so
// on up to the first bound that is not above `base_bytes`; levels above that stay empty. When level
// 0 has `trigger` runs they are merged with all levels down to the first whose bound holds what
// comes together there; so is a level that has grown beyond its bound. Whole runs are merged: what
// a level gives down is all of it.
struct LeveledOptions {
  int trigger = 4;
  uint64_t base_bytes = 256 << 20;
  double multiplier = 10;
};

// Why a merge is due; for those who are told of it.
enum class MergeReason : uint8_t {
  kLevelSize,    // a level has too much
  kNewRuns,      // too many flushes
  kFifo,         // the same, for FIFO
  kRunCount,     // too many runs
  kSizeRatio,    // runs of about one size
  kSpace,        // too much space beside the oldest run
  kSuggested,    // an application asked for it
  kBlobGarbage,  // for the sake of blob files
};

struct FifoOptions {
  // Runs are dropped as long as all of them take more than this.
  uint64_t max_bytes = 1 << 30;
  // And when their newest file is older than this; 0: never for that.
  uint64_t ttl_seconds = 0;
  // So many flushes become one run.
  bool merge = false;
  int merge_runs = 4;
};

// Key-value separation: large values of puts stand in blob files, runs refer to them. What is said
// here holds for what is written from then on; references are understood whatever it says.
struct BlobOptions {
  bool enabled = false;
  uint64_t min_size = 0;  // smaller values stay in the run; empty ones always do
  // A blob file is closed when it has become this large.
  uint64_t file_size = 256 << 20;
  Codec codec = Codec::kNone;
  // Only runs of this level and deeper refer to blob files; flushes write level 0.
  int starting_level = 0;
  // Merges write the values anew that they find in this share of the blob files, the oldest. With
  // `enabled` off these values come back into the runs.
  bool collect_garbage = false;
  double age_cutoff = 0.25;
  // When this share of what those files hold is garbage, everything is merged for their sake.
  double force_threshold = 1.0;
  uint64_t readahead = 0;  // bytes, while garbage is collected
};

struct TreeOptions {
  Strategy strategy = Strategy::kHanoi;
  // Hanoi: how many runs of one level make one run of the next; 2 is HanoiDB's doubling.
  int fanout = 10;
  TieredOptions tiered;
  LeveledOptions leveled;
  FifoOptions fifo;
  // Hanoi: the last level is merged when everything above it has grown to this share of it.
  double last_level_ratio = 0.6;
  // Hanoi: idle time merges until what lies above the last level makes at most this share of it
  // useless, judging by what the last merge into it found.
  double idle_ratio = 0.25;
  // A run is cut into files of about this size.
  uint64_t target_file_size = 64 << 20;
  // Levels an application expects to see in properties.
  int num_levels = 7;
  // On average; see FilterBits.
  double filter_bits_per_key = 0;
  // Filters also hold what this makes of the keys; null: nothing.
  std::shared_ptr<const PrefixExtractor> prefix;
  bool whole_key_filter = true;  // false: only that
  // Of the files that are written into each level.
  std::array<Compression, kLevels> compression;
  bool auto_merge = true;
  // Writers are slowed down when this many runs wait above the last level, and stopped at the
  // second figure.
  int slowdown_runs = 20;
  int stop_runs = 36;
  BlobOptions blob;

  // Bits of a filter for each key of a file written into `level`. A bit more for each of the few
  // keys in the many runs above spares more false alarms than one more for the many keys of the
  // last run (Dayan et al., Monkey, SIGMOD 2017); what the runs above take on average, the last one
  // gives. docs/tuning.md has the figures.
  double FilterBits(int level) const {
    constexpr double kMore = 3, kFewer = 1, kLeast = 5;
    const bool grows = strategy == Strategy::kHanoi || strategy == Strategy::kLeveled;
    if (!grows || filter_bits_per_key < kLeast) return filter_bits_per_key;
    return level == kLastLevel ? filter_bits_per_key - kFewer : filter_bits_per_key + kMore;
  }
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_OPTIONS_H_
