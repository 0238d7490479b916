// trace_driver: lets the engine live and die on the simulated disk and writes down its events.
//
//   trace_driver --seeds A..B --out DIRECTORY [--tree] [--bug NAME]
//
// For each seed several lives of one store: writers, a reader with and without snapshots, flushes
// and syncs; then the process or the machine dies, or the store is closed, and it is opened again,
// sometimes with another death on the way. With --tree there is one family of small files, with
// deletions, merges and iterators that are held, and the events of the disk. DIRECTORY/SEED.jsonl
// gets the events of all lives, for convert.py and convert_tree.py. The seed decides options,
// operations and deaths; an even seed also decides which thread runs when (tests/sim/schedule.h),
// with an odd one the threads run as they like.
// Exit status: 0, also when the store cannot be opened any more (an event says so).

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "engine/base/trace.h"
#include "engine/commit/batch.h"
#include "engine/io/sim_file_system.h"
#include "engine/lsm/manifest.h"
#include "engine/store/db_env.h"
#include "engine/wal/planted_bugs.h"
#include "tests/sim/schedule.h"
#include "tests/trace/traced_disk.h"

namespace aether {
namespace {

constexpr char kPath[] = "/store";
constexpr int kWriters = 3;

std::atomic<uint64_t> thread_seeds{1};

// Stops threads where only they could make progress, now and then.
void Park(CommitPoint point, uint64_t) {
  sim::Schedule::Switch();
  thread_local Random random(thread_seeds.fetch_add(1));
  if (point == CommitPoint::kFloor) {
    std::this_thread::sleep_for(std::chrono::microseconds(random.Uniform(4000)));
  } else if (random.OneIn(8)) {
    std::this_thread::sleep_for(std::chrono::microseconds(random.Uniform(200)));
  }
}

class Machine {
 public:
  Machine(uint64_t seed, bool tree)
      : tree_(tree), random_(seed), fs_(seed * 31 + 7), traced_disk_(&fs_) {
    fs_.SetMappedLogIsSafe(!random_.OneIn(3));
    fs_.SetHook([this](const SimIoEvent& event) {
      if (sim::Schedule::active()) {
        sim::Schedule::Note(event.io_number * 64 + event.io);
        sim::Schedule::Switch();
      }
      if (ios_left_.load() > 0 && ios_left_.fetch_sub(1) == 1) Freeze();
    });
  }

  void Run() {
    const uint64_t lives = 3 + random_.Uniform(3);
    trace::Start();
    for (uint64_t life = 0; life < lives; ++life) {
      if (!OpenStore(life == 0)) return;
      if (life == 0 && tree_) Write(&random_);  // a snapshot of nothing is of no interest
      ReadAll();
      // After the death of a process sometimes nothing at all: what was recovered has to last.
      idle_ = process_died_ && random_.OneIn(2);
      if (!idle_ && life + 1 < lives && Lines() < max_lines_) Live();
      End();
    }
  }

 private:
  static size_t Lines() {
    AETHER_TRACE_STEP();
    return trace::lines.size();
  }

  // The instant of the death: what happens later does not count.
  void Freeze() {
    AETHER_TRACE_STEP();
    fs_.Freeze();
    AETHER_TRACE("freeze");
    trace::Stop();
    stop_.store(true);
  }

