#include "engine/lsm/reducer.h"

#include <algorithm>

#include "engine/wal/planted_bugs.h"

namespace aether {

size_t Reducer::Stripe(SequenceNumber sequence) const {
  if (options_.snapshots.empty()) return 0;
  return static_cast<size_t>(
      std::lower_bound(options_.snapshots.begin(), options_.snapshots.end(), sequence) -
      options_.snapshots.begin());
}

SequenceNumber Reducer::StripeEnd(size_t stripe) const {
  return stripe < options_.snapshots.size() ? options_.snapshots[stripe] : kMaxSequence;
}

bool Reducer::Covered(Slice key, SequenceNumber sequence, size_t stripe) const {
  return options_.range_deletes != nullptr && !options_.range_deletes->empty() &&
         options_.range_deletes->Covering(key, StripeEnd(stripe)).sequence > sequence;
}

Status Reducer::Emit(const Sink& sink, uint64_t tag, Slice value) {
  ++entries_written_;
  return sink(key_, tag, value);
}

bool Reducer::Fold(const Slice* existing, std::string* result) {
  if (options_.merge_operator == nullptr) return false;
  result->clear();
  return options_.merge_operator->FullMerge(
      key_, existing, std::vector<Slice>(operands_.rbegin(), operands_.rend()), result);
}

Status Reducer::FlushOperands(const Sink& sink, bool nothing_older) {
  if (operands_.empty()) return Status::OK();
  std::string result;
  Status s;
  if (nothing_older && Fold(nullptr, &result)) {
    s = Emit(sink, PackTag(TagSequence(operand_tags_[0]), EntryType::kPut), result);
  } else if (operands_.size() > 1 && options_.merge_operator != nullptr &&
             options_.merge_operator->PartialMerge(
                 key_, std::vector<Slice>(operands_.rbegin(), operands_.rend()), &result)) {
    s = Emit(sink, operand_tags_[0], result);
  } else {
    for (size_t i = 0; i < operands_.size() && s.ok(); ++i) {
      s = Emit(sink, operand_tags_[i], operands_[i]);
    }
  }
  operands_.clear();
  operand_tags_.clear();
  return s;
}

Status Reducer::EmitRemoval(const Sink& sink, SequenceNumber sequence) {
  ++drops_.filtered;
  if (!options_.older_data_exists(key_) && options_.snapshots.empty()) return Status::OK();
  return Emit(sink, PackTag(sequence, EntryType::kDelete), Slice());
}

Status Reducer::FilterPut(const Sink& sink, uint64_t tag, Slice value) {
  std::string changed;
  std::string until;
  CompactionFilter::Decision decision{};
  const bool reference = TagType(tag) == EntryType::kPutReference;
  if (!reference ||
      !options_.filter->FilterKey(options_.level, key_, &decision, &changed, &until)) {
    Slice whole = value;
    if (reference) {
      AETHER_RETURN_IF_ERROR(options_.read_reference(value, &value_read_));
      whole = value_read_;
    }
    decision =
        options_.filter->Filter(options_.level, key_, EntryType::kPut, whole, &changed, &until);
  }
  switch (decision) {
    case CompactionFilter::Decision::kKeep:
      return Emit(sink, tag, value);
    case CompactionFilter::Decision::kChangeValue:
      return Emit(sink, PackTag(TagSequence(tag), EntryType::kPut), changed);
    case CompactionFilter::Decision::kPurge:
      ++drops_.filtered;
      return Status::OK();
    case CompactionFilter::Decision::kRemoveAndSkipUntil:
      skipping_ = true;
      skip_until_ = until;
      [[fallthrough]];
    case CompactionFilter::Decision::kRemove:
      return EmitRemoval(sink, TagSequence(tag));
  }
  return Status::OK();
}

// tla: HanoiMerge.Reduce.
Status Reducer::ReduceKey(EntryIterator* input, const Sink& sink) {
  key_.assign(input->key().data(), input->key().size());
  const Comparator* const order = options_.order;
  const bool filter_skips = skipping_ && CompareKeys(order, key_, skip_until_) < 0;
  // The stripe up to which older entries are shadowed; SIZE_MAX when none is yet.
  size_t shadowed = SIZE_MAX;
  size_t operand_stripe = SIZE_MAX;
  bool first = true;
  do {
    const uint64_t tag = input->tag();
    const Slice value = input->value();
    ++entries_read_;
    bytes_read_ += key_.size() + value.size() + 8;
    const SequenceNumber sequence = TagSequence(tag);
    const EntryType type = TagType(tag);
    const size_t stripe = Stripe(sequence);
    if (!operands_.empty() && stripe != operand_stripe) {
      AETHER_RETURN_IF_ERROR(FlushOperands(sink, false));
    }
    const bool newest_stripe = stripe == options_.snapshots.size();
    if (stripe == shadowed) {
      ++drops_.replaced;  // rule 1
    } else if (Covered(key_, sequence, stripe)) {
      ++drops_.in_ranges;
      // Rule 2. What is older in this stripe is covered as well, so operands above have nothing
      // below them.
      AETHER_RETURN_IF_ERROR(FlushOperands(sink, true));
    } else if (type == EntryType::kMerge) {
      operands_.emplace_back(value.data(), value.size());
      operand_tags_.push_back(tag);
      operand_stripe = stripe;
    } else if (type == EntryType::kPut || type == EntryType::kPutReference ||
               type == EntryType::kEntity) {
      shadowed = stripe;
      if (!operands_.empty()) {
        std::string result;
        Slice existing = value;
        if (type == EntryType::kPutReference && options_.merge_operator != nullptr) {
          AETHER_RETURN_IF_ERROR(options_.read_reference(value, &value_read_));
          existing = value_read_;
        }
        if (type != EntryType::kEntity && Fold(&existing, &result)) {
          const uint64_t newest = operand_tags_[0];
          operands_.clear();
          operand_tags_.clear();
          AETHER_RETURN_IF_ERROR(Emit(sink, PackTag(TagSequence(newest), EntryType::kPut), result));
        } else {
          const std::string kept = value.ToString();
          AETHER_RETURN_IF_ERROR(FlushOperands(sink, false));
          AETHER_RETURN_IF_ERROR(Emit(sink, tag, kept));
        }
      } else if (options_.filter != nullptr && first && newest_stripe && filter_skips) {
        AETHER_RETURN_IF_ERROR(EmitRemoval(sink, sequence));
      } else if (options_.filter != nullptr && first && newest_stripe &&
                 type != EntryType::kEntity) {
        AETHER_RETURN_IF_ERROR(FilterPut(sink, tag, value));
      } else {
        AETHER_RETURN_IF_ERROR(Emit(sink, tag, value));
      }
    } else {
      shadowed = stripe;
      if (!operands_.empty()) {
        std::string result;
        if (Fold(nullptr, &result)) {
          const uint64_t newest = operand_tags_[0];
          operands_.clear();
          operand_tags_.clear();
          AETHER_RETURN_IF_ERROR(Emit(sink, PackTag(TagSequence(newest), EntryType::kPut), result));
          first = false;
          input->Next();
          continue;
        }
        AETHER_RETURN_IF_ERROR(FlushOperands(sink, false));
      }
      // Rule 3. In the oldest stripe nothing below this tombstone survives in the input.
      const bool seen = stripe != 0 && !Planted(PlantedBug::kTombstoneUnderSnapshot);
      if (seen || options_.older_data_exists(key_)) {
        AETHER_RETURN_IF_ERROR(Emit(sink, tag, Slice()));
      } else {
        ++drops_.tombstones;
      }
    }
    first = false;
    input->Next();
  } while (input->Valid() && CompareKeys(order, input->key(), key_) == 0);
  AETHER_RETURN_IF_ERROR(input->status());
  if (!operands_.empty()) {
    const bool oldest = operand_stripe == 0;
    return FlushOperands(sink, oldest && !options_.older_data_exists(key_));
  }
  return Status::OK();
}

}  // namespace aether
