// memory_budget: does the process stay inside the memory that the application gave it?
//
//   memory_budget [--data_mb N] [--cache_mb N] [--write_buffer_mb N] [--seconds T] [--seed S]
//                 [--readers N] [--scanners N] [--writers N] [--options STRING]
//                 [--planted memory|values]
//
// A store much larger than its block cache is filled and then read and written by several threads
// for a while: point reads and batches of reads whose values stay pinned, iterators that live for
// seconds in the middle of something, overwrites and deletes, alone and in batches, values from 100
// bytes to 2 MiB, and the flushes and merges that come of it. All the while a thread compares the
// anonymous memory of the process, less what it had before the store was opened, with
//
//   the block cache     its capacity, or rocksdb.block-cache-pinned-usage when that is more
//   + memtables         write_buffer_size * max_write_buffer_number, or
//                       rocksdb.size-all-mem-tables when iterators keep older ones
//   + table readers     rocksdb.estimate-table-readers-mem
//
// and reports a violation when it exceeds the sum by a tenth. What the test itself needs is touched
// before the store is opened.
//
// Every read is checked: each key has one writer, which notes the version under way and the one
// that is there, so a reader knows which versions it may see.
//
// --planted=memory takes 50 MiB that are in no budget half-way, --planted=values writes some wrong
// values: both succeed when the checks see it.
//
// Exit status: 0 no violation, 1 violations, 2 bad arguments. The last line is
//   RESULT suite=memory cases=... faults=0 violations=... seconds=...
// where a case is one look at the memory or one value read.

#include <fcntl.h>
#include <gflags/gflags.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/statistics.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"

DEFINE_uint64(data_mb, 4096, "size of the data, MiB");
DEFINE_uint64(cache_mb, 64, "capacity of the block cache, MiB");
DEFINE_uint64(write_buffer_mb, 32, "write_buffer_size, MiB");
DEFINE_uint64(seconds, 120, "length of the mixed load");
DEFINE_uint64(readers, 2, "threads of point reads");
DEFINE_uint64(scanners, 2, "threads of iterators");
DEFINE_uint64(writers, 2, "threads of writes");
DEFINE_uint64(seed, 1, "of all random choices");
DEFINE_string(options, "", "further options of the store, as an option string");
DEFINE_string(db, "", "directory; made and removed when empty");
DEFINE_string(planted, "", "'memory' or 'values': the bug that the checks have to see");
DEFINE_bool(verbose, false, "prints what the sum is made of once a second");

namespace memory {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr int kMaxWriteBuffers = 2;
constexpr double kTolerance = 1.1;
constexpr uint64_t kPlantedBytes = 50 * kMiB;
constexpr size_t kHeldValues = 12;    // by each reader
constexpr size_t kOpenIterators = 2;  // of each scanner
// One key in so many has a large value, one in so many others a middling one.
constexpr uint64_t kLargeEvery = 2000;
constexpr uint64_t kMiddlingEvery = 400;
constexpr size_t kLargestValue = 2 * kMiB;

std::atomic<uint64_t> violations{0};

void Violation(const std::string& what) {
  if (violations.fetch_add(1) < 20) std::printf("VIOLATION %s\n", what.c_str());
}

uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9u;
  return x ^ (x >> 32);
}

// --- keys and values ---

bool IsLarge(uint64_t key) { return key % kLargeEvery == kLargeEvery - 1; }

size_t SizeOf(uint64_t key) {
  const uint64_t h = Mix(key + 1);
  if (IsLarge(key)) return kMiB + h % kMiB;
  if (key % kMiddlingEvery == 7) return 4096 + h % (60 * 1024);
  return 100 + h % 700;
}

bool IsDeleted(uint64_t key, uint32_t version) {
  return version > 0 && Mix(key * 31 + version) % 8 == 0;
}

void AppendKey(uint64_t key, std::string* out) {
  char text[24];
  std::snprintf(text, sizeof(text), "k%015llu", static_cast<unsigned long long>(key));
  out->append(text);
}

std::string KeyOf(uint64_t key) {
  std::string text;
  AppendKey(key, &text);
  return text;
}

