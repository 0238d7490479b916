// The parallel log of one store: streams that writers lease, over chunks of shared segments.
//
// A writer leases a stream with one compare-and-swap, which makes it the only one to touch the
// stream's chunk, copies its body behind the last record, and gives the stream back once the record
// is stamped and the batch applied. Streams do not belong to threads: a thread that ends or idles
// holds nothing. Taurus (VLDB 2020, logging) has workers reserve space in a log buffer with one
// atomic add, and a log manager thread per stream that writes up to the lowest position that is
// still being filled; here the lease takes the place of that minimum and, with a mapped segment,
// the store itself the place of the write: no thread and no system call stand between a record and
// the survival of the process.
//
// A record never spans chunks: a large one takes a chunk of several units, a very large one a
// segment of its own. So a record is whole or torn, and a helper finds all of it in one place.
//
// Thread safety: Lease may be called by any thread; functions that take a Stream are for whoever
//   leases it; the others may be called by any thread.
// Invariants: tickets rise within a chunk; what Copy has written counts for nothing until the stamp
//   is stored, and is overwritten by the next Copy unless Commit was called.
// Failure: Reserve returns the error (full disk) and leaves the stream usable; WriteOut, Sync and
//   a page that cannot be provided raise the poison flag.

#ifndef AETHER_ENGINE_WAL_LOG_H_
#define AETHER_ENGINE_WAL_LOG_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/io/file_system.h"
#include "engine/wal/format.h"
#include "engine/wal/segment_pool.h"

namespace aether::wal {

struct alignas(128) Stream {
  std::atomic<uint32_t> leased{0};  // 0 free, 1 leased, 2 leased with sleepers
  uint32_t index = 0;

  // Of whoever leases the stream.
  Chunk chunk;
  char* buffer = nullptr;  // the memory of the chunk when it is not mapped, owned
  char* memory = nullptr;  // chunk.memory, or buffer
  uint64_t next = 0;       // where the next record goes, from `memory`
  uint64_t end = 0;        // of what may be used of `memory`
  uint64_t appended = 0;   // to a growing file
  uint64_t last_ticket = 0;

  // Written by the holder, read by anyone: (segment number << 28 | offset / 8) up to which the
  // segment holds whole records of this stream; 0 for none.
  std::atomic<uint64_t> position{0};
  std::atomic<uint64_t> logged_bytes{0};
};

// A record between Copy and Commit.
struct PendingRecord {
  char* record = nullptr;
  uint32_t length = 0;    // of the body
  uint32_t body_crc = 0;  // salted
  LogSegment* file = nullptr;
  uint64_t offset = 0;  // of the record in the file; unknown for growing files

  size_t bytes() const { return RecordBytes(length); }
};

class Log {
 public:
  static constexpr uint32_t kMaxStreams = 256;

  static Status Open(const LogOptions& options, std::unique_ptr<Log>* result);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // --- streams ---
  // Never fails; sleeps only while all streams are leased.
  Stream* Lease();
  void Return(Stream* stream);

  // Space for one record of that body, before a number is taken; ticket_now is one that was given
  // out lately, or the record's own. May create a segment.
  Status Reserve(Stream* stream, size_t body_bytes, uint64_t ticket_now) {
    return RecordBytes(body_bytes) <= stream->end - stream->next && NearBase(stream, ticket_now)
               ? Status::OK()
               : MakeRoom(stream, RecordBytes(body_bytes), ticket_now);
  }
  // Copies the body and leaves a void header. REQUIRES: Reserve(stream, >= body.size()) was OK.
  void Copy(Stream* stream, Slice body, PendingRecord* pending);
  // Brings a stamped record to the file; nothing to do when it is mapped. `offset` of a growing
  // file's record is found out here. A second call with the same record (a helper) is harmless
  // except on a growing file, where only the owner may call it.
  Status WriteOut(const PendingRecord& record);
  bool needs_write_out() const { return pool_->backend() != SegmentPool::Backend::kMapped; }
  bool helpers_may_write_out() const { return pool_->backend() != SegmentPool::Backend::kGrowing; }
  // The record is stamped and written out: the next one goes behind it.
  void Commit(Stream* stream, const PendingRecord& record, uint64_t ticket) {
    stream->next += record.bytes();
    stream->appended += record.bytes();
    if (ticket > stream->last_ticket) stream->last_ticket = ticket;
    stream->logged_bytes.store(
        stream->logged_bytes.load(std::memory_order_relaxed) + record.bytes(),
        std::memory_order_relaxed);
    stream->position.store(PackPosition(stream), std::memory_order_release);
  }

