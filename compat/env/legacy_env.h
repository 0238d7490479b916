// A FileSystem and a SystemClock made of an Env: what Env::GetFileSystem and GetSystemClock give
// for an application's own Env that implements the file and time functions itself.
//
// Ownership: the Env owns these objects, so they hold a bare pointer to it. Thread safety: that of
// the Env.

#ifndef AETHER_COMPAT_ENV_LEGACY_ENV_H_
#define AETHER_COMPAT_ENV_LEGACY_ENV_H_

#include <memory>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/system_clock.h"

namespace rocksdb {

std::shared_ptr<FileSystem> NewLegacyFileSystem(Env* env);
std::shared_ptr<SystemClock> NewLegacySystemClock(Env* env);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_LEGACY_ENV_H_
