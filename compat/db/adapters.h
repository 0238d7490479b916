// What an application plugs into its options, as the engine's interfaces: orders of keys, merge
// operators, compaction filters, extractors of prefixes, the write buffer manager, the rate
// limiter.
//
// Thread safety: as the engine asks for; the application's objects are called from several threads
// as RocksDB does. Ownership: an adapter shares the application's object where that is shared, and
// else borrows it as RocksDB does. Failure: a merge that cannot be made, and a filter that reports
// an I/O error, become the engine's answers for them.

#ifndef AETHER_COMPAT_DB_ADAPTERS_H_
#define AETHER_COMPAT_DB_ADAPTERS_H_

#include <memory>

#include "engine/store/options.h"
#include "rocksdb/options.h"
#include "rocksdb/slice_transform.h"

namespace rocksdb {

// The engine's own orders for the two that RocksDB has built in, else an adapter that *owned keeps
// alive.
const aether::Comparator* ToEngineOrder(const Comparator* comparator,
                                        std::unique_ptr<aether::Comparator>* owned);

// Null when the options have none.
// `statistics`, told of what the application's code does and takes, may be null.
std::shared_ptr<const aether::MergeOperator> ToEngineMerge(
    const ColumnFamilyOptions& options, std::shared_ptr<Logger> logger,
    const std::shared_ptr<Statistics>& statistics);
std::shared_ptr<aether::CompactionFilterFactory> ToEngineFilter(
    const ColumnFamilyOptions& options, const std::shared_ptr<Statistics>& statistics);

// Null for null.
std::shared_ptr<const aether::PrefixExtractor> ToEnginePrefix(
    const std::shared_ptr<const SliceTransform>& transform);

std::shared_ptr<aether::WriteMemory> ToEngineWriteMemory(
    const std::shared_ptr<WriteBufferManager>& manager);

// Null when there is none.
std::shared_ptr<aether::IoLimiter> ToEngineLimiter(const std::shared_ptr<RateLimiter>& limiter,
                                                   const std::shared_ptr<Statistics>& statistics);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_ADAPTERS_H_
