#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "compat/binary/counted_fs.h"
#include "compat/env/app_file_system.h"
#include "compat/env/composite_env.h"
#include "compat/env/engine_file_system.h"
#include "compat/env/thread_pool.h"
#include "rocksdb/convenience.h"
#include "rocksdb/options.h"

namespace rocksdb {
namespace {

class EnvTest : public testing::Test {
 protected:
  EnvTest() {
    EXPECT_TRUE(env_->GetTestDirectory(&dir_).ok());
    dir_ += "/env_test";
    RemoveAll();
    EXPECT_TRUE(env_->CreateDirIfMissing(dir_).ok());
  }
  ~EnvTest() override { RemoveAll(); }

  void RemoveAll() {
    std::vector<std::string> names;
    env_->GetChildren(dir_, &names).PermitUncheckedError();
    for (const std::string& name : names) {
      env_->DeleteFile(dir_ + "/" + name).PermitUncheckedError();
    }
    env_->DeleteDir(dir_).PermitUncheckedError();
  }

  Env* const env_ = Env::Default();
  std::string dir_;
};

TEST_F(EnvTest, NamesOfTheDefaults) {
  EXPECT_STREQ("PosixEnv", env_->Name());
  EXPECT_STREQ("PosixFileSystem", env_->GetFileSystem()->Name());
  EXPECT_NE(nullptr, EngineFileSystemOf(env_->GetFileSystem().get()));
  Env* by_name = nullptr;
  std::shared_ptr<Env> guard;
  EXPECT_TRUE(Env::CreateFromString(ConfigOptions(), "", &by_name, &guard).ok());
  EXPECT_EQ(env_, by_name);
  EXPECT_TRUE(Env::CreateFromUri(ConfigOptions(), "a", "b", &by_name, &guard).IsInvalidArgument());
}

TEST_F(EnvTest, FilesThroughBothInterfaces) {
  const std::string path = dir_ + "/file";
  ASSERT_TRUE(WriteStringToFile(env_, "hello", path, true).ok());
  std::string text;
  ASSERT_TRUE(ReadFileToString(env_->GetFileSystem().get(), path, &text).ok());
  EXPECT_EQ("hello", text);

  std::unique_ptr<WritableFile> file;
  ASSERT_TRUE(env_->ReopenWritableFile(path, &file, EnvOptions()).ok());
  ASSERT_TRUE(file->Append(" world").ok());
  EXPECT_EQ(11u, file->GetFileSize());
  ASSERT_TRUE(file->Close().ok());

  std::unique_ptr<RandomAccessFile> reader;
  ASSERT_TRUE(env_->NewRandomAccessFile(path, &reader, EnvOptions()).ok());
  char scratch[32];
  Slice piece;
  ASSERT_TRUE(reader->Read(6, 32, &piece, scratch).ok());
  EXPECT_EQ("world", piece.ToString()) << "short at the end of the file";

  uint64_t links = 0;
  ASSERT_TRUE(env_->LinkFile(path, dir_ + "/second").ok());
  ASSERT_TRUE(env_->NumFileLinks(path, &links).ok());
  EXPECT_EQ(2u, links);
}

TEST_F(EnvTest, WhatIsMissing) {
  std::unique_ptr<SequentialFile> file;
  const Status open = env_->NewSequentialFile(dir_ + "/none", &file, EnvOptions());
  EXPECT_TRUE(open.IsPathNotFound()) << open.ToString();
  EXPECT_NE(std::string::npos, open.ToString().find(dir_ + "/none"));
  EXPECT_TRUE(env_->FileExists(dir_ + "/none").IsNotFound());
  std::vector<std::string> names;
  EXPECT_TRUE(env_->GetChildren(dir_ + "/none", &names).IsNotFound());
}

TEST_F(EnvTest, LockExcludesASecondHolder) {
  FileLock* lock = nullptr;
  ASSERT_TRUE(env_->LockFile(dir_ + "/LOCK", &lock).ok());
  FileLock* second = nullptr;
  EXPECT_TRUE(env_->LockFile(dir_ + "/LOCK", &second).IsIOError());
  EXPECT_EQ(nullptr, second);
  EXPECT_TRUE(env_->UnlockFile(lock).ok());
  ASSERT_TRUE(env_->LockFile(dir_ + "/LOCK", &lock).ok());
  EXPECT_TRUE(env_->UnlockFile(lock).ok());
}

TEST_F(EnvTest, OldLogsAreKeptUpToTheLimit) {
  DBOptions options;
  options.keep_log_file_num = 3;
  for (int i = 0; i < 6; ++i) {
    std::shared_ptr<Logger> logger;
    ASSERT_TRUE(CreateLoggerFromOptions(dir_, options, &logger).ok());
    Info(logger, "opened %d", i);
  }
  std::vector<std::string> names;
  ASSERT_TRUE(env_->GetChildren(dir_, &names).ok());
  const std::set<std::string> sorted(names.begin(), names.end());
  ASSERT_EQ(3u, sorted.size());
  EXPECT_EQ(1u, sorted.count("LOG"));
  std::string text;
  ASSERT_TRUE(ReadFileToString(env_, dir_ + "/LOG", &text).ok());
  EXPECT_NE(std::string::npos, text.find("opened 5"));
}

TEST_F(EnvTest, LogRollsBySizeAndRepeatsItsHeader) {
  DBOptions options;
  options.max_log_file_size = 4096;
  options.keep_log_file_num = 100;
  std::shared_ptr<Logger> logger;
  ASSERT_TRUE(CreateLoggerFromOptions(dir_, options, &logger).ok());
  Header(logger, "the header");
  for (int i = 0; i < 200; ++i) Info(logger, "line %d %s", i, std::string(50, 'x').c_str());
  std::vector<std::string> names;
  ASSERT_TRUE(env_->GetChildren(dir_, &names).ok());
  EXPECT_GT(names.size(), 3u);
  for (const std::string& name : names) {
    std::string text;
    ASSERT_TRUE(ReadFileToString(env_, dir_ + "/" + name, &text).ok());
    EXPECT_NE(std::string::npos, text.find("the header")) << name;
  }
}

TEST_F(EnvTest, LogLevels) {
  DBOptions options;
  options.info_log_level = WARN_LEVEL;
  std::shared_ptr<Logger> logger;
  ASSERT_TRUE(CreateLoggerFromOptions(dir_, options, &logger).ok());
  Info(logger, "unimportant");
  Warn(logger, "strange");
  Warn(static_cast<Logger*>(nullptr), "nowhere");
  std::string text;
  ASSERT_TRUE(ReadFileToString(env_, dir_ + "/LOG", &text).ok());
  EXPECT_EQ(std::string::npos, text.find("unimportant"));
  EXPECT_NE(std::string::npos, text.find("[WARN] strange"));
}

TEST_F(EnvTest, CountedFileSystemCountsWhatSucceeds) {
  const auto counted = std::make_shared<CountedFileSystem>(FileSystem::Default());
  ASSERT_TRUE(WriteStringToFile(counted.get(), "12345", dir_ + "/c", true).ok());
  std::string text;
  ASSERT_TRUE(ReadFileToString(counted.get(), dir_ + "/c", &text).ok());
  EXPECT_FALSE(ReadFileToString(counted.get(), dir_ + "/none", &text).ok());
  const FileOpCounters& counters = *counted->counters();
  EXPECT_EQ(2, counters.opens);
  EXPECT_EQ(2, counters.closes);
  EXPECT_EQ(1, counters.syncs);
  EXPECT_EQ(5u, counters.writes.bytes);
  EXPECT_EQ(5u, counters.reads.bytes);
  EXPECT_EQ(&counters, counted->GetOptions<FileOpCounters>(FileOpCounters::kName()));
  EXPECT_NE(std::string::npos, counters.PrintCounters().find("Num files opened: 2\n"));
}

// The engine's view of an application's file system, here one that keeps its files in memory.
TEST_F(EnvTest, EngineOnAnApplicationsFileSystem) {
  const std::unique_ptr<Env> memory(NewMemEnv(env_));
  const auto counted = std::make_shared<CountedFileSystem>(memory->GetFileSystem());
  EXPECT_EQ(nullptr, EngineFileSystemOf(counted.get()));
  const auto fs = NewAppFileSystem(counted);
  ASSERT_TRUE(fs->CreateDirIfMissing("/store").ok());

  aether::WriteFileOptions create;
  create.mode = aether::WriteFileOptions::kCreateNew;
  std::unique_ptr<aether::WritableFile> file;
  ASSERT_TRUE(fs->NewWritableFile("/store/f", create, &file).ok());
  ASSERT_TRUE(file->Append("abc").ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_TRUE(file->WriteAt(0, "x").IsNotSupported());
  ASSERT_TRUE(file->Close().ok());
  EXPECT_TRUE(fs->NewWritableFile("/store/f", create, &file).IsIOError()) << "it exists";

  aether::WriteFileOptions append;
  append.mode = aether::WriteFileOptions::kAppend;
  ASSERT_TRUE(fs->NewWritableFile("/store/f", append, &file).ok());
  EXPECT_EQ(3u, file->Size());
  ASSERT_TRUE(file->Append("def").ok());
  file.reset();

  std::unique_ptr<aether::RandomReadFile> reader;
  ASSERT_TRUE(fs->NewRandomReadFile("/store/f", {}, &reader).ok());
  char scratch[16];
  aether::Slice data;
  ASSERT_TRUE(reader->ReadAt(2, 16, scratch, &data).ok());
  EXPECT_EQ("cdef", data.ToString());
  EXPECT_TRUE(fs->NewRandomReadFile("/store/none", {}, &reader).IsPathNotFound());
  EXPECT_TRUE(fs->Exists("/store/none").IsNotFound());
  EXPECT_FALSE(fs->MappedLogIsSafe("/store"));
  EXPECT_EQ(6u, counted->counters()->writes.bytes);
}

// An Env that implements the file functions itself is seen through GetFileSystem.
TEST_F(EnvTest, OwnEnvIsAFileSystemToo) {
  class OwnEnv : public EnvWrapper {
   public:
    OwnEnv() : EnvWrapper(Env::Default()) {}
    Status FileExists(const std::string&) override { return Status::Busy("own"); }
  };
  OwnEnv own;
  EXPECT_TRUE(own.GetFileSystem()->FileExists("x", IOOptions(), nullptr).IsBusy())
      << "what a wrapper overrides is what a store sees";
  EXPECT_EQ(nullptr, EngineFileSystemOf(own.GetFileSystem().get()));
  CompositeEnvWrapper composite(&own, FileSystem::Default(), SystemClock::Default());
  EXPECT_STREQ("CompositeEnv", composite.Name());
  EXPECT_TRUE(composite.FileExists(dir_).ok());
}

TEST(JobPoolTest, RunsEveryJobAndJoins) {
  std::atomic<int> done{0};
  JobPool pool("test", 4);
  for (int i = 0; i < 100; ++i) pool.SubmitJob([&done] { ++done; });
  pool.WaitForJobsAndJoinAllThreads();
  EXPECT_EQ(100, done);
  EXPECT_EQ(0u, pool.GetQueueLen());
}

TEST(JobPoolTest, UnscheduleTakesQueuedJobsOut) {
  JobPool pool("test", 0);  // no thread: everything stays queued
  static std::atomic<int> unscheduled;
  unscheduled = 0;
  int tag = 0;
  for (int i = 0; i < 3; ++i) {
    pool.Schedule([](void*) { FAIL(); }, nullptr, &tag, [](void*) { ++unscheduled; });
  }
  EXPECT_EQ(3u, pool.GetQueueLen());
  EXPECT_EQ(3, pool.UnSchedule(&tag));
  EXPECT_EQ(3, unscheduled);
  EXPECT_EQ(0u, pool.GetQueueLen());
}

TEST(JobPoolTest, LimitCanGrowAndSink) {
  std::atomic<int> done{0};
  JobPool pool("test", 0);
  for (int i = 0; i < 10; ++i) pool.SubmitJob([&done] { ++done; });
  pool.SetBackgroundThreads(3);
  while (done < 10) Env::Default()->SleepForMicroseconds(100);
  pool.SetBackgroundThreads(1);
  while (pool.ThreadIds().size() > 1) Env::Default()->SleepForMicroseconds(100);
  pool.SubmitJob([&done] { ++done; });
  while (done < 11) Env::Default()->SleepForMicroseconds(100);
}

}  // namespace
}  // namespace rocksdb
