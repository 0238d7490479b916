// Blocks of memory for whatever is filled and dropped as a whole (memtables), recycled process-wide
// because the first touch of a page costs more than everything that is done with it afterwards.
//
// Thread safety: everything here may be called from any thread. No lock is held across a system
// call. Invariants: a block is aligned to 4 KiB; its contents are indeterminate; at most the
// retained limit is kept idle. Failure: null when the system has no memory.

#ifndef AETHER_ENGINE_BASE_PAGES_H_
#define AETHER_ENGINE_BASE_PAGES_H_

#include <cstddef>
#include <cstdint>

namespace aether {

// Only powers of two within these bounds are recycled; other sizes go to the system each time.
inline constexpr size_t kSmallestPageBlock = size_t{16} << 10;
inline constexpr size_t kLargestPageBlock = size_t{2} << 20;

// The size that a request for `bytes` should have: a recyclable one, or whole pages above them.
size_t PageBlockSize(size_t bytes);

// REQUIRES: bytes == PageBlockSize(bytes).
void* AllocatePageBlock(size_t bytes);
void FreePageBlock(void* block, size_t bytes);

// Bytes that may be kept idle for reuse (64 MiB unless set). Lowering it gives memory back at once.
void SetPageBlocksRetained(size_t bytes_max);
// Bytes idle now.
size_t PageBlocksIdle();

// The next `count` allocations succeed, those after them fail; negative: none fails. For tests.
void FailPageBlocksAfter(int64_t count);

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_PAGES_H_
