// The merge operators of the campaign. Both append operands, so that a lost, doubled or reordered
// operand shows in the value. They differ in how they may be combined: one is associative, the
// other has no partial merge and keeps single operands apart from whole values.
//
// Thread safety: no state.

#ifndef AETHER_TESTS_DIFFERENTIAL_OPERATORS_H_
#define AETHER_TESTS_DIFFERENTIAL_OPERATORS_H_

#include <rocksdb/merge_operator.h>

#include <string>

namespace differential {

class AppendOperator final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& value,
             std::string* result, rocksdb::Logger*) const override {
    result->clear();
    if (existing != nullptr) *result = existing->ToString() + ",";
    result->append(value.data(), value.size());
    return true;
  }
  const char* Name() const override { return "differential.Append"; }
};

class ListOperator final : public rocksdb::MergeOperator {
 public:
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    out->new_value = in.existing_value == nullptr ? "-" : in.existing_value->ToString();
    for (const rocksdb::Slice& operand : in.operand_list) {
      out->new_value += ",";
      out->new_value.append(operand.data(), operand.size());
    }
    return true;
  }
  const char* Name() const override { return "differential.List"; }
};

}  // namespace differential

#endif  // AETHER_TESTS_DIFFERENTIAL_OPERATORS_H_
