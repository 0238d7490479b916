// memory_budget: does the process stay inside the memory that the application gave it?
//
//   memory_budget [--data_mb N] [--cache_mb N] [--write_buffer_mb N] [--seconds T] [--seed S] [--db
//   D]
//
// A store much larger than its block cache is filled and then read and written by several threads
// for a while: point reads that keep their values pinned, batches of reads, scans that stop and
// stay where they are, overwrites, values from 100 bytes to 256 KiB. All the while the anonymous
// memory of the process, less what it had before the store was opened, is compared with
//
//   capacity of the cache, or what is pinned in it when that is more
//   + write_buffer_size * max_write_buffer_number
//   + rocksdb.estimate-table-readers-mem
//
// and may exceed that sum by a tenth. Values are checked too.
//
// Exit status: 0 no violation, 1 violations, 2 bad arguments. The last line is
//   RESULT suite=memory cases=... faults=0 violations=... seconds=...
// where a case is one look at the memory or one value read.

#include <gflags/gflags.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"

DEFINE_uint64(data_mb, 4096, "size of the data, MiB");
DEFINE_uint64(cache_mb, 64, "capacity of the block cache, MiB");
DEFINE_uint64(write_buffer_mb, 32, "write_buffer_size, MiB");
DEFINE_uint64(seconds, 120, "length of the mixed load");
DEFINE_uint64(seed, 1, "of all random choices");
DEFINE_string(db, "", "directory; made and removed when empty");
DEFINE_bool(verbose, false, "prints what the sum is made of once a second");

namespace memory {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr int kMaxWriteBuffers = 2;
constexpr size_t kPinnedValues = 32;

std::atomic<uint64_t> violations{0};
std::atomic<uint64_t> values_read{0};

void Violation(const std::string& what) {
  if (violations.fetch_add(1) < 20) std::printf("VIOLATION %s\n", what.c_str());
}

std::string KeyOf(uint64_t i) {
  char key[24];
  std::snprintf(key, sizeof(key), "k%015llu", static_cast<unsigned long long>(i));
  return key;
}

// One in 200 is large.
size_t SizeOf(uint64_t i) {
  const uint64_t h = (i + 1) * 0x9e3779b97f4a7c15u >> 20;
  return h % 200 == 0 ? 4096 + h % (252 * 1024) : 100 + h % 700;
}

// Whatever version a value has, it can be told whether it belongs to its key.
std::string ValueOf(uint64_t i, uint64_t version) {
  std::string value(SizeOf(i), static_cast<char>('a' + (i + version) % 26));
  const std::string name = KeyOf(i) + ":" + std::to_string(version);
  return value.replace(0, name.size(), name);
}

bool Belongs(uint64_t i, const rocksdb::Slice& value) {
  const std::string name = KeyOf(i) + ":";
  if (value.size() != SizeOf(i) || !value.starts_with(name)) return false;
  const uint64_t version = std::strtoull(value.data() + name.size(), nullptr, 10);
  const char letter = static_cast<char>('a' + (i + version) % 26);
  return value[value.size() - 1] == letter && value[value.size() / 2 + 20] == letter;
}

uint64_t AnonymousBytes() {
  std::ifstream status("/proc/self/status");
  uint64_t bytes = 0;
  for (std::string word; status >> word;) {
    if (word == "RssAnon:" || word == "RssShmem:") {
      uint64_t kib = 0;
      status >> kib;
      bytes += kib * 1024;
    }
  }
  return bytes;
}

class Load {
 public:
  Load(rocksdb::DB* db, uint64_t keys) : db_(db), keys_(keys) {}

  void Run(int kind, uint64_t seed) {
    std::mt19937_64 random(seed);
    while (!stop_.load(std::memory_order_relaxed)) {
      switch (kind) {
        case 0:
          Reads(&random);
          break;
        case 1:
          Scans(&random);
          break;
        default:
          Writes(&random);
          break;
      }
    }
    pinned_.clear();
  }
  void Stop() { stop_ = true; }

 private:
  struct Held {
    uint64_t key;
    rocksdb::PinnableSlice value;
  };

