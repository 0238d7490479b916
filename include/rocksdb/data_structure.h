// SmallEnumSet: a set of enumerators with values 0..63, kept in one word.

#ifndef AETHER_INCLUDE_ROCKSDB_DATA_STRUCTURE_H_
#define AETHER_INCLUDE_ROCKSDB_DATA_STRUCTURE_H_

#include <assert.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

template <typename ENUM_TYPE, ENUM_TYPE MAX_VALUE>
class SmallEnumSet {
 public:
  SmallEnumSet() : state_(0) {}
  ~SmallEnumSet() {}
  // True when value was not in the set before.
  bool Add(const ENUM_TYPE value) {
    const bool is_new = !Contains(value);
    state_ |= uint64_t{1} << value;
    return is_new;
  }
  bool Contains(const ENUM_TYPE value) {
    static_assert(MAX_VALUE <= 63, "the set has 64 bits");
    assert(value >= 0 && value <= MAX_VALUE);
    return (state_ >> value & 1) != 0;
  }

 private:
  uint64_t state_;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_DATA_STRUCTURE_H_
