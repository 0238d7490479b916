// Random files against a sorted list of the same entries: every way of reading must agree.

#include <set>

#include "engine/run/run_test_util.h"

namespace aether {
namespace {

struct Shape {
  const char* name;
  size_t keys;
  size_t max_key;
  size_t max_value;
  size_t versions;
  int letters;
  size_t prefix;  // bytes that all keys begin with
};

// Sizes are skewed: most are small, some reach the maximum.
size_t Skewed(Random* random, size_t max) {
  if (max == 0) return 0;
  switch (random->Uniform(8)) {
    case 0:
      return random->Uniform(max + 1);
    case 1:
      return 0;
    default:
      return random->Uniform(std::min<size_t>(max, 40) + 1);
  }
}

std::vector<TestEntry> MakeEntries(Random* random, const Shape& shape, const Comparator* order) {
  std::vector<TestEntry> entries;
  const std::string prefix = RandomBytes(random, shape.prefix, 4);
  for (size_t i = 0; i < shape.keys; ++i) {
    const std::string key =
        prefix + RandomBytes(random, Skewed(random, shape.max_key), shape.letters);
    const size_t versions = 1 + random->Uniform(shape.versions);
    for (size_t v = 0; v < versions; ++v) {
      TestEntry e;
      e.key = key;
      const uint64_t type = random->Uniform(10);
      const bool deletes = type < 2;
      const uint64_t sequence =
          random->OneIn(50) ? random->Next() & kMaxSequence : random->Uniform(100000);
      e.tag = PackTag(sequence, type == 0   ? EntryType::kDelete
                                : type == 1 ? EntryType::kSingleDelete
                                : type == 2 ? EntryType::kMerge
                                            : EntryType::kPut);
      if (!deletes) {
        e.value = RandomBytes(random, Skewed(random, shape.max_value), random->OneIn(2) ? 256 : 2);
      }
      entries.push_back(std::move(e));
    }
  }
  SortEntries(order, &entries);
  return entries;
}

class RunProperty : public RunTest {
 protected:
  void ExpectAt(const RunIterator& it, size_t i) {
    if (i >= entries_.size()) {
      ASSERT_FALSE(it.Valid());
      ASSERT_OK(it.status());
      return;
    }
    ASSERT_TRUE(it.Valid()) << it.status().ToString();
    const TestEntry& e = entries_[i];
    ASSERT_EQ(it.key().ToString(), e.key) << i;
    ASSERT_EQ(it.tag(), e.tag) << i;
    ASSERT_EQ(it.ValueSize(), e.value.size());
    ASSERT_EQ(it.value().size(), e.value.size());
    ASSERT_TRUE(it.value() == Slice(e.value)) << i;
  }
  size_t LowerBound(Slice key, SequenceNumber sequence) const {
    size_t i = 0, high = entries_.size();
    while (i < high) {
      const size_t middle = (i + high) / 2;
      const TestEntry& e = entries_[middle];
      if (CompareEntries(order_, e.key, TagSequence(e.tag), key, sequence) < 0) {
        i = middle + 1;
      } else {
        high = middle;
      }
    }
    return i;
  }

  void Scan(const RunReadOptions& options) {
    auto it = file_->NewIterator(options);
    it->SeekToFirst();
    for (size_t i = 0; i <= entries_.size(); ++i) {
      ExpectAt(*it, i);
      if (HasFatalFailure()) return;
      if (it->Valid()) it->Next();
    }
    if (options.stream) return;
    it->SeekToLast();
    for (size_t i = entries_.size(); i-- > 0;) {
      ExpectAt(*it, i);
      if (HasFatalFailure()) return;
      it->Prev();
    }
    ASSERT_FALSE(it->Valid());
  }

  std::string ProbeKey(Random* random, const Shape& shape) {
    std::string key = entries_.empty() || random->OneIn(8)
                          ? RandomBytes(random, Skewed(random, shape.max_key), shape.letters)
                          : entries_[random->Uniform(entries_.size())].key;
    if (random->OneIn(6)) key.push_back('\0');
    if (random->OneIn(6) && !key.empty()) key.pop_back();
    if (random->OneIn(6) && !key.empty()) key.back() = static_cast<char>(key.back() + 1);
    return key;
  }

