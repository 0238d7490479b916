// The format of a blob file, version 1: values one behind the other, found by the references that
// runs hold (blob_ref.h). All integers are little-endian.
//
// clang-format off
//   file   := header value* footer
//   header := 64 bytes
//     0  u64  magic "AetherBl"
//     8  u32  version
//    12  u32  0
//    16  u64  number under which it was written
//    24  u64  salt
//    32  u64  creation time, seconds since 1970
//    40  u64  0
//    48  u64  0
//    56  u64  checksum of bytes 0..56, seeded with 0
//   value  := byte+                            as stored: plain, or compressed by the codec that its reference names
//   footer := 48 bytes at the end of the file
//     0  u64  magic "AetherBe"
//     8  u64  number of values
//    16  u64  bytes of values
//    24  u64  salt
//    32  u64  0
//    40  u64  checksum of bytes 0..40, seeded with 0
// clang-format on
//
// A segment of the log (docs/log-format.md) may be a blob file as it is: its values are those of
// the puts in its batches. Its salt is the checksum of its header, which has 64 bytes too.
//
// Checksums are XXH3-64. That of a value stands in its reference, seeded like those of a run file
// (format.h), so that bytes of another file, of an earlier life of the name or of another place do
// not verify. The header keeps magic, version and its own checksum where they are in every later
// version.

#ifndef AETHER_ENGINE_RUN_BLOB_FORMAT_H_
#define AETHER_ENGINE_RUN_BLOB_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace aether::blob_format {

inline constexpr uint64_t kHeaderMagic = 0x6c42726568746541;  // "AetherBl"
inline constexpr uint64_t kFooterMagic = 0x6542726568746541;  // "AetherBe"
inline constexpr uint64_t kLogMagic = 0x474f4c5248544541;     // "AETHRLOG"
inline constexpr size_t kLogNumber = 24;                      // in the header of a log segment
inline constexpr uint32_t kVersion = 1;
inline constexpr size_t kHeaderSize = 64;
inline constexpr size_t kFooterSize = 48;

}  // namespace aether::blob_format

#endif  // AETHER_ENGINE_RUN_BLOB_FORMAT_H_
