#include "compat/binary/testutil.h"

#include <algorithm>
#include <cstring>

namespace rocksdb {
namespace test {

namespace {

class Uint64ComparatorImpl : public Comparator {
 public:
  const char* Name() const override { return "rocksdb.Uint64Comparator"; }
  int Compare(const Slice& a, const Slice& b) const override {
    const uint64_t x = Load(a);
    const uint64_t y = Load(b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  void FindShortestSeparator(std::string* /*start*/, const Slice& /*limit*/) const override {}
  void FindShortSuccessor(std::string* /*key*/) const override {}

 private:
  static uint64_t Load(const Slice& key) {
    uint64_t value = 0;
    memcpy(&value, key.data(), std::min(key.size(), sizeof(value)));
    return value;
  }
};

// Keys end in a timestamp of eight little-endian bytes; equal keys are ordered newest first.
class BytewiseU64TsComparator : public Comparator {
 public:
  static constexpr size_t kTimestampSize = sizeof(uint64_t);

  BytewiseU64TsComparator() : Comparator(kTimestampSize) {}
  const char* Name() const override { return "leveldb.BytewiseComparator.u64ts"; }
  int Compare(const Slice& a, const Slice& b) const override {
    const int keys = CompareWithoutTimestamp(a, true, b, true);
    return keys != 0 ? keys : CompareTimestamp(Tail(b), Tail(a));
  }
  using Comparator::CompareWithoutTimestamp;
  int CompareWithoutTimestamp(const Slice& a, bool a_has_ts, const Slice& b,
                              bool b_has_ts) const override {
    return Head(a, a_has_ts).compare(Head(b, b_has_ts));
  }
  int CompareTimestamp(const Slice& a, const Slice& b) const override {
    const uint64_t x = Decode(a);
    const uint64_t y = Decode(b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  void FindShortestSeparator(std::string* /*start*/, const Slice& /*limit*/) const override {}
  void FindShortSuccessor(std::string* /*key*/) const override {}

 private:
  static Slice Head(const Slice& key, bool has_ts) {
    return has_ts && key.size() >= kTimestampSize ? Slice(key.data(), key.size() - kTimestampSize)
                                                  : key;
  }
  static Slice Tail(const Slice& key) {
    const size_t n = std::min(key.size(), kTimestampSize);
    return Slice(key.data() + key.size() - n, n);
  }
  static uint64_t Decode(const Slice& timestamp) {
    uint64_t value = 0;
    memcpy(&value, timestamp.data(), std::min(timestamp.size(), sizeof(value)));
    return value;
  }
};

}  // namespace
}  // namespace test

const Comparator* BytewiseComparatorWithU64Ts() {
  static const test::BytewiseU64TsComparator* const comparator =
      new test::BytewiseU64TsComparator();
  return comparator;
}

namespace test {

Slice CompressibleString(Random* rnd, double compressed_fraction, int len, std::string* dst) {
  const int raw = std::max(1, static_cast<int>(len * compressed_fraction));
  const std::string block = rnd->RandomString(raw);
  dst->clear();
  while (dst->size() < static_cast<size_t>(len)) dst->append(block);
  dst->resize(static_cast<size_t>(len));
  return Slice(*dst);
}

const Comparator* Uint64Comparator() {
  static const Uint64ComparatorImpl* const comparator = new Uint64ComparatorImpl();
  return comparator;
}

const Comparator* BytewiseComparatorWithU64TsWrapper() { return BytewiseComparatorWithU64Ts(); }

}  // namespace test
}  // namespace rocksdb
