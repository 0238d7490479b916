// Which blob files are worth collecting: the rules of the blob_garbage_collection options.
//
// Thread safety: functions of their arguments.

#ifndef AETHER_ENGINE_LSM_BLOB_GARBAGE_H_
#define AETHER_ENGINE_LSM_BLOB_GARBAGE_H_

#include <cstdint>

#include "engine/lsm/manifest_edit.h"
#include "engine/lsm/options.h"

namespace aether {

// Files with a smaller number belong to the oldest share `age_cutoff` of the family's blob files;
// 0: none does.
uint64_t CollectBelow(const FamilyState& family, double age_cutoff);

// Whether those files hold so much garbage that a merge of everything is due for it.
bool GarbageForcesMerge(const FamilyState& family, const BlobOptions& options);

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_BLOB_GARBAGE_H_
