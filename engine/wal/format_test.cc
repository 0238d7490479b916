#include "engine/wal/format.h"

#include <gtest/gtest.h>

#include "engine/wal/log_state.h"

namespace aether::wal {
namespace {

constexpr SegmentIdentity kSegment{0x1122334455667788, 12, 3};

std::string Hex(const std::string& bytes) {
  static const char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (char c : bytes) {
    hex.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(kDigits[c & 15]);
  }
  return hex;
}

std::string Record(uint32_t salt, RecordType type, uint64_t ticket, uint64_t sequence,
                   const std::string& body) {
  alignas(8) char bytes[256] = {};
  StoreStamp(bytes, MakeStamp(StoreBody(salt, body, bytes), type, ticket, sequence));
  return std::string(bytes, RecordBytes(body.size()));
}

// The worked example of docs/log-format.md.
TEST(LogFormat, GoldenBytes) {
  char segment[kSegmentHeaderBytes];
  EncodeSegmentHeader(kSegment, 131072, 8388608, segment);
  EXPECT_EQ(Hex(std::string(segment, sizeof(segment))),
            "41455448524c4f4702000000fcb7499488776655443322110c000000000000000300000000000200000080"
            "000000000000000000000000000000000000000000");
  char chunk[kChunkHeaderBytes];
  EncodeChunkHeader(kSegment, 0, 1, 6, chunk);
  EXPECT_EQ(Hex(std::string(chunk, sizeof(chunk))),
            "4145434b8f2852650c00000000000000060000000000000003000000000000000100000000000000");
  const uint32_t salt = ChunkSalt(kSegment, 0);
  EXPECT_EQ(salt, 0x72d34e24u);
  // Put("k", "v") as batch 7 with sequence number 9.
  EXPECT_EQ(Hex(Record(salt, RecordType::kBatch, 7, 9, std::string("\x01\x01k\x01v", 5))),
            "8874a0d70700000001090000000000000501016b01760000");
  EXPECT_EQ(Hex(Record(salt, RecordType::kSkip, 8, 10, "")),
            "4fd68dfe08000000020a0000000000000000000000000000");
  std::string anchor;
  EncodeAnchor({{12, 152}}, &anchor);
  EXPECT_EQ(Hex(Record(salt, RecordType::kAnchor, 8, 0, anchor)),
            "66d24cce08000000030000000000000004010c9801000000");
}

TEST(LogFormat, RecordComesBack) {
  const std::string bytes = Record(77, RecordType::kBatch, 7, 9, "body");
  DecodedRecord record;
  ASSERT_TRUE(DecodeRecord(bytes, 77, 1, &record));
  EXPECT_EQ(record.type, RecordType::kBatch);
  EXPECT_EQ(record.ticket, 7u);
  EXPECT_EQ(record.sequence, 9u);
  EXPECT_EQ(record.body.ToString(), "body");
  EXPECT_FALSE(DecodeRecord(bytes, 78, 1, &record)) << "another salt";
}

TEST(LogFormat, EveryFlippedBitAndEveryTruncationIsSeen) {
  const std::string good = Record(77, RecordType::kBatch, 7, 9, "some body");
  DecodedRecord record;
  for (size_t bit = 0; bit < 8 * (kRecordHeaderBytes + 1 + 9); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(DecodeRecord(bad, 77, 1, &record)) << bit;
  }
  for (size_t n = 0; n < kRecordHeaderBytes + 1 + 9; ++n) {
    EXPECT_FALSE(DecodeRecord(Slice(good.data(), n), 77, 1, &record)) << n;
  }
}

TEST(LogFormat, VoidAndPartlyStampedRecordsAreInvalid) {
  std::string good = Record(77, RecordType::kBatch, 7, 9, "some body");
  DecodedRecord record;
  // Everything but the first word, which is stored last.
  std::string partly = good;
  std::memset(partly.data(), 0, 8);
  EXPECT_FALSE(DecodeRecord(partly, 77, 1, &record));
  alignas(8) char bytes[64];
  std::memcpy(bytes, good.data(), good.size());
  StoreVoid(bytes);
  EXPECT_FALSE(DecodeRecord(Slice(bytes, good.size()), 77, 1, &record));
  EXPECT_FALSE(DecodeRecord(std::string(64, '\0'), 0, 0, &record));
}

TEST(LogFormat, TicketsComeBackOnBothSidesOfTheBase) {
  const uint64_t base = (uint64_t{5} << 32) + 7;
  const uint64_t reach = uint64_t{1} << 31;
  for (const uint64_t ticket : {base - reach, base - 8, base, base + 1, base + reach - 1}) {
    EXPECT_TRUE(TicketFits(base, ticket));
    DecodedRecord record;
    ASSERT_TRUE(DecodeRecord(Record(77, RecordType::kBatch, ticket, 9, "body"), 77, base, &record));
    EXPECT_EQ(record.ticket, ticket);
  }
  EXPECT_FALSE(TicketFits(base, base - reach - 1));
  EXPECT_FALSE(TicketFits(base, base + reach));
}

TEST(LogFormat, SaltsDifferInEveryPart) {
  const uint32_t salt = ChunkSalt(kSegment, 0);
  EXPECT_NE(salt, ChunkSalt(kSegment, 1));
  EXPECT_NE(salt, ChunkSalt({kSegment.store_id + 1, kSegment.number, kSegment.epoch}, 0));
  EXPECT_NE(salt, ChunkSalt({kSegment.store_id, kSegment.number + 1, kSegment.epoch}, 0));
  EXPECT_NE(salt, ChunkSalt({kSegment.store_id, kSegment.number, kSegment.epoch + 1}, 0));
}

TEST(LogFormat, SegmentHeaderStates) {
  char bytes[kSegmentHeaderBytes];
  EncodeSegmentHeader(kSegment, 4096, 65536, bytes);
  SegmentHeader header;
  HeaderState state;
  const Slice good(bytes, sizeof(bytes));
  ASSERT_TRUE(DecodeSegmentHeader(good, &kSegment.store_id, "f", &state, &header).ok());
  EXPECT_EQ(state, HeaderState::kValid);
  EXPECT_EQ(header.number, 12u);
  const uint64_t other = 1;
  EXPECT_TRUE(DecodeSegmentHeader(good, &other, "f", &state, &header).IsCorruption());
  EXPECT_TRUE(DecodeSegmentHeader(good, nullptr, "f", &state, &header).ok());
  for (size_t bit = 0; bit < 8 * sizeof(bytes); ++bit) {
    std::string bad(bytes, sizeof(bytes));
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_TRUE(DecodeSegmentHeader(bad, &kSegment.store_id, "f", &state, &header).ok());
    EXPECT_EQ(state, HeaderState::kAbsent) << bit;
  }
}

TEST(LogFormat, ChunkHeaderBelongsToItsPlace) {
  char bytes[kChunkHeaderBytes];
  EncodeChunkHeader(kSegment, 4, 2, 70, bytes);
  const Slice chunk(bytes, sizeof(bytes));
  uint32_t units = 0;
  uint64_t base = 0;
  EXPECT_TRUE(DecodeChunkHeader(chunk, kSegment, 4, &units, &base));
  EXPECT_EQ(units, 2u);
  EXPECT_EQ(base, 70u);
  EXPECT_FALSE(DecodeChunkHeader(chunk, kSegment, 5, &units, &base));
  EXPECT_FALSE(DecodeChunkHeader(chunk, {kSegment.store_id, 13, kSegment.epoch}, 4, &units, &base));
  EXPECT_FALSE(DecodeChunkHeader(chunk, {1, kSegment.number, kSegment.epoch}, 4, &units, &base));
}

TEST(LogFormat, Names) {
  EXPECT_EQ(SegmentPath("/d", 12), "/d/000012.log");
  uint64_t number = 0;
  EXPECT_TRUE(ParseSegmentName("1234567.log", &number));
  EXPECT_EQ(number, 1234567u);
  for (const char* name : {"000012.sst", ".log", "12.logx", "LOG", "a12.log", "-1.log"}) {
    EXPECT_FALSE(ParseSegmentName(name, &number)) << name;
  }
}

TEST(LogState, ComesBackAndRefusesNonsense) {
  LogState state;
  state.epoch = 5;
  state.floor = {1000, 2000};
  state.last_sequence = 2500;
  state.cuts = {{3, 1100}, {4, 1200}};
  std::string bytes;
  state.EncodeTo(&bytes);
  const size_t size = bytes.size();
  bytes += "rest";
  Slice input(bytes);
  LogState copy;
  ASSERT_TRUE(copy.DecodeFrom(&input).ok());
  EXPECT_TRUE(copy == state);
  EXPECT_EQ(input.ToString(), "rest");
  for (size_t n = 0; n < size; ++n) {
    Slice cut(bytes.data(), n);
    EXPECT_TRUE(copy.DecodeFrom(&cut).IsCorruption());
  }
  state.cuts = {{4, 1100}, {3, 1200}};
  bytes.clear();
  state.EncodeTo(&bytes);
  Slice disordered(bytes);
  EXPECT_TRUE(copy.DecodeFrom(&disordered).IsCorruption());
}

TEST(LogState, FloorDropsTheCutsItHasPassed) {
  LogState state;
  state.epoch = 5;
  state.cuts = {{3, 1100}, {4, 1200}};
  state.AdvanceFloor({1100, 50});
  ASSERT_EQ(state.cuts.size(), 1u);
  EXPECT_EQ(state.cuts[0].epoch, 4u);
  state.AdvanceFloor({900, 40});
  EXPECT_EQ(state.floor, (LogPosition{1100, 50}));
}

}  // namespace
}  // namespace aether::wal
