// DbEnv: the stores of one directory. They share the log, the sequence, the snapshots, the manifest
// and the background threads, so that one batch over several stores is there whole or not at all.
//
// Thread safety: every method may be called from any thread, except Close, which excludes all
// others. Guarantees (docs/guarantees.md): when Write returns OK its batch survives the death of
// the process, with sync also that of the machine; every read that starts afterwards sees it. After
// a crash the state is a prefix of the global order. Failure: after an I/O error of the log, of a
// flush or of the manifest, writes answer that error until Resume succeeds; reads go on.

#ifndef AETHER_ENGINE_STORE_DB_ENV_H_
#define AETHER_ENGINE_STORE_DB_ENV_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/store/ingest.h"
#include "engine/store/kv_store.h"
#include "engine/store/log_follower.h"
#include "engine/store/options.h"

namespace aether {

// A moment of the store: reads that carry it see exactly what was visible when it was taken.
class Snapshot {
 public:
  virtual uint64_t sequence() const = 0;
  virtual uint64_t unix_time() const = 0;

 protected:
  ~Snapshot() = default;
};

class DbEnv {
 public:
  // Opens or creates the directory. `stores` must name every store that exists (read_only: any
  // subset) and "default"; handles come back in that order and belong to the DbEnv. Optional ones
  // that are not there have no handle.
  static Status Open(const EnvOptions& options, const std::string& path,
                     const std::vector<StoreDescriptor>& stores, std::unique_ptr<DbEnv>* env,
                     std::vector<KvStore*>* handles);
  // Names of the stores in a directory, "default" first. Writes nothing.
  static Status ListStores(FileSystem* fs, const std::string& path,
                           std::vector<std::string>* names);
  // Makes a manifest that names every run that checks out, for Open with kSkipAnyCorrupted to go on
  // from. Files that do not check out go to the directory "lost". Without a readable manifest
  // everything is merged anew: deleted entries of files that had not been removed yet may return.
  static Status Repair(const RepairOptions& options, const std::string& path);
  // Removes every file of the engine; foreign files and then the directory itself stay.
  static Status Destroy(FileSystem* fs, const std::string& path, const std::string& wal_dir);

  virtual ~DbEnv() = default;

  // Stops background work, flushes what the log does not hold (unless avoid_flush_during_shutdown)
  // and releases the lock. Aborted when snapshots are unreleased. Idempotent; the destructor calls
  // it.
  virtual Status Close() = 0;

  virtual Status CreateStore(const std::string& name, const StoreOptions& options,
                             KvStore** store) = 0;
  virtual Status DropStore(KvStore* store) = 0;
  // The handle of a live store by id, null when there is none.
  virtual KvStore* FindStore(uint32_t id) = 0;
  // Of a secondary instance: the id of the primary's store of that name, opened here or not, as of
  // the last CatchUp.
  virtual std::optional<uint32_t> PrimaryStoreId(const std::string& name) const = 0;

  // Makes files that ExternalFileWriter wrote part of their stores, all of them or none: as if what
  // is in them had been written at one moment by this call, one file after the other. Durable when
  // it returns. Writers wait while the manifest is written, and while a memtable is flushed that
  // has keys of the files. (*files)[i] belongs to requests[i]. After an error of the manifest the
  // outcome is unknown until Resume, and then: none. docs/external-files.md has the argument.
  // CheckIngest: InvalidArgument or NotSupported where the requests make no sense.
  virtual Status CheckIngest(const std::vector<IngestRequest>& requests) const = 0;
  virtual Status Ingest(const std::vector<IngestRequest>& requests,
                        std::vector<std::vector<IngestedFile>>* files) = 0;
  // A new store that consists of files that KvStore::Export listed in another DbEnv, with their
  // sequences; those of this DbEnv go on behind them.
  virtual Status ImportStore(const std::string& name, const StoreOptions& options,
                             const ImportFiles& files, KvStore** store) = 0;

  // Applies a batch atomically. `body` holds `count` counted records in the format of
  // engine/commit/batch.h; the batch is checked whole before it takes a number. *first_sequence
  // (may be null) is the number of its first record.
  virtual Status Write(const WriteOptions& options, Slice body, std::optional<uint32_t> count,
                       uint64_t* first_sequence) = 0;

  // Takes a snapshot; never null.
  virtual const Snapshot* GetSnapshot() = 0;
  virtual void ReleaseSnapshot(const Snapshot* snapshot) = 0;
  // A snapshot for KvStore::NewestSequence: figures leave it out and Close does not wait for it.
  virtual const Snapshot* Pin() = 0;
  virtual uint64_t VisibleSequence() const = 0;

  // Everything written before is durable (sync) or handed to the system (otherwise) when this
  // returns OK.
  virtual Status FlushWal(bool sync) = 0;
  // From HoldWrites until as many calls of ReleaseWrites writers wait, and everything written
  // before is visible. InvalidArgument when there is nothing to release.
  virtual Status HoldWrites() = 0;
  virtual Status ReleaseWrites() = 0;
  virtual Status FlushAll(bool wait) = 0;
  // Returns when no flush or merge, idle merging included, is left to do.
  virtual Status WaitForMerges(bool flush_first) = 0;
  virtual Status PauseBackgroundWork() = 0;
  virtual Status ContinueBackgroundWork() = 0;
  virtual void DisableManualMerges() = 0;
  virtual void EnableManualMerges() = 0;
  // While disabled no file goes that belongs to the store or did when it was disabled: runs, blob
  // files, manifests, files of the log. Calls nest; with `force` all of them end.
  virtual Status DisableFileDeletions() = 0;
  virtual Status EnableFileDeletions(bool force) = 0;
  virtual bool FileDeletionsEnabled() const = 0;
  // What a copy of the directory consists of (docs/copies.md): it holds the writes up to some point
  // of the global order, all that were acknowledged before the call among them, and no others. With
  // `flush` everything is brought into runs first, else the files of the log are part of the copy,
  // which then lacks what was written without a log. REQUIRES: file deletions are disabled until
  // the files have been copied.
  virtual Status FilesForCopy(bool flush, CopySet* files) = 0;
  // Batches from the one that holds `sequence` on, or from the first behind it that is still there.
  // NotFound when nothing has that number yet. The follower must not outlive the DbEnv.
  virtual Status FollowLog(uint64_t sequence, std::unique_ptr<LogFollower>* follower) = 0;
  // Of a secondary instance: shows what the primary has written until now. Iterators and files that
  // are open stay as they are. NotSupported elsewhere.
  virtual Status CatchUp() = 0;
  // Clears a background error after its cause has gone.
  virtual Status Resume() = 0;

  virtual void SetBackgroundJobs(int jobs) = 0;
  virtual void SetMaxTotalWalSize(uint64_t bytes) = 0;

  virtual EnvStats Stats() const = 0;
  // Files of the log that hold batches which are not all in runs, and those that are kept for
  // followers; by number, the latter first.
  virtual std::vector<WalFileInfo> LogFiles() const = 0;
  // The one that was begun last. NotFound before the first logged write.
  virtual Status CurrentLogFile(WalFileInfo* file) const = 0;
  virtual const std::string& path() const = 0;
  virtual std::string manifest_path() const = 0;
  // 36 characters that identify the data of this directory.
  virtual const std::string& identity() const = 0;
  virtual uint64_t NewFileNumber() = 0;
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_DB_ENV_H_
