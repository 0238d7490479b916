// Damaged, cut, foreign and unreadable files: an error that says where, never a wrong answer.

#include <functional>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "engine/base/pages.h"
#include "engine/run/format.h"
#include "engine/run/run_test_util.h"

namespace aether {
namespace {

constexpr char kPath[] = "/d/000007.sst";

class RunDamage : public RunTest {
 protected:
  void MakeFile(Codec codec = Codec::kNone) {
    const Comparator* const order = BytewiseComparator();
    Random random(11);
    // With a codec some pages and extents shrink and some do not.
    const size_t usual = codec == Codec::kNone ? 40 : 200;
    for (int i = 0; i < 250; ++i) {
      const int letters = codec == Codec::kNone || i / 125 == 0 ? 256 : 2;
      std::string key = "key" + std::to_string(1000 + i);
      if (i % 90 == 0) key += RandomBytes(&random, 3000, letters);
      entries_.push_back(
          {key, PackTag(random.Uniform(5000), i % 7 == 0 ? EntryType::kDelete : EntryType::kPut),
           RandomBytes(&random, i % 60 == 0 ? 2500 : usual, letters)});
    }
    SortEntries(order, &entries_);
    FileBuilderOptions options;
    options.order = order;
    options.number = 7;
    options.compression.codec = codec;
    ASSERT_OK(Build(kPath, entries_, options, &meta_, {{"key1", "key2", 77}, {"a", "b", 78}}));
    ASSERT_OK(ReadFileToString(&fs_, kPath, &bytes_));
    ASSERT_EQ(bytes_.size(), meta_.file_size);
    order_ = order;
  }
  void Put(const std::string& bytes) {
    std::unique_ptr<WritableFile> file;
    ASSERT_OK(fs_.NewWritableFile(kPath, {}, &file));
    ASSERT_OK(file->Append(bytes));
    ASSERT_OK(file->Close());
  }
  // Reads everything in every way. OK only when all of it is right.
  Status ReadAll(const FileMeta* meta, size_t capacity = 1 << 20) {
    std::unique_ptr<RunFile> file;
    AETHER_RETURN_IF_ERROR(Open(kPath, meta, Pool::New(capacity), &file, order_));
    auto it = file->NewIterator({});
    size_t n = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++n) {
      const Slice value = it->value();
      if (!it->Valid()) break;
      EXPECT_LT(n, entries_.size());
      EXPECT_EQ(it->key().ToString(), entries_[n].key);
      EXPECT_TRUE(value == Slice(entries_[n].value));
    }
    AETHER_RETURN_IF_ERROR(it->status());
    EXPECT_EQ(n, entries_.size());
    it.reset();
    for (const TestEntry& e : entries_) {
      Visited visited;
      AETHER_RETURN_IF_ERROR(file->Visit(e.key, kMaxSequence, {}, &Visited::Visitor, &visited));
      EXPECT_EQ(visited.entries.size(), 1u);
      if (visited.entries.size() == 1) {
        EXPECT_EQ(visited.entries[0].value, e.value);
      }
      EXPECT_TRUE(file->MayContain(RunFile::KeyHash(e.key)));
    }
    EXPECT_EQ(file->CoveringRangeDelete("aa", kMaxSequence).sequence, 78u);
    return file->VerifyChecksums();
  }

  // Changes bits all over the file, one at a time, about `step` / 2 bytes apart.
  void Flip(uint64_t step, size_t* harmless);

