// The bytes of a trace of queries, as RocksDB 7.8 writes them (trace file version 0.2), so that its
// tools read ours and the other way round.
//
//   file    := record*                       the first is of type kTraceBegin, the last of
//   kTraceEnd record  := micros:fixed64 type:1 length:fixed32 payload payload := text kTraceBegin:
//   "feedcafedeadbeef\tTrace Version: 0.2\t..."
//            | (nothing)                     kTraceEnd
//            | parts:fixed64 part*           the others: bit i says that part i is there
//   parts     1 batch | 2 family of a get | 3 its key | 4 family of a seek | 5 its key
//             6, 7 its lower and upper bound | 8 number of keys of a MultiGet | 9 families | 10
//             keys
//   family, number are fixed32; the rest has its length as varint32 in front; families: fixed32*;
//   keys: { length:varint32 byte* }*
//
// Thread safety: pure functions. Failure: Corruption for what is no record.

#ifndef AETHER_COMPAT_TRACE_TRACE_FORMAT_H_
#define AETHER_COMPAT_TRACE_TRACE_FORMAT_H_

#include <memory>
#include <string>
#include <vector>

#include "rocksdb/slice.h"
#include "rocksdb/status.h"
#include "rocksdb/trace_record.h"

namespace rocksdb {

inline constexpr size_t kTraceHeadSize = 8 + 1 + 4;

struct Trace {
  uint64_t micros = 0;
  TraceType type = kTraceNone;
  std::string payload;
};

std::string EncodeTrace(const Trace& trace);
Status DecodeTrace(const Slice& bytes, Trace* trace);

std::string TraceHeaderText();
bool IsTraceHeader(const Trace& trace);

std::string WritePayload(const Slice& batch);
std::string GetPayload(uint32_t family, const Slice& key);
std::string SeekPayload(uint32_t family, const Slice& key, const Slice& lower, const Slice& upper);
std::string MultiGetPayload(const std::vector<uint32_t>& families, const std::vector<Slice>& keys);

// The query that a record tells of. NotSupported for a type that is no query.
Status ToTraceRecord(const Trace& trace, std::unique_ptr<TraceRecord>* record);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRACE_TRACE_FORMAT_H_
