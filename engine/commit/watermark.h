// Numbers and the order of publication: the word W that numbers batches, the ring of batches in
// flight, the watermark V up to which all are done, and the visible sequence R.
//
// A batch takes its numbers with one atomic add on W, binds the slot of its ticket, does its work,
// marks the slot done and moves V over every done slot in line. Nobody is the leader; whoever finds
// slots done moves V. A thread that waits for V finishes the work of the slot that V waits for.
//
// Thread safety: all functions may be called by any thread.
//
// Invariants and the memory order behind them:
//  1. V never passes a slot that is not done, and R is the last sequence of some prefix that is
//  done
//     as a whole. Advance reads V = n, finds n+1..m done, reads the end of m, and checks V == n
//     again: slots are reused only kRing tickets later, and a writer takes a ticket only while
//     fewer than kRing/4 are in flight (more than kRing - kRing/4 threads at once between that
//     check and the add would be needed to break it), so with V still n none of those slots has a
//     new owner and the end belongs to m. Then R, then V: who sees V >= t sees R >= end of t.
//  2. No progress is lost. `done` is set by a seq_cst exchange and Advance reads V and the slots
//     with seq_cst loads: of two neighbours that become done at once, the later one in the single
//     order sees the other's slot done. With a release store each could miss the other, and V would
//     rest until the next write. The owner whose ticket is next in line moves V itself, also by a
//     seq_cst exchange, and leaves `done` alone.
//  3. A helper works on a slot only as its current owner left it. The owner of ticket t + kRing
//     stores the fields (release) after it has loaded V >= t (acquire); a helper loads the fields
//     (acquire) and then V: if it has read any field of the new owner it sees V >= t and drops out.
//     Otherwise its TableSet and its record are the right ones, and its EpochGuard, older than its
//     check that the ticket is not published, keeps both in place until it has finished.

#ifndef AETHER_ENGINE_COMMIT_WATERMARK_H_
#define AETHER_ENGINE_COMMIT_WATERMARK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/base/entry.h"
#include "engine/wal/log_state.h"

namespace aether {

struct TableSet;

// One word: ticket:16 | generation:8 | relative sequence:40. The ticket counts batches and is on
// top, so that its overflow leaves the word; sequence = base of the generation + relative.
struct WriteWord {
  static constexpr int kGenerationShift = 40;
  static constexpr int kTicketShift = 48;
  static constexpr uint64_t kRelativeMask = (uint64_t{1} << kGenerationShift) - 1;
  static constexpr uint64_t kOneTicket = uint64_t{1} << kTicketShift;

  uint64_t bits;

  static constexpr WriteWord Of(uint64_t ticket, uint32_t generation, uint64_t relative) {
    return {ticket << kTicketShift | uint64_t{generation & 255} << kGenerationShift | relative};
  }
  constexpr uint16_t ticket() const { return static_cast<uint16_t>(bits >> kTicketShift); }
  constexpr uint32_t generation() const { return (bits >> kGenerationShift) & 255; }
  constexpr uint64_t relative() const { return bits & kRelativeMask; }
};

struct alignas(64) Slot {
  std::atomic<uint64_t> bind{0};  // the ticket whose fields these are
  std::atomic<uint64_t> done{0};  // the ticket that is done
  std::atomic<SequenceNumber> first{0};
  std::atomic<SequenceNumber> end{0};
  std::atomic<uint64_t> check{0};      // of the record: (bytes of the body << 32) | checksum
  std::atomic<char*> record{nullptr};  // in the log; null: nobody but the owner can finish it
  std::atomic<const TableSet*> tables{nullptr};
};
static_assert(sizeof(Slot) == 64);

// Does the work of a bound slot that is not done. Returns false when it could not.
class SlotHelper {
 public:
  virtual ~SlotHelper() = default;
  virtual bool Help(uint64_t ticket) = 0;
};

class Watermark {
 public:
  static constexpr uint64_t kRing = 4096;
  static constexpr uint64_t kInFlight = kRing / 4;

  // Numbers start behind `start`, in generation `generation` with the base start.sequence.
  Watermark(const LogPosition& start, uint32_t generation);
  Watermark(const Watermark&) = delete;
  Watermark& operator=(const Watermark&) = delete;

  // --- W ---
  WriteWord Load() const { return {word_.load(std::memory_order_acquire)}; }
  // Takes a ticket and `count` relative sequence numbers; returns the word before.
  WriteWord Take(uint32_t count) {
    return {word_.fetch_add(WriteWord::kOneTicket + count, std::memory_order_seq_cst)};
  }
  // The same, or a change of generation, only if W is still *expected; otherwise updates it.
  bool Replace(WriteWord* expected, WriteWord desired) {
    return word_.compare_exchange_weak(expected->bits, desired.bits, std::memory_order_seq_cst);
  }
  // The full ticket for the low bits of one that is not below V and at most kRing above it.
  uint64_t Expand(uint16_t ticket) const {
    const uint64_t v = published();
    return v + static_cast<uint16_t>(ticket - static_cast<uint16_t>(v));
  }
  uint64_t issued() const {
    // V first: it may only fall behind.
    const uint64_t v = published();
    return v + static_cast<uint16_t>(Load().ticket() - static_cast<uint16_t>(v));
  }
  bool HasRoom() const {
    const auto v = static_cast<uint16_t>(published());
    return static_cast<uint16_t>(Load().ticket() - v) < kInFlight;
  }

  // --- ring ---
  Slot* slot(uint64_t ticket) { return &ring_[ticket % kRing]; }
  void Bind(uint64_t ticket, SequenceNumber first, SequenceNumber end, uint64_t check, char* record,
            const TableSet* tables) {
    Slot* const s = slot(ticket);
    s->first.store(first, std::memory_order_release);
    s->end.store(end, std::memory_order_release);
    s->check.store(check, std::memory_order_release);
    s->record.store(record, std::memory_order_release);
    s->tables.store(tables, std::memory_order_release);
    s->bind.store(ticket, std::memory_order_release);
  }
  bool IsDone(uint64_t ticket) {
    return slot(ticket)->done.load(std::memory_order_seq_cst) == ticket;
  }
  void MarkDone(uint64_t ticket);
  // The owner's way to say that a bound ticket is done: MarkDone and Advance in one.
  void Publish(uint64_t ticket, SequenceNumber end);
  // Moves R and V over the done slots in line and wakes who waits.
  void Advance();

  // --- V and R ---
  uint64_t published() const { return published_.load(std::memory_order_acquire); }
  SequenceNumber visible() const { return visible_.load(std::memory_order_acquire); }
  LogPosition Published() const;
  // Returns once V >= ticket: spins shortly, then helps, then sleeps.
  void WaitFor(uint64_t ticket, SlotHelper* helper);
  uint64_t sleeps() const { return sleeps_.load(std::memory_order_relaxed); }

 private:
  void RaiseVisible(SequenceNumber end);
  void WakeWaiters();
  void Sleep(uint64_t ticket, uint64_t nanos);

  alignas(128) std::atomic<uint64_t> word_;
  alignas(128) std::atomic<uint64_t> published_;
  alignas(128) std::atomic<SequenceNumber> visible_;
  alignas(128) std::atomic<uint32_t> waiters_{0};
  std::atomic<uint32_t> turns_{0};  // what sleepers sleep on: counts advances that saw them
  std::atomic<uint64_t> sleeps_{0};
  const std::unique_ptr<Slot[]> ring_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_COMMIT_WATERMARK_H_
