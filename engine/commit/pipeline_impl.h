// The inside of Pipeline. For engine/commit only.
//
// Lock order: switch_mutex_, then the mutex of the segment pool. poison_mutex_ is innermost.

#ifndef AETHER_ENGINE_COMMIT_PIPELINE_IMPL_H_
#define AETHER_ENGINE_COMMIT_PIPELINE_IMPL_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/base/thread_annotations.h"
#include "engine/commit/pipeline.h"
#include "engine/commit/syncer.h"
#include "engine/commit/watermark.h"
#include "engine/wal/log.h"

namespace aether {

// Counts a write from before its number until it is durable, or is known not to be.
class UnsyncedWrite {
 public:
  UnsyncedWrite(std::atomic<uint32_t>* count, bool sync) : count_(sync ? count : nullptr) {
    if (count_ != nullptr) count_->fetch_add(1, std::memory_order_seq_cst);
  }
  ~UnsyncedWrite() {
    if (count_ != nullptr) count_->fetch_sub(1, std::memory_order_seq_cst);
  }
  UnsyncedWrite(const UnsyncedWrite&) = delete;
  UnsyncedWrite& operator=(const UnsyncedWrite&) = delete;

 private:
  std::atomic<uint32_t>* const count_;
};

class Pipeline::Impl : private SlotHelper {
 public:
  Impl(const PipelineOptions& options, const wal::Recovered& recovered,
       std::unique_ptr<TableSet> tables);
  ~Impl() override;

  Status OpenLog(const wal::Recovered& recovered);
  Status Write(const WriteRequest& request, WriteResult* result);

  SequenceNumber LastSequence() const;
  const TableSet* CurrentTables() const;
  Status Switch(std::unique_ptr<TableSet> next, const std::function<void()>& publish_view,
                SwitchResult* result);
  void WaitPublished(uint64_t ticket);
  Status SyncTo(uint64_t ticket);
  Status SyncForWriter(uint64_t ticket);
  uint64_t FollowableTicket() const;
  // The error, or OK. May be called anywhere.
  Status PoisonStatus();
  void Poison(const Status& status);
  // The same, and tells the hooks if nobody has. The caller holds nothing that a hook may need: no
  // lock, no lease, no guard.
  Status TellPoison();
  void Settle();
  Status DrainForResume(LogState* next_state);
  void Hold();
  void LetGo();
  Status Insert(uint32_t count, const std::function<Status(SequenceNumber first)>& install);
  Status FinishResume(const LogState& next_state);
  PipelineCounters Counters() const;

 private:
  friend class Pipeline;

  // One of 256, reused round and round. The fields of a generation are written before W names it
  // (its release), and again only after V has passed its last ticket.
  struct Generation {
    std::atomic<const TableSet*> tables{nullptr};
    std::atomic<SequenceNumber> base{0};
    std::atomic<bool> unlogged{false};
    uint64_t last_ticket = 0;  // once closed; under switch_mutex_
  };
  // What belongs to a stream on this floor; used by whoever leases the stream.
  struct alignas(128) StreamState {
    InsertHints hints;
    uint64_t unreported_bytes = 0;
  };
  // Where the record of a slot goes, for backends that write it out.
  struct WriteOutTarget {
    std::atomic<LogSegment*> file{nullptr};
    std::atomic<uint64_t> offset{0};
  };
  struct RetiredSet {
    TableSet* set;
    uint64_t last_ticket;
  };
  // A batch on its way.
  struct Numbers {
    uint64_t ticket;
    SequenceNumber first;
    SequenceNumber end;
    const TableSet* tables;
    bool close_generation;
    bool report_progress = false;
    bool held = false;  // writes are held back, and nothing was done
  };

  bool Help(uint64_t ticket) override;

  Status Refuse(const WriteRequest& request) const;
  Status Commit(const WriteRequest& request, const BatchFacts& facts, Numbers* numbers);
  void WaitWhileHeld();
  // False when the generation turned out to be a logged one and `must_be_unlogged`.
  bool TakeNumbers(uint32_t count, bool must_be_unlogged, Numbers* numbers);
  [[gnu::always_inline]] inline void Expand(WriteWord before, uint32_t count,
                                            Numbers* numbers) const;
  void Finish(const WriteRequest& request, const Numbers& numbers, const wal::PendingRecord* record,
              InsertHints* hints);
  static void ApplyNumbered(Slice body, const Numbers& numbers, InsertHints* hints);
  void StampAndWriteOut(const wal::PendingRecord& record, const wal::Stamp& stamp);

  // The next generation, with `tables`. *cut is the end of the one before. With take_ticket != null
  // the change itself takes a ticket, *take_ticket, unless no ticket was taken since Open.
  void NextGeneration(const TableSet* tables, bool unlogged, uint64_t* take_ticket,
                      LogPosition* cut) REQUIRES(switch_mutex_);
  Status BecomeLogged();
  Status LogUnlogged();
  void RetireSets();

  const PipelineOptions options_;
  uint32_t epoch_;
  const LogPosition start_;

  Watermark mark_;
  Syncer syncer_;
  std::unique_ptr<wal::Log> log_;
  std::vector<WriteOutTarget> targets_;
  std::unique_ptr<StreamState[]> stream_states_;
  Generation generations_[256];

  // False until the first logged write: then every batch leaves a record.
  std::atomic<bool> logged_{false};
  std::atomic<bool> throttle_{false};
  std::atomic<bool> poisoned_{false};  // also raised by engine/io
  std::atomic<uint32_t> held_{0};      // 1: nobody may take a number
  std::atomic<uint64_t> helped_{0};
  std::atomic<uint32_t> unsynced_writes_{0};  // that asked for a sync and have not got it yet

  Mutex switch_mutex_;
  uint64_t set_ids_ GUARDED_BY(switch_mutex_) = 0;
  std::vector<RetiredSet> retired_ GUARDED_BY(switch_mutex_);
  uint64_t skip_logged_ GUARDED_BY(switch_mutex_) = 0;  // tickets up to here need no skip record

  Mutex poison_mutex_;
  Status poison_status_ GUARDED_BY(poison_mutex_);
  bool poison_untold_ GUARDED_BY(poison_mutex_) = false;
};

}  // namespace aether

#endif  // AETHER_ENGINE_COMMIT_PIPELINE_IMPL_H_
