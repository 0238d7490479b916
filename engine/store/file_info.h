// What is told of a file of a run.
//
// Thread safety: a function of its argument.

#ifndef AETHER_ENGINE_STORE_FILE_INFO_H_
#define AETHER_ENGINE_STORE_FILE_INFO_H_

#include "engine/run/file_meta.h"
#include "engine/store/stats.h"

namespace aether {

// Without path, level and run.
FileInfo DescribeFile(const FileMeta& meta);

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_FILE_INFO_H_
