// The format of a run file, version 2. All integers are little-endian; varint is LEB128.
//
// clang-format off
//   file     := body filter? fences deletes? meta footer
//   body     := (extent* padding stored)*    an extent stands before its leaf
//   extent   := byte+                        one large value or key, as it is or compressed; its checksum is in the
//                                            record that names it
//   stored   := leaf                         files without a codec: at multiples of 4096, after zeros where needed
//             | checksum:u64 byte{1..4088}   files with a codec: no padding; bytes 8..4096 of the leaf, compressed; as
//                                            they are when there are 4088
//     checksum  of what follows it, seeded with Seed(salt, offset in the file)
//
//   leaf     := 4096 bytes
//     0  u64  checksum                       see `stored`; in memory it means nothing
//     8  u16  count                          of records, at least 1
//    10  u16  prefix_size                    bytes that all keys of the page begin with (bytewise order only)
//    12  u8   type = 'L'
//    13  u8   sequence_bytes                 0..7
//    14  u8   flags                          1: has heads (exactly when the order is bytewise)
//    15  u8   0
//    16  u64  base_sequence                  the smallest of the page
//    24  prefix   prefix_size bytes, then zeros up to a multiple of 8
//        heads    u64 * count (with heads)   as a big-endian number: 8 bytes of the key after the prefix, 0 padded
//        slots    u16 * count                where the record starts in the page; ascending
//        records  one after the other, then zeros
//   record   := kind:u8 key_rest:varint value_size:varint sequence_delta key_part value_part
//     kind            low four bits: entry type; 0x10 large value; 0x20 large key; 0x40 the large value is compressed;
//                     0x80 the large key is
//     key_rest        size of the key without the prefix
//     sequence_delta  sequence_bytes bytes: sequence - base_sequence
//     key_part        the key after prefix and head (after the prefix, without heads); large key: place of the whole key
//     value_part      value_size bytes; large value: place; entry type 3: a reference to a blob file (blob_ref.h)
//   place    := ordinal:varint offset:varint packed:varint? checksum:u64
//     ordinal         extents count from 0 in the order of the file
//     packed          when compressed: its size in the file, smaller than that of the value or key
//     checksum        of the bytes in the file, seeded with Seed(salt, offset)
//
//   filter   := (64 bytes)+                  cache-line-blocked Bloom filter (filter.h)
//   fences   := fence{leaves}
//   fence    := shared:varint rest:varint byte{rest >> 1} sequence:varint? gap:varint size:varint?
//     Every entry before the leaf sorts before (key, sequence), every entry in it at or after. The key is `shared`
//     bytes of the fence before and then the given ones. The lowest bit of rest says that the leaf goes on with the key
//     that the leaf before ended with, and then `sequence` follows; else it counts as the largest possible. The fence of
//     the first leaf is empty. gap: from the end of the leaf before (the start of the file) to this one, in pages; in
//     files with a codec in bytes, and then `size` is that of `stored`, 9..4096.
//   deletes  := (sequence:varint begin end)*           sorted by begin, newest first
//     begin, end := length:varint byte*
//
//   meta     := file_meta order probes:varint section{3}
//     file_meta       see file_meta.h; it names the codec
//     order           length:varint byte*, name of the comparator
//     section         offset:varint size:varint checksum:u64 for filter, fences, deletes; size 0 when missing
//   footer   := 48 bytes at the end of the file
//     0  u64  magic "AetherRn"
//     8  u32  version
//    12  u32  meta_size
//    16  u64  meta_offset
//    24  u64  salt
//    32  u64  meta_checksum
//    40  u64  checksum of bytes 0..40
// clang-format on
//
// Checksums are XXH3-64. Sections and meta are seeded like extents, the footer with 0. The footer
// stays as it is in every later version, so that a newer file is told from a damaged one. Version 1
// is version 2 without a codec.
//
// What is compressed has a known size: 4088 bytes of a leaf, the size in the record of an extent.
// It is compressed when that saves an eighth, an extent only up to kMaxPackedExtent, which bounds
// the memory that a small forged file can ask for.

#ifndef AETHER_ENGINE_RUN_FORMAT_H_
#define AETHER_ENGINE_RUN_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace aether::run_format {

inline constexpr uint32_t kVersion = 2;
inline constexpr uint64_t kMagic = 0x6e52726568746541;  // "AetherRn"
inline constexpr size_t kFooterSize = 48;

inline constexpr size_t kLeafChecksum = 0;
inline constexpr size_t kLeafCount = 8;
inline constexpr size_t kLeafPrefixSize = 10;
inline constexpr size_t kLeafType = 12;
inline constexpr size_t kLeafSequenceBytes = 13;
inline constexpr size_t kLeafFlags = 14;
inline constexpr size_t kLeafBaseSequence = 16;
inline constexpr size_t kLeafHead = 24;
inline constexpr char kTypeLeaf = 'L';
inline constexpr uint8_t kFlagHeads = 1;

inline constexpr uint8_t kKindType = 0x0f;
inline constexpr uint8_t kKindLargeValue = 0x10;
inline constexpr uint8_t kKindLargeKey = 0x20;
inline constexpr uint8_t kKindPackedValue = 0x40;
inline constexpr uint8_t kKindPackedKey = 0x80;

// Longer values and keys get an extent.
inline constexpr size_t kMaxInlineValue = 1024;
inline constexpr size_t kMaxInlineKey = 1024;
inline constexpr size_t kMaxPrefix = 512;
inline constexpr uint64_t kMaxPackedExtent = uint64_t{64} << 20;
// The checksum and what of a leaf is behind it.
inline constexpr size_t kStoredHead = 8;
inline constexpr size_t kLeafBody = 4096 - kStoredHead;
inline constexpr size_t kMinStoredLeaf = kStoredHead + 1;
// A record of the largest inline size always fits into a page of its own.
static_assert(kLeafHead + 8 + 2 + kMaxInlineKey + 1 + 5 + 5 + 7 + kMaxInlineValue <= 4096);

// Heads stay aligned behind a prefix of any size.
inline constexpr size_t PaddedPrefix(size_t prefix_size) { return (prefix_size + 7) & ~size_t{7}; }

inline uint64_t Seed(uint64_t salt, uint64_t offset) {
  return salt ^ (offset + 1) * 0x9e3779b97f4a7c15u;
}

}  // namespace aether::run_format

#endif  // AETHER_ENGINE_RUN_FORMAT_H_
