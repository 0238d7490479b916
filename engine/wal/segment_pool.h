// The segment files of a log: prepared ahead of need, cut into chunks, synced, unmapped, recycled.
//
// Life of a segment: prepared (created or recycled, its header written, its name durable) ->
// active (chunks are taken from it) -> closed (no more chunks) -> sealed (every chunk given back)
// -> quiet (no EpochGuard of a time when it was not sealed is left: no helper can store into it) ->
// unmapped -> and once its last ticket is at or below the released floor, free: recycled under a
// new number, or deleted. One that was kept (its values stay where they are, and another name leads
// to it) is never recycled: it loses its name in the log and nothing else. With an archive
// (engine/wal/archive.h) no segment that holds records is recycled: it is moved there.
//
// A background thread prepares the next segment, takes the page faults of the next chunks, unmaps,
// recycles and deletes; without it (tests) the same happens in the calls that need it. A thread
// that finds nothing prepared does the work itself: it has no number yet, so nobody waits for it.
//
// Thread safety: all functions may be called by any thread. One mutex, never held across a call
//   into the file system; it is taken once a chunk, not once a record.
// Failure: TakeChunk returns what the file system said and changes nothing. A failed sync or
//   zero-fill raises LogSegmentOptions::poison (engine/io/file_system.h).

#ifndef AETHER_ENGINE_WAL_SEGMENT_POOL_H_
#define AETHER_ENGINE_WAL_SEGMENT_POOL_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/thread_annotations.h"
#include "engine/io/file_system.h"
#include "engine/wal/archive.h"
#include "engine/wal/format.h"
#include "engine/wal/live_segment.h"
#include "engine/wal/recovery.h"

namespace aether::wal {

struct LogOptions {
  FileSystem* fs = nullptr;
  std::string directory;
  uint64_t store_id = 0;
  uint32_t epoch = 1;
  uint64_t segment_bytes = 8 << 20;  // a multiple of unit_bytes
  uint32_t unit_bytes = 128 << 10;   // a power of two, at least 4096
  uint32_t recycled_segments = 8;
  // Write-back of sealed chunks is started whenever they add up to this; 0: left to the kernel.
  uint64_t write_back_bytes = 0;
  bool allow_mapped = true;
  bool background_thread = true;
  std::function<uint64_t()> new_number;
  std::atomic<bool>* poison = nullptr;   // outlives the log
  std::vector<OldSegment> old_segments;  // what recovery found
  LogState old_state;                    // what it leaves of the log so far
  // What the archive keeps; both 0: there is none.
  uint64_t archive_ttl_seconds = 0;
  uint64_t archive_bytes = 0;
};

struct Segment;

// A file of the log, for a reader who copies it.
struct UsedFile {
  uint64_t number = 0;
  std::string path;
  uint64_t bytes =
      0;  // up to the last chunk that was taken; the file may be shorter, when it grows
};

// A stretch of a segment that belongs to one stream.
struct Chunk {
  std::shared_ptr<Segment> segment;
  LogSegment* file = nullptr;
  char* memory = nullptr;  // the mapping, or the buffer of an append backend
  uint64_t offset = 0;     // of the chunk in its file
  uint64_t bytes = 0;      // its size, header included
  uint64_t number = 0;     // of the segment
  uint64_t base_ticket = 0;
  uint32_t salt = 0;
  bool mapped = false;
};

class SegmentPool : public LogSource {
 public:
  static Status Open(const LogOptions& options, std::unique_ptr<SegmentPool>* result);
  ~SegmentPool() override;
  SegmentPool(const SegmentPool&) = delete;
  SegmentPool& operator=(const SegmentPool&) = delete;

  // How records reach the file: kGrowing files have one chunk, one writer and only Append.
  enum class Backend : uint8_t { kMapped, kWriteAt, kGrowing };
  Backend backend() const { return backend_; }

  // A chunk with room for records of `bytes` in all, its header written.
  Status TakeChunk(uint64_t bytes, uint64_t base_ticket, Chunk* chunk);
  // Gives a chunk back: all its records are stamped and applied, the last is `last_ticket`.
  void SealChunk(Chunk* chunk, uint64_t last_ticket);
  // True when nothing new can come into the chunk's segment, so that the chunk holds it back.
  bool IsClosed(const Chunk& chunk) const;
  uint64_t segment_bytes() const { return options_.segment_bytes; }
  uint32_t unit_bytes() const { return options_.unit_bytes; }

  // Segments of this epoch that are full and hold records behind `after_ticket`; none where the log
  // is not mapped: only there a record has its place when it is written.
  std::vector<LiveSegment> SealedSegments(uint64_t after_ticket) const;
  // From now on the segment is not recycled. False when it is not there any more.
  bool Keep(uint64_t number);

  // Somebody waits for syncs of his records: worth a second write of each fresh byte, ahead of
  // need. A flush that syncs now and then is not.
  void ExpectSyncs();
  // fdatasync of every segment that may hold bytes not known to be durable.
  Status SyncAll(int token);

  // Returns once what the background thread had under way has ended: a failure of it has raised the
  // poison flag.
  void Settle();

  // Records up to floor_ticket are not needed any more.
  void Release(uint64_t floor_ticket);
  // While held no file with records is deleted or recycled, whatever is released.
  void Hold(bool on);
  uint64_t released() const { return released_.load(std::memory_order_relaxed); }

