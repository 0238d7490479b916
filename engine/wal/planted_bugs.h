// Deliberate faults, so that the suites can prove that they would catch them. They exist in test
// programs only, which compile the sources with AETHER_PLANTED_BUGS; elsewhere Planted() is the
// constant false and the branches vanish.

#ifndef AETHER_ENGINE_WAL_PLANTED_BUGS_H_
#define AETHER_ENGINE_WAL_PLANTED_BUGS_H_

namespace aether {

enum class PlantedBug : int {
  kNone = 0,
  kAcknowledgeBeforePublish = 1,  // a writer returns after its own insert
  kDoneBeforeStamp = 2,           // the slot is done before the record is valid
  kNoSyncInRecovery = 3,          // what recovery has read may not be durable
  kEpochReused = 4,               // the next opening writes under the epoch that it recovered
  kRecycleBeforeEpochs = 5,       // a segment is reused while a helper may still store into it
};

#ifdef AETHER_PLANTED_BUGS
// A PlantedBug; written while nothing else runs.
inline int planted_bug = 0;
inline bool Planted(PlantedBug bug) { return planted_bug == static_cast<int>(bug); }
#else
constexpr bool Planted(PlantedBug) { return false; }
#endif

}  // namespace aether

#endif  // AETHER_ENGINE_WAL_PLANTED_BUGS_H_
