#include "engine/run/leaf_builder.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "engine/buffer/frame.h"

namespace aether {
namespace {

using namespace run_format;

// The most a place takes: ordinal, offset, packed size, checksum.
constexpr size_t kMaxPlace = 5 + kMaxVarint64Bytes + 4 + 8;
static_assert(kMaxPackedExtent < uint64_t{1} << 28, "its size takes four bytes at most");

size_t SequenceBytes(uint64_t spread) {
  return spread == 0 ? 0 : static_cast<size_t>(64 - __builtin_clzll(spread) + 7) / 8;
}

size_t CommonPrefix(const char* a, const char* b, size_t limit) {
  size_t n = 0;
  while (n + 8 <= limit) {
    const uint64_t difference = LoadFixed<uint64_t>(a + n) ^ LoadFixed<uint64_t>(b + n);
    if (difference != 0) return n + static_cast<size_t>(__builtin_ctzll(difference)) / 8;
    n += 8;
  }
  while (n < limit && a[n] == b[n]) ++n;
  return n;
}

}  // namespace

LeafBuilder::LeafBuilder(bool bytewise, size_t fill_bytes)
    : bytewise_(bytewise), fill_bytes_(std::min(fill_bytes, kPageSize)) {
  items_.reserve(512);
  bytes_capacity_ = 4 * kPageSize;
  bytes_ = std::make_unique<char[]>(bytes_capacity_);
}

char* LeafBuilder::Room(size_t n) {
  if (bytes_size_ + n > bytes_capacity_) {
    const size_t capacity = std::max(2 * bytes_capacity_, bytes_size_ + n);
    auto larger = std::make_unique<char[]>(capacity);
    std::memcpy(larger.get(), bytes_.get(), bytes_size_);
    bytes_ = std::move(larger);
    bytes_capacity_ = capacity;
  }
  char* room = bytes_.get() + bytes_size_;
  bytes_size_ += n;
  return room;
}

LeafBuilder::Plan LeafBuilder::PlanFor(Slice key, uint64_t tag, size_t value_size, bool large_key,
                                       bool large_value) const {
  Plan plan;
  const uint64_t sequence = TagSequence(tag);
  plan.min_sequence = count_ == 0 ? sequence : std::min(min_sequence_, sequence);
  plan.max_sequence = count_ == 0 ? sequence : std::max(max_sequence_, sequence);
  plan.prefix_size = 0;
  plan.tails = tails_;
  if (bytewise_) {
    if (count_ == 0) {
      plan.prefix_size = std::min(key.size(), kMaxPrefix);
    } else {
      const Item& first = items_[0];
      const size_t limit = std::min({prefix_size_, key.size(), size_t{first.key_kept}});
      plan.prefix_size = CommonPrefix(bytes_.get() + first.key_offset, key.data(), limit);
      if (plan.prefix_size != prefix_size_) {
        plan.tails = 0;
        for (const Item& item : items_) {
          if (item.large_key < 0) plan.tails += TailSize(item.key_size, plan.prefix_size);
        }
      }
    }
  }
  if (!large_key) plan.tails += TailSize(key.size(), plan.prefix_size);
  // An upper bound: the varint of the whole key's size is never shorter than that of its rest.
  plan.rest = rest_ + 1 + static_cast<size_t>(VarintLength(key.size()) + VarintLength(value_size)) +
              (large_key ? kMaxPlace : 0) + (large_value ? kMaxPlace : value_size);
  plan.size = kLeafHead +
              (count_ + 1) *
                  (2 + (bytewise_ ? 8 : 0) + SequenceBytes(plan.max_sequence - plan.min_sequence)) +
              PaddedPrefix(plan.prefix_size) + plan.tails + plan.rest;
  return plan;
}

size_t LeafBuilder::SizeWith(size_t prefix, size_t tails, size_t rest, size_t count) const {
  return kLeafHead +
         count * (2 + (bytewise_ ? 8 : 0) + SequenceBytes(max_sequence_ - min_sequence_)) +
         PaddedPrefix(prefix) + tails + rest;
}

bool LeafBuilder::Fits(Slice key, uint64_t tag, size_t value_size, bool large_key,
                       bool large_value) {
  plan_ = PlanFor(key, tag, value_size, large_key, large_value);
  return count_ == 0 || (plan_.size <= fill_bytes_ && count_ < UINT16_MAX);
}

bool LeafBuilder::Add(Slice key, uint64_t tag, Slice value, const Extent* large_key,
                      const Extent* large_value) {
  const size_t value_size = large_value != nullptr ? large_value->bytes : value.size();
  if (!Fits(key, tag, value_size, large_key != nullptr, large_value != nullptr)) return false;
  Item item;
  item.tag = tag;
  item.key_size = static_cast<uint32_t>(key.size());
  item.key_kept = static_cast<uint32_t>(large_key != nullptr ? std::min(key.size(), kMaxPrefix + 8)
                                                             : key.size());
  item.value_size = value_size;
  const size_t inline_value = large_value != nullptr ? 0 : value.size();
  char* room = Room(item.key_kept + inline_value);
  item.key_offset = static_cast<uint32_t>(room - bytes_.get());
  item.value_offset = item.key_offset + item.key_kept;
  if (item.key_kept != 0) std::memcpy(room, key.data(), item.key_kept);
  if (inline_value != 0) std::memcpy(room + item.key_kept, value.data(), inline_value);
  item.large_key = item.large_value = -1;
  if (large_key != nullptr) {
    item.large_key = static_cast<int32_t>(extents_.size());
    extents_.push_back(*large_key);
  }
  if (large_value != nullptr) {
    item.large_value = static_cast<int32_t>(extents_.size());
    extents_.push_back(*large_value);
  }
  items_.push_back(item);
  ++count_;
  prefix_size_ = plan_.prefix_size;
  tails_ = plan_.tails;
  rest_ = plan_.rest;
  min_sequence_ = plan_.min_sequence;
  max_sequence_ = plan_.max_sequence;
  return true;
}

void LeafBuilder::Finish(char* page) {
  const size_t sequence_bytes = SequenceBytes(max_sequence_ - min_sequence_);
  // A page of one entry needs no prefix: it would only be split off and put together again.
  const size_t prefix = count_ == 1 ? 0 : prefix_size_;
  StoreFixed<uint64_t>(page + kLeafChecksum, 0);
  StoreFixed(page + kLeafCount, static_cast<uint16_t>(count_));
  StoreFixed(page + kLeafPrefixSize, static_cast<uint16_t>(prefix));
  page[kLeafType] = kTypeLeaf;
  page[kLeafSequenceBytes] = static_cast<char>(sequence_bytes);
  page[kLeafFlags] = static_cast<char>(bytewise_ ? kFlagHeads : 0);
  page[kLeafFlags + 1] = 0;
  StoreFixed(page + kLeafBaseSequence, min_sequence_);
  char* heads = page + kLeafHead + PaddedPrefix(prefix);
  char* slots = heads + (bytewise_ ? 8 * count_ : 0);
  char* p = slots + 2 * count_;
  const char* bytes = bytes_.get();
  std::memset(page + kLeafHead, 0, PaddedPrefix(prefix));
  std::memcpy(page + kLeafHead, bytes + items_[0].key_offset, prefix);
  const auto place = [&](const Extent& extent) {
    p = EncodeVarint(p, extent.ordinal);
    p = EncodeVarint(p, extent.offset);
    if (extent.packed()) p = EncodeVarint(p, extent.stored);
    StoreFixed(p, extent.checksum);
    p += 8;
  };
  for (const Item& item : items_) {
    StoreFixed(slots, static_cast<uint16_t>(p - page));
    slots += 2;
    const size_t rest = item.key_size - prefix;
    const Extent* const large_key = ExtentAt(item.large_key);
    const Extent* const large_value = ExtentAt(item.large_value);
    auto kind = static_cast<uint8_t>(TagType(item.tag));
    if (large_key != nullptr) kind |= kKindLargeKey | (large_key->packed() ? kKindPackedKey : 0);
    if (large_value != nullptr) {
      kind |= kKindLargeValue | (large_value->packed() ? kKindPackedValue : 0);
    }
    *p++ = static_cast<char>(kind);
    p = EncodeVarint(p, rest);
    p = EncodeVarint(p, item.value_size);
    const uint64_t delta = TagSequence(item.tag) - min_sequence_;
    std::memcpy(p, &delta, sequence_bytes);
    p += sequence_bytes;
    const char* key = bytes + item.key_offset + prefix;
    if (bytewise_) {
      StoreFixed(heads, KeyHead(Slice(key, item.key_kept - prefix)));
      heads += 8;
    }
    if (large_key != nullptr) {
      place(*large_key);
    } else {
      const size_t tail = TailSize(item.key_size, prefix);
      std::memcpy(p, key + (rest - tail), tail);
      p += tail;
    }
    if (large_value != nullptr) {
      place(*large_value);
    } else {
      std::memcpy(p, bytes + item.value_offset, item.value_size);
      p += item.value_size;
    }
  }
  assert(p <= page + kPageSize);
  std::memset(p, 0, static_cast<size_t>(page + kPageSize - p));
  items_.clear();
  extents_.clear();
  bytes_size_ = 0;
  count_ = prefix_size_ = tails_ = rest_ = 0;
}

}  // namespace aether
