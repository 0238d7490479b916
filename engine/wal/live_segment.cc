#include "engine/wal/live_segment.h"

#include <algorithm>
#include <cstring>

namespace aether::wal {

namespace {

using PlacedVisitor = std::function<void(const DecodedRecord& record, uint64_t body_offset)>;

void VisitRecords(Slice bytes, const SegmentIdentity& identity, uint64_t unit_bytes,
                  const PlacedVisitor& visit) {
  for (uint64_t unit = 0; unit * unit_bytes < bytes.size();) {
    const uint64_t offset = unit == 0 ? kSegmentHeaderBytes : unit * unit_bytes;
    uint32_t units = 0;
    uint64_t base_ticket = 0;
    if (offset >= bytes.size() ||
        !DecodeChunkHeader(Slice(bytes.data() + offset, bytes.size() - offset), identity,
                           static_cast<uint32_t>(unit), &units, &base_ticket)) {
      ++unit;
      continue;
    }
    // units 0: a file that only grows, one chunk to its end.
    const uint64_t limit =
        units == 0 ? bytes.size() : std::min<uint64_t>((unit + units) * unit_bytes, bytes.size());
    const uint32_t salt = ChunkSalt(identity, static_cast<uint32_t>(unit));
    uint64_t at = offset + kChunkHeaderBytes;
    DecodedRecord record;
    while (at + kRecordHeaderBytes <= limit &&
           DecodeRecord(Slice(bytes.data() + at, limit - at), salt, base_ticket, &record)) {
      visit(record, static_cast<uint64_t>(record.body.data() - bytes.data()));
      at += RecordBytes(record.body.size());
    }
    if (units == 0) break;
    unit += units;
  }
}

Status ReadWhole(const RandomReadFile& file, uint64_t size, std::string* contents) {
  contents->resize(size);
  uint64_t done = 0;
  while (done < size) {
    Slice piece;
    AETHER_RETURN_IF_ERROR(file.ReadAt(done, size - done, contents->data() + done, &piece));
    if (piece.empty()) break;
    if (piece.data() != contents->data() + done) {
      std::memmove(contents->data() + done, piece.data(), piece.size());
    }
    done += piece.size();
  }
  contents->resize(done);
  return Status::OK();
}

}  // namespace

Status ReadLiveSegment(FileSystem* fs, const LiveSegment& segment, std::string* contents,
                       const BatchVisitor& visit) {
  ReadFileOptions options;
  options.pattern = AccessPattern::kSequential;
  std::unique_ptr<RandomReadFile> file;
  AETHER_RETURN_IF_ERROR(fs->NewRandomReadFile(segment.path, options, &file));
  AETHER_RETURN_IF_ERROR(ReadWhole(*file, segment.bytes, contents));
  VisitRecords(*contents, segment.identity, segment.unit_bytes,
               [&visit](const DecodedRecord& record, uint64_t body_offset) {
                 if (record.type == RecordType::kBatch) visit(record, body_offset);
               });
  return Status::OK();
}

Status OpenSegment(FileSystem* fs, uint64_t store_id, const ReadableSegment& segment,
                   std::unique_ptr<RandomReadFile>* file, SegmentHeader* header) {
  ReadFileOptions options;
  options.pattern = AccessPattern::kSequential;
  // It may be moved between the first try and the second.
  Status s = Status::NotFound(segment.path);
  for (const std::string* path : {&segment.path, &segment.other_path, &segment.path}) {
    if (path->empty()) continue;
    s = fs->NewRandomReadFile(*path, options, file);
    if (!s.IsPathNotFound() && !s.IsNotFound()) break;
  }
  AETHER_RETURN_IF_ERROR(s);
  char buffer[kSegmentHeaderBytes];
  Slice bytes;
  AETHER_RETURN_IF_ERROR((*file)->ReadAt(0, sizeof(buffer), buffer, &bytes));
  HeaderState state = HeaderState::kAbsent;
  AETHER_RETURN_IF_ERROR(DecodeSegmentHeader(bytes, &store_id, segment.path, &state, header));
  if (state != HeaderState::kValid || header->number != segment.number ||
      header->epoch != segment.epoch) {
    return Status::NotFound(segment.path + ": the log segment was recycled");
  }
  return Status::OK();
}

Status ScanSegment(FileSystem* fs, uint64_t store_id, const ReadableSegment& segment,
                   const RecordVisitor& visit) {
  std::unique_ptr<RandomReadFile> file;
  SegmentHeader header;
  AETHER_RETURN_IF_ERROR(OpenSegment(fs, store_id, segment, &file, &header));
  uint64_t size = 0;
  AETHER_RETURN_IF_ERROR(file->Size(&size));
  std::string contents;
  AETHER_RETURN_IF_ERROR(ReadWhole(*file, size, &contents));
  VisitRecords(contents, {header.store_id, header.number, header.epoch}, header.unit_bytes,
               [&visit](const DecodedRecord& record, uint64_t) { visit(record); });
  return Status::OK();
}

uint64_t FirstTicket(const DecodedRecord& record) {
  return record.type == RecordType::kSkip && record.body.size() == sizeof(uint64_t)
             ? LoadFixed<uint64_t>(record.body.data())
             : record.ticket;
}

Status ReadFacts(FileSystem* fs, uint64_t store_id, const ReadableSegment& segment,
                 SegmentFacts* facts) {
  *facts = SegmentFacts();
  uint64_t first_batch = UINT64_MAX;
  return ScanSegment(fs, store_id, segment, [&](const DecodedRecord& record) {
    if (record.ticket > segment.bound || record.type == RecordType::kAnchor) return;
    const uint64_t first = FirstTicket(record);
    if (facts->first_ticket == 0 || first < facts->first_ticket) facts->first_ticket = first;
    facts->last_ticket = std::max(facts->last_ticket, record.ticket);
    if (record.type == RecordType::kBatch && record.ticket < first_batch) {
      first_batch = record.ticket;
      facts->first_sequence = record.sequence;
    }
  });
}

}  // namespace aether::wal
