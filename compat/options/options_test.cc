// Option text in and out, presets, OPTIONS files: what applications pass in strings and read back.

#include "rocksdb/options.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "compat/db/options_file.h"
#include "compat/options/option_infos.h"
#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/object_registry.h"
#include "rocksdb/utilities/options_type.h"
#include "rocksdb/utilities/options_util.h"

namespace rocksdb {
namespace {

Status FamilyFrom(const std::string& text, ColumnFamilyOptions* result) {
  return GetColumnFamilyOptionsFromString(ConfigOptions(), ColumnFamilyOptions(), text, result);
}

TEST(OptionText, ReadsNumbersWithSuffixesAndNestedStructs) {
  Options options;
  ASSERT_TRUE(GetOptionsFromString(Options(),
                                   "write_buffer_size=16M;max_open_files=7;num_levels=3x;"
                                   "compaction_options_universal={size_ratio=5;min_merge_width=3};"
                                   "compression_per_level=kNoCompression:kSnappyCompression;"
                                   "block_based_table_factory={block_size=8192;no_block_cache=1}",
                                   &options)
                  .ok());
  EXPECT_EQ(options.write_buffer_size, size_t{16} << 20);
  EXPECT_EQ(options.max_open_files, 7);
  EXPECT_EQ(options.num_levels, 3);
  EXPECT_EQ(options.compaction_options_universal.size_ratio, 5u);
  EXPECT_EQ(options.compaction_options_universal.min_merge_width, 3u);
  EXPECT_EQ(options.compaction_options_universal.max_size_amplification_percent, 200u);
  EXPECT_EQ(options.compression_per_level,
            (std::vector<CompressionType>{kNoCompression, kSnappyCompression}));
  const auto* table = options.table_factory->GetOptions<BlockBasedTableOptions>();
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->block_size, 8192u);
  EXPECT_EQ(table->block_cache, nullptr);
}

TEST(OptionText, AStringWithSeparatorsIsReadAsItWasWritten) {
  for (const char* path : {"/a;b", "{a}", "x={y=1;z=2}c:d", "plain", "{", "a;{b}"}) {
    ConfigOptions config;
    DBOptions options;
    options.wal_dir = path;
    std::string text;
    ASSERT_TRUE(GetStringFromDBOptions(config, options, &text).ok());
    DBOptions read;
    const Status s = GetDBOptionsFromString(config, DBOptions(), text, &read);
    if (std::string(path) == "{") {
      EXPECT_TRUE(s.IsInvalidArgument()) << "braces that do not match cannot be written";
      continue;
    }
    ASSERT_TRUE(s.ok()) << path << ": " << s.ToString();
    EXPECT_EQ(read.wal_dir, path);
  }
}

TEST(OptionText, WhatIsWrongIsNamedAsTheToolsKnowIt) {
  const struct {
    const char* text;
    const char* status;
  } kCases[] = {
      {"a=b", "Invalid argument: Could not find option: : a"},
      {"write_buffer_size=zz", "Invalid argument: Error parsing write_buffer_size:stoull"},
      {"compression=zork", "Invalid argument: Error parsing:: compression"},
      {"optimize_filters_for_hits=TRUE",
       "Invalid argument: Error parsing optimize_filters_for_hits:"},
      {"max_bytes_for_level_multiplier_additional=1:x",
       "Invalid argument: Error parsing max_bytes_for_level_multiplier_additional:stoi"},
      {"a={b", "Invalid argument: Mismatched curly braces for nested options"},
      {"{a=b", "Invalid argument: Unexpected char in key"},
      {"=", "Invalid argument: Empty key found"},
      {"a", "Invalid argument: Mismatched key value pair, '=' expected"},
      {"compression_opts=1",
       "Invalid argument: unable to parse the specified CF option compression_opts"},
      {"block_based_table_factory={block_size=z}",
       "Invalid argument: Error parsing block_size:stoull"},
  };
  for (const auto& test : kCases) {
    ColumnFamilyOptions options;
    options.num_levels = 99;
    EXPECT_EQ(FamilyFrom(test.text, &options).ToString(), test.status) << test.text;
    EXPECT_EQ(options.num_levels, 7) << "a failure leaves the base: " << test.text;
  }
}

TEST(OptionText, DeprecatedNamesAndUnknownObjectsAreAccepted) {
  ColumnFamilyOptions options;
  EXPECT_TRUE(FamilyFrom("filter_deletes=1;max_mem_compaction_level=3", &options).ok());
  EXPECT_TRUE(FamilyFrom("merge_operator=zork", &options).ok());
  EXPECT_EQ(options.merge_operator, nullptr);
  ConfigOptions strict;
  strict.ignore_unsupported_options = false;
  EXPECT_TRUE(GetColumnFamilyOptionsFromString(strict, ColumnFamilyOptions(), "merge_operator=zork",
                                               &options)
                  .IsInvalidArgument());
}

TEST(OptionText, RoundTripKeepsEveryOption) {
  Options changed;
  changed.write_buffer_size = 12345;
  changed.max_bytes_for_level_multiplier = 7.5;
  changed.compression = kLZ4Compression;
  changed.compression_opts.level = 3;
  changed.compaction_style = kCompactionStyleUniversal;
  changed.ttl = 99;
  changed.prefix_extractor.reset(NewFixedPrefixTransform(4));
  changed.merge_operator = nullptr;
  changed.wal_dir = "/a:b#c\\d";
  changed.max_background_jobs = 11;
  changed.info_log_level = WARN_LEVEL;
  changed.wal_recovery_mode = WALRecoveryMode::kAbsoluteConsistency;
  std::string db_text, family_text;
  ASSERT_TRUE(GetStringFromDBOptions(ConfigOptions(), changed, &db_text).ok());
  ASSERT_TRUE(GetStringFromColumnFamilyOptions(ConfigOptions(), changed, &family_text).ok());
  DBOptions db;
  ColumnFamilyOptions family;
  ASSERT_TRUE(GetDBOptionsFromString(ConfigOptions(), DBOptions(), db_text, &db).ok());
  ASSERT_TRUE(FamilyFrom(family_text, &family).ok());
  EXPECT_EQ(db.wal_dir, changed.wal_dir);
  std::string again;
  ASSERT_TRUE(GetStringFromDBOptions(ConfigOptions(), db, &again).ok());
  EXPECT_EQ(again, db_text);
  ASSERT_TRUE(GetStringFromColumnFamilyOptions(ConfigOptions(), family, &again).ok());
  EXPECT_EQ(again, family_text);
  EXPECT_EQ(family.prefix_extractor->GetId(), "rocksdb.FixedPrefix.4");
}

TEST(OptionText, EveryOptionHasAPlaceOfItsOwn) {
  // Two names with one offset would be a slip of the table, except for aliases and deprecated
  // names.
  for (const OptionInfos* infos : {&DBOptionInfos(), &ColumnFamilyOptionInfos()}) {
    std::unordered_map<const void*, std::string> seen;
    static char base[4096];
    for (const auto& [name, info] : *infos) {
      if (info.IsDeprecated() || info.IsAlias()) continue;
      const auto [at, fresh] = seen.emplace(info.GetOffset(static_cast<void*>(base)), name);
      EXPECT_TRUE(fresh) << name << " and " << at->second;
    }
  }
}

TEST(MutableOptions, OnlyWhatARunningDatabaseMayChange) {
  ConfigOptions config;
  config.mutable_options_only = true;
  ColumnFamilyOptions family;
  const auto apply = [&](const char* name, const char* value) {
    return GetColumnFamilyOptionsFromMap(config, ColumnFamilyOptions(), {{name, value}}, &family)
        .ToString();
  };
  EXPECT_EQ(apply("write_buffer_size", "5"), "OK");
  EXPECT_EQ(family.write_buffer_size, 5u);
  EXPECT_EQ(apply("num_levels", "3"), "Invalid argument: Option not changeable: num_levels");
  EXPECT_EQ(apply("no_such_option", "3"),
            "Invalid argument: Could not find option: : no_such_option");
  std::string text;
  ASSERT_TRUE(GetStringFromColumnFamilyOptions(config, family, &text).ok());
  EXPECT_NE(text.find("write_buffer_size=67108864;"), std::string::npos);
  EXPECT_EQ(text.find("num_levels"), std::string::npos);
}

TEST(Presets, MatchTheirRelease) {
  ColumnFamilyOptions level;
  level.OptimizeLevelStyleCompaction();
  EXPECT_EQ(level.write_buffer_size, size_t{128} << 20);
  EXPECT_EQ(level.max_write_buffer_number, 6);
  EXPECT_EQ(level.compression_per_level.size(), 7u);
  EXPECT_EQ(level.compression_per_level[1], kNoCompression);
  EXPECT_EQ(level.compression_per_level[2], kLZ4Compression);
  ColumnFamilyOptions old;
  old.OldDefaults();
  EXPECT_EQ(old.level0_stop_writes_trigger, 24);
  EXPECT_EQ(old.write_buffer_size, size_t{4} << 20);
  ColumnFamilyOptions old51;
  old51.OldDefaults(5, 1);
  EXPECT_EQ(old51.level0_stop_writes_trigger, 30);
  EXPECT_EQ(old51.write_buffer_size, size_t{64} << 20);
  Options small;
  small.OptimizeForSmallDb();
  EXPECT_EQ(small.table_factory->GetOptions<BlockBasedTableOptions>()->block_cache->GetCapacity(),
            size_t{16} << 20);
}

TEST(TableFactory, ChecksAgainstTheOtherOptions) {
  BlockBasedTableOptions table;
  table.cache_index_and_filter_blocks = true;
  table.no_block_cache = true;
  std::unique_ptr<TableFactory> factory(NewBlockBasedTableFactory(table));
  EXPECT_EQ(
      factory->ValidateOptions(DBOptions(), ColumnFamilyOptions()).ToString(),
      "Invalid argument: Enable cache_index_and_filter_blocks, , but block cache is disabled");
}

TEST(FilterPolicy, IdsSayBitsAndComeBack) {
  std::shared_ptr<const FilterPolicy> policy(NewBloomFilterPolicy(10.5));
  EXPECT_EQ(policy->GetId(), "bloomfilter:10.5:false");
  ASSERT_TRUE(FilterPolicy::CreateFromString(ConfigOptions(), "ribbonfilter:8:2", &policy).ok());
  EXPECT_EQ(policy->GetId(), "ribbonfilter:8:2");
  ASSERT_TRUE(
      FilterPolicy::CreateFromString(ConfigOptions(), "bloomfilter:0.1:true", &policy).ok());
  EXPECT_EQ(policy->GetId(), "bloomfilter:0:false");
  ASSERT_TRUE(FilterPolicy::CreateFromString(ConfigOptions(), "nullptr", &policy).ok());
  EXPECT_EQ(policy, nullptr);
}

TEST(Registry, AnApplicationsOwnObjectsAreFoundFirst) {
  class Mine : public MergeOperator {
   public:
    const char* Name() const override { return "mine"; }
  };
  ConfigOptions config;
  config.registry->AddLibrary("test")->AddFactory<MergeOperator>(
      "max", [](const std::string&, std::unique_ptr<MergeOperator>* guard, std::string*) {
        guard->reset(new Mine);
        return guard->get();
      });
  std::shared_ptr<MergeOperator> made;
  ASSERT_TRUE(MergeOperator::CreateFromString(config, "max", &made).ok());
  EXPECT_STREQ(made->Name(), "mine");
  ASSERT_TRUE(MergeOperator::CreateFromString(ConfigOptions(), "max", &made).ok());
  EXPECT_STREQ(made->Name(), "MaxOperator");
}

TEST(Registry, PatternsMatchNumbersAndSeparators) {
  using Entry = ObjectLibrary::PatternEntry;
  const Entry number = Entry("fixed", false).AddNumber(":");
  EXPECT_TRUE(number.Matches("fixed:12"));
  EXPECT_FALSE(number.Matches("fixed"));
  EXPECT_FALSE(number.Matches("fixed:"));
  EXPECT_FALSE(number.Matches("fixed:x"));
  EXPECT_FALSE(number.Matches("fixed:1x"));
  EXPECT_FALSE(number.Matches("unfixed:1"));
  const Entry any = Entry("a").AnotherName("b").AddSeparator("@");
  EXPECT_TRUE(any.Matches("a"));
  EXPECT_TRUE(any.Matches("b@x"));
  EXPECT_FALSE(any.Matches("b@"));
  const Entry suffix = Entry("bloom", false).AddNumber(":", false).AddSuffix(":true");
  EXPECT_TRUE(suffix.Matches("bloom:1.5:true"));
  EXPECT_FALSE(suffix.Matches("bloom:1.5"));
}

class OptionsFileTest : public testing::Test {
 protected:
  ~OptionsFileTest() override { Env::Default()->DeleteFile(path_).PermitUncheckedError(); }
  Status Load(const std::string& text, bool ignore_unknown = false) {
    EXPECT_TRUE(WriteStringToFile(Env::Default(), text, path_).ok());
    families_.clear();
    ConfigOptions config;
    config.ignore_unknown_options = ignore_unknown;
    return LoadOptionsFromFile(config, path_, &db_, &families_);
  }
  const std::string path_ = testing::TempDir() + "/aether_options_test";
  const std::string version_ = "[Version]\n rocksdb_version=7.8.3\n options_file_version=1.1\n";
  const std::string db_section_ = "[DBOptions]\n max_open_files=7\n";
  const std::string family_section_ =
      "[CFOptions \"default\"]\n write_buffer_size=5 # comment\n"
      "[TableOptions/BlockBasedTable \"default\"]\n block_size=9\n";
  DBOptions db_;
  std::vector<ColumnFamilyDescriptor> families_;
};

TEST_F(OptionsFileTest, ReadsAllSections) {
  ASSERT_TRUE(Load(version_ + db_section_ + family_section_).ok());
  EXPECT_EQ(db_.max_open_files, 7);
  ASSERT_EQ(families_.size(), 1u);
  EXPECT_EQ(families_[0].options.write_buffer_size, 5u);
  EXPECT_EQ(families_[0].options.table_factory->GetOptions<BlockBasedTableOptions>()->block_size,
            9u);
}

TEST_F(OptionsFileTest, DamageIsNamed) {
  EXPECT_TRUE(Load("").IsCorruption());
  EXPECT_TRUE(Load(version_ + db_section_).IsCorruption());
  EXPECT_EQ(Load(version_ + db_section_ + "[CFOptions \"x\"]\n").ToString(),
            "Invalid argument: [RocksDBOptionsParser Error] : Default column family must be the "
            "first CFOptions section in the option config file (at line 6)");
  EXPECT_EQ(Load(version_ + db_section_ + family_section_ + "junk\n").ToString(),
            "Invalid argument: [RocksDBOptionsParser Error] : A valid statement must have a '='. "
            "(at line 10)");
  EXPECT_TRUE(Load(version_ + db_section_ + db_section_ + family_section_).IsInvalidArgument());
  EXPECT_TRUE(Load(version_ + db_section_ + family_section_ + "[Zork]\n").IsInvalidArgument());
}

// A '#' in a name was taken for the beginning of a comment.
TEST_F(OptionsFileTest, NamesOfFamiliesAreEscaped) {
  const std::string directory = testing::TempDir() + "/aether_options_file_test";
  ASSERT_TRUE(Env::Default()->CreateDirIfMissing(directory).ok());
  const std::string name = "a#b\\ \n\"c";
  ASSERT_TRUE(PersistOptions(Env::Default(), directory, 7, DBOptions(),
                             {{kDefaultColumnFamilyName, {}}, {name, {}}}, true)
                  .ok());
  const std::string file = directory + "/OPTIONS-000007";
  const Status s = LoadOptionsFromFile(ConfigOptions(), file, &db_, &families_);
  EXPECT_TRUE(s.ok()) << s.ToString();
  ASSERT_EQ(families_.size(), 2u);
  EXPECT_EQ(families_[1].name, name);
  EXPECT_TRUE(Env::Default()->DeleteFile(file).ok());
  EXPECT_TRUE(Env::Default()->DeleteDir(directory).ok());
}

TEST_F(OptionsFileTest, UnknownOptionsPassOnlyInFilesOfANewerVersion) {
  const std::string unknown = "[DBOptions]\n zork=1\n" + family_section_;
  EXPECT_FALSE(Load(version_ + unknown, true).ok());
  const std::string newer = "[Version]\n rocksdb_version=9.9.9\n options_file_version=1.1\n";
  EXPECT_TRUE(Load(newer + unknown, true).ok());
  EXPECT_FALSE(Load(newer + unknown, false).ok());
}

}  // namespace
}  // namespace rocksdb
