// EnvImpl: the DbEnv. Wires the write path, the trees and the files of one directory.
//
// Locks, in the order they are taken:
//   manifest_mutex_  one edit of the manifest at a time, its fsync included; state_ changes under
//   it mutex_           views, memtables, lists of work; held for microseconds, never across I/O
// resume_mutex_ and copy_mutex_ come before both, in this order.
// Threads: one flushes memtables and removes files, the others merge, one quantum at a time, so
// that small merges overtake large ones. Background threads run at lower priority than writers.
//
// Order of events of a flush (contract: the log goes before the manifest): the watermark reaches
// the cut; the run is written, synced, its directory entry too; the log is durable up to the cut,
// unless the edit moves the floor past it and refers to nothing in it; the edit is appended and
// synced; the view changes; log segments below the floor are recycled.

#ifndef AETHER_ENGINE_STORE_ENV_IMPL_H_
#define AETHER_ENGINE_STORE_ENV_IMPL_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/thread_annotations.h"
#include "engine/commit/pipeline.h"
#include "engine/lsm/flush_job.h"
#include "engine/lsm/log_values.h"
#include "engine/lsm/manifest.h"
#include "engine/lsm/snapshot_list.h"
#include "engine/lsm/strategy.h"
#include "engine/store/db_env.h"
#include "engine/store/family.h"
#include "engine/wal/directory_log.h"

namespace aether {

// After an error the same is not tried again for so long.
inline constexpr uint64_t kRetryMicros = 1000000;

class EnvImpl final : public DbEnv, private PipelineHooks {
 public:
  EnvImpl(const EnvOptions& options, std::string path);
  ~EnvImpl() override;

  Status Open(const std::vector<StoreDescriptor>& stores, std::vector<KvStore*>* handles);

  Status Close() override;
  Status CreateStore(const std::string& name, const StoreOptions& options,
                     KvStore** store) override;
  Status DropStore(KvStore* store) override;
  KvStore* FindStore(uint32_t id) override;
  std::optional<uint32_t> PrimaryStoreId(const std::string& name) const override;
  Status Write(const WriteOptions& options, Slice body, std::optional<uint32_t> count,
               uint64_t* first_sequence) override;
  const Snapshot* GetSnapshot() override;
  void ReleaseSnapshot(const Snapshot* snapshot) override;
  const Snapshot* Pin() override;
  uint64_t VisibleSequence() const override;
  Status FlushWal(bool sync) override;
  Status HoldWrites() override;
  Status ReleaseWrites() override;
  Status FlushAll(bool wait) override;
  Status WaitForMerges(bool flush_first) override;
  Status PauseBackgroundWork() override;
  Status ContinueBackgroundWork() override;
  void DisableManualMerges() override { manual_disabled_.fetch_add(1); }
  void EnableManualMerges() override { manual_disabled_.fetch_sub(1); }
  Status DisableFileDeletions() override;
  Status EnableFileDeletions(bool force) override;
  bool FileDeletionsEnabled() const override;
  Status FilesForCopy(bool flush, CopySet* files) override;
  Status CheckIngest(const std::vector<IngestRequest>& requests) const override;
  Status Ingest(const std::vector<IngestRequest>& requests,
                std::vector<std::vector<IngestedFile>>* files) override;
  Status ImportStore(const std::string& name, const StoreOptions& options, const ImportFiles& files,
                     KvStore** store) override;
  Status FollowLog(uint64_t sequence, std::unique_ptr<LogFollower>* follower) override;
  Status CatchUp() override;
  Status Resume() override;
  void SetBackgroundJobs(int jobs) override;
  void SetMaxTotalWalSize(uint64_t bytes) override { max_total_wal_size_ = bytes; }
  EnvStats Stats() const override;
  std::vector<WalFileInfo> LogFiles() const override;
  Status CurrentLogFile(WalFileInfo* file) const override;
  const std::string& path() const override { return path_; }
  std::string manifest_path() const override;
  const std::string& identity() const override { return identity_; }
  uint64_t NewFileNumber() override { return next_number_.fetch_add(1); }

  // Of the manifest that was read, as LiveTries wants it.
  uint64_t ManifestMark() const {
    MutexLock lock(&manifest_mutex_);
    return state_.next_number;
  }

