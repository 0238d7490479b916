// Bytes of a file, copied and checksummed in pieces; names of files in a database.
//
// Thread safety: functions of their arguments. Failure: the Status of the file systems, or
// Corruption with the name of a file that is shorter than it should be; what was written of the
// target stays.

#ifndef AETHER_COMPAT_UTILITIES_COPY_FILE_H_
#define AETHER_COMPAT_UTILITIES_COPY_FILE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "rocksdb/file_system.h"
#include "rocksdb/rate_limiter.h"
#include "rocksdb/types.h"

namespace rocksdb {

struct CopySource {
  FileSystem* fs = nullptr;  // null: `contents` is what is copied
  std::string path;
  Slice contents;
  uint64_t size = 0;  // so many bytes from the beginning
};

struct CopyTarget {
  FileSystem* fs = nullptr;  // null: the bytes are only read
  std::string path;
  bool sync = true;
};

struct CopyPacing {
  RateLimiter* limiter = nullptr;
  // After each piece; an error ends the copy. May be empty.
  std::function<IOStatus(size_t bytes_read, size_t bytes_written)> after_piece;
};

// *crc32c becomes that of the bytes.
IOStatus CopyBytes(const CopySource& source, const CopyTarget& target, const CopyPacing& pacing,
                   uint32_t* crc32c);

// Makes the names in a directory last.
IOStatus SyncDirectory(FileSystem* fs, const std::string& path);
// "a/b" of "a/b/c/", "." of "c".
std::string ParentDirectory(const std::string& path);

// What a name without directory stands for in a database. False for names of other things; *number
// is 0 where there is none in the name.
bool ParseDbFileName(const std::string& name, uint64_t* number, FileType* type);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_UTILITIES_COPY_FILE_H_