  bool OpenStore(bool first) {
    for (int attempt = 0;; ++attempt) {
      stop_.store(false);
      if (attempt < 2 && random_.OneIn(4) && !(first && tree_))
        ios_left_.store(1 + static_cast<int>(random_.Uniform(60)));
      EnvOptions options;
      options.fs = tree_ ? static_cast<FileSystem*>(&traced_disk_) : &fs_;
      options.create_if_missing = true;
      options.create_missing_stores = true;
      options.avoid_flush_during_recovery = random_.OneIn(2);
      options.log_chunk_bytes = 4096;
      options.log_segment_bytes = 16384;
      StoreOptions store;
      store.tree.auto_merge = tree_ ? !random_.OneIn(4) : random_.OneIn(2);
      std::vector<StoreDescriptor> stores = {{"default", store}};
      if (tree_) {
        TreeOptions& tree = stores[0].options.tree;
        tree.fanout = 2 + static_cast<int>(random_.Uniform(2));
        constexpr Strategy kStrategies[] = {Strategy::kHanoi, Strategy::kTiered,
                                            Strategy::kLeveled};
        tree.strategy = kStrategies[random_.Uniform(3)];
        tree.tiered.trigger = 2 + static_cast<int>(random_.Uniform(3));
        tree.tiered.max_width = 2 + static_cast<uint32_t>(random_.Uniform(4));
        tree.tiered.space_amplification_percent = random_.OneIn(2) ? 100 : 1000;
        tree.leveled.trigger = 1 + static_cast<int>(random_.Uniform(3));
        tree.leveled.base_bytes = 1000 + random_.Uniform(4000);
        tree.leveled.multiplier = 2;
        tree.target_file_size = 600 + random_.Uniform(2000);
        tree.last_level_ratio = random_.OneIn(2) ? 0.2 : 3;
        options.background_jobs = 2 + static_cast<int>(random_.Uniform(2));
      } else {
        stores.push_back({"other", store});
      }
      const Status s = DbEnv::Open(options, kPath, stores, &env_, &families_);
      ios_left_.store(0);
      if (s.ok() && !fs_.frozen()) return true;
      if (!s.ok() && !fs_.frozen()) {
        AETHER_TRACE("openFailed", "status", s.ToString());
        return false;
      }
      env_.reset();
      Die(random_.OneIn(3));
    }
  }

  void Die(bool process) {
    if (process) {
      fs_.ProcessKill();
    } else {
      fs_.Crash(random_.Next());
    }
    process_died_ = process;
    trace::Start();
    AETHER_TRACE("crash", "kind", process ? "process" : "machine");
    if (tree_) TellWhatIsLeft();
  }

  // What the next process will find. The manifest says of itself how many edits it has.
  void TellWhatIsLeft() {
    std::vector<std::string> names;
    fs_.List(kPath, &names).Ignore();
    AETHER_TRACE("left", "names", trace::List(names, [](const auto& name) { return name; }));
    ManifestState state;
    uint64_t number = 0;
    const Status s = Manifest::Read(&fs_, kPath, &state, &number);
    if (!s.ok()) AETHER_TRACE("openFailed", "status", s.ToString());
  }

  void End() {
    ios_left_.store(0);
    const bool clean = !fs_.frozen() && !idle_ && random_.OneIn(5);
    if (clean) env_->Close().Ignore();
    if (!fs_.frozen()) Freeze();
    env_.reset();
    Die(clean || (!idle_ && random_.OneIn(2)));
  }

  static std::string Key(uint64_t k) { return "k" + std::to_string(k); }
  uint32_t FamilyCount() const { return static_cast<uint32_t>(families_.size()); }

  void Write(Random* random) {
    std::string body;
    uint32_t count = 0;
    const std::string value = "b" + std::to_string(next_batch_.fetch_add(1)) + "." +
                              std::string(random->Uniform(tree_ ? 600 : 300), 'x');
    const uint64_t wanted = 1 + random->Uniform(3);
    const uint64_t places = FamilyCount() * keys_;
    const uint64_t first = random->Uniform(places);
    const uint64_t step = 2 + random->Uniform(2);  // 2 stays in one family
    for (uint64_t i = 0; i < wanted; ++i, ++count) {
      const uint64_t place = (first + (tree_ ? 1 : step) * i) % places;
      const auto family = static_cast<uint32_t>(place % FamilyCount());
      const std::string key = Key(place / FamilyCount());
      if (tree_ && random->OneIn(3)) {
        AppendDelete(&body, family, key);
      } else {
        AppendPut(&body, family, key, value);
      }
    }
    WriteOptions options;
    options.sync = !lazy_ && random->OneIn(5);
    if (!env_->Write(options, body, count, nullptr).ok()) stop_.store(true);
  }

  void WriterLoop(uint64_t seed) {
    Random random(seed);
    while (!stop_.load() && batches_left_.fetch_sub(1) > 0) {
      Write(&random);
      if (pause_micros_ > 500 || random.OneIn(4)) {
        std::this_thread::sleep_for(std::chrono::microseconds(random.Uniform(pause_micros_)));
      }
    }
  }

