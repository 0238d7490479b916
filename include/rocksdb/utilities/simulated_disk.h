// A disk in memory that can lose power and fail on demand, as a FileSystem: for tests of what an
// application does when its disk misbehaves. An addition of Aether; RocksDB has no such header.
//
// Unsynced 4096-byte blocks, sizes and names survive a PowerLoss each by itself, chosen by a seed;
// blocks may be torn at multiples of 512 bytes. After PowerLoss or ProcessDeath every file that was
// open answers IOError, and the same disk can be opened again. A sync that fails is told once to
// each open file; the blocks count as clean afterwards, as on Linux.
//
//   auto disk = SimulatedDisk::New(seed);
//   std::unique_ptr<Env> env = NewCompositeEnv(disk->file_system());
//   options.env = env.get();
//   DB::Open(options, "/db", &db);  ...  disk->Freeze();  delete db;  disk->PowerLoss(1);
//
// Thread safety: all functions, any thread. The disk must outlive every Env, DB and file on it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "rocksdb/file_system.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class SimulatedDisk {
 public:
  // What a call does; bits, so that a fault can name several.
  enum Operation : uint32_t {
    kOpen = 1,  // opening and creating files
    kRead = 2,
    kWrite = 4,     // appending, writing, preallocating
    kSync = 8,      // of files
    kDirSync = 16,  // of directories
    kName = 32,     // making directories, renaming, linking, removing, truncating
    kAllOperations = 63,
  };
  enum class Effect : uint8_t {
    kError,      // IOError
    kNoSpace,    // IOError with kNoSpace
    kShort,      // a read returns fewer bytes; a write stores a part and fails
    kBitFlip,    // one bit is read or stored wrong, and the call says OK
    kMisdirect,  // another place of the file is read or written, and the call says OK
    kStale,      // a read returns what was synced last; a write is not done, and the call says OK
  };
  struct Fault {
    uint32_t operations = kAllOperations;
    Effect effect = Effect::kError;
    std::string path_part;   // only paths that contain it; empty: all
    uint64_t nth = 1;        // the first matching call that is hit, counted from 1
    bool sticky = false;     // and all after it
    double probability = 0;  // not 0: instead of counting, hit each matching call with it
  };

  static std::shared_ptr<SimulatedDisk> New(uint64_t seed);
  virtual ~SimulatedDisk() = default;

  virtual std::shared_ptr<FileSystem> file_system() = 0;

  virtual void AddFault(const Fault& fault) = 0;
  virtual void ClearFaults() = 0;
  // What can still be written before NoSpace, in bytes; UINT64_MAX: no limit.
  virtual void SetFreeSpace(uint64_t bytes) = 0;
  // Damages a file as it is, what was synced included. `bit` counts from the start of the file.
  virtual Status FlipBit(const std::string& path, uint64_t bit) = 0;

  // Stops the disk at this instant: what is written later is not there, every call fails. Then
  // close the DB, and let the power or the process go.
  virtual void Freeze() = 0;
  // The same just before the n-th sync from now takes effect (1: the next); 0 takes it back.
  virtual void FreezeAtSync(uint64_t n) = 0;
  virtual bool frozen() const = 0;
  virtual void PowerLoss(uint64_t seed) = 0;
  // Everything written is there, synced or not as before.
  virtual void ProcessDeath() = 0;
};

}  // namespace ROCKSDB_NAMESPACE
