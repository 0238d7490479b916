#include "tests/sim/episode.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "tests/sim/schedule.h"

namespace aether::sim {
namespace {

constexpr char kPath[] = "/store";
constexpr int kCrowd = 3;

}  // namespace

Episode::Episode(uint64_t seed, Plan plan, bool verbose)
    : seed_(seed), plan_(plan), random_(seed), fs_(seed * 31 + 7) {
  world_.fs = &fs_;
  world_.verbose = verbose;
  fs_.SetMappedLogIsSafe(!random_.OneIn(4));
  log_directory_ = random_.OneIn(4) ? "/logs" : "";
  fs_.SetWriteBackOneIn(random_.OneIn(3) ? 0 : 1 + random_.Uniform(8));
  if (Schedule::active()) {
    fs_.SetHook([](const SimIoEvent& event) {
      Schedule::Note(event.io_number * 64 + event.io);
      Schedule::Switch();
    });
  }
}

void Episode::Trace(const std::string& line) const {
  if (world_.verbose) std::fprintf(stderr, "%s\n", line.c_str());
}

std::string Episode::Describe() const {
  return "life " + std::to_string(result_.lives) + " of the episode with seed " +
         std::to_string(seed_);
}

Status Episode::Open() {
  EnvOptions options;
  options.fs = &fs_;
  options.create_if_missing = true;
  options.wal_dir = log_directory_;
  options.create_missing_stores = true;
  options.allow_mapped_log = !random_.OneIn(4);
  options.avoid_flush_during_recovery = random_.OneIn(3);
  options.background_jobs = static_cast<int>(1 + random_.Uniform(4));
  avoids_flush_ = random_.OneIn(2);
  options.avoid_flush_during_shutdown = avoids_flush_;
  if (!random_.OneIn(16)) {
    options.log_chunk_bytes = uint64_t{4096} << random_.Uniform(4);
    options.log_segment_bytes = options.log_chunk_bytes << (1 + random_.Uniform(3));
  }
  if (random_.OneIn(3)) options.max_total_wal_size = uint64_t{16 << 10} << random_.Uniform(6);
  if (random_.OneIn(4)) options.db_write_buffer_size = uint64_t{32 << 10} << random_.Uniform(4);
  if (world_.verbose) {
    options.log = [](const std::string& line) {
      std::fprintf(stderr, "    log: %s\n", line.c_str());
    };
  }
  world_.families.clear();
  std::vector<std::string> names;
  Status s = DbEnv::ListStores(&fs_, kPath, &names);
  if (!s.ok()) {
    if (exists_) return s;
    names = {"default", "f1"};
  }
  if (names.size() < 2) names.push_back("f1");
  // Which family is behind each name: the one the oracle knows, or a new one.
  std::vector<StoreDescriptor> stores;
  std::map<std::string, uint64_t> known;
  for (const auto& [incarnation, name] : promised_) known[name] = incarnation;
  for (const std::string& name : names) {
    stores.push_back({name, RandomStoreOptions(&random_, name)});
  }
  std::vector<KvStore*> handles;
  s = DbEnv::Open(options, kPath, stores, &env_, &handles);
  Trace("open: " + s.ToString());
  if (!s.ok()) return s;
  world_.env = env_.get();
  for (size_t i = 0; i < names.size(); ++i) {
    Family family;
    family.name = names[i];
    family.store = handles[i];
    const auto old = known.find(names[i]);
    family.incarnation = old != known.end() ? old->second : world_.next_incarnation++;
    world_.families.push_back(family);
  }
  return s;
}

bool Episode::Judge() {
  Contents contents;
  for (const Family& family : world_.families) {
    auto& entries = contents[family.incarnation];
    const auto it = family.store->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      entries.emplace_back(it->key().ToString(), it->value().ToString());
    }
    if (!it->status().ok()) {
      result_.violation = "the scan after reopening failed: " + it->status().ToString();
      return false;
    }
  }
  // Families whose creation or removal was promised.
  for (const auto& [incarnation, name] : promised_) {
    if (contents.count(incarnation) == 0 && name != world_.maybe_dropped) {
      result_.violation = "family " + name + " is gone";
      return false;
    }
  }
  for (const Family& family : world_.families) {
    const bool promised = promised_.count(family.incarnation) > 0;
    if (exists_ && !promised && family.name != world_.maybe_created) {
      result_.violation = "family " + family.name + " was dropped and is back";
      return false;
    }
  }
  State state;
  std::map<std::pair<uint64_t, std::string>, uint64_t> unlogged;
  result_.violation =
      JudgeRecovery(evidence_, env_->VisibleSequence(), contents, &state, &unlogged);
  if (!result_.violation.empty()) return false;

