#include "compat/batch/batch_index.h"

#include <algorithm>
#include <iterator>

namespace rocksdb {

namespace {

bool Indexed(WireTag kind) {
  return kind == WireTag::kPut || kind == WireTag::kDelete || kind == WireTag::kSingleDelete ||
         kind == WireTag::kMerge;
}

}  // namespace

bool BatchIndex::Less::operator()(const Entry& a, const Entry& b) const {
  if (a.family != b.family) return a.family < b.family;
  const int by_key = a.order->Compare(index->KeyOf(a), index->KeyOf(b));
  return by_key != 0 ? by_key < 0 : a.offset < b.offset;
}

bool BatchIndex::Less::operator()(const Entry& a, const Place& b) const {
  if (a.family != b.family) return a.family < b.family;
  if (b.key == nullptr) return b.behind;
  const int by_key = b.order->Compare(index->KeyOf(a), *b.key);
  return by_key != 0 ? by_key < 0 : b.behind;
}

BatchIndex::BatchIndex(const Comparator* backup_order, size_t reserved_bytes, size_t max_bytes,
                       size_t protection_bytes_per_key, bool overwrite)
    : batch_(reserved_bytes, max_bytes, protection_bytes_per_key,
             backup_order == nullptr ? 0 : backup_order->timestamp_size()),
      overwrite_(overwrite),
      backup_order_(backup_order == nullptr ? BytewiseComparator() : backup_order),
      entries_(Less{this}, &memory_) {}

const Comparator* BatchIndex::OrderOf(uint32_t family) const {
  const auto it = orders_.find(family);
  return it == orders_.end() ? backup_order_ : it->second;
}

void BatchIndex::Add(size_t offset, const Comparator* order) {
  const std::string& data = batch_.Data();
  if (offset >= data.size()) return;
  Slice input(data.data() + offset, data.size() - offset);
  WireRecord record;
  if (!ReadWireRecord(&input, &record).ok() || !Indexed(record.kind)) return;
  if (order != nullptr) orders_.try_emplace(record.family, order);
  Insert(record, offset, OrderOf(record.family));
}

void BatchIndex::Insert(const WireRecord& record, size_t offset, const Comparator* order) {
  const Entry entry{record.family, order, offset,
                    static_cast<size_t>(record.key.data() - batch_.Data().data()),
                    record.key.size()};
  // A family keeps the order that its first record came with.
  orders_.try_emplace(record.family, order);
  ++changes_;
  const auto behind = entries_.lower_bound(Place{record.family, order, &record.key, true});
  if (overwrite_ && record.kind != WireTag::kMerge && behind != entries_.begin()) {
    const auto newest = std::prev(behind);
    if (SameKey(*newest, record.family, record.key)) {
      newest->offset = entry.offset;
      newest->key_offset = entry.key_offset;
      newest->key_size = entry.key_size;
      return;
    }
  }
  entries_.emplace_hint(behind, entry);
}

void BatchIndex::DropEntries() {
  entries_.clear();
  memory_.release();
  ++changes_;
  ++generation_;
}

void BatchIndex::Clear() {
  batch_.Clear();
  DropEntries();
}

Status BatchIndex::Rebuild() {
  DropEntries();
  const std::string& data = batch_.Data();
  Slice input(data);
  input.remove_prefix(std::min(kBatchHeaderSize, input.size()));
  WireRecord record;
  while (!input.empty()) {
    const size_t offset = static_cast<size_t>(input.data() - data.data());
    Status s = ReadWireRecord(&input, &record);
    if (!s.ok()) return s;
    if (Indexed(record.kind)) Insert(record, offset, OrderOf(record.family));
  }
  return Status::OK();
}

WireRecord BatchIndex::RecordOf(const Entry& entry) const {
  const std::string& data = batch_.Data();
  Slice input(data.data() + entry.offset, data.size() - entry.offset);
  WireRecord record;
  ReadWireRecord(&input, &record).PermitUncheckedError();
  return record;
}

BatchIndex::Answer BatchIndex::Resolve(Entries::const_iterator newest) const {
  Answer answer;
  const Slice key = KeyOf(*newest);
  const uint32_t family = newest->family;
  for (auto it = newest;; --it) {
    const WireRecord record = RecordOf(*it);
    if (record.kind != WireTag::kMerge) {
      answer.kind = record.kind == WireTag::kPut ? Answer::kValue : Answer::kDeleted;
      answer.value = record.value;
      break;
    }
    answer.kind = Answer::kOperandsOnly;
    answer.operands.push_back(record.value);
    if (it == entries_.begin() || !SameKey(*std::prev(it), family, key)) break;
  }
  std::reverse(answer.operands.begin(), answer.operands.end());
  return answer;
}

BatchIndex::Answer BatchIndex::Find(uint32_t family, const Slice& key) const {
  if (entries_.empty()) return Answer();
  const auto behind = Lower(family, &key, true);
  if (behind == entries_.begin()) return Answer();
  const auto newest = std::prev(behind);
  return SameKey(*newest, family, key) ? Resolve(newest) : Answer();
}

WriteEntry IndexIterator::Entry() const {
  WriteEntry entry;
  if (!Valid()) return entry;
  const WireRecord record = index_->RecordOf(*at_);
  entry.key = record.key;
  entry.value = record.value;
  switch (record.kind) {
    case WireTag::kPut:
      entry.type = kPutRecord;
      break;
    case WireTag::kMerge:
      entry.type = kMergeRecord;
      break;
    case WireTag::kDelete:
      entry.type = kDeleteRecord;
      break;
    default:
      entry.type = kSingleDeleteRecord;
      break;
  }
  return entry;
}

Status IndexIterator::status() const {
  if (!placed_ || !Outdated()) return Status::OK();
  return Status::Aborted("the batch was cleared or rolled back under its iterator");
}

void IndexIterator::NextKey() {
  if (!Valid()) return;
  const Slice key = Key();
  At next = std::next(at_);
  while (next != index_->entries_.end() && index_->SameKey(*next, family_, key)) ++next;
  Place(next);
}

void IndexIterator::PrevKey() {
  if (!Valid()) return;
  const Slice key = Key();
  At first = at_;
  while (first != index_->entries_.begin() && index_->SameKey(*std::prev(first), family_, key)) {
    --first;
  }
  PlaceBefore(first);
}

BatchIndex::Answer IndexIterator::Resolve() const {
  const Slice key = Key();
  At newest = at_;
  for (At next = std::next(at_);
       next != index_->entries_.end() && index_->SameKey(*next, family_, key); ++next) {
    newest = next;
  }
  return index_->Resolve(newest);
}

}  // namespace rocksdb
