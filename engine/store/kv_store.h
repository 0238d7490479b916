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
  // The newest sequence of a key, 0 when it was never written or its writes are forgotten. For
  // conflict checks.
  virtual Status LatestSequence(Slice key, uint64_t* sequence, bool* found) = 0;

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

  // Bytes of runs and memtables that [begin, end) takes, roughly.
  virtual uint64_t ApproximateSize(Slice begin, Slice end, bool files, bool memtables) = 0;
  virtual void ApproximateMemTable(Slice begin, Slice end, uint64_t* count, uint64_t* bytes) = 0;

  // Reads every page of every run. The first damage is the answer.
  virtual Status VerifyChecksums() = 0;

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
