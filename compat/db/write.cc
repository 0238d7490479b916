// Writes of StoreDb. The common ones allocate nothing here.

#include <cstring>
#include <memory>
#include <mutex>

#include "compat/batch/wide_column_format.h"
#include "compat/batch/wire_format.h"
#include "compat/batch/write_batch_internal.h"
#include "compat/db/slices.h"
#include "compat/db/store_db.h"
#include "compat/db/telemetry.h"
#include "compat/env/status_convert.h"
#include "rocksdb/write_batch.h"

namespace rocksdb {
namespace {

// A single record up to this size is encoded on the stack.
constexpr size_t kStackRecord = 1024;

}  // namespace

Status StoreDb::WriteTo(const WriteOptions& options, const Slice& body, uint32_t count,
                        uint64_t* sequence, aether::WriteTimes* times) {
  aether::WriteOptions out;
  out.times = times;
  out.sync = options.sync;
  out.disable_wal = options.disableWAL;
  out.ignore_missing_stores = options.ignore_missing_column_families;
  out.no_slowdown = options.no_slowdown;
  const aether::Status status = engine_->Write(out, ToEngine(body), count, sequence);
  if (!status.ok()) return ToRocks(status);
  if (statistics_ != nullptr) {
    const uint64_t bytes = body.size() + kBatchHeaderSize;
    Tick(statistics_, NUMBER_KEYS_WRITTEN, count);
    Tick(statistics_, BYTES_WRITTEN, bytes);
    Tick(statistics_, WRITE_DONE_BY_SELF);
    if (!options.disableWAL) {
      Tick(statistics_, WRITE_WITH_WAL);
      Tick(statistics_, WAL_FILE_BYTES, bytes);
    }
    statistics_->recordInHistogram(BYTES_PER_WRITE, bytes);
  }
  return Status::OK();
}

Status StoreDb::WriteUngated(const WriteOptions& options, const Slice& body, uint32_t count,
                             uint64_t* sequence) {
  if (mode_ != Mode::kReadWrite || closed()) return CheckWritable();
  if (options.sync || options.disableWAL || options.rate_limiter_priority != Env::IO_TOTAL ||
      options.protection_bytes_per_key != 0) {
    const Status s = CheckOptions(options);
    if (!s.ok()) return s;
  }
  if (statistics_ != nullptr || tracer_.on() || perf_level >= kEnableCount) [[unlikely]] {
    return WatchedWrite(options, body, count, sequence);
  }
  return WriteTo(options, body, count, sequence, nullptr);
}

Status StoreDb::WriteBody(const WriteOptions& options, const Slice& body, uint32_t count,
                          uint64_t* sequence) {
  if (write_gate_ == nullptr) [[likely]] {
    return WriteUngated(options, body, count, sequence);
  }
  const auto beside_others = write_gate_->EnterBesideOthers();
  return WriteBodyNow(options, body, count, sequence);
}

Status StoreDb::WriteBodyNow(const WriteOptions& options, const Slice& body, uint32_t count,
                             uint64_t* sequence) {
  return WriteUngated(options, body, count, sequence);
}

Status StoreDb::CheckOptions(const WriteOptions& options) {
  if (options.sync && options.disableWAL) {
    return Status::InvalidArgument("Sync writes has to enable WAL.");
  }
  if (options.rate_limiter_priority != Env::IO_TOTAL) {
    if (options.rate_limiter_priority != Env::IO_USER) {
      return Status::InvalidArgument("WriteOptions::rate_limiter_priority",
                                     "only Env::IO_TOTAL and Env::IO_USER are allowed");
    }
    if (options.disableWAL) {
      return Status::InvalidArgument(
          "WriteOptions::rate_limiter_priority needs a log, which disableWAL turns off");
    }
  }
  if (options.protection_bytes_per_key != 0 && options.protection_bytes_per_key != 8) {
    return Status::InvalidArgument("WriteOptions::protection_bytes_per_key must be zero or eight");
  }
  return Status::OK();
}

Status StoreDb::WatchedWrite(const WriteOptions& options, const Slice& body, uint32_t count,
                             uint64_t* sequence) {
  std::unique_lock<std::mutex> order;
  if (tracer_.on()) {
    std::string batch(kBatchHeaderSize, '\0');
    memcpy(batch.data() + kBatchCountOffset, &count, sizeof(count));
    batch.append(body.data(), body.size());
    order = tracer_.Write(batch);
  }
  const HistogramTimer timer(statistics_, DB_WRITE);
  if (perf_level >= kEnableCount) return CountedWrite(options, body, count, sequence);
  return WriteTo(options, body, count, sequence, nullptr);
}

Status StoreDb::CountedWrite(const WriteOptions& options, const Slice& body, uint32_t count,
                             uint64_t* sequence) {
  // What is written by system calls is counted where these are made.
  if (log_mapped_ && !options.disableWAL) {
    iostats_context.bytes_written += body.size() + kBatchHeaderSize;
  }
  if (!TimesWanted()) return WriteTo(options, body, count, sequence, nullptr);
  aether::WriteTimes times;
  const uint64_t start = aether::RealClock()->NowNanos();
  const Status s = WriteTo(options, body, count, sequence, &times);
  AddToPerfContext(times, aether::RealClock()->NowNanos() - start);
  return s;
}

Status StoreDb::WriteOne(const WriteOptions& options, ColumnFamilyHandle* handle, uint8_t plain,
                         uint8_t in_family, const Slice& key, const Slice* value) {
  if (!Owns(handle)) [[unlikely]]
    return NotOurs();
  if (key.size() > UINT32_MAX) return Status::InvalidArgument("key is too large");
  if (value != nullptr && value->size() > UINT32_MAX) {
    return Status::InvalidArgument("value is too large");
  }
  const size_t bound = kMaxRecordHead + key.size() + (value == nullptr ? 0 : 5 + value->size());
  char stack[kStackRecord];
  std::unique_ptr<char[]> heap;
  char* const record =
      bound <= kStackRecord ? stack : (heap = std::unique_ptr<char[]>(new char[bound])).get();
  char* at = EncodeRecordHead(record, static_cast<WireTag>(plain), static_cast<WireTag>(in_family),
                              Own(handle)->id, key.size());
  memcpy(at, key.data(), key.size());
  at += key.size();
  if (value != nullptr) {
    at = EncodeVarint32To(at, static_cast<uint32_t>(value->size()));
    memcpy(at, value->data(), value->size());
    at += value->size();
  }
  return WriteBody(options, Slice(record, static_cast<size_t>(at - record)), 1, nullptr);
}

#define AETHER_WRITE_ONE(kind, key, value)                       \
  WriteOne(options, handle, static_cast<uint8_t>(WireTag::kind), \
           static_cast<uint8_t>(WireTag::kind##InFamily), key, value)

Status StoreDb::Put(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                    const Slice& value) {
  return AETHER_WRITE_ONE(kPut, key, &value);
}

Status StoreDb::Put(const WriteOptions&, ColumnFamilyHandle* handle, const Slice&, const Slice&,
                    const Slice&) {
  return Owns(handle) ? NoTimestamps(Own(handle)) : NotOurs();
}

Status StoreDb::PutEntity(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                          const WideColumns& columns) {
  std::string entity;
  Status s = SerializeWideColumns(columns, &entity);
  if (!s.ok()) return s;
  const Slice value(entity);
  return AETHER_WRITE_ONE(kEntity, key, &value);
}

Status StoreDb::Delete(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key) {
  return AETHER_WRITE_ONE(kDelete, key, nullptr);
}

Status StoreDb::Delete(const WriteOptions&, ColumnFamilyHandle* handle, const Slice&,
                       const Slice&) {
  return Owns(handle) ? NoTimestamps(Own(handle)) : NotOurs();
}

Status StoreDb::SingleDelete(const WriteOptions& options, ColumnFamilyHandle* handle,
                             const Slice& key) {
  return AETHER_WRITE_ONE(kSingleDelete, key, nullptr);
}

Status StoreDb::SingleDelete(const WriteOptions&, ColumnFamilyHandle* handle, const Slice&,
                             const Slice&) {
  return Owns(handle) ? NoTimestamps(Own(handle)) : NotOurs();
}

Status StoreDb::DeleteRange(const WriteOptions& options, ColumnFamilyHandle* handle,
                            const Slice& begin, const Slice& end) {
  return AETHER_WRITE_ONE(kRangeDelete, begin, &end);
}

Status StoreDb::Merge(const WriteOptions& options, ColumnFamilyHandle* handle, const Slice& key,
                      const Slice& value) {
  if (mode_ != Mode::kReadWrite) return RefuseReadOnly();
  if (Owns(handle) && Own(handle)->merge_operator == nullptr) {
    return Status::NotSupported("Provide a merge_operator when opening DB");
  }
  return AETHER_WRITE_ONE(kMerge, key, &value);
}

#undef AETHER_WRITE_ONE

Status StoreDb::CheckBatch(const WriteOptions& options, const WriteBatch* updates) {
  if (updates == nullptr) return Status::InvalidArgument("Batch is nullptr!");
  if (WriteBatchInternal::ByteSize(updates) < kBatchHeaderSize) {
    return Status::Corruption("malformed WriteBatch (too small)");
  }
  if (options.protection_bytes_per_key != 0 || updates->GetProtectionBytesPerKey() != 0) {
    return updates->VerifyChecksum();
  }
  return Status::OK();
}

Status StoreDb::Write(const WriteOptions& options, WriteBatch* updates) {
  if (updates == nullptr || WriteBatchInternal::ByteSize(updates) < kBatchHeaderSize ||
      WriteBatchInternal::IsProtected(updates) || options.protection_bytes_per_key != 0) {
    Status s = CheckWritable();
    if (s.ok()) s = CheckBatch(options, updates);
    if (!s.ok()) return s;
  }
  uint64_t sequence = 0;
  const Status s = WriteBody(options, WriteBatchInternal::Body(updates),
                             WriteBatchInternal::Count(updates), &sequence);
  if (s.ok()) WriteBatchInternal::SetSequence(updates, sequence);
  return s;
}

}  // namespace rocksdb
