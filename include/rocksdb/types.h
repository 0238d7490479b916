// Small types shared by the whole interface: sequence numbers, family ids, kinds of files and
// entries.

#ifndef AETHER_INCLUDE_ROCKSDB_TYPES_H_
#define AETHER_INCLUDE_ROCKSDB_TYPES_H_

#include <stdint.h>

#include "rocksdb/slice.h"

namespace ROCKSDB_NAMESPACE {

using ColumnFamilyId = uint32_t;
using SequenceNumber = uint64_t;
const SequenceNumber kMinUnCommittedSeq = 1;
enum class TableFileCreationReason {
  kFlush,
  kCompaction,
  kRecovery,
  kMisc,
};

enum class BlobFileCreationReason {
  kFlush,
  kCompaction,
  kRecovery,
};

enum FileType {
  kWalFile,
  kDBLockFile,
  kTableFile,
  kDescriptorFile,
  kCurrentFile,
  kTempFile,
  kInfoLogFile,
  kMetaDatabase,
  kIdentityFile,
  kOptionsFile,
  kBlobFile,
};

enum EntryType {
  kEntryPut,
  kEntryDelete,
  kEntrySingleDelete,
  kEntryMerge,
  kEntryRangeDeletion,
  kEntryBlobIndex,
  kEntryDeleteWithTimestamp,
  kEntryWideColumnEntity,
  kEntryOther,
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_TYPES_H_
