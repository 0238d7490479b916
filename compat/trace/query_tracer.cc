#include "compat/trace/query_tracer.h"

#include <utility>

namespace rocksdb {

Status QueryTracer::Start(const TraceOptions& options, std::unique_ptr<TraceWriter>&& writer) {
  if (writer == nullptr) return Status::InvalidArgument("StartTrace needs a writer");
  const std::lock_guard<std::mutex> lock(mutex_);
  options_ = options;
  writer_ = std::move(writer);
  asked_ = 0;
  status_ = Status::OK();
  Add(kTraceBegin, TraceHeaderText());
  on_.store(true, std::memory_order_relaxed);
  return status_;
}

Status QueryTracer::End() {
  const std::lock_guard<std::mutex> lock(mutex_);
  on_.store(false, std::memory_order_relaxed);
  if (writer_ == nullptr) return Status::IOError("No trace file to close");
  Add(kTraceEnd, std::string());
  const Status closed = writer_->Close();
  writer_.reset();
  return status_.ok() ? closed : status_;
}

void QueryTracer::Add(TraceType type, std::string payload) {
  if (!status_.ok()) return;
  Trace trace;
  trace.micros = env_->NowMicros();
  trace.type = type;
  trace.payload = std::move(payload);
  status_ = writer_->Write(EncodeTrace(trace));
}

bool QueryTracer::Wanted(TraceFilterType filter) {
  if (writer_ == nullptr || (options_.filter & filter) != 0 ||
      writer_->GetFileSize() > options_.max_trace_file_size) {
    return false;
  }
  if (++asked_ < options_.sampling_frequency) return false;
  asked_ = 0;
  return true;
}

std::unique_lock<std::mutex> QueryTracer::Write(const Slice& batch) {
  bool ordered = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ordered = writer_ != nullptr && options_.preserve_write_order;
  }
  std::unique_lock<std::mutex> order;
  if (ordered) order = std::unique_lock<std::mutex>(order_mutex_);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Wanted(kTraceFilterWrite)) Add(kTraceWrite, WritePayload(batch));
  return order;
}

void QueryTracer::Get(uint32_t family, const Slice& key) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Wanted(kTraceFilterGet)) Add(kTraceGet, GetPayload(family, key));
}

void QueryTracer::Seek(TraceType type, uint32_t family, const Slice& key, const Slice& lower,
                       const Slice& upper) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const TraceFilterType filter =
      type == kTraceIteratorSeek ? kTraceFilterIteratorSeek : kTraceFilterIteratorSeekForPrev;
  if (Wanted(filter)) Add(type, SeekPayload(family, key, lower, upper));
}

void QueryTracer::MultiGet(const std::vector<uint32_t>& families, const std::vector<Slice>& keys) {
  if (keys.empty()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Wanted(kTraceFilterMultiGet)) Add(kTraceMultiGet, MultiGetPayload(families, keys));
}

}  // namespace rocksdb
