// A log segment on nothing but NewWritableFile: for file systems of which we know no more than that
// they append.
//
// Thread safety: as LogSegment says; a mutex orders Append and Sync, because such a handle has one
// user at a time. Failure behaviour: both sync tokens share one handle, so the first error poisons
// the segment for both.

#ifndef AETHER_ENGINE_IO_APPEND_LOG_SEGMENT_H_
#define AETHER_ENGINE_IO_APPEND_LOG_SEGMENT_H_

#include <memory>
#include <string>

#include "engine/io/file_system.h"

namespace aether {

// options.existing empties the file: what cannot be overwritten in place is written anew.
Status NewAppendLogSegment(FileSystem* fs, const std::string& path,
                           const LogSegmentOptions& options, std::unique_ptr<LogSegment>* result);

}  // namespace aether

#endif  // AETHER_ENGINE_IO_APPEND_LOG_SEGMENT_H_
