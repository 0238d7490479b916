// What the engine counts and measures for whoever keeps statistics: things that happen off the fast
// paths, such as reads of files, syncs, and what flushes and merges do with entries.
//
// Thread safety: a Meter is called from any thread, several at once. Where there is none (a null
// pointer) nothing is counted and no clock is read. Calls do not fail and do not block.

#ifndef AETHER_ENGINE_BASE_METER_H_
#define AETHER_ENGINE_BASE_METER_H_

#include <cstdint>

namespace aether {

enum class Count : uint8_t {
  kFilesOpened,  // of runs
  kFilesClosed,
  kFileErrors,       // that could not be opened
  kLogSyncs,         // of the log
  kBlocksPacked,     // pages and large values that were compressed
  kBlocksNotPacked,  // where that was tried and did not pay
  kBlocksUnpacked,
  kBlocksChecked,  // whose checksums were computed after reading
  kVerifiedBytes,  // read to verify files
  // Entries of merges that are not in the output:
  kEntriesReplaced,  // a newer entry of the key hides them
  kTombstonesDropped,
  kEntriesInRanges,  // a deleted range hides them
  kEntriesFiltered,  // the application's filter said so
  kRangeDeletesDropped,
  kTableBytes,         // of keys and values in the memtables that were flushed
  kTableGarbageBytes,  // those of them that no file got
  kBlobBytesWritten,
  kBlobBytesRead,
  kBlobFilesSynced,
  kBlobsRelocated,
  kBlobBytesRelocated,
  kCount,
};

enum class Measure : uint8_t {
  kTableSyncMicros,  // of a file that a flush wrote
  kMergeSyncMicros,  // of a file that a merge wrote
  kLogSyncMicros,
  kManifestSyncMicros,
  kFileOpenMicros,
  kReadMicros,          // one read of a file of a run
  kReadForGetMicros,    // a page on its way into memory, all in all
  kReadForMergeMicros,  // the same for a stretch that a merge reads
  kWriteMicros,         // one write to a file of a run
  kPackedBytes,         // before compression
  kUnpackedBytes,       // after decompression
  kPackNanos,
  kUnpackNanos,
  kBlobWriteMicros,
  kBlobReadMicros,
  kBlobSyncMicros,
  kReadsAtOnce,  // how many reads a batch of keys handed over together
  kMergeCpuMicros,
  kCount,
};

class Meter {
 public:
  virtual ~Meter() = default;
  virtual void Add(Count count, uint64_t n) = 0;
  virtual void Record(Measure measure, uint64_t value) = 0;
  // Whether times are wanted, and whether such of single pages are.
  virtual bool timed() const = 0;
  virtual bool detailed() const = 0;
};

inline void Add(Meter* meter, Count count, uint64_t n = 1) {
  if (meter != nullptr && n != 0) meter->Add(count, n);
}
inline void Record(Meter* meter, Measure measure, uint64_t value) {
  if (meter != nullptr) meter->Record(measure, value);
}

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_METER_H_
