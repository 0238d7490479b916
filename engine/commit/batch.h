// The body of a batch: records back to back, as applications of RocksDB ship them. The 12-byte
// header (sequence, count) is not part of the body.
//
//   body   := record*
//   record := tag:1 [family:varint32 where the tag says so] fields
//   fields := key            delete 0x00 (0x04 with family), single delete 0x07 (0x08)
//           | key value      put 0x01 (0x05), merge 0x02 (0x06), entity 0x16 (0x17; base/entity.h)
//           | begin end      delete range 0x0f (0x0e); end is exclusive
//           | blob           log data 0x03: logged, never applied, uses no sequence number
//           |                no-op 0x0d
//   every field is a byte string with a varint32 length before it
//
// Records that the engine does not apply (two-phase markers, blob indexes) are well-formed but
// refused with NotSupported by name.
//
// Thread safety: a reader is a value used by one thread; it borrows the body.
// Failure: Corruption with the texts that applications know ("bad WriteBatch Put", ...).

#ifndef AETHER_ENGINE_COMMIT_BATCH_H_
#define AETHER_ENGINE_COMMIT_BATCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/entry.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"

namespace aether {

enum class BatchTag : uint8_t {
  kDelete = 0x00,
  kPut = 0x01,
  kMerge = 0x02,
  kLogData = 0x03,
  kDeleteInFamily = 0x04,
  kPutInFamily = 0x05,
  kMergeInFamily = 0x06,
  kSingleDelete = 0x07,
  kSingleDeleteInFamily = 0x08,
  kBeginPrepare = 0x09,
  kEndPrepare = 0x0a,
  kCommit = 0x0b,
  kRollback = 0x0c,
  kNoop = 0x0d,
  kRangeDeleteInFamily = 0x0e,
  kRangeDelete = 0x0f,
  kBlobIndexInFamily = 0x10,
  kBlobIndex = 0x11,
  kBeginPersistedPrepare = 0x12,
  kBeginUnprepare = 0x13,
  kCommitWithTimestamp = 0x15,
  kEntity = 0x16,
  kEntityInFamily = 0x17,
};

// One record. `kind` is the short form: kPut, also for a kPutInFamily.
struct BatchRecord {
  BatchTag kind = BatchTag::kNoop;
  uint32_t family = 0;
  Slice key;    // begin of a range; blob of log data; transaction name of a marker; timestamp
  Slice value;  // operand, end of a range

  // True for records that use a sequence number.
  bool Counts() const {
    switch (kind) {
      case BatchTag::kDelete:
      case BatchTag::kPut:
      case BatchTag::kMerge:
      case BatchTag::kSingleDelete:
      case BatchTag::kRangeDelete:
      case BatchTag::kBlobIndex:
      case BatchTag::kEntity:
        return true;
      default:
        return false;
    }
  }
  // REQUIRES: kind is one that the engine applies.
  EntryType type() const {
    return kind == BatchTag::kEntity ? EntryType::kEntity : static_cast<EntryType>(kind);
  }
};

class BatchReader {
 public:
  explicit BatchReader(Slice body) : rest_(body) {}

  // False at the end and at the first malformed record; status() tells which.
  bool Next(BatchRecord* record);
  const Status& status() const { return status_; }

 private:
  bool Fail(const char* message);

  Slice rest_;
  Status status_;
};

// The Status for a kind that is well-formed but not applied by the engine; OK for the others.
Status CheckSupported(const BatchRecord& record);

// What the write path needs to know about a batch before it takes a number.
struct BatchFacts {
  uint32_t count = 0;      // sequence numbers used
  size_t entry_bytes = 0;  // keys and values
  bool has_merge = false;
  bool has_range_delete = false;
  bool has_delete = false;
  bool has_single_delete = false;
  bool has_put = false;

  struct FamilyUse {
    uint32_t family;
    uint32_t entries;  // range deletions included
    uint32_t range_deletes;
    size_t bytes;
  };
  // Use per family: the first families met stand here, others in `more_families`, ordered by
  // number.
  static constexpr size_t kFamilies = 8;
  FamilyUse families[kFamilies];
  uint32_t family_count = 0;  // in `families`
  std::vector<FamilyUse> more_families;

  // Leaves `families` alone: clearing it costs more than all else here.
  void Clear() {
    count = 0;
    entry_bytes = 0;
    has_merge = has_range_delete = has_delete = has_single_delete = has_put = false;
    family_count = 0;
    more_families.clear();
  }
};

// Answers for the families of a batch. Called once for every run of records of one family.
class FamilyPredicate {
 public:
  virtual ~FamilyPredicate() = default;
  // OK when the family exists and takes writes.
  virtual Status CheckFamily(uint32_t family) const = 0;
  // Told of kinds that need the family's leave: a merge operator, comparable range ends.
  virtual Status CheckRecord(const BatchRecord& record) const = 0;
};

// Decodes the whole body once. `families` may be null (then all pass). CheckRecord is called for
// merges and range deletions only. With an expected count a different number of counted records is
// Corruption "WriteBatch has wrong count".
inline constexpr std::optional<uint32_t> kAnyCount = std::nullopt;
Status ValidateBatch(Slice body, std::optional<uint32_t> expected_count,
                     const FamilyPredicate* families, BatchFacts* facts);

// Encoders, for the engine's own callers and tests. Family 0 takes the short form.
void AppendPut(std::string* body, uint32_t family, Slice key, Slice value);
void AppendDelete(std::string* body, uint32_t family, Slice key);
void AppendSingleDelete(std::string* body, uint32_t family, Slice key);
void AppendMerge(std::string* body, uint32_t family, Slice key, Slice operand);
void AppendRangeDelete(std::string* body, uint32_t family, Slice begin, Slice end);
void AppendEntity(std::string* body, uint32_t family, Slice key, Slice entity);
void AppendLogData(std::string* body, Slice blob);

}  // namespace aether

#endif  // AETHER_ENGINE_COMMIT_BATCH_H_
