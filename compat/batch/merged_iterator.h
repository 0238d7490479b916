// An iterator over a base with an indexed batch laid over it: what the base would show if the batch
// had been written.
//
// Changes of the batch: each step finds its place by key again after the batch has grown, so that
// whatever lies ahead is shown as it stands then; key() and value() of the current place do not
// outlive a change. Where the current place is one of the batch, Clear and rollbacks make the
// iterator invalid until it seeks again. Bounds hold for both parts. Thread safety: one thread at a
// time. Failure: invalid with the status of the part that failed; a merge that cannot be made makes
// it invalid when value() is asked for.

#ifndef AETHER_COMPAT_BATCH_MERGED_ITERATOR_H_
#define AETHER_COMPAT_BATCH_MERGED_ITERATOR_H_

#include <memory>

#include "compat/batch/batch_index.h"
#include "rocksdb/iterator.h"
#include "rocksdb/options.h"

namespace rocksdb {

// `family` (may be null) tells how to merge. The bounds of `read` (may be null) are copied.
Iterator* NewMergedIterator(ColumnFamilyHandle* family, std::unique_ptr<Iterator> base,
                            std::shared_ptr<const BatchIndex> index, const ReadOptions* read);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BATCH_MERGED_ITERATOR_H_
