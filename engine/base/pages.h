// Blocks of memory for whatever is filled and dropped as a whole (memtables), recycled process-wide
// because the first touch of a page costs more than everything that is done with it afterwards.
//
// Thread safety: everything here may be called from any thread. No lock is held across a system
// call but that of the small arrays, which come and go with files. Invariants: a block is aligned
// to 4 KiB; its contents are indeterminate; at most the retained limit is kept idle, and beyond a
// small reserve only half of what the budgets leave beside the blocks in use: the next memtable
// grows into it, the other half is nobody's. Failure: null when the system has no memory.

#ifndef AETHER_ENGINE_BASE_PAGES_H_
#define AETHER_ENGINE_BASE_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace aether {

// Only powers of two within these bounds are recycled; other sizes go to the system each time.
inline constexpr size_t kSmallestPageBlock = size_t{16} << 10;
inline constexpr size_t kLargestPageBlock = size_t{2} << 20;

// The size that a request for `bytes` should have: a recyclable one, or whole pages above them.
size_t PageBlockSize(size_t bytes);

// REQUIRES: bytes == PageBlockSize(bytes).
void* AllocatePageBlock(size_t bytes);
void FreePageBlock(void* block, size_t bytes);

// What its owner may have in blocks: idle ones are kept as far as all budgets together allow.
class PageBlockBudget {
 public:
  PageBlockBudget() = default;
  ~PageBlockBudget() { Set(0); }
  PageBlockBudget(const PageBlockBudget&) = delete;
  PageBlockBudget& operator=(const PageBlockBudget&) = delete;
  // One thread at a time.
  void Set(size_t bytes);

 private:
  size_t bytes_ = 0;
};

// Bytes that may be kept idle at most, whatever the budgets (64 MiB unless set). Lowering it gives
// memory back at once.
void SetPageBlocksRetained(size_t bytes_max);
// Bytes idle now.
size_t PageBlocksIdle();

// Zeroed memory straight from the system; `alignment` is a power of two. Null when there is none.
void* MapMemory(size_t bytes, size_t alignment);
// REQUIRES: both are multiples of 4 KiB.
void UnmapMemory(void* memory, size_t bytes);

// A buffer of one owner, aligned to 4 KiB, that grows with what it has to hold. The general
// allocator would keep the memory of large ones for its own heap, so these are page blocks as far
// as they are recycled, and beyond that come straight from the system. Thread safety: one thread at
// a time.
class ScratchBuffer {
 public:
  static constexpr size_t kLargest = size_t{512} << 10;  // that is a page block

  ScratchBuffer() = default;
  ~ScratchBuffer() { Release(0); }
  ScratchBuffer(ScratchBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  ScratchBuffer& operator=(ScratchBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  char* data() const { return data_; }
  // Drops what is there when it has to grow. False when there is no memory.
  bool Reserve(size_t bytes);
  // Gives the memory back if there is more than `keep`.
  void Release(size_t keep = kLargest);

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
};

// For containers that live long and may be large, for the same reason: small ones from an
// ExtentHeap of their own, because between them the general allocator would keep what was freed.
// Aligned to a cache line; throws std::bad_alloc.
void* AllocateArray(size_t bytes);
void FreeArray(void* array, size_t bytes);

template <class T>
struct PageAllocator {
  using value_type = T;

  PageAllocator() = default;
  template <class U>
  PageAllocator(const PageAllocator<U>&) {}  // NOLINT: implicit, as allocators are

  T* allocate(size_t n) { return static_cast<T*>(AllocateArray(n * sizeof(T))); }
  void deallocate(T* array, size_t n) { FreeArray(array, n * sizeof(T)); }
  bool operator==(const PageAllocator&) const { return true; }
};

template <class T>
using PageVector = std::vector<T, PageAllocator<T>>;
using PageString = std::basic_string<char, std::char_traits<char>, PageAllocator<char>>;

struct ArrayDeleter {
  template <class T>
  void operator()(T* array) const {
    static_assert(std::is_trivially_destructible_v<T>);
    FreeArray(array, bytes);
  }
  size_t bytes = 0;
};

template <class T>
using PageArray = std::unique_ptr<T[], ArrayDeleter>;

// `count` elements, each as T() is.
template <class T>
PageArray<T> MakePageArray(size_t count) {
  const size_t bytes = count * sizeof(T);
  auto* const array = static_cast<T*>(AllocateArray(bytes));
  std::uninitialized_value_construct_n(array, count);
  return PageArray<T>(array, ArrayDeleter{bytes});
}

// The next `count` blocks and arrays are had, those after them are not; negative: all are. For
// tests.
void FailPageBlocksAfter(int64_t count);

}  // namespace aether

#endif  // AETHER_ENGINE_BASE_PAGES_H_
