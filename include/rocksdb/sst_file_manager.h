// SstFileManager: watches the space used by table files and paces their deletion.

#ifndef AETHER_INCLUDE_ROCKSDB_SST_FILE_MANAGER_H_
#define AETHER_INCLUDE_ROCKSDB_SST_FILE_MANAGER_H_

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "rocksdb/file_system.h"
#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/statistics.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class Env;
class Logger;

class SstFileManager {
 public:
  virtual ~SstFileManager() {}
  virtual void SetMaxAllowedSpaceUsage(uint64_t max_allowed_space) = 0;
  virtual void SetCompactionBufferSize(uint64_t compaction_buffer_size) = 0;
  virtual bool IsMaxAllowedSpaceReached() = 0;
  virtual bool IsMaxAllowedSpaceReachedIncludingCompactions() = 0;
  virtual uint64_t GetTotalSize() = 0;
  virtual std::unordered_map<std::string, uint64_t> GetTrackedFiles() = 0;
  virtual int64_t GetDeleteRateBytesPerSecond() = 0;
  virtual void SetDeleteRateBytesPerSecond(int64_t delete_rate) = 0;
  virtual double GetMaxTrashDBRatio() = 0;
  virtual void SetMaxTrashDBRatio(double ratio) = 0;
  virtual uint64_t GetTotalTrashSize() = 0;
  virtual void SetStatisticsPtr(const std::shared_ptr<Statistics>& stats) = 0;
};

extern SstFileManager* NewSstFileManager(Env* env, std::shared_ptr<FileSystem> fs,
                                         std::shared_ptr<Logger> info_log = nullptr,
                                         const std::string& trash_dir = "",
                                         int64_t rate_bytes_per_sec = 0,
                                         bool delete_existing_trash = true,
                                         Status* status = nullptr, double max_trash_db_ratio = 0.25,
                                         uint64_t bytes_max_delete_chunk = 64 * 1024 * 1024);

extern SstFileManager* NewSstFileManager(Env* env, std::shared_ptr<Logger> info_log = nullptr,
                                         std::string trash_dir = "", int64_t rate_bytes_per_sec = 0,
                                         bool delete_existing_trash = true,
                                         Status* status = nullptr, double max_trash_db_ratio = 0.25,
                                         uint64_t bytes_max_delete_chunk = 64 * 1024 * 1024);

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_SST_FILE_MANAGER_H_
