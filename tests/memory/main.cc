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

#include <gflags/gflags.h>
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
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
#include "tests/memory/data.h"
#include "tests/memory/load.h"
#include "tests/memory/watch.h"

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

constexpr int kMaxWriteBuffers = 2;
constexpr uint64_t kPlantedBytes = 50 * kMiB;

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
    Watch watch(db.get(), gauge, before, options.write_buffer_size * kMaxWriteBuffers,
                FLAGS_verbose);
    Load load(db.get(), &text, &versions, FLAGS_planted == "values");
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
