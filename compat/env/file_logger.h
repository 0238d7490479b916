// Loggers that write to files: one that owns a single file, one that rolls over by size or age.
//
// Thread safety: all functions. Each line goes to the file system before the call returns, so a log
// survives the death of its process. Failure: a line that cannot be written is dropped; Close
// returns the first error.

#ifndef AETHER_COMPAT_ENV_FILE_LOGGER_H_
#define AETHER_COMPAT_ENV_FILE_LOGGER_H_

#include <memory>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace rocksdb {

// Writes "date-time thread message" lines. Counts what it has written in GetLogFileSize.
std::shared_ptr<Logger> NewFileLogger(std::unique_ptr<FSWritableFile> file, InfoLogLevel level);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_FILE_LOGGER_H_
