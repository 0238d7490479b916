// Segments of the log that the store itself does not need any more, kept for those who follow it.
//
// They stand in the directory "archive" below that of the log, under the names they had. What goes,
// and when, is RocksDB's rule: segments older than a time to live, and the oldest ones while all of
// them together are larger than a limit. Without either nothing is archived.
//
// The archive also remembers what it has found out about segments that take no more records: each
// is read through once, when somebody first asks.
//
// Thread safety: all functions may be called by any thread. A mutex, not held across I/O.
// Invariants: a segment is listed here before it leaves the list of the pool, so whoever looks at
//   the pool first misses none; every ticket above lost() that has a record is in some segment.
// Failure: a segment that cannot be moved is deleted; lost() says so.

#ifndef AETHER_ENGINE_WAL_ARCHIVE_H_
#define AETHER_ENGINE_WAL_ARCHIVE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/thread_annotations.h"
#include "engine/io/file_system.h"
#include "engine/wal/log_state.h"

namespace aether::wal {

// A segment, for whoever reads the log while it grows.
struct ReadableSegment {
  uint64_t number = 0;
  uint32_t epoch = 0;
  std::string path;
  std::string other_path;  // where it may stand instead; empty: nowhere
  uint64_t bytes = 0;
  bool complete = false;  // no record comes to it any more
  bool archived = false;
  uint64_t bound = UINT64_MAX;  // records behind this ticket do not count
};

// What a segment holds of records that count. A skip record stands for all its tickets.
struct SegmentFacts {
  uint64_t first_ticket = 0;  // 0: nothing
  uint64_t last_ticket = 0;
  SequenceNumber first_sequence = 0;  // of the first batch; 0: no batch
};

struct ReadableLog {
  std::vector<ReadableSegment> segments;  // by number
  // Tickets up to here may be missing.
  uint64_t lost = 0;
  bool archive = false;  // released segments go to an archive, and remain history
};

class LogSource {
 public:
  virtual ~LogSource() = default;
  virtual ReadableLog Readable() = 0;
  virtual Status Facts(const ReadableSegment& segment, SegmentFacts* facts) = 0;
};

struct ArchiveOptions {
  FileSystem* fs = nullptr;
  std::string log_directory;
  uint64_t store_id = 0;
  uint32_t epoch = 1;               // of this opening
  std::vector<LogState::Cut> cuts;  // of earlier ones
  uint64_t floor = 0;               // recovery found everything behind it
  uint64_t ttl_seconds = 0;
  uint64_t size_limit_bytes = 0;
};

std::string ArchiveDirectory(const std::string& log_directory);

class Archive {
 public:
  // Finds out what is there.
  explicit Archive(const ArchiveOptions& options);
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  bool enabled() const { return options_.ttl_seconds > 0 || options_.size_limit_bytes > 0; }
  // The last ticket that counts of a segment of that epoch; 0: none do.
  uint64_t Bound(uint32_t epoch) const;

  // Lists a segment that stands at `path`. Move then brings it here.
  void Add(uint64_t number, uint32_t epoch, const std::string& path, uint64_t bytes);
  void Move(uint64_t number, uint64_t last_ticket);
  // Records up to the ticket are about to go, or to be overwritten, without having been archived.
  void Lose(uint64_t last_ticket);
  uint64_t lost() const;

  bool PurgeIsDue() const;
  void Purge();
  // How long a background thread may sleep before it looks again; 0: as long as it likes.
  uint64_t PurgeSeconds() const;

  std::vector<ReadableSegment> Segments() const;
  Status Facts(const ReadableSegment& segment, SegmentFacts* facts);
  // The facts of a segment that is gone.
  void Forget(uint64_t number);
  // Of what is archived; UINT32_MAX: nothing is.
  uint32_t OldestEpoch() const;

 private:
  struct Entry {
    uint32_t epoch = 0;
    uint64_t bytes = 0;
    uint64_t unix_seconds = 0;  // of its last change, or of its coming
    std::string path;           // until it is moved; empty afterwards
  };

  void FindFiles();
  std::string PathOf(uint64_t number) const;
  // The numbers of those that have to go, oldest first.
  std::vector<uint64_t> Surplus(uint64_t now) const REQUIRES(mutex_);

  const ArchiveOptions options_;
  const std::string directory_;
  mutable Mutex mutex_;
  std::map<uint64_t, Entry> entries_ GUARDED_BY(mutex_);
  std::map<uint64_t, SegmentFacts> facts_ GUARDED_BY(mutex_);
  uint64_t lost_ GUARDED_BY(mutex_) = 0;
  uint64_t next_look_seconds_ GUARDED_BY(mutex_) = 0;
  bool grown_ GUARDED_BY(mutex_) = false;  // since the last look
};

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_ARCHIVE_H_
