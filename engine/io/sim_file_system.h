// A seeded file system in memory that can lose power.
//
// It keeps what a disk would keep (durable) apart from what running programs see (current):
//   - per file: for each 4096-byte block that was written since its last sync the durable bytes are
//   remembered, and so
//     are the blocks that a failed sync left "clean" without having written them;
//   - per directory: changes of names (create, rename, link, remove, mkdir) queue up until the
//   directory is synced.
// Crash(seed) is the loss of power. Each unsynced block survives, is lost, or is torn at a multiple
// of 512 bytes, each by itself; the size ends up somewhere between the durable and the current one;
// of each directory's queue a prefix happens. Mapped log segments lose pages in the same way, and
// now and then, at any I/O, some of their dirty pages become durable as they are at that moment.
// ProcessKill() keeps all that was written. After either, every handle that was open is dead
// (IOError from all calls), locks are free, and the same object is opened again.
//
// Freeze() stops the world at an instant: what is written later is not there, every call fails.
// CrashAtSync(n) and CrashAtIo(n) freeze just before the n-th such call takes effect. The test lets
// its engine fail and close, then calls Crash or ProcessKill, which decide from the frozen state.
//
// Reads of a batch are done in an order that the seed decides, each with its own faults; those
// started in the background partly at once and partly when they are waited for.
//
// Sync errors behave as on Linux: the error is told once to each handle that was open when it
// happened, the blocks count as clean afterwards, and a later successful sync does not bring them
// back.
//
// Thread safety: all functions, any thread. The hook and the faults run in the thread that does the
// I/O. Determinism: with one thread, the same seed and the same calls give the same bytes.

#ifndef AETHER_ENGINE_IO_SIM_FILE_SYSTEM_H_
#define AETHER_ENGINE_IO_SIM_FILE_SYSTEM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/file_system.h"

namespace aether {

// What a call does; bits, so that a fault can name several.
enum SimIo : uint32_t {
  kSimOpen = 1,      // opening and creating files
  kSimRead = 2,      // ReadAt, Read
  kSimWrite = 4,     // Append, WriteAt, Allocate, Prefault, ZeroFill
  kSimSync = 8,      // Sync and RangeSync of files and log segments
  kSimDirSync = 16,  // Sync of directories
  kSimName = 32,     // mkdir, rename, link, remove, truncate
  kSimAllIo = 63,
};

enum class SimEffect : uint8_t {
  kError,      // IOError; a sync loses its blocks as described above
  kNoSpace,    // IOError/kNoSpace
  kShort,      // a read returns fewer bytes, a write stores a part and fails
  kBitFlip,    // a read returns one wrong bit, a write stores one; the call is OK
  kMisdirect,  // a read returns bytes of another place in the file, a write goes there; the call is
               // OK
  kStale,  // a read returns the durable bytes instead of the current ones, a write is not done; the
           // call is OK
};

struct SimFault {
  uint32_t io = kSimAllIo;
  SimEffect effect = SimEffect::kError;
  std::string path_part;  // only paths that contain it; empty: all
  uint64_t nth = 1;       // the first matching call that is hit, counted from 1
  bool sticky = false;    // and all after it
  // Not 0: instead of counting, hit each matching call with this probability.
  double probability = 0;
};

struct SimIoEvent {
  SimIo io;
  std::string path;
  uint64_t io_number;    // of all calls, from 1
  uint64_t sync_number;  // of kSimSync and kSimDirSync together, from 1; the current value for
                         // other calls
};

struct SimCounters {
  uint64_t ios = 0;
  uint64_t bytes_read = 0;
  uint64_t syncs = 0;
  uint64_t faults = 0;          // calls that a fault changed
  uint64_t crashes = 0;         // Crash and ProcessKill
  uint64_t blocks_dropped = 0;  // at crashes
  uint64_t blocks_torn = 0;
  uint64_t blocks_kept = 0;
  uint64_t names_dropped = 0;  // directory operations that did not happen
};

class SimFileSystem : public FileSystem {
 public:
  static constexpr uint64_t kBlock = 4096;
  static constexpr uint64_t kSector = 512;

