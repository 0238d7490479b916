// What the engine tells about itself while it runs: flushes, merges, stalls, errors, files.
//
// Thread safety: called from background threads and from writers, several at once; must not call
// back into the engine except where a method says so, and must not block for long.

#ifndef AETHER_ENGINE_STORE_OBSERVER_H_
#define AETHER_ENGINE_STORE_OBSERVER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/lsm/options.h"

namespace aether {

struct FlushEvent {
  uint32_t family = 0;
  std::string family_name;
  uint64_t file_number = 0;  // 0 when the table held nothing worth a file
  std::string path;
  uint64_t bytes = 0;
  uint64_t entries = 0;
  uint64_t micros = 0;
  uint64_t smallest_sequence = 0;
  uint64_t largest_sequence = 0;
};

struct MergeEvent {
  uint32_t family = 0;
  std::string family_name;
  int input_level = 0;
  int output_level = 0;
  bool manual = false;
  MergeReason reason = MergeReason::kLevelSize;  // unless it is manual
  std::vector<uint64_t> input_files;
  std::vector<uint64_t> output_files;
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  uint64_t entries_read = 0;
  uint64_t entries_dropped = 0;
  uint64_t file_bytes_read = 0;  // as stored; moved files are not read
  uint64_t micros = 0;
  uint64_t cpu_micros = 0;
  Status status;
};

struct FileEvent {
  uint32_t family = 0;
  std::string family_name;
  std::string path;
  uint64_t number = 0;
  uint64_t bytes = 0;
  bool flush = false;
};

// What a background thread works on.
struct BackgroundWork {
  bool merge = false;  // else it flushes
  std::string family_name;
  int input_level = 0;
  int output_level = 0;
  bool manual = false;
  uint64_t input_bytes = 0;  // of memtables, or of files
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
};

enum class StallState : uint8_t { kNormal, kDelayed, kStopped };
enum class ErrorReason : uint8_t { kFlush, kMerge, kWrite, kManifest };

class Observer {
 public:
  virtual ~Observer() = default;
  // By each background thread: when it begins, when it is about to end, and what it works on until
  // further notice; null: nothing.
  virtual void OnThreadStart(bool /*merges*/) {}
  virtual void OnThreadEnd() {}
  virtual void OnWork(const BackgroundWork* /*work*/) {}
  virtual void OnFlushBegin(const FlushEvent&) {}
  virtual void OnFlushEnd(const FlushEvent&) {}
  virtual void OnMergeBegin(const MergeEvent&) {}
  virtual void OnMergeEnd(const MergeEvent&) {}
  virtual void OnFileCreated(const FileEvent&) {}
  virtual void OnFileDeleted(const FileEvent&) {}
  // Under the manifest's lock.
  virtual void OnBlobFileAdded(const std::string& /*path*/, uint64_t /*bytes*/) {}
  // Asked when a flush or a merge has installed what it wrote: an error becomes a background error.
  virtual Status CheckSpace() { return Status::OK(); }
  virtual void OnMemTableSealed(uint32_t /*family*/, uint64_t /*entries*/) {}
  virtual void OnStall(uint32_t /*family*/, StallState /*before*/, StallState /*after*/) {}
  virtual void OnStallTime(uint64_t /*micros*/) {}
  // Before the error takes effect. May replace *status (by OK: it is let pass) and set *recover,
  // which says whether the engine will try to recover by itself, to false.
  virtual void OnBackgroundError(ErrorReason, Status* /*status*/, bool* /*recover*/) {}
  // The error has been overcome; writes go on.
  virtual void OnErrorRecovered(const Status& /*old_error*/) {}
};

}  // namespace aether

#endif  // AETHER_ENGINE_STORE_OBSERVER_H_