  // There is a newer one by now.
  bool ManifestMoved() const;

 private:
  friend class FamilyStore;
  class Families;

  struct SnapshotImpl final : public Snapshot {
    uint64_t sequence() const override { return handle->sequence; }
    uint64_t unix_time() const override { return handle->unix_time; }
    SnapshotList::Handle handle;
  };

  // What a batch may name. Replaced as a whole when families come and go; read under an EpochGuard.
  struct Directory {
    std::vector<FamilyStore*> families;  // by id; null where there is none
  };

  // --- opening (env_open.cc) ---
  Status CreateDirectory(const std::string& dir);
  Status CheckNotOvertaken() EXCLUDES(manifest_mutex_);
  Status Lock();
  Status ReadManifest(bool* created);
  Status CheckNothingIsLost() const;
  Status CheckStores(const std::vector<StoreDescriptor>& stores) const;
  Status LoadIdentity();
  Status CheckDirectIo() const;
  Status BuildFamilies(const std::vector<StoreDescriptor>& stores);
  Status RecoverLog();
  // The replay of the log: where records go, and the flush of full tables that goes on meanwhile.
  struct Replay {
    std::unique_ptr<TableSet> tables;
    std::vector<SequenceNumber> flushed;  // by family
    std::thread flush;
    Status flush_status;  // once the thread is joined

    ~Replay() { WaitForFlush().Ignore(); }
    Status WaitForFlush() {
      if (flush.joinable()) flush.join();
      return flush_status;
    }
  };
  struct FullTable {
    FamilyStore* family;
    std::shared_ptr<MemTable> table;
  };
  Status EndReplayRound(Replay* replay);
  Status FlushRecovered(const FullTable& full);
  Status StartPipeline(const wal::Recovered& recovered);
  void RemoveOrphans();
  void StartThreads();

  // --- a second instance beside the one that writes (catch_up.cc) ---
  using OpenedFiles = std::map<uint64_t, std::shared_ptr<OpenFile>>;  // by their number
  // `may_lag`: it will do when the state is not the newest. *manifest: see LiveTries.
  Status CatchUpOnce(bool may_lag, OpenedFiles* opened, uint64_t* manifest)
      REQUIRES(catch_up_mutex_) EXCLUDES(manifest_mutex_, mutex_);
  // Puts what is new in the log into the tables.
  Status ReadTail(const TableSet& tables, const std::vector<SequenceNumber>& flushed)
      REQUIRES(catch_up_mutex_, manifest_mutex_);
  // What writes are told where there are none.
  Status RefuseWrite() const {
    return Status::NotSupported(options_.secondary ? "Not supported operation in secondary mode."
                                                   : "Not supported operation in read only mode.");
  }

  // --- PipelineHooks ---
  Status BeforeWrite(size_t bytes, const WriteRequest& request) override;
  void OnProgress() override;
  void OnPoison(const Status& status) override;

  // --- memtables (env_impl.cc) ---
  std::unique_ptr<TableSet> CopyTables() const REQUIRES(mutex_);
  // Seals the active table of each family in the list. Empty ones are left out, unless `cut` (may
  // be null) asks for the point behind which nothing is in a sealed table.
  Status SwitchTables(const std::vector<FamilyStore*>& families, LogPosition* cut = nullptr)
      REQUIRES(mutex_);
  // Seals the active tables of all of `full`; `fresh` take their places.
  Status SwitchTo(const std::vector<FamilyStore*>& full,
                  std::vector<std::shared_ptr<MemTable>> fresh, LogPosition* cut) REQUIRES(mutex_);
  void PublishDirectory() REQUIRES(mutex_);
  void CheckBudgets() REQUIRES(mutex_);
  void UpdateStall() REQUIRES(mutex_);
  void AccountMemory() REQUIRES(mutex_);
  uint64_t MemTableBytes() const REQUIRES(mutex_);
  LogPosition ComputeFloor(const LogPosition& published, const FamilyStore* flushed) const
      REQUIRES(mutex_);

