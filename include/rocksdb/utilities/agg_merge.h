// A merge operator that applies a registered aggregation named in each operand.
#ifndef AETHER_ROCKSDB_UTILITIES_AGG_MERGE_H_
#define AETHER_ROCKSDB_UTILITIES_AGG_MERGE_H_

#include <string>
#include <vector>

#include "rocksdb/merge_operator.h"
#include "rocksdb/slice.h"

namespace ROCKSDB_NAMESPACE {

class Aggregator {
 public:
  virtual ~Aggregator() = default;
  virtual bool Aggregate(const std::vector<Slice>& values, std::string& result) const = 0;
  virtual bool DoPartialAggregate() const { return true; }
};

Status AddAggregator(const std::string& function_name, std::unique_ptr<Aggregator>&& agg);

std::shared_ptr<MergeOperator> GetAggMergeOperator();

Status EncodeAggFuncAndPayload(const Slice& function_name, const Slice& payload,
                               std::string& output);

bool ExtractAggFuncAndValue(const Slice& op, Slice& func, Slice& value);

bool ExtractList(const Slice& encoded_list, std::vector<Slice>& decoded_list);
extern const std::string kUnnamedFuncName;
extern const std::string kErrorFuncName;

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_ROCKSDB_UTILITIES_AGG_MERGE_H_