// Text to cut values from: one half random, the other one half compressible.
class Text {
 public:
  explicit Text(uint64_t seed) : bytes_(2 * kHalf + kLargestValue, '\0') {
    std::mt19937_64 random(seed);
    for (size_t i = 0; i + 8 <= bytes_.size(); i += 8) {
      uint64_t word = random();
      if (i >= kHalf && i % 64 >= 32) std::memcpy(&word, &bytes_[i - 32], 8);
      std::memcpy(&bytes_[i], &word, 8);
    }
  }

  const std::string& bytes() const { return bytes_; }

  // A value is its key, its version and a cut of the text.
  void Value(uint64_t key, uint32_t version, std::string* value) const {
    const size_t size = SizeOf(key);
    value->clear();
    AppendKey(key, value);
    value->append(reinterpret_cast<const char*>(&version), sizeof(version));
    value->append(Cut(key, version), size - value->size());
  }

  bool IsValue(uint64_t key, const rocksdb::Slice& value, uint32_t* version) const {
    char name[24];
    const auto head = static_cast<size_t>(
        std::snprintf(name, sizeof(name), "k%015llu", static_cast<unsigned long long>(key)));
    const size_t body = head + sizeof(*version);
    if (value.size() != SizeOf(key) || std::memcmp(value.data(), name, head) != 0) return false;
    std::memcpy(version, value.data() + head, sizeof(*version));
    return std::memcmp(value.data() + body, Cut(key, *version), value.size() - body) == 0;
  }

 private:
  static constexpr size_t kHalf = 2 * kMiB;

  const char* Cut(uint64_t key, uint32_t version) const {
    return bytes_.data() + Mix(key ^ (uint64_t{version} << 40)) % (2 * kHalf);
  }

  std::string bytes_;
};

// Which version each key has. One thread writes a key: it begins a version, writes and ends it.
class Versions {
 public:
  explicit Versions(uint64_t keys) : words_(keys) {}

  uint64_t keys() const { return words_.size(); }
  uint32_t Begin(uint64_t key) {
    const uint32_t version = (words_[key].load(std::memory_order_relaxed) >> 1) + 1;
    words_[key].store(version << 1 | 1, std::memory_order_seq_cst);
    return version;
  }
  void End(uint64_t key) { words_[key].fetch_sub(1, std::memory_order_seq_cst); }

  // The oldest version that a read beginning now may see, the newest that one ending now may.
  uint32_t Oldest(uint64_t key) const {
    const uint32_t word = words_[key].load(std::memory_order_seq_cst);
    return (word >> 1) - (word & 1);
  }
  uint32_t Newest(uint64_t key) const { return words_[key].load(std::memory_order_seq_cst) >> 1; }

 private:
  std::vector<std::atomic<uint32_t>> words_;
};