  static std::string Tag(Slice value) {
    const std::string text = value.ToString();
    return text.substr(0, text.find('.'));
  }

  void Read(uint32_t family, const Snapshot* snapshot, bool whole, uint64_t key) {
    ReadOptions options;
    options.snapshot = snapshot;
    AETHER_TRACE("read", "family", family, "snapshot",
                 snapshot == nullptr ? int64_t{-1} : static_cast<int64_t>(snapshot->sequence()),
                 "whole", whole);
    std::string found;
    Status s;
    if (whole) {
      const auto it = families_[family]->NewIterator(options);
      for (it->SeekToFirst(); it->Valid(); it->Next()) {
        found += (found.empty() ? "[" : ",[") + trace::Quote(it->key()) + "," +
                 trace::Quote(Tag(it->value())) + "]";
      }
      s = it->status();
      std::this_thread::sleep_for(std::chrono::microseconds(hold_micros_.load()));
      AETHER_TRACE("unpin");
    } else {
      PinnedValue value;
      s = families_[family]->Get(options, Key(key), &value);
      if (s.ok())
        found = "[" + trace::Quote(Key(key)) + "," + trace::Quote(Tag(value.value())) + "]";
    }
    if (!s.ok() && !s.IsNotFound()) {
      AETHER_TRACE("readFailed", "status", s.ToString());
      return;
    }
    AETHER_TRACE("got", "key", whole ? std::string() : Key(key), "found",
                 trace::Json{"[" + found + "]"});
  }

  void ReadAll() {
    for (uint32_t f = 0; f < FamilyCount(); ++f) Read(f, nullptr, true, 0);
  }

  void ReaderLoop(uint64_t seed) {
    Random random(seed);
    const Snapshot* snapshot = nullptr;
    while (!stop_.load() && batches_left_.load() > 0) {
      if (snapshot == nullptr && random.OneIn(3)) {
        snapshot = env_->GetSnapshot();
      } else if (snapshot != nullptr && random.OneIn(4)) {
        env_->ReleaseSnapshot(snapshot);
        snapshot = nullptr;
      }
      hold_micros_.store(tree_ && random.OneIn(2) ? random.Uniform(3000) : 0);
      Read(static_cast<uint32_t>(random.Uniform(FamilyCount())),
           random.OneIn(2) ? snapshot : nullptr, tree_ || random.OneIn(2), random.Uniform(keys_));
      std::this_thread::sleep_for(std::chrono::microseconds(200 + random.Uniform(800)));
    }
    env_->ReleaseSnapshot(snapshot);
  }

  void Live() {
    batches_left_.store(10 + static_cast<int>(random_.Uniform(50)));
    lazy_ = random_.OneIn(2);
    pause_micros_ = random_.OneIn(3) ? 4000 : 500;
    const int writers = 1 + static_cast<int>(random_.Uniform(kWriters));
    if (random_.OneIn(2)) {
      ios_left_.store(1 + static_cast<int>(random_.Uniform(tree_ ? 600 : 150)));
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([this, seed = random_.Next()] { WriterLoop(seed); });
    }
    threads.emplace_back([this, seed = random_.Next()] { ReaderLoop(seed); });
    while (!stop_.load() && batches_left_.load() > 0) {
      std::this_thread::sleep_for(std::chrono::microseconds(random_.Uniform(4000)));
      switch (random_.Uniform(tree_ ? 6 : 4)) {
        case 0:
          env_->FlushAll(false).Ignore();
          break;
        case 1:
          if (!lazy_) env_->FlushWal(true).Ignore();
          break;
        case 5: {
          CompactRangeOptions options;
          options.force_last_level = random_.OneIn(2);
          options.canceled = &stop_;
          families_[0]->CompactRange(options, nullptr, nullptr).Ignore();
          break;
        }
        default:
          families_[random_.Uniform(FamilyCount())]->Flush(random_.OneIn(3)).Ignore();
      }
    }
    // The death may find writers at work.
    if (random_.OneIn(3) && !fs_.frozen()) Freeze();
    stop_.store(true);
    for (std::thread& thread : threads) thread.join();
  }

