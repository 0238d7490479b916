// Free functions and constants that executables of 7.8 bind although no public header declares
// them.
//
// Thread safety: all functions.

#ifndef AETHER_COMPAT_BINARY_HELPERS_H_
#define AETHER_COMPAT_BINARY_HELPERS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/cache.h"

namespace rocksdb {

extern const uint64_t kMicrosInSecond;

// Splits at each delimiter. An empty text has no parts; a delimiter at the end adds none.
std::vector<std::string> StringSplit(const std::string& arg, char delim);
// Local date and time of a moment in seconds since 1970, as the locale writes it.
std::string TimeToHumanString(int unixtime);
// "1.00 MB"; units from KB to TB.
std::string BytesToHumanString(uint64_t bytes);

// Writes v in groups of seven bits, at most five bytes, and returns where it ended.
char* EncodeVarint32(char* dst, uint32_t v);
// Reads such a number; null when it does not end before limit.
const char* GetVarint32PtrFallback(const char* p, const char* limit, uint32_t* value);

uint64_t Hash64(const char* data, size_t n);

namespace crc32c {
uint32_t Extend(uint32_t init_crc, const char* data, size_t n);
}  // namespace crc32c

// Appends the statistics of the memory allocator where it has any to tell; the one of the C library
// has none.
void DumpMallocStats(std::string* stats);

// The experimental cache of 7.8 is an LRU cache here.
std::shared_ptr<Cache> NewFastLRUCache(size_t capacity, size_t estimated_value_size,
                                       int num_shard_bits, bool strict_capacity_limit,
                                       CacheMetadataChargePolicy metadata_charge_policy);

}  // namespace rocksdb

extern "C" {
uint32_t ROCKSDB_XXH32(const void* input, size_t length, uint32_t seed);
uint64_t ROCKSDB_XXH64(const void* input, size_t length, uint64_t seed);
uint64_t ROCKSDB_XXH3_64bits(const void* input, size_t length);
}

#endif  // AETHER_COMPAT_BINARY_HELPERS_H_
