// The one write path of a store: number, log, apply, publish, acknowledge.
//
// A write goes through these steps; whatever can fail happens before step 4, and from step 4 on a
// batch does no allocation, takes no lock, makes no system call and touches no page for the first
// time (with an append backend of the log step 5 writes to the file):
//   1. validate the batch, ask the hooks whether it may proceed
//   2. reserve memory in the tables, lease a stream, reserve space in its chunk
//   3. copy the body into the log and compute its checksum
//   4. take ticket, generation and sequence numbers with one atomic add
//   5. bind a slot of the ring, stamp the record
//   6. insert into the tables of the generation
//   7. mark the slot done, advance the watermark over all done slots
//   8. wait until the watermark has reached the ticket, helping whoever is in the way
//   9. with sync, wait until the ticket is durable
//
// Words: V, the published ticket: every batch up to it is stamped and inserted. R, the visible
// sequence: the last sequence of V, which readers use as their snapshot. D, the durable ticket.
//
// Thread safety: all functions may be called by any thread at once unless they say otherwise.
// Invariants: D <= V; R is always the end of a published prefix; an acknowledged batch is in that
//   prefix; a batch belongs to exactly one generation and the cut between two generations is exact
//   in ticket order; a snapshot at R sees all of a batch or nothing.
// Failure: the first failed write, sync or page of the log poisons the pipeline: every write that
//   is not acknowledged yet and every later one gets that error until Resume. A batch that was
//   refused before its number leaves no trace; one that gets the poison after its number has an
//   unknown outcome: readers may see it, a crash may lose it.

#ifndef AETHER_ENGINE_COMMIT_PIPELINE_H_
#define AETHER_ENGINE_COMMIT_PIPELINE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/meter.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/commit/batch.h"
#include "engine/commit/table_set.h"
#include "engine/commit/write_times.h"
#include "engine/io/file_system.h"
#include "engine/wal/live_segment.h"
#include "engine/wal/log_reader.h"
#include "engine/wal/log_state.h"
#include "engine/wal/recovery.h"
#include "engine/wal/segment_pool.h"

namespace aether {

struct WriteRequest {
  Slice body;                         // commit/batch.h; must stay as it is until Write returns
  std::optional<uint32_t> count;      // what the batch's header says
  const BatchFacts* facts = nullptr;  // set when ValidateBatch has been called already
  const FamilyPredicate* families = nullptr;  // used when facts is null
  bool disable_wal = false;
  bool sync = false;         // with disable_wal: InvalidArgument
  bool no_slowdown = false;  // Incomplete instead of a wait in BeforeWrite
  bool low_priority = false;
  WriteTimes* times = nullptr;  // null: no clock is read
};

struct WriteResult {
  SequenceNumber first_sequence = 0;
  SequenceNumber last_sequence = 0;  // first_sequence - 1 when the batch uses no number
  uint64_t ticket = 0;
};

// What the pipeline asks of its owner. Called by any thread; must outlive the pipeline.
class PipelineHooks {
 public:
  virtual ~PipelineHooks() = default;

  // A number for a new log file, never given before nor to any other file, also not before a crash.
  virtual uint64_t NewFileNumber() = 0;
  // Called before a write takes a number, only while SetThrottle(true): waits as long as the write
  // has to be delayed, or refuses it. The calling thread holds nothing of the pipeline.
  virtual Status BeforeWrite(size_t /*bytes*/, const WriteRequest& /*request*/) {
    return Status::OK();
  }
  // Called by a writer after its acknowledgement, once for about every
  // PipelineOptions::progress_bytes that were inserted: the moment to compare memory and log with
  // their budgets. May call Switch. The calling thread holds nothing of the pipeline.
  virtual void OnProgress() {}
  // Called once when the pipeline has become poisoned, by a thread that is about to return that
  // error. The calling thread holds nothing of the pipeline.
  virtual void OnPoison(const Status& /*status*/) {}
};

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
// A fuzzer opens a store for each input and writes little to it.
inline constexpr uint64_t kSegmentBytes = 64 << 10;
inline constexpr uint64_t kChunkBytes = 8 << 10;
#else
inline constexpr uint64_t kSegmentBytes = 8 << 20;
inline constexpr uint64_t kChunkBytes = 128 << 10;
#endif

struct PipelineOptions {
  FileSystem* fs = nullptr;
  std::string log_directory;
  uint64_t store_id = 0;
  PipelineHooks* hooks = nullptr;
  Meter* meter = nullptr;  // may be null

