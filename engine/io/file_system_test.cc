// What every file system must do: the same expectations on the disk and in the simulator.

#include "engine/io/file_system.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "engine/io/append_log_segment.h"
#include "engine/io/sim_file_system.h"

namespace aether {
namespace {

#define ASSERT_STATUS_OK(expression)                                     \
  do {                                                                   \
    const ::aether::Status status_under_test = (expression);             \
    ASSERT_TRUE(status_under_test.ok()) << status_under_test.ToString(); \
  } while (false)

void RemoveTree(FileSystem* fs, const std::string& path) {
  std::vector<std::string> names;
  if (!fs->List(path, &names).ok()) return;
  for (const std::string& name : names) {
    const std::string child = path + "/" + name;
    bool is_directory = false;
    fs->IsDirectory(child, &is_directory).Ignore();
    if (is_directory) {
      RemoveTree(fs, child);
    } else {
      fs->Remove(child).Ignore();
    }
  }
  fs->RemoveDir(path).Ignore();
}

class FileSystemTest : public testing::TestWithParam<const char*> {
 protected:
  FileSystemTest() : sim_(1), fs_(PosixFileSystem()) {
    if (std::string(GetParam()) == "sim") fs_ = &sim_;
    dir_ = fs_ == &sim_ ? "/test" : testing::TempDir() + "aether_io_" + std::to_string(getpid());
    RemoveTree(fs_, dir_);
    EXPECT_TRUE(fs_->CreateDir(dir_).ok());
  }
  ~FileSystemTest() override { RemoveTree(fs_, dir_); }

  std::string Path(const std::string& name) const { return dir_ + "/" + name; }
  void Put(const std::string& name, const std::string& contents) {
    std::unique_ptr<WritableFile> file;
    ASSERT_STATUS_OK(fs_->NewWritableFile(Path(name), WriteFileOptions(), &file));
    ASSERT_STATUS_OK(file->Append(contents));
    ASSERT_STATUS_OK(file->Close());
  }
  std::string Get(const std::string& name) {
    std::string contents;
    const Status s = ReadFileToString(fs_, Path(name), &contents);
    return s.ok() ? contents : s.ToString();
  }

