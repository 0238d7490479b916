// TransactionLogIterator over the engine's LogFollower.
//
// Thread safety: as TransactionLogIterator, one thread at a time. Lifetime: it may be destroyed
// after its DB; everything else it is asked then answers Aborted. Failure: status(); behind the
// newest batch it is not valid, its status is OK, and Next looks again.

#ifndef AETHER_COMPAT_DB_LOG_ITERATOR_H_
#define AETHER_COMPAT_DB_LOG_ITERATOR_H_

#include <atomic>
#include <functional>
#include <memory>

#include "engine/store/log_follower.h"
#include "rocksdb/transaction_log.h"

namespace rocksdb {

// `hidden` says which family is not the application's; UINT32_MAX: none. What is written there uses
// sequence numbers, so a follower is shown deletions of an empty range in its place: they change
// nothing and use as many. `alive`: whether the DB is there.
std::unique_ptr<TransactionLogIterator> NewLogIterator(
    std::unique_ptr<aether::LogFollower> follower, std::function<uint32_t()> hidden,
    std::shared_ptr<const std::atomic<bool>> alive);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_DB_LOG_ITERATOR_H_
