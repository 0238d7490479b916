// What compression changes: where leaves and extents stand, what a read costs, what a file may
// claim.

#include <vector>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "engine/run/format.h"
#include "engine/run/run_test_util.h"

namespace aether {
namespace {

constexpr char kPath[] = "/d/1.sst";
constexpr Codec kAll[] = {Codec::kSnappy, Codec::kLz4, Codec::kLz4Hc, Codec::kZstd, Codec::kZlib};

class RunCompression : public RunTest {
 protected:
  // Of values one half noise; every `large`th has many pages, every `noise`th cannot be compressed.
  void MakeEntries(size_t n, size_t large, size_t noise) {
    Random random(7);
    for (size_t i = 0; i < n; ++i) {
      char key[32];
      snprintf(key, sizeof(key), "key%010zu", i);
      const size_t size = large != 0 && i % large == 0 ? 3000 + random.Uniform(30000) : 200;
      std::string value = RandomBytes(&random, size / 2, 256);
      value += noise != 0 && i / 64 % noise == 0 ? RandomBytes(&random, size / 2, 256) : value;
      entries_.push_back({key, PackTag(i + 1, EntryType::kPut), value});
    }
  }
  void Make(Codec codec) {
    FileBuilderOptions options;
    options.number = 1;
    options.compression.codec = codec;
    ASSERT_OK(Build(kPath, entries_, options, &meta_));
    ASSERT_EQ(meta_.codec, codec);
    ASSERT_OK(Open(kPath, &meta_, Pool::New(8 << 20), &file_));
    ASSERT_EQ(file_->Meta().codec, codec);
  }
  void ExpectAll(bool stream) {
    RunReadOptions options;
    options.stream = stream;
    auto it = file_->NewIterator(options);
    size_t i = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++i) {
      ASSERT_EQ(it->key().ToString(), entries_[i].key);
      ASSERT_TRUE(it->value() == Slice(entries_[i].value)) << i;
    }
    ASSERT_OK(it->status());
    ASSERT_EQ(i, entries_.size());
  }

  std::vector<TestEntry> entries_;
  FileMeta meta_;
  std::unique_ptr<RunFile> file_;
};

TEST_F(RunCompression, FilesShrinkAndReadTheSame) {
  MakeEntries(4000, 50, 0);
  Make(Codec::kNone);
  const uint64_t plain = meta_.file_size;
  for (size_t i = 0; i < file_->LeafCount(); ++i) {
    ASSERT_EQ(file_->LeafOffset(i) % kPageSize, 0u);
    ASSERT_EQ(file_->StoredSize(i), kPageSize);
  }
  for (const Codec codec : kAll) {
    Make(codec);
    EXPECT_LT(meta_.file_size, plain * 3 / 4) << static_cast<int>(codec);
    ExpectAll(false);
    ExpectAll(true);
    ASSERT_OK(file_->VerifyChecksums());
    for (const TestEntry& e : entries_) {
      Visited visited;
      ASSERT_OK(file_->Visit(e.key, kMaxSequence, {}, &Visited::Visitor, &visited));
      ASSERT_EQ(visited.entries.size(), 1u);
      ASSERT_EQ(visited.entries[0].value, e.value);
    }
  }
}

TEST_F(RunCompression, WhatDoesNotShrinkByAnEighthStandsAsItIs) {
  MakeEntries(4000, 40, 2);
  for (const Codec codec : kAll) {
    Make(codec);
    size_t raw = 0;
    uint64_t end = 0;
    for (size_t i = 0; i < file_->LeafCount(); ++i) {
      const size_t stored = file_->StoredSize(i);
      raw += stored == kPageSize ? 1 : 0;
      if (stored != kPageSize) {
        EXPECT_LE(stored, kPageSize - kPageSize / 8 + 1);
      }
      ASSERT_GE(file_->LeafOffset(i), end);
      end = file_->LeafOffset(i) + stored;
    }
    EXPECT_EQ(end, meta_.data_bytes);
    EXPECT_GT(raw, file_->LeafCount() / 4);
    EXPECT_LT(raw, file_->LeafCount() * 3 / 4);
    ExpectAll(false);
    ExpectAll(true);
  }
}

TEST_F(RunCompression, AColdReadReadsTheStoredBytesOnce) {
  MakeEntries(2000, 0, 0);
  Make(Codec::kLz4);
  uint64_t stored = 0;
  for (size_t i = 0; i < file_->LeafCount(); ++i) stored += file_->StoredSize(i);
  const uint64_t before = fs_.counters().ios;
  RunReadCounters counters;
  RunReadOptions options;
  options.counters = &counters;
  for (int round = 0; round < 2; ++round) {
    auto it = file_->NewIterator(options);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
    }
    ASSERT_OK(it->status());
    EXPECT_EQ(counters.page_loads, file_->LeafCount());
    EXPECT_EQ(counters.load_bytes, stored);
    EXPECT_EQ(fs_.counters().ios - before, file_->LeafCount());
  }
  EXPECT_LT(stored, file_->LeafCount() * kPageSize * 3 / 4);
}

