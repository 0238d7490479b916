// Merge operator "BytesXOR": the byte-wise exclusive or of a value and an operand.
//
// Layout: that of AssociativeMergeOperator; the virtual table is copied into executables.
// Thread safety: stateless. It does not fail.

#ifndef AETHER_COMPAT_BINARY_BYTESXOR_H_
#define AETHER_COMPAT_BINARY_BYTESXOR_H_

#include <string>

#include "rocksdb/merge_operator.h"
#include "rocksdb/slice.h"

namespace rocksdb {

class BytesXOROperator : public AssociativeMergeOperator {
 public:
  bool Merge(const Slice& key, const Slice* existing_value, const Slice& value,
             std::string* new_value, Logger* logger) const override;

  static const char* kClassName() { return "BytesXOR"; }
  static const char* kNickName() { return "bytesxor"; }
  const char* Name() const override { return kClassName(); }
  const char* NickName() const override { return kNickName(); }

  // The tail of the longer operand is kept as it is; a null existing value counts as empty.
  void XOR(const Slice* existing_value, const Slice& value, std::string* new_value) const;
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_BYTESXOR_H_
