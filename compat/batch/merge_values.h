// Merging operands that stand in a batch with the value below them.
//
// Thread safety: that of the merge operator. Failure: InvalidArgument without a family or without
// a merge operator, Corruption when the operator cannot merge.

#ifndef AETHER_COMPAT_BATCH_MERGE_VALUES_H_
#define AETHER_COMPAT_BATCH_MERGE_VALUES_H_

#include <string>
#include <vector>

#include "rocksdb/db.h"

namespace rocksdb {

// `base` null: there is no value below. *result must not be what base or an operand points to.
Status MergeValues(ColumnFamilyHandle* family, const Slice& key, const Slice* base,
                   const std::vector<Slice>& operands, std::string* result);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BATCH_MERGE_VALUES_H_
