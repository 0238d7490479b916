// Following the log of a store, and saying which files it consists of.

#include <algorithm>
#include <utility>

#include "engine/commit/batch.h"
#include "engine/store/env_impl.h"

namespace aether {
namespace {

class LogFollowerImpl final : public LogFollower {
 public:
  // `end` says up to which ticket there is something to show.
  LogFollowerImpl(std::function<uint64_t()> end, std::unique_ptr<wal::LogReader> reader,
                  uint64_t sequence)
      : end_(std::move(end)), reader_(std::move(reader)), next_(sequence) {}

  Status Seek() { return reader_->Seek(next_); }

  Status Next(LoggedBatch* batch, bool* found) override {
    if (error_.ok()) error_ = FindNext(batch, found);
    if (!error_.ok()) *found = false;
    return error_;
  }

 private:
  Status FindNext(LoggedBatch* batch, bool* found) {
    wal::NumberedBatch numbered;
    for (;;) {
      AETHER_RETURN_IF_ERROR(reader_->Next(end_(), &numbered, found));
      if (!*found) return Status::OK();
      uint32_t count = 0;
      BatchReader records(numbered.body);
      BatchRecord record;
      while (records.Next(&record)) count += record.Counts();
      AETHER_RETURN_IF_ERROR(records.status());
      if (!started_ && numbered.first_sequence + count <= next_) continue;
      if (started_ && numbered.first_sequence != next_) {
        return Status::NotFound("Gap in sequence numbers");
      }
      started_ = true;
      reader_->Follow();
      next_ = numbered.first_sequence + count;
      batch->first_sequence = numbered.first_sequence;
      batch->count = count;
      batch->body = std::move(numbered.body);
      return Status::OK();
    }
  }

  const std::function<uint64_t()> end_;
  const std::unique_ptr<wal::LogReader> reader_;
  uint64_t next_;  // the sequence number that comes next, or that is looked for
  bool started_ = false;
  Status error_;
};

}  // namespace

Status EnvImpl::FollowLog(uint64_t sequence, std::unique_ptr<LogFollower>* follower) {
  if (sequence > VisibleSequence()) {
    return Status::NotFound("Requested sequence not yet written in the db");
  }
  std::unique_ptr<wal::LogReader> reader;
  std::function<uint64_t()> end;
  if (pipeline_ != nullptr) {
    reader = pipeline_->NewLogReader();
    end = [pipeline = pipeline_.get()] { return pipeline->FollowableTicket(); };
  } else {
    AETHER_RETURN_IF_ERROR(directory_log_->FindHistory(read_only_ticket_));
    MutexLock manifest_lock(&manifest_mutex_);
    reader = std::make_unique<wal::LogReader>(fs_, state_.store_id, directory_log_.get());
    end = [this] { return read_only_ticket_.load(std::memory_order_acquire); };
  }
  auto opened = std::make_unique<LogFollowerImpl>(std::move(end), std::move(reader), sequence);
  AETHER_RETURN_IF_ERROR(opened->Seek());
  *follower = std::move(opened);
  return Status::OK();
}

std::vector<WalFileInfo> EnvImpl::LogFiles() const {
  std::vector<WalFileInfo> files;
  wal::LogSource* source = directory_log_.get();
  uint64_t released = 0;
  if (pipeline_ != nullptr) {
    released = pipeline_->ReleasedTicket();
    source = pipeline_->log_source();
  } else {
    MutexLock manifest_lock(&manifest_mutex_);
    released = state_.log.floor.ticket;
  }
  const wal::ReadableLog log = source->Readable();
  for (const wal::ReadableSegment& segment : log.segments) {
    WalFileInfo info{segment.number, segment.path, segment.bytes, 0, segment.archived};
    wal::SegmentFacts facts;
    const Status s = source->Facts(segment, &facts);
    info.first_sequence = facts.first_sequence;
    // The newest one stays when it holds nothing that is needed. From beside the primary it looks
    // like one on its way to the archive.
    const bool needed =
        segment.complete || facts.last_ticket > released || (pipeline_ == nullptr && log.archive);
    if (s.ok() && facts.first_sequence != 0 && needed) {
      files.push_back(std::move(info));
    }
  }
  std::stable_partition(files.begin(), files.end(),
                        [](const WalFileInfo& file) { return file.archived; });
  return files;
}

Status EnvImpl::CurrentLogFile(WalFileInfo* file) const {
  *file = WalFileInfo();
  if (pipeline_ != nullptr) {
    for (const wal::ReadableSegment& segment : pipeline_->log_source()->Readable().segments) {
      if (!segment.archived) *file = {segment.number, segment.path, segment.bytes, 0, false};
    }
  }
  return file->number == 0 ? Status::NotFound("there is no log file") : Status::OK();
}

}  // namespace aether
