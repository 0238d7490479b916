#include "compat/batch/wire_format.h"

namespace rocksdb {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire format is little-endian");

bool ReadVarint32(Slice* input, uint32_t* value) {
  uint32_t result = 0;
  for (size_t i = 0, shift = 0; i < input->size() && shift <= 28; ++i, shift += 7) {
    const uint32_t byte = static_cast<unsigned char>((*input)[i]);
    result |= (byte & 127) << shift;
    if (byte < 128) {
      input->remove_prefix(i + 1);
      *value = result;
      return true;
    }
  }
  return false;
}

bool ReadLengthPrefixed(Slice* input, Slice* field) {
  uint32_t size = 0;
  if (!ReadVarint32(input, &size) || size > input->size()) return false;
  *field = Slice(input->data(), size);
  input->remove_prefix(size);
  return true;
}

Status ReadWireRecord(Slice* input, WireRecord* record) {
  const auto tag = static_cast<WireTag>((*input)[0]);
  input->remove_prefix(1);
  record->kind = tag;
  record->family = 0;
  record->key.clear();
  record->value.clear();

  const char* name = nullptr;
  bool in_family = false;
  int fields = 0;
  switch (tag) {
    case WireTag::kPutInFamily:
      in_family = true;
      record->kind = WireTag::kPut;
      [[fallthrough]];
    case WireTag::kPut:
      name = "bad WriteBatch Put";
      fields = 2;
      break;
    case WireTag::kDeleteInFamily:
      in_family = true;
      record->kind = WireTag::kDelete;
      [[fallthrough]];
    case WireTag::kDelete:
      name = "bad WriteBatch Delete";
      fields = 1;
      break;
    case WireTag::kSingleDeleteInFamily:
      in_family = true;
      record->kind = WireTag::kSingleDelete;
      [[fallthrough]];
    case WireTag::kSingleDelete:
      name = "bad WriteBatch Delete";
      fields = 1;
      break;
    case WireTag::kMergeInFamily:
      in_family = true;
      record->kind = WireTag::kMerge;
      [[fallthrough]];
    case WireTag::kMerge:
      name = "bad WriteBatch Merge";
      fields = 2;
      break;
    case WireTag::kRangeDeleteInFamily:
      in_family = true;
      record->kind = WireTag::kRangeDelete;
      [[fallthrough]];
    case WireTag::kRangeDelete:
      name = "bad WriteBatch DeleteRange";
      fields = 2;
      break;
    case WireTag::kBlobIndexInFamily:
      in_family = true;
      record->kind = WireTag::kBlobIndex;
      [[fallthrough]];
    case WireTag::kBlobIndex:
      name = "bad WriteBatch BlobIndex";
      fields = 2;
      break;
    case WireTag::kEntityInFamily:
      in_family = true;
      record->kind = WireTag::kEntity;
      [[fallthrough]];
    case WireTag::kEntity:
      name = "bad WriteBatch PutEntity";
      fields = 2;
      break;
    case WireTag::kLogData:
      name = "bad WriteBatch Blob";
      fields = 1;
      break;
    case WireTag::kEndPrepare:
      name = "bad EndPrepare XID";
      fields = 1;
      break;
    case WireTag::kCommit:
      name = "bad Commit XID";
      fields = 1;
      break;
    case WireTag::kRollback:
      name = "bad Rollback XID";
      fields = 1;
      break;
    case WireTag::kCommitWithTimestamp:
      if (!ReadLengthPrefixed(input, &record->value)) {
        return Status::Corruption("bad commit timestamp");
      }
      name = "bad Commit XID";
      fields = 1;
      break;
    case WireTag::kBeginPrepare:
    case WireTag::kBeginPersistedPrepare:
    case WireTag::kBeginUnprepare:
    case WireTag::kNoop:
      return Status::OK();
    default:
      return Status::Corruption("unknown WriteBatch tag");
  }
  if (in_family && !ReadVarint32(input, &record->family)) return Status::Corruption(name);
  if (!ReadLengthPrefixed(input, &record->key)) return Status::Corruption(name);
  if (fields == 2 && !ReadLengthPrefixed(input, &record->value)) return Status::Corruption(name);
  return Status::OK();
}

}  // namespace rocksdb
