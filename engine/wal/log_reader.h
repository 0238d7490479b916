// Reads the batches of a log in the global order while it grows.
//
// Several streams write at once, each into chunks of its own, and in a chunk tickets rise. So the
// reader keeps the next record of each chunk in a heap and takes them by ticket; tickets are dense,
// so it knows which one has to come. When that one is not in the heap it looks for chunks and
// records that are new since it looked last. Segments are opened when their first ticket is due,
// and stay open while they are read: a segment that is moved to the archive meanwhile goes on being
// read, one that is recycled gives no record of its earlier life.
//
// Taurus (VLDB 2020) has replicas replay records once their LSN vectors are covered; here the
// ticket takes the place of the vector, as in recovery.
//
// Thread safety: one thread at a time. The source may be used by others meanwhile.
// Invariants: batches come with rising tickets, and once Follow was called without a gap.
// Failure: NotFound when a ticket has no record any more; Corruption and errors of I/O where a
//   segment cannot be read. After an error the reader is of no more use.

#ifndef AETHER_ENGINE_WAL_LOG_READER_H_
#define AETHER_ENGINE_WAL_LOG_READER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/io/file_system.h"
#include "engine/wal/archive.h"
#include "engine/wal/format.h"

namespace aether::wal {

struct NumberedBatch {
  uint64_t ticket = 0;
  SequenceNumber first_sequence = 0;
  std::string body;
};

class LogReader {
 public:
  // `source` must outlive the reader.
  LogReader(FileSystem* fs, uint64_t store_id, LogSource* source);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  // Begins at a batch that is not behind the one that holds `sequence`, and near it; where that one
  // is not there any more, at the first behind it.
  Status Seek(SequenceNumber sequence);

  // From now on a ticket without a record is an error. Before, the reader goes on behind it: where
  // history begins, records of other streams may be gone already.
  void Follow() { following_ = true; }

  // Goes on behind the ticket, or from where it is if that is further on. From now on a ticket
  // without a record is where the log ends so far: *found is false until the record comes.
  void FollowEnd(uint64_t ticket);

  // The last sequence number of tickets passed for which no batch will come.
  SequenceNumber skipped_sequence() const { return skipped_sequence_; }

  // The next batch, when its ticket is at most `up_to`. REQUIRES: everything up to there has been
  // published.
  Status Next(uint64_t up_to, NumberedBatch* batch, bool* found);

 private:
  struct SegmentBeingRead {
    ReadableSegment info;
    SegmentIdentity identity;
    std::unique_ptr<RandomReadFile> file;
    uint64_t unit_bytes = 0;
    std::vector<bool> known_units;  // that belong to a chunk which has a cursor
    bool one_chunk = false;         // a file that only grows
    size_t cursors = 0;
    bool listed = true;
  };
  // Where a chunk is read.
  struct Cursor {
    SegmentBeingRead* segment = nullptr;
    uint64_t at = 0;     // of the next record in the file
    uint64_t limit = 0;  // of the chunk; UINT64_MAX: the end of the file
    uint64_t base_ticket = 0;
    uint32_t salt = 0;
    std::string bytes;  // of the file from bytes_at
    uint64_t bytes_at = 0;
    DecodedRecord head;     // borrows from `bytes`
    uint64_t key = 0;       // its ticket, or the first of those that a skip record stands for
    bool complete = false;  // the segment took no more records when `bytes` was read
    bool idle = false;      // nothing was there: asked again, it reads no more than it needs to see
  };
  using CursorPtr = std::unique_ptr<Cursor>;

  Status Refresh();
  Status Open(const ReadableSegment& info);
  Status FindChunks(SegmentBeingRead* segment);
  // Decodes the record at cursor->at and puts the cursor where it belongs: among those that have a
  // head, among those that wait for one, or nowhere.
  Status Settle(CursorPtr cursor);
  // False when there is no record (yet).
  Status DecodeHead(Cursor* cursor, bool* found);
  Status Fill(Cursor* cursor, size_t n, bool* all);
  CursorPtr PopHead();
  void Drop(CursorPtr cursor);
  Status TakeFromHeads(uint64_t up_to, NumberedBatch* batch, bool* found);
  // Where tickets from next_ on are missing.
  Status PassGap(uint64_t up_to);

  FileSystem* const fs_;
  const uint64_t store_id_;
  LogSource* const source_;
  std::map<uint64_t, std::unique_ptr<SegmentBeingRead>> segments_;
  std::vector<CursorPtr> heads_;  // a heap, the smallest key first
  std::vector<CursorPtr> idle_;
  uint64_t later_ = UINT64_MAX;  // the first ticket of the segments that are not open yet
  uint64_t lost_ = 0;
  uint64_t next_ = 1;
  bool following_ = false;
  bool at_end_ = false;
  SequenceNumber skipped_sequence_ = 0;
};

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_LOG_READER_H_
