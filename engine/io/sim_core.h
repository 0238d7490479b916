// The state of the simulator that its file system and its open handles share.
//
// Thread safety: Admit and everything public without a REQUIRES may be called by any thread.
// Life: handles keep the core alive; `life` counts crashes, and a handle of an earlier life is
// dead.

#ifndef AETHER_ENGINE_IO_SIM_CORE_H_
#define AETHER_ENGINE_IO_SIM_CORE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/thread_annotations.h"
#include "engine/io/sim_file_system.h"
#include "engine/io/sim_inode.h"
#include "engine/io/sim_names.h"

namespace aether {

// What Admit decided about one call.
struct SimVerdict {
  std::optional<SimEffect> effect;
  uint64_t choice = 0;  // a random number for effects that need one
  bool Is(SimEffect e) const { return effect == e; }
};

class SimFileSystem::Core {
 public:
  explicit Core(uint64_t seed);

  // First half of each call: counts it, runs the hook, freezes if a crash point is reached, decides
  // about faults. Then the call takes the lock and asks Dead() again, because the hook or another
  // thread may have frozen the world.
  Status Admit(SimIo io, const std::string& path, uint64_t life, SimVerdict* verdict)
      EXCLUDES(mutex);
  Status Dead(const std::string& path, uint64_t life) const REQUIRES(mutex);
  // The error of a fault that fails the call, or OK.
  static Status Failure(const SimVerdict& verdict, const std::string& what,
                        const std::string& path);

  void Freeze() EXCLUDES(mutex);
  void EndLife(bool power_fails, uint64_t seed) EXCLUDES(mutex);

  // The directory that holds the last part of `path`, and that part; or the error that a system
  // call would give.
  Status Resolve(const std::string& what, const std::string& path, std::shared_ptr<SimDir>* dir,
                 std::string* name) REQUIRES(mutex);
  Status Find(const std::string& what, const std::string& path, SimNode* node) REQUIRES(mutex);
  Status FindFile(const std::string& what, const std::string& path, std::shared_ptr<SimInode>* file)
      REQUIRES(mutex);
  // Finds or makes a file.
  Status OpenForWriting(const std::string& path, WriteFileOptions::Mode mode,
                        std::shared_ptr<SimInode>* file) REQUIRES(mutex);
  uint64_t Seconds() REQUIRES(mutex) { return 1600000000 + counters.ios / 1000; }

  Mutex mutex;
  // Set before a freeze looks at anything: what was acknowledged while it was 0 is in the frozen
  // state. A writer stores into its mapping, then reads this; a freeze sets this, then reads the
  // mapping. Both use a sequentially consistent read-modify-write, so that one of them sees the
  // other.
  std::atomic<uint32_t> freezing{0};
  bool frozen GUARDED_BY(mutex) = false;
  uint64_t life GUARDED_BY(mutex) = 1;
  Random random GUARDED_BY(mutex);
  SimCounters counters GUARDED_BY(mutex);
  std::function<void(const SimIoEvent&)> hook GUARDED_BY(mutex);
  uint64_t syncs_to_crash GUARDED_BY(mutex) = 0;
  uint64_t ios_to_crash GUARDED_BY(mutex) = 0;
  uint64_t write_back_one_in GUARDED_BY(mutex) = 4;
  bool mapped_log_is_safe GUARDED_BY(mutex) = true;
  bool direct_is_refused GUARDED_BY(mutex) = false;
  bool background_reads GUARDED_BY(mutex) = true;
  std::map<std::string, uint64_t> locks GUARDED_BY(mutex);  // path -> when
  std::vector<std::weak_ptr<SimInode>> mapped GUARDED_BY(mutex);
  const std::shared_ptr<SimSpace> space;
  const std::shared_ptr<SimDir> root;

  void AddFault(const SimFault& fault) EXCLUDES(mutex);
  void ClearFaults() EXCLUDES(mutex);

 private:
  struct ArmedFault {
    SimFault fault;
    uint64_t seen = 0;
  };

  void FreezeLocked() REQUIRES(mutex);
  void WriteBack() REQUIRES(mutex);
  void Judge(SimIo io, const std::string& path, SimVerdict* verdict) REQUIRES(mutex);

  std::vector<ArmedFault> faults_ GUARDED_BY(mutex);
};

// Handles: sim_files.cc.
std::unique_ptr<SequentialFile> NewSimSequential(std::shared_ptr<SimFileSystem::Core> core,
                                                 std::string path, uint64_t life,
                                                 std::shared_ptr<SimInode> inode);
std::unique_ptr<RandomReadFile> NewSimRandomRead(std::shared_ptr<SimFileSystem::Core> core,
                                                 std::string path, uint64_t life,
                                                 std::shared_ptr<SimInode> inode, bool direct);
// Carried out in an order that the seed decides; in the background some at once, some in Wait.
std::unique_ptr<PendingReads> StartSimReads(std::shared_ptr<SimFileSystem::Core> core,
                                            ReadRequest* requests, size_t n, bool background);
std::unique_ptr<WritableFile> NewSimWritable(std::shared_ptr<SimFileSystem::Core> core,
                                             std::string path, uint64_t life,
                                             std::shared_ptr<SimInode> inode);
std::unique_ptr<Directory> NewSimDirectory(std::shared_ptr<SimFileSystem::Core> core,
                                           std::string path, uint64_t life,
                                           std::shared_ptr<SimDir> dir);
// REQUIRES: core->mutex is held, the inode has options.size bytes when it is to be mapped.
std::unique_ptr<LogSegment> NewSimLogSegment(const std::shared_ptr<SimFileSystem::Core>& core,
                                             const std::string& path, uint64_t life,
                                             std::shared_ptr<SimInode> inode,
                                             const LogSegmentOptions& options);

}  // namespace aether

#endif  // AETHER_ENGINE_IO_SIM_CORE_H_
