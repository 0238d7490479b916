// The one interface through which the engine touches files: everything outside engine/io goes
// through it, so that the same code runs on a disk (posix_file_system), in the simulator
// (sim_file_system) and on a file system that an application brings along (an adapter of the shim).
//
// Thread safety: a FileSystem, a RandomReadFile, a Directory and a LogSegment may be used by any
// number of threads.
//   WritableFile and SequentialFile have one user at a time; only Sync and RangeSync of a
//   WritableFile may run beside an Append. LogSegment says at each function what may run beside
//   what.
// Durability: nothing is promised to survive the machine but
//   - bytes of a file, by a Sync of that file that began after they were written and returned OK;
//   - names (creation, rename, link, removal), by a Sync of the directory they stand in.
//   Everything written survives the death of the process.
// Failure behaviour: every error is a Status that names the path, the offset where there is one,
// and the system's own
//   words. A full disk is IOError/kNoSpace, a missing path IOError/kPathNotFound, a stale handle
//   IOError/kStaleFile. A failed Sync means that any byte since the last successful one may be
//   lost, and the kernel tells it once only: the handle stays failed (every later Append and Sync
//   returns that error) and must not be replaced in order to retry.

#ifndef AETHER_ENGINE_IO_FILE_SYSTEM_H_
#define AETHER_ENGINE_IO_FILE_SYSTEM_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/slice.h"
#include "engine/base/status.h"

namespace aether {

// Reads front to back. One user at a time.
class SequentialFile {
 public:
  SequentialFile() = default;
  SequentialFile(const SequentialFile&) = delete;
  SequentialFile& operator=(const SequentialFile&) = delete;
  virtual ~SequentialFile() = default;

  // Up to n bytes into scratch; *result is shorter than n at the end of the file only.
  virtual Status Read(size_t n, char* scratch, Slice* result) = 0;
  virtual Status Skip(uint64_t n) = 0;
};

enum class AccessPattern : uint8_t { kNormal, kRandom, kSequential, kWillNeed, kDontNeed };

// Positional reads. Any number of threads.
class RandomReadFile {
 public:
  RandomReadFile() = default;
  RandomReadFile(const RandomReadFile&) = delete;
  RandomReadFile& operator=(const RandomReadFile&) = delete;
  virtual ~RandomReadFile() = default;

  // Up to n bytes at offset; *result is shorter than n at the end of the file only. *result points
  // into scratch, or into memory of the file that lives as long as this object.
  virtual Status ReadAt(uint64_t offset, size_t n, char* scratch, Slice* result) const = 0;
  virtual Status Size(uint64_t* size) const = 0;
  // Hints; they cannot fail.
  virtual void Advise(AccessPattern /*pattern*/) const {}
  virtual void ReadAhead(uint64_t /*offset*/, size_t /*n*/) const {}
  // True when reads bypass the page cache. Then reads whose offset, length and scratch are
  // multiples of kDirectAlignment go to the device as they are; others are served through a bounce
  // buffer.
  virtual bool direct() const { return false; }
  // A descriptor for an asynchronous reader, -1 when there is none.
  virtual int descriptor() const { return -1; }
};

inline constexpr size_t kDirectAlignment = 4096;

// One read of a batch: `result` and `status` are what ReadAt would give.
struct ReadRequest {
  const RandomReadFile* file = nullptr;  // of the file system that gets the batch
  uint64_t offset = 0;
  size_t size = 0;
  char* scratch = nullptr;
  // How long the caller would wait, for a file system that can give up; 0: as long as it takes.
  uint64_t timeout_micros = 0;
  Slice result;
  Status status;
};

// Reads that go on in the background. Used by one thread at a time, not always the same.
class PendingReads {
 public:
  PendingReads() = default;
  PendingReads(const PendingReads&) = delete;
  PendingReads& operator=(const PendingReads&) = delete;
  virtual ~PendingReads() = default;  // waits

