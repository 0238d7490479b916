#include <gtest/gtest.h>

#include <thread>

#include "engine/base/checksum.h"
#include "engine/base/coding.h"
#include "engine/base/comparator.h"
#include "engine/base/entry.h"
#include "engine/base/epoch.h"
#include "engine/base/random.h"
#include "engine/base/status.h"

namespace aether {
namespace {

TEST(Crc32cTest, KnownValues) {
  EXPECT_EQ(Crc32c("123456789", 9), 0xe3069283u);
  const std::string zeros(32, '\0');
  EXPECT_EQ(Crc32c(zeros.data(), zeros.size()), 0x8a9136aau);
}

TEST(Crc32cTest, HardwareAndTableAgreeAndExtend) {
  Random random(301);
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes.push_back(static_cast<char>(random.Next()));
  for (size_t n : {0u, 1u, 7u, 8u, 9u, 63u, 1000u}) {
    EXPECT_EQ(Crc32c(bytes.data(), n), ExtendCrc32cPortable(0, bytes.data(), n));
    EXPECT_EQ(ExtendCrc32c(Crc32c(bytes.data(), n / 2), bytes.data() + n / 2, n - n / 2),
              Crc32c(bytes.data(), n));
  }
}

// Only a build for fuzzers lets others pass.
TEST(ChecksumTest, PassesWhenEqual) {
  EXPECT_TRUE(ChecksumPasses(7, 7));
  EXPECT_FALSE(ChecksumPasses(7, 8));
}

TEST(CodingTest, VarintsRoundTripAndRefuseTruncation) {
  for (uint64_t v : {uint64_t{0}, uint64_t{127}, uint64_t{128}, uint64_t{1} << 32, UINT64_MAX}) {
    std::string s;
    PutVarint(&s, v);
    EXPECT_EQ(s.size(), static_cast<size_t>(VarintLength(v)));
    Slice in(s);
    uint64_t back = 1;
    ASSERT_TRUE(GetVarint64(&in, &back));
    EXPECT_EQ(back, v);
    EXPECT_TRUE(in.empty());
    Slice cut(s.data(), s.size() - 1);
    EXPECT_FALSE(GetVarint64(&cut, &back));
    uint32_t narrow = 0;
    Slice again(s);
    EXPECT_EQ(GetVarint32(&again, &narrow), s.size() <= kMaxVarint32Bytes);
  }
}

TEST(CodingTest, OverlongVarintsAreRefused) {
  const std::string overlong(11, '\x80');
  Slice in(overlong);
  uint64_t v = 0;
  EXPECT_FALSE(GetVarint64(&in, &v));
  uint32_t narrow = 0;
  Slice six("\xff\xff\xff\xff\xff\x01");
  EXPECT_FALSE(GetVarint32(&six, &narrow));
}

// The values are those of RocksDB's GetVarint32PtrFallback.
TEST(CodingTest, BitsBeyondTheThirtySecondAreDropped) {
  for (const auto& [bytes, wanted] :
       {std::pair<const char*, uint32_t>{"\xff\xff\xff\xff\x1f", UINT32_MAX},
        {"\xff\xff\xff\xff\x7f", UINT32_MAX},
        {"\x81\x80\x80\x80\x10", 1}}) {
    Slice in(bytes);
    uint32_t value = 0;
    ASSERT_TRUE(GetVarint32(&in, &value));
    EXPECT_EQ(value, wanted);
    EXPECT_TRUE(in.empty());
  }
}

TEST(ComparatorTest, OrderIsThatOfUnsignedBytes) {
  EXPECT_LT(BytewiseComparator()->Compare("a", "\xff"), 0);
  EXPECT_LT(BytewiseComparator()->Compare("", "a"), 0);
  EXPECT_GT(ReverseBytewiseComparator()->Compare("a", "b"), 0);
  EXPECT_LT(CompareEntries(BytewiseComparator(), "k", 9, "k", 3), 0);
}

TEST(StatusTest, TextNamesCodeAndContext) {
  EXPECT_TRUE(Status::OK().ok());
  const Status s = Status::NoSpace("write").WithContext("/db/1.log");
  EXPECT_TRUE(s.IsNoSpace());
  EXPECT_EQ(s.ToString(), "IO error: No space left on device: /db/1.log: write");
}

TEST(EpochTest, ObjectsOutliveGuardsThatSawThem) {
  static std::atomic<int> freed{0};
  freed = 0;
  std::atomic<bool> inside{false};
  std::atomic<bool> leave{false};
  std::thread reader([&] {
    EpochGuard guard;
    inside = true;
    while (!leave) std::this_thread::yield();
  });
  while (!inside) std::this_thread::yield();
  EpochRetire(&freed, [](void*) { ++freed; });
  EpochReclaim();
  EXPECT_EQ(freed, 0);
  leave = true;
  reader.join();
  EpochDrain();
  EXPECT_EQ(freed, 1);
}

}  // namespace
}  // namespace aether
