#include "engine/wal/archive.h"

#include <algorithm>
#include <utility>

#include "engine/io/clock.h"
#include "engine/wal/format.h"
#include "engine/wal/live_segment.h"

namespace aether::wal {
namespace {

constexpr uint64_t kLongestSleepSeconds = 600;

uint64_t NowSeconds() { return RealClock()->WallMicros() / 1000000; }

}  // namespace

std::string ArchiveDirectory(const std::string& log_directory) {
  return log_directory + "/archive";
}

Archive::Archive(const ArchiveOptions& options)
    : options_(options), directory_(ArchiveDirectory(options.log_directory)) {
  // From the beginning, for it tells those who read the log beside us that what is released stays.
  if (enabled()) options_.fs->CreateDirIfMissing(directory_).Ignore();
  FindFiles();
  MutexLock lock(&mutex_);
  // Without an archive all that an earlier opening released is gone.
  if (!enabled() && entries_.empty()) lost_ = options_.floor;
}

// A file that is not a segment of this store stays and is not looked at again.
void Archive::FindFiles() {
  std::vector<std::string> names;
  if (!options_.fs->List(directory_, &names).ok()) return;
  for (const std::string& name : names) {
    uint64_t number = 0;
    if (!ParseSegmentName(name, &number)) continue;
    const std::string path = directory_ + "/" + name;
    std::unique_ptr<RandomReadFile> file;
    char buffer[kSegmentHeaderBytes];
    Slice bytes;
    Entry entry;
    SegmentHeader header;
    HeaderState state = HeaderState::kAbsent;
    if (!options_.fs->NewRandomReadFile(path, ReadFileOptions(), &file).ok() ||
        !file->ReadAt(0, sizeof(buffer), buffer, &bytes).ok() ||
        !DecodeSegmentHeader(bytes, &options_.store_id, path, &state, &header).ok() ||
        state != HeaderState::kValid || header.number != number || !file->Size(&entry.bytes).ok() ||
        !options_.fs->ModificationTime(path, &entry.unix_seconds).ok()) {
      continue;
    }
    entry.epoch = header.epoch;
    MutexLock lock(&mutex_);
    entries_[number] = std::move(entry);
  }
}

std::string Archive::PathOf(uint64_t number) const { return SegmentPath(directory_, number); }

uint64_t Archive::Bound(uint32_t epoch) const {
  if (epoch >= options_.epoch) return UINT64_MAX;
  for (const LogState::Cut& cut : options_.cuts) {
    if (cut.epoch == epoch) return cut.last_ticket;
  }
  return 0;
}

void Archive::Add(uint64_t number, uint32_t epoch, const std::string& path, uint64_t bytes) {
  MutexLock lock(&mutex_);
  entries_[number] = {epoch, bytes, NowSeconds(), path};
}

void Archive::Move(uint64_t number, uint64_t last_ticket) {
  std::string path;
  {
    MutexLock lock(&mutex_);
    path = entries_[number].path;
  }
  Status s = options_.fs->CreateDirIfMissing(directory_);
  if (s.ok()) s = options_.fs->Rename(path, PathOf(number));
  if (!s.ok()) {
    Lose(last_ticket);
    options_.fs->Remove(path).Ignore();
  }
  MutexLock lock(&mutex_);
  if (s.ok()) {
    entries_[number].path.clear();
    grown_ = true;
  } else {
    entries_.erase(number);
    facts_.erase(number);
  }
}

void Archive::Lose(uint64_t last_ticket) {
  MutexLock lock(&mutex_);
  lost_ = std::max(lost_, last_ticket);
}

uint64_t Archive::lost() const {
  MutexLock lock(&mutex_);
  return lost_;
}

// --- what goes ---

std::vector<uint64_t> Archive::Surplus(uint64_t now) const {
  std::vector<uint64_t> numbers;
  uint64_t bytes = 0;
  for (const auto& [number, entry] : entries_) bytes += entry.bytes;
  for (const auto& [number, entry] : entries_) {
    if (!entry.path.empty()) break;
    const bool old = options_.ttl_seconds > 0 && now > entry.unix_seconds + options_.ttl_seconds;
    const bool much = options_.size_limit_bytes > 0 && bytes > options_.size_limit_bytes;
    // Followers go from the oldest to the newest: what is behind a gap is of no use to them.
    if (!old && !much) break;
    numbers.push_back(number);
    bytes -= entry.bytes;
  }
  return numbers;
}

bool Archive::PurgeIsDue() const {
  if (!enabled()) return false;
  const uint64_t now = NowSeconds();
  MutexLock lock(&mutex_);
  return (!entries_.empty() && now >= next_look_seconds_) ||
         (grown_ && options_.size_limit_bytes > 0);
}

void Archive::Purge() {
  const uint64_t now = NowSeconds();
  std::vector<uint64_t> numbers;
  {
    MutexLock lock(&mutex_);
    next_look_seconds_ = now + std::max<uint64_t>(1, PurgeSeconds());
    grown_ = false;
    numbers = Surplus(now);
  }
  for (const uint64_t number : numbers) {
    // It says itself how far it reaches. Where it cannot be read nobody can follow it either.
    for (const ReadableSegment& segment : Segments()) {
      SegmentFacts facts;
      if (segment.number == number && Facts(segment, &facts).ok()) Lose(facts.last_ticket);
    }
    const Status removed = options_.fs->Remove(PathOf(number));
    if (!removed.ok() && !removed.IsPathNotFound() && !removed.IsNotFound()) continue;
    MutexLock lock(&mutex_);
    entries_.erase(number);
    facts_.erase(number);
  }
}

uint64_t Archive::PurgeSeconds() const {
  if (!enabled()) return 0;
  if (options_.ttl_seconds == 0) return kLongestSleepSeconds;
  return std::clamp<uint64_t>(options_.ttl_seconds / 2, 1, kLongestSleepSeconds);
}

// --- what is there ---

std::vector<ReadableSegment> Archive::Segments() const {
  std::vector<ReadableSegment> segments;
  MutexLock lock(&mutex_);
  for (const auto& [number, entry] : entries_) {
    ReadableSegment segment;
    segment.bound = Bound(entry.epoch);
    if (segment.bound == 0) continue;
    segment.number = number;
    segment.epoch = entry.epoch;
    segment.path = PathOf(number);
    segment.other_path = entry.path;
    segment.bytes = entry.bytes;
    segment.complete = true;
    segment.archived = true;
    segments.push_back(std::move(segment));
  }
  return segments;
}

Status Archive::Facts(const ReadableSegment& segment, SegmentFacts* facts) {
  {
    MutexLock lock(&mutex_);
    const auto known = facts_.find(segment.number);
    if (known != facts_.end()) {
      *facts = known->second;
      return Status::OK();
    }
  }
  AETHER_RETURN_IF_ERROR(ReadFacts(options_.fs, options_.store_id, segment, facts));
  if (!segment.complete) return Status::OK();
  MutexLock lock(&mutex_);
  facts_[segment.number] = *facts;
  return Status::OK();
}

void Archive::Forget(uint64_t number) {
  MutexLock lock(&mutex_);
  facts_.erase(number);
}

uint32_t Archive::OldestEpoch() const {
  MutexLock lock(&mutex_);
  uint32_t oldest = UINT32_MAX;
  for (const auto& [number, entry] : entries_) oldest = std::min(oldest, entry.epoch);
  return oldest;
}

}  // namespace aether::wal
