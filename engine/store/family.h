// FamilyStore: the KvStore behind one column family.
//
// Thread safety: as KvStore. Members that change are guarded by the EnvImpl's mutex as noted, or
// atomic; readers go through `view_` under an EpochGuard and take no lock.

#ifndef AETHER_ENGINE_STORE_FAMILY_H_
#define AETHER_ENGINE_STORE_FAMILY_H_

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/pages.h"
#include "engine/base/thread_annotations.h"
#include "engine/commit/pipeline.h"
#include "engine/lsm/merge_job.h"
#include "engine/lsm/read_view.h"
#include "engine/store/kv_store.h"
#include "engine/store/table_ledger.h"

namespace aether {

class EnvImpl;

// A memtable that takes no more writes.
struct SealedTable {
  std::shared_ptr<MemTable> table;
  LogPosition begin;  // its entries come after this
  LogPosition cut;    // and not after this
};

struct FamilyCounters {
  std::atomic<uint64_t> flushes{0};
  std::atomic<uint64_t> flush_bytes{0};
  std::atomic<uint64_t> flush_micros{0};
  std::atomic<uint64_t> merges[kLevels] = {};
  std::atomic<uint64_t> merge_read[kLevels] = {};
  std::atomic<uint64_t> merge_written[kLevels] = {};
  std::atomic<uint64_t> merge_micros[kLevels] = {};
};

// A merge that goes on. `running` says that a thread is inside Step.
struct ActiveMerge {
  std::unique_ptr<MergeJob> job;
  MergeState state;
  bool running = false;
  bool manual = false;
  std::optional<double> collect_age_cutoff;  // see CompactRangeOptions
  uint64_t micros = 0;
  uint64_t cpu_nanos = 0;  // when somebody wants to know
  int input_level = 0;
  // Of the pick; a merge that was found at opening has the defaults.
  bool compress = true;
  MergeReason reason = MergeReason::kLevelSize;
  std::vector<uint64_t> output_files;  // once it is complete
};

class FamilyStore final : public KvStore {
 public:
  FamilyStore(EnvImpl* env, uint32_t id, std::string name, StoreOptions options);
  ~FamilyStore() override;

  uint32_t id() const override { return id_; }
  const std::string& name() const override { return name_; }
  const StoreOptions& options() const override { return options_; }
  bool dropped() const override { return dropped_.load(std::memory_order_acquire); }

  Status Get(const ReadOptions& options, Slice key, PinnedValue* value) override;
  void MultiGet(const ReadOptions& options, size_t n, const Slice* keys, PinnedValue* values,
                Status* statuses) override;
  Status GetMergeOperands(const ReadOptions& options, Slice key, size_t limit,
                          std::vector<std::string>* operands) override;
  Status NewestSequence(Slice key, uint64_t above, uint64_t* sequence) override;
  Status Versions(const Slice* begin, const Slice* end, size_t limit,
                  std::vector<EntryVersion>* versions) override;
  using KvStore::NewIterator;
  std::unique_ptr<Iterator> NewIterator(const ReadOptions& options, ScanPrefix prefix,
                                        FileFilter files) override;
  Status Flush(bool wait) override;
  Status CompactRange(const CompactRangeOptions& options, const Slice* begin,
                      const Slice* end) override;
  Status MergeFiles(const std::vector<uint64_t>& files, int level,
                    std::vector<std::string>* outputs) override;
  Status SuggestMerge(const Slice* begin, const Slice* end) override;
  Status DropFiles(const std::vector<KeyRange>& ranges) override;
  Status DropFile(uint64_t number) override;
  uint64_t ApproximateSize(Slice begin, Slice end, bool files, bool memtables) override;
  void ApproximateMemTable(Slice begin, Slice end, uint64_t* count, uint64_t* bytes) override;
  Status VerifyChecksums() override;
  Status Export(const std::function<Status(const std::vector<FileInfo>& files)>& copy) override;
  StoreStats Stats() const override;
  std::vector<FileInfo> Files() const override;
  std::vector<BlobFileInfo> BlobFiles() const override;
  Status SetWriteBufferSize(uint64_t bytes) override;
  Status SetMaxWriteBuffers(int count) override;
  Status SetTreeOptions(const TreeOptions& tree) override;

