// The merge operator for aggregations by name.
//
//   operand, value := name payload       name: length:varint32 byte*; payload: the rest
//   list           := { length:varint32 byte* }*
//
// Payloads of one function are aggregated together, oldest first. Where the name changes, what was
// aggregated so far is the first payload of the next function; a payload without a name belongs to
// the function that comes after it. What cannot be aggregated becomes a value of kErrorFuncName
// with the list of everything, so that nothing is lost.
//
// Thread safety: aggregators are added before they are used, as with RocksDB.

#include "rocksdb/utilities/agg_merge.h"

#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compat/batch/wire_format.h"

namespace rocksdb {

const std::string kUnnamedFuncName = "";
const std::string kErrorFuncName = "kErrorFuncName";

namespace {

using Aggregators = std::unordered_map<std::string, std::unique_ptr<Aggregator>>;

Aggregators& Known() {
  static auto* const known = new Aggregators;
  return *known;
}

const Aggregator* Find(const Slice& name) {
  const auto found = Known().find(name.ToString());
  return found == Known().end() ? nullptr : found->second.get();
}

void AppendField(std::string* out, const Slice& field) {
  AppendVarint32(out, static_cast<uint32_t>(field.size()));
  out->append(field.data(), field.size());
}

std::string Encode(const Slice& name, const Slice& payload) {
  std::string out;
  AppendField(&out, name);
  out.append(payload.data(), payload.size());
  return out;
}

// Takes operands, oldest first, and aggregates those of one function as they come.
class Accumulator {
 public:
  // False when the operands cannot be aggregated.
  bool Add(const Slice& operand, bool partial) {
    Slice name;
    Slice payload;
    if (!ExtractAggFuncAndValue(operand, name, payload)) return false;
    if (partial && !name.empty()) {
      const Aggregator* const aggregator = Find(name);
      if (aggregator == nullptr || !aggregator->DoPartialAggregate()) return false;
    }
    if (!named_) {
      if (name != Slice(kUnnamedFuncName)) {
        name_ = name;
        named_ = true;
      }
    } else if (name_ != name) {
      // What is older belongs to another function, which has to see all of it first.
      if (partial) return false;
      std::string aggregated;
      if (!Aggregate(&aggregated)) return false;
      aggregated_ = std::move(aggregated);
      payloads_.assign(1, Slice(aggregated_));
      name_ = name;
    }
    payloads_.push_back(payload);
    return true;
  }

  bool Finish(std::string* result) const {
    std::string aggregated;
    if (!Aggregate(&aggregated)) return false;
    *result = Encode(name_, aggregated);
    return true;
  }

 private:
  bool Aggregate(std::string* result) const {
    const Aggregator* const aggregator = named_ ? Find(name_) : nullptr;
    return aggregator != nullptr && aggregator->Aggregate(payloads_, *result);
  }

  Slice name_;
  bool named_ = false;
  std::vector<Slice> payloads_;
  std::string aggregated_;  // the first payload, once the function has changed
};

class AggMerge final : public MergeOperator {
 public:
  const char* Name() const override { return "AggMergeOperator.v1"; }
  bool AllowSingleOperand() const override { return true; }

  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    Accumulator accumulator;
    bool good = in.existing_value == nullptr || accumulator.Add(*in.existing_value, false);
    for (const Slice& operand : in.operand_list) good = good && accumulator.Add(operand, false);
    if (good && accumulator.Finish(&out->new_value)) return true;
    out->new_value.clear();
    AppendField(&out->new_value, kErrorFuncName);
    if (in.existing_value != nullptr) AppendField(&out->new_value, *in.existing_value);
    for (const Slice& operand : in.operand_list) AppendField(&out->new_value, operand);
    return true;
  }

  bool PartialMergeMulti(const Slice&, const std::deque<Slice>& operands, std::string* new_value,
                         Logger*) const override {
    Accumulator accumulator;
    for (const Slice& operand : operands) {
      if (!accumulator.Add(operand, true)) return false;
    }
    return accumulator.Finish(new_value);
  }
};

}  // namespace

Status AddAggregator(const std::string& function_name, std::unique_ptr<Aggregator>&& agg) {
  if (function_name == kErrorFuncName) {
    return Status::InvalidArgument("Cannot register function name kErrorFuncName");
  }
  Known().emplace(function_name, std::move(agg));
  return Status::OK();
}

std::shared_ptr<MergeOperator> GetAggMergeOperator() {
  static const auto* const shared =
      new std::shared_ptr<MergeOperator>(std::make_shared<AggMerge>());
  return *shared;
}

Status EncodeAggFuncAndPayload(const Slice& function_name, const Slice& payload,
                               std::string& output) {
  if (function_name == Slice(kErrorFuncName)) {
    return Status::InvalidArgument("Cannot use error function name");
  }
  if (function_name != Slice(kUnnamedFuncName) && Find(function_name) == nullptr) {
    return Status::InvalidArgument("Function name not registered");
  }
  output = Encode(function_name, payload);
  return Status::OK();
}

bool ExtractAggFuncAndValue(const Slice& op, Slice& func, Slice& value) {
  value = op;
  return ReadLengthPrefixed(&value, &func);
}

bool ExtractList(const Slice& encoded_list, std::vector<Slice>& decoded_list) {
  decoded_list.clear();
  Slice rest = encoded_list;
  Slice item;
  while (!rest.empty() && ReadLengthPrefixed(&rest, &item)) decoded_list.push_back(item);
  return rest.empty();
}

}  // namespace rocksdb
