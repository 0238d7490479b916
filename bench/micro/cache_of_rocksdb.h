// RocksDB's hash-table caches behind three calls, so that only one file of the benchmarks sees its
// headers.
//
// Thread safety: Read from any number of threads once the pages are in.

#ifndef AETHER_BENCH_MICRO_CACHE_OF_ROCKSDB_H_
#define AETHER_BENCH_MICRO_CACHE_OF_ROCKSDB_H_

#include <cstddef>
#include <cstdint>
#include <memory>

namespace aether {

class CacheOfRocksdb {
 public:
  enum Kind : int64_t { kLru, kHyperClock };

  virtual ~CacheOfRocksdb() = default;
  // The cache refers to the page and does not copy it.
  virtual void Insert(uint64_t page_number, char* page) = 0;
  // The word at `offset` of the page, through a lookup that holds and releases the entry as a point
  // read of RocksDB does.
  virtual uint64_t Read(uint64_t page_number, size_t offset) = 0;

  // With room for `pages` pages.
  static std::unique_ptr<CacheOfRocksdb> New(Kind kind, size_t pages);
};

}  // namespace aether

#endif  // AETHER_BENCH_MICRO_CACHE_OF_ROCKSDB_H_
