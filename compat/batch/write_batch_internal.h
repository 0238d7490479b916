// What the rest of the shim may do with a WriteBatch beyond its public interface.
//
// Thread safety: that of the batch. Failure: a batch that would grow too large stays as it was.

#ifndef AETHER_COMPAT_BATCH_WRITE_BATCH_INTERNAL_H_
#define AETHER_COMPAT_BATCH_WRITE_BATCH_INTERNAL_H_

#include <cstdint>
#include <vector>

#include "compat/batch/wire_format.h"
#include "rocksdb/write_batch.h"

namespace rocksdb {

struct SavePoints {
  std::vector<SavePoint> stack;
};

// Kinds of records in a batch, one bit each. kUnknownContent: computed when somebody asks.
enum ContentFlags : uint32_t {
  kUnknownContent = 1u << 0,
  kHasPut = 1u << 1,
  kHasDelete = 1u << 2,
  kHasSingleDelete = 1u << 3,
  kHasMerge = 1u << 4,
  kHasBeginPrepare = 1u << 5,
  kHasEndPrepare = 1u << 6,
  kHasCommit = 1u << 7,
  kHasRollback = 1u << 8,
  kHasRangeDelete = 1u << 9,
  kHasBlobIndex = 1u << 10,
  kHasBeginUnprepare = 1u << 11,
  kHasEntity = 1u << 12,
};

uint32_t ContentFlagOf(WireTag kind);

class WriteBatchInternal {
 public:
  static uint32_t Count(const WriteBatch* batch) {
    return LoadFixed32(batch->rep_.data() + kBatchCountOffset);
  }
  static void SetCount(WriteBatch* batch, uint32_t count) {
    memcpy(batch->rep_.data() + kBatchCountOffset, &count, sizeof(count));
  }
  static uint64_t Sequence(const WriteBatch* batch) { return LoadFixed64(batch->rep_.data()); }
  static void SetSequence(WriteBatch* batch, uint64_t sequence) {
    memcpy(batch->rep_.data(), &sequence, sizeof(sequence));
  }
  static Slice Contents(const WriteBatch* batch) { return batch->rep_; }
  static size_t ByteSize(const WriteBatch* batch) { return batch->rep_.size(); }
  static bool IsProtected(const WriteBatch* batch) { return batch->prot_info_ != nullptr; }
  // REQUIRES: contents.size() >= kBatchHeaderSize.
  static void SetContents(WriteBatch* batch, const Slice& contents);
  static Slice Body(const WriteBatch* batch) {
    return Slice(batch->rep_.data() + kBatchHeaderSize, batch->rep_.size() - kBatchHeaderSize);
  }
  // Puts the records of `source` behind those of `target`.
  static Status Append(WriteBatch* target, const WriteBatch* source);

  // Adds one record with a key and, unless value is null, a value.
  static Status Add(WriteBatch* batch, WireTag plain, WireTag in_family, uint32_t content,
                    uint32_t family, const Slice& key, const Slice* value);
  static Status AddMarker(WriteBatch* batch, WireTag tag, const Slice* name);
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BATCH_WRITE_BATCH_INTERNAL_H_
