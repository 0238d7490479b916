// Golden bytes: a change of the format that nobody meant fails here. The same file is taken apart
// in docs/run-format.md.

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

TEST_F(RunFormat, GoldenBytes) {
  FileBuilderOptions options;
  options.number = 5;
  options.salt = 0;
  options.creation_time = 1000;
  const std::vector<TestEntry> entries = {
      {"city:berlin", PackTag(300, EntryType::kPut), "3.7"},
      {"city:berlin", PackTag(7, EntryType::kPut), "3.5"},
      {"city:oslo", PackTag(9, EntryType::kDelete), ""},
  };
  FileMeta meta;
  ASSERT_OK(Build("/d/5", entries, options, &meta, {{"city:a", "city:c", 8}}));
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
            "6e010000008700000052100000000000008ca7aa39aae9038eebbb5e524a9f196021a6dc7a9746b4"
            "b8");
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
}

}  // namespace
}  // namespace aether
