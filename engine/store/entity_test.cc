// Entities: what reads of one value and of all columns show, and what flushes and merges keep.

#include "engine/base/entity.h"

#include "engine/base/coding.h"
#include "engine/store/store_fixture.h"

namespace aether {
namespace {

using Columns = std::vector<std::pair<std::string, std::string>>;

std::string Encode(const Columns& columns) {
  std::string entity;
  PutVarint(&entity, kEntityVersion);
  PutVarint(&entity, columns.size());
  for (const auto& [name, value] : columns) {
    PutLengthPrefixed(&entity, name);
    PutVarint(&entity, value.size());
  }
  for (const auto& column : columns) entity += column.second;
  return entity;
}

TEST(Entity, TheDefaultColumnComesFirst) {
  Slice value;
  EXPECT_EQ(DefaultColumn(Encode({}), &value), nullptr);
  EXPECT_TRUE(value.empty());
  EXPECT_EQ(DefaultColumn(Encode({{"a", "1"}}), &value), nullptr);
  EXPECT_TRUE(value.empty());
  const std::string entity = Encode({{"", "plain"}, {"a", "1"}});
  EXPECT_EQ(DefaultColumn(entity, &value), nullptr);
  EXPECT_EQ(value.ToString(), "plain");
}

TEST(Entity, DamageIsTold) {
  const std::string entity = Encode({{"", "plain"}, {"a", "1"}});
  Slice value;
  // Without the value of the last column the default one is still there.
  for (size_t n = 0; n + 1 < entity.size(); ++n) {
    EXPECT_NE(DefaultColumn(Slice(entity.data(), n), &value), nullptr) << n;
  }
  EXPECT_STREQ(DefaultColumn(std::string("\2\0", 2), &value), "Unsupported wide column version");
}

class EntityTest : public StoreTest {
 protected:
  void PutEntity(Slice key, const Columns& columns) { PutRaw(key, Encode(columns)); }
  void PutRaw(Slice key, Slice entity) {
    std::string body;
    AppendEntity(&body, 0, key, entity);
    Write(body);
  }
  void MergeOnto(Slice key, Slice operand) {
    std::string body;
    AppendMerge(&body, 0, key, operand);
    Write(body);
  }
  // "entity:" in front of a whole one.
  std::string GetWhole(Slice key) {
    ReadOptions options;
    options.whole_entities = true;
    PinnedValue value;
    const Status s = kv_->Get(options, key, &value);
    if (!s.ok()) return s.ToString();
    return (value.entity() ? "entity:" : "") + value.value().ToString();
  }
  void Compact() {
    CompactRangeOptions options;
    options.force_last_level = true;
    const Status s = kv_->CompactRange(options, nullptr, nullptr);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
};

TEST_F(EntityTest, ReadsShowOneColumnOrAll) {
  Open();
  const Columns small{{"", "one"}, {"a", "two"}};
  const Columns large{{"", std::string(3000, 'x')}, {"b", std::string(9000, 'y')}};
  const auto check = [&](const char* where) {
    SCOPED_TRACE(where);
    EXPECT_EQ(Get("small"), "one");
    EXPECT_EQ(Get("large"), large[0].second);
    EXPECT_EQ(Get("bare"), "");
    EXPECT_EQ(GetWhole("small"), "entity:" + Encode(small));
    EXPECT_EQ(GetWhole("large"), "entity:" + Encode(large));
    EXPECT_EQ(GetWhole("plain"), "value");
    const auto it = kv_->NewIterator(ReadOptions());
    std::string seen;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      seen += it->key().ToString() +
              (it->is_entity() ? "+" + std::to_string(it->entity().size()) : "-") + ":" +
              std::to_string(it->value().size()) + " ";
    }
    EXPECT_TRUE(it->status().ok());
    const std::string wanted = "bare+" + std::to_string(Encode({{"c", "3"}}).size()) + ":0 large+" +
                               std::to_string(Encode(large).size()) + ":3000 plain-:5 small+" +
                               std::to_string(Encode(small).size()) + ":3 ";
    EXPECT_EQ(seen, wanted);
    it->SeekToLast();
    EXPECT_EQ(it->entity().ToString(), Encode(small));
    it->Prev();
    EXPECT_FALSE(it->is_entity());
    it->Prev();
    EXPECT_EQ(it->value().ToString(), large[0].second);
    EXPECT_EQ(it->entity().ToString(), Encode(large));
  };
  PutEntity("small", small);
  PutEntity("large", large);
  PutEntity("bare", {{"c", "3"}});
  Put("plain", "value");
  check("in the memtable");
  Open();
  check("out of the log");
  ASSERT_TRUE(kv_->Flush(true).ok());
  check("in a run");
  Compact();
  check("merged");
  Open();
  check("reopened");
}

TEST_F(EntityTest, NewerWritesTakeItsPlace) {
  Open();
  PutEntity("a", {{"", "old"}});
  ASSERT_TRUE(kv_->Flush(true).ok());
  Put("a", "new");
  EXPECT_EQ(GetWhole("a"), "new");
  PutEntity("b", {{"", "1"}});
  Delete("b");
  EXPECT_EQ(Get("b"), "(none)");
  Put("c", "plain");
  PutEntity("c", {{"", "column"}});
  Compact();
  EXPECT_EQ(Get("a"), "new");
  EXPECT_EQ(Get("b"), "(none)");
  EXPECT_EQ(GetWhole("c"), "entity:" + Encode({{"", "column"}}));
}

TEST_F(EntityTest, OperandsOnTopAreRefusedAndKept) {
  Open();
  PutEntity("k", {{"", "base"}});
  MergeOnto("k", "+1");
  MergeOnto("other", "+1");
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Get("k"), "Not supported: Merge not supported for wide-column entities");
    const auto it = kv_->NewIterator(ReadOptions());
    it->SeekToFirst();
    EXPECT_EQ(it->status().code(), Status::kNotSupported);
    it->SeekToLast();
    EXPECT_EQ(it->value().ToString(), "+1");
    it->Prev();
    EXPECT_FALSE(it->Valid());
    EXPECT_EQ(it->status().code(), Status::kNotSupported);
    std::vector<std::string> operands;
    EXPECT_EQ(kv_->GetMergeOperands(ReadOptions(), "k", 9, &operands).code(),
              Status::kNotSupported);
    Compact();
  }
  Put("k", "plain");
  MergeOnto("k", "+2");
  Compact();
  EXPECT_EQ(Get("k"), "plain+2");
}

