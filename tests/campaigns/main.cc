// campaigns: fixed sets of cases on the simulated disk, each complete or sampled by seed.
//
//   campaigns error-sweep|enumeration|bit-flip [--seed S] [--seconds T] [--jobs J] [--full]
//             [--io] [--replay STRAND:INDEX] [--stop-at-first] [--verbose] [--planted BUG]
//
// What each of them does is told in the header of that name. A violation is printed with the flags
// that repeat it. Without --seconds everything is run. Exit status: 0 no violation, 1 violations,
// 2 bad arguments. The last line is
//   RESULT suite=... cases=... faults=... violations=... seconds=...

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "engine/wal/planted_bugs.h"
#include "tests/campaigns/bit_flip.h"
#include "tests/campaigns/campaign.h"
#include "tests/campaigns/enumeration.h"
#include "tests/campaigns/error_sweep.h"

namespace aether::campaigns {
namespace {

#ifdef AETHER_PLANTED_BUGS
constexpr std::pair<const char*, PlantedBug> kEngineBugs[] = {
    {"acknowledge-before-publish", PlantedBug::kAcknowledgeBeforePublish},
    {"no-sync-in-recovery", PlantedBug::kNoSyncInRecovery},
    {"epoch-reused", PlantedBug::kEpochReused},
    {"skip-directory-sync", PlantedBug::kSkipDirectorySync},
    {"manifest-before-log", PlantedBug::kManifestBeforeLog},
    {"blob-not-synced", PlantedBug::kBlobNotSynced},
};
#endif

bool Plant(const std::string& name) {
#ifdef AETHER_PLANTED_BUGS
  for (const auto& [known, bug] : kEngineBugs) {
    if (name == known) planted_bug = static_cast<int>(bug);
  }
#endif
  const bool of_campaign = name == kPlantedLostWrite || name == kPlantedNoVerification;
  return of_campaign || Planted(PlantedBug::kAcknowledgeBeforePublish) ||
         Planted(PlantedBug::kNoSyncInRecovery) || Planted(PlantedBug::kEpochReused) ||
         Planted(PlantedBug::kSkipDirectorySync) || Planted(PlantedBug::kManifestBeforeLog) ||
         Planted(PlantedBug::kBlobNotSynced);
}

bool Parse(int argc, char** argv, Flags* flags) {
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    const std::pair<const char*, bool*> switches[] = {{"--verbose", &flags->verbose},
                                                      {"--stop-at-first", &flags->stop_at_first},
                                                      {"--full", &flags->full},
                                                      {"--io", &flags->io_only}};
    const auto found = std::find_if(std::begin(switches), std::end(switches),
                                    [&](const auto& known) { return name == known.first; });
    if (found != std::end(switches)) {
      *found->second = true;
      continue;
    }
    if (i + 1 == argc) return false;
    const std::string value = argv[++i];
    char* rest = nullptr;
    const uint64_t number = std::strtoull(value.c_str(), &rest, 10);
    if (name == "--planted") {
      flags->planted = value;
      if (!Plant(value)) return false;
      continue;
    }
    if (rest == value.c_str()) return false;
    if (name == "--seed") {
      flags->seed = number;
    } else if (name == "--seconds") {
      flags->seconds = number;
    } else if (name == "--jobs") {
      flags->jobs = static_cast<int>(std::clamp<uint64_t>(number, 1, 16));
    } else if (name == "--replay") {
      if (*rest != ':') return false;
      flags->replay = true;
      flags->replay_strand = number;
      flags->replay_index = std::strtoull(rest + 1, nullptr, 10);
    } else {
      return false;
    }
  }
  if (flags->verbose) flags->jobs = 1;
  return true;
}

int Main(int argc, char** argv) {
  Flags flags;
  const std::string which = argc > 1 ? argv[1] : "";
  const std::pair<const char*, std::unique_ptr<Campaign> (*)(const Flags&)> known[] = {
      {"error-sweep", NewErrorSweep}, {"enumeration", NewEnumeration}, {"bit-flip", NewBitFlip}};
  for (const auto& [name, make] : known) {
    if (which != name || !Parse(argc, argv, &flags)) continue;
    const std::unique_ptr<Campaign> campaign = make(flags);
    if (campaign == nullptr) return 1;
    return RunCampaign(name, flags, campaign.get());
  }
  std::fprintf(stderr,
               "usage: %s error-sweep|enumeration|bit-flip [--seed S] [--seconds T] [--jobs J]\n"
               "          [--full] [--io] [--replay STRAND:INDEX] [--stop-at-first] [--verbose]\n"
               "          [--planted BUG]\n",
               argv[0]);
  return 2;
}

}  // namespace
}  // namespace aether::campaigns

int main(int argc, char** argv) { return aether::campaigns::Main(argc, argv); }
