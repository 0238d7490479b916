#include "engine/base/extent_heap.h"

#include <sanitizer/asan_interface.h>  // the macros are empty in other builds
#include <sys/mman.h>

#include <cassert>
#include <iterator>

#include "engine/base/pages.h"

namespace aether {
namespace {

constexpr size_t kPage = 4096;

size_t RoundUp(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

struct ExtentHeap::Region {
  static constexpr size_t kPages = kRegionSize / kPage;
  // Of a page: how many blocks lie in it, and whether it has memory.
  static constexpr uint16_t kCommitted = 0x8000;
  static constexpr uint16_t kBlocks = 0x7fff;

  uint16_t pages[kPages];
  size_t idle;  // pages without blocks that have memory
};

ExtentHeap::Region* ExtentHeap::RegionOf(const void* address) {
  return reinterpret_cast<Region*>(reinterpret_cast<uintptr_t>(address) & ~(kRegionSize - 1));
}

ExtentHeap::~ExtentHeap() {
  for (Region* region : regions_) {
    ASAN_UNPOISON_MEMORY_REGION(region, kRegionSize);
    UnmapMemory(region, kRegionSize);
  }
}

size_t ExtentHeap::CommittedBytes() const { return committed_pages_ * kPage + own_bytes_; }

size_t ExtentHeap::IdleBytes() const { return idle_pages_ * kPage; }

bool ExtentHeap::AddRegion() {
  void* const memory = MapMemory(kRegionSize, kRegionSize);
  if (memory == nullptr) return false;
  // A huge page would put memory behind what is free.
  madvise(memory, kRegionSize, MADV_NOHUGEPAGE);
  auto* const region = static_cast<Region*>(memory);  // mapped memory is zero
  regions_.push_back(region);
  // The neighbour of another region is never free, so ranges do not grow over the border.
  constexpr size_t kHead = (sizeof(Region) + kPage - 1) / kPage * kPage;
  ASAN_POISON_MEMORY_REGION(static_cast<char*>(memory) + kHead, kRegionSize - kHead);
  Insert(static_cast<char*>(memory) + kHead, kRegionSize - kHead);
  return true;
}

void ExtentHeap::Insert(char* begin, size_t bytes) {
  free_.emplace(begin, bytes);
  free_size_.emplace(bytes, begin);
}

void ExtentHeap::Erase(std::map<char*, size_t>::iterator range) {
  free_size_.erase({range->second, range->first});
  free_.erase(range);
}

void* ExtentHeap::Allocate(size_t bytes) {
  if (bytes > kLargestShared) {
    const size_t whole = RoundUp(bytes, kPage);
    void* const block = MapMemory(whole, kPage);
    if (block != nullptr) own_bytes_ += whole;
    return block;
  }
  const size_t size = RoundUp(bytes, kAlign);
  auto fit = free_size_.lower_bound({size, nullptr});
  if (fit == free_size_.end()) {
    if (!AddRegion()) return nullptr;
    fit = free_size_.lower_bound({size, nullptr});
  }
  const auto [room, block] = *fit;
  Erase(free_.find(block));
  if (room > size) Insert(block + size, room - size);
  Occupy(block, size);
  ASAN_UNPOISON_MEMORY_REGION(block, size);
  return block;
}

void ExtentHeap::Free(void* block, size_t bytes) {
  if (bytes > kLargestShared) {
    const size_t whole = RoundUp(bytes, kPage);
    UnmapMemory(block, whole);
    own_bytes_ -= whole;
    return;
  }
  char* begin = static_cast<char*>(block);
  size_t size = RoundUp(bytes, kAlign);
  Vacate(begin, size);
  ASAN_POISON_MEMORY_REGION(begin, size);
  const auto next = free_.lower_bound(begin);
  if (next != free_.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second == begin) {
      begin = before->first;
      size += before->second;
      Erase(before);
    }
  }
  if (next != free_.end() && begin + size == next->first) {
    size += next->second;
    Erase(next);
  }
  Insert(begin, size);
}

void ExtentHeap::Occupy(const char* begin, size_t bytes) {
  Region* const region = RegionOf(begin);
  const auto offset = static_cast<size_t>(begin - reinterpret_cast<char*>(region));
  for (size_t i = offset / kPage; i <= (offset + bytes - 1) / kPage; ++i) {
    uint16_t& page = region->pages[i];
    if ((page & Region::kCommitted) == 0) {
      page |= Region::kCommitted;
      ++committed_pages_;
    } else if ((page & Region::kBlocks) == 0) {
      --region->idle;
      --idle_pages_;
    }
    ++page;
  }
}

void ExtentHeap::Vacate(const char* begin, size_t bytes) {
  Region* const region = RegionOf(begin);
  const auto offset = static_cast<size_t>(begin - reinterpret_cast<char*>(region));
  for (size_t i = offset / kPage; i <= (offset + bytes - 1) / kPage; ++i) {
    uint16_t& page = region->pages[i];
    assert((page & Region::kBlocks) != 0);
    if ((--page & Region::kBlocks) != 0) continue;
    ++region->idle;
    ++idle_pages_;
  }
}

void ExtentHeap::Trim(size_t bytes) {
  const auto is_idle = [](uint16_t page) { return page == Region::kCommitted; };
  size_t left = (bytes + kPage - 1) / kPage;
  for (size_t visited = 0; visited < regions_.size() && left > 0 && idle_pages_ > 0; ++visited) {
    if (trim_region_ >= regions_.size()) trim_region_ = 0;
    Region* const region = regions_[trim_region_];
    for (size_t i = 0; i < Region::kPages && left > 0 && region->idle > 0; ++i) {
      if (!is_idle(region->pages[i])) continue;
      const size_t first = i;
      for (; i < Region::kPages && left > 0 && is_idle(region->pages[i]); ++i, --left) {
        region->pages[i] = 0;
        --region->idle;
        --idle_pages_;
        --committed_pages_;
      }
      madvise(reinterpret_cast<char*>(region) + first * kPage, (i - first) * kPage, MADV_DONTNEED);
    }
    if (region->idle == 0) ++trim_region_;
  }
}

}  // namespace aether