  const bool tree_;
  const uint64_t keys_ = tree_ ? 6 : 4;
  const size_t max_lines_ = tree_ ? 5000 : 1500;  // so that the check stays short
  Random random_;
  SimFileSystem fs_;
  TracedDisk traced_disk_;
  bool process_died_ = false;
  bool idle_ = false;                     // nothing is done in this life
  bool lazy_ = false;                     // nobody syncs the log in this life
  uint64_t pause_micros_ = 500;           // of writers; long ones leave tables empty for a while
  std::atomic<uint64_t> hold_micros_{0};  // how long the next iterator lives after its last entry
  std::atomic<int> ios_left_{0};
  std::atomic<int> batches_left_{0};
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> next_batch_{1};
  std::unique_ptr<DbEnv> env_;
  std::vector<KvStore*> families_;
};

int BugNamed(const std::string& name) {
  const std::pair<const char*, PlantedBug> names[] = {
      {"acknowledge-before-publish", PlantedBug::kAcknowledgeBeforePublish},
      {"done-before-stamp", PlantedBug::kDoneBeforeStamp},
      {"no-sync-in-recovery", PlantedBug::kNoSyncInRecovery},
      {"epoch-reused", PlantedBug::kEpochReused},
      {"skip-directory-sync", PlantedBug::kSkipDirectorySync},
      {"manifest-before-log", PlantedBug::kManifestBeforeLog},
      {"half-batch-visible", PlantedBug::kHalfBatchVisible},
      {"sequence-before-view", PlantedBug::kSequenceBeforeView},
      {"floor-before-watermark", PlantedBug::kFloorBeforeWatermark},
      {"tombstone-over-older", PlantedBug::kTombstoneOverOlder},
      {"tombstone-under-snapshot", PlantedBug::kTombstoneUnderSnapshot},
      {"unlink-before-manifest", PlantedBug::kUnlinkBeforeManifest},
      {"run-not-synced", PlantedBug::kRunNotSynced},
      {"trim-left-out", PlantedBug::kTrimLeftOut},
      {"unlink-pinned", PlantedBug::kUnlinkPinned},
      {"current-before-name", PlantedBug::kCurrentBeforeName},
  };
  for (const auto& [known, bug] : names) {
    if (name == known) return static_cast<int>(bug);
  }
  return 0;
}

int Main(uint64_t first, uint64_t last, const std::string& directory, bool tree) {
  commit_hook.store(Park);
  for (uint64_t seed = first; seed <= last; ++seed) {
    thread_seeds.store(seed << 20);
    const bool scheduled = seed % 2 == 0;
    if (scheduled) sim::Schedule::Start(seed);
    // A thread of its own: it knows nothing of the seed before.
    std::thread([&] { Machine(seed, tree).Run(); }).join();
    trace::Stop();
    if (scheduled) sim::Schedule::Stop();
    std::ofstream file(directory + "/" + std::to_string(seed) + ".jsonl");
    for (const std::string& line : trace::Take()) file << line << "\n";
    if (!file.flush()) {
      std::fprintf(stderr, "trace_driver: %s cannot be written\n", directory.c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace aether

int main(int argc, char** argv) {
  uint64_t first = 1;
  uint64_t last = 1;
  std::string directory;
  bool tree = false;
  bool good = true;
  for (int i = 1; good && i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--tree") {
      tree = true;
      continue;
    }
    const std::string value = ++i < argc ? argv[i] : "";
    if (name == "--seeds") {
      const size_t dots = value.find("..");
      first = std::strtoull(value.c_str(), nullptr, 10);
      last =
          dots == std::string::npos ? first : std::strtoull(value.c_str() + dots + 2, nullptr, 10);
    } else if (name == "--out") {
      directory = value;
    } else if (name == "--bug") {
      aether::planted_bug = aether::BugNamed(value);
      good = aether::planted_bug != 0;
    } else {
      good = false;
    }
  }
  if (!good || directory.empty()) {
    std::fprintf(stderr, "usage: %s --seeds A..B --out DIRECTORY [--tree] [--bug NAME]\n", argv[0]);
    return 2;
  }
  return aether::Main(first, last, directory, tree);
}
