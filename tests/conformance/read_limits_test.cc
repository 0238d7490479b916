// What bounds a read: deadlines and timeouts, tiers, reading ahead, and what paces background I/O.
#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/table.h>

#include <atomic>
#include <chrono>
#include <cstdio>

#include "tests/conformance/harness.h"

namespace conformance {
namespace {
using rocksdb::Env;
using rocksdb::FlushOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Options;
using rocksdb::PinnableSlice;
using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Status;

constexpr int kKeys = 2000;
constexpr char kTimedOut[] = "9/0 Operation timed out: Deadline exceeded";

std::string Key(int i) {
  char key[16];
  snprintf(key, sizeof(key), "key%05d", i);
  return key;
}
std::string Value(int i) { return std::string(100, static_cast<char>('a' + i % 26)); }

// A database whose keys are in files and not in memory.
Options Cold(Db* db, Options options = Db::DefaultOptions()) {
  for (int i = 0; i < kKeys; ++i) db->Put(Key(i), Value(i));
  GOOD((*db)->Flush(FlushOptions()));
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(8 << 20);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  GOOD(db->Reopen(options));
  return options;
}

ReadOptions Late() {
  ReadOptions read;
  read.deadline = std::chrono::microseconds(1);
  return read;
}

CASE(get_with_a_deadline) {
  Db db;
  Cold(&db);
  std::string value;
  EQ(db->Get(Late(), Key(500), &value), kTimedOut);
  db.Put("resident", "r");
  GOOD(db->Get(Late(), "resident", &value));
  GOOD(db->Get(ReadOptions(), Key(500), &value));
  GOOD(db->Get(Late(), Key(500), &value));
  EQ(value, Value(500));
  EQ(db->Get(Late(), Key(1500), &value), kTimedOut);
  ReadOptions cached = Late();
  cached.read_tier = rocksdb::kBlockCacheTier;
  CODE(db->Get(cached, Key(1500), &value), "7/0");
  ReadOptions patient;
  patient.deadline = std::chrono::microseconds(Env::Default()->NowMicros() + 60000000);
  patient.io_timeout = std::chrono::microseconds(30000000);
  GOOD(db->Get(patient, Key(1500), &value));
  EQ(value, Value(1500));
}

CASE(multi_get_with_a_deadline) {
  Db db;
  Cold(&db);
  db.Put("resident", "r");
  const std::vector<Slice> keys = {"resident", "resident", "absent"};
  PinnableSlice slices[3];
  Status each[3];
  db->MultiGet(Late(), db->DefaultColumnFamily(), 3, keys.data(), slices, each);
  for (const Status& s : each) CODE(s, "9/0");
  std::vector<std::string> values;
  const std::vector<Status> statuses = db->MultiGet(Late(), keys, &values);
  GOOD(statuses[0]);
  EQ(values[0], "r");
  CODE(statuses[1], "9/0");
  CODE(statuses[2], "9/0");

  ReadOptions patient;
  patient.deadline = std::chrono::microseconds(Env::Default()->NowMicros() + 60000000);
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back(Key(i * 20));
  const std::vector<Slice> many(names.begin(), names.end());
  std::vector<PinnableSlice> found(many.size());
  std::vector<Status> outcome(many.size());
  db->MultiGet(patient, db->DefaultColumnFamily(), many.size(), many.data(), found.data(),
               outcome.data());
  int right = 0;
  for (size_t i = 0; i < many.size(); ++i) {
    right += outcome[i].ok() && found[i] == Slice(Value(static_cast<int>(i) * 20)) ? 1 : 0;
  }
  EQ(right, 100);
}

CASE(iterators_with_a_deadline) {
  Db db;
  Cold(&db);
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(Late()));
  it->Seek(Key(500));
  NO(it->Valid());
  EQ(it->status(), kTimedOut);
  it->SeekForPrev(Key(500));
  NO(it->Valid());
  EQ(it->status(), kTimedOut);
  it->SeekToFirst();
  EQ(it->status(), kTimedOut);
  // In memory it is no matter.
  std::string value;
  GOOD(db->Get(ReadOptions(), Key(500), &value));
  it.reset(db->NewIterator(Late()));
  it->Seek(Key(500));
  EQ(At(*it), Key(500) + "=" + Value(500));
  int steps = 0;
  while (it->Valid() && steps < kKeys) {
    it->Next();
    ++steps;
  }
  YES(steps < 200);
  EQ(it->status(), kTimedOut);
}

CASE(tiers_and_the_cache) {
  Db db;
  Cold(&db);
  ReadOptions cached;
  cached.read_tier = rocksdb::kBlockCacheTier;
  std::string value;
  EQ(db->Get(cached, Key(300), &value), "7/0 Result incomplete: no blocking io");
  ReadOptions passing;
  passing.fill_cache = false;
  GOOD(db->Get(passing, Key(300), &value));
  CODE(db->Get(cached, Key(300), &value), "7/0");
  const std::string name = Key(300);
  const Slice key(name);
  PinnableSlice slice;
  Status each;
  db->MultiGet(cached, db->DefaultColumnFamily(), 1, &key, &slice, &each);
  DIFFERS("multi-get-keeps-to-the-cache", static_cast<int>(each.code()), "0", "7");
  db->MultiGet(passing, db->DefaultColumnFamily(), 1, &key, &slice, &each);
  GOOD(each);
  CODE(db->Get(cached, Key(300), &value), "7/0");
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(cached));
  it->Seek(Key(300));
  NO(it->Valid());
  CODE(it->status(), "7/0");
  it.reset(db->NewIterator(passing));
  it->Seek(Key(300));
  EQ(At(*it), Key(300) + "=" + Value(300));
  CODE(db->Get(cached, Key(300), &value), "7/0");
  db->MultiGet(ReadOptions(), db->DefaultColumnFamily(), 1, &key, &slice, &each);
  GOOD(each);
  GOOD(db->Get(cached, Key(300), &value));
  EQ(value, Value(300));
}