  // --- manifest (env_impl.cc) ---
  // Makes the edit durable, builds the new versions and, under mutex_, calls `apply` and publishes
  // the views.
  Status Install(ManifestEdit&& edit, const std::function<void()>& apply)
      EXCLUDES(manifest_mutex_, mutex_);
  Status InstallLocked(ManifestEdit&& edit, const std::function<void()>& apply)
      REQUIRES(manifest_mutex_) EXCLUDES(mutex_);
  Status NewManifest() REQUIRES(manifest_mutex_);
  // `state`: of the family, with the blob files that `meta` names.
  Status OpenRunFile(const FamilyStore& family, const FamilyState& state, const FileMeta& meta,
                     std::shared_ptr<OpenFile>* file);
  // The object of a blob file, shared by all who use it, and the table of its values in memory.
  Status OpenBlob(const BlobMeta& meta, std::shared_ptr<BlobFile>* blob) EXCLUDES(blob_mutex_);
  std::shared_ptr<BlobCache> BlobCacheOf(const std::shared_ptr<Pool>& pool) EXCLUDES(blob_mutex_);
  // Of that table, 0 when nothing needed it yet.
  size_t BlobCacheMemory(const std::shared_ptr<Pool>& pool) const EXCLUDES(blob_mutex_);
  // Blob files that the family had, or was about to get, and that no family has any more: they go
  // with their last reader.
  void RetireBlobs(const std::vector<uint64_t>& numbers) REQUIRES(manifest_mutex_);
  // Finds the large values of a sealed table in the log and gives the segments that hold them their
  // names as blob files. Null when there is nothing to find. What is found is reserved until
  // ReleaseSegments.
  std::unique_ptr<LogValues> KeepLogValues(const FamilyStore& family, const SealedTable& sealed,
                                           const BlobOptions& blob) EXCLUDES(blob_mutex_);
  bool KeepSegment(const std::string& path, uint64_t number) EXCLUDES(blob_mutex_);
  // The flush is over. Unless it is not known whether its edit is in force, segments that no family
  // has got lose their second name.
  void ReleaseSegments(const LogValues* values, bool unknown) REQUIRES(manifest_mutex_);
  // For a job that writes into `level`.
  JobContext ContextFor(FamilyStore* family, int level, IoLimiter::Priority priority);

  // --- files from outside (ingest.cc, import.cc) ---
  // The files of one family on their way in.
  struct Adoption;
  Status AdoptAll(std::vector<Adoption>* adoptions) EXCLUDES(manifest_mutex_, mutex_)
      REQUIRES(resume_mutex_, copy_mutex_);
  // Flushes the families whose memtables have keys that come in. *flushed tells whether any had.
  Status FlushOverlapped(const std::vector<Adoption>& adoptions, bool* flushed)
      EXCLUDES(manifest_mutex_, mutex_);
  // Where the files go, and whether the options allow it. Writes are held.
  Status PlaceAdoption(Adoption* adoption) EXCLUDES(mutex_);
  Status InstallAdoptions(const std::vector<Adoption>& adoptions, SequenceNumber first,
                          uint32_t count) REQUIRES(manifest_mutex_) EXCLUDES(mutex_);
  // Runs `work` while no merge of the family goes on or begins.
  Status WithoutMerges(FamilyStore* family, const std::function<Status()>& work)
      EXCLUDES(manifest_mutex_, mutex_);
  // Numbers up to `sequence` are used up afterwards.
  Status RaiseSequence(SequenceNumber sequence) EXCLUDES(manifest_mutex_, mutex_);

  // --- copies (copy.cc) ---
  // Brings everything up to *cut into runs and, until LetFlushesGo, nothing behind it.
  Status FlushUpTo(LogPosition* cut) REQUIRES(copy_mutex_) EXCLUDES(mutex_);
  void LetFlushesGo() EXCLUDES(mutex_);
  Status FlushedState(const LogPosition& cut, CopySet* files, bool* passed)
      EXCLUDES(manifest_mutex_, mutex_);
  // False: nothing was logged yet.
  Status LoggedState(CopySet* files, bool* logged) EXCLUDES(manifest_mutex_, mutex_);
  void ListState(const ManifestState& state, CopySet* files) const;
  Status ListLog(const std::vector<wal::UsedFile>& log, CopySet* files) const;

