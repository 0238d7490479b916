// What the tools take from the test utilities of 7.8: values of a given compressibility, two
// comparators.
//
// Thread safety: the comparators are stateless; CompressibleString uses the generator it is given.

#ifndef AETHER_COMPAT_BINARY_TESTUTIL_H_
#define AETHER_COMPAT_BINARY_TESTUTIL_H_

#include <string>

#include "compat/binary/random.h"
#include "rocksdb/comparator.h"
#include "rocksdb/slice.h"

namespace rocksdb {

// The built-in bytewise comparator for keys with a timestamp of eight bytes.
const Comparator* BytewiseComparatorWithU64Ts();

namespace test {

// len bytes that a good compressor brings down to about that fraction. The result points into *dst.
Slice CompressibleString(Random* rnd, double compressed_fraction, int len, std::string* dst);

// Orders keys of exactly eight bytes as unsigned integers of this machine.
const Comparator* Uint64Comparator();
const Comparator* BytewiseComparatorWithU64TsWrapper();

}  // namespace test
}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_TESTUTIL_H_