class CountingFilter final : public CompactionFilter {
 public:
  explicit CountingFilter(int* asked) : asked_(asked) {}
  Decision Filter(int, Slice, EntryType, Slice, std::string*, std::string*) override {
    ++*asked_;
    return Decision::kRemove;
  }

 private:
  int* const asked_;
};

class CountingFactory final : public CompactionFilterFactory {
 public:
  std::unique_ptr<CompactionFilter> Create(const Context&) override {
    return std::make_unique<CountingFilter>(&asked);
  }
  int asked = 0;
};

TEST_F(EntityTest, FiltersAreNotAsked) {
  const auto factory = std::make_shared<CountingFactory>();
  store_.filter_factory = factory;
  Open();
  PutEntity("entity", {{"", "1"}});
  Put("plain", "2");
  Compact();
  EXPECT_EQ(factory->asked, 1);
  EXPECT_EQ(Get("entity"), "1");
  EXPECT_EQ(Get("plain"), "(none)");
}

TEST_F(EntityTest, BlobFilesDoNotTakeThem) {
  store_.tree.blob.enabled = true;
  store_.tree.blob.min_size = 10;
  Open();
  const Columns columns{{"", std::string(5000, 'x')}, {"a", std::string(5000, 'y')}};
  PutEntity("entity", columns);
  Put("plain", std::string(5000, 'z'));
  ASSERT_TRUE(kv_->Flush(true).ok());
  Compact();
  ASSERT_EQ(kv_->BlobFiles().size(), 1u);
  EXPECT_EQ(kv_->BlobFiles()[0].value_count, 1u);
  EXPECT_EQ(GetWhole("entity"), "entity:" + Encode(columns));
  EXPECT_TRUE(kv_->VerifyChecksums().ok());
}

TEST_F(EntityTest, DamagedOnesAreCorruption) {
  Open();
  PutRaw("k", "\1\5");
  EXPECT_EQ(Get("k"), "Corruption: Error decoding wide column name");
  const auto it = kv_->NewIterator(ReadOptions());
  it->SeekToFirst();
  EXPECT_TRUE(it->status().IsCorruption());
  it->SeekToLast();
  EXPECT_FALSE(it->Valid());
  EXPECT_TRUE(it->status().IsCorruption());
}

}  // namespace
}  // namespace aether