  void Reads(std::mt19937_64* random) {
    for (int i = 0; i < 100; ++i) {
      auto held = std::make_unique<Held>();
      held->key = (*random)() % keys_;
      Check(db_->Get({}, db_->DefaultColumnFamily(), KeyOf(held->key), &held->value), "Get");
      if (!Belongs(held->key, held->value)) Violation("Get: the value of " + KeyOf(held->key));
      pinned_.push_back(std::move(held));
      if (pinned_.size() <= kPinnedValues) continue;
      // It has been in place all the while.
      const Held& oldest = *pinned_.front();
      if (!Belongs(oldest.key, oldest.value)) Violation("a pinned value of " + KeyOf(oldest.key));
      pinned_.pop_front();
    }
    std::vector<std::string> keys;
    std::vector<uint64_t> numbers;
    for (int i = 0; i < 16; ++i) {
      numbers.push_back((*random)() % keys_);
      keys.push_back(KeyOf(numbers.back()));
    }
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> values(slices.size());
    std::vector<rocksdb::Status> statuses(slices.size());
    db_->MultiGet({}, db_->DefaultColumnFamily(), slices.size(), slices.data(), values.data(),
                  statuses.data());
    for (size_t i = 0; i < values.size(); ++i) {
      Check(statuses[i], "MultiGet");
      if (!Belongs(numbers[i], values[i])) Violation("MultiGet: the value of " + keys[i]);
    }
  }

  void Scans(std::mt19937_64* random) {
    // Several iterators that stay open, each in the middle of something.
    std::vector<std::unique_ptr<rocksdb::Iterator>> open;
    for (int round = 0; round < 8; ++round) {
      rocksdb::ReadOptions options;
      options.pin_data = round % 2 == 0;
      open.emplace_back(db_->NewIterator(options));
      uint64_t at = (*random)() % keys_;
      uint64_t left = 1 + (*random)() % 300;
      auto& it = *open.back();
      for (it.Seek(KeyOf(at)); it.Valid() && left > 0; ++at, --left) {
        if (it.key() != KeyOf(at) || !Belongs(at, it.value())) {
          Violation("a scan at " + KeyOf(at) + " sees " + it.key().ToString());
        }
        values_read.fetch_add(1, std::memory_order_relaxed);
        if (left > 1) it.Next();
      }
      Check(it.status(), "an iterator");
    }
  }

  void Writes(std::mt19937_64* random) {
    for (int i = 0; i < 200; ++i) {
      const uint64_t key = (*random)() % keys_;
      Check(db_->Put({}, KeyOf(key), ValueOf(key, (*random)() % 1000)), "Put");
    }
    // The reads are to have their share on a machine with few processors.
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }

  void Check(const rocksdb::Status& status, const char* what) {
    values_read.fetch_add(1, std::memory_order_relaxed);
    if (!status.ok()) Violation(std::string(what) + ": " + status.ToString());
  }

  rocksdb::DB* const db_;
  const uint64_t keys_;
  std::atomic<bool> stop_{false};
  static thread_local std::deque<std::unique_ptr<Held>> pinned_;
};

thread_local std::deque<std::unique_ptr<Load::Held>> Load::pinned_;

class Watch {
 public:
  Watch(rocksdb::DB* db, std::shared_ptr<rocksdb::Cache> cache, uint64_t before)
      : db_(db), cache_(std::move(cache)), before_(before) {}

  void Look(const char* when) {
    ++looks_;
    const uint64_t anonymous = AnonymousBytes();
    const uint64_t used = anonymous > before_ ? anonymous - before_ : 0;
    uint64_t readers = 0;
    db_->GetIntProperty("rocksdb.estimate-table-readers-mem", &readers);
    const uint64_t pages = std::max<uint64_t>(cache_->GetCapacity(), cache_->GetPinnedUsage());
    const uint64_t tables = FLAGS_write_buffer_mb * kMiB * kMaxWriteBuffers;
    const uint64_t budget = pages + tables + readers;
    const double share = static_cast<double>(used) / static_cast<double>(budget);
    if (share > worst_) {
      worst_ = share;
      worst_text_ = std::string(when) + ": " + std::to_string(used / kMiB) + " MiB of " +
                    std::to_string(budget / kMiB) + " (pages " + std::to_string(pages / kMiB) +
                    ", memtables " + std::to_string(tables / kMiB) + ", table readers " +
                    std::to_string(readers / kMiB) + ")";
    }
    if (share > 1.1) Violation("memory, " + worst_text_);
    if (FLAGS_verbose && looks_ % 50 == 0) {
      uint64_t memtables = 0;
      db_->GetIntProperty("rocksdb.cur-size-all-mem-tables", &memtables);
      std::printf(
          "%s: used %llu MiB, budget %llu, cache usage %zu, pinned %zu, memtables %llu, readers "
          "%llu\n",
          when, static_cast<unsigned long long>(used / kMiB),
          static_cast<unsigned long long>(budget / kMiB), cache_->GetUsage() / kMiB,
          cache_->GetPinnedUsage() / kMiB, static_cast<unsigned long long>(memtables / kMiB),
          static_cast<unsigned long long>(readers / kMiB));
    }
  }
  uint64_t looks() const { return looks_; }
  const std::string& worst() const { return worst_text_; }
  double worst_share() const { return worst_; }

