#include "engine/wal/segment_pool.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/io/thread.h"
#include "engine/wal/segment.h"

namespace aether::wal {
namespace {

// The background thread prepares many units at a time: each time it is woken it takes a processor
// from a reader or a writer.
constexpr uint32_t kWarmUnits = 12;       // ahead of the writers, at most,
constexpr uint32_t kWarmShare = 5;        // and one unit of a segment in so many;
constexpr uint32_t kRefillShare = 3;      // filled up again when one in so many of these is left
constexpr std::chrono::seconds kIdle{5};  // until recycled segments are given up
constexpr uint32_t kZeroFillUnits = 8;    // at a time

uint64_t ChunkOffset(uint32_t unit, uint32_t unit_bytes) {
  return unit == 0 ? kSegmentHeaderBytes : uint64_t{unit} * unit_bytes;
}

}  // namespace

SegmentPool::SegmentPool(const LogOptions& options)
    : options_(options),
      units_per_segment_(static_cast<uint32_t>(options.segment_bytes / options.unit_bytes)),
      warm_most_(std::clamp(units_per_segment_ / kWarmShare, 2u, kWarmUnits)),
      warm_least_(std::max(1u, warm_most_ / kRefillShare)),
      archive_({options.fs, options.directory, options.store_id, options.epoch,
                options.old_state.cuts, options.old_state.floor.ticket, options.archive_ttl_seconds,
                options.archive_bytes}),
      epoch_(options.epoch),
      old_(options.old_segments) {}

Status SegmentPool::Open(const LogOptions& options, std::unique_ptr<SegmentPool>* result) {
  if (options.unit_bytes < 4096 || (options.unit_bytes & (options.unit_bytes - 1)) != 0 ||
      options.segment_bytes < options.unit_bytes ||
      options.segment_bytes % options.unit_bytes != 0) {
    return Status::InvalidArgument("log: the segment size must be a multiple of the chunk size");
  }
  std::unique_ptr<SegmentPool> pool(new SegmentPool(options));
  AETHER_RETURN_IF_ERROR(options.fs->OpenDirectory(options.directory, &pool->directory_));
  if (!options.allow_mapped || !options.fs->MappedLogIsSafe(options.directory)) {
    // Only a segment can tell whether its file system writes in place.
    pool->backend_ = Backend::kWriteAt;
    SegmentPtr first;
    AETHER_RETURN_IF_ERROR(
        pool->MakeSegment(nullptr, options.segment_bytes, options.epoch, &first));
    MutexLock lock(&pool->mutex_);
    pool->next_ = std::move(first);
  }
  if (options.background_thread) {
    pool->thread_ = std::thread([raw = pool.get()] { raw->BackgroundLoop(); });
  }
  *result = std::move(pool);
  return Status::OK();
}

SegmentPool::~SegmentPool() {
  {
    MutexLock lock(&mutex_);
    stop_ = true;
    Signal();
  }
  if (thread_.joinable()) thread_.join();
  // What holds no record is of no use to the next opening.
  MutexLock lock(&mutex_);
  for (const SegmentPtr& segment : free_) Delete(segment);
  if (next_ != nullptr) Delete(next_);
}

// --- chunks ---

Status SegmentPool::TakeChunk(uint64_t bytes, uint64_t base_ticket, Chunk* chunk) {
  chunk->base_ticket = base_ticket;
  if (backend_ == Backend::kGrowing) return TakeGrowing(chunk);
  const uint64_t unit = options_.unit_bytes;
  const uint64_t need = bytes + kChunkHeaderBytes + kSegmentHeaderBytes;
  if (need > options_.segment_bytes / 2) return TakeOwnSegment(need, chunk);
  auto units = static_cast<uint32_t>((need + unit - 1) / unit);
  // Records of near a unit would leave much of it empty: take room for several.
  if (need > unit / 4) {
    units = std::max(units, static_cast<uint32_t>(std::min<uint64_t>((4 * need + unit - 1) / unit,
                                                                     units_per_segment_ / 8)));
  }
  SegmentPtr segment;
  uint32_t first = 0;
  {
    MutexLock lock(&mutex_);
    bool switched = false;
    while (active_ == nullptr || !TakeUnits(units, &first)) {
      switched = true;
      if (active_ != nullptr) {
        CloseSegment(active_);
        active_ = nullptr;
      }
      if (next_ != nullptr) {
        active_ = std::move(next_);
        next_ = nullptr;
        live_.push_back(active_);
      } else if (preparing_) {
        prepared_.Wait(&mutex_);
      } else {
        AETHER_RETURN_IF_ERROR(PrepareNext());
      }
    }
    segment = active_;
    taken_ = true;
    if (switched || (backend_ == Backend::kMapped && WarmUnits() < warm_least_)) Signal();
  }
  FillChunk(segment, first, units, chunk);
  Status s;
  if (!chunk->mapped) {
    char header[kChunkHeaderBytes];
    EncodeChunkHeader(segment->identity, first, units, base_ticket, header);
    s = segment->file->WriteAt(chunk->offset, Slice(header, sizeof(header)));
    if (!s.ok()) SealChunk(chunk, 0);
  } else {
    EncodeChunkHeader(segment->identity, first, units, base_ticket, chunk->memory);
  }
  return s;
}

void SegmentPool::FillChunk(const SegmentPtr& segment, uint32_t first, uint32_t units,
                            Chunk* chunk) {
  chunk->segment = segment;
  chunk->file = segment->file.get();
  chunk->number = segment->identity.number;
  chunk->offset = ChunkOffset(first, options_.unit_bytes);
  chunk->bytes = uint64_t{first + units} * options_.unit_bytes - chunk->offset;
  chunk->salt = ChunkSalt(segment->identity, first);
  chunk->mapped = backend_ == Backend::kMapped;
  chunk->memory = chunk->mapped ? segment->file->base() + chunk->offset : nullptr;
}

bool SegmentPool::TakeUnits(uint32_t units, uint32_t* first) {
  Segment* const segment = active_.get();
  std::vector<UnitState>& state = segment->units;
  const auto count = static_cast<uint32_t>(state.size());
  uint32_t found = count;
  if (units == 1) {
    for (UnitState wanted : {UnitState::kWarm, UnitState::kWritten, UnitState::kFresh}) {
      UnitState* const unit = segment->FirstUnit(wanted);
      if (unit == nullptr) continue;
      found = static_cast<uint32_t>(unit - state.data());
      break;
    }
  } else {
    uint32_t run = 0;
    for (uint32_t i = 0; i < count && found == count; ++i) {
      run = state[i] == UnitState::kTaken || state[i] == UnitState::kBusy ? 0 : run + 1;
      if (run == units) found = i + 1 - units;
    }
  }
  if (found == count) return false;
  std::fill(state.begin() + found, state.begin() + found + units, UnitState::kTaken);
  const uint64_t bytes = uint64_t{units} * options_.unit_bytes;
  segment->open_chunks++;
  segment->open_bytes += bytes;
  segment->used = true;
  live_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  *first = found;
  return true;
}

Status SegmentPool::TakeOwnSegment(uint64_t bytes, Chunk* chunk) {
  const uint64_t unit = options_.unit_bytes;
  uint32_t epoch;
  {
    MutexLock lock(&mutex_);
    epoch = epoch_;
  }
  SegmentPtr segment;
  AETHER_RETURN_IF_ERROR(MakeSegment(nullptr, (bytes + unit - 1) / unit * unit, epoch, &segment));
  const auto units = static_cast<uint32_t>(segment->units.size());
  segment->own = true;
  {
    MutexLock lock(&mutex_);
    std::fill(segment->units.begin(), segment->units.end(), UnitState::kTaken);
    segment->open_chunks = 1;
    segment->open_bytes = segment->bytes;
    segment->used = true;
    segment->closed = true;
    live_.push_back(segment);
    live_bytes_.fetch_add(segment->bytes, std::memory_order_relaxed);
  }
  FillChunk(segment, 0, units, chunk);
  char header[kChunkHeaderBytes];
  EncodeChunkHeader(segment->identity, 0, units, chunk->base_ticket, header);
  if (chunk->mapped) {
    std::memcpy(chunk->memory, header, sizeof(header));
    return Status::OK();
  }
  Status s = segment->file->WriteAt(chunk->offset, Slice(header, sizeof(header)));
  if (!s.ok()) SealChunk(chunk, 0);
  return s;
}

Status SegmentPool::TakeGrowing(Chunk* chunk) {
  SegmentPtr segment;
  {
    MutexLock lock(&mutex_);
    while (next_ == nullptr) {
      if (preparing_) {
        prepared_.Wait(&mutex_);
      } else {
        AETHER_RETURN_IF_ERROR(PrepareNext());
      }
    }
    segment = std::move(next_);
    next_ = nullptr;
    segment->open_chunks = 1;
    segment->open_bytes = segment->bytes;
    segment->used = true;
    segment->closed = true;
    live_.push_back(segment);
    live_bytes_.fetch_add(segment->bytes, std::memory_order_relaxed);
    Signal();
  }
  chunk->segment = segment;
  chunk->file = segment->file.get();
  chunk->number = segment->identity.number;
  chunk->offset = kSegmentHeaderBytes;
  chunk->bytes = segment->bytes;
  chunk->salt = ChunkSalt(segment->identity, 0);
  chunk->mapped = false;
  chunk->memory = nullptr;
  char header[kChunkHeaderBytes];
  EncodeChunkHeader(segment->identity, 0, 0, chunk->base_ticket, header);
  uint64_t offset = 0;
  Status s = segment->file->Append(Slice(header, sizeof(header)), &offset);
  if (!s.ok()) SealChunk(chunk, 0);
  return s;
}

void SegmentPool::SealChunk(Chunk* chunk, uint64_t last_ticket) {
  if (chunk->segment == nullptr) return;
  MutexLock lock(&mutex_);
  Segment* const segment = chunk->segment.get();
  segment->last_ticket = std::max(segment->last_ticket, last_ticket);
  segment->open_chunks--;
  const uint64_t bytes =
      (chunk->bytes + options_.unit_bytes - 1) / options_.unit_bytes * options_.unit_bytes;
  segment->open_bytes -= bytes;
  segment->sealed_chunks.push_back({last_ticket, bytes});
  if (options_.write_back_bytes > 0) {
    unwritten_.push_back({chunk->segment, chunk->offset, chunk->bytes});
    unwritten_bytes_ += chunk->bytes;
    if (unwritten_bytes_ >= options_.write_back_bytes) Signal();
  }
  if (segment->closed && segment->open_chunks == 0) {
    segment->sealed = true;
    Signal();
  }
  *chunk = Chunk();
}

void SegmentPool::CloseSegment(const SegmentPtr& segment) {
  segment->closed = true;
  if (segment->open_chunks == 0) segment->sealed = true;
}

bool SegmentPool::IsClosed(const Chunk& chunk) const {
  MutexLock lock(&mutex_);
  return chunk.segment != nullptr && chunk.segment->closed && backend_ != Backend::kGrowing;
}

// --- making segments ---

Status SegmentPool::PrepareNext() {
  preparing_ = true;
  SegmentPtr recycle;
  if (!free_.empty()) {
    recycle = std::move(free_.front());
    free_.pop_front();
  }
  const uint32_t epoch = epoch_;
  mutex_.Unlock();
  SegmentPtr made;
  Status s = MakeSegment(std::move(recycle), options_.segment_bytes, epoch, &made);
  mutex_.Lock();
  preparing_ = false;
  prepare_failed_ = !s.ok();
  if (s.ok() && made->identity.epoch != epoch_) {
    Delete(made);  // a restart came in between
  } else if (s.ok()) {
    next_ = std::move(made);
  }
  prepared_.NotifyAll();
  return s;
}

Status SegmentPool::MakeSegment(SegmentPtr recycle, uint64_t bytes, uint32_t epoch,
                                SegmentPtr* result) {
  auto segment = std::make_shared<Segment>();
  segment->identity = {options_.store_id, options_.new_number(), epoch};
  segment->bytes = bytes;
  const std::string path = SegmentPath(options_.directory, segment->identity.number);
  if (recycle != nullptr && recycle->file->Recycle(path).ok()) {
    segment->file = std::move(recycle->file);
    recycled_.fetch_add(1, std::memory_order_relaxed);
  } else {
    if (recycle != nullptr) {
      const std::string old_path = recycle->file->path();
      recycle->file.reset();
      options_.fs->Remove(old_path).Ignore();
      recycle = nullptr;
      segment->identity.number = options_.new_number();
    }
    LogSegmentOptions file_options;
    file_options.size = bytes;
    file_options.map = backend_ == Backend::kMapped;
    file_options.poison = options_.poison;
    AETHER_RETURN_IF_ERROR(options_.fs->NewLogSegment(
        SegmentPath(options_.directory, segment->identity.number), file_options, &segment->file));
    created_.fetch_add(1, std::memory_order_relaxed);
  }
  LogSegment* const file = segment->file.get();
  if (backend_ == Backend::kWriteAt && !file->can_write_at()) backend_ = Backend::kGrowing;
  if (backend_ != Backend::kGrowing) {
    segment->units.assign(bytes / options_.unit_bytes,
                          recycle != nullptr ? UnitState::kWritten : UnitState::kFresh);
  }
  char header[kSegmentHeaderBytes];
  EncodeSegmentHeader(segment->identity, options_.unit_bytes, bytes, header);
  Status s;
  uint64_t offset = 0;
  switch (backend_) {
    case Backend::kMapped:
      if (file->base() == nullptr) {
        s = Status::IOError(file->path() + ": the log segment could not be mapped");
      } else {
        std::memcpy(file->base(), header, sizeof(header));
      }
      break;
    case Backend::kWriteAt:
      s = file->WriteAt(0, Slice(header, sizeof(header)));
      break;
    case Backend::kGrowing:
      s = file->Append(Slice(header, sizeof(header)), &offset);
      break;
  }
  // The name must last before a sync of the file can promise anything. A recycled file is found
  // under its old name or the new one; its header says what it is.
  if (s.ok() && recycle == nullptr) s = directory_->Sync();
  if (!s.ok()) {
    const std::string failed = file->path();
    segment->file.reset();
    options_.fs->Remove(failed).Ignore();
    return s;
  }
  *result = std::move(segment);
  return Status::OK();
}

// --- durability ---

void SegmentPool::ExpectSyncs() {
  if (syncs_expected_.load(std::memory_order_relaxed)) return;
  MutexLock lock(&mutex_);
  if (!syncs_expected_.exchange(true, std::memory_order_relaxed)) Signal();
}

Status SegmentPool::SyncAll(int token) {
  struct Target {
    SegmentPtr segment;
    bool sealed;
  };
  std::vector<Target> targets;
  {
    MutexLock lock(&mutex_);
    for (const SegmentPtr& segment : live_) {
      if (segment->synced || !segment->used || segment->doomed) continue;
      segment->users++;
      targets.push_back({segment, segment->sealed});
    }
  }
  Status s;
  for (const Target& target : targets) {
    s = target.segment->file->Sync(token);
    if (!s.ok()) break;
  }
  MutexLock lock(&mutex_);
  for (const Target& target : targets) {
    target.segment->users--;
    // Sealed before the sync began: there is nothing it could have missed.
    if (s.ok() && target.sealed) target.segment->synced = true;
  }
  return s;
}

// --- ahead of need ---

uint32_t SegmentPool::WarmUnits() const {
  uint32_t warm = 0;
  for (const SegmentPtr& segment : {active_, next_}) {
    if (segment == nullptr) continue;
    warm += static_cast<uint32_t>(
        std::count(segment->units.begin(), segment->units.end(), UnitState::kWarm));
  }
  return warm;
}

bool SegmentPool::PrefaultSome() {
  if (backend_ != Backend::kMapped || active_ == nullptr) return false;
  const uint32_t warm = WarmUnits();
  if (warm >= warm_least_) return false;
  for (SegmentPtr segment : {active_, next_}) {
    if (segment == nullptr) continue;
    UnitState* first = segment->FirstUnit(UnitState::kWritten);
    if (first == nullptr) first = segment->FirstUnit(UnitState::kFresh);
    if (first == nullptr) continue;
    UnitState* const end = segment->units.data() + segment->units.size();
    const UnitState state = *first;
    const auto index = static_cast<uint64_t>(first - segment->units.data());
    // The first unit holds the header already; the fallback of old kernels would wipe it.
    const uint32_t most = index == 0 ? 1 : warm_most_ - warm;
    uint32_t n = 0;
    while (n < most && first + n < end && first[n] == state) first[n++] = UnitState::kBusy;
    segment->users++;
    Status s;
    mutex_.Unlock();
    if (index != 0) {
      s = segment->file->Prefault(index * options_.unit_bytes, uint64_t{n} * options_.unit_bytes);
    }
    mutex_.Lock();
    segment->users--;
    // On failure a writer would meet SIGBUS there: nobody gets these units.
    std::fill(first, first + n, s.ok() ? UnitState::kWarm : UnitState::kTaken);
    return true;
  }
  return false;
}

bool SegmentPool::ZeroFillSome() {
  // Only writers that sync gain from it; it costs them all a second write of each byte.
  if (backend_ != Backend::kMapped || !syncs_expected_.load(std::memory_order_relaxed))
    return false;
  for (SegmentPtr segment : {active_, next_}) {
    if (segment == nullptr) continue;
    uint32_t first = 0;
    const auto count = static_cast<uint32_t>(segment->units.size());
    while (first < count && (segment->units[first] != UnitState::kFresh || first == 0)) ++first;
    if (first >= count) continue;
    uint32_t n = 0;
    for (; n < kZeroFillUnits && first + n < count; ++n) {
      if (segment->units[first + n] != UnitState::kFresh) break;
      segment->units[first + n] = UnitState::kBusy;
    }
    segment->users++;
    mutex_.Unlock();
    Status s = segment->file->ZeroFill(uint64_t{first} * options_.unit_bytes,
                                       uint64_t{n} * options_.unit_bytes);
    mutex_.Lock();
    segment->users--;
    for (uint32_t i = first; i < first + n; ++i) {
      segment->units[i] = s.ok() ? UnitState::kWritten : UnitState::kTaken;
    }
    return true;
  }
  return false;
}

bool SegmentPool::WriteBackSome() {
  if (options_.write_back_bytes == 0 || unwritten_bytes_ < options_.write_back_bytes) return false;
  std::vector<SealedRange> ranges = std::move(unwritten_);
  unwritten_.clear();
  unwritten_bytes_ = 0;
  std::erase_if(ranges, [](const SealedRange& range) { return range.segment->file == nullptr; });
  for (const SealedRange& range : ranges) range.segment->users++;
  mutex_.Unlock();
  // An error has poisoned the segment by the time this returns: writers see it there.
  for (const SealedRange& range : ranges) {
    range.segment->file->RangeSync(range.offset, range.bytes).Ignore();
  }
  mutex_.Lock();
  for (const SealedRange& range : ranges) range.segment->users--;
  return true;
}

void SegmentPool::Settle() {
  MutexLock lock(&mutex_);
  const uint64_t round = rounds_;
  while (!idle_ && rounds_ == round) settled_.Wait(&mutex_);
}

void SegmentPool::Signal() {
  signalled_ = true;
  wake_.NotifyOne();
}

void SegmentPool::BackgroundLoop() {
  SetThreadName("aether-log");
  MutexLock lock(&mutex_);
  while (!stop_) {
    signalled_ = false;
    idle_ = false;
    bool did = PrefaultSome();
    // Only once something is written: an idle store has no log file.
    if (!did && active_ != nullptr && next_ == nullptr && !preparing_ && !prepare_failed_) {
      PrepareNext().Ignore();  // whoever needs it tries again and gets the error
      did = true;
    }
    did = did || WriteBackSome() || ZeroFillSome() || TidySome();
    ++rounds_;
    settled_.NotifyAll();
    if (did || signalled_) continue;
    idle_ = true;
    if (AwaitsQuiet()) {
      wake_.WaitFor(&mutex_, std::chrono::milliseconds(2));
    } else if (free_.empty()) {
      const uint64_t purge_seconds = archive_.PurgeSeconds();
      if (purge_seconds == 0) {
        wake_.Wait(&mutex_);
      } else {
        wake_.WaitFor(&mutex_, std::chrono::seconds(purge_seconds));
      }
    } else if (!wake_.WaitFor(&mutex_, kIdle) && !std::exchange(taken_, false)) {
      // No chunk was taken for a while: give the space back.
      while (!free_.empty() && !stop_) {
        const SegmentPtr segment = std::move(free_.front());
        free_.pop_front();
        Delete(segment);
      }
    }
  }
}

}  // namespace aether::wal
