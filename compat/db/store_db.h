// StoreDb: rocksdb::DB on the engine's DbEnv. One class, its methods spread over files by subject:
// open.cc (the ways in), store_db.cc (reads and writes), families.cc, maintenance.cc (flush,
// compaction, files, options), properties.cc.
//
// Thread safety: as DB. mutex_ guards what changes after Open: the list of families and the options
// that SetOptions may change. Reads and writes take no lock here. Ownership: StoreDb owns the
// engine, the adapters that the engine calls, and a state for every family ever opened; a
// ColumnFamilyHandle points into that state, and knows which StoreDb that is.
// Failure: Status; what the engine does not offer returns NotSupported and names the call. Handles
// and snapshots of another DB, open or not, are InvalidArgument; after Close everything that needs
// the engine is Aborted.

#ifndef AETHER_COMPAT_DB_STORE_DB_H_
#define AETHER_COMPAT_DB_STORE_DB_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "compat/trace/query_tracer.h"
#include "engine/store/db_env.h"
#include "rocksdb/db.h"
#include "rocksdb/options.h"

namespace rocksdb {

class ListenerBridge;
class StatsHistory;
class StoreDb;
class TrackedFiles;

// A family while its DB is open.
struct Family {
  aether::KvStore* store = nullptr;
  ColumnFamilyOptions options;                            // guarded by StoreDb::mutex_ after Open
  std::shared_ptr<const aether::PrefixExtractor> prefix;  // of options; guarded likewise
  std::atomic<bool> has_prefix{false};
  std::unique_ptr<aether::Comparator> owned_order;
  const aether::Comparator* order = nullptr;
  // Never change, so they are read without the mutex.
  const Comparator* comparator = nullptr;
  std::shared_ptr<MergeOperator> merge_operator;
  // Of StoreDb::HandleOf; guarded by StoreDb::mutex_.
  std::unique_ptr<ColumnFamilyHandle> kept_handle;
};

// Of the store that holds prepared transactions; no family of the application's has it.
inline constexpr char kPreparedStoreName[] = "aether.prepared-transactions";
aether::StoreOptions PreparedStoreOptions();

void SetPrefix(Family* family);  // from family->options

SstFileMetaData ToMetaData(const aether::FileInfo& file);

// Not opened yet.
std::unique_ptr<Family> MakeFamily(const ColumnFamilyOptions& options);

// Says who it is also when its DB has gone; `store` and `family` are for that DB only, which knows
// its handles by `owner`.
class StoreHandle final : public ColumnFamilyHandle {
 public:
  enum class Whose : uint8_t {
    kApplication,
    kDefault,   // what DefaultColumnFamily returns
    kInternal,  // says nothing to listeners when it goes
  };

  StoreHandle(StoreDb* db, Family* of, Whose whose = Whose::kApplication);
  ~StoreHandle() override;

  const std::string& GetName() const override { return name_; }
  uint32_t GetID() const override { return id; }
  Status GetDescriptor(ColumnFamilyDescriptor* desc) override;
  const Comparator* GetComparator() const override { return comparator_; }

  aether::KvStore* const store;
  Family* const family;
  const uint64_t owner;  // StoreDb::instance
  const uint32_t id;
  const Whose whose;
  const std::shared_ptr<MergeOperator> merge_operator;

 private:
  StoreDb* const db_;
  const std::shared_ptr<const std::atomic<bool>> alive_;  // whether db_ is
  const std::shared_ptr<ListenerBridge> bridge_;          // null for kInternal
  const Comparator* const comparator_;
  const std::string name_;
};

// As StoreHandle: `engine` is for the DB that took it.
class SnapshotImpl final : public Snapshot {
 public:
  SnapshotImpl(const aether::Snapshot* taken, uint64_t by)
      : engine(taken),
        owner(by),
        sequence_(taken->sequence()),
        unix_time_(static_cast<int64_t>(taken->unix_time())) {}
  ~SnapshotImpl() override = default;
  SequenceNumber GetSequenceNumber() const override { return sequence_; }
  int64_t GetUnixTime() const override { return unix_time_; }
  uint64_t GetTimestamp() const override { return UINT64_MAX; }

  const aether::Snapshot* const engine;
  const uint64_t owner;

