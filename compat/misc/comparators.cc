// The two built-in orders: of unsigned bytes, and its reverse.

#include <memory>
#include <string>

#include "compat/options/customizable_util.h"
#include "rocksdb/comparator.h"
#include "rocksdb/slice.h"

namespace rocksdb {

namespace {

unsigned char ByteAt(const Slice& s, size_t i) { return static_cast<unsigned char>(s[i]); }

class BytewiseOrder final : public Comparator {
 public:
  static const char* kClassName() { return "leveldb.BytewiseComparator"; }
  const char* Name() const override { return kClassName(); }

  int Compare(const Slice& a, const Slice& b) const override { return a.compare(b); }
  bool Equal(const Slice& a, const Slice& b) const override { return a == b; }
  int CompareWithoutTimestamp(const Slice& a, bool, const Slice& b, bool) const override {
    return a.compare(b);
  }
  bool EqualWithoutTimestamp(const Slice& a, const Slice& b) const override { return a == b; }
  bool CanKeysWithDifferentByteContentsBeEqual() const override { return false; }

  // Cuts after the first differing byte, raised by one, when the result stays below limit;
  // otherwise after the first later byte that can be raised.
  void FindShortestSeparator(std::string* start, const Slice& limit) const override {
    const Slice from(*start);
    const size_t shared = from.difference_offset(limit);
    if (shared == from.size() || shared == limit.size()) return;
    const unsigned char low = ByteAt(from, shared);
    const unsigned char high = ByteAt(limit, shared);
    if (low >= high) return;
    if (low + 1 < high || shared + 1 < limit.size()) {
      start->resize(shared + 1);
      (*start)[shared] = static_cast<char>(low + 1);
      return;
    }
    for (size_t i = shared + 1; i < start->size(); ++i) {
      const auto byte = static_cast<unsigned char>((*start)[i]);
      if (byte == 0xff) continue;
      start->resize(i + 1);
      (*start)[i] = static_cast<char>(byte + 1);
      return;
    }
  }

  void FindShortSuccessor(std::string* key) const override {
    const size_t at = key->find_first_not_of('\xff');
    if (at == std::string::npos) return;
    key->resize(at + 1);
    (*key)[at] = static_cast<char>(static_cast<unsigned char>((*key)[at]) + 1);
  }

  // True when t is s plus one, both read as numbers of equal length.
  bool IsSameLengthImmediateSuccessor(const Slice& s, const Slice& t) const override {
    if (s.size() != t.size()) return false;
    const size_t at = s.difference_offset(t);
    if (at == s.size() || ByteAt(s, at) + 1 != ByteAt(t, at)) return false;
    for (size_t i = at + 1; i < s.size(); ++i) {
      if (ByteAt(s, i) != 0xff || ByteAt(t, i) != 0) return false;
    }
    return true;
  }
};

class ReverseBytewiseOrder final : public Comparator {
 public:
  static const char* kClassName() { return "rocksdb.ReverseBytewiseComparator"; }
  const char* Name() const override { return kClassName(); }

  int Compare(const Slice& a, const Slice& b) const override { return b.compare(a); }
  bool Equal(const Slice& a, const Slice& b) const override { return a == b; }
  int CompareWithoutTimestamp(const Slice& a, bool, const Slice& b, bool) const override {
    return b.compare(a);
  }
  bool EqualWithoutTimestamp(const Slice& a, const Slice& b) const override { return a == b; }
  bool CanKeysWithDifferentByteContentsBeEqual() const override { return false; }

  // A prefix of start comes after it in this order; one that ends in the differing byte is still
  // before limit.
  void FindShortestSeparator(std::string* start, const Slice& limit) const override {
    const Slice from(*start);
    const size_t shared = from.difference_offset(limit);
    if (shared == from.size() || shared == limit.size()) return;
    if (ByteAt(from, shared) > ByteAt(limit, shared) && shared + 1 < start->size()) {
      start->resize(shared + 1);
    }
  }

  void FindShortSuccessor(std::string*) const override {}
};

}  // namespace

// Never destroyed: other static objects may still use them while the process ends.
const Comparator* BytewiseComparator() {
  static const Comparator* const order = new BytewiseOrder;
  return order;
}

const Comparator* ReverseBytewiseComparator() {
  static const Comparator* const order = new ReverseBytewiseOrder;
  return order;
}

void RegisterComparators(ObjectLibrary& library) {
  library.AddFactory<const Comparator>(BytewiseOrder::kClassName(),
                                       [](const std::string&, std::unique_ptr<const Comparator>*,
                                          std::string*) { return BytewiseComparator(); });
  library.AddFactory<const Comparator>(ReverseBytewiseOrder::kClassName(),
                                       [](const std::string&, std::unique_ptr<const Comparator>*,
                                          std::string*) { return ReverseBytewiseComparator(); });
}

Status Comparator::CreateFromString(const ConfigOptions& opts, const std::string& id,
                                    const Comparator** comp) {
  return CreateStatic(opts, id, comp);
}

}  // namespace rocksdb
