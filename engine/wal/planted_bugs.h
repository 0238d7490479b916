// Deliberate faults and places to stop, so that the suites can prove that they would catch a bug
// and can bring about the schedules that matter. Both exist in test programs only, which compile
// the sources with AETHER_PLANTED_BUGS; elsewhere they are constants and the branches vanish.
//
// Thread safety: planted_bug is written while nothing else runs; the hook may be called by any
// thread at once.

#ifndef AETHER_ENGINE_WAL_PLANTED_BUGS_H_
#define AETHER_ENGINE_WAL_PLANTED_BUGS_H_

#include <atomic>
#include <cstdint>

namespace aether {

enum class PlantedBug : int {
  kNone = 0,
  kAcknowledgeBeforePublish = 1,  // a writer returns after its own insert
  kDoneBeforeStamp = 2,           // the slot is done before the record is valid
  kNoSyncInRecovery = 3,          // what recovery has read may not be durable
  kEpochReused = 4,               // the next opening writes under the epoch that it recovered
  kDoneWithRelease = 5,           // the slot is done by a plain release store: progress is lost
  kSkipDirectorySync = 6,         // the name of a new run may be gone after its manifest edit
  kManifestBeforeLog = 7,         // a flush is in force before the log up to its cut is durable
  kHalfBatchVisible = 8,          // readers take the sequence given out last for the visible one
  kSequenceBeforeView = 9,        // a reader loads the visible sequence before it pins its view
  kFloorBeforeWatermark = 10,     // the floor is computed from the tables before V is loaded
  kTombstoneOverOlder = 11,       // a merge drops tombstones although older runs have their keys
  kTombstoneUnderSnapshot = 12,   // a merge drops tombstones that are newer than a snapshot
  kUnlinkBeforeManifest = 13,     // a merge unlinks inputs before the edit that removes them
  kRunNotSynced = 14,             // the contents of a run may be gone after its manifest edit
  kTrimLeftOut = 15,              // inputs are not trimmed with the edit that adds an output
  kUnlinkPinned = 16,             // obsolete files are unlinked while readers hold them
  kCurrentBeforeName = 17,        // CURRENT names a manifest whose own name is not durable
  kBlobNotSynced = 18,            // the contents of a blob file may be gone after its manifest edit
  kBlobDroppedEarly = 19,         // a blob file goes when half of its values are garbage
};

// Where a writer may be stopped.
enum class CommitPoint : int {
  kCopied,    // memory and number are missing
  kPrepared,  // everything but the number
  kNumbered,  // not yet bound: nobody can help
  kBound,     // bound, not stamped
  kStamped,   // not yet applied
  kApplied,   // not yet done
  kDone,      // before the advance
  kHelping,   // a helper that has read its slot and checked that it is still due
  kFloor,     // a flush between the tables and V, with kFloorBeforeWatermark only
};

#ifdef AETHER_PLANTED_BUGS
inline int planted_bug = 0;
inline bool Planted(PlantedBug bug) { return planted_bug == static_cast<int>(bug); }

using CommitHook = void (*)(CommitPoint point, uint64_t ticket);
inline std::atomic<CommitHook> commit_hook{nullptr};
inline void AtPoint(CommitPoint point, uint64_t ticket) {
  if (CommitHook hook = commit_hook.load(std::memory_order_acquire)) hook(point, ticket);
}
#else
constexpr bool Planted(PlantedBug) { return false; }
constexpr void AtPoint(CommitPoint, uint64_t) {}
#endif

}  // namespace aether

#endif  // AETHER_ENGINE_WAL_PLANTED_BUGS_H_
