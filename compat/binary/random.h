// The generators that the tools inline: a Park-Miller generator and a wrapper of mt19937_64.
//
// Layout: 4 and 2504 bytes. The sequences are a contract: the values that db_bench writes come from
// them. Thread safety: none. Not for secrets.

#ifndef AETHER_COMPAT_BINARY_RANDOM_H_
#define AETHER_COMPAT_BINARY_RANDOM_H_

#include <cstdint>
#include <random>
#include <string>

namespace rocksdb {

class Random {
 public:
  explicit Random(uint32_t seed) : seed_(seed & kMax) {
    if (seed_ == 0) seed_ = 1;
  }

  // Uniform in [1, 2^31-2].
  uint32_t Next() {
    seed_ = static_cast<uint32_t>(static_cast<uint64_t>(seed_) * 16807 % kMax);
    return seed_;
  }
  // REQUIRES: n > 0
  uint32_t Uniform(int n) { return Next() % static_cast<uint32_t>(n); }
  bool OneIn(int n) { return Uniform(n) == 0; }
  // len printable characters.
  std::string RandomString(int len);

 private:
  static constexpr uint32_t kMax = 2147483647;
  uint32_t seed_;
};
static_assert(sizeof(Random) == 4);

class Random64 {
 public:
  explicit Random64(uint64_t seed) : generator_(seed) {}
  uint64_t Next() { return generator_(); }
  // REQUIRES: n > 0
  uint64_t Uniform(uint64_t n) {
    return std::uniform_int_distribution<uint64_t>(0, n - 1)(generator_);
  }
  bool OneIn(uint64_t n) { return Uniform(n) == 0; }

 private:
  std::mt19937_64 generator_;
};
static_assert(sizeof(Random64) == 2504);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_RANDOM_H_