  void Probe(Random* random, const Shape& shape, int probes) {
    auto it = file_->NewIterator({});
    auto stream_options = RunReadOptions();
    stream_options.stream = true;
    auto stream = file_->NewIterator(stream_options);
    for (int n = 0; n < probes; ++n) {
      const std::string key = ProbeKey(random, shape);
      const SequenceNumber sequence =
          random->OneIn(3)   ? kMaxSequence
          : random->OneIn(3) ? 0
          : entries_.empty() ? 7
                             : TagSequence(entries_[random->Uniform(entries_.size())].tag);
      const size_t at = LowerBound(key, sequence);
      it->Seek(key, sequence);
      ExpectAt(*it, at);
      if (it->Valid() && random->OneIn(3)) {
        it->Next();
        ExpectAt(*it, at + 1);
      } else if (it->Valid() && random->OneIn(3)) {
        it->Prev();
        ExpectAt(*it, at == 0 ? SIZE_MAX : at - 1);
      }
      if (random->OneIn(10)) {
        stream->Seek(key, sequence);
        ExpectAt(*stream, at);
      }
      const bool exact = at < entries_.size() && TagSequence(entries_[at].tag) == sequence &&
                         CompareKeys(order_, entries_[at].key, key) == 0;
      it->SeekForPrev(key, sequence);
      ExpectAt(*it, exact ? at : at == 0 ? SIZE_MAX : at - 1);

      Visited visited;
      visited.limit = random->OneIn(3) ? 1 : SIZE_MAX;
      ASSERT_OK(file_->Visit(key, sequence, {}, &Visited::Visitor, &visited));
      size_t expected = 0;
      for (size_t i = at; i < entries_.size() && expected < visited.limit; ++i) {
        if (CompareKeys(order_, entries_[i].key, key) != 0) break;
        ASSERT_LT(expected, visited.entries.size());
        ASSERT_EQ(visited.entries[expected].tag, entries_[i].tag);
        ASSERT_EQ(visited.entries[expected].value, entries_[i].value);
        ASSERT_EQ(CompareKeys(order_, visited.entries[expected].key, key), 0);
        ++expected;
      }
      ASSERT_EQ(visited.entries.size(), expected) << "key of " << key.size();
      if (expected > 0) {
        ASSERT_TRUE(file_->MayContain(RunFile::KeyHash(key)));
      }
      if (HasFatalFailure()) return;
    }
  }

  void RunSeed(uint64_t seed, const Shape& shape, const Comparator* order, size_t capacity) {
    SCOPED_TRACE(std::string(shape.name) + ", seed " + std::to_string(seed) + ", pool " +
                 std::to_string(capacity) + ", " + order->Name());
    Random random(seed);
    order_ = order;
    entries_ = MakeEntries(&random, shape, order);
    FileBuilderOptions options;
    options.order = order;
    options.number = seed;
    options.page_fill = random.OneIn(4) ? 0.5 : 1.0;
    options.write_buffer_bytes = random.OneIn(2) ? 16384 : 1 << 20;
    options.filter_bits_per_key = random.OneIn(4) ? 0 : 10;
    options.compression.codec = static_cast<Codec>(random.Uniform(kCodecs));
    codecs_.insert(options.compression.codec);
    FileMeta meta;
    ASSERT_OK(Build("/d/1.sst", entries_, options, &meta));
    auto pool = Pool::New(capacity);
    ASSERT_OK(Open("/d/1.sst", &meta, pool, &file_, order));
    CheckMeta(meta);
    ASSERT_OK(file_->VerifyChecksums());
    Scan({});
    if (HasFatalFailure()) return;
    RunReadOptions stream;
    stream.stream = true;
    Scan(stream);
    RunReadOptions no_fill;
    no_fill.fill_cache = false;
    no_fill.readahead_bytes = 100000;
    Scan(no_fill);
    if (HasFatalFailure()) return;
    Probe(&random, shape, 300);
    file_.reset();
    EXPECT_EQ(pool->Usage(), 0u);
  }