 private:
  const SequenceNumber sequence_;
  const int64_t unix_time_;
};

// Lets many writes through together, or one alone. Whoever comes waits at the turnstile for those
// before it, so that neither kind starves.
class WriteGate {
 public:
  std::shared_lock<std::shared_mutex> EnterBesideOthers() {
    const std::lock_guard<std::mutex> turn(turnstile_);
    return std::shared_lock<std::shared_mutex>(inside_);
  }
  std::unique_lock<std::shared_mutex> EnterAlone() {
    const std::lock_guard<std::mutex> turn(turnstile_);
    return std::unique_lock<std::shared_mutex>(inside_);
  }

 private:
  std::mutex turnstile_;
  std::shared_mutex inside_;
};

class StoreDb final : public DB {
 public:
  // kSecondary is read-only too, and follows the instance that writes.
  enum class Mode : uint8_t { kReadWrite, kReadOnly, kSecondary };

  static Status OpenStore(const DBOptions& options, const std::string& name,
                          const std::vector<ColumnFamilyDescriptor>& families, Mode mode,
                          std::vector<ColumnFamilyHandle*>* handles, DB** db);
  // A secondary instance, whose LOG goes to a directory of its own.
  static Status OpenSecondary(const DBOptions& options, const std::string& name,
                              const std::string& secondary_path,
                              const std::vector<ColumnFamilyDescriptor>& families,
                              std::vector<ColumnFamilyHandle*>* handles, DB** db);
  ~StoreDb() override;

  Status Close() override;
  Status Resume() override;

  // Families (families.cc).
  using DB::CreateColumnFamilies;
  Status CreateColumnFamily(const ColumnFamilyOptions& options, const std::string& name,
                            ColumnFamilyHandle** handle) override;
  Status CreateColumnFamilies(const ColumnFamilyOptions& options,
                              const std::vector<std::string>& names,
                              std::vector<ColumnFamilyHandle*>* handles) override;
  Status CreateColumnFamilies(const std::vector<ColumnFamilyDescriptor>& families,
                              std::vector<ColumnFamilyHandle*>* handles) override;
  Status DropColumnFamily(ColumnFamilyHandle* handle) override;
  Status DropColumnFamilies(const std::vector<ColumnFamilyHandle*>& handles) override;
  Status DestroyColumnFamilyHandle(ColumnFamilyHandle* handle) override;
  ColumnFamilyHandle* DefaultColumnFamily() const override { return default_handle_.get(); }

  // Writes (store_db.cc).
  using DB::Delete;
  using DB::DeleteRange;
  using DB::Merge;
  using DB::Put;
  using DB::SingleDelete;
  Status Put(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key,
             const Slice& value) override;
  Status Put(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key,
             const Slice& ts, const Slice& value) override;
  Status PutEntity(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                   const WideColumns& columns) override;
  Status Delete(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key) override;
  Status Delete(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                const Slice& ts) override;
  Status SingleDelete(const WriteOptions& options, ColumnFamilyHandle* handle,
                      const Slice& key) override;
  Status SingleDelete(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                      const Slice& ts) override;
  Status DeleteRange(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& begin,
                     const Slice& end) override;
  Status Merge(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key,
               const Slice& value) override;
  Status Write(const WriteOptions& options, WriteBatch* updates) override;

  // Reads (store_db.cc).
  using DB::Get;
  using DB::GetEntity;
  using DB::KeyMayExist;
  using DB::MultiGet;
  using DB::NewIterator;
  Status Get(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
             PinnableSlice* value) override;
  Status Get(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
             PinnableSlice* value, std::string* timestamp) override;
  Status GetEntity(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                   PinnableWideColumns* columns) override;
  Status GetMergeOperands(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                          PinnableSlice* merge_operands,
                          GetMergeOperandsOptions* get_merge_operands_options,
                          int* number_of_operands) override;
  std::vector<Status> MultiGet(const ReadOptions& options,
                               const std::vector<ColumnFamilyHandle*>& handles,
                               const std::vector<Slice>& keys,
                               std::vector<std::string>* values) override;
  // Families have no timestamps: there is none to tell.
  std::vector<Status> MultiGet(const ReadOptions& options,
                               const std::vector<ColumnFamilyHandle*>& handles,
                               const std::vector<Slice>& keys, std::vector<std::string>* values,
                               std::vector<std::string>* timestamps) override {
    if (timestamps != nullptr) timestamps->assign(keys.size(), "");
    return MultiGet(options, handles, keys, values);
  }
  void MultiGet(const ReadOptions& options, ColumnFamilyHandle* handle, const size_t num_keys,
                const Slice* keys, PinnableSlice* values, Status* statuses,
                const bool sorted_input) override;
  void MultiGet(const ReadOptions& options, const size_t num_keys, ColumnFamilyHandle** handles,
                const Slice* keys, PinnableSlice* values, Status* statuses,
                const bool sorted_input) override;
  bool KeyMayExist(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                   std::string* value, std::string* timestamp, bool* value_found) override;
  Iterator* NewIterator(const ReadOptions& options, ColumnFamilyHandle* handle) override;
  Status NewIterators(const ReadOptions& options, const std::vector<ColumnFamilyHandle*>& handles,
                      std::vector<Iterator*>* iterators) override;
  const Snapshot* GetSnapshot() override;
  void ReleaseSnapshot(const Snapshot* snapshot) override;
  SequenceNumber GetLatestSequenceNumber() const override;

