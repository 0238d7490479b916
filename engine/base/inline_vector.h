// A vector of at most N elements that lives where it is declared: nothing is allocated, and only
// what was added is ever constructed.
//
// Thread safety: a value of its owner. REQUIRES everywhere: no more than N elements.

#ifndef AETHER_ENGINE_BASE_INLINE_VECTOR_H_
#define AETHER_ENGINE_BASE_INLINE_VECTOR_H_

#include <cassert>
#include <cstddef>
#include <new>
#include <utility>

namespace aether {

template <typename T, size_t N>
class InlineVector {
 public:
  InlineVector() = default;
  InlineVector(const InlineVector&) = delete;
  InlineVector& operator=(const InlineVector&) = delete;
  ~InlineVector() {
    for (T& element : *this) element.~T();
  }

  template <typename... Arguments>
  T& Add(Arguments&&... arguments) {
    assert(size_ < N);
    T* const added = new (bytes_ + sizeof(T) * size_) T(std::forward<Arguments>(arguments)...);
    ++size_;
    return *added;
  }

  size_t size() const { return size_; }
  T* data() { return std::launder(reinterpret_cast<T*>(bytes_)); }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  T& operator[](size_t i) { return data()[i]; }

 private:
  size_t size_ = 0;
  alignas(T) unsigned char bytes_[sizeof(T) * N];
};

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_INLINE_VECTOR_H_
