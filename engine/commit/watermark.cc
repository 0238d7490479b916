#include "engine/commit/watermark.h"

#include "engine/base/trace.h"
#include "engine/io/thread.h"
#include "engine/wal/planted_bugs.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace aether {
namespace {

constexpr int kSpins = 8;  // of a pause each, about 200 ns in all
// A helper leaves a large batch to its owner for a moment: doing it twice at once costs more.
constexpr uint64_t kLargeBody = 4096;
constexpr uint64_t kPatienceNanos = 20000;
// A sleeper looks again by itself, since the batch in its way may have become one it can help.
constexpr uint64_t kSleepNanos = 200000;

void Pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

}  // namespace

Watermark::Watermark(const LogPosition& start, uint32_t generation)
    : word_(WriteWord::Of(start.ticket, generation, 0).bits),
      published_(start.ticket),
      visible_(start.sequence),
      ring_(new Slot[kRing]) {
  // Ticket 0 exists only as "nothing yet"; no slot may look done for a ticket to come.
  Bind(start.ticket, start.sequence + 1, start.sequence, 0, nullptr, nullptr);
  slot(start.ticket)->done.store(start.ticket, std::memory_order_relaxed);
}

void Watermark::MarkDone(uint64_t ticket) {
  slot(ticket)->done.exchange(ticket, std::memory_order_seq_cst);
}

// tla: ParallelWal.Publish, Visibility.MoveWatermark; so is Advance.
void Watermark::Publish(uint64_t ticket, SequenceNumber end) {
  if (Planted(PlantedBug::kDoneWithRelease)) {
    // What a processor may make of "store done with release, then Advance": the loads first.
    Advance();
    slot(ticket)->done.store(ticket, std::memory_order_release);
    return;
  }
  // Next in line: V moves by one without the detour over the slot. A neighbour behind that missed
  // this slot has set its own done before our exchange of V, so the scan in Advance finds it.
  uint64_t before = ticket - 1;
  if (published_.load(std::memory_order_seq_cst) == before) {
    RaiseVisible(end);
    AETHER_TRACE_STEP();
    if (published_.compare_exchange_strong(before, ticket, std::memory_order_seq_cst)) {
      AETHER_TRACE("publish", "v", ticket);
      WakeWaiters();
    }
  } else {
    MarkDone(ticket);
    AtPoint(CommitPoint::kDone, ticket);
  }
  Advance();
}

// tla: Visibility.RaiseVisible.
void Watermark::RaiseVisible(SequenceNumber end) {
  AETHER_TRACE_STEP();
  SequenceNumber seen = visible_.load(std::memory_order_relaxed);
  while (seen < end && !visible_.compare_exchange_weak(seen, end, std::memory_order_seq_cst)) {
  }
  if (seen < end) AETHER_TRACE("visible", "sequence", end);
}

void Watermark::WakeWaiters() {
  // A sleeper counts itself before it looks at V for the last time: one of the two sees the other.
  if (waiters_.load(std::memory_order_seq_cst) == 0) return;
  turns_.fetch_add(1, std::memory_order_seq_cst);
  FutexWakeAll(&turns_);
}

void Watermark::Advance() {
  for (;;) {
    const uint64_t n = published_.load(std::memory_order_seq_cst);
    uint64_t m = n;
    while (IsDone(m + 1)) ++m;
    if (m == n) return;
    const SequenceNumber end = slot(m)->end.load(std::memory_order_acquire);
    if (published_.load(std::memory_order_seq_cst) != n) continue;
    RaiseVisible(end);
    uint64_t expected = n;
    AETHER_TRACE_STEP();
    if (published_.compare_exchange_strong(expected, m, std::memory_order_seq_cst)) {
      AETHER_TRACE("publish", "v", m);
      WakeWaiters();
    }
  }
}

LogPosition Watermark::Published() const {
  for (;;) {
    const uint64_t v = published_.load(std::memory_order_seq_cst);
    const SequenceNumber end = ring_[v % kRing].end.load(std::memory_order_acquire);
    // The slot of V gets a new owner only after V has moved on.
    if (published_.load(std::memory_order_seq_cst) == v) return {v, end};
  }
}

void Watermark::Sleep(uint64_t ticket, uint64_t nanos) {
  waiters_.fetch_add(1, std::memory_order_seq_cst);
  const uint32_t turn = turns_.load(std::memory_order_seq_cst);
  if (published_.load(std::memory_order_seq_cst) < ticket) {
    sleeps_.fetch_add(1, std::memory_order_relaxed);
    FutexWait(&turns_, turn, nanos);
  }
  waiters_.fetch_sub(1, std::memory_order_relaxed);
}

void Watermark::WaitFor(uint64_t ticket, SlotHelper* helper) {
  if (published() >= ticket) return;
  for (int i = 0; i < kSpins; ++i) {
    Pause();
    if (published() >= ticket) return;
  }
  uint64_t patient_with = 0;
  for (uint64_t v = published(); v < ticket; v = published()) {
    Slot* const s = slot(v + 1);
    const bool large = s->check.load(std::memory_order_relaxed) >> 32 > kLargeBody;
    if (large && patient_with != v + 1) {
      patient_with = v + 1;
      Sleep(ticket, kPatienceNanos);
    } else if (!helper->Help(v + 1)) {
      Sleep(ticket, kSleepNanos);
    }
  }
}

}  // namespace aether
