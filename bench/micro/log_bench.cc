// What an append to the parallel log costs with 1, 2, 4 and 8 threads: lease, reserve, number,
// copy, stamp, give back; 140 bytes a record, `sync=false`.

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/wal/log.h"

namespace aether::wal {
namespace {

constexpr size_t kBody = 116;
constexpr uint64_t kReleaseEvery = 4096;

// Shared by the threads of one benchmark; the first one makes and drops it.
std::unique_ptr<Log> log;
std::string directory;
std::atomic<uint64_t> number;
std::atomic<uint64_t> ticket;
std::atomic<bool> poison;

void Require(const Status& status) {
  if (!status.ok()) std::abort();
}

void Setup() {
  std::string pattern = (std::filesystem::temp_directory_path() / "log_bench.XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  directory = pattern;
  LogOptions options;
  options.fs = PosixFileSystem();
  options.directory = directory;
  options.store_id = 1;
  options.poison = &poison;
  options.new_number = [] { return number.fetch_add(1) + 1; };
  ticket = 0;
  Require(Log::Open(options, &log));
}

void LogAppend(benchmark::State& state) {
  if (state.thread_index() == 0) Setup();
  const std::string body(kBody, 'b');
  for (auto _ : state) {
    Stream* const stream = log->Lease();
    Require(log->Reserve(stream, body.size(), ticket.load(std::memory_order_relaxed) + 1));
    PendingRecord record;
    log->Copy(stream, body, &record);
    const uint64_t mine = ticket.fetch_add(1, std::memory_order_acq_rel) + 1;
    StoreStamp(record.record, MakeStamp(record.body_crc, RecordType::kBatch, mine, mine));
    if (log->needs_write_out()) Require(log->WriteOut(record));
    log->Commit(stream, record, mine);
    log->Return(stream);
    // What flushes do: segments are recycled.
    if (mine % kReleaseEvery == 0) log->Release(mine - kReleaseEvery);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * RecordBytes(kBody)));
  if (state.thread_index() != 0) return;
  log.reset();
  std::filesystem::remove_all(directory);
}

BENCHMARK(LogAppend)->ThreadRange(1, 8)->UseRealTime();

}  // namespace
}  // namespace aether::wal
