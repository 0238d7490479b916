// A small application of RocksDB's interface, built once against the system's headers and run on
// either library. It measures what db_bench does not: how long opening takes after a kill, and what
// an open store costs while nothing happens.
//
//   probe log DIR BYTES      write BYTES of keys and values, none of them flushed; say so; wait
//   probe open DIR KEYS      open and time it, then look up every eighth of KEYS keys
//   probe fill DIR KEYS      write KEYS keys, flush, wait for the merges, close
//   probe idle DIR           open; say so; wait
//
// Each prints one JSON object a line. Those that wait are meant to be killed.

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

namespace {

constexpr size_t kKeySize = 16;
constexpr size_t kValueSize = 100;

[[noreturn]] void Fail(const char* what, const rocksdb::Status& status) {
  std::fprintf(stderr, "probe: %s: %s\n", what, status.ToString().c_str());
  std::exit(1);
}

uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Keys are in random order and all different; the value repeats a number that the key determines.
void MakeKey(uint64_t number, char* key) {
  const uint64_t mixed = Mix(number);
  std::memcpy(key, &mixed, sizeof mixed);
  std::memcpy(key + sizeof mixed, &number, sizeof number);
}

void MakeValue(uint64_t number, char* value) {
  uint64_t word = Mix(~number);
  for (size_t at = 0; at < kValueSize; at += sizeof word) {
    std::memcpy(value + at, &word, std::min(sizeof word, kValueSize - at));
    word = Mix(word);
  }
}

rocksdb::Options MakeOptions(size_t write_buffer_size) {
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(size_t{2} << 30);
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  options.write_buffer_size = write_buffer_size;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::unique_ptr<rocksdb::DB> Open(const std::string& directory, size_t write_buffer_size) {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(MakeOptions(write_buffer_size), directory, &db);
  if (!status.ok()) Fail("open", status);
  return std::unique_ptr<rocksdb::DB>(db);
}

void Write(rocksdb::DB* db, uint64_t keys) {
  char key[kKeySize];
  char value[kValueSize];
  for (uint64_t i = 0; i < keys; ++i) {
    MakeKey(i, key);
    MakeValue(i, value);
    const rocksdb::Status status = db->Put(rocksdb::WriteOptions(), rocksdb::Slice(key, kKeySize),
                                           rocksdb::Slice(value, kValueSize));
    if (!status.ok()) Fail("put", status);
  }
}

// Large enough that the log tests never flush by themselves.
constexpr size_t kLogTestBuffer = size_t{4} << 30;
constexpr size_t kDefaultBuffer = size_t{64} << 20;

[[noreturn]] void WaitToBeKilled() {
  std::fflush(stdout);
  for (;;) pause();
}

void WaitForMerges(rocksdb::DB* db) {
  for (int quiet = 0; quiet < 20;) {
    uint64_t running = 0;
    uint64_t pending = 0;
    uint64_t flushing = 0;
    db->GetIntProperty("rocksdb.num-running-compactions", &running);
    db->GetIntProperty("rocksdb.compaction-pending", &pending);
    db->GetIntProperty("rocksdb.mem-table-flush-pending", &flushing);
    quiet = running + pending + flushing == 0 ? quiet + 1 : 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

int RunOpen(const std::string& directory, uint64_t keys) {
  const auto start = std::chrono::steady_clock::now();
  std::unique_ptr<rocksdb::DB> db = Open(directory, kLogTestBuffer);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  uint64_t missing = 0;
  uint64_t wrong = 0;
  std::string found;
  char key[kKeySize];
  char value[kValueSize];
  for (uint64_t i = 0; i < keys; i += 8) {
    MakeKey(i, key);
    MakeValue(i, value);
    const rocksdb::Status status =
        db->Get(rocksdb::ReadOptions(), rocksdb::Slice(key, kKeySize), &found);
    if (!status.ok()) {
      ++missing;
    } else if (found != std::string(value, kValueSize)) {
      ++wrong;
    }
  }
  std::printf("{\"open_seconds\": %.6f, \"missing\": %llu, \"wrong\": %llu}\n", took.count(),
              static_cast<unsigned long long>(missing), static_cast<unsigned long long>(wrong));
  return missing + wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  const uint64_t number = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0;
  if (mode == "log" && argc == 4) {
    std::unique_ptr<rocksdb::DB> db = Open(argv[2], kLogTestBuffer);
    const uint64_t keys = number / (kKeySize + kValueSize);
    Write(db.get(), keys);
    std::printf("{\"keys\": %llu}\n", static_cast<unsigned long long>(keys));
    WaitToBeKilled();
  }
  if (mode == "open" && argc == 4) return RunOpen(argv[2], number);
  if (mode == "fill" && argc == 4) {
    std::unique_ptr<rocksdb::DB> db = Open(argv[2], kDefaultBuffer);
    Write(db.get(), number);
    const rocksdb::Status status = db->Flush(rocksdb::FlushOptions());
    if (!status.ok()) Fail("flush", status);
    WaitForMerges(db.get());
    return 0;
  }
  if (mode == "idle" && argc == 3) {
    std::unique_ptr<rocksdb::DB> db = Open(argv[2], kDefaultBuffer);
    std::printf("{\"open\": true}\n");
    WaitToBeKilled();
  }
  std::fprintf(stderr, "usage: probe log|open|fill DIR NUMBER, probe idle DIR\n");
  return 2;
}
