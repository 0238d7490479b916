#include "engine/lsm/lookup.h"

#include "engine/buffer/frame.h"
#include "engine/run/run_file.h"

namespace aether {

bool Lookup::Add(const Entry& entry, const PinSource* pin) {
  if (entry.sequence() < covered_) {
    finished_ = true;
    return false;
  }
  switch (entry.type()) {
    case EntryType::kPut:
      finished_ = true;
      if (operands_.empty() && collected_ == nullptr) {
        found_ = true;
        if (value_ == nullptr) return false;
        if (pin != nullptr && entry.value.size() > kCopyUpTo) {
          value_->Pin(
              entry.value, [](void* frame) { Pin::Unpin(static_cast<Frame*>(frame)); },
              pin->Take().Detach());
        } else {
          value_->Copy(entry.value);
        }
      } else {
        has_base_ = true;
        base_ = entry.value.ToString();
      }
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
