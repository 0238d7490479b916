// What LOG says of options. That the list is whole is tests/compatibility's to check.

#include "compat/options/option_fates.h"

#include <gmock/gmock.h>

#include <cstring>

#include "rocksdb/cache.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/memtablerep.h"
#include "rocksdb/table.h"

namespace rocksdb {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(OptionFates, DefaultsAreNotTold) {
  EXPECT_THAT(DescribeDbOptions(DBOptions()), IsEmpty());
  // The cache is its own each time, and filters differ from RocksDB's.
  EXPECT_THAT(DescribeFamilyOptions(ColumnFamilyOptions()),
              ElementsAre("honoured: block_cache = 8388608 (bytes of the buffer pool)",
                          "mapped: filter_policy = none (filters of 10 bits for each key are on)"));
}

TEST(OptionFates, WhatDiffersIsToldWithValueAndReason) {
  DBOptions db;
  db.create_if_missing = true;
  db.max_open_files = 100;
  db.enable_pipelined_write = true;
  EXPECT_THAT(DescribeDbOptions(db),
              ElementsAre("honoured: create_if_missing = true",
                          "ignored: max_open_files = 100 (files of live runs stay open)",
                          "mapped: enable_pipelined_write = true (writers never queue behind one "
                          "another)"));
}

TEST(OptionFates, ConditionsChooseTheRow) {
  ColumnFamilyOptions family;
  family.ttl = 7;
  family.compression = kBZip2Compression;
  family.compaction_style = kCompactionStyleUniversal;
  family.compaction_options_universal.size_ratio = 9;
  std::vector<std::string> lines = DescribeFamilyOptions(family);
  EXPECT_THAT(lines, Contains("ignored: ttl = 7 (nothing is merged because of its age)"));
  EXPECT_THAT(lines, Contains("mapped: compression = 3 (zlib)"));
  EXPECT_THAT(lines, Contains("honoured: compaction_style = 1 (tiered merging)"));
  EXPECT_THAT(lines, Contains("honoured: compaction_options_universal.size_ratio = 9"));
  family.compaction_style = kCompactionStyleFIFO;
  family.compression = kLZ4Compression;
  lines = DescribeFamilyOptions(family);
  EXPECT_THAT(lines, Contains("honoured: ttl = 7"));
  EXPECT_THAT(lines, Contains("honoured: compression = 4"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("size_ratio"))));
}

TEST(OptionFates, ObjectsAreToldByName) {
  ColumnFamilyOptions family;
  family.memtable_factory.reset(new VectorRepFactory());
  BlockBasedTableOptions table;
  table.filter_policy.reset(NewBloomFilterPolicy(9));
  table.block_cache = NewLRUCache(1 << 20);
  table.block_size = 16384;
  family.table_factory.reset(NewBlockBasedTableFactory(table));
  const std::vector<std::string> lines = DescribeFamilyOptions(family);
  EXPECT_THAT(lines, Contains(StartsWith("mapped: memtable_factory = VectorRepFactory (")));
  EXPECT_THAT(lines, Contains(StartsWith("honoured: filter_policy = bloomfilter:9")));
  EXPECT_THAT(lines, Contains("honoured: block_cache = 1048576 (bytes of the buffer pool)"));
  EXPECT_THAT(lines, Contains("ignored: block_size = 16384 (pages are 4 KiB)"));
}

TEST(OptionFates, MappedAndIgnoredOptionsSayWhy) {
  for (const OptionFate& row : OptionFates()) {
    EXPECT_TRUE(row.fate == Fate::kHonoured || *row.remark != '\0')
        << row.owner << "::" << row.name;
    EXPECT_EQ(strchr(row.remark, '|'), nullptr) << row.owner << "::" << row.name;
  }
}

}  // namespace
}  // namespace rocksdb