  // Returns when all requests have their outcome. Idempotent.
  virtual void Wait() = 0;
};

// Written by one thread at a time, mostly at the end. Append goes straight to the system: buffer
// before calling.
class WritableFile {
 public:
  WritableFile() = default;
  WritableFile(const WritableFile&) = delete;
  WritableFile& operator=(const WritableFile&) = delete;
  virtual ~WritableFile() = default;  // closes, dropping the outcome

  // After an error an unknown prefix of `data` may be in the file and Size() says how much is known
  // to be.
  virtual Status Append(Slice data) = 0;
  // Overwrites or extends at offset. NotSupported where the file system can only append.
  virtual Status WriteAt(uint64_t offset, Slice data) = 0;
  // Data and size become durable (fdatasync).
  virtual Status Sync() = 0;
  // Starts writing a range out; pacing only, never durability. An error here is a failed Sync.
  virtual Status RangeSync(uint64_t /*offset*/, uint64_t /*n*/) { return Status::OK(); }
  // Reserves space without changing the size. OK where the file system cannot.
  virtual Status Allocate(uint64_t /*offset*/, uint64_t /*n*/) { return Status::OK(); }
  virtual Status Truncate(uint64_t size) = 0;
  virtual uint64_t Size() const = 0;
  // Idempotent. Gives back space that was allocated beyond the size. Does not sync.
  virtual Status Close() = 0;
};

class Directory {
 public:
  Directory() = default;
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  virtual ~Directory() = default;

  // Every change of names in this directory that returned before this call becomes durable.
  virtual Status Sync() = 0;
};

// Held until it is given to FileSystem::UnlockFile or destroyed.
class FileLock {
 public:
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  virtual ~FileLock() = default;
};

struct ReadFileOptions {
  // Bypasses the page cache. Where the file system cannot, opening fails.
  bool direct = false;
  AccessPattern pattern = AccessPattern::kNormal;
};

struct WriteFileOptions {
  // Bypasses the page cache: of an Append whose bytes lie, in memory and in the file, at multiples
  // of kDirectAlignment, the whole blocks go to the device as they are. The rest is buffered. Where
  // the file system cannot, opening fails.
  bool direct = false;
  enum Mode : uint8_t {
    kTruncate,   // create, or empty what is there
    kAppend,     // create, or go on at the end
    kCreateNew,  // IOError when the name exists
  } mode = kTruncate;
};

// A file of the log: preallocated, of fixed size, recycled by renaming, written by several streams
// at once.
//
// Two backends:
//   mapped: base() points at size() bytes. A store into them survives the process at once; no
//   system call. Stores to
//     disjoint ranges may run at the same time.
//   append: base() is null. Bytes go in by Append or, where can_write_at(), by WriteAt.
// Two sync tokens: each has its own open file description, opened when the segment was created and
// never reopened, so
//   that neither can swallow an I/O error that the other has to see. One thread at a time per
//   token.
// Errors: a store into a mapping cannot return one. When a page cannot be provided (file truncated
// by others, aborted
//   journal, bad memory), the SIGBUS handler puts an anonymous page there, so that the thread goes
//   on, and raises poisoned(), which the writer checks before it acknowledges. A failed Sync or
//   pacing call raises it too. It never goes down again.
class LogSegment {
 public:
  static constexpr int kSyncTokens = 2;

  LogSegment() = default;
  LogSegment(const LogSegment&) = delete;
  LogSegment& operator=(const LogSegment&) = delete;
  virtual ~LogSegment() = default;  // unmaps, closes, does not sync

  virtual std::string path() const = 0;
  virtual uint64_t size() const = 0;
  // Start of the mapping, aligned to 4096; null for the append backend and after Unmap.
  virtual char* base() const = 0;
  // False: only Append works.
  virtual bool can_write_at() const = 0;

