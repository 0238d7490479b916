// A borrowed range of bytes.
//
// Thread safety: a Slice is a value; the bytes it points to are the lender's.
// Invariant: data() is never null unless the Slice was built from a null pointer.

#ifndef AETHER_ENGINE_BASE_SLICE_H_
#define AETHER_ENGINE_BASE_SLICE_H_

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace aether {

class Slice {
 public:
  constexpr Slice() = default;
  constexpr Slice(const char* data, size_t size) : data_(data), size_(size) {}
  Slice(const char* text) : data_(text), size_(std::strlen(text)) {}          // NOLINT: implicit
  Slice(const std::string& text) : data_(text.data()), size_(text.size()) {}  // NOLINT: implicit
  constexpr Slice(std::string_view text)                                      // NOLINT: implicit
      : data_(text.data()), size_(text.size()) {}

  constexpr const char* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr char operator[](size_t i) const { return data_[i]; }

  void RemovePrefix(size_t n) {
    data_ += n;
    size_ -= n;
  }
  bool StartsWith(Slice prefix) const {
    return size_ >= prefix.size_ && std::memcmp(data_, prefix.data_, prefix.size_) == 0;
  }
  std::string ToString() const { return std::string(data_, size_); }
  std::string_view view() const { return {data_, size_}; }

  // Order of unsigned bytes; a proper prefix sorts first.
  int Compare(Slice other) const {
    const size_t shared = size_ < other.size_ ? size_ : other.size_;
    const int order = shared == 0 ? 0 : std::memcmp(data_, other.data_, shared);
    if (order != 0) return order;
    return size_ < other.size_ ? -1 : (size_ > other.size_ ? 1 : 0);
  }

 private:
  const char* data_ = "";
  size_t size_ = 0;
};

inline bool operator==(Slice a, Slice b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}
inline bool operator!=(Slice a, Slice b) { return !(a == b); }

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_SLICE_H_
