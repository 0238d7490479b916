#include "compat/trace/trace_format.h"

#include <utility>

#include "compat/batch/wire_format.h"
#include "rocksdb/version.h"

namespace rocksdb {

namespace {

constexpr char kMagic[] = "feedcafedeadbeef";

enum Part : uint32_t {
  kBatch = 1,
  kGetFamily = 2,
  kGetKey = 3,
  kSeekFamily = 4,
  kSeekKey = 5,
  kLowerBound = 6,
  kUpperBound = 7,
  kMultiGetSize = 8,
  kMultiGetFamilies = 9,
  kMultiGetKeys = 10,
};

template <typename T>
void AppendFixed(std::string* out, T value) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void AppendField(std::string* out, const Slice& field) {
  AppendVarint32(out, static_cast<uint32_t>(field.size()));
  out->append(field.data(), field.size());
}

std::string Begin(const std::vector<Part>& parts) {
  uint64_t map = 0;
  for (const Part part : parts) map |= uint64_t{1} << part;
  std::string out;
  AppendFixed(&out, map);
  return out;
}

bool ReadFixed32(Slice* input, uint32_t* value) {
  if (input->size() < sizeof(*value)) return false;
  *value = LoadFixed32(input->data());
  input->remove_prefix(sizeof(*value));
  return true;
}

// What a payload says; parts that it does not have stay as they are.
struct Parts {
  Slice batch;
  uint32_t family = 0;
  Slice key;
  Slice lower;
  Slice upper;
  uint32_t count = 0;
  Slice families;
  Slice keys;
};

bool ReadParts(Slice input, Parts* parts) {
  if (input.size() < sizeof(uint64_t)) return false;
  uint64_t map = LoadFixed64(input.data());
  input.remove_prefix(sizeof(map));
  for (uint32_t part = 0; map != 0; ++part, map >>= 1) {
    if ((map & 1) == 0) continue;
    bool read = false;
    switch (part) {
      case kBatch:
        read = ReadLengthPrefixed(&input, &parts->batch);
        break;
      case kGetFamily:
      case kSeekFamily:
        read = ReadFixed32(&input, &parts->family);
        break;
      case kGetKey:
      case kSeekKey:
        read = ReadLengthPrefixed(&input, &parts->key);
        break;
      case kLowerBound:
        read = ReadLengthPrefixed(&input, &parts->lower);
        break;
      case kUpperBound:
        read = ReadLengthPrefixed(&input, &parts->upper);
        break;
      case kMultiGetSize:
        read = ReadFixed32(&input, &parts->count);
        break;
      case kMultiGetFamilies:
        read = ReadLengthPrefixed(&input, &parts->families);
        break;
      case kMultiGetKeys:
        read = ReadLengthPrefixed(&input, &parts->keys);
        break;
      default:
        break;
    }
    if (!read) return false;
  }
  return true;
}

Status Malformed() { return Status::Corruption("Corrupted trace: a record is malformed"); }

Status ToMultiGet(Parts parts, uint64_t micros, std::unique_ptr<TraceRecord>* record) {
  std::vector<uint32_t> families;
  std::vector<std::string> keys;
  for (uint32_t i = 0; i < parts.count; ++i) {
    uint32_t family = 0;
    Slice key;
    if (!ReadFixed32(&parts.families, &family) || !ReadLengthPrefixed(&parts.keys, &key)) {
      return Malformed();
    }
    families.push_back(family);
    keys.push_back(key.ToString());
  }
  record->reset(new MultiGetQueryTraceRecord(std::move(families), keys, micros));
  return Status::OK();
}

}  // namespace

std::string EncodeTrace(const Trace& trace) {
  std::string out;
  AppendFixed(&out, trace.micros);
  out.push_back(trace.type);
  AppendFixed(&out, static_cast<uint32_t>(trace.payload.size()));
  return out + trace.payload;
}

Status DecodeTrace(const Slice& bytes, Trace* trace) {
  if (bytes.size() < kTraceHeadSize) return Malformed();
  trace->micros = LoadFixed64(bytes.data());
  trace->type = static_cast<TraceType>(bytes[8]);
  const uint32_t length = LoadFixed32(bytes.data() + 9);
  if (bytes.size() - kTraceHeadSize != length) return Malformed();
  trace->payload.assign(bytes.data() + kTraceHeadSize, length);
  return Status::OK();
}

std::string TraceHeaderText() {
  return std::string(kMagic) +
         "\tTrace Version: 0.2\tRocksDB Version: " + std::to_string(ROCKSDB_MAJOR) + "." +
         std::to_string(ROCKSDB_MINOR) + "\tFormat: Timestamp OpType Payload\n";
}

bool IsTraceHeader(const Trace& trace) {
  return trace.type == kTraceBegin && Slice(trace.payload).starts_with(kMagic);
}

std::string WritePayload(const Slice& batch) {
  std::string out = Begin({kBatch});
  AppendField(&out, batch);
  return out;
}

std::string GetPayload(uint32_t family, const Slice& key) {
  std::string out = Begin({kGetFamily, kGetKey});
  AppendFixed(&out, family);
  AppendField(&out, key);
  return out;
}

std::string SeekPayload(uint32_t family, const Slice& key, const Slice& lower, const Slice& upper) {
  std::vector<Part> parts{kSeekFamily, kSeekKey};
  if (!lower.empty()) parts.push_back(kLowerBound);
  if (!upper.empty()) parts.push_back(kUpperBound);
  std::string out = Begin(parts);
  AppendFixed(&out, family);
  AppendField(&out, key);
  if (!lower.empty()) AppendField(&out, lower);
  if (!upper.empty()) AppendField(&out, upper);
  return out;
}

std::string MultiGetPayload(const std::vector<uint32_t>& families, const std::vector<Slice>& keys) {
  std::string out = Begin({kMultiGetSize, kMultiGetFamilies, kMultiGetKeys});
  AppendFixed(&out, static_cast<uint32_t>(keys.size()));
  std::string list;
  for (const uint32_t family : families) AppendFixed(&list, family);
  AppendField(&out, list);
  list.clear();
  for (const Slice& key : keys) AppendField(&list, key);
  AppendField(&out, list);
  return out;
}

Status ToTraceRecord(const Trace& trace, std::unique_ptr<TraceRecord>* record) {
  Parts parts;
  switch (trace.type) {
    case kTraceWrite:
    case kTraceGet:
    case kTraceIteratorSeek:
    case kTraceIteratorSeekForPrev:
    case kTraceMultiGet:
      if (!ReadParts(trace.payload, &parts)) return Malformed();
      break;
    default:
      return Status::NotSupported("a trace record of type " +
                                  std::to_string(static_cast<int>(trace.type)));
  }
  switch (trace.type) {
    case kTraceWrite:
      record->reset(new WriteQueryTraceRecord(parts.batch.ToString(), trace.micros));
      return Status::OK();
    case kTraceGet:
      record->reset(new GetQueryTraceRecord(parts.family, parts.key.ToString(), trace.micros));
      return Status::OK();
    case kTraceMultiGet:
      return ToMultiGet(parts, trace.micros, record);
    default:
      record->reset(new IteratorSeekQueryTraceRecord(
          static_cast<IteratorSeekQueryTraceRecord::SeekType>(trace.type), parts.family,
          parts.key.ToString(), parts.lower.ToString(), parts.upper.ToString(), trace.micros));
      return Status::OK();
  }
}

}  // namespace rocksdb
