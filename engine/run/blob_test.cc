// Blob files, references to them in runs, and their values in memory.

#include <atomic>
#include <map>
#include <thread>

#include "engine/base/coding.h"
#include "engine/base/epoch.h"
#include "engine/run/blob_builder.h"
#include "engine/run/blob_format.h"
#include "engine/run/run_test_util.h"

namespace aether {
namespace {

constexpr char kGolden[] =
    "416574686572426c010000000000000005000000000000008ca7aa39aae9038ee8030000000000000000000000000"
    "00000000000000000006f1174f59959f962612076616c7565616e6f74686572416574686572426502000000000000"
    "000e000000000000008ca7aa39aae9038e000000000000000012784509a2914d90";
constexpr char kGoldenReference[] = "05470700c3a53b78b773fb50";

std::string Hex(Slice bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes.view()) {
    hex.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return hex;
}

class BlobTest : public RunTest {
 protected:
  static constexpr char kBlobPath[] = "/d/000005.blob";
  static constexpr char kRunPath[] = "/d/000006.sst";

  Status BuildBlob(uint64_t number, Codec codec, const std::vector<std::string>& values,
                   std::vector<BlobRef>* refs, BlobMeta* meta) {
    std::unique_ptr<WritableFile> file;
    const std::string path = PathOf(number);
    AETHER_RETURN_IF_ERROR(fs_.NewWritableFile(path, {}, &file));
    BlobBuilderOptions options;
    options.number = number;
    options.creation_time = 1000;
    options.codec = codec;
    BlobBuilder builder(options, std::move(file), path);
    for (const std::string& value : values) {
      refs->emplace_back();
      AETHER_RETURN_IF_ERROR(builder.Add(value, &refs->back()));
    }
    return builder.Finish(true, meta);
  }
  static std::string PathOf(uint64_t number) {
    return "/d/00000" + std::to_string(number) + ".blob";
  }
  std::shared_ptr<BlobFile> OpenBlob(const BlobMeta& meta) {
    return std::make_shared<BlobFile>(&fs_, PathOf(meta.number), meta, false);
  }

  // Entries of all kinds in one run; puts of 40 bytes and more stand in two blob files, in turns.
  void MakeRun(Codec codec) {
    Random random(5);
    std::vector<std::string> values[2];
    for (int i = 0; i < 400; ++i) {
      TestEntry entry;
      entry.key = "key" + std::to_string(1000 + i);
      if (i % 50 == 0) entry.key += RandomBytes(&random, 2000, 256);
      const EntryType type = i % 9 == 0   ? EntryType::kDelete
                             : i % 9 == 1 ? EntryType::kMerge
                                          : EntryType::kPut;
      entry.tag = PackTag(random.Uniform(5000), type);
      const size_t size = random.OneIn(10) ? 5000 : random.Uniform(200);
      entry.value = type == EntryType::kDelete ? "" : RandomBytes(&random, size, 4);
      entries_.push_back(entry);
      if (Separate(entry)) values[i % 2].push_back(entry.value);
    }
    std::vector<BlobRef> refs[2];
    for (uint64_t i = 0; i < 2; ++i) {
      blob_meta_.emplace_back();
      ASSERT_OK(BuildBlob(8 + i, codec, values[i], &refs[i], &blob_meta_[i]));
    }
    size_t next[2] = {0, 0};
    std::unique_ptr<WritableFile> file;
    ASSERT_OK(fs_.NewWritableFile(kRunPath, {}, &file));
    FileBuilderOptions options;
    options.number = 6;
    FileBuilder builder(options, std::move(file), kRunPath);
    for (size_t i = 0; i < entries_.size(); ++i) {
      const TestEntry& entry = entries_[i];
      if (Separate(entry)) {
        std::string reference;
        refs[i % 2][next[i % 2]++].EncodeTo(&reference);
        ASSERT_OK(builder.Add(entry.key, PackTag(TagSequence(entry.tag), EntryType::kPutReference),
                              reference));
      } else {
        ASSERT_OK(builder.Add(entry.key, entry.tag, entry.value));
      }
    }
    ASSERT_OK(builder.Finish(true, &meta_));
  }
  static bool Separate(const TestEntry& entry) {
    return TagType(entry.tag) == EntryType::kPut && entry.value.size() >= 40;
  }
  void OpenRun(size_t capacity) {
    pool_ = Pool::New(capacity);
    RunFileOptions options;
    for (const BlobMeta& meta : blob_meta_) options.blobs.push_back(OpenBlob(meta));
    options.blob_cache = std::make_shared<BlobCache>(pool_);
    ASSERT_OK(RunFile::Open(&fs_, kRunPath, &meta_, pool_, options, &run_));
  }
  void CheckEverything(const RunReadOptions& options) {
    auto it = run_->NewIterator(options);
    size_t n = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++n) {
      ASSERT_LT(n, entries_.size());
      ASSERT_EQ(it->key().ToString(), entries_[n].key);
      ASSERT_EQ(it->tag(), entries_[n].tag);
      ASSERT_EQ(it->ValueSize(), entries_[n].value.size());
      ASSERT_EQ(it->value().ToString(), entries_[n].value);
    }
    ASSERT_OK(it->status());
    ASSERT_EQ(n, entries_.size());
    for (it->SeekToLast(); it->Valid(); it->Prev()) {
      ASSERT_EQ(it->value().ToString(), entries_[--n].value);
    }
    ASSERT_EQ(n, 0u);
    for (const TestEntry& entry : entries_) {
      Visited visited;
      visited.keep_pins = true;
      ASSERT_OK(run_->Visit(entry.key, kMaxSequence, options, &Visited::Visitor, &visited));
      ASSERT_EQ(visited.entries.size(), 1u);
      ASSERT_EQ(visited.entries[0].tag, entry.tag);
      ASSERT_EQ(visited.pinned[0].ToString(), entry.value);
    }
  }

