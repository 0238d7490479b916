// Events of the engine as callbacks of the application's EventListeners and as tickers.
//
// Thread safety: called by background threads and writers, several at once; listeners are called on
// those threads, as RocksDB does. Nothing here fails.

#ifndef AETHER_COMPAT_DB_LISTENER_BRIDGE_H_
#define AETHER_COMPAT_DB_LISTENER_BRIDGE_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "compat/env/tracked_files.h"
#include "engine/store/observer.h"
#include "rocksdb/listener.h"
#include "rocksdb/options.h"

namespace rocksdb {

class DB;

class ListenerBridge final : public aether::Observer {
 public:
  // `db` and `statistics` outlive the engine that reports here. `files` may be null.
  ListenerBridge(DB* db, std::string db_name, std::vector<std::shared_ptr<EventListener>> listeners,
                 Statistics* statistics, std::shared_ptr<TrackedFiles> files, bool track_threads)
      : db_(db),
        db_name_(std::move(db_name)),
        listeners_(std::move(listeners)),
        statistics_(statistics),
        files_(std::move(files)),
        track_threads_(track_threads) {}

  void OnThreadStart(bool merges) override;
  void OnThreadEnd() override;
  void OnWork(const aether::BackgroundWork* work) override;
  void OnFlushBegin(const aether::FlushEvent& event) override;
  void OnFlushEnd(const aether::FlushEvent& event) override;
  void OnMergeBegin(const aether::MergeEvent& event) override;
  void OnMergeEnd(const aether::MergeEvent& event) override;
  void OnFileCreated(const aether::FileEvent& event) override;
  void OnFileDeleted(const aether::FileEvent& event) override;
  void OnBlobFileAdded(const std::string& path, uint64_t bytes) override;
  aether::Status CheckSpace() override;
  // One file of an ingestion is in force.
  void OnIngested(const ExternalFileIngestionInfo& info, uint64_t bytes);
  void OnMemTableSealed(uint32_t family, uint64_t entries) override;
  void OnStall(uint32_t family, aether::StallState before, aether::StallState after) override;
  void OnStallTime(uint64_t micros) override;
  void OnBackgroundError(aether::ErrorReason reason, aether::Status* status,
                         bool* recover) override;
  void OnErrorRecovered(const aether::Status& old_error) override;

  void HandleGoesAway(ColumnFamilyHandle* handle);

  uint64_t stall_micros() const { return stall_micros_.load(std::memory_order_relaxed); }

 private:
  FlushJobInfo ToInfo(const aether::FlushEvent& event) const;
  CompactionJobInfo ToInfo(const aether::MergeEvent& event) const;

  DB* const db_;
  const std::string db_name_;
  const std::vector<std::shared_ptr<EventListener>> listeners_;
  Statistics* const statistics_;
  const std::shared_ptr<TrackedFiles> files_;
  const bool track_threads_;
  std::atomic<int> next_job_{1};
  std::atomic<uint64_t> stall_micros_{0};
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_LISTENER_BRIDGE_H_
