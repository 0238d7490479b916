#include "compat/db/read_options.h"

#include <chrono>

#include "compat/db/store_db.h"
#include "engine/io/clock.h"

namespace rocksdb {

namespace {

const aether::Snapshot* EngineSnapshot(const Snapshot* snapshot) {
  return snapshot == nullptr ? nullptr : static_cast<const SnapshotImpl*>(snapshot)->engine;
}

// The engine's clock starts elsewhere and does not jump.
uint64_t ToEngineDeadline(std::chrono::microseconds deadline, Env* env) {
  const int64_t left = deadline.count() - static_cast<int64_t>(env->NowMicros());
  return left <= 0 ? 1 : aether::RealClock()->NowMicros() + static_cast<uint64_t>(left);
}

}  // namespace

aether::ReadOptions ToEngineRead(const ReadOptions& options, Env* env) {
  aether::ReadOptions out;
  out.snapshot = EngineSnapshot(options.snapshot);
  switch (options.read_tier) {
    case kReadAllTier:
      out.tier = aether::ReadTier::kAll;
      break;
    case kBlockCacheTier:
      out.tier = aether::ReadTier::kCacheOnly;
      break;
    case kPersistedTier:
      out.tier = aether::ReadTier::kPersistedOnly;
      break;
    case kMemtableTier:
      // RocksDB's own answer to this tier also includes files.
      out.tier = aether::ReadTier::kAll;
      break;
  }
  out.verify_checksums = options.verify_checksums;
  out.fill_cache = options.fill_cache;
  out.ignore_range_deletes = options.ignore_range_deletions;
  out.readahead = options.readahead_size;
  out.async_io = options.async_io;
  if (options.deadline.count() > 0) out.deadline_micros = ToEngineDeadline(options.deadline, env);
  if (options.io_timeout.count() > 0) {
    out.io_timeout_micros = static_cast<uint64_t>(options.io_timeout.count());
  }
  return out;
}

}  // namespace rocksdb
