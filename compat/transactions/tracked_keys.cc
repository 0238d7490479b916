#include "compat/transactions/tracked_keys.h"

#include <algorithm>

namespace rocksdb {

const TrackedKey* TrackedKeys::Find(uint32_t family, const Slice& key) const {
  const auto keys = families_.find(family);
  if (keys == families_.end()) return nullptr;
  const auto found = keys->second.find(key.ToStringView());
  return found == keys->second.end() ? nullptr : &found->second;
}

void TrackedKeys::Track(uint32_t family, const Slice& key, uint64_t sequence, bool read_only,
                        bool exclusive) {
  Keys& keys = families_[family];
  auto found = keys.find(key.ToStringView());
  if (found == keys.end()) {
    found = keys.emplace(key.ToString(), TrackedKey{}).first;
    found->second.sequence = sequence;
  }
  TrackedKey& tracked = found->second;
  tracked.sequence = std::min(tracked.sequence, sequence);
  ++(read_only ? tracked.reads : tracked.writes);
  tracked.exclusive |= exclusive;
}

TrackedKeys::Untracked TrackedKeys::UntrackRead(uint32_t family, const Slice& key) {
  const auto keys = families_.find(family);
  if (keys == families_.end()) return Untracked::kWasNot;
  const auto found = keys->second.find(key.ToStringView());
  if (found == keys->second.end() || found->second.reads == 0) return Untracked::kWasNot;
  --found->second.reads;
  if (found->second.reads + found->second.writes > 0) return Untracked::kLess;
  keys->second.erase(found);
  if (keys->second.empty()) families_.erase(keys);
  return Untracked::kGone;
}

void TrackedKeys::Add(const TrackedKeys& other) {
  for (const auto& [family, keys] : other.families_) {
    for (const auto& [key, theirs] : keys) {
      const auto [mine, fresh] = families_[family].try_emplace(key, theirs);
      if (fresh) continue;
      mine->second.sequence = std::min(mine->second.sequence, theirs.sequence);
      mine->second.reads += theirs.reads;
      mine->second.writes += theirs.writes;
      mine->second.exclusive |= theirs.exclusive;
    }
  }
}

void TrackedKeys::Subtract(const TrackedKeys& other, const Visitor& gone) {
  for (const auto& [family, keys] : other.families_) {
    const auto mine = families_.find(family);
    if (mine == families_.end()) continue;
    for (const auto& [key, theirs] : keys) {
      const auto found = mine->second.find(key);
      if (found == mine->second.end()) continue;
      TrackedKey& tracked = found->second;
      tracked.reads -= std::min(tracked.reads, theirs.reads);
      tracked.writes -= std::min(tracked.writes, theirs.writes);
      if (tracked.reads + tracked.writes > 0) continue;
      gone(family, key);
      mine->second.erase(found);
    }
    if (mine->second.empty()) families_.erase(mine);
  }
}

size_t TrackedKeys::Count() const {
  size_t count = 0;
  for (const auto& [family, keys] : families_) count += keys.size();
  return count;
}

void TrackedKeys::ForEach(const Visitor& visit) const {
  for (const auto& [family, keys] : families_) {
    for (const auto& [key, tracked] : keys) visit(family, key);
  }
}

}  // namespace rocksdb
