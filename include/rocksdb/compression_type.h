// Compression algorithms by the number that files and option strings use for them.

#ifndef AETHER_INCLUDE_ROCKSDB_COMPRESSION_TYPE_H_
#define AETHER_INCLUDE_ROCKSDB_COMPRESSION_TYPE_H_

#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

enum CompressionType : unsigned char {
  kNoCompression = 0x0,
  kSnappyCompression = 0x1,
  kZlibCompression = 0x2,
  kBZip2Compression = 0x3,
  kLZ4Compression = 0x4,
  kLZ4HCCompression = 0x5,
  kXpressCompression = 0x6,
  kZSTD = 0x7,
  kZSTDNotFinalCompression = 0x40,
  // Not an algorithm: "use whatever the general option says".
  kDisableCompressionOption = 0xff,
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_COMPRESSION_TYPE_H_
