// SstFileManager: the files of the DBs that share it, how much space they take, and their removal
// at a bounded rate.
//
// What is to be removed slowly becomes NAME.trash, which one thread of the manager then takes away,
// large files in pieces. Total size counts trash until it is gone.
//
// Thread safety: all methods may be called from any thread; no lock is held while files are
// touched. Failure: a file that cannot be renamed is removed at once; one that cannot be removed is
// forgotten, and the next open of its DB tries again.

#ifndef AETHER_COMPAT_ENV_TRACKED_FILES_H_
#define AETHER_COMPAT_ENV_TRACKED_FILES_H_

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "rocksdb/file_system.h"
#include "rocksdb/sst_file_manager.h"

namespace rocksdb {

class TrackedFiles final : public SstFileManager {
 public:
  struct Pace {
    int64_t bytes_per_second = 0;  // not positive: files are removed at once
    // Trash may be so much of all; what is above goes at once.
    double max_trash_ratio = 0.25;
    uint64_t chunk_bytes = 0;  // of a file, taken away at a time; 0: all of it
  };
  TrackedFiles(std::shared_ptr<FileSystem> fs, const Pace& pace);
  ~TrackedFiles() override;

  void SetMaxAllowedSpaceUsage(uint64_t max_allowed_space) override;
  void SetCompactionBufferSize(uint64_t compaction_buffer_size) override;
  bool IsMaxAllowedSpaceReached() override;
  bool IsMaxAllowedSpaceReachedIncludingCompactions() override;
  uint64_t GetTotalSize() override;
  std::unordered_map<std::string, uint64_t> GetTrackedFiles() override;
  int64_t GetDeleteRateBytesPerSecond() override;
  void SetDeleteRateBytesPerSecond(int64_t delete_rate) override;
  double GetMaxTrashDBRatio() override;
  void SetMaxTrashDBRatio(double ratio) override;
  uint64_t GetTotalTrashSize() override;
  void SetStatisticsPtr(const std::shared_ptr<Statistics>& stats) override;

  void Add(const std::string& path, uint64_t bytes);
  static bool IsTrash(const std::string& name);
  // Removes the file now or makes it trash.
  Status Remove(const std::string& path);
  // Removes what an earlier process left as trash in a directory.
  void TakeTrashOf(const std::string& directory);
  // Waits until there is no trash left.
  void WaitForEmptyTrash();

 private:
  struct Trash {
    std::string path;
    uint64_t bytes = 0;
  };

  Status RemoveNow(const std::string& path);
  void Forget(const std::string& path);
  void Queue(const std::string& path, uint64_t bytes);
  void Loop();
  // Takes a piece away; *left is what then remains. Called without the lock.
  void TakePiece(const std::string& path, uint64_t bytes, uint64_t chunk, uint64_t* left);

  const std::shared_ptr<FileSystem> fs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  Pace pace_;
  uint64_t max_allowed_space_ = 0;
  uint64_t compaction_buffer_size_ = 0;
  std::unordered_map<std::string, uint64_t> files_;
  uint64_t total_bytes_ = 0;
  std::deque<Trash> trash_;
  uint64_t trash_bytes_ = 0;
  bool stopping_ = false;
  std::shared_ptr<Statistics> statistics_;
  std::thread thread_;  // begins with the first trash
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ENV_TRACKED_FILES_H_
