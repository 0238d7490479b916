// crash_loop: a process with several writers is killed at random instants, over and over.
//
//   crash_loop [--cycles N] [--seed S] [--jobs J] [--dir D] [--seconds T] [--keep]
//
// A lane is one directory with one process after the other: it opens the store, checks it, writes,
// and is killed by SIGKILL, sometimes while it opens, sometimes while it closes. Lanes run side by
// side. The kill leaves everything that was written in the hands of the system, so contract 1
// promises every acknowledged batch, synced or not.
//
// Exit status: 0 no violation, 1 violations, 2 bad arguments. The last line is
//   RESULT suite=crash cases=... faults=... violations=... seconds=...

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/crash/worker.h"

namespace crash {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(60);

struct Flags {
  uint64_t cycles = 1000;
  uint64_t seed = 0;
  uint64_t seconds = 0;
  int jobs = 2;
  std::string directory;
  bool keep = false;
};

// What all lanes count together.
struct Totals {
  std::atomic<uint64_t> cycles{0};
  std::atomic<uint64_t> kills{0};
  std::atomic<uint64_t> kills_in_opening{0};
  std::atomic<uint64_t> closes{0};
  std::atomic<uint64_t> batches{0};
  std::atomic<uint64_t> snapshots{0};
  std::atomic<uint64_t> violations{0};
};

template <typename T>
T* MapShared(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT, 0600);
  if (file < 0 || ftruncate(file, sizeof(T)) != 0) {
    std::perror(path.c_str());
    std::exit(2);
  }
  void* const memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory == MAP_FAILED) {
    std::perror("mmap");
    std::exit(2);
  }
  return new (memory) T;
}

class Lane {
 public:
  Lane(const Flags& flags, Totals* totals, int number)
      : flags_(flags),
        totals_(totals),
        seed_(flags.seed + static_cast<uint64_t>(number)),
        directory_(flags.directory + "/lane" + std::to_string(number)),
        shared_(MapShared<Shared>(directory_ + ".shared")),
        random_(seed_) {}

  void Run() {
    for (uint64_t cycle = 1;; ++cycle) {
      if (totals_->cycles.fetch_add(1) >= flags_.cycles || totals_->violations.load() > 0) break;
      // A lane ages, and starts anew now and then.
      if (cycle % 300 == 0) StartAnew();
      if (!RunCycle(cycle)) return;
    }
    totals_->batches += written_;
    totals_->snapshots += shared_->snapshots_checked.load();
  }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }

  void StartAnew() {
    for (auto& note : shared_->writers) written_ += note.acknowledged.load();
    std::filesystem::remove_all(directory_);
    for (auto& note : shared_->writers) {
      note.acknowledged = 0;
      note.submitted = 0;
      note.sequences[0] = 0;
    }
  }

  bool RunCycle(uint64_t cycle) {
    WorkerOptions worker;
    worker.directory = directory_;
    worker.seed = seed_;
    worker.cycle = cycle;
    const uint64_t dice = Below(100);
    const bool in_opening = dice < 20;
    if (dice >= 92) worker.close_after_ms = 1 + Below(60);
    const auto start = Clock::now();
    std::fflush(stdout);
    const pid_t child = fork();
    if (child < 0) return Violate(cycle, "fork failed");
    if (child == 0) {
      RunWorker(worker, shared_);
      _exit(0);
    }
    // The instant: while it opens, while it works, or while it closes.
    Clock::time_point kill_at = Clock::time_point::max();
    if (in_opening) kill_at = start + std::chrono::microseconds(Below(opening_micros_ * 3 / 2));
    const uint64_t lifetime = Below(4) == 0 ? Below(3000) : Below(90000);
    bool verified = false;
    for (;;) {
      const auto now = Clock::now();
      int status = 0;
      if (waitpid(child, &status, WNOHANG) == child) {
        if (shared_->violated.load() != 0) return Violate(cycle, shared_->violation);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
          return Violate(cycle, "the process died by itself, status " + std::to_string(status));
        }
        ++totals_->closes;
        return true;
      }
      if (!verified && shared_->verified.load() == cycle) {
        verified = true;
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - start);
        opening_micros_ = (opening_micros_ * 7 + static_cast<uint64_t>(took.count())) / 8 + 1;
        if (!in_opening) {
          kill_at = now + std::chrono::microseconds(lifetime);
          if (worker.close_after_ms > 0) kill_at += std::chrono::milliseconds(30);
        }
      }
      if (shared_->violated.load() != 0) kill_at = now;
      if (now >= kill_at) break;
      if (now - start > kPatience) {
        kill(child, SIGABRT);
        waitpid(child, &status, 0);
        return Violate(cycle, verified ? "the process hangs" : "opening hangs");
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ++totals_->kills;
    if (!verified) ++totals_->kills_in_opening;
    if (shared_->violated.load() != 0) return Violate(cycle, shared_->violation);
    return true;
  }

  bool Violate(uint64_t cycle, const std::string& text) {
    ++totals_->violations;
    std::printf("VIOLATION seed %llu cycle %llu: %s\n  the store is kept in %s\n",
                static_cast<unsigned long long>(seed_), static_cast<unsigned long long>(cycle),
                text.c_str(), directory_.c_str());
    std::fflush(stdout);
    return false;
  }

  const Flags& flags_;
  Totals* const totals_;
  const uint64_t seed_;
  const std::string directory_;
  Shared* const shared_;
  std::mt19937_64 random_;
  uint64_t opening_micros_ = 20000;
  uint64_t written_ = 0;
};