  const Comparator* order_ = nullptr;
  std::vector<TestEntry> entries_;
  FileMeta meta_;
  std::string bytes_;
};

TEST_F(RunDamage, AFlippedBitAnywhereIsFoundOrHarmless) {
  MakeFile();
  ASSERT_OK(ReadAll(&meta_));
  size_t harmless = 0;
  Flip(40, &harmless);
  // Only the padding in front of a leaf is of no consequence.
  EXPECT_LT(harmless, bytes_.size() / 20 / 3);
}

// There is no padding in a file with a codec.
TEST_F(RunDamage, AFlippedBitAnywhereInACompressedFileIsFound) {
  for (const Codec codec :
       {Codec::kSnappy, Codec::kLz4, Codec::kLz4Hc, Codec::kZstd, Codec::kZlib}) {
    entries_.clear();
    MakeFile(codec);
    ASSERT_OK(ReadAll(&meta_));
    std::unique_ptr<RunFile> file;
    ASSERT_OK(Open(kPath, &meta_, Pool::New(1 << 20), &file));
    size_t raw = 0;
    for (size_t i = 0; i < file->LeafCount(); ++i) raw += file->StoredSize(i) == kPageSize;
    EXPECT_GT(raw, 0u);
    EXPECT_LT(raw, file->LeafCount());
    size_t harmless = 0;
    Flip(200, &harmless);
    EXPECT_EQ(harmless, 0u) << static_cast<int>(codec);
    if (HasFailure()) return;
  }
}

void RunDamage::Flip(uint64_t step, size_t* harmless) {
  Random random(3);
  for (size_t at = 0; at < bytes_.size(); at += 1 + random.Uniform(step)) {
    std::string damaged = bytes_;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.Uniform(8)));
    Put(damaged);
    const Status s = ReadAll(random.OneIn(2) ? &meta_ : nullptr);
    if (s.ok()) {
      EXPECT_EQ(bytes_[at], '\0') << at;
      ++*harmless;
      continue;
    }
    EXPECT_TRUE(s.IsCorruption()) << at << ": " << s.ToString();
    EXPECT_NE(s.message().find(kPath), std::string::npos) << s.ToString();
    EXPECT_NE(s.message().find("offset "), std::string::npos) << s.ToString();
    if (HasFailure()) return;
  }
}

TEST_F(RunDamage, TheMessageNamesThePage) {
  MakeFile();
  std::unique_ptr<RunFile> file;
  ASSERT_OK(Open(kPath, &meta_, Pool::New(1 << 20), &file));
  ASSERT_GE(file->LeafCount(), 3u);
  const uint64_t offset = file->LeafOffset(2);
  file.reset();
  bytes_[offset + 2000] = static_cast<char>(bytes_[offset + 2000] ^ 1);
  Put(bytes_);
  const Status s = ReadAll(&meta_);
  EXPECT_NE(s.message().find("offset " + std::to_string(offset) + ":"), std::string::npos)
      << s.ToString();
}

TEST_F(RunDamage, APageInTheWrongPlaceOrOfAnotherFileIsFound) {
  MakeFile();
  std::unique_ptr<RunFile> file;
  ASSERT_OK(Open(kPath, &meta_, Pool::New(1 << 20), &file));
  const uint64_t a = file->LeafOffset(0), b = file->LeafOffset(1);
  file.reset();
  std::string swapped = bytes_;
  swapped.replace(b, kPageSize, bytes_.substr(a, kPageSize));
  Put(swapped);
  EXPECT_TRUE(ReadAll(&meta_).IsCorruption());

  // The same entries in a file of another number: every page sound by itself.
  FileBuilderOptions options;
  options.number = 8;
  FileMeta other;
  ASSERT_OK(Build("/d/8", entries_, options, &other, {{"key1", "key2", 77}, {"a", "b", 78}}));
  std::string other_bytes;
  ASSERT_OK(ReadFileToString(&fs_, "/d/8", &other_bytes));
  std::string mixed = bytes_;
  mixed.replace(b, kPageSize, other_bytes.substr(b, kPageSize));
  Put(mixed);
  EXPECT_TRUE(ReadAll(&meta_).IsCorruption());
  Put(other_bytes);
  EXPECT_TRUE(ReadAll(&meta_).IsCorruption());  // not what the manifest describes
  EXPECT_TRUE(ReadAll(nullptr).ok());
}

