// The bytes of a log file. All integers are little-endian; docs/log-format.md has a worked example.
//
//   file    := segment_header chunk*            chunks start at multiples of unit_bytes; the first
//                                               one right behind the segment header
//   segment_header (64 bytes) :=
//     magic:8 = "AETHRLOG"  version:4  crc:4  store_id:8  number:8  epoch:4  unit_bytes:4
//     segment_bytes:8  zero:16                  crc covers the header with crc taken as 0
//   chunk   := chunk_header record* free        its size is units * unit_bytes, headers included
//   chunk_header (40 bytes) :=
//     magic:4 = "AECK"  crc:4  number:8  base_ticket:8  epoch:4  first_unit:4  units:4  zero:4
//                                               crc: salt, then bytes 8..39; units 0: one chunk up
//                                               to the end of the file (a file that only grows)
//   record  := record_header length:varint32 body pad         starts at a multiple of 8
//   record_header (16 bytes) :=
//     crc:4  low_ticket:4  (sequence << 8 | type):8
//                                               crc: salt, then length and body, then bytes 4..15,
//                                               1 for 0; the ticket is the one with these low bits
//                                               that is less than 2^31 away from base_ticket
//   body    := batch (type 1), a batch body (engine/commit/batch.h); `sequence` is the first one
//            | skip (type 2), empty or first_ticket:8; no record will come for the tickets
//              first_ticket..ticket (only `ticket` when empty); `sequence` is the last one they
//              used
//            | anchor (type 3), n:varint32 n*(number:varint64 offset:varint64); every ticket up to
//              `ticket` was durable, and so was every segment named up to that offset
//
// The salt is a hash of (store id, epoch, segment number, first unit), so that bytes of an earlier
// life of a recycled file, of another store or of an opening whose tail was discarded never pass
// for records. A chunk ends at its first invalid record: free space holds stale bytes.
//
// The record header's first word (crc, low_ticket) is stored last, in one aligned 8-byte store:
// until then it is 0, and no decoder accepts a checksum of 0.

#ifndef AETHER_ENGINE_WAL_FORMAT_H_
#define AETHER_ENGINE_WAL_FORMAT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "engine/base/entry.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"

