// Turns SIGBUS in registered mappings into a flag.
//
// A store into a shared file mapping has no way to return an error: when the kernel cannot provide
// the page (the file was truncated by others, the journal was aborted, the memory is bad), it sends
// SIGBUS. For addresses in a registered range the handler puts an anonymous page there, raises the
// flags of the range and returns, so that the store is repeated into memory that leads nowhere and
// the writer meets the flag before it acknowledges anything. Every other SIGBUS goes to whoever
// handled it before.
//
// Thread safety: all functions, any thread. The handler takes no lock and allocates nothing.
// Limits: kMaxRanges ranges; a program that installs its own SIGBUS handler later takes ours out of
// the way.

#ifndef AETHER_ENGINE_IO_SIGBUS_H_
#define AETHER_ENGINE_IO_SIGBUS_H_

#include <atomic>
#include <cstddef>

namespace aether {

class SigbusGuard {
 public:
  static constexpr int kMaxRanges = 4096;

  // Installs the handler on first use. Returns a handle, -1 when the table is full.
  // Both flags outlive the registration; `shared` may be null.
  static int Register(const char* begin, size_t size, std::atomic<bool>* own,
                      std::atomic<bool>* shared);
  // REQUIRES: no thread stores into the range any more.
  static void Unregister(int handle);
};

}  // namespace aether

#endif  // AETHER_ENGINE_IO_SIGBUS_H_