  uint64_t segment_bytes = kSegmentBytes;  // multiple of chunk_bytes
  uint64_t chunk_bytes = kChunkBytes;      // power of two, at least 4096
  uint32_t recycled_segments = 12;         // kept for reuse while writes go on; more are deleted
  uint64_t progress_bytes = 64 << 10;
  uint64_t log_write_back_bytes = 0;  // see wal::LogOptions::write_back_bytes
  bool allow_mapped_log = true;       // false forces the append backend
  uint64_t archive_ttl_seconds = 0;   // see engine/wal/archive.h; both 0: there is no archive
  uint64_t archive_bytes = 0;
  bool background_thread = true;  // prepares segments ahead; off for deterministic tests
  bool read_only = false;         // no log, every write is NotSupported
  // For tests of the wrap of every field: ticket and generation numbers start as if that many had
  // been used, and generations are switched when this many numbers are used.
  uint32_t first_generation = 0;
  uint64_t switch_at_relative = uint64_t{1} << 39;
};

struct LogFileInfo {
  uint64_t number = 0;
  uint64_t bytes = 0;  // size of the file
  bool live = false;   // holds, or may come to hold, records above the floor
};

struct SwitchResult {
  // The last batch and the last sequence number of the generation that was closed.
  LogPosition cut;
};

struct PipelineCounters {
  uint64_t writes = 0;        // batches that took a ticket
  uint64_t logged_bytes = 0;  // record bytes copied into the log, headers included
  bool mapped = false;        // the log takes records through a mapping
  uint64_t mapped_bytes = 0;  // of these, stored through a mapping (not seen by wchar)
  uint64_t syncs = 0;         // rounds of fdatasync
  uint64_t helped = 0;        // batches finished on behalf of a descheduled owner
  uint64_t waits = 0;         // futex sleeps of writers
  uint64_t segments_created = 0;
  uint64_t segments_recycled = 0;
};

class Pipeline {
 public:
  // Starts accepting writes behind recovered.last. Before that, `persist` must make
  // recovered.next_state durable (the manifest edit of the recovery); its error fails Open.
  // `tables` takes the first generation and may hold what recovery replayed.
  static Status Open(const PipelineOptions& options, const wal::Recovered& recovered,
                     std::unique_ptr<TableSet> tables,
                     const std::function<Status(const LogState&)>& persist,
                     std::unique_ptr<Pipeline>* result);
  // REQUIRES: no call is running. Does not sync.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // --- writing ---
  Status Write(const WriteRequest& request, WriteResult* result);

  // --- reading the words ---
  // R. A reader pins its view of the tables first and loads R afterwards.
  SequenceNumber VisibleSequence() const;
  // V.
  uint64_t PublishedTicket() const;
  // V with the sequence number that belongs to it.
  LogPosition Published() const;
  // D.
  uint64_t DurableTicket() const;
  // The number given out last, published or not.
  SequenceNumber LastSequence() const;

  // --- generations ---
  // The set that takes new writes. Valid while the caller holds an EpochGuard, or no Switch runs.
  const TableSet* CurrentTables() const;
  // Makes `next` the set for all batches numbered from now on. No writer waits. `publish_view`
  // (may be empty) runs first: it must make every table of `next` visible to readers before any
  // write can land in it. Callers that derive `next` from CurrentTables exclude each other.
  Status Switch(std::unique_ptr<TableSet> next, const std::function<void()>& publish_view,
                SwitchResult* result);
  // Returns once V >= ticket; the tables of a generation are complete when V has reached its cut.
  void WaitPublished(uint64_t ticket);