  // Figures (properties.cc).
  using DB::GetIntProperty;
  using DB::GetMapProperty;
  using DB::GetProperty;
  bool GetProperty(ColumnFamilyHandle* handle, const Slice& property, std::string* value) override;
  bool GetMapProperty(ColumnFamilyHandle* handle, const Slice& property,
                      std::map<std::string, std::string>* value) override;
  bool GetIntProperty(ColumnFamilyHandle* handle, const Slice& property, uint64_t* value) override;
  bool GetAggregatedIntProperty(const Slice& property, uint64_t* value) override;
  Status ResetStats() override;
  Status GetStatsHistory(uint64_t start_time, uint64_t end_time,
                         std::unique_ptr<StatsHistoryIterator>* iterator) override;
  using DB::GetApproximateMemTableStats;
  using DB::GetApproximateSizes;
  Status GetApproximateSizes(const SizeApproximationOptions& options, ColumnFamilyHandle* handle,
                             const Range* ranges, int n, uint64_t* sizes) override;
  void GetApproximateMemTableStats(ColumnFamilyHandle* handle, const Range& range,
                                   uint64_t* const count, uint64_t* const size) override;

  // Maintenance (maintenance.cc).
  using DB::CompactFiles;
  using DB::CompactRange;
  using DB::Flush;
  using DB::GetOptions;
  using DB::SetOptions;
  using DB::VerifyChecksum;
  Status CompactRange(const CompactRangeOptions& options, ColumnFamilyHandle* handle,
                      const Slice* begin, const Slice* end) override;
  Status CompactFiles(const CompactionOptions& options, ColumnFamilyHandle* handle,
                      const std::vector<std::string>& input_file_names, const int output_level,
                      const int output_path_id, std::vector<std::string>* const output_file_names,
                      CompactionJobInfo* compaction_job_info) override;
  Status PauseBackgroundWork() override;
  Status ContinueBackgroundWork() override;
  Status EnableAutoCompaction(const std::vector<ColumnFamilyHandle*>& handles) override;
  Status SuggestCompactRange(ColumnFamilyHandle* handle, const Slice* begin,
                             const Slice* end) override;
  // DeleteFilesInRanges of convenience.h.
  Status DropFiles(ColumnFamilyHandle* handle, const RangePtr* ranges, size_t n, bool include_end);
  void DisableManualCompaction() override;
  void EnableManualCompaction() override;
  Status Flush(const FlushOptions& options, ColumnFamilyHandle* handle) override;
  Status Flush(const FlushOptions& options,
               const std::vector<ColumnFamilyHandle*>& handles) override;
  Status FlushWAL(bool sync) override;
  Status SyncWAL() override;
  Status LockWAL() override;
  Status UnlockWAL() override;
  Status StartTrace(const TraceOptions& options, std::unique_ptr<TraceWriter>&& writer) override;
  Status EndTrace() override;
  Status NewDefaultReplayer(const std::vector<ColumnFamilyHandle*>& handles,
                            std::unique_ptr<TraceReader>&& reader,
                            std::unique_ptr<Replayer>* replayer) override;
  Status TryCatchUpWithPrimary() override;
  Status VerifyFileChecksums(const ReadOptions& options) override;
  Status VerifyChecksum(const ReadOptions& options) override;
  Status SetOptions(ColumnFamilyHandle* handle,
                    const std::unordered_map<std::string, std::string>& new_options) override;
  Status SetDBOptions(const std::unordered_map<std::string, std::string>& new_options) override;
  using DB::Level0StopWriteTrigger;
  using DB::MaxMemCompactionLevel;
  using DB::NumberLevels;
  int NumberLevels(ColumnFamilyHandle* handle) override;
  int MaxMemCompactionLevel(ColumnFamilyHandle* handle) override;
  int Level0StopWriteTrigger(ColumnFamilyHandle* handle) override;
  const std::string& GetName() const override { return name_; }
  Env* GetEnv() const override { return env_; }
  FileSystem* GetFileSystem() const override;
  Options GetOptions(ColumnFamilyHandle* handle) const override;
  DBOptions GetDBOptions() const override;

