// What a flush or a merge needs from the store it works for.
//
// Thread safety: the functions may be called from any background thread.

#ifndef AETHER_ENGINE_LSM_JOB_CONTEXT_H_
#define AETHER_ENGINE_LSM_JOB_CONTEXT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/operators.h"
#include "engine/io/clock.h"
#include "engine/io/file_system.h"
#include "engine/io/limiter.h"
#include "engine/lsm/manifest_edit.h"
#include "engine/lsm/options.h"
#include "engine/run/file_builder.h"

namespace aether {

class LogValues;

struct JobContext {
  FileSystem* fs = nullptr;
  Clock* clock = nullptr;
  std::string dir;
  uint32_t family = 0;
  std::string family_name;
  const Comparator* order = nullptr;
  const MergeOperator* merge_operator = nullptr;
  double filter_bits_per_key = 0;
  double last_level_filter_bits = 0;
  std::shared_ptr<const PrefixExtractor> prefix;
  bool whole_key_filter = true;
  Compression compression;
  uint64_t target_file_size = 64 << 20;
  uint64_t bytes_per_sync = 1 << 20;
  bool direct_writes = false;
  IoLimiter* limiter = nullptr;  // may be null
  // What the job's writes ask the limiter with.
  IoLimiter::Priority priority = IoLimiter::Priority::kLow;
  Meter* meter = nullptr;  // may be null
  BlobOptions blob;
  int level = 0;  // that the job writes into
  // May be null.
  const std::vector<std::shared_ptr<FileCollectorFactory>>* collectors = nullptr;
  FileSumFactory* sums = nullptr;
  // Where values of the memtable stand already; null: nowhere.
  const LogValues* log_values = nullptr;
  std::function<uint64_t()> new_number;
  // Makes the edit durable and visible. Files it adds are durable already, their directory entries
  // too.
  std::function<Status(FamilyEdit&&)> install;
  std::function<void(const std::string& path, const FileMeta& meta)> file_created;
  // Offers the processor to others, if this work can wait. May be empty. For merges: a flush that
  // gives way is what writers wait for in the end (4 threads of random writes lost 4 %).
  std::function<void()> give_way;

  // A job gives way after so much input: a writer that has to share the processor would wait for
  // the end of a time slice otherwise, milliseconds.
  static constexpr uint64_t kGiveWayBytes = 32 << 10;

  // A builder for a new file, whose number it takes. `last_level`: it is expected to get there
  // without being rewritten.
  Status NewBuilder(std::unique_ptr<FileBuilder>* builder, uint64_t* number,
                    bool last_level = false) const;
  // The size of files in runs that will be merged again: small, so that a merge can give back what
  // it has consumed while it goes on.
  uint64_t PieceSize() const;
  // Finishes the builder: afterwards the file is durable, and its name after SyncNames().
  Status FinishFile(FileBuilder* builder, uint64_t number,
                    std::shared_ptr<const FileMeta>* meta) const;
  Status SyncNames() const;
  // Remove a file that was not installed, dropping errors.
  void Discard(uint64_t number) const;
  void DiscardBlob(uint64_t number) const;
};

}  // namespace aether

#endif  // AETHER_ENGINE_LSM_JOB_CONTEXT_H_
