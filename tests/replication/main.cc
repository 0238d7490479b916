// replication: a store is followed, in two ways, while its process and that of its follower are
// killed over and over.
//
//   replication [--seconds T] [--seed S] [--dir D] [--no-secondary] [--keep]
//
// Exit status: 0 no violation, 1 violations, 2 bad arguments. The last line is
//   RESULT suite=replication cases=... faults=... violations=... seconds=...

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <new>
#include <random>
#include <string>
#include <thread>

#include "tests/replication/roles.h"

namespace replication {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(120);

class Process {
 public:
  explicit Process(std::function<void()> role) : role_(std::move(role)) {}

  void Start() {
    std::fflush(stdout);
    id_ = fork();
    if (id_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    role_();
    std::fflush(stdout);
    _exit(0);
  }
  void Kill() {
    kill(id_, SIGKILL);
    Wait();
  }
  // What the process says at its end; 0 is good.
  int Wait() {
    int status = 0;
    while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

 private:
  const std::function<void()> role_;
  pid_t id_ = -1;
};

class Judge {
 public:
  Judge(Roles roles, uint64_t seconds, bool with_secondary)
      : roles_(std::move(roles)),
        shared_(roles_.shared),
        seconds_(seconds),
        with_secondary_(with_secondary),
        random_(roles_.seed) {}

  uint64_t kills() const { return kills_; }

  void Run() {
    uint64_t life = 0;
    Process leader([&] { RunLeader(roles_, life); });
    Process follower([&] { RunFollower(roles_); });
    Process secondary([&] { RunSecondary(roles_); });
    leader.Start();
    follower.Start();
    if (with_secondary_) secondary.Start();
    const auto end = Clock::now() + std::chrono::seconds(seconds_);
    while (Clock::now() < end && shared_->violated.load() == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random_() % 500));
      const uint64_t dice = random_() % 10;
      if (dice < 6) {
        follower.Kill();
        follower.Start();
      } else if (dice < 9) {
        ++life;
        leader.Kill();
        leader.Start();
      } else if (with_secondary_) {
        secondary.Kill();
        secondary.Start();
      }
      ++kills_;
    }
    shared_->stop = 1;
    const auto patience = Clock::now() + kPatience;
    while (shared_->violated.load() == 0 &&
           (shared_->final_sequence.load() == 0 || shared_->applied < shared_->final_sequence)) {
      if (Clock::now() > patience) {
        Violate(shared_, "the follower has " + std::to_string(shared_->applied.load()) +
                             " and does not get to " +
                             std::to_string(shared_->final_sequence.load()));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    shared_->quit = 1;
    if (leader.Wait() != 0) Violate(shared_, "the leader has crashed");
    if (follower.Wait() != 0) Violate(shared_, "the follower has crashed");
    if (with_secondary_ && secondary.Wait() != 0) Violate(shared_, "the secondary has crashed");
    if (shared_->violated.load() == 0) Compare();
  }

 private:
  void Compare() {
    Store leader;
    Store follower;
    rocksdb::Status s = leader.Open(Store::kLeader, roles_);
    if (s.ok()) s = follower.Open(Store::kFollower, roles_);
    if (!s.ok()) return Violate(shared_, "opening in the end: " + s.ToString());
    const std::string expected = leader.Digest();
    const std::string actual = follower.Digest();
    if (expected != actual) Violate(shared_, "leader " + expected + " follower " + actual);
    std::printf("digest: %s\n", expected.c_str());
  }

  const Roles roles_;
  Shared* const shared_;
  const uint64_t seconds_;
  const bool with_secondary_;
  std::mt19937_64 random_;
  uint64_t kills_ = 0;
};

int Main(int argc, char** argv) {
  Roles roles;
  uint64_t seconds = 20;
  bool keep = false;
  bool with_secondary = true;
  roles.seed = static_cast<uint64_t>(Clock::now().time_since_epoch().count());
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--keep") {
      keep = true;
    } else if (flag == "--no-secondary") {
      with_secondary = false;
    } else if (i + 1 < argc && flag == "--seconds") {
      seconds = std::strtoull(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && flag == "--seed") {
      roles.seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && flag == "--dir") {
      roles.directory = argv[++i];
    } else {
      std::fprintf(stderr, "unknown flag: %s\n", argv[i]);
      return 2;
    }
  }
  if (roles.directory.empty()) {
    std::string pattern = std::filesystem::temp_directory_path().string() + "/replication.XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
      std::perror(pattern.c_str());
      return 2;
    }
    roles.directory = pattern;
  }
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("mmap");
    return 2;
  }
  roles.shared = new (memory) Shared;
  std::filesystem::create_directories(roles.directory);
  std::printf("seed %llu, directory %s\n", static_cast<unsigned long long>(roles.seed),
              roles.directory.c_str());
  const auto start = Clock::now();
  Judge judge(roles, seconds, with_secondary);
  judge.Run();
  const bool violated = roles.shared->violated.load() != 0;
  if (violated) std::printf("VIOLATION %s\n", roles.shared->violation);
  if (!keep && !violated) std::filesystem::remove_all(roles.directory);
  std::printf("batches applied %llu, kills %llu, catch-ups of the secondary %llu\n",
              static_cast<unsigned long long>(roles.shared->batches.load()),
              static_cast<unsigned long long>(judge.kills()),
              static_cast<unsigned long long>(roles.shared->catch_ups.load()));
  std::printf("RESULT suite=replication cases=%llu faults=%llu violations=%d seconds=%.1f\n",
              static_cast<unsigned long long>(roles.shared->batches.load()),
              static_cast<unsigned long long>(judge.kills()), violated ? 1 : 0,
              std::chrono::duration<double>(Clock::now() - start).count());
  return violated ? 1 : 0;
}

}  // namespace
}  // namespace replication

int main(int argc, char** argv) { return replication::Main(argc, argv); }
