// Replays a recorded trace against a DB. Thread safety: one thread at a time.
#ifndef AETHER_ROCKSDB_UTILITIES_REPLAYER_H_
#define AETHER_ROCKSDB_UTILITIES_REPLAYER_H_

#include <functional>
#include <memory>

#include "rocksdb/rocksdb_namespace.h"
#include "rocksdb/status.h"

namespace ROCKSDB_NAMESPACE {

class TraceRecord;
class TraceRecordResult;

// fast_forward divides the recorded pauses.
struct ReplayOptions {
  uint32_t num_threads;
  double fast_forward;
  ReplayOptions() : ReplayOptions(1, 1.0) {}
  ReplayOptions(uint32_t num_of_threads, double fast_forward_ratio)
      : num_threads(num_of_threads), fast_forward(fast_forward_ratio) {}
};

class Replayer {
 public:
  virtual ~Replayer() = default;
  virtual Status Prepare() = 0;
  virtual uint64_t GetHeaderTimestamp() const = 0;
  virtual Status Next(std::unique_ptr<TraceRecord>* record) = 0;
  virtual Status Execute(const std::unique_ptr<TraceRecord>& record,
                         std::unique_ptr<TraceRecordResult>* result) = 0;
  virtual Status Replay(
      const ReplayOptions& options,
      const std::function<void(Status, std::unique_ptr<TraceRecordResult>&&)>& result_callback) = 0;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_REPLAYER_H_
