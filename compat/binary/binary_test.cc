// Figures and texts that Debian's library of 7.8.3 gives for the same calls.

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "compat/binary/bytesxor.h"
#include "compat/binary/cache_key.h"
#include "compat/binary/compression_context_cache.h"
#include "compat/binary/counted_fs.h"
#include "compat/binary/db_session_id.h"
#include "compat/binary/helpers.h"
#include "compat/binary/histogram.h"
#include "compat/binary/mutable_cf_options.h"
#include "compat/binary/persistent_cache_tier.h"
#include "compat/binary/port.h"
#include "compat/binary/random.h"
#include "compat/binary/sortlist.h"
#include "compat/binary/stderr_logger.h"
#include "compat/binary/testutil.h"

namespace rocksdb {
namespace {

TEST(Histogram, TextOfOneToAHundred) {
  HistogramImpl histogram;
  for (uint64_t v = 1; v <= 100; ++v) histogram.Add(v);
  const std::string text = histogram.ToString();
  EXPECT_EQ(
      0u,
      text.find("Count: 100 Average: 50.5000  StdDev: 28.87\n"
                "Min: 1  Median: 50.0000  Max: 100\n"
                "Percentiles: P50: 50.00 P75: 75.00 P99: 100.00 P99.9: 100.00 P99.99: 100.00\n"))
      << text;
  EXPECT_NE(std::string::npos, text.find("[       0,       1 ]        1   1.000%   1.000% \n"
                                         "(       1,       2 ]        1   1.000%   2.000% \n"))
      << text;
  EXPECT_NE(std::string::npos, text.find("(      51,      76 ]       25  25.000%  76.000% #####\n"))
      << text;
  EXPECT_NEAR(28.866070, histogram.StandardDeviation(), 1e-6);
}

TEST(Histogram, Empty) {
  HistogramImpl histogram;
  EXPECT_TRUE(histogram.Empty());
  EXPECT_EQ(13000000000000000000u, histogram.min());
  EXPECT_EQ(0u, histogram.max());
  EXPECT_EQ(0.0, histogram.Median());
  EXPECT_EQ(0.0, histogram.Average());
}

TEST(Histogram, EdgesOfBuckets) {
  HistogramStat stat;
  for (uint64_t v : {0ul, 1ul, 2ul, 51ul, 52ul, 13000000000000000000ul, UINT64_MAX}) stat.Add(v);
  EXPECT_EQ(2u, stat.bucket_at(0));
  EXPECT_EQ(1u, stat.bucket_at(1));
  EXPECT_EQ(1u, stat.bucket_at(9));   // the limit itself belongs to its bucket
  EXPECT_EQ(1u, stat.bucket_at(10));  // one more does not
  EXPECT_EQ(2u, stat.bucket_at(108));
}

TEST(Histogram, MergeAdds) {
  HistogramImpl a;
  HistogramImpl b;
  a.Add(10);
  b.Add(1000);
  a.Merge(b);
  EXPECT_EQ(2u, a.num());
  EXPECT_EQ(10u, a.min());
  EXPECT_EQ(1000u, a.max());
  EXPECT_EQ(505.0, a.Average());
}

TEST(RandomGenerator, Sequence) {
  Random random(301);
  for (uint32_t expected : {5058907u, 1273187716u, 938884104u, 115297772u, 779404410u}) {
    EXPECT_EQ(expected, random.Next());
  }
  EXPECT_EQ(16807u, Random(0).Next());
  EXPECT_EQ("^{Vhz\"!/%wMZ;'a F/RE", Random(301).RandomString(20));
}

TEST(CompressibleString, RepeatsARandomBlock) {
  Random random(301);
  std::string text;
  EXPECT_EQ("^{Vhz\"!/%w^{Vhz\"!/%w", test::CompressibleString(&random, 0.5, 20, &text).ToString());
  EXPECT_EQ(932277035u, random.Next());
  Random again(301);
  EXPECT_EQ(std::string(10, '^'), test::CompressibleString(&again, 0.01, 10, &text).ToString());
  Random more(301);
  EXPECT_EQ("^{Vhz", test::CompressibleString(&more, 2.0, 5, &text).ToString());
}

TEST(Helpers, StringSplit) {
  using Parts = std::vector<std::string>;
  EXPECT_EQ(Parts(), StringSplit("", ','));
  EXPECT_EQ((Parts{"a", "", "b"}), StringSplit("a,,b", ','));
  EXPECT_EQ((Parts{"", "a"}), StringSplit(",a", ','));
  EXPECT_EQ((Parts{"a"}), StringSplit("a,", ','));
}

TEST(Helpers, Texts) {
  EXPECT_EQ("0.00 KB", BytesToHumanString(0));
  EXPECT_EQ("1.00 KB", BytesToHumanString(1023));
  EXPECT_EQ("1.00 MB", BytesToHumanString(1 << 20));
  EXPECT_EQ("4.55 TB", BytesToHumanString(5000000000000));
  EXPECT_EQ("1048576.00 TB", BytesToHumanString(1ull << 60));
}

TEST(Helpers, Varint32) {
  for (uint32_t v : {0u, 127u, 128u, 16384u, 0xffffffffu}) {
    char bytes[5];
    const char* const end = EncodeVarint32(bytes, v);
    uint32_t back = ~v;
    EXPECT_EQ(end, GetVarint32PtrFallback(bytes, end, &back));
    EXPECT_EQ(v, back);
    EXPECT_EQ(nullptr, GetVarint32PtrFallback(bytes, end - 1, &back)) << "cut short";
  }
}

TEST(Helpers, Checksums) {
  EXPECT_EQ(0xe3069283u, crc32c::Extend(0, "123456789", 9));
  EXPECT_EQ(0xe3069283u, crc32c::Extend(crc32c::Extend(0, "1234", 4), "56789", 5));
  EXPECT_EQ(0x937bad67u, ROCKSDB_XXH32("123456789", 9, 0));
  EXPECT_EQ(0xef46db3751d8e999u, ROCKSDB_XXH64("", 0, 0));
  EXPECT_EQ(0x2d06800538d394c2u, ROCKSDB_XXH3_64bits("", 0));
}

TEST(MergeOperators, Xor) {
  const BytesXOROperator op;
  const Slice old("\x01\x02\x03", 3);
  std::string out;
  op.XOR(&old, Slice("\x0f", 1), &out);
  EXPECT_EQ(std::string("\x0e\x02\x03", 3), out);
  op.XOR(nullptr, Slice("abc"), &out);
  EXPECT_EQ("abc", out);
  std::string in_place = "\x01";
  const Slice alias(in_place);
  op.XOR(&alias, Slice("\x03", 1), &in_place);
  EXPECT_EQ("\x02", in_place) << "the output may be the input";
}

TEST(MergeOperators, SortListMergesOperandsOnly) {
  const SortList op;
  std::vector<int> numbers;
  op.MakeVector(numbers, Slice("5,3,9"));
  EXPECT_EQ((std::vector<int>{5, 3, 9}), numbers);

  const std::vector<Slice> operands = {"1,5,9", "2,5", "0"};
  const Slice existing("7");
  std::string value;
  Slice operand;
  SortList::MergeOperationOutput out(value, operand);
  ASSERT_TRUE(
      op.FullMergeV2(SortList::MergeOperationInput("key", &existing, operands, nullptr), &out));
  EXPECT_EQ("0,1,2,5,5,9", value);
}

TEST(MutableOptions, DefaultsAndFileSizes) {
  const Options options;
  const MutableCFOptions mutable_options(options);
  ASSERT_EQ(7u, mutable_options.max_file_size.size());
  for (int level = 0; level < 7; ++level) {
    EXPECT_EQ(67108864u, MaxFileSizeForLevel(mutable_options, level, kCompactionStyleLevel));
  }
  EXPECT_EQ(options.write_buffer_size, mutable_options.write_buffer_size);
}

TEST(MutableOptions, GrowingFileSizes) {
  Options options;
  options.target_file_size_base = 10;
  options.target_file_size_multiplier = 3;
  const MutableCFOptions mutable_options(options);
  EXPECT_EQ(10u, mutable_options.max_file_size[1]);
  EXPECT_EQ(30u, mutable_options.max_file_size[2]);
  EXPECT_EQ(90u, mutable_options.max_file_size[3]);
  EXPECT_EQ(30u, MaxFileSizeForLevel(mutable_options, 4, kCompactionStyleLevel, 2, true));
}

TEST(SessionIds, TwentyCharactersAndAllDifferent) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = DBImpl::GenerateDbSessionId(nullptr);
    EXPECT_EQ(20u, id.size());
    EXPECT_EQ(std::string::npos, id.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    ids.insert(id);
  }
  EXPECT_EQ(1000u, ids.size());
}

TEST(Port, TimedWaitTellsTimeout) {
  port::Mutex mutex;
  port::CondVar cond(&mutex);
  mutex.Lock();
  EXPECT_TRUE(cond.TimedWait(Env::Default()->NowMicros() + 1000));
  std::thread other([&] {
    mutex.Lock();
    cond.SignalAll();
    mutex.Unlock();
  });
  EXPECT_FALSE(cond.TimedWait(Env::Default()->NowMicros() + 60000000));
  mutex.Unlock();
  other.join();
}

TEST(Comparators, Uint64) {
  const uint64_t one = 1;
  const uint64_t many = 256;
  const auto slice = [](const uint64_t& v) {
    return Slice(reinterpret_cast<const char*>(&v), sizeof(v));
  };
  EXPECT_LT(test::Uint64Comparator()->Compare(slice(one), slice(many)), 0);
  EXPECT_EQ(0, test::Uint64Comparator()->Compare(slice(many), slice(many)));
}

TEST(Comparators, NewestTimestampFirst) {
  const Comparator* const comparator = test::BytewiseComparatorWithU64TsWrapper();
  EXPECT_STREQ("leveldb.BytewiseComparator.u64ts", comparator->Name());
  EXPECT_EQ(8u, comparator->timestamp_size());
  const std::string old_key("key\x01\0\0\0\0\0\0\0", 11);
  const std::string new_key("key\x02\0\0\0\0\0\0\0", 11);
  EXPECT_LT(comparator->Compare(new_key, old_key), 0);
  EXPECT_EQ(0, comparator->CompareWithoutTimestamp(new_key, old_key));
}

TEST(PersistentCache, SaysThatItIsNotThere) {
  std::shared_ptr<PersistentCache> cache;
  EXPECT_TRUE(
      NewPersistentCache(Env::Default(), "/tmp", 1, nullptr, false, &cache).IsNotSupported());
}

TEST(CompressionContexts, OwnedByTheCaller) {
  const ZSTDUncompressCachedData a =
      CompressionContextCache::Instance()->GetCachedZSTDUncompressData();
  const void* words[2];
  memcpy(words, static_cast<const void*>(&a), sizeof(words));
  EXPECT_NE(nullptr, words[0]);
  EXPECT_EQ(reinterpret_cast<const void*>(-1), words[1]);
}

}  // namespace
}  // namespace rocksdb
