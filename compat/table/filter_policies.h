// The built-in filter policies. They carry how large filters are to be; the engine builds filters
// of its own.
//
// Thread safety: immutable.

#ifndef AETHER_COMPAT_TABLE_FILTER_POLICIES_H_
#define AETHER_COMPAT_TABLE_FILTER_POLICIES_H_

#include <string>

#include "rocksdb/filter_policy.h"

namespace rocksdb {

class BuiltinFilter : public FilterPolicy {
 public:
  // bits_per_key is rounded to thousandths: below half a bit means no filter, from there on at
  // least one bit, a hundred at most.
  explicit BuiltinFilter(double bits_per_key);

  static const char* kClassName() { return "rocksdb.internal.BuiltinFilter"; }
  static const char* kCompatibilityName() { return "rocksdb.BuiltinBloomFilter"; }
  const char* CompatibilityName() const override { return kCompatibilityName(); }
  bool IsInstanceOf(const std::string& name) const override;

  double bits_per_key() const { return millibits_ / 1000.0; }

  FilterBitsBuilder* GetBuilderWithContext(const FilterBuildingContext&) const override {
    return nullptr;
  }
  FilterBitsReader* GetFilterBitsReader(const Slice&) const override { return nullptr; }

 protected:
  std::string BitsText() const;

 private:
  const int millibits_;
};

// Bits of filter for each key that a store should spend: 0 for no policy; for a policy of the
// application's own, which cannot build filters here, the customary ten.
double FilterBitsPerKey(const FilterPolicy* policy);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TABLE_FILTER_POLICIES_H_