  // Appends a record that takes no ticket of its own (anchors, skip ranges): leases, stamps, gives
  // back.
  Status AppendUnnumbered(RecordType type, Slice body, uint64_t ticket, SequenceNumber sequence);

  // --- durability ---
  // Everything stamped and written out before the call becomes durable. REQUIRES: token is 0 or 1,
  // one caller for each. `positions` are those of all streams at the start: the LSN vector of an
  // anchor.
  Status Sync(int token, std::vector<AnchorPosition>* positions);

  // See SegmentPool::Settle.
  void Settle() { pool_->Settle(); }
  void ExpectSyncs() { pool_->ExpectSyncs(); }  // see SegmentPool

  // --- life ---
  // See SegmentPool. What idle streams hold in closed segments is sealed first.
  std::vector<LiveSegment> SealedSegments(uint64_t after_ticket);
  bool Keep(uint64_t number) { return pool_->Keep(number); }
  // Records up to floor_ticket are not needed: seals what idle streams hold in closed segments,
  // frees segments.
  void Release(uint64_t floor_ticket);
  uint64_t released() const { return pool_->released(); }
  void Hold(bool on) { pool_->Hold(on); }
  std::vector<UsedFile> FilesBehind(uint64_t after_ticket) const {
    return pool_->FilesBehind(after_ticket);
  }
  LogSource* source() { return pool_.get(); }
  uint32_t OldestEpoch() const { return pool_->OldestEpoch(); }
  // Forgets all records; new ones carry `epoch`. Waits for streams that are leased.
  void Restart(uint32_t epoch);

  uint64_t LiveBytes() const { return pool_->LiveBytes(); }
  std::vector<SegmentPool::FileInfo> Files() const { return pool_->Files(); }
  uint64_t logged_bytes() const;
  bool mapped() const { return pool_->backend() == SegmentPool::Backend::kMapped; }
  uint64_t created() const { return pool_->created(); }
  uint64_t recycled() const { return pool_->recycled(); }

 private:
  explicit Log(std::unique_ptr<SegmentPool> pool);
  uint64_t PackPosition(const Stream* stream) const;
  static bool NearBase(const Stream* stream, uint64_t ticket_now) {
    return static_cast<int64_t>(ticket_now - stream->chunk.base_ticket) <= kChunkTickets;
  }
  Status MakeRoom(Stream* stream, size_t record_bytes, uint64_t ticket_now);
  void Seal(Stream* stream);
  // Of streams that are not in use, what lies in closed segments and ends at or below the ticket.
  void SealIdle(uint64_t up_to_ticket);
  bool TryLease(Stream* stream) {
    uint32_t free = 0;
    return stream->leased.load(std::memory_order_relaxed) == 0 &&
           stream->leased.compare_exchange_strong(free, 1, std::memory_order_acquire,
                                                  std::memory_order_relaxed);
  }

  const std::unique_ptr<SegmentPool> pool_;
  const uint32_t max_streams_;
  std::atomic<uint32_t> open_streams_{1};
  std::atomic<bool> overflowed_{
      false};  // someone has slept for a stream: Return looks for sleepers
  const std::unique_ptr<Stream[]> streams_;
};

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_LOG_H_
