// One merge: some runs that are neighbours in age become one run of a deeper level, a piece at a
// time.
//
// How: the inputs' files are put in clusters that do not overlap each other. A cluster of one file
// moves by a manifest edit alone when nothing asks for its rewriting; the others are merged, key by
// key. Whenever an output file is complete, one edit adds it to the output run, removes the input
// files that are used up and trims the others: readers find each key in the output run up to the
// cut and in the inputs above it. So space is given back on the way, and a merge that a crash
// interrupts goes on from the cut.
//
// Values in blob files stay where they are: the output has the same references. Where garbage is
// collected, values of the oldest blob files are read and written anew; each output file brings the
// blob file of its own values along.
//
// Thread safety: one thread at a time, not always the same. Step does a bounded piece of work and
// I/O. Invariants: the map that readers see never changes; a tombstone goes only when nothing older
// of its key lies outside the inputs and no snapshot is older; all versions of a key go into one
// file. Failure: the merge stops with what was installed last in force; a new job for the same
// MergeState goes on from there.

#ifndef AETHER_ENGINE_LSM_MERGE_JOB_H_
#define AETHER_ENGINE_LSM_MERGE_JOB_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/lsm/blob_output.h"
#include "engine/lsm/job_context.h"
#include "engine/lsm/reducer.h"
#include "engine/lsm/version.h"

namespace aether {

struct MergeProgress {
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;  // blob files included
  uint64_t entries_read = 0;
  uint64_t entries_written = 0;
  uint64_t files_moved = 0;
  uint64_t file_bytes_read = 0;  // as stored
  uint64_t blob_bytes_read = 0;
  uint64_t blob_bytes_written = 0;
  std::vector<uint64_t> output_files;
};

class MergeJob {
 public:
  struct Options {
    std::vector<SequenceNumber> snapshots;
    std::unique_ptr<CompactionFilter> filter;
    bool resumed = false;  // an earlier job of this merge installed something
    bool rewrite = false;  // no moves
    // Values in blob files with a smaller number are written anew.
    uint64_t collect_below = 0;
  };

  // `state` has been made durable by an edit; `version` holds it.
  MergeJob(JobContext context, uint32_t family, MergeState state,
           std::shared_ptr<const Version> version, Options options);
  ~MergeJob();

  // Works until about `budget` bytes have been read or the merge is complete and installed.
  Status Step(uint64_t budget, bool* done);

  const MergeState& state() const { return state_; }
  const MergeProgress& progress() const { return progress_; }
  // Bytes of input when it started.
  uint64_t input_bytes() const { return input_bytes_; }
  const std::vector<uint64_t>& input_files() const { return input_files_; }

 private:
  struct Input {
    uint64_t run;
    RunPart part;
    bool installed_away = false;
  };
  struct Cluster {
    uint64_t move_file;         // the number of the one file to move; 0: merge
    std::vector<Input> inputs;  // handed over when the cluster is opened
  };

  void PlanClusters(bool moves_allowed);
  void OpenCluster(Cluster* cluster);
  Status MoveCluster(const Cluster& cluster);
  Status FinishOutput();
  // Drops inputs below the last key written, trims the others.
  void AddConsumption(FamilyEdit* edit);
  Status Complete();
  void CountDrops(size_t range_deletes);
  bool OlderDataExists(Slice key) const;
  Status Write(Slice key, uint64_t tag, Slice value);
  Status ReadReference(Slice reference, ScratchBuffer* buffer, Slice* value);

  const JobContext context_;
  const uint32_t family_;
  const MergeState state_;
  Options options_;
  bool bottommost_ = false;
  std::vector<std::shared_ptr<const Run>> older_;  // runs older than the inputs
  std::unique_ptr<RangeDeleteSet> range_deletes_;
  std::vector<RangeDelete> input_range_deletes_;
  std::vector<Input> inputs_;  // by smallest key
  std::vector<Cluster> clusters_;
  size_t next_cluster_ = 0;
  RunReadCounters reads_;  // outlive the cursors
  uint64_t input_bytes_ = 0;
  std::vector<uint64_t> input_files_;  // numbers
  uint64_t upper_entries_ = 0;         // of the inputs above the last level

  // The cluster being merged: runs made of its files only.
  std::vector<std::unique_ptr<Run>> cluster_runs_;
  std::unique_ptr<EntryIterator> input_;
  std::unique_ptr<Reducer> reducer_;
  uint64_t reducer_bytes_seen_ = 0;

  std::unique_ptr<FileBuilder> builder_;
  uint64_t builder_number_ = 0;
  // Every blob file that an input may refer to.
  std::map<uint64_t, std::shared_ptr<BlobFile>> blobs_;
  std::map<uint64_t, uint64_t> read_ahead_until_;  // by blob file
  BlobOutput blob_output_;
  std::string reference_;
  ScratchBuffer relocated_;
  std::optional<std::string> cut_;  // the last key that was read completely
  MergeProgress progress_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_MERGE_JOB_H_