  std::vector<TestEntry> entries_;
  std::vector<BlobMeta> blob_meta_;
  FileMeta meta_;
  std::shared_ptr<Pool> pool_;
  std::unique_ptr<RunFile> run_;
};

TEST_F(BlobTest, GoldenBytes) {
  std::vector<BlobRef> refs;
  BlobMeta meta;
  ASSERT_OK(BuildBlob(5, Codec::kNone, {"a value", "another"}, &refs, &meta));
  std::string bytes;
  ASSERT_OK(ReadFileToString(&fs_, kBlobPath, &bytes));
  ASSERT_EQ(bytes.size(), meta.file_size);
  EXPECT_EQ(Hex(bytes), kGolden);
  std::string reference;
  refs[1].EncodeTo(&reference);
  EXPECT_EQ(Hex(reference), kGoldenReference);
  EXPECT_EQ(meta.count, 2u);
  EXPECT_EQ(meta.bytes, 14u);
}

TEST_F(BlobTest, ReferencesThatMakeNoSenseAreNotDecoded) {
  BlobRef ref;
  ref.file = 300;
  ref.offset = 70000;
  ref.stored = 200;
  ref.size = 900;
  ref.codec = Codec::kLz4;
  ref.checksum = 0x1122334455667788;
  std::string good;
  ref.EncodeTo(&good);
  BlobRef back;
  ASSERT_TRUE(back.DecodeFrom(good));
  EXPECT_EQ(back.file, 300u);
  EXPECT_EQ(back.offset, 70000u);
  EXPECT_EQ(back.stored, 200u);
  EXPECT_EQ(back.size, 900u);
  EXPECT_EQ(back.checksum, ref.checksum);
  for (size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(back.DecodeFrom(Slice(good.data(), n)));
  EXPECT_FALSE(back.DecodeFrom(good + "x"));
  const auto refused = [&](BlobRef bad) {
    std::string bytes;
    bad.EncodeTo(&bytes);
    return !back.DecodeFrom(bytes);
  };
  BlobRef bad = ref;
  bad.file = 0;
  EXPECT_TRUE(refused(bad));
  bad = ref;
  bad.stored = 0;
  EXPECT_TRUE(refused(bad));
  bad = ref;
  bad.stored = UINT64_MAX - 5;
  EXPECT_TRUE(refused(bad));
  bad = ref;
  bad.size = 200 * 255 + 65;  // more than lz4 can make of 200 bytes
  EXPECT_TRUE(refused(bad));
  bad = ref;
  bad.codec = static_cast<Codec>(kCodecs);
  EXPECT_TRUE(refused(bad));
}

TEST_F(BlobTest, ARunTakesNoReferenceThatIsNone) {
  std::unique_ptr<WritableFile> file;
  ASSERT_OK(fs_.NewWritableFile(kRunPath, {}, &file));
  FileBuilder builder({}, std::move(file), kRunPath);
  EXPECT_TRUE(
      builder.Add("k", PackTag(1, EntryType::kPutReference), "nonsense").IsInvalidArgument());
}

TEST_F(BlobTest, EveryCodecGivesTheValuesBack) {
  for (const Codec codec :
       {Codec::kNone, Codec::kSnappy, Codec::kLz4, Codec::kLz4Hc, Codec::kZstd, Codec::kZlib}) {
    entries_.clear();
    blob_meta_.clear();
    MakeRun(codec);
    OpenRun(8 << 20);
    CheckEverything({});
    uint64_t separate = 0;
    for (const TestEntry& entry : entries_) separate += Separate(entry) ? entry.value.size() : 0;
    const uint64_t stored = blob_meta_[0].bytes + blob_meta_[1].bytes;
    EXPECT_EQ(stored < separate / 10 * 9, codec != Codec::kNone);
    ASSERT_OK(run_->VerifyChecksums());
    run_.reset();
  }
}

TEST_F(BlobTest, TheRunSaysWhatItRefersTo) {
  MakeRun(Codec::kNone);
  ASSERT_EQ(meta_.blobs.size(), 2u);
  uint64_t separate = 0;
  uint64_t raw = 0;
  for (const TestEntry& entry : entries_) {
    separate += Separate(entry);
    raw += entry.value.size();
  }
  EXPECT_EQ(meta_.blobs[0].number, 8u);
  EXPECT_EQ(meta_.blobs[1].number, 9u);
  EXPECT_EQ(meta_.blobs[0].count + meta_.blobs[1].count, separate);
  EXPECT_EQ(meta_.blobs[0].bytes, blob_meta_[0].bytes);
  EXPECT_EQ(meta_.blobs[1].bytes, blob_meta_[1].bytes);
  EXPECT_EQ(meta_.raw_value_bytes, raw);
  std::string encoded;
  meta_.EncodeTo(&encoded);
  Slice input(encoded);
  FileMeta back;
  ASSERT_OK(back.DecodeFrom(&input));
  ASSERT_EQ(back.blobs.size(), 2u);
  EXPECT_EQ(back.blobs[1].bytes, meta_.blobs[1].bytes);
}

TEST_F(BlobTest, MergesSeeReferencesAndReadNothing) {
  MakeRun(Codec::kNone);
  OpenRun(8 << 20);
  RunReadOptions options;
  options.stream = true;
  options.references = true;
  auto it = run_->NewIterator(options);
  size_t n = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next(), ++n) {
    const bool reference = TagType(it->tag()) == EntryType::kPutReference;
    ASSERT_EQ(reference, Separate(entries_[n]));
    BlobRef ref;
    if (reference) {
      ASSERT_TRUE(ref.DecodeFrom(it->value()));
      ASSERT_EQ(ref.size, entries_[n].value.size());
    } else {
      ASSERT_EQ(it->value().ToString(), entries_[n].value);
    }
  }
  ASSERT_OK(it->status());
  EXPECT_EQ(n, entries_.size());
  EXPECT_EQ(pool_->Counters().loads, 0u);
}

TEST_F(BlobTest, ValuesStayInThePool) {
  MakeRun(Codec::kLz4);
  OpenRun(8 << 20);
  RunReadOptions cache_only;
  cache_only.cache_only = true;
  const auto visit = [&](const TestEntry& entry, const RunReadOptions& options) {
    Visited visited;
    return run_->Visit(entry.key, kMaxSequence, options, &Visited::Visitor, &visited);
  };
  const TestEntry& entry = *std::find_if(entries_.begin(), entries_.end(), Separate);
  RunReadOptions passing;
  passing.fill_cache = false;
  ASSERT_OK(visit(entry, {}));
  pool_->EvictAll();
  ASSERT_OK(visit(entry, passing));
  EXPECT_EQ(visit(entry, cache_only).code(), Status::kIncomplete);
  RunReadCounters counters;
  RunReadOptions counting;
  counting.counters = &counters;
  ASSERT_OK(visit(entry, counting));
  EXPECT_EQ(counters.page_loads, 1u);
  EXPECT_EQ(counters.blob_loads, 1u);
  ASSERT_OK(visit(entry, cache_only));
  const uint64_t loads = pool_->Counters().loads;
  ASSERT_OK(visit(entry, counting));
  EXPECT_EQ(pool_->Counters().loads, loads);
  EXPECT_EQ(counters.page_hits, 1u);
  EXPECT_EQ(counters.blob_hits, 1u);
  // A forged reference: the same place, another size.
  BlobFile blob(&fs_, PathOf(8), blob_meta_[0], false);
  BlobCache cache(pool_);
  BlobRef ref;
  ref.file = 8;
  ref.offset = blob_format::kHeaderSize;
  ref.stored = ref.size = 20;
  BlobCache::Options unchecked;
  unchecked.verify = false;
  EpochGuard guard;
  PageRef page;
  Slice value;
  bool loaded = false;
  ASSERT_OK(cache.Read(blob, ref, unchecked, &page, &value, &loaded));
  EXPECT_TRUE(loaded);
  ref.stored = ref.size = 21;
  EXPECT_TRUE(cache.Read(blob, ref, unchecked, &page, &value, &loaded).IsCorruption());
}

TEST_F(BlobTest, ASmallPoolIsEnough) {
  MakeRun(Codec::kNone);
  for (const size_t capacity : {size_t{0}, size_t{4096}, size_t{64} << 10}) {
    OpenRun(capacity);
    CheckEverything({});
    EXPECT_LE(pool_->Usage(), std::max(capacity, Pool::kReserveFrames * kPageSize));
    run_.reset();
  }
}

// More values than swips: they take each other's place, and pinned ones stay as they are.
TEST_F(BlobTest, ValuesShareSwips) {
  std::vector<std::string> values;
  Random random(9);
  for (int i = 0; i < 4000; ++i) values.push_back(RandomBytes(&random, 40, 256));
  std::vector<BlobRef> refs;
  BlobMeta meta;
  ASSERT_OK(BuildBlob(5, Codec::kNone, values, &refs, &meta));
  const auto blob = OpenBlob(meta);
  const auto pool = Pool::New(512 << 10);
  BlobCache cache(pool);
  std::vector<std::pair<Pin, Slice>> pinned;
  std::vector<size_t> pinned_index;
  uint64_t hits = 0;
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < values.size(); ++i) {
      EpochGuard guard;
      PageRef page;
      Slice value;
      bool loaded = false;
      ASSERT_OK(cache.Read(*blob, refs[i], {}, &page, &value, &loaded));
      ASSERT_EQ(value.ToString(), values[i]);
      hits += !loaded;
      if (round == 0 && i % 20 == 0) {
        pinned.emplace_back(std::move(page.pin), value);
        pinned_index.push_back(i);
      }
    }
  }
  EXPECT_GT(hits, 0u);
  for (size_t i = 0; i < pinned.size(); ++i) {
    EXPECT_EQ(pinned[i].second.ToString(), values[pinned_index[i]]);
  }
  pinned.clear();
  pool->EvictAll();
  EXPECT_EQ(pool->PinnedUsage(), 0u);
}

