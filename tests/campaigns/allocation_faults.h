// Makes the N-th allocation of the engine's own allocators fail: page blocks of the memtables'
// arenas (engine/base/pages.h); chunks and extents of the buffer pool, buffers of run builders and
// of streaming readers, filters; large arrays, which are the buffers of an unmapped log and of
// recovery. The program is linked so that these calls come here first (see CMakeLists.txt); memory
// of the simulated disk is left out, small objects too.
//
// Thread safety: arming while nothing of the engine runs, allocations from any thread.

#ifndef AETHER_TESTS_CAMPAIGNS_ALLOCATION_FAULTS_H_
#define AETHER_TESTS_CAMPAIGNS_ALLOCATION_FAULTS_H_

#include <cstdint>

namespace aether::campaigns {

enum AllocationKind : uint32_t {
  kArenaBlocks = 1,
  kAlignedBuffers = 2,
  kLargeArrays = 4,
};

// The nth allocation of these kinds from now fails (counted from 1), with `sticky` all after it as
// well.
void FailAllocation(uint32_t kinds, uint64_t nth, bool sticky);
void AllowAllocations();
// How many have failed since FailAllocation.
uint64_t FailedAllocations();

}  // namespace aether::campaigns

#endif  // AETHER_TESTS_CAMPAIGNS_ALLOCATION_FAULTS_H_