CASE(readahead_changes_nothing_but_speed) {
  Db db;
  const Options options = Cold(&db);
  for (int i = 0; i < kKeys; i += 3) db.Put(Key(i), "new");
  GOOD(db->Flush(FlushOptions()));
  for (int i = 0; i < kKeys; i += 7) db->Delete(rocksdb::WriteOptions(), Key(i));
  std::string expected;
  for (int i = 0; i < kKeys; ++i) {
    if (i % 7 != 0) expected += Key(i) + "=" + (i % 3 == 0 ? "new" : Value(i)) + " ";
  }
  EQ(db.Scan(), expected);
  for (const size_t readahead : {size_t{0}, size_t{1}, size_t{10000}, size_t{2} << 20}) {
    for (int mode = 0; mode < 8; ++mode) {
      ReadOptions read;
      read.readahead_size = readahead;
      read.async_io = (mode & 1) != 0;
      read.adaptive_readahead = (mode & 2) != 0;
      read.fill_cache = (mode & 4) != 0;
      GOOD(db.Reopen(options));
      YES(db.Scan(read) == expected);
    }
  }
}

void DirectIo(Env* env) {
  Db db;
  Options options = Db::DefaultOptions();
  options.env = env;
  options.use_direct_reads = true;
  options.use_direct_io_for_flush_and_compaction = true;
  options.compression = rocksdb::kNoCompression;
  GOOD(db.Reopen(options));
  EQ(db->GetDBOptions().compaction_readahead_size, size_t{2} << 20);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kKeys; ++i) db.Put(Key(i), Value(i + round));
    db.Put("large", std::string(300000, static_cast<char>('0' + round)));
    GOOD(db->Flush(FlushOptions()));
  }
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  GOOD(db.Reopen(options));
  int right = 0;
  for (int i = 0; i < kKeys; ++i) right += db.Get(Key(i)) == Value(i + 2) ? 1 : 0;
  EQ(right, kKeys);
  YES(db.Get("large") == std::string(300000, '2'));
  options.allow_mmap_reads = true;
  CODE(db.Reopen(options), "3/0");
}

CASE(direct_io) { DirectIo(Env::Default()); }

CASE(a_rate_limiter_counts_flushes_and_compactions) {
  Db db;
  Options options = Db::DefaultOptions();
  options.compression = rocksdb::kNoCompression;
  options.disable_auto_compactions = true;
  options.rate_limiter.reset(rocksdb::NewGenericRateLimiter(int64_t{1} << 30));
  GOOD(db.Reopen(options));
  EQ(db->GetDBOptions().bytes_per_sync, uint64_t{1} << 20);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < kKeys; ++i) db.Put(Key(i), Value(i + round));
    GOOD(db->Flush(FlushOptions()));
  }
  const int64_t one_flush = kKeys * 108;
  const int64_t high = options.rate_limiter->GetTotalBytesThrough(Env::IO_HIGH);
  YES(high >= 2 * one_flush);
  YES(high < 4 * one_flush);
  EQ(options.rate_limiter->GetTotalBytesThrough(Env::IO_LOW), int64_t{0});
  GOOD(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  EQ(options.rate_limiter->GetTotalBytesThrough(Env::IO_HIGH), high);
  const int64_t low = options.rate_limiter->GetTotalBytesThrough(Env::IO_LOW);
  YES(low >= one_flush);
  YES(low < 2 * one_flush);
}

