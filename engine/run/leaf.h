// Reading one leaf page (format.h has the layout): where a key is, and what a record says.
//
// Thread safety: a LeafView is a value over bytes that the caller keeps in place.
// Invariant: pages are checked by ValidateLeaf when they enter memory, so the functions here trust
// what they read.

#ifndef AETHER_ENGINE_RUN_LEAF_H_
#define AETHER_ENGINE_RUN_LEAF_H_

#include <cstdint>
#include <cstring>
#include <string>

#include "engine/base/coding.h"
#include "engine/base/comparator.h"
#include "engine/base/entry.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/buffer/frame.h"
#include "engine/run/codec.h"
#include "engine/run/format.h"

namespace aether {

// Where a large value or key lies. Left unset by default: records are decoded in the hottest loops.
struct Extent {
  uint64_t ordinal;
  uint64_t offset;
  uint64_t bytes;
  uint64_t stored;  // bytes in the file; fewer than `bytes` when compressed
  uint64_t checksum;

  bool packed() const { return stored != bytes; }
};

// Reads large keys for a search that has to compare with them.
class LargeKeyReader {
 public:
  virtual ~LargeKeyReader() = default;
  // *key stays valid until the next call.
  virtual Status ReadLargeKey(const Extent& extent, Slice* key) = 0;
};

struct LeafRecord {
  LeafRecord() {}  // NOLINT: not "= default", which would clear the extents too

  uint64_t tag = 0;
  // Size of the whole key.
  uint32_t key_size = 0;
  bool large_key = false;
  bool large_value = false;
  Slice key_tail;       // what follows prefix and head; unset for a large key
  Slice value;          // unset for a large value
  Extent key_extent;    // set when large_key
  Extent value_extent;  // set when large_value

  SequenceNumber sequence() const { return TagSequence(tag); }
};

// The first 8 bytes as a big-endian number, padded with zeros.
inline uint64_t KeyHead(Slice bytes) {
  if (bytes.size() >= 8) [[likely]]
    return __builtin_bswap64(LoadFixed<uint64_t>(bytes.data()));
  uint64_t head = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    head |= uint64_t{static_cast<unsigned char>(bytes[i])} << (56 - 8 * i);
  }
  return head;
}

// The first index whose head is not below x.
inline size_t LowerBoundHeads(const char* heads, size_t n, uint64_t x) {
  size_t base = 0;
  while (n > 1) {
    const size_t half = n / 2;
    base += LoadFixed<uint64_t>(heads + 8 * (base + half - 1)) < x ? half : 0;
    n -= half;
  }
  return base + (n == 1 && LoadFixed<uint64_t>(heads + 8 * base) < x ? 1 : 0);
}

class LeafView {
 public:
  static constexpr size_t kAssembleSlack = 16;

  LeafView() = default;
  explicit LeafView(const char* page)
      : page_(page),
        count_(LoadFixed<uint16_t>(page + run_format::kLeafCount)),
        prefix_size_(LoadFixed<uint16_t>(page + run_format::kLeafPrefixSize)),
        sequence_bytes_(static_cast<uint8_t>(page[run_format::kLeafSequenceBytes])),
        heads_((page[run_format::kLeafFlags] & run_format::kFlagHeads) != 0),
        base_sequence_(LoadFixed<uint64_t>(page + run_format::kLeafBaseSequence)) {
    head_array_ = page + run_format::kLeafHead + run_format::PaddedPrefix(prefix_size_);
    slots_ = head_array_ + (heads_ ? 8 * count_ : 0);
  }

  size_t count() const { return count_; }
  bool has_heads() const { return heads_; }
  const char* page() const { return page_; }
  Slice prefix() const { return Slice(page_ + run_format::kLeafHead, prefix_size_); }
  uint64_t Head(size_t slot) const { return LoadFixed<uint64_t>(head_array_ + 8 * slot); }

  // Has the record of a slot brought to the processor. Inlined, or the compiler takes a call for
  // one without effect and leaves it out.
  [[gnu::always_inline]] void Prefetch(size_t slot) const {
    const char* const record = page_ + LoadFixed<uint16_t>(slots_ + 2 * slot);
    __builtin_prefetch(record);
    __builtin_prefetch(record + 64);
  }

  void Decode(size_t slot, LeafRecord* record) const {
    const char* p = page_ + LoadFixed<uint16_t>(slots_ + 2 * slot);
    const auto kind = static_cast<uint8_t>(*p++);
    const uint64_t rest = Varint(&p);
    const uint64_t value_size = Varint(&p);
    const uint64_t delta = ReadDelta(p);
    p += sequence_bytes_;
    record->tag =
        PackTag(base_sequence_ + delta, static_cast<EntryType>(kind & run_format::kKindType));
    record->key_size = static_cast<uint32_t>(prefix_size_ + rest);
    if ((kind & ~run_format::kKindType) == 0) [[likely]] {
      record->large_key = false;
      record->large_value = false;
      const uint64_t in_head = heads_ ? (rest < 8 ? rest : 8) : 0;
      const uint64_t tail = rest - in_head;
      record->key_tail = Slice(p, tail);
      record->value = Slice(p + tail, value_size);
      return;
    }
    DecodeLarge(kind, rest, value_size, p, record);
  }

