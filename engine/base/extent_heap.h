// Memory for what does not fit into page frames and for the arrays of open files: a heap of
// addresses whose pages have memory behind them only while something lives there.
//
// The general allocator will not do for it: it keeps what was freed, in heaps of several threads
// and between blocks that live on, so that a few megabytes of large values in a cache of sixteen
// can hold a hundred. Here the addresses of a region of 32 MiB are handed out by best fit, and a
// page in which nothing lives goes back to the system, at once or on request.
//
// Thread safety: none; its owner.s mutex guards it. Invariants:
//  1. CommittedBytes() is what the system has given: pages in which something lives and pages that
//     are kept for reuse, of which there are at most IdleBytes().
//  2. Blocks are aligned to kAlign and do not overlap; free neighbours are one range.
// Failure: null when the system has no memory.

#ifndef AETHER_ENGINE_BASE_EXTENT_HEAP_H_
#define AETHER_ENGINE_BASE_EXTENT_HEAP_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace aether {

class ExtentHeap {
 public:
  static constexpr size_t kAlign = 64;
  // A block above this has a mapping of its own.
  static constexpr size_t kLargestShared = size_t{8} << 20;

  ExtentHeap() = default;
  // REQUIRES: everything has been freed.
  ~ExtentHeap();
  ExtentHeap(const ExtentHeap&) = delete;
  ExtentHeap& operator=(const ExtentHeap&) = delete;

  void* Allocate(size_t bytes);
  // REQUIRES: `bytes` as in Allocate.
  void Free(void* block, size_t bytes);

  size_t CommittedBytes() const;
  size_t IdleBytes() const;
  // Gives up to about `bytes` of idle memory back.
  void Trim(size_t bytes);

 private:
  static constexpr size_t kRegionSize = size_t{32} << 20;

  // At the front of its region, whose address is a multiple of kRegionSize.
  struct Region;

  static Region* RegionOf(const void* address);
  bool AddRegion();
  void Insert(char* begin, size_t bytes);
  void Erase(std::map<char*, size_t>::iterator range);
  void Occupy(const char* begin, size_t bytes);
  void Vacate(const char* begin, size_t bytes);

  std::vector<Region*> regions_;
  std::map<char*, size_t> free_;                  // by address
  std::set<std::pair<size_t, char*>> free_size_;  // the same by size
  size_t committed_pages_ = 0;
  size_t idle_pages_ = 0;
  size_t own_bytes_ = 0;  // of blocks with a mapping of their own
  size_t trim_region_ = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_EXTENT_HEAP_H_
