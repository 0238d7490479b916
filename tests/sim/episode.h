// An episode: one simulated machine, one store on it, several lives that each end in a crash of the
// machine, the death of the process or a clean close; after each the store is opened again and
// judged.
//
// Thread safety: an episode uses one thread of the caller, and threads of its own when it has
// several writers. Reproduction: the seed decides options, operations, faults and moments of
// crashes, and under a Schedule also which thread goes on when: then it replays exactly.

#ifndef AETHER_TESTS_SIM_EPISODE_H_
#define AETHER_TESTS_SIM_EPISODE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/writer.h"

namespace aether::sim {

struct EpisodeResult {
  uint64_t lives = 0;
  uint64_t machine_crashes = 0;
  uint64_t process_kills = 0;
  uint64_t crashes_in_recovery = 0;
  uint64_t clean_closes = 0;
  uint64_t faults = 0;
  uint64_t operations = 0;
  std::string violation;  // empty: none
};

// Plans that narrow the choices, so that a suite can hunt one kind of bug.
enum class Plan : uint8_t {
  kAny,
  kLone,     // one writer: as reproducible as it gets
  kCrowd,    // several writers, the process dies
  kRecover,  // short lives: kill, reopen, sync, power cut
};

class Episode {
 public:
  Episode(uint64_t seed, Plan plan, bool verbose);
  EpisodeResult Run();

 private:
  enum class Ending : uint8_t { kMachine, kProcess, kClean };

  Status Open();
  // Crashes during recovery included. False after a violation.
  bool OpenAfterCrash();
  bool Judge();
  void Live();
  void LiveAlone();
  void LiveInCrowd();
  void ArmCrash();
  void ArmFaults();
  void Collect(const Writer& writer);
  // Closes the store and says whether its unlogged writes were promised to last.
  void CloseFirst();
  void End(Ending ending);
  std::string Describe() const;
  void Trace(const std::string& line) const;

  const uint64_t seed_;
  const Plan plan_;
  Random random_;
  SimFileSystem fs_;
  World world_;
  std::unique_ptr<DbEnv> env_;
  std::vector<std::unique_ptr<Writer>> writers_;
  EpisodeResult result_;

  // The oracle's knowledge between lives.
  std::string log_directory_;  // empty: that of the store
  Evidence evidence_;
  std::map<uint64_t, std::string> promised_;  // families that must exist, by incarnation
  std::map<std::pair<uint64_t, std::string>, uint64_t> highest_unlogged_;
  std::map<int, uint64_t> next_index_;
  bool exists_ = false;       // the store was opened once, so it must exist from now on
  bool sync_failed_ = false;  // only the death of the machine makes the disk honest again
  bool avoids_flush_ = false;
  bool fault_in_opening_ = false;
};

}  // namespace aether::sim

#endif  // AETHER_TESTS_SIM_EPISODE_H_
