// Enumeration: every workload of up to three operations of a table, over two keys and up to three
// families, with a crash at every sync.
//
// A strand is one workload. Its last operation is cut short at its first sync, its second, ...,
// and then the world stops behind it; each time once by the death of the process and once by that
// of the machine. (Crashes within the operations before belong to the shorter workloads, which are
// strands too, so nothing is left out and nothing is done twice.) Then the store is opened again
// and the oracle looks at it; a write and reads show that it works. Every second recovery is
// itself cut short at a sync, drawn by the seed, and begun anew. In the first case of each
// workload all reads are compared with the model after each operation.
//
// All workloads run on the log that is written with system calls; those of one operation, and with
// --full of two, on the mapped one as well, which takes ten times as long in the simulator.

#ifndef AETHER_TESTS_CAMPAIGNS_ENUMERATION_H_
#define AETHER_TESTS_CAMPAIGNS_ENUMERATION_H_

#include <memory>

#include "tests/campaigns/campaign.h"

namespace aether::campaigns {

std::unique_ptr<Campaign> NewEnumeration(const Flags& flags);

}  // namespace aether::campaigns

#endif  // AETHER_TESTS_CAMPAIGNS_ENUMERATION_H_
