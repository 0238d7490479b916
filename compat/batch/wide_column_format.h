// The serialized form of wide columns (grammar: wire_format.h).
//
// Thread safety: pure functions. Failure: Corruption for columns out of order and for damaged
// bytes.

#ifndef AETHER_COMPAT_BATCH_WIDE_COLUMN_FORMAT_H_
#define AETHER_COMPAT_BATCH_WIDE_COLUMN_FORMAT_H_

#include <string>

#include "rocksdb/slice.h"
#include "rocksdb/status.h"
#include "rocksdb/wide_columns.h"

namespace rocksdb {

// Sorts a copy of the columns by name and appends their bytes.
Status SerializeWideColumns(const WideColumns& columns, std::string* out);
// The columns point into `bytes`.
Status ParseWideColumns(Slice bytes, WideColumns* columns);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BATCH_WIDE_COLUMN_FORMAT_H_
