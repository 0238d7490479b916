#include "engine/wal/log.h"

#include <algorithm>
#include <new>
#include <utility>

#include "engine/base/epoch.h"
#include "engine/io/thread.h"

namespace aether::wal {
namespace {

constexpr int kOffsetBits = 28;  // of offset / 8 in a packed position
constexpr uint64_t kSleepNanos = 1000000;

// Where this thread found a stream last. A wish only, so one word serves all logs of the process.
thread_local uint32_t preferred_stream = 0;

void FreeBuffer(void* buffer) { delete[] static_cast<char*>(buffer); }

}  // namespace

Log::Log(std::unique_ptr<SegmentPool> pool)
    : pool_(std::move(pool)),
      // A file that only grows has one tail.
      max_streams_(pool_->backend() == SegmentPool::Backend::kGrowing ? 1 : kMaxStreams),
      streams_(new Stream[kMaxStreams]) {
  for (uint32_t i = 0; i < kMaxStreams; ++i) streams_[i].index = i;
}

Log::~Log() {
  for (uint32_t i = 0; i < kMaxStreams; ++i) delete[] streams_[i].buffer;
}

Status Log::Open(const LogOptions& options, std::unique_ptr<Log>* result) {
  std::unique_ptr<SegmentPool> pool;
  AETHER_RETURN_IF_ERROR(SegmentPool::Open(options, &pool));
  result->reset(new Log(std::move(pool)));
  return Status::OK();
}

// --- streams ---

Stream* Log::Lease() {
  for (;;) {
    const uint32_t open = open_streams_.load(std::memory_order_relaxed);
    uint32_t i = preferred_stream < open ? preferred_stream : 0;
    for (uint32_t tried = 0; tried < open; ++tried) {
      if (TryLease(&streams_[i])) {
        preferred_stream = i;
        return &streams_[i];
      }
      if (++i == open) i = 0;
    }
    if (open < max_streams_) {
      uint32_t expected = open;
      if (open_streams_.compare_exchange_strong(expected, open + 1, std::memory_order_relaxed)) {
        preferred_stream = open;
      }
      continue;
    }
    // All leased, by threads that may be descheduled: sleep until this one comes back. A holder
    // that has not seen overflowed_ yet may return it without a wake, hence the time limit.
    overflowed_.store(true, std::memory_order_relaxed);
    uint32_t leased = 1;
    std::atomic<uint32_t>& word = streams_[i].leased;
    if (word.compare_exchange_strong(leased, 2, std::memory_order_relaxed) || leased == 2) {
      FutexWait(&word, 2, kSleepNanos);
    }
  }
}

void Log::Return(Stream* stream) {
  // Release: the next holder sees the chunk as it was left.
  if (!overflowed_.load(std::memory_order_relaxed)) {
    stream->leased.store(0, std::memory_order_release);
  } else if (stream->leased.exchange(0, std::memory_order_release) == 2) {
    FutexWakeAll(&stream->leased);
  }
}

uint64_t Log::PackPosition(const Stream* stream) const {
  if (pool_->backend() == SegmentPool::Backend::kGrowing) return 0;
  const uint64_t offset = (stream->chunk.offset + stream->next) / 8;
  if (offset >> kOffsetBits != 0) return 0;
  return stream->chunk.number << kOffsetBits | offset;
}

Status Log::MakeRoom(Stream* stream, size_t record_bytes, uint64_t ticket_now) {
  const bool growing = pool_->backend() == SegmentPool::Backend::kGrowing;
  if (!growing || stream->chunk.segment == nullptr || stream->appended >= pool_->segment_bytes() ||
      !NearBase(stream, ticket_now)) {
    Seal(stream);
    AETHER_RETURN_IF_ERROR(pool_->TakeChunk(record_bytes, ticket_now, &stream->chunk));
    stream->appended = 0;
  }
  stream->next = kChunkHeaderBytes;
  if (stream->chunk.mapped) {
    stream->memory = stream->chunk.memory;
    stream->end = stream->chunk.bytes;
    return Status::OK();
  }
  // The copy that helpers read stands in memory. A growing file's records have no helpers, so its
  // buffer is used over and over; a helper of another one may hold the old buffer still.
  const uint64_t bytes =
      growing ? std::max<uint64_t>(pool_->unit_bytes(), record_bytes + kChunkHeaderBytes)
              : stream->chunk.bytes;
  if (stream->buffer == nullptr || !growing || stream->end < bytes) {
    if (stream->buffer != nullptr) EpochRetire(stream->buffer, FreeBuffer);
    stream->buffer = new (std::nothrow) char[bytes];
    stream->end = stream->buffer == nullptr ? stream->next : bytes;
    if (stream->buffer == nullptr) {
      return Status::Aborted("no memory for a buffer of the log", Status::kMemoryLimit);
    }
  }
  stream->memory = stream->buffer;
  return Status::OK();
}

void Log::Seal(Stream* stream) {
  pool_->SealChunk(&stream->chunk, stream->last_ticket);
  stream->position.store(0, std::memory_order_relaxed);
  stream->last_ticket = 0;
  stream->next = 0;
  stream->end = 0;
  stream->memory = nullptr;
}

void Log::Copy(Stream* stream, Slice body, PendingRecord* pending) {
  char* const record = stream->memory + stream->next;
  pending->record = record;
  pending->length = static_cast<uint32_t>(body.size());
  pending->file = stream->chunk.file;
  pending->offset = stream->chunk.offset + stream->next;
  StoreVoid(record);
  // The padding, before the body covers the rest of its word.
  StoreFixed<uint64_t>(record + RecordBytes(body.size()) - 8, 0);
  pending->body_crc = StoreBody(stream->chunk.salt, body, record);
}

Status Log::WriteOut(const PendingRecord& record) {
  const Slice bytes(record.record, record.bytes());
  if (pool_->backend() == SegmentPool::Backend::kWriteAt) {
    return record.file->WriteAt(record.offset, bytes);
  }
  uint64_t offset = 0;
  return record.file->Append(bytes, &offset);
}

Status Log::AppendUnnumbered(RecordType type, Slice body, uint64_t ticket,
                             SequenceNumber sequence) {
  Stream* const stream = Lease();
  Status s = Reserve(stream, body.size(), ticket);
  if (s.ok()) {
    PendingRecord record;
    Copy(stream, body, &record);
    StoreStamp(record.record, MakeStamp(record.body_crc, type, ticket, sequence));
    if (needs_write_out()) s = WriteOut(record);
    if (s.ok()) Commit(stream, record, ticket);
  }
  Return(stream);
  return s;
}

// --- durability and life ---

Status Log::Sync(int token, std::vector<AnchorPosition>* positions) {
  positions->clear();
  const uint32_t open = open_streams_.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < open; ++i) {
    // Acquire: the bytes up to the position were stored before it, so this sync covers them.
    const uint64_t packed = streams_[i].position.load(std::memory_order_acquire);
    if (packed == 0) continue;
    positions->push_back(
        {packed >> kOffsetBits, (packed & ((uint64_t{1} << kOffsetBits) - 1)) * 8});
  }
  return pool_->SyncAll(token);
}