// A leaf that claims a large value of nearly nothing, in a file whose sums are right.
TEST_F(RunCompression, AForgedSizeIsRefusedBeforeMemoryIsTaken) {
  using namespace run_format;
  const auto claim = [](Codec codec, uint64_t bytes, uint64_t stored) {
    std::string page(kPageSize, '\0');
    StoreFixed<uint16_t>(page.data() + kLeafCount, 1);
    page[kLeafType] = kTypeLeaf;
    page[kLeafFlags] = kFlagHeads;
    const size_t slot = kLeafHead + 8;
    StoreFixed<uint16_t>(page.data() + slot, static_cast<uint16_t>(slot + 2));
    char* p = page.data() + slot + 2;
    *p++ = static_cast<char>(static_cast<uint8_t>(EntryType::kPut) | kKindLargeValue |
                             kKindPackedValue);
    *p++ = 1;  // a key of one byte
    p = EncodeVarint(p, bytes);
    p = EncodeVarint(p, 0);  // ordinal
    p = EncodeVarint(p, 0);  // offset
    EncodeVarint(p, stored);
    return ValidateLeaf(page.data(), true, codec, 1, 1 << 20);
  };
  EXPECT_EQ(claim(Codec::kLz4, 20000, 100), nullptr);
  EXPECT_NE(claim(Codec::kNone, 20000, 100), nullptr);
  EXPECT_NE(claim(Codec::kLz4, 30000, 100), nullptr);  // more than lz4 can make of it
  EXPECT_EQ(claim(Codec::kZstd, 3000000, 100), nullptr);
  EXPECT_NE(claim(Codec::kZstd, 4000000, 100), nullptr);
  EXPECT_EQ(claim(Codec::kZstd, kMaxPackedExtent, 1 << 20), nullptr);
  EXPECT_NE(claim(Codec::kZstd, kMaxPackedExtent + 1, 1 << 20), nullptr);
  EXPECT_NE(claim(Codec::kZstd, 2000000, (1 << 20) + 1), nullptr);  // beyond the file
  EXPECT_NE(claim(Codec::kZstd, 20000, 0), nullptr);
  EXPECT_NE(claim(Codec::kZstd, 20000, 20000), nullptr);
  EXPECT_NE(claim(Codec::kZstd, UINT64_MAX, 100), nullptr);
}

TEST_F(RunCompression, AValueBeyondTheBoundIsStoredPlain) {
  const std::string small(1 << 20, 'a');
  const std::string huge(run_format::kMaxPackedExtent + 1, 'b');
  entries_ = {{"large", PackTag(1, EntryType::kPut), huge},
              {"small", PackTag(2, EntryType::kPut), small}};
  Make(Codec::kZstd);
  EXPECT_GT(meta_.file_size, huge.size());
  EXPECT_LT(meta_.file_size, huge.size() + small.size() / 2);
  ExpectAll(false);
  ExpectAll(true);
}

TEST_F(RunCompression, LargeKeysAreCompressedToo) {
  for (int i = 0; i < 40; ++i) {
    entries_.push_back({"k" + std::to_string(100 + i) + std::string(9000, 'x'),
                        PackTag(5, EntryType::kPut), std::string(5000, 'v')});
  }
  for (const Codec codec : kAll) {
    Make(codec);
    EXPECT_LT(meta_.file_size, 100000u) << static_cast<int>(codec);
    ExpectAll(false);
    ExpectAll(true);
    for (const TestEntry& e : entries_) {
      auto it = file_->NewIterator({});
      it->Seek(e.key, kMaxSequence);
      ASSERT_TRUE(it->Valid());
      ASSERT_EQ(it->key().ToString(), e.key);
    }
  }
}

}  // namespace
}  // namespace aether
