// Environments that are made from others: in memory, and with timing.

#include <utility>

#include "compat/env/composite_env.h"
#include "compat/env/engine_file_system.h"
#include "engine/io/sim_file_system.h"

namespace rocksdb {

namespace {

// Threads and time of the base Env; files in the memory of the engine's simulated disk, which
// nobody crashes. What is synced there counts as durable, and all of it goes with the Env.
class MemEnv : public CompositeEnvWrapper {
 public:
  MemEnv(Env* base, std::unique_ptr<aether::FileSystem> memory)
      : CompositeEnvWrapper(base, NewEngineFileSystem(memory.get(), "MemFileSystem")),
        memory_(std::move(memory)) {}
  const char* Name() const override { return "MockEnv"; }

 private:
  const std::unique_ptr<aether::FileSystem> memory_;
};

}  // namespace

Env* NewMemEnv(Env* base_env) {
  auto memory = std::make_unique<aether::SimFileSystem>(0);
  memory->SetWriteBackOneIn(0);
  // Applications put their stores under the test directory without making its parents.
  memory->CreateDirIfMissing("/tmp").Ignore();
  return new MemEnv(base_env, std::move(memory));
}

// The times of file operations are not measured.
Env* NewTimedEnv(Env* base_env) { return new CompositeEnvWrapper(base_env); }

}  // namespace rocksdb
