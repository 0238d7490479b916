// Merge operator "MergeSortOperator": merges sorted lists of integers, written as decimals with
// commas between.
//
// Layout: that of MergeOperator; the virtual table is copied into executables.
// Thread safety: stateless. It does not fail. The existing value takes no part, only the operands
// do.

#ifndef AETHER_COMPAT_BINARY_SORTLIST_H_
#define AETHER_COMPAT_BINARY_SORTLIST_H_

#include <deque>
#include <string>
#include <vector>

#include "rocksdb/merge_operator.h"
#include "rocksdb/slice.h"

namespace rocksdb {

class SortList : public MergeOperator {
 public:
  bool FullMergeV2(const MergeOperationInput& merge_in,
                   MergeOperationOutput* merge_out) const override;
  bool PartialMerge(const Slice& key, const Slice& left_operand, const Slice& right_operand,
                    std::string* new_value, Logger* logger) const override;
  bool PartialMergeMulti(const Slice& key, const std::deque<Slice>& operand_list,
                         std::string* new_value, Logger* logger) const override;

  static const char* kClassName() { return "MergeSortOperator"; }
  static const char* kNickName() { return "sortlist"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }

  // Appends the numbers of a list, up to its end or a NUL byte.
  void MakeVector(std::vector<int>& operand, Slice slice) const;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_SORTLIST_H_
