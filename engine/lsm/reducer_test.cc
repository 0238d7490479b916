#include "engine/lsm/reducer.h"

#include <gtest/gtest.h>

#include "engine/memtable/memtable.h"

namespace aether {
namespace {

class Append final : public MergeOperator {
 public:
  const char* Name() const override { return "append"; }
  bool FullMerge(Slice, const Slice* existing, const std::vector<Slice>& operands,
                 std::string* result) const override {
    if (existing != nullptr) *result = existing->ToString();
    for (const Slice operand : operands) *result += operand.ToString();
    return true;
  }
};

class ReducerTest : public ::testing::Test {
 protected:
  void Add(SequenceNumber sequence, EntryType type, Slice key, Slice value = Slice()) {
    table_->Prepare(1, key.size() + value.size());
    table_->Insert(sequence, type, key, value, nullptr);
  }
  // "key@sequence type value" of what is left, separated by commas.
  std::string Reduce() {
    ReducerOptions options;
    options.order = BytewiseComparator();
    options.snapshots = snapshots_;
    options.merge_operator = &append_;
    options.filter = filter_;
    RangeDeleteSet deletes(BytewiseComparator(), deletes_);
    options.range_deletes = &deletes;
    options.older_data_exists = [this](Slice) { return older_; };
    options.read_reference = [this](Slice reference, std::string* value) {
      ++values_read_;
      *value = "value of " + reference.ToString();
      return Status::OK();
    };
    Reducer reducer(std::move(options));
    const auto input = table_->NewIterator();
    std::string text;
    const auto sink = [&](Slice key, uint64_t tag, Slice value) {
      if (!text.empty()) text += ",";
      text += key.ToString() + "@" + std::to_string(TagSequence(tag));
      switch (TagType(tag)) {
        case EntryType::kPut:
          text += "=";
          break;
        case EntryType::kPutReference:
          text += "=>";
          break;
        case EntryType::kMerge:
          text += "+";
          break;
        default:
          text += "-";
      }
      text += value.ToString();
      return Status::OK();
    };
    for (input->SeekToFirst(); input->Valid();) {
      EXPECT_TRUE(reducer.ReduceKey(input.get(), sink).ok());
    }
    return text;
  }

