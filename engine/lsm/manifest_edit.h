// What the manifest says: the families of a directory, their runs, and where the log may start.
//
// A ManifestState is the sum of all ManifestEdits so far. Both are plain values; whoever holds the
// manifest guards them. Invariants of a state:
//  1. Within a run, files with entries come in ascending order of user keys and do not overlap.
//  Range deletions stand
//     in files of their own, without entries, anywhere in the list.
//  2. Within a level, runs stand newest first; levels go from young to old. A key is looked up in
//  that order.
//  3. The output run of an unfinished merge covers keys up to some cut, the inputs (by their trims)
//  keys above it.
//  4. A family has exactly those blob files that files of its runs refer to. What of a blob file is
//  garbage follows from what these say; nothing else keeps count of it, so nothing can disagree.
//  While a merge goes on, what it has copied counts twice.

#ifndef AETHER_ENGINE_LSM_MANIFEST_EDIT_H_
#define AETHER_ENGINE_LSM_MANIFEST_EDIT_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/lsm/options.h"
#include "engine/run/file_meta.h"
#include "engine/wal/log_state.h"

namespace aether {

struct FileState {
  std::shared_ptr<const FileMeta> meta;
  // Entries with user keys up to and including *trim do not count any more. Null: all count.
  std::shared_ptr<const std::string> trim;
};

struct RunState {
  uint64_t id = 0;
  std::vector<FileState> files;
};

struct MergeState {
  uint64_t output_run = 0;
  int output_level = 0;
  std::vector<uint64_t> input_runs;
};

struct BlobState {
  std::shared_ptr<const BlobMeta> meta;
  uint64_t files = 0;  // of runs that refer to it
  uint64_t live_count = 0;
  uint64_t live_bytes = 0;

  uint64_t garbage_bytes() const { return live_bytes < meta->bytes ? meta->bytes - live_bytes : 0; }
};

struct FamilyState {
  uint32_t id = 0;
  std::string name;
  std::string comparator;
  // Every write of the family with a sequence up to this is in runs.
  uint64_t flushed_sequence = 0;
  // Of a thousand entries above the last level, how many took the place of others when the last
  // level was merged last. 1000, the worst, until then.
  uint32_t superseding = 1000;
  std::vector<RunState> levels[kLevels];
  std::vector<MergeState> merges;
  std::map<uint64_t, BlobState> blobs;  // by number

  RunState* FindRun(uint64_t run);
};

struct ManifestState {
  uint64_t store_id = 0;  // stands in every log segment; never changes
  std::map<uint32_t, FamilyState> families;
  LogState log;
  uint64_t next_number = 1;  // above every file number, run number in use
  uint32_t next_family = 1;  // ids are never used twice
};

// Changes of one family, applied in the order of the members below.
struct FamilyEdit {
  struct Create {
    std::string name;
    std::string comparator;
  };
  struct NewRun {
    int level;
    uint64_t run;  // becomes the newest of its level
  };
  struct AddFile {
    uint64_t run;
    std::shared_ptr<const FileMeta> meta;  // goes behind the files the run has
  };
  struct Trim {
    uint64_t run;
    uint64_t file;
    std::string key;
  };
  struct RemoveFile {
    uint64_t run;
    uint64_t file;
  };

  uint32_t family = 0;
  std::optional<Create> create;
  bool drop = false;
  std::optional<uint64_t> flushed_sequence;
  std::optional<uint32_t> superseding;
  std::vector<NewRun> new_runs;
  std::vector<MergeState> begin_merges;
  std::vector<std::shared_ptr<const BlobMeta>> add_blobs;
  std::vector<RemoveFile> remove_files;
  std::vector<AddFile> add_files;
  std::vector<Trim> trims;
  std::vector<uint64_t> end_merges;  // by output run
  std::vector<uint64_t> remove_runs;
};

struct ManifestEdit {
  std::optional<uint64_t> store_id;
  std::optional<LogState> log;
  std::optional<uint64_t> next_number;
  std::optional<uint32_t> next_family;
  std::vector<FamilyEdit> families;

  void EncodeTo(std::string* out) const;
  // Corruption when the bytes are not an edit, NotSupported when they hold a field this version
  // does not know.
  Status DecodeFrom(Slice in);
};

// Corruption when the edit does not fit the state (unknown family, run or file); *state is
// unspecified then.
Status ApplyEdit(const ManifestEdit& edit, ManifestState* state);

// One edit that makes an empty state equal to this one.
ManifestEdit SnapshotOf(const ManifestState& state);

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_MANIFEST_EDIT_H_