  // Files (files.cc).
  using DB::GetColumnFamilyMetaData;
  using DB::GetPropertiesOfAllTables;
  using DB::IngestExternalFile;
  Status DisableFileDeletions() override;
  Status EnableFileDeletions(bool force) override;
  Status GetLiveFiles(std::vector<std::string>& files, uint64_t* manifest_file_size,
                      bool flush_memtable) override;
  void GetLiveFilesMetaData(std::vector<LiveFileMetaData>* metadata) override;
  Status GetLiveFilesChecksumInfo(FileChecksumList* checksum_list) override;
  Status GetLiveFilesStorageInfo(const LiveFilesStorageInfoOptions& options,
                                 std::vector<LiveFileStorageInfo>* files) override;
  void GetColumnFamilyMetaData(ColumnFamilyHandle* handle, ColumnFamilyMetaData* metadata) override;
  void GetAllColumnFamilyMetaData(std::vector<ColumnFamilyMetaData>* metadata) override;
  Status GetSortedWalFiles(VectorLogPtr& files) override;
  Status GetCurrentWalFile(std::unique_ptr<LogFile>* current_log_file) override;
  Status GetCreationTimeOfOldestFile(uint64_t* creation_time) override;
  Status GetUpdatesSince(SequenceNumber sequence, std::unique_ptr<TransactionLogIterator>* iterator,
                         const TransactionLogIterator::ReadOptions& options) override;
  Status DeleteFile(std::string name) override;
  Status IngestExternalFile(ColumnFamilyHandle* handle, const std::vector<std::string>& files,
                            const IngestExternalFileOptions& options) override;
  Status IngestExternalFiles(const std::vector<IngestExternalFileArg>& args) override;
  Status CreateColumnFamilyWithImport(const ColumnFamilyOptions& options,
                                      const std::string& column_family_name,
                                      const ImportColumnFamilyOptions& import_options,
                                      const ExportImportFilesMetaData& metadata,
                                      ColumnFamilyHandle** handle) override;
  Status GetDbIdentity(std::string& identity) const override;
  Status GetDbSessionId(std::string& session_id) const override;
  Status GetPropertiesOfAllTables(ColumnFamilyHandle* handle,
                                  TablePropertiesCollection* props) override;
  Status GetPropertiesOfTablesInRange(ColumnFamilyHandle* handle, const Range* range, std::size_t n,
                                      TablePropertiesCollection* props) override;
  Status IncreaseFullHistoryTsLow(ColumnFamilyHandle* handle, std::string ts_low) override;
  Status GetFullHistoryTsLow(ColumnFamilyHandle* handle, std::string* ts_low) override;

  // As KvStore::Export.
  Status ExportFiles(ColumnFamilyHandle* handle,
                     const std::function<Status(const std::vector<SstFileMetaData>& files,
                                                const std::vector<int>& levels)>& copy);

  // What transactions need (transaction_support.cc).
  // As KvStore::NewestSequence.
  Status NewestSequence(ColumnFamilyHandle* handle, const Slice& key, uint64_t above,
                        uint64_t* sequence);
  // A handle that the DB keeps; null when no live family has this id.
  ColumnFamilyHandle* HandleOf(uint32_t id);
  // From now on WriteAlone may be called. Before any other thread knows of this DB.
  void PrepareToWriteAlone();
  // Runs `check`, and when it says OK writes; nobody else writes meanwhile.
  Status WriteAlone(const WriteOptions& options, WriteBatch* updates,
                    const std::function<Status()>& check);
  // Two-phase commit: a prepared transaction stands in a store of its own, in one record under its
  // name, until the write that decides it takes the record away. All three write to the log.
  struct PreparedRecord {
    std::string name;
    std::string batch;  // as WriteBatch::Data
  };
  Status WritePrepared(const WriteOptions& options, const std::string& name,
                       const WriteBatch& batch);
  // `updates` may be null: a rollback.
  Status DecidePrepared(const WriteOptions& options, const std::string& name, WriteBatch* updates);
  Status ReadPrepared(std::vector<PreparedRecord>* records);