// --- memory ---

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
  Watch(rocksdb::DB* db, const Gauge& gauge, uint64_t before)
      : db_(db), gauge_(gauge), before_(before), thread_([this] { Run(); }) {}

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
    sample->tables = std::max(FLAGS_write_buffer_mb * kMiB * kMaxWriteBuffers, sample->tables_now);
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
    if (FLAGS_verbose && Clock::now() >= next_text_) {
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
  std::atomic<const char*> phase_{"filling"};
  uint64_t looks_ = 0;
  std::atomic<uint64_t> over_{0};
  Sample highest_;
  Sample closest_;
  Clock::time_point next_text_ = Clock::now();
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// --- the load ---

struct Counts {
  std::atomic<uint64_t> gets{0};
  std::atomic<uint64_t> missing{0};  // of them, and of keys in batches
  std::atomic<uint64_t> batch_keys{0};
  std::atomic<uint64_t> held{0};  // values looked at again after a while
  std::atomic<uint64_t> entries{0};
  std::atomic<uint64_t> iterators{0};
  std::atomic<uint64_t> puts{0};
  std::atomic<uint64_t> deletes{0};
};

// What a writer works with, as large as it will ever be.
struct Scratch {
  explicit Scratch(const Text& text) : value(kLargestValue, 'x') {
    batch.PutLogData(text.bytes());
    batch.Clear();
  }

  std::string value;
  rocksdb::WriteBatch batch;
};

class Load {
 public:
  Load(rocksdb::DB* db, const Text* text, Versions* versions)
      : db_(db), text_(text), versions_(versions) {}

  // A part of the keys, each once and not in order.
  void Fill(uint64_t part, uint64_t parts, Scratch* scratch) {
    constexpr uint64_t kBlock = 1024;
    std::string& value = scratch->value;
    for (uint64_t block = part * kBlock; block < versions_->keys(); block += parts * kBlock) {
      for (uint64_t i = 0; i < kBlock; ++i) {
        const uint64_t key = block + i * 613 % kBlock;
        if (key >= versions_->keys()) continue;
        text_->Value(key, 0, &value);
        Check(db_->Put({}, KeyOf(key), value), "Put");
      }
    }
  }

  void Read(uint64_t seed) {
    std::mt19937_64 random(seed);
    std::deque<Held> held;
    while (!stop_) {
      for (int i = 0; i < 50; ++i) ReadOne(&random, &held);
      ReadBatch(&random, &held);
      while (held.size() > kHeldValues) {
        LookAgain(held.front());
        held.pop_front();
      }
    }
    for (const Held& old : held) LookAgain(old);
  }

  void Scan(uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<Standing> open(kOpenIterators);
    while (!stop_) {
      Standing& standing = open[random() % open.size()];
      if (standing.iterator == nullptr || Clock::now() > standing.until) {
        OpenIterator(&random, &standing);
      } else {
        MoveIterator(&random, &standing);
      }
    }
  }

  // Writes the keys of its part.
  void Write(uint64_t part, uint64_t parts, uint64_t seed, Scratch* scratch) {
    std::mt19937_64 random(seed);
    std::string& value = scratch->value;
    rocksdb::WriteBatch* const batch = &scratch->batch;
    std::vector<uint64_t> keys;
    while (!stop_) {
      for (int i = 0; i < 100; ++i) {
        keys.clear();
        const size_t wanted = random() % 4 == 0 ? 20 : 1;
        while (keys.size() < wanted) {
          const uint64_t key = AnyKey(&random, 1000) / parts * parts + part;
          const bool again = std::find(keys.begin(), keys.end(), key) != keys.end();
          if (key < versions_->keys() && !again) keys.push_back(key);
        }
        batch->Clear();
        for (const uint64_t key : keys) {
          const uint32_t version = versions_->Begin(key);
          if (IsDeleted(key, version)) {
            Check(batch->Delete(KeyOf(key)), "Delete");
            ++counts_.deletes;
            continue;
          }
          text_->Value(key, version, &value);
          if (FLAGS_planted == "values" && random() % 100 == 0) value.back() ^= 1;
          Check(batch->Put(KeyOf(key), value), "Put");
          ++counts_.puts;
        }
        Check(db_->Write({}, batch), "Write");
        for (const uint64_t key : keys) versions_->End(key);
      }
      // The reads are to have their share on a machine with few processors.
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void Stop() { stop_ = true; }
  const Counts& counts() const { return counts_; }

 private:
  // A value that stays where it is.
  struct Held {
    uint64_t key;
    rocksdb::PinnableSlice value;
  };

  struct Standing {
    std::unique_ptr<rocksdb::Iterator> iterator;
    Clock::time_point until;
    uint64_t key = 0;  // where it stands, if it stands anywhere
    uint32_t version = 0;
    uint64_t first = 0;  // a key that it has seen
    uint32_t first_version = 0;
    bool any = false;
  };

  // One in `large_every` of them large.
  uint64_t AnyKey(std::mt19937_64* random, uint64_t large_every) const {
    const uint64_t key = (*random)() % versions_->keys();
    if ((*random)() % large_every != 0) return key;
    return std::min(key / kLargeEvery * kLargeEvery + kLargeEvery - 1, versions_->keys() - 1);
  }

  void Check(const rocksdb::Status& status, const char* what) {
    if (!status.ok()) Violation(std::string(what) + ": " + status.ToString());
  }

  bool MayBeDeleted(uint64_t key, uint32_t oldest) const {
    const uint32_t newest = versions_->Newest(key);
    for (uint32_t version = oldest; version <= newest; ++version) {
      if (IsDeleted(key, version)) return true;
    }
    return false;
  }

  void CheckValue(uint64_t key, uint32_t oldest, const rocksdb::Slice& value, const char* what,
                  uint32_t* version) {
    if (!text_->IsValue(key, value, version)) {
      Violation(std::string(what) + ": not a value of " + KeyOf(key));
    } else if (*version < oldest || *version > versions_->Newest(key)) {
      Violation(std::string(what) + ": " + KeyOf(key) + " has version " + std::to_string(*version) +
                ", not one from " + std::to_string(oldest) + " to " +
                std::to_string(versions_->Newest(key)));
    }
  }

  // Whether there is a value.
  bool CheckRead(uint64_t key, uint32_t oldest, const rocksdb::Status& status,
                 const rocksdb::Slice& value, const char* what) {
    uint32_t version = 0;
    if (status.ok()) {
      CheckValue(key, oldest, value, what, &version);
    } else if (!status.IsNotFound()) {
      Violation(std::string(what) + ": " + status.ToString());
    } else {
      ++counts_.missing;
      if (!MayBeDeleted(key, oldest)) Violation(std::string(what) + ": lost " + KeyOf(key));
    }
    return status.ok();
  }

  void LookAgain(const Held& held) {
    uint32_t version = 0;
    ++counts_.held;
    if (!text_->IsValue(held.key, held.value, &version)) {
      Violation("a pinned value of " + KeyOf(held.key) + " has changed");
    }
  }

  void ReadOne(std::mt19937_64* random, std::deque<Held>* held) {
    const uint64_t key = AnyKey(random, 50);
    const uint32_t oldest = versions_->Oldest(key);
    rocksdb::PinnableSlice value;
    const auto status = db_->Get({}, db_->DefaultColumnFamily(), KeyOf(key), &value);
    ++counts_.gets;
    if (CheckRead(key, oldest, status, value, "Get") && value.IsPinned()) {
      held->push_back({key, std::move(value)});
    }
  }

  void ReadBatch(std::mt19937_64* random, std::deque<Held>* held) {
    constexpr size_t kKeys = 40;
    uint64_t keys[kKeys];
    uint32_t oldest[kKeys];
    std::string texts[kKeys];
    rocksdb::Slice slices[kKeys];
    rocksdb::PinnableSlice values[kKeys];
    rocksdb::Status statuses[kKeys];
    for (size_t i = 0; i < kKeys; ++i) {
      keys[i] = AnyKey(random, 200);
      oldest[i] = versions_->Oldest(keys[i]);
      texts[i] = KeyOf(keys[i]);
      slices[i] = texts[i];
    }
    db_->MultiGet({}, db_->DefaultColumnFamily(), kKeys, slices, values, statuses);
    counts_.batch_keys += kKeys;
    for (size_t i = 0; i < kKeys; ++i) {
      if (CheckRead(keys[i], oldest[i], statuses[i], values[i], "MultiGet") &&
          values[i].IsPinned()) {
        held->push_back({keys[i], std::move(values[i])});
      }
    }
  }

  // Walks over keys whose versions are known from before the iterator was made.
  void OpenIterator(std::mt19937_64* random, Standing* standing) {
    constexpr uint64_t kSpan = 300;
    uint32_t oldest[kSpan];
    const uint64_t begin = (*random)() % (versions_->keys() - kSpan);
    for (uint64_t i = 0; i < kSpan; ++i) oldest[i] = versions_->Oldest(begin + i);
    rocksdb::ReadOptions options;
    options.pin_data = (*random)() % 2 == 0;
    options.fill_cache = (*random)() % 4 != 0;
    if ((*random)() % 4 == 0) options.readahead_size = 256 * 1024;
    options.async_io = (*random)() % 4 == 0;
    *standing = Standing();
    standing->iterator.reset(db_->NewIterator(options));
    standing->until = Clock::now() + std::chrono::milliseconds(200 + (*random)() % 8000);
    ++counts_.iterators;
    rocksdb::Iterator& it = *standing->iterator;
    it.Seek(KeyOf(begin));
    for (uint64_t key = begin; key < begin + kSpan; ++key) {
      if (it.Valid() && it.key() == KeyOf(key)) {
        CheckValue(key, oldest[key - begin], it.value(), "a scan", &standing->version);
        ++counts_.entries;
        standing->key = key;
        if (!standing->any) {
          standing->first = key;
          standing->first_version = standing->version;
          standing->any = true;
        }
        if (key + 1 < begin + kSpan) it.Next();
      } else if (!MayBeDeleted(key, oldest[key - begin])) {
        Violation("a scan lost " + KeyOf(key));
      }
    }
    Check(it.status(), "an iterator");
    // It may have passed the last of them.
    standing->any = standing->any && it.Valid() && it.key() == KeyOf(standing->key);
  }

  // One that has stood for a while: what it stands on is as it was, and so is what it once saw.
  void MoveIterator(std::mt19937_64* random, Standing* standing) {
    rocksdb::Iterator& it = *standing->iterator;
    uint32_t version = 0;
    if (standing->any) {
      if (!it.Valid() || it.key() != KeyOf(standing->key)) {
        Violation("an iterator left " + KeyOf(standing->key) + " by itself");
        standing->iterator.reset();
        return;
      }
      CheckValue(standing->key, standing->version, it.value(), "an iterator", &version);
      if (version != standing->version) Violation("an iterator's value changed");
      it.Seek(KeyOf(standing->first));
      if (!it.Valid() || it.key() != KeyOf(standing->first)) {
        Violation("an iterator lost " + KeyOf(standing->first));
      } else {
        CheckValue(standing->first, standing->first_version, it.value(), "Seek", &version);
        if (version != standing->first_version) Violation("an iterator sees another version");
      }
    }
    standing->any = false;
    const bool forward = (*random)() % 3 != 0;
    const std::string target = KeyOf((*random)() % versions_->keys());
    forward ? it.Seek(target) : it.SeekForPrev(target);
    for (uint64_t left = 1 + (*random)() % 100; it.Valid(); --left) {
      const uint64_t key = std::strtoull(it.key().ToString().c_str() + 1, nullptr, 10);
      if (it.key() != KeyOf(key) || key >= versions_->keys()) {
        Violation("an iterator sees " + it.key().ToString());
        break;
      }
      CheckValue(key, 0, it.value(), "an iterator", &version);
      ++counts_.entries;
      if (left <= 1) {
        standing->key = standing->first = key;
        standing->version = standing->first_version = version;
        standing->any = true;
        break;
      }
      forward ? it.Next() : it.Prev();
    }
    Check(it.status(), "an iterator");
  }

  rocksdb::DB* const db_;
  const Text* const text_;
  Versions* const versions_;
  Counts counts_;
  std::atomic<bool> stop_{false};
};

uint64_t KeysFor(uint64_t bytes) {
  uint64_t keys = 0;
  for (uint64_t sum = 0; sum < bytes; ++keys) sum += SizeOf(keys) + 16;
  return keys;
}

void Print(const char* what, uint64_t count) {
  std::printf("%s %llu\n", what, static_cast<unsigned long long>(count));
  if (count == 0) Violation(std::string("none of ") + what);
}

// What is not in any budget.
std::string PlantedBytes() { return std::string(kPlantedBytes, 'x'); }

int Main() {
  const auto begin = Clock::now();
  std::string directory = FLAGS_db;
  if (directory.empty()) {
    directory = (std::filesystem::temp_directory_path() / "memory_budget.XXXXXX").string();
    if (mkdtemp(directory.data()) == nullptr) {
      std::perror("mkdtemp");
      return 2;
    }
  }
  uint64_t cases = 0;
  uint64_t over = 0;
  uint64_t over_before = 0;  // the bug was planted
  {
    const Text text(FLAGS_seed);
    Versions versions(KeysFor(FLAGS_data_mb * kMiB));
    std::deque<Scratch> scratch;
    for (uint64_t i = 0; i < FLAGS_writers; ++i) scratch.emplace_back(text);
    const Gauge gauge;
    const uint64_t before = gauge.Read();

    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(FLAGS_cache_mb * kMiB);
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = FLAGS_write_buffer_mb * kMiB;
    options.max_write_buffer_number = kMaxWriteBuffers;
    options.statistics = rocksdb::CreateDBStatistics();
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::Status status = rocksdb::GetOptionsFromString(options, FLAGS_options, &options);
    rocksdb::DB* raw = nullptr;
    if (status.ok()) status = rocksdb::DB::Open(options, directory, &raw);
    if (!status.ok()) {
      std::fprintf(stderr, "%s\n", status.ToString().c_str());
      return 2;
    }
    const std::unique_ptr<rocksdb::DB> db(raw);
    Watch watch(db.get(), gauge, before);
    Load load(db.get(), &text, &versions);
    std::vector<std::thread> threads;
    const auto join = [&threads] {
      for (std::thread& thread : threads) thread.join();
      threads.clear();
    };
    for (uint64_t i = 0; i < FLAGS_writers; ++i) {
      threads.emplace_back([&load, i, own = &scratch[i]] { load.Fill(i, FLAGS_writers, own); });
    }
    join();
    const auto seconds = [&begin] {
      return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    std::printf("filled with %llu keys after %.0f s\n",
                static_cast<unsigned long long>(versions.keys()), seconds());
    std::fflush(stdout);
    const uint64_t merged_before = options.statistics->getTickerCount(rocksdb::COMPACT_WRITE_BYTES);
    watch.Phase("mixed load");
    uint64_t seed = FLAGS_seed << 8;
    for (uint64_t i = 0; i < FLAGS_readers; ++i) {
      threads.emplace_back([&load, s = ++seed] { load.Read(s); });
    }
    for (uint64_t i = 0; i < FLAGS_scanners; ++i) {
      threads.emplace_back([&load, s = ++seed] { load.Scan(s); });
    }
    for (uint64_t i = 0; i < FLAGS_writers; ++i) {
      threads.emplace_back([&load, i, number = ++seed, own = &scratch[i]] {
        load.Write(i, FLAGS_writers, number, own);
      });
    }
    const auto half = std::chrono::milliseconds(500 * FLAGS_seconds);
    std::this_thread::sleep_for(half);
    over_before = watch.over();
    const std::string planted = FLAGS_planted == "memory" ? PlantedBytes() : std::string();
    std::this_thread::sleep_for(half);
    const Counts& counts = load.counts();
    const auto merged = [&options, merged_before] {
      const uint64_t now = options.statistics->getTickerCount(rocksdb::COMPACT_WRITE_BYTES);
      return (now - merged_before) / kMiB;
    };
    // On a slow machine the load goes on until there was some of everything.
    const auto missing = [&counts, &merged] {
      return counts.gets == 0 || counts.batch_keys == 0 || counts.missing == 0 ||
             counts.held == 0 || counts.iterators == 0 || counts.deletes == 0 || merged() == 0;
    };
    for (int i = 0; i < 20 && missing(); ++i) std::this_thread::sleep_for(half);
    load.Stop();
    join();
    watch.Stop();
    watch.Report();
    Print("gets", counts.gets);
    Print("keys in batches", counts.batch_keys);
    Print("missing keys", counts.missing);
    Print("values looked at again", counts.held);
    Print("iterators", counts.iterators);
    Print("entries passed over", counts.entries);
    Print("puts", counts.puts);
    Print("deletes", counts.deletes);
    Print("MiB written by merges during the mixed load", merged());
    cases = watch.looks() + counts.gets + counts.batch_keys + counts.held + counts.entries;
    over = watch.over();
    if (status = db->Close(); !status.ok()) Violation("Close: " + status.ToString());
  }
  if (FLAGS_db.empty()) std::filesystem::remove_all(directory);
  uint64_t found = violations.load();
  if (!FLAGS_planted.empty()) {
    const bool seen = FLAGS_planted == "memory" ? over > over_before : found > over;
    std::printf("the planted bug was %s\n", seen ? "seen" : "NOT seen");
    found = over_before + (seen ? 0 : 1);
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin);
  std::printf("RESULT suite=memory cases=%llu faults=0 violations=%llu seconds=%lld\n",
              static_cast<unsigned long long>(cases), static_cast<unsigned long long>(found),
              static_cast<long long>(seconds.count()));
  return found == 0 ? 0 : 1;
}

}  // namespace
}  // namespace memory

int main(int argc, char** argv) {
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  // The values that Get copies into the application's strings are the application's memory, and
  // what glibc keeps of it after it was freed is not the store's: with these set it does not raise
  // them to the largest block that was freed.
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  mallopt(M_TRIM_THRESHOLD, 128 * 1024);
  const bool planted_known =
      FLAGS_planted.empty() || FLAGS_planted == "memory" || FLAGS_planted == "values";
  if (argc > 1 || !planted_known || FLAGS_write_buffer_mb == 0 || FLAGS_data_mb == 0 ||
      FLAGS_writers == 0) {
    std::fprintf(stderr, "memory_budget: unknown argument; --help lists the flags\n");
    return 2;
  }
  return memory::Main();
}
