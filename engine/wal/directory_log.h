// The log of a directory that somebody else writes to, or nobody, as LogReader wants to see it.
//
// Which records count is what the manifest says; the caller hands it on. Segments of the newest
// epoch may always grow, as far as can be known from outside.
//
// Thread safety: all functions may be called by any thread. A mutex, not held across I/O.
// Failure: what cannot be read is left out of lists, and TakeError tells; Facts passes errors on.

#ifndef AETHER_ENGINE_WAL_DIRECTORY_LOG_H_
#define AETHER_ENGINE_WAL_DIRECTORY_LOG_H_

#include <cstdint>
#include <map>
#include <string>

#include "engine/base/status.h"
#include "engine/base/thread_annotations.h"
#include "engine/io/file_system.h"
#include "engine/wal/archive.h"
#include "engine/wal/log_state.h"

namespace aether::wal {

class DirectoryLog final : public LogSource {
 public:
  // Without the archive it is enough for whoever begins at the floor or behind it.
  DirectoryLog(FileSystem* fs, std::string directory, bool archive, uint64_t store_id,
               const LogState& state);

  void SetState(const LogState& state);
  // Finds out where history begins: behind the last ticket up to `last` that no segment has. Reads
  // all of the log when there is an archive.
  Status FindHistory(uint64_t last);

  // The first error since it was asked last. A reader that has met a list with a gap in it is of no
  // more use.
  Status TakeError();

  ReadableLog Readable() override;
  Status Facts(const ReadableSegment& segment, SegmentFacts* facts) override;

 private:
  // The last ticket that counts of a segment of that epoch; 0: none do.
  uint64_t Bound(uint32_t epoch) const REQUIRES(mutex_);
  void AddFrom(const std::string& directory, bool archived, ReadableLog* log);
  // False where there is no segment of this store (yet).
  bool EpochOf(const std::string& path, uint64_t number, uint32_t* epoch);
  void NoteError(const Status& s);

  FileSystem* const fs_;
  const std::string directory_;
  const bool with_archive_;
  const uint64_t store_id_;
  Mutex mutex_;
  Status error_ GUARDED_BY(mutex_);
  LogState state_ GUARDED_BY(mutex_);
  uint64_t lost_ GUARDED_BY(mutex_) = 0;
  // Of the segments that were listed last.
  std::map<uint64_t, uint32_t> epochs_ GUARDED_BY(mutex_);
  std::map<uint64_t, SegmentFacts> facts_ GUARDED_BY(mutex_);
};

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_DIRECTORY_LOG_H_
