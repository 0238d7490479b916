// Descriptions of backups, also those that somebody with bad intentions has written.

#include "compat/utilities/backup_meta.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "compat/utilities/backup_copies.h"
#include "compat/utilities/backup_directory.h"
#include "compat/utilities/copy_file.h"

namespace rocksdb {
namespace {

IOStatus Decode(const std::string& text, BackupMeta* meta) {
  return DecodeBackupMeta("meta/7", text, 7, meta);
}

TEST(BackupMetaTest, WhatIsWrittenIsRead) {
  BackupMeta meta;
  meta.id = 7;
  meta.timestamp = 1700000000;
  meta.sequence = 123;
  meta.app_metadata = std::string("a\0b\xff", 4);
  for (const char* path : {"shared_checksum/000012_sABCDEFGHIJ0123456789_980.sst",
                           "shared/000013.sst", "private/7/CURRENT", "private/7/000014.log"}) {
    BackupFile& file = meta.files.emplace_back();
    file.path = path;
    file.size = 980;
    file.crc32c = 4000000000u;
    file.temperature = Temperature::kWarm;
  }
  for (int schema : {1, 2}) {
    BackupMeta read;
    const IOStatus s = Decode(EncodeBackupMeta(meta, schema), &read);
    ASSERT_TRUE(s.ok()) << s.ToString();
    EXPECT_EQ(read.timestamp, meta.timestamp);
    EXPECT_EQ(read.sequence, meta.sequence);
    EXPECT_EQ(read.app_metadata, meta.app_metadata);
    ASSERT_EQ(read.files.size(), 4u);
    EXPECT_EQ(read.files[0].name, "000012.sst");
    EXPECT_EQ(read.files[0].type, kTableFile);
    EXPECT_EQ(read.files[0].crc32c, 4000000000u);
    EXPECT_EQ(read.files[0].size, schema == 1 ? kUnknownBackupSize : 980);
    EXPECT_EQ(read.files[0].temperature, schema == 1 ? Temperature::kUnknown : Temperature::kWarm);
    EXPECT_EQ(read.files[3].name, "000014.log");
    EXPECT_TRUE(read.files[1].shared());
    EXPECT_FALSE(read.files[2].shared());
  }
}

TEST(BackupMetaTest, FieldsToComeArePassedOver) {
  BackupMeta meta;
  EXPECT_TRUE(Decode("schema_version 2.1\n1\n2\nnew word\n1\nprivate/7/CURRENT crc32 5 new x\n"
                     "// FOOTER\nmore words\n",
                     &meta)
                  .ok());
  EXPECT_EQ(meta.files.size(), 1u);
  EXPECT_TRUE(Decode("schema_version 2.1\n1\n2\nni::new word\n0\n", &meta).IsNotSupported());
  EXPECT_TRUE(Decode("schema_version 3\n1\n2\n0\n", &meta).IsNotSupported());
  EXPECT_TRUE(Decode("1\n2\nnew word\n0\n", &meta).IsCorruption());
}

TEST(BackupMetaTest, NoNameLeadsOut) {
  for (const char* path : {"../CURRENT",
                           "/etc/passwd",
                           "private/7/../../CURRENT",
                           "private/7/..",
                           "private/7/.",
                           "private/7/",
                           "private/7",
                           "private/6/CURRENT",
                           "private/07/CURRENT",
                           "private/7//CURRENT",
                           "private/7/sub/CURRENT",
                           "shared/../private/7/CURRENT",
                           "shared/CURRENT",
                           "shared/",
                           "shared/000001.log",
                           "shared/../../x.sst",
                           "shared_checksum/000001.sst",
                           "shared_checksum/_1.sst",
                           "shared_checksum/../1_1.sst",
                           "shared_checksum/1_/../../x.sst",
                           "shared_checksum/MANIFEST-000001_1",
                           "private/7/LOCK",
                           "private/7/IDENTITY",
                           "private/7/LOG",
                           "private/7/x.dbtmp",
                           "private/7/99999999999999999999999.sst",
                           "meta/7",
                           "",
                           "CURRENT"}) {
    BackupMeta meta;
    const IOStatus s = Decode("1\n2\n1\n" + std::string(path) + " crc32 1\n", &meta);
    EXPECT_TRUE(s.IsCorruption()) << path << ": " << s.ToString();
    EXPECT_NE(s.ToString().find("meta/7"), std::string::npos);
  }
}

TEST(BackupMetaTest, NumbersThatDoNotFit) {
  const char* const texts[] = {
      "1\n2\n4294967296\n",
      "1\n2\n99999999999999999999999\n",
      "99999999999999999999\n2\n0\n",
      "1\n18446744073709551616\n0\n",
      "1\n2\n1\nprivate/7/CURRENT crc32 4294967296\n",
      "1\n2\n1\nprivate/7/CURRENT crc32 -1\n",
      "schema_version 2\n1\n2\n1\nprivate/7/CURRENT crc32 1 size 18446744073709551616\n",
      "schema_version 2\n1\n2\n1\nprivate/7/CURRENT crc32 1 size 18446744073709551615\n",
      "schema_version 2\n1\n2\n1\nprivate/7/CURRENT crc32 1 temp 256\n",
      "1\n2\nmetadata 6\n0\n",
      "1\n2\nmetadata xy\n0\n",
      // More and fewer files than are announced, and one name twice.
      "1\n2\n4294967295\nprivate/7/CURRENT crc32 1\n",
      "1\n2\n0\nprivate/7/CURRENT crc32 1\n",
      "1\n2\n2\nshared/000001.sst crc32 1\nshared_checksum/000001_1_1.sst crc32 1\n",
  };
  for (const char* text : texts) {
    BackupMeta meta;
    EXPECT_TRUE(Decode(text, &meta).IsCorruption()) << text;
  }
}

TEST(BackupMetaTest, SizesInNames) {
  uint64_t size = 0;
  EXPECT_TRUE(SizeInName("000012_sABC_980.sst", &size));
  EXPECT_EQ(size, 980u);
  EXPECT_FALSE(SizeInName("000012_sABC.sst", &size));
  EXPECT_FALSE(SizeInName("000012_980.sst", &size));
  EXPECT_FALSE(SizeInName("000012.sst", &size));
}

TEST(BackupMetaTest, NamesOfFiles) {
  uint64_t number = 0;
  FileType type = kTempFile;
  EXPECT_TRUE(ParseDbFileName("000012.sst", &number, &type));
  EXPECT_EQ(number, 12u);
  EXPECT_EQ(type, kTableFile);
  EXPECT_TRUE(ParseDbFileName("MANIFEST-000005", &number, &type));
  EXPECT_EQ(type, kDescriptorFile);
  for (const char* name : {".sst", "x.sst", "1.ssst", "MANIFEST-", "MANIFEST-x", "", ".", ".."}) {
    EXPECT_FALSE(ParseDbFileName(name, &number, &type)) << name;
  }
  EXPECT_EQ(ParentDirectory("a/b/c//"), "a/b");
  EXPECT_EQ(ParentDirectory("c"), ".");
  EXPECT_EQ(ParentDirectory("/c"), "/");
  EXPECT_EQ(ParentDirectory("/"), "/");
}

class BackupDirectoryTest : public ::testing::Test {
 protected:
  BackupDirectoryTest()
      : path_(testing::TempDir() + "/aether_backup_directory_test." + std::to_string(getpid())) {
    std::filesystem::remove_all(path_);
  }
  ~BackupDirectoryTest() override { std::filesystem::remove_all(path_); }

