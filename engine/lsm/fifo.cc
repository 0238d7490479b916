// First in, first out: a store that forgets its oldest runs, as caches and logs of measurements do.

#include <algorithm>

#include "engine/lsm/strategy.h"

namespace aether {
namespace {

uint64_t NewestFileTime(const Run& run) {
  uint64_t newest = 0;
  for (const auto* list : {&run.parts, &run.range_deletes}) {
    for (const RunPart& part : *list) {
      newest = std::max(newest, part.file->meta().creation_time);
    }
  }
  return newest;
}

class Fifo final : public MergeStrategy {
 public:
  // Flushes are put together, so that there are fewer runs to read; once is enough.
  std::optional<MergePick> Pick(const Version& version, const TreeOptions& options,
                                bool /*idle*/) const override {
    if (!options.fifo.merge) return std::nullopt;
    MergePick pick;
    pick.output_level = 1;
    pick.reason = MergeReason::kFifo;
    for (const auto& run : version.level(0)) {
      if (run->merging || run->growing) return std::nullopt;
      pick.runs.push_back(run->id);
    }
    const auto enough = static_cast<size_t>(std::max(2, options.fifo.merge_runs));
    if (pick.runs.size() < enough) return std::nullopt;
    return pick;
  }

  std::vector<uint64_t> Drop(const Version& version, const TreeOptions& options,
                             uint64_t now_seconds) const override {
    const FifoOptions& fifo = options.fifo;
    std::vector<uint64_t> dropped;
    uint64_t bytes = version.TotalBytes();
    const auto& runs = version.runs();
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
      if ((*run)->merging || (*run)->growing) break;
      const bool too_old =
          fifo.ttl_seconds > 0 && NewestFileTime(**run) + fifo.ttl_seconds < now_seconds;
      if (!too_old && bytes <= fifo.max_bytes) break;
      dropped.push_back((*run)->id);
      bytes -= (*run)->bytes;
    }
    return dropped;
  }
};

}  // namespace

const MergeStrategy* FifoStrategy() {
  static const auto* const strategy = new Fifo;
  return strategy;
}

}  // namespace aether
