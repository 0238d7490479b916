// What the background threads of the process work on, for Env::GetThreadList.
//
// Thread safety: all functions; Begin, Work and End are for the calling thread. Nothing fails.

#ifndef AETHER_COMPAT_ENV_THREAD_REGISTRY_H_
#define AETHER_COMPAT_ENV_THREAD_REGISTRY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "rocksdb/thread_status.h"

namespace rocksdb {

struct ThreadWork {
  std::string db_name;
  std::string family_name;
  ThreadStatus::OperationType operation = ThreadStatus::OP_UNKNOWN;
  ThreadStatus::OperationStage stage = ThreadStatus::STAGE_UNKNOWN;
  uint64_t properties[ThreadStatus::kNumOperationProperties] = {};
};

class ThreadRegistry {
 public:
  static void Begin(ThreadStatus::ThreadType type);
  static void End();
  // Null: nothing.
  static void Work(const ThreadWork* work);

  // Adds the threads that have begun.
  static void List(std::vector<ThreadStatus>* list);
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_THREAD_REGISTRY_H_
