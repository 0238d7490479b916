// What paces background I/O: the rate limiter of an application, as the engine sees it.
//
// Thread safety: called from any background thread. Does not fail.

#ifndef AETHER_ENGINE_IO_LIMITER_H_
#define AETHER_ENGINE_IO_LIMITER_H_

#include <cstddef>
#include <cstdint>

namespace aether {

class IoLimiter {
 public:
  enum class Operation : uint8_t { kRead, kWrite };
  enum class Priority : uint8_t { kLow, kHigh };

  virtual ~IoLimiter() = default;
  // Waits until some of `bytes` may be read or written, and returns how many: at least one, and a
  // multiple of `alignment` when that is not 0. REQUIRES: bytes > 0, a multiple of the alignment.
  virtual size_t Request(size_t bytes, size_t alignment, Priority priority,
                         Operation operation) = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_IO_LIMITER_H_