  // True until the DB is destroyed; for what may outlive it.
  std::shared_ptr<const std::atomic<bool>> alive() const { return alive_; }
  // No other StoreDb of this process has or had it, as a pointer might.
  uint64_t instance() const { return instance_; }
  // InvalidArgument for a handle of another DB; null is the default family.
  Status CheckHandle(const ColumnFamilyHandle* handle) const {
    return Owns(handle) ? Status::OK() : NotOurs();
  }

  // As KvStore::Versions.
  Status GetVersions(ColumnFamilyHandle* handle, const aether::Slice* begin,
                     const aether::Slice* end, size_t limit,
                     std::vector<aether::EntryVersion>* versions);
  aether::DbEnv* engine() { return engine_.get(); }
  const std::shared_ptr<Logger>& info_log() const { return db_options_.info_log; }
  const std::shared_ptr<ListenerBridge>& bridge() const { return bridge_; }
  ColumnFamilyOptions FamilyOptions(const Family* family) const;
  aether::KvStore::FileFilter FileFilterOf(const ReadOptions& read,
                                           ColumnFamilyHandle* handle) const;

 private:
  StoreDb(const DBOptions& options, const std::string& name, Mode mode);

  Status OpenEngine(const std::vector<ColumnFamilyDescriptor>& families,
                    std::vector<ColumnFamilyHandle*>* handles);
  // Null: none are tracked.
  void TrackFiles(TrackedFiles* files);
  Family* NewFamily(const ColumnFamilyOptions& options);
  // `import` may be null: the family begins empty.
  Status CreateFamily(const ColumnFamilyOptions& options, const std::string& name,
                      const aether::ImportFiles* import, ColumnFamilyHandle** handle);
  // The checksums of files that are about to come in (ingest.cc): what goes into the manifest.
  Status SumsOfIngested(const IngestExternalFileArg& arg,
                        std::vector<aether::FileToIngest>* files) const;
  // Writes OPTIONS-n for the options of now and removes all but the two newest. Trouble is logged
  // only, unless fail_if_options_file_error is set.
  Status WriteOptionsFile();

  Status PreparedStore(bool create, aether::KvStore** store);
  // NotSupported when transactions are prepared, unless the options say that they may be.
  Status CheckPrepared();

  void MultiGetInFamily(const ReadOptions& options, ColumnFamilyHandle* handle, size_t num_keys,
                        const Slice* keys, PinnableSlice* values, Status* statuses);
  void MultiGetInFamilies(const ReadOptions& options, size_t num_keys, ColumnFamilyHandle** handles,
                          const Slice* keys, PinnableSlice* values, Status* statuses);
  // Null pointers are told to the statuses, if there are any.
  static bool CheckMultiGet(size_t num_keys, const Slice* keys, const PinnableSlice* values,
                            Status* statuses);
  void TraceMultiGet(const std::vector<ColumnFamilyHandle*>& handles,
                     const std::vector<Slice>& keys);
  bool Owns(const ColumnFamilyHandle* handle) const {
    return handle == nullptr || static_cast<const StoreHandle*>(handle)->owner == instance_;
  }
  bool Owns(const Snapshot* snapshot) const {
    return snapshot == nullptr || static_cast<const SnapshotImpl*>(snapshot)->owner == instance_;
  }
  static Status NotOurs();
  static Status NoTimestamps(ColumnFamilyHandle* handle);
  // No handle means the default family, as in a WriteBatch. REQUIRES: Owns(handle).
  StoreHandle* Own(ColumnFamilyHandle* handle) const {
    return handle == nullptr ? default_handle_.get() : static_cast<StoreHandle*>(handle);
  }
  aether::KvStore* Store(ColumnFamilyHandle* handle) const { return Own(handle)->store; }

