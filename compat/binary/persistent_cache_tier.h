// The experimental read cache on a fast device, as far as db_bench embeds it: the classes that it
// allocates and constructs itself, with their layouts and virtual tables. The cache is not there:
// BlockCacheTier::Open says NotSupported.
//
// Layout: BlockCacheTier is 6680 bytes, ThreadedWriter 200, BlockCacheTierMetadata 96. Executables
// construct members that are opaque here; they are never used and never destroyed, since a tier
// that did not open is not put to use. Thread safety: all functions.

#ifndef AETHER_COMPAT_BINARY_PERSISTENT_CACHE_TIER_H_
#define AETHER_COMPAT_BINARY_PERSISTENT_CACHE_TIER_H_

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "compat/binary/port.h"
#include "rocksdb/env.h"
#include "rocksdb/persistent_cache.h"

namespace rocksdb {

class PersistentCacheTier : public PersistentCache {
 public:
  using Tier = std::shared_ptr<PersistentCacheTier>;

  ~PersistentCacheTier() override {}
  StatsType Stats() override;
  uint64_t NewId() override;

  // These ask the next tier where there is one.
  virtual Status Open();
  virtual Status Close();
  virtual bool Reserve(const size_t size);
  virtual bool Erase(const Slice& key);
  virtual std::string PrintStats();
  virtual Tier& next_tier();
  virtual void set_next_tier(const Tier& tier);
  virtual void TEST_Flush();

 private:
  Tier next_tier_;
  std::atomic<uint64_t> last_id_{1};
};
static_assert(sizeof(PersistentCacheTier) == 32);

class CacheWriteBuffer;
class BlockCacheFile;

// A queue between threads, bounded by the sizes of what is in it.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t max_size) : cond_empty_(&lock_), max_size_(max_size) {}
  virtual ~BoundedQueue() {}

 private:
  port::Mutex lock_;
  port::CondVar cond_empty_;
  std::list<T> q_;
  size_t size_ = 0;
  const size_t max_size_;
};

class Writer {
 public:
  explicit Writer(PersistentCacheTier* cache) : cache_(cache) {}
  virtual ~Writer() {}
  virtual void Write(WritableFile* const file, CacheWriteBuffer* buf, const uint64_t file_off,
                     const std::function<void()> callback) = 0;
  virtual void Stop() = 0;
  PersistentCacheTier* cache() const { return cache_; }

 private:
  PersistentCacheTier* const cache_;
};

class ThreadedWriter : public Writer {
 public:
  struct IO {
    size_t Size() const { return sizeof(IO); }
    WritableFile* file = nullptr;
    CacheWriteBuffer* buf = nullptr;
    uint64_t file_off = 0;
    bool signal = false;
    std::function<void()> callback;
  };

  // Starts no threads: nothing is ever queued.
  explicit ThreadedWriter(PersistentCacheTier* cache, size_t qdepth, size_t io_size);
  ~ThreadedWriter() override {}
  // Tells the caller that its buffer is free again; the buffer goes nowhere.
  void Write(WritableFile* const file, CacheWriteBuffer* buf, const uint64_t file_off,
             const std::function<void()> callback) override;
  void Stop() override;

 private:
  [[maybe_unused]] const size_t io_size_;
  BoundedQueue<IO> q_;
  std::vector<std::thread> threads_;
};
static_assert(sizeof(ThreadedWriter) == 200);

class BlockCacheTierMetadata {
 public:
  virtual ~BlockCacheTierMetadata() {}
  virtual void Clear();

 protected:
  virtual void RemoveAllKeys(BlockCacheFile* file);

 private:
  [[maybe_unused]] alignas(8) char indexes_[88];  // opaque
};
static_assert(sizeof(BlockCacheTierMetadata) == 96);

class BlockCacheTier : public PersistentCacheTier {
 public:
  ~BlockCacheTier() override;
  Status Insert(const Slice& key, const char* data, const size_t size) override;
  Status Lookup(const Slice& key, std::unique_ptr<char[]>* data, size_t* size) override;
  bool IsCompressed() override;
  StatsType Stats() override;
  std::string GetPrintableOptions() const override;
  Status Open() override;
  Status Close() override;
  bool Reserve(const size_t size) override;
  bool Erase(const Slice& key) override;
  void TEST_Flush() override;

 private:
  [[maybe_unused]] alignas(8) char members_[6648];  // opaque
};
static_assert(sizeof(BlockCacheTier) == 6680);

}  // namespace rocksdb

#endif  // AETHER_COMPAT_BINARY_PERSISTENT_CACHE_TIER_H_