  Append append_;
  std::unique_ptr<MemTable> table_ = NewMemTable(MemTableKind::kRax, BytewiseComparator());
  std::vector<SequenceNumber> snapshots_;
  std::vector<RangeDelete> deletes_;
  CompactionFilter* filter_ = nullptr;
  bool older_ = false;
  int values_read_ = 0;
};

TEST_F(ReducerTest, OldVersionsGo) {
  Add(1, EntryType::kPut, "a", "1");
  Add(2, EntryType::kPut, "a", "2");
  Add(3, EntryType::kPut, "b", "3");
  EXPECT_EQ(Reduce(), "a@2=2,b@3=3");
}

TEST_F(ReducerTest, SnapshotsKeepOnePerStripe) {
  for (SequenceNumber i = 1; i <= 6; ++i) Add(i, EntryType::kPut, "a", std::to_string(i));
  snapshots_ = {2, 4};
  EXPECT_EQ(Reduce(), "a@6=6,a@4=4,a@2=2");
}

TEST_F(ReducerTest, TombstonesStayWhileOlderDataMayExist) {
  Add(1, EntryType::kPut, "a", "1");
  Add(2, EntryType::kDelete, "a");
  older_ = true;
  EXPECT_EQ(Reduce(), "a@2-");
  older_ = false;
  EXPECT_EQ(Reduce(), "");
  snapshots_ = {1};
  EXPECT_EQ(Reduce(), "a@2-,a@1=1");
}

TEST_F(ReducerTest, OperandsFoldIntoWhatLiesBelow) {
  Add(1, EntryType::kPut, "a", "x");
  Add(2, EntryType::kMerge, "a", "y");
  Add(3, EntryType::kMerge, "a", "z");
  Add(4, EntryType::kDelete, "b");
  Add(5, EntryType::kMerge, "b", "q");
  EXPECT_EQ(Reduce(), "a@3=xyz,b@5=q");
}

TEST_F(ReducerTest, OperandsStayWhileTheirBaseMayLieElsewhere) {
  Add(2, EntryType::kMerge, "a", "y");
  Add(3, EntryType::kMerge, "a", "z");
  older_ = true;
  EXPECT_EQ(Reduce(), "a@3+z,a@2+y");
  older_ = false;
  EXPECT_EQ(Reduce(), "a@3=yz");
  snapshots_ = {2};
  EXPECT_EQ(Reduce(), "a@3+z,a@2=y");
}

TEST_F(ReducerTest, RangeDeletesHideOlderEntriesOfTheirStripe) {
  Add(1, EntryType::kPut, "a", "1");
  Add(2, EntryType::kPut, "b", "2");
  Add(6, EntryType::kPut, "b", "6");
  Add(7, EntryType::kMerge, "c", "m");
  Add(3, EntryType::kPut, "c", "3");
  deletes_ = {{"a", "z", 5}};
  EXPECT_EQ(Reduce(), "b@6=6,c@7=m");
  snapshots_ = {3};
  EXPECT_EQ(Reduce(), "a@1=1,b@6=6,b@2=2,c@7+m,c@3=3");
}

TEST_F(ReducerTest, FiltersSeeTheNewestAndOnlyThat) {
  class DropB final : public CompactionFilter {
   public:
    Decision Filter(int, Slice key, EntryType, Slice value, std::string* changed,
                    std::string*) override {
      if (key == Slice("b")) return Decision::kRemove;
      *changed = value.ToString() + "!";
      return Decision::kChangeValue;
    }
  } filter;
  filter_ = &filter;
  Add(1, EntryType::kPut, "a", "1");
  Add(2, EntryType::kPut, "b", "2");
  EXPECT_EQ(Reduce(), "a@1=1!");
  older_ = true;
  EXPECT_EQ(Reduce(), "a@1=1!,b@2-");
}

TEST_F(ReducerTest, ReferencesPassUnread) {
  Add(1, EntryType::kPutReference, "a", "r1");
  Add(2, EntryType::kPutReference, "a", "r2");
  Add(3, EntryType::kDelete, "b");
  Add(2, EntryType::kPutReference, "b", "r3");
  EXPECT_EQ(Reduce(), "a@2=>r2");
  EXPECT_EQ(values_read_, 0);
}

TEST_F(ReducerTest, OperandsGetTheValueOfAReference) {
  Add(1, EntryType::kPutReference, "a", "r");
  Add(2, EntryType::kMerge, "a", "x");
  EXPECT_EQ(Reduce(), "a@2=value of rx");
  EXPECT_EQ(values_read_, 1);
  snapshots_ = {1};
  EXPECT_EQ(Reduce(), "a@2+x,a@1=>r");
  EXPECT_EQ(values_read_, 1);
}

class ChangeB final : public CompactionFilter {
 public:
  Decision Filter(int, Slice, EntryType type, Slice value, std::string* new_value,
                  std::string*) override {
    EXPECT_EQ(type, EntryType::kPut);
    *new_value = "changed " + value.ToString();
    return Decision::kChangeValue;
  }
  bool FilterKey(int, Slice key, Decision* decision, std::string*, std::string*) override {
    *decision = key == Slice("c") ? Decision::kRemove : Decision::kKeep;
    return key != Slice("b");
  }
};

TEST_F(ReducerTest, AFilterIsAskedAboutTheKeyOfAReferenceFirst) {
  ChangeB filter;
  filter_ = &filter;
  Add(1, EntryType::kPutReference, "a", "r");
  Add(1, EntryType::kPutReference, "b", "r");
  Add(1, EntryType::kPutReference, "c", "r");
  Add(1, EntryType::kPut, "d", "v");
  EXPECT_EQ(Reduce(), "a@1=>r,b@1=changed value of r,d@1=changed v");
  EXPECT_EQ(values_read_, 1);
}

}  // namespace
}  // namespace aether
