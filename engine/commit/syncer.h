// Group commit without a leader: whoever needs durability takes a token and syncs for all.
//
// There are two tokens, each with descriptors of its own in every segment, so that a descheduled
// syncer holds up one of two and an I/O error that one fdatasync consumes is still seen by the
// other. The holder of a token reads V, syncs every segment that may be dirty, raises D to what it
// read, gives the token back and wakes everybody; each either finds its ticket covered or takes the
// token itself. Nobody hands work to anybody.
//
// Taurus (VLDB 2020, commit) acknowledges when the persistent positions of all streams cover
// the vector of a transaction. All streams share one order here, so one number covers them: D. The
// positions are logged behind each sync as an anchor (the paper's PLV): recovery compares what
// it can read with what was known to be durable.
//
// Thread safety: all functions may be called by any thread.
// Invariants: D <= V; D never falls; every ticket up to D is durable, or was skipped, or is in
// runs. Failure: the first error of a sync is returned to its caller, who poisons the pipeline, and
// is
//   never retried: the kernel has marked the pages clean.

#ifndef AETHER_ENGINE_COMMIT_SYNCER_H_
#define AETHER_ENGINE_COMMIT_SYNCER_H_

#include <atomic>
#include <cstdint>
#include <functional>

#include "engine/base/meter.h"
#include "engine/base/status.h"
#include "engine/commit/watermark.h"
#include "engine/io/file_system.h"
#include "engine/wal/log.h"

namespace aether {

class Syncer {
 public:
  // `meter` may be null.
  Syncer(uint64_t durable, Meter* meter) : durable_(durable), meter_(meter) {}
  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;

  uint64_t durable() const { return durable_.load(std::memory_order_acquire); }
  uint64_t rounds() const { return rounds_.load(std::memory_order_relaxed); }
  // Waits for the syncs under way, their failure told included; none begins until LetGo.
  // REQUIRES: one caller at a time, which needs no sync in between.
  void Hold();
  void LetGo();
  // For a ticket that became durable by other means (its batch is in a run).
  void Raise(uint64_t ticket);

  // Returns OK once D >= ticket. `poisoned` ends the wait of all with the error that
  // `poison_status` gives. `poison` is told of a failed sync before its token is free again.
  // REQUIRES: V >= ticket.
  Status SyncTo(uint64_t ticket, wal::Log* log, const Watermark& mark,
                const std::atomic<bool>& poisoned, const std::function<Status()>& poison_status,
                const std::function<void(const Status&)>& poison);

 private:
  void GiveBack(int token);
  Status SyncOnce(int token, wal::Log* log, const Watermark& mark,
                  const std::atomic<bool>& poisoned);

  alignas(128) std::atomic<uint64_t> durable_;
  Meter* const meter_;
  std::atomic<uint32_t> tokens_[LogSegment::kSyncTokens]{};
  std::atomic<uint32_t> turns_{0};  // what waiters sleep on: counts tokens given back
  std::atomic<uint64_t> rounds_{0};
};

}  // namespace aether

#endif  // AETHER_ENGINE_COMMIT_SYNCER_H_
