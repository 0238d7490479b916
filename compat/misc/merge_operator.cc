// The parts of MergeOperator that every operator inherits: older and simpler interfaces behind the
// general one.

#include "rocksdb/merge_operator.h"

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "compat/options/customizable_util.h"

namespace rocksdb {

bool MergeOperator::FullMergeV2(const MergeOperationInput& merge_in,
                                MergeOperationOutput* merge_out) const {
  std::deque<std::string> operands;
  for (const Slice& operand : merge_in.operand_list) {
    operands.emplace_back(operand.data(), operand.size());
  }
  return FullMerge(merge_in.key, merge_in.existing_value, operands, &merge_out->new_value,
                   merge_in.logger);
}

bool MergeOperator::PartialMergeMulti(const Slice& key, const std::deque<Slice>& operand_list,
                                      std::string* new_value, Logger* logger) const {
  if (operand_list.size() < 2) return false;
  Slice left = operand_list.front();
  std::string combined;
  for (size_t i = 1; i < operand_list.size(); ++i) {
    std::string next;
    if (!PartialMerge(key, left, operand_list[i], &next, logger)) return false;
    combined = std::move(next);
    left = combined;
  }
  *new_value = std::move(combined);
  return true;
}

bool AssociativeMergeOperator::FullMergeV2(const MergeOperationInput& merge_in,
                                           MergeOperationOutput* merge_out) const {
  Slice value;
  const Slice* existing = merge_in.existing_value;
  std::string merged;
  for (const Slice& operand : merge_in.operand_list) {
    std::string next;
    if (!Merge(merge_in.key, existing, operand, &next, merge_in.logger)) return false;
    merged = std::move(next);
    value = merged;
    existing = &value;
  }
  merge_out->new_value = std::move(merged);
  return true;
}

bool AssociativeMergeOperator::PartialMerge(const Slice& key, const Slice& left_operand,
                                            const Slice& right_operand, std::string* new_value,
                                            Logger* logger) const {
  return Merge(key, &left_operand, right_operand, new_value, logger);
}

Status MergeOperator::CreateFromString(const ConfigOptions& opts, const std::string& id,
                                       std::shared_ptr<MergeOperator>* result) {
  return CreateShared(opts, id, result);
}

}  // namespace rocksdb
