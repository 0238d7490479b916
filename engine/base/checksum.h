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

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_CHECKSUM_H_
