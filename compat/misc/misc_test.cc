// Slices, cleanups, statuses, orders, prefixes and merge operators.

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/comparator.h"
#include "rocksdb/convenience.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/slice.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/status.h"
#include "rocksdb/utilities/table_properties_collectors.h"
#include "rocksdb/version.h"

namespace rocksdb {
namespace {

TEST(Slice, HexBothWays) {
  const std::string bytes("\x00\xff\x7a", 3);
  EXPECT_EQ(Slice(bytes).ToString(true), "00FF7A");
  std::string back;
  EXPECT_TRUE(Slice("00ff7A").DecodeHex(&back));
  EXPECT_EQ(back, bytes);
  EXPECT_FALSE(Slice("0").DecodeHex(&back));
  EXPECT_FALSE(Slice("0g").DecodeHex(&back));
}

TEST(Slice, PartsAreJoined) {
  const Slice parts[] = {"ab", "", "c"};
  std::string buffer;
  EXPECT_EQ(Slice(SliceParts(parts, 3), &buffer), "abc");
}

void Count(void* counter, void*) { ++*static_cast<int*>(counter); }

TEST(Cleanable, RunsEachFunctionOnceWhereverItWentTo) {
  int runs = 0;
  {
    Cleanable target;
    {
      Cleanable source;
      for (int i = 0; i < 3; ++i) source.RegisterCleanup(&Count, &runs, nullptr);
      source.DelegateCleanupsTo(&target);
      EXPECT_FALSE(source.HasCleanups());
    }
    EXPECT_EQ(runs, 0);
    Cleanable moved(std::move(target));
    EXPECT_EQ(runs, 0);
  }
  EXPECT_EQ(runs, 3);
}

TEST(Cleanable, SharedTargetRunsWithItsLastOwner) {
  int runs = 0;
  SharedCleanablePtr owner;
  owner.Allocate();
  owner->RegisterCleanup(&Count, &runs, nullptr);
  Cleanable reader;
  owner.RegisterCopyWith(&reader);
  owner.Reset();
  EXPECT_EQ(runs, 0);
  reader.Reset();
  EXPECT_EQ(runs, 1);
}

TEST(PinnableSlice, MovingKeepsPinsAndShortCopies) {
  int runs = 0;
  PinnableSlice pinned;
  pinned.PinSlice("value", &Count, &runs, nullptr);
  PinnableSlice moved(std::move(pinned));
  EXPECT_FALSE(pinned.IsPinned());
  EXPECT_TRUE(moved.IsPinned());
  EXPECT_EQ(moved, "value");
  moved.Reset();
  EXPECT_EQ(runs, 1);

  PinnableSlice own;
  own.PinSelf("short");
  PinnableSlice target(std::move(own));
  EXPECT_EQ(target, "short");
  EXPECT_EQ(target.data(), target.GetSelf()->data()) << "follows the buffer inside the object";
  target.remove_prefix(2);
  EXPECT_EQ(target, "ort");
}

TEST(Status, Texts) {
  EXPECT_EQ(Status::NotFound().ToString(), "NotFound: ");
  EXPECT_EQ(Status::NotFound("a", "b").ToString(), "NotFound: a: b");
  EXPECT_EQ(Status::NoSpace().ToString(), "IO error: No space left on device");
  EXPECT_EQ(Status::NoSpace("f", "d").ToString(), "IO error: No space left on device: f: d");
  EXPECT_EQ(Status::TxnNotPrepared().ToString(), "Invalid argument: Txn not prepared");
  EXPECT_EQ(Status::OkOverwritten().ToString(), "OK");
  EXPECT_EQ(Status::TryAgain().ToString(), "Operation failed. Try again.: ");
}

TEST(Status, CopiesAndMovesTheMessage) {
  Status a = Status::IOError("x");
  const Status b = a;
  EXPECT_EQ(b.ToString(), "IO error: x");
  const Status c = std::move(a);
  EXPECT_TRUE(a.ok());
  EXPECT_EQ(c.ToString(), "IO error: x");
  EXPECT_EQ(Status::NotFound(), Status::NotFound("x")) << "codes only";
  EXPECT_EQ(Status(b, Status::kFatalError).severity(), Status::kFatalError);
}

TEST(Comparator, SeparatorsStayBetween) {
  for (const Comparator* order : {BytewiseComparator(), ReverseBytewiseComparator()}) {
    const std::vector<std::string> keys = {"",     "a",    "abc",         "abd",       "abdz",
                                           "b",    "ba",   "abc\xff\xff", "abc\xff",   "\xff\xff",
                                           "\xff", "aa12", "aa13",        "aa1300000", "z"};
    for (const auto& low : keys) {
      for (const auto& high : keys) {
        if (order->Compare(low, high) >= 0) continue;
        std::string separator = low;
        order->FindShortestSeparator(&separator, high);
        EXPECT_LE(order->Compare(low, separator), 0) << low << " " << high;
        EXPECT_LT(order->Compare(separator, high), 0) << low << " " << high;
      }
      std::string successor = low;
      order->FindShortSuccessor(&successor);
      EXPECT_LE(order->Compare(low, successor), 0);
    }
  }
  std::string key = "abcdefghi";
  BytewiseComparator()->FindShortestSeparator(&key, "abzz");
  EXPECT_EQ(key, "abd");
  EXPECT_TRUE(BytewiseComparator()->IsSameLengthImmediateSuccessor("a\xff", Slice("b\0", 2)));
  EXPECT_FALSE(BytewiseComparator()->IsSameLengthImmediateSuccessor("ab", "ad"));
}

TEST(SliceTransform, NamesAndDomains) {
  std::shared_ptr<const SliceTransform> transform;
  ASSERT_TRUE(SliceTransform::CreateFromString(ConfigOptions(), "fixed:3", &transform).ok());
  EXPECT_EQ(transform->AsString(), "rocksdb.FixedPrefix.3");
  EXPECT_FALSE(transform->InDomain("ab"));
  EXPECT_EQ(transform->Transform("abcd"), "abc");
  ASSERT_TRUE(
      SliceTransform::CreateFromString(ConfigOptions(), "rocksdb.CappedPrefix.3", &transform).ok());
  EXPECT_TRUE(transform->InDomain("ab"));
  EXPECT_EQ(transform->Transform("ab"), "ab");
}

std::string FullMerge(const std::string& name, const Slice* existing,
                      const std::vector<Slice>& operands) {
  std::shared_ptr<MergeOperator> merge;
  EXPECT_TRUE(MergeOperator::CreateFromString(ConfigOptions(), name, &merge).ok());
  if (merge == nullptr) return "no " + name;
  std::string value;
  Slice chosen(nullptr, 0);
  MergeOperator::MergeOperationInput in("key", existing, operands, nullptr);
  MergeOperator::MergeOperationOutput out(value, chosen);
  if (!merge->FullMergeV2(in, &out)) return "failed";
  return chosen.data() != nullptr ? chosen.ToString() : value;
}

TEST(MergeOperators, ByName) {
  const Slice base("b");
  const std::vector<Slice> operands = {"x", "a"};
  for (const char* name : {"put", "put_v1"}) EXPECT_EQ(FullMerge(name, &base, operands), "a");
  EXPECT_EQ(FullMerge("max", &base, operands), "x");
  EXPECT_EQ(FullMerge("max", nullptr, {"a"}), "a");
  EXPECT_EQ(FullMerge("stringappend", &base, operands), "b,x,a");
  EXPECT_EQ(FullMerge("stringappend", nullptr, operands), "x,a");
  EXPECT_EQ(FullMerge("stringappendtest", &base, operands), "b,x,a");
  EXPECT_EQ(FullMerge("id=stringappend;delimiter=--", &base, operands), "b--x--a");
  const Slice one("\x01\0\0\0\0\0\0\0", 8);
  const Slice big("\xff\x01\0\0\0\0\0\0", 8);
  EXPECT_EQ(FullMerge("uint64add", &one, {big}), std::string("\0\x02\0\0\0\0\0\0", 8));
  EXPECT_EQ(FullMerge("uint64add", nullptr, {one, "short"}), one.ToString());
  EXPECT_EQ(FullMerge("bytesxor", &base, {"b"}), std::string(1, '\0'));
}

TEST(MergeOperators, PartialMergeOfSeveral) {
  std::shared_ptr<MergeOperator> merge;
  ASSERT_TRUE(MergeOperator::CreateFromString(ConfigOptions(), "stringappend", &merge).ok());
  std::string value;
  EXPECT_TRUE(merge->PartialMergeMulti("k", {"a", "b", "c"}, &value, nullptr));
  EXPECT_EQ(value, "a,b,c");
}

TEST(FileChecksum, Crc32cOfAKnownText) {
  auto generator =
      GetFileChecksumGenCrc32cFactory()->CreateFileChecksumGenerator(FileChecksumGenContext());
  generator->Update("a", 1);
  generator->Update("bc", 2);
  generator->Finalize();
  EXPECT_EQ(Slice(generator->GetChecksum()).ToString(true), "364B3FB7");
}

TEST(DeletionCollector, AsksForCompactionWhenAWindowIsFullOfDeletions) {
  auto factory = NewCompactOnDeletionCollectorFactory(128, 50, 0);
  std::unique_ptr<TablePropertiesCollector> collector(
      factory->CreateTablePropertiesCollector(TablePropertiesCollectorFactory::Context()));
  for (int i = 0; i < 400; ++i) {
    collector->AddUserKey("k", "", i % 4 == 0 ? kEntryDelete : kEntryPut, 1, 0)
        .PermitUncheckedError();
  }
  EXPECT_FALSE(collector->NeedCompact()) << "32 of 128";
  for (int i = 0; i < 40; ++i) {
    collector->AddUserKey("k", "", kEntryDelete, 1, 0).PermitUncheckedError();
  }
  EXPECT_TRUE(collector->NeedCompact());
}

TEST(Version, IsTheInterfaces) { EXPECT_EQ(GetRocksVersionAsString(true), "7.8.3"); }

}  // namespace
}  // namespace rocksdb
