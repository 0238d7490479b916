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
  kHanoi,   // runs double (or grow by the fan-out) from level to level, one run in the last level
  kTiered,  // like Hanoi, but the last level also keeps several runs
  kFifo,    // the oldest runs are dropped
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
  // How many runs of one level make one run of the next; 2 is HanoiDB's doubling.
  int fanout = 10;
  // Tiered: everything is merged when what is newer than the oldest run takes this many hundredths
  // of its size; 0: never for that.
  int space_amplification_percent = 0;
  FifoOptions fifo;
  // The last level is merged when everything above it has grown to this share of it.
  double last_level_ratio = 0.6;
  // Idle time merges until what lies above the last level makes at most this share of it useless,
  // judging by what the last merge into it found.
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
    if (strategy != Strategy::kHanoi || filter_bits_per_key < kLeast) return filter_bits_per_key;
    return level == kLastLevel ? filter_bits_per_key - kFewer : filter_bits_per_key + kMore;
  }
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_OPTIONS_H_
