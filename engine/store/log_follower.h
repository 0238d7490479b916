// The batches of a store in the global order, for whoever wants to repeat them elsewhere.
//
// What is shown (docs/replication.md): batches that readers of the store see, in the order and with
// the numbers that they have there; of writes with `sync` only those that are durable. So after the
// death of the process no follower is ahead of the store, and after that of the machine none is
// ahead by a write that asked for a sync.
//
// Thread safety: one thread at a time. Failure: NotFound where batches are missing between the last
// one and what is there: they went with a segment of the log, or were written without a log.
// Corruption and errors of I/O as they come. After an error it answers the same again.

#ifndef AETHER_ENGINE_STORE_LOG_FOLLOWER_H_
#define AETHER_ENGINE_STORE_LOG_FOLLOWER_H_

#include <cstdint>
#include <string>

#include "engine/base/status.h"

namespace aether {

struct LoggedBatch {
  uint64_t first_sequence = 0;
  uint32_t count = 0;  // sequence numbers used
  std::string body;    // engine/commit/batch.h
};

class LogFollower {
 public:
  virtual ~LogFollower() = default;
  // *found is false when there is nothing new; what comes later is found by later calls.
  virtual Status Next(LoggedBatch* batch, bool* found) = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_LOG_FOLLOWER_H_
