#include "rocksdb/utilities/simulated_disk.h"

#include "compat/env/engine_file_system.h"
#include "compat/env/status_convert.h"
#include "engine/io/sim_file_system.h"

namespace rocksdb {

namespace {

static_assert(static_cast<uint32_t>(SimulatedDisk::kAllOperations) == aether::kSimAllIo);
static_assert(static_cast<uint8_t>(SimulatedDisk::Effect::kStale) ==
              static_cast<uint8_t>(aether::SimEffect::kStale));

class Disk final : public SimulatedDisk {
 public:
  explicit Disk(uint64_t seed)
      : disk_(seed), file_system_(NewEngineFileSystem(&disk_, "SimulatedDisk")) {
    // Applications put their stores under the test directory without making its parents.
    disk_.CreateDirIfMissing("/tmp").Ignore();
    disk_.SyncDir("/").Ignore();
  }

  std::shared_ptr<FileSystem> file_system() override { return file_system_; }
  void AddFault(const Fault& fault) override {
    aether::SimFault out;
    out.io = fault.operations;
    out.effect = static_cast<aether::SimEffect>(fault.effect);
    out.path_part = fault.path_part;
    out.nth = fault.nth;
    out.sticky = fault.sticky;
    out.probability = fault.probability;
    disk_.AddFault(out);
  }
  void ClearFaults() override { disk_.ClearFaults(); }
  void SetFreeSpace(uint64_t bytes) override { disk_.SetFreeSpace(bytes); }
  Status FlipBit(const std::string& path, uint64_t bit) override {
    return ToRocks(disk_.FlipBit(path, bit));
  }
  void Freeze() override { disk_.Freeze(); }
  void FreezeAtSync(uint64_t n) override { disk_.CrashAtSync(n); }
  bool frozen() const override { return disk_.frozen(); }
  void PowerLoss(uint64_t seed) override { disk_.Crash(seed); }
  void ProcessDeath() override { disk_.ProcessKill(); }

 private:
  aether::SimFileSystem disk_;
  const std::shared_ptr<FileSystem> file_system_;
};

}  // namespace

std::shared_ptr<SimulatedDisk> SimulatedDisk::New(uint64_t seed) {
  return std::make_shared<Disk>(seed);
}

}  // namespace rocksdb