TEST_F(RunDamage, CutFilesAreRefused) {
  MakeFile(Codec::kLz4);
  for (size_t size = 0; size < bytes_.size(); size += size < 200 ? 1 : 777) {
    Put(bytes_.substr(0, size));
    for (const FileMeta* meta : {(const FileMeta*)nullptr, (const FileMeta*)&meta_}) {
      const Status s = ReadAll(meta);
      ASSERT_TRUE(s.IsCorruption()) << size << s.ToString();
      EXPECT_NE(s.message().find(kPath), std::string::npos);
    }
  }
  // Cut while it is open.
  Put(bytes_);
  std::unique_ptr<RunFile> file;
  ASSERT_OK(Open(kPath, &meta_, Pool::New(1 << 20), &file));
  ASSERT_OK(fs_.Truncate(kPath, kPageSize));
  Visited visited;
  EXPECT_TRUE(file->Visit(entries_.back().key, kMaxSequence, {}, &Visited::Visitor, &visited)
                  .IsCorruption());
  EXPECT_TRUE(visited.entries.empty());
}

TEST_F(RunDamage, ForeignAndNewerFilesAreNamed) {
  MakeFile();
  Put(std::string(10000, 'x'));
  EXPECT_TRUE(ReadAll(nullptr).IsCorruption());

  std::string newer = bytes_;
  char* footer = newer.data() + newer.size() - run_format::kFooterSize;
  StoreFixed(footer + 8, run_format::kVersion + 1);
  StoreFixed(footer + 40, Hash64(footer, 40));
  Put(newer);
  const Status s = ReadAll(&meta_);
  EXPECT_TRUE(s.IsNotSupported());
  EXPECT_NE(s.message().find("version 3"), std::string::npos) << s.ToString();

  Put(bytes_);
  order_ = ReverseBytewiseComparator();
  const Status other = ReadAll(&meta_);
  EXPECT_TRUE(other.IsInvalidArgument());
  EXPECT_NE(other.message().find("rocksdb.ReverseBytewiseComparator"), std::string::npos);

  std::unique_ptr<RunFile> file;
  EXPECT_TRUE(Open("/d/missing", nullptr, Pool::New(0), &file).IsPathNotFound());
}

// Compressed bytes that verify but were forged: what they make is checked as well.
TEST_F(RunDamage, ForgedCompressedPagesDoNotLeadOutOfBounds) {
  for (const Codec codec : {Codec::kSnappy, Codec::kLz4, Codec::kZstd, Codec::kZlib}) {
    entries_.clear();
    MakeFile(codec);
    std::unique_ptr<RunFile> file;
    ASSERT_OK(Open(kPath, &meta_, Pool::New(1 << 20), &file));
    std::vector<std::pair<uint64_t, size_t>> leaves;
    for (size_t i = 0; i < file->LeafCount(); ++i) {
      if (file->StoredSize(i) != kPageSize) {
        leaves.emplace_back(file->LeafOffset(i), file->StoredSize(i));
      }
    }
    file.reset();
    ASSERT_FALSE(leaves.empty());
    Random random(23);
    size_t refused = 0;
    volatile uint64_t sink = 0;  // so that every byte is really read
    for (int round = 0; round < 400; ++round) {
      std::string forged = bytes_;
      const auto [offset, stored] = leaves[random.Uniform(leaves.size())];
      char* const at = forged.data() + offset;
      for (uint64_t n = 1 + random.Uniform(3); n > 0; --n) {
        at[8 + random.Uniform(stored - 8)] = static_cast<char>(random.Next());
      }
      StoreFixed(at, Hash64(at + 8, stored - 8, run_format::Seed(meta_.salt, offset)));
      Put(forged);
      ASSERT_OK(Open(kPath, &meta_, Pool::New(1 << 20), &file));
      for (const bool stream : {false, true}) {
        RunReadOptions options;
        options.stream = stream;
        auto it = file->NewIterator(options);
        uint64_t sum = 0;
        for (it->SeekToFirst(); it->Valid(); it->Next()) {
          for (const char c : it->key().view()) sum += static_cast<unsigned char>(c);
          for (const char c : it->value().view()) sum += static_cast<unsigned char>(c);
        }
        sink = sum;
        refused += it->status().ok() ? 0 : 1;
        if (!it->status().ok()) {
          EXPECT_TRUE(it->status().IsCorruption()) << it->status().ToString();
        }
      }
      file->VerifyChecksums().Ignore();
    }
    (void)sink;
    EXPECT_GT(refused, 30u) << static_cast<int>(codec);
  }
}

