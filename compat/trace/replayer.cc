// Replaying a trace: reading its records, carrying out what they tell of, at the pace at which they
// were taken or a multiple of it.
//
// Thread safety: Next, Execute and Replay by one thread at a time; Replay may use several threads
// of its own.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "compat/trace/replay.h"
#include "compat/trace/trace_format.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/trace_reader_writer.h"
#include "rocksdb/trace_record_result.h"
#include "rocksdb/write_batch.h"

namespace rocksdb {

namespace {

// Carries queries out on a DB.
class Executor final : public TraceRecord::Handler {
 public:
  Executor(DB* db, const std::vector<ColumnFamilyHandle*>& handles) : db_(db), env_(db->GetEnv()) {
    families_[db->DefaultColumnFamily()->GetID()] = db->DefaultColumnFamily();
    for (ColumnFamilyHandle* handle : handles) families_[handle->GetID()] = handle;
  }

  Status Handle(const WriteQueryTraceRecord& record,
                std::unique_ptr<TraceRecordResult>* result) override {
    Clear(result);
    WriteBatch batch(record.GetWriteBatchRep().ToString());
    const uint64_t start = env_->NowMicros();
    const Status s = db_->Write(WriteOptions(), &batch);
    const uint64_t end = env_->NowMicros();
    if (s.ok() && result != nullptr) {
      result->reset(new StatusOnlyTraceExecutionResult(s, start, end, record.GetTraceType()));
    }
    return s;
  }

  Status Handle(const GetQueryTraceRecord& record,
                std::unique_ptr<TraceRecordResult>* result) override {
    Clear(result);
    ColumnFamilyHandle* family = nullptr;
    Status s = FindFamily(record.GetColumnFamilyID(), &family);
    if (!s.ok()) return s;
    std::string value;
    const uint64_t start = env_->NowMicros();
    s = db_->Get(ReadOptions(), family, record.GetKey(), &value);
    const uint64_t end = env_->NowMicros();
    if (!s.ok() && !s.IsNotFound()) return s;
    if (result != nullptr) {
      result->reset(new SingleValueTraceExecutionResult(s, std::move(value), start, end,
                                                        record.GetTraceType()));
    }
    return Status::OK();
  }

  Status Handle(const IteratorSeekQueryTraceRecord& record,
                std::unique_ptr<TraceRecordResult>* result) override {
    Clear(result);
    ColumnFamilyHandle* family = nullptr;
    Status s = FindFamily(record.GetColumnFamilyID(), &family);
    if (!s.ok()) return s;
    ReadOptions options;
    const Slice lower = record.GetLowerBound();
    const Slice upper = record.GetUpperBound();
    if (!lower.empty()) options.iterate_lower_bound = &lower;
    if (!upper.empty()) options.iterate_upper_bound = &upper;
    const std::unique_ptr<Iterator> it(db_->NewIterator(options, family));
    const uint64_t start = env_->NowMicros();
    if (record.GetSeekType() == IteratorSeekQueryTraceRecord::kSeekForPrev) {
      it->SeekForPrev(record.GetKey());
    } else {
      it->Seek(record.GetKey());
    }
    const uint64_t end = env_->NowMicros();
    s = it->status();
    if (!s.ok() || result == nullptr) return s;
    const bool valid = it->Valid();
    result->reset(new IteratorTraceExecutionResult(
        valid, s, valid ? it->key().ToString() : std::string(),
        valid ? it->value().ToString() : std::string(), start, end, record.GetTraceType()));
    return s;
  }

  Status Handle(const MultiGetQueryTraceRecord& record,
                std::unique_ptr<TraceRecordResult>* result) override {
    Clear(result);
    const std::vector<Slice> keys = record.GetKeys();
    std::vector<ColumnFamilyHandle*> families;
    for (const uint32_t id : record.GetColumnFamilyIDs()) {
      ColumnFamilyHandle* family = nullptr;
      Status s = FindFamily(id, &family);
      if (!s.ok()) return s;
      families.push_back(family);
    }
    if (families.empty() || keys.empty()) {
      return Status::InvalidArgument("Empty MultiGet cf_ids or keys.");
    }
    if (families.size() != keys.size()) {
      return Status::InvalidArgument("MultiGet cf_ids and keys size mismatch.");
    }
    std::vector<std::string> values;
    const uint64_t start = env_->NowMicros();
    std::vector<Status> statuses = db_->MultiGet(ReadOptions(), families, keys, &values);
    const uint64_t end = env_->NowMicros();
    for (const Status& s : statuses) {
      if (!s.ok() && !s.IsNotFound()) return s;
    }
    if (result != nullptr) {
      result->reset(new MultiValuesTraceExecutionResult(std::move(statuses), std::move(values),
                                                        start, end, record.GetTraceType()));
    }
    return Status::OK();
  }

 private:
  static void Clear(std::unique_ptr<TraceRecordResult>* result) {
    if (result != nullptr) result->reset();
  }
  Status FindFamily(uint32_t id, ColumnFamilyHandle** family) const {
    const auto found = families_.find(id);
    if (found == families_.end()) return Status::Corruption("Invalid Column Family ID.");
    *family = found->second;
    return Status::OK();
  }

  DB* const db_;
  Env* const env_;
  std::map<uint32_t, ColumnFamilyHandle*> families_;
};

class ReplayerImpl final : public Replayer {
 public:
  using Callback = std::function<void(Status, std::unique_ptr<TraceRecordResult>&&)>;

