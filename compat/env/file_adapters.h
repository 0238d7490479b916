// Files of one interface presented as files of the other: the older Env interface has calls without
// options, the FileSystem interface has calls with them.
//
// Thread safety: that of the wrapped file. Failure: the status of the wrapped call.

#ifndef AETHER_COMPAT_ENV_FILE_ADAPTERS_H_
#define AETHER_COMPAT_ENV_FILE_ADAPTERS_H_

#include <memory>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace rocksdb {

// FileSystem files as Env files. Each takes ownership.
std::unique_ptr<SequentialFile> AsEnvFile(std::unique_ptr<FSSequentialFile> file);
std::unique_ptr<RandomAccessFile> AsEnvFile(std::unique_ptr<FSRandomAccessFile> file);
std::unique_ptr<WritableFile> AsEnvFile(std::unique_ptr<FSWritableFile> file);
std::unique_ptr<RandomRWFile> AsEnvFile(std::unique_ptr<FSRandomRWFile> file);
std::unique_ptr<Directory> AsEnvFile(std::unique_ptr<FSDirectory> directory);

// Env files as FileSystem files. Each takes ownership.
std::unique_ptr<FSSequentialFile> AsFSFile(std::unique_ptr<SequentialFile> file);
std::unique_ptr<FSRandomAccessFile> AsFSFile(std::unique_ptr<RandomAccessFile> file);
std::unique_ptr<FSWritableFile> AsFSFile(std::unique_ptr<WritableFile> file);
std::unique_ptr<FSRandomRWFile> AsFSFile(std::unique_ptr<RandomRWFile> file);
std::unique_ptr<FSDirectory> AsFSFile(std::unique_ptr<Directory> directory);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_FILE_ADAPTERS_H_
