#include "bench/micro/cache_of_rocksdb.h"

#include <rocksdb/cache.h>

#include <cstring>

namespace aether {
namespace {

constexpr size_t kPage = 4096;

void Forget(const rocksdb::Slice&, void*) {}

class Cache final : public CacheOfRocksdb {
 public:
  explicit Cache(std::shared_ptr<rocksdb::Cache> cache) : cache_(std::move(cache)) {}

  void Insert(uint64_t page_number, char* page) override {
    const Key key(page_number);
    cache_->Insert(key.slice(), page, kPage, &Forget).PermitUncheckedError();
  }

  uint64_t Read(uint64_t page_number, size_t offset) override {
    const Key key(page_number);
    rocksdb::Cache::Handle* const handle = cache_->Lookup(key.slice());
    if (handle == nullptr) return 0;
    uint64_t word;
    std::memcpy(&word, static_cast<const char*>(cache_->Value(handle)) + offset, sizeof(word));
    cache_->Release(handle);
    return word;
  }

 private:
  // 16 bytes, as the keys of RocksDB's blocks: a file's and a place in it.
  struct Key {
    explicit Key(uint64_t page_number) : words{0x9e3779b97f4a7c15u, page_number} {}
    rocksdb::Slice slice() const {
      return rocksdb::Slice(reinterpret_cast<const char*>(words), sizeof(words));
    }
    uint64_t words[2];
  };

  const std::shared_ptr<rocksdb::Cache> cache_;
};

}  // namespace

std::unique_ptr<CacheOfRocksdb> CacheOfRocksdb::New(Kind kind, size_t pages) {
  // Entries have an overhead of their own that counts; nothing may be evicted here.
  const size_t capacity = pages * (kPage + 512) * 2;
  if (kind == kHyperClock) {
    return std::make_unique<Cache>(
        rocksdb::HyperClockCacheOptions(capacity, kPage).MakeSharedCache());
  }
  return std::make_unique<Cache>(rocksdb::NewLRUCache(capacity));
}

}  // namespace aether
