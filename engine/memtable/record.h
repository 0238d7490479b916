// How an entry lies in a table's arena:
//
//   record = tag (8 bytes, little-endian) , key length (varint32) , value length (varint32) ,
//            key bytes , value bytes
//
// Records have no alignment, are written once and never change, so a pointer to the first byte
// identifies an entry for as long as the table lives.

#ifndef AETHER_ENGINE_MEMTABLE_RECORD_H_
#define AETHER_ENGINE_MEMTABLE_RECORD_H_

#include <cstring>

#include "engine/base/coding.h"
#include "engine/base/entry.h"

namespace aether {

inline constexpr size_t kRecordHeaderMax = sizeof(uint64_t) + 2 * kMaxVarint32Bytes;

inline size_t RecordSize(Slice key, Slice value) {
  return sizeof(uint64_t) + static_cast<size_t>(VarintLength(key.size())) +
         static_cast<size_t>(VarintLength(value.size())) + key.size() + value.size();
}

// REQUIRES: RecordSize(key, value) bytes at p; both sizes below 4 GiB.
inline void WriteRecord(char* p, uint64_t tag, Slice key, Slice value) {
  StoreFixed(p, tag);
  p = EncodeVarint(p + sizeof(tag), key.size());
  p = EncodeVarint(p, value.size());
  if (!key.empty()) std::memcpy(p, key.data(), key.size());
  if (!value.empty()) std::memcpy(p + key.size(), value.data(), value.size());
}

// Reads a length that is known to be well formed.
inline const char* DecodeRecordLength(const char* p, uint32_t* length) {
  uint32_t byte = static_cast<unsigned char>(*p++);
  uint32_t value = byte;
  if (byte >= 128) [[unlikely]] {
    value &= 127;
    for (int shift = 7;; shift += 7) {
      byte = static_cast<unsigned char>(*p++);
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
  }
  *length = value;
  return p;
}

inline uint64_t RecordTag(const char* record) { return LoadFixed<uint64_t>(record); }

inline Slice RecordKey(const char* record) {
  uint32_t key_length, value_length;
  const char* p = DecodeRecordLength(record + sizeof(uint64_t), &key_length);
  p = DecodeRecordLength(p, &value_length);
  return Slice(p, key_length);
}

inline Entry DecodeRecord(const char* record) {
  uint32_t key_length, value_length;
  const char* p = DecodeRecordLength(record + sizeof(uint64_t), &key_length);
  p = DecodeRecordLength(p, &value_length);
  return Entry{Slice(p, key_length), RecordTag(record), Slice(p + key_length, value_length)};
}

// Negative when (key, sequence) comes before the record.
inline int CompareToRecord(const Comparator* order, Slice key, SequenceNumber sequence,
                           const char* record) {
  return CompareEntries(order, key, sequence, RecordKey(record), TagSequence(RecordTag(record)));
}

}  // namespace aether

#endif  // AETHER_ENGINE_MEMTABLE_RECORD_H_