  // Puts data behind what Append put there before (starting at 0) and tells where. Callers take
  // turns. The segment may grow beyond size() this way.
  virtual Status Append(Slice data, uint64_t* offset) = 0;
  // Both backends. Disjoint ranges may be written at the same time.
  // REQUIRES: can_write_at(), offset + data.size() <= size().
  virtual Status WriteAt(uint64_t offset, Slice data) = 0;
  // Reads back what was written, from either backend; shorter than n at the end of the file.
  virtual Status ReadAt(uint64_t offset, size_t n, char* scratch, Slice* result) const = 0;

  // Everything stored before the call becomes durable. REQUIRES: 0 <= token < kSyncTokens, one
  // caller per token.
  virtual Status Sync(int token) = 0;
  // Starts write-back of a range through a descriptor of its own. Pacing only. One caller at a
  // time.
  virtual Status RangeSync(uint64_t offset, uint64_t n) = 0;
  // Takes the page faults of a range now, in the calling (background) thread, and dirties its
  // pages: keep the range to 256 KiB or less. Returns the error where a store would raise SIGBUS.
  // No effect on the append backend. REQUIRES: nobody stores into the range until this returns, and
  // its bytes are of no value (they may become zero).
  virtual Status Prefault(uint64_t offset, uint64_t n) = 0;
  // Writes zeros over a range and makes them durable, so that later syncs need no extent
  // conversion; the pages leave the cache again, so that they come back as small folios. REQUIRES:
  // as Prefault; better nothing of it touched before.
  virtual Status ZeroFill(uint64_t offset, uint64_t n) = 0;

  // Drops the mapping (its pages count as memory of the process) but keeps the descriptors: Sync
  // still works and still sees every error. Idempotent. REQUIRES: nobody stores through base() any
  // more.
  virtual Status Unmap() = 0;
  // Gives the segment a new name and a new life: maps it again, Append starts at 0. The old bytes
  // stay until they are overwritten, so records must be salted. The new name is durable only after
  // a Sync of the directory. REQUIRES: nobody else uses the segment, new_path does not exist and is
  // in the same directory.
  virtual Status Recycle(const std::string& new_path) = 0;
  virtual Status Close() = 0;

  // An acquire load: true when anything written since Open may be lost.
  bool poisoned() const { return poisoned_.load(std::memory_order_acquire); }

 protected:
  void Poison() {
    poisoned_.store(true, std::memory_order_release);
    if (shared_poison_ != nullptr) shared_poison_->store(true, std::memory_order_release);
  }

  std::atomic<bool> poisoned_{false};
  std::atomic<bool>* shared_poison_ = nullptr;
};

struct LogSegmentOptions {
  uint64_t size = 4 << 20;  // a multiple of 4096
  bool map = true;          // false forces the append backend
  bool existing = false;    // open a segment that is there (a recycled one) instead of creating it
  // Raised together with poisoned(), one flag for all segments of a store. May be null. Outlives
  // the segment.
  std::atomic<bool>* poison = nullptr;
};

class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  virtual const char* Name() const = 0;

  // --- names ---
  virtual Status CreateDir(const std::string& path) = 0;  // IOError when it exists
  virtual Status CreateDirIfMissing(
      const std::string& path) = 0;                       // one level; IOError when it is a file
  virtual Status RemoveDir(const std::string& path) = 0;  // only when empty
  // Names in a directory, without "." and "..", in no order.
  virtual Status List(const std::string& path, std::vector<std::string>* names) = 0;
  // OK, or NotFound when there is no such file or directory, or IOError when that cannot be known.
  virtual Status Exists(const std::string& path) = 0;
  virtual Status IsDirectory(const std::string& path, bool* result) = 0;
  virtual Status FileSize(const std::string& path, uint64_t* size) = 0;
  virtual Status ModificationTime(const std::string& path, uint64_t* unix_seconds) = 0;
  virtual Status Remove(const std::string& path) = 0;
  // Replaces `target` when it exists; readers see the old file or the new one.
  virtual Status Rename(const std::string& source, const std::string& target) = 0;
  // NotSupported where the file system has no links (another device counts).
  virtual Status Link(const std::string& source, const std::string& target) = 0;
  virtual Status Truncate(const std::string& path, uint64_t size) = 0;
  virtual Status OpenDirectory(const std::string& path, std::unique_ptr<Directory>* result) = 0;
  Status SyncDir(const std::string& path);
  virtual Status AbsolutePath(const std::string& path, std::string* result) = 0;
  virtual Status SameFile(const std::string& a, const std::string& b, bool* same) = 0;
  virtual Status FreeSpace(const std::string& path, uint64_t* bytes) = 0;

