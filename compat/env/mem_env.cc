// Environments that are made from others: in memory, and with timing.

#include <utility>

#include "compat/env/composite_env.h"
#include "compat/env/engine_file_system.h"
#include "engine/io/sim_file_system.h"

namespace rocksdb {

namespace {

// The engine's simulated disk, which nobody crashes. Applications put their stores anywhere in it
// without making the parents.
class Memory final : public aether::SimFileSystem {
 public:
  Memory() : SimFileSystem(0) { SetWriteBackOneIn(0); }
  aether::Status CreateDirIfMissing(const std::string& path) override {
    for (size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
      const aether::Status s = SimFileSystem::CreateDirIfMissing(path.substr(0, at));
      if (!s.ok()) return s;
    }
    return SimFileSystem::CreateDirIfMissing(path);
  }
};

// Threads and time of the base Env; files in memory. What is synced there counts as durable, and
// all of it goes with the Env.
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
  auto memory = std::make_unique<Memory>();
  // Where GetTestDirectory says.
  memory->CreateDirIfMissing("/tmp").Ignore();
  return new MemEnv(base_env, std::move(memory));
}

// The times of file operations are not measured.
Env* NewTimedEnv(Env* base_env) { return new CompositeEnvWrapper(base_env); }

}  // namespace rocksdb
