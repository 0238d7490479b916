// The reads and writes of memory_budget, each of them checked.
//
// Thread safety: Fill, Read, Scan and Write run in threads of their own, each part in one; Stop
// ends the last three.

#ifndef AETHER_TESTS_MEMORY_LOAD_H_
#define AETHER_TESTS_MEMORY_LOAD_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "tests/memory/data.h"

namespace memory {

inline constexpr size_t kHeldValues = 12;    // by each reader
inline constexpr size_t kOpenIterators = 2;  // of each scanner

struct Counts {
  std::atomic<uint64_t> gets{0};
  std::atomic<uint64_t> missing{0};  // of them, and of keys in batches
  std::atomic<uint64_t> batch_keys{0};
  std::atomic<uint64_t> held{0};  // values looked at again after a while
  std::atomic<uint64_t> entries{0};
  std::atomic<uint64_t> iterators{0};
  std::atomic<uint64_t> puts{0};
  std::atomic<uint64_t> deletes{0};
};

// What a writer works with, as large as it will ever be.
struct Scratch {
  explicit Scratch(const Text& text) : value(kLargestValue, 'x') {
    batch.PutLogData(text.bytes());
    batch.Clear();
  }

  std::string value;
  rocksdb::WriteBatch batch;
};

class Load {
 public:
  // `wrong_values`: a planted bug, for the checks to see.
  Load(rocksdb::DB* db, const Text* text, Versions* versions, bool wrong_values)
      : db_(db), text_(text), versions_(versions), wrong_values_(wrong_values) {}

  // A part of the keys, each once and not in order.
  void Fill(uint64_t part, uint64_t parts, Scratch* scratch) {
    constexpr uint64_t kBlock = 1024;
    std::string& value = scratch->value;
    for (uint64_t block = part * kBlock; block < versions_->keys(); block += parts * kBlock) {
      for (uint64_t i = 0; i < kBlock; ++i) {
        const uint64_t key = block + i * 613 % kBlock;
        if (key >= versions_->keys()) continue;
        text_->Value(key, 0, &value);
        Check(db_->Put({}, KeyOf(key), value), "Put");
      }
    }
  }

  void Read(uint64_t seed) {
    std::mt19937_64 random(seed);
    std::deque<Held> held;
    while (!stop_) {
      for (int i = 0; i < 50; ++i) ReadOne(&random, &held);
      ReadBatch(&random, &held);
      while (held.size() > kHeldValues) {
        LookAgain(held.front());
        held.pop_front();
      }
    }
    for (const Held& old : held) LookAgain(old);
  }

  void Scan(uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<Standing> open(kOpenIterators);
    while (!stop_) {
      Standing& standing = open[random() % open.size()];
      if (standing.iterator == nullptr || std::chrono::steady_clock::now() > standing.until) {
        OpenIterator(&random, &standing);
      } else {
        MoveIterator(&random, &standing);
      }
    }
  }

