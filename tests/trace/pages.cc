// trace_pages: lets threads read pages of a file through a pool that is too small for it, and
// writes down what happens to some of the pages.
//
//   trace_pages --seeds A..B --out DIRECTORY [--bug NAME]
//
// DIRECTORY/SEED.jsonl gets the events of one seed, for convert_pages.py. The seed decides sizes
// and what is read; the threads run as they like. Exit status: 0.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/epoch.h"
#include "engine/base/random.h"
#include "engine/base/trace.h"
#include "engine/buffer/pool.h"
#include "engine/io/sim_file_system.h"
#include "engine/run/file_builder.h"
#include "engine/run/run_file.h"

namespace aether {
namespace {

constexpr size_t kThreads = 4;
constexpr size_t kMaxLines = 30000;

// A file of about so many pages, with a pool for some of them.
struct Size {
  size_t pages;
  size_t capacity;
  size_t watched;  // one page in so many
};
// A pool without a provider, where the readers evict; and one with it.
constexpr Size kSmall = {60, 12 * kPageSize, 6};
constexpr Size kLarge = {1500, Pool::kProviderPool, 150};

void Must(const Status& s) {
  if (s.ok()) return;
  std::fprintf(stderr, "trace_driver: %s\n", s.ToString().c_str());
  std::abort();
}

void Pause(Random* random) {
  if (random->OneIn(4)) std::this_thread::sleep_for(std::chrono::microseconds(random->Uniform(60)));
}

class Readers {
 public:
  Readers(RunFile* file, const Size& size) : file_(file), size_(size) {}

  // Half of the reads are of watched pages.
  void Read(uint64_t seed, size_t times) {
    Random random(seed);
    const size_t leaves = file_->LeafCount();
    for (size_t i = 0; i < times && !full_.load(std::memory_order_relaxed); ++i) {
      size_t leaf = random.Uniform(leaves);
      if (size_.pages > 1000 ? random.OneIn(16) : random.OneIn(2)) leaf -= leaf % size_.watched;
      RunReadOptions options;
      options.fill_cache = !random.OneIn(10);
      PageRef page;
      {
        Guard guard;
        const Status s = file_->Leaf(leaf, options, &page);
        // A planted bug lets pages overwrite each other. The events are to tell, not this.
        if (!s.ok() && trace::page_bug != trace::PageBug::kNone) continue;
        Must(s);
        Pause(&random);
        if (!page.pin.held() && random.OneIn(3)) page.pin = Pin(FrameOfPage(page.data));
      }
      if (page.pin.held()) Pause(&random);
      page.pin.Release();
      AETHER_TRACE_STEP();
      full_.store(trace::lines.size() > kMaxLines, std::memory_order_relaxed);
    }
  }

 private:
  // An EpochGuard whose end is an event.
  class Guard {
   public:
    ~Guard() {
      AETHER_TRACE_STEP();
      AETHER_TRACE("leave");
      guard_.reset();
    }

   private:
    std::unique_ptr<EpochGuard> guard_ = std::make_unique<EpochGuard>();
  };

  RunFile* const file_;
  const Size size_;
  std::atomic<bool> full_{false};
};

void TracePages(uint64_t seed) {
  Random random(seed);
  const Size& size = seed % 4 == 0 ? kLarge : kSmall;
  SimFileSystem fs(seed);
  Must(fs.CreateDir("/d"));
  FileMeta meta;
  {
    std::unique_ptr<WritableFile> out;
    Must(fs.NewWritableFile("/d/1", {}, &out));
    FileBuilder builder({}, std::move(out), "/d/1");
    for (size_t i = 0; i < 4 * size.pages; ++i) {  // four fill a page
      const std::string key = std::to_string(1000000 + i);
      Must(builder.Add(key, PackTag(1, EntryType::kPut), std::string(950, 'v')));
    }
    Must(builder.Finish(false, &meta));
  }
  const auto pool = Pool::New(size.capacity);
  std::unique_ptr<RunFile> file;
  Must(RunFile::Open(&fs, "/d/1", nullptr, pool, {}, &file));
  if (size.pages > 1000) {
    // Full before the trace begins: from here on pages go as fast as they come.
    EpochGuard guard;
    for (size_t i = 0; i < file->LeafCount(); ++i) {
      PageRef page;
      if (i % size.watched != 0) Must(file->Leaf(i, {}, &page));
    }
  }
  trace::pages = true;
  trace::Start();
  for (size_t i = 0; i < file->LeafCount(); i += size.watched) {
    AETHER_TRACE("watch", "page", file->TracedPage(i));
  }
  Readers readers(file.get(), size);
  std::vector<std::thread> threads;
  const size_t times = size.pages > 1000 ? 1500 : 80;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, own = random.Next()] { readers.Read(own, times); });
  }
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(std::chrono::microseconds(500));
    if (random.OneIn(4)) pool->EvictAll();
    if (random.OneIn(4)) pool->SetCapacity(size.capacity / 4 * (3 + random.Uniform(2)));
  }
  for (std::thread& thread : threads) thread.join();
  trace::Stop();
  trace::pages = false;
}

int Main(uint64_t first, uint64_t last, const std::string& directory) {
  for (uint64_t seed = first; seed <= last; ++seed) {
    // A thread of its own: it knows nothing of the seed before.
    std::thread([seed] { TracePages(seed); }).join();
    std::ofstream file(directory + "/" + std::to_string(seed) + ".jsonl");
    for (const std::string& line : trace::Take()) file << line << "\n";
    if (!file.flush()) {
      std::fprintf(stderr, "trace_pages: %s cannot be written\n", directory.c_str());
      return 1;
    }
  }
  return 0;
}

bool SetBug(const std::string& name) {
  if (name == "reclaim-early") trace::page_bug = trace::PageBug::kReclaimEarly;
  if (name == "free-pinned") trace::page_bug = trace::PageBug::kFreePinned;
  return trace::page_bug != trace::PageBug::kNone;
}

}  // namespace
}  // namespace aether

int main(int argc, char** argv) {
  uint64_t first = 1;
  uint64_t last = 1;
  std::string directory;
  bool good = argc % 2 == 1;
  for (int i = 1; good && i < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--seeds") {
      const size_t dots = value.find("..");
      first = std::strtoull(value.c_str(), nullptr, 10);
      last =
          dots == std::string::npos ? first : std::strtoull(value.c_str() + dots + 2, nullptr, 10);
    } else if (name == "--out") {
      directory = value;
    } else {
      good = name == "--bug" && aether::SetBug(value);
    }
  }
  if (!good || directory.empty()) {
    std::fprintf(stderr, "usage: %s --seeds A..B --out DIRECTORY [--bug NAME]\n", argv[0]);
    return 2;
  }
  return aether::Main(first, last, directory);
}
