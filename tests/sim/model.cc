#include "tests/sim/model.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace aether::sim {
namespace {

class Join final : public MergeOperator {
 public:
  const char* Name() const override { return "aether.test.join"; }
  bool FullMerge(Slice, const Slice* existing, const std::vector<Slice>& operands,
                 std::string* result) const override {
    result->clear();
    if (existing != nullptr) result->assign(existing->data(), existing->size());
    for (size_t i = 0; i < operands.size(); ++i) {
      if (existing != nullptr || i > 0) result->push_back(',');
      result->append(operands[i].data(), operands[i].size());
    }
    return true;
  }
  bool PartialMerge(Slice key, const std::vector<Slice>& operands,
                    std::string* result) const override {
    return FullMerge(key, nullptr, operands, result);
  }
};

}  // namespace

void State::Apply(const Op& op) {
  const auto found = families.find(op.family);
  if (found == families.end()) return;
  FamilyModel& family = found->second;
  switch (op.kind) {
    case Op::kPut:
      family.data[op.key] = op.value;
      break;
    case Op::kDelete:
    case Op::kSingleDelete:
      family.data.erase(op.key);
      break;
    case Op::kMerge: {
      const auto [at, fresh] = family.data.try_emplace(op.key, op.value);
      if (!fresh) at->second += "," + op.value;
      break;
    }
    case Op::kDeleteRange: {
      // In a reversed family the larger key comes first: [key, value) is (value, key] in bytes.
      const auto from =
          family.reversed ? family.data.upper_bound(op.value) : family.data.lower_bound(op.key);
      const auto to =
          family.reversed ? family.data.upper_bound(op.key) : family.data.lower_bound(op.value);
      family.data.erase(from, to);
      break;
    }
  }
}

void State::Apply(const Batch& batch) {
  for (const Op& op : batch.ops) Apply(op);
}

std::shared_ptr<const MergeOperator> JoinOperator() {
  static const auto join = std::make_shared<const Join>();
  return join;
}

std::vector<std::pair<std::string, std::string>> InOrder(const FamilyModel& family) {
  std::vector<std::pair<std::string, std::string>> list(family.data.begin(), family.data.end());
  if (family.reversed) std::reverse(list.begin(), list.end());
  return list;
}

std::string Show(const std::string& bytes) {
  std::string text = "'";
  for (const char c : bytes.substr(0, 40)) {
    if (std::isprint(static_cast<unsigned char>(c))) {
      text += c;
    } else {
      char hex[8];
      std::snprintf(hex, sizeof(hex), "\\x%02x", static_cast<unsigned char>(c));
      text += hex;
    }
  }
  text += "'";
  if (bytes.size() > 40) text += " (" + std::to_string(bytes.size()) + " bytes)";
  return text;
}

}  // namespace aether::sim