  void CheckMeta(const FileMeta& meta) {
    ASSERT_EQ(meta.entries, entries_.size());
    uint64_t deletes = 0, merges = 0, keys = 0, values = 0;
    uint64_t smallest = UINT64_MAX, largest = 0;
    for (const TestEntry& e : entries_) {
      const EntryType type = TagType(e.tag);
      deletes += type == EntryType::kDelete || type == EntryType::kSingleDelete;
      merges += type == EntryType::kMerge;
      keys += e.key.size();
      values += e.value.size();
      smallest = std::min(smallest, TagSequence(e.tag));
      largest = std::max(largest, TagSequence(e.tag));
    }
    ASSERT_EQ(meta.deletes, deletes);
    ASSERT_EQ(meta.merges, merges);
    ASSERT_EQ(meta.raw_key_bytes, keys);
    ASSERT_EQ(meta.raw_value_bytes, values);
    if (!entries_.empty()) {
      ASSERT_EQ(meta.smallest, entries_.front().key);
      ASSERT_EQ(meta.largest, entries_.back().key);
      ASSERT_EQ(meta.smallest_sequence, smallest);
      ASSERT_EQ(meta.largest_sequence, largest);
    }
  }

  const Comparator* order_ = nullptr;
  std::vector<TestEntry> entries_;
  std::unique_ptr<RunFile> file_;
  std::set<Codec> codecs_;  // that RunSeed has met
};

constexpr Shape kShapes[] = {
    {"empty", 0, 10, 10, 1, 26, 0},
    {"one", 1, 10, 10, 1, 26, 0},
    {"tiny keys", 300, 3, 20, 10, 4, 0},
    {"ordinary", 3000, 30, 120, 3, 26, 0},
    {"shared prefix", 2000, 12, 60, 4, 256, 700},
    {"zero bytes", 500, 6, 8, 6, 1, 0},
    {"values around the inline limit", 500, 20, 2100, 3, 26, 4},
    {"large values", 60, 20, 300000, 3, 26, 0},
    {"large keys", 200, 20000, 100, 4, 3, 0},
    {"large keys with a prefix, large values", 60, 20000, 9000, 4, 3, 1500},
};

TEST_F(RunProperty, BytewiseOrder) {
  for (const Shape& shape : kShapes) {
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      for (const size_t capacity : {size_t{0}, size_t{40000}, size_t{64} << 20}) {
        RunSeed(seed, shape, BytewiseComparator(), capacity);
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_EQ(codecs_.size(), kCodecs);
}

TEST_F(RunProperty, OtherOrders) {
  static const CaselessComparator caseless;
  for (const Comparator* order : {ReverseBytewiseComparator(), (const Comparator*)&caseless}) {
    for (const Shape& shape : kShapes) {
      for (uint64_t seed = 10; seed <= 12; ++seed) {
        RunSeed(seed, shape, order, seed == 10 ? 0 : size_t{1} << 20);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST_F(RunProperty, AValueOfFiveMegabytesAndManyVersionsOfOneKey) {
  Random random(5);
  order_ = BytewiseComparator();
  for (uint64_t i = 0; i < 3000; ++i) {
    entries_.push_back({"k", PackTag(i + 1, EntryType::kPut), RandomBytes(&random, 50, 256)});
  }
  entries_.push_back({"a", PackTag(9, EntryType::kPut), RandomBytes(&random, 5 << 20, 256)});
  entries_.push_back({"z", PackTag(9, EntryType::kPut), RandomBytes(&random, 5 << 20, 256)});
  SortEntries(order_, &entries_);
  FileMeta meta;
  ASSERT_OK(Build("/d/1.sst", entries_, {}, &meta));
  for (const size_t capacity : {size_t{1} << 20, size_t{64} << 20}) {
    ASSERT_OK(Open("/d/1.sst", &meta, Pool::New(capacity), &file_));
    Scan({});
    for (SequenceNumber s = 0; s <= 3001; s += 61) {
      Visited visited;
      visited.limit = 5;
      ASSERT_OK(file_->Visit("k", s, {}, &Visited::Visitor, &visited));
      ASSERT_EQ(visited.entries.size(), std::min<size_t>(5, std::min<uint64_t>(s, 3000)));
      for (size_t i = 0; i < visited.entries.size(); ++i) {
        EXPECT_EQ(TagSequence(visited.entries[i].tag), std::min<uint64_t>(s, 3000) - i);
      }
    }
  }
}

TEST_F(RunProperty, APinnedValueOutlivesFileAndPressure) {
  Random random(3);
  for (uint64_t i = 0; i < 2000; ++i) {
    char key[24];
    snprintf(key, sizeof(key), "key%08d", static_cast<int>(i));
    entries_.push_back(
        {key, PackTag(i, EntryType::kPut), RandomBytes(&random, i % 50 == 0 ? 5000 : 100, 256)});
  }
  FileMeta meta;
  ASSERT_OK(Build("/d/1.sst", entries_, {}, &meta));
  auto pool = Pool::New(64 << 10);
  ASSERT_OK(Open("/d/1.sst", &meta, pool, &file_));
  Visited visited;
  visited.keep_pins = true;
  for (size_t i = 0; i < entries_.size(); i += 25) {
    ASSERT_OK(file_->Visit(entries_[i].key, kMaxSequence, {}, &Visited::Visitor, &visited));
  }
  auto it = file_->NewIterator({});
  it->Seek(entries_[50].key, kMaxSequence);
  ASSERT_TRUE(it->Valid());
  const Pin iterator_pin = it->PinValue();
  const Slice iterator_value = it->value();
  it.reset();
  Scan({});
  file_.reset();
  pool->SetCapacity(0);
  for (size_t i = 0; i < visited.entries.size(); ++i) {
    ASSERT_TRUE(visited.pinned[i] == Slice(visited.entries[i].value));
    ASSERT_EQ(visited.entries[i].value, entries_[i * 25].value);
  }
  EXPECT_TRUE(iterator_value == Slice(entries_[50].value));
}

TEST_F(RunProperty, ApproximateOffsetsAndSplitKeysFollowTheData) {
  Random random(8);
  for (uint64_t i = 0; i < 20000; ++i) {
    char key[24];
    snprintf(key, sizeof(key), "key%08d", static_cast<int>(i));
    entries_.push_back({key, PackTag(i, EntryType::kPut), RandomBytes(&random, 100, 256)});
  }
  FileMeta meta;
  ASSERT_OK(Build("/d/1.sst", entries_, {}, &meta));
  ASSERT_OK(Open("/d/1.sst", &meta, Pool::New(1 << 20), &file_));
  EXPECT_EQ(file_->ApproximateOffset("a"), 0u);
  EXPECT_EQ(file_->ApproximateOffset(""), 0u);
  EXPECT_EQ(file_->ApproximateOffset("z"), meta.data_bytes);
  for (size_t i = 0; i < entries_.size(); i += 100) {
    const double share = static_cast<double>(i) / static_cast<double>(entries_.size());
    const auto offset = static_cast<double>(file_->ApproximateOffset(entries_[i].key));
    EXPECT_NEAR(offset / static_cast<double>(meta.data_bytes), share, 0.01);
  }
  for (size_t part = 1; part < 4; ++part) {
    const std::string key = file_->SplitKey(part, 4);
    const auto offset = static_cast<double>(file_->ApproximateOffset(key));
    EXPECT_NEAR(offset / static_cast<double>(meta.data_bytes), static_cast<double>(part) / 4, 0.01);
  }
  EXPECT_EQ(file_->SplitKey(0, 4), "");
  EXPECT_EQ(file_->SplitKey(4, 4), "");
  // What the builder said the size would be is what it is.
  EXPECT_NEAR(static_cast<double>(meta.file_size), 20000 * 119.0, 20000 * 6.0);
}

TEST_F(RunProperty, FilterRateMatchesItsBits) {
  for (uint64_t i = 0; i < 20000; ++i) {
    char key[24];
    snprintf(key, sizeof(key), "key%08d", static_cast<int>(2 * i));
    entries_.push_back({key, PackTag(i, EntryType::kPut), "v"});
  }
  const struct {
    double bits;
    double rate;
  } cases[] = {{5, 0.11}, {10, 0.013}, {16, 0.002}};
  for (const auto& c : cases) {
    FileBuilderOptions options;
    options.filter_bits_per_key = c.bits;
    FileMeta meta;
    ASSERT_OK(Build("/d/1.sst", entries_, options, &meta));
    ASSERT_OK(Open("/d/1.sst", &meta, Pool::New(1 << 20), &file_));
    int wrong = 0;
    for (int i = 0; i < 20000; ++i) {
      char key[24];
      snprintf(key, sizeof(key), "key%08d", 2 * i + 1);
      file_->PrefetchFilter(RunFile::KeyHash(key));
      wrong += file_->MayContain(RunFile::KeyHash(key)) ? 1 : 0;
      ASSERT_TRUE(file_->MayContain(RunFile::KeyHash(entries_[static_cast<size_t>(i)].key)));
    }
    EXPECT_LT(wrong, 20000 * c.rate) << c.bits;
    EXPECT_GT(wrong, 20000 * c.rate / 8) << c.bits;
  }
}

TEST_F(RunProperty, RangeDeletesAnswerLikeAList) {
  static const CaselessComparator caseless;
  for (const Comparator* order : {BytewiseComparator(), (const Comparator*)&caseless}) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      Random random(seed);
      std::vector<RangeDelete> list;
      const size_t n = random.Uniform(60);
      for (size_t i = 0; i < n; ++i) {
        std::string a = RandomBytes(&random, 1 + random.Uniform(3), 5);
        std::string b = RandomBytes(&random, 1 + random.Uniform(3), 5);
        if (order->Compare(a, b) > 0) std::swap(a, b);
        list.push_back({a, b, 1 + random.Uniform(100)});
      }
      FileMeta meta;
      std::vector<TestEntry> points;
      if (seed % 2 == 0) points.push_back({"c", PackTag(50, EntryType::kPut), "v"});
      FileBuilderOptions options;
      options.order = order;
      ASSERT_OK(Build("/d/1.sst", points, options, &meta, list));
      ASSERT_OK(Open("/d/1.sst", &meta, Pool::New(1 << 20), &file_, order));
      list.erase(
          std::remove_if(list.begin(), list.end(),
                         [&](const RangeDelete& d) { return order->Compare(d.begin, d.end) >= 0; }),
          list.end());
      ASSERT_EQ(file_->RangeDeletes().size(), list.size());
      ASSERT_EQ(meta.range_deletes, list.size());
      for (int probe = 0; probe < 300; ++probe) {
        const std::string key = RandomBytes(&random, random.Uniform(4), 5);
        const SequenceNumber sequence = random.OneIn(4) ? kMaxSequence : random.Uniform(110);
        SequenceNumber best = 0;
        for (const RangeDelete& d : list) {
          if (d.sequence <= sequence && order->Compare(d.begin, key) <= 0 &&
              order->Compare(key, d.end) < 0) {
            best = std::max(best, d.sequence);
          }
        }
        ASSERT_EQ(file_->CoveringRangeDelete(key, sequence).sequence, best);
      }
      for (const RangeDelete& d : list) {
        EXPECT_LE(order->Compare(meta.smallest, d.begin), 0);
        EXPECT_GE(order->Compare(meta.largest, d.end), 0);
        EXPECT_LE(meta.smallest_sequence, d.sequence);
        EXPECT_GE(meta.largest_sequence, d.sequence);
      }
    }
  }
}

TEST_F(RunProperty, CacheOnlyReadsNeverTouchTheFile) {
  Random random(4);
  entries_ = MakeEntries(&random, kShapes[3], BytewiseComparator());
  FileMeta meta;
  ASSERT_OK(Build("/d/1.sst", entries_, {}, &meta));
  ASSERT_OK(Open("/d/1.sst", &meta, Pool::New(64 << 20), &file_));
  RunReadOptions cache_only;
  cache_only.cache_only = true;
  Visited visited;
  const Status s =
      file_->Visit(entries_[5].key, kMaxSequence, cache_only, &Visited::Visitor, &visited);
  EXPECT_EQ(s.code(), Status::kIncomplete);
  auto it = file_->NewIterator(cache_only);
  it->SeekToFirst();
  EXPECT_FALSE(it->Valid());
  EXPECT_EQ(it->status().code(), Status::kIncomplete);
  Scan({});
  RunReadCounters counters;
  cache_only.counters = &counters;
  ASSERT_OK(file_->Visit(entries_[5].key, kMaxSequence, cache_only, &Visited::Visitor, &visited));
  EXPECT_GE(visited.entries.size(), 1u);
  EXPECT_GE(counters.page_hits, 1u);
  EXPECT_EQ(counters.page_loads, 0u);
}

TEST_F(RunProperty, BuilderRefusesWhatIsOutOfOrder) {
  const auto put = [](uint64_t s) { return PackTag(s, EntryType::kPut); };
  const std::vector<std::vector<TestEntry>> wrong = {
      {{"b", put(1), ""}, {"a", put(2), ""}},
      {{"a", put(1), ""}, {"a", put(2), ""}},
      {{"a", put(1), ""}, {"a", put(1), ""}},
      {{"a", PackTag(1, EntryType::kRangeDelete), "b"}},
  };
  for (const auto& entries : wrong) {
    FileMeta meta;
    EXPECT_TRUE(Build("/d/1.sst", entries, {}, &meta).IsInvalidArgument());
  }
}

}  // namespace
}  // namespace aether
