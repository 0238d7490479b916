#include "tests/crash/worker.h"

#include <rocksdb/db.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/write_batch.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "tests/crash/workload.h"

namespace crash {
namespace {

using rocksdb::ColumnFamilyDescriptor;
using rocksdb::ColumnFamilyHandle;
using rocksdb::ColumnFamilyOptions;
using rocksdb::DB;
using rocksdb::Status;

#ifdef CRASH_REFERENCE
// RocksDB may report less after reopening than the batches that are there use.
constexpr bool kExactSequence = false;
#else
constexpr bool kExactSequence = true;
#endif

class Worker {
 public:
  Worker(const WorkerOptions& options, Shared* shared) : options_(options), shared_(shared) {}
  ~Worker() {
    for (ColumnFamilyHandle* handle : handles_) {
      if (db_ != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
  }

  void Run() {
    if (!Open() || !Verify()) return;
    shared_->verified.store(options_.cycle);
    std::vector<std::thread> threads;
    for (int w = 0; w < kWriters; ++w) threads.emplace_back([this, w] { Write(w); });
    threads.emplace_back([this] { Read(); });
    if (options_.close_after_ms > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(options_.close_after_ms));
      stop_ = true;
    }
    for (std::thread& thread : threads) thread.join();
    if (shared_->violated.load() != 0) return;
    for (ColumnFamilyHandle* handle : handles_) {
      db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
    handles_.clear();
    const Status s = db_->Close();
    if (!s.ok()) Violate("Close: " + s.ToString());
  }

 private:
  void Violate(const std::string& text) {
    stop_ = true;
    if (shared_->violated.exchange(1) == 0) {
      std::snprintf(shared_->violation, sizeof(shared_->violation), "%s", text.c_str());
    }
  }

  bool Open() {
    // Options change from cycle to cycle, so that one set has to read what another wrote.
    const uint64_t mix = (options_.seed + options_.cycle) * 0x9e3779b97f4a7c15u >> 32;
    rocksdb::DBOptions db_options;
    db_options.create_if_missing = true;
    db_options.create_missing_column_families = true;
    db_options.max_background_jobs = 2 + static_cast<int>(mix % 3);
    db_options.avoid_flush_during_shutdown = mix % 2 == 0;
    if (mix % 5 == 0) db_options.max_total_wal_size = 256 << 10;
    ColumnFamilyOptions family;
    family.merge_operator = NewOperator();
    family.write_buffer_size = size_t{64 << 10} << (mix / 7 % 3);
    family.target_file_size_base = 64 << 10;
    family.max_bytes_for_level_base = 256 << 10;
    family.level0_file_num_compaction_trigger = 2 + static_cast<int>(mix / 3 % 4);
    // Also Aether's own, which has no name in the header: "leveled".
    static constexpr rocksdb::CompactionStyle kStyles[] = {
        rocksdb::kCompactionStyleLevel, rocksdb::kCompactionStyleUniversal,
        static_cast<rocksdb::CompactionStyle>(4)};
    family.compaction_style = kStyles[mix / 132 % 3];
    static constexpr rocksdb::CompressionType kCodecs[] = {
        rocksdb::kNoCompression, rocksdb::kSnappyCompression, rocksdb::kLZ4Compression,
        rocksdb::kZSTD};
    family.compression = kCodecs[mix / 11 % 4];
    if (mix / 44 % 3 == 0) family.bottommost_compression = rocksdb::kZSTD;
    std::vector<ColumnFamilyDescriptor> descriptors = {{"default", family}};
    for (int i = 1; i < kFamilies; ++i) {
      descriptors.push_back({"family" + std::to_string(i), family});
    }
    DB* db = nullptr;
    const Status s = DB::Open(db_options, options_.directory, descriptors, &handles_, &db);
    db_.reset(db);
    if (!s.ok()) Violate("the store does not open: " + s.ToString());
    return s.ok();
  }

  // How many batches of the writer are there, by its counters; fails when one is halved.
  bool CountBatches(const rocksdb::ReadOptions& read, int writer, uint64_t* count) {
    uint64_t found[kFamilies];
    *count = 0;
    for (int f = 0; f < kFamilies; ++f) {
      std::string value;
      const Status s = db_->Get(read, handles_[static_cast<size_t>(f)], CounterKey(writer), &value);
      if (!s.ok() && !s.IsNotFound()) {
        Violate("reading a counter: " + s.ToString());
        return false;
      }
      found[f] = s.ok() ? std::strtoull(value.c_str(), nullptr, 10) : 0;
      *count += found[f];
    }
    for (int f = 0; f < kFamilies; ++f) {
      if (found[f] == CounterValue(*count, f)) continue;
      Violate("counters of writer " + std::to_string(writer) + " do not fit together: family " +
              std::to_string(f) + " has " + std::to_string(found[f]) + ", " +
              std::to_string(*count) + " in all");
      return false;
    }
    return true;
  }

  bool CheckSlots(const rocksdb::ReadOptions& read, int writer, uint64_t count,
                  const char* moment) {
    const Slots expected = SlotsAfter(options_.seed, writer, count);
    const std::string from = "w" + std::to_string(writer) + "s";
    const std::string to = "w" + std::to_string(writer) + "t";
    auto wanted = expected.begin();
    for (int f = 0; f < kFamilies; ++f) {
      const std::unique_ptr<rocksdb::Iterator> it(
          db_->NewIterator(read, handles_[static_cast<size_t>(f)]));
      for (it->Seek(from); it->Valid() && it->key().compare(to) < 0; it->Next()) {
        const auto place = std::make_pair(f, it->key().ToString());
        shared_->keys_checked.fetch_add(1, std::memory_order_relaxed);
        if (wanted == expected.end() || wanted->first != place) {
          Violate(Where(moment, f, writer, count) + ": " +
                  (expected.count(place) > 0 ? "missing key " + wanted->first.second
                                             : "unexpected key " + place.second));
          return false;
        }
        if (it->value() != wanted->second) {
          Violate(Where(moment, f, writer, count) + ": key " + place.second + " has '" +
                  it->value().ToString().substr(0, 60) + "', must have '" +
                  wanted->second.substr(0, 60) + "'");
          return false;
        }
        ++wanted;
      }
      if (!it->status().ok()) {
        Violate(Where(moment, f, writer, count) + ": " + it->status().ToString());
        return false;
      }
      if (wanted != expected.end() && wanted->first.first == f) {
        Violate(Where(moment, f, writer, count) + ": missing key " + wanted->first.second);
        return false;
      }
    }
    return true;
  }

  static std::string Where(const char* moment, int family, int writer, uint64_t count) {
    return std::string(moment) + ", family " + std::to_string(family) + ", writer " +
           std::to_string(writer) + " after " + std::to_string(count) + " batches";
  }

  bool Verify() {
    uint64_t sequences = 0;
    for (int w = 0; w < kWriters; ++w) {
      Shared::WriterNote& note = shared_->writers[w];
      const uint64_t acknowledged = note.acknowledged.load();
      const uint64_t submitted = note.submitted.load();
      uint64_t count = 0;
      if (!CountBatches(rocksdb::ReadOptions(), w, &count)) return false;
      if (count < acknowledged || count > submitted) {
        Violate("writer " + std::to_string(w) + ": " + std::to_string(count) +
                " batches are there, acknowledged were " + std::to_string(acknowledged) +
                ", submitted " + std::to_string(submitted));
        return false;
      }
      if (!CheckSlots(rocksdb::ReadOptions(), w, count, "after reopening")) return false;
      uint64_t used = note.sequences[acknowledged % 2].load();
      for (uint64_t index = acknowledged + 1; index <= count; ++index) {
        used += BatchOf(options_.seed, w, index).size();
      }
      // From here on they count as if they had been acknowledged: they were read.
      note.sequences[count % 2].store(used);
      note.acknowledged.store(count);
      note.submitted.store(count);
      sequences += used;
    }
    if (kExactSequence && db_->GetLatestSequenceNumber() != sequences) {
      Violate("the last sequence is " + std::to_string(db_->GetLatestSequenceNumber()) +
              ", the batches that are there use " + std::to_string(sequences));
      return false;
    }
    return true;
  }

  void Write(int writer) {
    Shared::WriterNote& note = shared_->writers[writer];
    uint64_t index = note.acknowledged.load();
    uint64_t used = note.sequences[index % 2].load();
    while (!stop_.load(std::memory_order_relaxed)) {
      ++index;
      const std::vector<Operation> operations = BatchOf(options_.seed, writer, index);
      rocksdb::WriteBatch batch;
      for (const Operation& op : operations) {
        ColumnFamilyHandle* const family = handles_[static_cast<size_t>(op.family)];
        Status s;
        switch (op.kind) {
          case Operation::kPut:
            s = batch.Put(family, op.key, op.value);
            break;
          case Operation::kDelete:
            s = batch.Delete(family, op.key);
            break;
          case Operation::kMerge:
            s = batch.Merge(family, op.key, op.value);
            break;
          case Operation::kDeleteRange:
            s = batch.DeleteRange(family, op.key, op.value);
            break;
        }
        if (!s.ok()) return Violate("building a batch: " + s.ToString());
      }
      rocksdb::WriteOptions write;
      write.sync = IsSync(options_.seed, writer, index);
      note.submitted.store(index);
      const Status s = db_->Write(write, &batch);
      if (!s.ok()) return Violate("Write: " + s.ToString());
      used += operations.size();
      note.sequences[index % 2].store(used);
      note.acknowledged.store(index);
      // Read your writes.
      if (index % 7 == 0) {
        std::string value;
        const int family = static_cast<int>(index % kFamilies);
        const Status got = db_->Get(rocksdb::ReadOptions(), handles_[static_cast<size_t>(family)],
                                    CounterKey(writer), &value);
        const uint64_t expected = CounterValue(index, family);
        if (!got.ok() || std::strtoull(value.c_str(), nullptr, 10) != expected) {
          return Violate("writer " + std::to_string(writer) + " does not read its own write " +
                         std::to_string(index) + ": " + got.ToString() + " '" + value + "'");
        }
      }
      // Sleeping leaves moments in which merges and flushes are what the kill hits.
      if (index % 32 == 0) std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
  }

  // Snapshots: whole batches only, not behind what was acknowledged before, and unchanging.
  void Read() {
    uint64_t round = options_.cycle;
    while (!stop_.load(std::memory_order_relaxed)) {
      const int writer = static_cast<int>(++round % kWriters);
      const uint64_t before = shared_->writers[writer].acknowledged.load();
      const rocksdb::Snapshot* const snapshot = db_->GetSnapshot();
      const uint64_t after = shared_->writers[writer].submitted.load();
      rocksdb::ReadOptions read;
      read.snapshot = snapshot;
      uint64_t count = 0;
      bool good = CountBatches(read, writer, &count);
      if (good && (count < before || count > after)) {
        Violate("a snapshot has " + std::to_string(count) + " batches of writer " +
                std::to_string(writer) + ", between " + std::to_string(before) + " and " +
                std::to_string(after) + " are right");
        good = false;
      }
      for (int i = 0; good && i < 2; ++i) {
        good = CheckSlots(read, writer, count, "in a snapshot");
        if (i == 0) std::this_thread::sleep_for(std::chrono::milliseconds(round % 11));
      }
      db_->ReleaseSnapshot(snapshot);
      if (!good) return;
      shared_->snapshots_checked.fetch_add(1);
      if (round % 16 == 0) {
        const Status s = round % 32 == 0 ? db_->Flush(rocksdb::FlushOptions(), handles_[1])
                                         : db_->CompactRange(rocksdb::CompactRangeOptions(),
                                                             handles_[2], nullptr, nullptr);
        if (!s.ok() && !stop_.load()) Violate("Flush or CompactRange: " + s.ToString());
      }
    }
  }

  const WorkerOptions options_;
  Shared* const shared_;
  std::atomic<bool> stop_{false};
  std::unique_ptr<DB> db_;
  std::vector<ColumnFamilyHandle*> handles_;
};

}  // namespace

void RunWorker(const WorkerOptions& options, Shared* shared) { Worker(options, shared).Run(); }

}  // namespace crash
