// The blob files that one flush or merge writes.
//
// Thread safety: one user at a time, in the background: it does I/O. Failure: the first error is
// returned by every later call; files that TakeFiles has not handed over are removed with the
// object.

#ifndef AETHER_ENGINE_LSM_BLOB_OUTPUT_H_
#define AETHER_ENGINE_LSM_BLOB_OUTPUT_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/lsm/job_context.h"
#include "engine/run/blob_builder.h"

namespace aether {

class BlobOutput {
 public:
  // `level`: of the run that will refer to the values. The context outlives this.
  BlobOutput(const JobContext* context, int level);
  ~BlobOutput();
  BlobOutput(const BlobOutput&) = delete;
  BlobOutput& operator=(const BlobOutput&) = delete;

  // Whether a value of this size is to be kept out of the run.
  bool Wants(uint64_t size) const {
    return wanted_ && size != 0 && size >= context_->blob.min_size;
  }
  // *reference: what the run stores instead. A put of a memtable has a sequence, others 0: a value
  // that stands in the log is not written again.
  Status Add(SequenceNumber sequence, Slice value, std::string* reference);
  // Hands over what has been written: durable, and its names after JobContext::SyncNames.
  Status TakeFiles(std::vector<std::shared_ptr<const BlobMeta>>* files);
  uint64_t bytes_written() const { return bytes_written_; }

 private:
  Status FinishFile();

  const JobContext* const context_;
  const bool wanted_;
  Status status_;
  std::unique_ptr<BlobBuilder> builder_;
  std::vector<uint64_t> numbers_;  // of files that have not been handed over
  std::vector<std::shared_ptr<const BlobMeta>> finished_;
  uint64_t bytes_written_ = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_BLOB_OUTPUT_H_