  ReplayerImpl(DB* db, const std::vector<ColumnFamilyHandle*>& handles,
               std::unique_ptr<TraceReader>&& reader)
      : executor_(db, handles), reader_(std::move(reader)) {}

  Status Prepare() override {
    Status s = reader_->Reset();
    Trace header;
    if (s.ok()) s = ReadTrace(&header);
    if (s.ok() && !IsTraceHeader(header)) {
      s = Status::Corruption("Corrupted trace file. Incorrect header.");
    }
    prepared_ = s.ok();
    ended_ = false;
    header_micros_ = header.micros;
    return s;
  }

  uint64_t GetHeaderTimestamp() const override { return header_micros_; }

  Status Next(std::unique_ptr<TraceRecord>* record) override {
    if (!prepared_) return Status::Incomplete("Not prepared!");
    if (ended_) return Status::Incomplete("Trace end.");
    Trace trace;
    Status s = ReadTrace(&trace);
    if (s.ok() && trace.type == kTraceEnd) s = Status::Incomplete("Trace end.");
    if (s.IsIncomplete()) {
      ended_ = true;
      return s;
    }
    return s.ok() ? ToTraceRecord(trace, record) : s;
  }

  Status Execute(const std::unique_ptr<TraceRecord>& record,
                 std::unique_ptr<TraceRecordResult>* result) override {
    if (record == nullptr) return Status::InvalidArgument("there is no record to execute");
    return record->Accept(&executor_, result);
  }

  Status Replay(const ReplayOptions& options, const Callback& callback) override {
    if (options.fast_forward <= 0.0) return Status::InvalidArgument("Wrong fast forward speed!");
    if (!prepared_) return Status::Incomplete("Not prepared!");
    if (ended_) return Status::Incomplete("Trace end.");
    begun_ = std::chrono::steady_clock::now();
    Status s = options.num_threads <= 1 ? ReplayAlone(options, callback)
                                        : ReplayTogether(options, callback);
    // A trace that nobody ended ends with its file.
    return s.IsIncomplete() ? Status::OK() : s;
  }

 private:
  Status ReadTrace(Trace* trace) {
    std::string bytes;
    Status s = reader_->Read(&bytes);
    return s.ok() ? DecodeTrace(bytes, trace) : s;
  }

  // When the query is due.
  void Pace(const ReplayOptions& options, uint64_t micros) const {
    const uint64_t since = micros > header_micros_ ? micros - header_micros_ : 0;
    std::this_thread::sleep_until(begun_ + std::chrono::microseconds(static_cast<int64_t>(
                                               static_cast<double>(since) / options.fast_forward)));
  }

  // A record of a kind that is not replayed tells the caller and is passed over.
  static bool PassesOver(const Status& s, const Callback& callback) {
    if (!s.IsNotSupported()) return false;
    if (callback) callback(s, nullptr);
    return true;
  }

  Status ReplayAlone(const ReplayOptions& options, const Callback& callback) {
    for (;;) {
      std::unique_ptr<TraceRecord> record;
      Status s = Next(&record);
      if (PassesOver(s, callback)) continue;
      if (!s.ok()) return s;
      Pace(options, record->GetTimestamp());
      std::unique_ptr<TraceRecordResult> result;
      s = Execute(record, callback ? &result : nullptr);
      if (callback) callback(s, std::move(result));
    }
  }

  // This thread reads and paces, others carry out. The first failure ends the replay.
  Status ReplayTogether(const ReplayOptions& options, const Callback& callback) {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::unique_ptr<TraceRecord>> waiting;
    bool ended = false;
    const size_t most = 16 * size_t{options.num_threads};
    const auto work = [&] {
      for (;;) {
        std::unique_ptr<TraceRecord> record;
        {
          std::unique_lock<std::mutex> lock(mutex);
          changed.wait(lock, [&] { return ended || !waiting.empty(); });
          if (waiting.empty()) return;
          record = std::move(waiting.front());
          waiting.pop_front();
          changed.notify_all();
        }
        std::unique_ptr<TraceRecordResult> result;
        const Status s = Execute(record, callback ? &result : nullptr);
        if (callback) callback(s, std::move(result));
      }
    };
    std::vector<std::thread> threads;
    for (uint32_t i = 0; i < options.num_threads; ++i) threads.emplace_back(work);
    Status s;
    while (s.ok()) {
      std::unique_ptr<TraceRecord> record;
      s = Next(&record);
      if (PassesOver(s, callback)) {
        s = Status::OK();
        continue;
      }
      if (!s.ok()) break;
      Pace(options, record->GetTimestamp());
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return waiting.size() < most; });
      waiting.push_back(std::move(record));
      changed.notify_all();
    }
    {
      const std::lock_guard<std::mutex> lock(mutex);
      ended = true;
      changed.notify_all();
    }
    for (std::thread& thread : threads) thread.join();
    return s;
  }

  Executor executor_;
  const std::unique_ptr<TraceReader> reader_;
  bool prepared_ = false;
  bool ended_ = false;
  uint64_t header_micros_ = 0;
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace

TraceRecord::Handler* TraceRecord::NewExecutionHandler(
    DB* db, const std::vector<ColumnFamilyHandle*>& handles) {
  return new Executor(db, handles);
}

std::unique_ptr<Replayer> NewReplayer(DB* db, const std::vector<ColumnFamilyHandle*>& handles,
                                      std::unique_ptr<TraceReader>&& reader) {
  return std::make_unique<ReplayerImpl>(db, handles, std::move(reader));
}

}  // namespace rocksdb
