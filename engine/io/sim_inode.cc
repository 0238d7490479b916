#include "engine/io/sim_inode.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <new>

namespace aether {
namespace {

uint64_t RoundUp(uint64_t n) {
  constexpr uint64_t kBlock = SimFileSystem::kBlock;
  return (n + kBlock - 1) / kBlock * kBlock;
}

// Copies a block that other threads may be storing into, word by word, as a disk's DMA would. The
// stores race with these loads on purpose; an aligned eight-byte store is seen whole or not at all.
__attribute__((no_sanitize("thread"))) uint64_t WordOf(const char* live) {
  return __atomic_load_n(reinterpret_cast<const uint64_t*>(live),  // NOLINT
                         __ATOMIC_RELAXED);
}

bool Differs(const char* live, const char* known, size_t n) {
  constexpr size_t kWord = sizeof(uint64_t);
  for (size_t i = 0; i < n; i += 4 * kWord) {
    uint64_t before[4];
    std::memcpy(before, known + i, sizeof(before));
    if (((WordOf(live + i) ^ before[0]) | (WordOf(live + i + kWord) ^ before[1]) |
         (WordOf(live + i + 2 * kWord) ^ before[2]) | (WordOf(live + i + 3 * kWord) ^ before[3])) !=
        0) {
      return true;
    }
  }
  return false;
}

void TakeOver(const char* live, char* known, size_t n) {
  for (size_t i = 0; i < n; i += sizeof(uint64_t)) {
    const uint64_t now = WordOf(live + i);
    std::memcpy(known + i, &now, sizeof(now));
  }
}

}  // namespace

SimPages::SimPages(size_t size)
    : data_(static_cast<char*>(std::aligned_alloc(SimFileSystem::kBlock, size))), size_(size) {
  if (data_ == nullptr) throw std::bad_alloc();
  std::memset(data_, 0, size);
}
SimPages::~SimPages() { std::free(data_); }

SimInode::~SimInode() { space_->used -= reserved_; }

size_t SimInode::Read(uint64_t offset, size_t n, char* scratch) {
  Fold(offset, n);
  if (offset >= content_.size()) return 0;
  n = std::min<size_t>(n, content_.size() - offset);
  std::memcpy(scratch, content_.data() + offset, n);
  return n;
}

size_t SimInode::ReadDurable(uint64_t offset, size_t n, char* scratch) {
  n = Read(offset, n, scratch);
  for (size_t i = 0; i < n; i++) {
    const uint64_t index = (offset + i) / kBlock;
    for (const Blocks* blocks : {&unsynced_, &lost_}) {
      const auto it = blocks->find(index);
      if (it != blocks->end()) {
        scratch[i] = it->second[(offset + i) % kBlock];
        break;
      }
    }
  }
  return n;
}

size_t SimInode::Write(uint64_t offset, Slice data) {
  if (data.empty()) return 0;
  Fold(offset, data.size());
  size_t n = data.size();
  if (!Reserve(offset + n)) {
    const uint64_t room = reserved_ + space_->free() / kBlock * kBlock;
    n = room > offset ? static_cast<size_t>(std::min<uint64_t>(n, room - offset)) : 0;
    if (n == 0 || !Reserve(offset + n)) return 0;
  }
  if (offset > content_.size()) Resize(offset);
  for (uint64_t i = offset / kBlock; i <= (offset + n - 1) / kBlock; i++) Touch(i);
  if (offset + n > content_.size()) {
    content_.resize(offset + n);
    size_jumps_ = false;
  }
  std::memcpy(&content_[offset], data.data(), n);
  if (live_ != nullptr && offset < live_->size()) {
    std::memcpy(live_->data() + offset, data.data(),
                std::min<size_t>(n, live_->size() - static_cast<size_t>(offset)));
  }
  return n;
}

bool SimInode::Reserve(uint64_t bytes) {
  const uint64_t wanted = RoundUp(bytes);
  if (wanted <= reserved_) return true;
  if (wanted - reserved_ > space_->free()) return false;
  space_->used += wanted - reserved_;
  reserved_ = wanted;
  return true;
}

void SimInode::Resize(uint64_t size) {
  Fold();
  if (size < content_.size()) {
    for (uint64_t i = size / kBlock; i * kBlock < content_.size(); i++) Touch(i);
    const uint64_t kept = std::max(RoundUp(size), RoundUp(durable_size_));
    if (kept < reserved_) {
      space_->used -= reserved_ - kept;
      reserved_ = kept;
    }
  }
  content_.resize(size);
  size_jumps_ = false;
}

bool SimInode::Preallocate(uint64_t size) {
  if (!Reserve(size)) return false;
  if (size > content_.size()) {
    Resize(size);
    size_jumps_ = true;
  }
  return true;
}

void SimInode::FlipBit(uint64_t bit) {
  Fold();
  const uint64_t at = bit / 8;
  if (at >= content_.size()) return;
  const char mask = static_cast<char>(1 << (bit % 8));
  content_[at] = static_cast<char>(content_[at] ^ mask);
  if (live_ != nullptr && at < live_->size()) live_->data()[at] = content_[at];
  for (Blocks* blocks : {&unsynced_, &lost_}) {
    const auto it = blocks->find(at / kBlock);
    if (it == blocks->end()) continue;
    char& byte = it->second[at % kBlock];
    byte = static_cast<char>(byte ^ mask);
  }
}

std::shared_ptr<SimPages> SimInode::Map(size_t size) {
  if (live_ == nullptr) {
    live_ = std::make_shared<SimPages>(size);
    std::memcpy(live_->data(), content_.data(), std::min(size, content_.size()));
    maps_ = 0;
  }
  maps_++;
  return live_;
}

void SimInode::Unmap() {
  if (live_ == nullptr || --maps_ > 0) return;
  Detach();
}

void SimInode::Detach() {
  Fold();
  live_.reset();
  maps_ = 0;
}

void SimInode::Sync() {
  Fold();
  unsynced_.clear();
  durable_size_ = content_.size();
  size_jumps_ = false;
}

void SimInode::FailSync() {
  Fold();
  lost_.merge(unsynced_);
  unsynced_.clear();
  sync_errors_++;
}

void SimInode::WriteBackSomePage(Random* random) {
  if (live_ == nullptr || content_.size() != durable_size_) return;
  // Looking everywhere would take longer than the I/O that this accompanies.
  constexpr uint64_t kWindow = 64 * kBlock;
  Fold(random->Uniform(live_->size() / kBlock) * kBlock, kWindow);
  if (unsynced_.empty()) return;
  auto it = unsynced_.begin();
  std::advance(it, static_cast<std::ptrdiff_t>(random->Uniform(unsynced_.size())));
  unsynced_.erase(it);
}

void SimInode::LosePower(Random* random, SimCounters* counters) {
  Fold();
  const uint64_t now = content_.size();
  uint64_t size = now;
  if (now != durable_size_) {
    const uint64_t way = random->Uniform(now > durable_size_ && !size_jumps_ ? 3 : 2);
    if (way == 0) size = durable_size_;
    if (way == 2) size = durable_size_ + random->Uniform(now - durable_size_);
  }
  // Some power failures lose everything, some nothing, most do as they like.
  const uint64_t mood = random->Uniform(6);
  for (const bool was_lost : {false, true}) {
    for (const auto& [index, durable] : was_lost ? lost_ : unsynced_) {
      // Bytes beyond the current end exist only as durable ones.
      const bool cut_off = index * kBlock >= now || (size > now && (index + 1) * kBlock > now);
      uint64_t fate = mood == 0 ? 0 : (mood == 1 && !was_lost ? 1 : random->Uniform(3));
      if (cut_off) fate = 0;
      std::string block = BlockOf(index);
      if (fate == 0) {
        block = durable;
        counters->blocks_dropped++;
      } else if (fate == 1) {
        counters->blocks_kept++;
      } else {
        counters->blocks_torn++;
        for (uint64_t at = 0; at < kBlock; at += SimFileSystem::kSector) {
          if (random->OneIn(2))
            block.replace(at, SimFileSystem::kSector, durable, at, SimFileSystem::kSector);
        }
      }
      PutBlock(index, block);
    }
  }
  content_.resize(size);
  unsynced_.clear();
  lost_.clear();
  durable_size_ = size;
  size_jumps_ = false;
  const uint64_t kept = RoundUp(size);
  if (kept < reserved_) {
    space_->used -= reserved_ - kept;
    reserved_ = kept;
  }
}

std::string SimInode::BlockOf(uint64_t index) const {
  const uint64_t from = index * kBlock;
  std::string block;
  if (from < content_.size()) block = content_.substr(from, kBlock);
  block.resize(kBlock);
  return block;
}

void SimInode::PutBlock(uint64_t index, const std::string& bytes) {
  const uint64_t from = index * kBlock;
  if (content_.size() < from + kBlock) content_.resize(from + kBlock);
  content_.replace(from, kBlock, bytes);
}

void SimInode::Touch(uint64_t index) {
  if (unsynced_.count(index) != 0) return;
  const auto lost = lost_.find(index);
  if (lost != lost_.end()) {
    unsynced_.insert(lost_.extract(lost));
  } else {
    unsynced_.emplace(index, BlockOf(index));
  }
}

void SimInode::Fold(uint64_t offset, uint64_t n) {
  if (live_ == nullptr) return;
  const uint64_t mapped = std::min(live_->size(), content_.size()) / kBlock * kBlock;
  const uint64_t end = n > mapped || offset > mapped - n ? mapped : RoundUp(offset + n);
  for (uint64_t from = offset / kBlock * kBlock; from < end; from += kBlock) {
    if (!Differs(live_->data() + from, content_.data() + from, kBlock)) continue;
    Touch(from / kBlock);
    TakeOver(live_->data() + from, content_.data() + from, kBlock);
  }
}

}  // namespace aether