  // The first slot at or after (key, sequence) in the order of entries; count() when there is none.
  // `reader` is asked only when the page holds large keys that have to be compared.
  Status LowerBound(const Comparator* order, Slice key, SequenceNumber sequence,
                    LargeKeyReader* reader, size_t* slot) const {
    if (!heads_) return LowerBoundCompare(order, key, sequence, reader, 0, count_, slot);
    if (prefix_size_ != 0) {
      const size_t shared = key.size() < prefix_size_ ? key.size() : prefix_size_;
      const int c =
          shared == 0 ? 0 : std::memcmp(key.data(), page_ + run_format::kLeafHead, shared);
      if (c != 0 || key.size() < prefix_size_) [[unlikely]] {
        *slot = c > 0 ? count_ : 0;
        return Status::OK();
      }
    }
    const Slice rest(key.data() + prefix_size_, key.size() - prefix_size_);
    const uint64_t head = KeyHead(rest);
    const size_t low = LowerBoundHeads(head_array_, count_, head);
    if (low == count_ || Head(low) != head) {
      *slot = low;
      return Status::OK();
    }
    size_t high = low + 1;
    while (high < count_ && Head(high) == head) ++high;
    return LowerBoundCompare(order, key, sequence, reader, low, high, slot);
  }

  // Compares `key` with the key of a slot. With heads, REQUIRES: the key has the page's prefix.
  Status CompareKey(const Comparator* order, Slice key, size_t slot, const LeafRecord& record,
                    LargeKeyReader* reader, int* result) const;
  // Whether the record of a slot has exactly this key.
  Status MatchKey(const Comparator* order, Slice key, size_t slot, const LeafRecord& record,
                  LargeKeyReader* reader, bool* match) const {
    if (!heads_ || record.large_key) [[unlikely]] {
      return MatchKeySlow(order, key, record, reader, match);
    }
    *match = key.size() == record.key_size &&
             (prefix_size_ == 0 ||
              std::memcmp(key.data(), page_ + run_format::kLeafHead, prefix_size_) == 0) &&
             KeyHead(Slice(key.data() + prefix_size_, key.size() - prefix_size_)) == Head(slot) &&
             (record.key_tail.empty() ||
              std::memcmp(key.data() + prefix_size_ + 8, record.key_tail.data(),
                          record.key_tail.size()) == 0);
    return Status::OK();
  }
  // Puts the key together behind the page's prefix, which `to` begins with already. REQUIRES: not a
  // large key; room for prefix + 8 + tail, and for kAssembleSlack bytes more.
  void AssembleRest(size_t slot, const LeafRecord& record, char* to) const {
    to += prefix_size_;
    if (heads_) {
      StoreFixed(to, __builtin_bswap64(Head(slot)));
      to += 8;
    }
    const char* tail = record.key_tail.data();
    const size_t size = record.key_tail.size();
    if (size <= kAssembleSlack && tail + kAssembleSlack <= page_ + kPageSize) [[likely]] {
      std::memcpy(to, tail, kAssembleSlack);  // of a fixed size: two moves instead of a call
    } else {
      std::memcpy(to, tail, size);
    }
  }

 private:
  static uint64_t Varint(const char** p) {
    auto byte = static_cast<uint8_t>(*(*p)++);
    if (byte < 128) [[likely]]
      return byte;
    uint64_t value = byte & 127;
    for (int shift = 7;; shift += 7) {
      byte = static_cast<uint8_t>(*(*p)++);
      value |= uint64_t{byte & 127u} << shift;
      if (byte < 128) return value;
    }
  }
  uint64_t ReadDelta(const char* p) const {
    if (p + 8 <= page_ + kPageSize) [[likely]] {
      // At most seven bytes count.
      return LoadFixed<uint64_t>(p) & ((uint64_t{1} << (8 * sequence_bytes_)) - 1);
    }
    uint64_t delta = 0;
    std::memcpy(&delta, p, sequence_bytes_);
    return delta;
  }
  Status MatchKeySlow(const Comparator* order, Slice key, const LeafRecord& record,
                      LargeKeyReader* reader, bool* match) const;
  void DecodeLarge(uint8_t kind, uint64_t rest, uint64_t value_size, const char* p,
                   LeafRecord* record) const;
  Status LowerBoundCompare(const Comparator* order, Slice key, SequenceNumber sequence,
                           LargeKeyReader* reader, size_t low, size_t high, size_t* slot) const;

  const char* page_ = nullptr;
  const char* head_array_ = nullptr;
  const char* slots_ = nullptr;
  size_t count_ = 0;
  size_t prefix_size_ = 0;
  size_t sequence_bytes_ = 0;
  bool heads_ = false;
  uint64_t base_sequence_ = 0;
};

// Checks the structure of a page (not its sum): everything the functions above rely on. Null when
// it is sound, else what is wrong. `codec`, `extents` and `file_size` are those of its file.
const char* ValidateLeaf(const char* page, bool bytewise, Codec codec, uint64_t extents,
                         uint64_t file_size);

}  // namespace aether

#endif  // AETHER_ENGINE_RUN_LEAF_H_