  // Writes the keys of its part.
  void Write(uint64_t part, uint64_t parts, uint64_t seed, Scratch* scratch) {
    std::mt19937_64 random(seed);
    std::string& value = scratch->value;
    rocksdb::WriteBatch* const batch = &scratch->batch;
    std::vector<uint64_t> keys;
    while (!stop_) {
      for (int i = 0; i < 100; ++i) {
        keys.clear();
        const size_t wanted = random() % 4 == 0 ? 20 : 1;
        while (keys.size() < wanted) {
          const uint64_t key = AnyKey(&random, 1000) / parts * parts + part;
          const bool again = std::find(keys.begin(), keys.end(), key) != keys.end();
          if (key < versions_->keys() && !again) keys.push_back(key);
        }
        batch->Clear();
        for (const uint64_t key : keys) {
          const uint32_t version = versions_->Begin(key);
          if (IsDeleted(key, version)) {
            Check(batch->Delete(KeyOf(key)), "Delete");
            ++counts_.deletes;
            continue;
          }
          text_->Value(key, version, &value);
          if (wrong_values_ && random() % 100 == 0) value.back() ^= 1;
          Check(batch->Put(KeyOf(key), value), "Put");
          ++counts_.puts;
        }
        Check(db_->Write({}, batch), "Write");
        for (const uint64_t key : keys) versions_->End(key);
      }
      // The reads are to have their share on a machine with few processors.
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void Stop() { stop_ = true; }
  const Counts& counts() const { return counts_; }

 private:
  // A value that stays where it is.
  struct Held {
    uint64_t key;
    rocksdb::PinnableSlice value;
  };

  struct Standing {
    std::unique_ptr<rocksdb::Iterator> iterator;
    std::chrono::steady_clock::time_point until;
    uint64_t key = 0;  // where it stands, if it stands anywhere
    uint32_t version = 0;
    uint64_t first = 0;  // a key that it has seen
    uint32_t first_version = 0;
    bool any = false;
  };

  // One in `large_every` of them large.
  uint64_t AnyKey(std::mt19937_64* random, uint64_t large_every) const {
    const uint64_t key = (*random)() % versions_->keys();
    if ((*random)() % large_every != 0) return key;
    return std::min(key / kLargeEvery * kLargeEvery + kLargeEvery - 1, versions_->keys() - 1);
  }

  void Check(const rocksdb::Status& status, const char* what) {
    if (!status.ok()) Violation(std::string(what) + ": " + status.ToString());
  }

  bool MayBeDeleted(uint64_t key, uint32_t oldest) const {
    const uint32_t newest = versions_->Newest(key);
    for (uint32_t version = oldest; version <= newest; ++version) {
      if (IsDeleted(key, version)) return true;
    }
    return false;
  }

  void CheckValue(uint64_t key, uint32_t oldest, const rocksdb::Slice& value, const char* what,
                  uint32_t* version) {
    if (!text_->IsValue(key, value, version)) {
      Violation(std::string(what) + ": not a value of " + KeyOf(key));
    } else if (*version < oldest || *version > versions_->Newest(key)) {
      Violation(std::string(what) + ": " + KeyOf(key) + " has version " + std::to_string(*version) +
                ", not one from " + std::to_string(oldest) + " to " +
                std::to_string(versions_->Newest(key)));
    }
  }

  // Whether there is a value.
  bool CheckRead(uint64_t key, uint32_t oldest, const rocksdb::Status& status,
                 const rocksdb::Slice& value, const char* what) {
    uint32_t version = 0;
    if (status.ok()) {
      CheckValue(key, oldest, value, what, &version);
    } else if (!status.IsNotFound()) {
      Violation(std::string(what) + ": " + status.ToString());
    } else {
      ++counts_.missing;
      if (!MayBeDeleted(key, oldest)) Violation(std::string(what) + ": lost " + KeyOf(key));
    }
    return status.ok();
  }

  void LookAgain(const Held& held) {
    uint32_t version = 0;
    ++counts_.held;
    if (!text_->IsValue(held.key, held.value, &version)) {
      Violation("a pinned value of " + KeyOf(held.key) + " has changed");
    }
  }

  void ReadOne(std::mt19937_64* random, std::deque<Held>* held) {
    const uint64_t key = AnyKey(random, 50);
    const uint32_t oldest = versions_->Oldest(key);
    rocksdb::PinnableSlice value;
    const auto status = db_->Get({}, db_->DefaultColumnFamily(), KeyOf(key), &value);
    ++counts_.gets;
    if (CheckRead(key, oldest, status, value, "Get") && value.IsPinned()) {
      held->push_back({key, std::move(value)});
    }
  }

  void ReadBatch(std::mt19937_64* random, std::deque<Held>* held) {
    constexpr size_t kKeys = 40;
    uint64_t keys[kKeys];
    uint32_t oldest[kKeys];
    std::string texts[kKeys];
    rocksdb::Slice slices[kKeys];
    rocksdb::PinnableSlice values[kKeys];
    rocksdb::Status statuses[kKeys];
    for (size_t i = 0; i < kKeys; ++i) {
      keys[i] = AnyKey(random, 200);
      oldest[i] = versions_->Oldest(keys[i]);
      texts[i] = KeyOf(keys[i]);
      slices[i] = texts[i];
    }
    db_->MultiGet({}, db_->DefaultColumnFamily(), kKeys, slices, values, statuses);
    counts_.batch_keys += kKeys;
    for (size_t i = 0; i < kKeys; ++i) {
      if (CheckRead(keys[i], oldest[i], statuses[i], values[i], "MultiGet") &&
          values[i].IsPinned()) {
        held->push_back({keys[i], std::move(values[i])});
      }
    }
  }

  // Walks over keys whose versions are known from before the iterator was made.
  void OpenIterator(std::mt19937_64* random, Standing* standing) {
    constexpr uint64_t kSpan = 300;
    uint32_t oldest[kSpan];
    const uint64_t begin = (*random)() % (versions_->keys() - kSpan);
    for (uint64_t i = 0; i < kSpan; ++i) oldest[i] = versions_->Oldest(begin + i);
    rocksdb::ReadOptions options;
    options.pin_data = (*random)() % 2 == 0;
    options.fill_cache = (*random)() % 4 != 0;
    if ((*random)() % 4 == 0) options.readahead_size = 256 * 1024;
    options.async_io = (*random)() % 4 == 0;
    *standing = Standing();
    standing->iterator.reset(db_->NewIterator(options));
    standing->until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(200 + (*random)() % 8000);
    ++counts_.iterators;
    rocksdb::Iterator& it = *standing->iterator;
    it.Seek(KeyOf(begin));
    for (uint64_t key = begin; key < begin + kSpan; ++key) {
      if (it.Valid() && it.key() == KeyOf(key)) {
        CheckValue(key, oldest[key - begin], it.value(), "a scan", &standing->version);
        ++counts_.entries;
        standing->key = key;
        if (!standing->any) {
          standing->first = key;
          standing->first_version = standing->version;
          standing->any = true;
        }
        if (key + 1 < begin + kSpan) it.Next();
      } else if (!MayBeDeleted(key, oldest[key - begin])) {
        Violation("a scan lost " + KeyOf(key));
      }
    }
    Check(it.status(), "an iterator");
    // It may have passed the last of them.
    standing->any = standing->any && it.Valid() && it.key() == KeyOf(standing->key);
  }

  // One that has stood for a while: what it stands on is as it was, and so is what it once saw.
  void MoveIterator(std::mt19937_64* random, Standing* standing) {
    rocksdb::Iterator& it = *standing->iterator;
    uint32_t version = 0;
    if (standing->any) {
      if (!it.Valid() || it.key() != KeyOf(standing->key)) {
        Violation("an iterator left " + KeyOf(standing->key) + " by itself");
        standing->iterator.reset();
        return;
      }
      CheckValue(standing->key, standing->version, it.value(), "an iterator", &version);
      if (version != standing->version) Violation("an iterator's value changed");
      it.Seek(KeyOf(standing->first));
      if (!it.Valid() || it.key() != KeyOf(standing->first)) {
        Violation("an iterator lost " + KeyOf(standing->first));
      } else {
        CheckValue(standing->first, standing->first_version, it.value(), "Seek", &version);
        if (version != standing->first_version) Violation("an iterator sees another version");
      }
    }
    standing->any = false;
    const bool forward = (*random)() % 3 != 0;
    const std::string target = KeyOf((*random)() % versions_->keys());
    forward ? it.Seek(target) : it.SeekForPrev(target);
    for (uint64_t left = 1 + (*random)() % 100; it.Valid(); --left) {
      const uint64_t key = std::strtoull(it.key().ToString().c_str() + 1, nullptr, 10);
      if (it.key() != KeyOf(key) || key >= versions_->keys()) {
        Violation("an iterator sees " + it.key().ToString());
        break;
      }
      CheckValue(key, 0, it.value(), "an iterator", &version);
      ++counts_.entries;
      if (left <= 1) {
        standing->key = standing->first = key;
        standing->version = standing->first_version = version;
        standing->any = true;
        break;
      }
      forward ? it.Next() : it.Prev();
    }
    Check(it.status(), "an iterator");
  }

  rocksdb::DB* const db_;
  const Text* const text_;
  Versions* const versions_;
  const bool wrong_values_;
  Counts counts_;
  std::atomic<bool> stop_{false};
};

}  // namespace memory

#endif  // AETHER_TESTS_MEMORY_LOAD_H_