  void Write(const std::string& name, const std::string& contents) {
    ASSERT_TRUE(WriteStringToFile(Env::Default(), contents, path_ + "/" + name).ok());
  }
  // A backup of one file, CURRENT, with "x" in it.
  void Make() {
    BackupDirectory directory(Env::Default(), path_);
    ASSERT_TRUE(directory.Create(kSharedChecksumDirectory).ok());
    std::filesystem::create_directory(path_ + "/private/1");
    Write("private/1/CURRENT", "x");
    BackupMeta meta;
    meta.id = 1;
    BackupFile& file = meta.files.emplace_back();
    file.path = "private/1/CURRENT";
    file.size = 1;
    const IOStatus s = directory.Add(meta, 2, true);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  // What a new look at the directory says of backup 1.
  IOStatus Look() {
    BackupDirectory directory(Env::Default(), path_);
    IOStatus s = directory.Load(INT_MAX, nullptr);
    const BackupMeta* meta = nullptr;
    return s.ok() ? directory.Find(1, &meta) : s;
  }
  void ExpectDamage(const std::string& named) {
    const IOStatus s = Look();
    EXPECT_TRUE(s.IsCorruption()) << s.ToString();
    EXPECT_NE(s.ToString().find(named), std::string::npos) << s.ToString();
  }

  const std::string path_;
};

TEST_F(BackupDirectoryTest, FilesThatAreNotWhatTheyWere) {
  const std::string current = path_ + "/private/1/CURRENT";
  Make();
  EXPECT_TRUE(Look().ok());
  Write("private/1/CURRENT", "xy");
  ExpectDamage(current);
  Write("private/1/CURRENT", "");
  ExpectDamage(current);
  std::filesystem::remove(current);
  ExpectDamage(current);
  std::filesystem::create_directory(current);
  ExpectDamage(current);
  std::filesystem::remove(current);
  // One byte too, but another place.
  Write("elsewhere", "x");
  std::filesystem::create_symlink(path_ + "/elsewhere", current);
  ExpectDamage(current);
  std::filesystem::remove(current);
  Write("private/1/CURRENT", "x");
  EXPECT_TRUE(Look().ok());
  std::filesystem::rename(path_ + "/meta/1", path_ + "/elsewhere");
  std::filesystem::create_symlink(path_ + "/elsewhere", path_ + "/meta/1");
  ExpectDamage(path_ + "/meta/1");
}

TEST_F(BackupDirectoryTest, WhatABackupThatCannotBeReadMayNeedStays) {
  Make();
  Write("meta/2", "damaged");
  Write("shared_checksum/000001_1_1.sst", "x");
  std::filesystem::create_directory(path_ + "/private/2");
  std::filesystem::create_directory(path_ + "/private/3");
  Write("private/2/CURRENT", "x");
  Write("private/3/CURRENT", "x");
  Write("shared_checksum/README", "not ours");
  {
    BackupDirectory directory(Env::Default(), path_);
    ASSERT_TRUE(directory.Load(INT_MAX, nullptr).ok());
    EXPECT_EQ(directory.newest(), 2u);
    ASSERT_TRUE(directory.RemoveGarbage().ok());
    EXPECT_TRUE(std::filesystem::exists(path_ + "/shared_checksum/000001_1_1.sst"));
    EXPECT_TRUE(std::filesystem::exists(path_ + "/private/2"));
    EXPECT_FALSE(std::filesystem::exists(path_ + "/private/3"));
    ASSERT_TRUE(directory.Remove(2).ok());
    ASSERT_TRUE(directory.RemoveGarbage().ok());
  }
  EXPECT_FALSE(std::filesystem::exists(path_ + "/shared_checksum/000001_1_1.sst"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "/private/2"));
  EXPECT_TRUE(std::filesystem::exists(path_ + "/shared_checksum/README"));
  EXPECT_TRUE(Look().ok());
}

TEST_F(BackupDirectoryTest, WhatALinkLeadsToIsNoGarbage) {
  Make();
  Write("outside", "x");
  std::filesystem::create_directory(path_ + "/elsewhere");
  Write("elsewhere/precious", "x");
  std::filesystem::create_directory_symlink(path_ + "/elsewhere", path_ + "/private/3");
  std::filesystem::create_symlink(path_ + "/outside", path_ + "/shared_checksum/000001_1_1.sst");
  std::filesystem::create_symlink(path_ + "/outside", path_ + "/meta/.3.tmp");
  BackupDirectory directory(Env::Default(), path_);
  ASSERT_TRUE(directory.Load(INT_MAX, nullptr).ok());
  ASSERT_TRUE(directory.RemoveGarbage().ok());
  EXPECT_FALSE(std::filesystem::exists(path_ + "/private/3"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "/shared_checksum/000001_1_1.sst"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "/meta/.3.tmp"));
  EXPECT_TRUE(std::filesystem::exists(path_ + "/elsewhere/precious"));
  EXPECT_TRUE(std::filesystem::exists(path_ + "/outside"));
}

TEST(BackupCopiesTest, WithoutThreadsTheCallerCopies) {
  pthread_attr_t usual;
  pthread_attr_t huge;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  ASSERT_EQ(pthread_attr_init(&huge), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&huge, size_t{1} << 50), 0);
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  std::atomic<int> done{0};
  BackupCopies::Settings settings;
  settings.threads = 3;
  BackupCopies copies(settings);
  const IOStatus s = copies.Run(std::vector<BackupCopies::Job>(5, [&done](const CopyPacing&) {
    ++done;
    return IOStatus::OK();
  }));
  ASSERT_EQ(pthread_setattr_default_np(&usual), 0);
  pthread_attr_destroy(&huge);
  pthread_attr_destroy(&usual);
  EXPECT_TRUE(s.ok()) << s.ToString();
  EXPECT_EQ(done, 5);
}

}  // namespace
}  // namespace rocksdb
