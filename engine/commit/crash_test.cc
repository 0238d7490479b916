// Machine crashes and process deaths at random instants, with an oracle that has both bounds: what
// comes back is a prefix of the global order, holds at least everything that was promised, and
// nothing that was never submitted or was discarded before.

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>

#include "engine/base/random.h"
#include "engine/commit/test_store.h"
#include "engine/io/sim_file_system.h"
#include "engine/wal/planted_bugs.h"

namespace aether {
namespace {

// Lets the scheduler in wherever the protocol has a window.
std::atomic<uint64_t> jitter_state{1};
void Jitter(CommitPoint, uint64_t) {
  const uint64_t x = jitter_state.fetch_add(0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u >> 40;
  if (x % 16 == 0) std::this_thread::yield();
}

struct EpisodeOptions {
  int writers = 3;
  int writes = 60;  // per writer and life
  int lives = 4;
  bool machine = true;  // power fails; otherwise only the process dies
  bool allow_mapped = true;
  bool background_thread = false;
  bool flushes = true;
  bool manifest_before_log = false;
};

// One key per batch, in both families, so that half a batch shows.
class Episode {
 public:
  Episode(uint64_t seed, const EpisodeOptions& options)
      : options_(options), random_(seed), fs_(seed) {
    store_options_.fs = &fs_;
    store_options_.segment_bytes = 16 << 10;
    store_options_.allow_mapped = options.allow_mapped;
    store_options_.background_thread = options.background_thread;
    store_options_.skip_log_before_manifest = options.manifest_before_log;
  }

  // Empty when all contracts hold.
  std::string Run() {
    for (int life = 0; life < options_.lives; ++life) {
      std::unique_ptr<TestStore> store;
      Status s = TestStore::Open(store_options_, &store);
      if (!s.ok()) return Say(life, "open: " + s.ToString());
      std::string wrong = Check(store.get());
      if (!wrong.empty()) return Say(life, wrong);
      Live(store.get(), life);
      store.reset();
      if (options_.machine && random_.Uniform(4) != 0) {
        fs_.Crash(random_.Next());
        // What was promised to the process alone is promised no more.
        acknowledged_ = synced_;
      } else {
        fs_.ProcessKill();
      }
    }
    std::unique_ptr<TestStore> store;
    Status s = TestStore::Open(store_options_, &store);
    if (!s.ok()) return Say(options_.lives, "open: " + s.ToString());
    std::string wrong = Check(store.get());
    return wrong.empty() ? wrong : Say(options_.lives, wrong);
  }

 private:
  static std::string Say(int life, const std::string& what) {
    return "life " + std::to_string(life) + ": " + what;
  }

  void Live(TestStore* store, int life) {
    const uint64_t ios = 1 + random_.Uniform(options_.flushes ? 120 : 40);
    if (random_.OneIn(2)) {
      fs_.CrashAtSync(1 + random_.Uniform(30));
    } else {
      fs_.CrashAtIo(ios);
    }
    std::vector<std::thread> threads;
    for (int t = 0; t < options_.writers; ++t) {
      threads.emplace_back([this, store, life, t, seed = random_.Next()] {
        Random random(seed);
        for (int i = 0; i < options_.writes && !fs_.frozen(); ++i) {
          const std::string key =
              std::to_string(life) + "." + std::to_string(t) + "." + std::to_string(i);
          std::string body;
          const std::string value(random.Uniform(300), 'v');
          AppendPut(&body, 0, key, value);
          AppendPut(&body, 1, key, value);
          const bool sync = random.OneIn(6);
          {
            std::lock_guard<std::mutex> lock(mutex_);
            submitted_.insert(key);
          }
          WriteResult result;
          const Status s = store->Write(body, sync, false, &result);
          // An acknowledgement counts if the machine still ran when it was given.
          if (!s.ok() || fs_.frozen()) break;
          std::lock_guard<std::mutex> lock(mutex_);
          acknowledged_.insert(key);
          if (sync) synced_.insert(key);
        }
      });
    }
    if (options_.flushes) {
      for (int i = 0; i < 3 && !fs_.frozen(); ++i) {
        std::this_thread::yield();
        if (!store->Flush(static_cast<uint32_t>(random_.Uniform(2))).ok()) break;
      }
    } else if (random_.OneIn(3)) {
      std::this_thread::yield();
      fs_.Freeze();
    }
    for (std::thread& thread : threads) thread.join();
    fs_.Freeze();
  }

  std::string Check(TestStore* store) {
    TestStore::Contents contents;
    Status s = store->Read(&contents);
    if (!s.ok()) return "read: " + s.ToString();
    std::map<std::string, SequenceNumber> present[2];
    for (const auto& [where, value] : contents) present[where.first][where.second] = value.sequence;
    if (present[0].size() != present[1].size()) return "a batch is there by half";
    std::set<SequenceNumber> sequences;
    for (const auto& [key, sequence] : present[0]) {
      auto other = present[1].find(key);
      if (other == present[1].end() || other->second != sequence + 1) {
        return "batch " + key + " is there by half";
      }
      if (submitted_.count(key) == 0) return "batch " + key + " was never submitted";
      if (discarded_.count(key) != 0) return "batch " + key + " was discarded and has come back";
      sequences.insert(sequence);
      sequences.insert(sequence + 1);
    }
    for (const std::string& key : acknowledged_) {
      if (present[0].count(key) == 0) return "batch " + key + " was acknowledged and is lost";
    }
    if (sequences.size() != 2 * present[0].size()) return "a sequence number was used twice";
    if (!sequences.empty() && *sequences.rbegin() != sequences.size()) {
      return "there is a hole below sequence " + std::to_string(*sequences.rbegin());
    }
    if (store->pipeline()->VisibleSequence() != sequences.size()) return "wrong visible sequence";
    for (const std::string& key : submitted_) {
      if (present[0].count(key) == 0) discarded_.insert(key);
    }
    // Recovery has made all of it durable.
    for (const auto& [key, sequence] : present[0]) {
      synced_.insert(key);
      acknowledged_.insert(key);
    }
    return "";
  }

  const EpisodeOptions options_;
  Random random_;
  SimFileSystem fs_;
  TestStoreOptions store_options_;
  std::mutex mutex_;
  std::set<std::string> submitted_;
  std::set<std::string> acknowledged_;
  std::set<std::string> synced_;
  std::set<std::string> discarded_;
};

// The first seed whose episode goes wrong, with what went wrong; empty when none does.
std::string FirstViolation(uint64_t first_seed, int episodes, const EpisodeOptions& options) {
  for (int i = 0; i < episodes; ++i) {
    const uint64_t seed = first_seed + static_cast<uint64_t>(i);
    jitter_state = seed * 2 + 1;
    const std::string wrong = Episode(seed, options).Run();
    if (!wrong.empty()) return "seed " + std::to_string(seed) + ": " + wrong;
  }
  return "";
}

class CrashTest : public testing::Test {
 protected:
  CrashTest() { commit_hook = Jitter; }
  ~CrashTest() override {
    commit_hook = nullptr;
    planted_bug = 0;
  }
};

TEST_F(CrashTest, MachineCrashes) { EXPECT_EQ(FirstViolation(1000, 300, {}), ""); }

TEST_F(CrashTest, MachineCrashesWithABackgroundThread) {
  EpisodeOptions options;
  options.background_thread = true;
  EXPECT_EQ(FirstViolation(2000, 100, options), "");
}

TEST_F(CrashTest, MachineCrashesOnAnAppendBackend) {
  EpisodeOptions options;
  options.allow_mapped = false;
  EXPECT_EQ(FirstViolation(3000, 200, options), "");
}

TEST_F(CrashTest, ProcessDeaths) {
  EpisodeOptions options;
  options.machine = false;
  EXPECT_EQ(FirstViolation(4000, 300, options), "");
  options.flushes = false;
  EXPECT_EQ(FirstViolation(5000, 300, options), "");
}

// Each planted bug has to be found by the same oracle.
struct Plant {
  PlantedBug bug;
  bool machine;
  const char* name;
};
class PlantedBugTest : public CrashTest, public testing::WithParamInterface<Plant> {};

TEST_P(PlantedBugTest, IsCaught) {
  EpisodeOptions options;
  options.machine = GetParam().machine;
  options.flushes = GetParam().machine;
  planted_bug = static_cast<int>(GetParam().bug);
  const std::string violation = FirstViolation(1, 3000, options);
  EXPECT_NE(violation, "");
  RecordProperty("violation", violation);
}
INSTANTIATE_TEST_SUITE_P(
    Bugs, PlantedBugTest,
    testing::Values(Plant{PlantedBug::kAcknowledgeBeforePublish, false, "AckBeforePublish"},
                    Plant{PlantedBug::kDoneBeforeStamp, false, "DoneBeforeStamp"},
                    Plant{PlantedBug::kNoSyncInRecovery, true, "NoSyncInRecovery"},
                    Plant{PlantedBug::kEpochReused, true, "EpochReused"}),
    [](const auto& plant) { return std::string(plant.param.name); });

TEST_F(CrashTest, ManifestBeforeLogIsCaught) {
  EpisodeOptions options;
  options.manifest_before_log = true;
  EXPECT_NE(FirstViolation(1, 3000, options), "");
}

// --- error sweep ---

// A fixed workload of one thread on a file system whose n-th I/O fails, once or from then on.
// Whatever was acknowledged must be there after the fault is gone and the store is opened again.
// *reached becomes false once the workload has fewer than n I/Os.
std::string Sweep(uint64_t n, bool sticky, SimEffect effect, bool allow_mapped, bool* reached) {
  SimFileSystem fs(n);
  TestStoreOptions options;
  options.fs = &fs;
  options.segment_bytes = 16 << 10;
  options.allow_mapped = allow_mapped;
  SimFault fault;
  fault.io = kSimAllIo & ~kSimRead;
  fault.effect = effect;
  fault.nth = n;
  fault.sticky = sticky;
  fs.AddFault(fault);
  std::set<std::string> acknowledged;
  {
    std::unique_ptr<TestStore> store;
    Status s = TestStore::Open(options, &store);
    for (int i = 0; s.ok() && i < 120; ++i) {
      const std::string key = std::to_string(i);
      if (store->Put(0, key, std::string(300, 'x'), i % 10 == 0).ok()) acknowledged.insert(key);
      if (i % 40 == 39) store->Flush(0).Ignore();
      if (store->pipeline()->poisoned() && i == 100) store->Resume().Ignore();
    }
  }
  *reached = fs.counters().faults > 0;
  fs.ClearFaults();
  fs.ProcessKill();
  std::unique_ptr<TestStore> store;
  Status s = TestStore::Open(options, &store);
  if (!s.ok()) return "open: " + s.ToString();
  TestStore::Contents contents;
  s = store->Read(&contents);
  if (!s.ok()) return "read: " + s.ToString();
  for (const std::string& key : acknowledged) {
    if (contents.count({0, key}) == 0) return key + " was acknowledged and is lost";
  }
  return "";
}

TEST(ErrorSweep, NothingAcknowledgedIsLostWhicheverIoFails) {
  for (const bool allow_mapped : {true, false}) {
    for (const SimEffect effect : {SimEffect::kError, SimEffect::kNoSpace}) {
      for (const bool sticky : {false, true}) {
        bool reached = true;
        uint64_t n = 1;
        for (; reached && n < 2000; ++n) {
          EXPECT_EQ(Sweep(n, sticky, effect, allow_mapped, &reached), "")
              << "I/O " << n << " sticky " << sticky << " mapped " << allow_mapped << " effect "
              << static_cast<int>(effect);
        }
        EXPECT_GT(n, 30u);
        EXPECT_LT(n, 2000u);
      }
    }
  }
}

}  // namespace
}  // namespace aether