  // --- background (background.cc) ---
  void FlushLoop();
  void MergeLoop(int index);
  Status FlushOne(FamilyStore* family);
  void AddObsoleteFile(uint64_t number);
  void AddObsoleteBlob(uint64_t number);
  // A manifest that CURRENT does not name any more.
  void RemoveManifest(uint64_t number) EXCLUDES(mutex_);
  bool HasObsoleteFiles() const;
  void RemoveObsoleteFiles() EXCLUDES(mutex_);
  FamilyStore* PickFlush() REQUIRES(mutex_);
  std::shared_ptr<ActiveMerge> PickMerge(FamilyStore** family) REQUIRES(mutex_);
  // `collect`: see CompactRangeOptions::collect_age_cutoff.
  Status BeginMerge(FamilyStore* family, const MergePick& pick, bool manual, bool rewrite,
                    std::optional<double> collect, std::shared_ptr<ActiveMerge>* merge)
      EXCLUDES(mutex_);
  // What the strategy says, else what garbage in blob files asks for: then *rewrite is set.
  std::optional<MergePick> PickFor(const FamilyStore& family, bool idle, bool* rewrite) const
      REQUIRES(mutex_);
  Status MakeJob(FamilyStore* family, ActiveMerge* merge, bool resumed, bool rewrite)
      EXCLUDES(mutex_);
  void StepMerge(FamilyStore* family, const std::shared_ptr<ActiveMerge>& merge, uint64_t quantum)
      EXCLUDES(mutex_);
  bool MergePending(const FamilyStore& family, bool idle) const REQUIRES(mutex_);
  bool WritersIdle() REQUIRES(mutex_);
  // Tells the observer, and unless that lets it pass refuses writes from here on. An error from
  // before a recovery is of no consequence any more: `recoveries` is what Recoveries() said before
  // the caller looked whether there is an error. The caller holds no lock.
  void SetBackgroundError(ErrorReason reason, const Status& status, uint64_t recoveries)
      EXCLUDES(mutex_);
  uint64_t Recoveries() const EXCLUDES(mutex_);
  // `merge` is null when it could not even begin.
  void SetMergeError(const Status& status, const ActiveMerge* merge) EXCLUDES(mutex_);
  void ClearErrors() EXCLUDES(mutex_);
  Status FlushPicked(FamilyStore* family, bool report) EXCLUDES(mutex_);
  Status FlushFamilies(const std::vector<FamilyStore*>& families, bool wait) EXCLUDES(mutex_);
  struct ManualMerge {
    // Called once no merge of the family goes on; nothing: there is nothing to merge.
    std::function<Status(const Version&, std::optional<MergePick>*)> pick;
    bool rewrite = false;
    std::optional<double> collect;
    const std::atomic<bool>* canceled = nullptr;
  };
  // *output_files may be null.
  Status RunManualMerge(FamilyStore* family, const ManualMerge& manual,
                        std::vector<uint64_t>* output_files) EXCLUDES(mutex_);
  // --- dropping files (drop_files.cc) ---
  // No merge of the family begins between the two; those that go on do.
  Status HoldMerges(FamilyStore* family) EXCLUDES(mutex_);
  void ReleaseMerges(FamilyStore* family) EXCLUDES(mutex_);
  // REQUIRES: merges of the family are held.
  Status DropRuns(FamilyStore* family, const std::vector<uint64_t>& runs)
      EXCLUDES(manifest_mutex_, mutex_);
  // The same, by a thread that merges; lets merges of the family begin again.
  void DropDue(FamilyStore* family, const std::vector<uint64_t>& runs)
      EXCLUDES(manifest_mutex_, mutex_);
  // Drops what is due, also while automatic merges are off.
  Status DropOld(FamilyStore* family) EXCLUDES(manifest_mutex_, mutex_);
  // What the strategy says to drop now.
  std::vector<uint64_t> DueForDrop(const FamilyStore& family) const REQUIRES(mutex_);
  // Makes what `plan` says of the family's state durable and visible.
  Status DropFiles(FamilyStore* family,
                   const std::function<Status(const FamilyState&, FamilyEdit*)>& plan)
      EXCLUDES(manifest_mutex_, mutex_);
  Status Shutdown() EXCLUDES(manifest_mutex_, mutex_);
  // A new log, a new manifest, where these have failed. Writes are still refused afterwards.
  Status Restore() REQUIRES(resume_mutex_) EXCLUDES(manifest_mutex_, mutex_);
  Status ResumeLog() EXCLUDES(manifest_mutex_, mutex_);
  // One try to come back from a full disk; by the thread that flushes.
  void RecoverFromError() EXCLUDES(manifest_mutex_, mutex_);
  // `contents`: runs that the store begins with, and its id if that is taken already.
  Status CreateStoreLocked(const std::string& name, const StoreOptions& options,
                           FamilyEdit contents, SequenceNumber newest, KvStore** store)
      REQUIRES(manifest_mutex_);
  Status DropStoreLocked(FamilyStore* family) REQUIRES(manifest_mutex_);
  // For callers that have let go of the lock: a manifest that failed stops everything.
  Status CheckManifest(Status s) EXCLUDES(manifest_mutex_, mutex_);
  void Log(const std::string& line) const;
  // --- what LOG, the observer and the meter are told (report.cc) ---
  // `segments`: how many files of the log became blob files.
  void ReportFlush(const FamilyStore& family, const MemTable& table, const FlushResult& result,
                   size_t segments, FlushEvent* event) const;
  void ReportMerge(const FamilyStore& family, const ActiveMerge& merge) const;
  // The observer is told that this thread is there, as long as the object is, and what it does.
  class ThreadNotice {
   public:
    ThreadNotice(Observer* observer, bool merges) : observer_(observer) {
      if (observer_ != nullptr) observer_->OnThreadStart(merges);
    }
    ~ThreadNotice() {
      if (observer_ != nullptr) observer_->OnThreadEnd();
    }
    ThreadNotice(const ThreadNotice&) = delete;
    ThreadNotice& operator=(const ThreadNotice&) = delete;

