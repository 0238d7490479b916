// Many threads over a pool that is too small, while its capacity changes and files come and go.

#include <atomic>
#include <thread>

#include "engine/run/run_test_util.h"

namespace aether {
namespace {

class RunConcurrency : public RunTest {};

std::string KeyOf(uint64_t file, uint64_t i) {
  char key[32];
  snprintf(key, sizeof(key), "f%02d-%08d", static_cast<int>(file), static_cast<int>(i));
  return key;
}

std::string ValueOf(uint64_t file, uint64_t i) {
  return std::string(i % 97 == 0 ? 3000 : 60 + i % 40, static_cast<char>('a' + (file + i) % 26));
}

TEST_F(RunConcurrency, ReadersUnderEvictionAndReopening) {
  constexpr uint64_t kFiles = 4, kKeys = 2000;
  std::vector<FileMeta> metas(kFiles);
  for (uint64_t f = 0; f < kFiles; ++f) {
    std::vector<TestEntry> entries;
    for (uint64_t i = 0; i < kKeys; ++i) {
      entries.push_back({KeyOf(f, i), PackTag(i, EntryType::kPut), ValueOf(f, i)});
    }
    FileBuilderOptions options;
    options.number = f;
    ASSERT_OK(Build("/d/" + std::to_string(f), entries, options, &metas[f]));
  }
  auto pool = Pool::New(200 << 10);
  std::vector<std::unique_ptr<RunFile>> shared(kFiles - 1);
  for (uint64_t f = 0; f + 1 < kFiles; ++f) {
    ASSERT_OK(Open("/d/" + std::to_string(f), &metas[f], pool, &shared[f]));
  }

  std::atomic<uint64_t> reads{0}, wrong{0};
  const auto get = [&](RunFile* file, uint64_t f, uint64_t i, std::vector<Visited>* kept) {
    Visited visited;
    visited.keep_pins = kept != nullptr;
    const Status s = file->Visit(KeyOf(f, i), kMaxSequence, {}, &Visited::Visitor, &visited);
    if (!s.ok() || visited.entries.size() != 1 || visited.entries[0].value != ValueOf(f, i)) {
      wrong.fetch_add(1);
    }
    if (kept != nullptr) kept->push_back(std::move(visited));
  };
  const auto reader = [&](uint64_t seed) {
    Random random(seed);
    std::vector<Visited> kept;
    while (reads.load(std::memory_order_relaxed) < 20000) {
      const uint64_t f = random.Uniform(kFiles - 1);
      RunFile* file = shared[f].get();
      for (int n = 0; n < 50; ++n) {
        get(file, f, random.Uniform(random.OneIn(2) ? kKeys : 100),
            random.OneIn(10) ? &kept : nullptr);
      }
      RunReadOptions options;
      options.fill_cache = !random.OneIn(3);
      options.stream = random.OneIn(4);
      auto it = file->NewIterator(options);
      uint64_t i = random.Uniform(kKeys);
      it->Seek(KeyOf(f, i), kMaxSequence);
      for (int n = 0; n < 100; ++n) {
        if (!it->Valid()) break;
        if (it->key() != Slice(KeyOf(f, i)) || it->value() != Slice(ValueOf(f, i))) {
          wrong.fetch_add(1);
        }
        it->Next();
        if (++i == kKeys) {
          if (it->Valid() || !it->status().ok()) wrong.fetch_add(1);
          break;
        }
      }
      if (kept.size() > 10) {
        for (const Visited& v : kept) {
          for (size_t k = 0; k < v.pinned.size(); ++k) {
            if (v.pinned[k] != Slice(v.entries[k].value)) wrong.fetch_add(1);
          }
        }
        kept.clear();
      }
      // A file of this thread's own that closes while the clock hand is at work.
      if (random.OneIn(10)) {
        std::unique_ptr<RunFile> own;
        if (!Open("/d/3", &metas[3], pool, &own).ok()) wrong.fetch_add(1);
        for (int n = 0; n < 50; ++n) get(own.get(), 3, random.Uniform(kKeys), nullptr);
      }
      reads.fetch_add(50, std::memory_order_relaxed);
    }
  };
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < 4; ++i) threads.emplace_back(reader, i + 1);
  Random random(5);
  while (reads.load(std::memory_order_relaxed) < 20000) {
    pool->SetCapacity(random.Uniform(4) * (100 << 10));
    if (random.OneIn(5)) pool->EvictAll();
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0u);
  shared.clear();
  EXPECT_EQ(pool->Usage(), 0u);
}

}  // namespace
}  // namespace aether
