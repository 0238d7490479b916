#include "engine/lsm/blob_garbage.h"

#include <algorithm>

namespace aether {

uint64_t CollectBelow(const FamilyState& family, double age_cutoff) {
  const auto files = static_cast<double>(family.blobs.size());
  const auto old = static_cast<size_t>(std::clamp(age_cutoff, 0.0, 1.0) * files);
  if (old == 0) return 0;
  return std::next(family.blobs.begin(), static_cast<ptrdiff_t>(old - 1))->first + 1;
}

bool GarbageForcesMerge(const FamilyState& family, const BlobOptions& options) {
  if (!options.collect_garbage) return false;
  const uint64_t below = CollectBelow(family, options.age_cutoff);
  uint64_t bytes = 0;
  uint64_t garbage = 0;
  for (const auto& [number, blob] : family.blobs) {
    if (number >= below) break;
    bytes += blob.meta->bytes;
    garbage += blob.garbage_bytes();
  }
  return garbage > 0 &&
         static_cast<double>(garbage) >= options.force_threshold * static_cast<double>(bytes);
}

}  // namespace aether
