// Batches of reads on the disk: through io_uring where the kernel allows it, else by pread.
//
// Only immutable runs are read through a ring. A write in flight in one can land after its process
// has died and its lock was free, so logs, manifest and runs are never written through it.
//
// Rings: made when they are needed, at most kMaxRings in a process, each lent to one batch at a
// time and kept for the next one, closed at exit. When all are lent out a batch is read by pread.
// When the kernel refuses the first ring (no such call, forbidden, no memory that may be locked),
// and in a forked child, all batches are read by pread from then on: a child shares the rings with
// its parent and must not take the parent's completions.
//
// Thread safety: any thread. A batch under way may be waited for by another thread than the one
// that started it.
// Failure: whatever the ring does not deliver whole (short reads, interruptions, a full queue,
// errors) is read again by RandomReadFile::ReadAt, whose outcome counts and names file and offset.

#ifndef AETHER_ENGINE_IO_READ_RING_H_
#define AETHER_ENGINE_IO_READ_RING_H_

#include <cstddef>
#include <memory>
#include <string>

#include "engine/io/file_system.h"

namespace aether {

inline constexpr size_t kMaxRings = 64;
// Calls of one ring that are in flight together, and requests they can stand for.
inline constexpr size_t kRingDepth = 64;
inline constexpr size_t kRingRequests = 256;

// REQUIRES: the files are those of PosixFileSystem().
void ReadBatchFromDisk(ReadRequest* requests, size_t n);
// Null when there is no ring for it, or they are too many for one.
std::unique_ptr<PendingReads> StartReadsFromDisk(ReadRequest* requests, size_t n);
std::string DiskReadBatchMethod();

struct ReadRingCounters {
  size_t rings = 0;       // open now
  uint64_t batches = 0;   // that a ring was lent to
  uint64_t calls = 0;     // reads handed to rings; neighbours count once
  uint64_t repeated = 0;  // requests that had to be read again by ReadAt
};
ReadRingCounters DiskReadRingCounters();

}  // namespace aether

#endif  // AETHER_ENGINE_IO_READ_RING_H_
