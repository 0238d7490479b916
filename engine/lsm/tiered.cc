// Runs of about one size are merged, as in RocksDB's universal style.
//
// How: over all runs, from young to old, with the sizes that they have now, a run that is being
// merged or written ends what can be taken.
//  1. Space: the oldest run with everything younger that is free.
//  2. Size: from the youngest run on, the first stretch of at least min_width runs in which each
//     next one is not much larger than what was taken before it.
//  3. Count: the youngest runs, as many as it takes to have no more than `trigger` afterwards.
// An output stands right above the level of the next older run, so the oldest data is in the last
// level and each merge finds a level of its own as long as there is one; see Make.

#include <algorithm>

#include "engine/lsm/strategy.h"
#include "engine/lsm/tail.h"

namespace aether {
namespace {

class TieredPicker {
 public:
  TieredPicker(const Version& version, const TieredOptions& options)
      : options_(options),
        min_width_(std::max(2u, options.min_width)),
        max_width_(std::max<size_t>(min_width_, options.max_width)) {
    for (int level = 0; level < kLevels; ++level) {
      for (const auto& run : version.level(level)) {
        runs_.push_back({run.get(), level, IsFree(*run)});
        total_bytes_ += static_cast<double>(run->bytes);
        whole_ += run->growing ? 0 : 1;
        free_ += runs_.back().free ? 1 : 0;
      }
    }
  }

  std::optional<MergePick> Pick() const {
    const auto trigger = static_cast<size_t>(std::max(1, options_.trigger));
    if (runs_.empty() || whole_ < trigger) return std::nullopt;
    if (auto pick = ForSpace()) return pick;
    if (auto pick = Stretch(max_width_, MergeReason::kSizeRatio)) return pick;
    if (free_ <= trigger) return std::nullopt;
    const size_t width = std::clamp(free_ - trigger + 1, min_width_, max_width_);
    return Stretch(width, MergeReason::kRunCount);
  }

 private:
  struct Candidate {
    const Run* run;
    int level;
    bool free;
  };

  double Bytes(size_t i) const { return static_cast<double>(runs_[i].run->bytes); }

  std::optional<MergePick> ForSpace() const {
    size_t first = runs_.size() - 1;
    const size_t oldest = first;
    if (!runs_[oldest].free) return std::nullopt;
    double newer = 0;
    while (first > 0 && runs_[first - 1].free) newer += Bytes(--first);
    if (first == oldest || newer * 100 < Bytes(oldest) * options_.space_amplification_percent) {
      return std::nullopt;
    }
    return Make(first, oldest, MergeReason::kSpace);
  }

  bool Fits(double taken, double next) const {
    const double factor = 1 + static_cast<double>(options_.size_ratio) / 100;
    return taken * factor >= next && (!options_.similar_size || next * factor >= taken);
  }

  std::optional<MergePick> Stretch(size_t widest, MergeReason reason) const {
    for (size_t first = 0; first < runs_.size(); ++first) {
      if (!runs_[first].free) continue;
      size_t last = first;
      double taken = Bytes(first);
      while (last + 1 < runs_.size() && runs_[last + 1].free && last - first + 1 < widest) {
        const double next = Bytes(last + 1);
        if (reason == MergeReason::kSizeRatio && !Fits(taken, next)) break;
        taken = options_.similar_size ? next : taken + next;
        ++last;
      }
      if (last - first + 1 < min_width_) continue;
      if (auto pick = Make(first, last, reason)) return pick;
    }
    return std::nullopt;
  }

  // The output becomes the newest run of a level, so nothing that is younger than the inputs may
  // stand there, nor anything older above it. In level 0 something younger may appear at any time:
  // when the next older run is there too, it has to come along.
  std::optional<MergePick> Make(size_t first, size_t last, MergeReason reason) const {
    int output = kLastLevel;
    for (;; ++last) {
      const int level = runs_[last].level;
      const bool in_front = first == 0 || runs_[first - 1].level < level;
      if (last + 1 == runs_.size()) {
        if (level == kLastLevel && !in_front) return std::nullopt;
        break;
      }
      const int next = runs_[last + 1].level;
      const bool own = level > 0 && in_front;
      if (next > level) {
        output = next - 1 > level || own ? next - 1 : next;
        break;
      }
      if (own) {
        output = level;
        break;
      }
      if (!runs_[last + 1].free) return std::nullopt;
    }
    // What came along in level 0 may be too much; the younger ones can wait there.
    if (reason != MergeReason::kSpace && runs_[last].level == 0) {
      first = std::max(first, last + 1 - std::min(last + 1, max_width_));
    }
    MergePick pick;
    for (size_t i = first; i <= last; ++i) pick.runs.push_back(runs_[i].run->id);
    pick.input_level = runs_[first].level;
    pick.output_level = output;
    pick.reason = reason;
    pick.compress = reason == MergeReason::kSpace || Compressed(last);
    return pick;
  }

  bool Compressed(size_t last) const {
    if (options_.compression_percent < 0) return true;
    double older = 0;
    for (size_t i = last + 1; i < runs_.size(); ++i) older += Bytes(i);
    return older == 0 || older * 100 < total_bytes_ * options_.compression_percent;
  }

  const TieredOptions& options_;
  const size_t min_width_;
  const size_t max_width_;
  std::vector<Candidate> runs_;  // from young to old
  double total_bytes_ = 0;
  size_t whole_ = 0;  // those that grow are counted by their inputs
  size_t free_ = 0;
};

class Tiered final : public MergeStrategy {
 public:
  std::optional<MergePick> Pick(const Version& version, const TreeOptions& options,
                                bool /*idle*/) const override {
    if (auto pick = TieredPicker(version, options.tiered).Pick()) return pick;
    return PickRelief(version, options);
  }
};

}  // namespace

const MergeStrategy* TieredStrategy() {
  static const auto* const strategy = new Tiered;
  return strategy;
}

}  // namespace aether
