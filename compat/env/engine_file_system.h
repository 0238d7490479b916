// The engine's file interface presented as a rocksdb::FileSystem. FileSystem::Default() is one of
// these on the disk, under the name "PosixFileSystem".
//
// Thread safety: all functions; files as the engine's files. Failure: the status of the engine's
// call.

#ifndef AETHER_COMPAT_ENV_ENGINE_FILE_SYSTEM_H_
#define AETHER_COMPAT_ENV_ENGINE_FILE_SYSTEM_H_

#include <memory>

#include "engine/io/file_system.h"
#include "rocksdb/file_system.h"

namespace rocksdb {

// `engine` must outlive the result. The name must be a literal.
std::shared_ptr<FileSystem> NewEngineFileSystem(aether::FileSystem* engine, const char* name);

// The engine's file system behind fs when fs is the default one, else null: the engine then uses it
// directly.
aether::FileSystem* EngineFileSystemOf(const FileSystem* fs);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_ENGINE_FILE_SYSTEM_H_
