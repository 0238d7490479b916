#include "engine/wal/live_segment.h"

#include <algorithm>

namespace aether::wal {

Status ReadLiveSegment(FileSystem* fs, const LiveSegment& segment, std::string* contents,
                       const BatchVisitor& visit) {
  ReadFileOptions options;
  options.pattern = AccessPattern::kSequential;
  std::unique_ptr<RandomReadFile> file;
  AETHER_RETURN_IF_ERROR(fs->NewRandomReadFile(segment.path, options, &file));
  contents->resize(segment.bytes);
  Slice bytes;
  AETHER_RETURN_IF_ERROR(file->ReadAt(0, segment.bytes, contents->data(), &bytes));
  const uint64_t unit_bytes = segment.unit_bytes;
  for (uint64_t unit = 0; unit * unit_bytes < bytes.size();) {
    const uint64_t offset = unit == 0 ? kSegmentHeaderBytes : unit * unit_bytes;
    uint32_t units = 0;
    uint64_t base_ticket = 0;
    if (offset >= bytes.size() ||
        !DecodeChunkHeader(Slice(bytes.data() + offset, bytes.size() - offset), segment.identity,
                           static_cast<uint32_t>(unit), &units, &base_ticket) ||
        units == 0) {
      ++unit;
      continue;
    }
    const uint64_t limit = std::min<uint64_t>((unit + units) * unit_bytes, bytes.size());
    const uint32_t salt = ChunkSalt(segment.identity, static_cast<uint32_t>(unit));
    uint64_t at = offset + kChunkHeaderBytes;
    DecodedRecord record;
    while (at + kRecordHeaderBytes <= limit &&
           DecodeRecord(Slice(bytes.data() + at, limit - at), salt, base_ticket, &record)) {
      if (record.type == RecordType::kBatch) {
        visit(record, static_cast<uint64_t>(record.body.data() - bytes.data()));
      }
      at += RecordBytes(record.body.size());
    }
    unit += units;
  }
  return Status::OK();
}

}  // namespace aether::wal
