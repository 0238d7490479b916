// Golden bytes: a change of the format that nobody meant fails here. The same file is taken apart
// in docs/run-format.md.

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "engine/run/format.h"
#include "engine/run/run_test_util.h"

namespace aether {
namespace {

class RunFormat : public RunTest {};

std::string Hex(Slice bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes.view()) {
    hex.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return hex;
}

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

const std::vector<TestEntry>& Cities() {
  static const std::vector<TestEntry> entries = {
      {"city:berlin", PackTag(300, EntryType::kPut), "3.7"},
      {"city:berlin", PackTag(7, EntryType::kPut), "3.5"},
      {"city:oslo", PackTag(9, EntryType::kDelete), ""},
  };
  return entries;
}

// What a file of an earlier version says is what the builder was given.
void ExpectEntries(const RunFile& file, const std::vector<TestEntry>& entries) {
  for (const bool stream : {false, true}) {
    RunReadOptions options;
    options.stream = stream;
    auto it = file.NewIterator(options);
    size_t i = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++i) {
      ASSERT_LT(i, entries.size());
      EXPECT_EQ(it->key().ToString(), entries[i].key);
      EXPECT_EQ(it->tag(), entries[i].tag);
      EXPECT_EQ(it->value().ToString(), entries[i].value);
    }
    ASSERT_OK(it->status());
    EXPECT_EQ(i, entries.size());
  }
  ASSERT_OK(file.VerifyChecksums());
}

TEST_F(RunFormat, GoldenBytes) {
  FileBuilderOptions options;
  options.number = 5;
  options.salt = 0;
  options.creation_time = 1000;
  FileMeta meta;
  ASSERT_OK(Build("/d/5", Cities(), options, &meta, {{"city:a", "city:c", 8}}));
  std::string bytes;
  ASSERT_OK(ReadFileToString(&fs_, "/d/5", &bytes));
  ASSERT_EQ(bytes.size(), meta.file_size);
  const std::string leaf = bytes.substr(0, 104);
  EXPECT_EQ(bytes.substr(104, 4096 - 104), std::string(4096 - 104, '\0'));
  EXPECT_EQ(Hex(leaf),
            "111a97f178caa30c030005004c0201000700000000000000636974793a00000000006e696c726562"
            "00006e696c726562000000006f6c736f3e0046004e000106032501332e370106030000332e350004"
            "000200000000000000000000000000000000000000000000");
  EXPECT_EQ(Hex(bytes.substr(4096, 64)),
            "00000000002000010002000000000000000000000000001000000401000000100000000100000400"
            "000000000000000000000000000000000000440000000400");
  EXPECT_EQ(Hex(bytes.substr(4160)),
            "0000000806636974793a6106636974793a63020105060a8ccfaacda3b5fa818e010806636974793a"
            "610a09636974793a6f736c6f0c01070e02ac0210010312010115010116011f1801061a01011e0280"
            "202001032201402402e807001a6c6576656c64622e4279746577697365436f6d70617261746f7206"
            "80204041dba86470a62db3c020037420721041784fd4c3200f99f4d70a8cdc1ac941657468657252"
            "6e020000008700000052100000000000008ca7aa39aae9038eebbb5e524a9f1960f7da7c4e995674"
            "79");
}

// Two files as the builder of version 1 wrote them, zeros left out: pieces of a gap (u16), a length
// (u16) and bytes.
constexpr char kCitiesOfVersion1[] =
    "00006800111a97f178caa30c030005004c0201000700000000000000636974793a00000000006e69"
    "6c72656200006e696c726562000000006f6c736f3e0046004e000106032501332e37010603000033"
    "2e350004000200000000000000000000000000000000000000000000980f09010000000000200001"
    "00020000000000000000000000000010000004010000001000000001000004000000000000000000"
    "000000000000000000004400000004000000000806636974793a6106636974793a63020105060a8c"
    "cfaacda3b5fa818e010806636974793a610a09636974793a6f736c6f0c01070e02ac021001031201"
    "0115010116011f1801061a01011e0280202001032201402402e807001a6c6576656c64622e427974"
    "6577697365436f6d70617261746f720680204041dba86470a62db3c020037420721041784fd4c320"
    "0f99f4d70a8cdc1ac9416574686572526e010000008700000052100000000000008ca7aa39aae903"
    "8eebbb5e524a9f196021a6dc7a9746b4b8";
constexpr char kLargeOfVersion1[] =
    "000004006b6579614c0404006b6579614c0404006b657962fc0804006b6579624c0404006b657963"
    "4c0404006b6579634c0404006b6579644c0404006b6579641c0d1b003bf097f1ade7ed8b08000300"
    "4c0101000a000000000000006b65790c00dd00610000000000000061000000000000006200000000"
    "00000062000000000000006300000000000000630000000000000064000000000000006470008200"
    "9200ae00be00d100e100f40021cd08030a000076f7e5700cedb69600000020cd08000001d008d5f3"
    "b1d82450017d31cd08b0090a02a0116243c949501b320603f0191be376767b220adc20cd08000104"
    "a0236e3cc24d31229df821cd08030a05f02b9301df78e6957e7e00000020cd08000206c03423e636"
    "f46829fe7721cd08030a07903df5f03c531434ad4800000020cd08000308e04577660784a80a96df"
    "fd0e0101080000001000000208040000000000a02020000080008000000000800000000000000800"
    "00000400020000000040000c000080120000010000080000000000000003050161017a0f036b6578"
    "036b6579020107060a90ea8683d6c7f284a4010801610a017a0b01010c01050e0114100108120104"
    "150102160280451802b9091a01011c01091e03808001200103220140001a6c6576656c64622e4279"
    "746577697365436f6d70617261746f720680800140df39bc54e9ccbf6fc08001030fd28cd15aa6cd"
    "a9c380010ec9d16679d18842dc416574686572526e0100000081000000514000000000000010b561"
    "603dca09a46c67650b57ebe269c86dd20079260d62";

TEST_F(RunFormat, FilesOfVersion1AreRead) {
  const auto open = [this](const char* hex, std::unique_ptr<RunFile>* run) {
    const std::string pieces = FromHex(hex);
    std::string bytes;
    for (size_t at = 0; at + 4 <= pieces.size();) {
      const auto length = LoadFixed<uint16_t>(pieces.data() + at + 2);
      bytes.append(LoadFixed<uint16_t>(pieces.data() + at), '\0');
      bytes.append(pieces, at + 4, length);
      at += 4 + length;
    }
    std::unique_ptr<WritableFile> file;
    ASSERT_OK(fs_.NewWritableFile("/d/old", {}, &file));
    ASSERT_OK(file->Append(bytes));
    ASSERT_OK(file->Close());
    ASSERT_OK(Open("/d/old", nullptr, Pool::New(1 << 20), run));
    EXPECT_EQ((*run)->Meta().codec, Codec::kNone);
  };
  std::unique_ptr<RunFile> run;
  open(kCitiesOfVersion1, &run);
  if (HasFatalFailure()) return;
  ExpectEntries(*run, Cities());
  EXPECT_EQ(run->CoveringRangeDelete("city:berlin", 100).sequence, 8u);

  // Keys of 1104 bytes and a value of 1200, which stand outside the leaf.
  std::vector<TestEntry> large;
  for (uint64_t i = 0; i < 4; ++i) {
    const std::string key = std::string("key") + static_cast<char>('a' + i) + std::string(1100, 0);
    large.push_back({key, PackTag(20, EntryType::kPut), std::string(i == 1 ? 1200 : 3, '\0')});
    large.push_back({key, PackTag(10 + i, EntryType::kDelete), ""});
  }
  open(kLargeOfVersion1, &run);
  if (HasFatalFailure()) return;
  ExpectEntries(*run, large);
}

// The bytes of a codec may differ between versions of its library; those around them do not.
TEST_F(RunFormat, GoldenBytesOfACompressedFile) {
  FileBuilderOptions options;
  options.number = 5;
  options.filter_bits_per_key = 0;
  options.compression.codec = Codec::kLz4;
  std::vector<TestEntry> entries = Cities();
  entries.push_back({"city:paris", PackTag(10, EntryType::kPut), std::string(5000, 'p')});
  FileMeta meta;
  ASSERT_OK(Build("/d/5", entries, options, &meta));
  std::string bytes;
  ASSERT_OK(ReadFileToString(&fs_, "/d/5", &bytes));
  std::unique_ptr<RunFile> run;
  ASSERT_OK(Open("/d/5", &meta, Pool::New(1 << 20), &run));
  const auto sum = [&](size_t offset, size_t size) {
    return Hash64(bytes.data() + offset, size, run_format::Seed(meta.salt, offset));
  };

  // The value stands at 0, the leaf right behind it.
  const size_t leaf = run->LeafOffset(0);
  const size_t stored = run->StoredSize(0);
  ASSERT_LT(leaf, 64u);
  ASSERT_LT(stored, 256u);
  std::string value(5000, '\0');
  ASSERT_TRUE(Decompress(Codec::kLz4, Slice(bytes.data(), leaf), value.data(), value.size()));
  EXPECT_EQ(value, entries.back().value);
  // Seeded with the place of the whole, which begins with the sum.
  EXPECT_EQ(LoadFixed<uint64_t>(bytes.data() + leaf),
            Hash64(bytes.data() + leaf + 8, stored - 8, run_format::Seed(meta.salt, leaf)));
  std::string body(4088, '\0');
  ASSERT_TRUE(Decompress(Codec::kLz4, Slice(bytes.data() + leaf + 8, stored - 8), body.data(),
                         body.size()));
  std::string place("\0\0", 2);  // ordinal and offset
  PutVarint(&place, leaf);       // of so many bytes
  PutFixed(&place, sum(0, leaf));
  const std::string expected =
      "040005004c0201000700000000000000636974793a00000000006e696c72656200006e696c726562"
      "000000006f6c736f0000007369726170480050005800"
      "5d000106032501332e370106030000332e350004000200510588270300" +
      Hex(place);
  EXPECT_EQ(Hex(Slice(body.data(), expected.size() / 2)), expected);
  EXPECT_EQ(body.find_first_not_of('\0', expected.size() / 2), std::string::npos);

  // Fence: shares nothing, has nothing, the gap that the value fills, the size of the leaf.
  std::string fence(2, '\0');
  PutVarint(&fence, leaf);
  PutVarint(&fence, stored);
  EXPECT_EQ(Hex(bytes.substr(leaf + stored, fence.size())), Hex(fence));
  // The description ends with the codec.
  EXPECT_NE(Hex(bytes).find("29010200"), std::string::npos);
}

TEST_F(RunFormat, MetaSurvivesEncodingAndSkipsFactsThatDoNotMatter) {
  FileMeta meta;
  meta.number = 12;
  meta.file_size = uint64_t{1} << 40;
  meta.salt = UINT64_MAX;
  meta.smallest = std::string("a\0b", 3);
  meta.largest = std::string(20000, 'z');
  meta.largest_exclusive = true;
  meta.smallest_sequence = 1;
  meta.largest_sequence = kMaxSequence;
  meta.entries = 1;
  meta.deletes = 2;
  meta.merges = 3;
  meta.range_deletes = 4;
  meta.raw_key_bytes = 5;
  meta.raw_value_bytes = 6;
  meta.leaves = 7;
  meta.extents = 8;
  meta.data_bytes = 9;
  meta.index_bytes = 10;
  meta.filter_bytes = 11;
  meta.creation_time = 12;
  meta.family = 13;
  meta.family_name = "n";
  meta.codec = Codec::kZstd;
  meta.prefix_extractor = "first four";
  meta.filter_without_keys = true;
  meta.outside_prefixes = 14;
  std::string bytes;
  meta.EncodeTo(&bytes);
  bytes += "rest";
  Slice input(bytes);
  FileMeta back;
  ASSERT_OK(back.DecodeFrom(&input));
  EXPECT_EQ(input.ToString(), "rest");
  std::string again;
  back.EncodeTo(&again);
  EXPECT_EQ(again + "rest", bytes);
  EXPECT_EQ(back.largest_sequence, kMaxSequence);
  EXPECT_TRUE(back.largest_exclusive);
  EXPECT_EQ(back.codec, Codec::kZstd);
  EXPECT_EQ(back.prefix_extractor, "first four");
  EXPECT_TRUE(back.filter_without_keys);

  for (size_t cut = 0; cut + 4 < bytes.size(); cut += cut < 64 ? 1 : 999) {
    Slice part(bytes.data(), cut);
    EXPECT_TRUE(back.DecodeFrom(&part).IsCorruption()) << cut;
  }

  // number = 3, an unknown fact of no consequence (200), end; then one that matters (201).
  Slice newer("\x02\x01\x03\xc8\x01\x02xx\x00", 9);
  ASSERT_OK(back.DecodeFrom(&newer));
  EXPECT_EQ(back.number, 3u);
  Slice refused("\x02\x01\x03\xc9\x01\x02xx\x00", 9);
  EXPECT_TRUE(back.DecodeFrom(&refused).IsNotSupported());
  Slice codec("\x29\x01\x06\x00", 4);
  EXPECT_TRUE(back.DecodeFrom(&codec).IsNotSupported());
  Slice none("\x29\x01\x00\x00", 4);
  EXPECT_TRUE(back.DecodeFrom(&none).IsCorruption());
}

}  // namespace
}  // namespace aether
