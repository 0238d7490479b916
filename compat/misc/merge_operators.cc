// The merge operators that can be asked for by name: put, put_v1, uint64add, stringappend,
// stringappendtest, max; bytesxor and sortlist live in binary/ because executables share their
// classes.
//
// Thread safety: stateless apart from options fixed at creation.

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "compat/binary/bytesxor.h"
#include "compat/binary/sortlist.h"
#include "compat/options/customizable_util.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/utilities/options_type.h"

namespace rocksdb {

namespace {

// The newest operand replaces the value, as a Put would.
class PutOperatorV2 final : public MergeOperator {
 public:
  static const char* kClassName() { return "PutOperator"; }
  static const char* kNickName() { return "put"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    out->existing_operand = in.operand_list.back();
    return true;
  }
  bool PartialMerge(const Slice&, const Slice&, const Slice& right, std::string* value,
                    Logger*) const override {
    value->assign(right.data(), right.size());
    return true;
  }
  bool PartialMergeMulti(const Slice&, const std::deque<Slice>& operands, std::string* value,
                         Logger*) const override {
    value->assign(operands.back().data(), operands.back().size());
    return true;
  }
};

// The same through the oldest interface, for comparison.
class PutOperator final : public MergeOperator {
 public:
  static const char* kClassName() { return "PutOperator"; }
  static const char* kNickName() { return "put_v1"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  bool FullMerge(const Slice&, const Slice*, const std::deque<std::string>& operands,
                 std::string* value, Logger*) const override {
    *value = operands.back();
    return true;
  }
  bool PartialMerge(const Slice&, const Slice&, const Slice& right, std::string* value,
                    Logger*) const override {
    value->assign(right.data(), right.size());
    return true;
  }
  bool PartialMergeMulti(const Slice&, const std::deque<Slice>& operands, std::string* value,
                         Logger*) const override {
    value->assign(operands.back().data(), operands.back().size());
    return true;
  }
};

// Values and operands are 64-bit little-endian numbers; anything of another size counts as zero.
class UInt64AddOperator final : public AssociativeMergeOperator {
 public:
  static const char* kClassName() { return "UInt64AddOperator"; }
  static const char* kNickName() { return "uint64add"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  bool Merge(const Slice&, const Slice* existing, const Slice& value, std::string* result,
             Logger*) const override {
    const uint64_t sum = (existing != nullptr ? Decode(*existing) : 0) + Decode(value);
    result->clear();
    for (int shift = 0; shift < 64; shift += 8) result->push_back(static_cast<char>(sum >> shift));
    return true;
  }

 private:
  static uint64_t Decode(const Slice& bytes) {
    if (bytes.size() != sizeof(uint64_t)) return 0;
    uint64_t number = 0;
    for (size_t i = sizeof(number); i-- > 0;) {
      number = number << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return number;
  }
};

// The greatest of value and operands in bytewise order.
class MaxOperator final : public MergeOperator {
 public:
  static const char* kClassName() { return "MaxOperator"; }
  static const char* kNickName() { return "max"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    Slice& greatest = out->existing_operand;
    greatest = in.existing_value != nullptr ? *in.existing_value : Slice();
    for (const Slice& operand : in.operand_list) {
      if (greatest.compare(operand) < 0) greatest = operand;
    }
    return true;
  }
  bool PartialMerge(const Slice&, const Slice& left, const Slice& right, std::string* value,
                    Logger*) const override {
    const Slice& greatest = left.compare(right) >= 0 ? left : right;
    value->assign(greatest.data(), greatest.size());
    return true;
  }
  bool PartialMergeMulti(const Slice&, const std::deque<Slice>& operands, std::string* value,
                         Logger*) const override {
    Slice greatest;
    for (const Slice& operand : operands) {
      if (greatest.compare(operand) < 0) greatest = operand;
    }
    value->assign(greatest.data(), greatest.size());
    return true;
  }
};

const std::unordered_map<std::string, OptionTypeInfo>& DelimiterOption() {
  static const auto* const map =
      new std::unordered_map<std::string, OptionTypeInfo>{{"delimiter", {0, OptionType::kString}}};
  return *map;
}

// Operands appended to the value, oldest first, with the delimiter between them.
class StringAppendOperator final : public AssociativeMergeOperator {
 public:
  StringAppendOperator() { RegisterOptions("Delimiter", &delimiter_, &DelimiterOption()); }
  static const char* kClassName() { return "StringAppendOperator"; }
  static const char* kNickName() { return "stringappend"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  bool Merge(const Slice&, const Slice* existing, const Slice& value, std::string* result,
             Logger*) const override {
    result->clear();
    if (existing != nullptr) {
      result->reserve(existing->size() + delimiter_.size() + value.size());
      result->assign(existing->data(), existing->size());
      result->append(delimiter_);
    }
    result->append(value.data(), value.size());
    return true;
  }

 private:
  std::string delimiter_ = ",";
};

// The same text as one full merge; a single operand is merged, too, and operands are never combined
// in advance.
class StringAppendTestOperator final : public MergeOperator {
 public:
  StringAppendTestOperator() { RegisterOptions("Delimiter", &delimiter_, &DelimiterOption()); }
  static const char* kClassName() { return "StringAppendTESTOperator"; }
  static const char* kNickName() { return "stringappendtest"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    std::string& text = out->new_value;
    text.clear();
    if (in.existing_value == nullptr && in.operand_list.size() == 1) {
      out->existing_operand = in.operand_list.back();
      return true;
    }
    bool first = in.existing_value == nullptr;
    if (!first) text.assign(in.existing_value->data(), in.existing_value->size());
    for (const Slice& operand : in.operand_list) {
      if (!first) text.append(delimiter_);
      first = false;
      text.append(operand.data(), operand.size());
    }
    return true;
  }
  bool PartialMergeMulti(const Slice&, const std::deque<Slice>&, std::string*,
                         Logger*) const override {
    return false;
  }

 private:
  std::string delimiter_ = ",";
};

}  // namespace

void RegisterMergeOperators(ObjectLibrary& library) {
  AddSimpleFactory<MergeOperator, StringAppendOperator>(library);
  AddSimpleFactory<MergeOperator, StringAppendTestOperator>(library);
  AddSimpleFactory<MergeOperator, SortList>(library);
  AddSimpleFactory<MergeOperator, BytesXOROperator>(library);
  AddSimpleFactory<MergeOperator, UInt64AddOperator>(library);
  AddSimpleFactory<MergeOperator, MaxOperator>(library);
  AddSimpleFactory<MergeOperator, PutOperatorV2>(library);
  library.AddFactory<MergeOperator>(
      PutOperator::kNickName(),
      [](const std::string&, std::unique_ptr<MergeOperator>* guard, std::string*) {
        guard->reset(new PutOperator);
        return guard->get();
      });
}

}  // namespace rocksdb
