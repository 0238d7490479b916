// The log segment on a disk: mapped where that is safe, by pwrite elsewhere. Contract: LogSegment
// in file_system.h.

#ifndef AETHER_ENGINE_IO_POSIX_LOG_SEGMENT_H_
#define AETHER_ENGINE_IO_POSIX_LOG_SEGMENT_H_

#include <memory>
#include <string>

#include "engine/io/file_system.h"

namespace aether {

Status OpenPosixLogSegment(const std::string& path, const LogSegmentOptions& options,
                           std::unique_ptr<LogSegment>* result);

// ext4 (and its elders), tmpfs, and xfs on which a trial reflink is refused.
bool PosixMappedLogIsSafe(const std::string& directory);

}  // namespace aether

#endif  // AETHER_ENGINE_IO_POSIX_LOG_SEGMENT_H_
