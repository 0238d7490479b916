// One file of the simulator: what programs see, what the disk holds, and what lies between.
//
// Thread safety: all functions need the lock of the simulator. Only the bytes of a mapping are
// stored to without it. Invariants:
//   - content_ is what programs saw when it was last folded; a mapping may be ahead of it.
//   - the durable bytes of a block are in unsynced_ or lost_ if it stands there, else they are
//   those of content_.
//   - unsynced_ blocks become durable at the next Sync; lost_ ones only when they are written again
//   and then synced.

#ifndef AETHER_ENGINE_IO_SIM_INODE_H_
#define AETHER_ENGINE_IO_SIM_INODE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "engine/base/random.h"
#include "engine/base/slice.h"
#include "engine/io/sim_file_system.h"

namespace aether {

// The memory of a mapping. It outlives crashes as long as a handle of the old life still points to
// it.
class SimPages {
 public:
  explicit SimPages(size_t size);
  ~SimPages();
  SimPages(const SimPages&) = delete;
  SimPages& operator=(const SimPages&) = delete;
  char* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  char* const data_;
  const size_t size_;
};

// Space of the simulated disk, shared by all inodes.
struct SimSpace {
  std::atomic<uint64_t> used{0};
  std::atomic<uint64_t> capacity{UINT64_MAX};
  uint64_t free() const {
    const uint64_t u = used.load();
    const uint64_t c = capacity.load();
    return c > u ? c - u : 0;
  }
};

class SimInode {
 public:
  explicit SimInode(std::shared_ptr<SimSpace> space) : space_(std::move(space)) {}
  ~SimInode();
  SimInode(const SimInode&) = delete;
  SimInode& operator=(const SimInode&) = delete;

  uint64_t size() const { return content_.size(); }
  uint64_t modified = 0;  // unix seconds

  // Returns how many bytes were read or written; fewer on a write: the disk is full.
  size_t Read(uint64_t offset, size_t n, char* scratch);
  size_t ReadDurable(uint64_t offset, size_t n, char* scratch);
  size_t Write(uint64_t offset, Slice data);
  bool Reserve(uint64_t bytes);  // false: the disk is full
  void Resize(uint64_t size);
  // As Resize, but a crash keeps the old size or the new one and nothing between (fallocate).
  bool Preallocate(uint64_t size);
  void FlipBit(uint64_t bit);

  // Maps the first `size` bytes, which must be there. Later callers share the memory.
  std::shared_ptr<SimPages> Map(size_t size);
  bool mapped() const { return live_ != nullptr; }
  void Unmap();
  // Forgets the mapping: stores from now on lead nowhere.
  void Detach();

  void Sync();
  // All unsynced blocks count as clean now, and are not on the disk.
  void FailSync();
  // One dirty page of the mapping becomes durable as it is.
  void WriteBackSomePage(Random* random);
  void LosePower(Random* random, SimCounters* counters);

  // How many syncs have failed. A handle that has seen fewer is told at its next sync.
  uint64_t sync_errors() const { return sync_errors_; }

 private:
  static constexpr uint64_t kBlock = SimFileSystem::kBlock;
  using Blocks = std::map<uint64_t, std::string>;

  std::string BlockOf(uint64_t index) const;
  void PutBlock(uint64_t index, const std::string& bytes);
  // Remembers the durable bytes of a block before it changes.
  void Touch(uint64_t index);
  // Takes over what was stored into the mapping, in whole blocks.
  void Fold(uint64_t offset = 0, uint64_t n = UINT64_MAX);

  const std::shared_ptr<SimSpace> space_;
  uint64_t reserved_ = 0;  // of space_, in bytes
  std::string content_;
  uint64_t durable_size_ = 0;
  bool size_jumps_ = false;
  Blocks unsynced_;
  Blocks lost_;
  std::shared_ptr<SimPages> live_;
  int maps_ = 0;
  uint64_t sync_errors_ = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_IO_SIM_INODE_H_