CASE(a_slow_rate_limiter_slows_a_flush) {
  Db db;
  Options options = Db::DefaultOptions();
  options.compression = rocksdb::kNoCompression;
  options.rate_limiter.reset(rocksdb::NewGenericRateLimiter(1 << 20, 50000));
  GOOD(db.Reopen(options));
  for (int i = 0; i < 5000; ++i) db.Put(Key(i), Value(i));
  const uint64_t start = Env::Default()->NowMicros();
  GOOD(db->Flush(FlushOptions()));
  YES(Env::Default()->NowMicros() - start > 250000);  // half a megabyte at a megabyte a second
}

// --- a file system of the application's ---

struct Observed {
  std::atomic<uint64_t> reads{0};
  std::atomic<uint64_t> batches{0};
  std::atomic<int64_t> timeout{-1};  // of the last read
  std::atomic<bool> too_slow{false};
};

class ObservedFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  ObservedFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file, Observed* observed)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), observed_(observed) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) const override {
    ++observed_->reads;
    observed_->timeout = options.timeout.count();
    if (observed_->too_slow) return IOStatus::TimedOut("too slow");
    return FSRandomAccessFileOwnerWrapper::Read(offset, n, options, result, scratch, debug);
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, size_t n, const IOOptions& options,
                     IODebugContext* debug) override {
    ++observed_->batches;
    observed_->timeout = options.timeout.count();
    if (observed_->too_slow) return IOStatus::TimedOut("too slow");
    return FSRandomAccessFileOwnerWrapper::MultiRead(requests, n, options, debug);
  }

 private:
  Observed* const observed_;
};

class ObservedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit ObservedFileSystem(Observed* observed)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), observed_(observed) {}
  const char* Name() const override { return "Observed"; }
  IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSRandomAccessFile> file;
    const IOStatus s = FileSystemWrapper::NewRandomAccessFile(name, options, &file, debug);
    if (s.ok()) *result = std::make_unique<ObservedFile>(std::move(file), observed_);
    return s;
  }

 private:
  Observed* const observed_;
};

CASE(direct_io_of_an_application) {
  Observed observed;
  const std::unique_ptr<Env> env =
      rocksdb::NewCompositeEnv(std::make_shared<ObservedFileSystem>(&observed));
  DirectIo(env.get());
  YES(observed.reads.load() > 0);
}

CASE(timeouts_reach_the_file_system) {
  Observed observed;
  const std::unique_ptr<Env> env =
      rocksdb::NewCompositeEnv(std::make_shared<ObservedFileSystem>(&observed));
  Options options = Db::DefaultOptions();
  options.env = env.get();
  Db db(options);
  options = Cold(&db, options);
  std::string value;
  observed.timeout = -1;
  GOOD(db->Get(ReadOptions(), Key(10), &value));
  EQ(observed.timeout.load(), int64_t{0});
  ReadOptions limited;
  limited.io_timeout = std::chrono::microseconds(7777);
  GOOD(db->Get(limited, Key(200), &value));
  EQ(observed.timeout.load(), int64_t{7777});
  limited.deadline = std::chrono::microseconds(Env::Default()->NowMicros() + 60000000);
  GOOD(db->Get(limited, Key(400), &value));
  EQ(observed.timeout.load(), int64_t{7777});
  limited.io_timeout = std::chrono::microseconds(0);
  GOOD(db->Get(limited, Key(600), &value));
  YES(observed.timeout.load() > 1000000 && observed.timeout.load() <= 60000000);

  observed.too_slow = true;
  CODE(db->Get(limited, Key(800), &value), "9/0");
  const std::vector<std::string> names = {Key(900), Key(1100), Key(1300)};
  const std::vector<Slice> keys(names.begin(), names.end());
  PinnableSlice slices[3];
  Status each[3];
  db->MultiGet(limited, db->DefaultColumnFamily(), 3, keys.data(), slices, each);
  for (const Status& s : each) CODE(s, "9/0");
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(limited));
  it->Seek(Key(1500));
  NO(it->Valid());
  CODE(it->status(), "9/0");
  it.reset();
  observed.too_slow = false;

  observed.batches = 0;
  observed.reads = 0;
  db->MultiGet(ReadOptions(), db->DefaultColumnFamily(), 3, keys.data(), slices, each);
  for (const Status& s : each) GOOD(s);
  EQ(observed.batches.load(), uint64_t{1});
  EQ(observed.reads.load(), uint64_t{0});
  db.Close();
}

}  // namespace
}  // namespace conformance
