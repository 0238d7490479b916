#include "engine/lsm/db_iterator.h"

#include <algorithm>
#include <new>

#include "engine/base/entity.h"

namespace aether {
namespace {

// After so many hidden entries of one key in a row a seek is cheaper than stepping on.
constexpr int kReseekAfter = 8;

Status MergeFailed() { return Status::Corruption("Error: Could not perform merge."); }
Status MergeOnEntity() {
  return Status::NotSupported("Merge not supported for wide-column entities");
}

}  // namespace

Iterator::Iterator(const Comparator* order, std::shared_ptr<const MergeOperator> merge_operator,
                   IteratorOptions options, IteratorSource source,
                   std::function<Status(IteratorSource*)> renew)
    : order_(order),
      merge_operator_(std::move(merge_operator)),
      options_(std::move(options)),
      renew_(std::move(renew)),
      source_(std::move(source)) {
  LoadView();
}

Iterator::~Iterator() = default;

void Iterator::LoadView() {
  entries_ = source_.entries.get();
  merging_ = dynamic_cast<MergingIterator*>(entries_);
  has_range_deletes_ = !options_.ignore_range_deletes && source_.view->HasRangeDeletes();
}

uint64_t Iterator::view_number() const { return source_.view->number(); }

Status Iterator::Refresh() {
  valid_ = false;
  IteratorSource fresh;
  AETHER_RETURN_IF_ERROR(renew_(&fresh));
  source_.entries.reset();
  source_ = std::move(fresh);
  status_ = Status::OK();
  confined_ = false;
  LoadView();
  return Status::OK();
}

void Iterator::Fail(Status s) {
  status_ = std::move(s);
  valid_ = false;
}

void Iterator::DropLargeCopy() {
  constexpr size_t kKept = size_t{64} << 10;
  if (value_buffer_.capacity() > kKept) std::string().swap(value_buffer_);
  if (copied_value_.capacity() > kKept) PageString().swap(copied_value_);
}

bool Iterator::TakeEntity(Slice bytes) {
  entity_ = bytes;
  const char* const wrong = DefaultColumn(bytes, &value_);
  if (wrong != nullptr) Fail(Status::Corruption(wrong));
  return wrong == nullptr;
}

bool Iterator::CountSkipped(uint64_t* skipped) {
  if (options_.max_skippable_entries == 0 || ++*skipped <= options_.max_skippable_entries) {
    return true;
  }
  Fail(Status::Incomplete("Too many internal keys skipped."));
  return false;
}

// Whether all keys from one with `prefix` up to the upper bound have it.
bool Iterator::EndsInPrefix(Slice prefix) const {
  if (!options_.upper_bound) return false;
  const Slice bound(*options_.upper_bound);
  const PrefixExtractor& extractor = *options_.prefix.extractor;
  if (extractor.InDomain(bound) && extractor.Transform(bound) == prefix) return true;
  // Or the bound is what comes right after everything that begins with these bytes.
  if (!order_->bytewise() || extractor.FixedLength() != prefix.size() || prefix.empty() ||
      bound.size() != prefix.size()) {
    return false;
  }
  std::string next = prefix.ToString();
  while (!next.empty() && next.back() == '\xff') next.pop_back();
  if (next.size() != prefix.size()) return false;
  ++next.back();
  return bound == Slice(next);
}

void Iterator::Confine(const Slice* target) {
  const PrefixExtractor* const extractor = options_.prefix.extractor.get();
  if (extractor == nullptr || (target == nullptr && !confined_)) return;
  PrefixScan scan;
  if (target != nullptr && extractor->InDomain(*target)) {
    scan.extractor = extractor;
    scan.target = *target;
    scan.prefix = extractor->Transform(*target);
    scan.hash = RunFile::PrefixHash(scan.prefix);
  }
  const bool confine =
      scan.extractor != nullptr && (options_.prefix.same_as_start || EndsInPrefix(scan.prefix));
  if (confine || confined_) entries_->Confine(confine ? &scan : nullptr);
  confined_ = confine;
}

void Iterator::SeekToFirst() {
  Confine(nullptr);
  if (options_.lower_bound) {
    SeekFrom(*options_.lower_bound);
    return;
  }
  status_ = Status::OK();
  direction_ = Direction::kForward;
  {
    const SeekTime time(options_.counters);
    entries_->SeekToFirst();
  }
  FindForward(nullptr);
}

void Iterator::Seek(Slice target) {
  const Slice wanted = target;
  if (options_.lower_bound && CompareKeys(order_, target, *options_.lower_bound) < 0) {
    target = *options_.lower_bound;
  }
  Confine(options_.prefix.same_as_start ? &wanted : &target);
  SeekFrom(target);
}

void Iterator::SeekFrom(Slice target) {
  status_ = Status::OK();
  direction_ = Direction::kForward;
  {
    const SeekTime time(options_.counters);
    entries_->Seek(target, source_.sequence);
  }
  FindForward(nullptr);
}

void Iterator::SeekToLast() {
  Confine(nullptr);
  SeekToEnd();
}

void Iterator::SeekToEnd() {
  status_ = Status::OK();
  direction_ = Direction::kReverse;
  const SeekTime time(options_.counters);
  if (options_.upper_bound) {
    // The bound is exclusive: stand before the newest entry it could have.
    entries_->SeekForPrev(*options_.upper_bound, kMaxSequence);
    while (entries_->Valid() && CompareKeys(order_, entries_->key(), *options_.upper_bound) >= 0) {
      entries_->Prev();
    }
  } else {
    entries_->SeekToLast();
  }
  FindReverse();
}

void Iterator::SeekForPrev(Slice target) {
  Confine(options_.prefix.same_as_start ? &target : nullptr);
  if (options_.upper_bound && CompareKeys(order_, target, *options_.upper_bound) >= 0) {
    SeekToEnd();
    return;
  }
  status_ = Status::OK();
  direction_ = Direction::kReverse;
  {
    const SeekTime time(options_.counters);
    entries_->SeekForPrev(target, 0);
  }
  FindReverse();
}

void Iterator::Next() {
  if (direction_ == Direction::kReverse) {
    // entries_ stands before all entries of the current key.
    direction_ = Direction::kForward;
    entries_->Seek(key_buffer_, 0);
    FindForward(&key_buffer_);
    return;
  }
  if (ahead_) {
    FindForward(&key_buffer_);
    return;
  }
  key_buffer_.assign(key_.data(), key_.size());
  NextEntry();
  FindForward(&key_buffer_);
}

void Iterator::FindForward(const std::string* skip) {
  valid_ = false;
  ahead_ = false;
  DropLargeCopy();
  int same = 0;
  uint64_t skipped = 0;
  while (EntriesValid()) {
    const Slice key = EntryKey();
    const uint64_t tag = EntryTag();
    if (options_.upper_bound && CompareKeys(order_, key, *options_.upper_bound) >= 0) return;
    if (skip != nullptr && CompareKeys(order_, key, *skip) == 0) {
      Tally(&RunReadCounters::entries_skipped);
      if (!CountSkipped(&skipped)) return;
      if (++same < kReseekAfter) {
        NextEntry();
      } else {
        same = 0;
        Tally(&RunReadCounters::reseeks);
        const std::string target = key.ToString();
        entries_->Seek(target, 0);
        // An entry with sequence 0 may exist; step over it.
        while (entries_->Valid() && CompareKeys(order_, entries_->key(), target) == 0) NextEntry();
      }
      continue;
    }
    const SequenceNumber sequence = TagSequence(tag);
    if (sequence > source_.sequence) {
      Tally(&RunReadCounters::newer_skipped);
      if (!CountSkipped(&skipped)) return;
      if (++same < kReseekAfter) {
        NextEntry();
      } else {
        same = 0;
        Tally(&RunReadCounters::reseeks);
        const std::string target = key.ToString();
        entries_->Seek(target, source_.sequence);
      }
      continue;
    }
    same = 0;
    const EntryType type = TagType(tag);
    if (type == EntryType::kDelete || type == EntryType::kSingleDelete || Covered(key, sequence)) {
      const CoveringRange range = Covering(key);
      key_buffer_.assign(key.data(), key.size());
      skip = &key_buffer_;
      Tally(&RunReadCounters::tombstones_skipped);
      if (!CountSkipped(&skipped)) return;
      if (merging_ != nullptr && merging_->NewestOfSource() < range.sequence) {
        // The source has nothing newer than the deletion: all of it under the range is gone.
        merging_->SkipInSourceTo(range.end);
      } else {
        NextEntry();
      }
      continue;
    }
    if (type == EntryType::kMerge) {
      key_buffer_.assign(key.data(), key.size());
      MergeForward();
      return;
    }
    key_ = key;
    const Slice bytes = EntryValue();
    // A large value is read only now; when that failed it is empty.
    if (bytes.empty()) {
      if (Status s = entries_->status(); !s.ok()) {
        Fail(std::move(s));
        return;
      }
    }
    valid_ = TakeValue(bytes, type == EntryType::kEntity);
    return;
  }
  if (Status s = entries_->status(); !s.ok()) Fail(std::move(s));
}

void Iterator::MergeForward() {
  if (merge_operator_ == nullptr) {
    Fail(Status::InvalidArgument("merge_operator is not properly initialized."));
    return;
  }
  std::vector<std::string> operands;  // newest first
  std::string base;
  bool has_base = false;
  while (entries_->Valid() && CompareKeys(order_, entries_->key(), key_buffer_) == 0) {
    const uint64_t tag = entries_->tag();
    if (TagSequence(tag) > source_.sequence) {
      entries_->Next();
      continue;
    }
    if (Covered(key_buffer_, TagSequence(tag)) || TagType(tag) == EntryType::kDelete ||
        TagType(tag) == EntryType::kSingleDelete) {
      break;
    }
    if (TagType(tag) == EntryType::kPut) {
      base = entries_->value().ToString();
      has_base = true;
      break;
    }
    if (TagType(tag) == EntryType::kEntity) {
      Fail(MergeOnEntity());
      return;
    }
    operands.push_back(entries_->value().ToString());
    entries_->Next();
  }
  if (Status s = entries_->status(); !s.ok()) {
    Fail(std::move(s));
    return;
  }
  const std::vector<Slice> oldest_first(operands.rbegin(), operands.rend());
  const Slice existing(base);
  value_buffer_.clear();
  if (!merge_operator_->FullMerge(key_buffer_, has_base ? &existing : nullptr, oldest_first,
                                  &value_buffer_)) {
    Fail(MergeFailed());
    return;
  }
  key_ = Slice(key_buffer_);
  TakeValue(value_buffer_, false);
  ahead_ = true;
  valid_ = true;
}

void Iterator::Prev() {
  if (direction_ == Direction::kForward) {
    const std::string current = key_.ToString();
    direction_ = Direction::kReverse;
    // The upper bound says nothing about what comes before.
    if (!options_.prefix.same_as_start) Confine(nullptr);
    entries_->SeekForPrev(current, kMaxSequence);
    while (entries_->Valid() && CompareKeys(order_, entries_->key(), current) >= 0) {
      entries_->Prev();
    }
  }
  FindReverse();
}

bool Iterator::CopyValue() {
  try {
    const Slice value = EntryValue();
    copied_value_.assign(value.data(), value.size());
    return true;
  } catch (const std::bad_alloc&) {
    Fail(Status(Status::kAborted, Status::kMemoryLimit, "no memory for a value"));
    return false;
  }
}

// Entries of a key come oldest first in this direction, so the value builds up while older ones are
// overtaken.
void Iterator::FindReverse() {
  valid_ = false;
  ahead_ = false;
  DropLargeCopy();
  uint64_t skipped = 0;
  std::vector<std::string> operands;  // oldest first
  // Nothing is left to step to after an error, but a large value that could not be read is only
  // empty.
  bool empty = false;
  while (EntriesValid()) {
    const Slice key = EntryKey();
    key_buffer_.assign(key.data(), key.size());
    if (merging_ != nullptr && has_range_deletes_) {
      if (const CoveringRange range = Covering(key_buffer_);
          range.sequence > merging_->NewestOfSource()) {
        if (!CountSkipped(&skipped)) return;
        merging_->SkipInSourceBefore(range.begin);
        continue;
      }
    }
    if (options_.lower_bound && CompareKeys(order_, key_buffer_, *options_.lower_bound) < 0) {
      return;
    }
    bool has_value = false;
    bool entity = false;
    operands.clear();
    while (EntriesValid() && CompareKeys(order_, EntryKey(), key_buffer_) == 0) {
      const uint64_t tag = EntryTag();
      if (TagSequence(tag) <= source_.sequence) {
        switch (TagType(tag)) {
          case EntryType::kPut:
          case EntryType::kEntity:
            operands.clear();
            entity = TagType(tag) == EntryType::kEntity;
            has_value = !Covered(key_buffer_, TagSequence(tag));
            if (has_value && !CopyValue()) return;
            empty |= has_value && copied_value_.empty();
            break;
          case EntryType::kMerge:
            if (Covered(key_buffer_, TagSequence(tag))) {
              operands.clear();
              has_value = false;
            } else {
              operands.push_back(EntryValue().ToString());
              empty |= operands.back().empty();
            }
            break;
          default:
            operands.clear();
            has_value = false;
            break;
        }
      }
      PrevEntry();
    }
    if (empty || !EntriesValid()) {
      if (Status s = entries_->status(); !s.ok()) {
        Fail(std::move(s));
        return;
      }
    }
    if (!operands.empty()) {
      if (merge_operator_ == nullptr) {
        Fail(Status::InvalidArgument("merge_operator is not properly initialized."));
        return;
      }
      if (has_value && entity) {
        Fail(MergeOnEntity());
        return;
      }
      const Slice existing(copied_value_.data(), copied_value_.size());
      value_buffer_.clear();
      if (!merge_operator_->FullMerge(key_buffer_, has_value ? &existing : nullptr,
                                      std::vector<Slice>(operands.begin(), operands.end()),
                                      &value_buffer_)) {
        Fail(MergeFailed());
        return;
      }
      TakeValue(value_buffer_, false);
      has_value = true;
    } else if (has_value) {
      if (!TakeValue(Slice(copied_value_.data(), copied_value_.size()), entity)) return;
    }
    if (has_value) {
      key_ = Slice(key_buffer_);
      valid_ = true;
      return;
    }
    if (!CountSkipped(&skipped)) return;
  }
  if (Status s = entries_->status(); !s.ok()) Fail(std::move(s));
}

}  // namespace aether