namespace aether::wal {

inline constexpr uint32_t kFormatVersion = 2;
inline constexpr char kSegmentMagic[9] = "AETHRLOG";
inline constexpr uint32_t kChunkMagic = 0x4b434541;  // "AECK"

inline constexpr uint64_t kMaxTicket = (uint64_t{1} << 56) - 1;
inline constexpr size_t kMaxBody = UINT32_MAX - 4096;
// How far a chunk's base ticket may lie behind the tickets that are given out when a record is
// reserved in it. What is left of the 2^31 that a record can express is for the time until the
// record has its ticket.
inline constexpr int64_t kChunkTickets = int64_t{1} << 30;

enum class RecordType : uint8_t { kVoid = 0, kBatch = 1, kSkip = 2, kAnchor = 3 };

struct SegmentHeader {
  char magic[8];
  uint32_t version;
  uint32_t crc;
  uint64_t store_id;
  uint64_t number;
  uint32_t epoch;
  uint32_t unit_bytes;
  uint64_t segment_bytes;
  uint64_t zero[2];
};
static_assert(sizeof(SegmentHeader) == 64);
static_assert(offsetof(SegmentHeader, crc) == 12);
static_assert(offsetof(SegmentHeader, store_id) == 16);
static_assert(offsetof(SegmentHeader, epoch) == 32);
static_assert(offsetof(SegmentHeader, segment_bytes) == 40);

struct ChunkHeader {
  uint32_t magic;
  uint32_t crc;
  uint64_t number;
  uint64_t base_ticket;
  uint32_t epoch;
  uint32_t first_unit;
  uint32_t units;
  uint32_t zero;
};
static_assert(sizeof(ChunkHeader) == 40);
static_assert(offsetof(ChunkHeader, number) == 8);
static_assert(offsetof(ChunkHeader, base_ticket) == 16);
static_assert(offsetof(ChunkHeader, first_unit) == 28);

struct RecordHeader {
  uint32_t crc;
  uint32_t low_ticket;
  uint64_t sequence_and_type;
};
static_assert(sizeof(RecordHeader) == 16);
static_assert(offsetof(RecordHeader, sequence_and_type) == 8);

inline constexpr size_t kSegmentHeaderBytes = sizeof(SegmentHeader);
inline constexpr size_t kChunkHeaderBytes = sizeof(ChunkHeader);
inline constexpr size_t kRecordHeaderBytes = sizeof(RecordHeader);

// The space a record takes in its chunk.
inline size_t RecordBytes(size_t body_bytes) {
  const auto length_bytes = static_cast<size_t>(VarintLength(body_bytes));
  return (kRecordHeaderBytes + length_bytes + body_bytes + 7) & ~size_t{7};
}

// Whether a record of a chunk with this base can carry the ticket.
inline bool TicketFits(uint64_t base_ticket, uint64_t ticket) {
  const auto distance = static_cast<int64_t>(ticket - base_ticket);
  return distance == static_cast<int32_t>(distance);
}

struct SegmentIdentity {
  uint64_t store_id = 0;
  uint64_t number = 0;
  uint32_t epoch = 0;
};

uint32_t ChunkSalt(const SegmentIdentity& segment, uint32_t first_unit);

void EncodeSegmentHeader(const SegmentIdentity& segment, uint32_t unit_bytes,
                         uint64_t segment_bytes, char* out);
void EncodeChunkHeader(const SegmentIdentity& segment, uint32_t first_unit, uint32_t units,
                       uint64_t base_ticket, char* out);

// kAbsent: no header was ever completed here (a file created by a process that died, or a crash of
// the machine took the page); nothing in the file counts.
enum class HeaderState : uint8_t { kValid, kAbsent };
// NotSupported names another format; Corruption when the store differs (null: any will do). `path`
// is for the message.
Status DecodeSegmentHeader(Slice bytes, const uint64_t* store_id, const std::string& path,
                           HeaderState* state, SegmentHeader* header);
// False when there is no valid chunk of this segment at this unit.
bool DecodeChunkHeader(Slice bytes, const SegmentIdentity& segment, uint32_t first_unit,
                       uint32_t* units, uint64_t* base_ticket);

// Writes length and body behind the header of `record` and returns their checksum: it is computed
// in two parts, this one before the batch has its numbers.
inline uint32_t StoreBody(uint32_t salt, Slice body, char* record) {
  char* const length = record + kRecordHeaderBytes;
  char* const start = EncodeVarint(length, body.size());
  if (!body.empty()) std::memcpy(start, body.data(), body.size());
  return ExtendCrc32c(salt, length, static_cast<size_t>(start - length) + body.size());
}
// The body that StoreBody left there.
inline Slice StoredBody(const char* record) {
  const char* const length = record + kRecordHeaderBytes;
  uint32_t size = 0;
  const char* const start = DecodeVarint32(length, length + kMaxVarint32Bytes, &size);
  return Slice(start, size);
}

// The two words of a record header.
struct Stamp {
  uint64_t word[2];
};
static_assert(sizeof(Stamp) == sizeof(RecordHeader));

// The checksum over the second part; `header` is that of a record.
inline uint32_t HeaderCrc(uint32_t body_crc, const char* header) {
  const uint32_t crc = ExtendCrc32c(body_crc, header + 4, kRecordHeaderBytes - 4);
  return crc == 0 ? 1 : crc;
}

// The stamp with a checksum that is known.
inline Stamp StampOf(uint32_t crc, RecordType type, uint64_t ticket, SequenceNumber sequence) {
  const RecordHeader header{crc, static_cast<uint32_t>(ticket),
                            sequence << 8 | static_cast<uint8_t>(type)};
  Stamp stamp;
  std::memcpy(&stamp, &header, sizeof(header));
  return stamp;
}

inline Stamp MakeStamp(uint32_t body_crc, RecordType type, uint64_t ticket,
                       SequenceNumber sequence) {
  const Stamp stamp = StampOf(0, type, ticket, sequence);
  char bytes[kRecordHeaderBytes];
  std::memcpy(bytes, &stamp, sizeof(stamp));
  return StampOf(HeaderCrc(body_crc, bytes), type, ticket, sequence);
}

// Stores a stamp into a record of a chunk. An owner and any number of helpers may do this at the
// same time, with the same words, hence the atomic accesses. The release store of the first word
// orders it behind the other one, and both are in one page cache: a process that dies in between
// leaves a void record.
inline void StoreStamp(char* record, const Stamp& stamp) {
  auto* words = static_cast<uint64_t*>(static_cast<void*>(record));
  std::atomic_ref<uint64_t>(words[1]).store(stamp.word[1], std::memory_order_relaxed);
  std::atomic_ref<uint64_t>(words[0]).store(stamp.word[0], std::memory_order_release);
}

// Clears a record header in the order that never leaves a valid record behind.
inline void StoreVoid(char* record) {
  auto* words = static_cast<uint64_t*>(static_cast<void*>(record));
  std::atomic_ref<uint64_t>(words[0]).store(0, std::memory_order_relaxed);
  std::atomic_ref<uint64_t>(words[1]).store(0, std::memory_order_relaxed);
}

struct DecodedRecord {
  RecordType type = RecordType::kVoid;
  uint64_t ticket = 0;
  SequenceNumber sequence = 0;
  Slice body;
};

// Decodes the record at the front of `bytes` (the rest of the chunk), if its body has at most
// `max_body` bytes. False at the end of the chunk's valid records.
bool DecodeRecord(Slice bytes, uint32_t salt, uint64_t base_ticket, DecodedRecord* record,
                  size_t max_body = kMaxBody);

// How far a segment is durable, in an anchor.
struct AnchorPosition {
  uint64_t number;
  uint64_t offset;
};
void EncodeAnchor(const std::vector<AnchorPosition>& positions, std::string* body);
bool DecodeAnchor(Slice body, std::vector<AnchorPosition>* positions);

// "<directory>/000012.log", and back: false when `name` is not such a name.
std::string SegmentPath(const std::string& directory, uint64_t number);
bool ParseSegmentName(const std::string& name, uint64_t* number);

}  // namespace aether::wal

#endif  // AETHER_ENGINE_WAL_FORMAT_H_