   private:
    Observer* const observer_;
  };
  void TellFlush(const FamilyStore& family, const MemTable& table) const;
  void TellMerge(const FamilyStore& family, const ActiveMerge& merge) const;
  void TellNoWork() const;

  EnvOptions options_;
  FileSystem* const fs_;
  Clock* const clock_;
  const std::string path_;
  const std::string log_dir_;
  std::string identity_;
  std::unique_ptr<FileLock> lock_;
  std::shared_ptr<Pool> private_pool_;
  std::atomic<uint64_t> next_number_{1};
  std::atomic<uint64_t> next_view_{1};
  std::atomic<uint64_t> max_total_wal_size_;
  std::atomic<int> manual_disabled_{0};
  std::atomic<const Directory*> directory_{nullptr};
  std::unique_ptr<Pipeline> pipeline_;
  SnapshotList snapshots_;
  wal::Recovered recovered_;
  std::atomic<bool> unlogged_writes_{false};
  std::atomic<uint64_t> read_only_sequence_{0};
  std::atomic<uint64_t> read_only_ticket_{0};
  // Of an instance that does not write: the log for followers, and from the floor on.
  std::unique_ptr<wal::DirectoryLog> directory_log_;
  std::unique_ptr<wal::DirectoryLog> tail_log_;

  Mutex resume_mutex_;
  Mutex copy_mutex_;  // one copy holds flushes back at a time

  Mutex catch_up_mutex_;  // comes before all others
  // Of a secondary instance: where its tables end, and the log from there on. Null: not read so
  // far.
  LogPosition tail_position_ GUARDED_BY(catch_up_mutex_);
  std::unique_ptr<wal::LogReader> tail_ GUARDED_BY(catch_up_mutex_);
  // The tables have to be filled anew: the last try left them unfinished.
  bool refill_ GUARDED_BY(catch_up_mutex_) = false;
  // Of a manifest that was read after the log, so that all stores with batches in it are there.
  std::map<std::string, uint32_t> primary_stores_ GUARDED_BY(manifest_mutex_);
  Mutex hold_mutex_;
  int holds_ GUARDED_BY(hold_mutex_) = 0;

  mutable Mutex manifest_mutex_;
  ManifestState state_ GUARDED_BY(manifest_mutex_);
  std::unique_ptr<Manifest> manifest_ GUARDED_BY(manifest_mutex_);
  std::atomic<uint64_t> manifest_number_{0};

