// Options of one LSM tree.

#ifndef AETHER_ENGINE_LSM_OPTIONS_H_
#define AETHER_ENGINE_LSM_OPTIONS_H_

#include <cstdint>

#include "engine/run/codec.h"

namespace aether {

enum class Strategy : uint8_t {
  kHanoi,   // runs double (or grow by the fan-out) from level to level, one run in the last level
  kTiered,  // like Hanoi, but the last level also keeps several runs
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
  // The last level is merged when everything above it has grown to this share of it.
  double last_level_ratio = 0.6;
  // Idle time merges until what lies above the last level makes at most this share of it useless,
  // judging by what the last merge into it found.
  double idle_ratio = 0.25;
  // A run is cut into files of about this size.
  uint64_t target_file_size = 64 << 20;
  // Levels an application expects to see in properties.
  int num_levels = 7;
  double filter_bits_per_key = 0;
  bool auto_merge = true;
  // Writers are slowed down when this many runs wait above the last level, and stopped at the
  // second figure.
  int slowdown_runs = 20;
  int stop_runs = 36;
  BlobOptions blob;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_OPTIONS_H_