TEST_F(BlobTest, ManyReadersOfFewSwips) {
  std::vector<std::string> values;
  Random random(10);
  for (int i = 0; i < 1500; ++i)
    values.push_back(RandomBytes(&random, 1 + random.Uniform(300), 256));
  std::vector<BlobRef> refs;
  BlobMeta meta;
  ASSERT_OK(BuildBlob(5, Codec::kNone, values, &refs, &meta));
  const auto blob = OpenBlob(meta);
  const auto pool = Pool::New(100 << 10);
  BlobCache cache(pool);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Random mine(t);
      for (int i = 0; i < 20000; ++i) {
        const size_t at = mine.OneIn(2) ? mine.Uniform(50) : mine.Uniform(values.size());
        EpochGuard guard;
        PageRef page;
        Slice value;
        bool loaded = false;
        const Status s = cache.Read(*blob, refs[at], {}, &page, &value, &loaded);
        if (!s.ok() || value != Slice(values[at])) ++wrong;
      }
    });
  }
  threads.emplace_back([&] {
    for (int i = 0; i < 200; ++i) {
      pool->SetCapacity((i % 2 == 0 ? 20 : 100) << 10);
      std::this_thread::yield();
    }
  });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(BlobTest, AFlippedBitIsFoundWhereItMatters) {
  std::vector<std::string> values;
  for (int i = 0; i < 20; ++i) values.push_back(std::string(30, static_cast<char>('a' + i)));
  std::vector<BlobRef> refs;
  BlobMeta meta;
  ASSERT_OK(BuildBlob(5, Codec::kNone, values, &refs, &meta));
  std::string good;
  ASSERT_OK(ReadFileToString(&fs_, kBlobPath, &good));
  const auto read_all = [&] {
    const auto blob = OpenBlob(meta);
    AETHER_RETURN_IF_ERROR(blob->Verify());
    for (size_t i = 0; i < refs.size(); ++i) {
      std::string value(refs[i].size, '\0');
      AETHER_RETURN_IF_ERROR(blob->Read(refs[i], true, value.data()));
      EXPECT_EQ(value, values[i]);
    }
    return Status::OK();
  };
  const auto put = [&](const std::string& bytes) {
    ASSERT_OK(WriteStringToFileAtomically(&fs_, kBlobPath, bytes));
  };
  ASSERT_OK(read_all());
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    put(bad);
    const Status s = read_all();
    ASSERT_TRUE(s.IsCorruption()) << at << ": " << s.ToString();
    ASSERT_NE(s.message().find(kBlobPath), std::string::npos) << s.ToString();
    ASSERT_NE(s.message().find("offset "), std::string::npos) << s.ToString();
  }
  for (const size_t size : {size_t{0}, size_t{63}, size_t{200}, good.size() - 1}) {
    put(good.substr(0, size));
    ASSERT_TRUE(read_all().IsCorruption()) << size;
    BlobMeta found;
    ASSERT_FALSE(BlobFile::ReadMeta(&fs_, kBlobPath, &found).ok()) << size;
  }
  put(good);
  BlobMeta found;
  ASSERT_OK(BlobFile::ReadMeta(&fs_, kBlobPath, &found));
  EXPECT_EQ(found.count, meta.count);
  EXPECT_EQ(found.bytes, meta.bytes);
  EXPECT_EQ(found.salt, meta.salt);
  EXPECT_EQ(found.file_size, meta.file_size);
}

TEST_F(BlobTest, AnotherFileUnderTheNameIsFound) {
  std::vector<BlobRef> refs;
  BlobMeta meta;
  ASSERT_OK(BuildBlob(5, Codec::kNone, {"the value"}, &refs, &meta));
  BlobMeta other = meta;
  other.salt ^= 1;
  EXPECT_TRUE(OpenBlob(other)->Check().IsCorruption());
  BlobMeta shorter = meta;
  shorter.file_size -= 1;
  EXPECT_TRUE(OpenBlob(shorter)->Check().IsCorruption());
  BlobRef beyond = refs[0];
  beyond.offset = meta.file_size - 4;
  EXPECT_TRUE(OpenBlob(meta)->CheckPlace(beyond).IsCorruption());
  EXPECT_TRUE(OpenBlob(meta)->CheckPlace(refs[0]).ok());
}

}  // namespace
}  // namespace aether
