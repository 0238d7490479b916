// Slices of the public interface as slices of the engine, and back. Both are a pointer and a size.

#ifndef AETHER_COMPAT_DB_SLICES_H_
#define AETHER_COMPAT_DB_SLICES_H_

#include "engine/base/slice.h"
#include "rocksdb/slice.h"

namespace rocksdb {

inline aether::Slice ToEngine(const Slice& slice) { return {slice.data(), slice.size()}; }
inline Slice FromEngine(aether::Slice slice) { return {slice.data(), slice.size()}; }

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_SLICES_H_
