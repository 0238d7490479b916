// Comparator: the total order of a column family's keys.
//
// Thread safety: implementations must allow concurrent calls. A comparator passed to an open
// database must outlive it, and its name is stored: reopening with another name is refused.

#ifndef AETHER_INCLUDE_ROCKSDB_COMPARATOR_H_
#define AETHER_INCLUDE_ROCKSDB_COMPARATOR_H_

#include <string>

#include "rocksdb/customizable.h"
#include "rocksdb/rocksdb_namespace.h"

namespace ROCKSDB_NAMESPACE {

class Slice;
class CompareInterface {
 public:
  virtual ~CompareInterface() {}
  // Negative when a comes before b, zero when equal, positive otherwise.
  virtual int Compare(const Slice& a, const Slice& b) const = 0;
};

class Comparator : public Customizable, public CompareInterface {
 public:
  Comparator() : timestamp_size_(0) {}
  // For keys that end in a timestamp of ts_sz bytes.
  Comparator(size_t ts_sz) : timestamp_size_(ts_sz) {}
  Comparator(const Comparator& orig) : timestamp_size_(orig.timestamp_size_) {}
  Comparator& operator=(const Comparator& rhs) {
    timestamp_size_ = rhs.timestamp_size_;
    return *this;
  }
  ~Comparator() override {}
  static Status CreateFromString(const ConfigOptions& opts, const std::string& id,
                                 const Comparator** comp);
  static const char* Type() { return "Comparator"; }
  const char* Name() const override = 0;
  virtual bool Equal(const Slice& a, const Slice& b) const { return Compare(a, b) == 0; }
  // May shorten *start to any key in [*start, limit). Doing nothing is right, too.
  virtual void FindShortestSeparator(std::string* start, const Slice& limit) const = 0;
  // May shorten *key to any key not before it.
  virtual void FindShortSuccessor(std::string* key) const = 0;
  // True only when no key of this length lies between the two.
  virtual bool IsSameLengthImmediateSuccessor(const Slice&, const Slice&) const { return false; }
  // False allows hash filters and other structures that look at bytes.
  virtual bool CanKeysWithDifferentByteContentsBeEqual() const { return true; }
  // The wrapped comparator, for wrappers.
  virtual const Comparator* GetRootComparator() const { return this; }
  inline size_t timestamp_size() const { return timestamp_size_; }
  int CompareWithoutTimestamp(const Slice& a, const Slice& b) const {
    return CompareWithoutTimestamp(a, true, b, true);
  }
  virtual int CompareTimestamp(const Slice&, const Slice&) const { return 0; }
  virtual int CompareWithoutTimestamp(const Slice& a, bool, const Slice& b, bool) const {
    return Compare(a, b);
  }
  virtual bool EqualWithoutTimestamp(const Slice& a, const Slice& b) const {
    return CompareWithoutTimestamp(a, true, b, true) == 0;
  }

 private:
  size_t timestamp_size_;
};

// Lexicographic order of unsigned bytes, and its reverse. Both live for ever.
extern const Comparator* BytewiseComparator();
extern const Comparator* ReverseBytewiseComparator();

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_COMPARATOR_H_
