#include "engine/commit/batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace aether {
namespace {

std::string Error(const std::string& body, std::optional<uint32_t> count = kAnyCount) {
  BatchFacts facts;
  Status s = ValidateBatch(body, count, nullptr, &facts);
  return s.ok() ? "" : s.ToString();
}

TEST(Batch, BytesAreThoseOfTheWireFormat) {
  std::string body;
  AppendPut(&body, 0, "k", "v");
  EXPECT_EQ(body, std::string("\x01\x01k\x01v", 5));
  body.clear();
  AppendPut(&body, 1, "k", "v");
  EXPECT_EQ(body, std::string("\x05\x01\x01k\x01v", 6));
  body.clear();
  AppendDelete(&body, 0, "k");
  EXPECT_EQ(body, std::string("\x00\x01k", 3));
  body.clear();
  AppendDelete(&body, 1, "k");
  EXPECT_EQ(body, std::string("\x04\x01\x01k", 4));
  body.clear();
  AppendSingleDelete(&body, 0, "k");
  EXPECT_EQ(body, std::string("\x07\x01k", 3));
  body.clear();
  AppendSingleDelete(&body, 300, "k");
  EXPECT_EQ(body, std::string("\x08\xac\x02\x01k", 5));
  body.clear();
  AppendMerge(&body, 0, "k", "v");
  EXPECT_EQ(body, std::string("\x02\x01k\x01v", 5));
  body.clear();
  AppendRangeDelete(&body, 0, "a", "z");
  EXPECT_EQ(body, std::string("\x0f\x01"
                              "a\x01z",
                              5));
  body.clear();
  AppendRangeDelete(&body, 1, "a", "z");
  EXPECT_EQ(body, std::string("\x0e\x01\x01"
                              "a\x01z",
                              6));
  body.clear();
  AppendLogData(&body, "blob");
  EXPECT_EQ(body, std::string("\x03\x04"
                              "blob",
                              6));
}

TEST(Batch, FactsCountWhatUsesNumbers) {
  std::string body;
  AppendPut(&body, 0, "key", "value");
  AppendLogData(&body, "blob");
  body.push_back('\x0d');
  AppendDelete(&body, 7, "gone");
  AppendRangeDelete(&body, 7, "a", "b");
  AppendMerge(&body, 0, "m", "1");
  BatchFacts facts;
  ASSERT_TRUE(ValidateBatch(body, 4, nullptr, &facts).ok());
  EXPECT_EQ(facts.count, 4u);
  EXPECT_EQ(facts.entry_bytes, 8u + 4u + 2u + 2u);
  ASSERT_EQ(facts.family_count, 2u);
  EXPECT_EQ(facts.families[0].family, 0u);
  EXPECT_EQ(facts.families[0].entries, 2u);
  EXPECT_EQ(facts.families[1].family, 7u);
  EXPECT_EQ(facts.families[1].entries, 2u);
  EXPECT_EQ(facts.families[1].range_deletes, 1u);
  EXPECT_TRUE(facts.has_put && facts.has_merge && facts.has_delete && facts.has_range_delete);
  EXPECT_FALSE(facts.has_single_delete);
}

TEST(Batch, FactsTellTheUseOfEveryFamily) {
  constexpr uint32_t kMany = 40;
  std::string body;
  // In no order, and each met again after all the others.
  for (uint32_t i = 0; i < 2 * kMany; ++i) AppendPut(&body, i * 7 % kMany, "key", "value");
  BatchFacts facts;
  ASSERT_TRUE(ValidateBatch(body, 2 * kMany, nullptr, &facts).ok());
  std::set<uint32_t> seen;
  const auto check = [&](const BatchFacts::FamilyUse& use) {
    EXPECT_TRUE(seen.insert(use.family).second);
    EXPECT_EQ(use.entries, 2u);
    EXPECT_EQ(use.bytes, 16u);
  };
  std::for_each(facts.families, facts.families + facts.family_count, check);
  std::for_each(facts.more_families.begin(), facts.more_families.end(), check);
  EXPECT_EQ(seen.size(), kMany);
}

TEST(Batch, WrongCountIsCorruption) {
  std::string body;
  AppendPut(&body, 0, "k", "v");
  EXPECT_EQ(Error(body, 1), "");
  EXPECT_EQ(Error(body, 0), "Corruption: WriteBatch has wrong count");
  EXPECT_EQ(Error(body, 2), "Corruption: WriteBatch has wrong count");
  EXPECT_EQ(Error(body, UINT32_MAX), "Corruption: WriteBatch has wrong count");
}

TEST(Batch, EveryTruncationNamesItsKind) {
  struct Case {
    std::string body;
    std::string error;
  };
  std::vector<Case> cases(5);
  AppendPut(&cases[0].body, 3, "key", "value");
  cases[0].error = "Corruption: bad WriteBatch Put";
  AppendDelete(&cases[1].body, 3, "key");
  cases[1].error = "Corruption: bad WriteBatch Delete";
  AppendMerge(&cases[2].body, 3, "key", "value");
  cases[2].error = "Corruption: bad WriteBatch Merge";
  AppendRangeDelete(&cases[3].body, 3, "key", "value");
  cases[3].error = "Corruption: bad WriteBatch DeleteRange";
  AppendLogData(&cases[4].body, "blob");
  cases[4].error = "Corruption: bad WriteBatch Blob";
  for (const Case& c : cases) {
    for (size_t n = 1; n < c.body.size(); ++n) EXPECT_EQ(Error(c.body.substr(0, n)), c.error) << n;
  }
}

TEST(Batch, EveryOtherTagIsUnknown) {
  for (int tag = 0; tag < 256; ++tag) {
    const bool known = tag <= 0x17 && tag != 0x14;
    const std::string error = Error(std::string(1, static_cast<char>(tag)) + std::string(40, '\0'));
    EXPECT_EQ(error == "Corruption: unknown WriteBatch tag", !known) << tag;
  }
}

TEST(Batch, WellFormedKindsWithoutSupportAreRefusedByName) {
  EXPECT_EQ(Error(std::string("\x09", 1)), "Not supported: WriteBatch record BeginPrepare");
  EXPECT_EQ(Error(std::string("\x0b\x01x", 3)), "Not supported: WriteBatch record Commit");
  EXPECT_EQ(Error(std::string("\x11\x01k\x01v", 5)), "Not supported: WriteBatch record BlobIndex");
}

TEST(Batch, EntitiesAreEntriesOfTheirOwnType) {
  std::string body;
  AppendEntity(&body, 0, "k", "v");
  AppendEntity(&body, 5, "k", "v");
  EXPECT_EQ(body, std::string("\x16\x01k\x01v\x17\x05\x01k\x01v", 11));
  BatchFacts facts;
  EXPECT_TRUE(ValidateBatch(body, 2, nullptr, &facts).ok());
  EXPECT_TRUE(facts.has_put);
  BatchReader reader(body);
  BatchRecord record;
  ASSERT_TRUE(reader.Next(&record));
  EXPECT_EQ(record.type(), EntryType::kEntity);
  ASSERT_TRUE(reader.Next(&record));
  EXPECT_EQ(record.family, 5u);
}

class OnlyFamilyZero : public FamilyPredicate {
 public:
  Status CheckFamily(uint32_t family) const override {
    return family == 0 ? Status::OK() : Status::InvalidArgument("no such family");
  }
  Status CheckRecord(const BatchRecord& record) const override {
    return record.kind == BatchTag::kMerge ? Status::InvalidArgument("no merge operator")
                                           : Status::OK();
  }
};

TEST(Batch, PredicateIsAskedBeforeAnythingHappens) {
  OnlyFamilyZero predicate;
  BatchFacts facts;
  std::string body;
  AppendPut(&body, 0, "k", "v");
  EXPECT_TRUE(ValidateBatch(body, kAnyCount, &predicate, &facts).ok());
  std::string merge = body;
  AppendMerge(&merge, 0, "k", "v");
  EXPECT_TRUE(ValidateBatch(merge, kAnyCount, &predicate, &facts).IsInvalidArgument());
  AppendPut(&body, 1, "k", "v");
  EXPECT_TRUE(ValidateBatch(body, kAnyCount, &predicate, &facts).IsInvalidArgument());
}

}  // namespace
}  // namespace aether
