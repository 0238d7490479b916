// sim_episodes: random operations, options, faults and crashes on the simulated disk.
//
//   sim_episodes [--episodes N] [--crashes N] [--seed S] [--jobs J] [--plan any|lone|crowd|recover]
//                [--seconds T] [--verbose] [--planted BUG] [--schedule] [--twice]
//
// With --schedule one thread of the engine runs at a time and the seed decides which
// (tests/sim/schedule.h), so that it replays exactly; each episode has a process of its own.
// --twice runs each episode so two times and counts a difference as a violation.
//
// An episode that hangs is ended. Where its threads are is printed as places in the program, for
// `addr2line -Cfpe sim_episodes`.
//
// Runs episodes with seeds S, S+1, ... until N episodes are done, N crashes have happened or the
// time is over. A violation is printed with its seed; `--seed THAT --episodes 1 --verbose` repeats
// it. Exit status: 0 no violation, 1 violations, 2 bad arguments. The last line is
//   RESULT suite=sim cases=... faults=... violations=... seconds=...

#include <execinfo.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/wal/planted_bugs.h"
#include "tests/sim/episode.h"
#include "tests/sim/schedule.h"

namespace aether::sim {
namespace {

constexpr int kMaxJobs = 16;
// No episode takes a third of this of a processor's time; one that does hangs. So does one that is
// not over after ten times as long, however busy the machine.
constexpr unsigned kEpisodeSeconds = 30;
constexpr int kMostAlarms = 10;

struct Progress {
  std::atomic<uint64_t> next{0};
  std::atomic<uint64_t> episodes{0};
  std::atomic<uint64_t> crashes{0};
  std::atomic<uint64_t> machine_crashes{0};
  std::atomic<uint64_t> in_recovery{0};
  std::atomic<uint64_t> process_kills{0};
  std::atomic<uint64_t> clean_closes{0};
  std::atomic<uint64_t> faults{0};
  std::atomic<uint64_t> operations{0};
  std::atomic<uint64_t> violations{0};
  std::atomic<uint64_t> seed_of_job[kMaxJobs] = {};
  std::atomic<uint64_t> digest_of_job[kMaxJobs] = {};
  std::atomic<uint64_t> switches{0};
};

struct Flags {
  uint64_t episodes = UINT64_MAX;
  uint64_t crashes = UINT64_MAX;
  uint64_t seconds = UINT64_MAX;
  uint64_t seed = 0;
  int jobs = 8;  // most of an episode is waiting for its own threads
  int planted = 0;
  Plan plan = Plan::kAny;
  bool verbose = false;
  bool stop_at_first = false;
  bool schedule = false;
  bool twice = false;
};

uint64_t current_seed = 0;
int64_t processor_seconds_before = 0;  // the episode
int alarms = 0;

// Not by the clocks, which belong to the Schedule.
int64_t ProcessorSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec;
}

[[gnu::format(printf, 1, 2)]] void Say(const char* format, ...) {
  char text[160];
  va_list values;
  va_start(values, format);
  const int n = std::vsnprintf(text, sizeof(text), format, values);
  va_end(values);
  if (write(STDOUT_FILENO, text, static_cast<size_t>(n)) < 0) _exit(4);
}

extern "C" const char __executable_start, etext;  // NOLINT: names of the linker

void SayWhereThisThreadIs(int) {
  void* places[40];
  const int n = backtrace(places, 40);
  Say(" |");
  for (int i = 0; i < n; ++i) {
    const auto* const at = static_cast<const char*>(places[i]);
    if (at >= &__executable_start && at < &etext) Say(" %tx", at - &__executable_start);
  }
}

void SayWhereThreadsAre() {
  std::signal(SIGUSR2, SayWhereThisThreadIs);
  const int directory = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
  alignas(8) char entries[8192];
  // By hand: whoever was interrupted may hold what the C library's functions need.
  const long bytes = syscall(SYS_getdents64, directory, entries, sizeof(entries));  // NOLINT
  for (long at = 0; at < bytes;) {                                                  // NOLINT
    uint16_t length;
    std::memcpy(&length, entries + at + 16, sizeof(length));
    const int thread = std::atoi(entries + at + 19);
    at += length;
    if (thread == 0) continue;
    syscall(SYS_tgkill, getpid(), thread, SIGUSR2);
    usleep(50000);
  }
}

void OnAlarm(int) {
  ++alarms;
  const bool busy = ProcessorSeconds() - processor_seconds_before < kEpisodeSeconds;
  if (busy && alarms < kMostAlarms) {
    alarm(kEpisodeSeconds);
    return;
  }
  std::signal(SIGALRM, SIG_DFL);
  alarm(kEpisodeSeconds);
  Say("VIOLATION seed %llu: the episode hangs, at", static_cast<unsigned long long>(current_seed));
  SayWhereThreadsAre();
  Say("\n");
  std::abort();
}

#ifdef AETHER_PLANTED_BUGS
// Parks a writer now and then where only its own progress could hide a bug.
void Park(CommitPoint point, uint64_t ticket) {
  const bool here = point == CommitPoint::kBound || point == CommitPoint::kNumbered ||
                    point == CommitPoint::kApplied;
  if (Schedule::active()) {
    Schedule::Switch();
  } else if (here && ticket % 5 == 0) {
    std::this_thread::sleep_for(std::chrono::microseconds(300));
  }
}
#endif

bool Done(const Flags& flags, const Progress& progress,
          std::chrono::steady_clock::time_point start) {
  const auto passed = std::chrono::steady_clock::now() - start;
  return progress.crashes.load() >= flags.crashes ||
         std::chrono::duration_cast<std::chrono::seconds>(passed).count() >=
             static_cast<int64_t>(std::min<uint64_t>(flags.seconds, 1000000)) ||
         (flags.stop_at_first && progress.violations.load() > 0);
}

void RunEpisode(const Flags& flags, Progress* progress, int job) {
  alarms = 0;
  processor_seconds_before = ProcessorSeconds();
  alarm(kEpisodeSeconds);
  if (flags.schedule) Schedule::Start(current_seed);
  EpisodeResult result = Episode(current_seed, flags.plan, flags.verbose).Run();
  if (flags.schedule) {
    progress->digest_of_job[job] = Schedule::Digest();
    progress->switches += Schedule::switches();
    Schedule::Stop();
  }
  progress->episodes += 1;
  progress->machine_crashes += result.machine_crashes;
  progress->process_kills += result.process_kills;
  progress->in_recovery += result.crashes_in_recovery;
  progress->crashes += result.machine_crashes + result.process_kills;
  progress->clean_closes += result.clean_closes;
  progress->faults += result.faults;
  progress->operations += result.operations;
  if (!result.violation.empty()) {
    progress->violations += 1;
    std::printf("VIOLATION seed %llu: %s\n", static_cast<unsigned long long>(current_seed),
                result.violation.c_str());
    std::fflush(stdout);
  }
}

// In a process of its own: what earlier episodes left behind in memory has no influence. Nor must
// addresses have any: with `moved`, threads and what they allocate lie elsewhere.
void RunApart(const Flags& flags, Progress* progress, int job, bool moved) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    constexpr size_t kMove = size_t{123} << 12;
    if (moved &&
        (mmap(nullptr, kMove, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ||
         sbrk(kMove) == reinterpret_cast<void*>(-1))) {
      _exit(3);
    }
    RunEpisode(flags, progress, job);
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  progress->violations += 1;
  std::printf("VIOLATION seed %llu: the process died (status 0x%x)\n",
              static_cast<unsigned long long>(current_seed), static_cast<unsigned>(status));
}

void Work(const Flags& flags, Progress* progress, int job,
          std::chrono::steady_clock::time_point start) {
  void* place = nullptr;
  backtrace(&place, 1);  // loads what it needs
  std::signal(SIGALRM, OnAlarm);
#ifdef AETHER_PLANTED_BUGS
  planted_bug = flags.planted;
  if (flags.planted != 0) commit_hook.store(Park);
#endif
  while (!Done(flags, *progress, start)) {
    const uint64_t n = progress->next.fetch_add(1);
    if (n >= flags.episodes) return;
    current_seed = flags.seed + n;
    progress->seed_of_job[job] = current_seed;
    if (!flags.schedule) {
      RunEpisode(flags, progress, job);
      continue;
    }
    RunApart(flags, progress, job, false);
    if (!flags.twice) continue;
    const uint64_t first = progress->digest_of_job[job];
    RunApart(flags, progress, job, true);
    if (progress->digest_of_job[job] == first) continue;
    progress->violations += 1;
    std::printf("VIOLATION seed %llu: two runs went different ways\n",
                static_cast<unsigned long long>(current_seed));
  }
}

int Main(const Flags& flags) {
  void* const shared =
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) {
    std::perror("mmap");
    return 2;
  }
  auto* const progress = new (shared) Progress;
  const auto start = std::chrono::steady_clock::now();
  std::printf("sim: seeds from %llu\n", static_cast<unsigned long long>(flags.seed));
  std::fflush(stdout);
  std::vector<pid_t> children(static_cast<size_t>(flags.jobs));
  const auto spawn = [&](int job) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      Work(flags, progress, job, start);
      std::fflush(stdout);
      _exit(0);
    }
    children[static_cast<size_t>(job)] = child;
  };
  for (int job = 0; job < flags.jobs; ++job) spawn(job);
  const auto report = [&] {
    std::printf(
        "sim: %llu episodes, %llu crashes (%llu of the machine, %llu in recovery), "
        "%llu closes, %llu operations, %llu violations\n",
        static_cast<unsigned long long>(progress->episodes.load()),
        static_cast<unsigned long long>(progress->crashes.load()),
        static_cast<unsigned long long>(progress->machine_crashes.load()),
        static_cast<unsigned long long>(progress->in_recovery.load()),
        static_cast<unsigned long long>(progress->clean_closes.load()),
        static_cast<unsigned long long>(progress->operations.load()),
        static_cast<unsigned long long>(progress->violations.load()));
    std::fflush(stdout);
  };
  auto last_report = start;
  int alive = flags.jobs;
  while (alive > 0) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid > 0) {
      int job = 0;
      while (children[static_cast<size_t>(job)] != pid) ++job;
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        --alive;
        continue;
      }
      // An abort, a sanitizer report or a hang. The others go on.
      progress->violations += 1;
      std::printf("VIOLATION seed %llu: the process died (status 0x%x)\n",
                  static_cast<unsigned long long>(progress->seed_of_job[job].load()),
                  static_cast<unsigned>(status));
      if (progress->violations.load() < 20 && !Done(flags, *progress, start)) {
        spawn(job);
      } else {
        --alive;
      }
      continue;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const auto now = std::chrono::steady_clock::now();
    if (now - last_report > std::chrono::seconds(10)) {
      last_report = now;
      report();
    }
  }
  report();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("RESULT suite=sim cases=%llu faults=%llu violations=%llu seconds=%.1f\n",
              static_cast<unsigned long long>(progress->crashes.load()),
              static_cast<unsigned long long>(progress->faults.load()),
              static_cast<unsigned long long>(progress->violations.load()), seconds);
  return progress->violations.load() == 0 ? 0 : 1;
}

