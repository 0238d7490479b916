#include "compat/env/thread_registry.h"

#include <map>
#include <mutex>
#include <utility>

#include "engine/io/clock.h"
#include "engine/io/thread.h"

namespace rocksdb {

namespace {

struct Entry {
  ThreadStatus::ThreadType type = ThreadStatus::USER;
  ThreadWork work;
  uint64_t since_micros = 0;
};

struct Registry {
  std::mutex mutex;
  std::map<uint64_t, Entry> threads;  // by the kernel's number; under the mutex
};

// Never destroyed: threads may end after the program's objects have.
Registry& TheRegistry() {
  static Registry* const registry = new Registry;
  return *registry;
}

uint64_t ThisThread() { return static_cast<uint64_t>(aether::CurrentThreadId()); }

}  // namespace

void ThreadRegistry::Begin(ThreadStatus::ThreadType type) {
  Registry& registry = TheRegistry();
  const std::lock_guard<std::mutex> lock(registry.mutex);
  registry.threads[ThisThread()].type = type;
}

void ThreadRegistry::End() {
  Registry& registry = TheRegistry();
  const std::lock_guard<std::mutex> lock(registry.mutex);
  registry.threads.erase(ThisThread());
}

void ThreadRegistry::Work(const ThreadWork* work) {
  Registry& registry = TheRegistry();
  const std::lock_guard<std::mutex> lock(registry.mutex);
  const auto mine = registry.threads.find(ThisThread());
  if (mine == registry.threads.end()) return;
  mine->second.work = work != nullptr ? *work : ThreadWork();
  mine->second.since_micros = work != nullptr ? aether::RealClock()->NowMicros() : 0;
}

void ThreadRegistry::List(std::vector<ThreadStatus>* list) {
  Registry& registry = TheRegistry();
  const std::lock_guard<std::mutex> lock(registry.mutex);
  const uint64_t now = aether::RealClock()->NowMicros();
  for (const auto& [id, entry] : registry.threads) {
    const ThreadWork& work = entry.work;
    const bool works = work.operation != ThreadStatus::OP_UNKNOWN;
    list->emplace_back(id, entry.type, work.db_name, work.family_name, work.operation,
                       works ? now - entry.since_micros : 0, work.stage, work.properties,
                       ThreadStatus::STATE_UNKNOWN);
  }
}

}  // namespace rocksdb
