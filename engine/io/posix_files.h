// The file objects of the disk. Thread safety and failure behaviour: file_system.h.

#ifndef AETHER_ENGINE_IO_POSIX_FILES_H_
#define AETHER_ENGINE_IO_POSIX_FILES_H_

#include <memory>
#include <string>

#include "engine/io/file_system.h"

namespace aether {

Status OpenPosixSequential(const std::string& path, std::unique_ptr<SequentialFile>* result);
Status OpenPosixRandomRead(const std::string& path, const ReadFileOptions& options,
                           std::unique_ptr<RandomReadFile>* result);
Status OpenPosixWritable(const std::string& path, const WriteFileOptions& options,
                         std::unique_ptr<WritableFile>* result);
Status OpenPosixDirectory(const std::string& path, std::unique_ptr<Directory>* result);

// open(2) that survives signals and does not leak into programs that are started. Returns -1 and
// errno.
int OpenNoIntr(const char* path, int flags, unsigned mode = 0644);

// All n bytes at offset, or an error; *done says how many are known to be in the file either way.
Status WriteFully(int fd, const std::string& path, uint64_t offset, const char* data, size_t n,
                  size_t* done);
// Up to n bytes at offset; fewer only at the end of the file.
Status ReadFully(int fd, const std::string& path, uint64_t offset, size_t n, char* scratch,
                 size_t* done);

}  // namespace aether

#endif  // AETHER_ENGINE_IO_POSIX_FILES_H_