void Log::SealIdle(uint64_t up_to_ticket) {
  const uint32_t open = open_streams_.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < open; ++i) {
    Stream* const stream = &streams_[i];
    if (!TryLease(stream)) continue;  // it is in use and will move on by itself
    if (stream->last_ticket <= up_to_ticket && pool_->IsClosed(stream->chunk)) Seal(stream);
    Return(stream);
  }
}

void Log::Release(uint64_t floor_ticket) {
  SealIdle(floor_ticket);
  pool_->Release(floor_ticket);
}

std::vector<LiveSegment> Log::SealedSegments(uint64_t after_ticket) {
  SealIdle(UINT64_MAX);
  return pool_->SealedSegments(after_ticket);
}

void Log::Restart(uint32_t epoch) {
  for (uint32_t i = 0; i < max_streams_; ++i) {
    while (!TryLease(&streams_[i])) std::this_thread::yield();
    Seal(&streams_[i]);
  }
  pool_->Restart(epoch);
  for (uint32_t i = 0; i < max_streams_; ++i) Return(&streams_[i]);
}

uint64_t Log::logged_bytes() const {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < kMaxStreams; ++i) {
    bytes += streams_[i].logged_bytes.load(std::memory_order_relaxed);
  }
  return bytes;
}

}  // namespace aether::wal
