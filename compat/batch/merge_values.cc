#include "compat/batch/merge_values.h"

#include <memory>

#include "compat/db/store_db.h"
#include "rocksdb/merge_operator.h"

namespace rocksdb {

namespace {

std::shared_ptr<MergeOperator> OperatorOf(ColumnFamilyHandle* family) {
  if (const auto* ours = dynamic_cast<const StoreHandle*>(family)) {
    return ours->merge_operator;
  }
  ColumnFamilyDescriptor descriptor;
  if (!family->GetDescriptor(&descriptor).ok()) return nullptr;
  return descriptor.options.merge_operator;
}

}  // namespace

Status MergeValues(ColumnFamilyHandle* family, const Slice& key, const Slice* base,
                   const std::vector<Slice>& operands, std::string* result) {
  if (family == nullptr) return Status::InvalidArgument("Must provide a column_family");
  const std::shared_ptr<MergeOperator> merge = OperatorOf(family);
  if (merge == nullptr) {
    return Status::InvalidArgument("Merge_operator must be set for column_family");
  }
  Slice chosen(nullptr, 0);
  result->clear();
  const MergeOperator::MergeOperationInput in(key, base, operands, nullptr);
  MergeOperator::MergeOperationOutput out(*result, chosen);
  if (!merge->FullMergeV2(in, &out)) {
    return Status::Corruption("Error: Could not perform merge.");
  }
  if (chosen.data() != nullptr) result->assign(chosen.data(), chosen.size());
  return Status::OK();
}

}  // namespace rocksdb
