#include "engine/base/random.h"

#include <random>

namespace aether {

uint64_t SystemEntropy() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

}  // namespace aether
