// Pages and large values that are not in memory, read together: for several keys, several runs, or
// a stretch ahead of a scan.
//
// How: Add each miss (asking twice for one page gives one ticket), Read all at once or Start them
// in the background and Wait, then take each by its ticket. What was read goes to readers of the
// pool as if it had been loaded alone, and is pinned here as long as the batch holds it.
//
// Thread safety: one thread at a time. Files must outlive the batch.
// Cost: nothing is allocated before the first Add.
// Failure: each ticket has an outcome of its own, the one that RunFile::Leaf or ReadExtent would
// have given.

#ifndef AETHER_ENGINE_RUN_PAGE_BATCH_H_
#define AETHER_ENGINE_RUN_PAGE_BATCH_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "engine/run/run_file.h"

namespace aether {

class PageBatch {
 public:
  explicit PageBatch(const RunReadOptions& options) : options_(options) {}
  ~PageBatch() { Wait(); }
  PageBatch(const PageBatch&) = delete;
  PageBatch& operator=(const PageBatch&) = delete;

  // Both return a ticket; `level` is for the counters. REQUIRES: nothing was read or started since
  // Clear.
  size_t AddLeaf(const RunFile* file, size_t leaf, int level = 0);
  size_t AddExtent(const RunFile* file, const Extent& extent, int level = 0);

  bool empty() const { return loads_.empty(); }
  size_t size() const { return loads_.size(); }

  void Read();
  // False when the file system reads nothing in the background just now: nothing was started then.
  bool Start();
  // Returns when what was started is there. Idempotent.
  void Wait();

  // The page of a ticket, pinned. REQUIRES: it has been read.
  Status Get(size_t ticket, PageRef* page) const;
  // Forgets everything, pins too.
  void Clear();

 private:
  static constexpr size_t kNoLeaf = SIZE_MAX;

  struct Load {
    const RunFile* file;
    size_t leaf;  // kNoLeaf: the extent
    Extent extent;
    PageLoad load;
    size_t request;  // in requests_; only when the status is OK
    Status status;
    PageRef page;
    int level;
  };

  void Finish();

  RunReadOptions options_;
  std::vector<Load> loads_;
  std::vector<ReadRequest> requests_;
  std::unique_ptr<PendingReads> pending_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_PAGE_BATCH_H_
