// A small seeded generator (splitmix64) for tests, simulation, sampling. Not for secrets. One
// thread at a time.

#ifndef AETHER_ENGINE_BASE_RANDOM_H_
#define AETHER_ENGINE_BASE_RANDOM_H_

#include <cstdint>

namespace aether {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // Uniform in [0, n). REQUIRES: n > 0.
  uint64_t Uniform(uint64_t n) { return Next() % n; }
  bool OneIn(uint64_t n) { return Uniform(n) == 0; }

 private:
  uint64_t state_;
};

// Unpredictable bits from the system, for identities only: whatever must replay takes a seed.
uint64_t SystemEntropy();

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_RANDOM_H_