void Report(const Totals& totals) {
  std::printf(
      "crash: %llu cycles, %llu kills (%llu while opening), %llu closes, %llu snapshots, "
      "%llu violations\n",
      static_cast<unsigned long long>(totals.kills.load() + totals.closes.load()),
      static_cast<unsigned long long>(totals.kills.load()),
      static_cast<unsigned long long>(totals.kills_in_opening.load()),
      static_cast<unsigned long long>(totals.closes.load()),
      static_cast<unsigned long long>(totals.snapshots.load()),
      static_cast<unsigned long long>(totals.violations.load()));
  std::fflush(stdout);
}

int Main(Flags flags) {
  bool own_directory = false;
  if (flags.directory.empty()) {
    std::string pattern = std::filesystem::temp_directory_path().string() + "/crash_loop.XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
      std::perror(pattern.c_str());
      return 2;
    }
    flags.directory = pattern;
    own_directory = true;
  }
  std::filesystem::create_directories(flags.directory);
  auto* const totals = MapShared<Totals>(flags.directory + "/totals");
  const auto start = Clock::now();
  std::printf("crash: %llu cycles, seed %llu, in %s\n",
              static_cast<unsigned long long>(flags.cycles),
              static_cast<unsigned long long>(flags.seed), flags.directory.c_str());
  std::fflush(stdout);
  // A lane is a process: workers are forked from a process with one thread.
  std::vector<pid_t> lanes;
  for (int i = 0; i < flags.jobs; ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      Lane(flags, totals, i).Run();
      std::fflush(stdout);
      _exit(0);
    }
    lanes.push_back(pid);
  }
  auto last_report = start;
  size_t alive = lanes.size();
  while (alive > 0) {
    int status = 0;
    if (waitpid(-1, &status, WNOHANG) > 0) {
      --alive;
      if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) ++totals->violations;
      continue;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (flags.seconds > 0 && Clock::now() - start > std::chrono::seconds(flags.seconds)) {
      totals->cycles.store(flags.cycles);
    }
    if (Clock::now() - last_report > std::chrono::seconds(10)) {
      last_report = Clock::now();
      Report(*totals);
    }
  }
  Report(*totals);
  const uint64_t violations = totals->violations.load();
  std::printf("RESULT suite=crash cases=%llu faults=%llu violations=%llu seconds=%.1f\n",
              static_cast<unsigned long long>(totals->kills.load() + totals->closes.load()),
              static_cast<unsigned long long>(totals->kills.load()),
              static_cast<unsigned long long>(violations),
              std::chrono::duration<double>(Clock::now() - start).count());
  if (own_directory && violations == 0 && !flags.keep) {
    std::filesystem::remove_all(flags.directory);
  }
  return violations == 0 ? 0 : 1;
}

bool Parse(int argc, char** argv, Flags* flags) {
  flags->seed = std::random_device()() % 1000000;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--keep") {
      flags->keep = true;
      continue;
    }
    if (i + 1 == argc) return false;
    const std::string value = argv[++i];
    const uint64_t number = std::strtoull(value.c_str(), nullptr, 10);
    if (name == "--cycles") {
      flags->cycles = number;
    } else if (name == "--seed") {
      flags->seed = number;
    } else if (name == "--seconds") {
      flags->seconds = number;
    } else if (name == "--jobs") {
      flags->jobs = static_cast<int>(std::clamp<uint64_t>(number, 1, 16));
    } else if (name == "--dir") {
      flags->directory = value;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace crash

int main(int argc, char** argv) {
  crash::Flags flags;
  if (!crash::Parse(argc, argv, &flags)) {
    std::fprintf(stderr,
                 "usage: %s [--cycles N] [--seed S] [--jobs J] [--seconds T] [--dir D] [--keep]\n",
                 argv[0]);
    return 2;
  }
  return crash::Main(flags);
}
