#include "rocksdb/utilities/write_batch_with_index.h"

#include <memory>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include "compat/batch/batch_index.h"
#include "compat/batch/merge_values.h"
#include "compat/batch/merged_iterator.h"
#include "compat/db/store_db.h"
#include "rocksdb/db.h"

namespace rocksdb {

// Iterators share the index, so that they outlive the batch.
struct WriteBatchWithIndex::Rep {
  std::shared_ptr<BatchIndex> index;
};

const std::shared_ptr<BatchIndex>& WriteBatchWithIndexInternal::Index(
    const WriteBatchWithIndex& batch) {
  return batch.rep->index;
}

namespace {

uint32_t IdOf(ColumnFamilyHandle* family) { return family == nullptr ? 0 : family->GetID(); }

const Comparator* OrderOf(ColumnFamilyHandle* family) {
  return family == nullptr ? nullptr : family->GetComparator();
}

// The batch would answer for the family of any DB that has the number.
Status CheckFamily(DB* db, ColumnFamilyHandle* family) {
  if (db == nullptr) return Status::InvalidArgument("there is no DB to read from");
  const DB* const root = db->GetRootDB();
  if (root == nullptr || typeid(*root) != typeid(StoreDb)) return Status::OK();
  return static_cast<const StoreDb*>(root)->CheckHandle(family);
}

// Adds the record that `write` appends to the index.
template <typename Write>
Status AddRecord(BatchIndex* index, ColumnFamilyHandle* family, const Write& write) {
  const size_t offset = index->batch().GetDataSize();
  Status s = write(&index->batch());
  if (s.ok()) index->Add(offset, OrderOf(family));
  return s;
}

// What the batch alone says. True when that is an answer: *value holds it, or *s says otherwise.
// *value must be empty or the batch's own copy target.
bool AnswerOfBatch(ColumnFamilyHandle* family, const Slice& key, const BatchIndex::Answer& answer,
                   std::string* value, Status* s) {
  using Answer = BatchIndex::Answer;
  *s = Status::OK();
  switch (answer.kind) {
    case Answer::kNothing:
    case Answer::kOperandsOnly:
      return false;
    case Answer::kValue:
    case Answer::kDeleted:
      break;
  }
  if (answer.Gone()) {
    *s = Status::NotFound();
  } else if (answer.operands.empty()) {
    value->assign(answer.value.data(), answer.value.size());
  } else {
    *s = MergeValues(family, key, answer.kind == Answer::kValue ? &answer.value : nullptr,
                     answer.operands, value);
  }
  return true;
}

// Lays the operands of the batch over what the DB answered.
void MergeOverDb(ColumnFamilyHandle* family, const Slice& key, const BatchIndex::Answer& answer,
                 PinnableSlice* value, Status* s) {
  if (answer.operands.empty() || (!s->ok() && !s->IsNotFound())) return;
  std::string merged;
  *s = MergeValues(family, key, s->ok() ? value : nullptr, answer.operands, &merged);
  if (!s->ok()) return;
  value->Reset();
  *value->GetSelf() = std::move(merged);
  value->PinSelf();
}

}  // namespace

WriteBatchWithIndex::WriteBatchWithIndex(const Comparator* backup_index_comparator,
                                         size_t reserved_bytes, bool overwrite_key,
                                         size_t max_bytes, size_t protection_bytes_per_key)
    : rep(new Rep{std::make_shared<BatchIndex>(backup_index_comparator, reserved_bytes, max_bytes,
                                               protection_bytes_per_key, overwrite_key)}) {}

WriteBatchWithIndex::~WriteBatchWithIndex() = default;
WriteBatchWithIndex::WriteBatchWithIndex(WriteBatchWithIndex&&) = default;
WriteBatchWithIndex& WriteBatchWithIndex::operator=(WriteBatchWithIndex&&) = default;

WriteBatch* WriteBatchWithIndex::GetWriteBatch() { return &rep->index->batch(); }
size_t WriteBatchWithIndex::GetDataSize() const { return rep->index->batch().GetDataSize(); }
void WriteBatchWithIndex::SetMaxBytes(size_t max_bytes) {
  rep->index->batch().SetMaxBytes(max_bytes);
}

Status WriteBatchWithIndex::Put(ColumnFamilyHandle* column_family, const Slice& key,
                                const Slice& value) {
  return AddRecord(rep->index.get(), column_family,
                   [&](WriteBatch* batch) { return batch->Put(column_family, key, value); });
}
Status WriteBatchWithIndex::Put(const Slice& key, const Slice& value) {
  return Put(nullptr, key, value);
}
Status WriteBatchWithIndex::Put(ColumnFamilyHandle* column_family, const Slice& key,
                                const Slice& ts, const Slice& value) {
  return AddRecord(rep->index.get(), column_family,
                   [&](WriteBatch* batch) { return batch->Put(column_family, key, ts, value); });
}

Status WriteBatchWithIndex::Merge(ColumnFamilyHandle* column_family, const Slice& key,
                                  const Slice& value) {
  return AddRecord(rep->index.get(), column_family,
                   [&](WriteBatch* batch) { return batch->Merge(column_family, key, value); });
}
Status WriteBatchWithIndex::Merge(const Slice& key, const Slice& value) {
  return Merge(nullptr, key, value);
}

Status WriteBatchWithIndex::Delete(ColumnFamilyHandle* column_family, const Slice& key) {
  return AddRecord(rep->index.get(), column_family,
                   [&](WriteBatch* batch) { return batch->Delete(column_family, key); });
}
Status WriteBatchWithIndex::Delete(const Slice& key) { return Delete(nullptr, key); }
Status WriteBatchWithIndex::Delete(ColumnFamilyHandle* column_family, const Slice& key,
                                   const Slice& ts) {
  return AddRecord(rep->index.get(), column_family,
                   [&](WriteBatch* batch) { return batch->Delete(column_family, key, ts); });
}

Status WriteBatchWithIndex::SingleDelete(ColumnFamilyHandle* column_family, const Slice& key) {
  return AddRecord(rep->index.get(), column_family,
                   [&](WriteBatch* batch) { return batch->SingleDelete(column_family, key); });
}
Status WriteBatchWithIndex::SingleDelete(const Slice& key) { return SingleDelete(nullptr, key); }
Status WriteBatchWithIndex::SingleDelete(ColumnFamilyHandle* column_family, const Slice& key,
                                         const Slice& ts) {
  return AddRecord(rep->index.get(), column_family,
                   [&](WriteBatch* batch) { return batch->SingleDelete(column_family, key, ts); });
}

Status WriteBatchWithIndex::PutLogData(const Slice& blob) {
  return rep->index->batch().PutLogData(blob);
}

void WriteBatchWithIndex::Clear() { rep->index->Clear(); }

void WriteBatchWithIndex::SetSavePoint() { rep->index->batch().SetSavePoint(); }
Status WriteBatchWithIndex::RollbackToSavePoint() {
  Status s = rep->index->batch().RollbackToSavePoint();
  return s.ok() ? rep->index->Rebuild() : s;
}
Status WriteBatchWithIndex::PopSavePoint() { return rep->index->batch().PopSavePoint(); }

WBWIIterator* WriteBatchWithIndex::NewIterator(ColumnFamilyHandle* column_family) {
  return new IndexIterator(rep->index, IdOf(column_family));
}
WBWIIterator* WriteBatchWithIndex::NewIterator() { return NewIterator(nullptr); }

Iterator* WriteBatchWithIndex::NewIteratorWithBase(ColumnFamilyHandle* column_family,
                                                   Iterator* base_iterator,
                                                   const ReadOptions* opts) {
  return NewMergedIterator(column_family, std::unique_ptr<Iterator>(base_iterator), rep->index,
                           opts);
}
Iterator* WriteBatchWithIndex::NewIteratorWithBase(Iterator* base_iterator) {
  return NewIteratorWithBase(nullptr, base_iterator, nullptr);
}

Status WriteBatchWithIndex::GetFromBatch(ColumnFamilyHandle* column_family, const DBOptions&,
                                         const Slice& key, std::string* value) {
  if (value == nullptr) return Status::InvalidArgument("GetFromBatch without a value to fill");
  const BatchIndex::Answer answer = rep->index->Find(IdOf(column_family), key);
  Status s;
  std::string found;
  if (AnswerOfBatch(column_family, key, answer, &found, &s)) {
    if (s.ok()) *value = std::move(found);
    return s;
  }
  return answer.operands.empty() ? Status::NotFound() : Status::MergeInProgress();
}

Status WriteBatchWithIndex::GetFromBatchAndDB(DB* db, const ReadOptions& read_options,
                                              const Slice& key, std::string* value) {
  return GetFromBatchAndDB(db, read_options, nullptr, key, value);
}
Status WriteBatchWithIndex::GetFromBatchAndDB(DB* db, const ReadOptions& read_options,
                                              const Slice& key, PinnableSlice* value) {
  return GetFromBatchAndDB(db, read_options, nullptr, key, value);
}
Status WriteBatchWithIndex::GetFromBatchAndDB(DB* db, const ReadOptions& read_options,
                                              ColumnFamilyHandle* column_family, const Slice& key,
                                              std::string* value) {
  if (value == nullptr) return Status::InvalidArgument("GetFromBatchAndDB without a value to fill");
  PinnableSlice found(value);
  Status s = GetFromBatchAndDB(db, read_options, column_family, key, &found);
  if (s.ok() && found.IsPinned()) value->assign(found.data(), found.size());
  return s;
}

Status WriteBatchWithIndex::GetFromBatchAndDB(DB* db, const ReadOptions& read_options,
                                              ColumnFamilyHandle* column_family, const Slice& key,
                                              PinnableSlice* value) {
  if (value == nullptr) return Status::InvalidArgument("GetFromBatchAndDB without a value to fill");
  Status s = CheckFamily(db, column_family);
  if (!s.ok()) return s;
  if (column_family == nullptr) column_family = db->DefaultColumnFamily();
  const BatchIndex::Answer answer = rep->index->Find(IdOf(column_family), key);
  std::string found;
  if (AnswerOfBatch(column_family, key, answer, &found, &s)) {
    if (!s.ok()) return s;
    // A copy: the batch changes and goes while the caller keeps the value.
    value->Reset();
    *value->GetSelf() = std::move(found);
    value->PinSelf();
    return s;
  }
  s = db->Get(read_options, column_family, key, value);
  MergeOverDb(column_family, key, answer, value, &s);
  return s;
}

void WriteBatchWithIndex::MultiGetFromBatchAndDB(DB* db, const ReadOptions& read_options,
                                                 ColumnFamilyHandle* column_family,
                                                 const size_t num_keys, const Slice* keys,
                                                 PinnableSlice* values, Status* statuses,
                                                 bool sorted_input) {
  Status usable = CheckFamily(db, column_family);
  if (num_keys > 0 && (keys == nullptr || values == nullptr)) {
    usable = Status::InvalidArgument("MultiGetFromBatchAndDB needs keys, and values to fill");
  }
  if (statuses == nullptr || !usable.ok()) {
    for (size_t i = 0; statuses != nullptr && i < num_keys; ++i) statuses[i] = usable;
    return;
  }
  if (column_family == nullptr) column_family = db->DefaultColumnFamily();
  std::vector<BatchIndex::Answer> answers;  // of the keys that the DB is asked for
  std::vector<size_t> places;
  std::vector<Slice> asked;
  for (size_t i = 0; i < num_keys; ++i) {
    values[i].Reset();
    BatchIndex::Answer answer = rep->index->Find(IdOf(column_family), keys[i]);
    if (AnswerOfBatch(column_family, keys[i], answer, values[i].GetSelf(), &statuses[i])) {
      if (statuses[i].ok()) values[i].PinSelf();
      continue;
    }
    answers.push_back(std::move(answer));
    places.push_back(i);
    asked.push_back(keys[i]);
  }
  if (asked.empty()) return;
  if (asked.size() == num_keys) {
    db->MultiGet(read_options, column_family, num_keys, keys, values, statuses, sorted_input);
  } else {
    std::vector<PinnableSlice> found(asked.size());
    std::vector<Status> outcome(asked.size());
    db->MultiGet(read_options, column_family, asked.size(), asked.data(), found.data(),
                 outcome.data(), sorted_input);
    for (size_t i = 0; i < asked.size(); ++i) {
      values[places[i]] = std::move(found[i]);
      statuses[places[i]] = outcome[i];
    }
  }
  for (size_t i = 0; i < asked.size(); ++i) {
    MergeOverDb(column_family, asked[i], answers[i], &values[places[i]], &statuses[places[i]]);
  }
}

}  // namespace rocksdb