  // --- durability ---
  // Returns once D >= ticket. Waits for V >= ticket first. A flush calls it with its cut before the
  // manifest edit unless that edit moves the floor past the cut.
  Status SyncTo(uint64_t ticket);
  // SyncTo(V).
  Status SyncWal();
  // Everything acknowledged is beyond the process already; with sync as SyncWal.
  Status FlushWal(bool sync);

  // --- life of the log ---
  // Everything up to `floor` is in runs, and the manifest that says so is durable: segments wholly
  // below are recycled once nobody can touch them.
  void ReleaseLog(const LogPosition& floor);
  // Bytes of records in live segments, for max_total_wal_size.
  uint64_t LogBytes() const;
  std::vector<LogFileInfo> LogFiles() const;
  // While held no file of the log goes, whatever is released.
  void HoldLog(bool on);
  // Sets *position to a point that the log leads to: every batch up to it, and all that had a
  // number before the call, is in a file of the log or said by it to have left no record. False
  // where nothing but unlogged batches came since Open.
  bool LoggedUpTo(LogPosition* position);
  // The files that hold what lies between `after_ticket` and the last LoggedUpTo.
  std::vector<wal::UsedFile> LogFilesBehind(uint64_t after_ticket) const;
  // Reads the log from its oldest record on. Null when there is no log. The pipeline must outlive
  // it.
  std::unique_ptr<wal::LogReader> NewLogReader();
  wal::LogSource* log_source();
  // How far such a reader may go: what is published, but no write that asked for a sync before it
  // is durable. While such a write is under way that is D.
  uint64_t FollowableTicket() const;
  // See LogState::AdvanceFloor.
  uint32_t OldestLogEpoch() const;
  // Full segments that hold batches behind `after_ticket`, for a flush that leaves values in them;
  // none where records have no place of their own (append backends).
  std::vector<wal::LiveSegment> SealedSegments(uint64_t after_ticket);
  // The segment's file will not be used for other records, whatever is released. False when it is
  // not there any more.
  bool KeepSegment(uint64_t number);
  // The oldest ticket that still has a live segment is above this.
  uint64_t ReleasedTicket() const;

  // --- errors ---
  bool poisoned() const;
  Status PoisonStatus() const;
  // Poisons by hand; the first error stays.
  void Poison(const Status& status);
  // Returns once every sync and every preparation of the log that is under way has ended: if one of
  // them failed, poisoned() says so from then on.
  void Settle();
  // After a poison: (1) DrainForResume waits until no numbered batch is unfinished and returns the
  // state under which writing may go on: a new epoch, the floor past everything. (2) The caller
  // switches, flushes all families and makes that state durable in the same manifest edit.
  // (3) FinishResume starts a new log under it and lifts the poison. A failure leaves it poisoned.
  Status DrainForResume(LogState* next_state);
  Status FinishResume(const LogState& next_state);

  // From Hold's return until LetGo no write takes a number, and all that have one are visible.
  // Writers wait. REQUIRES: the caller holds no EpochGuard; one Hold at a time.
  void Hold();
  void LetGo();
  // Gives `count` numbers to something that is not a batch. `install` gets the first of them and
  // has to make it readable at those numbers; they are published when it returns, whatever its
  // outcome, which is also this call's: after an error they stay unused. The log says only that the
  // numbers are gone. `install` may call Switch, and SyncTo for tickets that were published before.
  // REQUIRES: between Hold and LetGo, count < 2^31.
  Status Insert(uint32_t count, const std::function<Status(SequenceNumber first)>& install);

  // --- back-pressure and figures ---
  // While true every write calls BeforeWrite.
  void SetThrottle(bool on);
  PipelineCounters Counters() const;

 private:
  class Impl;
  explicit Pipeline(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_COMMIT_PIPELINE_H_
