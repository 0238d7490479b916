// Reading ahead of a forward pass over the leaves of one file, straight into frames of the pool.
//
// A stretch of leaves is read by one batch; in the background the stretch behind it is under way
// while this one is passed over. A stretch ends where a leaf is in memory already, and takes at
// most kShareOfPool of the pool, two leaves at least.
//
// Thread safety: one thread at a time. Must not outlive its file.
// Failure: the leaf asked for has the outcome of RunFile::Leaf; what fails further ahead is read
// again when it is asked for.

#ifndef AETHER_ENGINE_RUN_READ_AHEAD_H_
#define AETHER_ENGINE_RUN_READ_AHEAD_H_

#include <cstddef>
#include <memory>

#include "engine/run/page_batch.h"
#include "engine/run/run_file.h"

namespace aether {

class LeafReadAhead {
 public:
  static constexpr size_t kShareOfPool = 64;
  static constexpr size_t kMaxLeaves = 256;

  LeafReadAhead(const RunFile* file, const RunReadOptions& options);

  // A leaf that the pass needs and that is not in memory. REQUIRES: as RunFile::Leaf.
  Status Load(size_t index, PageRef* page);
  // Of stretches that are being held or under way. For pages that stay private.
  bool Holds(size_t index) const { return now_.Covers(index) || next_.Covers(index); }
  // The pass has come to `index`, wherever that leaf came from.
  void Passed(size_t index) {
    if (index >= trigger_) [[unlikely]]
      StartNext();
  }

 private:
  struct Stretch {
    std::unique_ptr<PageBatch> pages;
    size_t begin = 0;
    size_t end = 0;
    bool Covers(size_t index) const { return index >= begin && index < end; }
  };

  Stretch Plan(size_t begin);
  void StartNext();

  const RunFile* const file_;
  const RunReadOptions options_;
  const size_t most_;  // leaves of one stretch
  size_t length_;      // of the next one
  Stretch now_;
  Stretch next_;  // under way
  size_t trigger_ = SIZE_MAX;
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_READ_AHEAD_H_