  // An empty memtable. Aborted/kMemoryLimit when there is no memory for it.
  Status NewTable(std::shared_ptr<MemTable>* table);
  // The current view, kept.
  std::shared_ptr<const ReadView> PinView() const;
  // Replaces the view. REQUIRES: the env's mutex.
  void PublishView(std::shared_ptr<const ReadView> view);
  // The tables of the current view over `version`. REQUIRES: the env's mutex.
  void RebuildView();

  uint64_t write_buffer_size() const { return write_buffer_size_.load(std::memory_order_relaxed); }
  int max_write_buffers() const { return max_write_buffers_.load(std::memory_order_relaxed); }

 private:
  friend class EnvImpl;

  // Holds a view for readers under an EpochGuard.
  struct ViewHolder {
    std::shared_ptr<const ReadView> view;
  };

  // The two steps of every read, in this order: the current view, which an EpochGuard keeps, then
  // the sequence to read at. tla: Visibility.PinView and LoadSequence.
  const ReadView* CurrentView() const;
  SequenceNumber ReadSequence(const ReadOptions& options) const;
  RunReadOptions RunOptions(const ReadOptions& options) const;
  bool UseMemTables(const ReadOptions& options) const;
  // REQUIRES: n <= Version::kKeysAtOnce, an EpochGuard.
  void MultiGetSome(const ReadView& view, SequenceNumber sequence, const ReadOptions& options,
                    bool memtables, size_t n, const Slice* keys, PinnedValue* values,
                    Status* statuses) const;
  // The same reads with options.counters.
  Status CountedGet(const ReadView& view, const ReadOptions& options, bool memtables,
                    Lookup* lookup) const;
  void CountedMultiGet(const ReadView& view, const ReadOptions& options, bool memtables, size_t n,
                       Lookup* lookups, Status* statuses) const;
  bool MayHoldKeysOf(const FileMeta& meta, const Slice* begin, const Slice* end) const;
  static FileInfo InfoOf(int level, const Run& run, const RunPart& part);
  // Idle memory of memtables is kept for the next ones within what the options allow.
  void UpdateTableBudget();
  Status MakeSource(const ReadOptions& options, const FileFilter& files,
                    IteratorSource* source) const;

  EnvImpl* const env_;
  const uint32_t id_;
  const std::string name_;
  const StoreOptions options_;
  std::atomic<uint64_t> write_buffer_size_;
  std::atomic<int> max_write_buffers_;
  std::atomic<bool> dropped_{false};
  std::atomic<const ViewHolder*> view_{nullptr};

  // Guarded by the env's mutex:
  TreeOptions tree_;
  std::shared_ptr<MemTable> active_;
  LogPosition active_begin_;
  std::deque<SealedTable> sealed_;  // oldest first
  std::shared_ptr<const Version> version_;
  bool flushing_ = false;
  bool flush_requested_ = false;
  int manual_waiting_ = 0;  // holds back merges that nobody asked for
  bool beginning_ = false;  // a pick was made and its edit is under way
  bool suggested_ = false;  // see SuggestMerge
  std::vector<std::shared_ptr<ActiveMerge>> merges_;
  uint64_t flushed_tables_ = 0;
  uint64_t flush_rate_ = 0;  // bytes of memtables a second, lately; 0: unknown
  StallState stall_ = StallState::kNormal;

  mutable FamilyCounters counters_;
  // Of files that a version or an iterator has open.
  const std::shared_ptr<std::atomic<uint64_t>> open_file_memory_ =
      std::make_shared<std::atomic<uint64_t>>(0);

  const std::shared_ptr<TableLedger> tables_ = std::make_shared<TableLedger>();
  Mutex budget_mutex_;
  PageBlockBudget table_budget_ GUARDED_BY(budget_mutex_);
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_FAMILY_H_
