// The thread of memory_budget that compares the memory of the process with the budgets of a store.
//
// Thread safety: Phase, looks and over from any thread, the rest by the owner. A look above the
// tolerance is a violation.

#ifndef AETHER_TESTS_MEMORY_WATCH_H_
#define AETHER_TESTS_MEMORY_WATCH_H_

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "rocksdb/db.h"
#include "tests/memory/data.h"

namespace memory {

using Clock = std::chrono::steady_clock;

inline constexpr double kTolerance = 1.1;

struct Gauge {
  Gauge() : descriptor(open("/proc/self/status", O_RDONLY | O_CLOEXEC)) {}
  ~Gauge() { close(descriptor); }
  Gauge(const Gauge&) = delete;
  Gauge& operator=(const Gauge&) = delete;

  // Private and shared anonymous memory in use.
  uint64_t Read() const {
    char text[8192];
    const ssize_t n = pread(descriptor, text, sizeof(text) - 1, 0);
    if (n <= 0) {
      std::perror("/proc/self/status");
      std::abort();
    }
    text[n] = '\0';
    uint64_t kib = 0;
    for (const char* name : {"RssAnon:", "RssShmem:"}) {
      const char* at = std::strstr(text, name);
      if (at == nullptr) {
        std::fprintf(stderr, "/proc/self/status has no %s\n", name);
        std::abort();
      }
      kib += std::strtoull(at + std::strlen(name), nullptr, 10);
    }
    return kib * 1024;
  }

  const int descriptor;
};

class Watch {
 public:
  // `memtables`: the bytes that the options allow them. `verbose`: prints a look once a second.
  Watch(rocksdb::DB* db, const Gauge& gauge, uint64_t before, uint64_t memtables, bool verbose)
      : db_(db),
        gauge_(gauge),
        before_(before),
        memtables_(memtables),
        verbose_(verbose),
        thread_([this] { Run(); }) {}

  void Stop() {
    stop_ = true;
    thread_.join();
  }
  void Phase(const char* name) { phase_ = name; }
  uint64_t looks() const { return looks_; }
  uint64_t over() const { return over_; }
  void Report() const {
    std::printf("looks at memory: %llu\nhighest: %s\nclosest to the budget: %s\n",
                static_cast<unsigned long long>(looks_), highest_.Text().c_str(),
                closest_.Text().c_str());
  }

 private:
  struct Sample {
    const char* phase = "";
    uint64_t used = 0;
    uint64_t cache = 0;
    uint64_t tables = 0;
    uint64_t readers = 0;
    uint64_t pinned = 0;
    uint64_t tables_now = 0;
    uint64_t heap = 0;  // of the general allocator, what it keeps free included
    uint64_t heap_free = 0;

    uint64_t Budget() const { return cache + tables + readers; }
    double Share() const { return static_cast<double>(used) / static_cast<double>(Budget()); }
    std::string Text() const {
      char text[320];
      const auto mib = [](uint64_t bytes) {
        return static_cast<double>(bytes) / static_cast<double>(kMiB);
      };
      std::snprintf(
          text, sizeof(text),
          "%s: %.1f MiB, %.3f of %.1f MiB (cache %.1f, of which pinned %.1f; memtables "
          "%.1f, now %.1f; table readers %.1f; general allocator %.1f, of which free %.1f)",
          phase, mib(used), Share(), mib(Budget()), mib(cache), mib(pinned), mib(tables),
          mib(tables_now), mib(readers), mib(heap), mib(heap_free));
      return text;
    }
  };

  uint64_t Property(const std::string& name) const {
    uint64_t value = 0;
    if (!db_->GetIntProperty(name, &value)) Violation("no property " + name);
    return value;
  }

  void Budgets(Sample* sample) const {
    using P = rocksdb::DB::Properties;
    sample->pinned = Property(P::kBlockCachePinnedUsage);
    sample->cache = std::max(Property(P::kBlockCacheCapacity), sample->pinned);
    sample->tables_now = Property(P::kSizeAllMemTables);
    sample->tables = std::max(memtables_, sample->tables_now);
    sample->readers = Property(P::kEstimateTableReadersMem);
  }

  void Look() {
    // Budgets and memory cannot be read in one moment: what has been given up between is forgiven.
    Sample sample;
    Budgets(&sample);
    const uint64_t anonymous = gauge_.Read();
    Sample after;
    Budgets(&after);
    if (after.Budget() > sample.Budget()) sample = after;
    sample.phase = phase_.load();
    sample.used = anonymous > before_ ? anonymous - before_ : 0;
    ++looks_;
    if (sample.Share() > closest_.Share() || closest_.Budget() == 0) {
      const struct mallinfo2 heap = mallinfo2();
      sample.heap = heap.arena + heap.hblkhd;
      sample.heap_free = heap.fordblks;
      closest_ = sample;
    }
    if (sample.used > highest_.used) highest_ = sample;
    if (sample.Share() > kTolerance) {
      ++over_;
      Violation("memory, " + sample.Text());
    }
    if (verbose_ && Clock::now() >= next_text_) {
      next_text_ = Clock::now() + std::chrono::seconds(1);
      std::printf("%s\n", sample.Text().c_str());
      std::fflush(stdout);
    }
  }

  void Run() {
    while (!stop_) {
      Look();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  rocksdb::DB* const db_;
  const Gauge& gauge_;
  const uint64_t before_;
  const uint64_t memtables_;
  const bool verbose_;
  std::atomic<const char*> phase_{"filling"};
  uint64_t looks_ = 0;
  std::atomic<uint64_t> over_{0};
  Sample highest_;
  Sample closest_;
  Clock::time_point next_text_ = Clock::now();
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace memory

#endif  // AETHER_TESTS_MEMORY_WATCH_H_
