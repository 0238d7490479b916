#include "compat/binary/helpers.h"

#include <time.h>
#include <xxhash.h>

#include <cstdio>
#include <iomanip>
#include <sstream>

#include "engine/base/checksum.h"

namespace rocksdb {

const uint64_t kMicrosInSecond = 1000000;

std::vector<std::string> StringSplit(const std::string& arg, char delim) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin < arg.size()) {
    size_t end = arg.find(delim, begin);
    if (end == std::string::npos) end = arg.size();
    parts.push_back(arg.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string TimeToHumanString(int unixtime) {
  const time_t moment = unixtime;
  tm local;
  localtime_r(&moment, &local);
  std::ostringstream text;
  text << std::put_time(&local, "%c");
  return text.str();
}

std::string BytesToHumanString(uint64_t bytes) {
  static const char* const kUnits[] = {"KB", "MB", "GB", "TB"};
  double amount = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (amount >= 1024 && unit + 1 < std::size(kUnits)) {
    amount /= 1024;
    ++unit;
  }
  char text[40];
  const int n = snprintf(text, sizeof(text), "%.2f %s", amount, kUnits[unit]);
  return std::string(text, static_cast<size_t>(n));
}

char* EncodeVarint32(char* dst, uint32_t v) {
  for (; v >= 0x80; v >>= 7) *dst++ = static_cast<char>(v | 0x80);
  *dst++ = static_cast<char>(v);
  return dst;
}

const char* GetVarint32PtrFallback(const char* p, const char* limit, uint32_t* value) {
  uint32_t result = 0;
  for (int shift = 0; shift < 32 && p < limit; shift += 7) {
    const uint32_t byte = static_cast<unsigned char>(*p++);
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      *value = result;
      return p;
    }
  }
  return nullptr;
}

uint64_t Hash64(const char* data, size_t n) { return aether::Hash64(data, n); }

namespace crc32c {
uint32_t Extend(uint32_t init_crc, const char* data, size_t n) {
  return aether::ExtendCrc32c(init_crc, data, n);
}
}  // namespace crc32c

void DumpMallocStats(std::string* /*stats*/) {}

std::shared_ptr<Cache> NewFastLRUCache(size_t capacity, size_t /*estimated_value_size*/,
                                       int num_shard_bits, bool strict_capacity_limit,
                                       CacheMetadataChargePolicy metadata_charge_policy) {
  if (num_shard_bits >= 20) return nullptr;
  LRUCacheOptions options;
  options.capacity = capacity;
  options.num_shard_bits = num_shard_bits;
  options.strict_capacity_limit = strict_capacity_limit;
  options.metadata_charge_policy = metadata_charge_policy;
  return NewLRUCache(options);
}

}  // namespace rocksdb

uint32_t ROCKSDB_XXH32(const void* input, size_t length, uint32_t seed) {
  return XXH32(input, length, seed);
}
uint64_t ROCKSDB_XXH64(const void* input, size_t length, uint64_t seed) {
  return XXH64(input, length, seed);
}
uint64_t ROCKSDB_XXH3_64bits(const void* input, size_t length) {
  return XXH3_64bits(input, length);
}
