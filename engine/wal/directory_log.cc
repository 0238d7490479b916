#include "engine/wal/directory_log.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "engine/wal/format.h"
#include "engine/wal/live_segment.h"

namespace aether::wal {
namespace {

bool IsGone(const Status& s) { return s.IsNotFound() || s.IsPathNotFound(); }

}  // namespace

DirectoryLog::DirectoryLog(FileSystem* fs, std::string directory, bool archive, uint64_t store_id,
                           const LogState& state)
    : fs_(fs),
      directory_(std::move(directory)),
      with_archive_(archive),
      store_id_(store_id),
      state_(state) {}

void DirectoryLog::NoteError(const Status& s) {
  MutexLock lock(&mutex_);
  if (error_.ok()) error_ = s;
}

Status DirectoryLog::TakeError() {
  MutexLock lock(&mutex_);
  return std::exchange(error_, Status::OK());
}

void DirectoryLog::SetState(const LogState& state) {
  MutexLock lock(&mutex_);
  state_ = state;
}

uint64_t DirectoryLog::Bound(uint32_t epoch) const {
  if (epoch == state_.epoch) return UINT64_MAX;
  for (const LogState::Cut& cut : state_.cuts) {
    if (cut.epoch == epoch) return cut.last_ticket;
  }
  return 0;
}

bool DirectoryLog::EpochOf(const std::string& path, uint64_t number, uint32_t* epoch) {
  {
    MutexLock lock(&mutex_);
    const auto known = epochs_.find(number);
    if (known != epochs_.end()) {
      *epoch = known->second;
      return true;
    }
  }
  std::unique_ptr<RandomReadFile> file;
  char buffer[kSegmentHeaderBytes];
  Slice bytes;
  SegmentHeader header;
  HeaderState state = HeaderState::kAbsent;
  if (!fs_->NewRandomReadFile(path, ReadFileOptions(), &file).ok() ||
      !file->ReadAt(0, sizeof(buffer), buffer, &bytes).ok() ||
      !DecodeSegmentHeader(bytes, &store_id_, path, &state, &header).ok() ||
      state != HeaderState::kValid || header.number != number) {
    return false;
  }
  *epoch = header.epoch;
  MutexLock lock(&mutex_);
  epochs_[number] = header.epoch;
  return true;
}

void DirectoryLog::AddFrom(const std::string& directory, bool archived, ReadableLog* log) {
  std::vector<std::string> names;
  const Status listed = fs_->List(directory, &names);
  if (!listed.ok()) {
    if (!IsGone(listed)) NoteError(listed);
    return;
  }
  for (const std::string& name : names) {
    ReadableSegment segment;
    if (!ParseSegmentName(name, &segment.number)) continue;
    segment.path = directory + "/" + name;
    if (!EpochOf(segment.path, segment.number, &segment.epoch)) continue;
    const Status s = fs_->FileSize(segment.path, &segment.bytes);
    if (!s.ok()) {
      if (!IsGone(s)) NoteError(s);
      continue;
    }
    segment.archived = archived;
    // It may be moved there at any time.
    if (!archived) segment.other_path = SegmentPath(ArchiveDirectory(directory_), segment.number);
    {
      MutexLock lock(&mutex_);
      segment.bound = Bound(segment.epoch);
      segment.complete = archived || segment.epoch < state_.epoch;
    }
    if (segment.bound != 0) log->segments.push_back(std::move(segment));
  }
}

ReadableLog DirectoryLog::Readable() {
  ReadableLog log;
  // In this order, so that a segment on its way from one to the other is not missed.
  AddFrom(directory_, false, &log);
  if (with_archive_) {
    log.archive = fs_->Exists(ArchiveDirectory(directory_)).ok();
    AddFrom(ArchiveDirectory(directory_), true, &log);
  }
  std::stable_sort(log.segments.begin(), log.segments.end(), [](const auto& a, const auto& b) {
    return a.number != b.number ? a.number < b.number : a.archived > b.archived;
  });
  const auto same = [](const auto& a, const auto& b) { return a.number == b.number; };
  log.segments.erase(std::unique(log.segments.begin(), log.segments.end(), same),
                     log.segments.end());
  MutexLock lock(&mutex_);
  log.lost = lost_;
  const auto gone = [&](const auto& entry) {
    const auto at = std::lower_bound(
        log.segments.begin(), log.segments.end(), entry.first,
        [](const ReadableSegment& segment, uint64_t number) { return segment.number < number; });
    return at == log.segments.end() || at->number != entry.first;
  };
  std::erase_if(epochs_, gone);
  std::erase_if(facts_, gone);
  return log;
}

Status DirectoryLog::Facts(const ReadableSegment& segment, SegmentFacts* facts) {
  {
    MutexLock lock(&mutex_);
    const auto known = facts_.find(segment.number);
    if (known != facts_.end()) {
      *facts = known->second;
      return Status::OK();
    }
  }
  AETHER_RETURN_IF_ERROR(ReadFacts(fs_, store_id_, segment, facts));
  if (!segment.complete) return Status::OK();
  MutexLock lock(&mutex_);
  facts_[segment.number] = *facts;
  return Status::OK();
}

Status DirectoryLog::FindHistory(uint64_t last) {
  const ReadableLog log = Readable();
  uint64_t lost = last;
  if (log.archive) {
    std::vector<std::pair<uint64_t, uint64_t>> known;  // last and first
    for (const ReadableSegment& segment : log.segments) {
      const Status s = ScanSegment(fs_, store_id_, segment, [&](const DecodedRecord& record) {
        const bool batch = record.type == RecordType::kBatch;
        if ((!batch && record.type != RecordType::kSkip) || record.ticket > segment.bound) return;
        known.push_back({record.ticket, FirstTicket(record)});
      });
      if (!IsGone(s)) AETHER_RETURN_IF_ERROR(s);
    }
    std::sort(known.rbegin(), known.rend());
    for (const auto& [end, first] : known) {
      if (first > lost) continue;
      if (end < lost) break;
      lost = first - 1;
    }
  }
  MutexLock lock(&mutex_);
  lost_ = log.archive ? lost : state_.floor.ticket;
  return Status::OK();
}

}  // namespace aether::wal
