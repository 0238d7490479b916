#include "engine/commit/batch.h"

#include <algorithm>

#include "engine/base/coding.h"
#include "engine/commit/table_set.h"

namespace aether {
namespace {

constexpr const char* kUnknownTag = "unknown WriteBatch tag";

// What follows the tag and the family of a short form.
struct Shape {
  bool has_key;
  bool has_value;
  const char* truncated;
};

Shape ShapeOf(BatchTag kind) {
  switch (kind) {
    case BatchTag::kPut:
      return {true, true, "bad WriteBatch Put"};
    case BatchTag::kDelete:
    case BatchTag::kSingleDelete:
      return {true, false, "bad WriteBatch Delete"};
    case BatchTag::kMerge:
      return {true, true, "bad WriteBatch Merge"};
    case BatchTag::kRangeDelete:
      return {true, true, "bad WriteBatch DeleteRange"};
    case BatchTag::kLogData:
      return {true, false, "bad WriteBatch Blob"};
    case BatchTag::kBlobIndex:
      return {true, true, "bad WriteBatch BlobIndex"};
    case BatchTag::kEntity:
      return {true, true, "bad WriteBatch PutEntity"};
    case BatchTag::kEndPrepare:
      return {true, false, "bad EndPrepare XID"};
    case BatchTag::kCommit:
      return {true, false, "bad Commit XID"};
    case BatchTag::kRollback:
      return {true, false, "bad Rollback XID"};
    case BatchTag::kCommitWithTimestamp:
      return {true, true, "bad commit timestamp"};
    default:
      return {false, false, kUnknownTag};
  }
}

// Splits a tag into its short form and whether a family id follows.
BatchTag ShortForm(BatchTag tag, bool* in_family) {
  *in_family = true;
  switch (tag) {
    case BatchTag::kDeleteInFamily:
      return BatchTag::kDelete;
    case BatchTag::kPutInFamily:
      return BatchTag::kPut;
    case BatchTag::kMergeInFamily:
      return BatchTag::kMerge;
    case BatchTag::kSingleDeleteInFamily:
      return BatchTag::kSingleDelete;
    case BatchTag::kRangeDeleteInFamily:
      return BatchTag::kRangeDelete;
    case BatchTag::kBlobIndexInFamily:
      return BatchTag::kBlobIndex;
    case BatchTag::kEntityInFamily:
      return BatchTag::kEntity;
    default:
      *in_family = false;
      return tag;
  }
}

bool IsMarkerWithoutFields(BatchTag tag) {
  return tag == BatchTag::kNoop || tag == BatchTag::kBeginPrepare ||
         tag == BatchTag::kBeginPersistedPrepare || tag == BatchTag::kBeginUnprepare;
}

void AppendHead(std::string* body, BatchTag short_form, BatchTag in_family, uint32_t family) {
  body->push_back(static_cast<char>(family == 0 ? short_form : in_family));
  if (family != 0) PutVarint(body, family);
}

BatchFacts::FamilyUse* UseOf(BatchFacts* facts, uint32_t family) {
  for (uint32_t i = 0; i < facts->family_count; ++i) {
    if (facts->families[i].family == family) return &facts->families[i];
  }
  if (facts->family_count == BatchFacts::kFamilies) {
    std::vector<BatchFacts::FamilyUse>* const more = &facts->more_families;
    const auto at = std::lower_bound(
        more->begin(), more->end(), family,
        [](const BatchFacts::FamilyUse& use, uint32_t wanted) { return use.family < wanted; });
    if (at != more->end() && at->family == family) return &*at;
    return &*more->insert(at, {family, 0, 0, 0});
  }
  BatchFacts::FamilyUse* const use = &facts->families[facts->family_count++];
  *use = {family, 0, 0, 0};
  return use;
}

void NoteKind(BatchTag kind, BatchFacts* facts) {
  switch (kind) {
    case BatchTag::kPut:
    case BatchTag::kEntity:
      facts->has_put = true;
      break;
    case BatchTag::kMerge:
      facts->has_merge = true;
      break;
    case BatchTag::kDelete:
      facts->has_delete = true;
      break;
    case BatchTag::kSingleDelete:
      facts->has_single_delete = true;
      break;
    case BatchTag::kRangeDelete:
      facts->has_range_delete = true;
      break;
    default:
      break;
  }
}

}  // namespace

bool BatchReader::Fail(const char* message) {
  status_ = Status::Corruption(message);
  rest_ = Slice();
  return false;
}

bool BatchReader::Next(BatchRecord* record) {
  if (rest_.empty()) return false;
  bool in_family;
  record->kind = ShortForm(static_cast<BatchTag>(rest_[0]), &in_family);
  rest_.RemovePrefix(1);
  record->family = 0;
  record->key = Slice();
  record->value = Slice();
  if (IsMarkerWithoutFields(record->kind)) return true;
  const Shape shape = ShapeOf(record->kind);
  if (!shape.has_key) return Fail(shape.truncated);
  if (in_family && !GetVarint32(&rest_, &record->family)) return Fail(shape.truncated);
  if (!GetLengthPrefixed(&rest_, &record->key)) return Fail(shape.truncated);
  if (shape.has_value && !GetLengthPrefixed(&rest_, &record->value)) {
    return Fail(record->kind == BatchTag::kCommitWithTimestamp ? "bad Commit XID"
                                                               : shape.truncated);
  }
  return true;
}

Status CheckSupported(const BatchRecord& record) {
  switch (record.kind) {
    case BatchTag::kBeginPrepare:
    case BatchTag::kBeginPersistedPrepare:
    case BatchTag::kBeginUnprepare:
      return Status::NotSupported("WriteBatch record BeginPrepare");
    case BatchTag::kEndPrepare:
      return Status::NotSupported("WriteBatch record EndPrepare");
    case BatchTag::kCommit:
      return Status::NotSupported("WriteBatch record Commit");
    case BatchTag::kCommitWithTimestamp:
      return Status::NotSupported("WriteBatch record CommitWithTimestamp");
    case BatchTag::kRollback:
      return Status::NotSupported("WriteBatch record Rollback");
    case BatchTag::kBlobIndex:
      return Status::NotSupported("WriteBatch record BlobIndex");
    default:
      return Status::OK();
  }
}

Status ValidateBatch(Slice body, std::optional<uint32_t> expected_count,
                     const FamilyPredicate* families, BatchFacts* facts) {
  facts->Clear();
  BatchReader reader(body);
  BatchRecord record;
  uint64_t count = 0;
  uint32_t checked_family = 0;
  BatchFacts::FamilyUse* use = nullptr;
  while (reader.Next(&record)) {
    AETHER_RETURN_IF_ERROR(CheckSupported(record));
    if (!record.Counts()) continue;
    if (families != nullptr) {
      if (count == 0 || record.family != checked_family) {
        AETHER_RETURN_IF_ERROR(families->CheckFamily(record.family));
        checked_family = record.family;
      }
      if (record.kind == BatchTag::kMerge || record.kind == BatchTag::kRangeDelete) {
        AETHER_RETURN_IF_ERROR(families->CheckRecord(record));
      }
    }
    ++count;
    NoteKind(record.kind, facts);
    const size_t bytes = record.key.size() + record.value.size();
    facts->entry_bytes += bytes;
    if (use == nullptr || use->family != record.family) use = UseOf(facts, record.family);
    use->entries++;
    use->range_deletes += record.kind == BatchTag::kRangeDelete;
    use->bytes += bytes;
  }
  AETHER_RETURN_IF_ERROR(reader.status());
  if (count != expected_count.value_or(static_cast<uint32_t>(count))) {
    return Status::Corruption("WriteBatch has wrong count");
  }
  facts->count = static_cast<uint32_t>(count);
  return Status::OK();
}

// --- application ---

namespace {

// `flushed` null: everything is applied.
Status Apply(Slice body, SequenceNumber sequence, const TableSet& set,
             const std::vector<SequenceNumber>* flushed, InsertHints* hints, uint32_t* count) {
  BatchReader reader(body);
  BatchRecord record;
  uint32_t used = 0;
  while (reader.Next(&record)) {
    if (!record.Counts()) continue;
    const SequenceNumber number = sequence + used;
    ++used;
    MemTable* const table = set.table(record.family);
    if (table == nullptr) continue;
    if (flushed != nullptr && record.family < flushed->size() &&
        number <= (*flushed)[record.family]) {
      continue;
    }
    table->Insert(number, record.type(), record.key, record.value,
                  hints == nullptr ? nullptr : hints->For(set, record.family));
  }
  if (count != nullptr) *count = used;
  return reader.status();
}

}  // namespace

Status PrepareTables(const BatchFacts& facts, const TableSet& set) {
  const auto prepare = [&set](const BatchFacts::FamilyUse& use) {
    MemTable* const table = set.table(use.family);
    return table == nullptr || table->Prepare(use.entries, use.bytes, use.range_deletes);
  };
  bool prepared = true;
  for (uint32_t i = 0; prepared && i < facts.family_count; ++i) {
    prepared = prepare(facts.families[i]);
  }
  for (const BatchFacts::FamilyUse& use : facts.more_families) prepared = prepared && prepare(use);
  if (prepared) return Status::OK();
  return Status::Aborted("no memory for the memtable", Status::kMemoryLimit);
}

// tla: ParallelWal.Apply, Visibility.Insert.
Status ApplyBatch(Slice body, SequenceNumber first_sequence, const TableSet& set,
                  InsertHints* hints, uint32_t* count) {
  return Apply(body, first_sequence, set, nullptr, hints, count);
}

Status ReplayBatch(Slice body, SequenceNumber first_sequence, const TableSet& set,
                   const std::vector<SequenceNumber>& flushed, uint32_t* count) {
  BatchFacts facts;
  AETHER_RETURN_IF_ERROR(ValidateBatch(body, kAnyCount, nullptr, &facts));
  AETHER_RETURN_IF_ERROR(PrepareTables(facts, set));
  return Apply(body, first_sequence, set, &flushed, nullptr, count);
}

// --- encoders ---

void AppendPut(std::string* body, uint32_t family, Slice key, Slice value) {
  AppendHead(body, BatchTag::kPut, BatchTag::kPutInFamily, family);
  PutLengthPrefixed(body, key);
  PutLengthPrefixed(body, value);
}
void AppendDelete(std::string* body, uint32_t family, Slice key) {
  AppendHead(body, BatchTag::kDelete, BatchTag::kDeleteInFamily, family);
  PutLengthPrefixed(body, key);
}
void AppendSingleDelete(std::string* body, uint32_t family, Slice key) {
  AppendHead(body, BatchTag::kSingleDelete, BatchTag::kSingleDeleteInFamily, family);
  PutLengthPrefixed(body, key);
}
void AppendMerge(std::string* body, uint32_t family, Slice key, Slice operand) {
  AppendHead(body, BatchTag::kMerge, BatchTag::kMergeInFamily, family);
  PutLengthPrefixed(body, key);
  PutLengthPrefixed(body, operand);
}
void AppendRangeDelete(std::string* body, uint32_t family, Slice begin, Slice end) {
  AppendHead(body, BatchTag::kRangeDelete, BatchTag::kRangeDeleteInFamily, family);
  PutLengthPrefixed(body, begin);
  PutLengthPrefixed(body, end);
}
void AppendEntity(std::string* body, uint32_t family, Slice key, Slice entity) {
  AppendHead(body, BatchTag::kEntity, BatchTag::kEntityInFamily, family);
  PutLengthPrefixed(body, key);
  PutLengthPrefixed(body, entity);
}
void AppendLogData(std::string* body, Slice blob) {
  body->push_back(static_cast<char>(BatchTag::kLogData));
  PutLengthPrefixed(body, blob);
}

}  // namespace aether