 private:
  rocksdb::DB* const db_;
  const std::shared_ptr<rocksdb::Cache> cache_;
  const uint64_t before_;
  uint64_t looks_ = 0;
  double worst_ = 0;
  std::string worst_text_;
};

uint64_t Fill(rocksdb::DB* db, Watch* watch) {
  constexpr uint64_t kBlock = 1024;
  uint64_t key = 0;
  for (uint64_t bytes = 0; bytes < FLAGS_data_mb * kMiB; key += kBlock) {
    for (uint64_t i = 0; i < kBlock; ++i) {
      // Each key once, not in order.
      const uint64_t shuffled = key + i * 613 % kBlock;
      const std::string value = ValueOf(shuffled, 0);
      if (const auto status = db->Put({}, KeyOf(shuffled), value); !status.ok()) {
        Violation("Put: " + status.ToString());
        return 0;
      }
      bytes += value.size() + 16;
    }
    if (key % (8 * kBlock) == 0) watch->Look("filling");
  }
  return key;
}

int Main() {
  const auto begin = std::chrono::steady_clock::now();
  std::string directory = FLAGS_db;
  if (directory.empty()) {
    directory = (std::filesystem::current_path() / "memory_budget.XXXXXX").string();
    if (mkdtemp(directory.data()) == nullptr) {
      std::perror("mkdtemp");
      return 2;
    }
  }
  uint64_t looks = 0;
  {
    const uint64_t before = AnonymousBytes();
    const auto cache = rocksdb::NewLRUCache(FLAGS_cache_mb * kMiB);
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = FLAGS_write_buffer_mb * kMiB;
    options.max_write_buffer_number = kMaxWriteBuffers;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DB* raw = nullptr;
    if (const auto status = rocksdb::DB::Open(options, directory, &raw); !status.ok()) {
      std::fprintf(stderr, "%s\n", status.ToString().c_str());
      return 2;
    }
    const std::unique_ptr<rocksdb::DB> db(raw);
    Watch watch(db.get(), cache, before);
    const uint64_t keys = Fill(db.get(), &watch);
    std::printf("filled with %llu keys; worst so far: %s\n", static_cast<unsigned long long>(keys),
                watch.worst().c_str());
    if (keys > 0) {
      Load load(db.get(), keys);
      std::vector<std::thread> threads;
      for (int kind = 0; kind < 3; ++kind) {
        threads.emplace_back(
            [&load, kind] { load.Run(kind, FLAGS_seed * 16 + static_cast<uint64_t>(kind)); });
      }
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(FLAGS_seconds);
      while (std::chrono::steady_clock::now() < end) {
        watch.Look("mixed load");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      load.Stop();
      for (std::thread& thread : threads) thread.join();
    }
    looks = watch.looks();
    std::printf("worst: %.3f of the budget, %s\n", watch.worst_share(), watch.worst().c_str());
    if (const auto status = db->Close(); !status.ok()) Violation("Close: " + status.ToString());
  }
  if (FLAGS_db.empty()) std::filesystem::remove_all(directory);
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin);
  std::printf("RESULT suite=memory cases=%llu faults=0 violations=%llu seconds=%lld\n",
              static_cast<unsigned long long>(looks + values_read.load()),
              static_cast<unsigned long long>(violations.load()),
              static_cast<long long>(seconds.count()));
  return violations.load() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace memory

int main(int argc, char** argv) {
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  if (argc > 1 || FLAGS_write_buffer_mb == 0) {
    std::fprintf(stderr, "memory_budget: unknown argument; --help lists the flags\n");
    return 2;
  }
  return memory::Main();
}
