// What reads did: counted for whoever hands counters over with his ReadOptions.
//
// Thread safety: they belong to one thread at a time, which is that of the caller. Added to, never
// cleared. Without counters (a null pointer) nothing is counted and no clock is read.

#ifndef AETHER_ENGINE_RUN_READ_COUNTERS_H_
#define AETHER_ENGINE_RUN_READ_COUNTERS_H_

#include <climits>
#include <cstddef>
#include <cstdint>

#include "engine/base/meter.h"
#include "engine/io/clock.h"

namespace aether {

struct LevelReadCounters {
  uint64_t page_hits = 0;
  uint64_t page_loads = 0;
  uint64_t filter_useful = 0;
  uint64_t filter_positive = 0;
  uint64_t filter_true_positive = 0;
};

struct RunReadCounters {
  // Pages and large values; those of blob files apart.
  uint64_t page_hits = 0;
  uint64_t page_loads = 0;
  uint64_t load_bytes = 0;  // as stored
  uint64_t blocks_unpacked = 0;
  uint64_t blocks_checked = 0;
  uint64_t last_level_loads = 0;
  uint64_t last_level_load_bytes = 0;
  uint64_t blob_hits = 0;
  uint64_t blob_hit_bytes = 0;
  uint64_t blob_loads = 0;
  uint64_t blob_load_bytes = 0;
  // Point reads: filters that said no, that let pass, and of these where the key was there.
  uint64_t filter_useful = 0;
  uint64_t filter_positive = 0;
  uint64_t filter_true_positive = 0;
  uint64_t found[3] = {};  // values in level 0, in level 1, in deeper ones
  // Filters that were asked for a prefix, and those that said no.
  uint64_t prefix_checked = 0;
  uint64_t prefix_useful = 0;
  // Cursors: entries that a newer one of their key hides, tombstones, and entries that are newer
  // than what the cursor shows; moves that went on by a seek; seeks of single sources.
  uint64_t entries_skipped = 0;
  uint64_t tombstones_skipped = 0;
  uint64_t newer_skipped = 0;
  uint64_t reseeks = 0;
  uint64_t memtables_searched = 0;  // by point reads
  uint64_t memtable_seeks = 0;
  uint64_t run_seeks = 0;
  // Only when timed:
  uint64_t memtable_nanos = 0;  // point reads, like runs_nanos
  uint64_t runs_nanos = 0;
  uint64_t seek_nanos = 0;
  uint64_t load_nanos = 0;
  uint64_t check_nanos = 0;
  uint64_t unpack_nanos = 0;
  uint64_t blob_load_nanos = 0;

  // --- set by the caller ---
  bool timed = false;
  Meter* meter = nullptr;               // told of what had to be read; may be null
  LevelReadCounters* levels = nullptr;  // by level; null: nobody wants to know

  int last_level = INT_MAX;

  void Hit(int level) {
    ++page_hits;
    if (levels != nullptr) ++levels[level].page_hits;
  }
  void Loaded(int level, uint64_t bytes) {
    ++page_loads;
    load_bytes += bytes;
    if (levels != nullptr) ++levels[level].page_loads;
    if (level != last_level) return;
    ++last_level_loads;
    last_level_load_bytes += bytes;
  }
  void Filtered(int level, bool passed) {
    ++(passed ? filter_positive : filter_useful);
    if (levels == nullptr) return;
    ++(passed ? levels[level].filter_positive : levels[level].filter_useful);
  }
  void TruePositive(int level) {
    ++filter_true_positive;
    if (levels != nullptr) ++levels[level].filter_true_positive;
  }
  // Whether a read of a file has to be timed.
  bool times_loads() const { return timed || (meter != nullptr && meter->timed()); }
  // The same for what is done with a single page.
  bool times_blocks() const { return timed || (meter != nullptr && meter->detailed()); }
};

// The time of a piece of work, where somebody wants to know it.
class Stopwatch {
 public:
  explicit Stopwatch(bool wanted) : start_(wanted ? RealClock()->NowNanos() : 0) {}
  bool wanted() const { return start_ != 0; }
  uint64_t Nanos() const { return wanted() ? RealClock()->NowNanos() - start_ : 0; }

 private:
  const uint64_t start_;
};

// Adds the time of its life to that of seeks.
class SeekTime {
 public:
  explicit SeekTime(RunReadCounters* counters)
      : counters_(counters), watch_(counters != nullptr && counters->timed) {}
  ~SeekTime() {
    if (watch_.wanted()) counters_->seek_nanos += watch_.Nanos();
  }
  SeekTime(const SeekTime&) = delete;
  SeekTime& operator=(const SeekTime&) = delete;

 private:
  RunReadCounters* const counters_;
  const Stopwatch watch_;
};

// Tells the meter how long a page took on its way into memory.
class LoadTime {
 public:
  explicit LoadTime(RunReadCounters* counters)
      : meter_(counters == nullptr ? nullptr : counters->meter),
        watch_(meter_ != nullptr && meter_->timed()) {}
  ~LoadTime() {
    if (watch_.wanted()) Record(meter_, Measure::kReadForGetMicros, watch_.Nanos() / 1000);
  }
  LoadTime(const LoadTime&) = delete;
  LoadTime& operator=(const LoadTime&) = delete;

 private:
  Meter* const meter_;
  const Stopwatch watch_;
};

// `check` verifies the checksum of a block, `unpack` decompresses one of `bytes`; both say whether
// it is good. `counters` may be null.
template <typename Check>
bool CountCheck(RunReadCounters* counters, Check check) {
  if (counters == nullptr) return check();
  const Stopwatch watch(counters->times_blocks());
  const bool good = check();
  counters->check_nanos += watch.Nanos();
  ++counters->blocks_checked;
  Add(counters->meter, Count::kBlocksChecked);
  return good;
}
template <typename Unpack>
bool CountUnpack(RunReadCounters* counters, uint64_t bytes, Unpack unpack) {
  if (counters == nullptr) return unpack();
  const Stopwatch watch(counters->times_blocks());
  const bool good = unpack();
  counters->unpack_nanos += watch.Nanos();
  ++counters->blocks_unpacked;
  Add(counters->meter, Count::kBlocksUnpacked);
  Record(counters->meter, Measure::kUnpackedBytes, bytes);
  if (watch.wanted()) Record(counters->meter, Measure::kUnpackNanos, watch.Nanos());
  return good;
}

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_READ_COUNTERS_H_
