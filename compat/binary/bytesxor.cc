#include "compat/binary/bytesxor.h"

#include <algorithm>
#include <memory>

namespace rocksdb {

bool BytesXOROperator::Merge(const Slice& /*key*/, const Slice* existing_value, const Slice& value,
                             std::string* new_value, Logger* /*logger*/) const {
  XOR(existing_value, value, new_value);
  return true;
}

void BytesXOROperator::XOR(const Slice* existing_value, const Slice& value,
                           std::string* new_value) const {
  const Slice none;
  const Slice& old = existing_value != nullptr ? *existing_value : none;
  const Slice& longer = old.size() > value.size() ? old : value;
  const Slice& shorter = old.size() > value.size() ? value : old;
  std::string result(longer.data(), longer.size());
  for (size_t i = 0; i < shorter.size(); ++i) {
    result[i] = static_cast<char>(result[i] ^ shorter[i]);
  }
  *new_value = std::move(result);
}

}  // namespace rocksdb
