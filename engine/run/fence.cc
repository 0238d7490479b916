#include "engine/run/fence.h"

#include <algorithm>
#include <utility>

#include "engine/base/coding.h"
#include "engine/run/leaf.h"

namespace aether {

void FenceWriter::Add(Slice key, bool continues, SequenceNumber sequence, uint64_t offset,
                      size_t stored) {
  size_t shared = 0;
  const size_t limit = std::min(key.size(), last_.size());
  while (shared < limit && key[shared] == last_[shared]) ++shared;
  fence_.clear();
  PutVarint(&fence_, shared);
  PutVarint(&fence_, (key.size() - shared) << 1 | (continues ? 1 : 0));
  fence_.append(key.data() + shared, key.size() - shared);
  if (continues) PutVarint(&fence_, sequence);
  PutVarint(&fence_, packed_ ? offset - end_ : (offset - end_) / kPageSize);
  if (packed_) PutVarint(&fence_, stored);
  block_.append(fence_.data(), fence_.size());
  end_ = offset + stored;
  last_.assign(key.data(), key.size());
  key_bytes_ += key.size();
  ++leaves_;
}

bool FenceIndex::Decode(Slice section, const Comparator* order, uint64_t leaves, uint64_t body_size,
                        bool packed) {
  *this = FenceIndex();
  if (leaves > section.size() / 3 || leaves > UINT32_MAX || body_size / kPageSize > UINT32_MAX) {
    return false;
  }
  offsets_.reserve(leaves + 1);
  offsets_.push_back(0);
  if (packed) places_.reserve(leaves);
  uint64_t end = 0;
  for (uint64_t i = 0; i < leaves; ++i) {
    uint32_t shared, rest_and_flag;
    if (!GetVarint32(&section, &shared) || !GetVarint32(&section, &rest_and_flag)) return false;
    const uint32_t rest = rest_and_flag >> 1;
    const Slice before = i == 0 ? Slice() : Key(i - 1);
    if (shared > before.size() || rest > section.size()) return false;
    if (keys_.size() + shared + rest > UINT32_MAX || (i == 0 && rest_and_flag != 0)) return false;
    const size_t before_offset = i == 0 ? 0 : offsets_[i - 1];
    keys_.append(keys_, before_offset, shared);
    keys_.append(section.data(), rest);
    section.RemovePrefix(rest);
    offsets_.push_back(static_cast<uint32_t>(keys_.size()));
    if ((rest_and_flag & 1) != 0) {
      uint64_t sequence;
      if (!GetVarint64(&section, &sequence) || sequence > kMaxSequence) return false;
      if (sequences_.empty()) sequences_.resize(leaves, kMaxSequence);
      sequences_[i] = sequence;
    }
    if (!DecodePlace(&section, body_size, packed, &end)) return false;
    ++size_;
    if (i > 1 && CompareEntries(order, Key(i - 1), Sequence(i - 1), Key(i), Sequence(i)) >= 0) {
      return false;
    }
  }
  keys_.shrink_to_fit();
  if (order->bytewise() && size_ > 1) BuildHeads();
  return section.empty();
}

bool FenceIndex::DecodePlace(Slice* section, uint64_t body_size, bool packed, uint64_t* end) {
  uint64_t gap;
  if (!GetVarint64(section, &gap) || gap > body_size) return false;
  if (packed) {
    uint64_t stored;
    if (!GetVarint64(section, &stored) || stored < run_format::kMinStoredLeaf ||
        stored > kPageSize || *end + gap + stored > body_size) {
      return false;
    }
    places_.push_back((*end + gap) << kStoredBits | stored);
    *end += gap + stored;
    return true;
  }
  const uint64_t page = *end / kPageSize + gap;
  if ((page + 1) * kPageSize > body_size) return false;
  if (gap != 0 && pages_.empty()) {
    for (size_t before = 0; before < size_; ++before) {
      pages_.push_back(static_cast<uint32_t>(before));
    }
  }
  if (gap != 0 || !pages_.empty()) pages_.push_back(static_cast<uint32_t>(page));
  *end = (page + 1) * kPageSize;
  return true;
}

void FenceIndex::BuildHeads() {
  // In bytewise order what the first and the last share, all share.
  const Slice first = Key(1);
  const Slice last = Key(size_ - 1);
  size_t shared = 0;
  while (shared < std::min(first.size(), last.size()) && first[shared] == last[shared]) ++shared;
  prefix_.assign(first.data(), shared);
  heads_.reserve(size_ - 1);
  for (size_t i = 1; i < size_; ++i) {
    Slice key = Key(i);
    key.RemovePrefix(shared);
    heads_.push_back(KeyHead(key));
  }
  for (const PageVector<uint64_t>* level = &heads_; level->size() > kBlock;) {
    PageVector<uint64_t> above;
    above.reserve((level->size() + kBlock - 1) / kBlock);
    for (size_t i = 0; i < level->size(); i += kBlock) above.push_back((*level)[i]);
    upper_.push_back(std::move(above));
    level = &upper_.back();
  }
}

size_t FenceIndex::FindCompare(const Comparator* order, Slice key, SequenceNumber sequence,
                               size_t low, size_t high) const {
  // The last fence in [low, high) that is not after (key, sequence), or low - 1.
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (CompareEntries(order, Key(middle), Sequence(middle), key, sequence) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

size_t FenceIndex::Find(const Comparator* order, Slice key, SequenceNumber sequence,
                        const void* side, float* share) const {
  if (share != nullptr) *share = 0;
  if (heads_.empty()) return FindCompare(order, key, sequence, 1, size_);
  if (!prefix_.empty()) {
    const size_t shared = std::min(key.size(), prefix_.size());
    const int c = shared == 0 ? 0 : std::memcmp(key.data(), prefix_.data(), shared);
    if (c != 0 || key.size() < prefix_.size()) return c > 0 ? size_ - 1 : 0;
  }
  const uint64_t head = KeyHead(Slice(key.data() + prefix_.size(), key.size() - prefix_.size()));
  const auto bytes = [](const uint64_t* words) { return reinterpret_cast<const char*>(words); };
  // In each level: the last block whose first head is below `head`; the first head not below it is
  // in that block or right after its end.
  size_t start = 0;
  for (size_t level = upper_.size(); level-- > 0;) {
    const PageVector<uint64_t>& above = upper_[level];
    const size_t found = start + LowerBoundHeads(bytes(above.data() + start),
                                                 std::min(kBlock, above.size() - start), head);
    start = (found == 0 ? 0 : found - 1) * kBlock;
    const uint64_t* below = (level == 0 ? heads_ : upper_[level - 1]).data() + start;
    __builtin_prefetch(below);
    __builtin_prefetch(below + 8);
  }
  if (side != nullptr) {
    const char* wanted = static_cast<const char*>(side) + 8 * start;
    __builtin_prefetch(wanted);
    __builtin_prefetch(wanted + 64);
  }
  const size_t n = std::min(kBlock, heads_.size() - start);
  const size_t low = start + LowerBoundHeads(bytes(heads_.data() + start), n, head);
  if (share != nullptr && low > 0 && low < heads_.size()) {
    *share = static_cast<float>(head - heads_[low - 1]) /
             static_cast<float>(heads_[low] - heads_[low - 1]);
  }
  // heads_[low] belongs to fence low + 1.
  if (low == heads_.size() || heads_[low] != head) return low;
  size_t high = low + 1;
  while (high < heads_.size() && heads_[high] == head) ++high;
  return FindCompare(order, key, sequence, low + 1, high + 1);
}

size_t FenceIndex::MemoryBytes() const {
  return keys_.capacity() + offsets_.capacity() * sizeof(uint32_t) +
         sequences_.capacity() * sizeof(SequenceNumber) + pages_.capacity() * sizeof(uint32_t) +
         places_.capacity() * sizeof(uint64_t) +
         (heads_.capacity() + heads_.capacity() / (kBlock - 1)) * sizeof(uint64_t);
}

}  // namespace aether