// Bytes that verify but were forged: the structure is checked as well.
TEST_F(RunDamage, ForgedPagesDoNotLeadOutOfBounds) {
  MakeFile();
  std::unique_ptr<RunFile> file;
  ASSERT_OK(Open(kPath, &meta_, Pool::New(1 << 20), &file));
  std::vector<uint64_t> leaves;
  for (size_t i = 0; i < file->LeafCount(); ++i) leaves.push_back(file->LeafOffset(i));
  file.reset();
  Random random(17);
  size_t refused = 0;
  volatile uint64_t sink = 0;  // so that every byte is really read
  for (int round = 0; round < 1000; ++round) {
    std::string forged = bytes_;
    const uint64_t offset = leaves[random.Uniform(leaves.size())];
    for (uint64_t n = 1 + random.Uniform(3); n > 0; --n) {
      const size_t at = 8 + random.Uniform(random.OneIn(2) ? 600 : kPageSize - 8);
      forged[offset + at] = static_cast<char>(random.Next());
    }
    StoreFixed(forged.data() + offset, Hash64(forged.data() + offset + 8, kPageSize - 8,
                                              run_format::Seed(meta_.salt, offset)));
    Put(forged);
    ASSERT_OK(Open(kPath, &meta_, Pool::New(1 << 20), &file));
    auto it = file->NewIterator({});
    uint64_t sum = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      for (const char c : it->key().view()) sum += static_cast<unsigned char>(c);
      for (const char c : it->value().view()) sum += static_cast<unsigned char>(c);
    }
    sink = sum;
    refused += it->status().ok() ? 0 : 1;
    for (size_t i = 0; i < entries_.size(); i += 20) {
      Visited visited;
      file->Visit(entries_[i].key, random.Next() & kMaxSequence, {}, &Visited::Visitor, &visited)
          .Ignore();
    }
    file->VerifyChecksums().Ignore();
  }
  (void)sink;
  EXPECT_GT(refused, 30u);
}

// Iterators keep the prefix in a buffer for the longest one that is ever written.
TEST(RunLeaf, APrefixLongerThanAnyThatIsWrittenIsRefused) {
  using namespace run_format;
  for (const size_t prefix : {kMaxPrefix, kMaxPrefix + 1}) {
    std::string page(kPageSize, '\0');
    StoreFixed<uint16_t>(page.data() + kLeafCount, 1);
    StoreFixed<uint16_t>(page.data() + kLeafPrefixSize, static_cast<uint16_t>(prefix));
    page[kLeafType] = kTypeLeaf;
    page[kLeafFlags] = kFlagHeads;
    const size_t slot = kLeafHead + PaddedPrefix(prefix) + 8;
    StoreFixed<uint16_t>(page.data() + slot, static_cast<uint16_t>(slot + 2));
    page[slot + 2] = static_cast<char>(EntryType::kPut);  // no key beyond the prefix, no value
    EXPECT_EQ(ValidateLeaf(page.data(), true, Codec::kNone, 0, kPageSize) == nullptr,
              prefix == kMaxPrefix);
  }
}

TEST_F(RunDamage, EveryReadThatFailsIsReported) {
  MakeFile();
  for (const SimEffect effect :
       {SimEffect::kError, SimEffect::kShort, SimEffect::kBitFlip, SimEffect::kMisdirect}) {
    for (const bool sticky : {false, true}) {
      uint64_t nth = 1;
      for (;; ++nth) {
        fs_.ClearFaults();
        SimFault fault;
        fault.io = kSimRead | kSimOpen;
        fault.effect = effect;
        fault.nth = nth;
        fault.sticky = sticky;
        const uint64_t faults = fs_.counters().faults;
        fs_.AddFault(fault);
        const Status s = ReadAll(&meta_, 0);  // reads again and again
        if (fs_.counters().faults == faults) {
          EXPECT_TRUE(s.ok()) << s.ToString();
          break;
        }
        if (!s.ok()) {
          EXPECT_TRUE(s.IsIOError() || s.IsCorruption()) << s.ToString();
          EXPECT_NE(s.message().find(kPath), std::string::npos) << s.ToString();
        } else {
          // A misdirected read may by chance return the right bytes; an error never goes by.
          EXPECT_NE(effect, SimEffect::kError) << nth;
        }
        if (HasFailure()) return;
        if (nth > 20) nth += 17;
      }
      EXPECT_GT(nth, 10u);
    }
  }
  fs_.ClearFaults();
}

