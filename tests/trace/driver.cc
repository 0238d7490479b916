// trace_driver: lets the engine live and die on the simulated disk and writes down its events.
//
//   trace_driver --seeds A..B --out DIRECTORY [--bug NAME]
//
// For each seed several lives of one store: writers, a reader with and without snapshots, flushes
// and syncs; then the process or the machine dies, or the store is closed, and it is opened again,
// sometimes with another death on the way. DIRECTORY/SEED.jsonl gets the events of all lives, for
// convert.py. The seed decides options, operations and deaths; the threads run as they like.
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
#include "engine/store/db_env.h"
#include "engine/wal/planted_bugs.h"

namespace aether {
namespace {

constexpr char kPath[] = "/store";
constexpr uint32_t kFamilies = 2;
constexpr uint64_t kKeys = 4;
constexpr int kWriters = 3;
constexpr int kMaxLines = 1500;  // of one run, so that its check stays short

std::atomic<uint64_t> thread_seeds{1};

// Stops threads where only they could make progress, now and then.
void Park(CommitPoint point, uint64_t) {
  thread_local Random random(thread_seeds.fetch_add(1));
  if (point == CommitPoint::kFloor) {
    std::this_thread::sleep_for(std::chrono::microseconds(random.Uniform(4000)));
  } else if (random.OneIn(8)) {
    std::this_thread::sleep_for(std::chrono::microseconds(random.Uniform(200)));
  }
}

class Machine {
 public:
  explicit Machine(uint64_t seed) : random_(seed), fs_(seed * 31 + 7) {
    fs_.SetMappedLogIsSafe(!random_.OneIn(3));
    fs_.SetHook([this](const SimIoEvent&) {
      if (ios_left_.load() > 0 && ios_left_.fetch_sub(1) == 1) Freeze();
    });
  }

  void Run() {
    const uint64_t lives = 3 + random_.Uniform(3);
    trace::Start();
    for (uint64_t life = 0; life < lives; ++life) {
      if (!OpenStore()) return;
      ReadAll();
      // After the death of a process sometimes nothing at all: what was recovered has to last.
      const bool idle = process_died_ && random_.OneIn(2);
      if (!idle && life + 1 < lives && Lines() < kMaxLines) Live();
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

  bool OpenStore() {
    for (int attempt = 0;; ++attempt) {
      stop_.store(false);
      if (attempt < 2 && random_.OneIn(4))
        ios_left_.store(1 + static_cast<int>(random_.Uniform(60)));
      EnvOptions options;
      options.fs = &fs_;
      options.create_if_missing = true;
      options.create_missing_stores = true;
      options.log_chunk_bytes = 4096;
      options.log_segment_bytes = 16384;
      StoreOptions store;
      store.tree.auto_merge = random_.OneIn(2);
      const Status s =
          DbEnv::Open(options, kPath, {{"default", store}, {"other", store}}, &env_, &families_);
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
  }

  void End() {
    ios_left_.store(0);
    const bool clean = !fs_.frozen() && random_.OneIn(5);
    if (clean) env_->Close().Ignore();
    if (!fs_.frozen()) Freeze();
    env_.reset();
    Die(clean || random_.OneIn(2));
  }

  static std::string Key(uint64_t k) { return "k" + std::to_string(k); }

  void Write(Random* random) {
    std::string body;
    uint32_t count = 0;
    const std::string value = "b" + std::to_string(next_batch_.fetch_add(1)) + "." +
                              std::string(random->Uniform(300), 'x');
    const uint64_t wanted = 1 + random->Uniform(3);
    const uint64_t first = random->Uniform(kFamilies * kKeys);
    const uint64_t step = 2 + random->Uniform(2);  // 2 stays in one family
    for (uint64_t i = 0; i < wanted; ++i, ++count) {
      const uint64_t place = (first + step * i) % (kFamilies * kKeys);
      AppendPut(&body, static_cast<uint32_t>(place % kFamilies), Key(place / kFamilies), value);
    }
    WriteOptions options;
    options.sync = random->OneIn(5);
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
                 snapshot == nullptr ? int64_t{-1} : static_cast<int64_t>(snapshot->sequence()));
    std::string found;
    Status s;
    if (whole) {
      const auto it = families_[family]->NewIterator(options);
      for (it->SeekToFirst(); it->Valid(); it->Next()) {
        found += (found.empty() ? "[" : ",[") + trace::Quote(it->key()) + "," +
                 trace::Quote(Tag(it->value())) + "]";
      }
      s = it->status();
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
    for (uint32_t f = 0; f < kFamilies; ++f) Read(f, nullptr, true, 0);
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
      Read(static_cast<uint32_t>(random.Uniform(kFamilies)), random.OneIn(2) ? snapshot : nullptr,
           random.OneIn(2), random.Uniform(kKeys));
      std::this_thread::sleep_for(std::chrono::microseconds(200 + random.Uniform(800)));
    }
    env_->ReleaseSnapshot(snapshot);
  }

  void Live() {
    batches_left_.store(10 + static_cast<int>(random_.Uniform(50)));
    pause_micros_ = random_.OneIn(3) ? 4000 : 500;
    const int writers = 1 + static_cast<int>(random_.Uniform(kWriters));
    if (random_.OneIn(2)) ios_left_.store(1 + static_cast<int>(random_.Uniform(150)));
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([this, seed = random_.Next()] { WriterLoop(seed); });
    }
    threads.emplace_back([this, seed = random_.Next()] { ReaderLoop(seed); });
    while (!stop_.load() && batches_left_.load() > 0) {
      std::this_thread::sleep_for(std::chrono::microseconds(random_.Uniform(4000)));
      switch (random_.Uniform(4)) {
        case 0:
          env_->FlushAll(false).Ignore();
          break;
        case 1:
          env_->FlushWal(true).Ignore();
          break;
        default:
          families_[random_.Uniform(kFamilies)]->Flush(random_.OneIn(3)).Ignore();
      }
    }
    // The death may find writers at work.
    if (random_.OneIn(3) && !fs_.frozen()) Freeze();
    stop_.store(true);
    for (std::thread& thread : threads) thread.join();
  }

  Random random_;
  SimFileSystem fs_;
  bool process_died_ = false;
  uint64_t pause_micros_ = 500;  // of writers; long ones leave tables empty for a while
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
  };
  for (const auto& [known, bug] : names) {
    if (name == known) return static_cast<int>(bug);
  }
  return 0;
}

int Main(uint64_t first, uint64_t last, const std::string& directory) {
  commit_hook.store(Park);
  for (uint64_t seed = first; seed <= last; ++seed) {
    thread_seeds.store(seed << 20);
    {
      Machine machine(seed);
      machine.Run();
    }
    trace::Stop();
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
  bool good = argc % 2 == 1;
  for (int i = 1; good && i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
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
    std::fprintf(stderr, "usage: %s --seeds A..B --out DIRECTORY [--bug NAME]\n", argv[0]);
    return 2;
  }
  return aether::Main(first, last, directory);
}
