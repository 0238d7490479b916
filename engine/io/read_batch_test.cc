// Batches of reads: on the disk with and without a ring, and in the simulator.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "engine/io/file_system.h"
#include "engine/io/read_ring.h"
#include "engine/io/sim_file_system.h"

namespace aether {
namespace {

constexpr size_t kFiles = 3;
constexpr size_t kFileBytes = 300 * 1000;  // no multiple of anything

std::string ContentsOf(size_t file) {
  Random random(file + 1);
  std::string bytes(kFileBytes, '\0');
  for (char& c : bytes) c = static_cast<char>(random.Next());
  return bytes;
}

struct FreeMemory {
  void operator()(char* p) const { std::free(p); }
};

// A list of requests with buffers of their own, and what they must bring.
class Batch {
 public:
  Batch(const std::vector<std::unique_ptr<RandomReadFile>>* files,
        const std::vector<std::string>* contents)
      : files_(files), contents_(contents) {}

  // `skew` bytes off an aligned buffer.
  void Add(size_t file, uint64_t offset, size_t size, size_t skew) {
    const size_t room = (size + skew + kDirectAlignment) / kDirectAlignment * kDirectAlignment;
    buffers_.emplace_back(static_cast<char*>(std::aligned_alloc(kDirectAlignment, room)));
    ReadRequest request;
    request.file = (*files_)[file].get();
    request.offset = offset;
    request.size = size;
    request.scratch = buffers_.back().get() + skew;
    requests_.push_back(std::move(request));
    const std::string& all = (*contents_)[file];
    expected_.push_back(offset < all.size() ? all.substr(offset, size) : "");
  }
  void AddRandom(Random* random) {
    uint64_t offset = random->Uniform(kFileBytes + 5000);
    size_t size = random->Uniform(10000);
    size_t skew = random->Uniform(100);
    if (random->OneIn(2)) {
      offset = offset / kDirectAlignment * kDirectAlignment;
      size = size / kDirectAlignment * kDirectAlignment;
      skew = 0;
    }
    if (random->OneIn(2) && !requests_.empty()) {  // a neighbour
      const ReadRequest& last = requests_.back();
      offset = last.offset + last.size;
    }
    Add(random->Uniform(kFiles), offset, size, skew);
  }

  ReadRequest* requests() { return requests_.data(); }
  size_t size() const { return requests_.size(); }
  size_t Wrong() const {
    size_t wrong = 0;
    for (size_t i = 0; i < requests_.size(); ++i) {
      const ReadRequest& r = requests_[i];
      wrong += !r.status.ok() || r.result.ToString() != expected_[i] ? 1 : 0;
    }
    return wrong;
  }

 private:
  const std::vector<std::unique_ptr<RandomReadFile>>* const files_;
  const std::vector<std::string>* const contents_;
  std::vector<std::unique_ptr<char, FreeMemory>> buffers_;
  std::vector<ReadRequest> requests_;
  std::vector<std::string> expected_;
};

class ReadBatchTest : public testing::Test {
 protected:
  void Make(FileSystem* fs, const std::string& dir, bool direct) {
    fs_ = fs;
    dir_ = dir;
    ASSERT_TRUE(fs_->CreateDirIfMissing(dir_).ok());
    files_.clear();
    contents_.clear();
    for (size_t i = 0; i < kFiles; ++i) {
      contents_.push_back(ContentsOf(i));
      const std::string path = dir_ + "/" + std::to_string(i);
      std::unique_ptr<WritableFile> file;
      ASSERT_TRUE(fs_->NewWritableFile(path, {}, &file).ok());
      ASSERT_TRUE(file->Append(contents_.back()).ok());
      ASSERT_TRUE(file->Sync().ok());
      ASSERT_TRUE(file->Close().ok());
      ReadFileOptions options;
      options.direct = direct;
      files_.emplace_back();
      const Status s = fs_->NewRandomReadFile(path, options, &files_.back());
      ASSERT_TRUE(s.ok()) << s.ToString();
    }
  }
  void MakeOnDisk(bool direct) {
    Make(PosixFileSystem(), "read_batch_" + std::to_string(getpid()), direct);
    on_disk_ = true;
  }
  ~ReadBatchTest() override {
    if (!on_disk_) return;
    for (size_t i = 0; i < kFiles; ++i) fs_->Remove(dir_ + "/" + std::to_string(i)).Ignore();
    fs_->RemoveDir(dir_).Ignore();
  }

