// What a Get or a MultiGet costs when everything is in memory: no allocation and no mutex. Counted
// by replacing operator new and pthread_mutex_lock for this program and the library that it uses.

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/table.h"

namespace {
// Of this thread: background threads may do as they like.
thread_local uint64_t allocations = 0;
thread_local uint64_t locks = 0;

void* Allocate(size_t bytes) {
  ++allocations;
  void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(size_t bytes) { return Allocate(bytes); }
void* operator new[](size_t bytes) { return Allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  using Function = int (*)(pthread_mutex_t*);
  static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  ++locks;
  return next(mutex);
}

namespace rocksdb {
namespace {

constexpr int kKeys = 3000;
constexpr int kLarge = 50;  // one key in so many has a value of more than a page

std::string Key(int i) { return "key" + std::to_string(100000 + i); }
std::string Value(int i) {
  return std::string(i % kLarge == 0 ? 9000 : 100, static_cast<char>('a' + i % 26));
}

class HitPathTest : public ::testing::Test {
 protected:
  HitPathTest()
      : path_(std::filesystem::temp_directory_path() /
              ("aether_hit_path_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
    Options options;
    options.create_if_missing = true;
    BlockBasedTableOptions table;
    table.block_cache = NewLRUCache(64 << 20);
    options.table_factory.reset(NewBlockBasedTableFactory(table));
    options.disable_auto_compactions = true;
    DB* db = nullptr;
    EXPECT_TRUE(DB::Open(options, path_, &db).ok());
    db_.reset(db);
    // Three runs and a memtable.
    for (int part = 0; part < 4; ++part) {
      for (int i = part; i < kKeys; i += 4) EXPECT_TRUE(db_->Put({}, Key(i), Value(i)).ok());
      if (part == 3) break;
      EXPECT_TRUE(db_->Flush({}).ok());
    }
  }
  ~HitPathTest() override {
    db_.reset();
    std::filesystem::remove_all(path_);
  }

  // Runs `work` until everything it needs is in memory, then counts.
  template <typename Work>
  void ExpectFree(Work work) {
    for (int i = 0; i < 3; ++i) work();
    const uint64_t allocated = allocations;
    const uint64_t locked = locks;
    work();
    EXPECT_EQ(allocations - allocated, 0u);
    EXPECT_EQ(locks - locked, 0u);
  }

  const std::string path_;
  std::unique_ptr<DB> db_;
};

TEST_F(HitPathTest, TheCountersCount) {
  const uint64_t allocated = allocations;
  const uint64_t locked = locks;
  const std::unique_ptr<int> number(new int(allocations > 0 ? 1 : 2));
  const Snapshot* const snapshot = db_->GetSnapshot();
  db_->ReleaseSnapshot(snapshot);
  EXPECT_GE(allocations - allocated, 1u);
  EXPECT_GE(locks - locked, 1u);
}

TEST_F(HitPathTest, Get) {
  std::vector<std::string> keys;
  for (int i = 0; i < kKeys; ++i) keys.push_back(Key(i));
  const ReadOptions options;
  PinnableSlice value;
  int wrong = 0;
  ExpectFree([&] {
    for (int i = 0; i < kKeys; ++i) {
      const Status s = db_->Get(options, db_->DefaultColumnFamily(), keys[i], &value);
      wrong += s.ok() && value.size() == (i % kLarge == 0 ? 9000u : 100u) &&
                       value[0] == static_cast<char>('a' + i % 26)
                   ? 0
                   : 1;
      value.Reset();
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST_F(HitPathTest, MultiGet) {
  constexpr size_t kBatch = 32;
  std::vector<std::string> names;
  for (int i = 0; i < kKeys; ++i) names.push_back(Key(i));
  const std::vector<Slice> keys(names.begin(), names.end());
  PinnableSlice values[kBatch];
  Status statuses[kBatch];
  const ReadOptions options;
  int wrong = 0;
  ExpectFree([&] {
    for (size_t first = 0; first + kBatch <= keys.size(); first += kBatch) {
      db_->MultiGet(options, db_->DefaultColumnFamily(), kBatch, &keys[first], values, statuses);
      for (size_t i = 0; i < kBatch; ++i) {
        const size_t size = (first + i) % kLarge == 0 ? 9000 : 100;
        wrong += statuses[i].ok() && values[i].size() == size ? 0 : 1;
        values[i].Reset();
      }
    }
  });
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace rocksdb
