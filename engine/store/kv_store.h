// KvStore: one ordered map (what RocksDB calls a column family) inside a DbEnv.
//
// Thread safety: every method may be called from any thread. A KvStore lives until its DbEnv is
// closed; after it has been dropped reads go on over what it held and writes to it fail. Failure:
// errors of I/O and damaged files come back as Status that names file, offset and family; nothing
// throws.

#ifndef AETHER_ENGINE_STORE_KV_STORE_H_
#define AETHER_ENGINE_STORE_KV_STORE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/store/iterator.h"
#include "engine/store/options.h"
#include "engine/store/pinned_value.h"
#include "engine/store/stats.h"

namespace aether {

class DbEnv;

// Null: unbounded.
struct KeyRange {
  const Slice* begin = nullptr;
  const Slice* end = nullptr;
  bool end_included = true;
};

// One of the writes of a key that are still there.
struct EntryVersion {
  std::string key;
  std::string value;
  uint64_t sequence = 0;
  EntryType type = EntryType::kPut;
};

class KvStore {
 public:
  virtual ~KvStore() = default;

  virtual uint32_t id() const = 0;
  virtual const std::string& name() const = 0;
  virtual const StoreOptions& options() const = 0;
  virtual bool dropped() const = 0;

  // NotFound when the key has no value. *value is untouched then.
  virtual Status Get(const ReadOptions& options, Slice key, PinnedValue* value) = 0;
  // n keys at once, in any order; statuses[i] and values[i] belong to keys[i].
  virtual void MultiGet(const ReadOptions& options, size_t n, const Slice* keys,
                        PinnedValue* values, Status* statuses) = 0;
  // The base value (if any) and merge operands of a key, oldest first. Stops with Incomplete beyond
  // `limit`, *operands then is as long as needed.
  virtual Status GetMergeOperands(const ReadOptions& options, Slice key, size_t limit,
                                  std::vector<std::string>* operands) = 0;
  // For conflict checks: the sequence of the newest write to the key, range deletions included, if
  // it is above `above`, else 0. Runs that hold nothing above it are not read, so the check of a
  // young transaction stays in memory. Exact while a snapshot at or below `above` is held, but for
  // keys that were absent then, were written and are absent again: merges may have dropped both.
  virtual Status NewestSequence(Slice key, uint64_t above, uint64_t* sequence) = 0;
  // Entries of the keys in [begin, end] (null: unbounded) that no range deletion hides, ascending,
  // the newest of a key first. Stops after `limit` of them, at the least after one.
  virtual Status Versions(const Slice* begin, const Slice* end, size_t limit,
                          std::vector<EntryVersion>* versions) = 0;

  // A view of the store as of now or of options.snapshot. The iterator must not outlive the DbEnv.
  // With `files`, runs are seen without the entries of the files that it says no to; ranges that
  // they delete stay deleted. It is asked for each of them here and by Refresh.
  using FileFilter = std::function<bool(const FileInfo& file)>;
  std::unique_ptr<Iterator> NewIterator(const ReadOptions& options) {
    return NewIterator(options, ScanPrefix(), FileFilter());
  }
  std::unique_ptr<Iterator> NewIterator(const ReadOptions& options, ScanPrefix prefix) {
    return NewIterator(options, std::move(prefix), FileFilter());
  }
  virtual std::unique_ptr<Iterator> NewIterator(const ReadOptions& options, ScanPrefix prefix,
                                                FileFilter files) = 0;

  // Seals the memtable and, with `wait`, returns when it and everything before it is in runs.
  virtual Status Flush(bool wait) = 0;
  // Merges everything in [begin, end] (null: unbounded) down to one run. Returns when done.
  virtual Status CompactRange(const CompactRangeOptions& options, const Slice* begin,
                              const Slice* end) = 0;

  // Merges the runs of these files, and those between them, into the level, or a deeper one where
  // their order by age asks for it. Returns when done; *outputs are the paths of what was written.
  // InvalidArgument for a file that the store does not have.
  virtual Status MergeFiles(const std::vector<uint64_t>& files, int level,
                            std::vector<std::string>* outputs) = 0;

  // Has everything merged in the background when several runs hold keys of [begin, end] (null:
  // unbounded).
  virtual Status SuggestMerge(const Slice* begin, const Slice* end) = 0;

  // Takes files out of the store, with their data, whose keys all lie in one of the ranges. Files
  // of level 0, files that are being merged, and such as hide older data that would stay are left.
  virtual Status DropFiles(const std::vector<KeyRange>& ranges) = 0;
  // The same for one file, which has to be in the oldest run: InvalidArgument otherwise. Nothing
  // happens to a file that is being merged.
  virtual Status DropFile(uint64_t number) = 0;

  // Bytes of runs and memtables that [begin, end) takes, roughly.
  virtual uint64_t ApproximateSize(Slice begin, Slice end, bool files, bool memtables) = 0;
  virtual void ApproximateMemTable(Slice begin, Slice end, uint64_t* count, uint64_t* bytes) = 0;

  // Reads every page of every run. The first damage is the answer.
  virtual Status VerifyChecksums() = 0;

  // Flushes, and calls `copy` with all files while no merge is under way, so that they are the
  // whole store by themselves. The files stay as long as `copy` runs. NotSupported when values
  // stand in blob files.
  virtual Status Export(const std::function<Status(const std::vector<FileInfo>& files)>& copy) = 0;

  virtual StoreStats Stats() const = 0;
  // Files by level, newest run first, keys ascending within a run.
  virtual std::vector<FileInfo> Files() const = 0;
  // By number, which is by age.
  virtual std::vector<BlobFileInfo> BlobFiles() const = 0;

  // Takes effect for memtables and merges that start afterwards.
  virtual Status SetWriteBufferSize(uint64_t bytes) = 0;
  virtual Status SetMaxWriteBuffers(int count) = 0;
  virtual Status SetTreeOptions(const TreeOptions& tree) = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_KV_STORE_H_