  SimFileSystem sim_;
  FileSystem* fs_;
  std::string dir_;
};

TEST_P(FileSystemTest, WritesAndReadsBack) {
  std::unique_ptr<WritableFile> file;
  ASSERT_STATUS_OK(fs_->NewWritableFile(Path("f"), WriteFileOptions(), &file));
  std::string expected;
  for (int i = 0; i < 100; i++) {
    const std::string piece(static_cast<size_t>(i * 37), static_cast<char>('a' + i % 26));
    ASSERT_STATUS_OK(file->Append(piece));
    expected += piece;
    EXPECT_EQ(expected.size(), file->Size());
  }
  ASSERT_STATUS_OK(file->RangeSync(0, 4096));
  ASSERT_STATUS_OK(file->Sync());
  ASSERT_STATUS_OK(file->WriteAt(5000, "XYZ"));
  expected.replace(5000, 3, "XYZ");
  ASSERT_STATUS_OK(file->Close());
  ASSERT_STATUS_OK(file->Close());
  EXPECT_TRUE(file->Append("more").IsIOError());
  EXPECT_EQ(expected, Get("f"));

  uint64_t size = 0;
  ASSERT_STATUS_OK(fs_->FileSize(Path("f"), &size));
  EXPECT_EQ(expected.size(), size);
  std::unique_ptr<RandomReadFile> reader;
  ASSERT_STATUS_OK(fs_->NewRandomReadFile(Path("f"), ReadFileOptions(), &reader));
  ASSERT_STATUS_OK(reader->Size(&size));
  EXPECT_EQ(expected.size(), size);
  std::string scratch(expected.size() + 100, '\0');
  Slice got;
  ASSERT_STATUS_OK(reader->ReadAt(4998, 7, scratch.data(), &got));
  EXPECT_EQ(expected.substr(4998, 7), got.ToString());
  ASSERT_STATUS_OK(reader->ReadAt(size - 3, 100, scratch.data(), &got));
  EXPECT_EQ(3u, got.size());
  ASSERT_STATUS_OK(reader->ReadAt(size + 10, 5, scratch.data(), &got));
  EXPECT_TRUE(got.empty());

  std::unique_ptr<SequentialFile> sequential;
  ASSERT_STATUS_OK(fs_->NewSequentialFile(Path("f"), &sequential));
  ASSERT_STATUS_OK(sequential->Skip(5000));
  ASSERT_STATUS_OK(sequential->Read(3, scratch.data(), &got));
  EXPECT_EQ("XYZ", got.ToString());
}

TEST_P(FileSystemTest, OpensInThreeModes) {
  Put("f", "old");
  std::unique_ptr<WritableFile> file;
  WriteFileOptions options;
  options.mode = WriteFileOptions::kCreateNew;
  EXPECT_TRUE(fs_->NewWritableFile(Path("f"), options, &file).IsIOError());
  options.mode = WriteFileOptions::kAppend;
  ASSERT_STATUS_OK(fs_->NewWritableFile(Path("f"), options, &file));
  EXPECT_EQ(3u, file->Size());
  ASSERT_STATUS_OK(file->Append("+new"));
  EXPECT_EQ("old+new", Get("f"));
  options.mode = WriteFileOptions::kTruncate;
  ASSERT_STATUS_OK(fs_->NewWritableFile(Path("f"), options, &file));
  EXPECT_EQ("", Get("f"));
}

TEST_P(FileSystemTest, AllocationDoesNotShow) {
  std::unique_ptr<WritableFile> file;
  ASSERT_STATUS_OK(fs_->NewWritableFile(Path("f"), WriteFileOptions(), &file));
  ASSERT_STATUS_OK(file->Allocate(0, 1 << 20));
  ASSERT_STATUS_OK(file->Append("abcdef"));
  EXPECT_EQ("abcdef", Get("f"));
  ASSERT_STATUS_OK(file->Truncate(4));
  ASSERT_STATUS_OK(file->Append("EF"));
  ASSERT_STATUS_OK(file->Close());
  EXPECT_EQ("abcdEF", Get("f"));
  ASSERT_STATUS_OK(fs_->Truncate(Path("f"), 2));
  EXPECT_EQ("ab", Get("f"));
}

TEST_P(FileSystemTest, DirectFilesTakeAnyAlignment) {
  WriteFileOptions write;
  write.direct = true;
  std::unique_ptr<WritableFile> file;
  ASSERT_STATUS_OK(fs_->NewWritableFile(Path("f"), write, &file));
  alignas(4096) static char block[3 * 4096];
  std::fill(std::begin(block), std::end(block), 'd');
  std::string expected;
  for (const size_t n : {size_t{8192}, size_t{100}, size_t{4096}, size_t{12288}}) {
    ASSERT_STATUS_OK(file->Append(Slice(block, n)));
    expected.append(n, 'd');
  }
  ASSERT_STATUS_OK(file->Sync());
  ASSERT_STATUS_OK(file->Close());
  EXPECT_EQ(expected, Get("f"));
  ReadFileOptions read;
  read.direct = true;
  std::unique_ptr<RandomReadFile> reader;
  ASSERT_STATUS_OK(fs_->NewRandomReadFile(Path("f"), read, &reader));
  Slice got;
  ASSERT_STATUS_OK(reader->ReadAt(4096, 4096, block, &got));
  EXPECT_EQ(expected.substr(4096, 4096), got.ToString());
  ASSERT_STATUS_OK(reader->ReadAt(8191, 33, block + 1, &got));
  EXPECT_EQ(expected.substr(8191, 33), got.ToString());
  ASSERT_STATUS_OK(reader->ReadAt(expected.size() - 5, 4096, block, &got));
  EXPECT_EQ(5u, got.size());
}

TEST_P(FileSystemTest, NamesComeAndGo) {
  Put("a", "1");
  ASSERT_STATUS_OK(fs_->CreateDirIfMissing(Path("d")));
  ASSERT_STATUS_OK(fs_->CreateDirIfMissing(Path("d")));
  EXPECT_TRUE(fs_->CreateDir(Path("d")).IsIOError());
  EXPECT_TRUE(fs_->CreateDirIfMissing(Path("a")).IsIOError());
  Put("d/x", "2");
  std::vector<std::string> names;
  ASSERT_STATUS_OK(fs_->List(dir_, &names));
  std::sort(names.begin(), names.end());
  EXPECT_EQ((std::vector<std::string>{"a", "d"}), names);
  bool is_directory = false;
  ASSERT_STATUS_OK(fs_->IsDirectory(Path("d"), &is_directory));
  EXPECT_TRUE(is_directory);
  ASSERT_STATUS_OK(fs_->IsDirectory(Path("a"), &is_directory));
  EXPECT_FALSE(is_directory);

  EXPECT_TRUE(fs_->RemoveDir(Path("d")).IsIOError());
  ASSERT_STATUS_OK(fs_->Link(Path("d/x"), Path("link")));
  bool same = false;
  ASSERT_STATUS_OK(fs_->SameFile(Path("d/x"), Path("link"), &same));
  EXPECT_TRUE(same);
  ASSERT_STATUS_OK(fs_->SameFile(Path("a"), Path("link"), &same));
  EXPECT_FALSE(same);
  EXPECT_TRUE(fs_->Link(Path("d/x"), Path("link")).IsIOError());
  ASSERT_STATUS_OK(fs_->Remove(Path("d/x")));
  EXPECT_EQ("2", Get("link"));
  ASSERT_STATUS_OK(fs_->RemoveDir(Path("d")));
  ASSERT_STATUS_OK(fs_->Rename(Path("link"), Path("a")));
  EXPECT_EQ("2", Get("a"));
  EXPECT_TRUE(fs_->Exists(Path("link")).IsNotFound());
  ASSERT_STATUS_OK(fs_->Exists(Path("a")));
  ASSERT_STATUS_OK(fs_->SyncDir(dir_));
  uint64_t when = 0;
  ASSERT_STATUS_OK(fs_->ModificationTime(Path("a"), &when));
  EXPECT_GT(when, 1500000000u);

  ASSERT_STATUS_OK(fs_->CreateDir(Path("tree")));
  Put("tree/leaf", "3");
  ASSERT_STATUS_OK(fs_->Rename(Path("tree"), Path("wood")));
  EXPECT_EQ("3", Get("wood/leaf"));
}

TEST_P(FileSystemTest, AnOpenFileOutlivesItsName) {
  Put("f", "still here");
  std::unique_ptr<RandomReadFile> reader;
  ASSERT_STATUS_OK(fs_->NewRandomReadFile(Path("f"), ReadFileOptions(), &reader));
  ASSERT_STATUS_OK(fs_->Remove(Path("f")));
  char scratch[16];
  Slice got;
  ASSERT_STATUS_OK(reader->ReadAt(6, 4, scratch, &got));
  EXPECT_EQ("here", got.ToString());
}

TEST_P(FileSystemTest, MissingThingsSayWhatAndWhy) {
  std::unique_ptr<SequentialFile> sequential;
  std::unique_ptr<RandomReadFile> random;
  std::unique_ptr<WritableFile> writable;
  std::unique_ptr<Directory> directory;
  const std::string gone = Path("gone");
  const std::string tail = gone + ": No such file or directory";
  const std::string prefix = "IO error: No such file or directory: ";
  Status s = fs_->NewSequentialFile(gone, &sequential);
  EXPECT_TRUE(s.IsPathNotFound());
  EXPECT_EQ(prefix + "While opening a file for sequentially reading: " + tail, s.ToString());
  s = fs_->NewRandomReadFile(gone, ReadFileOptions(), &random);
  EXPECT_EQ(prefix + "While open a file for random read: " + tail, s.ToString());
  uint64_t size = 0;
  s = fs_->FileSize(gone, &size);
  EXPECT_EQ(prefix + "while stat a file for size: " + tail, s.ToString());
  s = fs_->CreateDirIfMissing(gone + "/deep");
  EXPECT_EQ(prefix + "While mkdir if missing: " + gone + "/deep: No such file or directory",
            s.ToString());
  EXPECT_TRUE(fs_->NewWritableFile(gone + "/f", WriteFileOptions(), &writable).IsPathNotFound());
  EXPECT_TRUE(fs_->OpenDirectory(gone, &directory).IsPathNotFound());
  EXPECT_TRUE(fs_->Remove(gone).IsPathNotFound());
  EXPECT_TRUE(fs_->Rename(gone, Path("x")).IsPathNotFound());
  std::vector<std::string> names;
  EXPECT_TRUE(fs_->List(gone, &names).IsPathNotFound());
}

TEST_P(FileSystemTest, LocksExcludeTheirOwnProcess) {
  std::unique_ptr<FileLock> lock;
  std::unique_ptr<FileLock> second;
  ASSERT_STATUS_OK(fs_->LockFile(Path("LOCK"), &lock));
  const Status s = fs_->LockFile(Path("LOCK"), &second);
  EXPECT_TRUE(s.IsIOError());
  EXPECT_EQ(Status::kNone, s.subcode());
  EXPECT_EQ(0u, s.ToString().find("IO error: lock hold by current process, acquire time "))
      << s.ToString();
  EXPECT_NE(std::string::npos, s.ToString().find(Path("LOCK") + ": No locks available"));
  ASSERT_STATUS_OK(fs_->UnlockFile(std::move(lock)));
  ASSERT_STATUS_OK(fs_->LockFile(Path("LOCK"), &second));
  second.reset();
  ASSERT_STATUS_OK(fs_->LockFile(Path("LOCK"), &lock));
  ASSERT_STATUS_OK(fs_->UnlockFile(std::move(lock)));
}

TEST_P(FileSystemTest, WholeFileHelpers) {
  ASSERT_STATUS_OK(WriteStringToFileAtomically(fs_, Path("CURRENT"), "one\n"));
  ASSERT_STATUS_OK(WriteStringToFileAtomically(fs_, Path("CURRENT"), "two\n"));
  EXPECT_EQ("two\n", Get("CURRENT"));
  std::vector<std::string> names;
  ASSERT_STATUS_OK(fs_->List(dir_, &names));
  EXPECT_EQ(1u, names.size());

  const std::string big(3 << 20, 'b');
  Put("big", big);
  ASSERT_STATUS_OK(CopyFile(fs_, Path("big"), Path("copy")));
  EXPECT_TRUE(big == Get("copy"));
  ASSERT_STATUS_OK(CopyFile(fs_, Path("big"), Path("part"), 1234567, false));
  EXPECT_TRUE(big.substr(0, 1234567) == Get("part"));
  const Status s = CopyFile(fs_, Path("big"), Path("part"), big.size() + 1);
  EXPECT_TRUE(s.IsCorruption()) << s.ToString();
  ASSERT_STATUS_OK(CreateDirDurably(fs_, Path("sub")));
  uint64_t space = 0;
  ASSERT_STATUS_OK(fs_->FreeSpace(dir_, &space));
  EXPECT_GT(space, 0u);
}

INSTANTIATE_TEST_SUITE_P(All, FileSystemTest, testing::Values("posix", "sim"),
                         [](const auto& param) { return std::string(param.param); });

TEST(Paths, DirectoryOf) {
  EXPECT_EQ("a/b", DirectoryOf("a/b/c"));
  EXPECT_EQ(".", DirectoryOf("c"));
  EXPECT_EQ("/", DirectoryOf("/c"));
  EXPECT_EQ("/", DirectoryOf("/"));
  EXPECT_EQ("/a", DirectoryOf("/a/b/"));
  EXPECT_EQ(".", DirectoryOf(""));
}

// --- log segments: five backends, one contract ---

class AppendOnly : public SimFileSystem {
 public:
  AppendOnly() : SimFileSystem(3) {}
  bool MappedLogIsSafe(const std::string& directory) override {
    return FileSystem::MappedLogIsSafe(directory);
  }
  Status NewLogSegment(const std::string& path, const LogSegmentOptions& options,
                       std::unique_ptr<LogSegment>* result) override {
    return FileSystem::NewLogSegment(path, options, result);
  }
};

class LogSegmentTest : public testing::TestWithParam<const char*> {
 protected:
  static constexpr uint64_t kSize = 1 << 20;

