// A campaign: a large, fixed set of cases that each end in a verdict, and the program around it.
//
// Cases are numbered twice: a strand is a series whose cases belong together (one workload, one
// kind of fault), and within it they count from 0 until the strand says that it is over. Strands
// are independent, so child processes share them out; a child that dies or hangs costs one case,
// which counts as a violation, and its strand goes on behind that case in a new child.
//
// Thread safety: a Campaign is used by one thread of each child. What a child changes in it is not
// seen by the others.
// Reproduction: `--seed S --replay STRAND:INDEX` runs one case again; a violation is printed with
// these figures.

#ifndef AETHER_TESTS_CAMPAIGNS_CAMPAIGN_H_
#define AETHER_TESTS_CAMPAIGNS_CAMPAIGN_H_

#include <cstdint>
#include <string>

namespace aether::campaigns {

struct Flags {
  uint64_t seed = 1;
  uint64_t seconds = UINT64_MAX;
  int jobs = 2;
  bool full = false;     // more of everything that is sampled
  bool io_only = false;  // of the error sweep: no failing allocations
  bool verbose = false;
  bool stop_at_first = false;
  bool replay = false;
  uint64_t replay_strand = 0;
  uint64_t replay_index = 0;
  std::string planted;  // a deliberate bug of the campaign or of the engine; empty: none
};

struct Outcome {
  bool last = false;      // the strand has no further case; this one may still have been one
  bool counted = true;    // false: nothing was tried, the strand just ends
  uint64_t faults = 0;    // injected faults, crashes included
  std::string violation;  // empty: none
};

class Campaign {
 public:
  virtual ~Campaign() = default;
  virtual uint64_t Strands() const = 0;
  virtual Outcome Run(uint64_t strand, uint64_t index) = 0;
  virtual std::string Describe(uint64_t strand, uint64_t index) const = 0;
};

// Runs everything, or the one case of --replay, prints violations as they come and the closing line
//   RESULT suite=NAME cases=... faults=... violations=... seconds=...
// Returns the exit status: 0 when there was no violation.
int RunCampaign(const std::string& name, const Flags& flags, Campaign* campaign);

// A number that depends on all of its arguments and nothing else.
uint64_t Mix(uint64_t a, uint64_t b, uint64_t c = 0);

}  // namespace aether::campaigns

#endif  // AETHER_TESTS_CAMPAIGNS_CAMPAIGN_H_
