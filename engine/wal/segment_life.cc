// How segments end, and what is told of those that are there.

#include <algorithm>
#include <thread>
#include <utility>

#include "engine/base/epoch.h"
#include "engine/wal/segment.h"
#include "engine/wal/segment_pool.h"

namespace aether::wal {

// --- end of life ---

void SegmentPool::Release(uint64_t floor_ticket) {
  {
    MutexLock lock(&mutex_);
    if (floor_ticket > released_.load(std::memory_order_relaxed)) {
      released_.store(floor_ticket, std::memory_order_relaxed);
    }
    CountLiveBytes();
    Signal();
  }
  TidyInForeground();
}

void SegmentPool::Hold(bool on) {
  {
    MutexLock lock(&mutex_);
    held_ = on;
    Signal();
  }
  TidyInForeground();
}

void SegmentPool::Restart(uint32_t epoch) {
  {
    MutexLock lock(&mutex_);
    while (preparing_) prepared_.Wait(&mutex_);
    epoch_ = epoch;
    restarted_ = true;
    prepare_failed_ = false;
    active_ = nullptr;
    for (const OldSegment& old : old_) archive_.Lose(old.last_ticket);
    for (const SegmentPtr& segment : live_) {
      archive_.Lose(segment->last_ticket);
      segment->closed = segment->sealed = segment->doomed = true;
      segment->last_ticket = 0;
    }
    if (next_ != nullptr) {
      next_->closed = next_->sealed = next_->doomed = true;
      live_.push_back(std::move(next_));
      next_ = nullptr;
    }
    for (SegmentPtr& segment : free_) {
      segment->doomed = true;
      live_.push_back(std::move(segment));
    }
    free_.clear();
    for (OldSegment& old : old_) old.last_ticket = 0;
    CountLiveBytes();
    // Whoever still fills or syncs an old segment may yet raise the flag that is lowered next.
    const auto in_use = [this]() NO_THREAD_SAFETY_ANALYSIS {
      return std::any_of(live_.begin(), live_.end(),
                         [](const SegmentPtr& segment) { return segment->users > 0; });
    };
    while (in_use()) {
      mutex_.Unlock();
      std::this_thread::yield();
      mutex_.Lock();
    }
    Signal();
  }
  TidyInForeground();
}

bool SegmentPool::TidySegment(const SegmentPtr& segment) {
  if (!segment->sealed || segment->users > 0) return false;
  if (segment->retired_at == 0) {
    // Every record of the segment is published, so a helper that starts from now on leaves it
    // alone; one that read a slot of the ring before that holds a guard.
    segment->retired_at = EpochStamp();
    return true;
  }
  if (!segment->quiet) {
    segment->quiet = EpochOldest() > segment->retired_at;
    if (!segment->quiet) return false;
  }
  if (!segment->unmapped) {
    segment->unmapped = true;
    segment->users++;
    mutex_.Unlock();
    // Failure leaves a mapping behind, no damage.
    segment->file->Unmap().Ignore();
    mutex_.Lock();
    segment->users--;
    return true;
  }
  if (held_ || segment->last_ticket > released_.load(std::memory_order_relaxed)) return false;
  const bool archive = archive_.enabled() && !segment->doomed && segment->last_ticket > 0;
  if (archive) {
    archive_.Add(segment->identity.number, segment->identity.epoch, segment->file->path(),
                 segment->bytes);
  } else {
    archive_.Lose(segment->last_ticket);
    archive_.Forget(segment->identity.number);
  }
  live_.erase(std::find(live_.begin(), live_.end(), segment));
  if (archive) {
    mutex_.Unlock();
    segment->file.reset();
    archive_.Move(segment->identity.number, segment->last_ticket);
    mutex_.Lock();
  } else if (!segment->doomed && !segment->kept && !segment->own &&
             free_.size() < options_.recycled_segments) {
    free_.push_back(segment);
  } else {
    Delete(segment);
  }
  return true;
}

bool SegmentPool::TidySome() {
  if (tidying_) return false;
  tidying_ = true;
  bool did = false;
  for (size_t i = 0; i < live_.size() && !did; ++i) {
    const SegmentPtr segment = live_[i];
    did = TidySegment(segment);
  }
  const uint64_t floor = released_.load(std::memory_order_relaxed);
  for (size_t i = 0; i < old_.size() && !did && !held_; ++i) {
    if (old_[i].last_ticket > floor) continue;
    const OldSegment old = old_[i];
    // One that holds nothing above the floor may yet hold what followers want.
    const bool archive =
        archive_.enabled() && !restarted_ && old.used_bytes > 0 && archive_.Bound(old.epoch) > 0;
    if (archive) {
      archive_.Add(old.number, old.epoch, old.path, old.bytes);
    } else {
      archive_.Lose(old.last_ticket);
      archive_.Forget(old.number);
    }
    old_.erase(old_.begin() + static_cast<std::ptrdiff_t>(i));
    mutex_.Unlock();
    // Its records count no more, so a file that stays does no harm.
    if (archive) {
      archive_.Move(old.number, old.last_ticket);
    } else {
      options_.fs->Remove(old.path).Ignore();
    }
    mutex_.Lock();
    did = true;
  }
  if (!did && !held_ && archive_.PurgeIsDue()) {
    mutex_.Unlock();
    archive_.Purge();
    mutex_.Lock();
    did = true;
  }
  tidying_ = false;
  return did;
}

bool SegmentPool::AwaitsQuiet() const {
  for (const SegmentPtr& segment : live_) {
    if (segment->retired_at != 0 && !segment->quiet) return true;
  }
  return false;
}

void SegmentPool::TidyInForeground() {
  if (options_.background_thread) return;
  MutexLock lock(&mutex_);
  while (TidySome()) {
  }
}

void SegmentPool::Delete(const SegmentPtr& segment) {
  mutex_.Unlock();
  const std::string path = segment->file->path();
  segment->file.reset();
  options_.fs->Remove(path).Ignore();
  mutex_.Lock();
}

// --- figures ---

void SegmentPool::CountLiveBytes() {
  const uint64_t floor = released_.load(std::memory_order_relaxed);
  uint64_t bytes = 0;
  for (const SegmentPtr& segment : live_) {
    if (segment->doomed) continue;
    bytes += segment->open_bytes;
    for (const Segment::Sealed& chunk : segment->sealed_chunks) {
      if (chunk.last_ticket > floor) bytes += chunk.bytes;
    }
  }
  for (const OldSegment& old : old_) {
    if (old.last_ticket > floor) bytes += old.used_bytes;
  }
  live_bytes_.store(bytes, std::memory_order_relaxed);
}

std::vector<LiveSegment> SegmentPool::SealedSegments(uint64_t after_ticket) const {
  std::vector<LiveSegment> segments;
  if (backend_ != Backend::kMapped) return segments;
  MutexLock lock(&mutex_);
  for (const SegmentPtr& segment : live_) {
    if (!segment->sealed || segment->doomed || segment->last_ticket <= after_ticket) continue;
    segments.push_back(
        {segment->identity, segment->file->path(), segment->bytes, options_.unit_bytes});
  }
  return segments;
}

bool SegmentPool::Keep(uint64_t number) {
  MutexLock lock(&mutex_);
  for (const SegmentPtr& segment : live_) {
    if (segment->identity.number != number || segment->doomed) continue;
    segment->kept = true;
    return true;
  }
  return false;
}

std::vector<UsedFile> SegmentPool::FilesBehind(uint64_t after_ticket) const {
  MutexLock lock(&mutex_);
  std::vector<UsedFile> files;
  for (const OldSegment& old : old_) {
    if (old.last_ticket > after_ticket) files.push_back({old.number, old.path, old.bytes});
  }
  for (const SegmentPtr& segment : live_) {
    if (!segment->used || segment->doomed) continue;
    if (segment->sealed && segment->last_ticket <= after_ticket) continue;
    uint64_t bytes = segment->units.empty() ? UINT64_MAX : 0;
    for (size_t unit = 0; unit < segment->units.size(); ++unit) {
      if (segment->units[unit] == UnitState::kTaken) bytes = (unit + 1) * options_.unit_bytes;
    }
    files.push_back({segment->identity.number, segment->file->path(), bytes});
  }
  return files;
}

ReadableLog SegmentPool::Readable() {
  ReadableLog log;
  log.archive = archive_.enabled();
  {
    MutexLock lock(&mutex_);
    for (const OldSegment& old : old_) {
      ReadableSegment segment;
      segment.bound = archive_.Bound(old.epoch);
      if (segment.bound == 0 || restarted_) continue;
      segment.number = old.number;
      segment.epoch = old.epoch;
      segment.path = old.path;
      segment.other_path = ArchivedPath(old.number);
      segment.bytes = old.bytes;
      segment.complete = true;
      log.segments.push_back(std::move(segment));
    }
    for (const SegmentPtr& live : live_) {
      if (!live->used || live->doomed) continue;
      ReadableSegment segment;
      segment.number = live->identity.number;
      segment.epoch = live->identity.epoch;
      segment.path = live->file->path();
      segment.other_path = ArchivedPath(live->identity.number);
      segment.bytes = live->bytes;
      segment.complete = live->sealed;
      log.segments.push_back(std::move(segment));
    }
  }
  // A segment on its way there is in both lists.
  for (ReadableSegment& segment : archive_.Segments()) {
    const auto same = [&](const ReadableSegment& other) { return other.number == segment.number; };
    std::erase_if(log.segments, same);
    log.segments.push_back(std::move(segment));
  }
  std::sort(log.segments.begin(), log.segments.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  log.lost = archive_.lost();
  return log;
}

Status SegmentPool::Facts(const ReadableSegment& segment, SegmentFacts* facts) {
  return archive_.Facts(segment, facts);
}

std::string SegmentPool::ArchivedPath(uint64_t number) const {
  return archive_.enabled() ? SegmentPath(ArchiveDirectory(options_.directory), number)
                            : std::string();
}

uint32_t SegmentPool::OldestEpoch() const {
  uint32_t oldest = archive_.OldestEpoch();
  if (!archive_.enabled()) return oldest;
  MutexLock lock(&mutex_);
  for (const OldSegment& old : old_) oldest = std::min(oldest, old.epoch);
  for (const SegmentPtr& segment : live_) oldest = std::min(oldest, segment->identity.epoch);
  return oldest;
}

std::vector<SegmentPool::FileInfo> SegmentPool::Files() const {
  MutexLock lock(&mutex_);
  std::vector<FileInfo> files;
  for (const OldSegment& old : old_) files.push_back({old.number, old.bytes, true});
  for (const SegmentPtr& segment : live_) {
    files.push_back({segment->identity.number, segment->bytes, !segment->doomed});
  }
  if (next_ != nullptr) files.push_back({next_->identity.number, next_->bytes, true});
  for (const SegmentPtr& segment : free_) {
    files.push_back({segment->identity.number, segment->bytes, false});
  }
  return files;
}

}  // namespace aether::wal