  LogSegmentTest() : sim_(2), fs_(PosixFileSystem()) {
    const std::string name = GetParam();
    if (name.find("sim") == 0) fs_ = &sim_;
    if (name == "generic") fs_ = &append_only_;
    options_.size = kSize;
    options_.map = name.find("mapped") != std::string::npos;
    options_.poison = &poison_;
    dir_ = name.find("posix") == 0 ? testing::TempDir() + "aether_log_" + std::to_string(getpid())
                                   : "/log";
    RemoveTree(fs_, dir_);
    EXPECT_TRUE(fs_->CreateDir(dir_).ok());
    EXPECT_TRUE(fs_->NewLogSegment(dir_ + "/1.log", options_, &segment_).ok());
  }
  ~LogSegmentTest() override {
    segment_.reset();
    RemoveTree(fs_, dir_);
  }

  SimFileSystem sim_;
  AppendOnly append_only_;
  FileSystem* fs_;
  std::atomic<bool> poison_{false};
  LogSegmentOptions options_;
  std::string dir_;
  std::unique_ptr<LogSegment> segment_;
};

TEST_P(LogSegmentTest, KeepsWhatIsStored) {
  ASSERT_NE(nullptr, segment_);
  EXPECT_EQ(options_.map, segment_->base() != nullptr);
  EXPECT_EQ(kSize, segment_->size());
  ASSERT_STATUS_OK(segment_->Prefault(0, 64 << 10));
  ASSERT_STATUS_OK(segment_->ZeroFill(64 << 10, 64 << 10));
  std::string expected;
  if (segment_->base() != nullptr) {
    EXPECT_EQ(0u, reinterpret_cast<uintptr_t>(segment_->base()) % 4096);
    // Two threads store side by side.
    std::thread other([&] { std::memset(segment_->base() + 50000, 'o', 50000); });
    std::memset(segment_->base(), 'm', 50000);
    other.join();
    expected = std::string(50000, 'm') + std::string(50000, 'o');
    ASSERT_STATUS_OK(segment_->WriteAt(10, "hole"));
    expected.replace(10, 4, "hole");
    EXPECT_EQ(0, std::memcmp(segment_->base() + 10, "hole", 4));
  } else {
    uint64_t offset = 1;
    ASSERT_STATUS_OK(segment_->Append("first", &offset));
    EXPECT_EQ(0u, offset);
    ASSERT_STATUS_OK(segment_->Append("second", &offset));
    EXPECT_EQ(5u, offset);
    expected = "firstsecond";
    if (segment_->can_write_at()) {
      ASSERT_STATUS_OK(segment_->WriteAt(0, "F"));
      expected[0] = 'F';
    } else {
      EXPECT_TRUE(segment_->WriteAt(0, "F").IsNotSupported());
    }
  }
  std::thread token([&] { EXPECT_TRUE(segment_->Sync(1).ok()); });
  ASSERT_STATUS_OK(segment_->Sync(0));
  token.join();
  ASSERT_STATUS_OK(segment_->RangeSync(0, 4096));
  std::string scratch(expected.size(), '\0');
  Slice got;
  ASSERT_STATUS_OK(segment_->ReadAt(0, expected.size(), scratch.data(), &got));
  EXPECT_TRUE(expected == got.ToString());

  ASSERT_STATUS_OK(segment_->Unmap());
  ASSERT_STATUS_OK(segment_->Unmap());
  EXPECT_EQ(nullptr, segment_->base());
  ASSERT_STATUS_OK(segment_->Sync(0));
  ASSERT_STATUS_OK(segment_->Sync(1));
  std::string contents;
  ASSERT_STATUS_OK(ReadFileToString(fs_, dir_ + "/1.log", &contents));
  ASSERT_GE(contents.size(), expected.size());
  EXPECT_TRUE(expected == contents.substr(0, expected.size()));
  EXPECT_FALSE(segment_->poisoned());
  EXPECT_FALSE(poison_.load());
}

TEST_P(LogSegmentTest, IsRecycledUnderANewName) {
  uint64_t offset = 0;
  if (segment_->base() == nullptr) {
    ASSERT_STATUS_OK(segment_->Append("old", &offset));
  } else {
    std::memcpy(segment_->base(), "old", 3);
  }
  ASSERT_STATUS_OK(segment_->Unmap());
  ASSERT_STATUS_OK(segment_->Recycle(dir_ + "/2.log"));
  EXPECT_EQ(dir_ + "/2.log", segment_->path());
  EXPECT_TRUE(fs_->Exists(dir_ + "/1.log").IsNotFound());
  EXPECT_EQ(options_.map, segment_->base() != nullptr);
  if (segment_->base() == nullptr) {
    ASSERT_STATUS_OK(segment_->Append("new!", &offset));
    EXPECT_EQ(0u, offset);
  } else {
    std::memcpy(segment_->base(), "new!", 4);
  }
  ASSERT_STATUS_OK(segment_->Sync(0));
  std::string contents;
  ASSERT_STATUS_OK(ReadFileToString(fs_, dir_ + "/2.log", &contents));
  EXPECT_EQ("new!", contents.substr(0, 4));
}

TEST_P(LogSegmentTest, OpensAgainAndRefusesToOverwrite) {
  uint64_t offset = 0;
  ASSERT_STATUS_OK(segment_->base() == nullptr ? segment_->Append("kept", &offset)
                                               : segment_->WriteAt(0, "kept"));
  std::unique_ptr<LogSegment> other;
  EXPECT_TRUE(fs_->NewLogSegment(dir_ + "/1.log", options_, &other).IsIOError());
  std::string contents;
  ASSERT_STATUS_OK(ReadFileToString(fs_, dir_ + "/1.log", &contents));
  EXPECT_EQ("kept", contents.substr(0, 4));
  ASSERT_STATUS_OK(segment_->Close());
  EXPECT_TRUE(segment_->Sync(0).IsIOError());
  options_.existing = true;
  ASSERT_STATUS_OK(fs_->NewLogSegment(dir_ + "/1.log", options_, &other));
  if (other->base() != nullptr) {
    EXPECT_EQ(0, std::memcmp(other->base(), "kept", 4));
  }
}

INSTANTIATE_TEST_SUITE_P(All, LogSegmentTest,
                         testing::Values("posix_mapped", "posix_append", "sim_mapped", "sim_append",
                                         "generic"),
                         [](const auto& param) { return std::string(param.param); });

}  // namespace
}  // namespace aether
