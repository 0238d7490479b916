// The trace of the queries of one DB, while there is one.
//
// Thread safety: all methods may be called from any thread; queries that are traced pass one after
// the other. Failure: what cannot be written ends the trace silently, End tells; queries go on.

#ifndef AETHER_COMPAT_TRACE_QUERY_TRACER_H_
#define AETHER_COMPAT_TRACE_QUERY_TRACER_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "compat/trace/trace_format.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "rocksdb/trace_reader_writer.h"

namespace rocksdb {

class QueryTracer {
 public:
  explicit QueryTracer(Env* env) : env_(env) {}

  // Takes the place of a trace that goes on.
  Status Start(const TraceOptions& options, std::unique_ptr<TraceWriter>&& writer);
  Status End();

  // Cheap: asked by every query.
  bool on() const { return on_.load(std::memory_order_relaxed); }
  // The lock that comes back has to be kept until the write is done, when it is one.
  std::unique_lock<std::mutex> Write(const Slice& batch);
  void Get(uint32_t family, const Slice& key);
  void Seek(TraceType type, uint32_t family, const Slice& key, const Slice& lower,
            const Slice& upper);
  void MultiGet(const std::vector<uint32_t>& families, const std::vector<Slice>& keys);

 private:
  bool Wanted(TraceFilterType filter);  // REQUIRES: mutex_ is held
  void Add(TraceType type, std::string payload);

  Env* const env_;
  std::atomic<bool> on_{false};
  std::mutex order_mutex_;  // of writes, where their order is asked for; before mutex_
  std::mutex mutex_;
  // Guarded by mutex_:
  TraceOptions options_;
  std::unique_ptr<TraceWriter> writer_;
  uint64_t asked_ = 0;  // since the last query that was traced
  Status status_;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRACE_QUERY_TRACER_H_
