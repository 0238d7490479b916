// linearizability_aether, linearizability_rocksdb: concurrent histories, each checked.
//
//   PROGRAM [--seed N] [--seconds S] [--dir D] [--fault torn-batch|late-snapshot|stale-read]
//           [--planted acknowledge-before-publish] [--stop-at-first]
//
// A case is one database with options of its own, 100 rounds, closed and opened again after half of
// them. --fault breaks the store on purpose, --planted the engine (linearizability_planted only).
//
// The last line is RESULT suite=linearizability cases=... violations=... operations=... seconds=...
// where a case is a history. Exit status: 0 no violation, 1 violations, 2 bad arguments.

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "tests/linearizability/checker.h"
#include "tests/linearizability/store.h"
#include "tests/linearizability/workload.h"
#ifdef AETHER_PLANTED_BUGS
#include "engine/wal/planted_bugs.h"
#endif

namespace linearizability {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 100;
constexpr uint64_t kConfigurationsMax = 2000000;

struct Flags {
  uint64_t seed = 1;
  double seconds = 60;
  std::string directory;
  Fault fault = Fault::kNone;
  bool stop_at_first = false;
};

struct Totals {
  uint64_t histories = 0;
  uint64_t operations = 0;
  uint64_t configurations = 0;
  uint64_t violations = 0;
};

bool Plant(const std::string& name) {
#ifdef AETHER_PLANTED_BUGS
  if (name == "acknowledge-before-publish") {
    aether::planted_bug = static_cast<int>(aether::PlantedBug::kAcknowledgeBeforePublish);
    return true;
  }
#endif
  std::fprintf(stderr, "this program has no planted bug %s\n", name.c_str());
  return false;
}

bool ParseFlags(int argc, char** argv, Flags* flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--stop-at-first") {
      flags->stop_at_first = true;
      continue;
    }
    const std::string value = i + 1 < argc ? argv[++i] : "";
    if (flag == "--seed") {
      flags->seed = std::strtoull(value.c_str(), nullptr, 10);
    } else if (flag == "--seconds") {
      flags->seconds = std::strtod(value.c_str(), nullptr);
    } else if (flag == "--dir") {
      flags->directory = value;
    } else if (flag == "--fault" && value == "torn-batch") {
      flags->fault = Fault::kTornBatch;
    } else if (flag == "--fault" && value == "late-snapshot") {
      flags->fault = Fault::kLateSnapshot;
    } else if (flag == "--fault" && value == "stale-read") {
      flags->fault = Fault::kStaleRead;
    } else if (flag != "--planted" || !Plant(value)) {
      std::fprintf(stderr, "%s: what is %s %s?\n", argv[0], flag.c_str(), value.c_str());
      return false;
    }
  }
  return true;
}

void Violation(uint64_t seed, int round, const std::string& what, Totals* totals) {
  ++totals->violations;
  std::printf("VIOLATION seed=%llu round=%d %s\n", static_cast<unsigned long long>(seed), round,
              what.c_str());
}

// One database, many histories.
void RunCase(const Flags& flags, uint64_t seed, Clock::time_point end, Totals* totals) {
  const std::string directory = flags.directory + "/" + std::to_string(seed);
  std::mt19937_64 random(seed);
  Store::Shape shape;
  shape.group = 2 + static_cast<int>(random() % 3);
  shape.singles = 1 + static_cast<int>(random() % 4);
  shape.padding_max = random() % 2 == 0 ? 200 : 3000;
  shape.fault = flags.fault;
  Plan plan;
  plan.threads = 2 + static_cast<int>(random() % 5);
  plan.operations = 10 + static_cast<int>(random() % 40);
  for (int half = 0, round = 0; half < 2; ++half) {
    Store store(directory, shape, seed * 2 + static_cast<uint64_t>(half));
    if (!store.Error().empty()) return Violation(seed, round, store.Error(), totals);
    const Upkeep upkeep(&store, seed);
    Workload workload(&store, half == 0 ? 1 : 1u << 31);
    for (int n = 0; n < kRounds / 2 && Clock::now() < end; ++n, ++round) {
      const State before = workload.Quiet();
      const History history =
          workload.RunRound(plan, seed * kRounds + static_cast<uint64_t>(round));
      ++totals->histories;
      totals->operations += history.size();
      if (!store.Error().empty()) return Violation(seed, round, store.Error(), totals);
      const Verdict verdict = Check(history, before, shape.group, kConfigurationsMax);
      totals->configurations += verdict.configurations;
      // A history without a verdict is not a passed one.
      if (verdict.kind != Verdict::kLinearizable) {
        return Violation(seed, round, verdict.explanation, totals);
      }
    }
  }
}

int Main(int argc, char** argv) {
  Flags flags;
  if (!ParseFlags(argc, argv, &flags)) return 2;
  const std::filesystem::path above = flags.directory.empty()
                                          ? std::filesystem::temp_directory_path()
                                          : std::filesystem::path(flags.directory);
  flags.directory = (above / ("linearizability." + std::to_string(getpid()))).string();
  std::filesystem::create_directories(flags.directory);
  const Clock::time_point start = Clock::now();
  const Clock::time_point end =
      start + std::chrono::microseconds(static_cast<int64_t>(flags.seconds * 1e6));
  Totals totals;
  for (uint64_t seed = flags.seed; Clock::now() < end; ++seed) {
    RunCase(flags, seed, end, &totals);
    std::filesystem::remove_all(flags.directory + "/" + std::to_string(seed));
    if (flags.stop_at_first && totals.violations > 0) break;
  }
  std::filesystem::remove_all(flags.directory);
  std::printf(
      "RESULT suite=linearizability cases=%llu violations=%llu operations=%llu "
      "configurations=%llu seconds=%lld\n",
      static_cast<unsigned long long>(totals.histories),
      static_cast<unsigned long long>(totals.violations),
      static_cast<unsigned long long>(totals.operations),
      static_cast<unsigned long long>(totals.configurations),
      static_cast<long long>(
          std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start).count()));
  return totals.violations == 0 ? 0 : 1;
}

}  // namespace
}  // namespace linearizability

int main(int argc, char** argv) { return linearizability::Main(argc, argv); }