  mutable Mutex mutex_;
  CondVar work_;  // background threads wait here
  CondVar done_;  // everybody who waits for background work
  std::vector<std::unique_ptr<FamilyStore>> families_ GUARDED_BY(mutex_);  // dropped ones too
  int deletions_disabled_ GUARDED_BY(mutex_) = 0;
  uint64_t flush_up_to_ GUARDED_BY(mutex_) = UINT64_MAX;  // tables that begin there wait
  int paused_ GUARDED_BY(mutex_) = 0;
  int busy_threads_ GUARDED_BY(mutex_) = 0;
  int flushes_running_ GUARDED_BY(mutex_) = 0;
  int merge_threads_ GUARDED_BY(mutex_) = 1;
  int merges_waited_for_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
  Status background_error_ GUARDED_BY(mutex_);
  bool recovers_by_itself_ GUARDED_BY(mutex_) = false;
  uint64_t recoveries_ GUARDED_BY(mutex_) = 0;
  bool resumed_ GUARDED_BY(mutex_) = false;  // the flush thread need not wait any longer
  Status merge_error_ GUARDED_BY(mutex_);    // merges are tried again after a while
  const ActiveMerge* failed_merge_ GUARDED_BY(mutex_) = nullptr;
  int merge_failures_ GUARDED_BY(mutex_) = 0;  // in a row
  uint64_t merge_retry_micros_ GUARDED_BY(mutex_) = 0;
  uint64_t background_errors_ GUARDED_BY(mutex_) = 0;
  uint64_t idle_writes_ GUARDED_BY(mutex_) = 0;
  uint64_t idle_since_micros_ GUARDED_BY(mutex_) = 0;
  uint64_t accounted_memory_ GUARDED_BY(mutex_) = 0;
  std::atomic<uint64_t> stall_delays_{0};
  std::atomic<uint64_t> stall_stops_{0};
  std::atomic<uint64_t> stall_micros_{0};
  std::atomic<bool> stop_writes_{false};
  std::atomic<uint64_t> delay_rate_{0};  // bytes per second, 0: no delay
  std::atomic<uint64_t> next_write_nanos_{0};

  // Whom open files tell that they may be removed. An iterator may keep one open when the store is
  // gone; the next one finds what is left behind.
  class FileKeeper {
   public:
    explicit FileKeeper(EnvImpl* env) : env_(env) {}
    void Leave() {
      MutexLock lock(&mutex_);
      env_ = nullptr;
    }
    void RemoveFile(uint64_t number) {
      MutexLock lock(&mutex_);
      if (env_ != nullptr) env_->AddObsoleteFile(number);
    }
    void RemoveBlob(uint64_t number) {
      MutexLock lock(&mutex_);
      if (env_ != nullptr) env_->AddObsoleteBlob(number);
    }

   private:
    Mutex mutex_;
    EnvImpl* env_ GUARDED_BY(mutex_);
  };
  const std::shared_ptr<FileKeeper> keeper_ = std::make_shared<FileKeeper>(this);

  // A lock of its own: files become obsolete when their last reader goes, whatever that reader
  // holds.
  mutable Mutex obsolete_mutex_;
  std::vector<uint64_t> obsolete_files_ GUARDED_BY(obsolete_mutex_);
  std::vector<uint64_t> obsolete_blobs_ GUARDED_BY(obsolete_mutex_);
  std::vector<uint64_t> obsolete_manifests_ GUARDED_BY(obsolete_mutex_);

  // A segment of the log that is a blob file too. Once retired it never becomes one again: its
  // second name may go at any time.
  struct KeptSegment {
    int reserved = 0;  // by flushes that go on, or whose outcome is unknown
    bool retired = false;
  };
  std::atomic<bool> links_fail_{false};  // the log is on another device, say

  // What a process may open has a bound, often 1024.
  static constexpr size_t kOpenBlobFiles = 256;
  const std::shared_ptr<BlobHandles> blob_handles_ = std::make_shared<BlobHandles>(kOpenBlobFiles);
  mutable Mutex blob_mutex_;
  std::map<uint64_t, KeptSegment> kept_segments_ GUARDED_BY(blob_mutex_);
  std::map<uint64_t, std::weak_ptr<BlobFile>> blobs_ GUARDED_BY(blob_mutex_);
  std::map<const Pool*, std::shared_ptr<BlobCache>> blob_caches_ GUARDED_BY(blob_mutex_);

  std::thread flush_thread_;
  std::vector<std::thread> merge_thread_objects_;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_ENV_IMPL_H_
