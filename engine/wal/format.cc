#include "engine/wal/format.h"

#include <cstdio>
#include <cstring>

namespace aether::wal {
namespace {

uint32_t SegmentHeaderCrc(const char* bytes) {
  static constexpr char kZero[4] = {};
  uint32_t crc = Crc32c(bytes, offsetof(SegmentHeader, crc));
  crc = ExtendCrc32c(crc, kZero, sizeof(kZero));
  return ExtendCrc32c(crc, bytes + offsetof(SegmentHeader, store_id),
                      kSegmentHeaderBytes - offsetof(SegmentHeader, store_id));
}

}  // namespace

uint32_t ChunkSalt(const SegmentIdentity& segment, uint32_t first_unit) {
  char bytes[24];
  StoreFixed<uint64_t>(bytes, segment.store_id);
  StoreFixed<uint64_t>(bytes + 8, segment.number);
  StoreFixed<uint32_t>(bytes + 16, segment.epoch);
  StoreFixed<uint32_t>(bytes + 20, first_unit);
  return Crc32c(bytes, sizeof(bytes)) ^ static_cast<uint32_t>(Hash64(bytes, sizeof(bytes)));
}

void EncodeSegmentHeader(const SegmentIdentity& segment, uint32_t unit_bytes,
                         uint64_t segment_bytes, char* out) {
  SegmentHeader header{};
  std::memcpy(header.magic, kSegmentMagic, sizeof(header.magic));
  header.version = kFormatVersion;
  header.store_id = segment.store_id;
  header.number = segment.number;
  header.epoch = segment.epoch;
  header.unit_bytes = unit_bytes;
  header.segment_bytes = segment_bytes;
  std::memcpy(out, &header, sizeof(header));
  StoreFixed<uint32_t>(out + offsetof(SegmentHeader, crc), SegmentHeaderCrc(out));
}

void EncodeChunkHeader(const SegmentIdentity& segment, uint32_t first_unit, uint32_t units,
                       uint64_t base_ticket, char* out) {
  ChunkHeader header{kChunkMagic,   0,          segment.number, base_ticket,
                     segment.epoch, first_unit, units,          0};
  std::memcpy(out, &header, sizeof(header));
  StoreFixed<uint32_t>(
      out + offsetof(ChunkHeader, crc),
      ExtendCrc32c(ChunkSalt(segment, first_unit), out + offsetof(ChunkHeader, number),
                   kChunkHeaderBytes - offsetof(ChunkHeader, number)));
}

Status DecodeSegmentHeader(Slice bytes, const uint64_t* store_id, const std::string& path,
                           HeaderState* state, SegmentHeader* header) {
  *state = HeaderState::kAbsent;
  if (bytes.size() < kSegmentHeaderBytes) return Status::OK();
  std::memcpy(header, bytes.data(), sizeof(*header));
  if (std::memcmp(header->magic, kSegmentMagic, sizeof(header->magic)) != 0) return Status::OK();
  if (!ChecksumPasses(header->crc, SegmentHeaderCrc(bytes.data()))) return Status::OK();
  if (header->version != kFormatVersion) {
    return Status::NotSupported(path + ": log format version " + std::to_string(header->version) +
                                ", this library reads version " + std::to_string(kFormatVersion));
  }
  if (store_id != nullptr && header->store_id != *store_id) {
    return Status::Corruption(path + ": log file belongs to another store");
  }
  const uint32_t unit = header->unit_bytes;
  if (unit < 4096 || (unit & (unit - 1)) != 0) {
    return Status::Corruption(path + ": offset 0: log file has an impossible unit size");
  }
  *state = HeaderState::kValid;
  return Status::OK();
}

bool DecodeChunkHeader(Slice bytes, const SegmentIdentity& segment, uint32_t first_unit,
                       uint32_t* units, uint64_t* base_ticket) {
  if (bytes.size() < kChunkHeaderBytes) return false;
  ChunkHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != kChunkMagic || header.number != segment.number ||
      header.epoch != segment.epoch || header.first_unit != first_unit) {
    return false;
  }
  const uint32_t crc =
      ExtendCrc32c(ChunkSalt(segment, first_unit), bytes.data() + offsetof(ChunkHeader, number),
                   kChunkHeaderBytes - offsetof(ChunkHeader, number));
  if (!ChecksumPasses(header.crc, crc)) return false;
  *units = header.units;
  *base_ticket = header.base_ticket;
  return true;
}

bool DecodeRecord(Slice bytes, uint32_t salt, uint64_t base_ticket, DecodedRecord* record,
                  size_t max_body) {
  if (bytes.size() < kRecordHeaderBytes) return false;
  RecordHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const auto type = static_cast<uint8_t>(header.sequence_and_type);
  if (header.crc == 0 || type < static_cast<uint8_t>(RecordType::kBatch) ||
      type > static_cast<uint8_t>(RecordType::kAnchor)) {
    return false;
  }
  const char* const limit = bytes.data() + bytes.size();
  const char* const behind_header = bytes.data() + kRecordHeaderBytes;
  uint32_t length = 0;
  const char* const body = DecodeVarint32(behind_header, limit, &length);
  if (body == nullptr || length > static_cast<size_t>(limit - body) || length > max_body) {
    return false;
  }
  const uint32_t body_crc =
      ExtendCrc32c(salt, behind_header, static_cast<size_t>(body - behind_header) + length);
  if (!ChecksumPasses(header.crc, HeaderCrc(body_crc, bytes.data()))) return false;
  record->type = static_cast<RecordType>(type);
  const auto distance =
      static_cast<int32_t>(header.low_ticket - static_cast<uint32_t>(base_ticket));
  record->ticket = base_ticket + static_cast<uint64_t>(int64_t{distance});
  record->sequence = header.sequence_and_type >> 8;
  record->body = Slice(body, length);
  return true;
}

void EncodeAnchor(const std::vector<AnchorPosition>& positions, std::string* body) {
  body->clear();
  PutVarint(body, positions.size());
  for (const AnchorPosition& p : positions) {
    PutVarint(body, p.number);
    PutVarint(body, p.offset);
  }
}

bool DecodeAnchor(Slice body, std::vector<AnchorPosition>* positions) {
  positions->clear();
  uint32_t n;
  if (!GetVarint32(&body, &n)) return false;
  for (; n > 0; --n) {
    AnchorPosition p;
    if (!GetVarint64(&body, &p.number) || !GetVarint64(&body, &p.offset)) return false;
    positions->push_back(p);
  }
  return body.empty();
}

std::string SegmentPath(const std::string& directory, uint64_t number) {
  char name[32];
  std::snprintf(name, sizeof(name), "/%06llu.log", static_cast<unsigned long long>(number));
  return directory + name;
}

bool ParseSegmentName(const std::string& name, uint64_t* number) {
  static constexpr char kSuffix[] = ".log";
  const size_t suffix = sizeof(kSuffix) - 1;
  if (name.size() <= suffix || name.compare(name.size() - suffix, suffix, kSuffix) != 0) {
    return false;
  }
  uint64_t value = 0;
  for (size_t i = 0; i < name.size() - suffix; ++i) {
    if (name[i] < '0' || name[i] > '9' || value > UINT64_MAX / 10 - 1) return false;
    value = value * 10 + static_cast<uint64_t>(name[i] - '0');
  }
  *number = value;
  return true;
}

}  // namespace aether::wal
