// Slice: a pointer and a length over bytes that somebody else owns. PinnableSlice: a Slice that
// keeps its bytes alive, either by pinning memory of the store (released by its cleanups) or by
// owning a copy. SliceParts: several slices meant as one.
//
// Thread safety: const methods may be called by several threads at once; others need outside
// locking. The owner must keep the bytes alive and unchanged as long as the slice is used.

#ifndef AETHER_INCLUDE_ROCKSDB_SLICE_H_
#define AETHER_INCLUDE_ROCKSDB_SLICE_H_

#include <cassert>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "rocksdb/cleanable.h"

namespace ROCKSDB_NAMESPACE {

struct SliceParts;

class Slice {
 public:
  Slice() : data_(""), size_(0) {}
  Slice(const char* d, size_t n) : data_(d), size_(n) {}
  Slice(const std::string& s) : data_(s.data()), size_(s.size()) {}
  Slice(const std::string_view& sv) : data_(sv.data()), size_(sv.size()) {}
  // From a NUL-terminated string; a null pointer gives an empty slice.
  Slice(const char* s) : data_(s), size_(s == nullptr ? 0 : strlen(s)) {}
  // Gathers parts into *buf, which must outlive the slice.
  Slice(const SliceParts& parts, std::string* buf);
  const char* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // REQUIRES: n < size()
  char operator[](size_t n) const {
    assert(n < size_);
    return data_[n];
  }
  void clear() {
    data_ = "";
    size_ = 0;
  }
  // REQUIRES: n <= size()
  void remove_prefix(size_t n) {
    assert(n <= size_);
    data_ += n;
    size_ -= n;
  }
  void remove_suffix(size_t n) {
    assert(n <= size_);
    size_ -= n;
  }
  // A copy of the bytes, or their upper-case hexadecimal digits.
  std::string ToString(bool hex = false) const;
  std::string_view ToStringView() const { return {data_, size_}; }
  // The bytes written as hexadecimal digits; false when this is not an even number of digits.
  bool DecodeHex(std::string* result) const;
  // Bytewise order: negative, zero or positive.
  int compare(const Slice& b) const;
  bool starts_with(const Slice& x) const {
    return x.size_ <= size_ && memcmp(data_, x.data_, x.size_) == 0;
  }
  bool ends_with(const Slice& x) const {
    return x.size_ <= size_ && memcmp(data_ + (size_ - x.size_), x.data_, x.size_) == 0;
  }
  // Index of the first byte that differs; the shorter size when there is none.
  size_t difference_offset(const Slice& b) const;
  // Public because some callers splice slices in place.
  const char* data_;
  size_t size_;
};

class PinnableSlice : public Slice, public Cleanable {
 public:
  PinnableSlice() : buf_(&self_space_) {}
  // Copies, when one is needed, go to *buf, which must outlive this object.
  explicit PinnableSlice(std::string* buf) : buf_(buf) {}
  PinnableSlice(PinnableSlice&& other);
  PinnableSlice& operator=(PinnableSlice&& other);
  PinnableSlice(PinnableSlice&) = delete;
  PinnableSlice& operator=(PinnableSlice&) = delete;
  // Refers to s, which stays valid until f(arg1, arg2) runs at Reset or destruction.
  inline void PinSlice(const Slice& s, CleanupFunction f, void* arg1, void* arg2) {
    assert(!pinned_);
    data_ = s.data();
    size_ = s.size();
    pinned_ = true;
    RegisterCleanup(f, arg1, arg2);
  }
  // Refers to s and takes over the cleanups of *cleanable (which may be null).
  inline void PinSlice(const Slice& s, Cleanable* cleanable) {
    assert(!pinned_);
    data_ = s.data();
    size_ = s.size();
    pinned_ = true;
    if (cleanable) cleanable->DelegateCleanupsTo(this);
  }
  // Copies the bytes of slice into the own buffer.
  inline void PinSelf(const Slice& slice) {
    buf_->assign(slice.data(), slice.size());
    PinSelf();
  }
  // Refers to what the own buffer holds now.
  inline void PinSelf() {
    assert(!pinned_);
    data_ = buf_->data();
    size_ = buf_->size();
  }
  void remove_suffix(size_t n) {
    assert(n <= size_);
    if (pinned_) {
      size_ -= n;
      return;
    }
    buf_->erase(size_ - n, n);
    PinSelf();
  }
  void remove_prefix(size_t n) {
    assert(n <= size_);
    if (pinned_) {
      data_ += n;
      size_ -= n;
      return;
    }
    buf_->erase(0, n);
    PinSelf();
  }
  void Reset() {
    Cleanable::Reset();
    size_ = 0;
    pinned_ = false;
  }
  inline std::string* GetSelf() { return buf_; }
  inline bool IsPinned() const { return pinned_; }

 private:
  friend class PinnableSlice4Test;
  std::string self_space_;
  std::string* buf_;
  bool pinned_ = false;
};

struct SliceParts {
  SliceParts(const Slice* _parts, int _num_parts) : parts(_parts), num_parts(_num_parts) {}
  SliceParts() : parts(nullptr), num_parts(0) {}
  const Slice* parts;
  int num_parts;
};

inline bool operator==(const Slice& x, const Slice& y) {
  return x.size() == y.size() && memcmp(x.data(), y.data(), x.size()) == 0;
}
inline bool operator!=(const Slice& x, const Slice& y) { return !(x == y); }
inline int Slice::compare(const Slice& b) const {
  assert(data_ != nullptr && b.data_ != nullptr);
  const bool shorter = size_ < b.size_;
  const int order = memcmp(data_, b.data_, shorter ? size_ : b.size_);
  if (order != 0) return order;
  return shorter ? -1 : (size_ > b.size_ ? 1 : 0);
}
inline size_t Slice::difference_offset(const Slice& b) const {
  const size_t limit = size_ < b.size_ ? size_ : b.size_;
  size_t at = 0;
  while (at < limit && data_[at] == b.data_[at]) ++at;
  return at;
}

}  // namespace ROCKSDB_NAMESPACE

#endif  // AETHER_INCLUDE_ROCKSDB_SLICE_H_
