// Writes a sealed memtable as one run of level 0: in small files when its keys overlap those of
// older runs, so that it will be merged, in one file when it will be moved as it is.
//
// Thread safety: Run is called once, by a background thread. REQUIRES: the table takes no more
// inserts. Failure: nothing is installed, files written are removed, the table stays as it is and
// can be flushed again.

#ifndef AETHER_ENGINE_LSM_FLUSH_JOB_H_
#define AETHER_ENGINE_LSM_FLUSH_JOB_H_

#include <memory>
#include <vector>

#include "engine/lsm/job_context.h"
#include "engine/lsm/version.h"
#include "engine/memtable/memtable.h"

namespace aether {

struct FlushResult {
  // Adds the run; without files (an empty table) it adds nothing. The caller completes and installs
  // it.
  FamilyEdit edit;
  std::vector<std::shared_ptr<const FileMeta>> files;
  uint64_t bytes = 0;  // of run files and blob files
  uint64_t entries = 0;
};

// Removes the files of a flush that will not be installed.
void DiscardFlush(const JobContext& context, const FlushResult& result);

// `older` is the version the run comes on top of; null when there is none.
Status RunFlush(const JobContext& context, uint32_t family, const MemTable& table,
                std::shared_ptr<const Version> older, std::vector<SequenceNumber> snapshots,
                FlushResult* result);

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_FLUSH_JOB_H_