  Status WriteOne(const WriteOptions& options, ColumnFamilyHandle* handle, uint8_t plain,
                  uint8_t in_family, const Slice& key, const Slice* value);
  // An entity is read whole, and *entity set, unless `entity` is null.
  Status GetBytes(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                  PinnableSlice* value, bool* entity);
  // The same when somebody looks at what reads do, and the part of both that reads. `counters` may
  // be null.
  Status CountedGet(const ReadOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                    PinnableSlice* value, bool* entity);
  [[gnu::always_inline]] inline Status GetFrom(const ReadOptions& options,
                                               ColumnFamilyHandle* handle, const Slice& key,
                                               PinnableSlice* value, bool* entity,
                                               aether::ReadCounters* counters);
  Status WriteBody(const WriteOptions& options, const Slice& body, uint32_t count,
                   uint64_t* sequence);
  // The same for whoever holds the gate of writes, or where there is none.
  Status WriteBodyNow(const WriteOptions& options, const Slice& body, uint32_t count,
                      uint64_t* sequence);
  [[gnu::always_inline]] inline Status WriteUngated(const WriteOptions& options, const Slice& body,
                                                    uint32_t count, uint64_t* sequence);
  static Status CheckOptions(const WriteOptions& options);
  // A write that is traced, timed or counted.
  Status WatchedWrite(const WriteOptions& options, const Slice& body, uint32_t count,
                      uint64_t* sequence);
  // The same when the calling thread looks at what writes do, and the part of both that writes.
  // `times` may be null.
  Status CountedWrite(const WriteOptions& options, const Slice& body, uint32_t count,
                      uint64_t* sequence);
  [[gnu::always_inline]] inline Status WriteTo(const WriteOptions& options, const Slice& body,
                                               uint32_t count, uint64_t* sequence,
                                               aether::WriteTimes* times);
  static Status CheckBatch(const WriteOptions& options, const WriteBatch* updates);
  bool closed() const { return closed_.load(std::memory_order_relaxed); }
  Status CheckOpen() const;
  Status CheckOpen(ColumnFamilyHandle* handle) const;
  Status CheckWritable() const;
  Status CheckWritable(ColumnFamilyHandle* handle) const;
  Status CheckIterator(const ReadOptions& options) const;
  Status CheckRead(const ReadOptions& options, ColumnFamilyHandle* handle) const;
  Status RefuseReadOnly() const;
  void AddFiles(const Family* family, ColumnFamilyMetaData* metadata) const;
  // Empty when there is none.
  Status NewestOptionsFile(std::string* name) const;

  bool IntProperty(Family* family, const Slice& property, uint64_t* value);
  bool TextProperty(Family* family, const std::string& property, std::string* value);
  std::string CompactionStatsText(Family* family) const;
  std::string DbStatsText();

  const std::string name_;
  const uint64_t instance_;
  const Mode mode_;
  DBOptions db_options_;  // guarded by mutex_ after Open where SetDBOptions may change it
  Env* const env_;
  Statistics* const statistics_;
  const std::shared_ptr<aether::Meter> meter_;  // null without statistics
  bool log_mapped_ = false;                     // set by OpenEngine
  const std::string session_id_;
  const uint64_t opened_micros_;
  std::shared_ptr<ListenerBridge> bridge_;
  // Wraps the application's FileSystem when it has one of its own.
  std::unique_ptr<aether::FileSystem> owned_fs_;
  std::unique_ptr<StoreHandle> default_handle_;

  QueryTracer tracer_;
  // Null on a read-only instance and without statistics.
  std::shared_ptr<StatsHistory> stats_history_;

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Family>> families_;
  std::atomic<bool> closed_{false};
  const std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
  // Null unless some writes have to be alone.
  std::unique_ptr<WriteGate> write_gate_;
  // Null until something is prepared. Not among families_: nobody sees it.
  std::mutex prepared_mutex_;
  aether::KvStore* prepared_store_ = nullptr;  // guarded by prepared_mutex_
  Status close_status_;
  // What dbstats reports intervals against.
  struct Interval {
    uint64_t micros = 0;
    uint64_t writes = 0;
    uint64_t keys = 0;
    uint64_t log_bytes = 0;
    uint64_t log_syncs = 0;
    uint64_t stall_micros = 0;
  } last_interval_;

  // Last, so that it goes first: its threads call what stands above.
  std::unique_ptr<aether::DbEnv> engine_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_STORE_DB_H_
