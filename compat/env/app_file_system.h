// An application's own rocksdb::FileSystem (in memory, encrypted, counting, fault-injecting)
// presented to the engine, so that all I/O of a store goes through it. The log then uses its append
// backend.
//
// Thread safety: as engine/io/file_system.h promises, whatever the application's files promise: a
// lock orders what they may not do at the same time. Durability: every Append is flushed to the
// file system, so it survives the process as far as that file system goes. Failure: the
// application's status; a failed Append or Sync sticks to its handle.

#ifndef AETHER_COMPAT_ENV_APP_FILE_SYSTEM_H_
#define AETHER_COMPAT_ENV_APP_FILE_SYSTEM_H_

#include <memory>

#include "engine/io/file_system.h"
#include "rocksdb/file_system.h"

namespace rocksdb {

class Env;

std::unique_ptr<aether::FileSystem> NewAppFileSystem(std::shared_ptr<FileSystem> fs);

// The engine's file system for an Env: the disk itself for the default one, else an adapter in
// *owned.
aether::FileSystem* EngineFileSystemFor(Env* env, std::unique_ptr<aether::FileSystem>* owned);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_APP_FILE_SYSTEM_H_
