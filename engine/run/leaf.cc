#include "engine/run/leaf.h"

#include "engine/buffer/frame.h"
#include "engine/run/blob_ref.h"

namespace aether {

using namespace run_format;

void LeafView::DecodeLarge(uint8_t kind, uint64_t rest, uint64_t value_size, const char* p,
                           LeafRecord* record) const {
  const auto place = [&p](uint64_t bytes, bool packed, Extent* extent) {
    extent->ordinal = Varint(&p);
    extent->offset = Varint(&p);
    extent->bytes = bytes;
    extent->stored = packed ? Varint(&p) : bytes;
    extent->checksum = LoadFixed<uint64_t>(p);
    p += 8;
  };
  record->large_key = (kind & kKindLargeKey) != 0;
  record->large_value = (kind & kKindLargeValue) != 0;
  if (record->large_key) {
    place(record->key_size, (kind & kKindPackedKey) != 0, &record->key_extent);
    record->key_tail = Slice();
  } else {
    const uint64_t in_head = heads_ ? (rest < 8 ? rest : 8) : 0;
    record->key_tail = Slice(p, rest - in_head);
    p += rest - in_head;
  }
  if (record->large_value) {
    place(value_size, (kind & kKindPackedValue) != 0, &record->value_extent);
    record->value = Slice();
  } else {
    record->value = Slice(p, value_size);
  }
}

Status LeafView::CompareKey(const Comparator* order, Slice key, size_t slot,
                            const LeafRecord& record, LargeKeyReader* reader, int* result) const {
  if (record.large_key) {
    Slice large;
    AETHER_RETURN_IF_ERROR(reader->ReadLargeKey(record.key_extent, &large));
    *result = CompareKeys(order, key, large);
    return Status::OK();
  }
  if (!heads_) {
    *result = CompareKeys(order, key, record.key_tail);
    return Status::OK();
  }
  const Slice rest(key.data() + prefix_size_, key.size() - prefix_size_);
  const uint64_t a_head = KeyHead(rest);
  const uint64_t b_head = Head(slot);
  if (a_head != b_head) {
    *result = a_head < b_head ? -1 : 1;
    return Status::OK();
  }
  const size_t a = rest.size();
  const size_t b = record.key_size - prefix_size_;
  // With equal padded heads a key that ends inside its head is a prefix of the other one.
  if (a <= 8 || b <= 8) {
    *result = a < b ? -1 : (a > b ? 1 : 0);
  } else {
    *result = Slice(rest.data() + 8, a - 8).Compare(record.key_tail);
  }
  return Status::OK();
}

Status LeafView::MatchKeySlow(const Comparator* order, Slice key, const LeafRecord& record,
                              LargeKeyReader* reader, bool* match) const {
  *match = false;
  Slice other = record.key_tail;  // the whole key when there are no heads
  if (record.large_key) {
    if (heads_ && record.key_size != key.size()) return Status::OK();
    AETHER_RETURN_IF_ERROR(reader->ReadLargeKey(record.key_extent, &other));
  }
  *match = CompareKeys(order, key, other) == 0;
  return Status::OK();
}

Status LeafView::LowerBoundCompare(const Comparator* order, Slice key, SequenceNumber sequence,
                                   LargeKeyReader* reader, size_t low, size_t high,
                                   size_t* slot) const {
  LeafRecord record;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    Decode(middle, &record);
    int c;
    AETHER_RETURN_IF_ERROR(CompareKey(order, key, middle, record, reader, &c));
    // The record comes before (key, sequence) when its key is smaller or its sequence is larger.
    if (c > 0 || (c == 0 && record.sequence() > sequence)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  *slot = low;
  return Status::OK();
}

const char* ValidateLeaf(const char* page, bool bytewise, Codec codec, uint64_t extents,
                         uint64_t file_size) {
  if (page[kLeafType] != kTypeLeaf) return "not a leaf page";
  const size_t count = LoadFixed<uint16_t>(page + kLeafCount);
  const size_t prefix = LoadFixed<uint16_t>(page + kLeafPrefixSize);
  const auto sequence_bytes = static_cast<uint8_t>(page[kLeafSequenceBytes]);
  const auto flags = static_cast<uint8_t>(page[kLeafFlags]);
  const bool heads = (flags & kFlagHeads) != 0;
  if (count == 0 || sequence_bytes > 7 || flags > kFlagHeads || heads != bytewise ||
      (!heads && prefix != 0) || prefix > kMaxPrefix ||
      LoadFixed<uint64_t>(page + kLeafBaseSequence) > kMaxSequence) {
    return "the head of the page makes no sense";
  }
  const size_t slots = kLeafHead + PaddedPrefix(prefix) + (heads ? 8 * count : 0);
  const size_t records = slots + 2 * count;
  if (records > kPageSize) return "the page has more records than room";
  const char* const end = page + kPageSize;
  size_t last = records - 1;
  for (size_t i = 0; i < count; ++i) {
    const size_t start = LoadFixed<uint16_t>(page + slots + 2 * i);
    if (start <= last || start >= kPageSize) return "a slot points outside its page";
    last = start;
    const char* p = page + start;
    const auto kind = static_cast<uint8_t>(*p++);
    const bool packed_key = (kind & kKindPackedKey) != 0;
    const bool packed_value = (kind & kKindPackedValue) != 0;
    if ((packed_key && (kind & kKindLargeKey) == 0) ||
        (packed_value && (kind & kKindLargeValue) == 0) ||
        (codec == Codec::kNone && (packed_key || packed_value))) {
      return "unknown kind";
    }
    uint32_t rest = 0;
    uint64_t value_size = 0;
    p = DecodeVarint32(p, end, &rest);
    if (p != nullptr) p = DecodeVarint64(p, end, &value_size);
    if (p == nullptr || end - p < sequence_bytes) return "a record is cut off";
    p += sequence_bytes;
    const auto place = [&](uint64_t bytes, bool packed) {
      uint64_t ordinal = 0, offset = 0, stored = bytes;
      p = DecodeVarint64(p, end, &ordinal);
      if (p != nullptr) p = DecodeVarint64(p, end, &offset);
      if (p != nullptr && packed) p = DecodeVarint64(p, end, &stored);
      if (p == nullptr || end - p < 8) return false;
      p += 8;
      if (stored == 0 || ordinal >= extents || offset > file_size || stored > file_size - offset) {
        return false;
      }
      return !packed || (stored < bytes && bytes <= kMaxPackedExtent &&
                         bytes <= MaxDecompressed(codec, stored));
    };
    if ((kind & kKindLargeKey) != 0) {
      if (!place(uint64_t{rest} + prefix, packed_key)) return "a large key lies outside the file";
    } else {
      const uint64_t tail = heads ? (rest < 8 ? 0 : rest - 8) : rest;
      if (rest > kMaxInlineKey || tail > static_cast<uint64_t>(end - p)) return "a key is cut off";
      p += tail;
    }
    if ((kind & kKindLargeValue) != 0) {
      if (!place(value_size, packed_value)) return "a large value lies outside the file";
    } else if (value_size > static_cast<uint64_t>(end - p)) {
      return "a value is cut off";
    }
    if (static_cast<EntryType>(kind & kKindType) == EntryType::kPutReference) {
      BlobRef ref;
      if ((kind & kKindLargeValue) != 0 || !ref.DecodeFrom(Slice(p, value_size))) {
        return "a reference makes no sense";
      }
    }
  }
  return nullptr;
}

}  // namespace aether
