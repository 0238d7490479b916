// MergeOperator: what Merge means. Operands are kept until a read or a merge of runs combines them
// with the value below, oldest first.
//
// Thread safety: implementations must allow concurrent calls. The name is stored with the data.

#ifndef AETHER_INCLUDE_ROCKSDB_MERGE_OPERATOR_H_
#define AETHER_INCLUDE_ROCKSDB_MERGE_OPERATOR_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/customizable.h"
#include "rocksdb/slice.h"

namespace ROCKSDB_NAMESPACE {

class Slice;
class Logger;
class MergeOperator : public Customizable {
 public:
  virtual ~MergeOperator() {}
  static const char* Type() { return "MergeOperator"; }
  static Status CreateFromString(const ConfigOptions& opts, const std::string& id,
                                 std::shared_ptr<MergeOperator>* result);
  // The oldest form, for operators that predate FullMergeV2.
  virtual bool FullMerge(const Slice&, const Slice*, const std::deque<std::string>&, std::string*,
                         Logger*) const {
    assert(false);
    return false;
  }
  struct MergeOperationInput {
    explicit MergeOperationInput(const Slice& _key, const Slice* _existing_value,
                                 const std::vector<Slice>& _operand_list, Logger* _logger)
        : key(_key),
          existing_value(_existing_value),
          operand_list(_operand_list),
          logger(_logger) {}
    const Slice& key;
    // Null when there is no value below the operands.
    const Slice* existing_value;
    const std::vector<Slice>& operand_list;
    Logger* logger;
  };

  struct MergeOperationOutput {
    explicit MergeOperationOutput(std::string& _new_value, Slice& _existing_operand)
        : new_value(_new_value), existing_operand(_existing_operand) {}
    // Receives the result, unless existing_operand is pointed at one of the operands instead.
    std::string& new_value;
    Slice& existing_operand;
  };

  // Combines everything. False means the data cannot be merged: reads report corruption.
  virtual bool FullMergeV2(const MergeOperationInput& merge_in,
                           MergeOperationOutput* merge_out) const;
  // Combines two adjacent operands, when that is possible without the value.
  virtual bool PartialMerge(const Slice&, const Slice&, const Slice&, std::string*, Logger*) const {
    return false;
  }
  virtual bool PartialMergeMulti(const Slice& key, const std::deque<Slice>& operand_list,
                                 std::string* new_value, Logger* logger) const;
  virtual const char* Name() const override = 0;
  virtual bool AllowSingleOperand() const { return false; }
  virtual bool ShouldMerge(const std::vector<Slice>&) const { return false; }
};

// For operators whose operands look like values.
class AssociativeMergeOperator : public MergeOperator {
 public:
  ~AssociativeMergeOperator() override {}
  virtual bool Merge(const Slice& key, const Slice* existing_value, const Slice& value,
                     std::string* new_value, Logger* logger) const = 0;

 private:
  bool FullMergeV2(const MergeOperationInput& merge_in,
                   MergeOperationOutput* merge_out) const override;
  bool PartialMerge(const Slice& key, const Slice& left_operand, const Slice& right_operand,
                    std::string* new_value, Logger* logger) const override;
};

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_MERGE_OPERATOR_H_
