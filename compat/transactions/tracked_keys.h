// TrackedKeys: what a transaction knows about the keys that it has read for update or written.
//
// Thread safety: none. Invariant: the sequence of a key is the oldest one since which the key has
// to be unchanged.

#ifndef AETHER_COMPAT_TRANSACTIONS_TRACKED_KEYS_H_
#define AETHER_COMPAT_TRANSACTIONS_TRACKED_KEYS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rocksdb/db.h"
#include "rocksdb/slice.h"

namespace rocksdb {

// No handle means the default family, as in a WriteBatch.
inline uint32_t IdOf(ColumnFamilyHandle* family) { return family == nullptr ? 0 : family->GetID(); }

struct TrackedKey {
  uint64_t sequence = 0;
  uint32_t reads = 0;  // for update
  uint32_t writes = 0;
  bool exclusive = false;
};

class TrackedKeys {
 public:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  using Keys = std::unordered_map<std::string, TrackedKey, Hash, std::equal_to<>>;
  using Visitor = std::function<void(uint32_t family, const std::string& key)>;

  // Null when the key is not tracked.
  const TrackedKey* Find(uint32_t family, const Slice& key) const;
  void Track(uint32_t family, const Slice& key, uint64_t sequence, bool read_only, bool exclusive);
  // Takes one read back. Gone: neither reads nor writes are left, the key is forgotten.
  enum class Untracked : uint8_t { kWasNot, kLess, kGone };
  Untracked UntrackRead(uint32_t family, const Slice& key);

  // Adds what `other` knows.
  void Add(const TrackedKeys& other);
  // Takes back what `other` counts; keys of which nothing is left are told to `gone` and forgotten.
  void Subtract(const TrackedKeys& other, const Visitor& gone);

  size_t Count() const;
  bool Empty() const { return families_.empty(); }
  void Clear() { families_.clear(); }
  void ForEach(const Visitor& visit) const;
  const std::map<uint32_t, Keys>& families() const { return families_; }

 private:
  std::map<uint32_t, Keys> families_;  // none is empty
};

}  // namespace rocksdb

#endif  // AETHER_COMPAT_TRANSACTIONS_TRACKED_KEYS_H_