TEST_F(RunDamage, EveryWriteThatFailsIsReported) {
  MakeFile();
  for (const SimEffect effect : {SimEffect::kError, SimEffect::kNoSpace, SimEffect::kShort}) {
    uint64_t nth = 1;
    for (;; ++nth) {
      fs_.ClearFaults();
      SimFault fault;
      fault.io = effect == SimEffect::kError ? kSimWrite | kSimSync : kSimWrite;
      fault.effect = effect;
      fault.nth = nth;
      const uint64_t faults = fs_.counters().faults;
      fs_.AddFault(fault);
      FileBuilderOptions options;
      options.number = 9;
      options.write_buffer_bytes = 16384;
      options.range_sync_bytes = 16384;
      FileMeta meta;
      const Status s = Build("/d/9", entries_, options, &meta);
      if (fs_.counters().faults == faults) {
        EXPECT_TRUE(s.ok()) << s.ToString();
        break;
      }
      EXPECT_TRUE(s.IsIOError()) << nth << s.ToString();
      fs_.ClearFaults();
      std::unique_ptr<RunFile> file;
      if (effect != SimEffect::kError) {
        EXPECT_FALSE(Open("/d/9", nullptr, Pool::New(0), &file).ok());
      }
    }
    EXPECT_GT(nth, 3u);
  }
  fs_.ClearFaults();
}

// The buffer, and the hashes of enough keys for several blocks.
TEST_F(RunDamage, EveryBlockOfMemoryThatIsRefusedIsReported) {
  std::vector<TestEntry> entries;
  for (int i = 0; i < 20000; ++i) {
    entries.push_back({std::to_string(100000 + i), PackTag(1, EntryType::kPut), "v"});
  }
  FileBuilderOptions options;
  options.number = 9;
  FileMeta meta;
  int64_t granted = 0;
  for (;; ++granted) {
    FailPageBlocksAfter(granted);
    const Status s = Build("/d/9", entries, options, &meta);
    FailPageBlocksAfter(-1);
    if (s.ok()) break;
    EXPECT_EQ(s.subcode(), Status::kMemoryLimit) << granted << s.ToString();
  }
  EXPECT_GE(granted, 4);
  EXPECT_GT(meta.filter_bytes, 0u);

  for (granted = 0;; ++granted) {
    std::unique_ptr<RunFile> file;
    FailPageBlocksAfter(granted);
    const Status s = Open("/d/9", nullptr, Pool::New(0), &file);
    FailPageBlocksAfter(-1);
    if (s.ok()) break;
    EXPECT_EQ(s.subcode(), Status::kMemoryLimit) << granted << s.ToString();
  }
  EXPECT_GE(granted, 5);  // filter, fences, heads, swips
}

TEST_F(RunDamage, VerificationCanBeTurnedOffForReadsButNotForStructure) {
  MakeFile();
  std::unique_ptr<RunFile> file;
  ASSERT_OK(Open(kPath, &meta_, Pool::New(1 << 20), &file));
  const uint64_t offset = file->LeafOffset(0);
  file.reset();
  bytes_[offset] = static_cast<char>(bytes_[offset] ^ 1);  // the sum itself
  Put(bytes_);
  ASSERT_OK(Open(kPath, &meta_, Pool::New(1 << 20), &file));
  Visited visited;
  RunReadOptions options;
  EXPECT_TRUE(file->Visit(entries_[0].key, kMaxSequence, options, &Visited::Visitor, &visited)
                  .IsCorruption());
  options.verify = false;
  EXPECT_TRUE(
      file->Visit(entries_[0].key, kMaxSequence, options, &Visited::Visitor, &visited).ok());
  EXPECT_EQ(visited.entries.size(), 1u);
}

}  // namespace
}  // namespace aether
