// Iterators of the public interface over those of the engine.
//
// Thread safety: one thread at a time. Lifetime: an iterator may be destroyed after its DB; before,
// everything else it is asked answers Aborted. Failure: invalid with a status. Moves of an iterator
// that is not valid do nothing.

#ifndef AETHER_COMPAT_ITERATOR_STORE_ITERATOR_H_
#define AETHER_COMPAT_ITERATOR_STORE_ITERATOR_H_

#include <atomic>
#include <memory>
#include <string>

#include "compat/db/telemetry.h"
#include "compat/trace/query_tracer.h"
#include "engine/store/db_env.h"
#include "rocksdb/iterator.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/statistics.h"

namespace rocksdb {

struct StoreIteratorOptions {
  // Whether the DB is there; null: there is none that could go.
  std::shared_ptr<const std::atomic<bool>> alive;
  // Keys outside the prefix of the last Seek are not shown. Null: all are.
  std::shared_ptr<const SliceTransform> prefix;
  // The iterator was made with a snapshot of the caller's.
  bool has_snapshot = false;
  // Keys stay in place as long as the iterator.
  bool pin_data = false;
  // Reads stop where they would need the disk.
  bool cache_only = false;
  Statistics* statistics = nullptr;
  // Told of seeks, with the family; null: nobody is.
  QueryTracer* tracer = nullptr;
  uint32_t family = 0;
  // What the engine's iterator counts into; null when nobody looks.
  std::unique_ptr<ReadReport> reads;
  aether::Meter* meter = nullptr;  // null without statistics
};

Iterator* NewStoreIterator(std::unique_ptr<aether::Iterator> engine,
                           StoreIteratorOptions&& options);

// An iterator that sees what is written after its creation: each Seek, and each Next after a write,
// moves to the newest state. Forward only.
Iterator* NewTailingIterator(std::unique_ptr<aether::Iterator> engine, const aether::DbEnv* env,
                             const aether::Comparator* order, StoreIteratorOptions&& options);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_ITERATOR_STORE_ITERATOR_H_
