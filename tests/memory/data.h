// What memory_budget writes and what it may read: keys, values and their versions, and the count of
// violations.
//
// Thread safety: everything from any thread; one thread writes a key.

#ifndef AETHER_TESTS_MEMORY_DATA_H_
#define AETHER_TESTS_MEMORY_DATA_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "rocksdb/slice.h"

namespace memory {

inline constexpr uint64_t kMiB = uint64_t{1} << 20;
// One key in so many has a large value, one in so many others a middling one.
inline constexpr uint64_t kLargeEvery = 2000;
inline constexpr uint64_t kMiddlingEvery = 400;
inline constexpr size_t kLargestValue = 2 * kMiB;

inline std::atomic<uint64_t> violations{0};

inline void Violation(const std::string& what) {
  if (violations.fetch_add(1) < 20) std::printf("VIOLATION %s\n", what.c_str());
}

inline uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9u;
  return x ^ (x >> 32);
}

inline bool IsLarge(uint64_t key) { return key % kLargeEvery == kLargeEvery - 1; }

inline size_t SizeOf(uint64_t key) {
  const uint64_t h = Mix(key + 1);
  if (IsLarge(key)) return kMiB + h % kMiB;
  if (key % kMiddlingEvery == 7) return 4096 + h % (60 * 1024);
  return 100 + h % 700;
}

inline bool IsDeleted(uint64_t key, uint32_t version) {
  return version > 0 && Mix(key * 31 + version) % 8 == 0;
}

inline void AppendKey(uint64_t key, std::string* out) {
  char text[24];
  std::snprintf(text, sizeof(text), "k%015llu", static_cast<unsigned long long>(key));
  out->append(text);
}

inline std::string KeyOf(uint64_t key) {
  std::string text;
  AppendKey(key, &text);
  return text;
}

// Text to cut values from: one half random, the other one half compressible.
class Text {
 public:
  explicit Text(uint64_t seed) : bytes_(2 * kHalf + kLargestValue, '\0') {
    std::mt19937_64 random(seed);
    for (size_t i = 0; i + 8 <= bytes_.size(); i += 8) {
      uint64_t word = random();
      if (i >= kHalf && i % 64 >= 32) std::memcpy(&word, &bytes_[i - 32], 8);
      std::memcpy(&bytes_[i], &word, 8);
    }
  }

  const std::string& bytes() const { return bytes_; }

  // A value is its key, its version and a cut of the text.
  void Value(uint64_t key, uint32_t version, std::string* value) const {
    const size_t size = SizeOf(key);
    value->clear();
    AppendKey(key, value);
    value->append(reinterpret_cast<const char*>(&version), sizeof(version));
    value->append(Cut(key, version), size - value->size());
  }

  bool IsValue(uint64_t key, const rocksdb::Slice& value, uint32_t* version) const {
    char name[24];
    const auto head = static_cast<size_t>(
        std::snprintf(name, sizeof(name), "k%015llu", static_cast<unsigned long long>(key)));
    const size_t body = head + sizeof(*version);
    if (value.size() != SizeOf(key) || std::memcmp(value.data(), name, head) != 0) return false;
    std::memcpy(version, value.data() + head, sizeof(*version));
    return std::memcmp(value.data() + body, Cut(key, *version), value.size() - body) == 0;
  }

 private:
  static constexpr size_t kHalf = 2 * kMiB;

  const char* Cut(uint64_t key, uint32_t version) const {
    return bytes_.data() + Mix(key ^ (uint64_t{version} << 40)) % (2 * kHalf);
  }

  std::string bytes_;
};

// Which version each key has. One thread writes a key: it begins a version, writes and ends it.
class Versions {
 public:
  explicit Versions(uint64_t keys) : words_(keys) {}

  uint64_t keys() const { return words_.size(); }
  uint32_t Begin(uint64_t key) {
    const uint32_t version = (words_[key].load(std::memory_order_relaxed) >> 1) + 1;
    words_[key].store(version << 1 | 1, std::memory_order_seq_cst);
    return version;
  }
  void End(uint64_t key) { words_[key].fetch_sub(1, std::memory_order_seq_cst); }

  // The oldest version that a read beginning now may see, the newest that one ending now may.
  uint32_t Oldest(uint64_t key) const {
    const uint32_t word = words_[key].load(std::memory_order_seq_cst);
    return (word >> 1) - (word & 1);
  }
  uint32_t Newest(uint64_t key) const { return words_[key].load(std::memory_order_seq_cst) >> 1; }

 private:
  std::vector<std::atomic<uint32_t>> words_;
};

inline uint64_t KeysFor(uint64_t bytes) {
  uint64_t keys = 0;
  for (uint64_t sum = 0; sum < bytes; ++keys) sum += SizeOf(keys) + 16;
  return keys;
}

}  // namespace memory

#endif  // AETHER_TESTS_MEMORY_DATA_H_
