// The values of blob files that are in memory: extents of the buffer pool, found by file and
// offset.
//
// A run has a side array with one swip for each of its pages. For values that would be a word each,
// hundreds of megabytes for a large store; so here the swips stand in a table of a fixed size, one
// for each kilobyte of the pool, in buckets of eight (one cache line) with a tag of 16 bits beside
// each. A value goes into any free swip of its bucket, or takes the place of another one. What the
// extent holds is told by its first 16 bytes, file and offset; the value follows.
//
// Thread safety: any number of threads; a lock is taken for values that had to be read, never for
// those found. Invariants: extents lead back to their swips as those of runs do (buffer/pool.h); a
// swip is filled only under the lock of its bucket, by a value that no other swip of it holds.
// Failure: an error of the read is passed on and nothing enters the pool.

#ifndef AETHER_ENGINE_RUN_BLOB_CACHE_H_
#define AETHER_ENGINE_RUN_BLOB_CACHE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/base/thread_annotations.h"
#include "engine/buffer/pool.h"
#include "engine/run/blob_file.h"
#include "engine/run/blob_ref.h"

namespace aether {

class BlobCache {
 public:
  // Files of one number must be the same file as long as this lives.
  explicit BlobCache(std::shared_ptr<Pool> pool);
  ~BlobCache();
  BlobCache(const BlobCache&) = delete;
  BlobCache& operator=(const BlobCache&) = delete;

  struct Options {
    bool cache_only = false;  // Incomplete instead of I/O
    bool fill_cache = true;
    bool verify = true;
  };
  // The value, which lasts as long as page->pin. *loaded says whether it had to be read. REQUIRES:
  // an EpochGuard.
  Status Read(const BlobFile& file, const BlobRef& ref, const Options& options, PageRef* page,
              Slice* value, bool* loaded);

  size_t MemoryBytes() const;

 private:
  static constexpr size_t kWays = 8;
  static constexpr size_t kLocks = 64;
  static constexpr size_t kHead = 16;

  struct Place {
    uint64_t file;
    uint64_t offset;
  };
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };

  size_t BucketOf(const Place& place, uint16_t* tag) const;
  // The extent of that value, an empty pin when it is not in the bucket.
  Pin Find(size_t bucket, uint16_t tag, const Place& place);
  // Puts the filled extent into the bucket, unless everything there is pinned. Another one of the
  // same value that is there takes the place of *pin.
  void Insert(size_t bucket, uint16_t tag, const Place& place, Pin* pin);

  const std::shared_ptr<Pool> pool_;
  size_t buckets_ = 0;  // a power of two
  // Zeros at first, and untouched where no value has been: an empty swip and an empty tag are 0.
  std::unique_ptr<Swip[], Free> swips_;
  std::unique_ptr<std::atomic<uint16_t>[], Free> tags_;
  std::atomic<uint32_t> next_victim_{0};
  Mutex locks_[kLocks];
};

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_BLOB_CACHE_H_
