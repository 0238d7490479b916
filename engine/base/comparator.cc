#include "engine/base/comparator.h"

namespace aether {
namespace {

class Bytewise final : public Comparator {
 public:
  Bytewise() : Comparator(true, false) {}
  int Compare(Slice a, Slice b) const override { return a.Compare(b); }
  const char* Name() const override { return "leveldb.BytewiseComparator"; }
};

class ReverseBytewise final : public Comparator {
 public:
  ReverseBytewise() : Comparator(false, false) {}
  int Compare(Slice a, Slice b) const override { return b.Compare(a); }
  const char* Name() const override { return "rocksdb.ReverseBytewiseComparator"; }
};

}  // namespace

const Comparator* BytewiseComparator() {
  static const auto* const order = new Bytewise;
  return order;
}
const Comparator* ReverseBytewiseComparator() {
  static const auto* const order = new ReverseBytewise;
  return order;
}

}  // namespace aether
