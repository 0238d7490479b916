#include "engine/wal/log_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/wal/live_segment.h"

namespace aether::wal {
namespace {

// What is read of a chunk at once: little to learn where it begins, more to go on in it.
constexpr size_t kFirstBytes = 4 << 10;
constexpr size_t kMoreBytes = 128 << 10;
// Enough to see that no record has come.
constexpr size_t kLookBytes = 32;
static_assert(kLookBytes > kRecordHeaderBytes);

struct ByKey {
  template <typename T>
  bool operator()(const T& a, const T& b) const {
    return a->key > b->key;
  }
};

bool IsGone(const Status& s) { return s.IsNotFound() || s.IsPathNotFound(); }

}  // namespace

LogReader::LogReader(FileSystem* fs, uint64_t store_id, LogSource* source)
    : fs_(fs), store_id_(store_id), source_(source) {}

LogReader::~LogReader() = default;

Status LogReader::Seek(SequenceNumber sequence) {
  const ReadableLog log = source_->Readable();
  for (const ReadableSegment& segment : log.segments) {
    if (!segment.complete) continue;
    SegmentFacts facts;
    const Status s = source_->Facts(segment, &facts);
    if (IsGone(s)) continue;
    AETHER_RETURN_IF_ERROR(s);
    // Numbers rise with tickets, so whatever holds the sequence is not before this batch.
    if (facts.first_sequence != 0 && facts.first_sequence <= sequence) {
      next_ = std::max(next_, facts.first_ticket);
    }
  }
  return Refresh();
}

Status LogReader::Next(uint64_t up_to, NumberedBatch* batch, bool* found) {
  *found = false;
  bool fresh = false;
  while (next_ <= up_to) {
    const uint64_t before = next_;
    AETHER_RETURN_IF_ERROR(TakeFromHeads(up_to, batch, found));
    if (*found) return Status::OK();
    if (next_ != before) {
      fresh = false;
    } else if (!fresh) {
      AETHER_RETURN_IF_ERROR(Refresh());
      fresh = true;
    } else if (at_end_) {
      return Status::OK();
    } else {
      AETHER_RETURN_IF_ERROR(PassGap(up_to));
      fresh = false;
    }
  }
  return Status::OK();
}

void LogReader::FollowEnd(uint64_t ticket) {
  following_ = true;
  at_end_ = true;
  next_ = std::max(next_, ticket + 1);
}

Status LogReader::PassGap(uint64_t up_to) {
  if (following_) return Status::NotFound("Gap in sequence numbers");
  uint64_t there = std::min(later_, up_to + 1);
  if (!heads_.empty()) there = std::min(there, heads_.front()->key);
  next_ = std::max(next_ + 1, there);
  return Status::OK();
}

Status LogReader::TakeFromHeads(uint64_t up_to, NumberedBatch* batch, bool* found) {
  if (!following_ && next_ <= lost_) next_ = lost_ + 1;
  while (next_ <= up_to && !heads_.empty() && heads_.front()->key <= next_) {
    CursorPtr cursor = PopHead();
    const DecodedRecord& head = cursor->head;
    const bool counts = head.ticket <= cursor->segment->info.bound;
    if (counts && head.type == RecordType::kBatch && head.ticket == next_) {
      batch->ticket = head.ticket;
      batch->first_sequence = head.sequence;
      batch->body.assign(head.body.data(), head.body.size());
      *found = true;
      ++next_;
    } else if (counts && head.type == RecordType::kSkip && head.ticket >= next_) {
      next_ = head.ticket + 1;
      skipped_sequence_ = std::max(skipped_sequence_, head.sequence);
    }
    cursor->at += RecordBytes(head.body.size());
    AETHER_RETURN_IF_ERROR(Settle(std::move(cursor)));
    if (*found) break;
  }
  return Status::OK();
}

LogReader::CursorPtr LogReader::PopHead() {
  std::pop_heap(heads_.begin(), heads_.end(), ByKey());
  CursorPtr cursor = std::move(heads_.back());
  heads_.pop_back();
  return cursor;
}

void LogReader::Drop(CursorPtr cursor) { --cursor->segment->cursors; }

// --- records ---

// *all: there are n bytes from cursor->at on.
Status LogReader::Fill(Cursor* cursor, size_t n, bool* all) {
  const uint64_t end = cursor->bytes_at + cursor->bytes.size();
  *all = cursor->at >= cursor->bytes_at && cursor->at + n <= end;
  if (*all || cursor->at + n > cursor->limit) return Status::OK();
  const size_t most = static_cast<size_t>(cursor->limit - cursor->at);
  const size_t usual = cursor->idle                         ? kLookBytes
                       : cursor->bytes.size() <= kLookBytes ? kFirstBytes
                                                            : kMoreBytes;
  std::string fresh(std::min(std::max(n, usual), most), '\0');
  cursor->complete = cursor->segment->info.complete;
  size_t done = 0;
  while (done < fresh.size()) {
    Slice piece;
    AETHER_RETURN_IF_ERROR(cursor->segment->file->ReadAt(cursor->at + done, fresh.size() - done,
                                                         fresh.data() + done, &piece));
    if (piece.empty()) break;
    if (piece.data() != fresh.data() + done) {
      std::memmove(fresh.data() + done, piece.data(), piece.size());
    }
    done += piece.size();
  }
  fresh.resize(done);
  cursor->bytes = std::move(fresh);
  cursor->bytes_at = cursor->at;
  *all = n <= done;
  return Status::OK();
}

Status LogReader::DecodeHead(Cursor* cursor, bool* found) {
  *found = false;
  bool all = false;
  AETHER_RETURN_IF_ERROR(Fill(cursor, kRecordHeaderBytes + 1, &all));
  if (!all) return Status::OK();
  const auto rest = [cursor] {
    const uint64_t skipped = cursor->at - cursor->bytes_at;
    return Slice(cursor->bytes.data() + skipped, cursor->bytes.size() - skipped);
  };
  *found = DecodeRecord(rest(), cursor->salt, cursor->base_ticket, &cursor->head);
  cursor->idle = false;
  if (*found) return Status::OK();
  // The record may reach beyond what was read. What stands there may also be no record at all, and
  // its length anything.
  RecordHeader header;
  std::memcpy(&header, rest().data(), sizeof(header));
  if (header.crc == 0) return Status::OK();
  const char* const behind = rest().data() + kRecordHeaderBytes;
  uint32_t length = 0;
  if (DecodeVarint32(behind, rest().data() + rest().size(), &length) == nullptr) {
    AETHER_RETURN_IF_ERROR(Fill(cursor, kRecordHeaderBytes + kMaxVarint32Bytes, &all));
    if (!all || DecodeVarint32(rest().data() + kRecordHeaderBytes, rest().data() + rest().size(),
                               &length) == nullptr) {
      return Status::OK();
    }
  }
  const size_t need = RecordBytes(length);
  if (need <= rest().size()) return Status::OK();
  uint64_t size = 0;
  AETHER_RETURN_IF_ERROR(cursor->segment->file->Size(&size));
  if (cursor->at + need > std::min(size, cursor->limit)) return Status::OK();
  AETHER_RETURN_IF_ERROR(Fill(cursor, need, &all));
  *found = all && DecodeRecord(rest(), cursor->salt, cursor->base_ticket, &cursor->head);
  return Status::OK();
}

Status LogReader::Settle(CursorPtr cursor) {
  bool found = false;
  AETHER_RETURN_IF_ERROR(DecodeHead(cursor.get(), &found));
  // Old bytes may be from before the segment was complete.
  if (!found && cursor->segment->info.complete && !cursor->complete) {
    cursor->bytes.clear();
    AETHER_RETURN_IF_ERROR(DecodeHead(cursor.get(), &found));
  }
  if (found) {
    cursor->key = FirstTicket(cursor->head);
    heads_.push_back(std::move(cursor));
    std::push_heap(heads_.begin(), heads_.end(), ByKey());
  } else if (cursor->segment->info.complete) {
    Drop(std::move(cursor));
  } else {
    cursor->bytes = std::string();
    cursor->idle = true;
    idle_.push_back(std::move(cursor));
  }
  return Status::OK();
}

// --- segments ---

Status LogReader::Refresh() {
  const ReadableLog log = source_->Readable();
  lost_ = log.lost;
  for (auto& [number, segment] : segments_) segment->listed = false;
  later_ = UINT64_MAX;
  for (const ReadableSegment& info : log.segments) {
    if (const auto known = segments_.find(info.number); known != segments_.end()) {
      SegmentBeingRead* const segment = known->second.get();
      segment->listed = true;
      if (segment->info.complete) continue;
      // Looked at once more after it was known to be complete, it holds no surprises.
      segment->info.complete = info.complete;
      AETHER_RETURN_IF_ERROR(FindChunks(segment));
      continue;
    }
    if (info.complete) {
      SegmentFacts facts;
      const Status s = source_->Facts(info, &facts);
      if (IsGone(s)) continue;
      AETHER_RETURN_IF_ERROR(s);
      if (facts.last_ticket < next_) continue;
      if (facts.first_ticket > next_) {
        later_ = std::min(later_, facts.first_ticket);
        continue;
      }
    }
    const Status s = Open(info);
    if (!IsGone(s)) AETHER_RETURN_IF_ERROR(s);
  }
  // The file is still there for whoever has it open, unless it was recycled.
  for (auto& [number, segment] : segments_) {
    if (segment->listed || segment->info.complete) continue;
    segment->info.complete = true;
    AETHER_RETURN_IF_ERROR(FindChunks(segment.get()));
  }
  std::vector<CursorPtr> idle = std::move(idle_);
  idle_.clear();
  for (CursorPtr& cursor : idle) AETHER_RETURN_IF_ERROR(Settle(std::move(cursor)));
  std::erase_if(segments_, [](const auto& entry) {
    const SegmentBeingRead& segment = *entry.second;
    // One that is complete stays known while it is listed: it need not be read again.
    return !segment.listed && segment.cursors == 0;
  });
  for (auto& [number, segment] : segments_) {
    if (segment->info.complete && segment->cursors == 0) segment->file.reset();
  }
  return Status::OK();
}

Status LogReader::Open(const ReadableSegment& info) {
  auto segment = std::make_unique<SegmentBeingRead>();
  SegmentHeader header;
  AETHER_RETURN_IF_ERROR(OpenSegment(fs_, store_id_, info, &segment->file, &header));
  segment->info = info;
  segment->identity = {header.store_id, header.number, header.epoch};
  segment->unit_bytes = header.unit_bytes;
  SegmentBeingRead* const opened = segment.get();
  segments_[info.number] = std::move(segment);
  return FindChunks(opened);
}

Status LogReader::FindChunks(SegmentBeingRead* segment) {
  uint64_t size = 0;
  AETHER_RETURN_IF_ERROR(segment->file->Size(&size));
  const uint64_t unit_bytes = segment->unit_bytes;
  if (segment->one_chunk) return Status::OK();
  segment->known_units.resize((size + unit_bytes - 1) / unit_bytes);
  for (uint64_t unit = 0; unit < segment->known_units.size(); ++unit) {
    if (segment->known_units[unit]) continue;
    const uint64_t offset = unit == 0 ? kSegmentHeaderBytes : unit * unit_bytes;
    char buffer[kChunkHeaderBytes];
    Slice bytes;
    AETHER_RETURN_IF_ERROR(segment->file->ReadAt(offset, sizeof(buffer), buffer, &bytes));
    uint32_t units = 0;
    auto cursor = std::make_unique<Cursor>();
    if (!DecodeChunkHeader(bytes, segment->identity, static_cast<uint32_t>(unit), &units,
                           &cursor->base_ticket)) {
      continue;
    }
    cursor->segment = segment;
    cursor->at = offset + kChunkHeaderBytes;
    cursor->limit = units == 0 ? UINT64_MAX : (unit + units) * unit_bytes;
    cursor->salt = ChunkSalt(segment->identity, static_cast<uint32_t>(unit));
    ++segment->cursors;
    segment->one_chunk = units == 0;
    const uint64_t end = std::min<uint64_t>(unit + units, segment->known_units.size());
    for (uint64_t i = unit; i < end; ++i) segment->known_units[i] = true;
    AETHER_RETURN_IF_ERROR(Settle(std::move(cursor)));
    if (segment->one_chunk) break;
  }
  return Status::OK();
}

}  // namespace aether::wal
