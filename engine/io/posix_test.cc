// What only the disk and the machine have: other processes, SIGBUS, threads, clocks.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "engine/io/clock.h"
#include "engine/io/file_system.h"
#include "engine/io/thread.h"

namespace aether {
namespace {

class PosixTest : public testing::Test {
 protected:
  PosixTest() : fs_(PosixFileSystem()) {
    dir_ = testing::TempDir() + "aether_posix_" + std::to_string(getpid());
    EXPECT_TRUE(fs_->CreateDirIfMissing(dir_).ok());
  }
  ~PosixTest() override {
    std::vector<std::string> names;
    fs_->List(dir_, &names).Ignore();
    for (const std::string& name : names) fs_->Remove(dir_ + "/" + name).Ignore();
    fs_->RemoveDir(dir_).Ignore();
  }
  // Runs f in a process of its own and returns its exit code.
  template <typename F>
  static int InChild(F f) {
    const pid_t child = fork();
    if (child == 0) _exit(f());
    int status = 0;
    EXPECT_EQ(child, waitpid(child, &status, 0));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  FileSystem* const fs_;
  std::string dir_;
};

TEST_F(PosixTest, LockExcludesOtherProcesses) {
  const std::string path = dir_ + "/LOCK";
  int to_child[2];
  int to_parent[2];
  ASSERT_EQ(0, pipe(to_child));
  ASSERT_EQ(0, pipe(to_parent));
  const pid_t holder = fork();
  if (holder == 0) {
    std::unique_ptr<FileLock> lock;
    const char answer = fs_->LockFile(path, &lock).ok() ? 'y' : 'n';
    if (write(to_parent[1], &answer, 1) != 1) _exit(1);
    char go;
    _exit(read(to_child[0], &go, 1) == 1 ? 0 : 1);  // dies with the lock
  }
  char answer = '?';
  ASSERT_EQ(1, read(to_parent[0], &answer, 1));
  ASSERT_EQ('y', answer);
  std::unique_ptr<FileLock> lock;
  const Status s = fs_->LockFile(path, &lock);
  EXPECT_EQ("IO error: While lock file: " + path + ": Resource temporarily unavailable",
            s.ToString());
  ASSERT_EQ(1, write(to_child[1], "g", 1));
  int status = 0;
  ASSERT_EQ(holder, waitpid(holder, &status, 0));
  EXPECT_TRUE(fs_->LockFile(path, &lock).ok());
  for (const int fd : {to_child[0], to_child[1], to_parent[0], to_parent[1]}) close(fd);
}

TEST_F(PosixTest, LockIsFoundUnderAnotherNameAndAfterFork) {
  std::unique_ptr<FileLock> lock;
  ASSERT_TRUE(fs_->LockFile(dir_ + "/LOCK", &lock).ok());
  ASSERT_TRUE(fs_->Link(dir_ + "/LOCK", dir_ + "/ALIAS").ok());
  std::unique_ptr<FileLock> second;
  const Status s = fs_->LockFile(dir_ + "/ALIAS", &second);
  EXPECT_NE(std::string::npos, s.ToString().find("lock hold by current process")) << s.ToString();
  EXPECT_EQ(0, InChild([&] {
              std::unique_ptr<FileLock> inherited;
              const Status in_child = fs_->LockFile(dir_ + "/LOCK", &inherited);
              return in_child.ToString().find("lock hold by current process") != std::string::npos
                         ? 0
                         : 1;
            }));
}

TEST_F(PosixTest, MappedBytesSurviveSigkill) {
  const std::string path = dir_ + "/1.log";
  EXPECT_EQ(-SIGKILL, InChild([&] {
    LogSegmentOptions options;
    options.size = 1 << 20;
    std::unique_ptr<LogSegment> segment;
    if (!fs_->NewLogSegment(path, options, &segment).ok()) return 1;
    std::memcpy(segment->base() + 123456, "survivor", 8);
    raise(SIGKILL);
    return 2;
  }));
  std::string contents;
  ASSERT_TRUE(ReadFileToString(fs_, path, &contents).ok());
  ASSERT_EQ(1u << 20, contents.size());
  EXPECT_EQ("survivor", contents.substr(123456, 8));
}

TEST_F(PosixTest, TruncationByOthersPoisonsInsteadOfKilling) {
  const std::string path = dir_ + "/1.log";
  std::atomic<bool> store_poison{false};
  LogSegmentOptions options;
  options.size = 1 << 20;
  options.poison = &store_poison;
  std::unique_ptr<LogSegment> segment;
  std::unique_ptr<LogSegment> bystander;
  ASSERT_TRUE(fs_->NewLogSegment(path, options, &segment).ok());
  options.poison = nullptr;
  ASSERT_TRUE(fs_->NewLogSegment(dir_ + "/2.log", options, &bystander).ok());
  ASSERT_EQ(0, truncate(path.c_str(), 4096));
  segment->base()[100] = 'x';
  EXPECT_FALSE(segment->poisoned());
  EXPECT_FALSE(segment->Prefault(64 << 10, 4096).ok());
  EXPECT_FALSE(segment->poisoned());
  segment->base()[500000] = 'y';  // beyond the end: SIGBUS
  EXPECT_EQ('y', segment->base()[500000]);
  EXPECT_TRUE(segment->poisoned());
  EXPECT_TRUE(store_poison.load());
  EXPECT_FALSE(bystander->poisoned());
  EXPECT_TRUE(segment->Sync(0).IsIOError());
}

// An application's handler, installed before the engine's (which comes with the first mapped
// segment).
sigjmp_buf g_jump;
volatile sig_atomic_t g_armed = 0;
void FormerHandler(int) {
  if (g_armed != 0) siglongjmp(g_jump, 1);
  signal(SIGBUS, SIG_DFL);
}
const bool g_former_installed = [] { return signal(SIGBUS, &FormerHandler) != SIG_ERR; }();

TEST_F(PosixTest, ForeignSigbusGoesToTheFormerHandler) {
  ASSERT_TRUE(g_former_installed);
  const auto touch_foreign = [&](bool armed) {
    LogSegmentOptions options;
    options.size = 4096;
    std::unique_ptr<LogSegment> segment;
    const std::string name = armed ? "/armed.log" : "/unarmed.log";
    if (!fs_->NewLogSegment(dir_ + name, options, &segment).ok()) return 1;
    const int fd = open((dir_ + "/foreign").c_str(), O_RDWR | O_CREAT, 0600);
    char* const map =
        static_cast<char*>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    g_armed = armed ? 1 : 0;
    if (sigsetjmp(g_jump, 1) != 0) return 7;
    map[4096] = 1;  // the file is empty
    return 8;
  };
  EXPECT_EQ(7, InChild([&] { return touch_foreign(true); }));
  EXPECT_EQ(-SIGBUS, InChild([&] { return touch_foreign(false); }));
}

TEST_F(PosixTest, MappedLogIsSafeHereAndNotWhereItIsUnknown) {
  EXPECT_TRUE(fs_->MappedLogIsSafe("/dev/shm"));
  EXPECT_FALSE(fs_->MappedLogIsSafe("/proc"));
  EXPECT_FALSE(fs_->MappedLogIsSafe(dir_ + "/missing"));
}

TEST_F(PosixTest, AFullDiskIsNoSpaceAndLeavesNoSegmentBehind) {
  LogSegmentOptions options;
  options.size = uint64_t{1} << 50;
  std::unique_ptr<LogSegment> segment;
  const Status s = fs_->NewLogSegment(dir_ + "/huge.log", options, &segment);
  EXPECT_TRUE(s.IsIOError()) << s.ToString();
  EXPECT_NE(std::string::npos, s.message().find("huge.log"));
  EXPECT_TRUE(fs_->Exists(dir_ + "/huge.log").IsNotFound());
  std::unique_ptr<WritableFile> file;
  ASSERT_TRUE(fs_->NewWritableFile("/dev/full", WriteFileOptions(), &file).ok());
  const Status full = file->Append("x");
  EXPECT_TRUE(full.IsNoSpace()) << full.ToString();
  EXPECT_NE(std::string::npos, full.message().find("at offset 0"));
}

TEST(Threads, NamesPrioritiesAndWaiting) {
  EXPECT_GE(NumberOfCpus(), 1);
  const int own = getpriority(PRIO_PROCESS, 0);
  std::thread worker([] {
    SetThreadName("a name that is much too long");
    char name[16];
    pthread_getname_np(pthread_self(), name, sizeof(name));
    EXPECT_STREQ("a name that is ", name);
    EXPECT_TRUE(SetThreadNice(0, 19));
    EXPECT_EQ(19, getpriority(PRIO_PROCESS, static_cast<id_t>(CurrentThreadId())));
    EXPECT_TRUE(SetThreadIoPriority(7));
  });
  worker.join();
  EXPECT_EQ(own, getpriority(PRIO_PROCESS, 0));

  std::atomic<uint32_t> word{0};
  EXPECT_TRUE(FutexWait(&word, 1));            // differs: returns at once
  EXPECT_FALSE(FutexWait(&word, 0, 2000000));  // runs out of time
  std::thread sleeper([&] {
    while (word.load() == 0) FutexWait(&word, 0);
  });
  word.store(1);
  FutexWakeAll(&word);
  sleeper.join();
}

TEST(Clocks, MoveForward) {
  Clock* const clock = RealClock();
  const uint64_t start = clock->NowNanos();
  clock->SleepMicros(2000);
  EXPECT_GE(clock->NowNanos() - start, 2000000u);
  EXPECT_GT(clock->WallSeconds(), 1600000000u);
  EXPECT_LT(clock->CpuNanos(), clock->NowNanos());
}

}  // namespace
}  // namespace aether