  evidence_ = Evidence();
  promised_.clear();
  evidence_.base = std::move(state);
  evidence_.base_sequence = env_->VisibleSequence();
  for (const Family& family : world_.families) {
    evidence_.base.families[family.incarnation].reversed = IsReversed(family.name);
    promised_[family.incarnation] = family.name;
  }
  for (const auto& [where, value] : unlogged) {
    // No log brought it back, so it is in a run.
    evidence_.unlogged[where] = {value, value, 0};
  }
  for (const auto& [where, value] : highest_unlogged_) evidence_.unlogged[where].at_most = value;
  world_.maybe_created.clear();
  world_.maybe_dropped.clear();
  exists_ = true;
  return true;
}

bool Episode::OpenAfterCrash() {
  for (int attempt = 0;; ++attempt) {
    const bool crash = attempt < 3 && random_.OneIn(4);
    const bool fault = attempt < 3 && !crash && random_.OneIn(8);
    const bool bad_sync = fault && random_.OneIn(3);
    if (crash) {
      if (random_.OneIn(2)) {
        fs_.CrashAtIo(1 + random_.Uniform(60));
      } else {
        fs_.CrashAtSync(1 + random_.Uniform(8));
      }
    }
    if (fault) {
      SimFault failing;
      failing.io = random_.OneIn(2) ? kSimRead | kSimOpen : kSimWrite | kSimName;
      if (bad_sync) failing.io = kSimSync | kSimDirSync;
      failing.effect = random_.OneIn(2) ? SimEffect::kError : SimEffect::kNoSpace;
      failing.nth = 1 + random_.Uniform(30);
      fs_.AddFault(failing);
    }
    const Status s = Open();
    // In this order: a flush in the background may still set off the crash.
    fs_.CrashAtIo(0);
    fs_.CrashAtSync(0);
    const bool frozen = fs_.frozen();
    fs_.ClearFaults();
    if (!s.ok()) {
      if (frozen) {
        End(random_.OneIn(3) ? Ending::kProcess : Ending::kMachine);
        ++result_.crashes_in_recovery;
        continue;
      }
      if (bad_sync) End(Ending::kMachine);
      if (fault) continue;
      result_.violation = "the store does not open: " + s.ToString();
      return false;
    }
    if (frozen) {
      End(random_.OneIn(3) ? Ending::kProcess : Ending::kMachine);
      ++result_.crashes_in_recovery;
      continue;
    }
    fault_in_opening_ = fault;
    sync_failed_ = bad_sync;
    return Judge();
  }
}

void Episode::ArmCrash() {
  switch (random_.Uniform(plan_ == Plan::kRecover ? 2 : 4)) {
    case 0:
      break;
    case 1:
      fs_.CrashAtSync(1 + random_.Uniform(25));
      break;
    case 2:
      fs_.CrashAtIo(1 + random_.Uniform(300));
      break;
    case 3:
      fs_.CrashAtIo(1 + random_.Uniform(60));
      break;
  }
}

void Episode::ArmFaults() {
  // A fault that was meant for the opening may have hit background work instead.
  world_.faults = fault_in_opening_;
  if (plan_ == Plan::kRecover || plan_ == Plan::kCrowd || !random_.OneIn(4)) return;
  world_.faults = true;
  SimFault fault;
  fault.nth = 1 + random_.Uniform(80);
  fault.sticky = random_.OneIn(3);
  switch (random_.Uniform(5)) {
    case 0:
      fs_.SetFreeSpace(random_.Uniform(8) << 20);
      return;
    case 1:
      fault.io = kSimWrite | kSimName | kSimOpen;
      fault.effect = random_.OneIn(3) ? SimEffect::kShort : SimEffect::kError;
      break;
    case 2:
      fault.io = kSimSync | kSimDirSync;
      fault.effect = SimEffect::kError;
      sync_failed_ = true;
      break;
    case 3: {
      const SimEffect effects[] = {SimEffect::kError, SimEffect::kShort, SimEffect::kBitFlip,
                                   SimEffect::kMisdirect};
      fault.io = kSimRead;
      fault.path_part = ".sst";
      fault.effect = effects[random_.Uniform(4)];
      fault.sticky = false;
      fault.probability = random_.OneIn(2) ? 0.05 : 0;
      break;
    }
    case 4:
      fault.io = kSimWrite;
      fault.path_part = random_.OneIn(2) ? ".log" : "MANIFEST";
      fault.effect = random_.OneIn(2) ? SimEffect::kNoSpace : SimEffect::kError;
      break;
  }
  fs_.AddFault(fault);
}

void Episode::Collect(const Writer& writer) {
  evidence_.batches.insert(evidence_.batches.end(), writer.batches().begin(),
                           writer.batches().end());
  evidence_.any_unlogged |= writer.any_unlogged();
  for (const auto& [where, bounds] : writer.unlogged()) {
    evidence_.unlogged[where] = bounds;
    uint64_t& highest = highest_unlogged_[where];
    highest = std::max(highest, bounds.at_most);
  }
  result_.operations += writer.operations();
}

