#include "compat/binary/sortlist.h"

#include <algorithm>
#include <cstdlib>

namespace rocksdb {

namespace {

// On equality the element of `right` comes first.
std::vector<int> MergeSorted(const std::vector<int>& left, const std::vector<int>& right) {
  std::vector<int> merged;
  merged.reserve(left.size() + right.size());
  std::merge(right.begin(), right.end(), left.begin(), left.end(), std::back_inserter(merged));
  return merged;
}

std::string Join(const std::vector<int>& numbers) {
  std::string text;
  for (int number : numbers) {
    if (!text.empty()) text.push_back(',');
    text.append(std::to_string(number));
  }
  return text;
}

}  // namespace

bool SortList::FullMergeV2(const MergeOperationInput& merge_in,
                           MergeOperationOutput* merge_out) const {
  std::vector<int> merged;
  for (const Slice& operand : merge_in.operand_list) {
    std::vector<int> numbers;
    MakeVector(numbers, operand);
    merged = MergeSorted(merged, numbers);
  }
  merge_out->new_value = Join(merged);
  return true;
}

bool SortList::PartialMerge(const Slice& /*key*/, const Slice& left_operand,
                            const Slice& right_operand, std::string* new_value,
                            Logger* /*logger*/) const {
  std::vector<int> left;
  std::vector<int> right;
  MakeVector(left, left_operand);
  MakeVector(right, right_operand);
  *new_value = Join(MergeSorted(left, right));
  return true;
}

bool SortList::PartialMergeMulti(const Slice& key, const std::deque<Slice>& operand_list,
                                 std::string* new_value, Logger* logger) const {
  std::string merged;
  for (const Slice& operand : operand_list) {
    if (!PartialMerge(key, merged, operand, &merged, logger)) return false;
  }
  *new_value = std::move(merged);
  return true;
}

void SortList::MakeVector(std::vector<int>& operand, Slice slice) const {
  const char* p = slice.data();
  const char* const end = p + slice.size();
  while (p < end && *p != '\0') {
    const char* stop = p;
    while (stop < end && *stop != ',' && *stop != '\0') ++stop;
    operand.push_back(std::atoi(std::string(p, stop).c_str()));
    p = stop < end && *stop == ',' ? stop + 1 : stop;
  }
}

}  // namespace rocksdb
