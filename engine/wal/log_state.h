// What the manifest keeps about the log, and the position type shared by log, commit and flush.
//
// Thread safety: plain values.
// Invariants:
//  1. An epoch number is used by at most one opening of the store; the manifest holds the new
//  epoch,
//     synced, before the first record of it is written.
//  2. A record counts when its epoch is the newest one that was made durable, or when its ticket
//     lies within the cut of its epoch: cuts[i].last_ticket is the last ticket that recovery kept.
//  3. Records with tickets below the floor are in runs; their segments may be gone.

#ifndef AETHER_ENGINE_WAL_LOG_STATE_H_
#define AETHER_ENGINE_WAL_LOG_STATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/entry.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"

namespace aether {

// A point between two batches of the global order.
struct LogPosition {
  uint64_t ticket = 0;          // the last batch before this point
  SequenceNumber sequence = 0;  // the last sequence number used up to there

  friend bool operator==(const LogPosition& a, const LogPosition& b) {
    return a.ticket == b.ticket && a.sequence == b.sequence;
  }
};

struct LogState {
  struct Cut {
    uint32_t epoch = 0;
    uint64_t last_ticket = 0;
    friend bool operator==(const Cut& a, const Cut& b) {
      return a.epoch == b.epoch && a.last_ticket == b.last_ticket;
    }
  };

  uint32_t epoch = 0;  // 0: nothing was ever written under this state
  // Everything up to here is in runs: replay starts at floor.ticket + 1, and a sequence beyond
  // floor.sequence must be found in the log.
  LogPosition floor;
  // A lower bound for sequence numbers to come, for writes that left no record.
  SequenceNumber last_sequence = 0;
  // Of epochs before `epoch`, oldest first; those wholly below the floor are dropped unless
  // segments of them are kept for followers.
  std::vector<Cut> cuts;

  // varint: epoch, floor.ticket, floor.sequence, last_sequence, n, n * (epoch, last_ticket)
  void EncodeTo(std::string* out) const;
  // Consumes the encoding from the front of *input. Corruption when it is malformed.
  Status DecodeFrom(Slice* input);

  // Raises the floor and drops the cuts it has passed, but for those of `kept_epoch` and later
  // ones: followers of the log may still read segments of these.
  void AdvanceFloor(const LogPosition& position, uint32_t kept_epoch = UINT32_MAX);

  friend bool operator==(const LogState& a, const LogState& b) {
    return a.epoch == b.epoch && a.floor == b.floor && a.last_sequence == b.last_sequence &&
           a.cuts == b.cuts;
  }
};

}  // namespace aether

#endif  // AETHER_ENGINE_WAL_LOG_STATE_H_