int PlantedBugNamed(const std::string& name) {
  const std::pair<const char*, PlantedBug> names[] = {
      {"acknowledge-before-publish", PlantedBug::kAcknowledgeBeforePublish},
      {"no-sync-in-recovery", PlantedBug::kNoSyncInRecovery},
      {"epoch-reused", PlantedBug::kEpochReused},
      {"skip-directory-sync", PlantedBug::kSkipDirectorySync},
      {"manifest-before-log", PlantedBug::kManifestBeforeLog},
      {"blob-not-synced", PlantedBug::kBlobNotSynced},
      {"blob-dropped-early", PlantedBug::kBlobDroppedEarly},
  };
  for (const auto& [known, bug] : names) {
    if (name == known) return static_cast<int>(bug);
  }
  return 0;
}

bool Parse(int argc, char** argv, Flags* flags) {
  std::random_device device;
  flags->seed = device() % 1000000 * 100000;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--verbose") {
      flags->verbose = true;
      continue;
    }
    if (name == "--schedule" || name == "--twice") {
      flags->schedule = true;
      flags->twice |= name == "--twice";
      continue;
    }
    if (name == "--stop-at-first") {
      flags->stop_at_first = true;
      continue;
    }
    if (i + 1 == argc) return false;
    const std::string value = argv[++i];
    const uint64_t number = std::strtoull(value.c_str(), nullptr, 10);
    if (name == "--episodes") {
      flags->episodes = number;
    } else if (name == "--crashes") {
      flags->crashes = number;
    } else if (name == "--seconds") {
      flags->seconds = number;
    } else if (name == "--seed") {
      flags->seed = number;
    } else if (name == "--jobs") {
      flags->jobs = static_cast<int>(std::min<uint64_t>(kMaxJobs, std::max<uint64_t>(1, number)));
    } else if (name == "--planted") {
      flags->planted = PlantedBugNamed(value);
      if (flags->planted == 0) return false;
    } else if (name == "--plan") {
      if (value == "any") {
        flags->plan = Plan::kAny;
      } else if (value == "lone") {
        flags->plan = Plan::kLone;
      } else if (value == "crowd") {
        flags->plan = Plan::kCrowd;
      } else if (value == "recover") {
        flags->plan = Plan::kRecover;
      } else {
        return false;
      }
    } else {
      return false;
    }
  }
#ifdef AETHER_NO_SCHEDULE
  if (flags->schedule) {
    std::fprintf(stderr, "sim_episodes: no schedules in a build with a sanitizer\n");
    return false;
  }
#endif
#ifndef AETHER_PLANTED_BUGS
  if (flags->planted != 0) {
    std::fprintf(stderr, "sim_episodes: this build has no planted bugs\n");
    return false;
  }
#endif
  if (flags->episodes == UINT64_MAX && flags->crashes == UINT64_MAX &&
      flags->seconds == UINT64_MAX) {
    flags->crashes = 5000;
  }
  if (flags->verbose || flags->episodes == 1) flags->jobs = 1;
  return true;
}

}  // namespace
}  // namespace aether::sim

int main(int argc, char** argv) {
  aether::sim::Flags flags;
  if (!aether::sim::Parse(argc, argv, &flags)) {
    std::fprintf(stderr,
                 "usage: %s [--episodes N] [--crashes N] [--seconds T] [--seed S] [--jobs J]\n"
                 "          [--plan any|lone|crowd|recover] [--planted BUG] [--stop-at-first] "
                 "[--verbose]\n          [--schedule] [--twice]\n",
                 argv[0]);
    return 2;
  }
  return aether::sim::Main(flags);
}