  // Everything so far is old and goes; chunks taken from now on carry the new epoch.
  // REQUIRES: every chunk is sealed.
  void Restart(uint32_t epoch);

  // Bytes of chunks that may hold records above the released floor.
  uint64_t LiveBytes() const { return live_bytes_.load(std::memory_order_relaxed); }
  struct FileInfo {
    uint64_t number;
    uint64_t bytes;
    bool live;
  };
  std::vector<FileInfo> Files() const;
  // Files that may hold records behind `after_ticket` which are stamped by now. Records behind them
  // may be coming in.
  std::vector<UsedFile> FilesBehind(uint64_t after_ticket) const;
  // For followers: everything that holds records which count, the archive included.
  ReadableLog Readable() override;
  Status Facts(const ReadableSegment& segment, SegmentFacts* facts) override;
  // Of what is archived or may come to be; UINT32_MAX: of nothing.
  uint32_t OldestEpoch() const;
  uint64_t created() const { return created_.load(std::memory_order_relaxed); }
  uint64_t recycled() const { return recycled_.load(std::memory_order_relaxed); }

 private:
  explicit SegmentPool(const LogOptions& options);
  using SegmentPtr = std::shared_ptr<Segment>;

  Status TakeGrowing(Chunk* chunk);
  Status TakeOwnSegment(uint64_t bytes, Chunk* chunk);
  // The next segment becomes next_. Releases the mutex while it works.
  Status PrepareNext() REQUIRES(mutex_);
  Status MakeSegment(SegmentPtr recycle, uint64_t bytes, uint32_t epoch, SegmentPtr* result);
  void FillChunk(const SegmentPtr& segment, uint32_t first, uint32_t units, Chunk* chunk);
  void CloseSegment(const SegmentPtr& segment) REQUIRES(mutex_);
  // Finds `units` neighbours in the active segment, warm ones first; closes it when there are none.
  bool TakeUnits(uint32_t units, uint32_t* first) REQUIRES(mutex_);

  void BackgroundLoop();
  uint32_t WarmUnits() const REQUIRES(mutex_);
  // Each does one piece of work, with the mutex released meanwhile; false when there was none.
  bool PrefaultSome() REQUIRES(mutex_);
  bool ZeroFillSome() REQUIRES(mutex_);
  bool WriteBackSome() REQUIRES(mutex_);
  bool TidySome() REQUIRES(mutex_);
  bool TidySegment(const SegmentPtr& segment) REQUIRES(mutex_);
  bool AwaitsQuiet() const REQUIRES(mutex_);
  void CountLiveBytes() REQUIRES(mutex_);
  void TidyInForeground();
  void Delete(const SegmentPtr& segment) REQUIRES(mutex_);
  std::string ArchivedPath(uint64_t number) const;  // empty without an archive
  void Signal() REQUIRES(mutex_);

  const LogOptions options_;
  Backend backend_ = Backend::kMapped;
  const uint32_t units_per_segment_;
  const uint32_t warm_most_;
  const uint32_t warm_least_;
  std::unique_ptr<Directory> directory_;
  Archive archive_;

  mutable Mutex mutex_;
  CondVar wake_;      // the background thread has something to do
  CondVar prepared_;  // a preparation ended
  CondVar settled_;   // the background thread has ended a piece of work
  uint32_t epoch_ GUARDED_BY(mutex_);
  SegmentPtr active_ GUARDED_BY(mutex_);
  SegmentPtr next_ GUARDED_BY(mutex_);
  std::deque<SegmentPtr> live_ GUARDED_BY(mutex_);  // with active_, oldest first
  std::deque<SegmentPtr> free_ GUARDED_BY(mutex_);
  std::vector<OldSegment> old_ GUARDED_BY(mutex_);
  struct SealedRange {
    SegmentPtr segment;
    uint64_t offset;
    uint64_t bytes;
  };
  std::vector<SealedRange> unwritten_ GUARDED_BY(mutex_);  // with write_back_bytes only
  uint64_t unwritten_bytes_ GUARDED_BY(mutex_) = 0;
  bool preparing_ GUARDED_BY(mutex_) = false;
  bool prepare_failed_ GUARDED_BY(mutex_) = false;
  bool tidying_ GUARDED_BY(mutex_) = false;
  bool held_ GUARDED_BY(mutex_) = false;
  bool restarted_ GUARDED_BY(mutex_) = false;
  bool signalled_ GUARDED_BY(mutex_) = false;
  bool taken_ GUARDED_BY(mutex_) = false;  // a chunk, since the background thread last looked
  bool stop_ GUARDED_BY(mutex_) = false;
  bool idle_ GUARDED_BY(mutex_) = true;     // of the background thread: nothing is under way
  uint64_t rounds_ GUARDED_BY(mutex_) = 0;  // pieces of work that it has ended
  std::atomic<bool> syncs_expected_{false};
  std::atomic<uint64_t> released_{0};
  std::atomic<uint64_t> live_bytes_{0};
  std::atomic<uint64_t> created_{0};
  std::atomic<uint64_t> recycled_{0};
  std::thread thread_;
};

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_SEGMENT_POOL_H_
