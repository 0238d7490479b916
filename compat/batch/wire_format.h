// The bytes of a write batch, as RocksDB ships them.
//
//   batch  := sequence:fixed64 count:fixed32 record*         (12 bytes of header, little-endian)
//   record := tag:1 [family:varint32 where the tag says so] body
//   body   := key                 delete, single delete
//           | key value           put, merge, blob index, entity; begin and end of a range
//           | blob                log data
//           | name                end prepare, commit, rollback
//           | timestamp name      commit with timestamp
//           | (nothing)           begin prepare (three kinds), no-op
//   every field is a byte string with a varint32 length before it
//   count counts the records that use a sequence number
//   entity value := version:varint32(1) columns:varint32 {name value_size:varint32}* values, sorted
//   by name
//
// Thread safety: pure functions. Failure: Corruption that names the kind of the damaged record.

#ifndef AETHER_COMPAT_BATCH_WIRE_FORMAT_H_
#define AETHER_COMPAT_BATCH_WIRE_FORMAT_H_

#include <cstdint>
#include <cstring>
#include <string>

#include "rocksdb/slice.h"
#include "rocksdb/status.h"

namespace rocksdb {

inline constexpr size_t kBatchHeaderSize = 12;
inline constexpr size_t kBatchCountOffset = 8;

enum class WireTag : uint8_t {
  kDelete = 0x00,
  kPut = 0x01,
  kMerge = 0x02,
  kLogData = 0x03,
  kDeleteInFamily = 0x04,
  kPutInFamily = 0x05,
  kMergeInFamily = 0x06,
  kSingleDelete = 0x07,
  kSingleDeleteInFamily = 0x08,
  kBeginPrepare = 0x09,
  kEndPrepare = 0x0a,
  kCommit = 0x0b,
  kRollback = 0x0c,
  kNoop = 0x0d,
  kRangeDeleteInFamily = 0x0e,
  kRangeDelete = 0x0f,
  kBlobIndexInFamily = 0x10,
  kBlobIndex = 0x11,
  kBeginPersistedPrepare = 0x12,
  kBeginUnprepare = 0x13,
  kCommitWithTimestamp = 0x15,
  kEntity = 0x16,
  kEntityInFamily = 0x17,
};

// One record. `kind` is the form without family, also for a record that names one.
struct WireRecord {
  WireTag kind = WireTag::kNoop;
  uint32_t family = 0;
  Slice key;    // begin of a range, blob, transaction name
  Slice value;  // operand, end of a range, timestamp of a commit

  bool Counts() const {
    switch (kind) {
      case WireTag::kDelete:
      case WireTag::kPut:
      case WireTag::kMerge:
      case WireTag::kSingleDelete:
      case WireTag::kRangeDelete:
      case WireTag::kBlobIndex:
      case WireTag::kEntity:
        return true;
      default:
        return false;
    }
  }
};

// Takes one record off the front of *input. REQUIRES: !input->empty().
Status ReadWireRecord(Slice* input, WireRecord* record);

inline char* EncodeVarint32To(char* at, uint32_t value) {
  while (value >= 128) {
    *at++ = static_cast<char>(value | 128);
    value >>= 7;
  }
  *at++ = static_cast<char>(value);
  return at;
}

bool ReadVarint32(Slice* input, uint32_t* value);
bool ReadLengthPrefixed(Slice* input, Slice* field);

inline void AppendVarint32(std::string* out, uint32_t value) {
  char buffer[5];
  out->append(buffer, static_cast<size_t>(EncodeVarint32To(buffer, value) - buffer));
}

// The bytes before the key of a record: tag, family where it is not the default one, length of the
// key.
inline constexpr size_t kMaxRecordHead = 1 + 5 + 5;
inline char* EncodeRecordHead(char* at, WireTag plain, WireTag in_family, uint32_t family,
                              size_t key_size) {
  if (family == 0) {
    *at++ = static_cast<char>(plain);
  } else {
    *at++ = static_cast<char>(in_family);
    at = EncodeVarint32To(at, family);
  }
  return EncodeVarint32To(at, static_cast<uint32_t>(key_size));
}

// The format is little-endian, and so is every machine this is built for.
inline uint32_t LoadFixed32(const char* at) {
  uint32_t value;
  memcpy(&value, at, sizeof(value));
  return value;
}
inline uint64_t LoadFixed64(const char* at) {
  uint64_t value;
  memcpy(&value, at, sizeof(value));
  return value;
}

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BATCH_WIRE_FORMAT_H_