  size_t WrongOfRandomBatches(uint64_t seed, int batches, size_t most) {
    Random random(seed);
    size_t wrong = 0;
    for (int n = 0; n < batches; ++n) {
      Batch batch(&files_, &contents_);
      const size_t size = 1 + random.Uniform(most);
      for (size_t i = 0; i < size; ++i) batch.AddRandom(&random);
      std::unique_ptr<PendingReads> pending;
      if (random.OneIn(2)) pending = fs_->StartReads(batch.requests(), batch.size());
      if (pending != nullptr) {
        pending->Wait();
      } else {
        fs_->ReadBatch(batch.requests(), batch.size());
      }
      wrong += batch.Wrong();
    }
    return wrong;
  }

  FileSystem* fs_ = nullptr;
  std::string dir_;
  bool on_disk_ = false;
  std::vector<std::string> contents_;
  std::vector<std::unique_ptr<RandomReadFile>> files_;
};

bool HaveRing() { return PosixFileSystem()->ReadBatchMethod().rfind("io_uring", 0) == 0; }

TEST_F(ReadBatchTest, OnDiskEachRequestGetsItsBytes) {
  for (const bool direct : {false, true}) {
    MakeOnDisk(direct);
    EXPECT_EQ(direct, files_[0]->direct());
    const uint64_t before = DiskReadRingCounters().batches;
    EXPECT_EQ(0u, WrongOfRandomBatches(7, 60, kRingDepth));
    EXPECT_EQ(0u, WrongOfRandomBatches(8, 10, 3 * kRingDepth));
    if (HaveRing()) {
      EXPECT_GT(DiskReadRingCounters().batches, before + 30);
    }
  }
}

TEST_F(ReadBatchTest, NeighboursBecomeOneCall) {
  if (!HaveRing()) GTEST_SKIP() << PosixFileSystem()->ReadBatchMethod();
  for (const bool direct : {false, true}) {
    MakeOnDisk(direct);
    Batch batch(&files_, &contents_);
    for (uint64_t i = 0; i < 20; ++i) batch.Add(1, i * 4096, 4096, 0);
    for (uint64_t i = 0; i < 5; ++i) batch.Add(2, i * 8192, 4096, 0);
    const uint64_t before = DiskReadRingCounters().calls;
    fs_->ReadBatch(batch.requests(), batch.size());
    EXPECT_EQ(0u, batch.Wrong());
    EXPECT_EQ(before + 6, DiskReadRingCounters().calls);
  }
}

TEST_F(ReadBatchTest, ADirectCallReadsAsManyPlacesAsADeviceTakes) {
  if (!HaveRing()) GTEST_SKIP() << PosixFileSystem()->ReadBatchMethod();
  for (const bool direct : {false, true}) {
    MakeOnDisk(direct);
    Batch batch(&files_, &contents_);
    for (uint64_t i = 0; i < 70; ++i) batch.Add(1, i * 4096, 4096, 0);
    const uint64_t before = DiskReadRingCounters().calls;
    fs_->ReadBatch(batch.requests(), batch.size());
    EXPECT_EQ(0u, batch.Wrong());
    EXPECT_EQ(before + (direct ? 3 : 1), DiskReadRingCounters().calls);
  }
}

TEST_F(ReadBatchTest, AnErrorNamesFileAndOffsetAndLeavesTheOthersAlone) {
  MakeOnDisk(false);
  std::unique_ptr<RandomReadFile> bad;
  ASSERT_TRUE(fs_->NewRandomReadFile("/proc/self/mem", {}, &bad).ok());  // nothing at address 0
  Batch batch(&files_, &contents_);
  for (uint64_t i = 0; i < 5; ++i) batch.Add(i % kFiles, i * 1000, 500, 0);
  ReadRequest* const requests = batch.requests();
  requests[2].file = bad.get();
  for (const bool background : {false, true}) {
    std::unique_ptr<PendingReads> pending;
    if (background) pending = fs_->StartReads(requests, batch.size());
    if (pending != nullptr) {
      pending->Wait();
    } else {
      fs_->ReadBatch(requests, batch.size());
    }
    EXPECT_EQ(1u, batch.Wrong());
    EXPECT_TRUE(requests[2].status.IsIOError());
    EXPECT_NE(std::string::npos, requests[2].status.message().find("/proc/self/mem"));
    EXPECT_NE(std::string::npos, requests[2].status.message().find("at offset 2000"));
  }
}

TEST_F(ReadBatchTest, ManyThreadsShareABoundedNumberOfRings) {
  MakeOnDisk(false);
  std::atomic<size_t> wrong{0};
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] { wrong.fetch_add(WrongOfRandomBatches(100 + t, 50, 40)); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(0u, wrong.load());
  EXPECT_LE(DiskReadRingCounters().rings, 8u);
}

TEST_F(ReadBatchTest, WhenAllRingsAreLentOutReadsGoOnWithoutOne) {
  if (!HaveRing()) GTEST_SKIP() << PosixFileSystem()->ReadBatchMethod();
  MakeOnDisk(false);
  Random random(5);
  std::vector<std::unique_ptr<Batch>> batches;
  std::vector<std::unique_ptr<PendingReads>> pending;
  for (size_t i = 0; i < kMaxRings; ++i) {
    batches.push_back(std::make_unique<Batch>(&files_, &contents_));
    for (int n = 0; n < 4; ++n) batches.back()->AddRandom(&random);
    pending.push_back(fs_->StartReads(batches.back()->requests(), batches.back()->size()));
    ASSERT_NE(nullptr, pending.back());
  }
  EXPECT_EQ(kMaxRings, DiskReadRingCounters().rings);
  Batch more(&files_, &contents_);
  for (int n = 0; n < 4; ++n) more.AddRandom(&random);
  EXPECT_EQ(nullptr, fs_->StartReads(more.requests(), more.size()));
  fs_->ReadBatch(more.requests(), more.size());
  EXPECT_EQ(0u, more.Wrong());
  // Whoever waits need not be who started.
  std::thread other([&] {
    for (auto& reads : pending) reads->Wait();
  });
  other.join();
  for (const auto& batch : batches) EXPECT_EQ(0u, batch->Wrong());
  EXPECT_NE(nullptr, fs_->StartReads(more.requests(), more.size()));
}

// A child shares its parent's rings: it must leave them alone, and reads all the same, even a batch
// that was under way.
TEST_F(ReadBatchTest, AForkedChildReadsWithoutARing) {
  if (!HaveRing()) GTEST_SKIP() << PosixFileSystem()->ReadBatchMethod();
  MakeOnDisk(false);
  Random random(6);
  Batch batch(&files_, &contents_);
  for (int n = 0; n < 10; ++n) batch.AddRandom(&random);
  auto pending = fs_->StartReads(batch.requests(), batch.size());
  const pid_t child = fork();
  if (child == 0) {
    pending->Wait();
    const bool good = batch.Wrong() == 0 && WrongOfRandomBatches(9, 10, 20) == 0 &&
                      fs_->ReadBatchMethod().find("forked") != std::string::npos &&
                      fs_->StartReads(batch.requests(), batch.size()) == nullptr;
    _exit(good ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(child, waitpid(child, &status, 0));
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(0, WEXITSTATUS(status));
  pending->Wait();
  EXPECT_EQ(0u, batch.Wrong());
  EXPECT_EQ(0u, WrongOfRandomBatches(10, 10, 20));
  EXPECT_TRUE(HaveRing());
}

// As a container's filter of system calls does it.
void ForbidIoUring(int error) {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    _exit(77);
  }
}

TEST_F(ReadBatchTest, WhereTheKernelRefusesRingsReadsGoOnWithoutOne) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // in a process that has not tried yet
  for (const auto& [error, words] : {std::pair<int, const char*>{EPERM, "Operation not permitted"},
                                     {ENOSYS, "Function not implemented"},
                                     {ENOMEM, "Cannot allocate memory"}}) {
    EXPECT_EXIT(
        {
          ForbidIoUring(error);
          MakeOnDisk(false);
          size_t wrong = WrongOfRandomBatches(11, 20, 2 * kRingDepth);
          MakeOnDisk(true);
          wrong += WrongOfRandomBatches(12, 20, 2 * kRingDepth);
          const std::string method = fs_->ReadBatchMethod();
          const bool said = method.rfind("pread", 0) == 0 && method.find(words) != method.npos;
          Batch batch(&files_, &contents_);
          batch.Add(0, 0, 100, 0);
          const bool none = fs_->StartReads(batch.requests(), 1) == nullptr;
          for (size_t i = 0; i < kFiles; ++i) fs_->Remove(dir_ + "/" + std::to_string(i)).Ignore();
          fs_->RemoveDir(dir_).Ignore();
          std::exit(wrong == 0 && said && none && DiskReadRingCounters().rings == 0 ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
  }
}

TEST_F(ReadBatchTest, TheSimulatorGivesEachRequestItsBytes) {
  for (const bool background : {false, true}) {
    SimFileSystem sim(3);
    sim.SetBackgroundReads(background);
    Make(&sim, "/d", false);
    EXPECT_EQ(0u, WrongOfRandomBatches(13, 50, 100));
    files_.clear();
  }
}

TEST_F(ReadBatchTest, TheSimulatorsOrderIsTheSeeds) {
  const auto order = [this](uint64_t seed) {
    SimFileSystem sim(seed);
    Make(&sim, "/d", false);
    std::string paths;
    sim.SetHook([&](const SimIoEvent& event) { paths += event.path.back(); });
    Batch batch(&files_, &contents_);
    for (int round = 0; round < 5; ++round) {
      for (size_t i = 0; i < kFiles; ++i) batch.Add(i, 0, 10, 0);
    }
    fs_->ReadBatch(batch.requests(), batch.size());
    paths += '|';
    const auto pending = fs_->StartReads(batch.requests(), batch.size());
    paths += '|';
    pending->Wait();
    EXPECT_EQ(0u, batch.Wrong());
    files_.clear();
    return paths;
  };
  const std::string first = order(1);
  EXPECT_EQ(first, order(1));
  EXPECT_NE(first, order(2));
  EXPECT_NE(0u, first.rfind("012012012012012", 0));
  const size_t started = first.find('|');
  const size_t waited = first.find('|', started + 1);
  EXPECT_EQ(15u, started);
  EXPECT_GT(waited, started + 1);       // some were done at once
  EXPECT_GT(first.size() - 1, waited);  // and some later
  EXPECT_EQ(15u + 15u + 2u, first.size());
}

TEST_F(ReadBatchTest, AFaultOfTheSimulatorHitsOneRequest) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SimFileSystem sim(seed);
    Make(&sim, "/d", false);
    SimFault fault;
    fault.io = kSimRead;
    fault.nth = seed % 7 + 1;
    sim.AddFault(fault);
    Batch batch(&files_, &contents_);
    for (uint64_t i = 0; i < 10; ++i) batch.Add(i % kFiles, i * 4096, 100, 0);
    if (seed % 2 == 0) {
      fs_->ReadBatch(batch.requests(), batch.size());
    } else {
      fs_->StartReads(batch.requests(), batch.size())->Wait();
    }
    EXPECT_EQ(1u, batch.Wrong());
    for (size_t i = 0; i < batch.size(); ++i) {
      const ReadRequest& r = batch.requests()[i];
      if (r.status.ok()) continue;
      EXPECT_NE(std::string::npos, r.status.message().find("/d/" + std::to_string(i % kFiles)));
      EXPECT_NE(std::string::npos, r.status.message().find("offset " + std::to_string(r.offset)));
    }
    files_.clear();
  }
}

TEST_F(ReadBatchTest, AFileSystemWithoutDirectReadsSaysSo) {
  SimFileSystem sim(1);
  Make(&sim, "/d", true);
  files_.clear();
  sim.SetDirectIsRefused(true);
  ReadFileOptions read;
  read.direct = true;
  std::unique_ptr<RandomReadFile> file;
  const Status s = sim.NewRandomReadFile("/d/0", read, &file);
  EXPECT_TRUE(s.IsIOError()) << s.ToString();
  WriteFileOptions write;
  write.direct = true;
  std::unique_ptr<WritableFile> out;
  EXPECT_TRUE(sim.NewWritableFile("/d/new", write, &out).IsIOError());
  read.direct = false;
  EXPECT_TRUE(sim.NewRandomReadFile("/d/0", read, &file).ok());
}

}  // namespace
}  // namespace aether
