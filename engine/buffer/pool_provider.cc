// The page provider: the thread of a pool that frees pages and makes chunks ahead of need.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>

#include "engine/buffer/pool.h"
#include "engine/io/thread.h"

namespace aether {
namespace {

// Free frames below which the next batch is put into limbo, so that it is ready when they run out;
// more of them in a large pool.
constexpr size_t kLowFrames = 16;
constexpr size_t kMaxLowFrames = 256;
// What the provider keeps free or in limbo beyond that: one frame in so many.
constexpr size_t kAheadShare = 32;
constexpr size_t kMaxAheadFrames = 4096;
// How often the provider, once called, looks by itself whether frames are wanted, so that readers
// need not wake it; and how often in vain before it sleeps until it is called again.
constexpr std::chrono::microseconds kProviderNap{500};
constexpr int kVainNaps = 50;

}  // namespace

void Pool::GrowAheadLocked() {
  if (grow_wanted_ || closed_ || bare_count_ > kFramesPerChunk / 2 || Capacity() < kHugePagePool ||
      CommittedLocked() + bare_count_ * kPageSize + kChunkSize > Capacity()) {
    return;
  }
  grow_wanted_ = true;
  CallProviderLocked();
}

void Pool::CallProviderLocked() {
  if (provider_.joinable()) {
    provider_wake_.NotifyOne();
    return;
  }
  if (no_provider_ || closed_) return;
  provider_process_.store(getpid(), std::memory_order_relaxed);
  try {
    provider_ = std::thread(&Pool::ProviderLoop, this);
  } catch (const std::exception&) {
    provider_process_.store(0, std::memory_order_relaxed);
    no_provider_ = true;
  }
}

void Pool::ProviderLoop() {
  SetThreadName("pool");
  int vain_naps = 0;
  MutexLock lock(&mutex_);
  while (!closed_) {
    if (!grow_wanted_ && !frames_wanted_) {
      provider_wake_.Wait(&mutex_);
      continue;
    }
    if (grow_wanted_) {
      mutex_.Unlock();
      GrowNow();
      mutex_.Lock();
    }
    if (!frames_wanted_) continue;
    mutex_.Unlock();
    const bool worked = Provide();
    mutex_.Lock();
    vain_naps = worked ? 0 : vain_naps + 1;
    if (vain_naps == kVainNaps) {
      vain_naps = 0;
      frames_wanted_ = false;
    } else if (!closed_ && !grow_wanted_) {
      provider_wake_.WaitFor(&mutex_, kProviderNap);
    }
  }
}

void Pool::GrowNow() {
  char* chunk = NewChunk(true);
  if (chunk != nullptr) {
    // The first touch of each page is what takes the time.
    for (size_t i = 0; i < kChunkSize; i += kPageSize) static_cast<volatile char*>(chunk)[i] = 0;
  }
  MutexLock lock(&mutex_);
  AddChunkLocked(chunk, true);
  grow_wanted_ = false;
}

size_t Pool::LowFrames() const {
  const size_t frames = Capacity() / kPageSize;
  return std::min(std::clamp(frames / 128, kLowFrames, kMaxLowFrames), frames / 8);
}

size_t Pool::FramesWantedLocked() const {
  const size_t capacity = Capacity();
  const size_t committed = CommittedLocked();
  // Above the capacity a frame that is taken away is given back at once.
  if (capacity < kProviderPool || committed > AllowedLocked()) return 0;
  const size_t ahead =
      std::clamp(capacity / kPageSize / kAheadShare, kBatchFrames, kMaxAheadFrames);
  const size_t target = std::min(LowFrames() + ahead, LimboCredit() / kPageSize);
  const size_t most = capacity + heap_.IdleBytes();
  const size_t room = committed < most ? (most - committed) / kPageSize : 0;
  const size_t ready = free_count_ + room + limbo_bytes_ / kPageSize;
  return target - std::min(target, ready);
}

bool Pool::Provide() {
  bool worked = false;
  // As many steps as it takes when every page has to be cooled first; what cannot be had then is
  // left to the next time.
  for (size_t steps = 0;; ++steps) {
    {
      MutexLock lock(&mutex_);
      ReclaimLocked();
      const size_t wanted = closed_ ? 0 : FramesWantedLocked();
      if (wanted == 0 || steps > 2 * chunks_.size() * kFramesPerChunk / kMaxWalk) return worked;
    }
    SweepOnce();
    worked = true;
  }
}

void Pool::SweepOnce() {
  constexpr size_t kMostChunks = kMaxWalk / kFramesPerChunk + 2;
  Frame* chunks[kMostChunks];
  Frame* taken[kBatchFrames];
  size_t count = 0;
  MutexLock sweep(&sweep_mutex_);
  size_t at, total, first;
  {
    MutexLock lock(&mutex_);
    const size_t pages = (backed_ - free_count_) * kPageSize;
    // Extents go in proportion to what they hold, as in EvictLocked.
    if (extent_bytes_ > 0) {
      EvictExtentsLocked(kBatchFrames * kPageSize * (extent_bytes_ / 1024) /
                         ((extent_bytes_ + pages) / 1024 + 1));
    }
    total = chunks_.size() * kFramesPerChunk;
    if (total == 0) return;
    at = hand_.load(std::memory_order_relaxed) % total;
    first = at / kFramesPerChunk;
    for (size_t i = 0; i < kMostChunks; ++i) {
      chunks[i] = FramesOfChunk(chunks_[(first + i) % chunks_.size()]);
    }
  }
  size_t walked = 0;
  const size_t offset = at % kFramesPerChunk;
  for (; walked < kMaxWalk && count < kBatchFrames; ++walked) {
    const size_t frame = offset + walked;
    if (Unlink(chunks[frame / kFramesPerChunk] + frame % kFramesPerChunk, false)) {
      taken[count++] = chunks[frame / kFramesPerChunk] + frame % kFramesPerChunk;
    }
  }
  hand_.store((at + walked) % total, std::memory_order_relaxed);
  MutexLock lock(&mutex_);
  for (size_t i = 0; i < count; ++i) {
    unstamped_.push_back(taken[i]);
    limbo_bytes_ += kPageSize;
  }
  counters_.evictions += count;
  counters_.provided += count;
  StampLocked();
}

}  // namespace aether
