// Compiled by a test with poison.h in front: as it stands it must pass, with AETHER_RAW_CALL it
// must not.

#include <string>
#include <thread>
#include <vector>

#include "engine/base/thread_annotations.h"
#include "engine/io/clock.h"
#include "engine/io/file_system.h"
#include "engine/io/thread.h"

namespace aether {

Status ThroughTheInterface(FileSystem* fs) { return fs->SyncDir("."); }

#if defined(AETHER_RAW_CALL)
int PastTheInterface(int fd) { return fsync(fd); }
#endif

}  // namespace aether
