#include "engine/commit/syncer.h"

#include <string>
#include <vector>

#include "engine/base/trace.h"
#include "engine/io/clock.h"
#include "engine/io/thread.h"

namespace aether {

void Syncer::Raise(uint64_t ticket) {
  uint64_t seen = durable_.load(std::memory_order_relaxed);
  while (seen < ticket &&
         !durable_.compare_exchange_weak(seen, ticket, std::memory_order_seq_cst)) {
  }
}

// tla: ParallelWal.SyncStart and SyncEnd.
Status Syncer::SyncOnce(int token, wal::Log* log, const Watermark& mark,
                        const std::atomic<bool>& poisoned) {
  // First V, then the segments: a record of a ticket up to V is in a segment that is listed by now.
  uint64_t target;
  {
    AETHER_TRACE_STEP();
    target = mark.published();
    AETHER_TRACE("syncStart", "token", token, "target", target);
  }
  std::vector<wal::AnchorPosition> positions;
  const bool timed = meter_ != nullptr && meter_->timed();
  const uint64_t start = timed ? RealClock()->NowMicros() : 0;
  AETHER_RETURN_IF_ERROR(log->Sync(token, &positions));
  Add(meter_, Count::kLogSyncs);
  if (timed) Record(meter_, Measure::kLogSyncMicros, RealClock()->NowMicros() - start);
  rounds_.fetch_add(1, std::memory_order_relaxed);
  // A page that was lost to SIGBUS is not in the file, however well the sync went.
  if (poisoned.load(std::memory_order_acquire)) return Status::OK();
  const bool ahead = target > durable();
  {
    AETHER_TRACE_STEP();
    Raise(target);
    AETHER_TRACE("syncEnd", "token", token, "durable", durable());
  }
  if (ahead) {
    std::string anchor;
    wal::EncodeAnchor(positions, &anchor);
    // An anchor is evidence, not data: without room for it nothing is lost.
    log->AppendUnnumbered(wal::RecordType::kAnchor, anchor, target, 0).Ignore();
  }
  return Status::OK();
}

Status Syncer::SyncTo(uint64_t ticket, wal::Log* log, const Watermark& mark,
                      const std::atomic<bool>& poisoned,
                      const std::function<Status()>& poison_status,
                      const std::function<void(const Status&)>& poison) {
  for (;;) {
    // Read before the tokens are tried: one given back meanwhile changes it, so no wake is missed.
    const uint32_t turn = turns_.load(std::memory_order_seq_cst);
    if (durable() >= ticket) return Status::OK();
    if (poisoned.load(std::memory_order_acquire)) return poison_status();
    int token = -1;
    for (int i = 0; i < LogSegment::kSyncTokens && token < 0; ++i) {
      if (tokens_[i].load(std::memory_order_relaxed) == 0 &&
          tokens_[i].exchange(1, std::memory_order_acquire) == 0) {
        token = i;
      }
    }
    if (token < 0) {
      FutexWait(&turns_, turn);
      continue;
    }
    Status s = SyncOnce(token, log, mark, poisoned);
    if (!s.ok()) poison(s);
    GiveBack(token);
  }
}

void Syncer::GiveBack(int token) {
  tokens_[token].store(0, std::memory_order_seq_cst);
  turns_.fetch_add(1, std::memory_order_seq_cst);
  FutexWakeAll(&turns_);
}

void Syncer::Hold() {
  for (std::atomic<uint32_t>& token : tokens_) {
    for (;;) {
      const uint32_t turn = turns_.load(std::memory_order_seq_cst);
      if (token.exchange(1, std::memory_order_acquire) == 0) break;
      FutexWait(&turns_, turn);
    }
  }
}

void Syncer::LetGo() {
  for (int token = 0; token < LogSegment::kSyncTokens; ++token) GiveBack(token);
}

}  // namespace aether
