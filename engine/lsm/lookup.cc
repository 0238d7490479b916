#include "engine/lsm/lookup.h"

#include "engine/base/entity.h"
#include "engine/buffer/frame.h"
#include "engine/run/run_file.h"

namespace aether {

// `bytes` are part of an entry's value.
void Lookup::Take(Slice bytes, size_t entry_size, const PinSource* pin) {
  found_ = true;
  if (value_ == nullptr) return;
  if (pin != nullptr && entry_size > kCopyUpTo) {
    value_->Pin(
        bytes, [](void* frame) { Pin::Unpin(static_cast<Frame*>(frame)); }, pin->Take().Detach());
  } else {
    value_->Copy(bytes);
  }
}

void Lookup::AddEntity(const Entry& entry, const PinSource* pin) {
  if (!operands_.empty() || collected_ != nullptr) {
    entity_in_the_way_ = true;
    return;
  }
  Slice bytes = entry.value;
  if (!want_entity_) bad_entity_ = DefaultColumn(entry.value, &bytes);
  if (bad_entity_ != nullptr) return;
  Take(bytes, entry.value.size(), pin);
  if (value_ != nullptr) value_->set_entity(want_entity_);
}

bool Lookup::Add(const Entry& entry, const PinSource* pin) {
  if (entry.sequence() < covered_) {
    finished_ = true;
    return false;
  }
  switch (entry.type()) {
    case EntryType::kPut:
      finished_ = true;
      if (operands_.empty() && collected_ == nullptr) {
        Take(entry.value, entry.value.size(), pin);
      } else {
        has_base_ = true;
        base_ = entry.value.ToString();
      }
      return false;
    case EntryType::kEntity:
      finished_ = true;
      AddEntity(entry, pin);
      return false;
    case EntryType::kMerge:
      operands_.push_back(entry.value.ToString());
      return true;
    default:
      finished_ = true;
      return false;
  }
}

Status Lookup::Finish() {
  if (bad_entity_ != nullptr) return Status::Corruption(bad_entity_);
  if (entity_in_the_way_) {
    return Status::NotSupported(collected_ != nullptr
                                    ? "GetMergeOperands not supported for wide-column entities"
                                    : "Merge not supported for wide-column entities");
  }
  if (collected_ != nullptr) {
    if (!has_base_ && operands_.empty()) return Status::NotFound();
    if (has_base_) collected_->push_back(std::move(base_));
    collected_->insert(collected_->end(), operands_.rbegin(), operands_.rend());
    return Status::OK();
  }
  if (found_) return Status::OK();
  if (operands_.empty()) return Status::NotFound();
  if (merge_operator_ == nullptr) {
    return Status::InvalidArgument("merge_operator is not properly initialized.");
  }
  const std::vector<Slice> oldest_first(operands_.rbegin(), operands_.rend());
  const Slice existing(base_);
  std::string result;
  if (!merge_operator_->FullMerge(key_, has_base_ ? &existing : nullptr, oldest_first, &result)) {
    return Status::Corruption("Error: Could not perform merge.");
  }
  if (value_ != nullptr) value_->Own(std::move(result));
  return Status::OK();
}

}  // namespace aether
