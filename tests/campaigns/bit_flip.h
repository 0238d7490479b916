// Bit flips: one bit of one file of a finished store is turned over, or a file is cut short, or it
// is missing; then the store is opened and everything is read.
//
// What must hold, for every file and every place:
//   - what is read is what was written, or the answer is a Status that names the damaged file;
//     never a wrong value, a crash, a hang;
//   - an opening that succeeds on a damaged run leaves everything readable that is not in that run:
//     other families, and keys outside the range of the file;
//   - damage to a log may cut the log there, as a crash would: then the state is a prefix that
//     holds whatever was synced or flushed;
//   - a read-only opening changes nothing in the directory;
//   - an opening for writing that succeeds can be merged and opened again without turning the
//     damage into a wrong answer.
// What a flip cannot be held against: IDENTITY is text without a checksum, LOCK is empty. A log
// that is missing or cut off as a whole (by truncation) cannot be told from one that was never
// written unless runs or other logs tell more; there a prefix is allowed that holds what is in
// runs.
//
// Stores: several runs with range deletions, merges, large values and filters over two families,
// and a log with a synced part and a tail; the same with a mapped log, where only the log is
// damaged; one that was merged and closed; one with blob files, and one whose values stay in the
// log, where the log and its segments that are blob files are damaged. They are built once, before
// the children are made. Small files are tried at every bit, large ones at places drawn by the
// seed, the head of a log at every byte. The store's own random numbers (its id, the salts of its
// pages) differ from run to run, so a replay repeats the place, not the bytes.

#ifndef AETHER_TESTS_CAMPAIGNS_BIT_FLIP_H_
#define AETHER_TESTS_CAMPAIGNS_BIT_FLIP_H_

#include <memory>

#include "tests/campaigns/campaign.h"

namespace aether::campaigns {

// A planted bug: readers are told not to verify checksums.
inline constexpr char kPlantedNoVerification[] = "no-verification";

// Null when the stores cannot be built.
std::unique_ptr<Campaign> NewBitFlip(const Flags& flags);

}  // namespace aether::campaigns

#endif  // AETHER_TESTS_CAMPAIGNS_BIT_FLIP_H_
