// The merge operator for aggregations by name.
#include <rocksdb/utilities/agg_merge.h>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::WriteOptions;

// Shows what it is given, in the order in which it comes.
class Listing final : public rocksdb::Aggregator {
 public:
  explicit Listing(std::string name, bool partial) : name_(std::move(name)), partial_(partial) {}
  bool Aggregate(const std::vector<Slice>& values, std::string& result) const override {
    result = name_ + "(";
    for (const Slice& value : values) {
      if (value == "fail") return false;
      if (result.back() != '(') result += ",";
      result += value.ToString();
    }
    result += ")";
    return true;
  }
  bool DoPartialAggregate() const override { return partial_; }

 private:
  const std::string name_;
  const bool partial_;
};

class Sum final : public rocksdb::Aggregator {
 public:
  bool Aggregate(const std::vector<Slice>& values, std::string& result) const override {
    int sum = 0;
    for (const Slice& value : values) sum += std::stoi(value.ToString());
    result = std::to_string(sum);
    return true;
  }
};

rocksdb::Options Aggregating() {
  rocksdb::Options options = Db::DefaultOptions();
  options.merge_operator = rocksdb::GetAggMergeOperator();
  GOOD(rocksdb::AddAggregator("list", std::make_unique<Listing>("l", false)));
  GOOD(rocksdb::AddAggregator("other", std::make_unique<Listing>("o", false)));
  GOOD(rocksdb::AddAggregator("sum", std::make_unique<Sum>()));
  return options;
}

void Merge(const Db& db, const std::string& function, const std::string& payload) {
  std::string operand;
  GOOD(rocksdb::EncodeAggFuncAndPayload(function, payload, operand));
  GOOD(db->Merge(WriteOptions(), "k", operand));
}

std::string Show(const std::string& value) {
  Slice function;
  Slice payload;
  if (!rocksdb::ExtractAggFuncAndValue(value, function, payload)) return "?" + value;
  if (function != Slice(rocksdb::kErrorFuncName)) {
    return function.ToString() + "=" + payload.ToString();
  }
  std::vector<Slice> list;
  std::string text = "error";
  if (!rocksdb::ExtractList(payload, list)) return "bad list";
  for (const Slice& item : list) text += " " + Show(item.ToString());
  return text;
}

std::string Get(const Db& db) {
  std::string value;
  const rocksdb::Status s = db->Get(ReadOptions(), "k", &value);
  return s.ok() ? Show(value) : s.ToString();
}

CASE(aggregation_in_order) {
  Db db(Aggregating());
  Merge(db, "list", "1");
  EQ(Get(db), "list=l(1)");
  Merge(db, "list", "2");
  Merge(db, "list", "3");
  EQ(Get(db), "list=l(1,2,3)");
  std::string base;
  GOOD(rocksdb::EncodeAggFuncAndPayload("list", "base", base));
  db.Put("k", base);
  Merge(db, "list", "4");
  EQ(Get(db), "list=l(base,4)");
}

CASE(aggregation_of_sums) {
  Db db(Aggregating());
  for (const char* payload : {"1", "20", "300"}) {
    Merge(db, "sum", payload);
    GOOD(db->Flush(rocksdb::FlushOptions()));
  }
  EQ(Get(db), "sum=321");
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(Get(db), "sum=321");
  Merge(db, "sum", "4000");
  EQ(Get(db), "sum=4321");
}

CASE(aggregation_whose_function_changes) {
  Db db(Aggregating());
  Merge(db, "list", "1");
  Merge(db, "list", "2");
  Merge(db, "other", "3");
  EQ(Get(db), "other=o(l(1,2),3)");
  Merge(db, "list", "4");
  EQ(Get(db), "list=l(o(l(1,2),3),4)");
}

CASE(aggregation_of_what_has_no_name) {
  Db db(Aggregating());
  std::string base;
  GOOD(rocksdb::EncodeAggFuncAndPayload(rocksdb::kUnnamedFuncName, "base", base));
  db.Put("k", base);
  EQ(Get(db), "=base");
  Merge(db, "list", "1");
  EQ(Get(db), "list=l(base,1)");
}

CASE(aggregation_that_fails_keeps_everything) {
  Db db(Aggregating());
  Merge(db, "list", "1");
  Merge(db, "list", "fail");
  EQ(Get(db), "error list=1 list=fail");
}

CASE(aggregation_of_what_is_no_operand) {
  Db db(Aggregating());
  db.Put("k", "\x7f-short");
  Merge(db, "list", "1");
  EQ(Get(db), "error ?\x7f-short list=1");
}

CASE(aggregation_needs_known_functions) {
  Aggregating();
  std::string operand;
  CODE(rocksdb::EncodeAggFuncAndPayload("nobody", "1", operand), "4/0");
  CODE(rocksdb::EncodeAggFuncAndPayload(rocksdb::kErrorFuncName, "1", operand), "4/0");
  CODE(rocksdb::AddAggregator(rocksdb::kErrorFuncName, std::make_unique<Sum>()), "4/0");
  EQ(rocksdb::kErrorFuncName, "kErrorFuncName");
  std::vector<Slice> list;
  YES(rocksdb::ExtractList("", list));
  YES(rocksdb::ExtractList(Slice("\1a\2bc", 5), list));
  EQ(list.size(), 2u);
  NO(rocksdb::ExtractList(Slice("\1a\5bc", 5), list));
}
}  // namespace
}  // namespace conformance