  explicit SimFileSystem(uint64_t seed);
  ~SimFileSystem() override;

  // --- the machine ---
  void Freeze();
  // A store into a mapping cannot fail, so a writer may go on for a while after a freeze. What
  // returned to it before a call of frozen() that said false is in the frozen state; an oracle
  // counts nothing else as acknowledged.
  bool frozen() const;
  // Loss of power. `seed` decides what survives.
  void Crash(uint64_t seed);
  // Death of the process: everything written is there, durable or not as before.
  void ProcessKill();
  // Freezes just before the n-th call from now takes effect (1: the next one); 0 takes it back.
  void CrashAtSync(uint64_t n);
  void CrashAtIo(uint64_t n);
  // Runs before each call takes effect, without any lock of the simulator; it may call anything
  // here.
  void SetHook(std::function<void(const SimIoEvent&)> hook);

  // --- faults ---
  void AddFault(const SimFault& fault);
  void ClearFaults();
  // What can still be written before NoSpace; files that go away give space back. UINT64_MAX: no
  // limit.
  void SetFreeSpace(uint64_t bytes);
  // Damages a file as it is, durable bytes included.
  Status FlipBit(const std::string& path, uint64_t bit);
  // False makes MappedLogIsSafe say no, so that the append backend is taken.
  void SetMappedLogIsSafe(bool safe);
  // True makes opening for direct reads and writes fail, as on a file system that has none.
  void SetDirectIsRefused(bool refused);
  // False makes StartReads refuse, as where no ring can be had.
  void SetBackgroundReads(bool possible);
  // One in n calls writes back some dirty page of some mapping; 0: never. Default 4.
  void SetWriteBackOneIn(uint64_t n);
  SimCounters counters() const;

  // --- FileSystem ---
  const char* Name() const override { return "SimFileSystem"; }
  Status CreateDir(const std::string& path) override;
  Status CreateDirIfMissing(const std::string& path) override;
  Status RemoveDir(const std::string& path) override;
  Status List(const std::string& path, std::vector<std::string>* names) override;
  Status Exists(const std::string& path) override;
  Status IsDirectory(const std::string& path, bool* result) override;
  Status FileSize(const std::string& path, uint64_t* size) override;
  Status ModificationTime(const std::string& path, uint64_t* unix_seconds) override;
  Status Remove(const std::string& path) override;
  Status Rename(const std::string& source, const std::string& target) override;
  Status Link(const std::string& source, const std::string& target) override;
  Status Truncate(const std::string& path, uint64_t size) override;
  Status OpenDirectory(const std::string& path, std::unique_ptr<Directory>* result) override;
  Status AbsolutePath(const std::string& path, std::string* result) override;
  Status SameFile(const std::string& a, const std::string& b, bool* same) override;
  Status FreeSpace(const std::string& path, uint64_t* bytes) override;
  Status LockFile(const std::string& path, std::unique_ptr<FileLock>* lock) override;
  Status UnlockFile(std::unique_ptr<FileLock> lock) override;
  Status NewSequentialFile(const std::string& path,
                           std::unique_ptr<SequentialFile>* result) override;
  Status NewRandomReadFile(const std::string& path, const ReadFileOptions& options,
                           std::unique_ptr<RandomReadFile>* result) override;
  Status NewWritableFile(const std::string& path, const WriteFileOptions& options,
                         std::unique_ptr<WritableFile>* result) override;
  void ReadBatch(ReadRequest* requests, size_t n) override;
  std::unique_ptr<PendingReads> StartReads(ReadRequest* requests, size_t n) override;
  bool MappedLogIsSafe(const std::string& directory) override;
  Status NewLogSegment(const std::string& path, const LogSegmentOptions& options,
                       std::unique_ptr<LogSegment>* result) override;

  class Core;  // shared with the open handles, which may outlive this object

 private:
  const std::shared_ptr<Core> core_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_IO_SIM_FILE_SYSTEM_H_