void Episode::LiveAlone() {
  world_.lone = true;
  const uint64_t most = plan_ == Plan::kRecover ? 12 : 240;
  const uint64_t length = 1 + random_.Uniform(random_.OneIn(3) ? 20 : most);
  Writer writer(&world_, 0, random_.Next(), evidence_.base, next_index_[0] + 1,
                evidence_.base_sequence + 1);
  writer.SetUnlogged(evidence_.unlogged);
  for (uint64_t i = 0; i < length && writer.Step(); ++i) {
  }
  writer.Finish();
  next_index_[0] = writer.next_index();
  // Families that came and went, as the writer knows them.
  promised_.clear();
  for (const Family& family : world_.families) {
    promised_[family.incarnation] = family.name;
    evidence_.base.families[family.incarnation].reversed = IsReversed(family.name);
  }
  Collect(writer);
}

void Episode::LiveInCrowd() {
  world_.lone = false;
  writers_.clear();
  for (int i = 0; i < kCrowd; ++i) {
    writers_.push_back(std::make_unique<Writer>(&world_, i, random_.Next(), evidence_.base,
                                                next_index_[i] + 1, evidence_.base_sequence + 1));
  }
  std::vector<std::thread> threads;
  std::atomic<int> running{kCrowd};
  const uint64_t most = plan_ == Plan::kCrowd ? 400 : 150;
  for (const auto& writer : writers_) {
    threads.emplace_back([&running, most, w = writer.get()] {
      for (uint64_t i = 0; i < most && w->Step(); ++i) {
      }
      --running;
    });
  }
  const auto stop_at =
      std::chrono::steady_clock::now() + std::chrono::microseconds(200 + random_.Uniform(40000));
  const bool stop = !random_.OneIn(4);
  while (running.load() > 0 && std::chrono::steady_clock::now() < stop_at) {
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  if (stop) fs_.Freeze();
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < kCrowd; ++i) {
    writers_[i]->Finish();
    next_index_[i] = writers_[i]->next_index();
    Collect(*writers_[i]);
  }
  writers_.clear();
}

void Episode::CloseFirst() {
  const Status s = env_->Close();
  if (fs_.frozen() || avoids_flush_) return;
  if (!s.ok()) {
    if (!world_.faults) result_.violation = "Close failed without a cause: " + s.ToString();
    return;
  }
  for (auto& [where, bounds] : evidence_.unlogged) {
    bounds.at_least = std::max(bounds.at_least, bounds.written);
  }
}

void Episode::End(Ending ending) {
  fs_.CrashAtIo(0);
  fs_.CrashAtSync(0);
  if (ending == Ending::kClean) {
    env_.reset();
    ++result_.clean_closes;
    Trace("closed");
    return;
  }
  fs_.Freeze();
  env_.reset();
  if (sync_failed_) ending = Ending::kMachine;
  if (ending == Ending::kMachine) {
    evidence_.machine_died = true;
    fs_.Crash(random_.Next());
    ++result_.machine_crashes;
    Trace("the machine died");
  } else {
    fs_.ProcessKill();
    ++result_.process_kills;
    Trace("the process died");
  }
  fs_.ClearFaults();
  fs_.SetFreeSpace(UINT64_MAX);
  sync_failed_ = sync_failed_ && ending != Ending::kMachine;
}

void Episode::Live() {
  ++result_.lives;
  Trace(Describe());
  world_.stop = false;
  ArmFaults();
  const bool crowd = plan_ == Plan::kCrowd || (plan_ == Plan::kAny && random_.OneIn(4));
  if (!(crowd && random_.OneIn(2))) ArmCrash();
  if (crowd && world_.families.size() >= 2) {
    LiveInCrowd();
  } else {
    LiveAlone();
  }
  result_.violation = world_.violation();
  if (!result_.violation.empty()) {
    result_.violation += " (" + Describe() + ")";
    env_.reset();
    return;
  }
  const bool frozen = fs_.frozen();
  Ending ending = random_.OneIn(4) ? Ending::kProcess : Ending::kMachine;
  if (plan_ == Plan::kCrowd) ending = random_.OneIn(4) ? Ending::kMachine : Ending::kProcess;
  if (plan_ == Plan::kRecover && random_.OneIn(2)) ending = Ending::kProcess;
  if (!frozen && random_.OneIn(3)) {
    CloseFirst();
    if (!fs_.frozen() && !sync_failed_ && !world_.faults && random_.OneIn(2)) {
      ending = Ending::kClean;
    }
  }
  End(ending);
}

EpisodeResult Episode::Run() {
  const uint64_t lives = 3 + random_.Uniform(6);
  for (uint64_t i = 0; i <= lives; ++i) {
    if (!OpenAfterCrash()) {
      result_.violation += " (after " + Describe() + ")";
      env_.reset();
      break;
    }
    if (i == lives) {
      env_.reset();
      break;
    }
    Live();
    if (!result_.violation.empty()) break;
  }
  result_.faults = fs_.counters().faults + fs_.counters().blocks_dropped +
                   fs_.counters().blocks_torn + fs_.counters().names_dropped;
  return result_;
}

}  // namespace aether::sim
