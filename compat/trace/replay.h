// Makes what replays a trace on a DB. The handles have to outlive it; the default family needs
// none.
//
// Thread safety: see Replayer.

#ifndef AETHER_COMPAT_TRACE_REPLAY_H_
#define AETHER_COMPAT_TRACE_REPLAY_H_

#include <memory>
#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/trace_reader_writer.h"
#include "rocksdb/utilities/replayer.h"

namespace rocksdb {

std::unique_ptr<Replayer> NewReplayer(DB* db, const std::vector<ColumnFamilyHandle*>& handles,
                                      std::unique_ptr<TraceReader>&& reader);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRACE_REPLAY_H_
