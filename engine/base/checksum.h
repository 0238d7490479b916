// CRC32C (Castagnoli) for log records and manifests. Pages and filters use XXH3 by way of
// libxxhash.
//
// The x86-64 crc32 instruction is used where the processor has it, a table elsewhere; both give the
// same values.

#ifndef AETHER_ENGINE_BASE_CHECKSUM_H_
#define AETHER_ENGINE_BASE_CHECKSUM_H_

#include <cstddef>
#include <cstdint>

namespace aether {

// The checksum of a string A followed by [data, data+n), given `crc`, the checksum of A (0 for an
// empty A).
uint32_t ExtendCrc32c(uint32_t crc, const char* data, size_t n);
inline uint32_t Crc32c(const char* data, size_t n) { return ExtendCrc32c(0, data, n); }

// The table variant, for tests and for processors without the instruction.
uint32_t ExtendCrc32cPortable(uint32_t crc, const char* data, size_t n);

// A 64-bit hash (XXH3) with a seed: filters, page checksums, salts.
uint64_t Hash64(const char* data, size_t n, uint64_t seed = 0);

// In a build for fuzzers every checksum passes, so that they get to what stands behind it. A fuzzer
// of the whole store, which tells stale bytes by their checksums, sets this to false first.
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
inline bool any_checksum_passes = true;
#else
inline constexpr bool any_checksum_passes = false;
#endif

// Whether what was read has the checksum that was stored with it. Everything read from files is
// compared here.
inline bool ChecksumPasses(uint64_t stored, uint64_t computed) {
  return any_checksum_passes || stored == computed;
}

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_CHECKSUM_H_