  // --- locks ---
  // Creates the file when it is missing. Excludes other openers in this process (a table) and in
  // others (fcntl).
  virtual Status LockFile(const std::string& path, std::unique_ptr<FileLock>* lock) = 0;
  virtual Status UnlockFile(std::unique_ptr<FileLock> lock) = 0;

  // --- files ---
  virtual Status NewSequentialFile(const std::string& path,
                                   std::unique_ptr<SequentialFile>* result) = 0;
  virtual Status NewRandomReadFile(const std::string& path, const ReadFileOptions& options,
                                   std::unique_ptr<RandomReadFile>* result) = 0;
  virtual Status NewWritableFile(const std::string& path, const WriteFileOptions& options,
                                 std::unique_ptr<WritableFile>* result) = 0;

  // --- several reads at once ---
  // All in flight together where the file system can, else one after the other. Requests that are
  // neighbours in the list and in their file may become one call. Only for files that do not
  // change.
  virtual void ReadBatch(ReadRequest* requests, size_t n);
  // The same in the background. Null: nothing was started, because this is not possible here or too
  // much is under way. REQUIRES: requests and buffers stay, and nobody looks at them, until Wait.
  virtual std::unique_ptr<PendingReads> StartReads(ReadRequest* requests, size_t n);
  // How ReadBatch is done here, for the information log.
  virtual std::string ReadBatchMethod();

  // --- the log ---
  // True when stores into a shared mapping are safe on the file system that holds `directory`: an
  // overwrite must not need new space. False sends the log to the append backend. Any doubt is
  // false.
  virtual bool MappedLogIsSafe(const std::string& directory);
  // IOError when the name exists, unless options.existing. The default is an append backend on
  // NewWritableFile, whose two tokens share the one handle that such a file system gives.
  virtual Status NewLogSegment(const std::string& path, const LogSegmentOptions& options,
                               std::unique_ptr<LogSegment>* result);
};

// The disk. One object for the whole process, never destroyed.
FileSystem* PosixFileSystem();

// --- helpers on any file system ---

Status ReadFileToString(FileSystem* fs, const std::string& path, std::string* contents);
// Writes path + ".dbtmp", syncs it, renames it to path, syncs the directory: afterwards path holds
// the old contents or the new ones, and after OK the new ones, whatever happens.
Status WriteStringToFileAtomically(FileSystem* fs, const std::string& path, Slice contents);
// Copies `limit` bytes (all by default). The name is durable only after a sync of the directory.
Status CopyFile(FileSystem* fs, const std::string& source, const std::string& target,
                uint64_t limit = UINT64_MAX, bool sync = true);
// CreateDirIfMissing, then a sync of the parent so that the name lasts.
Status CreateDirDurably(FileSystem* fs, const std::string& path);

// "a/b/c" -> "a/b"; "c" -> "."; "/c" -> "/".
std::string DirectoryOf(const std::string& path);

// The Status for an errno value: "While <what>: <path>: <words of the system>".
Status ErrnoStatus(const std::string& what, const std::string& path, int error);

}  // namespace aether

#endif  // AETHER_ENGINE_IO_FILE_SYSTEM_H_
